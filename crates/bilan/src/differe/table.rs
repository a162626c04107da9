use sea_orm::entity::prelude::*;
use sea_orm_migration::{prelude::*, schema::*};
use socle::{
    droits::Portee,
    identifiant::{ExportId, FichierId, StructureId, UtilisateurId},
};

use super::{Avancement, Contenu};
use crate::export::Format;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "export")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ExportId,
    /// Its author, who alone sees it.
    pub utilisateur_id: UtilisateurId,
    /// The structure the author worked in.
    pub structure_id: Option<StructureId>,
    /// The scope of the token it was asked with.
    pub portee: Portee,
    pub contenu: Contenu,
    pub format: Format,
    pub noms: bool,
    /// The address of the list: ids, codes and dates.
    #[sea_orm(column_type = "Text")]
    pub adresse: String,
    pub du: Date,
    pub au: Date,
    pub etat: Avancement,
    /// Fingerprint of what is asked, while it is under way: the same asked twice is one.
    #[sea_orm(unique)]
    pub cle: Option<String>,
    /// Rows there are, once counted.
    pub total: Option<i64>,
    /// Rows written.
    pub faites: i64,
    /// How many times it was begun.
    pub essais: i32,
    /// The run that makes it: another one, begun later, takes over.
    pub prise: Option<Uuid>,
    /// Why it failed, in French.
    pub raison: Option<String>,
    pub fichier_id: Option<FichierId>,
    /// Bytes.
    pub taille: Option<i64>,
    pub cree_le: DateTimeUtc,
    pub fini_le: Option<DateTimeUtc>,
    pub expire_le: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}

/// Migrations of this slice.
pub fn migrations() -> Vec<Box<dyn MigrationTrait>> {
    vec![Box::new(Exports)]
}

struct Exports;

impl MigrationName for Exports {
    fn name(&self) -> &'static str {
        "m20261122_000132_exports"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Exports {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, m: &SchemaManager) -> Result<(), DbErr> {
        let vers = |nom: &str, colonne: &'static str, table: &'static str| {
            ForeignKey::create().name(nom).from("export", colonne).to(table, "id").to_owned()
        };
        m.create_table(
            Table::create()
                .table("export")
                .col(uuid("id").primary_key())
                .col(uuid("utilisateur_id"))
                .col(uuid_null("structure_id"))
                .col(string_len("portee", 32))
                .col(string_len("contenu", 16))
                .col(string_len("format", 8))
                .col(boolean("noms"))
                .col(text("adresse"))
                .col(date("du"))
                .col(date("au"))
                .col(string_len("etat", 16))
                .col(string_len_null("cle", 64).unique_key())
                .col(big_integer_null("total"))
                .col(big_integer("faites"))
                .col(integer("essais"))
                .col(uuid_null("prise"))
                .col(string_len_null("raison", 500))
                .col(uuid_null("fichier_id"))
                .col(big_integer_null("taille"))
                .col(timestamp_with_time_zone("cree_le"))
                .col(timestamp_with_time_zone_null("fini_le"))
                .col(timestamp_with_time_zone("expire_le"))
                // No key to `fichier`: a file swept first leaves a row that says so.
                .foreign_key(&mut vers("fk_export_utilisateur", "utilisateur_id", "utilisateur"))
                .foreign_key(&mut vers("fk_export_structure", "structure_id", "structure"))
                .to_owned(),
        )
        .await?;
        m.create_index(Index::create().name("ix_export_utilisateur").table("export").col("utilisateur_id").col("id").to_owned()).await?;
        m.create_index(Index::create().name("ix_export_expire").table("export").col("expire_le").to_owned()).await
    }
}
