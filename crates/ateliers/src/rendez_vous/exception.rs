//! One day of hours that is closed, or held at another time: the hours of every week stay.

use std::collections::HashMap;

use chrono::{DateTime, Days, NaiveDate, NaiveTime, Utc};
use sea_orm::{ExprTrait, IntoActiveModel, QueryOrder, QuerySelect, entity::prelude::*, sea_query::OnConflict};
use serde::{Deserialize, Serialize};
use socle::{
    Contexte, Erreur, Permission, Resultat, equipe,
    identifiant::{PlageId, StructureId, UtilisateurId},
    journal::Action,
};

use super::{
    EtatRendezVous, Plage, RendezVous, creneaux,
    creneaux::Creneau,
    plage::ligne,
    regles::{self, Exception},
    table::{self, exception, plage},
};
use crate::{
    agenda::{Quoi, occupation::Intervalle, regles::raisonnable},
    ouverture::{self, horaires::Tranche},
    seance::{Quand, regles::lire_heure},
};

/// Where one day of hours stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[schema(as = EtatPlage)]
#[serde(rename_all = "snake_case")]
pub enum EtatPlage {
    /// As every week.
    Prevue,
    /// Nobody is received that day.
    Fermee,
    /// Held at another time, that time only.
    Deplacee,
}

/// One day of hours.
#[derive(Clone, Debug, PartialEq)]
pub struct JourPlage {
    pub plage: Plage,
    /// The day of the week it stands for.
    pub origine: NaiveDate,
    /// When it is held; when it would be, closed.
    pub jour: NaiveDate,
    pub debut: DateTime<Utc>,
    pub fin: DateTime<Utc>,
    pub etat: EtatPlage,
    /// Why the lieu receives nobody that day: a public holiday, days off.
    pub lieu_ferme: Option<String>,
}

/// Holds one day of hours at another time, that time only.
#[derive(Clone, Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DeplacerPlage {
    /// The same, to hold them longer or less long.
    pub jour: NaiveDate,
    /// `14:00`
    #[schema(max_length = 10)]
    pub debut: String,
    #[schema(max_length = 10)]
    pub fin: String,
}

fn lire_exception(e: &exception::Model) -> Exception {
    let ailleurs = match (e.jour, &e.debut, &e.fin) {
        (Some(j), Some(d), Some(f)) => Tranche::depuis(d, f).map(|t| (j, t)),
        _ => None,
    };
    Exception { origine: e.origine, ailleurs }
}

/// The exceptions that matter from `du` to before `au`, of hours of a structure.
pub(super) async fn lire(
    cx: &Contexte,
    structure: StructureId,
    du: NaiveDate,
    au: NaiveDate,
) -> Resultat<HashMap<PlageId, Vec<Exception>>> {
    let entre = |c: exception::Column| c.gte(du).and(c.lt(au));
    let lignes = exception::Entity::find()
        .filter(exception::Column::StructureId.eq(structure))
        .filter(entre(exception::Column::Origine).or(entre(exception::Column::Jour)))
        .all(&cx.db())
        .await?;
    let mut v: HashMap<PlageId, Vec<Exception>> = HashMap::new();
    for e in &lignes {
        v.entry(e.plage_id).or_default().push(lire_exception(e));
    }
    Ok(v)
}

/// All the exceptions of these hours.
pub(super) async fn de_plages(cx: &Contexte, ids: Vec<PlageId>) -> Resultat<Vec<(PlageId, Exception)>> {
    let lignes = exception::Entity::find().filter(exception::Column::PlageId.is_in(ids)).all(&cx.db()).await?;
    Ok(lignes.iter().map(|e| (e.plage_id, lire_exception(e))).collect())
}

fn quand(jour: NaiveDate, t: &Tranche) -> Result<Intervalle, String> {
    Ok((Quand { jour, heure: t.debut }.instant()?, Quand { jour, heure: t.fin }.instant()?))
}

/// The days of one line of hours, from `du` to before `au`: as every week, closed, moved. An hour that a night skips is
/// not there.
fn jours_de(p: &Plage, exceptions: &[Exception], du: NaiveDate, au: NaiveDate) -> Vec<JourPlage> {
    let Some(h) = creneaux::en_heures(p) else { return vec![] };
    let un = |origine, jour, t: &Tranche, etat| {
        let (debut, fin) = quand(jour, t).ok()?;
        Some(JourPlage { plage: p.clone(), origine, jour, debut, fin, etat, lieu_ferme: None })
    };
    let des_jours = h.jours(du, au).filter_map(|j| match exceptions.iter().find(|e| e.origine == j) {
        None => un(j, j, &h.tranche, EtatPlage::Prevue),
        Some(Exception { ailleurs: None, .. }) => un(j, j, &h.tranche, EtatPlage::Fermee),
        Some(_) => None,
    });
    let ailleurs = exceptions.iter().filter_map(|e| {
        let (jour, t) = e.ailleurs.filter(|(j, _)| du <= *j && *j < au)?;
        un(e.origine, jour, &t, EtatPlage::Deplacee)
    });
    des_jours.chain(ailleurs).collect()
}

/// The days of hours of the structure's team, or of one of them, or at one lieu, from `du` to before `au`, in order;
/// 62 days at most.
pub async fn jours(cx: &Contexte, quoi: Quoi, du: NaiveDate, au: NaiveDate) -> Resultat<Vec<JourPlage>> {
    let structure = cx.exiger(Permission::AccompagnementsLire)?;
    if !raisonnable(du) || au <= du || (au - du).num_days() > 62 {
        return Err(Erreur::champ("au", "Demandez de 1 à 62 jours."));
    }
    let mut q = plage::Entity::find().filter(plage::Column::StructureId.eq(structure));
    match quoi {
        Quoi::Structure => {}
        Quoi::Personne(u) => q = q.filter(plage::Column::UtilisateurId.eq(u)),
        Quoi::Lieu(l) => q = q.filter(plage::Column::LieuId.eq(l)),
    }
    let presents: Vec<UtilisateurId> = equipe::membres(cx, &[structure]).await?.into_iter().map(|m| m.id).collect();
    let lignes: Vec<Plage> = q.all(&cx.db()).await?.into_iter().filter(|p| presents.contains(&p.utilisateur_id)).collect();
    if lignes.is_empty() {
        return Ok(vec![]);
    }
    rassembler(cx, structure, &lignes, du, au).await
}

async fn rassembler(cx: &Contexte, structure: StructureId, lignes: &[Plage], du: NaiveDate, au: NaiveDate) -> Resultat<Vec<JourPlage>> {
    let exceptions = lire(cx, structure, du, au).await?;
    let mut v: Vec<JourPlage> = lignes.iter().flat_map(|p| jours_de(p, exceptions.get(&p.id).map_or(&[], Vec::as_slice), du, au)).collect();
    let mut lieux: Vec<_> = lignes.iter().filter_map(|p| p.lieu_id).collect();
    lieux.sort_unstable();
    lieux.dedup();
    let ouvertures = ouverture::de_lieux(cx, &lieux, du).await?;
    let nulle_part = ouverture::Ouvertures::default();
    for j in &mut v {
        j.lieu_ferme = j.plage.lieu_id.and_then(|l| ouvertures.get(&l)).unwrap_or(&nulle_part).ferme(j.jour);
    }
    v.sort_by_key(|j| (j.debut, j.fin, j.plage.id));
    Ok(v)
}

/// The next days of one line of hours, and its exceptions to come, whatever their day: what its page shows.
pub async fn prochains(cx: &Contexte, id: PlageId, combien: usize) -> Resultat<(Plage, Vec<JourPlage>)> {
    let p = ligne(cx, id, Permission::AccompagnementsLire).await?;
    let du = Ord::max(cx.aujourd_hui(), Ord::min(p.du, cx.aujourd_hui() + LOIN));
    let mut v = rassembler(cx, p.structure_id, std::slice::from_ref(&p), du, cx.aujourd_hui() + LOIN + LOIN).await?;
    let mut n = 0;
    v.retain(|j| {
        n += usize::from(j.etat == EtatPlage::Prevue);
        n <= combien || j.etat != EtatPlage::Prevue
    });
    Ok((p, v))
}

/// How far ahead a day may be closed or moved.
const LOIN: Days = Days::new(366);

/// One day of hours as it is, and the appointments at its times: those it no longer holds first to be called.
#[derive(Clone, Debug, PartialEq)]
pub struct Detail {
    pub jour: JourPlage,
    /// When it would be, as every week.
    pub habituel: (DateTime<Utc>, DateTime<Utc>),
    /// To come, at the usual times or at those of that day; and at those it had, when it was just changed.
    pub rendez_vous: Vec<RendezVous>,
}

impl Detail {
    /// Whether these hours no longer hold an appointment: closed, or held at another time.
    pub fn dehors(&self, r: &RendezVous) -> bool {
        self.jour.etat == EtatPlage::Fermee || r.debut < self.jour.debut || self.jour.fin < r.fin
    }

    /// The appointments that stay although nobody is received then any more.
    pub fn a_voir(&self) -> impl Iterator<Item = &RendezVous> {
        self.rendez_vous.iter().filter(|r| self.dehors(r))
    }
}

/// One day of hours, by the day of the week it stands for.
pub async fn detail(cx: &Contexte, id: PlageId, origine: NaiveDate) -> Resultat<Detail> {
    let p = ligne(cx, id, Permission::AccompagnementsLire).await?;
    detailler(cx, &p, origine, None).await
}

/// The same, with the appointments of when it was held until now.
async fn detailler(cx: &Contexte, p: &Plage, origine: NaiveDate, avant: Option<Intervalle>) -> Resultat<Detail> {
    let introuvable = || Erreur::Introuvable("Ces heures de rendez-vous");
    let Some(t) = habituelle(p, origine) else { return Err(introuvable()) };
    let exception = exception::Entity::find_by_id((p.id, origine)).one(&cx.db()).await?.as_ref().map(lire_exception);
    let jour = exception.as_ref().and_then(|e| e.ailleurs).map_or(origine, |(j, _)| j);
    let (du, au) = (Ord::min(origine, jour), Ord::max(origine, jour) + Days::new(1));
    let v = jours_de(p, exception.as_slice(), du, au);
    let mut jour = v.into_iter().find(|j| j.origine == origine).ok_or_else(introuvable)?;
    let ouvertures = ouverture::de_lieux(cx, p.lieu_id.as_slice(), jour.jour).await?;
    jour.lieu_ferme = ouvertures.into_values().next().unwrap_or_default().ferme(jour.jour);
    let habituel = quand(origine, &t).unwrap_or((jour.debut, jour.fin));
    let heures: Vec<Intervalle> = [habituel, (jour.debut, jour.fin)].into_iter().chain(avant).collect();
    let rendez_vous = rendez_vous(cx, p, &heures).await?;
    Ok(Detail { jour, habituel, rendez_vous })
}

/// The times of a day, when these hours are on that day of the week.
fn habituelle(p: &Plage, origine: NaiveDate) -> Option<Tranche> {
    if !raisonnable(origine) {
        return None;
    }
    let h = creneaux::en_heures(p)?;
    let est = h.jours(origine, origine + Days::new(1)).next().is_some();
    est.then_some(h.tranche)
}

async fn rendez_vous(cx: &Contexte, p: &Plage, heures: &[Intervalle]) -> Resultat<Vec<RendezVous>> {
    let pendant = heures
        .iter()
        .fold(sea_orm::Condition::any(), |c, (debut, fin)| c.add(table::Column::Debut.lt(*fin).and(table::Column::Fin.gt(*debut))));
    Ok(table::Entity::find()
        .filter(table::Column::StructureId.eq(p.structure_id))
        .filter(table::Column::UtilisateurId.eq(p.utilisateur_id))
        .filter(table::Column::Etat.eq(EtatRendezVous::Prevu))
        .filter(table::Column::Fin.gt(cx.maintenant))
        .filter(pendant)
        .order_by_asc(table::Column::Debut)
        .limit(100)
        .all(&cx.db())
        .await?)
}

/// The line of hours, locked with the others of the same mediator: who books at the same instant waits, then finds the
/// day closed; and two days are not moved to one time.
async fn a_changer(cx: &Contexte, id: PlageId, origine: NaiveDate) -> Resultat<Plage> {
    let p = ligne(cx, id, Permission::AccompagnementsEcrire).await?;
    let introuvable = || Erreur::Introuvable("Ces heures de rendez-vous");
    let siennes = plage::Entity::find()
        .filter(plage::Column::StructureId.eq(p.structure_id))
        .filter(plage::Column::UtilisateurId.eq(p.utilisateur_id))
        .order_by_asc(plage::Column::Id)
        .lock_exclusive()
        .all(&cx.db())
        .await?;
    let p = siennes.into_iter().find(|p| p.id == id).ok_or_else(introuvable)?;
    if habituelle(&p, origine).is_none() {
        return Err(introuvable());
    }
    if origine < cx.aujourd_hui() {
        return Err(Erreur::Conflit("Ce jour est passé : il ne se change plus.".into()));
    }
    if origine > cx.aujourd_hui() + LOIN {
        return Err(Erreur::Conflit("Ce jour est dans plus d’un an : attendez pour le changer.".into()));
    }
    Ok(p)
}

/// When a day is held as things stand, before it changes.
async fn jusque_la(cx: &Contexte, p: &Plage, origine: NaiveDate) -> Resultat<Option<Intervalle>> {
    let j = detailler(cx, p, origine, None).await?.jour;
    Ok((j.etat == EtatPlage::Deplacee).then_some((j.debut, j.fin)))
}

async fn ecrire(cx: &Contexte, p: &Plage, origine: NaiveDate, ailleurs: Option<(NaiveDate, NaiveTime, NaiveTime)>) -> Resultat<Detail> {
    let avant = jusque_la(cx, p, origine).await?;
    let texte = |h: NaiveTime| h.format("%H:%M").to_string();
    let e = exception::Model {
        plage_id: p.id,
        origine,
        structure_id: p.structure_id,
        jour: ailleurs.map(|a| a.0),
        debut: ailleurs.map(|a| texte(a.1)),
        fin: ailleurs.map(|a| texte(a.2)),
    };
    exception::Entity::insert(e.into_active_model().reset_all())
        .on_conflict(
            OnConflict::columns([exception::Column::PlageId, exception::Column::Origine])
                .update_columns([exception::Column::Jour, exception::Column::Debut, exception::Column::Fin])
                .to_owned(),
        )
        .exec_without_returning(&cx.db())
        .await?;
    cx.journaliser(Action::Modification, "plage", p.id.0, p.structure_id, &["date"]).await?;
    detailler(cx, p, origine, avant).await
}

/// Closes hours on one day: its slots are no longer offered. Appointments already taken stay, and are given back.
pub async fn fermer(cx: &Contexte, id: PlageId, origine: NaiveDate) -> Resultat<Detail> {
    let p = a_changer(cx, id, origine).await?;
    ecrire(cx, &p, origine, None).await
}

/// Holds hours at another time, once.
///
/// # Errors
/// [`Erreur::Invalide`] when others of the same mediator are there, or when a night skips that time.
pub async fn deplacer(cx: &Contexte, id: PlageId, origine: NaiveDate, d: DeplacerPlage) -> Resultat<Detail> {
    let p = a_changer(cx, id, origine).await?;
    let (Some(debut), Some(fin)) = (lire_heure(&d.debut), lire_heure(&d.fin)) else {
        let champ = if lire_heure(&d.debut).is_none() { "debut" } else { "fin" };
        return Err(Erreur::champ(champ, "Écrivez l’heure ainsi : 14:00."));
    };
    if fin <= debut {
        return Err(Erreur::champ("fin", "Ces heures finissent après leur début."));
    }
    if d.jour < cx.aujourd_hui() || d.jour > cx.aujourd_hui() + LOIN {
        return Err(Erreur::champ("jour", "Choisissez un jour à venir, dans l’année."));
    }
    let heures = quand(d.jour, &Tranche { debut, fin }).map_err(|m| Erreur::champ("debut", m))?;
    if occupees(cx, &p, origine, d.jour, heures).await? {
        return Err(Erreur::champ("debut", "D’autres heures de rendez-vous de la même personne sont ouvertes à ce moment-là."));
    }
    ecrire(cx, &p, origine, Some((d.jour, debut, fin))).await
}

/// Puts one day of hours back as every week.
///
/// # Errors
/// [`Erreur::Conflit`] when others were opened there meanwhile.
pub async fn retablir(cx: &Contexte, id: PlageId, origine: NaiveDate) -> Resultat<Detail> {
    let p = a_changer(cx, id, origine).await?;
    if let Some(Ok(heures)) = habituelle(&p, origine).map(|t| quand(origine, &t))
        && occupees(cx, &p, origine, origine, heures).await?
    {
        return Err(Erreur::Conflit("D’autres heures ont été ouvertes à ce moment-là depuis : retirez-les d’abord.".into()));
    }
    let avant = jusque_la(cx, &p, origine).await?;
    let r = exception::Entity::delete_by_id((p.id, origine)).exec(&cx.db()).await?;
    if r.rows_affected > 0 {
        cx.journaliser(Action::Modification, "plage", p.id.0, p.structure_id, &["date"]).await?;
    }
    detailler(cx, &p, origine, avant).await
}

/// Whether other hours of the same mediator are open then: neither this day of these, nor those closed.
async fn occupees(
    cx: &Contexte,
    p: &Plage,
    sauf: NaiveDate,
    jour: NaiveDate,
    (debut, fin): (DateTime<Utc>, DateTime<Utc>),
) -> Resultat<bool> {
    let siennes = plage::Entity::find()
        .filter(plage::Column::StructureId.eq(p.structure_id))
        .filter(plage::Column::UtilisateurId.eq(p.utilisateur_id))
        .all(&cx.db())
        .await?;
    let v = rassembler(cx, p.structure_id, &siennes, jour, jour + Days::new(1)).await?;
    Ok(v.iter().any(|j| j.etat != EtatPlage::Fermee && !(j.plage.id == p.id && j.origine == sauf) && j.debut < fin && debut < j.fin))
}

/// Holds the hours of a mediator until the end of the transaction, and looks once more whether this slot is among them:
/// somebody may have just closed that day, or waits to do so and will see this appointment.
///
/// # Errors
/// [`Erreur::Conflit`] when the slot is no longer offered.
pub(super) async fn tenir(cx: &Contexte, structure: StructureId, qui: UtilisateurId, c: &Creneau) -> Resultat<()> {
    let siennes = plage::Entity::find()
        .filter(plage::Column::StructureId.eq(structure))
        .filter(plage::Column::UtilisateurId.eq(qui))
        .order_by_asc(plage::Column::Id)
        .lock_shared()
        .all(&cx.db())
        .await?;
    let j = socle::horloge::jour(c.debut);
    let exceptions = lire(cx, structure, j, j + Days::new(1)).await?;
    let ouvert = siennes.iter().filter_map(|p| Some((p.id, creneaux::en_heures(p)?))).any(|(id, h)| {
        regles::avec_exceptions(h, exceptions.get(&id).map_or(&[], Vec::as_slice)).any(|h| {
            h.lieu == c.lieu
                && h.jours(j, j + Days::new(1)).next().is_some()
                && quand(j, &h.tranche).is_ok_and(|(d, f)| d <= c.debut && c.fin <= f)
        })
    });
    if ouvert { Ok(()) } else { Err(super::prendre::pris()) }
}

/// Opens hours once more than every week, on one day.
#[must_use]
pub fn un_jour(d: super::EcrirePlage, jour: NaiveDate) -> super::EcrirePlage {
    use chrono::Datelike;
    super::EcrirePlage { jour: jour.weekday().number_from_monday(), du: Some(jour), au: Some(jour), ..d }
}
