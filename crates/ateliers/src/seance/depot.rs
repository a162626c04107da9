//! Queries of séances.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use sea_orm::{ExprTrait, QueryOrder, QuerySelect, entity::prelude::*};
use socle::{
    Contexte, Nomenclature, Permission, Resultat,
    identifiant::{LieuId, PartenaireId, SeanceId, UtilisateurId},
};

use crate::equipement::{self, Reserve};

use super::{
    DateSeance, GenreLieu, Materiel, Seance,
    table::{self, date, materiel},
};

/// A séance with its dates and equipment.
#[derive(Clone, Debug, PartialEq)]
pub struct Complete {
    pub seance: Seance,
    /// In order.
    pub dates: Vec<DateSeance>,
    pub materiel: Vec<Materiel>,
    /// What it reserves of the structure's equipment.
    pub equipements: Vec<Reserve>,
}

impl Complete {
    /// The first date not over yet.
    pub fn prochaine(&self, maintenant: DateTime<Utc>) -> Option<&DateSeance> {
        self.dates.iter().find(|d| d.fin > maintenant)
    }
}

/// Dates and equipment of séances, in their order.
/// The dates of a séance, in order.
pub(crate) async fn dates(cx: &Contexte, id: SeanceId) -> Resultat<Vec<DateSeance>> {
    Ok(date::Entity::find().filter(date::Column::SeanceId.eq(id)).order_by_asc(date::Column::Debut).all(&cx.db()).await?)
}

pub(crate) async fn completer(cx: &Contexte, lignes: Vec<Seance>) -> Resultat<Vec<Complete>> {
    let ids: Vec<SeanceId> = lignes.iter().map(|s| s.id).collect();
    let mut dates: HashMap<SeanceId, Vec<DateSeance>> = HashMap::new();
    let mut materiels: HashMap<SeanceId, Vec<Materiel>> = HashMap::new();
    if !ids.is_empty() {
        for d in date::Entity::find()
            .filter(date::Column::SeanceId.is_in(ids.iter().copied()))
            .order_by_asc(date::Column::Debut)
            .all(&cx.db())
            .await?
        {
            dates.entry(d.seance_id).or_default().push(d);
        }
        for m in materiel::Entity::find()
            .filter(materiel::Column::SeanceId.is_in(ids))
            .order_by_asc(materiel::Column::Rang)
            .all(&cx.db())
            .await?
        {
            materiels.entry(m.seance_id).or_default().push(m);
        }
    }
    let mut equipements = equipement::de_seances(cx, &lignes.iter().map(|s| s.id).collect::<Vec<_>>()).await?;
    Ok(lignes
        .into_iter()
        .map(|s| Complete {
            equipements: equipements.remove(&s.id).unwrap_or_default(),
            dates: dates.remove(&s.id).unwrap_or_default(),
            materiel: materiels.remove(&s.id).unwrap_or_default(),
            seance: s,
        })
        .collect())
}

/// Which séances to list.
#[derive(Clone, Debug, Default)]
pub struct Filtre {
    /// Those over, latest first, instead of those to come.
    pub passees: bool,
    pub animateur: Option<UtilisateurId>,
}

/// The structure's séances: those to come by date, or those over, latest first.
pub async fn lister(cx: &Contexte, f: &Filtre, combien: u64) -> Resultat<Vec<Complete>> {
    let s = cx.exiger(Permission::AccompagnementsLire)?;
    let mut q = table::Entity::find().filter(table::Column::StructureId.eq(s));
    q = if f.passees {
        q.filter(table::Column::Fin.lte(cx.maintenant)).order_by_desc(table::Column::Debut)
    } else {
        q.filter(table::Column::Fin.gt(cx.maintenant)).order_by_asc(table::Column::Debut)
    };
    if let Some(u) = f.animateur {
        q = q.filter(table::Column::AnimateurId.eq(u).or(table::Column::CoAnimateurId.eq(u)));
    }
    let lignes = q.order_by_asc(table::Column::Id).limit(combien).all(&cx.db()).await?;
    completer(cx, lignes).await
}

/// The names of lieux and partners where séances are, to say where.
pub(crate) async fn noms_de_lieux(cx: &Contexte, seances: &[&Seance]) -> Resultat<HashMap<Uuid, String>> {
    let lieux: Vec<LieuId> = seances.iter().filter_map(|s| s.lieu_id).collect();
    let partenaires: Vec<PartenaireId> = seances.iter().filter_map(|s| s.partenaire_id).collect();
    let mut noms = territoire::lieu::noms_et_adresses(cx, lieux).await?;
    noms.extend(territoire::partenaire::noms(cx, partenaires).await?);
    Ok(noms)
}

/// Where a séance is, in words.
pub(crate) fn nom_lieu(s: &Seance, noms: &HashMap<Uuid, String>) -> String {
    let nom = |id: Option<Uuid>| id.and_then(|i| noms.get(&i).cloned());
    let mut mots: Vec<String> = match s.lieu_genre {
        GenreLieu::Lieu => nom(s.lieu_id.map(|l| l.0)).into_iter().collect(),
        GenreLieu::Partenaire => nom(s.partenaire_id.map(|p| p.0)).into_iter().chain(s.lieu_texte.clone()).collect(),
        GenreLieu::Public | GenreLieu::Exterieur => s.lieu_texte.clone().into_iter().collect(),
    };
    if mots.is_empty() {
        mots.push(s.lieu_genre.libelle().to_owned());
    }
    let commune = s.commune.as_deref().and_then(territoire::commune::par_code).map(|c| c.nom.to_string());
    if let Some(c) = commune.filter(|c| !mots.iter().any(|m| m.contains(c.as_str()))) {
        mots.push(c);
    }
    mots.join(", ")
}
