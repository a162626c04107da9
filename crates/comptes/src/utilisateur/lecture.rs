//! Lists of accounts.

use std::collections::HashMap;

use sea_orm::{ExprTrait, QuerySelect, entity::prelude::*, sea_query::Query};
use socle::{
    Contexte, Permission, Resultat,
    identifiant::{StructureId, UtilisateurId},
    texte::plier,
};

use super::{Fonction, Membre, Utilisateur, fonction, table};

/// The team of a structure, by name, disabled accounts last.
pub async fn lister(cx: &Contexte, structure: StructureId) -> Resultat<Vec<Membre>> {
    cx.exiger_dans(Permission::EquipeGerer, structure)?;
    let fonctions = fonction::Entity::find().filter(fonction::Column::StructureId.eq(structure)).all(&cx.db()).await?;
    let ids: Vec<_> = fonctions.iter().map(|f| f.utilisateur_id).collect();
    let comptes = table::Entity::find().filter(table::Column::Id.is_in(ids)).all(&cx.db()).await?;
    Ok(assembler(comptes, fonctions))
}

/// All accounts of the instance.
pub async fn lister_instance(cx: &Contexte) -> Resultat<Vec<Membre>> {
    cx.exiger_instance(Permission::InstanceGerer)?;
    let comptes = table::Entity::find().all(&cx.db()).await?;
    Ok(assembler(comptes, fonction::Entity::find().all(&cx.db()).await?))
}

/// The administrators of the instance.
pub async fn administrateurs(cx: &Contexte) -> Resultat<Vec<Membre>> {
    cx.exiger_instance(Permission::InstanceGerer)?;
    let comptes = table::Entity::find().filter(table::Column::Administrateur.eq(true)).all(&cx.db()).await?;
    Ok(assembler(comptes, vec![]))
}

fn assembler(comptes: Vec<Utilisateur>, fonctions: Vec<Fonction>) -> Vec<Membre> {
    let mut par_compte: HashMap<UtilisateurId, Vec<Fonction>> = HashMap::new();
    for f in fonctions {
        par_compte.entry(f.utilisateur_id).or_default().push(f);
    }
    let mut membres: Vec<_> = comptes
        .into_iter()
        .map(|utilisateur| Membre { fonctions: par_compte.remove(&utilisateur.id).unwrap_or_default(), utilisateur })
        .collect();
    membres.sort_by_cached_key(|m| (!m.utilisateur.actif, plier(&m.utilisateur.nom), m.utilisateur.id));
    membres
}

/// How many active accounts each structure has.
pub async fn effectifs(cx: &Contexte) -> Resultat<HashMap<StructureId, i64>> {
    cx.exiger_instance(Permission::InstanceGerer)?;
    let actifs = Query::select().column(table::Column::Id).from(table::Entity).and_where(table::Column::Actif.eq(true)).to_owned();
    let lignes: Vec<(StructureId, i64)> = fonction::Entity::find()
        .select_only()
        .column(fonction::Column::StructureId)
        .column_as(Expr::col(fonction::Column::UtilisateurId).count_distinct(), "n")
        .filter(fonction::Column::UtilisateurId.in_subquery(actifs))
        .group_by(fonction::Column::StructureId)
        .into_tuple()
        .all(&cx.db())
        .await?;
    Ok(lignes.into_iter().collect())
}
