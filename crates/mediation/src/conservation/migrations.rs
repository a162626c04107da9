use sea_orm_migration::{prelude::*, schema::*};

/// Migrations of retention.
pub fn migrations() -> Vec<Box<dyn MigrationTrait>> {
    vec![Box::new(Annonces)]
}

struct Annonces;

impl MigrationName for Annonces {
    fn name(&self) -> &'static str {
        "m20261122_000103_conservation"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Annonces {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    /// The files announced as soon erased, and those that somebody keeps longer.
    async fn up(&self, m: &SchemaManager) -> Result<(), DbErr> {
        let vers = |nom: &str, de: &'static str, colonne: &'static str, table: &'static str| {
            ForeignKey::create().name(nom).from(de, colonne).to(table, "id").to_owned()
        };
        m.create_table(
            Table::create()
                .table("annonce_effacement")
                .col(uuid("structure_id"))
                .col(uuid("personne_id"))
                .col(date("annoncee_le"))
                .col(date("echeance"))
                // The last activity known then: its day, and the instant that day ended in France.
                .col(date("activite"))
                .col(timestamp_with_time_zone("activite_fin"))
                .primary_key(Index::create().col("structure_id").col("personne_id"))
                .foreign_key(&mut vers("fk_annonce_structure", "annonce_effacement", "structure_id", "structure"))
                .foreign_key(&mut vers("fk_annonce_personne", "annonce_effacement", "personne_id", "personne"))
                .to_owned(),
        )
        .await?;
        m.create_index(
            Index::create()
                .name("ix_annonce_echeance")
                .table("annonce_effacement")
                .col("structure_id")
                .col("echeance")
                .col("personne_id")
                .to_owned(),
        )
        .await?;
        m.create_index(Index::create().name("ix_annonce_personne").table("annonce_effacement").col("personne_id").to_owned()).await?;
        m.create_table(
            Table::create()
                .table("prolongation")
                .col(uuid("structure_id"))
                .col(uuid("personne_id"))
                .col(date("jusqu_au"))
                .col(string_len("motif", 48))
                .col(uuid("decidee_par"))
                .col(date("decidee_le"))
                .primary_key(Index::create().col("structure_id").col("personne_id"))
                .foreign_key(&mut vers("fk_prolongation_structure", "prolongation", "structure_id", "structure"))
                .foreign_key(&mut vers("fk_prolongation_personne", "prolongation", "personne_id", "personne"))
                .foreign_key(&mut vers("fk_prolongation_par", "prolongation", "decidee_par", "utilisateur"))
                .to_owned(),
        )
        .await?;
        m.create_index(Index::create().name("ix_prolongation_personne").table("prolongation").col("personne_id").to_owned()).await
    }
}
