//! Séances, through the router.

use essais::{Appli, Moteur, Value, json};
use rstest::rstest;
use sea_orm::ConnectionTrait;

fn seance(a: &Appli, jour: &str, heure: &str) -> Value {
    json!({
        "fiche": ateliers::fiche::livrees::LIVREES[0].code, "dates": [{"jour": jour, "heure": heure}], "duree_minutes": 120,
        "lieu_genre": "lieu", "lieu": a.lieu_alpha(), "publiee": true
    })
}

async fn programmer(a: &Appli, corps: Value) -> essais::Reponse {
    a.api(&a.jeton("alpha.mediateur").await, "POST", "/api/v1/ateliers/seances", corps).await
}

#[rstest]
#[tokio::test]
async fn un_cycle_se_programme_d_une_fiche(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let mut corps = seance(&a, "2026-03-20", "14:00");
    corps["dates"] = json!([{"jour": "2026-04-03", "heure": "14:00"}, {"jour": "2026-03-20", "heure": "14:00"}]);
    let r = programmer(&a, corps).await;
    assert_eq!(r.statut, 201, "{}", r.corps);
    // The same time on the wall, on both sides of the change of clocks.
    assert_eq!(r.corps["dates"][0]["debut"], "2026-03-20T13:00:00Z");
    assert_eq!(r.corps["dates"][1]["debut"], "2026-04-03T12:00:00Z");
    assert_eq!(r.corps["dates"][1]["heure"], "14:00");
    let fiche = &ateliers::fiche::livrees::LIVREES[0];
    assert_eq!(r.corps["titre"], fiche.titre.as_str());
    assert_eq!(r.corps["places"], fiche.places);
    assert_eq!(r.corps["materiel"].as_array().unwrap().len(), fiche.materiel.len());
    let s = a.session("alpha.mediateur").await;
    let page = format!("/ateliers/seances/{}", r.id());
    assert_eq!(s.post(&format!("{page}/materiel"), &[("rang", "1"), ("pret", "oui")]).await.statut, 303);
    assert!(s.get(&page).await.html.contains("aria-pressed=\"true\""));
}

#[rstest]
#[tokio::test]
async fn ce_qui_ne_va_pas_est_dit(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    // Clocks jump from 2 to 3 that night.
    let r = programmer(&a, seance(&a, "2027-03-28", "02:30")).await;
    assert_eq!((r.statut, r.champs()), (422, vec!["dates".to_owned()]));
    assert!(r.corps.to_string().contains("cette nuit-là, on passe de"), "{}", r.corps);
    let mut corps = seance(&a, "2026-03-20", "14:00");
    corps["dates"] = json!([{"jour": "2026-03-20", "heure": "14:00"}, {"jour": "2026-03-20", "heure": "15:00"}]);
    assert_eq!(programmer(&a, corps).await.champs(), ["dates"]);
    let mut corps = seance(&a, "2026-03-20", "14:00");
    corps["lieu"] = json!(a.lieu_beta());
    assert_eq!(programmer(&a, corps).await.champs(), ["lieu"]);
    let mut corps = seance(&a, "2026-03-20", "14:00");
    corps["animateur"] = json!(a.utilisateur("beta.mediateur"));
    assert_eq!(programmer(&a, corps).await.champs(), ["animateur"]);
    let mut corps = seance(&a, "2026-03-20", "14:00");
    (corps["lieu_genre"], corps["lieu"]) = (json!("exterieur"), Value::Null);
    assert_eq!(programmer(&a, corps).await.champs(), ["lieu_texte"]);
    let mut corps = seance(&a, "2026-03-20", "14:00");
    (corps["places"], corps["places_reservees"]) = (json!(4), json!(5));
    assert_eq!(programmer(&a, corps).await.champs(), ["places_reservees"]);
    // By the page, typed words stay.
    let s = a.session("alpha.mediateur").await;
    let r = s
        .post(
            "/ateliers/seances/nouvelle",
            &[("dates", "2027-03-28"), ("heure", "02:30"), ("lieu", "exterieur"), ("lieu_texte", "Sous le tilleul")],
        )
        .await;
    assert_eq!(r.statut, 422);
    assert!(r.html.contains("Sous le tilleul"));
}

#[rstest]
#[tokio::test]
async fn deux_seances_en_meme_temps_sont_refusees_ou_forcees(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    assert_eq!(programmer(&a, seance(&a, "2026-03-20", "14:00")).await.statut, 201);
    let r = programmer(&a, seance(&a, "2026-03-20", "15:00")).await;
    assert_eq!((r.statut, r.champs()), (422, vec!["dates".to_owned()]));
    assert!(r.corps.to_string().contains("déjà pris"), "{}", r.corps);
    // One that begins when the other ends is another.
    assert_eq!(programmer(&a, seance(&a, "2026-03-20", "16:00")).await.statut, 201);
    // Another animator in the same room; then elsewhere.
    let mut corps = seance(&a, "2026-03-20", "14:30");
    corps["animateur"] = json!(a.utilisateur("alpha.responsable"));
    assert_eq!(programmer(&a, corps.clone()).await.champs(), ["dates"]);
    (corps["lieu_genre"], corps["lieu"], corps["lieu_texte"]) = (json!("public"), Value::Null, json!("La place"));
    assert_eq!(programmer(&a, corps).await.statut, 201);
    let mut corps = seance(&a, "2026-03-20", "15:00");
    corps["forcer"] = json!(true);
    assert_eq!(programmer(&a, corps).await.statut, 201);
    // Moving into another is refused too; moving alone is not.
    let r = programmer(&a, seance(&a, "2026-03-21", "14:00")).await;
    let (id, date) = (r.id(), r.corps["dates"][0]["id"].as_str().unwrap().to_owned());
    let j = a.jeton("alpha.mediateur").await;
    let adresse = format!("/api/v1/ateliers/seances/{id}/dates/{date}");
    assert_eq!(a.api(&j, "PUT", &adresse, json!({"quand": {"jour": "2026-03-20", "heure": "13:00"}})).await.champs(), ["jour"]);
    assert_eq!(a.api(&j, "PUT", &adresse, json!({"quand": {"jour": "2026-03-21", "heure": "14:30"}})).await.statut, 200);
}

/// The database itself refuses, whoever writes.
#[rstest]
#[tokio::test]
async fn la_base_refuse_deux_occupations(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    programmer(&a, seance(&a, "2026-03-20", "14:00")).await;
    let cx = socle::Contexte::systeme(&a.etat).await.unwrap();
    let uuid = if moteur == Moteur::Postgres { "gen_random_uuid()" } else { "randomblob(16)" };
    let copie = |decalage: i64, force: &str| {
        format!(
            "INSERT INTO occupation (id, date_id, genre, ressource, debut_s, fin_s, force) SELECT {uuid}, date_id, genre, ressource, debut_s + {decalage}, fin_s + {decalage}, {force} FROM occupation WHERE genre = 'lieu' AND NOT force"
        )
    };
    cx.db().execute_unprepared(&copie(7200, "false")).await.unwrap();
    cx.db().execute_unprepared(&copie(0, "true")).await.unwrap();
    let e = cx.db().execute_unprepared(&copie(60, "false")).await.unwrap_err();
    assert!(e.to_string().contains("ex_occupation"), "{e}");
}

#[rstest]
#[tokio::test]
async fn dix_programmations_simultanees_en_font_une(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    a.jeton("alpha.mediateur").await;
    let envois = (0..10).map(|_| programmer(&a, seance(&a, "2026-03-20", "14:00")));
    let statuts: Vec<u16> = futures_util::future::join_all(envois).await.iter().map(|r| r.statut).collect();
    assert_eq!(statuts.iter().filter(|s| **s == 201).count(), 1, "{statuts:?}");
    assert!(statuts.iter().all(|s| [201, 422].contains(s)), "{statuts:?}");
    assert_eq!(a.compter("SELECT COUNT(*) FROM seance").await, 1);
}

#[rstest]
#[tokio::test]
async fn une_seance_annulee_libere_et_previent(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let j = a.jeton("alpha.mediateur").await;
    let id = programmer(&a, seance(&a, "2026-03-20", "14:00")).await.id();
    let corps = json!({"nom": "Ada Essai", "courriel": "ada@exemple.invalid", "par": "accueil"});
    assert_eq!(a.api(&j, "POST", &format!("/api/v1/ateliers/seances/{id}/reservations"), corps).await.statut, 201);
    let s = a.session("alpha.mediateur").await;
    assert!(s.get(&format!("/ateliers/seances/{id}/annuler")).await.html.contains("1 personne est inscrite"));
    assert_eq!(s.post(&format!("/ateliers/seances/{id}/annuler"), &[("motif", "La salle est inondée.")]).await.statut, 303);
    assert_eq!(a.compter("SELECT COUNT(*) FROM occupation").await, 0);
    assert_eq!(programmer(&a, seance(&a, "2026-03-20", "14:00")).await.statut, 201);
    a.travailler().await;
    let sujets: Vec<String> = a.courriels().into_iter().map(|l| l.sujet).collect();
    // The confirmation, no longer true, is not sent.
    assert_eq!(sujets.len(), 1, "{sujets:?}");
    assert!(sujets[0].starts_with("Atelier annulé"));
    assert!(a.courriels()[0].corps.contains("La salle est inondée."));
    let r = a.api(&j, "POST", &format!("/api/v1/ateliers/seances/{id}/annulation"), json!({})).await;
    assert_eq!(r.statut, 409);
}

#[rstest]
#[tokio::test]
async fn trop_peu_d_inscrits_annulent(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let j = a.jeton("alpha.mediateur").await;
    let mut ids = vec![];
    for heure in ["09:00", "14:00"] {
        let mut corps = seance(&a, "2026-03-20", heure);
        corps["seuil"] = json!(1);
        ids.push(programmer(&a, corps).await.id());
    }
    let corps = json!({"nom": "Ada", "par": "accueil"});
    a.api(&j, "POST", &format!("/api/v1/ateliers/seances/{}/reservations", ids[1]), corps).await;
    a.travailler().await;
    assert_eq!(a.compter("SELECT COUNT(*) FROM seance WHERE etat = 'annulee'").await, 0);
    a.regler("2026-03-18T14:00:00Z");
    a.travailler().await;
    let etat = async |id: &str| a.api(&j, "GET", &format!("/api/v1/ateliers/seances/{id}"), Value::Null).await.corps["etat"].clone();
    assert_eq!((etat(&ids[0]).await, etat(&ids[1]).await), (json!("annulee"), json!("programmee")));
}
