//! What a segment holds: all that any bilan needs of one structure in one month, without names.
//!
//! Written by postcard (small, and quick to read); the column `empreinte` of the table says which shape
//! and which codes it was written with. People are ranks of `personne_rang`.

use serde::{Deserialize, Serialize, de::DeserializeOwned};
use socle::{Erreur, Resultat};

/// The bytes of an id.
pub type Id = [u8; 16];

/// One activity. Codes are numbers of [`super::codes::TABLES`]; indexes of lieux and communes start at 1.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Activite {
    /// Of the month, 1 to 31.
    pub jour: u8,
    pub type_activite: u8,
    pub lieu_type: u8,
    /// The number after the last: not told.
    pub autonomie: u8,
    pub duree: u32,
    /// In [`Segment::lieux`], 0 without one.
    pub lieu: u32,
    /// In [`Segment::communes`], 0 when the activity has none of its own.
    pub commune: u32,
    /// In [`Segment::mediateurs`], from 0.
    pub mediateur: u32,
    pub nommes: u32,
    pub anonymes: u32,
    /// One bit a code.
    pub thematiques: u32,
    pub demarches: u32,
    pub materiels: u32,
}

/// A named person at an activity: who, and the age band, genre, statut that day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Presence {
    pub activite: u32,
    pub rang: u32,
    pub codes: (u8, u8, u8),
}

/// What was declared of anonymous participants.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Declare {
    pub activite: u32,
    pub axe: u8,
    pub code: u8,
    pub nombre: u32,
}

/// An evaluated objective, by the day of its evaluation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Objectif {
    pub jour: u8,
    pub mediateur: u32,
    pub atteint: bool,
}

/// An orientation, by the day it was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Orientation {
    pub jour: u8,
    pub mediateur: u32,
    /// Days to the answer.
    pub delai: Option<i32>,
    pub acceptee: bool,
    pub aboutie: bool,
}

/// The content of a segment.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Segment {
    pub lieux: Vec<Id>,
    pub communes: Vec<String>,
    pub mediateurs: Vec<Id>,
    pub activites: Vec<Activite>,
    pub presences: Vec<Presence>,
    pub declares: Vec<Declare>,
    pub objectifs: Vec<Objectif>,
    pub orientations: Vec<Orientation>,
}

/// A complete diagnostic. The id settles the order of two of one day.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Diagnostic {
    pub jour: u8,
    pub id: Id,
    pub rang: u32,
    pub niveau: u8,
    pub mediateur: Id,
}

/// What an aggregate of all structures keeps of a person's diagnostics in its period.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Suivi {
    pub rang: u32,
    /// Several in the period.
    pub plusieurs: bool,
    pub premier: u8,
    pub dernier: u8,
}

/// The levels of a diagnostic, lowest first; another is the number after the last.
pub const NIVEAUX: [&str; 3] = ["eloigne", "en_chemin", "autonome"];

/// The number of a level.
pub fn niveau(code: &str) -> u8 {
    NIVEAUX.iter().position(|n| *n == code).unwrap_or(NIVEAUX.len()) as u8
}

/// The level of a number, as [`crate::regles::en_progres`] reads it.
pub fn nom_du_niveau(numero: u8) -> &'static str {
    NIVEAUX.get(usize::from(numero)).copied().unwrap_or("")
}

/// The bytes of a part of a segment.
pub fn ecrire<T: Serialize>(v: &T) -> Resultat<Vec<u8>> {
    // Not `to_stdvec`: its feature would have typst, which uses this crate, built anew for every crate alone.
    postcard::to_extend(v, vec![]).map_err(|e| Erreur::interne(format!("segment of the bilan: {e}")))
}

/// Reads a part of a segment; the caller checked the `empreinte`.
pub fn lire<T: DeserializeOwned>(octets: &[u8]) -> Resultat<T> {
    postcard::from_bytes(octets).map_err(|e| Erreur::interne(format!("segment of the bilan: {e}")))
}

/// Sorted ranks, as differences.
pub fn ecrire_rangs(rangs: &[u32]) -> Resultat<Vec<u8>> {
    let mut avant = 0;
    let ecarts: Vec<u32> = rangs.iter().map(|r| r - std::mem::replace(&mut avant, *r)).collect();
    ecrire(&ecarts)
}

/// What [`ecrire_rangs`] wrote.
pub fn lire_rangs(octets: &[u8]) -> Resultat<Vec<u32>> {
    let mut rangs: Vec<u32> = lire(octets)?;
    let mut somme = 0_u32;
    for r in &mut rangs {
        somme = somme.wrapping_add(*r);
        *r = somme;
    }
    Ok(rangs)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ce_qui_est_ecrit_se_relit() {
        let rangs = vec![1, 2, 900, 4_000_000_000];
        assert_eq!(lire_rangs(&ecrire_rangs(&rangs).unwrap()).unwrap(), rangs);
        assert_eq!(lire_rangs(&ecrire_rangs(&[]).unwrap()).unwrap(), Vec::<u32>::new());
        let s = Segment {
            lieux: vec![[7; 16]],
            presences: vec![Presence { activite: 3, rang: 70_000, codes: (1, 2, 3) }],
            orientations: vec![Orientation { jour: 4, mediateur: 0, delai: Some(-2), acceptee: true, aboutie: false }],
            ..Segment::default()
        };
        assert_eq!(lire::<Segment>(&ecrire(&s).unwrap()).unwrap(), s);
        assert!(lire::<Segment>(&[255; 9]).is_err());
    }
}
