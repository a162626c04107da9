//! Les épreuves dues, par voie et par origine (modalités d'obtention, seed 002).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::acquis::Origine;
use crate::motif::{Motif, NBSP, Reference, Reponse, guillemets, liste};
use crate::referentiel::regles::communes;
use crate::referentiel::{Epreuve, ErreurReferentiel, Version};

/// Ce que vise une session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TypeSession {
    /// Le titre complet.
    Titre,
    /// Un ou plusieurs CCP.
    Ccp,
    /// Un certificat complémentaire de spécialisation.
    Ccs,
}

impl TypeSession {
    pub(crate) fn code(self) -> &'static str {
        match self {
            Self::Titre => "titre",
            Self::Ccp => "ccp",
            Self::Ccs => "ccs",
        }
    }
}

/// Une épreuve due, pour les unités données (vide : pour la session entière).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct EpreuveDue {
    /// Code.
    pub epreuve: String,
    /// Libellé imprimé.
    pub libelle: String,
    /// Unités pour lesquelles elle est due.
    pub unites: Vec<String>,
    /// Compléments, si le référentiel d'évaluation les prévoit.
    pub complements: Vec<String>,
}

/// La demande : une session, les unités présentées avec leur origine, et l'entretien prévu ou non.
#[derive(Debug, Clone)]
pub struct Presentation<'a> {
    /// Session visée.
    pub session: TypeSession,
    /// Unités présentées et leur origine ; un parcours mixte se juge CCP par CCP.
    pub origines: &'a BTreeMap<String, Origine>,
    /// L'entretien final est prévu (voir [`crate::entretien`]).
    pub entretien_prevu: bool,
}

/// Les épreuves dues.
pub fn epreuves_dues(version: &Version, p: &Presentation) -> Result<Reponse<Vec<EpreuveDue>>, ErreurReferentiel> {
    for u in p.origines.keys() {
        if version.unite(u).is_none() {
            return Err(ErreurReferentiel::UniteInconnue { version: version.code.clone(), unite: u.clone() });
        }
    }
    let table: &[Epreuve] = if version.epreuves.is_empty() { &communes().epreuves } else { &version.epreuves };
    let mut dues = Vec::new();
    let mut motifs = Vec::new();
    for e in table {
        let reference = if e.source.is_empty() {
            Reference::referentiel(version)
        } else {
            Reference::nouvelle(format!("Modalités d’obtention du titre ({})", e.source), "2015-12-22")
        };
        let entretien = e.dernier_ccp_seulement;
        let concernees: Vec<String> =
            p.origines.iter().filter(|(_, o)| e.cas.iter().any(|c| *c == cas(p.session, **o))).map(|(u, _)| u.clone()).collect();
        let due = if entretien { p.entretien_prevu } else { !concernees.is_empty() };
        let nom = guillemets(&e.code);
        let phrase = match (due, entretien) {
            (true, true) => format!("L’entretien final est dû{NBSP}: {}.", raison_entretien(p.session)),
            (true, false) => format!("L’épreuve {nom} est due pour {}.", liste(&concernees)),
            (false, true) => "L’entretien final n’est pas dû à cette session\u{a0}: pour un CCP, il ne se tient qu’avec le dernier CCP manquant, au vu du livret.".to_owned(),
            (false, false) => format!("L’épreuve {nom} n’est pas due{NBSP}: aucune unité présentée n’a l’origine voulue."),
        };
        motifs.push(
            Motif::nouveau(&format!("epreuves.{}", e.code), reference, phrase)
                .fait("session", p.session)
                .fait("origines", p.origines)
                .fait("due", due),
        );
        if due {
            let unites = if entretien { Vec::new() } else { concernees };
            dues.push(EpreuveDue { epreuve: e.code.clone(), libelle: e.libelle.clone(), unites, complements: e.complements.clone() });
        }
    }
    Ok(Reponse { favorable: true, resultat: dues, motifs })
}

/// Le code de cas de la table des épreuves.
fn cas(session: TypeSession, origine: Origine) -> String {
    let origine = match (session, origine) {
        (TypeSession::Ccs, Origine::Vae | Origine::Experience) => "experience",
        (_, Origine::Vae | Origine::Experience) => "vae",
        (_, Origine::Formation) => "formation",
    };
    format!("{}_{origine}", session.code())
}

fn raison_entretien(session: TypeSession) -> &'static str {
    match session {
        TypeSession::Titre => "il clôt toute session titre",
        TypeSession::Ccp => "les CCP présentés sont les derniers manquants, il se tient au vu du livret",
        TypeSession::Ccs => "il clôt toute session de CCS",
    }
}
