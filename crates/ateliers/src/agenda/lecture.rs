//! What is read of calendars kept elsewhere (RFC 5545): when one is busy, and nothing else. Neither database nor clock.
//!
//! Read by hand, line after line: the reader of the crate `icalendar` goes as deep as a file nests, and a file of someone
//! else may nest until the program falls.

use std::time::{Duration, Instant};

use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Utc};
use socle::horloge::FUSEAU;

/// A time when somebody is busy, in seconds since 1970.
pub(crate) type Pris = (i64, i64);

/// Most busy times kept of one calendar.
pub(crate) const PRIS_MAX: usize = 5000;

/// Reads the busy times of a calendar from `depuis` to `jusqu_a`: neither titles nor anything else.
///
/// # Errors
/// In words, when it is no calendar.
pub(crate) fn lire(contenu: &str, depuis: DateTime<Utc>, jusqu_a: DateTime<Utc>) -> Result<Vec<Pris>, String> {
    let lignes = deplier(contenu);
    if !lignes.iter().any(|l| l.eq_ignore_ascii_case("BEGIN:VCALENDAR")) {
        return Err("Ce n’est pas un agenda au format iCalendar (.ics).".into());
    }
    let mut evenements: Vec<Lu> = vec![];
    let (mut dedans, mut profondeur) = (None::<Lu>, 0_usize);
    for l in &lignes {
        let Some((nom, parametres, valeur)) = decouper(l) else { continue };
        match (nom.as_str(), valeur.to_ascii_uppercase().as_str()) {
            ("BEGIN", "VEVENT") if dedans.is_none() => dedans = Some(Lu::default()),
            ("BEGIN", _) if dedans.is_some() => profondeur += 1,
            ("END", "VEVENT") if profondeur == 0 => evenements.extend(dedans.take()),
            ("END", _) if dedans.is_some() => profondeur = profondeur.saturating_sub(1),
            _ if profondeur == 0 => {
                if let Some(e) = dedans.as_mut() {
                    e.noter(&nom, &parametres, valeur);
                }
            }
            _ => {}
        }
    }
    occupations(&evenements, depuis, jusqu_a)
}

/// How long the rules of one calendar may take to follow: some are made to take for ever.
const PATIENCE: Duration = Duration::from_secs(5);

fn occupations(evenements: &[Lu], depuis: DateTime<Utc>, jusqu_a: DateTime<Utc>) -> Result<Vec<Pris>, String> {
    let commence = Instant::now();
    let mut v: Vec<Pris> = vec![];
    for e in evenements.iter().filter(|e| !e.libre) {
        if commence.elapsed() > PATIENCE {
            return Err("Cet agenda est trop compliqué pour être lu : ses répétitions n’en finissent pas.".into());
        }
        let Some(debut) = e.debut else { continue };
        let duree = e.duree(debut);
        if duree <= TimeDelta::zero() {
            continue;
        }
        let fois = match (&e.regle, e.a_la_place_de) {
            (Some(r), None) => {
                let (du, au) = (debut.au_mur(depuis - duree), debut.au_mur(jusqu_a));
                super::recurrence::developper(r, debut.local, du, au).unwrap_or_else(|_| vec![debut.local])
            }
            _ => vec![debut.local],
        };
        // What the rule would have, and is elsewhere or nowhere.
        let sauf: Vec<i64> = e
            .sauf
            .iter()
            .map(|m| m.secondes())
            .chain(
                evenements
                    .iter()
                    .filter(|x| x.uid == e.uid && e.a_la_place_de.is_none())
                    .filter_map(|x| x.a_la_place_de.map(Moment::secondes)),
            )
            .collect();
        for local in fois.into_iter().chain(e.aussi.iter().map(|m| m.local)) {
            let s = Moment { local, ..debut }.secondes();
            let f = Moment { local: local + duree, ..debut }.secondes();
            if !sauf.contains(&s) && s < f && f > depuis.timestamp() && s < jusqu_a.timestamp() {
                v.push((s, f));
            }
        }
        if v.len() > PRIS_MAX * 4 {
            break;
        }
    }
    Ok(reunir(v))
}

/// Busy times put together where they meet.
pub(crate) fn reunir(mut v: Vec<Pris>) -> Vec<Pris> {
    v.sort_unstable();
    let mut r: Vec<Pris> = vec![];
    for (d, f) in v {
        match r.last_mut() {
            Some(dernier) if d <= dernier.1 => dernier.1 = dernier.1.max(f),
            _ => r.push((d, f)),
        }
    }
    r.truncate(PRIS_MAX);
    r
}

/// Lines unfolded.
pub(super) fn deplier(t: &str) -> Vec<String> {
    let mut v: Vec<String> = vec![];
    for l in t.trim_start_matches('\u{feff}').split('\n').map(|l| l.trim_end_matches('\r')) {
        match (l.strip_prefix([' ', '\t']), v.last_mut()) {
            (Some(suite), Some(dernier)) => dernier.push_str(suite),
            _ => v.push(l.to_owned()),
        }
    }
    v
}

/// The parameters of a line, their names in capitals.
type Parametres = Vec<(String, String)>;

/// `NAME;PARAM=x;PARAM="y:z":value`.
fn decouper(l: &str) -> Option<(String, Parametres, &str)> {
    let mut guillemets = false;
    let fin = l.find(|c| {
        guillemets ^= c == '"';
        c == ':' && !guillemets
    })?;
    let (tete, valeur) = (l.get(..fin)?, l.get(fin + 1..)?);
    let mut parties = tete.split(';');
    let nom = parties.next()?.trim().to_ascii_uppercase();
    let parametres = parties
        .filter_map(|p| p.split_once('='))
        .map(|(c, v)| (c.trim().to_ascii_uppercase(), v.trim().trim_matches('"').to_owned()))
        .collect();
    Some((nom, parametres, valeur.trim()))
}

/// A moment as another calendar writes it: on a wall somewhere, or universal.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Moment {
    local: NaiveDateTime,
    fuseau: chrono_tz::Tz,
    jour: bool,
}

impl Moment {
    fn secondes(self) -> i64 {
        let t = self.local.and_local_timezone(self.fuseau);
        // In the hour that a night skips, an hour later.
        t.earliest().or_else(|| (self.local + TimeDelta::hours(1)).and_local_timezone(self.fuseau).earliest()).map_or(0, |t| t.timestamp())
    }

    fn au_mur(self, t: DateTime<Utc>) -> NaiveDateTime {
        t.with_timezone(&self.fuseau).naive_local()
    }

    fn lire(parametres: &[(String, String)], valeur: &str) -> Option<Self> {
        let de = |c: &str| parametres.iter().find(|(p, _)| p == c).map(|(_, v)| v.as_str());
        let fuseau = de("TZID").and_then(fuseau).unwrap_or(FUSEAU);
        let m = if de("VALUE") == Some("DATE") || valeur.len() == 8 {
            let local = NaiveDate::parse_from_str(valeur, "%Y%m%d").ok()?.and_time(NaiveTime::MIN);
            Self { local, fuseau: FUSEAU, jour: true }
        } else {
            let (texte, fuseau) = valeur.strip_suffix('Z').map_or((valeur, fuseau), |v| (v, chrono_tz::UTC));
            Self { local: NaiveDateTime::parse_from_str(texte, "%Y%m%dT%H%M%S").ok()?, fuseau, jour: false }
        };
        // Far from these years, nothing is counted with.
        (1900..2300).contains(&m.local.year()).then_some(m)
    }
}

/// The zone of a `TZID`: a name of the IANA, alone or at the end of a longer one, or the one Outlook gives to France.
fn fuseau(t: &str) -> Option<chrono_tz::Tz> {
    if matches!(t, "Romance Standard Time" | "W. Europe Standard Time" | "Central Europe Standard Time") {
        return Some(FUSEAU);
    }
    let parties: Vec<&str> = t.split('/').collect();
    t.parse().ok().or_else(|| parties.get(parties.len().saturating_sub(2)..)?.join("/").parse().ok())
}

/// What is read of an event.
#[derive(Debug, Default)]
struct Lu {
    uid: String,
    debut: Option<Moment>,
    fin: Option<Moment>,
    duree: Option<TimeDelta>,
    regle: Option<String>,
    sauf: Vec<Moment>,
    aussi: Vec<Moment>,
    a_la_place_de: Option<Moment>,
    /// Cancelled, or that takes no time.
    libre: bool,
}

impl Lu {
    fn noter(&mut self, nom: &str, parametres: &[(String, String)], valeur: &str) {
        let moments = |v: &str| v.split(',').filter_map(|t| Moment::lire(parametres, t.trim())).collect::<Vec<_>>();
        match nom {
            "UID" => valeur.clone_into(&mut self.uid),
            "DTSTART" => self.debut = Moment::lire(parametres, valeur),
            "DTEND" => self.fin = Moment::lire(parametres, valeur),
            "DURATION" => self.duree = lire_duree(valeur),
            "RRULE" => self.regle = Some(valeur.to_owned()),
            "EXDATE" => self.sauf.extend(moments(valeur)),
            "RDATE" => self.aussi.extend(moments(valeur)),
            "RECURRENCE-ID" => self.a_la_place_de = Moment::lire(parametres, valeur),
            "STATUS" if valeur.eq_ignore_ascii_case("CANCELLED") => self.libre = true,
            "TRANSP" if valeur.eq_ignore_ascii_case("TRANSPARENT") => self.libre = true,
            _ => {}
        }
    }

    /// How long, on the wall.
    fn duree(&self, debut: Moment) -> TimeDelta {
        match (self.fin, self.duree) {
            (Some(f), _) if f.fuseau == debut.fuseau => f.local - debut.local,
            (Some(f), _) => TimeDelta::seconds(f.secondes() - debut.secondes()),
            (None, Some(d)) => d,
            (None, None) if debut.jour => TimeDelta::days(1),
            (None, None) => TimeDelta::zero(),
        }
    }
}

/// `PT1H30M`, `P1D`, `P2W`; a negative one is none.
fn lire_duree(t: &str) -> Option<TimeDelta> {
    let t = t.strip_prefix('+').unwrap_or(t).strip_prefix('P')?;
    let mut total = TimeDelta::zero();
    let mut nombre = String::new();
    for c in t.chars() {
        match c {
            '0'..='9' if nombre.len() < 6 => nombre.push(c),
            'T' => {}
            _ => {
                let n: i64 = std::mem::take(&mut nombre).parse().ok()?;
                total += match c {
                    'W' => TimeDelta::weeks(n),
                    'D' => TimeDelta::days(n),
                    'H' => TimeDelta::hours(n),
                    'M' => TimeDelta::minutes(n),
                    'S' => TimeDelta::seconds(n),
                    _ => return None,
                };
                if total > TimeDelta::days(366) {
                    return None;
                }
            }
        }
    }
    Some(total)
}
