use sea_orm::entity::prelude::*;
use sea_orm_migration::{prelude::*, schema::*};
use socle::identifiant::{FiltreBilanId, StructureId, UtilisateurId};

use crate::periode::Periode;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "filtre_bilan")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: FiltreBilanId,
    pub utilisateur_id: UtilisateurId,
    /// The structure worked in when it was kept.
    pub structure_id: StructureId,
    pub nom: String,
    /// The name, folded: one of each for a person in a structure.
    pub cle: String,
    /// A period that moves, or two dates.
    pub periode: Option<Periode>,
    pub du: Option<Date>,
    pub au: Option<Date>,
    /// The rest of the address: ids and codes, each after a `&`.
    #[sea_orm(column_type = "Text")]
    pub reste: String,
    pub cree_le: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}

/// Migrations of this slice.
pub fn migrations() -> Vec<Box<dyn MigrationTrait>> {
    vec![Box::new(Filtres)]
}

struct Filtres;

impl MigrationName for Filtres {
    fn name(&self) -> &'static str {
        "m20261122_000301_filtres_du_bilan"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Filtres {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, m: &SchemaManager) -> Result<(), DbErr> {
        let vers = |nom: &str, colonne: &'static str, table: &'static str| {
            ForeignKey::create().name(nom).from("filtre_bilan", colonne).to(table, "id").to_owned()
        };
        m.create_table(
            Table::create()
                .table("filtre_bilan")
                .col(uuid("id").primary_key())
                .col(uuid("utilisateur_id"))
                .col(uuid("structure_id"))
                .col(string_len("nom", 60))
                .col(string_len("cle", 240))
                .col(string_len_null("periode", 24))
                .col(date_null("du"))
                .col(date_null("au"))
                .col(text("reste"))
                .col(timestamp_with_time_zone("cree_le"))
                .check(Expr::cust("(periode IS NULL) = (du IS NOT NULL AND au IS NOT NULL)"))
                .foreign_key(&mut vers("fk_filtre_bilan_utilisateur", "utilisateur_id", "utilisateur"))
                .foreign_key(&mut vers("fk_filtre_bilan_structure", "structure_id", "structure"))
                .to_owned(),
        )
        .await?;
        m.create_index(
            Index::create()
                .name("ux_filtre_bilan_nom")
                .table("filtre_bilan")
                .col("utilisateur_id")
                .col("structure_id")
                .col("cle")
                .unique()
                .to_owned(),
        )
        .await
    }
}
