//! Public pages of the product: accessibility, personal data, components.

use askama::Template;
use interface::{
    Page,
    requete::{Pages, Reponse, Visite, rendre},
    style::PageStyle,
};

/// Public pages.
pub fn pages() -> Pages {
    Pages::new().get_public("/style", style).get_public("/accessibilite", accessibilite).get_public("/donnees-personnelles", donnees)
}

async fn style(v: Visite) -> Reponse {
    rendre(&PageStyle::nouvelle(v.page))
}

#[derive(Template)]
#[template(path = "publiques/accessibilite.html")]
struct Accessibilite {
    page: Page,
}

async fn accessibilite(v: Visite) -> Reponse {
    rendre(&Accessibilite { page: v.page })
}

#[derive(Template)]
#[template(path = "publiques/donnees.html")]
struct Donnees {
    page: Page,
}

async fn donnees(v: Visite) -> Reponse {
    rendre(&Donnees { page: v.page })
}
