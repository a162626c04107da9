//! Figures added up: from segments, through a filter, or from aggregates already added up.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};
use socle::Nomenclature;

use super::{
    codes::TABLES,
    format::{Activite, Id, Segment},
    gens::Gens,
    mois,
};
use crate::filtre::Filtre;

/// How many activities and participations.
pub type Paire = (i64, i64);

/// All the figures of a bilan that add up. Aggregates of all structures are this, written.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Cumul {
    pub activites: i64,
    pub individuelles: i64,
    pub nommees: i64,
    pub anonymes: i64,
    pub minutes: i64,
    /// Activities by code, in the order of the nomenclature, unknown codes last.
    pub thematiques: Vec<i64>,
    pub demarches: Vec<i64>,
    pub materiels: Vec<i64>,
    pub lieux_types: Vec<i64>,
    pub autonomies: Vec<i64>,
    pub mois: BTreeMap<i32, Paire>,
    /// By lieu: all, and those without a commune of their own, which are in the commune of the lieu.
    pub lieux: FxHashMap<Option<Id>, (Paire, Paire)>,
    /// By commune of the activity itself.
    pub communes: FxHashMap<String, Paire>,
    pub mediateurs: FxHashMap<Id, Paire>,
    /// Named participations, then declared anonymous ones, by axis of the public and code.
    pub presences: [Vec<i64>; 3],
    pub declares: [Vec<i64>; 3],
    pub objectifs: i64,
    pub atteints: i64,
    pub envoyees: i64,
    pub acceptees: i64,
    pub abouties: i64,
    /// How many answers took so many days.
    pub delais: BTreeMap<i64, i64>,
}

fn ajouter(p: &mut Paire, q: Paire) {
    p.0 += q.0;
    p.1 += q.1;
}

fn additionner(a: &mut Vec<i64>, b: &[i64]) {
    if a.len() < b.len() {
        a.resize(b.len(), 0);
    }
    for (x, y) in a.iter_mut().zip(b) {
        *x += y;
    }
}

fn incrementer(v: &mut Vec<i64>, i: usize, n: i64) {
    if v.len() <= i {
        v.resize(i + 1, 0);
    }
    v[i] += n;
}

fn compter_bits(v: &mut Vec<i64>, mut masque: u32) {
    while masque != 0 {
        incrementer(v, masque.trailing_zeros() as usize, 1);
        masque &= masque - 1;
    }
}

/// A filter, in the numbers of segments.
pub struct Tamis<'a> {
    f: &'a Filtre,
    debut: i32,
    fin: i32,
    type_activite: Option<u8>,
    thematique: Option<u32>,
    /// The commune of each lieu.
    communes: &'a FxHashMap<Id, Option<String>>,
}

impl<'a> Tamis<'a> {
    /// `communes`: of the lieux, read when a commune is asked for.
    pub fn de(f: &'a Filtre, communes: &'a FxHashMap<Id, Option<String>>) -> Self {
        Self {
            f,
            debut: mois::numero(f.du),
            fin: mois::numero(f.au),
            type_activite: f.type_activite.map(|t| TABLES.types.numero(&t.code())),
            thematique: f.thematique.map(|t| 1 << TABLES.thematiques.numero(&t.code())),
            communes,
        }
    }

    /// The days of this month that are counted.
    pub fn jours(&self, m: i32) -> (u8, u8) {
        use chrono::Datelike;
        let du = if m == self.debut { self.f.du.day() as u8 } else { 1 };
        let au = if m == self.fin { self.f.au.day() as u8 } else { 31 };
        (du, au)
    }

    /// Which activities of a segment are counted.
    fn choisir(&self, m: i32, s: &Segment) -> Vec<bool> {
        let (du, au) = self.jours(m);
        let rang = |ids: &[Id], v: uuid::Uuid| ids.iter().position(|i| i == v.as_bytes()).map(|i| i as u32);
        // An id the segment does not know: nothing of it is counted.
        let mediateur = self.f.mediateur.map(|v| rang(&s.mediateurs, v.into()));
        let lieu = self.f.lieu.map(|v| rang(&s.lieux, v.into()).map(|i| i + 1));
        let commune = self.f.commune.as_deref().map(|c| {
            let propre = s.communes.iter().position(|x| x == c).map(|i| i as u32 + 1);
            let lieux: Vec<bool> = s.lieux.iter().map(|l| self.communes.get(l).is_some_and(|x| x.as_deref() == Some(c))).collect();
            (propre, lieux)
        });
        let garder = |a: &Activite| {
            a.jour >= du
                && a.jour <= au
                && mediateur.is_none_or(|v| v == Some(a.mediateur))
                && lieu.is_none_or(|v| v == Some(a.lieu))
                && self.type_activite.is_none_or(|t| t == a.type_activite)
                && self.thematique.is_none_or(|t| a.thematiques & t != 0)
                && commune.as_ref().is_none_or(|(propre, lieux)| match (a.commune, a.lieu) {
                    (0, 0) => false,
                    (0, l) => lieux[l as usize - 1],
                    (c, _) => *propre == Some(c),
                })
        };
        s.activites.iter().map(garder).collect()
    }
}

impl Cumul {
    /// Adds what the filter keeps of a segment, and the people of it.
    pub fn compter(&mut self, m: i32, s: &Segment, t: &Tamis, gens: &mut Gens) {
        let choix = t.choisir(m, s);
        let (du, au) = t.jours(m);
        let individuel = TABLES.types.numero("individuel");
        let mut du_mois = (0, 0);
        let mut lieux = vec![((0, 0), (0, 0)); s.lieux.len() + 1];
        let mut communes = vec![(0, 0); s.communes.len() + 1];
        let mut mediateurs = vec![(0, 0); s.mediateurs.len()];
        for (a, _) in s.activites.iter().zip(&choix).filter(|(_, pris)| **pris) {
            let paire = (1, i64::from(a.nommes) + i64::from(a.anonymes));
            ajouter(&mut du_mois, paire);
            self.individuelles += i64::from(a.type_activite == individuel);
            self.nommees += i64::from(a.nommes);
            self.anonymes += i64::from(a.anonymes);
            self.minutes += i64::from(a.duree);
            compter_bits(&mut self.thematiques, a.thematiques);
            compter_bits(&mut self.demarches, a.demarches);
            compter_bits(&mut self.materiels, a.materiels);
            incrementer(&mut self.lieux_types, usize::from(a.lieu_type), 1);
            incrementer(&mut self.autonomies, usize::from(a.autonomie), 1);
            let lieu = &mut lieux[a.lieu as usize];
            ajouter(&mut lieu.0, paire);
            if a.commune == 0 {
                ajouter(&mut lieu.1, paire);
            }
            ajouter(&mut communes[a.commune as usize], paire);
            ajouter(&mut mediateurs[a.mediateur as usize], paire);
        }
        if du_mois.0 > 0 {
            self.activites += du_mois.0;
            ajouter(self.mois.entry(m).or_default(), du_mois);
        }
        for (i, l) in lieux.into_iter().enumerate().filter(|(_, l)| l.0.0 > 0) {
            let total = self.lieux.entry(i.checked_sub(1).map(|i| s.lieux[i])).or_default();
            ajouter(&mut total.0, l.0);
            ajouter(&mut total.1, l.1);
        }
        for (c, p) in s.communes.iter().zip(&communes[1..]).filter(|(_, p)| p.0 > 0) {
            ajouter(self.communes.entry(c.clone()).or_default(), *p);
        }
        for (i, p) in s.mediateurs.iter().zip(mediateurs).filter(|(_, p)| p.0 > 0) {
            ajouter(self.mediateurs.entry(*i).or_default(), p);
        }
        for p in &s.presences {
            let a = p.activite as usize;
            if choix[a] {
                gens.present(p.rang, p.codes);
                for (axe, code) in [p.codes.0, p.codes.1, p.codes.2].into_iter().enumerate() {
                    incrementer(&mut self.presences[axe], usize::from(code), 1);
                }
            }
            if m == t.debut && s.activites[a].jour < du {
                gens.avant(p.rang);
            }
        }
        for d in s.declares.iter().filter(|d| choix[d.activite as usize]) {
            incrementer(&mut self.declares[usize::from(d.axe)], usize::from(d.code), i64::from(d.nombre));
        }
        let de_lui = |i: u32| t.f.mediateur.is_none_or(|v| s.mediateurs[i as usize] == *uuid::Uuid::from(v).as_bytes());
        for o in s.objectifs.iter().filter(|o| o.jour >= du && o.jour <= au && de_lui(o.mediateur)) {
            self.objectifs += 1;
            self.atteints += i64::from(o.atteint);
        }
        for o in s.orientations.iter().filter(|o| o.jour >= du && o.jour <= au && de_lui(o.mediateur)) {
            self.envoyees += 1;
            self.acceptees += i64::from(o.acceptee);
            self.abouties += i64::from(o.aboutie);
            if let Some(d) = o.delai {
                *self.delais.entry(d.into()).or_default() += 1;
            }
        }
    }

    /// Adds figures already added up.
    pub fn ajouter(&mut self, c: Cumul) {
        for (a, b) in [
            (&mut self.activites, c.activites),
            (&mut self.individuelles, c.individuelles),
            (&mut self.nommees, c.nommees),
            (&mut self.anonymes, c.anonymes),
            (&mut self.minutes, c.minutes),
            (&mut self.objectifs, c.objectifs),
            (&mut self.atteints, c.atteints),
            (&mut self.envoyees, c.envoyees),
            (&mut self.acceptees, c.acceptees),
            (&mut self.abouties, c.abouties),
        ] {
            *a += b;
        }
        for (a, b) in [
            (&mut self.thematiques, &c.thematiques),
            (&mut self.demarches, &c.demarches),
            (&mut self.materiels, &c.materiels),
            (&mut self.lieux_types, &c.lieux_types),
            (&mut self.autonomies, &c.autonomies),
        ] {
            additionner(a, b);
        }
        for axe in 0..3 {
            additionner(&mut self.presences[axe], &c.presences[axe]);
            additionner(&mut self.declares[axe], &c.declares[axe]);
        }
        for (m, p) in c.mois {
            ajouter(self.mois.entry(m).or_default(), p);
        }
        for (l, (tout, sans)) in c.lieux {
            let total = self.lieux.entry(l).or_default();
            ajouter(&mut total.0, tout);
            ajouter(&mut total.1, sans);
        }
        for (k, p) in c.communes {
            ajouter(self.communes.entry(k).or_default(), p);
        }
        for (k, p) in c.mediateurs {
            ajouter(self.mediateurs.entry(k).or_default(), p);
        }
        for (d, n) in c.delais {
            *self.delais.entry(d).or_default() += n;
        }
    }
}
