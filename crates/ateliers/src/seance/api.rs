use axum::{Json, http::StatusCode};
use chrono::{DateTime, Utc};
use mediation::nomenclatures::{Niveau, Thematique};
use socle::{
    Etat,
    api::{Corps, Cree, Liste, Probleme},
    erreur::Refus,
    identifiant::{AccompagnementId, DateSeanceId, EquipementId, LieuId, PartenaireId, SeanceId, UtilisateurId},
    requete::{Chemin, Parametres, Requete},
};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::equipement::{DemandeEquipement, EtatEquipement};

use super::{Complete, EtatDate, EtatSeance, Filtre, GenreLieu, ModifierSeance, ProgrammerSeance, Quand};

/// API of séances.
pub fn api() -> OpenApiRouter<Etat> {
    OpenApiRouter::new()
        .routes(routes!(liste, programmer))
        .routes(routes!(lire, modifier))
        .routes(routes!(annuler))
        .routes(routes!(deplacer))
        .routes(routes!(cocher))
        .routes(routes!(equiper))
}

/// One date of a séance.
#[derive(serde::Serialize, utoipa::ToSchema)]
#[schema(as = DateSeance)]
pub struct VueDate {
    id: DateSeanceId,
    /// On the wall, in `fuseau`.
    jour: chrono::NaiveDate,
    heure: String,
    fuseau: String,
    debut: DateTime<Utc>,
    fin: DateTime<Utc>,
    etat: EtatDate,
    accompagnement: Option<AccompagnementId>,
}

/// A line of the equipment list.
#[derive(serde::Serialize, utoipa::ToSchema)]
#[schema(as = MaterielSeance)]
pub struct VueMateriel {
    rang: i32,
    libelle: String,
    pret: bool,
}

/// What a séance reserves of the structure's equipment.
#[derive(serde::Serialize, utoipa::ToSchema)]
#[schema(as = EquipementReserve)]
pub struct VueReserve {
    equipement: EquipementId,
    nom: String,
    quantite: i32,
    etat: EtatEquipement,
}

/// A séance.
#[derive(serde::Serialize, utoipa::ToSchema)]
#[schema(as = Seance)]
pub struct VueSeance {
    id: SeanceId,
    fiche: Option<String>,
    titre: String,
    resume: String,
    thematiques: Vec<Thematique>,
    niveau: Niveau,
    animateur: UtilisateurId,
    co_animateur: Option<UtilisateurId>,
    co_partenaire: Option<PartenaireId>,
    lieu_genre: GenreLieu,
    lieu: Option<LieuId>,
    partenaire: Option<PartenaireId>,
    lieu_texte: Option<String>,
    commune: Option<String>,
    places: i32,
    places_reservees: i32,
    seuil: i32,
    seuil_heures: i32,
    ouverture_le: Option<DateTime<Utc>>,
    fermeture_le: Option<DateTime<Utc>>,
    publiee: bool,
    adaptations: Option<String>,
    etat: EtatSeance,
    motif_annulation: Option<String>,
    dates: Vec<VueDate>,
    materiel: Vec<VueMateriel>,
    equipements: Vec<VueReserve>,
    version: i32,
}

impl From<Complete> for VueSeance {
    fn from(c: Complete) -> Self {
        let s = c.seance;
        Self {
            id: s.id,
            fiche: s.fiche,
            titre: s.titre,
            resume: s.resume,
            thematiques: s.thematiques.0,
            niveau: s.niveau,
            animateur: s.animateur_id,
            co_animateur: s.co_animateur_id,
            co_partenaire: s.co_partenaire_id,
            lieu_genre: s.lieu_genre,
            lieu: s.lieu_id,
            partenaire: s.partenaire_id,
            lieu_texte: s.lieu_texte,
            commune: s.commune,
            places: s.places,
            places_reservees: s.places_reservees,
            seuil: s.seuil,
            seuil_heures: s.seuil_heures,
            ouverture_le: s.ouverture_le,
            fermeture_le: s.fermeture_le,
            publiee: s.publiee,
            adaptations: s.adaptations,
            etat: s.etat,
            motif_annulation: s.motif_annulation,
            dates: c
                .dates
                .into_iter()
                .map(|d| VueDate {
                    id: d.id,
                    jour: d.jour,
                    heure: d.heure,
                    fuseau: d.fuseau,
                    debut: d.debut,
                    fin: d.fin,
                    etat: d.etat,
                    accompagnement: d.accompagnement_id,
                })
                .collect(),
            materiel: c.materiel.into_iter().map(|m| VueMateriel { rang: m.rang, libelle: m.libelle, pret: m.pret }).collect(),
            equipements: c
                .equipements
                .into_iter()
                .map(|r| VueReserve { equipement: r.equipement.id, nom: r.equipement.nom, quantite: r.quantite, etat: r.equipement.etat })
                .collect(),
            version: s.version,
        }
    }
}

/// Which séances.
#[derive(Default, serde::Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub struct Choisies {
    /// Those over, latest first, instead of those to come.
    passees: bool,
    /// Those this account animates.
    animateur: Option<UtilisateurId>,
}

/// Cancels a séance.
#[derive(Default, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct AnnulerSeance {
    /// Those registered read it.
    #[schema(max_length = 500)]
    motif: Option<String>,
}

/// Moves one date.
#[derive(serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DeplacerDate {
    quand: Quand,
    /// Although who animates, or the room, is already taken.
    #[serde(default)]
    forcer: bool,
}

/// Ticks a line of the equipment list, or unticks it.
#[derive(Default, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct CocherMateriel {
    rang: i32,
    pret: bool,
}

/// What a séance reserves, in place of what it did.
#[derive(Default, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct EquiperSeance {
    #[schema(max_items = 30)]
    equipements: Vec<DemandeEquipement>,
    /// Although something misses.
    forcer: bool,
}

/// The séances of the structure, 200 at most: those to come by date, or those over.
#[utoipa::path(get, path = "/ateliers/seances", tag = "ateliers", params(Choisies), responses((status = OK, body = Liste<VueSeance>), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn liste(q: Requete, Parametres(c): Parametres<Choisies>) -> Result<Json<Liste<VueSeance>>, Refus> {
    let f = Filtre { passees: c.passees, animateur: c.animateur };
    let elements = super::lister(&q.lecture(), &f, 200).await?.into_iter().map(Into::into).collect();
    Ok(Json(Liste { elements, suivant: None }))
}

/// Programmes a séance from a sheet.
#[utoipa::path(post, path = "/ateliers/seances", tag = "ateliers", request_body = ProgrammerSeance, responses((status = CREATED, body = VueSeance), (status = OK, body = VueSeance, description = "Already created by the same request"), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn programmer(q: Requete, Corps(mut d): Corps<ProgrammerSeance>) -> Result<Cree<VueSeance>, Refus> {
    let cx = q.ecriture().await?;
    d.id = q.id_creation(&cx, d.id.map(|i| i.0)).map(SeanceId);
    let (c, nouvelle) = super::programmer(&cx, d).await?;
    cx.valider().await?;
    Ok(Cree::selon(nouvelle, c.into()))
}

/// One séance.
#[utoipa::path(get, path = "/ateliers/seances/{id}", tag = "ateliers", params(("id" = SeanceId, Path)), responses((status = OK, body = VueSeance), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn lire(q: Requete, Chemin(id): Chemin<SeanceId>) -> Result<Json<VueSeance>, Refus> {
    Ok(Json(super::lire(&q.lecture(), id).await?.into()))
}

/// Changes a séance.
#[utoipa::path(patch, path = "/ateliers/seances/{id}", tag = "ateliers", params(("id" = SeanceId, Path)), request_body = ModifierSeance, responses((status = OK, body = VueSeance), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn modifier(q: Requete, Chemin(id): Chemin<SeanceId>, Corps(m): Corps<ModifierSeance>) -> Result<Json<VueSeance>, Refus> {
    let cx = q.ecriture().await?;
    let c = super::modifier(&cx, id, m).await?;
    cx.valider().await?;
    Ok(Json(c.into()))
}

/// Cancels a séance; those registered are told.
#[utoipa::path(post, path = "/ateliers/seances/{id}/annulation", tag = "ateliers", params(("id" = SeanceId, Path)), request_body = AnnulerSeance, responses((status = OK, body = VueSeance), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn annuler(q: Requete, Chemin(id): Chemin<SeanceId>, Corps(d): Corps<AnnulerSeance>) -> Result<Json<VueSeance>, Refus> {
    let cx = q.ecriture().await?;
    let c = super::annuler(&cx, id, d.motif).await?;
    cx.valider().await?;
    Ok(Json(c.into()))
}

/// Moves one date of a séance; those registered are told.
#[utoipa::path(put, path = "/ateliers/seances/{id}/dates/{date}", tag = "ateliers", params(("id" = SeanceId, Path), ("date" = DateSeanceId, Path)), request_body = DeplacerDate, responses((status = OK, body = VueSeance), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn deplacer(
    q: Requete,
    Chemin((id, date)): Chemin<(SeanceId, DateSeanceId)>,
    Corps(d): Corps<DeplacerDate>,
) -> Result<Json<VueSeance>, Refus> {
    let cx = q.ecriture().await?;
    let c = super::deplacer(&cx, id, date, d.quand, d.forcer).await?;
    cx.valider().await?;
    Ok(Json(c.into()))
}

/// Ticks a line of the equipment list, or unticks it.
#[utoipa::path(put, path = "/ateliers/seances/{id}/materiel", tag = "ateliers", params(("id" = SeanceId, Path)), request_body = CocherMateriel, responses((status = NO_CONTENT), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn cocher(q: Requete, Chemin(id): Chemin<SeanceId>, Corps(d): Corps<CocherMateriel>) -> Result<StatusCode, Refus> {
    let cx = q.ecriture().await?;
    super::cocher(&cx, id, d.rang, d.pret).await?;
    cx.valider().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Changes what a séance reserves of the structure's equipment; 422 when something misses, unless forced.
#[utoipa::path(put, path = "/ateliers/seances/{id}/equipements", tag = "ateliers", params(("id" = SeanceId, Path)), request_body = EquiperSeance, responses((status = OK, body = VueSeance), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn equiper(q: Requete, Chemin(id): Chemin<SeanceId>, Corps(d): Corps<EquiperSeance>) -> Result<Json<VueSeance>, Refus> {
    let cx = q.ecriture().await?;
    let c = crate::equipement::changer(&cx, id, &d.equipements, d.forcer).await?;
    cx.valider().await?;
    Ok(Json(c.into()))
}
