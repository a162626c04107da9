//! A row of a file, read: what it asks to create, or everything that is to be mended in it.

use std::collections::HashMap;

use chrono::NaiveDate;
use mediation::{
    accompagnement::{Anonymes, CreerAccompagnement},
    nomenclatures::{Genre, Niveau, Statut, Thematique, TrancheAge, TypeActivite},
    personne::CreerPersonne,
};
use socle::{
    identifiant::{LieuId, UtilisateurId},
    texte::plier,
};

use crate::{
    champ::Champ,
    fichier::{Cellule, Rangee},
    valeurs::{self, Remede},
};

/// Something to mend in a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Faute {
    pub champ: Option<Champ>,
    pub valeur: String,
    pub message: Remede,
}

/// Who a line is about.
#[derive(Clone, Debug, Default)]
pub struct Identite {
    /// The number of the person in the tool the file comes from.
    pub source: Option<String>,
    pub demande: CreerPersonne,
    /// One cell says the whole name: where the first name ends is a guess.
    pub nom_entier: Option<String>,
}

/// An accompaniment as its line says it.
#[derive(Clone, Debug)]
pub struct Seance {
    pub source: Option<String>,
    pub demande: CreerAccompagnement,
    pub identite: Option<Identite>,
    pub mediateur: Option<UtilisateurId>,
    /// Names that the structure does not know, for the preview: `lieu` or `mediateur`, and the name.
    pub inconnus: Vec<(&'static str, String)>,
}

/// What lines are read against.
#[derive(Default)]
pub struct References {
    /// Folded names of the team.
    pub membres: HashMap<String, UtilisateurId>,
    /// Folded names of the lieux.
    pub lieux: HashMap<String, LieuId>,
    pub aujourd_hui: NaiveDate,
}

/// Reads the cells of a row by what they mean, gathering the faults.
struct Cases<'a> {
    rangee: &'a Rangee,
    colonnes: &'a HashMap<Champ, usize>,
    fautes: Vec<Faute>,
}

static VIDE: Cellule = Cellule::Vide;

impl<'a> Cases<'a> {
    fn case(&self, c: Champ) -> &'a Cellule {
        self.colonnes.get(&c).and_then(|i| self.rangee.cellules.get(*i)).unwrap_or(&VIDE)
    }

    fn texte(&self, c: Champ) -> Option<String> {
        valeurs::texte(self.case(c))
    }

    fn lire<T: Default>(&mut self, champ: Champ, lu: Result<T, Remede>) -> T {
        lu.unwrap_or_else(|message| {
            self.fautes.push(Faute { champ: Some(champ), valeur: self.case(champ).en_texte(), message });
            T::default()
        })
    }

    fn manque(&mut self, champ: Champ, message: &str) {
        if self.fautes.iter().all(|f| f.champ != Some(champ)) {
            self.fautes.push(Faute { champ: Some(champ), valeur: String::new(), message: message.to_owned() });
        }
    }

    fn commune(&mut self, insee: Champ, postal: Champ, nom: Champ) -> Option<String> {
        let lu = valeurs::code_commune(self.case(insee), self.case(postal), self.case(nom));
        // The fault is shown on the column that says most.
        let montre = [nom, insee, postal].into_iter().find(|c| !self.case(*c).est_vide()).unwrap_or(nom);
        self.lire(montre, lu)
    }
}

/// Where each meaning is, in a row.
pub fn colonnes(correspondance: &[Option<Champ>]) -> HashMap<Champ, usize> {
    correspondance.iter().enumerate().filter_map(|(i, c)| c.map(|c| (c, i))).collect()
}

/// A row of a file of people.
pub fn personne(rangee: &Rangee, colonnes: &HashMap<Champ, usize>, r: &References) -> (Identite, Vec<Faute>) {
    let mut c = Cases { rangee, colonnes, fautes: vec![] };
    let date = valeurs::jour(c.case(Champ::DateNaissance), r.aujourd_hui);
    let annee = valeurs::nombre(c.case(Champ::AnneeNaissance)).map(|n| n.and_then(|n| i32::try_from(n).ok()));
    let demande = CreerPersonne {
        id: None,
        prenom: c.texte(Champ::Prenom),
        nom: c.texte(Champ::Nom),
        surnom: c.texte(Champ::Surnom),
        telephone: valeurs::telephone(c.case(Champ::Telephone)),
        courriel: c.texte(Champ::Courriel),
        date_naissance: c.lire(Champ::DateNaissance, date),
        annee_naissance: c.lire(Champ::AnneeNaissance, annee),
        tranche_age: c.lire(Champ::TrancheAge, valeurs::une(c.case(Champ::TrancheAge))),
        genre: c.lire(Champ::Genre, valeurs::une(c.case(Champ::Genre))),
        statut: c.lire(Champ::Statut, valeurs::une(c.case(Champ::Statut))),
        commune: c.commune(Champ::CodeInsee, Champ::CodePostal, Champ::Commune),
        langue: c.texte(Champ::Langue),
        besoins: c.lire(Champ::Besoins, valeurs::plusieurs(c.case(Champ::Besoins))),
        amenagements: c.texte(Champ::Amenagements),
        notes: c.texte(Champ::Notes),
    };
    let source = c.texte(Champ::Identifiant);
    (Identite { source, demande: ranger(demande), nom_entier: None }, c.fautes)
}

/// A year of birth makes the band useless, and the band would win over it.
fn ranger(mut d: CreerPersonne) -> CreerPersonne {
    if d.annee_naissance.is_some() || d.date_naissance.is_some() || d.tranche_age == Some(TrancheAge::NonCommunique) {
        d.tranche_age = None;
    }
    d.genre = d.genre.filter(|g| *g != Genre::NonCommunique);
    d.statut = d.statut.filter(|s| *s != Statut::NonCommunique);
    d
}

/// A whole name cut in two: the last words in capitals are the name, else all but the first word.
fn couper_nom(entier: &str) -> (Option<String>, Option<String>) {
    let mots: Vec<&str> = entier.split_whitespace().collect();
    let capitales = mots.iter().rev().take_while(|m| m.chars().any(char::is_alphabetic) && m.chars().all(|c| !c.is_lowercase())).count();
    let coupe = if (1..mots.len()).contains(&capitales) { mots.len() - capitales } else { 1.min(mots.len()) };
    let joindre = |m: &[&str]| (!m.is_empty()).then(|| m.join(" "));
    (joindre(&mots[..coupe]), joindre(&mots[coupe..]))
}

/// What the Coop writes for someone without a name.
const ANONYMES: [&str; 4] = ["beneficiaire anonyme", "anonyme", "sans nom", "inconnu"];

/// A row of a file of accompaniments.
pub fn seance(rangee: &Rangee, colonnes: &HashMap<Champ, usize>, r: &References) -> (Seance, Vec<Faute>) {
    let mut c = Cases { rangee, colonnes, fautes: vec![] };
    let date = c.lire(Champ::Date, valeurs::jour(c.case(Champ::Date), r.aujourd_hui));
    let genre_activite = c.lire(Champ::Type, valeurs::une::<TypeActivite>(c.case(Champ::Type)));
    let duree = c.lire(Champ::Duree, valeurs::minutes(c.case(Champ::Duree)));
    let canal = c.lire(Champ::Canal, valeurs::une(c.case(Champ::Canal)));
    if date.is_none() {
        c.manque(Champ::Date, "Indiquez la date.");
    }
    if genre_activite.is_none() {
        c.manque(Champ::Type, "Indiquez « Individuel » ou « Collectif ».");
    }
    if duree.is_none() {
        c.manque(Champ::Duree, "Indiquez la durée, en minutes.");
    }
    if canal.is_none() {
        c.manque(Champ::Canal, "Indiquez où : « Lieu d’activité », « À domicile », « À distance » ou « Autre lieu ».");
    }
    let collectif = genre_activite == Some(TypeActivite::Collectif);
    let (mut autonomie, mut niveau) = (None, None);
    if collectif {
        niveau = c.lire(Champ::Autonomie, valeurs::une::<Niveau>(c.case(Champ::Autonomie)));
    } else {
        autonomie = c.lire(Champ::Autonomie, valeurs::une(c.case(Champ::Autonomie)));
    }
    let (thematiques, demarches) = c.lire(Champ::Thematiques, valeurs::thematiques(c.case(Champ::Thematiques)));
    if thematiques.is_empty() {
        c.manque(Champ::Thematiques, "Indiquez au moins une thématique.");
    }
    let mut inconnus = vec![];
    let lieu = c.texte(Champ::Lieu).and_then(|n| {
        let connu = r.lieux.get(&plier(&n)).copied();
        if connu.is_none() {
            inconnus.push(("lieu", n));
        }
        connu
    });
    let mediateur = {
        let n = [c.texte(Champ::MediateurPrenom), c.texte(Champ::MediateurNom)].into_iter().flatten().collect::<Vec<_>>().join(" ");
        let connu = r.membres.get(&plier(&n)).copied();
        if connu.is_none() && !n.is_empty() {
            inconnus.push(("mediateur", n));
        }
        connu
    };
    // What has no field of its own is kept in the notes.
    let notes: Vec<String> = [
        c.texte(Champ::Notes),
        c.texte(Champ::PrecisionDemarche).map(|t| format!("Démarche\u{a0}: {t}")),
        c.texte(Champ::Etiquettes).map(|t| format!("Étiquettes\u{a0}: {}", t.replace('\n', ", "))),
        c.texte(Champ::Redirection).map(|t| format!("Orientation\u{a0}: {t}")).or_else(|| {
            c.texte(Champ::Reoriente).filter(|t| plier(t) == "oui").map(|_| "Orientation\u{a0}: oui, sans précision".to_owned())
        }),
        c.texte(Champ::Lieu).filter(|_| lieu.is_none()).map(|t| format!("Lieu\u{a0}: {t}")),
    ]
    .into_iter()
    .flatten()
    .collect();

    let tranche = c.lire(Champ::TrancheAge, valeurs::une::<TrancheAge>(c.case(Champ::TrancheAge)));
    let genre = c.lire(Champ::Genre, valeurs::une::<Genre>(c.case(Champ::Genre)));
    let statut = c.lire(Champ::Statut, valeurs::une::<Statut>(c.case(Champ::Statut)));
    let sans_nom = c.lire(Champ::SansNom, valeurs::nombre(c.case(Champ::SansNom)));
    let identifiant = c.texte(Champ::BeneficiaireIdentifiant);
    let entier = c.texte(Champ::Beneficiaire).filter(|n| !ANONYMES.contains(&plier(n).as_str()));
    let identite = if entier.is_some() || identifiant.is_some() {
        let (prenom, nom) = entier.as_deref().map_or((None, None), couper_nom);
        let annee = valeurs::nombre(c.case(Champ::AnneeNaissance)).map(|n| n.and_then(|n| i32::try_from(n).ok()));
        let demande = CreerPersonne {
            prenom,
            nom,
            annee_naissance: c.lire(Champ::AnneeNaissance, annee),
            tranche_age: tranche,
            genre,
            statut,
            commune: c.commune(Champ::CodeInsee, Champ::CodePostal, Champ::Commune),
            ..CreerPersonne::default()
        };
        Some(Identite { source: identifiant, demande: ranger(demande), nom_entier: entier })
    } else {
        None
    };
    // A line that names nobody is somebody without a name.
    let total = sans_nom.unwrap_or(u32::from(identite.is_none()));
    let mut anonymes = Anonymes { total, ..Anonymes::default() };
    if identite.is_none() && total > 0 {
        anonymes.tranches_age.extend(tranche.filter(|t| *t != TrancheAge::NonCommunique).map(|t| (t, total)));
        anonymes.genres.extend(genre.filter(|t| *t != Genre::NonCommunique).map(|t| (t, total)));
        anonymes.statuts.extend(statut.filter(|t| *t != Statut::NonCommunique).map(|t| (t, total)));
    }
    let demande = CreerAccompagnement {
        id: None,
        r#type: genre_activite.unwrap_or(TypeActivite::Individuel),
        date: date.unwrap_or(r.aujourd_hui),
        duree_minutes: duree.unwrap_or(1),
        lieu_type: canal.unwrap_or(mediation::nomenclatures::LieuType::Autre),
        lieu,
        commune: c.commune(Champ::LieuCodeInsee, Champ::LieuCodePostal, Champ::LieuCommune),
        thematiques: if thematiques.is_empty() { vec![Thematique::DiagnosticNumerique] } else { thematiques },
        demarches,
        materiels: c.lire(Champ::Materiels, valeurs::plusieurs(c.case(Champ::Materiels))),
        autonomie,
        titre: c.texte(Champ::Titre),
        niveau,
        notes: (!notes.is_empty()).then(|| notes.join("\n")),
        personnes: vec![],
        anonymes: Some(anonymes),
    };
    (Seance { source: c.texte(Champ::Identifiant), demande, identite, mediateur, inconnus }, c.fautes)
}

/// The column that a field of a request comes from.
pub fn champ_de(champ: &str) -> Option<Champ> {
    Some(match champ.split(['[', '.']).next().unwrap_or("") {
        "prenom" => Champ::Prenom,
        "nom" => Champ::Nom,
        "surnom" => Champ::Surnom,
        "telephone" => Champ::Telephone,
        "courriel" => Champ::Courriel,
        "date_naissance" => Champ::DateNaissance,
        "annee_naissance" => Champ::AnneeNaissance,
        "commune" => Champ::Commune,
        "langue" => Champ::Langue,
        "amenagements" => Champ::Amenagements,
        "notes" => Champ::Notes,
        "date" => Champ::Date,
        "duree_minutes" => Champ::Duree,
        "titre" => Champ::Titre,
        "thematiques" => Champ::Thematiques,
        "personnes" => Champ::Beneficiaire,
        "anonymes" => Champ::SansNom,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::champ::{Nature, correspondance};

    fn lire(entetes: &[&str], cases: &[&str]) -> (Seance, Vec<Faute>) {
        let entetes: Vec<String> = entetes.iter().map(|e| (*e).to_owned()).collect();
        let cellules = cases.iter().map(|c| if c.is_empty() { Cellule::Vide } else { Cellule::Texte((*c).to_owned()) }).collect();
        let r = References { aujourd_hui: "2026-03-10".parse().unwrap(), ..References::default() };
        seance(&Rangee { numero: 2, cellules }, &colonnes(&correspondance(Nature::Accompagnements, &entetes)), &r)
    }

    const ENTETES: [&str; 6] = ["Date", "Type", "Durée (min)", "Canaux d’accompagnement", "Thématique(s) d’accompagnement", "Bénéficiaire"];

    #[test]
    fn une_ligne_de_la_coop() {
        let (s, f) = lire(&ENTETES, &["02/03/2025", "Accompagnement individuel", "30", "Lieu d’activité", "E-mail\nLogement", "Ada ESSAI"]);
        assert_eq!(f, []);
        assert_eq!(s.demande.thematiques, [Thematique::Email, Thematique::AideAuxDemarchesAdministratives]);
        let i = s.identite.unwrap();
        assert_eq!((i.demande.prenom.as_deref(), i.demande.nom.as_deref()), (Some("Ada"), Some("ESSAI")));
        assert_eq!(s.demande.anonymes.unwrap().total, 0);
    }

    #[test]
    fn personne_de_nomme_est_quelquun_sans_nom() {
        let (s, _) = lire(&ENTETES, &["02/03/2025", "Individuel", "30", "À distance", "E-mail", "Bénéficiaire anonyme"]);
        assert!(s.identite.is_none());
        assert_eq!(s.demande.anonymes.unwrap().total, 1);
    }

    #[test]
    fn toutes_les_fautes_dune_ligne_a_la_fois() {
        let (_, f) = lire(&ENTETES, &["hier", "", "beaucoup", "Mars", "Bureatique", ""]);
        let champs: Vec<_> = f.iter().filter_map(|f| f.champ).collect();
        assert_eq!(champs, [Champ::Date, Champ::Duree, Champ::Canal, Champ::Type, Champ::Thematiques]);
    }

    #[test]
    fn un_nom_entier_se_coupe() {
        let c = |t: &str| {
            let (a, b) = couper_nom(t);
            (a.unwrap_or_default(), b.unwrap_or_default())
        };
        assert_eq!(c("Marie Anne LE GOFF"), ("Marie Anne".into(), "LE GOFF".into()));
        assert_eq!(c("Ada Essai"), ("Ada".into(), "Essai".into()));
        assert_eq!(c("Ada"), ("Ada".into(), String::new()));
        assert_eq!(c("ADA ESSAI"), ("ADA".into(), "ESSAI".into()));
        assert_eq!(c(""), (String::new(), String::new()));
    }
}
