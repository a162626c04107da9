//! Queries of accompaniments.

use std::collections::{HashMap, HashSet};

use chrono::NaiveDate;
use sea_orm::{
    ActiveValue::Set,
    QueryOrder, QuerySelect, Select,
    entity::prelude::*,
    sea_query::{Cond, Query},
};
use socle::{
    Contexte, Nomenclature, Resultat,
    identifiant::{AccompagnementId, PersonneId, StructureId, UtilisateurId},
};

use super::{
    Accompagnement, Anonymes, Filtre, Ligne, scelle,
    table::{self, anonyme, code, participation},
};

const THEMATIQUE: &str = "thematique";
const DEMARCHE: &str = "demarche";
const MATERIEL: &str = "materiel";
const TRANCHE_AGE: &str = "tranche_age";
const GENRE: &str = "genre";
const STATUT: &str = "statut";

/// Writes new accompaniments with all that belongs to them.
pub async fn inscrire(cx: &Contexte, tous: &[Accompagnement]) -> Resultat<()> {
    if tous.is_empty() {
        return Ok(());
    }
    let lignes = tous.iter().map(|a| super::scelle::sceller(cx, &a.ligne)).collect::<Resultat<Vec<_>>>()?;
    table::Entity::insert_many(lignes).exec_without_returning(&cx.db()).await?;
    detailler(cx, tous).await
}

/// Which of these ids are those of accompaniments, removed ones included.
pub async fn existants(cx: &Contexte, ids: &[AccompagnementId]) -> Resultat<HashSet<AccompagnementId>> {
    let trouves: Vec<AccompagnementId> = table::Entity::find()
        .select_only()
        .column(table::Column::Id)
        .filter(table::Column::Id.is_in(ids.iter().copied()))
        .into_tuple()
        .all(&cx.db())
        .await?;
    Ok(trouves.into_iter().collect())
}

/// Rows of one INSERT: under what SQLite and PostgreSQL allow of parameters.
const LOT: usize = 2000;

fn codes<'a, N: Nomenclature>(id: AccompagnementId, axe: &'static str, v: &'a [N]) -> impl Iterator<Item = code::ActiveModel> + 'a {
    v.iter().map(move |n| code::ActiveModel { accompagnement_id: Set(id), axe: Set(axe.to_owned()), code: Set(n.code()) })
}

fn totaux<'a, N: Nomenclature + Ord>(
    id: AccompagnementId,
    axe: &'static str,
    v: &'a std::collections::BTreeMap<N, u32>,
) -> impl Iterator<Item = anonyme::ActiveModel> + 'a {
    v.iter().map(move |(n, combien)| anonyme::ActiveModel {
        accompagnement_id: Set(id),
        axe: Set(axe.to_owned()),
        code: Set(n.code()),
        nombre: Set(i32::try_from(*combien).unwrap_or(i32::MAX)),
    })
}

/// Writes what belongs to accompaniments: codes, participants, declared totals.
pub async fn detailler(cx: &Contexte, tous: &[Accompagnement]) -> Resultat<()> {
    let lignes: Vec<_> = tous
        .iter()
        .flat_map(|a| {
            let id = a.ligne.id;
            codes(id, THEMATIQUE, &a.thematiques).chain(codes(id, DEMARCHE, &a.demarches)).chain(codes(id, MATERIEL, &a.materiels))
        })
        .collect();
    for lot in lignes.chunks(LOT) {
        code::Entity::insert_many(lot.iter().cloned()).exec_without_returning(&cx.db()).await?;
    }
    let lignes: Vec<_> = tous
        .iter()
        .flat_map(|a| {
            a.personnes.iter().map(|p| participation::ActiveModel {
                accompagnement_id: Set(a.ligne.id),
                personne_id: Set(*p),
                structure_id: Set(a.ligne.structure_id),
                date: Set(a.ligne.date),
            })
        })
        .collect();
    for lot in lignes.chunks(LOT) {
        participation::Entity::insert_many(lot.iter().cloned()).exec_without_returning(&cx.db()).await?;
    }
    let lignes: Vec<_> = tous
        .iter()
        .flat_map(|a| {
            let (id, n) = (a.ligne.id, &a.anonymes);
            totaux(id, TRANCHE_AGE, &n.tranches_age).chain(totaux(id, GENRE, &n.genres)).chain(totaux(id, STATUT, &n.statuts))
        })
        .collect();
    for lot in lignes.chunks(LOT) {
        anonyme::Entity::insert_many(lot.iter().cloned()).exec_without_returning(&cx.db()).await?;
    }
    Ok(())
}

/// Removes what belongs to an accompaniment, before it is written anew.
pub async fn vider(cx: &Contexte, id: AccompagnementId) -> Resultat<()> {
    code::Entity::delete_many().filter(code::Column::AccompagnementId.eq(id)).exec(&cx.db()).await?;
    participation::Entity::delete_many().filter(participation::Column::AccompagnementId.eq(id)).exec(&cx.db()).await?;
    anonyme::Entity::delete_many().filter(anonyme::Column::AccompagnementId.eq(id)).exec(&cx.db()).await?;
    Ok(())
}

/// The files noted present at one activity.
async fn presents(cx: &Contexte, id: AccompagnementId) -> Resultat<Vec<PersonneId>> {
    Ok(participation::Entity::find()
        .select_only()
        .column(participation::Column::PersonneId)
        .filter(participation::Column::AccompagnementId.eq(id))
        .into_tuple()
        .all(&cx.db())
        .await?)
}

/// Of two files brought together while the activity was removed, both present at it, one stays.
pub async fn compter_une_fois(cx: &Contexte, l: &Ligne) -> Resultat<()> {
    let presents = presents(cx, l.id).await?;
    let gardees = crate::doublon::gardees(cx, &presents).await?;
    let doubles: Vec<PersonneId> = gardees.into_iter().filter(|(_, gardee)| presents.contains(gardee)).map(|(p, _)| p).collect();
    if doubles.is_empty() {
        return Ok(());
    }
    participation::Entity::delete_many()
        .filter(participation::Column::AccompagnementId.eq(l.id))
        .filter(participation::Column::PersonneId.is_in(doubles.iter().copied()))
        .exec(&cx.db())
        .await?;
    let nommes = i32::try_from(presents.len() - doubles.len()).unwrap_or(i32::MAX);
    table::Entity::update_many()
        .set(table::ActiveModel { nommes: Set(nommes), ..Default::default() })
        .filter(table::Column::Id.eq(l.id))
        .exec(&cx.db())
        .await?;
    Ok(())
}

/// Adds to each line what belongs to it, in three queries whatever their number.
pub async fn completer(cx: &Contexte, lignes: Vec<Ligne>) -> Resultat<Vec<Accompagnement>> {
    let mut tous = joindre(cx, lignes).await?;
    let anonymes: Vec<AccompagnementId> = tous.iter().filter(|a| a.ligne.anonymes > 0).map(|a| a.ligne.id).collect();
    if anonymes.is_empty() {
        return Ok(tous);
    }
    let rangs: HashMap<AccompagnementId, usize> = tous.iter().enumerate().map(|(i, a)| (a.ligne.id, i)).collect();
    for n in anonyme::Entity::find().filter(anonyme::Column::AccompagnementId.is_in(anonymes)).all(&cx.db()).await? {
        let Some(a) = rangs.get(&n.accompagnement_id).and_then(|i| tous.get_mut(*i)) else { continue };
        let combien = n.nombre.unsigned_abs();
        match n.axe.as_str() {
            TRANCHE_AGE => {
                a.anonymes.tranches_age.extend(Nomenclature::depuis(&n.code).map(|k| (k, combien)));
            }
            GENRE => {
                a.anonymes.genres.extend(Nomenclature::depuis(&n.code).map(|k| (k, combien)));
            }
            _ => {
                a.anonymes.statuts.extend(Nomenclature::depuis(&n.code).map(|k| (k, combien)));
            }
        }
    }
    Ok(tous)
}

/// Without the totals declared of anonymous participants.
async fn joindre(cx: &Contexte, lignes: Vec<Ligne>) -> Resultat<Vec<Accompagnement>> {
    let ids: Vec<AccompagnementId> = lignes.iter().map(|l| l.id).collect();
    if ids.is_empty() {
        return Ok(vec![]);
    }
    let mut tout: HashMap<AccompagnementId, Accompagnement> = lignes
        .into_iter()
        .map(|l| {
            let anonymes = Anonymes { total: l.anonymes.unsigned_abs(), ..Anonymes::default() };
            (l.id, Accompagnement { ligne: l, thematiques: vec![], demarches: vec![], materiels: vec![], personnes: vec![], anonymes })
        })
        .collect();
    fn lire<N: Nomenclature>(v: &mut Vec<N>, code: &str) {
        v.extend(N::depuis(code));
    }
    for c in code::Entity::find().filter(code::Column::AccompagnementId.is_in(ids.iter().copied())).all(&cx.db()).await? {
        let Some(a) = tout.get_mut(&c.accompagnement_id) else { continue };
        match c.axe.as_str() {
            THEMATIQUE => lire(&mut a.thematiques, &c.code),
            DEMARCHE => lire(&mut a.demarches, &c.code),
            _ => lire(&mut a.materiels, &c.code),
        }
    }
    if tout.values().any(|a| a.ligne.nommes > 0) {
        for p in
            participation::Entity::find().filter(participation::Column::AccompagnementId.is_in(ids.iter().copied())).all(&cx.db()).await?
        {
            if let Some(a) = tout.get_mut(&p.accompagnement_id) {
                a.personnes.push(p.personne_id);
            }
        }
    }
    Ok(ids
        .into_iter()
        .filter_map(|id| tout.remove(&id))
        .map(|mut a| {
            a.thematiques.sort_unstable();
            a.demarches.sort_unstable();
            a.materiels.sort_unstable();
            a.personnes.sort_unstable();
            a
        })
        .collect())
}

/// The accompaniments of a structure that answer a filter.
pub fn filtrer(structure: StructureId, f: &Filtre) -> Select<table::Entity> {
    let mut q = table::Entity::find().filter(table::Column::StructureId.eq(structure)).filter(table::Column::SupprimeLe.is_null());
    if let Some(d) = f.du {
        q = q.filter(table::Column::Date.gte(d));
    }
    if let Some(d) = f.au {
        q = q.filter(table::Column::Date.lte(d));
    }
    if let Some(m) = f.mediateur {
        q = q.filter(table::Column::MediateurId.eq(m));
    }
    if let Some(p) = f.personne {
        let mut siennes = Query::select();
        siennes
            .column(participation::Column::AccompagnementId)
            .from(participation::Entity)
            .and_where(participation::Column::PersonneId.eq(p))
            .and_where(participation::Column::StructureId.eq(structure));
        q = q.filter(table::Column::Id.in_subquery(siennes));
    }
    q
}

/// In the order of ids, `combien` and one more.
pub async fn page(cx: &Contexte, structure: StructureId, f: &Filtre, apres: Option<Uuid>, combien: u64) -> Resultat<Vec<Ligne>> {
    let mut q = filtrer(structure, f).order_by_asc(table::Column::Id);
    if let Some(a) = apres {
        q = q.filter(table::Column::Id.gt(a));
    }
    q.limit(combien + 1).all(&cx.db()).await?.into_iter().map(|l| scelle::ouvrir(cx, l)).collect()
}

/// The accompaniments that answer a filter, newest first, after `avant`.
pub fn du_plus_recent(structure: StructureId, f: &Filtre, avant: Option<(NaiveDate, Uuid)>) -> Select<table::Entity> {
    let q = filtrer(structure, f).order_by_desc(table::Column::Date).order_by_desc(table::Column::Id);
    let Some((date, id)) = avant else { return q };
    q.filter(Cond::any().add(table::Column::Date.lt(date)).add(Cond::all().add(table::Column::Date.eq(date)).add(table::Column::Id.lt(id))))
}

/// Newest first, after `avant`.
pub async fn recents(
    cx: &Contexte,
    structure: StructureId,
    f: &Filtre,
    avant: Option<(NaiveDate, Uuid)>,
    combien: u64,
) -> Resultat<Vec<Ligne>> {
    let lignes = du_plus_recent(structure, f, avant).limit(combien).all(&cx.db()).await?;
    lignes.into_iter().map(|l| scelle::ouvrir(cx, l)).collect()
}

/// The last one recorded by this account in the last days: what a new one starts from.
pub async fn dernier(cx: &Contexte, structure: StructureId, mediateur: UtilisateurId) -> Resultat<Option<Ligne>> {
    let l = table::Entity::find()
        .filter(table::Column::StructureId.eq(structure))
        .filter(table::Column::MediateurId.eq(mediateur))
        .filter(table::Column::SupprimeLe.is_null())
        .order_by_desc(table::Column::CreeLe)
        .order_by_desc(table::Column::Id)
        .limit(1)
        .one(&cx.db())
        .await?;
    l.map(|l| scelle::ouvrir(cx, l)).transpose()
}

/// Whether an accompaniment is there, and not removed.
pub async fn existe(cx: &Contexte, id: AccompagnementId) -> Resultat<bool> {
    let q = table::Entity::find_by_id(id).filter(table::Column::SupprimeLe.is_null());
    Ok(q.select_only().column(table::Column::Id).into_tuple::<AccompagnementId>().one(&cx.db()).await?.is_some())
}
