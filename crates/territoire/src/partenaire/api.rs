use axum::Json;
use socle::{
    Etat,
    api::{Corps, Cree, Curseur, Liste, Probleme, page},
    erreur::Refus,
    identifiant::{PartenaireId, StructureId},
    requete::{Chemin, Parametres, Requete},
};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{CreerPartenaire, ModifierPartenaire, Nature, Partenaire};

/// API of partners.
pub fn api() -> OpenApiRouter<Etat> {
    OpenApiRouter::new().routes(routes!(liste, creer)).routes(routes!(lire, modifier))
}

/// A partner of the directory.
#[derive(serde::Serialize, utoipa::ToSchema)]
#[schema(as = Partenaire)]
pub struct VuePartenaire {
    id: PartenaireId,
    structure: StructureId,
    nom: String,
    nature: Nature,
    contact: Option<String>,
    telephone: Option<String>,
    courriel: Option<String>,
    adresse: Option<String>,
    description: Option<String>,
    actif: bool,
    version: i32,
}

impl From<Partenaire> for VuePartenaire {
    fn from(p: Partenaire) -> Self {
        Self {
            id: p.id,
            structure: p.structure_id,
            nom: p.nom,
            nature: p.nature,
            contact: p.contact,
            telephone: p.telephone,
            courriel: p.courriel,
            adresse: p.adresse,
            description: p.description,
            actif: p.actif,
            version: p.version,
        }
    }
}

/// The directory of partners.
#[utoipa::path(get, path = "/partenaires", tag = "territoire", params(Curseur), responses((status = OK, body = Liste<VuePartenaire>), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn liste(q: Requete, Parametres(c): Parametres<Curseur>) -> Result<Json<Liste<VuePartenaire>>, Refus> {
    let combien = c.combien()?;
    let lignes = super::page(&q.lecture(), c.depart()?, combien).await?;
    Ok(Json(page(lignes, combien, |p| p.id.0, Into::into)))
}

/// Adds a partner.
#[utoipa::path(post, path = "/partenaires", tag = "territoire", request_body = CreerPartenaire, responses((status = CREATED, body = VuePartenaire), (status = OK, body = VuePartenaire, description = "Already created by the same request"), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn creer(q: Requete, Corps(mut d): Corps<CreerPartenaire>) -> Result<Cree<VuePartenaire>, Refus> {
    let cx = q.ecriture().await?;
    d.id = q.id_creation(&cx, d.id.map(|i| i.0)).map(PartenaireId);
    let (p, nouveau) = super::creer(&cx, d).await?;
    cx.valider().await?;
    Ok(Cree::selon(nouveau, p.into()))
}

/// One partner.
#[utoipa::path(get, path = "/partenaires/{id}", tag = "territoire", params(("id" = PartenaireId, Path)), responses((status = OK, body = VuePartenaire), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn lire(q: Requete, Chemin(id): Chemin<PartenaireId>) -> Result<Json<VuePartenaire>, Refus> {
    Ok(Json(super::lire(&q.lecture(), id).await?.into()))
}

/// Changes a partner.
#[utoipa::path(patch, path = "/partenaires/{id}", tag = "territoire", params(("id" = PartenaireId, Path)), request_body = ModifierPartenaire, responses((status = OK, body = VuePartenaire), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn modifier(q: Requete, Chemin(id): Chemin<PartenaireId>, Corps(m): Corps<ModifierPartenaire>) -> Result<Json<VuePartenaire>, Refus> {
    let cx = q.ecriture().await?;
    let p = super::modifier(&cx, id, m).await?;
    cx.valider().await?;
    Ok(Json(p.into()))
}
