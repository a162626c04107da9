//! Bookings: a seat in a séance, by oneself, by a helper, by a partner or at the desk; without an account.
//!
//! The database holds it: a seat has one person, one is in or waits and never both. A freed seat is offered to
//! the next who waits, for a while, then to the following one.

mod api;
mod attente;
mod avertir;
mod calendrier;
mod changer;
mod contact;
mod controle;
pub(crate) mod migration;
mod oubli;
pub mod regles;
mod suite;
pub(crate) mod table;
pub mod telephone;
mod web;

pub use api::api;
pub(crate) use attente::proposer_les_places;
pub use attente::{GENRE_OFFRE, expirer};
pub use avertir::{GENRE_AVERTIR, Motif, avertir_tache};
pub(crate) use avertir::{avertir, prevenir_tous};
pub use changer::{Changer, changer_par_lien};
pub(crate) use changer::{autres_dates, changeable};
pub(crate) use contact::noter_refus;
pub use contact::{corriger, noter_retour};
use controle::cle_contact;
pub(crate) use controle::{canal_de, controler, coordonnees};
pub(crate) use migration::{Refus, Reservations, Sequences};
pub use oubli::{CONSERVATION, GENRE_PURGE, purger};
pub(crate) use suite::de_l_equipe;
use suite::{Fin, avec_seance, finir};
pub use suite::{accepter_par_lien, annuler, annuler_par_lien, confirmer};
pub(crate) use suite::{creer_lien, ouvrir, par_code, venue};
pub use table::Model as Reservation;
pub use web::pages;

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use sea_orm::{ActiveValue::Set, IntoActiveModel, PaginatorTrait, QueryOrder, QuerySelect, entity::prelude::*};
use serde::{Deserialize, Serialize};
use socle::{
    Acteur, Contexte, Erreur, Etat, Nomenclature, Permission, Resultat,
    coffre::Champ,
    creation::{self, Reclamation},
    identifiant::{PersonneId, ReservationId, SeanceId},
    journal::Action,
    secret,
};

use crate::{
    seance::{self, DateSeance, EtatDate, EtatSeance, Seance, nomenclature, regles::Inscriptions},
    webhook::{self, Evenement},
};

const BESOINS: Champ = Champ::texte("reservation", "besoins");

/// The sealed columns.
pub const CHAMPS: [Champ; 1] = [BESOINS];

nomenclature! {
    /// Where a booking stands.
    EtatReservation {
        Confirmee => "Inscrite",
        Attente => "En attente",
        Proposee => "Place proposée",
        Annulee => "Annulée",
        SurPlace => "Venue sans réserver",
    }
}
nomenclature! {
    /// How one wants to be written to.
    #[schema(as = CanalReservation)]
    Canal { Courriel => "Par courriel", Sms => "Par SMS", Aucun => "Ne pas m’écrire" }
}
nomenclature! {
    /// Who booked.
    #[schema(as = ParReservation)]
    Par { Soi => "Pour moi", Aidant => "Pour quelqu’un que j’aide", Partenaire => "Pour quelqu’un que j’accompagne (professionnel)", Accueil => "À l’accueil" }
}

/// Books a seat.
#[derive(Clone, Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Reserver {
    /// Made by the client; the same booking twice is one record.
    pub id: Option<ReservationId>,
    #[schema(max_length = 150)]
    pub nom: Option<String>,
    pub telephone: Option<String>,
    pub courriel: Option<String>,
    /// The mail if there is one, else SMS, else nothing, if not told.
    pub canal: Option<Canal>,
    pub par: Par,
    /// The person agrees: needed when somebody else books.
    #[serde(default)]
    pub accord: bool,
    /// A person the structure follows; at the desk alone.
    pub personne: Option<PersonneId>,
    /// Sent by a partner or a mediator.
    #[serde(default)]
    pub orientee: bool,
    #[schema(max_length = 500)]
    pub besoins: Option<String>,
    /// Wait, if there is no seat left.
    #[serde(default)]
    pub attendre: bool,
    /// When the dates that were seen begin, in order: refused (409) if they moved since.
    pub dates: Option<Vec<DateTime<Utc>>>,
}

/// When dates begin, as one who books saw them.
pub(crate) fn debuts(dates: &[DateSeance]) -> Vec<DateTime<Utc>> {
    dates.iter().filter(|d| d.etat != EtatDate::Annulee).map(|d| d.debut).collect()
}

/// A context for somebody without an account, who acts on their own booking.
pub(crate) async fn visite(etat: &Etat) -> Resultat<Contexte> {
    Contexte::systeme(etat).await
}

/// The same, to read.
pub(crate) fn lecture(etat: &Etat) -> Contexte {
    Contexte::lecture(etat, &Acteur::systeme(), etat.horloge.nouvel_uuid())
}

/// Seats of a séance, for who looks at the programme.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Places {
    pub places: i32,
    /// Free for anybody.
    pub libres: i32,
    /// Free for people sent.
    pub libres_reservees: i32,
    pub attente: i32,
}

async fn sieges(cx: &Contexte, id: SeanceId) -> Resultat<HashSet<i32>> {
    let v: Vec<Option<i32>> = table::Entity::find()
        .select_only()
        .column(table::Column::Siege)
        .filter(table::Column::SeanceId.eq(id))
        .filter(table::Column::Siege.is_not_null())
        .into_tuple()
        .all(&cx.db())
        .await?;
    Ok(v.into_iter().flatten().collect())
}

async fn compter(cx: &Contexte, id: SeanceId, e: EtatReservation) -> Resultat<i32> {
    let n = table::Entity::find().filter(table::Column::SeanceId.eq(id)).filter(table::Column::Etat.eq(e)).count(&cx.db()).await?;
    Ok(i32::try_from(n).unwrap_or(i32::MAX))
}

/// Seats left, and how many wait.
pub async fn places(cx: &Contexte, s: &Seance) -> Resultat<Places> {
    let prises = sieges(cx, s.id).await?;
    let ouvertes = s.places - s.places_reservees;
    Ok(Places {
        places: s.places,
        libres: (1..=ouvertes).filter(|n| !prises.contains(n)).count() as i32,
        libres_reservees: (ouvertes + 1..=s.places).filter(|n| !prises.contains(n)).count() as i32,
        attente: compter(cx, s.id, EtatReservation::Attente).await?,
    })
}

/// How many are registered.
pub(crate) async fn inscrits(cx: &Contexte, id: SeanceId) -> Resultat<i32> {
    compter(cx, id, EtatReservation::Confirmee).await
}

/// Who has a seat.
pub(crate) async fn sieges_pris(cx: &Contexte, id: SeanceId) -> Resultat<Vec<Reservation>> {
    Ok(table::Entity::find().filter(table::Column::SeanceId.eq(id)).filter(table::Column::Siege.is_not_null()).all(&cx.db()).await?)
}

/// Brings those who sit beyond the last seat on one that is free, of their kind first.
pub(crate) async fn resserrer(cx: &Contexte, s: &Seance, prises: Vec<Reservation>) -> Resultat<()> {
    let mut sieges: HashSet<i32> = prises.iter().filter_map(|r| r.siege).collect();
    for r in prises.iter().filter(|r| r.siege > Some(s.places)) {
        let siege = regles::siege_libre(&sieges, s.places, s.places_reservees, r.orientee)
            .or_else(|| regles::siege_libre(&sieges, s.places, s.places_reservees, true));
        let Some(siege) = siege else { return Err(complet()) };
        sieges.insert(siege);
        table::Entity::update_many()
            .set(table::ActiveModel { siege: Set(Some(siege)), ..Default::default() })
            .filter(table::Column::Id.eq(r.id))
            .exec(&cx.db())
            .await?;
    }
    Ok(())
}

fn complet() -> Erreur {
    Erreur::Conflit("Il n’y a plus de place. Vous pouvez vous inscrire en liste d’attente : une place libérée vous sera proposée.".into())
}

/// Books a seat, or waits for one; the bool is false when a repeated request found it made. Whoever the actor is:
/// the program itself for somebody without an account, a member of the team at the desk.
pub async fn reserver(cx: &Contexte, id: SeanceId, mut d: Reserver) -> Resultat<(Reservation, bool)> {
    let equipe = !cx.acteur.est_systeme();
    if equipe {
        seance::ligne(cx, id, Permission::AccompagnementsEcrire).await?;
    }
    let rid = match creation::reclamer(cx, "reservation", d.id.map(|i| i.0), &(id, &d)).await? {
        Reclamation::Repetee(r) => {
            let r = table::Entity::find_by_id(ReservationId(r)).one(&cx.db()).await?;
            return r.map(|r| (r, false)).ok_or(Erreur::Introuvable("Cette réservation"));
        }
        Reclamation::Nouvelle(r) => ReservationId(r),
    };
    let mut c = controler(&mut d, equipe);
    // Bookings of one séance come one after the other; the database refuses two on one seat in any case.
    let s = seance::verrouiller(cx, id).await?;
    if !equipe {
        ouverte(cx, &s)?;
        (d.personne, d.orientee) = (None, false);
    } else if s.etat == EtatSeance::Annulee {
        return Err(Erreur::Conflit("Cette séance est annulée.".into()));
    }
    let dates = seance::dates(cx, id).await?;
    if dates.iter().all(|d| d.etat != EtatDate::Prevue) {
        return Err(Erreur::Conflit("Cette séance est close : on n’y réserve plus.".into()));
    }
    if d.dates.as_ref().is_some_and(|vues| *vues != debuts(&dates)) {
        return Err(Erreur::Conflit(format!(
            "Cet atelier vient de changer de date : {}. Si cela vous convient, réservez de nouveau.",
            dates.iter().map(|d| interface::format::instant_long(d.debut)).collect::<Vec<_>>().join(" ; ")
        )));
    }
    if let Some(p) = d.personne {
        match mediation::personne::trouver(cx, p, Permission::PersonnesLire).await {
            Ok(p) => {
                let nom = mediation::personne::noms(cx, &[p.id]).await?.remove(&p.id);
                d.nom = d.nom.take().or(nom);
                d.telephone = d.telephone.take().or(p.telephone);
                d.courriel = d.courriel.take().or(p.courriel);
                // As the desk did not choose, the contact of the file is used as one would choose it.
                d.canal = d.canal.filter(|c| *c != Canal::Aucun).or(Some(canal_de(d.telephone.as_deref(), d.courriel.as_deref())));
            }
            Err(Erreur::Introuvable(_)) => c.faute("personne", "Cette personne n’est pas suivie par votre structure."),
            Err(e) => return Err(e),
        }
    }
    c.finir()?;
    let attend = compter(cx, id, EtatReservation::Attente).await? > 0;
    let siege = regles::siege_libre(&sieges(cx, id).await?, s.places, s.places_reservees, d.orientee)
        // Seats that those who wait could not take are for people sent alone.
        .filter(|n| !attend || (d.orientee && *n > s.places - s.places_reservees));
    if siege.is_none() && !d.attendre {
        return Err(complet());
    }
    let cle = cle_contact(id, d.personne, d.telephone.as_deref(), d.courriel.as_deref(), d.nom.as_deref().unwrap_or_default());
    let actives = [EtatReservation::Confirmee, EtatReservation::Attente, EtatReservation::Proposee];
    let inscrites =
        table::Entity::find().filter(table::Column::SeanceId.eq(id)).filter(table::Column::Etat.is_in(actives)).all(&cx.db()).await?;
    if inscrites.iter().any(|r| d.est(r.personne_id, &r.nom, r.telephone.as_deref(), r.courriel.as_deref())) {
        return Err(Erreur::Conflit(if equipe {
            "Cette personne est déjà inscrite à cette séance.".into()
        } else {
            "Une réservation existe déjà à ce nom et à ce contact pour cet atelier. Retrouvez-la avec le code de votre billet ou le lien reçu.".into()
        }));
    }
    let r = Reservation {
        id: rid,
        seance_id: id,
        structure_id: s.structure_id,
        places: s.places,
        siege,
        etat: if siege.is_some() { EtatReservation::Confirmee } else { EtatReservation::Attente },
        code: regles::code(&secret::empreinte(&secret::tirer()?)),
        nom: d.nom.unwrap_or_default(),
        telephone: d.telephone,
        courriel: d.courriel,
        canal: d.canal.unwrap_or(Canal::Aucun),
        par: d.par,
        personne_id: d.personne,
        orientee: d.orientee,
        besoins: cx.coffre().sceller_si(&BESOINS, rid.0, d.besoins.as_deref())?,
        cle_contact: cle,
        expire_le: None,
        fin: None,
        fini_le: None,
        refus_le: None,
        sequence: 0,
        dates_dites: 0,
        cree_le: cx.maintenant,
    };
    match table::Entity::insert(r.clone().into_active_model().reset_all()).exec_without_returning(&cx.db()).await.map_err(Erreur::from) {
        // The constraint decided between two at the same instant.
        Err(Erreur::Conflit(_)) => return Err(complet()),
        autre => autre?,
    };
    cx.journaliser(Action::Creation, "reservation", rid.0, s.structure_id, &[]).await?;
    webhook::signaler(cx, Evenement::ReservationCreee, &r).await?;
    avertir(cx, &r, Motif::Confirmation, None).await?;
    avertir::programmer_rappels(cx, &r, &dates).await?;
    Ok((r, true))
}

/// Whether a booking has this id.
pub(crate) async fn existe(cx: &Contexte, id: Option<ReservationId>) -> Resultat<bool> {
    let Some(id) = id else { return Ok(false) };
    Ok(table::Entity::find_by_id(id).one(&cx.db()).await?.is_some())
}

/// Refuses when one may not book now, and says why.
pub(crate) fn ouverte(cx: &Contexte, s: &Seance) -> Resultat<()> {
    if !s.publiee || s.etat == EtatSeance::Annulee {
        return Err(Erreur::Introuvable("Cet atelier"));
    }
    match seance::regles::inscriptions(s.ouverture_le, s.fermeture_le, s.debut, cx.maintenant) {
        Inscriptions::Ouvertes => Ok(()),
        Inscriptions::PasEncore(quand) => {
            Err(Erreur::Conflit(format!("Les inscriptions ouvrent {}.", interface::format::instant_long(quand))))
        }
        Inscriptions::Closes => {
            Err(Erreur::Conflit("Les inscriptions à cet atelier sont closes. Appelez la structure : il reste peut-être une place.".into()))
        }
    }
}

/// The bookings of a séance of the actor's structure, those in first, then those who wait in their order.
pub async fn lister(cx: &Contexte, id: SeanceId) -> Resultat<Vec<Reservation>> {
    seance::ligne(cx, id, Permission::AccompagnementsLire).await?;
    let mut v = table::Entity::find()
        .filter(table::Column::SeanceId.eq(id))
        .order_by_asc(table::Column::CreeLe)
        .order_by_asc(table::Column::Id)
        .limit(2000)
        .all(&cx.db())
        .await?;
    v.sort_by_key(|r| match r.etat {
        EtatReservation::Confirmee | EtatReservation::SurPlace => 0,
        EtatReservation::Proposee => 1,
        EtatReservation::Attente => 2,
        EtatReservation::Annulee => 3,
    });
    for r in &mut v {
        if let Some(b) = r.besoins.take() {
            r.besoins = Some(cx.coffre().ouvrir(&BESOINS, r.id.0, b)?);
        }
    }
    Ok(v)
}
