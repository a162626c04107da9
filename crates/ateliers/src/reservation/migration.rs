use sea_orm_migration::{prelude::*, schema::*};

use crate::migrations::cle;

pub(crate) struct Reservations;

impl MigrationName for Reservations {
    fn name(&self) -> &'static str {
        "m20261122_000503_reservations"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Reservations {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, m: &SchemaManager) -> Result<(), DbErr> {
        m.create_table(
            Table::create()
                .table("reservation")
                .col(uuid("id").primary_key())
                .col(uuid("seance_id"))
                .col(uuid("structure_id"))
                .col(integer("places"))
                .col(integer_null("siege"))
                .col(string_len("etat", 48))
                .col(string_len("code", 8).unique_key())
                .col(string_len("nom", 150))
                .col(string_len_null("telephone", 40))
                .col(string_len_null("courriel", 200))
                .col(string_len("canal", 48))
                .col(string_len("par", 48))
                .col(uuid_null("personne_id"))
                .col(boolean("orientee"))
                .col(text_null("besoins"))
                .col(uuid_null("cle_contact").unique_key())
                .col(timestamp_with_time_zone_null("expire_le"))
                .col(string_len_null("fin", 48))
                .col(timestamp_with_time_zone_null("fini_le"))
                .col(timestamp_with_time_zone("cree_le"))
                // One is in, with a seat, or not in, without: never both.
                .check(Expr::cust(
                    "(etat IN ('confirmee', 'proposee') AND siege IS NOT NULL) OR (etat IN ('attente', 'annulee', 'sur_place') AND siege IS NULL)",
                ))
                .check(Expr::cust("siege IS NULL OR (siege >= 1 AND siege <= places)"))
                .check(Expr::cust("etat <> 'proposee' OR expire_le IS NOT NULL"))
                .foreign_key(
                    ForeignKey::create()
                        .name("fk_reservation_seance")
                        .from("reservation", ("seance_id", "places"))
                        .to("seance", ("id", "places"))
                        .on_update(ForeignKeyAction::Cascade),
                )
                .foreign_key(&mut cle("fk_reservation_personne", "reservation", "personne_id", "personne"))
                .to_owned(),
        )
        .await?;
        // One person a seat, whoever comes at the same moment.
        m.create_index(Index::create().name("ux_reservation_siege").table("reservation").col("seance_id").col("siege").unique().to_owned())
            .await?;
        m.create_index(
            Index::create().name("ix_reservation_seance").table("reservation").col("seance_id").col("etat").col("cree_le").to_owned(),
        )
        .await?;
        m.create_index(Index::create().name("ix_reservation_personne").table("reservation").col("personne_id").to_owned()).await?;
        m.create_table(
            Table::create()
                .table("lien_reservation")
                .col(var_binary("empreinte", 32).primary_key())
                .col(uuid("reservation_id"))
                .col(timestamp_with_time_zone("cree_le"))
                .foreign_key(&mut cle("fk_lien_reservation", "lien_reservation", "reservation_id", "reservation"))
                .to_owned(),
        )
        .await?;
        m.create_index(Index::create().name("ix_lien_reservation").table("lien_reservation").col("reservation_id").to_owned()).await
    }
}

/// A contact that refuses messages is noted.
pub(crate) struct Refus;

impl MigrationName for Refus {
    fn name(&self) -> &'static str {
        "m20261122_000401_contact_refuse"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Refus {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, m: &SchemaManager) -> Result<(), DbErr> {
        m.alter_table(Table::alter().table("reservation").add_column(timestamp_with_time_zone_null("refus_le")).to_owned()).await?;
        // The other dates of one workshop, offered to who changes.
        m.create_index(Index::create().name("ix_seance_fiche").table("seance").col("structure_id").col("fiche").col("debut").to_owned())
            .await
    }
}

/// What files for calendars said before, so that what comes later takes its place.
pub(crate) struct Sequences;

impl MigrationName for Sequences {
    fn name(&self) -> &'static str {
        "m20261122_000523_sequences"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Sequences {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, m: &SchemaManager) -> Result<(), DbErr> {
        for colonne in ["sequence", "dates_dites"] {
            m.alter_table(Table::alter().table("reservation").add_column(integer(colonne).default(0)).to_owned()).await?;
        }
        Ok(())
    }
}
