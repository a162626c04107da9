//! A bilan at a secret link.

use essais::{Appli, Moteur, Value, json};
use rstest::rstest;

use super::recevoir;

/// Three people in a commune and nine in another, by name.
async fn peupler(a: &Appli) {
    let jeton = a.jeton("alpha.mediateur").await;
    for i in 0..12 {
        let genre = if i < 3 { "masculin" } else { "feminin" };
        let corps = json!({"prenom": "Inventée", "nom": format!("Numéro {i}"), "genre": genre});
        let p = a.api(&jeton, "POST", "/api/v1/personnes", corps).await.id();
        let commune = if i < 3 { "31069" } else { "31555" };
        let corps = json!({"type": "individuel", "date": "2026-02-03", "duree_minutes": 30, "lieu_type": "autre", "commune": commune, "thematiques": ["email"], "personnes": [p]});
        assert_eq!(a.api(&jeton, "POST", "/api/v1/accompagnements", corps).await.statut, 201);
    }
}

fn section<'a>(p: &'a Value, code: &str) -> &'a Value {
    p["sections"].as_array().unwrap().iter().find(|s| s["code"] == code).unwrap_or_else(|| panic!("{code} : {p}"))
}

fn chiffre<'a>(p: &'a Value, code: &str) -> &'a Value {
    &p["chiffres"].as_array().unwrap().iter().find(|c| c["code"] == code).unwrap_or_else(|| panic!("{code} : {p}"))["valeur"]
}

#[rstest]
#[tokio::test]
async fn un_lien_montre_des_chiffres_sans_compte_ni_nom(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    peupler(&a).await;
    let s = a.session("alpha.responsable").await;
    let bilan = s.get("/bilan").await;
    assert!(bilan.html.contains("/bilan/liens/nouveau?"), "{}", bilan.html);
    let form = s.get("/bilan/liens/nouveau?du=2026-01-01&au=2026-03-10").await;
    assert!(form.statut == 200 && form.html.contains("value=\"30\" checked"), "{}", form.html);
    let mut champs = form.champs_caches();
    champs.push(("jours".into(), "7".into()));
    let champs: Vec<_> = champs.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
    let fait = s.post("/bilan/liens", &champs).await;
    assert_eq!(fait.statut, 201, "{}", fait.html);
    let adresse = fait.html.split("<code>").nth(1).unwrap().split("</code>").next().unwrap();
    let secret = adresse.rsplit('/').next().unwrap().to_owned();

    let visiteur = a.navigateur();
    let page = visiteur.get(&format!("/partage/{secret}")).await;
    assert_eq!(page.statut, 200, "{}", page.html);
    assert_eq!(page.entetes["referrer-policy"], "no-referrer");
    assert!(page.entetes["x-robots-tag"].to_str().unwrap().contains("noindex") && page.html.contains("content=\"noindex, nofollow\""));
    assert_eq!(page.entetes["cache-control"], "no-store");
    assert!(page.html.contains("Alpha") && page.html.contains("masqué"), "{}", page.html);
    // Neither a person, nor a member of the team, nor a way to a list.
    for absent in ["Inventée", "Numéro", "Alpha mediateur", "/bilan", "href=\"/accompagnements", "href=\"/personnes", "<a "] {
        assert!(!page.html.contains(absent), "{absent} dans {}", page.html);
    }
    // Whoever is signed in sees no more.
    assert!(!s.get(&format!("/partage/{secret}")).await.html.contains("Se déconnecter"));

    let p = a.api("", "GET", &format!("/api/v1/partages/{secret}"), json!(null)).await;
    assert_eq!((p.statut, p.entetes["referrer-policy"].to_str().unwrap()), (200, "no-referrer"), "{}", p.corps);
    assert!(!p.corps.to_string().contains("Inventée") && !p.corps.to_string().contains("Alpha mediateur"), "{}", p.corps);
    assert_eq!((chiffre(&p.corps, "activites"), chiffre(&p.corps, "distinctes")), (&json!(12), &json!(12)));
    // Three of twelve in a commune: hidden, and the other with it.
    let communes = section(&p.corps, "communes");
    assert!(communes["lignes"].as_array().unwrap().iter().all(|l| l["valeurs"] == json!([null])), "{communes}");
    for axe in ["genres", "tranches_age", "statuts"] {
        for colonne in 0..2 {
            let lignes = section(&p.corps, axe)["lignes"].as_array().unwrap().iter();
            let vus: Vec<i64> = lignes.filter_map(|l| l["valeurs"][colonne].as_i64()).collect();
            let cache = 12 - vus.iter().sum::<i64>();
            assert!(vus.iter().all(|n| *n == 0 || *n >= 5) && (cache == 0 || cache >= 5), "{axe} : {vus:?}");
        }
    }

    // What is recorded after is not in what was handed over.
    let jeton = a.jeton("alpha.mediateur").await;
    let autre = a.personne(&jeton, "Inventée", "Après").await;
    recevoir(&a, &jeton, &autre, "2026-02-04").await;
    let p = a.api("", "GET", &format!("/api/v1/partages/{secret}"), json!(null)).await.corps;
    assert_eq!(chiffre(&p, "activites"), &json!(12));

    // Opened four times in a minute: seen, and one line in the journal.
    let liens = s.get("/bilan/liens").await;
    assert!(liens.html.contains("Ouvert pour la dernière fois le") && liens.html.contains("Alpha responsable"), "{}", liens.html);
    let lignes = |action: &str| format!("SELECT COUNT(*) FROM journal WHERE objet = 'lien_bilan' AND action = '{action}'");
    assert_eq!(a.compter(&lignes("ouverture")).await, 1);
    assert_eq!(a.compter(&lignes("partage")).await, 1);
    a.regler("2026-03-11T09:00:00Z");
    visiteur.get(&format!("/partage/{secret}")).await;
    assert_eq!(a.compter(&lignes("ouverture")).await, 2);
    // The session of the day before is over.
    let s = a.session("alpha.responsable").await;
    let journal = s.get("/journal").await;
    assert!(journal.html.contains("Quelqu’un") && journal.html.contains("un lien de partage du bilan"), "{}", journal.html);
    // The secret is nowhere but in the address.
    assert_eq!(a.compter(&format!("SELECT COUNT(*) FROM lien_bilan WHERE CAST(contenu AS text) LIKE '%{secret}%'")).await, 0);
}

#[rstest]
#[tokio::test]
async fn un_lien_se_revoque_et_expire(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let (jeton, s) = (a.jeton("alpha.responsable").await, a.session("alpha.responsable").await);
    let faire = async |jours: i64| {
        let r = a.api(&jeton, "POST", "/api/v1/bilan/liens", json!({"jours": jours, "filtre": {"periode": "mois_dernier"}})).await;
        assert_eq!((r.statut, &r.corps["du"]), (201, &json!("2026-02-01")), "{}", r.corps);
        (r.id(), r.corps["lien"].as_str().unwrap().rsplit('/').next().unwrap().to_owned())
    };
    let (id, revoque) = faire(7).await;
    let (_, court) = faire(7).await;
    let (_, long) = faire(90).await;
    let v = a.navigateur();
    assert_eq!(v.get(&format!("/partage/{revoque}")).await.statut, 200);
    assert!(s.get(&format!("/bilan/liens/{id}/revoquer")).await.html.contains("Révoquer ce lien"));
    assert_eq!(s.post(&format!("/bilan/liens/{id}/revoquer"), &[]).await.statut, 303);
    let page = v.get(&format!("/partage/{revoque}")).await;
    assert!(page.statut == 404 && page.html.contains("Ce lien n’existe pas") && !page.html.contains("Se connecter"), "{}", page.html);
    assert_eq!(page.entetes["referrer-policy"], "no-referrer");
    assert_eq!(a.api("", "GET", &format!("/api/v1/partages/{revoque}"), json!(null)).await.statut, 404);
    assert_eq!(a.api(&jeton, "DELETE", &format!("/api/v1/bilan/liens/{id}"), json!(null)).await.statut, 404);
    assert_eq!(a.compter("SELECT COUNT(*) FROM lien_bilan").await, 2, "ses chiffres sont oubliés");

    a.regler("2026-03-17T12:00:00Z");
    let page = v.get(&format!("/partage/{court}")).await;
    assert!(page.statut == 410 && page.html.contains("n’est plus valable"), "{}", page.html);
    assert_eq!(a.api("", "GET", &format!("/api/v1/partages/{court}"), json!(null)).await.statut, 410);
    assert_eq!(v.get(&format!("/partage/{long}")).await.statut, 200);
    let s = a.session("alpha.responsable").await;
    assert!(s.get("/bilan/liens").await.html.contains("Expiré"));
    // A month later it is forgotten.
    bilan::partage::balayer(&a.etat, "2026-04-20T00:00:00Z".parse().unwrap()).await.unwrap();
    assert_eq!(a.compter("SELECT COUNT(*) FROM lien_bilan").await, 1);
}

#[rstest]
#[tokio::test]
async fn la_responsable_seule_partage_et_sa_structure_seule(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let jeton = a.jeton("alpha.responsable").await;
    for compte in ["alpha.mediateur", "alpha.coordinateur", "administrateur"] {
        let r = a.api(&a.jeton(compte).await, "POST", "/api/v1/bilan/liens", json!({"jours": 7})).await;
        assert_eq!(r.statut, 403, "{compte} : {}", r.corps);
    }
    let etroit = a.jeton_de_portee("alpha.responsable", socle::droits::Portee::Bilan).await;
    assert_eq!(a.api(&etroit, "POST", "/api/v1/bilan/liens", json!({"jours": 7})).await.statut, 403);
    for (champ, corps) in [
        ("jours", json!({"jours": 365})),
        ("structure", json!({"jours": 7, "filtre": {"structures": [a.structure_beta()]}})),
        ("du", json!({"jours": 7, "filtre": {"du": "2026-03-02", "au": "2026-03-01"}})),
        ("lieu", json!({"jours": 7, "filtre": {"lieu": a.lieu_beta()}})),
    ] {
        let r = a.api(&jeton, "POST", "/api/v1/bilan/liens", corps).await;
        assert_eq!((r.statut, r.champs().first().map(String::as_str)), (422, Some(champ)), "{}", r.corps);
    }
    let id = a.api(&jeton, "POST", "/api/v1/bilan/liens", json!({"jours": 30})).await.id();
    let voisine = a.jeton("beta.responsable").await;
    assert_eq!(a.api(&voisine, "DELETE", &format!("/api/v1/bilan/liens/{id}"), json!(null)).await.statut, 404);
    assert_eq!(a.api(&voisine, "GET", "/api/v1/bilan/liens", json!(null)).await.corps["elements"], json!([]));
    let tous = a.api(&jeton, "GET", "/api/v1/bilan/liens", json!(null)).await.corps;
    assert_eq!((tous["elements"][0]["cree_par"].as_str(), &tous["elements"][0]["lien"]), (Some("Alpha responsable"), &json!(null)));
    let s = a.session("alpha.responsable").await;
    let r = s.post("/bilan/liens", &[("du", "2026-01-01"), ("au", "2026-01-31"), ("type", "collectif")]).await;
    assert!(r.statut == 422 && r.html.contains("Choisissez 7, 30 ou 90 jours") && r.html.contains("value=\"collectif\""), "{}", r.html);
    // A filter on one person of the team does not name them.
    let corps = json!({"jours": 7, "filtre": {"mediateur": a.utilisateur("alpha.mediateur")}});
    let r = a.api(&jeton, "POST", "/api/v1/bilan/liens", corps).await;
    assert_eq!(r.corps["filtres"], json!(["Médiation\u{a0}: une personne de l’équipe"]));
    assert_eq!(a.api("", "GET", "/api/v1/partages/inconnu", json!(null)).await.statut, 404);
}
