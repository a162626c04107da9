//! Candidates, enrolments, their files and their own space, on both engines.

use essais::{Appli, Moteur, Value, email, json};
use rstest::rstest;

const BASE: &str = "/api/v1/certification";

async fn candidat(a: &Appli, prenom: &str) -> String {
    let corps = json!({"prenom": prenom, "nom": "Essai", "courriel": email("alpha.candidat")});
    a.api(&a.jeton("alpha.certification").await, "POST", &format!("{BASE}/candidats"), corps).await.id()
}

async fn candidature(a: &Appli, candidat: &str, voie: &str) -> String {
    let corps = json!({"candidat": candidat, "version": "mediateur-numerique-2025", "voie": voie});
    let r = a.api(&a.jeton("alpha.certification").await, "POST", &format!("{BASE}/candidatures"), corps).await;
    assert_eq!(r.statut, 201, "{}", r.corps);
    r.id()
}

async fn agir(a: &Appli, id: &str, action: &str) -> essais::Reponse {
    let j = a.jeton("alpha.certification").await;
    a.api(&j, "POST", &format!("{BASE}/candidatures/{id}/actions"), json!({"action": action})).await
}

async fn piece(a: &Appli, qui: &str, id: &str, corps: Value) -> essais::Reponse {
    a.api(&a.jeton(qui).await, "POST", &format!("{BASE}/candidatures/{id}/pieces"), corps).await
}

fn exemple(unite: &str) -> Value {
    json!({"genre": "exemple", "unite": unite, "intitule": "Atelier courriel", "taches": "Préparer et animer", "moyens": "Six postes",
           "avec_qui": "Seule", "contexte": "Espace d’essai", "periode": "mars 2026"})
}

#[rstest]
#[tokio::test]
async fn par_la_formation_jusqu_au_dossier_pret(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let p = candidat(&a, "Camille").await;
    let c = candidature(&a, &p, "formation_continue").await;
    let r = agir(&a, &c, "declarer_prete").await;
    assert_eq!(r.statut, 409, "du brouillon on ne saute pas à prête : {}", r.corps);
    assert_eq!(agir(&a, &c, "deposer").await.corps["etat"], "deposee");
    assert_eq!(agir(&a, &c, "preparer").await.corps["etat"], "en_preparation");
    let manque = |r: &essais::Reponse| r.corps["resultat"].clone();
    let preparation = format!("{BASE}/candidatures/{c}/preparation");
    let j = a.jeton("alpha.formateur").await;
    let r = a.api(&j, "GET", &preparation, Value::Null).await;
    assert_eq!(manque(&r)["ecf_manquants"], json!(["ccp-1", "ccp-2"]), "{}", r.corps);
    assert_eq!(agir(&a, &c, "declarer_prete").await.statut, 409);
    // Trainers record what training gives.
    for u in ["ccp-1", "ccp-2"] {
        let e = json!({"genre": "evaluation", "unite": u, "jour": "2026-03-02", "competences": [format!("{u}-c1")], "satisfait": true,
                       "evaluateur_1": "Évaluatrice d’essai", "evaluateur_2": "Évaluateur d’essai"});
        assert_eq!(piece(&a, "alpha.formateur", &c, e).await.statut, 201);
        let un_seul = json!({"genre": "synthese", "unite": u, "jour": "2026-03-03", "satisfait": true, "synthese": "Acquis.",
                             "evaluateurs": ["Évaluatrice d’essai"]});
        assert_eq!(piece(&a, "alpha.formateur", &c, un_seul.clone()).await.statut, 201);
        let r = a.api(&j, "GET", &preparation, Value::Null).await;
        assert!(manque(&r)["ecf_manquants"].as_array().unwrap().contains(&json!(u)), "un évaluateur ne suffit pas");
        let mut deux = un_seul;
        deux["evaluateurs"] = json!(["Évaluatrice d’essai", "Évaluateur d’essai"]);
        assert_eq!(piece(&a, "alpha.formateur", &c, deux).await.statut, 201);
    }
    assert_eq!(a.compter("SELECT count(*) FROM ecf_synthese").await, 2, "une synthèse par unité");
    let r = a.api(&j, "GET", &preparation, Value::Null).await;
    assert_eq!((manque(&r)["ecf_manquants"].clone(), manque(&r)["dossier_manquant"].clone()), (json!([]), json!(true)));
    // The candidate signs in, writes and signs.
    let s = a.session("alpha.certification").await;
    assert_eq!(s.post(&format!("/certification/candidats/{p}/acces"), &[]).await.statut, 303);
    for u in ["ccp-1", "ccp-2"] {
        assert_eq!(piece(&a, "alpha.candidat", &c, exemple(u)).await.statut, 201);
    }
    let moi = a.jeton("alpha.candidat").await;
    let signature = format!("{BASE}/candidatures/{c}/dossier/signature");
    assert_eq!(a.api(&moi, "POST", &signature, json!({"nom": "Quelqu’un d’autre"})).await.champs(), ["nom"]);
    let r = a.api(&moi, "POST", &signature, json!({"nom": "camille ESSAI"})).await;
    assert_eq!((r.statut, &r.corps["signature"]["nature"]), (200, &json!("tapee")), "{}", r.corps);
    assert_eq!(a.api(&moi, "POST", &signature, json!({"nom": "Camille Essai"})).await.statut, 409, "une signature ne se rejoue pas");
    assert_eq!(piece(&a, "alpha.candidat", &c, exemple("ccp-1")).await.statut, 409, "un dossier signé ne change plus");
    let r = agir(&a, &c, "declarer_prete").await;
    assert_eq!((r.statut, &r.corps["etat"]), (200, &json!("prete")), "{}", r.corps);
    assert_eq!(agir(&a, &c, "inscrire").await.statut, 409, "une session s’en charge");
    // Each passage is kept with its reasons, and cannot be changed.
    assert_eq!(a.compter("SELECT count(*) FROM candidature_etape").await, 3);
    assert!(a.compter("SELECT count(*) FROM journal WHERE objet = 'candidature' AND action = 'modification'").await > 3);
}

#[rstest]
#[tokio::test]
async fn une_periode_en_entreprise_prevue_n_est_pas_faite(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    a.centre().await;
    let j = a.jeton("alpha.certification").await;
    let p = candidat(&a, "Camille").await;
    let corps = json!({"candidat": p, "version": "cmn-plan-de-formation", "voie": "formation_continue",
                       "origines": {"bloc-1": "vae"}, "contrat": {"semaines_continues": 2, "minutes": 4200}});
    let c = a.api(&j, "POST", &format!("{BASE}/candidatures"), corps).await.id();
    let vae = json!({"recu_le": "2026-01-05", "complet_le": "2026-01-06", "recevable": true, "notifie_le": "2026-01-07"});
    assert_eq!(agir(&a, &c, "deposer").await.statut, 200);
    let r = a.api(&j, "PUT", &format!("{BASE}/candidatures/{c}/vae"), vae).await;
    assert_eq!(r.corps["etat"], "recevable", "{}", r.corps);
    assert_eq!(agir(&a, &c, "preparer").await.statut, 200);
    assert_eq!(piece(&a, "alpha.certification", &c, exemple("bloc-1")).await.statut, 201);
    let r = a.api(&j, "POST", &format!("{BASE}/candidatures/{c}/dossier/signature"), json!({"nom": "Camille Essai"})).await;
    assert_eq!(r.statut, 200, "{}", r.corps);
    // On 10 March 2026 the placement is planned: it may be noted, the file is not ready, and no session opens on it,
    // not even one of after its end.
    let periode = |debut: &str, fin: &str| json!({"genre": "periode", "entreprise": "Atelier d’essai", "tuteur": "Tutrice", "debut": debut, "fin": fin, "minutes": 4200});
    let prevue = piece(&a, "alpha.formateur", &c, periode("2026-03-16", "2026-03-29")).await;
    assert_eq!(prevue.statut, 201, "{}", prevue.corps);
    let r = agir(&a, &c, "declarer_prete").await;
    assert_eq!(r.statut, 409, "{}", r.corps);
    let session = json!({"lieu": a.lieu_alpha(), "version": "cmn-plan-de-formation", "type_session": "ccp", "jours": ["2026-05-12"]});
    let session = a.api(&j, "POST", &format!("{BASE}/sessions"), session).await.id();
    let inscrire = async || {
        let corps = json!({"candidature": c, "unites": ["bloc-1"], "jour": "2026-05-12"});
        a.api(&j, "POST", &format!("{BASE}/sessions/{session}/candidats"), corps).await
    };
    let r = inscrire().await;
    assert!(r.statut == 422 && r.corps["erreurs"][0]["message"].as_str().unwrap().contains("semaines continues"), "{}", r.corps);
    // An experience is what took place.
    for (debut, fin, faute) in [("2026-03-11", Value::Null, "debut"), ("2026-01-05", json!("2026-03-11"), "fin")] {
        let e = json!({"genre": "experience", "activite": "salarie", "libelle": "Accueil", "debut": debut, "fin": fin, "mois": 12});
        assert_eq!(piece(&a, "alpha.formateur", &c, e).await.champs(), [faute]);
    }
    a.regler("2026-03-29T09:00:00Z");
    assert_eq!(agir(&a, &c, "declarer_prete").await.corps["etat"], "prete", "le dernier jour, elle est faite");
    let r = inscrire().await;
    assert_eq!(r.statut, 201, "{}", r.corps);
}

#[rstest]
#[tokio::test]
async fn la_vae_suit_ses_dates(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let p = candidat(&a, "Camille").await;
    let c = candidature(&a, &p, "vae").await;
    let j = a.jeton("alpha.certification").await;
    let vae = async |id: &str, corps: Value| a.api(&j, "PUT", &format!("{BASE}/candidatures/{id}/vae"), corps).await;
    assert_eq!(agir(&a, &c, "deposer").await.statut, 200);
    let r = vae(&c, json!({"recu_le": "2026-01-05", "pieces_manquantes": "Attestation d’emploi"})).await;
    assert_eq!(r.corps["etat"], "incomplete", "{}", r.corps);
    let r = vae(&c, json!({"recu_le": "2026-01-05", "complet_le": "2026-01-11"})).await;
    assert_eq!(r.corps["etat"], "complete", "{}", r.corps);
    assert_eq!(agir(&a, &c, "constater_silence").await.statut, 409, "le 10 mars, deux mois ne sont pas passés depuis le 11 janvier");
    a.regler("2026-03-11T09:00:00Z");
    assert_eq!(agir(&a, &c, "constater_silence").await.corps["etat"], "recevable");
    // A second file of the same year for the same title is refused, and nothing is written.
    let deux = candidature(&a, &p, "vae").await;
    assert_eq!(agir(&a, &deux, "deposer").await.statut, 200);
    let r = vae(&deux, json!({"recu_le": "2026-03-01"})).await;
    assert_eq!(r.statut, 409, "{}", r.corps);
    assert_eq!(a.compter("SELECT count(*) FROM vae_dossier").await, 1);
    for (corps, champ) in [
        (json!({"recu_le": "2027-01-01"}), "recu_le"),
        (json!({"recu_le": "2026-01-05", "complet_le": "2026-01-04"}), "complet_le"),
        (json!({"recu_le": "2026-01-05", "complet_le": "2026-01-06", "notifie_le": "2026-01-07"}), "recevable"),
    ] {
        let r = vae(&c, corps).await;
        assert_eq!((r.statut, r.champs().first().map(String::as_str)), (422, Some(champ)), "{}", r.corps);
    }
    // Not for another route.
    let formation = candidature(&a, &p, "formation_continue").await;
    assert_eq!(vae(&formation, json!({"recu_le": "2026-03-01"})).await.statut, 409);
}

#[rstest]
#[tokio::test]
async fn le_candidat_ne_voit_que_le_sien(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let (p, autre) = (candidat(&a, "Camille").await, candidat(&a, "Sacha").await);
    let (mienne, sienne) = (candidature(&a, &p, "vae").await, candidature(&a, &autre, "vae").await);
    let centre = a.session("alpha.certification").await;
    let s = a.session("alpha.candidat").await;
    assert!(s.get("/ma-candidature").await.html.contains("Aucune candidature"), "pas encore d’accès");
    assert_eq!(centre.post(&format!("/certification/candidats/{p}/acces"), &[]).await.statut, 303);
    assert_eq!(centre.post(&format!("/certification/candidats/{autre}/acces"), &[]).await.statut, 409, "le compte est déjà pris");
    assert_eq!(s.get("/").await.vers.as_deref(), Some("/ma-candidature"));
    let ici = format!("/certification/candidatures/{mienne}");
    assert_eq!(s.get("/ma-candidature").await.vers, Some(ici.clone()));
    let html = s.get(&ici).await.html;
    for dit in ["Où en suis-je", "Unités acquises", "Ce qui manque", "dossier professionnel n’est pas signé", "Déposer ma candidature"]
    {
        assert!(html.contains(dit), "« {dit} » manque : {html}");
    }
    assert!(!html.contains("Commencer la préparation"));
    assert_eq!(s.get(&format!("/certification/candidatures/{sienne}")).await.statut, 404);
    assert_eq!(s.get(&format!("/certification/candidats/{autre}")).await.statut, 403, "les fiches sont au centre");
    let moi = a.jeton("alpha.candidat").await;
    assert_eq!(a.api(&moi, "GET", &format!("{BASE}/candidats/{autre}"), Value::Null).await.statut, 404);
    assert_eq!(piece(&a, "alpha.candidat", &sienne, exemple("ccp-1")).await.statut, 404);
    let ecf = json!({"genre": "amenagement", "mesure": "Un tiers du temps en plus", "accorde_le": "2026-03-01", "accorde_par": "Essai"});
    assert_eq!(piece(&a, "alpha.candidat", &mienne, ecf).await.statut, 403, "un aménagement s’accorde, il ne se prend pas");
    assert_eq!(s.post(&format!("{ici}/actions"), &[("action", "deposer")]).await.statut, 303);
    assert_eq!(s.post(&format!("{ici}/actions"), &[("action", "preparer")]).await.statut, 403);
    // A juror and another centre know nothing of it.
    assert_eq!(a.session("alpha.jure").await.get(&ici).await.statut, 403);
    assert_eq!(a.session("beta.certification").await.get(&ici).await.statut, 404);
    // The opening of a file by the centre is journaled, not that of one's own.
    centre.get(&ici).await;
    assert_eq!(a.compter("SELECT count(*) FROM journal WHERE objet = 'candidat' AND action = 'ouverture'").await, 1);
}

#[rstest]
#[tokio::test]
async fn un_formulaire_refuse_revient_rempli(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let s = a.session("alpha.certification").await;
    let r = s.post("/certification/candidats/nouveau", &[("prenom", "Camille"), ("courriel", "pas une adresse")]).await;
    assert_eq!(r.statut, 422);
    assert!(r.html.contains("value=\"Camille\"") && r.html.contains("#nom") && r.html.contains("#courriel"), "{}", r.html);
    let p = candidat(&a, "Camille").await;
    let fiche = format!("/certification/candidats/{p}");
    assert!(s.get(&format!("{fiche}?titre=mediateur-numerique-2025")).await.html.contains("Voie d’accès"));
    let r = s.post(&fiche, &[("titre", "mediateur-numerique-2025"), ("unites", "ccp-2")]).await;
    assert_eq!(r.statut, 422);
    assert!(r.html.contains("#voie"), "{}", r.html);
    let champs = [("titre", "mediateur-numerique-2025"), ("unites", "ccp-2"), ("voie", "formation_continue")];
    let r = s.post(&fiche, &champs).await;
    assert_eq!(r.statut, 303, "{}", r.html);
    let ici = r.vers.unwrap();
    for (genre, champs, faute) in [
        ("evaluation", vec![("unite", "ccp-2"), ("evaluateur_1", "Un nom d’essai")], "#jour"),
        ("periode", vec![("entreprise", "Un nom d’essai"), ("debut", "2026-03-02"), ("fin", "2026-03-01"), ("heures", "35")], "#fin"),
        ("formation", vec![("module", "Un nom d’essai"), ("debut", "2026-03-02"), ("prevues", "35 h")], "#suivies"),
        ("amenagement", vec![("accorde_par", "Un nom d’essai"), ("jour", "2026-03-02")], "#mesure"),
        ("admission", vec![("remarque", "Un nom d’essai"), ("jour", "2026-03-02")], "#nature"),
        ("experience", vec![("libelle", "Un nom d’essai"), ("debut", "2020-03-02")], "#activite"),
        ("exemple", vec![("intitule", "Un nom d’essai")], "#unite"),
        ("synthese", vec![("evaluateur_1", "Un nom d’essai"), ("unite", "ccp-2")], "#jour"),
    ] {
        let page = format!("{ici}/pieces/{genre}");
        assert_eq!(s.get(&page).await.statut, 200, "{genre}");
        let r = s.post(&page, &champs).await;
        assert_eq!(r.statut, 422, "{genre} : {}", r.html);
        assert!(r.html.contains("Un nom d’essai") && r.html.contains(faute), "{genre} : {}", r.html);
    }
    assert_eq!(s.get(&format!("{ici}/pieces/boulangerie")).await.statut, 404);
    let champs =
        [("entreprise", "Entreprise d’essai"), ("tuteur", "Tutrice"), ("debut", "2026-01-05"), ("fin", "2026-02-13"), ("heures", "210")];
    assert_eq!(s.post(&format!("{ici}/pieces/periode"), &champs).await.statut, 303);
    assert!(s.get(&ici).await.html.contains("Entreprise d’essai"));
}

#[rstest]
#[tokio::test]
async fn ce_que_font_les_pages_l_api_le_fait(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let j = a.jeton("alpha.certification").await;
    let p = candidat(&a, "Camille").await;
    let r = a.api(&j, "POST", &format!("{BASE}/candidats/{p}/acces"), Value::Null).await;
    assert_eq!((r.statut, &r.corps["acces"]), (200, &json!(true)), "{}", r.corps);
    assert_eq!(a.api(&j, "POST", &format!("{BASE}/candidats/{p}/acces"), Value::Null).await.statut, 409, "un seul accès");
    let c = candidature(&a, &p, "formation_continue").await;
    let ici = format!("{BASE}/candidatures/{c}");
    let moi = a.jeton("alpha.candidat").await;
    let r = a.api(&moi, "GET", &format!("{ici}/situation"), Value::Null).await;
    assert_eq!(
        (r.statut, &r.corps["favorable"], &r.corps["resultat"]["manquantes"]),
        (200, &json!(false), &json!(["ccp-1", "ccp-2"])),
        "{}",
        r.corps
    );
    // What the jury granted: the page says until when it counts.
    a.decision_validee(&p).await;
    let r = a.api(&moi, "GET", &format!("{ici}/situation"), Value::Null).await;
    assert_eq!(r.corps["resultat"]["manquantes"], json!(["ccp-2"]), "{}", r.corps);
    let html = a.session("alpha.candidat").await.get(&format!("/certification/candidatures/{c}")).await.html.replace('\u{a0}', " ");
    assert!(html.contains("obtenue le 2 mars 2026. L’unité"), "{html}");
    // Papers of the file.
    assert_eq!(a.api(&moi, "GET", &format!("{ici}/ecf/pdf"), Value::Null).await.statut, 409, "rien n’est noté");
    let ecf = json!({"genre": "evaluation", "unite": "ccp-2", "jour": "2026-03-02", "competences": ["ccp-2-c1"], "satisfait": true, "evaluateur_1": "Une"});
    assert_eq!(piece(&a, "alpha.formateur", &c, ecf).await.statut, 201);
    for quoi in ["ecf/pdf", "dossier/pdf"] {
        let r = a.api(&moi, "GET", &format!("{ici}/{quoi}"), Value::Null).await;
        assert!(r.statut == 200 && r.octets.starts_with(b"%PDF"), "{quoi} : {}", r.corps);
    }
    let r = a.api(&moi, "POST", &format!("{ici}/dossier/signature"), json!({"nom": "Camille Essai"})).await;
    assert!(r.corps["signe_le"].is_string(), "{}", r.corps);
    let r = a.api(&moi, "POST", &format!("{ici}/dossier/reprise"), Value::Null).await;
    assert_eq!((r.statut, &r.corps["signe_le"]), (200, &Value::Null), "{}", r.corps);
    // The VAE file is null until one is received.
    let vae = candidature(&a, &p, "vae").await;
    let vae = format!("{BASE}/candidatures/{vae}/vae");
    assert_eq!(a.api(&j, "GET", &vae, Value::Null).await.corps, Value::Null);
    assert_eq!(a.api(&j, "PUT", &vae, json!({"recu_le": "2026-03-02"})).await.statut, 200);
    assert_eq!(a.api(&j, "GET", &vae, Value::Null).await.corps["recu_le"], "2026-03-02");
    for chemin in ["situation", "vae", "dossier/pdf"] {
        assert_eq!(
            a.api(&a.jeton("beta.certification").await, "GET", &format!("{ici}/{chemin}"), Value::Null).await.statut,
            404,
            "{chemin}"
        );
    }
}
