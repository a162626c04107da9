//! Exam sessions.

use sea_orm_migration::{prelude::*, schema::*};

use super::{cle, index, partie, vers_version};

pub(super) struct Sessions;

impl MigrationName for Sessions {
    fn name(&self) -> &'static str {
        "m20261122_000203_sessions_examen"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Sessions {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, m: &SchemaManager) -> Result<(), DbErr> {
        m.create_table(
            Table::create()
                .table("session_examen")
                .col(uuid("id").primary_key())
                .col(uuid("structure_id"))
                .col(uuid("lieu_id"))
                .col(string_len("version_code", 80))
                // `titre`, `ccp` or `ccs`.
                .col(string_len("type_session", 16))
                .col(string_len_null("ccs", 80))
                .col(string_len("etat", 32))
                .col(date("premier_jour"))
                .col(date("dernier_jour"))
                .col(date_null("declaree_le"))
                .col(date_null("convoquee_le"))
                .col(string_len_null("motif_annulation", 500))
                .col(integer("version"))
                .col(timestamp_with_time_zone("cree_le"))
                .foreign_key(&mut cle("session_examen", "structure_id", "structure"))
                .foreign_key(&mut cle("session_examen", "lieu_id", "lieu"))
                .foreign_key(&mut vers_version("session_examen"))
                .to_owned(),
        )
        .await?;
        index(m, "session_examen", &["structure_id", "premier_jour"], false).await?;
        m.create_table(
            Table::create()
                .table("session_jour")
                .col(uuid("session_id"))
                .col(date("jour"))
                .primary_key(Index::create().col("session_id").col("jour"))
                .foreign_key(&mut partie("session_jour", "session_id", "session_examen"))
                .to_owned(),
        )
        .await?;
        m.create_table(
            Table::create()
                .table("session_jure")
                .col(uuid("session_id"))
                .col(uuid("jure_id"))
                .col(boolean("preside"))
                .primary_key(Index::create().col("session_id").col("jure_id"))
                .foreign_key(&mut partie("session_jure", "session_id", "session_examen"))
                .foreign_key(&mut cle("session_jure", "jure_id", "jure"))
                .to_owned(),
        )
        .await?;
        m.create_table(
            Table::create()
                .table("presence_jure")
                .col(uuid("session_id"))
                .col(uuid("jure_id"))
                .col(date("jour"))
                .col(boolean("present"))
                .primary_key(Index::create().col("session_id").col("jure_id").col("jour"))
                .foreign_key(&mut partie("presence_jure", "session_id", "session_examen"))
                .foreign_key(&mut cle("presence_jure", "jure_id", "jure"))
                .to_owned(),
        )
        .await?;
        m.create_table(
            Table::create()
                .table("passage")
                .col(uuid("id").primary_key())
                .col(uuid("session_id"))
                .col(uuid("candidature_id"))
                .col(uuid("candidat_id"))
                // Units presented, with the origin judged for each.
                .col(json_binary("origines"))
                .col(date("jour"))
                .col(string_len_null("heure", 5))
                .col(integer_null("duree_minutes"))
                .col(string_len_null("salle", 80))
                // `attendu`, `present`, `absent`, `absent_justifie`.
                .col(string_len("presence", 32))
                // What the jury proposes: null until the deliberation.
                .col(json_binary_null("accordees"))
                .col(boolean("titre_propose"))
                .col(boolean_null("entretien_favorable"))
                .col(json_binary_null("deliberation"))
                .col(integer("version"))
                .foreign_key(&mut partie("passage", "session_id", "session_examen"))
                .foreign_key(&mut cle("passage", "candidature_id", "candidature"))
                .foreign_key(&mut cle("passage", "candidat_id", "candidat"))
                .to_owned(),
        )
        .await?;
        index(m, "passage", &["session_id", "candidature_id"], true).await?;
        index(m, "passage", &["candidature_id"], false).await?;
        // A candidate sits one session a day.
        index(m, "passage", &["candidat_id", "jour"], true).await?;
        m.create_table(
            Table::create()
                .table("grille_ligne")
                .col(uuid("passage_id"))
                .col(uuid("jure_id"))
                .col(string_len("epreuve", 48))
                .col(string_len("competence", 80))
                // `acquis`, `non_acquis`, `non_observe`.
                .col(string_len("resultat", 16))
                .col(text_null("observation"))
                .col(timestamp_with_time_zone("modifie_le"))
                .primary_key(Index::create().col("passage_id").col("jure_id").col("epreuve").col("competence"))
                .foreign_key(&mut partie("grille_ligne", "passage_id", "passage"))
                .foreign_key(&mut cle("grille_ligne", "jure_id", "jure"))
                .to_owned(),
        )
        .await?;
        m.create_table(
            Table::create()
                .table("incident_session")
                .col(uuid("id").primary_key())
                .col(uuid("session_id"))
                .col(uuid_null("passage_id"))
                // `incident`, `fraude`, `recours`.
                .col(string_len("nature", 16))
                .col(timestamp_with_time_zone("quand"))
                .col(uuid_null("par"))
                .col(text("recit"))
                .col(json_binary("temoins"))
                .col(string_len_null("suite", 1000))
                .foreign_key(&mut cle("incident_session", "session_id", "session_examen"))
                .foreign_key(&mut cle("incident_session", "passage_id", "passage"))
                .to_owned(),
        )
        .await?;
        index(m, "incident_session", &["session_id"], false).await
    }
}
