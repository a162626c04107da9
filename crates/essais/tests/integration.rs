//! All integration tests in one program. Each module is a file beside the slice it tests.

#![allow(clippy::unwrap_used)]

#[path = "../../mediation/src/accompagnement/tests.rs"]
mod accompagnement;
#[path = "../../mediation/src/accueil/tests.rs"]
mod accueil;
#[path = "../../comptes/src/administration/tests.rs"]
mod administration;
#[path = "../../passeur/src/essais/adversite.rs"]
mod adversite;
#[path = "../../passeur/src/essais/application.rs"]
mod application;
#[path = "../../ateliers/src/agenda/tests.rs"]
mod ateliers_agenda;
#[path = "../../ateliers/src/agenda/flux_tests.rs"]
mod ateliers_agenda_flux;
#[path = "../../ateliers/src/reservation/calendrier_tests.rs"]
mod ateliers_calendrier;
#[path = "../../ateliers/src/reservation/changer_tests.rs"]
mod ateliers_changer;
#[path = "../../ateliers/src/contact/tests.rs"]
mod ateliers_contacts;
#[path = "../../ateliers/src/seance/cours_tests.rs"]
mod ateliers_cours;
#[path = "../../ateliers/src/equipement/tests.rs"]
mod ateliers_equipement;
#[path = "../../ateliers/src/evaluation/tests.rs"]
mod ateliers_evaluations;
#[path = "../../ateliers/src/rendez_vous/exception_tests.rs"]
mod ateliers_exceptions;
#[path = "../../ateliers/src/fiche/tests.rs"]
mod ateliers_fiches;
#[path = "../../ateliers/src/presence/tests.rs"]
mod ateliers_presences;
#[path = "../../ateliers/src/programme/tests.rs"]
mod ateliers_programme;
#[path = "../../ateliers/src/rendez_vous/tests.rs"]
mod ateliers_rendez_vous;
#[path = "../../ateliers/src/reservation/tests.rs"]
mod ateliers_reservations;
#[path = "../../ateliers/src/seance/tests.rs"]
mod ateliers_seances;
#[path = "../../ateliers/src/webhook/tests.rs"]
mod ateliers_webhooks;
#[path = "../../mediation/src/aujourdhui/tests.rs"]
mod aujourdhui;
#[path = "../../passeur/src/essais/banc.rs"]
mod banc;
#[path = "../../bilan/src/tests.rs"]
mod bilan;
#[path = "../../certification/src/candidature/tests.rs"]
mod certification_candidature;
#[path = "../../certification/src/document/tests.rs"]
mod certification_document;
#[path = "../../certification/src/jure/tests.rs"]
mod certification_jure;
#[path = "../../certification/src/referentiel/tests.rs"]
mod certification_referentiel;
#[path = "../../certification/src/session/tests.rs"]
mod certification_session;
#[path = "../../certification/src/simulation/tests.rs"]
mod certification_simulation;
#[path = "../../certification/src/titre/tests.rs"]
mod certification_titre;
#[path = "../../passeur/src/essais/coffre.rs"]
mod coffre;
#[path = "../../mediation/src/conservation/tests.rs"]
mod conservation;
#[path = "../../mediation/src/diagnostic/tests.rs"]
mod diagnostic;
#[path = "../../mediation/src/doublon/tests.rs"]
mod doublon;
#[path = "../../passeur/src/essais/droits.rs"]
mod droits;
#[path = "../../mediation/src/droits_personne/tests.rs"]
mod droits_personne;
#[path = "../../passeur/src/essais/effacement.rs"]
mod effacement;
#[path = "../../comptes/src/equipe/tests.rs"]
mod equipe;
#[path = "../../passeur/src/essais/exploitation.rs"]
mod exploitation;
#[path = "../../bilan/src/differe/tests.rs"]
mod exports_differes;
#[path = "../../passeur/src/essais/gardees.rs"]
mod gardees;
#[path = "../../comptes/src/jeton/tests.rs"]
mod jeton;
#[path = "../../comptes/src/journal/tests.rs"]
mod journal;
#[path = "../../passeur/src/essais/menage.rs"]
mod menage;
#[path = "../../mediation/src/note_pratique/tests.rs"]
mod note_pratique;
#[path = "../../mediation/src/orientation/tests.rs"]
mod orientation;
#[path = "../../mediation/src/parcours/tests.rs"]
mod parcours;
#[path = "../../territoire/src/partenaire/tests.rs"]
mod partenaire;
#[path = "../../mediation/src/personne/tests.rs"]
mod personne;
#[path = "../../socle/src/planification/tests.rs"]
mod planification;
#[path = "../../comptes/src/reinitialisation/tests.rs"]
mod reinitialisation;
#[path = "../../reprise/src/tests.rs"]
mod reprise_de_donnees;
#[path = "../../mediation/src/satisfaction/tests.rs"]
mod satisfaction;
#[path = "../../passeur/src/essais/sauvegarde.rs"]
mod sauvegarde;
#[path = "../../comptes/src/session/tests.rs"]
mod session;
#[path = "../../territoire/src/structure/tests.rs"]
mod structure;
