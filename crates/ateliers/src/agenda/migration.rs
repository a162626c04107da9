use sea_orm::DbBackend;
use sea_orm_migration::{prelude::*, schema::*};

use crate::migrations::cle;

/// Calendars, opening hours; and one constraint for all that takes a person or a room.
pub(crate) struct Agendas;

impl MigrationName for Agendas {
    fn name(&self) -> &'static str {
        "m20261122_000302_agendas"
    }
}

/// On PostgreSQL the constraint stays as it is: it looks at who and when, whatever for.
const POSTGRES: &str = r"
ALTER TABLE occupation ALTER COLUMN date_id DROP NOT NULL,
  ADD COLUMN occurrence_id uuid CONSTRAINT fk_occupation_occurrence REFERENCES evenement_occurrence (id),
  ADD COLUMN rendez_vous_id uuid CONSTRAINT fk_occupation_rendez_vous REFERENCES rendez_vous (id),
  ADD COLUMN lieu_id uuid, ADD COLUMN commune varchar(5),
  ADD CONSTRAINT ck_occupation_objet CHECK (num_nonnulls(date_id, occurrence_id, rendez_vous_id) = 1);
DROP INDEX ix_occupation_ressource;
CREATE INDEX ix_occupation_ressource ON occupation (ressource, debut_s, fin_s);";

/// SQLite changes no column: the table is made anew.
const SQLITE: &str = r"
INSERT INTO occupation_suite (id, date_id, genre, ressource, debut_s, fin_s, force) SELECT id, date_id, genre, ressource, debut_s, fin_s, force FROM occupation;
DROP TABLE occupation;
ALTER TABLE occupation_suite RENAME TO occupation;
CREATE INDEX ix_occupation_ressource ON occupation (ressource, debut_s, fin_s);
CREATE INDEX ix_occupation_date ON occupation (date_id);";

const SQLITE_REGLE: &str = r"
CREATE TRIGGER ex_occupation_ajout BEFORE INSERT ON occupation WHEN NOT NEW.force AND EXISTS (
  SELECT 1 FROM occupation o WHERE o.ressource = NEW.ressource AND NOT o.force AND o.debut_s < NEW.fin_s AND NEW.debut_s < o.fin_s)
BEGIN SELECT RAISE(ABORT, 'ex_occupation'); END;
CREATE TRIGGER ex_occupation_maj BEFORE UPDATE ON occupation WHEN NOT NEW.force AND EXISTS (
  SELECT 1 FROM occupation o WHERE o.ressource = NEW.ressource AND o.id <> NEW.id AND NOT o.force AND o.debut_s < NEW.fin_s AND NEW.debut_s < o.fin_s)
BEGIN SELECT RAISE(ABORT, 'ex_occupation'); END;";

/// Where séances already programmed are, for the way between two.
const LIEUX: &str = r"
UPDATE occupation SET
  lieu_id = (SELECT s.lieu_id FROM seance s JOIN seance_date d ON d.seance_id = s.id WHERE d.id = occupation.date_id),
  commune = (SELECT s.commune FROM seance s JOIN seance_date d ON d.seance_id = s.id WHERE d.id = occupation.date_id)
WHERE genre = 'animateur';
CREATE INDEX ix_occupation_occurrence ON occupation (occurrence_id);
CREATE INDEX ix_occupation_rendez_vous ON occupation (rendez_vous_id);";

fn index(nom: &str, table: &'static str, colonnes: &[&'static str], unique: bool) -> IndexCreateStatement {
    let mut i = Index::create().name(nom).table(table).to_owned();
    for c in colonnes {
        i.col(*c);
    }
    if unique {
        i.unique();
    }
    i
}

#[async_trait::async_trait]
impl MigrationTrait for Agendas {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, m: &SchemaManager) -> Result<(), DbErr> {
        evenements(m).await?;
        ailleurs(m).await?;
        crate::ouverture::migration::creer(m).await?;
        let db = m.get_connection();
        if m.get_database_backend() == DbBackend::Postgres {
            db.execute_unprepared(POSTGRES).await?;
            db.execute_unprepared(LIEUX).await?;
            return Ok(());
        }
        m.create_table(
            Table::create()
                .table("occupation_suite")
                .col(uuid("id").primary_key())
                .col(uuid_null("date_id"))
                .col(uuid_null("occurrence_id"))
                .col(uuid_null("rendez_vous_id"))
                .col(string_len("genre", 48))
                .col(uuid("ressource"))
                .col(big_integer("debut_s"))
                .col(big_integer("fin_s"))
                .col(boolean("force"))
                .col(uuid_null("lieu_id"))
                .col(string_len_null("commune", 5))
                .check(Expr::cust("debut_s < fin_s"))
                .check(Expr::cust("(date_id IS NOT NULL) + (occurrence_id IS NOT NULL) + (rendez_vous_id IS NOT NULL) = 1"))
                .foreign_key(&mut cle("fk_occupation_date", "occupation_suite", "date_id", "seance_date"))
                .foreign_key(&mut cle("fk_occupation_occurrence", "occupation_suite", "occurrence_id", "evenement_occurrence"))
                .foreign_key(&mut cle("fk_occupation_rendez_vous", "occupation_suite", "rendez_vous_id", "rendez_vous"))
                .to_owned(),
        )
        .await?;
        db.execute_unprepared(SQLITE).await?;
        db.execute_unprepared(LIEUX).await?;
        db.execute_unprepared(SQLITE_REGLE).await?;
        Ok(())
    }
}

async fn evenements(m: &SchemaManager<'_>) -> Result<(), DbErr> {
    m.create_table(
        Table::create()
            .table("evenement")
            .col(uuid("id").primary_key())
            .col(uuid("structure_id"))
            .col(uuid_null("utilisateur_id"))
            .col(uuid_null("lieu_id"))
            .col(boolean("salle"))
            .col(string_len("genre", 48))
            .col(string_len("titre", 150))
            .col(date("jour"))
            .col(string_len("heure", 5))
            .col(integer("duree_minutes").check(Expr::cust("duree_minutes BETWEEN 0 AND 1440")))
            .col(integer("journees").check(Expr::cust("journees BETWEEN 0 AND 62")))
            .col(string_len_null("regle", 300))
            .col(date_null("materialise_au"))
            .col(integer("version"))
            .col(uuid("cree_par"))
            .col(timestamp_with_time_zone("cree_le"))
            .check(Expr::cust("utilisateur_id IS NOT NULL OR lieu_id IS NOT NULL"))
            .check(Expr::cust("(duree_minutes > 0) <> (journees > 0)"))
            .foreign_key(&mut cle("fk_evenement_structure", "evenement", "structure_id", "structure"))
            .foreign_key(&mut cle("fk_evenement_utilisateur", "evenement", "utilisateur_id", "utilisateur"))
            .foreign_key(&mut cle("fk_evenement_lieu", "evenement", "lieu_id", "lieu"))
            .foreign_key(&mut cle("fk_evenement_par", "evenement", "cree_par", "utilisateur"))
            .to_owned(),
    )
    .await?;
    m.create_index(index("ix_evenement_suite", "evenement", &["materialise_au"], false)).await?;
    m.create_table(
        Table::create()
            .table("evenement_occurrence")
            .col(uuid("id").primary_key())
            .col(uuid("evenement_id"))
            .col(uuid("structure_id"))
            // The day of the rule it stands for, whatever it became.
            .col(date("origine"))
            .col(date("jour"))
            .col(string_len("heure", 5))
            .col(timestamp_with_time_zone("debut"))
            .col(timestamp_with_time_zone("fin"))
            .col(string_len("etat", 48))
            .col(boolean("deplacee"))
            .col(boolean("force"))
            .check(Expr::cust("debut < fin"))
            .foreign_key(&mut cle("fk_occurrence_evenement", "evenement_occurrence", "evenement_id", "evenement"))
            .to_owned(),
    )
    .await?;
    m.create_index(index("ux_occurrence_origine", "evenement_occurrence", &["evenement_id", "origine"], true)).await?;
    m.create_index(index("ix_occurrence_structure", "evenement_occurrence", &["structure_id", "debut"], false)).await
}

async fn ailleurs(m: &SchemaManager<'_>) -> Result<(), DbErr> {
    m.create_table(
        Table::create()
            .table("flux_agenda")
            .col(uuid("id").primary_key())
            .col(uuid("structure_id"))
            .col(uuid_null("utilisateur_id"))
            .col(uuid_null("lieu_id"))
            .col(var_binary("empreinte", 32).unique_key())
            .col(uuid("cree_par"))
            .col(timestamp_with_time_zone("cree_le"))
            .check(Expr::cust("(utilisateur_id IS NULL) <> (lieu_id IS NULL)"))
            .foreign_key(&mut cle("fk_flux_structure", "flux_agenda", "structure_id", "structure"))
            .foreign_key(&mut cle("fk_flux_utilisateur", "flux_agenda", "utilisateur_id", "utilisateur"))
            .foreign_key(&mut cle("fk_flux_lieu", "flux_agenda", "lieu_id", "lieu"))
            .foreign_key(&mut cle("fk_flux_par", "flux_agenda", "cree_par", "utilisateur"))
            .to_owned(),
    )
    .await?;
    m.create_index(index("ix_flux_structure", "flux_agenda", &["structure_id"], false)).await?;
    m.create_table(
        Table::create()
            .table("agenda_externe")
            .col(uuid("id").primary_key())
            .col(uuid("utilisateur_id"))
            .col(string_len("nom", 100))
            .col(text_null("adresse"))
            .col(timestamp_with_time_zone_null("lu_le"))
            .col(string_len_null("erreur", 300))
            .col(timestamp_with_time_zone("cree_le"))
            .foreign_key(&mut cle("fk_agenda_externe", "agenda_externe", "utilisateur_id", "utilisateur"))
            .to_owned(),
    )
    .await?;
    m.create_index(index("ix_agenda_externe", "agenda_externe", &["utilisateur_id"], false)).await?;
    m.create_table(
        Table::create()
            .table("occupe_ailleurs")
            .col(uuid("id").primary_key())
            .col(uuid("agenda_id"))
            .col(uuid("utilisateur_id"))
            .col(big_integer("debut_s"))
            .col(big_integer("fin_s"))
            .foreign_key(&mut cle("fk_occupe_ailleurs", "occupe_ailleurs", "agenda_id", "agenda_externe"))
            .to_owned(),
    )
    .await?;
    m.create_index(index("ix_occupe_ailleurs", "occupe_ailleurs", &["utilisateur_id", "debut_s", "fin_s"], false)).await?;
    m.create_table(
        Table::create()
            .table("trajet")
            .col(uuid("de"))
            .col(uuid("vers"))
            .col(uuid("structure_id"))
            .col(integer("minutes").check(Expr::cust("minutes BETWEEN 0 AND 600")))
            .primary_key(Index::create().col("de").col("vers"))
            .foreign_key(&mut cle("fk_trajet_de", "trajet", "de", "lieu"))
            .foreign_key(&mut cle("fk_trajet_vers", "trajet", "vers", "lieu"))
            .foreign_key(&mut cle("fk_trajet_structure", "trajet", "structure_id", "structure"))
            .to_owned(),
    )
    .await?;
    m.create_table(
        Table::create()
            .table("reglage_agenda")
            .col(uuid("structure_id").primary_key())
            .col(integer("trajet_minutes").check(Expr::cust("trajet_minutes BETWEEN 0 AND 600")))
            .foreign_key(&mut cle("fk_reglage_agenda", "reglage_agenda", "structure_id", "structure"))
            .to_owned(),
    )
    .await
}
