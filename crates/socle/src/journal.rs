//! The journal: who did what on which record and when. Append-only: the database itself refuses
//! to change or remove a line (triggers of the migration), save to forget its author.
//!
//! It keeps the names of the fields changed, never their values: a file erased leaves nothing here.

use sea_orm::{ActiveValue::Set, entity::prelude::*};

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
}
