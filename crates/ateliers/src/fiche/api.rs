use axum::Json;
use mediation::nomenclatures::Thematique;
use socle::{
    Erreur, Etat, Nomenclature,
    api::{Corps, Cree, Liste, Probleme},
    erreur::Refus,
    identifiant::FicheAtelierId,
    requete::{Chemin, Parametres, Requete},
};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{Contenu, Fiche, Filtre, Origine, Reference};

/// API of the catalogue.
pub fn api() -> OpenApiRouter<Etat> {
    OpenApiRouter::new().routes(routes!(liste, creer)).routes(routes!(lire, modifier)).routes(routes!(copier)).routes(routes!(versions))
}

/// A sheet of the catalogue.
#[derive(serde::Serialize, utoipa::ToSchema)]
#[schema(as = FicheAtelier)]
pub struct VueFiche {
    /// An id, or the code of a shipped sheet.
    id: String,
    origine: Origine,
    version: i32,
    partagee: bool,
    archivee: bool,
    copie_de: Option<String>,
    contenu: Contenu,
}

impl From<Fiche> for VueFiche {
    fn from(f: Fiche) -> Self {
        Self {
            id: f.reference.to_string(),
            origine: f.origine,
            version: f.version,
            partagee: f.partagee,
            archivee: f.archivee,
            copie_de: f.copie_de,
            contenu: f.contenu,
        }
    }
}

/// Which sheets.
#[derive(Default, serde::Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub struct Selection {
    /// Code of a thematique.
    thematique: Option<String>,
    /// Words, all of which are in the sheet.
    q: Option<String>,
    /// Those put away, instead of the others.
    archivees: bool,
}

/// Adds a sheet.
#[derive(serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreerFiche {
    /// Made by the client; the same creation twice is one record.
    id: Option<FicheAtelierId>,
    contenu: Contenu,
}

/// Changes a sheet; a field left out is left as it is.
#[derive(Default, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ModifierFiche {
    /// The version read; refused (409) if another was written since.
    version: Option<i32>,
    /// The whole new content: a new version.
    contenu: Option<Contenu>,
    /// Shared with the other structures of the instance, under its licence.
    partagee: Option<bool>,
    /// Put away.
    archivee: Option<bool>,
}

/// Copies a sheet.
#[derive(Default, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct CopierFiche {
    /// Id of the copy, made by the client.
    id: Option<FicheAtelierId>,
}

/// A version of a sheet.
#[derive(serde::Serialize, utoipa::ToSchema)]
pub struct VersionFiche {
    version: i32,
    ecrite_le: chrono::DateTime<chrono::Utc>,
    contenu: Contenu,
}

/// The catalogue: the structure's own sheets, those shared by others, those shipped.
#[utoipa::path(get, path = "/ateliers/fiches", tag = "ateliers", params(Selection), responses((status = OK, body = Liste<VueFiche>), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn liste(q: Requete, Parametres(s): Parametres<Selection>) -> Result<Json<Liste<VueFiche>>, Refus> {
    let thematique = match s.thematique.as_deref() {
        None | Some("") => None,
        Some(t) => Some(Thematique::depuis(t).ok_or_else(|| Erreur::champ("thematique", "Cette thématique n’existe pas."))?),
    };
    let f = Filtre { thematique, texte: s.q.unwrap_or_default(), archivees: s.archivees };
    let elements = super::lister(&q.lecture(), &f).await?.into_iter().map(Into::into).collect();
    Ok(Json(Liste { elements, suivant: None }))
}

/// Adds a sheet to the structure's catalogue.
#[utoipa::path(post, path = "/ateliers/fiches", tag = "ateliers", request_body = CreerFiche, responses((status = CREATED, body = VueFiche), (status = OK, body = VueFiche, description = "Already created by the same request"), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn creer(q: Requete, Corps(d): Corps<CreerFiche>) -> Result<Cree<VueFiche>, Refus> {
    let cx = q.ecriture().await?;
    let id = q.id_creation(&cx, d.id.map(|i| i.0)).map(FicheAtelierId);
    let (f, nouvelle) = super::creer(&cx, id, d.contenu).await?;
    cx.valider().await?;
    Ok(Cree::selon(nouvelle, f.into()))
}

/// One sheet, by its id, or by its code when it is shipped.
#[utoipa::path(get, path = "/ateliers/fiches/{id}", tag = "ateliers", params(("id" = String, Path)), responses((status = OK, body = VueFiche), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn lire(q: Requete, Chemin(id): Chemin<String>) -> Result<Json<VueFiche>, Refus> {
    Ok(Json(super::lire(&q.lecture(), &Reference::from(id.as_str())).await?.into()))
}

/// Changes, shares or puts away a sheet of the structure.
#[utoipa::path(patch, path = "/ateliers/fiches/{id}", tag = "ateliers", params(("id" = FicheAtelierId, Path)), request_body = ModifierFiche, responses((status = OK, body = VueFiche), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn modifier(q: Requete, Chemin(id): Chemin<FicheAtelierId>, Corps(m): Corps<ModifierFiche>) -> Result<Json<VueFiche>, Refus> {
    let cx = q.ecriture().await?;
    let present = super::sienne(&cx, id).await?;
    if m.version.is_some_and(|v| v != present.version) {
        return Err(Erreur::VersionPerimee.into());
    }
    if let Some(c) = m.contenu {
        super::modifier(&cx, id, m.version, c).await?;
    }
    if let Some(p) = m.partagee {
        super::partager(&cx, id, p).await?;
    }
    if let Some(a) = m.archivee {
        super::archiver(&cx, id, a).await?;
    }
    let f = super::lire(&cx, &Reference::Structure(id)).await?;
    cx.valider().await?;
    Ok(Json(f.into()))
}

/// Copies a sheet, whoever's, into the structure's catalogue.
#[utoipa::path(post, path = "/ateliers/fiches/{id}/copie", tag = "ateliers", params(("id" = String, Path)), request_body = CopierFiche, responses((status = CREATED, body = VueFiche), (status = OK, body = VueFiche, description = "Already created by the same request"), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn copier(q: Requete, Chemin(id): Chemin<String>, Corps(d): Corps<CopierFiche>) -> Result<Cree<VueFiche>, Refus> {
    let cx = q.ecriture().await?;
    let nouvel = q.id_creation(&cx, d.id.map(|i| i.0)).map(FicheAtelierId);
    let (f, nouvelle) = super::copier(&cx, &Reference::from(id.as_str()), nouvel).await?;
    cx.valider().await?;
    Ok(Cree::selon(nouvelle, f.into()))
}

/// The versions of a sheet of the structure, the present one first.
#[utoipa::path(get, path = "/ateliers/fiches/{id}/versions", tag = "ateliers", params(("id" = FicheAtelierId, Path)), responses((status = OK, body = Liste<VersionFiche>), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn versions(q: Requete, Chemin(id): Chemin<FicheAtelierId>) -> Result<Json<Liste<VersionFiche>>, Refus> {
    let elements = super::versions(&q.lecture(), id)
        .await?
        .into_iter()
        .map(|v| VersionFiche { version: v.version, ecrite_le: v.ecrite_le, contenu: v.contenu })
        .collect();
    Ok(Json(Liste { elements, suivant: None }))
}
