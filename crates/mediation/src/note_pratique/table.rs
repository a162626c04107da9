use sea_orm::{FromJsonQueryResult, entity::prelude::*};
use serde::{Deserialize, Serialize};
use socle::identifiant::{AccompagnementId, NotePratiqueId, StructureId, UtilisateurId};

use super::Competence;

/// The competences a note is linked to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
pub struct Competences(pub Vec<Competence>);

/// A note as stored: its texts are sealed.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "note_pratique")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: NotePratiqueId,
    pub auteur_id: UtilisateurId,
    pub structure_id: StructureId,
    pub accompagnement_id: AccompagnementId,
    pub reussi: Option<String>,
    pub a_changer: Option<String>,
    #[sea_orm(column_type = "JsonBinary")]
    pub competences: Competences,
    pub version: i32,
    pub cree_le: DateTimeUtc,
    pub modifie_le: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
