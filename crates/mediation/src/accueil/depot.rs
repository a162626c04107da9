//! Queries of receptions.

use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::{Condition, ExprTrait, QueryOrder, QuerySelect, entity::prelude::*};
use socle::{
    Contexte, Resultat,
    identifiant::{AccueilId, LieuId, PersonneId, StructureId, UtilisateurId},
};

use super::{
    Accueil, Suite, regles, scelle,
    table::{ActiveModel, Column, Entity},
};

pub async fn inserer(cx: &Contexte, a: &Accueil) -> Resultat<()> {
    Entity::insert(scelle::sceller(cx, a)?).exec_without_returning(&cx.db()).await?;
    Ok(())
}

/// Writes the record if its version is still `version`.
pub async fn remplacer(cx: &Contexte, a: &Accueil, version: i32) -> Resultat<bool> {
    let r = Entity::update_many()
        .set(scelle::sceller(cx, a)?)
        .filter(Column::Id.eq(a.id))
        .filter(Column::Version.eq(version))
        .exec(&cx.db())
        .await?;
    Ok(r.rows_affected == 1)
}

/// Writes these columns if the record answers `condition`, in one statement.
pub async fn ecrire_si(
    cx: &Contexte,
    id: AccueilId,
    ecrit: ActiveModel,
    condition: impl sea_orm::sea_query::IntoCondition,
) -> Resultat<bool> {
    let r = Entity::update_many()
        .set(ecrit)
        .col_expr(Column::Version, Expr::col(Column::Version).add(1))
        .filter(Column::Id.eq(id))
        .filter(condition)
        .exec(&cx.db())
        .await?;
    Ok(r.rows_affected == 1)
}

fn ouvrir(cx: &Contexte, lignes: Vec<Accueil>) -> Resultat<Vec<Accueil>> {
    lignes.into_iter().map(|a| scelle::ouvrir(cx, a)).collect()
}

/// Who waits, in the order of arrival, after `depart`.
pub async fn en_attente(
    cx: &Contexte,
    structure: StructureId,
    depart: Option<(DateTime<Utc>, AccueilId)>,
    limite: u64,
) -> Resultat<Vec<Accueil>> {
    let mut q = Entity::find()
        .filter(Column::StructureId.eq(structure))
        .filter(Column::Suite.eq(Suite::Attente))
        .order_by_asc(Column::ArriveLe)
        .order_by_asc(Column::Id);
    if let Some((instant, id)) = depart {
        q = q.filter(
            Condition::any()
                .add(Column::ArriveLe.gt(instant))
                .add(Condition::all().add(Column::ArriveLe.eq(instant)).add(Column::Id.gt(id))),
        );
    }
    ouvrir(cx, q.limit(limite).all(&cx.db()).await?)
}

pub async fn page(cx: &Contexte, structure: StructureId, apres: Option<Uuid>, limite: u64) -> Resultat<Vec<Accueil>> {
    let mut q = Entity::find().filter(Column::StructureId.eq(structure)).order_by_asc(Column::Id);
    if let Some(a) = apres {
        q = q.filter(Column::Id.gt(a));
    }
    ouvrir(cx, q.limit(limite).all(&cx.db()).await?)
}

pub async fn d_une_personne(cx: &Contexte, structures: &[StructureId], id: PersonneId, max: u64) -> Resultat<Vec<Accueil>> {
    let lignes = Entity::find()
        .filter(Column::PersonneId.eq(id))
        .filter(Column::StructureId.is_in(structures.iter().copied()))
        .order_by_desc(Column::ArriveLe)
        .order_by_desc(Column::Id)
        .limit(max)
        .all(&cx.db())
        .await?;
    ouvrir(cx, lignes)
}

/// One of the last receptions: what the next one is prefilled from.
pub struct Recent {
    pub motif: Option<String>,
    pub lieu: Option<LieuId>,
    pub par: UtilisateurId,
}

/// The last 200 receptions of the structure, newest first: a bounded read, however old the structure.
pub async fn recents(cx: &Contexte, structure: StructureId) -> Resultat<Vec<Recent>> {
    let lignes: Vec<(AccueilId, Option<String>, Option<LieuId>, UtilisateurId)> = Entity::find()
        .select_only()
        .columns([Column::Id, Column::Motif, Column::LieuId, Column::AccueilliPar])
        .filter(Column::StructureId.eq(structure))
        .order_by_desc(Column::ArriveLe)
        .limit(200)
        .into_tuple()
        .all(&cx.db())
        .await?;
    lignes
        .into_iter()
        .map(|(id, motif, lieu, par)| Ok(Recent { motif: cx.coffre().ouvrir_si(&scelle::MOTIF, id, motif)?, lieu, par }))
        .collect()
}

/// Receptions of a day on one page of the list.
pub const TAILLE_PAGE: u64 = 50;

/// The receptions of one day.
#[derive(Clone, Debug)]
pub struct Jour {
    pub jour: NaiveDate,
    /// One page of them, newest first.
    pub accueils: Vec<Accueil>,
    /// How many that day.
    pub total: u64,
    /// The nearest days, before and after, that have some.
    pub avant: Option<NaiveDate>,
    pub apres: Option<NaiveDate>,
}

pub async fn jour(cx: &Contexte, structure: StructureId, jour: NaiveDate, page: u64) -> Resultat<Jour> {
    let (debut, fin) = regles::bornes(jour);
    let db = cx.db();
    let tous = || Entity::find().filter(Column::StructureId.eq(structure));
    let du_jour = || tous().filter(Column::ArriveLe.gte(debut)).filter(Column::ArriveLe.lt(fin));
    let total = du_jour().count(&db).await?;
    let page = page.clamp(1, std::cmp::max(total.div_ceil(TAILLE_PAGE), 1));
    let accueils = du_jour()
        .order_by_desc(Column::ArriveLe)
        .order_by_desc(Column::Id)
        .limit(TAILLE_PAGE)
        .offset((page - 1) * TAILLE_PAGE)
        .all(&db)
        .await?;
    let accueils = ouvrir(cx, accueils)?;
    let avant = tous().filter(Column::ArriveLe.lt(debut)).order_by_desc(Column::ArriveLe).one(&db).await?;
    let apres = tous().filter(Column::ArriveLe.gte(fin)).order_by_asc(Column::ArriveLe).one(&db).await?;
    let jour_de = |a: Accueil| socle::horloge::jour(a.arrive_le);
    Ok(Jour { jour, accueils, total, avant: avant.map(jour_de), apres: apres.map(jour_de) })
}
