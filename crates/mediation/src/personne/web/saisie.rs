use chrono::{DateTime, Utc};
use interface::{Choix, Erreurs, requete::choix};
use socle::{Erreur, Nomenclature, Resultat, controle::Controle, erreur::ErreurChamp, horloge, identifiant::PersonneId, texte::nettoyer};
use territoire::commune;

use crate::{
    nomenclatures::{Besoin, Genre, Statut, TrancheAge},
    personne::{CreerPersonne, ModifierPersonne, Personne, regles},
};

/// The form of a file, as typed.
#[derive(Clone, Debug, Default, serde::Deserialize)]
#[serde(default)]
pub struct Saisie {
    /// Made with the form, so that sending it twice creates one file.
    pub id: String,
    /// The version read, when the file exists.
    pub version: String,
    /// Where to go once created.
    pub suite: String,
    pub prenom: String,
    pub nom: String,
    pub surnom: String,
    pub telephone: String,
    pub courriel: String,
    pub date_naissance: String,
    pub annee_naissance: String,
    pub tranche_age: String,
    pub genre: String,
    pub statut: String,
    pub commune: String,
    pub langue: String,
    pub besoins: Vec<String>,
    pub amenagements: String,
    pub notes: String,
    /// « oui »: the person agrees that a file is kept.
    pub accord_suivi: String,
    /// « oui »: the person agrees to be called back.
    pub accord_contact: String,
    /// « oui »: create in spite of near files.
    pub confirme: String,
}

impl Saisie {
    /// The form of an existing file.
    pub fn de(p: &Personne) -> Self {
        let texte = |t: &Option<String>| t.clone().unwrap_or_default();
        Self {
            version: p.version.to_string(),
            prenom: texte(&p.prenom),
            nom: texte(&p.nom),
            surnom: texte(&p.surnom),
            telephone: texte(&p.telephone),
            courriel: texte(&p.courriel),
            date_naissance: p.date_naissance.map(interface::format::iso).unwrap_or_default(),
            // The date says the year: shown twice, it would have to be changed twice.
            annee_naissance: p.annee_naissance.filter(|_| p.date_naissance.is_none()).map(|a| a.to_string()).unwrap_or_default(),
            tranche_age: p.tranche_age.map(Nomenclature::code).unwrap_or_default(),
            genre: p.genre.map(Nomenclature::code).unwrap_or_default(),
            statut: p.statut.map(Nomenclature::code).unwrap_or_default(),
            commune: p.commune.as_deref().map(commune::nommer).unwrap_or_default(),
            langue: texte(&p.langue),
            besoins: p.besoins.0.iter().map(|b| b.code()).collect(),
            amenagements: texte(&p.amenagements),
            notes: texte(&p.notes),
            ..Self::default()
        }
    }

    /// Reads the form, with every fault at once; `avant` is the file as it is, if it exists.
    pub fn lire(&self, avant: Option<&Personne>, maintenant: DateTime<Utc>) -> Resultat<CreerPersonne> {
        let mut c = Controle::new();
        let texte = |t: &str| nettoyer(Some(t.to_owned()));
        let gardee = avant.and_then(|p| p.commune.clone()).filter(|code| commune::nommer(code) == self.commune.trim());
        let d = CreerPersonne {
            id: self.id.parse().ok(),
            prenom: texte(&self.prenom),
            nom: texte(&self.nom),
            surnom: texte(&self.surnom),
            telephone: texte(&self.telephone),
            courriel: texte(&self.courriel),
            date_naissance: c.date("date_naissance", &self.date_naissance),
            annee_naissance: c.nombre("annee_naissance", &self.annee_naissance),
            tranche_age: c.code::<TrancheAge>("tranche_age", &self.tranche_age),
            genre: c.code::<Genre>("genre", &self.genre),
            statut: c.code::<Statut>("statut", &self.statut),
            commune: gardee.or_else(|| commune::lire_saisie(&mut c, "commune", &self.commune).map(|code| code.to_string())),
            langue: texte(&self.langue),
            besoins: c.codes::<Besoin>("besoins", &self.besoins),
            amenagements: texte(&self.amenagements),
            notes: texte(&self.notes),
        };
        let mut fautes = c.fautes().to_vec();
        let mut fiche = regles::fiche(PersonneId(uuid::Uuid::nil()), d.clone(), maintenant);
        match regles::controler(&mut fiche, avant, horloge::jour(maintenant)) {
            Err(Erreur::Invalide(f)) => fautes.extend(f),
            autre => autre?,
        }
        if fautes.is_empty() { Ok(d) } else { Err(Erreur::Invalide(ranger(fautes))) }
    }

    /// The whole form as a change of the file.
    pub fn changement(&self, d: CreerPersonne) -> ModifierPersonne {
        ModifierPersonne {
            version: self.version.parse().ok(),
            prenom: Some(d.prenom),
            nom: Some(d.nom),
            surnom: Some(d.surnom),
            telephone: Some(d.telephone),
            courriel: Some(d.courriel),
            date_naissance: Some(d.date_naissance),
            annee_naissance: Some(d.annee_naissance),
            tranche_age: Some(d.tranche_age),
            genre: Some(d.genre),
            statut: Some(d.statut),
            commune: Some(d.commune),
            langue: Some(d.langue),
            besoins: Some(d.besoins),
            amenagements: Some(d.amenagements),
            notes: Some(d.notes),
        }
    }

    /// A local path to go to with `?personne=`, or none: a form never leads to another site.
    pub fn suite(&self) -> Option<&str> {
        let s = self.suite.as_str();
        let local = s.starts_with('/') && !s.starts_with("//") && s.len() <= 100;
        (local && s.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '/' | '-' | '_'))).then_some(s)
    }

    /// What is said of each field, as people read it: to compare two versions.
    fn lisible(&self, champ: &str) -> String {
        fn libelle<N: Nomenclature>(code: &str) -> String {
            N::depuis(code).map(|n| n.libelle().to_owned()).unwrap_or_default()
        }
        match champ {
            "prenom" => self.prenom.clone(),
            "nom" => self.nom.clone(),
            "surnom" => self.surnom.clone(),
            "telephone" => self.telephone.clone(),
            "courriel" => self.courriel.clone(),
            "date_naissance" => chrono::NaiveDate::parse_from_str(&self.date_naissance, "%Y-%m-%d")
                .map_or_else(|_| self.date_naissance.clone(), interface::format::date_courte),
            "annee_naissance" => self.annee_naissance.clone(),
            "tranche_age" => libelle::<TrancheAge>(&self.tranche_age),
            "genre" => libelle::<Genre>(&self.genre),
            "statut" => libelle::<Statut>(&self.statut),
            "commune" => self.commune.clone(),
            "langue" => self.langue.clone(),
            "besoins" => self.besoins.iter().map(|b| libelle::<Besoin>(b)).collect::<Vec<_>>().join(", "),
            "amenagements" => self.amenagements.clone(),
            "notes" => self.notes.clone(),
            _ => String::new(),
        }
    }
}

/// The fields, in the order of the form, and what people call them.
pub const CHAMPS: [(&str, &str); 15] = [
    ("prenom", "Prénom"),
    ("nom", "Nom"),
    ("surnom", "Surnom"),
    ("telephone", "Téléphone"),
    ("commune", "Commune"),
    ("annee_naissance", "Année de naissance"),
    ("date_naissance", "Date de naissance"),
    ("tranche_age", "Tranche d’âge"),
    ("courriel", "Courriel"),
    ("genre", "Genre"),
    ("statut", "Situation"),
    ("langue", "Langue"),
    ("besoins", "Besoins"),
    ("amenagements", "Aménagements"),
    ("notes", "Notes"),
];

/// Faults in the order of the form.
fn ranger(mut fautes: Vec<ErreurChamp>) -> Vec<ErreurChamp> {
    fautes.sort_by_key(|f| CHAMPS.iter().position(|(champ, _)| *champ == f.champ));
    fautes
}

/// A field that two people wrote differently.
pub struct Ecart {
    pub champ: &'static str,
    pub libelle: &'static str,
    pub saisi: String,
    pub actuel: String,
}

/// The fields of `changes` where the form says something else than the file.
pub fn ecarts(saisie: &Saisie, actuelle: &Personne, changes: &[String]) -> Vec<Ecart> {
    let actuel = Saisie::de(actuelle);
    // A changed date of birth changes the year too, which the form leaves empty then.
    CHAMPS
        .into_iter()
        .filter(|(champ, _)| changes.iter().any(|c| c == champ))
        .map(|(champ, libelle)| Ecart { champ, libelle, saisi: saisie.lisible(champ).trim().to_owned(), actuel: actuel.lisible(champ) })
        .filter(|e| e.saisi != e.actuel)
        .collect()
}

/// What both forms of a file show: the fields, their choices, their faults.
pub struct Champs {
    pub s: Saisie,
    pub erreurs: Erreurs,
    pub tranches: Vec<Choix>,
    pub genres: Vec<Choix>,
    pub statuts: Vec<Choix>,
    pub besoins: Vec<Choix>,
}

impl Champs {
    pub fn nouveaux(s: Saisie, erreurs: Erreurs) -> Self {
        let besoins: Vec<Besoin> = s.besoins.iter().filter_map(|b| Besoin::depuis(b)).collect();
        Self {
            tranches: choix::<TrancheAge>(TrancheAge::depuis(&s.tranche_age).as_slice()),
            genres: choix::<Genre>(Genre::depuis(&s.genre).as_slice()),
            statuts: choix::<Statut>(Statut::depuis(&s.statut).as_slice()),
            besoins: choix::<Besoin>(&besoins),
            s,
            erreurs,
        }
    }

    /// `date`, unless what was typed is no date that such a field can show.
    pub fn genre_date(&self) -> &'static str {
        let lisible = self.s.date_naissance.is_empty() || chrono::NaiveDate::parse_from_str(&self.s.date_naissance, "%Y-%m-%d").is_ok();
        if lisible { "date" } else { "text" }
    }

    fn ouvert(&self, champs: &[&str]) -> bool {
        champs.iter().any(|c| !self.s.lisible(c).is_empty() || self.erreurs.de(c).is_some())
    }

    /// Whether a folded group holds something to see.
    pub fn situation_ouverte(&self) -> bool {
        self.ouvert(&["courriel", "genre", "statut", "langue"])
    }

    pub fn besoins_ouverts(&self) -> bool {
        self.ouvert(&["besoins", "amenagements"])
    }

    pub fn notes_ouvertes(&self) -> bool {
        self.ouvert(&["notes"])
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("/accueil", Some("/accueil"))]
    #[case("/accompagnements/nouveau", Some("/accompagnements/nouveau"))]
    #[case("", None)]
    #[case("//ailleurs.invalid/", None)]
    #[case("/\\ailleurs.invalid", None)]
    #[case("https://ailleurs.invalid", None)]
    #[case("/accueil?x=1", None)]
    fn la_suite_reste_ici(#[case] suite: &str, #[case] lue: Option<&str>) {
        assert_eq!(Saisie { suite: suite.into(), ..Saisie::default() }.suite(), lue);
    }

    #[test]
    fn les_fautes_sont_dans_l_ordre_du_formulaire() {
        let s = Saisie {
            telephone: "?".into(),
            date_naissance: "31/02/1970".into(),
            genre: "inconnu".into(),
            commune: "zzzzzz".into(),
            courriel: "x".into(),
            ..Saisie::default()
        };
        let Err(Erreur::Invalide(f)) = s.lire(None, DateTime::<Utc>::UNIX_EPOCH) else { panic!("accepté") };
        let champs: Vec<_> = f.iter().map(|f| f.champ.as_str()).collect();
        assert_eq!(champs, ["nom", "telephone", "commune", "date_naissance", "courriel", "genre"]);
    }

    #[test]
    fn la_fiche_relue_est_la_meme() {
        let s =
            Saisie { prenom: "Essai".into(), commune: "Saint-Denis (974)".into(), besoins: vec!["lieu_calme".into()], ..Saisie::default() };
        let d = s.lire(None, DateTime::<Utc>::UNIX_EPOCH).unwrap();
        let p = regles::fiche(PersonneId(uuid::Uuid::nil()), d, DateTime::<Utc>::UNIX_EPOCH);
        assert_eq!(p.commune.as_deref(), Some("97411"));
        let relue = Saisie::de(&p);
        assert_eq!((relue.prenom, relue.commune, relue.besoins), (s.prenom, s.commune, s.besoins));
    }
}
