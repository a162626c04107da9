//! Ce que le jury peut décider pour un candidat, et ce qui en découle.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::entretien::{Entretien, FaitsEntretien, entretien_final};
use crate::epreuves::TypeSession;
use crate::motif::{Motif, NBSP, Reference, Reponse, Sens, guillemets, liste};
use crate::referentiel::{ErreurReferentiel, Version};

/// L'issue pour un candidat.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Issue {
    /// Titre obtenu.
    TitreObtenu,
    /// CCS obtenu.
    CcsObtenu,
    /// Réussite partielle : au moins une unité acquise.
    Partielle,
    /// Aucune unité acquise.
    Echec,
}

/// La proposition du jury.
#[derive(Debug, Clone)]
pub struct Proposition {
    /// Les faits de la session (`accordees` renseigné).
    pub faits: FaitsEntretien,
    /// Le jury propose d'attribuer le titre (ou le CCS).
    pub titre_propose: bool,
    /// L'entretien final est favorable ; absent s'il ne s'est pas tenu.
    pub entretien_favorable: Option<bool>,
}

/// Ce qui résulte de la délibération.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Deliberation {
    /// Entretien prévu et tenu.
    pub entretien: Entretien,
    /// Le titre (ou le CCS) est attribué.
    pub titre_attribue: bool,
    /// Issue.
    pub issue: Issue,
    /// Unités acquises après la session.
    pub acquises: Vec<String>,
    /// Unités encore manquantes.
    pub manquantes: Vec<String>,
    /// L'entretien final reste dû, sans CCP à repasser.
    pub entretien_final_reste_du: bool,
    /// Documents dus : `parchemin` ou `livret`.
    pub documents: Vec<String>,
}

/// Examine une proposition : favorable si les règles l'admettent. Le titre n'est jamais attribué
/// tant qu'une unité manque.
pub fn deliberer(version: &Version, session: TypeSession, p: &Proposition) -> Result<Reponse<Deliberation>, ErreurReferentiel> {
    let mut faits = p.faits.clone();
    let accordees = faits.accordees.get_or_insert_default().clone();
    let entretien = entretien_final(version, session, &faits)?;
    let unites: BTreeSet<String> = version.unites_du_titre().map(|u| u.code.clone()).collect();
    let apres: BTreeSet<String> = faits.acquises.union(&accordees).cloned().collect();
    let manquantes: Vec<String> = unites.difference(&apres).cloned().collect();
    let tenu = entretien.resultat.tenu == Some(true);
    // Un CCS accordé est attribué : il n'a pas d'autre partie.
    let propose = p.titre_propose || (session == TypeSession::Ccs && !accordees.is_empty());

    let mut motifs: Vec<Motif> = entretien
        .motifs
        .into_iter()
        .map(|mut m| {
            m.sens = Sens::Information;
            m
        })
        .collect();
    if p.entretien_favorable.is_some() && !tenu {
        motifs.push(
            Motif::nouveau(
                "deliberation.entretien_non_tenu",
                Reference::delivrance(),
                "Un résultat d’entretien est donné alors que l’entretien ne se tient pas.",
            )
            .contre(),
        );
    }
    let deja: Vec<&String> = accordees.intersection(&faits.acquises).collect();
    if !deja.is_empty() {
        let phrase = format!("Une unité déjà acquise ne se repasse pas{NBSP}: {}.", liste(&deja));
        motifs.push(Motif::nouveau("deliberation.unite_deja_acquise", Reference::delivrance(), phrase).fait("unites", &deja).contre());
    }
    let possible = (!propose && accordees.is_empty()) || possibles(session, &faits, &mut motifs);
    if propose {
        conditions(session, &accordees, &manquantes, tenu, p.entretien_favorable, &mut motifs);
        if motifs.iter().all(|m| m.sens != Sens::Defavorable) {
            let quoi = if session == TypeSession::Ccs { noms(version, &accordees) } else { guillemets(version.nom()) };
            let phrase = format!("Le jury peut attribuer {quoi}.");
            motifs.push(Motif::nouveau("deliberation.attribution", Reference::delivrance(), phrase).pour());
        }
    } else {
        let phrase = if session == TypeSession::Ccs {
            "Aucun CCS n’est attribué.".to_owned()
        } else {
            format!("Sans attribution du titre, le jury attribue tout ou partie des unités présentées{NBSP}: {}.", liste(&accordees))
        };
        motifs.push(Motif::nouveau("deliberation.sans_titre", Reference::delivrance(), phrase).fait("accordees", &accordees));
    }
    let admise = motifs.iter().all(|m| m.sens != Sens::Defavorable);
    let titre_attribue = propose && admise;
    // Le titre refusé, les unités accordées restent, sauf si elles-mêmes ne pouvaient l'être.
    let apres = if titre_attribue || (possible && session != TypeSession::Ccs) { apres } else { faits.acquises };
    let manquantes: Vec<String> = unites.difference(&apres).cloned().collect();
    let issue = match (titre_attribue, session) {
        (true, TypeSession::Ccs) => Issue::CcsObtenu,
        (true, _) => Issue::TitreObtenu,
        // En session CCS, rien de partiel : le CCS est obtenu ou non.
        (false, TypeSession::Ccs) => Issue::Echec,
        (false, _) if apres.is_empty() => Issue::Echec,
        (false, _) => Issue::Partielle,
    };
    let mut documents = Vec::new();
    if titre_attribue {
        documents.push("parchemin".to_owned());
    } else if session != TypeSession::Ccs && !apres.is_empty() {
        documents.push("livret".to_owned());
    }
    let phrase = if titre_attribue {
        "Un parchemin est dû."
    } else if documents.is_empty() {
        "Ni parchemin ni livret."
    } else {
        "Un livret de certification est dû, pas de parchemin."
    };
    motifs.push(Motif::nouveau("deliberation.documents", Reference::delivrance(), phrase).fait("documents", &documents));
    let resultat = Deliberation {
        entretien: entretien.resultat,
        titre_attribue,
        issue,
        entretien_final_reste_du: session != TypeSession::Ccs && manquantes.is_empty() && !titre_attribue && !faits.titre_detenu,
        acquises: apres.into_iter().collect(),
        manquantes,
        documents,
    };
    Ok(Reponse { favorable: admise, resultat, motifs })
}

/// Les intitulés, ou les codes à défaut.
fn noms(version: &Version, unites: &BTreeSet<String>) -> String {
    liste(unites.iter().map(|u| version.unite(u).filter(|x| !x.intitule.is_empty()).map_or(u.as_str(), |x| x.intitule.as_str())))
}

/// Ce qui vaut pour toute attribution, d'une unité comme du titre.
fn possibles(session: TypeSession, faits: &FaitsEntretien, motifs: &mut Vec<Motif>) -> bool {
    let deja = session != TypeSession::Ccs && faits.titre_detenu;
    for (refuse, regle, phrase) in [
        (deja, "deliberation.titre_deja_detenu", "Le titre est déjà détenu."),
        (!faits.dans_la_limite, "deliberation.hors_limite", "La date est hors de la limite du titre\u{a0}: rien ne s’attribue plus."),
    ] {
        if refuse {
            motifs.push(Motif::nouveau(regle, Reference::delivrance(), phrase).contre());
        }
    }
    !deja && faits.dans_la_limite
}

/// Ce que demande en plus l'attribution du titre ou du CCS.
fn conditions(
    session: TypeSession,
    accordees: &BTreeSet<String>,
    manquantes: &[String],
    tenu: bool,
    entretien_favorable: Option<bool>,
    motifs: &mut Vec<Motif>,
) {
    let ccs = session == TypeSession::Ccs;
    let quoi = if ccs { "CCS" } else { "titre" };
    let mut refuser = |regle: &str, phrase: String| motifs.push(Motif::nouveau(regle, Reference::delivrance(), phrase).contre());
    if ccs && accordees.is_empty() {
        refuser("deliberation.ccs_non_accorde", "Le CCS présenté n’est pas accordé.".to_owned());
    }
    if !ccs && !manquantes.is_empty() {
        refuser("deliberation.unite_manquante", format!("Le titre ne peut pas être attribué{NBSP}: il manque {}.", liste(manquantes)));
    }
    if !tenu {
        refuser("deliberation.sans_entretien", format!("Le {quoi} ne peut pas être attribué sans entretien final."));
    } else if entretien_favorable != Some(true) {
        let suite = if ccs { "pas de CCS" } else { "pas de titre, et aucun CCP à repasser" };
        refuser("deliberation.entretien_defavorable", format!("L’entretien final n’est pas favorable{NBSP}: {suite}."));
    }
}
