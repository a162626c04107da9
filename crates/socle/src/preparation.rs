//! Long files prepared in the background: how far each is, made by one run at a time, given up when it takes its
//! node down each time it is begun.
//!
//! A table of preparations has the columns `id`, `etat`, `cle` (unique while under way), `faites`, `total`, `essais`,
//! `prise` (the run that makes it), `raison`, `fichier_id`, `taille`, `fini_le` and `expire_le`.

use std::panic::AssertUnwindSafe;

use chrono::{DateTime, TimeDelta, Utc};
use futures_util::FutureExt;
use sea_orm::{
    ActiveEnum, ConnectionTrait, EnumIter, ExprTrait,
    entity::prelude::*,
    sea_query::{Query, SimpleExpr, UpdateStatement},
};
use serde_json::Value;

use crate::{Contexte, Erreur, Etat, Nomenclature, Resultat, fichiers::Ecriture};

/// Begun more often, a preparation takes its node down each time: it is given up.
pub const ESSAIS_MAX: i32 = 5;

/// After so many tries of a service that does not answer, its author is told.
const ESSAIS_INDISPONIBLE: i32 = 3;

/// How far a preparation is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(16))", rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub enum Avancement {
    Attente,
    EnCours,
    Pret,
    Echoue,
}

impl Nomenclature for Avancement {
    fn libelle(self) -> &'static str {
        match self {
            Self::Attente => "En attente",
            Self::EnCours => "En préparation",
            Self::Pret => "Prêt",
            Self::Echoue => "Échoué",
        }
    }
}

impl Avancement {
    /// It will change by itself.
    pub fn en_vol(self) -> bool {
        matches!(self, Self::Attente | Self::EnCours)
    }
}

/// Why the making of a file stopped.
#[derive(Debug)]
pub enum Arret {
    /// Deleted, or taken over by another run.
    Depasse,
    Faute(Erreur),
}

impl<E: Into<Erreur>> From<E> for Arret {
    fn from(e: E) -> Self {
        Self::Faute(e.into())
    }
}

/// A table of preparations.
#[derive(Clone, Copy, Debug)]
pub struct Table {
    pub nom: &'static str,
    /// How long a result is kept.
    pub conservation: TimeDelta,
    /// The job that forgets those of the past.
    pub balayage: &'static str,
}

/// A run of a preparation, once taken.
#[derive(Clone, Copy, Debug)]
pub struct Passe {
    pub id: Uuid,
    /// Other columns of the row say the same: the one run that may write.
    pub prise: Option<Uuid>,
    /// How many times it was begun, this one counted.
    pub essais: i32,
}

async fn executer(cx: &Contexte, q: &UpdateStatement) -> Resultat<u64> {
    let db = cx.db();
    Ok(db.execute_raw(db.get_database_backend().build(q)).await?.rows_affected())
}

impl Table {
    /// Takes a preparation for this run, unless it is over: the mark that the caller then finds in the row, if no other
    /// run took it since. Progress starts again.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn prendre(&self, etat: &Etat, id: Uuid) -> Resultat<Option<Uuid>> {
        let cx = Contexte::systeme(etat).await?;
        let prise = cx.nouvel_uuid();
        let mut q = Query::update();
        q.table(self.nom)
            .value("etat", Avancement::EnCours.to_value())
            .value("prise", Some(prise))
            .value("essais", Expr::col("essais").add(1))
            .value("faites", 0)
            .value("total", Expr::cust("NULL"))
            .and_where(Expr::col("id").eq(id))
            .and_where(Expr::col("etat").is_in([Avancement::Attente.to_value(), Avancement::EnCours.to_value()]));
        let pris = executer(&cx, &q).await?;
        cx.valider().await?;
        Ok((pris == 1).then_some(prise))
    }

    /// Writes how far a run is; [`Arret::Depasse`] when the preparation is no longer its own.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn noter(&self, etat: &Etat, p: Passe, valeurs: Vec<(&'static str, SimpleExpr)>) -> Result<(), Arret> {
        let cx = Contexte::systeme(etat).await?;
        let notees = self.ecrire(&cx, p, valeurs).await?;
        cx.valider().await?;
        if notees == 1 { Ok(()) } else { Err(Arret::Depasse) }
    }

    async fn ecrire(&self, cx: &Contexte, p: Passe, valeurs: Vec<(&'static str, SimpleExpr)>) -> Resultat<u64> {
        let mut q = Query::update();
        q.table(self.nom).and_where(Expr::col("id").eq(p.id)).and_where(Expr::col("prise").eq(p.prise));
        q.values(valeurs);
        executer(cx, &q).await
    }

    /// The file is there, and the preparation says so with its other `valeurs`, at once; not if it is no longer this
    /// run's: nothing is left of the file then.
    ///
    /// # Errors
    /// [`Arret::Depasse`], and those of the database and of the storage.
    pub async fn terminer(
        &self,
        etat: &Etat,
        p: Passe,
        ecriture: Ecriture,
        mut valeurs: Vec<(&'static str, SimpleExpr)>,
    ) -> Result<(), Arret> {
        let taille = ecriture.taille();
        let depose = ecriture.finir().await?;
        let cx = Contexte::systeme(etat).await?;
        let expire = cx.maintenant + self.conservation;
        valeurs.extend([
            ("etat", Expr::value(Avancement::Pret.to_value())),
            ("cle", Expr::value(None::<String>)),
            ("raison", Expr::value(None::<String>)),
            ("fichier_id", Expr::value(Some(depose.id()))),
            ("taille", Expr::value(Some(i64::try_from(taille).unwrap_or(i64::MAX)))),
            ("fini_le", Expr::value(Some(cx.maintenant))),
            ("expire_le", Expr::value(expire)),
        ]);
        if self.ecrire(&cx, p, valeurs).await? == 0 {
            drop(cx);
            depose.abandonner(etat).await?;
            return Err(Arret::Depasse);
        }
        depose.confirmer(&cx).await?;
        cx.confier(self.balayage, Value::Null, None, Some(expire)).await?;
        Ok(cx.valider().await?)
    }

    /// Says why it failed.
    async fn echouer(&self, etat: &Etat, p: Passe, faute: &Erreur) -> Resultat<()> {
        let raison: String = faute.explication().chars().take(500).collect();
        let cx = Contexte::systeme(etat).await?;
        let valeurs = vec![
            ("etat", Expr::value(Avancement::Echoue.to_value())),
            ("cle", Expr::value(None::<String>)),
            ("raison", Expr::value(Some(raison))),
            ("fini_le", Expr::value(Some(cx.maintenant))),
        ];
        self.ecrire(&cx, p, valeurs).await?;
        cx.valider().await
    }

    /// Makes a file by `faire`, and says how it ended. A library that panics fails the preparation, not the node; one
    /// begun too often is given up before `faire` is polled.
    ///
    /// # Errors
    /// When it should be tried again later.
    pub async fn mener(&self, etat: &Etat, p: Passe, faire: impl Future<Output = Result<(), Arret>>) -> Result<(), String> {
        let faute = if p.essais > ESSAIS_MAX {
            Erreur::Interne("begun too often".into())
        } else {
            let fait = AssertUnwindSafe(faire).catch_unwind().await.unwrap_or_else(|p| Err(Arret::Faute(panique(p.as_ref()))));
            match fait {
                Ok(()) | Err(Arret::Depasse) => return Ok(()),
                Err(Arret::Faute(f)) => f,
            }
        };
        tracing::warn!(table = self.nom, id = %p.id, essais = p.essais, erreur = %faute, "preparation failed");
        if matches!(faute, Erreur::Indisponible(_) | Erreur::VersionPerimee) && p.essais < ESSAIS_INDISPONIBLE {
            return Err(faute.to_string());
        }
        self.echouer(etat, p, &faute).await.map_err(|e| e.to_string())
    }

    /// Forgets the preparations expired at `maintenant`; their files go by themselves. Says how many.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn balayer(&self, etat: &Etat, maintenant: DateTime<Utc>) -> Resultat<u64> {
        let cx = Contexte::systeme(etat).await?;
        let mut q = Query::delete();
        q.from_table(self.nom).and_where(Expr::col("expire_le").lte(maintenant));
        let n = {
            let db = cx.db();
            db.execute_raw(db.get_database_backend().build(&q)).await?.rows_affected()
        };
        cx.valider().await?;
        Ok(n)
    }
}

/// A panic as a fault: libraries that write to disk panic when it is full.
fn panique(p: &(dyn std::any::Any + Send)) -> Erreur {
    let texte = p.downcast_ref::<String>().cloned().or_else(|| p.downcast_ref::<&str>().map(|t| (*t).to_owned())).unwrap_or_default();
    if texte.contains("StorageFull") || texte.contains("QuotaExceeded") { Erreur::StockagePlein(texte) } else { Erreur::Interne(texte) }
}
