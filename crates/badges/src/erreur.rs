//! Ce qui peut mal tourner, dit en français : à l'émission ([`Erreur`]) et à la vérification ([`Raison`]).

use std::path::PathBuf;

use chrono::{DateTime, Utc};

/// Pourquoi une clé, un badge ou une liste n'a pas pu être produit.
#[derive(Debug, thiserror::Error)]
pub enum Erreur {
    /// Le fichier des clés n'a pas pu être lu ou écrit.
    #[error("Le fichier des clés {} n’a pas pu être {action}\u{a0}: {source}", chemin.display())]
    Fichier { chemin: PathBuf, action: &'static str, source: std::io::Error },
    /// Le fichier des clés est lisible par d'autres que son propriétaire.
    #[error("Le fichier des clés {} est ouvert à d’autres comptes (droits {droits:o}). Retirez-les\u{a0}: chmod 600.", chemin.display())]
    DroitsTropLarges { chemin: PathBuf, droits: u32 },
    /// Le contenu du fichier des clés est illisible ou se contredit. Le texte ne cite jamais une clé.
    #[error("Le fichier des clés {} est illisible\u{a0}: {dit}", chemin.display())]
    Cles { chemin: PathBuf, dit: String },
    /// Aucune clé de cet identifiant.
    #[error("Aucune clé ne s’appelle {0}.")]
    CleAbsente(String),
    /// L'adresse de l'instance ne peut pas servir d'identité.
    #[error("L’adresse {0} ne peut pas servir d’identité\u{a0}: il faut https:// et un nom de machine, sans chemin.")]
    Origine(String),
    /// Une donnée du badge ou de la liste ne convient pas.
    #[error("{champ}\u{a0}: {dit}")]
    Donnee { champ: &'static str, dit: String },
    /// Le document construit n'est pas du JSON-LD correct : un défaut de ce programme.
    #[error("Le badge n’a pas pu être mis en forme\u{a0}: {0}")]
    Graphe(#[from] crate::graphe::Defaut),
}

/// Pourquoi un badge présenté n'est pas reconnu. Chaque texte se montre tel quel.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Raison {
    /// Ce n'est pas un badge Open Badges 3.0 signé.
    #[error("Ce fichier n’est pas un badge que l’on sait lire\u{a0}: {0}.")]
    Forme(String),
    /// Le badge s'appuie sur un vocabulaire qui n'est pas embarqué.
    #[error("Ce badge s’appuie sur un vocabulaire inconnu ({0}). Rien n’est demandé au réseau\u{a0}: il est refusé.")]
    ContexteInconnu(String),
    /// Une partie du badge n'est définie par aucun vocabulaire : elle ne serait pas couverte par la signature.
    #[error("Ce badge porte une mention que sa signature ne couvrirait pas ({0}).")]
    HorsSignature(String),
    /// Le document d'identité donné n'est pas celui de l'émetteur du badge.
    #[error("Ce badge dit venir de {annonce}, mais l’identité présentée est celle de {presente}.")]
    AutreEmetteur { annonce: String, presente: String },
    /// L'émetteur ne reconnaît pas la clé qui a signé.
    #[error("La clé qui a signé ({0}) n’est pas, ou n’est plus, une clé de l’émetteur.")]
    CleInconnue(String),
    /// La signature ne correspond pas au contenu.
    #[error("La signature ne correspond pas au contenu\u{a0}: le badge a été modifié, ou n’a pas été signé par cet émetteur.")]
    Signature,
    /// La date de début n'est pas atteinte.
    #[error("Ce badge n’est valable qu’à partir du {}.", jour(debut))]
    PasEncoreValable { debut: DateTime<Utc> },
    /// La date de fin est passée.
    #[error("Ce badge n’est plus valable depuis le {}.", jour(fin))]
    Expire { fin: DateTime<Utc> },
    /// La liste des retraits présentée ne permet pas de conclure.
    #[error("La liste des retraits ne permet pas de conclure\u{a0}: {0}")]
    Liste(String),
    /// Le badge a été retiré par son émetteur.
    #[error("Ce badge a été retiré par son émetteur.")]
    Retire,
}

/// Le jour civil à Paris, écrit à la française.
fn jour(instant: &DateTime<Utc>) -> String {
    instant.with_timezone(&chrono_tz::Europe::Paris).format("%d/%m/%Y").to_string()
}
