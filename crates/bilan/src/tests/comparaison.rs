//! A period beside the one before.

use essais::{Appli, Moteur, Value, json};
use rstest::rstest;

use super::recevoir;

fn ligne<'a>(r: &'a Value, tableau: &str, code: &str) -> &'a Value {
    let t = r["tableaux"].as_array().unwrap().iter().find(|t| t["code"] == tableau).unwrap_or_else(|| panic!("{tableau} : {r}"));
    t["lignes"].as_array().unwrap().iter().find(|l| l["code"] == code).unwrap_or_else(|| panic!("{code} : {t}"))
}

#[rstest]
#[tokio::test]
async fn chaque_chiffre_dit_le_precedent_et_l_ecart(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let jeton = a.jeton("alpha.mediateur").await;
    let p = a.personne(&jeton, "Essai", "Avant").await;
    for date in ["2026-01-31", "2026-02-01", "2026-02-28", "2026-01-05", "2026-02-10"] {
        recevoir(&a, &jeton, &p, date).await;
    }
    let r = a.api(&jeton, "GET", "/api/v1/bilan/comparaison?du=2026-02-01&au=2026-02-28", json!(null)).await;
    assert_eq!(r.statut, 200, "{}", r.corps);
    assert_eq!((&r.corps["avant_du"], &r.corps["avant_au"]), (&json!("2026-01-01"), &json!("2026-01-31")), "le mois d’avant");
    let l = ligne(&r.corps, "en_bref", "activites");
    assert_eq!((&l["valeur"], &l["avant"], &l["difference"], &l["pourcentage"]), (&json!(3), &json!(2), &json!(1), &json!(50)));
    assert_eq!(l["evolution"], json!("1 de plus, soit 50\u{a0}% de plus"));
    assert_eq!(ligne(&r.corps, "en_bref", "nouvelles")["evolution"], json!("1 de moins, soit 100\u{a0}% de moins"));
    assert_eq!(ligne(&r.corps, "thematiques", "email")["difference"], json!(1));
    // Each side is what the bilan of its days says.
    for (cle, jours) in [("valeur", "du=2026-02-01&au=2026-02-28"), ("avant", "du=2026-01-01&au=2026-01-31")] {
        let b = a.api(&jeton, "GET", &format!("/api/v1/bilan?{jours}"), json!(null)).await.corps;
        assert_eq!(ligne(&r.corps, "en_bref", "duree_minutes")[cle], b["duree_minutes"], "{cle}");
        assert_eq!(ligne(&r.corps, "en_bref", "distinctes")[cle], b["personnes"]["distinctes"], "{cle}");
    }
    let s = a.session("alpha.mediateur").await;
    let page = s.get("/bilan/comparaison?periode=mois_dernier").await;
    assert!(page.statut == 200 && page.html.contains("1 de plus, soit 50\u{a0}% de plus"), "{}", page.html);
    assert!(page.html.contains("du 1er\u{a0}janvier 2026 au 31\u{a0}janvier 2026"), "{}", page.html);
    assert_eq!(s.get("/bilan/comparaison?du=2026-02-02&au=2026-02-01").await.statut, 422);
}

#[rstest]
#[tokio::test]
async fn un_chiffre_masque_ne_se_retrouve_pas_par_la_comparaison(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let jeton = a.jeton("alpha.mediateur").await;
    for i in 0..8 {
        let p = a.personne(&jeton, "Essai", &format!("Numéro {i}")).await;
        recevoir(&a, &jeton, &p, "2026-02-03").await;
        if i < 3 {
            recevoir(&a, &jeton, &p, "2026-01-03").await;
        }
    }
    let jours = "du=2026-02-01&au=2026-02-28";
    let ici = a.api(&jeton, "GET", &format!("/api/v1/bilan/comparaison?{jours}"), json!(null)).await.corps;
    assert_eq!(ligne(&ici, "en_bref", "distinctes")["difference"], json!(5));
    let coordination = a.jeton("alpha.coordinateur").await;
    let la = a.api(&coordination, "GET", &format!("/api/v1/bilan/comparaison?{jours}"), json!(null)).await.corps;
    assert_eq!(la["masques"], json!(true));
    let l = ligne(&la, "en_bref", "distinctes");
    assert_eq!((&l["valeur"], &l["avant"], &l["difference"], &l["pourcentage"]), (&json!(8), &json!(null), &json!(null), &json!(null)));
    assert_eq!(l["evolution"], json!("Pas de comparaison"));
    // No line that hides one of the two says anything of how far they are.
    for l in la["tableaux"].as_array().unwrap().iter().flat_map(|t| t["lignes"].as_array().unwrap()) {
        if l["valeur"].is_null() || l["avant"].is_null() {
            assert!(l["difference"].is_null() && l["pourcentage"].is_null() && l["evolution"] == "Pas de comparaison", "{l}");
        }
    }
}
