//! Calendars: of a mediator, of a lieu, of a structure. Séances and appointments are seen in them; stands,
//! preparation, travel and absences are written here, once or in a series that follows a rule of RFC 5545.
//!
//! A series is written occurrence by occurrence, a year ahead: each takes the person, and the room when asked,
//! in the one table whose constraint refuses two at once. A nightly job writes what comes next.

pub(crate) mod api;
mod changer;
mod distant;
mod externe;
mod flux;
mod ical;
mod lecture;
pub(crate) mod migration;
pub(crate) mod occupation;
pub(crate) mod prolonger;
pub mod recurrence;
pub mod regles;
mod saisie;
pub(crate) mod table;
mod trajet;
mod vue;
mod web;

pub use api::api;
pub use changer::{Portee, annuler, deplacer, modifier};
pub use externe::{GENRE_LIRE, GENRE_LIRE_TOUS, lire_tache, relire_tous};
pub use ical::{Composant, Invitation, invitation};
pub(crate) use migration::Agendas;
pub use prolonger::{GENRE_PROLONGER, prolonger};
pub use trajet::{Trajet, regler_trajets, trajets_de};
pub use vue::{Element, GenreElement, Quoi, elements};
pub use web::pages;

/// The sealed columns.
pub const CHAMPS: [socle::coffre::Champ; 1] = [externe::ADRESSE];

use chrono::{DateTime, Days, NaiveDate, Utc};
use sea_orm::{IntoActiveModel, entity::prelude::*};
use serde::{Deserialize, Serialize};
use socle::{
    Contexte, Erreur, Nomenclature, Permission, Resultat,
    controle::Controle,
    creation::{self, Reclamation},
    equipe,
    identifiant::{EvenementId, LieuId, OccurrenceId, StructureId, UtilisateurId},
    journal::Action,
    texte::nettoyer,
};

use crate::seance::{Quand, nomenclature};
use occupation::{Intervalle, Pour, Prises};
use regles::Ou;
pub use table::{Model as Evenement, occurrence::Model as Occurrence};

nomenclature! {
    /// What a time of a calendar is for.
    GenreEvenement {
        Stand => "Stand, aller vers",
        Preparation => "Préparation",
        Trajet => "Trajet",
        Reunion => "Réunion, formation",
        Absence => "Absence",
        Autre => "Autre",
    }
}
nomenclature! {
    /// Where an occurrence stands.
    EtatOccurrence { Prevue => "Prévue", Annulee => "Annulée" }
}

/// How far ahead a rule is followed; further on, a nightly job writes what comes.
pub const HORIZON: Days = Days::new(366);

/// Writes a time in a calendar, once or in a series.
#[derive(Clone, Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreerEvenement {
    /// Made by the client; the same creation twice is one record.
    pub id: Option<EvenementId>,
    pub genre: GenreEvenement,
    /// Its name, for the team; never that of a person received.
    #[schema(max_length = 150)]
    pub titre: Option<String>,
    /// Whose time; oneself, if neither who nor where is told.
    pub utilisateur: Option<UtilisateurId>,
    /// Where, among the structure's lieux.
    pub lieu: Option<LieuId>,
    /// The whole lieu is taken: nothing else can be there.
    #[serde(default)]
    pub salle: bool,
    /// The first day and the time on the wall, in France.
    pub quand: Quand,
    /// Minutes; or `journees`.
    #[schema(minimum = 5, maximum = 1440)]
    pub duree_minutes: Option<u32>,
    /// So many whole days, from midnight.
    #[schema(minimum = 1, maximum = 62)]
    pub journees: Option<u32>,
    /// How it is repeated: a rule of RFC 5545, without start. Without end, it is followed a year ahead, then day by day.
    #[schema(max_length = 280, example = "FREQ=WEEKLY;BYDAY=MO,TH;UNTIL=20270630")]
    pub regle: Option<String>,
    /// Although the person, or the room, is already taken.
    #[serde(default)]
    pub forcer: bool,
}

/// A time with its occurrences.
#[derive(Clone, Debug, PartialEq)]
pub struct Complet {
    pub evenement: Evenement,
    /// In order, cancelled ones too.
    pub occurrences: Vec<Occurrence>,
    /// What to know, that refuses nothing: public holidays, a lieu closed at that time.
    pub avertissements: Vec<String>,
}

/// Days between which an instant may be: the year past to two years ahead.
pub(crate) fn bornes(cx: &Contexte) -> (NaiveDate, NaiveDate) {
    (cx.aujourd_hui() - Days::new(366), cx.aujourd_hui() + Days::new(732))
}

/// Writes a time in a calendar; the bool is false when a repeated request found it made.
pub async fn creer(cx: &Contexte, d: CreerEvenement) -> Resultat<(Complet, bool)> {
    let structure = cx.exiger(Permission::AccompagnementsEcrire)?;
    let id = match creation::reclamer(cx, "evenement", d.id.map(|i| i.0), &d).await? {
        Reclamation::Repetee(id) => return Ok((lire(cx, EvenementId(id)).await?, false)),
        Reclamation::Nouvelle(id) => EvenementId(id),
    };
    let auteur = cx.auteur()?;
    let mut c = Controle::new();
    let mut e = Evenement {
        id,
        structure_id: structure,
        utilisateur_id: d.utilisateur.or((d.lieu.is_none() || !d.salle).then_some(auteur)),
        lieu_id: d.lieu,
        salle: d.salle && d.lieu.is_some(),
        genre: d.genre,
        titre: nettoyer(d.titre).unwrap_or_default(),
        jour: d.quand.jour,
        heure: d.quand.heure.format("%H:%M").to_string(),
        duree_minutes: d.duree_minutes.map_or(0, |n| i32::try_from(n).unwrap_or(i32::MAX)),
        journees: d.journees.map_or(0, |n| i32::try_from(n).unwrap_or(i32::MAX)),
        regle: nettoyer(d.regle),
        materialise_au: None,
        version: 1,
        cree_par: auteur,
        cree_le: cx.maintenant,
    };
    controler(cx, &mut e, &mut c).await?;
    let jours = lire_regle(cx, &mut e, &mut c);
    c.finir()?;
    ecrire_serie(cx, e, &jours, &[], d.forcer, "jour").await.map(|c| (c, true))
}

/// Writes a series checked: the record, its occurrences, what they take.
pub(crate) async fn ecrire_serie(
    cx: &Contexte,
    e: Evenement,
    jours: &[NaiveDate],
    sans: &[NaiveDate],
    forcer: bool,
    champ: &str,
) -> Resultat<Complet> {
    let prises = prises(cx, &e).await?;
    let plages = instants(&e, jours).map_err(|m| Erreur::champ(champ, m))?;
    let tenues: Vec<Intervalle> = plages.iter().filter(|(j, _)| !sans.contains(j)).map(|(_, p)| *p).collect();
    let forcees = if forcer {
        occupation::rencontres(cx, &prises, &tenues, &[]).await?
    } else {
        occupation::refuser(cx, e.structure_id, &prises, &tenues, &[], champ).await?;
        std::collections::HashSet::new()
    };
    table::Entity::insert(e.clone().into_active_model().reset_all()).exec_without_returning(&cx.db()).await?;
    for (jour, plage) in &plages {
        let annulee = sans.contains(jour);
        ecrire_occurrence(cx, &e, *jour, *plage, &prises, forcees.contains(plage), annulee, champ).await?;
    }
    cx.journaliser(Action::Creation, "evenement", e.id.0, e.structure_id, &[]).await?;
    let avertissements = crate::ouverture::avertir(cx, e.lieu_id, &tenues).await?;
    Ok(Complet { avertissements, ..lire(cx, e.id).await? })
}

#[expect(clippy::too_many_arguments, reason = "one line of a table")]
pub(crate) async fn ecrire_occurrence(
    cx: &Contexte,
    e: &Evenement,
    jour: NaiveDate,
    (debut, fin): Intervalle,
    prises: &Prises,
    force: bool,
    annulee: bool,
    champ: &str,
) -> Resultat<()> {
    let o = Occurrence {
        id: OccurrenceId(cx.nouvel_uuid()),
        evenement_id: e.id,
        structure_id: e.structure_id,
        origine: jour,
        jour,
        heure: e.heure.clone(),
        debut,
        fin,
        etat: if annulee { EtatOccurrence::Annulee } else { EtatOccurrence::Prevue },
        deplacee: false,
        force,
    };
    table::occurrence::Entity::insert(o.clone().into_active_model().reset_all()).exec_without_returning(&cx.db()).await?;
    if !annulee {
        occupation::occuper(cx, Pour::Occurrence(o.id), prises, (debut, fin), force, champ).await?;
    }
    Ok(())
}

/// Checks what is pure, then that people and lieu are the structure's own.
pub(crate) async fn controler(cx: &Contexte, e: &mut Evenement, c: &mut Controle) -> Resultat<()> {
    c.texte("titre", Some(&e.titre), 150);
    if e.journees > 0 {
        c.exiger(e.duree_minutes == 0, "duree_minutes", "Donnez une durée en minutes, ou des journées entières : pas les deux.");
        c.exiger(e.journees <= 62, "journees", "Soixante-deux jours au plus : faites une suite pour le reste.");
        e.heure = "00:00".into();
    } else {
        c.exiger((5..=1440).contains(&e.duree_minutes), "duree_minutes", "La durée va de 5 minutes à 24 heures.");
    }
    let (plus_tot, plus_tard) = bornes(cx);
    c.exiger((plus_tot..=plus_tard).contains(&e.jour), "jour", "Le jour est dans l’année passée, ou dans les deux ans à venir.");
    if let Some(u) = e.utilisateur_id {
        let membres = equipe::membres(cx, &[e.structure_id]).await?;
        c.exiger(membres.iter().any(|m| m.id == u), "utilisateur", "Choisissez quelqu’un de votre équipe.");
    }
    territoire::lieu::controler(cx, e.structure_id, e.lieu_id, c).await?;
    Ok(())
}

/// The start on the wall.
pub(crate) fn debut_au_mur(e: &Evenement) -> chrono::NaiveDateTime {
    e.jour.and_time(crate::seance::regles::lire_heure(&e.heure).unwrap_or_default())
}

/// The days of a time checked, its rule put in its one form; what is wrong is said on `regle`.
pub(crate) fn lire_regle(cx: &Contexte, e: &mut Evenement, c: &mut Controle) -> Vec<NaiveDate> {
    let Some(texte) = e.regle.take() else { return vec![e.jour] };
    if !regles::raisonnable(e.jour) {
        // Said already, on the day.
        return vec![];
    }
    let debut = debut_au_mur(e);
    let jusqu_a = cx.aujourd_hui().max(e.jour) + HORIZON;
    let lue = recurrence::lire(&texte, debut)
        .and_then(|r| recurrence::developper(&r, debut, debut, jusqu_a.and_time(chrono::NaiveTime::MIN)).map(|v| (r, v)));
    match lue {
        Ok((r, v)) => {
            let jours: Vec<NaiveDate> = v.iter().map(chrono::NaiveDateTime::date).collect();
            e.materialise_au = materialise(&r, debut, jusqu_a, &jours);
            e.regle = Some(r);
            jours
        }
        Err(m) => {
            c.faute("regle", m);
            vec![]
        }
    }
}

/// To when the rule was followed; nothing when nothing comes after.
pub(crate) fn materialise(regle: &str, debut: chrono::NaiveDateTime, jusqu_a: NaiveDate, jours: &[NaiveDate]) -> Option<NaiveDate> {
    let jusqu_a = if jours.len() >= usize::from(recurrence::OCCURRENCES_MAX) { *jours.last()? + Days::new(1) } else { jusqu_a };
    if !recurrence::finit(regle) {
        return Some(jusqu_a);
    }
    let suite = jusqu_a.and_time(chrono::NaiveTime::MIN);
    let reste = recurrence::developper(regle, debut, suite, suite + chrono::TimeDelta::days(366 * 20)).ok()?;
    (!reste.is_empty()).then_some(jusqu_a)
}

/// The instants of each day; the first of the two hours in the night that has it twice.
///
/// # Errors
/// In words, when one of them falls into the hour that a night skips.
pub(crate) fn instants(e: &Evenement, jours: &[NaiveDate]) -> Result<Vec<(NaiveDate, Intervalle)>, String> {
    let heure = debut_au_mur(e).time();
    jours.iter().map(|j| Ok((*j, regles::intervalle(Quand { jour: *j, heure }, e.duree_minutes, e.journees)?))).collect()
}

/// What an occurrence takes.
pub(crate) async fn prises(cx: &Contexte, e: &Evenement) -> Resultat<Prises> {
    let commune = match e.lieu_id {
        Some(l) => crate::ouverture::commune_du_lieu(cx, l).await?,
        None => None,
    };
    Ok(Prises {
        personnes: e.utilisateur_id.into_iter().collect(),
        salle: e.lieu_id.filter(|_| e.salle),
        ou: Ou { lieu: e.lieu_id, commune },
    })
}

/// The line of a time of the actor's structure.
pub(crate) async fn ligne(cx: &Contexte, id: EvenementId, p: Permission) -> Resultat<Evenement> {
    let introuvable = Erreur::Introuvable("Ce temps de l’agenda");
    let Some(e) = table::Entity::find_by_id(id).one(&cx.db()).await? else {
        return Err(if cx.acteur.peut(p) { introuvable } else { Erreur::Interdit(p) });
    };
    match cx.exiger_dans(p, e.structure_id) {
        Ok(()) => Ok(e),
        Err(Erreur::Introuvable(_)) => Err(introuvable),
        Err(e) => Err(e),
    }
}

/// One occurrence of the actor's structure, and what it is one of.
pub async fn occurrence(cx: &Contexte, id: OccurrenceId, p: Permission) -> Resultat<(Evenement, Occurrence)> {
    let introuvable = Erreur::Introuvable("Ce temps de l’agenda");
    let Some(o) = table::occurrence::Entity::find_by_id(id).one(&cx.db()).await? else {
        return Err(if cx.acteur.peut(p) { introuvable } else { Erreur::Interdit(p) });
    };
    Ok((ligne(cx, o.evenement_id, p).await?, o))
}

/// One time with its occurrences.
pub async fn lire(cx: &Contexte, id: EvenementId) -> Resultat<Complet> {
    let evenement = ligne(cx, id, Permission::AccompagnementsLire).await?;
    let occurrences = occurrences(cx, id).await?;
    Ok(Complet { evenement, occurrences, avertissements: vec![] })
}

pub(crate) async fn occurrences(cx: &Contexte, id: EvenementId) -> Resultat<Vec<Occurrence>> {
    use sea_orm::QueryOrder;
    Ok(table::occurrence::Entity::find()
        .filter(table::occurrence::Column::EvenementId.eq(id))
        .order_by_asc(table::occurrence::Column::Debut)
        .all(&cx.db())
        .await?)
}

/// What a time is called.
pub(crate) fn nom(e: &Evenement) -> String {
    if e.titre.is_empty() { e.genre.libelle().to_owned() } else { e.titre.clone() }
}

/// Seconds of a day and the next, to look for what happens on it.
pub(crate) fn instant_du_jour(j: NaiveDate) -> DateTime<Utc> {
    Quand { jour: j, heure: chrono::NaiveTime::MIN }.instant().unwrap_or_default()
}

/// Which structure the actor reads calendars of.
pub(crate) fn structure_lue(cx: &Contexte) -> Resultat<StructureId> {
    cx.exiger(Permission::AccompagnementsLire)
}
