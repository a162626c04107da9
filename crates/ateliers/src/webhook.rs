//! Webhooks: another program is told of bookings as they happen, by signed requests, tried again until received.
//!
//! A delivery says ids and states, never a name nor a contact: who receives it reads the rest by the API, with a
//! token of its own and its rights.

mod api;
mod envoi;
pub(crate) mod migration;
pub mod regles;
pub(crate) mod table;
mod web;

pub use api::api;
pub use envoi::livrer;
pub(crate) use migration::Webhooks;
pub use table::{Model as Webhook, livraison::Model as Livraison};
pub use web::pages;

use chrono::TimeDelta;
use sea_orm::{ActiveValue::Set, IntoActiveModel, PaginatorTrait, QueryOrder, QuerySelect, entity::prelude::*};
use serde::{Deserialize, Serialize};
use socle::{
    Contexte, Erreur, Nomenclature, Permission, Resultat, coffre::Champ, controle::Controle, identifiant::StructureId, journal::Action,
    secret, tache::genre, texte::nettoyer,
};

use crate::{reservation::Reservation, seance::nomenclature};
use table::{Evenements, livraison};

pub(crate) const SECRET: Champ = Champ::texte("webhook", "secret");

/// What a secret begins with: found by those who look for leaked secrets.
pub const PREFIXE: &str = "psw_";
/// Most webhooks of a structure.
pub const WEBHOOKS_MAX: u64 = 10;
/// How long deliveries are kept.
pub const CONSERVATION: TimeDelta = TimeDelta::days(30);

nomenclature! {
    /// What another program is told.
    #[schema(as = EvenementWebhook)]
    Evenement {
        ReservationCreee => "Réservation créée",
        ReservationChangee => "Réservation changée",
        ReservationAnnulee => "Réservation annulée",
        PresenceNotee => "Personne venue",
        Essai => "Essai",
    }
}

impl Evenement {
    /// Those one may choose.
    pub fn au_choix() -> Vec<Self> {
        Self::tous().into_iter().filter(|e| *e != Self::Essai).collect()
    }
}

nomenclature! {
    /// Where a delivery stands.
    #[schema(as = EtatLivraison)]
    EtatLivraison { Attente => "À envoyer", Livree => "Reçue", Echec => "Abandonnée" }
}

/// Adds a webhook.
#[derive(Clone, Debug, Default, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreerWebhook {
    /// What it is for.
    #[schema(max_length = 100)]
    pub nom: String,
    /// Where the requests are sent, by https.
    #[schema(max_length = 500)]
    pub adresse: String,
    #[schema(min_items = 1)]
    pub evenements: Vec<Evenement>,
}

/// The webhooks of the structure.
pub async fn lister(cx: &Contexte) -> Resultat<Vec<Webhook>> {
    let s = cx.exiger(Permission::StructureGerer)?;
    Ok(table::Entity::find().filter(table::Column::StructureId.eq(s)).order_by_asc(table::Column::Id).all(&cx.db()).await?)
}

/// One webhook of the structure.
pub async fn lire(cx: &Contexte, id: Uuid) -> Resultat<Webhook> {
    let introuvable = || Erreur::Introuvable("Ce point d’appel");
    let s = cx.exiger(Permission::StructureGerer)?;
    table::Entity::find_by_id(id).filter(table::Column::StructureId.eq(s)).one(&cx.db()).await?.ok_or_else(introuvable)
}

/// Adds a webhook; the secret is given once.
pub async fn creer(cx: &Contexte, d: CreerWebhook) -> Resultat<(Webhook, String)> {
    let s = cx.exiger(Permission::StructureGerer)?;
    let mut c = Controle::new();
    let nom = nettoyer(Some(d.nom)).unwrap_or_default();
    let adresse = d.adresse.trim().to_owned();
    c.exiger(!nom.is_empty(), "nom", "Dites à quoi il servira : vous le reconnaîtrez dans la liste.");
    c.texte("nom", Some(&nom), 100);
    c.texte("adresse", Some(&adresse), 500);
    if let Err(m) = regles::adresse(&adresse, cx.etat().config.webhooks_private) {
        c.faute("adresse", m);
    }
    let mut evenements = d.evenements;
    evenements.retain(|e| *e != Evenement::Essai);
    evenements.dedup();
    c.exiger(!evenements.is_empty(), "evenements", "Choisissez au moins un événement.");
    let combien = table::Entity::find().filter(table::Column::StructureId.eq(s)).count(&cx.db()).await?;
    c.exiger(combien < WEBHOOKS_MAX, "nom", "Dix points d’appel au plus : supprimez d’abord celui qui ne sert plus.");
    c.finir()?;
    let id = cx.nouvel_uuid();
    let clair = format!("{PREFIXE}{}", secret::tirer()?);
    let w = Webhook {
        id,
        structure_id: s,
        nom,
        adresse,
        secret: cx.coffre().sceller(&SECRET, id, &clair)?,
        evenements: Evenements(evenements),
        actif: true,
        cree_par: cx.auteur()?,
        cree_le: cx.maintenant,
    };
    table::Entity::insert(w.clone().into_active_model().reset_all()).exec_without_returning(&cx.db()).await?;
    cx.journaliser(Action::Creation, "webhook", id, s, &[]).await?;
    Ok((w, clair))
}

/// Stops a webhook, or starts it again.
pub async fn activer(cx: &Contexte, id: Uuid, actif: bool) -> Resultat<()> {
    let w = lire(cx, id).await?;
    table::Entity::update_many()
        .set(table::ActiveModel { actif: Set(actif), ..Default::default() })
        .filter(table::Column::Id.eq(id))
        .exec(&cx.db())
        .await?;
    cx.journaliser(Action::Modification, "webhook", id, w.structure_id, &["actif"]).await
}

/// Removes a webhook and its log.
pub async fn supprimer(cx: &Contexte, id: Uuid) -> Resultat<()> {
    let w = lire(cx, id).await?;
    livraison::Entity::delete_many().filter(livraison::Column::WebhookId.eq(id)).exec(&cx.db()).await?;
    table::Entity::delete_by_id(id).exec(&cx.db()).await?;
    cx.journaliser(Action::Suppression, "webhook", id, w.structure_id, &[]).await
}

/// The last deliveries of a webhook, latest first.
pub async fn livraisons(cx: &Contexte, id: Uuid) -> Resultat<Vec<Livraison>> {
    lire(cx, id).await?;
    Ok(livraison::Entity::find()
        .filter(livraison::Column::WebhookId.eq(id))
        .order_by_desc(livraison::Column::CreeLe)
        .order_by_desc(livraison::Column::Id)
        .limit(100)
        .all(&cx.db())
        .await?)
}

/// Sends a delivery that says nothing, to see whether it arrives.
pub async fn essayer(cx: &Contexte, id: Uuid) -> Resultat<Livraison> {
    let w = lire(cx, id).await?;
    inscrire(cx, &w, Evenement::Essai, serde_json::json!({})).await
}

/// Sends a delivery again, whatever became of it: the same id, so that who already has it knows.
pub async fn renvoyer(cx: &Contexte, id: Uuid, quelle: Uuid) -> Resultat<()> {
    let w = lire(cx, id).await?;
    let r = livraison::Entity::update_many()
        .set(livraison::ActiveModel {
            etat: Set(EtatLivraison::Attente),
            essais: Set(0),
            statut: Set(None),
            erreur: Set(None),
            ..Default::default()
        })
        .filter(livraison::Column::Id.eq(quelle))
        .filter(livraison::Column::WebhookId.eq(w.id))
        .exec(&cx.db())
        .await?;
    if r.rows_affected == 0 {
        return Err(Erreur::Introuvable("Cet envoi"));
    }
    cx.confier(genre::WEBHOOK, serde_json::json!({"livraison": quelle}), None, None).await
}

async fn inscrire(cx: &Contexte, w: &Webhook, evenement: Evenement, donnees: Json) -> Resultat<Livraison> {
    let id = cx.nouvel_uuid();
    let charge = serde_json::json!({
        "id": id, "evenement": evenement, "structure": w.structure_id, "le": cx.maintenant, "donnees": donnees,
    });
    let l = Livraison {
        id,
        webhook_id: w.id,
        evenement,
        charge,
        etat: EtatLivraison::Attente,
        essais: 0,
        statut: None,
        erreur: None,
        cree_le: cx.maintenant,
        dernier_le: None,
    };
    livraison::Entity::insert(l.clone().into_active_model().reset_all()).exec_without_returning(&cx.db()).await?;
    cx.confier(genre::WEBHOOK, serde_json::json!({"livraison": id}), None, None).await?;
    Ok(l)
}

/// Tells the webhooks of the structure what became of a booking, in the transaction of the change: nothing is told
/// of what was not written, nothing is lost of what was.
pub(crate) async fn signaler(cx: &Contexte, e: Evenement, r: &Reservation) -> Resultat<()> {
    let donnees = || serde_json::json!({"reservation": r.id, "seance": r.seance_id, "etat": r.etat});
    for w in actifs(cx, r.structure_id).await? {
        if w.evenements.0.contains(&e) {
            inscrire(cx, &w, e, donnees()).await?;
        }
    }
    Ok(())
}

async fn actifs(cx: &Contexte, s: StructureId) -> Resultat<Vec<Webhook>> {
    Ok(table::Entity::find().filter(table::Column::StructureId.eq(s)).filter(table::Column::Actif.eq(true)).all(&cx.db()).await?)
}

/// Forgets the deliveries made long ago.
pub(crate) async fn oublier(cx: &Contexte) -> Resultat<()> {
    livraison::Entity::delete_many().filter(livraison::Column::CreeLe.lt(cx.maintenant - CONSERVATION)).exec(&cx.db()).await?;
    Ok(())
}
