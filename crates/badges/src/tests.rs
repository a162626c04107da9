//! Tout ce qui est signé ici l'est avec des clés inventées pour les essais.

mod badges;
mod fichier;
mod norme;

use std::path::Path;

use chrono::{DateTime, Utc};

use crate::{Cles, Nature, Place, Reussite, Titulaire, Unite};

const ORIGINE: &str = "https://mediation.exemple.invalid";
const LISTE: &str = "https://mediation.exemple.invalid/attestations/retraits/0";

fn le(texte: &str) -> DateTime<Utc> {
    texte.parse().unwrap()
}

fn maintenant() -> DateTime<Utc> {
    le("2026-11-22T10:00:00Z")
}

/// Des clés jamais écrites sur disque, d'une graine inventée.
fn cles(graine: u8) -> Cles {
    Cles::neuves(Path::new("/nulle/part"), &[graine; 32], le("2026-01-05T08:00:00Z"))
}

fn reussite() -> Reussite {
    let unite = |code: &str, intitule: &str| Unite {
        code: code.to_owned(),
        intitule: intitule.to_owned(),
        url: format!("{ORIGINE}/titres/exemple#{code}"),
    };
    Reussite {
        id: format!("{ORIGINE}/verification/EXEMPLE-0001"),
        nature: Nature::Titre,
        titulaire: Titulaire::Empreinte { nom: "Camille Exemple".to_owned(), sel: "00112233445566778899aabbccddeeff".to_owned() },
        intitule: "Médiateur numérique (exemple)".to_owned(),
        description: "Titre inventé pour les essais, niveau 5.".to_owned(),
        criteres: format!("{ORIGINE}/titres/exemple"),
        emetteur: "Centre d’exemple".to_owned(),
        certificateur: "Certificateur d’exemple".to_owned(),
        delivre_le: "2026-11-20".parse().unwrap(),
        valide_jusqu_au: None,
        numero: "EXEMPLE-0001".to_owned(),
        unites: vec![unite("CCP1", "Accompagner à l’usage"), unite("CCP2", "Animer un lieu")],
        statut: Place { liste: LISTE.to_owned(), index: 4242 },
    }
}
