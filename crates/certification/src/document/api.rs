use axum::{
    Json,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use certification_regles::decision::ActionDocument;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use socle::{
    Erreur, Etat,
    api::{Corps, Curseur, Liste, Probleme, page},
    erreur::Refus,
    identifiant::{CandidatId, DocumentId, SessionExamenId},
    requete::{Chemin, Parametres, Requete},
};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{Document, Emettre, Nature, Verifie};
use crate::candidature::de_code;

/// API of documents.
pub fn api() -> OpenApiRouter<Etat> {
    OpenApiRouter::new()
        .routes(routes!(liste, emettre))
        .routes(routes!(de_session, emettre_session))
        .routes(routes!(de_candidat))
        .routes(routes!(lire))
        .routes(routes!(agir))
        .routes(routes!(imprimer))
        .routes(routes!(prendre_badge))
        .routes(routes!(verifier))
        .merge(super::lot::api())
}

/// A document issued.
#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = Document)]
pub struct VueDocument {
    id: DocumentId,
    nature: Nature,
    numero: String,
    /// In the QR code; opens the public page of verification.
    code_verification: String,
    candidat: Option<CandidatId>,
    session: Option<SessionExamenId>,
    version_du_titre: String,
    /// `a_demander`, `demande`, `delivre`, `remis`, `retire`.
    etat: String,
    emis_le: NaiveDate,
    retire_le: Option<NaiveDate>,
    motif_retrait: Option<String>,
    version: i32,
}

impl TryFrom<Document> for VueDocument {
    type Error = Erreur;

    fn try_from(d: Document) -> Result<Self, Erreur> {
        Ok(Self {
            id: d.id,
            nature: d.nature()?,
            numero: d.numero,
            code_verification: d.code_verification,
            candidat: d.candidat_id,
            session: d.session_id,
            version_du_titre: d.version_code,
            etat: d.etat,
            emis_le: d.emis_le,
            retire_le: d.retire_le,
            motif_retrait: d.motif_retrait,
            version: d.version,
        })
    }
}

/// What is asked of a document.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ActeDocument)]
struct Acte {
    /// `demander`, `delivrer`, `remettre` or `retirer`.
    action: String,
    /// Why, for a withdrawal.
    motif: Option<String>,
}

fn vues(l: Vec<Document>) -> Result<Json<Liste<VueDocument>>, Refus> {
    Ok(Json(Liste { elements: l.into_iter().map(VueDocument::try_from).collect::<Result<_, _>>()?, suivant: None }))
}

/// The documents issued by the centre.
#[utoipa::path(get, path = "/certification/documents", operation_id = "documents", tag = "certification", params(Curseur), responses((status = OK, body = Liste<VueDocument>), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn liste(q: Requete, Parametres(c): Parametres<Curseur>) -> Result<Json<Liste<VueDocument>>, Refus> {
    let combien = c.combien()?;
    let l = page(super::page(&q.lecture(), c.depart()?, combien).await?, combien, |d| d.id.0, |d| d);
    let elements = l.elements.into_iter().map(VueDocument::try_from).collect::<Result<_, _>>()?;
    Ok(Json(Liste { elements, suivant: l.suivant }))
}

/// The documents of a session.
#[utoipa::path(get, path = "/certification/sessions/{id}/documents", operation_id = "session_documents", tag = "certification", params(("id" = SessionExamenId, Path)), responses((status = OK, body = Liste<VueDocument>), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn de_session(q: Requete, Chemin(id): Chemin<SessionExamenId>) -> Result<Json<Liste<VueDocument>>, Refus> {
    let cx = q.lecture();
    crate::session::lire(&cx, id).await?;
    vues(super::de_session(&cx, id).await?)
}

/// The documents of a candidate that they may read themselves.
#[utoipa::path(get, path = "/certification/candidats/{id}/documents", operation_id = "candidat_documents", tag = "certification", params(("id" = CandidatId, Path)), responses((status = OK, body = Liste<VueDocument>), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn de_candidat(q: Requete, Chemin(id): Chemin<CandidatId>) -> Result<Json<Liste<VueDocument>>, Refus> {
    vues(super::de_candidat(&q.lecture(), id).await?)
}

/// Issues a document.
#[utoipa::path(post, path = "/certification/documents", operation_id = "document_emettre", tag = "certification", request_body = Emettre, responses((status = CREATED, body = VueDocument), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn emettre(q: Requete, Corps(e): Corps<Emettre>) -> Result<(StatusCode, Json<VueDocument>), Refus> {
    let cx = q.ecriture().await?;
    let d = super::emettre(&cx, &e).await?;
    cx.valider().await?;
    Ok((StatusCode::CREATED, Json(d.try_into()?)))
}

/// Issues what every candidate of a session is owed; answers what was added.
#[utoipa::path(post, path = "/certification/sessions/{id}/documents", operation_id = "session_documents_emettre", tag = "certification", params(("id" = SessionExamenId, Path)), responses((status = OK, body = Liste<VueDocument>), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn emettre_session(q: Requete, Chemin(id): Chemin<SessionExamenId>) -> Result<Json<Liste<VueDocument>>, Refus> {
    let cx = q.ecriture().await?;
    let emis = super::emettre_session(&cx, id).await?;
    cx.valider().await?;
    vues(emis)
}

/// One document.
#[utoipa::path(get, path = "/certification/documents/{id}", operation_id = "document_lire", tag = "certification", params(("id" = DocumentId, Path)), responses((status = OK, body = VueDocument), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn lire(q: Requete, Chemin(id): Chemin<DocumentId>) -> Result<Json<VueDocument>, Refus> {
    Ok(Json(super::lire(&q.lecture(), id).await?.try_into()?))
}

/// Passes a document to its next state.
#[utoipa::path(post, path = "/certification/documents/{id}/actions", operation_id = "document_agir", tag = "certification", params(("id" = DocumentId, Path)), request_body = Acte, responses((status = OK, body = VueDocument), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn agir(q: Requete, Chemin(id): Chemin<DocumentId>, Corps(a): Corps<Acte>) -> Result<Json<VueDocument>, Refus> {
    let cx = q.ecriture().await?;
    let action: ActionDocument = de_code(&a.action).map_err(|_| Erreur::champ("action", "Cette action n’existe pas."))?;
    let d = super::agir(&cx, id, action, a.motif.as_deref()).await?;
    cx.valider().await?;
    Ok(Json(d.try_into()?))
}

/// The PDF of a document.
#[utoipa::path(get, path = "/certification/documents/{id}/pdf", operation_id = "document_pdf", tag = "certification", params(("id" = DocumentId, Path)), responses((status = OK, content_type = "application/pdf", body = Vec<u8>), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn imprimer(q: Requete, Chemin(id): Chemin<DocumentId>) -> Result<Response, Refus> {
    Ok(fichier(super::pdf(&q, id).await?))
}

pub(crate) fn fichier(pdf: Vec<u8>) -> Response {
    let entetes = [
        (header::CONTENT_TYPE, "application/pdf"),
        (header::CONTENT_DISPOSITION, "inline; filename=\"document.pdf\""),
        (header::CACHE_CONTROL, "no-store"),
    ];
    (entetes, pdf).into_response()
}

/// A signed credential, which nobody keeps on the way.
pub(super) fn attestation(v: &serde_json::Value) -> Response {
    ([(header::CONTENT_TYPE, "application/vc"), (header::CACHE_CONTROL, "no-store")], v.to_string()).into_response()
}

/// What the verifier of somebody else reads, from any site.
pub(super) fn publique(genre: &'static str, v: &serde_json::Value) -> Response {
    let entetes = [
        (header::CONTENT_TYPE, genre),
        (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
        // A withdrawal is known everywhere within five minutes.
        (header::CACHE_CONTROL, "public, max-age=300"),
    ];
    (entetes, v.to_string()).into_response()
}

/// What the holder wants a badge to say of them.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct DemandeBadge {
    /// Their name as it is; otherwise a salted hash of it, that confirms a name already known.
    #[serde(default)]
    nom_en_clair: bool,
}

/// The Open Badges 3.0 credential of a document, signed (`eddsa-rdfc-2022`), for its holder or its centre.
#[utoipa::path(post, path = "/certification/documents/{id}/badge", operation_id = "document_badge", tag = "certification", params(("id" = DocumentId, Path)), request_body = DemandeBadge, responses((status = OK, content_type = "application/vc", body = serde_json::Value), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn prendre_badge(q: Requete, Chemin(id): Chemin<DocumentId>, Corps(d): Corps<DemandeBadge>) -> Result<Response, Refus> {
    let cx = q.ecriture().await?;
    let badge = super::badge::emettre(&cx, id, d.nom_en_clair).await?;
    cx.valider().await?;
    Ok(attestation(&badge))
}

/// The name typed to be compared with the holder's.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct Demande {
    /// The code printed on the document.
    code: String,
    /// First name and name to compare; never in the address.
    nom: Option<String>,
}

/// Says whether a document is genuine, and whether the name given is its holder's.
#[utoipa::path(post, path = "/certification/verification", operation_id = "verification", tag = "certification", request_body = Demande, responses((status = OK, body = Verifie), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn verifier(q: Requete, Corps(d): Corps<Demande>) -> Result<Json<Verifie>, Refus> {
    Ok(Json(super::verifier(&q.etat, &d.code, d.nom.as_deref()).await?))
}
