//! The team corrects the contact of a booking; a contact that does not receive is noted.

use sea_orm::{ActiveValue::Set, entity::prelude::*};
use socle::{Contexte, Erreur, Etat, Resultat, identifiant::ReservationId, journal::Action};

use super::{Canal, EtatReservation, Motif, Reservation, avec_seance, avertir, cle_contact, de_l_equipe, table};
use crate::{
    contact::{Contact, Corrige, Injoignable, en_cause, noter_partout, prevenir},
    seance,
    webhook::{self, Evenement},
};

/// Corrects how somebody who booked is called and reached, by the team. What is still true is told to the new contact.
///
/// # Errors
/// [`Erreur::Conflit`] when the booking ended or was forgotten, or when another one has this name and contact.
pub async fn corriger(cx: &Contexte, id: ReservationId, d: Contact) -> Resultat<Reservation> {
    let (r, s) = de_l_equipe(cx, id).await?;
    if r.etat == EtatReservation::Annulee || r.nom.is_empty() {
        return Err(Erreur::Conflit("Cette réservation est annulée ou effacée : son contact ne se corrige plus.".into()));
    }
    let bon = d.bon && r.refus_le.is_some();
    let p = d.controler(false)?;
    let avant = Corrige { nom: r.nom.clone(), telephone: r.telephone.clone(), courriel: r.courriel.clone(), canal: r.canal };
    let Some(changement) = p.depuis(&avant, bon) else { return Ok(r) };
    let cle = match r.etat {
        EtatReservation::SurPlace => r.cle_contact,
        _ => cle_contact(r.seance_id, r.personne_id, p.telephone.as_deref(), p.courriel.as_deref(), &p.nom),
    };
    if cle.is_some()
        && cle != r.cle_contact
        && table::Entity::find().filter(table::Column::CleContact.eq(cle)).one(&cx.db()).await?.is_some()
    {
        return Err(Erreur::Conflit("Une autre réservation a déjà ce nom et ce contact dans cette séance.".into()));
    }
    let apres = Reservation {
        nom: p.nom,
        telephone: p.telephone,
        courriel: p.courriel,
        canal: p.canal,
        cle_contact: cle,
        refus_le: r.refus_le.filter(|_| !changement.avertir),
        ..r
    };
    table::Entity::update_many()
        .set(table::ActiveModel {
            nom: Set(apres.nom.clone()),
            telephone: Set(apres.telephone.clone()),
            courriel: Set(apres.courriel.clone()),
            canal: Set(apres.canal),
            cle_contact: Set(apres.cle_contact),
            refus_le: Set(apres.refus_le),
            ..Default::default()
        })
        .filter(table::Column::Id.eq(id))
        .exec(&cx.db())
        .await?;
    cx.journaliser(Action::Modification, "reservation", id.0, apres.structure_id, &changement.champs).await?;
    webhook::signaler(cx, Evenement::ReservationChangee, &apres).await?;
    if changement.avertir {
        let motif = if apres.etat == EtatReservation::Proposee { Motif::Offre } else { Motif::Confirmation };
        avertir(cx, &apres, motif, None).await?;
        super::avertir::programmer_rappels(cx, &apres, &seance::dates(cx, s.id).await?).await?;
    }
    Ok(apres)
}

/// Notes that a message sent to the address of this fingerprint came back; says whether that was news.
///
/// # Errors
/// When the database does not answer.
pub async fn noter_retour(etat: &Etat, id: ReservationId, empreinte: &str) -> Resultat<bool> {
    noter_refus(etat, id, Some(empreinte)).await
}

/// Notes that who booked cannot be reached as they said, and tells who animates, once; nothing when the contact was
/// corrected since the message left.
pub(crate) async fn noter_refus(etat: &Etat, id: ReservationId, empreinte: Option<&str>) -> Resultat<bool> {
    let cx = Contexte::systeme(etat).await?;
    let (r, s) = match avec_seance(&cx, id).await {
        Err(Erreur::Introuvable(_)) => return Ok(false),
        autre => autre?,
    };
    if r.refus_le.is_some() || r.nom.is_empty() || !en_cause(r.canal, r.courriel.as_deref(), empreinte) {
        return Ok(false);
    }
    table::Entity::update_many()
        .set(table::ActiveModel { refus_le: Set(Some(cx.maintenant)), ..Default::default() })
        .filter(table::Column::Id.eq(r.id))
        .exec(&cx.db())
        .await?;
    if let Some(adresse) = r.courriel.as_deref().filter(|_| r.canal == Canal::Courriel) {
        noter_partout(&cx, r.structure_id, adresse).await?;
    }
    // Who came already, or comes no more, is not called.
    if cx.maintenant < s.fin && r.etat != EtatReservation::Annulee {
        let i = Injoignable {
            quoi: format!("Atelier : {}", s.titre),
            quand: s.debut,
            adresse: &format!("/ateliers/seances/{}", s.id),
            cle: format!("refus:{}:{}", r.id, cx.maintenant.timestamp()),
        };
        prevenir(&cx, s.animateur_id, &i).await?;
    }
    cx.valider().await?;
    Ok(true)
}
