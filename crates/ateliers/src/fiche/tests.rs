//! The catalogue, through the router.

use essais::{Appli, Moteur, Value, json};
use rstest::rstest;

fn contenu(titre: &str) -> Value {
    json!({
        "titre": titre, "resume": "Un essai.", "objectifs": ["Savoir essayer"], "niveau": "debutant", "public": "Tous",
        "ages": ["adultes"], "duree_minutes": 60, "places": 8, "thematiques": ["email"], "gestes": [], "licence": "",
        "deroule": [{"titre": "Début", "minutes": 20, "quoi": "Accueillir"}, {"titre": "Suite", "minutes": 40, "quoi": "Essayer"}]
    })
}

#[rstest]
#[tokio::test]
async fn une_fiche_se_cree_se_change_et_garde_ses_versions(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let j = a.jeton("alpha.mediateur").await;
    let id = "01900000-0000-7000-8000-00000000f1c1";
    let corps = json!({"id": id, "contenu": contenu("Essai de courriel")});
    let r = a.api(&j, "POST", "/api/v1/ateliers/fiches", corps.clone()).await;
    assert_eq!((r.statut, r.id().as_str()), (201, id));
    // The same sent twice is one record.
    assert_eq!(a.api(&j, "POST", "/api/v1/ateliers/fiches", corps).await.statut, 200);
    assert_eq!(a.compter("SELECT COUNT(*) FROM fiche_atelier").await, 1);

    let adresse = format!("/api/v1/ateliers/fiches/{id}");
    let mut change = contenu("Essai de courriel");
    change["duree_minutes"] = json!(90);
    // Its course no longer adds up.
    let r = a.api(&j, "PATCH", &adresse, json!({"version": 1, "contenu": change})).await;
    assert_eq!((r.statut, r.champs()), (422, vec!["deroule".to_owned()]));
    change["deroule"] = json!([]);
    let r = a.api(&j, "PATCH", &adresse, json!({"version": 1, "contenu": change})).await;
    assert_eq!((r.statut, &r.corps["version"]), (200, &json!(2)));
    assert_eq!(a.api(&j, "PATCH", &adresse, json!({"version": 1, "contenu": contenu("Autre")})).await.statut, 409);
    let v = a.api(&j, "GET", &format!("{adresse}/versions"), Value::Null).await.corps;
    assert_eq!(v["elements"].as_array().unwrap().len(), 2);
    assert_eq!(v["elements"][1]["contenu"]["duree_minutes"], 60);
    // An unknown key is refused, not forgotten.
    let mut inconnu = contenu("X");
    inconnu["couleur"] = json!("bleu");
    assert_eq!(a.api(&j, "POST", "/api/v1/ateliers/fiches", json!({"contenu": inconnu})).await.statut, 422);
}

#[rstest]
#[tokio::test]
async fn une_fiche_se_partage_sous_licence_et_se_copie(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let (alpha, beta) = (a.jeton("alpha.mediateur").await, a.jeton("beta.mediateur").await);
    let id = a.api(&alpha, "POST", "/api/v1/ateliers/fiches", json!({"contenu": contenu("La fiche d’Alpha")})).await.id();
    let adresse = format!("/api/v1/ateliers/fiches/{id}");
    assert_eq!(a.api(&beta, "GET", &adresse, Value::Null).await.statut, 404);
    // Without a licence, nobody knows what may be done with it.
    let r = a.api(&alpha, "PATCH", &adresse, json!({"partagee": true})).await;
    assert_eq!((r.statut, r.champs()), (422, vec!["licence".to_owned()]));
    let mut avec = contenu("La fiche d’Alpha");
    avec["licence"] = json!("CC-BY-SA-4.0");
    assert_eq!(a.api(&alpha, "PATCH", &adresse, json!({"contenu": avec, "partagee": true})).await.statut, 200);

    let lue = a.api(&beta, "GET", &adresse, Value::Null).await.corps;
    assert_eq!(lue["origine"], json!({"partagee": "Alpha"}));
    // Read and copied, not changed; its former versions stay at home.
    assert_eq!(a.api(&beta, "PATCH", &adresse, json!({"archivee": true})).await.statut, 409);
    let v = a.api(&beta, "GET", &format!("{adresse}/versions"), Value::Null).await.corps;
    assert_eq!(v["elements"].as_array().unwrap().len(), 1);
    let copie = a.api(&beta, "POST", &format!("{adresse}/copie"), json!({})).await;
    assert_eq!((copie.statut, &copie.corps["copie_de"], &copie.corps["origine"]), (201, &json!(id), &json!("structure")));
    assert_eq!(copie.corps["contenu"]["licence"], "CC-BY-SA-4.0");
    a.api(&alpha, "PATCH", &adresse, json!({"partagee": false})).await;
    assert_eq!(a.api(&beta, "GET", &adresse, Value::Null).await.statut, 404);
    assert_eq!(a.api(&beta, "GET", &format!("/api/v1/ateliers/fiches/{}", copie.id()), Value::Null).await.statut, 200);
}

#[rstest]
#[tokio::test]
async fn le_catalogue_se_cherche(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let j = a.jeton("alpha.mediateur").await;
    let livrees = ateliers::fiche::livrees::LIVREES.len();
    let combien = async |q: &str| {
        let r = a.api(&j, "GET", &format!("/api/v1/ateliers/fiches{q}"), Value::Null).await;
        assert_eq!(r.statut, 200, "{}", r.corps);
        r.corps["elements"].as_array().unwrap().len()
    };
    assert_eq!(combien("").await, livrees);
    let id = a.api(&j, "POST", "/api/v1/ateliers/fiches", json!({"contenu": contenu("Éléphant numérique")})).await.id();
    assert_eq!(combien("").await, livrees + 1);
    assert_eq!(combien("?q=elephant%20NUMERIQUE").await, 1);
    assert_eq!(combien("?q=elephant&thematique=email").await, 1);
    assert_eq!(combien("?q=elephant&thematique=bureautique").await, 0);
    let r = a.api(&j, "GET", "/api/v1/ateliers/fiches?thematique=poterie", Value::Null).await;
    assert_eq!((r.statut, r.champs()), (422, vec!["thematique".to_owned()]));
    a.api(&j, "PATCH", &format!("/api/v1/ateliers/fiches/{id}"), json!({"archivee": true})).await;
    assert_eq!((combien("").await, combien("?archivees=true").await), (livrees, 1));
}

#[rstest]
#[tokio::test]
async fn les_pages_du_catalogue(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let n = a.session("alpha.mediateur").await;
    let livree = &ateliers::fiche::livrees::LIVREES[0];
    let code = livree.code.clone().unwrap();
    let page = n.get("/ateliers").await;
    assert_eq!(page.statut, 200);
    assert!(page.html.contains("Livrée avec Passeur") && page.html.contains(&format!("/ateliers/fiches/{code}")));
    assert_eq!(n.get(&format!("/ateliers/fiches/{code}")).await.statut, 200);
    let r = n.post(&format!("/ateliers/fiches/{code}/copier"), &[]).await;
    assert_eq!(r.statut, 303);
    let modifier = r.vers.unwrap();
    let form = n.get(&modifier).await;
    assert_eq!(form.statut, 200);
    // Refused, it comes back filled in, in the words typed.
    let champs = [
        ("version", "1"),
        ("titre", "Un titre à moi"),
        ("duree_minutes", "soixante"),
        ("etape_titre", "Mon étape"),
        ("etape_minutes", "12"),
    ];
    let r = n.post(&modifier, &champs).await;
    assert_eq!(r.statut, 422);
    for mot in ["Un titre à moi", "soixante", "Mon étape", "au moins un objectif"] {
        assert!(r.html.contains(mot), "{mot}");
    }
    let bon = [
        ("version", "1"),
        ("titre", "Un titre à moi"),
        ("objectifs", "Un but\nUn autre"),
        ("duree_minutes", "30"),
        ("places", "5"),
        ("thematiques", "email"),
        ("etape_titre", "A"),
        ("etape_minutes", "10"),
        ("etape_quoi", ""),
        ("etape_conseil", ""),
        ("etape_titre", "B"),
        ("etape_minutes", "20"),
        ("etape_quoi", ""),
        ("etape_conseil", "Doucement"),
        ("etape_titre", ""),
        ("etape_minutes", ""),
        ("etape_quoi", ""),
        ("etape_conseil", ""),
    ];
    let r = n.post(&modifier, &bon).await;
    assert_eq!(r.statut, 303, "{}", r.html);
    let fiche = r.vers.unwrap();
    let html = n.get(&fiche).await.html;
    assert!(html.contains("Un autre") && html.contains("Doucement") && html.contains("0 h 10"));
    assert!(n.get(&format!("{fiche}/versions")).await.html.contains("Version 2"));
    // Too late: the words stay, and it says so.
    let r = n.post(&modifier, &bon).await;
    assert_eq!(r.statut, 409);
    assert!(r.html.contains("Quelqu’un a modifié"));
}
