//! Orientations: a person sent to a named partner with their consent, and what came of it.

mod api;
mod depot;
mod lettre;
mod migrations;
mod regles;
mod scelle;
mod table;
mod traitement;
mod web;

pub use api::api;
pub(crate) use depot::partenaires;
pub use lettre::lettre;
pub use migrations::migrations;
pub use scelle::CHAMPS;
pub use traitement::TRAITEMENT;
pub use web::pages;

use chrono::NaiveDate;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};
use socle::{
    Contexte, Erreur, Nomenclature, Permission, Resultat,
    api::present,
    controle::Controle,
    creation::{self, Reclamation},
    identifiant::{OrientationId, PartenaireId, PersonneId, StructureId},
    journal::Action,
};
use territoire::partenaire;

use crate::{
    chronologie::Evenement,
    nomenclatures::Finalite,
    personne::{self, Consentir},
};

pub use table::Model as Orientation;

/// Where an orientation stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum, Serialize, Deserialize, utoipa::ToSchema)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(48))", rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub enum StatutOrientation {
    /// Sent, without an answer yet.
    Envoyee,
    /// The partner will receive the person.
    Acceptee,
    /// The partner cannot.
    Refusee,
    /// The person got what they came for.
    Aboutie,
    /// Received by the partner, without the result hoped for.
    NonAboutie,
    /// No answer came, or the person gave up.
    SansSuite,
}

impl Nomenclature for StatutOrientation {
    fn libelle(self) -> &'static str {
        match self {
            Self::Envoyee => "En attente de réponse",
            Self::Acceptee => "Acceptée",
            Self::Refusee => "Refusée",
            Self::Aboutie => "Aboutie",
            Self::NonAboutie => "Non aboutie",
            Self::SansSuite => "Sans suite",
        }
    }
}

impl StatutOrientation {
    /// The tone of its label: one of `interface::Genre`'s codes, or `neutre`.
    pub fn ton(self) -> &'static str {
        match self {
            Self::Envoyee => "attention",
            Self::Acceptee => "info",
            Self::Aboutie => "succes",
            Self::Refusee | Self::NonAboutie | Self::SansSuite => "neutre",
        }
    }
}

/// Sends a person to a partner.
#[derive(Clone, Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreerOrientation {
    /// Made by the client; the same creation twice is one record.
    pub id: Option<OrientationId>,
    pub personne: PersonneId,
    /// A partner of the structure's directory.
    pub partenaire: PartenaireId,
    /// Today unless told; the last two years.
    pub date: Option<NaiveDate>,
    #[schema(min_length = 1, max_length = 1000)]
    pub motif: String,
    /// The person agrees that these facts are given to the partner: must be true.
    pub consentement: bool,
}

/// Notes the answer of the partner; a field left out is left as it is.
#[derive(Clone, Debug, Default, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ModifierOrientation {
    /// The version read; refused (409) if another was written since.
    pub version: Option<i32>,
    pub statut: Option<StatutOrientation>,
    /// What came of it; 1,000 characters at most.
    #[serde(deserialize_with = "present")]
    pub retour: Option<Option<String>>,
    /// Day of the first answer; today unless told, when the first answer is noted.
    #[serde(deserialize_with = "present")]
    pub repondu_le: Option<Option<NaiveDate>>,
}

/// Which orientations to list.
#[derive(Clone, Debug, Default)]
pub struct Filtre {
    pub personne: Option<PersonneId>,
    pub statut: Option<StatutOrientation>,
}

fn introuvable() -> Erreur {
    Erreur::Introuvable("Cette orientation")
}

/// The person's file, if the structure the actor works in follows it.
async fn personne_suivie(cx: &Contexte, id: PersonneId, p: Permission) -> Resultat<personne::Personne> {
    let trouvee = personne::trouver(cx, id, p).await?;
    if personne::plusieurs(cx, &[id]).await?.is_empty() {
        return Err(Erreur::Introuvable("Cette personne"));
    }
    Ok(trouvee)
}

/// Sends a person to a partner; their consent is recorded in the same act. The bool is false when a
/// repeated request found the record already made.
pub async fn creer(cx: &Contexte, demande: CreerOrientation) -> Resultat<(Orientation, bool)> {
    let structure = cx.exiger(Permission::PersonnesEcrire)?;
    personne_suivie(cx, demande.personne, Permission::PersonnesEcrire).await?;
    let id = match creation::reclamer(cx, "orientation", demande.id.map(|i| i.0), &demande).await? {
        Reclamation::Repetee(id) => return Ok((lire(cx, OrientationId(id)).await?, false)),
        Reclamation::Nouvelle(id) => OrientationId(id),
    };
    let mut c = Controle::new();
    let date = demande.date.unwrap_or_else(|| cx.aujourd_hui());
    let motif = demande.motif.trim().to_owned();
    regles::controler_envoi(&mut c, &motif, date, demande.consentement, cx.aujourd_hui());
    match partenaire::lire(cx, demande.partenaire).await {
        Ok(p) if p.structure_id != structure => c.faute("partenaire", PARTENAIRE_INCONNU),
        Ok(p) => c.exiger(p.actif, "partenaire", "Ce partenaire n’est plus proposé : choisissez-en un autre."),
        Err(Erreur::Introuvable(_)) => c.faute("partenaire", PARTENAIRE_INCONNU),
        Err(e) => return Err(e),
    }
    c.finir()?;
    let consentement = personne::consentir(
        cx,
        demande.personne,
        Consentir {
            finalite: Finalite::Orientation,
            donne_le: date,
            destinataire: None,
            maniere: Some("Donné au moment de l’orientation".into()),
        },
    )
    .await?;
    let o = Orientation {
        id,
        structure_id: structure,
        personne_id: demande.personne,
        mediateur_id: cx.auteur()?,
        partenaire_id: demande.partenaire,
        consentement_id: Some(consentement.id),
        date,
        motif,
        statut: StatutOrientation::Envoyee,
        repondu_le: None,
        acceptee: false,
        retour: None,
        version: 1,
        cree_le: cx.maintenant,
    };
    table::Entity::insert(scelle::sceller(cx, &o)?).exec_without_returning(&cx.db()).await?;
    cx.journaliser(Action::Creation, "orientation", id.0, structure, &[]).await?;
    Ok((o, true))
}

const PARTENAIRE_INCONNU: &str = "Ce partenaire n’est pas dans l’annuaire de votre structure.";

/// One orientation, of a person the actor may read, recorded by a structure of the actor.
pub async fn lire(cx: &Contexte, id: OrientationId) -> Resultat<Orientation> {
    avec_droit(cx, id, Permission::PersonnesLire).await
}

async fn avec_droit(cx: &Contexte, id: OrientationId, p: Permission) -> Resultat<Orientation> {
    let o = table::Entity::find_by_id(id).one(&cx.db()).await?.ok_or_else(introuvable)?;
    match cx.exiger_dans(p, o.structure_id) {
        Ok(()) => {}
        // The same answer as for a record that does not exist.
        Err(Erreur::Introuvable(_)) if cx.acteur.fonctions.iter().any(|f| f.role.permet(p)) => return Err(introuvable()),
        Err(_) => return Err(Erreur::Interdit(p)),
    }
    match personne::trouver(cx, o.personne_id, p).await {
        Ok(_) => scelle::ouvrir(cx, o),
        Err(Erreur::Introuvable(_)) => Err(introuvable()),
        Err(e) => Err(e),
    }
}

/// Notes what the partner answered, or corrects it.
pub async fn modifier(cx: &Contexte, id: OrientationId, m: ModifierOrientation) -> Resultat<Orientation> {
    let avant = avec_droit(cx, id, Permission::PersonnesEcrire).await?;
    if m.version.is_some_and(|v| v != avant.version) {
        return Err(Erreur::VersionPerimee);
    }
    let apres = regles::noter(&avant, m, cx.aujourd_hui())?;
    let champs = regles::differences(&avant, &apres);
    if champs.is_empty() {
        return Ok(avant);
    }
    let r = table::Entity::update_many()
        .set(scelle::sceller(cx, &apres)?)
        .filter(table::Column::Id.eq(id))
        .filter(table::Column::Version.eq(avant.version))
        .exec(&cx.db())
        .await?;
    if r.rows_affected == 0 {
        return Err(Erreur::VersionPerimee);
    }
    cx.journaliser(Action::Modification, "orientation", id.0, avant.structure_id, &champs).await?;
    Ok(apres)
}

/// A page of the orientations of the structure the actor works in, in the order of ids; `combien` and one more.
pub async fn page(cx: &Contexte, f: &Filtre, apres: Option<Uuid>, combien: u64) -> Resultat<Vec<Orientation>> {
    let structure = cx.exiger(Permission::PersonnesLire)?;
    depot::page(cx, structure, f, apres, combien).await
}

/// What happened to a person, for the timeline.
pub async fn evenements(cx: &Contexte, id: PersonneId, max: u64) -> Resultat<Vec<Evenement>> {
    let structures: Vec<StructureId> =
        cx.acteur.fonctions.iter().map(|f| f.structure).filter(|s| cx.acteur.peut_dans(Permission::PersonnesLire, *s)).collect();
    let lignes = depot::evenements(cx, id, &structures, max).await?;
    Ok(lignes
        .into_iter()
        .map(|o| Evenement {
            jour: o.date,
            ordre: o.id.0,
            icone: "send",
            titre: format!("Orientation vers {}", o.partenaire),
            detail: Some(o.statut.libelle().to_owned()),
            href: Some(format!("/orientations/{}", o.id)),
        })
        .collect())
}

/// An orientation without an answer.
#[derive(Clone, Debug)]
pub struct SansReponse {
    pub id: OrientationId,
    /// The person's name, as screens show it.
    pub nom: String,
    pub partenaire: String,
    pub date: NaiveDate,
}

/// The orientations of the structure sent before `avant` and still without an answer, oldest first; at most `max`.
pub async fn sans_reponse(cx: &Contexte, avant: NaiveDate, max: u64) -> Resultat<Vec<SansReponse>> {
    let structure = cx.exiger(Permission::PersonnesLire)?;
    depot::sans_reponse(cx, structure, avant, max).await
}

#[cfg(test)]
mod apercus;
