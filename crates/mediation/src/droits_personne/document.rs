//! The data of a person as a document they can read. Its shape: `crates/documents/README.md`.

use chrono::NaiveDate;
use interface::format::{date_longue, date_sans_jour, duree, instant_long};
use serde_json::{Value, json};
use territoire::{commune, structure::Structure};

use crate::ateliers::ReservationVue;

use super::vue::{
    AccompagnementRecu, Accord, AccueilRecu, DiagnosticRecu, DonneesPersonne, Identite, LigneJournal, Mot, OrientationRecue, ParcoursRecu,
};

/// What `Modele::DonneesPersonne` reads.
pub fn composer(d: &DonneesPersonne, s: &Structure, aujourd_hui: NaiveDate) -> Value {
    let suite = if d.complet { "" } else { " La liste est longue : seule une partie est imprimée, demandez le fichier complet." };
    json!({
        "structure": territoire::structure::en_tete(s),
        "date": aujourd_hui,
        "personne": d.identite.nom_affiche,
        "reference": d.identite.id.to_string(),
        "sections": [
            {"titre": "Votre identité", "explication": "Pour vous reconnaître d’une visite à l’autre et vous joindre.", "champs": identite(&d.identite)},
            section("Qui peut lire votre dossier", "L’équipe des structures qui vous suivent, et elles seules.",
                d.suivi_par.iter().map(|x| element(x.structure.clone(), [texte("Depuis le", Some(date_sans_jour(socle::horloge::jour(x.depuis))))]))),
            section("Vos accords", "Vous pouvez les retirer quand vous voulez.", d.consentements.iter().map(accord)),
            section("Vos rendez-vous", "Pour vous recevoir à l’heure dite et vous prévenir. Le nom et le contact sont effacés 90 jours après.",
                d.rendez_vous.iter().map(rendez_vous)),
            section("Vos accueils", "Pour savoir qui attend, et pourquoi.", d.accueils.iter().map(accueil)),
            section("Vos diagnostics", "Ce que nous avons regardé ensemble, et ce dont nous avons convenu.", d.diagnostics.iter().map(diagnostic)),
            section("Vos parcours", "Vos objectifs et les étapes prévues.", d.parcours.iter().map(parcours)),
            section("Vos accompagnements", "Pour savoir ce qui a été fait, et pour compter notre activité sans votre nom. Les noms des autres personnes présentes et les notes sur un groupe ne sont pas repris.",
                d.accompagnements.iter().map(accompagnement)),
            section("Vos orientations", "Les partenaires vers qui nous vous avons envoyé, avec votre accord.", d.orientations.iter().map(orientation)),
            section("Vos réservations d’ateliers", "Pour vous garder une place, vous prévenir, et savoir ce que vous avez appris. Le nom et le contact sont effacés 90 jours après.",
                d.reservations.iter().map(reservation)),
            section("Qui a ouvert votre dossier", &format!("Dans notre structure, du plus récent au plus ancien.{suite}"), d.journal.iter().map(ligne)),
        ],
    })
}

fn section(titre: &str, explication: &str, elements: impl Iterator<Item = Value>) -> Value {
    json!({"titre": titre, "explication": explication, "elements": elements.collect::<Vec<_>>()})
}

/// One record; what is not filled in is left out.
fn element(titre: String, champs: impl IntoIterator<Item = Option<Value>>) -> Value {
    json!({"titre": titre, "champs": champs.into_iter().flatten().collect::<Vec<_>>()})
}

fn texte(libelle: &str, valeur: Option<String>) -> Option<Value> {
    valeur.filter(|v| !v.trim().is_empty()).map(|v| json!({"libelle": libelle, "valeur": v}))
}

fn mot(libelle: &str, m: Option<&Mot>) -> Option<Value> {
    texte(libelle, m.map(|m| m.libelle.clone()))
}

fn liste(libelle: &str, v: &[Mot]) -> Option<Value> {
    texte(libelle, Some(v.iter().map(|m| m.libelle.as_str()).collect::<Vec<_>>().join(", ")))
}

/// All lines, the empty ones too: what is not known of a person is worth saying.
fn identite(i: &Identite) -> Vec<Value> {
    let besoins = i.besoins.iter().map(|m| m.libelle.as_str()).collect::<Vec<_>>().join(", ");
    let naissance = i.date_naissance.map(date_sans_jour).or(i.annee_naissance.map(|a| a.to_string()));
    let dit = |m: &Option<Mot>| m.as_ref().map(|m| m.libelle.clone());
    [
        ("Prénom", i.prenom.clone()),
        ("Nom", i.nom.clone()),
        ("Surnom", i.surnom.clone()),
        ("Téléphone", i.telephone.clone()),
        ("Courriel", i.courriel.clone()),
        (if i.date_naissance.is_some() { "Date de naissance" } else { "Année de naissance" }, naissance),
        ("Tranche d’âge", dit(&i.tranche_age)),
        ("Genre", dit(&i.genre)),
        ("Situation", dit(&i.statut)),
        ("Commune", i.commune.as_deref().map(commune::nommer)),
        ("Langue", i.langue.clone()),
        ("Besoins", Some(besoins)),
        ("Aménagements", i.amenagements.clone()),
        ("Notes", i.notes.clone()),
        ("Dossier ouvert le", Some(date_sans_jour(socle::horloge::jour(i.cree_le)))),
        ("Dernier changement le", Some(date_sans_jour(socle::horloge::jour(i.modifie_le)))),
    ]
    .into_iter()
    .map(|(libelle, valeur)| json!({"libelle": libelle, "valeur": valeur}))
    .collect()
}

fn accord(a: &Accord) -> Value {
    element(
        a.finalite.libelle.clone(),
        [
            texte("Donné le", Some(date_sans_jour(a.donne_le))),
            texte("Retiré le", a.retire_le.map(date_sans_jour)),
            texte("Comment", a.maniere.clone()),
            texte("Donné à", Some(a.structure.clone())),
            texte("Partagé avec", a.destinataire.clone()),
            texte("Noté par", a.recueilli_par.clone()),
        ],
    )
}

fn rendez_vous(r: &crate::rendez_vous::RendezVousRecu) -> Value {
    element(
        majuscule(&instant_long(r.debut)),
        [
            texte("Pour", Some(r.motif.clone())),
            texte("Ce qu’il en est", Some(r.etat.to_owned())),
            texte("Avec", r.avec.clone()),
            texte("Au nom de", Some(r.nom.clone()).filter(|n| !n.is_empty())),
            texte("Téléphone", r.telephone.clone()),
            texte("Courriel", r.courriel.clone()),
            texte("Un message n’a pas pu vous parvenir", r.refus_le.map(instant_long)),
            texte("Pour bien vous recevoir", r.besoins.clone()),
            texte("Pris le", Some(instant_long(r.pris_le))),
        ],
    )
}

fn accueil(a: &AccueilRecu) -> Value {
    element(
        majuscule(&instant_long(a.arrive_le)),
        [
            texte("Lieu", a.lieu.clone()),
            mot("Manière de venir", Some(&a.canal)),
            texte("Motif", a.motif.clone()),
            mot("Suite", Some(&a.suite)),
            texte("Accueil par", a.accueilli_par.clone()),
            texte("Pris en charge", a.pris_en_charge_le.map(instant_long)),
            texte("Par", a.pris_en_charge_par.clone()),
        ],
    )
}

fn diagnostic(d: &DiagnosticRecu) -> Value {
    let niveau = if d.convenu { "Niveau convenu ensemble" } else { "Niveau noté, pas encore convenu" };
    let mut champs = vec![
        texte("Avec", d.mediateur.clone()),
        mot(niveau, Some(&d.niveau)),
        mot("Niveau proposé par la grille", Some(&d.niveau_propose)),
        texte("Votre objectif", d.objectif.clone()),
        texte("Constats", d.constats.clone()),
        texte("Prochaines étapes", Some(d.etapes.join("\n"))),
    ];
    champs.extend(d.reponses.iter().map(|r| texte(&r.question, Some(r.reponse.clone()))));
    element(majuscule(&date_longue(d.date)), champs)
}

fn parcours(p: &ParcoursRecu) -> Value {
    let fin = p.clos_le.map_or_else(String::new, |j| format!(", terminé le {}", date_sans_jour(j)));
    let mut champs = vec![texte("Avec", p.mediateur.clone())];
    champs.extend(p.objectifs.iter().map(|o| {
        let statut = o.statut.libelle.to_lowercase();
        let dit = o.evalue_le.map_or(statut.clone(), |j| format!("{statut}, le {}", date_sans_jour(j)));
        texte("Objectif", Some(format!("{} ({dit})", o.libelle)))
    }));
    champs.extend(p.etapes.iter().map(|e| {
        let heure = e.heure.as_deref().map_or_else(String::new, |h| format!(" à {h}"));
        let prevue = e.prevue_le.map(|j| format!("prévue le {}{heure}", date_sans_jour(j)));
        let faite = e.faite_le.map(|j| format!("faite le {}", date_sans_jour(j)));
        let statut = faite.is_none().then(|| e.statut.libelle.to_lowercase());
        let dit: Vec<String> = [Some(e.nature.libelle.to_lowercase()), prevue, faite, statut].into_iter().flatten().collect();
        texte("Étape", Some(format!("{} ({})", e.libelle, dit.join(", "))))
    }));
    element(format!("Ouvert le {}{fin}", date_sans_jour(p.ouvert_le)), champs)
}

fn accompagnement(a: &AccompagnementRecu) -> Value {
    element(
        format!("{}, accompagnement {}", majuscule(&date_longue(a.date)), a.type_activite.libelle.to_lowercase()),
        [
            texte("Titre", a.titre.clone()),
            mot("Niveau", a.niveau.as_ref()),
            texte("Durée", Some(duree(i64::from(a.duree_minutes)))),
            texte("Lieu", Some(a.lieu.as_ref().map_or_else(|| a.lieu_type.libelle.clone(), |l| format!("{} ({l})", a.lieu_type.libelle)))),
            liste("Thématiques", &a.thematiques),
            liste("Démarches", &a.demarches),
            liste("Matériel", &a.materiels),
            mot("Autonomie", a.autonomie.as_ref()),
            texte("Notes", a.notes.clone()),
            texte("Avec", a.mediateur.clone()),
        ],
    )
}

fn orientation(o: &OrientationRecue) -> Value {
    let vers = o.partenaire.as_deref().unwrap_or("un partenaire");
    element(
        format!("{}, vers {vers}", majuscule(&date_longue(o.date))),
        [
            texte("Motif", Some(o.motif.clone())),
            mot("État", Some(&o.statut)),
            texte("Réponse le", o.repondu_le.map(date_sans_jour)),
            texte("Retour", o.retour.clone()),
            texte("Par", o.mediateur.clone()),
        ],
    )
}

fn reservation(r: &ReservationVue) -> Value {
    let mut champs = vec![
        mot("État", Some(&r.etat)),
        mot("Réservé", Some(&r.par)),
        texte("Le", Some(date_sans_jour(socle::horloge::jour(r.reserve_le)))),
        texte("À quel nom", Some(r.nom.clone())),
        texte("Téléphone", r.telephone.clone()),
        texte("Courriel", r.courriel.clone()),
        mot("Pour vous joindre", Some(&r.canal)),
        texte("Un message n’a pas pu vous parvenir", r.refus_le.map(instant_long)),
        texte("Envoi par un partenaire", r.orientee.then(|| "oui".into())),
        texte("Ce qui aide à vous accueillir", r.besoins.clone()),
        texte("Avis demandé deux semaines après", r.avis_accepte.then(|| "vous l’avez accepté".into())),
    ];
    for p in &r.presences {
        let mut dit: Vec<String> = p.etat.iter().chain(&p.signatures).map(|m| m.libelle.to_lowercase()).collect();
        dit.extend(p.gestes.iter().map(|g| {
            let vu = match g.animateur {
                Some(true) => "fait",
                Some(false) => "pas encore fait",
                None => "pas regardé",
            };
            let vous = match g.participant {
                Some(true) => " ; vous dites savoir le faire",
                Some(false) => " ; vous dites ne pas encore savoir",
                None => "",
            };
            format!("{} ({vu}{vous})", g.libelle)
        }));
        champs.push(texte(&majuscule(&date_longue(p.jour)), Some(dit.join("\n"))));
    }
    element(format!("{}, {}", r.atelier, date_sans_jour(socle::horloge::jour(r.debut))), champs)
}

fn ligne(l: &LigneJournal) -> Value {
    let qui = l.qui.as_deref().unwrap_or("un compte qui n’existe plus");
    element(format!("{} : {qui} {} le dossier", majuscule(&instant_long(l.quand)), l.action.libelle), [])
}

fn majuscule(t: &str) -> String {
    let mut lettres = t.chars();
    lettres.next().map_or_else(String::new, |l| l.to_uppercase().chain(lettres).collect())
}
