//! Exports opened by other libraries than those that write them, and added up against the API.

use std::{collections::HashMap, io::Cursor};

use calamine::{Data, Reader, Xlsx};
use essais::{Appli, Moteur, json};
use rstest::rstest;
use sea_orm::{ConnectionTrait, sea_query::Query};
use serde_json::Value;
use uuid::Uuid;

use super::{Hasard, monde, recevoir};

const PERIODE: &str = "du=2024-06-01&au=2026-03-10";

type Classeur = Xlsx<Cursor<Vec<u8>>>;

fn ouvrir(octets: &[u8]) -> Classeur {
    Xlsx::new(Cursor::new(octets.to_vec())).unwrap()
}

/// The rows of a sheet; none of them holds a formula.
fn rangees(c: &mut Classeur, feuille: &str) -> Vec<Vec<Data>> {
    assert!(c.worksheet_formula(feuille).unwrap().used_cells().all(|(_, _, f)| f.is_empty()), "formule dans {feuille}");
    c.worksheet_range(feuille).unwrap().rows().map(<[Data]>::to_vec).collect()
}

/// The figures of a column by code.
fn colonne(c: &mut Classeur, feuille: &str, titre: &str) -> HashMap<String, Data> {
    let r = rangees(c, feuille);
    let rang =
        |t: &str| r[0].iter().position(|x| *x == Data::String(t.into())).unwrap_or_else(|| panic!("{feuille} : {t} dans {:?}", r[0]));
    let (code, valeur) = (rang("Code"), rang(titre));
    r[1..].iter().map(|l| (l[code].to_string(), l[valeur].clone())).collect()
}

/// The lines of a CSV file, without its titles.
fn csv_lu(octets: &[u8]) -> (Vec<String>, Vec<Vec<String>>) {
    let octets = octets.strip_prefix("\u{feff}".as_bytes()).expect("la marque d’UTF-8");
    let mut r = csv::ReaderBuilder::new().delimiter(b';').from_reader(octets);
    let titres = r.headers().unwrap().iter().map(str::to_owned).collect();
    (titres, r.records().map(|l| l.unwrap().iter().map(str::to_owned).collect()).collect())
}

fn entier(v: &Value) -> Data {
    Data::Float(v.as_f64().unwrap())
}

#[rstest]
#[tokio::test]
async fn les_fichiers_font_les_memes_comptes_que_l_api(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let mut h = Hasard(41);
    let mut m = monde(&a, &mut h, 12, 60).await;
    super::opiner(&a, &mut m, &mut h).await;
    let jeton = &m.jetons[0];
    let s = a.session("alpha.mediateur").await;
    for reste in ["", "&type=collectif&thematique=email"] {
        let b = a.api(jeton, "GET", &format!("/api/v1/bilan?{PERIODE}{reste}"), json!(null)).await.corps;
        let page = s.get(&format!("/bilan/export.xlsx?{PERIODE}{reste}")).await;
        assert_eq!(page.statut, 200, "{}", page.html);
        assert_eq!(page.entetes["content-disposition"], "attachment; filename=\"bilan-2024-06-01-2026-03-10.xlsx\"");
        let api = a.api(jeton, "GET", &format!("/api/v1/bilan/export.xlsx?{PERIODE}{reste}"), json!(null)).await;
        assert_eq!((api.statut, api.octets.len()), (200, page.octets.len()));

        let mut c = ouvrir(&page.octets);
        let feuilles = "Bilan Activités Participations Thématiques Démarches Matériels Lieux Communes Mois Publics Équipe Réussite Orientations Satisfaction Ateliers Définitions";
        assert_eq!(c.sheet_names().join(" "), feuilles);
        let presentation = format!("{:?}", rangees(&mut c, "Bilan"));
        assert!(presentation.contains("Alpha") && presentation.contains("DateTime"), "{presentation}");
        assert_eq!(presentation.contains("Thématique"), !reste.is_empty(), "{presentation}");
        assert!(rangees(&mut c, "Définitions").len() > 15);

        let activites = colonne(&mut c, "Activités", "Activités");
        for cle in ["total", "individuelles", "collectives"] {
            assert_eq!(activites[cle], entier(&b["activites"][cle]), "{cle}");
        }
        assert_eq!(colonne(&mut c, "Activités", "Durée (minutes)")["total"], entier(&b["duree_minutes"]));
        let participations = colonne(&mut c, "Participations", "Participations");
        for cle in ["total", "nommees", "anonymes"] {
            assert_eq!(participations[cle], entier(&b["participations"][cle]), "{cle}");
        }
        let personnes = colonne(&mut c, "Participations", "Personnes nommées");
        for cle in ["distinctes", "nouvelles"] {
            assert_eq!(personnes[cle], entier(&b["personnes"][cle]), "{cle}");
        }
        for (feuille, cle, code) in [
            ("Activités", "autonomies", "code"),
            ("Thématiques", "thematiques", "code"),
            ("Démarches", "demarches", "code"),
            ("Matériels", "materiels", "code"),
            ("Lieux", "lieux_types", "code"),
            ("Lieux", "lieux", "id"),
            ("Communes", "communes", "code"),
            ("Mois", "mois", "mois"),
            ("Équipe", "mediateurs", "id"),
        ] {
            let lues = colonne(&mut c, feuille, "Activités");
            for l in b[cle].as_array().unwrap() {
                assert_eq!(lues[l[code].as_str().unwrap_or("sans_lieu")], entier(&l["activites"]), "{feuille} {l}");
            }
        }
        // The column of each breakdown adds up to all participations.
        let publics = rangees(&mut c, "Publics");
        for groupe in ["Âge", "Genre", "Statut"] {
            let lignes = publics[1..].iter().filter(|l| l[0] == Data::String(groupe.into()));
            let somme: f64 = lignes.map(|l| if let Data::Float(n) = l[3] { n } else { panic!("{l:?}") }).sum();
            assert_eq!(Data::Float(somme), entier(&b["participations"]["total"]), "{groupe}");
        }
        assert_eq!(colonne(&mut c, "Réussite", "Nombre")["objectifs_evalues"], entier(&b["reussite"]["objectifs_evalues"]));
        assert_eq!(colonne(&mut c, "Orientations", "Nombre")["envoyees"], entier(&b["orientations"]["envoyees"]));

        let satisfaction = colonne(&mut c, "Satisfaction", "Nombre");
        assert_eq!(satisfaction["reponses"], entier(&b["satisfaction"]["reponses"]));
        assert_eq!(satisfaction["note_5"], entier(&b["satisfaction"]["distribution"][4]));
        // Nobody answered: no mean, and an empty cell.
        let note = colonne(&mut c, "Satisfaction", "Note").remove("moyenne").unwrap_or(Data::Empty);
        assert_eq!(note, b["satisfaction"]["moyenne"].as_f64().map_or(Data::Empty, Data::Float));

        // CSV, from the page and from the API: the same, and every figure of the API in it.
        let page = s.get(&format!("/bilan/export.csv?{PERIODE}{reste}")).await;
        let api = a.api(jeton, "GET", &format!("/api/v1/bilan/export.csv?{PERIODE}{reste}"), json!(null)).await;
        assert_eq!(page.octets, api.octets);
        assert_eq!(page.entetes["content-type"], "text/csv; charset=utf-8");
        let (titres, lignes) = csv_lu(&page.octets);
        assert_eq!(titres, ["tableau", "code", "libelle", "mesure", "valeur"]);
        let somme = |tableau: &str, mesure: &str| -> i64 {
            lignes.iter().filter(|l| l[0] == tableau && l[3] == mesure).map(|l| l[4].parse::<i64>().unwrap()).sum()
        };
        for (cle, mesure) in [
            ("thematiques", "activites"),
            ("demarches", "activites"),
            ("materiels", "activites"),
            ("lieux_types", "activites"),
            ("autonomies", "activites"),
            ("lieux", "participations"),
            ("communes", "participations"),
            ("mois", "participations"),
            ("mediateurs", "activites"),
            ("tranches_age", "participations"),
            ("genres", "personnes"),
            ("statuts", "personnes"),
        ] {
            let attendue: i64 = b[cle].as_array().unwrap().iter().map(|l| l[mesure].as_i64().unwrap()).sum();
            assert_eq!(somme(cle, mesure), attendue, "{cle}");
        }
        assert_eq!(somme("activites", "duree_minutes"), b["duree_minutes"].as_i64().unwrap());
        assert_eq!(somme("participations", "participations"), 2 * b["participations"]["total"].as_i64().unwrap());
    }
    let page = s.get("/bilan").await;
    assert!(page.html.contains("/bilan/export.xlsx?du=2026-01-01&") && page.html.contains("/bilan/export.csv?"), "{}", page.html);
}

#[rstest]
#[tokio::test]
async fn la_liste_s_exporte_sans_noms_sauf_a_les_demander(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let m = monde(&a, &mut Hasard(5), 6, 30).await;
    let s = a.session("alpha.mediateur").await;
    let b = a.api(&m.jetons[0], "GET", &format!("/api/v1/bilan?{PERIODE}"), json!(null)).await.corps;
    let adresse = |format: &str, reste: &str| format!("/bilan/liste.{format}?{PERIODE}{reste}");

    let r = s.get(&adresse("csv", "")).await;
    assert!(r.statut == 200 && !r.html.contains("Essai") && !r.html.contains("Personnes"), "{}", r.html);
    assert_eq!(r.entetes["content-disposition"], "attachment; filename=\"activites-2024-06-01-2026-03-10.csv\"");
    let (titres, lignes) = csv_lu(&r.octets);
    let somme = |titre: &str| -> i64 {
        let i = titres.iter().position(|t| t == titre).unwrap();
        lignes.iter().map(|l| l[i].parse::<i64>().unwrap()).sum()
    };
    assert_eq!(json!(lignes.len()), b["activites"]["total"]);
    assert_eq!(json!(somme("Durée (minutes)")), b["duree_minutes"]);
    assert_eq!(json!(somme("Présents")), b["participations"]["total"]);
    assert_eq!(json!(somme("Dont nommés")), b["participations"]["nommees"]);
    assert_eq!(json!(somme("Dont anonymes")), b["participations"]["anonymes"]);
    assert!(lignes.windows(2).all(|d| d[0][0] >= d[1][0]), "les plus récentes d’abord");

    // The detail of a number, as on the page.
    let g = s.get(&adresse("csv", "&type=collectif&presence=anonymes")).await;
    let attendues = m.activites.iter().filter(|x| x.collectif && x.anonymes > 0).count();
    assert_eq!(csv_lu(&g.octets).1.len(), attendues);

    let r = s.get(&adresse("xlsx", "")).await;
    assert!(r.entetes["content-disposition"].to_str().unwrap().ends_with(".xlsx\""));
    let mut c = ouvrir(&r.octets);
    let sans = rangees(&mut c, "Activités");
    assert_eq!((json!(sans.len() - 1), sans[0].len()), (b["activites"]["total"].clone(), 9));
    assert!(
        sans[1..].iter().all(|l| matches!(l[0], Data::DateTime(_)) && matches!(l[5], Data::Float(_)) && matches!(l[6], Data::Float(_)))
    );

    // With the names, if the box was ticked.
    for format in ["csv", "xlsx"] {
        let r = s.get(&adresse(format, "&noms=oui")).await;
        let texte = if format == "csv" { r.html } else { format!("{:?}", rangees(&mut ouvrir(&r.octets), "Activités")) };
        assert!(texte.contains("Personnes") && texte.contains("Essai NUMÉRO 1"), "{format} {texte}");
    }
    let page = s.get(&format!("/bilan/liste?{PERIODE}&type=collectif")).await;
    assert!(
        page.html.contains("name=\"noms\"") && page.html.contains("<input type=\"hidden\" name=\"type\" value=\"collectif\">"),
        "{}",
        page.html
    );

    // The journal keeps which fields, never their values.
    let exports = "SELECT COUNT(*) FROM journal WHERE action = 'export' AND objet = 'bilan'";
    assert_eq!(a.compter(exports).await, 5);
    assert_eq!(a.compter(&format!("{exports} AND CAST(champs AS text) LIKE '%\"noms\"%'")).await, 2);
    assert_eq!(a.compter(&format!("{exports} AND CAST(champs AS text) LIKE '%\"presence\"%'")).await, 1);
    assert_eq!(
        a.compter(&format!("{exports} AND (CAST(champs AS text) LIKE '%2024%' OR CAST(champs AS text) LIKE '%collectif%')")).await,
        0
    );
}

#[rstest]
#[tokio::test]
async fn la_coordination_n_exporte_ni_noms_ni_petits_chiffres(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let jeton = a.jeton("alpha.mediateur").await;
    // Two men, seven women, six who did not say: the first figure is small, the next would give it away.
    for i in 0..15 {
        let genre = ["masculin", "feminin", "non_communique"][usize::from(i >= 2) + usize::from(i >= 9)];
        let corps = json!({"prenom": "Essai", "nom": format!("Numéro {i}"), "genre": genre});
        let p = a.api(&jeton, "POST", "/api/v1/personnes", corps).await.id();
        recevoir(&a, &jeton, &p, "2026-02-02").await;
    }
    for total in [3, 6] {
        let corps = json!({"type": "collectif", "date": "2026-02-03", "duree_minutes": 60, "lieu_type": "autre", "thematiques": ["email"], "anonymes": {"total": total}});
        assert_eq!(a.api(&jeton, "POST", "/api/v1/accompagnements", corps).await.statut, 201);
    }
    let s = a.session("alpha.coordinateur").await;
    let r = s.get("/bilan/export.xlsx").await;
    let mut c = ouvrir(&r.octets);
    assert!(format!("{:?}", rangees(&mut c, "Bilan")).contains("masqués"));
    let genres: HashMap<String, Data> = rangees(&mut c, "Publics")[1..]
        .iter()
        .filter(|l| l[0] == Data::String("Genre".into()))
        .map(|l| (l[2].to_string(), l[4].clone()))
        .collect();
    assert_eq!(genres["masculin"], Data::String("masqué".into()), "{genres:?}");
    assert_eq!(colonne(&mut c, "Participations", "Personnes nommées")["distinctes"], Data::Float(15.0));

    let api = a.api(&a.jeton("alpha.coordinateur").await, "GET", "/api/v1/bilan", json!(null)).await.corps;
    let (_, lignes) = csv_lu(&s.get("/bilan/export.csv").await.octets);
    for (cle, mesure) in
        [("genres", "participations"), ("genres", "personnes"), ("statuts", "personnes"), ("tranches_age", "participations")]
    {
        for l in api[cle].as_array().unwrap() {
            let lue = &lignes.iter().find(|x| x[0] == cle && x[1] == l["code"].as_str().unwrap() && x[3] == mesure).unwrap()[4];
            match l[mesure].as_i64() {
                Some(n) => assert_eq!(*lue, n.to_string()),
                None => assert_eq!(lue, "masqué", "{cle} {l}"),
            }
        }
    }

    // The list: the activities of five people or more, not who, nor how many they were.
    let (titres, lignes) = csv_lu(&s.get("/bilan/liste.csv").await.octets);
    assert_eq!((lignes.len(), titres.len(), lignes[0][6].as_str()), (1, 7, "5 ou plus"), "{titres:?} {lignes:?}");
    assert!(!s.get("/bilan/liste").await.html.contains("name=\"noms\""));
    for format in ["csv", "xlsx"] {
        assert_eq!(s.get(&format!("/bilan/liste.{format}?noms=oui")).await.statut, 403);
        assert_eq!(s.get(&format!("/bilan/liste.{format}?genre=masculin")).await.statut, 403);
    }
}

#[rstest]
#[tokio::test]
async fn les_exports_d_ailleurs_sont_refuses(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let alpha = a.structure_alpha();
    let s = a.session("beta.mediateur").await;
    let jeton = a.jeton("beta.mediateur").await;
    for chemin in ["/bilan/export.xlsx", "/bilan/export.csv", "/bilan/liste.xlsx", "/bilan/liste.csv"] {
        assert_eq!(s.get(&format!("{chemin}?structure={alpha}")).await.statut, 404, "{chemin}");
        assert_eq!(s.get(&format!("{chemin}?du=2026-02-30")).await.statut, 422, "{chemin}");
        assert_eq!(s.get(&format!("{chemin}?inconnu=1")).await.statut, 400, "{chemin}");
        assert_eq!(s.get(chemin).await.statut, 200, "{chemin}, vide");
    }
    for chemin in ["/api/v1/bilan/export.xlsx", "/api/v1/bilan/export.csv"] {
        assert_eq!(a.api(&jeton, "GET", &format!("{chemin}?structure={alpha}"), json!(null)).await.statut, 404);
        assert_eq!(a.api("", "GET", chemin, json!(null)).await.statut, 401);
    }
    // Whoever manages the instance without a structure has no figures.
    assert_eq!(a.session("administrateur").await.get("/bilan/export.csv").await.statut, 403);
    assert_eq!(a.compter("SELECT COUNT(*) FROM journal WHERE action = 'export'").await, 4);
}

#[rstest]
#[tokio::test]
async fn une_formule_dans_un_texte_ne_s_execute_pas(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let jeton = a.jeton("alpha.mediateur").await;
    let formule = "=HYPERLINK(\"http://x.invalid\";\"oui\")";
    let p = a.personne(&jeton, "=1+1", "Essai").await;
    let corps = json!({"type": "collectif", "titre": formule, "date": "2026-02-02", "duree_minutes": 30, "lieu_type": "autre", "thematiques": ["email"], "personnes": [p], "anonymes": {"total": 2}});
    let r = a.api(&jeton, "POST", "/api/v1/accompagnements", corps).await;
    assert_eq!(r.statut, 201, "{}", r.corps);
    let s = a.session("alpha.mediateur").await;
    let (_, lignes) = csv_lu(&s.get("/bilan/liste.csv?noms=oui").await.octets);
    assert_eq!(lignes[0][2], format!("'{formule}"));
    assert!(!lignes[0][9].starts_with('='), "{lignes:?}");
    let mut c = ouvrir(&s.get("/bilan/liste.xlsx?noms=oui").await.octets);
    // `rangees` checks that no cell is a formula.
    assert_eq!(rangees(&mut c, "Activités")[1][2], Data::String(formule.into()));
}

/// Adds `n` activities of an anonymous participant, ten a day.
async fn multiplier(a: &Appli, n: usize) {
    let structure = Uuid::parse_str(&a.structure_alpha()).unwrap();
    let mediateur = Uuid::parse_str(&a.utilisateur("alpha.mediateur")).unwrap();
    let t = a.etat.base.ecriture().await.unwrap();
    let debut = chrono::NaiveDate::from_ymd_opt(2025, 1, 1).unwrap();
    for paquet in (0..n).collect::<Vec<_>>().chunks(500) {
        let mut q = Query::insert();
        q.into_table("accompagnement").columns([
            "id",
            "structure_id",
            "mediateur_id",
            "type_activite",
            "date",
            "duree_minutes",
            "lieu_type",
            "nommes",
            "anonymes",
            "version",
            "cree_le",
            "modifie_le",
        ]);
        for i in paquet {
            let jour = debut + chrono::Days::new(*i as u64 / 10 % 400);
            let instant = a.etat.horloge.maintenant();
            q.values_panic([
                a.etat.horloge.nouvel_uuid().into(),
                structure.into(),
                mediateur.into(),
                "individuel".into(),
                jour.into(),
                30.into(),
                "autre".into(),
                0.into(),
                1.into(),
                1.into(),
                instant.into(),
                instant.into(),
            ]);
        }
        t.execute(&q).await.unwrap();
    }
    t.commit().await.unwrap();
}

#[rstest]
#[tokio::test]
async fn une_longue_liste_s_exporte_par_pages_et_une_trop_longue_se_refuse(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let jeton = a.jeton("alpha.mediateur").await;
    let p = a.personne(&jeton, "Essai", "Un").await;
    recevoir(&a, &jeton, &p, "2026-02-02").await;
    multiplier(&a, 4_999).await;
    let s = a.session("alpha.mediateur").await;
    let (_, lignes) = csv_lu(&s.get("/bilan/liste.csv?du=2025-01-01").await.octets);
    assert_eq!(lignes.len(), 5_000);
    assert!(lignes.windows(2).all(|d| d[0][0] >= d[1][0]));
    let mut c = ouvrir(&s.get("/bilan/liste.xlsx?du=2025-01-01").await.octets);
    assert_eq!(rangees(&mut c, "Activités").len(), 5_001);

    recevoir(&a, &jeton, &p, "2026-02-03").await;
    for format in ["csv", "xlsx"] {
        let r = s.get(&format!("/bilan/liste.{format}?du=2025-01-01")).await;
        assert!(r.statut == 422 && r.html.contains("5\u{202f}001\u{a0}activités") && r.html.contains("période plus courte"), "{}", r.html);
        assert_eq!(s.get(&format!("/bilan/liste.{format}?du=2025-06-01")).await.statut, 200);
    }
    let page = s.get("/bilan/liste?du=2025-01-01").await;
    assert!(page.html.contains("arrière-plan") && !page.html.contains("liste.csv"), "{}", page.html);
}
