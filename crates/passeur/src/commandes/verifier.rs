//! `passeur check`: says what is wrong and how to mend it.

use socle::{base::Base, config::Config, horloge::Horloge};

use crate::{exploitation::alerte_sauvegarde, sauvegarde::planifiee};

/// Checks each thing in turn; every fault is told, then the command fails if there was one.
pub async fn verifier(config: Config) -> anyhow::Result<()> {
    let mut fautes = 0;
    let mut dire = |quoi: &str, r: Result<String, String>| match r {
        Ok(m) => println!("  bien   {quoi} : {m}"),
        Err(m) => {
            fautes += 1;
            println!("  FAUTE  {quoi} : {m}");
        }
    };
    dire("configuration", Ok(format!("écoute sur {}, adresse publique {}", config.listen, config.public_url)));
    dire("dossier des données", dossier(&config));
    let url = config.url_base();
    match Base::ouvrir(&url, 1).await {
        Ok(base) => {
            let migrations = migrations(&base).await;
            dire(
                "base de données",
                base.repond()
                    .await
                    .map(|()| format!("{:?} répond", base.moteur()))
                    .map_err(|e| format!("{e}. Vérifiez « database_url » et que le serveur est en marche.")),
            );
            dire("migrations", migrations);
            dire("sauvegarde", sauvegarde(&base, &config).await);
            let _ = base.fermer().await;
        }
        Err(e) => dire(
            "base de données",
            Err(format!("{e}. Vérifiez « database_url », que le serveur est en marche et que le compte a le droit de se connecter.")),
        ),
    }
    let courrier = crate::courrier::selon(&config)?;
    dire(
        "courriel",
        courrier.verifier().await.map_err(|e| {
            format!("{e}. Vérifiez « smtp_url » ; en attendant, les courriels restent dans la file et seront envoyés plus tard.")
        }),
    );
    if !config.https() && !config.listen.ip().is_loopback() {
        dire("https", Err("l’adresse publique n’est pas en https alors que le programme écoute au-delà de cette machine : mettez un serveur https devant, et son adresse dans « public_url ».".into()));
    }
    anyhow::ensure!(fautes == 0, "{fautes} point(s) à corriger");
    println!("Tout va bien.");
    Ok(())
}

async fn migrations(base: &Base) -> Result<String, String> {
    match crate::sante::migrations_en_attente(base).await {
        Ok(0) => Ok("toutes appliquées".into()),
        Ok(n) => Err(format!("{n} à appliquer. Lancez « passeur migrate ».")),
        Err(_) => Err("aucune appliquée. Lancez « passeur migrate ».".into()),
    }
}

/// The last backup known; a worry is told without being a fault: a new instance has none yet.
async fn sauvegarde(base: &Base, config: &Config) -> Result<String, String> {
    if base.moteur() == sea_orm::DbBackend::Postgres {
        return Ok("par les outils de PostgreSQL ; « passeur backup » donne les commandes".into());
    }
    let Ok(derniere) = planifiee::derniere_reussie(base.lecture()).await else {
        return Ok("pas encore suivie : la base n’est pas à jour".into());
    };
    let planifiee = if config.backup_destination.is_some() { "" } else { " Aucune n’est planifiée (« backup_destination »)." };
    match alerte_sauvegarde(derniere.as_ref().map(|d| d.fin), Horloge::Systeme.maintenant()) {
        Some(a) if config.backup_destination.is_some() && derniere.is_some() => Err(a),
        Some(a) => Ok(format!("attention, {a}{planifiee}")),
        None => {
            Ok(format!("dernière réussie : {}.{planifiee}", derniere.map(|d| interface::format::instant_court(d.fin)).unwrap_or_default()))
        }
    }
}

fn dossier(config: &Config) -> Result<String, String> {
    let d = &config.data_dir;
    let essai = d.join(".essai-ecriture");
    std::fs::create_dir_all(d)
        .and_then(|()| std::fs::write(&essai, b"x"))
        .and_then(|()| std::fs::remove_file(&essai))
        .map(|()| format!("{} accepte l’écriture", d.display()))
        .map_err(|e| format!("{} : {e}. Donnez à ce compte le droit d’y écrire, ou changez « data_dir ».", d.display()))
}
