use sea_orm_migration::{prelude::*, schema::*};

/// Tables of merges.
pub fn migrations() -> Vec<Box<dyn MigrationTrait>> {
    vec![Box::new(Fusions)]
}

struct Fusions;

impl MigrationName for Fusions {
    fn name(&self) -> &'static str {
        "m20261122_000181_fusions"
    }
}

fn vers_personne(nom: &str, table: &'static str, colonne: &'static str) -> ForeignKeyCreateStatement {
    ForeignKey::create().name(nom).from(table, colonne).to("personne", "id").to_owned()
}

#[async_trait::async_trait]
impl MigrationTrait for Fusions {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, m: &SchemaManager) -> Result<(), DbErr> {
        m.create_table(
            Table::create()
                .table("fusion")
                .col(uuid("id").primary_key())
                .col(uuid("structure_id"))
                .col(uuid("gardee_id"))
                .col(uuid("absorbee_id"))
                .col(uuid_null("par"))
                .col(timestamp_with_time_zone("fusionnee_le"))
                .col(timestamp_with_time_zone("annulable_jusqu_au"))
                .col(timestamp_with_time_zone_null("soldee_le"))
                .col(boolean("annulee"))
                .col(text_null("retour"))
                .foreign_key(&mut vers_personne("fk_fusion_gardee", "fusion", "gardee_id"))
                .foreign_key(&mut vers_personne("fk_fusion_absorbee", "fusion", "absorbee_id"))
                .check(Expr::cust("gardee_id <> absorbee_id"))
                .to_owned(),
        )
        .await?;
        m.create_index(Index::create().name("ix_fusion_structure").table("fusion").col("structure_id").col("fusionnee_le").to_owned())
            .await?;
        m.create_index(Index::create().name("ix_fusion_gardee").table("fusion").col("gardee_id").to_owned()).await?;
        // A file is absorbed once at a time, whoever tries.
        m.get_connection().execute_unprepared("CREATE UNIQUE INDEX ux_fusion_absorbee ON fusion (absorbee_id) WHERE NOT annulee").await?;
        m.create_table(
            Table::create()
                .table("fusion_ligne")
                .col(uuid("fusion_id"))
                .col(string_len("sur", 32))
                .col(uuid("ligne_id"))
                .primary_key(Index::create().col("fusion_id").col("sur").col("ligne_id"))
                .foreign_key(ForeignKey::create().name("fk_fusion_ligne").from("fusion_ligne", "fusion_id").to("fusion", "id"))
                .to_owned(),
        )
        .await?;
        m.create_table(
            Table::create()
                .table("doublon_ecarte")
                .col(uuid("structure_id"))
                .col(uuid("un_id"))
                .col(uuid("autre_id"))
                .primary_key(Index::create().col("structure_id").col("un_id").col("autre_id"))
                .foreign_key(&mut vers_personne("fk_ecarte_un", "doublon_ecarte", "un_id"))
                .foreign_key(&mut vers_personne("fk_ecarte_autre", "doublon_ecarte", "autre_id"))
                .to_owned(),
        )
        .await
    }
}
