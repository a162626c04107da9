//! What takes a person or a room, whatever it is for: séance, appointment, time of one's own. One table, whose
//! constraint refuses two at once; and before it, a look that says by what, and whether the way leaves the time.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::{ConnectionTrait, ExprTrait, IntoActiveModel, QuerySelect, QueryTrait, entity::prelude::*, sea_query::OnConflict};
use socle::{
    Contexte, Erreur, Nomenclature, Resultat, equipe,
    identifiant::{DateSeanceId, LieuId, OccurrenceId, RendezVousId, StructureId, UtilisateurId},
};

use super::{
    regles::{Ou, Trajets},
    table,
};
use crate::seance::table::{self as seance, date, occupation};

/// From when to when.
pub(crate) type Intervalle = (DateTime<Utc>, DateTime<Utc>);

/// How far around a time the way from or to another is looked at.
const MARGE: TimeDelta = TimeDelta::hours(10);

/// What it is taken for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pour {
    Date(DateSeanceId),
    Occurrence(OccurrenceId),
    RendezVous(RendezVousId),
}

/// Who and which room are taken, and where.
#[derive(Clone, Debug, Default)]
pub(crate) struct Prises {
    pub personnes: Vec<UtilisateurId>,
    /// A room, taken whole.
    pub salle: Option<LieuId>,
    pub ou: Ou,
}

impl Prises {
    fn ressources(&self) -> Vec<Uuid> {
        self.personnes.iter().map(|u| u.0).chain(self.salle.map(|l| l.0)).collect()
    }
}

/// What a structure says of the way between two places.
pub(crate) async fn trajets(cx: &Contexte, structure: StructureId) -> Resultat<Trajets> {
    let reglage = table::reglage::Entity::find_by_id(structure).one(&cx.db()).await?;
    let lignes = table::trajet::Entity::find().filter(table::trajet::Column::StructureId.eq(structure)).all(&cx.db()).await?;
    Ok(Trajets {
        entre_communes: reglage.map_or(Trajets::ENTRE_COMMUNES, |r| i64::from(r.trajet_minutes)),
        table: lignes.into_iter().map(|t| ((t.de, t.vers), i64::from(t.minutes))).collect(),
    })
}

fn sauf(q: Select<occupation::Entity>, p: Pour) -> Select<occupation::Entity> {
    // Empty in what is taken for something else: neither equal nor different.
    match p {
        Pour::Date(d) => q.filter(occupation::Column::DateId.is_null().or(occupation::Column::DateId.ne(d))),
        Pour::Occurrence(o) => q.filter(occupation::Column::OccurrenceId.is_null().or(occupation::Column::OccurrenceId.ne(o))),
        Pour::RendezVous(r) => q.filter(occupation::Column::RendezVousId.is_null().or(occupation::Column::RendezVousId.ne(r))),
    }
}

/// What `plages` meet, in words, three at most: what takes a person or the room at the same time, forced too;
/// a way too long from or to what comes before or after; a calendar kept elsewhere.
pub(crate) async fn conflits(
    cx: &Contexte,
    structure: StructureId,
    prises: &Prises,
    plages: &[Intervalle],
    excepte: &[Pour],
) -> Resultat<Vec<String>> {
    let (Some(debut), Some(fin)) = (plages.iter().map(|p| p.0).min(), plages.iter().map(|p| p.1).max()) else { return Ok(vec![]) };
    let ressources = prises.ressources();
    if ressources.is_empty() {
        return Ok(vec![]);
    }
    let mut q = occupation::Entity::find()
        .filter(occupation::Column::Ressource.is_in(ressources))
        .filter(occupation::Column::DebutS.lt((fin + MARGE).timestamp()))
        .filter(occupation::Column::FinS.gt((debut - MARGE).timestamp()));
    for p in excepte {
        q = sauf(q, *p);
    }
    let lignes = q.limit(5000).all(&cx.db()).await?;
    let trajets = trajets(cx, structure).await?;
    // What meets: the line taken, and the minutes of way that miss.
    let mut trouves: Vec<(&occupation::Model, Option<i64>)> = vec![];
    for (debut, fin) in plages {
        for o in &lignes {
            if o.debut_s < fin.timestamp() && debut.timestamp() < o.fin_s {
                trouves.push((o, None));
            } else if o.genre != "lieu" {
                let la = Ou { lieu: o.lieu_id, commune: o.commune.clone() };
                let minutes = trajets.minutes(&prises.ou, &la);
                let reste = if o.fin_s <= debut.timestamp() { debut.timestamp() - o.fin_s } else { o.debut_s - fin.timestamp() };
                if reste < minutes * 60 {
                    trouves.push((o, Some(minutes)));
                }
            }
        }
    }
    let mut vues = HashSet::new();
    trouves.retain(|(o, _)| vues.insert(o.id));
    trouves.truncate(3);
    let titres = titres(cx, structure, trouves.iter().map(|(o, _)| *o)).await?;
    let personnes = trouves.iter().filter(|(o, _)| o.genre != "lieu").map(|(o, _)| UtilisateurId(o.ressource));
    let noms = equipe::noms(cx, personnes).await?;
    let mut messages = vec![];
    for (o, trajet) in trouves {
        let qui = noms.get(&UtilisateurId(o.ressource)).map_or("Cette personne", String::as_str);
        let titre = titres.get(&o.id).map_or("autre chose", String::as_str);
        let quand = DateTime::from_timestamp(o.debut_s, 0).map(interface::format::instant_long).unwrap_or_default();
        messages.push(match trajet {
            Some(m) => format!(
                "Il faut {} à {qui} pour aller d’un lieu à l’autre, et «\u{a0}{titre}\u{a0}», {quand}, ne les laisse pas.",
                interface::format::duree(m)
            ),
            None if o.genre == "lieu" => format!("Ce lieu est déjà pris par «\u{a0}{titre}\u{a0}», {quand}."),
            None => format!("{qui} est déjà pris par «\u{a0}{titre}\u{a0}», {quand}."),
        });
    }
    messages.extend(pris_ailleurs(cx, prises, plages, (debut, fin)).await?);
    messages.truncate(3);
    Ok(messages)
}

async fn pris_ailleurs(cx: &Contexte, prises: &Prises, plages: &[Intervalle], (debut, fin): Intervalle) -> Resultat<Vec<String>> {
    let lignes = table::ailleurs::Entity::find()
        .filter(table::ailleurs::Column::UtilisateurId.is_in(prises.personnes.iter().copied()))
        .filter(table::ailleurs::Column::DebutS.lt(fin.timestamp()))
        .filter(table::ailleurs::Column::FinS.gt(debut.timestamp()))
        .limit(5000)
        .all(&cx.db())
        .await?;
    let pris: Vec<_> =
        lignes.into_iter().filter(|l| plages.iter().any(|(d, f)| l.debut_s < f.timestamp() && d.timestamp() < l.fin_s)).take(3).collect();
    let noms = equipe::noms(cx, pris.iter().map(|l| l.utilisateur_id)).await?;
    Ok(pris
        .iter()
        .map(|l| {
            let qui = noms.get(&l.utilisateur_id).map_or("Cette personne", String::as_str);
            let quand = DateTime::from_timestamp(l.debut_s, 0).map(interface::format::instant_long).unwrap_or_default();
            format!("{qui} est pris {quand}, d’après un agenda suivi ailleurs.")
        })
        .collect())
}

/// What each line is taken for, as the structure may read it.
async fn titres(
    cx: &Contexte,
    structure: StructureId,
    lignes: impl Iterator<Item = &occupation::Model> + Clone,
) -> Resultat<HashMap<Uuid, String>> {
    let dates: Vec<DateSeanceId> = lignes.clone().filter_map(|o| o.date_id).collect();
    let occurrences: Vec<OccurrenceId> = lignes.clone().filter_map(|o| o.occurrence_id).collect();
    let mut titres: HashMap<Uuid, String> = HashMap::new();
    if !dates.is_empty() {
        let trouvees = date::Entity::find().filter(date::Column::Id.is_in(dates)).all(&cx.db()).await?;
        let seances: HashMap<_, _> = seance::Entity::find()
            .filter(seance::Column::Id.is_in(trouvees.iter().map(|d| d.seance_id)))
            .filter(seance::Column::StructureId.eq(structure))
            .all(&cx.db())
            .await?
            .into_iter()
            .map(|s| (s.id, s.titre))
            .collect();
        titres.extend(trouvees.into_iter().filter_map(|d| Some((d.id.0, seances.get(&d.seance_id)?.clone()))));
    }
    if !occurrences.is_empty() {
        let trouvees = table::occurrence::Entity::find().filter(table::occurrence::Column::Id.is_in(occurrences)).all(&cx.db()).await?;
        let evenements: HashMap<_, _> = table::Entity::find()
            .filter(table::Column::Id.is_in(trouvees.iter().map(|o| o.evenement_id)))
            .filter(table::Column::StructureId.eq(structure))
            .all(&cx.db())
            .await?
            .into_iter()
            .map(|e| (e.id, e))
            .collect();
        for o in trouvees {
            if let Some(e) = evenements.get(&o.evenement_id) {
                titres.insert(o.id.0, if e.titre.is_empty() { e.genre.libelle().to_owned() } else { e.titre.clone() });
            }
        }
    }
    Ok(lignes
        .map(|o| {
            let objet = o.date_id.map(|d| d.0).or(o.occurrence_id.map(|i| i.0));
            let titre = match objet {
                None => "un rendez-vous".to_owned(),
                Some(i) => titres.get(&i).cloned().unwrap_or_else(|| "une activité d’une autre structure".into()),
            };
            (o.id, titre)
        })
        .collect())
}

/// Refuses when something is met, unless it is forced.
pub(crate) async fn refuser(
    cx: &Contexte,
    structure: StructureId,
    prises: &Prises,
    plages: &[Intervalle],
    excepte: &[Pour],
    champ: &str,
) -> Resultat<()> {
    let mut messages = conflits(cx, structure, prises, plages, excepte).await?;
    if messages.is_empty() {
        return Ok(());
    }
    messages.push("Changez l’heure, la personne ou le lieu, ou cochez «\u{a0}Programmer quand même\u{a0}».".into());
    Err(Erreur::champ(champ, messages.join(" ")))
}

/// Whether the constraint on persons and rooms refused.
pub(crate) fn est_exclusion(e: &DbErr) -> bool {
    e.to_string().contains("ex_occupation")
}

fn lignes(cx: &Contexte, pour: Pour, prises: &Prises, (debut, fin): Intervalle, force: bool) -> Vec<occupation::ActiveModel> {
    let genres = prises.personnes.iter().map(|u| ("animateur", u.0)).chain(prises.salle.map(|l| ("lieu", l.0)));
    genres
        .map(|(genre, ressource)| {
            occupation::Model {
                id: cx.nouvel_uuid(),
                date_id: if let Pour::Date(d) = pour { Some(d) } else { None },
                occurrence_id: if let Pour::Occurrence(o) = pour { Some(o) } else { None },
                rendez_vous_id: if let Pour::RendezVous(r) = pour { Some(r) } else { None },
                genre: genre.to_owned(),
                ressource,
                debut_s: debut.timestamp(),
                fin_s: fin.timestamp(),
                force,
                lieu_id: prises.ou.lieu.filter(|_| genre == "animateur"),
                commune: prises.ou.commune.clone().filter(|_| genre == "animateur"),
            }
            .into_active_model()
            .reset_all()
        })
        .collect()
}

/// Takes the person and the room. The database refuses what another writer took meanwhile: `ex_occupation`.
pub(crate) async fn prendre(cx: &Contexte, pour: Pour, prises: &Prises, quand: Intervalle, force: bool) -> Result<(), DbErr> {
    for l in lignes(cx, pour, prises, quand, force) {
        occupation::Entity::insert(l).exec_without_returning(&cx.db()).await?;
    }
    Ok(())
}

/// The same, of one resource; gives how many lines were written: none when the constraint of PostgreSQL refused, which
/// leaves the transaction going. The triggers of SQLite say `ex_occupation`, and leave it going too.
pub(crate) async fn prendre_si_libre(cx: &Contexte, pour: Pour, prises: &Prises, quand: Intervalle) -> Result<u64, DbErr> {
    let db = cx.db();
    let mut n = 0;
    for l in lignes(cx, pour, prises, quand, false) {
        let q = occupation::Entity::insert(l).on_conflict(OnConflict::new().do_nothing().to_owned());
        let statement = db.get_database_backend().build(&q.into_query());
        n += db.execute_raw(statement).await?.rows_affected();
    }
    Ok(n)
}

/// The same; what is refused is said on `champ`.
pub(crate) async fn occuper(cx: &Contexte, pour: Pour, prises: &Prises, quand: Intervalle, force: bool, champ: &str) -> Resultat<()> {
    prendre(cx, pour, prises, quand, force).await.map_err(|e| {
        if est_exclusion(&e) {
            Erreur::champ(
                champ,
                "Autre chose vient d’être programmé à la même heure : changez l’heure, la personne ou le lieu, ou cochez «\u{a0}Programmer quand même\u{a0}».",
            )
        } else {
            e.into()
        }
    })
}

/// Frees what was taken for these.
pub(crate) async fn liberer(cx: &Contexte, pour: impl IntoIterator<Item = Pour>) -> Resultat<()> {
    let (mut dates, mut occurrences, mut rendez_vous) = (vec![], vec![], vec![]);
    for p in pour {
        match p {
            Pour::Date(d) => dates.push(d),
            Pour::Occurrence(o) => occurrences.push(o),
            Pour::RendezVous(r) => rendez_vous.push(r),
        }
    }
    let mut conditions = vec![];
    if !dates.is_empty() {
        conditions.push(occupation::Column::DateId.is_in(dates));
    }
    if !occurrences.is_empty() {
        conditions.push(occupation::Column::OccurrenceId.is_in(occurrences));
    }
    if !rendez_vous.is_empty() {
        conditions.push(occupation::Column::RendezVousId.is_in(rendez_vous));
    }
    for c in conditions {
        occupation::Entity::delete_many().filter(c).exec(&cx.db()).await?;
    }
    Ok(())
}
