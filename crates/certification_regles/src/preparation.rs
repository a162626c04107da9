//! Un candidat est-il prêt : DP signé ; ECF complets si et seulement si l'origine est la
//! formation, CCP par CCP ; période en entreprise si une règle la demande.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::acquis::Origine;
use crate::entreprise::{Contrat, PeriodeEntreprise, periode_en_entreprise};
use crate::motif::{Motif, NBSP, Reference, Reponse, compte, liste};
use crate::referentiel::{ErreurReferentiel, Version};

/// L'état du dossier professionnel.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DossierProfessionnel {
    /// Déclaration sur l'honneur signée.
    #[serde(default)]
    pub signe: bool,
    /// Nombre d'exemples par unité (activité type) ; absent : non contrôlé.
    #[serde(default)]
    pub exemples: Option<BTreeMap<String, u32>>,
}

/// Une fiche d'ECF.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ecf {
    /// Unité évaluée.
    pub unite: String,
    /// Évaluation et synthèse faites.
    pub complet: bool,
    /// Nombre d'évaluateurs ; absent : non contrôlé.
    #[serde(default)]
    pub evaluateurs: Option<u32>,
}

/// Les faits.
#[derive(Debug, Clone, Default)]
pub struct FaitsPreparation {
    /// Unités présentées et leur origine.
    pub origines: BTreeMap<String, Origine>,
    /// Voie d'accès.
    pub voie: Option<String>,
    /// DP.
    pub dossier: DossierProfessionnel,
    /// ECF.
    pub ecf: Vec<Ecf>,
    /// Périodes en entreprise.
    pub periodes: Vec<PeriodeEntreprise>,
    /// Ce que fixe le contrat.
    pub contrat: Option<Contrat>,
    /// Rien n'est à présenter : il ne reste que l'entretien final.
    pub entretien_seul: bool,
}

/// Ce qui manque.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Preparation {
    /// Le dossier est prêt.
    pub prete: bool,
    /// Unités dont l'ECF manque.
    pub ecf_manquants: Vec<String>,
    /// Le DP manque ou n'est pas signé.
    pub dossier_manquant: bool,
    /// La période en entreprise manque.
    pub entreprise_manquante: bool,
}

/// Le candidat est-il prêt ?
pub fn preparation(version: &Version, f: &FaitsPreparation, date: NaiveDate) -> Result<Reponse<Preparation>, ErreurReferentiel> {
    let exemples_de = f.dossier.exemples.iter().flat_map(BTreeMap::keys);
    for u in f.origines.keys().chain(f.ecf.iter().map(|e| &e.unite)).chain(exemples_de) {
        if version.unite(u).is_none() {
            return Err(ErreurReferentiel::UniteInconnue { version: version.code.clone(), unite: u.clone() });
        }
    }
    let mut motifs = Vec::new();
    let sans_unite = f.origines.is_empty() && !f.entretien_seul;
    if sans_unite {
        let phrase = "Aucune unité n’est présentée\u{a0}: il n’y a rien à préparer.";
        motifs.push(Motif::nouveau("preparation.aucune_unite", Reference::delivrance(), phrase).contre());
    }
    let phrase = if f.dossier.signe { "Le dossier professionnel est signé." } else { "Le dossier professionnel n’est pas signé." };
    motifs.push(
        Motif::nouveau("preparation.dossier_signe", Reference::delivrance(), phrase).fait("signe", f.dossier.signe).selon(f.dossier.signe),
    );
    let exemples_justes = exemples(version, f, date, &mut motifs);
    let ecf_manquants = ecf(version, f, date, &mut motifs);
    let mut entreprise_manquante = false;
    if let Some(voie) = &f.voie {
        let r = periode_en_entreprise(version, voie, &f.periodes, f.contrat.as_ref(), date);
        entreprise_manquante = !r.favorable;
        motifs.extend(r.motifs);
    }
    let resultat = Preparation {
        prete: !sans_unite && f.dossier.signe && exemples_justes && ecf_manquants.is_empty() && !entreprise_manquante,
        dossier_manquant: !f.dossier.signe || !exemples_justes,
        ecf_manquants,
        entreprise_manquante,
    };
    Ok(Reponse { favorable: resultat.prete, resultat, motifs })
}

fn exemples(version: &Version, f: &FaitsPreparation, date: NaiveDate, motifs: &mut Vec<Motif>) -> bool {
    let Some(exemples) = &f.dossier.exemples else { return true };
    let (min, max) = (version.regle("dp.exemples_min", date), version.regle("dp.exemples_max", date));
    let mut justes = true;
    for u in f.origines.keys() {
        let n = exemples.get(u).copied().unwrap_or(0);
        if n < min.valeur || n > max.valeur {
            justes = false;
            let borne = if n < min.valeur { &min } else { &max };
            let phrase = format!(
                "Le dossier professionnel donne {} pour {}{NBSP}: il en faut de {} à {}.",
                compte(n, "exemple", "exemples"),
                liste([u]),
                min.valeur,
                max.valeur
            );
            motifs.push(borne.motif("preparation.exemples", phrase).fait("unite", u).fait("exemples", n).contre());
        }
    }
    justes
}

fn ecf(version: &Version, f: &FaitsPreparation, date: NaiveDate, motifs: &mut Vec<Motif>) -> Vec<String> {
    let evaluateurs = version.regle("ecf.evaluateurs_min", date);
    let mut faits = BTreeSet::new();
    for e in f.ecf.iter().filter(|e| e.complet) {
        match e.evaluateurs {
            Some(n) if n < evaluateurs.valeur => {
                let phrase = format!(
                    "L’ECF de {} porte {}{NBSP}: il en faut {}.",
                    liste([&e.unite]),
                    compte(n, "évaluateur", "évaluateurs"),
                    evaluateurs.valeur
                );
                motifs.push(evaluateurs.motif("preparation.evaluateurs", phrase).fait("unite", &e.unite));
            }
            _ => {
                faits.insert(e.unite.clone());
            }
        }
    }
    let mut manquants = Vec::new();
    for (u, origine) in &f.origines {
        let exige = *origine == Origine::Formation;
        let present = faits.contains(u);
        let u_ = liste([u]);
        let (regle, phrase, favorable) = match (exige, present) {
            (true, true) => ("preparation.ecf_complet", format!("Les ECF de {u_} sont complets."), true),
            (true, false) => (
                "preparation.ecf_manquant",
                format!("Les ECF de {u_} manquent{NBSP}: ils sont dus pour une unité préparée en formation."),
                false,
            ),
            (false, true) => (
                "preparation.ecf_sans_objet",
                format!("Les ECF de {u_} ne comptent pas{NBSP}: ils sont réservés aux candidats issus de la formation."),
                true,
            ),
            (false, false) => {
                ("preparation.ecf_non_du", format!("Aucun ECF n’est dû pour {u_}{NBSP}: l’unité ne vient pas d’une formation."), true)
            }
        };
        if !favorable {
            manquants.push(u.clone());
        }
        motifs.push(Motif::nouveau(regle, Reference::delivrance(), phrase).fait("unite", u).fait("origine", origine).selon(favorable));
    }
    manquants
}
