//! Mail: handed to a server by SMTP, or written into a folder when none is set.

use std::path::PathBuf;

use lettre::{
    AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor,
    message::{Attachment, Mailbox, MultiPart, SinglePart, header::ContentType},
};
use secrecy::ExposeSecret;
use socle::{
    Etat,
    config::Config,
    ports::{Courrier, ErreurCourrier, Lettre, PieceJointe},
};

/// Hands mail to an SMTP server.
pub struct Smtp {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    de: Mailbox,
}

/// Writes each mail into a file of a folder.
pub struct Dossier {
    dossier: PathBuf,
    de: Mailbox,
}

/// What the configuration asks for.
pub fn selon(config: &Config) -> anyhow::Result<std::sync::Arc<dyn Courrier>> {
    let de: Mailbox =
        config.mail_from.parse().map_err(|e| anyhow::anyhow!("configuration : « mail_from » n’est pas une adresse de courriel ({e})"))?;
    Ok(match &config.smtp_url {
        Some(url) => {
            let transport = AsyncSmtpTransport::<Tokio1Executor>::from_url(url.expose_secret())
                .map_err(|e| {
                    anyhow::anyhow!(
                        "configuration : « smtp_url » n’est pas lisible ({e}). Exemple : smtps://compte:motdepasse@serveur.exemple"
                    )
                })?
                .timeout(Some(std::time::Duration::from_secs(20)))
                .build();
            std::sync::Arc::new(Smtp { transport, de })
        }
        None => std::sync::Arc::new(Dossier { dossier: config.data_dir.join("courriels"), de }),
    })
}

fn message(de: &Mailbox, l: &Lettre, pieces: &[PieceJointe]) -> Result<Message, ErreurCourrier> {
    let a: Mailbox = l.destinataire.parse().map_err(|e| ErreurCourrier(format!("adresse illisible : {e}")))?;
    let m = Message::builder().from(de.clone()).to(a).subject(&l.sujet);
    let fait = if pieces.is_empty() {
        m.header(ContentType::TEXT_PLAIN).body(l.corps.clone())
    } else {
        let mut parties = MultiPart::mixed().singlepart(SinglePart::plain(l.corps.clone()));
        for p in pieces {
            let genre = ContentType::parse(&p.media).map_err(|e| ErreurCourrier(format!("{} : {e}", p.media)))?;
            parties = parties.singlepart(Attachment::new(p.nom.clone()).body(p.octets.clone(), genre));
        }
        m.multipart(parties)
    };
    fait.map_err(|e| ErreurCourrier(e.to_string()))
}

#[async_trait::async_trait]
impl Courrier for Smtp {
    async fn envoyer_avec(&self, l: &Lettre, pieces: &[PieceJointe]) -> Result<(), ErreurCourrier> {
        self.transport.send(message(&self.de, l, pieces)?).await.map(|_| ()).map_err(|e| ErreurCourrier(e.to_string()))
    }

    async fn verifier(&self) -> Result<String, ErreurCourrier> {
        match self.transport.test_connection().await {
            Ok(true) => Ok("le serveur SMTP répond".into()),
            Ok(false) => Err(ErreurCourrier("le serveur SMTP refuse la connexion".into())),
            Err(e) => Err(ErreurCourrier(e.to_string())),
        }
    }
}

#[async_trait::async_trait]
impl Courrier for Dossier {
    async fn envoyer_avec(&self, l: &Lettre, pieces: &[PieceJointe]) -> Result<(), ErreurCourrier> {
        let m = message(&self.de, l, pieces)?.formatted();
        let ecrire = async {
            tokio::fs::create_dir_all(&self.dossier).await?;
            let mut nom = [0u8; 12];
            rand::fill(&mut nom);
            let nom: String = nom.iter().map(|o| format!("{o:02x}")).collect();
            tokio::fs::write(self.dossier.join(format!("{nom}.eml")), m).await
        };
        ecrire.await.map_err(|e: std::io::Error| ErreurCourrier(format!("dossier {} : {e}", self.dossier.display())))
    }

    async fn verifier(&self) -> Result<String, ErreurCourrier> {
        tokio::fs::create_dir_all(&self.dossier).await.map_err(|e| ErreurCourrier(format!("dossier {} : {e}", self.dossier.display())))?;
        Ok(format!("aucun serveur : les courriels sont écrits dans {}", self.dossier.display()))
    }
}

/// The job that sends a mail.
pub async fn tache(etat: Etat, charge: serde_json::Value) -> Result<(), String> {
    let lettre: Lettre = serde_json::from_value(charge).map_err(|e| e.to_string())?;
    etat.courrier.envoyer(&lettre).await.map_err(|e| e.to_string())
}
