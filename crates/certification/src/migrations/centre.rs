//! Titles, approvals, jurors.

use sea_orm_migration::{prelude::*, schema::*};

use super::{cle, index, partie, sceller, vers_version};

pub(super) struct Centre;

impl MigrationName for Centre {
    fn name(&self) -> &'static str {
        "m20261122_000201_centre"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Centre {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, m: &SchemaManager) -> Result<(), DbErr> {
        // A version of a title never changes: a change is a new version.
        m.create_table(
            Table::create()
                .table("titre_version")
                .col(string_len("code", 80).primary_key())
                .col(string_len("titre", 80))
                .col(string_len("intitule", 300))
                // The whole version, in the JSON of the format of référentiels.
                .col(json_binary("contenu"))
                .col(string_len("empreinte", 64))
                // `livree` with the program or `importee`.
                .col(string_len("origine", 16))
                .col(uuid_null("importee_par"))
                .col(timestamp_with_time_zone("importee_le"))
                .to_owned(),
        )
        .await?;
        index(m, "titre_version", &["titre"], false).await?;
        sceller(m, "titre_version").await?;
        // The site of an approval is a lieu of the structure.
        m.create_table(
            Table::create()
                .table("agrement")
                .col(uuid("id").primary_key())
                .col(uuid("structure_id"))
                .col(uuid("lieu_id"))
                .col(string_len("version_code", 80))
                .col(string_len_null("numero", 80))
                .col(date("debut"))
                .col(date_null("fin"))
                .col(date_null("retire_le"))
                // Codes of the CCS covered; null: not checked.
                .col(json_binary_null("ccs"))
                .col(integer("version"))
                .foreign_key(&mut cle("agrement", "structure_id", "structure"))
                .foreign_key(&mut cle("agrement", "lieu_id", "lieu"))
                .foreign_key(&mut vers_version("agrement"))
                .check(Expr::cust("fin IS NULL OR fin >= debut"))
                .to_owned(),
        )
        .await?;
        index(m, "agrement", &["structure_id"], false).await?;
        m.create_table(
            Table::create()
                .table("jure")
                .col(uuid("id").primary_key())
                .col(uuid("structure_id"))
                .col(uuid_null("utilisateur_id"))
                .col(string_len("prenom", 100))
                .col(string_len("nom", 100))
                .col(string_len_null("courriel", 200))
                .col(string_len_null("telephone", 40))
                .col(string_len_null("employeur", 200))
                .col(integer_null("pratique_annees"))
                .col(date_null("pratique_quittee_le"))
                .col(boolean("actif"))
                .col(integer("version"))
                .foreign_key(&mut cle("jure", "structure_id", "structure"))
                .foreign_key(&mut cle("jure", "utilisateur_id", "utilisateur"))
                .to_owned(),
        )
        .await?;
        index(m, "jure", &["structure_id", "nom"], false).await?;
        index(m, "jure", &["structure_id", "utilisateur_id"], true).await?;
        m.create_table(
            Table::create()
                .table("habilitation")
                .col(uuid("id").primary_key())
                .col(uuid("jure_id"))
                .col(string_len("version_code", 80))
                .col(string_len_null("numero", 80))
                .col(date("debut"))
                .col(date_null("fin"))
                .col(date_null("retiree_le"))
                .foreign_key(&mut partie("habilitation", "jure_id", "jure"))
                .foreign_key(&mut vers_version("habilitation"))
                .check(Expr::cust("fin IS NULL OR fin >= debut"))
                .to_owned(),
        )
        .await?;
        index(m, "habilitation", &["jure_id"], false).await
    }
}
