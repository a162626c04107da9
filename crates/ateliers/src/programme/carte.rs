//! The public programme as a map: where the workshops to come are. Drawn here, from what is shipped: no third party's map
//! is called, and no address of a visitor goes elsewhere.

mod dessin;
mod fenetre;
mod web;

pub(super) use web::{carte, communes};

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, Utc};
use sea_orm::{FromQueryResult, QuerySelect, entity::prelude::*};
use socle::{Contexte, Resultat, identifiant::LieuId};
use territoire::commune::{self, Position};

use super::Choix;
use crate::seance::table;

/// A place where there are workshops to come: a lieu that says where it is, or a commune.
#[derive(Clone, Debug, PartialEq)]
pub struct Place {
    /// The lieu, when it has a place of its own.
    pub lieu: Option<String>,
    /// INSEE code.
    pub commune: Option<String>,
    pub nom_commune: String,
    /// Code of the département; empty when it is not known.
    pub departement: String,
    /// None for a commune whose place is not shipped.
    pub position: Option<Position>,
    pub ateliers: i64,
    /// The first of them.
    pub premier: DateTime<Utc>,
}

impl Place {
    /// Its name: « Espace du Quai, Toulouse », « Toulouse ».
    pub fn nom(&self) -> String {
        match &self.lieu {
            Some(l) if self.nom_commune.is_empty() || l.contains(&self.nom_commune) => l.clone(),
            Some(l) => format!("{l}, {}", self.nom_commune),
            None => self.nom_commune.clone(),
        }
    }
}

/// The places where there are workshops to come, by département then name; and how many workshops say neither.
pub async fn places(cx: &Contexte, d: &Choix) -> Resultat<(Vec<Place>, i64)> {
    let q = d
        .seances(cx.maintenant)
        .select_only()
        .column(table::Column::Commune)
        .column(table::Column::LieuId)
        .column_as(table::Column::Id.count(), "n")
        .column_as(table::Column::Debut.min(), "premier");
    let lignes: Vec<Ligne> = q.group_by(table::Column::Commune).group_by(table::Column::LieuId).into_model().all(&cx.db()).await?;
    let lieux = territoire::lieu::places(cx, lignes.iter().filter_map(|l| l.lieu_id).collect()).await?;
    Ok(ranger(lignes, &lieux))
}

/// Workshops of one commune and one lieu.
#[derive(FromQueryResult)]
struct Ligne {
    commune: Option<String>,
    lieu_id: Option<LieuId>,
    n: i64,
    premier: DateTime<Utc>,
}

fn ranger(lignes: Vec<Ligne>, lieux: &HashMap<LieuId, (String, Position)>) -> (Vec<Place>, i64) {
    let mut ailleurs = 0;
    let mut par: BTreeMap<(Option<LieuId>, Option<String>), Place> = BTreeMap::new();
    for Ligne { commune: code, lieu_id: lieu, n: ateliers, premier } in lignes {
        let lieu = lieu.filter(|l| lieux.contains_key(l));
        let connue = code.as_deref().and_then(commune::par_code);
        if lieu.is_none() && connue.is_none() {
            ailleurs += ateliers;
            continue;
        }
        let code = connue.map(|c| c.code.to_string());
        let propre = lieu.and_then(|l| lieux.get(&l));
        let place = par.entry((lieu, code.clone())).or_insert_with(|| Place {
            lieu: propre.map(|(nom, _)| nom.clone()),
            nom_commune: connue.map(|c| c.nom.to_owned()).unwrap_or_default(),
            departement: connue.map(|c| c.departement.to_owned()).unwrap_or_default(),
            position: propre.map(|(_, p)| *p).or_else(|| code.as_deref().and_then(commune::position)),
            commune: code,
            ateliers: 0,
            premier,
        });
        place.ateliers += ateliers;
        place.premier = place.premier.min(premier);
    }
    let mut v: Vec<Place> = par.into_values().collect();
    v.sort_by_cached_key(|p| {
        let departement = commune::departement_nom(&p.departement).unwrap_or("~");
        (socle::texte::plier(departement), socle::texte::plier(&p.nom_commune), socle::texte::plier(&p.nom()))
    });
    (v, ailleurs)
}
