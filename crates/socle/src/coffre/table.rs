use sea_orm::entity::prelude::*;

/// A key as the database knows it: everything but the secret.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "cle_coffre")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    /// A known text sealed by the key: tells a wrong one before anything is written.
    pub verification: String,
    pub creee_le: DateTimeUtc,
    /// Whether it seals what is written now.
    pub active: bool,
    /// When a newer one took its place.
    pub remplacee_le: Option<DateTimeUtc>,
    /// When nothing was left that another key, or none, had sealed.
    pub tout_scelle_le: Option<DateTimeUtc>,
    /// When an administrator said that the key is kept elsewhere.
    pub confirmee_le: Option<DateTimeUtc>,
    /// When it was given up for lost, and with it the texts it sealed.
    pub perdue_le: Option<DateTimeUtc>,
}

impl ActiveModelBehavior for ActiveModel {}
