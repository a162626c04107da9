//! A calendar kept elsewhere, read for its busy times alone: from a file, or at an address read again every half hour.

use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::{ActiveValue::Set, IntoActiveModel, QueryOrder, QuerySelect, entity::prelude::*};
use serde::Deserialize;
use socle::{
    Contexte, Erreur, Etat, Permission, Resultat,
    coffre::Champ,
    controle::Controle,
    identifiant::{AgendaExterneId, UtilisateurId},
    texte::nettoyer,
};

use super::{
    distant::{self, Souplesse},
    lecture,
    table::{ailleurs, externe},
};

pub(super) const ADRESSE: Champ = Champ::texte("agenda_externe", "adresse");

/// Kind of the job that reads one calendar, and of the periodic work that has all read.
pub const GENRE_LIRE: &str = "agenda.lire";
pub const GENRE_LIRE_TOUS: &str = "agenda.lire_tous";

/// Most calendars of one account.
const MAX: usize = 10;
const PASSE: TimeDelta = TimeDelta::days(7);
const AVENIR: TimeDelta = TimeDelta::days(200);

pub use externe::Model as Externe;

/// The calendars that the actor follows: nobody else's.
pub async fn lister(cx: &Contexte) -> Resultat<Vec<Externe>> {
    cx.exiger(Permission::AccompagnementsLire)?;
    Ok(externe::Entity::find()
        .filter(externe::Column::UtilisateurId.eq(cx.auteur()?))
        .order_by_asc(externe::Column::CreeLe)
        .all(&cx.db())
        .await?)
}

async fn ajouter(cx: &Contexte, nom: Option<String>, adresse: Option<&str>) -> Resultat<Externe> {
    cx.exiger(Permission::AccompagnementsEcrire)?;
    let auteur = cx.auteur()?;
    let nom = nettoyer(nom).unwrap_or_else(|| "Mon autre agenda".into());
    let mut c = Controle::new();
    c.texte("nom", Some(&nom), 100);
    c.finir()?;
    if lister(cx).await?.len() >= MAX {
        return Err(Erreur::Conflit("Vous suivez déjà dix agendas : retirez-en un.".into()));
    }
    let id = AgendaExterneId(cx.nouvel_uuid());
    let e = Externe {
        id,
        utilisateur_id: auteur,
        nom,
        adresse: cx.coffre().sceller_si(&ADRESSE, id.0, adresse)?,
        lu_le: None,
        erreur: None,
        cree_le: cx.maintenant,
    };
    externe::Entity::insert(e.clone().into_active_model().reset_all()).exec_without_returning(&cx.db()).await?;
    Ok(e)
}

/// Follows the calendar at an address: read at once, then every half hour.
pub async fn suivre(cx: &Contexte, nom: Option<String>, adresse: &str) -> Resultat<Externe> {
    let u = distant::adresse(adresse, Souplesse::default()).map_err(|m| Erreur::champ("adresse", m))?;
    if u.as_str().len() > 1000 {
        return Err(Erreur::champ("adresse", "Cette adresse est trop longue : 1000 caractères au plus."));
    }
    let e = ajouter(cx, nom, Some(u.as_str())).await?;
    cx.confier(GENRE_LIRE, serde_json::json!({"agenda": e.id}), None, None).await?;
    Ok(e)
}

/// Reads the busy times of a file.
pub async fn deposer(cx: &Contexte, nom: Option<String>, contenu: &str) -> Resultat<Externe> {
    let (depuis, jusqu_a) = fenetre(cx.maintenant);
    let pris = lire_a_part(contenu.to_owned(), depuis, jusqu_a).await?.map_err(|m| Erreur::champ("fichier", m))?;
    let e = ajouter(cx, nom, None).await?;
    noter(cx, e.id, e.utilisateur_id, Ok(pris)).await?;
    Ok(externe::Entity::find_by_id(e.id).one(&cx.db()).await?.unwrap_or(e))
}

/// Follows a calendar no more: its busy times are forgotten.
pub async fn retirer(cx: &Contexte, id: AgendaExterneId) -> Resultat<()> {
    cx.exiger(Permission::AccompagnementsEcrire)?;
    let auteur = cx.auteur()?;
    let e = externe::Entity::find_by_id(id).filter(externe::Column::UtilisateurId.eq(auteur)).one(&cx.db()).await?;
    let e = e.ok_or(Erreur::Introuvable("Cet agenda"))?;
    ailleurs::Entity::delete_many().filter(ailleurs::Column::AgendaId.eq(e.id)).exec(&cx.db()).await?;
    externe::Entity::delete_by_id(e.id).exec(&cx.db()).await?;
    Ok(())
}

/// Reads a calendar on a thread of its own: its rules may take seconds to follow.
async fn lire_a_part(contenu: String, depuis: DateTime<Utc>, jusqu_a: DateTime<Utc>) -> Resultat<Result<Vec<lecture::Pris>, String>> {
    tokio::task::spawn_blocking(move || lecture::lire(&contenu, depuis, jusqu_a)).await.map_err(Erreur::interne)
}

fn fenetre(maintenant: DateTime<Utc>) -> (DateTime<Utc>, DateTime<Utc>) {
    (maintenant - PASSE, maintenant + AVENIR)
}

async fn noter(cx: &Contexte, id: AgendaExterneId, u: UtilisateurId, lu: Result<Vec<lecture::Pris>, String>) -> Resultat<()> {
    let mut ligne = externe::ActiveModel { lu_le: Set(Some(cx.maintenant)), erreur: Set(None), ..Default::default() };
    match lu {
        Ok(pris) => {
            ailleurs::Entity::delete_many().filter(ailleurs::Column::AgendaId.eq(id)).exec(&cx.db()).await?;
            for lot in pris.chunks(500) {
                let lignes = lot.iter().map(|(debut_s, fin_s)| {
                    ailleurs::Model { id: cx.nouvel_uuid(), agenda_id: id, utilisateur_id: u, debut_s: *debut_s, fin_s: *fin_s }
                        .into_active_model()
                        .reset_all()
                });
                ailleurs::Entity::insert_many(lignes).exec_without_returning(&cx.db()).await?;
            }
        }
        // What was known stays: a server that does not answer frees nobody.
        Err(m) => ligne = externe::ActiveModel { erreur: Set(Some(m)), ..Default::default() },
    }
    externe::Entity::update_many().set(ligne).filter(externe::Column::Id.eq(id)).exec(&cx.db()).await?;
    Ok(())
}

/// The job that reads one calendar. A reading that fails is said on its page; the next one is in half an hour.
///
/// # Errors
/// When the database does not answer: it is tried again.
pub async fn lire_tache(etat: Etat, charge: serde_json::Value) -> Result<(), String> {
    #[derive(Deserialize)]
    struct Charge {
        agenda: AgendaExterneId,
    }
    let c: Charge = serde_json::from_value(charge).map_err(|e| e.to_string())?;
    relire(&etat, c.agenda).await.map_err(|e| e.to_string())
}

async fn relire(etat: &Etat, id: AgendaExterneId) -> Resultat<()> {
    let cx = Contexte::lecture(etat, &socle::Acteur::systeme(), etat.horloge.nouvel_uuid());
    let Some(e) = externe::Entity::find_by_id(id).one(&cx.db()).await? else { return Ok(()) };
    let Some(adresse) = cx.coffre().ouvrir_si(&ADRESSE, e.id.0, e.adresse)? else { return Ok(()) };
    let (depuis, jusqu_a) = fenetre(cx.maintenant);
    drop(cx);
    // Nothing is held of the database while another server is asked.
    let lu = match distant::telecharger(&adresse, Souplesse::default()).await {
        Ok(t) => lire_a_part(t, depuis, jusqu_a).await?,
        Err(m) => Err(m),
    };
    let cx = Contexte::systeme(etat).await?;
    if externe::Entity::find_by_id(id).lock_exclusive().one(&cx.db()).await?.is_some() {
        noter(&cx, id, e.utilisateur_id, lu).await?;
    }
    cx.valider().await
}

/// The periodic work that has every followed calendar read.
///
/// # Errors
/// When the database does not answer: it is tried again.
pub async fn relire_tous(etat: Etat, charge: serde_json::Value) -> Result<(), String> {
    let occurrence = charge["occurrence"].as_str().unwrap_or_default().to_owned();
    tous(&etat, &occurrence).await.map_err(|e| e.to_string())
}

async fn tous(etat: &Etat, occurrence: &str) -> Resultat<()> {
    let cx = Contexte::systeme(etat).await?;
    let ids: Vec<AgendaExterneId> = externe::Entity::find()
        .select_only()
        .column(externe::Column::Id)
        .filter(externe::Column::Adresse.is_not_null())
        .into_tuple()
        .all(&cx.db())
        .await?;
    for id in ids {
        cx.confier(GENRE_LIRE, serde_json::json!({"agenda": id}), Some(format!("agenda:{id}:{occurrence}")), None).await?;
    }
    // What is over takes no room.
    ailleurs::Entity::delete_many().filter(ailleurs::Column::FinS.lt((cx.maintenant - PASSE).timestamp())).exec(&cx.db()).await?;
    cx.valider().await
}
