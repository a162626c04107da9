//! The programme as JSON, by commune, and what is printed of it.

use essais::{Appli, Moteur, Value, json};
use rstest::rstest;

async fn seance(a: &Appli, jour: &str, publiee: bool) -> String {
    let corps = json!({
        "fiche": ateliers::fiche::livrees::LIVREES[0].code, "titre": "Atelier d’essai", "dates": [{"jour": jour, "heure": "14:00"}],
        "lieu_genre": "public", "lieu_texte": "Salle d’essai", "commune": "31555", "publiee": publiee, "places": 3
    });
    let r = a.api(&a.jeton("alpha.mediateur").await, "POST", "/api/v1/ateliers/seances", corps).await;
    assert_eq!(r.statut, 201, "{}", r.corps);
    r.id()
}

#[rstest]
#[tokio::test]
async fn le_programme_se_lit_sans_jeton(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let id = seance(&a, "2026-03-20", true).await;
    let cachee = seance(&a, "2026-03-21", false).await;
    let lire = async |chemin: &str| a.api("", "GET", chemin, Value::Null).await;
    let r = lire("/api/v1/programme").await;
    assert_eq!(r.statut, 200, "{}", r.corps);
    assert_eq!(
        (&r.entetes["access-control-allow-origin"], &r.entetes["cache-control"]),
        (&"*".parse().unwrap(), &"public, max-age=60".parse().unwrap())
    );
    let e = &r.corps["elements"][0];
    assert_eq!((&e["id"], &e["places_libres"], &e["commune"]), (&json!(id), &json!(3), &json!("31555")));
    assert_eq!(e["adresse"], format!("http://passeur.test/programme/atelier/{id}"));
    assert!(!r.corps.to_string().contains(&cachee) && !r.corps.to_string().contains("animateur"));
    let combien = async |filtre: &str| lire(&format!("/api/v1/programme?{filtre}")).await.corps["elements"].as_array().map(Vec::len);
    assert_eq!(combien("commune=31555").await, Some(1));
    assert_eq!(combien("commune=75056").await, Some(0));
    assert_eq!(combien(&format!("structure={}", a.structure_beta())).await, Some(0));
    assert_eq!(combien("thematique=parentalite").await, Some(0));
    assert_eq!((combien("jour=2026-03-20").await, combien("jour=2026-03-21").await), (Some(1), Some(0)));
    assert_eq!(combien("adaptees=true").await, Some(0));
    let page = a.navigateur().get("/programme?jour=2026-03-21&adaptees=oui").await.html;
    assert!(page.contains("Aucun atelier à venir") && page.contains("2026-03-21"));
    assert_eq!(lire("/api/v1/programme?couleur=bleu").await.statut, 400);
    let un = lire(&format!("/api/v1/programme/{id}")).await;
    assert_eq!(
        (un.statut, &un.corps["inscriptions_ouvertes"], &un.corps["dates"][0]["debut"]),
        (200, &json!(true), &json!("2026-03-20T13:00:00Z"))
    );
    assert_eq!(lire(&format!("/api/v1/programme/{cachee}")).await.statut, 404);
    // Booking by another program needs the token of the structure.
    let chemin = format!("/api/v1/ateliers/seances/{id}/reservations");
    let corps = json!({"nom": "Ada", "par": "partenaire", "accord": true, "orientee": true});
    assert_eq!(a.api("", "POST", &chemin, corps.clone()).await.statut, 401);
    assert_eq!(a.api(&a.jeton("beta.mediateur").await, "POST", &chemin, corps.clone()).await.statut, 404);
    assert_eq!(a.api(&a.jeton("alpha.mediateur").await, "POST", &chemin, corps).await.statut, 201);
    assert_eq!(lire("/api/v1/programme").await.corps["elements"][0]["places_libres"], 2);
    let mois = a.navigateur().get("/programme/mois?mois=2026-03").await.html;
    assert!(mois.contains("/programme?jour=2026-03-20") && !mois.contains("jour=2026-03-21"));
    // What was asked for follows from one view to the others.
    let mois = a.navigateur().get("/programme/mois?mois=2026-03&commune=Toulouse").await.html.replace("&#38;", "&");
    assert!(mois.contains("/programme?commune=31555&jour=2026-03-20") && mois.contains("/programme/carte?commune=31555"), "{mois}");
    for rien in ["commune=Paris", "thematique=parentalite", "adaptees=oui"] {
        let mois = a.navigateur().get(&format!("/programme/mois?mois=2026-03&{rien}")).await.html;
        assert!(mois.contains("Aucun atelier à venir ce mois-ci"), "{rien}");
        assert!(a.navigateur().get(&format!("/programme/carte?{rien}")).await.html.contains("Aucun atelier à venir"), "{rien}");
    }
    let carte =
        async |jour: &str| a.navigateur().get(&format!("/programme/carte?jour={jour}")).await.html.contains("Aucun atelier à venir");
    assert_eq!((carte("2026-03-20").await, carte("2026-03-21").await), (false, true));
    assert!(a.navigateur().get("/programme/mois?mois=hier").await.html.contains("mars 2026"));
    assert_eq!(a.navigateur().get("/programme/communes").await.vers.as_deref(), Some("/programme/carte"));
}

/// The same again, with what else a séance says.
async fn seance_a(a: &Appli, autres: Value) -> String {
    let mut corps = json!({
        "fiche": ateliers::fiche::livrees::LIVREES[0].code, "titre": "Atelier d’essai", "dates": [{"jour": "2026-03-24", "heure": "14:00"}],
        "lieu_genre": "public", "lieu_texte": "Salle d’essai", "publiee": true, "places": 3, "forcer": true
    });
    for (cle, valeur) in autres.as_object().unwrap() {
        corps[cle] = valeur.clone();
    }
    let r = a.api(&a.jeton("alpha.mediateur").await, "POST", "/api/v1/ateliers/seances", corps).await;
    assert_eq!(r.statut, 201, "{}", r.corps);
    r.id()
}

#[rstest]
#[tokio::test]
async fn le_programme_a_une_carte(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let n = a.navigateur();
    let carte = async |suite: &str| {
        let r = n.get(&format!("/programme/carte{suite}")).await;
        assert_eq!(r.statut, 200, "{suite}");
        r.html.replace('\u{a0}', " ")
    };
    let vide = carte("").await;
    assert!(vide.contains("Aucun atelier à venir") && !vide.contains("<svg class=\"grand\""));
    // A lieu that says where it is.
    let s = a.session("alpha.responsable").await;
    let lieu = format!("/structure/lieux/{}", a.lieu_alpha());
    let champs = |latitude, longitude| {
        [
            ("nom", "Espace Alpha"),
            ("commune", "31555"),
            ("latitude", latitude),
            ("longitude", longitude),
            ("actif", "oui"),
            ("version", "1"),
        ]
    };
    for (latitude, longitude, mot) in [
        ("43,6", "", "Donnez deux nombres"),
        ("ici", "1", "Donnez deux nombres"),
        ("1,44", "43,6", "km de la commune"),
        ("99", "1", "n’existe pas"),
    ] {
        let r = s.post(&lieu, &champs(latitude, longitude)).await;
        assert_eq!(r.statut, 422, "{latitude} {longitude}");
        assert!(r.html.contains(mot) && r.html.contains(&format!("value=\"{latitude}\"")), "{latitude} {longitude} : {}", r.html);
    }
    // As a map gives it: both in the first field.
    assert_eq!(s.post(&lieu, &champs("43.6012, 1.4405", "")).await.statut, 303);
    assert!(s.get(&lieu).await.html.contains("43,6012"));
    let l = a.api(&a.jeton("alpha.mediateur").await, "GET", "/api/v1/lieux", Value::Null).await.corps;
    assert_eq!((&l["elements"][0]["latitude"], &l["elements"][0]["longitude"]), (&json!(43.6012), &json!(1.4405)));
    let gestes = ateliers::fiche::livrees::LIVREES.iter().map(|f| f.code.clone().unwrap()).find(|c| c.contains("impots")).unwrap();
    seance_a(&a, json!({"lieu_genre": "lieu", "lieu": a.lieu_alpha(), "lieu_texte": null})).await;
    seance_a(&a, json!({"commune": "31395", "fiche": gestes, "adaptations": "Plain-pied"})).await;
    seance_a(&a, json!({"commune": "31395"})).await;
    seance_a(&a, json!({"commune": "31395", "publiee": false})).await;
    let une = carte("").await;
    for mot in [
        "Espace Alpha",
        "Muret 2 ateliers",
        "/programme?commune=31395",
        "3 ateliers dans 2 lieux : Haute-Garonne",
        "id=\"d-31\"",
        " km</text>",
        "class=\"petit\"",
    ] {
        assert!(une.contains(mot), "{mot} : {une}");
    }
    let dessin = une.split("<figure").nth(1).and_then(|d| d.split("</figure>").next()).unwrap();
    assert!(!dessin.contains("style=") && !dessin.contains("http") && !dessin.contains("<script"), "{dessin}");
    // By need, by adaptation, by structure.
    let thematique = ateliers::fiche::livrees::LIVREES[0].thematiques.first().map(|t| socle::Nomenclature::code(*t)).unwrap();
    assert!(carte(&format!("?thematique={thematique}")).await.contains("Espace Alpha"));
    assert!(carte("?adaptees=oui").await.contains("1 atelier dans 1 lieu"));
    assert!(carte("?thematique=parentalite&adaptees=oui").await.contains("Aucun atelier à venir"));
    assert!(carte(&format!("?structure={}", a.structure_beta())).await.contains("Aucun atelier à venir"));
    let alpha = carte(&format!("?structure={}", a.structure_alpha())).await;
    assert!(alpha.contains(&format!("/programme/{}?commune=31395", a.structure_alpha())));
    assert_eq!(n.get("/programme/carte?structure=019c0000-0000-7000-8000-000000000000").await.statut, 404);
    // Other départements, one of them an ocean away, and a commune whose place is not shipped.
    seance_a(&a, json!({"commune": "33063"})).await;
    seance_a(&a, json!({"commune": "97411"})).await;
    seance_a(&a, json!({"commune": "98735"})).await;
    seance_a(&a, json!({})).await;
    let toutes = carte("").await;
    for mot in ["/programme/carte?departement=974", "La Réunion", "Bordeaux", "Papeete", "1 atelier a lieu sans commune indiquée"] {
        assert!(toutes.contains(mot), "{mot} : {toutes}");
    }
    assert!(!toutes.contains("aria-label=\"Saint-Denis"));
    let reunion = carte("?departement=974").await;
    assert!(reunion.contains("aria-label=\"Saint-Denis 1 atelier\"") && reunion.contains("Voir tous les départements"));
    assert!(carte("?departement=%3Cb%3E&thematique=x&structure=y").await.contains("Bordeaux"));
    assert!(toutes.len() < 60_000, "{}", toutes.len());
}

#[rstest]
#[tokio::test]
async fn le_programme_s_imprime(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let id = seance(&a, "2026-03-20", true).await;
    let cachee = seance(&a, "2026-03-21", false).await;
    let date = a.api("", "GET", &format!("/api/v1/programme/{id}"), Value::Null).await;
    assert_eq!(date.statut, 200);
    let j = a.jeton("alpha.mediateur").await;
    let r = a.api(&j, "GET", &format!("/api/v1/ateliers/seances/{id}"), Value::Null).await;
    let date = r.corps["dates"][0]["id"].as_str().unwrap().to_owned();
    a.api(&j, "POST", &format!("/api/v1/ateliers/seances/{id}/reservations"), json!({"nom": "Ada", "par": "accueil"})).await;
    let s = a.session("alpha.mediateur").await;
    let fiche = ateliers::fiche::livrees::LIVREES[0].code.clone().unwrap();
    for chemin in [
        format!("/ateliers/seances/{id}/affiche.pdf"),
        format!("/ateliers/seances/{id}/affiche.pdf?format=a5"),
        "/ateliers/programme/affiche.pdf".to_owned(),
        "/ateliers/programme/affiche.pdf?mois=2026-03&format=a5".to_owned(),
        format!("/ateliers/fiches/{fiche}/fiche.pdf"),
        format!("/ateliers/dates/{date}/feuille.pdf"),
    ] {
        let r = s.get(&chemin).await;
        assert_eq!((r.statut, r.octets.starts_with(b"%PDF")), (200, true), "{chemin} {}", r.html.chars().take(2000).collect::<String>());
        assert_eq!(r.entetes["content-type"], "application/pdf", "{chemin}");
        if let Ok(dossier) = std::env::var("APERCUS") {
            let nom = chemin.replace(['/', '?', '&', '='], "_").replace(".pdf", "");
            std::fs::write(
                format!("{dossier}/{}.pdf", nom.chars().rev().take(30).collect::<String>().chars().rev().collect::<String>()),
                &r.octets,
            )
            .unwrap();
        }
    }
    assert_eq!(a.compter("SELECT COUNT(*) FROM journal WHERE action = 'impression' AND objet = 'seance'").await, 1);
    assert_eq!(s.get(&format!("/ateliers/seances/{cachee}/affiche.pdf")).await.statut, 409);
    assert_eq!(s.get("/ateliers/programme/affiche.pdf?mois=2027-01").await.statut, 409);
    assert_eq!(s.get("/ateliers/programme/affiche.pdf?mois=mars").await.statut, 422);
    let lettre = s.get(&format!("/programme/{}/lettre", a.structure_alpha())).await;
    assert!(lettre.html.contains("Atelier d’essai") && lettre.html.contains(&format!("http://passeur.test/programme/atelier/{id}")));
    assert!(!lettre.html.contains(&cachee));
    let b = a.session("beta.mediateur").await;
    assert_eq!(b.get(&format!("/programme/{}/lettre", a.structure_alpha())).await.statut, 404);
    assert_eq!(b.get(&format!("/ateliers/dates/{date}/feuille.pdf")).await.statut, 404);
    assert_eq!(b.get(&format!("/ateliers/seances/{id}/affiche.pdf")).await.statut, 404);
}
