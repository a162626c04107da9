//! The journal: who did what on which record and when. Append-only: the database itself refuses
//! to change or remove a line (triggers of the migrations), save to forget, a year later, who acted.
//!
//! It keeps the names of the fields changed, never their values: a file erased leaves nothing here.

use std::{
    collections::HashSet,
    sync::{Mutex, MutexGuard, PoisonError},
};

use chrono::{DateTime, Days, Months, Utc};
use sea_orm::{ActiveValue::Set, ConnectionTrait, ExprTrait, entity::prelude::*, sea_query::Query};
use tokio::sync::oneshot::{self, error::TryRecvError};

use crate::{
    Contexte, Etat, Nomenclature,
    erreur::Resultat,
    identifiant::{StructureId, UtilisateurId},
};

/// What was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(32))", rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub enum Action {
    Creation,
    Modification,
    Suppression,
    Retablissement,
    Effacement,
    Ouverture,
    Partage,
    Fusion,
    Connexion,
    Deconnexion,
    EchecConnexion,
    Impression,
    Export,
}

impl Nomenclature for Action {
    fn libelle(self) -> &'static str {
        match self {
            Self::Creation => "a créé",
            Self::Modification => "a modifié",
            Self::Suppression => "a supprimé",
            Self::Retablissement => "a rétabli",
            Self::Effacement => "a effacé",
            Self::Ouverture => "a ouvert",
            Self::Partage => "a partagé",
            Self::Fusion => "a réuni",
            Self::Connexion => "s’est connecté",
            Self::Deconnexion => "s’est déconnecté",
            Self::EchecConnexion => "a échoué à se connecter",
            Self::Impression => "a imprimé",
            Self::Export => "a exporté",
        }
    }
}

/// The names of the fields changed.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize, sea_orm::FromJsonQueryResult)]
pub struct Champs(pub Vec<String>);

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "journal")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub quand: DateTimeUtc,
    pub acteur_id: Option<UtilisateurId>,
    pub structure_id: Option<StructureId>,
    pub action: Action,
    /// The kind of record: `personne`, `accompagnement`…
    pub objet: String,
    pub objet_id: Option<Uuid>,
    #[sea_orm(column_type = "JsonBinary")]
    pub champs: Champs,
    pub requete: Uuid,
}

impl ActiveModelBehavior for ActiveModel {}

/// Lines of acts that write nothing else (a file opened), from requests of this node that are under way:
/// those that wait while a commit is made are written together by the next. A line is durable before
/// its request is answered, and a reader does not wait for as many disk syncs as there are readers.
#[derive(Default)]
pub struct Guichet {
    attente: Mutex<Vec<EnAttente>>,
    tour: tokio::sync::Mutex<()>,
    /// What was written this minute: the same account that looks again adds nothing.
    ecrites: Mutex<(i64, HashSet<Ouverture>)>,
}

/// Who did what to which record, in which structure.
type Ouverture = (Option<UtilisateurId>, Action, String, Option<Uuid>, Option<StructureId>);

/// A line, and who waits for it; dropped unsent, it was not written.
type EnAttente = (ActiveModel, oneshot::Sender<()>);

/// Lines of openings in one statement, and so in one commit.
const ENSEMBLE: usize = 200;

impl Guichet {
    fn attente(&self) -> MutexGuard<'_, Vec<EnAttente>> {
        self.attente.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The lines of the minute of `maintenant`.
    fn ecrites(&self, maintenant: DateTime<Utc>) -> MutexGuard<'_, (i64, HashSet<Ouverture>)> {
        let minute = maintenant.timestamp().div_euclid(60);
        let mut e = self.ecrites.lock().unwrap_or_else(PoisonError::into_inner);
        if e.0 != minute {
            *e = (minute, HashSet::new());
        }
        e
    }

    /// Returns once the line is committed.
    async fn ecrire(etat: &Etat, ligne: ActiveModel) -> Resultat<()> {
        let g = &etat.journal;
        let (dire, mut su) = oneshot::channel();
        g.attente().push((ligne.clone(), dire));
        let tour = g.tour.lock().await;
        // Lines are taken in order: mine is written already, or is in one of the next batches.
        let ecrite = loop {
            match su.try_recv() {
                Ok(()) => break true,
                Err(TryRecvError::Closed) => break false,
                Err(TryRecvError::Empty) => {}
            }
            let lot: Vec<EnAttente> = {
                let mut a = g.attente();
                let combien = a.len().min(ENSEMBLE);
                a.drain(..combien).collect()
            };
            if lot.is_empty() {
                // Taken by one whose client went away: its commit is still under way.
                break su.await.is_ok();
            }
            let etat = etat.clone();
            // Spawned: a client that goes away does not undo the lines of the others.
            let _ = tokio::spawn(async move { valider(&etat, lot).await }).await;
        };
        drop(tour);
        // A batch that failed: each tries alone, and tells its own request what stands in the way.
        if ecrite { Ok(()) } else { inserer(etat, vec![ligne]).await }
    }
}

async fn valider(etat: &Etat, lot: Vec<EnAttente>) {
    let (lignes, dire): (Vec<_>, Vec<_>) = lot.into_iter().unzip();
    match inserer(etat, lignes).await {
        Ok(()) => dire.into_iter().for_each(|d| {
            let _ = d.send(());
        }),
        Err(e) => tracing::warn!(erreur = %e, "journal lines not written together"),
    }
}

async fn inserer(etat: &Etat, lignes: Vec<ActiveModel>) -> Resultat<()> {
    Entity::insert_many(lignes).exec_without_returning(etat.base.directe()).await?;
    Ok(())
}

impl Contexte {
    /// Adds a line to the journal, in the transaction of the act itself.
    pub async fn journaliser(
        &self,
        action: Action,
        objet: &str,
        objet_id: impl Into<Option<Uuid>>,
        structure: impl Into<Option<StructureId>>,
        champs: &[&str],
    ) -> Resultat<()> {
        let ligne = self.ligne(action, objet, objet_id.into(), structure.into(), champs);
        Entity::insert(ligne).exec_without_returning(&self.db()).await?;
        Ok(())
    }

    /// Adds a line for an act that writes nothing else, unless this node wrote the same this minute. In a context that
    /// reads, it is committed when this returns, together with those of other requests under way; what is read may then
    /// be shown.
    pub async fn journaliser_lecture(
        &self,
        action: Action,
        objet: &str,
        objet_id: impl Into<Option<Uuid>>,
        structure: impl Into<Option<StructureId>>,
    ) -> Resultat<()> {
        if self.ecrit() {
            return self.journaliser(action, objet, objet_id, structure, &[]).await;
        }
        let (objet_id, structure) = (objet_id.into(), structure.into());
        let cle = (self.acteur.utilisateur, action, objet.to_owned(), objet_id, structure);
        let guichet = &self.etat().journal;
        if guichet.ecrites(self.maintenant).1.contains(&cle) {
            return Ok(());
        }
        Guichet::ecrire(self.etat(), self.ligne(action, objet, objet_id, structure, &[])).await?;
        guichet.ecrites(self.maintenant).1.insert(cle);
        Ok(())
    }

    fn ligne(&self, action: Action, objet: &str, objet_id: Option<Uuid>, structure: Option<StructureId>, champs: &[&str]) -> ActiveModel {
        ActiveModel {
            id: Set(self.nouvel_uuid()),
            quand: Set(self.maintenant),
            acteur_id: Set(self.acteur.utilisateur),
            structure_id: Set(structure),
            action: Set(action),
            objet: Set(objet.to_owned()),
            objet_id: Set(objet_id),
            champs: Set(Champs(champs.iter().map(|c| (*c).to_owned()).collect())),
            requete: Set(self.requete),
        }
    }

    /// Adds a line for each record that one act touched, as [`Contexte::journaliser`] would one by one.
    pub async fn journaliser_plusieurs(
        &self,
        action: Action,
        objet: &str,
        objets: impl IntoIterator<Item = Uuid>,
        structure: impl Into<Option<StructureId>>,
    ) -> Resultat<()> {
        let structure = structure.into();
        let lignes: Vec<ActiveModel> = objets
            .into_iter()
            .map(|id| ActiveModel {
                id: Set(self.nouvel_uuid()),
                quand: Set(self.maintenant),
                acteur_id: Set(self.acteur.utilisateur),
                structure_id: Set(structure),
                action: Set(action),
                objet: Set(objet.to_owned()),
                objet_id: Set(Some(id)),
                champs: Set(Champs::default()),
                requete: Set(self.requete),
            })
            .collect();
        for lot in lignes.chunks(1000) {
            Entity::insert_many(lot.iter().cloned()).exec_without_returning(&self.db()).await?;
        }
        Ok(())
    }
}

/// Months that a line keeps its author.
pub const MOIS_AVEC_AUTEUR: u32 = 12;

/// Lines whose author is forgotten in one transaction.
const LOT: u64 = 1_000;

/// The kinds of records that are somebody of a team: a line a year old no longer says whose.
const COMPTES: &str = "objet IN ('utilisateur', 'jeton', 'session')";

/// Forgets who acted on lines more than a year old, at most some thousand of them: account, number of the
/// request (which logs carry too), account or token acted upon. Gives how many; zero when all is done.
pub async fn oublier_auteurs(cx: &Contexte) -> Resultat<u64> {
    cx.exiger_instance(crate::Permission::InstanceGerer)?;
    // A day more: the database counts its year by days.
    let avant = cx.maintenant.checked_sub_months(Months::new(MOIS_AVEC_AUTEUR)).and_then(|t| t.checked_sub_days(Days::new(1)));
    let Some(avant) = avant else { return Ok(0) };
    // The trigger measures the year from the last line.
    cx.journaliser(Action::Effacement, "journal", None, None, &["auteurs"]).await?;
    let db = cx.db();
    let moteur = db.get_database_backend();
    let mut lignes = 0;
    for (condition, sans_requete) in [("acteur_id IS NOT NULL".to_owned(), true), (format!("objet_id IS NOT NULL AND {COMPTES}"), false)] {
        let mut vieilles = Query::select();
        vieilles
            .column("id")
            .from("journal")
            .and_where(Expr::cust(condition))
            .and_where(Expr::col("id").lt(premier_id(avant)))
            .and_where(Expr::col("quand").lt(avant))
            .order_by("id", sea_orm::Order::Asc)
            .limit(LOT);
        let mut q = Query::update();
        q.table("journal")
            .value("acteur_id", Expr::value(None::<Uuid>))
            .value("objet_id", Expr::cust(format!("CASE WHEN {COMPTES} THEN NULL ELSE objet_id END")))
            .and_where(Expr::col("id").in_subquery(vieilles));
        if sans_requete {
            q.value("requete", Uuid::nil());
        }
        lignes += db.execute_raw(moteur.build(&q)).await?.rows_affected();
    }
    Ok(lignes)
}

/// The least UUIDv7 of an instant: the journal's ids are in the order of time.
fn premier_id(instant: DateTime<Utc>) -> Uuid {
    Uuid::from_u128(u128::from(instant.timestamp_millis().unsigned_abs()) << 80)
}
