//! Queries of imports.

use std::collections::{HashMap, HashSet};

use sea_orm::{
    ActiveValue::Set,
    DerivePartialModel, ExprTrait, PaginatorTrait, QueryOrder, QuerySelect,
    entity::prelude::*,
    sea_query::{Expr, OnConflict},
};
use socle::{
    Acteur, Contexte, Resultat, Role,
    contexte::Fonction,
    droits::Portee,
    identifiant::{ImportId, PersonneId, StructureId, UtilisateurId},
};

use crate::table::{self, Comptes, Etat, cle, erreur, morceau, objet, source};

/// Rows of one INSERT or of one list of values.
pub const LOT: usize = 1000;

/// Who acts in the background: the account that brought the file, whose right was checked when it asked.
pub fn acteur(i: &table::Model) -> Acteur {
    Acteur {
        utilisateur: Some(i.auteur_id),
        nom: String::new(),
        fonctions: vec![Fonction { structure: i.structure_id, nom_structure: String::new(), role: Role::Responsable }],
        administrateur: false,
        structure: Some(i.structure_id),
        portee: Portee::Tout,
    }
}

pub async fn un(cx: &Contexte, id: ImportId) -> Resultat<Option<table::Model>> {
    Ok(table::Entity::find_by_id(id).one(&cx.db()).await?)
}

pub async fn siens(cx: &Contexte, structure: StructureId, auteur: UtilisateurId) -> Resultat<Vec<table::Model>> {
    Ok(table::Entity::find()
        .filter(table::Column::StructureId.eq(structure))
        .filter(table::Column::AuteurId.eq(auteur))
        .order_by_desc(table::Column::Id)
        .limit(50)
        .all(&cx.db())
        .await?)
}

/// Changes an import if it is still in one of these states; false if it is not.
pub async fn changer(cx: &Contexte, id: ImportId, depuis: &[Etat], m: table::ActiveModel) -> Resultat<bool> {
    let r = table::Entity::update_many()
        .set(m)
        .filter(table::Column::Id.eq(id))
        .filter(table::Column::Etat.is_in(depuis.iter().copied()))
        .exec(&cx.db())
        .await?;
    Ok(r.rows_affected > 0)
}

/// Changes an import that this reading still reads; false if another reading took its place.
pub async fn avancer(cx: &Contexte, id: ImportId, lecture: i32, m: table::ActiveModel) -> Resultat<bool> {
    let r = table::Entity::update_many()
        .set(m)
        .filter(table::Column::Id.eq(id))
        .filter(table::Column::Etat.eq(Etat::Lecture))
        .filter(table::Column::Lecture.eq(lecture))
        .exec(&cx.db())
        .await?;
    Ok(r.rows_affected > 0)
}

/// Begins a reading; gives its number.
pub async fn prendre(cx: &Contexte, i: &table::Model) -> Resultat<Option<i32>> {
    let m = table::ActiveModel { etat: Set(Etat::Lecture), lecture: Set(i.lecture + 1), ..Default::default() };
    let r = table::Entity::update_many()
        .set(m)
        .filter(table::Column::Id.eq(i.id))
        .filter(table::Column::Etat.is_in([Etat::ALire, Etat::Lecture]))
        .filter(table::Column::Lecture.eq(i.lecture))
        .exec(&cx.db())
        .await?;
    Ok((r.rows_affected > 0).then_some(i.lecture + 1))
}

pub async fn ajouter_morceau(cx: &Contexte, id: ImportId, rang: i32, octets: Vec<u8>) -> Resultat<()> {
    morceau::Entity::insert(morceau::ActiveModel { import_id: Set(id), rang: Set(rang), octets: Set(octets) })
        .exec_without_returning(&cx.db())
        .await?;
    Ok(())
}

pub async fn lire_morceau(cx: &Contexte, id: ImportId, rang: i32) -> Resultat<Option<Vec<u8>>> {
    Ok(morceau::Entity::find_by_id((id, rang)).one(&cx.db()).await?.map(|m| m.octets))
}

/// Forgets what was read of the file.
pub async fn vider_lecture(cx: &Contexte, id: ImportId) -> Resultat<()> {
    objet::Entity::delete_many().filter(objet::Column::ImportId.eq(id)).exec(&cx.db()).await?;
    cle::Entity::delete_many().filter(cle::Column::ImportId.eq(id)).exec(&cx.db()).await?;
    erreur::Entity::delete_many().filter(erreur::Column::ImportId.eq(id)).exec(&cx.db()).await?;
    Ok(())
}

/// Forgets the file and what was read of it.
pub async fn vider(cx: &Contexte, id: ImportId) -> Resultat<()> {
    vider_lecture(cx, id).await?;
    morceau::Entity::delete_many().filter(morceau::Column::ImportId.eq(id)).exec(&cx.db()).await?;
    Ok(())
}

pub async fn retirer(cx: &Contexte, id: ImportId) -> Resultat<()> {
    vider(cx, id).await?;
    table::Entity::delete_by_id(id).exec(&cx.db()).await?;
    Ok(())
}

pub async fn expires(cx: &Contexte) -> Resultat<Vec<ImportId>> {
    Ok(table::Entity::find()
        .select_only()
        .column(table::Column::Id)
        .filter(table::Column::ExpireLe.lte(cx.maintenant))
        .into_tuple()
        .all(&cx.db())
        .await?)
}

/// Records asked for; those of the same id are replaced.
pub async fn poser_objets(cx: &Contexte, objets: Vec<objet::ActiveModel>) -> Resultat<()> {
    for lot in objets.chunks(LOT) {
        objet::Entity::insert_many(lot.iter().cloned())
            .on_conflict(
                OnConflict::columns([objet::Column::ImportId, objet::Column::ObjetId])
                    .update_columns([objet::Column::Charge, objet::Column::Connu])
                    .to_owned(),
            )
            .exec_without_returning(&cx.db())
            .await?;
    }
    Ok(())
}

pub async fn objets_parmi(cx: &Contexte, id: ImportId, ids: &[Uuid]) -> Resultat<Vec<objet::Model>> {
    let mut v = vec![];
    for lot in ids.chunks(LOT) {
        v.extend(
            objet::Entity::find()
                .filter(objet::Column::ImportId.eq(id))
                .filter(objet::Column::ObjetId.is_in(lot.iter().copied()))
                .all(&cx.db())
                .await?,
        );
    }
    Ok(v)
}

/// A page of the records asked for, in the order of ids.
pub async fn objets(
    cx: &Contexte,
    id: ImportId,
    personne: bool,
    connu: bool,
    apres: Option<Uuid>,
    combien: u64,
) -> Resultat<Vec<objet::Model>> {
    let mut q = objet::Entity::find()
        .filter(objet::Column::ImportId.eq(id))
        .filter(objet::Column::Personne.eq(personne))
        .filter(objet::Column::Connu.eq(connu))
        .order_by_asc(objet::Column::ObjetId)
        .limit(combien);
    if let Some(a) = apres {
        q = q.filter(objet::Column::ObjetId.gt(a));
    }
    Ok(q.all(&cx.db()).await?)
}

pub async fn cles_parmi(cx: &Contexte, id: ImportId, cles: &[Uuid]) -> Resultat<HashMap<Uuid, cle::Model>> {
    let mut v = HashMap::new();
    for lot in cles.chunks(LOT) {
        let lues = cle::Entity::find()
            .filter(cle::Column::ImportId.eq(id))
            .filter(cle::Column::Cle.is_in(lot.iter().copied()))
            .all(&cx.db())
            .await?;
        v.extend(lues.into_iter().map(|c| (c.cle, c)));
    }
    Ok(v)
}

pub async fn poser_cles(cx: &Contexte, cles: Vec<cle::Model>) -> Resultat<()> {
    for lot in cles.chunks(LOT) {
        let lignes = lot.iter().map(|c| cle::ActiveModel {
            import_id: Set(c.import_id),
            cle: Set(c.cle),
            objet_id: Set(c.objet_id),
            fois: Set(c.fois),
            durable: Set(c.durable),
        });
        cle::Entity::insert_many(lignes)
            .on_conflict(OnConflict::columns([cle::Column::ImportId, cle::Column::Cle]).update_columns([cle::Column::Fois]).to_owned())
            .exec_without_returning(&cx.db())
            .await?;
    }
    Ok(())
}

/// The people that these numbers of another tool designate.
pub async fn sources_parmi(cx: &Contexte, structure: StructureId, cles: &[Uuid]) -> Resultat<HashMap<Uuid, PersonneId>> {
    let mut v = HashMap::new();
    for lot in cles.chunks(LOT) {
        let lues = source::Entity::find()
            .filter(source::Column::StructureId.eq(structure))
            .filter(source::Column::Cle.is_in(lot.iter().copied()))
            .all(&cx.db())
            .await?;
        v.extend(lues.into_iter().map(|s| (s.cle, s.personne_id)));
    }
    Ok(v)
}

/// The numbers that designate these people: kept from other files, and met in this one.
pub async fn numeros_de(cx: &Contexte, structure: StructureId, id: ImportId, personnes: &[Uuid]) -> Resultat<HashMap<Uuid, HashSet<Uuid>>> {
    let mut v: HashMap<Uuid, HashSet<Uuid>> = HashMap::new();
    for lot in personnes.chunks(LOT) {
        let gardes = source::Entity::find()
            .filter(source::Column::StructureId.eq(structure))
            .filter(source::Column::PersonneId.is_in(lot.iter().copied()))
            .all(&cx.db())
            .await?;
        let lus = cle::Entity::find()
            .filter(cle::Column::ImportId.eq(id))
            .filter(cle::Column::Durable.eq(true))
            .filter(cle::Column::ObjetId.is_in(lot.iter().copied()))
            .all(&cx.db())
            .await?;
        let lus = lus.into_iter().filter_map(|c| Some((c.objet_id?, c.cle)));
        for (p, cle) in gardes.into_iter().map(|s| (s.personne_id.0, s.cle)).chain(lus) {
            v.entry(p).or_default().insert(cle);
        }
    }
    Ok(v)
}

/// Keeps the numbers that the file gives to people.
pub async fn garder_sources(cx: &Contexte, i: &table::Model) -> Resultat<()> {
    let mut apres: Option<Uuid> = None;
    loop {
        let mut q = cle::Entity::find()
            .filter(cle::Column::ImportId.eq(i.id))
            .filter(cle::Column::Durable.eq(true))
            .order_by_asc(cle::Column::Cle)
            .limit(LOT as u64);
        if let Some(a) = apres {
            q = q.filter(cle::Column::Cle.gt(a));
        }
        let lot = q.all(&cx.db()).await?;
        let Some(dernier) = lot.last() else { return Ok(()) };
        apres = Some(dernier.cle);
        let lignes = lot.iter().filter_map(|c| {
            Some(source::ActiveModel { structure_id: Set(i.structure_id), cle: Set(c.cle), personne_id: Set(PersonneId(c.objet_id?)) })
        });
        source::Entity::insert_many(lignes)
            .on_conflict(OnConflict::columns([source::Column::StructureId, source::Column::Cle]).do_nothing().to_owned())
            .exec_without_returning(&cx.db())
            .await?;
    }
}

pub async fn poser_erreurs(cx: &Contexte, erreurs: Vec<erreur::ActiveModel>) -> Resultat<()> {
    for lot in erreurs.chunks(LOT) {
        erreur::Entity::insert_many(lot.iter().cloned())
            .on_conflict(
                OnConflict::columns([erreur::Column::ImportId, erreur::Column::Ligne, erreur::Column::Rang]).do_nothing().to_owned(),
            )
            .exec_without_returning(&cx.db())
            .await?;
    }
    Ok(())
}

/// What is to be mended, in the order of lines, after this one.
pub async fn erreurs(cx: &Contexte, id: ImportId, apres: Option<(i64, i32)>, combien: u64) -> Resultat<Vec<erreur::Model>> {
    let mut q = erreur::Entity::find()
        .filter(erreur::Column::ImportId.eq(id))
        .order_by_asc(erreur::Column::Ligne)
        .order_by_asc(erreur::Column::Rang)
        .limit(combien);
    if let Some((ligne, rang)) = apres {
        q = q.filter(erreur::Column::Ligne.gt(ligne).or(erreur::Column::Ligne.eq(ligne).and(erreur::Column::Rang.gt(rang))));
    }
    Ok(q.all(&cx.db()).await?)
}

#[derive(DerivePartialModel)]
#[sea_orm(entity = "erreur::Entity", from_query_result)]
struct Fautives {
    #[sea_orm(from_expr = "Expr::col(erreur::Column::Ligne).count_distinct()")]
    lignes: i64,
}

/// Counts what was read, and sets it in `c`.
pub async fn compter(cx: &Contexte, id: ImportId, c: &mut Comptes) -> Resultat<()> {
    let db = cx.db();
    let objets = |personne: bool, connu: bool| {
        objet::Entity::find()
            .filter(objet::Column::ImportId.eq(id))
            .filter(objet::Column::Personne.eq(personne))
            .filter(objet::Column::Connu.eq(connu))
    };
    c.personnes_nouvelles = objets(true, false).count(&db).await?;
    c.personnes_connues = objets(true, true).count(&db).await?;
    c.accompagnements_nouveaux = objets(false, false).count(&db).await?;
    c.accompagnements_connus = objets(false, true).count(&db).await?;
    let siennes = || erreur::Entity::find().filter(erreur::Column::ImportId.eq(id));
    c.erreurs = siennes().count(&db).await?;
    let fautives = siennes().into_partial_model::<Fautives>().one(&db).await?;
    c.lignes_en_erreur = fautives.map_or(0, |f| f.lignes.unsigned_abs());
    Ok(())
}
