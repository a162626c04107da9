//! `passeur mail`: what comes back.

use std::io::Read;

use clap::Subcommand;
use socle::Etat;

use crate::courrier::retour;

#[derive(Subcommand, Debug)]
pub enum Mail {
    /// Lit un courriel revenu (sur l’entrée standard) et note l’adresse en erreur, s’il le dit d’un message de Passeur
    Bounce,
}

/// A report is small; the message it returns may not be. The end of a long one is not needed.
const MAX: u64 = 1 << 20;

pub async fn executer(m: Mail, etat: Etat) -> anyhow::Result<()> {
    let Mail::Bounce = m;
    let mut entree = std::io::stdin().lock();
    let mut octets = vec![];
    (&mut entree).take(MAX).read_to_end(&mut octets)?;
    // The server of mails that brings it waits until all is read.
    std::io::copy(&mut entree, &mut std::io::sink())?;
    drop(entree);
    println!("{}", retour::traiter(&etat, &octets).await.map_err(super::en_mots)?.phrase());
    Ok(())
}
