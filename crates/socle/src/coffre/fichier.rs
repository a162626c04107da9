//! The key file: outside the database, readable by its owner alone.

use std::{
    io::Write,
    path::{Path, PathBuf},
};

use chrono::{DateTime, Utc};
use zeroize::Zeroize;

use super::Cle;

const ENTETE: &str = "\
# Clés des notes de Passeur. SANS CE FICHIER, LES NOTES SONT PERDUES POUR TOUJOURS.
# Gardez-en une copie ailleurs que sur cette machine, à jour, et à l’abri des regards.
# Les sauvegardes de la base ne le contiennent pas, exprès. Ne le modifiez pas à la main.
";

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Contenu {
    #[serde(default)]
    cle: Vec<Ligne>,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Ligne {
    id: String,
    creee_le: DateTime<Utc>,
    secret: String,
}

impl Drop for Ligne {
    fn drop(&mut self) {
        self.secret.zeroize();
    }
}

/// The keys of the file, in its order; none when there is no file.
///
/// # Errors
/// A sentence in French; never a part of the file.
pub fn lire(chemin: &Path) -> Result<Option<Vec<Cle>>, String> {
    let mut texte = match std::fs::read_to_string(chemin) {
        Ok(t) => t,
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(e) => return Err(format!("le fichier des clés {} ne se lit pas : {e}", chemin.display())),
    };
    // The parser's message would quote the line, and its secret with it.
    let contenu = toml::from_str::<Contenu>(&texte);
    texte.zeroize();
    let illisible = || format!("le fichier des clés {} est abîmé : remettez la copie que vous aviez mise à l’abri", chemin.display());
    let cles = contenu
        .map_err(|_| illisible())?
        .cle
        .into_iter()
        .map(|l| Cle::lire(l.id.clone(), l.creee_le, &l.secret))
        .collect::<Option<Vec<_>>>()
        .ok_or_else(illisible)?;
    Ok(Some(cles))
}

/// Writes the file anew, whole or not at all: a new file takes the place of the old one.
pub fn ecrire(chemin: &Path, cles: &[Cle]) -> Result<(), String> {
    let mut texte = zeroize::Zeroizing::new(ENTETE.to_owned());
    for c in cles {
        let jour = c.creee_le.to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
        texte.push_str(&format!("\n[[cle]]\nid = \"{}\"\ncreee_le = \"{jour}\"\nsecret = \"{}\"\n", c.id, *c.secret()));
    }
    poser(chemin, texte.as_bytes()).map_err(|e| format!("le fichier des clés {} n’a pas pu être écrit : {e}", chemin.display()))
}

fn poser(chemin: &Path, octets: &[u8]) -> std::io::Result<()> {
    let dossier = chemin.parent().filter(|d| !d.as_os_str().is_empty()).map_or_else(|| PathBuf::from("."), Path::to_owned);
    std::fs::create_dir_all(&dossier)?;
    let neuf = chemin.with_extension(format!("neuf-{}", std::process::id()));
    let _ = std::fs::remove_file(&neuf);
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let pose = options.open(&neuf).and_then(|mut f| {
        f.write_all(octets)?;
        meme_proprietaire(chemin, &dossier, &neuf)?;
        f.sync_all()
    });
    // A rename is the one act that a crash cannot cut in two.
    if let Err(e) = pose.and_then(|()| std::fs::rename(&neuf, chemin)) {
        let _ = std::fs::remove_file(&neuf);
        return Err(e);
    }
    std::fs::File::open(&dossier)?.sync_all()
}

/// A command run by root must not take the file away from the account that serves.
fn meme_proprietaire(chemin: &Path, dossier: &Path, neuf: &Path) -> std::io::Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::{MetadataExt, chown};
        let modele = std::fs::metadata(chemin).or_else(|_| std::fs::metadata(dossier))?;
        let ecrit = std::fs::metadata(neuf)?;
        if (modele.uid(), modele.gid()) != (ecrit.uid(), ecrit.gid()) && ecrit.uid() == 0 {
            chown(neuf, Some(modele.uid()), Some(modele.gid()))?;
        }
    }
    #[cfg(not(unix))]
    let _ = (chemin, dossier, neuf);
    Ok(())
}

/// Whether others than its owner may read the file.
pub fn trop_ouvert(chemin: &Path) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        std::fs::metadata(chemin).is_ok_and(|m| m.permissions().mode() & 0o077 != 0)
    }
    #[cfg(not(unix))]
    {
        let _ = chemin;
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn le_fichier_se_relit_et_ne_se_montre_qu_a_son_proprietaire() {
        let dossier = std::env::temp_dir().join(format!("passeur-cles-{}", std::process::id()));
        let chemin = dossier.join("cles.toml");
        assert!(lire(&chemin).unwrap().is_none());
        let cles = [Cle::tirer(DateTime::UNIX_EPOCH).unwrap(), Cle::tirer(DateTime::UNIX_EPOCH).unwrap()];
        ecrire(&chemin, &cles[..1]).unwrap();
        ecrire(&chemin, &cles).unwrap();
        let lues = lire(&chemin).unwrap().unwrap();
        assert_eq!(lues.iter().map(|c| &c.id).collect::<Vec<_>>(), cles.iter().map(|c| &c.id).collect::<Vec<_>>());
        assert!(lues.iter().zip(&cles).all(|(a, b)| a.secret() == b.secret()));
        assert!(!trop_ouvert(&chemin));
        let secret = cles[0].secret();
        std::fs::write(&chemin, format!("[[cle]]\nid = \"x\"\ncreee_le = \"hier\"\nsecret = \"{}\"\n", *secret)).unwrap();
        let e = lire(&chemin).unwrap_err();
        assert!(e.contains("abîmé") && !e.contains(secret.as_str()), "{e}");
        std::fs::remove_dir_all(dossier).unwrap();
    }
}
