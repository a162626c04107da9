use askama::Template;
use interface::{
    Message, Page, format,
    requete::{Chemin, Pages, Parametres, Reponse, Web, aller, rendre},
};
use serde::Deserialize;
use socle::{Nomenclature, identifiant::SessionExamenId};
use uuid::Uuid;

use super::{Avancement, Lot};

/// Pages of the documents of a whole session.
pub(in super::super) fn pages() -> Pages {
    Pages::new()
        .post("/certification/sessions/{id}/lots", demander)
        .get("/certification/lots/{id}", voir)
        .get("/certification/lots/{id}/fichier", fichier)
}

#[derive(Template)]
#[template(path = "document/lot.html")]
struct PageLot {
    page: Page,
    fil: [(String, &'static str); 2],
    adresse: String,
    session: SessionExamenId,
    etat: Avancement,
    etape: &'static str,
    faites: i32,
    /// 0 until it is counted.
    total: i32,
    emis: String,
    raison: Option<String>,
    taille: String,
    expire: String,
    /// The page asks for itself again.
    suivi: bool,
}

impl PageLot {
    fn avancement(&self) -> String {
        format!("{} sur {}", format::entier(self.faites), format::entier(self.total))
    }
}

fn taille(l: &Lot) -> String {
    l.taille.map_or_else(String::new, |o| format!("{}\u{a0}Mo", format::nombre(o as f64 / 1e6, 1)))
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Suivi {
    pause: String,
}

async fn demander(w: Web, Chemin(id): Chemin<SessionExamenId>) -> Reponse {
    let cx = w.ecriture().await?;
    let (l, nouveau) = super::demander(&cx, id).await?;
    cx.valider().await?;
    let dit = if nouveau { "La préparation commence." } else { "Ces documents se préparent déjà." };
    Ok(aller(&format!("/certification/lots/{}", l.id), Message::succes(dit)))
}

async fn voir(w: Web, Chemin(id): Chemin<Uuid>, Parametres(s): Parametres<Suivi>) -> Reponse {
    let l = super::lire(&w.lecture(), id).await?;
    rendre(&PageLot {
        page: w.page,
        fil: [
            (format!("/certification/sessions/{}", l.session_id), "Session"),
            (format!("/certification/sessions/{}/documents", l.session_id), "Documents"),
        ],
        adresse: format!("/certification/lots/{id}"),
        session: l.session_id,
        etat: l.etat,
        etape: l.etape.libelle(),
        faites: l.faites,
        total: l.total.unwrap_or_default(),
        emis: format::compte(l.emis, "document émis", "documents émis"),
        taille: taille(&l),
        raison: l.raison,
        expire: format::instant_court(l.expire_le),
        suivi: l.etat.en_vol() && s.pause.is_empty(),
    })
}

async fn fichier(w: Web, Chemin(id): Chemin<Uuid>) -> Reponse {
    Ok(super::telecharger(&w, id).await?)
}
