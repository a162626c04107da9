//! Pure rules of the diagnostic: answers to a grid give a level, with the reason for it in words.

use chrono::{Months, NaiveDate};
use socle::{Nomenclature, controle::Controle, texte::nettoyer};

use super::{
    Diagnostic, NiveauAutonomie,
    grille::{Genre, Grille, Question, Reponses, Valeur},
};

/// The most next steps a person is given.
pub const ETAPES_MAX: usize = 3;

/// A level and what decided it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proposition {
    pub niveau: NiveauAutonomie,
    /// A sentence to the person.
    pub raison: String,
}

/// The level that answers propose. A gesture not observed counts for nothing, least of all as a zero.
pub fn proposer(g: &Grille, r: &Reponses) -> Proposition {
    use NiveauAutonomie as N;
    let s = &g.regle;
    let observes: Vec<(&super::grille::Geste, u8)> = g.gestes.iter().filter_map(|x| r.note(&x.code).map(|n| (x, n))).collect();
    let noms = |garde: &dyn Fn(u8) -> bool| enumerer(observes.iter().filter(|(_, n)| garde(*n)).map(|(x, _)| x.nom.as_str()));
    let fragiles = observes.iter().filter(|(_, n)| *n <= s.note_fragile).count();

    if r.acces.get(&s.question_usage).is_some_and(|v| v.codes().contains(&s.reponse_sans_usage)) {
        return Proposition { niveau: N::Eloigne, raison: "Vous n’avez pas utilisé internet ces trois derniers mois.".into() };
    }
    if fragiles >= s.fragiles_eloigne {
        return Proposition {
            niveau: N::Eloigne,
            raison: format!("Sur {} gestes regardés, {fragiles} ne se font pas encore sans aide.", observes.len()),
        };
    }
    if observes.len() < s.observes_minimum {
        let vus = match observes.len() {
            0 => "Aucun geste n’a encore été regardé".to_owned(),
            1 => "Un seul geste a été regardé".to_owned(),
            n => format!("{n} gestes ont été regardés"),
        };
        return Proposition { niveau: N::ACompleter, raison: format!("{vus} : il en faut au moins {}.", s.observes_minimum) };
    }
    let a_consolider = observes.iter().filter(|(_, n)| *n < s.note_solide).count();
    if a_consolider > 0 {
        return Proposition {
            niveau: N::EnChemin,
            raison: format!("Une partie des gestes est acquise. Il reste à apprendre : {}.", noms(&|n| n < s.note_solide)),
        };
    }
    let decisifs = || g.gestes.iter().filter(|x| s.gestes_decisifs.contains(&x.code));
    let inconnus = enumerer(decisifs().filter(|x| r.note(&x.code).is_none()).map(|x| x.nom.as_str()));
    let incomplets = enumerer(decisifs().filter(|x| r.note(&x.code).is_some_and(|n| n < g.note_max())).map(|x| x.nom.as_str()));
    let raison = match (inconnus.is_empty(), incomplets.is_empty()) {
        (true, true) => {
            return Proposition {
                niveau: N::Autonome,
                raison: format!(
                    "Tous les gestes regardés se font sans aide ou presque, et vous savez sans aide : {}.",
                    enumerer(decisifs().map(|x| x.nom.as_str()))
                ),
            };
        }
        (true, false) => {
            format!(
                "Tous les gestes regardés se font sans aide ou presque. Pour être autonome, il reste à savoir sans aide : {incomplets}."
            )
        }
        (false, true) => {
            format!("Tous les gestes regardés se font sans aide ou presque. Pour parler d’autonomie, il faut encore regarder : {inconnus}.")
        }
        (false, false) => format!(
            "Tous les gestes regardés se font sans aide ou presque. Pour être autonome, il reste à savoir sans aide : {incomplets} ; et à regarder : {inconnus}."
        ),
    };
    Proposition { niveau: N::EnChemin, raison }
}

/// « a », « a et b », « a, b et c ».
fn enumerer<'a>(noms: impl Iterator<Item = &'a str>) -> String {
    let noms: Vec<&str> = noms.collect();
    match noms.as_slice() {
        [] => String::new(),
        [seul] => (*seul).to_owned(),
        [debut @ .., dernier] => format!("{} et {dernier}", debut.join(", ")),
    }
}

impl NiveauAutonomie {
    /// The order of progression; `a_completer` has no place in it.
    pub fn rang(self) -> Option<u8> {
        match self {
            Self::Eloigne => Some(0),
            Self::EnChemin => Some(1),
            Self::Autonome => Some(2),
            Self::ACompleter => None,
        }
    }
}

/// What changed between two diagnostics made with the same grid: gestures observed both times.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Evolution {
    /// Names of the gestures that rose.
    pub progres: Vec<String>,
    /// Names of the gestures that fell.
    pub recul: Vec<String>,
    pub pareils: usize,
}

/// Compares the gestures of two diagnostics.
pub fn evolution(g: &Grille, avant: &Reponses, apres: &Reponses) -> Evolution {
    let mut e = Evolution::default();
    for x in &g.gestes {
        match (avant.note(&x.code), apres.note(&x.code)) {
            (Some(a), Some(b)) if b > a => e.progres.push(x.nom.clone()),
            (Some(a), Some(b)) if b < a => e.recul.push(x.nom.clone()),
            (Some(_), Some(_)) => e.pareils += 1,
            _ => {}
        }
    }
    e
}

/// Refuses a day later than today or more than two years ago.
pub(crate) fn jour_admis(c: &mut Controle, champ: &str, jour: NaiveDate, aujourd_hui: NaiveDate) {
    if jour > aujourd_hui {
        c.faute(champ, "Cette date est après aujourd’hui : donnez le jour où c’est arrivé.");
    } else if aujourd_hui.checked_sub_months(Months::new(24)).is_some_and(|debut| jour < debut) {
        c.faute(champ, "Cette date a plus de deux ans : seules les deux dernières années sont acceptées.");
    }
}

/// Checks answers against their grid; every fault is named by its path (`reponses.gestes.5`).
pub fn controler_reponses(c: &mut Controle, g: &Grille, r: &Reponses) {
    for (section, questions, donnees) in [("acces", &g.acces, &r.acces), ("confort", &g.confort, &r.confort)] {
        for (code, valeur) in donnees {
            let champ = format!("reponses.{section}.{code}");
            match questions.iter().find(|q| q.code == *code) {
                None => c.faute(&champ, "Cette question n’existe pas dans la grille."),
                Some(q) => controler_valeur(c, &champ, q, valeur),
            }
        }
    }
    for (code, note) in &r.gestes {
        let champ = format!("reponses.gestes.{code}");
        if !g.gestes.iter().any(|x| x.code == *code) {
            c.faute(&champ, "Ce geste n’existe pas dans la grille.");
        } else if note.is_some_and(|n| n > g.note_max()) {
            c.faute(&champ, format!("Une note va de 0 à {} ; sans note, le geste n’a pas été regardé.", g.note_max()));
        }
    }
}

fn controler_valeur(c: &mut Controle, champ: &str, q: &Question, valeur: &Valeur) {
    let forme = match q.genre {
        Genre::Un => matches!(valeur, Valeur::Un(_)),
        Genre::Plusieurs => matches!(valeur, Valeur::Plusieurs(_)),
        Genre::Echelle => matches!(valeur, Valeur::Nombre(_)),
    };
    if !forme {
        c.faute(
            champ,
            match q.genre {
                Genre::Un => "Cette question attend une seule réponse.",
                Genre::Plusieurs => "Cette question attend une liste de réponses.",
                Genre::Echelle => "Cette question attend un nombre.",
            },
        );
        return;
    }
    let codes = valeur.codes();
    if !codes.iter().all(|v| q.choix.iter().any(|x| x.code == *v)) {
        c.faute(champ, "Ce choix ne fait pas partie de la liste.");
    }
    let mut vus = codes.clone();
    vus.sort_unstable();
    vus.dedup();
    if vus.len() != codes.len() {
        c.faute(champ, "La même réponse est donnée deux fois.");
    }
    if let Some(seul) = q.exclusif.as_ref().filter(|e| codes.len() > 1 && codes.contains(e)) {
        let libelle = q.choix.iter().find(|x| x.code == *seul).map_or(seul.as_str(), |x| &x.libelle);
        c.faute(champ, format!("« {libelle} » ne va avec aucune autre réponse : gardez l’une ou les autres."));
    }
}

/// Cleans and checks a diagnostic as a whole.
pub fn controler(c: &mut Controle, d: &mut Diagnostic, g: &Grille, aujourd_hui: NaiveDate) {
    jour_admis(c, "date", d.date, aujourd_hui);
    controler_reponses(c, g, &d.reponses);
    for (champ, texte, max) in [("objectif", &mut d.objectif, 500), ("constats", &mut d.constats, 4000)] {
        *texte = nettoyer(texte.take());
        c.texte(champ, texte.as_deref(), max);
    }
    for (i, etape) in d.etapes.0.iter_mut().enumerate() {
        *etape = etape.trim().to_owned();
        c.texte(&format!("etapes[{i}]"), Some(etape), 500);
    }
    d.etapes.0.retain(|e| !e.is_empty());
    if d.etapes.0.len() > ETAPES_MAX {
        c.faute("etapes", "Trois prochaines étapes au plus : gardez les plus importantes.");
    }
    if d.convenu && d.etapes.0.is_empty() {
        c.faute("etapes", "Notez au moins une prochaine étape avant de confirmer votre accord.");
    }
}

/// The names of the fields that differ, for the journal.
pub fn differences(a: &Diagnostic, b: &Diagnostic) -> Vec<&'static str> {
    [
        ("date", a.date != b.date),
        ("reponses", a.reponses != b.reponses),
        ("niveau", a.niveau.code() != b.niveau.code()),
        ("objectif", a.objectif != b.objectif),
        ("constats", a.constats != b.constats),
        ("etapes", a.etapes != b.etapes),
        ("convenu", a.convenu != b.convenu),
    ]
    .into_iter()
    .filter_map(|(champ, change)| change.then_some(champ))
    .collect()
}

#[cfg(test)]
#[path = "regles_tests.rs"]
mod tests;
