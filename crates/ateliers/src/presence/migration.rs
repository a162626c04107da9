use sea_orm_migration::{prelude::*, schema::*};

use crate::migrations::cle;

pub(crate) struct Presences;

impl MigrationName for Presences {
    fn name(&self) -> &'static str {
        "m20261122_000504_presences"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Presences {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, m: &SchemaManager) -> Result<(), DbErr> {
        m.create_table(
            Table::create()
                .table("seance_presence")
                .col(uuid("date_id"))
                .col(uuid("reservation_id"))
                .col(string_len("etat", 48))
                .primary_key(Index::create().col("date_id").col("reservation_id"))
                .foreign_key(&mut cle("fk_presence_date", "seance_presence", "date_id", "seance_date"))
                .foreign_key(&mut cle("fk_presence_reservation", "seance_presence", "reservation_id", "reservation"))
                .to_owned(),
        )
        .await
    }
}
