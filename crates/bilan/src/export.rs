//! Exports: the bilan as a spreadsheet (XLSX) or CSV, and the activities behind a number.
//!
//! Without names unless asked by who may read them; text never becomes a formula; the same masks as the
//! pages. Each export leaves a line in the journal of each structure counted, with the names of the
//! filter's fields alone.

mod classeur;
mod csv;
mod definitions;
mod liste;
mod tableaux;

use axum::{
    body::Body,
    http::header,
    response::{IntoResponse, Response},
};
use chrono::NaiveDate;
use sea_orm::entity::prelude::*;
use socle::{Contexte, Nomenclature, Resultat, erreur::Refus, journal::Action, requete::Requete};
use territoire::structure;

use crate::{
    filtre::{Demande, Filtre},
    liste::Detail,
    rapport,
};

pub use classeur::{Classeur, MORCEAU};
pub use csv::ligne as ligne_csv;
pub use liste::{LIMITE, Liste, exiger_noms, peut_nommer};

/// The form of an export.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(8))", rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub enum Format {
    Xlsx,
    Csv,
}

impl Nomenclature for Format {
    fn libelle(self) -> &'static str {
        match self {
            Self::Xlsx => "Tableur (XLSX)",
            Self::Csv => "CSV",
        }
    }
}

impl Format {
    /// The end of a file's name.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Xlsx => "xlsx",
            Self::Csv => "csv",
        }
    }

    /// Its media type.
    pub fn mime(self) -> &'static str {
        match self {
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Self::Csv => "text/csv; charset=utf-8",
        }
    }
}

/// A cell, typed.
#[derive(Clone, Debug, PartialEq)]
pub enum Cellule {
    Vide,
    Texte(String),
    Entier(i64),
    Decimal(f64),
    Jour(NaiveDate),
}

impl Cellule {
    fn texte(t: impl Into<String>) -> Self {
        Self::Texte(t.into())
    }
}

/// What an export is about, in words: its label, its code, its value.
type Entete = Vec<(&'static str, &'static str, Cellule)>;

async fn entete(cx: &Contexte, f: &Filtre, masque: bool, detail: &Detail) -> Resultat<Entete> {
    let noms = match f.structures.as_slice() {
        [une] => vec![structure::lire(cx, *une).await?.nom],
        plusieurs => {
            let mut noms: Vec<String> =
                cx.acteur.fonctions.iter().filter(|x| plusieurs.contains(&x.structure)).map(|x| x.nom_structure.clone()).collect();
            noms.dedup();
            noms
        }
    };
    let mut e: Entete = noms.into_iter().map(|n| ("Structure", "structure", Cellule::Texte(n))).collect();
    e.push(("Premier jour compté", "du", Cellule::Jour(f.du)));
    e.push(("Dernier jour compté", "au", Cellule::Jour(f.au)));
    let mut filtres: Vec<String> = rapport::filtres(cx, f).await?.into_iter().map(|(l, v)| format!("{l}\u{a0}: {v}")).collect();
    filtres.extend(detail.libelles());
    if filtres.is_empty() {
        filtres.push("Aucun : toutes les activités de la période".into());
    }
    e.extend(filtres.into_iter().map(|t| ("Filtre", "filtre", Cellule::Texte(t))));
    e.push(("Exporté le", "exporte_le", Cellule::Jour(cx.aujourd_hui())));
    if masque {
        let mots = "Les chiffres inférieurs à 5, ou qui portent sur moins de 5 personnes, sont masqués, et avec eux ceux qui permettraient de les retrouver.";
        e.push(("Chiffres masqués", "masques", Cellule::texte(mots)));
    }
    Ok(e)
}

/// The line of the journal, for each structure counted: the names of the fields, never their values.
async fn journaliser(q: &Requete, f: &Filtre, autres: &[&str]) -> Resultat<()> {
    let mut champs = f.champs();
    champs.extend(autres);
    let cx = q.ecriture().await?;
    for s in &f.structures {
        cx.journaliser(Action::Export, "bilan", None, *s, &champs).await?;
    }
    cx.valider().await
}

fn repondre(corps: Body, format: Format, nom: &str, f: &Filtre) -> Response {
    let nom = format!("attachment; filename=\"{nom}-{}-{}.{}\"", f.du, f.au, format.extension());
    ([(header::CONTENT_TYPE, format.mime().to_owned()), (header::CONTENT_DISPOSITION, nom)], corps).into_response()
}

/// The bilan asked for, as a file. The same rights and masks as the page.
pub async fn bilan(q: &Requete, d: &Demande, format: Format) -> Result<Response, Refus> {
    let cx = q.lecture();
    let f = d.lire(cx.aujourd_hui())?.situer(&cx)?;
    let b = crate::calculer(&cx, &f).await?;
    let entete = entete(&cx, &f, b.masques, &Detail::default()).await?;
    let tableaux = tableaux::tableaux(&b);
    let corps = match format {
        Format::Csv => Body::from(csv::bilan(&entete, &tableaux)),
        Format::Xlsx => classeur::bilan(&cx, &entete, &tableaux).await?,
    };
    journaliser(q, &f, &[]).await?;
    Ok(repondre(corps, format, "bilan", &f))
}

/// The activities behind a number, as a file, with the names of those present if `noms`.
/// Refused above [`LIMITE`] activities.
pub async fn activites(q: &Requete, filtre: &Filtre, detail: &Detail, noms: bool, format: Format) -> Result<Response, Refus> {
    let l = Liste::preparer(q.lecture(), filtre.clone(), detail, noms, false).await?.exiger_courte()?;
    let f = l.filtre.clone();
    let corps = match format {
        Format::Csv => l.csv().await?,
        Format::Xlsx => l.classeur().await?,
    };
    let autres: Vec<&str> = ["liste"].into_iter().chain(detail.parametres()).chain(noms.then_some("noms")).collect();
    journaliser(q, &f, &autres).await?;
    Ok(repondre(corps, format, "activites", &f))
}
