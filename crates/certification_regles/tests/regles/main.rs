//! Les règles, vérifiées : les vingt cas de la page du domaine, les propriétés, les référentiels
//! livrés, la simulation.

#![expect(clippy::unwrap_used, reason = "un test s'arrête là où il échoue")]

mod acces_et_issues;
mod cas_01_a_10;
mod cas_11_a_20;
mod complements;
mod dates_et_ccs;
mod en_json;
mod fabrique;
mod propriete;
mod referentiels;
mod schema;
mod simulation;
