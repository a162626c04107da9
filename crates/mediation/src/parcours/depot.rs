//! Queries of plans, and the index that keeps one open plan a person and structure.

use std::collections::HashMap;

use sea_orm::{
    ActiveValue::Set,
    ConnectionTrait, ExprTrait, FromQueryResult, JoinType, Order, QueryOrder, QuerySelect,
    entity::prelude::*,
    sea_query::{Asterisk, Query, UnionType},
};
use sea_orm_migration::{MigrationName, MigrationTrait, SchemaManager};
use socle::{
    Contexte, Erreur, Nomenclature, Permission, Resultat,
    identifiant::{ParcoursId, PersonneId, StructureId},
};

use super::{
    Complet, Etape, EtapeDue, Objectif, Parcours, StatutEtape, StatutObjectif, scelle,
    table::{self, etape, objectif},
};
use crate::{
    chronologie::Evenement,
    diagnostic::{personne_suivie, structures_lisibles},
};

/// Migrations of plans, after those of the crate.
pub fn migrations() -> Vec<Box<dyn MigrationTrait>> {
    vec![Box::new(UnSeulOuvert)]
}

struct UnSeulOuvert;

impl MigrationName for UnSeulOuvert {
    fn name(&self) -> &'static str {
        "m20261122_000001_un_seul_parcours_ouvert"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for UnSeulOuvert {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, m: &SchemaManager) -> Result<(), DbErr> {
        m.get_connection()
            .execute_unprepared("CREATE UNIQUE INDEX ux_parcours_ouvert ON parcours (structure_id, personne_id) WHERE clos_le IS NULL")
            .await?;
        Ok(())
    }
}

/// The plan open for a person in a structure.
pub async fn ouvert(cx: &Contexte, structure: StructureId, personne: PersonneId) -> Resultat<Option<Parcours>> {
    Ok(table::Entity::find()
        .filter(table::Column::StructureId.eq(structure))
        .filter(table::Column::PersonneId.eq(personne))
        .filter(table::Column::ClosLe.is_null())
        .one(&cx.db())
        .await?)
}

/// A plan with its objectives and steps.
pub async fn completer(cx: &Contexte, p: Parcours) -> Resultat<Complet> {
    let id = p.id;
    completer_tous(cx, vec![p]).await?.pop().ok_or_else(|| Erreur::Interne(format!("parcours {id}")))
}

async fn completer_tous(cx: &Contexte, parcours: Vec<Parcours>) -> Resultat<Vec<Complet>> {
    let ids: Vec<ParcoursId> = parcours.iter().map(|p| p.id).collect();
    let mut objectifs: HashMap<ParcoursId, Vec<Objectif>> = HashMap::new();
    let mut etapes: HashMap<ParcoursId, Vec<Etape>> = HashMap::new();
    for o in objectif::Entity::find()
        .filter(objectif::Column::ParcoursId.is_in(ids.iter().copied()))
        .order_by_asc(objectif::Column::Ordre)
        .order_by_asc(objectif::Column::Id)
        .all(&cx.db())
        .await?
    {
        objectifs.entry(o.parcours_id).or_default().push(scelle::ouvrir_objectif(cx, o)?);
    }
    for e in etape::Entity::find()
        .filter(etape::Column::ParcoursId.is_in(ids))
        .order_by_asc(etape::Column::Ordre)
        .order_by_asc(etape::Column::Id)
        .all(&cx.db())
        .await?
    {
        etapes.entry(e.parcours_id).or_default().push(scelle::ouvrir_etape(cx, e)?);
    }
    Ok(parcours
        .into_iter()
        .map(|p| Complet {
            objectifs: objectifs.remove(&p.id).unwrap_or_default(),
            etapes: etapes.remove(&p.id).unwrap_or_default(),
            parcours: p,
        })
        .collect())
}

/// A page of plans, `combien` and one more.
pub async fn page(
    cx: &Contexte,
    structure: Option<StructureId>,
    personne: Option<PersonneId>,
    apres: Option<Uuid>,
    combien: u64,
) -> Resultat<Vec<Complet>> {
    let mut q = table::Entity::find();
    if let Some(s) = structure {
        q = q.filter(table::Column::StructureId.eq(s)).filter(personne_suivie(s, "parcours"));
    } else if !cx.acteur.est_systeme() {
        q = q.filter(table::Column::StructureId.is_in(structures_lisibles(cx)));
    }
    if let Some(p) = personne {
        q = q.filter(table::Column::PersonneId.eq(p));
    }
    if let Some(a) = apres {
        q = q.filter(table::Column::Id.gt(a));
    }
    let lignes = q.order_by_asc(table::Column::Id).limit(combien + 1).all(&cx.db()).await?;
    completer_tous(cx, lignes).await
}

/// The closed plans of a person, newest first, without their lines.
pub async fn clos(cx: &Contexte, personne: PersonneId) -> Resultat<Vec<Parcours>> {
    Ok(table::Entity::find()
        .filter(table::Column::PersonneId.eq(personne))
        .filter(table::Column::StructureId.is_in(structures_lisibles(cx)))
        .filter(table::Column::ClosLe.is_not_null())
        .order_by_desc(table::Column::ClosLe)
        .limit(50)
        .all(&cx.db())
        .await?)
}

/// Writes `changements` and the next version, if nobody wrote since.
pub async fn avancer(cx: &Contexte, p: &Parcours, changements: table::ActiveModel) -> Resultat<()> {
    let r = table::Entity::update_many()
        .set(table::ActiveModel { version: Set(p.version + 1), ..changements })
        .filter(table::Column::Id.eq(p.id))
        .filter(table::Column::Version.eq(p.version))
        .exec(&cx.db())
        .await?;
    if r.rows_affected == 0 { Err(Erreur::VersionPerimee) } else { Ok(()) }
}

/// Writes new objectives and steps.
pub async fn inserer_lignes(cx: &Contexte, objectifs: &[Objectif], etapes: &[Etape]) -> Resultat<()> {
    if !objectifs.is_empty() {
        let lignes = objectifs.iter().map(|o| scelle::sceller_objectif(cx, o)).collect::<Resultat<Vec<_>>>()?;
        objectif::Entity::insert_many(lignes).exec_without_returning(&cx.db()).await?;
    }
    if !etapes.is_empty() {
        let lignes = etapes.iter().map(|e| scelle::sceller_etape(cx, e)).collect::<Resultat<Vec<_>>>()?;
        etape::Entity::insert_many(lignes).exec_without_returning(&cx.db()).await?;
    }
    Ok(())
}

/// Abandons what a closed plan leaves undone.
pub async fn abandonner(cx: &Contexte, id: ParcoursId, jour: chrono::NaiveDate) -> Resultat<()> {
    objectif::Entity::update_many()
        .set(objectif::ActiveModel { statut: Set(StatutObjectif::Abandonne), evalue_le: Set(Some(jour)), ..Default::default() })
        .filter(objectif::Column::ParcoursId.eq(id))
        .filter(objectif::Column::Statut.eq(StatutObjectif::EnCours))
        .exec(&cx.db())
        .await?;
    etape::Entity::update_many()
        .set(etape::ActiveModel { statut: Set(StatutEtape::Abandonnee), ..Default::default() })
        .filter(etape::Column::ParcoursId.eq(id))
        .filter(etape::Column::Statut.eq(StatutEtape::AFaire))
        .exec(&cx.db())
        .await?;
    Ok(())
}

#[derive(FromQueryResult)]
struct Due {
    id: socle::identifiant::EtapeId,
    personne_id: PersonneId,
    libelle: String,
    prevue_le: chrono::NaiveDate,
    heure: Option<String>,
    prenom: Option<String>,
    nom: Option<String>,
    surnom: Option<String>,
}

/// The steps to do, of the structure the actor works in, planned in each of these periods (both days included), by date
/// then time: `max` at most of each. One select.
pub async fn etapes_dues(cx: &Contexte, periodes: &[(chrono::NaiveDate, chrono::NaiveDate)], max: u64) -> Resultat<Vec<EtapeDue>> {
    let structure = cx.exiger(Permission::PersonnesLire)?;
    let de = |&(du, au): &(chrono::NaiveDate, chrono::NaiveDate)| {
        let mut q = Query::select();
        q.columns([("e", "id"), ("e", "libelle"), ("e", "prevue_le"), ("e", "heure"), ("parcours", "personne_id")])
            .columns([("p", "prenom"), ("p", "nom"), ("p", "surnom")])
            .from_as("etape", "e")
            .join(JoinType::InnerJoin, "parcours", Expr::col(("parcours", "id")).equals(("e", "parcours_id")))
            .join_as(JoinType::InnerJoin, "personne", "p", Expr::col(("p", "id")).equals(("parcours", "personne_id")))
            .and_where(Expr::col(("e", "structure_id")).eq(structure))
            .and_where(Expr::col(("e", "statut")).eq(StatutEtape::AFaire))
            .and_where(Expr::col(("e", "prevue_le")).between(du, au))
            .and_where(Expr::col(("parcours", "clos_le")).is_null())
            // An erased person is followed no more.
            .and_where(personne_suivie(structure, "parcours"))
            .order_by(("e", "prevue_le"), Order::Asc)
            // Engines place an absent hour differently: it comes last.
            .order_by_expr(Expr::cust("CASE WHEN e.heure IS NULL THEN 1 ELSE 0 END"), Order::Asc)
            .order_by(("e", "heure"), Order::Asc)
            .order_by(("e", "id"), Order::Asc)
            .limit(max);
        let mut tout = Query::select();
        tout.column(Asterisk).from_subquery(q, "g");
        tout
    };
    let Some((premiere, autres)) = periodes.split_first() else { return Ok(vec![]) };
    let mut q = de(premiere);
    for p in autres {
        q.union(UnionType::All, de(p));
    }
    let db = cx.db();
    Due::find_by_statement(db.get_database_backend().build(&q))
        .all(&db)
        .await?
        .into_iter()
        .map(|d| {
            Ok(EtapeDue {
                id: d.id,
                personne: d.personne_id,
                nom: crate::personne::nommer(d.prenom.as_deref(), d.nom.as_deref(), d.surnom.as_deref()),
                libelle: cx.coffre().ouvrir(&scelle::ETAPE, d.id, d.libelle)?,
                prevue_le: d.prevue_le,
                heure: d.heure,
            })
        })
        .collect()
}

/// What happened to a person, for the timeline: plans opened and closed, objectives evaluated, steps done.
pub async fn evenements(cx: &Contexte, id: PersonneId, max: u64) -> Resultat<Vec<Evenement>> {
    let parcours = table::Entity::find()
        .filter(table::Column::PersonneId.eq(id))
        .filter(table::Column::StructureId.is_in(structures_lisibles(cx)))
        .order_by_desc(table::Column::OuvertLe)
        .order_by_desc(table::Column::Id)
        .limit(max)
        .all(&cx.db())
        .await?;
    if parcours.is_empty() {
        return Ok(vec![]);
    }
    let ids: Vec<ParcoursId> = parcours.iter().map(|p| p.id).collect();
    let objectifs = objectif::Entity::find()
        .filter(objectif::Column::ParcoursId.is_in(ids.iter().copied()))
        .filter(objectif::Column::EvalueLe.is_not_null())
        .order_by_desc(objectif::Column::EvalueLe)
        .limit(max)
        .all(&cx.db())
        .await?;
    let etapes = etape::Entity::find()
        .filter(etape::Column::ParcoursId.is_in(ids))
        .filter(etape::Column::FaiteLe.is_not_null())
        .order_by_desc(etape::Column::FaiteLe)
        .limit(max)
        .all(&cx.db())
        .await?;
    let objectifs = objectifs.into_iter().map(|o| scelle::ouvrir_objectif(cx, o)).collect::<Resultat<Vec<_>>>()?;
    let etapes = etapes.into_iter().map(|e| scelle::ouvrir_etape(cx, e)).collect::<Resultat<Vec<_>>>()?;
    let evenement = |jour, ordre, icone, titre: String, detail, p: ParcoursId| Evenement {
        jour,
        ordre,
        icone,
        titre,
        detail,
        href: Some(format!("/parcours/{p}")),
    };
    let mut tout = vec![];
    for p in &parcours {
        tout.push(evenement(p.ouvert_le, p.id.0, "route", "Parcours ouvert".into(), None, p.id));
        tout.extend(p.clos_le.map(|jour| evenement(jour, p.id.0, "route", "Parcours terminé".into(), None, p.id)));
    }
    tout.extend(objectifs.into_iter().filter_map(|o| {
        let titre = format!("Objectif : {}", o.statut.libelle().to_lowercase());
        Some(evenement(o.evalue_le?, o.id.0, "clipboard-check", titre, Some(o.libelle), o.parcours_id))
    }));
    tout.extend(
        etapes
            .into_iter()
            .filter_map(|e| Some(evenement(e.faite_le?, e.id.0, "circle-check", "Étape faite".into(), Some(e.libelle), e.parcours_id))),
    );
    Ok(tout)
}
