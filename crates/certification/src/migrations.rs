//! Tables of certification. Decisions, signatures and the history of enrolments are append-only: the
//! database itself refuses to change or remove one.

mod badges;
mod candidats;
mod centre;
mod decisions;
mod lots;
mod sessions;
mod suivi;

use sea_orm::DbBackend;
use sea_orm_migration::prelude::*;

/// Migrations of this crate, in order.
pub fn migrations() -> Vec<Box<dyn MigrationTrait>> {
    vec![
        Box::new(centre::Centre),
        Box::new(candidats::Candidats),
        Box::new(sessions::Sessions),
        Box::new(decisions::Decisions),
        Box::new(crate::session::SessionsEtJurys),
        Box::new(badges::CleEnService),
        Box::new(lots::Appuis),
        Box::new(lots::Lots),
        Box::new(suivi::HeuresSuivies),
        Box::new(suivi::ConvocationDeJure),
    ]
}

fn cle(de: &'static str, colonne: &'static str, vers: &'static str) -> ForeignKeyCreateStatement {
    ForeignKey::create().name(format!("fk_{de}_{colonne}")).from(de, colonne).to(vers, "id").to_owned()
}

/// A key to what goes with its parent.
fn partie(de: &'static str, colonne: &'static str, vers: &'static str) -> ForeignKeyCreateStatement {
    cle(de, colonne, vers).on_delete(ForeignKeyAction::Cascade).to_owned()
}

fn vers_version(de: &'static str) -> ForeignKeyCreateStatement {
    ForeignKey::create().name(format!("fk_{de}_version")).from(de, "version_code").to("titre_version", "code").to_owned()
}

fn vers_pv(de: &'static str) -> ForeignKeyCreateStatement {
    ForeignKey::create().name(format!("fk_{de}_pv")).from(de, "session_id").to("pv", "session_id").to_owned()
}

async fn index(m: &SchemaManager<'_>, table: &'static str, colonnes: &[&'static str], unique: bool) -> Result<(), DbErr> {
    let mut i = Index::create();
    i.name(format!("ix_{table}_{}", colonnes.join("_"))).table(table);
    for c in colonnes {
        i.col(*c);
    }
    if unique {
        i.unique();
    }
    m.create_index(i).await
}

/// Triggers that refuse any change or removal of a row of `table`.
async fn sceller(m: &SchemaManager<'_>, table: &str) -> Result<(), DbErr> {
    let c = m.get_connection();
    let sql = match m.get_database_backend() {
        DbBackend::Postgres => format!(
            "CREATE FUNCTION {table}_immuable() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION '{table}: append-only'; END $$;
             CREATE TRIGGER {table}_immuable BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION {table}_immuable();"
        ),
        _ => format!(
            "CREATE TRIGGER {table}_immuable_maj BEFORE UPDATE ON {table} BEGIN SELECT RAISE(ABORT, '{table}: append-only'); END;
             CREATE TRIGGER {table}_immuable_sup BEFORE DELETE ON {table} BEGIN SELECT RAISE(ABORT, '{table}: append-only'); END;"
        ),
    };
    c.execute_unprepared(&sql).await.map(drop)
}
