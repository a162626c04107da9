//! L'identité de l'émetteur : `did:web`, que tout le monde résout par une lecture HTTPS, sans Passeur.

use crate::Erreur;

/// Où servir [`crate::Cles::document`] (type `application/did+json` ou `application/json`, sans session).
pub const CHEMIN_IDENTITE: &str = "/.well-known/did.json";

/// Le `did:web` de l'instance : `https://exemple.fr` donne `did:web:exemple.fr`, un port s'écrit `%3A8443`.
///
/// `http://` n'est admis que pour la machine elle-même (essais) : ailleurs, personne ne pourrait résoudre l'identité.
///
/// # Errors
/// Autre chose qu'une origine : chemin, identifiants, machine vide.
pub fn did(origine: &str) -> Result<String, Erreur> {
    let refus = || Erreur::Origine(origine.to_owned());
    let (machine, locale_seulement) = match (origine.strip_prefix("https://"), origine.strip_prefix("http://")) {
        (Some(machine), _) => (machine, false),
        (_, Some(machine)) => (machine, true),
        _ => return Err(refus()),
    };
    let machine = machine.strip_suffix('/').unwrap_or(machine);
    let (nom, port) = machine.split_once(':').map_or((machine, None), |(nom, port)| (nom, Some(port)));
    let nom_juste = !nom.is_empty() && nom.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '.');
    let port_juste = port.is_none_or(|port| port.parse::<u16>().is_ok());
    if !nom_juste || !port_juste || (locale_seulement && !d_essai(nom)) {
        return Err(refus());
    }
    let nom = nom.to_ascii_lowercase();
    Ok(port.map_or_else(|| format!("did:web:{nom}"), |port| format!("did:web:{nom}%3A{port}")))
}

/// Une machine que personne d'autre ne peut joindre : la sienne, ou un nom réservé aux essais (RFC 6761).
fn d_essai(nom: &str) -> bool {
    matches!(nom, "localhost" | "127.0.0.1") || nom.rsplit_once('.').is_some_and(|(_, domaine)| domaine.eq_ignore_ascii_case("test"))
}
