//! What of the programme is asked for: the same in its list, its calendar and its map.

use chrono::{DateTime, NaiveDate, Utc};
use mediation::nomenclatures::Thematique;
use sea_orm::{Select, entity::prelude::*};
use socle::{Nomenclature, controle::Controle, identifiant::StructureId};

use super::imprimer::minuit;
use crate::seance::{EtatSeance, table};

/// As it is typed, or stands in an address.
#[derive(Clone, Debug, Default, serde::Deserialize)]
#[serde(default)]
pub(super) struct Saisie {
    pub structure: String,
    pub commune: String,
    pub thematique: String,
    pub jour: String,
    pub adaptees: String,
}

/// The workshops published and to come that are asked for.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Choix {
    pub structure: Option<StructureId>,
    /// INSEE code.
    pub commune: Option<String>,
    pub thematique: Option<Thematique>,
    /// From this day on.
    pub jour: Option<NaiveDate>,
    /// Those that say how they are adapted.
    pub adaptees: bool,
}

impl Saisie {
    /// What is understood of it, and whether a commune was typed that is not one: what cannot be read is not asked for, the
    /// page still shows something.
    pub fn lire(&self) -> (Choix, bool) {
        let mut c = Controle::new();
        let commune = territoire::commune::lire_saisie(&mut c, "commune", &self.commune).map(|c| c.to_string());
        let choix = Choix {
            structure: self.structure.parse().ok(),
            commune,
            thematique: Thematique::depuis(&self.thematique),
            jour: self.jour.trim().parse().ok(),
            adaptees: self.adaptees == "oui",
        };
        (choix, !c.fautes().is_empty())
    }

    pub fn thematiques(&self) -> Vec<interface::Choix> {
        interface::requete::choix::<Thematique>(Thematique::depuis(&self.thematique).as_slice())
    }
}

impl Choix {
    /// All those of a structure.
    pub fn de(structure: Option<StructureId>) -> Self {
        Self { structure, ..Self::default() }
    }

    /// The séances, from `maintenant` on.
    pub(super) fn seances(&self, maintenant: DateTime<Utc>) -> Select<table::Entity> {
        let depuis = self.jour.and_then(minuit).map_or(maintenant, |t| Ord::max(t, maintenant));
        let mut q = table::Entity::find()
            .filter(table::Column::Publiee.eq(true))
            .filter(table::Column::Etat.eq(EtatSeance::Programmee))
            .filter(table::Column::Debut.gt(depuis));
        if let Some(s) = self.structure {
            q = q.filter(table::Column::StructureId.eq(s));
        }
        if let Some(c) = &self.commune {
            q = q.filter(table::Column::Commune.eq(c));
        }
        if let Some(t) = self.thematique {
            // A list of codes, each between quotes: none is a part of another. The code is one of ours, never what was typed.
            q = q.filter(Expr::cust(format!("CAST(seance.thematiques AS TEXT) LIKE '%\"{}\"%'", t.code())));
        }
        if self.adaptees {
            q = q.filter(table::Column::Adaptations.is_not_null());
        }
        q
    }

    /// `chemin` with what is asked for, and `autres` parameters; the structure is in the path of the list, a parameter elsewhere.
    fn adresse(&self, chemin: &str, structure: Option<StructureId>, autres: &[String]) -> String {
        let mut p: Vec<String> = structure.map(|s| format!("structure={s}")).into_iter().collect();
        p.extend(self.commune.as_ref().map(|c| format!("commune={c}")));
        p.extend(self.thematique.map(|t| format!("thematique={}", t.code())));
        p.extend(self.jour.map(|j| format!("jour={j}")));
        p.extend(self.adaptees.then(|| "adaptees=oui".to_owned()));
        p.extend_from_slice(autres);
        if p.is_empty() { chemin.to_owned() } else { format!("{chemin}?{}", p.join("&")) }
    }

    /// Where the list is, whatever is asked for.
    pub(super) fn chemin(&self) -> String {
        self.structure.map_or_else(|| "/programme".to_owned(), |s| format!("/programme/{s}"))
    }

    pub(super) fn liste(&self, autres: &[String]) -> String {
        self.adresse(&self.chemin(), None, autres)
    }

    pub(super) fn mois(&self, autres: &[String]) -> String {
        // A calendar says the day itself.
        Self { jour: None, ..self.clone() }.adresse("/programme/mois", self.structure, autres)
    }

    pub(super) fn carte(&self, autres: &[String]) -> String {
        self.adresse("/programme/carte", self.structure, autres)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ce_qu_on_a_choisi_suit_d_une_vue_a_l_autre() {
        let saisie = |commune: &str, jour: &str| Saisie {
            commune: commune.into(),
            jour: jour.into(),
            thematique: "email".into(),
            adaptees: "oui".into(),
            ..Saisie::default()
        };
        let (c, inconnue) = saisie("Toulouse", "2026-03-20").lire();
        assert!(!inconnue && c.commune.as_deref() == Some("31555"));
        assert_eq!(c.liste(&["page=1".into()]), "/programme?commune=31555&thematique=email&jour=2026-03-20&adaptees=oui&page=1");
        assert_eq!(c.mois(&[]), "/programme/mois?commune=31555&thematique=email&adaptees=oui");
        let s: StructureId = "00000000-0000-7000-8000-000000000001".parse().unwrap();
        assert_eq!(Choix::de(Some(s)).carte(&[]), format!("/programme/carte?structure={s}"));
        assert_eq!(Choix::de(Some(s)).liste(&[]), format!("/programme/{s}"));
        let (c, inconnue) = saisie("Nullepart-les-Bains", "hier").lire();
        assert!(inconnue && c.commune.is_none() && c.jour.is_none() && c.thematique == Some(Thematique::Email));
    }
}
