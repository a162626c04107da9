use axum::{Json, http::StatusCode};
use chrono::NaiveDate;
use socle::{
    Etat,
    api::{Corps, Cree, Curseur, Liste, Probleme, page},
    erreur::Refus,
    identifiant::{DiagnosticId, EtapeId, ObjectifId, ParcoursId, PersonneId, StructureId, UtilisateurId},
    requete::{Chemin, Parametres, Requete},
};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    AjouterEtape, AjouterObjectif, Complet, Etape, ModifierEtape, ModifierObjectif, ModifierParcours, NatureEtape, Objectif,
    OuvrirParcours, StatutEtape, StatutObjectif,
};

/// API of plans.
pub fn api() -> OpenApiRouter<Etat> {
    OpenApiRouter::new()
        .routes(routes!(liste, ouvrir))
        .routes(routes!(lire, modifier))
        .routes(routes!(ajouter_objectif))
        .routes(routes!(modifier_objectif, retirer_objectif))
        .routes(routes!(ajouter_etape))
        .routes(routes!(modifier_etape, retirer_etape))
}

/// An objective of a plan.
#[derive(serde::Serialize, utoipa::ToSchema)]
#[schema(as = Objectif)]
pub struct VueObjectif {
    id: ObjectifId,
    libelle: String,
    statut: StatutObjectif,
    evalue_le: Option<NaiveDate>,
}

impl From<Objectif> for VueObjectif {
    fn from(o: Objectif) -> Self {
        Self { id: o.id, libelle: o.libelle, statut: o.statut, evalue_le: o.evalue_le }
    }
}

/// A step of a plan.
#[derive(serde::Serialize, utoipa::ToSchema)]
#[schema(as = Etape)]
pub struct VueEtape {
    id: EtapeId,
    nature: NatureEtape,
    libelle: String,
    prevue_le: Option<NaiveDate>,
    heure: Option<String>,
    statut: StatutEtape,
    faite_le: Option<NaiveDate>,
}

impl From<Etape> for VueEtape {
    fn from(e: Etape) -> Self {
        Self {
            id: e.id,
            nature: e.nature,
            libelle: e.libelle,
            prevue_le: e.prevue_le,
            heure: e.heure,
            statut: e.statut,
            faite_le: e.faite_le,
        }
    }
}

/// A plan with its objectives and steps.
#[derive(serde::Serialize, utoipa::ToSchema)]
#[schema(as = Parcours)]
pub struct VueParcours {
    id: ParcoursId,
    structure: StructureId,
    personne: PersonneId,
    mediateur: UtilisateurId,
    diagnostic: Option<DiagnosticId>,
    ouvert_le: NaiveDate,
    clos_le: Option<NaiveDate>,
    objectifs: Vec<VueObjectif>,
    etapes: Vec<VueEtape>,
    /// Grows with each change, of the lines too.
    version: i32,
}

impl From<Complet> for VueParcours {
    fn from(c: Complet) -> Self {
        let p = c.parcours;
        Self {
            id: p.id,
            structure: p.structure_id,
            personne: p.personne_id,
            mediateur: p.mediateur_id,
            diagnostic: p.diagnostic_id,
            ouvert_le: p.ouvert_le,
            clos_le: p.clos_le,
            objectifs: c.objectifs.into_iter().map(Into::into).collect(),
            etapes: c.etapes.into_iter().map(Into::into).collect(),
            version: p.version,
        }
    }
}

/// What to list.
#[derive(serde::Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct Filtre {
    /// The plans of one person; else those of the structure.
    personne: Option<PersonneId>,
    /// The `suivant` of the page before.
    apres: Option<String>,
    /// 1 to 200, 50 unless told.
    #[param(value_type = Option<u64>, minimum = 1, maximum = 200)]
    limite: Option<String>,
}

/// Plans, of a person or of the structure.
#[utoipa::path(get, path = "/parcours", tag = "mediation", params(Filtre), responses((status = OK, body = Liste<VueParcours>), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn liste(q: Requete, Parametres(f): Parametres<Filtre>) -> Result<Json<Liste<VueParcours>>, Refus> {
    let c = Curseur { apres: f.apres, limite: f.limite };
    let combien = c.combien()?;
    let lignes = super::page(&q.lecture(), f.personne, c.depart()?, combien).await?;
    Ok(Json(page(lignes, combien, |p| p.parcours.id.0, Into::into)))
}

/// Opens a plan; the one already open for the person is given instead, with 200.
#[utoipa::path(post, path = "/parcours", tag = "mediation", request_body = OuvrirParcours, responses((status = CREATED, body = VueParcours), (status = OK, body = VueParcours, description = "Already open, or already created by the same request"), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn ouvrir(q: Requete, Corps(mut d): Corps<OuvrirParcours>) -> Result<Cree<VueParcours>, Refus> {
    let cx = q.ecriture().await?;
    d.id = q.id_creation(&cx, d.id.map(|i| i.0)).map(ParcoursId);
    let (p, nouveau) = super::ouvrir(&cx, d).await?;
    cx.valider().await?;
    Ok(Cree::selon(nouveau, p.into()))
}

/// One plan.
#[utoipa::path(get, path = "/parcours/{id}", tag = "mediation", params(("id" = ParcoursId, Path)), responses((status = OK, body = VueParcours), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn lire(q: Requete, Chemin(id): Chemin<ParcoursId>) -> Result<Json<VueParcours>, Refus> {
    Ok(Json(super::lire(&q.lecture(), id).await?.into()))
}

/// Closes a plan, or opens it again.
#[utoipa::path(patch, path = "/parcours/{id}", tag = "mediation", params(("id" = ParcoursId, Path)), request_body = ModifierParcours, responses((status = OK, body = VueParcours), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn modifier(q: Requete, Chemin(id): Chemin<ParcoursId>, Corps(m): Corps<ModifierParcours>) -> Result<Json<VueParcours>, Refus> {
    let cx = q.ecriture().await?;
    let p = super::modifier(&cx, id, m).await?;
    cx.valider().await?;
    Ok(Json(p.into()))
}

/// Adds an objective.
#[utoipa::path(post, path = "/parcours/{id}/objectifs", tag = "mediation", params(("id" = ParcoursId, Path)), request_body = AjouterObjectif, responses((status = CREATED, body = VueObjectif), (status = OK, body = VueObjectif, description = "Already created by the same request"), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn ajouter_objectif(
    q: Requete,
    Chemin(id): Chemin<ParcoursId>,
    Corps(mut d): Corps<AjouterObjectif>,
) -> Result<Cree<VueObjectif>, Refus> {
    let cx = q.ecriture().await?;
    d.id = q.id_creation(&cx, d.id.map(|i| i.0)).map(ObjectifId);
    let (o, nouveau) = super::ajouter_objectif(&cx, id, d).await?;
    cx.valider().await?;
    Ok(Cree::selon(nouveau, o.into()))
}

/// Changes or evaluates an objective.
#[utoipa::path(patch, path = "/parcours/{id}/objectifs/{objectif}", tag = "mediation", params(("id" = ParcoursId, Path), ("objectif" = ObjectifId, Path)), request_body = ModifierObjectif, responses((status = OK, body = VueObjectif), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn modifier_objectif(
    q: Requete,
    Chemin((id, objectif)): Chemin<(ParcoursId, ObjectifId)>,
    Corps(m): Corps<ModifierObjectif>,
) -> Result<Json<VueObjectif>, Refus> {
    let cx = q.ecriture().await?;
    let o = super::modifier_objectif(&cx, id, objectif, m).await?;
    cx.valider().await?;
    Ok(Json(o.into()))
}

/// Removes an objective written by mistake.
#[utoipa::path(delete, path = "/parcours/{id}/objectifs/{objectif}", tag = "mediation", params(("id" = ParcoursId, Path), ("objectif" = ObjectifId, Path)), responses((status = NO_CONTENT), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn retirer_objectif(q: Requete, Chemin((id, objectif)): Chemin<(ParcoursId, ObjectifId)>) -> Result<StatusCode, Refus> {
    let cx = q.ecriture().await?;
    super::retirer_objectif(&cx, id, objectif).await?;
    cx.valider().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Adds a step.
#[utoipa::path(post, path = "/parcours/{id}/etapes", tag = "mediation", params(("id" = ParcoursId, Path)), request_body = AjouterEtape, responses((status = CREATED, body = VueEtape), (status = OK, body = VueEtape, description = "Already created by the same request"), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn ajouter_etape(q: Requete, Chemin(id): Chemin<ParcoursId>, Corps(mut d): Corps<AjouterEtape>) -> Result<Cree<VueEtape>, Refus> {
    let cx = q.ecriture().await?;
    d.id = q.id_creation(&cx, d.id.map(|i| i.0)).map(EtapeId);
    let (e, nouvelle) = super::ajouter_etape(&cx, id, d).await?;
    cx.valider().await?;
    Ok(Cree::selon(nouvelle, e.into()))
}

/// Changes a step.
#[utoipa::path(patch, path = "/parcours/{id}/etapes/{etape}", tag = "mediation", params(("id" = ParcoursId, Path), ("etape" = EtapeId, Path)), request_body = ModifierEtape, responses((status = OK, body = VueEtape), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn modifier_etape(
    q: Requete,
    Chemin((id, etape)): Chemin<(ParcoursId, EtapeId)>,
    Corps(m): Corps<ModifierEtape>,
) -> Result<Json<VueEtape>, Refus> {
    let cx = q.ecriture().await?;
    let e = super::modifier_etape(&cx, id, etape, m).await?;
    cx.valider().await?;
    Ok(Json(e.into()))
}

/// Removes a step written by mistake.
#[utoipa::path(delete, path = "/parcours/{id}/etapes/{etape}", tag = "mediation", params(("id" = ParcoursId, Path), ("etape" = EtapeId, Path)), responses((status = NO_CONTENT), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn retirer_etape(q: Requete, Chemin((id, etape)): Chemin<(ParcoursId, EtapeId)>) -> Result<StatusCode, Refus> {
    let cx = q.ecriture().await?;
    super::retirer_etape(&cx, id, etape).await?;
    cx.valider().await?;
    Ok(StatusCode::NO_CONTENT)
}
