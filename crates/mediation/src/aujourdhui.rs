//! aujourdhui (stub).

use interface::requete::Pages;

pub fn pages() -> Pages {
    Pages::new()
}
