//! What is accepted of a session, and the facts it is judged on: those of the files, and no others.

use essais::{Appli, Moteur, Value, centre::VERSION, json};
use rstest::rstest;

use super::{BASE, Examen, titre};

#[rstest]
#[tokio::test]
async fn une_session_mal_decrite_est_refusee(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    a.centre().await;
    let j = a.jeton("alpha.certification").await;
    let bonne = json!({"lieu": a.lieu_alpha(), "version": VERSION, "type_session": "titre", "jours": ["2028-02-29"]});
    let avec = |champ: &str, v: Value| {
        let mut c = bonne.clone();
        c[champ] = v;
        c
    };
    for (corps, champ) in [
        (avec("jours", json!([])), "jours"),
        (avec("jours", json!(["2026-05-12", "2026-05-12"])), "jours"),
        (avec("jours", json!(["2027-02-29"])), "jours[0]"),
        (avec("jours", json!(["2226-05-12"])), "jours"),
        (avec("lieu", json!(a.lieu_beta())), "lieu"),
        (avec("version", json!("inconnue")), "version"),
        (avec("type_session", json!("diplome")), "type_session"),
        (avec("type_session", json!("ccs")), "ccs"),
        (avec("ccs", json!("ccp-1")), "ccs"),
    ] {
        let r = a.api(&j, "POST", &format!("{BASE}/sessions"), corps.clone()).await;
        assert_eq!((r.statut, r.champs()), (422, vec![champ.to_owned()]), "{corps} -> {}", r.corps);
    }
    assert_eq!(a.compter("SELECT count(*) FROM session_examen").await, 0, "rien n’est écrit à moitié");
    assert_eq!(a.api(&j, "POST", &format!("{BASE}/sessions"), bonne).await.statut, 201, "le 29 février 2028 existe");
}

#[rstest]
#[tokio::test]
async fn le_dernier_ccp_et_l_entretien_au_vu_du_livret(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let e = Examen::preparer(moteur, &[]).await;
    let corps = json!({"lieu": e.a.lieu_alpha(), "version": VERSION, "type_session": "ccp", "jours": ["2026-05-12"]});
    let session = e.a.api(&e.gestion, "POST", &format!("{BASE}/sessions"), corps).await.id();
    let c = e.a.candidat_pret("Zoe", "Croquis", None, None).await;
    e.a.decision_validee(&c.candidat).await;
    let r = e.inscrire(&session, &c, &["ccp-1"], "2026-05-12").await;
    assert!(r.statut == 422 && r.corps["erreurs"][0]["message"].as_str().unwrap().contains("acquise ne se repasse pas"), "{}", r.corps);
    let r = e.inscrire(&session, &c, &["ccp-2"], "2026-05-12").await;
    assert_eq!(r.statut, 201, "{}", r.corps);
    assert!(!r.corps["motifs"].as_array().unwrap().is_empty(), "les raisons de l’accès sont gardées");
    let e = Examen { session, passages: vec![r.id()], candidats: vec![c], ..e };
    assert_eq!(e.composer(&e.jures.clone()).await.statut, 204);
    e.jusqu_a_la_deliberation().await;
    let j = e.a.jeton("alpha.jure").await;
    let chemin = format!("{BASE}/passages/{}/deliberation", e.passages[0]);
    let r = e.a.api(&j, "GET", &chemin, Value::Null).await.corps;
    let options: Vec<(usize, bool)> = r["options"]
        .as_array()
        .unwrap()
        .iter()
        .map(|o| (o["accordees"].as_array().unwrap().len(), o["titre"].as_bool().unwrap()))
        .collect();
    assert_eq!((r["entretien_prevu"].as_bool(), options), (Some(true), vec![(1, true), (1, false), (0, false)]), "{r}");
    // Granted, with an interview that is not favourable: both units, no title, no unit to sit again.
    let corps = json!({"accordees": ["ccp-2"], "titre": false, "entretien_favorable": false});
    assert_eq!(e.decider("alpha.jure", &e.passages[0], corps).await.statut, 204);
    e.signer_tous().await;
    for corps in [json!({"action": "transmettre"}), json!({"action": "valider", "numero": "7"})] {
        assert_eq!(e.agir(corps).await.statut, 200);
    }
    let l = e.livret(&e.candidats[0]).await;
    assert_eq!((l["livret"]["attributions"].as_array().unwrap().len(), l["livret"]["titres"].as_array().unwrap().len()), (2, 0), "{l}");
    assert_eq!(e.etat(&e.candidats[0]).await, "partielle");
}

#[rstest]
#[tokio::test]
async fn sans_formation_ni_recevabilite_pas_de_titre(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let e = Examen::preparer(moteur, &[]).await;
    let corps = json!({"lieu": e.a.lieu_alpha(), "version": VERSION, "type_session": "ccp", "jours": ["2026-05-12"]});
    let ccp = e.a.api(&e.gestion, "POST", &format!("{BASE}/sessions"), corps).await.id();
    let c = e.a.candidat_pret("Zoe", "Croquis", None, None).await;
    // Zoe applies on her own: no training, no VAE.
    use sea_orm::ConnectionTrait;
    let tx = e.a.etat.base.ecriture().await.unwrap();
    let seule = r#"UPDATE candidature SET voie = 'candidature_individuelle', origines = '{"ccp-1": "experience", "ccp-2": "experience"}'"#;
    tx.execute_unprepared(seule).await.unwrap();
    tx.commit().await.unwrap();
    for (session, unites) in [(&e.session, &["ccp-1", "ccp-2"][..]), (&ccp, &["ccp-2"])] {
        let r = e.inscrire(session, &c, unites, "2026-05-12").await;
        assert_eq!((r.statut, r.champs()), (422, vec!["unites".to_owned()]), "{}", r.corps);
        let dit = r.corps["erreurs"][0]["message"].as_str().unwrap();
        assert!(dit.contains("l’expérience seule n’ouvre qu’un CCS") && dit.contains("recevable"), "{dit}");
    }
    assert_eq!(e.etat(&c).await, "prete", "rien n’est écrit à moitié");
    // After a success in part, the missing CCP are open to her; the whole title is not.
    e.a.decision_validee(&c.candidat).await;
    assert_eq!(e.inscrire(&e.session, &c, &["ccp-2"], "2026-05-12").await.statut, 422);
    let r = e.inscrire(&ccp, &c, &["ccp-2"], "2026-05-12").await;
    assert_eq!(r.statut, 201, "{}", r.corps);
}

#[rstest]
#[tokio::test]
async fn une_formation_a_venir_ne_remet_pas_l_horloge(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let e = Examen::preparer(moteur, &["Zoe"]).await;
    let tard = json!({"lieu": e.a.lieu_alpha(), "version": VERSION, "type_session": "titre", "jours": ["2027-06-01"]});
    let tard = e.a.api(&e.gestion, "POST", &format!("{BASE}/sessions"), tard).await.id();
    // She comes on 12 May 2026 and gets nothing.
    e.jusqu_a_la_deliberation().await;
    let rien = json!({"accordees": [], "titre": false, "entretien_favorable": null});
    assert_eq!(e.decider("alpha.jure", &e.passages[0], rien).await.statut, 204);
    e.signer_tous().await;
    assert_eq!(e.etat(&e.candidats[0]).await, "echec");
    use sea_orm::ConnectionTrait;
    let poser = async |sql: &str| {
        let tx = e.a.etat.base.ecriture().await.unwrap();
        tx.execute_unprepared(sql).await.unwrap();
        tx.commit().await.unwrap();
    };
    poser("UPDATE candidature SET etat = 'prete', formation_debut = '2027-06-02'").await;
    let r = e.inscrire(&tard, &e.candidats[0], &["ccp-1", "ccp-2"], "2027-06-01").await;
    assert!(r.statut == 422 && r.corps["erreurs"][0]["message"].as_str().unwrap().contains("a pris fin le 12 mai 2027"), "{}", r.corps);
    poser("UPDATE candidature SET formation_debut = '2027-05-31'").await;
    let r = e.inscrire(&tard, &e.candidats[0], &["ccp-1", "ccp-2"], "2027-06-01").await;
    assert_eq!(r.statut, 201, "{}", r.corps);
}

#[rstest]
#[tokio::test]
async fn les_liens_que_disent_les_fiches(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let e = Examen::preparer(moteur, &["Zoe", "Yan"]).await;
    let f = e.a.jeton("alpha.formateur").await;
    let piece = async |c: usize, corps: Value| {
        let chemin = format!("{BASE}/candidatures/{}/pieces", e.candidats[c].candidature);
        let r = e.a.api(&f, "POST", &chemin, corps).await;
        assert_eq!(r.statut, 201, "{}", r.corps);
    };
    // Ada evaluated Zoe in training; Bob tutored Yan in a company; nobody declared anything.
    let ecf = json!({"genre": "evaluation", "unite": "ccp-1", "jour": "2026-03-02", "competences": ["ccp-1-c1"], "satisfait": true,
                     "evaluateur_1": "MAQUETTE Ada"});
    piece(0, ecf).await;
    let periode = json!({"genre": "periode", "entreprise": "Employeur d’essai", "tuteur": "bob esquisse", "debut": "2026-01-05", "fin": "2026-01-30", "minutes": 8400});
    piece(1, periode).await;
    // Dan works where Yan was welcomed; Eve works for the centre.
    let avec_employeur = async |prenom: &str, employeur: &str| {
        let id = e.a.membre_de_jury(prenom, "Patron", None, None).await;
        let r = e.a.api(&e.gestion, "PATCH", &format!("{BASE}/jures/{id}"), json!({"employeur": employeur})).await;
        assert_eq!(r.statut, 200, "{}", r.corps);
        id
    };
    let dan = avec_employeur("Dan", "EMPLOYEUR D’ESSAI").await;
    let eve = avec_employeur("Eve", "ALPHA").await;
    let chemin = format!("{BASE}/sessions/{}/jury", e.session);
    let r = e.a.api(&e.gestion, "GET", &chemin, Value::Null).await.corps;
    let raisons = |id: &str| {
        let j = r["proposition"]["jures"].as_array().unwrap().iter().find(|j| j["jure"] == json!(id)).unwrap().clone();
        j["raisons"].as_array().unwrap().iter().map(|x| x.as_str().unwrap().to_owned()).collect::<Vec<_>>().join(" ")
    };
    for (id, dit) in [
        (&e.jures[0], "Ada Maquette a évalué Zoe Croquis en cours de formation"),
        (&e.jures[1], "Bob Esquisse a suivi Yan Croquis en entreprise"),
        (&dan, "Dan Patron travaille là où Yan Croquis a fait une période"),
        (&eve, "Eve Patron travaille pour votre centre"),
    ] {
        assert!(raisons(id).contains(dit), "« {dit} » manque : {}", raisons(id));
    }
    assert!(!raisons(&e.jures[0]).contains("Yan"), "un lien n’écarte que d’un candidat");
    let html = e.a.session("alpha.certification").await.get(&format!("/certification/sessions/{}", e.session)).await.html;
    assert!(html.contains("a évalué Zoe Croquis en cours de formation"), "{html}");
    // Who evaluated in training does not evaluate in the session; who tutored may, and does not deliberate.
    let tous = vec![e.jures[0].clone(), e.jures[1].clone(), dan];
    assert_eq!(e.composer(&tous).await.statut, 204);
    e.jusqu_a_la_deliberation().await;
    let grille = json!({"epreuve": "mise_en_situation", "lignes": [{"competence": "ccp-1-c1", "resultat": "acquis"}]});
    let remplir = async |qui: &str, p: usize| {
        e.a.api(&e.a.jeton(qui).await, "PUT", &format!("{BASE}/passages/{}/grilles", e.passages[p]), grille.clone()).await.statut
    };
    assert_eq!(remplir("alpha.jure", 0).await, 409, "elle a évalué Zoe en formation");
    assert_eq!(remplir("alpha.jure", 1).await, 204);
    assert_eq!(remplir("alpha.jure2", 1).await, 204, "un tuteur évalue");
    assert_eq!(e.decider("alpha.jure2", &e.passages[1], titre()).await.statut, 409, "et ne délibère pas");
}

#[rstest]
#[tokio::test]
async fn la_page_et_la_session_jugent_sur_les_memes_faits(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let e = Examen::preparer(moteur, &[]).await;
    let c = e.a.candidat_pret("Zoe", "Croquis", None, None).await;
    let pret = async || {
        let r = e.a.api(&e.gestion, "GET", &format!("{BASE}/candidatures/{}/preparation", c.candidature), Value::Null).await;
        r.corps["favorable"].as_bool().unwrap()
    };
    assert!(pret().await);
    // A synthesis with no evaluation under it: not ready for the page, nor for the session.
    use sea_orm::ConnectionTrait;
    let tx = e.a.etat.base.ecriture().await.unwrap();
    tx.execute_unprepared("DELETE FROM ecf_evaluation WHERE unite = 'ccp-2'").await.unwrap();
    tx.commit().await.unwrap();
    assert!(!pret().await);
    let r = e.inscrire(&e.session, &c, &["ccp-1", "ccp-2"], "2026-05-12").await;
    assert!(r.statut == 422 && r.corps["erreurs"][0]["message"].as_str().unwrap().contains("ECF"), "{}", r.corps);
    // Signed after the day of the session: not signed that day.
    let d = e.a.candidat_pret("Yan", "Croquis", None, None).await;
    let tx = e.a.etat.base.ecriture().await.unwrap();
    tx.execute_unprepared("UPDATE dossier_professionnel SET signe_le = '2026-06-01'").await.unwrap();
    tx.commit().await.unwrap();
    let r = e.inscrire(&e.session, &d, &["ccp-1", "ccp-2"], "2026-05-12").await;
    assert!(r.statut == 422 && r.corps["erreurs"][0]["message"].as_str().unwrap().contains("n’est pas signé"), "{}", r.corps);
}

#[rstest]
#[tokio::test]
async fn les_nuits_du_changement_d_heure(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let e = Examen::preparer(moteur, &[]).await;
    let c = e.a.candidat_pret("Zoe", "Croquis", None, None).await;
    let planifier = async |jour: &str| {
        let corps = json!({"lieu": e.a.lieu_alpha(), "version": VERSION, "type_session": "titre", "jours": [jour]});
        e.a.api(&e.gestion, "POST", &format!("{BASE}/sessions"), corps).await.id()
    };
    let inscrire = async |session: &str, jour: &str, heure: &str| {
        let corps = json!({"candidature": c.candidature, "unites": ["ccp-1", "ccp-2"], "jour": jour, "heure": heure});
        e.a.api(&e.gestion, "POST", &format!("{BASE}/sessions/{session}/candidats"), corps).await
    };
    // The hour that is skipped in spring does not exist; the one that is shown twice in autumn does.
    let printemps = planifier("2026-03-29").await;
    let r = inscrire(&printemps, "2026-03-29", "02:30").await;
    assert_eq!((r.statut, r.champs()), (422, vec!["heure".to_owned()]), "{}", r.corps);
    assert!(r.corps["erreurs"][0]["message"].as_str().unwrap().contains("heure d’été"), "{}", r.corps);
    assert_eq!(e.etat(&c).await, "prete", "rien n’est écrit à moitié");
    let automne = planifier("2026-10-25").await;
    let r = inscrire(&automne, "2026-10-25", "02:30").await;
    assert_eq!(r.statut, 201, "{}", r.corps);
    // The day begins at midnight in Paris, two hours before midnight UTC while summer time lasts.
    let e = Examen { session: automne, passages: vec![r.id()], ..e };
    assert_eq!(e.composer(&e.jures.clone()).await.statut, 204);
    for action in ["declarer", "convoquer"] {
        assert_eq!(e.agir(json!({ "action": action })).await.statut, 200);
    }
    let presences = json!({
        "candidats": [{"passage": e.passages[0], "presence": "present"}],
        "jures": e.jures.iter().map(|j| json!({"jure": j, "jour": "2026-10-25", "present": true})).collect::<Vec<_>>(),
    });
    let r = e.a.api(&e.gestion, "PUT", &format!("{BASE}/sessions/{}/presences", e.session), presences).await;
    assert_eq!(r.statut, 204, "{}", r.corps);
    e.a.regler("2026-10-24T21:59:59Z");
    let r = e.agir(json!({"action": "ouvrir"})).await;
    assert!(r.statut == 409 && r.corps["detail"].as_str().unwrap().contains("ne s’ouvre pas avant"), "{}", r.corps);
    e.a.regler("2026-10-24T22:00:00Z");
    assert_eq!(e.agir(json!({"action": "ouvrir"})).await.statut, 200);
    assert_eq!(e.agir(json!({"action": "deliberer"})).await.statut, 200);
    assert_eq!(e.decider("alpha.jure", &e.passages[0], titre()).await.statut, 204);
    // Signed in the hour shown twice, on each side of the change: the order of signatures is that of time.
    let lu = e.pv().await["empreinte"].as_str().unwrap().to_owned();
    e.a.regler("2026-10-25T00:30:00Z");
    assert_eq!(e.signer("alpha.jure2", "Bob Esquisse", &lu).await.statut, 201);
    e.a.regler("2026-10-25T01:15:00Z");
    let r = e.signer("alpha.jure", "Ada Maquette", &lu).await;
    assert_eq!(r.statut, 201, "{}", r.corps);
    let noms: Vec<&str> = r.corps["signatures"].as_array().unwrap().iter().map(|s| s["nom"].as_str().unwrap()).collect();
    assert_eq!(noms, ["Bob Esquisse", "Ada Maquette"]);
    assert_eq!(e.lire().await["etat"], "pv_signe");
    assert_eq!(e.etat(&c).await, "titre_obtenu");
}

#[rstest]
#[tokio::test]
async fn l_issue_suit_le_livret(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let mut e = Examen::preparer(moteur, &[]).await;
    let c = e.a.candidat_pret("Zoe", "Croquis", None, None).await;
    let ancienne = e.a.decision_validee(&c.candidat).await;
    let r = e.inscrire(&e.session, &c, &["ccp-2"], "2026-05-12").await;
    assert_eq!(r.statut, 201, "{}", r.corps);
    e.passages.push(r.id());
    e.candidats.push(c);
    e.jusqu_a_la_deliberation().await;
    let dernier = json!({"accordees": ["ccp-2"], "titre": true, "entretien_favorable": true});
    let r = e.decider("alpha.jure", &e.passages[0], dernier).await;
    assert_eq!(r.statut, 204, "{}", r.corps);
    e.signer_tous().await;
    let zoe = &e.candidats[0];
    assert_eq!(e.etat(zoe).await, "titre_obtenu");
    let retrait =
        async |d: &str, verbe: &str, corps: Value| e.a.api(&e.gestion, verbe, &format!("{BASE}/decisions/{d}/retrait"), corps).await;
    // The step is not one that anybody takes by hand.
    let main = format!("{BASE}/candidatures/{}/actions", zoe.candidature);
    assert_eq!(e.a.api(&e.gestion, "POST", &main, json!({"action": "constater_retrait"})).await.statut, 409);
    for corps in [json!({"action": "transmettre"}), json!({"action": "valider", "numero": "EX-2"})] {
        assert_eq!(e.agir(corps).await.statut, 200);
    }
    let l = e.livret(zoe).await;
    let titre = l["livret"]["titres"][0]["decision"].as_str().unwrap().to_owned();
    // One unit withdrawn: the title is to be looked at again, and is still held.
    let r = retrait(&ancienne, "GET", Value::Null).await;
    assert_eq!((&r.corps["resultat"]["titres_a_reexaminer"], &r.corps["candidatures"]), (&json!([VERSION]), &json!([])), "{}", r.corps);
    // The title withdrawn: what is left is a unit of before, so a success in part; then nothing.
    let r = retrait(&titre, "GET", Value::Null).await;
    assert_eq!(r.corps["candidatures"][0]["vers"], "partielle", "{}", r.corps);
    assert_eq!(e.etat(zoe).await, "titre_obtenu", "regarder ne change rien");
    let r = retrait(&titre, "PUT", json!({"motif": "  "})).await;
    assert_eq!((r.champs(), e.etat(zoe).await.as_str()), (vec!["motif".to_owned()], "titre_obtenu"));
    assert_eq!(retrait(&titre, "PUT", json!({"motif": "Fraude établie"})).await.statut, 200);
    assert_eq!(e.etat(zoe).await, "partielle");
    assert_eq!(retrait(&titre, "PUT", json!({"motif": "Encore"})).await.statut, 409, "une fois suffit");
    let r = retrait(&ancienne, "PUT", json!({"motif": "Fraude établie"})).await;
    assert_eq!(
        (r.statut, &r.corps["candidatures"][0]["de"], e.etat(zoe).await.as_str()),
        (200, &json!("partielle"), "echec"),
        "{}",
        r.corps
    );
    // Each passage is in the history, in order, and in the journal; the candidate may begin again.
    let r = e.a.api(&e.gestion, "GET", &format!("{BASE}/candidatures/{}", zoe.candidature), Value::Null).await;
    assert_eq!(r.corps["etat"], "echec", "{}", r.corps);
    assert_eq!(e.a.compter("SELECT count(*) FROM candidature_etape WHERE action = 'constater_retrait'").await, 2);
    assert_eq!(e.a.api(&e.gestion, "POST", &main, json!({"action": "suivre_nouvelle_formation"})).await.corps["etat"], "en_preparation");
}

#[rstest]
#[tokio::test]
async fn une_session_annulee_ne_laisse_aucune_issue(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let e = Examen::preparer(moteur, &["Zoe", "Yan"]).await;
    e.jusqu_a_la_deliberation().await;
    assert_eq!(e.decider("alpha.jure", &e.passages[0], titre()).await.statut, 204);
    let journal = "SELECT count(*) FROM journal WHERE objet = 'candidature' AND action = 'modification'";
    let avant = e.a.compter(journal).await;
    assert_eq!(e.agir(json!({"action": "annuler", "motif": "Sujet divulgué"})).await.statut, 200);
    for c in &e.candidats {
        assert_eq!(e.etat(c).await, "prete");
        assert_eq!(e.livret(c).await["journal"], json!([]), "rien n’est prononcé");
    }
    assert_eq!(e.a.compter(journal).await, avant + 2, "chaque retour est au journal");
    assert_eq!(e.decider("alpha.jure", &e.passages[1], titre()).await.statut, 409, "on ne délibère plus");
    assert_eq!(e.agir(json!({"action": "annuler", "motif": "Deux fois"})).await.statut, 409);
}
