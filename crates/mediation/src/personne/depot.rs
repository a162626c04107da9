//! Queries of people's files.

use std::collections::HashMap;

use sea_orm::{
    ActiveValue::Set,
    ConnectionTrait, ExprTrait, JoinType, Order, QueryOrder, QuerySelect,
    entity::prelude::*,
    sea_query::{OnConflict, Query},
};
use socle::{
    Contexte, Resultat,
    identifiant::{ConsentementId, PersonneId, StructureId, UtilisateurId},
    journal::{self, Action},
};

use super::{
    Personne, regles, scelle,
    table::{self, cle, consentement, suivi},
};

/// The structures that follow a person.
pub async fn structures(cx: &Contexte, id: PersonneId) -> Resultat<Vec<StructureId>> {
    Ok(suivi::Entity::find().filter(suivi::Column::PersonneId.eq(id)).all(&cx.db()).await?.into_iter().map(|s| s.structure_id).collect())
}

/// Which structures follow a person, and since when, the oldest first.
pub async fn suivis(cx: &Contexte, id: PersonneId) -> Resultat<Vec<suivi::Model>> {
    Ok(suivi::Entity::find().filter(suivi::Column::PersonneId.eq(id)).order_by_asc(suivi::Column::Depuis).all(&cx.db()).await?)
}

/// Writes new files, followed by a structure and found by its search.
pub async fn inscrire(cx: &Contexte, structure: StructureId, personnes: &[Personne]) -> Resultat<()> {
    if personnes.is_empty() {
        return Ok(());
    }
    let fiches = personnes.iter().map(|p| super::scelle::sceller(cx, p)).collect::<Resultat<Vec<_>>>()?;
    table::Entity::insert_many(fiches).exec_without_returning(&cx.db()).await?;
    let suivis = personnes.iter().map(|p| suivi::ActiveModel {
        structure_id: Set(structure),
        personne_id: Set(p.id),
        depuis: Set(cx.maintenant),
        consentement_id: Set(None),
    });
    suivi::Entity::insert_many(suivis).exec_without_returning(&cx.db()).await?;
    let cles: Vec<_> = personnes
        .iter()
        .flat_map(|p| {
            regles::cles(p).into_iter().map(|c| cle::ActiveModel { structure_id: Set(structure), cle: Set(c), personne_id: Set(p.id) })
        })
        .collect();
    for lot in cles.chunks(5000) {
        cle::Entity::insert_many(lot.iter().cloned()).exec_without_returning(&cx.db()).await?;
    }
    Ok(())
}

/// Makes a structure follow a person; already following is no fault.
pub async fn suivre(cx: &Contexte, structure: StructureId, id: PersonneId, consentement: Option<ConsentementId>) -> Resultat<()> {
    suivi::Entity::insert(suivi::ActiveModel {
        structure_id: Set(structure),
        personne_id: Set(id),
        depuis: Set(cx.maintenant),
        consentement_id: Set(consentement),
    })
    .on_conflict(OnConflict::columns([suivi::Column::StructureId, suivi::Column::PersonneId]).do_nothing().to_owned())
    .exec_without_returning(&cx.db())
    .await?;
    Ok(())
}

/// Ends the sharing of a file with a structure that follows by this consent, and by it alone.
pub async fn ne_plus_suivre(cx: &Contexte, structure: StructureId, id: PersonneId, consentement: ConsentementId) -> Resultat<()> {
    let r = suivi::Entity::delete_many()
        .filter(suivi::Column::StructureId.eq(structure))
        .filter(suivi::Column::PersonneId.eq(id))
        .filter(suivi::Column::ConsentementId.eq(consentement))
        .exec(&cx.db())
        .await?;
    if r.rows_affected == 0 {
        return Ok(());
    }
    cle::Entity::delete_many().filter(cle::Column::StructureId.eq(structure)).filter(cle::Column::PersonneId.eq(id)).exec(&cx.db()).await?;
    Ok(())
}

/// Writes the search keys of a person anew, for these structures.
pub async fn indexer(cx: &Contexte, p: &Personne, structures: &[StructureId]) -> Resultat<()> {
    cle::Entity::delete_many()
        .filter(cle::Column::PersonneId.eq(p.id))
        .filter(cle::Column::StructureId.is_in(structures.iter().copied()))
        .exec(&cx.db())
        .await?;
    let cles = regles::cles(p);
    let lignes = structures
        .iter()
        .flat_map(|s| cles.iter().map(|c| cle::ActiveModel { structure_id: Set(*s), cle: Set(c.clone()), personne_id: Set(p.id) }))
        .collect::<Vec<_>>();
    if !lignes.is_empty() {
        cle::Entity::insert_many(lignes).exec_without_returning(&cx.db()).await?;
    }
    Ok(())
}

/// Those of `ids` that the structure follows, in the order of names.
pub async fn suivies(cx: &Contexte, structure: StructureId, ids: &[PersonneId]) -> Resultat<Vec<Personne>> {
    if ids.is_empty() {
        return Ok(vec![]);
    }
    let lignes = table::Entity::find()
        .join(JoinType::InnerJoin, table::Entity::belongs_to(suivi::Entity).from(table::Column::Id).to(suivi::Column::PersonneId).into())
        .filter(suivi::Column::StructureId.eq(structure))
        .filter(table::Column::Id.is_in(ids.iter().copied()))
        .filter(table::Column::EffaceLe.is_null())
        .order_by_asc(table::Column::CleTri)
        .order_by_asc(table::Column::Id)
        .all(&cx.db())
        .await?;
    lignes.into_iter().map(|p| scelle::ouvrir(cx, p)).collect()
}

/// The names of those of `ids` that the structure follows.
pub async fn noms(cx: &Contexte, structure: StructureId, ids: &[PersonneId]) -> Resultat<HashMap<PersonneId, String>> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    type Nom = (PersonneId, Option<String>, Option<String>, Option<String>);
    let lignes: Vec<Nom> = table::Entity::find()
        .join(JoinType::InnerJoin, table::Entity::belongs_to(suivi::Entity).from(table::Column::Id).to(suivi::Column::PersonneId).into())
        .select_only()
        .columns([table::Column::Id, table::Column::Prenom, table::Column::Nom, table::Column::Surnom])
        .filter(suivi::Column::StructureId.eq(structure))
        .filter(table::Column::Id.is_in(ids.iter().copied()))
        .filter(table::Column::EffaceLe.is_null())
        .into_tuple()
        .all(&cx.db())
        .await?;
    Ok(lignes.into_iter().map(|(id, p, n, s)| (id, regles::nommer(p.as_deref(), n.as_deref(), s.as_deref()))).collect())
}

/// A page of the people a structure follows, `combien` and one more.
pub async fn page(cx: &Contexte, structure: StructureId, apres: Option<Uuid>, combien: u64) -> Resultat<Vec<Personne>> {
    let mut q = suivi::Entity::find().filter(suivi::Column::StructureId.eq(structure)).order_by_asc(suivi::Column::PersonneId);
    if let Some(a) = apres {
        q = q.filter(suivi::Column::PersonneId.gt(a));
    }
    let ids: Vec<PersonneId> = q.limit(combien + 1).all(&cx.db()).await?.into_iter().map(|s| s.personne_id).collect();
    let lignes = table::Entity::find().filter(table::Column::Id.is_in(ids)).order_by_asc(table::Column::Id).all(&cx.db()).await?;
    lignes.into_iter().map(|p| scelle::ouvrir(cx, p)).collect()
}

/// The files last created or changed in a structure, after its journal, then the last files it began to follow (a UUIDv7
/// is in the order of time): two short ranges of an index.
pub async fn recentes(cx: &Contexte, structure: StructureId, combien: usize) -> Resultat<Vec<PersonneId>> {
    let mut q = Query::select();
    q.column(journal::Column::ObjetId)
        .from(journal::Entity)
        .and_where(Expr::col(journal::Column::StructureId).eq(structure))
        // In the words of the index `ix_journal_dossier`, not as values: it is used for these words alone.
        .and_where(Expr::cust("objet = 'personne' AND action IN ('creation', 'modification')"))
        .order_by(journal::Column::Id, Order::Desc)
        // Some may be erased since: a few more than asked.
        .limit(3 * combien as u64);
    let db = cx.db();
    let lignes = db.query_all(&q).await?;
    let ecrites = lignes.iter().filter_map(|l| l.try_get_by_index::<Option<PersonneId>>(0).ok().flatten());
    let suivis = suivi::Entity::find()
        .filter(suivi::Column::StructureId.eq(structure))
        .order_by_desc(suivi::Column::PersonneId)
        .limit(combien as u64)
        .all(&cx.db())
        .await?;
    let mut ids: Vec<PersonneId> = vec![];
    for id in ecrites.chain(suivis.into_iter().map(|s| s.personne_id)) {
        if !ids.contains(&id) {
            ids.push(id);
        }
    }
    Ok(ids)
}

/// The fields changed in a file by its last `combien` modifications, and who made the last one.
pub async fn changements(cx: &Contexte, id: PersonneId, combien: u64) -> Resultat<(Vec<String>, Option<UtilisateurId>)> {
    let lignes = journal::Entity::find()
        .filter(journal::Column::ObjetId.eq(id.0))
        .filter(journal::Column::Action.eq(Action::Modification))
        .order_by_desc(journal::Column::Id)
        .limit(combien)
        .all(&cx.db())
        .await?;
    let qui = lignes.first().and_then(|l| l.acteur_id);
    Ok((lignes.into_iter().flat_map(|l| l.champs.0).collect(), qui))
}

/// Erases identity and texts everywhere; keeps what figures need.
pub async fn effacer(cx: &Contexte, p: &Personne) -> Resultat<()> {
    crate::doublon::solder_de(cx, p.id).await?;
    crate::effacement::figer_les_tranches(cx, p).await?;
    table::Entity::update_many()
        .set(table::ActiveModel {
            prenom: Set(None),
            nom: Set(None),
            surnom: Set(None),
            cle_tri: Set(String::new()),
            telephone: Set(None),
            courriel: Set(None),
            date_naissance: Set(None),
            // A year of birth helps to know someone again: the band is enough for figures.
            annee_naissance: Set(None),
            tranche_age: Set(regles::tranche_gardee(p, cx.aujourd_hui())),
            commune: Set(None),
            langue: Set(None),
            besoins: Set(crate::nomenclatures::Besoins::default()),
            amenagements: Set(None),
            notes: Set(None),
            version: Set(p.version + 1),
            modifie_le: Set(cx.maintenant),
            efface_le: Set(Some(cx.maintenant)),
            ..Default::default()
        })
        .filter(table::Column::Id.eq(p.id))
        .exec(&cx.db())
        .await?;
    cle::Entity::delete_many().filter(cle::Column::PersonneId.eq(p.id)).exec(&cx.db()).await?;
    suivi::Entity::delete_many().filter(suivi::Column::PersonneId.eq(p.id)).exec(&cx.db()).await?;
    consentement::Entity::update_many()
        .col_expr(consentement::Column::Maniere, Expr::value(None::<String>))
        .filter(consentement::Column::PersonneId.eq(p.id))
        .exec(&cx.db())
        .await?;
    crate::effacement::textes(cx, p.id, None).await
}

/// Takes a file away from one of the structures that follow it: its texts go, the file stays for the others.
pub async fn detacher(cx: &Contexte, structure: StructureId, id: PersonneId) -> Resultat<()> {
    suivi::Entity::delete_by_id((structure, id)).exec(&cx.db()).await?;
    cle::Entity::delete_many().filter(cle::Column::StructureId.eq(structure)).filter(cle::Column::PersonneId.eq(id)).exec(&cx.db()).await?;
    // How the sharing was agreed to is what lets the others follow.
    consentement::Entity::update_many()
        .col_expr(consentement::Column::Maniere, Expr::value(None::<String>))
        .filter(consentement::Column::PersonneId.eq(id))
        .filter(consentement::Column::StructureId.eq(structure))
        .filter(consentement::Column::DestinataireId.is_null())
        .exec(&cx.db())
        .await?;
    crate::effacement::textes(cx, id, Some(structure)).await
}
