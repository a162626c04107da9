//! How long it takes from one lieu to another.

use sea_orm::{IntoActiveModel, entity::prelude::*, sea_query::OnConflict};
use serde::{Deserialize, Serialize};
use socle::{Contexte, Erreur, Permission, Resultat, controle::Controle, identifiant::LieuId, journal::Action};

use super::{regles::Trajets, table};

/// Minutes between two lieux, both ways.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Trajet {
    pub de: LieuId,
    pub vers: LieuId,
    #[schema(minimum = 0, maximum = 600)]
    pub minutes: u32,
}

/// What a structure says of the way between its lieux.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReglageTrajets {
    /// Minutes between two places of different communes, when nothing more is said; 30 at first.
    #[schema(minimum = 0, maximum = 600)]
    pub entre_communes: u32,
    /// Between two lieux. What is left out follows the rule above.
    #[schema(max_items = 1000)]
    pub lieux: Vec<Trajet>,
}

/// What the structure says.
pub async fn trajets_de(cx: &Contexte) -> Resultat<ReglageTrajets> {
    let structure = cx.exiger(Permission::AccompagnementsLire)?;
    let t: Trajets = super::occupation::trajets(cx, structure).await?;
    let minutes = |n: i64| u32::try_from(n).unwrap_or(0);
    let mut lieux: Vec<Trajet> = t.table.into_iter().map(|((de, vers), m)| Trajet { de, vers, minutes: minutes(m) }).collect();
    lieux.sort_by_key(|t| (t.de, t.vers));
    Ok(ReglageTrajets { entre_communes: minutes(t.entre_communes), lieux })
}

/// Writes what the structure says, in place of what it said.
pub async fn regler_trajets(cx: &Contexte, d: ReglageTrajets) -> Resultat<ReglageTrajets> {
    cx.exiger(Permission::AccompagnementsLire)?;
    let structure = cx.exiger(Permission::StructureGerer)?;
    let siens: Vec<LieuId> = territoire::lieu::lister(cx, true).await?.into_iter().map(|l| l.id).collect();
    let mut c = Controle::new();
    c.exiger(d.entre_communes <= 600, "entre_communes", "Dix heures au plus, en minutes.");
    c.exiger(d.lieux.len() <= 1000, "lieux", "Mille trajets au plus.");
    for t in &d.lieux {
        c.exiger(siens.contains(&t.de) && siens.contains(&t.vers) && t.de != t.vers, "lieux", "Choisissez deux lieux de votre structure.");
        c.exiger(t.minutes <= 600, "lieux", "Dix heures au plus, en minutes.");
    }
    c.finir()?;
    let reglage = table::reglage::Model { structure_id: structure, trajet_minutes: i32::try_from(d.entre_communes).unwrap_or(0) };
    table::reglage::Entity::insert(reglage.into_active_model().reset_all())
        .on_conflict(
            OnConflict::column(table::reglage::Column::StructureId).update_column(table::reglage::Column::TrajetMinutes).to_owned(),
        )
        .exec_without_returning(&cx.db())
        .await?;
    table::trajet::Entity::delete_many().filter(table::trajet::Column::StructureId.eq(structure)).exec(&cx.db()).await?;
    let mut deja = std::collections::HashSet::new();
    for t in d.lieux {
        let (de, vers) = (t.de.min(t.vers), t.de.max(t.vers));
        if !deja.insert((de, vers)) {
            return Err(Erreur::champ("lieux", "Deux lieux n’ont qu’un trajet, dans les deux sens."));
        }
        let ligne = table::trajet::Model { de, vers, structure_id: structure, minutes: i32::try_from(t.minutes).unwrap_or(0) };
        table::trajet::Entity::insert(ligne.into_active_model().reset_all()).exec_without_returning(&cx.db()).await?;
    }
    cx.journaliser(Action::Modification, "structure", structure.0, structure, &["trajets"]).await?;
    trajets_de(cx).await
}
