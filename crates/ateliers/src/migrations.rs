//! Tables of workshops.

use sea_orm_migration::{prelude::*, schema::*};

/// Migrations of this crate, in order.
pub fn migrations() -> Vec<Box<dyn MigrationTrait>> {
    vec![
        Box::new(Catalogue),
        Box::new(crate::seance::Seances),
        Box::new(crate::reservation::Reservations),
        Box::new(crate::presence::Presences),
        Box::new(crate::evaluation::Evaluations),
        Box::new(crate::rendez_vous::RendezVousPris),
        Box::new(crate::agenda::Agendas),
        Box::new(crate::reservation::Refus),
        Box::new(crate::webhook::Webhooks),
        Box::new(crate::rendez_vous::Exceptions),
        Box::new(crate::equipement::Equipements),
        Box::new(crate::reservation::Sequences),
        Box::new(crate::rendez_vous::ContactsRefuses),
    ]
}

pub(crate) fn cle(nom: &str, de: &'static str, colonne: &'static str, vers: &'static str) -> ForeignKeyCreateStatement {
    ForeignKey::create().name(nom).from(de, colonne).to(vers, "id").to_owned()
}

struct Catalogue;

impl MigrationName for Catalogue {
    fn name(&self) -> &'static str {
        "m20261122_000501_catalogue_ateliers"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Catalogue {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, m: &SchemaManager) -> Result<(), DbErr> {
        m.create_table(
            Table::create()
                .table("fiche_atelier")
                .col(uuid("id").primary_key())
                .col(uuid("structure_id"))
                .col(string_len("cle_tri", 200))
                .col(text("recherche"))
                .col(json_binary("contenu"))
                .col(string_len_null("origine", 64))
                .col(boolean("partagee"))
                .col(timestamp_with_time_zone_null("archivee_le"))
                .col(integer("version"))
                .col(uuid("auteur_id"))
                .col(timestamp_with_time_zone("cree_le"))
                .col(timestamp_with_time_zone("modifie_le"))
                .foreign_key(&mut cle("fk_fiche_atelier_structure", "fiche_atelier", "structure_id", "structure"))
                .foreign_key(&mut cle("fk_fiche_atelier_auteur", "fiche_atelier", "auteur_id", "utilisateur"))
                .to_owned(),
        )
        .await?;
        m.create_index(
            Index::create().name("ix_fiche_atelier_structure").table("fiche_atelier").col("structure_id").col("cle_tri").to_owned(),
        )
        .await?;
        m.create_index(Index::create().name("ix_fiche_atelier_partagee").table("fiche_atelier").col("partagee").col("cle_tri").to_owned())
            .await?;
        m.create_table(
            Table::create()
                .table("fiche_atelier_version")
                .col(uuid("fiche_id"))
                .col(integer("version"))
                .col(json_binary("contenu"))
                .col(uuid("auteur_id"))
                .col(timestamp_with_time_zone("ecrite_le"))
                .primary_key(Index::create().col("fiche_id").col("version"))
                .foreign_key(&mut cle("fk_fiche_version_fiche", "fiche_atelier_version", "fiche_id", "fiche_atelier"))
                .foreign_key(&mut cle("fk_fiche_version_auteur", "fiche_atelier_version", "auteur_id", "utilisateur"))
                .to_owned(),
        )
        .await
    }
}
