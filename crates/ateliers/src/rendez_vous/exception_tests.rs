//! Days of hours closed, moved, put back, through the router.

use essais::{Appli, Moteur, Reponse, Value, json};
use rstest::rstest;

const SEMAINES: &str = "du=2026-03-16&au=2026-04-01";

/// A public reason of 30 minutes, and Monday mornings of one mediator at the lieu of Alpha: the reason, the hours.
async fn preparer(a: &Appli) -> (String, String) {
    let j = a.jeton("alpha.mediateur").await;
    let m = json!({"libelle": "Première démarche", "duree_minutes": 30, "maniere": "sur_place", "publie": true});
    let m = a.api(&j, "POST", "/api/v1/rendez-vous/motifs", m).await.id();
    let p = json!({"lieu": a.lieu_alpha(), "jour": 1, "horaires": "9:00-10:00"});
    let r = a.api(&j, "POST", "/api/v1/rendez-vous/plages", p).await;
    assert_eq!(r.statut, 201, "{}", r.corps);
    (m, r.corps["elements"][0]["id"].as_str().unwrap().to_owned())
}

async fn creneaux(a: &Appli, motif: &str) -> Vec<String> {
    let j = a.jeton("alpha.mediateur").await;
    let r = a.api(&j, "GET", &format!("/api/v1/rendez-vous/motifs/{motif}/creneaux?{SEMAINES}"), Value::Null).await;
    assert_eq!(r.statut, 200, "{}", r.corps);
    r.corps["elements"].as_array().unwrap().iter().map(|c| c["debut"].as_str().unwrap()[5..16].to_owned()).collect()
}

async fn changer(a: &Appli, plage: &str, jour: &str, corps: Value) -> Reponse {
    let adresse = format!("/api/v1/rendez-vous/plages/{plage}/jours/{jour}");
    a.api(&a.jeton("alpha.mediateur").await, "PUT", &adresse, corps).await
}

/// The page with ordinary spaces.
fn net(html: &str) -> String {
    html.replace(['\u{a0}', '\u{202f}'], " ")
}

async fn prendre(a: &Appli, motif: &str, debut: &str, nom: &str) -> Reponse {
    let corps = json!({"motif": motif, "debut": debut, "nom": nom, "par": "accueil"});
    a.api(&a.jeton("alpha.mediateur").await, "POST", "/api/v1/rendez-vous", corps).await
}

#[rstest]
#[tokio::test]
async fn un_jour_se_ferme_se_deplace_et_se_retablit(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let (m, p) = preparer(&a).await;
    let avant = ["03-16T08:00", "03-16T08:30", "03-23T08:00", "03-23T08:30", "03-30T07:00", "03-30T07:30"];
    assert_eq!(creneaux(&a, &m).await, avant);
    // An appointment of that day stays, and is said.
    let rdv = prendre(&a, &m, "2026-03-23T08:30:00Z", "Ada ESSAI").await.id();
    let r = changer(&a, &p, "2026-03-23", json!({"fermer": true})).await;
    assert_eq!(r.statut, 200, "{}", r.corps);
    assert_eq!((&r.corps["jour"]["etat"], &r.corps["en_dehors"]), (&json!("fermee"), &json!([rdv])), "{}", r.corps);
    assert_eq!(creneaux(&a, &m).await, ["03-16T08:00", "03-16T08:30", "03-30T07:00", "03-30T07:30"]);
    assert_eq!(prendre(&a, &m, "2026-03-23T08:00:00Z", "Bob").await.statut, 409);
    // The public page follows; the appointment can still be moved elsewhere.
    let page = net(&a.navigateur().get(&format!("/rendez-vous/{}/{m}", a.structure_alpha())).await.html);
    assert!(page.contains("lundi 16 mars 2026") && !page.contains("lundi 23 mars 2026"), "{page}");
    // Moved instead, over summer time: one hour on the Wednesday after; the appointment is out of it.
    let r = changer(&a, &p, "2026-03-23", json!({"deplacer": {"jour": "2026-03-25", "debut": "14:00", "fin": "15:00"}})).await;
    assert_eq!((r.statut, &r.corps["jour"]["debut"]), (200, &json!("2026-03-25T13:00:00Z")), "{}", r.corps);
    assert_eq!(r.corps["en_dehors"], json!([rdv]));
    assert_eq!(creneaux(&a, &m).await, ["03-16T08:00", "03-16T08:30", "03-25T13:00", "03-25T13:30", "03-30T07:00", "03-30T07:30"]);
    let la = prendre(&a, &m, "2026-03-25T13:00:00Z", "Cléa").await;
    assert_eq!(la.statut, 201, "{}", la.corps);
    // Shortened, on its own day: the appointment is in it again, and the one taken on the Wednesday is said in its turn.
    let r = changer(&a, &p, "2026-03-23", json!({"deplacer": {"jour": "2026-03-23", "debut": "9:30", "fin": "10:00"}})).await;
    assert_eq!((r.statut, &r.corps["en_dehors"]), (200, &json!([la.id()])), "{}", r.corps);
    // The days, as they are.
    let j = a.jeton("alpha.mediateur").await;
    let v = a.api(&j, "GET", &format!("/api/v1/rendez-vous/plages/jours?{SEMAINES}"), Value::Null).await.corps;
    let etats: Vec<_> = v["elements"].as_array().unwrap().iter().map(|e| e["etat"].as_str().unwrap()).collect();
    assert_eq!(etats, ["prevue", "deplacee", "prevue"]);
    let adresse = format!("/api/v1/rendez-vous/plages/{p}/jours/2026-03-23");
    assert_eq!(a.api(&j, "DELETE", &adresse, Value::Null).await.statut, 204);
    assert_eq!(a.api(&j, "GET", &adresse, Value::Null).await.corps["jour"]["etat"], "prevue");
    assert_eq!(creneaux(&a, &m).await, ["03-16T08:00", "03-16T08:30", "03-23T08:00", "03-30T07:00", "03-30T07:30"]);
    // Removed with its exceptions.
    changer(&a, &p, "2026-03-30", json!({"fermer": true})).await;
    assert_eq!(a.api(&j, "DELETE", &format!("/api/v1/rendez-vous/plages/{p}"), Value::Null).await.statut, 204);
    assert_eq!(a.compter("SELECT COUNT(*) FROM plage_exception").await, 0);
}

#[rstest]
#[tokio::test]
async fn ce_qui_ne_se_peut_pas_est_dit(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let (_, p) = preparer(&a).await;
    let j = a.jeton("alpha.mediateur").await;
    // Not a day of these hours; past; too far; not a day at all.
    for (jour, statut) in [("2026-03-24", 404), ("2026-03-02", 404), ("2027-03-29", 409), ("0001-01-01", 404), ("demain", 404)] {
        assert_eq!(changer(&a, &p, jour, json!({"fermer": true})).await.statut, statut, "{jour}");
    }
    assert_eq!(changer(&a, &p, "2026-03-23", json!({})).await.champs(), ["fermer"]);
    for (corps, champ) in [
        (json!({"jour": "2026-03-24", "debut": "midi", "fin": "15:00"}), "debut"),
        (json!({"jour": "2026-03-24", "debut": "15:00", "fin": "14:00"}), "fin"),
        (json!({"jour": "2026-03-01", "debut": "14:00", "fin": "15:00"}), "jour"),
        // The night that skips this hour.
        (json!({"jour": "2026-03-29", "debut": "2:30", "fin": "4:00"}), "debut"),
        // Where the hours of the week after are.
        (json!({"jour": "2026-03-30", "debut": "9:30", "fin": "11:00"}), "debut"),
    ] {
        let r = changer(&a, &p, "2026-03-23", json!({"deplacer": corps})).await;
        assert_eq!((r.statut, r.champs()), (422, vec![champ.to_owned()]), "{}", r.corps);
    }
    // Somebody else's, and who may only read.
    let adresse = format!("/api/v1/rendez-vous/plages/{p}/jours/2026-03-23");
    assert_eq!(a.api(&a.jeton("beta.mediateur").await, "PUT", &adresse, json!({"fermer": true})).await.statut, 404);
    // Closed that day, its time may be opened otherwise; it is then not put back over it.
    assert_eq!(changer(&a, &p, "2026-03-23", json!({"fermer": true})).await.statut, 200);
    let un_jour = json!({"jour": 1, "horaires": "9:30-11:00", "du": "2026-03-23", "au": "2026-03-23"});
    assert_eq!(a.api(&j, "POST", "/api/v1/rendez-vous/plages", un_jour.clone()).await.statut, 201);
    let r = a.api(&j, "DELETE", &adresse, Value::Null).await;
    assert!(r.statut == 409 && r.corps.to_string().contains("retirez-les"), "{}", r.corps);
    // Nor is anything opened where a day was moved.
    changer(&a, &p, "2026-03-30", json!({"deplacer": {"jour": "2026-04-01", "debut": "9:00", "fin": "10:00"}})).await;
    let mercredi = json!({"jour": 3, "horaires": "9:30-11:00"});
    assert_eq!(a.api(&j, "POST", "/api/v1/rendez-vous/plages", mercredi).await.champs(), ["horaires"]);
}

#[rstest]
#[tokio::test]
async fn on_ferme_depuis_l_agenda_et_on_defait(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let (m, p) = preparer(&a).await;
    prendre(&a, &m, "2026-03-23T08:00:00Z", "Ada ESSAI").await;
    let s = a.session("alpha.mediateur").await;
    let adresse = format!("/agenda/plages/{p}/jours/2026-03-23");
    let agenda = s.get("/agenda?jour=2026-03-23").await.html;
    assert!(agenda.contains(&adresse) && agenda.contains("Heures de rendez-vous"), "{agenda}");
    let page = s.get(&adresse).await;
    assert!(page.statut == 200 && page.html.contains("Fermer ce jour-là") && page.html.contains("Ada ESSAI"), "{}", page.html);
    let r = s.post(&format!("{adresse}/fermer"), &[]).await;
    assert_eq!((r.statut, r.vers.as_deref()), (303, Some(adresse.as_str())));
    let page = net(&s.get(&adresse).await.html);
    assert!(page.contains("1 rendez-vous reste pris") && page.contains("Remettre comme d’habitude"), "{page}");
    assert!(s.get("/agenda?jour=2026-03-23").await.html.contains("Fermé ce jour-là"));
    // A month shows what differs alone.
    let mois = s.get("/agenda?vue=mois&jour=2026-03-23").await.html;
    assert_eq!(mois.matches("/agenda/plages/").count() - mois.matches("/agenda/plages/un-jour").count(), 1, "{mois}");
    let liste = net(&s.get(&format!("/agenda/plages/{p}")).await.html);
    assert!(liste.contains("Jours fermés ou changés") && liste.contains("lundi 23 mars 2026"), "{liste}");
    assert!(net(&s.get("/agenda/plages").await.html).contains("1 jour changé"));
    // What is typed stays when it is refused.
    let champs = [("jour", "2026-03-25"), ("debut", "16:00"), ("fin", "15:00")];
    let r = s.post(&format!("{adresse}/deplacer"), &champs).await;
    assert!(r.statut == 422 && r.html.contains("value=\"16:00\"") && r.html.contains("finissent après"), "{}", r.html);
    let r = s.post(&format!("{adresse}/deplacer"), &[("jour", "2026-03-25"), ("debut", "14:00"), ("fin", "15:00")]).await;
    assert_eq!(r.statut, 303);
    let agenda = s.get("/agenda?jour=2026-03-25").await.html;
    assert!(agenda.contains("Changé cette fois") && agenda.contains(&adresse), "{agenda}");
    assert_eq!(s.post(&format!("{adresse}/retablir"), &[]).await.statut, 303);
    assert!(!s.get("/agenda?jour=2026-03-25").await.html.contains("Changé cette fois"));
    // Another day, from the page of the hours; a day when they are not is said.
    let r = s.post(&format!("/agenda/plages/{p}/fermer"), &[("jour", "2026-04-14")]).await;
    assert!(r.statut == 422 && r.html.contains("pas ouvertes ce jour-là") && r.html.contains("2026-04-14"), "{}", r.html);
    assert_eq!(s.post(&format!("/agenda/plages/{p}/fermer"), &[("jour", "2026-04-13")]).await.statut, 303);
    // One more day.
    let champs = [("jour", "2026-03-17"), ("horaires", "9:00-11:00")];
    let r = s.post("/agenda/plages/un-jour", &champs).await;
    assert_eq!(r.statut, 303, "{}", r.html);
    assert!(s.get("/agenda/plages").await.html.contains("ce jour-là seulement"));
    assert_eq!(s.post("/agenda/plages/un-jour", &champs).await.statut, 422);
    assert_eq!(s.post("/agenda/plages/un-jour", &[("jour", "2026-03-01"), ("horaires", "9:00-11:00")]).await.statut, 422);
}

/// Who books and who closes at the same instant: whoever comes first, either nobody has a slot of that day, or who
/// closed is told of the appointment.
#[rstest]
#[tokio::test]
async fn on_ferme_pendant_que_l_on_reserve(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let (m, p) = preparer(&a).await;
    for (jour, heure) in [("2026-03-16", 8), ("2026-03-23", 8), ("2026-03-30", 7)] {
        let reserver = (0..6).map(|i| {
            let debut = format!("{jour}T0{heure}:{}0:00Z", i % 2 * 3);
            let (a, m) = (&a, &m);
            async move { prendre(a, m, &debut, &format!("Personne {jour} {i}")).await }
        });
        let fermer = changer(&a, &p, jour, json!({"fermer": true}));
        let (pris, ferme) = futures_util::future::join(futures_util::future::join_all(reserver), fermer).await;
        assert_eq!(ferme.statut, 200, "{}", ferme.corps);
        assert!(pris.iter().all(|r| matches!(r.statut, 201 | 409)), "{:?}", pris.iter().map(|r| r.statut).collect::<Vec<_>>());
        let mut tenus: Vec<String> = pris.iter().filter(|r| r.statut == 201).map(Reponse::id).collect();
        let mut dits: Vec<String> = ferme.corps["en_dehors"].as_array().unwrap().iter().map(|v| v.as_str().unwrap().into()).collect();
        tenus.sort();
        dits.sort();
        assert_eq!(dits, tenus, "{jour}");
    }
}
