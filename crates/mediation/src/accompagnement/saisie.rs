//! The form of an accompaniment: all text, so that nothing typed is ever lost.

use std::collections::{BTreeMap, HashMap};

use chrono::NaiveDate;
use serde::Deserialize;
use socle::{
    ErreurChamp, Nomenclature, Resultat,
    controle::Controle,
    identifiant::{LieuId, PersonneId},
};
use territoire::commune;

use super::{Accompagnement, Anonymes, CreerAccompagnement, ModifierAccompagnement};
use crate::nomenclatures::{Autonomie, LieuType, Niveau, TypeActivite};

/// Durations proposed, in minutes.
pub const DUREES: [u32; 6] = [15, 30, 45, 60, 90, 120];

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Saisie {
    pub id: String,
    pub version: String,
    pub r#type: String,
    pub personnes: Vec<String>,
    pub cherche: String,
    pub action: String,
    pub date: String,
    pub duree: String,
    pub duree_autre: String,
    /// A lieu's id, or `domicile`, `a_distance`, `autre`.
    pub lieu: String,
    pub commune: String,
    pub thematiques: Vec<String>,
    pub demarches: Vec<String>,
    pub materiels: Vec<String>,
    pub autonomie: String,
    pub titre: String,
    pub niveau: String,
    pub notes: String,
    pub anonymes: String,
    /// Declared totals: `tranche_{code}`, `genre_{code}`, `statut_{code}`.
    #[serde(flatten)]
    pub totaux: HashMap<String, String>,
}

impl Saisie {
    pub fn collectif(&self) -> bool {
        self.r#type == "collectif"
    }

    /// What a new form starts from: today, and the place, duration and material of the last record.
    pub fn premiere(dernier: Option<&Accompagnement>, premier_lieu: Option<LieuId>, aujourd_hui: NaiveDate, collectif: bool) -> Self {
        let base = dernier.map(Self::de).unwrap_or_default();
        let meme_sorte = base.collectif() == collectif && dernier.is_some();
        Self {
            r#type: if collectif { "collectif" } else { "individuel" }.into(),
            date: aujourd_hui.to_string(),
            duree: if meme_sorte && base.duree != "autre" { base.duree } else { if collectif { "120" } else { "30" }.into() },
            lieu: if dernier.is_some() { base.lieu } else { premier_lieu.map_or_else(|| LieuType::Autre.code(), |l| l.to_string()) },
            materiels: if meme_sorte { base.materiels } else { vec![] },
            ..Self::default()
        }
    }

    /// The form of a record.
    pub fn de(a: &Accompagnement) -> Self {
        fn codes<N: Nomenclature>(v: &[N]) -> Vec<String> {
            v.iter().map(|n| n.code()).collect()
        }
        fn totaux<'a, N: Nomenclature + Ord>(prefixe: &'a str, m: &'a BTreeMap<N, u32>) -> impl Iterator<Item = (String, String)> + 'a {
            m.iter().map(move |(k, n)| (format!("{prefixe}{}", k.code()), n.to_string()))
        }
        let l = &a.ligne;
        let minutes = l.duree_minutes.unsigned_abs();
        let proposee = DUREES.contains(&minutes);
        Self {
            version: l.version.to_string(),
            r#type: l.type_activite.code(),
            personnes: a.personnes.iter().map(PersonneId::to_string).collect(),
            date: l.date.to_string(),
            duree: if proposee { minutes.to_string() } else { "autre".into() },
            duree_autre: if proposee { String::new() } else { minutes.to_string() },
            lieu: match (l.lieu_type, l.lieu_id) {
                (LieuType::LieuActivite, Some(id)) => id.to_string(),
                (t, _) => t.code(),
            },
            commune: l.commune.as_deref().map(commune::nommer).unwrap_or_default(),
            thematiques: codes(&a.thematiques),
            demarches: codes(&a.demarches),
            materiels: codes(&a.materiels),
            autonomie: l.autonomie.map(Nomenclature::code).unwrap_or_default(),
            titre: l.titre.clone().unwrap_or_default(),
            niveau: l.niveau.map(Nomenclature::code).unwrap_or_default(),
            notes: l.notes.clone().unwrap_or_default(),
            anonymes: if a.anonymes.total == 0 || l.type_activite == TypeActivite::Individuel {
                String::new()
            } else {
                a.anonymes.total.to_string()
            },
            totaux: totaux("tranche_", &a.anonymes.tranches_age)
                .chain(totaux("genre_", &a.anonymes.genres))
                .chain(totaux("statut_", &a.anonymes.statuts))
                .collect(),
            ..Self::default()
        }
    }

    /// The fields of declared totals: code, label, value typed.
    pub fn totaux<N: Nomenclature>(&self, prefixe: &str) -> Vec<(String, &'static str, String)> {
        N::tous()
            .into_iter()
            .filter(|n| n.code() != "non_communique")
            .map(|n| {
                let champ = format!("{prefixe}{}", n.code());
                let valeur = self.totaux.get(&champ).cloned().unwrap_or_default();
                (champ, n.libelle(), valeur)
            })
            .collect()
    }

    /// What is typed, read.
    fn lire(&self) -> Resultat<ModifierAccompagnement> {
        let mut c = Controle::new();
        let date = c.date("date", &self.date);
        c.exiger(!self.date.trim().is_empty(), "date", "Indiquez la date.");
        let duree = if self.duree == "autre" {
            let d = c.nombre::<u32>("duree_autre", &self.duree_autre);
            c.exiger(!self.duree_autre.trim().is_empty(), "duree_autre", "Indiquez la durée, en minutes.");
            d
        } else {
            let d = c.nombre::<u32>("duree", &self.duree);
            c.exiger(!self.duree.is_empty(), "duree", "Choisissez une durée.");
            d
        };
        let (lieu_type, lieu) = match self.lieu.parse::<LieuId>() {
            Ok(l) => (Some(LieuType::LieuActivite), Some(l)),
            Err(_) => (c.code::<LieuType>("lieu", &self.lieu), None),
        };
        c.exiger(!self.lieu.is_empty(), "lieu", "Choisissez où cela s’est passé.");
        let commune = commune::lire_saisie(&mut c, "commune", &self.commune).map(|x| x.to_string());
        let personnes: Vec<PersonneId> = self.personnes.iter().filter_map(|p| c.identifiant("personnes", p)).collect();
        let total =
            if self.collectif() { c.nombre::<u32>("anonymes", &self.anonymes).unwrap_or(0) } else { u32::from(personnes.is_empty()) };
        fn totaux<N: Nomenclature + Ord>(c: &mut Controle, s: &Saisie, prefixe: &str) -> BTreeMap<N, u32> {
            N::tous()
                .into_iter()
                .filter_map(|n| {
                    let champ = format!("{prefixe}{}", n.code());
                    let combien = c.nombre::<u32>(&champ, s.totaux.get(&champ).map_or("", String::as_str))?;
                    Some((n, combien))
                })
                .collect()
        }
        let anonymes = if total > 0 {
            Anonymes {
                total,
                tranches_age: totaux(&mut c, self, "tranche_"),
                genres: totaux(&mut c, self, "genre_"),
                statuts: totaux(&mut c, self, "statut_"),
            }
        } else {
            Anonymes::default()
        };
        let m = ModifierAccompagnement {
            version: self.version.parse().ok(),
            date,
            duree_minutes: duree,
            lieu_type,
            lieu: Some(lieu),
            commune: Some(commune),
            thematiques: Some(c.codes("thematiques", &self.thematiques)),
            demarches: Some(c.codes("demarches", &self.demarches)),
            materiels: Some(c.codes("materiels", &self.materiels)),
            autonomie: Some(c.code::<Autonomie>("autonomie", &self.autonomie)),
            titre: Some(Some(self.titre.clone())),
            niveau: Some(c.code::<Niveau>("niveau", &self.niveau)),
            notes: Some(Some(self.notes.clone())),
            personnes: Some(personnes),
            anonymes: Some(anonymes),
        };
        c.finir()?;
        Ok(m)
    }

    /// The change asked for.
    pub fn modification(&self) -> Resultat<ModifierAccompagnement> {
        self.lire()
    }

    /// The record asked for.
    pub fn creation(&self) -> Resultat<CreerAccompagnement> {
        let m = self.lire()?;
        let manque = |champ: &str| socle::Erreur::champ(champ, "Ce champ est obligatoire.");
        Ok(CreerAccompagnement {
            id: self.id.parse().ok(),
            r#type: if self.collectif() { TypeActivite::Collectif } else { TypeActivite::Individuel },
            date: m.date.ok_or_else(|| manque("date"))?,
            duree_minutes: m.duree_minutes.ok_or_else(|| manque("duree"))?,
            lieu_type: m.lieu_type.ok_or_else(|| manque("lieu"))?,
            lieu: m.lieu.flatten(),
            commune: m.commune.flatten(),
            thematiques: m.thematiques.unwrap_or_default(),
            demarches: m.demarches.unwrap_or_default(),
            materiels: m.materiels.unwrap_or_default(),
            autonomie: m.autonomie.flatten(),
            titre: m.titre.flatten(),
            niveau: m.niveau.flatten(),
            notes: m.notes.flatten(),
            personnes: m.personnes.unwrap_or_default(),
            anonymes: m.anonymes,
        })
    }

    /// Faults named as the use case names them, brought to the names of the form's fields.
    pub fn champs_du_formulaire(fautes: Vec<ErreurChamp>) -> Vec<ErreurChamp> {
        fautes
            .into_iter()
            .map(|f| {
                let champ = match f.champ.as_str() {
                    "duree_minutes" => "duree_autre",
                    c if c.starts_with("personnes[") => "personnes",
                    c if c.starts_with("anonymes") => "anonymes",
                    c => c,
                };
                ErreurChamp { champ: champ.to_owned(), message: f.message }
            })
            .collect()
    }
}
