use axum::{Json, http::StatusCode, response::Response};
use certification_regles::{Motif, inscription::ActionInscription};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use socle::{
    Erreur, Etat,
    api::{Corps, Cree, Curseur, Liste, Probleme, page},
    erreur::Refus,
    identifiant::{CandidatId, CandidatureId, StructureId},
    requete::{Chemin, Parametres, Requete},
};
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use super::{
    Candidature, CreerCandidature, de_code,
    dossier::{self, Diplome, Dossier},
    faits::{self, DossierVae},
    pieces::{self, Piece},
};
use crate::document;

/// API of enrolments.
pub fn api() -> OpenApiRouter<Etat> {
    OpenApiRouter::new()
        .routes(routes!(liste, creer))
        .routes(routes!(lire))
        .routes(routes!(agir))
        .routes(routes!(preparation))
        .routes(routes!(situation))
        .routes(routes!(lire_vae, vae))
        .routes(routes!(lire_pieces, ajouter))
        .routes(routes!(modifier, retirer))
        .routes(routes!(lire_dossier, rediger))
        .routes(routes!(signer))
        .routes(routes!(reprendre))
        .routes(routes!(dossier_pdf))
        .routes(routes!(ecf_pdf))
}

/// An enrolment.
#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = Candidature)]
pub struct VueCandidature {
    id: CandidatureId,
    candidat: CandidatId,
    structure: StructureId,
    /// Code of the version of the title.
    version_du_titre: String,
    voie: String,
    /// Units aimed at and the origin of each.
    #[schema(value_type = std::collections::BTreeMap<String, String>)]
    origines: super::Origines,
    /// State of the automaton of enrolments.
    etat: String,
    deposee_le: Option<NaiveDate>,
    formation_debut: Option<NaiveDate>,
    formation_fin: Option<NaiveDate>,
    version: i32,
}

impl TryFrom<Candidature> for VueCandidature {
    type Error = Erreur;

    fn try_from(c: Candidature) -> Result<Self, Erreur> {
        Ok(Self {
            id: c.id,
            candidat: c.candidat_id,
            structure: c.structure_id,
            origines: c.origines()?,
            version_du_titre: c.version_code,
            voie: c.voie,
            etat: c.etat,
            deposee_le: c.deposee_le,
            formation_debut: c.formation_debut,
            formation_fin: c.formation_fin,
            version: c.version,
        })
    }
}

/// An answer of the rules, with its reasons.
#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = AvisRegle)]
struct Avis {
    /// Whether nothing is missing.
    favorable: bool,
    /// What the rules computed.
    #[schema(value_type = Object)]
    resultat: serde_json::Value,
    /// Rule, dated reference, facts used, sentence.
    #[schema(value_type = Vec<Object>)]
    motifs: Vec<Motif>,
}

/// An action asked of an enrolment.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ActeCandidature)]
struct Acte {
    /// `deposer`, `constater_silence`, `preparer`, `declarer_prete`, `se_representer`, `suivre_nouvelle_formation`, `expirer`.
    action: String,
    /// The day it took place; today without it.
    jour: Option<NaiveDate>,
}

/// A part and its id.
#[derive(Serialize, utoipa::ToSchema)]
struct PieceLue {
    id: Uuid,
    piece: Piece,
}

/// The enrolments of the centre.
#[utoipa::path(get, path = "/certification/candidatures", operation_id = "candidatures", tag = "certification", params(Curseur), responses((status = OK, body = Liste<VueCandidature>), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn liste(q: Requete, Parametres(c): Parametres<Curseur>) -> Result<Json<Liste<VueCandidature>>, Refus> {
    let combien = c.combien()?;
    let lignes = super::page(&q.lecture(), c.depart()?, combien).await?;
    let l = page(lignes, combien, |c| c.id.0, |c| c);
    let elements = l.elements.into_iter().map(VueCandidature::try_from).collect::<Result<_, _>>()?;
    Ok(Json(Liste { elements, suivant: l.suivant }))
}

/// Enrols a candidate.
#[utoipa::path(post, path = "/certification/candidatures", operation_id = "candidature_creer", tag = "certification", request_body = CreerCandidature, responses((status = CREATED, body = VueCandidature), (status = OK, body = VueCandidature, description = "Already created by the same request"), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn creer(q: Requete, Corps(mut d): Corps<CreerCandidature>) -> Result<Cree<VueCandidature>, Refus> {
    let cx = q.ecriture().await?;
    d.id = q.id_creation(&cx, d.id.map(|i| i.0)).map(CandidatureId);
    let (c, nouveau) = super::creer(&cx, d).await?;
    cx.valider().await?;
    Ok(Cree::selon(nouveau, c.try_into()?))
}

/// One enrolment.
#[utoipa::path(get, path = "/certification/candidatures/{id}", operation_id = "candidature_lire", tag = "certification", params(("id" = CandidatureId, Path)), responses((status = OK, body = VueCandidature), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn lire(q: Requete, Chemin(id): Chemin<CandidatureId>) -> Result<Json<VueCandidature>, Refus> {
    Ok(Json(super::lire(&q.lecture(), id).await?.try_into()?))
}

/// Passes an enrolment to its next state; refused (409) with the reason when the rules refuse.
#[utoipa::path(post, path = "/certification/candidatures/{id}/actions", operation_id = "candidature_agir", tag = "certification", params(("id" = CandidatureId, Path)), request_body = Acte, responses((status = OK, body = VueCandidature), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn agir(q: Requete, Chemin(id): Chemin<CandidatureId>, Corps(a): Corps<Acte>) -> Result<Json<VueCandidature>, Refus> {
    let cx = q.ecriture().await?;
    super::lire(&cx, id).await?;
    let action: ActionInscription = de_code(&a.action).map_err(|_| Erreur::champ("action", "Cette action n’existe pas."))?;
    let c = super::agir(&cx, id, action, a.jour.unwrap_or(cx.aujourd_hui())).await?;
    cx.valider().await?;
    Ok(Json(c.try_into()?))
}

/// Whether the candidate is ready today, and what is missing, with the reasons.
#[utoipa::path(get, path = "/certification/candidatures/{id}/preparation", operation_id = "candidature_preparation", tag = "certification", params(("id" = CandidatureId, Path)), responses((status = OK, body = Avis), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn preparation(q: Requete, Chemin(id): Chemin<CandidatureId>) -> Result<Json<Avis>, Refus> {
    let cx = q.lecture();
    let c = super::lire(&cx, id).await?;
    let r = faits::preparation(&cx, &c, cx.aujourd_hui()).await?;
    let resultat = serde_json::to_value(&r.resultat).map_err(Erreur::interne)?;
    Ok(Json(Avis { favorable: r.favorable, resultat, motifs: r.motifs }))
}

/// Where the candidate stands today: units acquired and missing, last day to obtain the title, with the reasons.
#[utoipa::path(get, path = "/certification/candidatures/{id}/situation", operation_id = "candidature_situation", tag = "certification", params(("id" = CandidatureId, Path)), responses((status = OK, body = Avis), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn situation(q: Requete, Chemin(id): Chemin<CandidatureId>) -> Result<Json<Avis>, Refus> {
    let cx = q.lecture();
    let c = super::lire(&cx, id).await?;
    let (s, motifs) = faits::situation(&cx, &c, cx.aujourd_hui()).await?;
    let resultat = serde_json::to_value(&s).map_err(Erreur::interne)?;
    Ok(Json(Avis { favorable: s.manquantes.is_empty() && s.dans_les_dates, resultat, motifs }))
}

/// The VAE file of an enrolment; null until one is received.
#[utoipa::path(get, path = "/certification/candidatures/{id}/vae", operation_id = "candidature_vae_lire", tag = "certification", params(("id" = CandidatureId, Path)), responses((status = OK, body = Option<DossierVae>), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn lire_vae(q: Requete, Chemin(id): Chemin<CandidatureId>) -> Result<Json<Option<DossierVae>>, Refus> {
    let cx = q.lecture();
    super::lire(&cx, id).await?;
    Ok(Json(faits::vae_de(&cx, id).await?))
}

/// Writes the VAE file of an enrolment; its state follows the dates.
#[utoipa::path(put, path = "/certification/candidatures/{id}/vae", operation_id = "candidature_vae", tag = "certification", params(("id" = CandidatureId, Path)), request_body = DossierVae, responses((status = OK, body = VueCandidature), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn vae(q: Requete, Chemin(id): Chemin<CandidatureId>, Corps(d): Corps<DossierVae>) -> Result<Json<VueCandidature>, Refus> {
    let cx = q.ecriture().await?;
    let c = faits::ecrire_vae(&cx, id, d).await?;
    cx.valider().await?;
    Ok(Json(c.try_into()?))
}

/// The parts of a file: admission, experience, company periods, accommodations, examples, ECF.
#[utoipa::path(get, path = "/certification/candidatures/{id}/pieces", operation_id = "candidature_pieces", tag = "certification", params(("id" = CandidatureId, Path)), responses((status = OK, body = Liste<PieceLue>), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn lire_pieces(q: Requete, Chemin(id): Chemin<CandidatureId>) -> Result<Json<Liste<PieceLue>>, Refus> {
    let toutes = pieces::lister(&q.lecture(), id).await?;
    Ok(Json(Liste { elements: toutes.into_iter().map(|(id, piece)| PieceLue { id, piece }).collect(), suivant: None }))
}

/// Adds a part to a file.
#[utoipa::path(post, path = "/certification/candidatures/{id}/pieces", operation_id = "candidature_piece", tag = "certification", params(("id" = CandidatureId, Path)), request_body = Piece, responses((status = CREATED, body = PieceLue), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn ajouter(q: Requete, Chemin(id): Chemin<CandidatureId>, Corps(p): Corps<Piece>) -> Result<(StatusCode, Json<PieceLue>), Refus> {
    let cx = q.ecriture().await?;
    let neuf = pieces::ajouter(&cx, id, p.clone()).await?;
    let piece = pieces::lister(&cx, id).await?.remove(&neuf).unwrap_or(p);
    cx.valider().await?;
    Ok((StatusCode::CREATED, Json(PieceLue { id: neuf, piece })))
}

/// Changes an example of the dossier professionnel; other parts are removed and made again.
#[utoipa::path(put, path = "/certification/candidatures/{id}/pieces/{piece}", operation_id = "candidature_exemple_modifier", tag = "certification", params(("id" = CandidatureId, Path), ("piece" = Uuid, Path)), request_body = Piece, responses((status = OK, body = PieceLue), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn modifier(q: Requete, Chemin((id, piece)): Chemin<(CandidatureId, Uuid)>, Corps(p): Corps<Piece>) -> Result<Json<PieceLue>, Refus> {
    let cx = q.ecriture().await?;
    pieces::modifier_exemple(&cx, id, piece, p.clone()).await?;
    let lue = pieces::lister(&cx, id).await?.remove(&piece).unwrap_or(p);
    cx.valider().await?;
    Ok(Json(PieceLue { id: piece, piece: lue }))
}

/// Removes a part of a file.
#[utoipa::path(delete, path = "/certification/candidatures/{id}/pieces/{piece}", operation_id = "candidature_piece_retirer", tag = "certification", params(("id" = CandidatureId, Path), ("piece" = Uuid, Path)), responses((status = NO_CONTENT), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn retirer(q: Requete, Chemin((id, piece)): Chemin<(CandidatureId, Uuid)>) -> Result<StatusCode, Refus> {
    let cx = q.ecriture().await?;
    pieces::retirer(&cx, id, piece).await?;
    cx.valider().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What the candidate writes at the head of the dossier professionnel.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct Redaction {
    diplomes: Vec<Diplome>,
    annexes: Vec<String>,
}

/// The name typed to sign.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct NomSigne {
    nom: String,
}

/// The dossier professionnel, less its examples, which are parts.
#[utoipa::path(get, path = "/certification/candidatures/{id}/dossier", operation_id = "candidature_dossier", tag = "certification", params(("id" = CandidatureId, Path)), responses((status = OK, body = Dossier), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn lire_dossier(q: Requete, Chemin(id): Chemin<CandidatureId>) -> Result<Json<Dossier>, Refus> {
    Ok(Json(dossier::trouver(&q.lecture(), id).await?))
}

/// Writes diplomas and annexes.
#[utoipa::path(put, path = "/certification/candidatures/{id}/dossier", operation_id = "candidature_dossier_ecrire", tag = "certification", params(("id" = CandidatureId, Path)), request_body = Redaction, responses((status = OK, body = Dossier), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn rediger(q: Requete, Chemin(id): Chemin<CandidatureId>, Corps(d): Corps<Redaction>) -> Result<Json<Dossier>, Refus> {
    let cx = q.ecriture().await?;
    dossier::rediger(&cx, id, d.diplomes, d.annexes).await?;
    let d = dossier::trouver(&cx, id).await?;
    cx.valider().await?;
    Ok(Json(d))
}

/// Signs the sworn statement of the dossier professionnel.
#[utoipa::path(post, path = "/certification/candidatures/{id}/dossier/signature", operation_id = "candidature_dossier_signer", tag = "certification", params(("id" = CandidatureId, Path)), request_body = NomSigne, responses((status = OK, body = Dossier), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn signer(q: Requete, Chemin(id): Chemin<CandidatureId>, Corps(d): Corps<NomSigne>) -> Result<Json<Dossier>, Refus> {
    let cx = q.ecriture().await?;
    dossier::signer(&cx, id, &d.nom).await?;
    let d = dossier::trouver(&cx, id).await?;
    cx.valider().await?;
    Ok(Json(d))
}

/// Takes a signed dossier professionnel up again, to change it: its signature no longer holds.
#[utoipa::path(post, path = "/certification/candidatures/{id}/dossier/reprise", operation_id = "candidature_dossier_reprendre", tag = "certification", params(("id" = CandidatureId, Path)), responses((status = OK, body = Dossier), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn reprendre(q: Requete, Chemin(id): Chemin<CandidatureId>) -> Result<Json<Dossier>, Refus> {
    let cx = q.ecriture().await?;
    dossier::reprendre(&cx, id).await?;
    let d = dossier::trouver(&cx, id).await?;
    cx.valider().await?;
    Ok(Json(d))
}

/// The PDF of the dossier professionnel; the printing is journaled.
#[utoipa::path(get, path = "/certification/candidatures/{id}/dossier/pdf", operation_id = "candidature_dossier_pdf", tag = "certification", params(("id" = CandidatureId, Path)), responses((status = OK, content_type = "application/pdf", body = Vec<u8>), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn dossier_pdf(q: Requete, Chemin(id): Chemin<CandidatureId>) -> Result<Response, Refus> {
    Ok(document::fichier(document::dossier_professionnel(&q, id).await?))
}

/// The PDF of the booklet of in-training evaluations and their syntheses; the printing is journaled.
#[utoipa::path(get, path = "/certification/candidatures/{id}/ecf/pdf", operation_id = "candidature_ecf_pdf", tag = "certification", params(("id" = CandidatureId, Path)), responses((status = OK, content_type = "application/pdf", body = Vec<u8>), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn ecf_pdf(q: Requete, Chemin(id): Chemin<CandidatureId>) -> Result<Response, Refus> {
    Ok(document::fichier(document::livret_ecf(&q, id).await?))
}
