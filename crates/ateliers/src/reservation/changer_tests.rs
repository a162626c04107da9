//! A booking changed by its secret link, contacts that do not receive, and what goes wrong around.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicU16, Ordering},
};

use axum::{Router, extract::State, http::StatusCode, routing::post};
use essais::{Appli, Moteur, Navigateur, Panne, Value, json};
use rstest::rstest;

/// A séance of Alpha at 14 h that day, published, with so many seats.
async fn seance(a: &Appli, jour: &str, places: u32) -> String {
    let corps = json!({
        "fiche": ateliers::fiche::livrees::LIVREES[0].code, "titre": "Atelier d’essai", "dates": [{"jour": jour, "heure": "14:00"}],
        "lieu_genre": "lieu", "lieu": a.lieu_alpha(), "publiee": true, "places": places
    });
    let r = a.api(&a.jeton("alpha.mediateur").await, "POST", "/api/v1/ateliers/seances", corps).await;
    assert_eq!(r.statut, 201, "{}", r.corps);
    r.id()
}

/// Books on the public page; gives the secret address.
async fn reserver(n: &Navigateur<'_>, id: &str, champs: &[(&str, &str)]) -> String {
    let r = n.post(&format!("/programme/atelier/{id}/reserver"), champs).await;
    assert_eq!(r.statut, 303, "{}", r.html);
    r.vers.unwrap()
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

fn sujets(a: &Appli) -> Vec<String> {
    a.courriels()
        .into_iter()
        .map(|l| format!("{} {}", l.destinataire.split('@').next().unwrap(), l.sujet.split(" : ").next().unwrap()))
        .collect()
}

#[rstest]
#[tokio::test]
async fn on_change_de_date_et_la_place_va_a_qui_attend(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let (un, deux, pleine) = (seance(&a, "2026-03-20", 1).await, seance(&a, "2026-03-27", 2).await, seance(&a, "2026-04-03", 1).await);
    let n = a.navigateur();
    let lien = reserver(&n, &un, &[("nom", "Ada"), ("courriel", "ada@exemple.invalid")]).await;
    reserver(&n, &un, &[("nom", "Bob"), ("courriel", "bob@exemple.invalid"), ("attendre", "oui")]).await;
    reserver(&n, &pleine, &[("nom", "Cléa")]).await;
    a.travailler().await;
    assert!(n.get(&lien).await.html.contains("Changer de date"));
    let page = n.get(&format!("{lien}/changer")).await;
    assert!(page.html.contains(&un) && page.html.contains(&deux) && !page.html.contains(&pleine), "une date pleine n’est pas proposée");
    let contact = [("courriel", "ada@exemple.invalid"), ("canal", "courriel")];
    let avec = |s: &str| [("seance", s.to_owned()), ("courriel", contact[0].1.to_owned()), ("canal", contact[1].1.to_owned())];
    let envoyer = async |s: &str| {
        let champs = avec(s);
        let champs: Vec<(&str, &str)> = champs.iter().map(|(c, v)| (*c, v.as_str())).collect();
        n.post(&format!("{lien}/changer"), &champs).await
    };
    // Full, unknown, or of another workshop: said, and the seat held stays held.
    let r = envoyer(&pleine).await;
    assert_eq!(r.statut, 409);
    assert!(r.html.contains("vient de se remplir"));
    assert_eq!(envoyer("019c0000-0000-7000-8000-000000000000").await.statut, 422);
    assert_eq!(etats(&a, &un).await, paires(&[("Ada", "confirmee"), ("Bob", "attente")]));
    let r = envoyer(&deux).await;
    assert_eq!(r.statut, 303, "{}", r.html);
    // Twice is once.
    assert_eq!(envoyer(&deux).await.statut, 303);
    assert_eq!(etats(&a, &un).await, paires(&[("Bob", "proposee")]));
    assert_eq!(etats(&a, &deux).await, paires(&[("Ada", "confirmee")]));
    a.travailler().await;
    assert!(sujets(&a).contains(&"ada Votre réservation est changée".to_owned()), "{:?}", sujets(&a));
    assert!(sujets(&a).contains(&"bob Une place s’est libérée".to_owned()));
    assert!(n.get(&lien).await.html.replace(['\u{a0}', '\u{202f}'], " ").contains("27 mars 2026"));
    // Reminded for the new date alone.
    a.regler("2026-03-18T13:30:00Z");
    a.travailler().await;
    assert!(!sujets(&a).contains(&"ada Rappel".to_owned()));
    a.regler("2026-03-25T13:30:00Z");
    a.travailler().await;
    assert!(sujets(&a).contains(&"ada Rappel".to_owned()));
    // Once it has begun, nothing changes.
    a.regler("2026-03-27T13:30:00Z");
    assert_eq!(envoyer(&un).await.statut, 409);
}

#[rstest]
#[tokio::test]
async fn on_corrige_son_contact(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let id = seance(&a, "2026-03-20", 3).await;
    let n = a.navigateur();
    let lien = reserver(&n, &id, &[("nom", "Ada"), ("courriel", "ada@exmple.invalid")]).await;
    let changer = async |champs: &[(&str, &str)]| n.post(&format!("{lien}/changer"), champs).await;
    for (champs, mot) in [
        (vec![("courriel", "ada.exemple"), ("canal", "courriel")], "il y manque un @"),
        (vec![("courriel", ""), ("canal", "courriel")], "donnez une adresse"),
        (vec![("telephone", "05 00 00 00 01"), ("canal", "sms")], "ne reçoit pas de SMS"),
        (vec![("telephone", "030 1234567"), ("canal", "sms")], "ne reçoit pas de SMS"),
        (vec![("telephone", "12"), ("canal", "sms")], "pas complet"),
    ] {
        let r = changer(&champs).await;
        assert_eq!(r.statut, 422, "{champs:?}");
        assert!(r.html.contains(mot), "{champs:?}");
    }
    let r = changer(&[("telephone", "+49 30 1234567"), ("canal", "sms")]).await;
    assert_eq!(r.statut, 303, "{}", r.html);
    assert_eq!(a.compter("SELECT COUNT(*) FROM reservation WHERE canal = 'sms' AND courriel IS NULL AND siege = 1").await, 1);
    a.travailler().await;
    let sms = std::fs::read_dir(a.etat.config.data_dir.join("sms")).unwrap().next().unwrap().unwrap();
    assert!(std::fs::read_to_string(sms.path()).unwrap().starts_with("+49301234567\n"));
    // A landline is kept to be called, and nothing is sent there.
    let autre = reserver(&n, &id, &[("nom", "Bob"), ("telephone", "05 00 00 00 01")]).await;
    assert!(n.get(&autre).await.html.contains("gardez ce billet"));
    n.post(&format!("{lien}/annuler"), &[]).await;
    assert_eq!(n.get(&format!("{lien}/changer")).await.vers, Some(lien.clone()));
    assert_eq!(changer(&[("courriel", "ada@exemple.invalid")]).await.statut, 409);
    assert_eq!(n.get("/reservation/inconnu/changer").await.statut, 404);
    assert_eq!(n.post("/reservation/inconnu/changer", &[]).await.statut, 404);
}

/// Two who exchange their seats at the same instant do not block each other, and no seat is lost or doubled.
#[rstest]
#[tokio::test]
async fn deux_personnes_changent_ensemble(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let (un, deux) = (seance(&a, "2026-03-20", 2).await, seance(&a, "2026-03-27", 2).await);
    let n = a.navigateur();
    let (ada, bob) = (reserver(&n, &un, &[("nom", "Ada")]).await, reserver(&n, &deux, &[("nom", "Bob")]).await);
    let (vers_deux, vers_un) = ([("seance", deux.as_str())], [("seance", un.as_str())]);
    let (chemin_ada, chemin_bob) = (format!("{ada}/changer"), format!("{bob}/changer"));
    let (x, y) = tokio::join!(n.post(&chemin_ada, &vers_deux), n.post(&chemin_bob, &vers_un));
    assert_eq!((x.statut, y.statut), (303, 303), "{} {}", x.html, y.html);
    assert_eq!(etats(&a, &un).await, paires(&[("Bob", "confirmee")]));
    assert_eq!(etats(&a, &deux).await, paires(&[("Ada", "confirmee")]));
}

/// Forty go at once to a séance that has one seat: one is there, the others keep theirs.
#[rstest]
#[tokio::test]
async fn tous_vont_a_la_derniere_place(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let (un, deux) = (seance(&a, "2026-03-20", 20).await, seance(&a, "2026-03-27", 1).await);
    let mut liens = vec![];
    let n = a.navigateur();
    for i in 0..12 {
        liens.push(reserver(&n, &un, &[("nom", &format!("Personne {i}"))]).await);
    }
    let chemins: Vec<String> = liens.iter().map(|l| format!("{l}/changer")).collect();
    let champs = [("seance", deux.as_str())];
    let statuts: Vec<u16> =
        futures_util::future::join_all(chemins.iter().map(|c| n.post(c, &champs))).await.iter().map(|r| r.statut).collect();
    assert_eq!(statuts.iter().filter(|s| **s == 303).count(), 1, "{statuts:?}");
    assert!(statuts.iter().all(|s| [303, 409].contains(s)), "{statuts:?}");
    assert_eq!(a.compter("SELECT COUNT(*) FROM reservation WHERE etat = 'confirmee' AND siege IS NOT NULL").await, 12);
}

/// The séance moves while people book: all have a seat at the new date, and are told of one date alone.
#[rstest]
#[tokio::test]
async fn une_seance_se_deplace_pendant_qu_on_reserve(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let id = seance(&a, "2026-03-20", 12).await;
    let n = a.navigateur();
    let j = a.jeton("alpha.mediateur").await;
    let date = a.identifiant("SELECT id FROM seance_date").await;
    let noms: Vec<String> = (0..10).map(|i| format!("p{i}@exemple.invalid")).collect();
    let chemin = format!("/programme/atelier/{id}/reserver");
    let champs: Vec<_> = noms.iter().map(|m| [("nom", "Essai"), ("courriel", m.as_str())]).collect();
    let envois = futures_util::future::join_all(champs.iter().map(|c| n.post(&chemin, c)));
    let vers = format!("/api/v1/ateliers/seances/{id}/dates/{date}");
    let deplacement = a.api(&j, "PUT", &vers, json!({"quand": {"jour": "2026-03-24", "heure": "10:00"}}));
    let (reponses, deplacee) = tokio::join!(envois, deplacement);
    assert_eq!(deplacee.statut, 200, "{}", deplacee.corps);
    assert!(reponses.iter().all(|r| r.statut == 303));
    a.travailler().await;
    let lettres = a.courriels();
    // What is written is true when it is written: the new date, once or twice, never the old one.
    for m in &noms {
        let siennes: Vec<_> = lettres.iter().filter(|l| l.destinataire == *m).collect();
        assert!(!siennes.is_empty(), "{m}");
        assert!(siennes.iter().all(|l| l.corps.replace(['\u{a0}', '\u{202f}'], " ").contains("24 mars 2026")), "{m}");
    }
    a.regler("2026-03-22T10:30:00Z");
    a.travailler().await;
    let rappels = a.courriels().iter().filter(|l| l.sujet.starts_with("Rappel")).count();
    assert_eq!(rappels, 10, "un rappel chacun");
}

/// The server of mails is away for a day: everything leaves when it is back, once, and not in the night.
#[rstest]
#[tokio::test]
async fn le_courriel_en_panne_un_jour(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let id = seance(&a, "2026-03-20", 12).await;
    let n = a.navigateur();
    a.panne(Panne::Serveur);
    for i in 0..3 {
        reserver(&n, &id, &[("nom", "Essai"), ("courriel", &format!("p{i}@exemple.invalid"))]).await;
    }
    // Someone gives up meanwhile: told of the end, not of a seat that is no longer theirs.
    let lien = reserver(&n, &id, &[("nom", "Essai"), ("courriel", "parti@exemple.invalid")]).await;
    for heure in 9..19 {
        a.regler(&format!("2026-03-10T{heure:02}:05:00Z"));
        a.travailler().await;
    }
    n.post(&format!("{lien}/annuler"), &[]).await;
    assert!(a.courriels().is_empty());
    a.panne(Panne::Aucune);
    a.regler("2026-03-10T21:00:00Z");
    a.travailler().await;
    assert!(a.courriels().is_empty(), "rien la nuit");
    a.regler("2026-03-11T09:30:00Z");
    a.travailler().await;
    let mut v = sujets(&a);
    v.sort();
    assert_eq!(
        v,
        ["p0 Votre place est réservée", "p1 Votre place est réservée", "p2 Votre place est réservée", "parti Réservation annulée"]
    );
    assert_eq!(a.compter("SELECT COUNT(*) FROM tache WHERE abandonnee_le IS NOT NULL").await, 0);
}

#[rstest]
#[tokio::test]
async fn une_adresse_refusee_est_notee_et_l_equipe_prevenue(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let id = seance(&a, "2026-03-20", 12).await;
    let n = a.navigateur();
    a.panne(Panne::Adresse("ada@exmple.invalid".into()));
    let lien = reserver(&n, &id, &[("nom", "Ada Essai"), ("courriel", "ada@exmple.invalid")]).await;
    a.travailler().await;
    // One mail, to who animates, without the name.
    let lettres = a.courriels();
    assert_eq!(lettres.len(), 1);
    assert!(lettres[0].sujet.contains("pas joignable") && lettres[0].corps.contains(&id) && !lettres[0].corps.contains("Ada"));
    assert_eq!(
        a.compter("SELECT COUNT(*) FROM tache WHERE faite_le IS NULL AND pas_avant < '2026-03-11'").await,
        0,
        "elle n’est pas réessayée"
    );
    let s = a.session("alpha.mediateur").await;
    let page = s.get(&format!("/ateliers/seances/{id}")).await.html;
    assert!(page.contains("Contact refusé") && page.contains("personne inscrite n’est pas joignable"), "{page}");
    assert!(n.get(&lien).await.html.contains("n’a pas pu vous parvenir"));
    // The reminder is refused too: the team is not told twice.
    a.regler("2026-03-18T13:30:00Z");
    a.travailler().await;
    assert_eq!(a.courriels().len(), 1);
    // Corrected: the notice goes, the message leaves.
    assert_eq!(n.post(&format!("{lien}/changer"), &[("courriel", "ada@exemple.invalid"), ("canal", "courriel")]).await.statut, 303);
    a.travailler().await;
    assert_eq!(a.courriels().last().unwrap().destinataire, "ada@exemple.invalid");
    assert!(!n.get(&lien).await.html.contains("n’a pas pu vous parvenir"));
    assert!(!s.get(&format!("/ateliers/seances/{id}")).await.html.contains("Contact refusé"));
}

/// A thousand requests of a program that books: thirty are served, the others wait; people elsewhere are not hindered.
#[rstest]
#[tokio::test]
async fn mille_demandes_d_un_robot(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let id = seance(&a, "2026-03-20", 60).await;
    let n = a.navigateur();
    let mut statuts = std::collections::BTreeMap::<u16, u32>::new();
    for lot in 0..20 {
        let chemin = format!("/programme/atelier/{id}/reserver");
        let noms: Vec<String> = (0..50).map(|i| format!("Robot {lot}-{i}")).collect();
        let champs: Vec<_> = noms.iter().map(|x| [("nom", x.as_str())]).collect();
        for r in futures_util::future::join_all(champs.iter().map(|c| n.post(&chemin, c))).await {
            *statuts.entry(r.statut).or_default() += 1;
        }
    }
    assert_eq!(statuts.get(&303), Some(&30), "{statuts:?}");
    assert_eq!(statuts.get(&429), Some(&970), "{statuts:?}");
    // The desk books all the same.
    let j = a.jeton("alpha.mediateur").await;
    let r = a.api(&j, "POST", &format!("/api/v1/ateliers/seances/{id}/reservations"), json!({"nom": "Ada", "par": "accueil"})).await;
    assert_eq!(r.statut, 201);
}

#[derive(Clone, Default)]
struct Fournisseur {
    recus: Arc<Mutex<Vec<(String, String, String)>>>,
    reponse: Arc<AtomicU16>,
}

async fn recevoir(State(f): State<Fournisseur>, entetes: axum::http::HeaderMap, corps: String) -> StatusCode {
    let lire = |n: &str| entetes.get(n).and_then(|v| v.to_str().ok()).unwrap_or_default().to_owned();
    f.recus.lock().unwrap().push((lire("authorization"), lire("content-type"), corps));
    StatusCode::from_u16(f.reponse.load(Ordering::Relaxed)).unwrap()
}

/// A provider of text messages on this machine.
async fn fournisseur() -> (Fournisseur, String) {
    let f = Fournisseur::default();
    f.reponse.store(200, Ordering::Relaxed);
    let ecoute = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let adresse = format!("http://{}/envoi", ecoute.local_addr().unwrap());
    let app = Router::new().route("/envoi", post(recevoir)).with_state(f.clone());
    tokio::spawn(async move { axum::serve(ecoute, app).await });
    (f, adresse)
}

#[rstest]
#[case(r#"{"a": "{numero}", "t": "{texte}"}"#, "application/json")]
#[case("a={numero}&t={texte}", "application/x-www-form-urlencoded")]
#[tokio::test]
async fn un_sms_part_par_le_fournisseur(#[case] corps: &str, #[case] genre: &str) {
    let (f, adresse) = fournisseur().await;
    let a = Appli::lancer_avec(Moteur::Sqlite, |c| {
        c.sms_url = Some(adresse);
        corps.clone_into(&mut c.sms_body);
        c.sms_headers = Some("Authorization: Bearer secret-d-essai".to_owned().into());
    })
    .await;
    let port = passeur::sms::selon(&a.etat.config).unwrap().unwrap();
    assert!(a.etat.sms.set(port).is_ok());
    let id = seance(&a, "2026-03-20", 12).await;
    let n = a.navigateur();
    // Away, then back: once.
    f.reponse.store(503, Ordering::Relaxed);
    reserver(&n, &id, &[("nom", "Ada"), ("telephone", "06 00 00 00 01")]).await;
    a.travailler().await;
    assert_eq!(f.recus.lock().unwrap().len(), 1);
    assert_eq!(
        a.compter("SELECT COUNT(*) FROM tache WHERE genre = 'ateliers.avertir' AND erreur LIKE '%503%' AND erreur NOT LIKE '%0600%'").await,
        1
    );
    f.reponse.store(200, Ordering::Relaxed);
    a.regler("2026-03-10T09:05:00Z");
    a.travailler().await;
    let recus = f.recus.lock().unwrap().clone();
    assert_eq!(recus.len(), 2);
    let (jeton, type_recu, texte) = &recus[1];
    assert_eq!((jeton.as_str(), type_recu.as_str()), ("Bearer secret-d-essai", genre));
    assert!(texte.contains("33600000001") && texte.contains("reservation"), "{texte}");
    if genre == "application/json" {
        let v: Value = serde_json::from_str(texte).unwrap();
        assert_eq!(v["a"], "+33600000001");
        assert!(v["t"].as_str().unwrap().starts_with("Votre place est réservée"));
    }
    // A number that the provider does not want is noted, and not tried again.
    f.reponse.store(422, Ordering::Relaxed);
    reserver(&n, &id, &[("nom", "Bob"), ("telephone", "06 00 00 00 02")]).await;
    a.travailler().await;
    assert_eq!(a.compter("SELECT COUNT(*) FROM reservation WHERE refus_le IS NOT NULL").await, 1);
}
