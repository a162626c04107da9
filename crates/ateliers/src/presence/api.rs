use axum::Json;
use socle::{
    Erreur, Etat,
    api::{Corps, Liste, Probleme},
    controle::Controle,
    erreur::Refus,
    identifiant::{AccompagnementId, DateSeanceId, PersonneId, ReservationId, SeanceId},
    requete::{Chemin, Parametres, Requete},
};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    EtatPresence, Feuille, LigneResultats, NatureSignature, NoteDeCloture, ParResultats, Preparation, Signer, regles::DemiJournee,
};
use crate::seance::EtatDate;

/// API of attendance.
pub fn api() -> OpenApiRouter<Etat> {
    OpenApiRouter::new()
        .routes(routes!(feuille, noter))
        .routes(routes!(clore))
        .routes(routes!(signer))
        .routes(routes!(journee))
        .routes(routes!(resultats))
}

/// Somebody on the attendance sheet.
#[derive(serde::Serialize, utoipa::ToSchema)]
pub struct VuePresence {
    reservation: ReservationId,
    nom: String,
    personne: Option<PersonneId>,
    etat: Option<EtatPresence>,
}

/// The attendance sheet of a date.
#[derive(serde::Serialize, utoipa::ToSchema)]
pub struct FeuillePresence {
    date: DateSeanceId,
    etat: EtatDate,
    gens: Vec<VuePresence>,
    anonymes: i32,
    presents: usize,
    accompagnement: Option<AccompagnementId>,
}

impl From<Feuille> for FeuillePresence {
    fn from(f: Feuille) -> Self {
        Self {
            presents: f.presents(),
            date: f.date.id,
            etat: f.date.etat,
            anonymes: f.date.anonymes,
            accompagnement: f.date.accompagnement_id,
            gens: f
                .gens
                .into_iter()
                .map(|(r, etat)| VuePresence { reservation: r.id, nom: r.nom, personne: r.personne_id, etat })
                .collect(),
        }
    }
}

/// Marks one person.
#[derive(serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Marque {
    reservation: ReservationId,
    etat: EtatPresence,
}

/// Somebody with an address agrees to be asked two weeks later, or no longer.
#[derive(serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AccordEvaluation {
    reservation: ReservationId,
    accord: bool,
}

/// What is noted of a date; what is left out stays.
#[derive(Default, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct NoterPresences {
    marques: Vec<Marque>,
    /// People followed by the structure who came without booking.
    sur_place: Vec<PersonneId>,
    /// How many came that nobody named.
    #[schema(maximum = 1000)]
    anonymes: Option<u32>,
    /// Who agrees to be asked two weeks later, or no longer.
    accords: Vec<AccordEvaluation>,
}

/// The attendance sheet of a date.
#[utoipa::path(get, path = "/ateliers/dates/{id}/presences", tag = "ateliers", params(("id" = DateSeanceId, Path)), responses((status = OK, body = FeuillePresence), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn feuille(q: Requete, Chemin(id): Chemin<DateSeanceId>) -> Result<Json<FeuillePresence>, Refus> {
    Ok(Json(super::feuille(&q.lecture(), id).await?.into()))
}

/// Notes who came.
#[utoipa::path(put, path = "/ateliers/dates/{id}/presences", tag = "ateliers", params(("id" = DateSeanceId, Path)), request_body = NoterPresences, responses((status = OK, body = FeuillePresence), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn noter(q: Requete, Chemin(id): Chemin<DateSeanceId>, Corps(d): Corps<NoterPresences>) -> Result<Json<FeuillePresence>, Refus> {
    let cx = q.ecriture().await?;
    for m in d.marques {
        super::marquer(&cx, id, m.reservation, m.etat).await?;
    }
    for p in d.sur_place {
        super::venir(&cx, id, Some(p), None).await?;
    }
    if let Some(n) = d.anonymes {
        super::compter_anonymes(&cx, id, n).await?;
    }
    for a in d.accords {
        super::accorder(&cx, id, a.reservation, a.accord).await?;
    }
    let f = super::feuille(&cx, id).await?;
    cx.valider().await?;
    Ok(Json(f.into()))
}

/// Closes a date: the collective accompaniment is recorded, once, with the private note of who closes if they wrote one.
#[utoipa::path(post, path = "/ateliers/dates/{id}/cloture", tag = "ateliers", params(("id" = DateSeanceId, Path)), request_body = NoteDeCloture, responses((status = OK, body = FeuillePresence), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn clore(q: Requete, Chemin(id): Chemin<DateSeanceId>, Corps(note): Corps<NoteDeCloture>) -> Result<Json<FeuillePresence>, Refus> {
    let cx = q.ecriture().await?;
    super::clore_avec(&cx, id, note).await?;
    let f = super::feuille(&cx, id).await?;
    cx.valider().await?;
    Ok(Json(f.into()))
}

/// A signature on the sheet; what was drawn is read on the page alone.
#[derive(serde::Serialize, utoipa::ToSchema)]
pub struct SignatureFaite {
    demi_journee: DemiJournee,
    nature: NatureSignature,
    signe_le: chrono::DateTime<chrono::Utc>,
}

/// Signs for somebody present, in front of them; until the closing, signing again replaces it.
#[utoipa::path(put, path = "/ateliers/dates/{id}/signatures/{reservation}/{demi}", tag = "ateliers", params(("id" = DateSeanceId, Path), ("reservation" = ReservationId, Path), ("demi" = DemiJournee, Path)), request_body = Signer, responses((status = OK, body = SignatureFaite), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn signer(
    q: Requete,
    Chemin((id, r, demi)): Chemin<(DateSeanceId, ReservationId, DemiJournee)>,
    Corps(s): Corps<Signer>,
) -> Result<Json<SignatureFaite>, Refus> {
    let cx = q.ecriture().await?;
    super::signer(&cx, id, r, demi, s).await?;
    let faite = super::signatures(&cx, id).await?.remove(&(r, demi)).ok_or(Erreur::Introuvable("Cette signature"))?;
    cx.valider().await?;
    Ok(Json(SignatureFaite { demi_journee: demi, nature: faite.nature, signe_le: faite.signe_le }))
}

/// Which day.
#[derive(Default, serde::Deserialize, utoipa::IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
struct DemandeJournee {
    /// Today unless told.
    #[param(value_type = Option<chrono::NaiveDate>)]
    jour: String,
    /// `true`: those of the whole team, not one's own alone.
    #[param(value_type = Option<bool>)]
    toute: String,
}

/// A séance to prepare.
#[derive(serde::Serialize, utoipa::ToSchema)]
pub struct SeancePreparee {
    date: DateSeanceId,
    seance: SeanceId,
    titre: String,
    debut: chrono::DateTime<chrono::Utc>,
    fin: chrono::DateTime<chrono::Utc>,
    ou: String,
    qui: String,
    adaptations: Option<String>,
    /// What is not ready yet.
    a_preparer: Vec<String>,
    inscrits: usize,
}

impl From<Preparation> for SeancePreparee {
    fn from(p: Preparation) -> Self {
        Self {
            date: p.date.id,
            seance: p.seance.id,
            titre: p.seance.titre,
            debut: p.date.debut,
            fin: p.date.fin,
            ou: p.ou,
            qui: p.qui,
            adaptations: p.seance.adaptations,
            a_preparer: p.materiel.into_iter().filter(|m| !m.pret).map(|m| m.libelle).collect(),
            inscrits: p.gens.len(),
        }
    }
}

/// The séances of a day, to prepare them.
#[utoipa::path(get, path = "/ateliers/journee", tag = "ateliers", params(DemandeJournee), responses((status = OK, body = Liste<SeancePreparee>), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn journee(q: Requete, Parametres(d): Parametres<DemandeJournee>) -> Result<Json<Liste<SeancePreparee>>, Refus> {
    let cx = q.lecture();
    let mut c = Controle::new();
    let jour = c.date("jour", &d.jour);
    c.exiger(["", "true", "false"].contains(&d.toute.as_str()), "toute", "Écrivez true ou false.");
    c.finir()?;
    let v = super::journee(&cx, jour.unwrap_or_else(|| cx.aujourd_hui()), d.toute == "true").await?;
    Ok(Json(Liste { elements: v.into_iter().map(Into::into).collect(), suivant: None }))
}

/// What to compare by.
#[derive(Default, serde::Deserialize, utoipa::IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
struct DemandeResultats {
    /// `atelier` unless told.
    #[param(value_type = Option<ParResultats>)]
    par: String,
}

/// Figures of the last twelve months, by workshop, place or audience, the best attended first. What fewer than five
/// people think or can do is null.
#[utoipa::path(get, path = "/ateliers/resultats", tag = "ateliers", params(DemandeResultats), responses((status = OK, body = Liste<LigneResultats>), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn resultats(q: Requete, Parametres(d): Parametres<DemandeResultats>) -> Result<Json<Liste<LigneResultats>>, Refus> {
    let mut c = Controle::new();
    let par = if d.par.is_empty() { Some(ParResultats::Atelier) } else { c.code("par", &d.par) };
    c.finir()?;
    let elements = super::resultats(&q.lecture(), par.unwrap_or(ParResultats::Atelier)).await?.1;
    Ok(Json(Liste { elements, suivant: None }))
}
