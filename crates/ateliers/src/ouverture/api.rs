//! API of opening hours and public holidays.

use axum::{Json, http::StatusCode};
use chrono::{Datelike, NaiveDate};
use serde::Serialize;
use socle::{
    Etat,
    api::{Corps, Liste, Probleme},
    controle::Controle,
    erreur::Refus,
    identifiant::{FermetureId, LieuId},
    requete::{Chemin, Parametres, Requete},
};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{EcrireHoraires, FermerLieu, Fermeture, Ouvertures, feries};

/// API of opening hours.
pub fn api() -> OpenApiRouter<Etat> {
    OpenApiRouter::new().routes(routes!(horaires, ecrire)).routes(routes!(fermer)).routes(routes!(rouvrir)).routes(routes!(jours_feries))
}

/// When a lieu is open.
#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = HorairesLieu)]
struct VueHoraires {
    /// Seven texts, from Monday: `09:00-12:30, 14:00-18:00`.
    jours: Vec<String>,
    /// Days off from today on.
    fermetures: Vec<VueFermeture>,
}

/// Days when it is closed.
#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = FermetureLieu)]
struct VueFermeture {
    id: FermetureId,
    du: NaiveDate,
    au: NaiveDate,
    motif: Option<String>,
}

impl From<Fermeture> for VueFermeture {
    fn from(f: Fermeture) -> Self {
        Self { id: f.id, du: f.du, au: f.au, motif: f.motif }
    }
}

impl From<Ouvertures> for VueHoraires {
    fn from(o: Ouvertures) -> Self {
        Self { jours: o.semaine.textes(), fermetures: o.fermetures.into_iter().map(Into::into).collect() }
    }
}

/// Which holidays.
#[derive(serde::Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct DemandeFeries {
    /// The present one, if not told; from 1900 to 2299.
    #[param(value_type = Option<i32>, minimum = 1900, maximum = 2299)]
    annee: Option<String>,
    /// INSEE code of a commune: holidays differ in Alsace-Moselle and overseas.
    commune: Option<String>,
}

/// A public holiday.
#[derive(Serialize, utoipa::ToSchema)]
struct JourFerie {
    jour: NaiveDate,
    nom: &'static str,
}

/// When a lieu is open.
#[utoipa::path(get, path = "/agenda/lieux/{id}/horaires", tag = "ateliers", params(("id" = LieuId, Path)), responses((status = OK, body = VueHoraires), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn horaires(q: Requete, Chemin(id): Chemin<LieuId>) -> Result<Json<VueHoraires>, Refus> {
    Ok(Json(super::lire(&q.lecture(), id).await?.1.into()))
}

/// Writes when a lieu is open.
#[utoipa::path(put, path = "/agenda/lieux/{id}/horaires", tag = "ateliers", params(("id" = LieuId, Path)), request_body = EcrireHoraires, responses((status = OK, body = VueHoraires), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn ecrire(q: Requete, Chemin(id): Chemin<LieuId>, Corps(d): Corps<EcrireHoraires>) -> Result<Json<VueHoraires>, Refus> {
    let cx = q.ecriture().await?;
    let o = super::ecrire(&cx, id, d).await?;
    cx.valider().await?;
    Ok(Json(o.into()))
}

/// Closes a lieu for some days.
#[utoipa::path(post, path = "/agenda/lieux/{id}/fermetures", tag = "ateliers", params(("id" = LieuId, Path)), request_body = FermerLieu, responses((status = CREATED, body = VueFermeture), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn fermer(q: Requete, Chemin(id): Chemin<LieuId>, Corps(d): Corps<FermerLieu>) -> Result<(StatusCode, Json<VueFermeture>), Refus> {
    let cx = q.ecriture().await?;
    let f = super::fermer(&cx, id, d).await?;
    cx.valider().await?;
    Ok((StatusCode::CREATED, Json(f.into())))
}

/// Forgets days when a lieu was to be closed.
#[utoipa::path(delete, path = "/agenda/lieux/{id}/fermetures/{fermeture}", tag = "ateliers", params(("id" = LieuId, Path), ("fermeture" = FermetureId, Path)), responses((status = NO_CONTENT), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn rouvrir(q: Requete, Chemin((id, f)): Chemin<(LieuId, FermetureId)>) -> Result<StatusCode, Refus> {
    let cx = q.ecriture().await?;
    super::rouvrir(&cx, id, f).await?;
    cx.valider().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The public holidays of a year.
#[utoipa::path(get, path = "/agenda/feries", tag = "ateliers", params(DemandeFeries), responses((status = OK, body = Liste<JourFerie>), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn jours_feries(q: Requete, Parametres(d): Parametres<DemandeFeries>) -> Result<Json<Liste<JourFerie>>, Refus> {
    let cx = q.lecture();
    cx.exiger(socle::Permission::AccompagnementsLire)?;
    let mut c = Controle::new();
    let annee = c.nombre("annee", d.annee.as_deref().unwrap_or_default()).unwrap_or(cx.aujourd_hui().year());
    c.exiger((1900..2300).contains(&annee), "annee", "Demandez une année de 1900 à 2299.");
    c.finir()?;
    let zone = feries::Zone::de_commune(d.commune.as_deref());
    let elements = feries::feries(annee, zone).into_iter().map(|(jour, nom)| JourFerie { jour, nom }).collect();
    Ok(Json(Liste { elements, suivant: None }))
}
