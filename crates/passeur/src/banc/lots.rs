//! Rows gathered, then written many at a time, in the order of foreign keys, in large transactions.
//! What is held at once is bounded, whatever the number of rows.

use std::time::Instant;

use sea_orm::{ConnectionTrait, DatabaseTransaction, DbBackend, DbErr, Statement, Value, Values};
use socle::base::Base;

/// Rows of one statement; SQLite and PostgreSQL allow 32,766 and 65,535 values in one.
const LIGNES_PAR_ORDRE: usize = 200;
/// Rows held before they are written.
const LIGNES_TENUES: usize = 20_000;
/// Rows of one transaction, about.
const LIGNES_PAR_TRANSACTION: u64 = 400_000;

/// A table that is filled.
pub struct Table {
    nom: &'static str,
    colonnes: &'static [&'static str],
    valeurs: Vec<Value>,
}

/// The tables in the order in which they must be written.
pub struct Lots {
    base: Base,
    tables: Vec<Table>,
    tenues: usize,
    transaction: Option<DatabaseTransaction>,
    dans_transaction: u64,
    ecrites: u64,
    /// PostgreSQL lets this account write without foreign keys being looked up and triggers run at each row.
    sans_controle: bool,
    debut: Instant,
}

/// One row: the table, by its rank in [`Lots`], and its values in the order of its columns.
macro_rules! ligne {
    ($lots:expr, $table:expr, $($v:expr),+ $(,)?) => {
        $lots.ajouter($table, [$(sea_orm::Value::from($v)),+])
    };
}
pub(super) use ligne;

impl Lots {
    /// `tables`: name and columns, parents before children.
    pub fn new(base: &Base, tables: &[(&'static str, &'static [&'static str])]) -> Self {
        Self {
            base: base.clone(),
            tables: tables.iter().map(|(nom, colonnes)| Table { nom, colonnes, valeurs: vec![] }).collect(),
            tenues: 0,
            transaction: None,
            dans_transaction: 0,
            ecrites: 0,
            sans_controle: false,
            debut: Instant::now(),
        }
    }

    /// Writes several times faster where the account may: rows of the seed hold together by construction
    /// (a test looks), and what triggers would note is noted at the end. PostgreSQL asks for a superuser.
    pub async fn accelerer(&mut self) -> Result<(), DbErr> {
        if self.base.moteur() == DbBackend::Postgres {
            let sql = "SELECT rolsuper FROM pg_roles WHERE rolname = current_user";
            let ligne = self.base.lecture().query_one_raw(Statement::from_string(DbBackend::Postgres, sql)).await?;
            self.sans_controle = ligne.is_some_and(|l| l.try_get_by_index(0).unwrap_or(false));
        }
        Ok(())
    }

    /// Adds a row.
    pub fn ajouter<const N: usize>(&mut self, table: usize, valeurs: [Value; N]) {
        let t = &mut self.tables[table];
        debug_assert_eq!(t.colonnes.len(), N, "{}", t.nom);
        t.valeurs.extend(valeurs);
        self.tenues += 1;
    }

    /// Rows written since the beginning, and how many a second.
    pub fn avancement(&self) -> (u64, f64) {
        (self.ecrites, self.ecrites as f64 / self.debut.elapsed().as_secs_f64().max(0.001))
    }

    /// Writes what is held if it is enough; true when it did.
    pub async fn ecrire_si_plein(&mut self) -> Result<bool, DbErr> {
        if self.tenues < LIGNES_TENUES {
            return Ok(false);
        }
        self.ecrire().await?;
        Ok(true)
    }

    async fn ecrire(&mut self) -> Result<(), DbErr> {
        let tx = match self.transaction.take() {
            Some(t) => t,
            None => {
                let t = self.base.ecriture().await?;
                if self.base.moteur() == DbBackend::Sqlite {
                    // Indexes of large tables are written here and there: 64 MB of their pages are held.
                    t.execute_unprepared("PRAGMA cache_size = -64000").await?;
                } else if self.sans_controle {
                    t.execute_unprepared("SET LOCAL session_replication_role = replica").await?;
                }
                t
            }
        };
        for t in &mut self.tables {
            let largeur = t.colonnes.len() * LIGNES_PAR_ORDRE;
            let mut reste = std::mem::take(&mut t.valeurs);
            while !reste.is_empty() {
                let suite = reste.split_off(largeur.min(reste.len()));
                let lignes = reste.len() / t.colonnes.len();
                let sql = insertion(self.base.moteur(), t.nom, t.colonnes, lignes);
                tx.execute_raw(Statement::from_sql_and_values(self.base.moteur(), sql, Values(reste))).await?;
                reste = suite;
            }
        }
        self.ecrites += self.tenues as u64;
        self.dans_transaction += self.tenues as u64;
        self.tenues = 0;
        if self.dans_transaction >= LIGNES_PAR_TRANSACTION {
            tx.commit().await?;
            self.dans_transaction = 0;
        } else {
            self.transaction = Some(tx);
        }
        Ok(())
    }

    /// Writes what remains and commits.
    pub async fn finir(&mut self) -> Result<(), DbErr> {
        self.ecrire().await?;
        if let Some(t) = self.transaction.take() {
            t.commit().await?;
        }
        Ok(())
    }
}

/// `INSERT INTO t (a, b) VALUES (?, ?), (?, ?)…`
fn insertion(moteur: DbBackend, table: &str, colonnes: &[&str], lignes: usize) -> String {
    use std::fmt::Write;
    let noms = colonnes.iter().map(|c| format!("\"{c}\"")).collect::<Vec<_>>().join(", ");
    let mut sql = format!("INSERT INTO \"{table}\" ({noms}) VALUES ");
    for l in 0..lignes {
        sql.push_str(if l == 0 { "(" } else { ", (" });
        for c in 0..colonnes.len() {
            if c > 0 {
                sql.push_str(", ");
            }
            if moteur == DbBackend::Postgres {
                let _ = write!(sql, "${}", l * colonnes.len() + c + 1);
            } else {
                sql.push('?');
            }
        }
        sql.push(')');
    }
    sql
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lordre_dinsertion_est_celui_du_moteur() {
        assert_eq!(insertion(DbBackend::Sqlite, "t", &["a", "b"], 2), "INSERT INTO \"t\" (\"a\", \"b\") VALUES (?, ?), (?, ?)");
        assert_eq!(insertion(DbBackend::Postgres, "t", &["a", "b"], 2), "INSERT INTO \"t\" (\"a\", \"b\") VALUES ($1, $2), ($3, $4)");
    }
}
