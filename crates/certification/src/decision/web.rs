use askama::Template;
use axum::http::StatusCode;
use certification_regles::livret::Objet;
use interface::{
    Erreurs, Message, Page, format,
    requete::{Chemin, Formulaire, Pages, Reponse, Web, aller, rendre, rendre_avec},
};
use serde::Deserialize;
use socle::{
    Contexte, Erreur, Permission, Resultat,
    identifiant::{CandidatId, DecisionId},
};
use std::collections::BTreeSet;

use super::Retire;
use crate::candidature::retrait::Suite;

/// Pages of decisions.
pub fn pages() -> Pages {
    Pages::new()
        .get("/certification/livrets/{id}", livret)
        .get("/certification/decisions/{id}/retirer", confirmer)
        .post("/certification/decisions/{id}/retirer", retirer)
}

struct Acquis {
    quoi: String,
    titre: String,
    jour: String,
    retire: Option<String>,
    decision: String,
}

#[derive(Template)]
#[template(path = "decision/livret.html")]
struct PageLivret {
    page: Page,
    nom: String,
    titres: Vec<Acquis>,
    unites: Vec<Acquis>,
    journal: Vec<String>,
    gerer: bool,
}

async fn livret(w: Web, Chemin(id): Chemin<CandidatId>) -> Reponse {
    let cx = w.lecture();
    let c = super::lisible(&cx, id).await?;
    let l = super::livret(&cx, id).await?;
    let lignes = super::journal(&cx, id).await?;
    let signes = |decision: &Option<String>, unite: Option<&str>| {
        lignes
            .iter()
            .find(|x| {
                Some(x.decision_id.to_string()) == *decision
                    && match x.objet() {
                        Ok(Objet::Unite { unite: u, .. }) => Some(u.as_str()) == unite,
                        Ok(Objet::Titre { .. }) => unite.is_none(),
                        _ => false,
                    }
            })
            .map(|x| (x.libelle("titre").to_owned(), x.libelle("unite").to_owned()))
    };
    let retire = |d: Option<chrono::NaiveDate>| d.map(format::date_longue);
    let unites = l
        .attributions
        .iter()
        .map(|a| {
            let (titre, unite) = signes(&a.decision, Some(&a.unite)).unwrap_or_else(|| (a.version.clone(), a.unite.clone()));
            Acquis {
                quoi: unite,
                titre,
                jour: format::date_longue(a.date),
                retire: retire(a.retiree_le),
                decision: a.decision.clone().unwrap_or_default(),
            }
        })
        .collect();
    let titres = l
        .titres
        .iter()
        .map(|t| {
            let (titre, _) = signes(&t.decision, None).unwrap_or_else(|| (t.version.clone(), String::new()));
            Acquis {
                quoi: titre.clone(),
                titre,
                jour: format::date_longue(t.date),
                retire: retire(t.retire_le),
                decision: t.decision.clone().unwrap_or_default(),
            }
        })
        .collect();
    let journal = lignes
        .iter()
        .map(|x| {
            let quoi = match x.objet() {
                Ok(Objet::Retrait { motif, .. }) => format!("Retrait d’une décision : {motif}"),
                Ok(Objet::Titre { .. }) => format!("Titre « {} »", x.libelle("titre")),
                _ => format!("« {} »", x.libelle("unite")),
            };
            let etat = match x.etat.as_str() {
                "signee" => "signée",
                "validee" => "validée",
                "retiree" => "retirée",
                _ => "proposée",
            };
            format!("{}, décision {etat} du {}", quoi, format::date_longue(x.jour))
        })
        .collect();
    let gerer = cx.acteur.peut_dans(Permission::CertificationGerer, c.structure_id);
    rendre(&PageLivret { nom: c.nom_complet(), titres, unites, journal, gerer, page: w.page })
}

#[derive(Clone, Default, Deserialize)]
#[serde(default)]
struct Saisie {
    motif: String,
}

#[derive(Template)]
#[template(path = "decision/retirer.html")]
struct PageRetirer {
    page: Page,
    erreurs: Erreurs,
    effets: Vec<String>,
    retour: String,
    motif: String,
}

async fn page(cx: &Contexte, page: Page, id: DecisionId, erreurs: Erreurs, motif: String) -> Resultat<PageRetirer> {
    let l = super::derniere(cx, id, Permission::CertificationGerer).await?;
    let effet = super::effet(cx, id).await?;
    let mut vues = BTreeSet::new();
    let mut effets: Vec<String> = effet
        .motifs
        .into_iter()
        .map(|m| m.phrase.replace(&format!("« {id} »"), "cette décision").replace(&format!("«\u{a0}{id}\u{a0}»"), "cette décision"))
        .filter(|p| vues.insert(p.clone()))
        .collect();
    for d in super::documents(cx, id).await? {
        effets.push(format!("Document retiré : {}, n° {}. Sa page de vérification le dira.", d.nature()?.libelle(), d.numero));
    }
    for s in super::candidatures(cx, id).await? {
        effets.push(passe(&s));
    }
    Ok(PageRetirer { page, erreurs, effets, retour: format!("/certification/livrets/{}", l.candidat_id), motif })
}

fn passe(s: &Suite) -> String {
    format!("La candidature au titre « {} » passe de « {} » à « {} ».", s.titre, s.de.libelle(), s.vers.libelle())
}

async fn confirmer(w: Web, Chemin(id): Chemin<DecisionId>) -> Reponse {
    let cx = w.lecture();
    rendre(&page(&cx, w.page, id, Erreurs::default(), String::new()).await?)
}

async fn retirer(w: Web, Chemin(id): Chemin<DecisionId>, Formulaire(s): Formulaire<Saisie>) -> Reponse {
    let cx = w.ecriture().await?;
    match super::retirer(&cx, id, &s.motif).await {
        Ok(Retire { candidat, documents, candidatures, .. }) => {
            cx.valider().await?;
            let mut dit = "La décision est retirée. Elle reste au journal, avec le motif.".to_owned();
            if documents > 0 {
                dit += &format!(" Avec elle, {}.", format::compte(documents as i64, "document est retiré", "documents sont retirés"));
            }
            for s in &candidatures {
                dit += &format!(" {}", passe(s));
            }
            Ok(aller(&format!("/certification/livrets/{candidat}"), Message::succes(dit)))
        }
        Err(Erreur::Invalide(e)) => {
            drop(cx);
            let cx = w.lecture();
            rendre_avec(StatusCode::UNPROCESSABLE_ENTITY, &page(&cx, w.page, id, e.into(), s.motif).await?)
        }
        Err(e) => Err(e.into()),
    }
}
