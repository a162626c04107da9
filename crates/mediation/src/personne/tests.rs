//! Files of people, through the router, on both databases.

use essais::{Appli, Moteur, json};
use rstest::rstest;

const ID: &str = "0195a000-0000-7000-8000-000000000001";
const INCONNU: &str = "0195a000-0000-7000-8000-0000000000ff";

/// The value of a hidden field of a page.
fn cache<'a>(html: &'a str, nom: &str) -> &'a str {
    let debut = format!("name=\"{nom}\" value=\"");
    let (_, reste) = html.split_once(&debut).unwrap_or_else(|| panic!("{nom} absent"));
    reste.split('"').next().unwrap()
}

#[rstest]
#[tokio::test]
async fn une_fiche_se_cree_se_lit_se_change(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let j = a.jeton("alpha.mediateur").await;
    let corps = json!({"prenom": "Éloïse", "nom": "Essai", "annee_naissance": 1958, "genre": "feminin", "statut": "retraite",
        "commune": "97411", "besoins": ["lieu_calme", "gros_caracteres"]});
    let r = a.api(&j, "POST", "/api/v1/personnes", corps).await;
    assert_eq!(r.statut, 201, "{}", r.corps);
    let id = r.corps["id"].as_str().unwrap().to_owned();
    assert_eq!(r.corps["besoins"], json!(["gros_caracteres", "lieu_calme"]));

    let adresse = format!("/api/v1/personnes/{id}");
    let r = a.api(&j, "GET", &adresse, json!(null)).await;
    assert_eq!((r.statut, &r.corps["prenom"], &r.corps["version"]), (200, &json!("Éloïse"), &json!(1)));

    // A field left out stays, null empties, a new birth date brings its year.
    let r = a.api(&j, "PATCH", &adresse, json!({"version": 1, "genre": null, "date_naissance": "1960-02-29"})).await;
    assert_eq!(r.statut, 200, "{}", r.corps);
    assert_eq!((&r.corps["genre"], &r.corps["annee_naissance"], &r.corps["statut"]), (&json!(null), &json!(1960), &json!("retraite")));
    assert_eq!(r.corps["version"], 2);

    let r = a.api(&j, "GET", "/api/v1/personnes", json!(null)).await;
    assert_eq!(r.corps["elements"].as_array().unwrap().len(), 1);
    assert_eq!(r.corps["suivant"], json!(null));
}

#[rstest]
#[tokio::test]
async fn une_liste_se_lit_par_pages(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let j = a.jeton("alpha.mediateur").await;
    for n in ["Un", "Deux", "Trois"] {
        a.personne(&j, "Essai", n).await;
    }
    let r = a.api(&j, "GET", "/api/v1/personnes?limite=2", json!(null)).await;
    assert_eq!(r.corps["elements"].as_array().unwrap().len(), 2);
    let suite = r.corps["suivant"].as_str().unwrap();
    let r = a.api(&j, "GET", &format!("/api/v1/personnes?limite=2&apres={suite}"), json!(null)).await;
    assert_eq!((r.corps["elements"].as_array().unwrap().len(), &r.corps["suivant"]), (1, &json!(null)));
    assert_eq!(a.api(&j, "GET", "/api/v1/personnes?limite=0", json!(null)).await.statut, 422);
    assert_eq!(a.api(&j, "GET", "/api/v1/personnes?apres=zzz", json!(null)).await.statut, 422);
}

#[rstest]
#[tokio::test]
async fn la_meme_creation_deux_fois_est_une_fiche(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let j = a.jeton("alpha.mediateur").await;
    let corps = json!({"id": ID, "prenom": "Essai", "nom": "Un"});
    assert_eq!(a.api(&j, "POST", "/api/v1/personnes", corps.clone()).await.statut, 201);
    let r = a.api(&j, "POST", "/api/v1/personnes", corps).await;
    assert_eq!((r.statut, r.corps["id"].as_str()), (200, Some(ID)));
    let r = a.api(&j, "POST", "/api/v1/personnes", json!({"id": ID, "prenom": "Essai", "nom": "Autre"})).await;
    assert_eq!(r.statut, 409);
    assert_eq!(a.compter("SELECT count(*) FROM personne").await, 1);
    let r = a.api(&j, "POST", "/api/v1/personnes", json!({"id": "00000000-0000-0000-0000-000000000000", "nom": "Un"})).await;
    assert_eq!((r.statut, r.champs()), (422, vec!["id".to_owned()]));
}

#[rstest]
#[tokio::test]
async fn la_meme_cle_deux_fois_est_une_fiche(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let j = a.jeton("alpha.mediateur").await;
    let corps = json!({"prenom": "Essai", "nom": "Un"});
    let un = a.api_avec(&j, "POST", "/api/v1/personnes", &corps, &[("idempotency-key", "cle-1")]).await;
    let deux = a.api_avec(&j, "POST", "/api/v1/personnes", &corps, &[("idempotency-key", "cle-1")]).await;
    assert_eq!((un.statut, deux.statut), (201, 200));
    assert_eq!(un.corps["id"], deux.corps["id"]);
    let autre = a.api_avec(&j, "POST", "/api/v1/personnes", &json!({"nom": "Autre"}), &[("idempotency-key", "cle-1")]).await;
    assert_eq!(autre.statut, 409);
    let trois = a.api_avec(&j, "POST", "/api/v1/personnes", &corps, &[("idempotency-key", "cle-2")]).await;
    assert_eq!(trois.statut, 201);
    assert_eq!(a.compter("SELECT count(*) FROM personne").await, 2);
}

#[rstest]
#[tokio::test]
async fn un_corps_refuse_dit_le_champ(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let j = a.jeton("alpha.mediateur").await;
    for (corps, attendus) in [
        (json!({}), vec!["nom"]),
        (json!({"nom": "  "}), vec!["nom"]),
        (json!({"nom": "Un", "genre": "autre_chose"}), vec!["genre"]),
        (json!({"nom": "Un", "besoins": ["lieu_calme", "maladie"]}), vec!["besoins[1]"]),
        (json!({"nom": "Un", "commune": "99999"}), vec!["commune"]),
        (json!({"nom": "x".repeat(101)}), vec!["nom"]),
        (json!({"nom": "Un", "notes": "x".repeat(10_001)}), vec!["notes"]),
        (json!({"nom": "Un", "notes": "a\u{0}b"}), vec!["notes"]),
        (json!({"nom": "Un", "annee_naissance": "1958"}), vec!["annee_naissance"]),
        (json!({"nom": "Un", "annee_naissance": 1800}), vec!["annee_naissance"]),
        (json!({"nom": "Un", "date_naissance": "2026-03-11"}), vec!["date_naissance"]),
        (json!({"nom": "Un", "date_naissance": "1970-02-30"}), vec!["date_naissance"]),
        (json!({"nom": "Un", "prenon": "Essai"}), vec!["prenon"]),
        (json!({"nom": "Un", "telephone": "12", "courriel": "x"}), vec!["telephone", "courriel"]),
    ] {
        let r = a.api(&j, "POST", "/api/v1/personnes", corps.clone()).await;
        assert_eq!((r.statut, r.champs()), (422, attendus.into_iter().map(str::to_owned).collect()), "{corps}");
    }
    assert_eq!(a.compter("SELECT count(*) FROM personne").await, 0);
    assert_eq!(a.compter("SELECT count(*) FROM personne_cle").await, 0);
    assert_eq!(a.compter("SELECT count(*) FROM creation WHERE objet = 'personne'").await, 0);
}

#[rstest]
#[tokio::test]
async fn une_autre_structure_ne_voit_rien(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let j = a.jeton("alpha.mediateur").await;
    let p = a.personne(&j, "Essai", "Un").await;
    let b = a.jeton("beta.mediateur").await;
    for adresse in [format!("/api/v1/personnes/{p}"), format!("/api/v1/personnes/{INCONNU}")] {
        assert_eq!(a.api(&b, "GET", &adresse, json!(null)).await.statut, 404);
        assert_eq!(a.api(&b, "PATCH", &adresse, json!({"nom": "Autre"})).await.statut, 404);
        assert_eq!(a.api(&b, "DELETE", &adresse, json!(null)).await.statut, 404);
    }
    let r = a.api(&b, "GET", "/api/v1/personnes", json!(null)).await;
    assert_eq!(r.corps["elements"], json!([]));
    let r = a.api(&b, "GET", "/api/v1/personnes?q=essai", json!(null)).await;
    assert_eq!(r.corps["elements"], json!([]));
    let s = a.session("beta.mediateur").await;
    for page in ["", "/modifier", "/consentements", "/partager", "/effacer"] {
        assert_eq!(s.get(&format!("/personnes/{p}{page}")).await.statut, 404, "{page}");
    }
    for (page, champ) in [("/modifier", "nom"), ("/consentements", "finalite"), ("/partager", "structure"), ("/effacer", "x")] {
        assert_eq!(s.post(&format!("/personnes/{p}{page}"), &[(champ, "x")]).await.statut, 404, "{page}");
    }
    assert_eq!(a.compter("SELECT count(*) FROM personne WHERE nom = 'Un'").await, 1);
}

#[rstest]
#[tokio::test]
async fn un_role_sans_droit_est_refuse(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let j = a.jeton("alpha.mediateur").await;
    let p = a.personne(&j, "Essai", "Un").await;
    for qui in ["alpha.coordinateur", "administrateur"] {
        let c = a.jeton(qui).await;
        assert_eq!(a.api(&c, "GET", "/api/v1/personnes", json!(null)).await.statut, 403, "{qui}");
        assert_eq!(a.api(&c, "POST", "/api/v1/personnes", json!({"nom": "Deux"})).await.statut, 403, "{qui}");
        assert_eq!(a.api(&c, "GET", &format!("/api/v1/personnes/{p}"), json!(null)).await.statut, 403, "{qui}");
        let s = a.session(qui).await;
        for page in ["/personnes".to_owned(), "/personnes/nouvelle".into(), format!("/personnes/{p}")] {
            assert_eq!(s.get(&page).await.statut, 403, "{qui} {page}");
        }
        assert_eq!(s.post("/personnes/recherche", &[("q", "essai")]).await.statut, 403);
    }
}

#[rstest]
#[tokio::test]
async fn une_version_perimee_est_un_conflit(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let j = a.jeton("alpha.mediateur").await;
    let p = a.personne(&j, "Essai", "Un").await;
    let adresse = format!("/api/v1/personnes/{p}");
    assert_eq!(a.api(&j, "PATCH", &adresse, json!({"version": 1, "nom": "Deux"})).await.statut, 200);
    assert_eq!(a.api(&j, "PATCH", &adresse, json!({"version": 1, "nom": "Trois"})).await.statut, 409);
    assert_eq!(a.compter("SELECT count(*) FROM personne WHERE nom = 'Deux'").await, 1);
}

#[rstest]
#[tokio::test]
async fn effacer_ne_laisse_aucune_trace(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let j = a.jeton("alpha.mediateur").await;
    let corps = json!({"id": ID, "prenom": "Zébulon", "nom": "Traceur", "surnom": "Zeb", "telephone": "06 12 34 56 78",
        "courriel": "zeb@exemple.fr", "date_naissance": "1970-03-12", "commune": "97411", "langue": "breton", "genre": "masculin",
        "besoins": ["lieu_calme"], "amenagements": "près de Zeb", "notes": "Zébulon aime Zeb"});
    assert_eq!(a.api(&j, "POST", "/api/v1/personnes", corps.clone()).await.statut, 201);
    let s = a.session("alpha.mediateur").await;
    let r = s
        .post(&format!("/personnes/{ID}/consentements"), &[("finalite", "suivi"), ("donne_le", "2026-03-10"), ("maniere", "dit par Zeb")])
        .await;
    assert_eq!(r.statut, 303, "{}", r.html);

    let r = s.get(&format!("/personnes/{ID}/effacer")).await;
    assert!(r.statut == 200 && r.html.contains("ne peut pas être annulé"));
    let r = s.post(&format!("/personnes/{ID}/effacer"), &[]).await;
    assert_eq!((r.statut, r.vers.as_deref()), (303, Some("/personnes")));

    assert_eq!(
        a.compter(
            "SELECT count(*) FROM personne WHERE prenom IS NOT NULL OR nom IS NOT NULL OR surnom IS NOT NULL OR telephone IS NOT NULL \
             OR courriel IS NOT NULL OR date_naissance IS NOT NULL OR annee_naissance IS NOT NULL OR commune IS NOT NULL \
             OR langue IS NOT NULL OR amenagements IS NOT NULL OR notes IS NOT NULL OR cle_tri <> ''"
        )
        .await,
        0
    );
    assert_eq!(a.compter("SELECT count(*) FROM personne_cle").await, 0);
    assert_eq!(a.compter("SELECT count(*) FROM consentement WHERE maniere IS NOT NULL").await, 0);
    assert_eq!(a.compter("SELECT count(*) FROM suivi").await, 0);
    // What figures need stays.
    let garde =
        "SELECT count(*) FROM personne WHERE genre = 'masculin' AND tranche_age = 'quarante_cinquante_neuf' AND efface_le IS NOT NULL";
    assert_eq!(a.compter(garde).await, 1);
    assert_eq!(a.compter("SELECT count(*) FROM journal WHERE action = 'effacement' AND objet = 'personne'").await, 1);
    assert_eq!(a.api(&j, "GET", &format!("/api/v1/personnes/{ID}"), json!(null)).await.statut, 404);
    assert_eq!(a.api(&j, "DELETE", &format!("/api/v1/personnes/{ID}"), json!(null)).await.statut, 404);
    // The same creation sent again does not bring the person back.
    assert_eq!(a.api(&j, "POST", "/api/v1/personnes", corps).await.statut, 409);
}

#[rstest]
#[tokio::test]
async fn une_personne_se_trouve(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let j = a.jeton("alpha.mediateur").await;
    for corps in [
        json!({"prenom": "Mathieu", "nom": "Lefebvre", "annee_naissance": 1958, "commune": "97411", "telephone": "06 12 34 56 78"}),
        json!({"prenom": "Mathieu", "nom": "Lefebvre", "date_naissance": "1990-05-04", "commune": "31555"}),
        json!({"prenom": "Anne-Marie", "nom": "Le Goff", "surnom": "Nanette", "courriel": "nanette@exemple.fr"}),
    ] {
        assert_eq!(a.api(&j, "POST", "/api/v1/personnes", corps).await.statut, 201);
    }
    for (texte, nombre) in [
        ("lefebvre", 2),
        ("LEFÈBVRE mathieu", 2),
        ("lef", 2),
        ("matthieu lefevre", 2),
        ("lefevre ma", 2),
        ("lefebvre x", 0),
        // One letter is the start of a word, not of a kind of key.
        ("lefebvre t", 0),
        ("lefebvre n", 0),
        ("legoff", 1),
        ("goff anne", 1),
        ("nanette", 1),
        ("nanette@ex", 1),
        ("0612345678", 1),
        ("+33 6 12 34", 1),
        ("1958", 1),
        ("04/05/1990", 1),
        ("4/5/90", 1),
        ("04/05/1991", 0),
        ("m", 0),
        ("'; DROP TABLE personne; --", 0),
    ] {
        let q: String = texte.bytes().map(|b| format!("%{b:02X}")).collect();
        let r = a.api(&j, "GET", &format!("/api/v1/personnes?q={q}"), json!(null)).await;
        assert_eq!((r.statut, r.corps["elements"].as_array().map(Vec::len)), (200, Some(nombre)), "{texte}");
    }
    // On the page, homonyms are told apart, and the text searched is not in the address.
    let s = a.session("alpha.mediateur").await;
    let r = s.post("/personnes/recherche", &[("q", "lefevre")]).await;
    assert_eq!(r.statut, 200);
    for dit in ["Saint-Denis (974)", "1958", "78", "Toulouse (31)", "1990", "value=\"lefevre\""] {
        assert!(r.html.contains(dit), "{dit}");
    }
    let r = s.post("/personnes/recherche", &[("q", "zzzz")]).await;
    assert!(r.html.contains("Aucun dossier ne correspond"));
    let r = s.post("/personnes/recherche", &[("q", "z")]).await;
    assert!(r.html.contains("au moins deux lettres"));
}

#[rstest]
#[tokio::test]
async fn la_recherche_en_tapant_rend_un_morceau(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let j = a.jeton("alpha.mediateur").await;
    let p = a.personne(&j, "Essai", "Un").await;
    let s = a.session("alpha.mediateur").await;
    let r = s.post_avec("/personnes/recherche", &[("q", "essai")], &[("hx-request", "true")]).await;
    assert_eq!(r.statut, 200);
    assert!(!r.html.contains("<html") && r.html.contains(&format!("/personnes/{p}")) && r.html.contains("hx-swap-oob"), "{}", r.html);
    assert!(r.html.contains("1\u{a0}dossier trouvé."));
}

#[rstest]
#[tokio::test]
async fn les_derniers_dossiers_sont_proposes(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let s = a.session("alpha.mediateur").await;
    assert!(s.get("/personnes").await.html.contains("Aucun dossier pour l’instant"));
    let j = a.jeton("alpha.mediateur").await;
    let ids: Vec<String> = {
        let mut ids = vec![];
        for n in 0..12 {
            ids.push(a.personne(&j, "Essai", &format!("Numéro{n}")).await);
        }
        ids
    };
    let r = s.get("/personnes").await;
    assert_eq!(ids.iter().filter(|id| r.html.contains(&format!("\"/personnes/{id}\""))).count(), 10);
}

#[rstest]
#[tokio::test]
async fn un_partage_s_ouvre_et_se_referme(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let j = a.jeton("alpha.mediateur").await;
    let p = a.personne(&j, "Essai", "Un").await;
    let s = a.session("alpha.mediateur").await;
    let b = a.jeton("beta.mediateur").await;
    let adresse = format!("/api/v1/personnes/{p}");
    let partager = format!("/personnes/{p}/partager");

    let r = s.get(&partager).await;
    assert!(r.statut == 200 && r.html.contains("Beta") && !r.html.contains("value=\"Alpha\""));
    let beta = r.html.split("name=\"structure\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();

    // Without the person's consent, nothing.
    let r = s.post(&partager, &[("structure", &beta)]).await;
    assert_eq!(r.statut, 422);
    assert!(r.html.contains("id=\"accord-erreur\"") && r.html.contains(&format!("value=\"{beta}\" checked")), "{}", r.html);
    assert_eq!(s.post(&partager, &[("accord", "oui")]).await.statut, 422);
    assert_eq!(s.post(&partager, &[("accord", "oui"), ("structure", INCONNU)]).await.statut, 422);
    assert_eq!(a.api(&b, "GET", &adresse, json!(null)).await.statut, 404);

    let r = s.post(&partager, &[("structure", &beta), ("accord", "oui"), ("maniere", "De vive voix")]).await;
    assert_eq!((r.statut, r.vers), (303, Some(format!("/personnes/{p}"))));
    assert_eq!(a.api(&b, "GET", &adresse, json!(null)).await.statut, 200);
    let r = a.api(&b, "GET", "/api/v1/personnes?q=essai", json!(null)).await;
    assert_eq!(r.corps["elements"].as_array().unwrap().len(), 1);
    assert!(s.get(&format!("/personnes/{p}")).await.html.contains("Suivi aussi par"));
    // Already shared; and the structure that opened the file cannot be made to follow by a consent.
    assert_eq!(s.post(&partager, &[("structure", &beta), ("accord", "oui")]).await.statut, 422);
    let sb = a.session("beta.mediateur").await;
    assert!(sb.get(&partager).await.html.contains("Déjà partagé avec"));

    let consentements = format!("/personnes/{p}/consentements");
    let r = s.get(&consentements).await;
    let retirer = r.html.split("action=\"").find(|m| m.contains("/retirer\"")).unwrap().split('"').next().unwrap().to_owned();
    let r = s.post(&retirer, &[]).await;
    assert_eq!((r.statut, r.vers.as_deref()), (303, Some(consentements.as_str())));
    assert_eq!(a.api(&b, "GET", &adresse, json!(null)).await.statut, 404);
    assert_eq!(a.compter("SELECT count(*) FROM consentement WHERE retire_le IS NOT NULL").await, 1);
    assert_eq!(a.compter("SELECT count(*) FROM suivi").await, 1);
    assert_eq!(s.post(&retirer, &[]).await.statut, 409);
    assert_eq!(a.api(&j, "GET", &adresse, json!(null)).await.statut, 200);

    // Shared again, then erased by the other: each finds it in its own journal.
    assert_eq!(s.post(&partager, &[("structure", &beta), ("accord", "oui")]).await.statut, 303);
    // The files with names that were prepared go too, in both; those without names stay.
    for noms in [true, false] {
        let r = a.api(&j, "POST", "/api/v1/exports", json!({"contenu": "donnees", "format": "csv", "noms": noms})).await;
        assert!(r.statut < 300, "{} {}", r.statut, r.corps);
    }
    a.travailler().await;
    assert!(sb.get(&format!("/personnes/{p}/effacer")).await.html.contains("Mes exports"));
    assert_eq!(a.api(&b, "DELETE", &adresse, json!(null)).await.statut, 204);
    assert_eq!(a.compter("SELECT count(*) FROM export").await, 1);
    assert_eq!(a.compter("SELECT count(*) FROM export WHERE noms").await, 0);
    assert_eq!(a.api(&j, "GET", &adresse, json!(null)).await.statut, 404);
    let effacements = "FROM journal WHERE action = 'effacement' AND objet = 'personne'";
    assert_eq!(a.compter(&format!("SELECT count(DISTINCT structure_id) {effacements}")).await, 2);
    assert_eq!(a.compter(&format!("SELECT count(*) {effacements}")).await, 2);
    let r = a.session("alpha.responsable").await.get("/journal").await;
    assert!(r.html.contains("effac"), "{}", r.html);
}

#[rstest]
#[tokio::test]
async fn un_consentement_se_note(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let j = a.jeton("alpha.mediateur").await;
    let p = a.personne(&j, "Essai", "Un").await;
    let s = a.session("alpha.mediateur").await;
    let adresse = format!("/personnes/{p}/consentements");
    assert!(s.get(&adresse).await.html.contains("Aucun consentement noté"));
    let bon = [("finalite", "contact"), ("donne_le", "2026-03-09"), ("maniere", "Par téléphone")];
    // Sent twice, it is one.
    for _ in 0..2 {
        assert_eq!(s.post(&adresse, &bon).await.statut, 303);
    }
    assert_eq!(a.compter("SELECT count(*) FROM consentement").await, 1);
    for (champ, mauvais) in [
        ("donne_le", vec![("finalite", "contact"), ("donne_le", "2026-03-11")]),
        ("donne_le", vec![("finalite", "contact"), ("donne_le", "hier")]),
        ("finalite", vec![("donne_le", "2026-03-09")]),
        ("finalite", vec![("finalite", "publicite"), ("donne_le", "2026-03-09")]),
        ("finalite", vec![("finalite", "partage"), ("donne_le", "2026-03-09")]),
    ] {
        let r = s.post(&adresse, &mauvais).await;
        assert_eq!(r.statut, 422, "{mauvais:?}");
        assert!(r.html.contains(&format!("id=\"{champ}-erreur\"")), "{mauvais:?}");
    }
    assert_eq!(a.compter("SELECT count(*) FROM consentement").await, 1);
}

#[rstest]
#[tokio::test]
async fn ouvrir_un_dossier_est_journalise(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let j = a.jeton("alpha.mediateur").await;
    let p = a.personne(&j, "Essai", "Un").await;
    let ouvertures = "SELECT count(*) FROM journal WHERE action = 'ouverture' AND objet = 'personne'";
    assert_eq!(a.compter(ouvertures).await, 0);
    let s = a.session("alpha.mediateur").await;
    let r = s.get(&format!("/personnes/{p}")).await;
    assert!(r.statut == 200 && r.html.contains("Essai UN"));
    assert_eq!(a.compter(ouvertures).await, 1);
    // Looked at again the same minute, by page or by API, it is one opening; a colleague's is another.
    a.api(&j, "GET", &format!("/api/v1/personnes/{p}"), json!(null)).await;
    s.get(&format!("/personnes/{p}")).await;
    assert_eq!(a.compter(ouvertures).await, 1);
    a.api(&a.jeton("alpha.responsable").await, "GET", &format!("/api/v1/personnes/{p}"), json!(null)).await;
    assert_eq!(a.compter(ouvertures).await, 2);
    // Other pages of the file, and a file that is not there, open nothing.
    s.get(&format!("/personnes/{p}/modifier")).await;
    assert_eq!(s.get(&format!("/personnes/{INCONNU}")).await.statut, 404);
    assert_eq!(a.compter(ouvertures).await, 2);
    a.regler("2026-03-10T09:01:00Z");
    s.get(&format!("/personnes/{p}")).await;
    assert_eq!(a.compter(ouvertures).await, 3);
}

#[rstest]
#[tokio::test]
async fn la_page_de_creation_cree_une_fois(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let s = a.session("alpha.mediateur").await;
    let r = s.get("/personnes/nouvelle").await;
    let id = cache(&r.html, "id").to_owned();
    let saisie = [
        ("id", id.as_str()),
        ("prenom", "Essai"),
        ("nom", "Un"),
        ("commune", "Saint-Denis (974)"),
        ("annee_naissance", "1958"),
        ("besoins", "lieu_calme"),
        ("besoins", "interprete"),
        ("accord_suivi", "oui"),
    ];
    for _ in 0..2 {
        let r = s.post("/personnes/nouvelle", &saisie).await;
        assert_eq!((r.statut, r.vers), (303, Some(format!("/personnes/{id}"))), "{}", r.html);
    }
    assert_eq!(a.compter("SELECT count(*) FROM personne WHERE commune = '97411'").await, 1);
    assert_eq!(a.compter("SELECT count(*) FROM consentement WHERE finalite = 'suivi'").await, 1);
    let r = s.get(&format!("/personnes/{id}")).await;
    for dit in ["Saint-Denis (974)", "Lieu calme", "Interprète", "Tenir un dossier de suivi"] {
        assert!(r.html.contains(dit), "{dit}");
    }
    // Back, changed, sent again: nothing is lost, nothing is overwritten.
    let mut autre = saisie;
    autre[2] = ("nom", "Autre");
    let r = s.post("/personnes/nouvelle", &autre).await;
    assert_eq!(r.statut, 409);
    assert!(r.html.contains("value=\"Autre\"") && r.html.contains(&format!("/personnes/{id}")) && cache(&r.html, "id") != id);
    assert_eq!(a.compter("SELECT count(*) FROM personne").await, 1);
}

#[rstest]
#[tokio::test]
async fn la_creation_mene_a_la_suite(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let s = a.session("alpha.mediateur").await;
    let r = s.get("/personnes/nouvelle?suite=/accueil").await;
    assert_eq!(cache(&r.html, "suite"), "/accueil");
    let r = s.post("/personnes/nouvelle", &[("id", ID), ("nom", "Un"), ("suite", "/accueil")]).await;
    assert_eq!(r.vers, Some(format!("/accueil?personne={ID}")));
    let r = s.post("/personnes/nouvelle", &[("nom", "Deux"), ("suite", "//ailleurs.invalid/")]).await;
    assert!(r.vers.unwrap().starts_with("/personnes/"));
}

#[rstest]
#[tokio::test]
async fn un_doublon_est_signale_avant_de_creer(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let j = a.jeton("alpha.mediateur").await;
    let deja = json!({"prenom": "Mathieu", "nom": "Lefebvre", "annee_naissance": 1958, "telephone": "06 12 34 56 78", "courriel": "ml@exemple.fr"});
    let r = a.api(&j, "POST", "/api/v1/personnes", deja).await;
    let p = r.corps["id"].as_str().unwrap().to_owned();
    let s = a.session("alpha.mediateur").await;
    for saisie in [
        [("prenom", "Matthieu"), ("nom", "Lefevre"), ("notes", "à garder")],
        [("prenom", "Quelqu’un"), ("telephone", "+33 6 12 34 56 78"), ("notes", "à garder")],
        [("prenom", "Quelqu’un"), ("courriel", "ML@exemple.fr"), ("notes", "à garder")],
    ] {
        let r = s.post("/personnes/nouvelle", &saisie).await;
        assert_eq!(r.statut, 409, "{saisie:?}");
        for dit in ["a peut-être déjà un dossier", "Mathieu LEFEBVRE", "1958", "Créer quand même", "à garder"] {
            assert!(r.html.contains(dit), "{dit}");
        }
        assert!(r.html.contains(&format!("href=\"/personnes/{p}\"")));
    }
    // Another year of birth: another person.
    let r = s.post("/personnes/nouvelle", &[("prenom", "Mathieu"), ("nom", "Lefebvre"), ("annee_naissance", "1990")]).await;
    assert_eq!(r.statut, 303);
    let r = s.post("/personnes/nouvelle", &[("prenom", "Mathieu"), ("nom", "Lefebvre"), ("confirme", "oui")]).await;
    assert_eq!(r.statut, 303);
    assert_eq!(a.compter("SELECT count(*) FROM personne").await, 3);
    // A file of another structure is no duplicate here, nor shown.
    let b = a.session("beta.mediateur").await;
    assert_eq!(b.post("/personnes/nouvelle", &[("prenom", "Mathieu"), ("nom", "Lefebvre")]).await.statut, 303);
}

#[rstest]
#[tokio::test]
async fn un_formulaire_refuse_revient_rempli(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let s = a.session("alpha.mediateur").await;
    let mauvais = [
        ("prenom", "<b>Essai</b>"),
        ("telephone", "appeler le soir"),
        ("commune", "Nullepartville"),
        ("annee_naissance", "cinquante-huit"),
        ("genre", "feminin"),
        ("statut", "hors_liste"),
        ("besoins", "lieu_calme"),
        ("notes", "à garder"),
        ("accord_contact", "oui"),
    ];
    let r = s.post("/personnes/nouvelle", &mauvais).await;
    assert_eq!(r.statut, 422);
    for champ in ["telephone", "commune", "annee_naissance", "statut"] {
        assert!(r.html.contains(&format!("id=\"{champ}-erreur\"")) && r.html.contains(&format!("href=\"#{champ}\"")), "{champ}");
    }
    for garde in
        ["appeler le soir", "Nullepartville", "cinquante-huit", "value=\"feminin\" checked", "value=\"lieu_calme\" checked", "à garder"]
    {
        assert!(r.html.contains(garde), "{garde}");
    }
    assert!(!r.html.contains("<b>Essai</b>"), "what is typed is never markup");
    assert_eq!(a.compter("SELECT count(*) FROM personne").await, 0);

    let j = a.jeton("alpha.mediateur").await;
    let p = a.personne(&j, "Essai", "Un").await;
    let r = s.post(&format!("/personnes/{p}/modifier"), &[("version", "1"), ("prenom", ""), ("nom", ""), ("notes", "à garder")]).await;
    assert!(r.statut == 422 && r.html.contains("à garder") && r.html.contains("href=\"#nom\""));
    assert_eq!(a.compter("SELECT count(*) FROM personne WHERE nom = 'Un'").await, 1);
}

#[rstest]
#[tokio::test]
async fn deux_personnes_modifient_le_meme_dossier(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let j = a.jeton("alpha.mediateur").await;
    let p = a.personne(&j, "Essai", "Un").await;
    let adresse = format!("/personnes/{p}/modifier");
    let (un, deux) = (a.session("alpha.mediateur").await, a.session("alpha.responsable").await);
    let version = cache(&un.get(&adresse).await.html, "version").to_owned();
    assert_eq!(version, "1");
    let r = deux.post(&adresse, &[("version", "1"), ("prenom", "Essai"), ("nom", "Un"), ("telephone", "06 11 11 11 11")]).await;
    assert_eq!(r.statut, 303, "{}", r.html);
    let r = un
        .post(&adresse, &[("version", "1"), ("prenom", "Essai"), ("nom", "Un"), ("telephone", "06 22 22 22 22"), ("notes", "à garder")])
        .await;
    assert_eq!(r.statut, 409);
    for dit in ["06 11 11 11 11", "06 22 22 22 22", "à garder", "a changé pendant que vous"] {
        assert!(r.html.contains(dit), "{dit}");
    }
    assert_eq!(a.compter("SELECT count(*) FROM personne WHERE telephone = '06 11 11 11 11' AND notes IS NULL").await, 1);
    // Read again, it is recorded on top of the version that was shown.
    let version = cache(&r.html, "version").to_owned();
    let r = un
        .post(
            &adresse,
            &[("version", &version), ("prenom", "Essai"), ("nom", "Un"), ("telephone", "06 22 22 22 22"), ("notes", "à garder")],
        )
        .await;
    assert_eq!((r.statut, r.vers), (303, Some(format!("/personnes/{p}"))));
    assert_eq!(
        a.compter("SELECT count(*) FROM personne WHERE telephone = '06 22 22 22 22' AND notes LIKE 'v1:%' AND version = 3").await,
        1
    );
}
