//! Accounts: who may come in, as whom, and what they did.
//!
//! Accounts and their functions in structures, sign-in and sessions, reset of a password by mail, API
//! tokens, the pages of the team, of the journal and of the instance. The two layers of [`garde`] put
//! the [`socle::Acteur`] into every request.

pub mod administration;
pub mod cli;
pub mod compte;

pub mod droits;
pub mod equipe;
pub mod frein;
pub mod garde;
mod identite;
pub mod jeton;
pub mod journal;
pub mod migrations;
pub mod mot_de_passe;
pub mod reinitialisation;
mod secret;
pub mod session;
pub mod traitement;
pub mod utilisateur;

use interface::requete::Pages;

pub use garde::{Garde, couche_jeton, couche_session};
pub use identite::acteur;
pub use migrations::migrations;
pub use session::SessionCourante;
pub use utilisateur::{CreerUtilisateur, Utilisateur};

/// Pages of this crate.
pub fn pages() -> Pages {
    session::pages()
        .fusionner(reinitialisation::pages())
        .fusionner(compte::pages())
        .fusionner(equipe::pages())
        .fusionner(journal::pages())
        .fusionner(administration::pages())
        .fusionner(droits::pages())
}
