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
