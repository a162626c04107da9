//! Validation: gathers every fault of a request, so that a person mends them all at once.

use crate::erreur::{Erreur, ErreurChamp};

/// Collects faults; [`Controle::finir`] refuses if there is one.
#[derive(Default, Debug)]
pub struct Controle(Vec<ErreurChamp>);

impl Controle {
    pub fn new() -> Self {
        Self::default()
    }

    /// Records a fault on a field.
    pub fn faute(&mut self, champ: &str, message: impl Into<String>) {
        self.0.push(ErreurChamp { champ: champ.to_owned(), message: message.into() });
    }

    /// A fault unless `condition`.
    pub fn exiger(&mut self, condition: bool, champ: &str, message: &str) {
        if !condition {
            self.faute(champ, message);
        }
    }

    /// A text of at most `max` characters, without control characters but line breaks and tabs.
    pub fn texte(&mut self, champ: &str, valeur: Option<&str>, max: usize) {
        if let Some(v) = valeur {
            let n = v.chars().count();
            if n > max {
                self.faute(champ, format!("Ce texte compte {n} caractères : {max} au plus."));
            }
            if v.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t')) {
                self.faute(champ, "Ce texte contient un caractère invisible : retapez-le.");
            }
        }
    }

    /// Reads a nomenclature's code typed in a form; an empty text is no choice.
    pub fn code<N: crate::Nomenclature>(&mut self, champ: &str, valeur: &str) -> Option<N> {
        if valeur.is_empty() {
            return None;
        }
        let lu = N::depuis(valeur);
        if lu.is_none() {
            self.faute(champ, "Ce choix ne fait pas partie de la liste.");
        }
        lu
    }

    /// Reads several codes typed in a form.
    pub fn codes<N: crate::Nomenclature>(&mut self, champ: &str, valeurs: &[String]) -> Vec<N> {
        valeurs.iter().filter_map(|v| self.code(champ, v)).collect()
    }

    /// Reads a date typed in a form (`2026-03-02`, or `02/03/2026`); an empty text is no date.
    pub fn date(&mut self, champ: &str, valeur: &str) -> Option<chrono::NaiveDate> {
        let v = valeur.trim();
        if v.is_empty() {
            return None;
        }
        let lu = chrono::NaiveDate::parse_from_str(v, "%Y-%m-%d").or_else(|_| chrono::NaiveDate::parse_from_str(v, "%d/%m/%Y")).ok();
        if lu.is_none() {
            self.faute(champ, "Cette date n’existe pas. Écrivez-la ainsi : 02/03/2026.");
        }
        lu
    }

    /// Reads a whole number typed in a form; an empty text is none.
    pub fn nombre<T: std::str::FromStr>(&mut self, champ: &str, valeur: &str) -> Option<T> {
        let v: String = valeur.chars().filter(|c| !c.is_whitespace()).collect();
        if v.is_empty() {
            return None;
        }
        let lu = v.parse().ok();
        if lu.is_none() {
            self.faute(champ, "Écrivez un nombre entier, en chiffres.");
        }
        lu
    }

    /// Reads a number of hours typed in a form (« 35 », « 17,5 », « 17 h 30 »), in minutes; an empty text is none.
    pub fn heures(&mut self, champ: &str, valeur: &str) -> Option<u32> {
        if valeur.trim().is_empty() {
            return None;
        }
        let lu = minutes(valeur);
        if lu.is_none() {
            self.faute(champ, "Écrivez un nombre d’heures, par exemple 35, 17,5 ou 17 h 30.");
        }
        lu
    }

    /// Reads an identifier carried by a form; an empty text is none.
    pub fn identifiant<T: std::str::FromStr>(&mut self, champ: &str, valeur: &str) -> Option<T> {
        let v = valeur.trim();
        if v.is_empty() {
            return None;
        }
        let lu = v.parse().ok();
        if lu.is_none() {
            self.faute(champ, "Cet identifiant n’est pas lisible : choisissez de nouveau dans la liste.");
        }
        lu
    }

    /// The faults found so far.
    pub fn fautes(&self) -> &[ErreurChamp] {
        &self.0
    }

    /// Refuses if there is a fault.
    pub fn finir(self) -> Result<(), Erreur> {
        if self.0.is_empty() { Ok(()) } else { Err(Erreur::Invalide(self.0)) }
    }
}

/// Minutes of a number of hours as it is written.
fn minutes(texte: &str) -> Option<u32> {
    let t: String = texte.to_lowercase().chars().filter(|c| !c.is_whitespace()).collect();
    if let Some((h, m)) = t.split_once('h') {
        let h: u32 = h.parse().ok()?;
        let m: u32 = if m.is_empty() { 0 } else { m.parse().ok().filter(|m| *m < 60)? };
        return h.checked_mul(60)?.checked_add(m);
    }
    let (h, d) = t.split_once([',', '.']).unwrap_or((&t, ""));
    let h: u32 = h.parse().ok()?;
    // Two decimals at most: a hundredth of an hour is less than a minute.
    let centiemes: u32 = match d.len() {
        0 => 0,
        1 => d.parse::<u32>().ok()? * 10,
        2 => d.parse().ok()?,
        _ => return None,
    };
    h.checked_mul(60)?.checked_add((centiemes * 60 + 50) / 100)
}

#[cfg(test)]
mod tests {
    use super::minutes;

    #[test]
    fn les_heures_se_lisent_comme_on_les_ecrit() {
        for (tape, lu) in [
            ("35", Some(2100)),
            ("17,5", Some(1050)),
            ("17.25", Some(1035)),
            (" 17 h 30 ", Some(1050)),
            ("17H", Some(1020)),
            ("1\u{a0}200", Some(72_000)),
            ("0", Some(0)),
            ("17h60", None),
            ("17,125", None),
            (",5", None),
            ("-3", None),
            ("3,-5", None),
            ("h", None),
            ("99999999999", None),
            ("71582789", None),
        ] {
            assert_eq!(minutes(tape), lu, "{tape}");
        }
    }
}
