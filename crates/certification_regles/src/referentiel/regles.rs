//! La table de règles : chaque nombre est daté, modifiable, avec sa source et sa certitude.

use std::sync::OnceLock;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{Epreuve, Version};
use crate::dates;
use crate::motif::{Motif, Reference};

/// Ce que vaut la source d'un nombre.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Certitude {
    /// Imprimé dans un document d'origine.
    Seed,
    /// Lu dans un texte officiel ou une base publique.
    Verifie,
    /// Source secondaire.
    Secondaire,
    /// À confirmer.
    Incertain,
}

impl Certitude {
    /// Mention pour le lecteur.
    pub fn mention(self) -> &'static str {
        match self {
            Self::Seed => "imprimé dans le document d’origine",
            Self::Verifie => "vérifié dans un texte officiel",
            Self::Secondaire => "source secondaire, à vérifier",
            Self::Incertain => "incertain, à confirmer",
        }
    }
}

/// Une ligne de la table.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Regle {
    /// Code stable (voir `CODES`).
    pub code: String,
    /// Valeur entière, dans l'unité du code (mois, années, nombre, 0 ou 1).
    pub valeur: u32,
    /// Premier jour d'application ; absent : depuis toujours.
    #[serde(default)]
    pub du: Option<NaiveDate>,
    /// Dernier jour d'application ; absent : jusqu'à nouvel ordre.
    #[serde(default)]
    pub au: Option<NaiveDate>,
    /// Source.
    #[serde(default)]
    pub source: String,
    /// Date du texte source.
    #[serde(default)]
    pub date: Option<NaiveDate>,
    /// Certitude.
    #[serde(default = "incertain")]
    pub certitude: Certitude,
    /// Phrase d'explication.
    #[serde(default)]
    pub libelle: String,
}

fn incertain() -> Certitude {
    Certitude::Incertain
}

/// Les codes connus de la table, avec leur unité.
pub const CODES: [(&str, &str); 21] = [
    ("reprise.duree_mois", "mois"),
    ("reprise.sessions_titre_max", "sessions"),
    ("vae.recevabilite_mois", "mois"),
    ("vae.silence_mois", "mois"),
    ("vae.dossiers_par_certification_an", "dossiers"),
    ("vae.certifications_par_an", "certifications"),
    ("vae.experience_min_mois", "mois"),
    ("jury.membres_min", "membres"),
    ("jury.quorum_candidat", "membres"),
    ("jury.experience_min_annees", "années"),
    ("jury.depart_max_annees", "années"),
    ("jury.habilitation_limitee_au_titre", "0 ou 1"),
    ("agrement.limite_au_titre", "0 ou 1"),
    ("prolongation.annees", "années"),
    ("prolongation.declaration_avant_fin", "0 ou 1"),
    ("ccs.experience_min_mois", "mois"),
    ("dp.exemples_min", "exemples"),
    ("dp.exemples_max", "exemples"),
    ("ecf.evaluateurs_min", "évaluateurs"),
    ("session.convocation_jours", "jours"),
    ("passeport.accrochage_mois", "mois"),
];

/// Les règles communes, elles-mêmes en données : `referentiels/regles_communes.toml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Communes {
    /// Nombres.
    pub regles: Vec<Regle>,
    /// Épreuves dues par voie.
    pub epreuves: Vec<Epreuve>,
}

/// Les règles communes, lues une seule fois.
pub fn communes() -> &'static Communes {
    static COMMUNES: OnceLock<Communes> = OnceLock::new();
    COMMUNES.get_or_init(|| {
        toml::from_str(include_str!("../../../../referentiels/regles_communes.toml"))
            .expect("regles_communes.toml est embarqué et un test le relit")
    })
}

/// Une valeur trouvée, avec de quoi la citer.
#[derive(Debug, Clone)]
pub(crate) struct Valeur<'a> {
    pub valeur: u32,
    ligne: &'a Regle,
    propre: bool,
}

impl Valeur<'_> {
    /// La référence datée de ce nombre.
    pub fn reference(&self) -> Reference {
        let table = if self.propre { "table de règles de la version" } else { "table de règles commune" };
        Reference {
            libelle: format!("{} ({table})", self.ligne.source),
            date: self.ligne.date.or(self.ligne.du).map(|d| d.to_string()),
            certitude: Some(self.ligne.certitude),
        }
    }

    /// Un motif qui cite ce nombre.
    pub fn motif(&self, regle: &str, phrase: impl Into<String>) -> Motif {
        Motif::nouveau(regle, self.reference(), phrase).fait(&self.ligne.code, json!(self.valeur))
    }

    /// Le nombre est un oui.
    pub fn oui(&self) -> bool {
        self.valeur != 0
    }
}

fn chercher<'a>(lignes: &'a [Regle], code: &str, date: NaiveDate) -> Option<&'a Regle> {
    lignes.iter().filter(|r| r.code == code && r.du.is_none_or(|d| d <= date) && r.au.is_none_or(|d| date <= d)).max_by_key(|r| r.du)
}

/// La valeur d'un code à une date : celle de la version, sinon celle de la table commune.
pub(crate) fn valeur_facultative<'a>(version: Option<&'a Version>, code: &str, date: NaiveDate) -> Option<Valeur<'a>> {
    let propre = version.and_then(|v| chercher(&v.regles, code, date));
    match propre {
        Some(ligne) => Some(Valeur { valeur: ligne.valeur, ligne, propre: true }),
        None => chercher(&communes().regles, code, date).map(|ligne| Valeur { valeur: ligne.valeur, ligne, propre: false }),
    }
}

/// Comme [`valeur_facultative`], pour les codes que la table commune porte à toute date.
pub(crate) fn valeur<'a>(version: Option<&'a Version>, code: &str, date: NaiveDate) -> Valeur<'a> {
    valeur_facultative(version, code, date).expect("la table commune porte ce code à toute date, un test le vérifie")
}

/// « 12 mois », « 2 ans ».
pub(crate) fn duree_mois(mois: u32) -> String {
    if mois > 0 && mois.is_multiple_of(12) { dates::annees(mois / 12) } else { format!("{mois} mois") }
}
