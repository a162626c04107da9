//! API of appointments.

use axum::{Json, http::StatusCode};
use chrono::{DateTime, Days, NaiveDate, Utc};
use serde::Serialize;
use socle::{
    Etat, Permission,
    api::{Corps, Cree, Liste, Probleme},
    controle::Controle,
    erreur::Refus,
    identifiant::{LieuId, MotifId, PersonneId, PlageId, RendezVousId, UtilisateurId},
    requete::{Chemin, Parametres, Requete},
};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{Creneau, EcrireMotif, EcrirePlage, EtatRendezVous, Issue, Maniere, Motif, Plage, Prendre, RendezVous, motif, plage};
use crate::{
    agenda::regles::raisonnable,
    contact::Contact,
    reservation::{Canal, Par},
};

/// API of appointments.
pub fn api() -> OpenApiRouter<Etat> {
    OpenApiRouter::new()
        .routes(routes!(motifs, ecrire_motif))
        .routes(routes!(modifier_motif))
        .routes(routes!(creneaux))
        .routes(routes!(plages, ajouter_plage))
        .routes(routes!(retirer_plage))
        .merge(super::api_jours::api())
        .routes(routes!(prendre))
        .routes(routes!(lire))
        .routes(routes!(deplacer))
        .routes(routes!(annuler))
        .routes(routes!(conclure))
        .routes(routes!(corriger))
}

/// What one takes an appointment for.
#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = MotifRendezVous)]
struct VueMotif {
    id: MotifId,
    libelle: String,
    description: Option<String>,
    duree_minutes: i32,
    maniere: Maniere,
    publie: bool,
    delai_heures: i32,
    horizon_jours: i32,
    mediateurs: Vec<UtilisateurId>,
    actif: bool,
    version: i32,
}

impl From<Motif> for VueMotif {
    fn from(m: Motif) -> Self {
        Self {
            id: m.id,
            libelle: m.libelle,
            description: m.description,
            duree_minutes: m.duree_minutes,
            maniere: m.maniere,
            publie: m.publie,
            delai_heures: m.delai_heures,
            horizon_jours: m.horizon_jours,
            mediateurs: m.mediateurs.0,
            actif: m.actif,
            version: m.version,
        }
    }
}

/// Hours of a week when a mediator receives.
#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = Plage)]
struct VuePlage {
    id: PlageId,
    utilisateur: UtilisateurId,
    lieu: Option<LieuId>,
    jour: i32,
    debut: String,
    fin: String,
    du: NaiveDate,
    au: Option<NaiveDate>,
}

impl From<Plage> for VuePlage {
    fn from(p: Plage) -> Self {
        Self { id: p.id, utilisateur: p.utilisateur_id, lieu: p.lieu_id, jour: p.jour, debut: p.debut, fin: p.fin, du: p.du, au: p.au }
    }
}

/// An appointment.
#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = RendezVous)]
struct VueRendezVous {
    id: RendezVousId,
    motif: MotifId,
    avec: UtilisateurId,
    lieu: Option<LieuId>,
    debut: DateTime<Utc>,
    fin: DateTime<Utc>,
    etat: EtatRendezVous,
    code: String,
    nom: String,
    telephone: Option<String>,
    courriel: Option<String>,
    canal: Canal,
    par: Par,
    personne: Option<PersonneId>,
    /// When the address or the number refused a message: nothing more is sent there until it is corrected.
    refus_le: Option<DateTime<Utc>>,
    cree_le: DateTime<Utc>,
}

impl From<RendezVous> for VueRendezVous {
    fn from(r: RendezVous) -> Self {
        Self {
            id: r.id,
            motif: r.motif_id,
            avec: r.utilisateur_id,
            lieu: r.lieu_id,
            debut: r.debut,
            fin: r.fin,
            etat: r.etat,
            code: r.code,
            nom: r.nom,
            telephone: r.telephone,
            courriel: r.courriel,
            canal: r.canal,
            par: r.par,
            personne: r.personne_id,
            refus_le: r.refus_le,
            cree_le: r.cree_le,
        }
    }
}

/// When to look for free slots.
#[derive(serde::Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct DemandeCreneaux {
    /// First day; today, if not told.
    #[param(value_type = Option<NaiveDate>)]
    du: Option<String>,
    /// The day after the last; 28 days after the first, if not told.
    #[param(value_type = Option<NaiveDate>)]
    au: Option<String>,
    /// With this member of the team.
    #[param(value_type = Option<UtilisateurId>)]
    avec: Option<String>,
}

/// Whose hours.
#[derive(serde::Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct DemandePlages {
    #[param(value_type = Option<UtilisateurId>)]
    utilisateur: Option<String>,
}

/// Moves an appointment to another free slot.
#[derive(serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct DeplacerRendezVous {
    debut: DateTime<Utc>,
    lieu: Option<LieuId>,
    avec: Option<UtilisateurId>,
}

/// Says how an appointment went.
#[derive(serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct ConclureRendezVous {
    issue: Issue,
}

/// What one takes an appointment for, in the structure.
#[utoipa::path(get, path = "/rendez-vous/motifs", tag = "ateliers", responses((status = OK, body = Liste<VueMotif>), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn motifs(q: Requete) -> Result<Json<Liste<VueMotif>>, Refus> {
    let v = motif::lister(&q.lecture()).await?;
    Ok(Json(Liste { elements: v.into_iter().map(Into::into).collect(), suivant: None }))
}

/// Writes a new reason.
#[utoipa::path(post, path = "/rendez-vous/motifs", tag = "ateliers", request_body = EcrireMotif, responses((status = CREATED, body = VueMotif), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn ecrire_motif(q: Requete, Corps(d): Corps<EcrireMotif>) -> Result<(StatusCode, Json<VueMotif>), Refus> {
    let cx = q.ecriture().await?;
    let m = motif::ecrire(&cx, d).await?;
    cx.valider().await?;
    Ok((StatusCode::CREATED, Json(m.into())))
}

/// Changes a reason.
#[utoipa::path(put, path = "/rendez-vous/motifs/{id}", tag = "ateliers", params(("id" = MotifId, Path)), request_body = EcrireMotif, responses((status = OK, body = VueMotif), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn modifier_motif(q: Requete, Chemin(id): Chemin<MotifId>, Corps(d): Corps<EcrireMotif>) -> Result<Json<VueMotif>, Refus> {
    let cx = q.ecriture().await?;
    let m = motif::modifier(&cx, id, d).await?;
    cx.valider().await?;
    Ok(Json(m.into()))
}

/// The free slots of a reason.
#[utoipa::path(get, path = "/rendez-vous/motifs/{id}/creneaux", tag = "ateliers", params(("id" = MotifId, Path), DemandeCreneaux), responses((status = OK, body = Liste<Creneau>), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn creneaux(
    q: Requete,
    Chemin(id): Chemin<MotifId>,
    Parametres(d): Parametres<DemandeCreneaux>,
) -> Result<Json<Liste<Creneau>>, Refus> {
    let cx = q.lecture();
    let m = motif::ligne(&cx, id, Permission::AccompagnementsLire).await?;
    let mut c = Controle::new();
    let du = c.date("du", d.du.as_deref().unwrap_or_default()).filter(|j| raisonnable(*j)).unwrap_or(cx.aujourd_hui());
    let au = c.date("au", d.au.as_deref().unwrap_or_default()).unwrap_or(du + Days::new(28));
    let avec: Option<UtilisateurId> = c.identifiant("avec", d.avec.as_deref().unwrap_or_default());
    c.finir()?;
    Ok(Json(Liste { elements: super::creneaux(&cx, &m, du, au, avec).await?, suivant: None }))
}

/// When the mediators of the structure receive.
#[utoipa::path(get, path = "/rendez-vous/plages", tag = "ateliers", params(DemandePlages), responses((status = OK, body = Liste<VuePlage>), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn plages(q: Requete, Parametres(d): Parametres<DemandePlages>) -> Result<Json<Liste<VuePlage>>, Refus> {
    let mut c = Controle::new();
    let qui = c.identifiant("utilisateur", d.utilisateur.as_deref().unwrap_or_default());
    c.finir()?;
    let v = plage::lister(&q.lecture(), qui).await?;
    Ok(Json(Liste { elements: v.into_iter().map(Into::into).collect(), suivant: None }))
}

/// Adds hours when a mediator receives, one record for each half day.
#[utoipa::path(post, path = "/rendez-vous/plages", tag = "ateliers", request_body = EcrirePlage, responses((status = CREATED, body = Liste<VuePlage>), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn ajouter_plage(q: Requete, Corps(d): Corps<EcrirePlage>) -> Result<(StatusCode, Json<Liste<VuePlage>>), Refus> {
    let cx = q.ecriture().await?;
    let v = plage::ajouter(&cx, d).await?;
    cx.valider().await?;
    Ok((StatusCode::CREATED, Json(Liste { elements: v.into_iter().map(Into::into).collect(), suivant: None })))
}

/// Takes hours away. Appointments already taken stay.
#[utoipa::path(delete, path = "/rendez-vous/plages/{id}", tag = "ateliers", params(("id" = PlageId, Path)), responses((status = NO_CONTENT), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn retirer_plage(q: Requete, Chemin(id): Chemin<PlageId>) -> Result<StatusCode, Refus> {
    let cx = q.ecriture().await?;
    plage::retirer(&cx, id).await?;
    cx.valider().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Takes an appointment on a free slot; 409 when it is no longer free.
#[utoipa::path(post, path = "/rendez-vous", tag = "ateliers", request_body = Prendre, responses((status = CREATED, body = VueRendezVous), (status = OK, body = VueRendezVous, description = "Already created by the same request"), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn prendre(q: Requete, Corps(mut d): Corps<Prendre>) -> Result<Cree<VueRendezVous>, Refus> {
    let cx = q.ecriture().await?;
    d.id = q.id_creation(&cx, d.id.map(|i| i.0)).map(RendezVousId);
    let (r, nouveau) = super::prendre(&cx, d).await?;
    cx.valider().await?;
    Ok(Cree::selon(nouveau, r.into()))
}

/// One appointment.
#[utoipa::path(get, path = "/rendez-vous/{id}", tag = "ateliers", params(("id" = RendezVousId, Path)), responses((status = OK, body = VueRendezVous), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn lire(q: Requete, Chemin(id): Chemin<RendezVousId>) -> Result<Json<VueRendezVous>, Refus> {
    Ok(Json(super::lire(&q.lecture(), id).await?.0.into()))
}

/// Moves an appointment to another free slot; who comes is told.
#[utoipa::path(put, path = "/rendez-vous/{id}/creneau", tag = "ateliers", params(("id" = RendezVousId, Path)), request_body = DeplacerRendezVous, responses((status = OK, body = VueRendezVous), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn deplacer(q: Requete, Chemin(id): Chemin<RendezVousId>, Corps(d): Corps<DeplacerRendezVous>) -> Result<Json<VueRendezVous>, Refus> {
    let cx = q.ecriture().await?;
    let r = super::deplacer(&cx, id, d.debut, d.lieu, d.avec).await?;
    cx.valider().await?;
    Ok(Json(r.into()))
}

/// Cancels an appointment; who was to come is told, the slot is free again.
#[utoipa::path(post, path = "/rendez-vous/{id}/annulation", tag = "ateliers", params(("id" = RendezVousId, Path)), responses((status = OK, body = VueRendezVous), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn annuler(q: Requete, Chemin(id): Chemin<RendezVousId>) -> Result<Json<VueRendezVous>, Refus> {
    let cx = q.ecriture().await?;
    let r = super::annuler(&cx, id).await?;
    cx.valider().await?;
    Ok(Json(r.into()))
}

/// Says how an appointment went: held, or the person did not come, excused or not.
#[utoipa::path(put, path = "/rendez-vous/{id}/issue", tag = "ateliers", params(("id" = RendezVousId, Path)), request_body = ConclureRendezVous, responses((status = OK, body = VueRendezVous), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn conclure(q: Requete, Chemin(id): Chemin<RendezVousId>, Corps(d): Corps<ConclureRendezVous>) -> Result<Json<VueRendezVous>, Refus> {
    let cx = q.ecriture().await?;
    let r = super::conclure(&cx, id, d.issue).await?;
    cx.valider().await?;
    Ok(Json(r.into()))
}

/// Corrects how somebody is called and reached; an appointment to come is confirmed to the new contact.
#[utoipa::path(put, path = "/rendez-vous/{id}/contact", tag = "ateliers", params(("id" = RendezVousId, Path)), request_body = Contact, responses((status = OK, body = VueRendezVous), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn corriger(q: Requete, Chemin(id): Chemin<RendezVousId>, Corps(d): Corps<Contact>) -> Result<Json<VueRendezVous>, Refus> {
    let cx = q.ecriture().await?;
    let r = super::corriger(&cx, id, d).await?;
    cx.valider().await?;
    Ok(Json(r.into()))
}
