use axum::{
    Json,
    http::header,
    response::{IntoResponse, Response},
};
use socle::{
    Erreur, Etat,
    api::{Corps, Cree, Curseur, Liste, Probleme, page},
    erreur::Refus,
    identifiant::{DiagnosticId, PersonneId, StructureId, UtilisateurId},
    requete::{Chemin, Parametres, Requete},
};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    CreerDiagnostic, Diagnostic, ModifierDiagnostic, NiveauAutonomie,
    grille::{Grille, Reponses},
    grille_de, proposer,
};

/// API of diagnostics.
pub fn api() -> OpenApiRouter<Etat> {
    OpenApiRouter::new().routes(routes!(liste, creer)).routes(routes!(grille)).routes(routes!(lire, modifier)).routes(routes!(fiche))
}

/// A shared diagnostic.
#[derive(serde::Serialize, utoipa::ToSchema)]
#[schema(as = Diagnostic)]
pub struct VueDiagnostic {
    id: DiagnosticId,
    structure: StructureId,
    personne: PersonneId,
    mediateur: UtilisateurId,
    date: chrono::NaiveDate,
    grille: String,
    reponses: Reponses,
    /// The level the answers propose.
    niveau_propose: NiveauAutonomie,
    /// What decided the proposed level, in words.
    raison: String,
    /// The level kept with the person.
    niveau: NiveauAutonomie,
    objectif: Option<String>,
    constats: Option<String>,
    etapes: Vec<String>,
    convenu: bool,
    version: i32,
    cree_le: chrono::DateTime<chrono::Utc>,
}

impl From<Diagnostic> for VueDiagnostic {
    fn from(d: Diagnostic) -> Self {
        Self {
            raison: grille_de(&d).map(|g| proposer(g, &d.reponses).raison).unwrap_or_default(),
            id: d.id,
            structure: d.structure_id,
            personne: d.personne_id,
            mediateur: d.mediateur_id,
            date: d.date,
            grille: d.grille,
            reponses: d.reponses,
            niveau_propose: d.niveau_propose,
            niveau: d.niveau,
            objectif: d.objectif,
            constats: d.constats,
            etapes: d.etapes.0,
            convenu: d.convenu,
            version: d.version,
            cree_le: d.cree_le,
        }
    }
}

/// What to list.
#[derive(serde::Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct Filtre {
    /// The diagnostics of one person; else those of the structure.
    personne: Option<PersonneId>,
    /// The `suivant` of the page before.
    apres: Option<String>,
    /// 1 to 200, 50 unless told.
    #[param(value_type = Option<u64>, minimum = 1, maximum = 200)]
    limite: Option<String>,
}

/// Diagnostics, of a person or of the structure.
#[utoipa::path(get, path = "/diagnostics", tag = "mediation", params(Filtre), responses((status = OK, body = Liste<VueDiagnostic>), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn liste(q: Requete, Parametres(f): Parametres<Filtre>) -> Result<Json<Liste<VueDiagnostic>>, Refus> {
    let c = Curseur { apres: f.apres, limite: f.limite };
    let combien = c.combien()?;
    let lignes = super::page(&q.lecture(), f.personne, c.depart()?, combien).await?;
    Ok(Json(page(lignes, combien, |d| d.id.0, Into::into)))
}

/// Records a diagnostic.
#[utoipa::path(post, path = "/diagnostics", tag = "mediation", request_body = CreerDiagnostic, responses((status = CREATED, body = VueDiagnostic), (status = OK, body = VueDiagnostic, description = "Already created by the same request"), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn creer(q: Requete, Corps(mut d): Corps<CreerDiagnostic>) -> Result<Cree<VueDiagnostic>, Refus> {
    let cx = q.ecriture().await?;
    d.id = q.id_creation(&cx, d.id.map(|i| i.0)).map(DiagnosticId);
    let (d, nouveau) = super::creer(&cx, d).await?;
    cx.valider().await?;
    Ok(Cree::selon(nouveau, d.into()))
}

/// A grid of questions, for those who ask them elsewhere.
#[utoipa::path(get, path = "/diagnostics/grilles/{id}", tag = "mediation", params(("id" = String, Path)), responses((status = OK, body = Grille), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn grille(_q: Requete, Chemin(id): Chemin<String>) -> Result<Json<&'static Grille>, Refus> {
    Ok(Json(Grille::par_id(&id).ok_or(Erreur::Introuvable("Cette grille"))?))
}

/// One diagnostic.
#[utoipa::path(get, path = "/diagnostics/{id}", tag = "mediation", params(("id" = DiagnosticId, Path)), responses((status = OK, body = VueDiagnostic), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn lire(q: Requete, Chemin(id): Chemin<DiagnosticId>) -> Result<Json<VueDiagnostic>, Refus> {
    Ok(Json(super::lire(&q.lecture(), id).await?.into()))
}

/// Changes a diagnostic.
#[utoipa::path(patch, path = "/diagnostics/{id}", tag = "mediation", params(("id" = DiagnosticId, Path)), request_body = ModifierDiagnostic, responses((status = OK, body = VueDiagnostic), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn modifier(q: Requete, Chemin(id): Chemin<DiagnosticId>, Corps(m): Corps<ModifierDiagnostic>) -> Result<Json<VueDiagnostic>, Refus> {
    let cx = q.ecriture().await?;
    let d = super::modifier(&cx, id, m).await?;
    cx.valider().await?;
    Ok(Json(d.into()))
}

/// The sheet for the person, as PDF; the printing is journaled.
#[utoipa::path(get, path = "/diagnostics/{id}/fiche.pdf", tag = "mediation", params(("id" = DiagnosticId, Path)), responses((status = OK, content_type = "application/pdf", body = Vec<u8>), (status = "default", body = Probleme, content_type = "application/problem+json")))]
pub(super) async fn fiche(q: Requete, Chemin(id): Chemin<DiagnosticId>) -> Result<Response, Refus> {
    let pdf = super::pdf(&q, id).await?;
    let entetes = [
        (header::CONTENT_TYPE, "application/pdf"),
        // Neither the address nor the file says whose diagnostic it is.
        (header::CONTENT_DISPOSITION, "inline; filename=\"diagnostic.pdf\""),
        (header::CACHE_CONTROL, "no-store"),
    ];
    Ok((entetes, pdf).into_response())
}
