//! The pages that a secret link opens: large, without a way elsewhere, one answer after the other.

use std::collections::BTreeMap;

use askama::Template;
use axum::http::StatusCode;
use interface::{
    Choix, Erreurs, Page,
    requete::{Chemin, Formulaire, Pages, Reponse as Rendu, Visite, rendre, rendre_avec, vers},
};
use mediation::satisfaction::visages::{self, Posee, nue};
use socle::{Contexte, Erreur, Etat, Resultat};

use super::{
    Ouverte, Repondre, Voie, gestes,
    questions::{self, questions},
};
use crate::reservation;

/// Pages for anybody with a link.
pub fn pages() -> Pages {
    Pages::new()
        .get_public("/evaluation/{secret}", formulaire)
        .post_public("/evaluation/{secret}", repondre)
        .get_public("/evaluation/{secret}/merci", merci)
        .post_public("/evaluation/{secret}/arreter", arreter)
}

#[derive(Template)]
#[template(path = "evaluation/questionnaire.html")]
struct PageQuestionnaire {
    page: Page,
    erreurs: Erreurs,
    id: String,
    structure: String,
    atelier: String,
    froide: bool,
    questions: Vec<Posee>,
    commentaire: String,
    arreter: String,
}

#[derive(Template)]
#[template(path = "evaluation/mes_gestes.html")]
struct PageGestes {
    page: Page,
    erreurs: Erreurs,
    nom: String,
    atelier: String,
    gestes: Vec<Choix>,
}

#[derive(Template)]
#[template(path = "evaluation/fin.html")]
struct PageFin {
    page: Page,
    titre: &'static str,
    texte: String,
    merci: bool,
    /// Where the next person answers, on a shared tablet.
    suivante: Option<String>,
}

fn fin(page: Page, titre: &'static str, texte: &str, merci: bool) -> PageFin {
    PageFin { page, titre, texte: texte.to_owned(), merci, suivante: None }
}

/// What a link that cannot be answered says, with its status; never the usual page of errors, which leads
/// into the application.
fn refuser(page: Page, e: &Erreur) -> Rendu {
    let (titre, texte) = match e {
        Erreur::Introuvable(_) => ("Ce lien n’existe pas", questions::INCONNU.to_owned()),
        Erreur::Perime(m) => (
            match m.as_str() {
                questions::DEJA => "Vous avez déjà répondu",
                questions::COMPLETE => "Tous les avis sont donnés",
                _ => "C’est terminé",
            },
            m.clone(),
        ),
        autre => (autre.titre(), autre.explication()),
    };
    if e.statut().is_server_error() {
        tracing::error!(erreur = %e, "evaluation refused");
    }
    rendre_avec(e.statut(), &fin(page, titre, &texte, false))
}

/// What was typed: every field is a text, by its name.
struct Saisie(Vec<(String, String)>);

impl Saisie {
    fn un(&self, nom: &str) -> &str {
        self.0.iter().find(|(n, _)| n == nom).map_or("", |(_, v)| v.as_str())
    }

    fn plusieurs(&self, nom: &str) -> Vec<String> {
        self.0.iter().filter(|(n, _)| n == nom).map(|(_, v)| v.clone()).collect()
    }

    /// A face that is not one of the five is refused as one that is not chosen.
    fn reponse(&self, voie: Voie) -> Repondre {
        let notes: BTreeMap<String, i32> =
            questions(voie).iter().map(|q| (q.code.to_owned(), self.un(q.code).parse().unwrap_or(0))).collect();
        Repondre { id: self.un("id").parse().ok(), notes, commentaire: Some(self.un("commentaire").to_owned()) }
    }
}

async fn montrer(cx: &Contexte, page: Page, secret: &str, o: Ouverte, s: &Saisie, erreurs: Erreurs) -> Rendu {
    let statut = if erreurs.est_vide() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    if o.voie == Voie::Gestes {
        let demandes = gestes::demandes(cx, &o).await?;
        let p = PageGestes {
            page,
            erreurs,
            nom: o.reservation.map(|r| r.nom).unwrap_or_default(),
            atelier: o.seance.titre,
            gestes: demandes.into_iter().map(|(g, coche)| Choix::nouveau(g.code.clone(), g.libelle.clone(), coche)).collect(),
        };
        return rendre_avec(statut, &p);
    }
    // Each form has an id of its own: sent twice, it is one answer.
    let id = if s.un("id").is_empty() { cx.nouvel_uuid().to_string() } else { s.un("id").to_owned() };
    let p = PageQuestionnaire {
        page,
        id,
        structure: o.structure,
        atelier: o.seance.titre,
        froide: o.voie == Voie::Courriel,
        questions: visages::poser(questions(o.voie), |q| s.un(q.code), &erreurs),
        erreurs,
        commentaire: s.un("commentaire").to_owned(),
        arreter: format!("/evaluation/{secret}/arreter"),
    };
    rendre_avec(statut, &p)
}

async fn formulaire(v: Visite, Chemin(secret): Chemin<String>) -> Rendu {
    let page = nue(v.page);
    let cx = reservation::lecture(&v.etat);
    match super::ouvrir_lien(&cx, &secret).await {
        Ok(o) => montrer(&cx, page, &secret, o, &Saisie(vec![]), Erreurs::default()).await,
        Err(e) => refuser(page, &e),
    }
}

async fn enregistrer(etat: &Etat, secret: &str, s: &Saisie) -> Resultat<()> {
    let cx = reservation::visite(etat).await?;
    let voie = super::lien_de(&cx, secret).await?.voie;
    if voie == Voie::Gestes {
        gestes::repondre(&cx, secret, &s.plusieurs("sait")).await?;
    } else {
        super::repondre(&cx, secret, &s.reponse(voie)).await?;
    }
    cx.valider().await
}

async fn repondre(v: Visite, Chemin(secret): Chemin<String>, Formulaire(paires): Formulaire<Vec<(String, String)>>) -> Rendu {
    let page = nue(v.page);
    let s = Saisie(paires);
    match enregistrer(&v.etat, &secret, &s).await {
        // Elsewhere at once: going back finds an empty form, never the one before.
        Ok(()) => Ok(vers(&format!("/evaluation/{secret}/merci"))),
        Err(Erreur::Invalide(e)) => {
            let cx = reservation::lecture(&v.etat);
            match super::ouvrir_lien(&cx, &secret).await {
                Ok(o) => montrer(&cx, page, &secret, o, &s, e.into()).await,
                Err(e) => refuser(page, &e),
            }
        }
        Err(e) => refuser(page, &e),
    }
}

async fn merci(v: Visite, Chemin(secret): Chemin<String>) -> Rendu {
    let page = nue(v.page);
    let cx = reservation::lecture(&v.etat);
    let voie = match super::lien_de(&cx, &secret).await {
        Ok(l) => l.voie,
        Err(e) => return refuser(page, &e),
    };
    let texte = match voie {
        Voie::Tablette => "Votre avis est enregistré, sans votre nom. Passez la tablette à la personne suivante.",
        Voie::Gestes => "C’est noté. Vous pouvez rendre la tablette.",
        Voie::Qr | Voie::Courriel => "Votre avis est enregistré, sans votre nom. Vous pouvez fermer cette page.",
    };
    let suivante = (voie == Voie::Tablette).then(|| format!("/evaluation/{secret}"));
    rendre(&PageFin { suivante, ..fin(page, "Merci\u{a0}!", texte, true) })
}

/// Somebody asked by mail does not want to be asked again.
async fn arreter(v: Visite, Chemin(secret): Chemin<String>) -> Rendu {
    let page = nue(v.page);
    let fait = async {
        let cx = reservation::visite(&v.etat).await?;
        // A link of everybody's stops nothing: nobody is written to by it.
        if let Some(r) = super::lien_de(&cx, &secret).await?.reservation_id {
            super::noter_accord(&cx, r, "soi", false).await?;
        }
        cx.valider().await
    };
    let fait: Resultat<()> = fait.await;
    match fait {
        Ok(()) => rendre(&fin(page, "C’est noté", "Nous ne vous écrirons plus pour avoir votre avis sur cet atelier.", true)),
        Err(e) => refuser(page, &e),
    }
}
