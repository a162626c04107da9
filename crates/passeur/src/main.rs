//! The command line of Passeur.

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    let commande = passeur::commandes::Passeur::parse();
    let moteur = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(m) => m,
        Err(e) => {
            eprintln!("passeur : {e}");
            return ExitCode::FAILURE;
        }
    };
    match moteur.block_on(passeur::commandes::executer(commande)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(e) => {
            eprintln!("passeur : {e:#}");
            ExitCode::FAILURE
        }
    }
}
