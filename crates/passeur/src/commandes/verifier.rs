//! `passeur check`: says what is wrong and how to mend it.

use socle::{
    base::Base,
    coffre::{Coffre, ouverture},
    config::Config,
    horloge::Horloge,
};

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
            let cles = cles(&base, &config).await;
            dire("migrations", migrations);
            dire("clé des notes", cles);
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
    dire(
        "SMS",
        crate::sms::selon(&config).map_err(|e| e.to_string()).map(|s| match s {
            // Asked nothing: a provider counts each message.
            Some(_) => "un fournisseur est réglé (aucun message n’est envoyé pour essayer)".to_owned(),
            None => format!("aucun fournisseur : les SMS sont écrits dans {}", config.data_dir.join("sms").display()),
        }),
    );
    let fichiers = async { socle::fichiers::Depot::selon(&config)?.verifier().await };
    dire(
        "fichiers",
        fichiers
            .await
            .map(|ou| format!("{ou} accepte l’écriture"))
            .map_err(|e| format!("{e}. Vérifiez « files » et, avec s3://, les clés « s3_… ».")),
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

/// The keys of the file against those of the database; makes nothing.
async fn cles(base: &Base, config: &Config) -> Result<String, String> {
    let chemin = config.chemin_cles();
    let Ok(connues) = Coffre::cles_connues(base.lecture()).await else {
        return Ok("aucune encore : elle sera créée au premier démarrage".into());
    };
    if connues.is_empty() {
        return Ok("aucune encore : elle sera créée au premier démarrage".into());
    }
    let (_, etat) = ouverture::ouvrir_tel_quel(base, &chemin).await.map_err(|e| e.to_string())?;
    etat.map_err(|e| e.to_string())?;
    if socle::coffre::trop_ouvert(&chemin) {
        return Err(format!("{0} peut être lu par d’autres comptes de cette machine. Lancez « chmod 600 {0} ».", chemin.display()));
    }
    let active = connues.iter().find(|c| c.active);
    let mise = if active.is_some_and(|c| c.confirmee_le.is_some()) {
        "mise en lieu sûr"
    } else {
        "PERSONNE N’A ENCORE DIT L’AVOIR MISE EN LIEU SÛR (page Administration)"
    };
    let reste = if active.is_some_and(|c| c.tout_scelle_le.is_some()) {
        "toutes les notes sont chiffrées par elle"
    } else {
        "d’anciennes notes restent à chiffrer : « passeur serve » le fait, ou « passeur key rotate »"
    };
    Ok(format!("{} dans {}, {mise} ; {reste}", active.map_or("?", |c| &c.id), chemin.display()))
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
