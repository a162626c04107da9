//! What those who booked are told: each message is a job, prepared when it is sent, at a decent hour.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};
use socle::{
    Contexte, Erreur, Etat, Resultat,
    identifiant::ReservationId,
    ports::{ErreurCourrier, ErreurSms, Lettre, PieceJointe},
    retour::{self, Objet},
};

use super::{Canal, EtatReservation, Fin, Reservation, avec_seance, calendrier, contact::noter_refus, creer_lien, finir, regles, table};
use crate::{
    seance::{self, DateSeance, EtatDate, EtatSeance, Seance},
    sms,
    webhook::{self, Evenement},
};

/// Kind of the job that writes to who booked.
pub const GENRE_AVERTIR: &str = "ateliers.avertir";

/// Why somebody is written to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Motif {
    /// Booked, or waiting.
    Confirmation,
    Rappel,
    /// A seat is offered.
    Offre,
    /// The offer ended.
    DelaiPasse,
    /// The booking was cancelled.
    Desistement,
    /// One went to another date.
    Changement,
    /// The séance moved.
    Deplacement,
    /// The séance does not take place.
    Annulation,
    /// What was left of a cycle does not take place.
    Interruption,
}

#[derive(Serialize, Deserialize)]
struct Charge {
    reservation: ReservationId,
    motif: Motif,
    /// Of a reminder: the date it was made for.
    debut: Option<DateTime<Utc>>,
}

/// Has somebody told, at a decent hour from `pas_avant` on; nothing for who asked for nothing.
pub(crate) async fn avertir(cx: &Contexte, r: &Reservation, motif: Motif, pas_avant: Option<DateTime<Utc>>) -> Resultat<()> {
    confier(cx, r, motif, None, regles::heure_decente(pas_avant.unwrap_or(cx.maintenant)), None).await
}

async fn confier(
    cx: &Contexte,
    r: &Reservation,
    motif: Motif,
    debut: Option<DateTime<Utc>>,
    quand: DateTime<Utc>,
    cle: Option<String>,
) -> Resultat<()> {
    if r.canal == Canal::Aucun {
        return Ok(());
    }
    let charge = serde_json::to_value(Charge { reservation: r.id, motif, debut }).map_err(Erreur::interne)?;
    cx.confier(GENRE_AVERTIR, charge, cle, Some(quand)).await
}

/// The reminders, two days before each date.
pub(super) async fn programmer_rappels(cx: &Contexte, r: &Reservation, dates: &[DateSeance]) -> Resultat<()> {
    if r.etat != EtatReservation::Confirmee {
        return Ok(());
    }
    for d in dates.iter().filter(|d| d.etat == EtatDate::Prevue) {
        if let Some(quand) = regles::heure_rappel(d.debut, cx.maintenant) {
            let cle = format!("rappel:{}:{}", r.id, d.debut.timestamp());
            confier(cx, r, Motif::Rappel, Some(d.debut), quand, Some(cle)).await?;
        }
    }
    Ok(())
}

/// Tells all those of a séance that it moved or does not take place; cancelled, their bookings end. Those of a cycle
/// that stops on its way hold the seat they came to.
pub(crate) async fn prevenir_tous(cx: &Contexte, s: &Seance, motif: Motif) -> Resultat<()> {
    let tous = table::Entity::find()
        .filter(table::Column::SeanceId.eq(s.id))
        .filter(table::Column::Etat.is_not_in([EtatReservation::Annulee, EtatReservation::SurPlace]))
        .all(&cx.db())
        .await?;
    let dates = seance::dates(cx, s.id).await?;
    for r in tous {
        let venu = motif == Motif::Interruption && r.etat == EtatReservation::Confirmee;
        if motif == Motif::Annulation || (motif == Motif::Interruption && !venu) {
            finir(cx, &r, Fin::Seance).await?;
        } else {
            webhook::signaler(cx, Evenement::ReservationChangee, &r).await?;
            programmer_rappels(cx, &r, &dates).await?;
        }
        avertir(cx, &r, motif, None).await?;
    }
    Ok(())
}

/// The job that writes to who booked.
///
/// # Errors
/// When the message cannot be handed over: it is tried again.
pub async fn avertir_tache(etat: Etat, charge: serde_json::Value) -> Result<(), String> {
    let c: Charge = serde_json::from_value(charge).map_err(|e| e.to_string())?;
    let maintenant = etat.horloge.maintenant();
    let matin = regles::heure_decente(maintenant);
    if matin > maintenant {
        // A message that waited, for the server of mails for instance, does not wake anybody either.
        return reporter(&etat, &c, matin).await.map_err(|e| e.to_string());
    }
    let Some(message) = preparer(&etat, &c).await.map_err(|e| e.to_string())? else { return Ok(()) };
    match message {
        Message::Courriel(l, pieces) => {
            let marque = retour::marquer(&etat.coffre, Objet::Reservation, c.reservation, &l.destinataire).map_err(|e| e.to_string())?;
            match etat.courrier.envoyer_suivi(&l, &pieces, &marque).await {
                // Trying again is of no use: the team is told, who may call.
                Err(ErreurCourrier::Adresse(_)) => refuser(&etat, c.reservation, Some(&retour::empreinte(&l.destinataire))).await,
                autre => autre.map_err(|e| e.to_string()),
            }
        }
        Message::Sms { numero, texte } => match sms::envoyer(&etat, &numero, &texte).await {
            Err(ErreurSms::Numero(_)) => refuser(&etat, c.reservation, None).await,
            autre => autre.map_err(|e| e.to_string()),
        },
    }
}

async fn refuser(etat: &Etat, r: ReservationId, empreinte: Option<&str>) -> Result<(), String> {
    noter_refus(etat, r, empreinte).await.map(|_| ()).map_err(|e| e.to_string())
}

async fn reporter(etat: &Etat, c: &Charge, quand: DateTime<Utc>) -> Resultat<()> {
    let cx = Contexte::systeme(etat).await?;
    let cle = format!("matin:{}:{:?}:{}", c.reservation, c.motif, quand.timestamp());
    cx.confier(GENRE_AVERTIR, serde_json::to_value(c).map_err(Erreur::interne)?, Some(cle), Some(quand)).await?;
    cx.valider().await
}

enum Message {
    Courriel(Lettre, Vec<PieceJointe>),
    Sms { numero: String, texte: String },
}

/// What is true now is told; what is no longer is not.
async fn preparer(etat: &Etat, c: &Charge) -> Resultat<Option<Message>> {
    let cx = Contexte::systeme(etat).await?;
    let (r, s) = match avec_seance(&cx, c.reservation).await {
        Err(Erreur::Introuvable(_)) => return Ok(None),
        autre => autre?,
    };
    let dates = seance::dates(&cx, s.id).await?;
    let vrai = match c.motif {
        Motif::Confirmation => matches!(r.etat, EtatReservation::Confirmee | EtatReservation::Attente) && cx.maintenant < s.fin,
        Motif::Changement => r.etat == EtatReservation::Confirmee && cx.maintenant < s.fin,
        Motif::Rappel => {
            let date = dates.iter().find(|d| d.etat == EtatDate::Prevue && Some(d.debut) == c.debut);
            r.etat == EtatReservation::Confirmee && date.is_some_and(|d| cx.maintenant < d.debut)
        }
        Motif::Offre => r.etat == EtatReservation::Proposee && r.expire_le.is_some_and(|t| cx.maintenant < t),
        Motif::Deplacement => r.etat != EtatReservation::Annulee && s.etat == EtatSeance::Programmee,
        Motif::DelaiPasse | Motif::Desistement => r.etat == EtatReservation::Annulee && s.etat == EtatSeance::Programmee,
        Motif::Annulation => s.etat == EtatSeance::Annulee && cx.maintenant < s.fin,
        Motif::Interruption => dates.iter().any(|d| d.etat == EtatDate::Annulee && cx.maintenant < d.fin),
    };
    // Nothing more goes to a contact that does not receive, until it is corrected.
    if !vrai || r.refus_le.is_some() {
        return Ok(None);
    }
    let structure = territoire::structure::lire(&cx, s.structure_id).await?;
    let noms = seance::noms_de_lieux(&cx, &[&s]).await?;
    let secret = creer_lien(&cx, r.id).await?;
    let lien = format!("{}/reservation/{secret}", etat.config.public_url.trim_end_matches('/'));
    let cx_maintenant = cx.maintenant;
    cx.valider().await?;
    let dites = dites(c, &dates, cx_maintenant);
    let quand = dites.iter().map(|d| interface::format::instant_long(*d)).collect::<Vec<_>>().join("\n");
    let lieu = seance::nom_lieu(&s, &noms);
    let (sujet, phrase) = dire(c.motif, &r, &s);
    let joindre = structure.telephone.map(|t| format!("\nPour nous joindre : {t}")).unwrap_or_default();
    Ok(match (r.canal, &r.courriel, &r.telephone) {
        (Canal::Courriel, Some(destinataire), _) => Some(Message::Courriel(
            Lettre {
                destinataire: destinataire.clone(),
                sujet: format!("{sujet} : {}", s.titre),
                corps: format!(
                    "Bonjour,\n\n{phrase}\n\nAtelier : {}\n{quand}\n{lieu}\n« {} »{joindre}\n\nVotre code : {}\n\nVoir, changer ou annuler votre réservation :\n{lien}\n\nCe message est envoyé automatiquement : merci de ne pas y répondre.\n",
                    s.titre, structure.nom, r.code
                ),
            },
            calendrier::piece(c.motif, &r, &s, &dates, &lieu, cx_maintenant),
        )),
        (Canal::Sms, _, Some(numero)) => {
            let quand = dites.iter().map(|d| interface::format::instant_court(*d)).collect::<Vec<_>>().join(", ");
            Some(Message::Sms { numero: numero.clone(), texte: format!("{sujet} : {}, {quand}, {lieu}. {phrase} {lien}", s.titre) })
        }
        _ => None,
    })
}

/// The starts a message is about: the date one is reminded of, those that do not take place, else what is to come.
fn dites(c: &Charge, dates: &[DateSeance], maintenant: DateTime<Utc>) -> Vec<DateTime<Utc>> {
    let de = |quelles: &dyn Fn(&DateSeance) -> bool| dates.iter().filter(|d| quelles(d)).map(|d| d.debut).collect::<Vec<_>>();
    let v = match c.motif {
        Motif::Rappel => de(&|d| Some(d.debut) == c.debut),
        Motif::Annulation | Motif::Interruption => de(&|d| d.etat == EtatDate::Annulee),
        _ => de(&|d| d.etat != EtatDate::Annulee && maintenant < d.fin),
    };
    if v.is_empty() { de(&|_| true) } else { v }
}

fn dire(motif: Motif, r: &Reservation, s: &Seance) -> (&'static str, String) {
    match motif {
        Motif::Confirmation if r.etat == EtatReservation::Attente => {
            ("Liste d’attente", "Vous êtes sur la liste d’attente. Si une place se libère, nous vous la proposerons.".into())
        }
        Motif::Confirmation => ("Votre place est réservée", "Votre place est réservée.".into()),
        Motif::Changement => {
            ("Votre réservation est changée", "Votre place est réservée à cette nouvelle date ; l’autre est libre.".into())
        }
        Motif::Rappel => {
            ("Rappel", "Vous êtes attendu bientôt. Si vous ne pouvez pas venir, annulez : quelqu’un d’autre attend peut-être.".into())
        }
        Motif::Offre => (
            "Une place s’est libérée",
            format!(
                "Une place s’est libérée, elle est pour vous jusqu’au {}. Acceptez-la avec le lien ; après, elle sera proposée à quelqu’un d’autre.",
                r.expire_le.map(interface::format::instant_long).unwrap_or_default()
            ),
        ),
        Motif::DelaiPasse => {
            ("La place n’est plus gardée", "Sans réponse de vous à temps, la place proposée n’est plus gardée pour vous. S’il en reste une, vous pouvez réserver de nouveau.".into())
        }
        Motif::Desistement => ("Réservation annulée", "Votre réservation est annulée.".into()),
        Motif::Deplacement => (
            "Atelier déplacé",
            "L’atelier change de date ou d’heure. Votre inscription est gardée : annulez-la si vous ne pouvez plus venir.".into(),
        ),
        Motif::Annulation => {
            let motif = s.motif_annulation.as_deref().map(|m| format!(" {m}")).unwrap_or_default();
            ("Atelier annulé", format!("L’atelier n’aura pas lieu.{motif}"))
        }
        Motif::Interruption => {
            let motif = s.motif_annulation.as_deref().map(|m| format!(" {m}")).unwrap_or_default();
            ("Dates annulées", format!("La suite de cet atelier n’aura pas lieu.{motif}"))
        }
    }
}
