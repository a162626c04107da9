//! Le badge d'une réussite : ce qu'on y écrit, et seulement cela. Aucun champ ne peut recevoir un numéro national, une
//! date ni un lieu de naissance.

use chrono::{DateTime, Days, NaiveDate, SecondsFormat, TimeDelta, Utc};
use chrono_tz::Europe::Paris;
use json_ld::Iri;
use rand::{TryRngCore, rngs::OsRng};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use unicode_normalization::UnicodeNormalization;

use crate::{Cles, Erreur, OB_3, Place, TAILLE_LISTE, VC_2, contextes::CHARGEUR, graphe::a_ecarter, identite, preuve};

/// Ce qui est attesté. Open Badges 3.0 nomme `Certificate` un titre, `MicroCredential` une unité ou un CCS.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Nature {
    /// Le titre entier.
    Titre,
    /// Un CCP ou un bloc de compétences.
    Unite,
    /// Un certificat complémentaire de spécialisation.
    Ccs,
}

/// Ce que le badge dit de la personne, à son choix.
#[derive(Clone, PartialEq, Eq)]
pub enum Titulaire {
    /// Son nom, en clair : elle l'a demandé.
    Nom(String),
    /// L'empreinte salée de son nom : qui connaît le nom peut le confirmer ([`crate::correspond`]), le badge ne le dit
    /// pas. Le sel est dans le badge : ce n'est pas un secret, c'est ce qui empêche de rapprocher deux badges.
    Empreinte { nom: String, sel: String },
}

impl Titulaire {
    /// Le nom sous empreinte, avec un sel neuf.
    ///
    /// # Errors
    /// Le système ne donne pas de hasard.
    pub fn empreinte(nom: &str) -> Result<Self, Erreur> {
        let mut sel = [0; 16];
        OsRng.try_fill_bytes(&mut sel).map_err(|erreur| donnee("titulaire", format!("pas de hasard ({erreur})")))?;
        Ok(Self::Empreinte { nom: nom.to_owned(), sel: hexadecimal(&sel) })
    }
}

impl std::fmt::Debug for Titulaire {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Nom(_) => "Nom(…)",
            Self::Empreinte { .. } => "Empreinte(…)",
        })
    }
}

/// Une unité couverte par ce qui est attesté.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unite {
    /// Code court (`CCP1`, `RNCP26573BC01`).
    pub code: String,
    pub intitule: String,
    /// Page publique qui la décrit.
    pub url: String,
}

/// Une réussite à attester.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reussite {
    /// Adresse du badge : celle de la page publique de vérification du document.
    pub id: String,
    pub nature: Nature,
    pub titulaire: Titulaire,
    pub intitule: String,
    pub description: String,
    /// Page publique : ce qu'il fallait savoir faire pour l'obtenir.
    pub criteres: String,
    /// L'organisme qui atteste (le centre, ou le certificateur d'un titre privé).
    pub emetteur: String,
    /// Le propriétaire de la certification, qui n'est pas toujours celui qui atteste.
    pub certificateur: String,
    /// Jour civil à Paris.
    pub delivre_le: NaiveDate,
    /// Dernier jour de validité, compris.
    pub valide_jusqu_au: Option<NaiveDate>,
    /// Numéro du document, celui du registre et du QR code.
    pub numero: String,
    pub unites: Vec<Unite>,
    /// Sa place dans une liste de retraits. Un badge sans place ne pourrait pas être retiré.
    pub statut: Place,
}

/// Émet le badge signé, au format Open Badges 3.0 (JSON à servir comme `application/vc`).
///
/// `origine` est l'adresse publique de l'instance ; la même réussite, la même clé et le même instant donnent le même badge.
///
/// # Errors
/// Donnée vide, adresse qui n'en est pas une, date de délivrance à venir, fin avant le début, place hors de la liste.
pub fn emettre(cles: &Cles, origine: &str, reussite: &Reussite, maintenant: DateTime<Utc>) -> Result<Value, Erreur> {
    let did = identite::did(origine)?;
    controler(reussite, maintenant)?;
    let mut document = Map::new();
    let mut ecrire = |champ: &str, valeur: Value| document.insert(champ.to_owned(), valeur);
    ecrire("@context", json!([VC_2, OB_3]));
    ecrire("id", json!(reussite.id));
    ecrire("type", json!(["VerifiableCredential", "OpenBadgeCredential"]));
    ecrire("name", json!(texte(&reussite.intitule)));
    ecrire("issuer", json!({ "id": did, "type": ["Profile"], "name": texte(&reussite.emetteur), "url": origine }));
    ecrire("validFrom", json!(instant(debut_du_jour(reussite.delivre_le))));
    if let Some(fin) = reussite.valide_jusqu_au.and_then(|jour| jour.checked_add_days(Days::new(1))) {
        ecrire("validUntil", json!(instant(debut_du_jour(fin) - TimeDelta::seconds(1))));
    }
    ecrire("credentialSubject", sujet(reussite));
    ecrire(
        "credentialStatus",
        json!({
            "id": format!("{}#{}", reussite.statut.liste, reussite.statut.index),
            "type": "BitstringStatusListEntry",
            "statusPurpose": "revocation",
            "statusListIndex": reussite.statut.index.to_string(),
            "statusListCredential": reussite.statut.liste,
        }),
    );
    let methode = format!("{did}#{}", cles.active().id);
    Ok(preuve::signer(cles.signature(), &methode, document, maintenant, &CHARGEUR)?)
}

fn sujet(reussite: &Reussite) -> Value {
    let (base, fragment) = reussite.criteres.split_once('#').unwrap_or((&reussite.criteres, ""));
    let voisin = |nom: &str| if fragment.is_empty() { format!("{base}#{nom}") } else { format!("{base}#{fragment}-{nom}") };
    let mut acquis = json!({
        "id": voisin("certification"),
        "type": ["Achievement"],
        "achievementType": match reussite.nature {
            Nature::Titre => "Certificate",
            Nature::Unite | Nature::Ccs => "MicroCredential",
        },
        "name": texte(&reussite.intitule),
        "description": texte(&reussite.description),
        "criteria": { "id": reussite.criteres },
        "creator": { "id": voisin("certificateur"), "type": ["Profile"], "name": texte(&reussite.certificateur) },
    });
    if !reussite.unites.is_empty() {
        let unites = reussite.unites.iter().map(|unite| {
            json!({
                "type": ["Alignment"],
                "targetCode": texte(&unite.code),
                "targetName": texte(&unite.intitule),
                "targetType": "ext:UniteDeCertification",
                "targetUrl": unite.url,
            })
        });
        acquis["alignment"] = unites.collect();
    }
    let mut identite = json!({ "type": "IdentityObject", "identityType": "name" });
    match &reussite.titulaire {
        Titulaire::Nom(nom) => {
            identite["hashed"] = json!(false);
            identite["identityHash"] = json!(nom_regulier(nom));
        }
        Titulaire::Empreinte { nom, sel } => {
            identite["hashed"] = json!(true);
            identite["identityHash"] = json!(empreinte_du_nom(nom, sel));
            identite["salt"] = json!(sel);
        }
    }
    json!({
        "type": ["AchievementSubject"],
        "identifier": [identite],
        "licenseNumber": texte(&reussite.numero),
        "achievement": acquis,
    })
}

fn controler(reussite: &Reussite, maintenant: DateTime<Utc>) -> Result<(), Erreur> {
    let nom = match &reussite.titulaire {
        Titulaire::Nom(nom) | Titulaire::Empreinte { nom, .. } => nom,
    };
    let mut textes = vec![
        ("titulaire", nom.as_str()),
        ("intitulé", &reussite.intitule),
        ("description", &reussite.description),
        ("émetteur", &reussite.emetteur),
        ("certificateur", &reussite.certificateur),
        ("numéro", &reussite.numero),
    ];
    let mut adresses = vec![
        ("adresse du badge", reussite.id.as_str()),
        ("adresse des critères", &reussite.criteres),
        ("adresse de la liste des retraits", &reussite.statut.liste),
    ];
    for unite in &reussite.unites {
        textes.extend([("code d’unité", unite.code.as_str()), ("intitulé d’unité", &unite.intitule)]);
        adresses.push(("adresse d’unité", &unite.url));
    }
    if let Titulaire::Empreinte { sel, .. } = &reussite.titulaire
        && (sel.len() < 16 || !sel.chars().all(|c| c.is_ascii_alphanumeric()))
    {
        return Err(donnee("sel", "il faut au moins seize lettres ou chiffres".to_owned()));
    }
    if let Some((champ, _)) = textes.iter().find(|(_, texte)| texte.trim().is_empty()) {
        return Err(donnee(champ, "il ne peut pas être vide".to_owned()));
    }
    adresses.iter().try_for_each(|(champ, adresse)| adresse_absolue(champ, adresse))?;
    if reussite.id == reussite.criteres || reussite.id == reussite.statut.liste {
        return Err(donnee("adresse du badge", "elle doit lui être propre".to_owned()));
    }
    if debut_du_jour(reussite.delivre_le) > maintenant {
        return Err(donnee("date de délivrance", "elle est à venir".to_owned()));
    }
    if reussite.valide_jusqu_au.is_some_and(|fin| fin < reussite.delivre_le) {
        return Err(donnee("fin de validité", "elle précède la délivrance".to_owned()));
    }
    if reussite.statut.index >= TAILLE_LISTE {
        return Err(donnee("place dans la liste des retraits", format!("il faut moins de {TAILLE_LISTE}")));
    }
    Ok(())
}

/// Une adresse de page, complète : une adresse relative disparaîtrait de la forme signée.
pub(crate) fn adresse_absolue(champ: &'static str, adresse: &str) -> Result<(), Erreur> {
    let web = adresse.starts_with("https://") || adresse.starts_with("http://");
    if web && Iri::new(adresse).is_ok() { Ok(()) } else { Err(donnee(champ, format!("« {adresse} » n’est pas une adresse complète"))) }
}

pub(crate) fn donnee(champ: &'static str, dit: String) -> Erreur {
    Erreur::Donnee { champ, dit }
}

pub(crate) fn instant(instant: DateTime<Utc>) -> String {
    instant.to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// Un texte tel qu'il est signé : tabulations et caractères de commande deviennent des espaces (voir `graphe`).
fn texte(texte: &str) -> String {
    texte.trim().chars().map(|c| if a_ecarter(c) { ' ' } else { c }).collect()
}

/// Minuit à Paris. Les changements d'heure y ont lieu la nuit, après minuit : l'instant existe et est unique.
fn debut_du_jour(jour: NaiveDate) -> DateTime<Utc> {
    let minuit = jour.and_time(chrono::NaiveTime::MIN);
    minuit.and_local_timezone(Paris).earliest().map_or_else(|| minuit.and_utc(), |minuit| minuit.to_utc())
}

/// Le nom tel qu'on le compare : forme Unicode composée, blancs réduits.
pub(crate) fn nom_regulier(nom: &str) -> String {
    texte(nom).nfc().collect::<String>().split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Empreinte Open Badges : `sha256$` puis le SHA-256 du nom suivi du sel.
pub(crate) fn empreinte_du_nom(nom: &str, sel: &str) -> String {
    let octets = Sha256::new().chain_update(nom_regulier(nom)).chain_update(sel).finalize();
    format!("sha256${}", hexadecimal(&octets))
}

fn hexadecimal(octets: &[u8]) -> String {
    octets.iter().map(|octet| format!("{octet:02x}")).collect()
}
