//! Right of access, notice and register, on both engines.

use essais::{Appli, Moteur, Value, json};
use rstest::rstest;
use sea_orm::{ConnectionTrait, DbBackend, Statement};

const TEXTE_SEUL: &str = "Veut écrire à sa petite-fille";

/// A person with one record of each kind, and another person beside her in a workshop.
async fn dossier(a: &Appli, jeton: &str) -> String {
    let corps = json!({"prenom": "Zélie", "nom": "Essai", "telephone": "01 99 00 12 34", "annee_naissance": 1950, "genre": "feminin",
        "besoins": ["gros_caracteres"], "notes": "Préfère le matin"});
    let p = a.api(jeton, "POST", "/api/v1/personnes", corps).await.id();
    let voisine = a.personne(jeton, "Voisine", "Discrète").await;
    let poster = async |chemin: &str, corps: Value| {
        let r = a.api(jeton, "POST", chemin, corps).await;
        assert_eq!(r.statut, 201, "{chemin} {}", r.corps);
        r.id()
    };
    poster("/api/v1/accueils", json!({"personne": p, "motif": "Un formulaire à remplir"})).await;
    let d = json!({"personne": p, "reponses": {"acces": {"usage_3_mois": "oui"}, "gestes": {"1": 3, "2": 0}}, "niveau": "en_chemin",
        "objectif": TEXTE_SEUL, "etapes": ["Venir mardi"], "convenu": true});
    poster("/api/v1/diagnostics", d).await;
    let plan = poster("/api/v1/parcours", json!({"personne": p})).await;
    poster(&format!("/api/v1/parcours/{plan}/objectifs"), json!({"libelle": "Envoyer une photo"})).await;
    poster(&format!("/api/v1/parcours/{plan}/etapes"), json!({"libelle": "Atelier courriel", "prevue_le": "2026-03-12", "heure": "14:30"}))
        .await;
    let seul = json!({"type": "individuel", "date": "2026-03-02", "duree_minutes": 45, "lieu_type": "domicile", "thematiques": ["email"],
        "materiels": ["tablette"], "notes": "Note sur elle seule", "personnes": [p]});
    poster("/api/v1/accompagnements", seul).await;
    let groupe = json!({"type": "collectif", "date": "2026-03-03", "duree_minutes": 90, "lieu_type": "lieu_activite", "lieu": a.lieu_alpha(),
        "thematiques": ["email"], "titre": "Premiers pas", "notes": "Note sur le groupe", "personnes": [p, voisine]});
    poster("/api/v1/accompagnements", groupe).await;
    let partenaire = a.partenaire(jeton, "Centre d’essai").await;
    poster("/api/v1/orientations", json!({"personne": p, "partenaire": partenaire, "motif": "Dossier d’aide", "consentement": true})).await;
    p
}

#[rstest]
#[tokio::test]
async fn une_personne_recoit_tout_ce_qui_la_concerne(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let j = a.jeton("alpha.mediateur").await;
    let p = dossier(&a, &j).await;
    // Ids made in one instant have no order: the clock moves between two acts.
    a.regler("2026-03-10T09:05:00Z");
    assert_eq!(a.session("alpha.responsable").await.get(&format!("/personnes/{p}")).await.statut, 200);

    a.regler("2026-03-10T09:10:00Z");
    let r = a.api(&j, "GET", &format!("/api/v1/personnes/{p}/donnees"), Value::Null).await;
    assert_eq!((r.statut, r.entetes["cache-control"].to_str().unwrap()), (200, "no-store"), "{}", r.corps);
    let d = r.corps;
    assert_eq!((&d["structure"]["nom"], &d["complet"]), (&json!("Alpha"), &json!(true)));
    assert_eq!(d["identite"]["telephone"], "01 99 00 12 34");
    assert_eq!(d["identite"]["genre"], json!({"code": "feminin", "libelle": "Féminin"}));
    assert_eq!(d["identite"]["besoins"][0]["libelle"], "Gros caractères");
    assert_eq!(d["suivi_par"][0]["structure"], "Alpha");
    assert_eq!(d["consentements"][0]["finalite"]["code"], "orientation");
    assert_eq!(
        (&d["accueils"][0]["motif"], &d["accueils"][0]["accueilli_par"]),
        (&json!("Un formulaire à remplir"), &json!("Alpha mediateur"))
    );
    let diagnostic = &d["diagnostics"][0];
    assert_eq!((&diagnostic["niveau"]["libelle"], &diagnostic["convenu"]), (&json!("En chemin"), &json!(true)));
    assert_eq!(diagnostic["objectif"], TEXTE_SEUL);
    let reponses = diagnostic["reponses"].as_array().unwrap();
    assert!(reponses.len() >= 9 && reponses.iter().all(|r| r["reponse"].as_str().is_some_and(|t| t.len() > 1)), "{reponses:?}");
    assert_eq!(d["parcours"][0]["objectifs"].as_array().unwrap().len() + d["parcours"][0]["etapes"].as_array().unwrap().len(), 2);
    assert_eq!(d["parcours"][0]["etapes"][0]["statut"]["libelle"], "À faire");
    let seances = d["accompagnements"].as_array().unwrap();
    assert_eq!(seances.len(), 2);
    let notes: Vec<&Value> = seances.iter().map(|s| &s["notes"]).collect();
    assert!(notes.contains(&&json!("Note sur elle seule")) && notes.contains(&&Value::Null), "{notes:?}");
    assert_eq!(
        (&d["orientations"][0]["partenaire"], &d["orientations"][0]["statut"]["code"]),
        (&json!("Centre d’essai"), &json!("envoyee"))
    );
    // Who did what on the file; neither the neighbour nor what was said of the group.
    let journal: Vec<_> =
        d["journal"].as_array().unwrap().iter().map(|l| (l["qui"].as_str().unwrap(), l["action"]["code"].as_str().unwrap())).collect();
    assert_eq!(journal, [("Alpha responsable", "ouverture"), ("Alpha mediateur", "creation")]);
    let texte = d.to_string();
    assert!(!texte.contains("Voisine") && !texte.contains("Note sur le groupe"), "{texte}");
    // The export itself is written in the journal, and comes out the next time.
    let d = a.api(&j, "GET", &format!("/api/v1/personnes/{p}/donnees"), Value::Null).await.corps;
    assert_eq!((&d["journal"][0]["qui"], &d["journal"][0]["action"]["code"]), (&json!("Alpha mediateur"), &json!("export")));
}

#[rstest]
#[tokio::test]
async fn le_dossier_donne_le_fichier_et_le_papier(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let j = a.jeton("alpha.mediateur").await;
    let p = dossier(&a, &j).await;
    let s = a.session("alpha.mediateur").await;
    let page = s.get(&format!("/personnes/{p}")).await.html;
    assert!(page.contains("Télécharger ses données (JSON)") && page.contains("Imprimer ses données (PDF)"));
    let r = s.get(&format!("/personnes/{p}/donnees.json")).await;
    assert_eq!((r.statut, r.entetes["content-type"].to_str().unwrap()), (200, "application/json"));
    assert_eq!(r.entetes["content-disposition"].to_str().unwrap(), "attachment; filename=\"donnees.json\"");
    let d: Value = r.html.parse().unwrap();
    assert_eq!(d["identite"]["id"], json!(p));
    let r = s.get(&format!("/personnes/{p}/donnees.pdf")).await;
    assert_eq!((r.statut, r.entetes["content-type"].to_str().unwrap()), (200, "application/pdf"), "{}", r.html);
    assert!(r.octets.starts_with(b"%PDF-"));
    // To look at it.
    if let Some(dossier) = std::env::var_os("APERCUS") {
        std::fs::write(std::path::Path::new(&dossier).join("donnees.pdf"), &r.octets).unwrap();
    }
    let r = a.api(&j, "GET", &format!("/api/v1/personnes/{p}/donnees.pdf"), Value::Null).await;
    assert!(r.statut == 200 && r.octets.starts_with(b"%PDF-"));
    for (action, combien) in [("impression", 2), ("export", 1)] {
        let sql = format!("SELECT count(*) FROM journal WHERE objet = 'personne' AND action = '{action}'");
        assert_eq!(a.compter(&sql).await, combien, "{action}");
    }
}

#[rstest]
#[tokio::test]
async fn nul_autre_ne_recoit_ces_donnees(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let j = a.jeton("alpha.mediateur").await;
    let p = dossier(&a, &j).await;
    for (compte, statut) in [("beta.mediateur", 404), ("alpha.coordinateur", 403), ("administrateur", 403)] {
        let jeton = a.jeton(compte).await;
        let s = a.session(compte).await;
        for fin in ["", ".pdf"] {
            assert_eq!(a.api(&jeton, "GET", &format!("/api/v1/personnes/{p}/donnees{fin}"), Value::Null).await.statut, statut, "{compte}");
        }
        for fin in ["json", "pdf"] {
            assert_eq!(s.get(&format!("/personnes/{p}/donnees.{fin}")).await.statut, statut, "{compte}");
        }
    }
    // Shared, the file is one; what Alpha wrote about her work stays with Alpha, and so does its journal.
    let s = a.session("alpha.mediateur").await;
    let beta = a.structure_beta();
    let r = s.post(&format!("/personnes/{p}/partager"), &[("structure", &beta), ("maniere", "De vive voix"), ("accord", "oui")]).await;
    assert_eq!(r.statut, 303, "{}", r.html);
    let jb = a.jeton("beta.mediateur").await;
    let d = a.api(&jb, "GET", &format!("/api/v1/personnes/{p}/donnees"), Value::Null).await.corps;
    assert_eq!((&d["structure"]["nom"], &d["identite"]["prenom"]), (&json!("Beta"), &json!("Zélie")));
    for genre in ["accueils", "diagnostics", "parcours", "accompagnements", "orientations", "journal"] {
        assert_eq!(d[genre], json!([]), "{genre}");
    }
    assert_eq!(d["suivi_par"].as_array().unwrap().len(), 2);
    // Erased, nothing comes out.
    assert_eq!(a.api(&j, "DELETE", &format!("/api/v1/personnes/{p}"), Value::Null).await.statut, 204);
    assert_eq!(a.api(&j, "GET", &format!("/api/v1/personnes/{p}/donnees"), Value::Null).await.statut, 404);
    assert_eq!(a.api(&j, "GET", "/api/v1/personnes/nimporte/donnees", Value::Null).await.statut, 404);
    assert_eq!(a.compter("SELECT count(*) FROM journal WHERE action IN ('export', 'impression')").await, 1);
}

#[rstest]
#[tokio::test]
async fn la_notice_et_le_registre_se_lisent(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let s = a.session("alpha.coordinateur").await;
    for base in ["", "?base=mission_interet_public", "?base=interet_legitime", "?base=consentement"] {
        let r = s.get(&format!("/donnees-personnelles/notice.pdf{base}")).await;
        assert!(r.statut == 200 && r.octets.starts_with(b"%PDF-"), "{base} {}", r.html);
    }
    assert_eq!(s.get("/donnees-personnelles/notice.pdf?base=autre").await.statut, 400);
    let page = s.get("/structure").await.html;
    assert!(page.contains("/registre") && page.contains("/donnees-personnelles/notice.pdf"));
    let page = s.get("/registre").await;
    assert_eq!(page.statut, 200);
    for t in passeur::registre::traitements() {
        assert!(page.html.contains(&format!("<h2>{}</h2>", t.nom)), "{}", t.nom);
    }
    let j = a.jeton("alpha.mediateur").await;
    let p = a.personne(&j, "Essai", "Un").await;
    let page = a.session("alpha.mediateur").await.get(&format!("/personnes/{p}/consentements")).await.html;
    assert!(page.contains("/donnees-personnelles/notice.pdf"));
}

/// The names found by a query, one text a row.
async fn noms(a: &Appli, sqlite: &str, postgres: &str) -> Vec<String> {
    let db = a.etat.base.lecture();
    let moteur = db.get_database_backend();
    let sql = if moteur == DbBackend::Postgres { postgres } else { sqlite };
    let lignes = db.query_all_raw(Statement::from_string(moteur, sql)).await.unwrap();
    lignes.into_iter().map(|l| l.try_get_by_index::<String>(0).unwrap()).collect()
}

/// A new table is either claimed by a processing, or said to hold nothing about anybody.
#[rstest]
#[tokio::test]
async fn chaque_table_est_au_registre(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let mut tables = noms(
        &a,
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'",
        "SELECT table_name::text FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE'",
    )
    .await;
    let sans = passeur::registre::SANS_PERSONNE.iter().map(|(t, _)| *t).collect::<Vec<_>>();
    let mut connues: Vec<String> =
        passeur::registre::traitements().iter().flat_map(|t| t.tables.iter().copied()).chain(sans).map(str::to_owned).collect();
    tables.sort_unstable();
    connues.sort_unstable();
    assert_eq!(tables, connues, "une table manque au registre des traitements, ou y est sans exister");
    // What points to a person, or tells how to reach one, is never without.
    for t in sans {
        let colonnes = noms(
            &a,
            &format!("SELECT name FROM pragma_table_info('{t}')"),
            &format!("SELECT column_name::text FROM information_schema.columns WHERE table_name = '{t}'"),
        )
        .await;
        for c in ["personne_id", "utilisateur_id", "mediateur_id", "acteur_id", "email", "courriel", "telephone", "prenom", "notes"] {
            assert!(!colonnes.iter().any(|x| x == c), "{t}.{c}");
        }
    }
}
