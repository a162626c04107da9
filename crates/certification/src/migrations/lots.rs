//! What a document rests on; the documents of a session, issued and printed in the background.

use sea_orm_migration::{prelude::*, schema::*};

use super::{cle, index};

pub(super) struct Appuis;

impl MigrationName for Appuis {
    fn name(&self) -> &'static str {
        "m20261122_000601_appuis_des_documents"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Appuis {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, m: &SchemaManager) -> Result<(), DbErr> {
        // The decisions a document proves: withdrawn with them. Null: issued before this column.
        m.alter_table(Table::alter().table("document_certification").add_column(json_binary_null("decisions")).to_owned()).await
    }
}

pub(super) struct Lots;

impl MigrationName for Lots {
    fn name(&self) -> &'static str {
        "m20261122_000602_lots_de_documents"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Lots {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, m: &SchemaManager) -> Result<(), DbErr> {
        m.create_table(
            Table::create()
                .table("lot_documents")
                .col(uuid("id").primary_key())
                .col(uuid("structure_id"))
                .col(uuid("session_id"))
                // Who asked for it, with which rights: the job acts as them.
                .col(uuid("utilisateur_id"))
                .col(string_len("portee", 32))
                .col(string_len("etat", 16))
                // `emission`, then `impression`.
                .col(string_len("etape", 16))
                // The session while it is under way: asked twice, it is one lot.
                .col(string_len_null("cle", 64).unique_key())
                .col(integer_null("total"))
                .col(integer("faites"))
                .col(integer("emis"))
                .col(integer("essais"))
                .col(uuid_null("prise"))
                .col(string_len_null("raison", 500))
                .col(uuid_null("fichier_id"))
                .col(big_integer_null("taille"))
                .col(timestamp_with_time_zone("cree_le"))
                .col(timestamp_with_time_zone_null("fini_le"))
                .col(timestamp_with_time_zone("expire_le"))
                .foreign_key(&mut cle("lot_documents", "structure_id", "structure"))
                .foreign_key(&mut cle("lot_documents", "session_id", "session_examen"))
                .foreign_key(&mut cle("lot_documents", "utilisateur_id", "utilisateur"))
                .to_owned(),
        )
        .await?;
        index(m, "lot_documents", &["session_id", "id"], false).await?;
        index(m, "lot_documents", &["expire_le"], false).await
    }
}
