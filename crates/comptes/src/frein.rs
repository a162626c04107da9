//! The brake on guessing: repeated failures of one account or from one address make the next attempt wait.
//!
//! Counted in the database, so that all nodes share it. An attempt is counted before it is checked, and
//! given back when it succeeds: attempts sent together do not slip past the count.

mod table;

use std::net::IpAddr;

use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::{ActiveValue::Set, ExprTrait, QuerySelect, entity::prelude::*, sea_query::OnConflict};
use sha2::{Digest, Sha256};
use socle::{Contexte, Erreur, Resultat};

/// Failures of one account before the first delay.
pub const SEUIL_COMPTE: u32 = 5;
/// Failures from one address before the first delay.
pub const SEUIL_ADRESSE: u32 = 20;
/// Mails of reset asked from one address before the first delay.
pub const SEUIL_REINITIALISATION: u32 = 10;

const FENETRE: TimeDelta = TimeDelta::minutes(15);
const PREMIER_DELAI: u64 = 30;
const DELAI_MAX: u64 = 15 * 60;

/// What failures are counted for.
#[derive(Clone, Copy, Debug)]
pub enum Cle<'a> {
    /// An account, by its folded e-mail, known or not.
    Compte(&'a str),
    Adresse(IpAddr),
    /// Resets asked from an address.
    Reinitialisation(IpAddr),
}

impl Cle<'_> {
    fn seuil(self) -> u32 {
        match self {
            Self::Compte(_) => SEUIL_COMPTE,
            Self::Adresse(_) => SEUIL_ADRESSE,
            Self::Reinitialisation(_) => SEUIL_REINITIALISATION,
        }
    }

    fn empreinte(self) -> Vec<u8> {
        let texte = match self {
            Self::Compte(email) => format!("compte:{email}"),
            Self::Adresse(ip) => format!("adresse:{}", reseau(ip)),
            Self::Reinitialisation(ip) => format!("reinitialisation:{}", reseau(ip)),
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

/// Seconds to wait after `nombre` failures: none under `seuil`, then 30 s, doubling, up to 15 min.
pub fn delai(nombre: u32, seuil: u32) -> u64 {
    match nombre.checked_sub(seuil) {
        None => 0,
        Some(n) => PREMIER_DELAI.checked_shl(n.min(16)).unwrap_or(DELAI_MAX).min(DELAI_MAX),
    }
}

/// What is still counted of `nombre` failures, the last at `dernier`; they are forgotten after a while without any.
fn compte_encore(nombre: u32, seuil: u32, dernier: DateTime<Utc>, maintenant: DateTime<Utc>) -> u32 {
    let memoire = FENETRE.max(TimeDelta::seconds(2 * delai(nombre, seuil) as i64));
    if maintenant - dernier > memoire { 0 } else { nombre }
}

/// An attempt counted, to be given back with [`oublier`] or [`rendre`] if it succeeds.
#[must_use]
pub(crate) struct Compte {
    cle: Vec<u8>,
    dernier_avant: Option<DateTime<Utc>>,
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
        let ligne = table::Entity::find_by_id(empreinte.clone()).lock_exclusive().one(&cx.db()).await?;
        let avant =
            ligne.as_ref().map_or(0, |l| compte_encore(l.nombre.unsigned_abs(), cle.seuil(), l.dernier_le, cx.maintenant));
        if let Some(l) = &ligne {
            let fin = l.dernier_le + TimeDelta::seconds(delai(avant, cle.seuil()) as i64);
            let millis = (fin - cx.maintenant).num_milliseconds();
            reste = reste.max(u64::try_from(millis).unwrap_or(0).div_ceil(1000));
        }
        lus.push((empreinte, avant, ligne.map(|l| l.dernier_le)));
    }
    if reste > 0 {
        return Err(Erreur::TropDeDemandes(reste));
    }
    let mut comptes = Vec::with_capacity(lus.len());
    for (cle, avant, dernier_avant) in lus {
        let ligne = table::ActiveModel { cle: Set(cle.clone()), nombre: Set(avant as i32 + 1), dernier_le: Set(cx.maintenant) };
        table::Entity::insert(ligne)
            .on_conflict(OnConflict::column(table::Column::Cle).update_columns([table::Column::Nombre, table::Column::DernierLe]).to_owned())
            .exec_without_returning(&cx.db())
            .await?;
        comptes.push(Compte { cle, dernier_avant });
    }
    Ok(comptes)
}

/// Takes back one attempt that succeeded; earlier failures stay counted.
pub(crate) async fn rendre(cx: &Contexte, compte: Compte) -> Resultat<()> {
    table::Entity::update_many()
        .col_expr(table::Column::Nombre, Expr::col(table::Column::Nombre).sub(1))
        .col_expr(table::Column::DernierLe, Expr::value(compte.dernier_avant.unwrap_or(cx.maintenant)))
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

/// Removes counts that say nothing any more.
pub(crate) async fn purger(cx: &Contexte) -> Resultat<()> {
    table::Entity::delete_many().filter(table::Column::DernierLe.lt(cx.maintenant - TimeDelta::hours(1))).exec(&cx.db()).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn le_delai_commence_au_seuil_et_double() {
        assert_eq!(delai(4, 5), 0);
        assert_eq!(delai(5, 5), 30);
        assert_eq!(delai(6, 5), 60);
        assert_eq!(delai(9, 5), 480);
        assert_eq!(delai(10, 5), 900);
        assert_eq!(delai(u32::MAX, 5), 900);
    }

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

    proptest! {
        #[test]
        fn le_delai_croit_et_reste_borne(n in 0_u32..10_000, seuil in 1_u32..50) {
            prop_assert!(delai(n, seuil) <= delai(n + 1, seuil));
            prop_assert!(delai(n, seuil) == 0 || (PREMIER_DELAI..=DELAI_MAX).contains(&delai(n, seuil)));
            prop_assert_eq!(delai(n, seuil) == 0, n < seuil);
        }

        #[test]
        fn rien_nest_oublie_avant_la_fin_du_delai(n in 1_u32..100, seuil in 1_u32..50, s in 0_i64..7200) {
            let t0 = DateTime::<Utc>::UNIX_EPOCH;
            let encore = compte_encore(n, seuil, t0, t0 + TimeDelta::seconds(s));
            if s <= delai(n, seuil) as i64 {
                prop_assert_eq!(encore, n);
            }
            prop_assert!(encore == 0 || encore == n);
        }
    }
}
