//! Écrit dans un dossier des exemplaires inventés, à vérifier par d'autres : `scripts/verifier-badge`.
//!
//! Bons : `titre.json`, `unite.json` (nom en clair, fin de validité), `ancien.json` (signé avant la rotation de la clé).
//! Mauvais : `faux.json` (une lettre changée), `ajout.json` (mention hors vocabulaire), `retire.json` (dans la liste des
//! retraits). Et `identite.json`, `liste.json`. La clé est tirée au hasard.

use std::{error::Error, fs, path::PathBuf, time::SystemTime};

use badges::{Cles, Nature, Place, Reussite, Titulaire, Unite, emettre, liste};
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

const ORIGINE: &str = "https://mediation.exemple.invalid";

fn main() -> Result<(), Box<dyn Error>> {
    let dossier = PathBuf::from(std::env::args().nth(1).ok_or("usage : exemplaires DOSSIER")?);
    let maintenant: DateTime<Utc> = SystemTime::now().into();
    let adresse = format!("{ORIGINE}/attestations/retraits/0");
    let unites = |codes: &[&str]| {
        let unite = |code: &&str| Unite {
            code: (*code).to_owned(),
            intitule: format!("Unité d’exemple « {code} »"),
            url: format!("{ORIGINE}/titres/exemple#{code}"),
        };
        codes.iter().map(unite).collect()
    };
    let titre = Reussite {
        id: format!("{ORIGINE}/verification/EXEMPLE-0001"),
        nature: Nature::Titre,
        titulaire: Titulaire::empreinte("Camille Exemple")?,
        intitule: "Médiateur numérique — titre d’exemple, « \"inventé\" »".to_owned(),
        description: "Titre inventé,\nsur deux lignes\tet avec une tabulation ; niveau 5. 🦉".to_owned(),
        criteres: format!("{ORIGINE}/titres/exemple"),
        emetteur: "Centre d’exemple".to_owned(),
        certificateur: "Certificateur d’exemple".to_owned(),
        delivre_le: (maintenant - TimeDelta::days(2)).date_naive(),
        valide_jusqu_au: None,
        numero: "EXEMPLE-0001".to_owned(),
        unites: unites(&["CCP1", "CCP2", "CCP3"]),
        statut: Place { liste: adresse.clone(), index: 1 },
    };
    let unite = Reussite {
        id: format!("{ORIGINE}/verification/EXEMPLE-0002"),
        nature: Nature::Unite,
        titulaire: Titulaire::Nom("Noé Exemple".to_owned()),
        valide_jusqu_au: Some((maintenant + TimeDelta::days(365)).date_naive()),
        criteres: format!("{ORIGINE}/titres/exemple#CCP1"),
        unites: unites(&["CCP1"]),
        numero: "EXEMPLE-0002".to_owned(),
        statut: Place { liste: adresse.clone(), index: 2 },
        ..titre.clone()
    };
    let retire = Reussite {
        id: format!("{ORIGINE}/verification/EXEMPLE-0003"),
        nature: Nature::Ccs,
        unites: Vec::new(),
        numero: "EXEMPLE-0003".to_owned(),
        statut: Place { liste: adresse.clone(), index: 131_071 },
        ..titre.clone()
    };

    let mut cles = Cles::ouvrir(&dossier.join("cles.toml"), maintenant)?;
    let ecrire = |nom: &str, valeur: &Value| fs::write(dossier.join(nom), format!("{valeur:#}\n"));
    ecrire("ancien.json", &emettre(&cles, ORIGINE, &titre, maintenant)?)?;
    cles.tourner(maintenant)?;
    let bon = emettre(&cles, ORIGINE, &titre, maintenant)?;
    let mut faux = bon.clone();
    faux["credentialSubject"]["licenseNumber"] = json!("EXEMPLE-0009");
    let mut ajout = bon.clone();
    ajout["credentialSubject"]["mention"] = json!("très bien");
    ecrire("titre.json", &bon)?;
    ecrire("faux.json", &faux)?;
    ecrire("ajout.json", &ajout)?;
    ecrire("unite.json", &emettre(&cles, ORIGINE, &unite, maintenant)?)?;
    ecrire("retire.json", &emettre(&cles, ORIGINE, &retire, maintenant)?)?;
    ecrire("identite.json", &cles.document(ORIGINE)?)?;
    ecrire("liste.json", &liste(&cles, ORIGINE, &adresse, &[0, 3, 131_071], maintenant)?)?;
    Ok(())
}
