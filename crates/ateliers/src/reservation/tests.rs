//! Bookings, through the router.

use essais::{Appli, Moteur, Navigateur, Value, json};
use rstest::rstest;
use sea_orm::ConnectionTrait;

/// A séance of Alpha, the 20 March 2026 at 14 h, with so many seats.
async fn seance(a: &Appli, places: u32, reservees: u32) -> String {
    let corps = json!({
        "fiche": ateliers::fiche::livrees::LIVREES[0].code, "titre": "Atelier d’essai", "dates": [{"jour": "2026-03-20", "heure": "14:00"}],
        "lieu_genre": "lieu", "lieu": a.lieu_alpha(), "publiee": true, "places": places, "places_reservees": reservees
    });
    let r = a.api(&a.jeton("alpha.mediateur").await, "POST", "/api/v1/ateliers/seances", corps).await;
    assert_eq!(r.statut, 201, "{}", r.corps);
    r.id()
}

async fn inscrire(a: &Appli, id: &str, corps: Value) -> essais::Reponse {
    a.api(&a.jeton("alpha.mediateur").await, "POST", &format!("/api/v1/ateliers/seances/{id}/reservations"), corps).await
}

async fn etats(a: &Appli, id: &str) -> Vec<(String, String)> {
    let r = a.api(&a.jeton("alpha.mediateur").await, "GET", &format!("/api/v1/ateliers/seances/{id}/reservations"), Value::Null).await;
    let mot = |e: &Value, c: &str| e[c].as_str().unwrap().to_owned();
    let mut v: Vec<_> = r.corps["elements"].as_array().unwrap().iter().map(|e| (mot(e, "nom"), mot(e, "etat"))).collect();
    v.sort();
    v
}

fn paires(v: &[(&str, &str)]) -> Vec<(String, String)> {
    v.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect()
}

async fn reserver(n: &Navigateur<'_>, id: &str, champs: &[(&str, &str)]) -> essais::ReponsePage {
    n.post(&format!("/programme/atelier/{id}/reserver"), champs).await
}

#[rstest]
#[tokio::test]
async fn on_reserve_sans_compte_et_sans_contact(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let id = seance(&a, 8, 0).await;
    let n = a.navigateur();
    let page = n.get("/programme").await;
    assert!(page.html.contains("Atelier d’essai") && page.html.contains(&format!("/programme/atelier/{id}")));
    let page = n.get(&format!("/programme/atelier/{id}")).await;
    assert!(page.html.contains("https://schema.org/Event") && page.html.contains("Réserver une place"));
    let form = n.get(&format!("/programme/atelier/{id}/reserver")).await;
    let rid = form.champs_caches().into_iter().find(|(n, _)| n == "id").unwrap().1;
    let champs = [("id", rid.as_str()), ("nom", "Ada Essai"), ("par", "soi"), ("besoins", "Plain-pied")];
    let r = reserver(&n, &id, &champs).await;
    assert_eq!(r.statut, 303, "{}", r.html);
    // A double click is one booking.
    assert_eq!(reserver(&n, &id, &champs).await.statut, 303);
    assert_eq!(a.compter("SELECT COUNT(*) FROM reservation").await, 1);
    assert_eq!(a.compter("SELECT COUNT(*) FROM reservation WHERE besoins LIKE '%Plain-pied%'").await, 0);
    let billet = n.get(&r.vers.unwrap()).await;
    assert!(billet.html.contains("Votre place est réservée") && billet.html.contains("gardez ce billet"));
    // No cookie, ever.
    for p in [&page, &form, &billet] {
        assert!(p.entetes.get("set-cookie").is_none());
    }
    let code = billet.html.split("<strong>").nth(1).unwrap().split('<').next().unwrap().to_lowercase();
    let r = n.post("/reservation", &[("code", "XXXX XXXX")]).await;
    assert_eq!(r.statut, 422);
    let r = n.post("/reservation", &[("code", &code)]).await;
    assert_eq!(r.statut, 303, "{code} {}", r.html);
    let lien = r.vers.unwrap();
    assert_eq!(n.post(&format!("{lien}/annuler"), &[]).await.statut, 303);
    assert!(n.get(&lien).await.html.contains("Vous avez annulé"));
    assert_eq!(etats(&a, &id).await, paires(&[("Ada Essai", "annulee")]));
    assert_eq!(n.get("/reservation/inconnu").await.statut, 404);
}

#[rstest]
#[tokio::test]
async fn une_mauvaise_saisie_est_dite_et_gardee(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let id = seance(&a, 8, 0).await;
    let n = a.navigateur();
    let long = "x".repeat(300);
    for (champs, mots) in [
        (vec![("nom", ""), ("besoins", "Gros caractères")], "Gros caractères"),
        (vec![("nom", long.as_str())], "300 caractères"),
        (vec![("nom", "Ada"), ("telephone", "12")], "pas complet"),
        (vec![("nom", "Ada"), ("courriel", "ada.exemple.invalid")], "il y manque un @"),
        (vec![("nom", "Ada"), ("canal", "sms")], "donnez un numéro"),
        (vec![("nom", "Ada"), ("par", "aidant")], "si elle est d’accord"),
        (vec![("nom", "Ada"), ("site", "http://robot.invalid")], "doit rester vide"),
    ] {
        let r = reserver(&n, &id, &champs).await;
        assert_eq!(r.statut, 422, "{champs:?}");
        assert!(r.html.contains(mots), "{mots}");
    }
    assert_eq!(a.compter("SELECT COUNT(*) FROM reservation").await, 0);
    // From abroad; the desk's way of booking is not the public's.
    let r = reserver(&n, &id, &[("nom", "Ada"), ("telephone", "+49 30 1234567"), ("par", "accueil")]).await;
    assert_eq!(r.statut, 303, "{}", r.html);
    assert_eq!(a.compter("SELECT COUNT(*) FROM reservation WHERE par = 'soi' AND canal = 'sms'").await, 1);
    // The same name and number again is not a second seat.
    let r = reserver(&n, &id, &[("nom", "ADA"), ("telephone", "+49301234567")]).await;
    assert_eq!(r.statut, 409);
    assert!(r.html.contains("existe déjà"));
    assert_eq!(a.compter("SELECT COUNT(*) FROM tache WHERE genre = 'ateliers.avertir' AND faite_le IS NULL").await, 2);
}

#[rstest]
#[tokio::test]
async fn un_robot_est_freine(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let id = seance(&a, 100, 0).await;
    let n = a.navigateur();
    let mut statuts = vec![];
    for i in 0..40 {
        statuts.push(reserver(&n, &id, &[("nom", &format!("Robot {i}"))]).await.statut);
    }
    assert_eq!(statuts.iter().filter(|s| **s == 303).count(), 30);
    assert!(statuts[30..].iter().all(|s| *s == 429), "{statuts:?}");
}

/// 200 at the same instant on one seat: one has it.
#[rstest]
#[tokio::test]
async fn deux_cents_demandes_sur_une_place(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let id = seance(&a, 1, 0).await;
    let envois = (0..200).map(|i| inscrire(&a, &id, json!({"nom": format!("Personne {i}"), "par": "accueil"})));
    let mut statuts: Vec<u16> = futures_util::future::join_all(envois).await.iter().map(|r| r.statut).collect();
    statuts.sort_unstable();
    assert_eq!(statuts[0], 201);
    assert!(statuts[1..].iter().all(|s| *s == 409), "{statuts:?}");
    assert_eq!(a.compter("SELECT COUNT(*) FROM reservation WHERE siege IS NOT NULL").await, 1);
}

/// The database itself refuses two on a seat, one in and out, a seat that is not there.
#[rstest]
#[tokio::test]
async fn la_base_garde_les_places(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let id = seance(&a, 3, 0).await;
    for nom in ["Ada", "Léo"] {
        assert_eq!(inscrire(&a, &id, json!({"nom": nom, "par": "accueil"})).await.statut, 201);
    }
    for (sql, bien) in [
        ("UPDATE reservation SET siege = 1 WHERE siege = 2", false),
        ("UPDATE reservation SET siege = 4 WHERE siege = 2", false),
        ("UPDATE reservation SET etat = 'attente' WHERE siege = 2", false),
        ("UPDATE reservation SET etat = 'annulee' WHERE siege = 2", false),
        ("UPDATE reservation SET siege = NULL WHERE siege = 2", false),
        ("UPDATE seance SET places = 1", false),
        ("UPDATE reservation SET siege = 3 WHERE siege = 2", true),
    ] {
        let cx = socle::Contexte::systeme(&a.etat).await.unwrap();
        assert_eq!(cx.db().execute_unprepared(sql).await.is_ok(), bien, "{sql}");
    }
    let j = a.jeton("alpha.mediateur").await;
    let r = a.api(&j, "PATCH", &format!("/api/v1/ateliers/seances/{id}"), json!({"places": 1})).await;
    assert_eq!((r.statut, r.champs()), (422, vec!["places".to_owned()]));
}

#[rstest]
#[tokio::test]
async fn une_place_liberee_va_de_l_un_a_l_autre(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let id = seance(&a, 1, 0).await;
    let prise = inscrire(&a, &id, json!({"nom": "Ada", "par": "accueil"})).await.id();
    for (rang, nom) in ["Bob", "Cléa", "Dan"].into_iter().enumerate() {
        let courriel = format!("{}@exemple.invalid", socle::texte::plier(nom));
        assert_eq!(inscrire(&a, &id, json!({"nom": nom, "courriel": courriel, "par": "accueil"})).await.statut, 409);
        let r = inscrire(&a, &id, json!({"nom": nom, "courriel": courriel, "par": "accueil", "attendre": true})).await;
        assert_eq!((r.statut, &r.corps["etat"]), (201, &json!("attente")));
        a.regler(&format!("2026-03-10T09:0{}:00Z", rang + 1));
    }
    a.travailler().await;
    let j = a.jeton("alpha.mediateur").await;
    // In the evening: told in the morning, from when the delay runs.
    a.regler("2026-03-10T20:00:00Z");
    a.api(&j, "POST", &format!("/api/v1/ateliers/reservations/{prise}/annulation"), json!({})).await;
    let attendu = |b: &str, c: &str, d: &str| paires(&[("Ada", "annulee"), ("Bob", b), ("Cléa", c), ("Dan", d)]);
    assert_eq!(etats(&a, &id).await, attendu("proposee", "attente", "attente"));
    let avant = a.courriels().len();
    a.travailler().await;
    assert_eq!(a.courriels().len(), avant, "rien la nuit");
    a.regler("2026-03-11T07:00:00Z");
    a.travailler().await;
    let offre = a.courriels().pop().unwrap();
    assert!(offre.sujet.starts_with("Une place s’est libérée") && offre.destinataire == "bob@exemple.invalid");
    // Nine days before: two days to answer.
    assert!(offre.corps.replace(['\u{a0}', '\u{202f}'], " ").contains("vendredi 13 mars 2026"), "{}", offre.corps);
    let lien_bob = offre.corps.split("http://passeur.test").nth(1).unwrap().split_whitespace().next().unwrap().to_owned();
    // A newcomer does not pass before those who wait.
    assert_eq!(inscrire(&a, &id, json!({"nom": "Eve", "par": "accueil"})).await.statut, 409);
    a.regler("2026-03-13T07:00:00Z");
    a.travailler().await;
    assert_eq!(etats(&a, &id).await, attendu("annulee", "proposee", "attente"));
    let n = a.navigateur();
    let trop_tard = n.post(&format!("{lien_bob}/accepter"), &[]).await;
    assert_eq!(trop_tard.statut, 410);
    let offre = a.courriels().into_iter().rev().find(|l| l.sujet.starts_with("Une place")).unwrap();
    assert_eq!(offre.destinataire, "clea@exemple.invalid");
    let lien = offre.corps.split("http://passeur.test").nth(1).unwrap().split_whitespace().next().unwrap().to_owned();
    assert!(n.get(&lien).await.html.contains("Une place est libre pour vous"));
    assert_eq!(n.post(&format!("{lien}/accepter"), &[]).await.statut, 303);
    assert!(n.get(&lien).await.html.contains("Votre place est réservée"));
    a.regler("2026-03-16T07:00:00Z");
    a.travailler().await;
    assert_eq!(etats(&a, &id).await, attendu("annulee", "confirmee", "attente"));
    // One more seat: the one who waits is offered it; the team may confirm.
    a.api(&j, "PATCH", &format!("/api/v1/ateliers/seances/{id}"), json!({"places": 2})).await;
    assert_eq!(etats(&a, &id).await, attendu("annulee", "confirmee", "proposee"));
    let dan = a.identifiant("SELECT id FROM reservation WHERE nom = 'Dan'").await;
    assert_eq!(a.api(&j, "POST", &format!("/api/v1/ateliers/reservations/{dan}/confirmation"), json!({})).await.statut, 200);
    assert_eq!(etats(&a, &id).await, attendu("annulee", "confirmee", "confirmee"));
}

#[rstest]
#[tokio::test]
async fn les_places_gardees_vont_aux_personnes_orientees(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let id = seance(&a, 2, 1).await;
    assert_eq!(inscrire(&a, &id, json!({"nom": "Ada", "par": "accueil"})).await.statut, 201);
    assert_eq!(inscrire(&a, &id, json!({"nom": "Bob", "par": "accueil"})).await.statut, 409);
    assert!(a.navigateur().get("/programme").await.html.contains("Complet"));
    let j = a.jeton("alpha.mediateur").await;
    let p = a.personne(&j, "Zoé", "Essai").await;
    let r = inscrire(&a, &id, json!({"personne": p, "orientee": true, "par": "accueil"})).await;
    assert_eq!((r.statut, &r.corps["siege"], &r.corps["nom"]), (201, &json!(2), &json!("Zoé ESSAI")));
    assert_eq!(inscrire(&a, &id, json!({"personne": p, "par": "accueil", "attendre": true})).await.statut, 409);
    // Nobody says it of themselves on the public page.
    let r = reserver(&a.navigateur(), &id, &[("nom", "Malin"), ("orientee", "oui")]).await;
    assert_eq!(r.statut, 409);
}

#[rstest]
#[tokio::test]
async fn a_l_accueil_deux_gestes(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let id = seance(&a, 8, 0).await;
    let j = a.jeton("alpha.mediateur").await;
    let p = a.personne(&j, "Zoé", "Essai").await;
    let s = a.session("alpha.mediateur").await;
    let adresse = format!("/ateliers/seances/{id}/inscrire");
    assert!(s.get(&adresse).await.html.contains(&p));
    assert!(s.post(&adresse, &[("cherche", "zoe")]).await.html.contains(&p));
    let r = s.post(&adresse, &[("personne", &p)]).await;
    assert_eq!(r.statut, 303, "{}", r.html);
    assert!(s.get(&format!("/ateliers/seances/{id}")).await.html.contains("Zoé ESSAI"));
    assert_eq!(s.post(&adresse, &[("personne", &p)]).await.statut, 409);
    assert_eq!(s.post(&adresse, &[("nom", "")]).await.statut, 422);
    // A person of another structure is not one of ours.
    let b = a.jeton("beta.mediateur").await;
    let autre = a.personne(&b, "Max", "Voisin").await;
    assert_eq!(inscrire(&a, &id, json!({"personne": autre, "par": "accueil"})).await.champs(), ["personne"]);
}

#[rstest]
#[tokio::test]
async fn chacun_est_prevenu_au_bon_moment(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let id = seance(&a, 8, 0).await;
    inscrire(&a, &id, json!({"nom": "Ada", "courriel": "ada@exemple.invalid", "par": "accueil"})).await;
    inscrire(&a, &id, json!({"nom": "Léo", "telephone": "06 00 00 00 01", "par": "accueil"})).await;
    inscrire(&a, &id, json!({"nom": "Sam", "par": "accueil"})).await;
    a.travailler().await;
    let sujets = || a.courriels().into_iter().map(|l| l.sujet.split(" : ").next().unwrap().to_owned()).collect::<Vec<_>>();
    assert_eq!(sujets(), ["Votre place est réservée"]);
    let sms = || std::fs::read_dir(a.etat.config.data_dir.join("sms")).map_or(0, std::iter::Iterator::count);
    assert_eq!(sms(), 1);
    a.regler("2026-03-18T13:00:00Z");
    a.travailler().await;
    assert_eq!(sujets(), ["Votre place est réservée", "Rappel"]);
    assert_eq!(sms(), 2);
    // Moved: told, and reminded anew.
    let j = a.jeton("alpha.mediateur").await;
    let date = a.identifiant("SELECT id FROM seance_date").await;
    let corps = json!({"quand": {"jour": "2026-03-27", "heure": "10:00"}});
    assert_eq!(a.api(&j, "PUT", &format!("/api/v1/ateliers/seances/{id}/dates/{date}"), corps).await.statut, 200);
    a.travailler().await;
    a.regler("2026-03-25T09:00:00Z");
    a.travailler().await;
    assert_eq!(sujets(), ["Votre place est réservée", "Rappel", "Atelier déplacé", "Rappel"]);
    // Ninety days later, nobody is named any more.
    a.regler("2026-07-01T09:00:00Z");
    ateliers::reservation::purger(a.etat.clone(), Value::Null).await.unwrap();
    assert_eq!(a.compter("SELECT COUNT(*) FROM reservation WHERE nom = '' AND courriel IS NULL AND telephone IS NULL").await, 3);
    assert_eq!(a.compter("SELECT COUNT(*) FROM lien_reservation").await, 0);
}

#[rstest]
#[tokio::test]
async fn le_programme_est_public(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let id = seance(&a, 8, 0).await;
    let n = a.navigateur();
    let s = a.structure_alpha();
    let atom = n.get(&format!("/programme/{s}/atom")).await;
    assert_eq!(atom.entetes["content-type"], "application/atom+xml; charset=utf-8");
    assert!(atom.html.contains("<entry>") && atom.html.contains(&id));
    let cadre = n.get(&format!("/programme/{s}/cadre")).await;
    let politique = cadre.entetes["content-security-policy"].to_str().unwrap();
    assert!(politique.contains("frame-ancestors *") && !politique.contains("script-src"));
    assert!(!cadre.html.contains("<script"));
    assert!(n.get("/programme").await.entetes["content-security-policy"].to_str().unwrap().contains("frame-ancestors 'none'"));
    assert!(!n.get(&format!("/programme/{}", a.structure_beta())).await.html.contains(&id));
    assert_eq!(n.get("/programme/00000000-0000-7000-8000-000000000000").await.statut, 404);
    let livree = &ateliers::fiche::livrees::LIVREES[0];
    let sujet = socle::Nomenclature::code(livree.thematiques[0]);
    assert!(n.get(&format!("/programme?thematique={sujet}")).await.html.contains(&id));
    assert!(!n.get("/programme?thematique=parentalite").await.html.contains(&id));
    // Who animates is nobody's business.
    assert!(!n.get(&format!("/programme/atelier/{id}")).await.html.contains("alpha"));
    // Not published: not there, and not bookable.
    let j = a.jeton("alpha.mediateur").await;
    a.api(&j, "PATCH", &format!("/api/v1/ateliers/seances/{id}"), json!({"publiee": false})).await;
    assert_eq!(n.get(&format!("/programme/atelier/{id}")).await.statut, 404);
    assert_eq!(reserver(&n, &id, &[("nom", "Ada")]).await.statut, 404);
    // Bookings open and close.
    let corps = json!({"publiee": true, "ouverture_le": "2026-03-12T08:00:00Z", "fermeture_le": "2026-03-19T08:00:00Z"});
    a.api(&j, "PATCH", &format!("/api/v1/ateliers/seances/{id}"), corps).await;
    assert_eq!(reserver(&n, &id, &[("nom", "Ada")]).await.statut, 409);
    a.regler("2026-03-12T08:00:00Z");
    assert_eq!(reserver(&n, &id, &[("nom", "Ada")]).await.statut, 303);
    a.regler("2026-03-19T08:00:00Z");
    assert!(reserver(&n, &id, &[("nom", "Bob")]).await.html.contains("closes"));
}
