//! The public programme as JSON, for the site of a town or a structure: open to all, from any page.

use axum::{
    Json,
    extract::State,
    http::{HeaderName, HeaderValue, header},
    response::{IntoResponse, Response},
};
use chrono::{DateTime, Utc};
use mediation::nomenclatures::{Niveau, Thematique};
use socle::{
    Erreur, Etat,
    api::Probleme,
    erreur::Refus,
    identifiant::{SeanceId, StructureId},
    requete::{Chemin, Parametres},
};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{Annonce, Choix};
use crate::{
    reservation,
    seance::{Complete, regles},
};

/// Open API of the programme.
pub fn api() -> OpenApiRouter<Etat> {
    OpenApiRouter::new().routes(routes!(liste)).routes(routes!(lire))
}

/// A workshop of the programme.
#[derive(serde::Serialize, utoipa::ToSchema)]
#[schema(as = AtelierProgramme)]
pub struct VueAnnonce {
    id: SeanceId,
    titre: String,
    resume: String,
    thematiques: Vec<Thematique>,
    niveau: Niveau,
    /// Start of the first date, end of the last.
    debut: DateTime<Utc>,
    fin: DateTime<Utc>,
    /// The place, in words.
    ou: String,
    /// INSEE code.
    commune: Option<String>,
    structure: StructureId,
    structure_nom: String,
    /// Seats anybody may still take.
    places_libres: i64,
    adaptations: Option<String>,
    /// The page where one reads more, and books.
    adresse: String,
}

impl VueAnnonce {
    fn nouvelle(a: Annonce, origine: &str) -> Self {
        Self {
            adresse: format!("{origine}/programme/atelier/{}", a.id),
            id: a.id,
            titre: a.titre,
            resume: a.resume,
            thematiques: a.thematiques,
            niveau: a.degre,
            debut: a.debut,
            fin: a.fin,
            ou: a.ou,
            commune: a.commune,
            structure: a.structure_id,
            structure_nom: a.structure,
            places_libres: a.libres.max(0),
            adaptations: a.adaptations,
        }
    }
}

/// A page of the programme.
#[derive(serde::Serialize, utoipa::ToSchema)]
pub struct PageDuProgramme {
    elements: Vec<VueAnnonce>,
    /// The number of the next page; none at the end.
    suivante: Option<u64>,
}

/// One date.
#[derive(serde::Serialize, utoipa::ToSchema)]
pub struct DateProgramme {
    debut: DateTime<Utc>,
    fin: DateTime<Utc>,
}

/// A workshop with all that the public may know.
#[derive(serde::Serialize, utoipa::ToSchema)]
pub struct AtelierDuProgramme {
    #[serde(flatten)]
    atelier: VueAnnonce,
    dates: Vec<DateProgramme>,
    annulee: bool,
    /// Whether one may book now.
    inscriptions_ouvertes: bool,
}

/// What of the programme is asked for.
#[derive(Default, serde::Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub struct Choisis {
    structure: Option<StructureId>,
    /// INSEE code.
    commune: Option<String>,
    thematique: Option<Thematique>,
    /// From this day on.
    jour: Option<chrono::NaiveDate>,
    /// Those alone that say how they are adapted.
    adaptees: Option<bool>,
    /// From 0 to 10,000.
    #[param(maximum = 10_000)]
    page: Option<u64>,
}

/// The last page one may ask for.
const PAGE_MAX: u64 = 10_000;

/// What a page of any site may read; a minute old at most.
fn ouvert(r: impl serde::Serialize) -> Response {
    let entetes: [(HeaderName, HeaderValue); 2] = [
        (header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*")),
        (header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=60")),
    ];
    (entetes, Json(r)).into_response()
}

/// The workshops to come, forty a page, by date. Needs no token.
#[utoipa::path(get, path = "/programme", tag = "ateliers", security(()), params(Choisis), responses((status = OK, body = PageDuProgramme), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn liste(State(etat): State<Etat>, Parametres(c): Parametres<Choisis>) -> Result<Response, Refus> {
    let cx = reservation::lecture(&etat);
    let page = c.page.unwrap_or(0);
    if page > PAGE_MAX {
        return Err(Erreur::champ("page", "Un nombre entre 0 et 10000.").into());
    }
    let d =
        Choix { structure: c.structure, commune: c.commune, thematique: c.thematique, jour: c.jour, adaptees: c.adaptees.unwrap_or(false) };
    let (annonces, suite) = super::lister(&cx, &d, page).await?;
    let origine = etat.config.public_url.trim_end_matches('/');
    Ok(ouvert(PageDuProgramme {
        elements: annonces.into_iter().map(|a| VueAnnonce::nouvelle(a, origine)).collect(),
        suivante: suite.then(|| page + 1),
    }))
}

/// One workshop, over and cancelled ones too. Needs no token.
#[utoipa::path(get, path = "/programme/{id}", tag = "ateliers", security(()), params(("id" = SeanceId, Path)), responses((status = OK, body = AtelierDuProgramme), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn lire(State(etat): State<Etat>, Chemin(id): Chemin<SeanceId>) -> Result<Response, Refus> {
    let cx = reservation::lecture(&etat);
    let (Complete { seance: s, dates, .. }, a) = super::lire(&cx, id).await?;
    Ok(ouvert(AtelierDuProgramme {
        atelier: VueAnnonce::nouvelle(a, etat.config.public_url.trim_end_matches('/')),
        dates: dates.iter().map(|d| DateProgramme { debut: d.debut, fin: d.fin }).collect(),
        annulee: !super::aura_lieu(&s),
        inscriptions_ouvertes: super::aura_lieu(&s)
            && regles::inscriptions(s.ouverture_le, s.fermeture_le, s.debut, cx.maintenant) == regles::Inscriptions::Ouvertes,
    }))
}
