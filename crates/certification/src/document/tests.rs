//! Documents from the minutes to the public page that says whether they are genuine, on both engines.

use essais::{Moteur, Value, json};
use rstest::rstest;

use crate::certification_session::Examen;

const BASE: &str = "/api/v1/certification";

/// A session whose minutes are validated: the first gets the title, the second a unit.
async fn validee(moteur: Moteur) -> Examen {
    let e = Examen::preparer(moteur, &["Zoé", "Max"]).await;
    e.jusqu_a_la_deliberation().await;
    let tout = json!({"accordees": ["ccp-1", "ccp-2"], "titre": true, "entretien_favorable": true});
    let un = json!({"accordees": ["ccp-1"], "titre": false, "entretien_favorable": null});
    for (p, d) in e.passages.iter().zip([tout, un]) {
        let r = e.decider("alpha.jure", p, d).await;
        assert!(r.statut < 300, "{}", r.corps);
    }
    e.signer_tous().await;
    for corps in [json!({"action": "transmettre"}), json!({"action": "valider", "numero": "EX-1"})] {
        let r = e.agir(corps).await;
        assert_eq!(r.statut, 200, "{}", r.corps);
    }
    e
}

#[rstest]
#[tokio::test]
async fn chacun_recoit_ce_que_le_jury_a_decide(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let e = validee(moteur).await;
    let lot = format!("{BASE}/sessions/{}/documents", e.session);
    let r = e.a.api(&e.gestion, "POST", &lot, Value::Null).await;
    assert_eq!(r.statut, 200, "{}", r.corps);
    let emis = r.corps["elements"].as_array().unwrap().clone();
    let natures =
        |c: &str| -> Vec<&str> { emis.iter().filter(|d| d["candidat"] == json!(c)).filter_map(|d| d["nature"].as_str()).collect() };
    assert_eq!(natures(&e.candidats[0].candidat), ["lettre", "attestation", "parchemin"]);
    assert_eq!(natures(&e.candidats[1].candidat), ["lettre", "livret"], "pas de parchemin pour une réussite partielle");
    // A ministry title: the centre attests, asks for the rest and follows it.
    for d in &emis {
        let attendu = if matches!(d["nature"].as_str(), Some("parchemin" | "livret")) { "a_demander" } else { "delivre" };
        assert_eq!(d["etat"], attendu, "{d}");
    }
    assert_eq!(e.a.api(&e.gestion, "POST", &lot, Value::Null).await.corps["elements"], json!([]), "rien ne s’émet deux fois");
    // One may not ask for what was not obtained.
    let sans = json!({"nature": "attestation", "candidature": e.candidats[1].candidature});
    assert_eq!(e.a.api(&e.gestion, "POST", &format!("{BASE}/documents"), sans).await.statut, 409);
    // The automaton of documents.
    let parchemin = emis.iter().find(|d| d["nature"] == "parchemin").unwrap()["id"].as_str().unwrap();
    let agir = async |corps: Value| e.a.api(&e.gestion, "POST", &format!("{BASE}/documents/{parchemin}/actions"), corps).await;
    assert_eq!(agir(json!({"action": "remettre"})).await.statut, 409, "on ne remet pas ce qui n’est pas délivré");
    for (action, etat) in [("demander", "demande"), ("delivrer", "delivre"), ("remettre", "remis")] {
        assert_eq!(agir(json!({ "action": action })).await.corps["etat"], etat);
    }
    assert_eq!(agir(json!({"action": "retirer"})).await.champs(), ["motif"]);
}

#[rstest]
#[tokio::test]
async fn un_document_se_verifie_sans_rien_dire_de_la_personne(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let e = validee(moteur).await;
    let r = e.a.api(&e.gestion, "POST", &format!("{BASE}/sessions/{}/documents", e.session), Value::Null).await;
    let attestation = r.corps["elements"].as_array().unwrap().iter().find(|d| d["nature"] == "attestation").unwrap().clone();
    let (id, code) = (attestation["id"].as_str().unwrap(), attestation["code_verification"].as_str().unwrap());
    let public = e.a.navigateur();
    let adresse = format!("/verifier/{code}");
    let html = public.get(&adresse).await.html;
    for dit in ["authentique et en vigueur", "Médiateur numérique", "Z. C.", "Attestation de réussite"] {
        assert!(html.contains(dit), "« {dit} » manque : {html}");
    }
    assert!(!html.contains("Croquis") && !html.contains("CROQUIS"), "le nom ne se lit pas");
    assert!(public.post(&adresse, &[("nom", "croquis zoe")]).await.html.contains("C’est bien le nom"));
    assert!(public.post(&adresse, &[("nom", "Zoé Autre")]).await.html.contains("Ce n’est pas le nom"));
    assert_eq!(public.post("/verifier", &[("code", &code.to_lowercase())]).await.vers, Some(adresse.clone()));
    let faux = public.get("/verifier/ABCDEFGHJKMNPQRSTUVW").await;
    assert_eq!(faux.statut, 404, "un QR forgé ne mène à rien");
    assert!(faux.html.contains("Aucun document ne porte ce code"));
    // The PDF, then the withdrawal: the page says so at once.
    let pdf = e.a.api(&e.gestion, "GET", &format!("{BASE}/documents/{id}/pdf"), Value::Null).await;
    assert_eq!(pdf.statut, 200, "{}", pdf.corps);
    assert!(pdf.octets.starts_with(b"%PDF"));
    let retrait = json!({"action": "retirer", "motif": "Essai de retrait"});
    assert_eq!(e.a.api(&e.gestion, "POST", &format!("{BASE}/documents/{id}/actions"), retrait).await.statut, 200);
    let html = public.get(&adresse).await.html;
    assert!(html.contains("a été retiré") && !html.contains("authentique"), "{html}");
    // What is changed in the database no longer counts, nor prints.
    let lettre = r.corps["elements"].as_array().unwrap().iter().find(|d| d["nature"] == "lettre").unwrap().clone();
    let (id, code) = (lettre["id"].as_str().unwrap(), lettre["code_verification"].as_str().unwrap());
    use sea_orm::ConnectionTrait;
    let tx = e.a.etat.base.ecriture().await.unwrap();
    tx.execute_unprepared("UPDATE document_certification SET empreinte = 'autre'").await.unwrap();
    tx.commit().await.unwrap();
    assert!(!public.get(&format!("/verifier/{code}")).await.html.contains("authentique"));
    assert_eq!(e.a.api(&e.gestion, "GET", &format!("{BASE}/documents/{id}/pdf"), Value::Null).await.statut, 409);
}

#[rstest]
#[tokio::test]
async fn chaque_document_devient_un_pdf(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let e = validee(moteur).await;
    let (s, p, c) = (&e.session, &e.passages[0], &e.candidats[0].candidature);
    for corps in [
        json!({"nature": "convocation", "passage": p}),
        json!({"nature": "grille", "passage": p}),
        json!({"nature": "lettre", "passage": p}),
        json!({"nature": "emargement", "session": s}),
        json!({"nature": "pv", "session": s}),
        json!({"nature": "attestation", "candidature": c}),
        json!({"nature": "parchemin", "candidature": c}),
        json!({"nature": "livret", "candidature": c}),
    ] {
        let r = e.a.api(&e.gestion, "POST", &format!("{BASE}/documents"), corps.clone()).await;
        assert_eq!(r.statut, 201, "{corps} : {}", r.corps);
        let pdf = e.a.api(&e.gestion, "GET", &format!("{BASE}/documents/{}/pdf", r.id()), Value::Null).await;
        assert!(pdf.octets.starts_with(b"%PDF"), "{corps} : {}", pdf.corps);
    }
    for corps in [json!({"nature": "convocation"}), json!({"nature": "pv"}), json!({"nature": "livret"})] {
        assert_eq!(e.a.api(&e.gestion, "POST", &format!("{BASE}/documents"), corps).await.statut, 422);
    }
    let sans_dates = json!({"nature": "certificat_realisation", "candidature": c});
    assert_eq!(e.a.api(&e.gestion, "POST", &format!("{BASE}/documents"), sans_dates).await.statut, 409);
    let n = e.a.session("alpha.certification").await;
    assert!(n.get(&format!("/certification/candidatures/{c}/dossier.pdf")).await.octets.starts_with(b"%PDF"));
    assert!(n.get(&format!("/certification/candidatures/{c}/ecf.pdf")).await.octets.starts_with(b"%PDF"));
    assert!(n.get(&format!("/certification/sessions/{s}/documents")).await.html.contains("Émettre les documents"));
}

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
