use sea_orm::entity::prelude::*;
use socle::identifiant::{AccueilId, LieuId, PersonneId, StructureId, UtilisateurId};

use super::{Canal, Suite};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "accueil")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: AccueilId,
    pub structure_id: StructureId,
    pub lieu_id: Option<LieuId>,
    pub personne_id: Option<PersonneId>,
    pub accueilli_par: UtilisateurId,
    pub arrive_le: DateTimeUtc,
    pub canal: Canal,
    /// At most 500 characters.
    pub motif: Option<String>,
    pub suite: Suite,
    /// None while the person waits, and for one who left without being helped.
    pub pris_en_charge_le: Option<DateTimeUtc>,
    pub pris_en_charge_par: Option<UtilisateurId>,
    pub version: i32,
}

impl ActiveModelBehavior for ActiveModel {}
