//! Un candidat peut-il être inscrit à cette session : dates du titre, unités présentées,
//! recevabilité VAE, seconde chance, CCS, une seule session par jour.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use serde::Serialize;

use crate::acquis::{Acquis, Origine, Provenance};
use crate::ccs::acces_ccs;
use crate::dates::en_francais;
use crate::epreuves::TypeSession;
use crate::limite::{dans_les_dates, date_d_un_ccs};
use crate::motif::{Motif, NBSP, Reference, Reponse, guillemets, liste};
use crate::referentiel::{Catalogue, ErreurReferentiel, NatureUnite, Version};
use crate::reprise::{FaitsReprise, SessionPassee, seconde_chance};
use crate::revision::{Situation, situation};
use crate::vae::{Experience, Notification, recevabilite};

/// Les faits.
#[derive(Debug, Clone)]
pub struct FaitsAcces {
    /// Type de session.
    pub session: TypeSession,
    /// Date.
    pub date: NaiveDate,
    /// Unités présentées et leur origine.
    pub origines: BTreeMap<String, Origine>,
    /// VAE : réception du dossier complet.
    pub complet_le: Option<NaiveDate>,
    /// VAE : notification.
    pub notification: Option<Notification>,
    /// Sessions passées.
    pub sessions: Vec<SessionPassee>,
    /// Nouvelle formation.
    pub nouvelle_formation_le: Option<NaiveDate>,
    /// Expérience, pour un CCS.
    pub experiences: Vec<Experience>,
    /// Autres sessions auxquelles le candidat est inscrit.
    pub autres_sessions: Vec<NaiveDate>,
}

/// Le résultat.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AccesSession {
    /// Unités acquises à l'ouverture.
    pub acquises: Vec<String>,
    /// Unités manquantes.
    pub manquantes: Vec<String>,
    /// Unités présentées.
    pub presentees: Vec<String>,
}

/// L'accès est-il ouvert ?
pub fn acces_session(
    catalogue: Catalogue,
    version: &Version,
    acquis: &Acquis,
    f: &FaitsAcces,
    connaissance: NaiveDate,
) -> Result<Reponse<AccesSession>, ErreurReferentiel> {
    acquis.verifier(catalogue)?;
    let presentees: BTreeSet<String> = f.origines.keys().cloned().collect();
    for u in &presentees {
        let unite = catalogue.unite(&version.code, u)?;
        if (unite.nature == NatureUnite::Ccs) != (f.session == TypeSession::Ccs) {
            return Err(ErreurReferentiel::Incoherence(format!(
                "l’unité {} ne se présente pas en session {}.",
                guillemets(u),
                guillemets(f.session.code())
            )));
        }
    }
    let (s, motifs_situation) = situation(catalogue, version, acquis, f.date, connaissance);
    let mut motifs: Vec<Motif> =
        motifs_situation.into_iter().filter(|m| m.regle.starts_with("revision.") || m.regle.starts_with("validite.")).collect();
    if f.session == TypeSession::Ccs {
        motifs.push(date_d_un_ccs(version, f.date, connaissance));
        if presentees.is_empty() {
            motifs.push(Motif::nouveau("acces.aucune_unite", Reference::delivrance(), "Une session CCS présente un CCS.").contre());
        }
        for (u, origine) in &f.origines {
            motifs.extend(acces_ccs(catalogue, version, u, acquis, *origine, &f.experiences, f.date)?.motifs);
        }
    } else {
        motifs.extend(dans_les_dates(catalogue, version, acquis, f.date, connaissance).motifs);
        unites(f, &s.acquises, &s.manquantes, s.titre_detenu, &presentees, &mut motifs);
    }
    let origines: BTreeSet<Origine> = f.origines.values().copied().collect();
    if f.session != TypeSession::Ccs && origines.iter().any(|o| *o != Origine::Formation) {
        sans_formation(version, f, &s, &origines, &mut motifs);
    }
    if origines.contains(&Origine::Formation) && f.session != TypeSession::Ccs {
        let reprise = FaitsReprise {
            origine: Origine::Formation,
            session: f.session,
            date: f.date,
            presentees: presentees.clone(),
            sessions: f.sessions.clone(),
            depart: None,
            nouvelle_formation_le: f.nouvelle_formation_le,
        };
        motifs.extend(seconde_chance(version, &reprise).motifs);
    }
    if f.autres_sessions.contains(&f.date) {
        let phrase = format!("Le candidat est déjà inscrit à une autre session le {}.", en_francais(f.date));
        motifs.push(Motif::nouveau("acces.deux_sessions_le_meme_jour", Reference::modele(), phrase).fait("date", f.date).contre());
    }
    let resultat = AccesSession { acquises: s.acquises, manquantes: s.manquantes, presentees: presentees.into_iter().collect() };
    Ok(Reponse::deduite(resultat, motifs))
}

/// Hors formation, un titre ou un CCP vient de la VAE : il faut la recevabilité, sauf après une réussite
/// partielle, dont les CCP manquants se passent dans la limite du titre (seed 002, § 3). L'expérience
/// seule n'ouvre qu'un CCS.
fn sans_formation(version: &Version, f: &FaitsAcces, s: &Situation, origines: &BTreeSet<Origine>, motifs: &mut Vec<Motif>) {
    // Une unité tenue d'une équivalence n'est pas une réussite devant un jury.
    let reussie = s.detail.iter().any(|u| u.provenance != Provenance::Equivalence && s.acquises.contains(&u.unite));
    if f.session == TypeSession::Ccp && reussie && f.notification.is_none() && f.complet_le.is_none() {
        let phrase = "Une unité est déjà acquise\u{a0}: les CCP manquants se passent dans la limite de validité du titre.";
        motifs.push(Motif::nouveau("acces.capitalisation", Reference::delivrance(), phrase).fait("acquises", &s.acquises));
        return;
    }
    let r = recevabilite(version, f.complet_le, f.notification.as_ref(), f.date);
    if !r.favorable && origines.contains(&Origine::Experience) {
        let phrase =
            "Sans formation, un titre ou un CCP s’obtient par la VAE, une fois recevable\u{a0}: l’expérience seule n’ouvre qu’un CCS.";
        motifs.push(Motif::nouveau("acces.experience_sans_recevabilite", Reference::delivrance(), phrase).contre());
    }
    motifs.extend(r.motifs);
}

fn unites(
    f: &FaitsAcces,
    acquises: &[String],
    manquantes: &[String],
    titre_detenu: bool,
    presentees: &BTreeSet<String>,
    motifs: &mut Vec<Motif>,
) {
    let mut refuser = |regle: &str, phrase: String| {
        motifs.push(
            Motif::nouveau(regle, Reference::delivrance(), phrase).fait("presentees", presentees).fait("acquises", acquises).contre(),
        );
    };
    if titre_detenu {
        refuser("acces.titre_detenu", "Le titre est déjà détenu.".to_owned());
    }
    let deja: Vec<&String> = presentees.iter().filter(|u| acquises.contains(u)).collect();
    if !deja.is_empty() {
        refuser("acces.unite_deja_acquise", format!("Une unité acquise ne se repasse pas{NBSP}: {}.", liste(deja)));
    }
    let non_presentees: Vec<&String> = manquantes.iter().filter(|u| !presentees.contains(*u)).collect();
    match f.session {
        TypeSession::Ccp if presentees.is_empty() => {
            let phrase = if manquantes.is_empty() {
                "Aucun CCP n’est à passer\u{a0}: l’entretien final dû relève d’une session titre."
            } else {
                "Une session CCP présente au moins une unité."
            };
            refuser("acces.aucune_unite", phrase.to_owned());
        }
        TypeSession::Titre if !non_presentees.is_empty() => {
            refuser(
                "acces.unites_non_presentees",
                format!("Une session titre porte sur toutes les unités manquantes{NBSP}: il reste {}.", liste(non_presentees)),
            );
        }
        _ => {}
    }
}
