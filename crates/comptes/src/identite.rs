//! From a session or a token to the [`Acteur`]: one select, whatever the number of functions.

use sea_orm::{
    ConnectionTrait, ExprTrait, FromQueryResult, JoinType, Order, QueryResult,
    sea_query::{Expr, Query, SelectStatement},
};
use socle::{
    Acteur, Etat, Resultat, Role,
    contexte::Fonction,
    droits::Portee,
    identifiant::{StructureId, UtilisateurId},
};

/// One line a function held; at least one line a person.
#[derive(Debug, FromQueryResult)]
struct Ligne {
    utilisateur_id: UtilisateurId,
    utilisateur_nom: String,
    utilisateur_actif: bool,
    administrateur: bool,
    fonction_structure: Option<StructureId>,
    fonction_nom: Option<String>,
    fonction_role: Option<Role>,
}

/// Who stands behind a fingerprint.
pub(crate) struct Identite {
    utilisateur: UtilisateurId,
    nom: String,
    pub actif: bool,
    administrateur: bool,
    fonctions: Vec<Fonction>,
}

/// Adds the account and its functions to a select whose main table has `utilisateur_id`.
pub(crate) fn joindre(q: &mut SelectStatement, table: &'static str) {
    q.expr_as(Expr::col(("u", "id")), "utilisateur_id")
        .expr_as(Expr::col(("u", "nom")), "utilisateur_nom")
        .expr_as(Expr::col(("u", "actif")), "utilisateur_actif")
        .expr_as(Expr::col(("u", "administrateur")), "administrateur")
        .expr_as(Expr::col(("f", "structure_id")), "fonction_structure")
        .expr_as(Expr::col(("st", "nom")), "fonction_nom")
        .expr_as(Expr::col(("f", "role")), "fonction_role")
        .join_as(JoinType::InnerJoin, "utilisateur", "u", Expr::col(("u", "id")).equals((table, "utilisateur_id")))
        .join_as(JoinType::LeftJoin, "fonction", "f", Expr::col(("f", "utilisateur_id")).equals(("u", "id")))
        .join_as(JoinType::LeftJoin, "structure", "st", Expr::col(("st", "id")).equals(("f", "structure_id")))
        .order_by(("st", "cle_tri"), Order::Asc)
        .order_by(("st", "id"), Order::Asc)
        // Of several roles in one structure, the largest first: responsable, mediateur, coordinateur.
        .order_by(("f", "role"), Order::Desc);
}

impl Identite {
    /// Reads the lines of one person; None when there is none.
    pub fn lire(lignes: &[QueryResult]) -> Resultat<Option<Self>> {
        let mut identite: Option<Self> = None;
        for l in lignes {
            let l = Ligne::from_query_result(l, "")?;
            let i = identite.get_or_insert_with(|| Self {
                utilisateur: l.utilisateur_id,
                nom: l.utilisateur_nom,
                actif: l.utilisateur_actif,
                administrateur: l.administrateur,
                fonctions: vec![],
            });
            if let (Some(structure), Some(nom_structure), Some(role)) = (l.fonction_structure, l.fonction_nom, l.fonction_role) {
                i.fonctions.push(Fonction { structure, nom_structure, role });
            }
        }
        Ok(identite)
    }

    /// Whether this person holds a function in `structure`.
    pub fn appartient(&self, structure: StructureId) -> bool {
        self.fonctions.iter().any(|f| f.structure == structure)
    }

    /// The actor, working in `structure` if they belong to it, else in the first of theirs.
    pub fn acteur(self, structure: Option<StructureId>, portee: Portee) -> Acteur {
        let structure = structure.filter(|s| self.appartient(*s)).or_else(|| self.fonctions.first().map(|f| f.structure));
        Acteur {
            utilisateur: Some(self.utilisateur),
            nom: self.nom,
            fonctions: self.fonctions,
            administrateur: self.administrateur,
            structure,
            portee,
        }
    }
}

/// An account as it is now, working in `structure` if it still belongs to it: for what is done later in its
/// name. None when it is closed.
pub async fn acteur(etat: &Etat, utilisateur: UtilisateurId, structure: Option<StructureId>, portee: Portee) -> Resultat<Option<Acteur>> {
    let mut seul = Query::select();
    seul.expr_as(Expr::col("id"), "utilisateur_id").from("utilisateur").and_where(Expr::col("id").eq(utilisateur));
    let mut q = Query::select();
    q.from_subquery(seul, "t");
    joindre(&mut q, "t");
    let db = etat.base.lecture();
    let lignes = db.query_all_raw(db.get_database_backend().build(&q)).await?;
    Ok(Identite::lire(&lignes)?.filter(|i| i.actif).map(|i| i.acteur(structure, portee)))
}
