//! Background jobs: a table, so that they are enqueued in the transaction of the change, survive a
//! restart, and run once even with several nodes.
//!
//! A worker claims a job for a lease; if it dies, the lease ends and another takes it. A job may thus
//! run twice in rare cases: every job is idempotent.

use std::{collections::HashMap, future::Future, panic::AssertUnwindSafe, pin::Pin, sync::Arc, time::Duration};

use chrono::TimeDelta;
use futures_util::FutureExt;
use sea_orm::{
    ActiveValue::Set,
    ExprTrait, QueryOrder, QuerySelect,
    entity::prelude::*,
    sea_query::{LockBehavior, LockType, OnConflict},
};

use tracing::Instrument;

use crate::{
    Contexte, Etat,
    erreur::{Erreur, Resultat},
};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "tache")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub genre: String,
    #[sea_orm(column_type = "JsonBinary")]
    pub charge: Json,
    /// Two jobs of one key are one job.
    #[sea_orm(unique)]
    pub cle: Option<String>,
    pub cree_le: DateTimeUtc,
    pub pas_avant: DateTimeUtc,
    pub bail: Option<DateTimeUtc>,
    pub essais: i32,
    pub faite_le: Option<DateTimeUtc>,
    pub abandonnee_le: Option<DateTimeUtc>,
    pub erreur: Option<String>,
}

impl ActiveModelBehavior for ActiveModel {}

/// After so many tries, some two days, a job is given up and shown to the administrator.
pub const ESSAIS_MAX: i32 = 20;
const BAIL: TimeDelta = TimeDelta::minutes(5);
/// How often a job under way has its lease renewed.
const BATTEMENT: Duration = Duration::from_secs(60);

/// Which jobs a worker takes: long ones have a worker of their own, so that no mail waits behind them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum File {
    Toutes,
    Courtes,
    Longues,
}

impl Contexte {
    /// Enqueues a job in this transaction; with a `cle` already known, nothing is added.
    pub async fn confier(&self, genre: &str, charge: Json, cle: Option<String>, pas_avant: Option<DateTimeUtc>) -> Resultat<()> {
        Entity::insert(ActiveModel {
            id: Set(self.nouvel_uuid()),
            genre: Set(genre.to_owned()),
            charge: Set(charge),
            cle: Set(cle),
            cree_le: Set(self.maintenant),
            pas_avant: Set(pas_avant.unwrap_or(self.maintenant)),
            bail: Set(None),
            essais: Set(0),
            faite_le: Set(None),
            abandonnee_le: Set(None),
            erreur: Set(None),
        })
        .on_conflict(OnConflict::column(Column::Cle).do_nothing().to_owned())
        .exec_without_returning(&self.db())
        .await?;
        Ok(())
    }
}

type Executant = Arc<dyn Fn(Etat, Json) -> Pin<Box<dyn Future<Output = Result<(), String>> + Send>> + Send + Sync>;

/// The target of the spans that traces are made of: a collector sees them, the logs do not.
pub const CIBLE_TRACES: &str = "passeur::traces";

type Observateur = Arc<dyn Fn(&'static str, bool) + Send + Sync>;

/// What runs each kind of job.
#[derive(Clone, Default)]
pub struct Executants(HashMap<&'static str, Executant>, Option<Observateur>);

impl Executants {
    /// Says which function runs the jobs of `genre`.
    pub fn avec<F, R>(mut self, genre: &'static str, f: F) -> Self
    where
        F: Fn(Etat, Json) -> R + Send + Sync + 'static,
        R: Future<Output = Result<(), String>> + Send + 'static,
    {
        self.0.insert(genre, Arc::new(move |e, c| Box::pin(f(e, c))));
        self
    }

    /// Whether a function runs the jobs of `genre`.
    pub fn connait(&self, genre: &str) -> bool {
        self.0.contains_key(genre)
    }
}

impl Executants {
    /// Has `f` told the kind of each job that ends, and whether it succeeded.
    pub fn observes_par(mut self, f: impl Fn(&'static str, bool) + Send + Sync + 'static) -> Self {
        self.1 = Some(Arc::new(f));
        self
    }
}

/// Claims one job that is due, if any.
pub async fn prendre(etat: &Etat) -> Resultat<Option<Model>> {
    prendre_de(etat, File::Toutes).await
}

async fn prendre_de(etat: &Etat, file: File) -> Resultat<Option<Model>> {
    let maintenant = etat.horloge.maintenant();
    let tx = etat.base.ecriture().await?;
    let mut q = Entity::find();
    match file {
        File::Toutes => {}
        File::Courtes => q = q.filter(Column::Genre.is_not_in(genre::LONGUES)),
        File::Longues => q = q.filter(Column::Genre.is_in(genre::LONGUES)),
    }
    let tache = q
        .filter(Column::FaiteLe.is_null())
        .filter(Column::AbandonneeLe.is_null())
        .filter(Column::PasAvant.lte(maintenant))
        .filter(Column::Bail.is_null().or(Column::Bail.lt(maintenant)))
        .order_by_asc(Column::PasAvant)
        .limit(1)
        .lock_with_behavior(LockType::Update, LockBehavior::SkipLocked)
        .one(&tx)
        .await?;
    if let Some(t) = &tache {
        Entity::update_many()
            .col_expr(Column::Bail, Expr::value(Some(maintenant + BAIL)))
            .col_expr(Column::Essais, Expr::value(t.essais + 1))
            .filter(Column::Id.eq(t.id))
            .exec(&tx)
            .await?;
    }
    tx.commit().await?;
    Ok(tache)
}

/// Runs one job that is due; false when there is none.
pub async fn executer_une(etat: &Etat, executants: &Executants) -> Resultat<bool> {
    executer_de(etat, executants, File::Toutes).await
}

/// Runs `travail`, renewing the lease of `t` meanwhile: a long job is not taken for a dead one. Both go on
/// together: the renewal may have to wait for a connection that the job holds.
async fn tenir(etat: &Etat, t: &Model, travail: impl Future<Output = Result<(), String>>) -> Result<(), String> {
    let battre = async {
        loop {
            tokio::time::sleep(BATTEMENT).await;
            if let Err(e) = prolonger(etat, t).await {
                tracing::warn!(tache = %t.id, erreur = %e, "lease not renewed");
            }
        }
    };
    tokio::select! {
        r = travail => r,
        () = battre => Err("le bail s’est arrêté".into()),
    }
}

/// Renews a lease, if it is still of this run.
async fn prolonger(etat: &Etat, t: &Model) -> Result<(), DbErr> {
    let tx = etat.base.ecriture().await?;
    Entity::update_many()
        .col_expr(Column::Bail, Expr::value(Some(etat.horloge.maintenant() + BAIL)))
        .filter(Column::Id.eq(t.id))
        .filter(Column::Essais.eq(t.essais + 1))
        .exec(&tx)
        .await?;
    tx.commit().await
}

async fn executer_de(etat: &Etat, executants: &Executants, file: File) -> Resultat<bool> {
    let Some(t) = prendre_de(etat, file).await? else { return Ok(false) };
    let resultat = match executants.0.get_key_value(t.genre.as_str()) {
        Some((genre, f)) => {
            let trace = tracing::info_span!(target: CIBLE_TRACES, "tache", otel.name = %format_args!("tache {genre}"), genre, essais = t.essais + 1, otel.status_code = tracing::field::Empty);
            let travail = tenir(etat, &t, f(etat.clone(), t.charge.clone())).instrument(trace.clone());
            // A job that panics fails as another: it must not take the worker with it.
            let r = AssertUnwindSafe(travail).catch_unwind().await.unwrap_or_else(|_| Err("panique".into()));
            if r.is_err() {
                trace.record("otel.status_code", "ERROR");
            }
            if let Some(observateur) = &executants.1 {
                observateur(genre, r.is_ok());
            }
            r
        }
        None => Err(format!("genre de tâche inconnu : {}", t.genre)),
    };
    let maintenant = etat.horloge.maintenant();
    let essais = t.essais + 1;
    let mut fin = ActiveModel { id: Set(t.id), bail: Set(None), ..Default::default() };
    match resultat {
        Ok(()) => {
            fin.faite_le = Set(Some(maintenant));
            fin.erreur = Set(None);
            // The load may name a person: it is forgotten once done.
            fin.charge = Set(Json::Null);
        }
        Err(e) => {
            tracing::warn!(tache = %t.id, genre = t.genre, essais, erreur = e, "job failed");
            fin.erreur = Set(Some(e.chars().take(500).collect()));
            if essais >= ESSAIS_MAX {
                fin.abandonnee_le = Set(Some(maintenant));
            } else {
                fin.pas_avant = Set(maintenant + TimeDelta::seconds(10 << std::cmp::Ord::min(essais - 1, 11)));
            }
        }
    }
    // What was done must be known: else another node does it again once the lease ends. A database that goes
    // away in between is waited for as long as the lease holds.
    let jusque = tokio::time::Instant::now() + BAIL.to_std().unwrap_or_default();
    loop {
        match noter_fin(etat, essais, fin.clone()).await {
            Err(e) if matches!(e, Erreur::Indisponible(_)) && tokio::time::Instant::now() < jusque => {
                tracing::warn!(tache = %t.id, erreur = %e, "end of a job not noted yet");
                tokio::time::sleep(Duration::from_secs(2)).await;
            }
            r => return r.map(|()| true),
        }
    }
}

/// Writes how a run of a job ended; another run, begun when the lease ended, says itself how it goes.
async fn noter_fin(etat: &Etat, essais: i32, fin: ActiveModel) -> Resultat<()> {
    let tx = etat.base.ecriture().await?;
    if Entity::find_by_id(*fin.id.as_ref()).filter(Column::Essais.eq(essais)).count(&tx).await? == 1 {
        fin.update(&tx).await?;
    }
    tx.commit().await?;
    Ok(())
}

/// Days that a job done stays in the queue, where its key still answers for it; and one given up, which
/// the administrator is shown.
const JOURS_FAITE: i64 = 30;
const JOURS_ABANDONNEE: i64 = 90;

/// Removes the jobs done or given up long ago.
pub async fn balayer(cx: &Contexte) -> Resultat<u64> {
    cx.exiger_instance(crate::Permission::InstanceGerer)?;
    let faites = Entity::delete_many().filter(Column::FaiteLe.lt(cx.maintenant - TimeDelta::days(JOURS_FAITE))).exec(&cx.db()).await?;
    let abandonnees =
        Entity::delete_many().filter(Column::AbandonneeLe.lt(cx.maintenant - TimeDelta::days(JOURS_ABANDONNEE))).exec(&cx.db()).await?;
    Ok(faites.rows_affected + abandonnees.rows_affected)
}

/// Runs jobs until `arret`, long ones apart; those under way are finished first.
pub async fn travailler(etat: Etat, executants: Executants, arret: tokio::sync::watch::Receiver<bool>) {
    tokio::join!(
        travailler_a(File::Courtes, etat.clone(), executants.clone(), arret.clone()),
        travailler_a(File::Longues, etat, executants, arret)
    );
}

async fn travailler_a(file: File, etat: Etat, executants: Executants, mut arret: tokio::sync::watch::Receiver<bool>) {
    while !*arret.borrow() {
        let attente = match executer_de(&etat, &executants, file).await {
            Ok(true) => continue,
            Ok(false) => Duration::from_secs(5),
            Err(Erreur::Indisponible(e)) => {
                tracing::warn!(erreur = e, "job queue unreachable");
                Duration::from_secs(10)
            }
            Err(e) => {
                tracing::error!(erreur = %e, "job queue");
                Duration::from_secs(30)
            }
        };
        tokio::select! {
            _ = tokio::time::sleep(attente) => {}
            () = etat.reveil.notified() => {}
            _ = arret.changed() => {}
        }
    }
}

/// The names of jobs every node knows.
pub mod genre {
    /// Sends a [`crate::ports::Lettre`].
    pub const COURRIEL: &str = "courriel";
    /// Removes the files that are expired, given up or no longer wanted ([`crate::fichiers::balayer`]).
    pub const FICHIERS: &str = "fichiers";
    /// Makes an export (crate `bilan`).
    pub const EXPORT: &str = "export";
    /// Issues and prints the documents of an exam session (crate `certification`).
    pub const LOT_DOCUMENTS: &str = "lot_documents";
    /// Those that may take minutes.
    pub const LONGUES: [&str; 2] = [EXPORT, LOT_DOCUMENTS];
}
