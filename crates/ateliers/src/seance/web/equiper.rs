//! What a séance reserves of the structure's equipment.

use askama::Template;
use axum::http::StatusCode;
use interface::{
    Erreurs, Message, Page,
    requete::{Chemin, Formulaire, Reponse as Rendu, Web, aller, rendre, rendre_avec},
};
use socle::{Contexte, Erreur, Permission, Resultat, controle::Controle, identifiant::SeanceId};

use crate::{
    equipement::{self, Equipement, EtatEquipement},
    seance::{self, saisie::lire_equipements},
};

/// A line of the register, and how many of it are asked for.
pub(super) struct LigneEquipement {
    pub(super) id: String,
    pub(super) nom: String,
    pub(super) precision: String,
    pub(super) en_panne: bool,
    pub(super) quantite: String,
}

/// Where it stays, and how many there are.
fn precision(e: &Equipement, lieux: &std::collections::HashMap<uuid::Uuid, String>) -> String {
    let ou = e.lieu_id.and_then(|l| lieux.get(&l.0)).map(|l| format!("reste à {}", l.split(',').next().unwrap_or(l)));
    format!("{} en tout, {}", e.quantite, ou.unwrap_or_else(|| "se déplace".into()))
}

/// The register, with what was typed.
pub(super) async fn lignes(cx: &Contexte, ids: &[String], quantites: &[String]) -> Resultat<Vec<LigneEquipement>> {
    let registre = equipement::lister(cx).await?;
    let lieux = territoire::lieu::noms_et_adresses(cx, registre.iter().filter_map(|e| e.lieu_id).collect()).await?;
    Ok(registre
        .into_iter()
        .map(|e| {
            let id = e.id.to_string();
            LigneEquipement {
                quantite: ids.iter().zip(quantites).find(|(i, _)| **i == id).map(|(_, n)| n.clone()).unwrap_or_default(),
                precision: precision(&e, &lieux),
                en_panne: e.etat == EtatEquipement::EnPanne,
                nom: e.nom,
                id,
            }
        })
        .collect())
}

#[derive(Clone, Default, serde::Deserialize)]
#[serde(default)]
pub(super) struct Saisie {
    equipement: Vec<String>,
    quantite: Vec<String>,
    forcer: String,
}

#[derive(Template)]
#[template(path = "equipement/reserver.html")]
struct PageEquiper {
    page: Page,
    erreurs: Erreurs,
    adresse: String,
    titre: String,
    equipements: Vec<LigneEquipement>,
    s: Saisie,
}

async fn gabarit(cx: &Contexte, page: Page, id: SeanceId, s: Option<Saisie>, erreurs: Erreurs) -> Resultat<PageEquiper> {
    let seance = seance::ligne(cx, id, Permission::AccompagnementsEcrire).await?;
    let s = match s {
        Some(s) => s,
        None => {
            let reserves = equipement::de_seances(cx, &[id]).await?.remove(&id).unwrap_or_default();
            Saisie {
                equipement: reserves.iter().map(|r| r.equipement.id.to_string()).collect(),
                quantite: reserves.iter().map(|r| r.quantite.to_string()).collect(),
                forcer: String::new(),
            }
        }
    };
    Ok(PageEquiper {
        page,
        erreurs,
        adresse: format!("/ateliers/seances/{id}"),
        titre: seance.titre,
        equipements: lignes(cx, &s.equipement, &s.quantite).await?,
        s,
    })
}

pub(super) async fn formulaire(w: Web, Chemin(id): Chemin<SeanceId>) -> Rendu {
    rendre(&gabarit(&w.lecture(), w.page, id, None, Erreurs::default()).await?)
}

pub(super) async fn changer(w: Web, Chemin(id): Chemin<SeanceId>, Formulaire(s): Formulaire<Saisie>) -> Rendu {
    let cx = w.ecriture().await?;
    seance::ligne(&cx, id, Permission::AccompagnementsEcrire).await?;
    let mut c = Controle::new();
    let demandes = lire_equipements(&mut c, &s.equipement, &s.quantite);
    let fait = match c.finir() {
        Ok(()) => equipement::changer(&cx, id, &demandes, s.forcer == "oui").await,
        Err(e) => Err(e),
    };
    match fait {
        Ok(_) => {
            cx.valider().await?;
            Ok(aller(&format!("/ateliers/seances/{id}#equipements"), Message::succes("Le matériel réservé est à jour.")))
        }
        Err(Erreur::Invalide(e)) => {
            drop(cx);
            rendre_avec(StatusCode::UNPROCESSABLE_ENTITY, &gabarit(&w.lecture(), w.page, id, Some(s), e.into()).await?)
        }
        Err(Erreur::Conflit(m)) => Ok(aller(&format!("/ateliers/seances/{id}"), Message::attention(m))),
        Err(e) => Err(e.into()),
    }
}
