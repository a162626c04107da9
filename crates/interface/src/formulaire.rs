//! What a refused form brings back to the screen: choices, their state, errors by field.

pub use socle::erreur::ErreurChamp;

/// The errors of a form, in the order of its fields. The name of a field is also its id in the page.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Erreurs(pub Vec<ErreurChamp>);

impl Erreurs {
    pub fn nouvelles() -> Self {
        Self::default()
    }

    /// The first message of the field, if any.
    pub fn de(&self, champ: &str) -> Option<&str> {
        self.0.iter().find(|erreur| erreur.champ == champ).map(|erreur| erreur.message.as_str())
    }

    pub fn est_vide(&self) -> bool {
        self.0.is_empty()
    }

    pub fn nombre(&self) -> usize {
        self.0.len()
    }

    pub fn ajoute(&mut self, champ: impl Into<String>, message: impl Into<String>) {
        self.0.push(ErreurChamp { champ: champ.into(), message: message.into() });
    }

    pub fn iter(&self) -> std::slice::Iter<'_, ErreurChamp> {
        self.0.iter()
    }
}

impl<'a> IntoIterator for &'a Erreurs {
    type Item = &'a ErreurChamp;
    type IntoIter = std::slice::Iter<'a, ErreurChamp>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl From<Vec<ErreurChamp>> for Erreurs {
    fn from(erreurs: Vec<ErreurChamp>) -> Self {
        Self(erreurs)
    }
}

impl FromIterator<ErreurChamp> for Erreurs {
    fn from_iter<I: IntoIterator<Item = ErreurChamp>>(erreurs: I) -> Self {
        Self(erreurs.into_iter().collect())
    }
}

/// A value offered: chip, line of a drop-down, line of a filterable list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choix {
    /// Stable code, sent by the form.
    pub code: String,
    pub libelle: String,
    pub coche: bool,
}

impl Choix {
    pub fn nouveau(code: impl Into<String>, libelle: impl Into<String>, coche: bool) -> Self {
        Self { code: code.into(), libelle: libelle.into(), coche }
    }

    /// The choices of a nomenclature, as (code, label); those whose code is in `coches` are ticked.
    pub fn liste<'a, C: AsRef<str>>(valeurs: impl IntoIterator<Item = (&'a str, &'a str)>, coches: &[C]) -> Vec<Self> {
        let coche = |code: &str| coches.iter().any(|c| c.as_ref() == code);
        valeurs.into_iter().map(|(code, libelle)| Self::nouveau(code, libelle, coche(code))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn les_erreurs_se_lisent_par_champ() {
        let mut erreurs = Erreurs::nouvelles();
        assert!(erreurs.est_vide());
        erreurs.ajoute("duree", "Indiquez une durée.");
        erreurs.ajoute("duree", "Deuxième message.");
        assert_eq!(erreurs.de("duree"), Some("Indiquez une durée."));
        assert_eq!(erreurs.de("lieu"), None);
        assert_eq!(erreurs.nombre(), 2);
    }

    #[test]
    fn une_liste_coche_les_codes_retenus() {
        let choix = Choix::liste([("a", "Un"), ("b", "Deux")], &["b"]);
        assert_eq!(choix, vec![Choix::nouveau("a", "Un", false), Choix::nouveau("b", "Deux", true)]);
    }
}
