//! On the day: who came, by taps; and the closing of a date, which records the collective accompaniment once.

mod api;
mod chiffres;
mod cloture;
mod journee;
pub(crate) mod migration;
pub mod regles;
mod signature;
mod table;
mod web;

pub use api::api;
pub use chiffres::{Ligne as LigneResultats, Par as ParResultats, resultats};
pub use cloture::{NoteDeCloture, clore, clore_avec};
pub use journee::{Preparation, journee};
pub(crate) use migration::Presences;
pub(crate) use signature::oublier as oublier_signatures;
pub use signature::{CHAMPS, NatureSignature, Signature, Signer, signatures, signer};
pub use web::pages;

use std::collections::HashMap;

use mediation::personne;
use sea_orm::{ActiveValue::Set, IntoActiveModel, QuerySelect, entity::prelude::*, sea_query::OnConflict};
use serde::{Deserialize, Serialize};
use socle::{
    Contexte, Erreur, Nomenclature, Permission, Resultat,
    controle::Controle,
    identifiant::{DateSeanceId, PersonneId, ReservationId},
    journal::Action,
    secret,
    texte::nettoyer,
};

use crate::{
    evaluation,
    reservation::{self, Canal, EtatReservation, Par, Reservation, regles as reservation_regles, table as reservations},
    seance::{self, DateSeance, EtatDate, Seance, nomenclature, table::date},
    webhook::{self, Evenement},
};

nomenclature! {
    /// Whether somebody came.
    EtatPresence { Present => "Présente", Absent => "Absente", Excuse => "Excusée" }
}

/// The attendance sheet of a date.
#[derive(Clone, Debug)]
pub struct Feuille {
    pub seance: Seance,
    pub date: DateSeance,
    /// Those expected, those who came without booking, those who gave their seat up in the last day, and those whose
    /// booking ended after they were marked, with what was marked.
    pub gens: Vec<(Reservation, Option<EtatPresence>)>,
}

impl Feuille {
    /// How many are there, named or not.
    pub fn presents(&self) -> usize {
        self.gens.iter().filter(|(_, e)| *e == Some(EtatPresence::Present)).count() + self.date.anonymes.max(0) as usize
    }
}

pub(crate) async fn de_la_date(cx: &Contexte, id: DateSeanceId, p: Permission) -> Resultat<(Seance, DateSeance)> {
    let introuvable = || Erreur::Introuvable("Cette date");
    let Some(d) = date::Entity::find_by_id(id).one(&cx.db()).await? else {
        return Err(if cx.acteur.peut(p) { introuvable() } else { Erreur::Interdit(p) });
    };
    let mut s = seance::ligne(cx, d.seance_id, p).await?;
    if !cx.ecrit() {
        return Ok((s, d));
    }
    // Taps and the closing come one after the other: nobody is marked on a sheet already closed.
    s = seance::verrouiller(cx, s.id).await?;
    let d = date::Entity::find_by_id(id).one(&cx.db()).await?.ok_or_else(introuvable)?;
    Ok((s, d))
}

async fn completer(cx: &Contexte, seance: Seance, date: DateSeance) -> Resultat<Feuille> {
    let marques: HashMap<ReservationId, EtatPresence> = table::Entity::find()
        .filter(table::Column::DateId.eq(date.id))
        .all(&cx.db())
        .await?
        .into_iter()
        .map(|p| (p.reservation_id, p.etat))
        .collect();
    let mut gens: Vec<(Reservation, Option<EtatPresence>)> = reservation::lister(cx, seance.id)
        .await?
        .into_iter()
        .filter(|r| {
            matches!(r.etat, EtatReservation::Confirmee | EtatReservation::SurPlace)
                || r.fin.as_deref() == Some("personne")
                || marques.contains_key(&r.id)
        })
        .map(|r| {
            // Who gave their seat up in the last day: the rule says whether it is excused.
            let tardive =
                if r.etat == EtatReservation::Annulee { r.fini_le.and_then(|t| regles::desistement(t, date.debut)) } else { None };
            let marque = marques.get(&r.id).copied().or(tardive);
            (r, marque)
        })
        // Who came without booking another day of the cycle is not expected this one.
        .filter(|(r, marque)| r.etat == EtatReservation::Confirmee || marque.is_some())
        .collect();
    gens.sort_by_cached_key(|(r, _)| socle::texte::plier(&r.nom));
    Ok(Feuille { seance, date, gens })
}

/// The attendance sheet of a date.
pub async fn feuille(cx: &Contexte, id: DateSeanceId) -> Resultat<Feuille> {
    let (s, d) = de_la_date(cx, id, Permission::AccompagnementsLire).await?;
    completer(cx, s, d).await
}

pub(crate) async fn ouverte(cx: &Contexte, id: DateSeanceId) -> Resultat<(Seance, DateSeance)> {
    let (s, d) = de_la_date(cx, id, Permission::AccompagnementsEcrire).await?;
    match d.etat {
        EtatDate::Prevue => Ok((s, d)),
        EtatDate::Close => {
            Err(Erreur::Conflit("Cette séance est close : ce qui a été enregistré se corrige dans l’accompagnement, ou se rétablit sur la page de présence s’il a été supprimé.".into()))
        }
        EtatDate::Annulee => Err(Erreur::Conflit("Cette séance est annulée.".into())),
    }
}

async fn noter(cx: &Contexte, d: DateSeanceId, r: ReservationId, etat: EtatPresence) -> Resultat<()> {
    let ligne = table::Model { date_id: d, reservation_id: r, etat };
    table::Entity::insert(ligne.into_active_model().reset_all())
        .on_conflict(
            OnConflict::columns([table::Column::DateId, table::Column::ReservationId]).update_column(table::Column::Etat).to_owned(),
        )
        .exec_without_returning(&cx.db())
        .await?;
    Ok(())
}

/// Refuses what is known on the day alone.
fn le_jour(cx: &Contexte, d: &DateSeance) -> Resultat<()> {
    if d.jour > cx.aujourd_hui() {
        let quand = interface::format::instant_long(d.debut);
        return Err(Erreur::Conflit(format!("Cette séance est {quand} : on notera ce jour-là qui est venu.")));
    }
    Ok(())
}

/// Marks whether somebody who booked came.
///
/// # Errors
/// [`Erreur::Conflit`] before the day, unless somebody is excused.
pub async fn marquer(cx: &Contexte, id: DateSeanceId, r: ReservationId, etat: EtatPresence) -> Resultat<()> {
    let (s, d) = ouverte(cx, id).await?;
    if etat != EtatPresence::Excuse {
        le_jour(cx, &d)?;
    }
    let connue = reservations::Entity::find_by_id(r).one(&cx.db()).await?.filter(|r| r.seance_id == s.id);
    let deja = table::Entity::find_by_id((d.id, r)).one(&cx.db()).await?.is_some();
    let connue = connue.filter(|r| deja || matches!(r.etat, EtatReservation::Confirmee | EtatReservation::SurPlace));
    let Some(connue) = connue else { return Err(Erreur::Introuvable("Cette réservation")) };
    noter(cx, d.id, r, etat).await?;
    if etat == EtatPresence::Present {
        webhook::signaler(cx, Evenement::PresenceNotee, &connue).await?;
    }
    Ok(())
}

/// Somebody who came without booking: of the structure's files, or by a name. Takes no seat; who waited waits no more.
pub async fn venir(cx: &Contexte, id: DateSeanceId, personne: Option<PersonneId>, nom: Option<String>) -> Resultat<()> {
    let (s, d) = ouverte(cx, id).await?;
    le_jour(cx, &d)?;
    let mut c = Controle::new();
    let mut nom = nettoyer(nom);
    if let Some(p) = personne {
        match personne::trouver(cx, p, Permission::PersonnesLire).await {
            Ok(p) => nom = personne::noms(cx, &[p.id]).await?.remove(&p.id),
            Err(Erreur::Introuvable(_)) => c.faute("personne", "Cette personne n’est pas suivie par votre structure."),
            Err(e) => return Err(e),
        }
    }
    c.exiger(nom.is_some(), "nom", "Donnez un nom, ou comptez la personne sans nom.");
    c.texte("nom", nom.as_deref(), 150);
    c.finir()?;
    let inscrites = reservations::Entity::find()
        .filter(reservations::Column::SeanceId.eq(s.id))
        .filter(reservations::Column::Etat.ne(EtatReservation::Annulee))
        .all(&cx.db())
        .await?;
    let attend = |r: &Reservation| matches!(r.etat, EtatReservation::Attente | EtatReservation::Proposee);
    let nomme = nom.as_deref().map(socle::texte::plier);
    let deja = inscrites.iter().find(|r| personne.is_some() && r.personne_id == personne).or_else(|| {
        // By the name alone, who waits; two who book under one name are two people.
        inscrites
            .iter()
            .find(|r| attend(r) && (personne.is_none() || r.personne_id.is_none()) && Some(socle::texte::plier(&r.nom)) == nomme)
    });
    if let Some(r) = deja {
        if attend(r) {
            reservation::venue(cx, r, personne).await?;
            reservation::proposer_les_places(cx, &s).await?;
        }
        return noter(cx, d.id, r.id, EtatPresence::Present).await;
    }
    let r = Reservation {
        id: ReservationId(cx.nouvel_uuid()),
        seance_id: s.id,
        structure_id: s.structure_id,
        places: s.places,
        siege: None,
        etat: EtatReservation::SurPlace,
        code: reservation_regles::code(&secret::empreinte(&secret::tirer()?)),
        nom: nom.unwrap_or_default(),
        telephone: None,
        courriel: None,
        canal: Canal::Aucun,
        par: Par::Accueil,
        personne_id: personne,
        orientee: false,
        besoins: None,
        cle_contact: None,
        expire_le: None,
        fin: None,
        fini_le: None,
        refus_le: None,
        sequence: 0,
        dates_dites: 0,
        cree_le: cx.maintenant,
    };
    reservations::Entity::insert(r.clone().into_active_model().reset_all()).exec_without_returning(&cx.db()).await?;
    cx.journaliser(Action::Creation, "reservation", r.id.0, s.structure_id, &[]).await?;
    noter(cx, d.id, r.id, EtatPresence::Present).await?;
    webhook::signaler(cx, Evenement::PresenceNotee, &r).await
}

/// Most people counted without a name.
pub const ANONYMES_MAX: u32 = 1000;

/// How many came that nobody named.
pub async fn compter_anonymes(cx: &Contexte, id: DateSeanceId, combien: u32) -> Resultat<()> {
    let (_, d) = ouverte(cx, id).await?;
    le_jour(cx, &d)?;
    if combien > ANONYMES_MAX {
        return Err(Erreur::champ("anonymes", "Mille personnes au plus."));
    }
    date::Entity::update_many()
        .set(date::ActiveModel { anonymes: Set(combien as i32), ..Default::default() })
        .filter(date::Column::Id.eq(d.id))
        .exec(&cx.db())
        .await?;
    Ok(())
}

/// How many came, by date.
pub(crate) async fn presents_par_date(cx: &Contexte, ids: &[DateSeanceId]) -> Resultat<HashMap<DateSeanceId, i64>> {
    let lignes: Vec<(DateSeanceId, i64)> = table::Entity::find()
        .select_only()
        .column(table::Column::DateId)
        .column_as(table::Column::ReservationId.count(), "n")
        .filter(table::Column::DateId.is_in(ids.iter().copied()))
        .filter(table::Column::Etat.eq(EtatPresence::Present))
        .group_by(table::Column::DateId)
        .into_tuple()
        .all(&cx.db())
        .await?;
    Ok(lignes.into_iter().collect())
}

/// Whether somebody came, by date.
pub(crate) async fn de_la_personne(cx: &Contexte, r: ReservationId) -> Resultat<HashMap<DateSeanceId, EtatPresence>> {
    let lignes = table::Entity::find().filter(table::Column::ReservationId.eq(r)).all(&cx.db()).await?;
    Ok(lignes.into_iter().map(|p| (p.date_id, p.etat)).collect())
}

/// Notes that somebody with an address agrees to be asked two weeks later what it was worth, or no longer.
pub async fn accorder(cx: &Contexte, id: DateSeanceId, r: ReservationId, accord: bool) -> Resultat<()> {
    let (s, _) = ouverte(cx, id).await?;
    let connue = reservations::Entity::find_by_id(r).one(&cx.db()).await?.filter(|r| r.seance_id == s.id);
    let Some(connue) = connue else { return Err(Erreur::Introuvable("Cette réservation")) };
    if accord && connue.courriel.is_none() {
        return Err(Erreur::champ("accord", "Cette personne n’a pas laissé d’adresse de courriel."));
    }
    evaluation::noter_accord(cx, r, "equipe", accord).await?;
    cx.journaliser(Action::Modification, "reservation", r.0, s.structure_id, &["avis"]).await
}
