//! Validation des acquis de l'expérience : recevabilité, silence, plafonds, expérience.

pub mod experience;

use std::collections::BTreeSet;

use chrono::{Datelike, NaiveDate};
use serde::{Deserialize, Serialize};

use crate::dates::{en_francais, plus_mois};
use crate::motif::{Motif, NBSP, Reference, Reponse, compte, guillemets};
use crate::referentiel::Version;
use crate::referentiel::regles::duree_mois;

pub use experience::{Activite, Experience, experience};

/// Sens d'une notification.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DecisionRecevabilite {
    /// Recevable.
    Recevable,
    /// Non recevable.
    NonRecevable,
}

/// Une notification.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Notification {
    /// Date de notification.
    pub date: NaiveDate,
    /// Décision.
    #[serde(default = "recevable")]
    pub decision: DecisionRecevabilite,
}

fn recevable() -> DecisionRecevabilite {
    DecisionRecevabilite::Recevable
}

/// L'état d'un dossier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum EtatRecevabilite {
    /// Dossier incomplet : le délai ne court pas.
    Incomplet,
    /// En cours d'examen.
    EnExamen,
    /// Recevable par décision.
    Recevable,
    /// Recevable par silence.
    RecevableParSilence,
    /// Non recevable.
    NonRecevable,
    /// La recevabilité n'est plus valide.
    Perimee,
}

/// La recevabilité à une date.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Recevabilite {
    /// État à la date demandée.
    pub etat: EtatRecevabilite,
    /// Jour où le silence vaut recevabilité.
    pub silence_le: Option<NaiveDate>,
    /// Départ de la validité.
    pub depuis: Option<NaiveDate>,
    /// Dernier jour de validité.
    pub jusqu_au: Option<NaiveDate>,
}

/// Le candidat est-il recevable à cette date (par exemple celle d'une session) ?
/// `complet_le` : réception du dossier complet ; `notification` : s'il y en a une.
pub fn recevabilite(
    version: &Version,
    complet_le: Option<NaiveDate>,
    notification: Option<&Notification>,
    date: NaiveDate,
) -> Reponse<Recevabilite> {
    let mut motifs = Vec::new();
    let silence_le = complet_le.map(|c| plus_mois(c, version.regle("vae.silence_mois", c).valeur));
    // Une décision notifiée compte, sauf si elle refuse après que le silence a valu recevabilité :
    // il faudrait alors retirer la décision née du silence, ce qui est une autre décision.
    let notifiee = notification.filter(|n| n.date <= date);
    let tardive = notifiee.is_some_and(|n| n.decision == DecisionRecevabilite::NonRecevable && silence_le.is_some_and(|s| s <= n.date));
    let (etat, depuis) = match notifiee {
        Some(n) if n.decision == DecisionRecevabilite::NonRecevable && !tardive => {
            let phrase = format!("La demande a été déclarée non recevable le {}.", en_francais(n.date));
            motifs.push(Motif::nouveau("vae.non_recevable", Reference::vae(), phrase).fait("notification", n.date).contre());
            (EtatRecevabilite::NonRecevable, None)
        }
        Some(n) if !tardive => {
            motifs.push(
                Motif::nouveau("vae.notification", Reference::vae(), format!("La recevabilité a été notifiée le {}.", en_francais(n.date)))
                    .fait("notification", n.date)
                    .pour(),
            );
            (EtatRecevabilite::Recevable, Some(n.date))
        }
        _ => par_silence(version, complet_le, silence_le, tardive, date, &mut motifs),
    };
    let mut resultat = Recevabilite { etat, silence_le, depuis, jusqu_au: None };
    if let Some(depuis) = depuis {
        let duree = version.regle("vae.recevabilite_mois", depuis);
        let jusqu_au = plus_mois(depuis, duree.valeur);
        resultat.jusqu_au = Some(jusqu_au);
        let valide = date <= jusqu_au;
        if !valide {
            resultat.etat = EtatRecevabilite::Perimee;
        }
        let verbe = if valide { "vaut" } else { "ne valait que" };
        let phrase = format!(
            "La recevabilité {verbe} {} à compter du {}{NBSP}: jusqu’au {} compris.",
            duree_mois(duree.valeur),
            en_francais(depuis),
            en_francais(jusqu_au)
        );
        motifs.push(duree.motif("vae.validite", phrase).fait("depuis", depuis).fait("jusqu_au", jusqu_au).fait("date", date).selon(valide));
    }
    Reponse::deduite(resultat, motifs)
}

fn par_silence(
    version: &Version,
    complet_le: Option<NaiveDate>,
    silence_le: Option<NaiveDate>,
    tardive: bool,
    date: NaiveDate,
    motifs: &mut Vec<Motif>,
) -> (EtatRecevabilite, Option<NaiveDate>) {
    let (Some(complet), Some(silence)) = (complet_le.filter(|c| *c <= date), silence_le) else {
        motifs
            .push(Motif::nouveau("vae.incomplet", Reference::vae(), "Le dossier n’est pas complet\u{a0}: le délai ne court pas.").contre());
        return (EtatRecevabilite::Incomplet, None);
    };
    let delai = version.regle("vae.silence_mois", complet);
    let acquis = silence <= date;
    let phrase = if acquis {
        format!(
            "Le dossier est complet depuis le {}{NBSP}; {} de silence valent recevabilité depuis le {}.",
            en_francais(complet),
            duree_mois(delai.valeur),
            en_francais(silence)
        )
    } else {
        format!(
            "Le dossier est complet depuis le {}{NBSP}; sans réponse, il sera recevable le {}.",
            en_francais(complet),
            en_francais(silence)
        )
    };
    motifs.push(delai.motif("vae.silence", phrase).fait("complet_le", complet).fait("silence_le", silence).selon(acquis));
    if tardive {
        motifs.push(Motif::nouveau(
            "vae.refus_tardif",
            Reference::vae(),
            "Le refus est venu après que le silence a valu recevabilité\u{a0}: il ne l’efface pas.",
        ));
    }
    if acquis { (EtatRecevabilite::RecevableParSilence, Some(silence)) } else { (EtatRecevabilite::EnExamen, None) }
}

/// Un dossier déposé.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DossierVae {
    /// Certification (code de titre).
    pub certification: String,
    /// Date de dépôt.
    pub date: NaiveDate,
    /// Ne porte que sur des blocs : un dossier antérieur de ce type ne compte pas.
    #[serde(default)]
    pub blocs_seuls: bool,
}

/// Le compte de l'année civile.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PlafondsVae {
    /// Année civile.
    pub annee: i32,
    /// Dossiers déjà déposés pour cette certification.
    pub pour_cette_certification: u32,
    /// Autres certifications déjà visées.
    pub autres_certifications: Vec<String>,
}

/// Un nouveau dossier est-il admis, compte tenu de ceux de la même année civile ?
pub fn plafonds(version: &Version, anterieurs: &[DossierVae], nouveau: &DossierVae) -> Reponse<PlafondsVae> {
    let annee = nouveau.date.year();
    let comptes: Vec<&DossierVae> = anterieurs.iter().filter(|d| d.date.year() == annee && !d.blocs_seuls).collect();
    let meme = comptes.iter().filter(|d| d.certification == nouveau.certification).count() as u32;
    let autres: BTreeSet<&str> = comptes.iter().map(|d| d.certification.as_str()).filter(|c| *c != nouveau.certification).collect();
    let mut motifs = Vec::new();
    let max = version.regle("vae.dossiers_par_certification_an", nouveau.date);
    let phrase = format!(
        "{} en {annee} pour {}{NBSP}; le maximum est de {}.",
        compte(meme, "dossier déjà déposé", "dossiers déjà déposés"),
        guillemets(&nouveau.certification),
        max.valeur
    );
    motifs.push(max.motif("vae.plafond_certification", phrase).fait("annee", annee).fait("deja", meme).selon(meme < max.valeur));
    let max = version.regle("vae.certifications_par_an", nouveau.date);
    let phrase = format!(
        "{} en {annee}{NBSP}; le maximum est de {} certifications différentes.",
        compte(autres.len() as u64, "autre certification déjà visée", "autres certifications déjà visées"),
        max.valeur
    );
    motifs.push(
        max.motif("vae.plafond_annuel", phrase).fait("annee", annee).fait("autres", &autres).selon((autres.len() as u32) < max.valeur),
    );
    let ignores = anterieurs.iter().filter(|d| d.blocs_seuls && d.date.year() == annee).count();
    if ignores > 0 {
        motifs.push(Motif::nouveau(
            "vae.blocs_seuls",
            Reference::vae(),
            format!(
                "{} sur des blocs seuls, sans effet sur les plafonds.",
                compte(ignores as u64, "dossier antérieur", "dossiers antérieurs")
            ),
        ));
    }
    let resultat =
        PlafondsVae { annee, pour_cette_certification: meme, autres_certifications: autres.into_iter().map(str::to_owned).collect() };
    Reponse::deduite(resultat, motifs)
}
