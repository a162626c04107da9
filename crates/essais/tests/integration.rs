//! All integration tests in one program. Each module is a file beside the slice it tests.

#![allow(clippy::unwrap_used)]

#[path = "../../mediation/src/accompagnement/tests.rs"]
mod accompagnement;
#[path = "../../passeur/src/essais/application.rs"]
mod application;
#[path = "../../territoire/src/partenaire/tests.rs"]
mod partenaire;
