use axum::{Json, http::StatusCode};
use chrono::{DateTime, NaiveDate, Utc};
use mediation::nomenclatures::{Thematique, TypeActivite};
use serde::{Deserialize, Serialize};
use socle::{
    Etat, Nomenclature,
    api::{Corps, Cree, Liste, Probleme},
    erreur::Refus,
    identifiant::{FiltreBilanId, LieuId, StructureId, UtilisateurId},
    requete::{Chemin, Requete},
};
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use super::{FiltreGarde, Garder};
use crate::{filtre::Demande, periode::Periode};

/// API of the filters that a person keeps.
pub fn api() -> OpenApiRouter<Etat> {
    OpenApiRouter::new().routes(routes!(lister, garder)).routes(routes!(lire, renommer, supprimer))
}

/// A filter of the bilan.
#[derive(Default, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields, default)]
#[schema(as = FiltreDeBilan)]
pub struct CorpsFiltre {
    /// A period that moves with the calendar, instead of two days.
    periode: Option<Periode>,
    /// First day, 1 January unless told.
    du: Option<NaiveDate>,
    /// Last day, included; today unless told. Ten years at most.
    au: Option<NaiveDate>,
    structures: Vec<StructureId>,
    lieu: Option<LieuId>,
    mediateur: Option<UtilisateurId>,
    #[serde(rename = "type")]
    type_activite: Option<TypeActivite>,
    thematique: Option<Thematique>,
    /// INSEE code.
    commune: Option<String>,
}

impl From<CorpsFiltre> for Demande {
    fn from(f: CorpsFiltre) -> Self {
        fn texte(v: Option<impl ToString>) -> String {
            v.map(|v| v.to_string()).unwrap_or_default()
        }
        Self {
            periode: texte(f.periode.map(Nomenclature::code)),
            du: texte(f.du),
            au: texte(f.au),
            lieu: texte(f.lieu),
            mediateur: texte(f.mediateur),
            type_activite: texte(f.type_activite.map(Nomenclature::code)),
            thematique: texte(f.thematique.map(Nomenclature::code)),
            commune: texte(f.commune),
            structure: f.structures.iter().map(ToString::to_string).collect(),
            portee: String::new(),
        }
    }
}

/// A filter to keep under a name.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct GarderFiltre {
    /// UUID made by the client: the same sent twice is one filter.
    id: Option<Uuid>,
    /// Sixty characters at most; one filter of each name.
    nom: String,
    #[serde(default)]
    filtre: CorpsFiltre,
}

/// Another name.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct RenommerFiltre {
    nom: String,
}

/// A filter kept.
#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = FiltreGarde)]
struct VueFiltre {
    id: FiltreBilanId,
    nom: String,
    /// Null: the two days.
    periode: Option<Periode>,
    du: Option<NaiveDate>,
    au: Option<NaiveDate>,
    /// The query to ask the bilan with.
    adresse: String,
    cree_le: DateTime<Utc>,
}

impl From<FiltreGarde> for VueFiltre {
    fn from(g: FiltreGarde) -> Self {
        Self { adresse: g.adresse(), id: g.id, nom: g.nom, periode: g.periode, du: g.du, au: g.au, cree_le: g.cree_le }
    }
}

/// The filters that the account keeps in the structure it works in, by name: thirty at most.
#[utoipa::path(get, path = "/bilan/filtres", tag = "bilan", responses((status = OK, body = Liste<VueFiltre>), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn lister(q: Requete) -> Result<Json<Liste<VueFiltre>>, Refus> {
    let elements = super::lister(&q.lecture()).await?.into_iter().map(Into::into).collect();
    Ok(Json(Liste { elements, suivant: None }))
}

/// Keeps a filter under a name.
#[utoipa::path(post, path = "/bilan/filtres", tag = "bilan", request_body = GarderFiltre, responses((status = CREATED, body = VueFiltre), (status = OK, body = VueFiltre, description = "Already kept by the same request"), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn garder(q: Requete, Corps(g): Corps<GarderFiltre>) -> Result<Cree<VueFiltre>, Refus> {
    let cx = q.ecriture().await?;
    let g = Garder { id: q.id_creation(&cx, g.id), nom: g.nom, demande: g.filtre.into() };
    let (f, nouveau) = super::garder(&cx, g).await?;
    cx.valider().await?;
    Ok(Cree::selon(nouveau, f.into()))
}

/// One filter kept.
#[utoipa::path(get, path = "/bilan/filtres/{id}", tag = "bilan", params(("id" = FiltreBilanId, Path)), responses((status = OK, body = VueFiltre), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn lire(q: Requete, Chemin(id): Chemin<FiltreBilanId>) -> Result<Json<VueFiltre>, Refus> {
    Ok(Json(super::lire(&q.lecture(), id).await?.into()))
}

/// Gives a filter another name.
#[utoipa::path(put, path = "/bilan/filtres/{id}", tag = "bilan", params(("id" = FiltreBilanId, Path)), request_body = RenommerFiltre, responses((status = OK, body = VueFiltre), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn renommer(q: Requete, Chemin(id): Chemin<FiltreBilanId>, Corps(r): Corps<RenommerFiltre>) -> Result<Json<VueFiltre>, Refus> {
    let cx = q.ecriture().await?;
    let f = super::renommer(&cx, id, r.nom).await?;
    cx.valider().await?;
    Ok(Json(f.into()))
}

/// Forgets a filter.
#[utoipa::path(delete, path = "/bilan/filtres/{id}", tag = "bilan", params(("id" = FiltreBilanId, Path)), responses((status = NO_CONTENT), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn supprimer(q: Requete, Chemin(id): Chemin<FiltreBilanId>) -> Result<StatusCode, Refus> {
    let cx = q.ecriture().await?;
    super::supprimer(&cx, id).await?;
    cx.valider().await?;
    Ok(StatusCode::NO_CONTENT)
}
