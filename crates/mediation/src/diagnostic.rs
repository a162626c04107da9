//! The shared diagnostic: what a person can do alone, agreed aloud with them, and what comes next.
//!
//! A grid (versioned data) and its answers propose a level with the reason for it; the mediator and the
//! person keep it or amend it, choose one to three next steps, and agree. Source: domain page, §4.

mod api;
mod depot;
mod fiche;
pub mod grille;
pub mod regles;
mod scelle;
mod table;
mod traitement;
mod vue;
mod web;

pub use api::api;
pub(crate) use depot::{exiger_suivi, personne_suivie, structures_lisibles};
pub use fiche::pdf;
pub use regles::{Proposition, proposer};
pub use scelle::CHAMPS;
pub use traitement::TRAITEMENT;
pub use web::pages;

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};
use socle::{
    Contexte, Erreur, Nomenclature, Permission, Resultat,
    api::present,
    controle::Controle,
    creation::{self, Reclamation},
    identifiant::{DiagnosticId, PersonneId},
    journal::Action,
};

use crate::{chronologie::Evenement, personne};
use grille::{GRILLE_COURANTE, Grille, Reponses};

pub use table::Model as Diagnostic;

const INTROUVABLE: Erreur = Erreur::Introuvable("Ce diagnostic");

/// How far a person is with digital tools. The order of progression is [`NiveauAutonomie::rang`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize, utoipa::ToSchema)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(48))", rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub enum NiveauAutonomie {
    Eloigne,
    EnChemin,
    Autonome,
    /// Too few gestures were observed.
    ACompleter,
}

impl Nomenclature for NiveauAutonomie {
    fn libelle(self) -> &'static str {
        match self {
            Self::Eloigne => "Éloigné du numérique",
            Self::EnChemin => "En chemin",
            Self::Autonome => "Autonome",
            Self::ACompleter => "À compléter",
        }
    }
}

/// The next steps of a diagnostic, kept in one JSON column.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
pub struct Etapes(pub Vec<String>);

/// Records a diagnostic.
#[derive(Clone, Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreerDiagnostic {
    /// Made by the client; the same creation twice is one record.
    pub id: Option<DiagnosticId>,
    pub personne: PersonneId,
    /// Of the last two years, not after today; today unless told.
    pub date: Option<chrono::NaiveDate>,
    /// The grid the answers were given to; the current one unless told.
    pub grille: Option<String>,
    #[serde(default)]
    pub reponses: Reponses,
    /// The level kept with the person; the proposed one unless told.
    pub niveau: Option<NiveauAutonomie>,
    /// The person's own goal, in their words.
    #[schema(max_length = 500)]
    pub objectif: Option<String>,
    #[schema(max_length = 4000)]
    pub constats: Option<String>,
    /// The next steps, one to three; none is accepted while it is not agreed.
    #[serde(default)]
    #[schema(max_items = 3)]
    pub etapes: Vec<String>,
    /// The person agrees with this diagnostic.
    #[serde(default)]
    pub convenu: bool,
}

/// Changes a diagnostic; a field left out is left as it is, `null` empties it.
#[derive(Clone, Debug, Default, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ModifierDiagnostic {
    /// The version read; refused (409) if another was written since.
    pub version: Option<i32>,
    pub date: Option<chrono::NaiveDate>,
    /// All the answers anew, to the grid of the diagnostic.
    pub reponses: Option<Reponses>,
    /// Left out: stays as agreed; follows the proposed level if it was neither agreed nor amended.
    pub niveau: Option<NiveauAutonomie>,
    #[serde(deserialize_with = "present")]
    pub objectif: Option<Option<String>>,
    #[serde(deserialize_with = "present")]
    pub constats: Option<Option<String>>,
    pub etapes: Option<Vec<String>>,
    pub convenu: Option<bool>,
}

/// The grid a diagnostic was made with.
pub fn grille_de(d: &Diagnostic) -> Resultat<&'static Grille> {
    Grille::par_id(&d.grille).ok_or_else(|| Erreur::Interne(format!("grille {} absente", d.grille)))
}

/// Records a diagnostic; the bool is false when a repeated request found it already made.
pub async fn creer(cx: &Contexte, demande: CreerDiagnostic) -> Resultat<(Diagnostic, bool)> {
    let structure = cx.exiger(Permission::PersonnesEcrire)?;
    personne::trouver(cx, demande.personne, Permission::PersonnesEcrire).await?;
    depot::exiger_suivi(cx, demande.personne).await?;
    let id = match creation::reclamer(cx, "diagnostic", demande.id.map(|i| i.0), &demande).await? {
        Reclamation::Repetee(id) => return Ok((lire(cx, DiagnosticId(id)).await?, false)),
        Reclamation::Nouvelle(id) => DiagnosticId(id),
    };
    let g = Grille::par_id(demande.grille.as_deref().unwrap_or(GRILLE_COURANTE))
        .ok_or_else(|| Erreur::champ("grille", "Cette grille de diagnostic n’existe pas."))?;
    let propose = proposer(g, &demande.reponses).niveau;
    let mut d = Diagnostic {
        id,
        structure_id: structure,
        personne_id: demande.personne,
        mediateur_id: cx.auteur()?,
        date: demande.date.unwrap_or_else(|| cx.aujourd_hui()),
        grille: g.id.clone(),
        reponses: demande.reponses,
        niveau_propose: propose,
        niveau: demande.niveau.unwrap_or(propose),
        objectif: demande.objectif,
        constats: demande.constats,
        etapes: Etapes(demande.etapes),
        convenu: demande.convenu,
        version: 1,
        cree_le: cx.maintenant,
    };
    let mut c = Controle::new();
    regles::controler(&mut c, &mut d, g, cx.aujourd_hui());
    c.finir()?;
    table::Entity::insert(scelle::sceller(cx, &d)?).exec_without_returning(&cx.db()).await?;
    cx.journaliser(Action::Creation, "diagnostic", id.0, structure, &[]).await?;
    Ok((d, true))
}

/// A diagnostic of a person whose file the actor may reach, made in a structure where they have the right `p`.
pub async fn trouver(cx: &Contexte, id: DiagnosticId, p: Permission) -> Resultat<Diagnostic> {
    let Some(d) = table::Entity::find_by_id(id).one(&cx.db()).await? else {
        return Err(if cx.acteur.fonctions.iter().any(|f| f.role.permet(p)) || cx.acteur.est_systeme() {
            INTROUVABLE
        } else {
            Erreur::Interdit(p)
        });
    };
    personne::trouver(cx, d.personne_id, p).await.map_err(|e| if matches!(e, Erreur::Introuvable(_)) { INTROUVABLE } else { e })?;
    match cx.exiger_dans(p, d.structure_id) {
        Ok(()) => scelle::ouvrir(cx, d),
        Err(Erreur::Introuvable(_)) => Err(INTROUVABLE),
        Err(e) => Err(e),
    }
}

/// One diagnostic.
pub async fn lire(cx: &Contexte, id: DiagnosticId) -> Resultat<Diagnostic> {
    trouver(cx, id, Permission::PersonnesLire).await
}

/// Changes a diagnostic: it stays editable, and each change is journaled.
pub async fn modifier(cx: &Contexte, id: DiagnosticId, m: ModifierDiagnostic) -> Resultat<Diagnostic> {
    let avant = trouver(cx, id, Permission::PersonnesEcrire).await?;
    if m.version.is_some_and(|v| v != avant.version) {
        return Err(Erreur::VersionPerimee);
    }
    let g = grille_de(&avant)?;
    let a = avant.clone();
    let reponses = m.reponses.unwrap_or(a.reponses);
    let propose = proposer(g, &reponses).niveau;
    // What was agreed or amended with the person is not changed behind their back.
    let suit = !a.convenu && a.niveau == a.niveau_propose;
    let mut d = Diagnostic {
        date: m.date.unwrap_or(a.date),
        reponses,
        niveau_propose: propose,
        niveau: m.niveau.unwrap_or(if suit { propose } else { a.niveau }),
        objectif: m.objectif.unwrap_or(a.objectif),
        constats: m.constats.unwrap_or(a.constats),
        etapes: m.etapes.map_or(a.etapes, Etapes),
        convenu: m.convenu.unwrap_or(a.convenu),
        version: a.version + 1,
        ..avant.clone()
    };
    let mut c = Controle::new();
    regles::controler(&mut c, &mut d, g, cx.aujourd_hui());
    c.finir()?;
    let r = table::Entity::update_many()
        .set(scelle::sceller(cx, &d)?)
        .filter(table::Column::Id.eq(id))
        .filter(table::Column::Version.eq(avant.version))
        .exec(&cx.db())
        .await?;
    if r.rows_affected == 0 {
        return Err(Erreur::VersionPerimee);
    }
    cx.journaliser(Action::Modification, "diagnostic", id.0, d.structure_id, &regles::differences(&avant, &d)).await?;
    Ok(d)
}

/// A page of diagnostics in the order of ids, `combien` and one more: those of a person, or those of the
/// structure the actor works in.
pub async fn page(cx: &Contexte, personne: Option<PersonneId>, apres: Option<Uuid>, combien: u64) -> Resultat<Vec<Diagnostic>> {
    if let Some(p) = personne {
        personne::trouver(cx, p, Permission::PersonnesLire).await?;
        return depot::page_de(cx, p, apres, combien).await;
    }
    let structure = cx.exiger(Permission::PersonnesLire)?;
    depot::page(cx, structure, apres, combien).await
}

/// The diagnostics of a person made before this one, newest first, at most `max`.
pub async fn precedents(cx: &Contexte, d: &Diagnostic, max: u64) -> Resultat<Vec<Diagnostic>> {
    Ok(depot::de_personne(cx, d.personne_id, 200)
        .await?
        .into_iter()
        .filter(|x| (x.date, x.id) < (d.date, d.id))
        .take(usize::try_from(max).unwrap_or(usize::MAX))
        .collect())
}

/// The last diagnostic of a person, if there is one.
pub async fn dernier(cx: &Contexte, id: PersonneId) -> Resultat<Option<Diagnostic>> {
    personne::trouver(cx, id, Permission::PersonnesLire).await?;
    Ok(depot::de_personne(cx, id, 1).await?.into_iter().next())
}

/// What happened to a person, for the timeline.
pub async fn evenements(cx: &Contexte, id: PersonneId, max: u64) -> Resultat<Vec<Evenement>> {
    Ok(depot::de_personne(cx, id, max)
        .await?
        .into_iter()
        .map(|d| Evenement {
            jour: d.date,
            ordre: d.id.0,
            icone: "clipboard-check",
            titre: "Diagnostic partagé".into(),
            detail: Some(if d.convenu { d.niveau.libelle().to_owned() } else { format!("{}, à confirmer", d.niveau.libelle()) }),
            href: Some(format!("/diagnostics/{}", d.id)),
        })
        .collect())
}
