use axum::{Json, http::StatusCode};
use certification_regles::Motif;
use chrono::NaiveDate;
use serde::Serialize;
use socle::{
    Etat, Permission,
    api::{Corps, Cree, Curseur, Liste, Probleme, page},
    erreur::Refus,
    identifiant::{CandidatId, CandidatureId, JureId, LieuId, PassageId, SessionExamenId, StructureId},
    requete::{Chemin, Parametres, Requete},
};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use super::{
    Agir, Composer, Convocation, CreerSession, Inscrire, ModifierSession, Passage, Presence, Proposition, Session,
    deliberation::{self, Decider},
    grille::{self, Grille, Remplir},
    incident::{self, Repondre, Signaler},
    jury,
    presence::{self, Emarger},
    siege,
};
use crate::pv;

/// API of exam sessions.
pub fn api() -> OpenApiRouter<Etat> {
    OpenApiRouter::new()
        .routes(routes!(liste, creer))
        .routes(routes!(lire, modifier))
        .routes(routes!(inscrire))
        .routes(routes!(desinscrire))
        .routes(routes!(convocation))
        .routes(routes!(lire_jury, composer))
        .routes(routes!(agir))
        .routes(routes!(emarger))
        .routes(routes!(signaler))
        .routes(routes!(repondre))
        .routes(routes!(mes_sessions))
        .routes(routes!(grilles, remplir))
        .routes(routes!(deliberable, decider))
}

/// An exam session, in short.
#[derive(Serialize, ToSchema)]
pub struct VueSession {
    id: SessionExamenId,
    structure: StructureId,
    lieu: LieuId,
    version_titre: String,
    /// `titre`, `ccp` or `ccs`.
    type_session: String,
    ccs: Option<String>,
    /// `prevue`, `declaree`, `convoquee`, `ouverte`, `en_deliberation`, `pv_signe`, `transmise`, `validee`,
    /// `notifiee`, `archivee`, `annulee` or `quorum_non_atteint`.
    etat: String,
    premier_jour: NaiveDate,
    dernier_jour: NaiveDate,
    declaree_le: Option<NaiveDate>,
    convoquee_le: Option<NaiveDate>,
    motif_annulation: Option<String>,
    version: i32,
}

/// A candidate registered.
#[derive(Serialize, ToSchema)]
pub struct VuePassage {
    id: PassageId,
    candidature: CandidatureId,
    candidat: CandidatId,
    /// `formation`, `vae` or `experience`, by unit.
    #[schema(value_type = Object)]
    origines: super::Origines,
    jour: NaiveDate,
    heure: Option<String>,
    duree_minutes: Option<i32>,
    salle: Option<String>,
    presence: Presence,
    accordees: Option<Vec<String>>,
    titre_propose: bool,
    entretien_favorable: Option<bool>,
    /// Why access was open.
    #[schema(value_type = Vec<Object>)]
    motifs: serde_json::Value,
}

/// A step that may follow, with its reasons.
#[derive(Serialize, ToSchema)]
pub struct VueEtape {
    #[schema(value_type = String)]
    action: certification_regles::session::ActionSession,
    permise: bool,
    #[schema(value_type = Vec<Object>)]
    motifs: Vec<Motif>,
}

/// An exam session with its days, candidates and the steps that may follow.
#[derive(Serialize, ToSchema)]
pub struct FicheSession {
    #[serde(flatten)]
    session: VueSession,
    jours: Vec<NaiveDate>,
    candidats: Vec<VuePassage>,
    jury: Vec<VueMembre>,
    etapes: Vec<VueEtape>,
}

/// A member of the jury.
#[derive(Serialize, ToSchema)]
pub struct VueMembre {
    jure: JureId,
    preside: bool,
}

/// The jury named, examined, and one that would do.
#[derive(Serialize, ToSchema)]
pub struct VueJury {
    membres: Vec<VueMembre>,
    /// Whether the jury named meets every rule.
    valable: bool,
    #[schema(value_type = Vec<Object>)]
    motifs: Vec<Motif>,
    proposition: Proposition,
}

/// What the jury may decide for a candidate.
#[derive(Serialize, ToSchema)]
pub struct VueDeliberation {
    /// What was decided.
    decision: Option<Decider>,
    options: Vec<VueOption>,
    empechements: Vec<String>,
    entretien_prevu: bool,
    #[schema(value_type = Vec<Object>)]
    motifs: Vec<Motif>,
}

/// A decision the rules allow.
#[derive(Serialize, ToSchema)]
pub struct VueOption {
    #[serde(flatten)]
    decision: Decider,
    libelle: String,
}

/// An incident recorded.
#[derive(Serialize, ToSchema)]
pub struct VueIncident {
    id: Uuid,
}

impl From<Session> for VueSession {
    fn from(s: Session) -> Self {
        Self {
            id: s.id,
            structure: s.structure_id,
            lieu: s.lieu_id,
            version_titre: s.version_code,
            type_session: s.type_session,
            ccs: s.ccs,
            etat: s.etat,
            premier_jour: s.premier_jour,
            dernier_jour: s.dernier_jour,
            declaree_le: s.declaree_le,
            convoquee_le: s.convoquee_le,
            motif_annulation: s.motif_annulation,
            version: s.version,
        }
    }
}

impl From<Passage> for VuePassage {
    fn from(p: Passage) -> Self {
        Self {
            id: p.id,
            candidature: p.candidature_id,
            candidat: p.candidat_id,
            origines: p.origines,
            jour: p.jour,
            heure: p.heure,
            duree_minutes: p.duree_minutes,
            salle: p.salle,
            presence: p.presence,
            accordees: p.accordees.map(|a| a.0),
            titre_propose: p.titre_propose,
            entretien_favorable: p.entretien_favorable,
            motifs: p.motifs.unwrap_or_else(|| serde_json::json!([])),
        }
    }
}

/// The exam sessions of the centre.
#[utoipa::path(get, path = "/certification/sessions", tag = "certification", params(Curseur), responses((status = OK, body = Liste<VueSession>), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn liste(q: Requete, Parametres(c): Parametres<Curseur>) -> Result<Json<Liste<VueSession>>, Refus> {
    let combien = c.combien()?;
    let lignes = super::page(&q.lecture(), c.depart()?, combien).await?;
    Ok(Json(page(lignes, combien, |s| s.id.0, Into::into)))
}

/// Plans an exam session.
#[utoipa::path(post, path = "/certification/sessions", tag = "certification", request_body = CreerSession, responses((status = CREATED, body = VueSession), (status = OK, body = VueSession, description = "Already created by the same request"), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn creer(q: Requete, Corps(mut d): Corps<CreerSession>) -> Result<Cree<VueSession>, Refus> {
    let cx = q.ecriture().await?;
    d.id = q.id_creation(&cx, d.id.map(|i| i.0)).map(SessionExamenId);
    let (s, nouveau) = super::creer(&cx, d).await?;
    cx.valider().await?;
    Ok(Cree::selon(nouveau, s.into()))
}

/// One exam session: days, candidates, jury, the steps that may follow and why.
#[utoipa::path(get, path = "/certification/sessions/{id}", tag = "certification", params(("id" = SessionExamenId, Path)), responses((status = OK, body = FicheSession), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn lire(q: Requete, Chemin(id): Chemin<SessionExamenId>) -> Result<Json<FicheSession>, Refus> {
    let cx = q.lecture();
    let d = super::lire(&cx, id).await?;
    let passages = super::passages(&cx, id).await?;
    let etapes = super::possibles(&cx, &d, &passages).await?;
    let jury = jury::membres(&cx, id).await?;
    Ok(Json(FicheSession {
        jours: d.jours,
        session: d.session.into(),
        candidats: passages.into_iter().map(Into::into).collect(),
        jury: jury.into_iter().map(|m| VueMembre { jure: m.jure_id, preside: m.preside }).collect(),
        etapes: etapes.into_iter().map(|e| VueEtape { action: e.action, permise: e.permise, motifs: e.motifs }).collect(),
    }))
}

/// Moves an exam session that nobody is called to yet.
#[utoipa::path(patch, path = "/certification/sessions/{id}", tag = "certification", params(("id" = SessionExamenId, Path)), request_body = ModifierSession, responses((status = OK, body = VueSession), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn modifier(q: Requete, Chemin(id): Chemin<SessionExamenId>, Corps(m): Corps<ModifierSession>) -> Result<Json<VueSession>, Refus> {
    let cx = q.ecriture().await?;
    let s = super::modifier(&cx, id, m).await?;
    cx.valider().await?;
    Ok(Json(s.into()))
}

/// Registers a candidate; refused (422) with every reason when the rules do not open the session to them.
#[utoipa::path(post, path = "/certification/sessions/{id}/candidats", tag = "certification", params(("id" = SessionExamenId, Path)), request_body = Inscrire, responses((status = CREATED, body = VuePassage), (status = OK, body = VuePassage, description = "Already created by the same request"), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn inscrire(q: Requete, Chemin(id): Chemin<SessionExamenId>, Corps(mut i): Corps<Inscrire>) -> Result<Cree<VuePassage>, Refus> {
    let cx = q.ecriture().await?;
    i.id = q.id_creation(&cx, i.id.map(|i| i.0)).map(PassageId);
    let (p, nouveau) = super::inscrire(&cx, id, i).await?;
    cx.valider().await?;
    Ok(Cree::selon(nouveau, p.into()))
}

/// Takes a candidate out of a session that is not open yet.
#[utoipa::path(delete, path = "/certification/passages/{id}", tag = "certification", params(("id" = PassageId, Path)), responses((status = NO_CONTENT), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn desinscrire(q: Requete, Chemin(id): Chemin<PassageId>) -> Result<StatusCode, Refus> {
    let cx = q.ecriture().await?;
    super::desinscrire(&cx, id).await?;
    cx.valider().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What the invitation of a candidate says: for the centre, and for the candidate.
#[utoipa::path(get, path = "/certification/passages/{id}/convocation", tag = "certification", params(("id" = PassageId, Path)), responses((status = OK, body = Convocation), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn convocation(q: Requete, Chemin(id): Chemin<PassageId>) -> Result<Json<Convocation>, Refus> {
    Ok(Json(super::convocation(&q.lecture(), id).await?))
}

/// The jury named, examined by the rules, and a proposal with the reason of each exclusion.
#[utoipa::path(get, path = "/certification/sessions/{id}/jury", tag = "certification", params(("id" = SessionExamenId, Path)), responses((status = OK, body = VueJury), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn lire_jury(q: Requete, Chemin(id): Chemin<SessionExamenId>) -> Result<Json<VueJury>, Refus> {
    let cx = q.lecture();
    let d = super::lire(&cx, id).await?;
    let passages = super::passages(&cx, id).await?;
    let e = super::examen(&cx, &d, &passages, false).await?;
    let motifs = e.reponse.motifs.iter().map(|m| Motif { phrase: e.nommer(&m.phrase), ..m.clone() }).collect();
    Ok(Json(VueJury {
        membres: jury::membres(&cx, id).await?.into_iter().map(|m| VueMembre { jure: m.jure_id, preside: m.preside }).collect(),
        valable: e.reponse.favorable,
        motifs,
        proposition: super::proposer(&cx, &d).await?,
    }))
}

/// Names the jury; a member named twice is refused (409).
#[utoipa::path(put, path = "/certification/sessions/{id}/jury", tag = "certification", params(("id" = SessionExamenId, Path)), request_body = Composer, responses((status = NO_CONTENT), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn composer(q: Requete, Chemin(id): Chemin<SessionExamenId>, Corps(c): Corps<Composer>) -> Result<StatusCode, Refus> {
    let cx = q.ecriture().await?;
    super::composer(&cx, id, c).await?;
    cx.valider().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Makes a session take a step; refused (409) with every reason when a guard does not let it.
#[utoipa::path(post, path = "/certification/sessions/{id}/etapes", tag = "certification", params(("id" = SessionExamenId, Path)), request_body = Agir, responses((status = OK, body = VueSession), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn agir(q: Requete, Chemin(id): Chemin<SessionExamenId>, Corps(a): Corps<Agir>) -> Result<Json<VueSession>, Refus> {
    let cx = q.ecriture().await?;
    let s = super::agir(&cx, id, a).await?;
    cx.valider().await?;
    Ok(Json(s.into()))
}

/// Records who came.
#[utoipa::path(put, path = "/certification/sessions/{id}/presences", tag = "certification", params(("id" = SessionExamenId, Path)), request_body = Emarger, responses((status = NO_CONTENT), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn emarger(q: Requete, Chemin(id): Chemin<SessionExamenId>, Corps(e): Corps<Emarger>) -> Result<StatusCode, Refus> {
    let cx = q.ecriture().await?;
    let fait = presence::emarger(&cx, id, e).await;
    pv::conclure(&q, cx, id, fait).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Reports an incident, a fraud with its witnesses, an appeal.
#[utoipa::path(post, path = "/certification/sessions/{id}/incidents", tag = "certification", params(("id" = SessionExamenId, Path)), request_body = Signaler, responses((status = CREATED, body = VueIncident), (status = OK, body = VueIncident, description = "Already created by the same request"), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn signaler(q: Requete, Chemin(id): Chemin<SessionExamenId>, Corps(mut s): Corps<Signaler>) -> Result<Cree<VueIncident>, Refus> {
    let cx = q.ecriture().await?;
    s.id = q.id_creation(&cx, s.id);
    let fait = incident::signaler(&cx, id, s).await;
    let (i, nouveau) = pv::conclure(&q, cx, id, fait).await?;
    Ok(Cree::selon(nouveau, VueIncident { id: i }))
}

/// Says what followed of an incident or an appeal.
#[utoipa::path(put, path = "/certification/incidents/{id}/suite", tag = "certification", params(("id" = Uuid, Path)), request_body = Repondre, responses((status = NO_CONTENT), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn repondre(q: Requete, Chemin(id): Chemin<Uuid>, Corps(r): Corps<Repondre>) -> Result<StatusCode, Refus> {
    let cx = q.ecriture().await?;
    incident::repondre(&cx, id, r).await?;
    cx.valider().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The sessions where the account sits in the jury.
#[utoipa::path(get, path = "/certification/jury", tag = "certification", responses((status = OK, body = Vec<VueSession>), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn mes_sessions(q: Requete) -> Result<Json<Vec<VueSession>>, Refus> {
    let cx = q.lecture();
    cx.exiger(Permission::JurySieger)?;
    Ok(Json(siege::sessions(&cx).await?.into_iter().map(Into::into).collect()))
}

/// One's own grids for a candidate.
#[utoipa::path(get, path = "/certification/passages/{id}/grilles", tag = "certification", params(("id" = PassageId, Path)), responses((status = OK, body = Vec<Grille>), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn grilles(q: Requete, Chemin(id): Chemin<PassageId>) -> Result<Json<Vec<Grille>>, Refus> {
    let cx = q.lecture();
    let (s, p) = siege::passage(&cx, id).await?;
    Ok(Json(grille::lire(&cx, &s.d, &p, s.jure.id).await?))
}

/// Fills lines of one's own grid of an evidence.
#[utoipa::path(put, path = "/certification/passages/{id}/grilles", tag = "certification", params(("id" = PassageId, Path)), request_body = Remplir, responses((status = NO_CONTENT), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn remplir(q: Requete, Chemin(id): Chemin<PassageId>, Corps(r): Corps<Remplir>) -> Result<StatusCode, Refus> {
    let cx = q.ecriture().await?;
    let session = siege::passage(&cx, id).await?.1.session_id;
    let fait = grille::remplir(&cx, id, r).await;
    pv::conclure(&q, cx, session, fait).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What the jury may decide for a candidate, and no other.
#[utoipa::path(get, path = "/certification/passages/{id}/deliberation", tag = "certification", params(("id" = PassageId, Path)), responses((status = OK, body = VueDeliberation), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn deliberable(q: Requete, Chemin(id): Chemin<PassageId>) -> Result<Json<VueDeliberation>, Refus> {
    let cx = q.lecture();
    let (s, p) = siege::passage(&cx, id).await?;
    let o = deliberation::options(&cx, &s.d, &p).await?;
    let decision = p.accordees.map(|a| Decider { accordees: a.0, titre: p.titre_propose, entretien_favorable: p.entretien_favorable });
    Ok(Json(VueDeliberation {
        decision,
        options: o.options.into_iter().map(|o| VueOption { decision: o.decision, libelle: o.libelle }).collect(),
        empechements: o.empechements,
        entretien_prevu: o.entretien_prevu,
        motifs: o.entretien,
    }))
}

/// Records what the jury decides for a candidate; refused (422) with the reasons when the rules do not allow it.
#[utoipa::path(put, path = "/certification/passages/{id}/deliberation", tag = "certification", params(("id" = PassageId, Path)), request_body = Decider, responses((status = NO_CONTENT), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn decider(q: Requete, Chemin(id): Chemin<PassageId>, Corps(x): Corps<Decider>) -> Result<StatusCode, Refus> {
    let cx = q.ecriture().await?;
    let session = siege::passage(&cx, id).await?.1.session_id;
    let fait = deliberation::decider(&cx, id, x).await;
    pv::conclure(&q, cx, session, fait).await?;
    Ok(StatusCode::NO_CONTENT)
}
