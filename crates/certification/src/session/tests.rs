//! Exam sessions from planning to the livret, on both engines.

#[path = "tests/ccs.rs"]
mod ccs;
#[path = "tests/examen.rs"]
mod examen;
#[path = "tests/faits.rs"]
mod faits;

use essais::{Moteur, Value, centre::VERSION, json};
use rstest::rstest;

pub(crate) use examen::Examen;
use examen::planifier;

const BASE: &str = "/api/v1/certification";

fn titre() -> Value {
    json!({"accordees": ["ccp-1", "ccp-2"], "titre": true, "entretien_favorable": true})
}

#[rstest]
#[tokio::test]
async fn de_la_planification_au_livret(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let e = Examen::preparer(moteur, &["Zoe", "Yan"]).await;
    // Declared: the convocations leave by the job queue, once.
    assert_eq!(e.agir(json!({"action": "declarer"})).await.statut, 200);
    assert_eq!(e.agir(json!({"action": "convoquer"})).await.statut, 200);
    e.a.travailler().await;
    let lettres = e.a.courriels();
    assert_eq!(lettres.len(), 4, "deux candidats, deux membres");
    let zoe = lettres.iter().find(|l| l.destinataire == "zoe@essai.invalid").unwrap().corps.replace('\u{a0}', " ");
    assert!(zoe.contains("mardi 12 mai 2026 à 09 h 30") && zoe.contains("Espace Alpha") && zoe.contains("Salle : B"), "{}", zoe);
    assert!(zoe.contains("entretien final"), "les épreuves dues sont dites : {zoe}");
    let r = e.a.api(&e.gestion, "GET", &format!("{BASE}/passages/{}/convocation", e.passages[0]), Value::Null).await;
    assert_eq!((r.statut, r.corps["epreuves"].as_array().unwrap().len()), (200, 4), "{}", r.corps);
    let r = e.agir(json!({"action": "ouvrir"})).await;
    assert_eq!(r.statut, 409, "pas avant le jour, ni sans jury présent : {}", r.corps);

    e.a.regler("2026-05-12T07:00:00Z");
    let r = e.emarger(&[(&e.passages[0], "present"), (&e.passages[1], "absent")], &[&e.jures[0]]).await;
    assert_eq!(r.statut, 204, "{}", r.corps);
    let r = e.agir(json!({"action": "ouvrir"})).await;
    assert!(r.statut == 409 && r.corps["detail"].as_str().unwrap().contains("quorum"), "{}", r.corps);
    e.emarger(&[], &[&e.jures[1]]).await;
    assert_eq!(e.agir(json!({"action": "ouvrir"})).await.statut, 200);

    // Grids: each member fills their own, of the evidence due alone.
    let j = e.a.jeton("alpha.jure").await;
    let grilles = format!("{BASE}/passages/{}/grilles", e.passages[0]);
    let g = e.a.api(&j, "GET", &grilles, Value::Null).await;
    assert_eq!((g.statut, g.corps.as_array().unwrap().len()), (200, 4));
    assert_eq!(g.corps[0]["lignes"].as_array().unwrap().len(), 10, "dix compétences : {}", g.corps[0]);
    let remplie =
        json!({"epreuve": "mise_en_situation", "lignes": [{"competence": "ccp-1-c1", "resultat": "acquis", "observation": "À l’aise"}]});
    assert_eq!(e.a.api(&j, "PUT", &grilles, remplie.clone()).await.statut, 204);
    assert_eq!(e.a.api(&j, "PUT", &grilles, remplie).await.statut, 204, "une grille se corrige");
    let g = e.a.api(&j, "GET", &grilles, Value::Null).await.corps;
    assert_eq!((&g[0]["lignes"][0]["resultat"], &g[0]["lignes"][0]["observation"]), (&json!("acquis"), &json!("À l’aise")));
    assert_eq!(
        e.a.compter("SELECT count(*) FROM grille_ligne WHERE observation LIKE '%aise%'").await,
        0,
        "les observations sont chiffrées"
    );
    let g = e.a.api(&e.a.jeton("alpha.jure2").await, "GET", &grilles, Value::Null).await.corps;
    assert_eq!(g[0]["lignes"][0]["resultat"], Value::Null, "chaque membre a sa grille");
    let mauvaise = json!({"epreuve": "mise_en_situation", "lignes": [{"competence": "inconnue", "resultat": "acquis"}]});
    assert_eq!(e.a.api(&j, "PUT", &grilles, mauvaise).await.statut, 422);
    let absent = format!("{BASE}/passages/{}/grilles", e.passages[1]);
    assert_eq!(e.a.api(&j, "PUT", &absent, json!({"epreuve": "ecf", "lignes": []})).await.statut, 409, "un absent ne s’évalue pas");

    // Deliberation: what the rules allow, and no other.
    let r = e.decider("alpha.jure", &e.passages[0], titre()).await;
    assert_eq!(r.statut, 409, "pas avant la délibération : {}", r.corps);
    assert_eq!(e.agir(json!({"action": "deliberer"})).await.statut, 200);
    let r = e.a.api(&j, "GET", &format!("{BASE}/passages/{}/deliberation", e.passages[0]), Value::Null).await;
    assert_eq!(r.corps["options"].as_array().unwrap().len(), 5, "{}", r.corps);
    for (corps, mot) in [
        (json!({"accordees": ["ccp-1"], "titre": true, "entretien_favorable": true}), "il manque"),
        (json!({"accordees": ["ccp-1", "ccp-2"], "titre": true, "entretien_favorable": false}), "entretien"),
        (json!({"accordees": ["ccp-9"], "titre": false, "entretien_favorable": null}), "présentée"),
    ] {
        let r = e.decider("alpha.jure", &e.passages[0], corps).await;
        assert!(r.statut == 422 && r.corps["erreurs"][0]["message"].as_str().unwrap().contains(mot), "{}", r.corps);
    }
    let r = e.decider("alpha.jure", &e.passages[1], titre()).await;
    assert_eq!(r.statut, 409, "on ne délibère pas sur un absent : {}", r.corps);
    assert_eq!(e.decider("alpha.jure", &e.passages[0], titre()).await.statut, 204);

    e.signer_tous().await;
    assert_eq!(e.lire().await["etat"], "pv_signe");
    assert_eq!((e.etat(&e.candidats[0]).await.as_str(), e.etat(&e.candidats[1]).await.as_str()), ("titre_obtenu", "absence"));
    assert_eq!(e.livret(&e.candidats[0]).await["livret"]["titres"], json!([]), "signée, la décision n’a pas encore effet");
    assert_eq!(e.agir(json!({"action": "transmettre"})).await.statut, 200);
    assert_eq!(e.agir(json!({"action": "valider"})).await.statut, 409, "un PV validé porte un numéro");
    assert_eq!(e.agir(json!({"action": "valider", "numero": "2026-31-0001"})).await.statut, 200);
    let l = e.livret(&e.candidats[0]).await;
    assert_eq!((l["livret"]["titres"].as_array().unwrap().len(), l["livret"]["attributions"].as_array().unwrap().len()), (1, 2), "{l}");
    assert_eq!(l["journal"].as_array().unwrap().len(), 6, "trois lignes signées, trois validées");
    let etats: Vec<&str> = l["journal"].as_array().unwrap().iter().map(|x| x["etat"].as_str().unwrap()).collect();
    assert_eq!(etats, ["signee", "signee", "signee", "validee", "validee", "validee"]);
    let unites = l["journal"].as_array().unwrap().iter().filter_map(|x| x["libelles"]["unite"].as_str());
    assert_eq!(unites.filter(|u| !u.is_empty() && !u.starts_with("ccp")).count(), 4, "les libellés signés : {l}");
    assert_eq!(e.agir(json!({"action": "notifier"})).await.statut, 200);
    e.a.travailler().await;
    assert!(e.a.courriels().iter().any(|l| l.sujet.contains("Décision du jury") && l.destinataire == "zoe@essai.invalid"));
    assert_eq!(e.agir(json!({"action": "archiver"})).await.statut, 200);
    let pv = e.pv().await;
    assert_eq!(
        (pv["suites"].as_array().unwrap().len(), &pv["suites"][1]["numero"], &pv["intact"]),
        (3, &json!("2026-31-0001"), &json!(true))
    );
}

#[rstest]
#[tokio::test]
async fn ce_qui_est_signe_ne_change_plus(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let e = Examen::preparer(moteur, &["Zoe", "Yan"]).await;
    e.jusqu_a_la_deliberation().await;
    let lu = e.pv().await["empreinte"].as_str().unwrap().to_owned();
    let r = e.signer("alpha.jure", "Ada Maquette", &lu).await;
    assert!(r.statut == 409 && r.corps["detail"].as_str().unwrap().contains("2 candidats sans décision"), "{}", r.corps);
    for p in &e.passages {
        assert_eq!(e.decider("alpha.jure", p, titre()).await.statut, 204);
    }
    assert_eq!(e.signer("alpha.jure", "Ada Maquette", &lu).await.statut, 409, "ce n’est plus ce qui a été lu");
    let lu = e.pv().await["empreinte"].as_str().unwrap().to_owned();
    let r = e.signer("alpha.jure", "Bob Esquisse", &lu).await;
    assert_eq!((r.statut, r.champs()), (422, vec!["trace".to_owned()]), "on signe de son nom");
    assert_eq!(e.signer("alpha.jure", "Ada Maquette", &lu).await.statut, 201);
    assert_eq!(e.lire().await["etat"], "en_deliberation", "il manque une signature");
    let refus = "SELECT count(*) FROM journal WHERE objet = 'pv_refuse'";
    let avant = e.a.compter(refus).await;
    // A change, and a signature replayed: refused, and in the journal.
    let partiel = json!({"accordees": ["ccp-1"], "titre": false, "entretien_favorable": null});
    let r = e.decider("alpha.jure2", &e.passages[0], partiel).await;
    assert!(r.statut == 409 && r.corps["detail"].as_str().unwrap().contains("journal"), "{}", r.corps);
    assert_eq!(e.signer("alpha.jure", "Ada Maquette", &lu).await.statut, 409);
    let corps = json!({"nature": "incident", "recit": "Trop tard"});
    let r = e.a.api(&e.gestion, "POST", &format!("{BASE}/sessions/{}/incidents", e.session), corps).await;
    assert_eq!(r.statut, 409, "{}", r.corps);
    assert_eq!(e.a.compter(refus).await, avant + 3);
    assert_eq!(e.pv().await["empreinte"], json!(lu), "rien n’a changé");
    // The database itself refuses.
    for sql in ["UPDATE pv SET empreinte = 'x'", "DELETE FROM pv_signature", "DELETE FROM decision", "UPDATE pv SET contenu = '{}'"] {
        use sea_orm::ConnectionTrait;
        let tx = e.a.etat.base.ecriture().await.unwrap();
        let r = tx.execute_unprepared(sql).await;
        // No decision is inscribed yet: there is no row to keep.
        assert!(r.is_err() || sql.contains("decision"), "{sql}");
    }
    let dessin = format!("M10 10{}", " L20 30.5".repeat(6));
    let corps = json!({"nature": "dessinee", "trace": "<script>", "empreinte": lu});
    let chemin = format!("{BASE}/sessions/{}/pv/signatures", e.session);
    let j2 = e.a.jeton("alpha.jure2").await;
    assert_eq!(e.a.api(&j2, "POST", &chemin, corps).await.statut, 422, "un tracé est un tracé");
    let r = e.a.api(&j2, "POST", &chemin, json!({"nature": "dessinee", "trace": dessin, "empreinte": lu})).await;
    assert_eq!((r.statut, r.corps["signatures"].as_array().unwrap().len()), (201, 2), "{}", r.corps);
    assert_eq!(e.lire().await["etat"], "pv_signe");
    assert_eq!(e.agir(json!({"action": "annuler", "motif": "x"})).await.statut, 409, "une session signée ne s’annule pas");
}

#[rstest]
#[tokio::test]
async fn un_candidat_une_session_par_jour_un_membre_une_fois(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let e = Examen::preparer(moteur, &["Zoe"]).await;
    let double = vec![e.jures[0].clone(), e.jures[0].clone()];
    let r = e.composer(&double).await;
    assert!(r.statut == 409 && r.corps["detail"].as_str().unwrap().contains("deux fois"), "{}", r.corps);
    assert_eq!(e.a.compter("SELECT count(*) FROM session_jure").await, 2, "l’ancien jury est intact");
    let autre = planifier(&e.a, &["2026-05-12", "2026-05-13"]).await;
    // A second enrolment of the same person: the day is taken all the same.
    let r = e.inscrire(&autre, &e.candidats[0], &["ccp-1", "ccp-2"], "2026-05-12").await;
    assert!(r.statut == 409 && r.corps["detail"].as_str().unwrap().contains("une session par jour"), "{}", r.corps);
    let r = e.inscrire(&autre, &e.candidats[0], &["ccp-1", "ccp-2"], "2026-05-14").await;
    assert_eq!((r.statut, r.champs()), (422, vec!["jour".to_owned()]));
    let c = e.a.candidat_pret("Yan", "Croquis", None, None).await;
    let r = e.inscrire(&autre, &c, &["ccp-1"], "2026-05-13").await;
    assert!(r.statut == 422 && r.corps["erreurs"][0]["message"].as_str().unwrap().contains("unités manquantes"), "{}", r.corps);
    let r = e.inscrire(&autre, &c, &["ccp-1", "ccp-9"], "2026-05-13").await;
    assert_eq!((r.statut, r.champs()), (422, vec!["unites".to_owned()]));
    assert_eq!(e.etat(&c).await, "prete", "rien n’est écrit à moitié");
    // Cancelled, a session frees its candidates.
    assert_eq!(e.agir(json!({"action": "annuler"})).await.statut, 409, "une annulation dit son motif");
    assert_eq!(e.agir(json!({"action": "annuler", "motif": "Salle inondée"})).await.statut, 200);
    assert_eq!(e.etat(&e.candidats[0]).await, "prete");
    let r = e.inscrire(&autre, &e.candidats[0], &["ccp-1", "ccp-2"], "2026-05-12").await;
    assert_eq!(r.statut, 201, "{}", r.corps);
    let r = e.a.api(&e.gestion, "DELETE", &format!("{BASE}/passages/{}", r.id()), Value::Null).await;
    assert_eq!((r.statut, e.etat(&e.candidats[0]).await.as_str()), (204, "prete"));
}

#[rstest]
#[tokio::test]
async fn le_jury_se_propose_avec_ses_raisons(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let e = Examen::preparer(moteur, &["Zoe"]).await;
    // One whose habilitation ends before, one tied to the candidate: excluded, and why.
    let fini = e.a.membre_de_jury("Cléo", "Gabarit", None, Some("2026-05-11")).await;
    let lien = json!({"candidat": e.candidats[0].candidat, "nature": "formateur"});
    e.a.api(&e.gestion, "PUT", &format!("{BASE}/jures/{}/liens", e.jures[1]), lien).await;
    let chemin = format!("{BASE}/sessions/{}/jury", e.session);
    let r = e.a.api(&e.gestion, "GET", &chemin, Value::Null).await.corps;
    assert_eq!(r["valable"], false, "le quorum du candidat manque : {r}");
    assert!(
        r["motifs"].as_array().unwrap().iter().any(|m| m["phrase"].as_str().unwrap().contains("Zoe Croquis")),
        "des noms, pas des numéros : {r}"
    );
    let p = &r["proposition"];
    assert_eq!(p["valable"], false);
    let de = |id: &str| p["jures"].as_array().unwrap().iter().find(|j| j["jure"] == id).unwrap().clone();
    assert!(de(&fini)["eligible"] == false && de(&fini)["raisons"][0].as_str().unwrap().contains("ne couvre plus"), "{p}");
    assert!(de(&e.jures[1])["eligible"] == true && de(&e.jures[1])["raisons"][0].as_str().unwrap().contains("lié au candidat"), "{p}");
    let r = e.agir(json!({"action": "declarer"})).await;
    assert_eq!(r.statut, 200, "deux membres habilités suffisent à déclarer : {}", r.corps);
    // One more juror: the proposal follows.
    let neuf = e.a.membre_de_jury("Dan", "Patron", None, None).await;
    let p = e.a.api(&e.gestion, "GET", &chemin, Value::Null).await.corps["proposition"].clone();
    assert_eq!(p["valable"], true, "{p}");
    let retenus: Vec<&str> =
        p["jures"].as_array().unwrap().iter().filter(|j| j["retenu"] == true).map(|j| j["jure"].as_str().unwrap()).collect();
    assert!(retenus.len() == 2 && retenus.contains(&neuf.as_str()) && retenus.contains(&e.jures[0].as_str()), "{p}");
    // Moved, the day of a candidate is kept.
    let r = e.a.api(&e.gestion, "PATCH", &format!("{BASE}/sessions/{}", e.session), json!({"jours": ["2026-05-20"]})).await;
    assert_eq!((r.statut, r.champs()), (422, vec!["jours".to_owned()]), "{}", r.corps);
}

#[rstest]
#[tokio::test]
async fn un_lien_n_ecarte_que_d_un_candidat_une_fraude_et_un_recours(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let e = Examen::preparer(moteur, &["Zoe", "Yan", "Lou"]).await;
    let lien = json!({"candidat": e.candidats[0].candidat, "nature": "formateur"});
    e.a.api(&e.gestion, "PUT", &format!("{BASE}/jures/{}/liens", e.jures[1]), lien).await;
    e.jusqu_a_la_deliberation().await;
    let r = e.decider("alpha.jure2", &e.passages[0], titre()).await;
    assert!(r.statut == 409 && r.corps["detail"].as_str().unwrap().contains("lien"), "{}", r.corps);
    let r = e.decider("alpha.jure", &e.passages[0], titre()).await;
    assert!(r.statut == 409 && r.corps["detail"].as_str().unwrap().contains("il en faut 2"), "son quorum seul manque : {}", r.corps);
    let j2 = e.a.jeton("alpha.jure2").await;
    let grille = json!({"epreuve": "ecf", "lignes": []});
    let r = e.a.api(&j2, "PUT", &format!("{BASE}/passages/{}/grilles", e.passages[0]), grille).await;
    assert_eq!(r.statut, 409, "le formateur n’évalue pas : {}", r.corps);
    let partiel = json!({"accordees": ["ccp-2"], "titre": false, "entretien_favorable": null});
    assert_eq!(e.decider("alpha.jure2", &e.passages[1], partiel).await.statut, 204, "l’autre candidat n’est pas touché");
    // A fraud report is signed by witnesses, and closes the enrolment.
    let incidents = format!("{BASE}/sessions/{}/incidents", e.session);
    let fraude = json!({"nature": "fraude", "passage": e.passages[2], "recit": "Une antisèche"});
    let r = e.a.api(&e.gestion, "POST", &incidents, fraude).await;
    assert_eq!((r.statut, r.champs()), (422, vec!["temoins".to_owned()]));
    let fraude = json!({"nature": "fraude", "passage": e.passages[2], "recit": "Une antisèche", "temoins": ["Ada Maquette"]});
    assert_eq!(e.a.api(&e.gestion, "POST", &incidents, fraude).await.statut, 201);
    assert_eq!(e.a.compter("SELECT count(*) FROM incident_session WHERE recit LIKE '%antis%'").await, 0, "le récit est chiffré");
    let recours = json!({"nature": "recours", "passage": e.passages[1], "recit": "Je conteste"});
    assert_eq!(e.a.api(&e.gestion, "POST", &incidents, recours.clone()).await.statut, 409, "pas de recours avant la décision");
    e.signer_tous().await;
    let etats = [e.etat(&e.candidats[0]).await, e.etat(&e.candidats[1]).await, e.etat(&e.candidats[2]).await];
    assert_eq!(etats, ["prete", "partielle", "fraude_signalee"], "sans quorum, le candidat repasse");
    let pv = e.pv().await;
    let candidats = pv["contenu"]["candidats"].as_array().unwrap();
    let issue = |p: &String| candidats.iter().find(|c| c["passage"] == json!(p)).unwrap()["issue"].clone();
    let issues: Vec<Value> = e.passages.iter().map(issue).collect();
    assert_eq!(issues, [json!("sans_quorum"), json!("deliberee"), json!("fraude")]);
    let r = e.a.api(&e.gestion, "POST", &incidents, recours).await;
    assert_eq!(r.statut, 201, "{}", r.corps);
    let r = e.a.api(&e.gestion, "PUT", &format!("{BASE}/incidents/{}/suite", r.id()), json!({"suite": "Décision maintenue"})).await;
    assert_eq!(r.statut, 204, "{}", r.corps);
    // Withdrawal: reasoned, once, by a new line of the journal.
    for corps in [json!({"action": "transmettre"}), json!({"action": "valider", "numero": "1"})] {
        assert_eq!(e.agir(corps).await.statut, 200);
    }
    let l = e.livret(&e.candidats[1]).await;
    let decision = l["livret"]["attributions"][0]["decision"].as_str().unwrap().to_owned();
    let retrait = format!("{BASE}/decisions/{decision}/retrait");
    let r = e.a.api(&e.gestion, "PUT", &retrait, json!({"motif": " "})).await;
    assert_eq!((r.statut, r.champs()), (422, vec!["motif".to_owned()]));
    let r = e.a.api(&e.gestion, "PUT", &retrait, json!({"motif": "Fraude établie"})).await;
    assert_eq!(r.statut, 200, "{}", r.corps);
    assert_eq!(r.corps["resultat"]["unites_retirees"], json!([format!("{VERSION}/ccp-2")]));
    assert_eq!(e.a.api(&e.gestion, "PUT", &retrait, json!({"motif": "Encore"})).await.statut, 409);
    let l = e.livret(&e.candidats[1]).await;
    assert_eq!(l["livret"]["attributions"][0]["retiree_le"], "2026-05-12", "{l}");
    assert_eq!(e.a.api(&e.a.jeton("beta.certification").await, "GET", &retrait, Value::Null).await.statut, 404);
}

#[rstest]
#[tokio::test]
async fn a_chacun_ses_sessions(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let e = Examen::preparer(moteur, &["Zoe"]).await;
    let j = e.a.jeton("alpha.jure").await;
    assert_eq!(e.a.api(&j, "GET", &format!("{BASE}/jury"), Value::Null).await.corps, json!([]), "pas avant la convocation");
    e.jusqu_a_la_deliberation().await;
    assert_eq!(e.a.api(&j, "GET", &format!("{BASE}/jury"), Value::Null).await.corps.as_array().unwrap().len(), 1);
    // A juror who does not sit here; the manager, who does not decide; another centre.
    e.a.compte_de_jure("alpha.jure3").await;
    e.a.membre_de_jury("Eve", "Gabarit", Some("alpha.jure3"), None).await;
    let j3 = e.a.jeton("alpha.jure3").await;
    for chemin in [
        format!("passages/{}/grilles", e.passages[0]),
        format!("passages/{}/deliberation", e.passages[0]),
        format!("sessions/{}/pv", e.session),
    ] {
        assert_eq!(e.a.api(&j3, "GET", &format!("{BASE}/{chemin}"), Value::Null).await.statut, 404, "{chemin}");
    }
    assert_eq!(e.decider("alpha.certification", &e.passages[0], titre()).await.statut, 403);
    assert_eq!(e.decider("beta.jure", &e.passages[0], titre()).await.statut, 404);
    let b = e.a.jeton("beta.certification").await;
    assert_eq!(e.a.api(&b, "GET", &format!("{BASE}/sessions/{}", e.session), Value::Null).await.statut, 404);
    assert_eq!(e.a.api(&b, "GET", &format!("{BASE}/livrets/{}", e.candidats[0].candidat), Value::Null).await.statut, 404);
    // Pages, without JavaScript: from the grid to the signature.
    let s = e.a.session("alpha.jure").await;
    assert!(s.get("/certification/jury").await.html.contains("Médiateur numérique"));
    let page = s.get(&format!("/certification/jury/{}", e.session)).await;
    assert!(page.statut == 200 && page.html.contains("Zoe Croquis") && page.html.contains("Délibérer"), "{}", page.html);
    let grille = format!("/certification/passages/{}/grilles/mise_en_situation", e.passages[0]);
    assert!(s.get(&grille).await.html.contains("Maîtrisée"));
    assert_eq!(s.post(&grille, &[("note-ccp-1-c1", "acquis"), ("observation-ccp-1-c1", "Bien")]).await.statut, 303);
    assert!(s.get(&grille).await.html.contains("Bien"));
    let delib = format!("/certification/passages/{}/deliberation", e.passages[0]);
    assert!(s.get(&delib).await.html.contains("Titre obtenu"));
    assert_eq!(s.post(&delib, &[]).await.statut, 422);
    assert_eq!(s.post(&delib, &[("decision", &titre().to_string())]).await.statut, 303);
    let pv = format!("/certification/sessions/{}/pv", e.session);
    let page = s.get(&pv).await;
    let empreinte = page.champs_caches().into_iter().find(|(n, _)| n == "empreinte").expect("le PV attend ma signature").1;
    let r = s.post(&pv, &[("empreinte", &empreinte), ("nom", "Une Autre")]).await;
    assert!(r.statut == 422 && r.html.contains("Une Autre") && r.html.contains("Ada Maquette"), "{}", r.html);
    assert_eq!(s.post(&pv, &[("empreinte", &empreinte), ("nom", "Ada Maquette")]).await.statut, 303);
    assert_eq!(s.post(&pv, &[("empreinte", &empreinte), ("nom", "Ada Maquette")]).await.statut, 409);
    assert!(s.get(&pv).await.html.contains("Il manque : Bob Esquisse"));
}

#[rstest]
#[tokio::test]
async fn les_pages_du_centre(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let e = Examen::preparer(moteur, &["Zoe"]).await;
    let s = e.a.session("alpha.certification").await;
    assert!(s.get("/certification/sessions").await.html.contains("prévue"));
    let r = s.post("/certification/sessions/nouvelle", &[("version", VERSION), ("jours", "32/05/2026"), ("lieu", &e.a.lieu_alpha())]).await;
    assert!(r.statut == 422 && r.html.contains("32/05/2026") && r.html.contains("#type_session"), "{}", r.html);
    let lieu = e.a.lieu_alpha();
    let champs = [("version", VERSION), ("jours", "13/05/2026\n14/05/2026"), ("lieu", lieu.as_str()), ("type_session", "ccp")];
    let r = s.post("/certification/sessions/nouvelle", &champs).await;
    assert_eq!(r.statut, 303, "{}", r.html);
    let autre = r.vers.unwrap();
    let yan = e.a.candidat_pret("Yan", "Croquis", None, None).await;
    let chemin = format!("{autre}/candidats");
    let r = s.post(&chemin, &[("candidature", &yan.candidature), ("jour", "2026-05-13"), ("salle", "Salle bleue")]).await;
    assert!(r.statut == 422 && r.html.contains("au moins une unité") && r.html.contains("Salle bleue"), "{}", r.html);
    let r = s.post(&chemin, &[("candidature", &yan.candidature), ("jour", "2026-05-13"), ("unites", "ccp-1"), ("heure", "14:00")]).await;
    assert_eq!(r.statut, 303, "{}", r.html);
    assert_eq!(s.post(&format!("{autre}/jury"), &[("proposition", "oui")]).await.statut, 303);
    let page = s.get(&autre).await;
    assert!(
        page.html.contains("Yan Croquis") && page.html.contains("Ce jury est valable") && page.html.contains("Ada Maquette"),
        "{}",
        page.html
    );
    assert_eq!(s.get(&format!("{autre}/modifier")).await.statut, 200);
    let r = s.post(&format!("{autre}/etapes"), &[("action", "convoquer")]).await;
    assert_eq!(r.statut, 409, "pas avant d’être déclarée");
    for action in ["declarer", "convoquer"] {
        let r = s.post(&format!("{autre}/etapes"), &[("action", action)]).await;
        assert_eq!(r.statut, 303, "{action} : {}", r.html);
    }
    let page = s.get(&autre).await;
    assert!(page.html.contains("Appel") && page.html.contains("convoquée"));
    let livret = s.get(&format!("/certification/livrets/{}", yan.candidat)).await;
    assert!(livret.statut == 200 && livret.html.contains("Rien d’acquis"), "{}", livret.html);
}
