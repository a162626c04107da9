//! Equipment: what a structure owns that a workshop takes with it, how many, where it stays, and what is out of order.
//!
//! A séance reserves so many of each. What the séances at the same time ask for together is never more than what there
//! is, unless it was programmed knowingly: who reserves locks the line of the register first, so that two at the same
//! instant come one after the other.

mod api;
mod migration;
pub(crate) mod regles;
mod reserver;
pub(crate) mod table;
mod web;

pub use api::api;
pub(crate) use migration::Equipements;
pub use reserver::{DemandeEquipement, Reserve, Usage, changer, usages};
pub(crate) use reserver::{de_seances, demander, ecrire as ecrire_reserves, manques, refuser, tenir};
pub use table::Model as Equipement;
pub use web::pages;

use sea_orm::{ActiveValue::Set, IntoActiveModel, QueryOrder, QuerySelect, entity::prelude::*};
use serde::{Deserialize, Serialize};
use socle::{
    Contexte, Erreur, Nomenclature, Permission, Resultat,
    controle::Controle,
    creation::{self, Reclamation},
    identifiant::{EquipementId, LieuId},
    journal::Action,
    texte::nettoyer,
};

use crate::seance::nomenclature;

nomenclature! {
    /// Whether equipment can be used.
    EtatEquipement { Utilisable => "Utilisable", EnPanne => "En panne" }
}

/// Adds equipment to the register, or changes it.
#[derive(Clone, Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EcrireEquipement {
    /// Made by the client; the same creation twice is one record. Not to change one.
    pub id: Option<EquipementId>,
    /// The version read; refused (409) if another was written since.
    pub version: Option<i32>,
    #[schema(max_length = 100)]
    pub nom: String,
    #[schema(minimum = 1, maximum = 500)]
    pub quantite: u32,
    /// Where it stays; none: it travels.
    pub lieu: Option<LieuId>,
    /// Usable, if not told.
    pub etat: Option<EtatEquipement>,
    /// Where it is kept, its number.
    #[schema(max_length = 300)]
    pub precision: Option<String>,
}

/// Most lines of one register.
const MAX: u64 = 300;

async fn controler(cx: &Contexte, e: &Equipement, c: &mut Controle) -> Resultat<()> {
    c.exiger(!e.nom.is_empty(), "nom", "Donnez un nom à ce matériel.");
    c.texte("nom", Some(&e.nom), 100);
    c.texte("precision", e.precision.as_deref(), 300);
    c.exiger((1..=500).contains(&e.quantite), "quantite", "Donnez un nombre, de 1 à 500.");
    territoire::lieu::controler(cx, e.structure_id, e.lieu_id, c).await?;
    Ok(())
}

fn nombre(n: u32) -> i32 {
    i32::try_from(n).unwrap_or(i32::MAX)
}

/// Adds equipment to the register; the bool is false when a repeated request found it made.
pub async fn creer(cx: &Contexte, d: EcrireEquipement) -> Resultat<(Equipement, bool)> {
    let structure = cx.exiger(Permission::AccompagnementsEcrire)?;
    let id = match creation::reclamer(cx, "equipement", d.id.map(|i| i.0), &d).await? {
        Reclamation::Repetee(id) => return Ok((ligne(cx, EquipementId(id), Permission::AccompagnementsLire).await?, false)),
        Reclamation::Nouvelle(id) => EquipementId(id),
    };
    let e = Equipement {
        id,
        structure_id: structure,
        nom: nettoyer(Some(d.nom)).unwrap_or_default(),
        quantite: nombre(d.quantite),
        lieu_id: d.lieu,
        etat: d.etat.unwrap_or(EtatEquipement::Utilisable),
        precision: nettoyer(d.precision),
        retire_le: None,
        version: 1,
        cree_le: cx.maintenant,
    };
    let mut c = Controle::new();
    controler(cx, &e, &mut c).await?;
    let deja = table::Entity::find().filter(table::Column::StructureId.eq(structure)).filter(table::Column::RetireLe.is_null());
    c.exiger(deja.count(&cx.db()).await? < MAX, "nom", "Trois cents lignes existent déjà : retirez ce qui ne sert plus.");
    c.finir()?;
    table::Entity::insert(e.clone().into_active_model().reset_all()).exec_without_returning(&cx.db()).await?;
    cx.journaliser(Action::Creation, "equipement", id.0, structure, &[]).await?;
    Ok((e, true))
}

/// Changes equipment. Fewer than séances to come ask for, or out of order, is not refused: their pages say what misses.
pub async fn modifier(cx: &Contexte, id: EquipementId, d: EcrireEquipement) -> Resultat<Equipement> {
    ligne(cx, id, Permission::AccompagnementsEcrire).await?;
    // Locked as who reserves locks it: what was counted stays true until the reservation is written.
    let avant = tenir(cx, &[id]).await?.pop().ok_or(Erreur::Introuvable("Ce matériel"))?;
    if avant.retire_le.is_some() {
        return Err(Erreur::Conflit("Ce matériel est retiré : ajoutez-le de nouveau s’il sert encore.".into()));
    }
    if d.version.is_some_and(|v| v != avant.version) {
        return Err(Erreur::VersionPerimee);
    }
    let apres = Equipement {
        nom: nettoyer(Some(d.nom)).unwrap_or_default(),
        quantite: nombre(d.quantite),
        lieu_id: d.lieu,
        etat: d.etat.unwrap_or(avant.etat),
        precision: nettoyer(d.precision),
        version: avant.version + 1,
        ..avant
    };
    let mut c = Controle::new();
    controler(cx, &apres, &mut c).await?;
    c.finir()?;
    ecrire(cx, &apres, &["fiche"]).await?;
    Ok(apres)
}

async fn ecrire(cx: &Contexte, e: &Equipement, champs: &[&'static str]) -> Resultat<()> {
    table::Entity::update_many().set(e.clone().into_active_model().reset_all()).filter(table::Column::Id.eq(e.id)).exec(&cx.db()).await?;
    cx.journaliser(Action::Modification, "equipement", e.id.0, e.structure_id, champs).await
}

/// Says that equipment is out of order, or works again: one gesture.
pub async fn marquer(cx: &Contexte, id: EquipementId, etat: EtatEquipement) -> Resultat<Equipement> {
    ligne(cx, id, Permission::AccompagnementsEcrire).await?;
    let avant = tenir(cx, &[id]).await?.pop().ok_or(Erreur::Introuvable("Ce matériel"))?;
    let apres = Equipement { etat, version: avant.version + 1, ..avant };
    ecrire(cx, &apres, &["etat"]).await?;
    Ok(apres)
}

/// Takes equipment off the register. What séances reserved of it stays written, and is said to miss.
pub async fn retirer(cx: &Contexte, id: EquipementId) -> Resultat<()> {
    let e = ligne(cx, id, Permission::AccompagnementsEcrire).await?;
    tenir(cx, &[id]).await?;
    let servi = table::reserve::Entity::find().filter(table::reserve::Column::EquipementId.eq(id)).count(&cx.db()).await? > 0;
    if servi {
        table::Entity::update_many()
            .set(table::ActiveModel { retire_le: Set(Some(cx.maintenant)), ..Default::default() })
            .filter(table::Column::Id.eq(id))
            .exec(&cx.db())
            .await?;
    } else {
        creation::oublier(cx, [id.0]).await?;
        table::Entity::delete_by_id(id).exec(&cx.db()).await?;
    }
    cx.journaliser(Action::Suppression, "equipement", id.0, e.structure_id, &[]).await
}

/// The register of the structure, by name.
pub async fn lister(cx: &Contexte) -> Resultat<Vec<Equipement>> {
    let s = cx.exiger(Permission::AccompagnementsLire)?;
    let mut v = table::Entity::find()
        .filter(table::Column::StructureId.eq(s))
        .filter(table::Column::RetireLe.is_null())
        .order_by_asc(table::Column::Id)
        .limit(MAX)
        .all(&cx.db())
        .await?;
    v.sort_by_cached_key(|e| socle::texte::plier(&e.nom));
    Ok(v)
}

/// A line of the register of the actor's structure.
pub(crate) async fn ligne(cx: &Contexte, id: EquipementId, p: Permission) -> Resultat<Equipement> {
    let introuvable = || Erreur::Introuvable("Ce matériel");
    let Some(e) = table::Entity::find_by_id(id).one(&cx.db()).await? else {
        return Err(if cx.acteur.peut(p) { introuvable() } else { Erreur::Interdit(p) });
    };
    match cx.exiger_dans(p, e.structure_id) {
        Err(Erreur::Introuvable(_)) => Err(introuvable()),
        autre => autre.map(|()| e),
    }
}
