//! `passeur bench seed`: fills a database of any size, streaming, from a fixed seed.
//!
//! The same parameters give the same rows on both engines. Rows are computed day by day, so that ids
//! grow as they would in use, and written many at a time; nothing is held but the structures.

use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, DbBackend, Statement, Value};
use socle::{Nomenclature, base::Base, texte::plier};
use territoire::commune::{self, CodeCommune};
use uuid::Uuid;

use super::{
    activites::Codes,
    lots::{Lots, ligne},
    plan::{Calendrier, Parametres, Structure, id, melange, partager},
    tables::*,
};
use crate::demo::{hasard::Hasard, noms};

/// What the journal calls a filling; its id is [`Parametres::nom`].
const OBJET: &str = "graine";
/// Participations of five years that one mediator makes, about.
const PAR_MEDIATEUR: u64 = 4_000;
/// Progress is said this often.
const PAUSE: Duration = Duration::from_secs(2);

/// A filling under way.
pub struct Remplissage {
    pub(super) p: Parametres,
    pub(super) calendrier: Calendrier,
    pub(super) structures: Vec<Structure>,
    pub(super) codes: Codes,
    pub(super) lots: Lots,
}

/// What a filling did.
#[derive(Debug, PartialEq, Eq)]
pub enum Fait {
    /// Rows written.
    Rempli(u64),
    /// The database already holds this very filling: nothing was written.
    DejaRempli,
}

/// Fills a database; `dire` is given the day reached (0 to 1), rows written, rows a second.
///
/// # Errors
/// A database that holds people which no seed made is refused; so is one whose filling was interrupted.
pub async fn remplir(base: &Base, p: Parametres, mut dire: impl FnMut(f64, u64, f64)) -> anyhow::Result<Fait> {
    let nom = p.nom();
    if autorisation(base, nom).await? == Some(Fait::DejaRempli) {
        return Ok(Fait::DejaRempli);
    }
    let calendrier = Calendrier::new(p.fin);
    let mut lots = Lots::new(base, TABLES);
    lots.accelerer().await?;
    let mut r = Remplissage { structures: vec![], codes: Codes::new(), lots, calendrier, p };
    r.batir();
    let jours = r.calendrier.jours();
    let mut dit = Instant::now();
    for jour in 0..jours {
        for s in 0..r.structures.len() {
            let (de, a) = r.entre(r.structures[s].personnes, jour);
            for rang in de..a {
                r.recevoir(s, rang);
                r.lots.ecrire_si_plein().await?;
            }
            let (depuis, jusque) = r.entre(r.structures[s].participations, jour);
            // Nobody is known before the first person comes: the first days' share waits for them.
            let retard = if de == 0 && a > 0 { depuis } else { 0 };
            r.travailler(s, jour, jusque - depuis + retard, a, a - de);
            r.lots.ecrire_si_plein().await?;
        }
        if dit.elapsed() >= PAUSE || jour + 1 == jours {
            let (lignes, rythme) = r.lots.avancement();
            dire((jour + 1) as f64 / jours as f64, lignes, rythme);
            dit = Instant::now();
        }
    }
    r.signer(nom);
    r.lots.finir().await?;
    apres(base).await?;
    Ok(Fait::Rempli(r.lots.avancement().0))
}

/// None: go on. The database must hold no one, or only what finished seeds made.
async fn autorisation(base: &Base, nom: Uuid) -> anyhow::Result<Option<Fait>> {
    let db = base.lecture();
    let moteur = db.get_database_backend();
    let marque = if moteur == DbBackend::Postgres { "$1" } else { "?" };
    let sql = format!("SELECT 1 FROM journal WHERE objet_id = {marque} AND objet = '{OBJET}'");
    if db.query_one_raw(Statement::from_sql_and_values(moteur, sql, [Value::from(nom)])).await?.is_some() {
        return Ok(Some(Fait::DejaRempli));
    }
    let existe = async |sql: &str| anyhow::Ok(db.query_one_raw(Statement::from_string(moteur, sql)).await?.is_some());
    if !existe("SELECT 1 FROM personne LIMIT 1").await? && !existe("SELECT 1 FROM structure LIMIT 1").await? {
        return Ok(None);
    }
    // Each structure of a finished seed is named by it in the journal; any other is someone's.
    anyhow::ensure!(
        !existe(&format!(
            "SELECT 1 FROM structure s WHERE NOT EXISTS (SELECT 1 FROM journal j WHERE j.objet_id = s.id AND j.objet = '{OBJET}') LIMIT 1"
        ))
        .await?,
        "cette base contient déjà une structure ou des personnes qui ne viennent pas d’un remplissage achevé : « bench seed » ne remplit \
         qu’une base vide. Donnez-lui une autre base (--database-url ou --data-dir), ou supprimez celle-ci si elle ne servait qu’à mesurer."
    );
    Ok(None)
}

impl Remplissage {
    /// Ranks of the rows of a day, among `total`.
    fn entre(&self, total: u64, jour: usize) -> (u64, u64) {
        (self.calendrier.avant(total, jour), self.calendrier.avant(total, jour + 1))
    }

    /// Structures with their lieux, accounts and partners.
    fn batir(&mut self) {
        let instant = self.calendrier.matin(0);
        let (graine, combien) = (self.p.graine, self.p.structures.max(1));
        // Beyond the sea, codes are made otherwise.
        let departements: Vec<&str> = commune::departements().map(|d| d.0).filter(|d| d.len() == 2 && !communes(d).is_empty()).collect();
        let parts = partager(self.p.participations, combien);
        let gens = partager(self.p.personnes.max(u64::from(combien)), combien);
        for (rang, (participations, personnes)) in parts.into_iter().zip(gens).enumerate() {
            let mut h = Hasard::new(melange(graine, 3, rang as u64));
            let communes = communes(departements[rang % departements.len()]);
            let nom = format!("Structure d’essai {graine}-{:03}", rang + 1);
            let mut s = Structure {
                rang: rang as u64,
                id: id(instant, &mut h),
                nom,
                participations,
                personnes: personnes.max(1),
                communes,
                lieux: vec![],
                mediateurs: vec![],
                partenaires: vec![],
            };
            ligne!(self.lots, STRUCTURE, s.id, s.nom.clone(), plier(&s.nom), s.communes.first().copied(), 1, instant);
            for n in 1..=(1 + participations / 30_000).min(12) {
                let (l, nom) = (id(instant, &mut h), format!("Lieu inventé {n}"));
                ligne!(self.lots, LIEU, l, s.id, nom.clone(), plier(&nom), *h.un(&s.communes), true, 1);
                s.lieux.push(l);
            }
            for n in 1..=(1 + participations / PAR_MEDIATEUR) {
                let u = self.compte(&mut h, instant, &s, &format!("mediation{n}"), &format!("Médiation Fictive {n}"), "mediateur");
                s.mediateurs.push(u);
            }
            self.compte(&mut h, instant, &s, "responsable", "Responsable Fictif", "responsable");
            for (nom, nature, description) in noms::PARTENAIRES {
                let pa = id(instant, &mut h);
                ligne!(self.lots, PARTENAIRE, pa, s.id, nom, plier(nom), nature.code(), "Accueil", description, true, 1, instant);
                s.partenaires.push(pa);
            }
            self.structures.push(s);
        }
    }

    /// An account without password: nobody signs in with it.
    fn compte(&mut self, h: &mut Hasard, instant: DateTime<Utc>, s: &Structure, local: &str, nom: &str, role: &str) -> Uuid {
        let u = id(instant, h);
        let email = format!("{local}.{}.{}@banc.invalid", s.rang + 1, self.p.graine);
        ligne!(self.lots, UTILISATEUR, u, email.clone(), email, nom, false, true, instant, 1);
        ligne!(self.lots, FONCTION, u, s.id, role);
        u
    }

    /// Says in the journal that all this was invented, and by which parameters.
    fn signer(&mut self, nom: Uuid) {
        let instant = self.calendrier.matin(self.calendrier.jours() - 1);
        let mut h = Hasard::new(melange(self.p.graine, 4, 0));
        let ids: Vec<Uuid> = self.structures.iter().map(|s| s.id).chain([nom]).collect();
        for sur in ids {
            let (j, requete) = (id(instant, &mut h), id(instant, &mut h));
            ligne!(self.lots, JOURNAL, j, instant, None::<Uuid>, None::<Uuid>, "creation", OBJET, sur, serde_json::json!([]), requete);
        }
    }
}

/// Twelve communes of a département, in the order of codes.
fn communes(departement: &str) -> Vec<&'static str> {
    (1..=999).filter_map(|n| CodeCommune::try_from(&*format!("{departement}{n:03}")).ok()).map(CodeCommune::as_str).take(12).collect()
}

/// PostgreSQL is told the sizes at once, as its own cleaner would do within a minute.
async fn apres(base: &Base) -> anyhow::Result<()> {
    if base.moteur() == DbBackend::Postgres {
        base.lecture().execute_unprepared("VACUUM ANALYZE").await?;
    }
    Ok(())
}
