use axum::{Json, http::StatusCode};
use chrono::{DateTime, NaiveDate, Utc};
use socle::{
    Erreur, Etat,
    api::{Corps, Cree, Curseur, Liste, Probleme, page},
    erreur::Refus,
    identifiant::{AccompagnementId, LieuId, PersonneId, StructureId, UtilisateurId},
    requete::{Chemin, Parametres, Requete},
};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{Accompagnement, Anonymes, CreerAccompagnement, Filtre, ModifierAccompagnement};
use crate::nomenclatures::{Autonomie, Demarche, LieuType, Materiel, Niveau, Thematique, TypeActivite};

/// API of accompaniments.
pub fn api() -> OpenApiRouter<Etat> {
    OpenApiRouter::new().routes(routes!(liste, creer)).routes(routes!(lire, modifier, supprimer))
}

/// An accompaniment.
#[derive(serde::Serialize, utoipa::ToSchema)]
#[schema(as = Accompagnement)]
pub struct VueAccompagnement {
    id: AccompagnementId,
    structure: StructureId,
    mediateur: UtilisateurId,
    r#type: TypeActivite,
    date: NaiveDate,
    duree_minutes: i32,
    lieu_type: LieuType,
    lieu: Option<LieuId>,
    /// INSEE code.
    commune: Option<String>,
    thematiques: Vec<Thematique>,
    demarches: Vec<Demarche>,
    materiels: Vec<Materiel>,
    autonomie: Option<Autonomie>,
    titre: Option<String>,
    niveau: Option<Niveau>,
    notes: Option<String>,
    personnes: Vec<PersonneId>,
    anonymes: Anonymes,
    version: i32,
    cree_le: DateTime<Utc>,
    modifie_le: DateTime<Utc>,
}

impl From<Accompagnement> for VueAccompagnement {
    fn from(a: Accompagnement) -> Self {
        let l = a.ligne;
        Self {
            id: l.id,
            structure: l.structure_id,
            mediateur: l.mediateur_id,
            r#type: l.type_activite,
            date: l.date,
            duree_minutes: l.duree_minutes,
            lieu_type: l.lieu_type,
            lieu: l.lieu_id,
            commune: l.commune,
            thematiques: a.thematiques,
            demarches: a.demarches,
            materiels: a.materiels,
            autonomie: l.autonomie,
            titre: l.titre,
            niveau: l.niveau,
            notes: l.notes,
            personnes: a.personnes,
            anonymes: a.anonymes,
            version: l.version,
            cree_le: l.cree_le,
            modifie_le: l.modifie_le,
        }
    }
}

/// What to list.
#[derive(serde::Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct Demande {
    /// The `suivant` of the page before.
    apres: Option<String>,
    /// 1 to 200, 50 unless told.
    #[param(value_type = Option<u64>, minimum = 1, maximum = 200)]
    limite: Option<String>,
    /// First day.
    #[param(value_type = Option<NaiveDate>)]
    du: Option<String>,
    /// Last day.
    #[param(value_type = Option<NaiveDate>)]
    au: Option<String>,
    #[param(value_type = Option<Uuid>)]
    mediateur: Option<String>,
    #[param(value_type = Option<Uuid>)]
    personne: Option<String>,
}

impl Demande {
    fn filtre(&self) -> Result<Filtre, Erreur> {
        let mut c = socle::controle::Controle::new();
        let f = Filtre {
            du: c.date("du", self.du.as_deref().unwrap_or("")),
            au: c.date("au", self.au.as_deref().unwrap_or("")),
            mediateur: c.identifiant("mediateur", self.mediateur.as_deref().unwrap_or("")),
            personne: c.identifiant("personne", self.personne.as_deref().unwrap_or("")),
        };
        c.finir()?;
        Ok(f)
    }
}

/// The accompaniments of the structure.
#[utoipa::path(get, path = "/accompagnements", tag = "mediation", params(Demande), responses((status = OK, body = Liste<VueAccompagnement>), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn liste(q: Requete, Parametres(d): Parametres<Demande>) -> Result<Json<Liste<VueAccompagnement>>, Refus> {
    let f = d.filtre()?;
    let c = Curseur { apres: d.apres, limite: d.limite };
    let combien = c.combien()?;
    let lignes = super::page(&q.lecture(), &f, c.depart()?, combien).await?;
    Ok(Json(page(lignes, combien, |a| a.ligne.id.0, Into::into)))
}

/// Records an accompaniment.
#[utoipa::path(post, path = "/accompagnements", tag = "mediation", request_body = CreerAccompagnement, responses((status = CREATED, body = VueAccompagnement), (status = OK, body = VueAccompagnement, description = "Already created by the same request"), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn creer(q: Requete, Corps(mut d): Corps<CreerAccompagnement>) -> Result<Cree<VueAccompagnement>, Refus> {
    let cx = q.ecriture().await?;
    d.id = q.id_creation(&cx, d.id.map(|i| i.0)).map(AccompagnementId);
    let (a, nouveau) = super::creer(&cx, d).await?;
    cx.valider().await?;
    Ok(Cree::selon(nouveau, a.into()))
}

/// One accompaniment.
#[utoipa::path(get, path = "/accompagnements/{id}", tag = "mediation", params(("id" = AccompagnementId, Path)), responses((status = OK, body = VueAccompagnement), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn lire(q: Requete, Chemin(id): Chemin<AccompagnementId>) -> Result<Json<VueAccompagnement>, Refus> {
    Ok(Json(super::lire(&q.lecture(), id).await?.into()))
}

/// Changes an accompaniment.
#[utoipa::path(patch, path = "/accompagnements/{id}", tag = "mediation", params(("id" = AccompagnementId, Path)), request_body = ModifierAccompagnement, responses((status = OK, body = VueAccompagnement), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn modifier(
    q: Requete,
    Chemin(id): Chemin<AccompagnementId>,
    Corps(m): Corps<ModifierAccompagnement>,
) -> Result<Json<VueAccompagnement>, Refus> {
    let cx = q.ecriture().await?;
    let a = super::modifier(&cx, id, m).await?;
    cx.valider().await?;
    Ok(Json(a.into()))
}

/// Removes an accompaniment from lists and figures.
#[utoipa::path(delete, path = "/accompagnements/{id}", tag = "mediation", params(("id" = AccompagnementId, Path)), responses((status = NO_CONTENT), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn supprimer(q: Requete, Chemin(id): Chemin<AccompagnementId>) -> Result<StatusCode, Refus> {
    let cx = q.ecriture().await?;
    super::supprimer(&cx, id).await?;
    cx.valider().await?;
    Ok(StatusCode::NO_CONTENT)
}
