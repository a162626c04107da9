//! Minutes, decisions, documents.

use sea_orm_migration::{prelude::*, schema::*};

use super::{cle, index, sceller, vers_pv, vers_version};

pub(super) struct Decisions;

impl MigrationName for Decisions {
    fn name(&self) -> &'static str {
        "m20261122_000204_decisions"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Decisions {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, m: &SchemaManager) -> Result<(), DbErr> {
        // The minutes of a session, frozen when the first member signs.
        m.create_table(
            Table::create()
                .table("pv")
                .col(uuid("session_id").primary_key())
                // All that the PDF prints, labels included.
                .col(json_binary("contenu"))
                .col(string_len("empreinte", 64))
                .col(timestamp_with_time_zone("fige_le"))
                .foreign_key(&mut cle("pv", "session_id", "session_examen"))
                .to_owned(),
        )
        .await?;
        sceller(m, "pv").await?;
        m.create_table(
            Table::create()
                .table("pv_signature")
                .col(uuid("session_id"))
                .col(uuid("jure_id"))
                .col(timestamp_with_time_zone("signe_le"))
                // `dessinee` (an SVG path) or `tapee` (the name).
                .col(string_len("nature", 16))
                .col(text("trace"))
                // What was signed: the hash of the PV shown.
                .col(string_len("empreinte", 64))
                .primary_key(Index::create().col("session_id").col("jure_id"))
                .foreign_key(&mut vers_pv("pv_signature"))
                .foreign_key(&mut cle("pv_signature", "jure_id", "jure"))
                .to_owned(),
        )
        .await?;
        sceller(m, "pv_signature").await?;
        // What happens to a PV after it is signed: `transmis`, `valide` (numbered), `notifie`.
        m.create_table(
            Table::create()
                .table("pv_suite")
                .col(uuid("session_id"))
                .col(string_len("etape", 16))
                .col(date("jour"))
                .col(uuid_null("par"))
                .col(string_len_null("numero", 80))
                .primary_key(Index::create().col("session_id").col("etape"))
                .foreign_key(&mut vers_pv("pv_suite"))
                .to_owned(),
        )
        .await?;
        sceller(m, "pv_suite").await?;
        // The journal of decisions: the livret is its projection. Several rows may share a decision.
        m.create_table(
            Table::create()
                .table("decision")
                .col(uuid("id").primary_key())
                .col(uuid("decision_id"))
                .col(uuid("structure_id"))
                .col(uuid("candidat_id"))
                .col(uuid_null("session_id"))
                .col(date("jour"))
                .col(string_len("etat", 16))
                // `Objet` of the rules, in JSON.
                .col(json_binary("prononce"))
                // The labels of title and unit as signed.
                .col(json_binary("libelles"))
                .col(json_binary("motifs"))
                .col(timestamp_with_time_zone("inscrite_le"))
                .col(uuid_null("par"))
                .foreign_key(&mut cle("decision", "structure_id", "structure"))
                .foreign_key(&mut cle("decision", "candidat_id", "candidat"))
                .foreign_key(&mut cle("decision", "session_id", "session_examen"))
                .to_owned(),
        )
        .await?;
        index(m, "decision", &["candidat_id", "jour"], false).await?;
        index(m, "decision", &["session_id"], false).await?;
        sceller(m, "decision").await?;
        m.create_table(
            Table::create()
                .table("document_certification")
                .col(uuid("id").primary_key())
                .col(uuid("structure_id"))
                .col(uuid_null("candidat_id"))
                .col(uuid_null("session_id"))
                // `convocation`, `emargement`, `grille`, `pv`, `livret`, `parchemin`, `attestation`, `lettre`, `certificat_realisation`.
                .col(string_len("nature", 32))
                .col(string_len("numero", 40).unique_key())
                // In the QR code: says nothing of the person.
                .col(string_len("code_verification", 40).unique_key())
                .col(string_len("version_code", 80))
                .col(json_binary("unites"))
                .col(string_len("etat", 16))
                .col(date("emis_le"))
                .col(date_null("retire_le"))
                .col(string_len_null("motif_retrait", 500))
                // What is printed, frozen, and its hash.
                .col(json_binary("contenu"))
                .col(string_len("empreinte", 64))
                .col(integer("version"))
                .foreign_key(&mut cle("document_certification", "structure_id", "structure"))
                .foreign_key(&mut cle("document_certification", "candidat_id", "candidat"))
                .foreign_key(&mut cle("document_certification", "session_id", "session_examen"))
                .foreign_key(&mut vers_version("document_certification"))
                .to_owned(),
        )
        .await?;
        index(m, "document_certification", &["candidat_id"], false).await?;
        index(m, "document_certification", &["session_id"], false).await?;
        // Keys of credentials: the private part stays outside the database. `rang` is the index in the status list.
        m.create_table(
            Table::create()
                .table("cle_badge")
                .col(string_len("id", 80).primary_key())
                .col(string_len("cle_publique", 120))
                .col(timestamp_with_time_zone("depuis"))
                .col(timestamp_with_time_zone_null("remplacee_le"))
                .to_owned(),
        )
        .await?;
        m.create_table(
            Table::create()
                .table("badge")
                .col(uuid("document_id").primary_key())
                .col(integer("rang").unique_key())
                .col(string_len("cle_id", 80))
                .col(text("credential"))
                .col(timestamp_with_time_zone("emis_le"))
                .foreign_key(&mut cle("badge", "document_id", "document_certification"))
                .foreign_key(&mut cle("badge", "cle_id", "cle_badge"))
                .to_owned(),
        )
        .await
    }
}
