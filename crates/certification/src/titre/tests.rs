//! Titles brought by a centre and its approvals, on both engines.

use essais::{Appli, Moteur, Value, json};
use rstest::rstest;

fn titre(code: &str, unites: &str) -> String {
    format!("code = \"{code}\"\ntitre = \"titre-invente\"\nintitule = \"Titre inventé pour les essais\"\nnature = \"prive\"\n{unites}")
}

const UNITES: &str = "[[unites]]\ncode = \"B1\"\nintitule = \"Bloc inventé\"\nnature = \"bloc\"\n";

#[rstest]
#[tokio::test]
async fn un_titre_s_importe_une_fois(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let j = a.jeton("alpha.certification").await;
    let envoyer = async |texte: String| a.api(&j, "POST", "/api/v1/certification/titres", json!({"contenu": texte})).await;
    let r = envoyer(titre("invente-1", UNITES)).await;
    assert_eq!((r.statut, &r.corps["code"]), (201, &json!("invente-1")), "{}", r.corps);
    assert_eq!(envoyer(titre("invente-1", UNITES)).await.statut, 200, "le même fichier n’ajoute rien");
    let r = envoyer(titre("invente-1", &UNITES.replace("Bloc", "Autre bloc"))).await;
    assert_eq!((r.statut, r.champs()), (422, vec!["contenu".to_owned()]), "une version ne change pas");
    assert_eq!(a.compter("SELECT count(*) FROM titre_version").await, 1);
    // The page says what is wrong and gives back what was typed.
    let s = a.session("alpha.certification").await;
    let r = s.post("/certification/titres", &[("contenu", "code = \"x\"\nrien = 1")]).await;
    assert_eq!(r.statut, 422);
    assert!(r.html.contains("rien = 1") && r.html.contains("#contenu"), "{}", r.html);
    assert!(s.get("/certification/titres").await.html.contains("Titre inventé pour les essais"));
    // Brought by a centre, it has its public page as the others, and its place in the API.
    let n = a.navigateur();
    assert!(n.get("/titres").await.html.contains("href=\"/titres/invente-1\""));
    assert!(n.get("/titres/invente-1").await.html.contains("Bloc inventé"));
    assert_eq!(n.get("/titres/titre-invente").await.vers.as_deref(), Some("/titres/invente-1"));
    assert_eq!(n.get("/titres/invente-1/comparer/cmn-rncp26573").await.statut, 200);
    let r = a.api(&j, "GET", "/api/v1/certification/titres/invente-1", Value::Null).await;
    assert_eq!((r.statut, &r.corps["unites"][0]["code"]), (200, &json!("B1")));
}

#[rstest]
#[tokio::test]
async fn un_titre_qui_se_contredit_est_refuse(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let j = a.jeton("alpha.certification").await;
    for (texte, dit) in [
        (titre("x", &format!("effet = \"2026-01-01\"\nfin = \"2025-01-01\"\n{UNITES}")), "se contredit"),
        (titre("x", &format!("succede_a = \"x\"\n{UNITES}")), "se contredit"),
        (
            titre(
                "x",
                &format!(
                    "{UNITES}[[correspondances]]\nde_version = \"mediateur-numerique-2025\"\nunites_source = [\"nulle\"]\nunites = [\"B1\"]\n"
                ),
            ),
            "se contredit",
        ),
        (titre("x/y", UNITES), "sans accent"),
        ("[[".to_owned(), "ne se lit pas"),
        ("{\"code\": ".to_owned(), "JSON"),
        (titre("mediateur-numerique-2025", UNITES), "déjà"),
    ] {
        let r = a.api(&j, "POST", "/api/v1/certification/titres", json!({"contenu": texte})).await;
        assert_eq!(r.statut, 422, "{texte} -> {}", r.corps);
        assert!(r.corps["erreurs"][0]["message"].as_str().unwrap().contains(dit), "{texte} -> {}", r.corps);
    }
    assert_eq!(a.compter("SELECT count(*) FROM titre_version").await, 0, "rien n’est écrit");
}

#[rstest]
#[tokio::test]
async fn un_agrement_se_note_et_se_retire(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let j = a.jeton("alpha.certification").await;
    let corps = |lieu: String| json!({"lieu": lieu, "version": "mediateur-numerique-2025", "debut": "2026-01-01", "fin": "2027-01-01"});
    let r = a.api(&j, "POST", "/api/v1/certification/agrements", corps(a.lieu_alpha())).await;
    assert_eq!(r.statut, 201, "{}", r.corps);
    // Who reads sees it; who manages may withdraw it.
    for (qui, gere) in [("alpha.certification", true), ("alpha.formateur", false)] {
        let html = a.session(qui).await.get("/certification/agrements").await.html;
        assert_eq!((html.contains("Médiateur numérique"), html.contains("Noter son retrait")), (true, gere), "{qui} {html}");
    }
    let retrait = format!("/api/v1/certification/agrements/{}/retrait", r.id());
    assert_eq!(a.api(&j, "POST", &retrait, json!({"jour": "2025-12-31"})).await.champs(), ["jour"]);
    assert_eq!(a.api(&j, "POST", &retrait, json!({"jour": "2026-03-10"})).await.statut, 200);
    assert_eq!(a.api(&j, "POST", &retrait, json!({"jour": "2026-03-10"})).await.statut, 409, "on ne retire pas deux fois");
    for (corps, champ) in [
        (corps(a.lieu_beta()), "lieu"),
        (json!({"lieu": a.lieu_alpha(), "version": "inconnu", "debut": "2026-01-01"}), "version"),
        (json!({"lieu": a.lieu_alpha(), "version": "mediateur-numerique-2025", "debut": "2026-01-02", "fin": "2026-01-01"}), "fin"),
    ] {
        let r = a.api(&j, "POST", "/api/v1/certification/agrements", corps).await;
        assert_eq!((r.statut, r.champs()), (422, vec![champ.to_owned()]), "{}", r.corps);
    }
    assert_eq!(a.api(&a.jeton("beta.certification").await, "POST", &retrait, json!({"jour": "2026-03-10"})).await.statut, 404);
    assert_eq!(a.api(&a.jeton("alpha.mediateur").await, "GET", "/api/v1/certification/agrements", Value::Null).await.statut, 403);
}
