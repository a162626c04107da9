//! The choice of a password by a link: forgotten, or first one of a new account.

mod table;
mod web;

pub use web::pages;

use chrono::TimeDelta;
use sea_orm::{ActiveValue::Set, PaginatorTrait, entity::prelude::*};
use secrecy::SecretString;
use socle::{Contexte, Erreur, Etat, Resultat, identifiant::UtilisateurId, ports::Lettre, tache::genre};

use crate::{
    frein::{self, Cle},
    mot_de_passe, secret,
    session::Visiteur,
    utilisateur::{self, Utilisateur},
};

/// Hours that a link asked for lives.
pub const HEURES: i64 = 2;
/// Hours that the link of an invitation lives: it is not asked for, and may be read the next week.
pub const HEURES_INVITATION: i64 = 7 * 24;
/// Mails of reset an account is sent in [`HEURES`], at most.
const COURRIELS_MAX: u64 = 3;

/// A link for `u`. The caller has checked the right.
async fn creer_lien(cx: &Contexte, u: &Utilisateur, heures: i64) -> Resultat<String> {
    let secret = secret::tirer()?;
    let ligne = table::ActiveModel {
        empreinte: Set(secret::empreinte(&secret)),
        utilisateur_id: Set(u.id),
        cree_le: Set(cx.maintenant),
        expire_le: Set(cx.maintenant + TimeDelta::hours(heures)),
        utilise_le: Set(None),
    };
    table::Entity::insert(ligne).exec_without_returning(&cx.db()).await?;
    Ok(format!("{}/mot-de-passe/{secret}", adresse(cx)))
}

fn adresse(cx: &Contexte) -> &str {
    cx.etat().config.public_url.trim_end_matches('/')
}

async fn envoyer(cx: &Contexte, u: &Utilisateur, sujet: &str, corps: String) -> Resultat<()> {
    let lettre = Lettre { destinataire: u.email.clone(), sujet: sujet.to_owned(), corps };
    cx.confier(genre::COURRIEL, serde_json::to_value(lettre).map_err(Erreur::interne)?, None, None).await
}

fn texte_reinitialisation(nom: &str, lien: &str) -> String {
    format!(
        "Bonjour {nom},\n\nUne demande de nouveau mot de passe a été faite pour votre compte Passeur.\n\nPour le choisir, ouvrez cette adresse dans les {HEURES} heures :\n{lien}\n\nSi vous n’avez rien demandé, ne faites rien : votre mot de passe actuel reste valable.\n\nCe message est envoyé automatiquement : merci de ne pas y répondre.\n"
    )
}

/// Invites a new account to choose its first password.
pub(crate) async fn inviter(cx: &Contexte, u: &Utilisateur, structure: Option<&str>) -> Resultat<()> {
    let lien = creer_lien(cx, u, HEURES_INVITATION).await?;
    let pour = structure.map(|s| format!(" pour travailler avec l’équipe « {s} »")).unwrap_or_default();
    let corps = format!(
        "Bonjour {},\n\nUn compte Passeur vient d’être ouvert à votre nom{pour}.\n\nPour choisir votre mot de passe, ouvrez cette adresse dans les 7 jours :\n{lien}\n\nVous vous connecterez ensuite à {} avec l’adresse {}.\n\nCe message est envoyé automatiquement : merci de ne pas y répondre.\n",
        u.nom,
        adresse(cx),
        u.email
    );
    envoyer(cx, u, "Votre compte Passeur", corps).await
}

/// Tells someone who has an account that they joined a structure's team.
pub(crate) async fn prevenir(cx: &Contexte, u: &Utilisateur, structure: &str) -> Resultat<()> {
    let corps = format!(
        "Bonjour {},\n\nVous faites maintenant partie de l’équipe « {structure} » dans Passeur. Connectez-vous comme d’habitude à {}, puis choisissez la structure dans « Mon compte ».\n\nCe message est envoyé automatiquement : merci de ne pas y répondre.\n",
        u.nom,
        adresse(cx)
    );
    envoyer(cx, u, "Vous rejoignez une équipe dans Passeur", corps).await
}

/// Someone says they forgot their password. The answer is the same whether the account exists or not.
/// It takes the state and not a [`Contexte`]: nobody acts yet.
///
/// # Errors
/// [`Erreur::TropDeDemandes`] after many from one address.
pub async fn demander(etat: &Etat, email: &str, visiteur: &Visiteur) -> Resultat<()> {
    let cx = Contexte::ecriture(etat, &visiteur.personne, visiteur.numero).await?;
    let _ = frein::compter(&cx, &[Cle::Reinitialisation(visiteur.adresse)]).await?;
    if let Some(u) = utilisateur::par_email(&cx.db(), &utilisateur::plier_email(email)).await?.filter(|u| u.actif) {
        let recents = table::Entity::find()
            .filter(table::Column::UtilisateurId.eq(u.id))
            .filter(table::Column::CreeLe.gt(cx.maintenant - TimeDelta::hours(HEURES)))
            .count(&cx.db())
            .await?;
        if recents < COURRIELS_MAX {
            let lien = creer_lien(&cx, &u, HEURES).await?;
            envoyer(&cx, &u, "Choisir un nouveau mot de passe", texte_reinitialisation(&u.nom, &lien)).await?;
        }
    }
    cx.valider().await
}

/// A responsable sends a link to someone of the team.
pub async fn envoyer_lien(cx: &Contexte, id: UtilisateurId) -> Resultat<()> {
    let u = pour_gestion(cx, id).await?;
    let lien = creer_lien(cx, &u, HEURES).await?;
    envoyer(cx, &u, "Choisir un nouveau mot de passe", texte_reinitialisation(&u.nom, &lien)).await
}

/// A link for the command line to show, when no mail can be sent.
pub async fn lien(cx: &Contexte, id: UtilisateurId) -> Resultat<String> {
    cx.exiger_instance(socle::Permission::InstanceGerer)?;
    let u = pour_gestion(cx, id).await?;
    creer_lien(cx, &u, HEURES).await
}

async fn pour_gestion(cx: &Contexte, id: UtilisateurId) -> Resultat<Utilisateur> {
    let m = utilisateur::exiger_gerer(cx, id).await?;
    if !m.utilisateur.actif {
        return Err(Erreur::Conflit("Ce compte est désactivé : réactivez-le d’abord.".into()));
    }
    cx.journaliser(
        socle::journal::Action::Modification,
        "utilisateur",
        id.0,
        utilisateur::structure_de(cx, id).await?,
        &["lien_mot_de_passe"],
    )
    .await?;
    Ok(m.utilisateur)
}

fn perime() -> Erreur {
    Erreur::Conflit(
        "Ce lien n’est plus valable : il a déjà servi, ou son délai est passé. Demandez-en un autre depuis « Mot de passe oublié ».".into(),
    )
}

/// The account that a link opens.
pub async fn ouvrir(cx: &Contexte, secret: &str) -> Resultat<Utilisateur> {
    let ligne = table::Entity::find_by_id(secret::empreinte(secret))
        .one(&cx.db())
        .await?
        .filter(|l| l.utilise_le.is_none() && l.expire_le > cx.maintenant)
        .ok_or_else(perime)?;
    utilisateur::par_id(&cx.db(), ligne.utilisateur_id).await?.filter(|u| u.actif).ok_or_else(perime)
}

/// Sets the password by a link, which then no longer opens; all sessions of the account end.
pub async fn reinitialiser(etat: &Etat, secret: &str, nouveau: &SecretString, visiteur: &Visiteur) -> Resultat<()> {
    let u = ouvrir(&Contexte::lecture(etat, &visiteur.personne, visiteur.numero), secret).await?;
    mot_de_passe::controler("mot_de_passe_nouveau", nouveau, &u.email)?;
    let phc = mot_de_passe::hacher(nouveau).await?;
    let mut cx = Contexte::ecriture(etat, &visiteur.personne, visiteur.numero).await?;
    // The link itself decides: sent twice, it opens once.
    let r = table::Entity::update_many()
        .col_expr(table::Column::UtiliseLe, Expr::value(Some(cx.maintenant)))
        .filter(table::Column::Empreinte.eq(secret::empreinte(secret)))
        .filter(table::Column::UtiliseLe.is_null())
        .filter(table::Column::ExpireLe.gt(cx.maintenant))
        .exec(&cx.db())
        .await?;
    if r.rows_affected == 0 {
        return Err(perime());
    }
    let structure = utilisateur::structure_de(&cx, u.id).await?;
    cx.acteur.utilisateur = Some(u.id);
    cx.acteur.structure = structure;
    utilisateur::poser_mot_de_passe(&cx, &u, phc, None).await?;
    cx.valider().await
}

/// Links sent to an account no longer open.
pub(crate) async fn annuler(cx: &Contexte, id: UtilisateurId) -> Resultat<()> {
    table::Entity::update_many()
        .col_expr(table::Column::UtiliseLe, Expr::value(Some(cx.maintenant)))
        .filter(table::Column::UtilisateurId.eq(id))
        .filter(table::Column::UtiliseLe.is_null())
        .exec(&cx.db())
        .await?;
    Ok(())
}

pub(crate) async fn purger(cx: &Contexte) -> Resultat<()> {
    table::Entity::delete_many().filter(table::Column::ExpireLe.lt(cx.maintenant - TimeDelta::hours(HEURES))).exec(&cx.db()).await?;
    Ok(())
}
