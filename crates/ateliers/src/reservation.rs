//! Bookings: a seat in a séance, by oneself, by a helper, by a partner or at the desk; without an account.
//!
//! The database holds it: a seat has one person, one is in or waits and never both. A freed seat is offered to
//! the next who waits, for a while, then to the following one.

mod api;
mod attente;
mod avertir;
mod calendrier;
pub(crate) mod migration;
pub mod regles;
pub(crate) mod table;
mod web;

pub use api::api;
pub(crate) use attente::proposer_les_places;
pub use attente::{GENRE_OFFRE, expirer};
pub use avertir::{GENRE_AVERTIR, Motif, avertir_tache};
pub(crate) use avertir::{avertir, prevenir_tous};
pub(crate) use migration::Reservations;
pub use table::Model as Reservation;
pub use web::pages;

use std::collections::HashSet;

use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::{ActiveValue::Set, IntoActiveModel, PaginatorTrait, QueryOrder, QuerySelect, entity::prelude::*};
use serde::{Deserialize, Serialize};
use socle::{
    Acteur, Contexte, Erreur, Etat, Nomenclature, Permission, Resultat,
    coffre::Champ,
    controle::Controle,
    creation::{self, Reclamation},
    identifiant::{PersonneId, ReservationId, SeanceId},
    journal::Action,
    secret,
    texte::{nettoyer, plier, telephone},
};

use crate::seance::{self, EtatSeance, Seance, nomenclature, regles::Inscriptions};
use table::lien;

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

/// The highest seat taken; 0 if none.
pub(crate) async fn plus_haut_siege(cx: &Contexte, id: SeanceId) -> Resultat<i32> {
    Ok(sieges(cx, id).await?.into_iter().max().unwrap_or(0))
}

pub(crate) fn controler(d: &mut Reserver, equipe: bool) -> Controle {
    let mut c = Controle::new();
    for v in [&mut d.nom, &mut d.telephone, &mut d.courriel, &mut d.besoins] {
        *v = nettoyer(v.take());
    }
    c.exiger(
        d.personne.is_some() || d.nom.as_deref().is_some_and(|n| !plier(n).is_empty()),
        "nom",
        "Donnez un nom ou un prénom, pour vous appeler le jour venu.",
    );
    c.texte("nom", d.nom.as_deref(), 150);
    c.texte("telephone", d.telephone.as_deref(), 40);
    c.texte("courriel", d.courriel.as_deref(), 200);
    c.texte("besoins", d.besoins.as_deref(), 500);
    if let Some(t) = d.telephone.as_deref() {
        let chiffres = t.chars().filter(char::is_ascii_digit).count();
        let permis = t.chars().all(|x| x.is_ascii_digit() || " +.-()/".contains(x));
        c.exiger(
            permis && (6..=15).contains(&chiffres),
            "telephone",
            "Ce numéro n’est pas complet. De l’étranger, commencez par + et l’indicatif du pays.",
        );
    }
    c.exiger(
        d.courriel.as_deref().is_none_or(|v| v.contains('@') && !v.contains(' ')),
        "courriel",
        "Cette adresse n’est pas complète : il y manque un @.",
    );
    match d.canal {
        Some(Canal::Courriel) => c.exiger(d.courriel.is_some(), "courriel", "Pour recevoir un courriel, donnez une adresse."),
        Some(Canal::Sms) => c.exiger(d.telephone.is_some(), "telephone", "Pour recevoir un SMS, donnez un numéro."),
        Some(Canal::Aucun) => {}
        None => d.canal = Some(canal_de(d)),
    }
    c.exiger(equipe || d.accord || d.par == Par::Soi, "accord", "Demandez à la personne si elle est d’accord, puis cochez la case.");
    c
}

/// How to write to who did not choose.
pub(crate) fn canal_de(d: &Reserver) -> Canal {
    if d.courriel.is_some() {
        Canal::Courriel
    } else if d.telephone.is_some() {
        Canal::Sms
    } else {
        Canal::Aucun
    }
}

/// The same person in the same séance has the same key.
fn cle_contact(s: SeanceId, d: &Reserver) -> Option<Uuid> {
    let qui = match (d.personne, &d.telephone, &d.courriel) {
        (Some(p), _, _) => format!("personne:{p}"),
        (None, Some(t), _) => format!("tel:{}:{}", telephone(t), plier(d.nom.as_deref()?)),
        (None, None, Some(m)) => format!("mel:{}:{}", m.to_lowercase(), plier(d.nom.as_deref()?)),
        (None, None, None) => return None,
    };
    Some(Uuid::new_v5(&s.0, qui.as_bytes()))
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
    if let Some(p) = d.personne {
        match mediation::personne::trouver(cx, p, Permission::PersonnesLire).await {
            Ok(p) => {
                let nom = mediation::personne::noms(cx, &[p.id]).await?.remove(&p.id);
                d.nom = d.nom.take().or(nom);
                d.telephone = d.telephone.take().or(p.telephone);
                d.courriel = d.courriel.take().or(p.courriel);
                // As the desk did not choose, the contact of the file is used as one would choose it.
                d.canal = d.canal.filter(|c| *c != Canal::Aucun).or(Some(canal_de(&d)));
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
    let cle = cle_contact(id, &d);
    if let Some(cle) = cle
        && table::Entity::find().filter(table::Column::CleContact.eq(cle)).one(&cx.db()).await?.is_some()
    {
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
        cree_le: cx.maintenant,
    };
    match table::Entity::insert(r.clone().into_active_model().reset_all()).exec_without_returning(&cx.db()).await.map_err(Erreur::from) {
        // The constraint decided between two at the same instant.
        Err(Erreur::Conflit(_)) => return Err(complet()),
        autre => autre?,
    };
    cx.journaliser(Action::Creation, "reservation", rid.0, s.structure_id, &[]).await?;
    avertir(cx, &r, Motif::Confirmation, None).await?;
    avertir::programmer_rappel(cx, &r, &s).await?;
    Ok((r, true))
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

/// A new secret address of a booking.
pub(crate) async fn creer_lien(cx: &Contexte, r: ReservationId) -> Resultat<String> {
    let secret = secret::tirer()?;
    let ligne = lien::ActiveModel { empreinte: Set(secret::empreinte(&secret)), reservation_id: Set(r), cree_le: Set(cx.maintenant) };
    lien::Entity::insert(ligne).exec_without_returning(&cx.db()).await?;
    Ok(secret)
}

/// The booking that a secret opens, and its séance; locked where it is written.
pub(crate) async fn ouvrir(cx: &Contexte, secret: &str) -> Resultat<(Reservation, Seance)> {
    let inconnu = || Erreur::Introuvable("Cette réservation");
    let l = lien::Entity::find_by_id(secret::empreinte(secret)).one(&cx.db()).await?.ok_or_else(inconnu)?;
    avec_seance(cx, l.reservation_id).await
}

/// A booking and its séance; both locked, the séance first, where it is written.
async fn avec_seance(cx: &Contexte, id: ReservationId) -> Resultat<(Reservation, Seance)> {
    let inconnu = || Erreur::Introuvable("Cette réservation");
    let r = table::Entity::find_by_id(id).one(&cx.db()).await?.ok_or_else(inconnu)?;
    let s = if cx.ecrit() {
        seance::verrouiller(cx, r.seance_id).await?
    } else {
        seance::table::Entity::find_by_id(r.seance_id).one(&cx.db()).await?.ok_or_else(inconnu)?
    };
    // What it says once nobody else writes.
    let r = table::Entity::find_by_id(id).one(&cx.db()).await?.ok_or_else(inconnu)?;
    Ok((r, s))
}

/// The booking of a code, as typed. Guesses are slowed down by the caller.
pub(crate) async fn par_code(cx: &Contexte, code: &str) -> Resultat<Option<Reservation>> {
    let code = regles::lire_code(code);
    Ok(table::Entity::find().filter(table::Column::Code.eq(code)).one(&cx.db()).await?)
}

/// How a booking ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fin {
    Personne,
    Equipe,
    Delai,
    Seance,
}

impl Fin {
    fn code(self) -> &'static str {
        match self {
            Self::Personne => "personne",
            Self::Equipe => "equipe",
            Self::Delai => "delai",
            Self::Seance => "seance",
        }
    }
}

async fn finir(cx: &Contexte, r: &Reservation, fin: Fin) -> Resultat<()> {
    table::Entity::update_many()
        .set(table::ActiveModel {
            etat: Set(EtatReservation::Annulee),
            siege: Set(None),
            cle_contact: Set(None),
            expire_le: Set(None),
            fin: Set(Some(fin.code().to_owned())),
            fini_le: Set(Some(cx.maintenant)),
            ..Default::default()
        })
        .filter(table::Column::Id.eq(r.id))
        .exec(&cx.db())
        .await?;
    cx.journaliser(Action::Suppression, "reservation", r.id.0, r.structure_id, &[]).await
}

/// Cancels a booking; its seat goes at once to who waits. Once the séance has begun, nothing is cancelled.
async fn annuler_ouverte(cx: &Contexte, r: &Reservation, s: &Seance, fin: Fin) -> Resultat<()> {
    if matches!(r.etat, EtatReservation::Annulee | EtatReservation::SurPlace) {
        return Ok(());
    }
    if cx.maintenant >= s.fin {
        return Err(Erreur::Conflit("Cet atelier a eu lieu : la réservation ne s’annule plus.".into()));
    }
    finir(cx, r, fin).await?;
    avertir(cx, r, Motif::Desistement, None).await?;
    proposer_les_places(cx, s).await
}

/// Cancels one's own booking, by its secret link.
pub async fn annuler_par_lien(cx: &Contexte, secret: &str) -> Resultat<Reservation> {
    let (r, s) = ouvrir(cx, secret).await?;
    annuler_ouverte(cx, &r, &s, Fin::Personne).await?;
    Ok(r)
}

/// Accepts the seat that was offered.
///
/// # Errors
/// [`Erreur::Perime`] when the offer ended.
pub async fn accepter_par_lien(cx: &Contexte, secret: &str) -> Resultat<Reservation> {
    let (r, s) = ouvrir(cx, secret).await?;
    accepter(cx, &r, &s).await?;
    Ok(r)
}

async fn accepter(cx: &Contexte, r: &Reservation, s: &Seance) -> Resultat<()> {
    match r.etat {
        EtatReservation::Confirmee => return Ok(()),
        EtatReservation::Proposee if r.expire_le.is_some_and(|t| cx.maintenant < t) || !cx.acteur.est_systeme() => {}
        _ => {
            return Err(Erreur::Perime(
                "Cette place n’est plus proposée : le délai est passé, et elle est allée à quelqu’un d’autre.".into(),
            ));
        }
    }
    table::Entity::update_many()
        .set(table::ActiveModel { etat: Set(EtatReservation::Confirmee), expire_le: Set(None), ..Default::default() })
        .filter(table::Column::Id.eq(r.id))
        .exec(&cx.db())
        .await?;
    cx.journaliser(Action::Modification, "reservation", r.id.0, r.structure_id, &["etat"]).await?;
    let r = Reservation { etat: EtatReservation::Confirmee, ..r.clone() };
    avertir(cx, &r, Motif::Confirmation, None).await?;
    avertir::programmer_rappel(cx, &r, s).await
}

/// A booking of the actor's structure, to change it.
async fn de_l_equipe(cx: &Contexte, id: ReservationId) -> Resultat<(Reservation, Seance)> {
    let introuvable = Erreur::Introuvable("Cette réservation");
    let Some(r) = table::Entity::find_by_id(id).one(&cx.db()).await? else {
        return Err(if cx.acteur.peut(Permission::AccompagnementsEcrire) {
            introuvable
        } else {
            Erreur::Interdit(Permission::AccompagnementsEcrire)
        });
    };
    match cx.exiger_dans(Permission::AccompagnementsEcrire, r.structure_id) {
        Err(Erreur::Introuvable(_)) => return Err(introuvable),
        autre => autre?,
    }
    avec_seance(cx, id).await
}

/// Cancels a booking, by the team.
pub async fn annuler(cx: &Contexte, id: ReservationId) -> Resultat<Reservation> {
    let (r, s) = de_l_equipe(cx, id).await?;
    annuler_ouverte(cx, &r, &s, Fin::Equipe).await?;
    Ok(r)
}

/// Confirms, by the team, who waits or was offered a seat: the order of the list is theirs to overrule, the seats
/// are not.
pub async fn confirmer(cx: &Contexte, id: ReservationId) -> Resultat<Reservation> {
    let (mut r, s) = de_l_equipe(cx, id).await?;
    if s.etat == EtatSeance::Annulee {
        return Err(Erreur::Conflit("Cette séance est annulée.".into()));
    }
    if matches!(r.etat, EtatReservation::Attente) {
        let Some(siege) = regles::siege_libre(&sieges(cx, s.id).await?, s.places, s.places_reservees, true) else {
            return Err(Erreur::Conflit("Il n’y a plus de place : ajoutez-en à la séance, ou annulez une réservation.".into()));
        };
        table::Entity::update_many()
            .set(table::ActiveModel {
                etat: Set(EtatReservation::Proposee),
                siege: Set(Some(siege)),
                expire_le: Set(Some(s.debut)),
                ..Default::default()
            })
            .filter(table::Column::Id.eq(id))
            .exec(&cx.db())
            .await?;
        r.etat = EtatReservation::Proposee;
    }
    accepter(cx, &r, &s).await?;
    Ok(table::Entity::find_by_id(id).one(&cx.db()).await?.unwrap_or(r))
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

/// How long after a séance the bookings keep a name.
pub const CONSERVATION: TimeDelta = TimeDelta::days(90);

/// Name of the periodic work that forgets who booked.
pub const GENRE_PURGE: &str = "ateliers.purge";

/// Forgets who booked, ninety days after: numbers stay, names, contacts and secret links go.
///
/// # Errors
/// When the database does not answer: it is tried again.
pub async fn purger(etat: Etat, _: serde_json::Value) -> Result<(), String> {
    oublier(&etat).await.map_err(|e| e.to_string())
}

async fn oublier(etat: &Etat) -> Resultat<()> {
    let cx = Contexte::systeme(etat).await?;
    let avant: DateTime<Utc> = cx.maintenant - CONSERVATION;
    let anciennes = || {
        sea_orm::sea_query::Query::select()
            .column("id")
            .from("seance")
            .and_where(sea_orm::ExprTrait::lt(Expr::col("fin"), avant))
            .to_owned()
    };
    let ids: Vec<ReservationId> = table::Entity::find()
        .select_only()
        .column(table::Column::Id)
        .filter(table::Column::SeanceId.in_subquery(anciennes()))
        .filter(table::Column::Nom.ne(""))
        .limit(5000)
        .into_tuple()
        .all(&cx.db())
        .await?;
    lien::Entity::delete_many().filter(lien::Column::ReservationId.is_in(ids.iter().copied())).exec(&cx.db()).await?;
    table::Entity::update_many()
        .set(table::ActiveModel {
            nom: Set(String::new()),
            telephone: Set(None),
            courriel: Set(None),
            besoins: Set(None),
            cle_contact: Set(None),
            ..Default::default()
        })
        .filter(table::Column::Id.is_in(ids.iter().copied()))
        .exec(&cx.db())
        .await?;
    creation::oublier(&cx, ids.iter().map(|i| i.0)).await?;
    cx.valider().await
}
