//! `passeur key`: the keys that seal the notes.

use clap::Subcommand;
use socle::{
    Contexte, Etat,
    coffre::{Coffre, ouverture, passe, rotation},
    config::Config,
    journal::Action,
};

#[derive(Subcommand, Debug)]
pub enum Key {
    /// Montre les clés : identifiant, date, usage ; jamais le secret
    Show,
    /// Ajoute une clé et chiffre de nouveau toutes les notes avec elle ; reprend là où elle s’est arrêtée
    Rotate {
        /// Ajoute seulement la clé au fichier, pour le copier d’abord sur les autres serveurs
        #[arg(long)]
        prepare: bool,
    },
    /// Vérifie que chaque note chiffrée se déchiffre
    Check,
    /// Retire une ancienne clé, si plus aucune note n’en a besoin
    Forget {
        /// Identifiant de la clé
        id: String,
    },
    /// Renonce à une clé perdue : les notes qu’elle chiffrait ne seront plus jamais lisibles
    Lost {
        /// Identifiant de la clé
        id: String,
        /// Confirme que ces notes sont perdues
        #[arg(long)]
        je_renonce: bool,
    },
}

/// Runs a command. `show`, `check` and `lost` work with a file that lacks a key; the others refuse it.
pub async fn executer(k: Key, config: Config) -> anyhow::Result<()> {
    let base = super::ouvrir_base(&config).await?;
    let chemin = config.chemin_cles();
    let faute = match &k {
        Key::Show | Key::Check | Key::Lost { .. } => None,
        Key::Rotate { .. } | Key::Forget { .. } => Some(()),
    };
    let (coffre, etat_cles) = if faute.is_some() {
        (ouverture::ouvrir(&base, &chemin, socle::horloge::Horloge::Systeme.maintenant()).await?.0, Ok(()))
    } else {
        ouverture::ouvrir_tel_quel(&base, &chemin).await?
    };
    let etat = super::rassembler(base, config, coffre)?;
    match k {
        Key::Show => {
            montrer(&etat).await?;
            Ok(etat_cles?)
        }
        Key::Rotate { prepare: true } => {
            let k = rotation::preparer(&etat)?;
            println!("La clé {} est dans {}.", k.id, chemin.display());
            println!("Copiez ce fichier sur chaque serveur et en lieu sûr, puis lancez « passeur key rotate ».");
            Ok(())
        }
        Key::Rotate { prepare: false } => tourner(&etat).await,
        Key::Check => {
            verifier(&etat).await?;
            Ok(etat_cles?)
        }
        Key::Forget { id } => {
            rotation::oublier(&etat, &crate::champs_scelles(), &id).await?;
            println!(
                "La clé {id} est retirée. Une sauvegarde faite avant son remplacement a encore besoin d’elle : gardez l’ancienne copie du fichier avec ces sauvegardes."
            );
            Ok(())
        }
        Key::Lost { id, je_renonce } => {
            anyhow::ensure!(
                je_renonce,
                "les notes chiffrées par la clé {id} ne seront plus jamais lisibles. Cherchez d’abord une copie de {}. Pour y renoncer \
                 quand même, ajoutez « --je-renonce ».",
                chemin.display()
            );
            rotation::renoncer(&etat, &id).await?;
            journaliser(&etat, Action::Suppression).await?;
            println!("Passeur a renoncé à la clé {id}. Copiez maintenant {} en lieu sûr.", chemin.display());
            Ok(())
        }
    }
}

async fn journaliser(etat: &Etat, action: Action) -> anyhow::Result<()> {
    let cx = Contexte::systeme(etat).await?;
    rotation::noter(&cx, action).await?;
    cx.valider().await?;
    Ok(())
}

async fn montrer(etat: &Etat) -> anyhow::Result<()> {
    let jour = |t| socle::horloge::jour(t).format("%d/%m/%Y").to_string();
    println!("Fichier : {}", etat.coffre.chemin().display());
    if socle::coffre::trop_ouvert(etat.coffre.chemin()) {
        println!("ATTENTION : d’autres comptes de cette machine peuvent le lire. Lancez « chmod 600 » dessus.");
    }
    for c in Coffre::cles_connues(etat.base.lecture()).await? {
        let usage = match (c.active, c.perdue_le, c.remplacee_le) {
            (_, Some(p), _) => format!("perdue, déclarée le {}", jour(p)),
            (true, ..) if c.tout_scelle_le.is_some() => "en service, toutes les notes sont chiffrées par elle".into(),
            (true, ..) => "en service, d’anciennes notes restent à chiffrer".into(),
            (false, _, Some(r)) => format!("remplacée le {}", jour(r)),
            (false, ..) => "inutilisée".into(),
        };
        let sure = c.confirmee_le.map_or_else(|| "PAS ENCORE MISE EN LIEU SÛR".into(), |t| format!("mise en lieu sûr le {}", jour(t)));
        println!("{}\tcréée le {}\t{usage}\t{sure}", c.id, jour(c.creee_le));
    }
    Ok(())
}

async fn tourner(etat: &Etat) -> anyhow::Result<()> {
    let (cle, nouvelle) = rotation::changer(etat).await?;
    if nouvelle {
        journaliser(etat, Action::Creation).await?;
        println!("Nouvelle clé {} dans {}.", cle.id, etat.coffre.chemin().display());
        println!("COPIEZ CE FICHIER EN LIEU SÛR MAINTENANT : sans lui, les notes sont perdues pour toujours.");
    } else {
        println!("Reprise du changement commencé avec la clé {}.", cle.id);
    }
    let fait = rotation::sceller(etat, &crate::champs_scelles(), |table, c| {
        println!("  {table} : {} lignes chiffrées", c.lignes);
        true
    })
    .await?
    .unwrap_or_default();
    anyhow::ensure!(
        fait.fautes == 0,
        "{} notes ne se déchiffrent pas et ont été laissées telles quelles : « passeur key check » les nomme",
        fait.fautes
    );
    println!("{} lignes chiffrées avec la clé {}. L’ancienne reste dans le fichier pour les sauvegardes d’avant.", fait.lignes, cle.id);
    Ok(())
}

async fn verifier(etat: &Etat) -> anyhow::Result<()> {
    let b = passe::verifier_tout(etat.base.lecture(), &etat.coffre, &crate::champs_scelles()).await?;
    for (cle, n) in &b.par_cle {
        println!("{n} notes se déchiffrent avec la clé {cle}");
    }
    if b.clairs > 0 {
        println!("{} notes ne sont pas encore chiffrées : « passeur serve » le fait, ou « passeur key rotate »", b.clairs);
    }
    if b.perdus > 0 {
        println!("{} notes sont perdues avec leur clé", b.perdus);
    }
    for (table, colonne, id, e) in &b.fautes {
        println!("FAUTE  {table}.{colonne} {id} : {e}");
    }
    anyhow::ensure!(b.nombre_fautes == 0, "{} notes ne se déchiffrent pas", b.nombre_fautes);
    println!("Tout se déchiffre.");
    Ok(())
}
