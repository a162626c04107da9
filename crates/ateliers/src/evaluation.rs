//! Evaluation of workshops: on the day, on a shared tablet or by a QR code, one answer after the other; two weeks
//! later, by mail, to those who agreed; the gestures that the animator saw and that the person says they can do.
//!
//! No account: a secret link opens each form. What is answered on the day becomes, when the séance is closed, opinions
//! on the accompaniment it is recorded as: they are counted once, with the others.

mod api;
mod chaud;
mod equipe;
mod froid;
mod gestes;
mod migration;
mod questions;
mod table;
mod web;

pub use api::api;
pub use chaud::{Lien, SuiviEvaluation, fermer, ouvrir, suivi};
pub(crate) use chaud::{cloturer, reponses};
pub use froid::{GENRE_FROIDE, GENRE_INVITER, GENRE_PURGE, inviter, inviter_tache, lancer, purger};
pub(crate) use froid::{accords, commentaires, noter_accord};
pub use gestes::{Gens, MarqueGestes, feuille, lien_participant, marquer};
pub(crate) use migration::Evaluations;
pub use questions::{QUESTIONS_FROIDES, Repondre, questions};

use interface::requete::Pages;
use sea_orm::{QuerySelect, entity::prelude::*};
use serde::{Deserialize, Serialize};
use socle::{
    Contexte, Erreur, Nomenclature, Resultat,
    coffre::Champ,
    identifiant::{DateSeanceId, ReservationId},
    secret,
};
use table::{invitation, lien};

use crate::{
    reservation::{Reservation, table as reservations},
    seance::{self, DateSeance, EtatDate, Seance, nomenclature, table::date},
};

const COMMENTAIRE: Champ = Champ::texte("reponse_seance", "commentaire");
const COMMENTAIRE_FROID: Champ = Champ::texte("reponse_froide", "commentaire");

/// The sealed columns.
pub const CHAMPS: [Champ; 2] = [COMMENTAIRE, COMMENTAIRE_FROID];

nomenclature! {
    /// How a form reaches people.
    #[schema(as = VoieEvaluation)]
    Voie {
        Tablette => "Sur la tablette",
        Qr => "Par QR code",
        Courriel => "Par courriel, deux semaines après",
        Gestes => "Gestes, pour une personne",
    }
}

/// Pages of evaluations: those of the team, and those a link opens.
pub fn pages() -> Pages {
    equipe::pages().fusionner(web::pages())
}

/// What a secret opens.
#[derive(Clone, Debug)]
pub(crate) struct Ouverte {
    pub voie: Voie,
    pub date: DateSeance,
    pub seance: Seance,
    /// Whose form it is, when it is one person's.
    pub reservation: Option<Reservation>,
    /// The structure that asks.
    pub structure: String,
}

async fn lien_de(cx: &Contexte, secret: &str) -> Resultat<lien::Model> {
    lien::Entity::find_by_id(secret::empreinte(secret)).one(&cx.db()).await?.ok_or(Erreur::Introuvable("Ce lien"))
}

/// What a secret opens, if it can still be answered; what says so is locked where it is written.
///
/// # Errors
/// [`Erreur::Introuvable`] for an unknown secret, [`Erreur::Perime`] when it is closed, answered or too late.
pub(crate) async fn ouvrir_lien(cx: &Contexte, secret: &str) -> Resultat<Ouverte> {
    let inconnu = || Erreur::Introuvable("Ce lien");
    let perime = |m: &str| Err(Erreur::Perime(m.to_owned()));
    let l = lien_de(cx, secret).await?;
    let en_retard = l.expire_le <= cx.maintenant;
    match l.voie {
        Voie::Tablette | Voie::Qr => {
            let mut q = table::Entity::find_by_id(l.date_id);
            if cx.ecrit() {
                q = q.lock_exclusive();
            }
            let e = q.one(&cx.db()).await?.ok_or_else(inconnu)?;
            if e.fermee_le.is_some() || en_retard {
                return perime(questions::FERMEE);
            }
        }
        Voie::Courriel => {
            let mut q = invitation::Entity::find_by_id(l.reservation_id.ok_or_else(inconnu)?);
            if cx.ecrit() {
                q = q.lock_exclusive();
            }
            if q.one(&cx.db()).await?.ok_or_else(inconnu)?.repondue {
                return perime(questions::DEJA);
            }
            if en_retard {
                return perime(questions::EXPIREE);
            }
        }
        Voie::Gestes if en_retard => return perime(questions::EXPIREE),
        Voie::Gestes => {}
    }
    let d = date::Entity::find_by_id(l.date_id).one(&cx.db()).await?.ok_or_else(inconnu)?;
    if d.etat == EtatDate::Annulee || (d.etat == EtatDate::Close && matches!(l.voie, Voie::Tablette | Voie::Qr)) {
        return perime(questions::FERMEE);
    }
    let seance = seance::par_id(cx, d.seance_id).await?.ok_or_else(inconnu)?;
    let reservation = match l.reservation_id {
        Some(r) => Some(reservations::Entity::find_by_id(r).one(&cx.db()).await?.ok_or_else(inconnu)?),
        None => None,
    };
    let structure = territoire::structure::lire(cx, seance.structure_id).await?.nom;
    Ok(Ouverte { voie: l.voie, date: d, seance, reservation, structure })
}

/// Records what was answered at a secret link. For gestures, use [`gestes::repondre`].
pub async fn repondre(cx: &Contexte, secret: &str, r: &Repondre) -> Resultat<Voie> {
    // Said again after its answer came: it is the same.
    if let Some(id) = r.id
        && table::reponse::Entity::find_by_id(id).one(&cx.db()).await?.is_some()
    {
        return Ok(lien_de(cx, secret).await?.voie);
    }
    let o = ouvrir_lien(cx, secret).await?;
    match o.voie {
        Voie::Tablette | Voie::Qr => chaud::repondre(cx, &o, r).await?,
        Voie::Courriel => froid::repondre(cx, &o, r).await?,
        Voie::Gestes => return Err(Erreur::Introuvable("Cette question")),
    }
    Ok(o.voie)
}

/// A new secret link.
async fn creer_lien(
    cx: &Contexte,
    voie: Voie,
    date: DateSeanceId,
    reservation: Option<ReservationId>,
    expire_le: DateTimeUtc,
) -> Resultat<String> {
    let secret = secret::tirer()?;
    let ligne = lien::ActiveModel {
        empreinte: sea_orm::ActiveValue::Set(secret::empreinte(&secret)),
        voie: sea_orm::ActiveValue::Set(voie),
        date_id: sea_orm::ActiveValue::Set(date),
        reservation_id: sea_orm::ActiveValue::Set(reservation),
        cree_le: sea_orm::ActiveValue::Set(cx.maintenant),
        expire_le: sea_orm::ActiveValue::Set(expire_le),
    };
    lien::Entity::insert(ligne).exec_without_returning(&cx.db()).await?;
    Ok(secret)
}

/// The whole address of a secret.
fn adresse(cx: &Contexte, secret: &str) -> String {
    format!("{}/evaluation/{secret}", cx.etat().config.public_url.trim_end_matches('/'))
}
