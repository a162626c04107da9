//! API tokens: made by their owner, shown once, kept as a fingerprint.

mod table;

use chrono::TimeDelta;
use sea_orm::{ActiveValue::Set, ConnectionTrait, ExprTrait, FromQueryResult, QueryOrder, entity::prelude::*, sea_query::Query};
use socle::{Contexte, Erreur, Etat, Resultat, controle::Controle, droits::Portee, identifiant::UtilisateurId, journal::Action};

use crate::{
    identite::{self, Identite},
    secret, utilisateur,
};

pub use table::Model as Jeton;

/// What a token begins with: found by those who look for leaked secrets.
pub const PREFIXE: &str = "psr_";
/// Days a token may live, at most, when an end is given.
pub const JOURS_MAX: u32 = 3 * 366;

/// A token to make.
#[derive(Clone, Debug)]
pub struct CreerJeton {
    /// What it is for.
    pub nom: String,
    pub portee: Portee,
    /// Days before it ends; none: it does not end.
    pub jours: Option<u32>,
}

/// Whether a text has the form of a token.
pub fn est_bien_forme(texte: &str) -> bool {
    texte.strip_prefix(PREFIXE).is_some_and(|s| secret::lire(s).is_some())
}

/// Makes a token for `proprietaire`, who must be the account that acts, or any for the program itself.
/// The text is given once: only its fingerprint is kept.
pub async fn creer(cx: &Contexte, proprietaire: UtilisateurId, d: CreerJeton) -> Resultat<(Jeton, String)> {
    utilisateur::exiger_soi(cx, proprietaire)?;
    let nom = d.nom.trim().to_owned();
    let mut c = Controle::new();
    c.exiger(!nom.is_empty(), "nom", "Dites à quoi servira ce jeton : vous le reconnaîtrez dans la liste.");
    c.texte("nom", Some(&nom), 100);
    c.exiger(d.jours.is_none_or(|j| (1..=JOURS_MAX).contains(&j)), "jours", "Indiquez un nombre de jours entre 1 et 1 098.");
    c.finir()?;
    let texte = format!("{PREFIXE}{}", secret::tirer()?);
    let j = table::ActiveModel {
        id: Set(cx.nouvel_uuid()),
        utilisateur_id: Set(proprietaire),
        nom: Set(nom),
        empreinte: Set(secret::empreinte(&texte)),
        portee: Set(d.portee),
        expire_le: Set(d.jours.map(|j| cx.maintenant + TimeDelta::days(i64::from(j)))),
        revoque_le: Set(None),
        utilise_le: Set(None),
        cree_le: Set(cx.maintenant),
    }
    .insert(&cx.db())
    .await?;
    cx.journaliser(Action::Creation, "jeton", j.id, utilisateur::structure_de(cx, proprietaire).await?, &[]).await?;
    Ok((j, texte))
}

/// The tokens of an account that still hold, or all of them.
pub async fn lister(cx: &Contexte, proprietaire: UtilisateurId, finis: bool) -> Resultat<Vec<Jeton>> {
    utilisateur::exiger_soi(cx, proprietaire)?;
    let mut q = table::Entity::find().filter(table::Column::UtilisateurId.eq(proprietaire)).order_by_desc(table::Column::Id);
    if !finis {
        q = q
            .filter(table::Column::RevoqueLe.is_null())
            .filter(table::Column::ExpireLe.is_null().or(table::Column::ExpireLe.gt(cx.maintenant)));
    }
    Ok(q.all(&cx.db()).await?)
}

/// Revokes a token of the account that acts, or any for the program itself. Twice is once.
pub async fn revoquer(cx: &Contexte, id: Uuid) -> Resultat<()> {
    let introuvable = || Erreur::Introuvable("Ce jeton");
    let j = table::Entity::find_by_id(id).one(&cx.db()).await?.ok_or_else(introuvable)?;
    utilisateur::exiger_soi(cx, j.utilisateur_id).map_err(|_| introuvable())?;
    if j.revoque_le.is_some() {
        return Ok(());
    }
    table::Entity::update_many()
        .col_expr(table::Column::RevoqueLe, Expr::value(Some(cx.maintenant)))
        .filter(table::Column::Id.eq(id))
        .exec(&cx.db())
        .await?;
    cx.journaliser(Action::Suppression, "jeton", id, utilisateur::structure_de(cx, j.utilisateur_id).await?, &[]).await
}

#[derive(FromQueryResult)]
struct Ligne {
    portee: Portee,
    expire_le: Option<DateTimeUtc>,
    revoque_le: Option<DateTimeUtc>,
    utilise_le: Option<DateTimeUtc>,
}

/// Who stands behind a token that holds, and its scope.
pub(crate) async fn reconnaitre(etat: &Etat, empreinte: &[u8]) -> Resultat<Option<(Portee, Identite)>> {
    let mut q = Query::select();
    q.expr_as(Expr::col(("j", "portee")), "portee")
        .expr_as(Expr::col(("j", "expire_le")), "expire_le")
        .expr_as(Expr::col(("j", "revoque_le")), "revoque_le")
        .expr_as(Expr::col(("j", "utilise_le")), "utilise_le")
        .from_as("jeton", "j")
        .and_where(Expr::col(("j", "empreinte")).eq(empreinte.to_vec()));
    identite::joindre(&mut q, "j");
    let lignes = etat.base.lecture().query_all(&q).await?;
    let Some(premiere) = lignes.first() else { return Ok(None) };
    let l = Ligne::from_query_result(premiere, "")?;
    let Some(i) = Identite::lire(&lignes)? else { return Ok(None) };
    let maintenant = etat.horloge.maintenant();
    if !i.actif || l.revoque_le.is_some() || l.expire_le.is_some_and(|e| e <= maintenant) {
        return Ok(None);
    }
    if l.utilise_le.is_none_or(|u| maintenant - u >= TimeDelta::minutes(5)) {
        toucher(etat, empreinte).await;
    }
    Ok(Some((l.portee, i)))
}

/// Notes that the token is in use. A failure does not stop the request.
async fn toucher(etat: &Etat, empreinte: &[u8]) {
    let fait = async {
        let tx = etat.base.ecriture().await?;
        table::Entity::update_many()
            .col_expr(table::Column::UtiliseLe, Expr::value(Some(etat.horloge.maintenant())))
            .filter(table::Column::Empreinte.eq(empreinte))
            .exec(&tx)
            .await?;
        tx.commit().await
    };
    if let Err(e) = fait.await {
        tracing::warn!(erreur = %e, "token not touched");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn un_jeton_a_sa_forme() {
        let t = format!("{PREFIXE}{}", secret::tirer().unwrap());
        assert_eq!(t.len(), 47);
        assert!(est_bien_forme(&t));
        for faux in ["", "psr_", "psr_abc", &t[4..], &t.replace("psr_", "xyz_"), &format!("{t}A"), "psr_ééééééééééééééééééééé"]
        {
            assert!(!est_bien_forme(faux), "{faux}");
        }
    }
}
