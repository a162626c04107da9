//! API of calendars.

use axum::{Json, http::StatusCode};
use chrono::{DateTime, Days, NaiveDate, Utc};
use serde::Serialize;
use socle::{
    Contexte, Etat, Resultat,
    api::{Corps, Cree, Liste, Probleme},
    controle::Controle,
    erreur::Refus,
    identifiant::{AgendaExterneId, EvenementId, FluxAgendaId, LieuId, OccurrenceId, UtilisateurId},
    requete::{Chemin, Parametres, Requete},
};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    Complet, CreerEvenement, Element, EtatOccurrence, GenreEvenement, Portee, Quoi,
    changer::ModifierEvenement,
    externe::{self, Externe},
    flux,
    regles::raisonnable,
    trajet::{self, ReglageTrajets},
};
use crate::seance::Quand;

/// API of calendars.
pub fn api() -> OpenApiRouter<Etat> {
    OpenApiRouter::new()
        .routes(routes!(liste))
        .routes(routes!(creer))
        .routes(routes!(lire, modifier))
        .routes(routes!(deplacer))
        .routes(routes!(annuler))
        .routes(routes!(trajets, regler_trajets))
        .routes(routes!(liste_flux, ouvrir_flux))
        .routes(routes!(fermer_flux))
        .routes(routes!(externes, suivre))
        .routes(routes!(retirer))
}

/// What to read.
#[derive(serde::Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct DemandeAgenda {
    /// First day; today, if not told.
    #[param(value_type = Option<NaiveDate>)]
    du: Option<String>,
    /// The day after the last; a week after the first, if not told; 62 days at most.
    #[param(value_type = Option<NaiveDate>)]
    au: Option<String>,
    /// Of a member of the team.
    #[param(value_type = Option<UtilisateurId>)]
    utilisateur: Option<String>,
    /// Or of a lieu.
    #[param(value_type = Option<LieuId>)]
    lieu: Option<String>,
}

impl DemandeAgenda {
    /// Whose calendar, from which day, to the day after the last.
    pub(crate) fn lire(&self, cx: &Contexte) -> Resultat<(Quoi, NaiveDate, NaiveDate)> {
        let mut c = Controle::new();
        let du = c.date("du", self.du.as_deref().unwrap_or_default()).filter(|j| raisonnable(*j)).unwrap_or(cx.aujourd_hui());
        let au = c.date("au", self.au.as_deref().unwrap_or_default()).unwrap_or(du + Days::new(7));
        let utilisateur: Option<UtilisateurId> = c.identifiant("utilisateur", self.utilisateur.as_deref().unwrap_or_default());
        let lieu: Option<LieuId> = c.identifiant("lieu", self.lieu.as_deref().unwrap_or_default());
        c.exiger(utilisateur.is_none() || lieu.is_none(), "lieu", "Demandez une personne ou un lieu, pas les deux.");
        c.finir()?;
        Ok((utilisateur.map(Quoi::Personne).or(lieu.map(Quoi::Lieu)).unwrap_or(Quoi::Structure), du, au))
    }
}

/// A time of a calendar and its occurrences.
#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = EvenementAgenda)]
struct VueEvenement {
    id: EvenementId,
    genre: GenreEvenement,
    titre: String,
    utilisateur: Option<UtilisateurId>,
    lieu: Option<LieuId>,
    salle: bool,
    jour: NaiveDate,
    heure: String,
    duree_minutes: i32,
    journees: i32,
    regle: Option<String>,
    /// Of a rule without end: occurrences are written up to here, and further as days go.
    suivi_jusqu_au: Option<NaiveDate>,
    occurrences: Vec<VueOccurrence>,
    /// What to know: public holidays, a lieu closed then.
    avertissements: Vec<String>,
    version: i32,
}

/// One occurrence.
#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = OccurrenceEvenement)]
struct VueOccurrence {
    id: OccurrenceId,
    /// The day of the rule it stands for.
    origine: NaiveDate,
    debut: DateTime<Utc>,
    fin: DateTime<Utc>,
    etat: EtatOccurrence,
    deplacee: bool,
    /// At the same time as something else, knowingly.
    force: bool,
}

impl From<Complet> for VueEvenement {
    fn from(c: Complet) -> Self {
        let e = c.evenement;
        Self {
            id: e.id,
            genre: e.genre,
            titre: e.titre,
            utilisateur: e.utilisateur_id,
            lieu: e.lieu_id,
            salle: e.salle,
            jour: e.jour,
            heure: e.heure,
            duree_minutes: e.duree_minutes,
            journees: e.journees,
            regle: e.regle,
            suivi_jusqu_au: e.materialise_au,
            occurrences: c
                .occurrences
                .into_iter()
                .map(|o| VueOccurrence {
                    id: o.id,
                    origine: o.origine,
                    debut: o.debut,
                    fin: o.fin,
                    etat: o.etat,
                    deplacee: o.deplacee,
                    force: o.force,
                })
                .collect(),
            avertissements: c.avertissements,
            version: e.version,
        }
    }
}

/// Moves an occurrence.
#[derive(serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct DeplacerOccurrence {
    quand: Quand,
    /// As before, if not told.
    #[schema(minimum = 5, maximum = 1440)]
    duree_minutes: Option<u32>,
    #[serde(default)]
    portee: Portee,
    #[serde(default)]
    forcer: bool,
}

/// Cancels an occurrence.
#[derive(Default, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields, default)]
struct AnnulerOccurrence {
    portee: Portee,
}

/// A feed.
#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = FluxAgenda)]
struct VueFlux {
    id: FluxAgendaId,
    nom: String,
    cree_le: DateTime<Utc>,
}

/// Opens a feed: of one's own calendar, or of a lieu.
#[derive(Default, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields, default)]
struct OuvrirFlux {
    lieu: Option<LieuId>,
}

/// A feed just opened.
#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = FluxOuvert)]
struct VueFluxOuvert {
    id: FluxAgendaId,
    /// Said once: it is kept nowhere.
    adresse: String,
}

/// A calendar kept elsewhere, read for its busy times.
#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = AgendaExterne)]
struct VueExterne {
    id: AgendaExterneId,
    nom: String,
    /// Read again at its address; else from a file, once.
    suivi: bool,
    lu_le: Option<DateTime<Utc>>,
    erreur: Option<String>,
}

impl From<Externe> for VueExterne {
    fn from(e: Externe) -> Self {
        Self { id: e.id, nom: e.nom, suivi: e.adresse.is_some(), lu_le: e.lu_le, erreur: e.erreur }
    }
}

/// Follows a calendar at an address, or reads a file once.
#[derive(serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct SuivreAgenda {
    #[schema(max_length = 100)]
    nom: Option<String>,
    /// `https://…` or `webcal://…`: read again every half hour.
    #[schema(max_length = 1000)]
    adresse: Option<String>,
    /// Or the text of a file `.ics`, read once.
    contenu: Option<String>,
}

/// What is in the calendar of the structure, of a member of the team, or of a lieu: séances, appointments, times of one's own.
#[utoipa::path(get, path = "/agenda", tag = "ateliers", params(DemandeAgenda), responses((status = OK, body = Liste<Element>), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn liste(q: Requete, Parametres(d): Parametres<DemandeAgenda>) -> Result<Json<Liste<Element>>, Refus> {
    let cx = q.lecture();
    let (quoi, du, au) = d.lire(&cx)?;
    Ok(Json(Liste { elements: super::elements(&cx, quoi, du, au).await?, suivant: None }))
}

/// Writes a time in a calendar, once or in a series.
#[utoipa::path(post, path = "/agenda/evenements", tag = "ateliers", request_body = CreerEvenement, responses((status = CREATED, body = VueEvenement), (status = OK, body = VueEvenement, description = "Already created by the same request"), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn creer(q: Requete, Corps(mut d): Corps<CreerEvenement>) -> Result<Cree<VueEvenement>, Refus> {
    let cx = q.ecriture().await?;
    d.id = q.id_creation(&cx, d.id.map(|i| i.0)).map(EvenementId);
    let (c, nouveau) = super::creer(&cx, d).await?;
    cx.valider().await?;
    Ok(Cree::selon(nouveau, c.into()))
}

/// One time of a calendar and its occurrences.
#[utoipa::path(get, path = "/agenda/evenements/{id}", tag = "ateliers", params(("id" = EvenementId, Path)), responses((status = OK, body = VueEvenement), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn lire(q: Requete, Chemin(id): Chemin<EvenementId>) -> Result<Json<VueEvenement>, Refus> {
    Ok(Json(super::lire(&q.lecture(), id).await?.into()))
}

/// Changes what a time is called and what it is for.
#[utoipa::path(patch, path = "/agenda/evenements/{id}", tag = "ateliers", params(("id" = EvenementId, Path)), request_body = ModifierEvenement, responses((status = OK, body = VueEvenement), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn modifier(q: Requete, Chemin(id): Chemin<EvenementId>, Corps(m): Corps<ModifierEvenement>) -> Result<Json<VueEvenement>, Refus> {
    let cx = q.ecriture().await?;
    let c = super::modifier(&cx, id, m).await?;
    cx.valider().await?;
    Ok(Json(c.into()))
}

/// Moves an occurrence, alone or with those after: gives the series it is then one of.
#[utoipa::path(put, path = "/agenda/occurrences/{id}", tag = "ateliers", params(("id" = OccurrenceId, Path)), request_body = DeplacerOccurrence, responses((status = OK, body = VueEvenement), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn deplacer(q: Requete, Chemin(id): Chemin<OccurrenceId>, Corps(d): Corps<DeplacerOccurrence>) -> Result<Json<VueEvenement>, Refus> {
    let cx = q.ecriture().await?;
    let c = super::deplacer(&cx, id, d.quand, d.duree_minutes, d.portee, d.forcer).await?;
    cx.valider().await?;
    Ok(Json(c.into()))
}

/// Cancels an occurrence, alone or with those after.
#[utoipa::path(post, path = "/agenda/occurrences/{id}/annulation", tag = "ateliers", params(("id" = OccurrenceId, Path)), request_body = AnnulerOccurrence, responses((status = OK, body = VueEvenement), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn annuler(q: Requete, Chemin(id): Chemin<OccurrenceId>, Corps(d): Corps<AnnulerOccurrence>) -> Result<Json<VueEvenement>, Refus> {
    let cx = q.ecriture().await?;
    let c = super::annuler(&cx, id, d.portee).await?;
    cx.valider().await?;
    Ok(Json(c.into()))
}

/// How long it takes from one lieu of the structure to another.
#[utoipa::path(get, path = "/agenda/trajets", tag = "ateliers", responses((status = OK, body = ReglageTrajets), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn trajets(q: Requete) -> Result<Json<ReglageTrajets>, Refus> {
    Ok(Json(trajet::trajets_de(&q.lecture()).await?))
}

/// Says how long it takes, in place of what was said.
#[utoipa::path(put, path = "/agenda/trajets", tag = "ateliers", request_body = ReglageTrajets, responses((status = OK, body = ReglageTrajets), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn regler_trajets(q: Requete, Corps(d): Corps<ReglageTrajets>) -> Result<Json<ReglageTrajets>, Refus> {
    let cx = q.ecriture().await?;
    let r = trajet::regler_trajets(&cx, d).await?;
    cx.valider().await?;
    Ok(Json(r))
}

/// The feeds one opened; all those of the structure for who manages it.
#[utoipa::path(get, path = "/agenda/flux", tag = "ateliers", responses((status = OK, body = Liste<VueFlux>), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn liste_flux(q: Requete) -> Result<Json<Liste<VueFlux>>, Refus> {
    let v = flux::lister(&q.lecture()).await?;
    Ok(Json(Liste { elements: v.into_iter().map(|f| VueFlux { id: f.id, nom: f.nom, cree_le: f.cree_le }).collect(), suivant: None }))
}

/// Opens a feed at a secret address, said once.
#[utoipa::path(post, path = "/agenda/flux", tag = "ateliers", request_body = OuvrirFlux, responses((status = CREATED, body = VueFluxOuvert), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn ouvrir_flux(q: Requete, Corps(d): Corps<OuvrirFlux>) -> Result<(StatusCode, Json<VueFluxOuvert>), Refus> {
    let cx = q.ecriture().await?;
    let (id, secret) = flux::creer(&cx, d.lieu).await?;
    let adresse = format!("{}/agenda/flux/{secret}.ics", cx.etat().config.public_url.trim_end_matches('/'));
    cx.valider().await?;
    Ok((StatusCode::CREATED, Json(VueFluxOuvert { id, adresse })))
}

/// Ends a feed: its address answers no more.
#[utoipa::path(delete, path = "/agenda/flux/{id}", tag = "ateliers", params(("id" = FluxAgendaId, Path)), responses((status = NO_CONTENT), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn fermer_flux(q: Requete, Chemin(id): Chemin<FluxAgendaId>) -> Result<StatusCode, Refus> {
    let cx = q.ecriture().await?;
    flux::revoquer(&cx, id).await?;
    cx.valider().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The calendars kept elsewhere that one follows.
#[utoipa::path(get, path = "/agenda/externes", tag = "ateliers", responses((status = OK, body = Liste<VueExterne>), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn externes(q: Requete) -> Result<Json<Liste<VueExterne>>, Refus> {
    let v = externe::lister(&q.lecture()).await?;
    Ok(Json(Liste { elements: v.into_iter().map(Into::into).collect(), suivant: None }))
}

/// Follows a calendar at an address: its busy times alone are kept.
#[utoipa::path(post, path = "/agenda/externes", tag = "ateliers", request_body = SuivreAgenda, responses((status = CREATED, body = VueExterne), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn suivre(q: Requete, Corps(d): Corps<SuivreAgenda>) -> Result<(StatusCode, Json<VueExterne>), Refus> {
    let cx = q.ecriture().await?;
    let e = match d.contenu {
        Some(t) => externe::deposer(&cx, d.nom, &t).await?,
        None => externe::suivre(&cx, d.nom, &d.adresse.unwrap_or_default()).await?,
    };
    cx.valider().await?;
    Ok((StatusCode::CREATED, Json(e.into())))
}

/// Follows a calendar no more: its busy times are forgotten.
#[utoipa::path(delete, path = "/agenda/externes/{id}", tag = "ateliers", params(("id" = AgendaExterneId, Path)), responses((status = NO_CONTENT), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn retirer(q: Requete, Chemin(id): Chemin<AgendaExterneId>) -> Result<StatusCode, Refus> {
    let cx = q.ecriture().await?;
    externe::retirer(&cx, id).await?;
    cx.valider().await?;
    Ok(StatusCode::NO_CONTENT)
}
