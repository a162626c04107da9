//! A QR code as SVG, drawn by attributes alone: the pages' policy forbids inline styles.

use std::fmt::Write as _;

use qrcodegen::{QrCode, QrCodeEcc};
use socle::{Erreur, Resultat};

/// Light modules around the code, as the standard wants.
const MARGE: i32 = 4;

fn encoder(texte: &str) -> Resultat<QrCode> {
    QrCode::encode_text(texte, QrCodeEcc::Medium).map_err(|_| Erreur::Interne("QR code trop long".into()))
}

/// The code of `texte` for a printed document: for each row, the dark runs (first module, how many).
///
/// # Errors
/// When the text is longer than a code may hold.
pub fn traits(texte: &str) -> Resultat<Vec<Vec<(u16, u16)>>> {
    let code = encoder(texte)?;
    let cote = u16::try_from(code.size()).map_err(Erreur::interne)?;
    let sombre = |x: u16, y: u16| code.get_module(i32::from(x), i32::from(y));
    Ok((0..cote)
        .map(|y| {
            let mut suites: Vec<(u16, u16)> = Vec::new();
            for x in (0..cote).filter(|x| sombre(*x, y)) {
                match suites.last_mut() {
                    Some((debut, n)) if *debut + *n == x => *n += 1,
                    _ => suites.push((x, 1)),
                }
            }
            suites
        })
        .collect())
}

/// The code of `texte`, black on white in both themes, so that every telephone reads it; `nom` says what it leads to.
///
/// # Errors
/// When the text is longer than a code may hold.
pub fn svg(texte: &str, nom: &'static str) -> Resultat<String> {
    let code = encoder(texte)?;
    let cote = code.size() + 2 * MARGE;
    let mut trace = String::new();
    for y in 0..code.size() {
        for x in (0..code.size()).filter(|x| code.get_module(*x, y)) {
            // Writing to a String never fails.
            let _ = write!(trace, "M{} {}h1v1h-1z", x + MARGE, y + MARGE);
        }
    }
    Ok(format!(
        "<svg class=\"qr\" viewBox=\"0 0 {cote} {cote}\" role=\"img\" aria-label=\"{nom}\" shape-rendering=\"crispEdges\"><rect width=\"{cote}\" height=\"{cote}\" fill=\"#fff\"/><path fill=\"#000\" d=\"{trace}\"/></svg>"
    ))
}
