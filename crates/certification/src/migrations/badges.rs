//! Keys of the badges.

use sea_orm_migration::prelude::*;

/// One key signs badges at a time, whatever the number of nodes.
pub(super) struct CleEnService;

impl MigrationName for CleEnService {
    fn name(&self) -> &'static str {
        "m20261122_000290_cle_en_service"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for CleEnService {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, m: &SchemaManager) -> Result<(), DbErr> {
        let sql = "CREATE UNIQUE INDEX ux_cle_badge_en_service ON cle_badge ((remplacee_le IS NULL)) WHERE remplacee_le IS NULL";
        m.get_connection().execute_unprepared(sql).await.map(drop)
    }
}
