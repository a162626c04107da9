//! The lines of a plan: objectives and steps.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};
use socle::{
    Contexte, Erreur, Permission, Resultat,
    api::present,
    controle::Controle,
    creation::{self, Reclamation},
    identifiant::{EtapeId, ObjectifId, ParcoursId},
    journal::Action,
};

use super::{
    Complet, Etape, NatureEtape, Objectif, StatutEtape, StatutObjectif, depot, regles, scelle,
    table::{etape, objectif},
    toucher, trouver,
};

const OBJECTIF_INTROUVABLE: Erreur = Erreur::Introuvable("Cet objectif");
const ETAPE_INTROUVABLE: Erreur = Erreur::Introuvable("Cette étape");
const OBJECTIF_VIDE: &str = "Écrivez l’objectif, avec les mots de la personne.";
const ETAPE_VIDE: &str = "Écrivez ce qui est prévu.";

/// Adds an objective to an open plan.
#[derive(Clone, Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AjouterObjectif {
    /// Made by the client; the same creation twice is one record.
    pub id: Option<ObjectifId>,
    /// In the person's words.
    #[schema(max_length = 500)]
    pub libelle: String,
}

/// Changes or evaluates an objective.
#[derive(Clone, Debug, Default, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ModifierObjectif {
    /// The version of the plan read; refused (409) if it changed since.
    pub version: Option<i32>,
    pub libelle: Option<String>,
    /// Any other than `en_cours` closes the objective.
    pub statut: Option<StatutObjectif>,
    /// The day it was closed; today unless told.
    pub evalue_le: Option<chrono::NaiveDate>,
}

/// Adds a step to an open plan.
#[derive(Clone, Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AjouterEtape {
    /// Made by the client; the same creation twice is one record.
    pub id: Option<EtapeId>,
    #[schema(max_length = 500)]
    pub libelle: String,
    /// `accompagnement` unless told.
    pub nature: Option<NatureEtape>,
    pub prevue_le: Option<chrono::NaiveDate>,
    /// `14:30`, with a date.
    pub heure: Option<String>,
    /// `a_faire` unless told.
    pub statut: Option<StatutEtape>,
    /// The day it was done; today unless told.
    pub faite_le: Option<chrono::NaiveDate>,
}

impl AjouterEtape {
    /// A step to do, not dated yet.
    pub fn nouvelle(libelle: String) -> Self {
        Self { id: None, libelle, nature: None, prevue_le: None, heure: None, statut: None, faite_le: None }
    }
}

/// Changes a step; a field left out is left as it is, `null` empties it.
#[derive(Clone, Debug, Default, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ModifierEtape {
    /// The version of the plan read; refused (409) if it changed since.
    pub version: Option<i32>,
    pub libelle: Option<String>,
    pub nature: Option<NatureEtape>,
    #[serde(deserialize_with = "present")]
    pub prevue_le: Option<Option<chrono::NaiveDate>>,
    #[serde(deserialize_with = "present")]
    pub heure: Option<Option<String>>,
    pub statut: Option<StatutEtape>,
    /// The day it was done; today unless told.
    pub faite_le: Option<chrono::NaiveDate>,
}

/// An objective as it will be written at the end of `plan`; none for an empty text, which is a fault.
pub(super) fn objectif(cx: &Contexte, c: &mut Controle, plan: &Complet, champ: &str, libelle: String) -> Option<Objectif> {
    let libelle = regles::libelle(c, champ, &libelle, OBJECTIF_VIDE);
    (!libelle.is_empty()).then(|| Objectif {
        id: ObjectifId(cx.nouvel_uuid()),
        parcours_id: plan.parcours.id,
        structure_id: plan.parcours.structure_id,
        libelle,
        statut: StatutObjectif::EnCours,
        evalue_le: None,
        ordre: plan.objectifs.iter().map(|o| o.ordre + 1).max().unwrap_or(1),
    })
}

/// A step as it will be written at the end of `plan`; fields at fault are named after `prefixe`.
pub(super) fn etape(cx: &Contexte, c: &mut Controle, plan: &Complet, prefixe: &str, e: AjouterEtape) -> Option<Etape> {
    let libelle = regles::libelle(c, &format!("{prefixe}libelle"), &e.libelle, ETAPE_VIDE);
    let heure = regles::heure(c, &format!("{prefixe}heure"), e.heure.as_deref().unwrap_or_default());
    let statut = e.statut.unwrap_or(StatutEtape::AFaire);
    let neuve = Etape {
        id: e.id.unwrap_or_else(|| EtapeId(cx.nouvel_uuid())),
        parcours_id: plan.parcours.id,
        structure_id: plan.parcours.structure_id,
        nature: e.nature.unwrap_or(NatureEtape::Accompagnement),
        libelle,
        prevue_le: e.prevue_le,
        heure,
        statut,
        faite_le: regles::faite_le(c, &format!("{prefixe}faite_le"), statut, (StatutEtape::AFaire, None), e.faite_le, cx.aujourd_hui()),
        ordre: plan.etapes.iter().map(|x| x.ordre + 1).max().unwrap_or(1),
    };
    controler_dates(cx, c, prefixe, &neuve);
    (!neuve.libelle.is_empty()).then_some(neuve)
}

fn controler_dates(cx: &Contexte, c: &mut Controle, prefixe: &str, e: &Etape) {
    if let Some(jour) = e.prevue_le {
        regles::controler_prevue(c, &format!("{prefixe}prevue_le"), jour, cx.aujourd_hui());
    }
    c.exiger(e.heure.is_none() || e.prevue_le.is_some(), &format!("{prefixe}prevue_le"), "Une heure va avec une date : indiquez le jour.");
}

/// Adds an objective; the bool is false when a repeated request found it already made.
pub async fn ajouter_objectif(cx: &Contexte, id: ParcoursId, d: AjouterObjectif) -> Resultat<(Objectif, bool)> {
    let p = trouver(cx, id, Permission::PersonnesEcrire).await?;
    let cle = match creation::reclamer(cx, "objectif", d.id.map(|i| i.0), &(id, &d)).await? {
        Reclamation::Nouvelle(cle) => ObjectifId(cle),
        Reclamation::Repetee(cle) => return Ok((un_objectif(cx, id, ObjectifId(cle)).await?, false)),
    };
    toucher(cx, &p, None).await?;
    let plan = depot::completer(cx, p).await?;
    let mut c = Controle::new();
    let neuf = objectif(cx, &mut c, &plan, "libelle", d.libelle).map(|o| Objectif { id: cle, ..o });
    regles::controler_nombre(&mut c, plan.objectifs.len() + 1, 0);
    c.finir()?;
    let neuf = neuf.ok_or_else(|| Erreur::champ("libelle", OBJECTIF_VIDE))?;
    depot::inserer_lignes(cx, std::slice::from_ref(&neuf), &[]).await?;
    cx.journaliser(Action::Modification, "parcours", id.0, plan.parcours.structure_id, &["objectifs"]).await?;
    Ok((neuf, true))
}

/// One objective of a plan.
pub(super) async fn un_objectif(cx: &Contexte, parcours: ParcoursId, id: ObjectifId) -> Resultat<Objectif> {
    let o = objectif::Entity::find_by_id(id).filter(objectif::Column::ParcoursId.eq(parcours)).one(&cx.db()).await?;
    scelle::ouvrir_objectif(cx, o.ok_or(OBJECTIF_INTROUVABLE)?)
}

/// Changes or evaluates an objective.
pub async fn modifier_objectif(cx: &Contexte, parcours: ParcoursId, id: ObjectifId, m: ModifierObjectif) -> Resultat<Objectif> {
    let p = trouver(cx, parcours, Permission::PersonnesEcrire).await?;
    let avant = un_objectif(cx, parcours, id).await?;
    toucher(cx, &p, m.version).await?;
    let mut c = Controle::new();
    let statut = m.statut.unwrap_or(avant.statut);
    let apres = Objectif {
        libelle: match m.libelle {
            Some(t) => regles::libelle(&mut c, "libelle", &t, OBJECTIF_VIDE),
            None => avant.libelle.clone(),
        },
        statut,
        evalue_le: regles::evalue_le(&mut c, statut, (avant.statut, avant.evalue_le), m.evalue_le, cx.aujourd_hui()),
        ..avant
    };
    c.finir()?;
    objectif::Entity::update_many().set(scelle::sceller_objectif(cx, &apres)?).filter(objectif::Column::Id.eq(id)).exec(&cx.db()).await?;
    cx.journaliser(Action::Modification, "parcours", parcours.0, p.structure_id, &["objectifs"]).await?;
    Ok(apres)
}

/// Removes an objective written by mistake.
pub async fn retirer_objectif(cx: &Contexte, parcours: ParcoursId, id: ObjectifId) -> Resultat<()> {
    let p = trouver(cx, parcours, Permission::PersonnesEcrire).await?;
    un_objectif(cx, parcours, id).await?;
    toucher(cx, &p, None).await?;
    objectif::Entity::delete_by_id(id).exec(&cx.db()).await?;
    cx.journaliser(Action::Suppression, "objectif", id.0, p.structure_id, &[]).await
}

/// Adds a step; the bool is false when a repeated request found it already made.
pub async fn ajouter_etape(cx: &Contexte, id: ParcoursId, d: AjouterEtape) -> Resultat<(Etape, bool)> {
    let p = trouver(cx, id, Permission::PersonnesEcrire).await?;
    let cle = match creation::reclamer(cx, "etape", d.id.map(|i| i.0), &(id, &d)).await? {
        Reclamation::Nouvelle(cle) => EtapeId(cle),
        Reclamation::Repetee(cle) => return Ok((une_etape(cx, id, EtapeId(cle)).await?, false)),
    };
    toucher(cx, &p, None).await?;
    let plan = depot::completer(cx, p).await?;
    let mut c = Controle::new();
    let neuve = etape(cx, &mut c, &plan, "", AjouterEtape { id: Some(cle), ..d });
    regles::controler_nombre(&mut c, 0, plan.etapes.len() + 1);
    c.finir()?;
    let neuve = neuve.ok_or_else(|| Erreur::champ("libelle", ETAPE_VIDE))?;
    depot::inserer_lignes(cx, &[], std::slice::from_ref(&neuve)).await?;
    cx.journaliser(Action::Modification, "parcours", id.0, plan.parcours.structure_id, &["etapes"]).await?;
    Ok((neuve, true))
}

/// One step of a plan.
pub(super) async fn une_etape(cx: &Contexte, parcours: ParcoursId, id: EtapeId) -> Resultat<Etape> {
    let e = etape::Entity::find_by_id(id).filter(etape::Column::ParcoursId.eq(parcours)).one(&cx.db()).await?;
    scelle::ouvrir_etape(cx, e.ok_or(ETAPE_INTROUVABLE)?)
}

/// Changes a step.
pub async fn modifier_etape(cx: &Contexte, parcours: ParcoursId, id: EtapeId, m: ModifierEtape) -> Resultat<Etape> {
    let p = trouver(cx, parcours, Permission::PersonnesEcrire).await?;
    let avant = une_etape(cx, parcours, id).await?;
    toucher(cx, &p, m.version).await?;
    let mut c = Controle::new();
    let statut = m.statut.unwrap_or(avant.statut);
    let apres = Etape {
        libelle: match m.libelle {
            Some(t) => regles::libelle(&mut c, "libelle", &t, ETAPE_VIDE),
            None => avant.libelle.clone(),
        },
        nature: m.nature.unwrap_or(avant.nature),
        prevue_le: m.prevue_le.unwrap_or(avant.prevue_le),
        heure: match m.heure {
            Some(h) => regles::heure(&mut c, "heure", h.as_deref().unwrap_or_default()),
            None => avant.heure.clone(),
        },
        statut,
        faite_le: regles::faite_le(&mut c, "faite_le", statut, (avant.statut, avant.faite_le), m.faite_le, cx.aujourd_hui()),
        ..avant.clone()
    };
    // A plan made long ago keeps its dates; only a date changed is checked.
    if apres.prevue_le != avant.prevue_le || apres.heure != avant.heure {
        controler_dates(cx, &mut c, "", &apres);
    }
    c.finir()?;
    etape::Entity::update_many().set(scelle::sceller_etape(cx, &apres)?).filter(etape::Column::Id.eq(id)).exec(&cx.db()).await?;
    cx.journaliser(Action::Modification, "parcours", parcours.0, p.structure_id, &["etapes"]).await?;
    Ok(apres)
}

/// Removes a step written by mistake.
pub async fn retirer_etape(cx: &Contexte, parcours: ParcoursId, id: EtapeId) -> Resultat<()> {
    let p = trouver(cx, parcours, Permission::PersonnesEcrire).await?;
    une_etape(cx, parcours, id).await?;
    toucher(cx, &p, None).await?;
    etape::Entity::delete_by_id(id).exec(&cx.db()).await?;
    cx.journaliser(Action::Suppression, "etape", id.0, p.structure_id, &[]).await
}
