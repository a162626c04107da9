//! Evaluation of workshops, through the router.

use ateliers::fiche::{Contenu, livrees::LIVREES};
use essais::{Appli, Moteur, Navigateur, Value, json};
use rstest::rstest;

/// A shipped sheet that names gestures.
fn fiche() -> &'static Contenu {
    LIVREES.iter().find(|f| f.gestes.len() >= 2).unwrap()
}

/// A published séance on 20 March at two in the afternoon in France; its id and that of its date.
async fn seance(a: &Appli, places: u32) -> (String, String) {
    let corps = json!({
        "fiche": fiche().code, "titre": "Atelier d’essai", "dates": [{"jour": "2026-03-20", "heure": "14:00"}],
        "duree_minutes": 90, "lieu_genre": "lieu", "lieu": a.lieu_alpha(), "publiee": true, "places": places
    });
    let r = a.api(&a.jeton("alpha.mediateur").await, "POST", "/api/v1/ateliers/seances", corps).await;
    (r.id(), r.corps["dates"][0]["id"].as_str().unwrap().to_owned())
}

async fn reserver(a: &Appli, seance: &str, corps: Value) -> String {
    a.api(&a.jeton("alpha.mediateur").await, "POST", &format!("/api/v1/ateliers/seances/{seance}/reservations"), corps).await.id()
}

async fn presents(a: &Appli, date: &str, corps: Value) {
    let r = a.api(&a.jeton("alpha.mediateur").await, "PUT", &format!("/api/v1/ateliers/dates/{date}/presences"), corps).await;
    assert_eq!(r.statut, 200, "{}", r.corps);
}

async fn clore(a: &Appli, date: &str, corps: Value) -> essais::Reponse {
    a.api(&a.jeton("alpha.mediateur").await, "POST", &format!("/api/v1/ateliers/dates/{date}/cloture"), corps).await
}

async fn ouvrir(a: &Appli, date: &str) -> String {
    let r =
        a.api(&a.jeton("alpha.mediateur").await, "POST", &format!("/api/v1/ateliers/dates/{date}/evaluation"), json!({"voie": "qr"})).await;
    assert_eq!(r.statut, 201, "{}", r.corps);
    r.corps["lien"].as_str().unwrap().rsplit('/').next().unwrap().to_owned()
}

async fn repondre(v: &Navigateur<'_>, adresse: &str, texte: &str) -> essais::ReponsePage {
    let id = v.get(adresse).await.champs_caches().into_iter().find(|(n, _)| n == "id").map(|(_, v)| v).unwrap_or_default();
    let champs = [("id", id.as_str()), ("accueil", "5"), ("utilite", "4"), ("recommandation", "3"), ("commentaire", texte)];
    let fait = v.post(adresse, &champs).await;
    if fait.statut == 303 {
        // Sent twice: one answer.
        assert_eq!(v.post(adresse, &champs).await.statut, 303);
    }
    fait
}

#[rstest]
#[tokio::test]
async fn chacun_repond_sans_voir_l_autre(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let (id, date) = seance(&a, 2).await;
    let r = reserver(&a, &id, json!({"nom": "Ada", "par": "accueil"})).await;
    let j = a.jeton("alpha.mediateur").await;
    let api = format!("/api/v1/ateliers/dates/{date}/evaluation");
    assert_eq!(a.api(&j, "POST", &api, json!({"voie": "qr"})).await.statut, 409, "pas dix jours avant");
    a.regler("2026-03-20T13:30:00Z");
    assert_eq!(a.api(&j, "POST", &api, json!({"voie": "courriel"})).await.champs(), ["voie"]);
    let s = a.session("alpha.mediateur").await;
    let page = format!("/ateliers/dates/{date}/evaluation");
    assert!(s.get(&page).await.html.contains("Passer la tablette"));
    assert!(s.post(&page, &[("action", "qr")]).await.html.contains("<svg"));
    let adresse = s.post(&page, &[("action", "tablette")]).await.vers.unwrap();

    let v = a.navigateur();
    assert_eq!(v.get("/evaluation/inconnu").await.statut, 404);
    let p = v.get(&adresse).await;
    assert!(p.html.contains("Votre avis sur l’atelier") && !p.html.contains(" checked") && !p.html.contains("/connexion"), "{}", p.html);
    assert_eq!(p.entetes["cache-control"], "no-store");
    let refus = v.post(&adresse, &[("accueil", "5"), ("utilite", "9"), ("commentaire", "Très clair")]).await;
    assert!(refus.statut == 422 && refus.html.contains("Très clair") && refus.html.contains("Choisissez un visage"), "{}", refus.html);
    let fait = repondre(&v, &adresse, "Très clair").await;
    assert_eq!((fait.statut, fait.vers.as_deref()), (303, Some(format!("{adresse}/merci").as_str())));
    assert!(v.get(&format!("{adresse}/merci")).await.html.contains("Personne suivante"));
    let suivante = v.get(&adresse).await.html;
    assert!(!suivante.contains("Très clair") && !suivante.contains(" checked"));
    assert_eq!(repondre(&v, &adresse, "").await.statut, 303);
    // Two seats, two answers; one more comes with one more person.
    let trop = repondre(&v, &adresse, "").await;
    assert!(trop.statut == 410 && trop.html.contains("Tous les avis sont donnés"), "{}", trop.html);
    assert_eq!(a.api(&j, "GET", &api, Value::Null).await.corps, json!({"ouverte": true, "reponses": 2, "places": 2}));
    // Closed by hand, then opened anew.
    assert_eq!(s.post(&page, &[("action", "fermer")]).await.statut, 303);
    assert_eq!(v.get(&adresse).await.statut, 410);
    ouvrir(&a, &date).await;
    assert_eq!(v.get(&adresse).await.statut, 200);

    // Answers without anybody: nothing is lost in silence.
    assert_eq!(clore(&a, &date, json!({})).await.statut, 409);
    presents(&a, &date, json!({"marques": [{"reservation": r, "etat": "present"}], "anonymes": 2})).await;
    assert_eq!(repondre(&v, &adresse, "").await.statut, 303, "trois présents");
    assert_eq!(clore(&a, &date, json!({})).await.statut, 200);
    assert_eq!(v.get(&adresse).await.statut, 410);
    assert_eq!(a.compter("SELECT COUNT(*) FROM reponse_seance").await, 0);
    assert_eq!(a.compter("SELECT COUNT(*) FROM avis").await, 3);
    let b = a.api(&j, "GET", "/api/v1/bilan?du=2026-03-01&au=2026-03-31", Value::Null).await.corps;
    assert_eq!(
        (&b["satisfaction"]["demandes"], &b["satisfaction"]["reponses"], &b["satisfaction"]["moyenne"]),
        (&json!(3), &json!(3), &json!(4.0))
    );
    // Three people only: their opinion of this workshop does not show, their presence does.
    assert_eq!(
        (&b["ateliers"]["avis"], &b["ateliers"]["satisfaction"], &b["ateliers"]["presents"]),
        (&Value::Null, &Value::Null, &json!(3))
    );
    assert_eq!(s.post(&page, &[("action", "tablette")]).await.vers.as_deref(), Some(page.as_str()), "close");
    // Another structure sees nothing.
    assert_eq!(a.api(&a.jeton("beta.mediateur").await, "GET", &api, Value::Null).await.statut, 404);
}

#[rstest]
#[tokio::test]
async fn vingt_reponses_a_la_fois_pour_huit_places(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let (_, date) = seance(&a, 8).await;
    a.regler("2026-03-20T13:30:00Z");
    let secret = ouvrir(&a, &date).await;
    let corps = json!({"notes": {"accueil": 5, "utilite": 5, "recommandation": 5}});
    let chemin = format!("/api/v1/evaluation/{secret}");
    let r = futures_util::future::join_all((0..20).map(|_| a.api("", "POST", &chemin, corps.clone()))).await;
    let combien = |s: u16| r.iter().filter(|r| r.statut == s).count();
    assert_eq!((combien(204), combien(410)), (8, 12));
    assert_eq!(a.compter("SELECT COUNT(*) FROM reponse_seance").await, 8);
}

/// Books by the public page, with a mail; agrees to be asked or not.
async fn reserver_seul(a: &Appli, seance: &str, nom: &str, avis: &str) -> String {
    let champs = [("nom", nom), ("courriel", &format!("{}@essai.invalid", nom.to_lowercase())), ("par", "soi"), ("avis", avis)];
    let r = a.navigateur().post(&format!("/programme/atelier/{seance}/reserver"), &champs).await;
    assert_eq!(r.statut, 303, "{}", r.html);
    r.vers.unwrap()
}

#[rstest]
#[tokio::test]
async fn deux_semaines_apres_qui_veut_bien_est_interroge_une_fois(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let (id, date) = seance(&a, 8).await;
    for (nom, avis) in [("Ada", "oui"), ("Bob", "oui"), ("Zoe", "")] {
        reserver_seul(&a, &id, nom, avis).await;
    }
    reserver_seul(&a, &id, "Tom", "oui").await;
    let reservation = async |nom: &str| a.identifiant(&format!("SELECT id FROM reservation WHERE nom = '{nom}'")).await;
    let (ada, bob, zoe) = (reservation("Ada").await, reservation("Bob").await, reservation("Zoe").await);
    a.travailler().await;
    a.regler("2026-03-20T15:00:00Z");
    let present = |r: &str| json!({"reservation": r, "etat": "present"});
    // Tom did not come; Zoe did not agree.
    presents(&a, &date, json!({"marques": [present(&ada), present(&bob), present(&zoe)]})).await;
    assert_eq!(clore(&a, &date, json!({})).await.statut, 200);
    let invites =
        |a: &Appli| -> Vec<socle::ports::Lettre> { a.courriels().into_iter().filter(|l| l.sujet.starts_with("Et depuis")).collect() };
    a.regler("2026-04-02T09:00:00Z");
    a.travailler().await;
    assert_eq!(invites(&a).len(), 0, "pas avant deux semaines");
    // The worker comes back at night: nobody is woken up.
    a.regler("2026-04-03T20:30:00Z");
    a.travailler().await;
    assert_eq!(invites(&a).len(), 0, "rien entre 20 h et 8 h");
    a.regler("2026-04-04T06:00:00Z");
    a.travailler().await;
    a.travailler().await;
    let lettres = invites(&a);
    let mut a_qui: Vec<&str> = lettres.iter().map(|l| l.destinataire.as_str()).collect();
    a_qui.sort_unstable();
    assert_eq!(a_qui, ["ada@essai.invalid", "bob@essai.invalid"]);
    let lien = |qui: &str| {
        let l = lettres.iter().find(|l| l.destinataire.starts_with(qui)).unwrap();
        format!("/evaluation/{}", l.corps.split("/evaluation/").nth(1).unwrap().split_whitespace().next().unwrap())
    };
    let v = a.navigateur();
    let p = v.get(&lien("ada")).await.html;
    assert!(p.contains("L’avez-vous refait depuis") && p.contains("Ne plus m’interroger"), "{p}");
    let champs = [("utilite", "5"), ("refait", "4"), ("recommandation", "5"), ("commentaire", "Je m’en sers chaque jour")];
    assert_eq!(v.post(&lien("ada"), &champs).await.statut, 303);
    let deja = v.post(&lien("ada"), &champs).await;
    assert!(deja.statut == 410 && deja.html.contains("Vous avez déjà répondu"), "{}", deja.html);
    assert_eq!(a.compter("SELECT COUNT(*) FROM reponse_froide").await, 1);
    assert!(v.post(&format!("{}/arreter", lien("bob")), &[]).await.html.contains("C’est noté"));
    assert_eq!(a.compter("SELECT COUNT(*) FROM accord_evaluation").await, 2, "Ada et Tom, plus Bob");
    // Too late.
    a.regler("2026-05-05T09:00:00Z");
    assert_eq!(v.get(&lien("bob")).await.statut, 410);
    // Ninety days after, nothing says who was asked.
    a.regler("2026-06-19T06:00:00Z");
    a.planifier().await;
    a.travailler().await;
    for table in ["accord_evaluation", "invitation_froide", "lien_evaluation"] {
        assert_eq!(a.compter(&format!("SELECT COUNT(*) FROM {table}")).await, 0, "{table}");
    }
    assert_eq!(a.compter("SELECT COUNT(*) FROM reponse_froide").await, 1);
    assert_eq!(a.compter("SELECT COUNT(*) FROM reservation WHERE nom <> '' OR courriel IS NOT NULL OR telephone IS NOT NULL").await, 0);
}

#[rstest]
#[tokio::test]
async fn un_geste_coche_suit_la_personne(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let j = a.jeton("alpha.mediateur").await;
    let (id, date) = seance(&a, 8).await;
    let zoe = a.personne(&j, "Zoé", "Essai").await;
    let plan = a.api(&j, "POST", "/api/v1/parcours", json!({"personne": zoe})).await.id();
    let etape = json!({"libelle": "Venir à un atelier", "nature": "atelier", "prevue_le": "2026-03-20"});
    let etape = a.api(&j, "POST", &format!("/api/v1/parcours/{plan}/etapes"), etape).await.id();
    let r = reserver(&a, &id, json!({"personne": zoe, "par": "accueil"})).await;
    let autre = reserver(&a, &id, json!({"nom": "Bob", "par": "accueil"})).await;
    let s = a.session("alpha.mediateur").await;
    assert!(s.get(&format!("/personnes/{zoe}")).await.html.contains("Atelier : inscrite"));
    let (g1, g2) = (fiche().gestes[0].clone(), fiche().gestes[1].clone());
    let chemin = format!("/api/v1/ateliers/dates/{date}/gestes");
    let marque = json!({"marques": [{"reservation": r, "acquis": [g1]}]});
    assert_eq!(a.api(&j, "PUT", &chemin, marque.clone()).await.statut, 409, "pas avant le début");
    a.regler("2026-03-20T14:00:00Z");
    assert_eq!(a.api(&j, "PUT", &chemin, marque.clone()).await.champs(), ["reservation"], "pas encore présente");
    presents(&a, &date, json!({"marques": [{"reservation": r, "etat": "present"}, {"reservation": autre, "etat": "present"}]})).await;
    let mauvais = json!({"marques": [{"reservation": r, "acquis": ["999"]}]});
    assert_eq!(a.api(&j, "PUT", &chemin, mauvais).await.champs(), ["acquis"]);
    assert_eq!(a.api(&j, "PUT", &chemin, marque).await.statut, 200);

    // The person says what they can do, on the tablet handed to them; nothing of the animator's ticks is lost.
    let s = a.session("alpha.mediateur").await;
    let page = format!("/ateliers/dates/{date}/gestes");
    let adresse = s.post(&format!("{page}/{r}"), &[]).await.vers.unwrap();
    let v = a.navigateur();
    assert!(v.get(&adresse).await.html.contains("Ce que je sais faire"));
    assert_eq!(v.post(&adresse, &[("sait", "999")]).await.statut, 422);
    assert_eq!(v.post(&adresse, &[("sait", &g1), ("sait", &g2)]).await.statut, 303);
    let vu = a.api(&j, "GET", &chemin, Value::Null).await.corps["elements"].as_array().unwrap().clone();
    let de_zoe = vu.iter().find(|e| e["reservation"] == json!(r)).unwrap()["gestes"].as_array().unwrap().clone();
    let etat =
        |code: &str| de_zoe.iter().find(|g| g["code"] == json!(code)).map(|g| (g["animateur"].clone(), g["participant"].clone())).unwrap();
    assert_eq!((etat(&g1), etat(&g2)), ((json!(true), json!(true)), (json!(false), json!(true))));
    // On the page: Bob has nothing ticked, he is not looked at.
    let champs = [("vu", r.as_str()), ("vu", autre.as_str()), ("acquis", &format!("{r}:{g1}"))];
    assert_eq!(s.post(&page, &champs).await.statut, 303);
    assert_eq!(a.compter("SELECT COUNT(*) FROM geste_seance WHERE animateur IS NOT NULL").await, fiche().gestes.len() as i64);
    assert_eq!(clore(&a, &date, json!({})).await.statut, 200);

    // Without noting anything twice: the step is done, the next diagnostic proposes it, the file tells it.
    let e = a.api(&j, "GET", &format!("/api/v1/parcours/{plan}"), Value::Null).await.corps;
    let faite = e["etapes"].as_array().unwrap().iter().find(|x| x["id"] == json!(etape)).unwrap().clone();
    assert_eq!((&faite["statut"], &faite["faite_le"]), (&json!("faite"), &json!("2026-03-20")));
    let d = s.get(&format!("/personnes/{zoe}/diagnostic")).await.html;
    assert!(d.contains("Vu en atelier le 20"), "{d}");
    let champ = |code: &str, note: u8| format!("name=\"gestes_{code}\" value=\"{note}\" checked");
    assert!(d.contains(&champ(&g1, 3)) && d.contains(&champ(&g2, 1)), "{d}");
    assert!(s.get(&format!("/personnes/{zoe}")).await.html.contains("Gestes acquis en atelier"));
    let donnees = a.api(&j, "GET", &format!("/api/v1/personnes/{zoe}/donnees"), Value::Null).await.corps;
    let recue = &donnees["reservations"][0];
    assert_eq!((&recue["id"], &recue["presences"][0]["etat"]["code"]), (&json!(r), &json!("present")));
    assert_eq!(recue["presences"][0]["gestes"].as_array().unwrap().len(), fiche().gestes.len());
    let pdf = a.api(&j, "GET", &format!("/api/v1/personnes/{zoe}/donnees.pdf"), Value::Null).await;
    assert!(pdf.statut == 200 && pdf.octets.starts_with(b"%PDF"));
    // A diagnostic later than the workshop: it is not proposed again.
    a.api(&j, "POST", "/api/v1/diagnostics", json!({"personne": zoe, "date": "2026-03-20"})).await.id();
    assert!(!s.get(&format!("/personnes/{zoe}/diagnostic")).await.html.contains("Vu en atelier"));
    assert_eq!(a.api(&a.jeton("beta.mediateur").await, "GET", &chemin, Value::Null).await.statut, 404);
}
