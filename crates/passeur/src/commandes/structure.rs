//! `passeur structure`.

use clap::Subcommand;
use socle::{Contexte, Etat};
use territoire::structure;

#[derive(Subcommand, Debug)]
pub enum Structure {
    /// Crée une structure et écrit son identifiant
    Add {
        /// Nom de la structure
        #[arg(long)]
        nom: String,
    },
    /// Liste les structures : identifiant, nom
    List,
}

pub async fn executer(s: Structure, etat: Etat) -> anyhow::Result<()> {
    let cx = Contexte::systeme(&etat).await?;
    match s {
        Structure::Add { nom } => {
            let s = structure::creer(&cx, structure::Fiche { nom, ..Default::default() }).await.map_err(super::en_mots)?;
            cx.valider().await?;
            println!("{}", s.id);
        }
        Structure::List => {
            for s in structure::lister(&cx).await? {
                println!("{}\t{}", s.id, s.nom);
            }
        }
    }
    Ok(())
}
