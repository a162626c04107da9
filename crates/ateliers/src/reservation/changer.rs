//! One changes one's own booking, by its secret link: another date, another contact.

use sea_orm::{ActiveValue::Set, QueryOrder, QuerySelect, entity::prelude::*};
use socle::{Contexte, Erreur, Resultat, controle::Controle, identifiant::SeanceId, journal::Action, texte::nettoyer};

use super::{
    Canal, EtatReservation, Motif, Reservation, avertir, cle_contact, compter,
    controle::coordonnees,
    ouverte, ouvrir, proposer_les_places, regles, sieges,
    table::{self, lien},
};
use crate::{
    seance::{self, EtatSeance, Seance},
    webhook::{self, Evenement},
};

/// What changes. The contact is given whole.
#[derive(Clone, Debug, Default)]
pub struct Changer {
    /// The séance to go to instead; none, or the present one: it stays.
    pub seance: Option<SeanceId>,
    pub telephone: Option<String>,
    pub courriel: Option<String>,
    pub canal: Option<Canal>,
}

/// Most other dates offered.
const DATES: u64 = 12;

/// The séances one may go to instead, with a seat left: the same workshop, by the same structure.
pub(crate) async fn autres_dates(cx: &Contexte, r: &Reservation, s: &Seance) -> Resultat<Vec<Seance>> {
    use seance::table::{Column, Entity};
    let mut q = Entity::find()
        .filter(Column::StructureId.eq(s.structure_id))
        .filter(Column::Publiee.eq(true))
        .filter(Column::Etat.eq(EtatSeance::Programmee))
        .filter(Column::Debut.gt(cx.maintenant))
        .filter(Column::Id.ne(s.id));
    q = match &s.fiche {
        Some(f) => q.filter(Column::Fiche.eq(f.as_str())),
        None => q.filter(Column::Titre.eq(s.titre.as_str())),
    };
    let mut v = vec![];
    for autre in q.order_by_asc(Column::Debut).order_by_asc(Column::Id).limit(DATES).all(&cx.db()).await? {
        if ouverte(cx, &autre).is_ok() && place(cx, r, &autre).await?.is_some() {
            v.push(autre);
        }
    }
    Ok(v)
}

/// The seat that this booking may take there, unless somebody waits for it.
async fn place(cx: &Contexte, r: &Reservation, s: &Seance) -> Resultat<Option<i32>> {
    if compter(cx, s.id, EtatReservation::Attente).await? > 0 {
        return Ok(None);
    }
    Ok(regles::siege_libre(&sieges(cx, s.id).await?, s.places, s.places_reservees, r.orientee))
}

fn meme_atelier(a: &Seance, b: &Seance) -> bool {
    a.structure_id == b.structure_id && if a.fiche.is_some() { a.fiche == b.fiche } else { a.titre == b.titre }
}

/// Refuses what can no longer be changed.
pub(crate) fn changeable(cx: &Contexte, r: &Reservation, s: &Seance) -> Resultat<()> {
    if matches!(r.etat, EtatReservation::Annulee | EtatReservation::SurPlace) {
        return Err(Erreur::Conflit("Cette réservation est annulée : réservez de nouveau sur la page de l’atelier.".into()));
    }
    if cx.maintenant >= s.debut {
        return Err(Erreur::Conflit("Cet atelier a commencé : la réservation ne se change plus. Appelez la structure.".into()));
    }
    Ok(())
}

/// Changes one's own booking. Going elsewhere frees the seat, which is offered to who waits; a date that filled
/// meanwhile is refused, and the seat held stays held.
pub async fn changer_par_lien(cx: &Contexte, secret: &str, d: Changer) -> Resultat<Reservation> {
    let inconnu = || Erreur::Introuvable("Cette réservation");
    let l = lien::Entity::find_by_id(socle::secret::empreinte(secret)).one(&cx.db()).await?.ok_or_else(inconnu)?;
    let avant = table::Entity::find_by_id(l.reservation_id).one(&cx.db()).await?.ok_or_else(inconnu)?;
    let vers = d.seance.filter(|v| *v != avant.seance_id);
    // Both séances are locked in the order of their ids: two people who exchange do not wait for each other for ever.
    let mut ids: Vec<SeanceId> = vers.into_iter().chain([avant.seance_id]).collect();
    ids.sort_unstable();
    let mut cible = None;
    for id in ids {
        match seance::verrouiller(cx, id).await {
            Ok(s) if Some(id) == vers => cible = Some(s),
            Err(Erreur::Introuvable(_)) if Some(id) == vers => {}
            autre => drop(autre?),
        }
    }
    let (r, s) = ouvrir(cx, secret).await?;
    if r.seance_id != avant.seance_id {
        return Err(Erreur::Conflit("Cette réservation vient d’être changée : relisez-la.".into()));
    }
    changeable(cx, &r, &s)?;
    let mut c = Controle::new();
    let (telephone, courriel) = (nettoyer(d.telephone), nettoyer(d.courriel));
    let canal = coordonnees(&mut c, telephone.as_deref(), courriel.as_deref(), d.canal);
    let cible = cible.filter(|n| meme_atelier(n, &s) && n.publiee && n.etat == EtatSeance::Programmee);
    c.exiger(vers.is_none() || cible.is_some(), "seance", "Choisissez une date de la liste.");
    c.finir()?;
    let siege = match &cible {
        None => r.siege,
        Some(n) => {
            ouverte(cx, n)?;
            let prise = || {
                Erreur::Conflit("Cette date vient de se remplir : choisissez-en une autre. Votre réservation actuelle est gardée.".into())
            };
            Some(place(cx, &r, n).await?.ok_or_else(prise)?)
        }
    };
    let ou = cible.as_ref().unwrap_or(&s);
    let cle = cle_contact(ou.id, r.personne_id, telephone.as_deref(), courriel.as_deref(), &r.nom);
    if cle.is_some()
        && cle != r.cle_contact
        && table::Entity::find().filter(table::Column::CleContact.eq(cle)).one(&cx.db()).await?.is_some()
    {
        return Err(Erreur::Conflit("Une autre réservation existe déjà à ce nom et à ce contact pour cette date.".into()));
    }
    let contact_change = telephone != r.telephone || courriel != r.courriel || canal != r.canal;
    // In a calendar that has the old dates, the new ones take their place, and those too many go.
    let (sequence, dates_dites) = match &cible {
        None => (r.sequence, r.dates_dites),
        Some(_) => {
            let n = seance::completer(cx, vec![s.clone()]).await?.remove(0).dates.len();
            (r.sequence.saturating_add(s.version + 1), r.dates_dites.max(i32::try_from(n).unwrap_or(0)))
        }
    };
    let nouvelle = Reservation {
        sequence,
        dates_dites,
        seance_id: ou.id,
        places: ou.places,
        siege,
        etat: if cible.is_some() { EtatReservation::Confirmee } else { r.etat },
        expire_le: r.expire_le.filter(|_| cible.is_none()),
        refus_le: r.refus_le.filter(|_| !contact_change),
        telephone,
        courriel,
        canal,
        cle_contact: cle,
        ..r.clone()
    };
    if nouvelle == r {
        return Ok(r);
    }
    table::Entity::update_many()
        .set(table::ActiveModel {
            seance_id: Set(nouvelle.seance_id),
            places: Set(nouvelle.places),
            siege: Set(nouvelle.siege),
            etat: Set(nouvelle.etat),
            expire_le: Set(nouvelle.expire_le),
            refus_le: Set(nouvelle.refus_le),
            telephone: Set(nouvelle.telephone.clone()),
            courriel: Set(nouvelle.courriel.clone()),
            canal: Set(nouvelle.canal),
            cle_contact: Set(nouvelle.cle_contact),
            sequence: Set(nouvelle.sequence),
            dates_dites: Set(nouvelle.dates_dites),
            ..Default::default()
        })
        .filter(table::Column::Id.eq(r.id))
        .exec(&cx.db())
        .await?;
    let champs: &[&'static str] = if cible.is_some() { &["date"] } else { &["contact"] };
    cx.journaliser(Action::Modification, "reservation", r.id.0, r.structure_id, champs).await?;
    webhook::signaler(cx, Evenement::ReservationChangee, &nouvelle).await?;
    let motif = match (cible.is_some(), nouvelle.etat) {
        (true, _) => Motif::Changement,
        (false, EtatReservation::Proposee) => Motif::Offre,
        (false, _) => Motif::Confirmation,
    };
    avertir(cx, &nouvelle, motif, None).await?;
    super::avertir::programmer_rappels(cx, &nouvelle, &seance::dates(cx, ou.id).await?).await?;
    if cible.is_some() {
        // The one who left a waiting list frees nothing; the one who held a seat does.
        proposer_les_places(cx, &s).await?;
    }
    Ok(nouvelle)
}
