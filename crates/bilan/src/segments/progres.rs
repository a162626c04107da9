//! People's progress between their first and their last complete diagnostic.

use rustc_hash::FxHashMap;

use super::format::{Diagnostic, Id, Suivi, nom_du_niveau};
use crate::regles;

struct Suite {
    plusieurs: bool,
    premier: u8,
    dernier: u8,
    /// The last one is in the period counted.
    dedans: bool,
    /// Who made the last one.
    mediateur: Id,
}

/// Diagnostics, given in the order of time.
#[derive(Default)]
pub struct Progres(FxHashMap<u32, Suite>);

impl Progres {
    fn noter(&mut self, rang: u32, (premier, dernier): (u8, u8), plusieurs: bool, dedans: bool, mediateur: Id) {
        self.0
            .entry(rang)
            .and_modify(|s| *s = Suite { plusieurs: true, premier: s.premier, dernier, dedans, mediateur })
            .or_insert(Suite { plusieurs, premier, dernier, dedans, mediateur });
    }

    /// A diagnostic; `dedans`: in the period counted.
    pub fn diagnostic(&mut self, d: &Diagnostic, dedans: bool) {
        self.noter(d.rang, (d.niveau, d.niveau), false, dedans, d.mediateur);
    }

    /// Those of a person in a period, from an aggregate.
    pub fn suivi(&mut self, s: Suivi, dedans: bool) {
        self.noter(s.rang, (s.premier, s.dernier), s.plusieurs, dedans, [0; 16]);
    }

    /// What an aggregate keeps of them.
    pub fn suivis(self) -> Vec<Suivi> {
        let mut tous: Vec<Suivi> =
            self.0.into_iter().map(|(rang, s)| Suivi { rang, plusieurs: s.plusieurs, premier: s.premier, dernier: s.dernier }).collect();
        tous.sort_unstable_by_key(|s| s.rang);
        tous
    }

    /// How many people have two or more, the last of which in the period and by this mediator if told; and
    /// how many of them rose.
    pub fn compter(&self, mediateur: Option<Id>) -> (i64, i64) {
        self.0
            .values()
            .filter(|s| s.plusieurs && s.dedans && mediateur.is_none_or(|m| m == s.mediateur))
            .fold((0, 0), |(n, p), s| (n + 1, p + i64::from(regles::en_progres(nom_du_niveau(s.premier), nom_du_niveau(s.dernier)))))
    }
}
