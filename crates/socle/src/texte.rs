//! Folding of text: what makes « Éloïse », « ELOISE » and « eloise » the same word.
//!
//! Case and accents sort and compare differently on each database; so the folded form is computed
//! here and stored.

use unicode_normalization::UnicodeNormalization;

/// Lower case, no accents, ligatures opened, anything else than letters and digits made one space.
pub fn plier(texte: &str) -> String {
    let mut sortie = String::with_capacity(texte.len());
    let mut espace = false;
    for c in texte.nfkd().flat_map(char::to_lowercase) {
        let morceau: &str = match c {
            'œ' => "oe",
            'æ' => "ae",
            'ß' => "ss",
            'ø' => "o",
            'ł' => "l",
            'đ' => "d",
            c if c.is_alphanumeric() => {
                if espace && !sortie.is_empty() {
                    sortie.push(' ');
                }
                espace = false;
                sortie.push(c);
                continue;
            }
            c if unicode_normalization::char::is_combining_mark(c) => continue,
            _ => {
                espace = true;
                continue;
            }
        };
        if espace && !sortie.is_empty() {
            sortie.push(' ');
        }
        espace = false;
        sortie.push_str(morceau);
    }
    sortie
}

/// The sound of a folded French word, coarsely: near spellings share it (« Dupont », « Dupond »;
/// « Lefèvre », « Lefebvre »; « Mathieu », « Matthieu »). Empty for a word without letters.
pub fn sonner(mot: &str) -> String {
    let mut m: String = plier(mot).chars().filter(char::is_ascii_alphabetic).collect();
    for (de, vers) in [
        ("eau", "o"),
        ("aux", "o"),
        ("ault", "o"),
        ("aud", "o"),
        ("au", "o"),
        ("ph", "f"),
        ("qu", "k"),
        ("ch", "s"),
        ("sch", "s"),
        ("ck", "k"),
        ("gn", "n"),
        ("gue", "ge"),
        ("th", "t"),
        ("ain", "in"),
        ("ein", "in"),
        ("ym", "in"),
        ("yn", "in"),
        ("aim", "in"),
        ("ie", "i"),
        ("ei", "e"),
        ("ai", "e"),
        ("oeu", "e"),
        ("eu", "e"),
        ("oe", "e"),
        ("bv", "v"),
        ("c", "k"),
        ("q", "k"),
        ("y", "i"),
        ("z", "s"),
        ("x", "s"),
        ("j", "g"),
        ("w", "v"),
        ("h", ""),
        ("m", "n"),
    ] {
        m = m.replace(de, vers);
    }
    let mut sortie = String::new();
    for (i, c) in m.chars().enumerate() {
        let voyelle = matches!(c, 'a' | 'e' | 'i' | 'o' | 'u');
        if (!voyelle || i == 0) && !sortie.ends_with(c) {
            sortie.push(c);
        }
    }
    // A final consonant is often silent.
    while sortie.len() > 2 && sortie.ends_with(['t', 'd', 's', 'p', 'e']) {
        sortie.pop();
    }
    sortie
}

/// Digits of a telephone number in one form: `+33 6 12 34 56 78` and `06 12 34 56 78` give
/// `0612345678`. Empty when there are fewer than four digits.
pub fn telephone(texte: &str) -> String {
    let chiffres: String = texte.chars().filter(char::is_ascii_digit).collect();
    let t = texte.trim_start();
    let national = if let Some(reste) = chiffres.strip_prefix("0033") {
        format!("0{}", reste.strip_prefix('0').unwrap_or(reste))
    } else if t.starts_with("+33") {
        let reste = &chiffres[2..];
        format!("0{}", reste.strip_prefix('0').unwrap_or(reste))
    } else {
        chiffres
    };
    if national.len() < 4 { String::new() } else { national }
}

/// Trims; an empty text is no text.
pub fn nettoyer(texte: Option<String>) -> Option<String> {
    texte.map(|t| t.trim().to_owned()).filter(|t| !t.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plie_accents_ligatures_ponctuation() {
        assert_eq!(plier("Éloïse d’Œuvrard-SMITH"), "eloise d oeuvrard smith");
        assert_eq!(plier("  "), "");
    }

    #[test]
    fn sonne_pareil() {
        for (a, b) in [
            ("Dupont", "Dupond"),
            ("Lefèvre", "Lefebvre"),
            ("Mathieu", "Matthieu"),
            ("Philippe", "Filipe"),
            ("Renaud", "Renault"),
            ("Martin", "Marttin"),
        ] {
            assert_eq!(sonner(a), sonner(b), "{a} / {b}");
        }
        assert_ne!(sonner("Martin"), sonner("Bernard"));
    }

    #[test]
    fn telephone_une_forme() {
        for t in ["06 12 34 56 78", "+33 6 12 34 56 78", "0033612345678", "+33 (0)6.12.34.56.78", "06.12.34.56.78"] {
            assert_eq!(telephone(t), "0612345678", "{t}");
        }
        assert_eq!(telephone("12"), "");
        assert_eq!(telephone("+32 470 12 34 56"), "32470123456");
    }
}
