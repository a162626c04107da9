//! What sessions need beyond the first tables.

use sea_orm::DbBackend;
use sea_orm_migration::{prelude::*, schema::*};

/// A registration that a cancelled session frees, its reasons; ids for the sealed texts of grids.
pub struct SessionsEtJurys;

impl MigrationName for SessionsEtJurys {
    fn name(&self) -> &'static str {
        "m20261122_000401_sessions_et_jurys"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for SessionsEtJurys {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, m: &SchemaManager) -> Result<(), DbErr> {
        // A cancelled session no longer takes the day of its candidates.
        m.alter_table(Table::alter().table("passage").add_column(boolean("actif").default(true)).to_owned()).await?;
        m.alter_table(Table::alter().table("passage").add_column(json_binary_null("motifs")).to_owned()).await?;
        // A sealed text is known by the id of its row.
        m.alter_table(Table::alter().table("grille_ligne").add_column(uuid_null("id")).to_owned()).await?;
        let db = m.get_connection();
        for sql in [
            "DROP INDEX ix_passage_candidat_id_jour",
            "CREATE UNIQUE INDEX ux_passage_candidat_jour ON passage (candidat_id, jour) WHERE actif",
            "CREATE UNIQUE INDEX ux_grille_ligne_id ON grille_ligne (id)",
        ] {
            db.execute_unprepared(sql).await?;
        }
        // Longer once sealed; SQLite never minded.
        if m.get_database_backend() == DbBackend::Postgres {
            db.execute_unprepared("ALTER TABLE incident_session ALTER COLUMN suite TYPE text").await?;
        }
        Ok(())
    }
}
