//! A line of the journal as a French sentence.

use std::collections::HashMap;

use socle::{
    Nomenclature,
    identifiant::UtilisateurId,
    journal::{Action, Model},
};

/// The kinds of records: code, as an object of a sentence, as a choice, and the page of one if it has one.
pub const OBJETS: &[(&str, &str, &str, Option<&str>)] = &[
    ("personne", "le dossier d’une personne", "Personnes", Some("/personnes/")),
    ("accueil", "un accueil", "Accueils", None),
    ("diagnostic", "un diagnostic", "Diagnostics", Some("/diagnostics/")),
    ("parcours", "un parcours", "Parcours", None),
    ("objectif", "un objectif", "Objectifs", None),
    ("etape", "une étape", "Étapes", None),
    ("accompagnement", "un accompagnement", "Accompagnements", Some("/accompagnements/")),
    ("orientation", "une orientation", "Orientations", Some("/orientations/")),
    ("avis", "une demande d’avis", "Demandes d’avis", None),
    ("fiche_atelier", "une fiche d’atelier", "Fiches d’atelier", Some("/ateliers/fiches/")),
    ("seance", "une séance d’atelier", "Séances", Some("/ateliers/seances/")),
    ("equipement", "du matériel", "Matériel", Some("/structure/materiel/")),
    ("reservation", "une réservation", "Réservations", None),
    ("webhook", "un point d’appel", "Points d’appel (webhooks)", None),
    ("evenement", "un temps de l’agenda", "Agenda", None),
    ("flux_agenda", "une adresse d’agenda", "Adresses d’agenda", None),
    ("motif_rendez_vous", "un motif de rendez-vous", "Motifs de rendez-vous", None),
    ("plage", "des heures de rendez-vous", "Heures de rendez-vous", None),
    ("rendez_vous", "un rendez-vous", "Rendez-vous", Some("/agenda/rendez-vous/")),
    ("note_pratique", "une note de pratique", "Notes de pratique", None),
    ("consentement", "un consentement", "Consentements", None),
    ("suivi", "un suivi", "Suivis", None),
    ("partage", "un partage de dossier", "Partages", None),
    ("partenaire", "un partenaire", "Partenaires", None),
    ("structure", "la structure", "Structure", None),
    ("lieu", "un lieu", "Lieux", None),
    ("bilan", "le bilan", "Bilan", None),
    ("filtre_bilan", "un filtre du bilan", "Filtres du bilan", None),
    ("lien_bilan", "un lien de partage du bilan", "Liens de partage du bilan", None),
    ("document", "un document", "Documents", None),
    ("export", "un export", "Exports", None),
    ("import", "une reprise de données", "Reprises de données", None),
    ("titre", "un titre", "Titres", None),
    ("agrement", "un agrément", "Agréments", None),
    ("candidat", "le dossier d’un candidat", "Candidats", Some("/certification/candidats/")),
    ("candidature", "une candidature", "Candidatures", Some("/certification/candidatures/")),
    ("utilisateur", "un compte", "Comptes", None),
    ("session", "une session", "Connexions", None),
    ("tache", "une tâche de fond", "Tâches de fond", None),
    ("sauvegarde", "une sauvegarde", "Sauvegardes", None),
    ("jeton", "un jeton d’accès", "Jetons", None),
    ("jure", "un membre de jury", "Membres de jury", Some("/certification/jures/")),
    ("session_examen", "une session d’examen", "Sessions d’examen", Some("/certification/sessions/")),
    ("pv_refuse", "un procès-verbal signé, ce qui a été refusé", "Procès-verbaux : refus", Some("/certification/sessions/")),
    ("decision", "une décision de jury", "Décisions de jury", None),
    ("document_certification", "un document de certification", "Documents de certification", None),
    ("lot_documents", "les documents d’une session", "Documents de session", Some("/certification/lots/")),
    ("cle", "la clé des notes", "Clé des notes", None),
    ("journal", "le journal", "Journal", None),
];

/// A line, ready to show.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Phrase {
    pub qui: String,
    pub fait: &'static str,
    pub quoi: Option<String>,
    pub lien: Option<String>,
    /// The fields changed, in words.
    pub champs: String,
}

/// What an action is called in a list of choices.
pub(super) fn nom_action(a: Action) -> &'static str {
    match a {
        Action::Creation => "Créations",
        Action::Modification => "Modifications",
        Action::Suppression => "Suppressions",
        Action::Retablissement => "Rétablissements",
        Action::Effacement => "Effacements",
        Action::Ouverture => "Ouvertures",
        Action::Partage => "Partages",
        Action::Fusion => "Réunions de dossiers",
        Action::Connexion => "Connexions",
        Action::Deconnexion => "Déconnexions",
        Action::EchecConnexion => "Échecs de connexion",
        Action::Impression => "Impressions",
        Action::Export => "Exports",
    }
}

pub(super) fn phrase(l: &Model, noms: &HashMap<UtilisateurId, String>) -> Phrase {
    let connu = OBJETS.iter().find(|(code, ..)| *code == l.objet);
    let porte = matches!(l.action, Action::Connexion | Action::Deconnexion | Action::EchecConnexion);
    let efface = matches!(l.action, Action::Suppression | Action::Effacement);
    let nom_objet = (l.objet == "utilisateur")
        .then_some(l.objet_id)
        .flatten()
        .and_then(|id| noms.get(&UtilisateurId(id)))
        .map(|nom| format!("le compte de {nom}"));
    Phrase {
        qui: match l.acteur_id {
            Some(id) => noms.get(&id).cloned().unwrap_or_else(|| "Un ancien compte".into()),
            None if l.requete.is_nil() => "Un membre de l’équipe".into(),
            // A shared bilan is opened by whoever holds its link.
            None if porte || l.objet == "lien_bilan" && l.action == Action::Ouverture => "Quelqu’un".into(),
            None => "Passeur".into(),
        },
        fait: l.action.libelle(),
        quoi: (!porte)
            .then(|| nom_objet.unwrap_or_else(|| connu.map_or_else(|| l.objet.replace('_', " "), |(_, quoi, ..)| (*quoi).into()))),
        lien: connu.and_then(|(_, _, _, page)| *page).filter(|_| !efface).and_then(|page| l.objet_id.map(|id| format!("{page}{id}"))),
        champs: l.champs.0.iter().map(|c| nom_champ(c)).collect::<Vec<_>>().join(", "),
    }
}

/// The names of fields are those of the code: those that lost an accent get it back.
fn nom_champ(champ: &str) -> String {
    match champ {
        "conservation" => "durée de conservation dépassée ou prolongée".into(),
        "conservation_mois" => "durée de conservation".into(),
        "auteurs" => "noms retirés après un an".into(),
        "fonction" => "rôle dans l’équipe".into(),
        "actif" => "compte actif ou non".into(),
        "lien_mot_de_passe" => "lien de mot de passe envoyé".into(),
        "prenom" => "prénom".into(),
        "telephone" => "téléphone".into(),
        "annee_naissance" => "année de naissance".into(),
        "date_naissance" => "date de naissance".into(),
        "tranche_age" => "tranche d’âge".into(),
        "identite" => "identité".into(),
        "donnees" => "toutes ses données".into(),
        "donnees_activite" => "données d’activité".into(),
        "duree_minutes" => "durée".into(),
        "thematique" => "thématique".into(),
        "mediateur" => "médiateur ou médiatrice".into(),
        "thematiques" => "thématiques".into(),
        "demarches" => "démarches".into(),
        "materiels" => "matériels".into(),
        "reponses" => "réponses".into(),
        "resultat" => "résultat".into(),
        "etat" => "état".into(),
        "amenagements" => "aménagements".into(),
        autre => autre.replace('_', " "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::{DateTime, Utc};
    use socle::journal::Champs;
    use uuid::Uuid;

    fn ligne(action: Action, objet: &str, champs: &[&str]) -> Model {
        Model {
            id: Uuid::nil(),
            quand: DateTime::<Utc>::UNIX_EPOCH,
            acteur_id: Some(UtilisateurId(Uuid::from_u128(1))),
            structure_id: None,
            action,
            objet: objet.into(),
            objet_id: Some(Uuid::from_u128(2)),
            champs: Champs(champs.iter().map(|c| (*c).to_owned()).collect()),
            requete: Uuid::nil(),
        }
    }

    #[test]
    fn une_ligne_se_lit_comme_une_phrase() {
        let noms = HashMap::from([
            (UtilisateurId(Uuid::from_u128(1)), "Camille".to_owned()),
            (UtilisateurId(Uuid::from_u128(2)), "Sacha".to_owned()),
        ]);
        let p = phrase(&ligne(Action::Modification, "personne", &["prenom", "commune"]), &noms);
        assert_eq!((p.qui.as_str(), p.fait, p.quoi.as_deref()), ("Camille", "a modifié", Some("le dossier d’une personne")));
        assert_eq!(p.lien.unwrap(), format!("/personnes/{}", Uuid::from_u128(2)));
        assert_eq!(p.champs, "prénom, commune");
        assert_eq!(phrase(&ligne(Action::Suppression, "accompagnement", &[]), &noms).lien, None);
        assert_eq!(phrase(&ligne(Action::Creation, "utilisateur", &[]), &noms).quoi.unwrap(), "le compte de Sacha");
        assert_eq!(phrase(&ligne(Action::Connexion, "session", &[]), &noms).quoi, None);
        assert_eq!(phrase(&ligne(Action::Creation, "objet_neuf", &[]), &noms).quoi.unwrap(), "objet neuf");
        assert_eq!(phrase(&ligne(Action::Creation, "lieu", &[]), &HashMap::new()).qui, "Un ancien compte");
        let oubliee = Model { acteur_id: None, ..ligne(Action::Connexion, "session", &[]) };
        assert_eq!(phrase(&oubliee, &noms).qui, "Un membre de l’équipe");
    }
}
