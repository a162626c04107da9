//! At start: the keys of the file against those that the database knows, before anything is written.

use chrono::{DateTime, Utc};
use sea_orm::{ActiveValue::Set, ConnectionTrait, DatabaseTransaction, DbBackend, DbErr, EntityTrait};
use uuid::Uuid;

use super::{Cle, CleConnue, Coffre, Faute, cle, fichier, table};
use crate::base::Base;

/// The table of [`table`], as what its values are bound to.
const TABLE: (&str, &str) = ("cle_coffre", "verification");
const TEMOIN: &str = "Passeur";

/// Why the safe could not be opened, in French, with what to do.
#[derive(Debug, thiserror::Error)]
pub enum Refus {
    #[error("{0}")]
    Cles(String),
    #[error(transparent)]
    Base(#[from] DbErr),
    #[error(transparent)]
    Faute(#[from] Faute),
}

/// Whether the secret of `k` is the one the database knows under this id.
pub(super) fn verifier(k: &Cle, connue: &CleConnue) -> bool {
    match cle::decouper(&connue.verification) {
        Ok(Some(s)) => s.cle == k.id && k.ouvrir(TABLE.0, TABLE.1, Uuid::nil(), &s).is_ok_and(|t| t == TEMOIN),
        _ => false,
    }
}

/// Makes a key known to the database, and the one that seals.
pub(super) async fn enregistrer(tx: &DatabaseTransaction, k: &Cle) -> Result<(), Refus> {
    table::Entity::insert(table::ActiveModel {
        id: Set(k.id.clone()),
        verification: Set(k.sceller(TABLE.0, TABLE.1, Uuid::nil(), TEMOIN)?),
        creee_le: Set(k.creee_le),
        active: Set(true),
        remplacee_le: Set(None),
        tout_scelle_le: Set(None),
        confirmee_le: Set(None),
        perdue_le: Set(None),
    })
    .exec_without_returning(tx)
    .await?;
    Ok(())
}

/// A transaction that alone changes the keys, among all nodes.
pub(super) async fn seul(base: &Base) -> Result<DatabaseTransaction, DbErr> {
    let tx = base.ecriture().await?;
    if base.moteur() == DbBackend::Postgres {
        tx.execute_unprepared("LOCK TABLE cle_coffre IN SHARE ROW EXCLUSIVE MODE").await?;
    }
    Ok(tx)
}

/// Refuses a file that lacks a key the database knows, or that holds another under the same id.
fn comparer(coffre: &Coffre, connues: &[CleConnue]) -> Result<(), Refus> {
    let chemin = coffre.chemin().display();
    let a = coffre.anneau();
    for c in connues.iter().filter(|c| c.perdue_le.is_none()) {
        match a.cles.get(&c.id) {
            None => {
                return Err(Refus::Cles(format!(
                    "la base de données contient des notes chiffrées par la clé {} (du {}), et le fichier des clés {chemin} ne l’a pas.\n\
                     Rien n’a été touché. Remettez à cet endroit le fichier des clés de cette base : celui de l’autre serveur si plusieurs la \
                     partagent, ou la copie mise à l’abri.\n\
                     Si elle est vraiment perdue, « passeur key lost {} » y renonce : les notes qu’elle chiffrait ne seront plus jamais lisibles.",
                    c.id,
                    crate::horloge::jour(c.creee_le).format("%d/%m/%Y"),
                    c.id
                )));
            }
            Some(k) if !verifier(k, c) => {
                return Err(Refus::Cles(format!(
                    "la clé {} du fichier {chemin} n’est pas celle qui a chiffré les notes de cette base. Rien n’a été touché. Remettez le \
                     fichier des clés de cette base.",
                    c.id
                )));
            }
            Some(_) => {}
        }
    }
    Ok(())
}

/// Opens the safe of a migrated database. The bool says that a key was just made: it must be put in a
/// safe place ([`A_LIRE`]).
///
/// # Errors
/// A missing, wrong or unreadable key: nothing was written.
pub async fn ouvrir(base: &Base, chemin: &std::path::Path, maintenant: DateTime<Utc>) -> Result<(Coffre, bool), Refus> {
    let coffre = Coffre::vide(chemin);
    let lire = || fichier::lire(chemin).map(Option::unwrap_or_default).map_err(Refus::Cles);
    let prendre = |cles: Vec<Cle>| coffre.anneau_mut().cles = cles.into_iter().map(|c| (c.id.clone(), c)).collect();
    prendre(lire()?);
    let mut nouvelle = false;
    if Coffre::cles_connues(base.lecture()).await?.is_empty() {
        let tx = seul(base).await?;
        // Another node may have been first.
        if Coffre::cles_connues(&tx).await?.is_empty() {
            let mut cles = lire()?;
            if cles.is_empty() {
                cles.push(Cle::tirer(maintenant)?);
                // The file first: a key that sealed nothing may be left over, never the contrary.
                fichier::ecrire(chemin, &cles).map_err(Refus::Cles)?;
                nouvelle = true;
            }
            if let Some(k) = cles.last() {
                enregistrer(&tx, k).await?;
            }
            tx.commit().await?;
            prendre(cles);
        }
    }
    comparer(&coffre, &Coffre::cles_connues(base.lecture()).await?)?;
    coffre.suivre(base.lecture()).await?;
    Ok((coffre, nouvelle))
}

/// Opens the safe without making anything, for the commands that mend; a fault is told beside.
pub async fn ouvrir_tel_quel(base: &Base, chemin: &std::path::Path) -> Result<(Coffre, Result<(), Refus>), Refus> {
    let coffre = Coffre::vide(chemin);
    let lues = fichier::lire(chemin).map_err(Refus::Cles)?.unwrap_or_default();
    coffre.anneau_mut().cles = lues.into_iter().map(|c| (c.id.clone(), c)).collect();
    coffre.suivre(base.lecture()).await?;
    let etat = comparer(&coffre, &Coffre::cles_connues(base.lecture()).await?);
    Ok((coffre, etat))
}

/// What is said on screen when a key was just made.
pub fn a_lire(chemin: &std::path::Path) -> String {
    format!(
        "\n\
         ┌─ LA CLÉ DES NOTES ─────────────────────────────────────────────────\n\
         │ Passeur vient de créer la clé qui chiffre les notes sur les personnes :\n\
         │   {}\n\
         │ Copiez ce fichier en lieu sûr, ailleurs que sur cette machine.\n\
         │ SANS LUI, LES NOTES SONT PERDUES POUR TOUJOURS : personne ne pourra\n\
         │ les relire, et les sauvegardes de la base ne le contiennent pas.\n\
         │ Quand c’est fait, dites-le dans la page Administration.\n\
         └────────────────────────────────────────────────────────────────────\n",
        chemin.display()
    )
}
