use axum::{
    Json,
    http::header,
    response::{IntoResponse, Response},
};
use chrono::NaiveDate;
use socle::{
    Etat,
    api::{Corps, Cree, Curseur, Liste, Probleme, page},
    controle::Controle,
    erreur::Refus,
    identifiant::{OrientationId, PartenaireId, PersonneId, UtilisateurId},
    requete::{Chemin, Parametres, Requete},
};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{CreerOrientation, Filtre, ModifierOrientation, Orientation, StatutOrientation, regles};

/// API of orientations.
pub fn api() -> OpenApiRouter<Etat> {
    OpenApiRouter::new().routes(routes!(liste, creer)).routes(routes!(lire, modifier)).routes(routes!(lettre))
}

/// A person sent to a partner.
#[derive(serde::Serialize, utoipa::ToSchema)]
#[schema(as = Orientation)]
pub struct VueOrientation {
    id: OrientationId,
    personne: PersonneId,
    partenaire: PartenaireId,
    /// Who sent the person.
    mediateur: UtilisateurId,
    date: NaiveDate,
    motif: String,
    statut: StatutOrientation,
    /// Day of the first answer.
    repondu_le: Option<NaiveDate>,
    /// Whether the partner has ever accepted.
    acceptee: bool,
    /// What came of it.
    retour: Option<String>,
    version: i32,
    cree_le: chrono::DateTime<chrono::Utc>,
}

impl From<Orientation> for VueOrientation {
    fn from(o: Orientation) -> Self {
        Self {
            id: o.id,
            personne: o.personne_id,
            partenaire: o.partenaire_id,
            mediateur: o.mediateur_id,
            date: o.date,
            motif: o.motif,
            statut: o.statut,
            repondu_le: o.repondu_le,
            acceptee: o.acceptee,
            retour: o.retour,
            version: o.version,
            cree_le: o.cree_le,
        }
    }
}

/// What to list.
#[derive(serde::Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Demande {
    /// The `suivant` of the page before.
    apres: Option<String>,
    /// 1 to 200, 50 unless told.
    #[param(value_type = Option<u64>, minimum = 1, maximum = 200)]
    limite: Option<String>,
    #[param(value_type = Option<PersonneId>)]
    personne: Option<String>,
    #[param(value_type = Option<StatutOrientation>)]
    statut: Option<String>,
}

/// The orientations of the structure.
#[utoipa::path(get, path = "/orientations", tag = "mediation", params(Demande), responses((status = OK, body = Liste<VueOrientation>), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn liste(q: Requete, Parametres(d): Parametres<Demande>) -> Result<Json<Liste<VueOrientation>>, Refus> {
    let mut c = Controle::new();
    let filtre = Filtre {
        personne: c.identifiant("personne", d.personne.as_deref().unwrap_or_default()),
        statut: c.code("statut", d.statut.as_deref().unwrap_or_default()),
    };
    c.finir()?;
    let curseur = Curseur { apres: d.apres, limite: d.limite };
    let combien = curseur.combien()?;
    let lignes = super::page(&q.lecture(), &filtre, curseur.depart()?, combien).await?;
    Ok(Json(page(lignes, combien, |o| o.id.0, Into::into)))
}

/// Sends a person to a partner, with their consent.
#[utoipa::path(post, path = "/orientations", tag = "mediation", request_body = CreerOrientation, responses((status = CREATED, body = VueOrientation), (status = OK, body = VueOrientation, description = "Already created by the same request"), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn creer(q: Requete, Corps(mut d): Corps<CreerOrientation>) -> Result<Cree<VueOrientation>, Refus> {
    let cx = q.ecriture().await?;
    d.id = q.id_creation(&cx, d.id.map(|i| i.0)).map(OrientationId);
    let (o, nouvelle) = super::creer(&cx, d).await?;
    cx.valider().await?;
    Ok(Cree::selon(nouvelle, o.into()))
}

/// One orientation.
#[utoipa::path(get, path = "/orientations/{id}", tag = "mediation", params(("id" = OrientationId, Path)), responses((status = OK, body = VueOrientation), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn lire(q: Requete, Chemin(id): Chemin<OrientationId>) -> Result<Json<VueOrientation>, Refus> {
    Ok(Json(super::lire(&q.lecture(), id).await?.into()))
}

/// Notes the answer of the partner.
#[utoipa::path(patch, path = "/orientations/{id}", tag = "mediation", params(("id" = OrientationId, Path)), request_body = ModifierOrientation, responses((status = OK, body = VueOrientation), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn modifier(
    q: Requete,
    Chemin(id): Chemin<OrientationId>,
    Corps(m): Corps<ModifierOrientation>,
) -> Result<Json<VueOrientation>, Refus> {
    let cx = q.ecriture().await?;
    let o = super::modifier(&cx, id, m).await?;
    cx.valider().await?;
    Ok(Json(o.into()))
}

/// The letter to the partner, as PDF.
#[utoipa::path(get, path = "/orientations/{id}/lettre.pdf", tag = "mediation", params(("id" = OrientationId, Path)), responses((status = OK, content_type = "application/pdf", body = Vec<u8>), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn lettre(q: Requete, Chemin(id): Chemin<OrientationId>) -> Result<Response, Refus> {
    reponse_lettre(&q, id).await
}

/// The letter, for the API and for the page.
pub(super) async fn reponse_lettre(q: &Requete, id: OrientationId) -> Result<Response, Refus> {
    let pdf = super::lettre(q.ecriture().await?, id).await?;
    let nom = format!("inline; filename=\"lettre-{}.pdf\"", regles::reference(id.0));
    Ok(([(header::CONTENT_TYPE, "application/pdf".to_owned()), (header::CONTENT_DISPOSITION, nom)], pdf).into_response())
}
