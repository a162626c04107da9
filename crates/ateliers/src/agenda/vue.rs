//! What is in a calendar: séances, appointments, times of one's own, busy times read elsewhere.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use sea_orm::{QueryOrder, QuerySelect, entity::prelude::*};
use serde::Serialize;
use socle::{
    Contexte, Erreur, Nomenclature, Permission, Resultat, equipe,
    identifiant::{LieuId, StructureId, UtilisateurId},
};

use super::{EtatOccurrence, GenreEvenement, instant_du_jour, regles::raisonnable, table};
use crate::{
    equipement,
    rendez_vous::{EtatRendezVous, table as rendez_vous},
    seance::{
        self, EtatDate,
        table::{self as seances, date},
    },
};

/// Whose calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quoi {
    Structure,
    Personne(UtilisateurId),
    Lieu(LieuId),
}

/// What something of a calendar is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum GenreElement {
    Seance,
    RendezVous,
    Stand,
    Preparation,
    Trajet,
    Reunion,
    Absence,
    Autre,
    /// Busy, in a calendar kept elsewhere.
    Ailleurs,
}

impl GenreElement {
    pub fn libelle(self) -> &'static str {
        match self {
            Self::Seance => "Atelier",
            Self::RendezVous => "Rendez-vous",
            Self::Ailleurs => "Occupé ailleurs",
            Self::Stand => GenreEvenement::Stand.libelle(),
            Self::Preparation => GenreEvenement::Preparation.libelle(),
            Self::Trajet => GenreEvenement::Trajet.libelle(),
            Self::Reunion => GenreEvenement::Reunion.libelle(),
            Self::Absence => GenreEvenement::Absence.libelle(),
            Self::Autre => GenreEvenement::Autre.libelle(),
        }
    }

    fn de(g: GenreEvenement) -> Self {
        match g {
            GenreEvenement::Stand => Self::Stand,
            GenreEvenement::Preparation => Self::Preparation,
            GenreEvenement::Trajet => Self::Trajet,
            GenreEvenement::Reunion => Self::Reunion,
            GenreEvenement::Absence => Self::Absence,
            GenreEvenement::Autre => Self::Autre,
        }
    }
}

/// Something of a calendar.
#[derive(Clone, Debug, PartialEq, Serialize, utoipa::ToSchema)]
#[schema(as = ElementAgenda)]
pub struct Element {
    /// Of the date of the séance, the appointment, the occurrence, or the line read elsewhere.
    pub id: Uuid,
    pub genre: GenreElement,
    pub titre: String,
    pub debut: DateTime<Utc>,
    pub fin: DateTime<Utc>,
    /// Whole days.
    pub journees: bool,
    /// Whose time it is.
    pub utilisateurs: Vec<UtilisateurId>,
    pub lieu: Option<LieuId>,
    /// Where, in words.
    pub ou: Option<String>,
    /// Who comes to an appointment.
    pub personne: Option<String>,
    /// What a séance reserves of the structure's equipment, in words.
    pub equipements: Vec<String>,
    /// It is at the same time as something else, knowingly.
    pub force: bool,
    /// Its page.
    pub adresse: Option<String>,
}

/// Most lines of each kind.
const LIGNES_MAX: u64 = 3000;

/// What is in a calendar of the actor's structure from `du` to before `au`, in order; 62 days at most.
pub async fn elements(cx: &Contexte, quoi: Quoi, du: NaiveDate, au: NaiveDate) -> Resultat<Vec<Element>> {
    let structure = super::structure_lue(cx)?;
    match quoi {
        Quoi::Structure => {}
        Quoi::Personne(u) => {
            if !equipe::membres(cx, &[structure]).await?.iter().any(|m| m.id == u) {
                return Err(Erreur::Introuvable("Cet agenda"));
            }
        }
        Quoi::Lieu(l) => {
            if territoire::lieu::lire(cx, l).await?.structure_id != structure {
                return Err(Erreur::Introuvable("Cet agenda"));
            }
        }
    }
    if !raisonnable(du) || au <= du || (au - du).num_days() > 62 {
        return Err(Erreur::champ("au", "Demandez de 1 à 62 jours."));
    }
    let mut v = rassembler(cx, structure, quoi, instant_du_jour(du), instant_du_jour(au)).await?;
    if !cx.acteur.peut(Permission::PersonnesLire) {
        for e in &mut v {
            e.personne = None;
        }
    }
    Ok(v)
}

fn garde(quoi: Quoi, utilisateurs: &[UtilisateurId], lieu: Option<LieuId>) -> bool {
    match quoi {
        Quoi::Structure => true,
        Quoi::Personne(u) => utilisateurs.contains(&u),
        Quoi::Lieu(l) => lieu == Some(l),
    }
}

/// The same, without asking who asks: the caller has.
pub(super) async fn rassembler(
    cx: &Contexte,
    structure: StructureId,
    quoi: Quoi,
    debut: DateTime<Utc>,
    fin: DateTime<Utc>,
) -> Resultat<Vec<Element>> {
    let mut v = des_seances(cx, structure, quoi, debut, fin).await?;
    v.extend(des_occurrences(cx, structure, quoi, debut, fin).await?);
    v.extend(des_rendez_vous(cx, structure, quoi, debut, fin).await?);
    if let Quoi::Personne(u) = quoi {
        v.extend(d_ailleurs(cx, u, debut, fin).await?);
    }
    v.sort_by_key(|e| (e.debut, e.fin, e.id));
    let lieux = territoire::lieu::noms_et_adresses(cx, v.iter().filter(|e| e.ou.is_none()).filter_map(|e| e.lieu).collect()).await?;
    for e in v.iter_mut().filter(|e| e.ou.is_none()) {
        e.ou = e.lieu.and_then(|l| lieux.get(&l.0).cloned());
    }
    Ok(v)
}

async fn des_seances(
    cx: &Contexte,
    structure: StructureId,
    quoi: Quoi,
    debut: DateTime<Utc>,
    fin: DateTime<Utc>,
) -> Resultat<Vec<Element>> {
    let dates = date::Entity::find()
        .filter(date::Column::StructureId.eq(structure))
        // A date lasts eight hours at most: the index is read over a bounded part.
        .filter(date::Column::Debut.gte(debut - TimeDelta::days(1)))
        .filter(date::Column::Debut.lt(fin))
        .filter(date::Column::Fin.gt(debut))
        .filter(date::Column::Etat.ne(EtatDate::Annulee))
        .limit(LIGNES_MAX)
        .all(&cx.db())
        .await?;
    if dates.is_empty() {
        return Ok(vec![]);
    }
    let mut ids: Vec<_> = dates.iter().map(|d| d.seance_id).collect();
    ids.sort_unstable();
    ids.dedup();
    let toutes: HashMap<_, _> =
        seances::Entity::find().filter(seances::Column::Id.is_in(ids)).all(&cx.db()).await?.into_iter().map(|s| (s.id, s)).collect();
    let noms = seance::noms_de_lieux(cx, &toutes.values().collect::<Vec<_>>()).await?;
    let reserves = equipement::de_seances(cx, &toutes.keys().copied().collect::<Vec<_>>()).await?;
    let forces = forcees(cx, dates.iter().map(|d| d.id.0).collect()).await?;
    Ok(dates
        .into_iter()
        .filter_map(|d| {
            let s = toutes.get(&d.seance_id)?;
            let utilisateurs: Vec<UtilisateurId> = [Some(s.animateur_id), s.co_animateur_id].into_iter().flatten().collect();
            garde(quoi, &utilisateurs, s.lieu_id).then(|| Element {
                id: d.id.0,
                genre: GenreElement::Seance,
                titre: s.titre.clone(),
                debut: d.debut,
                fin: d.fin,
                journees: false,
                utilisateurs,
                lieu: s.lieu_id,
                ou: Some(seance::nom_lieu(s, &noms)),
                personne: None,
                equipements: reserves.get(&s.id).into_iter().flatten().map(|r| format!("{} × {}", r.quantite, r.equipement.nom)).collect(),
                force: forces.contains(&d.id.0),
                adresse: Some(format!("/ateliers/seances/{}", s.id)),
            })
        })
        .collect())
}

/// Which of these dates are held although something else was there.
async fn forcees(cx: &Contexte, dates: Vec<Uuid>) -> Resultat<std::collections::HashSet<Uuid>> {
    let v: Vec<Option<Uuid>> = seances::occupation::Entity::find()
        .select_only()
        .column(seances::occupation::Column::DateId)
        .filter(seances::occupation::Column::DateId.is_in(dates))
        .filter(seances::occupation::Column::Force.eq(true))
        .into_tuple()
        .all(&cx.db())
        .await?;
    Ok(v.into_iter().flatten().collect())
}

async fn des_occurrences(
    cx: &Contexte,
    structure: StructureId,
    quoi: Quoi,
    debut: DateTime<Utc>,
    fin: DateTime<Utc>,
) -> Resultat<Vec<Element>> {
    let lignes = table::occurrence::Entity::find()
        .filter(table::occurrence::Column::StructureId.eq(structure))
        .filter(table::occurrence::Column::Debut.gte(debut - TimeDelta::days(63)))
        .filter(table::occurrence::Column::Debut.lt(fin))
        .filter(table::occurrence::Column::Fin.gt(debut))
        .filter(table::occurrence::Column::Etat.eq(EtatOccurrence::Prevue))
        .limit(LIGNES_MAX)
        .all(&cx.db())
        .await?;
    let mut ids: Vec<_> = lignes.iter().map(|o| o.evenement_id).collect();
    ids.sort_unstable();
    ids.dedup();
    let tous: HashMap<_, _> =
        table::Entity::find().filter(table::Column::Id.is_in(ids)).all(&cx.db()).await?.into_iter().map(|e| (e.id, e)).collect();
    Ok(lignes
        .into_iter()
        .filter_map(|o| {
            let e = tous.get(&o.evenement_id)?;
            let utilisateurs: Vec<UtilisateurId> = e.utilisateur_id.into_iter().collect();
            garde(quoi, &utilisateurs, e.lieu_id).then(|| Element {
                id: o.id.0,
                genre: GenreElement::de(e.genre),
                titre: super::nom(e),
                debut: o.debut,
                fin: o.fin,
                journees: e.journees > 0,
                utilisateurs,
                lieu: e.lieu_id,
                ou: None,
                personne: None,
                equipements: vec![],
                force: o.force,
                adresse: Some(format!("/agenda/temps/{}", o.id)),
            })
        })
        .collect())
}

async fn des_rendez_vous(
    cx: &Contexte,
    structure: StructureId,
    quoi: Quoi,
    debut: DateTime<Utc>,
    fin: DateTime<Utc>,
) -> Resultat<Vec<Element>> {
    let lignes = rendez_vous::Entity::find()
        .filter(rendez_vous::Column::StructureId.eq(structure))
        .filter(rendez_vous::Column::Debut.gte(debut - TimeDelta::days(1)))
        .filter(rendez_vous::Column::Debut.lt(fin))
        .filter(rendez_vous::Column::Fin.gt(debut))
        .filter(rendez_vous::Column::Etat.ne(EtatRendezVous::Annule))
        .order_by_asc(rendez_vous::Column::Debut)
        .limit(LIGNES_MAX)
        .all(&cx.db())
        .await?;
    let motifs = crate::rendez_vous::libelles(cx, lignes.iter().map(|r| r.motif_id)).await?;
    Ok(lignes
        .into_iter()
        .filter(|r| garde(quoi, &[r.utilisateur_id], r.lieu_id))
        .map(|r| Element {
            id: r.id.0,
            genre: GenreElement::RendezVous,
            titre: motifs.get(&r.motif_id).cloned().unwrap_or_default(),
            debut: r.debut,
            fin: r.fin,
            journees: false,
            utilisateurs: vec![r.utilisateur_id],
            lieu: r.lieu_id,
            ou: None,
            personne: Some(r.nom).filter(|n| !n.is_empty()),
            equipements: vec![],
            force: false,
            adresse: Some(format!("/agenda/rendez-vous/{}", r.id)),
        })
        .collect())
}

async fn d_ailleurs(cx: &Contexte, u: UtilisateurId, debut: DateTime<Utc>, fin: DateTime<Utc>) -> Resultat<Vec<Element>> {
    let lignes = table::ailleurs::Entity::find()
        .filter(table::ailleurs::Column::UtilisateurId.eq(u))
        .filter(table::ailleurs::Column::DebutS.lt(fin.timestamp()))
        .filter(table::ailleurs::Column::FinS.gt(debut.timestamp()))
        .limit(LIGNES_MAX)
        .all(&cx.db())
        .await?;
    Ok(lignes
        .into_iter()
        .filter_map(|l| {
            Some(Element {
                id: l.id,
                genre: GenreElement::Ailleurs,
                titre: GenreElement::Ailleurs.libelle().to_owned(),
                debut: DateTime::from_timestamp(l.debut_s, 0)?,
                fin: DateTime::from_timestamp(l.fin_s, 0)?,
                journees: false,
                utilisateurs: vec![u],
                lieu: None,
                ou: None,
                personne: None,
                equipements: vec![],
                force: false,
                adresse: None,
            })
        })
        .collect())
}
