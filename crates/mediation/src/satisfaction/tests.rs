//! Opinions, through the API and the pages, on both engines.

use essais::{Appli, Moteur, Value, json};
use rstest::rstest;

fn atelier(anonymes: u32) -> Value {
    json!({"type": "collectif", "titre": "Essai", "date": "2026-03-02", "duree_minutes": 60, "lieu_type": "autre", "thematiques": ["email"], "anonymes": {"total": anonymes}})
}

async fn accompagnement(a: &Appli, jeton: &str, corps: Value) -> String {
    a.api(jeton, "POST", "/api/v1/accompagnements", corps).await.id()
}

async fn individuel(a: &Appli, jeton: &str, personne: &str) -> String {
    let corps = json!({"type": "individuel", "date": "2026-03-02", "duree_minutes": 30, "lieu_type": "autre", "thematiques": ["email"], "personnes": [personne]});
    accompagnement(a, jeton, corps).await
}

async fn secret(a: &Appli, jeton: &str, id: &str) -> String {
    let r = a.api(jeton, "POST", &format!("/api/v1/accompagnements/{id}/avis"), json!({"moyen": "qr"})).await;
    assert_eq!(r.statut, 201, "{}", r.corps);
    r.corps["lien"].as_str().unwrap().rsplit('/').next().unwrap().to_owned()
}

fn notes(n: i32) -> Value {
    json!({"accueil": n, "utilite": n, "recommandation": n})
}

#[rstest]
#[tokio::test]
async fn une_personne_repond_une_fois_sans_compte(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let j = a.jeton("alpha.mediateur").await;
    let p = a.personne(&j, "Ada", "Avisée").await;
    let id = individuel(&a, &j, &p).await;
    let s = secret(&a, &j, &id).await;
    assert_eq!(s.len(), 43);
    // Kept nowhere but as a fingerprint.
    assert_eq!(a.compter(&format!("SELECT count(*) FROM lien_avis WHERE CAST(empreinte AS text) LIKE '%{s}%'")).await, 0);

    let n = a.navigateur();
    let page = n.get(&format!("/avis/{s}")).await;
    assert_eq!(page.statut, 200, "{}", page.html);
    assert!(page.html.contains("Très bien") && page.html.contains("Oui, tout à fait") && page.html.contains("<svg"));
    assert!(!page.html.contains("Avisée") && !page.html.contains("<script") && !page.html.contains("href=\"/\""), "{}", page.html);
    assert!(page.entetes.get("set-cookie").is_none());

    // Refused: what was chosen and typed stays.
    let r = n.post(&format!("/avis/{s}"), &[("accueil", "5"), ("utilite", "9"), ("commentaire", "Merci bien")]).await;
    assert_eq!(r.statut, 422);
    assert!(r.html.contains("resume-erreurs") && r.html.contains("Merci bien"), "{}", r.html);
    assert!(r.html.contains("name=\"accueil\" value=\"5\" checked"), "{}", r.html);
    assert!(r.html.contains("href=\"#utilite\"") && r.html.contains("href=\"#recommandation\""));

    let champs = [("accueil", "5"), ("utilite", "4"), ("recommandation", "5"), ("commentaire", " Merci bien ")];
    let r = n.post(&format!("/avis/{s}"), &champs).await;
    assert_eq!(r.statut, 200);
    assert!(r.html.contains("Merci") && !r.html.contains("<a "), "{}", r.html);
    let r = n.post(&format!("/avis/{s}"), &champs).await;
    assert_eq!(r.statut, 410);
    assert!(r.html.contains("déjà donné"));
    assert_eq!(n.get(&format!("/avis/{s}")).await.statut, 410);
    // Sealed at rest.
    assert_eq!(a.compter("SELECT count(*) FROM avis WHERE commentaire LIKE 'v1:%'").await, 1);

    // The mediator knows that an answer came, not what it says; and nothing more is asked.
    let suivi = a.api(&j, "GET", &format!("/api/v1/accompagnements/{id}/avis"), Value::Null).await;
    assert_eq!(suivi.corps, json!({"demandes": 1, "reponses": 1, "courriel": false}));
    let m = a.session("alpha.mediateur").await;
    for chemin in [format!("/accompagnements/{id}"), format!("/accompagnements/{id}/avis"), "/bilan/avis".to_owned()] {
        let r = m.get(&chemin).await;
        assert!(r.statut == 200 && !r.html.contains("Merci bien"), "{chemin}");
    }
    assert_eq!(a.api(&j, "POST", &format!("/api/v1/accompagnements/{id}/avis"), json!({"moyen": "qr"})).await.statut, 409);
}

#[rstest]
#[tokio::test]
async fn un_lien_inconnu_ou_expire_le_dit(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let j = a.jeton("alpha.mediateur").await;
    let id = accompagnement(&a, &j, atelier(3)).await;
    let s = secret(&a, &j, &id).await;
    // A signed-in mediator who hands the device: no page leads into the application.
    let m = a.session("alpha.mediateur").await;
    for (chemin, statut) in [(format!("/avis/{s}"), 200), ("/avis/inconnu".to_owned(), 404)] {
        let r = m.get(&chemin).await;
        assert_eq!(r.statut, statut);
        assert!(!r.html.contains("<a ") && !r.html.contains("<nav") && !r.html.contains("deconnexion"), "{}", r.html);
    }
    assert_eq!(a.api("", "GET", "/api/v1/avis/inconnu", Value::Null).await.statut, 404);
    a.regler("2026-04-09T08:59:59Z");
    assert_eq!(a.api("", "GET", &format!("/api/v1/avis/{s}"), Value::Null).await.statut, 200);
    a.regler("2026-04-09T09:00:00Z");
    let r = a.navigateur().post(&format!("/avis/{s}"), &[("accueil", "5"), ("utilite", "4"), ("recommandation", "5")]).await;
    assert_eq!(r.statut, 410);
    assert!(r.html.contains("délai"), "{}", r.html);
    let r = a.api("", "POST", &format!("/api/v1/avis/{s}"), notes(5)).await;
    assert_eq!((r.statut, r.corps["type"].as_str()), (410, Some("/problemes/perime")));
    assert_eq!(a.compter("SELECT count(*) FROM avis").await, 0);
}

#[rstest]
#[tokio::test]
async fn deux_reponses_en_meme_temps_n_en_font_qu_une(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let j = a.jeton("alpha.mediateur").await;
    let p = a.personne(&j, "Ada", "Pressée").await;
    let id = individuel(&a, &j, &p).await;
    // Two links of the same request, even.
    let (un, deux) = (secret(&a, &j, &id).await, secret(&a, &j, &id).await);
    let envoyer = async |s: &str| a.api("", "POST", &format!("/api/v1/avis/{s}"), notes(4)).await.statut;
    let (r1, r2, r3, r4) = tokio::join!(envoyer(&un), envoyer(&deux), envoyer(&un), envoyer(&deux));
    let mut statuts = [r1, r2, r3, r4];
    statuts.sort_unstable();
    assert_eq!(statuts, [204, 410, 410, 410]);
    // The database itself refuses one too many.
    let db = a.etat.base.ecriture().await.unwrap();
    let ordre = "INSERT INTO avis (id, demande_id, rang, places, accueil, utilite, recommandation, repondu_le) SELECT id, id, 2, places, 5, 5, 5, date FROM demande_avis";
    use sea_orm::ConnectionTrait;
    assert!(db.execute_unprepared(ordre).await.is_err());
    drop(db);
    assert_eq!(a.compter("SELECT count(*) FROM avis").await, 1);
}

#[rstest]
#[tokio::test]
async fn un_groupe_repond_autant_de_fois_qu_il_compte_de_monde(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let j = a.jeton("alpha.mediateur").await;
    let id = accompagnement(&a, &j, atelier(3)).await;
    let s = secret(&a, &j, &id).await;
    for attendu in [204, 204, 204, 410] {
        assert_eq!(a.api("", "POST", &format!("/api/v1/avis/{s}"), notes(5)).await.statut, attendu);
    }
    // One more was there after all: asked again, one more may answer, at either link.
    let r = a.api(&j, "PATCH", &format!("/api/v1/accompagnements/{id}"), json!({"anonymes": {"total": 4}})).await;
    assert_eq!(r.statut, 200, "{}", r.corps);
    secret(&a, &j, &id).await;
    assert_eq!(a.api("", "POST", &format!("/api/v1/avis/{s}"), notes(1)).await.statut, 204);
    let b = a.api(&j, "GET", "/api/v1/bilan", Value::Null).await.corps;
    assert_eq!(b["satisfaction"], json!({"demandes": 4, "reponses": 4, "moyenne": 4.0, "distribution": [1, 0, 0, 0, 3]}));
    // Removed, the activity no longer asks nor counts.
    assert_eq!(a.api(&j, "DELETE", &format!("/api/v1/accompagnements/{id}"), Value::Null).await.statut, 204);
    assert_eq!(a.api("", "GET", &format!("/api/v1/avis/{s}"), Value::Null).await.statut, 404);
    let b = a.api(&j, "GET", "/api/v1/bilan", Value::Null).await.corps;
    assert_eq!(b["satisfaction"], json!({"demandes": 0, "reponses": 0, "moyenne": null, "distribution": [0, 0, 0, 0, 0]}));
}

#[rstest]
#[tokio::test]
async fn les_textes_se_lisent_a_partir_de_cinq_avis(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let j = a.jeton("alpha.mediateur").await;
    let id = accompagnement(&a, &j, atelier(6)).await;
    let s = secret(&a, &j, &id).await;
    let m = a.session("alpha.mediateur").await;
    let c = a.jeton("alpha.coordinateur").await;
    for i in 1..=5 {
        let mut r = notes(5);
        r["commentaire"] = json!(format!("Texte {}", 9 - i));
        assert_eq!(a.api("", "POST", &format!("/api/v1/avis/{s}"), r).await.statut, 204);
        let v = a.api(&j, "GET", "/api/v1/bilan/satisfaction", Value::Null).await.corps;
        assert_eq!(v["commentaires"].is_null(), i < 5, "{v}");
        let page = m.get("/bilan/avis").await;
        assert_eq!(page.html.contains("Texte 8"), i == 5);
        let la = a.api(&c, "GET", "/api/v1/bilan", Value::Null).await.corps["satisfaction"].clone();
        assert_eq!((la["reponses"].is_null(), la["moyenne"].is_null()), (i < 5, i < 5), "{la}");
        assert_eq!(m.get("/bilan").await.html.contains("Moins de 5 avis"), i < 5);
    }
    let v = a.api(&j, "GET", "/api/v1/bilan/satisfaction", Value::Null).await.corps;
    assert_eq!(v["commentaires"], json!(["Texte 4", "Texte 5", "Texte 6", "Texte 7", "Texte 8"]));
    assert_eq!(v["questions"][0]["moyenne"], json!(5.0));
    // Outside the structure: figures, never words. Another structure: nothing.
    let la = a.api(&c, "GET", "/api/v1/bilan/satisfaction", Value::Null).await.corps;
    assert_eq!((&la["commentaires"], &la["reponses"]), (&Value::Null, &json!(5)));
    let b = a.jeton("beta.mediateur").await;
    assert_eq!(a.api(&b, "GET", "/api/v1/bilan/satisfaction", Value::Null).await.corps["demandes"], json!(0));
    assert_eq!(a.api(&b, "POST", &format!("/api/v1/accompagnements/{id}/avis"), json!({"moyen": "qr"})).await.statut, 404);
}

#[rstest]
#[tokio::test]
async fn le_courriel_part_avec_l_accord_et_une_seule_fois(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let j = a.jeton("alpha.mediateur").await;
    let sans = a.personne(&j, "Sans", "Adresse").await;
    let id = individuel(&a, &j, &sans).await;
    let r = a.api(&j, "POST", &format!("/api/v1/accompagnements/{id}/avis"), json!({"moyen": "courriel", "accord": true})).await;
    assert_eq!((r.statut, r.champs()), (422, vec!["moyen".to_owned()]));

    let corps = json!({"prenom": "Ada", "nom": "Postale", "courriel": "ada@exemple.invalid"});
    let p = a.api(&j, "POST", "/api/v1/personnes", corps).await.id();
    let id = individuel(&a, &j, &p).await;
    let adresse = format!("/api/v1/accompagnements/{id}/avis");
    let r = a.api(&j, "POST", &adresse, json!({"moyen": "courriel"})).await;
    assert_eq!((r.statut, r.champs()), (422, vec!["accord".to_owned()]));
    let m = a.session("alpha.mediateur").await;
    let r = m.post(&format!("/accompagnements/{id}/avis"), &[("moyen", "courriel")]).await;
    assert!(r.statut == 422 && r.html.contains("resume-erreurs"), "{}", r.html);
    let r = a.api(&j, "POST", &adresse, json!({"moyen": "courriel", "accord": true})).await;
    assert_eq!((r.statut, &r.corps["lien"]), (201, &Value::Null), "{}", r.corps);
    // Neither the address nor a secret waits in the queue.
    assert_eq!(a.compter("SELECT count(*) FROM tache WHERE CAST(charge AS text) LIKE '%exemple%'").await, 0);
    assert_eq!(a.compter("SELECT count(*) FROM lien_avis").await, 0);
    a.travailler().await;
    let lettres = a.courriels();
    assert_eq!((lettres.len(), lettres[0].destinataire.as_str()), (1, "ada@exemple.invalid"));
    let s = lettres[0].corps.split("/avis/").nth(1).unwrap().split_whitespace().next().unwrap().to_owned();
    assert_eq!(a.api(&j, "POST", &adresse, json!({"moyen": "courriel", "accord": true})).await.statut, 409);
    assert_eq!(a.api("", "POST", &format!("/api/v1/avis/{s}"), notes(3)).await.statut, 204);

    // Erased before it left: nothing is sent.
    let corps = json!({"prenom": "Eve", "nom": "Partie", "courriel": "eve@exemple.invalid"});
    let p = a.api(&j, "POST", "/api/v1/personnes", corps).await.id();
    let id = individuel(&a, &j, &p).await;
    let r = a.api(&j, "POST", &format!("/api/v1/accompagnements/{id}/avis"), json!({"moyen": "courriel", "accord": true})).await;
    assert_eq!(r.statut, 201);
    assert_eq!(a.api(&j, "DELETE", &format!("/api/v1/personnes/{p}"), Value::Null).await.statut, 204);
    a.travailler().await;
    assert_eq!(a.courriels().len(), 1);
}

#[rstest]
#[tokio::test]
async fn l_effacement_retire_les_textes_et_les_liens(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let j = a.jeton("alpha.mediateur").await;
    let (p, autre) = (a.personne(&j, "Ada", "Partie").await, a.personne(&j, "Bea", "Restée").await);
    for qui in [&p, &autre] {
        let id = individuel(&a, &j, qui).await;
        let s = secret(&a, &j, &id).await;
        let corps = json!({"accueil": 5, "utilite": 5, "recommandation": 5, "commentaire": "Écrit par moi"});
        assert_eq!(a.api("", "POST", &format!("/api/v1/avis/{s}"), corps).await.statut, 204);
    }
    let ouvert = individuel(&a, &j, &p).await;
    let s = secret(&a, &j, &ouvert).await;
    assert_eq!(a.api(&j, "DELETE", &format!("/api/v1/personnes/{p}"), Value::Null).await.statut, 204);
    assert_eq!(a.compter("SELECT count(*) FROM avis WHERE commentaire IS NOT NULL").await, 1);
    assert_eq!(a.api("", "GET", &format!("/api/v1/avis/{s}"), Value::Null).await.statut, 404);
    let b = a.api(&j, "GET", "/api/v1/bilan", Value::Null).await.corps;
    assert_eq!((&b["satisfaction"]["demandes"], &b["satisfaction"]["reponses"]), (&json!(3), &json!(2)), "les notes restent comptées");
}

#[rstest]
#[tokio::test]
async fn la_tablette_et_le_code_menent_au_questionnaire(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let j = a.jeton("alpha.mediateur").await;
    let id = accompagnement(&a, &j, atelier(2)).await;
    let m = a.session("alpha.mediateur").await;
    let r = m.get(&format!("/accompagnements/{id}/avis")).await;
    assert!(r.statut == 200 && r.html.contains("Passer la tablette") && r.html.contains("target=\"_blank\""), "{}", r.html);
    let r = m.post(&format!("/accompagnements/{id}/avis"), &[("moyen", "tablette")]).await;
    let vers = r.vers.unwrap();
    assert!(r.statut == 303 && vers.starts_with("/avis/"), "{vers}");
    let r = m.post(&vers, &[("accueil", "2"), ("utilite", "2"), ("recommandation", "2")]).await;
    assert!(r.statut == 200 && r.html.contains("rendre la tablette") && !r.html.contains("<a "), "{}", r.html);

    let r = m.post(&format!("/accompagnements/{id}/avis"), &[("moyen", "qr")]).await;
    assert_eq!(r.statut, 200);
    let lien = r.html.split("<code>").nth(1).unwrap().split('<').next().unwrap();
    assert!(lien.starts_with("http://passeur.test/avis/"), "{lien}");
    assert_eq!(lire_qr(&r.html), lien);
    let r = m.post(&format!("/accompagnements/{id}/avis"), &[("moyen", "pigeon")]).await;
    assert_eq!(r.statut, 422);
}

/// What a telephone reads on the page: the drawing, made into pixels, decoded by another library.
fn lire_qr(html: &str) -> String {
    let cote: usize = html.split("viewBox=\"0 0 ").find_map(|r| r.split(' ').next()?.parse().ok().filter(|c| *c > 24)).unwrap();
    let trace = html.split("fill=\"#000\" d=\"").nth(1).unwrap().split('"').next().unwrap();
    let noirs: std::collections::HashSet<(usize, usize)> = trace
        .split('M')
        .filter(|t| !t.is_empty())
        .map(|t| {
            let (x, y) = t.split_once('h').unwrap().0.split_once(' ').unwrap();
            (x.parse().unwrap(), y.parse().unwrap())
        })
        .collect();
    const PIXELS: usize = 4;
    let mut image = rqrr::PreparedImage::prepare_from_greyscale(cote * PIXELS, cote * PIXELS, |x, y| {
        if noirs.contains(&(x / PIXELS, y / PIXELS)) { 0 } else { 255 }
    });
    image.detect_grids()[0].decode().unwrap().1
}
