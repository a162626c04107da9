use sea_orm_migration::{prelude::*, schema::*};

use crate::migrations::cle;

pub(crate) struct Webhooks;

impl MigrationName for Webhooks {
    fn name(&self) -> &'static str {
        "m20261122_000402_webhooks"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Webhooks {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, m: &SchemaManager) -> Result<(), DbErr> {
        m.create_table(
            Table::create()
                .table("webhook")
                .col(uuid("id").primary_key())
                .col(uuid("structure_id"))
                .col(string_len("nom", 100))
                .col(string_len("adresse", 500))
                .col(text("secret"))
                .col(json_binary("evenements"))
                .col(boolean("actif"))
                .col(uuid("cree_par"))
                .col(timestamp_with_time_zone("cree_le"))
                .foreign_key(&mut cle("fk_webhook_structure", "webhook", "structure_id", "structure"))
                .foreign_key(&mut cle("fk_webhook_par", "webhook", "cree_par", "utilisateur"))
                .to_owned(),
        )
        .await?;
        m.create_index(Index::create().name("ix_webhook_structure").table("webhook").col("structure_id").to_owned()).await?;
        m.create_table(
            Table::create()
                .table("webhook_livraison")
                .col(uuid("id").primary_key())
                .col(uuid("webhook_id"))
                .col(string_len("evenement", 48))
                .col(json_binary("charge"))
                .col(string_len("etat", 48))
                .col(integer("essais"))
                .col(integer_null("statut"))
                .col(string_len_null("erreur", 300))
                .col(timestamp_with_time_zone("cree_le"))
                .col(timestamp_with_time_zone_null("dernier_le"))
                .foreign_key(&mut cle("fk_webhook_livraison", "webhook_livraison", "webhook_id", "webhook"))
                .to_owned(),
        )
        .await?;
        m.create_index(Index::create().name("ix_webhook_livraison").table("webhook_livraison").col("webhook_id").col("cree_le").to_owned())
            .await?;
        m.create_index(Index::create().name("ix_webhook_livraison_age").table("webhook_livraison").col("cree_le").to_owned()).await
    }
}
