//! What the command line does with accounts, given a context of the program itself
//! ([`Contexte::systeme`]); the caller commits it with [`Contexte::valider`].

use socle::{Contexte, Erreur, Resultat, identifiant::StructureId};
use uuid::Uuid;

use crate::{
    jeton::{self, CreerJeton, Jeton},
    reinitialisation,
    utilisateur::{self, Membre, Utilisateur},
};

pub use crate::utilisateur::{CreerUtilisateur, creer as ajouter_utilisateur};

async fn par_email(cx: &Contexte, email: &str) -> Resultat<Utilisateur> {
    cx.exiger_instance(socle::Permission::InstanceGerer)?;
    utilisateur::par_email(&cx.db(), &utilisateur::plier_email(email)).await?.ok_or(Erreur::Introuvable("Ce compte"))
}

/// `user list`: the team of a structure, or all accounts.
pub async fn utilisateurs(cx: &Contexte, structure: Option<StructureId>) -> Resultat<Vec<Membre>> {
    match structure {
        Some(s) => utilisateur::lister(cx, s).await,
        None => utilisateur::lister_instance(cx).await,
    }
}

/// `user disable`.
pub async fn desactiver(cx: &Contexte, email: &str) -> Resultat<()> {
    let u = par_email(cx, email).await?;
    utilisateur::desactiver(cx, u.id).await
}

/// `user enable`.
pub async fn reactiver(cx: &Contexte, email: &str) -> Resultat<()> {
    let u = par_email(cx, email).await?;
    utilisateur::reactiver(cx, u.id).await
}

/// `user reset`: a link to choose a password, valid [`reinitialisation::HEURES`] hours, to be shown once.
pub async fn lien_reinitialisation(cx: &Contexte, email: &str) -> Resultat<String> {
    let u = par_email(cx, email).await?;
    reinitialisation::lien(cx, u.id).await
}

/// `token create`: the token and its text, given once.
pub async fn creer_jeton(cx: &Contexte, email: &str, d: CreerJeton) -> Resultat<(Jeton, String)> {
    let u = par_email(cx, email).await?;
    if !u.actif {
        return Err(Erreur::Conflit("Ce compte est désactivé : réactivez-le d’abord.".into()));
    }
    jeton::creer(cx, u.id, d).await
}

/// `token list`: all the tokens of an account, ended ones included.
pub async fn jetons(cx: &Contexte, email: &str) -> Resultat<Vec<Jeton>> {
    let u = par_email(cx, email).await?;
    jeton::lister(cx, u.id, true).await
}

/// `token revoke`.
pub async fn revoquer_jeton(cx: &Contexte, id: Uuid) -> Resultat<()> {
    jeton::revoquer(cx, id).await
}
