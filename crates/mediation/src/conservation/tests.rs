//! Retention: announced, written to the responsables, kept, cancelled, erased, detached; on both engines.

use std::time::Duration;

use essais::{Appli, Moteur, Value, json};
use rstest::rstest;
use socle::{Acteur, Contexte};

/// The night of a day: what is due is entered, then run.
async fn nuit(a: &Appli, instant: &str) {
    a.regler(instant);
    a.planifier().await;
    a.travailler().await;
}

/// A person of Alpha with texts everywhere, last seen on the day of the kit, 10 March 2026.
async fn dossier(a: &Appli, j: &str, nom: &str) -> String {
    let cree = async |chemin: &str, corps: Value| a.api(j, "POST", &format!("/api/v1{chemin}"), corps).await.id();
    let corps = json!({"id": uuid(nom), "prenom": "Zélie", "nom": nom, "telephone": "06 00 00 00 07", "notes": "Zanzibar fiche", "annee_naissance": 1950});
    let p = cree("/personnes", corps).await;
    cree("/accueils", json!({"personne": p, "motif": "Zanzibar motif"})).await;
    cree(
        "/diagnostics",
        json!({"personne": p, "objectif": "Zanzibar objectif", "constats": "Zanzibar constat", "etapes": ["Zanzibar étape"]}),
    )
    .await;
    let plan = cree("/parcours", json!({"personne": p})).await;
    cree(&format!("/parcours/{plan}/objectifs"), json!({"libelle": "Zanzibar but"})).await;
    cree(&format!("/parcours/{plan}/etapes"), json!({"libelle": "Zanzibar pas"})).await;
    cree(
        "/accompagnements",
        json!({"type": "individuel", "date": "2026-03-10", "duree_minutes": 30, "lieu_type": "domicile", "thematiques": ["email"], "personnes": [p], "notes": "Zanzibar note"}),
    )
    .await;
    let partenaire = a.partenaire(j, &format!("Partenaire de {nom}")).await;
    cree("/orientations", json!({"personne": p, "partenaire": partenaire, "motif": "Zanzibar demande", "consentement": true})).await;
    p
}

/// An id of one's own, so that the creation keeps a fingerprint.
fn uuid(nom: &str) -> String {
    format!("01957f00-0000-7000-8000-{:012x}", nom.bytes().map(u64::from).sum::<u64>())
}

const TEXTES: [(&str, &str); 8] = [
    ("personne", "notes"),
    ("accueil", "motif"),
    ("diagnostic", "objectif"),
    ("diagnostic", "constats"),
    ("objectif", "libelle"),
    ("etape", "libelle"),
    ("orientation", "motif"),
    ("accompagnement", "notes"),
];

/// In how many places a text about a person is still kept: sealed, or as it was typed.
async fn traces(a: &Appli) -> i64 {
    let mut n = a
        .compter("SELECT count(*) FROM diagnostic WHERE CAST(etapes AS TEXT) LIKE '%Zanzibar%' OR CAST(etapes AS TEXT) LIKE '%v1:%'")
        .await;
    for (table, colonne) in TEXTES {
        n += a.compter(&format!("SELECT count(*) FROM {table} WHERE {colonne} LIKE '%Zanzibar%' OR {colonne} LIKE 'v1:%'")).await;
    }
    n
}

async fn annonces(a: &Appli) -> i64 {
    a.compter("SELECT count(*) FROM annonce_effacement").await
}

async fn effaces(a: &Appli) -> i64 {
    a.compter("SELECT count(*) FROM personne WHERE efface_le IS NOT NULL").await
}

// Last seen on 10 March 2026, kept 24 months: announced on 9 February 2028, erased on 10 March.
const VEILLE: &str = "2028-02-08T09:00:00Z";
const ANNONCE: &str = "2028-02-09T09:00:00Z";
const PRESQUE: &str = "2028-03-09T09:00:00Z";
const FIN: &str = "2028-03-10T09:00:00Z";

#[rstest]
#[tokio::test]
async fn un_dossier_sans_activite_est_annonce_puis_efface(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let j = a.jeton("alpha.mediateur").await;
    let p = dossier(&a, &j, "Zorn").await;
    nuit(&a, VEILLE).await;
    assert_eq!(annonces(&a).await, 0);
    assert!(a.session("alpha.mediateur").await.get("/conservation").await.html.contains("Aucun dossier à effacer"));

    // What the command would do is what the night does.
    a.regler(ANNONCE);
    let cx = Contexte::lecture(&a.etat, &Acteur::systeme(), a.etat.horloge.nouvel_uuid());
    let prevu = mediation::conservation::prevoir(&cx).await.unwrap();
    assert_eq!((prevu.annonces, prevu.effaces, annonces(&a).await), (1, 0, 0));
    nuit(&a, ANNONCE).await;
    assert_eq!((annonces(&a).await, effaces(&a).await), (1, 0));
    let lettres: Vec<_> = a.courriels().into_iter().filter(|l| l.corps.contains("/conservation")).collect();
    assert_eq!(lettres.len(), 1, "une lettre, à la responsable d’Alpha");
    assert_eq!(lettres[0].destinataire, essais::email("alpha.responsable"));
    assert!(lettres[0].corps.contains("1\u{a0}dossier") && lettres[0].corps.contains("10\u{a0}mars 2028"), "{}", lettres[0].corps);
    assert!(!lettres[0].corps.contains("ZORN") && !lettres[0].corps.contains("Zélie") && !lettres[0].corps.contains(&p));

    // Shown to those who accompany, and to nobody else.
    for compte in ["alpha.mediateur", "alpha.responsable"] {
        let s = a.session(compte).await;
        assert!(s.get("/").await.html.contains("1\u{a0}dossier sans activité"));
        let page = s.get("/conservation").await.html;
        assert!(page.contains("Zélie ZORN") && page.contains("10\u{a0}mars 2028") && page.contains("10\u{a0}mars 2026"), "{page}");
    }
    assert!(!a.session("beta.mediateur").await.get("/conservation").await.html.contains("ZORN"));
    assert_eq!(a.session("alpha.coordinateur").await.get("/conservation").await.statut, 403);
    let vue = a.api(&j, "GET", "/api/v1/conservation", Value::Null).await.corps;
    assert_eq!(vue["elements"][0]["personne"], json!(p));
    assert_eq!((&vue["elements"][0]["efface_le"], &vue["elements"][0]["derniere_activite"]), (&json!("2028-03-10"), &json!("2026-03-10")));

    // Done again the same day, nothing more comes; the day before its time, nothing goes.
    mediation::conservation::appliquer(&a.etat).await.unwrap();
    a.travailler().await;
    assert_eq!(a.courriels().iter().filter(|l| l.corps.contains("/conservation")).count(), 1);
    nuit(&a, PRESQUE).await;
    assert_eq!((annonces(&a).await, effaces(&a).await), (1, 0));
    assert_eq!(traces(&a).await, 9);

    nuit(&a, FIN).await;
    assert_eq!((annonces(&a).await, effaces(&a).await, traces(&a).await), (0, 1, 0));
    assert_eq!(a.compter("SELECT count(*) FROM personne WHERE nom IS NOT NULL OR telephone IS NOT NULL").await, 0);
    assert_eq!(a.compter("SELECT count(*) FROM personne_cle").await + a.compter("SELECT count(*) FROM suivi").await, 0);
    assert_eq!(a.compter("SELECT count(*) FROM creation WHERE objet = 'personne' AND length(empreinte) > 0").await, 0);
    assert_eq!(a.compter("SELECT count(*) FROM participation").await, 1, "l’activité reste comptée");
    assert_eq!(
        a.compter("SELECT count(*) FROM journal WHERE objet = 'personne' AND action = 'effacement' AND acteur_id IS NULL AND structure_id IS NOT NULL").await,
        1
    );
    assert_eq!(a.api(&j, "GET", &format!("/api/v1/personnes/{p}"), Value::Null).await.statut, 404);
}

#[rstest]
#[tokio::test]
async fn toute_activite_annule_l_annonce(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let j = a.jeton("alpha.mediateur").await;
    let mut gens = vec![];
    for n in 0..7 {
        gens.push(a.personne(&j, "Essai", &format!("Retour {n}")).await);
    }
    let partenaire = a.partenaire(&j, "Partenaire d’essai").await;
    let plan = a.api(&j, "POST", "/api/v1/parcours", json!({"personne": gens[5]})).await.id();
    nuit(&a, ANNONCE).await;
    assert_eq!(annonces(&a).await, 7);
    a.regler("2028-02-20T09:00:00Z");
    let j = a.jeton("alpha.mediateur").await;
    for (chemin, corps) in [
        ("/accueils".to_owned(), json!({"personne": gens[0]})),
        (
            "/accompagnements".to_owned(),
            json!({"type": "individuel", "date": "2028-02-20", "duree_minutes": 30, "lieu_type": "domicile", "thematiques": ["email"], "personnes": [gens[1]]}),
        ),
        ("/diagnostics".to_owned(), json!({"personne": gens[2]})),
        ("/parcours".to_owned(), json!({"personne": gens[3]})),
        ("/orientations".to_owned(), json!({"personne": gens[4], "partenaire": partenaire, "motif": "Essai", "consentement": true})),
        // A meeting to come.
        (format!("/parcours/{plan}/etapes"), json!({"libelle": "Rendez-vous", "prevue_le": "2028-04-01"})),
    ] {
        let r = a.api(&j, "POST", &format!("/api/v1{chemin}"), corps).await;
        assert_eq!(r.statut, 201, "{chemin} {}", r.corps);
    }
    // At once on the page; in the table, the next night.
    let page = a.session("alpha.mediateur").await.get("/conservation").await.html;
    for n in 0..6 {
        assert!(!page.contains(&format!("RETOUR {n}")), "{n} : {page}");
    }
    assert!(page.contains("RETOUR 6"));
    nuit(&a, FIN).await;
    assert_eq!((annonces(&a).await, effaces(&a).await), (0, 1));
    assert_eq!(a.api(&j, "GET", &format!("/api/v1/personnes/{}", gens[6]), Value::Null).await.statut, 404);
}

#[rstest]
#[tokio::test]
async fn garder_demande_une_raison_et_une_date(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let j = a.jeton("alpha.mediateur").await;
    let p = a.personne(&j, "Essai", "Gardée").await;
    nuit(&a, ANNONCE).await;
    let s = a.session("alpha.mediateur").await;
    let page = format!("/personnes/{p}/garder");
    assert!(s.get(&page).await.html.contains("sera effacé le 10\u{a0}mars 2028"));
    for (motif, date, dit) in [
        ("", "2028-09-01", "Dites pourquoi"),
        ("revenue", "", "jusqu’à quelle date"),
        ("revenue", "2028-03-01", "plus de trente jours"),
        ("suite_prevue", "2031-01-01", "au plus jusqu’au"),
        ("caprice", "2028-09-01", "ne fait pas partie"),
    ] {
        let r = s.post(&page, &[("motif", motif), ("jusqu_au", date)]).await;
        assert_eq!(r.statut, 422, "{motif} {date}");
        assert!(r.html.contains(dit) && r.html.contains(&format!("value=\"{date}\"")), "{motif} {date} : {}", r.html);
    }
    assert_eq!(annonces(&a).await, 1);
    assert_eq!(s.post(&page, &[("motif", "obligation_legale"), ("jusqu_au", "2031-01-01")]).await.statut, 303);
    assert_eq!(annonces(&a).await, 0);
    nuit(&a, "2028-06-01T09:00:00Z").await;
    assert_eq!((annonces(&a).await, effaces(&a).await), (0, 0));
    // The same by API, and not by another structure.
    let corps = json!({"motif": "suite_prevue", "jusqu_au": "2028-09-01"});
    let b = a.jeton("beta.mediateur").await;
    let garder = format!("/api/v1/personnes/{p}/conservation");
    assert_eq!(a.api(&b, "PUT", &garder, corps.clone()).await.statut, 404);
    assert_eq!(a.api(&j, "PUT", &garder, corps).await.statut, 200);
    // Kept until the first of September: announced thirty days before.
    nuit(&a, "2028-08-01T09:00:00Z").await;
    assert_eq!(annonces(&a).await, 0);
    nuit(&a, "2028-08-02T09:00:00Z").await;
    assert_eq!(annonces(&a).await, 1);
    nuit(&a, "2028-09-01T09:00:00Z").await;
    assert_eq!((effaces(&a).await, a.compter("SELECT count(*) FROM prolongation").await), (1, 0));
}

#[rstest]
#[tokio::test]
async fn une_structure_quitte_un_dossier_que_l_autre_garde(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let j = a.jeton("alpha.mediateur").await;
    let p = dossier(&a, &j, "Zig").await;
    let beta = a.structure_beta();
    a.regler("2027-06-01T09:00:00Z");
    let s = a.session("alpha.mediateur").await;
    let partage = [("structure", beta.as_str()), ("maniere", "De vive voix"), ("accord", "oui")];
    assert_eq!(s.post(&format!("/personnes/{p}/partager"), &partage).await.statut, 303);
    let b = a.jeton("beta.mediateur").await;
    assert_eq!(a.api(&b, "POST", "/api/v1/accueils", json!({"personne": p, "motif": "Beta motif"})).await.statut, 201);
    nuit(&a, ANNONCE).await;
    assert_eq!(annonces(&a).await, 1);
    nuit(&a, FIN).await;
    // Alpha no longer has the file; what it wrote is gone; Beta has the file and what it wrote.
    let j = a.jeton("alpha.mediateur").await;
    let dossier = format!("/api/v1/personnes/{p}");
    assert_eq!(a.api(&j, "GET", &dossier, Value::Null).await.statut, 404);
    let r = a.api(&b, "GET", &dossier, Value::Null).await;
    assert_eq!((r.statut, &r.corps["nom"]), (200, &json!("Zig")));
    assert_eq!((effaces(&a).await, traces(&a).await), (0, 2), "restent les notes du dossier, qui est à Beta aussi, et le motif de Beta");
    assert_eq!(a.compter("SELECT count(*) FROM accueil WHERE motif IS NOT NULL").await, 1);
    assert_eq!(a.compter("SELECT count(*) FROM participation").await, 1);
    // Beta's own two years end: nobody keeps it, it is erased.
    nuit(&a, "2029-05-02T09:00:00Z").await;
    nuit(&a, "2029-06-01T09:00:00Z").await;
    assert_eq!((effaces(&a).await, traces(&a).await), (1, 0));
    assert_eq!(a.compter("SELECT count(*) FROM accueil WHERE motif = 'Beta motif'").await, 0);
}

#[rstest]
#[tokio::test]
async fn la_duree_est_celle_de_la_structure(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let j = a.jeton("alpha.mediateur").await;
    a.personne(&j, "Essai", "Courte").await;
    let s = a.session("alpha.responsable").await;
    for (mois, version) in [("5", "1"), ("37", "1"), ("", "1"), ("douze", "1")] {
        let r = s.post("/structure/conservation", &[("mois", mois), ("version", version)]).await;
        assert_eq!(r.statut, 422, "{mois}");
    }
    assert_eq!(s.post("/structure/conservation", &[("mois", "6"), ("version", "1")]).await.statut, 303);
    let r = s.post("/structure/conservation", &[("mois", "12"), ("version", "1")]).await;
    assert!(r.statut == 409 && r.html.contains("value=\"12\""));
    assert!(s.get("/structure").await.html.contains("depuis 6 mois"));
    assert!(s.get("/registre").await.html.contains("6 mois après la dernière activité"));
    nuit(&a, "2026-08-11T09:00:00Z").await;
    assert_eq!(annonces(&a).await, 1);
    // Made longer, the announcement no longer stands.
    let alpha = format!("/api/v1/structures/{}/conservation", a.structure_alpha());
    let r = a.jeton("alpha.responsable").await;
    assert_eq!(a.api(&j, "PUT", &alpha, json!({"mois": 12})).await.statut, 403);
    assert_eq!(a.api(&r, "PUT", &alpha, json!({"mois": 48})).await.statut, 422);
    assert_eq!(a.api(&r, "PUT", &alpha, json!({"mois": 12, "version": 1})).await.statut, 409);
    let vue = a.api(&r, "PUT", &alpha, json!({"mois": 12})).await;
    assert_eq!((vue.statut, &vue.corps["conservation_mois"]), (200, &json!(12)));
    nuit(&a, "2026-09-11T09:00:00Z").await;
    assert_eq!((annonces(&a).await, effaces(&a).await), (0, 0));
}

#[rstest]
#[tokio::test]
async fn de_nombreux_dossiers_par_lots_et_deux_noeuds_a_la_fois(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let j = a.jeton("alpha.mediateur").await;
    for n in 0..230 {
        a.personne(&j, "Essai", &format!("Nombre {n}")).await;
    }
    nuit(&a, ANNONCE).await;
    assert_eq!(annonces(&a).await, 230);
    let s = a.session("alpha.mediateur").await;
    let page = s.get("/conservation?page=5").await.html;
    assert!(page.contains("Page 5 sur 5") && page.matches("/garder").count() == 30, "{page}");
    assert!(s.get("/").await.html.contains("Plus de 10 dossiers"));
    a.regler(FIN);
    let passages = (0..2).map(|_| {
        let etat = a.etat.clone();
        tokio::spawn(async move { mediation::conservation::appliquer(&etat).await })
    });
    let mut total = 0;
    for p in passages.collect::<Vec<_>>() {
        total += p.await.unwrap().unwrap().effaces;
    }
    assert_eq!((total, effaces(&a).await, annonces(&a).await), (230, 230, 0), "chacun une fois");
    assert_eq!(a.compter("SELECT count(*) FROM journal WHERE objet = 'personne' AND action = 'effacement'").await, 230);
}

/// A node that has time for one step alone goes through all structures: each time, it goes on from where it stopped.
#[rstest]
#[tokio::test]
async fn une_nuit_en_plusieurs_fois_va_jusqu_au_bout(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    for (qui, nom) in [("alpha.mediateur", "Zorn"), ("beta.mediateur", "Zabre")] {
        dossier(&a, &a.jeton(qui).await, nom).await;
    }
    let structures = a.compter("SELECT count(*) FROM structure").await;
    for (jour, attendu) in [(ANNONCE, (2, 0)), (FIN, (0, 2)), (FIN, (0, 0))] {
        a.regler(jour);
        let (mut depuis, mut fait, mut fois) = (None, (0, 0), 0);
        loop {
            let (p, reste) = mediation::conservation::passer(&a.etat, Some(Duration::ZERO), depuis).await.unwrap();
            fait = (fait.0 + p.annonces, fait.1 + p.effaces);
            fois += 1;
            assert!(reste.is_none() || (reste >= depuis && fois <= structures + 2), "{fois} fois, {reste:?}");
            if reste.is_none() {
                break;
            }
            depuis = reste;
        }
        assert_eq!(fait, attendu, "{jour}");
        assert!(fois >= structures, "une structure à la fois");
    }
}

#[rstest]
#[tokio::test]
async fn un_dossier_absorbe_n_est_pas_efface_par_la_duree(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let j = a.jeton("alpha.mediateur").await;
    let un = a.personne(&j, "Rose", "Essai").await;
    let deux = a.personne(&j, "Rosa", "Essai").await;
    let trois = a.personne(&j, "Rosine", "Essai").await;
    nuit(&a, ANNONCE).await;
    assert_eq!(annonces(&a).await, 3);
    a.regler("2028-03-01T09:00:00Z");
    let j = a.jeton("alpha.mediateur").await;
    assert_eq!(a.api(&j, "POST", "/api/v1/accueils", json!({"personne": un})).await.statut, 201);
    // What must be kept is kept under the other file too; the later date wins.
    for (p, motif, date) in [(&un, "suite_prevue", "2029-01-01"), (&trois, "obligation_legale", "2032-01-01")] {
        let r = a.api(&j, "PUT", &format!("/api/v1/personnes/{p}/conservation"), json!({"motif": motif, "jusqu_au": date})).await;
        assert_eq!(r.statut, 200, "{}", r.corps);
    }
    for absorbee in [&deux, &trois] {
        let r = a.api(&j, "POST", "/api/v1/fusions", json!({"garder": un, "absorber": absorbee})).await;
        assert_eq!(r.statut, 201, "{}", r.corps);
    }
    let gardees = "SELECT count(*) FROM prolongation WHERE personne_id IN (SELECT gardee_id FROM fusion) AND motif = 'obligation_legale'";
    assert_eq!(a.compter(gardees).await, 1);
    // The merge can still be undone: its time is another's to count.
    nuit(&a, FIN).await;
    assert_eq!((annonces(&a).await, effaces(&a).await), (0, 0));
    // The night also ends the merges, thirty days after.
    nuit(&a, "2028-03-31T10:00:00Z").await;
    assert_eq!(effaces(&a).await, 2);
    assert_eq!(a.api(&j, "GET", &format!("/api/v1/personnes/{un}"), Value::Null).await.statut, 200);
}
