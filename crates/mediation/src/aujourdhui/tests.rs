//! The home page through the router, on both databases.

use essais::{Appli, Moteur, json};
use rstest::rstest;

#[rstest]
#[tokio::test]
async fn une_journee_vide_dit_quoi_faire(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let r = a.session("alpha.mediateur").await.get("/").await;
    assert_eq!(r.statut, 200);
    for dit in ["mardi 10\u{a0}mars 2026", "Accueillir une personne", "Personne n’attend", "Rien à relancer", "Aucun accompagnement"] {
        assert!(r.html.contains(dit), "« {dit} » manque : {}", r.html);
    }
}

#[rstest]
#[tokio::test]
async fn qui_attend_dans_l_ordre_d_arrivee(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let jeton = a.jeton("alpha.mediateur").await;
    let p = a.personne(&jeton, "Essai", "Premier").await;
    for corps in [
        json!({"motif": "Second motif", "arrive_le": "2026-03-10T08:50:00Z"}),
        json!({"personne": p, "motif": "Premier motif", "arrive_le": "2026-03-10T08:20:00Z"}),
        json!({"motif": "Déjà reçu", "suite": "information"}),
    ] {
        assert_eq!(a.api(&jeton, "POST", "/api/v1/accueils", corps).await.statut, 201);
    }
    let html = a.session("alpha.responsable").await.get("/").await.html;
    let place = |texte: &str| html.find(texte).unwrap_or_else(|| panic!("« {texte} » manque : {html}"));
    assert!(place("Premier motif") < place("Second motif"));
    assert!(!html.contains("Déjà reçu"));
    for dit in ["Essai PREMIER", "Personne sans nom", "depuis 40\u{a0}min", "9\u{a0}h\u{a0}50", "2\u{a0}personnes", "Prendre en charge"] {
        place(dit);
    }
    // Another structure's desk knows nothing of it.
    assert!(!a.session("beta.mediateur").await.get("/").await.html.contains("motif"));
}

#[rstest]
#[tokio::test]
async fn chacun_arrive_chez_soi(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let vers = async |compte: &str| a.session(compte).await.get("/").await.vers;
    assert_eq!(vers("alpha.coordinateur").await.as_deref(), Some("/bilan"));
    assert_eq!(vers("administrateur").await.as_deref(), Some("/administration"));
    assert_eq!(vers("alpha.responsable").await, None);
}

#[rstest]
#[tokio::test]
async fn ce_qui_est_en_retard_ne_cache_pas_ce_qui_est_du_jour(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let jeton = a.jeton("alpha.mediateur").await;
    let p = a.personne(&jeton, "Essai", "Suivi").await;
    let parcours = a.api(&jeton, "POST", "/api/v1/parcours", json!({ "personne": p, "ouvert_le": "2026-02-01" })).await.id();
    let retards = (0..7).map(|i| (format!("Retard {i}"), "2026-03-02"));
    for (libelle, jour) in retards.chain([("Étape du jour".into(), "2026-03-10"), ("Étape de demain".into(), "2026-03-11")]) {
        let corps = json!({ "libelle": libelle, "prevue_le": jour });
        let r = a.api(&jeton, "POST", &format!("/api/v1/parcours/{parcours}/etapes"), corps).await;
        assert_eq!(r.statut, 201, "{}", r.corps);
    }
    let s = a.session("alpha.mediateur").await;
    let html = s.get("/").await.html;
    assert_eq!(html.matches("Retard ").count(), 5);
    assert_eq!(html.matches("/?suivi=tout").count(), 1, "only the group that has others");
    assert!(html.contains("Étape du jour") && html.contains("Étape de demain") && html.contains("Essai SUIVI"), "{html}");
    let html = s.get("/?suivi=tout").await.html;
    assert_eq!(html.matches("Retard ").count(), 7);
    assert!(!html.contains("/?suivi=tout"));
    // Another structure reads none of it.
    assert!(!a.session("beta.mediateur").await.get("/?suivi=tout").await.html.contains("Retard"));
}

#[rstest]
#[tokio::test]
async fn la_journee_se_compte_au_dela_de_ce_qui_se_montre(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let jeton = a.jeton("alpha.mediateur").await;
    let mut gens = vec![];
    for nom in ["Zed", "Alpha"] {
        gens.push(a.personne(&jeton, "Essai", nom).await);
    }
    for i in 0..12 {
        let corps = json!({
            "type": "individuel", "date": "2026-03-10", "duree_minutes": 30, "lieu_type": "autre", "thematiques": ["bureautique", "email"],
            "autonomie": "autonome", "personnes": [gens[i % 2]],
        });
        assert_eq!(a.api(&jeton, "POST", "/api/v1/accompagnements", corps).await.statut, 201);
    }
    let s = a.session("alpha.mediateur").await;
    let html = s.get("/").await.html;
    assert_eq!(html.matches("/accompagnements/0").count(), 10);
    for dit in ["12\u{a0}accompagnements, 6\u{a0}h", "Les voir tous", "Essai ALPHA, avec", "Essai ZED, avec"] {
        assert!(html.contains(dit), "« {dit} » manque : {html}");
    }
    // The thématiques come in the order of the nomenclature, whatever the engine brought together.
    let liste = s.get("/accompagnements").await.html;
    assert_eq!(liste.matches("Individuel · ").count(), 12);
    let premiere = liste.split("Individuel · ").nth(1).unwrap().split('<').next().unwrap().to_owned();
    assert!(liste.split("Individuel · ").skip(1).all(|l| l.starts_with(&premiere)), "{premiere}");
}
