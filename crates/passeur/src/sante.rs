//! Health: alive, and ready to serve.

use axum::{Json, Router, extract::State, http::StatusCode, routing::get};
use sea_orm_migration::MigratorTrait;
use socle::{Etat, base::Base};

/// `/health/live` and `/health/ready`.
pub fn routes() -> Router<Etat> {
    Router::new().route("/health/live", get(|| async { "ok" })).route("/health/ready", get(pret))
}

/// Ready: the database answers and every migration is applied.
async fn pret(State(etat): State<Etat>) -> (StatusCode, Json<serde_json::Value>) {
    let base = match etat.base.repond().await {
        Ok(()) => match migrations_en_attente(&etat.base).await {
            Ok(0) => Ok(()),
            Ok(n) => Err(format!("{n} migrations à appliquer")),
            Err(e) => Err(e),
        },
        Err(_) => Err("la base de données ne répond pas".to_owned()),
    };
    match base {
        Ok(()) => (StatusCode::OK, Json(serde_json::json!({"statut": "pret"}))),
        Err(e) => (StatusCode::SERVICE_UNAVAILABLE, Json(serde_json::json!({"statut": "indisponible", "raison": e}))),
    }
}

/// How many migrations the database lacks.
pub async fn migrations_en_attente(base: &Base) -> Result<usize, String> {
    use sea_orm::{ConnectionTrait, Statement};
    let db = base.lecture();
    let lignes = db
        .query_all_raw(Statement::from_string(db.get_database_backend(), "SELECT version FROM seaql_migrations"))
        .await
        .map_err(|_| "les migrations ne sont pas appliquées".to_owned())?;
    let appliquees: Vec<String> = lignes.iter().filter_map(|l| l.try_get("", "version").ok()).collect();
    Ok(crate::Migrateur::migrations().iter().filter(|m| !appliquees.iter().any(|a| a == m.name())).count())
}
