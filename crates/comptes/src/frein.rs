//! The brake on guessing: repeated failures of one account or from one address make the next attempt wait.
//!
//! Counted in the database, so that all nodes share it. An attempt is counted before it is checked, and
//! given back when it succeeds: attempts sent together do not slip past the count.

mod regles;
mod table;

use std::net::IpAddr;

use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::{
    ActiveValue::Set,
    ExprTrait, QuerySelect,
    entity::prelude::*,
    sea_query::{LockBehavior, LockType, OnConflict, Query},
};
use sha2::{Digest, Sha256};
use socle::{Contexte, Erreur, Resultat};

pub use regles::delai;
use regles::{attente, compte_encore};

/// Failures of one account before the first delay.
pub const SEUIL_COMPTE: u32 = 5;
/// Failures from one address before the first delay.
pub const SEUIL_ADRESSE: u32 = 20;
/// Mails of reset asked from one address before the first delay.
pub const SEUIL_REINITIALISATION: u32 = 10;

/// Bookings from one address before the first delay: a library books for many.
pub const SEUIL_RESERVATION: u32 = 30;

/// What failures are counted for.
#[derive(Clone, Copy, Debug)]
pub enum Cle<'a> {
    /// An account, by its folded e-mail, known or not.
    Compte(&'a str),
    Adresse(IpAddr),
    /// Resets asked from an address.
    Reinitialisation(IpAddr),
    /// Bookings from an address.
    Reservation(IpAddr),
    /// Codes of bookings tried from an address.
    CodeReservation(IpAddr),
}

impl Cle<'_> {
    fn seuil(self) -> u32 {
        match self {
            Self::Compte(_) => SEUIL_COMPTE,
            Self::Adresse(_) => SEUIL_ADRESSE,
            Self::Reinitialisation(_) | Self::CodeReservation(_) => SEUIL_REINITIALISATION,
            Self::Reservation(_) => SEUIL_RESERVATION,
        }
    }

    fn empreinte(self) -> Vec<u8> {
        let texte = match self {
            Self::Compte(email) => format!("compte:{email}"),
            Self::Adresse(ip) => format!("adresse:{}", reseau(ip)),
            Self::Reinitialisation(ip) => format!("reinitialisation:{}", reseau(ip)),
            Self::Reservation(ip) => format!("reservation:{}", reseau(ip)),
            Self::CodeReservation(ip) => format!("code:{}", reseau(ip)),
        };
        Sha256::digest(texte.as_bytes()).to_vec()
    }
}

/// One subscriber holds a whole /64 of IPv6: it counts as one address.
fn reseau(ip: IpAddr) -> IpAddr {
    match ip.to_canonical() {
        IpAddr::V4(v4) => IpAddr::V4(v4),
        IpAddr::V6(v6) => IpAddr::V6((v6.to_bits() >> 64 << 64).into()),
    }
}

/// An attempt counted, to be given back with [`oublier`] or [`rendre`] if it succeeds.
#[must_use]
pub(crate) struct Compte {
    cle: Vec<u8>,
    dernier_avant: DateTime<Utc>,
}

/// Counts an attempt for each key, in this order.
///
/// # Errors
/// [`Erreur::TropDeDemandes`] when one must still wait; nothing is counted then.
pub(crate) async fn compter(cx: &Contexte, cles: &[Cle<'_>]) -> Resultat<Vec<Compte>> {
    let mut lus = Vec::with_capacity(cles.len());
    let mut reste = 0;
    for cle in cles {
        let empreinte = cle.empreinte();
        // The line is made first, so that there is one to lock: all attempts then wait in the same order.
        let ligne = table::ActiveModel { cle: Set(empreinte.clone()), nombre: Set(0), dernier_le: Set(cx.maintenant) };
        table::Entity::insert(ligne)
            .on_conflict(OnConflict::column(table::Column::Cle).do_nothing().to_owned())
            .exec_without_returning(&cx.db())
            .await?;
        let Some(l) = table::Entity::find_by_id(empreinte.clone()).lock_exclusive().one(&cx.db()).await? else {
            // Removed in between by a success elsewhere: there is nothing to count from.
            lus.push((empreinte, 0, cx.maintenant));
            continue;
        };
        let avant = compte_encore(l.nombre.unsigned_abs(), cle.seuil(), l.dernier_le, cx.maintenant);
        reste = std::cmp::Ord::max(reste, attente(avant, cle.seuil(), l.dernier_le, cx.maintenant));
        lus.push((empreinte, avant, l.dernier_le));
    }
    if reste > 0 {
        return Err(Erreur::TropDeDemandes(reste));
    }
    let mut comptes = Vec::with_capacity(lus.len());
    for (cle, avant, dernier_avant) in lus {
        let ligne = table::ActiveModel { cle: Set(cle.clone()), nombre: Set(avant as i32 + 1), dernier_le: Set(cx.maintenant) };
        table::Entity::insert(ligne)
            .on_conflict(
                OnConflict::column(table::Column::Cle).update_columns([table::Column::Nombre, table::Column::DernierLe]).to_owned(),
            )
            .exec_without_returning(&cx.db())
            .await?;
        comptes.push(Compte { cle, dernier_avant });
    }
    Ok(comptes)
}

/// Counts one attempt, in a transaction of its own, so that one refused later stays counted.
///
/// # Errors
/// [`Erreur::TropDeDemandes`] when one must still wait.
pub async fn freiner(etat: &socle::Etat, cle: Cle<'_>) -> Resultat<()> {
    let cx = Contexte::systeme(etat).await?;
    let _comptes = compter(&cx, &[cle]).await?;
    cx.valider().await
}

/// Takes back one attempt that succeeded; earlier failures stay counted.
pub(crate) async fn rendre(cx: &Contexte, compte: Compte) -> Resultat<()> {
    table::Entity::update_many()
        .col_expr(table::Column::Nombre, Expr::col(table::Column::Nombre).sub(1))
        .col_expr(table::Column::DernierLe, Expr::value(compte.dernier_avant))
        .filter(table::Column::Cle.eq(compte.cle))
        .filter(table::Column::Nombre.gt(0))
        .exec(&cx.db())
        .await?;
    Ok(())
}

/// Forgets all failures of a key.
pub(crate) async fn oublier(cx: &Contexte, cle: Cle<'_>) -> Resultat<()> {
    table::Entity::delete_by_id(cle.empreinte()).exec(&cx.db()).await?;
    Ok(())
}

/// Removes counts that say nothing any more. Those that an attempt holds are left for the next time:
/// waiting for them here could make two sign-ins wait for each other.
pub(crate) async fn purger(cx: &Contexte) -> Resultat<()> {
    let anciens = Query::select()
        .column(table::Column::Cle)
        .from(table::Entity)
        .and_where(table::Column::DernierLe.lt(cx.maintenant - TimeDelta::hours(1)))
        .lock_with_behavior(LockType::Update, LockBehavior::SkipLocked)
        .to_owned();
    table::Entity::delete_many().filter(table::Column::Cle.in_subquery(anciens)).exec(&cx.db()).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn une_adresse_ipv6_compte_par_reseau() {
        let a: IpAddr = "2001:db8:1:2:3::4".parse().unwrap();
        let b: IpAddr = "2001:db8:1:2:ffff::9".parse().unwrap();
        let c: IpAddr = "2001:db8:1:3::4".parse().unwrap();
        assert_eq!(Cle::Adresse(a).empreinte(), Cle::Adresse(b).empreinte());
        assert_ne!(Cle::Adresse(a).empreinte(), Cle::Adresse(c).empreinte());
        assert_eq!(reseau("::ffff:192.0.2.1".parse().unwrap()), "192.0.2.1".parse::<IpAddr>().unwrap());
        assert_ne!(Cle::Adresse(a).empreinte(), Cle::Reinitialisation(a).empreinte());
    }
}
