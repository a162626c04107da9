//! Accounts and the functions they hold in structures.
//!
//! The administrator of the instance manages all; a responsable manages the team of their structure,
//! but neither an administrator's account nor one that also works elsewhere.

mod fonction;
mod lecture;
mod table;

use sea_orm::{ActiveValue::Set, ConnectionTrait, ExprTrait, QueryOrder, QuerySelect, entity::prelude::*};
use secrecy::SecretString;
use socle::{
    Contexte, Erreur, Permission, Resultat, Role,
    controle::Controle,
    droits::Portee,
    identifiant::{StructureId, UtilisateurId},
    journal::Action,
    requete::Requete,
};
use territoire::structure;

use crate::{
    SessionCourante,
    frein::{self, Cle},
    mot_de_passe, reinitialisation, session,
};

pub use fonction::Model as Fonction;
pub use lecture::{administrateurs, effectifs, lister, lister_instance};
pub use table::Model as Utilisateur;

/// An account to make, or a function to give to an account already known by this e-mail.
pub struct CreerUtilisateur {
    pub email: String,
    pub nom: String,
    pub role: Role,
    /// Where the role is held; none for the administrator of the instance.
    pub structure: Option<StructureId>,
    /// Given by the command line and the demonstration alone; else the person chooses it by a link.
    pub mot_de_passe: Option<SecretString>,
}

/// An account and the functions it holds.
#[derive(Clone, Debug)]
pub struct Membre {
    pub utilisateur: Utilisateur,
    /// In the structures asked for.
    pub fonctions: Vec<Fonction>,
}

/// An e-mail as it is compared.
pub(crate) fn plier_email(email: &str) -> String {
    email.trim().to_lowercase()
}

fn email_plausible(email: &str) -> bool {
    email.split_once('@').is_some_and(|(l, d)| !l.is_empty() && !d.is_empty() && !d.contains('@'))
        && !email.chars().any(|c| c.is_whitespace() || c.is_control() || matches!(c, '<' | '>' | ',' | ';' | '"'))
}

fn ce_compte() -> Erreur {
    Erreur::Introuvable("Ce compte")
}

pub(crate) async fn par_email<C: ConnectionTrait>(db: &C, email_plie: &str) -> Resultat<Option<Utilisateur>> {
    Ok(table::Entity::find().filter(table::Column::EmailPlie.eq(email_plie)).one(db).await?)
}

pub(crate) async fn par_id<C: ConnectionTrait>(db: &C, id: UtilisateurId) -> Resultat<Option<Utilisateur>> {
    Ok(table::Entity::find_by_id(id).one(db).await?)
}

/// The functions of an account. The caller has checked the right.
pub(crate) async fn fonctions(cx: &Contexte, id: UtilisateurId) -> Resultat<Vec<Fonction>> {
    Ok(fonction::Entity::find()
        .filter(fonction::Column::UtilisateurId.eq(id))
        .order_by_asc(fonction::Column::StructureId)
        .order_by_desc(fonction::Column::Role)
        .all(&cx.db())
        .await?)
}

/// The structure in whose journal an act on an account is read.
pub(crate) async fn structure_de(cx: &Contexte, id: UtilisateurId) -> Resultat<Option<StructureId>> {
    if cx.acteur.utilisateur == Some(id) {
        return Ok(cx.acteur.structure);
    }
    let f = fonctions(cx, id).await?;
    Ok(f.iter().find(|f| Some(f.structure_id) == cx.acteur.structure).or(f.first()).map(|f| f.structure_id))
}

/// Refuses who is neither this account, by a session, nor the program itself.
pub(crate) fn exiger_soi(cx: &Contexte, id: UtilisateurId) -> Resultat<()> {
    if cx.acteur.est_systeme() || (cx.acteur.utilisateur == Some(id) && cx.acteur.portee == Portee::Tout) {
        Ok(())
    } else {
        Err(ce_compte())
    }
}

/// Refuses who may not manage this account; gives it with its functions.
pub(crate) async fn exiger_gerer(cx: &Contexte, id: UtilisateurId) -> Resultat<Membre> {
    let instance = cx.exiger_instance(Permission::InstanceGerer).is_ok();
    let gere = |s: StructureId| cx.acteur.peut_dans(Permission::EquipeGerer, s);
    if !instance && !cx.acteur.fonctions.iter().any(|f| gere(f.structure)) {
        return Err(Erreur::Interdit(Permission::EquipeGerer));
    }
    let utilisateur = par_id(&cx.db(), id).await?.ok_or_else(ce_compte)?;
    let fonctions = fonctions(cx, id).await?;
    if !instance {
        if !fonctions.iter().any(|f| gere(f.structure_id)) {
            return Err(ce_compte());
        }
        if utilisateur.administrateur {
            return Err(Erreur::Interdit(Permission::InstanceGerer));
        }
    }
    Ok(Membre { utilisateur, fonctions })
}

/// Creates an account, or gives a function to the one known by this e-mail; says whether it is new.
/// A new account without a password is sent a link to choose one.
pub async fn creer(cx: &Contexte, d: CreerUtilisateur) -> Resultat<(Utilisateur, bool)> {
    match d.structure.filter(|_| d.role != Role::Administrateur) {
        // Who keeps the certification of a centre gives their access to its candidates and jurors.
        Some(s) if matches!(d.role, Role::Candidat | Role::Jure) && cx.acteur.peut_dans(Permission::CertificationGerer, s) => (),
        Some(s) => cx.exiger_dans(Permission::EquipeGerer, s)?,
        None => cx.exiger_instance(Permission::InstanceGerer)?,
    }
    if d.mot_de_passe.is_some() && !cx.acteur.est_systeme() {
        return Err(Erreur::Interdit(Permission::InstanceGerer));
    }
    let (email, nom) = (d.email.trim().to_owned(), d.nom.trim().to_owned());
    let email_plie = plier_email(&email);
    let mut c = Controle::new();
    c.exiger(email_plausible(&email), "email", "Écrivez une adresse électronique complète, comme prenom.nom@exemple.fr.");
    c.texte("email", Some(&email_plie), 190);
    c.texte("nom", Some(&nom), 150);
    c.exiger(d.role == Role::Administrateur || d.structure.is_some(), "structure", "Choisissez la structure où cette personne travaille.");
    c.exiger(
        d.role != Role::Administrateur || d.structure.is_none(),
        "structure",
        "L’administration de l’instance ne se tient pas dans une structure.",
    );
    c.finir()?;
    let ou = match d.structure {
        Some(s) => Some(structure::lire(cx, s).await?),
        None => None,
    };
    if let Some(u) = par_email(&cx.db(), &email_plie).await? {
        return etendre(cx, u, d.role, ou).await.map(|u| (u, false));
    }
    if nom.is_empty() {
        return Err(Erreur::champ("nom", "Indiquez le nom de la personne."));
    }
    let phc = match &d.mot_de_passe {
        None => None,
        Some(m) => {
            mot_de_passe::controler("mot_de_passe", m, &email)?;
            Some(mot_de_passe::hacher(m).await?)
        }
    };
    let u = table::ActiveModel {
        id: Set(UtilisateurId(cx.nouvel_uuid())),
        email: Set(email),
        email_plie: Set(email_plie),
        nom: Set(nom),
        mot_de_passe: Set(phc),
        administrateur: Set(d.role == Role::Administrateur),
        actif: Set(true),
        cree_le: Set(cx.maintenant),
        version: Set(1),
    }
    .insert(&cx.db())
    .await?;
    if let Some(s) = &ou {
        ajouter_fonction(cx, u.id, s.id, d.role).await?;
    }
    cx.journaliser(Action::Creation, "utilisateur", u.id.0, d.structure, &[]).await?;
    if u.mot_de_passe.is_none() {
        reinitialisation::inviter(cx, &u, ou.as_ref().map(|s| s.nom.as_str())).await?;
    }
    Ok((u, true))
}

async fn ajouter_fonction(cx: &Contexte, id: UtilisateurId, structure: StructureId, role: Role) -> Resultat<()> {
    let f = fonction::ActiveModel { utilisateur_id: Set(id), structure_id: Set(structure), role: Set(role) };
    fonction::Entity::insert(f).exec_without_returning(&cx.db()).await?;
    Ok(())
}

/// Gives a function to an account that exists. Its name and its password stay as they are.
async fn etendre(cx: &Contexte, u: Utilisateur, role: Role, ou: Option<structure::Structure>) -> Resultat<Utilisateur> {
    if u.administrateur {
        cx.exiger_instance(Permission::InstanceGerer)?;
    }
    if !u.actif {
        return Err(Erreur::Conflit("Un compte désactivé porte cette adresse électronique : réactivez-le d’abord.".into()));
    }
    let deja = match &ou {
        None => u.administrateur,
        Some(s) => fonctions(cx, u.id).await?.iter().any(|f| f.structure_id == s.id && f.role == role),
    };
    if deja {
        // A script that sets an instance up may run twice; a candidate or a juror may come back years later.
        return if cx.acteur.est_systeme() || matches!(role, Role::Candidat | Role::Jure) {
            Ok(u)
        } else {
            Err(Erreur::champ("email", "Cette personne a déjà ce rôle."))
        };
    }
    match &ou {
        None => modifier(cx, u.id, table::ActiveModel { administrateur: Set(true), ..Default::default() }).await?,
        Some(s) => {
            ajouter_fonction(cx, u.id, s.id, role).await?;
            reinitialisation::prevenir(cx, &u, &s.nom).await?;
        }
    }
    cx.journaliser(Action::Modification, "utilisateur", u.id.0, ou.map(|s| s.id), &["fonction"]).await?;
    par_id(&cx.db(), u.id).await?.ok_or_else(ce_compte)
}

/// Changes columns of an account and its version.
async fn modifier(cx: &Contexte, id: UtilisateurId, quoi: table::ActiveModel) -> Resultat<()> {
    table::Entity::update_many()
        .set(quoi)
        .col_expr(table::Column::Version, Expr::col(table::Column::Version).add(1))
        .filter(table::Column::Id.eq(id))
        .exec(&cx.db())
        .await?;
    Ok(())
}

/// The responsables of a structure other than `sauf` whose account is active. Their lines are locked:
/// two who leave at once do not each believe that the other stays.
async fn reste_un_responsable(cx: &Contexte, structure: StructureId, sauf: UtilisateurId) -> Resultat<bool> {
    let autres: Vec<_> = fonction::Entity::find()
        .filter(fonction::Column::StructureId.eq(structure))
        .filter(fonction::Column::Role.eq(Role::Responsable))
        .order_by_asc(fonction::Column::UtilisateurId)
        .lock_exclusive()
        .all(&cx.db())
        .await?
        .into_iter()
        .map(|f| f.utilisateur_id)
        .filter(|id| *id != sauf)
        .collect();
    let actifs =
        table::Entity::find().filter(table::Column::Id.is_in(autres)).filter(table::Column::Actif.eq(true)).count(&cx.db()).await?;
    Ok(actifs > 0)
}

fn dernier_responsable() -> Erreur {
    Erreur::Conflit("C’est la dernière personne responsable de cette structure. Nommez-en d’abord une autre.".into())
}

/// Disables an account: its sessions end, its tokens no longer open.
pub async fn desactiver(cx: &Contexte, id: UtilisateurId) -> Resultat<()> {
    let Membre { utilisateur: u, fonctions } = exiger_gerer(cx, id).await?;
    exiger_partout(cx, &fonctions)?;
    if !u.actif {
        return Ok(());
    }
    if cx.acteur.utilisateur == Some(id) {
        return Err(Erreur::Conflit(
            "Vous ne pouvez pas désactiver votre propre compte : demandez-le à une autre personne responsable.".into(),
        ));
    }
    // The command line may always close a door.
    if !cx.acteur.est_systeme() {
        for f in fonctions.iter().filter(|f| f.role == Role::Responsable) {
            if !reste_un_responsable(cx, f.structure_id, id).await? {
                return Err(dernier_responsable());
            }
        }
        if u.administrateur {
            let autres = table::Entity::find()
                .filter(table::Column::Administrateur.eq(true))
                .filter(table::Column::Actif.eq(true))
                .order_by_asc(table::Column::Id)
                .lock_exclusive()
                .all(&cx.db())
                .await?;
            if autres.iter().all(|a| a.id == id) {
                return Err(Erreur::Conflit(
                    "C’est le dernier compte d’administration de cette instance. Ajoutez-en d’abord un autre.".into(),
                ));
            }
        }
    }
    modifier(cx, id, table::ActiveModel { actif: Set(false), ..Default::default() }).await?;
    session::fermer_toutes(cx, id, None).await?;
    journaliser_partout(cx, &u, &fonctions, "actif").await
}

/// Enables an account again.
pub async fn reactiver(cx: &Contexte, id: UtilisateurId) -> Resultat<()> {
    let Membre { utilisateur: u, fonctions } = exiger_gerer(cx, id).await?;
    exiger_partout(cx, &fonctions)?;
    if u.actif {
        return Ok(());
    }
    modifier(cx, id, table::ActiveModel { actif: Set(true), ..Default::default() }).await?;
    journaliser_partout(cx, &u, &fonctions, "actif").await
}

/// An account that also works elsewhere is not one structure's to close or open.
fn exiger_partout(cx: &Contexte, fonctions: &[Fonction]) -> Resultat<()> {
    if fonctions.iter().all(|f| cx.acteur.peut_dans(Permission::EquipeGerer, f.structure_id)) {
        Ok(())
    } else {
        Err(Erreur::Conflit("Cette personne travaille aussi pour une autre structure : retirez-la plutôt de votre équipe.".into()))
    }
}

/// Each structure of the account reads of it in its journal.
async fn journaliser_partout(cx: &Contexte, u: &Utilisateur, fonctions: &[Fonction], champ: &str) -> Resultat<()> {
    let mut structures: Vec<_> = fonctions.iter().map(|f| Some(f.structure_id)).collect();
    structures.dedup();
    if structures.is_empty() {
        structures.push(None);
    }
    for s in structures {
        cx.journaliser(Action::Modification, "utilisateur", u.id.0, s, &[champ]).await?;
    }
    Ok(())
}

/// Takes a function away. The account stays, with its other functions if any.
pub async fn retirer_fonction(cx: &Contexte, id: UtilisateurId, structure: StructureId, role: Role) -> Resultat<()> {
    cx.exiger_dans(Permission::EquipeGerer, structure)?;
    let Membre { utilisateur: u, fonctions } = exiger_gerer(cx, id).await?;
    if !fonctions.iter().any(|f| f.structure_id == structure && f.role == role) {
        return Err(ce_compte());
    }
    if role == Role::Responsable && !cx.acteur.est_systeme() && !reste_un_responsable(cx, structure, id).await? {
        return Err(dernier_responsable());
    }
    fonction::Entity::delete_by_id((id, structure, role)).exec(&cx.db()).await?;
    modifier(cx, id, table::ActiveModel { ..Default::default() }).await?;
    cx.journaliser(Action::Modification, "utilisateur", u.id.0, structure, &["fonction"]).await
}

/// The account that acts.
pub async fn moi(cx: &Contexte) -> Resultat<Utilisateur> {
    let id = cx.auteur()?;
    par_id(&cx.db(), id).await?.ok_or(Erreur::NonConnecte)
}

/// Changes the name of the account that acts.
pub async fn modifier_nom(cx: &Contexte, nom: &str) -> Resultat<()> {
    let id = cx.auteur()?;
    exiger_soi(cx, id)?;
    let nom = nom.trim();
    let mut c = Controle::new();
    c.exiger(!nom.is_empty(), "nom", "Indiquez votre nom.");
    c.texte("nom", Some(nom), 150);
    c.finir()?;
    modifier(cx, id, table::ActiveModel { nom: Set(nom.to_owned()), ..Default::default() }).await?;
    cx.journaliser(Action::Modification, "utilisateur", id.0, cx.acteur.structure, &["nom"]).await
}

/// Changes the password of the account that acts; its other sessions end. It takes the request and not
/// a [`Contexte`]: the two hashes are computed between two transactions.
///
/// # Errors
/// [`Erreur::Invalide`] on `mot_de_passe` (the present one) or `mot_de_passe_nouveau`;
/// [`Erreur::TropDeDemandes`] after repeated failures.
pub async fn changer_mot_de_passe(q: &Requete, courante: &SessionCourante, actuel: &SecretString, nouveau: &SecretString) -> Resultat<()> {
    let cx = q.ecriture().await?;
    let u = moi(&cx).await?;
    exiger_soi(&cx, u.id)?;
    mot_de_passe::controler("mot_de_passe_nouveau", nouveau, &u.email)?;
    // A stolen session must not serve to guess the password.
    let _ = frein::compter(&cx, &[Cle::Compte(&u.email_plie)]).await?;
    cx.valider().await?;
    if !mot_de_passe::verifier(actuel, u.mot_de_passe.as_ref()).await? {
        return Err(Erreur::champ("mot_de_passe", "Ce n’est pas votre mot de passe actuel."));
    }
    let phc = mot_de_passe::hacher(nouveau).await?;
    let cx = q.ecriture().await?;
    poser_mot_de_passe(&cx, &u, phc, Some(courante)).await?;
    cx.valider().await
}

/// Writes a new password: other sessions end, links already sent no longer open, failures are forgotten.
pub(crate) async fn poser_mot_de_passe(
    cx: &Contexte,
    u: &Utilisateur,
    phc: mot_de_passe::Phc,
    sauf: Option<&SessionCourante>,
) -> Resultat<()> {
    modifier(cx, u.id, table::ActiveModel { mot_de_passe: Set(Some(phc)), ..Default::default() }).await?;
    session::fermer_toutes(cx, u.id, sauf).await?;
    reinitialisation::annuler(cx, u.id).await?;
    frein::oublier(cx, Cle::Compte(&u.email_plie)).await?;
    let s = structure_de(cx, u.id).await?;
    cx.journaliser(Action::Modification, "utilisateur", u.id.0, s, &["mot_de_passe"]).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn une_adresse_se_compare_sans_casse() {
        assert_eq!(plier_email("  Camille@Exemple.INVALID "), "camille@exemple.invalid");
        for bon in ["a@b", "camille.x+y@exemple.invalid", "élo@exemple.invalid"] {
            assert!(email_plausible(bon), "{bon}");
        }
        for faux in ["", "camille", "@b", "a@", "a@b@c", "a b@c", "a@b\nBcc: x@y", "a@b,c@d", "<a@b>"] {
            assert!(!email_plausible(faux), "{faux}");
        }
    }
}
