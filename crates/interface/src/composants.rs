//! What some components of `composants.html` are given besides plain text.

/// One tab: a link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Onglet {
    pub href: String,
    pub libelle: String,
    pub actif: bool,
}

impl Onglet {
    pub fn nouveau(href: impl Into<String>, libelle: impl Into<String>, actif: bool) -> Self {
        Self { href: href.into(), libelle: libelle.into(), actif }
    }
}

/// Where one is in a numbered list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pagination {
    /// From 1.
    pub courante: u64,
    pub pages: u64,
    /// Address to which the page number is added, query included: `/personnes?page=`.
    pub base: String,
}

impl Pagination {
    /// The page `courante` (brought back between 1 and the last) of `total` lines, `par_page` a page.
    pub fn nouvelle(courante: u64, total: u64, par_page: u64, base: impl Into<String>) -> Self {
        let pages = total.div_ceil(par_page.max(1)).max(1);
        Self { courante: courante.clamp(1, pages), pages, base: base.into() }
    }

    pub fn precedente(&self) -> Option<String> {
        (self.courante > 1).then(|| format!("{}{}", self.base, self.courante - 1))
    }

    pub fn suivante(&self) -> Option<String> {
        (self.courante < self.pages).then(|| format!("{}{}", self.base, self.courante + 1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn la_pagination_reste_dans_ses_bornes() {
        let p = Pagination::nouvelle(9, 41, 20, "/personnes?page=");
        assert_eq!((p.courante, p.pages), (3, 3));
        assert_eq!(p.precedente().as_deref(), Some("/personnes?page=2"));
        assert_eq!(p.suivante(), None);
        assert_eq!(Pagination::nouvelle(0, 0, 20, "").pages, 1);
    }
}
