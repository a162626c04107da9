//! What one prepares for a day: the séances, where, with what, for whom, and how they go.

use chrono::NaiveDate;
use sea_orm::{QueryOrder, QuerySelect, entity::prelude::*};
use socle::{Contexte, Permission, Resultat, equipe};

use crate::{
    equipement::{self, Reserve},
    fiche::{self, Contenu},
    reservation::{self, EtatReservation, Reservation},
    seance::{
        self, DateSeance, EtatDate, Materiel, Seance,
        table::{self as seances, date},
    },
};

/// A séance to prepare.
#[derive(Clone, Debug)]
pub struct Preparation {
    pub date: DateSeance,
    pub seance: Seance,
    /// Where, in words.
    pub ou: String,
    /// Who animates.
    pub qui: String,
    pub materiel: Vec<Materiel>,
    /// What it reserves of the structure's equipment, with the name of where it stays.
    pub equipements: Vec<(Reserve, Option<String>)>,
    /// What misses of it, in words.
    pub manques: Vec<String>,
    /// Who is expected.
    pub gens: Vec<Reservation>,
    /// The sheet, if it still is.
    pub fiche: Option<Contenu>,
}

/// The séances of a day, in order, at most 30: those one animates, or with `toute` all those of the structure.
pub async fn journee(cx: &Contexte, jour: NaiveDate, toute: bool) -> Resultat<Vec<Preparation>> {
    let structure = cx.exiger(Permission::AccompagnementsLire)?;
    let dates = date::Entity::find()
        .filter(date::Column::StructureId.eq(structure))
        .filter(date::Column::Jour.eq(jour))
        .filter(date::Column::Etat.ne(EtatDate::Annulee))
        .order_by_asc(date::Column::Debut)
        .order_by_asc(date::Column::Id)
        .limit(200)
        .all(&cx.db())
        .await?;
    let lignes = seances::Entity::find().filter(seances::Column::Id.is_in(dates.iter().map(|d| d.seance_id))).all(&cx.db()).await?;
    let moi = cx.acteur.utilisateur;
    let miennes: Vec<Seance> =
        lignes.into_iter().filter(|s| toute || Some(s.animateur_id) == moi || (moi.is_some() && s.co_animateur_id == moi)).collect();
    let noms =
        equipe::noms(cx, miennes.iter().flat_map(|s| [Some(s.animateur_id), s.co_animateur_id]).flatten().collect::<Vec<_>>()).await?;
    let lieux = seance::noms_de_lieux(cx, &miennes.iter().collect::<Vec<_>>()).await?;
    let completes = seance::completer(cx, miennes).await?;
    let fixes = completes.iter().flat_map(|c| &c.equipements).filter_map(|r| r.equipement.lieu_id).collect();
    let rangements = territoire::lieu::noms_et_adresses(cx, fixes).await?;
    let mut v = vec![];
    for d in dates {
        let Some(c) = completes.iter().find(|c| c.seance.id == d.seance_id) else { continue };
        if v.len() >= 30 {
            break;
        }
        let gens = reservation::lister(cx, d.seance_id).await?;
        let s = &c.seance;
        v.push(Preparation {
            ou: seance::nom_lieu(s, &lieux),
            qui: [Some(s.animateur_id), s.co_animateur_id]
                .into_iter()
                .flatten()
                .filter_map(|u| noms.get(&u).cloned())
                .collect::<Vec<_>>()
                .join(", "),
            materiel: c.materiel.clone(),
            equipements: c
                .equipements
                .iter()
                .map(|r| (r.clone(), r.equipement.lieu_id.and_then(|l| rangements.get(&l.0).cloned())))
                .collect(),
            manques: equipement::manques(cx, s, &c.equipements, std::slice::from_ref(&d)).await?,
            gens: gens.into_iter().filter(|r| r.etat == EtatReservation::Confirmee).collect(),
            fiche: fiche::contenu_de(cx, s.fiche.as_deref()).await?,
            seance: s.clone(),
            date: d,
        });
    }
    Ok(v)
}
