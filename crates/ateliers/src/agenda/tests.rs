//! Calendars, through the router.

use essais::{Appli, Moteur, Reponse, Value, json};
use rstest::rstest;
use sea_orm::ConnectionTrait;

pub(crate) async fn temps(a: &Appli, corps: Value) -> Reponse {
    a.api(&a.jeton("alpha.mediateur").await, "POST", "/api/v1/agenda/evenements", corps).await
}

pub(crate) fn stand(jour: &str, heure: &str) -> Value {
    json!({"genre": "stand", "titre": "Stand du marché", "quand": {"jour": jour, "heure": heure}, "duree_minutes": 60})
}

pub(crate) fn serie(jour: &str, heure: &str, regle: &str) -> Value {
    let mut v = stand(jour, heure);
    v["regle"] = json!(regle);
    v
}

pub(crate) async fn seance(a: &Appli, jour: &str, heure: &str) -> Reponse {
    let corps = json!({
        "fiche": ateliers::fiche::livrees::LIVREES[0].code, "titre": "Atelier d’essai", "dates": [{"jour": jour, "heure": heure}],
        "duree_minutes": 60, "lieu_genre": "lieu", "lieu": a.lieu_alpha(), "publiee": true
    });
    a.api(&a.jeton("alpha.mediateur").await, "POST", "/api/v1/ateliers/seances", corps).await
}

/// The titles and starts of a calendar.
pub(crate) async fn agenda(a: &Appli, requete: &str) -> Vec<(String, String)> {
    let r = a.api(&a.jeton("alpha.mediateur").await, "GET", &format!("/api/v1/agenda?{requete}"), Value::Null).await;
    assert_eq!(r.statut, 200, "{}", r.corps);
    let mot = |e: &Value, c: &str| e[c].as_str().unwrap().to_owned();
    r.corps["elements"].as_array().unwrap().iter().map(|e| (mot(e, "titre"), mot(e, "debut"))).collect()
}

pub(crate) fn occurrence(r: &Reponse, i: usize) -> String {
    r.corps["occurrences"][i]["id"].as_str().unwrap().to_owned()
}

fn debuts(corps: &Value) -> Vec<String> {
    let v = corps["occurrences"].as_array().unwrap();
    v.iter().filter(|o| o["etat"] == "prevue").map(|o| o["debut"].as_str().unwrap().to_owned()).collect()
}

/// Another lieu of Alpha, in a commune.
async fn lieu(a: &Appli, nom: &str, commune: &str) -> String {
    let cx = socle::Contexte::systeme(&a.etat).await.unwrap();
    let fiche =
        territoire::lieu::Fiche { nom: nom.into(), adresse: None, commune: Some(commune.try_into().unwrap()), position: None, actif: true };
    let l = territoire::lieu::ajouter(&cx, a.structure_alpha().parse().unwrap(), fiche).await.unwrap();
    cx.valider().await.unwrap();
    l.id.to_string()
}

#[rstest]
#[tokio::test]
async fn un_agenda_rassemble_tout(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    assert_eq!(seance(&a, "2026-03-20", "14:00").await.statut, 201);
    let r = temps(&a, stand("2026-03-20", "09:00")).await;
    assert_eq!(r.statut, 201, "{}", r.corps);
    let absence = json!({"genre": "absence", "quand": {"jour": "2026-03-24", "heure": "00:00"}, "journees": 3});
    assert_eq!(temps(&a, absence).await.statut, 201);
    let attendu = |v: &[(&str, &str)]| v.iter().map(|(t, d)| ((*t).to_owned(), (*d).to_owned())).collect::<Vec<_>>();
    let moi = a.utilisateur("alpha.mediateur");
    assert_eq!(
        agenda(&a, &format!("du=2026-03-20&au=2026-03-26&utilisateur={moi}")).await,
        attendu(&[
            ("Stand du marché", "2026-03-20T08:00:00Z"),
            ("Atelier d’essai", "2026-03-20T13:00:00Z"),
            ("Absence", "2026-03-23T23:00:00Z")
        ])
    );
    // What began before is there too; another's calendar is empty; that of the lieu has what is held in it.
    assert_eq!(agenda(&a, &format!("du=2026-03-26&utilisateur={moi}")).await.len(), 1);
    let autre = a.utilisateur("alpha.responsable");
    assert!(agenda(&a, &format!("du=2026-03-20&utilisateur={autre}")).await.is_empty());
    assert_eq!(agenda(&a, &format!("du=2026-03-20&lieu={}", a.lieu_alpha())).await.len(), 1);
    let j = a.jeton("alpha.mediateur").await;
    for faux in ["du=2026-03-20&au=2027-03-20", "du=hier", "utilisateur=x", "au=%2B262142-12-31"] {
        assert_eq!(a.api(&j, "GET", &format!("/api/v1/agenda?{faux}"), Value::Null).await.statut, 422, "{faux}");
    }
    let chez_beta = format!("/api/v1/agenda?utilisateur={}", a.utilisateur("beta.mediateur"));
    assert_eq!(a.api(&j, "GET", &chez_beta, Value::Null).await.statut, 404);
    // The four ways to see it.
    let s = a.session("alpha.mediateur").await;
    for vue in ["liste", "jour", "semaine", "mois"] {
        let p = s.get(&format!("/agenda?vue={vue}&jour=2026-03-20")).await;
        assert_eq!(p.statut, 200, "{vue} {}", p.html);
        assert!(p.html.contains("Stand du marché") && p.html.contains("Atelier d’essai"), "{vue}");
    }
    let p = s.get("/agenda?vue=semaine&jour=2026-04-06").await;
    assert!(p.html.contains("Lundi de Pâques") && p.html.contains("Rien n’est prévu"));
    assert_eq!(s.get("/agenda?vue=x&jour=y&de=z").await.statut, 200);
}

#[rstest]
#[tokio::test]
async fn une_seule_contrainte_garde_la_personne_et_le_lieu(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    assert_eq!(temps(&a, stand("2026-03-20", "14:00")).await.statut, 201);
    // A séance meets a stand, a stand meets a séance; what takes it is said.
    let r = seance(&a, "2026-03-20", "14:30").await;
    assert_eq!((r.statut, r.champs()), (422, vec!["dates".to_owned()]));
    assert!(r.corps.to_string().contains("Stand du marché"), "{}", r.corps);
    assert_eq!(seance(&a, "2026-03-20", "15:00").await.statut, 201);
    let r = temps(&a, stand("2026-03-20", "15:30")).await;
    assert_eq!((r.statut, r.champs()), (422, vec!["jour".to_owned()]));
    assert!(r.corps.to_string().contains("Atelier d’essai"), "{}", r.corps);
    let mut forcee = stand("2026-03-20", "15:30");
    forcee["forcer"] = json!(true);
    assert_eq!(temps(&a, forcee).await.statut, 201);
    // A lieu taken whole.
    let mut salle = stand("2026-03-21", "14:00");
    (salle["lieu"], salle["salle"], salle["utilisateur"]) = (json!(a.lieu_alpha()), json!(true), json!(a.utilisateur("alpha.responsable")));
    assert_eq!(temps(&a, salle).await.statut, 201);
    let r = seance(&a, "2026-03-21", "14:00").await;
    assert!(r.statut == 422 && r.corps.to_string().contains("Ce lieu est déjà pris"), "{}", r.corps);
    // The database itself, whoever writes.
    let cx = socle::Contexte::systeme(&a.etat).await.unwrap();
    let uuid = if moteur == Moteur::Postgres { "gen_random_uuid()" } else { "randomblob(16)" };
    let copie = format!(
        "INSERT INTO occupation (id, occurrence_id, genre, ressource, debut_s, fin_s, force) SELECT {uuid}, occurrence_id, genre, ressource, debut_s + 60, fin_s + 60, force FROM occupation WHERE occurrence_id IS NOT NULL AND NOT force AND genre = 'lieu'"
    );
    let e = cx.db().execute_unprepared(&copie).await.unwrap_err();
    assert!(e.to_string().contains("ex_occupation"), "{e}");
}

#[rstest]
#[tokio::test]
async fn dix_temps_et_dix_seances_a_la_meme_heure_en_font_un(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    a.jeton("alpha.mediateur").await;
    let un = (0..10).map(|_| temps(&a, stand("2026-03-20", "14:00")));
    let deux = (0..10).map(|_| seance(&a, "2026-03-20", "14:00"));
    let (un, deux) = futures_util::future::join(futures_util::future::join_all(un), futures_util::future::join_all(deux)).await;
    let statuts: Vec<u16> = un.iter().chain(&deux).map(|r| r.statut).collect();
    assert_eq!(statuts.iter().filter(|s| **s == 201).count(), 1, "{statuts:?}");
    assert!(statuts.iter().all(|s| [201, 422].contains(s)), "{statuts:?}");
}

#[rstest]
#[tokio::test]
async fn une_serie_a_ses_exceptions(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let j = a.jeton("alpha.mediateur").await;
    let r = temps(&a, serie("2026-03-16", "14:00", "FREQ=WEEKLY;BYDAY=MO;COUNT=5")).await;
    assert_eq!(r.statut, 201, "{}", r.corps);
    // The same time on the wall, on both sides of the change of clocks.
    let avant: Vec<String> =
        ["03-16T13", "03-23T13", "03-30T12", "04-06T12", "04-13T12"].iter().map(|d| format!("2026-{d}:00:00Z")).collect();
    assert_eq!(debuts(&r.corps), avant);
    assert!(r.corps["avertissements"].to_string().contains("Lundi de Pâques"), "{}", r.corps);
    // This one alone, then none that day.
    let adresse = |id: &str| format!("/api/v1/agenda/occurrences/{id}");
    let corps = json!({"quand": {"jour": "2026-03-24", "heure": "10:00"}});
    let d = a.api(&j, "PUT", &adresse(&occurrence(&r, 1)), corps).await;
    assert_eq!(d.statut, 200, "{}", d.corps);
    assert_eq!(debuts(&d.corps)[1], "2026-03-24T09:00:00Z");
    let d = a.api(&j, "POST", &format!("{}/annulation", adresse(&occurrence(&r, 3))), json!({})).await;
    assert_eq!(debuts(&d.corps).len(), 4);
    assert_eq!(a.api(&j, "POST", &format!("{}/annulation", adresse(&occurrence(&r, 3))), json!({})).await.statut, 409);
    // Its time is free again.
    assert_eq!(temps(&a, stand("2026-04-06", "14:00")).await.statut, 201);
    // This one and the following ones: the series is cut in two, the fourth stays cancelled whatever its day.
    let corps = json!({"quand": {"jour": "2026-03-31", "heure": "09:00"}, "portee": "suivantes"});
    let d = a.api(&j, "PUT", &adresse(&occurrence(&r, 2)), corps).await;
    assert_eq!(d.statut, 200, "{}", d.corps);
    assert_eq!(debuts(&d.corps), ["2026-03-31T07:00:00Z", "2026-04-14T07:00:00Z"]);
    let premiere = a.api(&j, "GET", &format!("/api/v1/agenda/evenements/{}", r.id()), Value::Null).await;
    assert_eq!(debuts(&premiere.corps), ["2026-03-16T13:00:00Z", "2026-03-24T09:00:00Z"]);
    let reste = a.api(&j, "POST", &format!("{}/annulation", adresse(&occurrence(&d, 2))), json!({"portee": "suivantes"})).await;
    assert_eq!(debuts(&reste.corps), ["2026-03-31T07:00:00Z"]);
    assert_eq!(a.compter("SELECT COUNT(*) FROM occupation").await, 4);
}

#[rstest]
#[tokio::test]
async fn ce_qui_etait_deplace_le_reste(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let j = a.jeton("alpha.mediateur").await;
    let r = temps(&a, serie("2026-03-16", "15:00", "FREQ=WEEKLY;BYDAY=MO;COUNT=4")).await;
    let changer =
        async |i: usize, corps: Value| a.api(&j, "PUT", &format!("/api/v1/agenda/occurrences/{}", occurrence(&r, i)), corps).await;
    assert_eq!(changer(3, json!({"quand": {"jour": "2026-04-08", "heure": "09:00"}})).await.statut, 200);
    let d = changer(1, json!({"quand": {"jour": "2026-03-23", "heure": "16:00"}, "portee": "suivantes"})).await;
    assert_eq!(debuts(&d.corps), ["2026-03-23T15:00:00Z", "2026-03-30T14:00:00Z", "2026-04-08T07:00:00Z"], "{}", d.corps);
    assert_eq!(a.compter("SELECT COUNT(*) FROM occupation").await, 4);
    // The time it left is free, the one it took is not.
    assert_eq!(temps(&a, stand("2026-04-06", "16:00")).await.statut, 201);
    assert_eq!(temps(&a, stand("2026-04-08", "09:00")).await.statut, 422);
}

#[rstest]
#[tokio::test]
async fn une_serie_sans_fin_s_ecrit_un_an_puis_la_suite(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let r = temps(&a, serie("2026-03-16", "14:00", "FREQ=WEEKLY")).await;
    assert_eq!(r.statut, 201, "{}", r.corps);
    let n = a.compter("SELECT COUNT(*) FROM evenement_occurrence").await;
    assert!((52..=53).contains(&n), "{n}");
    assert!(r.corps["suivi_jusqu_au"].as_str().unwrap().starts_with("2027-03"));
    // Something meets what will come: it is written all the same, and shown so.
    a.regler("2026-06-10T09:00:00Z");
    assert_eq!(temps(&a, stand("2027-03-22", "14:00")).await.statut, 201);
    a.planifier().await;
    a.travailler().await;
    let apres = a.compter("SELECT COUNT(*) FROM evenement_occurrence").await;
    assert!((n + 12..=n + 15).contains(&apres), "{n} {apres}");
    assert_eq!(a.compter("SELECT COUNT(*) FROM evenement_occurrence WHERE force AND deplacee = false").await, 1);
    // Again: nothing more.
    a.regler("2026-06-11T09:00:00Z");
    a.planifier().await;
    a.travailler().await;
    assert_eq!(a.compter("SELECT COUNT(*) FROM evenement_occurrence").await, apres);
    let page = a.session("alpha.mediateur").await.get(&format!("/agenda/temps/{}", occurrence(&r, 0))).await;
    assert!(page.html.contains("sans fin") && page.html.contains("toutes les semaines"), "{}", page.html);
}

#[rstest]
#[tokio::test]
async fn ce_qui_ne_va_pas_est_dit(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let avec = |champ: &str, valeur: Value| {
        let mut v = stand("2026-03-20", "14:00");
        v[champ] = valeur;
        v
    };
    for (corps, champ) in [
        (avec("regle", json!("tous les lundis")), "regle"),
        (avec("regle", json!("FREQ=WEEKLY;BYDAY=MO")), "regle"),
        (avec("regle", json!("FREQ=MINUTELY")), "regle"),
        (avec("duree_minutes", json!(0)), "duree_minutes"),
        (avec("journees", json!(2)), "duree_minutes"),
        (avec("titre", json!("x".repeat(300))), "titre"),
        (avec("quand", json!({"jour": "2027-03-28", "heure": "02:30"})), "jour"),
        (avec("quand", json!({"jour": "2040-03-28", "heure": "02:30"})), "jour"),
        (avec("quand", json!({"jour": "+262142-12-31", "heure": "02:30"})), "jour"),
        (avec("lieu", json!(a.lieu_beta())), "lieu"),
        (avec("utilisateur", json!(a.utilisateur("beta.mediateur"))), "utilisateur"),
    ] {
        let r = temps(&a, corps).await;
        assert_eq!((r.statut, r.champs()), (422, vec![champ.to_owned()]), "{}", r.corps);
    }
    assert_eq!(a.compter("SELECT COUNT(*) FROM evenement").await, 0);
    // A series that meets the hour that a night skips.
    let r = temps(&a, serie("2027-03-21", "02:30", "FREQ=WEEKLY;COUNT=3")).await;
    assert!(r.statut == 422 && r.corps.to_string().contains("cette nuit-là"), "{}", r.corps);
    // By the page, typed words stay.
    let s = a.session("alpha.mediateur").await;
    let champs = [("genre", "reunion"), ("titre", "Réunion d’équipe"), ("jour", "2026-03-20"), ("heure", "25:00"), ("duree_minutes", "60")];
    let p = s.post("/agenda/temps/nouveau", &champs).await;
    assert!(p.statut == 422 && p.html.contains("Réunion d’équipe") && p.html.contains("Écrivez l’heure ainsi"), "{}", p.html);
    let champs = [
        ("genre", "reunion"),
        ("titre", "Réunion d’équipe"),
        ("jour", "2026-03-20"),
        ("heure", "9:00"),
        ("duree_minutes", "60"),
        ("frequence", "semaine"),
        ("tous_les", "2"),
        ("jours", "MO"),
        ("jours", "FR"),
        ("fois", "4"),
    ];
    let p = s.post("/agenda/temps/nouveau", &champs).await;
    assert_eq!(p.statut, 303, "{}", p.html);
    assert_eq!(a.compter("SELECT COUNT(*) FROM evenement_occurrence").await, 4);
    assert!(s.get(&p.vers.unwrap()).await.html.contains("Réunion d’équipe"));
    let id = a.identifiant("SELECT id FROM evenement_occurrence ORDER BY debut LIMIT 1").await;
    let page = format!("/agenda/temps/{id}");
    assert!(s.get(&page).await.html.contains("toutes les 2 semaines, le lundi et le vendredi"));
    let p = s.post(&format!("{page}/renommer"), &[("titre", "Point d’équipe"), ("genre", "reunion"), ("version", "1")]).await;
    assert_eq!(p.statut, 303);
    let p = s.post(&format!("{page}/renommer"), &[("titre", "Trop tard"), ("genre", "reunion"), ("version", "1")]).await;
    assert_eq!(p.statut, 409);
    assert_eq!(s.post(&format!("{page}/deplacer"), &[("jour", "2026-03-20"), ("heure", "11:00")]).await.statut, 303);
    assert_eq!(s.post(&format!("{page}/annuler"), &[("portee", "suivantes")]).await.statut, 303);
    assert_eq!(a.compter("SELECT COUNT(*) FROM occupation").await, 0);
}

#[rstest]
#[tokio::test]
async fn le_trajet_est_compte(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let (bourg, lyon) = (lieu(&a, "Annexe", "01053").await, lieu(&a, "Antenne", "69123").await);
    let a_cote = lieu(&a, "Voisine", "01053").await;
    let au = |heure: &str, lieu: &str| {
        let mut v = stand("2026-03-20", heure);
        v["lieu"] = json!(lieu);
        v
    };
    assert_eq!(temps(&a, au("14:00", &bourg)).await.statut, 201);
    let r = temps(&a, au("15:15", &lyon)).await;
    assert!(r.statut == 422 && r.corps.to_string().contains("Il faut 30"), "{}", r.corps);
    assert_eq!(temps(&a, au("15:30", &lyon)).await.statut, 201);
    // In one commune, no way; unless the table says so.
    let j = a.jeton("alpha.responsable").await;
    let corps = json!({"entre_communes": 45, "lieux": [{"de": bourg, "vers": a_cote, "minutes": 20}]});
    let r = a.api(&j, "PUT", "/api/v1/agenda/trajets", corps.clone()).await;
    assert_eq!((r.statut, &r.corps["entre_communes"]), (200, &json!(45)), "{}", r.corps);
    let r = temps(&a, au("12:45", &a_cote)).await;
    assert!(r.statut == 422 && r.corps.to_string().contains("Il faut 20"), "{}", r.corps);
    assert_eq!(temps(&a, au("12:40", &a_cote)).await.statut, 201);
    // A mediator may not write it; nor may another structure's lieu be in it.
    assert_eq!(a.api(&a.jeton("alpha.mediateur").await, "PUT", "/api/v1/agenda/trajets", corps).await.statut, 403);
    let faux = json!({"entre_communes": 45, "lieux": [{"de": bourg, "vers": a.lieu_beta(), "minutes": 20}]});
    assert_eq!(a.api(&j, "PUT", "/api/v1/agenda/trajets", faux).await.champs(), ["lieux"]);
    let s = a.session("alpha.responsable").await;
    let p = s.get("/agenda/trajets").await;
    assert!(p.html.contains("Annexe – Voisine") && p.html.contains("value=\"20\""));
    let champ = format!("t_{}_{}", bourg.clone().min(lyon.clone()), bourg.max(lyon));
    assert_eq!(s.post("/agenda/trajets", &[("entre_communes", "30"), (&champ, "50")]).await.statut, 303);
    assert_eq!(a.compter("SELECT minutes FROM trajet").await, 50);
    assert_eq!(s.post("/agenda/trajets", &[("entre_communes", "beaucoup")]).await.statut, 422);
}

#[rstest]
#[tokio::test]
async fn les_horaires_d_un_lieu_se_disent(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let s = a.session("alpha.responsable").await;
    let page = format!("/agenda/horaires/{}", a.lieu_alpha());
    let p = s.post(&page, &[("jour1", "9:00-12:00, 14:00-18:00"), ("jour2", "le matin")]).await;
    assert!(p.statut == 422 && p.html.contains("le matin") && p.html.contains("9:00-12:00, 14:00-18:00"), "{}", p.html);
    assert_eq!(s.post(&page, &[("jour1", "9:00-12:00, 14:00-18:00"), ("jour5", "9-12")]).await.statut, 303);
    assert!(s.get("/agenda/horaires").await.html.contains("09:00-12:00, 14:00-18:00"));
    assert_eq!(s.post(&format!("{page}/fermer"), &[("du", "2026-03-23"), ("motif", "Travaux")]).await.statut, 303);
    assert_eq!(s.post(&format!("{page}/fermer"), &[("du", "2026-03-23"), ("au", "2026-03-01")]).await.statut, 422);
    let mut v = stand("2026-03-20", "14:00");
    v["lieu"] = json!(a.lieu_alpha());
    let avertis = |r: &Reponse| r.corps["avertissements"].to_string();
    let r = temps(&a, v.clone()).await;
    assert!(avertis(&r).contains("Le lieu est fermé vendredi"), "{}", r.corps);
    v["quand"] = json!({"jour": "2026-03-23", "heure": "10:00"});
    let r = temps(&a, v.clone()).await;
    assert!(avertis(&r).contains("Travaux"), "{}", r.corps);
    v["quand"] = json!({"jour": "2026-03-16", "heure": "10:00"});
    let r = temps(&a, v).await;
    assert_eq!(avertis(&r), "[]");
    let f = a.identifiant("SELECT id FROM fermeture_lieu").await;
    let m = a.session("alpha.mediateur").await;
    assert_eq!(m.post(&format!("{page}/fermetures/{f}/rouvrir"), &[]).await.statut, 403);
    assert_eq!(s.post(&format!("{page}/fermetures/{f}/rouvrir"), &[]).await.statut, 303);
    let j = a.jeton("alpha.mediateur").await;
    let r = a.api(&j, "GET", "/api/v1/agenda/feries?annee=2027&commune=67482", Value::Null).await;
    assert_eq!(r.corps["elements"].as_array().unwrap().len(), 13, "{}", r.corps);
    assert_eq!(a.api(&j, "GET", "/api/v1/agenda/feries?annee=3000", Value::Null).await.statut, 422);
}
