//! The file that comes with a mail, to put the dates of a workshop into a calendar, or to take them away.

use chrono::{DateTime, Utc};
use socle::ports::PieceJointe;

use super::{EtatReservation, Motif, Reservation};
use crate::{
    agenda::{Composant, Invitation, invitation},
    seance::{DateSeance, EtatDate, Seance},
};

/// The invitation of who has a seat; what takes it away, for who has none any more; nothing for who waits.
pub(super) fn piece(
    motif: Motif,
    r: &Reservation,
    s: &Seance,
    dates: &[DateSeance],
    ou: &str,
    ecrit_le: DateTime<Utc>,
) -> Vec<PieceJointe> {
    let annule = match motif {
        Motif::Annulation | Motif::Desistement => true,
        Motif::Confirmation | Motif::Changement | Motif::Deplacement | Motif::Rappel | Motif::Interruption
            if r.etat == EtatReservation::Confirmee =>
        {
            false
        }
        _ => return vec![],
    };
    let un = |rang: i32, debut, fin, annule: bool| Composant {
        // The same for a date wherever it is moved: what comes later takes the place of what was before.
        uid: format!("{}-{rang}@passeur", r.id),
        ecrit_le,
        debut,
        fin,
        titre: s.titre.clone(),
        ou: Some(ou.to_owned()),
        annule,
        sequence: r.sequence.saturating_add(s.version + i32::from(annule)),
        ..Composant::default()
    };
    let mut composants: Vec<Composant> = dates.iter().map(|d| un(d.rang, d.debut, d.fin, annule || d.etat == EtatDate::Annulee)).collect();
    // Left for a séance of fewer dates: those too many are taken away.
    let dernier = dates.iter().map(|d| d.rang).max().unwrap_or(0);
    composants.extend((dernier + 1..=r.dates_dites).map(|rang| un(rang, s.debut, s.fin, true)));
    if composants.is_empty() {
        return vec![];
    }
    let methode = if composants.iter().all(|c| c.annule) { "CANCEL" } else { "PUBLISH" };
    vec![PieceJointe {
        nom: "atelier.ics".into(),
        media: format!("text/calendar; charset=utf-8; method={methode}"),
        octets: invitation(&Invitation(composants)).into_bytes(),
    }]
}
