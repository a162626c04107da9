use axum::Json;
use socle::{
    Etat,
    api::{Corps, Cree, Curseur, Liste, Probleme, page},
    erreur::Refus,
    identifiant::{AccueilId, LieuId, PersonneId, StructureId, UtilisateurId},
    requete::{Chemin, Parametres, Requete},
};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{Accueil, Canal, CreerAccueil, ModifierAccueil, Suite};

/// API of receptions.
pub fn api() -> OpenApiRouter<Etat> {
    OpenApiRouter::new().routes(routes!(liste, creer)).routes(routes!(lire, modifier))
}

/// A reception.
#[derive(serde::Serialize, utoipa::ToSchema)]
#[schema(as = Accueil)]
pub struct VueAccueil {
    id: AccueilId,
    structure: StructureId,
    /// Null for a person without a file.
    personne: Option<PersonneId>,
    lieu: Option<LieuId>,
    canal: Canal,
    motif: Option<String>,
    suite: Suite,
    arrive_le: chrono::DateTime<chrono::Utc>,
    accueilli_par: UtilisateurId,
    pris_en_charge_le: Option<chrono::DateTime<chrono::Utc>>,
    pris_en_charge_par: Option<UtilisateurId>,
    version: i32,
}

impl From<Accueil> for VueAccueil {
    fn from(a: Accueil) -> Self {
        Self {
            id: a.id,
            structure: a.structure_id,
            personne: a.personne_id,
            lieu: a.lieu_id,
            canal: a.canal,
            motif: a.motif,
            suite: a.suite,
            arrive_le: a.arrive_le,
            accueilli_par: a.accueilli_par,
            pris_en_charge_le: a.pris_en_charge_le,
            pris_en_charge_par: a.pris_en_charge_par,
            version: a.version,
        }
    }
}

/// What to list.
#[derive(serde::Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct Filtre {
    /// The `suivant` of the page before.
    apres: Option<String>,
    /// 1 to 200, 50 unless told.
    #[param(value_type = Option<u64>, minimum = 1, maximum = 200)]
    limite: Option<String>,
    /// `true`: only those who wait, in the order of arrival.
    attente: Option<bool>,
}

/// The receptions of the structure.
#[utoipa::path(get, path = "/accueils", tag = "mediation", params(Filtre), responses((status = OK, body = Liste<VueAccueil>), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn liste(q: Requete, Parametres(f): Parametres<Filtre>) -> Result<Json<Liste<VueAccueil>>, Refus> {
    let c = Curseur { apres: f.apres, limite: f.limite };
    let combien = c.combien()?;
    let lignes = super::page(&q.lecture(), f.attente.unwrap_or(false), c.depart()?, combien).await?;
    Ok(Json(page(lignes, combien, |a| a.id.0, Into::into)))
}

/// Records a reception.
#[utoipa::path(post, path = "/accueils", tag = "mediation", request_body = CreerAccueil, responses((status = CREATED, body = VueAccueil), (status = OK, body = VueAccueil, description = "Already created by the same request"), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn creer(q: Requete, Corps(mut d): Corps<CreerAccueil>) -> Result<Cree<VueAccueil>, Refus> {
    let cx = q.ecriture().await?;
    d.id = q.id_creation(&cx, d.id.map(|i| i.0)).map(AccueilId);
    let (a, nouveau) = super::creer(&cx, d).await?;
    cx.valider().await?;
    Ok(Cree::selon(nouveau, a.into()))
}

/// One reception.
#[utoipa::path(get, path = "/accueils/{id}", tag = "mediation", params(("id" = AccueilId, Path)), responses((status = OK, body = VueAccueil), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn lire(q: Requete, Chemin(id): Chemin<AccueilId>) -> Result<Json<VueAccueil>, Refus> {
    Ok(Json(super::lire(&q.lecture(), id).await?.into()))
}

/// Changes a reception: reason, person, what followed.
#[utoipa::path(patch, path = "/accueils/{id}", tag = "mediation", params(("id" = AccueilId, Path)), request_body = ModifierAccueil, responses((status = OK, body = VueAccueil), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn modifier(q: Requete, Chemin(id): Chemin<AccueilId>, Corps(m): Corps<ModifierAccueil>) -> Result<Json<VueAccueil>, Refus> {
    let cx = q.ecriture().await?;
    let a = super::modifier(&cx, id, m).await?;
    cx.valider().await?;
    Ok(Json(a.into()))
}
