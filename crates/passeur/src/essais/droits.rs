//! Every page and every operation of the API, asked by every account, on records of structure Alpha;
//! compared with the table of `docs/droits.md`.
//!
//! `PASSEUR_ESSAI_ECRIRE_DROITS=1` writes the table anew: read the difference before committing it.
//! A new route with a parameter needs a sample, and so does a new creation of the API: `echantillons`.

#[path = "droits/echantillons.rs"]
mod echantillons;

use std::{collections::BTreeMap, fmt::Write as _, path::PathBuf};

use essais::{Appli, Moteur, Navigateur, Value, json};
use interface::requete::Acces;
use socle::droits::Portee;

/// The accounts that ask, and their column.
const COMPTES: [(&str, &str); 12] = [
    ("", "Sans compte"),
    ("alpha.mediateur", "Médiateur"),
    ("alpha.responsable", "Responsable"),
    ("alpha.coordinateur", "Coordinateur"),
    ("administrateur", "Instance"),
    ("beta.mediateur", "Autre médiateur"),
    ("beta.responsable", "Autre responsable"),
    ("alpha.certification", "Certification"),
    ("alpha.formateur", "Formateur"),
    ("alpha.jure", "Juré"),
    ("alpha.candidat", "Candidat"),
    ("beta.certification", "Autre certification"),
];

/// What is named by an id but belongs to no structure: reference data, and what a secret opens.
const SANS_STRUCTURE: [&str; 10] = [
    "/evaluation/{secret}",
    "/badges/listes/{n}",
    "/diagnostics/grilles/{id}",
    "/reprise/modeles/{nom}",
    "/mot-de-passe/{secret}",
    "/certification/titres/{code}",
    "/avis/{secret}",
    "/partage/{secret}",
    "/partages/{secret}",
    "/verifier/{code}",
];

/// Operations of the API that need no token: a secret in the address stands for it.
const SANS_JETON: [&str; 5] = ["/avis/{secret}", "/evaluation/{secret}", "/partages/{secret}", "/programme", "/programme/{id}"];

/// Public référentiels, and a computation on what is sent, which reads and stores nothing: any account may
/// ask. And exports and filters kept: what may be read may be asked for as a file of one's own, or again.
const CALCULS: [(&str, &str); 8] = [
    ("POST", "/certification/verification"),
    ("GET", "/bilan/filtres"),
    ("POST", "/bilan/filtres"),
    ("GET", "/certification/titres"),
    ("GET", "/certification/titres/{code}"),
    ("POST", "/certification/simulation"),
    ("GET", "/exports"),
    ("POST", "/exports"),
];

/// What the members of a jury alone read.
const DU_JURY: [&str; 3] = ["/certification/jury", "/certification/passages/{id}/grilles", "/certification/passages/{id}/deliberation"];

/// What belongs to its author alone: neither to a structure nor to who has more rights.
const PERSONNELS: [&str; 2] = ["/exports/{id}", "/bilan/filtres/{id}"];

/// Whether a route is that of something personal.
fn personnel(acte: &Acte) -> bool {
    PERSONNELS.iter().any(|p| acte.nu().starts_with(p))
}

/// Files of people, and what is done with them.
const DOSSIERS: [&str; 8] =
    ["/personnes/", "/doublons/", "/fusions/", "/accueils/", "/diagnostics/", "/parcours/", "/accompagnements/", "/orientations/"];

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Verdict {
    Oui,
    Non,
    Invisible,
    Connexion,
}

impl Verdict {
    fn mot(self) -> &'static str {
        match self {
            Self::Oui => "oui",
            Self::Non => "non",
            Self::Invisible => "invisible",
            Self::Connexion => "connexion",
        }
    }
}

/// One route and how it is asked.
#[derive(Clone)]
struct Acte {
    methode: String,
    chemin: String,
    publique: bool,
}

impl Acte {
    fn api(&self) -> bool {
        self.chemin.starts_with("/api/")
    }

    fn calcul(&self) -> bool {
        CALCULS.contains(&(self.methode.as_str(), self.nu()))
    }

    /// The address without the prefix of the API.
    fn nu(&self) -> &str {
        self.chemin.strip_prefix("/api/v1").unwrap_or(&self.chemin)
    }
}

fn actes() -> Vec<Acte> {
    let mut v: Vec<_> = passeur::pages()
        .routes
        .iter()
        .map(|r| Acte { methode: r.methode.to_string(), chemin: r.chemin.to_owned(), publique: r.acces == Acces::Public })
        .collect();
    let description = serde_json::to_value(passeur::apidoc::description()).unwrap();
    for (chemin, operations) in description["paths"].as_object().unwrap() {
        for methode in operations.as_object().unwrap().keys().filter(|m| *m != "parameters") {
            let publique = SANS_JETON.iter().any(|p| chemin.strip_prefix("/api/v1") == Some(p));
            v.push(Acte { methode: methode.to_uppercase(), chemin: chemin.clone(), publique });
        }
    }
    v.sort_by_key(|a| (a.api(), a.chemin.clone(), a.methode.clone()));
    v
}

/// The application and the accounts, signed in.
struct Essai<'a> {
    a: &'a Appli,
    jetons: Vec<String>,
    navigateurs: Vec<Navigateur<'a>>,
    numero: std::cell::Cell<u32>,
}

impl<'a> Essai<'a> {
    async fn preparer(a: &'a Appli) -> Self {
        let (mut jetons, mut navigateurs) = (vec![], vec![]);
        for (compte, _) in COMPTES {
            jetons.push(if compte.is_empty() { String::new() } else { a.jeton(compte).await });
            navigateurs.push(if compte.is_empty() { a.navigateur() } else { a.session(compte).await });
        }
        // The keys of badges are made by the first one given.
        let cx = socle::Contexte::systeme(&a.etat).await.unwrap();
        let cles = badges::Cles::ouvrir(&a.etat.config.chemin_cles_badges(), cx.maintenant).unwrap();
        certification::document::badge::mettre_en_service(&cx, &cles).await.unwrap();
        cx.valider().await.unwrap();
        Self { a, jetons, navigateurs, numero: std::cell::Cell::new(0) }
    }

    /// The address asked for, its parameters filled.
    async fn adresse(&self, acte: &Acte) -> String {
        let mut chemin = acte.chemin.clone();
        if let Some(fin) = acte.nu().rfind('}') {
            let prefixe = &acte.nu()[..=fin];
            let ids = self.ids(prefixe).await;
            for id in ids.unwrap_or_else(|| panic!("route inconnue du test : {} {} (voir echantillons.rs)", acte.methode, acte.chemin)) {
                let (debut, reste) = chemin.split_once('{').expect("autant de paramètres que d’identifiants");
                chemin = format!("{debut}{id}{}", reste.split_once('}').unwrap().1);
            }
            assert!(!chemin.contains('{'), "il manque des identifiants : {chemin}");
        }
        match acte.chemin.as_str() {
            "/accompagnements/{id}/retablir" => {
                let id = chemin.split('/').nth(2).unwrap();
                let r = self.a.api(&self.jetons[1], "DELETE", &format!("/api/v1/accompagnements/{id}"), Value::Null).await;
                assert_eq!(r.statut, 204);
                chemin
            }
            // A note is its author's alone: each account that may writes its own before it removes it.
            c if c.ends_with("/note/supprimer") || (acte.methode == "DELETE" && c.ends_with("/note")) => {
                let id = chemin.trim_start_matches("/api/v1").split('/').nth(2).unwrap().to_owned();
                for jeton in self.jetons.iter().filter(|j| !j.is_empty()) {
                    self.a.api(jeton, "PUT", &format!("/api/v1/accompagnements/{id}/note"), json!({"reussi": "Essai"})).await;
                }
                chemin
            }
            "/bilan/suites" => format!("{chemin}?quoi=envoyees"),
            "/equipe" if acte.methode == "GET" => format!("{chemin}?structure={}", self.a.structure_alpha()),
            _ => chemin,
        }
    }

    async fn demander(&mut self, acte: &Acte, qui: usize) -> Verdict {
        let adresse = self.adresse(acte).await;
        let (statut, vers, detail) = if acte.api() {
            let corps = self.corps(acte).await;
            let r = self.a.api(&self.jetons[qui], &acte.methode, &adresse, corps.clone()).await;
            assert!(
                r.statut != 422 || corps != json!({}) || acte.methode != "POST",
                "{} {} : donnez un corps d’essai (echantillons.rs) : {}",
                acte.methode,
                acte.chemin,
                r.corps
            );
            (r.statut, None, r.corps.to_string())
        } else {
            let champs = self.champs(acte, &adresse, qui).await;
            let champs: Vec<_> = champs.iter().map(|(n, v)| (*n, v.as_str())).collect();
            let s = &self.navigateurs[qui];
            let r = if acte.methode == "GET" { s.get(&adresse).await } else { s.post(&adresse, &champs).await };
            (r.statut, r.vers, r.html)
        };
        if acte.chemin == "/deconnexion" && qui > 0 {
            self.navigateurs[qui] = self.a.session(COMPTES[qui].0).await;
        }
        let porte = vers.is_some_and(|v| v.split('?').next() == Some("/connexion"));
        match statut {
            401 => Verdict::Connexion,
            303 if porte && !acte.publique => Verdict::Connexion,
            // A page refused for what is asked would hide who may ask.
            400 | 422 if acte.methode == "GET" => panic!("{} {} : l’essai demande mal : {detail}", acte.methode, acte.chemin),
            200..=399 | 400 | 409 | 422 => Verdict::Oui,
            403 => Verdict::Non,
            404 => Verdict::Invisible,
            _ => panic!("{} {} par « {} » : {statut} {detail}", acte.methode, acte.chemin, COMPTES[qui].0),
        }
    }
}

/// What no table may say, whatever is written in it.
fn faute(acte: &Acte, verdicts: &[Verdict]) -> Option<&'static str> {
    let oui = |qui: usize| verdicts[qui] == Verdict::Oui;
    let de_alpha = acte.nu().contains('{') && !SANS_STRUCTURE.contains(&acte.nu());
    let dossier = de_alpha && DOSSIERS.iter().any(|d| acte.nu().starts_with(d));
    if !verdicts.contains(&Verdict::Oui) {
        Some("personne n’y a droit : l’essai demande mal")
    } else if acte.publique {
        None
    } else if verdicts[0] != Verdict::Connexion {
        Some("répond sans compte")
    } else if verdicts[1..].contains(&Verdict::Connexion) {
        Some("fermé à un compte connecté")
    } else if personnel(acte) && verdicts[2..].iter().any(|v| *v != Verdict::Invisible) {
        Some("ouvert à une autre personne que son auteur")
    } else if de_alpha && (oui(5) || oui(6)) {
        Some("ouvert à une autre structure")
    } else if dossier && (oui(3) || oui(4)) {
        Some("un dossier ouvert à qui n’accompagne pas")
    } else if acte.methode != "GET" && oui(3) && !acte.nu().starts_with("/compte") && !acte.calcul() {
        Some("un coordinateur écrit ailleurs que dans son compte")
    } else {
        None
    }
}

/// Asks everything of `choisis`; gives the lines of the table, by area.
async fn relever(moteur: Moteur, choisis: impl Fn(&Acte) -> bool) -> BTreeMap<(usize, &'static str), Vec<String>> {
    let a = Appli::lancer(moteur).await;
    let mut essai = Essai::preparer(&a).await;
    let mut domaines: BTreeMap<_, Vec<String>> = BTreeMap::new();
    let mut fautes = vec![];
    for acte in actes().into_iter().filter(choisis) {
        let mut verdicts = vec![];
        for qui in 0..COMPTES.len() {
            verdicts.push(essai.demander(&acte, qui).await);
        }
        fautes.extend(faute(&acte, &verdicts).map(|f| format!("{} {} : {f} {verdicts:?}", acte.methode, acte.chemin)));
        let mut ligne = format!("| `{} {}` |", acte.methode, acte.chemin);
        for v in verdicts {
            write!(ligne, " {} |", v.mot()).unwrap();
        }
        domaines.entry(domaine(acte.nu())).or_default().push(ligne);
    }
    assert!(fautes.is_empty(), "{}", fautes.join("\n"));
    domaines
}

#[tokio::test]
async fn la_portee_d_un_jeton_reduit_ses_droits() {
    let a = Appli::lancer(Moteur::Sqlite).await;
    let mut essai = Essai::preparer(&a).await;
    for portee in [Portee::Lecture, Portee::Bilan] {
        // The responsable asks with a token of this scope.
        essai.jetons[2] = a.jeton_de_portee("alpha.responsable", portee).await;
        for acte in actes().into_iter().filter(|a| a.api() && !personnel(a)) {
            let chiffres = ["/bilan", "/structures", "/lieux"].iter().any(|d| acte.nu().starts_with(d));
            let attendu = acte.methode == "GET" && (portee == Portee::Lecture || chiffres || SANS_STRUCTURE.contains(&acte.nu()));
            let attendu = attendu || acte.calcul() || acte.publique;
            let attendu = attendu && !DU_JURY.contains(&acte.nu());
            // The state of the instance is not for a responsable, whatever the token.
            let attendu = attendu && !acte.nu().starts_with("/administration");
            // Links of the bilan open a door: for the whole account alone.
            let attendu = attendu && !acte.nu().starts_with("/bilan/liens") && !acte.nu().starts_with("/webhooks");
            // All the documents of a session at once: for who manages them.
            let attendu = attendu && !acte.nu().starts_with("/certification/lots");
            let attendu = if attendu { Verdict::Oui } else { Verdict::Non };
            assert_eq!(essai.demander(&acte, 2).await, attendu, "{portee:?} {} {}", acte.methode, acte.chemin);
        }
    }
}

/// The part of the table where a route stands.
fn domaine(chemin: &str) -> (usize, &'static str) {
    let titres: [(&str, &[&str]); 15] = [
        ("Aujourd’hui et accueil", &["", "aujourdhui", "accueil", "accueils"]),
        ("Personnes", &["personnes", "conservation", "doublons", "fusions"]),
        ("Diagnostics", &["diagnostic", "diagnostics"]),
        ("Parcours", &["parcours"]),
        ("Accompagnements", &["accompagnements", "avis", "notes-de-pratique"]),
        ("Ateliers", &["ateliers", "evaluation", "programme", "reservation", "agenda", "rendez-vous"]),
        ("Orientations", &["orientations"]),
        ("Partenaires", &["partenaires"]),
        ("Bilan", &["bilan", "exports", "partage", "partages"]),
        ("Structure, lieux et équipe", &["structure", "structures", "lieux", "equipe", "journal", "registre", "webhooks"]),
        ("Reprise de données", &["reprise", "imports"]),
        ("Mon compte", &["compte", "droits"]),
        ("Connexion et mot de passe", &["connexion", "deconnexion", "mot-de-passe"]),
        ("Titres et certification", &["titres", "certification", "ma-candidature", "verifier"]),
        ("Instance", &["administration"]),
    ];
    let premier = chemin.split('/').nth(1).unwrap_or("");
    titres
        .iter()
        .enumerate()
        .find(|(_, (_, debuts))| debuts.contains(&premier))
        .map_or((titres.len(), "Autres pages"), |(i, (titre, _))| (i, titre))
}

const DEBUT: &str = "<!-- Début des tableaux écrits par l’essai. -->\n";
const FIN: &str = "<!-- Fin des tableaux écrits par l’essai. -->\n";

/// Whether the table is to be written anew.
fn ecrire() -> bool {
    std::env::var_os("PASSEUR_ESSAI_ECRIRE_DROITS").is_some()
}

fn document() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../docs/droits.md")
}

#[tokio::test]
async fn chaque_route_repond_a_chacun_selon_ses_droits() {
    let mut tableaux = String::new();
    for ((_, titre), lignes) in relever(Moteur::Sqlite, |_| true).await {
        write!(tableaux, "\n### {titre}\n\n| Demande |").unwrap();
        for (_, colonne) in COMPTES {
            write!(tableaux, " {colonne} |").unwrap();
        }
        write!(tableaux, "\n|---|{}\n{}\n", "---|".repeat(COMPTES.len()), lignes.join("\n")).unwrap();
    }
    tableaux.push('\n');
    let ecrit = std::fs::read_to_string(document()).expect("docs/droits.md se lit");
    let (avant, reste) = ecrit.split_once(DEBUT).expect("le repère de début est dans docs/droits.md");
    let (present, apres) = reste.split_once(FIN).expect("le repère de fin est dans docs/droits.md");
    if ecrire() {
        std::fs::write(document(), format!("{avant}{DEBUT}{tableaux}{FIN}{apres}")).unwrap();
        return;
    }
    let differences: Vec<_> = present
        .lines()
        .filter(|l| !tableaux.lines().any(|t| t == *l))
        .map(|l| format!("- {l}"))
        .chain(tableaux.lines().filter(|t| !present.lines().any(|l| l == *t)).map(|t| format!("+ {t}")))
        .collect();
    assert!(
        present == tableaux,
        "docs/droits.md ne dit plus ce que fait le programme. Si c’est voulu, relancez cet essai avec PASSEUR_ESSAI_ECRIRE_DROITS=1.\n{}",
        differences.join("\n")
    );
}

#[tokio::test]
async fn les_memes_droits_sur_postgresql() {
    if ecrire() {
        return;
    }
    let ecrit = std::fs::read_to_string(document()).expect("docs/droits.md se lit");
    let lignes =
        relever(Moteur::Postgres, |a| ["/partenaires", "/equipe", "/personnes", "/compte"].iter().any(|d| a.nu().starts_with(d))).await;
    for ligne in lignes.into_values().flatten() {
        assert!(ecrit.contains(&ligne), "{ligne}");
    }
}
