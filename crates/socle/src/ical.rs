//! iCalendar (RFC 5545): what is written for other calendars. What is read of theirs is with the agenda.
//!
//! Written by hand: the crate `icalendar` adds a `DTSTAMP` and a `UID` to `VTIMEZONE`, which the standard has not. What
//! is written is checked by Python's library (`scripts/verifier-agenda`).

use std::fmt::Write as _;

use crate::{horloge::FUSEAU, secret};
use chrono::{DateTime, Utc};

/// Times of France: summer begins the last Sunday of March, ends the last of October, at 1:00 UTC, since 1996.
const FUSEAU_HORAIRE: &str = "BEGIN:VTIMEZONE\r\nTZID:Europe/Paris\r\nBEGIN:STANDARD\r\nDTSTART:19961027T030000\r\nRRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU\r\nTZOFFSETFROM:+0200\r\nTZOFFSETTO:+0100\r\nTZNAME:CET\r\nEND:STANDARD\r\nBEGIN:DAYLIGHT\r\nDTSTART:19810329T020000\r\nRRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU\r\nTZOFFSETFROM:+0100\r\nTZOFFSETTO:+0200\r\nTZNAME:CEST\r\nEND:DAYLIGHT\r\nEND:VTIMEZONE\r\n";

/// Writes a line of a calendar, folded at 75 octets as the standard asks (§ 3.1), never inside a letter.
pub fn ligne(sortie: &mut String, texte: &str) {
    let mut place = 75;
    let mut octets = 0;
    for c in texte.chars() {
        if octets + c.len_utf8() > place {
            sortie.push_str("\r\n ");
            (place, octets) = (74, 0);
        }
        sortie.push(c);
        octets += c.len_utf8();
    }
    sortie.push_str("\r\n");
}

/// A text value (§ 3.3.11).
pub fn texte(t: &str) -> String {
    let mut s = String::with_capacity(t.len());
    for c in t.chars() {
        match c {
            '\\' | ';' | ',' => {
                s.push('\\');
                s.push(c);
            }
            '\n' => s.push_str("\\n"),
            c if c.is_control() => {}
            c => s.push(c),
        }
    }
    s
}

fn utc(t: DateTime<Utc>) -> String {
    t.format("%Y%m%dT%H%M%SZ").to_string()
}

/// When, on the wall of France; a day when it lasts whole days.
fn instant(nom: &str, t: DateTime<Utc>, journees: bool) -> String {
    let local = t.with_timezone(&FUSEAU);
    if journees {
        format!("{nom};VALUE=DATE:{}", local.format("%Y%m%d"))
    } else {
        format!("{nom};TZID=Europe/Paris:{}", local.format("%Y%m%dT%H%M%S"))
    }
}

/// Something written for another calendar.
#[derive(Clone, Debug, Default)]
pub struct Composant {
    pub uid: String,
    /// When it was last written here.
    pub ecrit_le: DateTime<Utc>,
    pub debut: DateTime<Utc>,
    pub fin: DateTime<Utc>,
    pub journees: bool,
    pub titre: String,
    pub ou: Option<String>,
    pub description: Option<String>,
    /// A rule, as other calendars read it.
    pub regle: Option<String>,
    /// When the rule would be, and is not.
    pub sauf: Vec<DateTime<Utc>>,
    /// Of an occurrence moved: when the rule would have it.
    pub a_la_place_de: Option<DateTime<Utc>>,
    pub annule: bool,
    pub sequence: i32,
}

impl Composant {
    fn ecrire(&self, s: &mut String) {
        ligne(s, "BEGIN:VEVENT");
        ligne(s, &format!("UID:{}", self.uid));
        ligne(s, &format!("DTSTAMP:{}", utc(self.ecrit_le)));
        ligne(s, &instant("DTSTART", self.debut, self.journees));
        ligne(s, &instant("DTEND", self.fin, self.journees));
        if let Some(t) = self.a_la_place_de {
            ligne(s, &instant("RECURRENCE-ID", t, self.journees));
        }
        if let Some(r) = &self.regle {
            ligne(s, &format!("RRULE:{r}"));
        }
        for t in &self.sauf {
            ligne(s, &instant("EXDATE", *t, self.journees));
        }
        ligne(s, &format!("SEQUENCE:{}", self.sequence));
        ligne(s, &format!("SUMMARY:{}", texte(&self.titre)));
        for (nom, valeur) in [("LOCATION", &self.ou), ("DESCRIPTION", &self.description)] {
            if let Some(v) = valeur {
                ligne(s, &format!("{nom}:{}", texte(v)));
            }
        }
        ligne(s, if self.annule { "STATUS:CANCELLED" } else { "STATUS:CONFIRMED" });
        ligne(s, "END:VEVENT");
    }
}

/// A calendar, whole: its name (shown by who subscribes; may be empty), its method, what it holds.
pub fn calendrier(nom: &str, methode: &str, composants: &[Composant]) -> String {
    let mut s = String::with_capacity(1024 + composants.len() * 400);
    ligne(&mut s, "BEGIN:VCALENDAR");
    ligne(&mut s, "VERSION:2.0");
    ligne(&mut s, "PRODID:-//Passeur//Agenda//FR");
    ligne(&mut s, "CALSCALE:GREGORIAN");
    ligne(&mut s, &format!("METHOD:{methode}"));
    if !nom.is_empty() {
        ligne(&mut s, &format!("X-WR-CALNAME:{}", texte(nom)));
        ligne(&mut s, "X-WR-TIMEZONE:Europe/Paris");
        ligne(&mut s, "REFRESH-INTERVAL;VALUE=DURATION:PT1H");
    }
    s.push_str(FUSEAU_HORAIRE);
    for c in composants {
        c.ecrire(&mut s);
    }
    ligne(&mut s, "END:VCALENDAR");
    s
}

/// A file that puts something into the calendar of who receives it; cancelled, that takes it away.
pub struct Invitation(pub Vec<Composant>);

/// The text of an invitation, to attach to a mail as `text/calendar`.
pub fn invitation(i: &Invitation) -> String {
    let annule = i.0.iter().all(|c| c.annule);
    calendrier("", if annule { "CANCEL" } else { "PUBLISH" }, &i.0)
}

/// A short fingerprint of a calendar, for `ETag`.
pub fn etiquette(contenu: &str) -> String {
    let octets = secret::empreinte(contenu);
    let mut s = String::from("\"");
    for o in octets.iter().take(16) {
        let _ = write!(s, "{o:02x}");
    }
    s.push('"');
    s
}
