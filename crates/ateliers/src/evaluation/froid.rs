//! The evaluation two weeks later: by mail, to those who came, left an address and agreed.

use std::collections::HashSet;

use chrono::TimeDelta;
use sea_orm::{ActiveValue::Set, IntoActiveModel, QuerySelect, entity::prelude::*, sea_query::OnConflict};
use serde_json::json;
use socle::{
    Contexte, Erreur, Etat, Resultat,
    identifiant::{DateSeanceId, ReservationId, SeanceId, StructureId},
    ports::{ErreurCourrier, Lettre},
    retour::{self, Objet},
};

use super::{
    COMMENTAIRE_FROID, Ouverte, Repondre, Voie, adresse, creer_lien,
    questions::{DEJA, questions},
    table::{accord, froide, invitation, lien, reponse},
};
use crate::{
    presence::{self, EtatPresence},
    reservation::{CONSERVATION, Reservation, noter_refus, regles::heure_decente, table as reservations},
    seance::{DateSeance, EtatDate, Seance, table::date},
};

/// Kind of the job that finds whom to ask, two weeks after the last date of a séance.
pub const GENRE_FROIDE: &str = "ateliers.evaluation_froide";
/// Kind of the job that writes to one of them.
pub const GENRE_INVITER: &str = "ateliers.inviter_a_evaluer";
/// Name of the periodic work that forgets links, agreements and signatures.
pub const GENRE_PURGE: &str = "ateliers.purge_evaluations";

/// Days after the séance when one is asked, and days to answer.
const APRES: i64 = 14;
const JOURS: i64 = 30;

/// Notes that somebody agrees to be asked, or no longer.
pub(crate) async fn noter_accord(cx: &Contexte, r: ReservationId, par: &str, accord: bool) -> Resultat<()> {
    if accord {
        let ligne = accord::Model { reservation_id: r, par: par.to_owned(), cree_le: cx.maintenant };
        accord::Entity::insert(ligne.into_active_model().reset_all())
            .on_conflict(OnConflict::column(accord::Column::ReservationId).do_nothing().to_owned())
            .exec_without_returning(&cx.db())
            .await?;
    } else {
        accord::Entity::delete_by_id(r).exec(&cx.db()).await?;
    }
    Ok(())
}

/// Of these bookings, those whose person agreed.
pub(crate) async fn accords(cx: &Contexte, ids: &[ReservationId]) -> Resultat<HashSet<ReservationId>> {
    let v: Vec<ReservationId> = accord::Entity::find()
        .select_only()
        .column(accord::Column::ReservationId)
        .filter(accord::Column::ReservationId.is_in(ids.iter().copied()))
        .into_tuple()
        .all(&cx.db())
        .await?;
    Ok(v.into_iter().collect())
}

/// Once the last date of a séance is closed: two weeks later, at a decent hour, people are asked.
pub(super) async fn programmer(cx: &Contexte, s: &Seance, d: &DateSeance) -> Resultat<()> {
    let restent = date::Entity::find()
        .filter(date::Column::SeanceId.eq(s.id))
        .filter(date::Column::Id.ne(d.id))
        .filter(date::Column::Etat.eq(EtatDate::Prevue))
        .one(&cx.db())
        .await?;
    if restent.is_some() {
        return Ok(());
    }
    let quand = heure_decente(s.fin.max(d.fin) + TimeDelta::days(APRES));
    cx.confier(GENRE_FROIDE, json!({"seance": s.id}), Some(format!("froide:{}", s.id)), Some(quand)).await
}

#[derive(serde::Deserialize)]
struct DeSeance {
    seance: SeanceId,
}

/// The job that finds whom to ask: one job each.
///
/// # Errors
/// When the database does not answer: it is tried again.
pub async fn lancer(etat: Etat, charge: serde_json::Value) -> Result<(), String> {
    let c: DeSeance = serde_json::from_value(charge).map_err(|e| e.to_string())?;
    lancer_pour(&etat, c.seance).await.map_err(|e| e.to_string())
}

async fn lancer_pour(etat: &Etat, seance: SeanceId) -> Resultat<()> {
    let cx = Contexte::systeme(etat).await?;
    let gens = reservations::Entity::find()
        .filter(reservations::Column::SeanceId.eq(seance))
        .filter(reservations::Column::Courriel.is_not_null())
        .all(&cx.db())
        .await?;
    let ids: Vec<ReservationId> = gens.iter().map(|r| r.id).collect();
    for r in accords(&cx, &ids).await? {
        cx.confier(GENRE_INVITER, json!({"reservation": r}), Some(format!("inviter:{r}")), None).await?;
    }
    cx.valider().await
}

#[derive(serde::Deserialize)]
struct DeReservation {
    reservation: ReservationId,
}

/// The job that asks one person, never between 20 h and 8 h.
///
/// # Errors
/// When the mail could not be handed over: it is tried again, with a link of its own.
pub async fn inviter_tache(etat: Etat, charge: serde_json::Value) -> Result<(), String> {
    let c: DeReservation = serde_json::from_value(charge).map_err(|e| e.to_string())?;
    let maintenant = etat.horloge.maintenant();
    let matin = heure_decente(maintenant);
    if matin > maintenant {
        return reporter(&etat, c.reservation, matin).await.map_err(|e| e.to_string());
    }
    let Some(lettre) = preparer(&etat, c.reservation).await.map_err(|e| e.to_string())? else { return Ok(()) };
    let marque = retour::marquer(&etat.coffre, Objet::Reservation, c.reservation, &lettre.destinataire).map_err(|e| e.to_string())?;
    match etat.courrier.envoyer_suivi(&lettre, &[], &marque).await {
        // Asked once, and never again: the address is noted.
        Err(ErreurCourrier::Adresse(_)) => {
            let empreinte = retour::empreinte(&lettre.destinataire);
            noter_refus(&etat, c.reservation, Some(&empreinte)).await.map(|_| ()).map_err(|e| e.to_string())
        }
        autre => autre.map_err(|e| e.to_string()),
    }
}

async fn reporter(etat: &Etat, r: ReservationId, matin: DateTimeUtc) -> Resultat<()> {
    let cx = Contexte::systeme(etat).await?;
    let cle = format!("inviter-matin:{r}:{}", matin.timestamp());
    cx.confier(GENRE_INVITER, json!({"reservation": r}), Some(cle), Some(matin)).await?;
    cx.valider().await
}

/// The last date somebody came to.
async fn derniere(cx: &Contexte, r: &Reservation) -> Resultat<Option<DateSeanceId>> {
    let dates = date::Entity::find().filter(date::Column::SeanceId.eq(r.seance_id)).all(&cx.db()).await?;
    let venu = presence::de_la_personne(cx, r.id).await?;
    Ok(dates
        .into_iter()
        .filter(|d| d.etat == EtatDate::Close && venu.get(&d.id) == Some(&EtatPresence::Present))
        .max_by_key(|d| d.debut)
        .map(|d| d.id))
}

async fn preparer(etat: &Etat, id: ReservationId) -> Resultat<Option<Lettre>> {
    let cx = Contexte::systeme(etat).await?;
    let Some((lettre, _)) = inviter(&cx, id).await? else { return Ok(None) };
    cx.valider().await?;
    Ok(Some(lettre))
}

/// The mail that asks somebody, as things are now, and the secret it holds; nothing when the person did not come, agrees
/// no more, or answered. For the program itself: it is sent once committed.
pub async fn inviter(cx: &Contexte, id: ReservationId) -> Resultat<Option<(Lettre, String)>> {
    let r = reservations::Entity::find_by_id(id).one(&cx.db()).await?;
    // Nothing goes to an address that does not receive.
    let Some(r) = r.filter(|r| r.refus_le.is_none()) else { return Ok(None) };
    let (Some(destinataire), Some(date_id)) = (r.courriel.clone(), derniere(cx, &r).await?) else { return Ok(None) };
    if accords(cx, &[id]).await?.is_empty() {
        return Ok(None);
    }
    if invitation::Entity::find_by_id(id).one(&cx.db()).await?.is_some_and(|i| i.repondue) {
        return Ok(None);
    }
    let Some(s) = crate::seance::par_id(cx, r.seance_id).await? else { return Ok(None) };
    let structure = territoire::structure::lire(cx, s.structure_id).await?.nom;
    let ligne = invitation::Model { reservation_id: id, date_id, envoyee_le: cx.maintenant, repondue: false };
    invitation::Entity::insert(ligne.into_active_model().reset_all())
        .on_conflict(OnConflict::column(invitation::Column::ReservationId).update_column(invitation::Column::EnvoyeeLe).to_owned())
        .exec_without_returning(&cx.db())
        .await?;
    let secret = creer_lien(cx, Voie::Courriel, date_id, Some(id), cx.maintenant + TimeDelta::days(JOURS)).await?;
    let lien = adresse(cx, &secret);
    let lettre = Lettre {
        destinataire,
        sujet: format!("Et depuis l’atelier «\u{a0}{}\u{a0}»\u{a0}?", s.titre),
        corps: format!(
            "Bonjour,\n\nVous êtes venu à l’atelier «\u{a0}{}\u{a0}», chez «\u{a0}{structure}\u{a0}». Ce que vous y avez appris vous sert-il\u{a0}?\n\nTrois questions, une minute ; votre réponse est gardée sans votre nom :\n{lien}\n\nVous pouvez répondre pendant {JOURS} jours. Vous n’êtes pas obligé de répondre. Pour ne plus être interrogé, ouvrez ce lien : un bouton est en bas de la page.\n\nCe message est envoyé automatiquement : merci de ne pas y répondre.\n",
            s.titre
        ),
    };
    Ok(Some((lettre, secret)))
}

/// An answer two weeks later: one an invitation, whoever asks twice.
pub(super) async fn repondre(cx: &Contexte, o: &Ouverte, r: &Repondre) -> Resultat<()> {
    let ([utilite, refait, recommandation], commentaire) = r.lire(questions(o.voie))?;
    let Some(reservation) = &o.reservation else { return Err(Erreur::Introuvable("Ce lien")) };
    let fait = invitation::Entity::update_many()
        .set(invitation::ActiveModel { repondue: Set(true), ..Default::default() })
        .filter(invitation::Column::ReservationId.eq(reservation.id))
        .filter(invitation::Column::Repondue.eq(false))
        .exec(&cx.db())
        .await?;
    if fait.rows_affected == 0 {
        return Err(Erreur::Perime(DEJA.into()));
    }
    // An id of its own: nothing ties the answer to the invitation.
    let id = cx.nouvel_uuid();
    let ligne = froide::ActiveModel {
        id: Set(id),
        date_id: Set(o.date.id),
        utilite: Set(utilite),
        refait: Set(refait),
        recommandation: Set(recommandation),
        commentaire: Set(cx.coffre().sceller_si(&COMMENTAIRE_FROID, id, commentaire.as_deref())?),
        repondu_le: Set(cx.aujourd_hui()),
    };
    froide::Entity::insert(ligne).exec_without_returning(&cx.db()).await?;
    Ok(())
}

/// What people wrote two weeks later on the dates of a structure after `depuis`, without author, date nor order; none
/// under five answers. The caller has checked the right to read the figures.
pub(crate) async fn commentaires(cx: &Contexte, structure: StructureId, depuis: chrono::NaiveDate) -> Resultat<Vec<String>> {
    let dates = sea_orm::sea_query::Query::select()
        .column("id")
        .from("seance_date")
        .and_where(sea_orm::ExprTrait::eq(Expr::col("structure_id"), structure))
        .and_where(sea_orm::ExprTrait::gte(Expr::col("jour"), depuis))
        .to_owned();
    let lignes = froide::Entity::find().filter(froide::Column::DateId.in_subquery(dates)).limit(1000).all(&cx.db()).await?;
    if (lignes.len() as i64) < mediation::ateliers::taux::SEUIL {
        return Ok(vec![]);
    }
    let mut textes = vec![];
    for l in lignes {
        textes.extend(cx.coffre().ouvrir_si(&COMMENTAIRE_FROID, l.id, l.commentaire)?);
    }
    textes.sort_by_cached_key(|t| socle::texte::plier(t));
    textes.truncate(200);
    Ok(textes)
}

/// Forgets the links that open no more, and, as long after a séance as bookings keep a name: who agreed, who was asked,
/// what was signed, and answers of a séance that nobody closed.
///
/// # Errors
/// When the database does not answer: it is tried again.
pub async fn purger(etat: Etat, _: serde_json::Value) -> Result<(), String> {
    oublier(&etat).await.map_err(|e| e.to_string())
}

async fn oublier(etat: &Etat) -> Resultat<()> {
    let cx = Contexte::systeme(etat).await?;
    let avant = cx.maintenant - CONSERVATION;
    let anciennes = |table: &'static str, colonne: &'static str| {
        let mut q = sea_orm::sea_query::Query::select();
        q.column(("x", colonne))
            .from_as(table, "x")
            .join_as(sea_orm::JoinType::InnerJoin, "seance", "s", sea_orm::ExprTrait::equals(Expr::col(("s", "id")), ("x", "seance_id")))
            .and_where(sea_orm::ExprTrait::lt(Expr::col(("s", "fin")), avant));
        q
    };
    let gens = || anciennes("reservation", "id");
    lien::Entity::delete_many().filter(lien::Column::ExpireLe.lt(cx.maintenant - TimeDelta::days(1))).exec(&cx.db()).await?;
    lien::Entity::delete_many().filter(lien::Column::ReservationId.in_subquery(gens())).exec(&cx.db()).await?;
    accord::Entity::delete_many().filter(accord::Column::ReservationId.in_subquery(gens())).exec(&cx.db()).await?;
    invitation::Entity::delete_many().filter(invitation::Column::ReservationId.in_subquery(gens())).exec(&cx.db()).await?;
    presence::oublier_signatures(&cx, gens()).await?;
    reponse::Entity::delete_many().filter(reponse::Column::DateId.in_subquery(anciennes("seance_date", "id"))).exec(&cx.db()).await?;
    cx.valider().await
}
