//! What a database held at one instant: its migrations, and for each table the number of rows and a sum
//! of them that does not depend on their order.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use futures_util::TryStreamExt;
use sea_orm::{ConnectionTrait, DbBackend, DbErr, Statement, StreamTrait};
use sea_orm_migration::MigratorTrait;
use sha2::{Digest, Sha256};

/// The form of the manifest and of the archive around it.
pub const FORMAT: u32 = 1;

/// The manifest of a backup.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Manifeste {
    pub format: u32,
    /// Always `passeur`.
    pub programme: String,
    /// The program that made it.
    pub version: String,
    /// `sqlite` or `postgres`.
    pub moteur: String,
    /// When it was made.
    pub date: DateTime<Utc>,
    /// The migrations applied.
    pub migrations: Vec<String>,
    pub tables: BTreeMap<String, Table>,
    /// The members of the archive; empty for a manifest alone.
    #[serde(default)]
    pub membres: Vec<Membre>,
}

/// What a table held.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Table {
    pub lignes: u64,
    /// Sum of the SHA-256 of each row, in hexadecimal.
    pub empreinte: String,
}

/// A file of the archive.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Membre {
    pub nom: String,
    /// In bytes.
    pub taille: u64,
    pub sha256: String,
}

/// The name of an engine in a manifest.
pub fn nom_moteur(m: DbBackend) -> &'static str {
    if m == DbBackend::Postgres { "postgres" } else { "sqlite" }
}

impl Manifeste {
    /// Reads the whole database; the connection should see one instant of it.
    pub async fn relever<C: ConnectionTrait + StreamTrait>(db: &C, date: DateTime<Utc>) -> Result<Self, DbErr> {
        let moteur = ConnectionTrait::get_database_backend(db);
        let mut tables = BTreeMap::new();
        for nom in noms_tables(db).await? {
            tables.insert(nom.clone(), releve_table(db, &nom).await?);
        }
        Ok(Self {
            format: FORMAT,
            programme: "passeur".into(),
            version: env!("CARGO_PKG_VERSION").into(),
            moteur: nom_moteur(moteur).into(),
            date,
            migrations: textes(db, "SELECT version FROM seaql_migrations ORDER BY version").await?,
            tables,
            membres: vec![],
        })
    }

    /// The migrations of this backup that this program does not know: it was made by a more recent one.
    pub fn inconnues(&self) -> Vec<String> {
        let connues = crate::Migrateur::migrations();
        self.migrations.iter().filter(|m| !connues.iter().any(|c| c.name() == **m)).cloned().collect()
    }

    /// What differs in `trouve`, a sentence each; empty when all is there.
    pub fn differences(&self, trouve: &Self) -> Vec<String> {
        let mut d = vec![];
        if self.migrations != trouve.migrations {
            d.push(format!("migrations : {} attendues, {} trouvées", self.migrations.len(), trouve.migrations.len()));
        }
        for (nom, attendue) in &self.tables {
            match trouve.tables.get(nom) {
                None => d.push(format!("{nom} : la table manque")),
                Some(t) if t.lignes != attendue.lignes => {
                    d.push(format!("{nom} : {} lignes attendues, {} trouvées", attendue.lignes, t.lignes));
                }
                Some(t) if t.empreinte != attendue.empreinte => d.push(format!("{nom} : le contenu diffère")),
                Some(_) => {}
            }
        }
        d.extend(trouve.tables.keys().filter(|n| !self.tables.contains_key(*n)).map(|n| format!("{n} : table en trop")));
        d
    }

    /// Rows in all.
    pub fn lignes(&self) -> u64 {
        self.tables.values().map(|t| t.lignes).sum()
    }
}

async fn textes<C: ConnectionTrait>(db: &C, sql: &str) -> Result<Vec<String>, DbErr> {
    let lignes = db.query_all_raw(Statement::from_string(db.get_database_backend(), sql)).await?;
    lignes.iter().map(|l| l.try_get_by_index::<String>(0)).collect()
}

/// The names of the tables.
pub async fn noms_tables<C: ConnectionTrait>(db: &C) -> Result<Vec<String>, DbErr> {
    textes(
        db,
        match db.get_database_backend() {
            DbBackend::Postgres => "SELECT CAST(tablename AS text) FROM pg_tables WHERE schemaname = current_schema() ORDER BY 1",
            _ => "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY 1",
        },
    )
    .await
}

/// A name of a table or a column inside a query.
pub fn entre_guillemets(nom: &str) -> String {
    format!("\"{}\"", nom.replace('"', "\"\""))
}

async fn releve_table<C: ConnectionTrait + StreamTrait>(db: &C, nom: &str) -> Result<Table, DbErr> {
    let moteur = ConnectionTrait::get_database_backend(db);
    let valeur = nom.replace('\'', "''");
    let colonnes = textes(
        db,
        &match moteur {
            DbBackend::Postgres => format!(
                "SELECT CAST(column_name AS text) FROM information_schema.columns WHERE table_schema = current_schema() AND table_name = '{valeur}' ORDER BY 1"
            ),
            _ => format!("SELECT name FROM pragma_table_info('{valeur}') ORDER BY 1"),
        },
    )
    .await?;
    let cols: Vec<_> = colonnes.iter().map(|c| entre_guillemets(c)).collect();
    // Each row as one text that the engine itself writes without loss.
    let ligne = match moteur {
        DbBackend::Postgres => format!("CAST(ROW({}) AS text)", cols.join(", ")),
        _ => cols.iter().map(|c| format!("quote({c})")).collect::<Vec<_>>().join(" || ',' || "),
    };
    let sql = format!("SELECT {ligne} FROM {}", entre_guillemets(nom));
    let mut lignes = std::pin::pin!(db.stream_raw(Statement::from_string(moteur, sql)).await?);
    let (mut n, mut somme) = (0u64, Somme::default());
    while let Some(l) = lignes.try_next().await? {
        n += 1;
        somme.ajouter(l.try_get_by_index::<String>(0)?.as_bytes());
    }
    Ok(Table { lignes: n, empreinte: somme.texte() })
}

/// A sum of digests: rows come in no order, and a repeated row counts.
#[derive(Default)]
struct Somme([u64; 4]);

impl Somme {
    fn ajouter(&mut self, ligne: &[u8]) {
        let d = Sha256::digest(ligne);
        for (s, octets) in self.0.iter_mut().zip(d.chunks_exact(8)) {
            *s = s.wrapping_add(octets.iter().fold(0, |v, o| v << 8 | u64::from(*o)));
        }
    }

    fn texte(&self) -> String {
        self.0.iter().map(|s| format!("{s:016x}")).collect()
    }
}

/// A digest in hexadecimal.
pub fn hexa(octets: &[u8]) -> String {
    octets.iter().map(|o| format!("{o:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn somme(lignes: &[&str]) -> String {
        let mut s = Somme::default();
        for l in lignes {
            s.ajouter(l.as_bytes());
        }
        s.texte()
    }

    #[test]
    fn la_somme_ignore_l_ordre_et_voit_le_reste() {
        assert_eq!(somme(&["a", "b", "c"]), somme(&["c", "a", "b"]));
        assert_ne!(somme(&["a", "b"]), somme(&["a", "a"]));
        assert_ne!(somme(&["a"]), somme(&["a", "a"]));
        assert_ne!(somme(&["ab", "c"]), somme(&["a", "bc"]));
        assert_eq!(somme(&[]).len(), 64);
    }

    #[test]
    fn les_differences_se_disent() {
        let table = |lignes, e: &str| Table { lignes, empreinte: e.into() };
        let m = |tables: &[(&str, Table)]| Manifeste {
            format: FORMAT,
            programme: "passeur".into(),
            version: "0".into(),
            moteur: "sqlite".into(),
            date: DateTime::UNIX_EPOCH,
            migrations: vec!["m1".into()],
            tables: tables.iter().map(|(n, t)| ((*n).to_owned(), t.clone())).collect(),
            membres: vec![],
        };
        let avant = m(&[("a", table(2, "x")), ("b", table(1, "y")), ("c", table(1, "z"))]);
        assert!(avant.differences(&avant).is_empty());
        let apres = m(&[("a", table(3, "x")), ("b", table(1, "autre")), ("d", table(0, ""))]);
        let d = avant.differences(&apres).join(" ; ");
        for mot in ["a : 2 lignes attendues, 3 trouvées", "b : le contenu diffère", "c : la table manque", "d : table en trop"] {
            assert!(d.contains(mot), "{d}");
        }
        assert_eq!(avant.inconnues(), ["m1"]);
    }
}
