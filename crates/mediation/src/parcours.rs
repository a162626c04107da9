//! The plan that follows a diagnostic: objectives in the person's words, and the steps towards them.
//!
//! A person has one open plan at a time in a structure. Objectives are closed as reached, partly reached,
//! not reached or abandoned; the bilan counts those evaluated in its period.

mod api;
mod depot;
mod lignes;
mod regles;
mod scelle;
mod table;
mod traitement;
mod web;

pub use api::api;
pub use depot::{etapes_dues, evenements, migrations};
pub use lignes::{
    AjouterEtape, AjouterObjectif, ModifierEtape, ModifierObjectif, ajouter_etape, ajouter_objectif, modifier_etape, modifier_objectif,
    retirer_etape, retirer_objectif,
};
pub use scelle::{CHAMPS, ouvrir_libelle};
pub use table::{Model as Parcours, etape::Model as Etape, objectif::Model as Objectif};
pub use traitement::TRAITEMENT;
pub use web::pages;

use sea_orm::{ActiveValue::Set, IntoActiveModel, entity::prelude::*, sea_query::OnConflict};
use serde::{Deserialize, Serialize};
use socle::{
    Contexte, Erreur, Nomenclature, Permission, Resultat,
    api::present,
    controle::Controle,
    creation::{self, Reclamation},
    identifiant::{DiagnosticId, ParcoursId, PersonneId},
    journal::Action,
    texte::plier,
};

use crate::{diagnostic, personne};

const INTROUVABLE: Erreur = Erreur::Introuvable("Ce parcours");

/// What a step is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize, utoipa::ToSchema)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(48))", rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub enum NatureEtape {
    Accompagnement,
    Atelier,
    Orientation,
    AutoFormation,
    Autre,
}

impl Nomenclature for NatureEtape {
    fn libelle(self) -> &'static str {
        match self {
            Self::Accompagnement => "Accompagnement",
            Self::Atelier => "Atelier",
            Self::Orientation => "Orientation vers un partenaire",
            Self::AutoFormation => "Essai ou exercice chez soi",
            Self::Autre => "Autre",
        }
    }
}

/// Where a step is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize, utoipa::ToSchema)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(48))", rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub enum StatutEtape {
    AFaire,
    Faite,
    Abandonnee,
}

impl Nomenclature for StatutEtape {
    fn libelle(self) -> &'static str {
        match self {
            Self::AFaire => "À faire",
            Self::Faite => "Faite",
            Self::Abandonnee => "Abandonnée",
        }
    }
}

/// Where an objective is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize, utoipa::ToSchema)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(48))", rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub enum StatutObjectif {
    EnCours,
    Atteint,
    PartiellementAtteint,
    NonAtteint,
    Abandonne,
}

impl Nomenclature for StatutObjectif {
    fn libelle(self) -> &'static str {
        match self {
            Self::EnCours => "En cours",
            Self::Atteint => "Atteint",
            Self::PartiellementAtteint => "Atteint en partie",
            Self::NonAtteint => "Pas atteint",
            Self::Abandonne => "Abandonné",
        }
    }
}

/// A plan with its objectives and steps, in their order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Complet {
    pub parcours: Parcours,
    pub objectifs: Vec<Objectif>,
    pub etapes: Vec<Etape>,
}

impl Complet {
    /// How many objectives are still under way.
    pub fn en_cours(&self) -> usize {
        self.objectifs.iter().filter(|o| o.statut == StatutObjectif::EnCours).count()
    }

    /// How many steps are still to do.
    pub fn a_faire(&self) -> usize {
        self.etapes.iter().filter(|e| e.statut == StatutEtape::AFaire).count()
    }
}

/// A step of a plan that is due.
#[derive(Clone, Debug)]
pub struct EtapeDue {
    pub id: socle::identifiant::EtapeId,
    pub personne: PersonneId,
    /// The person's name, as screens show it.
    pub nom: String,
    pub libelle: String,
    pub prevue_le: chrono::NaiveDate,
    pub heure: Option<String>,
}

/// Opens a plan. With a diagnostic, its goal becomes the first objective and its next steps the first steps.
#[derive(Clone, Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OuvrirParcours {
    /// Made by the client; the same creation twice is one record.
    pub id: Option<ParcoursId>,
    pub personne: PersonneId,
    pub diagnostic: Option<DiagnosticId>,
    /// Of the last two years, not after today; today unless told.
    pub ouvert_le: Option<chrono::NaiveDate>,
    /// Objectives in the person's words; left out, those of the diagnostic.
    pub objectifs: Option<Vec<String>>,
    /// Steps; left out, those of the diagnostic.
    pub etapes: Option<Vec<AjouterEtape>>,
}

/// Changes a plan: closes it, or opens it again.
#[derive(Clone, Debug, Default, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ModifierParcours {
    /// The version read; refused (409) if another was written since.
    pub version: Option<i32>,
    /// A day closes the plan; `null` opens it again.
    #[serde(deserialize_with = "present")]
    pub clos_le: Option<Option<chrono::NaiveDate>>,
    /// At the closing, abandons the objectives still under way; without it they are refused.
    pub abandonner: bool,
}

/// Opens a plan for a person, or gives the one already open in the structure: the bool says which.
pub async fn ouvrir(cx: &Contexte, demande: OuvrirParcours) -> Resultat<(Complet, bool)> {
    let structure = cx.exiger(Permission::PersonnesEcrire)?;
    personne::trouver(cx, demande.personne, Permission::PersonnesEcrire).await?;
    diagnostic::exiger_suivi(cx, demande.personne).await?;
    let id = match creation::reclamer(cx, "parcours", demande.id.map(|i| i.0), &demande).await? {
        Reclamation::Nouvelle(id) => ParcoursId(id),
        // The first request may have found another plan open: no record has its id.
        Reclamation::Repetee(id) => match table::Entity::find_by_id(ParcoursId(id)).one(&cx.db()).await? {
            Some(p) => return Ok((depot::completer(cx, p).await?, false)),
            None => ParcoursId(id),
        },
    };
    if let Some(p) = depot::ouvert(cx, structure, demande.personne).await? {
        return Ok((depot::completer(cx, p).await?, false));
    }
    let origine = match demande.diagnostic {
        None => None,
        Some(d) => Some(de_la_personne(cx, d, demande.personne).await?),
    };
    let objectifs = demande.objectifs.unwrap_or_else(|| origine.iter().filter_map(|d| d.objectif.clone()).collect());
    let etapes =
        demande.etapes.unwrap_or_else(|| origine.iter().flat_map(|d| d.etapes.0.iter().cloned().map(AjouterEtape::nouvelle)).collect());
    let p = Parcours {
        id,
        structure_id: structure,
        personne_id: demande.personne,
        mediateur_id: cx.auteur()?,
        diagnostic_id: origine.map(|d| d.id),
        ouvert_le: demande.ouvert_le.unwrap_or_else(|| cx.aujourd_hui()),
        clos_le: None,
        version: 1,
    };
    let mut c = Controle::new();
    diagnostic::regles::jour_admis(&mut c, "ouvert_le", p.ouvert_le, cx.aujourd_hui());
    let mut complet = Complet { parcours: p, objectifs: vec![], etapes: vec![] };
    for (i, libelle) in objectifs.into_iter().enumerate() {
        complet.objectifs.extend(lignes::objectif(cx, &mut c, &complet, &format!("objectifs[{i}]"), libelle));
    }
    for (i, e) in etapes.into_iter().enumerate() {
        complet.etapes.extend(lignes::etape(cx, &mut c, &complet, &format!("etapes[{i}]."), e));
    }
    regles::controler_nombre(&mut c, complet.objectifs.len(), complet.etapes.len());
    c.finir()?;
    // The index allows one open plan: who comes second is given the first.
    let inseres = table::Entity::insert(complet.parcours.clone().into_active_model().reset_all())
        .on_conflict(OnConflict::new().do_nothing().to_owned())
        .exec_without_returning(&cx.db())
        .await?;
    if inseres == 0 {
        let p = depot::ouvert(cx, structure, demande.personne).await?.ok_or(Erreur::VersionPerimee)?;
        return Ok((depot::completer(cx, p).await?, false));
    }
    depot::inserer_lignes(cx, &complet.objectifs, &complet.etapes).await?;
    cx.journaliser(Action::Creation, "parcours", id.0, structure, &[]).await?;
    Ok((complet, true))
}

/// A diagnostic the actor may read, of this very person.
async fn de_la_personne(cx: &Contexte, id: DiagnosticId, personne: PersonneId) -> Resultat<diagnostic::Diagnostic> {
    let d = diagnostic::lire(cx, id).await?;
    if d.personne_id == personne { Ok(d) } else { Err(Erreur::champ("diagnostic", "Ce diagnostic est celui d’une autre personne.")) }
}

/// A plan of a person whose file the actor may reach, kept in a structure where they have the right `p`.
pub async fn trouver(cx: &Contexte, id: ParcoursId, p: Permission) -> Resultat<Parcours> {
    let Some(trouve) = table::Entity::find_by_id(id).one(&cx.db()).await? else {
        return Err(if cx.acteur.fonctions.iter().any(|f| f.role.permet(p)) || cx.acteur.est_systeme() {
            INTROUVABLE
        } else {
            Erreur::Interdit(p)
        });
    };
    personne::trouver(cx, trouve.personne_id, p).await.map_err(|e| if matches!(e, Erreur::Introuvable(_)) { INTROUVABLE } else { e })?;
    match cx.exiger_dans(p, trouve.structure_id) {
        Ok(()) => Ok(trouve),
        Err(Erreur::Introuvable(_)) => Err(INTROUVABLE),
        Err(e) => Err(e),
    }
}

/// One plan, with its objectives and steps.
pub async fn lire(cx: &Contexte, id: ParcoursId) -> Resultat<Complet> {
    let p = trouver(cx, id, Permission::PersonnesLire).await?;
    depot::completer(cx, p).await
}

/// The plan open for a person in the structure the actor works in, if there is one.
pub async fn ouvert(cx: &Contexte, personne: PersonneId) -> Resultat<Option<Complet>> {
    let structure = cx.exiger(Permission::PersonnesLire)?;
    personne::trouver(cx, personne, Permission::PersonnesLire).await?;
    match depot::ouvert(cx, structure, personne).await? {
        Some(p) => Ok(Some(depot::completer(cx, p).await?)),
        None => Ok(None),
    }
}

/// A page of plans in the order of ids, `combien` and one more: those of a person, or those of the structure
/// the actor works in.
pub async fn page(cx: &Contexte, personne: Option<PersonneId>, apres: Option<Uuid>, combien: u64) -> Resultat<Vec<Complet>> {
    let structure = match personne {
        Some(p) => {
            personne::trouver(cx, p, Permission::PersonnesLire).await?;
            None
        }
        None => Some(cx.exiger(Permission::PersonnesLire)?),
    };
    depot::page(cx, structure, personne, apres, combien).await
}

/// Marks a plan as changed by the actor: whoever read the version before is told. Refuses a closed plan.
pub(crate) async fn toucher(cx: &Contexte, p: &Parcours, version: Option<i32>) -> Resultat<()> {
    if version.is_some_and(|v| v != p.version) {
        return Err(Erreur::VersionPerimee);
    }
    if p.clos_le.is_some() {
        return Err(Erreur::Conflit("Ce parcours est clos : rouvrez-le pour le modifier.".into()));
    }
    depot::avancer(cx, p, <table::ActiveModel as Default>::default()).await
}

/// Adds to an open plan the goal and the next steps of a newer diagnostic; what it already holds is not
/// added twice.
pub async fn reprendre(cx: &Contexte, id: ParcoursId, d: DiagnosticId) -> Resultat<Complet> {
    let p = trouver(cx, id, Permission::PersonnesEcrire).await?;
    let d = de_la_personne(cx, d, p.personne_id).await?;
    toucher(cx, &p, None).await?;
    let avant = depot::completer(cx, p).await?;
    let mut tout = avant.clone();
    let mut c = Controle::new();
    if let Some(o) = d.objectif.filter(|o| !avant.objectifs.iter().any(|x| x.libelle == *o)) {
        tout.objectifs.extend(lignes::objectif(cx, &mut c, &tout, "objectif", o));
    }
    for e in d.etapes.0.into_iter().filter(|e| !avant.etapes.iter().any(|x| x.libelle == *e)) {
        tout.etapes.extend(lignes::etape(cx, &mut c, &tout, "", AjouterEtape::nouvelle(e)));
    }
    regles::controler_nombre(&mut c, tout.objectifs.len(), tout.etapes.len());
    c.finir()?;
    depot::inserer_lignes(cx, &tout.objectifs[avant.objectifs.len()..], &tout.etapes[avant.etapes.len()..]).await?;
    table::Entity::update_many()
        .set(table::ActiveModel { diagnostic_id: Set(Some(d.id)), ..Default::default() })
        .filter(table::Column::Id.eq(id))
        .exec(&cx.db())
        .await?;
    cx.journaliser(Action::Modification, "parcours", id.0, avant.parcours.structure_id, &["diagnostic", "objectifs", "etapes"]).await?;
    lire(cx, id).await
}

/// Marks as done the step of the open plan of a person that foresaw a workshop: one of that day, or of that title.
/// Without one, nothing is written.
pub async fn atelier_fait(cx: &Contexte, personne: PersonneId, titre: &str, jour: chrono::NaiveDate) -> Resultat<()> {
    let Some(p) = ouvert(cx, personne).await? else { return Ok(()) };
    let a_faire = p.etapes.iter().filter(|e| e.nature == NatureEtape::Atelier && e.statut == StatutEtape::AFaire);
    let titre = plier(titre);
    // That of the day first: the same workshop may be foreseen twice.
    let Some(e) =
        a_faire.clone().find(|e| e.prevue_le == Some(jour)).or_else(|| a_faire.clone().find(|e| plier(&e.libelle).contains(&titre)))
    else {
        return Ok(());
    };
    let m = ModifierEtape { statut: Some(StatutEtape::Faite), faite_le: Some(jour), ..ModifierEtape::default() };
    modifier_etape(cx, p.parcours.id, e.id, m).await?;
    Ok(())
}

/// Closes a plan or opens it again. At the closing each objective has been evaluated, or is abandoned in so
/// many words; steps not done are abandoned.
pub async fn modifier(cx: &Contexte, id: ParcoursId, m: ModifierParcours) -> Resultat<Complet> {
    let p = trouver(cx, id, Permission::PersonnesEcrire).await?;
    if m.version.is_some_and(|v| v != p.version) {
        return Err(Erreur::VersionPerimee);
    }
    let structure = p.structure_id;
    match m.clos_le {
        None => return depot::completer(cx, p).await,
        Some(Some(jour)) => {
            let complet = depot::completer(cx, p.clone()).await?;
            let mut c = Controle::new();
            diagnostic::regles::jour_admis(&mut c, "clos_le", jour, cx.aujourd_hui());
            c.exiger(jour >= p.ouvert_le, "clos_le", "Le parcours ne peut pas être clos avant d’avoir été ouvert.");
            if !m.abandonner && complet.en_cours() > 0 {
                c.faute("abandonner", regles::restants(complet.en_cours()));
            }
            c.finir()?;
            depot::avancer(cx, &p, table::ActiveModel { clos_le: Set(Some(jour)), ..Default::default() }).await?;
            depot::abandonner(cx, id, jour).await?;
        }
        Some(None) if p.clos_le.is_none() => return depot::completer(cx, p).await,
        Some(None) => {
            if depot::ouvert(cx, structure, p.personne_id).await?.is_some() {
                return Err(Erreur::Conflit(
                    "Un autre parcours est déjà ouvert pour cette personne : terminez-le avant de rouvrir celui-ci.".into(),
                ));
            }
            depot::avancer(cx, &p, table::ActiveModel { clos_le: Set(None), ..Default::default() }).await?;
        }
    }
    cx.journaliser(Action::Modification, "parcours", id.0, structure, &["clos_le"]).await?;
    lire(cx, id).await
}
