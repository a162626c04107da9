//! The sheets shipped with the program, read-only.

use std::sync::LazyLock;

use super::Contenu;

/// File name and text of each, made by `build.rs`.
const FICHIERS: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/fiches.rs"));

/// The shipped sheets, by title. One that cannot be read is left out; a test reads them all.
pub static LIVREES: LazyLock<Vec<Contenu>> = LazyLock::new(|| {
    let mut v: Vec<Contenu> = FICHIERS
        .iter()
        .filter_map(|(nom, texte)| lire(texte).map_err(|e| tracing::error!(fiche = nom, erreur = e, "shipped sheet")).ok())
        .collect();
    v.sort_by_cached_key(|c| socle::texte::plier(&c.titre));
    v
});

/// Reads a sheet written in TOML.
///
/// # Errors
/// What is not understood, in words of the reader.
pub fn lire(texte: &str) -> Result<Contenu, String> {
    let v: toml::Value = toml::from_str(texte).map_err(|e| e.to_string())?;
    sans_dates(v).try_into().map_err(|e: toml::de::Error| e.to_string())
}

/// TOML has dates of its own: here a date is a text, as in JSON.
fn sans_dates(v: toml::Value) -> toml::Value {
    match v {
        toml::Value::Datetime(d) => toml::Value::String(d.to_string()),
        toml::Value::Array(a) => toml::Value::Array(a.into_iter().map(sans_dates).collect()),
        toml::Value::Table(t) => toml::Value::Table(t.into_iter().map(|(c, v)| (c, sans_dates(v))).collect()),
        autre => autre,
    }
}

/// A shipped sheet by its code.
pub fn par_code(code: &str) -> Option<&'static Contenu> {
    LIVREES.iter().find(|c| c.code.as_deref() == Some(code))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn toutes_se_lisent_et_se_tiennent() {
        let mut codes = vec![];
        for (nom, texte) in FICHIERS {
            let mut c = lire(texte).unwrap_or_else(|e| panic!("{nom} : {e}"));
            let controle = c.controler();
            assert!(controle.fautes().is_empty(), "{nom} : {:?}", controle.fautes());
            assert_eq!(c.deroule.iter().map(|e| e.minutes).sum::<u32>(), c.duree_minutes, "{nom}");
            assert!(!c.licence.is_empty() && !c.resume.is_empty() && !c.ages.is_empty(), "{nom}");
            let code = c.code.unwrap_or_else(|| panic!("{nom} n’a pas de code"));
            // A code is a part of an address, and is not taken for an id.
            assert!(code.len() <= 64 && code.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-'), "{nom} : {code}");
            codes.push(code);
        }
        let combien = codes.len();
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), combien, "deux fiches ont le même code");
        assert_eq!(LIVREES.len(), combien);
        assert!(combien > 0);
    }

    #[test]
    fn un_mot_inconnu_est_refuse() {
        let (_, texte) = FICHIERS.iter().find(|(_, t)| t.contains("niveau = \"debutant\"")).unwrap();
        assert!(lire(&format!("couleur = \"bleu\"\n{texte}")).unwrap_err().contains("couleur"));
        assert!(lire(&texte.replace("niveau = \"debutant\"", "niveau = \"facile\"")).is_err());
    }
}
