use sea_orm::entity::prelude::*;
use socle::identifiant::{DiagnosticId, PersonneId, StructureId, UtilisateurId};

use super::{Etapes, NiveauAutonomie, Reponses};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "diagnostic")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: DiagnosticId,
    pub structure_id: StructureId,
    pub personne_id: PersonneId,
    pub mediateur_id: UtilisateurId,
    pub date: Date,
    /// The grid the answers were given to.
    pub grille: String,
    #[sea_orm(column_type = "JsonBinary")]
    pub reponses: Reponses,
    pub niveau_propose: NiveauAutonomie,
    /// The level kept with the person; the proposed one unless amended.
    pub niveau: NiveauAutonomie,
    /// The person's own goal, in their words.
    pub objectif: Option<String>,
    pub constats: Option<String>,
    #[sea_orm(column_type = "JsonBinary")]
    pub etapes: Etapes,
    /// Agreed aloud with the person.
    pub convenu: bool,
    pub version: i32,
    pub cree_le: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
