//! Les référentiels livrés avec le programme : `referentiels/*.toml`.

use std::sync::OnceLock;

use super::{ErreurReferentiel, Version};

const TEXTES: [(&str, &str); 3] = [
    ("mediateur-numerique.toml", include_str!("../../../../referentiels/mediateur-numerique.toml")),
    ("conseiller-mediateur-numerique.toml", include_str!("../../../../referentiels/conseiller-mediateur-numerique.toml")),
    ("conseiller-mediateur-numerique-plan.toml", include_str!("../../../../referentiels/conseiller-mediateur-numerique-plan.toml")),
];

/// Lit un référentiel TOML. Ne le vérifie pas : voir [`super::verifier`].
pub fn charger_toml(texte: &str) -> Result<Version, ErreurReferentiel> {
    toml::from_str(texte).map_err(|e| {
        let message = crate::simulation::erreurs::en_francais(e.message());
        let ligne = e.span().and_then(|s| texte.get(..s.start)).map(|avant| avant.matches('\n').count() + 1);
        ErreurReferentiel::Lecture(ligne.map_or(message.clone(), |l| format!("ligne {l}, {message}")))
    })
}

/// Les versions livrées, lues une seule fois.
pub fn referentiels_embarques() -> &'static [Version] {
    static VERSIONS: OnceLock<Vec<Version>> = OnceLock::new();
    VERSIONS.get_or_init(|| {
        TEXTES
            .iter()
            .map(|(nom, texte)| charger_toml(texte).unwrap_or_else(|e| panic!("{nom}, embarqué et relu par un test : {e}")))
            .collect()
    })
}

/// Les textes livrés, par nom de fichier.
pub fn textes_embarques() -> &'static [(&'static str, &'static str)] {
    &TEXTES
}

/// Une version livrée, par code de version, code de titre ou numéro RNCP. Quand plusieurs
/// fichiers décrivent le titre, la certification passe avant le plan de formation.
pub fn titre_embarque(code: &str) -> Option<&'static Version> {
    let versions = referentiels_embarques();
    versions.iter().find(|v| v.code == code).or_else(|| versions.iter().find(|v| v.titre == code || v.codes.rncp.as_deref() == Some(code)))
}
