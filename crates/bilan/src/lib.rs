//! Figures read from the practice (stub).

use interface::requete::Pages;
use socle::Etat;
use utoipa_axum::router::OpenApiRouter;

pub fn pages() -> Pages {
    Pages::new()
}

pub fn api() -> OpenApiRouter<Etat> {
    OpenApiRouter::new()
}
