use askama::Template;
use interface::{
    Message, Page,
    requete::{Chemin, Reponse, Web, aller, rendre, vers},
};
use socle::{Erreur, Nomenclature, Permission, identifiant::PersonneId};
use territoire::commune;

use crate::{
    chronologie::{self, Evenement},
    doublon,
    nomenclatures::Finalite,
    personne::{self, Consentement, Personne, nom_affiche, ouvrir, partages_et_accords, suivie_aussi_par, trouver},
};

#[derive(Template)]
#[template(path = "personne/voir.html")]
pub struct PageDossier {
    pub page: Page,
    pub p: Personne,
    pub nom: String,
    pub commune: Option<String>,
    /// Consents that still hold.
    pub accords: Vec<Consentement>,
    pub partages: Vec<String>,
    pub evenements: Vec<Evenement>,
    pub ecrire: bool,
    pub accompagner: bool,
}

impl PageDossier {
    pub fn suivi_accorde(&self) -> bool {
        self.accords.iter().any(|c| c.finalite == Finalite::Suivi)
    }
}

pub async fn voir(w: Web, Chemin(id): Chemin<PersonneId>) -> Reponse {
    let cx = w.lecture();
    let o = match ouvrir(&cx, id).await {
        // Brought together with another file since this address was kept.
        Err(Erreur::Introuvable(quoi)) => match doublon::remplacante(&cx, id).await? {
            Some(autre) => return Ok(vers(&format!("/personnes/{autre}"))),
            None => return Err(Erreur::Introuvable(quoi).into()),
        },
        o => o?,
    };
    let ecrire = o.modifiable(&cx);
    let (partages, mut accords) = partages_et_accords(&cx, &o).await?;
    accords.retain(|c| c.retire_le.is_none());
    let evenements = chronologie::reunir(&cx, id, 30).await?;
    let p = o.personne;
    rendre(&PageDossier {
        nom: nom_affiche(&p),
        commune: p.commune.as_deref().map(commune::nommer),
        accords,
        partages,
        evenements,
        ecrire,
        accompagner: w.acteur.peut(Permission::AccompagnementsEcrire),
        page: w.page,
        p,
    })
}

#[derive(Template)]
#[template(path = "personne/effacer.html")]
pub struct PageEffacer {
    pub page: Page,
    pub id: PersonneId,
    pub nom: String,
    pub partages: Vec<String>,
}

pub async fn confirmer_effacement(w: Web, Chemin(id): Chemin<PersonneId>) -> Reponse {
    let cx = w.lecture();
    let p = trouver(&cx, id, Permission::PersonnesEcrire).await?;
    let partages = suivie_aussi_par(&cx, id).await?;
    rendre(&PageEffacer { page: w.page, id, nom: nom_affiche(&p), partages })
}

pub async fn effacer(w: Web, Chemin(id): Chemin<PersonneId>) -> Reponse {
    let cx = w.ecriture().await?;
    personne::effacer(&cx, id).await?;
    cx.valider().await?;
    Ok(aller("/personnes", Message::succes("Le dossier est effacé.")))
}
