use askama::Template;
use interface::{
    Page,
    requete::{Pages, Parametres, Reponse, Web, rendre},
};

use super::Comparaison;
use crate::{filtre::Demande, rapport};

/// The page that puts two periods side by side.
pub fn pages() -> Pages {
    Pages::new().get("/bilan/comparaison", comparer)
}

#[derive(Template)]
#[template(path = "comparaison/comparaison.html")]
pub struct PageComparaison {
    pub page: Page,
    pub periode: String,
    pub avant: String,
    pub filtres: Vec<String>,
    pub r: Comparaison,
    pub retour: String,
}

async fn comparer(w: Web, Parametres(d): Parametres<Demande>) -> Reponse {
    let cx = w.lecture();
    let f = d.lire(cx.aujourd_hui())?.situer(&cx)?;
    let r = crate::comparer(&cx, &f).await?;
    rendre(&PageComparaison {
        page: w.page,
        periode: crate::web::periode(r.du, r.au),
        avant: crate::web::periode(r.avant_du, r.avant_au),
        filtres: rapport::filtres(&cx, &f).await?.into_iter().map(|(libelle, valeur)| format!("{libelle} : {valeur}")).collect(),
        retour: format!("/bilan?{}", f.adresse()),
        r,
    })
}
