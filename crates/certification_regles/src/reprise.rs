//! La seconde chance. Deux horloges indépendantes : le droit de se représenter sans nouvelle
//! formation (voie de la formation), et la validité des CCP (voir [`crate::validite`]).

use std::collections::BTreeSet;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::acquis::Origine;
use crate::dates::{en_francais, plus_mois};
use crate::epreuves::TypeSession;
use crate::motif::{Motif, NBSP, Reference, Reponse};
use crate::referentiel::Version;
use crate::referentiel::regles::duree_mois;

/// Une session déjà passée.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SessionPassee {
    /// Type.
    #[serde(rename = "type")]
    pub session: TypeSession,
    /// Date.
    pub date: NaiveDate,
    /// Absence justifiée : la session ne compte pas.
    #[serde(default)]
    pub absence_justifiee: bool,
    /// Unités présentées ; absent : on ne sait pas.
    #[serde(default)]
    pub unites: Option<BTreeSet<String>>,
}

/// Les faits.
#[derive(Debug, Clone)]
pub struct FaitsReprise {
    /// Origine du candidat.
    pub origine: Origine,
    /// Session visée.
    pub session: TypeSession,
    /// Sa date.
    pub date: NaiveDate,
    /// Unités présentées à la session visée ; vide : on ne sait pas.
    pub presentees: BTreeSet<String>,
    /// Sessions déjà passées.
    pub sessions: Vec<SessionPassee>,
    /// Départ de l'horloge ; absent : la première session passée depuis la dernière formation.
    pub depart: Option<NaiveDate>,
    /// Début d'une nouvelle formation, qui remet l'horloge à zéro.
    pub nouvelle_formation_le: Option<NaiveDate>,
}

impl FaitsReprise {
    /// La session visée en représente-t-elle une passée ? Un CCP jamais présenté n'est pas une seconde
    /// chance : le parcours peut être discontinu (seed 002, § 3).
    fn represente(&self, passee: &SessionPassee) -> bool {
        self.session != TypeSession::Ccp
            || self.presentees.is_empty()
            || passee.unites.as_ref().is_none_or(|u| !u.is_disjoint(&self.presentees))
    }
}

/// L'état de l'horloge.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Reprise {
    /// Départ de l'horloge.
    pub depart: Option<NaiveDate>,
    /// Dernier jour pour se représenter.
    pub jusqu_au: Option<NaiveDate>,
    /// Sessions titre déjà passées dans la période.
    pub sessions_titre: u32,
    /// Une nouvelle formation est nécessaire.
    pub nouvelle_formation_necessaire: bool,
}

/// Le candidat peut-il se représenter à cette date ?
pub fn seconde_chance(version: &Version, f: &FaitsReprise) -> Reponse<Reprise> {
    let mut motifs = Vec::new();
    if f.origine != Origine::Formation {
        motifs.push(
            Motif::nouveau(
                "reprise.hors_formation",
                Reference::delivrance(),
                "L’horloge de la seconde chance ne vise que les candidats issus de la formation.",
            )
            .fait("origine", f.origine),
        );
        return Reponse::deduite(Reprise::default(), motifs);
    }
    // Une formation qui n'a pas commencé ne remet rien à zéro.
    let formation = f.nouvelle_formation_le.filter(|n| *n <= f.date);
    let depuis = |d: NaiveDate| formation.is_none_or(|n| d >= n);
    let comptees: Vec<&SessionPassee> =
        f.sessions.iter().filter(|s| !s.absence_justifiee && s.date < f.date && depuis(s.date) && f.represente(s)).collect();
    let depart = f.depart.filter(|d| depuis(*d)).or_else(|| comptees.iter().map(|s| s.date).min());
    let Some(depart) = depart else {
        motifs.push(Motif::nouveau(
            "reprise.premiere_session",
            Reference::delivrance(),
            "Première session depuis la formation\u{a0}: l’horloge n’a pas commencé.",
        ));
        return Reponse::deduite(Reprise::default(), motifs);
    };
    let duree = version.regle("reprise.duree_mois", f.date);
    let jusqu_au = plus_mois(depart, duree.valeur);
    let a_temps = f.date <= jusqu_au;
    let phrase = if a_temps {
        format!(
            "Le candidat peut se représenter sans nouvelle formation jusqu’au {} compris ({}).",
            en_francais(jusqu_au),
            duree_mois(duree.valeur)
        )
    } else {
        format!(
            "Le droit de se représenter a pris fin le {}{NBSP}: une nouvelle formation est nécessaire. Les CCP acquis restent acquis.",
            en_francais(jusqu_au)
        )
    };
    motifs.push(duree.motif("reprise.duree", phrase).fait("depart", depart).fait("jusqu_au", jusqu_au).fait("date", f.date).selon(a_temps));
    let sessions_titre =
        comptees.iter().filter(|s| s.session == TypeSession::Titre && s.date >= depart && s.date <= jusqu_au).count() as u32;
    let mut trop = false;
    if f.session == TypeSession::Titre && a_temps {
        let max = version.regle("reprise.sessions_titre_max", f.date);
        trop = sessions_titre >= max.valeur;
        let phrase = if trop {
            format!("{sessions_titre} sessions titre ont déjà été passées dans la période{NBSP}; le maximum est de {}.", max.valeur)
        } else {
            format!("Ce sera la session titre n°{NBSP}{} de la période, sur {} au plus.", sessions_titre + 1, max.valeur)
        };
        motifs.push(max.motif("reprise.sessions_titre", phrase).fait("sessions_titre", sessions_titre).selon(!trop));
    }
    let resultat =
        Reprise { depart: Some(depart), jusqu_au: Some(jusqu_au), sessions_titre, nouvelle_formation_necessaire: !a_temps || trop };
    Reponse::deduite(resultat, motifs)
}
