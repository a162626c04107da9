mod dossier;
mod pieces;
mod vae;
mod vue;

use askama::Template;
use certification_regles::inscription::{ActionInscription, EtatInscription};
use interface::{
    Message, Onglet, Page,
    requete::{Chemin, Formulaire, Pages, Parametres, Reponse, Web, aller, rendre, vers},
};
use socle::{Erreur, Permission, identifiant::CandidatureId};

use super::{Candidature, de_code, pieces as morceaux};
use crate::{candidat, titre};

/// Pages of enrolments.
pub fn pages() -> Pages {
    Pages::new()
        .get("/certification", liste)
        .get("/ma-candidature", la_mienne)
        .get("/certification/candidatures/{id}", voir)
        .post("/certification/candidatures/{id}/actions", agir)
        .fusionner(pieces::pages())
        .fusionner(vae::pages())
        .fusionner(dossier::pages())
}

struct Ligne {
    c: Candidature,
    nom: String,
    titre: String,
    etat: &'static str,
}

#[derive(Template)]
#[template(path = "candidature/liste.html")]
struct PageListe {
    page: Page,
    onglets: Vec<Onglet>,
    etats: Vec<Onglet>,
    lignes: Vec<Ligne>,
    gerer: bool,
    filtre: bool,
}

#[derive(Default, serde::Deserialize)]
#[serde(default)]
struct Filtre {
    etat: String,
}

const LISTE_MAX: u64 = 1000;

async fn liste(w: Web, Parametres(f): Parametres<Filtre>) -> Reponse {
    let cx = w.lecture();
    let etat: Option<EtatInscription> = de_code(&f.etat).ok();
    let versions = titre::toutes(&cx).await?;
    let mut lignes = Vec::new();
    for (c, p) in super::lister(&cx, etat, LISTE_MAX).await? {
        let titre = versions.iter().find(|v| v.code == c.version_code).map_or_else(|| c.version_code.clone(), titre::nommer);
        lignes.push(Ligne { nom: p.nom_complet(), titre, etat: c.etat()?.libelle(), c });
    }
    let mut etats = vec![Onglet::nouveau("/certification", "Toutes", etat.is_none())];
    // Those that somebody is in, and the one asked for.
    let presents = super::etats(&cx).await?;
    for e in EtatInscription::TOUS.into_iter().filter(|e| presents.contains(e) || etat == Some(*e)) {
        let mut c = e.libelle().chars();
        let nom: String = c.next().into_iter().flat_map(char::to_uppercase).chain(c).collect();
        etats.push(Onglet::nouveau(format!("/certification?etat={}", super::en_code(e)?), nom, etat == Some(e)));
    }
    let gerer = w.acteur.peut(Permission::CertificationGerer);
    rendre(&PageListe { page: w.page, onglets: crate::onglets("/certification"), etats, lignes, gerer, filtre: etat.is_some() })
}

#[derive(Template)]
#[template(path = "candidature/mienne.html")]
struct PageMienne {
    page: Page,
    lignes: Vec<Ligne>,
}

/// One's own enrolments: the only one at once, else the list.
async fn la_mienne(w: Web) -> Reponse {
    let cx = w.lecture();
    let mut lignes = Vec::new();
    if let Some(p) = candidat::moi(&cx).await? {
        for c in super::de_candidat(&cx, p.id).await? {
            let titre = titre::nommer(titre::version(&cx, &c.version_code).await?);
            lignes.push(Ligne { nom: p.nom_complet(), titre, etat: c.etat()?.libelle(), c });
        }
    }
    match lignes.as_slice() {
        [seule] => Ok(vers(&format!("/certification/candidatures/{}", seule.c.id))),
        _ => rendre(&PageMienne { page: w.page, lignes }),
    }
}

async fn voir(w: Web, Chemin(id): Chemin<CandidatureId>) -> Reponse {
    rendre(&vue::gabarit(w, id).await?)
}

#[derive(Default, serde::Deserialize)]
#[serde(default)]
struct SaisieAction {
    action: String,
}

async fn agir(w: Web, Chemin(id): Chemin<CandidatureId>, Formulaire(s): Formulaire<SaisieAction>) -> Reponse {
    let cx = w.ecriture().await?;
    super::lire(&cx, id).await?;
    let action: ActionInscription =
        de_code(&s.action).map_err(|_| Erreur::Illisible("Cette action n’existe pas. Revenez à la candidature et recommencez.".into()))?;
    let c = super::agir(&cx, id, action, cx.aujourd_hui()).await?;
    let dit = format!("C’est noté : la candidature est à l’état « {} ».", c.etat()?.libelle());
    cx.valider().await?;
    Ok(aller(&format!("/certification/candidatures/{id}"), Message::succes(dit)))
}
