//! Series: the rules of RFC 5545 (§ 3.3.10), followed on the wall clock of France. Neither database nor clock.
//!
//! A rule is kept as its text, without start nor `RRULE:`, its `UNTIL` in local time. Reading and following it is the
//! work of the crate `rrule`, which is given local times as if they were universal: no night has then an hour too many.

use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Utc, Weekday};
use rrule::{Frequency, RRule, RRuleSet, Tz, Unvalidated};
use socle::horloge::FUSEAU;

/// Most occurrences followed at once.
pub const OCCURRENCES_MAX: u16 = 400;

const ILLISIBLE: &str = "Cette répétition n’a pas pu être lue. Exemple : FREQ=WEEKLY;BYDAY=MO,TH;UNTIL=20270630.";

fn universel(t: NaiveDateTime) -> DateTime<Tz> {
    DateTime::from_naive_utc_and_offset(t, chrono::TimeZone::offset_from_utc_datetime(&Tz::UTC, &t))
}

/// The last instant of an `UNTIL`: a day, a local time, or a universal one.
fn lire_fin(t: &str) -> Option<NaiveDateTime> {
    if let Ok(jour) = NaiveDate::parse_from_str(t, "%Y%m%d") {
        return jour.and_hms_opt(23, 59, 59);
    }
    if let Some(utc) = t.strip_suffix('Z') {
        let utc = NaiveDateTime::parse_from_str(utc, "%Y%m%dT%H%M%S").ok()?;
        return Some(utc.and_utc().with_timezone(&FUSEAU).naive_local());
    }
    NaiveDateTime::parse_from_str(t, "%Y%m%dT%H%M%S").ok()
}

/// The parts of a rule, in capitals, the end apart.
fn parties(texte: &str) -> (Vec<(String, String)>, Option<String>) {
    let texte = texte.trim();
    let texte = texte.strip_prefix("RRULE:").unwrap_or(texte).to_uppercase();
    let mut v = vec![];
    let mut fin = None;
    for p in texte.split(';').filter(|p| !p.trim().is_empty()) {
        let (cle, valeur) = p.split_once('=').unwrap_or((p, ""));
        if cle.trim() == "UNTIL" {
            fin = Some(valeur.trim().to_owned());
        } else {
            v.push((cle.trim().to_owned(), valeur.trim().to_owned()));
        }
    }
    (v, fin)
}

fn assembler(parties: &[(String, String)], fin: Option<NaiveDateTime>) -> String {
    let mut v: Vec<String> = parties.iter().map(|(c, x)| format!("{c}={x}")).collect();
    v.extend(fin.map(|t| format!("UNTIL={}", t.format("%Y%m%dT%H%M%S"))));
    v.join(";")
}

fn regle(texte: &str) -> Result<(RRule<Unvalidated>, String), String> {
    if texte.len() > 500 {
        return Err(ILLISIBLE.into());
    }
    let (mut parties, fin) = parties(texte);
    let fin = fin.map(|f| lire_fin(&f).filter(|t| (1900..2300).contains(&t.year())).ok_or_else(|| ILLISIBLE.to_owned())).transpose()?;
    parties.sort_by_key(|(c, _)| c != "FREQ");
    let sans_fin: RRule<Unvalidated> = assembler(&parties, None).parse().map_err(|_| ILLISIBLE.to_owned())?;
    if matches!(sans_fin.get_freq(), Frequency::Hourly | Frequency::Minutely | Frequency::Secondly) {
        return Err("Une répétition se compte en jours, semaines, mois ou années.".into());
    }
    if parties.iter().any(|(c, _)| matches!(c.as_str(), "BYHOUR" | "BYMINUTE" | "BYSECOND")) {
        return Err("L’heure d’une répétition est celle de sa première fois.".into());
    }
    let r = match fin {
        Some(f) => sans_fin.until(universel(f)),
        None => sans_fin,
    };
    Ok((r, assembler(&parties, fin)))
}

/// Reads a rule that begins at `debut`; gives it in its one form.
///
/// # Errors
/// In words: not a rule, not of days, or one whose first day does not follow it.
pub fn lire(texte: &str, debut: NaiveDateTime) -> Result<String, String> {
    if texte.len() > 280 {
        return Err(ILLISIBLE.into());
    }
    let (_, forme) = regle(texte)?;
    let premiers = developper(&forme, debut, debut, debut + TimeDelta::days(366 * 5))?;
    if premiers.first() != Some(&debut) {
        return Err("Le premier jour ne suit pas la répétition : changez l’un ou l’autre.".into());
    }
    Ok(forme)
}

/// The occurrences from `depuis` to before `avant`, at most [`OCCURRENCES_MAX`] from the start.
///
/// # Errors
/// In words, when the rule cannot be followed.
pub fn developper(texte: &str, debut: NaiveDateTime, depuis: NaiveDateTime, avant: NaiveDateTime) -> Result<Vec<NaiveDateTime>, String> {
    let (r, _) = regle(texte)?;
    let r = r.validate(universel(debut)).map_err(|_| ILLISIBLE.to_owned())?;
    let suite = RRuleSet::new(universel(debut)).rrule(r).after(universel(depuis)).before(universel(avant - TimeDelta::seconds(1)));
    Ok(suite.all(OCCURRENCES_MAX).dates.into_iter().map(|t| t.naive_utc()).collect())
}

/// Whether the rule ends by itself.
pub fn finit(texte: &str) -> bool {
    let (parties, fin) = parties(texte);
    fin.is_some() || parties.iter().any(|(c, _)| c == "COUNT")
}

/// As a calendar elsewhere reads it: its end in universal time.
pub fn exporter(texte: &str) -> String {
    let (parties, fin) = parties(texte);
    let mut v: Vec<String> = parties.iter().map(|(c, x)| format!("{c}={x}")).collect();
    if let Some(f) = fin.as_deref().and_then(lire_fin) {
        let utc = f.and_local_timezone(FUSEAU).latest().map_or_else(|| f.and_utc(), |t| t.to_utc());
        v.push(format!("UNTIL={}", utc.format("%Y%m%dT%H%M%SZ")));
    }
    v.join(";")
}

const JOURS: [(&str, Weekday, &str); 7] = [
    ("MO", Weekday::Mon, "lundi"),
    ("TU", Weekday::Tue, "mardi"),
    ("WE", Weekday::Wed, "mercredi"),
    ("TH", Weekday::Thu, "jeudi"),
    ("FR", Weekday::Fri, "vendredi"),
    ("SA", Weekday::Sat, "samedi"),
    ("SU", Weekday::Sun, "dimanche"),
];

/// The code of a day of the week, `MO`.
pub fn code_jour(j: Weekday) -> &'static str {
    JOURS[j.num_days_from_monday() as usize].0
}

/// The rule cut before `origine`: what stays of it, and the rule of what follows, whose first day is now `nouveau`.
///
/// # Errors
/// In words, when nothing is left before, or when the rule cannot follow the new day.
pub fn couper(texte: &str, debut: NaiveDateTime, origine: NaiveDate, nouveau: NaiveDateTime) -> Result<(String, String), String> {
    let (avant_parties, fin) = parties(texte);
    let fin = fin.as_deref().and_then(lire_fin);
    let coupure = origine.and_time(NaiveTime::MIN);
    let restent = developper(texte, debut, debut, coupure)?.len();
    let sans_compte: Vec<_> = avant_parties.iter().filter(|(c, _)| c != "COUNT").cloned().collect();
    let avant = assembler(&sans_compte, Some(coupure - TimeDelta::seconds(1)));
    let mut suite = avant_parties;
    for (cle, valeur) in &mut suite {
        match cle.as_str() {
            "COUNT" => {
                let n = valeur.parse::<usize>().map_err(|_| ILLISIBLE.to_owned())?.saturating_sub(restent);
                *valeur = n.max(1).to_string();
            }
            "BYDAY" => *valeur = decaler(valeur, origine, nouveau.date()),
            "BYMONTHDAY" if *valeur == origine.day().to_string() => *valeur = nouveau.day().to_string(),
            _ => {}
        }
    }
    let suite = lire(&assembler(&suite, fin), nouveau)?;
    Ok((avant, suite))
}

/// Days of a rule once one of them moved: the day of the week, and which of the month.
fn decaler(jours: &str, ancien: NaiveDate, nouveau: NaiveDate) -> String {
    let rang = |d: NaiveDate| (d.day() - 1) / 7 + 1;
    let mut v: Vec<String> = jours
        .split(',')
        .map(|j| match j.strip_suffix(code_jour(ancien.weekday())) {
            Some("") => code_jour(nouveau.weekday()).to_owned(),
            Some("-1") => format!("-1{}", code_jour(nouveau.weekday())),
            Some(n) if n.trim_start_matches('+').parse() == Ok(rang(ancien)) => {
                format!("{}{}", rang(nouveau), code_jour(nouveau.weekday()))
            }
            _ => j.to_owned(),
        })
        .collect();
    v.dedup();
    v.join(",")
}

/// How something is repeated, as a form asks it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Repetition {
    /// `jour`, `semaine`, `mois`, `mois_jour` (the same weekday of the month), `annee`.
    pub frequence: String,
    /// Every so many.
    pub tous_les: u16,
    /// Codes of days, for weeks.
    pub jours: Vec<String>,
    pub fois: Option<u32>,
    pub jusqu_au: Option<NaiveDate>,
}

impl Repetition {
    /// The rule, begun at `debut`; none when there is nothing to repeat.
    pub fn regle(&self, debut: NaiveDate) -> Option<String> {
        let rang = (debut.day() - 1) / 7 + 1;
        let mut v = match self.frequence.as_str() {
            "jour" => vec!["FREQ=DAILY".to_owned()],
            "semaine" => {
                let mut jours: Vec<&str> =
                    JOURS.iter().filter(|(c, j, _)| self.jours.iter().any(|x| x == c) || *j == debut.weekday()).map(|(c, ..)| *c).collect();
                jours.dedup();
                vec!["FREQ=WEEKLY".to_owned(), format!("BYDAY={}", jours.join(","))]
            }
            "mois" => vec!["FREQ=MONTHLY".to_owned(), format!("BYMONTHDAY={}", debut.day())],
            "mois_jour" => {
                let rang = if rang > 4 { "-1".to_owned() } else { rang.to_string() };
                vec!["FREQ=MONTHLY".to_owned(), format!("BYDAY={rang}{}", code_jour(debut.weekday()))]
            }
            "annee" => vec!["FREQ=YEARLY".to_owned()],
            _ => return None,
        };
        if self.tous_les > 1 {
            v.insert(1, format!("INTERVAL={}", self.tous_les));
        }
        if let Some(j) = self.jusqu_au {
            v.push(format!("UNTIL={}", j.format("%Y%m%d")));
        } else if let Some(n) = self.fois {
            v.push(format!("COUNT={n}"));
        }
        Some(v.join(";"))
    }
}

/// A rule in words: « toutes les 2 semaines, le lundi et le jeudi, jusqu’au 30 juin 2027 ».
pub fn dire(texte: &str) -> String {
    let (parties, fin) = parties(texte);
    let de = |c: &str| parties.iter().find(|(x, _)| x == c).map(|(_, v)| v.as_str());
    let n: u32 = de("INTERVAL").and_then(|v| v.parse().ok()).unwrap_or(1);
    let (un, tous) = match de("FREQ") {
        Some("DAILY") => ("tous les jours", "jours"),
        Some("WEEKLY") => ("toutes les semaines", "semaines"),
        Some("MONTHLY") => ("tous les mois", "mois"),
        _ => ("tous les ans", "ans"),
    };
    let mut mots =
        vec![if n == 1 { un.to_owned() } else { format!("{} les {n} {tous}", if tous == "semaines" { "toutes" } else { "tous" }) }];
    if let Some(jours) = de("BYDAY") {
        let noms: Vec<String> = jours
            .split(',')
            .map(|j| {
                let (rang, code) = j.split_at(j.len().saturating_sub(2));
                let nom = JOURS.iter().find(|(c, ..)| *c == code).map_or(code, |(.., n)| *n);
                match rang.trim_start_matches('+') {
                    "" => format!("le {nom}"),
                    "1" => format!("le premier {nom}"),
                    "-1" => format!("le dernier {nom}"),
                    n => format!("le {n}e {nom}"),
                }
            })
            .collect();
        mots.push(match noms.split_last() {
            Some((dernier, avant)) if !avant.is_empty() => format!("{} et {dernier}", avant.join(", ")),
            _ => noms.join(""),
        });
    }
    if let Some(jours) = de("BYMONTHDAY") {
        mots.push(format!("le {jours}"));
    }
    if let Some(f) = fin.as_deref().and_then(lire_fin) {
        mots.push(format!("jusqu’au {}", interface::format::date_sans_jour(f.date())));
    }
    if let Some(n) = de("COUNT") {
        mots.push(format!("{n} fois"));
    }
    mots.join(", ")
}

/// An instant on the wall clock of France.
pub fn au_mur(t: DateTime<Utc>) -> NaiveDateTime {
    t.with_timezone(&FUSEAU).naive_local()
}

#[cfg(test)]
#[path = "recurrence_tests.rs"]
mod tests;
