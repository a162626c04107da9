//! Attendance and closing, through the router.

use essais::{Appli, Moteur, Value, json};
use rstest::rstest;

async fn seance(a: &Appli) -> (String, String) {
    let corps = json!({
        "fiche": ateliers::fiche::livrees::LIVREES[0].code, "titre": "Atelier d’essai", "dates": [{"jour": "2026-03-20", "heure": "14:00"}],
        "duree_minutes": 90, "lieu_genre": "lieu", "lieu": a.lieu_alpha(), "publiee": true, "places": 8
    });
    let r = a.api(&a.jeton("alpha.mediateur").await, "POST", "/api/v1/ateliers/seances", corps).await;
    (r.id(), r.corps["dates"][0]["id"].as_str().unwrap().to_owned())
}

#[rstest]
#[tokio::test]
async fn clore_enregistre_l_accompagnement_une_fois(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let j = a.jeton("alpha.mediateur").await;
    let (id, date) = seance(&a).await;
    let zoe = a.personne(&j, "Zoé", "Essai").await;
    let tom = a.personne(&j, "Tom", "Essai").await;
    let inscrire = async |corps: Value| a.api(&j, "POST", &format!("/api/v1/ateliers/seances/{id}/reservations"), corps).await.id();
    let r_zoe = inscrire(json!({"personne": zoe, "par": "accueil"})).await;
    let r_ada = inscrire(json!({"nom": "Ada", "par": "accueil"})).await;
    let _absent = inscrire(json!({"nom": "Bob", "par": "accueil"})).await;
    let presences = format!("/api/v1/ateliers/dates/{date}/presences");
    let cloture = format!("/api/v1/ateliers/dates/{date}/cloture");
    assert_eq!(a.api(&j, "POST", &cloture, json!({})).await.statut, 409, "pas avant le début");
    a.regler("2026-03-20T15:00:00Z");
    let marque = |r: &str| json!({"reservation": r, "etat": "present"});
    let corps = json!({"marques": [marque(&r_zoe), marque(&r_ada)], "sur_place": [tom], "anonymes": 2});
    let r = a.api(&j, "PUT", &presences, corps.clone()).await;
    assert_eq!((r.statut, &r.corps["presents"]), (200, &json!(5)));
    // Tapped twice, nobody is twice there.
    assert_eq!(a.api(&j, "PUT", &presences, corps).await.corps["presents"], 5);
    assert_eq!(a.api(&j, "PUT", &presences, json!({"anonymes": 1001})).await.champs(), ["anonymes"]);
    let clotures = futures_util::future::join_all((0..5).map(|_| a.api(&j, "POST", &cloture, json!({})))).await;
    assert_eq!(clotures.iter().filter(|r| r.statut == 200).count(), 1);
    assert_eq!(a.compter("SELECT COUNT(*) FROM accompagnement").await, 1);
    let acc = clotures.iter().find(|r| r.statut == 200).unwrap().corps["accompagnement"].as_str().unwrap().to_owned();
    // Removed, it is put back from the sheet.
    let s = a.session("alpha.mediateur").await;
    let retablir = format!("/accompagnements/{acc}/retablir");
    assert_eq!(a.api(&j, "DELETE", &format!("/api/v1/accompagnements/{acc}"), Value::Null).await.statut, 204);
    assert!(s.get(&format!("/ateliers/dates/{date}")).await.html.contains(&retablir));
    assert_eq!(s.post(&retablir, &[]).await.statut, 303);
    assert!(!s.get(&format!("/ateliers/dates/{date}")).await.html.contains(&retablir));
    let acc = a.api(&j, "GET", &format!("/api/v1/accompagnements/{acc}"), Value::Null).await.corps;
    assert_eq!((&acc["type"], &acc["duree_minutes"], &acc["date"]), (&json!("collectif"), &json!(90), &json!("2026-03-20")));
    assert_eq!(acc["personnes"].as_array().unwrap().len(), 2);
    assert_eq!(acc["anonymes"]["total"], 3);
    // Closed: nothing more is tapped.
    assert_eq!(a.api(&j, "PUT", &presences, json!({"anonymes": 3})).await.statut, 409);
    let r = a.api(&j, "GET", "/api/v1/ateliers/resultats", Value::Null).await.corps["elements"][0].clone();
    let chiffres = ["seances", "places", "inscrits", "venus", "presents"].map(|c| r[c].as_i64().unwrap());
    assert_eq!(chiffres, [1, 8, 3, 2, 5]);
    let s = a.session("alpha.mediateur").await;
    assert!(s.get("/ateliers/resultats").await.html.contains("Atelier d’essai"));
}

#[rstest]
#[tokio::test]
async fn la_feuille_se_coche_sur_la_page(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let j = a.jeton("alpha.mediateur").await;
    let (id, date) = seance(&a).await;
    let r = a.api(&j, "POST", &format!("/api/v1/ateliers/seances/{id}/reservations"), json!({"nom": "Ada", "par": "accueil"})).await.id();
    let tom = a.personne(&j, "Tom", "Essai").await;
    a.regler("2026-03-20T08:00:00Z");
    let s = a.session("alpha.mediateur").await;
    let page = format!("/ateliers/dates/{date}");
    assert_eq!(s.post(&page, &[("marque", &format!("{r}:present"))]).await.statut, 303);
    assert!(s.get(&page).await.html.contains("1 personne présente") || s.get(&page).await.html.contains("1\u{a0}personne présente"));
    assert!(s.post(&page, &[("action", "chercher"), ("cherche", "tom")]).await.html.contains(&tom));
    assert_eq!(s.post(&page, &[("personne", &tom)]).await.statut, 303);
    assert_eq!(s.post(&page, &[("action", "nom"), ("nom", "")]).await.statut, 422);
    assert_eq!(s.post(&page, &[("action", "anonymes"), ("anonymes", "beaucoup")]).await.statut, 422);
    a.regler("2026-03-20T15:00:00Z");
    let r = s.post(&format!("{page}/clore"), &[]).await;
    assert!(r.vers.unwrap().starts_with("/accompagnements/"));
    assert!(s.get(&page).await.html.contains("est close"));
    // Nobody came: nothing is counted.
    a.regler("2026-03-10T09:00:00Z");
    let corps = json!({"fiche": ateliers::fiche::livrees::LIVREES[0].code, "dates": [{"jour": "2026-03-21", "heure": "14:00"}], "lieu_genre": "lieu", "lieu": a.lieu_alpha()});
    let r = a.api(&j, "POST", "/api/v1/ateliers/seances", corps).await;
    let vide = r.corps["dates"][0]["id"].as_str().unwrap().to_owned();
    a.regler("2026-03-21T15:00:00Z");
    let r = a.api(&j, "POST", &format!("/api/v1/ateliers/dates/{vide}/cloture"), json!({})).await;
    assert_eq!((r.statut, &r.corps["accompagnement"]), (200, &Value::Null));
    assert_eq!(a.compter("SELECT COUNT(*) FROM accompagnement").await, 1);
}

#[rstest]
#[tokio::test]
async fn chacun_signe_par_demi_journee(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let j = a.jeton("alpha.mediateur").await;
    let (id, date) = seance(&a).await;
    let r = a.api(&j, "POST", &format!("/api/v1/ateliers/seances/{id}/reservations"), json!({"nom": "Ada", "par": "accueil"})).await.id();
    let chemin = |demi: &str| format!("/api/v1/ateliers/dates/{date}/signatures/{r}/{demi}");
    let nom = json!({"nom": "Ada"});
    a.regler("2026-03-20T13:30:00Z");
    assert_eq!(a.api(&j, "PUT", &chemin("apres_midi"), nom.clone()).await.statut, 404, "pas notée présente");
    let marque = |etat: &str| json!({"marques": [{"reservation": r, "etat": etat}]});
    let presences = format!("/api/v1/ateliers/dates/{date}/presences");
    a.api(&j, "PUT", &presences, marque("absent")).await;
    assert_eq!(a.api(&j, "PUT", &chemin("apres_midi"), nom.clone()).await.statut, 409);
    a.api(&j, "PUT", &presences, marque("present")).await;
    assert_eq!(a.api(&j, "PUT", &chemin("matin"), nom.clone()).await.champs(), ["demi_journee"], "la séance est l’après-midi");
    assert_eq!(a.api(&j, "PUT", &chemin("apres_midi"), json!({})).await.champs(), ["nom"]);
    assert_eq!(a.api(&j, "PUT", &chemin("apres_midi"), json!({"trace": "M1 1 <script>"})).await.champs(), ["trace"]);
    assert_eq!(a.api(&j, "PUT", &chemin("apres_midi"), nom).await.corps["nature"], "nom");
    // Signed again, drawn: it replaces.
    let trace = format!("M10 10{}", " L20 20".repeat(8));
    assert_eq!(a.api(&j, "PUT", &chemin("apres_midi"), json!({"trace": trace})).await.corps["nature"], "dessin");
    assert_eq!(a.compter("SELECT COUNT(*) FROM signature_presence").await, 1);
    assert_eq!(a.compter("SELECT COUNT(*) FROM signature_presence WHERE trace LIKE 'M10%'").await, 0, "chiffrée");
    let s = a.session("alpha.mediateur").await;
    assert!(s.get(&format!("/ateliers/dates/{date}/signatures")).await.html.contains(&trace));
    let page = format!("/ateliers/dates/{date}/signer/{r}/apres_midi");
    assert!(!s.get(&page).await.html.contains("href=\"/ateliers"), "la page ne mène nulle part");
    assert_eq!(s.get(&format!("/ateliers/dates/{date}/signer/{r}/nuit")).await.statut, 404);
    assert_eq!(s.post(&page, &[("nom", "")]).await.statut, 422);
    assert_eq!(s.post(&page, &[("nom", "Ada")]).await.statut, 303);
    assert_eq!(a.api(&j, "POST", &format!("/api/v1/ateliers/dates/{date}/cloture"), json!({})).await.statut, 200);
    assert_eq!(a.api(&j, "PUT", &chemin("apres_midi"), json!({"nom": "Ada"})).await.statut, 409, "close");
    a.regler("2026-06-20T06:00:00Z");
    a.planifier().await;
    a.travailler().await;
    assert_eq!(a.compter("SELECT COUNT(*) FROM signature_presence").await, 0);
}

#[rstest]
#[tokio::test]
async fn la_note_de_qui_clot_est_a_lui_seul(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let j = a.jeton("alpha.mediateur").await;
    let (id, date) = seance(&a).await;
    let r = a.api(&j, "POST", &format!("/api/v1/ateliers/seances/{id}/reservations"), json!({"nom": "Ada", "par": "accueil"})).await.id();
    a.regler("2026-03-20T14:40:00Z");
    let s = a.session("alpha.mediateur").await;
    let page = format!("/ateliers/dates/{date}");
    // Nobody came: the note would have no place, and it is not lost.
    let refus = s.post(&format!("{page}/clore"), &[("reussi", "Le jeu du début")]).await;
    assert!(refus.statut == 422 && refus.html.contains("Le jeu du début"), "{}", refus.html);
    assert_eq!(a.api(&j, "GET", &format!("/api/v1/ateliers/dates/{date}/presences"), Value::Null).await.corps["etat"], "prevue");
    assert_eq!(s.post(&page, &[("marque", &format!("{r}:present"))]).await.statut, 303);
    let fait = s.post(&format!("{page}/clore"), &[("reussi", "Le jeu du début"), ("a_changer", "Moins de texte")]).await;
    let acc = fait.vers.unwrap();
    let notes = async |j: &str| a.api(j, "GET", "/api/v1/notes-de-pratique", Value::Null).await.corps["elements"].clone();
    let note = notes(&j).await[0].clone();
    assert_eq!(note["accompagnement"], json!(acc.trim_start_matches("/accompagnements/")));
    assert_eq!((&note["reussi"], &note["competences"]), (&json!("Le jeu du début"), &json!(["ccp-1-c4"])));
    assert_eq!(a.compter("SELECT COUNT(*) FROM note_pratique WHERE reussi LIKE '%jeu%'").await, 0, "chiffrée");
    assert_eq!(notes(&a.jeton("alpha.responsable").await).await, json!([]));
    assert!(s.get(&page).await.html.contains("Ma note de pratique"));
}

#[rstest]
#[tokio::test]
async fn annuler_la_veille_est_une_absence_excusee(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let j = a.jeton("alpha.mediateur").await;
    let (id, date) = seance(&a).await;
    let reserver = async |nom: &str| {
        a.navigateur().post(&format!("/programme/atelier/{id}/reserver"), &[("nom", nom), ("par", "soi")]).await.vers.unwrap()
    };
    let (tot, tard, _reste) = (reserver("Ada").await, reserver("Bob").await, reserver("Zoe").await);
    let annuler = async |lien: &str| assert_eq!(a.navigateur().post(&format!("{lien}/annuler"), &[]).await.statut, 303);
    annuler(&tot).await;
    a.regler("2026-03-20T08:00:00Z");
    annuler(&tard).await;
    let feuille = a.api(&j, "GET", &format!("/api/v1/ateliers/dates/{date}/presences"), Value::Null).await.corps;
    let mut gens: Vec<(String, Value)> =
        feuille["gens"].as_array().unwrap().iter().map(|g| (g["nom"].as_str().unwrap().to_owned(), g["etat"].clone())).collect();
    gens.sort_by(|a, b| a.0.cmp(&b.0));
    assert_eq!(gens, [("Bob".to_owned(), json!("excuse")), ("Zoe".to_owned(), Value::Null)]);
    let s = a.session("alpha.mediateur").await;
    assert!(s.get(&format!("/ateliers/dates/{date}")).await.html.contains("a annulé la veille ou le jour même"));
    a.regler("2026-03-20T15:00:00Z");
    let corps = json!({"anonymes": 6});
    a.api(&j, "PUT", &format!("/api/v1/ateliers/dates/{date}/presences"), corps).await;
    assert_eq!(a.api(&j, "POST", &format!("/api/v1/ateliers/dates/{date}/cloture"), json!({})).await.statut, 200);
    for par in ["atelier", "lieu", "public"] {
        let l = a.api(&j, "GET", &format!("/api/v1/ateliers/resultats?par={par}"), Value::Null).await.corps["elements"][0].clone();
        assert_eq!((&l["inscrits"], &l["excuses"], &l["venus"], &l["presents"]), (&json!(2), &json!(1), &json!(0), &json!(6)), "{par}");
        assert_eq!((&l["presence"], &l["remplissage"]), (&json!(0.0), &json!(0.25)));
        assert_eq!(s.get(&format!("/ateliers/resultats?par={par}")).await.statut, 200);
    }
    assert_eq!(a.api(&j, "GET", "/api/v1/ateliers/resultats?par=humeur", Value::Null).await.statut, 422);
    // The coordinator reads figures, never small ones.
    let b = a.api(&a.jeton("alpha.coordinateur").await, "GET", "/api/v1/bilan?du=2026-03-01&au=2026-03-31", Value::Null).await.corps;
    assert_eq!(
        (&b["ateliers"]["inscrits"], &b["ateliers"]["presents"], &b["ateliers"]["presence"]),
        (&Value::Null, &json!(6), &Value::Null)
    );
    let csv = a.api(&j, "GET", "/api/v1/bilan/export.csv?du=2026-03-01&au=2026-03-31", Value::Null).await;
    let csv = String::from_utf8_lossy(&csv.octets).into_owned();
    assert!(
        csv.contains("ateliers;seances;Séances closes;nombre;1") && csv.contains("ateliers;satisfaction;Satisfaction, de 1 à 5;note;"),
        "{csv}"
    );
}

#[rstest]
#[tokio::test]
async fn la_journee_se_prepare_et_se_coche(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let j = a.jeton("alpha.mediateur").await;
    let (id, _) = seance(&a).await;
    let corps = json!({"nom": "Ada", "par": "accueil", "besoins": "Gros caractères"});
    a.api(&j, "POST", &format!("/api/v1/ateliers/seances/{id}/reservations"), corps).await.id();
    let s = a.session("alpha.mediateur").await;
    let page = "/ateliers/journee?jour=2026-03-20";
    let html = s.get(page).await.html;
    let fiche = &ateliers::fiche::livrees::LIVREES[0];
    assert!(html.contains("Atelier d’essai") && html.contains("Gros caractères") && html.contains("Ada"), "{html}");
    assert!(fiche.deroule.is_empty() || html.contains("Le déroulé"));
    let combien = fiche.materiel.len();
    assert!(html.contains(&format!("{combien} à préparer")), "{html}");
    let r = s.post(page, &[("seance", &id), ("rang", "1"), ("pret", "oui"), ("ancre", "s-x\"><b>")]).await;
    assert_eq!(r.vers.as_deref(), Some("/ateliers/journee?jour=2026-03-20#s-xb"));
    let vue = a.api(&j, "GET", "/api/v1/ateliers/journee?jour=2026-03-20", Value::Null).await.corps["elements"][0].clone();
    assert_eq!((vue["a_preparer"].as_array().unwrap().len(), &vue["inscrits"]), (combien - 1, &json!(1)));
    // Another day is empty; a colleague's day too, unless the whole team is asked for.
    assert!(s.get("/ateliers/journee").await.html.contains("Aucune séance ce jour"));
    let responsable = a.jeton("alpha.responsable").await;
    for (toute, n) in [("false", 0), ("true", 1)] {
        let v = a.api(&responsable, "GET", &format!("/api/v1/ateliers/journee?jour=2026-03-20&toute={toute}"), Value::Null).await.corps;
        assert_eq!(v["elements"].as_array().unwrap().len(), n, "{toute}");
    }
    assert_eq!(a.api(&j, "GET", "/api/v1/ateliers/journee?jour=demain", Value::Null).await.champs(), ["jour"]);
    assert_eq!(
        a.api(&a.jeton("beta.mediateur").await, "GET", "/api/v1/ateliers/journee?jour=2026-03-20&toute=true", Value::Null).await.corps["elements"],
        json!([])
    );
    // On the home page, the day itself.
    a.regler("2026-03-20T08:00:00Z");
    let s = a.session("alpha.mediateur").await;
    let html = s.get("/").await.html;
    assert!(html.contains("Les ateliers du jour") && html.contains("personne inscrite pour"), "{html}");
}
