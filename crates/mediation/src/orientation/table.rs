use sea_orm::entity::prelude::*;
use socle::identifiant::{ConsentementId, OrientationId, PartenaireId, PersonneId, StructureId, UtilisateurId};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "orientation")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: OrientationId,
    pub structure_id: StructureId,
    pub personne_id: PersonneId,
    pub mediateur_id: UtilisateurId,
    pub partenaire_id: PartenaireId,
    pub consentement_id: Option<ConsentementId>,
    /// Day it was sent.
    pub date: Date,
    pub motif: String,
    pub statut: super::StatutOrientation,
    /// Day of the first answer.
    pub repondu_le: Option<Date>,
    /// Whether the partner has ever accepted.
    pub acceptee: bool,
    pub retour: Option<String>,
    pub version: i32,
    pub cree_le: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
