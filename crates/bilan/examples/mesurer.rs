//! Measures the bilan on a database already filled:
//!
//! - `mesurer URL migrer`: makes the tables of an empty database;
//! - `mesurer URL preparer`: makes the segments, and says how long and how large;
//! - `mesurer URL ecrire STRUCTURE`: what the triggers cost to whoever records (adds rows, and drops the
//!   triggers at the end: on a database that nobody needs);
//! - `mesurer URL [STRUCTURE …]`: for each structure, the median of a bare `SELECT count(*)` over the
//!   participations of the same scope and period, of the bilan, and their ratio; for the whole instance, the
//!   straightforward SQL too, and whether the answers are equal.
//!
//! `docs/benchmarks.md` says what filled the database.

use std::{sync::Arc, time::Instant};

use bilan::{Bilan, Filtre, calculer, calculer_des_lignes, segments};
use chrono::NaiveDate;
use mediation::nomenclatures::{Thematique, TypeActivite};
use sea_orm::{ConnectionTrait, QueryResult, Statement};
use sea_orm_migration::{MigrationTrait, MigratorTrait};
use socle::{
    Acteur, Contexte, Etat,
    base::{Base, migrer},
    config::Config,
    horloge::Horloge,
    identifiant::StructureId,
    ports::{Courrier, Documents, ErreurCourrier, ErreurDocument, Lettre, Modele},
};
use uuid::Uuid;

type Faute = Box<dyn std::error::Error>;

struct Migrateur;

impl MigratorTrait for Migrateur {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        [
            socle::migrations::migrations(),
            territoire::migrations::migrations(),
            comptes::migrations(),
            mediation::migrations::migrations(),
            bilan::migrations::migrations(),
        ]
        .into_iter()
        .flatten()
        .collect()
    }
}

struct Rien;

#[async_trait::async_trait]
impl Courrier for Rien {
    async fn envoyer(&self, _: &Lettre) -> Result<(), ErreurCourrier> {
        Ok(())
    }
    async fn verifier(&self) -> Result<String, ErreurCourrier> {
        Ok(String::new())
    }
}

#[async_trait::async_trait]
impl Documents for Rien {
    async fn pdf(&self, _: Modele, _: serde_json::Value) -> Result<Vec<u8>, ErreurDocument> {
        Ok(vec![])
    }
}

#[tokio::main]
async fn main() -> Result<(), Faute> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let url = arguments.first().ok_or("mesurer URL [migrer | preparer | STRUCTURE …]")?.clone();
    if arguments.get(1).is_some_and(|a| a == "migrer") {
        return Ok(migrer::<Migrateur>(&url).await?);
    }
    let config =
        Config::lire(None, &[("database_url", url.clone()), ("data_dir", "/tmp".into()), ("public_url", "http://mesure.invalid".into())])?;
    let etat = Etat::new(Base::ouvrir(&url, 4).await?, Horloge::Systeme, config, Arc::new(Rien), Arc::new(Rien));
    if arguments.get(1).is_some_and(|a| a == "preparer") {
        return preparer(&etat).await;
    }
    if arguments.get(1).is_some_and(|a| a == "ecrire") {
        return ecrire(&etat, arguments.get(2).ok_or("STRUCTURE")?.parse()?).await;
    }
    let m = Mesure { cx: Contexte::lecture(&etat, &Acteur::systeme(), Uuid::nil()) };
    for s in &arguments[1..] {
        m.structure(s.parse()?).await?;
    }
    m.instance().await
}

async fn preparer(etat: &Etat) -> Result<(), Faute> {
    let debut = Instant::now();
    segments::tout_marquer(etat).await?;
    println!("tout marquer : {:.1?}", debut.elapsed());
    let n = segments::consolider(etat, |n| {
        if n % 10_000 < 512 {
            eprintln!("{n}…");
        }
    })
    .await?;
    println!("{n} segments : {:.1?}", debut.elapsed());
    let n = segments::agreger(etat).await?;
    println!("{n} agrégats : {:.1?}", debut.elapsed());
    let db = etat.base.lecture();
    for sql in [
        "SELECT 'segments', CAST(COUNT(*) AS bigint), CAST(SUM(LENGTH(contenu)) AS bigint), CAST(SUM(LENGTH(personnes) + COALESCE(LENGTH(diagnostics), 0)) AS bigint) FROM bilan_segment",
        "SELECT 'agrégats des mois', CAST(COUNT(*) AS bigint), CAST(SUM(LENGTH(contenu)) AS bigint), CAST(SUM(LENGTH(personnes) + LENGTH(diagnostics) + LENGTH(publics)) AS bigint) FROM bilan_instance WHERE duree = 1",
        "SELECT 'agrégats des années', CAST(COUNT(*) AS bigint), CAST(SUM(LENGTH(contenu)) AS bigint), CAST(SUM(LENGTH(personnes) + LENGTH(diagnostics) + LENGTH(publics)) AS bigint) FROM bilan_instance WHERE duree = 12",
    ] {
        let l = db.query_one_raw(Statement::from_string(db.get_database_backend(), sql)).await?.ok_or("no row")?;
        let n = |i| l.try_get_by_index::<Option<i64>>(i).map(Option::unwrap_or_default);
        println!(
            "{} : {} lignes, contenu {} octets, personnes et diagnostics {} octets",
            l.try_get_by_index::<String>(0)?,
            n(1)?,
            n(2)?,
            n(3)?
        );
    }
    Ok(())
}

/// An individual accompaniment of a known person, with two codes, in one transaction each.
async fn ecrire(etat: &Etat, structure: Uuid) -> Result<(), Faute> {
    let postgres = etat.base.moteur() == sea_orm::DbBackend::Postgres;
    let id = |u: Uuid| if postgres { format!("'{u}'") } else { format!("x'{}'", u.simple()) };
    let db = etat.base.lecture();
    let sql = format!(
        "SELECT a.mediateur_id, p.personne_id FROM accompagnement a JOIN participation p ON p.accompagnement_id = a.id WHERE a.structure_id = {} LIMIT 1",
        id(structure)
    );
    let l = db.query_one_raw(Statement::from_string(db.get_database_backend(), sql)).await?.ok_or("an empty structure")?;
    let (mediateur, personne) = (id(l.try_get_by_index(0)?), id(l.try_get_by_index(1)?));
    let structure = id(structure);
    let mille = async |jour: &str| -> Result<f64, Faute> {
        let debut = Instant::now();
        for _ in 0..1000 {
            let a = id(etat.horloge.nouvel_uuid());
            let tx = etat.base.ecriture().await?;
            for sql in [
                format!(
                    "INSERT INTO accompagnement (id, structure_id, mediateur_id, type_activite, date, duree_minutes, lieu_type, nommes, anonymes, version, cree_le, modifie_le) VALUES ({a}, {structure}, {mediateur}, 'individuel', '{jour}', 30, 'autre', 1, 0, 1, '2026-01-01T00:00:00+00:00', '2026-01-01T00:00:00+00:00')"
                ),
                format!(
                    "INSERT INTO participation (accompagnement_id, personne_id, structure_id, date) VALUES ({a}, {personne}, {structure}, '{jour}')"
                ),
                format!(
                    "INSERT INTO accompagnement_code (accompagnement_id, axe, code) VALUES ({a}, 'thematique', 'email'), ({a}, 'materiel', 'ordinateur')"
                ),
            ] {
                tx.execute_unprepared(&sql).await?;
            }
            tx.commit().await?;
        }
        Ok(1000.0 / debut.elapsed().as_secs_f64())
    };
    mille("2025-12-01").await?;
    let (mut avec, mut sans) = (vec![], vec![]);
    for _ in 0..3 {
        avec.push(mille("2025-12-02").await?);
    }
    let tx = etat.base.ecriture().await?;
    for table in ["accompagnement", "participation", "accompagnement_code"] {
        let sql = if postgres { format!("DROP TRIGGER bilan_{table} ON {table}") } else { format!("DROP TRIGGER bilan_{table}_ajout") };
        tx.execute_unprepared(&sql).await?;
    }
    tx.commit().await?;
    for _ in 0..3 {
        sans.push(mille("2025-12-03").await?);
    }
    let (avec, sans) = (mediane(avec), mediane(sans));
    println!("enregistrer : {avec:.0} par seconde avec les déclencheurs, {sans:.0} sans, {:.0} %", 100.0 * avec / sans);
    Ok(())
}

struct Mesure {
    cx: Contexte,
}

fn jour(a: i32, m: u32, j: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(a, m, j).unwrap_or_default()
}

/// The middle one, in milliseconds.
fn mediane(mut durees: Vec<f64>) -> f64 {
    durees.sort_unstable_by(f64::total_cmp);
    durees[durees.len() / 2]
}

impl Mesure {
    async fn une(&self, sql: &str) -> Result<QueryResult, Faute> {
        let db = self.cx.db();
        Ok(db.query_one_raw(Statement::from_string(db.get_database_backend(), sql)).await?.ok_or("no row")?)
    }

    async fn repeter<T>(&self, fois: usize, f: impl AsyncFn() -> Result<T, Faute>) -> Result<(f64, T), Faute> {
        let mut derniere = f().await?;
        let mut durees = vec![];
        for _ in 0..fois {
            let debut = Instant::now();
            derniere = f().await?;
            durees.push(debut.elapsed().as_secs_f64() * 1000.0);
        }
        Ok((mediane(durees), derniere))
    }

    async fn bilan(&self, f: &Filtre) -> Result<Bilan, Faute> {
        Ok(calculer(&self.cx, f).await?)
    }

    async fn structure(&self, s: Uuid) -> Result<(), Faute> {
        let postgres = self.cx.db().get_database_backend() == sea_orm::DbBackend::Postgres;
        let id = if postgres { format!("'{s}'") } else { format!("x'{}'", s.simple()) };
        for (nom, du, au) in [
            ("cinq ans", jour(2021, 1, 1), jour(2025, 12, 31)),
            ("un an", jour(2025, 1, 1), jour(2025, 12, 31)),
            ("quarante jours", jour(2025, 3, 10), jour(2025, 4, 18)),
        ] {
            let f = Filtre { instance: false, structures: vec![StructureId(s)], ..Filtre::de_l_instance(du, au) };
            let sql = format!("SELECT count(*) FROM participation WHERE structure_id = {id} AND date BETWEEN '{du}' AND '{au}'");
            let (nu, l) = self.repeter(31, async || self.une(&sql).await).await?;
            let entier = self.bilan(&f).await?;
            let filtres = [
                ("sans filtre", f.clone()),
                ("lieu", Filtre { lieu: entier.lieux.first().and_then(|l| l.id).map(Into::into), ..f.clone() }),
                ("médiateur", Filtre { mediateur: entier.mediateurs.first().map(|m| m.id.into()), ..f.clone() }),
                ("type", Filtre { type_activite: Some(TypeActivite::Collectif), ..f.clone() }),
                ("thématique", Filtre { thematique: Some(Thematique::Email), ..f.clone() }),
                ("commune", Filtre { commune: entier.communes.first().map(|c| c.code.clone()), ..f.clone() }),
            ];
            println!("{s}, {nom} : {} participations, count(*) {nu:.2} ms", l.try_get_by_index::<i64>(0)?);
            for (filtre, f) in filtres {
                let (duree, b) = self.repeter(31, async || self.bilan(&f).await).await?;
                let (lignes, attendu) = self.repeter(1, async || Ok(calculer_des_lignes(&self.cx, &f).await?)).await?;
                let egal = if b == attendu { "égal" } else { "DIFFÉRENT" };
                println!("  {filtre:12} {duree:8.2} ms, {:5.1} fois count(*) ; des lignes {lignes:.1} ms, {egal}", duree / nu);
            }
        }
        Ok(())
    }

    async fn instance(&self) -> Result<(), Faute> {
        let f = Filtre::de_l_instance(jour(2021, 1, 1), jour(2025, 12, 31));
        let (duree, b) = self.repeter(21, async || self.bilan(&f).await).await?;
        println!(
            "instance, cinq ans : {duree:.1} ms, {} participations, {} personnes",
            b.participations.total,
            b.personnes.distinctes.unwrap_or_default()
        );
        // One pass: less than the bilan says, and already slow.
        let passe = "SELECT COUNT(*), COUNT(DISTINCT p.accompagnement_id), COUNT(DISTINCT p.personne_id), \
            SUM(CASE WHEN pe.genre = 'feminin' THEN 1 ELSE 0 END), COUNT(DISTINCT CASE WHEN pe.genre = 'feminin' THEN p.personne_id END), \
            SUM(CASE WHEN pe.genre = 'masculin' THEN 1 ELSE 0 END), COUNT(DISTINCT CASE WHEN pe.genre = 'masculin' THEN p.personne_id END), \
            SUM(CASE WHEN pe.statut = 'retraite' THEN 1 ELSE 0 END), COUNT(DISTINCT CASE WHEN pe.statut = 'retraite' THEN p.personne_id END), \
            SUM(CASE WHEN pe.statut = 'en_emploi' THEN 1 ELSE 0 END), COUNT(DISTINCT CASE WHEN pe.statut = 'en_emploi' THEN p.personne_id END) \
            FROM accompagnement a JOIN participation p ON p.accompagnement_id = a.id JOIN personne pe ON pe.id = p.personne_id \
            WHERE a.supprime_le IS NULL AND a.date BETWEEN '2021-01-01' AND '2025-12-31'";
        let debut = Instant::now();
        let l = self.une(passe).await?;
        let lente = debut.elapsed().as_secs_f64() * 1000.0;
        let n = |i| l.try_get_by_index::<i64>(i);
        let feminin = b.genres.iter().find(|g| g.code == "feminin").and_then(|g| g.personnes);
        let retraite = b.statuts.iter().find(|g| g.code == "retraite").and_then(|g| g.personnes);
        let egal = (n(0)?, Some(n(2)?), Some(n(4)?), Some(n(8)?)) == (b.participations.nommees, b.personnes.distinctes, feminin, retraite);
        println!("  une passe COUNT(DISTINCT)/SUM(CASE) : {lente:.0} ms, {:.0} fois le bilan ; mêmes nombres : {egal}", lente / duree);
        let debut = Instant::now();
        let attendu = calculer_des_lignes(&self.cx, &f).await?;
        let lente = debut.elapsed().as_secs_f64() * 1000.0;
        println!("  tout le bilan depuis les lignes : {lente:.0} ms, {:.0} fois ; égal : {}", lente / duree, attendu == b);
        for (nom, f) in [
            ("du 15 janvier 2021 au 10 octobre 2025", Filtre { du: jour(2021, 1, 15), au: jour(2025, 10, 10), ..f.clone() }),
            ("2025 (les quatre années d’avant disent qui est nouveau)", Filtre { du: jour(2025, 1, 1), ..f.clone() }),
            ("2025, une thématique", Filtre { du: jour(2025, 1, 1), thematique: Some(Thematique::Email), ..f.clone() }),
            ("cinq ans, une thématique", Filtre { thematique: Some(Thematique::Email), ..f.clone() }),
        ] {
            let (duree, _) = self.repeter(3, async || self.bilan(&f).await).await?;
            println!("  instance, {nom} : {duree:.1} ms");
        }
        Ok(())
    }
}
