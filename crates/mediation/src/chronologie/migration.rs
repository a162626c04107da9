use sea_orm_migration::prelude::*;

pub(crate) struct ParPersonne;

impl MigrationName for ParPersonne {
    fn name(&self) -> &'static str {
        "m20261122_000162_chronologie_par_personne"
    }
}

/// Table, day, index before.
const INDEX: [(&str, &str, &str); 3] = [
    ("accueil", "arrive_le", "ix_accueil_personne"),
    ("diagnostic", "date", "ix_diag_personne"),
    ("orientation", "date", "ix_orient_personne"),
];

#[async_trait::async_trait]
impl MigrationTrait for ParPersonne {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    /// The timeline of a person asks for the person, the structures and the order of days. Without the three in
    /// one index, SQLite takes that of the structure for the order, and reads all that the structure has.
    async fn up(&self, m: &SchemaManager) -> Result<(), DbErr> {
        for (table, jour, avant) in INDEX {
            let nom = format!("ix_{table}_chronologie");
            m.create_index(Index::create().name(nom).table(table).col("personne_id").col("structure_id").col(jour).to_owned()).await?;
            m.drop_index(Index::drop().name(avant).table(table).to_owned()).await?;
        }
        Ok(())
    }
}
