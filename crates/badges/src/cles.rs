//! Les clés de l'émetteur : un fichier TOML hors de la base, lisible par son seul propriétaire.
//!
//! Une clé sert jusqu'à ce qu'une autre la remplace ; sa partie privée est alors effacée, sa partie publique reste
//! publiée, et ce qu'elle a signé reste vérifiable. Une clé volée est *retirée* : elle quitte le document d'identité et
//! tout ce qu'elle a signé cesse d'être reconnu.

use std::{
    fmt,
    io::{ErrorKind, Write},
    path::{Path, PathBuf},
};

use chrono::{DateTime, SubsecRound, Utc};
use ed25519_dalek::{SigningKey, VerifyingKey};
use rand::{TryRngCore, rngs::OsRng};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::{Erreur, identite, multicle};

/// Les clés d'un émetteur, lues de leur fichier. Ni `Debug` ni aucun message ne montre une partie privée.
pub struct Cles {
    chemin: PathBuf,
    cles: Vec<Cle>,
    active: usize,
    signature: SigningKey,
}

/// Une clé, sans sa partie privée.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cle {
    /// Nom court, stable : le fragment de son adresse (`did:web:…#cle-2026-11-22`).
    pub id: String,
    /// Mise en service.
    pub creee: DateTime<Utc>,
    /// Remplacée par une autre : ne signe plus, vérifie encore.
    pub remplacee: Option<DateTime<Utc>>,
    /// Retirée parce que volée ou perdue : ne vérifie plus.
    pub retiree: Option<DateTime<Utc>>,
    /// Partie publique, au format Multikey (`z6Mk…`).
    pub publique: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Fichier {
    #[serde(default)]
    cles: Vec<Ligne>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Ligne {
    id: String,
    creee: DateTime<Utc>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    remplacee: Option<DateTime<Utc>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    retiree: Option<DateTime<Utc>>,
    publique: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    secrete: Option<String>,
}

const ENTETE: &str = "# Clés des attestations signées. Fichier secret : droits 0600, sauvegardé à part de la base.\n\
                      # Une clé remplacée garde sa partie publique : ce qu'elle a signé reste vérifiable.\n\n";

impl Cles {
    /// Ouvre le fichier ; s'il manque, le crée avec une première clé. Deux programmes qui créent ensemble obtiennent la
    /// même clé. Avec plusieurs nœuds sans disque commun, poser le même fichier sur chacun et appeler [`Cles::lire`].
    ///
    /// # Errors
    /// Fichier illisible, droits trop larges, contenu incohérent.
    pub fn ouvrir(chemin: &Path, maintenant: DateTime<Utc>) -> Result<Self, Erreur> {
        match Self::lire(chemin) {
            Err(Erreur::Fichier { source, .. }) if source.kind() == ErrorKind::NotFound => {
                let cles = Self::neuves(chemin, &graine(chemin)?, maintenant);
                match cles.ecrire(Ecriture::SiAbsent) {
                    Err(Erreur::Fichier { source, .. }) if source.kind() == ErrorKind::AlreadyExists => Self::lire(chemin),
                    fait => fait.map(|()| cles),
                }
            }
            lues => lues,
        }
    }

    /// Lit le fichier, sans jamais le créer.
    ///
    /// # Errors
    /// Fichier absent ou illisible, lisible par d'autres, ou incohérent (aucune clé active, deux clés actives, partie
    /// privée qui n'est pas celle de la partie publique, identifiant en double).
    pub fn lire(chemin: &Path) -> Result<Self, Erreur> {
        let fichier = |source| Erreur::Fichier { chemin: chemin.to_owned(), action: "lu", source };
        droits(chemin)?;
        let texte = std::fs::read_to_string(chemin).map_err(fichier)?;
        // `toml::de::Error` quotes the faulty line, which may be a private key: only its position is told.
        let contenu: Fichier = toml::from_str(&texte).map_err(|erreur| {
            let ligne = erreur.span().map_or(1, |ou| texte[..ou.start.min(texte.len())].lines().count().max(1));
            faux(chemin, format!("la ligne {ligne} n’est pas de la forme attendue"))
        })?;
        let (mut cles, mut active) = (Vec::new(), None);
        for ligne in contenu.cles {
            let verification = multicle::publique(&ligne.publique)
                .ok_or_else(|| faux(chemin, format!("la partie publique de {} est illisible", ligne.id)))?;
            if ligne.id.is_empty() || !ligne.id.chars().all(|c| c.is_ascii_alphanumeric() || c == '-') {
                return Err(faux(chemin, "un identifiant de clé s’écrit avec des lettres, des chiffres et des tirets".to_owned()));
            }
            if cles.iter().any(|autre: &Cle| autre.id == ligne.id) {
                return Err(faux(chemin, format!("deux clés s’appellent {}", ligne.id)));
            }
            if ligne.remplacee.is_none() && ligne.retiree.is_none() {
                let secrete = ligne.secrete.as_deref().and_then(multicle::secrete);
                let secrete = secrete.ok_or_else(|| faux(chemin, format!("la partie privée de {} manque ou est illisible", ligne.id)))?;
                if secrete.verifying_key() != verification {
                    return Err(faux(chemin, format!("les deux parties de {} ne vont pas ensemble", ligne.id)));
                }
                if active.replace((cles.len(), secrete)).is_some() {
                    return Err(faux(chemin, "deux clés sont en service".to_owned()));
                }
            }
            let Ligne { id, creee, remplacee, retiree, publique, .. } = ligne;
            cles.push(Cle { id, creee, remplacee, retiree, publique });
        }
        let (active, signature) = active.ok_or_else(|| faux(chemin, "aucune clé n’est en service".to_owned()))?;
        Ok(Self { chemin: chemin.to_owned(), cles, active, signature })
    }

    /// Met une nouvelle clé en service et l'enregistre ; la partie privée de l'ancienne est effacée du fichier.
    ///
    /// Le fichier est relu d'abord : une clé mise en service par un autre processus n'est pas perdue.
    ///
    /// # Errors
    /// Fichier impossible à lire ou à écrire : l'ancienne clé reste alors en service.
    pub fn tourner(&mut self, maintenant: DateTime<Utc>) -> Result<&Cle, Erreur> {
        *self = Self::lire(&self.chemin)?;
        let maintenant = maintenant.trunc_subsecs(0);
        let signature = SigningKey::from_bytes(&graine(&self.chemin)?);
        let mut cles = self.cles.clone();
        cles[self.active].remplacee = Some(maintenant);
        let base = nom(maintenant);
        let suite = (2..).map(|n| format!("{base}-{n}"));
        let id = std::iter::once(base.clone()).chain(suite).find(|id| cles.iter().all(|cle| cle.id != *id)).unwrap_or(base);
        cles.push(Cle { id, creee: maintenant, remplacee: None, retiree: None, publique: multicle::ecrite(&signature.verifying_key()) });
        let suivantes = Self { chemin: self.chemin.clone(), active: cles.len() - 1, cles, signature };
        suivantes.ecrire(Ecriture::Remplace)?;
        *self = suivantes;
        Ok(self.active())
    }

    /// Retire une clé volée ou perdue : rien de ce qu'elle a signé ne sera plus reconnu. Si elle était en service, une
    /// autre la remplace d'abord.
    ///
    /// # Errors
    /// Clé inconnue, fichier impossible à lire ou à écrire.
    pub fn retirer(&mut self, id: &str, maintenant: DateTime<Utc>) -> Result<(), Erreur> {
        *self = Self::lire(&self.chemin)?;
        let position = self.cles.iter().position(|cle| cle.id == id).ok_or_else(|| Erreur::CleAbsente(id.to_owned()))?;
        if position == self.active {
            self.tourner(maintenant)?;
        }
        let mut cles = self.cles.clone();
        cles[position].retiree = Some(maintenant.trunc_subsecs(0));
        let suivantes = Self { chemin: self.chemin.clone(), active: self.active, cles, signature: self.signature.clone() };
        suivantes.ecrire(Ecriture::Remplace)?;
        *self = suivantes;
        Ok(())
    }

    /// Toutes les clés, de la plus ancienne à la plus récente.
    pub fn toutes(&self) -> &[Cle] {
        &self.cles
    }

    /// La clé qui signe.
    pub fn active(&self) -> &Cle {
        &self.cles[self.active]
    }

    /// Le document d'identité de l'émetteur, à servir à l'adresse [`crate::CHEMIN_IDENTITE`] : toutes les clés publiques
    /// qui vérifient encore, et rien de privé.
    ///
    /// # Errors
    /// L'adresse de l'instance n'est pas de la forme `https://machine[:port]`.
    pub fn document(&self, origine: &str) -> Result<Value, Erreur> {
        let did = identite::did(origine)?;
        let reconnues: Vec<&Cle> = self.cles.iter().filter(|cle| cle.retiree.is_none()).collect();
        let methodes: Vec<Value> = reconnues
            .iter()
            .map(|cle| {
                json!({
                    "id": format!("{did}#{}", cle.id),
                    "type": "Multikey",
                    "controller": did,
                    "publicKeyMultibase": cle.publique,
                })
            })
            .collect();
        Ok(json!({
            "@context": ["https://www.w3.org/ns/did/v1", "https://w3id.org/security/multikey/v1"],
            "id": did,
            "alsoKnownAs": [origine.trim_end_matches('/')],
            "verificationMethod": methodes,
            "assertionMethod": reconnues.iter().map(|cle| format!("{did}#{}", cle.id)).collect::<Vec<_>>(),
        }))
    }

    pub(crate) fn signature(&self) -> &SigningKey {
        &self.signature
    }

    pub(crate) fn neuves(chemin: &Path, graine: &[u8; 32], maintenant: DateTime<Utc>) -> Self {
        let maintenant = maintenant.trunc_subsecs(0);
        let signature = SigningKey::from_bytes(graine);
        let publique = multicle::ecrite(&signature.verifying_key());
        let cle = Cle { id: nom(maintenant), creee: maintenant, remplacee: None, retiree: None, publique };
        Self { chemin: chemin.to_owned(), cles: vec![cle], active: 0, signature }
    }

    /// Écrit à côté, puis met en place d'un coup : le fichier n'est jamais à moitié écrit, ni un instant lisible d'autres.
    fn ecrire(&self, comment: Ecriture) -> Result<(), Erreur> {
        let fichier = |source| Erreur::Fichier { chemin: self.chemin.clone(), action: "écrit", source };
        let lignes = self.cles.iter().enumerate().map(|(n, cle)| Ligne {
            id: cle.id.clone(),
            creee: cle.creee,
            remplacee: cle.remplacee,
            retiree: cle.retiree,
            publique: cle.publique.clone(),
            secrete: (n == self.active).then(|| multicle::secrete_ecrite(&self.signature)),
        });
        let texte = toml::to_string(&Fichier { cles: lignes.collect() }).map_err(|erreur| faux(&self.chemin, erreur.to_string()))?;
        let dossier = self.chemin.parent().filter(|d| !d.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."));
        // tempfile creates its files readable by their owner alone.
        let mut a_cote = tempfile::NamedTempFile::new_in(dossier).map_err(fichier)?;
        a_cote.write_all(ENTETE.as_bytes()).and_then(|()| a_cote.write_all(texte.as_bytes())).map_err(fichier)?;
        a_cote.as_file().sync_all().map_err(fichier)?;
        match comment {
            Ecriture::SiAbsent => a_cote.persist_noclobber(&self.chemin),
            Ecriture::Remplace => a_cote.persist(&self.chemin),
        }
        .map_err(|erreur| fichier(erreur.error))?;
        // The new name must survive a power cut too: what the key signs next would otherwise verify nowhere.
        #[cfg(unix)]
        std::fs::File::open(dossier).and_then(|dossier| dossier.sync_all()).map_err(fichier)?;
        Ok(())
    }
}

#[derive(Clone, Copy)]
enum Ecriture {
    SiAbsent,
    Remplace,
}

impl fmt::Debug for Cles {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cles").field("chemin", &self.chemin).field("cles", &self.cles).finish_non_exhaustive()
    }
}

fn nom(jour: DateTime<Utc>) -> String {
    format!("cle-{}", jour.format("%Y-%m-%d"))
}

fn faux(chemin: &Path, dit: String) -> Erreur {
    Erreur::Cles { chemin: chemin.to_owned(), dit }
}

fn graine(chemin: &Path) -> Result<[u8; 32], Erreur> {
    let mut graine = [0; 32];
    OsRng.try_fill_bytes(&mut graine).map_err(|erreur| faux(chemin, format!("le système ne donne pas de hasard ({erreur})")))?;
    Ok(graine)
}

/// Refuse un fichier ouvert à d'autres comptes. Le groupe peut lire (secrets montés par un orchestrateur), pas écrire.
#[cfg(unix)]
fn droits(chemin: &Path) -> Result<(), Erreur> {
    use std::os::unix::fs::PermissionsExt;
    let donnees = std::fs::metadata(chemin).map_err(|source| Erreur::Fichier { chemin: chemin.to_owned(), action: "lu", source })?;
    let droits = donnees.permissions().mode() & 0o777;
    if droits & 0o027 == 0 { Ok(()) } else { Err(Erreur::DroitsTropLarges { chemin: chemin.to_owned(), droits }) }
}

#[cfg(not(unix))]
fn droits(_: &Path) -> Result<(), Erreur> {
    Ok(())
}

/// La clé publique que le document d'identité associe à cette méthode, si elle sert à affirmer.
pub(crate) fn du_document(document: &Value, methode: &str) -> Option<VerifyingKey> {
    let did = document["id"].as_str()?;
    let affirme = document["assertionMethod"].as_array()?.iter().any(|id| id == methode);
    let entree = document["verificationMethod"].as_array()?.iter().find(|entree| entree["id"] == methode)?;
    if !affirme || entree["type"] != "Multikey" || entree["controller"] != did || !entree["revoked"].is_null() {
        return None;
    }
    multicle::publique(entree["publicKeyMultibase"].as_str()?)
}
