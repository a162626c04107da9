//! Tables of the territory: structure, lieu, partenaire.

use sea_orm_migration::{prelude::*, schema::*};

/// Migrations of this crate, in order.
pub fn migrations() -> Vec<Box<dyn MigrationTrait>> {
    vec![Box::new(Territoire), Box::new(Conservation), Box::new(Positions)]
}

struct Territoire;

impl MigrationName for Territoire {
    fn name(&self) -> &'static str {
        "m20261121_000002_territoire"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Territoire {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, m: &SchemaManager) -> Result<(), DbErr> {
        m.create_table(
            Table::create()
                .table("structure")
                .col(uuid("id").primary_key())
                .col(string_len("nom", 200))
                .col(string_len("cle_tri", 200))
                .col(string_len_null("accent", 16))
                .col(string_len_null("telephone", 40))
                .col(string_len_null("courriel", 200))
                .col(string_len_null("adresse", 300))
                .col(string_len_null("commune", 5))
                .col(integer("version"))
                .col(timestamp_with_time_zone("cree_le"))
                .to_owned(),
        )
        .await?;
        m.create_table(
            Table::create()
                .table("lieu")
                .col(uuid("id").primary_key())
                .col(uuid("structure_id"))
                .col(string_len("nom", 200))
                .col(string_len("cle_tri", 200))
                .col(string_len_null("adresse", 300))
                .col(string_len_null("commune", 5))
                .col(boolean("actif"))
                .col(integer("version"))
                .foreign_key(ForeignKey::create().name("fk_lieu_structure").from("lieu", "structure_id").to("structure", "id"))
                .to_owned(),
        )
        .await?;
        m.create_index(Index::create().name("ux_lieu_nom").table("lieu").col("structure_id").col("cle_tri").unique().to_owned()).await?;
        m.create_table(
            Table::create()
                .table("partenaire")
                .col(uuid("id").primary_key())
                .col(uuid("structure_id"))
                .col(string_len("nom", 200))
                .col(string_len("cle_tri", 200))
                .col(string_len("nature", 48))
                .col(string_len_null("contact", 200))
                .col(string_len_null("telephone", 40))
                .col(string_len_null("courriel", 200))
                .col(string_len_null("adresse", 300))
                .col(string_len_null("description", 2000))
                .col(boolean("actif"))
                .col(integer("version"))
                .col(timestamp_with_time_zone("cree_le"))
                .foreign_key(ForeignKey::create().name("fk_partenaire_structure").from("partenaire", "structure_id").to("structure", "id"))
                .to_owned(),
        )
        .await?;
        m.create_index(Index::create().name("ix_partenaire_structure").table("partenaire").col("structure_id").col("cle_tri").to_owned())
            .await?;
        Ok(())
    }
}

struct Conservation;

impl MigrationName for Conservation {
    fn name(&self) -> &'static str {
        "m20261122_000102_structure_conservation"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Conservation {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    /// How many months each structure keeps files without activity.
    async fn up(&self, m: &SchemaManager) -> Result<(), DbErr> {
        m.alter_table(
            Table::alter()
                .table("structure")
                .add_column(
                    integer("conservation_mois")
                        .default(24)
                        .check(Expr::col("conservation_mois").gte(6).and(Expr::col("conservation_mois").lte(36))),
                )
                .to_owned(),
        )
        .await
    }
}

struct Positions;

impl MigrationName for Positions {
    fn name(&self) -> &'static str {
        "m20261122_000602_lieu_position"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Positions {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    /// Where a lieu is, for the map of the programme.
    async fn up(&self, m: &SchemaManager) -> Result<(), DbErr> {
        for (colonne, borne) in [("latitude", 90), ("longitude", 180)] {
            let degres = double_null(colonne).check(Expr::cust(format!("{colonne} BETWEEN -{borne} AND {borne}"))).to_owned();
            m.alter_table(Table::alter().table("lieu").add_column(degres).to_owned()).await?;
        }
        Ok(())
    }
}
