//! The activity of one structure on one day: accompaniments, who took part, what they were about, and
//! those who came to the desk.

use chrono::{DateTime, TimeDelta, Utc};
use mediation::nomenclatures::{Demarche, Genre, Materiel, Statut, Thematique, TrancheAge};
use socle::Nomenclature;
use uuid::Uuid;

use super::{
    graine::Remplissage,
    lots::ligne,
    plan::{id, melange},
    tables::*,
};
use crate::demo::{hasard::Hasard, noms};

/// Workshops gather at most so many named people.
const ATELIER_MAX: u64 = 10;

/// The codes of the closed lists, written once.
pub struct Codes {
    thematiques: Vec<(String, u32)>,
    demarches: Vec<String>,
    materiels: Vec<String>,
    anonymes: Vec<(&'static str, Vec<String>)>,
}

impl Codes {
    pub fn new() -> Self {
        fn tous<N: Nomenclature>() -> Vec<String> {
            N::tous().into_iter().map(Nomenclature::code).collect()
        }
        // Online procedures are asked for most, as everywhere.
        let thematiques = Thematique::tous()
            .into_iter()
            .enumerate()
            .map(|(i, t)| (t.code(), if t == Thematique::AideAuxDemarchesAdministratives { 40 } else { 2 + (i as u32 * 7) % 9 }))
            .collect();
        Self {
            thematiques,
            demarches: tous::<Demarche>(),
            materiels: tous::<Materiel>(),
            anonymes: vec![("tranche_age", tous::<TrancheAge>()), ("genre", tous::<Genre>()), ("statut", tous::<Statut>())],
        }
    }
}

/// One accompaniment to write.
struct Seance {
    instant: DateTime<Utc>,
    qui: Uuid,
    collectif: bool,
    personnes: Vec<Uuid>,
    anonymes: i32,
}

impl Remplissage {
    /// The activity of a structure on a day: exactly `participations` of them, given the people received
    /// so far (`connus`) of whom the last `nouveaux` came that day.
    pub(super) fn travailler(&mut self, structure: usize, jour: usize, participations: u64, connus: u64, nouveaux: u64) {
        let rang = self.structures[structure].rang;
        let mut h = Hasard::new(melange(self.p.graine, 2_000_000 + rang, jour as u64));
        let mut reste = if connus == 0 { 0 } else { participations };
        let mut accueillis = nouveaux;
        while reste > 0 {
            let instant = self.calendrier.matin(jour) + TimeDelta::seconds(7200 + h.sous(28_000) as i64);
            let qui = *h.un(&self.structures[structure].mediateurs);
            let collectif = connus > 3 && reste >= 3 && h.chance(12);
            let combien = if collectif { (3 + h.sous(8) as u64).min(reste).min(connus).min(ATELIER_MAX) } else { 1 };
            let mut rangs: Vec<u64> = Vec::with_capacity(combien as usize);
            while (rangs.len() as u64) < combien {
                let mut r = if accueillis > 0 && !collectif {
                    accueillis -= 1;
                    connus - 1 - accueillis
                } else {
                    revenir(&mut h, connus)
                };
                while rangs.contains(&r) {
                    r = (r + 1) % connus;
                }
                rangs.push(r);
            }
            reste -= combien;
            let s = &self.structures[structure];
            let personnes = rangs.iter().map(|r| s.personne(self.p.graine, &self.calendrier, *r).0).collect();
            let anonymes = if collectif && h.chance(50) { 1 + h.sous(6) as i32 } else { 0 };
            self.seance(&mut h, structure, Seance { instant, qui, collectif, personnes, anonymes });
            // One in five comes without leaving a name.
            if h.chance(20) {
                let qui = *h.un(&self.structures[structure].mediateurs);
                self.seance(
                    &mut h,
                    structure,
                    Seance { instant: instant + TimeDelta::minutes(3), qui, collectif: false, personnes: vec![], anonymes: 1 },
                );
            }
        }
        if jour + 1 == self.calendrier.jours() {
            self.faire_attendre(&mut h, structure, connus);
        }
    }

    fn seance(&mut self, h: &mut Hasard, structure: usize, s: Seance) {
        let st = &self.structures[structure];
        let (sid, date, aid) = (st.id, s.instant.date_naive(), id(s.instant, h));
        let lieu_type =
            if s.collectif { "lieu_activite" } else { h.pese(&[("lieu_activite", 82), ("domicile", 6), ("a_distance", 9), ("autre", 3)]) };
        let lieu = (lieu_type == "lieu_activite").then(|| *h.un(&st.lieux));
        let commune = (lieu_type == "domicile").then(|| *h.un(&st.communes));
        let (titre, autonomie, niveau) = if s.collectif {
            (Some(h.un(&noms::ATELIERS).0), None, Some(h.pese(&[("debutant", 60), ("intermediaire", 30), ("avance", 10)])))
        } else {
            (None, h.chance(80).then(|| h.pese(&[("entierement_accompagne", 45), ("partiellement_autonome", 35), ("autonome", 20)])), None)
        };
        let duree =
            if s.collectif { h.pese(&[(60, 2), (90, 4), (120, 4)]) } else { h.pese(&[(15, 15), (30, 35), (45, 25), (60, 20), (90, 5)]) };
        ligne!(
            self.lots,
            ACCOMPAGNEMENT,
            aid,
            sid,
            s.qui,
            if s.collectif { "collectif" } else { "individuel" },
            date,
            duree,
            lieu_type,
            lieu,
            commune,
            autonomie,
            titre,
            niveau,
            s.personnes.len() as i32,
            s.anonymes,
            1,
            s.instant,
            s.instant
        );
        for p in &s.personnes {
            ligne!(self.lots, PARTICIPATION, aid, *p, sid, date);
        }
        self.sujets(h, aid);
        if s.anonymes > 0 && h.chance(70) {
            for (axe, codes) in &self.codes.anonymes {
                ligne!(self.lots, ANONYME, aid, *axe, h.un(codes).clone(), 1 + h.sous(s.anonymes as usize) as i32);
            }
        }
        if !s.collectif && h.chance(30) {
            let motif = h.chance(60).then(|| *h.un(&noms::MOTIFS));
            let canal = h.pese(&[("sur_place", 75), ("telephone", 20), ("courriel", 5)]);
            let arrive = s.instant - TimeDelta::minutes(5 + h.sous(25) as i64);
            ligne!(
                self.lots,
                ACCUEIL,
                id(arrive, h),
                sid,
                lieu,
                s.personnes.first().copied(),
                s.qui,
                arrive,
                canal,
                motif,
                "aide_immediate",
                s.instant,
                s.qui,
                1
            );
        }
        if self.recent(date) {
            self.journaliser(h, s.instant, s.qui, sid, "creation", "accompagnement", aid);
        }
    }

    fn sujets(&mut self, h: &mut Hasard, aid: Uuid) {
        let c = &self.codes;
        let total: u32 = c.thematiques.iter().map(|(_, p)| p).sum();
        let mut pris: Vec<usize> = vec![];
        for _ in 0..h.pese(&[(1, 60), (2, 30), (3, 10)]) {
            let mut reste = h.sous(total as usize) as u32;
            let i = c
                .thematiques
                .iter()
                .position(|(_, p)| {
                    if reste < *p {
                        true
                    } else {
                        reste -= p;
                        false
                    }
                })
                .unwrap_or(0);
            if !pris.contains(&i) {
                pris.push(i);
            }
        }
        for i in pris {
            let code = &c.thematiques[i].0;
            ligne!(self.lots, CODE, aid, "thematique", code.clone());
            if code == "aide_aux_demarches_administratives" {
                ligne!(self.lots, CODE, aid, "demarche", h.un(&c.demarches).clone());
            }
        }
        if h.chance(70) {
            ligne!(self.lots, CODE, aid, "materiel", h.un(&c.materiels).clone());
        }
    }

    /// On the last day a few people wait.
    fn faire_attendre(&mut self, h: &mut Hasard, structure: usize, connus: u64) {
        for _ in 0..h.sous(5) {
            let s = &self.structures[structure];
            let arrive = self.calendrier.matin(self.calendrier.jours() - 1) + TimeDelta::seconds(3600 + h.sous(3600) as i64);
            let personne = (connus > 0).then(|| s.personne(self.p.graine, &self.calendrier, revenir(h, connus)).0);
            let (lieu, qui) = (*h.un(&s.lieux), *h.un(&s.mediateurs));
            ligne!(
                self.lots,
                ACCUEIL,
                id(arrive, h),
                s.id,
                lieu,
                personne,
                qui,
                arrive,
                "sur_place",
                *h.un(&noms::MOTIFS),
                "attente",
                None::<DateTime<Utc>>,
                None::<Uuid>,
                1
            );
        }
    }
}

/// Who comes back: people received of late, a few regulars, or anyone.
fn revenir(h: &mut Hasard, connus: u64) -> u64 {
    let n = connus as usize;
    (match h.pese(&[(0, 45), (1, 30), (2, 25)]) {
        0 => n - 1 - h.sous(n.min(20.max(n / 20))),
        1 => h.sous(n) / 16 * 16,
        _ => h.sous(n),
    }) as u64
}
