//! Vérifie un badge avec cette caisse seule : `verifier BADGE.json IDENTITE.json [LISTE.json]`. Sort 0 s'il est reconnu.

use std::{error::Error, fs, process::ExitCode, time::SystemTime};

use serde_json::Value;

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let lus: Vec<Value> = std::env::args()
        .skip(1)
        .map(|chemin| Ok(serde_json::from_str(&fs::read_to_string(chemin)?)?))
        .collect::<Result<_, Box<dyn Error>>>()?;
    let [badge, identite, liste @ ..] = lus.as_slice() else {
        return Err("usage : verifier BADGE.json IDENTITE.json [LISTE.json]".into());
    };
    Ok(match badges::verifier(badge, identite, liste.first(), SystemTime::now().into()) {
        Ok(vu) => {
            println!("reconnu ({:?}) : {}", vu.etat, vu.intitule.unwrap_or_default());
            ExitCode::SUCCESS
        }
        Err(raison) => {
            println!("refusé : {raison}");
            ExitCode::FAILURE
        }
    })
}
