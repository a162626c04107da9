//! The hours followed of a training; whose the convocation of a member of a jury is.

use sea_orm_migration::{prelude::*, schema::*};

use super::{index, partie};

pub(super) struct HeuresSuivies;

impl MigrationName for HeuresSuivies {
    fn name(&self) -> &'static str {
        "m20261122_000701_heures_suivies"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for HeuresSuivies {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, m: &SchemaManager) -> Result<(), DbErr> {
        m.create_table(
            Table::create()
                .table("formation_suivie")
                .col(uuid("id").primary_key())
                .col(uuid("candidature_id"))
                // A module of the plan, or what the training body calls it.
                .col(string_len("module", 300))
                .col(date("debut"))
                .col(date("fin"))
                // Minutes planned and, as the attendance sheets say, followed.
                .col(integer("prevues"))
                .col(integer("suivies"))
                .col(string_len_null("preuve", 300))
                .foreign_key(&mut partie("formation_suivie", "candidature_id", "candidature"))
                .to_owned(),
        )
        .await?;
        index(m, "formation_suivie", &["candidature_id"], false).await
    }
}

pub(super) struct ConvocationDeJure;

impl MigrationName for ConvocationDeJure {
    fn name(&self) -> &'static str {
        "m20261122_000702_convocation_de_jure"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for ConvocationDeJure {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, m: &SchemaManager) -> Result<(), DbErr> {
        // Null: not the invitation of a juror, or issued before this column.
        m.alter_table(Table::alter().table("document_certification").add_column(uuid_null("jure_id")).to_owned()).await
    }
}
