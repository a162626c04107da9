//! The reflective note of a mediator on an accompaniment: for oneself, visible to its author only.

mod api;
mod migrations;
mod table;
mod traitement;
mod web;

pub use api::api;
pub use migrations::migrations;
pub use traitement::TRAITEMENT;
pub use web::pages;

use sea_orm::{ActiveValue::Set, IntoActiveModel, PaginatorTrait, QueryOrder, QuerySelect, entity::prelude::*, sea_query::SelectStatement};
use serde::{Deserialize, Serialize};
use socle::{
    Contexte, Erreur, Nomenclature, Permission, Resultat,
    coffre::Champ,
    controle::Controle,
    identifiant::{AccompagnementId, NotePratiqueId},
    journal::Action,
    texte::nettoyer,
};

use crate::accompagnement;
use table::{Competences, Model};

const REUSSI: Champ = Champ::texte("note_pratique", "reussi");
const A_CHANGER: Champ = Champ::texte("note_pratique", "a_changer");

/// The sealed columns.
pub const CHAMPS: [Champ; 2] = [REUSSI, A_CHANGER];

/// A competence of the trade, by its code in the référentiel of the title (order of 20 May 2025).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, EnumIter, DeriveActiveEnum, Serialize, Deserialize, utoipa::ToSchema)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(48))")]
pub enum Competence {
    #[sea_orm(string_value = "ccp-1-c1")]
    #[serde(rename = "ccp-1-c1")]
    Accueillir,
    #[sea_orm(string_value = "ccp-1-c2")]
    #[serde(rename = "ccp-1-c2")]
    Diagnostiquer,
    #[sea_orm(string_value = "ccp-1-c3")]
    #[serde(rename = "ccp-1-c3")]
    Concevoir,
    #[sea_orm(string_value = "ccp-1-c4")]
    #[serde(rename = "ccp-1-c4")]
    Animer,
    #[sea_orm(string_value = "ccp-1-c5")]
    #[serde(rename = "ccp-1-c5")]
    Evaluer,
    #[sea_orm(string_value = "ccp-2-c1")]
    #[serde(rename = "ccp-2-c1")]
    Reseau,
    #[sea_orm(string_value = "ccp-2-c2")]
    #[serde(rename = "ccp-2-c2")]
    Demarches,
    #[sea_orm(string_value = "ccp-2-c3")]
    #[serde(rename = "ccp-2-c3")]
    AllerVers,
    #[sea_orm(string_value = "ccp-2-c4")]
    #[serde(rename = "ccp-2-c4")]
    Securiser,
    #[sea_orm(string_value = "ccp-2-c5")]
    #[serde(rename = "ccp-2-c5")]
    PublicsSpecifiques,
}

impl Nomenclature for Competence {
    fn libelle(self) -> &'static str {
        match self {
            Self::Accueillir => "Accueillir et présenter les missions",
            Self::Diagnostiquer => "Recueillir les besoins, poser un diagnostic partagé",
            Self::Concevoir => "Concevoir et programmer des accompagnements",
            Self::Animer => "Préparer et animer des accompagnements",
            Self::Evaluer => "Évaluer ses actions et sa pratique",
            Self::Reseau => "Développer un réseau local",
            Self::Demarches => "Accompagner sur les plateformes administratives",
            Self::AllerVers => "Aller vers les personnes les plus éloignées",
            Self::Securiser => "Sécuriser les pratiques numériques",
            Self::PublicsSpecifiques => "Accompagner les publics spécifiques",
        }
    }
}

/// Characters of each text at most.
const TEXTE_MAX: usize = 3000;

/// Writes one's note on an accompaniment: replaces the one already written.
#[derive(Clone, Debug, Default, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct EcrireNote {
    /// The version read; refused (409) if another was written since. Left out: writes over what is there.
    pub version: Option<i32>,
    /// What worked.
    #[schema(max_length = 3000)]
    pub reussi: Option<String>,
    /// What one would change.
    #[schema(max_length = 3000)]
    pub a_changer: Option<String>,
    /// Competences of the trade it shows.
    pub competences: Vec<Competence>,
}

/// One's note on an accompaniment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    pub id: NotePratiqueId,
    pub accompagnement: AccompagnementId,
    pub reussi: Option<String>,
    pub a_changer: Option<String>,
    pub competences: Vec<Competence>,
    pub version: i32,
    pub cree_le: DateTimeUtc,
    pub modifie_le: DateTimeUtc,
}

/// The only place where a stored note becomes one that is read.
fn reprendre(cx: &Contexte, m: Model) -> Resultat<Note> {
    Ok(Note {
        id: m.id,
        accompagnement: m.accompagnement_id,
        reussi: cx.coffre().ouvrir_si(&REUSSI, m.id, m.reussi)?,
        a_changer: cx.coffre().ouvrir_si(&A_CHANGER, m.id, m.a_changer)?,
        competences: m.competences.0,
        version: m.version,
        cree_le: m.cree_le,
        modifie_le: m.modifie_le,
    })
}

async fn stockee(cx: &Contexte, id: AccompagnementId) -> Resultat<Option<Model>> {
    Ok(table::Entity::find()
        .filter(table::Column::AuteurId.eq(cx.auteur()?))
        .filter(table::Column::AccompagnementId.eq(id))
        .one(&cx.db())
        .await?)
}

/// The actor's own note on an accompaniment, if they wrote one.
pub async fn mienne(cx: &Contexte, id: AccompagnementId) -> Resultat<Option<Note>> {
    accompagnement::lire(cx, id).await?;
    stockee(cx, id).await?.map(|m| reprendre(cx, m)).transpose()
}

/// Writes the actor's note on an accompaniment; the bool is true when it is new.
pub async fn ecrire(cx: &Contexte, id: AccompagnementId, e: EcrireNote) -> Resultat<(Note, bool)> {
    let a = accompagnement::lire(cx, id).await?;
    cx.exiger_dans(Permission::AccompagnementsEcrire, a.ligne.structure_id)?;
    let (reussi, a_changer) = (nettoyer(e.reussi), nettoyer(e.a_changer));
    let mut c = Controle::new();
    c.exiger(reussi.is_some() || a_changer.is_some(), "reussi", "Écrivez au moins une phrase, ici ou au-dessous.");
    c.texte("reussi", reussi.as_deref(), TEXTE_MAX);
    c.texte("a_changer", a_changer.as_deref(), TEXTE_MAX);
    c.finir()?;
    let mut competences = e.competences;
    competences.sort_unstable();
    competences.dedup();
    let avant = stockee(cx, id).await?;
    if e.version.is_some_and(|v| v != avant.as_ref().map_or(0, |a| a.version)) {
        return Err(Erreur::VersionPerimee);
    }
    let note = avant.as_ref().map_or_else(|| NotePratiqueId(cx.nouvel_uuid()), |a| a.id);
    let neuve = Model {
        id: note,
        auteur_id: cx.auteur()?,
        structure_id: a.ligne.structure_id,
        accompagnement_id: id,
        reussi: cx.coffre().sceller_si(&REUSSI, note, reussi.as_deref())?,
        a_changer: cx.coffre().sceller_si(&A_CHANGER, note, a_changer.as_deref())?,
        competences: Competences(competences),
        version: avant.as_ref().map_or(1, |a| a.version + 1),
        cree_le: avant.as_ref().map_or(cx.maintenant, |a| a.cree_le),
        modifie_le: cx.maintenant,
    };
    let action = if let Some(avant) = &avant {
        let r = table::Entity::update_many()
            .set(neuve.clone().into_active_model().reset_all())
            .filter(table::Column::Id.eq(avant.id))
            .filter(table::Column::Version.eq(avant.version))
            .exec(&cx.db())
            .await?;
        if r.rows_affected == 0 {
            return Err(Erreur::VersionPerimee);
        }
        Action::Modification
    } else {
        table::Entity::insert(neuve.clone().into_active_model().reset_all()).exec_without_returning(&cx.db()).await?;
        Action::Creation
    };
    cx.journaliser(action, "note_pratique", neuve.id.0, a.ligne.structure_id, &[]).await?;
    Ok((reprendre(cx, neuve)?, avant.is_none()))
}

/// Removes the actor's note on an accompaniment, for good.
pub async fn supprimer(cx: &Contexte, id: AccompagnementId) -> Resultat<()> {
    let a = accompagnement::lire(cx, id).await?;
    cx.exiger_dans(Permission::AccompagnementsEcrire, a.ligne.structure_id)?;
    let m = stockee(cx, id).await?.ok_or(Erreur::Introuvable("Cette note"))?;
    table::Entity::delete_by_id(m.id).exec(&cx.db()).await?;
    cx.journaliser(Action::Suppression, "note_pratique", m.id.0, m.structure_id, &[]).await
}

/// The actor's own notes in the order of ids, `combien` and one more.
pub async fn page(cx: &Contexte, apres: Option<Uuid>, combien: u64) -> Resultat<Vec<Note>> {
    cx.exiger(Permission::AccompagnementsLire)?;
    let mut q = table::Entity::find().filter(table::Column::AuteurId.eq(cx.auteur()?)).order_by_asc(table::Column::Id);
    if let Some(a) = apres {
        q = q.filter(table::Column::Id.gt(a));
    }
    q.limit(combien + 1).all(&cx.db()).await?.into_iter().map(|m| reprendre(cx, m)).collect()
}

/// The actor's own notes, newest first: a page of them (from 1), and how many there are.
pub async fn recentes(cx: &Contexte, page: u64, par_page: u64) -> Resultat<(Vec<Note>, u64)> {
    cx.exiger(Permission::AccompagnementsLire)?;
    let q = table::Entity::find().filter(table::Column::AuteurId.eq(cx.auteur()?));
    let total = PaginatorTrait::count(q.clone(), &cx.db()).await?;
    let q = q.order_by_desc(table::Column::CreeLe).order_by_desc(table::Column::Id);
    let lignes = q.limit(par_page).offset((page.max(1) - 1) * par_page).all(&cx.db()).await?;
    Ok((lignes.into_iter().map(|m| reprendre(cx, m)).collect::<Resultat<_>>()?, total))
}

/// At the erasure of a person: what was written about these accompaniments goes.
pub(crate) async fn effacer(cx: &Contexte, accompagnements: SelectStatement) -> Resultat<()> {
    table::Entity::update_many()
        .set(table::ActiveModel { reussi: Set(None), a_changer: Set(None), ..Default::default() })
        .filter(table::Column::AccompagnementId.in_subquery(accompagnements))
        .exec(&cx.db())
        .await?;
    Ok(())
}
