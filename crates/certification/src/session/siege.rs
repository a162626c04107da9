//! A juror's side of a session: the sessions they sit in, and no other.

use certification_regles::session::EtatSession;
use chrono::{NaiveDate, NaiveTime, TimeZone, Utc};
use sea_orm::{QueryOrder, entity::prelude::*};
use socle::{
    Contexte, Erreur, Permission, Resultat,
    horloge::FUSEAU,
    ical::{Composant, Invitation, invitation},
    identifiant::{PassageId, SessionExamenId},
};

use super::{Dans, Passage, Session, depot, jury, table};
use crate::jure::{self, Jure};

/// A session where one sits.
#[derive(Clone, Debug)]
pub struct Siege {
    pub d: Dans,
    pub jure: Jure,
}

/// The juror of the register behind the account that acts.
pub async fn moi(cx: &Contexte) -> Resultat<Option<Jure>> {
    let s = cx.exiger(Permission::JurySieger)?;
    let moi = cx.auteur()?;
    Ok(jure::table::jure::Entity::find()
        .filter(jure::table::jure::Column::StructureId.eq(s))
        .filter(jure::table::jure::Column::UtilisateurId.eq(moi))
        .one(&cx.db())
        .await?)
}

/// The sessions where the account that acts is named in the jury, the latest first; those only planned or
/// cancelled are left out.
pub async fn sessions(cx: &Contexte) -> Resultat<Vec<Session>> {
    let Some(j) = moi(cx).await? else { return Ok(vec![]) };
    let ids: Vec<SessionExamenId> = table::session_jure::Entity::find()
        .filter(table::session_jure::Column::JureId.eq(j.id))
        .all(&cx.db())
        .await?
        .into_iter()
        .map(|m| m.session_id)
        .collect();
    Ok(table::session_examen::Entity::find()
        .filter(table::session_examen::Column::Id.is_in(ids))
        .filter(table::session_examen::Column::Etat.is_not_in(["prevue", "declaree", "annulee"]))
        .order_by_desc(table::session_examen::Column::PremierJour)
        .all(&cx.db())
        .await?)
}

/// One of these sessions. Another one does not exist for this account.
pub async fn lire(cx: &Contexte, id: SessionExamenId) -> Resultat<Siege> {
    let s = super::ligne(cx, id).await?;
    super::exiger(cx, Permission::JurySieger, &s)?;
    let introuvable = Erreur::Introuvable("Cette session");
    let j = jure::table::jure::Entity::find()
        .filter(jure::table::jure::Column::StructureId.eq(s.structure_id))
        .filter(jure::table::jure::Column::UtilisateurId.eq(cx.auteur()?))
        .one(&cx.db())
        .await?;
    let Some(j) = j else { return Err(introuvable) };
    if !jury::membres(cx, id).await?.iter().any(|m| m.jure_id == j.id) {
        return Err(introuvable);
    }
    Ok(Siege { d: super::dans(cx, s).await?, jure: j })
}

/// The same, to write in it.
pub(crate) async fn prendre(cx: &Contexte, id: SessionExamenId) -> Resultat<Siege> {
    let s = lire(cx, id).await?;
    Ok(Siege { d: super::verrouiller(cx, id).await?, ..s })
}

/// Where a session is held, in words.
pub async fn lieu(cx: &Contexte, d: &Dans) -> Resultat<String> {
    let lieu = depot::lieux(cx, d.session.structure_id).await?.into_iter().find(|l| l.id == d.session.lieu_id);
    Ok(lieu.map(|l| [Some(l.nom), l.adresse].into_iter().flatten().collect::<Vec<_>>().join(", ")).unwrap_or_default())
}

/// The days of a session where one sits, as an iCalendar file: nothing of the candidates.
pub async fn agenda(cx: &Contexte, id: SessionExamenId) -> Resultat<String> {
    let d = lire(cx, id).await?.d;
    let ou = lieu(cx, &d).await?;
    let annule = matches!(d.etat()?, EtatSession::Annulee | EtatSession::QuorumNonAtteint);
    // A day begins at midnight in Paris.
    let minuit = |j: NaiveDate| FUSEAU.from_local_datetime(&j.and_time(NaiveTime::MIN)).earliest().map(|t| t.with_timezone(&Utc));
    let jours = d.jours.iter().filter_map(|j| {
        Some(Composant {
            uid: format!("jury-{id}-{j}@passeur"),
            ecrit_le: cx.maintenant,
            debut: minuit(*j)?,
            fin: minuit(j.succ_opt()?)?,
            journees: true,
            titre: format!("Jury : {}", d.version.nom()),
            ou: Some(ou.clone()),
            annule,
            sequence: d.session.version,
            ..Composant::default()
        })
    });
    Ok(invitation(&Invitation(jours.collect())))
}

/// A candidate of such a session, with the session.
pub async fn passage(cx: &Contexte, id: PassageId) -> Resultat<(Siege, Passage)> {
    let p = super::passage(cx, id).await?;
    let s = lire(cx, p.session_id).await.map_err(|e| match e {
        Erreur::Introuvable(_) => Erreur::Introuvable("Ce passage"),
        e => e,
    })?;
    Ok((s, p))
}

/// Whether grids and decisions are written now.
pub fn en_cours(etat: EtatSession) -> bool {
    matches!(etat, EtatSession::Ouverte | EtatSession::EnDeliberation)
}
