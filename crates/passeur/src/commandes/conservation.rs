//! `passeur conservation`.

use clap::Subcommand;
use mediation::conservation::{appliquer, prevoir};
use socle::{Acteur, Contexte, Etat};

#[derive(Subcommand, Debug)]
pub enum Conservation {
    /// Fait tout de suite le travail de la nuit : annonce les dossiers sans activité, efface ceux dont l’annonce a trente jours
    Apply {
        /// Compte seulement, sans rien écrire
        #[arg(long)]
        dry_run: bool,
    },
}

pub async fn executer(c: Conservation, etat: Etat) -> anyhow::Result<()> {
    let Conservation::Apply { dry_run } = c;
    let p = if dry_run {
        prevoir(&Contexte::lecture(&etat, &Acteur::systeme(), etat.horloge.nouvel_uuid())).await.map_err(super::en_mots)?
    } else {
        appliquer(&etat).await.map_err(super::en_mots)?
    };
    println!("annonces retirées\t{}", p.annulees);
    println!("dossiers annoncés\t{}", p.annonces);
    println!("dossiers effacés\t{}", p.effaces);
    println!("dossiers quittés, gardés par une autre structure\t{}", p.detaches);
    if dry_run {
        println!("Rien n’a été écrit.");
    }
    Ok(())
}
