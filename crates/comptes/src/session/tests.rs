//! Sign-in, the brake, the end of sessions and what was typed meanwhile, on both engines.

use essais::{Appli, MOT_DE_PASSE, Moteur, Value, email};
use rstest::rstest;

const REFUS: &str = "L’adresse électronique ou le mot de passe ne convient pas";
const FAUX: &str = "un autre mot de passe";

#[rstest]
#[tokio::test]
async fn on_entre_et_on_sort(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let n = a.navigateur();
    assert_eq!(n.get("/partenaires?actif=oui").await.vers.as_deref(), Some("/connexion?suite=%2Fpartenaires%3Factif%3Doui"));
    // The e-mail is read whatever its case and the spaces around it.
    let r = n.post("/connexion", &[("email", " Alpha.Mediateur@essai.invalid "), ("mot_de_passe", MOT_DE_PASSE)]).await;
    assert_eq!((r.statut, r.vers.as_deref()), (303, Some("/")));
    let cookie = r.entetes["set-cookie"].to_str().unwrap();
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"), "{cookie}");
    assert_eq!(n.get("/compte").await.statut, 200);
    assert_eq!(n.get("/connexion").await.vers.as_deref(), Some("/"), "on est déjà entré");
    let r = n.post("/deconnexion", &[]).await;
    assert_eq!((r.statut, r.vers.as_deref()), (303, Some("/connexion")));
    assert_eq!(n.get("/compte").await.vers.as_deref(), Some("/connexion?suite=%2Fcompte"));
    assert_eq!(a.compter("SELECT count(*) FROM session").await, 0);
    assert_eq!(n.post("/deconnexion", &[]).await.statut, 303, "sortir deux fois");
    for action in ["connexion", "deconnexion"] {
        assert_eq!(a.compter(&format!("SELECT count(*) FROM journal WHERE action = '{action}'")).await, 1, "{action}");
    }
}

#[rstest]
#[tokio::test]
async fn entrer_de_nouveau_ferme_la_session_du_navigateur(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let n = a.session("alpha.mediateur").await;
    assert_eq!(n.entrer("alpha.responsable", MOT_DE_PASSE).await.statut, 303);
    assert_eq!(a.compter("SELECT count(*) FROM session").await, 1);
    assert_eq!(n.get("/journal").await.statut, 200, "c’est bien le second compte");
}

#[rstest]
#[tokio::test]
async fn un_refus_ne_dit_pas_si_le_compte_existe(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let n = a.navigateur();
    let cx = socle::Contexte::systeme(&a.etat).await.unwrap();
    comptes::cli::desactiver(&cx, &email("beta.mediateur")).await.unwrap();
    cx.valider().await.unwrap();
    let mut pages = vec![];
    for (compte, mot) in [("alpha.mediateur", FAUX), ("inconnu", MOT_DE_PASSE), ("beta.mediateur", MOT_DE_PASSE), ("alpha.mediateur", "")] {
        let r = n.entrer(compte, mot).await;
        assert_eq!(r.statut, 422, "{compte}");
        assert!(r.html.contains(REFUS) && r.html.contains(&email(compte)), "{}", r.html);
        assert!(!r.html.contains(MOT_DE_PASSE) && !r.html.contains(FAUX), "le mot de passe ne revient jamais");
        pages.push(r.html.replace(&email(compte), "adresse"));
    }
    assert!(pages.iter().all(|p| *p == pages[0]), "les refus diffèrent");
    assert_eq!(a.compter("SELECT count(*) FROM session").await, 0);
    assert_eq!(a.compter("SELECT count(*) FROM journal WHERE action = 'echec_connexion'").await, 4);
    assert_eq!(a.compter("SELECT count(*) FROM journal WHERE action = 'echec_connexion' AND acteur_id IS NULL").await, 1);
}

#[rstest]
#[tokio::test]
async fn cinq_echecs_font_attendre_puis_le_delai_passe(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let n = a.navigateur();
    for compte in ["alpha.mediateur", "inconnu"] {
        for essai in 1..=5 {
            assert_eq!(n.entrer(compte, FAUX).await.statut, 422, "{compte} {essai}");
        }
        let r = n.entrer(compte, MOT_DE_PASSE).await;
        assert_eq!((r.statut, r.entetes["retry-after"].to_str().unwrap()), (429, "30"), "{compte}");
        assert!(r.html.contains("Réessayez dans 30") && r.html.contains("name=\"mot_de_passe\""), "{}", r.html);
    }
    // Another account of the same address is not stopped.
    assert_eq!(a.navigateur().entrer("alpha.responsable", MOT_DE_PASSE).await.statut, 303);
    a.regler("2026-03-10T09:00:29Z");
    assert_eq!(n.entrer("alpha.mediateur", MOT_DE_PASSE).await.statut, 429);
    a.regler("2026-03-10T09:00:31Z");
    // One failure more: twice as long.
    assert_eq!(n.entrer("alpha.mediateur", FAUX).await.statut, 422);
    assert_eq!(n.entrer("alpha.mediateur", MOT_DE_PASSE).await.entetes["retry-after"], "60");
    a.regler("2026-03-10T09:01:32Z");
    assert_eq!(n.entrer("alpha.mediateur", MOT_DE_PASSE).await.statut, 303);
    // A success forgets the failures.
    let n = a.navigateur();
    assert_eq!(n.entrer("alpha.mediateur", FAUX).await.statut, 422);
    assert_eq!(n.entrer("alpha.mediateur", MOT_DE_PASSE).await.statut, 303);
}

#[rstest]
#[tokio::test]
async fn une_adresse_qui_essaie_tous_les_comptes_attend_aussi(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let n = a.navigateur();
    for essai in 0..20 {
        assert_eq!(n.entrer(&format!("inconnu.{essai}"), FAUX).await.statut, 422, "{essai}");
    }
    let r = n.entrer("alpha.mediateur", MOT_DE_PASSE).await;
    assert_eq!((r.statut, r.entetes["retry-after"].to_str().unwrap()), (429, "30"));
    a.regler("2026-03-10T09:00:31Z");
    assert_eq!(n.entrer("alpha.mediateur", MOT_DE_PASSE).await.statut, 303);
}

#[rstest]
#[tokio::test]
async fn une_session_finit_sans_activite_et_au_plus_tard_a_sa_fin(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer_avec(moteur, |c| {
        c.session_idle_minutes = 60;
        c.session_hours = 3;
    })
    .await;
    let s = a.session("alpha.mediateur").await;
    for (instant, statut) in [("09:50:00", 200), ("10:40:00", 200), ("11:30:00", 200), ("11:59:59", 200), ("12:00:00", 303)] {
        a.regler(&format!("2026-03-10T{instant}Z"));
        assert_eq!(s.get("/compte").await.statut, statut, "{instant}");
    }
    let s = a.session("alpha.mediateur").await;
    assert_eq!(a.compter("SELECT count(*) FROM session").await, 1, "ce qui a expiré est retiré");
    a.regler("2026-03-10T13:00:00Z");
    assert_eq!(s.get("/compte").await.statut, 303, "une heure sans rien demander");
}

#[rstest]
#[tokio::test]
async fn on_ne_sort_pas_de_l_instance_en_entrant(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    for (suite, vers) in [
        ("/partenaires?actif=oui", "/partenaires?actif=oui"),
        ("//ailleurs.invalid/x", "/"),
        ("https://ailleurs.invalid", "/"),
        ("/\\ailleurs.invalid", "/"),
        ("/\tx", "/"),
        ("javascript:alert(1)", "/"),
        ("/deconnexion", "/"),
    ] {
        let champs = [("email", &*email("alpha.mediateur")), ("mot_de_passe", MOT_DE_PASSE), ("suite", suite)];
        assert_eq!(a.navigateur().post("/connexion", &champs).await.vers.as_deref(), Some(vers), "{suite:?}");
    }
}

#[rstest]
#[tokio::test]
async fn ce_qui_est_saisi_survit_a_la_session(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let s = a.session("alpha.mediateur").await;
    a.regler("2026-03-11T09:00:00Z");
    let notes = "L’été, « guillemets », \"droits\" & <b>gras</b>\r\nseconde ligne";
    let id = "0195a000-0000-7000-8000-0000000000cc";
    let saisie = [
        ("id", id),
        ("type", "individuel"),
        ("date", "2026-03-10"),
        ("duree", "30"),
        ("lieu", "domicile"),
        ("thematiques", "email"),
        ("thematiques", "bureautique"),
        ("notes", notes),
    ];
    let r = s.post("/accompagnements/nouveau", &saisie).await;
    assert_eq!((r.statut, r.entetes["cache-control"].to_str().unwrap()), (401, "no-store"));
    assert!(r.html.contains("Votre session a expiré") && !r.html.contains("<b>gras"), "{}", r.html);
    let expiree = r.champs_caches();
    let valeur = |champs: &[(String, String)], nom: &str| champs.iter().find(|(n, _)| n == nom).map(|(_, v)| v.clone()).unwrap();
    assert_eq!(valeur(&expiree, "suite"), "/accompagnements/nouveau");
    assert!(valeur(&expiree, "corps").contains("notes="), "{expiree:?}");

    // A wrong password in between loses nothing either.
    let entrer = async |champs: &[(String, String)], mot: &str| {
        let adresse = email("alpha.mediateur");
        let mut envoi: Vec<(&str, &str)> = champs.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
        envoi.extend([("email", adresse.as_str()), ("mot_de_passe", mot)]);
        s.post("/connexion", &envoi).await
    };
    let r = entrer(&expiree, FAUX).await;
    assert_eq!((r.statut, r.champs_caches()), (422, expiree.clone()));
    let r = entrer(&expiree, MOT_DE_PASSE).await;
    assert_eq!(r.statut, 200);
    assert!(r.html.contains("Reprendre où vous en étiez") && r.html.contains("action=\"/accompagnements/nouveau\""), "{}", r.html);
    let garde = r.champs_caches();
    assert_eq!(garde, saisie.map(|(n, v)| (n.to_owned(), v.to_owned())));
    let renvoi: Vec<(&str, &str)> = garde.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
    assert_eq!(s.post("/accompagnements/nouveau", &renvoi).await.statut, 303);
    assert_eq!(s.post("/accompagnements/nouveau", &renvoi).await.statut, 303, "deux clics");
    assert_eq!(a.compter("SELECT count(*) FROM accompagnement").await, 1);
    let j = a.jeton("alpha.mediateur").await;
    let lu = a.api(&j, "GET", &format!("/api/v1/accompagnements/{id}"), Value::Null).await;
    assert_eq!(lu.corps["notes"].as_str().unwrap().replace("\r\n", "\n"), notes.replace("\r\n", "\n"));
}

#[rstest]
#[tokio::test]
async fn une_session_finie_ne_montre_ni_ne_garde_de_secret(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let s = a.session("alpha.mediateur").await;
    s.perdre_session();
    let r =
        s.post("/compte/mot-de-passe", &[("mot_de_passe", MOT_DE_PASSE), ("mot_de_passe_nouveau", "quatre petits bateaux bleus")]).await;
    assert_eq!(r.statut, 401);
    assert!(!r.html.contains("bateau"), "{}", r.html);
    // Too large to be carried: said so, and led back to the page it was typed in.
    let trop = "x".repeat(300_000);
    let r = s
        .post_avec("/accompagnements/nouveau", &[("notes", &trop)], &[("referer", "http://passeur.test/accompagnements/nouveau?de=1")])
        .await;
    assert_eq!(r.statut, 401);
    assert!(r.html.contains("n’a pas pu être gardé") && r.html.len() < 50_000);
    assert_eq!(r.champs_caches(), [("suite".to_owned(), "/accompagnements/nouveau?de=1".to_owned())]);
    // htmx shows no 401: the sign-in page takes the place of the body.
    let r = s.post_avec("/accompagnements/personnes", &[("cherche", "x")], &[("hx-request", "true")]).await;
    assert_eq!((r.statut, r.entetes["hx-retarget"].to_str().unwrap()), (422, "body"));
}

#[rstest]
#[tokio::test]
async fn on_ferme_une_session_d_un_autre_appareil(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let ici = a.session("alpha.mediateur").await;
    let ailleurs = a.session("alpha.mediateur").await;
    let page = ici.get("/compte").await;
    assert!(page.html.contains("celle-ci"));
    let cles: Vec<_> = page.champs_caches().into_iter().filter(|(n, _)| n == "session").collect();
    let [(_, cle)] = cles.as_slice() else { panic!("une seule autre session : {cles:?}") };
    // The key is a fingerprint: it is not the cookie, and serves nobody else.
    let autre = a.session("alpha.responsable").await;
    for (s, cle) in [(&autre, cle.as_str()), (&ici, "pas-une-cle"), (&ici, "")] {
        assert_eq!(s.post("/compte/sessions", &[("session", cle)]).await.statut, 404);
    }
    assert_eq!(ailleurs.get("/compte").await.statut, 200);
    assert_eq!(ici.post("/compte/sessions", &[("session", cle)]).await.statut, 303);
    assert_eq!((ailleurs.get("/compte").await.statut, ici.get("/compte").await.statut), (303, 200));
}

#[rstest]
#[tokio::test]
async fn un_compte_desactive_est_dehors_aussitot(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let s = a.session("alpha.mediateur").await;
    let j = a.jeton("alpha.mediateur").await;
    let cx = socle::Contexte::systeme(&a.etat).await.unwrap();
    comptes::cli::desactiver(&cx, &email("alpha.mediateur")).await.unwrap();
    cx.valider().await.unwrap();
    assert_eq!(s.get("/compte").await.statut, 303);
    assert_eq!(a.api(&j, "GET", "/api/v1/lieux", Value::Null).await.statut, 401);
    let cx = socle::Contexte::systeme(&a.etat).await.unwrap();
    comptes::cli::reactiver(&cx, &email("alpha.mediateur")).await.unwrap();
    cx.valider().await.unwrap();
    assert_eq!(s.get("/compte").await.statut, 303, "l’ancienne session ne revient pas");
    assert_eq!(s.entrer("alpha.mediateur", MOT_DE_PASSE).await.statut, 303);
}

#[rstest]
#[tokio::test]
async fn on_change_son_mot_de_passe(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let s = a.session("alpha.mediateur").await;
    let ailleurs = a.session("alpha.mediateur").await;
    let nouveau = "quatre petits bateaux bleus";
    let changer = async |actuel: &str, nouveau: &str, confirme: &str| {
        s.post("/compte/mot-de-passe", &[("mot_de_passe", actuel), ("mot_de_passe_nouveau", nouveau), ("mot_de_passe_confirme", confirme)])
            .await
    };
    for (actuel, n, confirme, dit) in [
        (FAUX, nouveau, nouveau, "Ce n’est pas votre mot de passe actuel"),
        (MOT_DE_PASSE, nouveau, "quatre petits bateaux", "ne sont pas les mêmes"),
        (MOT_DE_PASSE, "onze lettre", "onze lettre", "trop court"),
        (MOT_DE_PASSE, "motdepasse2026", "motdepasse2026", "trop facile à deviner"),
    ] {
        let r = changer(actuel, n, confirme).await;
        assert_eq!(r.statut, 422, "{dit}");
        assert!(r.html.contains(dit) && !r.html.contains(n), "{dit} : {}", r.html);
    }
    assert_eq!(changer(MOT_DE_PASSE, nouveau, nouveau).await.statut, 303);
    assert_eq!((s.get("/compte").await.statut, ailleurs.get("/compte").await.statut), (200, 303));
    assert_eq!(ailleurs.entrer("alpha.mediateur", MOT_DE_PASSE).await.statut, 422);
    assert_eq!(ailleurs.entrer("alpha.mediateur", nouveau).await.statut, 303);
}

#[rstest]
#[tokio::test]
async fn on_change_son_nom(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let s = a.session("alpha.mediateur").await;
    let long = "x".repeat(151);
    for nom in ["", "   ", &long] {
        let r = s.post("/compte/nom", &[("nom", nom)]).await;
        assert_eq!(r.statut, 422, "{nom}");
        assert!(r.html.contains("href=\"#nom\"") && r.html.contains(nom));
    }
    assert_eq!(s.post("/compte/nom", &[("nom", " Nouveau Nom ")]).await.statut, 303);
    assert!(s.get("/compte").await.html.contains("value=\"Nouveau Nom\""));
}
