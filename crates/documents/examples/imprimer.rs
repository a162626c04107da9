//! Writes the example of each template into a folder: what `scripts/verifier-pdf` looks at.
//!
//! `cargo run -p documents --example imprimer -- FOLDER`

use documents::{Typst, exemple};
use socle::ports::{Documents, Modele};

const MODELES: [(Modele, &str); 7] = [
    (Modele::FicheDiagnostic, "fiche-diagnostic"),
    (Modele::LettreOrientation, "lettre-orientation"),
    (Modele::RapportBilan, "rapport-bilan"),
    (Modele::DonneesPersonne, "donnees-personne"),
    (Modele::NoticeInformation, "notice-information"),
    (Modele::Acte, "acte"),
    (Modele::Parchemin, "parchemin"),
];

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let dossier = std::env::args().nth(1).ok_or("donnez un dossier")?;
    std::fs::create_dir_all(&dossier)?;
    let documents = Typst::new();
    for (modele, nom) in MODELES {
        let pdf = documents.pdf(modele, exemple(modele)).await?;
        std::fs::write(format!("{dossier}/{nom}.pdf"), pdf)?;
    }
    Ok(())
}
