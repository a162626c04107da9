//! Tables of operation: the backups made or missed, and the nodes seen.

use sea_orm::entity::prelude::*;
use sea_orm_migration::{prelude::*, schema::*};

/// One attempt at a backup.
pub mod sauvegarde {
    use super::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "sauvegarde")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub debut: DateTimeUtc,
        pub fin: DateTimeUtc,
        /// `commande`, `planifiee` or `manifeste`.
        pub origine: String,
        /// The name of the file; none when it failed.
        pub fichier: Option<String>,
        /// In bytes.
        pub taille: Option<i64>,
        pub sha256: Option<String>,
        /// Why it failed.
        pub erreur: Option<String>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// A node that serves or served.
pub mod noeud {
    use super::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "noeud")]
    pub struct Model {
        /// Machine and port.
        #[sea_orm(primary_key, auto_increment = false)]
        pub nom: String,
        pub version: String,
        pub demarre_le: DateTimeUtc,
        pub vu_le: DateTimeUtc,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// Migrations of operation, in order.
pub fn migrations() -> Vec<Box<dyn MigrationTrait>> {
    vec![Box::new(Exploitation)]
}

struct Exploitation;

impl MigrationName for Exploitation {
    fn name(&self) -> &'static str {
        "m20261122_000171_exploitation"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Exploitation {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, m: &SchemaManager) -> Result<(), DbErr> {
        m.create_table(
            Table::create()
                .table("sauvegarde")
                .col(uuid("id").primary_key())
                .col(timestamp_with_time_zone("debut"))
                .col(timestamp_with_time_zone("fin"))
                .col(string_len("origine", 32))
                .col(string_len_null("fichier", 300))
                .col(big_integer_null("taille"))
                .col(string_len_null("sha256", 64))
                .col(string_len_null("erreur", 500))
                .to_owned(),
        )
        .await?;
        m.create_index(Index::create().name("ix_sauvegarde_fin").table("sauvegarde").col("fin").to_owned()).await?;
        m.create_table(
            Table::create()
                .table("noeud")
                .col(string_len("nom", 120).primary_key())
                .col(string_len("version", 32))
                .col(timestamp_with_time_zone("demarre_le"))
                .col(timestamp_with_time_zone("vu_le"))
                .to_owned(),
        )
        .await
    }
}
