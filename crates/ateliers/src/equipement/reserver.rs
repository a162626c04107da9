//! What séances reserve, and what misses.

use std::collections::HashMap;

use sea_orm::{IntoActiveModel, QueryOrder, QuerySelect, entity::prelude::*};
use serde::{Deserialize, Serialize};
use socle::{
    Contexte, Erreur, Permission, Resultat,
    controle::Controle,
    identifiant::{EquipementId, LieuId, SeanceId, StructureId},
    journal::Action,
};

use super::{
    Equipement, EtatEquipement,
    regles::{Pris, sommet},
    table::{self, reserve},
};
use crate::{
    agenda::occupation::Intervalle,
    seance::{
        self, Complete, DateSeance, EtatDate, EtatSeance, Seance,
        table::{self as seances, date},
    },
};

/// So many of some equipment, for a séance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DemandeEquipement {
    pub equipement: EquipementId,
    #[schema(minimum = 1, maximum = 500)]
    pub quantite: u32,
}

/// What a séance reserves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reserve {
    pub equipement: Equipement,
    pub quantite: i32,
}

/// Most kinds of equipment of one séance.
const MAX: usize = 30;

/// Locks lines of the register until the end of the transaction, in their order, so that two who reserve the same do
/// not wait for each other for ever.
pub(crate) async fn tenir(cx: &Contexte, ids: &[EquipementId]) -> Resultat<Vec<Equipement>> {
    if ids.is_empty() {
        return Ok(vec![]);
    }
    Ok(table::Entity::find()
        .filter(table::Column::Id.is_in(ids.iter().copied()))
        .order_by_asc(table::Column::Id)
        .lock_exclusive()
        .all(&cx.db())
        .await?)
}

/// What is asked for, locked and checked: the structure's own, each once.
pub(crate) async fn demander(
    cx: &Contexte,
    structure: StructureId,
    demandes: &[DemandeEquipement],
    c: &mut Controle,
) -> Resultat<Vec<Reserve>> {
    c.exiger(demandes.len() <= MAX, "equipements", "Trente sortes de matériel au plus.");
    let mut ids: Vec<EquipementId> = demandes.iter().map(|d| d.equipement).collect();
    ids.sort_unstable();
    ids.dedup();
    c.exiger(ids.len() == demandes.len(), "equipements", "Le même matériel est demandé deux fois.");
    c.exiger(demandes.iter().all(|d| (1..=500).contains(&d.quantite)), "equipements", "Donnez un nombre, de 1 à 500.");
    ids.truncate(MAX);
    let tenus = tenir(cx, &ids).await?;
    let mut v = vec![];
    for d in demandes.iter().take(MAX) {
        match tenus.iter().find(|e| e.id == d.equipement && e.structure_id == structure && e.retire_le.is_none()) {
            Some(e) => v.push(Reserve { equipement: e.clone(), quantite: super::nombre(d.quantite) }),
            None => c.faute("equipements", "Choisissez du matériel de votre structure."),
        }
    }
    Ok(v)
}

/// What others take of these, in the same times, with the title of the first.
async fn pris_par_d_autres(
    cx: &Contexte,
    ids: &[EquipementId],
    plages: &[Intervalle],
    sauf: Option<SeanceId>,
) -> Resultat<HashMap<EquipementId, Vec<(Pris, String)>>> {
    let (Some(debut), Some(fin)) = (plages.iter().map(|p| p.0).min(), plages.iter().map(|p| p.1).max()) else {
        return Ok(HashMap::new());
    };
    let mut q = reserve::Entity::find().filter(reserve::Column::EquipementId.is_in(ids.iter().copied()));
    if let Some(s) = sauf {
        q = q.filter(reserve::Column::SeanceId.ne(s));
    }
    // Of the séances around this time alone: the register of a structure grows old.
    let mut pendant = sea_orm::sea_query::Query::select();
    pendant
        .column("seance_id")
        .from("seance_date")
        .and_where(date::Column::Debut.lt(fin))
        .and_where(date::Column::Fin.gt(debut))
        .and_where(date::Column::Etat.ne(EtatDate::Annulee));
    let lignes = q.filter(reserve::Column::SeanceId.in_subquery(pendant)).all(&cx.db()).await?;
    if lignes.is_empty() {
        return Ok(HashMap::new());
    }
    let ids: Vec<SeanceId> = lignes.iter().map(|l| l.seance_id).collect();
    let dates = date::Entity::find()
        .filter(date::Column::SeanceId.is_in(ids.iter().copied()))
        .filter(date::Column::Debut.lt(fin))
        .filter(date::Column::Fin.gt(debut))
        .filter(date::Column::Etat.ne(EtatDate::Annulee))
        .all(&cx.db())
        .await?;
    let titres: HashMap<SeanceId, String> =
        seances::Entity::find().filter(seances::Column::Id.is_in(ids)).all(&cx.db()).await?.into_iter().map(|s| (s.id, s.titre)).collect();
    let mut v: HashMap<EquipementId, Vec<(Pris, String)>> = HashMap::new();
    for l in &lignes {
        for d in dates.iter().filter(|d| d.seance_id == l.seance_id) {
            let p = Pris { debut: d.debut.timestamp(), fin: d.fin.timestamp(), quantite: i64::from(l.quantite) };
            v.entry(l.equipement_id).or_default().push((p, titres.get(&l.seance_id).cloned().unwrap_or_default()));
        }
    }
    Ok(v)
}

/// How many there are to take.
fn disponibles(e: &Equipement) -> i64 {
    if e.etat == EtatEquipement::Utilisable && e.retire_le.is_none() { i64::from(e.quantite) } else { 0 }
}

/// What a séance reserves that it will not find, in words: too many at the same time, out of order, kept elsewhere.
pub(crate) async fn conflits(
    cx: &Contexte,
    lieu: Option<LieuId>,
    reserves: &[Reserve],
    plages: &[Intervalle],
    sauf: Option<SeanceId>,
) -> Resultat<Vec<String>> {
    if reserves.is_empty() || plages.is_empty() {
        return Ok(vec![]);
    }
    let ids: Vec<EquipementId> = reserves.iter().map(|r| r.equipement.id).collect();
    let autres = pris_par_d_autres(cx, &ids, plages, sauf).await?;
    let mut messages = vec![];
    for Reserve { equipement: e, quantite } in reserves {
        let nom = &e.nom;
        if e.retire_le.is_some() {
            messages.push(format!("«\u{a0}{nom}\u{a0}» n’est plus dans le matériel de la structure."));
            continue;
        }
        if e.etat == EtatEquipement::EnPanne {
            messages.push(format!("«\u{a0}{nom}\u{a0}» est en panne."));
            continue;
        }
        if e.lieu_id.is_some() && e.lieu_id != lieu {
            let ou = territoire::lieu::noms_et_adresses(cx, e.lieu_id.into_iter().collect()).await?.into_values().next();
            let ou = ou.unwrap_or_else(|| "son lieu".into());
            messages.push(format!("«\u{a0}{nom}\u{a0}» reste à «\u{a0}{ou}\u{a0}», et la séance est ailleurs."));
        }
        let pris = autres.get(&e.id).map_or(&[][..], Vec::as_slice);
        let seuls: Vec<Pris> = pris.iter().map(|(p, _)| *p).collect();
        for (debut, fin) in plages {
            let reste = disponibles(e) - sommet(&seuls, debut.timestamp(), fin.timestamp());
            if i64::from(*quantite) <= reste {
                continue;
            }
            let par = pris.iter().find(|(p, _)| p.debut < fin.timestamp() && debut.timestamp() < p.fin);
            let par = par.map(|(p, t)| format!(" («\u{a0}{t}\u{a0}» en prend {})", p.quantite)).unwrap_or_default();
            let quand = interface::format::instant_long(*debut);
            messages.push(match reste.max(0) {
                0 => format!("«\u{a0}{nom}\u{a0}»\u{a0}: il en faut {quantite}, et il n’en reste pas {quand}{par}."),
                n => format!("«\u{a0}{nom}\u{a0}»\u{a0}: il en faut {quantite}, et il en reste {n} {quand}{par}."),
            });
            break;
        }
    }
    messages.truncate(4);
    Ok(messages)
}

/// Refuses when something misses.
pub(crate) async fn refuser(
    cx: &Contexte,
    lieu: Option<LieuId>,
    reserves: &[Reserve],
    plages: &[Intervalle],
    sauf: Option<SeanceId>,
    champ: &str,
) -> Resultat<()> {
    let mut messages = conflits(cx, lieu, reserves, plages, sauf).await?;
    if messages.is_empty() {
        return Ok(());
    }
    messages.push("Changez l’heure ou le matériel, ou cochez «\u{a0}Programmer quand même\u{a0}».".into());
    Err(Erreur::champ(champ, messages.join(" ")))
}

/// Writes what a séance reserves, in place of what it did. The lines of the register are locked by then.
pub(crate) async fn ecrire(cx: &Contexte, s: SeanceId, reserves: &[Reserve]) -> Resultat<()> {
    reserve::Entity::delete_many().filter(reserve::Column::SeanceId.eq(s)).exec(&cx.db()).await?;
    for r in reserves {
        let ligne = reserve::Model { seance_id: s, equipement_id: r.equipement.id, quantite: r.quantite };
        reserve::Entity::insert(ligne.into_active_model().reset_all()).exec_without_returning(&cx.db()).await?;
    }
    Ok(())
}

fn a_tenir(dates: &[DateSeance]) -> Vec<Intervalle> {
    dates.iter().filter(|d| d.etat == EtatDate::Prevue).map(|d| (d.debut, d.fin)).collect()
}

/// Changes what a séance reserves.
///
/// # Errors
/// [`Erreur::Invalide`] on `equipements` when something misses, unless forced.
pub async fn changer(cx: &Contexte, id: SeanceId, demandes: &[DemandeEquipement], forcer: bool) -> Resultat<Complete> {
    seance::ligne(cx, id, Permission::AccompagnementsEcrire).await?;
    let s = seance::verrouiller(cx, id).await?;
    if s.etat == EtatSeance::Annulee {
        return Err(Erreur::Conflit("Cette séance est annulée : programmez-en une autre.".into()));
    }
    let mut c = Controle::new();
    let reserves = demander(cx, s.structure_id, demandes, &mut c).await?;
    c.finir()?;
    if !forcer {
        let complete = seance::completer(cx, vec![s.clone()]).await?.remove(0);
        refuser(cx, s.lieu_id, &reserves, &a_tenir(&complete.dates), Some(id), "equipements").await?;
    }
    ecrire(cx, id, &reserves).await?;
    cx.journaliser(Action::Modification, "seance", id.0, s.structure_id, &["materiel"]).await?;
    seance::lire(cx, id).await
}

/// What séances reserve, by name.
pub(crate) async fn de_seances(cx: &Contexte, ids: &[SeanceId]) -> Resultat<HashMap<SeanceId, Vec<Reserve>>> {
    let mut v: HashMap<SeanceId, Vec<Reserve>> = HashMap::new();
    if ids.is_empty() {
        return Ok(v);
    }
    let lignes = reserve::Entity::find().filter(reserve::Column::SeanceId.is_in(ids.iter().copied())).all(&cx.db()).await?;
    if lignes.is_empty() {
        return Ok(v);
    }
    let tous: HashMap<EquipementId, Equipement> = table::Entity::find()
        .filter(table::Column::Id.is_in(lignes.iter().map(|l| l.equipement_id)))
        .all(&cx.db())
        .await?
        .into_iter()
        .map(|e| (e.id, e))
        .collect();
    for l in lignes {
        if let Some(e) = tous.get(&l.equipement_id) {
            v.entry(l.seance_id).or_default().push(Reserve { equipement: e.clone(), quantite: l.quantite });
        }
    }
    for r in v.values_mut() {
        r.sort_by_cached_key(|r| socle::texte::plier(&r.equipement.nom));
    }
    Ok(v)
}

/// What misses to a séance to come, in words, as things stand.
pub(crate) async fn manques(cx: &Contexte, s: &Seance, reserves: &[Reserve], dates: &[DateSeance]) -> Resultat<Vec<String>> {
    if s.etat == EtatSeance::Annulee {
        return Ok(vec![]);
    }
    let mut plages = a_tenir(dates);
    plages.retain(|(_, fin)| cx.maintenant < *fin);
    conflits(cx, s.lieu_id, reserves, &plages, Some(s.id)).await
}

/// A séance to come that reserves some equipment.
#[derive(Clone, Debug, PartialEq)]
pub struct Usage {
    pub seance: Seance,
    pub date: DateSeance,
    pub quantite: i32,
    /// All that is taken at that time is more than what there is.
    pub manque: i64,
}

/// The séances to come that reserve it, in order, 100 at most.
pub async fn usages(cx: &Contexte, id: EquipementId) -> Resultat<(Equipement, Vec<Usage>)> {
    let e = super::ligne(cx, id, Permission::AccompagnementsLire).await?;
    let lignes: HashMap<SeanceId, i32> = reserve::Entity::find()
        .filter(reserve::Column::EquipementId.eq(id))
        .all(&cx.db())
        .await?
        .into_iter()
        .map(|l| (l.seance_id, l.quantite))
        .collect();
    let mut reservees = sea_orm::sea_query::Query::select();
    reservees.column("seance_id").from("seance_equipement").and_where(reserve::Column::EquipementId.eq(id));
    let dates = date::Entity::find()
        .filter(date::Column::SeanceId.in_subquery(reservees))
        .filter(date::Column::Fin.gt(cx.maintenant))
        .filter(date::Column::Etat.ne(EtatDate::Annulee))
        .order_by_asc(date::Column::Debut)
        .limit(100)
        .all(&cx.db())
        .await?;
    let toutes: HashMap<SeanceId, Seance> = seances::Entity::find()
        .filter(seances::Column::Id.is_in(dates.iter().map(|d| d.seance_id)))
        .all(&cx.db())
        .await?
        .into_iter()
        .map(|s| (s.id, s))
        .collect();
    let quantite = |d: &DateSeance| lignes.get(&d.seance_id).copied().unwrap_or(0);
    let pris: Vec<Pris> =
        dates.iter().map(|d| Pris { debut: d.debut.timestamp(), fin: d.fin.timestamp(), quantite: i64::from(quantite(d)) }).collect();
    let v = dates
        .iter()
        .filter_map(|d| {
            Some(Usage {
                seance: toutes.get(&d.seance_id)?.clone(),
                quantite: quantite(d),
                manque: (sommet(&pris, d.debut.timestamp(), d.fin.timestamp()) - disponibles(&e)).max(0),
                date: d.clone(),
            })
        })
        .collect();
    Ok((e, v))
}
