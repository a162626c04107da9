//! What comes with a person received: file, search keys, consents, diagnosis, plan, orientation.

use chrono::{DateTime, Days, TimeDelta, Utc};
use mediation::personne::cles;
use socle::Nomenclature;
use uuid::Uuid;

use super::{
    gens,
    graine::Remplissage,
    lots::ligne,
    plan::{id, melange},
    tables::*,
};
use crate::demo::{hasard::Hasard, noms};

impl Remplissage {
    /// Receives the `rang`-th person of the structure.
    pub(super) fn recevoir(&mut self, structure: usize, rang: u64) {
        let s = &self.structures[structure];
        let (pid, instant) = s.personne(self.p.graine, &self.calendrier, rang);
        let mut h = Hasard::new(melange(self.p.graine, 1_000_000 + s.rang, rang));
        let p = gens::personne(&mut h, &s.communes, pid, instant);
        let (sid, qui) = (s.id, *h.un(&s.mediateurs));
        let jour = instant.date_naive();
        let code = |v: Option<String>| v;
        ligne!(
            self.lots,
            PERSONNE,
            pid,
            p.prenom.clone(),
            p.nom.clone(),
            p.surnom.clone(),
            p.cle_tri.clone(),
            p.telephone.clone(),
            p.courriel.clone(),
            p.date_naissance,
            p.annee_naissance,
            code(p.tranche_age.map(Nomenclature::code)),
            code(p.genre.map(Nomenclature::code)),
            code(p.statut.map(Nomenclature::code)),
            p.commune.clone(),
            p.langue.clone(),
            serde_json::json!([]),
            1,
            instant,
            instant
        );
        let cles = cles(&p);
        for c in &cles {
            ligne!(self.lots, CLE, sid, c.clone(), pid);
        }
        ligne!(self.lots, SUIVI, sid, pid, instant, None::<Uuid>);
        if h.chance(70) {
            self.consentir(&mut h, pid, sid, "suivi", None, instant, qui);
        }
        if h.chance(2) && self.structures.len() > 1 {
            let autre = self.structures[(structure + 1 + h.sous(self.structures.len() - 1)) % self.structures.len()].id;
            let c = self.consentir(&mut h, pid, sid, "partage", Some(autre), instant, qui);
            ligne!(self.lots, SUIVI, autre, pid, instant, Some(c));
            for c in cles {
                ligne!(self.lots, CLE, autre, c, pid);
            }
        }
        if h.chance(8) {
            self.accompagner_dans_la_duree(&mut h, sid, pid, qui, instant);
        }
        if h.chance(5) {
            self.orienter(&mut h, structure, pid, qui, instant);
        }
        if self.recent(jour) {
            self.journaliser(&mut h, instant, qui, sid, "creation", "personne", pid);
        }
    }

    #[allow(clippy::too_many_arguments, reason = "the columns of the row")]
    fn consentir(
        &mut self,
        h: &mut Hasard,
        personne: Uuid,
        structure: Uuid,
        finalite: &str,
        destinataire: Option<Uuid>,
        instant: DateTime<Utc>,
        qui: Uuid,
    ) -> Uuid {
        let c = id(instant, h);
        ligne!(self.lots, CONSENTEMENT, c, personne, structure, finalite, destinataire, instant.date_naive(), qui, "à l’oral");
        c
    }

    /// A diagnosis, then most of the times a plan with its objectives and steps.
    fn accompagner_dans_la_duree(&mut self, h: &mut Hasard, sid: Uuid, pid: Uuid, qui: Uuid, instant: DateTime<Utc>) {
        let jour = instant.date_naive();
        let diag = id(instant, h);
        let gestes: serde_json::Map<String, serde_json::Value> = (1..=8).map(|g| (g.to_string(), h.sous(4).into())).collect();
        let niveau = h.pese(&[("eloigne", 45), ("en_chemin", 40), ("autonome", 15)]);
        let (but, etape) = (*h.un(&noms::OBJECTIFS), *h.un(&noms::ETAPES));
        ligne!(
            self.lots,
            DIAGNOSTIC,
            diag,
            sid,
            pid,
            qui,
            jour,
            "passeur-1",
            serde_json::json!({"acces": {}, "confort": {}, "gestes": gestes}),
            niveau,
            niveau,
            but,
            serde_json::json!([etape]),
            true,
            1,
            instant
        );
        if !h.chance(70) {
            return;
        }
        let fin = self.p.fin;
        let ancien = jour + Days::new(120) < fin;
        let clos = (ancien && h.chance(95)).then(|| jour + Days::new(60 + h.sous(60) as u64));
        let pa = id(instant, h);
        ligne!(self.lots, PARCOURS, pa, sid, pid, qui, diag, jour, clos, 1);
        for ordre in 1..=(1 + h.sous(2) as i32) {
            let statut = match clos {
                None => "en_cours",
                Some(_) => h.pese(&[("atteint", 55), ("partiellement_atteint", 25), ("non_atteint", 12), ("abandonne", 8)]),
            };
            let libelle = if ordre == 1 { but } else { *h.un(&noms::OBJECTIFS) };
            ligne!(self.lots, OBJECTIF, id(instant, h), pa, sid, libelle, statut, clos, ordre);
        }
        for ordre in 1..=(2 + h.sous(2) as i32) {
            let prevue = jour + Days::new(7 + h.sous(50) as u64);
            let faite = clos.is_some() || (prevue < fin && h.chance(96));
            let (statut, faite_le) = if faite { ("faite", Some(prevue.min(fin))) } else { ("a_faire", None) };
            ligne!(self.lots, ETAPE, id(instant, h), pa, sid, "accompagnement", *h.un(&noms::ETAPES), prevue, statut, faite_le, ordre);
        }
    }

    fn orienter(&mut self, h: &mut Hasard, structure: usize, pid: Uuid, qui: Uuid, instant: DateTime<Utc>) {
        let (sid, partenaire) = (self.structures[structure].id, *h.un(&self.structures[structure].partenaires));
        let jour = instant.date_naive();
        let c = self.consentir(h, pid, sid, "orientation", None, instant, qui);
        let repondu = jour + Days::new(1 + h.sous(25) as u64);
        let statut =
            if repondu >= self.p.fin || h.chance(2) { "envoyee" } else { h.pese(&[("acceptee", 25), ("aboutie", 55), ("refusee", 20)]) };
        let repondu = (statut != "envoyee").then_some(repondu);
        ligne!(
            self.lots,
            ORIENTATION,
            id(instant, h),
            sid,
            pid,
            qui,
            partenaire,
            c,
            jour,
            "La demande dépasse la médiation numérique : dossier à instruire.",
            statut,
            repondu,
            matches!(statut, "acceptee" | "aboutie"),
            1,
            instant
        );
    }

    #[allow(clippy::too_many_arguments, reason = "the columns of the row")]
    pub(super) fn journaliser(
        &mut self,
        h: &mut Hasard,
        instant: DateTime<Utc>,
        qui: Uuid,
        structure: Uuid,
        action: &str,
        objet: &str,
        sur: Uuid,
    ) {
        let (j, requete) = (id(instant, h), id(instant, h));
        ligne!(self.lots, JOURNAL, j, instant, qui, structure, action, objet, sur, serde_json::json!([]), requete);
    }

    /// The journal is filled for the last two months: enough for what the pages read of it.
    pub(super) fn recent(&self, jour: chrono::NaiveDate) -> bool {
        self.p.fin - jour < TimeDelta::days(60)
    }
}
