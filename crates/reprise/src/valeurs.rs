//! What a cell says: values of the nomenclatures (ours and the Coop's), days, durations, telephones, communes.
//! A value that cannot be read is answered with how to mend it.

use chrono::{Datelike, NaiveDate, TimeDelta};
use mediation::nomenclatures::{Autonomie, Demarche, Genre, LieuType, Materiel, Niveau, Statut, Thematique, TrancheAge, TypeActivite};
use socle::{Nomenclature, texte::plier};
use territoire::commune;

use crate::fichier::Cellule;

/// How to mend a value, in French.
pub type Remede = String;

/// Words that other tools use, folded, and the code they stand for.
pub trait Alias: Nomenclature {
    const ALIAS: &'static [(&'static str, &'static str)] = &[];
}

impl Alias for TypeActivite {
    const ALIAS: &'static [(&'static str, &'static str)] = &[
        ("accompagnement individuel", "individuel"),
        ("atelier collectif", "collectif"),
        ("atelier", "collectif"),
        ("accompagnement collectif", "collectif"),
    ];
}
impl Alias for LieuType {
    const ALIAS: &'static [(&'static str, &'static str)] = &[
        ("lieu d activite", "lieu_activite"),
        ("sur place", "lieu_activite"),
        ("autre lieu", "autre"),
        ("distance", "a_distance"),
        ("telephone", "a_distance"),
        ("visio", "a_distance"),
    ];
}
impl Alias for Materiel {
    const ALIAS: &'static [(&'static str, &'static str)] =
        &[("pas de materiel", "aucun"), ("smartphone", "telephone"), ("ordinateur portable", "ordinateur")];
}
impl Alias for Thematique {
    const ALIAS: &'static [(&'static str, &'static str)] = &[
        ("gere ses contenus numeriques", "gerer_ses_contenus_numeriques"),
        ("e mail", "email"),
        ("reseaux sociaux communication", "reseaux_sociaux"),
        ("accompagner un professionnel", "entrepreneuriat"),
        ("prevention en securite numerique", "securite_numerique"),
        ("intelligence artificielle ia", "intelligence_artificielle"),
        ("aide aux demarches administratives", "aide_aux_demarches_administratives"),
        ("demarche administrative", "aide_aux_demarches_administratives"),
    ];
}
impl Alias for Demarche {
    const ALIAS: &'static [(&'static str, &'static str)] = &[("travail formation entreprise", "travail_formation")];
}
impl Alias for Autonomie {
    const ALIAS: &'static [(&'static str, &'static str)] = &[
        ("1 3", "entierement_accompagne"),
        ("2 3", "partiellement_autonome"),
        ("3 3", "autonome"),
        ("avec guidage", "entierement_accompagne"),
        ("autonome avec guidage en cas de besoin", "partiellement_autonome"),
    ];
}
impl Alias for Niveau {
    const ALIAS: &'static [(&'static str, &'static str)] = &[("1 3", "debutant"), ("2 3", "intermediaire"), ("3 3", "avance")];
}
impl Alias for Genre {
    const ALIAS: &'static [(&'static str, &'static str)] =
        &[("f", "feminin"), ("femme", "feminin"), ("m", "masculin"), ("h", "masculin"), ("homme", "masculin")];
}
impl Alias for TrancheAge {
    const ALIAS: &'static [(&'static str, &'static str)] =
        &[("70 ans ou plus", "soixante_dix_plus"), ("plus de 70 ans", "soixante_dix_plus")];
}
impl Alias for Statut {
    const ALIAS: &'static [(&'static str, &'static str)] = &[
        ("non communique ou heterogene", "non_communique"),
        ("retraite e", "retraite"),
        ("scolarise e", "scolarise"),
        ("etudiant", "scolarise"),
    ];
}
impl Alias for mediation::nomenclatures::Besoin {}

/// The value of a nomenclature that a text names: its label, its code, or another tool's word.
pub fn connue<N: Alias>(texte: &str) -> Option<N> {
    let p = plier(texte);
    N::tous()
        .into_iter()
        .find(|n| plier(n.libelle()) == p || n.code().replace('_', " ") == p)
        .or_else(|| N::ALIAS.iter().find(|(a, _)| *a == p).and_then(|(_, code)| N::depuis(code)))
}

/// The label that looks most like a text, if one does.
fn proche<'a>(texte: &str, libelles: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let p = plier(texte);
    libelles
        .map(|l| (strsim::normalized_damerau_levenshtein(&p, &plier(l)), l))
        .filter(|(s, _)| *s >= 0.6)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, l)| l)
}

fn remede(texte: &str, libelles: &[&'static str]) -> Remede {
    match proche(texte, libelles.iter().copied()) {
        Some(l) => format!("Cette valeur n’est pas connue. Vouliez-vous écrire « {l} » ?"),
        None => format!("Cette valeur n’est pas connue. Valeurs acceptées : {}.", libelles.join(" ; ")),
    }
}

fn libelles<N: Nomenclature>() -> Vec<&'static str> {
    N::tous().into_iter().map(Nomenclature::libelle).collect()
}

/// One value; None for an empty cell.
pub fn une<N: Alias>(c: &Cellule) -> Result<Option<N>, Remede> {
    let t = texte(c);
    let Some(t) = t else { return Ok(None) };
    connue(&t).map(Some).ok_or_else(|| remede(&t, &libelles::<N>()))
}

/// Several values in one cell, separated by a line break, `;`, `|` or, where no label has one, a comma.
/// `lire` tells whether a piece names a value.
fn morceaux<T>(t: &str, lire: impl Fn(&str) -> Option<T>) -> Result<Vec<T>, String> {
    let mut v = vec![];
    for m in t.split(['\n', ';', '|']).map(str::trim).filter(|m| !m.is_empty()) {
        if let Some(n) = lire(m) {
            v.push(n);
            continue;
        }
        // « Social, santé, Logement »: the longest run of pieces that names a value, then the next.
        let parts: Vec<&str> = m.split(',').map(str::trim).filter(|p| !p.is_empty()).collect();
        let mut i = 0;
        while i < parts.len() {
            let trouve = (i + 1..=parts.len()).rev().find_map(|j| lire(&parts[i..j].join(", ")).map(|n| (n, j)));
            let Some((n, j)) = trouve else { return Err(parts[i].to_owned()) };
            v.push(n);
            i = j;
        }
    }
    Ok(v)
}

/// Several values of a nomenclature.
pub fn plusieurs<N: Alias>(c: &Cellule) -> Result<Vec<N>, Remede> {
    let Some(t) = texte(c) else { return Ok(vec![]) };
    morceaux(&t, connue::<N>).map_err(|m| remede(&m, &libelles::<N>()))
}

/// Subjects: the Coop writes thématiques and démarches in one column. A démarche brings its thématique.
pub fn thematiques(c: &Cellule) -> Result<(Vec<Thematique>, Vec<Demarche>), Remede> {
    enum L {
        T(Thematique),
        D(Demarche),
    }
    let Some(t) = texte(c) else { return Ok((vec![], vec![])) };
    let lus = morceaux(&t, |m| connue(m).map(L::T).or_else(|| connue(m).map(L::D)))
        .map_err(|m| remede(&m, &[libelles::<Thematique>(), libelles::<Demarche>()].concat()))?;
    let (mut th, mut de) = (vec![], vec![]);
    for l in lus {
        match l {
            L::T(t) => th.push(t),
            L::D(d) => de.push(d),
        }
    }
    if !de.is_empty() {
        th.push(Thematique::AideAuxDemarchesAdministratives);
    }
    th.sort_unstable();
    th.dedup();
    Ok((th, de))
}

/// A text; the Coop writes « - » for nothing.
pub fn texte(c: &Cellule) -> Option<String> {
    let t = c.en_texte();
    (!t.is_empty() && t != "-").then_some(t)
}

/// A day: a serial of a spreadsheet, `2026-03-02`, `02/03/2026`. With two figures the year is the latest
/// that is not after `aujourd_hui`.
pub fn jour(c: &Cellule, aujourd_hui: NaiveDate) -> Result<Option<NaiveDate>, Remede> {
    let non = || Err("Cette date n’est pas lisible. Écrivez-la ainsi : 02/03/2026.".to_owned());
    if let Cellule::Nombre(n) = c {
        // Above 60, the spreadsheets' day that never was (29 February 1900) is behind.
        if !(61.0..110_000.0).contains(n) {
            return non();
        }
        let base = NaiveDate::from_ymd_opt(1899, 12, 30);
        return base.and_then(|b| b.checked_add_signed(TimeDelta::days(*n as i64))).map_or_else(non, |d| Ok(Some(d)));
    }
    let Some(t) = texte(c) else { return Ok(None) };
    // A time may follow: « 2026-03-02T14:30:00 », « 02/03/2026 à 14:30 ».
    let mut t = t.split([' ', 'T', '\u{a0}']).next().unwrap_or("").replace(['.', '-'], "/");
    if let Some((reste, an)) = t.rsplit_once('/')
        && an.len() == 2
        && reste.split('/').next().is_some_and(|j| j.len() <= 2)
    {
        let an: i32 = an.parse().unwrap_or(0);
        let siecle = if 2000 + an > aujourd_hui.year() { 1900 } else { 2000 };
        t = format!("{reste}/{}", siecle + an);
    }
    let lu = NaiveDate::parse_from_str(&t, "%d/%m/%Y").or_else(|_| NaiveDate::parse_from_str(&t, "%Y/%m/%d"));
    match lu {
        Ok(d) if d.year() >= 1000 => Ok(Some(d)),
        _ => non(),
    }
}

/// A duration in minutes: `90`, « 1 h 30 », « 45 min », « 1:30 », a time of a spreadsheet.
pub fn minutes(c: &Cellule) -> Result<Option<u32>, Remede> {
    let non = || Err("Cette durée n’est pas lisible. Écrivez des minutes (90) ou « 1 h 30 ».".to_owned());
    if let Cellule::Nombre(n) = c {
        // A time of a spreadsheet is a part of a day.
        let n = if *n > 0.0 && *n < 1.0 { (n * 1440.0).round() } else { *n };
        return if n.fract() == 0.0 && (0.0..1e6).contains(&n) { Ok(Some(n as u32)) } else { non() };
    }
    let Some(t) = texte(c) else { return Ok(None) };
    let t = t.to_lowercase().replace([' ', '\u{a0}', '\u{202f}'], "");
    let t = t.strip_prefix("pt").unwrap_or(&t);
    if let Ok(n) = t.parse::<u32>() {
        return Ok(Some(n));
    }
    if let Some((h, reste)) = t.split_once(':') {
        let m = reste.split(':').next().unwrap_or("");
        return match (h.parse::<u32>(), m.parse::<u32>()) {
            (Ok(h), Ok(m)) if m < 60 && h < 100 => Ok(Some(h * 60 + m)),
            _ => non(),
        };
    }
    let (mut total, mut nombre, mut vu) = (0.0, String::new(), false);
    let mut reste = t;
    while let Some(c) = reste.chars().next() {
        if c.is_ascii_digit() || c == ',' || c == '.' {
            nombre.push(if c == ',' { '.' } else { c });
            reste = &reste[c.len_utf8()..];
            continue;
        }
        let unite: String = reste.chars().take_while(|c| c.is_alphabetic()).collect();
        let Ok(n) = std::mem::take(&mut nombre).parse::<f64>() else { return non() };
        total += match unite.as_str() {
            "h" | "heure" | "heures" => n * 60.0,
            "m" | "mn" | "min" | "minute" | "minutes" => n,
            "s" if n == 0.0 => 0.0,
            _ => return non(),
        };
        vu = true;
        reste = &reste[unite.len()..];
    }
    // « 1h30 »: the last number has no unit.
    if !nombre.is_empty() {
        match nombre.parse::<f64>() {
            Ok(n) if vu && n < 60.0 => total += n,
            _ => return non(),
        }
    }
    if total.fract() == 0.0 && vu && total < 1e6 { Ok(Some(total as u32)) } else { non() }
}

/// A whole number.
pub fn nombre(c: &Cellule) -> Result<Option<u32>, Remede> {
    let Some(t) = texte(c) else { return Ok(None) };
    t.replace([' ', '\u{a0}', '\u{202f}'], "").parse().map(Some).map_err(|_| "Écrivez un nombre entier, en chiffres.".to_owned())
}

/// A telephone, with the zero that spreadsheets take away.
pub fn telephone(c: &Cellule) -> Option<String> {
    let t = texte(c)?;
    if matches!(c, Cellule::Nombre(_)) {
        return Some(match t.len() {
            9 => format!("0{t}"),
            11 if t.starts_with("33") => format!("+{t}"),
            _ => t,
        });
    }
    Some(t)
}

fn cinq_chiffres(c: &Cellule) -> Option<String> {
    let t = texte(c)?.replace(' ', "").to_uppercase();
    Some(if t.len() < 5 && t.bytes().all(|o| o.is_ascii_digit()) { format!("{t:0>5}") } else { t })
}

/// The INSEE code of a commune, from its code, else its name and postcode.
pub fn code_commune(insee: &Cellule, postal: &Cellule, nom: &Cellule) -> Result<Option<String>, Remede> {
    let (insee, postal, nom) = (cinq_chiffres(insee), cinq_chiffres(postal), texte(nom));
    if let Some(c) = insee.as_deref().and_then(commune::par_code) {
        return Ok(Some(c.code.to_string()));
    }
    if insee.is_none() && postal.is_none() && nom.is_none() {
        return Ok(None);
    }
    if let Some(n) = &nom {
        let memes: Vec<_> = commune::chercher(n, 50)
            .into_iter()
            .filter(|c| plier(c.nom) == plier(n) || plier(&c.libelle()) == plier(n))
            .filter(|c| postal.as_deref().is_none_or(|p| c.codes_postaux.contains(&p)))
            .collect();
        match memes.as_slice() {
            [une] => return Ok(Some(une.code.to_string())),
            [] => {}
            _ => return Err("Plusieurs communes portent ce nom : ajoutez le code postal ou le code INSEE.".into()),
        }
    }
    if let (Some(p), None) = (&postal, &nom) {
        let memes = commune::chercher(p, 2);
        return match memes.as_slice() {
            [une] => Ok(Some(une.code.to_string())),
            [] => Err("Ce code postal n’existe pas.".into()),
            _ => Err("Plusieurs communes ont ce code postal : ajoutez le nom de la commune ou le code INSEE.".into()),
        };
    }
    let voisine = nom.as_deref().and_then(|n| commune::chercher(n, 1).into_iter().next()).map(|c| c.libelle());
    Err(match voisine {
        Some(l) => format!("Cette commune n’est pas connue. Vouliez-vous écrire « {l} » ?"),
        None => "Cette commune n’est pas connue : vérifiez son nom et son code, ou laissez la case vide.".into(),
    })
}

#[cfg(test)]
#[path = "valeurs_tests.rs"]
mod tests;
