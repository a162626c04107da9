//! Equipment, through the router.

use essais::{Appli, Moteur, Reponse, Value, json};
use rstest::rstest;

async fn equipement(a: &Appli, nom: &str, quantite: u32, lieu: Option<String>) -> String {
    let corps = json!({"nom": nom, "quantite": quantite, "lieu": lieu});
    let r = a.api(&a.jeton("alpha.mediateur").await, "POST", "/api/v1/ateliers/equipements", corps).await;
    assert_eq!(r.statut, 201, "{}", r.corps);
    r.id()
}

/// A séance outdoors of two hours: neither the person nor the room is what is met.
fn seance(a: &Appli, qui: &str, jour: &str, heure: &str, equipements: &[(&str, u32)]) -> Value {
    let equipements: Vec<Value> = equipements.iter().map(|(e, n)| json!({"equipement": e, "quantite": n})).collect();
    json!({
        "fiche": ateliers::fiche::livrees::LIVREES[0].code, "dates": [{"jour": jour, "heure": heure}], "duree_minutes": 120,
        "lieu_genre": "exterieur", "lieu_texte": "Sous le tilleul", "animateur": a.utilisateur(qui), "equipements": equipements
    })
}

async fn programmer(a: &Appli, corps: Value) -> Reponse {
    a.api(&a.jeton("alpha.mediateur").await, "POST", "/api/v1/ateliers/seances", corps).await
}

#[rstest]
#[tokio::test]
async fn on_n_en_promet_pas_plus_qu_il_n_y_en_a(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let e = equipement(&a, "Tablettes", 8, None).await;
    let j = a.jeton("alpha.mediateur").await;
    let r = programmer(&a, seance(&a, "alpha.mediateur", "2026-03-20", "10:00", &[(&e, 5)])).await;
    assert_eq!((r.statut, &r.corps["equipements"][0]["quantite"]), (201, &json!(5)), "{}", r.corps);
    let premiere = r.id();
    // Four more at the same time is one too many; three is not; nor four right after.
    let trop = seance(&a, "alpha.responsable", "2026-03-20", "11:00", &[(&e, 4)]);
    let r = programmer(&a, trop.clone()).await;
    assert_eq!((r.statut, r.champs()), (422, vec!["equipements".to_owned()]), "{}", r.corps);
    let texte = r.corps.to_string();
    assert!(texte.contains("il en faut 4") && texte.contains("il en reste 3") && texte.contains("en prend 5"), "{texte}");
    let r = programmer(&a, seance(&a, "alpha.responsable", "2026-03-20", "12:00", &[(&e, 4)])).await;
    assert_eq!(r.statut, 201, "{}", r.corps);
    let suivante = r.id();
    // Moved over the first, it is refused, then forced knowingly; its page, the register and the calendar say so.
    let date = r.corps["dates"][0]["id"].as_str().unwrap().to_owned();
    let adresse = format!("/api/v1/ateliers/seances/{suivante}/dates/{date}");
    let quand = json!({"jour": "2026-03-20", "heure": "11:00"});
    let r = a.api(&j, "PUT", &adresse, json!({"quand": quand})).await;
    assert_eq!((r.statut, r.champs()), (422, vec!["jour".to_owned()]), "{}", r.corps);
    assert_eq!(a.api(&j, "PUT", &adresse, json!({"quand": quand, "forcer": true})).await.statut, 200);
    let s = a.session("alpha.mediateur").await;
    let page = s.get(&format!("/ateliers/seances/{suivante}")).await.html;
    assert!(page.contains("Matériel réservé") && page.contains("il en faut 4"), "{page}");
    let registre = a.api(&j, "GET", &format!("/api/v1/ateliers/equipements/{e}"), Value::Null).await.corps;
    let manques: Vec<_> = registre["reservations"].as_array().unwrap().iter().map(|u| u["manque"].as_i64().unwrap()).collect();
    assert_eq!(manques, [1, 1]);
    assert!(s.get(&format!("/structure/materiel/{e}")).await.html.contains("Il en manque 1"));
    let agenda = a.api(&j, "GET", "/api/v1/agenda?du=2026-03-20&au=2026-03-21", Value::Null).await.corps;
    assert_eq!(agenda["elements"][0]["equipements"], json!(["5 × Tablettes"]), "{agenda}");
    assert!(s.get("/agenda?vue=jour&jour=2026-03-20").await.html.contains("5 × Tablettes"));
    assert!(s.get("/ateliers/journee?jour=2026-03-20&toute=oui").await.html.contains("5 × Tablettes"));
    // Cancelled, a séance gives back what it had: the other has enough again.
    a.api(&j, "POST", &format!("/api/v1/ateliers/seances/{premiere}/annulation"), json!({})).await;
    assert!(!s.get(&format!("/ateliers/seances/{suivante}")).await.html.contains("il en faut 4"));
    // Given back by a change too.
    let r = a.api(&j, "PUT", &format!("/api/v1/ateliers/seances/{suivante}/equipements"), json!({"equipements": []})).await;
    assert_eq!((r.statut, &r.corps["equipements"]), (200, &json!([])), "{}", r.corps);
    assert_eq!(programmer(&a, seance(&a, "alpha.mediateur", "2026-03-20", "11:00", &[(&e, 8)])).await.statut, 201);
}

#[rstest]
#[tokio::test]
async fn ce_qui_manque_est_dit(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let fixe = equipement(&a, "Imprimante", 1, Some(a.lieu_alpha())).await;
    let mobile = equipement(&a, "Vidéoprojecteur", 1, None).await;
    let j = a.jeton("alpha.mediateur").await;
    let un = |v: &[(&str, u32)]| seance(&a, "alpha.mediateur", "2026-03-20", "10:00", v);
    // What stays in a lieu does not go elsewhere; more than there is; what is not the structure's; twice; zero.
    let r = programmer(&a, un(&[(&fixe, 1)])).await;
    assert!(r.statut == 422 && r.corps.to_string().contains("reste à"), "{}", r.corps);
    let r = programmer(&a, un(&[(&mobile, 2)])).await;
    assert!(r.statut == 422 && r.corps.to_string().contains("il en faut 2, et il en reste 1"), "{}", r.corps);
    for v in
        [vec![("00000000-0000-7000-8000-000000000000", 1)], vec![(mobile.as_str(), 1), (mobile.as_str(), 1)], vec![(mobile.as_str(), 0)]]
    {
        assert_eq!(programmer(&a, un(&v)).await.champs(), ["equipements"], "{v:?}");
    }
    let b = a.jeton("beta.mediateur").await;
    let corps = json!({"nom": "À elle", "quantite": 1});
    let autre = a.api(&b, "POST", "/api/v1/ateliers/equipements", corps).await.id();
    assert_eq!(programmer(&a, un(&[(&autre, 1)])).await.champs(), ["equipements"]);
    assert_eq!(a.api(&j, "GET", &format!("/api/v1/ateliers/equipements/{autre}"), Value::Null).await.statut, 404);
    // A séance and a person at once: both are said at once, so that both are forced knowingly.
    assert_eq!(programmer(&a, un(&[(&mobile, 1)])).await.statut, 201);
    let mut champs = programmer(&a, un(&[(&mobile, 1)])).await.champs();
    champs.sort();
    assert_eq!(champs, ["dates", "equipements"]);
    // Out of order: the séance that reserved it says so; nobody reserves it any more, unless knowingly.
    let s = a.session("alpha.mediateur").await;
    assert_eq!(s.post(&format!("/structure/materiel/{mobile}/etat"), &[("en_panne", "oui")]).await.statut, 303);
    assert!(s.get("/structure/materiel").await.html.contains("En panne"));
    assert!(s.get("/ateliers/journee?jour=2026-03-20").await.html.contains("est en panne"));
    let mut corps = seance(&a, "alpha.mediateur", "2026-03-21", "10:00", &[(&mobile, 1)]);
    assert!(programmer(&a, corps.clone()).await.corps.to_string().contains("est en panne"));
    corps["forcer"] = json!(true);
    assert_eq!(programmer(&a, corps).await.statut, 201);
    // Off the register, it stays written where it was reserved.
    assert_eq!(s.post(&format!("/structure/materiel/{mobile}/retirer"), &[]).await.statut, 303);
    assert!(!s.get("/structure/materiel").await.html.contains(&mobile));
    assert!(s.get("/ateliers/journee?jour=2026-03-20").await.html.contains("n’est plus dans le matériel"));
    assert_eq!(a.compter("SELECT COUNT(*) FROM equipement WHERE retire_le IS NOT NULL").await, 1);
    assert_eq!(a.api(&j, "DELETE", &format!("/api/v1/ateliers/equipements/{fixe}"), Value::Null).await.statut, 204);
    assert_eq!(a.compter("SELECT COUNT(*) FROM equipement").await, 2);
}

#[rstest]
#[tokio::test]
async fn le_registre_et_le_formulaire_gardent_ce_qui_est_saisi(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let s = a.session("alpha.mediateur").await;
    let r = s.post("/structure/materiel", &[("nom", "Tablettes"), ("quantite", ""), ("precision", "Armoire du fond")]).await;
    assert!(r.statut == 422 && r.html.contains("Armoire du fond") && r.html.contains("Dites combien"), "{}", r.html);
    assert_eq!(s.post("/structure/materiel", &[("nom", "Tablettes"), ("quantite", "6")]).await.statut, 303);
    let e = a.identifiant("SELECT id FROM equipement").await;
    let champs = [("version", "1"), ("nom", "Tablettes"), ("quantite", "4"), ("precision", "Armoire du fond")];
    assert_eq!(s.post(&format!("/structure/materiel/{e}"), &champs).await.statut, 303);
    let r = s.post(&format!("/structure/materiel/{e}"), &champs).await;
    assert!(r.statut == 409 && r.html.contains("vient de changer"), "{}", r.html);
    // The form of a séance: refused, what is typed stays, and may be forced.
    let lieu = format!("lieu:{}", a.lieu_alpha());
    let moi = a.utilisateur("alpha.mediateur");
    let champs = |n: &'static str| {
        vec![
            ("fiche", ateliers::fiche::livrees::LIVREES[0].code.as_deref().unwrap()),
            ("dates", "2026-03-20"),
            ("heure", "14:00"),
            ("fois", "1"),
            ("pas", "7"),
            ("lieu", lieu.as_str()),
            ("animateur", moi.as_str()),
            ("equipement", e.as_str()),
            ("quantite", n),
        ]
    };
    assert!(s.get("/ateliers/seances/nouvelle").await.html.contains("Matériel à réserver"));
    let r = s.post("/ateliers/seances/nouvelle", &champs("beaucoup")).await;
    assert!(r.statut == 422 && r.html.contains("value=\"beaucoup\""), "{}", r.html);
    let r = s.post("/ateliers/seances/nouvelle", &champs("5")).await;
    assert!(r.statut == 422 && r.html.contains("il en reste 4") && r.html.contains("name=\"forcer\""), "{}", r.html);
    let mut force = champs("5");
    force.push(("forcer", "oui"));
    let r = s.post("/ateliers/seances/nouvelle", &force).await;
    assert_eq!(r.statut, 303, "{}", r.html);
    let page = r.vers.unwrap();
    // Then as many as there are.
    let equiper = format!("{page}/equipements");
    assert!(s.get(&equiper).await.html.contains("value=\"5\""));
    assert_eq!(s.post(&equiper, &[("equipement", &e), ("quantite", "5")]).await.statut, 422);
    assert_eq!(s.post(&equiper, &[("equipement", &e), ("quantite", "4")]).await.statut, 303);
    assert_eq!(a.compter("SELECT COUNT(*) FROM seance_equipement WHERE quantite = 4").await, 1);
    assert!(s.get(&page).await.html.contains("Matériel réservé"));
}

/// Ten at the same instant, of what there is for three.
#[rstest]
#[tokio::test]
async fn dix_seances_pour_le_materiel_de_trois(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let e = equipement(&a, "Tablettes", 7, None).await;
    let j = a.jeton("alpha.mediateur").await;
    // Who animates is forced ten times over; what they then reserve is not.
    let mut ids = vec![];
    for _ in 0..10 {
        let mut corps = seance(&a, "alpha.mediateur", "2026-03-20", "14:00", &[]);
        corps["forcer"] = json!(true);
        let r = programmer(&a, corps).await;
        assert_eq!(r.statut, 201, "{}", r.corps);
        ids.push(r.id());
    }
    let envois = ids.iter().map(|id| {
        let (a, j, e) = (&a, &j, &e);
        async move {
            let corps = json!({"equipements": [{"equipement": e, "quantite": 2}]});
            a.api(j, "PUT", &format!("/api/v1/ateliers/seances/{id}/equipements"), corps).await
        }
    });
    let mut statuts: Vec<u16> = futures_util::future::join_all(envois).await.iter().map(|r| r.statut).collect();
    statuts.sort_unstable();
    // Three of two each: the seventh tablet is left.
    assert_eq!(statuts, [vec![200; 3], vec![422; 7]].concat());
    assert_eq!(a.compter("SELECT SUM(quantite) FROM seance_equipement").await, 6);
}
