//! Rows of the parts of a file.

use serde::{Deserialize, Serialize};

/// A list of words kept as JSON.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, sea_orm::FromJsonQueryResult)]
pub struct Mots(pub Vec<String>);

macro_rules! tables {
    ($($module:ident = $nom:literal { $($champ:ident: $type:ty),+ $(,)? })+) => {$(
        pub mod $module {
            use sea_orm::entity::prelude::*;
            use socle::identifiant::CandidatureId;

            #[sea_orm::model]
            #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
            #[sea_orm(table_name = $nom)]
            pub struct Model {
                #[sea_orm(primary_key, auto_increment = false)]
                pub id: Uuid,
                pub candidature_id: CandidatureId,
                $(pub $champ: $type,)+
            }

            impl ActiveModelBehavior for ActiveModel {}
        }
    )+};
}

tables! {
    admission = "admission_piece" { nature: String, jour: Date, resultat: String, remarque: Option<String> }
    experience = "experience" { activite: String, libelle: String, debut: Date, fin: Option<Date>, mois: i32, preuve: Option<String> }
    formation = "formation_suivie" { module: String, debut: Date, fin: Date, prevues: i32, suivies: i32, preuve: Option<String> }
    periode = "periode_entreprise" { entreprise: String, tuteur: String, debut: Date, fin: Date, minutes: i32, preuve: Option<String> }
    amenagement = "amenagement_epreuve" { mesure: String, accorde_le: Date, accorde_par: String }
    exemple = "dp_exemple" {
        unite: String, ordre: i32, intitule: String, taches: String, moyens: String, avec_qui: String, contexte: String,
        periode: String, complement: String,
    }
    evaluation = "ecf_evaluation" {
        unite: String, jour: Date, competences: super::Mots, satisfait: bool, points_attention: String,
        evaluateur_1: String, evaluateur_2: Option<String>,
    }
    synthese = "ecf_synthese" { unite: String, jour: Date, satisfait: bool, synthese: String, evaluateurs: super::Mots }
}
