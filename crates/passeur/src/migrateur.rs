//! All migrations, in the order of the floors: a table may only point to tables below.

use sea_orm_migration::{MigrationTrait, MigratorTrait};

/// The migrations of every crate.
pub struct Migrateur;

impl MigratorTrait for Migrateur {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        [
            socle::migrations::migrations(),
            territoire::migrations::migrations(),
            comptes::migrations(),
            mediation::migrations::migrations(),
            ateliers::migrations(),
            reprise::migrations::migrations(),
            bilan::migrations(),
            certification::migrations(),
            crate::sauvegarde::table::migrations(),
        ]
        .into_iter()
        .flatten()
        .collect()
    }
}
