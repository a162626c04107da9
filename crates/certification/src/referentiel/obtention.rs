//! How a title is obtained: evidence by route, printed conditions, numbers of the table of rules.

use certification_regles::{
    Version,
    referentiel::{Acces, Epreuve, Regle, RegleEntreprise, regles},
};
use interface::format::{date_sans_jour, duree};

/// The routes of the table of evidence: code in the files, heading.
pub(super) const CAS: [(&str, &str); 6] = [
    ("titre_formation", "Titre, après une formation"),
    ("titre_vae", "Titre, par la VAE"),
    ("ccp_formation", "Un CCP, après une formation"),
    ("ccp_vae", "Un CCP, par la VAE"),
    ("ccs_formation", "CCS, après une formation"),
    ("ccs_experience", "CCS, par l’expérience"),
];

/// Evidence by route.
pub(super) struct Epreuves {
    /// The document prints no such table: the common one holds.
    pub communes: bool,
    /// Label, then a word for each of [`CAS`].
    pub lignes: Vec<(&'static str, Vec<&'static str>)>,
}

pub(super) fn epreuves(v: &'static Version) -> Epreuves {
    let communes = v.epreuves.is_empty();
    let table = if communes { &regles::communes().epreuves } else { &v.epreuves };
    let mot = |e: &Epreuve, cas: &str| match (e.cas.iter().any(|c| c == cas), e.dernier_ccp_seulement && cas.starts_with("ccp_")) {
        (false, _) => "non",
        (true, true) => "avec le dernier CCP manquant",
        (true, false) => "oui",
    };
    let lignes = table
        .iter()
        .map(|e| (if e.libelle.is_empty() { e.code.as_str() } else { e.libelle.as_str() }, CAS.iter().map(|(c, _)| mot(e, c)).collect()))
        .collect();
    Epreuves { communes, lignes }
}

/// A route of access as printed.
pub(super) struct VueAcces {
    pub libelle: &'static str,
    pub ouverte: &'static str,
    pub jury: &'static str,
    pub remarque: &'static str,
}

pub(super) fn acces(v: &'static Version) -> Vec<VueAcces> {
    v.acces
        .iter()
        .map(|a: &Acces| VueAcces {
            libelle: &a.libelle,
            ouverte: oui_non(a.ouverte),
            jury: a.jury.as_deref().unwrap_or("–"),
            remarque: a.remarque.as_deref().unwrap_or_default(),
        })
        .collect()
}

/// A box that the text of the document does not let read is said so.
pub(super) fn oui_non(b: Option<bool>) -> &'static str {
    match b {
        Some(true) => "oui",
        Some(false) => "non",
        None => "illisible dans le document",
    }
}

/// A piece of a printed text.
pub(super) enum Morceau {
    Texte(&'static str),
    Liste(Vec<&'static str>),
}

/// Printed paragraphs, word for word; those that the document prints as bullets (« o … ») make a list.
pub(super) fn morceaux(texte: &'static [String]) -> Vec<Morceau> {
    let mut rendu: Vec<Morceau> = Vec::new();
    for p in texte {
        match (p.strip_prefix("o "), rendu.last_mut()) {
            (Some(point), Some(Morceau::Liste(l))) => l.push(point),
            (Some(point), _) => rendu.push(Morceau::Liste(vec![point])),
            (None, _) => rendu.push(Morceau::Texte(p)),
        }
    }
    rendu
}

/// What a period in a company must be, for some routes.
pub(super) fn entreprise(r: &RegleEntreprise) -> String {
    let mut exige = Vec::new();
    if let Some(s) = r.semaines_continues {
        exige.push(format!("{s}\u{a0}semaines sans interruption"));
    }
    if let Some(m) = r.minutes {
        exige.push(format!("{} au total", duree(m)));
    }
    if r.selon_contrat {
        exige.push("selon le contrat".to_owned());
    }
    if exige.is_empty() { "non précisée".to_owned() } else { exige.join(", ") }
}

/// A route of access, in words.
pub(super) fn voie(code: &str) -> Option<&'static str> {
    Some(match code {
        "initiale" => "formation initiale",
        "eleve_etudiant" => "élève ou étudiant",
        "apprentissage" => "apprentissage",
        "formation_continue" => "formation continue",
        "contrat_professionnalisation" => "contrat de professionnalisation",
        "candidature_individuelle" => "candidature individuelle",
        "vae" => "VAE",
        "capitalisation" => "capitalisation",
        _ => return None,
    })
}

/// The routes of a rule, in words.
pub(super) fn voies(r: &RegleEntreprise) -> String {
    let mots: Vec<&str> = r.voies.iter().map(|v| voie(v).unwrap_or(v)).collect();
    mots.join(", ")
}

/// A number of the table of rules.
pub(super) struct VueRegle {
    pub libelle: &'static str,
    pub valeur: String,
    pub periode: String,
    pub source: &'static str,
    pub certitude: &'static str,
}

/// The numbers whose code begins so (`jury.`), or all the others with `sauf`: the version's own, then the common
/// ones that it does not replace.
pub(super) fn table(v: &'static Version, famille: &str, sauf: bool) -> Vec<VueRegle> {
    let dedans = |r: &&Regle| r.code.starts_with(famille) != sauf;
    // A line of the version stands before the common one for all the days that it covers.
    let couvre =
        |p: &Regle, r: &Regle| p.du.is_none_or(|d| r.du.is_some_and(|x| d <= x)) && p.au.is_none_or(|f| r.au.is_some_and(|x| x <= f));
    let remplacee = |r: &Regle| v.regles.iter().any(|p| p.code == r.code && couvre(p, r));
    let communes = regles::communes().regles.iter().filter(|r| !remplacee(r));
    v.regles.iter().chain(communes).filter(dedans).map(vue_regle).collect()
}

fn vue_regle(r: &'static Regle) -> VueRegle {
    let unite = regles::CODES.iter().find(|(c, _)| *c == r.code).map_or("", |(_, u)| *u);
    VueRegle {
        libelle: if r.libelle.is_empty() { &r.code } else { &r.libelle },
        valeur: match (unite, r.valeur) {
            ("0 ou 1", 0) => "non".to_owned(),
            ("0 ou 1", _) => "oui".to_owned(),
            (u, n) => interface::format::compte(n, u.trim_end_matches('s').replace("moi", "mois").as_str(), u),
        },
        periode: match (r.du, r.au) {
            (None, None) => "toute date".to_owned(),
            (Some(d), None) => format!("depuis le {}", date_sans_jour(d)),
            (None, Some(f)) => format!("jusqu’au {}", date_sans_jour(f)),
            (Some(d), Some(f)) => format!("du {} au {}", date_sans_jour(d), date_sans_jour(f)),
        },
        source: &r.source,
        certitude: r.certitude.mention(),
    }
}

#[cfg(test)]
mod unitaires {
    use super::{super::trouver, *};

    #[test]
    fn les_epreuves_par_voie_sont_celles_de_la_page_du_domaine() {
        let e = epreuves(trouver("mediateur-numerique").unwrap());
        assert!(!e.communes);
        let ligne = |debut: &str| e.lignes.iter().find(|(l, _)| l.starts_with(debut)).map(|(_, m)| m.clone()).unwrap();
        assert_eq!(ligne("les résultats des évaluations"), ["oui", "non", "oui", "non", "oui", "non"]);
        assert_eq!(
            ligne("un entretien final"),
            ["oui", "oui", "avec le dernier CCP manquant", "avec le dernier CCP manquant", "oui", "oui"]
        );
        assert!(epreuves(trouver("26573").unwrap()).communes);
    }

    #[test]
    fn les_puces_imprimees_font_une_liste() {
        let v = trouver("mediateur-numerique").unwrap();
        let m = morceaux(&v.modalites[0].texte);
        assert!(matches!(&m[..], [Morceau::Texte(_), Morceau::Liste(l)] if l.len() == 4));
    }

    #[test]
    fn les_nombres_portent_leur_unite_accordee() {
        let v = trouver("mediateur-numerique").unwrap();
        let jury = table(v, "jury.", false);
        assert!(jury.iter().any(|r| r.valeur == "2\u{a0}membres"), "{:?}", jury.iter().map(|r| &r.valeur).collect::<Vec<_>>());
        let reste = table(v, "jury.", true);
        let valeurs: Vec<&str> = reste.iter().map(|r| r.valeur.as_str()).collect();
        assert!(
            valeurs.contains(&"12\u{a0}mois") && valeurs.contains(&"1\u{a0}dossier") && valeurs.contains(&"1\u{a0}année"),
            "{valeurs:?}"
        );
        assert!(valeurs.contains(&"0\u{a0}mois"));
        // The version's own number replaces the common one.
        assert_eq!(reste.iter().filter(|r| r.libelle.contains("obtenir le titre après sa clôture")).count(), 1);
    }

    #[test]
    fn la_periode_en_entreprise_est_dite() {
        let v = trouver("cmn-plan-de-formation").unwrap();
        assert_eq!(entreprise(&v.entreprise[0]), "6\u{a0}semaines sans interruption");
        assert_eq!(voies(&v.entreprise[1]), "formation continue, contrat de professionnalisation");
    }
}
