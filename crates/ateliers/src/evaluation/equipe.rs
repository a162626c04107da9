//! The pages of the team: opening and closing the evaluation of a date, ticking gestures.

use askama::Template;
use axum::http::StatusCode;
use interface::{
    Erreurs, Message, Page,
    requete::{Chemin, Formulaire, Pages, Reponse as Rendu, Web, aller, rendre, rendre_avec, vers},
};
use socle::{
    Contexte, Erreur, Permission, Resultat,
    identifiant::{DateSeanceId, ReservationId},
};

use super::{MarqueGestes, SuiviEvaluation, Voie};
use crate::{presence, seance::EtatDate};

/// Pages of the team.
pub fn pages() -> Pages {
    Pages::new()
        .get("/ateliers/dates/{id}/evaluation", voir)
        .post("/ateliers/dates/{id}/evaluation", agir)
        .get("/ateliers/dates/{id}/gestes", gestes)
        .post("/ateliers/dates/{id}/gestes", marquer)
        .post("/ateliers/dates/{id}/gestes/{reservation}", demander)
}

#[derive(Template)]
#[template(path = "evaluation/voir.html")]
struct PageEvaluation {
    page: Page,
    feuille: String,
    titre: String,
    quand: String,
    suivi: SuiviEvaluation,
    close: bool,
    accompagnement: Option<String>,
    ecrire: bool,
}

async fn voir(w: Web, Chemin(id): Chemin<DateSeanceId>) -> Rendu {
    let cx = w.lecture();
    let (s, d) = presence::de_la_date(&cx, id, Permission::AccompagnementsLire).await?;
    rendre(&PageEvaluation {
        suivi: super::suivi(&cx, id).await?,
        page: w.page,
        feuille: format!("/ateliers/dates/{id}"),
        ecrire: cx.acteur.peut_dans(Permission::AccompagnementsEcrire, s.structure_id) && d.etat == EtatDate::Prevue,
        titre: s.titre,
        quand: interface::format::instant_long(d.debut),
        close: d.etat != EtatDate::Prevue,
        accompagnement: d.accompagnement_id.map(|a| format!("/accompagnements/{a}/avis")),
    })
}

#[derive(Default, serde::Deserialize)]
#[serde(default)]
struct Action {
    action: String,
}

#[derive(Template)]
#[template(path = "evaluation/code.html")]
struct PageCode {
    page: Page,
    retour: String,
    titre: String,
    lien: String,
    svg: String,
    places: String,
}

async fn agir(w: Web, Chemin(id): Chemin<DateSeanceId>, Formulaire(a): Formulaire<Action>) -> Rendu {
    let cx = w.ecriture().await?;
    let page = format!("/ateliers/dates/{id}/evaluation");
    let (s, _) = presence::de_la_date(&cx, id, Permission::AccompagnementsEcrire).await?;
    let fait = match a.action.as_str() {
        "fermer" => super::fermer(&cx, id).await.map(|()| None),
        "qr" => super::ouvrir(&cx, id, Voie::Qr).await.map(Some),
        "tablette" => super::ouvrir(&cx, id, Voie::Tablette).await.map(Some),
        _ => Err(Erreur::champ("action", "Choisissez la tablette ou le QR code.")),
    };
    match fait {
        Ok(None) => {
            cx.valider().await?;
            Ok(aller(&page, Message::succes("L’évaluation est fermée. Les réponses déjà données sont gardées.")))
        }
        Ok(Some(l)) if a.action == "qr" => {
            cx.valider().await?;
            rendre(&PageCode {
                page: w.page,
                retour: page,
                titre: s.titre,
                svg: interface::qr::svg(&l.lien, "QR code qui mène au questionnaire")?,
                lien: l.lien,
                places: interface::format::compte(l.places, "réponse", "réponses"),
            })
        }
        Ok(Some(l)) => {
            cx.valider().await?;
            // The form alone: from its pages, nothing leads back here.
            Ok(vers(&format!("/evaluation/{}", l.secret)))
        }
        Err(Erreur::Conflit(m)) => Ok(aller(&page, Message::attention(m))),
        Err(e) => Err(e.into()),
    }
}

struct LigneGens {
    id: String,
    nom: String,
    /// Field, words, ticked, what the person says.
    cases: Vec<(String, String, bool, &'static str)>,
    /// Looked at, and nothing is done yet.
    rien: bool,
}

#[derive(Template)]
#[template(path = "evaluation/gestes.html")]
struct PageGestes {
    page: Page,
    erreurs: Erreurs,
    adresse: String,
    feuille: String,
    titre: String,
    quand: String,
    /// The sheet names gestures.
    gestes: bool,
    gens: Vec<LigneGens>,
    ecrire: bool,
}

async fn gabarit(cx: &Contexte, page: Page, id: DateSeanceId, erreurs: Erreurs) -> Resultat<PageGestes> {
    let (f, gestes, gens) = super::feuille(cx, id).await?;
    let ecrire = cx.acteur.peut_dans(Permission::AccompagnementsEcrire, f.seance.structure_id) && f.date.etat != EtatDate::Annulee;
    Ok(PageGestes {
        page,
        erreurs,
        adresse: format!("/ateliers/dates/{id}/gestes"),
        feuille: format!("/ateliers/dates/{id}"),
        titre: f.seance.titre,
        quand: interface::format::instant_long(f.date.debut),
        gestes: !gestes.is_empty(),
        ecrire: ecrire && cx.maintenant >= f.date.debut,
        gens: gens
            .into_iter()
            .map(|g| {
                let acquis = |code: &str| g.gestes.get(code).is_some_and(|(a, _)| *a == Some(true));
                LigneGens {
                    id: g.reservation.id.to_string(),
                    rien: g.regardee() && !gestes.iter().any(|x| acquis(&x.code)),
                    cases: gestes
                        .iter()
                        .map(|x| {
                            let dit = match g.gestes.get(&x.code).and_then(|(_, p)| *p) {
                                Some(true) => "dit savoir",
                                Some(false) => "dit ne pas encore savoir",
                                None => "",
                            };
                            (format!("{}:{}", g.reservation.id, x.code), x.libelle.clone(), acquis(&x.code), dit)
                        })
                        .collect(),
                    nom: g.reservation.nom,
                }
            })
            .collect(),
    })
}

async fn gestes(w: Web, Chemin(id): Chemin<DateSeanceId>) -> Rendu {
    let cx = w.lecture();
    rendre(&gabarit(&cx, w.page, id, Erreurs::default()).await?)
}

/// Each person of the form, with what is ticked: nothing ticked at all, they were not looked at.
fn lire(paires: &[(String, String)]) -> Vec<MarqueGestes> {
    let mut marques: Vec<MarqueGestes> = vec![];
    for (nom, valeur) in paires {
        if nom == "vu"
            && let Ok(reservation) = valeur.parse()
            && !marques.iter().any(|m| m.reservation == reservation)
        {
            marques.push(MarqueGestes { reservation, acquis: None });
        }
    }
    for (nom, valeur) in paires {
        let (Some((r, code)), true) = (valeur.split_once(':'), nom == "acquis" || nom == "rien") else { continue };
        let Ok(r) = r.parse::<ReservationId>() else { continue };
        if let Some(m) = marques.iter_mut().find(|m| m.reservation == r) {
            let acquis = m.acquis.get_or_insert_default();
            if nom == "acquis" {
                acquis.push(code.to_owned());
            }
        }
    }
    marques
}

async fn marquer(w: Web, Chemin(id): Chemin<DateSeanceId>, Formulaire(paires): Formulaire<Vec<(String, String)>>) -> Rendu {
    let cx = w.ecriture().await?;
    let page = format!("/ateliers/dates/{id}/gestes");
    match super::marquer(&cx, id, lire(&paires)).await {
        Ok(()) => {
            cx.valider().await?;
            Ok(aller(&page, Message::succes("C’est noté. Le prochain diagnostic de chacun le proposera.")))
        }
        Err(Erreur::Invalide(e)) => rendre_avec(StatusCode::UNPROCESSABLE_ENTITY, &gabarit(&cx, w.page, id, e.into()).await?),
        Err(Erreur::Conflit(m)) => Ok(aller(&page, Message::attention(m))),
        Err(e) => Err(e.into()),
    }
}

/// Hands the tablet to one person.
async fn demander(w: Web, Chemin((id, r)): Chemin<(DateSeanceId, ReservationId)>) -> Rendu {
    let cx = w.ecriture().await?;
    match super::lien_participant(&cx, id, r).await {
        Ok(secret) => {
            cx.valider().await?;
            Ok(vers(&format!("/evaluation/{secret}")))
        }
        Err(Erreur::Conflit(m)) => Ok(aller(&format!("/ateliers/dates/{id}/gestes"), Message::attention(m))),
        Err(e) => Err(e.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn qui_n_a_rien_de_coche_n_est_pas_regarde() {
        let (a, b, c) =
            ("00000000-0000-7000-8000-00000000000a", "00000000-0000-7000-8000-00000000000b", "00000000-0000-7000-8000-00000000000c");
        let paires: Vec<(String, String)> = [("vu", a), ("vu", b), ("vu", c), ("vu", a)]
            .map(|(n, v)| (n.to_owned(), v.to_owned()))
            .into_iter()
            .chain([("acquis".to_owned(), format!("{a}:1")), ("acquis".to_owned(), format!("{a}:8")), ("rien".to_owned(), format!("{b}:"))])
            .chain([("acquis".to_owned(), "inconnu:1".to_owned())])
            .collect();
        let m = lire(&paires);
        assert_eq!(m.iter().map(|m| m.acquis.as_deref().map(<[String]>::len)).collect::<Vec<_>>(), [Some(2), Some(0), None]);
    }
}
