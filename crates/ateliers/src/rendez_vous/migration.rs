use sea_orm_migration::{prelude::*, schema::*};

use crate::migrations::cle;

/// Reasons, hours and appointments.
pub(crate) struct RendezVousPris;

impl MigrationName for RendezVousPris {
    fn name(&self) -> &'static str {
        "m20261122_000301_rendez_vous"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for RendezVousPris {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, m: &SchemaManager) -> Result<(), DbErr> {
        m.create_table(
            Table::create()
                .table("motif_rendez_vous")
                .col(uuid("id").primary_key())
                .col(uuid("structure_id"))
                .col(string_len("libelle", 100))
                .col(string_len_null("description", 500))
                .col(integer("duree_minutes").check(Expr::cust("duree_minutes BETWEEN 5 AND 480")))
                .col(string_len("maniere", 48))
                .col(boolean("publie"))
                .col(integer("delai_heures").check(Expr::cust("delai_heures BETWEEN 0 AND 720")))
                .col(integer("horizon_jours").check(Expr::cust("horizon_jours BETWEEN 1 AND 120")))
                .col(json_binary("mediateurs"))
                .col(boolean("actif"))
                .col(integer("version"))
                .col(timestamp_with_time_zone("cree_le"))
                .foreign_key(&mut cle("fk_motif_structure", "motif_rendez_vous", "structure_id", "structure"))
                .to_owned(),
        )
        .await?;
        m.create_index(Index::create().name("ix_motif_structure").table("motif_rendez_vous").col("structure_id").to_owned()).await?;
        m.create_table(
            Table::create()
                .table("plage")
                .col(uuid("id").primary_key())
                .col(uuid("structure_id"))
                .col(uuid("utilisateur_id"))
                .col(uuid_null("lieu_id"))
                .col(integer("jour").check(Expr::cust("jour BETWEEN 1 AND 7")))
                .col(string_len("debut", 5))
                .col(string_len("fin", 5))
                .col(date("du"))
                .col(date_null("au"))
                .check(Expr::cust("debut < fin"))
                .foreign_key(&mut cle("fk_plage_structure", "plage", "structure_id", "structure"))
                .foreign_key(&mut cle("fk_plage_utilisateur", "plage", "utilisateur_id", "utilisateur"))
                .foreign_key(&mut cle("fk_plage_lieu", "plage", "lieu_id", "lieu"))
                .to_owned(),
        )
        .await?;
        m.create_index(Index::create().name("ix_plage_structure").table("plage").col("structure_id").to_owned()).await?;
        m.create_table(
            Table::create()
                .table("rendez_vous")
                .col(uuid("id").primary_key())
                .col(uuid("structure_id"))
                .col(uuid("motif_id"))
                .col(uuid("utilisateur_id"))
                .col(uuid_null("lieu_id"))
                .col(timestamp_with_time_zone("debut"))
                .col(timestamp_with_time_zone("fin"))
                .col(string_len("etat", 48))
                .col(string_len("code", 8).unique_key())
                .col(string_len("nom", 150))
                .col(string_len_null("telephone", 40))
                .col(string_len_null("courriel", 200))
                .col(string_len("canal", 48))
                .col(string_len("par", 48))
                .col(uuid_null("personne_id"))
                .col(text_null("besoins"))
                .col(string_len_null("fini_par", 48))
                .col(timestamp_with_time_zone_null("fini_le"))
                .col(timestamp_with_time_zone("cree_le"))
                .check(Expr::cust("debut < fin"))
                .foreign_key(&mut cle("fk_rendez_vous_structure", "rendez_vous", "structure_id", "structure"))
                .foreign_key(&mut cle("fk_rendez_vous_motif", "rendez_vous", "motif_id", "motif_rendez_vous"))
                .foreign_key(&mut cle("fk_rendez_vous_utilisateur", "rendez_vous", "utilisateur_id", "utilisateur"))
                .foreign_key(&mut cle("fk_rendez_vous_lieu", "rendez_vous", "lieu_id", "lieu"))
                .foreign_key(&mut cle("fk_rendez_vous_personne", "rendez_vous", "personne_id", "personne"))
                .to_owned(),
        )
        .await?;
        m.create_index(Index::create().name("ix_rendez_vous_structure").table("rendez_vous").col("structure_id").col("debut").to_owned())
            .await?;
        m.create_index(Index::create().name("ix_rendez_vous_personne").table("rendez_vous").col("personne_id").to_owned()).await?;
        m.create_index(Index::create().name("ix_rendez_vous_fin").table("rendez_vous").col("fin").to_owned()).await?;
        m.create_table(
            Table::create()
                .table("lien_rendez_vous")
                .col(var_binary("empreinte", 32).primary_key())
                .col(uuid("rendez_vous_id"))
                .col(timestamp_with_time_zone("cree_le"))
                .foreign_key(&mut cle("fk_lien_rendez_vous", "lien_rendez_vous", "rendez_vous_id", "rendez_vous"))
                .to_owned(),
        )
        .await?;
        m.create_index(Index::create().name("ix_lien_rendez_vous").table("lien_rendez_vous").col("rendez_vous_id").to_owned()).await
    }
}

/// Days of hours that are closed, or held at another time; how many times an appointment was told otherwise.
pub(crate) struct Exceptions;

impl MigrationName for Exceptions {
    fn name(&self) -> &'static str {
        "m20261122_000521_exceptions_de_plage"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Exceptions {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, m: &SchemaManager) -> Result<(), DbErr> {
        m.create_table(
            Table::create()
                .table("plage_exception")
                .col(uuid("plage_id"))
                .col(date("origine"))
                .col(uuid("structure_id"))
                .col(date_null("jour"))
                .col(string_len_null("debut", 5))
                .col(string_len_null("fin", 5))
                .primary_key(Index::create().col("plage_id").col("origine"))
                .check(Expr::cust(
                    "(jour IS NULL AND debut IS NULL AND fin IS NULL) OR (jour IS NOT NULL AND debut IS NOT NULL AND fin IS NOT NULL AND debut < fin)",
                ))
                .foreign_key(&mut cle("fk_plage_exception_plage", "plage_exception", "plage_id", "plage"))
                .foreign_key(&mut cle("fk_plage_exception_structure", "plage_exception", "structure_id", "structure"))
                .to_owned(),
        )
        .await?;
        m.create_index(
            Index::create().name("ix_plage_exception_structure").table("plage_exception").col("structure_id").col("origine").to_owned(),
        )
        .await?;
        m.alter_table(Table::alter().table("rendez_vous").add_column(integer("sequence").default(0)).to_owned()).await
    }
}

/// A contact that refuses messages is noted for appointments too; those to call are found at once.
pub(crate) struct ContactsRefuses;

impl MigrationName for ContactsRefuses {
    fn name(&self) -> &'static str {
        "m20261122_000601_contacts_refuses"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for ContactsRefuses {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, m: &SchemaManager) -> Result<(), DbErr> {
        m.alter_table(Table::alter().table("rendez_vous").add_column(timestamp_with_time_zone_null("refus_le")).to_owned()).await?;
        // Few lines: the others are not in the index.
        for table in ["reservation", "rendez_vous"] {
            let index = format!("CREATE INDEX ix_{table}_refus ON {table} (structure_id) WHERE refus_le IS NOT NULL");
            m.get_connection().execute_unprepared(&index).await?;
        }
        Ok(())
    }
}
