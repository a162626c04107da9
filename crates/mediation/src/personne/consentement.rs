//! Consents: for what, when, how, and their withdrawal.

use chrono::{Datelike, NaiveDate};
use sea_orm::{ActiveValue::Set, IntoActiveModel, QueryOrder, entity::prelude::*};
use socle::{
    Contexte, Erreur, Permission, Resultat,
    controle::Controle,
    identifiant::{ConsentementId, PersonneId, StructureId},
    journal::Action,
    texte::nettoyer,
};

use super::{depot, table::consentement as table, trouver};
use crate::nomenclatures::Finalite;

pub use table::Model as Consentement;

/// A consent to record.
#[derive(Clone, Debug)]
pub struct Consentir {
    pub finalite: Finalite,
    pub donne_le: NaiveDate,
    /// The structure the file is shared with, for [`Finalite::Partage`].
    pub destinataire: Option<StructureId>,
    /// How it was given: aloud, in writing…
    pub maniere: Option<String>,
}

/// Records a consent.
pub async fn consentir(cx: &Contexte, personne: PersonneId, d: Consentir) -> Resultat<Consentement> {
    trouver(cx, personne, Permission::PersonnesEcrire).await?;
    let structure = cx.exiger(Permission::PersonnesEcrire)?;
    let maniere = nettoyer(d.maniere);
    let mut c = Controle::new();
    c.exiger(d.donne_le <= cx.aujourd_hui(), "donne_le", "La date du consentement est après aujourd’hui.");
    c.texte("maniere", maniere.as_deref(), 200);
    c.exiger(
        (d.finalite == Finalite::Partage) == d.destinataire.is_some(),
        "destinataire",
        "Indiquez avec quelle structure le dossier est partagé.",
    );
    c.exiger(d.donne_le.year() >= 2000, "donne_le", "La date du consentement est trop ancienne : vérifiez l’année.");
    c.finir()?;
    // Sent twice, it is one consent.
    let mut deja = table::Entity::find()
        .filter(table::Column::PersonneId.eq(personne))
        .filter(table::Column::StructureId.eq(structure))
        .filter(table::Column::Finalite.eq(d.finalite))
        .filter(table::Column::DonneLe.eq(d.donne_le))
        .filter(table::Column::RetireLe.is_null());
    deja = match d.destinataire {
        Some(s) => deja.filter(table::Column::DestinataireId.eq(s)),
        None => deja.filter(table::Column::DestinataireId.is_null()),
    };
    if let Some(m) = deja.one(&cx.db()).await?.filter(|m| m.maniere == maniere) {
        return Ok(m);
    }
    let m = Consentement {
        id: ConsentementId(cx.nouvel_uuid()),
        personne_id: personne,
        structure_id: structure,
        finalite: d.finalite,
        destinataire_id: d.destinataire,
        donne_le: d.donne_le,
        retire_le: None,
        recueilli_par: cx.acteur.utilisateur,
        maniere,
    };
    table::Entity::insert(m.clone().into_active_model().reset_all()).exec_without_returning(&cx.db()).await?;
    cx.journaliser(Action::Creation, "consentement", m.id.0, structure, &["finalite"]).await?;
    Ok(m)
}

/// Withdraws a consent; a shared file is no longer seen by the structure it was shared with.
pub async fn retirer(cx: &Contexte, personne: PersonneId, id: ConsentementId) -> Resultat<()> {
    trouver(cx, personne, Permission::PersonnesEcrire).await?;
    let introuvable = Erreur::Introuvable("Ce consentement");
    let c = table::Entity::find_by_id(id).filter(table::Column::PersonneId.eq(personne)).one(&cx.db()).await?.ok_or(introuvable)?;
    let r = table::Entity::update_many()
        .set(table::ActiveModel { retire_le: Set(Some(cx.aujourd_hui())), ..Default::default() })
        .filter(table::Column::Id.eq(id))
        .filter(table::Column::RetireLe.is_null())
        .exec(&cx.db())
        .await?;
    if r.rows_affected == 0 {
        return Err(Erreur::Conflit("Ce consentement est déjà retiré.".into()));
    }
    if let Some(destinataire) = c.destinataire_id {
        depot::ne_plus_suivre(cx, destinataire, personne, id).await?;
    }
    cx.journaliser(Action::Modification, "consentement", id.0, c.structure_id, &["retire_le"]).await
}

/// The consents of a person, newest first.
pub async fn consentements(cx: &Contexte, personne: PersonneId) -> Resultat<Vec<Consentement>> {
    trouver(cx, personne, Permission::PersonnesLire).await?;
    de_personne(cx, personne).await
}

pub(super) async fn de_personne(cx: &Contexte, personne: PersonneId) -> Resultat<Vec<Consentement>> {
    Ok(table::Entity::find()
        .filter(table::Column::PersonneId.eq(personne))
        .order_by_desc(table::Column::DonneLe)
        .order_by_desc(table::Column::Id)
        .all(&cx.db())
        .await?)
}
