//! Serves `/style` and the static files on 127.0.0.1, to look at the components while working on them:
//! `cargo run -p interface --example style`, then `/style?theme=sombre&accent=prune`, `/erreur/404`.

use std::collections::HashMap;

use askama::Template;
use axum::{
    Router,
    extract::{Path, Query},
    http::StatusCode,
    response::Html,
    routing::get,
};
use interface::{Accent, Page, Theme, erreur::PageErreur, statique, style::PageStyle};

fn page(q: &HashMap<String, String>) -> Page {
    let mut page = Page::exemple();
    page.theme = q.get("theme").and_then(|t| Theme::de(t));
    page.accent = q.get("accent").map_or_else(Accent::default, |a| Accent::de(a));
    page
}

async fn style(Query(q): Query<HashMap<String, String>>) -> Result<Html<String>, StatusCode> {
    PageStyle::nouvelle(page(&q)).render().map(Html).map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)
}

async fn erreur(Path(statut): Path<u16>) -> Result<Html<String>, StatusCode> {
    PageErreur::de(Page::default(), statut, Some("K7-204".into())).render().map(Html).map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)
}

#[tokio::main]
async fn main() -> Result<(), std::io::Error> {
    let port = std::env::args().nth(1).unwrap_or_else(|| "4321".into());
    let routes = Router::new().route("/style", get(style)).route("/erreur/{statut}", get(erreur)).merge(statique::routes());
    let ecoute = tokio::net::TcpListener::bind(format!("127.0.0.1:{port}")).await?;
    axum::serve(ecoute, routes).await
}
