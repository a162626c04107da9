use sea_orm::entity::prelude::*;
use sea_orm_migration::{prelude::*, schema::*};
use socle::identifiant::{LienBilanId, StructureId, UtilisateurId};

use super::contenu::Partage;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "lien_bilan")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: LienBilanId,
    /// SHA-256 of the secret, which is kept nowhere.
    #[sea_orm(unique)]
    pub empreinte: Vec<u8>,
    pub structure_id: StructureId,
    pub cree_par: UtilisateurId,
    pub cree_le: DateTimeUtc,
    pub expire_le: DateTimeUtc,
    /// Last opening, to the minute.
    pub vu_le: Option<DateTimeUtc>,
    pub du: Date,
    pub au: Date,
    /// The figures, as they were when the link was made.
    #[sea_orm(column_type = "JsonBinary")]
    pub contenu: Partage,
}

impl ActiveModelBehavior for ActiveModel {}

/// Migrations of this slice.
pub fn migrations() -> Vec<Box<dyn MigrationTrait>> {
    vec![Box::new(Liens)]
}

struct Liens;

impl MigrationName for Liens {
    fn name(&self) -> &'static str {
        "m20261122_000302_liens_du_bilan"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Liens {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, m: &SchemaManager) -> Result<(), DbErr> {
        let vers = |nom: &str, colonne: &'static str, table: &'static str| {
            ForeignKey::create().name(nom).from("lien_bilan", colonne).to(table, "id").to_owned()
        };
        m.create_table(
            Table::create()
                .table("lien_bilan")
                .col(uuid("id").primary_key())
                .col(var_binary("empreinte", 32).unique_key())
                .col(uuid("structure_id"))
                .col(uuid("cree_par"))
                .col(timestamp_with_time_zone("cree_le"))
                .col(timestamp_with_time_zone("expire_le"))
                .col(timestamp_with_time_zone_null("vu_le"))
                .col(date("du"))
                .col(date("au"))
                .col(json_binary("contenu"))
                .foreign_key(&mut vers("fk_lien_bilan_structure", "structure_id", "structure"))
                .foreign_key(&mut vers("fk_lien_bilan_cree_par", "cree_par", "utilisateur"))
                .to_owned(),
        )
        .await?;
        m.create_index(Index::create().name("ix_lien_bilan_structure").table("lien_bilan").col("structure_id").col("id").to_owned())
            .await?;
        m.create_index(Index::create().name("ix_lien_bilan_expire").table("lien_bilan").col("expire_le").to_owned()).await
    }
}
