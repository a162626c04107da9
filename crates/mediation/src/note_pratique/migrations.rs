use sea_orm_migration::{prelude::*, schema::*};

/// Migrations of notes on one's practice, after those of the crate.
pub fn migrations() -> Vec<Box<dyn MigrationTrait>> {
    vec![Box::new(NotesPratique)]
}

struct NotesPratique;

impl MigrationName for NotesPratique {
    fn name(&self) -> &'static str {
        "m20261122_000122_note_pratique"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for NotesPratique {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, m: &SchemaManager) -> Result<(), DbErr> {
        let cle = |nom: &str, colonne: &'static str, vers: &'static str| {
            ForeignKey::create().name(nom).from("note_pratique", colonne).to(vers, "id").to_owned()
        };
        m.create_table(
            Table::create()
                .table("note_pratique")
                .col(uuid("id").primary_key())
                .col(uuid("auteur_id"))
                .col(uuid("structure_id"))
                .col(uuid("accompagnement_id"))
                .col(text_null("reussi"))
                .col(text_null("a_changer"))
                .col(json_binary("competences"))
                .col(integer("version"))
                .col(timestamp_with_time_zone("cree_le"))
                .col(timestamp_with_time_zone("modifie_le"))
                .foreign_key(&mut cle("fk_note_auteur", "auteur_id", "utilisateur"))
                .foreign_key(&mut cle("fk_note_structure", "structure_id", "structure"))
                .foreign_key(&mut cle("fk_note_acc", "accompagnement_id", "accompagnement"))
                .to_owned(),
        )
        .await?;
        m.create_index(
            Index::create().name("ux_note_auteur_acc").table("note_pratique").col("auteur_id").col("accompagnement_id").unique().to_owned(),
        )
        .await?;
        m.create_index(Index::create().name("ix_note_acc").table("note_pratique").col("accompagnement_id").to_owned()).await
    }
}
