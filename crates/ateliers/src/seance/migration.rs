use sea_orm::DbBackend;
use sea_orm_migration::{prelude::*, schema::*};

use crate::migrations::cle;

pub(crate) struct Seances;

impl MigrationName for Seances {
    fn name(&self) -> &'static str {
        "m20261122_000502_seances"
    }
}

/// On PostgreSQL: an exclusion constraint, which needs the trusted extension `btree_gist`; where it cannot be had
/// (no contrib package), a trigger that takes the resource's lock before it looks.
const POSTGRES: &str = r"
DO $$
BEGIN
  BEGIN
    CREATE EXTENSION IF NOT EXISTS btree_gist;
  EXCEPTION WHEN OTHERS THEN
    NULL;
  END;
  IF EXISTS (SELECT 1 FROM pg_extension WHERE extname = 'btree_gist') THEN
    ALTER TABLE occupation ADD CONSTRAINT ex_occupation
      EXCLUDE USING gist (ressource WITH =, int8range(debut_s, fin_s) WITH &&) WHERE (NOT force);
  ELSE
    CREATE FUNCTION occupation_exclusive() RETURNS trigger LANGUAGE plpgsql AS $f$
    BEGIN
      IF NEW.force THEN RETURN NEW; END IF;
      PERFORM pg_advisory_xact_lock(hashtextextended(NEW.ressource::text, 5));
      IF EXISTS (SELECT 1 FROM occupation o WHERE o.ressource = NEW.ressource AND o.id <> NEW.id AND NOT o.force
                 AND o.debut_s < NEW.fin_s AND NEW.debut_s < o.fin_s) THEN
        RAISE EXCEPTION 'ex_occupation';
      END IF;
      RETURN NEW;
    END $f$;
    CREATE TRIGGER ex_occupation BEFORE INSERT OR UPDATE ON occupation FOR EACH ROW EXECUTE FUNCTION occupation_exclusive();
  END IF;
END $$;";

/// SQLite has one writer at a time: a trigger sees all that is written.
const SQLITE: &str = r"
CREATE TRIGGER ex_occupation_ajout BEFORE INSERT ON occupation WHEN NOT NEW.force AND EXISTS (
  SELECT 1 FROM occupation o WHERE o.ressource = NEW.ressource AND NOT o.force AND o.debut_s < NEW.fin_s AND NEW.debut_s < o.fin_s)
BEGIN SELECT RAISE(ABORT, 'ex_occupation'); END;
CREATE TRIGGER ex_occupation_maj BEFORE UPDATE ON occupation WHEN NOT NEW.force AND EXISTS (
  SELECT 1 FROM occupation o WHERE o.ressource = NEW.ressource AND o.id <> NEW.id AND NOT o.force AND o.debut_s < NEW.fin_s AND NEW.debut_s < o.fin_s)
BEGIN SELECT RAISE(ABORT, 'ex_occupation'); END;";

#[async_trait::async_trait]
impl MigrationTrait for Seances {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, m: &SchemaManager) -> Result<(), DbErr> {
        m.create_table(
            Table::create()
                .table("seance")
                .col(uuid("id").primary_key())
                .col(uuid("structure_id"))
                .col(string_len_null("fiche", 64))
                .col(integer("fiche_version"))
                .col(string_len("titre", 150))
                .col(string_len("resume", 1000))
                .col(json_binary("thematiques"))
                .col(string_len("niveau", 48))
                .col(uuid("animateur_id"))
                .col(uuid_null("co_animateur_id"))
                .col(uuid_null("co_partenaire_id"))
                .col(string_len("lieu_genre", 48))
                .col(uuid_null("lieu_id"))
                .col(uuid_null("partenaire_id"))
                .col(string_len_null("lieu_texte", 300))
                .col(string_len_null("commune", 5))
                .col(integer("places").check(Expr::cust("places BETWEEN 1 AND 500")))
                .col(integer("places_reservees").check(Expr::cust("places_reservees BETWEEN 0 AND 500")))
                .col(integer("seuil"))
                .col(integer("seuil_heures"))
                .col(timestamp_with_time_zone_null("ouverture_le"))
                .col(timestamp_with_time_zone_null("fermeture_le"))
                .col(boolean("publiee"))
                .col(string_len_null("adaptations", 1000))
                .col(string_len("etat", 48))
                .col(string_len_null("motif_annulation", 500))
                .col(timestamp_with_time_zone("debut"))
                .col(timestamp_with_time_zone("fin"))
                .col(integer("version"))
                .col(uuid("cree_par"))
                .col(timestamp_with_time_zone("cree_le"))
                .check(Expr::cust("places_reservees <= places"))
                .foreign_key(&mut cle("fk_seance_structure", "seance", "structure_id", "structure"))
                .foreign_key(&mut cle("fk_seance_animateur", "seance", "animateur_id", "utilisateur"))
                .foreign_key(&mut cle("fk_seance_co_animateur", "seance", "co_animateur_id", "utilisateur"))
                .foreign_key(&mut cle("fk_seance_co_partenaire", "seance", "co_partenaire_id", "partenaire"))
                .foreign_key(&mut cle("fk_seance_lieu", "seance", "lieu_id", "lieu"))
                .foreign_key(&mut cle("fk_seance_partenaire", "seance", "partenaire_id", "partenaire"))
                .foreign_key(&mut cle("fk_seance_par", "seance", "cree_par", "utilisateur"))
                .to_owned(),
        )
        .await?;
        for (nom, colonnes) in
            [("ix_seance_structure", ["structure_id", "debut"].as_slice()), ("ix_seance_programme", &["publiee", "etat", "debut"])]
        {
            let mut i = Index::create().name(nom).table("seance").to_owned();
            for c in colonnes {
                i.col(*c);
            }
            m.create_index(i).await?;
        }
        // What a booking refers to, so that its own check knows how many seats there are.
        m.create_index(Index::create().name("ux_seance_places").table("seance").col("id").col("places").unique().to_owned()).await?;
        m.create_table(
            Table::create()
                .table("seance_date")
                .col(uuid("id").primary_key())
                .col(uuid("seance_id"))
                .col(uuid("structure_id"))
                .col(integer("rang"))
                .col(date("jour"))
                .col(string_len("heure", 5))
                .col(string_len("fuseau", 40))
                .col(timestamp_with_time_zone("debut"))
                .col(timestamp_with_time_zone("fin"))
                .col(string_len("etat", 48))
                .col(integer("anonymes"))
                .col(uuid_null("accompagnement_id").unique_key())
                .col(timestamp_with_time_zone_null("close_le"))
                .check(Expr::cust("debut < fin"))
                .foreign_key(&mut cle("fk_seance_date_seance", "seance_date", "seance_id", "seance"))
                .foreign_key(&mut cle("fk_seance_date_acc", "seance_date", "accompagnement_id", "accompagnement"))
                .to_owned(),
        )
        .await?;
        m.create_index(Index::create().name("ux_seance_date_rang").table("seance_date").col("seance_id").col("rang").unique().to_owned())
            .await?;
        m.create_index(Index::create().name("ix_seance_date_structure").table("seance_date").col("structure_id").col("debut").to_owned())
            .await?;
        m.create_table(
            Table::create()
                .table("seance_materiel")
                .col(uuid("seance_id"))
                .col(integer("rang"))
                .col(string_len("libelle", 300))
                .col(boolean("pret"))
                .primary_key(Index::create().col("seance_id").col("rang"))
                .foreign_key(&mut cle("fk_seance_materiel_seance", "seance_materiel", "seance_id", "seance"))
                .to_owned(),
        )
        .await?;
        // Who, or which room, is taken, and when: seconds since 1970, compared alike by both engines.
        m.create_table(
            Table::create()
                .table("occupation")
                .col(uuid("id").primary_key())
                .col(uuid("date_id"))
                .col(string_len("genre", 48))
                .col(uuid("ressource"))
                .col(big_integer("debut_s"))
                .col(big_integer("fin_s"))
                .col(boolean("force"))
                .check(Expr::cust("debut_s < fin_s"))
                .foreign_key(&mut cle("fk_occupation_date", "occupation", "date_id", "seance_date"))
                .to_owned(),
        )
        .await?;
        m.create_index(Index::create().name("ix_occupation_ressource").table("occupation").col("ressource").col("debut_s").to_owned())
            .await?;
        m.create_index(Index::create().name("ix_occupation_date").table("occupation").col("date_id").to_owned()).await?;
        let regle = if m.get_database_backend() == DbBackend::Postgres { POSTGRES } else { SQLITE };
        m.get_connection().execute_unprepared(regle).await?;
        Ok(())
    }
}
