//! Charts drawn by the server: an SVG with title, description and values written, then its table.
//!
//! Colour is never the only sign (patterns, dashes, shapes of points), and widths are percentages, so
//! that text keeps its size on a phone. In a template: `{{ graphique|safe }}`.
//!
//! ```
//! use interface::graphique::{Graphique, Valeur};
//! let g = Graphique::barres("materiel", "Matériel utilisé", "activités", [("Ordinateur", Valeur::de(12)), ("Téléphone", Valeur::masquee())]);
//! assert!(g.to_string().contains("<table>"));
//! ```

mod trace;

use askama::Template;

use crate::format;

/// One value of a chart, with the words that show it and, if it leads somewhere, its address.
#[derive(Clone, Debug, PartialEq)]
pub struct Valeur {
    /// `None`: nothing is drawn, only written.
    pub nombre: Option<f64>,
    pub texte: String,
    pub href: Option<String>,
}

impl Valeur {
    /// A count.
    pub fn de(n: impl Into<i64>) -> Self {
        let n: i64 = n.into();
        Self { nombre: Some(n as f64), texte: format::entier(n), href: None }
    }

    /// A measure, with one digit after the comma at most.
    pub fn mesure(n: f64) -> Self {
        Self { nombre: Some(n).filter(|n| n.is_finite()), texte: format::nombre(n, 1), href: None }
    }

    /// Not known, not observed: never drawn as zero.
    pub fn absente() -> Self {
        Self { nombre: None, texte: "–".to_owned(), href: None }
    }

    /// Fewer than five people: masked outside the structure.
    pub fn masquee() -> Self {
        Self { nombre: None, texte: "<\u{a0}5".to_owned(), href: None }
    }

    /// Other words for the same value (« 1 h 30 », « 62 % »).
    #[must_use]
    pub fn dite(mut self, texte: impl Into<String>) -> Self {
        self.texte = texte.into();
        self
    }

    /// Where the value leads.
    #[must_use]
    pub fn vers(mut self, href: impl Into<String>) -> Self {
        self.href = Some(href.into());
        self
    }
}

/// A named series: one value for each category of its chart.
#[derive(Clone, Debug, PartialEq)]
pub struct Serie {
    pub nom: String,
    pub valeurs: Vec<Valeur>,
}

impl Serie {
    pub fn nouvelle(nom: impl Into<String>, valeurs: impl IntoIterator<Item = Valeur>) -> Self {
        Self { nom: nom.into(), valeurs: valeurs.into_iter().collect() }
    }
}

/// How the values are drawn.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Forme {
    /// Horizontal bars, one series.
    Barres,
    /// Horizontal bars, the series one after the other (five at most).
    Empilees,
    /// Vertical bars, by month for instance; three series at most.
    Colonnes,
    /// Lines; three series at most.
    Courbes,
    /// A radar from 0 to `max`; three series at most, three axes at least.
    Radar { max: f64 },
}

/// A chart.
#[derive(Clone, Debug, Template)]
#[template(path = "graphiques/graphique.html")]
pub struct Graphique {
    /// Unique in the page: letters, digits, hyphens.
    pub id: String,
    pub titre: String,
    /// What the chart shows, in a sentence; made from the values when empty.
    pub description: String,
    /// What is counted (« activités », « heures »).
    pub unite: String,
    pub categories: Vec<String>,
    pub series: Vec<Serie>,
    pub forme: Forme,
}

impl Graphique {
    /// A chart of one or several series over the same categories.
    pub fn nouveau<L: Into<String>>(
        forme: Forme,
        id: &str,
        titre: &str,
        unite: &str,
        categories: impl IntoIterator<Item = L>,
        series: Vec<Serie>,
    ) -> Self {
        Self {
            id: id.to_owned(),
            titre: titre.to_owned(),
            description: String::new(),
            unite: unite.to_owned(),
            categories: categories.into_iter().map(Into::into).collect(),
            series,
            forme,
        }
    }

    /// Horizontal bars.
    pub fn barres<L: Into<String>>(id: &str, titre: &str, unite: &str, donnees: impl IntoIterator<Item = (L, Valeur)>) -> Self {
        Self::une_serie(Forme::Barres, id, titre, unite, donnees)
    }

    /// Vertical bars.
    pub fn colonnes<L: Into<String>>(id: &str, titre: &str, unite: &str, donnees: impl IntoIterator<Item = (L, Valeur)>) -> Self {
        Self::une_serie(Forme::Colonnes, id, titre, unite, donnees)
    }

    fn une_serie<L: Into<String>>(
        forme: Forme,
        id: &str,
        titre: &str,
        unite: &str,
        donnees: impl IntoIterator<Item = (L, Valeur)>,
    ) -> Self {
        let (categories, valeurs): (Vec<String>, Vec<Valeur>) = donnees.into_iter().map(|(l, v)| (l.into(), v)).unzip();
        Self::nouveau(forme, id, titre, unite, categories, vec![Serie { nom: unite.to_owned(), valeurs }])
    }

    /// Sets the description.
    #[must_use]
    pub fn decrit(mut self, description: impl Into<String>) -> Self {
        self.description = description.into();
        self
    }

    fn est_vide(&self) -> bool {
        self.categories.is_empty() || self.series.is_empty()
    }

    /// A group when values are links: an image must hold nothing that takes the focus.
    fn role(&self) -> &'static str {
        let liens = self.series.iter().flat_map(|s| &s.valeurs).any(|v| v.href.is_some());
        if liens { "group" } else { "img" }
    }

    fn desc(&self) -> String {
        if !self.description.is_empty() {
            return self.description.clone();
        }
        let phrases: Vec<String> = self.series.iter().filter_map(|s| self.extremes(s)).collect();
        if phrases.is_empty() { "Aucune valeur à montrer.".to_owned() } else { phrases.join(" ") }
    }

    fn extremes(&self, serie: &Serie) -> Option<String> {
        let mut connues: Vec<(&String, &Valeur, f64)> =
            self.categories.iter().zip(&serie.valeurs).filter_map(|(c, v)| v.nombre.map(|n| (c, v, n))).collect();
        connues.sort_by(|a, b| b.2.total_cmp(&a.2));
        let (haut, bas) = (connues.first()?, connues.last()?);
        let nom = if self.series.len() > 1 { format!("{}, ", serie.nom) } else { String::new() };
        Some(format!("{nom}de {} ({}) à {} ({}).", bas.1.texte, bas.0, haut.1.texte, haut.0))
    }

    fn dessin(&self) -> trace::Dessin {
        trace::dessiner(self)
    }

    /// The rows of the table: a category, then a value for each series.
    fn lignes(&self) -> Vec<(&str, Vec<Valeur>)> {
        let valeur = |s: &Serie, i: usize| s.valeurs.get(i).cloned().unwrap_or_else(Valeur::absente);
        self.categories.iter().enumerate().map(|(i, c)| (c.as_str(), self.series.iter().map(|s| valeur(s, i)).collect())).collect()
    }
}

#[cfg(test)]
mod tests;
