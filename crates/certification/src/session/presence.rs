//! Who came: candidates once, members each day.

use certification_regles::session::EtatSession;
use chrono::NaiveDate;
use sea_orm::{ActiveValue::Set, entity::prelude::*, sea_query::OnConflict};
use serde::{Deserialize, Serialize};
use socle::{
    Contexte, Erreur, Permission, Resultat,
    identifiant::{JureId, PassageId, SessionExamenId},
    journal::Action,
};

use super::{Passage, Presence, jury, prendre, table};
use crate::pv;

/// Who came.
#[derive(Clone, Debug, Default, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Emarger {
    pub candidats: Vec<EmargerCandidat>,
    pub jures: Vec<EmargerJure>,
}

/// Whether a candidate came.
#[derive(Clone, Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EmargerCandidat {
    pub passage: PassageId,
    pub presence: Presence,
}

/// Whether a member came that day.
#[derive(Clone, Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EmargerJure {
    pub jure: JureId,
    pub jour: NaiveDate,
    pub present: bool,
}

/// The days each member came.
pub async fn des_jures(cx: &Contexte, id: SessionExamenId) -> Resultat<Vec<(JureId, NaiveDate)>> {
    let l = table::presence_jure::Entity::find()
        .filter(table::presence_jure::Column::SessionId.eq(id))
        .filter(table::presence_jure::Column::Present.eq(true))
        .all(&cx.db())
        .await?;
    Ok(l.into_iter().map(|l| (l.jure_id, l.jour)).collect())
}

/// Records who came, from the invitations to the deliberation; what is left out is left as it is.
pub async fn emarger(cx: &Contexte, id: SessionExamenId, e: Emarger) -> Resultat<()> {
    let d = prendre(cx, id, Permission::CertificationGerer).await?;
    pv::exiger_ouvert(cx, id).await?;
    if !matches!(d.etat()?, EtatSession::Convoquee | EtatSession::Ouverte) {
        return Err(Erreur::Conflit("L’appel se fait une fois la session convoquée, et avant la délibération.".into()));
    }
    let passages = super::passages(cx, id).await?;
    for x in e.candidats {
        let Some(p) = passages.iter().find(|p| p.id == x.passage) else {
            return Err(Erreur::champ("candidats", "Un de ces candidats n’est pas inscrit à cette session."));
        };
        if p.presence != x.presence {
            super::ecrire_passage(cx, Passage { presence: x.presence, ..p.clone() }).await?;
        }
    }
    let membres = jury::membres(cx, id).await?;
    for x in e.jures {
        if !membres.iter().any(|m| m.jure_id == x.jure) || !d.jours.contains(&x.jour) {
            return Err(Erreur::champ("jures", "Un de ces membres n’est pas du jury, ou ce jour n’est pas de la session."));
        }
        use table::presence_jure::{ActiveModel, Column, Entity};
        let ligne = ActiveModel { session_id: Set(id), jure_id: Set(x.jure), jour: Set(x.jour), present: Set(x.present) };
        let mut conflit = OnConflict::columns([Column::SessionId, Column::JureId, Column::Jour]);
        Entity::insert(ligne).on_conflict(conflit.update_column(Column::Present).to_owned()).exec_without_returning(&cx.db()).await?;
    }
    cx.journaliser(Action::Modification, "session_examen", id.0, d.session.structure_id, &["presences"]).await
}

/// The presence expected of nobody yet.
pub(super) fn tous_connus(passages: &[Passage]) -> bool {
    passages.iter().all(|p| p.presence != Presence::Attendu)
}
