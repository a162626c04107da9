use sea_orm_migration::prelude::*;

/// Migrations of orientations, after those of the crate.
pub fn migrations() -> Vec<Box<dyn MigrationTrait>> {
    vec![Box::new(ParStatut)]
}

struct ParStatut;

impl MigrationName for ParStatut {
    fn name(&self) -> &'static str {
        "m20261122_000010_orientation_par_statut"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for ParStatut {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    /// Those that wait for an answer are few among all that were sent: found without reading the others.
    async fn up(&self, m: &SchemaManager) -> Result<(), DbErr> {
        m.create_index(
            Index::create().name("ix_orient_statut").table("orientation").col("structure_id").col("statut").col("date").to_owned(),
        )
        .await
    }
}
