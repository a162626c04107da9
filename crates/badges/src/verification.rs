//! Reconnaître un badge : forme, signature, clé de l'émetteur, dates, retrait. Tout est donné en argument : le document
//! d'identité et la liste des retraits viennent de l'appelant, qui les a lus où il voulait.

use chrono::{DateTime, Utc};
use serde_json::Value;

use crate::{Raison, contextes::CHARGEUR, preuve, reussite, statut};

/// Ce que la liste des retraits a permis d'établir.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Etat {
    /// La liste de l'émetteur dit que le badge n'est pas retiré.
    EnVigueur,
    /// Le badge désigne une liste, qui n'a pas été présentée.
    NonControle,
    /// Le badge ne désigne aucune liste.
    SansListe,
}

/// Un badge reconnu.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verification {
    /// Adresse du badge.
    pub id: Option<String>,
    /// Identité de l'émetteur (`did:web:…`).
    pub emetteur: String,
    /// Nom que l'émetteur se donne. La signature le couvre ; rien d'autre ne le prouve.
    pub nom_emetteur: Option<String>,
    pub intitule: Option<String>,
    /// `Certificate`, `MicroCredential`…
    pub nature: Option<String>,
    pub numero: Option<String>,
    pub delivre: Option<DateTime<Utc>>,
    pub valide_jusqu_a: Option<DateTime<Utc>>,
    /// Adresse de la clé qui a signé.
    pub cle: String,
    pub signe: Option<DateTime<Utc>>,
    pub etat: Etat,
}

/// Vérifie un badge contre le document d'identité de son émetteur et, si elle est donnée, la liste de ses retraits.
///
/// Sans liste, l'état est [`Etat::NonControle`] : à montrer comme tel.
///
/// # Errors
/// La première raison de ne pas reconnaître le badge, dans cet ordre : forme, émetteur, clé, contenu, dates, retrait.
pub fn verifier(badge: &Value, identite: &Value, liste: Option<&Value>, maintenant: DateTime<Utc>) -> Result<Verification, Raison> {
    if !a_type(badge, "OpenBadgeCredential") && !a_type(badge, "AchievementCredential") {
        return Err(Raison::Forme("ce n’est pas un badge Open Badges 3.0".to_owned()));
    }
    let (emetteur, reconnue) = attestation(badge, identite, maintenant)?;
    let etat = match (&badge["credentialStatus"], liste) {
        (Value::Null, _) => Etat::SansListe,
        (Value::Object(_) | Value::Array(_), None) => Etat::NonControle,
        (entrees, Some(liste)) => {
            etat(entrees, liste, &emetteur, identite, maintenant)?;
            Etat::EnVigueur
        }
        _ => return Err(Raison::Forme("il ne dit pas clairement où lire son état".to_owned())),
    };
    let champs = badge.as_object().ok_or_else(|| Raison::Forme("ce n’est pas un objet JSON".to_owned()))?;
    let texte = |valeur: &Value| valeur.as_str().map(str::to_owned);
    let sujet = &badge["credentialSubject"];
    Ok(Verification {
        id: texte(&badge["id"]),
        emetteur,
        nom_emetteur: texte(&badge["issuer"]["name"]),
        intitule: texte(&sujet["achievement"]["name"]).or_else(|| texte(&badge["name"])),
        nature: texte(&sujet["achievement"]["achievementType"]),
        numero: texte(&sujet["licenseNumber"]),
        delivre: preuve::date(champs, "validFrom")?,
        valide_jusqu_a: preuve::date(champs, "validUntil")?,
        cle: reconnue.methode,
        signe: reconnue.signee,
        etat,
    })
}

/// Le nom tapé est-il celui du titulaire ? `None` si le badge n'en porte pas. À n'appeler que sur un badge vérifié.
pub fn correspond(badge: &Value, nom: &str) -> Option<bool> {
    let identites = match &badge["credentialSubject"]["identifier"] {
        Value::Array(identites) => identites.as_slice(),
        seule => std::slice::from_ref(seule),
    };
    identites.iter().filter(|identite| identite["identityType"] == "name").find_map(|identite| {
        let attendu = identite["identityHash"].as_str()?;
        let sel = identite["salt"].as_str().unwrap_or_default();
        Some(if identite["hashed"].as_bool()? {
            reussite::empreinte_du_nom(nom, sel).eq_ignore_ascii_case(attendu)
        } else {
            reussite::nom_regulier(nom) == reussite::nom_regulier(attendu)
        })
    })
}

/// Ce que badges et listes ont en commun : émetteur, preuve, dates.
fn attestation(document: &Value, identite: &Value, maintenant: DateTime<Utc>) -> Result<(String, preuve::Reconnue), Raison> {
    let forme = |dit: &str| Raison::Forme(dit.to_owned());
    let champs = document.as_object().ok_or_else(|| forme("ce n’est pas un objet JSON"))?;
    let premier = document["@context"].as_array().and_then(|contextes| contextes.first()).unwrap_or(&document["@context"]);
    if premier != crate::VC_2 || !a_type(document, "VerifiableCredential") {
        return Err(forme("ce n’est pas une attestation vérifiable du W3C, version 2.0"));
    }
    let issuer = &document["issuer"];
    let annonce = issuer.as_str().or_else(|| issuer["id"].as_str()).ok_or_else(|| forme("il ne dit pas qui l’a émis"))?;
    let presente = identite["id"].as_str().ok_or_else(|| forme("l’identité présentée est illisible"))?;
    if annonce != presente {
        return Err(Raison::AutreEmetteur { annonce: annonce.to_owned(), presente: presente.to_owned() });
    }
    let reconnue = preuve::reconnaitre(document, identite, maintenant, &CHARGEUR)?;
    if let Some(debut) = preuve::date(champs, "validFrom")?.filter(|debut| *debut > maintenant) {
        return Err(Raison::PasEncoreValable { debut });
    }
    if let Some(fin) = preuve::date(champs, "validUntil")?.filter(|fin| *fin < maintenant) {
        return Err(Raison::Expire { fin });
    }
    Ok((annonce.to_owned(), reconnue))
}

fn etat(entrees: &Value, liste: &Value, emetteur: &str, identite: &Value, maintenant: DateTime<Utc>) -> Result<(), Raison> {
    let refus = |dit: String| Raison::Liste(dit);
    if !a_type(liste, "BitstringStatusListCredential") {
        return Err(refus("ce n’est pas une liste de retraits.".to_owned()));
    }
    let (emetteur_liste, _) = attestation(liste, identite, maintenant).map_err(|raison| refus(raison.to_string()))?;
    if emetteur_liste != emetteur {
        return Err(refus("elle est d’un autre émetteur.".to_owned()));
    }
    let entrees = match entrees {
        Value::Array(entrees) => entrees.as_slice(),
        seule => std::slice::from_ref(seule),
    };
    for entree in entrees {
        if entree["type"] != "BitstringStatusListEntry" || entree["statusPurpose"] != "revocation" {
            return Err(refus("le badge a un état d’une autre sorte, que l’on ne sait pas lire.".to_owned()));
        }
        if statut::retire(entree, liste)? {
            return Err(Raison::Retire);
        }
    }
    Ok(())
}

fn a_type(document: &Value, attendu: &str) -> bool {
    match &document["type"] {
        Value::Array(types) => types.iter().any(|t| t == attendu),
        seul => seul == attendu,
    }
}
