//! The public programme as the page of a calendar: how many workshops each day, and a way to them.

use std::collections::BTreeMap;

use askama::Template;
use chrono::{Datelike, Days, Months, NaiveDate};
use interface::{
    Page,
    requete::{Parametres, Reponse as Rendu, Visite, rendre},
};
use sea_orm::{QuerySelect, entity::prelude::*};
use socle::{Contexte, Resultat};

use super::{
    choix::{Choix, Saisie},
    imprimer::minuit,
};
use crate::{reservation, seance::table};

/// How many workshops begin each day of the month of `premier`, from now on.
async fn par_jour(cx: &Contexte, d: &Choix, premier: NaiveDate) -> Resultat<BTreeMap<NaiveDate, usize>> {
    let fin = premier.checked_add_months(Months::new(1)).and_then(minuit);
    let (Some(debut), Some(fin)) = (minuit(premier), fin) else { return Ok(BTreeMap::new()) };
    let q = d
        .seances(cx.maintenant)
        .select_only()
        .column(table::Column::Debut)
        .filter(table::Column::Debut.gte(debut))
        .filter(table::Column::Debut.lt(fin));
    let mut jours = BTreeMap::new();
    for t in q.into_tuple::<DateTimeUtc>().all(&cx.db()).await? {
        *jours.entry(socle::horloge::jour(t)).or_default() += 1;
    }
    Ok(jours)
}

/// A day of the page.
struct Case {
    quantieme: u32,
    /// Where its workshops are, and what is said of them.
    ateliers: Option<(String, String, usize)>,
}

#[derive(Template)]
#[template(path = "programme/mois.html")]
struct PageMois {
    page: Page,
    titre: String,
    programme: String,
    carte: String,
    /// Weeks of seven days; none out of the month.
    semaines: Vec<Vec<Option<Case>>>,
    avant: Option<(String, String)>,
    apres: Option<(String, String)>,
    vide: bool,
    /// The month shown, as its address says it.
    mois: String,
    f: Saisie,
    inconnue: bool,
}

#[derive(Default, serde::Deserialize)]
#[serde(default)]
pub(super) struct Demande {
    mois: String,
    #[serde(flatten)]
    choix: Saisie,
}

fn semaines(premier: NaiveDate, jours: &BTreeMap<NaiveDate, usize>, d: &Choix) -> Vec<Vec<Option<Case>>> {
    let mut cases: Vec<Option<Case>> = (0..premier.weekday().num_days_from_monday()).map(|_| None).collect();
    for jour in premier.iter_days().take_while(|j| j.month() == premier.month()) {
        let ateliers = jours.get(&jour).map(|n| {
            let dit = format!("{} : {}", interface::format::date_longue(jour), interface::format::compte(*n as i64, "atelier", "ateliers"));
            (Choix { jour: Some(jour), ..d.clone() }.liste(&[]), dit, *n)
        });
        cases.push(Some(Case { quantieme: jour.day(), ateliers }));
    }
    while !cases.len().is_multiple_of(7) {
        cases.push(None);
    }
    let mut v = vec![];
    while !cases.is_empty() {
        v.push(cases.drain(..7).collect());
    }
    v
}

/// The page of a month: the present one, unless told.
pub(super) async fn mois(v: Visite, Parametres(d): Parametres<Demande>) -> Rendu {
    let cx = reservation::lecture(&v.etat);
    let ici = cx.aujourd_hui().with_day(1).unwrap_or(cx.aujourd_hui());
    // A month that cannot be read is the present one: the page still shows something.
    let premier = format!("{}-01", d.mois.trim()).parse::<NaiveDate>().unwrap_or(ici);
    let premier = premier.clamp(ici, ici + Months::new(24));
    let (choix, inconnue) = d.choix.lire();
    let jours = par_jour(&cx, &choix, premier).await?;
    let lien = |j: NaiveDate| (choix.mois(&[format!("mois={}", j.format("%Y-%m"))]), interface::format::mois_annee(j));
    rendre(&PageMois {
        page: v.page,
        titre: interface::format::mois_annee(premier),
        semaines: semaines(premier, &jours, &choix),
        avant: (premier > ici).then(|| premier.checked_sub_months(Months::new(1))).flatten().map(lien),
        apres: (premier < ici + Months::new(24)).then(|| premier + Days::new(31)).and_then(|j| j.with_day(1)).map(lien),
        vide: jours.is_empty(),
        carte: choix.carte(&[]),
        programme: choix.liste(&[]),
        mois: premier.format("%Y-%m").to_string(),
        f: d.choix,
        inconnue,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn un_mois_tient_dans_ses_semaines() {
        let premier = NaiveDate::from_ymd_opt(2026, 3, 1).unwrap();
        let jours = BTreeMap::from([(NaiveDate::from_ymd_opt(2026, 3, 20).unwrap(), 2)]);
        let v = semaines(premier, &jours, &Choix::default());
        // The first of March 2026 is a Sunday: six weeks.
        assert_eq!((v.len(), v.iter().all(|s| s.len() == 7)), (6, true));
        assert!(v[0][..6].iter().all(Option::is_none) && v[0][6].as_ref().unwrap().quantieme == 1);
        let pleines: Vec<_> = v.iter().flatten().flatten().filter_map(|c| c.ateliers.as_ref()).collect();
        assert_eq!((pleines.len(), pleines[0].0.as_str(), pleines[0].2), (1, "/programme?jour=2026-03-20", 2));
    }
}
