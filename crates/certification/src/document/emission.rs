//! The documents of a whole session: what its candidates are owed, and the papers of the day.

use certification_regles::session::EtatSession;
use sea_orm::{QuerySelect, entity::prelude::*};
use socle::{
    Contexte, Erreur, Permission, Resultat,
    identifiant::{CandidatId, SessionExamenId},
};

use super::{Document, Emettre, Nature, compose, emettre, jure, table};
use crate::candidature::en_code;

/// Issues, for every candidate of a session whose decisions are validated, what they are owed: letter, and
/// attestation with parchemin for a title or a CCS, livret for units. What was issued already is left as it is.
pub async fn emettre_session(cx: &Contexte, session: SessionExamenId) -> Resultat<Vec<Document>> {
    exiger(cx, session).await?;
    let dus = compose::dus(cx, session).await?;
    emettre_dus(cx, session, &dus).await
}

/// The right to issue the documents of a session.
async fn exiger(cx: &Contexte, session: SessionExamenId) -> Resultat<()> {
    let d = crate::session::lire(cx, session).await?;
    cx.exiger_dans(Permission::CertificationGerer, d.session.structure_id)
}

/// How many documents the candidates of a session are owed, issued or not.
pub(crate) async fn dus(cx: &Contexte, session: SessionExamenId) -> Resultat<usize> {
    exiger(cx, session).await?;
    Ok(compose::dus(cx, session).await?.len())
}

/// Issues the papers of the day of a session: those of each candidate and member of the jury that are missing, or one anew for all.
pub(crate) async fn emettre_papiers(cx: &Contexte, session: SessionExamenId, nature: Nature) -> Resultat<usize> {
    let d = crate::session::prendre(cx, session, Permission::CertificationGerer).await?;
    if matches!(d.etat()?, EtatSession::Annulee | EtatSession::QuorumNonAtteint) {
        return Err(Erreur::Conflit("Cette session n’a pas lieu : elle n’a plus ni convocation ni papier.".into()));
    }
    let modele = Emettre { nature, passage: None, session: Some(session), jure: None, candidature: None };
    if !matches!(nature, Nature::Convocation | Nature::Grille) {
        emettre(cx, &modele).await?;
        return Ok(1);
    }
    if nature == Nature::Convocation && d.session.convoquee_le.is_none() {
        return Err(Erreur::Conflit(
            "Cette session n’est pas encore convoquée : convoquez-la, les convocations seront émises et envoyées.".into(),
        ));
    }
    let code = en_code(nature)?;
    let deja = table::Entity::find()
        .filter(table::Column::SessionId.eq(session))
        .filter(table::Column::Nature.eq(&code))
        .filter(table::Column::RetireLe.is_null())
        .all(&cx.db())
        .await?;
    let mut emis = 0;
    for p in crate::session::passages(cx, session).await? {
        if !deja.iter().any(|x| x.candidat_id == Some(p.candidat_id)) {
            emettre(cx, &Emettre { passage: Some(p.id), session: None, ..modele.clone() }).await?;
            emis += 1;
        }
    }
    if nature == Nature::Convocation {
        for j in jure::sans_convocation(cx, session).await? {
            emettre(cx, &Emettre { jure: Some(j), ..modele.clone() }).await?;
            emis += 1;
        }
    }
    Ok(emis)
}

/// Issues those of `dus` that are not yet. The session is taken first: asked twice at once, nothing is issued twice.
pub(super) async fn emettre_dus(cx: &Contexte, session: SessionExamenId, dus: &[(Emettre, Option<CandidatId>)]) -> Resultat<Vec<Document>> {
    crate::session::prendre(cx, session, Permission::CertificationGerer).await?;
    let deja: Vec<(String, Option<CandidatId>)> = table::Entity::find()
        .select_only()
        .columns([table::Column::Nature, table::Column::CandidatId])
        .filter(table::Column::SessionId.eq(session))
        .into_tuple()
        .all(&cx.db())
        .await?;
    let mut emis = Vec::new();
    for (e, candidat) in dus {
        let nature = en_code(e.nature)?;
        if !deja.iter().any(|(n, c)| *n == nature && c == candidat) {
            emis.push(emettre(cx, e).await?);
        }
    }
    Ok(emis)
}
