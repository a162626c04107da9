//! Tables of mediation.

use sea_orm::DbBackend;
use sea_orm_migration::{prelude::*, schema::*};

/// Migrations of this crate, in order.
pub fn migrations() -> Vec<Box<dyn MigrationTrait>> {
    let mut toutes: Vec<Box<dyn MigrationTrait>> = vec![Box::new(Personnes), Box::new(Accompagnements), Box::new(Suivi)];
    toutes.extend(crate::parcours::migrations());
    toutes.extend(crate::orientation::migrations());
    toutes.push(Box::new(TrancheFigee));
    toutes.push(Box::new(TextesScelles));
    toutes.extend(crate::conservation::migrations());
    toutes.extend(crate::doublon::migrations());
    toutes.extend(crate::satisfaction::migrations());
    toutes.extend(crate::note_pratique::migrations());
    toutes.push(Box::new(crate::accompagnement::ParMediateur));
    toutes.push(Box::new(crate::chronologie::migration::ParPersonne));
    toutes
}

fn cle(nom: &str, de: &'static str, colonne: &'static str, vers: &'static str) -> ForeignKeyCreateStatement {
    ForeignKey::create().name(nom).from(de, colonne).to(vers, "id").to_owned()
}

struct Personnes;

impl MigrationName for Personnes {
    fn name(&self) -> &'static str {
        "m20261121_000004_personnes"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Personnes {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, m: &SchemaManager) -> Result<(), DbErr> {
        m.create_table(
            Table::create()
                .table("personne")
                .col(uuid("id").primary_key())
                .col(string_len_null("prenom", 100))
                .col(string_len_null("nom", 100))
                .col(string_len_null("surnom", 100))
                .col(string_len("cle_tri", 220))
                .col(string_len_null("telephone", 40))
                .col(string_len_null("courriel", 200))
                .col(date_null("date_naissance"))
                .col(integer_null("annee_naissance"))
                .col(string_len_null("tranche_age", 48))
                .col(string_len_null("genre", 48))
                .col(string_len_null("statut", 48))
                .col(string_len_null("commune", 5))
                .col(string_len_null("langue", 60))
                .col(json_binary("besoins"))
                .col(string_len_null("amenagements", 1000))
                .col(text_null("notes"))
                .col(integer("version"))
                .col(timestamp_with_time_zone("cree_le"))
                .col(timestamp_with_time_zone("modifie_le"))
                .col(timestamp_with_time_zone_null("efface_le"))
                .to_owned(),
        )
        .await?;
        m.create_table(
            Table::create()
                .table("consentement")
                .col(uuid("id").primary_key())
                .col(uuid("personne_id"))
                .col(uuid("structure_id"))
                .col(string_len("finalite", 48))
                .col(uuid_null("destinataire_id"))
                .col(date("donne_le"))
                .col(date_null("retire_le"))
                .col(uuid_null("recueilli_par"))
                .col(string_len_null("maniere", 200))
                .foreign_key(&mut cle("fk_consentement_personne", "consentement", "personne_id", "personne"))
                .foreign_key(&mut cle("fk_consentement_structure", "consentement", "structure_id", "structure"))
                .to_owned(),
        )
        .await?;
        m.create_index(Index::create().name("ix_consentement_personne").table("consentement").col("personne_id").to_owned()).await?;
        m.create_table(
            Table::create()
                .table("suivi")
                .col(uuid("structure_id"))
                .col(uuid("personne_id"))
                .col(timestamp_with_time_zone("depuis"))
                .col(uuid_null("consentement_id"))
                .primary_key(Index::create().col("structure_id").col("personne_id"))
                .foreign_key(&mut cle("fk_suivi_structure", "suivi", "structure_id", "structure"))
                .foreign_key(&mut cle("fk_suivi_personne", "suivi", "personne_id", "personne"))
                .foreign_key(&mut cle("fk_suivi_consentement", "suivi", "consentement_id", "consentement"))
                .to_owned(),
        )
        .await?;
        m.create_index(Index::create().name("ix_suivi_personne").table("suivi").col("personne_id").to_owned()).await?;
        m.create_table(
            Table::create()
                .table("personne_cle")
                .col(uuid("structure_id"))
                .col(string_len("cle", 60))
                .col(uuid("personne_id"))
                .primary_key(Index::create().col("structure_id").col("cle").col("personne_id"))
                .foreign_key(cle("fk_cle_personne", "personne_cle", "personne_id", "personne").on_delete(ForeignKeyAction::Cascade))
                .to_owned(),
        )
        .await?;
        m.create_index(Index::create().name("ix_personne_cle_personne").table("personne_cle").col("personne_id").col("cle").to_owned())
            .await?;
        if m.get_database_backend() == DbBackend::Postgres {
            // Byte order, so that a prefix is a range of the index.
            m.get_connection().execute_unprepared("ALTER TABLE personne_cle ALTER COLUMN cle TYPE varchar(60) COLLATE \"C\"").await?;
        }
        Ok(())
    }
}

struct Accompagnements;

impl MigrationName for Accompagnements {
    fn name(&self) -> &'static str {
        "m20261121_000005_accompagnements"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Accompagnements {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, m: &SchemaManager) -> Result<(), DbErr> {
        m.create_table(
            Table::create()
                .table("accompagnement")
                .col(uuid("id").primary_key())
                .col(uuid("structure_id"))
                .col(uuid("mediateur_id"))
                .col(string_len("type_activite", 48))
                .col(date("date"))
                .col(integer("duree_minutes").check(Expr::col("duree_minutes").gt(0)))
                .col(string_len("lieu_type", 48))
                .col(uuid_null("lieu_id"))
                .col(string_len_null("commune", 5))
                .col(string_len_null("autonomie", 48))
                .col(string_len_null("titre", 200))
                .col(string_len_null("niveau", 48))
                .col(text_null("notes"))
                // Denormalised: how many named (rows of participation) and anonymous participants.
                .col(integer("nommes"))
                .col(integer("anonymes"))
                .col(integer("version"))
                .col(timestamp_with_time_zone("cree_le"))
                .col(timestamp_with_time_zone("modifie_le"))
                .col(timestamp_with_time_zone_null("supprime_le"))
                .check(Expr::cust("nommes >= 0 AND anonymes >= 0 AND nommes + anonymes >= 1"))
                .check(Expr::cust("type_activite <> 'individuel' OR nommes + anonymes = 1"))
                .foreign_key(&mut cle("fk_acc_structure", "accompagnement", "structure_id", "structure"))
                .foreign_key(&mut cle("fk_acc_mediateur", "accompagnement", "mediateur_id", "utilisateur"))
                .foreign_key(&mut cle("fk_acc_lieu", "accompagnement", "lieu_id", "lieu"))
                .to_owned(),
        )
        .await?;
        m.create_index(
            Index::create().name("ix_acc_structure_date").table("accompagnement").col("structure_id").col("date").col("id").to_owned(),
        )
        .await?;
        m.create_table(
            Table::create()
                .table("participation")
                .col(uuid("accompagnement_id"))
                .col(uuid("personne_id"))
                // Copied from the accompaniment, so that a period and a person's first time are one index away.
                .col(uuid("structure_id"))
                .col(date("date"))
                .primary_key(Index::create().col("accompagnement_id").col("personne_id"))
                .foreign_key(&mut cle("fk_part_acc", "participation", "accompagnement_id", "accompagnement"))
                .foreign_key(&mut cle("fk_part_personne", "participation", "personne_id", "personne"))
                .to_owned(),
        )
        .await?;
        m.create_index(
            Index::create().name("ix_part_personne").table("participation").col("personne_id").col("structure_id").col("date").to_owned(),
        )
        .await?;
        m.create_index(Index::create().name("ix_part_structure_date").table("participation").col("structure_id").col("date").to_owned())
            .await?;
        m.create_table(
            Table::create()
                .table("accompagnement_code")
                .col(uuid("accompagnement_id"))
                // `thematique`, `demarche` or `materiel`.
                .col(string_len("axe", 16))
                .col(string_len("code", 48))
                .primary_key(Index::create().col("accompagnement_id").col("axe").col("code"))
                .foreign_key(
                    cle("fk_code_acc", "accompagnement_code", "accompagnement_id", "accompagnement").on_delete(ForeignKeyAction::Cascade),
                )
                .to_owned(),
        )
        .await?;
        m.create_table(
            Table::create()
                .table("accompagnement_anonyme")
                .col(uuid("accompagnement_id"))
                // `tranche_age`, `genre` or `statut`.
                .col(string_len("axe", 16))
                .col(string_len("code", 48))
                .col(integer("nombre").check(Expr::col("nombre").gt(0)))
                .primary_key(Index::create().col("accompagnement_id").col("axe").col("code"))
                .foreign_key(
                    cle("fk_anonyme_acc", "accompagnement_anonyme", "accompagnement_id", "accompagnement")
                        .on_delete(ForeignKeyAction::Cascade),
                )
                .to_owned(),
        )
        .await?;
        Ok(())
    }
}

struct Suivi;

impl MigrationName for Suivi {
    fn name(&self) -> &'static str {
        "m20261121_000006_suivi"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Suivi {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, m: &SchemaManager) -> Result<(), DbErr> {
        m.create_table(
            Table::create()
                .table("accueil")
                .col(uuid("id").primary_key())
                .col(uuid("structure_id"))
                .col(uuid_null("lieu_id"))
                .col(uuid_null("personne_id"))
                .col(uuid("accueilli_par"))
                .col(timestamp_with_time_zone("arrive_le"))
                .col(string_len("canal", 48))
                .col(string_len_null("motif", 500))
                .col(string_len("suite", 48))
                .col(timestamp_with_time_zone_null("pris_en_charge_le"))
                .col(uuid_null("pris_en_charge_par"))
                .col(integer("version"))
                .foreign_key(&mut cle("fk_accueil_structure", "accueil", "structure_id", "structure"))
                .foreign_key(&mut cle("fk_accueil_lieu", "accueil", "lieu_id", "lieu"))
                .foreign_key(&mut cle("fk_accueil_personne", "accueil", "personne_id", "personne"))
                .foreign_key(&mut cle("fk_accueil_par", "accueil", "accueilli_par", "utilisateur"))
                .to_owned(),
        )
        .await?;
        m.create_index(Index::create().name("ix_accueil_structure").table("accueil").col("structure_id").col("arrive_le").to_owned())
            .await?;
        m.create_index(
            Index::create().name("ix_accueil_attente").table("accueil").col("structure_id").col("suite").col("arrive_le").to_owned(),
        )
        .await?;
        m.create_index(Index::create().name("ix_accueil_personne").table("accueil").col("personne_id").to_owned()).await?;
        m.create_table(
            Table::create()
                .table("diagnostic")
                .col(uuid("id").primary_key())
                .col(uuid("structure_id"))
                .col(uuid("personne_id"))
                .col(uuid("mediateur_id"))
                .col(date("date"))
                .col(string_len("grille", 32))
                .col(json_binary("reponses"))
                .col(string_len("niveau_propose", 48))
                .col(string_len("niveau", 48))
                .col(text_null("objectif"))
                .col(text_null("constats"))
                .col(json_binary("etapes"))
                .col(boolean("convenu"))
                .col(integer("version"))
                .col(timestamp_with_time_zone("cree_le"))
                .foreign_key(&mut cle("fk_diag_structure", "diagnostic", "structure_id", "structure"))
                .foreign_key(&mut cle("fk_diag_personne", "diagnostic", "personne_id", "personne"))
                .foreign_key(&mut cle("fk_diag_mediateur", "diagnostic", "mediateur_id", "utilisateur"))
                .to_owned(),
        )
        .await?;
        m.create_index(Index::create().name("ix_diag_personne").table("diagnostic").col("personne_id").col("date").to_owned()).await?;
        m.create_index(Index::create().name("ix_diag_structure").table("diagnostic").col("structure_id").col("date").to_owned()).await?;
        m.create_table(
            Table::create()
                .table("parcours")
                .col(uuid("id").primary_key())
                .col(uuid("structure_id"))
                .col(uuid("personne_id"))
                .col(uuid("mediateur_id"))
                .col(uuid_null("diagnostic_id"))
                .col(date("ouvert_le"))
                .col(date_null("clos_le"))
                .col(integer("version"))
                .foreign_key(&mut cle("fk_parcours_structure", "parcours", "structure_id", "structure"))
                .foreign_key(&mut cle("fk_parcours_personne", "parcours", "personne_id", "personne"))
                .foreign_key(&mut cle("fk_parcours_mediateur", "parcours", "mediateur_id", "utilisateur"))
                .foreign_key(&mut cle("fk_parcours_diagnostic", "parcours", "diagnostic_id", "diagnostic"))
                .to_owned(),
        )
        .await?;
        m.create_index(Index::create().name("ix_parcours_personne").table("parcours").col("personne_id").to_owned()).await?;
        m.create_table(
            Table::create()
                .table("objectif")
                .col(uuid("id").primary_key())
                .col(uuid("parcours_id"))
                .col(uuid("structure_id"))
                .col(string_len("libelle", 500))
                .col(string_len("statut", 48))
                .col(date_null("evalue_le"))
                .col(integer("ordre"))
                .foreign_key(cle("fk_objectif_parcours", "objectif", "parcours_id", "parcours").on_delete(ForeignKeyAction::Cascade))
                .to_owned(),
        )
        .await?;
        m.create_index(Index::create().name("ix_objectif_parcours").table("objectif").col("parcours_id").to_owned()).await?;
        m.create_index(Index::create().name("ix_objectif_evalue").table("objectif").col("structure_id").col("evalue_le").to_owned())
            .await?;
        m.create_table(
            Table::create()
                .table("etape")
                .col(uuid("id").primary_key())
                .col(uuid("parcours_id"))
                .col(uuid("structure_id"))
                .col(string_len("nature", 48))
                .col(string_len("libelle", 500))
                .col(date_null("prevue_le"))
                .col(string_len_null("heure", 5))
                .col(string_len("statut", 48))
                .col(date_null("faite_le"))
                .col(integer("ordre"))
                .foreign_key(cle("fk_etape_parcours", "etape", "parcours_id", "parcours").on_delete(ForeignKeyAction::Cascade))
                .to_owned(),
        )
        .await?;
        m.create_index(Index::create().name("ix_etape_parcours").table("etape").col("parcours_id").to_owned()).await?;
        m.create_index(
            Index::create().name("ix_etape_prevue").table("etape").col("structure_id").col("statut").col("prevue_le").to_owned(),
        )
        .await?;
        m.create_table(
            Table::create()
                .table("orientation")
                .col(uuid("id").primary_key())
                .col(uuid("structure_id"))
                .col(uuid("personne_id"))
                .col(uuid("mediateur_id"))
                .col(uuid("partenaire_id"))
                .col(uuid_null("consentement_id"))
                .col(date("date"))
                .col(string_len("motif", 1000))
                .col(string_len("statut", 48))
                .col(date_null("repondu_le"))
                .col(boolean("acceptee"))
                .col(string_len_null("retour", 1000))
                .col(integer("version"))
                .col(timestamp_with_time_zone("cree_le"))
                .foreign_key(&mut cle("fk_orient_structure", "orientation", "structure_id", "structure"))
                .foreign_key(&mut cle("fk_orient_personne", "orientation", "personne_id", "personne"))
                .foreign_key(&mut cle("fk_orient_mediateur", "orientation", "mediateur_id", "utilisateur"))
                .foreign_key(&mut cle("fk_orient_partenaire", "orientation", "partenaire_id", "partenaire"))
                .foreign_key(&mut cle("fk_orient_consentement", "orientation", "consentement_id", "consentement"))
                .to_owned(),
        )
        .await?;
        m.create_index(Index::create().name("ix_orient_structure").table("orientation").col("structure_id").col("date").to_owned()).await?;
        m.create_index(Index::create().name("ix_orient_personne").table("orientation").col("personne_id").to_owned()).await?;
        Ok(())
    }
}

struct TrancheFigee;

impl MigrationName for TrancheFigee {
    fn name(&self) -> &'static str {
        "m20261122_000020_tranche_figee"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for TrancheFigee {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    /// The age band a participant had that day, written when the year of birth is erased: figures stay.
    async fn up(&self, m: &SchemaManager) -> Result<(), DbErr> {
        m.alter_table(Table::alter().table("participation").add_column(string_len_null("tranche_figee", 48)).to_owned()).await
    }
}

struct TextesScelles;

impl MigrationName for TextesScelles {
    fn name(&self) -> &'static str {
        "m20261122_000112_textes_scelles"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for TextesScelles {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    /// A sealed text is longer than what was typed: these columns lose their limit, which the rules keep.
    /// On PostgreSQL no row is written again for that; SQLite never minded.
    async fn up(&self, m: &SchemaManager) -> Result<(), DbErr> {
        if m.get_database_backend() != DbBackend::Postgres {
            return Ok(());
        }
        for (table, colonne) in [
            ("personne", "amenagements"),
            ("accueil", "motif"),
            ("orientation", "motif"),
            ("orientation", "retour"),
            ("objectif", "libelle"),
            ("etape", "libelle"),
        ] {
            m.get_connection().execute_unprepared(&format!("ALTER TABLE {table} ALTER COLUMN {colonne} TYPE text")).await?;
        }
        Ok(())
    }
}
