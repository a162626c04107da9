//! The bare page that others are measured against: a constant template after one indexed select, served
//! by the same program, behind the same outer layers, without session.
//!
//! It exists only when the environment has [`VARIABLE`], which is no setting of the program.

use askama::Template;
use axum::{Router, extract::State, routing::get};
use interface::{
    Page,
    requete::{Chemin, Reponse, rendre},
};
use sea_orm::{ConnectionTrait, Statement, Value};
use socle::{Erreur, Etat, identifiant::PersonneId};

/// Set by `scripts/bench` alone.
pub const VARIABLE: &str = "PASSEUR_ESSAI_PAGE_NUE";

#[derive(Template)]
#[template(path = "banc/nu.html")]
struct PageNue {
    page: Page,
}

/// The route, if the environment asks for it.
pub fn routes() -> Router<Etat> {
    if std::env::var_os(VARIABLE).is_some() { Router::new().route("/essai/nue/{id}", get(voir)) } else { Router::new() }
}

async fn voir(State(etat): State<Etat>, Chemin(id): Chemin<PersonneId>) -> Reponse {
    let db = etat.base.lecture();
    let moteur = db.get_database_backend();
    let sql = if moteur == sea_orm::DbBackend::Postgres {
        "SELECT cle_tri FROM personne WHERE id = $1"
    } else {
        "SELECT cle_tri FROM personne WHERE id = ?"
    };
    let ligne = db.query_one_raw(Statement::from_sql_and_values(moteur, sql, [Value::from(id.0)])).await.map_err(Erreur::from)?;
    let _: String = ligne.ok_or(Erreur::Introuvable("Cette personne"))?.try_get("", "cle_tri").map_err(Erreur::from)?;
    rendre(&PageNue { page: Page::default() })
}
