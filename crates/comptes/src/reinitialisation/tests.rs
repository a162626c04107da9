//! The choice of a password by a link received by mail, on both engines.

use essais::{Appli, MOT_DE_PASSE, Moteur, Navigateur, ReponsePage, email};
use rstest::rstest;

const NOUVEAU: &str = "quatre petits bateaux bleus";

/// Asks for a link and reads the mails; gives the path of the last link received.
async fn demander(a: &Appli, compte: &str) -> String {
    let r = a.navigateur().post("/mot-de-passe/oublie", &[("email", &email(compte))]).await;
    assert_eq!(r.statut, 200);
    a.travailler().await;
    let lettre = a.courriels().pop().expect("un courriel est parti");
    assert_eq!(lettre.destinataire, email(compte));
    chemin(&lettre.corps)
}

/// The path of the link in a mail.
fn chemin(corps: &str) -> String {
    let lien = corps.lines().find(|l| l.starts_with("http://passeur.test/mot-de-passe/")).expect("le courriel porte un lien");
    lien.trim_start_matches("http://passeur.test").to_owned()
}

async fn choisir(n: &Navigateur<'_>, lien: &str, mot: &str) -> ReponsePage {
    n.post(lien, &[("mot_de_passe_nouveau", mot), ("mot_de_passe_confirme", mot)]).await
}

#[rstest]
#[tokio::test]
async fn un_lien_change_le_mot_de_passe_une_fois(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let ouverte = a.session("alpha.mediateur").await;
    let n = a.navigateur();
    for _ in 0..5 {
        n.entrer("alpha.mediateur", "un autre mot de passe").await;
    }
    let (ancien, lien) = (demander(&a, "alpha.mediateur").await, demander(&a, "alpha.mediateur").await);
    assert_ne!(ancien, lien);
    assert_eq!(
        a.compter("SELECT count(*) FROM tache WHERE CAST(charge AS TEXT) LIKE '%mot-de-passe%'").await,
        0,
        "la tâche oublie le lien"
    );

    let r = n.get(&lien).await;
    assert_eq!((r.statut, r.entetes["referrer-policy"].to_str().unwrap()), (200, "no-referrer"));
    assert!(r.html.contains(&email("alpha.mediateur")) && r.html.contains("12 caractères au moins"));
    for (mot, dit) in [
        ("", "trop court"),
        ("onze lettre", "trop court"),
        ("motdepasse2026", "trop facile à deviner"),
        ("azertyuiop12", "trop facile à deviner"),
        ("123456789012", "trop facile à deviner"),
        ("alpha.mediateur 2026", "le début de votre adresse"),
        (&"bateau bleu ".repeat(20), "trop long"),
    ] {
        let r = choisir(&n, &lien, mot).await;
        assert_eq!(r.statut, 422, "{mot}");
        assert!(r.html.contains(dit), "{mot} : {}", r.html);
    }
    let r = n.post(&lien, &[("mot_de_passe_nouveau", NOUVEAU), ("mot_de_passe_confirme", MOT_DE_PASSE)]).await;
    assert_eq!(r.statut, 422);
    assert!(r.html.contains("ne sont pas les mêmes"));

    let r = choisir(&n, &lien, NOUVEAU).await;
    assert_eq!((r.statut, r.vers.as_deref()), (303, Some("/connexion")), "{}", r.html);
    assert_eq!(ouverte.get("/compte").await.statut, 303, "les sessions ouvertes se ferment");
    // The failures of before are forgotten: nobody waits after choosing.
    assert_eq!(n.entrer("alpha.mediateur", MOT_DE_PASSE).await.statut, 422);
    assert_eq!(n.entrer("alpha.mediateur", NOUVEAU).await.statut, 303);
    for (lien, quoi) in [(&lien, "déjà servi"), (&ancien, "demandé avant")] {
        let r = choisir(&n, lien, "trois grands voiliers verts").await;
        assert_eq!(r.statut, 409, "{quoi}");
        assert!(r.html.contains("Ce lien n’est plus valable"), "{}", r.html);
        assert_eq!(a.navigateur().get(lien).await.statut, 409, "{quoi}");
    }
    assert_eq!(a.navigateur().entrer("alpha.mediateur", NOUVEAU).await.statut, 303);
}

#[rstest]
#[tokio::test]
async fn un_lien_perime_ou_invente_n_ouvre_rien(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let n = a.navigateur();
    let lien = demander(&a, "alpha.mediateur").await;
    for faux in ["/mot-de-passe/x", &format!("{lien}A")] {
        assert_eq!(n.get(faux).await.statut, 409, "{faux}");
        assert_eq!(choisir(&n, faux, NOUVEAU).await.statut, 409, "{faux}");
    }
    a.regler("2026-03-10T10:59:59Z");
    assert_eq!(n.get(&lien).await.statut, 200);
    a.regler("2026-03-10T11:00:00Z");
    assert_eq!(n.get(&lien).await.statut, 409);
    assert_eq!(choisir(&n, &lien, NOUVEAU).await.statut, 409);
    assert_eq!(n.entrer("alpha.mediateur", MOT_DE_PASSE).await.statut, 303, "rien n’a changé");

    let lien = demander(&a, "alpha.responsable").await;
    let cx = socle::Contexte::systeme(&a.etat).await.unwrap();
    comptes::cli::desactiver(&cx, &email("alpha.responsable")).await.unwrap();
    cx.valider().await.unwrap();
    assert_eq!(choisir(&n, &lien, NOUVEAU).await.statut, 409, "le compte est désactivé");
}

#[rstest]
#[tokio::test]
async fn la_reponse_est_la_meme_sans_compte(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let cx = socle::Contexte::systeme(&a.etat).await.unwrap();
    comptes::cli::desactiver(&cx, &email("beta.mediateur")).await.unwrap();
    cx.valider().await.unwrap();
    let mut pages = vec![];
    for compte in ["alpha.mediateur", "inconnu", "beta.mediateur"] {
        let r = a.navigateur().post("/mot-de-passe/oublie", &[("email", &email(compte))]).await;
        assert_eq!(r.statut, 200);
        pages.push(r.html.replace(&email(compte), "adresse"));
    }
    assert!(pages.iter().all(|p| *p == pages[0] && p.contains("Si un compte existe")), "{}", pages[0]);
    a.travailler().await;
    assert_eq!(a.courriels().len(), 1);
    let r = a.navigateur().post("/mot-de-passe/oublie", &[("email", " ")]).await;
    assert_eq!(r.statut, 422);
    assert!(r.html.contains("Indiquez votre adresse électronique"));
}

#[rstest]
#[tokio::test]
async fn on_ne_remplit_pas_une_boite_de_courriels(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let n = a.navigateur();
    for essai in 0..10 {
        assert_eq!(n.post("/mot-de-passe/oublie", &[("email", &email("alpha.mediateur"))]).await.statut, 200, "{essai}");
    }
    a.travailler().await;
    assert_eq!(a.courriels().len(), 3, "trois courriels au plus en deux heures");
    let r = n.post("/mot-de-passe/oublie", &[("email", &email("alpha.responsable"))]).await;
    assert_eq!((r.statut, r.entetes["retry-after"].to_str().unwrap()), (429, "30"));
    assert!(r.html.contains(&email("alpha.responsable")), "l’adresse saisie reste");
    a.regler("2026-03-10T09:00:31Z");
    assert_eq!(n.post("/mot-de-passe/oublie", &[("email", &email("alpha.responsable"))]).await.statut, 200);
}
