//! What the database knows of the keys: never a secret.

use sea_orm_migration::{prelude::*, schema::*};

pub struct Cles;

impl MigrationName for Cles {
    fn name(&self) -> &'static str {
        "m20261122_000111_cles_du_coffre"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Cles {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, m: &SchemaManager) -> Result<(), DbErr> {
        m.create_table(
            Table::create()
                .table("cle_coffre")
                .col(string_len("id", 8).primary_key())
                .col(text("verification"))
                .col(timestamp_with_time_zone("creee_le"))
                .col(boolean("active"))
                .col(timestamp_with_time_zone_null("remplacee_le"))
                .col(timestamp_with_time_zone_null("tout_scelle_le"))
                .col(timestamp_with_time_zone_null("confirmee_le"))
                .col(timestamp_with_time_zone_null("perdue_le"))
                .to_owned(),
        )
        .await?;
        // One key seals at a time: two nodes that start at once cannot each bring their own.
        m.get_connection().execute_unprepared("CREATE UNIQUE INDEX ux_cle_coffre_active ON cle_coffre (active) WHERE active").await?;
        Ok(())
    }
}
