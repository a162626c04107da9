use sea_orm::entity::prelude::*;
use socle::identifiant::{ImportId, StructureId, UtilisateurId};

/// Where an import is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(32))", rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub enum Etat {
    /// The file is arriving.
    Depot,
    /// The file waits to be read.
    ALire,
    /// The file is read.
    Lecture,
    /// Read to its end: what would be written is shown. Nothing is written.
    Apercu,
    /// Confirmed: about to be written.
    AEcrire,
    /// Written.
    Repris,
    /// The file cannot be read.
    Refuse,
}

/// What was counted of a file.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize, FromJsonQueryResult, utoipa::ToSchema)]
#[serde(default)]
pub struct Comptes {
    /// Lines read, without the headers and what stands above.
    pub lignes: u64,
    /// Lines with something to mend.
    pub lignes_en_erreur: u64,
    /// Things to mend.
    pub erreurs: u64,
    /// People to create, or created.
    pub personnes_nouvelles: u64,
    /// People already followed by the structure.
    pub personnes_connues: u64,
    /// Accompaniments to record, or recorded.
    pub accompagnements_nouveaux: u64,
    /// Accompaniments that an earlier import recorded: nothing is added.
    pub accompagnements_connus: u64,
    /// Lieux named that the structure has not, and how many lines name them; a few of them.
    pub lieux_inconnus: std::collections::BTreeMap<String, u64>,
    /// Accounts named that the team has not, likewise.
    pub mediateurs_inconnus: std::collections::BTreeMap<String, u64>,
}

/// Headers of a file, and what each is taken for (a code of [`crate::champ::Champ`]).
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize, FromJsonQueryResult)]
#[serde(default)]
pub struct Colonnes {
    /// The number of the line of headers.
    pub ligne: u32,
    pub entetes: Vec<String>,
    pub champs: Vec<Option<crate::champ::Champ>>,
    /// Chosen by a person: not guessed again.
    pub choisies: bool,
    /// The first rows as they will be read: the number of the line, then the cells.
    pub debut: Vec<(u32, Vec<String>)>,
}

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "import")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ImportId,
    pub structure_id: StructureId,
    pub auteur_id: UtilisateurId,
    /// Code of [`crate::Nature`].
    pub nature: String,
    pub nom_fichier: String,
    pub format: Option<String>,
    /// Bytes.
    pub taille: i64,
    pub etat: Etat,
    /// Why it was refused, or what is to be known of the reading.
    pub message: Option<String>,
    /// One more each time the reading begins anew: an older reading that still runs writes nothing more.
    pub lecture: i32,
    /// The last line read, so that a reading cut short goes on from there.
    pub derniere_ligne: i64,
    /// How much of the file was read, from 0 to 100.
    pub part_lue: i32,
    #[sea_orm(column_type = "JsonBinary")]
    pub colonnes: Colonnes,
    #[sea_orm(column_type = "JsonBinary")]
    pub comptes: Comptes,
    pub cree_le: DateTimeUtc,
    /// All that the file brought is removed then.
    pub expire_le: DateTimeUtc,
    pub repris_le: Option<DateTimeUtc>,
}

impl ActiveModelBehavior for ActiveModel {}

/// The bytes of the file, piece by piece.
pub mod morceau {
    use sea_orm::entity::prelude::*;
    use socle::identifiant::ImportId;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "import_morceau")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub import_id: ImportId,
        #[sea_orm(primary_key, auto_increment = false)]
        pub rang: i32,
        pub octets: Vec<u8>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// A record that the file asks for, under the id that it will have.
pub mod objet {
    use sea_orm::entity::prelude::*;
    use socle::identifiant::ImportId;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "import_objet")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub import_id: ImportId,
        #[sea_orm(primary_key, auto_increment = false)]
        pub objet_id: Uuid,
        pub personne: bool,
        /// Already in the structure: nothing is written.
        pub connu: bool,
        pub ligne: i64,
        #[sea_orm(column_type = "JsonBinary", nullable)]
        pub charge: Option<Json>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// What was met in the file, so that it is known again: a person's contact or name, a line's content.
pub mod cle {
    use sea_orm::entity::prelude::*;
    use socle::identifiant::ImportId;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "import_cle")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub import_id: ImportId,
        /// A digest: names are not written once more.
        #[sea_orm(primary_key, auto_increment = false)]
        pub cle: Uuid,
        pub objet_id: Option<Uuid>,
        /// How many lines had this content.
        pub fois: i32,
        /// The number of a person in the other tool: kept after the import.
        pub durable: bool,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// Something to mend in the file.
pub mod erreur {
    use sea_orm::entity::prelude::*;
    use socle::identifiant::ImportId;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "import_erreur")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub import_id: ImportId,
        #[sea_orm(primary_key, auto_increment = false)]
        pub ligne: i64,
        #[sea_orm(primary_key, auto_increment = false)]
        pub rang: i32,
        pub colonne: String,
        pub valeur: String,
        pub message: String,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// The numbers that people had in another tool, so that a later file names them again.
pub mod source {
    use sea_orm::entity::prelude::*;
    use socle::identifiant::{PersonneId, StructureId};

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "import_source")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub structure_id: StructureId,
        /// A digest of the number.
        #[sea_orm(primary_key, auto_increment = false)]
        pub cle: Uuid,
        pub personne_id: PersonneId,
    }

    impl ActiveModelBehavior for ActiveModel {}
}
