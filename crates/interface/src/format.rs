//! Numbers, dates and durations as French people write them. Dates are shown in Europe/Paris.
//!
//! In a template: `{{ interface::format::date_longue(s.jour) }}`. A narrow no-break space separates
//! thousands; a no-break space stands before units and percent signs.

use chrono::{DateTime, Datelike, NaiveDate, NaiveTime, Timelike, Utc};
use chrono_tz::{Europe::Paris, Tz};

const FINE: char = '\u{202f}';
const INSECABLE: char = '\u{a0}';
const JOURS: [&str; 7] = ["lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"];
const MOIS: [&str; 12] =
    ["janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre", "décembre"];

/// `mardi` for a Tuesday.
pub fn nom_jour(date: impl Jour) -> &'static str {
    JOURS[date.jour().weekday().num_days_from_monday() as usize]
}

/// `mars` for month 3; empty out of 1 to 12.
pub fn nom_mois(mois: u32) -> &'static str {
    mois.checked_sub(1).and_then(|i| MOIS.get(i as usize)).copied().unwrap_or_default()
}

/// `mardi 3 mars 2026`; the first of the month is `1er`.
pub fn date_longue(date: impl Jour) -> String {
    format!("{} {}", nom_jour(date), date_sans_jour(date))
}

/// `3 mars 2026`.
pub fn date_sans_jour(date: impl Jour) -> String {
    let d = date.jour();
    format!("{}{INSECABLE}{} {}", quantieme(d), nom_mois(d.month()), d.year())
}

/// `03/03/2026`.
pub fn date_courte(date: impl Jour) -> String {
    date.jour().format("%d/%m/%Y").to_string()
}

/// `mars 2026`.
pub fn mois_annee(date: impl Jour) -> String {
    let d = date.jour();
    format!("{} {}", nom_mois(d.month()), d.year())
}

/// `2026-03-03`, for `<time datetime>` and date fields.
pub fn iso(date: impl Jour) -> String {
    date.jour().format("%Y-%m-%d").to_string()
}

/// `14 h 05`, `9 h`.
pub fn heure(heure: impl Heure) -> String {
    let h = heure.heure();
    if h.minute() == 0 { format!("{}{INSECABLE}h", h.hour()) } else { format!("{}{INSECABLE}h{INSECABLE}{:02}", h.hour(), h.minute()) }
}

/// `mardi 3 mars 2026 à 14 h 05`, in Paris.
pub fn instant_long(instant: impl Instant) -> String {
    let t = instant.a_paris();
    format!("{} à {}", date_longue(t.date_naive()), heure(t.time()))
}

/// `03/03/2026 à 14 h 05`, in Paris.
pub fn instant_court(instant: impl Instant) -> String {
    let t = instant.a_paris();
    format!("{} à {}", date_courte(t.date_naive()), heure(t.time()))
}

/// RFC 3339 with the offset of Paris, for `<time datetime>`.
pub fn iso_instant(instant: impl Instant) -> String {
    instant.a_paris().to_rfc3339_opts(chrono::SecondsFormat::Secs, false)
}

/// « aujourd’hui », « demain », « hier », « dans 3 jours », « il y a 2 semaines », else the long date.
pub fn jour_relatif(date: impl Jour, aujourd_hui: impl Jour) -> String {
    let d = date.jour();
    match (d - aujourd_hui.jour()).num_days() {
        0 => "aujourd’hui".to_owned(),
        1 => "demain".to_owned(),
        -1 => "hier".to_owned(),
        n @ 2..=6 => format!("dans {n}{INSECABLE}jours"),
        n @ -6..=-2 => format!("il y a {}{INSECABLE}jours", -n),
        -13..=-7 => format!("il y a une{INSECABLE}semaine"),
        n @ -27..=-14 => format!("il y a {}{INSECABLE}semaines", -n / 7),
        _ => date_longue(d),
    }
}

/// `1 234 567`.
pub fn entier(n: impl Into<i64>) -> String {
    let n: i64 = n.into();
    let signe = if n < 0 { "\u{2212}" } else { "" };
    format!("{signe}{}", milliers(&n.unsigned_abs().to_string()))
}

/// `1 234,5`: `decimales` digits at most after the comma, without useless zeros.
pub fn nombre(n: f64, decimales: usize) -> String {
    if !n.is_finite() {
        return "–".to_owned();
    }
    let texte = format!("{:.decimales$}", n.abs());
    let (entiers, reste) = texte.split_once('.').unwrap_or((&texte, ""));
    let reste = reste.trim_end_matches('0');
    let zero = reste.is_empty() && entiers.bytes().all(|b| b == b'0');
    let signe = if n < 0.0 && !zero { "\u{2212}" } else { "" };
    let virgule = if reste.is_empty() { "" } else { "," };
    format!("{signe}{}{virgule}{reste}", milliers(entiers))
}

/// `62 %` from a part and a whole; `–` when the whole is zero.
pub fn pourcentage(part: impl Into<i64>, tout: impl Into<i64>) -> String {
    let (part, tout): (i64, i64) = (part.into(), tout.into());
    if tout == 0 {
        return "–".to_owned();
    }
    format!("{}{INSECABLE}%", nombre(part as f64 * 100.0 / tout as f64, 0))
}

/// `1 h 30`, `45 min`, `2 h`, from minutes.
pub fn duree(minutes: impl Into<i64>) -> String {
    let minutes: i64 = minutes.into();
    match (minutes / 60, minutes % 60) {
        (0, m) => format!("{m}{INSECABLE}min"),
        (h, 0) => format!("{}{INSECABLE}h", entier(h)),
        (h, m) => format!("{}{INSECABLE}h{INSECABLE}{m:02}", entier(h)),
    }
}

/// `12,50 €`, from cents.
pub fn euros(centimes: i64) -> String {
    let signe = if centimes < 0 { "\u{2212}" } else { "" };
    let c = centimes.unsigned_abs();
    format!("{signe}{},{:02}{INSECABLE}€", milliers(&(c / 100).to_string()), c % 100)
}

/// `1 personne`, `3 personnes`, `0 personne`: in French the plural begins at two.
pub fn compte(n: impl Into<i64>, singulier: &str, pluriel: &str) -> String {
    let n: i64 = n.into();
    format!("{}{INSECABLE}{}", entier(n), if n.abs() < 2 { singulier } else { pluriel })
}

fn quantieme(d: NaiveDate) -> String {
    if d.day() == 1 { "1er".to_owned() } else { d.day().to_string() }
}

fn milliers(chiffres: &str) -> String {
    let mut texte = String::with_capacity(chiffres.len() * 2);
    for (i, chiffre) in chiffres.chars().enumerate() {
        if i > 0 && (chiffres.len() - i).is_multiple_of(3) {
            texte.push(FINE);
        }
        texte.push(chiffre);
    }
    texte
}

/// What has a day: templates hold values or references, both are taken.
pub trait Jour: Copy {
    fn jour(self) -> NaiveDate;
}

impl Jour for NaiveDate {
    fn jour(self) -> NaiveDate {
        self
    }
}

/// What has a time of day.
pub trait Heure: Copy {
    fn heure(self) -> NaiveTime;
}

impl Heure for NaiveTime {
    fn heure(self) -> NaiveTime {
        self
    }
}

/// What is a moment of the world.
pub trait Instant: Copy {
    fn a_paris(self) -> DateTime<Tz>;
}

impl Instant for DateTime<Utc> {
    fn a_paris(self) -> DateTime<Tz> {
        self.with_timezone(&Paris)
    }
}

impl<T: Jour> Jour for &T {
    fn jour(self) -> NaiveDate {
        (*self).jour()
    }
}

impl<T: Heure> Heure for &T {
    fn heure(self) -> NaiveTime {
        (*self).heure()
    }
}

impl<T: Instant> Instant for &T {
    fn a_paris(self) -> DateTime<Tz> {
        (*self).a_paris()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::TimeZone;

    fn d(annee: i32, mois: u32, jour: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(annee, mois, jour).unwrap()
    }

    #[test]
    fn les_dates_sont_en_toutes_lettres() {
        assert_eq!(date_longue(d(2026, 3, 3)), "mardi 3\u{a0}mars 2026");
        assert_eq!(date_longue(d(2026, 8, 1)), "samedi 1er\u{a0}août 2026");
        assert_eq!(date_courte(d(2026, 3, 3)), "03/03/2026");
        assert_eq!(mois_annee(d(2026, 12, 3)), "décembre 2026");
        assert_eq!(iso(d(2026, 3, 3)), "2026-03-03");
    }

    #[test]
    fn les_heures_sont_celles_de_paris() {
        let ete = Utc.with_ymd_and_hms(2026, 7, 1, 12, 5, 0).unwrap();
        assert_eq!(instant_long(ete), "mercredi 1er\u{a0}juillet 2026 à 14\u{a0}h\u{a0}05");
        let hiver = Utc.with_ymd_and_hms(2026, 12, 31, 23, 0, 0).unwrap();
        assert_eq!(instant_court(hiver), "01/01/2027 à 0\u{a0}h");
        assert_eq!(iso_instant(ete), "2026-07-01T14:05:00+02:00");
    }

    #[test]
    fn les_nombres_ont_leurs_espaces_et_leur_virgule() {
        assert_eq!(nombre(1234.5, 1), "1\u{202f}234,5");
        assert_eq!(nombre(12.0, 2), "12");
        assert_eq!(nombre(-0.04, 1), "0");
        assert_eq!(nombre(f64::NAN, 1), "–");
        assert_eq!(entier(-1_234_567), "\u{2212}1\u{202f}234\u{202f}567");
        assert_eq!(entier(999), "999");
        assert_eq!(pourcentage(5, 8), "62\u{a0}%");
        assert_eq!(pourcentage(5, 0), "–");
        assert_eq!(euros(123_450), "1\u{202f}234,50\u{a0}€");
        assert_eq!(compte(0, "personne", "personnes"), "0\u{a0}personne");
        assert_eq!(compte(2, "personne", "personnes"), "2\u{a0}personnes");
    }

    #[test]
    fn les_durees_sont_en_heures_et_minutes() {
        assert_eq!(duree(45), "45\u{a0}min");
        assert_eq!(duree(90), "1\u{a0}h\u{a0}30");
        assert_eq!(duree(120), "2\u{a0}h");
        assert_eq!(duree(65), "1\u{a0}h\u{a0}05");
        assert_eq!(duree(0), "0\u{a0}min");
    }

    #[test]
    fn un_jour_proche_se_dit_par_rapport_a_aujourd_hui() {
        let auj = d(2026, 3, 3);
        for (jour, dit) in [
            (d(2026, 3, 3), "aujourd’hui"),
            (d(2026, 3, 4), "demain"),
            (d(2026, 3, 2), "hier"),
            (d(2026, 3, 6), "dans 3\u{a0}jours"),
            (d(2026, 2, 24), "il y a une\u{a0}semaine"),
            (d(2026, 2, 10), "il y a 3\u{a0}semaines"),
            (d(2026, 6, 1), "lundi 1er\u{a0}juin 2026"),
        ] {
            assert_eq!(jour_relatif(jour, auj), dit);
        }
    }
}
