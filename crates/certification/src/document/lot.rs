//! The documents of a whole session in the background: what is owed is issued, then all is printed into one file
//! kept seven days. Asked twice, it is one; begun again after a crash, it issues nothing twice.

mod api;
mod fabrication;
pub mod table;
mod web;

pub(super) use api::api;
pub use fabrication::executer;
pub(super) use web::pages;

use axum::response::Response;
use chrono::TimeDelta;
use sea_orm::{ActiveValue::Set, QueryOrder, entity::prelude::*, sea_query::OnConflict};
use serde_json::{Value, json};
use socle::{
    Contexte, Erreur, Etat, Permission, Resultat, fichiers, identifiant::SessionExamenId, journal::Action, preparation, tache::genre,
};
use table::{Column, Entity};

pub use socle::preparation::Avancement;
pub use table::{Etape, Model as Lot};

/// The job that makes one.
pub const GENRE: &str = genre::LOT_DOCUMENTS;
/// The job that forgets those of the past.
pub const GENRE_BALAYAGE: &str = "lots_perimes";
/// How long the file is kept.
pub const CONSERVATION: TimeDelta = TimeDelta::days(7);
/// Where preparations are kept.
const PREPARATIONS: preparation::Table = preparation::Table { nom: "lot_documents", conservation: CONSERVATION, balayage: GENRE_BALAYAGE };
/// More documents than this are issued in the background alone.
pub(super) const IMMEDIATS: usize = 60;

const INTROUVABLE: Erreur = Erreur::Introuvable("Cette préparation");

/// Asks for the documents of a session; the bool is false when they are being made already.
///
/// # Errors
/// `Conflit` when the minutes are not validated: nothing is owed yet.
pub async fn demander(cx: &Contexte, session: SessionExamenId) -> Resultat<(Lot, bool)> {
    let d = crate::session::lire(cx, session).await?;
    let structure = d.session.structure_id;
    cx.exiger_dans(Permission::CertificationGerer, structure)?;
    super::compose::dus(cx, session).await?;
    let id = cx.nouvel_uuid();
    let cle = session.to_string();
    let inseres = Entity::insert(table::ActiveModel {
        id: Set(id),
        structure_id: Set(structure),
        session_id: Set(session),
        utilisateur_id: Set(cx.auteur()?),
        portee: Set(cx.acteur.portee),
        etat: Set(Avancement::Attente),
        etape: Set(Etape::Emission),
        cle: Set(Some(cle.clone())),
        total: Set(None),
        faites: Set(0),
        emis: Set(0),
        essais: Set(0),
        prise: Set(None),
        raison: Set(None),
        fichier_id: Set(None),
        taille: Set(None),
        cree_le: Set(cx.maintenant),
        fini_le: Set(None),
        expire_le: Set(cx.maintenant + CONSERVATION),
    })
    .on_conflict(OnConflict::column(Column::Cle).do_nothing().to_owned())
    .exec_without_returning(&cx.db())
    .await?;
    if inseres == 0 {
        let deja = Entity::find().filter(Column::Cle.eq(cle)).one(&cx.db()).await?.ok_or(INTROUVABLE)?;
        return Ok((deja, false));
    }
    cx.confier(GENRE, json!({ "lot": id }), None, None).await?;
    cx.journaliser(Action::Export, "lot_documents", id, structure, &[]).await?;
    Ok((lire(cx, id).await?, true))
}

/// One preparation, for who manages the certification of its centre.
pub async fn lire(cx: &Contexte, id: Uuid) -> Resultat<Lot> {
    let l = Entity::find_by_id(id).filter(Column::ExpireLe.gt(cx.maintenant)).one(&cx.db()).await?.ok_or(INTROUVABLE)?;
    match cx.exiger_dans(Permission::CertificationGerer, l.structure_id) {
        Err(Erreur::Introuvable(_)) => Err(INTROUVABLE),
        r => r.map(|()| l),
    }
}

/// The latest preparation of a session, if one is kept.
pub async fn dernier(cx: &Contexte, session: SessionExamenId) -> Resultat<Option<Lot>> {
    Ok(Entity::find()
        .filter(Column::SessionId.eq(session))
        .filter(Column::ExpireLe.gt(cx.maintenant))
        .order_by_desc(Column::Id)
        .one(&cx.db())
        .await?)
}

/// The file of a preparation that is ready; its opening is journaled.
///
/// # Errors
/// `Conflit` when it is not ready.
pub async fn telecharger(q: &socle::requete::Requete, id: Uuid) -> Resultat<Response> {
    let cx = q.ecriture().await?;
    let l = lire(&cx, id).await?;
    let Some(fichier) = l.fichier_id else {
        return Err(Erreur::Conflit("Ces documents ne sont pas prêts. Attendez la fin de leur préparation, ou relancez-la.".into()));
    };
    let f = fichiers::lire(&cx, fichier).await?;
    cx.journaliser(Action::Ouverture, "lot_documents", l.id, l.structure_id, &[]).await?;
    let r = fichiers::repondre(cx.etat(), &f).await?;
    cx.valider().await?;
    Ok(r)
}

/// Forgets the preparations of the past; their files go by themselves.
///
/// # Errors
/// When it should be tried again.
pub async fn balayer(etat: Etat, _: Value) -> Result<(), String> {
    PREPARATIONS.balayer(&etat, etat.horloge.maintenant()).await.map(drop).map_err(|e| e.to_string())
}
