use sea_orm_migration::{prelude::*, schema::*};

use crate::migrations::cle;

/// The tables of opening hours.
pub(crate) async fn creer(m: &SchemaManager<'_>) -> Result<(), DbErr> {
    m.create_table(
        Table::create()
            .table("horaire_lieu")
            .col(uuid("lieu_id"))
            // 1 is Monday, as ISO 8601 says.
            .col(integer("jour").check(Expr::cust("jour BETWEEN 1 AND 7")))
            .col(string_len("debut", 5))
            .col(string_len("fin", 5))
            .primary_key(Index::create().col("lieu_id").col("jour").col("debut"))
            .foreign_key(&mut cle("fk_horaire_lieu", "horaire_lieu", "lieu_id", "lieu"))
            .to_owned(),
    )
    .await?;
    m.create_table(
        Table::create()
            .table("fermeture_lieu")
            .col(uuid("id").primary_key())
            .col(uuid("lieu_id"))
            .col(date("du"))
            .col(date("au"))
            .col(string_len_null("motif", 150))
            .check(Expr::cust("du <= au"))
            .foreign_key(&mut cle("fk_fermeture_lieu", "fermeture_lieu", "lieu_id", "lieu"))
            .to_owned(),
    )
    .await?;
    m.create_index(Index::create().name("ix_fermeture_lieu").table("fermeture_lieu").col("lieu_id").col("au").to_owned()).await
}
