//! The certificate of completion, with the hours that were followed.

use super::*;

#[rstest]
#[tokio::test]
async fn le_certificat_de_realisation_dit_les_heures_suivies(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let e = Examen::preparer(moteur, &[]).await;
    let corps = json!({"prenom": "Camille", "nom": "Essai"});
    let p = e.a.api(&e.gestion, "POST", &format!("{BASE}/candidats"), corps).await.id();
    let corps = json!({"candidat": p, "version": "mediateur-numerique-2025", "voie": "formation_continue",
                       "formation_debut": "2025-09-01", "formation_fin": "2026-02-27"});
    let c = e.a.api(&e.gestion, "POST", &format!("{BASE}/candidatures"), corps).await.id();
    let formateur = e.a.jeton("alpha.formateur").await;
    let piece = async |corps: Value| e.a.api(&formateur, "POST", &format!("{BASE}/candidatures/{c}/pieces"), corps).await;
    let emettre = async || {
        let corps = json!({"nature": "certificat_realisation", "candidature": c});
        e.a.api(&e.gestion, "POST", &format!("{BASE}/documents"), corps).await
    };
    let r = emettre().await;
    assert!(r.statut == 409 && r.corps["detail"].as_str().unwrap().contains("Aucune heure suivie"), "{}", r.corps);
    let module = |nom: &str, debut: &str, fin: &str, prevues: u32, suivies: u32| json!({"genre": "formation", "module": nom, "debut": debut, "fin": fin, "prevues": prevues, "suivies": suivies});
    for (corps, champ) in [
        (module("Accueil", "2025-09-05", "2025-09-01", 600, 600), "fin"),
        (module("Accueil", "2025-09-01", "2027-09-01", 600, 600), "fin"),
        (module("Accueil", "2025-09-01", "2025-09-05", 600, 601), "suivies"),
        (module("Accueil", "2025-09-01", "2025-09-05", 0, 0), "prevues"),
        (module(" ", "2025-09-01", "2025-09-05", 600, 600), "module"),
    ] {
        let r = piece(corps.clone()).await;
        assert_eq!((r.statut, r.champs()), (422, vec![champ.to_owned()]), "{corps} : {}", r.corps);
    }
    assert_eq!(piece(module("Accueil", "2025-09-01", "2025-10-03", 6300, 6090)).await.statut, 201);
    assert_eq!(piece(module("Projet", "2025-10-06", "2025-10-06", 420, 0)).await.statut, 201);
    let stage = json!({"genre": "periode", "entreprise": "Atelier d’essai", "tuteur": "Une tutrice", "debut": "2026-01-05", "fin": "2026-02-13", "minutes": 12_600});
    assert_eq!(piece(stage).await.statut, 201);
    // Outside the training, nothing is attested.
    let dehors = piece(module("Trop tôt", "2025-08-25", "2025-08-29", 2100, 2100)).await.id();
    let r = emettre().await;
    assert!(r.statut == 409 && r.corps["detail"].as_str().unwrap().contains("en dehors de la formation"), "{}", r.corps);
    let chemin = format!("{BASE}/candidatures/{c}/pieces/{dehors}");
    assert_eq!(e.a.api(&formateur, "DELETE", &chemin, Value::Null).await.statut, 204);
    let r = emettre().await;
    assert_eq!(r.statut, 201, "{}", r.corps);
    let texte = if matches!(moteur, Moteur::Postgres) { "contenu::text" } else { "contenu" };
    for dit in ["101_h_30, sur 112_h prévues", "210_h", "311_h 30", "Accueil", "Atelier d’essai"] {
        let sql = format!(
            "SELECT count(*) FROM document_certification WHERE nature = 'certificat_realisation' AND {texte} LIKE '%{}%'",
            dit.replace(' ', "_")
        );
        assert_eq!(e.a.compter(&sql).await, 1, "{dit}");
    }
    let pdf = e.a.api(&e.gestion, "GET", &format!("{BASE}/documents/{}/pdf", r.id()), Value::Null).await;
    assert!(pdf.octets.starts_with(b"%PDF"), "{}", pdf.corps);
    // The page takes hours as they are written, and the candidate's file shows them.
    let s = e.a.session("alpha.formateur").await;
    let page = format!("/certification/candidatures/{c}/pieces/formation");
    let champs = |suivies: &'static str| {
        [("module", "Numérique"), ("debut", "2025-10-07"), ("fin", "2025-10-10"), ("prevues", "17,5"), ("suivies", suivies)]
    };
    let r = s.post(&page, &champs("beaucoup")).await;
    assert!(r.statut == 422 && r.html.contains("value=\"17,5\"") && r.html.contains("#suivies"), "{}", r.html);
    assert_eq!(s.post(&page, &champs("16 h 15")).await.statut, 303);
    let html = s.get(&format!("/certification/candidatures/{c}")).await.html.replace('\u{a0}', " ");
    assert!(html.contains("16 h 15 suivies sur 17 h 30"), "{html}");
}
