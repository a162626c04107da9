//! Pages kept in memory say what the database says, to whom they are for.

use essais::{Appli, Moteur, json};
use rstest::rstest;

async fn seance(a: &Appli) -> String {
    let corps = json!({
        "fiche": ateliers::fiche::livrees::LIVREES[0].code, "titre": "Atelier d’essai", "dates": [{"jour": "2026-03-20", "heure": "14:00"}],
        "lieu_genre": "public", "lieu_texte": "Salle d’essai", "publiee": true, "places": 3
    });
    a.api(&a.jeton("alpha.mediateur").await, "POST", "/api/v1/ateliers/seances", corps).await.id()
}

/// The value of the hidden field `id`.
fn identifiant(html: &str) -> String {
    html.split("name=\"id\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned()
}

#[rstest]
#[tokio::test]
async fn une_page_gardee_se_refait_quand_on_ecrit_ou_que_la_minute_passe(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    a.regler("2026-03-10T09:00:05Z");
    let id = seance(&a).await;
    let n = a.navigateur();
    // The feed says the second it was made.
    let faite_a =
        async |secondes: &str| n.get("/programme/atom").await.html.contains(&format!("<updated>2026-03-10T{secondes}Z</updated>"));
    assert!(faite_a("09:00:05").await);
    a.regler("2026-03-10T09:00:40Z");
    // On PostgreSQL, what other tests write on the same server makes it again.
    assert!(moteur == Moteur::Postgres || faite_a("09:00:05").await, "kept");
    let atelier = format!("/programme/atelier/{id}");
    assert!(n.get(&atelier).await.html.replace('\u{a0}', " ").contains("3 places libres"));

    let formulaire = format!("{atelier}/reserver");
    let (un, deux) = (n.get(&formulaire).await.html, n.get(&formulaire).await.html);
    assert_ne!(identifiant(&un), identifiant(&deux), "a form is for one booking");
    assert_eq!(un.replace(&identifiant(&un), "x"), deux.replace(&identifiant(&deux), "x"));
    for html in [un, deux] {
        let r = n.post(&formulaire, &[("id", identifiant(&html).as_str()), ("nom", "Essai"), ("par", "soi")]).await;
        assert_eq!(r.statut, 303, "{}", r.html);
    }
    assert!(n.get(&atelier).await.html.replace('\u{a0}', " ").contains("1 place libre"), "written since");
    assert!(faite_a("09:00:40").await);
    a.regler("2026-03-10T09:01:00Z");
    assert!(faite_a("09:01:00").await);
    // What is not there is not kept, and is said each time.
    let absente = "/programme/atelier/00000000-0000-7000-8000-000000000000";
    assert_eq!((n.get(absente).await.statut, n.get(absente).await.statut), (404, 404));
}

#[rstest]
#[tokio::test]
async fn une_page_gardee_est_pour_une_session(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let j = a.jeton("alpha.mediateur").await;
    let p = a.personne(&j, "Essai", "Un").await;
    let dossier = format!("/personnes/{p}");
    let (alpha, collegue, beta) =
        (a.session("alpha.mediateur").await, a.session("alpha.responsable").await, a.session("beta.mediateur").await);
    for _ in 0..2 {
        assert!(alpha.get(&dossier).await.html.contains("Essai UN"));
        assert_eq!(beta.get(&dossier).await.statut, 404);
        assert!(a.navigateur().get(&dossier).await.vers.is_some_and(|v| v.starts_with("/connexion")));
    }
    // The name of the account stands on the page: each their own.
    let (sienne, autre) = (alpha.get("/personnes").await.html, collegue.get("/personnes").await.html);
    assert_ne!(sienne, autre);
    assert_eq!(alpha.get("/personnes").await.html, sienne);
    // A message is shown once.
    let champs = [("prenom", "Essai"), ("nom", "Deux")];
    let id = identifiant(&alpha.get("/personnes/nouvelle").await.html);
    let r = alpha.post("/personnes/nouvelle", &[("id", id.as_str()), champs[0], champs[1]]).await;
    assert_eq!(r.statut, 303, "{}", r.html);
    let (avec, sans) = (alpha.get("/").await.html, alpha.get("/").await.html);
    let message =
        |html: &str| html.split("<div id=\"annonce\" role=\"status\">").nth(1).unwrap().split("</div>").next().unwrap().trim().to_owned();
    assert!(!message(&avec).is_empty() && message(&sans).is_empty(), "{}", message(&avec));
    // A session closed, an account closed.
    assert_eq!(alpha.post("/deconnexion", &[]).await.statut, 303);
    assert!(alpha.get(&dossier).await.vers.is_some());
    assert_eq!(collegue.get("/").await.statut, 200);
    use sea_orm::ConnectionTrait;
    let sql = format!("UPDATE utilisateur SET actif = false WHERE email = '{}'", essais::email("alpha.responsable"));
    a.etat.base.directe().execute_unprepared(&sql).await.unwrap();
    assert!(collegue.get("/").await.vers.is_some());
}

/// Whoever asks while others write is told of what was written before asking.
#[rstest]
#[tokio::test]
async fn beaucoup_a_la_fois_lisent_ce_qui_est_ecrit_avant_eux(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    const LECTEURS: usize = 12;
    let a = Appli::lancer(moteur).await;
    let id = seance(&a).await;
    let [formulaire, page] = ["/reserver", ""].map(|fin| format!("/programme/atelier/{id}{fin}"));
    for prises in 1..=3_usize {
        let n = a.navigateur();
        let cle = identifiant(&n.get(&formulaire).await.html);
        let champs = [("id", cle.as_str()), ("nom", "Essai"), ("par", "soi")];
        let ecrire = n.post(&formulaire, &champs);
        let lecteurs = || (0..LECTEURS).map(|_| async { a.navigateur().get(&page).await });
        // Those who read meanwhile see one state or the other; those who read after, the last.
        let (ecrite, pendant) = futures_util::future::join(ecrire, futures_util::future::join_all(lecteurs())).await;
        assert_eq!(ecrite.statut, 303, "{}", ecrite.html);
        let dit = |html: &str, libres: usize| {
            let html = html.replace('\u{a0}', " ");
            match libres {
                0 => html.contains("omplet"),
                1 => html.contains("1 place libre"),
                n => html.contains(&format!("{n} places libres")),
            }
        };
        for p in pendant {
            assert!(p.statut == 200 && (dit(&p.html, 3 - prises) || dit(&p.html, 4 - prises)), "{}", p.html);
        }
        for p in futures_util::future::join_all(lecteurs()).await {
            assert!(p.statut == 200 && dit(&p.html, 3 - prises), "{}", p.html);
        }
    }
}
