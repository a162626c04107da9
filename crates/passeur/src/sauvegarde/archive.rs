//! The file of a backup: a zstd-compressed tar that any tool opens (`tar --zstd -tf`), then a skippable
//! zstd frame with the manifest and the SHA-256 of all that stands before it.
//!
//! ```text
//! zstd( tar( base.db, fichiers/…, manifeste.json ) )
//! 0x184D2A50, length | manifest in JSON | SHA-256 (32) | length of the manifest (4, LE) | "PASSEUR1"
//! ```

use std::{
    fs::File,
    io::{self, BufReader, BufWriter, Read, Seek, SeekFrom, Write},
    os::unix::fs::OpenOptionsExt,
    path::{Component, Path, PathBuf},
};

use anyhow::{Context, bail, ensure};
use sha2::{Digest, Sha256};

use super::{
    en_mots,
    manifeste::{FORMAT, Manifeste, Membre, hexa},
};

/// The database inside the archive.
pub const BASE: &str = "base.db";
const MANIFESTE: &str = "manifeste.json";
const MARQUE: &[u8; 8] = b"PASSEUR1";
const TRAME: u32 = 0x184D_2A50;
/// After the manifest: digest, length, mark.
const PIED: u64 = 32 + 4 + 8;
const ABIMEE: &str = "cette sauvegarde est abîmée ou incomplète ; rien n’a été touché. Prenez-en une autre, ou recopiez celle-ci depuis son support d’origine";

/// A reader or a writer that keeps the digest and the length of what went through.
struct Pesee<T> {
    dedans: T,
    sha: Sha256,
    taille: u64,
}

impl<T> Pesee<T> {
    fn new(dedans: T) -> Self {
        Self { dedans, sha: Sha256::new(), taille: 0 }
    }
}

impl<W: Write> Write for Pesee<W> {
    fn write(&mut self, b: &[u8]) -> io::Result<usize> {
        let n = self.dedans.write(b)?;
        self.sha.update(&b[..n]);
        self.taille += n as u64;
        Ok(n)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.dedans.flush()
    }
}

impl<R: Read> Read for Pesee<R> {
    fn read(&mut self, b: &mut [u8]) -> io::Result<usize> {
        let n = self.dedans.read(b)?;
        self.sha.update(&b[..n]);
        self.taille += n as u64;
        Ok(n)
    }
}

/// Opens a new file that only this account reads.
pub fn nouveau(chemin: &Path) -> io::Result<File> {
    File::options().write(true).create(true).truncate(true).mode(0o600).open(chemin)
}

/// Writes the archive, synchronised; gives its size and the digest of the whole file. `membres` are name and file.
pub fn ecrire(sortie: &Path, membres: &[(String, PathBuf)], mut manifeste: Manifeste) -> io::Result<(Manifeste, u64, String)> {
    let mut zstd = zstd::stream::write::Encoder::new(Pesee::new(BufWriter::new(nouveau(sortie)?)), 3)?;
    zstd.include_checksum(true)?;
    let mut tar = tar::Builder::new(zstd);
    for (nom, chemin) in membres {
        let f = match File::open(chemin) {
            Ok(f) => f,
            // Removed since the list was made: the record that named it is gone, or soon will be.
            Err(e) if e.kind() == io::ErrorKind::NotFound && nom != BASE => continue,
            Err(e) => return Err(e),
        };
        let taille = f.metadata()?.len();
        let mut lu = Pesee::new(BufReader::new(f).take(taille));
        tar.append_data(&mut entete(taille, &manifeste), nom, &mut lu)?;
        if lu.taille != taille {
            return Err(io::Error::other(format!("{} a changé pendant la sauvegarde", chemin.display())));
        }
        manifeste.membres.push(Membre { nom: nom.clone(), taille, sha256: hexa(&lu.sha.finalize()) });
    }
    let json = serde_json::to_vec_pretty(&manifeste)?;
    tar.append_data(&mut entete(json.len() as u64, &manifeste), MANIFESTE, json.as_slice())?;
    let mut fin = tar.into_inner()?.finish()?;
    let longueur = u32::try_from(json.len()).map_err(io::Error::other)?;
    fin.write_all(&TRAME.to_le_bytes())?;
    fin.write_all(&(longueur + PIED as u32).to_le_bytes())?;
    fin.write_all(&json)?;
    let sha = fin.sha.clone().finalize();
    fin.write_all(&sha)?;
    fin.write_all(&longueur.to_le_bytes())?;
    fin.write_all(MARQUE)?;
    let fichier = fin.dedans.into_inner().map_err(io::IntoInnerError::into_error)?;
    fichier.sync_all()?;
    Ok((manifeste, fin.taille, hexa(&fin.sha.finalize())))
}

fn entete(taille: u64, m: &Manifeste) -> tar::Header {
    let mut h = tar::Header::new_gnu();
    h.set_size(taille);
    h.set_mode(0o600);
    h.set_mtime(m.date.timestamp().unsigned_abs());
    h
}

/// Reads the whole file and gives its manifest: a bit that changed anywhere is seen.
pub fn controler(chemin: &Path) -> anyhow::Result<Manifeste> {
    let lire = |e: io::Error| en_mots("la sauvegarde ne se lit pas", chemin, &e);
    let mut f = File::open(chemin).map_err(lire)?;
    let taille = f.metadata().map_err(lire)?.len();
    ensure!(taille > PIED, "{} : {ABIMEE}", chemin.display());
    f.seek(SeekFrom::End(-(PIED as i64))).map_err(lire)?;
    let mut pied = [0u8; PIED as usize];
    f.read_exact(&mut pied).map_err(lire)?;
    ensure!(&pied[36..] == MARQUE, "{} : ce n’est pas une sauvegarde de Passeur entière (sa fin manque). {ABIMEE}", chemin.display());
    let longueur = u64::from(u32::from_le_bytes([pied[32], pied[33], pied[34], pied[35]]));
    let Some(debut) = taille.checked_sub(PIED + longueur).filter(|d| *d >= 8) else { bail!("{} : {ABIMEE}", chemin.display()) };
    f.seek(SeekFrom::Start(0)).map_err(lire)?;
    let mut lu = Pesee::new(BufReader::with_capacity(1 << 20, f));
    // The header of the frame is not read as such: the digest covers it.
    io::copy(&mut (&mut lu).take(debut), &mut io::sink()).map_err(lire)?;
    let mut json = vec![];
    (&mut lu).take(longueur).read_to_end(&mut json).map_err(lire)?;
    ensure!(lu.sha.finalize()[..] == pied[..32], "{} : l’empreinte ne correspond pas, {ABIMEE}", chemin.display());
    let m: Manifeste = serde_json::from_slice(&json).with_context(|| format!("{} : le manifeste n’est pas lisible", chemin.display()))?;
    ensure!(m.programme == "passeur", "{} : cette sauvegarde n’est pas celle de Passeur", chemin.display());
    ensure!(
        m.format <= FORMAT,
        "{} : cette sauvegarde a été faite par une version plus récente de Passeur ({}). Installez cette version, puis recommencez.",
        chemin.display(),
        m.version
    );
    Ok(m)
}

/// Whether a name of the archive stays inside the folder it is extracted to.
fn nom_sur(nom: &str) -> bool {
    nom == BASE || (nom.starts_with("fichiers/") && Path::new(nom).components().all(|c| matches!(c, Component::Normal(_))))
}

/// Extracts the archive: the database as `base`, the local files into `fichiers`. Each member is compared
/// with the manifest.
pub fn extraire(chemin: &Path, m: &Manifeste, base: &Path, fichiers: &Path) -> anyhow::Result<()> {
    let f = File::open(chemin).map_err(|e| en_mots("la sauvegarde ne se lit pas", chemin, &e))?;
    let mut tar = tar::Archive::new(zstd::stream::read::Decoder::new(f)?);
    let mut vus = 0;
    for entree in tar.entries().context(ABIMEE)? {
        let mut entree = entree.context(ABIMEE)?;
        let nom = entree.path().context(ABIMEE)?.to_string_lossy().into_owned();
        if nom == MANIFESTE {
            continue;
        }
        ensure!(nom_sur(&nom) && entree.header().entry_type().is_file(), "la sauvegarde contient un nom refusé : {nom:?}");
        let attendu = m.membres.iter().find(|x| x.nom == nom).with_context(|| format!("{nom} n’est pas dans le manifeste"))?;
        let vers = if nom == BASE { base.to_owned() } else { fichiers.join(nom.trim_start_matches("fichiers/")) };
        if let Some(d) = vers.parent() {
            std::fs::create_dir_all(d).map_err(|e| en_mots("la restauration s’arrête", d, &e))?;
        }
        let ecrire = |e: io::Error| en_mots("la restauration s’arrête, rien n’a été remplacé", &vers, &e);
        let mut sortie = BufWriter::new(nouveau(&vers).map_err(ecrire)?);
        // Never more than announced, whatever the compressed data says.
        let mut lu = Pesee::new((&mut entree).take(attendu.taille + 1));
        io::copy(&mut lu, &mut sortie).map_err(ecrire)?;
        sortie.into_inner().map_err(|e| ecrire(e.into_error()))?.sync_all().map_err(ecrire)?;
        ensure!(
            lu.taille == attendu.taille && hexa(&lu.sha.finalize()) == attendu.sha256,
            "{nom} ne correspond pas au manifeste : {ABIMEE}"
        );
        vus += 1;
    }
    ensure!(vus == m.membres.len(), "{} : {ABIMEE}", chemin.display());
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::nom_sur;

    #[test]
    fn un_nom_qui_sort_du_dossier_est_refuse() {
        assert!(nom_sur("base.db") && nom_sur("fichiers/a/b.pdf"));
        for nom in ["/etc/passwd", "fichiers/../../x", "autre/x", "fichiers//../x", ""] {
            assert!(!nom_sur(nom), "{nom}");
        }
    }
}
