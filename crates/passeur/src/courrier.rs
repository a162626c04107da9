//! Mail: handed to a server by SMTP, or written into a folder when none is set; what comes back is in [`retour`].

pub mod retour;

use std::path::PathBuf;

use lettre::{
    Address, AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor,
    address::Envelope,
    message::{Attachment, Mailbox, MultiPart, SinglePart, header::ContentType},
};
use secrecy::ExposeSecret;
use socle::{
    Etat,
    config::Config,
    ports::{Courrier, ErreurCourrier, Lettre, PieceJointe},
};

/// Who mails are from, and where they come back.
#[derive(Clone)]
struct Expediteur {
    de: Mailbox,
    retour: Option<Address>,
}

/// Hands mail to an SMTP server.
pub struct Smtp {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    de: Expediteur,
}

/// Writes each mail into a file of a folder.
pub struct Dossier {
    dossier: PathBuf,
    de: Expediteur,
}

/// What the configuration asks for.
pub fn selon(config: &Config) -> anyhow::Result<std::sync::Arc<dyn Courrier>> {
    let de: Mailbox =
        config.mail_from.parse().map_err(|e| anyhow::anyhow!("configuration : « mail_from » n’est pas une adresse de courriel ({e})"))?;
    let retour = config.mail_return.as_deref().map(|r| {
        r.parse::<Address>().map_err(|e| anyhow::anyhow!("configuration : « mail_return » n’est pas une adresse de courriel seule ({e})"))
    });
    let de = Expediteur { de, retour: retour.transpose()? };
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

impl Expediteur {
    fn message(&self, l: &Lettre, pieces: &[PieceJointe], marque: Option<&str>) -> Result<Message, ErreurCourrier> {
        // What the address is stays out of the error: it is kept with the job.
        let a: Mailbox = l.destinataire.parse().map_err(|_| ErreurCourrier::Adresse("illisible".into()))?;
        let mut m = Message::builder().from(self.de.clone()).to(a.clone()).subject(&l.sujet);
        if let Some(retour) = &self.retour {
            let envelope = Envelope::new(Some(retour.clone()), vec![a.email]);
            m = m.envelope(envelope.map_err(|e| ErreurCourrier::Passagere(e.to_string()))?);
        }
        if let Some(marque) = marque {
            m = m.message_id(Some(format!("<{marque}@{}>", self.de.email.domain())));
        }
        let fait = if pieces.is_empty() {
            m.header(ContentType::TEXT_PLAIN).body(l.corps.clone())
        } else {
            let mut parties = MultiPart::mixed().singlepart(SinglePart::plain(l.corps.clone()));
            for p in pieces {
                let genre = ContentType::parse(&p.media).map_err(|e| ErreurCourrier::Passagere(format!("{} : {e}", p.media)))?;
                parties = parties.singlepart(Attachment::new(p.nom.clone()).body(p.octets.clone(), genre));
            }
            m.multipart(parties)
        };
        fait.map_err(|e| ErreurCourrier::Passagere(e.to_string()))
    }
}

/// A text of a server without the addresses it may cite.
fn sans_adresse(texte: &str) -> String {
    texte.split(' ').map(|m| if m.contains('@') { "[adresse]" } else { m }).collect::<Vec<_>>().join(" ")
}

fn refus(e: &lettre::transport::smtp::Error) -> ErreurCourrier {
    let dit = sans_adresse(&e.to_string());
    let code = e.status().map(u16::from);
    if e.is_permanent() && code.is_some() && retour::adresse_en_cause(code, retour::detail(&dit)) {
        ErreurCourrier::Adresse(dit)
    } else {
        // A refused account, a server that takes one for a sender of spam: it may end.
        ErreurCourrier::Passagere(dit)
    }
}

impl Smtp {
    async fn remettre(&self, m: Message) -> Result<(), ErreurCourrier> {
        self.transport.send(m).await.map(|_| ()).map_err(|e| refus(&e))
    }
}

#[async_trait::async_trait]
impl Courrier for Smtp {
    async fn envoyer_avec(&self, l: &Lettre, pieces: &[PieceJointe]) -> Result<(), ErreurCourrier> {
        self.remettre(self.de.message(l, pieces, None)?).await
    }

    async fn envoyer_suivi(&self, l: &Lettre, pieces: &[PieceJointe], marque: &str) -> Result<(), ErreurCourrier> {
        self.remettre(self.de.message(l, pieces, Some(marque))?).await
    }

    async fn verifier(&self) -> Result<String, ErreurCourrier> {
        match self.transport.test_connection().await {
            Ok(true) => Ok("le serveur SMTP répond".into()),
            Ok(false) => Err(ErreurCourrier::Passagere("le serveur SMTP refuse la connexion".into())),
            Err(e) => Err(ErreurCourrier::Passagere(e.to_string())),
        }
    }
}

impl Dossier {
    async fn ecrire(&self, m: Message) -> Result<(), ErreurCourrier> {
        let ecrire = async {
            tokio::fs::create_dir_all(&self.dossier).await?;
            let mut nom = [0u8; 12];
            rand::fill(&mut nom);
            let nom: String = nom.iter().map(|o| format!("{o:02x}")).collect();
            tokio::fs::write(self.dossier.join(format!("{nom}.eml")), m.formatted()).await
        };
        ecrire.await.map_err(|e: std::io::Error| ErreurCourrier::Passagere(format!("dossier {} : {e}", self.dossier.display())))
    }
}

#[async_trait::async_trait]
impl Courrier for Dossier {
    async fn envoyer_avec(&self, l: &Lettre, pieces: &[PieceJointe]) -> Result<(), ErreurCourrier> {
        self.ecrire(self.de.message(l, pieces, None)?).await
    }

    async fn envoyer_suivi(&self, l: &Lettre, pieces: &[PieceJointe], marque: &str) -> Result<(), ErreurCourrier> {
        self.ecrire(self.de.message(l, pieces, Some(marque))?).await
    }

    async fn verifier(&self) -> Result<String, ErreurCourrier> {
        tokio::fs::create_dir_all(&self.dossier)
            .await
            .map_err(|e| ErreurCourrier::Passagere(format!("dossier {} : {e}", self.dossier.display())))?;
        Ok(format!("aucun serveur : les courriels sont écrits dans {}", self.dossier.display()))
    }
}

/// The job that sends a mail.
pub async fn tache(etat: Etat, charge: serde_json::Value) -> Result<(), String> {
    let lettre: Lettre = serde_json::from_value(charge).map_err(|e| e.to_string())?;
    etat.courrier.envoyer(&lettre).await.map_err(|e| e.to_string())
}
