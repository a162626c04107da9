//! The bare page that others are measured against: a constant template after one indexed select, served
//! by the same program, behind the same outer layers, without session.
//!
//! It exists only when the environment has [`VARIABLE`], which is no setting of the program.

use std::{fmt::Write, sync::LazyLock};

use askama::Template;
use axum::{Router, extract::State, routing::get};
use interface::{
    Page,
    requete::{Chemin, Reponse, rendre},
};
use sea_orm::{ConnectionTrait, Statement, Value};
use serde::Deserialize;
use socle::{Erreur, Etat, identifiant::PersonneId, requete::Parametres};

use crate::demo::{hasard::Hasard, noms};

/// Set by `scripts/bench` alone.
pub const VARIABLE: &str = "PASSEUR_ESSAI_PAGE_NUE";

/// What the page weighs without lines to fill it, in bytes.
const VIDE: usize = 2_700;
/// The heaviest that is made, in bytes.
const MAX: usize = 200_000;

/// The lines that fill the page, with the offset of each end: like those of « Aujourd’hui », and no
/// easier to compress. Made once: the page stays a constant one.
static LIGNES: LazyLock<(String, Vec<usize>)> = LazyLock::new(|| {
    let mut h = Hasard::new(37);
    let (mut texte, mut fins) = (String::new(), vec![0]);
    while texte.len() < MAX {
        let (haut, bas) = (h.suivant() >> 52, h.suivant() >> 16);
        let (nom, jour, heure, minute) = (h.un(&noms::NOMS), 1 + h.sous(28), 9 + h.sous(9), h.sous(60));
        let _: std::fmt::Result = writeln!(
            texte,
            "<li><div><a href=\"/personnes/01a2036b-b652-7{haut:03x}-8{:03x}-{bas:012x}\">Une ligne inventée</a><br>\
             <span class=\"note\">{nom}, le {jour:02} à {heure:02} h {minute:02}</span></div>\
             <span class=\"etiquette neutre\">il y a {jour} jours</span></li>",
            bas & 0xfff,
        );
        fins.push(texte.len());
    }
    (texte, fins)
});

/// What to weigh.
#[derive(Deserialize)]
struct Poids {
    /// Thousands of bytes of HTML; without it, the page as it is.
    #[serde(default)]
    ko: usize,
}

#[derive(Template)]
#[template(path = "banc/nu.html")]
struct PageNue {
    page: Page,
    lignes: &'static str,
}

/// The route, if the environment asks for it.
pub fn routes() -> Router<Etat> {
    if std::env::var_os(VARIABLE).is_some() { Router::new().route("/essai/nue/{id}", get(voir)) } else { Router::new() }
}

/// Lines that bring the page to so many thousands of bytes, to the nearest line below.
fn lignes(ko: usize) -> &'static str {
    let (texte, fins) = &*LIGNES;
    let voulu = (ko * 1000).saturating_sub(VIDE);
    let combien = fins.partition_point(|f| *f <= voulu);
    &texte[..fins[combien.max(1) - 1]]
}

async fn voir(State(etat): State<Etat>, Chemin(id): Chemin<PersonneId>, Parametres(poids): Parametres<Poids>) -> Reponse {
    let db = etat.base.lecture();
    let moteur = db.get_database_backend();
    let sql = if moteur == sea_orm::DbBackend::Postgres {
        "SELECT cle_tri FROM personne WHERE id = $1"
    } else {
        "SELECT cle_tri FROM personne WHERE id = ?"
    };
    let ligne = db.query_one_raw(Statement::from_sql_and_values(moteur, sql, [Value::from(id.0)])).await.map_err(Erreur::from)?;
    let _: String = ligne.ok_or(Erreur::Introuvable("Cette personne"))?.try_get("", "cle_tri").map_err(Erreur::from)?;
    rendre(&PageNue { page: Page::default(), lignes: lignes(poids.ko) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn le_poids_est_celui_demande() {
        let poids = |ko| PageNue { page: Page::default(), lignes: lignes(ko) }.render().unwrap().len();
        assert_eq!(poids(0), poids(1), "sans rien demander, la page est telle quelle");
        for ko in [4, 12, 37, 100] {
            assert!(poids(ko).abs_diff(ko * 1000) <= 500, "{} octets pour {ko} milliers", poids(ko));
        }
    }
}
