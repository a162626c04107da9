//! Pure rules of a person's file.

use chrono::{DateTime, Datelike, NaiveDate, Utc};
use socle::{
    Nomenclature, Resultat,
    controle::Controle,
    identifiant::PersonneId,
    texte::{nettoyer, plier, sonner, telephone},
};

use super::{CreerPersonne, Personne};
use crate::nomenclatures::{Besoins, TrancheAge};

/// The file that a request describes, not yet checked.
pub fn fiche(id: PersonneId, d: CreerPersonne, maintenant: DateTime<Utc>) -> Personne {
    Personne {
        id,
        prenom: d.prenom,
        nom: d.nom,
        surnom: d.surnom,
        cle_tri: String::new(),
        telephone: d.telephone,
        courriel: d.courriel,
        date_naissance: d.date_naissance,
        annee_naissance: d.annee_naissance,
        tranche_age: d.tranche_age,
        genre: d.genre,
        statut: d.statut,
        commune: nettoyer(d.commune),
        langue: d.langue,
        besoins: Besoins(d.besoins),
        amenagements: d.amenagements,
        notes: d.notes,
        version: 1,
        cree_le: maintenant,
        modifie_le: maintenant,
        efface_le: None,
    }
}

/// Cleans and checks a file; sets what is derived. `avant` is the file as it was: a commune that left
/// the official code since may stay.
pub fn controler(p: &mut Personne, avant: Option<&Personne>, aujourd_hui: NaiveDate) -> Resultat<()> {
    let mut c = Controle::new();
    for (champ, v, max) in [
        ("prenom", &mut p.prenom, 100),
        ("nom", &mut p.nom, 100),
        ("surnom", &mut p.surnom, 100),
        ("telephone", &mut p.telephone, 40),
        ("courriel", &mut p.courriel, 200),
        ("langue", &mut p.langue, 60),
        ("amenagements", &mut p.amenagements, 1000),
        ("notes", &mut p.notes, 10_000),
    ] {
        *v = nettoyer(v.take());
        c.texte(champ, v.as_deref(), max);
    }
    let nomme = [&p.prenom, &p.nom, &p.surnom].iter().any(|v| v.as_deref().is_some_and(|t| !plier(t).is_empty()));
    c.exiger(nomme, "nom", "Indiquez au moins un nom, un prénom ou un surnom.");
    if let Some(t) = &p.telephone {
        c.exiger(
            !telephone(t).is_empty() && t.chars().all(|x| x.is_ascii_digit() || " .-+()/".contains(x)),
            "telephone",
            "Ce numéro n’est pas lisible. Exemple : 06 12 34 56 78.",
        );
    }
    if let Some(e) = &p.courriel {
        let bien = e.split_once('@').is_some_and(|(a, b)| !a.is_empty() && b.contains('.') && !e.contains(char::is_whitespace));
        c.exiger(bien, "courriel", "Cette adresse n’est pas complète. Exemple : prenom.nom@exemple.fr.");
    }
    if let Some(d) = p.date_naissance {
        c.exiger(d <= aujourd_hui, "date_naissance", "La date de naissance est après aujourd’hui.");
        c.exiger(d.year() >= 1900, "date_naissance", "La date de naissance est avant 1900 : vérifiez l’année.");
        if p.annee_naissance.is_some_and(|a| a != d.year()) {
            c.faute("annee_naissance", "L’année de naissance ne va pas avec la date de naissance.");
        }
        p.annee_naissance = Some(d.year());
    }
    if let Some(a) = p.annee_naissance.filter(|_| p.date_naissance.is_none()) {
        c.exiger(
            (1900..=aujourd_hui.year()).contains(&a),
            "annee_naissance",
            "L’année de naissance s’écrit avec quatre chiffres, entre 1900 et cette année.",
        );
    }
    if let Some(code) = &p.commune {
        let gardee = avant.is_some_and(|a| a.commune == p.commune);
        c.exiger(
            gardee || super::commune_connue(code),
            "commune",
            "Ce code de commune n’existe pas : il faut un code INSEE à cinq caractères.",
        );
    }
    p.besoins.0.sort_unstable();
    p.besoins.0.dedup();
    p.cle_tri = cle_tri(p);
    c.finir()
}

/// What a file is sorted by: folded « nom prenom surnom ».
pub fn cle_tri(p: &Personne) -> String {
    let nom = [p.nom.as_deref(), p.prenom.as_deref(), p.surnom.as_deref()].into_iter().flatten().collect::<Vec<_>>().join(" ");
    plier(&nom).chars().take(200).collect()
}

/// How a person is named on screens: « Prénom NOM (surnom) ».
pub fn nom_affiche(p: &Personne) -> String {
    nommer(p.prenom.as_deref(), p.nom.as_deref(), p.surnom.as_deref())
}

/// [`nom_affiche`], of its parts.
pub fn nommer(prenom: Option<&str>, nom: Option<&str>, surnom: Option<&str>) -> String {
    let etat_civil = [prenom.map(str::to_owned), nom.map(str::to_uppercase)].into_iter().flatten().collect::<Vec<_>>().join(" ");
    match (surnom, etat_civil.is_empty()) {
        (Some(s), true) => s.to_owned(),
        (Some(s), false) => format!("{etat_civil} ({s})"),
        (None, false) => etat_civil,
        (None, true) => "Personne effacée".into(),
    }
}

/// The names of people whose parts (first name, name, other name) a select brought together: parts end by U+001F, people
/// by U+001E. In alphabetical order.
pub fn noms_reunis(texte: Option<&str>) -> Vec<String> {
    let nom = |parts: &str| {
        let mut p = parts.split('\u{1f}').map(|x| Some(x).filter(|x| !x.is_empty()));
        nommer(p.next().flatten(), p.next().flatten(), p.next().flatten())
    };
    let mut noms: Vec<String> = texte.into_iter().flat_map(|t| t.split('\u{1e}')).map(nom).collect();
    noms.sort_unstable();
    noms
}

/// What tells homonyms apart: commune, year of birth (or age band), last two digits of the telephone.
/// Empty when the file says none of them.
pub fn distinguer(p: &Personne) -> String {
    let naissance = match (p.annee_naissance, p.tranche_age) {
        (Some(a), _) => Some(format!("naissance en\u{a0}{a}")),
        (None, Some(t)) if t != TrancheAge::NonCommunique => Some(t.libelle().to_owned()),
        _ => None,
    };
    let fin = p.telephone.as_deref().map(telephone).filter(|t| t.len() >= 4);
    let fin = fin.map(|t| format!("téléphone finissant par\u{a0}{}", &t[t.len() - 2..]));
    [p.commune.as_deref().map(territoire::commune::nommer), naissance, fin].into_iter().flatten().collect::<Vec<_>>().join(" · ")
}

/// The age band of an erased file, all that is kept of its birth: declared, else that of the year.
pub fn tranche_gardee(p: &Personne, aujourd_hui: NaiveDate) -> Option<TrancheAge> {
    p.tranche_age.or_else(|| p.annee_naissance.map(|a| TrancheAge::de_age(aujourd_hui.year() - a)))
}

/// A key as it is stored: 60 bytes at most, cut between two characters.
pub fn couper(mut cle: String) -> String {
    while cle.len() > 60 {
        cle.pop();
    }
    cle
}

/// The keys under which a person is found: each word of the names, its sound (`~`), telephone (`:t`),
/// mail address (`:c`), date (`:n`) and year (`:a`) of birth, and the whole name by sound (`=`). A sign begins those that are no word, so
/// that no start of a name meets them.
pub fn cles(p: &Personne) -> Vec<String> {
    let mut cles = Vec::new();
    for nom in [&p.prenom, &p.nom, &p.surnom].into_iter().flatten() {
        let plie = plier(nom);
        for mot in plie.split(' ').filter(|m| !m.is_empty()) {
            cles.push(mot.to_owned());
            if mot.len() > 2 {
                let son = sonner(mot);
                if !son.is_empty() {
                    cles.push(format!("~{son}"));
                }
            }
        }
        // « Le Goff » is also found as « legoff ».
        if plie.contains(' ') {
            cles.push(plie.replace(' ', ""));
        }
    }
    if let Some(t) = p.telephone.as_deref().map(telephone).filter(|t| !t.is_empty()) {
        cles.push(format!(":t{t}"));
    }
    if let Some(c) = &p.courriel {
        cles.push(format!(":c{}", c.to_lowercase()));
    }
    if let Some(d) = p.date_naissance {
        cles.push(format!(":n{d}"));
    }
    if let Some(a) = p.annee_naissance {
        cles.push(format!(":a{a}"));
    }
    let mut cles: Vec<String> = cles.into_iter().map(couper).collect();
    cles.extend(cle_de_nom(p));
    cles.sort_unstable();
    cles.dedup();
    cles
}

/// The key that near spellings of a whole name share, whatever the order of its words: `=` then their
/// sounds, sorted. None for a single word, which too many people share.
pub fn cle_de_nom(p: &Personne) -> Option<String> {
    let nom = [p.prenom.as_deref(), p.nom.as_deref()].into_iter().flatten().collect::<Vec<_>>().join(" ");
    let plie = plier(&nom);
    let mut sons: Vec<String> = plie
        .split(' ')
        .filter(|m| !m.is_empty())
        .map(|m| Some(sonner(m)).filter(|s| m.len() > 2 && !s.is_empty()).unwrap_or_else(|| m.to_owned()))
        .collect();
    sons.sort_unstable();
    (sons.len() > 1).then(|| couper(format!("={}", sons.join(" "))))
}

/// The names of the fields that differ, for the journal.
pub fn differences(a: &Personne, b: &Personne) -> Vec<&'static str> {
    [
        ("prenom", a.prenom != b.prenom),
        ("nom", a.nom != b.nom),
        ("surnom", a.surnom != b.surnom),
        ("telephone", a.telephone != b.telephone),
        ("courriel", a.courriel != b.courriel),
        ("date_naissance", a.date_naissance != b.date_naissance),
        ("annee_naissance", a.annee_naissance != b.annee_naissance),
        ("tranche_age", a.tranche_age != b.tranche_age),
        ("genre", a.genre != b.genre),
        ("statut", a.statut != b.statut),
        ("commune", a.commune != b.commune),
        ("langue", a.langue != b.langue),
        ("besoins", a.besoins != b.besoins),
        ("amenagements", a.amenagements != b.amenagements),
        ("notes", a.notes != b.notes),
    ]
    .into_iter()
    .filter_map(|(champ, change)| change.then_some(champ))
    .collect()
}

#[cfg(test)]
#[path = "regles_tests.rs"]
mod tests;
