//! The journal: who did what on which record and when. Append-only: the database itself refuses
//! to change or remove a line (triggers of the migrations), save to forget, a year later, who acted.
//!
//! It keeps the names of the fields changed, never their values: a file erased leaves nothing here.

use chrono::{DateTime, Days, Months, Utc};
use sea_orm::{ActiveValue::Set, ConnectionTrait, ExprTrait, entity::prelude::*, sea_query::Query};

use crate::{
    Contexte, Nomenclature,
    erreur::Resultat,
    identifiant::{StructureId, UtilisateurId},
};

/// What was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
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
        Entity::insert(ActiveModel {
            id: Set(self.nouvel_uuid()),
            quand: Set(self.maintenant),
            acteur_id: Set(self.acteur.utilisateur),
            structure_id: Set(structure.into()),
            action: Set(action),
            objet: Set(objet.to_owned()),
            objet_id: Set(objet_id.into()),
            champs: Set(Champs(champs.iter().map(|c| (*c).to_owned()).collect())),
            requete: Set(self.requete),
        })
        .exec_without_returning(&self.db())
        .await?;
        Ok(())
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
