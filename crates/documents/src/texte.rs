//! Making any text fit to print: a single character our font cannot draw refuses a whole PDF/UA export, and
//! a word without a break runs off the page.

use serde_json::Value;
use unicode_normalization::UnicodeNormalization;

/// Letters after which a word may be cut. Above the longest French words (25 letters): what is longer is an
/// address, a key held down or a text pasted without spaces.
const MOT_LONG: usize = 26;
/// Where a long word is cut, in letters: short enough for the narrowest column of the templates.
const COUPE: usize = 12;
/// Invisible break opportunity (zero-width space).
const COUPURE: char = '\u{200b}';
/// What stands for one or several characters that cannot be drawn.
const ILLISIBLE: &str = "[?]";

/// Prepares every text in `valeur`, in place. `dessine` says whether the fonts have a character.
pub(crate) fn preparer(valeur: &mut Value, dessine: &dyn Fn(char) -> bool) {
    match valeur {
        Value::String(texte) => *texte = couper(&dessinable(texte, dessine)),
        Value::Array(valeurs) => valeurs.iter_mut().for_each(|valeur| preparer(valeur, dessine)),
        Value::Object(champs) => champs.values_mut().for_each(|valeur| preparer(valeur, dessine)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// The same text with drawable characters only: recomposed, then replaced by the nearest equivalent, then by
/// the letter without its accent, at last by `[?]`.
fn dessinable(texte: &str, dessine: &dyn Fn(char) -> bool) -> String {
    let mut propre = String::with_capacity(texte.len());
    let mut illisible = false;
    for caractere in texte.replace("\r\n", "\n").trim().nfc() {
        let mut ajouter = |morceau: &str| {
            propre.push_str(morceau);
            illisible = false;
        };
        if caractere == '\n' || dessine(caractere) && !caractere.is_control() {
            ajouter(caractere.encode_utf8(&mut [0; 4]));
            continue;
        }
        if invisible(caractere) {
            continue;
        }
        if let Some(equivalent) = equivalent(caractere) {
            ajouter(equivalent);
            continue;
        }
        let proche = moins_accentue(caractere, dessine);
        if !proche.is_empty() {
            ajouter(&proche);
        } else if !illisible {
            propre.push_str(ILLISIBLE);
            illisible = true;
        }
    }
    propre
}

/// The same letter with the accents that can be drawn (`ễ` gives `ê`), or the letters of a ligature; empty when
/// there are none.
fn moins_accentue(caractere: char, dessine: &dyn Fn(char) -> bool) -> String {
    let parties: Vec<char> = caractere.nfd().collect();
    (1..parties.len())
        .rev()
        .map(|nombre| parties[..nombre].iter().copied().nfc().collect::<String>())
        .find(|lettre| lettre.chars().count() == 1 && lettre.chars().all(dessine))
        .unwrap_or_else(|| caractere.nfkd().filter(|&partie| dessine(partie) && !est_accent(partie)).collect())
}

/// Characters without a drawing of their own: control, joiners, direction marks, variation selectors, accents
/// left alone, skin tones.
fn invisible(caractere: char) -> bool {
    caractere.is_control() && !matches!(caractere, '\t' | '\r' | '\u{b}' | '\u{c}' | '\u{85}')
        || est_accent(caractere)
        || matches!(u32::from(caractere),
            0xad | 0x34f | 0x61c | 0x200b..=0x200f | 0x202a..=0x202e | 0x2060..=0x206f | 0xfeff
            | 0xfe00..=0xfe0f | 0x1f3fb..=0x1f3ff | 0xe0000..=0xe0fff)
}

fn est_accent(caractere: char) -> bool {
    matches!(u32::from(caractere), 0x300..=0x36f | 0x1ab0..=0x1aff | 0x1dc0..=0x1dff | 0x20d0..=0x20ff)
}

/// What is commonly typed or pasted and has a near twin in the font.
fn equivalent(caractere: char) -> Option<&'static str> {
    Some(match caractere {
        '\u{202f}' | '\u{2007}' => "\u{a0}",
        '\t' | '\u{2000}'..='\u{2006}' | '\u{2008}'..='\u{200a}' | '\u{205f}' | '\u{3000}' => " ",
        '\r' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}' => "\n",
        '\u{2010}' | '\u{2011}' => "-",
        '\u{2015}' => "—",
        '′' | 'ʼ' | 'ʹ' => "’",
        '″' => "”",
        '→' | '➔' | '➜' | '⇒' => "->",
        '←' => "<-",
        '✓' | '✔' | '☑' | '✅' => "√",
        '☐' | '□' | '▢' => "[ ]",
        '■' | '●' | '▪' | '◦' | '‣' | '○' => "•",
        '★' | '☆' => "*",
        '№' => "n°",
        _ => return None,
    })
}

/// Adds invisible break opportunities to words too long for a line.
fn couper(texte: &str) -> String {
    let mut sortie = String::with_capacity(texte.len());
    for mot in texte.split_inclusive(char::is_whitespace) {
        if mot.chars().count() <= MOT_LONG {
            sortie.push_str(mot);
            continue;
        }
        for (rang, caractere) in mot.chars().enumerate() {
            if rang > 0 && rang % COUPE == 0 {
                sortie.push(COUPURE);
            }
            sortie.push(caractere);
        }
    }
    sortie
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A font with ASCII, French and nothing else.
    fn police(caractere: char) -> bool {
        matches!(caractere, ' '..='~' | '\u{a0}'..='ÿ' | 'œ' | '’' | '•' | '√' | 'ũ')
    }

    #[rstest::rstest]
    #[case("Élodie\u{202f}: 12\u{202f}€", "Élodie\u{a0}: 12\u{a0}[?]")]
    #[case("Nguye\u{302}\u{303}n Ti\u{1ee9}", "Nguyên Tiu")]
    #[case("Bravo 👍🏽👩‍👩‍👧 !", "Bravo [?] !")]
    #[case("Жанна et 王", "[?] et [?]")]
    #[case("un\tdeux\r\ntrois\u{0}\u{200f}", "un deux\ntrois")]
    #[case("☐ oui → non ﬁn Ⅳ", "[ ] oui -> non fin IV")]
    #[case("  ", "")]
    fn rend_un_texte_dessinable(#[case] texte: &str, #[case] attendu: &str) {
        assert_eq!(dessinable(texte, &police), attendu);
    }

    #[test]
    fn coupe_les_mots_trop_longs_sans_rien_en_perdre() {
        let adresse = format!("voir https://exemple.invalid/{} ici", "a".repeat(80));
        let coupe = couper(&adresse);
        assert_eq!(coupe.replace(COUPURE, ""), adresse);
        assert!(coupe.split([' ', COUPURE]).all(|morceau| morceau.chars().count() <= COUPE));
        assert_eq!(couper("anticonstitutionnellement"), "anticonstitutionnellement");
    }
}
