use sea_orm_migration::{prelude::*, schema::*};

use crate::migrations::cle;

pub(crate) struct Evaluations;

impl MigrationName for Evaluations {
    fn name(&self) -> &'static str {
        "m20261122_000511_evaluations"
    }
}

fn note(nom: &'static str) -> ColumnDef {
    integer(nom).check(Expr::col(nom).between(1, 5)).take()
}

#[async_trait::async_trait]
impl MigrationTrait for Evaluations {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, m: &SchemaManager) -> Result<(), DbErr> {
        m.create_table(
            Table::create()
                .table("evaluation_seance")
                .col(uuid("date_id").primary_key())
                .col(uuid("structure_id"))
                .col(uuid("ouverte_par"))
                .col(timestamp_with_time_zone("ouverte_le"))
                .col(timestamp_with_time_zone_null("fermee_le"))
                .foreign_key(&mut cle("fk_evaluation_date", "evaluation_seance", "date_id", "seance_date"))
                .foreign_key(&mut cle("fk_evaluation_par", "evaluation_seance", "ouverte_par", "utilisateur"))
                .to_owned(),
        )
        .await?;
        m.create_table(
            Table::create()
                .table("lien_evaluation")
                .col(var_binary("empreinte", 32).primary_key())
                .col(string_len("voie", 48))
                .col(uuid("date_id"))
                .col(uuid_null("reservation_id"))
                .col(timestamp_with_time_zone("cree_le"))
                .col(timestamp_with_time_zone("expire_le"))
                // What one person answers names their booking; what all do names none.
                .check(Expr::cust("(voie IN ('courriel', 'gestes')) = (reservation_id IS NOT NULL)"))
                .foreign_key(&mut cle("fk_lien_evaluation_date", "lien_evaluation", "date_id", "seance_date"))
                .foreign_key(&mut cle("fk_lien_evaluation_reservation", "lien_evaluation", "reservation_id", "reservation"))
                .to_owned(),
        )
        .await?;
        for colonne in ["date_id", "reservation_id"] {
            let nom = format!("ix_lien_evaluation_{colonne}");
            m.create_index(Index::create().name(nom).table("lien_evaluation").col(colonne).to_owned()).await?;
        }
        m.create_table(
            Table::create()
                .table("reponse_seance")
                .col(uuid("id").primary_key())
                .col(uuid("date_id"))
                .col(integer("rang").check(Expr::col("rang").between(1, 1000)))
                .col(note("accueil"))
                .col(note("utilite"))
                .col(note("recommandation"))
                .col(text_null("commentaire"))
                .col(date("repondu_le"))
                .foreign_key(
                    ForeignKey::create().name("fk_reponse_evaluation").from("reponse_seance", "date_id").to("evaluation_seance", "date_id"),
                )
                .to_owned(),
        )
        .await?;
        m.create_index(
            Index::create().name("ux_reponse_seance_rang").table("reponse_seance").col("date_id").col("rang").unique().to_owned(),
        )
        .await?;
        m.create_table(
            Table::create()
                .table("accord_evaluation")
                .col(uuid("reservation_id").primary_key())
                .col(string_len("par", 48))
                .col(timestamp_with_time_zone("cree_le"))
                .foreign_key(&mut cle("fk_accord_evaluation", "accord_evaluation", "reservation_id", "reservation"))
                .to_owned(),
        )
        .await?;
        m.create_table(
            Table::create()
                .table("invitation_froide")
                .col(uuid("reservation_id").primary_key())
                .col(uuid("date_id"))
                .col(timestamp_with_time_zone("envoyee_le"))
                .col(boolean("repondue"))
                .foreign_key(&mut cle("fk_invitation_reservation", "invitation_froide", "reservation_id", "reservation"))
                .foreign_key(&mut cle("fk_invitation_date", "invitation_froide", "date_id", "seance_date"))
                .to_owned(),
        )
        .await?;
        // Of a date, never of a person: nothing here says who answered.
        m.create_table(
            Table::create()
                .table("reponse_froide")
                .col(uuid("id").primary_key())
                .col(uuid("date_id"))
                .col(note("utilite"))
                .col(note("refait"))
                .col(note("recommandation"))
                .col(text_null("commentaire"))
                .col(date("repondu_le"))
                .foreign_key(&mut cle("fk_reponse_froide_date", "reponse_froide", "date_id", "seance_date"))
                .to_owned(),
        )
        .await?;
        m.create_index(Index::create().name("ix_reponse_froide_date").table("reponse_froide").col("date_id").to_owned()).await?;
        m.create_table(
            Table::create()
                .table("geste_seance")
                .col(uuid("date_id"))
                .col(uuid("reservation_id"))
                .col(string_len("geste", 8))
                .col(boolean_null("animateur"))
                .col(boolean_null("participant"))
                .primary_key(Index::create().col("date_id").col("reservation_id").col("geste"))
                .foreign_key(&mut cle("fk_geste_date", "geste_seance", "date_id", "seance_date"))
                .foreign_key(&mut cle("fk_geste_reservation", "geste_seance", "reservation_id", "reservation"))
                .to_owned(),
        )
        .await?;
        m.create_index(Index::create().name("ix_geste_seance_reservation").table("geste_seance").col("reservation_id").to_owned()).await?;
        m.create_table(
            Table::create()
                .table("signature_presence")
                .col(uuid("id").primary_key())
                .col(uuid("date_id"))
                .col(uuid("reservation_id"))
                .col(string_len("demi_journee", 48))
                .col(string_len("nature", 48))
                .col(text("trace"))
                .col(timestamp_with_time_zone("signe_le"))
                .foreign_key(&mut cle("fk_signature_date", "signature_presence", "date_id", "seance_date"))
                .foreign_key(&mut cle("fk_signature_reservation", "signature_presence", "reservation_id", "reservation"))
                .to_owned(),
        )
        .await?;
        m.create_index(
            Index::create()
                .name("ux_signature_presence")
                .table("signature_presence")
                .col("date_id")
                .col("reservation_id")
                .col("demi_journee")
                .unique()
                .to_owned(),
        )
        .await?;
        m.create_index(Index::create().name("ix_signature_reservation").table("signature_presence").col("reservation_id").to_owned()).await
    }
}
