//! How long it takes from one lieu to another: one field a pair.

use std::collections::HashMap;

use askama::Template;
use axum::http::StatusCode;
use interface::{
    Erreurs, Message, Page,
    requete::{Formulaire, Pages, Reponse as Rendu, Web, aller, rendre, rendre_avec},
};
use socle::{Contexte, Erreur, Permission, Resultat, controle::Controle};

use super::super::trajet::{self, ReglageTrajets, Trajet};

/// Pages of ways.
pub(super) fn pages() -> Pages {
    Pages::new().get("/agenda/trajets", voir).post("/agenda/trajets", regler)
}

struct Paire {
    nom: String,
    libelle: String,
    valeur: String,
    erreur: Option<String>,
}

#[derive(Template)]
#[template(path = "agenda/trajets.html")]
struct PageTrajets {
    page: Page,
    erreurs: Erreurs,
    entre_communes: String,
    paires: Vec<Paire>,
    gerer: bool,
}

async fn gabarit(cx: &Contexte, page: Page, saisi: Option<HashMap<String, String>>, erreurs: Erreurs) -> Resultat<PageTrajets> {
    let r = trajet::trajets_de(cx).await?;
    let lieux = territoire::lieu::lister(cx, false).await?;
    let connus: HashMap<String, String> = r.lieux.iter().map(|t| (format!("t_{}_{}", t.de, t.vers), t.minutes.to_string())).collect();
    let valeurs = saisi.clone().unwrap_or(connus);
    let mut paires = vec![];
    for (i, a) in lieux.iter().enumerate() {
        for b in &lieux[i + 1..] {
            let nom = format!("t_{}_{}", a.id.min(b.id), a.id.max(b.id));
            paires.push(Paire {
                libelle: format!("{} – {}", a.nom, b.nom),
                valeur: valeurs.get(&nom).cloned().unwrap_or_default(),
                erreur: erreurs.de(&nom).map(str::to_owned),
                nom,
            });
        }
    }
    let entre_communes = saisi.and_then(|s| s.get("entre_communes").cloned()).unwrap_or_else(|| r.entre_communes.to_string());
    Ok(PageTrajets { page, erreurs, entre_communes, paires, gerer: cx.acteur.peut(Permission::StructureGerer) })
}

async fn voir(w: Web) -> Rendu {
    rendre(&gabarit(&w.lecture(), w.page, None, Erreurs::default()).await?)
}

fn lire(s: &HashMap<String, String>) -> Resultat<ReglageTrajets> {
    let mut c = Controle::new();
    let mut lieux = vec![];
    for (nom, valeur) in s {
        let Some((de, vers)) = nom.strip_prefix("t_").and_then(|n| n.split_once('_')) else { continue };
        if let (Ok(de), Ok(vers), Some(minutes)) = (de.parse(), vers.parse(), c.nombre::<u32>(nom, valeur)) {
            c.exiger(minutes <= 600, nom, "Dix heures au plus, en minutes.");
            lieux.push(Trajet { de, vers, minutes });
        }
    }
    lieux.sort_by_key(|t| (t.de, t.vers));
    let entre_communes = c.nombre("entre_communes", s.get("entre_communes").map_or("", String::as_str)).unwrap_or(0);
    c.finir()?;
    Ok(ReglageTrajets { entre_communes, lieux })
}

async fn regler(w: Web, Formulaire(s): Formulaire<HashMap<String, String>>) -> Rendu {
    let cx = w.ecriture().await?;
    cx.exiger(Permission::StructureGerer)?;
    let fait = match lire(&s) {
        Ok(d) => trajet::regler_trajets(&cx, d).await,
        Err(e) => Err(e),
    };
    match fait {
        Ok(_) => {
            cx.valider().await?;
            Ok(aller("/agenda/trajets", Message::succes("Les trajets sont enregistrés.")))
        }
        Err(Erreur::Invalide(e)) => {
            drop(cx);
            rendre_avec(StatusCode::UNPROCESSABLE_ENTITY, &gabarit(&w.lecture(), w.page, Some(s), e.into()).await?)
        }
        Err(e) => Err(e.into()),
    }
}
