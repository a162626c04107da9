//! The files for calendars that come with mails, one after the other.

use essais::{Appli, Moteur, Value, json};
use rstest::rstest;

/// The files sent so far, each as the lines of its events: method, then uid, sequence, start, state.
fn fichiers(a: &Appli) -> Vec<(String, Vec<[String; 4]>)> {
    a.pieces_jointes()
        .into_iter()
        .map(|(_, p)| {
            let t = String::from_utf8(p.octets).unwrap().replace("\r\n ", "");
            let valeur = |bloc: &str, nom: &str| {
                let l = bloc.lines().find(|l| l.split([':', ';']).next() == Some(nom)).unwrap_or_else(|| panic!("{nom} {bloc}"));
                l.rsplit_once(':').unwrap().1.to_owned()
            };
            let methode = valeur(&t, "METHOD");
            assert!(p.media.ends_with(&format!("method={methode}")), "{} {methode}", p.media);
            let blocs = t.split("BEGIN:VEVENT").skip(1);
            (methode, blocs.map(|b| ["UID", "SEQUENCE", "DTSTART", "STATUS"].map(|n| valeur(b, n))).collect())
        })
        .collect()
}

fn sequence(e: &[String; 4]) -> i32 {
    e[1].parse().unwrap()
}

async fn seance(a: &Appli, jours: &[&str]) -> (String, String) {
    let dates: Vec<Value> = jours.iter().map(|j| json!({"jour": j, "heure": "14:00"})).collect();
    let corps = json!({
        "fiche": ateliers::fiche::livrees::LIVREES[0].code, "dates": dates, "lieu_genre": "lieu", "lieu": a.lieu_alpha(),
        "publiee": true, "places": 4
    });
    let r = a.api(&a.jeton("alpha.mediateur").await, "POST", "/api/v1/ateliers/seances", corps).await;
    assert_eq!(r.statut, 201, "{}", r.corps);
    (r.id(), r.corps["dates"][0]["id"].as_str().unwrap().to_owned())
}

/// What every calendar asks for: the same uid, and each file later than the one before.
fn se_suivent(v: &[(String, Vec<[String; 4]>)]) {
    for p in v.windows(2) {
        let (avant, apres) = (&p[0].1[0], &p[1].1[0]);
        assert_eq!(avant[0], apres[0], "{v:?}");
        assert!(sequence(avant) < sequence(apres), "{v:?}");
    }
}

#[rstest]
#[tokio::test]
async fn une_seance_deplacee_puis_annulee(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let j = a.jeton("alpha.mediateur").await;
    let (id, date) = seance(&a, &["2026-03-20"]).await;
    let corps = json!({"nom": "Ada", "courriel": "ada@exemple.invalid", "par": "accueil"});
    a.api(&j, "POST", &format!("/api/v1/ateliers/seances/{id}/reservations"), corps).await;
    a.travailler().await;
    // Twice, in the same minute: each takes the place of the one before.
    for jour in ["2026-03-27", "2026-04-03"] {
        let quand = json!({"quand": {"jour": jour, "heure": "10:00"}});
        let r = a.api(&j, "PUT", &format!("/api/v1/ateliers/seances/{id}/dates/{date}"), quand).await;
        assert_eq!(r.statut, 200, "{}", r.corps);
        a.travailler().await;
    }
    a.api(&j, "POST", &format!("/api/v1/ateliers/seances/{id}/annulation"), json!({})).await;
    a.travailler().await;
    let v = fichiers(&a);
    let dits: Vec<_> = v.iter().map(|(m, e)| (m.as_str(), e[0][2].as_str(), e[0][3].as_str())).collect();
    assert_eq!(
        dits,
        [
            ("PUBLISH", "20260320T140000", "CONFIRMED"),
            ("PUBLISH", "20260327T100000", "CONFIRMED"),
            ("PUBLISH", "20260403T100000", "CONFIRMED"),
            ("CANCEL", "20260403T100000", "CANCELLED"),
        ]
    );
    se_suivent(&v);
}

#[rstest]
#[tokio::test]
async fn on_va_a_une_autre_seance_puis_on_annule(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let j = a.jeton("alpha.mediateur").await;
    // Of three dates, changed several times; then one of a single date, new.
    let (cycle, date) = seance(&a, &["2026-03-20", "2026-03-27", "2026-04-03"]).await;
    for heure in ["15:00", "14:00"] {
        let quand = json!({"quand": {"jour": "2026-03-20", "heure": heure}});
        assert_eq!(a.api(&j, "PUT", &format!("/api/v1/ateliers/seances/{cycle}/dates/{date}"), quand).await.statut, 200);
    }
    let (seule, _) = seance(&a, &["2026-03-24"]).await;
    let n = a.navigateur();
    let champs = [("nom", "Ada"), ("courriel", "ada@exemple.invalid")];
    let lien = n.post(&format!("/programme/atelier/{cycle}/reserver"), &champs).await.vers.unwrap();
    a.travailler().await;
    let champs = [("seance", seule.as_str()), ("courriel", "ada@exemple.invalid"), ("canal", "courriel")];
    assert_eq!(n.post(&format!("{lien}/changer"), &champs).await.statut, 303);
    a.travailler().await;
    assert_eq!(n.post(&format!("{lien}/annuler"), &[]).await.statut, 303);
    a.travailler().await;
    let v = fichiers(&a);
    assert_eq!(v.iter().map(|(m, e)| (m.as_str(), e.len())).collect::<Vec<_>>(), [("PUBLISH", 3), ("PUBLISH", 3), ("CANCEL", 3)]);
    se_suivent(&v);
    // The two dates too many are taken away at once.
    let etats: Vec<_> = v[1].1.iter().map(|e| (e[2].as_str(), e[3].as_str())).collect();
    assert_eq!(etats[0], ("20260324T140000", "CONFIRMED"));
    assert!(etats[1..].iter().all(|e| e.1 == "CANCELLED"), "{etats:?}");
}

#[rstest]
#[tokio::test]
async fn un_rendez_vous_deplace_puis_annule(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let j = a.jeton("alpha.mediateur").await;
    let m = json!({"libelle": "Première démarche", "duree_minutes": 30, "maniere": "sur_place", "publie": true});
    let m = a.api(&j, "POST", "/api/v1/rendez-vous/motifs", m).await.id();
    let p = json!({"lieu": a.lieu_alpha(), "jour": 1, "horaires": "9:00-12:00"});
    a.api(&j, "POST", "/api/v1/rendez-vous/plages", p).await;
    let corps = json!({"motif": m, "debut": "2026-03-16T08:00:00Z", "nom": "Ada", "courriel": "ada@exemple.invalid", "par": "accueil"});
    let r = a.api(&j, "POST", "/api/v1/rendez-vous", corps).await.id();
    a.travailler().await;
    // Within the same minute.
    for debut in ["2026-03-16T08:30:00Z", "2026-03-23T08:00:00Z"] {
        let d = a.api(&j, "PUT", &format!("/api/v1/rendez-vous/{r}/creneau"), json!({"debut": debut})).await;
        assert_eq!(d.statut, 200, "{}", d.corps);
        a.travailler().await;
    }
    assert_eq!(a.api(&j, "POST", &format!("/api/v1/rendez-vous/{r}/annulation"), json!({})).await.statut, 200);
    a.travailler().await;
    let v = fichiers(&a);
    let dits: Vec<_> = v.iter().map(|(m, e)| (m.as_str(), e[0][1].as_str(), e[0][3].as_str())).collect();
    let attendu =
        [("PUBLISH", "0", "CONFIRMED"), ("PUBLISH", "1", "CONFIRMED"), ("PUBLISH", "2", "CONFIRMED"), ("CANCEL", "3", "CANCELLED")];
    assert_eq!(dits, attendu);
    se_suivent(&v);
}
