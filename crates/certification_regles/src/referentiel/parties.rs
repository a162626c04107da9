//! Les parties d'une version : codes, unités, épreuves, textes, correspondances, voies.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::NatureUnite;

/// Codes d'enregistrement.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Codes {
    /// Numéro de fiche RNCP.
    #[serde(default)]
    pub rncp: Option<String>,
    /// Code TP du ministère.
    #[serde(default)]
    pub tp: Option<String>,
    /// Formacodes.
    #[serde(default)]
    pub formacode: Vec<String>,
}

/// Un code et son libellé.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Libelle {
    /// Code.
    pub code: String,
    /// Libellé imprimé.
    #[serde(default)]
    pub intitule: String,
}

/// Un niveau dans une nomenclature (« 1969 » ou « europe »).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Niveau {
    /// `1969` ou `europe`.
    pub nomenclature: String,
    /// Valeur imprimée.
    pub valeur: String,
    /// Mention imprimée.
    #[serde(default)]
    pub imprime: String,
}

/// Une prorogation de la fin de validité.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Prorogation {
    /// Jour de publication : avant lui, personne ne la connaît.
    pub publiee_le: NaiveDate,
    /// Nouvelle fin de validité.
    pub nouvelle_fin: NaiveDate,
    /// Nouvelle limite de délivrance.
    #[serde(default)]
    pub nouvelle_limite_delivrance: Option<NaiveDate>,
    /// Texte.
    #[serde(default)]
    pub reference: String,
}

/// Origine du fichier.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// Numéro du document d'origine.
    #[serde(default)]
    pub seed: String,
    /// Nom du fichier d'origine.
    #[serde(default)]
    pub fichier: String,
    /// Ce que le transcripteur a constaté.
    #[serde(default)]
    pub remarques: Vec<String>,
}

/// Une unité : CCP, bloc ou CCS.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Unite {
    /// Code, unique dans la version.
    pub code: String,
    /// Intitulé imprimé.
    #[serde(default)]
    pub intitule: String,
    /// Nature.
    #[serde(default)]
    pub nature: NatureUnite,
    /// Titre de rattachement s'il diffère de celui de la version.
    #[serde(default)]
    pub titre: Option<String>,
    /// Activités détaillées.
    #[serde(default)]
    pub activites: Vec<String>,
    /// Compétences.
    #[serde(default)]
    pub competences: Vec<Competence>,
    /// Variantes imprimées de l'intitulé.
    #[serde(default)]
    pub variantes: Vec<String>,
}

/// Une compétence.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Competence {
    /// Code, unique dans la version.
    pub code: String,
    /// Intitulé imprimé.
    #[serde(default)]
    pub intitule: String,
    /// Savoirs.
    #[serde(default)]
    pub savoirs: Vec<String>,
    /// Savoir-faire.
    #[serde(default)]
    pub savoir_faire: Vec<String>,
}

/// Une épreuve et les cas où elle est due.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Epreuve {
    /// Code : `mise_en_situation`, `ecf`, `dossier_professionnel`, `entretien_final`…
    pub code: String,
    /// Libellé imprimé.
    #[serde(default)]
    pub libelle: String,
    /// Cas où elle est due : `titre_formation`, `titre_vae`, `ccp_formation`, `ccp_vae`,
    /// `ccs_formation`, `ccs_experience`.
    pub cas: Vec<String>,
    /// Due pour un CCP seulement quand il est le dernier manquant.
    #[serde(default)]
    pub dernier_ccp_seulement: bool,
    /// Compléments, si le référentiel d'évaluation les prévoit.
    #[serde(default)]
    pub complements: Vec<String>,
    /// Source.
    #[serde(default)]
    pub source: String,
}

/// Une modalité d'obtention, mot pour mot.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Modalite {
    /// Code.
    pub code: String,
    /// Titre imprimé.
    pub titre: String,
    /// Paragraphes.
    pub texte: Vec<String>,
}

/// Un texte et ses dates.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReferenceLegale {
    /// Code, unique dans la version.
    pub code: String,
    /// Libellé imprimé.
    pub libelle: String,
    /// Date du texte.
    #[serde(default)]
    pub date: Option<NaiveDate>,
    /// Date de publication.
    #[serde(default)]
    pub publiee_le: Option<NaiveDate>,
    /// Date d'abrogation.
    #[serde(default)]
    pub abrogee_le: Option<NaiveDate>,
    /// D'où vient l'information de date ou d'abrogation.
    #[serde(default)]
    pub note: String,
}

/// Correspondance : **toutes** les unités sources donnent les unités cibles.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Correspondance {
    /// Version de départ.
    pub de_version: String,
    /// Unités qu'il faut toutes détenir.
    pub unites_source: Vec<String>,
    /// Unités de cette version qui sont alors acquises.
    pub unites: Vec<String>,
    /// Texte qui la fixe.
    #[serde(default)]
    pub reference: String,
    /// Entrée en vigueur ; absente : celle de la version.
    #[serde(default)]
    pub en_vigueur: Option<NaiveDate>,
}

/// Équivalence : une certification externe donne des unités.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Equivalence {
    /// Code de la certification externe.
    pub certification: String,
    /// Unités acquises.
    pub unites: Vec<String>,
    /// Texte.
    #[serde(default)]
    pub reference: String,
    /// Entrée en vigueur.
    #[serde(default)]
    pub en_vigueur: Option<NaiveDate>,
}

/// Une voie d'accès imprimée.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Acces {
    /// `eleve_etudiant`, `apprentissage`, `formation_continue`, `contrat_professionnalisation`,
    /// `candidature_individuelle`, `vae`.
    pub voie: String,
    /// Libellé imprimé.
    pub libelle: String,
    /// Ouverte : oui, non, ou illisible (absent).
    #[serde(default)]
    pub ouverte: Option<bool>,
    /// Composition du jury imprimée.
    #[serde(default)]
    pub jury: Option<String>,
    /// Remarque du transcripteur.
    #[serde(default)]
    pub remarque: Option<String>,
}

/// Accessibilité dans un territoire.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Territoire {
    /// Libellé imprimé.
    pub libelle: String,
    /// Oui, non, ou illisible (absent).
    #[serde(default)]
    pub ouverte: Option<bool>,
}

/// Admission en formation.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Admission {
    /// Public visé.
    #[serde(default)]
    pub publics: Vec<String>,
    /// Prérequis.
    #[serde(default)]
    pub prerequis: Vec<String>,
    /// Étapes : dossier, évaluations, entretien.
    #[serde(default)]
    pub etapes: Vec<String>,
}

/// Un groupe de secteurs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Secteurs {
    /// Phrase d'introduction imprimée.
    pub groupe: String,
    /// Entrées imprimées.
    pub entrees: Vec<String>,
}

/// Période en entreprise pour une voie.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RegleEntreprise {
    /// Voies concernées.
    pub voies: Vec<String>,
    /// Semaines continues exigées.
    #[serde(default)]
    pub semaines_continues: Option<u32>,
    /// Minutes exigées au total.
    #[serde(default)]
    pub minutes: Option<u32>,
    /// Les conditions sont celles du contrat.
    #[serde(default)]
    pub selon_contrat: bool,
    /// Texte imprimé.
    #[serde(default)]
    pub texte: String,
    /// Source.
    #[serde(default)]
    pub source: String,
}
