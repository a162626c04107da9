//! On the day: who came, by taps; and the closing of a date, which records the collective accompaniment once.

mod api;
mod chiffres;
pub(crate) mod migration;
mod table;
mod web;

pub use api::api;
pub use chiffres::{Resultat as Chiffres, resultats};
pub(crate) use migration::Presences;
pub use web::pages;

use std::collections::HashMap;

use mediation::{
    accompagnement::{self, Anonymes, CreerAccompagnement},
    nomenclatures::{LieuType, TypeActivite},
    personne,
};
use sea_orm::{ActiveValue::Set, IntoActiveModel, QuerySelect, entity::prelude::*, sea_query::OnConflict};
use serde::{Deserialize, Serialize};
use socle::{
    Contexte, Erreur, Nomenclature, Permission, Resultat,
    controle::Controle,
    identifiant::{AccompagnementId, DateSeanceId, PersonneId, ReservationId},
    journal::Action,
    secret,
    texte::nettoyer,
};

use crate::{
    reservation::{self, Canal, EtatReservation, Par, Reservation, regles, table as reservations},
    seance::{self, DateSeance, EtatDate, GenreLieu, Seance, nomenclature, table::date},
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
    /// Those expected and those who came without booking, with what was marked.
    pub gens: Vec<(Reservation, Option<EtatPresence>)>,
}

impl Feuille {
    /// How many are there, named or not.
    pub fn presents(&self) -> usize {
        self.gens.iter().filter(|(_, e)| *e == Some(EtatPresence::Present)).count() + self.date.anonymes.max(0) as usize
    }
}

async fn de_la_date(cx: &Contexte, id: DateSeanceId, p: Permission) -> Resultat<(Seance, DateSeance)> {
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
        .filter(|r| matches!(r.etat, EtatReservation::Confirmee | EtatReservation::SurPlace))
        .map(|r| {
            let marque = marques.get(&r.id).copied();
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

async fn ouverte(cx: &Contexte, id: DateSeanceId) -> Resultat<(Seance, DateSeance)> {
    let (s, d) = de_la_date(cx, id, Permission::AccompagnementsEcrire).await?;
    match d.etat {
        EtatDate::Prevue => Ok((s, d)),
        EtatDate::Close => {
            Err(Erreur::Conflit("Cette séance est close : ce qui a été enregistré se corrige dans l’accompagnement.".into()))
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

/// Marks whether somebody who booked came.
pub async fn marquer(cx: &Contexte, id: DateSeanceId, r: ReservationId, etat: EtatPresence) -> Resultat<()> {
    let (s, d) = ouverte(cx, id).await?;
    let connue = reservations::Entity::find_by_id(r)
        .one(&cx.db())
        .await?
        .filter(|r| r.seance_id == s.id && matches!(r.etat, EtatReservation::Confirmee | EtatReservation::SurPlace));
    let Some(connue) = connue else { return Err(Erreur::Introuvable("Cette réservation")) };
    noter(cx, d.id, r, etat).await?;
    if etat == EtatPresence::Present {
        webhook::signaler(cx, Evenement::PresenceNotee, &connue).await?;
    }
    Ok(())
}

/// Somebody who came without booking: of the structure's files, or by a name. Takes no seat.
pub async fn venir(cx: &Contexte, id: DateSeanceId, personne: Option<PersonneId>, nom: Option<String>) -> Resultat<()> {
    let (s, d) = ouverte(cx, id).await?;
    let mut c = Controle::new();
    let mut nom = nettoyer(nom);
    if let Some(p) = personne {
        match personne::trouver(cx, p, Permission::PersonnesLire).await {
            Ok(p) => nom = personne::noms(cx, &[p.id]).await?.remove(&p.id),
            Err(Erreur::Introuvable(_)) => c.faute("personne", "Cette personne n’est pas suivie par votre structure."),
            Err(e) => return Err(e),
        }
        let deja = reservations::Entity::find()
            .filter(reservations::Column::SeanceId.eq(s.id))
            .filter(reservations::Column::PersonneId.eq(p))
            .filter(reservations::Column::Etat.is_in([EtatReservation::Confirmee, EtatReservation::SurPlace]))
            .one(&cx.db())
            .await?;
        if let Some(r) = deja {
            return noter(cx, d.id, r.id, EtatPresence::Present).await;
        }
    }
    c.exiger(nom.is_some(), "nom", "Donnez un nom, ou comptez la personne sans nom.");
    c.texte("nom", nom.as_deref(), 150);
    c.finir()?;
    let r = Reservation {
        id: ReservationId(cx.nouvel_uuid()),
        seance_id: s.id,
        structure_id: s.structure_id,
        places: s.places,
        siege: None,
        etat: EtatReservation::SurPlace,
        code: regles::code(&secret::empreinte(&secret::tirer()?)),
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

/// Closes a date: the collective accompaniment is recorded, once, with those present; without anybody, none is.
/// Who was not marked did not come.
///
/// # Errors
/// [`Erreur::Conflit`] before the start, or when it is closed already.
pub async fn clore(cx: &Contexte, id: DateSeanceId) -> Resultat<Option<AccompagnementId>> {
    let (s, d) = ouverte(cx, id).await?;
    if cx.exiger(Permission::AccompagnementsEcrire)? != s.structure_id {
        return Err(Erreur::Conflit("Cette séance est celle d’une autre de vos structures : changez de structure pour la clore.".into()));
    }
    if cx.maintenant < d.debut {
        return Err(Erreur::Conflit("Cette séance n’a pas commencé : elle se clôt après.".into()));
    }
    let f = completer(cx, s, d).await?;
    let mut personnes: Vec<PersonneId> = vec![];
    let mut anonymes = f.date.anonymes.max(0) as u32;
    for (r, _) in f.gens.iter().filter(|(_, e)| *e == Some(EtatPresence::Present)) {
        // One whose file is no longer the structure's is counted without a name.
        match r.personne_id {
            Some(p) if !personnes.contains(&p) && personne::trouver(cx, p, Permission::PersonnesLire).await.is_ok() => personnes.push(p),
            _ => anonymes += 1,
        }
    }
    let accompagnement = if personnes.is_empty() && anonymes == 0 {
        None
    } else {
        let demande = CreerAccompagnement {
            // The same closing twice is one record, whatever happens between.
            id: Some(AccompagnementId(Uuid::new_v5(&id.0, b"accompagnement"))),
            r#type: TypeActivite::Collectif,
            date: f.date.jour,
            duree_minutes: u32::try_from((f.date.fin - f.date.debut).num_minutes()).unwrap_or(0),
            lieu_type: if f.seance.lieu_genre == GenreLieu::Lieu { LieuType::LieuActivite } else { LieuType::Autre },
            lieu: f.seance.lieu_id,
            commune: f.seance.commune.clone(),
            thematiques: f.seance.thematiques.0.clone(),
            demarches: vec![],
            materiels: vec![],
            autonomie: None,
            titre: Some(f.seance.titre.clone()),
            niveau: Some(f.seance.niveau),
            notes: None,
            personnes,
            anonymes: Some(Anonymes { total: anonymes, ..Anonymes::default() }),
        };
        Some(accompagnement::creer(cx, demande).await?.0.ligne.id)
    };
    let r = date::Entity::update_many()
        .set(date::ActiveModel {
            etat: Set(EtatDate::Close),
            accompagnement_id: Set(accompagnement),
            close_le: Set(Some(cx.maintenant)),
            ..Default::default()
        })
        .filter(date::Column::Id.eq(id))
        .filter(date::Column::Etat.eq(EtatDate::Prevue))
        .exec(&cx.db())
        .await?;
    if r.rows_affected == 0 {
        return Err(Erreur::VersionPerimee);
    }
    cx.journaliser(Action::Modification, "seance", f.seance.id.0, f.seance.structure_id, &["close"]).await?;
    Ok(accompagnement)
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
