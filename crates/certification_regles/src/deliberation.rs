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
    if p.titre_propose {
        let avant = motifs.iter().filter(|m| m.sens == Sens::Defavorable).count();
        conditions(session, &faits, &accordees, &manquantes, tenu, p.entretien_favorable, &mut motifs);
        if motifs.iter().filter(|m| m.sens == Sens::Defavorable).count() == avant {
            let phrase = format!("Le jury peut attribuer {}.", guillemets(version.nom()));
            motifs.push(Motif::nouveau("deliberation.attribution", Reference::delivrance(), phrase).pour());
        }
    } else {
        let phrase =
            format!("Sans attribution du titre, le jury attribue tout ou partie des unités présentées{NBSP}: {}.", liste(&accordees));
        motifs.push(Motif::nouveau("deliberation.sans_titre", Reference::delivrance(), phrase).fait("accordees", &accordees));
    }
    let admise = motifs.iter().all(|m| m.sens != Sens::Defavorable);
    let titre_attribue = p.titre_propose && admise;
    let issue = match (titre_attribue, session) {
        (true, TypeSession::Ccs) => Issue::CcsObtenu,
        (true, _) => Issue::TitreObtenu,
        // En session CCS, rien de partiel : le CCS est obtenu ou non.
        (false, TypeSession::Ccs) => Issue::Echec,
        (false, _) if apres.is_empty() => Issue::Echec,
        (false, _) if accordees.is_empty() && session == TypeSession::Ccp => Issue::Echec,
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
        acquises: if session == TypeSession::Ccs && !titre_attribue { faits.acquises } else { apres }.into_iter().collect(),
        manquantes,
        documents,
    };
    Ok(Reponse { favorable: admise, resultat, motifs })
}

fn conditions(
    session: TypeSession,
    faits: &FaitsEntretien,
    accordees: &BTreeSet<String>,
    manquantes: &[String],
    tenu: bool,
    entretien_favorable: Option<bool>,
    motifs: &mut Vec<Motif>,
) {
    let mut refuser = |regle: &str, phrase: String| motifs.push(Motif::nouveau(regle, Reference::delivrance(), phrase).contre());
    if session == TypeSession::Ccs {
        if accordees.is_empty() || *accordees != faits.presentees {
            refuser("deliberation.ccs_non_accorde", "Le CCS présenté n’est pas accordé.".to_owned());
        }
    } else {
        if !manquantes.is_empty() {
            refuser("deliberation.unite_manquante", format!("Le titre ne peut pas être attribué{NBSP}: il manque {}.", liste(manquantes)));
        }
        if faits.titre_detenu {
            refuser("deliberation.titre_deja_detenu", "Le titre est déjà détenu.".to_owned());
        }
        if !faits.dans_la_limite {
            refuser("deliberation.hors_limite", "La date est hors de la limite du titre.".to_owned());
        }
    }
    if !tenu {
        refuser("deliberation.sans_entretien", "Le titre ne peut pas être attribué sans entretien final.".to_owned());
    } else if entretien_favorable != Some(true) {
        refuser(
            "deliberation.entretien_defavorable",
            "L’entretien final n’est pas favorable\u{a0}: pas de titre, et aucun CCP à repasser.".to_owned(),
        );
    }
}
