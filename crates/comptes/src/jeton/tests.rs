//! API tokens: made, used, ended, limited, on both engines.

use essais::{Appli, Moteur, Navigateur, Value, json};
use rstest::rstest;
use socle::droits::Portee;

/// Makes a token by the page, as a person does; gives its text.
async fn creer(s: &Navigateur<'_>, nom: &str, portee: &str, jours: &str) -> String {
    let r = s.post("/compte/jetons", &[("jeton_nom", nom), ("jeton_portee", portee), ("jeton_jours", jours)]).await;
    assert_eq!((r.statut, r.entetes["cache-control"].to_str().unwrap()), (200, "no-store"), "{}", r.html);
    let debut = r.html.find("psr_").expect("le jeton est montré");
    r.html[debut..debut + 47].to_owned()
}

async fn lire(a: &Appli, jeton: &str) -> u16 {
    a.api(jeton, "GET", "/api/v1/lieux", Value::Null).await.statut
}

#[rstest]
#[tokio::test]
async fn un_jeton_se_cree_et_se_revoque(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let s = a.session("alpha.mediateur").await;
    let j = creer(&s, "Tableur", "tout", "").await;
    assert_eq!(lire(&a, &j).await, 200);
    let page = s.get("/compte").await.html;
    assert!(page.contains("Tableur") && !page.contains(&j), "il n’est montré qu’une fois");
    let id = a.identifiant("SELECT id FROM jeton WHERE nom = 'Tableur'").await;
    let chemin = format!("/compte/jetons/{id}/revoquer");
    for autre in ["alpha.responsable", "administrateur", "beta.mediateur"] {
        assert_eq!(a.session(autre).await.post(&chemin, &[]).await.statut, 404, "{autre}");
    }
    assert_eq!(lire(&a, &j).await, 200);
    assert_eq!(s.post(&chemin, &[]).await.statut, 303);
    assert_eq!(s.post(&chemin, &[]).await.statut, 303, "deux fois font une fois");
    assert_eq!(lire(&a, &j).await, 401);
    assert!(!s.get("/compte").await.html.contains("Tableur"));
}

#[rstest]
#[tokio::test]
async fn un_jeton_finit_a_sa_date(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let j = creer(&a.session("alpha.mediateur").await, "Un jour", "lecture", "1").await;
    a.regler("2026-03-11T08:59:59Z");
    assert_eq!(lire(&a, &j).await, 200);
    a.regler("2026-03-11T09:00:00Z");
    assert_eq!(lire(&a, &j).await, 401);
}

#[rstest]
#[tokio::test]
async fn un_formulaire_de_jeton_refuse_revient_rempli(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let s = a.session("alpha.mediateur").await;
    let long = "x".repeat(101);
    for (nom, portee, jours, champ) in [
        ("", "tout", "30", "jeton_nom"),
        (long.as_str(), "tout", "30", "jeton_nom"),
        ("Tableur", "", "30", "jeton_portee"),
        ("Tableur", "royale", "30", "jeton_portee"),
        ("Tableur", "tout", "0", "jeton_jours"),
        ("Tableur", "tout", "5000", "jeton_jours"),
        ("Tableur", "tout", "bientôt", "jeton_jours"),
    ] {
        let r = s.post("/compte/jetons", &[("jeton_nom", nom), ("jeton_portee", portee), ("jeton_jours", jours)]).await;
        assert_eq!(r.statut, 422, "{champ}");
        for texte in [format!("href=\"#{champ}\""), format!("value=\"{nom}\""), format!("value=\"{jours}\"")] {
            assert!(r.html.contains(&texte), "{champ} : {texte}");
        }
    }
    assert_eq!(a.compter("SELECT count(*) FROM jeton").await, 0);
}

#[rstest]
#[tokio::test]
async fn sans_jeton_valable_l_api_est_fermee(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let j = a.jeton("alpha.mediateur").await;
    let inconnu = format!("Bearer psr_{}", "A".repeat(43));
    for autorisation in
        ["", "Bearer", "Bearer ", "Bearer psr_abc", &inconnu, &format!("Basic {j}"), &j, &format!("Bearer {j}x"), "Bearer é"]
    {
        let entetes = [("authorization", autorisation)];
        let r = a.api_avec("", "GET", "/api/v1/lieux", &Value::Null, &entetes).await;
        assert_eq!((r.statut, &r.corps["type"]), (401, &json!("/problemes/non-connecte")), "{autorisation:?}");
        assert_eq!(
            (&r.entetes["www-authenticate"], &r.entetes["content-type"]),
            (&"Bearer".parse().unwrap(), &"application/problem+json".parse().unwrap())
        );
    }
    // The word is read whatever its case; a session opens no API, a token no page.
    let entete = format!("bearer {j}");
    assert_eq!(a.api_avec("", "GET", "/api/v1/lieux", &Value::Null, &[("authorization", &entete)]).await.statut, 200);
    assert_eq!(a.session("alpha.mediateur").await.get("/api/v1/lieux").await.statut, 401);
    assert_eq!(a.api(&j, "GET", "/compte", Value::Null).await.statut, 303);
}

#[rstest]
#[tokio::test]
async fn une_portee_ne_donne_pas_plus_que_son_nom(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let p = a.personne(&a.jeton("alpha.mediateur").await, "Ada", "Essai").await;
    let dossier = format!("/api/v1/personnes/{p}");
    for (portee, lit, ecrit) in [(Portee::Tout, 200, 200), (Portee::Lecture, 200, 403), (Portee::Bilan, 403, 403)] {
        let j = a.jeton_de_portee("alpha.mediateur", portee).await;
        assert_eq!(lire(&a, &j).await, 200, "{portee:?}");
        assert_eq!(a.api(&j, "GET", &dossier, Value::Null).await.statut, lit, "{portee:?}");
        assert_eq!(a.api(&j, "PATCH", &dossier, json!({"notes": "x"})).await.statut, ecrit, "{portee:?}");
    }
}

#[rstest]
#[tokio::test]
async fn l_en_tete_choisit_la_structure_sans_en_ouvrir_une_autre(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let j = a.jeton("beta.mediateur").await;
    let (alpha, beta) = (a.structure_alpha(), a.structure_beta());
    let avec = async |structure: &str| {
        a.api_avec(&j, "POST", "/api/v1/personnes", &json!({"prenom": "Ada", "nom": "Essai"}), &[("passeur-structure", structure)]).await
    };
    for refusee in [alpha.as_str(), "pas-un-uuid", "", "00000000-0000-7000-8000-000000000000"] {
        assert_eq!(avec(refusee).await.statut, 404, "{refusee}");
    }
    assert_eq!(a.compter("SELECT count(*) FROM personne").await, 0);
    assert_eq!(avec(&beta).await.statut, 201);
    // Once in both teams, the header says where the work goes.
    let champs = [("email", "beta.mediateur@essai.invalid"), ("nom", ""), ("role", "mediateur")];
    assert_eq!(a.session("alpha.responsable").await.post("/equipe", &champs).await.statut, 303);
    let id = avec(&alpha).await.id();
    let ici = a.jeton("alpha.mediateur").await;
    assert_eq!(a.api(&ici, "GET", &format!("/api/v1/personnes/{id}"), Value::Null).await.statut, 200);
}

#[rstest]
#[tokio::test]
async fn trop_de_demandes_font_attendre_ce_jeton_seul(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer_avec(moteur, |c| c.api_requests_per_minute = 3).await;
    let j = a.jeton("alpha.mediateur").await;
    for _ in 0..3 {
        assert_eq!(lire(&a, &j).await, 200);
    }
    let r = a.api(&j, "GET", "/api/v1/lieux", Value::Null).await;
    assert_eq!((r.statut, &r.corps["type"]), (429, &json!("/problemes/trop-de-demandes")));
    let attente: u64 = r.entetes["retry-after"].to_str().unwrap().parse().unwrap();
    assert!((1..=20).contains(&attente), "{attente}");
    assert_eq!(r.entetes.get_all("retry-after").iter().count(), 1);
    assert_eq!(lire(&a, &a.jeton("alpha.responsable").await).await, 200);
}
