//! Through the router, on both databases (compiled by the crate `essais`): the figures of the API compared
//! with a count made record by record.

#[path = "tests/comparaison.rs"]
mod comparaison;
#[path = "tests/exports.rs"]
mod exports;
#[path = "tests/garde.rs"]
mod garde;
#[path = "tests/partage.rs"]
mod partage;
#[path = "tests/recompte.rs"]
mod recompte;
#[path = "tests/tempete.rs"]
mod tempete;

use std::collections::BTreeSet;

use essais::{Appli, Moteur, json};
use recompte::{Activite, GENRES, Hasard, Personne, Question, STATUTS, TRANCHES, activite, normaliser, personnes, questions, recompter};
use rstest::rstest;
use serde_json::Value;

/// The records of one seed: what was sent, and the ids that came back.
struct Monde {
    personnes: Vec<Personne>,
    ids_personnes: Vec<String>,
    activites: Vec<Activite>,
    ids: Vec<String>,
    lieu: String,
    commune_du_lieu: Option<String>,
    second: String,
    jetons: [String; 2],
}

fn corps(m: &Monde, a: &Activite) -> Value {
    json!({
        "type": if a.collectif { "collectif" } else { "individuel" },
        "date": a.date,
        "duree_minutes": a.duree,
        "lieu_type": a.lieu_type,
        "lieu": a.lieu.then_some(&m.lieu),
        "commune": a.commune,
        "thematiques": a.thematiques,
        "demarches": a.demarches,
        "materiels": a.materiels,
        "autonomie": a.autonomie,
        "personnes": a.personnes.iter().map(|p| &m.ids_personnes[*p]).collect::<Vec<_>>(),
        "anonymes": {"total": a.anonymes, "tranches_age": a.tranches, "genres": a.genres, "statuts": a.statuts},
    })
}

async fn monde(a: &Appli, h: &mut Hasard, gens: usize, nombre: usize) -> Monde {
    let jetons = [a.jeton("alpha.mediateur").await, a.jeton("alpha.responsable").await];
    let lieu = a.lieu_alpha();
    let lieux = a.api(&jetons[0], "GET", "/api/v1/lieux", json!(null)).await;
    let ici = lieux.corps["elements"].as_array().unwrap().iter().find(|l| l["id"] == json!(lieu)).unwrap();
    let mut m = Monde {
        personnes: personnes(h, gens),
        ids_personnes: vec![],
        activites: vec![],
        ids: vec![],
        commune_du_lieu: ici["commune"].as_str().map(str::to_owned),
        lieu,
        second: a.utilisateur("alpha.responsable"),
        jetons,
    };
    for (i, p) in m.personnes.iter().enumerate() {
        let corps = json!({"prenom": "Essai", "nom": format!("Numéro {i}"), "tranche_age": p.tranche_age, "annee_naissance": p.annee, "genre": p.genre, "statut": p.statut});
        let r = a.api(&m.jetons[0], "POST", "/api/v1/personnes", corps).await;
        assert_eq!(r.statut, 201, "{}", r.corps);
        m.ids_personnes.push(r.corps["id"].as_str().unwrap().to_owned());
    }
    for _ in 0..nombre {
        let acte = activite(h, gens);
        let r = a.api(&m.jetons[usize::from(acte.second)], "POST", "/api/v1/accompagnements", corps(&m, &acte)).await;
        assert_eq!(r.statut, 201, "{}", r.corps);
        m.ids.push(r.corps["id"].as_str().unwrap().to_owned());
        m.activites.push(acte);
    }
    m
}

fn adresse(m: &Monde, premier: &str, q: &Question) -> String {
    let mut a = format!("/api/v1/bilan?du={}&au={}", q.du, q.au);
    if q.lieu {
        a += &format!("&lieu={}", m.lieu);
    }
    if let Some(second) = q.second {
        a += &format!("&mediateur={}", if second { &m.second } else { premier });
    }
    if let Some(collectif) = q.collectif {
        a += if collectif { "&type=collectif" } else { "&type=individuel" };
    }
    if let Some(t) = q.thematique {
        a += &format!("&thematique={t}");
    }
    if let Some(c) = q.commune {
        a += &format!("&commune={c}");
    }
    a
}

/// Asks for opinions on one activity in three, and answers some of them at the secret link.
async fn opiner(a: &Appli, m: &mut Monde, h: &mut Hasard) {
    for i in (0..m.ids.len()).step_by(3) {
        let adresse = format!("/api/v1/accompagnements/{}/avis", m.ids[i]);
        let r = a.api(&m.jetons[0], "POST", &adresse, json!({"moyen": "qr"})).await;
        assert_eq!(r.statut, 201, "{}", r.corps);
        let places = m.activites[i].personnes.len() as i64 + m.activites[i].anonymes;
        assert_eq!(r.corps["places"], json!(places));
        m.activites[i].demandes = places;
        let secret = r.corps["lien"].as_str().unwrap().rsplit('/').next().unwrap().to_owned();
        for _ in 0..h.sous(places as usize + 1) {
            let notes = [0; 3].map(|_: i64| 1 + h.sous(5) as i64);
            let corps = json!({"accueil": notes[0], "utilite": notes[1], "recommandation": notes[2]});
            assert_eq!(a.api("", "POST", &format!("/api/v1/avis/{secret}"), corps).await.statut, 204);
            m.activites[i].avis.push(notes);
        }
    }
}

async fn comparer(a: &Appli, m: &Monde, quand: &str) {
    let premier = a.utilisateur("alpha.mediateur");
    for q in questions() {
        let r = a.api(&m.jetons[0], "GET", &adresse(m, &premier, &q), json!(null)).await;
        assert_eq!(r.statut, 200, "{}", r.corps);
        let attendu = recompter(&m.personnes, &m.activites, &q, m.commune_du_lieu.as_deref());
        let obtenu = normaliser(&r.corps, &m.second);
        for (cle, v) in attendu.as_object().unwrap() {
            assert_eq!(&obtenu[cle], v, "{cle} {quand}, {q:?}");
        }
        for (cle, colonne) in [("tranches_age", &r.corps["tranches_age"]), ("genres", &r.corps["genres"]), ("statuts", &r.corps["statuts"])]
        {
            let somme: i64 = colonne.as_array().unwrap().iter().map(|l| l["participations"].as_i64().unwrap()).sum();
            assert_eq!(json!(somme), r.corps["participations"]["total"], "{cle} : la colonne fait le total");
        }
    }
}

#[rstest]
#[tokio::test]
async fn le_bilan_est_celui_qu_on_recompte(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur, #[values(7, 2026)] graine: u64) {
    let a = Appli::lancer(moteur).await;
    let mut h = Hasard(graine);
    let mut m = monde(&a, &mut h, 18, 150).await;
    opiner(&a, &mut m, &mut h).await;
    comparer(&a, &m, "à l’enregistrement").await;

    // Edited: another day, other people, other codes. Removed, and some put back.
    for i in (0..m.ids.len()).step_by(5) {
        let mut neuve = activite(&mut h, 18);
        // The kind and the author of an activity do not change.
        while neuve.collectif != m.activites[i].collectif {
            neuve = activite(&mut h, 18);
        }
        neuve.second = m.activites[i].second;
        // What was asked and said stays, on the new day.
        (neuve.demandes, neuve.avis) = (m.activites[i].demandes, m.activites[i].avis.clone());
        let mut c = corps(&m, &neuve);
        c.as_object_mut().unwrap().remove("type");
        let r = a.api(&m.jetons[0], "PATCH", &format!("/api/v1/accompagnements/{}", m.ids[i]), c).await;
        assert_eq!(r.statut, 200, "{}", r.corps);
        m.activites[i] = neuve;
    }
    for i in (0..m.ids.len()).step_by(7) {
        let r = a.api(&m.jetons[0], "DELETE", &format!("/api/v1/accompagnements/{}", m.ids[i]), json!(null)).await;
        assert_eq!(r.statut, 204, "{}", r.corps);
        m.activites[i].supprimee = true;
    }
    comparer(&a, &m, "après modifications et suppressions").await;

    // Erased people stay counted, with age band, genre and statut alone.
    let r = a.api(&m.jetons[0], "DELETE", &format!("/api/v1/personnes/{}", m.ids_personnes[0]), json!(null)).await;
    assert_eq!(r.statut, 204);
    comparer(&a, &m, "après un effacement").await;
}

#[rstest]
#[tokio::test]
async fn une_autre_structure_ne_compte_pas(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let m = monde(&a, &mut Hasard(3), 5, 10).await;
    let beta = a.jeton("beta.mediateur").await;
    let r = a.api(&beta, "GET", "/api/v1/bilan?du=2023-01-01&au=2026-03-10", json!(null)).await;
    assert_eq!(r.corps["activites"]["total"], json!(0));
    assert_eq!(r.corps["personnes"], json!({"distinctes": 0, "nouvelles": 0}));
    // Neither its lieu nor its structure can be asked for.
    let r = a.api(&beta, "GET", &format!("/api/v1/bilan?lieu={}", m.lieu), json!(null)).await;
    assert_eq!((r.statut, r.corps["erreurs"][0]["champ"].as_str()), (422, Some("lieu")));
    let structures = a.api(&m.jetons[0], "GET", "/api/v1/structures", json!(null)).await;
    let alpha = structures.corps["elements"][0]["id"].as_str().unwrap().to_owned();
    assert_eq!(a.api(&beta, "GET", &format!("/api/v1/bilan?structure={alpha}"), json!(null)).await.statut, 404);
    let s = a.session("beta.mediateur").await;
    for chemin in ["/bilan/liste", "/bilan/personnes", "/bilan/rapport.pdf"] {
        assert_eq!(s.get(&format!("{chemin}?structure={alpha}")).await.statut, 404, "{chemin}");
    }
}

#[rstest]
#[tokio::test]
async fn une_periode_vide_donne_des_zeros(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let jeton = a.jeton("alpha.responsable").await;
    let r = a.api(&jeton, "GET", "/api/v1/bilan", json!(null)).await;
    assert_eq!(r.statut, 200, "{}", r.corps);
    assert_eq!((r.corps["du"].as_str(), r.corps["au"].as_str()), (Some("2026-01-01"), Some("2026-03-10")));
    assert_eq!(r.corps["activites"], json!({"total": 0, "individuelles": 0, "collectives": 0}));
    assert_eq!(r.corps["mois"].as_array().unwrap().len(), 3);
    for (nom, combien) in [("thematiques", 19), ("demarches", 11), ("materiels", 5), ("lieux_types", 4), ("autonomies", 3), ("lieux", 0)] {
        assert_eq!(r.corps[nom].as_array().unwrap().len(), combien, "{nom}");
    }
    for (nom, codes) in [("tranches_age", TRANCHES.len()), ("genres", GENRES.len()), ("statuts", STATUTS.len())] {
        assert_eq!(r.corps[nom].as_array().unwrap().len(), codes, "{nom}");
    }
    assert_eq!(r.corps["orientations"]["delai_median_jours"], json!(null));
    assert!(r.corps.get("masques").is_none());
}

#[rstest]
#[tokio::test]
async fn les_dates_et_les_filtres_faux_sont_dits(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let jeton = a.jeton("alpha.responsable").await;
    for (champ, requete) in [
        ("du", "du=2026-02-30"),
        ("au", "au=hier"),
        ("du", "du=2026-03-11&au=2026-03-10"),
        ("au", "du=2016-03-10&au=2026-03-10"),
        ("lieu", "lieu=x"),
        ("mediateur", "mediateur=1"),
        ("type", "type=groupe"),
        ("thematique", "thematique=x"),
        ("commune", "commune=Toulouse"),
        ("structure", "structure=x"),
    ] {
        let r = a.api(&jeton, "GET", &format!("/api/v1/bilan?{requete}"), json!(null)).await;
        assert_eq!((r.statut, r.corps["erreurs"][0]["champ"].as_str()), (422, Some(champ)), "{requete} : {}", r.corps);
    }
    assert_eq!(a.api(&jeton, "GET", "/api/v1/bilan?inconnu=1", json!(null)).await.statut, 400);
    // The page keeps what was typed, and says what to mend.
    let s = a.session("alpha.responsable").await;
    let r = s.get("/bilan?du=2026-03-11&au=2026-03-10").await;
    assert!(r.statut == 422 && r.html.contains("resume-erreurs") && r.html.contains("value=\"2026-03-11\""), "{}", r.html);
}

/// One individual activity of a new person, or of an old one.
async fn recevoir(a: &Appli, jeton: &str, personne: &str, date: &str) {
    let corps = json!({"type": "individuel", "date": date, "duree_minutes": 30, "lieu_type": "autre", "thematiques": ["email"], "personnes": [personne]});
    let r = a.api(jeton, "POST", "/api/v1/accompagnements", corps).await;
    assert_eq!(r.statut, 201, "{}", r.corps);
}

#[rstest]
#[tokio::test]
async fn la_coordination_voit_des_chiffres_et_jamais_de_noms(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let jeton = a.jeton("alpha.mediateur").await;
    for i in 0..6 {
        let genre = if i < 2 { "masculin" } else { "feminin" };
        let corps = json!({"prenom": "Essai", "nom": format!("Numéro {i}"), "genre": genre});
        let p = a.api(&jeton, "POST", "/api/v1/personnes", corps).await.corps["id"].as_str().unwrap().to_owned();
        recevoir(&a, &jeton, &p, if i < 3 { "2025-12-31" } else { "2026-02-01" }).await;
        recevoir(&a, &jeton, &p, "2026-02-02").await;
    }
    let ici = a.api(&jeton, "GET", "/api/v1/bilan", json!(null)).await.corps;
    assert_eq!(ici["personnes"], json!({"distinctes": 6, "nouvelles": 3}));

    let coordination = a.jeton("alpha.coordinateur").await;
    let la = a.api(&coordination, "GET", "/api/v1/bilan", json!(null)).await.corps;
    assert_eq!(la["masques"], json!(true), "{la}");
    assert_eq!(la["personnes"], json!({"distinctes": 6, "nouvelles": null}));
    assert_eq!(la["activites"], ici["activites"]);
    // Two men, four women: neither is shown; nobody is nobody.
    let genres = la["genres"].as_array().unwrap().iter();
    let genres: BTreeSet<String> = genres.map(|g| format!("{} {}", g["participations"], g["personnes"])).collect();
    assert_eq!(genres, BTreeSet::from(["null null".to_owned(), "0 0".to_owned()]), "{}", la["genres"]);
    // A day with three people says nothing but its noughts, nor does its list.
    let jour = a.api(&coordination, "GET", "/api/v1/bilan?du=2026-02-01&au=2026-02-01", json!(null)).await.corps;
    assert_eq!(jour["activites"], json!({"total": null, "individuelles": null, "collectives": 0}));
    assert_eq!(jour["participations"], json!({"total": null, "nommees": null, "anonymes": 0}));
    for (table, colonne) in [("mois", "activites"), ("thematiques", "activites"), ("mediateurs", "participations"), ("lieux", "activites")]
    {
        assert!(jour[table].as_array().unwrap().iter().all(|l| l[colonne].is_null() || l[colonne] == 0), "{table} : {jour}");
    }
    assert_eq!(jour["duree_minutes"], json!(null));

    let s = a.session("alpha.coordinateur").await;
    let page = s.get("/bilan").await;
    assert!(page.statut == 200 && page.html.contains("masqués") && !page.html.contains("/bilan/personnes"), "{}", page.html);
    let liste = s.get("/bilan/liste").await;
    assert!(liste.statut == 200 && !liste.html.contains("Essai") && !liste.html.contains("/accompagnements/"), "{}", liste.html);
    assert!(liste.html.contains("Aucune activité") && liste.html.contains("moins de 5 personnes ne sont pas"), "{}", liste.html);
    // A report is made of masked figures too: those of a day, and of months.
    for periode in ["du=2026-02-01&au=2026-02-01", "du=2025-12-01&au=2026-02-28"] {
        let rapport = s.get(&format!("/bilan/rapport.pdf?{periode}")).await;
        assert_eq!(rapport.statut, 200, "{}", rapport.html);
    }
    assert_eq!(s.get("/bilan/liste?genre=masculin").await.statut, 403);
    assert_eq!(s.get("/bilan/personnes").await.statut, 403);

    let s = a.session("alpha.mediateur").await;
    let liste = s.get("/bilan/liste").await;
    assert!(liste.html.contains("Essai") && liste.html.contains("/accompagnements/"), "{}", liste.html);
    let nouvelles = s.get("/bilan/personnes?nouvelles=oui").await;
    assert!(nouvelles.html.contains("3\u{a0}nouvelles personnes"), "{}", nouvelles.html);
}

#[rstest]
#[tokio::test]
async fn chaque_nombre_ouvre_sa_liste(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let m = monde(&a, &mut Hasard(11), 8, 40).await;
    let s = a.session("alpha.mediateur").await;
    let b = a.api(&m.jetons[0], "GET", "/api/v1/bilan?du=2024-06-01&au=2026-03-10", json!(null)).await.corps;
    let compter = async |reste: &str, n: &Value| {
        let r = s.get(&format!("/bilan/liste?du=2024-06-01&au=2026-03-10{reste}")).await;
        assert_eq!(r.statut, 200);
        assert!(r.html.contains(&format!("<h1>{n}\u{a0}activité")), "{reste} : {n} attendues dans {}", r.html);
    };
    compter("", &b["activites"]["total"]).await;
    compter("&type=collectif", &b["activites"]["collectives"]).await;
    for (nom, parametre) in [
        ("thematiques", "thematique"),
        ("demarches", "demarche"),
        ("materiels", "materiel"),
        ("lieux_types", "lieu_type"),
        ("autonomies", "autonomie"),
    ] {
        for l in b[nom].as_array().unwrap() {
            compter(&format!("&{parametre}={}", l["code"].as_str().unwrap()), &l["activites"]).await;
        }
    }
    // Of the public: the activities where somebody of it was present, counted by hand.
    for g in GENRES {
        let presents = m.activites.iter().filter(|x| {
            let nomme = x.personnes.iter().any(|p| m.personnes[*p].genre.unwrap_or("non_communique") == g);
            let tus = g == "non_communique" && x.anonymes > x.genres.values().sum::<i64>();
            nomme || tus || x.genres.contains_key(g)
        });
        compter(&format!("&genre={g}"), &json!(presents.count())).await;
    }
    assert_eq!(s.get("/bilan/liste?genre=inconnu").await.statut, 422);
    assert_eq!(s.get("/bilan/liste?inconnu=1").await.statut, 400);
    assert_eq!(s.get("/bilan/rapport.pdf").await.statut, 200);
    for quoi in ["evalues", "atteints", "reevaluees", "en_progres", "envoyees", "repondues", "acceptees", "abouties"] {
        assert_eq!(s.get(&format!("/bilan/suites?quoi={quoi}")).await.statut, 200, "{quoi}");
    }
    assert_eq!(s.get("/bilan/suites?quoi=autre").await.statut, 422);
}
