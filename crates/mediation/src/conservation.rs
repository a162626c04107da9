//! Retention: the file of a person who no longer comes is announced thirty days before, then erased by the
//! program itself. Figures stay. Source: regulation (EU) 2016/679, art. 5, 1, e.
//!
//! What counts as an activity is in `activite`, the dates in `regles`, the work of the night in `nuit`.

mod activite;
mod api;
mod depot;
mod migrations;
mod nuit;
mod regles;
mod table;
mod traitement;
mod web;

pub use api::api;
pub use migrations::migrations;
pub use nuit::{NOM, Passage, annoncer, appliquer, passer, prevoir, tache};
pub use traitement::TRAITEMENT;
pub use web::pages;

use chrono::NaiveDate;
use sea_orm::{ActiveValue::Set, entity::prelude::*, sea_query::OnConflict};
use serde::{Deserialize, Serialize};
use socle::{Contexte, Erreur, Nomenclature, Permission, Resultat, controle::Controle, identifiant::PersonneId, journal::Action};
use territoire::structure;

use table::{annonce, prolongation};

pub use annonce::Model as Annonce;
pub use prolongation::Model as Prolongation;

/// Why a file is kept longer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize, utoipa::ToSchema)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(48))", rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub enum MotifGarde {
    /// The person came back, or asked to go on.
    Revenue,
    /// Something is planned with the person.
    SuitePrevue,
    /// The law, or a dispute, requires it.
    ObligationLegale,
}

impl Nomenclature for MotifGarde {
    fn libelle(self) -> &'static str {
        match self {
            Self::Revenue => "La personne est revenue ou a repris contact",
            Self::SuitePrevue => "Une suite est prévue avec elle",
            Self::ObligationLegale => "La loi ou un litige oblige à le garder",
        }
    }
}

/// Keeps a file longer than the structure's duration.
#[derive(Clone, Copy, Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Garder {
    pub motif: MotifGarde,
    /// More than thirty days from now; at most the structure's duration, five years for a legal need.
    pub jusqu_au: NaiveDate,
}

/// A file that will be erased, as the structure is shown it.
#[derive(Clone, Debug)]
pub struct BientotEfface {
    pub annonce: Annonce,
    pub nom: String,
}

/// How many files of the structure the actor works in are announced, counted up to `plafond`.
pub async fn nombre(cx: &Contexte, plafond: u64) -> Resultat<u64> {
    let structure = cx.exiger(Permission::PersonnesLire)?;
    depot::compter(cx, structure, plafond).await
}

/// The files announced, those erased first before: `combien` at most, after `saut` others.
pub async fn bientot(cx: &Contexte, saut: u64, combien: u64) -> Resultat<Vec<BientotEfface>> {
    let structure = cx.exiger(Permission::PersonnesLire)?;
    nommer(cx, depot::annonces(cx, structure, saut, combien).await?).await
}

/// A page of the files announced, in the order of people's ids: `combien` and one more.
pub async fn page(cx: &Contexte, apres: Option<Uuid>, combien: u64) -> Resultat<Vec<BientotEfface>> {
    let structure = cx.exiger(Permission::PersonnesLire)?;
    nommer(cx, depot::annonces_apres(cx, structure, apres, combien + 1).await?).await
}

async fn nommer(cx: &Contexte, annonces: Vec<Annonce>) -> Resultat<Vec<BientotEfface>> {
    let ids: Vec<PersonneId> = annonces.iter().map(|a| a.personne_id).collect();
    let mut noms: std::collections::HashMap<_, _> =
        crate::personne::plusieurs(cx, &ids).await?.into_iter().map(|p| (p.id, crate::personne::nom_affiche(&p))).collect();
    Ok(annonces
        .into_iter()
        .map(|annonce| BientotEfface { nom: noms.remove(&annonce.personne_id).unwrap_or_else(|| "Personne sans nom".into()), annonce })
        .collect())
}

/// The announcement of a person's file in the structure the actor works in, if no activity cancelled it.
pub async fn annonce(cx: &Contexte, personne: PersonneId) -> Resultat<Option<Annonce>> {
    let structure = cx.exiger(Permission::PersonnesLire)?;
    depot::annonce(cx, structure, personne).await
}

/// Until when the structure the actor works in keeps a file, and why, if somebody decided it.
pub async fn prolongation(cx: &Contexte, personne: PersonneId) -> Resultat<Option<Prolongation>> {
    let structure = cx.exiger(Permission::PersonnesLire)?;
    Ok(prolongation::Entity::find_by_id((structure, personne)).one(&cx.db()).await?)
}

/// Keeps a file until a day: its announcement is withdrawn.
pub async fn garder(cx: &Contexte, personne: PersonneId, d: Garder) -> Resultat<Prolongation> {
    let p = crate::personne::trouver(cx, personne, Permission::PersonnesEcrire).await?;
    let structure = cx.exiger(Permission::PersonnesEcrire)?;
    if depot::ne_suit_pas(cx, structure, p.id).await? {
        return Err(Erreur::Introuvable("Cette personne"));
    }
    let mois = structure::lire(cx, structure).await?.conservation_mois;
    let mut c = Controle::new();
    regles::controler(&mut c, d.motif, d.jusqu_au, cx.aujourd_hui(), mois);
    c.finir()?;
    let m = Prolongation {
        structure_id: structure,
        personne_id: personne,
        jusqu_au: d.jusqu_au,
        motif: d.motif,
        decidee_par: cx.auteur()?,
        decidee_le: cx.aujourd_hui(),
    };
    ecrire(cx, &m).await?;
    annonce::Entity::delete_by_id((structure, personne)).exec(&cx.db()).await?;
    cx.journaliser(Action::Modification, "personne", personne.0, structure, &["conservation"]).await?;
    Ok(m)
}

/// Writes until when a file is kept, over what was decided before.
async fn ecrire(cx: &Contexte, m: &Prolongation) -> Resultat<()> {
    prolongation::Entity::insert(prolongation::ActiveModel {
        structure_id: Set(m.structure_id),
        personne_id: Set(m.personne_id),
        jusqu_au: Set(m.jusqu_au),
        motif: Set(m.motif),
        decidee_par: Set(m.decidee_par),
        decidee_le: Set(m.decidee_le),
    })
    .on_conflict(
        OnConflict::columns([prolongation::Column::StructureId, prolongation::Column::PersonneId])
            .update_columns([
                prolongation::Column::JusquAu,
                prolongation::Column::Motif,
                prolongation::Column::DecideePar,
                prolongation::Column::DecideeLe,
            ])
            .to_owned(),
    )
    .exec_without_returning(&cx.db())
    .await?;
    Ok(())
}

/// A file that absorbs another is kept as long as the other was to be: what the law asks to keep is not
/// erased because it changed file.
pub(crate) async fn reporter(cx: &Contexte, de: PersonneId, vers: PersonneId) -> Resultat<()> {
    for m in prolongation::Entity::find().filter(prolongation::Column::PersonneId.eq(de)).all(&cx.db()).await? {
        let deja = prolongation::Entity::find_by_id((m.structure_id, vers)).one(&cx.db()).await?;
        if deja.is_none_or(|d| d.jusqu_au < m.jusqu_au) {
            ecrire(cx, &Prolongation { personne_id: vers, ..m }).await?;
        }
    }
    Ok(())
}
