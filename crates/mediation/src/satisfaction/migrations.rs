use sea_orm_migration::{prelude::*, schema::*};

/// Migrations of opinions, after those of the crate.
pub fn migrations() -> Vec<Box<dyn MigrationTrait>> {
    vec![Box::new(Satisfaction)]
}

struct Satisfaction;

impl MigrationName for Satisfaction {
    fn name(&self) -> &'static str {
        "m20261122_000121_satisfaction"
    }
}

fn note(nom: &'static str) -> ColumnDef {
    integer(nom).check(Expr::col(nom).between(1, 5)).take()
}

#[async_trait::async_trait]
impl MigrationTrait for Satisfaction {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, m: &SchemaManager) -> Result<(), DbErr> {
        let cle = |nom: &str, de: &'static str, colonne: &'static str, vers: &'static str| {
            ForeignKey::create().name(nom).from(de, colonne).to(vers, "id").to_owned()
        };
        m.create_table(
            Table::create()
                .table("demande_avis")
                .col(uuid("id").primary_key())
                .col(uuid("accompagnement_id").unique_key())
                .col(uuid("structure_id"))
                .col(date("date"))
                .col(integer("places").check(Expr::col("places").gte(1)))
                .col(uuid("demande_par"))
                .col(timestamp_with_time_zone("cree_le"))
                .col(timestamp_with_time_zone_null("courriel_le"))
                .foreign_key(&mut cle("fk_demande_avis_acc", "demande_avis", "accompagnement_id", "accompagnement"))
                .foreign_key(&mut cle("fk_demande_avis_structure", "demande_avis", "structure_id", "structure"))
                .foreign_key(&mut cle("fk_demande_avis_par", "demande_avis", "demande_par", "utilisateur"))
                .to_owned(),
        )
        .await?;
        m.create_index(Index::create().name("ix_demande_avis_date").table("demande_avis").col("structure_id").col("date").to_owned())
            .await?;
        // What `avis` refers to, so that its own check knows how many answers are accepted.
        m.create_index(Index::create().name("ux_demande_avis_places").table("demande_avis").col("id").col("places").unique().to_owned())
            .await?;
        m.create_table(
            Table::create()
                .table("lien_avis")
                .col(var_binary("empreinte", 32).primary_key())
                .col(uuid("demande_id"))
                .col(string_len("moyen", 48))
                .col(timestamp_with_time_zone("cree_le"))
                .col(timestamp_with_time_zone("expire_le"))
                .foreign_key(&mut cle("fk_lien_avis_demande", "lien_avis", "demande_id", "demande_avis"))
                .to_owned(),
        )
        .await?;
        m.create_index(Index::create().name("ix_lien_avis_demande").table("lien_avis").col("demande_id").to_owned()).await?;
        m.create_table(
            Table::create()
                .table("avis")
                .col(uuid("id").primary_key())
                .col(uuid("demande_id"))
                .col(integer("rang"))
                .col(integer("places"))
                .col(note("accueil"))
                .col(note("utilite"))
                .col(note("recommandation"))
                .col(text_null("commentaire"))
                .col(date("repondu_le"))
                .check(Expr::cust("rang >= 1 AND rang <= places"))
                .foreign_key(
                    ForeignKey::create()
                        .name("fk_avis_demande")
                        .from("avis", ("demande_id", "places"))
                        .to("demande_avis", ("id", "places"))
                        .on_update(ForeignKeyAction::Cascade),
                )
                .to_owned(),
        )
        .await?;
        // One answer a place, whoever comes at the same moment.
        m.create_index(Index::create().name("ux_avis_rang").table("avis").col("demande_id").col("rang").unique().to_owned()).await
    }
}
