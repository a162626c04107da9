use interface::requete::Pages;

/// Pages of people's files.
pub fn pages() -> Pages {
    Pages::new()
}
