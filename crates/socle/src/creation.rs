//! The same creation twice is one record.
//!
//! A client that may lose the network makes the record's id itself, or sends `Idempotency-Key`, from
//! which an id is derived. The id and a fingerprint of the body are claimed in the transaction that
//! creates: a repeat finds the claim and is answered the record; another body is refused.

use sea_orm::{ActiveValue::Set, entity::prelude::*, sea_query::OnConflict};
use sha2::{Digest, Sha256};

use crate::{
    Contexte,
    erreur::{Erreur, Resultat},
};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "creation")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub objet: String,
    pub empreinte: Vec<u8>,
    pub cree_le: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}

/// What a claim found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reclamation {
    /// Ours: create the record under this id.
    Nouvelle(Uuid),
    /// Already created from the same body: answer it.
    Repetee(Uuid),
}

/// Claims `id` (or a new one) for a record of kind `objet` made from `corps`.
///
/// # Errors
/// [`Erreur::Conflit`] when the id was claimed by another body.
pub async fn reclamer(cx: &Contexte, objet: &str, id: Option<Uuid>, corps: &impl serde::Serialize) -> Resultat<Reclamation> {
    let Some(id) = id else { return Ok(Reclamation::Nouvelle(cx.nouvel_uuid())) };
    if id.is_nil() || id.is_max() {
        return Err(Erreur::champ("id", "Cet identifiant est réservé : envoyez un UUID (version 7 de préférence)."));
    }
    let mut h = Sha256::new();
    h.update(objet);
    h.update([0]);
    h.update(cx.acteur.utilisateur.map_or([0; 16], |u| *u.0.as_bytes()));
    h.update(serde_json::to_vec(corps).map_err(Erreur::interne)?);
    let empreinte = h.finalize().to_vec();
    let inserees = Entity::insert(ActiveModel {
        id: Set(id),
        objet: Set(objet.to_owned()),
        empreinte: Set(empreinte.clone()),
        cree_le: Set(cx.maintenant),
    })
    .on_conflict(OnConflict::column(Column::Id).do_nothing().to_owned())
    .exec_without_returning(&cx.db())
    .await?;
    if inserees == 1 {
        return Ok(Reclamation::Nouvelle(id));
    }
    match Entity::find_by_id(id).one(&cx.db()).await? {
        Some(m) if m.empreinte == empreinte => Ok(Reclamation::Repetee(id)),
        _ => Err(Erreur::Conflit(format!("L’identifiant {id} a déjà servi pour un autre enregistrement."))),
    }
}

/// Forgets the claims of erased records: a fingerprint is still a trace of a person.
pub async fn oublier(cx: &Contexte, ids: impl IntoIterator<Item = Uuid>) -> Resultat<()> {
    Entity::update_many().col_expr(Column::Empreinte, Expr::value(Vec::<u8>::new())).filter(Column::Id.is_in(ids)).exec(&cx.db()).await?;
    Ok(())
}

/// The id derived from an `Idempotency-Key`: the same key of the same account on the same route is the same record.
pub fn id_de_cle(cx: &Contexte, route: &str, cle: &str) -> Uuid {
    let compte = cx.acteur.utilisateur.map_or_else(Uuid::nil, |u| u.0);
    Uuid::new_v5(&compte, format!("{route}\n{cle}").as_bytes())
}
