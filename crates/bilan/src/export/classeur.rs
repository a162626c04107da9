//! Spreadsheets: cells typed, rows written as they come into a temporary file, so that memory does not
//! grow with the number of rows. Text is always written as text: a spreadsheet never runs it.

use std::io::{Seek, SeekFrom};

use axum::body::{Body, Bytes};
use chrono::{DateTime, Utc};
use futures_util::stream;
use rust_xlsxwriter::{DocProperties, Format, FormatAlign, Workbook, Worksheet, XlsxError};
use socle::{Erreur, Resultat};
use tokio::io::AsyncReadExt;

use super::{
    Cellule, Entete,
    definitions::DEFINITIONS,
    tableaux::{MASQUE, PETIT, Tableau, Valeur},
};

/// What a spreadsheet accepts in one cell, in characters.
const TEXTE_MAX: usize = 32_767;

/// How much of the file is sent at once.
const MORCEAU: usize = 64 * 1024;

/// A spreadsheet being written.
pub struct Classeur {
    classeur: Workbook,
    formats: Formats,
    /// The next row of the sheet being written.
    rang: u32,
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
        XlsxError::IoError(e) => Erreur::Indisponible(format!("fichier temporaire : {e}")),
        e => Erreur::interne(e),
    }
}

impl Classeur {
    /// An empty one. `maintenant`: when it is said to be made.
    pub fn nouveau(maintenant: DateTime<Utc>) -> Self {
        let mut classeur = Workbook::new();
        classeur.set_properties(&DocProperties::new().set_title("Bilan").set_creation_datetime(&maintenant));
        let formats = Formats {
            titre: Format::new().set_bold(),
            entier: Format::new().set_num_format("#,##0"),
            decimal: Format::new().set_num_format("#,##0.0"),
            jour: Format::new().set_num_format("dd/mm/yyyy"),
            long: Format::new().set_text_wrap().set_align(FormatAlign::Top),
        };
        Self { classeur, formats, rang: 0 }
    }

    /// A new sheet, with the width of each column in characters, and the titles of the columns.
    pub fn feuille(&mut self, nom: &str, colonnes: &[(&str, f64)]) -> Resultat<()> {
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
        let rang = self.rang;
        self.rang += 1;
        let Formats { entier, decimal, jour, .. } = &self.formats;
        let (entier, decimal, jour) = (entier.clone(), decimal.clone(), jour.clone());
        let f = self.derniere()?;
        for (i, c) in (0u16..).zip(cellules) {
            match c {
                Cellule::Vide => continue,
                Cellule::Texte(t) => f.write_string(rang, i, t.chars().take(TEXTE_MAX).collect::<String>()),
                Cellule::Entier(n) => f.write_number_with_format(rang, i, *n as f64, &entier),
                Cellule::Decimal(n) => f.write_number_with_format(rang, i, *n, &decimal),
                Cellule::Jour(j) => f.write_datetime_with_format(rang, i, *j, &jour),
            }
            .map_err(echec)?;
        }
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

    /// The file, whole on disk, sent piece by piece.
    pub async fn corps(self) -> Resultat<Body> {
        let mut classeur = self.classeur;
        let fichier = tokio::task::spawn_blocking(move || -> Result<std::fs::File, XlsxError> {
            let mut f = tempfile::tempfile()?;
            classeur.save_to_writer(&mut f)?;
            f.seek(SeekFrom::Start(0))?;
            Ok(f)
        })
        .await
        .map_err(Erreur::interne)?
        .map_err(echec)?;
        let flux = stream::try_unfold(tokio::fs::File::from_std(fichier), |mut f| async move {
            let mut morceau = vec![0; MORCEAU];
            let lus = f.read(&mut morceau).await?;
            morceau.truncate(lus);
            Ok::<_, std::io::Error>((lus > 0).then(|| (Bytes::from(morceau), f)))
        });
        Ok(Body::from_stream(flux))
    }
}

/// The bilan: what it is about, one sheet a table, the definitions.
pub async fn bilan(entete: &Entete, tableaux: &[Tableau], maintenant: DateTime<Utc>) -> Resultat<Body> {
    let mut c = Classeur::nouveau(maintenant);
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
                    Valeur::Petite => Cellule::texte(PETIT),
                    Valeur::Masquee => Cellule::texte(MASQUE),
                }));
                c.ligne(&cellules)?;
            }
        }
    }
    c.definir()?;
    c.corps().await
}
