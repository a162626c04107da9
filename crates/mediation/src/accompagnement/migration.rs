use sea_orm_migration::prelude::*;

pub(crate) struct ParMediateur;

impl MigrationName for ParMediateur {
    fn name(&self) -> &'static str {
        "m20261122_000161_accompagnement_par_mediateur"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for ParMediateur {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    /// A new accompaniment starts from the last one of its author: found without reading those of the structure.
    async fn up(&self, m: &SchemaManager) -> Result<(), DbErr> {
        m.create_index(Index::create().name("ix_acc_mediateur").table("accompagnement").col("mediateur_id").col("cree_le").to_owned()).await
    }
}
