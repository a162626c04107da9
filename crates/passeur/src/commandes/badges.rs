//! `passeur badge-key`: the keys that sign badges.

use badges::Cles;
use certification::document::badge;
use clap::Subcommand;
use socle::{Contexte, Etat};

#[derive(Subcommand, Debug)]
pub enum BadgeKey {
    /// Montre les clés : identifiant, dates ; jamais le secret
    Show,
    /// Met une nouvelle clé en service ; les badges déjà remis restent vérifiables
    Rotate,
    /// Retire une clé volée ou perdue : les badges qu’elle a signés ne sont plus reconnus
    Revoke {
        /// Identifiant de la clé
        id: String,
    },
    /// Dit que le fichier de ce serveur est désormais celui de l’instance
    Adopt,
}

/// Runs a command.
pub async fn executer(k: BadgeKey, etat: &Etat) -> anyhow::Result<()> {
    let chemin = etat.config.chemin_cles_badges();
    let cx = Contexte::systeme(etat).await?;
    match k {
        BadgeKey::Show => return montrer(&cx).await,
        BadgeKey::Rotate => {
            let mut cles = Cles::ouvrir(&chemin, cx.maintenant)?;
            println!("La clé {} signe désormais les badges.", cles.tourner(cx.maintenant)?.id);
            badge::mettre_en_service(&cx, &cles).await?;
        }
        BadgeKey::Revoke { id } => {
            let mut cles = Cles::lire(&chemin)?;
            cles.retirer(&id, cx.maintenant)?;
            badge::mettre_en_service(&cx, &cles).await?;
            println!(
                "La clé {id} est retirée : les badges qu’elle a signés ne sont plus reconnus. Leurs titulaires en téléchargent un autre."
            );
        }
        BadgeKey::Adopt => {
            let cles = Cles::lire(&chemin)?;
            badge::mettre_en_service(&cx, &cles).await?;
            println!("La clé {} est celle de l’instance.", cles.active().id);
        }
    }
    cx.valider().await?;
    println!("Copiez {} en lieu sûr, et sur chaque serveur de l’instance.", chemin.display());
    Ok(())
}

async fn montrer(cx: &Contexte) -> anyhow::Result<()> {
    let (fichier, connue) = badge::etat_des_cles(cx).await?;
    let Some(cles) = fichier else {
        println!("Aucun fichier de clés ici ; il est créé au premier badge. Sur un autre serveur de l’instance : copiez le sien.");
        return Ok(());
    };
    for c in cles.toutes() {
        let etat = match (c.retiree, c.remplacee) {
            (Some(r), _) => format!("retirée le {}", r.format("%d/%m/%Y")),
            (None, Some(r)) => format!("remplacée le {}, vérifie encore", r.format("%d/%m/%Y")),
            (None, None) => "en service".to_owned(),
        };
        println!("{}\t{}\t{}\t{etat}", c.id, c.creee.format("%d/%m/%Y"), c.publique);
    }
    match connue {
        Some((publique, _)) if publique != cles.active().publique => anyhow::bail!(
            "ce fichier n’est pas celui de l’instance : copiez ici celui des autres serveurs, ou lancez « passeur badge-key adopt » pour qu’il le devienne"
        ),
        _ => Ok(()),
    }
}
