//! The letter given to the partner, with its return slip.

use serde_json::{Value, json};
use socle::{Contexte, Permission, Resultat, equipe, identifiant::OrientationId, journal::Action, ports::Modele};
use territoire::{commune, partenaire, structure};

use super::{avec_droit, regles};
use crate::personne::{self, Personne};

/// What the letter tells the partner, as the consent names it: nothing that the file does not hold.
pub fn informations(p: &Personne) -> Vec<String> {
    let mut dites = vec!["Nom et prénom".to_owned()];
    if p.telephone.is_some() {
        dites.push("Numéro de téléphone".into());
    }
    if p.courriel.is_some() {
        dites.push("Adresse de courriel".into());
    }
    dites.push("Motif de l’orientation".into());
    dites
}

/// The letter of an orientation, as PDF. Takes a writing context: the printing is journaled, and
/// committed before the document is made, so that no transaction waits for it.
pub async fn lettre(cx: Contexte, id: OrientationId) -> Resultat<Vec<u8>> {
    let donnees = preparer(&cx, id).await?;
    let etat = cx.etat().clone();
    cx.valider().await?;
    Ok(etat.documents.pdf(Modele::LettreOrientation, donnees).await?)
}

async fn preparer(cx: &Contexte, id: OrientationId) -> Resultat<Value> {
    let o = avec_droit(cx, id, Permission::PersonnesLire).await?;
    let p = personne::trouver(cx, o.personne_id, Permission::PersonnesLire).await?;
    let s = structure::lire(cx, o.structure_id).await?;
    let partenaire = partenaire::lire(cx, o.partenaire_id).await?;
    let mediateur = equipe::noms(cx, [o.mediateur_id]).await?.remove(&o.mediateur_id).unwrap_or_default();
    cx.journaliser(Action::Impression, "orientation", id.0, o.structure_id, &["lettre"]).await?;
    let mut adresse = lignes(s.adresse.as_deref());
    adresse.extend(s.commune.as_deref().map(ville));
    let limite = regles::reponse_avant(o.date);
    Ok(json!({
        "structure": {"nom": s.nom, "adresse": adresse, "telephone": s.telephone, "courriel": s.courriel},
        "date": o.date,
        "reference": regles::reference(id.0),
        "mediateur": {"nom": mediateur, "fonction": "médiation numérique"},
        "partenaire": {"nom": partenaire.nom, "contact": partenaire.contact, "adresse": lignes(partenaire.adresse.as_deref())},
        "personne": {"nom": personne::nom_affiche(&p), "telephone": p.telephone, "courriel": p.courriel},
        "motif": o.motif,
        "accord": {"date": o.date, "informations": informations(&p)},
        "reponse_avant": (limite > cx.aujourd_hui()).then_some(limite),
    }))
}

fn lignes(texte: Option<&str>) -> Vec<String> {
    texte.unwrap_or_default().lines().map(|l| l.trim().to_owned()).filter(|l| !l.is_empty()).collect()
}

/// « 31340 Villematier »; without the postcode when the commune has several.
fn ville(code: &str) -> String {
    match commune::par_code(code) {
        Some(c) if c.codes_postaux.len() == 1 => format!("{} {}", c.codes_postaux[0], c.nom),
        Some(c) => c.nom.to_owned(),
        None => code.to_owned(),
    }
}
