//! `passeur certification` and `passeur referentiel`.

use std::path::PathBuf;

use certification::cli::{self, Sortie};
use clap::Subcommand;

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
        Referentiel::List => cli::lister(),
        Referentiel::Show { code } => cli::montrer(&code),
        Referentiel::Diff { de, vers } => cli::comparer(&de, &vers),
    })
}
