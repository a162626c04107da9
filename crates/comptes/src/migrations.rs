//! Tables of accounts: utilisateur, fonction, session, jeton, reinitialisation, echec_connexion.

use sea_orm_migration::{prelude::*, schema::*};

/// Migrations of this crate, in order.
pub fn migrations() -> Vec<Box<dyn MigrationTrait>> {
    vec![Box::new(Comptes)]
}

struct Comptes;

impl MigrationName for Comptes {
    fn name(&self) -> &'static str {
        "m20261121_000003_comptes"
    }
}

/// A key to the account that goes with it.
fn vers_utilisateur(nom: &str, table: &'static str) -> ForeignKeyCreateStatement {
    ForeignKey::create().name(nom).from(table, "utilisateur_id").to("utilisateur", "id").on_delete(ForeignKeyAction::Cascade).to_owned()
}

#[async_trait::async_trait]
impl MigrationTrait for Comptes {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, m: &SchemaManager) -> Result<(), DbErr> {
        m.create_table(
            Table::create()
                .table("utilisateur")
                .col(uuid("id").primary_key())
                .col(string_len("email", 200))
                .col(string_len("email_plie", 200).unique_key())
                .col(string_len("nom", 150))
                .col(string_len_null("mot_de_passe", 200))
                .col(boolean("administrateur"))
                .col(boolean("actif"))
                .col(timestamp_with_time_zone("cree_le"))
                .col(integer("version"))
                .to_owned(),
        )
        .await?;
        m.create_table(
            Table::create()
                .table("fonction")
                .col(uuid("utilisateur_id"))
                .col(uuid("structure_id"))
                .col(string_len("role", 32))
                .primary_key(Index::create().col("utilisateur_id").col("structure_id").col("role"))
                .foreign_key(&mut vers_utilisateur("fk_fonction_utilisateur", "fonction"))
                .foreign_key(ForeignKey::create().name("fk_fonction_structure").from("fonction", "structure_id").to("structure", "id"))
                .to_owned(),
        )
        .await?;
        m.create_index(Index::create().name("ix_fonction_structure").table("fonction").col("structure_id").to_owned()).await?;
        m.create_table(
            Table::create()
                .table("session")
                .col(var_binary("empreinte", 32).primary_key())
                .col(uuid("utilisateur_id"))
                .col(uuid_null("structure_id"))
                .col(timestamp_with_time_zone("creee_le"))
                .col(timestamp_with_time_zone("vue_le"))
                .col(timestamp_with_time_zone("expire_le"))
                .col(string_len("appareil", 80))
                .foreign_key(&mut vers_utilisateur("fk_session_utilisateur", "session"))
                .foreign_key(ForeignKey::create().name("fk_session_structure").from("session", "structure_id").to("structure", "id"))
                .to_owned(),
        )
        .await?;
        m.create_index(Index::create().name("ix_session_utilisateur").table("session").col("utilisateur_id").to_owned()).await?;
        m.create_index(Index::create().name("ix_session_expire").table("session").col("expire_le").to_owned()).await?;
        m.create_table(
            Table::create()
                .table("jeton")
                .col(uuid("id").primary_key())
                .col(uuid("utilisateur_id"))
                .col(string_len("nom", 100))
                .col(var_binary("empreinte", 32).unique_key())
                .col(string_len("portee", 32))
                .col(timestamp_with_time_zone_null("expire_le"))
                .col(timestamp_with_time_zone_null("revoque_le"))
                .col(timestamp_with_time_zone_null("utilise_le"))
                .col(timestamp_with_time_zone("cree_le"))
                .foreign_key(&mut vers_utilisateur("fk_jeton_utilisateur", "jeton"))
                .to_owned(),
        )
        .await?;
        m.create_index(Index::create().name("ix_jeton_utilisateur").table("jeton").col("utilisateur_id").to_owned()).await?;
        m.create_table(
            Table::create()
                .table("reinitialisation")
                .col(var_binary("empreinte", 32).primary_key())
                .col(uuid("utilisateur_id"))
                .col(timestamp_with_time_zone("cree_le"))
                .col(timestamp_with_time_zone("expire_le"))
                .col(timestamp_with_time_zone_null("utilise_le"))
                .foreign_key(&mut vers_utilisateur("fk_reinitialisation_utilisateur", "reinitialisation"))
                .to_owned(),
        )
        .await?;
        m.create_index(Index::create().name("ix_reinitialisation_utilisateur").table("reinitialisation").col("utilisateur_id").to_owned())
            .await?;
        m.create_table(
            Table::create()
                .table("echec_connexion")
                .col(var_binary("cle", 32).primary_key())
                .col(integer("nombre"))
                .col(timestamp_with_time_zone("dernier_le"))
                .to_owned(),
        )
        .await?;
        m.create_index(Index::create().name("ix_echec_connexion_dernier").table("echec_connexion").col("dernier_le").to_owned()).await
    }
}
