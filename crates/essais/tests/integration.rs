//! All integration tests in one program. Each module is a file beside the slice it tests.

#![allow(clippy::unwrap_used)]

#[path = "../../mediation/src/accompagnement/tests.rs"]
mod accompagnement;
#[path = "../../mediation/src/accueil/tests.rs"]
mod accueil;
#[path = "../../passeur/src/essais/application.rs"]
mod application;
#[path = "../../mediation/src/aujourdhui/tests.rs"]
mod aujourdhui;
#[path = "../../mediation/src/diagnostic/tests.rs"]
mod diagnostic;
#[path = "../../passeur/src/essais/droits.rs"]
mod droits;
#[path = "../../mediation/src/orientation/tests.rs"]
mod orientation;
#[path = "../../mediation/src/parcours/tests.rs"]
mod parcours;
#[path = "../../territoire/src/partenaire/tests.rs"]
mod partenaire;
#[path = "../../mediation/src/personne/tests.rs"]
mod personne;
