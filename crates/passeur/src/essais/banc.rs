//! `passeur bench seed`: the same rows on both engines, only in an empty database; and the bare page,
//! which production does not have.

use std::hash::{DefaultHasher, Hasher};

use chrono::{DateTime, NaiveDate, SecondsFormat, Utc};
use essais::{Appli, Essai, Moteur};
use passeur::banc::{Fait, Parametres, remplir};
use rstest::rstest;
use sea_orm::{ConnectionTrait, Statement};
use socle::base::{Base, migrer};

/// Each table with what it is put in order by.
const TABLES: [(&str, &str); 18] = [
    ("structure", "id"),
    ("lieu", "id"),
    ("utilisateur", "id"),
    ("fonction", "utilisateur_id, structure_id"),
    ("partenaire", "id"),
    ("personne", "id"),
    ("consentement", "id"),
    ("suivi", "structure_id, personne_id"),
    ("accompagnement", "id"),
    ("participation", "accompagnement_id, personne_id"),
    ("accueil", "id"),
    ("diagnostic", "id"),
    ("parcours", "id"),
    ("objectif", "id"),
    ("etape", "id"),
    ("orientation", "id"),
    ("journal", "id"),
    ("accompagnement_anonyme", "accompagnement_id, axe, code"),
];

fn petite(graine: u64) -> Parametres {
    let mut p = Parametres::usuels(3_000, graine, NaiveDate::from_ymd_opt(2026, 3, 10).unwrap());
    p.structures = 4;
    p
}

async fn nombre(base: &Base, sql: &str) -> i64 {
    let db = base.lecture();
    db.query_one_raw(Statement::from_string(db.get_database_backend(), sql)).await.unwrap().unwrap().try_get_by_index(0).unwrap()
}

/// The rows as SeaORM reads them, so that engines compare whatever their storage.
async fn somme(base: &Base) -> Vec<(&'static str, i64, u64)> {
    let db = base.lecture();
    let mut sommes = vec![];
    for (table, ordre) in TABLES {
        let mut h = DefaultHasher::new();
        let lignes = db
            .query_all_raw(Statement::from_string(db.get_database_backend(), format!("SELECT * FROM {table} ORDER BY {ordre}")))
            .await
            .unwrap();
        for l in &lignes {
            for c in l.column_names() {
                // Text first: SQLite keeps dates and JSON as text, which other types would also accept.
                let texte = l
                    .try_get::<Option<String>>("", &c)
                    .or_else(|_| l.try_get::<Option<uuid::Uuid>>("", &c).map(|v| v.map(|v| v.to_string())))
                    .or_else(|_| l.try_get::<Option<i32>>("", &c).map(|v| v.map(|v| v.to_string())))
                    .or_else(|_| l.try_get::<Option<bool>>("", &c).map(|v| v.map(|v| i32::from(v).to_string())))
                    .or_else(|_| l.try_get::<Option<NaiveDate>>("", &c).map(|v| v.map(|v| v.to_string())))
                    .or_else(|_| {
                        l.try_get::<Option<DateTime<Utc>>>("", &c).map(|v| v.map(|v| v.to_rfc3339_opts(SecondsFormat::AutoSi, false)))
                    })
                    .or_else(|_| l.try_get::<Option<serde_json::Value>>("", &c).map(|v| v.map(|v| v.to_string())))
                    .unwrap_or_else(|e| panic!("{table}.{c}: {e}"));
                h.write(format!("{c}={texte:?};").as_bytes());
            }
        }
        sommes.push((table, lignes.len() as i64, h.finish()));
    }
    sommes
}

async fn remplie(moteur: Moteur, p: Parametres) -> (Essai, Base, Vec<(&'static str, i64, u64)>) {
    let essai = Essai::vide(moteur).await;
    migrer::<passeur::Migrateur>(&essai.url).await.unwrap();
    let base = Base::ouvrir(&essai.url, 2).await.unwrap();
    let fait = remplir(&base, p, |_, _, _| {}).await.unwrap();
    assert!(matches!(fait, Fait::Rempli(n) if n > 10_000), "{fait:?}");
    let s = somme(&base).await;
    (essai, base, s)
}

#[tokio::test]
async fn les_deux_moteurs_recoivent_les_memes_lignes() {
    let (_a, _, sqlite) = remplie(Moteur::Sqlite, petite(1)).await;
    let (_b, _, postgres) = remplie(Moteur::Postgres, petite(1)).await;
    for (s, p) in sqlite.iter().zip(&postgres) {
        assert_eq!(s, p);
        assert!(s.1 > 0, "{} is empty", s.0);
    }
    let (_c, _, autre) = remplie(Moteur::Sqlite, petite(2)).await;
    assert!(sqlite.iter().zip(&autre).all(|(a, b)| a.2 != b.2 || a.1 == 0));
}

#[rstest]
#[tokio::test]
async fn une_base_vide_est_remplie_une_fois(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let (_essai, base, avant) = remplie(moteur, petite(1)).await;
    assert_eq!(nombre(&base, "SELECT count(*) FROM participation").await, 3_000);
    assert_eq!(nombre(&base, "SELECT count(*) FROM personne").await, 750);
    // What the use cases promise of their rows holds of these.
    for faux in [
        "SELECT count(*) FROM accompagnement a WHERE a.nommes <> (SELECT count(*) FROM participation p WHERE p.accompagnement_id = a.id)",
        "SELECT count(*) FROM participation p JOIN accompagnement a ON a.id = p.accompagnement_id WHERE a.date <> p.date OR a.structure_id <> p.structure_id",
        "SELECT count(*) FROM participation p WHERE NOT EXISTS (SELECT 1 FROM suivi s WHERE s.personne_id = p.personne_id AND s.structure_id = p.structure_id)",
        "SELECT count(*) FROM participation p WHERE NOT EXISTS (SELECT 1 FROM accompagnement a WHERE a.id = p.accompagnement_id)",
        "SELECT count(*) FROM suivi s WHERE NOT EXISTS (SELECT 1 FROM personne p WHERE p.id = s.personne_id)",
        "SELECT count(*) FROM accueil a WHERE personne_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM personne p WHERE p.id = a.personne_id)",
        "SELECT count(*) FROM orientation o WHERE NOT EXISTS (SELECT 1 FROM partenaire p WHERE p.id = o.partenaire_id)",
        "SELECT count(*) FROM accompagnement a WHERE lieu_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM lieu l WHERE l.id = a.lieu_id)",
        "SELECT count(*) FROM accompagnement a WHERE NOT EXISTS (SELECT 1 FROM fonction f WHERE f.utilisateur_id = a.mediateur_id AND f.structure_id = a.structure_id)",
        "SELECT count(*) FROM etape e WHERE NOT EXISTS (SELECT 1 FROM parcours p WHERE p.id = e.parcours_id AND p.structure_id = e.structure_id)",
        "SELECT count(*) FROM personne p WHERE NOT EXISTS (SELECT 1 FROM personne_cle c WHERE c.personne_id = p.id)",
        "SELECT count(*) FROM accompagnement a WHERE NOT EXISTS (SELECT 1 FROM accompagnement_code c WHERE c.accompagnement_id = a.id)",
    ] {
        assert_eq!(nombre(&base, faux).await, 0, "{faux}");
    }
    // The same again writes nothing; another seed adds its own structures.
    assert_eq!(remplir(&base, petite(1), |_, _, _| {}).await.unwrap(), Fait::DejaRempli);
    assert_eq!(somme(&base).await, avant);
    assert!(matches!(remplir(&base, petite(7), |_, _, _| {}).await.unwrap(), Fait::Rempli(_)));
    assert_eq!(nombre(&base, "SELECT count(*) FROM participation").await, 6_000);
}

#[rstest]
#[tokio::test]
async fn une_base_qui_sert_est_refusee(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let avant = nombre(&a.etat.base, "SELECT count(*) FROM structure").await;
    let e = remplir(&a.etat.base, petite(1), |_, _, _| {}).await.unwrap_err().to_string();
    assert!(e.contains("base vide"), "{e}");
    assert_eq!(nombre(&a.etat.base, "SELECT count(*) FROM structure").await, avant);
}

#[tokio::test]
async fn la_page_nue_nexiste_pas_en_production() {
    assert!(std::env::var_os(passeur::banc::nu::VARIABLE).is_none());
    let a = Appli::lancer(Moteur::Sqlite).await;
    let personne = a.personne(&a.jeton("alpha.mediateur").await, "Essai", "Un").await;
    for r in [
        a.navigateur().get(&format!("/essai/nue/{personne}")).await,
        a.session("alpha.mediateur").await.get(&format!("/essai/nue/{personne}")).await,
    ] {
        assert_eq!(r.statut, 404);
        assert!(!r.html.contains("Page nue"));
    }
}
