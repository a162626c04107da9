use sea_orm::entity::prelude::*;
use serde::Serialize;
use socle::{
    Nomenclature,
    droits::Portee,
    identifiant::{FichierId, SessionExamenId, StructureId, UtilisateurId},
    preparation::Avancement,
};

/// What is being done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum, Serialize, serde::Deserialize, utoipa::ToSchema)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(16))", rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
#[schema(as = EtapeLot)]
pub enum Etape {
    Emission,
    Impression,
}

impl Nomenclature for Etape {
    fn libelle(self) -> &'static str {
        match self {
            Self::Emission => "Documents émis",
            Self::Impression => "Documents préparés pour l’impression",
        }
    }
}

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "lot_documents")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub structure_id: StructureId,
    pub session_id: SessionExamenId,
    /// Who asked for it, and the scope of what they asked with: the job has their rights, as they are then.
    pub utilisateur_id: UtilisateurId,
    pub portee: Portee,
    pub etat: Avancement,
    pub etape: Etape,
    /// The session, while it is under way.
    #[sea_orm(unique)]
    pub cle: Option<String>,
    /// Documents of this step, once counted.
    pub total: Option<i32>,
    pub faites: i32,
    /// Documents issued by this preparation.
    pub emis: i32,
    /// How many times it was begun.
    pub essais: i32,
    /// The run that makes it: another one, begun later, takes over.
    pub prise: Option<Uuid>,
    /// Why it failed, in French.
    pub raison: Option<String>,
    pub fichier_id: Option<FichierId>,
    /// Bytes.
    pub taille: Option<i64>,
    pub cree_le: DateTimeUtc,
    pub fini_le: Option<DateTimeUtc>,
    pub expire_le: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
