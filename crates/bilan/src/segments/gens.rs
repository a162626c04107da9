//! The distinct people of a bilan, and which parts of the public each was seen in.

use roaring::RoaringBitmap;
use rustc_hash::FxHashMap;
use socle::{Erreur, Resultat};

use super::codes::TABLES;

/// Seen in what is counted.
const VU: u32 = 1 << 31;
/// Seen before the period.
const AVANT: u32 = 1 << 30;

/// Above this many presences, one place a rank is quicker than a table of those seen.
const BEAUCOUP: usize = 60_000;

enum Marques {
    Rares(FxHashMap<u32, u32>),
    Nombreuses(Vec<u32>),
}

/// The people, by what was noted of each rank, or by one set a part of the public.
pub struct Gens {
    marques: Marques,
    ensembles: Option<Ensembles>,
}

/// Sets of ranks, as the aggregates of all structures hold them.
pub struct Ensembles {
    tous: RoaringBitmap,
    avant: RoaringBitmap,
    /// One a bit of [`TABLES`].
    parts: Vec<RoaringBitmap>,
}

impl Default for Ensembles {
    fn default() -> Self {
        Self { tous: RoaringBitmap::new(), avant: RoaringBitmap::new(), parts: vec![RoaringBitmap::new(); TABLES.bits()] }
    }
}

fn lu(r: std::io::Result<RoaringBitmap>) -> Resultat<RoaringBitmap> {
    r.map_err(|e| Erreur::interne(format!("aggregate of the bilan: {e}")))
}

impl Gens {
    /// For about so many presences to note.
    pub fn pour(presences: usize) -> Self {
        let marques = if presences > BEAUCOUP { Marques::Nombreuses(vec![]) } else { Marques::Rares(FxHashMap::default()) };
        Self { marques, ensembles: None }
    }

    /// Someone present, of this age band, genre and statut.
    pub fn present(&mut self, rang: u32, codes: (u8, u8, u8)) {
        let d = TABLES.decalages;
        let bits = VU | 1 << (d[0] + usize::from(codes.0)) | 1 << (d[1] + usize::from(codes.1)) | 1 << (d[2] + usize::from(codes.2));
        match &mut self.marques {
            Marques::Rares(m) => *m.entry(rang).or_default() |= bits,
            Marques::Nombreuses(v) => *place(v, rang) |= bits,
        }
    }

    /// Someone seen before the period.
    pub fn avant(&mut self, rang: u32) {
        match &mut self.marques {
            Marques::Rares(m) => *m.entry(rang).or_default() |= AVANT,
            Marques::Nombreuses(v) => *place(v, rang) |= AVANT,
        }
    }

    /// The people of a period, from an aggregate: all of them, and its sets one after another.
    pub fn ajouter(&mut self, tous: &[u8], mut parts: &[u8]) -> Resultat<()> {
        let e = self.ensembles.get_or_insert_default();
        e.tous |= lu(RoaringBitmap::deserialize_from(tous))?;
        for p in &mut e.parts {
            *p |= lu(RoaringBitmap::deserialize_from(&mut parts))?;
        }
        Ok(())
    }

    /// The people of a period before the one counted, from an aggregate.
    pub fn ajouter_avant(&mut self, tous: &[u8]) -> Resultat<()> {
        self.ensembles.get_or_insert_default().avant |= lu(RoaringBitmap::deserialize_from(tous))?;
        Ok(())
    }

    /// What an aggregate keeps: see [`Gens::ajouter`].
    pub fn ecrire(self) -> Resultat<(Vec<u8>, Vec<u8>)> {
        let e = self.rassembler();
        let (mut tous, mut parts) = (vec![], vec![]);
        e.tous.serialize_into(&mut tous).map_err(Erreur::interne)?;
        for mut p in e.parts {
            p.optimize();
            p.serialize_into(&mut parts).map_err(Erreur::interne)?;
        }
        Ok((tous, parts))
    }

    fn rassembler(self) -> Ensembles {
        let mut e = self.ensembles.unwrap_or_default();
        let mut marques: Vec<(u32, u32)> = match self.marques {
            Marques::Rares(m) => m.into_iter().collect(),
            Marques::Nombreuses(v) => v.into_iter().enumerate().filter(|(_, b)| *b != 0).map(|(r, b)| (r as u32, b)).collect(),
        };
        marques.sort_unstable();
        let ayant = |bit: u32| -> RoaringBitmap { marques.iter().filter(|(_, b)| b & bit != 0).map(|(r, _)| *r).collect() };
        e.tous |= ayant(VU);
        e.avant |= ayant(AVANT);
        for (i, p) in e.parts.iter_mut().enumerate() {
            *p |= ayant(1 << i);
        }
        e
    }

    /// How many people, how many of them never seen before, and how many in each part of the public.
    pub fn compter(self) -> (i64, i64, Vec<i64>) {
        if self.ensembles.is_some() {
            let e = self.rassembler();
            let parts = e.parts.iter().map(|p| p.len() as i64).collect();
            return (e.tous.len() as i64, (&e.tous - &e.avant).len() as i64, parts);
        }
        let (mut tous, mut nouvelles, mut parts) = (0, 0, vec![0; TABLES.bits()]);
        let mut compter = |b: u32| {
            if b & VU == 0 {
                return;
            }
            tous += 1;
            nouvelles += i64::from(b & AVANT == 0);
            let mut reste = b & !(VU | AVANT);
            while reste != 0 {
                parts[reste.trailing_zeros() as usize] += 1;
                reste &= reste - 1;
            }
        };
        match &self.marques {
            Marques::Rares(m) => m.values().for_each(|b| compter(*b)),
            Marques::Nombreuses(v) => v.iter().for_each(|b| compter(*b)),
        }
        (tous, nouvelles, parts)
    }
}

fn place(v: &mut Vec<u32>, rang: u32) -> &mut u32 {
    let i = rang as usize;
    if i >= v.len() {
        v.resize((i + 1).max(v.len() * 2), 0);
    }
    &mut v[i]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The three ways of counting give the same.
    #[test]
    fn les_gens_se_comptent_de_trois_facons() {
        let compter = |taille: usize, agrege: bool| {
            let mut g = Gens::pour(taille);
            for (rang, codes) in [(3, (0, 1, 2)), (3, (1, 1, 2)), (70_000, (0, 0, 0))] {
                g.present(rang, codes);
            }
            g.avant(3);
            g.avant(5);
            if agrege {
                let mut avant = Gens::pour(0);
                avant.present(5, (0, 0, 0));
                let (tous, parts) = avant.ecrire().unwrap();
                let mut g2 = Gens::pour(0);
                g2.present(3, (0, 1, 2));
                g2.present(3, (1, 1, 2));
                g2.present(70_000, (0, 0, 0));
                let (t, p) = g2.ecrire().unwrap();
                g = Gens::pour(0);
                g.avant(3);
                g.ajouter(&t, &p).unwrap();
                g.ajouter_avant(&tous).unwrap();
                assert!(!parts.is_empty());
            }
            g.compter()
        };
        let (tous, nouvelles, parts) = compter(0, false);
        assert_eq!((tous, nouvelles, parts[0], parts[1]), (2, 1, 2, 1));
        assert_eq!(parts[TABLES.decalages[1] + 1], 1);
        assert_eq!(compter(1_000_000, false), (tous, nouvelles, parts.clone()));
        assert_eq!(compter(0, true), (tous, nouvelles, parts));
    }
}
