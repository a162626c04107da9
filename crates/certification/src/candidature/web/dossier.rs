//! The page of the dossier professionnel.

use askama::Template;
use axum::http::StatusCode;
use interface::{
    Erreurs, Message, Page,
    requete::{Chemin, Formulaire, Pages, Reponse, Web, aller, rendre, rendre_avec},
};
use socle::{Erreur, Permission, Resultat, identifiant::CandidatureId};
use uuid::Uuid;

use super::super::{
    self as candidature,
    dossier::{self, Diplome, Dossier},
    pieces::{self as morceaux, Piece},
};
use crate::{candidat, titre};

pub(super) fn pages() -> Pages {
    Pages::new()
        .get("/certification/candidatures/{id}/dossier", voir)
        .post("/certification/candidatures/{id}/dossier", rediger)
        .post("/certification/candidatures/{id}/dossier/signer", signer)
        .post("/certification/candidatures/{id}/dossier/reprendre", reprendre)
}

/// The examples of a unit.
struct Unite {
    intitule: String,
    exemples: Vec<(Uuid, Piece)>,
}

#[derive(Template)]
#[template(path = "candidature/dossier.html")]
struct PageDossier {
    page: Page,
    erreurs: Erreurs,
    id: CandidatureId,
    titre: String,
    nom: String,
    d: Dossier,
    unites: Vec<Unite>,
    diplomes: String,
    annexes: String,
    signature: String,
    ecrire: bool,
    soi: bool,
}

#[derive(Clone, Default, serde::Deserialize)]
#[serde(default)]
struct Saisie {
    diplomes: String,
    annexes: String,
    nom: String,
}

async fn gabarit(w: Web, id: CandidatureId, saisie: Option<Saisie>, erreurs: Erreurs) -> Resultat<PageDossier> {
    let cx = w.lecture();
    let c = candidature::lire(&cx, id).await?;
    let p = candidat::ouvrir(&cx, c.candidat_id).await?;
    let soi = p.utilisateur_id.is_some() && p.utilisateur_id == cx.acteur.utilisateur;
    let v = titre::version(&cx, &c.version_code).await?;
    let toutes = morceaux::lister(&cx, id).await?;
    let d = dossier::trouver(&cx, id).await?;
    let origines = c.origines()?;
    let unites = v
        .unites
        .iter()
        .filter(|u| origines.contains_key(&u.code))
        .map(|u| Unite {
            intitule: format!("{} : {}", u.code, u.intitule),
            exemples: toutes
                .iter()
                .filter(|(_, p)| matches!(p, Piece::Exemple { unite, .. } if *unite == u.code))
                .map(|(i, p)| (*i, p.clone()))
                .collect(),
        })
        .collect();
    let s = saisie.unwrap_or_default();
    let garde = |tape: String, ecrit: String| if tape.is_empty() { ecrit } else { tape };
    Ok(PageDossier {
        erreurs,
        id,
        titre: titre::nommer(v),
        nom: format!("{} {}", p.prenom, p.nom),
        diplomes: garde(
            s.diplomes,
            d.diplomes.iter().map(|x| format!("{} ; {} ; {}", x.intitule, x.organisme, x.date)).collect::<Vec<_>>().join("\n"),
        ),
        annexes: garde(s.annexes, d.annexes.join("\n")),
        signature: s.nom,
        ecrire: d.signe_le.is_none() && (soi || cx.acteur.peut_dans(Permission::FormationSuivre, c.structure_id)),
        soi,
        d,
        unites,
        page: w.page,
    })
}

async fn voir(w: Web, Chemin(id): Chemin<CandidatureId>) -> Reponse {
    rendre(&gabarit(w, id, None, Erreurs::default()).await?)
}

fn adresse(id: CandidatureId) -> String {
    format!("/certification/candidatures/{id}/dossier")
}

/// One diploma a line: « intitulé ; organisme ; date ».
fn lire_diplomes(texte: &str) -> Vec<Diplome> {
    texte
        .lines()
        .map(|l| {
            let mut p = l.splitn(3, ';').map(|m| m.trim().to_owned());
            let mut suivant = || p.next().unwrap_or_default();
            Diplome { intitule: suivant(), organisme: suivant(), date: suivant() }
        })
        .collect()
}

async fn rediger(w: Web, Chemin(id): Chemin<CandidatureId>, Formulaire(s): Formulaire<Saisie>) -> Reponse {
    let cx = w.ecriture().await?;
    match dossier::rediger(&cx, id, lire_diplomes(&s.diplomes), s.annexes.lines().map(str::to_owned).collect()).await {
        Ok(()) => {
            cx.valider().await?;
            Ok(aller(&adresse(id), Message::succes("C’est enregistré.")))
        }
        Err(Erreur::Invalide(e)) => {
            drop(cx);
            rendre_avec(StatusCode::UNPROCESSABLE_ENTITY, &gabarit(w, id, Some(s), e.into()).await?)
        }
        Err(e) => Err(e.into()),
    }
}

async fn signer(w: Web, Chemin(id): Chemin<CandidatureId>, Formulaire(s): Formulaire<Saisie>) -> Reponse {
    let cx = w.ecriture().await?;
    match dossier::signer(&cx, id, &s.nom).await {
        Ok(()) => {
            cx.valider().await?;
            Ok(aller(&adresse(id), Message::succes("Le dossier professionnel est signé.")))
        }
        Err(Erreur::Invalide(e)) => {
            drop(cx);
            rendre_avec(StatusCode::UNPROCESSABLE_ENTITY, &gabarit(w, id, Some(s), e.into()).await?)
        }
        Err(e) => Err(e.into()),
    }
}

async fn reprendre(w: Web, Chemin(id): Chemin<CandidatureId>) -> Reponse {
    let cx = w.ecriture().await?;
    dossier::reprendre(&cx, id).await?;
    cx.valider().await?;
    Ok(aller(&adresse(id), Message::succes("Le dossier peut être corrigé. Il faudra le signer à nouveau.")))
}
