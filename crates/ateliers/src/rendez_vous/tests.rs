//! Appointments, through the router.

use essais::{Appli, Moteur, Reponse, Value, json};
use rstest::rstest;

/// A public reason of 30 minutes, and Monday mornings of two mediators at the lieu of Alpha.
async fn preparer(a: &Appli) -> String {
    let j = a.jeton("alpha.mediateur").await;
    let m = json!({"libelle": "Première démarche", "duree_minutes": 30, "maniere": "sur_place", "publie": true});
    let m = a.api(&j, "POST", "/api/v1/rendez-vous/motifs", m).await;
    assert_eq!(m.statut, 201, "{}", m.corps);
    for qui in ["alpha.mediateur", "alpha.responsable"] {
        let p = json!({"utilisateur": a.utilisateur(qui), "lieu": a.lieu_alpha(), "jour": 1, "horaires": "9:00-10:00"});
        let r = a.api(&j, "POST", "/api/v1/rendez-vous/plages", p).await;
        assert_eq!(r.statut, 201, "{}", r.corps);
    }
    m.id()
}

async fn creneaux(a: &Appli, motif: &str, requete: &str) -> Vec<(String, usize)> {
    let j = a.jeton("alpha.mediateur").await;
    let r = a.api(&j, "GET", &format!("/api/v1/rendez-vous/motifs/{motif}/creneaux?{requete}"), Value::Null).await;
    assert_eq!(r.statut, 200, "{}", r.corps);
    let v = r.corps["elements"].as_array().unwrap();
    v.iter().map(|c| (c["debut"].as_str().unwrap().to_owned(), c["mediateurs"].as_array().unwrap().len())).collect()
}

async fn prendre(a: &Appli, motif: &str, debut: &str, nom: &str) -> Reponse {
    let corps = json!({"motif": motif, "debut": debut, "nom": nom, "par": "accueil"});
    a.api(&a.jeton("alpha.mediateur").await, "POST", "/api/v1/rendez-vous", corps).await
}

fn attendu(v: &[(&str, usize)]) -> Vec<(String, usize)> {
    v.iter().map(|(d, n)| (format!("2026-03-{d}:00Z"), *n)).collect()
}

fn seconde(t: &str) -> i64 {
    t.parse::<chrono::DateTime<chrono::Utc>>().unwrap().timestamp()
}

#[rstest]
#[tokio::test]
async fn les_creneaux_sont_ce_qui_reste(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let m = preparer(&a).await;
    let semaine = "du=2026-03-16&au=2026-03-23";
    assert_eq!(creneaux(&a, &m, semaine).await, attendu(&[("16T08:00", 2), ("16T08:30", 2)]));
    // What takes a mediator, whatever it is, is taken away; a calendar kept elsewhere too.
    let j = a.jeton("alpha.mediateur").await;
    let stand = json!({"genre": "stand", "quand": {"jour": "2026-03-16", "heure": "08:45"}, "duree_minutes": 30});
    assert_eq!(a.api(&j, "POST", "/api/v1/agenda/evenements", stand).await.statut, 201);
    assert_eq!(creneaux(&a, &m, semaine).await, attendu(&[("16T08:00", 1), ("16T08:15", 1), ("16T08:30", 1)]));
    let ics = "BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:1\nDTSTART:20260316T083000Z\nDTEND:20260316T093000Z\nEND:VEVENT\nEND:VCALENDAR\n";
    a.api(&a.jeton("alpha.responsable").await, "POST", "/api/v1/agenda/externes", json!({"contenu": ics})).await;
    assert_eq!(creneaux(&a, &m, semaine).await, attendu(&[("16T08:00", 1), ("16T08:15", 1)]));
    let elle = a.utilisateur("alpha.responsable");
    assert_eq!(creneaux(&a, &m, &format!("{semaine}&avec={elle}")).await, attendu(&[("16T08:00", 1)]));
    // Neither on a public holiday, nor beyond what the reason allows, nor in the past.
    assert_eq!(creneaux(&a, &m, "du=2026-04-06&au=2026-04-07").await, vec![]);
    assert_eq!(creneaux(&a, &m, "du=2026-04-13&au=2026-05-30").await, vec![]);
    assert_eq!(creneaux(&a, &m, "du=2026-03-01&au=2026-03-11").await, vec![]);
    // Nor in days when the lieu is closed.
    let r = a.session("alpha.responsable").await;
    r.post(&format!("/agenda/horaires/{}/fermer", a.lieu_alpha()), &[("du", "2026-03-16")]).await;
    assert_eq!(creneaux(&a, &m, semaine).await, vec![]);
}

#[rstest]
#[tokio::test]
async fn deux_personnes_sur_un_creneau(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let m = preparer(&a).await;
    let debut = "2026-03-16T08:00:00Z";
    let noms: Vec<String> = (0..20).map(|i| format!("Personne {i}")).collect();
    let envois = noms.iter().map(|n| prendre(&a, &m, debut, n));
    let mut statuts: Vec<u16> = futures_util::future::join_all(envois).await.iter().map(|r| r.statut).collect();
    statuts.sort_unstable();
    // Two mediators receive at that time: two have it, the others are told.
    assert_eq!(statuts[..3], [201, 201, 409]);
    assert!(statuts[2..].iter().all(|s| *s == 409), "{statuts:?}");
    assert_eq!(a.compter("SELECT COUNT(DISTINCT utilisateur_id) FROM rendez_vous").await, 2);
    assert_eq!(a.compter("SELECT COUNT(*) FROM occupation WHERE rendez_vous_id IS NOT NULL").await, 2);
    // A séance of the mediator meets the appointment.
    let corps = json!({
        "fiche": ateliers::fiche::livrees::LIVREES[0].code, "dates": [{"jour": "2026-03-16", "heure": "09:00"}],
        "duree_minutes": 60, "lieu_genre": "public", "lieu_texte": "La place"
    });
    let r = a.api(&a.jeton("alpha.mediateur").await, "POST", "/api/v1/ateliers/seances", corps).await;
    assert!(r.statut == 422 && r.corps.to_string().contains("un rendez-vous"), "{}", r.corps);
}

#[rstest]
#[tokio::test]
async fn le_public_prend_change_et_annule(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let m = preparer(&a).await;
    let n = a.navigateur();
    let base = format!("/rendez-vous/{}", a.structure_alpha());
    let p = n.get(&base).await;
    assert!(p.statut == 200 && p.html.contains("Première démarche"));
    let p = n.get(&format!("{base}/{m}")).await;
    let code = format!("{}_{}", seconde("2026-03-16T08:00:00Z"), a.lieu_alpha());
    assert!(p.html.contains(&code) && p.entetes.get("set-cookie").is_none(), "{}", p.html);
    let prendre = format!("{base}/{m}/prendre");
    let form = n.get(&format!("{prendre}?creneau={code}")).await;
    let rid = form.champs_caches().into_iter().find(|(n, _)| n == "id").unwrap().1;
    assert!(form.html.contains("lundi 16"), "{}", form.html);
    // What is missing is said, what is typed stays.
    for (champs, mots) in [
        (vec![("creneau", code.as_str()), ("nom", ""), ("besoins", "Gros caractères")], "Gros caractères"),
        (vec![("creneau", code.as_str()), ("nom", "Ada"), ("telephone", "12")], "pas complet"),
        (vec![("creneau", code.as_str()), ("nom", "Ada"), ("site", "http://robot.invalid")], "doit rester vide"),
        (vec![("creneau", code.as_str()), ("nom", "Ada"), ("par", "aidant")], "si elle est d’accord"),
    ] {
        let r = n.post(&prendre, &champs).await;
        assert!(r.statut == 422 && r.html.contains(mots), "{mots} {}", r.html);
    }
    let champs = [
        ("id", rid.as_str()),
        ("creneau", code.as_str()),
        ("nom", "Ada Essai"),
        ("courriel", "ada@exemple.invalid"),
        ("besoins", "Plain-pied"),
    ];
    let r = n.post(&prendre, &champs).await;
    assert_eq!(r.statut, 303, "{}", r.html);
    // A double click is one appointment; the same person again is told.
    assert_eq!(n.post(&prendre, &champs).await.statut, 303);
    assert_eq!(a.compter("SELECT COUNT(*) FROM rendez_vous").await, 1);
    assert_eq!(a.compter("SELECT COUNT(*) FROM rendez_vous WHERE besoins LIKE '%Plain-pied%'").await, 0);
    let encore = n.post(&prendre, &[("creneau", code.as_str()), ("nom", "ADA ESSAI"), ("courriel", "ada@exemple.invalid")]).await;
    assert!(encore.statut == 409 && encore.html.contains("déjà un rendez-vous"), "{}", encore.html);
    let lien = r.vers.unwrap();
    let billet = n.get(&lien).await;
    assert!(billet.html.contains("Votre rendez-vous est pris") && billet.html.contains("Un courriel vous le rappelle"), "{}", billet.html);
    // Told, with the file for a calendar; reminded two days before.
    a.travailler().await;
    let lettre = a.courriels().pop().unwrap();
    assert!(lettre.sujet.starts_with("Votre rendez-vous est pris"));
    let ics = String::from_utf8(a.pieces_jointes().pop().unwrap().1.octets).unwrap();
    assert!(ics.contains("METHOD:PUBLISH") && ics.contains("DTSTART;TZID=Europe/Paris:20260316T090000"), "{ics}");
    a.regler("2026-03-14T08:00:00Z");
    a.travailler().await;
    assert!(a.courriels().pop().unwrap().sujet.starts_with("Rappel"));
    // Changed: the old slot is free again, another is held.
    let autre = format!("{}_{}", seconde("2026-03-23T08:30:00Z"), a.lieu_alpha());
    assert!(n.get(&format!("{lien}/changer")).await.html.contains(&autre));
    assert_eq!(n.post(&format!("{lien}/changer"), &[("creneau", &autre)]).await.statut, 303);
    assert_eq!(n.post(&format!("{lien}/changer"), &[("creneau", "1_")]).await.statut, 409);
    assert!(n.get(&lien).await.html.contains("lundi 23"));
    assert_eq!(creneaux(&a, &m, "du=2026-03-16&au=2026-03-17").await, attendu(&[("16T08:00", 2), ("16T08:30", 2)]));
    a.travailler().await;
    assert!(a.courriels().pop().unwrap().sujet.starts_with("Rendez-vous changé"));
    // The code of the slip leads to it, on the page of bookings.
    let code = billet
        .html
        .split("<strong>")
        .filter_map(|p| p.split("</strong>").next())
        .find(|c| c.len() == 9 && c.contains(' '))
        .unwrap()
        .to_lowercase();
    let r = n.post("/reservation", &[("code", &code)]).await;
    assert!(r.statut == 303 && r.vers.as_deref().unwrap().starts_with("/rendez-vous/mien/"), "{}", r.html);
    assert_eq!(n.post(&format!("{lien}/annuler"), &[]).await.statut, 303);
    assert!(n.get(&lien).await.html.contains("Vous avez annulé"));
    a.travailler().await;
    assert!(String::from_utf8(a.pieces_jointes().pop().unwrap().1.octets).unwrap().contains("STATUS:CANCELLED"));
    assert_eq!(a.compter("SELECT COUNT(*) FROM occupation").await, 0);
    assert_eq!(n.get("/rendez-vous/mien/inconnu").await.statut, 404);
    assert_eq!(n.get(&format!("/rendez-vous/{}/{m}", a.structure_beta())).await.statut, 404);
    assert_eq!(n.get("/rendez-vous/00000000-0000-0000-0000-000000000000").await.statut, 404);
}

#[rstest]
#[tokio::test]
async fn un_creneau_pris_pendant_la_saisie(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let m = preparer(&a).await;
    for nom in ["Bob", "Cléa"] {
        assert_eq!(prendre(&a, &m, "2026-03-16T08:00:00Z", nom).await.statut, 201);
    }
    let n = a.navigateur();
    let code = format!("{}_{}", seconde("2026-03-16T08:00:00Z"), a.lieu_alpha());
    let r = n.post(&format!("/rendez-vous/{}/{m}/prendre", a.structure_alpha()), &[("creneau", &code), ("nom", "Ada")]).await;
    assert_eq!(r.statut, 409);
    // Told, with the next slots.
    assert!(r.html.contains("vient d’être pris") && r.html.contains(&seconde("2026-03-16T08:30:00Z").to_string()), "{}", r.html);
    // The delay of the public: the day before is too late; the desk may.
    a.regler("2026-03-16T07:00:00Z");
    let code = format!("{}_{}", seconde("2026-03-16T08:30:00Z"), a.lieu_alpha());
    let r = n.post(&format!("/rendez-vous/{}/{m}/prendre", a.structure_alpha()), &[("creneau", &code), ("nom", "Ada")]).await;
    assert_eq!(r.statut, 409);
    assert_eq!(prendre(&a, &m, "2026-03-16T08:30:00Z", "Dan").await.statut, 201);
    // A reason that is not public is not there; a bot is slowed down.
    let j = a.jeton("alpha.mediateur").await;
    let prive = json!({"libelle": "Réservé", "duree_minutes": 30, "maniere": "telephone"});
    let prive = a.api(&j, "POST", "/api/v1/rendez-vous/motifs", prive).await.id();
    assert_eq!(n.get(&format!("/rendez-vous/{}/{prive}", a.structure_alpha())).await.statut, 404);
    let mut statuts = vec![];
    for i in 0..40 {
        let nom = format!("Robot {i}");
        statuts
            .push(n.post(&format!("/rendez-vous/{}/{m}/prendre", a.structure_alpha()), &[("creneau", &code), ("nom", &nom)]).await.statut);
    }
    assert!(statuts.contains(&429), "{statuts:?}");
}

#[rstest]
#[tokio::test]
async fn a_l_accueil_deux_gestes_puis_l_accompagnement(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let m = preparer(&a).await;
    let j = a.jeton("alpha.mediateur").await;
    let p = a.personne(&j, "Zoé", "Essai").await;
    let s = a.session("alpha.mediateur").await;
    let code = format!("{}_{}", seconde("2026-03-16T08:00:00Z"), a.lieu_alpha());
    let moi = a.utilisateur("alpha.mediateur");
    let page = s.get("/agenda/rendez-vous/nouveau").await;
    assert!(page.html.contains(&code) && page.html.contains(&p), "{}", page.html);
    let r = s.post("/agenda/rendez-vous/nouveau", &[("motif", &m), ("personne", &p)]).await;
    assert!(r.statut == 422 && r.html.contains("Choisissez une heure"), "{}", r.html);
    let r = s.post("/agenda/rendez-vous/nouveau", &[("motif", &m), ("personne", &p), ("avec", &moi), ("creneau", &code)]).await;
    assert_eq!(r.statut, 303, "{}", r.html);
    let adresse = r.vers.unwrap();
    assert!(s.get(&adresse).await.html.contains("Zoé ESSAI"));
    assert!(s.get("/agenda?vue=jour&jour=2026-03-16&de=tous").await.html.contains("Zoé ESSAI"));
    // Not before it began; then one gesture, and the form that records it.
    assert_eq!(s.post(&format!("{adresse}/issue"), &[("issue", "absent")]).await.statut, 303);
    assert_eq!(a.compter("SELECT COUNT(*) FROM rendez_vous WHERE etat = 'prevu'").await, 1);
    a.regler("2026-03-16T08:05:00Z");
    let s = a.session("alpha.mediateur").await;
    assert!(s.get("/").await.html.contains("Mes rendez-vous"));
    let r = s.post(&format!("{adresse}/issue"), &[("issue", "honore")]).await;
    assert_eq!(r.vers.as_deref(), Some(format!("/accompagnements/nouveau?personne={p}").as_str()));
    assert!(s.get(&r.vers.unwrap()).await.html.contains("Zoé ESSAI"));
    assert_eq!(a.compter("SELECT COUNT(*) FROM rendez_vous WHERE etat = 'honore'").await, 1);
    s.post(&format!("{adresse}/issue"), &[("issue", "excuse")]).await;
    assert_eq!(a.compter("SELECT COUNT(*) FROM rendez_vous WHERE etat = 'excuse'").await, 1);
    // On the file: in the timeline, and in what the person may ask for.
    assert!(s.get(&format!("/personnes/{p}")).await.html.contains("Rendez-vous : excusée"));
    let d = a.api(&j, "GET", &format!("/api/v1/personnes/{p}/donnees"), Value::Null).await.corps;
    assert_eq!((&d["rendez_vous"][0]["motif"], &d["rendez_vous"][0]["nom"]), (&json!("Première démarche"), &json!("Zoé ESSAI")), "{d}");
    // Another structure sees nothing of it.
    assert_eq!(a.session("beta.mediateur").await.get(&adresse).await.statut, 404);
    // Erased with the file; forgotten ninety days after.
    assert_eq!(prendre(&a, &m, "2026-03-23T08:00:00Z", "Sam").await.statut, 201);
    assert_eq!(a.api(&j, "DELETE", &format!("/api/v1/personnes/{p}"), Value::Null).await.statut, 204);
    assert_eq!(a.compter("SELECT COUNT(*) FROM rendez_vous WHERE nom LIKE 'Zo%'").await, 0);
    a.regler("2026-06-22T08:00:00Z");
    a.planifier().await;
    a.travailler().await;
    assert_eq!(a.compter("SELECT COUNT(*) FROM rendez_vous WHERE nom <> '' OR telephone IS NOT NULL").await, 0);
    assert_eq!(a.compter("SELECT COUNT(*) FROM rendez_vous").await, 2);
}

#[rstest]
#[tokio::test]
async fn qui_s_excuse_rend_son_heure(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let m = preparer(&a).await;
    let j = a.jeton("alpha.mediateur").await;
    let prendre = async |debut: &str, nom: &str, telephone: &str| {
        let corps = json!({"motif": m, "debut": debut, "nom": nom, "telephone": telephone, "par": "accueil", "avec": a.utilisateur("alpha.mediateur")});
        a.api(&j, "POST", "/api/v1/rendez-vous", corps).await
    };
    let ada = prendre("2026-03-16T08:00:00Z", "Ada", "06 00 00 00 10").await;
    assert_eq!(ada.statut, 201, "{}", ada.corps);
    // The same number in another form is the same person.
    assert_eq!(prendre("2026-03-16T08:30:00Z", "ADA", "+33600000010").await.statut, 409);
    let issue = async |i: &str| a.api(&j, "PUT", &format!("/api/v1/rendez-vous/{}/issue", ada.id()), json!({ "issue": i })).await.statut;
    // Excused, then coming after all; excused again, somebody else takes the hour.
    assert_eq!((issue("excuse").await, issue("prevu").await), (200, 200));
    assert_eq!(prendre("2026-03-16T08:00:00Z", "Bob", "06 00 00 00 11").await.statut, 409);
    assert_eq!(issue("excuse").await, 200);
    assert_eq!(prendre("2026-03-16T08:00:00Z", "Bob", "06 00 00 00 11").await.statut, 201);
    assert_eq!(issue("prevu").await, 409);
    assert_eq!(a.compter("SELECT COUNT(*) FROM rendez_vous WHERE etat = 'excuse'").await, 1);
}

#[rstest]
#[tokio::test]
async fn motifs_et_heures_se_reglent(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let s = a.session("alpha.responsable").await;
    let p = s
        .post("/agenda/motifs/nouveau", &[("libelle", ""), ("duree_minutes", "45"), ("maniere", "telephone"), ("description", "À garder")])
        .await;
    assert!(p.statut == 422 && p.html.contains("À garder"));
    let champs = [
        ("libelle", "Appel"),
        ("duree_minutes", "15"),
        ("maniere", "telephone"),
        ("publie", "oui"),
        ("actif", "oui"),
        ("delai_heures", "2"),
    ];
    assert_eq!(s.post("/agenda/motifs/nouveau", &champs).await.statut, 303);
    let m = a.identifiant("SELECT id FROM motif_rendez_vous").await;
    assert!(s.get("/agenda/motifs").await.html.contains("Appel"));
    let mut v = champs.to_vec();
    v.push(("version", "1"));
    assert_eq!(s.post(&format!("/agenda/motifs/{m}"), &v).await.statut, 303);
    assert_eq!(s.post(&format!("/agenda/motifs/{m}"), &v).await.statut, 409);
    // Hours, from those of the lieu.
    let lieu = a.lieu_alpha();
    let p = s.post("/agenda/plages/reprendre", &[("lieu", &lieu)]).await;
    assert!(p.statut == 422 && p.html.contains("ne sont pas écrits"), "{}", p.html);
    s.post(&format!("/agenda/horaires/{lieu}"), &[("jour1", "9:00-12:00"), ("jour3", "14:00-16:00")]).await;
    let moi = a.utilisateur("alpha.responsable");
    assert_eq!(s.post("/agenda/plages", &[("utilisateur", &moi), ("jour", "3"), ("horaires", "15:00-17:00")]).await.statut, 303);
    assert_eq!(s.post("/agenda/plages/reprendre", &[("utilisateur", &moi), ("lieu", &lieu)]).await.statut, 303);
    // Those that meet what was there are left out.
    assert_eq!(a.compter("SELECT COUNT(*) FROM plage").await, 2);
    let p = s.post("/agenda/plages", &[("utilisateur", &moi), ("jour", "3"), ("horaires", "16:00-18:00")]).await;
    assert!(p.statut == 422 && p.html.contains("existe déjà"));
    let id = a.identifiant("SELECT id FROM plage ORDER BY jour LIMIT 1").await;
    assert_eq!(s.post(&format!("/agenda/plages/{id}/retirer"), &[]).await.statut, 303);
    // By telephone, a number is needed.
    let n = a.navigateur();
    let page = n.get(&format!("/rendez-vous/{}/{m}", a.structure_alpha())).await;
    let code = page.html.split("creneau=").nth(1).and_then(|r| r.split('"').next()).unwrap().to_owned();
    let prendre = format!("/rendez-vous/{}/{m}/prendre", a.structure_alpha());
    let r = n.post(&prendre, &[("creneau", &code), ("nom", "Ada")]).await;
    assert!(r.statut == 422 && r.html.contains("où vous appeler"), "{}", r.html);
    assert_eq!(n.post(&prendre, &[("creneau", &code), ("nom", "Ada"), ("telephone", "06 00 00 00 01")]).await.statut, 303);
}

/// A measure, to run by itself: fifty mediators over four weeks, against one indexed select. Compiled for tests, the
/// program is some ten times slower than what is installed: the bound holds for what is installed alone.
#[ignore = "measure: cargo nextest run -p essais cinquante --run-ignored only --no-capture"]
#[rstest]
#[tokio::test]
async fn cinquante_mediateurs_sur_quatre_semaines(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let m = preparer(&a).await;
    let j = a.jeton("alpha.mediateur").await;
    let stand = json!({"genre": "stand", "quand": {"jour": "2026-03-15", "heure": "08:45"}, "duree_minutes": 30});
    assert_eq!(a.api(&j, "POST", "/api/v1/agenda/evenements", stand).await.statut, 201);
    let uuid = if moteur == Moteur::Postgres { "gen_random_uuid()" } else { "randomblob(16)" };
    let cx = socle::Contexte::systeme(&a.etat).await.unwrap();
    let faire = async |sql: String| sea_orm::ConnectionTrait::execute_unprepared(&cx.db(), &sql).await.unwrap();
    for i in 0..50 {
        faire(format!("INSERT INTO utilisateur (id, email, email_plie, nom, administrateur, actif, cree_le, version) SELECT {uuid}, 'm{i}', 'm{i}', 'M {i}', false, true, cree_le, 1 FROM utilisateur WHERE email_plie LIKE 'alpha.mediateur%'")).await;
        let moi = format!("(SELECT id FROM utilisateur WHERE email_plie = 'm{i}')");
        faire(format!(
            "INSERT INTO fonction (utilisateur_id, structure_id, role) SELECT {moi}, structure_id, 'mediateur' FROM plage LIMIT 1"
        ))
        .await;
        for jour in 1..=5 {
            faire(format!("INSERT INTO plage (id, structure_id, utilisateur_id, lieu_id, jour, debut, fin, du) SELECT {uuid}, structure_id, {moi}, lieu_id, {jour}, '09:00', '17:00', du FROM plage LIMIT 1")).await;
        }
        // Two hours taken each working day, among the four weeks.
        for n in 0..28 {
            for h in [8, 13] {
                let debut = seconde("2026-03-16T00:00:00Z") + n * 86_400 + h * 3600;
                faire(format!("INSERT INTO occupation (id, occurrence_id, genre, ressource, debut_s, fin_s, force) SELECT {uuid}, occurrence_id, 'animateur', {moi}, {debut}, {debut} + 3600, false FROM occupation WHERE occurrence_id IS NOT NULL LIMIT 1")).await;
            }
        }
    }
    cx.valider().await.unwrap();
    let motif: socle::identifiant::MotifId = m.parse().unwrap();
    let cx = socle::Contexte::lecture(&a.etat, &socle::Acteur::systeme(), uuid::Uuid::nil());
    let un = ateliers::rendez_vous::publies(&cx, a.structure_alpha().parse().unwrap())
        .await
        .unwrap()
        .into_iter()
        .find(|x| x.id == motif)
        .unwrap();
    let (du, au) = ("2026-03-11".parse().unwrap(), "2026-04-08".parse().unwrap());
    let n = ateliers::rendez_vous::creneaux(&cx, &un, du, au, None).await.unwrap().len();
    let mesurer = async |fois: u32, quoi: &str| {
        let t = std::time::Instant::now();
        for _ in 0..fois {
            if quoi == "creneaux" {
                ateliers::rendez_vous::creneaux(&cx, &un, du, au, None).await.unwrap();
            } else {
                ateliers::rendez_vous::libelles(&cx, [motif]).await.unwrap();
            }
        }
        t.elapsed().as_secs_f64() / f64::from(fois)
    };
    let (creneaux, select) = (mesurer(20, "creneaux").await, mesurer(500, "select").await);
    println!(
        "{moteur:?} : {n} créneaux en {:.2} ms ; un select, {:.3} ms ; rapport {:.1}",
        creneaux * 1e3,
        select * 1e3,
        creneaux / select
    );
    assert!(cfg!(debug_assertions) || creneaux < 20.0 * select);
}
