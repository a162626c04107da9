use axum::{
    http::header,
    response::{IntoResponse, Response},
};
use interface::requete::{Chemin, Pages, Parametres, Reponse, Web};
use socle::identifiant::PersonneId;

use super::{BaseLegale, api, notice};

/// Pages of the rights of people: documents to hand over.
pub fn pages() -> Pages {
    Pages::new()
        .get("/personnes/{id}/donnees.json", telecharger)
        .get("/personnes/{id}/donnees.pdf", imprimer)
        .get("/donnees-personnelles/notice.pdf", imprimer_notice)
}

async fn telecharger(w: Web, Chemin(id): Chemin<PersonneId>) -> Reponse {
    let d = super::exporter(&w, id).await?;
    // To be read by a person too: one field a line.
    let texte = serde_json::to_vec_pretty(&d).map_err(socle::Erreur::interne)?;
    Ok(fichier("application/json", "attachment; filename=\"donnees.json\"", texte))
}

async fn imprimer(w: Web, Chemin(id): Chemin<PersonneId>) -> Reponse {
    api::reponse_pdf(&w, id).await
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Demande {
    #[serde(default)]
    base: BaseLegale,
}

async fn imprimer_notice(w: Web, Parametres(d): Parametres<Demande>) -> Reponse {
    let pdf = notice(&w.lecture(), d.base).await?;
    Ok(fichier("application/pdf", "inline; filename=\"notice-information.pdf\"", pdf))
}

/// A file handed over. Neither its address nor its name says whose data it holds.
pub(super) fn fichier(genre: &'static str, disposition: &'static str, octets: Vec<u8>) -> Response {
    let entetes = [(header::CONTENT_TYPE, genre), (header::CONTENT_DISPOSITION, disposition), (header::CACHE_CONTROL, "no-store")];
    (entetes, octets).into_response()
}
