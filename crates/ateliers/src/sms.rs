//! SMS: handed to the provider that the binary plugged in, or written into the folder of the instance's data, one
//! file each, as mails are without a server.

use std::path::PathBuf;

use socle::{Etat, ports::ErreurSms};

use crate::reservation::telephone::international;

/// Hands a text message over.
///
/// # Errors
/// [`ErreurSms::Numero`] when it never will be; else it is tried again.
pub async fn envoyer(etat: &Etat, numero: &str, texte: &str) -> Result<(), ErreurSms> {
    let numero = international(numero).ok_or_else(|| ErreurSms::Numero("numéro incomplet".into()))?;
    if let Some(port) = etat.sms.get() {
        return port.envoyer(&numero, texte).await;
    }
    let dossier: PathBuf = etat.config.data_dir.join("sms");
    let nom = dossier.join(format!("{}.txt", etat.horloge.nouvel_uuid()));
    let contenu = format!("{numero}\n\n{texte}\n");
    std::fs::create_dir_all(&dossier).and_then(|()| std::fs::write(&nom, contenu)).map_err(|e| ErreurSms::Passagere(e.to_string()))
}
