//! API of days of hours: closed, moved, put back.

use axum::{Json, http::StatusCode};
use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;
use socle::{
    Erreur, Etat,
    api::{Corps, Liste, Probleme},
    erreur::Refus,
    identifiant::{LieuId, PlageId, RendezVousId, UtilisateurId},
    requete::{Chemin, Parametres, Requete},
};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    DeplacerPlage, EtatPlage, JourPlage,
    exception::{self, Detail},
};
use crate::agenda::api::DemandeAgenda;

pub(super) fn api() -> OpenApiRouter<Etat> {
    OpenApiRouter::new().routes(routes!(jours)).routes(routes!(lire, changer, retablir))
}

/// One day when a mediator receives.
#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = JourPlage)]
struct VueJour {
    plage: PlageId,
    utilisateur: UtilisateurId,
    lieu: Option<LieuId>,
    /// The day of the week it stands for.
    origine: NaiveDate,
    /// When it is held; when it would be, closed.
    debut: DateTime<Utc>,
    fin: DateTime<Utc>,
    etat: EtatPlage,
    /// Why the lieu receives nobody that day.
    lieu_ferme: Option<String>,
}

impl From<JourPlage> for VueJour {
    fn from(j: JourPlage) -> Self {
        Self {
            plage: j.plage.id,
            utilisateur: j.plage.utilisateur_id,
            lieu: j.plage.lieu_id,
            origine: j.origine,
            debut: j.debut,
            fin: j.fin,
            etat: j.etat,
            lieu_ferme: j.lieu_ferme,
        }
    }
}

/// One day of hours, and the appointments that stay although it no longer holds them.
#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = DetailJourPlage)]
struct VueDetail {
    jour: VueJour,
    /// To come, at these times: as they are, or as every week.
    rendez_vous: Vec<RendezVousId>,
    /// Of which, those outside of these hours: to move or cancel, and to call.
    en_dehors: Vec<RendezVousId>,
}

impl From<Detail> for VueDetail {
    fn from(d: Detail) -> Self {
        Self {
            rendez_vous: d.rendez_vous.iter().map(|r| r.id).collect(),
            en_dehors: d.a_voir().map(|r| r.id).collect(),
            jour: d.jour.into(),
        }
    }
}

/// Changes one day of hours: closed, or held at another time.
#[derive(Default, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields, default)]
struct ChangerJourPlage {
    /// Nobody is received that day.
    fermer: bool,
    /// Or they are held then, that time only.
    deplacer: Option<DeplacerPlage>,
}

/// The days when the mediators of the structure receive: as every week, closed, moved.
#[utoipa::path(get, path = "/rendez-vous/plages/jours", tag = "ateliers", params(DemandeAgenda), responses((status = OK, body = Liste<VueJour>), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn jours(q: Requete, Parametres(d): Parametres<DemandeAgenda>) -> Result<Json<Liste<VueJour>>, Refus> {
    let cx = q.lecture();
    let (quoi, du, au) = d.lire(&cx)?;
    let v = exception::jours(&cx, quoi, du, au).await?;
    Ok(Json(Liste { elements: v.into_iter().map(Into::into).collect(), suivant: None }))
}

/// One day of hours, by the day of the week it stands for.
#[utoipa::path(get, path = "/rendez-vous/plages/{id}/jours/{jour}", tag = "ateliers", params(("id" = PlageId, Path), ("jour" = NaiveDate, Path)), responses((status = OK, body = VueDetail), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn lire(q: Requete, Chemin((id, jour)): Chemin<(PlageId, NaiveDate)>) -> Result<Json<VueDetail>, Refus> {
    Ok(Json(exception::detail(&q.lecture(), id, jour).await?.into()))
}

/// Closes one day of hours, or holds it at another time: the other weeks stay. Appointments already taken stay, and
/// those it no longer holds are said.
#[utoipa::path(put, path = "/rendez-vous/plages/{id}/jours/{jour}", tag = "ateliers", params(("id" = PlageId, Path), ("jour" = NaiveDate, Path)), request_body = ChangerJourPlage, responses((status = OK, body = VueDetail), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn changer(
    q: Requete,
    Chemin((id, jour)): Chemin<(PlageId, NaiveDate)>,
    Corps(d): Corps<ChangerJourPlage>,
) -> Result<Json<VueDetail>, Refus> {
    let cx = q.ecriture().await?;
    let detail = match (d.fermer, d.deplacer) {
        (true, None) => exception::fermer(&cx, id, jour).await?,
        (false, Some(d)) => exception::deplacer(&cx, id, jour, d).await?,
        _ => {
            // Who may not is told so first.
            super::plage::ligne(&cx, id, socle::Permission::AccompagnementsEcrire).await?;
            return Err(Erreur::champ("fermer", "Dites de fermer ce jour, ou de le déplacer : l’un des deux.").into());
        }
    };
    cx.valider().await?;
    Ok(Json(detail.into()))
}

/// Puts one day of hours back as every week.
#[utoipa::path(delete, path = "/rendez-vous/plages/{id}/jours/{jour}", tag = "ateliers", params(("id" = PlageId, Path), ("jour" = NaiveDate, Path)), responses((status = NO_CONTENT), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn retablir(q: Requete, Chemin((id, jour)): Chemin<(PlageId, NaiveDate)>) -> Result<StatusCode, Refus> {
    let cx = q.ecriture().await?;
    exception::retablir(&cx, id, jour).await?;
    cx.valider().await?;
    Ok(StatusCode::NO_CONTENT)
}
