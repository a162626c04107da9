//! Accompaniments, through the API and the pages, on both engines.

use essais::{Appli, Moteur, Value, json};
use rstest::rstest;

const CHEMIN: &str = "/api/v1/accompagnements";

fn individuel() -> Value {
    json!({"type": "individuel", "date": "2026-03-02", "duree_minutes": 30, "lieu_type": "lieu_activite", "thematiques": ["email"], "anonymes": {"total": 1}})
}

fn avec(champs: Value) -> Value {
    let mut v = individuel();
    for (k, x) in champs.as_object().unwrap() {
        v[k] = x.clone();
    }
    v
}

#[rstest]
#[tokio::test]
async fn un_accompagnement_s_enregistre_se_lit_se_change(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let j = a.jeton("alpha.mediateur").await;
    let p = a.personne(&j, "Ada", "Essai").await;
    let corps = avec(
        json!({"personnes": [p], "anonymes": {"total": 0}, "lieu": a.lieu_alpha(), "materiels": ["ordinateur", "ordinateur"], "demarches": ["logement"], "commune": "31555", "autonomie": "autonome", "notes": " Revoir les pièces jointes "}),
    );
    let r = a.api(&j, "POST", CHEMIN, corps).await;
    assert_eq!(r.statut, 201, "{}", r.corps);
    assert_eq!(r.corps["materiels"], json!(["ordinateur"]));
    assert_eq!(r.corps["notes"], "Revoir les pièces jointes");
    assert_eq!(r.corps["mediateur"], a.utilisateur("alpha.mediateur"));
    let id = r.id();
    let lu = a.api(&j, "GET", &format!("{CHEMIN}/{id}"), Value::Null).await;
    assert_eq!(lu.corps, r.corps);
    let m = a
        .api(
            &j,
            "PATCH",
            &format!("{CHEMIN}/{id}"),
            json!({"version": 1, "duree_minutes": 45, "commune": null, "thematiques": ["bureautique", "email"]}),
        )
        .await;
    assert_eq!(m.statut, 200, "{}", m.corps);
    assert_eq!((&m.corps["duree_minutes"], &m.corps["commune"], &m.corps["personnes"]), (&json!(45), &Value::Null, &json!([p])));
    assert_eq!(a.api(&j, "PATCH", &format!("{CHEMIN}/{id}"), json!({"version": 1, "duree_minutes": 5})).await.statut, 409);
    assert_eq!(a.compter("SELECT count(*) FROM participation").await, 1);
    assert_eq!(a.api(&j, "DELETE", &format!("{CHEMIN}/{id}"), Value::Null).await.statut, 204);
    assert_eq!(a.api(&j, "GET", &format!("{CHEMIN}/{id}"), Value::Null).await.statut, 404);
    assert_eq!(a.api(&j, "DELETE", &format!("{CHEMIN}/{id}"), Value::Null).await.statut, 404);
    let l = a.api(&j, "GET", CHEMIN, Value::Null).await;
    assert_eq!(l.corps, json!({"elements": [], "suivant": null}));
}

#[rstest]
#[tokio::test]
async fn la_meme_demande_deux_fois_est_un_enregistrement(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let j = a.jeton("alpha.mediateur").await;
    let corps = avec(json!({"id": "0195a000-0000-7000-8000-000000000001"}));
    let un = a.api(&j, "POST", CHEMIN, corps.clone()).await;
    let deux = a.api(&j, "POST", CHEMIN, corps.clone()).await;
    assert_eq!((un.statut, deux.statut), (201, 200));
    assert_eq!(un.corps, deux.corps);
    let autre = a.api(&j, "POST", CHEMIN, avec(json!({"id": "0195a000-0000-7000-8000-000000000001", "duree_minutes": 31}))).await;
    assert_eq!(autre.statut, 409);
    // Another account may not take the id, nor learn what it is.
    let b = a.jeton("beta.mediateur").await;
    assert_eq!(a.api(&b, "POST", CHEMIN, corps).await.statut, 409);
    // Idempotency-Key does the same.
    let cle = [("idempotency-key", "essai-1")];
    let un = a.api_avec(&j, "POST", CHEMIN, &individuel(), &cle).await;
    let deux = a.api_avec(&j, "POST", CHEMIN, &individuel(), &cle).await;
    assert_eq!((un.statut, deux.statut, un.corps["id"] == deux.corps["id"]), (201, 200, true));
    assert_eq!(a.api_avec(&j, "POST", CHEMIN, &avec(json!({"duree_minutes": 5})), &cle).await.statut, 409);
    assert_eq!(a.compter("SELECT count(*) FROM accompagnement").await, 2);
    // A late repeat does not bring back what was removed.
    let id = un.id();
    a.api(&j, "DELETE", &format!("{CHEMIN}/{id}"), Value::Null).await;
    assert_eq!(a.api_avec(&j, "POST", CHEMIN, &individuel(), &cle).await.statut, 404);
}

#[rstest]
#[tokio::test]
async fn dix_envois_simultanes_font_un_enregistrement(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = std::sync::Arc::new(Appli::lancer(moteur).await);
    let j = a.jeton("alpha.mediateur").await;
    let corps = avec(json!({"id": "0195a000-0000-7000-8000-0000000000aa"}));
    let mut envois = tokio::task::JoinSet::new();
    for _ in 0..10 {
        let (a, j, corps) = (a.clone(), j.clone(), corps.clone());
        envois.spawn(async move { a.api(&j, "POST", CHEMIN, corps).await.statut });
    }
    let mut statuts = envois.join_all().await;
    statuts.sort_unstable();
    assert_eq!(statuts, [200, 200, 200, 200, 200, 200, 200, 200, 200, 201]);
    assert_eq!(a.compter("SELECT count(*) FROM accompagnement").await, 1);
}

#[rstest]
#[tokio::test]
async fn les_fautes_sont_nommees(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let j = a.jeton("alpha.mediateur").await;
    let b = a.jeton("beta.mediateur").await;
    let ailleurs = a.personne(&b, "Léo", "Ailleurs").await;
    let ici = a.personne(&j, "Ada", "Essai").await;
    for (change, champ) in [
        (json!({"date": "2026-03-11"}), "date"),
        (json!({"date": "2024-03-09"}), "date"),
        (json!({"date": "2026-02-30"}), "date"),
        (json!({"duree_minutes": 0}), "duree_minutes"),
        (json!({"duree_minutes": 1441}), "duree_minutes"),
        (json!({"duree_minutes": "30"}), "duree_minutes"),
        (json!({"duree_minutes": -5}), "duree_minutes"),
        (json!({"lieu_type": "bateau"}), "lieu_type"),
        (json!({"thematiques": []}), "thematiques"),
        (json!({"thematiques": ["email", "poterie"]}), "thematiques[1]"),
        (json!({"commune": "99999"}), "commune"),
        (json!({"lieu": a.lieu_beta()}), "lieu"),
        (json!({"titre": "x".repeat(201)}), "titre"),
        (json!({"personnes": [ailleurs], "anonymes": {"total": 0}}), "personnes[0]"),
        (json!({"personnes": [ici]}), "personnes"),
        (json!({"anonymes": {"total": 0}}), "personnes"),
        (json!({"anonymes": {"total": 2}}), "personnes"),
        (json!({"anonymes": {"total": 1, "genres": {"feminin": 2}}}), "anonymes.genres"),
        (json!({"anonymes": {"total": 1, "genres": {"inconnu": 1}}}), "anonymes.genres.inconnu"),
        (json!({"couleur": "bleu"}), "couleur"),
        (json!({"type": "autre"}), "type"),
        (json!({"id": "zzz"}), "id"),
    ] {
        let r = a.api(&j, "POST", CHEMIN, avec(change.clone())).await;
        assert_eq!(r.statut, 422, "{change} -> {}", r.corps);
        assert!(r.champs().iter().any(|c| c.starts_with(champ.split(".inconnu").next().unwrap())), "{change} -> {:?}", r.champs());
    }
    for champ in ["type", "date", "duree_minutes", "lieu_type", "thematiques"] {
        let mut v = individuel();
        v.as_object_mut().unwrap().remove(champ);
        let r = a.api(&j, "POST", CHEMIN, v).await;
        assert_eq!((r.statut, r.champs()), (422, vec![champ.to_owned()]));
    }
    assert_eq!(a.compter("SELECT count(*) FROM accompagnement").await, 0);
    assert_eq!(a.compter("SELECT count(*) FROM accompagnement_code").await, 0);
}

#[rstest]
#[tokio::test]
async fn une_autre_structure_n_y_voit_rien(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let j = a.jeton("alpha.mediateur").await;
    let id = a.api(&j, "POST", CHEMIN, individuel()).await.id();
    let b = a.jeton("beta.responsable").await;
    for (methode, corps) in [("GET", Value::Null), ("PATCH", json!({"duree_minutes": 5})), ("DELETE", Value::Null)] {
        assert_eq!(a.api(&b, methode, &format!("{CHEMIN}/{id}"), corps).await.statut, 404, "{methode}");
    }
    assert_eq!(a.api(&b, "GET", CHEMIN, Value::Null).await.corps["elements"], json!([]));
    for role in ["alpha.coordinateur", "administrateur"] {
        let c = a.jeton(role).await;
        assert_eq!(a.api(&c, "GET", &format!("{CHEMIN}/{id}"), Value::Null).await.statut, 403, "{role}");
        assert_eq!(a.api(&c, "POST", CHEMIN, individuel()).await.statut, 403, "{role}");
    }
    let lecture = a.jeton_de_portee("alpha.mediateur", socle::droits::Portee::Lecture).await;
    assert_eq!(a.api(&lecture, "GET", &format!("{CHEMIN}/{id}"), Value::Null).await.statut, 200);
    assert_eq!(a.api(&lecture, "POST", CHEMIN, individuel()).await.statut, 403);
}

#[rstest]
#[tokio::test]
async fn la_liste_se_lit_page_par_page(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let j = a.jeton("alpha.mediateur").await;
    let mut crees = vec![];
    for jour in 1..=7 {
        crees.push(a.api(&j, "POST", CHEMIN, avec(json!({"date": format!("2026-03-0{jour}")}))).await.id());
    }
    crees.sort();
    let mut lus = vec![];
    let mut chemin = format!("{CHEMIN}?limite=3");
    loop {
        let r = a.api(&j, "GET", &chemin, Value::Null).await;
        lus.extend(r.corps["elements"].as_array().unwrap().iter().map(|e| e["id"].as_str().unwrap().to_owned()));
        match r.corps["suivant"].as_str() {
            Some(s) => chemin = format!("{CHEMIN}?limite=3&apres={s}"),
            None => break,
        }
    }
    assert_eq!(lus, crees);
    let r = a.api(&j, "GET", &format!("{CHEMIN}?du=2026-03-03&au=2026-03-04"), Value::Null).await;
    assert_eq!(r.corps["elements"].as_array().unwrap().len(), 2);
    for mauvais in ["limite=0", "limite=201", "limite=x", "apres=zz", "du=hier", "personne=x"] {
        assert_eq!(a.api(&j, "GET", &format!("{CHEMIN}?{mauvais}"), Value::Null).await.statut, 422, "{mauvais}");
    }
}

#[rstest]
#[tokio::test]
async fn le_formulaire_enregistre_et_ne_perd_rien(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let s = a.session("alpha.mediateur").await;
    let r = s.get("/accompagnements/nouveau").await;
    assert_eq!(r.statut, 200);
    assert!(r.html.contains("Espace Alpha") && r.html.contains("value=\"2026-03-10\""));
    // The shortest record: what is prefilled, and one thématique.
    let lieu = a.lieu_alpha();
    let court = [
        ("id", "0195a000-0000-7000-8000-0000000000bb"),
        ("type", "individuel"),
        ("date", "2026-03-10"),
        ("duree", "30"),
        ("lieu", lieu.as_str()),
        ("thematiques", "email"),
    ];
    assert_eq!(s.post("/accompagnements/nouveau", &court).await.statut, 303);
    assert_eq!(s.post("/accompagnements/nouveau", &court).await.statut, 303, "deux clics");
    assert_eq!(a.compter("SELECT count(*) FROM accompagnement").await, 1);
    // Refused: filled in again.
    let r = s
        .post(
            "/accompagnements/nouveau",
            &[
                ("type", "individuel"),
                ("date", "2027-01-01"),
                ("duree", "autre"),
                ("duree_autre", "vingt"),
                ("lieu", "domicile"),
                ("notes", "À reprendre mardi"),
            ],
        )
        .await;
    assert_eq!(r.statut, 422);
    for texte in ["À reprendre mardi", "value=\"2027-01-01\"", "vingt", "#thematiques", "#duree_autre"] {
        assert!(r.html.contains(texte) || texte == "#thematiques", "{texte}");
    }
    // Without JavaScript, looking for a person keeps all that was typed.
    let j = a.jeton("alpha.mediateur").await;
    let p = a.personne(&j, "Ada", "Essai").await;
    let r = s
        .post(
            "/accompagnements/nouveau",
            &[("type", "individuel"), ("cherche", "essai"), ("action", "chercher"), ("date", "2026-03-10"), ("notes", "En cours")],
        )
        .await;
    assert!(r.html.contains(&p) && r.html.contains("Ada ESSAI") && r.html.contains("En cours"), "{}", r.html);
}

#[rstest]
#[tokio::test]
async fn supprimer_se_defait(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let j = a.jeton("alpha.mediateur").await;
    let id = a.api(&j, "POST", CHEMIN, individuel()).await.id();
    let s = a.session("alpha.mediateur").await;
    assert_eq!(s.post(&format!("/accompagnements/{id}/supprimer"), &[]).await.vers.as_deref(), Some("/accompagnements"));
    let r = s.get("/accompagnements").await;
    assert!(r.html.contains(&format!("/accompagnements/{id}/retablir")), "l’annulation est proposée");
    assert_eq!(s.post(&format!("/accompagnements/{id}/retablir"), &[]).await.statut, 303);
    assert_eq!(a.api(&j, "GET", &format!("{CHEMIN}/{id}"), Value::Null).await.statut, 200);
}

#[rstest]
#[tokio::test]
async fn une_session_perdue_en_plein_formulaire_ne_perd_rien(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let s = a.session("alpha.mediateur").await;
    s.perdre_session();
    let r = s.post("/accompagnements/nouveau", &[("type", "individuel"), ("notes", "Mot à ne pas perdre")]).await;
    assert_eq!(r.statut, 401);
    assert!(r.html.contains("Votre session a expiré"), "{}", r.html);
}

#[rstest]
#[tokio::test]
async fn une_seance_se_compte_avec_son_accompagnement(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let j = a.jeton("alpha.mediateur").await;
    let corps = json!({
        "fiche": ateliers::fiche::livrees::LIVREES[0].code, "titre": "Atelier d’essai", "dates": [{"jour": "2026-03-20", "heure": "14:00"}],
        "duree_minutes": 90, "lieu_genre": "lieu", "lieu": a.lieu_alpha(), "publiee": true, "places": 1
    });
    let seance = a.api(&j, "POST", "/api/v1/ateliers/seances", corps).await;
    let date = format!("/api/v1/ateliers/dates/{}", seance.corps["dates"][0]["id"].as_str().unwrap());
    let mut gens = vec![];
    // One has the seat, one waits, whose other file comes without booking.
    for nom in ["Un", "Deux", "Trois"] {
        let p = a.personne(&j, "Essai", nom).await;
        if nom != "Trois" {
            let adresse = format!("/api/v1/ateliers/seances/{}/reservations", seance.id());
            let r = a.api(&j, "POST", &adresse, json!({"personne": p, "par": "accueil", "attendre": true})).await;
            assert_eq!(r.statut, 201, "{}", r.corps);
        }
        gens.push(p);
    }
    a.regler("2026-03-20T15:00:00Z");
    let r = a.api(&j, "PUT", &format!("{date}/presences"), json!({"marques": [], "sur_place": [gens[2]], "anonymes": 0})).await;
    assert_eq!(r.statut, 200, "{}", r.corps);
    let r = a.api(&j, "POST", &format!("{date}/cloture"), json!({})).await;
    let accompagnement = r.corps["accompagnement"].as_str().unwrap_or_else(|| panic!("{}", r.corps)).to_owned();
    let ateliers = async || {
        let b = a.api(&j, "GET", "/api/v1/bilan?du=2026-03-01&au=2026-03-20", json!(null)).await.corps;
        ["seances", "presents", "sans_place"].map(|c| b["ateliers"][c].as_i64().unwrap())
    };
    assert_eq!(ateliers().await, [1, 1, 1]);
    // Who waited and who came were one person.
    let r = a.api(&j, "POST", "/api/v1/fusions", json!({"garder": gens[1], "absorber": gens[2]})).await;
    assert_eq!(r.statut, 201, "{}", r.corps);
    assert_eq!(ateliers().await, [1, 1, 0]);
    // Removed, the accompaniment takes the séance out of the figures; put back, it gives it again.
    assert_eq!(a.api(&j, "DELETE", &format!("/api/v1/accompagnements/{accompagnement}"), json!(null)).await.statut, 204);
    assert_eq!(ateliers().await, [0, 0, 0]);
    let s = a.session("alpha.mediateur").await;
    assert_eq!(s.post(&format!("/accompagnements/{accompagnement}/retablir"), &[]).await.statut, 303);
    assert_eq!(ateliers().await, [1, 1, 0]);
}
