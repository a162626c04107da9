//! SMS: written into the folder of the instance's data, one file each, as mails are without a server.
//! A provider over HTTP is for the binary to plug in.

use std::path::PathBuf;

use socle::Etat;

/// Hands a text message over.
///
/// # Errors
/// When it cannot be: it is tried again.
pub async fn envoyer(etat: &Etat, numero: &str, texte: &str) -> Result<(), String> {
    if let Some(port) = etat.sms.get() {
        return port.envoyer(numero, texte).await.map_err(|e| e.to_string());
    }
    let dossier: PathBuf = etat.config.data_dir.join("sms");
    let nom = dossier.join(format!("{}.txt", etat.horloge.nouvel_uuid()));
    let contenu = format!("{numero}\n\n{texte}\n");
    std::fs::create_dir_all(&dossier).and_then(|()| std::fs::write(&nom, contenu)).map_err(|e| format!("SMS : {e}"))
}
