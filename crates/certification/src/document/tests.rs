//! Documents from the minutes to the public page that says whether they are genuine, on both engines.

#[path = "tests/badge.rs"]
mod badge;
#[path = "tests/jure.rs"]
mod jure;
#[path = "tests/realisation.rs"]
mod realisation;

use essais::{Moteur, Value, json};
use rstest::rstest;

use crate::certification_session::Examen;

const BASE: &str = "/api/v1/certification";

/// A session whose minutes are validated: the first gets the title, the second a unit.
async fn validee(moteur: Moteur) -> Examen {
    let e = Examen::preparer(moteur, &["Zoé", "Max"]).await;
    e.jusqu_a_la_deliberation().await;
    let tout = json!({"accordees": ["ccp-1", "ccp-2"], "titre": true, "entretien_favorable": true});
    let un = json!({"accordees": ["ccp-1"], "titre": false, "entretien_favorable": null});
    for (p, d) in e.passages.iter().zip([tout, un]) {
        let r = e.decider("alpha.jure", p, d).await;
        assert!(r.statut < 300, "{}", r.corps);
    }
    e.signer_tous().await;
    for corps in [json!({"action": "transmettre"}), json!({"action": "valider", "numero": "EX-1"})] {
        let r = e.agir(corps).await;
        assert_eq!(r.statut, 200, "{}", r.corps);
    }
    e
}

#[rstest]
#[tokio::test]
async fn chacun_recoit_ce_que_le_jury_a_decide(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let e = validee(moteur).await;
    let lot = format!("{BASE}/sessions/{}/documents", e.session);
    let r = e.a.api(&e.gestion, "POST", &lot, Value::Null).await;
    assert_eq!(r.statut, 200, "{}", r.corps);
    let emis = r.corps["elements"].as_array().unwrap().clone();
    let natures =
        |c: &str| -> Vec<&str> { emis.iter().filter(|d| d["candidat"] == json!(c)).filter_map(|d| d["nature"].as_str()).collect() };
    assert_eq!(natures(&e.candidats[0].candidat), ["lettre", "attestation", "parchemin"]);
    assert_eq!(natures(&e.candidats[1].candidat), ["lettre", "livret"], "pas de parchemin pour une réussite partielle");
    // A ministry title: the centre attests, asks for the rest and follows it.
    for d in &emis {
        let attendu = if matches!(d["nature"].as_str(), Some("parchemin" | "livret")) { "a_demander" } else { "delivre" };
        assert_eq!(d["etat"], attendu, "{d}");
    }
    assert_eq!(e.a.api(&e.gestion, "POST", &lot, Value::Null).await.corps["elements"], json!([]), "rien ne s’émet deux fois");
    // One may not ask for what was not obtained.
    let sans = json!({"nature": "attestation", "candidature": e.candidats[1].candidature});
    assert_eq!(e.a.api(&e.gestion, "POST", &format!("{BASE}/documents"), sans).await.statut, 409);
    // The automaton of documents.
    let parchemin = emis.iter().find(|d| d["nature"] == "parchemin").unwrap()["id"].as_str().unwrap();
    let agir = async |corps: Value| e.a.api(&e.gestion, "POST", &format!("{BASE}/documents/{parchemin}/actions"), corps).await;
    assert_eq!(agir(json!({"action": "remettre"})).await.statut, 409, "on ne remet pas ce qui n’est pas délivré");
    for (action, etat) in [("demander", "demande"), ("delivrer", "delivre"), ("remettre", "remis")] {
        assert_eq!(agir(json!({ "action": action })).await.corps["etat"], etat);
    }
    assert_eq!(agir(json!({"action": "retirer"})).await.champs(), ["motif"]);
}

#[rstest]
#[tokio::test]
async fn un_document_se_verifie_sans_rien_dire_de_la_personne(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let e = validee(moteur).await;
    let r = e.a.api(&e.gestion, "POST", &format!("{BASE}/sessions/{}/documents", e.session), Value::Null).await;
    let attestation = r.corps["elements"].as_array().unwrap().iter().find(|d| d["nature"] == "attestation").unwrap().clone();
    let (id, code) = (attestation["id"].as_str().unwrap(), attestation["code_verification"].as_str().unwrap());
    let public = e.a.navigateur();
    let adresse = format!("/verifier/{code}");
    let html = public.get(&adresse).await.html;
    for dit in ["authentique et en vigueur", "Médiateur numérique", "Z. C.", "Attestation de réussite"] {
        assert!(html.contains(dit), "« {dit} » manque : {html}");
    }
    assert!(!html.contains("Croquis") && !html.contains("CROQUIS"), "le nom ne se lit pas");
    assert!(public.post(&adresse, &[("nom", "croquis zoe")]).await.html.contains("C’est bien le nom"));
    assert!(public.post(&adresse, &[("nom", "Zoé Autre")]).await.html.contains("Ce n’est pas le nom"));
    assert_eq!(public.post("/verifier", &[("code", &code.to_lowercase())]).await.vers, Some(adresse.clone()));
    let faux = public.get("/verifier/ABCDEFGHJKMNPQRSTUVW").await;
    assert_eq!(faux.statut, 404, "un QR forgé ne mène à rien");
    assert!(faux.html.contains("Aucun document ne porte ce code"));
    // The PDF, then the withdrawal: the page says so at once.
    let pdf = e.a.api(&e.gestion, "GET", &format!("{BASE}/documents/{id}/pdf"), Value::Null).await;
    assert_eq!(pdf.statut, 200, "{}", pdf.corps);
    assert!(pdf.octets.starts_with(b"%PDF"));
    let retrait = json!({"action": "retirer", "motif": "Essai de retrait"});
    assert_eq!(e.a.api(&e.gestion, "POST", &format!("{BASE}/documents/{id}/actions"), retrait).await.statut, 200);
    let html = public.get(&adresse).await.html;
    assert!(html.contains("a été retiré") && !html.contains("authentique"), "{html}");
    // What is changed in the database no longer counts, nor prints.
    let lettre = r.corps["elements"].as_array().unwrap().iter().find(|d| d["nature"] == "lettre").unwrap().clone();
    let (id, code) = (lettre["id"].as_str().unwrap(), lettre["code_verification"].as_str().unwrap());
    use sea_orm::ConnectionTrait;
    let tx = e.a.etat.base.ecriture().await.unwrap();
    tx.execute_unprepared("UPDATE document_certification SET empreinte = 'autre'").await.unwrap();
    tx.commit().await.unwrap();
    assert!(!public.get(&format!("/verifier/{code}")).await.html.contains("authentique"));
    assert_eq!(e.a.api(&e.gestion, "GET", &format!("{BASE}/documents/{id}/pdf"), Value::Null).await.statut, 409);
}

#[rstest]
#[tokio::test]
async fn chaque_document_devient_un_pdf(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let e = validee(moteur).await;
    let (s, p, c) = (&e.session, &e.passages[0], &e.candidats[0].candidature);
    for corps in [
        json!({"nature": "convocation", "passage": p}),
        json!({"nature": "grille", "passage": p}),
        json!({"nature": "lettre", "passage": p}),
        json!({"nature": "emargement", "session": s}),
        json!({"nature": "pv", "session": s}),
        json!({"nature": "attestation", "candidature": c}),
        json!({"nature": "parchemin", "candidature": c}),
        json!({"nature": "livret", "candidature": c}),
    ] {
        let r = e.a.api(&e.gestion, "POST", &format!("{BASE}/documents"), corps.clone()).await;
        assert_eq!(r.statut, 201, "{corps} : {}", r.corps);
        let pdf = e.a.api(&e.gestion, "GET", &format!("{BASE}/documents/{}/pdf", r.id()), Value::Null).await;
        assert!(pdf.octets.starts_with(b"%PDF"), "{corps} : {}", pdf.corps);
    }
    for corps in [json!({"nature": "convocation"}), json!({"nature": "pv"}), json!({"nature": "livret"})] {
        assert_eq!(e.a.api(&e.gestion, "POST", &format!("{BASE}/documents"), corps).await.statut, 422);
    }
    let sans_dates = json!({"nature": "certificat_realisation", "candidature": c});
    assert_eq!(e.a.api(&e.gestion, "POST", &format!("{BASE}/documents"), sans_dates).await.statut, 409);
    let n = e.a.session("alpha.certification").await;
    assert!(n.get(&format!("/certification/candidatures/{c}/dossier.pdf")).await.octets.starts_with(b"%PDF"));
    assert!(n.get(&format!("/certification/candidatures/{c}/ecf.pdf")).await.octets.starts_with(b"%PDF"));
    assert!(n.get(&format!("/certification/sessions/{s}/documents")).await.html.contains("Émettre les documents"));
}

/// The documents of a session, in the order they were issued.
async fn documents(e: &Examen) -> Vec<Value> {
    let r = e.a.api(&e.gestion, "GET", &format!("{BASE}/sessions/{}/documents", e.session), Value::Null).await;
    r.corps["elements"].as_array().unwrap().clone()
}

fn de<'a>(tous: &'a [Value], candidat: &str, nature: &str) -> &'a Value {
    tous.iter().find(|d| d["candidat"] == json!(candidat) && d["nature"] == json!(nature)).unwrap()
}

#[rstest]
#[tokio::test]
async fn toute_une_session_se_prepare_en_arriere_plan(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let e = validee(moteur).await;
    let lots = format!("{BASE}/sessions/{}/lots", e.session);
    for (qui, statut) in [("alpha.formateur", 403), ("beta.certification", 404)] {
        assert_eq!(e.a.api(&e.a.jeton(qui).await, "POST", &lots, Value::Null).await.statut, statut, "{qui}");
    }
    let r = e.a.api(&e.gestion, "POST", &lots, Value::Null).await;
    assert_eq!((r.statut, &r.corps["etat"]), (201, &json!("attente")), "{}", r.corps);
    let id = r.id();
    let r = e.a.api(&e.gestion, "POST", &lots, Value::Null).await;
    assert_eq!((r.statut, r.id()), (200, id.clone()), "demandé deux fois, c’est le même");
    let fichier = format!("{BASE}/lots/{id}/fichier");
    assert_eq!(e.a.api(&e.gestion, "GET", &fichier, Value::Null).await.statut, 409, "pas encore prêt");
    let s = e.a.session("alpha.certification").await;
    assert!(s.get(&format!("/certification/lots/{id}")).await.html.contains("Les documents se préparent"));
    e.a.travailler().await;
    let r = e.a.api(&e.gestion, "GET", &format!("{BASE}/lots/{id}"), Value::Null).await;
    assert_eq!(
        (&r.corps["etat"], &r.corps["emis"], &r.corps["faites"], &r.corps["total"]),
        (&json!("pret"), &json!(5), &json!(5), &json!(5)),
        "{}",
        r.corps
    );
    assert_eq!(documents(&e).await.len(), 5 + 4, "cinq documents dus, et quatre convocations");
    let r = e.a.api(&e.gestion, "GET", &fichier, Value::Null).await;
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(r.octets)).unwrap();
    let noms: Vec<String> = archive.file_names().map(|n| n.unwrap().into_owned()).collect();
    assert!(noms.len() == 5 && noms[0].starts_with("0001-croquis-max-lettre-") && noms[4].contains("croquis-zoe-parchemin"), "{noms:?}");
    for (i, nom) in noms.iter().enumerate() {
        let mut pdf = vec![];
        std::io::Read::read_to_end(&mut archive.by_index(i).unwrap(), &mut pdf).unwrap();
        assert!(pdf.starts_with(b"%PDF") && pdf.len() > 5_000, "{nom}");
    }
    assert_eq!(e.a.api(&e.a.jeton("beta.certification").await, "GET", &fichier, Value::Null).await.statut, 404);
    assert!(s.get(&format!("/certification/lots/{id}")).await.html.contains("Télécharger le fichier"));
    // Once more: nothing is issued twice, and the file is made anew.
    let autre = e.a.api(&e.gestion, "POST", &lots, Value::Null).await;
    assert_eq!(autre.statut, 201);
    e.a.travailler().await;
    let r = e.a.api(&e.gestion, "GET", &format!("{BASE}/lots/{}", autre.id()), Value::Null).await;
    assert_eq!((&r.corps["etat"], &r.corps["emis"], documents(&e).await.len()), (&json!("pret"), &json!(0), 9), "{}", r.corps);
    // Kept seven days.
    e.a.regler("2026-05-20T09:00:00Z");
    e.a.travailler().await;
    assert_eq!(e.a.api(&e.gestion, "GET", &fichier, Value::Null).await.statut, 404);
    assert_eq!(e.a.compter("SELECT count(*) FROM lot_documents").await, 0);
}

#[rstest]
#[tokio::test]
async fn un_lot_refuse_dit_pourquoi(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let e = Examen::preparer(moteur, &["Zoé"]).await;
    let r = e.a.api(&e.gestion, "POST", &format!("{BASE}/sessions/{}/lots", e.session), Value::Null).await;
    assert!(r.statut == 409 && r.corps["detail"].as_str().unwrap().contains("pas validé"), "{}", r.corps);
    // Whoever asked no longer manages the centre when the job runs: nothing is issued, and the page says why.
    let e = validee(moteur).await;
    let lot = e.a.api(&e.gestion, "POST", &format!("{BASE}/sessions/{}/lots", e.session), Value::Null).await.id();
    use sea_orm::ConnectionTrait;
    let tx = e.a.etat.base.ecriture().await.unwrap();
    tx.execute_unprepared("UPDATE fonction SET role = 'formateur' WHERE role = 'certification'").await.unwrap();
    tx.commit().await.unwrap();
    e.a.travailler().await;
    let tx = e.a.etat.base.ecriture().await.unwrap();
    tx.execute_unprepared("UPDATE fonction SET role = 'certification' WHERE role = 'formateur'").await.unwrap();
    tx.commit().await.unwrap();
    let r = e.a.api(&e.gestion, "GET", &format!("{BASE}/lots/{lot}"), Value::Null).await;
    assert!(r.corps["etat"] == "echoue" && r.corps["raison"].is_string(), "{}", r.corps);
    assert_eq!(e.a.compter("SELECT count(*) FROM document_certification WHERE nature <> 'convocation'").await, 0);
    let html = e.a.session("alpha.certification").await.get(&format!("/certification/lots/{lot}")).await.html;
    assert!(html.contains("n’ont pas pu être préparés") && html.contains("Réessayer"), "{html}");
}

#[rstest]
#[tokio::test]
async fn une_decision_retiree_retire_ses_documents(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let e = validee(moteur).await;
    let lot = format!("{BASE}/sessions/{}/documents", e.session);
    assert_eq!(e.a.api(&e.gestion, "POST", &lot, Value::Null).await.statut, 200);
    let (zoe, max) = (&e.candidats[0].candidat, &e.candidats[1].candidat);
    let avant = documents(&e).await;
    let agir = async |d: &Value, corps: Value| {
        e.a.api(&e.gestion, "POST", &format!("{BASE}/documents/{}/actions", d["id"].as_str().unwrap()), corps).await
    };
    let parchemin = de(&avant, zoe, "parchemin");
    for action in ["demander", "delivrer", "remettre"] {
        assert_eq!(agir(parchemin, json!({ "action": action })).await.statut, 200);
    }
    let decision = async |c: usize| {
        let l = e.livret(&e.candidats[c]).await;
        l["livret"]["attributions"][0]["decision"].as_str().unwrap().to_owned()
    };
    let retirer = async |d: String| {
        let corps = json!({"motif": "Fraude établie après la session"});
        let r = e.a.api(&e.gestion, "PUT", &format!("{BASE}/decisions/{d}/retrait"), corps).await;
        assert_eq!(r.statut, 200, "{}", r.corps);
    };
    // The page says beforehand what goes.
    let s = e.a.session("alpha.certification").await;
    let zoe_decision = decision(0).await;
    let html = s.get(&format!("/certification/decisions/{zoe_decision}/retirer")).await.html;
    assert!(html.contains(parchemin["numero"].as_str().unwrap()) && html.contains("Document retiré"), "{html}");
    assert!(html.contains("passe de « titre obtenu » à « échec »"), "{html}");
    let etapes = e.a.compter("SELECT count(*) FROM candidature_etape WHERE action = 'constater_retrait'").await;
    assert_eq!((etapes, e.etat(&e.candidats[0]).await.as_str()), (0, "titre_obtenu"), "regarder ne change rien");
    retirer(zoe_decision).await;
    let apres = documents(&e).await;
    for nature in ["lettre", "attestation", "parchemin"] {
        let d = de(&apres, zoe, nature);
        assert_eq!((&d["etat"], &d["retire_le"]), (&json!("retire"), &json!("2026-05-12")), "{d}");
        assert!(d["motif_retrait"].as_str().unwrap().contains("Fraude établie"), "{d}");
        let html = e.a.navigateur().get(&format!("/verifier/{}", d["code_verification"].as_str().unwrap())).await.html;
        assert!(html.contains("a été retiré") && !html.contains("authentique"), "{nature} : {html}");
    }
    assert_eq!(de(&apres, zoe, "convocation")["retire_le"], Value::Null, "la convocation ne prouve aucune décision");
    assert_eq!(de(&apres, max, "lettre")["etat"], "delivre", "l’autre candidat n’est pas touché");
    let journal = "SELECT count(*) FROM journal WHERE objet = 'document_certification' AND champs LIKE '%retrait%'";
    let journal = if matches!(moteur, Moteur::Postgres) { journal.replace("champs", "champs::text") } else { journal.to_owned() };
    assert_eq!(e.a.compter(&journal).await, 3);
    // The outcome follows the livret, with its reasons; the other candidate is left alone.
    assert_eq!((e.etat(&e.candidats[0]).await.as_str(), e.etat(&e.candidats[1]).await.as_str()), ("echec", "partielle"));
    let retraits = "SELECT count(*) FROM candidature_etape WHERE action = 'constater_retrait' AND de = 'titre_obtenu' AND vers = 'echec'";
    assert_eq!(e.a.compter(retraits).await, 1);
    let html = s.get(&format!("/certification/candidatures/{}", e.candidats[0].candidature)).await.html;
    assert!(html.contains("après le retrait d’une décision"), "{html}");
    // Not delivered yet: it keeps its state, is marked, and goes no further.
    retirer(decision(1).await).await;
    assert_eq!(e.etat(&e.candidats[1]).await, "echec", "plus aucune unité");
    let tous = documents(&e).await;
    let livret = de(&tous, max, "livret");
    assert_eq!((&livret["etat"], &livret["retire_le"]), (&json!("a_demander"), &json!("2026-05-12")), "{livret}");
    let r = agir(livret, json!({"action": "demander"})).await;
    assert!(r.statut == 409 && r.corps["detail"].as_str().unwrap().contains("sans suite"), "{}", r.corps);
    let html = s.get(&format!("/certification/sessions/{}/documents", e.session)).await.html;
    assert!(html.contains("sans suite"), "{html}");
    let html = e.a.navigateur().get(&format!("/verifier/{}", livret["code_verification"].as_str().unwrap())).await.html;
    assert!(html.contains("a été retiré"), "{html}");
    // Asked again, the batch issues nothing for what no longer stands, and does not fail.
    let r = e.a.api(&e.gestion, "POST", &lot, Value::Null).await;
    assert_eq!((r.statut, &r.corps["elements"]), (200, &json!([])), "{}", r.corps);
}

#[rstest]
#[tokio::test]
async fn les_convocations_partent_en_pdf_et_une_annulation_les_retire(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let e = Examen::preparer(moteur, &["Zoé", "Max"]).await;
    for action in ["declarer", "convoquer"] {
        assert_eq!(e.agir(json!({ "action": action })).await.statut, 200);
    }
    e.a.travailler().await;
    let jointes = e.a.pieces_jointes();
    assert_eq!(jointes.len(), 4, "deux candidats, deux membres du jury");
    for (qui, p) in &jointes {
        assert!(p.media == "application/pdf" && p.octets.starts_with(b"%PDF") && p.nom.starts_with("convocation-"), "{qui} : {}", p.nom);
        assert!(!p.nom.contains("zo"), "le nom du fichier ne dit pas qui : {}", p.nom);
    }
    let emis = documents(&e).await;
    assert_eq!(emis.len(), 4, "sur papier aussi, pour qui n’a pas d’adresse");
    let s = e.a.session("alpha.certification").await;
    let page = format!("/certification/sessions/{}/documents", e.session);
    for nature in ["emargement", "grille", "convocation"] {
        assert_eq!(s.post(&page, &[("nature", nature)]).await.statut, 303, "{nature}");
    }
    assert_eq!(s.post(&page, &[("nature", "parchemin")]).await.statut, 400);
    let tous = documents(&e).await;
    let combien = |n: &str| tous.iter().filter(|d| d["nature"] == json!(n)).count();
    assert_eq!(
        (combien("convocation"), combien("emargement"), combien("grille")),
        (4, 1, 2),
        "ce qui est déjà émis ne l’est pas deux fois"
    );
    // One no longer sits: that convocation alone.
    let r = e.a.api(&e.gestion, "DELETE", &format!("{BASE}/passages/{}", e.passages[1]), Value::Null).await;
    assert_eq!(r.statut, 204);
    let tous = documents(&e).await;
    assert_eq!(de(&tous, &e.candidats[1].candidat, "convocation")["etat"], "retire");
    assert_eq!(de(&tous, &e.candidats[0].candidat, "convocation")["etat"], "delivre");
    // Cancelled: nothing of it is valid any more, and who was called is told.
    let avant = e.a.courriels().len();
    assert_eq!(e.agir(json!({"action": "annuler", "motif": "Salle inondée"})).await.statut, 200);
    e.a.travailler().await;
    let lettres = e.a.courriels().split_off(avant);
    assert_eq!(lettres.len(), 3, "la candidate et deux membres");
    assert!(lettres.iter().all(|l| l.corps.contains("n’aura pas lieu") && l.corps.contains("Salle inondée")), "{lettres:?}");
    for d in documents(&e).await {
        assert!(d["etat"] == "retire" && d["motif_retrait"].is_string(), "{d}");
    }
    assert_eq!(s.post(&page, &[("nature", "convocation")]).await.statut, 409, "on ne convoque plus à une session annulée");
    let code = emis[0]["code_verification"].as_str().unwrap();
    assert!(e.a.navigateur().get(&format!("/verifier/{code}")).await.html.contains("a été retiré"));
}

#[rstest]
#[tokio::test]
async fn une_convocation_annulee_avant_de_partir_ne_part_pas(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let e = Examen::preparer(moteur, &["Zoé"]).await;
    for corps in [json!({"action": "declarer"}), json!({"action": "convoquer"}), json!({"action": "annuler", "motif": "Erreur de date"})] {
        assert_eq!(e.agir(corps).await.statut, 200);
    }
    e.a.travailler().await;
    assert!(e.a.pieces_jointes().is_empty());
    assert!(e.a.courriels().iter().all(|l| l.sujet.contains("annulée")), "{:?}", e.a.courriels());
}
