//! What becomes of a booking: its secret links, its end, the seat accepted or given.

use sea_orm::{ActiveValue::Set, entity::prelude::*};
use socle::{
    Contexte, Erreur, Permission, Resultat,
    identifiant::{PersonneId, ReservationId},
    journal::Action,
    secret,
};

use super::{
    EtatReservation, Motif, Reservation, avertir, proposer_les_places, regles, sieges,
    table::{self, lien},
};
use crate::{
    seance::{self, EtatSeance, Seance},
    webhook::{self, Evenement},
};

/// A new secret address of a booking.
pub(crate) async fn creer_lien(cx: &Contexte, r: ReservationId) -> Resultat<String> {
    let secret = secret::tirer()?;
    let ligne = lien::ActiveModel { empreinte: Set(secret::empreinte(&secret)), reservation_id: Set(r), cree_le: Set(cx.maintenant) };
    lien::Entity::insert(ligne).exec_without_returning(&cx.db()).await?;
    Ok(secret)
}

/// The booking that a secret opens, and its séance; locked where it is written.
pub(crate) async fn ouvrir(cx: &Contexte, secret: &str) -> Resultat<(Reservation, Seance)> {
    let inconnu = || Erreur::Introuvable("Cette réservation");
    let l = lien::Entity::find_by_id(secret::empreinte(secret)).one(&cx.db()).await?.ok_or_else(inconnu)?;
    avec_seance(cx, l.reservation_id).await
}

/// A booking and its séance; both locked, the séance first, where it is written.
pub(super) async fn avec_seance(cx: &Contexte, id: ReservationId) -> Resultat<(Reservation, Seance)> {
    let inconnu = || Erreur::Introuvable("Cette réservation");
    let r = table::Entity::find_by_id(id).one(&cx.db()).await?.ok_or_else(inconnu)?;
    let s = if cx.ecrit() {
        seance::verrouiller(cx, r.seance_id).await?
    } else {
        seance::table::Entity::find_by_id(r.seance_id).one(&cx.db()).await?.ok_or_else(inconnu)?
    };
    // What it says once nobody else writes.
    let r = table::Entity::find_by_id(id).one(&cx.db()).await?.ok_or_else(inconnu)?;
    Ok((r, s))
}

/// The booking of a code, as typed. Guesses are slowed down by the caller.
pub(crate) async fn par_code(cx: &Contexte, code: &str) -> Resultat<Option<Reservation>> {
    let code = regles::lire_code(code);
    Ok(table::Entity::find().filter(table::Column::Code.eq(code)).one(&cx.db()).await?)
}

/// How a booking ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fin {
    Personne,
    Equipe,
    Delai,
    Seance,
}

impl Fin {
    fn code(self) -> &'static str {
        match self {
            Self::Personne => "personne",
            Self::Equipe => "equipe",
            Self::Delai => "delai",
            Self::Seance => "seance",
        }
    }
}

pub(super) async fn finir(cx: &Contexte, r: &Reservation, fin: Fin) -> Resultat<()> {
    table::Entity::update_many()
        .set(table::ActiveModel {
            etat: Set(EtatReservation::Annulee),
            siege: Set(None),
            cle_contact: Set(None),
            expire_le: Set(None),
            fin: Set(Some(fin.code().to_owned())),
            fini_le: Set(Some(cx.maintenant)),
            ..Default::default()
        })
        .filter(table::Column::Id.eq(r.id))
        .exec(&cx.db())
        .await?;
    let finie = Reservation { etat: EtatReservation::Annulee, siege: None, ..r.clone() };
    webhook::signaler(cx, Evenement::ReservationAnnulee, &finie).await?;
    cx.journaliser(Action::Suppression, "reservation", r.id.0, r.structure_id, &[]).await
}

/// Who waited came all the same: they take no seat, and wait no more.
pub(crate) async fn venue(cx: &Contexte, r: &Reservation, personne: Option<PersonneId>) -> Resultat<()> {
    table::Entity::update_many()
        .set(table::ActiveModel {
            etat: Set(EtatReservation::SurPlace),
            siege: Set(None),
            expire_le: Set(None),
            personne_id: Set(r.personne_id.or(personne)),
            ..Default::default()
        })
        .filter(table::Column::Id.eq(r.id))
        .exec(&cx.db())
        .await?;
    cx.journaliser(Action::Modification, "reservation", r.id.0, r.structure_id, &["etat"]).await
}

/// Cancels a booking; its seat goes at once to who waits. Once the séance has begun, nothing is cancelled.
pub(super) async fn annuler_ouverte(cx: &Contexte, r: &Reservation, s: &Seance, fin: Fin) -> Resultat<()> {
    if matches!(r.etat, EtatReservation::Annulee | EtatReservation::SurPlace) {
        return Ok(());
    }
    if cx.maintenant >= s.fin {
        return Err(Erreur::Conflit("Cet atelier a eu lieu : la réservation ne s’annule plus.".into()));
    }
    finir(cx, r, fin).await?;
    avertir(cx, r, Motif::Desistement, None).await?;
    proposer_les_places(cx, s).await
}

/// Cancels one's own booking, by its secret link.
pub async fn annuler_par_lien(cx: &Contexte, secret: &str) -> Resultat<Reservation> {
    let (r, s) = ouvrir(cx, secret).await?;
    annuler_ouverte(cx, &r, &s, Fin::Personne).await?;
    Ok(r)
}

/// Accepts the seat that was offered.
///
/// # Errors
/// [`Erreur::Perime`] when the offer ended.
pub async fn accepter_par_lien(cx: &Contexte, secret: &str) -> Resultat<Reservation> {
    let (r, s) = ouvrir(cx, secret).await?;
    accepter(cx, &r, &s).await?;
    Ok(r)
}

pub(super) async fn accepter(cx: &Contexte, r: &Reservation, s: &Seance) -> Resultat<()> {
    match r.etat {
        EtatReservation::Confirmee => return Ok(()),
        EtatReservation::Proposee if r.expire_le.is_some_and(|t| cx.maintenant < t) || !cx.acteur.est_systeme() => {}
        _ if s.etat == EtatSeance::Annulee => return Err(Erreur::Perime("Cet atelier n’aura pas lieu.".into())),
        EtatReservation::Annulee if r.fin.as_deref() != Some("delai") => {
            return Err(Erreur::Perime("Cette réservation est annulée : réservez de nouveau, s’il reste une place.".into()));
        }
        _ => {
            return Err(Erreur::Perime(
                "Le délai pour accepter cette place est passé. S’il en reste une, vous pouvez réserver de nouveau.".into(),
            ));
        }
    }
    table::Entity::update_many()
        .set(table::ActiveModel { etat: Set(EtatReservation::Confirmee), expire_le: Set(None), ..Default::default() })
        .filter(table::Column::Id.eq(r.id))
        .exec(&cx.db())
        .await?;
    cx.journaliser(Action::Modification, "reservation", r.id.0, r.structure_id, &["etat"]).await?;
    let r = Reservation { etat: EtatReservation::Confirmee, ..r.clone() };
    webhook::signaler(cx, Evenement::ReservationChangee, &r).await?;
    avertir(cx, &r, Motif::Confirmation, None).await?;
    avertir::programmer_rappels(cx, &r, &seance::dates(cx, s.id).await?).await
}

/// A booking of the actor's structure, to change it.
pub(crate) async fn de_l_equipe(cx: &Contexte, id: ReservationId) -> Resultat<(Reservation, Seance)> {
    let introuvable = Erreur::Introuvable("Cette réservation");
    let Some(r) = table::Entity::find_by_id(id).one(&cx.db()).await? else {
        return Err(if cx.acteur.peut(Permission::AccompagnementsEcrire) {
            introuvable
        } else {
            Erreur::Interdit(Permission::AccompagnementsEcrire)
        });
    };
    match cx.exiger_dans(Permission::AccompagnementsEcrire, r.structure_id) {
        Err(Erreur::Introuvable(_)) => return Err(introuvable),
        autre => autre?,
    }
    avec_seance(cx, id).await
}

/// Cancels a booking, by the team.
pub async fn annuler(cx: &Contexte, id: ReservationId) -> Resultat<Reservation> {
    let (r, s) = de_l_equipe(cx, id).await?;
    annuler_ouverte(cx, &r, &s, Fin::Equipe).await?;
    Ok(r)
}

/// Confirms, by the team, who waits or was offered a seat: the order of the list is theirs to overrule, the seats
/// are not.
pub async fn confirmer(cx: &Contexte, id: ReservationId) -> Resultat<Reservation> {
    let (mut r, s) = de_l_equipe(cx, id).await?;
    if s.etat == EtatSeance::Annulee {
        return Err(Erreur::Conflit("Cette séance est annulée.".into()));
    }
    if matches!(r.etat, EtatReservation::Attente) {
        let Some(siege) = regles::siege_libre(&sieges(cx, s.id).await?, s.places, s.places_reservees, true) else {
            return Err(Erreur::Conflit("Il n’y a plus de place : ajoutez-en à la séance, ou annulez une réservation.".into()));
        };
        table::Entity::update_many()
            .set(table::ActiveModel {
                etat: Set(EtatReservation::Proposee),
                siege: Set(Some(siege)),
                expire_le: Set(Some(s.debut)),
                ..Default::default()
            })
            .filter(table::Column::Id.eq(id))
            .exec(&cx.db())
            .await?;
        r.etat = EtatReservation::Proposee;
    }
    accepter(cx, &r, &s).await?;
    Ok(table::Entity::find_by_id(id).one(&cx.db()).await?.unwrap_or(r))
}
