//! The convocation of a member of a jury, which they read themselves.

use sea_orm::{QueryOrder, entity::prelude::*};
use socle::{
    Contexte, Erreur, Permission, Resultat,
    identifiant::{JureId, SessionExamenId},
};

use super::{Document, Nature, table};
use crate::{
    candidature::en_code,
    jure::Jure,
    session::{self, siege},
};

/// Whether this is the invitation of `j`; those issued before it was kept whose they are say it by their names.
fn de(d: &Document, j: &Jure) -> Resultat<bool> {
    if d.jure_id.is_some() || d.candidat_id.is_some() {
        return Ok(d.jure_id == Some(j.id));
    }
    let f = d.fige()?;
    Ok(f.prenom.as_deref() == Some(j.prenom.as_str()) && f.nom.as_deref() == Some(j.nom.as_str()))
}

/// The invitations of members of the jury of a session, not withdrawn, the latest first.
async fn convocations(cx: &Contexte, session: SessionExamenId) -> Resultat<Vec<Document>> {
    Ok(table::Entity::find()
        .filter(table::Column::SessionId.eq(session))
        .filter(table::Column::Nature.eq(en_code(Nature::Convocation)?))
        .filter(table::Column::CandidatId.is_null())
        .filter(table::Column::RetireLe.is_null())
        .order_by_desc(table::Column::Id)
        .all(&cx.db())
        .await?)
}

/// The invitation of a member of the jury of a session; the seat was asked for.
pub(crate) async fn convocation(cx: &Contexte, session: SessionExamenId, j: &Jure) -> Resultat<Option<Document>> {
    for d in convocations(cx, session).await? {
        if de(&d, j)? {
            return Ok(Some(d));
        }
    }
    Ok(None)
}

/// The members of the jury of a session who have no invitation.
pub(super) async fn sans_convocation(cx: &Contexte, session: SessionExamenId) -> Resultat<Vec<JureId>> {
    let emises = convocations(cx, session).await?;
    let mut sans = Vec::new();
    for m in session::membres(cx, session).await? {
        let j = crate::jure::lire(cx, m.jure_id).await?.jure;
        let mut deja = false;
        for d in &emises {
            deja |= de(d, &j)?;
        }
        if !deja {
            sans.push(j.id);
        }
    }
    Ok(sans)
}

/// Whether who acts is the member of the jury that a document invites, and still sits in its session.
pub(super) async fn est_la_sienne(cx: &Contexte, d: &Document) -> Resultat<bool> {
    let Some(session) = d.session_id.filter(|_| d.nature().is_ok_and(|n| n == Nature::Convocation)) else { return Ok(false) };
    if !cx.acteur.peut_dans(Permission::JurySieger, d.structure_id) {
        return Ok(false);
    }
    match siege::lire(cx, session).await {
        Ok(s) => de(d, &s.jure),
        Err(Erreur::Introuvable(_) | Erreur::Interdit(_)) => Ok(false),
        Err(e) => Err(e),
    }
}
