//! Pages of people's files.

mod consentements;
mod dossier;
mod liste;
mod modification;
mod nouvelle;
mod partage;
mod saisie;

use interface::requete::Pages;
use socle::identifiant::PersonneId;

/// The pages above one that is under a person's file, for the breadcrumb.
pub fn parents(id: &PersonneId, nom: &str) -> [(String, String); 2] {
    [("/personnes".into(), "Personnes".into()), (format!("/personnes/{id}"), nom.to_owned())]
}

/// Pages of people's files.
pub fn pages() -> Pages {
    Pages::new()
        .get("/personnes", liste::voir)
        .gardee()
        .post("/personnes/recherche", liste::rechercher)
        .get("/personnes/nouvelle", nouvelle::formulaire)
        .post("/personnes/nouvelle", nouvelle::creer)
        .get("/personnes/{id}", dossier::voir)
        .gardee()
        .get("/personnes/{id}/modifier", modification::formulaire)
        .post("/personnes/{id}/modifier", modification::enregistrer)
        .get("/personnes/{id}/consentements", consentements::voir)
        .post("/personnes/{id}/consentements", consentements::ajouter)
        .post("/personnes/{id}/consentements/{consentement}/retirer", consentements::retirer)
        .get("/personnes/{id}/partager", partage::formulaire)
        .post("/personnes/{id}/partager", partage::partager)
        .get("/personnes/{id}/effacer", dossier::confirmer_effacement)
        .post("/personnes/{id}/effacer", dossier::effacer)
}
