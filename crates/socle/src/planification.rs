//! Periodic work: each due occurrence is entered once in a table, whose key (name, occurrence) settles a race
//! between nodes, and in the same transaction becomes a job of the queue ([`crate::tache`]), which retries it.
//!
//! Each crate declares its own work in the binary, beside its [`crate::tache::Executants`]: the name of a
//! periodic work is the kind of the job it becomes. Only the latest occurrence that is due is entered: after
//! a stop of several days, work catches up once.

use std::{collections::HashMap, time::Duration};

use chrono::{DateTime, Days, NaiveTime, TimeDelta, TimeZone, Utc};
use sea_orm::{ActiveValue::Set, entity::prelude::*, sea_query::OnConflict};
use serde_json::json;

use crate::{
    Contexte, Etat,
    erreur::Resultat,
    horloge::{FUSEAU, jour},
};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "occurrence")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub nom: String,
    /// A day in France, or an instant: see [`Cadence::echue`].
    #[sea_orm(primary_key, auto_increment = false)]
    pub occurrence: String,
    pub cree_le: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}

/// Occurrences are forgotten after so many days; older ones never come due again.
const MEMOIRE: TimeDelta = TimeDelta::days(30);

/// How often a node looks whether something is due.
const COUP_D_OEIL: Duration = Duration::from_secs(20);

/// When a work comes due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cadence {
    /// Once per day in France, at this local time. In the night that skips it, an hour later by the clock
    /// on the wall; in the night that has it twice, the first time.
    ChaqueJour(NaiveTime),
    /// Every so many minutes, counted from midnight UTC of 1970: the same instants on every node.
    ToutesLes(u32),
}

impl Cadence {
    /// Every day at `heure`:`minute` in France.
    ///
    /// # Panics
    /// When there is no such time of day: it is written in the code.
    pub const fn a(heure: u32, minute: u32) -> Self {
        Self::ChaqueJour(NaiveTime::from_hms_opt(heure, minute, 0).expect("a time of day written in the code"))
    }

    /// The latest occurrence due at `maintenant`: what names it for good, `2026-03-29` or
    /// `2026-03-29T00:30:00Z`.
    pub fn echue(self, maintenant: DateTime<Utc>) -> String {
        match self {
            Self::ChaqueJour(heure) => {
                let aujourd_hui = jour(maintenant);
                let local = aujourd_hui.and_time(heure);
                // A local time that the night skips is not found; an hour later, it is.
                let du = FUSEAU
                    .from_local_datetime(&local)
                    .earliest()
                    .or_else(|| FUSEAU.from_local_datetime(&(local + TimeDelta::hours(1))).earliest())
                    .map_or(maintenant, |t| t.with_timezone(&Utc));
                let jour_du =
                    if du <= maintenant { aujourd_hui } else { aujourd_hui.checked_sub_days(Days::new(1)).unwrap_or(aujourd_hui) };
                jour_du.to_string()
            }
            Self::ToutesLes(minutes) => {
                let pas = i64::from(minutes.max(1)) * 60;
                let t = maintenant.timestamp();
                DateTime::from_timestamp(t - t.rem_euclid(pas), 0).unwrap_or(maintenant).to_rfc3339_opts(chrono::SecondsFormat::Secs, true)
            }
        }
    }
}

/// The periodic work of the program.
#[derive(Clone, Debug, Default)]
pub struct Planning(Vec<(&'static str, Cadence)>);

impl Planning {
    /// Adds a work; `nom` is the kind of the job it becomes, which receives `{"occurrence": "…"}`.
    #[must_use]
    pub fn avec(mut self, nom: &'static str, cadence: Cadence) -> Self {
        self.0.push((nom, cadence));
        self
    }

    /// The names of the works, each a kind of job.
    pub fn noms(&self) -> impl Iterator<Item = &'static str> {
        self.0.iter().map(|(nom, _)| *nom)
    }
}

/// Enters one occurrence and its job, in one transaction; false when it was entered before, here or by
/// another node.
async fn inscrire(etat: &Etat, nom: &str, occurrence: &str) -> Resultat<bool> {
    let cx = Contexte::systeme(etat).await?;
    let inserees =
        Entity::insert(ActiveModel { nom: Set(nom.to_owned()), occurrence: Set(occurrence.to_owned()), cree_le: Set(cx.maintenant) })
            .on_conflict(OnConflict::columns([Column::Nom, Column::Occurrence]).do_nothing().to_owned())
            .exec_without_returning(&cx.db())
            .await?;
    if inserees == 0 {
        return Ok(false);
    }
    cx.confier(nom, json!({"occurrence": occurrence}), Some(format!("{nom}/{occurrence}")), None).await?;
    Entity::delete_many().filter(Column::Nom.eq(nom)).filter(Column::CreeLe.lt(cx.maintenant - MEMOIRE)).exec(&cx.db()).await?;
    cx.valider().await?;
    Ok(true)
}

/// How long one job of periodic work holds the worker before it hands the rest to a next job: mail must
/// not wait for it, and its lease must not end.
pub const TRANCHE: Duration = Duration::from_secs(20);

/// Enqueues the rest of a periodic work, whose job received `charge`: `{"occurrence": "…", "suite": 1, "depuis": "…"}`,
/// with what it goes on from.
pub async fn poursuivre(etat: &Etat, nom: &str, charge: &Json, depuis: Option<Uuid>) -> Resultat<()> {
    let occurrence = charge["occurrence"].as_str().unwrap_or("sans_date");
    let suite = charge["suite"].as_u64().unwrap_or(0) + 1;
    let cx = Contexte::systeme(etat).await?;
    cx.confier(nom, json!({"occurrence": occurrence, "suite": suite, "depuis": depuis}), Some(format!("{nom}/{occurrence}/{suite}")), None)
        .await?;
    cx.valider().await
}

/// What this node has already seen entered: it need not ask the database again.
#[derive(Debug, Default)]
pub struct Vues(HashMap<&'static str, String>);

/// Enters what is due and is not yet; gives how many occurrences this call entered.
pub async fn planifier(etat: &Etat, planning: &Planning, vues: &mut Vues) -> Resultat<u32> {
    let mut inscrites = 0;
    for (nom, cadence) in &planning.0 {
        let occurrence = cadence.echue(etat.horloge.maintenant());
        if vues.0.get(nom) != Some(&occurrence) {
            inscrites += u32::from(inscrire(etat, nom, &occurrence).await?);
            vues.0.insert(nom, occurrence);
        }
    }
    Ok(inscrites)
}

/// Enters what comes due until `arret`.
pub async fn veiller(etat: Etat, planning: Planning, mut arret: tokio::sync::watch::Receiver<bool>) {
    let mut vues = Vues::default();
    while !*arret.borrow() {
        if let Err(e) = planifier(&etat, &planning, &mut vues).await {
            tracing::warn!(erreur = %e, "periodic work not entered");
        }
        tokio::select! {
            () = tokio::time::sleep(COUP_D_OEIL) => {}
            _ = arret.changed() => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What comes due, minute after minute, between two instants.
    fn echeances(cadence: Cadence, du: &str, au: &str) -> Vec<(String, String)> {
        let (mut t, au): (DateTime<Utc>, DateTime<Utc>) = (du.parse().unwrap(), au.parse().unwrap());
        let mut avant = cadence.echue(t);
        let mut lues = vec![];
        while t < au {
            t += TimeDelta::minutes(1);
            let o = cadence.echue(t);
            if o != avant {
                lues.push((o.clone(), t.format("%d %H:%M").to_string()));
                avant = o;
            }
        }
        lues
    }

    fn attendu(lignes: &[(&str, &str)]) -> Vec<(String, String)> {
        lignes.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect()
    }

    #[test]
    fn la_nuit_qui_saute_une_heure_compte_une_fois() {
        // At 2:00 on 29 March 2026 it is 3:00: 2:30 does not exist.
        let lues = echeances(Cadence::a(2, 30), "2026-03-28T12:00:00Z", "2026-03-30T12:00:00Z");
        assert_eq!(lues, attendu(&[("2026-03-29", "29 01:30"), ("2026-03-30", "30 00:30")]));
    }

    #[test]
    fn la_nuit_qui_repete_une_heure_compte_une_fois() {
        // At 3:00 on 25 October 2026 it is 2:00 again: 2:30 happens at 0:30 and 1:30 UTC.
        let lues = echeances(Cadence::a(2, 30), "2026-10-24T12:00:00Z", "2026-10-26T12:00:00Z");
        assert_eq!(lues, attendu(&[("2026-10-25", "25 00:30"), ("2026-10-26", "26 01:30")]));
    }

    #[test]
    fn chaque_jour_de_l_annee_vient_une_fois() {
        for heure in [0, 1, 2, 3, 23] {
            let lues = echeances(Cadence::a(heure, 30), "2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z");
            let jours: std::collections::BTreeSet<_> = lues.iter().map(|(o, _)| o).collect();
            assert_eq!((lues.len(), jours.len()), (365, 365), "{heure} h 30");
        }
    }

    #[test]
    fn les_minutes_se_comptent_sans_heure_d_ete() {
        let lues = echeances(Cadence::ToutesLes(90), "2026-10-24T23:59:00Z", "2026-10-25T04:00:00Z");
        assert_eq!(lues.len(), 3);
        assert_eq!(lues[0], ("2026-10-25T00:00:00Z".to_owned(), "25 00:00".to_owned()));
        assert_eq!(Cadence::ToutesLes(0).echue("2026-10-25T00:00:59Z".parse().unwrap()), "2026-10-25T00:00:00Z");
    }
}
