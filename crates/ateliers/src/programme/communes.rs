//! Where workshops are, commune by commune: what stands for a map. The official code of communes that is shipped
//! holds no coordinates, and no third party's map is called (no address of a visitor goes elsewhere).

use chrono::{DateTime, Utc};
use sea_orm::{QueryOrder, QuerySelect, entity::prelude::*};
use socle::{Contexte, Resultat};

use crate::seance::{EtatSeance, table};

/// A commune where there are workshops to come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Commune {
    /// INSEE code.
    pub code: String,
    pub nom: String,
    pub departement: String,
    pub ateliers: i64,
    /// The first of them.
    pub premier: DateTime<Utc>,
}

/// The communes where there are workshops to come, by département then name; and how many workshops have none.
pub async fn par_commune(cx: &Contexte) -> Resultat<(Vec<Commune>, i64)> {
    let lignes: Vec<(Option<String>, i64, DateTime<Utc>)> = table::Entity::find()
        .select_only()
        .column(table::Column::Commune)
        .column_as(table::Column::Id.count(), "n")
        .column_as(table::Column::Debut.min(), "premier")
        .filter(table::Column::Publiee.eq(true))
        .filter(table::Column::Etat.eq(EtatSeance::Programmee))
        .filter(table::Column::Debut.gt(cx.maintenant))
        .group_by(table::Column::Commune)
        .order_by_asc(table::Column::Commune)
        .into_tuple()
        .all(&cx.db())
        .await?;
    let mut ailleurs = 0;
    let mut v = vec![];
    for (code, ateliers, premier) in lignes {
        match code.as_deref().and_then(territoire::commune::par_code) {
            Some(c) => v.push(Commune {
                code: c.code.to_string(),
                nom: c.nom.to_owned(),
                departement: territoire::commune::departement_nom(c.departement).unwrap_or(c.departement).to_owned(),
                ateliers,
                premier,
            }),
            None => ailleurs += ateliers,
        }
    }
    v.sort_by_cached_key(|c| (socle::texte::plier(&c.departement), socle::texte::plier(&c.nom)));
    Ok((v, ailleurs))
}
