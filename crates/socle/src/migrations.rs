//! Tables of the kernel: journal, creation, tache, occurrence, fichier.

use sea_orm::DbBackend;
use sea_orm_migration::{prelude::*, schema::*};

/// Migrations of this crate, in order. A new one is added at the end, never changed once released.
pub fn migrations() -> Vec<Box<dyn MigrationTrait>> {
    vec![
        Box::new(Noyau),
        Box::new(crate::coffre::migration::Cles),
        Box::new(Planification),
        Box::new(AuteursOublies),
        Box::new(Fichiers),
        Box::new(DossiersTouches),
    ]
}

struct Noyau;

impl MigrationName for Noyau {
    fn name(&self) -> &'static str {
        "m20261121_000001_noyau"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Noyau {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, m: &SchemaManager) -> Result<(), DbErr> {
        m.create_table(
            Table::create()
                .table("journal")
                .col(uuid("id").primary_key())
                .col(timestamp_with_time_zone("quand"))
                .col(uuid_null("acteur_id"))
                .col(uuid_null("structure_id"))
                .col(string_len("action", 32))
                .col(string_len("objet", 32))
                .col(uuid_null("objet_id"))
                .col(json_binary("champs"))
                .col(uuid("requete"))
                .to_owned(),
        )
        .await?;
        m.create_index(Index::create().name("ix_journal_structure").table("journal").col("structure_id").col("id").to_owned()).await?;
        m.create_index(Index::create().name("ix_journal_objet").table("journal").col("objet_id").col("id").to_owned()).await?;
        m.create_table(
            Table::create()
                .table("creation")
                .col(uuid("id").primary_key())
                .col(string_len("objet", 32))
                .col(var_binary("empreinte", 32))
                .col(timestamp_with_time_zone("cree_le"))
                .to_owned(),
        )
        .await?;
        m.create_table(
            Table::create()
                .table("tache")
                .col(uuid("id").primary_key())
                .col(string_len("genre", 32))
                .col(json_binary("charge"))
                .col(string_len_null("cle", 120).unique_key())
                .col(timestamp_with_time_zone("cree_le"))
                .col(timestamp_with_time_zone("pas_avant"))
                .col(timestamp_with_time_zone_null("bail"))
                .col(integer("essais"))
                .col(timestamp_with_time_zone_null("faite_le"))
                .col(timestamp_with_time_zone_null("abandonnee_le"))
                .col(string_len_null("erreur", 500))
                .to_owned(),
        )
        .await?;
        m.create_index(Index::create().name("ix_tache_due").table("tache").col("faite_le").col("pas_avant").to_owned()).await?;
        let c = m.get_connection();
        match m.get_database_backend() {
            DbBackend::Postgres => {
                c.execute_unprepared(
                    "CREATE FUNCTION journal_immuable() RETURNS trigger LANGUAGE plpgsql AS $$
                     BEGIN
                       IF TG_OP = 'UPDATE' AND NEW.acteur_id IS NULL
                          AND (NEW.id, NEW.quand, NEW.structure_id, NEW.action, NEW.objet, NEW.objet_id, NEW.champs, NEW.requete)
                              IS NOT DISTINCT FROM (OLD.id, OLD.quand, OLD.structure_id, OLD.action, OLD.objet, OLD.objet_id, OLD.champs, OLD.requete)
                       THEN RETURN NEW; END IF;
                       RAISE EXCEPTION 'journal: append-only';
                     END $$;
                     CREATE TRIGGER journal_immuable BEFORE UPDATE OR DELETE ON journal FOR EACH ROW EXECUTE FUNCTION journal_immuable();",
                )
                .await?;
            }
            _ => {
                c.execute_unprepared(
                    "CREATE TRIGGER journal_immuable_maj BEFORE UPDATE ON journal
                     WHEN NOT (NEW.acteur_id IS NULL AND NEW.id IS OLD.id AND NEW.quand IS OLD.quand AND NEW.structure_id IS OLD.structure_id
                               AND NEW.action IS OLD.action AND NEW.objet IS OLD.objet AND NEW.objet_id IS OLD.objet_id
                               AND NEW.champs IS OLD.champs AND NEW.requete IS OLD.requete)
                     BEGIN SELECT RAISE(ABORT, 'journal: append-only'); END;
                     CREATE TRIGGER journal_immuable_sup BEFORE DELETE ON journal
                     BEGIN SELECT RAISE(ABORT, 'journal: append-only'); END;",
                )
                .await?;
            }
        }
        Ok(())
    }
}

struct Planification;

impl MigrationName for Planification {
    fn name(&self) -> &'static str {
        "m20261122_000101_planification"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Planification {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    /// The occurrences of periodic work: the key lets one node of several enter each.
    async fn up(&self, m: &SchemaManager) -> Result<(), DbErr> {
        m.create_table(
            Table::create()
                .table("occurrence")
                .col(string_len("nom", 32))
                .col(string_len("occurrence", 32))
                .col(timestamp_with_time_zone("cree_le"))
                .primary_key(Index::create().col("nom").col("occurrence"))
                .to_owned(),
        )
        .await
    }
}

struct AuteursOublies;

impl MigrationName for AuteursOublies {
    fn name(&self) -> &'static str {
        "m20261122_000104_journal_auteurs"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for AuteursOublies {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    /// The one change of a line: a year later (as the last line tells the time), who acted is forgotten:
    /// author, request, and the account or token it was about. Partial indexes find what is left to do.
    async fn up(&self, m: &SchemaManager) -> Result<(), DbErr> {
        let c = m.get_connection();
        c.execute_unprepared("CREATE INDEX ix_journal_auteur ON journal (id) WHERE acteur_id IS NOT NULL").await?;
        c.execute_unprepared(
            "CREATE INDEX ix_journal_compte ON journal (id) WHERE objet_id IS NOT NULL AND objet IN ('utilisateur', 'jeton', 'session')",
        )
        .await?;
        match m.get_database_backend() {
            DbBackend::Postgres => {
                c.execute_unprepared(
                    "CREATE OR REPLACE FUNCTION journal_immuable() RETURNS trigger LANGUAGE plpgsql AS $$
                     BEGIN
                       IF TG_OP = 'UPDATE'
                          AND OLD.quand < (SELECT j.quand FROM journal j ORDER BY j.id DESC LIMIT 1) - interval '1 year'
                          AND NEW.acteur_id IS NULL
                          AND (NEW.requete = '00000000-0000-0000-0000-000000000000' OR (OLD.acteur_id IS NULL AND NEW.requete = OLD.requete))
                          AND NEW.objet_id IS NOT DISTINCT FROM
                              (CASE WHEN OLD.objet IN ('utilisateur', 'jeton', 'session') THEN NULL ELSE OLD.objet_id END)
                          AND (NEW.id, NEW.quand, NEW.structure_id, NEW.action, NEW.objet, NEW.champs)
                              IS NOT DISTINCT FROM (OLD.id, OLD.quand, OLD.structure_id, OLD.action, OLD.objet, OLD.champs)
                       THEN RETURN NEW; END IF;
                       RAISE EXCEPTION 'journal: append-only';
                     END $$;",
                )
                .await?;
            }
            _ => {
                c.execute_unprepared(
                    "DROP TRIGGER journal_immuable_maj;
                     CREATE TRIGGER journal_immuable_maj BEFORE UPDATE ON journal
                     WHEN NOT (substr(OLD.quand, 1, 10) < date(substr((SELECT quand FROM journal ORDER BY id DESC LIMIT 1), 1, 10), '-1 year')
                               AND NEW.acteur_id IS NULL
                               AND (NEW.requete IS zeroblob(16) OR (OLD.acteur_id IS NULL AND NEW.requete IS OLD.requete))
                               AND NEW.objet_id IS CASE WHEN OLD.objet IN ('utilisateur', 'jeton', 'session') THEN NULL ELSE OLD.objet_id END
                               AND NEW.id IS OLD.id AND NEW.quand IS OLD.quand AND NEW.structure_id IS OLD.structure_id
                               AND NEW.action IS OLD.action AND NEW.objet IS OLD.objet AND NEW.champs IS OLD.champs)
                     BEGIN SELECT RAISE(ABORT, 'journal: append-only'); END;",
                )
                .await?;
            }
        }
        Ok(())
    }
}

struct Fichiers;

impl MigrationName for Fichiers {
    fn name(&self) -> &'static str {
        "m20261122_000131_fichiers"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Fichiers {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, m: &SchemaManager) -> Result<(), DbErr> {
        m.create_table(
            Table::create()
                .table("fichier")
                .col(uuid("id").primary_key())
                .col(uuid_null("structure_id"))
                .col(uuid_null("proprietaire_id"))
                .col(string_len("nom", 200))
                .col(string_len("media", 120))
                .col(string_len("cle", 80).unique_key())
                .col(string_len("etat", 16))
                .col(big_integer_null("taille"))
                .col(var_binary_null("empreinte", 32))
                .col(timestamp_with_time_zone("cree_le"))
                .col(timestamp_with_time_zone_null("expire_le"))
                .to_owned(),
        )
        .await?;
        m.create_index(Index::create().name("ix_fichier_etat").table("fichier").col("etat").col("expire_le").to_owned()).await
    }
}

/// The files last created or changed in a structure, without reading the lines of their openings, far more numerous.
struct DossiersTouches;

impl MigrationName for DossiersTouches {
    fn name(&self) -> &'static str {
        "m20261122_000801_dossiers_touches"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for DossiersTouches {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, m: &SchemaManager) -> Result<(), DbErr> {
        m.get_connection()
            .execute_unprepared(
                // The kind first, though the same everywhere: else SQLite reads `ix_journal_structure`, openings and all.
                "CREATE INDEX ix_journal_dossier ON journal (objet, structure_id, id, objet_id) WHERE objet = 'personne' AND action IN ('creation', 'modification')",
            )
            .await?;
        Ok(())
    }
}
