//! `passeur certification` and `passeur referentiel`.

use std::path::PathBuf;

use anyhow::Context as _;
use certification::cli::{self, Sortie};
use clap::Subcommand;
use socle::{Contexte, Etat};

#[derive(Subcommand, Debug)]
pub enum Certification {
    /// Répond à un cas (JSON) avec ses raisons, sans rien conserver ; « - » lit l’entrée standard
    Simulate { fichier: PathBuf },
}

#[derive(Subcommand, Debug)]
pub enum Referentiel {
    /// Cherche les contradictions d’un ou de plusieurs fichiers
    Check {
        #[arg(required = true)]
        fichiers: Vec<PathBuf>,
    },
    /// Importe un ou plusieurs titres dans la base, tous ou aucun
    Import {
        #[arg(required = true)]
        fichiers: Vec<PathBuf>,
    },
    /// Liste les titres livrés
    List,
    /// Montre un titre
    Show { code: String },
    /// Dit ce qui change d’une version à l’autre
    Diff { de: String, vers: String },
}

/// Prints an outcome; a refusal ends the program with its status.
fn rendre(s: Sortie) -> anyhow::Result<()> {
    print!("{}", s.texte);
    eprint!("{}", s.erreur);
    if s.statut == 0 { Ok(()) } else { std::process::exit(i32::from(s.statut)) }
}

/// Runs `passeur certification`.
pub fn certification(c: Certification) -> anyhow::Result<()> {
    match c {
        Certification::Simulate { fichier } => rendre(cli::simuler(&fichier)),
    }
}

/// Runs `passeur referentiel`.
pub fn referentiel(r: Referentiel) -> anyhow::Result<()> {
    rendre(match r {
        Referentiel::Check { fichiers } => cli::verifier_fichiers(&fichiers),
        // It needs the database: see `importer`.
        Referentiel::Import { .. } => Sortie::default(),
        Referentiel::List => cli::lister(),
        Referentiel::Show { code } => cli::montrer(&code),
        Referentiel::Diff { de, vers } => cli::comparer(&de, &vers),
    })
}

/// Runs `passeur referentiel import`.
pub async fn importer(fichiers: &[PathBuf], etat: Etat) -> anyhow::Result<()> {
    let cx = Contexte::systeme(&etat).await?;
    let mut dit = String::new();
    for f in fichiers {
        let texte = std::fs::read_to_string(f).with_context(|| format!("{} n’a pas pu être lu", f.display()))?;
        let (v, nouvelle) =
            certification::titre::importer(&cx, &texte).await.map_err(super::en_mots).with_context(|| f.display().to_string())?;
        dit += &format!("{} : {}.\n", v.code, if nouvelle { "importé" } else { "déjà là, à l’identique" });
    }
    cx.valider().await?;
    print!("{dit}");
    Ok(())
}
