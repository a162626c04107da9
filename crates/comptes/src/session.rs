//! Sessions: sign in, sign out, and what a browser holds in between.

mod appareil;
mod reprise;
mod suite;
mod table;
mod visiteur;
mod web;

pub use reprise::page_expiree;
pub use suite::{adresse_connexion, suite_sure};
pub use visiteur::Visiteur;
pub(crate) use web::nom_cookie;
pub use web::pages;

use chrono::TimeDelta;
use sea_orm::{ActiveValue::Set, ConnectionTrait, ExprTrait, FromQueryResult, QueryOrder, entity::prelude::*, sea_query::Query};
use secrecy::SecretString;
use socle::{
    Acteur, Contexte, Erreur, Etat, Resultat,
    droits::Portee,
    identifiant::{StructureId, UtilisateurId},
    journal::Action,
};

use crate::{
    frein::{self, Cle},
    identite::{self, Identite},
    mot_de_passe,
    secret::{self, empreinte},
    utilisateur,
};

pub use table::Model as Session;

/// The session of the request, put beside the [`Acteur`] by the layer: the SHA-256 of its cookie.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionCourante(pub Vec<u8>);

/// Someone signing in.
pub struct Connexion {
    pub email: String,
    pub mot_de_passe: SecretString,
    pub visiteur: Visiteur,
    /// The session this browser still held, which ends.
    pub ancienne: Option<SessionCourante>,
}

/// A session just opened.
pub struct Ouverte {
    /// The value of the cookie; only its fingerprint is kept.
    pub secret: String,
    pub acteur: Acteur,
}

/// Signs in. It takes the state and not a [`Contexte`]: nobody acts yet, and the hash is computed
/// between two short transactions, not within one.
///
/// # Errors
/// [`Erreur::Invalide`], the same for an unknown account, a wrong password, a disabled account;
/// [`Erreur::TropDeDemandes`] after repeated failures.
pub async fn connecter(etat: &Etat, c: Connexion) -> Resultat<Ouverte> {
    let email = utilisateur::plier_email(&c.email);
    let ouvrir = || Contexte::ecriture(etat, &c.visiteur.personne, c.visiteur.numero);

    let cx = ouvrir().await?;
    let comptes = frein::compter(&cx, &[Cle::Compte(&email), Cle::Adresse(c.visiteur.adresse)]).await?;
    cx.valider().await?;

    let trouve = utilisateur::par_email(etat.base.lecture(), &email).await?;
    let attendu = trouve.as_ref().filter(|u| u.actif).and_then(|u| u.mot_de_passe.as_ref());
    let bon = mot_de_passe::verifier(&c.mot_de_passe, attendu).await?;

    let mut cx = ouvrir().await?;
    let Some(u) = trouve.as_ref().filter(|_| bon) else {
        // The address typed is not kept: only an account that exists is named.
        let structure = match &trouve {
            Some(u) => utilisateur::fonctions(&cx, u.id).await?.first().map(|f| f.structure_id),
            None => None,
        };
        cx.acteur.utilisateur = trouve.map(|u| u.id);
        cx.journaliser(Action::EchecConnexion, "session", None, structure, &[]).await?;
        cx.valider().await?;
        return Err(Erreur::champ(
            "mot_de_passe",
            "L’adresse électronique ou le mot de passe ne convient pas. Vérifiez les deux, puis réessayez.",
        ));
    };
    frein::oublier(&cx, Cle::Compte(&email)).await?;
    // The address keeps its earlier failures: they were perhaps on other accounts.
    for compte in comptes {
        frein::rendre(&cx, compte).await?;
    }
    if let Some(a) = &c.ancienne {
        table::Entity::delete_by_id(a.0.clone()).exec(&cx.db()).await?;
    }
    let secret = secret::tirer()?;
    let ligne = table::ActiveModel {
        empreinte: Set(empreinte(&secret)),
        utilisateur_id: Set(u.id),
        structure_id: Set(None),
        creee_le: Set(cx.maintenant),
        vue_le: Set(cx.maintenant),
        expire_le: Set(cx.maintenant + TimeDelta::hours(etat.config.session_hours)),
        appareil: Set(appareil::decrire(&c.visiteur.navigateur)),
    };
    table::Entity::insert(ligne).exec_without_returning(&cx.db()).await?;
    let trouvee = charger(&cx.db(), &empreinte(&secret)).await?;
    let acteur = trouvee.map(|(_, i)| i.acteur(None, Portee::Tout)).ok_or_else(|| Erreur::Interne("session".into()))?;
    cx.acteur = acteur.clone();
    cx.journaliser(Action::Connexion, "session", None, acteur.structure, &[]).await?;
    cx.valider().await?;
    if let Err(e) = async { purger(ouvrir().await?).await }.await {
        tracing::warn!(erreur = %e, "expired sessions not removed");
    }
    Ok(Ouverte { secret, acteur })
}

/// Signs out: the session ends.
pub async fn deconnecter(cx: &Contexte, courante: &SessionCourante) -> Resultat<()> {
    cx.auteur()?;
    table::Entity::delete_by_id(courante.0.clone()).exec(&cx.db()).await?;
    cx.journaliser(Action::Deconnexion, "session", None, cx.acteur.structure, &[]).await
}

/// The sessions of the account that acts, the latest used first.
pub async fn lister(cx: &Contexte) -> Resultat<Vec<Session>> {
    let moi = cx.auteur()?;
    Ok(table::Entity::find()
        .filter(table::Column::UtilisateurId.eq(moi))
        .filter(table::Column::ExpireLe.gt(cx.maintenant))
        .filter(table::Column::VueLe.gt(cx.maintenant - inactivite(cx.etat())))
        .order_by_desc(table::Column::VueLe)
        .all(&cx.db())
        .await?)
}

/// Ends one of the sessions of the account that acts.
pub async fn revoquer(cx: &Contexte, empreinte: &[u8]) -> Resultat<()> {
    let moi = cx.auteur()?;
    let r = table::Entity::delete_many()
        .filter(table::Column::Empreinte.eq(empreinte))
        .filter(table::Column::UtilisateurId.eq(moi))
        .exec(&cx.db())
        .await?;
    if r.rows_affected == 0 {
        return Err(Erreur::Introuvable("Cette session"));
    }
    cx.journaliser(Action::Suppression, "session", None, cx.acteur.structure, &[]).await
}

/// Chooses the structure worked in, for this session.
pub async fn choisir_structure(cx: &Contexte, courante: &SessionCourante, structure: StructureId) -> Resultat<()> {
    cx.auteur()?;
    if !cx.acteur.fonctions.iter().any(|f| f.structure == structure) {
        return Err(Erreur::Introuvable("Cette structure"));
    }
    table::Entity::update_many()
        .col_expr(table::Column::StructureId, Expr::value(Some(structure.0)))
        .filter(table::Column::Empreinte.eq(courante.0.clone()))
        .exec(&cx.db())
        .await?;
    Ok(())
}

/// Ends the sessions of an account, but one if given. The caller has checked the right.
pub(crate) async fn fermer_toutes(cx: &Contexte, id: UtilisateurId, sauf: Option<&SessionCourante>) -> Resultat<()> {
    let mut q = table::Entity::delete_many().filter(table::Column::UtilisateurId.eq(id));
    if let Some(s) = sauf {
        q = q.filter(table::Column::Empreinte.ne(s.0.clone()));
    }
    q.exec(&cx.db()).await?;
    Ok(())
}

/// Removes what has expired, in a transaction of its own: a sign-in does not depend on it.
async fn purger(cx: Contexte) -> Resultat<()> {
    balayer(&cx).await?;
    cx.valider().await
}

/// Removes sessions that ended, links of password and invitations that no longer open, failures forgotten.
pub async fn balayer(cx: &Contexte) -> Resultat<()> {
    let finie = table::Column::ExpireLe.lte(cx.maintenant).or(table::Column::VueLe.lte(cx.maintenant - inactivite(cx.etat())));
    table::Entity::delete_many().filter(finie).exec(&cx.db()).await?;
    crate::reinitialisation::purger(cx).await?;
    frein::purger(cx).await
}

fn inactivite(etat: &Etat) -> TimeDelta {
    TimeDelta::minutes(etat.config.session_idle_minutes)
}

#[derive(FromQueryResult)]
struct Ligne {
    session_structure: Option<StructureId>,
    vue_le: DateTimeUtc,
    expire_le: DateTimeUtc,
}

async fn charger<C: ConnectionTrait>(db: &C, empreinte: &[u8]) -> Resultat<Option<(Ligne, Identite)>> {
    let mut q = Query::select();
    q.expr_as(Expr::col(("s", "structure_id")), "session_structure")
        .expr_as(Expr::col(("s", "vue_le")), "vue_le")
        .expr_as(Expr::col(("s", "expire_le")), "expire_le")
        .from_as("session", "s")
        .and_where(Expr::col(("s", "empreinte")).eq(empreinte.to_vec()));
    identite::joindre(&mut q, "s");
    let lignes = db.query_all(&q).await?;
    let Some(premiere) = lignes.first() else { return Ok(None) };
    let ligne = Ligne::from_query_result(premiere, "")?;
    Ok(Identite::lire(&lignes)?.map(|i| (ligne, i)))
}

/// The actor of the session of this cookie, if it still holds.
pub(crate) async fn reconnaitre(etat: &Etat, secret: &str) -> Resultat<Option<(Acteur, SessionCourante)>> {
    let empreinte = empreinte(secret);
    let maintenant = etat.horloge.maintenant();
    let Some((l, i)) = charger(etat.base.lecture(), &empreinte).await? else { return Ok(None) };
    let idle = inactivite(etat);
    if !i.actif || l.expire_le <= maintenant || l.vue_le + idle <= maintenant {
        return Ok(None);
    }
    // Not at each request: a read page must not wait for the writer.
    if maintenant - l.vue_le >= TimeDelta::minutes(5).min(idle / 4) {
        toucher(etat, &empreinte).await;
    }
    Ok(Some((i.acteur(l.session_structure, Portee::Tout), SessionCourante(empreinte))))
}

/// Notes that the session is in use. A failure does not stop the request.
async fn toucher(etat: &Etat, empreinte: &[u8]) {
    let fait = async {
        let tx = etat.base.ecriture().await?;
        table::Entity::update_many()
            .col_expr(table::Column::VueLe, Expr::value(etat.horloge.maintenant()))
            .filter(table::Column::Empreinte.eq(empreinte))
            .exec(&tx)
            .await?;
        tx.commit().await
    };
    if let Err(e) = fait.await {
        tracing::warn!(erreur = %e, "session not touched");
    }
}
