//! Times one query by the program's own driver, on a reading connection.

use std::{io::Read, time::Instant};

use clap::Args;
use sea_orm::{ConnectionTrait, QueryResult, Statement, TransactionTrait};
use socle::Etat;
use uuid::Uuid;

#[derive(Args, Debug)]
pub struct Sql {
    /// Nombre de fois, après une première qui ne compte pas
    #[arg(long, default_value_t = 5)]
    fois: usize,
}

/// Runs the query of the standard input; prints one line of JSON: median in milliseconds, first row as text.
pub async fn mesurer(s: Sql, etat: &Etat) -> anyhow::Result<()> {
    let mut texte = String::new();
    std::io::stdin().read_to_string(&mut texte)?;
    // Nothing can be written by mistake: SQLite's readers are read-only already.
    let tx = etat.base.lecture().begin_with_config(None, Some(sea_orm::AccessMode::ReadOnly)).await?;
    let mut durees = vec![];
    let mut premiere = vec![];
    for _ in 0..=s.fois {
        let t = Instant::now();
        let lignes = tx.query_all_raw(Statement::from_string(tx.get_database_backend(), texte.clone())).await?;
        durees.push(t.elapsed().as_secs_f64() * 1000.0);
        premiere = lignes.first().map(en_texte).unwrap_or_default();
    }
    durees.remove(0);
    durees.sort_by(f64::total_cmp);
    let mediane = durees.get(durees.len() / 2).copied().unwrap_or(0.0);
    println!("{}", serde_json::json!({"mediane_ms": mediane, "premiere": premiere}));
    Ok(())
}

fn en_texte(l: &QueryResult) -> Vec<String> {
    (0..l.column_names().len())
        .map(|i| {
            l.try_get_by_index::<Uuid>(i)
                .map(|v| v.to_string())
                .or_else(|_| l.try_get_by_index::<i64>(i).map(|v| v.to_string()))
                .or_else(|_| l.try_get_by_index::<String>(i))
                .unwrap_or_default()
        })
        .collect()
}
