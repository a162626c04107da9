//! L'entretien final : prévu, puis tenu.
//!
//! U : unités du titre ; A : acquises à l'ouverture de la session, correspondances et équivalences
//! comprises ; P : présentées ; G ⊆ P : accordées dans la session.
//! Prévu : session titre ou CCS, ou session CCP avec ∅ ≠ U∖A ⊆ P.
//! Tenu : prévu et, en session CCP, U ⊆ A ∪ G, titre non détenu, date dans la limite, livret
//! produit ; en session CCS, titre détenu et CCS non détenu.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use serde::Serialize;

use crate::acquis::Acquis;
use crate::epreuves::TypeSession;
use crate::motif::{Motif, NBSP, Reference, Reponse, Sens, guillemets, liste};
use crate::referentiel::{Catalogue, ErreurReferentiel, NatureUnite, Unite, Version};
use crate::revision::situation;

/// Les faits de la session, pour un candidat.
#[derive(Debug, Clone, Default)]
pub struct FaitsEntretien {
    /// A : unités acquises à l'ouverture.
    pub acquises: BTreeSet<String>,
    /// P : unités présentées.
    pub presentees: BTreeSet<String>,
    /// G : unités accordées ; absent tant que le jury n'a pas délibéré.
    pub accordees: Option<BTreeSet<String>>,
    /// Le titre est déjà détenu ; en session CCS, celui auquel le CCS est associé.
    pub titre_detenu: bool,
    /// La date est dans la limite.
    pub dans_la_limite: bool,
    /// Le livret de certification est produit.
    pub livret_produit: bool,
    /// Le CCS présenté est déjà détenu.
    pub ccs_detenu: bool,
}

impl FaitsEntretien {
    /// Les faits d'un candidat avant délibération, d'après ce qu'il détenait à l'ouverture de la session.
    /// Pour un CCS, le titre détenu est celui auquel il est associé, et il n'y a pas de prolongation.
    pub fn situer(
        catalogue: Catalogue,
        version: &Version,
        session: TypeSession,
        acquis: &Acquis,
        presentees: BTreeSet<String>,
        date: NaiveDate,
        connaissance: NaiveDate,
    ) -> Self {
        let (s, _) = situation(catalogue, version, acquis, date, connaissance);
        let ccs: Vec<&Unite> = presentees.iter().filter_map(|u| version.unite(u)).filter(|u| u.nature == NatureUnite::Ccs).collect();
        let en_vigueur = acquis.unites_en_vigueur(&version.code, date);
        let associes_detenus = || ccs.iter().all(|u| acquis.detient(catalogue, version.titre_de(u), date));
        let de_ccs = session == TypeSession::Ccs;
        Self {
            titre_detenu: if de_ccs && !ccs.is_empty() { associes_detenus() } else { s.titre_detenu },
            dans_la_limite: if de_ccs { version.vaut(date, connaissance) } else { s.dans_les_dates },
            ccs_detenu: ccs.iter().any(|u| en_vigueur.contains(&u.code)),
            acquises: s.acquises.into_iter().collect(),
            livret_produit: true,
            accordees: None,
            presentees,
        }
    }
}

/// La réponse.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Entretien {
    /// L'entretien est prévu.
    pub prevu: bool,
    /// L'entretien se tient ; absent tant que le jury n'a pas délibéré sur les unités.
    pub tenu: Option<bool>,
}

/// L'entretien final est-il prévu, se tient-il ? La réponse est favorable s'il se tient, ou, avant
/// délibération, s'il est prévu.
pub fn entretien_final(version: &Version, session: TypeSession, f: &FaitsEntretien) -> Result<Reponse<Entretien>, ErreurReferentiel> {
    controler(version, session, f)?;
    let unites: BTreeSet<String> = version.unites_du_titre().map(|u| u.code.clone()).collect();
    let manquantes: BTreeSet<String> = unites.difference(&f.acquises).cloned().collect();
    let mut motifs = Vec::new();
    let prevu = match session {
        TypeSession::Titre | TypeSession::Ccs => {
            let quoi = if session == TypeSession::Titre { "titre" } else { "CCS" };
            motifs.push(
                Motif::nouveau(
                    "entretien.prevu_par_nature",
                    Reference::delivrance(),
                    format!("Toute session {quoi} prévoit un entretien final."),
                )
                .pour(),
            );
            true
        }
        TypeSession::Ccp => {
            let prevu = !manquantes.is_empty() && manquantes.is_subset(&f.presentees);
            let phrase = if manquantes.is_empty() {
                "Toutes les unités étaient déjà acquises\u{a0}: aucun CCP n’est à repasser, l’entretien final relève d’une session titre."
                    .to_owned()
            } else if prevu {
                format!("Les unités présentées couvrent tout ce qui manque ({})\u{a0}: l’entretien final est prévu.", liste(&manquantes))
            } else {
                let reste: Vec<&String> = manquantes.difference(&f.presentees).collect();
                format!("Il manquera encore {} après cette session\u{a0}: l’entretien final n’est pas prévu.", liste(reste))
            };
            motifs.push(
                Motif::nouveau("entretien.dernier_ccp", Reference::delivrance(), phrase)
                    .fait("manquantes", &manquantes)
                    .fait("presentees", &f.presentees)
                    .selon(prevu),
            );
            prevu
        }
    };
    let Some(accordees) = &f.accordees else {
        return Ok(Reponse { favorable: prevu, resultat: Entretien { prevu, tenu: None }, motifs });
    };
    match session {
        TypeSession::Titre => {}
        TypeSession::Ccp => conditions_ccp(f, &manquantes, accordees, &mut motifs),
        TypeSession::Ccs => {
            let detenu = if f.titre_detenu {
                "Le titre est détenu."
            } else {
                "Le titre auquel le CCS est associé n’est pas détenu\u{a0}: l’entretien ne se tient pas."
            };
            motifs.push(
                Motif::nouveau("entretien.ccs_titre_detenu", Reference::delivrance(), detenu)
                    .fait("titre_detenu", f.titre_detenu)
                    .selon(f.titre_detenu),
            );
            if f.ccs_detenu {
                motifs.push(Motif::nouveau("entretien.ccs_deja_detenu", Reference::delivrance(), "Ce CCS est déjà détenu.").contre());
            }
        }
    }
    let tenu = prevu && motifs.iter().all(|m| m.sens != Sens::Defavorable);
    let phrase = if tenu { "L’entretien final se tient." } else { "L’entretien final ne se tient pas." };
    motifs.push(
        Motif::nouveau("entretien.tenu", Reference::delivrance(), phrase).fait("prevu", prevu).fait("accordees", accordees).selon(tenu),
    );
    Ok(Reponse { favorable: tenu, resultat: Entretien { prevu, tenu: Some(tenu) }, motifs })
}

fn conditions_ccp(f: &FaitsEntretien, manquantes: &BTreeSet<String>, accordees: &BTreeSet<String>, motifs: &mut Vec<Motif>) {
    let restent: Vec<&String> = manquantes.difference(accordees).collect();
    let complet = restent.is_empty();
    let phrase = if complet {
        "Toutes les unités du titre sont acquises ou accordées dans la session.".to_owned()
    } else {
        format!("Le jury n’a pas accordé {}{NBSP}: le titre n’est pas complet.", liste(&restent))
    };
    motifs.push(
        Motif::nouveau("entretien.unites_completes", Reference::delivrance(), phrase)
            .fait("acquises", &f.acquises)
            .fait("accordees", accordees)
            .fait("restent", &restent)
            .selon(complet),
    );
    for (regle, vrai, refus) in [
        ("entretien.titre_deja_detenu", !f.titre_detenu, "Le titre est déjà détenu."),
        ("entretien.hors_limite", f.dans_la_limite, "La date est hors de la limite du titre."),
        (
            "entretien.livret_absent",
            f.livret_produit,
            "Le livret de certification n’est pas produit\u{a0}: l’entretien final se tient au vu du livret.",
        ),
    ] {
        if !vrai {
            motifs.push(Motif::nouveau(regle, Reference::delivrance(), refus).contre());
        }
    }
}

/// Les unités existent, G ⊆ P, et une session CCS ne présente que des CCS.
fn controler(version: &Version, session: TypeSession, f: &FaitsEntretien) -> Result<(), ErreurReferentiel> {
    let accordees = f.accordees.iter().flatten();
    for u in f.acquises.iter().chain(&f.presentees).chain(accordees) {
        if version.unite(u).is_none() {
            return Err(ErreurReferentiel::UniteInconnue { version: version.code.clone(), unite: u.clone() });
        }
    }
    let nature_voulue = |u: &&String| {
        let ccs = version.unite(u).is_some_and(|x| x.nature == NatureUnite::Ccs);
        ccs == (session == TypeSession::Ccs)
    };
    if let Some(u) = f.presentees.iter().find(|u| !nature_voulue(u)) {
        let phrase = format!("l’unité {} ne se présente pas en session {}.", guillemets(u), guillemets(session.code()));
        return Err(ErreurReferentiel::Incoherence(phrase));
    }
    if let Some(u) = f.accordees.iter().flatten().find(|u| !f.presentees.contains(*u)) {
        return Err(ErreurReferentiel::Incoherence(format!("l’unité {} est accordée sans avoir été présentée.", guillemets(u))));
    }
    Ok(())
}
