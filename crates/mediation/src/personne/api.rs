use axum::{Json, http::StatusCode};
use socle::{
    Etat,
    api::{Corps, Cree, Curseur, Liste, Probleme, page},
    erreur::Refus,
    identifiant::PersonneId,
    requete::{Chemin, Parametres, Requete},
};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{CreerPersonne, ModifierPersonne, Personne, recherche};
use crate::nomenclatures::{Besoin, Genre, Statut, TrancheAge};

/// API of people's files.
pub fn api() -> OpenApiRouter<Etat> {
    OpenApiRouter::new().routes(routes!(liste, creer)).routes(routes!(lire, modifier, effacer))
}

/// A person's file.
#[derive(serde::Serialize, utoipa::ToSchema)]
#[schema(as = Personne)]
pub struct VuePersonne {
    id: PersonneId,
    prenom: Option<String>,
    nom: Option<String>,
    surnom: Option<String>,
    telephone: Option<String>,
    courriel: Option<String>,
    date_naissance: Option<chrono::NaiveDate>,
    annee_naissance: Option<i32>,
    tranche_age: Option<TrancheAge>,
    genre: Option<Genre>,
    statut: Option<Statut>,
    /// INSEE code.
    commune: Option<String>,
    langue: Option<String>,
    besoins: Vec<Besoin>,
    amenagements: Option<String>,
    notes: Option<String>,
    version: i32,
    cree_le: chrono::DateTime<chrono::Utc>,
    modifie_le: chrono::DateTime<chrono::Utc>,
}

impl From<Personne> for VuePersonne {
    fn from(p: Personne) -> Self {
        Self {
            id: p.id,
            prenom: p.prenom,
            nom: p.nom,
            surnom: p.surnom,
            telephone: p.telephone,
            courriel: p.courriel,
            date_naissance: p.date_naissance,
            annee_naissance: p.annee_naissance,
            tranche_age: p.tranche_age,
            genre: p.genre,
            statut: p.statut,
            commune: p.commune,
            langue: p.langue,
            besoins: p.besoins.0,
            amenagements: p.amenagements,
            notes: p.notes,
            version: p.version,
            cree_le: p.cree_le,
            modifie_le: p.modifie_le,
        }
    }
}

/// What to list. Never put a name in an address that is logged elsewhere: `q` is for short-lived calls.
#[derive(serde::Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct Filtre {
    /// The `suivant` of the page before.
    apres: Option<String>,
    /// 1 to 200, 50 unless told.
    #[param(value_type = Option<u64>, minimum = 1, maximum = 200)]
    limite: Option<String>,
    /// Name, telephone, date or year of birth: the likeliest 50 at most, on one page.
    q: Option<String>,
}

/// The people followed by the structure.
#[utoipa::path(get, path = "/personnes", tag = "mediation", params(Filtre), responses((status = OK, body = Liste<VuePersonne>), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn liste(q: Requete, Parametres(f): Parametres<Filtre>) -> Result<Json<Liste<VuePersonne>>, Refus> {
    let cx = q.lecture();
    let c = Curseur { apres: f.apres, limite: f.limite };
    let combien = c.combien()?;
    if let Some(texte) = f.q.filter(|t| !t.trim().is_empty()) {
        let trouvees = recherche::chercher(&cx, &texte, std::cmp::min(combien, 50) as usize).await?;
        return Ok(Json(Liste { elements: trouvees.into_iter().map(Into::into).collect(), suivant: None }));
    }
    let lignes = super::page(&cx, c.depart()?, combien).await?;
    Ok(Json(page(lignes, combien, |p| p.id.0, Into::into)))
}

/// Creates a person's file.
#[utoipa::path(post, path = "/personnes", tag = "mediation", request_body = CreerPersonne, responses((status = CREATED, body = VuePersonne), (status = OK, body = VuePersonne, description = "Already created by the same request"), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn creer(q: Requete, Corps(mut d): Corps<CreerPersonne>) -> Result<Cree<VuePersonne>, Refus> {
    let cx = q.ecriture().await?;
    d.id = q.id_creation(&cx, d.id.map(|i| i.0)).map(PersonneId);
    let (p, nouvelle) = super::creer(&cx, d).await?;
    cx.valider().await?;
    Ok(Cree::selon(nouvelle, p.into()))
}

/// One person's file; the reading is journaled.
#[utoipa::path(get, path = "/personnes/{id}", tag = "mediation", params(("id" = PersonneId, Path)), responses((status = OK, body = VuePersonne), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn lire(q: Requete, Chemin(id): Chemin<PersonneId>) -> Result<Json<VuePersonne>, Refus> {
    Ok(Json(super::ouvrir(&q.lecture(), id).await?.personne.into()))
}

/// Changes a person's file.
#[utoipa::path(patch, path = "/personnes/{id}", tag = "mediation", params(("id" = PersonneId, Path)), request_body = ModifierPersonne, responses((status = OK, body = VuePersonne), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn modifier(q: Requete, Chemin(id): Chemin<PersonneId>, Corps(m): Corps<ModifierPersonne>) -> Result<Json<VuePersonne>, Refus> {
    let cx = q.ecriture().await?;
    let p = super::modifier(&cx, id, m).await?;
    cx.valider().await?;
    Ok(Json(p.into()))
}

/// Erases a person: identity and texts are gone for good, figures remain.
#[utoipa::path(delete, path = "/personnes/{id}", tag = "mediation", params(("id" = PersonneId, Path)), responses((status = NO_CONTENT), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn effacer(q: Requete, Chemin(id): Chemin<PersonneId>) -> Result<StatusCode, Refus> {
    let cx = q.ecriture().await?;
    super::effacer(&cx, id).await?;
    cx.valider().await?;
    Ok(StatusCode::NO_CONTENT)
}
