//! Contacts corrected by the team, contacts that do not receive, and mails that come back.

use essais::{Appli, Moteur, Panne, Value, json};
use passeur::courrier::retour::{Suite, traiter};
use rstest::rstest;
use socle::retour::{Objet, marquer};

async fn seance(a: &Appli) -> String {
    seance_le(a, "2026-03-20").await
}

async fn seance_le(a: &Appli, jour: &str) -> String {
    let corps = json!({
        "fiche": ateliers::fiche::livrees::LIVREES[0].code, "titre": "Atelier d’essai", "dates": [{"jour": jour, "heure": "14:00"}],
        "lieu_genre": "lieu", "lieu": a.lieu_alpha(), "publiee": true, "places": 9
    });
    let r = a.api(&a.jeton("alpha.mediateur").await, "POST", "/api/v1/ateliers/seances", corps).await;
    assert_eq!(r.statut, 201, "{}", r.corps);
    r.id()
}

/// A booking of the public page; gives its id.
async fn reserver(a: &Appli, seance: &str, champs: &[(&str, &str)]) -> String {
    let r = a.navigateur().post(&format!("/programme/atelier/{seance}/reserver"), champs).await;
    assert_eq!(r.statut, 303, "{}", r.html);
    let nom = champs.iter().find(|(c, _)| *c == "nom").unwrap().1;
    a.identifiant(&format!("SELECT id FROM reservation WHERE nom = '{nom}'")).await
}

/// An appointment on the 16th at 9 in the morning; gives its id and its secret address.
async fn rendez_vous(a: &Appli, courriel: &str, maniere: &str) -> (String, String) {
    let j = a.jeton("alpha.mediateur").await;
    let m = json!({"libelle": "Première démarche", "duree_minutes": 30, "maniere": maniere, "publie": true});
    let m = a.api(&j, "POST", "/api/v1/rendez-vous/motifs", m).await.id();
    let corps = json!({"motif": m, "debut": "2026-03-16T08:00:00Z", "nom": "Ada Essai", "courriel": courriel, "telephone": "05 00 00 00 01", "canal": "courriel", "par": "accueil", "hors_plages": true});
    let r = a.api(&j, "POST", "/api/v1/rendez-vous", corps).await;
    assert_eq!(r.statut, 201, "{}", r.corps);
    let page = a.navigateur().post("/reservation", &[("code", r.corps["code"].as_str().unwrap())]).await;
    (r.id(), page.vers.unwrap())
}

/// A report of a server about the message of this `Message-ID`.
fn avis(identifiant: &str, statut: &str) -> Vec<u8> {
    format!(
        "From: MAILER-DAEMON@relais.invalid\r\nMIME-Version: 1.0\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=\"b\"\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nDésolé.\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; relais.invalid\r\n\r\nFinal-Recipient: rfc822; ada@exmple.invalid\r\nAction: failed\r\nStatus: {statut}\r\n\r\n--b\r\nContent-Type: message/rfc822\r\n\r\nFrom: passeur@passeur.test\r\nMessage-ID: <{identifiant}@passeur.test>\r\nSubject: Votre place\r\n\r\nBonjour\r\n--b--\r\n"
    )
    .into_bytes()
}

fn sujets(a: &Appli) -> Vec<String> {
    a.courriels().into_iter().map(|l| format!("{} {}", l.destinataire.split('@').next().unwrap(), l.sujet)).collect()
}

#[rstest]
#[tokio::test]
async fn l_equipe_corrige_une_reservation(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let s = seance(&a).await;
    let id = reserver(&a, &s, &[("nom", "Ada"), ("courriel", "ada@exmple.invalid")]).await;
    reserver(&a, &s, &[("nom", "Bob"), ("courriel", "bob@exemple.invalid")]).await;
    a.travailler().await;
    let m = a.session("alpha.mediateur").await;
    let chemin = format!("/ateliers/reservations/{id}/contact");
    assert!(m.get(&format!("/ateliers/seances/{s}")).await.html.contains(&chemin));
    let page = m.get(&chemin).await;
    assert_eq!(page.statut, 200);
    assert!(page.html.contains("ada@exmple.invalid") && page.html.contains("value=\"Ada\""), "{}", page.html);
    // All that is wrong is said at once, and nothing typed is lost.
    let r = m.post(&chemin, &[("nom", " "), ("telephone", "12"), ("courriel", "ada.exemple"), ("canal", "courriel")]).await;
    assert_eq!(r.statut, 422);
    assert!(
        r.html.contains("Donnez un nom")
            && r.html.contains("pas complet")
            && r.html.contains("manque un @")
            && r.html.contains("ada.exemple")
    );
    // The name and contact of another booking.
    let r = m.post(&chemin, &[("nom", "Bob"), ("courriel", "bob@exemple.invalid"), ("canal", "courriel")]).await;
    assert_eq!(r.statut, 409, "{}", r.html);
    let champs = [("nom", "Ada Essai"), ("telephone", "06 00 00 00 01"), ("courriel", "ada@exemple.invalid"), ("canal", "courriel")];
    assert_eq!(m.post(&chemin, &champs).await.statut, 303);
    // Twice is once: nothing changed, nothing is written nor sent.
    assert_eq!(m.post(&chemin, &champs).await.statut, 303);
    a.travailler().await;
    assert_eq!(sujets(&a).iter().filter(|s| s.starts_with("ada Votre place")).count(), 2, "{:?}", sujets(&a));
    assert_eq!(a.courriels().last().unwrap().destinataire, "ada@exemple.invalid");
    let journal = "SELECT COUNT(*) FROM journal WHERE objet = 'reservation' AND action = 'modification'";
    assert_eq!(a.compter(journal).await, 1);
    let champs = format!(
        "{journal} AND CAST(champs AS TEXT) LIKE '%nom%' AND CAST(champs AS TEXT) LIKE '%telephone%' AND CAST(champs AS TEXT) LIKE '%courriel%' AND CAST(champs AS TEXT) NOT LIKE '%exemple%'"
    );
    assert_eq!(a.compter(&champs).await, 1, "le journal dit les champs, jamais leur contenu");
    // By the API; another structure does not see it; a cancelled one is over.
    let (j, api) = (a.jeton("alpha.mediateur").await, format!("/api/v1{chemin}"));
    let r = a.api(&j, "PUT", &api, json!({"nom": "Ada", "telephone": "06 00 00 00 01", "canal": "sms"})).await;
    assert_eq!((r.statut, &r.corps["canal"], &r.corps["courriel"]), (200, &json!("sms"), &Value::Null), "{}", r.corps);
    assert_eq!(a.api(&a.jeton("beta.mediateur").await, "PUT", &api, json!({"nom": "X"})).await.statut, 404);
    assert_eq!(a.session("beta.mediateur").await.get(&chemin).await.statut, 404);
    assert_eq!(a.session("alpha.coordinateur").await.get(&chemin).await.statut, 403);
    assert_eq!(m.post(&format!("/ateliers/reservations/{id}/annuler"), &[]).await.statut, 303);
    assert_eq!(a.api(&j, "PUT", &api, json!({"nom": "Ada"})).await.statut, 409);
}

#[rstest]
#[tokio::test]
async fn un_rendez_vous_dont_le_contact_refuse(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    a.panne(Panne::Adresse("ada@exmple.invalid".into()));
    let (id, mien) = rendez_vous(&a, "ada@exmple.invalid", "sur_place").await;
    a.travailler().await;
    // One mail, to who receives, without the name; it is not tried again.
    let lettres = a.courriels();
    assert_eq!(lettres.len(), 1, "{:?}", sujets(&a));
    assert!(lettres[0].sujet.contains("pas joignable") && lettres[0].corps.contains(&id) && !lettres[0].corps.contains("Ada"));
    assert_eq!(a.compter("SELECT COUNT(*) FROM tache WHERE faite_le IS NULL AND pas_avant < '2026-03-11'").await, 0);
    let m = a.session("alpha.mediateur").await;
    let (page, corriger) = (format!("/agenda/rendez-vous/{id}"), format!("/agenda/rendez-vous/{id}/contact"));
    assert!(m.get(&page).await.html.contains("pas pu arriver"));
    let journee = m.get("/ateliers/journee").await.html;
    assert!(
        journee.contains("À appeler") && journee.contains("Ada Essai") && journee.contains("05 00 00 00 01") && journee.contains(&corriger),
        "{journee}"
    );
    assert!(m.get("/").await.html.contains("personne à appeler"));
    let autre = a.session("beta.mediateur").await;
    assert!(!autre.get("/ateliers/journee").await.html.contains("Ada Essai") && !autre.get("/").await.html.contains("à appeler"));
    let n = a.navigateur();
    assert!(n.get(&mien).await.html.contains("pas pu vous parvenir"));
    let j = a.jeton("alpha.mediateur").await;
    let lu = a.api(&j, "GET", &format!("/api/v1/rendez-vous/{id}"), Value::Null).await;
    assert_eq!(lu.corps["refus_le"], "2026-03-10T09:00:00Z");
    // Nothing more leaves, whatever happens.
    a.panne(Panne::Aucune);
    let deplacer = json!({"debut": "2026-03-17T08:00:00Z"});
    a.api(&j, "PUT", &format!("/api/v1/rendez-vous/{id}/creneau"), deplacer).await;
    a.regler("2026-03-14T09:00:00Z");
    a.travailler().await;
    assert_eq!(a.courriels().len(), 1, "{:?}", sujets(&a));
    // The person corrects it by their link, but not their name: the message leaves.
    let chemin = format!("{mien}/contact");
    assert_eq!(n.post(&chemin, &[("courriel", "ada"), ("canal", "courriel")]).await.statut, 422);
    assert_eq!(n.post(&chemin, &[("nom", "Autre"), ("courriel", "ada@exemple.invalid"), ("canal", "courriel")]).await.statut, 303);
    a.travailler().await;
    assert_eq!(sujets(&a).last().unwrap(), "ada Votre rendez-vous est pris : Première démarche");
    assert!(!n.get(&mien).await.html.contains("pas pu vous parvenir") && n.get(&mien).await.html.contains("Ada Essai"));
    // Days have passed: the team signs in again.
    let m = a.session("alpha.mediateur").await;
    let journee = m.get("/ateliers/journee").await;
    assert!(journee.statut == 200 && !journee.html.contains("À appeler"), "{}", journee.html);
    assert!(!m.get("/").await.html.contains("à appeler"));
    assert_eq!(a.compter("SELECT COUNT(*) FROM journal WHERE objet = 'rendez_vous' AND CAST(champs AS TEXT) LIKE '%courriel%'").await, 1);
    assert_eq!(n.get("/rendez-vous/mien/inconnu/contact").await.statut, 404);
    // The team, afterwards: an appointment that was cancelled is over.
    assert_eq!(m.post(&corriger, &[("nom", "Ada"), ("telephone", "05 00 00 00 02")]).await.statut, 303);
    assert_eq!(m.post(&format!("{page}/annuler"), &[]).await.statut, 303);
    assert_eq!(m.post(&corriger, &[("nom", "Ada B")]).await.statut, 409);
    assert_eq!(n.post(&chemin, &[]).await.statut, 409);
}

#[rstest]
#[tokio::test]
async fn un_rendez_vous_par_telephone_garde_un_numero(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let (id, _) = rendez_vous(&a, "ada@exemple.invalid", "telephone").await;
    let r = a.api(&a.jeton("alpha.mediateur").await, "PUT", &format!("/api/v1/rendez-vous/{id}/contact"), json!({"nom": "Ada"})).await;
    assert_eq!((r.statut, r.champs()), (422, vec!["telephone".to_owned()]), "{}", r.corps);
}

#[rstest]
#[tokio::test]
async fn un_courriel_qui_revient_est_note(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let s = seance(&a).await;
    let id = reserver(&a, &s, &[("nom", "Ada"), ("courriel", "Ada@exmple.invalid")]).await;
    let temoin = reserver(&a, &s, &[("nom", "Bob"), ("courriel", "bob@exemple.invalid")]).await;
    a.travailler().await;
    let marque = |objet, id: &str, adresse: &str| marquer(&a.etat.coffre, objet, id.parse::<uuid::Uuid>().unwrap(), adresse).unwrap();
    let vraie = marque(Objet::Reservation, &id, "ada@exmple.invalid");
    let refusees = "SELECT COUNT(*) FROM reservation WHERE refus_le IS NOT NULL";
    // A message that is none; forged ones: no mark, the mark of one on another, a mark made elsewhere.
    assert_eq!(traiter(&a.etat, b"Subject: Re\r\n\r\nMerci\r\n").await.unwrap(), Suite::PasUnRetour);
    let volee = vraie.replace(&id.replace('-', ""), &temoin.replace('-', ""));
    assert_ne!(volee, vraie);
    let mut alteree = vraie.clone();
    alteree.pop();
    for fausse in ["sans-marque", &format!("r.{}.v1.0", id.replace('-', "")), &volee, &alteree, &vraie.replacen("r.", "v.", 1)] {
        assert_eq!(traiter(&a.etat, &avis(fausse, "5.1.1")).await.unwrap(), Suite::Etranger, "{fausse}");
    }
    let autre = Appli::lancer(moteur).await;
    assert_eq!(traiter(&autre.etat, &avis(&vraie, "5.1.1")).await.unwrap(), Suite::Etranger);
    assert_eq!(traiter(&a.etat, &avis(&vraie, "5.7.1")).await.unwrap(), Suite::Passager);
    // Sent to an address that is not the present one: corrected since.
    let ancienne = marque(Objet::Reservation, &id, "avant@exemple.invalid");
    assert_eq!(traiter(&a.etat, &avis(&ancienne, "5.1.1")).await.unwrap(), Suite::SansObjet);
    assert_eq!(a.compter(refusees).await, 0);
    // The same address left for another date of the workshop.
    let s2 = seance_le(&a, "2026-03-27").await;
    reserver(&a, &s2, &[("nom", "Cléa"), ("courriel", "ADA@exmple.invalid")]).await;
    a.travailler().await;
    // The true one: once; where the address was left, and not elsewhere.
    assert_eq!(traiter(&a.etat, &avis(&vraie, "5.1.1")).await.unwrap(), Suite::Notee);
    assert_eq!(traiter(&a.etat, &avis(&vraie, "5.1.1")).await.unwrap(), Suite::SansObjet);
    assert_eq!(a.compter(refusees).await, 2);
    assert_eq!(a.compter(&format!("{refusees} AND nom = 'Bob'")).await, 0);
    a.travailler().await;
    assert_eq!(sujets(&a).iter().filter(|s| s.contains("pas joignable")).count(), 1, "{:?}", sujets(&a));
    // The reminder does not leave to the one, and does to the other.
    a.regler("2026-03-18T13:30:00Z");
    a.travailler().await;
    a.regler("2026-03-25T13:30:00Z");
    a.travailler().await;
    a.regler("2026-03-18T13:30:00Z");
    let rappels: Vec<String> = sujets(&a).into_iter().filter(|s| s.contains("Rappel")).collect();
    assert_eq!(rappels, ["bob Rappel : Atelier d’essai"]);
    // The mailbox was full and is not any more: the team says so, and it is written to again.
    let chemin = format!("/api/v1/ateliers/reservations/{id}/contact");
    let corps = json!({"nom": "Ada", "courriel": "Ada@exmple.invalid", "canal": "courriel", "bon": true});
    let r = a.api(&a.jeton("alpha.mediateur").await, "PUT", &chemin, corps).await;
    assert_eq!((r.statut, &r.corps["refus_le"]), (200, &Value::Null), "{}", r.corps);
    a.travailler().await;
    assert_eq!(a.courriels().last().unwrap().destinataire, "Ada@exmple.invalid");
    // Of an appointment, the same; of what is no longer, nothing.
    a.regler("2026-03-15T09:30:00Z");
    let (rdv, _) = rendez_vous(&a, "ada@exmple.invalid", "sur_place").await;
    let marque_rdv = marque(Objet::RendezVous, &rdv, "ada@exmple.invalid");
    assert_eq!(traiter(&a.etat, &avis(&marque_rdv, "5.1.1")).await.unwrap(), Suite::Notee);
    let inconnue = marque(Objet::RendezVous, "019c0000-0000-7000-8000-000000000000", "ada@exmple.invalid");
    assert_eq!(traiter(&a.etat, &avis(&inconnue, "5.1.1")).await.unwrap(), Suite::SansObjet);
}
