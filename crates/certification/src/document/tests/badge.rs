//! The badge of a document, verified with nothing but the two public addresses, on both engines.

use essais::{Moteur, Value, json};
use rstest::rstest;

use super::{BASE, validee};

#[rstest]
#[tokio::test]
async fn un_badge_se_verifie_sans_passeur(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let e = validee(moteur).await;
    let r = e.a.api(&e.gestion, "POST", &format!("{BASE}/sessions/{}/documents", e.session), Value::Null).await;
    let de = |nature: &str| {
        let d = r.corps["elements"].as_array().unwrap().iter().find(|d| d["nature"] == nature).unwrap();
        d["id"].as_str().unwrap().to_owned()
    };
    let (id, lettre) = (de("attestation"), de("lettre"));
    assert_eq!(e.a.api("", "GET", "/.well-known/did.json", Value::Null).await.statut, 404, "pas de clé avant le premier badge");
    let prendre = async |jeton: &str, id: &str, corps: Value| e.a.api(jeton, "POST", &format!("{BASE}/documents/{id}/badge"), corps).await;
    assert_eq!(prendre(&e.gestion, &lettre, json!({})).await.statut, 409, "une lettre n’est pas un badge");
    let refuse = prendre(&e.a.jeton("alpha.mediateur").await, &id, json!({})).await.statut;
    assert!(matches!(refuse, 403 | 404), "{refuse}");
    let r = prendre(&e.gestion, &id, json!({})).await;
    assert_eq!(r.statut, 200, "{}", r.corps);
    assert_eq!(r.entetes["content-type"], "application/vc");
    let badge = r.corps;

    // Anybody, from any site, with the two public addresses.
    let identite = e.a.api("", "GET", "/.well-known/did.json", Value::Null).await;
    assert_eq!((identite.statut, &identite.entetes["access-control-allow-origin"]), (200, &"*".parse().unwrap()));
    let identite = identite.corps;
    let adresse = badge["credentialStatus"]["statusListCredential"].as_str().unwrap().strip_prefix("http://passeur.test").unwrap();
    let maintenant = || e.a.horloge.maintenant();
    let liste = async || e.a.api("", "GET", adresse, Value::Null).await.corps;
    let vu = badges::verifier(&badge, &identite, Some(&liste().await), maintenant()).unwrap();
    assert_eq!(vu.etat, badges::Etat::EnVigueur);
    assert_eq!(vu.intitule.as_deref(), Some("Médiateur numérique"));
    assert_eq!(badges::correspond(&badge, "Zoé Croquis"), Some(true));
    assert!(!badge.to_string().contains("Croquis"), "le nom n’y est que si le titulaire le veut");
    assert_eq!(e.a.api("", "GET", "/badges/listes/7", Value::Null).await.statut, 404);

    // The holder's choice, on the page; the place in the list does not move.
    let page = e.a.session("alpha.certification").await;
    let lieu = format!("/certification/documents/{id}/badge");
    assert!(page.get(&lieu).await.html.contains("Télécharger le badge"));
    let clair: Value = serde_json::from_str(&page.post(&lieu, &[("nom", "clair")]).await.html).unwrap();
    assert!(clair.to_string().contains("Croquis"), "{clair}");
    assert_eq!(clair["credentialStatus"], badge["credentialStatus"]);
    badges::verifier(&clair, &identite, None, maintenant()).unwrap();
    let mut falsifie = clair.clone();
    falsifie["credentialSubject"]["licenseNumber"] = json!("2026-FAUX");
    assert!(badges::verifier(&falsifie, &identite, None, maintenant()).is_err());

    // A server whose file of keys is another one signs nothing, and says nothing of its own key.
    let chemin = e.a.etat.config.chemin_cles_badges();
    let celui_ci = std::fs::read(&chemin).unwrap();
    std::fs::remove_file(&chemin).unwrap();
    assert_eq!(prendre(&e.gestion, &id, json!({})).await.statut, 409);
    assert!(!chemin.exists(), "aucune clé n’est créée en cachette");
    badges::Cles::ouvrir(&chemin, maintenant()).unwrap();
    let r = prendre(&e.gestion, &id, json!({})).await;
    assert!(r.statut == 409 && r.corps.to_string().contains("fichier de clés"), "{}", r.corps);
    assert_eq!(e.a.api("", "GET", "/.well-known/did.json", Value::Null).await.statut, 409);
    std::fs::write(&chemin, celui_ci).unwrap();

    // A new key: what the old one signed still verifies.
    let cx = socle::Contexte::systeme(&e.a.etat).await.unwrap();
    let mut cles = badges::Cles::lire(&chemin).unwrap();
    cles.tourner(maintenant()).unwrap();
    certification::document::badge::mettre_en_service(&cx, &cles).await.unwrap();
    cx.valider().await.unwrap();
    let identite = e.a.api("", "GET", "/.well-known/did.json", Value::Null).await.corps;
    badges::verifier(&badge, &identite, Some(&liste().await), maintenant()).unwrap();
    let neuf = prendre(&e.gestion, &id, json!({})).await.corps;
    assert_ne!(badges::verifier(&neuf, &identite, None, maintenant()).unwrap().cle, vu.cle);

    // The withdrawal of the document is that of its badge.
    let retrait = json!({"action": "retirer", "motif": "Essai de retrait"});
    assert_eq!(e.a.api(&e.gestion, "POST", &format!("{BASE}/documents/{id}/actions"), retrait).await.statut, 200);
    let raison = badges::verifier(&badge, &identite, Some(&liste().await), maintenant()).unwrap_err();
    assert!(raison.to_string().contains("retiré"), "{raison}");
    assert_eq!(prendre(&e.gestion, &id, json!({})).await.statut, 409);
}
