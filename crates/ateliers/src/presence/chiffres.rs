//! Figures of workshops: which ones work, by workshop, by place, by audience.

use std::collections::{BTreeMap, HashMap};

use chrono::Months;
use mediation::ateliers::{Axe, Champ, Comptes, Resultats, compter, resultats as chiffrer};
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};
use socle::{Contexte, Nomenclature, Permission, Resultat};

use crate::{
    fiche::{self, Age},
    seance::nomenclature,
};

nomenclature! {
    /// What workshops are compared by.
    #[schema(as = ParResultats)]
    Par { Atelier => "Par atelier", Lieu => "Par lieu", Public => "Par public" }
}

/// The figures of a line of the comparison.
#[derive(Clone, Debug, PartialEq, Serialize, utoipa::ToSchema)]
#[schema(as = LigneResultats)]
pub struct Ligne {
    /// A workshop, a place, an audience; empty for all of them.
    pub titre: String,
    #[serde(flatten)]
    pub chiffres: Resultats,
}

/// Without a sheet, or whose sheet names no age.
const SANS_PUBLIC: &str = "Tout public";

/// The figures of the last twelve months: all, then line by line, the best attended first. Dates closed alone. A workshop
/// made for two audiences counts in both.
pub async fn resultats(cx: &Contexte, par: Par) -> Resultat<(Ligne, Vec<Ligne>)> {
    let structure = cx.exiger(Permission::AccompagnementsLire)?;
    let au = cx.aujourd_hui();
    let champ = Champ {
        structures: Some(vec![structure]),
        du: au.checked_sub_months(Months::new(12)).unwrap_or(au),
        au,
        lieu: None,
        animateur: None,
        thematique: None,
        commune: None,
    };
    let axe = match par {
        Par::Atelier => Axe::Atelier,
        Par::Lieu => Axe::Lieu,
        Par::Public => Axe::Fiche,
    };
    let comptes = compter(cx, &champ, axe).await?;
    let ensemble = comptes.values().copied().fold(Comptes::default(), |a, b| a + b);
    let comptes = if par == Par::Public { par_public(cx, comptes).await? } else { comptes };
    let mut lignes: Vec<(Comptes, Ligne)> = comptes
        .into_iter()
        .map(|(titre, c)| {
            let titre = if titre.is_empty() { "Ailleurs".to_owned() } else { titre };
            (c, Ligne { titre, chiffres: chiffrer(&c, false) })
        })
        .collect();
    // By people present a seat: what fills best comes first.
    lignes.sort_by_cached_key(|(c, l)| (-(c.presents * 1000 / Ord::max(c.places, 1)), socle::texte::plier(&l.titre)));
    let ensemble = Ligne { titre: String::new(), chiffres: chiffrer(&ensemble, false) };
    Ok((ensemble, lignes.into_iter().map(|(_, l)| l).collect()))
}

/// From figures by sheet to figures by the ages it is made for.
async fn par_public(cx: &Contexte, comptes: BTreeMap<String, Comptes>) -> Resultat<BTreeMap<String, Comptes>> {
    let ages: HashMap<String, Vec<Age>> = fiche::ages_de(cx, comptes.keys().map(String::as_str)).await?;
    let mut tous: BTreeMap<String, Comptes> = BTreeMap::new();
    for (fiche, c) in comptes {
        let publics: Vec<&str> = ages.get(&fiche).into_iter().flatten().map(|a| a.libelle()).collect();
        for p in if publics.is_empty() { vec![SANS_PUBLIC] } else { publics } {
            let t = tous.entry(p.to_owned()).or_default();
            *t = *t + c;
        }
    }
    Ok(tous)
}
