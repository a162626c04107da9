use sea_orm_migration::{prelude::*, schema::*};

use crate::migrations::cle;

/// The register of equipment, and what séances reserve of it.
pub(crate) struct Equipements;

impl MigrationName for Equipements {
    fn name(&self) -> &'static str {
        "m20261122_000522_equipements"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Equipements {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, m: &SchemaManager) -> Result<(), DbErr> {
        m.create_table(
            Table::create()
                .table("equipement")
                .col(uuid("id").primary_key())
                .col(uuid("structure_id"))
                .col(string_len("nom", 100))
                .col(integer("quantite").check(Expr::cust("quantite BETWEEN 1 AND 500")))
                .col(uuid_null("lieu_id"))
                .col(string_len("etat", 48))
                .col(string_len_null("precision", 300))
                .col(timestamp_with_time_zone_null("retire_le"))
                .col(integer("version"))
                .col(timestamp_with_time_zone("cree_le"))
                .foreign_key(&mut cle("fk_equipement_structure", "equipement", "structure_id", "structure"))
                .foreign_key(&mut cle("fk_equipement_lieu", "equipement", "lieu_id", "lieu"))
                .to_owned(),
        )
        .await?;
        m.create_index(Index::create().name("ix_equipement_structure").table("equipement").col("structure_id").to_owned()).await?;
        m.create_table(
            Table::create()
                .table("seance_equipement")
                .col(uuid("seance_id"))
                .col(uuid("equipement_id"))
                .col(integer("quantite").check(Expr::cust("quantite BETWEEN 1 AND 500")))
                .primary_key(Index::create().col("seance_id").col("equipement_id"))
                .foreign_key(&mut cle("fk_seance_equipement_seance", "seance_equipement", "seance_id", "seance"))
                .foreign_key(&mut cle("fk_seance_equipement_equipement", "seance_equipement", "equipement_id", "equipement"))
                .to_owned(),
        )
        .await?;
        m.create_index(Index::create().name("ix_seance_equipement").table("seance_equipement").col("equipement_id").to_owned()).await
    }
}
