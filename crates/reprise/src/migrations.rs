//! Tables of imports, emptied when an import ends or expires.

use sea_orm_migration::{prelude::*, schema::*};

/// Migrations of this crate, in order.
pub fn migrations() -> Vec<Box<dyn MigrationTrait>> {
    vec![Box::new(Imports), Box::new(ParNom)]
}

struct Imports;

impl MigrationName for Imports {
    fn name(&self) -> &'static str {
        "m20261122_000141_imports"
    }
}

fn partie(nom: &'static str, cle: &'static str) -> ForeignKeyCreateStatement {
    ForeignKey::create().name(cle).from(nom, "import_id").to("import", "id").on_delete(ForeignKeyAction::Cascade).to_owned()
}

#[async_trait::async_trait]
impl MigrationTrait for Imports {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, m: &SchemaManager) -> Result<(), DbErr> {
        m.create_table(
            Table::create()
                .table("import")
                .col(uuid("id").primary_key())
                .col(uuid("structure_id"))
                .col(uuid("auteur_id"))
                .col(string_len("nature", 32))
                .col(string_len("nom_fichier", 200))
                .col(string_len_null("format", 8))
                .col(big_integer("taille"))
                .col(string_len("etat", 32))
                .col(text_null("message"))
                .col(integer("lecture"))
                .col(big_integer("derniere_ligne"))
                .col(integer("part_lue"))
                .col(json_binary("colonnes"))
                .col(json_binary("comptes"))
                .col(timestamp_with_time_zone("cree_le"))
                .col(timestamp_with_time_zone("expire_le"))
                .col(timestamp_with_time_zone_null("repris_le"))
                .foreign_key(ForeignKey::create().name("fk_import_structure").from("import", "structure_id").to("structure", "id"))
                .to_owned(),
        )
        .await?;
        m.create_index(Index::create().name("ix_import_auteur").table("import").col("structure_id").col("auteur_id").col("id").to_owned())
            .await?;
        m.create_index(Index::create().name("ix_import_expire").table("import").col("expire_le").to_owned()).await?;
        m.create_table(
            Table::create()
                .table("import_morceau")
                .col(uuid("import_id"))
                .col(integer("rang"))
                .col(blob("octets"))
                .primary_key(Index::create().col("import_id").col("rang"))
                .foreign_key(&mut partie("import_morceau", "fk_import_morceau"))
                .to_owned(),
        )
        .await?;
        m.create_table(
            Table::create()
                .table("import_objet")
                .col(uuid("import_id"))
                .col(uuid("objet_id"))
                .col(boolean("personne"))
                .col(boolean("connu"))
                .col(big_integer("ligne"))
                .col(json_binary_null("charge"))
                .primary_key(Index::create().col("import_id").col("objet_id"))
                .foreign_key(&mut partie("import_objet", "fk_import_objet"))
                .to_owned(),
        )
        .await?;
        m.create_table(
            Table::create()
                .table("import_cle")
                .col(uuid("import_id"))
                .col(uuid("cle"))
                .col(uuid_null("objet_id"))
                .col(integer("fois"))
                .col(boolean("durable"))
                .primary_key(Index::create().col("import_id").col("cle"))
                .foreign_key(&mut partie("import_cle", "fk_import_cle"))
                .to_owned(),
        )
        .await?;
        m.create_table(
            Table::create()
                .table("import_source")
                .col(uuid("structure_id"))
                .col(uuid("cle"))
                .col(uuid("personne_id"))
                .primary_key(Index::create().col("structure_id").col("cle"))
                .foreign_key(ForeignKey::create().name("fk_import_source").from("import_source", "personne_id").to("personne", "id"))
                .to_owned(),
        )
        .await?;
        m.create_table(
            Table::create()
                .table("import_erreur")
                .col(uuid("import_id"))
                .col(big_integer("ligne"))
                .col(integer("rang"))
                .col(string("colonne"))
                .col(text("valeur"))
                .col(text("message"))
                .primary_key(Index::create().col("import_id").col("ligne").col("rang"))
                .foreign_key(&mut partie("import_erreur", "fk_import_erreur"))
                .to_owned(),
        )
        .await
    }
}

struct ParNom;

impl MigrationName for ParNom {
    fn name(&self) -> &'static str {
        "m20261122_000142_personne_par_nom"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for ParNom {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    /// The people of one folded name, found without reading the others.
    async fn up(&self, m: &SchemaManager) -> Result<(), DbErr> {
        m.create_index(Index::create().name("ix_personne_cle_tri").table("personne").col("cle_tri").to_owned()).await
    }
}
