//! One visibly invented example per template, for tests and for whoever writes a caller.

use serde_json::Value;

use socle::ports::Modele;

/// Complete example of the data `modele` reads.
///
/// # Panics
/// Never: the examples are embedded and each is read by a test.
pub fn exemple(modele: Modele) -> Value {
    let texte = match modele {
        Modele::FicheDiagnostic => include_str!("../exemples/fiche_diagnostic.json"),
        Modele::LettreOrientation => include_str!("../exemples/lettre_orientation.json"),
        Modele::RapportBilan => include_str!("../exemples/rapport_bilan.json"),
        Modele::DonneesPersonne => include_str!("../exemples/donnees_personne.json"),
        Modele::NoticeInformation => include_str!("../exemples/notice_information.json"),
        Modele::Acte => include_str!("../exemples/acte.json"),
        Modele::Atelier => include_str!("../exemples/atelier.json"),
        Modele::Parchemin => include_str!("../exemples/parchemin.json"),
    };
    serde_json::from_str(texte).expect("the embedded examples are valid JSON")
}
