//! Spreadsheets: cells typed, rows written as they come into a temporary file, so that memory does not
//! grow with the number of rows. Text is always written as text: a spreadsheet never runs it.

use std::{
    io::{Seek, SeekFrom},
    path::{Path, PathBuf},
};

use axum::body::{Body, Bytes};
use chrono::{DateTime, Utc};
use futures_util::stream;
use rust_xlsxwriter::{DocProperties, Format, FormatAlign, Workbook, Worksheet, XlsxError};
use socle::{Contexte, Erreur, Resultat};
use tokio::{fs::File, io::AsyncReadExt};

use super::{
    Cellule, Entete,
    definitions::DEFINITIONS,
    tableaux::{MASQUE, Tableau, Valeur},
};

/// What a spreadsheet accepts in one cell, in characters.
const TEXTE_MAX: usize = 32_767;

/// How much of the file is sent at once.
pub const MORCEAU: usize = 64 * 1024;

/// How many rows a sheet may have, its titles included.
const RANGS: u32 = 1_048_576;

/// Above so many bytes of text, a sheet may pass 4 GiB: the zip file is then of the larger sort.
const LOURD: u64 = 1 << 30;

/// A spreadsheet being written.
pub struct Classeur {
    classeur: Workbook,
    formats: Formats,
    /// The sheet being written: its name, its columns, and how many sheets hold its rows.
    nom: String,
    colonnes: Vec<(&'static str, f64)>,
    suites: u32,
    /// The next row of the sheet being written.
    rang: u32,
    rangs: u32,
    octets: u64,
    /// Where what is being written stands.
    dossier: PathBuf,
}

struct Formats {
    titre: Format,
    entier: Format,
    decimal: Format,
    jour: Format,
    long: Format,
}

fn echec(e: XlsxError) -> Erreur {
    match e {
        XlsxError::IoError(e) | XlsxError::TempFileError(_, e) => socle::fichiers::echec_io(&e),
        e => Erreur::interne(e),
    }
}

impl Classeur {
    /// An empty one. `maintenant`: when it is said to be made; `data_dir`: where it is written meanwhile,
    /// for `/tmp` is often in memory.
    pub fn nouveau(data_dir: &Path, maintenant: DateTime<Utc>) -> Resultat<Self> {
        let dossier = data_dir.join("provisoire");
        std::fs::create_dir_all(&dossier).map_err(|e| socle::fichiers::echec_io(&e))?;
        let mut classeur = Workbook::new();
        classeur.set_tempdir(&dossier).map_err(echec)?;
        classeur.set_properties(&DocProperties::new().set_title("Bilan").set_creation_datetime(&maintenant));
        let formats = Formats {
            titre: Format::new().set_bold(),
            entier: Format::new().set_num_format("#,##0"),
            decimal: Format::new().set_num_format("#,##0.0"),
            jour: Format::new().set_num_format("dd/mm/yyyy"),
            long: Format::new().set_text_wrap().set_align(FormatAlign::Top),
        };
        Ok(Self { classeur, formats, nom: String::new(), colonnes: vec![], suites: 1, rang: 0, rangs: RANGS, octets: 0, dossier })
    }

    /// A new sheet, with the width of each column in characters, and the titles of the columns.
    /// Rows beyond what a sheet holds go to another, « nom (2) », with the same titles.
    pub fn feuille(&mut self, nom: &str, colonnes: &[(&'static str, f64)]) -> Resultat<()> {
        nom.clone_into(&mut self.nom);
        self.colonnes = colonnes.to_vec();
        self.suites = 1;
        self.ouvrir(nom)
    }

    fn ouvrir(&mut self, nom: &str) -> Resultat<()> {
        let colonnes = &self.colonnes;
        let f = self.classeur.add_worksheet_with_constant_memory().map_err(echec)?;
        f.set_name(nom).map_err(echec)?;
        for (i, (titre, largeur)) in (0u16..).zip(colonnes) {
            f.set_column_width(i, *largeur).map_err(echec)?;
            if !titre.is_empty() {
                f.write_string_with_format(0, i, *titre, &self.formats.titre).map_err(echec)?;
            }
        }
        let titree = colonnes.iter().any(|(t, _)| !t.is_empty());
        if titree {
            f.set_freeze_panes(1, 0).map_err(echec)?;
        }
        self.rang = u32::from(titree);
        Ok(())
    }

    fn derniere(&mut self) -> Resultat<&mut Worksheet> {
        self.classeur.worksheets_mut().last_mut().ok_or_else(|| Erreur::Interne("classeur sans feuille".into()))
    }

    /// One row more of the last sheet.
    pub fn ligne(&mut self, cellules: &[Cellule]) -> Resultat<()> {
        if self.rang == self.rangs {
            self.suites += 1;
            self.ouvrir(&format!("{} ({})", self.nom, self.suites))?;
        }
        let rang = self.rang;
        self.rang += 1;
        let Formats { entier, decimal, jour, .. } = &self.formats;
        let (entier, decimal, jour) = (entier.clone(), decimal.clone(), jour.clone());
        let f = self.derniere()?;
        let mut octets = 0;
        for (i, c) in (0u16..).zip(cellules) {
            match c {
                Cellule::Vide => continue,
                Cellule::Texte(t) => {
                    octets += t.len() as u64;
                    f.write_string(rang, i, t.chars().take(TEXTE_MAX).collect::<String>())
                }
                Cellule::Entier(n) => f.write_number_with_format(rang, i, *n as f64, &entier),
                Cellule::Decimal(n) => f.write_number_with_format(rang, i, *n, &decimal),
                Cellule::Jour(j) => f.write_datetime_with_format(rang, i, *j, &jour),
            }
            .map_err(echec)?;
        }
        self.octets += octets;
        Ok(())
    }

    /// The sheet that says what the export is about.
    pub fn presenter(&mut self, nom: &str, entete: &Entete) -> Resultat<()> {
        self.feuille(nom, &[("", 24.0), ("", 60.0)])?;
        for (libelle, _, valeur) in entete {
            self.ligne(&[Cellule::texte(*libelle), valeur.clone()])?;
        }
        Ok(())
    }

    fn definir(&mut self) -> Resultat<()> {
        self.feuille("Définitions", &[("Terme", 34.0), ("Définition", 100.0)])?;
        let long = self.formats.long.clone();
        let f = self.derniere()?;
        for (rang, (terme, definition)) in (1u32..).zip(DEFINITIONS) {
            f.write_string_with_format(rang, 0, terme, &long).map_err(echec)?;
            f.write_string_with_format(rang, 1, definition, &long).map_err(echec)?;
        }
        Ok(())
    }

    /// The file, whole on disk, to be read from its start; it goes when it is closed.
    pub async fn fichier(self) -> Resultat<File> {
        let Self { mut classeur, octets, dossier, .. } = self;
        if octets > LOURD {
            classeur.use_zip_large_file(true);
        }
        let fichier = tokio::task::spawn_blocking(move || -> Result<std::fs::File, XlsxError> {
            let mut f = tempfile::tempfile_in(dossier)?;
            classeur.save_to_writer(&mut f)?;
            f.seek(SeekFrom::Start(0))?;
            Ok(f)
        })
        .await
        .map_err(|e| socle::fichiers::echec_io(&std::io::Error::other(e.to_string())))?
        .map_err(echec)?;
        Ok(File::from_std(fichier))
    }

    /// The file, sent piece by piece.
    pub async fn corps(self) -> Resultat<Body> {
        let flux = stream::try_unfold(self.fichier().await?, |mut f| async move {
            let mut morceau = vec![0; MORCEAU];
            let lus = f.read(&mut morceau).await?;
            morceau.truncate(lus);
            Ok::<_, std::io::Error>((lus > 0).then(|| (Bytes::from(morceau), f)))
        });
        Ok(Body::from_stream(flux))
    }
}

/// The bilan: what it is about, one sheet a table, the definitions.
pub async fn bilan(cx: &Contexte, entete: &Entete, tableaux: &[Tableau]) -> Resultat<Body> {
    let mut c = Classeur::nouveau(&cx.etat().config.data_dir, cx.maintenant)?;
    c.presenter("Bilan", entete)?;
    for t in tableaux {
        let reparti = t.parties.len() > 1;
        let mut colonnes = if reparti { vec![("Répartition", 20.0)] } else { vec![] };
        colonnes.extend([("Libellé", 44.0), ("Code", 24.0)]);
        colonnes.extend(t.mesures.iter().map(|(_, titre)| (*titre, 18.0)));
        c.feuille(t.feuille, &colonnes)?;
        for p in &t.parties {
            for l in &p.lignes {
                let mut cellules = if reparti { vec![Cellule::texte(p.nom)] } else { vec![] };
                cellules.extend([Cellule::texte(&l.libelle), Cellule::texte(&l.code)]);
                cellules.extend(l.valeurs.iter().map(|v| match v {
                    Valeur::Aucune | Valeur::Inconnue => Cellule::Vide,
                    Valeur::Entier(n) => Cellule::Entier(*n),
                    Valeur::Decimal(n) => Cellule::Decimal(*n),
                    Valeur::Masquee => Cellule::texte(MASQUE),
                }));
                c.ligne(&cellules)?;
            }
        }
    }
    c.definir()?;
    c.corps().await
}

#[cfg(test)]
mod tests {
    use calamine::{Data, Reader, Xlsx};

    use super::*;

    #[tokio::test]
    async fn trop_de_lignes_font_plusieurs_feuilles() {
        let dossier = tempfile::tempdir().unwrap();
        let mut c = Classeur::nouveau(dossier.path(), DateTime::UNIX_EPOCH).unwrap();
        c.rangs = 4;
        c.feuille("Activités", &[("Titre", 10.0), ("Nombre", 10.0)]).unwrap();
        for n in 0..8 {
            c.ligne(&[Cellule::texte("=1+1"), Cellule::Entier(n)]).unwrap();
        }
        let lu = c.fichier().await.unwrap().into_std().await;
        let mut lu: Xlsx<_> = Xlsx::new(std::io::BufReader::new(lu)).unwrap();
        assert_eq!(lu.sheet_names(), ["Activités", "Activités (2)", "Activités (3)"]);
        let mut somme = 0.0;
        for nom in lu.sheet_names() {
            assert!(lu.worksheet_formula(&nom).unwrap().used_cells().all(|(_, _, f)| f.is_empty()));
            let r = lu.worksheet_range(&nom).unwrap();
            assert!(r.height() <= 4);
            let lignes: Vec<&[Data]> = r.rows().collect();
            assert_eq!(lignes[0], [Data::String("Titre".into()), Data::String("Nombre".into())]);
            for l in &lignes[1..] {
                assert_eq!(l[0], Data::String("=1+1".into()));
                let Data::Float(n) = l[1] else { panic!("{l:?}") };
                somme += n;
            }
        }
        assert!((somme - 28.0).abs() < f64::EPSILON);
        assert_eq!(std::fs::read_dir(dossier.path().join("provisoire")).unwrap().count(), 0);
    }
}
