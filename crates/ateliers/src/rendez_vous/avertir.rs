//! What those who come are told: each message is a job, prepared when it is sent, at a decent hour; a mail carries
//! the file that puts the appointment into a calendar.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use socle::{
    Contexte, Erreur, Etat, Resultat,
    identifiant::RendezVousId,
    ports::{ErreurCourrier, ErreurSms, Lettre, PieceJointe},
    retour::{self, Objet},
};

use super::{EtatRendezVous, Maniere, Motif as Raison, RendezVous, contact::noter_refus, suite};
use crate::{
    agenda::{Composant, Invitation, invitation},
    reservation::{Canal, regles},
    sms,
};

/// Kind of the job that writes to who comes.
pub const GENRE_AVERTIR: &str = "rendez_vous.avertir";

/// Why somebody is written to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Motif {
    Confirmation,
    Rappel,
    Deplacement,
    Annulation,
}

#[derive(Serialize, Deserialize)]
struct Charge {
    rendez_vous: RendezVousId,
    motif: Motif,
    /// For which start it was made: moved since, another says so.
    debut: DateTime<Utc>,
}

/// Has somebody told, at a decent hour; nothing for who asked for nothing.
pub(super) async fn avertir(cx: &Contexte, r: &RendezVous, motif: Motif) -> Resultat<()> {
    confier(cx, r, motif, regles::heure_decente(cx.maintenant), None).await
}

async fn confier(cx: &Contexte, r: &RendezVous, motif: Motif, quand: DateTime<Utc>, cle: Option<String>) -> Resultat<()> {
    if r.canal == Canal::Aucun {
        return Ok(());
    }
    let charge = serde_json::to_value(Charge { rendez_vous: r.id, motif, debut: r.debut }).map_err(Erreur::interne)?;
    cx.confier(GENRE_AVERTIR, charge, cle, Some(quand)).await
}

/// The reminder, two days before.
pub(super) async fn programmer_rappel(cx: &Contexte, r: &RendezVous) -> Resultat<()> {
    match regles::heure_rappel(r.debut, cx.maintenant) {
        Some(quand) => confier(cx, r, Motif::Rappel, quand, Some(format!("rdv:{}:{}", r.id, r.debut.timestamp()))).await,
        None => Ok(()),
    }
}

/// The job that writes to who comes.
///
/// # Errors
/// When the message cannot be handed over: it is tried again.
pub async fn avertir_tache(etat: Etat, charge: serde_json::Value) -> Result<(), String> {
    let c: Charge = serde_json::from_value(charge).map_err(|e| e.to_string())?;
    let maintenant = etat.horloge.maintenant();
    let matin = regles::heure_decente(maintenant);
    if matin > maintenant {
        return reporter(&etat, &c, matin).await.map_err(|e| e.to_string());
    }
    match preparer(&etat, &c).await.map_err(|e| e.to_string())? {
        None => Ok(()),
        Some(Message::Courriel(l, piece)) => {
            let marque = retour::marquer(&etat.coffre, Objet::RendezVous, c.rendez_vous, &l.destinataire).map_err(|e| e.to_string())?;
            match etat.courrier.envoyer_suivi(&l, &[piece], &marque).await {
                // Trying again is of no use: who receives is told, and may call.
                Err(ErreurCourrier::Adresse(_)) => refuser(&etat, c.rendez_vous, Some(&retour::empreinte(&l.destinataire))).await,
                autre => autre.map_err(|e| e.to_string()),
            }
        }
        Some(Message::Sms { numero, texte }) => match sms::envoyer(&etat, &numero, &texte).await {
            Err(ErreurSms::Numero(_)) => refuser(&etat, c.rendez_vous, None).await,
            autre => autre.map_err(|e| e.to_string()),
        },
    }
}

async fn refuser(etat: &Etat, r: RendezVousId, empreinte: Option<&str>) -> Result<(), String> {
    noter_refus(etat, r, empreinte).await.map(|_| ()).map_err(|e| e.to_string())
}

async fn reporter(etat: &Etat, c: &Charge, quand: DateTime<Utc>) -> Resultat<()> {
    let cx = Contexte::systeme(etat).await?;
    let cle = format!("matin:{}:{:?}:{}", c.rendez_vous, c.motif, quand.timestamp());
    cx.confier(GENRE_AVERTIR, serde_json::to_value(c).map_err(Erreur::interne)?, Some(cle), Some(quand)).await?;
    cx.valider().await
}

enum Message {
    Courriel(Lettre, PieceJointe),
    Sms { numero: String, texte: String },
}

/// What is true now is told; what is no longer is not.
async fn preparer(etat: &Etat, c: &Charge) -> Resultat<Option<Message>> {
    let cx = Contexte::systeme(etat).await?;
    let (r, m) = match suite::avec_motif(&cx, c.rendez_vous).await {
        Err(Erreur::Introuvable(_)) => return Ok(None),
        autre => autre?,
    };
    let prevu = r.etat == EtatRendezVous::Prevu && r.debut == c.debut && cx.maintenant < r.debut;
    let vrai = match c.motif {
        Motif::Confirmation | Motif::Rappel | Motif::Deplacement => prevu,
        Motif::Annulation => r.etat == EtatRendezVous::Annule,
    };
    // Nothing more goes to a contact that does not receive, until it is corrected.
    if !vrai || r.refus_le.is_some() {
        return Ok(None);
    }
    let structure = territoire::structure::lire(&cx, r.structure_id).await?;
    let ou = ou(&cx, &r, &m).await?;
    let lien = format!("{}/rendez-vous/mien/{}", etat.config.public_url.trim_end_matches('/'), suite::creer_lien(&cx, r.id).await?);
    cx.valider().await?;
    let quand = interface::format::instant_long(r.debut);
    let (sujet, phrase) = dire(c.motif);
    let joindre = structure.telephone.map(|t| format!("\nPour nous joindre : {t}")).unwrap_or_default();
    Ok(match (r.canal, &r.courriel, &r.telephone) {
        (Canal::Courriel, Some(destinataire), _) => Some(Message::Courriel(
            Lettre {
                destinataire: destinataire.clone(),
                sujet: format!("{sujet} : {}", m.libelle),
                corps: format!(
                    "Bonjour,\n\n{phrase}\n\nRendez-vous : {}\n{quand}, {}\n{ou}\n« {} »{joindre}\n\nVotre code : {}\n\nVoir, changer ou annuler votre rendez-vous :\n{lien}\n\nCe message est envoyé automatiquement : merci de ne pas y répondre.\n",
                    m.libelle,
                    interface::format::duree(m.duree_minutes),
                    structure.nom,
                    r.code
                ),
            },
            piece(&r, &m, &structure.nom, &ou, etat.horloge.maintenant()),
        )),
        (Canal::Sms, _, Some(numero)) => {
            let texte = format!("{sujet} : {}, {}, {ou}. {phrase} {lien}", m.libelle, interface::format::instant_court(r.debut));
            Some(Message::Sms { numero: numero.clone(), texte })
        }
        _ => None,
    })
}

/// The file that puts the appointment into a calendar, or takes it away.
fn piece(r: &RendezVous, m: &Raison, structure: &str, ou: &str, ecrit_le: DateTime<Utc>) -> PieceJointe {
    let annule = r.etat == EtatRendezVous::Annule;
    let c = Composant {
        uid: format!("{}@passeur", r.id),
        ecrit_le,
        debut: r.debut,
        fin: r.fin,
        titre: format!("{} ({structure})", m.libelle),
        ou: Some(ou.to_owned()),
        annule,
        // One more at each change: what is later takes the place of what was before.
        sequence: r.sequence,
        ..Composant::default()
    };
    let methode = if annule { "CANCEL" } else { "PUBLISH" };
    PieceJointe {
        nom: "rendez-vous.ics".into(),
        media: format!("text/calendar; charset=utf-8; method={methode}"),
        octets: invitation(&Invitation(vec![c])).into_bytes(),
    }
}

/// Where one meets, in words.
pub(super) async fn ou(cx: &Contexte, r: &RendezVous, m: &Raison) -> Resultat<String> {
    let lieu = match r.lieu_id.filter(|_| m.maniere == Maniere::SurPlace) {
        Some(l) => territoire::lieu::noms_et_adresses(cx, vec![l]).await?.remove(&l.0),
        None => None,
    };
    Ok(lieu.unwrap_or_else(|| socle::Nomenclature::libelle(m.maniere).to_owned()))
}

fn dire(motif: Motif) -> (&'static str, &'static str) {
    match motif {
        Motif::Confirmation => ("Votre rendez-vous est pris", "Votre rendez-vous est pris."),
        Motif::Rappel => {
            ("Rappel", "Vous avez bientôt rendez-vous. Si vous ne pouvez pas venir, annulez : le créneau servira à quelqu’un d’autre.")
        }
        Motif::Deplacement => ("Rendez-vous changé", "Votre rendez-vous change d’heure ou de lieu."),
        Motif::Annulation => ("Rendez-vous annulé", "Votre rendez-vous est annulé."),
    }
}
