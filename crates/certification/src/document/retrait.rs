//! What becomes of documents when the decision they prove is withdrawn, or when their session is not held.

use certification_regles::decision::{ActionDocument, EtatDocument, document as transition};
use sea_orm::{IntoActiveModel, QueryOrder, entity::prelude::*};
use serde_json::{Value, json};
use socle::{
    Contexte, Erreur, Resultat,
    identifiant::{CandidatId, DecisionId, SessionExamenId},
    journal::Action,
};

use super::{Compose, Document, Nature, table};
use crate::{candidature::en_code, decision};

/// What proves a decision of the jury.
pub(super) fn prouve(n: Nature) -> bool {
    matches!(n, Nature::Lettre | Nature::Livret | Nature::Parchemin | Nature::Attestation)
}

/// What is only for the day of the session.
fn du_jour(n: Nature) -> bool {
    matches!(n, Nature::Convocation | Nature::Emargement | Nature::Grille)
}

/// The decisions that a document about to be issued proves: those in force for its title, or those of its session.
pub(super) async fn appuis(cx: &Contexte, nature: Nature, c: &Compose) -> Resultat<Option<Value>> {
    let Some(candidat) = c.candidat.filter(|_| prouve(nature)) else { return Ok(None) };
    let ids: std::collections::BTreeSet<String> = match (nature, c.session) {
        (Nature::Lettre, Some(s)) => decision::de_session(cx, candidat, s).await?,
        _ => {
            let (livret, jour) = (decision::livret_de(cx, candidat).await?, cx.aujourd_hui());
            let unites = livret.attributions.iter().filter(|a| a.version == c.version && a.en_vigueur(jour)).map(|a| &a.decision);
            let titres = livret.titres.iter().filter(|t| t.version == c.version && t.en_vigueur(jour)).map(|t| &t.decision);
            unites.chain(titres).flatten().cloned().collect()
        }
    };
    Ok(Some(json!(ids)))
}

/// The documents in force that prove this decision of a candidate, taken by `session` for `version`.
pub(crate) async fn concernes(
    cx: &Contexte,
    candidat: CandidatId,
    id: DecisionId,
    session: Option<SessionExamenId>,
    version: Option<&str>,
) -> Resultat<Vec<Document>> {
    let tous = table::Entity::find()
        .filter(table::Column::CandidatId.eq(candidat))
        .filter(table::Column::RetireLe.is_null())
        .order_by_asc(table::Column::Id)
        .all(&cx.db())
        .await?;
    let id = id.to_string();
    Ok(tous
        .into_iter()
        .filter(|d| match &d.decisions {
            Some(l) => l.as_array().is_some_and(|l| l.iter().any(|x| x.as_str() == Some(id.as_str()))),
            // Issued before what it rests on was kept: of this title, or of this session.
            None => {
                d.nature().is_ok_and(prouve)
                    && (version == Some(d.version_code.as_str()) || d.session_id.is_some() && d.session_id == session)
            }
        })
        .collect())
}

/// Withdraws a document, journaled. One that was not delivered yet has no such step: it keeps its state, and is
/// marked so that it goes no further.
async fn retirer(cx: &Contexte, d: Document, motif: &str) -> Resultat<()> {
    let motif: String = motif.chars().take(500).collect();
    let etat = d.etat()?;
    let suivant: EtatDocument = transition(etat, ActionDocument::Retirer, Some(&motif)).map_or(etat, |(e, _)| e);
    let (id, structure, version) = (d.id, d.structure_id, d.version);
    let apres =
        Document { etat: en_code(suivant)?, retire_le: Some(cx.aujourd_hui()), motif_retrait: Some(motif), version: version + 1, ..d };
    let r = table::Entity::update_many()
        .set(apres.into_active_model().reset_all())
        .filter(table::Column::Id.eq(id))
        .filter(table::Column::Version.eq(version))
        .exec(&cx.db())
        .await?;
    if r.rows_affected == 0 {
        return Err(Erreur::VersionPerimee);
    }
    cx.journaliser(Action::Modification, "document_certification", id.0, structure, &["retrait"]).await
}

/// Withdraws what proves a decision that is withdrawn; gives how many.
pub(crate) async fn decision_retiree(cx: &Contexte, documents: Vec<Document>, motif: &str) -> Resultat<usize> {
    let n = documents.len();
    for d in documents {
        retirer(cx, d, &format!("Décision du jury retirée : {motif}")).await?;
    }
    Ok(n)
}

/// Withdraws the papers of a session that is not held, or those of one candidate who no longer sits.
pub(crate) async fn passage_defait(cx: &Contexte, session: SessionExamenId, candidat: Option<CandidatId>, motif: &str) -> Resultat<()> {
    let mut q = table::Entity::find().filter(table::Column::SessionId.eq(session)).filter(table::Column::RetireLe.is_null());
    if let Some(c) = candidat {
        q = q.filter(table::Column::CandidatId.eq(c));
    }
    for d in q.order_by_asc(table::Column::Id).all(&cx.db()).await? {
        if du_jour(d.nature()?) {
            retirer(cx, d, motif).await?;
        }
    }
    Ok(())
}
