//! A QR code as SVG, drawn by attributes alone: the pages' policy forbids inline styles.

use std::fmt::Write as _;

use qrcodegen::{QrCode, QrCodeEcc};
use socle::{Erreur, Resultat};

/// Light modules around the code, as the standard wants.
const MARGE: i32 = 4;

/// The code of `texte`, black on white in both themes, so that every telephone reads it.
///
/// # Errors
/// When the text is longer than a code may hold.
pub fn svg(texte: &str) -> Resultat<String> {
    let code = QrCode::encode_text(texte, QrCodeEcc::Medium).map_err(|_| Erreur::Interne("QR code trop long".into()))?;
    let cote = code.size() + 2 * MARGE;
    let mut trace = String::new();
    for y in 0..code.size() {
        for x in (0..code.size()).filter(|x| code.get_module(*x, y)) {
            // Writing to a String never fails.
            let _ = write!(trace, "M{} {}h1v1h-1z", x + MARGE, y + MARGE);
        }
    }
    Ok(format!(
        "<svg class=\"qr\" viewBox=\"0 0 {cote} {cote}\" role=\"img\" aria-label=\"QR code qui mène au questionnaire\" shape-rendering=\"crispEdges\"><rect width=\"{cote}\" height=\"{cote}\" fill=\"#fff\"/><path fill=\"#000\" d=\"{trace}\"/></svg>"
    ))
}
