//! CSV as French spreadsheets open it: UTF-8 with its mark, `;`, CRLF, decimal comma.

use super::{
    Cellule, Entete,
    tableaux::{MASQUE, Tableau, Valeur},
};

/// The mark by which a spreadsheet knows that the file is UTF-8.
pub const MARQUE: &str = "\u{feff}";

/// Text as one field: what a spreadsheet would take for a formula gets an apostrophe (OWASP, « CSV
/// injection »), and is quoted when it has to be.
fn champ(texte: &str) -> String {
    let formule = texte.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']);
    let texte = if formule { format!("'{texte}") } else { texte.to_owned() };
    if texte.contains([';', '"', '\n', '\r', '\t']) { format!("\"{}\"", texte.replace('"', "\"\"")) } else { texte }
}

fn cellule(c: &Cellule) -> String {
    match c {
        Cellule::Vide => String::new(),
        Cellule::Texte(t) => champ(t),
        Cellule::Entier(n) => n.to_string(),
        Cellule::Decimal(n) => n.to_string().replace('.', ","),
        Cellule::Jour(j) => j.to_string(),
    }
}

/// One line, with its end.
pub fn ligne(cellules: &[Cellule]) -> String {
    cellules.iter().map(cellule).collect::<Vec<_>>().join(";") + "\r\n"
}

/// The bilan in long form: one figure a line.
pub fn bilan(entete: &Entete, tableaux: &[Tableau]) -> String {
    let mut csv = format!("{MARQUE}tableau;code;libelle;mesure;valeur\r\n");
    for (libelle, code, valeur) in entete {
        csv += &ligne(&[Cellule::texte("bilan"), Cellule::texte(*code), Cellule::texte(*libelle), Cellule::texte("texte"), valeur.clone()]);
    }
    for t in tableaux {
        for p in &t.parties {
            for l in &p.lignes {
                for ((mesure, _), valeur) in t.mesures.iter().zip(&l.valeurs) {
                    let valeur = match valeur {
                        Valeur::Aucune => continue,
                        Valeur::Inconnue => Cellule::Vide,
                        Valeur::Entier(n) => Cellule::Entier(*n),
                        Valeur::Decimal(n) => Cellule::Decimal(*n),
                        Valeur::Masquee => Cellule::texte(MASQUE),
                    };
                    csv += &ligne(&[
                        Cellule::texte(p.code),
                        Cellule::texte(&l.code),
                        Cellule::texte(&l.libelle),
                        Cellule::texte(*mesure),
                        valeur,
                    ]);
                }
            }
        }
    }
    csv
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn une_formule_reste_un_texte() {
        for (texte, attendu) in [
            ("=1+1", "'=1+1"),
            ("+33 1", "'+33 1"),
            ("-2", "'-2"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("\t=1", "\"'\t=1\""),
            ("\r=1", "\"'\r=1\""),
            ("=HYPERLINK(\"x\";1)", "\"'=HYPERLINK(\"\"x\"\";1)\""),
            ("Médiathèque", "Médiathèque"),
            ("a;b", "\"a;b\""),
        ] {
            assert_eq!(champ(texte), attendu);
        }
    }

    #[test]
    fn les_nombres_sont_ceux_d_un_tableur_francais() {
        let jour = chrono::NaiveDate::from_ymd_opt(2026, 3, 1).unwrap();
        let l = ligne(&[Cellule::Entier(12), Cellule::Decimal(2.5), Cellule::Jour(jour), Cellule::Vide]);
        assert_eq!(l, "12;2,5;2026-03-01;\r\n");
    }
}
