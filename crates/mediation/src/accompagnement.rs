//! Accompaniments: one session of support, individual or collective, recorded with what was done.

mod api;
mod depot;
mod migration;
mod regles;
mod resume;
mod saisie;
mod scelle;
mod table;
mod traitement;
mod web;

pub use api::api;
pub(crate) use depot::existe;
pub(crate) use migration::ParMediateur;
pub use scelle::CHAMPS;
pub use traitement::TRAITEMENT;
pub use web::pages;

use std::collections::BTreeMap;

use chrono::NaiveDate;
use sea_orm::{ActiveValue::Set, entity::prelude::*};
use serde::{Deserialize, Serialize};
use socle::{
    Contexte, Erreur, Nomenclature, Permission, Resultat,
    api::present,
    creation::{self, Reclamation},
    identifiant::{AccompagnementId, LieuId, PersonneId, StructureId, UtilisateurId},
    journal::Action,
    texte::nettoyer,
};

use crate::{
    nomenclatures::{Autonomie, Demarche, Genre, LieuType, Materiel, Niveau, Statut, Thematique, TrancheAge, TypeActivite},
    personne,
};

pub use table::Model as Ligne;

/// Anonymous participants: how many, and the totals declared by age band, genre and statut. What is not
/// declared is `non_communique`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Anonymes {
    #[schema(minimum = 0, maximum = 10000)]
    pub total: u32,
    pub tranches_age: BTreeMap<TrancheAge, u32>,
    pub genres: BTreeMap<Genre, u32>,
    pub statuts: BTreeMap<Statut, u32>,
}

/// Records an accompaniment.
#[derive(Clone, Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreerAccompagnement {
    /// Made by the client; the same creation twice is one record.
    pub id: Option<AccompagnementId>,
    pub r#type: TypeActivite,
    /// In the last two years, today at the latest.
    pub date: NaiveDate,
    #[schema(minimum = 1, maximum = 1440)]
    pub duree_minutes: u32,
    pub lieu_type: LieuType,
    /// One of the structure's lieux.
    pub lieu: Option<LieuId>,
    /// INSEE code.
    pub commune: Option<String>,
    /// At least one.
    #[schema(min_items = 1)]
    pub thematiques: Vec<Thematique>,
    #[serde(default)]
    pub demarches: Vec<Demarche>,
    #[serde(default)]
    pub materiels: Vec<Materiel>,
    pub autonomie: Option<Autonomie>,
    #[schema(max_length = 200)]
    pub titre: Option<String>,
    pub niveau: Option<Niveau>,
    #[schema(max_length = 5000)]
    pub notes: Option<String>,
    /// People named, whom the structure follows.
    #[serde(default)]
    pub personnes: Vec<PersonneId>,
    pub anonymes: Option<Anonymes>,
}

/// Changes an accompaniment; a field left out is left as it is, a list given replaces the list.
#[derive(Clone, Debug, Default, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ModifierAccompagnement {
    /// The version read; refused (409) if another was written since.
    pub version: Option<i32>,
    pub date: Option<NaiveDate>,
    pub duree_minutes: Option<u32>,
    pub lieu_type: Option<LieuType>,
    #[serde(deserialize_with = "present")]
    pub lieu: Option<Option<LieuId>>,
    #[serde(deserialize_with = "present")]
    pub commune: Option<Option<String>>,
    pub thematiques: Option<Vec<Thematique>>,
    pub demarches: Option<Vec<Demarche>>,
    pub materiels: Option<Vec<Materiel>>,
    #[serde(deserialize_with = "present")]
    pub autonomie: Option<Option<Autonomie>>,
    #[serde(deserialize_with = "present")]
    pub titre: Option<Option<String>>,
    #[serde(deserialize_with = "present")]
    pub niveau: Option<Option<Niveau>>,
    #[serde(deserialize_with = "present")]
    pub notes: Option<Option<String>>,
    pub personnes: Option<Vec<PersonneId>>,
    pub anonymes: Option<Anonymes>,
}

/// An accompaniment with all that belongs to it.
#[derive(Clone, Debug, PartialEq)]
pub struct Accompagnement {
    pub ligne: Ligne,
    pub thematiques: Vec<Thematique>,
    pub demarches: Vec<Demarche>,
    pub materiels: Vec<Materiel>,
    pub personnes: Vec<PersonneId>,
    pub anonymes: Anonymes,
}

/// Records an accompaniment; the bool is false when a repeated request found the record already made.
pub async fn creer(cx: &Contexte, demande: CreerAccompagnement) -> Resultat<(Accompagnement, bool)> {
    let structure = cx.exiger(Permission::AccompagnementsEcrire)?;
    let id = match creation::reclamer(cx, "accompagnement", demande.id.map(|i| i.0), &demande).await? {
        Reclamation::Repetee(id) => return Ok((lire(cx, AccompagnementId(id)).await?, false)),
        Reclamation::Nouvelle(id) => AccompagnementId(id),
    };
    let mut a = composer(id, structure, cx.auteur()?, demande, cx.maintenant);
    controler(cx, structure, &mut a).await?;
    depot::inscrire(cx, std::slice::from_ref(&a)).await?;
    cx.journaliser(Action::Creation, "accompagnement", id.0, structure, &[]).await?;
    Ok((a, true))
}

/// The record that a request describes, not yet checked.
fn composer(
    id: AccompagnementId,
    structure: StructureId,
    mediateur: UtilisateurId,
    d: CreerAccompagnement,
    maintenant: DateTimeUtc,
) -> Accompagnement {
    Accompagnement {
        ligne: Ligne {
            id,
            structure_id: structure,
            mediateur_id: mediateur,
            type_activite: d.r#type,
            date: d.date,
            duree_minutes: i32::try_from(d.duree_minutes).unwrap_or(i32::MAX),
            lieu_type: d.lieu_type,
            lieu_id: d.lieu,
            commune: nettoyer(d.commune),
            autonomie: d.autonomie,
            titre: nettoyer(d.titre),
            niveau: d.niveau,
            notes: nettoyer(d.notes),
            nommes: 0,
            anonymes: 0,
            version: 1,
            cree_le: maintenant,
            modifie_le: maintenant,
            supprime_le: None,
        },
        thematiques: d.thematiques,
        demarches: d.demarches,
        materiels: d.materiels,
        personnes: d.personnes,
        anonymes: d.anonymes.unwrap_or_default(),
    }
}

/// The first day accepted for an accompaniment taken from another tool.
pub const PREMIER_JOUR_REPRIS: NaiveDate = NaiveDate::from_ymd_opt(2000, 1, 1).expect("the first of January exists");

/// An accompaniment of the past, checked by the rules of [`creer`] save that it may be older than two
/// years; nothing is written. That people and lieu are the structure's own is for the caller to know.
///
/// # Errors
/// [`Erreur::Invalide`] with every fault.
pub fn preparer(
    id: AccompagnementId,
    structure: StructureId,
    mediateur: UtilisateurId,
    demande: CreerAccompagnement,
    maintenant: DateTimeUtc,
    aujourd_hui: NaiveDate,
) -> Resultat<Accompagnement> {
    let mut a = composer(id, structure, mediateur, demande, maintenant);
    regles::controler_depuis(&mut a, PREMIER_JOUR_REPRIS, aujourd_hui).finir()?;
    Ok(a)
}

/// Records at once accompaniments that [`preparer`] made; each is journaled. For imports: a few hundred
/// at a time, none of which exists (see [`existants`]).
pub async fn inscrire(cx: &Contexte, structure: StructureId, accompagnements: &[Accompagnement]) -> Resultat<()> {
    cx.exiger_dans(Permission::AccompagnementsEcrire, structure)?;
    depot::inscrire(cx, accompagnements).await?;
    cx.journaliser_plusieurs(Action::Creation, "accompagnement", accompagnements.iter().map(|a| a.ligne.id.0), structure).await
}

/// Which of these ids are those of accompaniments, removed ones included.
pub async fn existants(cx: &Contexte, ids: &[AccompagnementId]) -> Resultat<std::collections::HashSet<AccompagnementId>> {
    depot::existants(cx, ids).await
}

/// Checks what is pure, then that people and lieu are the structure's own.
async fn controler(cx: &Contexte, structure: StructureId, a: &mut Accompagnement) -> Resultat<()> {
    controler_depuis(cx, structure, a, regles::premier_jour(cx.aujourd_hui())).await
}

async fn controler_depuis(cx: &Contexte, structure: StructureId, a: &mut Accompagnement, depuis: NaiveDate) -> Resultat<()> {
    let mut c = regles::controler_depuis(a, depuis, cx.aujourd_hui());
    if !a.personnes.is_empty() {
        let connues = personne::suivis_parmi(cx, cx.exiger(Permission::PersonnesLire)?, &a.personnes).await?;
        for (i, p) in a.personnes.iter().enumerate() {
            if !connues.contains(p) {
                c.faute(&format!("personnes[{i}]"), "Cette personne n’est pas suivie par votre structure.");
            }
        }
    }
    territoire::lieu::controler(cx, structure, a.ligne.lieu_id, &mut c).await?;
    c.finir()
}

async fn ligne(cx: &Contexte, id: AccompagnementId, p: Permission, supprimes: bool) -> Resultat<Ligne> {
    let introuvable = Erreur::Introuvable("Cet accompagnement");
    let Some(l) = table::Entity::find_by_id(id).one(&cx.db()).await? else {
        return Err(if cx.acteur.peut(p) { introuvable } else { Erreur::Interdit(p) });
    };
    match cx.exiger_dans(p, l.structure_id) {
        Ok(()) if supprimes == l.supprime_le.is_some() => scelle::ouvrir(cx, l),
        Ok(()) | Err(Erreur::Introuvable(_)) => Err(introuvable),
        Err(e) => Err(e),
    }
}

/// One accompaniment.
pub async fn lire(cx: &Contexte, id: AccompagnementId) -> Resultat<Accompagnement> {
    let l = ligne(cx, id, Permission::AccompagnementsLire, false).await?;
    Ok(depot::completer(cx, vec![l]).await?.remove(0))
}

/// Changes an accompaniment.
pub async fn modifier(cx: &Contexte, id: AccompagnementId, m: ModifierAccompagnement) -> Resultat<Accompagnement> {
    let l = ligne(cx, id, Permission::AccompagnementsEcrire, false).await?;
    if m.version.is_some_and(|v| v != l.version) {
        return Err(Erreur::VersionPerimee);
    }
    let avant = depot::completer(cx, vec![l]).await?.remove(0);
    let a = avant.clone();
    let mut apres = Accompagnement {
        ligne: Ligne {
            date: m.date.unwrap_or(a.ligne.date),
            duree_minutes: m.duree_minutes.map_or(a.ligne.duree_minutes, |d| i32::try_from(d).unwrap_or(i32::MAX)),
            lieu_type: m.lieu_type.unwrap_or(a.ligne.lieu_type),
            lieu_id: m.lieu.unwrap_or(a.ligne.lieu_id),
            commune: nettoyer(m.commune.unwrap_or(a.ligne.commune)),
            autonomie: m.autonomie.unwrap_or(a.ligne.autonomie),
            titre: nettoyer(m.titre.unwrap_or(a.ligne.titre)),
            niveau: m.niveau.unwrap_or(a.ligne.niveau),
            notes: nettoyer(m.notes.unwrap_or(a.ligne.notes)),
            version: a.ligne.version + 1,
            modifie_le: cx.maintenant,
            ..avant.ligne.clone()
        },
        thematiques: m.thematiques.unwrap_or(a.thematiques),
        demarches: m.demarches.unwrap_or(a.demarches),
        materiels: m.materiels.unwrap_or(a.materiels),
        personnes: m.personnes.unwrap_or(a.personnes),
        anonymes: m.anonymes.unwrap_or(a.anonymes),
    };
    // One taken from another tool may be older than what one records today: its date may stay.
    let depuis = regles::premier_jour(cx.aujourd_hui()).min(avant.ligne.date);
    let mut nouvelles = apres.clone();
    // People already recorded stay even if the structure no longer follows them.
    nouvelles.personnes.retain(|p| !avant.personnes.contains(p));
    if nouvelles.personnes.is_empty() {
        let mut c = regles::controler_depuis(&mut apres, depuis, cx.aujourd_hui());
        let nouveau_lieu = apres.ligne.lieu_id.filter(|l| Some(*l) != avant.ligne.lieu_id);
        territoire::lieu::controler(cx, apres.ligne.structure_id, nouveau_lieu, &mut c).await?;
        c.finir()?;
    } else {
        controler_depuis(cx, apres.ligne.structure_id, &mut apres, depuis).await?;
    }
    let r = table::Entity::update_many()
        .set(scelle::sceller(cx, &apres.ligne)?)
        .filter(table::Column::Id.eq(id))
        .filter(table::Column::Version.eq(avant.ligne.version))
        .exec(&cx.db())
        .await?;
    if r.rows_affected == 0 {
        return Err(Erreur::VersionPerimee);
    }
    depot::vider(cx, id).await?;
    depot::detailler(cx, std::slice::from_ref(&apres)).await?;
    crate::satisfaction::suivre_date(cx, id, apres.ligne.date).await?;
    cx.journaliser(Action::Modification, "accompagnement", id.0, apres.ligne.structure_id, &regles::differences(&avant, &apres)).await?;
    Ok(apres)
}

/// Removes an accompaniment from lists and figures; [`retablir`] undoes it.
pub async fn supprimer(cx: &Contexte, id: AccompagnementId) -> Resultat<()> {
    let l = ligne(cx, id, Permission::AccompagnementsEcrire, false).await?;
    marquer(cx, &l, Some(cx.maintenant)).await?;
    cx.journaliser(Action::Suppression, "accompagnement", id.0, l.structure_id, &[]).await
}

/// Puts back an accompaniment that was removed.
pub async fn retablir(cx: &Contexte, id: AccompagnementId) -> Resultat<()> {
    let l = ligne(cx, id, Permission::AccompagnementsEcrire, true).await?;
    marquer(cx, &l, None).await?;
    depot::compter_une_fois(cx, &l).await?;
    cx.journaliser(Action::Retablissement, "accompagnement", id.0, l.structure_id, &[]).await
}

async fn marquer(cx: &Contexte, l: &Ligne, supprime_le: Option<DateTimeUtc>) -> Resultat<()> {
    let r = table::Entity::update_many()
        .set(table::ActiveModel {
            supprime_le: Set(supprime_le),
            version: Set(l.version + 1),
            modifie_le: Set(cx.maintenant),
            ..Default::default()
        })
        .filter(table::Column::Id.eq(l.id))
        .filter(table::Column::Version.eq(l.version))
        .exec(&cx.db())
        .await?;
    if r.rows_affected == 0 { Err(Erreur::VersionPerimee) } else { Ok(()) }
}

/// Which accompaniments to list.
#[derive(Clone, Debug, Default)]
pub struct Filtre {
    pub du: Option<NaiveDate>,
    pub au: Option<NaiveDate>,
    pub mediateur: Option<UtilisateurId>,
    pub personne: Option<PersonneId>,
}

/// A page of the structure's accompaniments in the order of ids.
pub async fn page(cx: &Contexte, f: &Filtre, apres: Option<Uuid>, combien: u64) -> Resultat<Vec<Accompagnement>> {
    let s = cx.exiger(Permission::AccompagnementsLire)?;
    let lignes = depot::page(cx, s, f, apres, combien).await?;
    depot::completer(cx, lignes).await
}

/// The structure's accompaniments, newest first, before the one given (its date and id).
pub async fn recents(cx: &Contexte, f: &Filtre, avant: Option<(NaiveDate, Uuid)>, combien: u64) -> Resultat<Vec<Accompagnement>> {
    let s = cx.exiger(Permission::AccompagnementsLire)?;
    let lignes = depot::recents(cx, s, f, avant, combien).await?;
    depot::completer(cx, lignes).await
}

/// As [`recents`], as lists show them: one select.
pub async fn liste(cx: &Contexte, f: &Filtre, avant: Option<(NaiveDate, Uuid)>, combien: u64) -> Resultat<Vec<DuJour>> {
    let s = cx.exiger(Permission::AccompagnementsLire)?;
    resume::lignes(cx, s, f, avant, combien).await
}

/// The last accompaniment the actor recorded in this structure: what a new one starts from.
pub async fn dernier(cx: &Contexte) -> Resultat<Option<Accompagnement>> {
    let s = cx.exiger(Permission::AccompagnementsLire)?;
    let l = depot::dernier(cx, s, cx.auteur()?).await?;
    Ok(depot::completer(cx, l.into_iter().collect()).await?.pop())
}

/// What an accompaniment was, in a line: « Atelier : Découvrir le courriel », « Courriel, Bureautique ».
pub fn intitule(a: &Accompagnement) -> String {
    intituler(a.ligne.titre.as_deref(), &a.thematiques)
}

fn intituler(titre: Option<&str>, thematiques: &[Thematique]) -> String {
    titre.map_or_else(|| thematiques.iter().map(|t| t.libelle()).collect::<Vec<_>>().join(", "), str::to_owned)
}

/// An accompaniment, as lists show it.
#[derive(Clone, Debug)]
pub struct DuJour {
    pub id: AccompagnementId,
    pub date: NaiveDate,
    /// « Individuel · Courriel, Bureautique » or the title of the workshop.
    pub titre: String,
    /// Names of those present, or « 1 personne anonyme ».
    pub presents: String,
    pub duree_minutes: i32,
    pub mediateur: String,
}

impl DuJour {
    /// « 1 h 30 ».
    pub fn duree(&self) -> String {
        interface::format::duree(i64::from(self.duree_minutes))
    }
}

/// What happened to a person, for the timeline.
pub async fn evenements(cx: &Contexte, id: PersonneId, max: u64) -> Resultat<Vec<crate::chronologie::Evenement>> {
    let s = cx.exiger(Permission::AccompagnementsLire)?;
    resume::evenements(cx, s, id, max).await
}

/// How many accompaniments of a day in the structure the actor works in, counted up to `plafond`, and their minutes in all.
pub async fn total_du_jour(cx: &Contexte, date: NaiveDate, plafond: u64) -> Resultat<(i64, i64)> {
    let s = cx.exiger(Permission::AccompagnementsLire)?;
    resume::total(cx, s, date, plafond).await
}
