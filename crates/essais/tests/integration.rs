//! All integration tests in one program. Each module is a file beside the slice it tests.

#![allow(clippy::unwrap_used)]

#[path = "../../mediation/src/accompagnement/tests.rs"]
mod accompagnement;
#[path = "../../mediation/src/accueil/tests.rs"]
mod accueil;
#[path = "../../comptes/src/administration/tests.rs"]
mod administration;
#[path = "../../passeur/src/essais/application.rs"]
mod application;
#[path = "../../mediation/src/aujourdhui/tests.rs"]
mod aujourdhui;
#[path = "../../passeur/src/essais/banc.rs"]
mod banc;
#[path = "../../bilan/src/tests.rs"]
mod bilan;
#[path = "../../certification/src/referentiel/tests.rs"]
mod certification_referentiel;
#[path = "../../certification/src/simulation/tests.rs"]
mod certification_simulation;
#[path = "../../mediation/src/diagnostic/tests.rs"]
mod diagnostic;
#[path = "../../passeur/src/essais/droits.rs"]
mod droits;
#[path = "../../mediation/src/droits_personne/tests.rs"]
mod droits_personne;
#[path = "../../comptes/src/equipe/tests.rs"]
mod equipe;
#[path = "../../comptes/src/jeton/tests.rs"]
mod jeton;
#[path = "../../comptes/src/journal/tests.rs"]
mod journal;
#[path = "../../mediation/src/orientation/tests.rs"]
mod orientation;
#[path = "../../mediation/src/parcours/tests.rs"]
mod parcours;
#[path = "../../territoire/src/partenaire/tests.rs"]
mod partenaire;
#[path = "../../mediation/src/personne/tests.rs"]
mod personne;
#[path = "../../comptes/src/reinitialisation/tests.rs"]
mod reinitialisation;
#[path = "../../comptes/src/session/tests.rs"]
mod session;
#[path = "../../territoire/src/structure/tests.rs"]
mod structure;
