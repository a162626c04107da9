//! Invented records from a fixed seed, and their figures counted one record after the other: nothing in
//! common with the queries they are compared with.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Datelike, Days, NaiveDate};
use serde_json::{Map, Value, json};

pub const THEMATIQUES: [&str; 19] = [
    "diagnostic_numerique",
    "prendre_en_main_du_materiel",
    "maintenance_de_materiel",
    "gerer_ses_contenus_numeriques",
    "navigation_sur_internet",
    "email",
    "bureautique",
    "reseaux_sociaux",
    "sante",
    "banque_et_achats_en_ligne",
    "entrepreneuriat",
    "insertion_professionnelle",
    "securite_numerique",
    "parentalite",
    "scolarite_et_numerique",
    "creer_avec_le_numerique",
    "culture_numerique",
    "intelligence_artificielle",
    "aide_aux_demarches_administratives",
];
pub const DEMARCHES: [&str; 11] = [
    "papiers_elections_citoyennete",
    "famille_scolarite",
    "social_sante",
    "travail_formation",
    "logement",
    "transports_mobilite",
    "argent_impots",
    "justice",
    "etrangers_europe",
    "loisirs_sports_culture",
    "associations",
];
pub const MATERIELS: [&str; 5] = ["ordinateur", "telephone", "tablette", "autre", "aucun"];
pub const LIEUX_TYPES: [&str; 4] = ["lieu_activite", "domicile", "a_distance", "autre"];
pub const AUTONOMIES: [&str; 3] = ["entierement_accompagne", "partiellement_autonome", "autonome"];
pub const TRANCHES: [&str; 8] = [
    "moins_de_douze",
    "douze_dix_huit",
    "dix_huit_vingt_quatre",
    "vingt_cinq_trente_neuf",
    "quarante_cinquante_neuf",
    "soixante_soixante_neuf",
    "soixante_dix_plus",
    "non_communique",
];
pub const GENRES: [&str; 3] = ["feminin", "masculin", "non_communique"];
pub const STATUTS: [&str; 5] = ["scolarise", "sans_emploi", "en_emploi", "retraite", "non_communique"];
const COMMUNES: [&str; 3] = ["31555", "33063", "2A004"];

/// SplitMix64: the same numbers on every machine.
pub struct Hasard(pub u64);

impl Hasard {
    pub fn sous(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) % n as u64) as usize
    }

    pub fn parmi<'a>(&mut self, liste: &[&'a str]) -> &'a str {
        liste[self.sous(liste.len())]
    }

    fn plusieurs(&mut self, liste: &[&'static str], max: usize) -> BTreeSet<&'static str> {
        (0..self.sous(max + 1)).map(|_| self.parmi(liste)).collect()
    }

    fn peut_etre<T>(&mut self, f: impl FnOnce(&mut Self) -> T) -> Option<T> {
        (self.sous(2) == 0).then(|| f(self))
    }
}

#[derive(Clone, Debug)]
pub struct Personne {
    pub tranche_age: Option<&'static str>,
    pub annee: Option<i32>,
    pub genre: Option<&'static str>,
    pub statut: Option<&'static str>,
}

#[derive(Clone, Debug)]
pub struct Activite {
    /// Recorded by the second account.
    pub second: bool,
    pub collectif: bool,
    pub date: NaiveDate,
    pub duree: i64,
    pub lieu_type: &'static str,
    /// In the lieu of the structure.
    pub lieu: bool,
    pub commune: Option<&'static str>,
    pub thematiques: BTreeSet<&'static str>,
    pub demarches: BTreeSet<&'static str>,
    pub materiels: BTreeSet<&'static str>,
    pub autonomie: Option<&'static str>,
    /// Positions in the list of people.
    pub personnes: BTreeSet<usize>,
    pub anonymes: i64,
    pub tranches: BTreeMap<&'static str, i64>,
    pub genres: BTreeMap<&'static str, i64>,
    pub statuts: BTreeMap<&'static str, i64>,
    pub supprimee: bool,
    /// Places asked for, when an opinion was asked, and the answers given: three marks each.
    pub demandes: i64,
    pub avis: Vec<[i64; 3]>,
}

pub fn jour(texte: &str) -> NaiveDate {
    texte.parse().unwrap()
}

pub fn personnes(h: &mut Hasard, n: usize) -> Vec<Personne> {
    (0..n)
        .map(|_| Personne {
            tranche_age: (h.sous(4) == 0).then(|| h.parmi(&TRANCHES)),
            annee: h.peut_etre(|h| 1935 + h.sous(80) as i32),
            genre: h.peut_etre(|h| h.parmi(&GENRES)),
            statut: h.peut_etre(|h| h.parmi(&STATUTS)),
        })
        .collect()
}

fn declarer(h: &mut Hasard, codes: &[&'static str], total: i64) -> BTreeMap<&'static str, i64> {
    let mut reste = total;
    let mut declares = BTreeMap::new();
    for _ in 0..h.sous(4) {
        let n = h.sous(reste as usize + 1) as i64;
        if n > 0 {
            *declares.entry(h.parmi(codes)).or_insert(0) += n;
            reste -= n;
        }
    }
    declares
}

/// An activity of the 500 days before 10 March 2026, often on the edge of a month.
pub fn activite(h: &mut Hasard, nb_personnes: usize) -> Activite {
    let collectif = h.sous(4) == 0;
    let mut date = jour("2026-03-10") - Days::new(h.sous(500) as u64);
    match h.sous(6) {
        0 => date = date.with_day(1).unwrap(),
        1 => date = date.with_day(1).unwrap() - Days::new(1),
        _ => {}
    }
    let (mut presentes, mut anonymes) = (BTreeSet::new(), 0);
    if collectif {
        presentes = (0..h.sous(6)).map(|_| h.sous(nb_personnes)).collect();
        anonymes = h.sous(12) as i64;
        anonymes += i64::from(presentes.is_empty() && anonymes == 0);
    } else if h.sous(3) == 0 {
        anonymes = 1;
    } else {
        presentes.insert(h.sous(nb_personnes));
    }
    let lieu_type = h.parmi(&LIEUX_TYPES);
    let mut thematiques = h.plusieurs(&THEMATIQUES, 3);
    thematiques.insert(h.parmi(&THEMATIQUES));
    let demarches = if h.sous(3) == 0 { h.plusieurs(&DEMARCHES, 2) } else { BTreeSet::new() };
    if !demarches.is_empty() {
        thematiques.insert("aide_aux_demarches_administratives");
    }
    Activite {
        second: h.sous(3) == 0,
        collectif,
        date,
        duree: [15, 30, 45, 60, 90, 120][h.sous(6)],
        lieu_type,
        lieu: lieu_type == "lieu_activite" && h.sous(4) > 0,
        commune: (h.sous(3) == 0).then(|| h.parmi(&COMMUNES)),
        thematiques,
        demarches,
        materiels: h.plusieurs(&MATERIELS, 2),
        autonomie: h.peut_etre(|h| h.parmi(&AUTONOMIES)),
        personnes: presentes,
        anonymes,
        tranches: declarer(h, &TRANCHES, anonymes),
        genres: declarer(h, &GENRES, anonymes),
        statuts: declarer(h, &STATUTS, anonymes),
        supprimee: false,
        demandes: 0,
        avis: vec![],
    }
}

/// What is asked of the figures.
#[derive(Clone, Debug)]
pub struct Question {
    pub du: &'static str,
    pub au: &'static str,
    pub lieu: bool,
    pub second: Option<bool>,
    pub collectif: Option<bool>,
    pub thematique: Option<&'static str>,
    pub commune: Option<&'static str>,
}

impl Question {
    pub const fn sur(du: &'static str, au: &'static str) -> Self {
        Self { du, au, lieu: false, second: None, collectif: None, thematique: None, commune: None }
    }
}

/// The questions asked of every set of records.
pub fn questions() -> Vec<Question> {
    let annee = Question::sur("2025-01-01", "2026-03-10");
    vec![
        Question::sur("2024-01-01", "2026-03-10"),
        annee.clone(),
        Question::sur("2026-02-01", "2026-02-28"),
        Question::sur("2025-12-31", "2026-01-01"),
        Question::sur("2023-01-01", "2023-06-30"),
        Question { lieu: true, ..annee.clone() },
        Question { second: Some(true), ..annee.clone() },
        Question { second: Some(false), collectif: Some(true), ..annee.clone() },
        Question { collectif: Some(false), ..annee.clone() },
        Question { thematique: Some("email"), ..annee.clone() },
        Question { commune: Some("31555"), ..annee.clone() },
        Question { commune: Some("2A004"), thematique: Some("aide_aux_demarches_administratives"), ..annee },
    ]
}

fn tranche(p: &Personne, annee: i32) -> &'static str {
    if let Some(t) = p.tranche_age {
        return t;
    }
    let Some(naissance) = p.annee else { return "non_communique" };
    let bornes = [(11, 0), (17, 1), (24, 2), (39, 3), (59, 4), (69, 5)];
    let rang = bornes.iter().find(|(max, _)| annee - naissance <= *max).map_or(6, |(_, r)| *r);
    TRANCHES[rang]
}

fn par_code(codes: &[&str], compte: impl Fn(&str) -> usize) -> Value {
    codes.iter().map(|c| json!({"code": c, "activites": compte(c)})).collect()
}

/// The figures of `q`, counted by hand; `commune_du_lieu` is where the lieu of the structure is.
pub fn recompter(personnes: &[Personne], activites: &[Activite], q: &Question, commune_du_lieu: Option<&str>) -> Value {
    let (du, au) = (jour(q.du), jour(q.au));
    let commune = |a: &Activite| a.commune.or(if a.lieu { commune_du_lieu } else { None }).map(str::to_owned);
    let vivantes: Vec<&Activite> = activites.iter().filter(|a| !a.supprimee).collect();
    let comptees: Vec<&Activite> = vivantes
        .iter()
        .copied()
        .filter(|a| a.date >= du && a.date <= au)
        .filter(|a| !q.lieu || a.lieu)
        .filter(|a| q.second.is_none_or(|s| s == a.second))
        .filter(|a| q.collectif.is_none_or(|c| c == a.collectif))
        .filter(|a| q.thematique.is_none_or(|t| a.thematiques.contains(t)))
        .filter(|a| q.commune.is_none_or(|c| commune(a).as_deref() == Some(c)))
        .collect();
    let nommees: i64 = comptees.iter().map(|a| a.personnes.len() as i64).sum();
    let anonymes: i64 = comptees.iter().map(|a| a.anonymes).sum();
    let distinctes: BTreeSet<usize> = comptees.iter().flat_map(|a| a.personnes.iter().copied()).collect();
    let deja: BTreeSet<usize> = vivantes.iter().filter(|a| a.date < du).flat_map(|a| a.personnes.iter().copied()).collect();
    let presents = |a: &Activite| a.personnes.len() as i64 + a.anonymes;

    let mut mois = vec![];
    let mut m = du.with_day(1).unwrap();
    while m <= au {
        let du_mois = || comptees.iter().filter(|a| (a.date.year(), a.date.month()) == (m.year(), m.month()));
        let participations: i64 = du_mois().map(|a| presents(a)).sum();
        mois.push(json!({"mois": m.format("%Y-%m").to_string(), "activites": du_mois().count(), "participations": participations}));
        m = m + chrono::Months::new(1);
    }
    let publics =
        |codes: &[&str], de: &dyn Fn(&Activite, &Personne) -> &'static str, declares: &dyn Fn(&Activite) -> BTreeMap<&'static str, i64>| {
            let mut lignes = Map::new();
            for code in codes {
                let (mut n, mut qui) = (0, BTreeSet::new());
                for a in &comptees {
                    for p in a.personnes.iter().filter(|p| de(a, &personnes[**p]) == *code) {
                        n += 1;
                        qui.insert(*p);
                    }
                    let d = declares(a);
                    n += d.get(code).copied().unwrap_or_default();
                    if *code == "non_communique" {
                        n += a.anonymes - d.values().sum::<i64>();
                    }
                }
                lignes.insert((*code).to_owned(), json!([n, qui.len()]));
            }
            Value::Object(lignes)
        };
    let communes: BTreeSet<String> = comptees.iter().filter_map(|a| commune(a)).collect();
    let par_commune: Map<String, Value> = communes
        .into_iter()
        .map(|c| {
            let ici = || comptees.iter().filter(|a| commune(a).as_ref() == Some(&c));
            let v = json!([ici().count(), ici().map(|a| presents(a)).sum::<i64>()]);
            (c.clone(), v)
        })
        .collect();
    let au_lieu = |oui: bool| {
        let ici = || comptees.iter().filter(|a| a.lieu == oui);
        json!([ici().count(), ici().map(|a| presents(a)).sum::<i64>()])
    };
    let avis: Vec<[i64; 3]> = comptees.iter().flat_map(|a| a.avis.iter().copied()).collect();
    let moyenne = (!avis.is_empty()).then(|| {
        let somme: i64 = avis.iter().flatten().sum();
        format!("{:.1}", (somme as f64 / (3 * avis.len()) as f64 * 10.0).round() / 10.0)
    });
    let ensemble = |n: i64| avis.iter().filter(|v| ((v.iter().sum::<i64>() as f64) / 3.0).round() as i64 == n).count();
    json!({
        "satisfaction": {
            "demandes": comptees.iter().map(|a| a.demandes).sum::<i64>(),
            "reponses": avis.len(),
            "moyenne": moyenne,
            "distribution": (1..=5).map(ensemble).collect::<Vec<_>>(),
        },
        "du": q.du,
        "au": q.au,
        "activites": {
            "total": comptees.len(),
            "individuelles": comptees.iter().filter(|a| !a.collectif).count(),
            "collectives": comptees.iter().filter(|a| a.collectif).count(),
        },
        "participations": {"total": nommees + anonymes, "nommees": nommees, "anonymes": anonymes},
        "personnes": {"distinctes": distinctes.len(), "nouvelles": distinctes.difference(&deja).count()},
        "duree_minutes": comptees.iter().map(|a| a.duree).sum::<i64>(),
        "thematiques": par_code(&THEMATIQUES, |c| comptees.iter().filter(|a| a.thematiques.contains(c)).count()),
        "demarches": par_code(&DEMARCHES, |c| comptees.iter().filter(|a| a.demarches.contains(c)).count()),
        "materiels": par_code(&MATERIELS, |c| comptees.iter().filter(|a| a.materiels.contains(c)).count()),
        "lieux_types": par_code(&LIEUX_TYPES, |c| comptees.iter().filter(|a| a.lieu_type == c).count()),
        "autonomies": par_code(&AUTONOMIES, |c| comptees.iter().filter(|a| a.autonomie == Some(c)).count()),
        "mois": mois,
        "lieux": {"avec": au_lieu(true), "sans": au_lieu(false)},
        "communes": par_commune,
        "mediateurs": {
            "premier": comptees.iter().filter(|a| !a.second).count(),
            "second": comptees.iter().filter(|a| a.second).count(),
        },
        "tranches_age": publics(&TRANCHES, &|a, p| tranche(p, a.date.year()), &|a| a.tranches.clone()),
        "genres": publics(&GENRES, &|_, p| p.genre.unwrap_or("non_communique"), &|a| a.genres.clone()),
        "statuts": publics(&STATUTS, &|_, p| p.statut.unwrap_or("non_communique"), &|a| a.statuts.clone()),
    })
}

/// The answer of the API in the same shape as [`recompter`]: lists without order become objects, labels go.
pub fn normaliser(b: &Value, second: &str) -> Value {
    let codes = |nom: &str| -> Value {
        b[nom].as_array().unwrap().iter().map(|l| json!({"code": l["code"], "activites": l["activites"]})).collect()
    };
    let paires = |nom: &str, a: &str, c: &str| -> Value {
        let lignes = b[nom].as_array().unwrap().iter();
        Value::Object(lignes.map(|l| (l["code"].as_str().unwrap().to_owned(), json!([l[a], l[c]]))).collect())
    };
    let lieu = |sans: bool| {
        let mut lignes = b["lieux"].as_array().unwrap().iter().filter(|l| l["id"].is_null() == sans);
        lignes.next().map_or(json!([0, 0]), |l| json!([l["activites"], l["participations"]]))
    };
    let de = |autre: bool| {
        let lignes = b["mediateurs"].as_array().unwrap().iter().filter(|m| (m["id"].as_str() == Some(second)) == autre);
        lignes.map(|m| m["activites"].as_i64().unwrap()).sum::<i64>()
    };
    let mut satisfaction = b["satisfaction"].clone();
    satisfaction["moyenne"] = json!(b["satisfaction"]["moyenne"].as_f64().map(|m| format!("{m:.1}")));
    json!({
        "satisfaction": satisfaction,
        "du": b["du"],
        "au": b["au"],
        "activites": b["activites"],
        "participations": b["participations"],
        "personnes": b["personnes"],
        "duree_minutes": b["duree_minutes"],
        "thematiques": codes("thematiques"),
        "demarches": codes("demarches"),
        "materiels": codes("materiels"),
        "lieux_types": codes("lieux_types"),
        "autonomies": b["autonomies"],
        "mois": b["mois"],
        "lieux": {"avec": lieu(false), "sans": lieu(true)},
        "communes": paires("communes", "activites", "participations"),
        "mediateurs": {"premier": de(false), "second": de(true)},
        "tranches_age": paires("tranches_age", "participations", "personnes"),
        "genres": paires("genres", "participations", "personnes"),
        "statuts": paires("statuts", "participations", "personnes"),
    })
}
