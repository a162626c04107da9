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
    assert!(a.navigateur().get("/programme/mois?mois=hier").await.html.contains("mars 2026"));
    let communes = a.navigateur().get("/programme/communes").await.html;
    assert!(communes.contains("Toulouse") && communes.contains("/programme?commune=31555") && communes.contains("Haute-Garonne"));
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
