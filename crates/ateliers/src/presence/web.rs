use askama::Template;
use axum::http::StatusCode;
use interface::{
    Erreurs, Message, Page,
    requete::{Chemin, Formulaire, Pages, Reponse as Rendu, Web, aller, rendre, rendre_avec, vers},
};
use mediation::personne::{self, recherche};
use socle::{Contexte, Erreur, Nomenclature, Permission, Resultat, identifiant::DateSeanceId};

use super::{Chiffres, EtatPresence};
use crate::seance::EtatDate;

/// Pages of the day: attendance, closing, and what works.
pub fn pages() -> Pages {
    Pages::new()
        .get("/ateliers/resultats", resultats)
        .get("/ateliers/dates/{id}", feuille)
        .post("/ateliers/dates/{id}", noter)
        .post("/ateliers/dates/{id}/clore", clore)
}

#[derive(Clone, Default, serde::Deserialize)]
#[serde(default)]
struct Saisie {
    /// `<reservation>:<etat>`, the value of the button pressed.
    marque: String,
    personne: String,
    nom: String,
    cherche: String,
    anonymes: String,
    action: String,
}

struct Ligne {
    id: String,
    nom: String,
    besoins: Option<String>,
    /// Code, word, whether it is what was marked.
    choix: Vec<(String, &'static str, bool)>,
}

#[derive(Template)]
#[template(path = "presence/feuille.html")]
struct PageFeuille {
    page: Page,
    erreurs: Erreurs,
    adresse: String,
    seance: String,
    titre: String,
    quand: String,
    lignes: Vec<Ligne>,
    presents: String,
    anonymes: String,
    close: bool,
    accompagnement: Option<String>,
    commencee: bool,
    ecrire: bool,
    candidats: Vec<(String, String)>,
    cherche: String,
}

async fn gabarit(cx: &Contexte, page: Page, id: DateSeanceId, s: &Saisie, erreurs: Erreurs) -> Resultat<PageFeuille> {
    let f = super::feuille(cx, id).await?;
    let ecrire = cx.acteur.peut_dans(Permission::AccompagnementsEcrire, f.seance.structure_id);
    let gens = if recherche::suffit(&s.cherche) { recherche::chercher(cx, &s.cherche, 8).await? } else { vec![] };
    let noms = personne::noms(cx, &gens.iter().map(|p| p.id).collect::<Vec<_>>()).await?;
    Ok(PageFeuille {
        page,
        erreurs,
        adresse: format!("/ateliers/dates/{id}"),
        seance: format!("/ateliers/seances/{}", f.seance.id),
        titre: f.seance.titre.clone(),
        quand: interface::format::instant_long(f.date.debut),
        presents: interface::format::compte(f.presents() as i64, "personne présente", "personnes présentes"),
        anonymes: f.date.anonymes.to_string(),
        close: f.date.etat != EtatDate::Prevue,
        accompagnement: f.date.accompagnement_id.map(|a| format!("/accompagnements/{a}")),
        commencee: cx.maintenant >= f.date.debut,
        ecrire: ecrire && f.date.etat == EtatDate::Prevue,
        lignes: f
            .gens
            .into_iter()
            .map(|(r, marque)| Ligne {
                id: r.id.to_string(),
                nom: r.nom,
                besoins: r.besoins,
                choix: EtatPresence::tous().into_iter().map(|e| (e.code(), e.libelle(), marque == Some(e))).collect(),
            })
            .collect(),
        candidats: gens.iter().map(|p| (p.id.to_string(), noms.get(&p.id).cloned().unwrap_or_default())).collect(),
        cherche: s.cherche.clone(),
    })
}

async fn feuille(w: Web, Chemin(id): Chemin<DateSeanceId>) -> Rendu {
    let cx = w.lecture();
    rendre(&gabarit(&cx, w.page, id, &Saisie::default(), Erreurs::default()).await?)
}

async fn appliquer(cx: &Contexte, id: DateSeanceId, s: &Saisie) -> Resultat<()> {
    if let Some((r, e)) = s.marque.split_once(':') {
        let (Ok(r), Some(e)) = (r.parse(), EtatPresence::depuis(e)) else {
            return Err(Erreur::champ("marque", "Choisissez dans la liste."));
        };
        return super::marquer(cx, id, r, e).await;
    }
    if s.action == "anonymes" {
        let mut c = socle::controle::Controle::new();
        let n = c.nombre("anonymes", &s.anonymes).unwrap_or(0);
        c.finir()?;
        return super::compter_anonymes(cx, id, n).await;
    }
    super::venir(cx, id, s.personne.parse().ok(), Some(s.nom.clone())).await
}

async fn noter(w: Web, Chemin(id): Chemin<DateSeanceId>, Formulaire(s): Formulaire<Saisie>) -> Rendu {
    let cx = w.ecriture().await?;
    super::ouverte(&cx, id).await?;
    if s.action == "chercher" {
        return rendre(&gabarit(&cx, w.page, id, &s, Erreurs::default()).await?);
    }
    match appliquer(&cx, id, &s).await {
        Ok(()) => {
            cx.valider().await?;
            Ok(vers(&format!("/ateliers/dates/{id}")))
        }
        Err(Erreur::Invalide(e)) => rendre_avec(StatusCode::UNPROCESSABLE_ENTITY, &gabarit(&cx, w.page, id, &s, e.into()).await?),
        Err(e) => Err(e.into()),
    }
}

async fn clore(w: Web, Chemin(id): Chemin<DateSeanceId>) -> Rendu {
    let cx = w.ecriture().await?;
    match super::clore(&cx, id).await {
        Ok(fait) => {
            cx.valider().await?;
            Ok(match fait {
                Some(a) => aller(&format!("/accompagnements/{a}"), Message::succes("La séance est close, l’atelier est enregistré.")),
                None => aller(
                    &format!("/ateliers/dates/{id}"),
                    Message::succes("La séance est close. Personne n’est venu : rien n’est compté."),
                ),
            })
        }
        Err(Erreur::Conflit(m)) => Ok(aller(&format!("/ateliers/dates/{id}"), Message::attention(m))),
        Err(e) => Err(e.into()),
    }
}

#[derive(Template)]
#[template(path = "presence/resultats.html")]
struct PageResultats {
    page: Page,
    lignes: Vec<(Chiffres, String, String)>,
}

async fn resultats(w: Web) -> Rendu {
    let lignes = super::resultats(&w.lecture())
        .await?
        .into_iter()
        .map(|r| {
            let remplissage = interface::format::pourcentage(r.presents, r.places);
            let venue = if r.inscrits == 0 { "–".to_owned() } else { interface::format::pourcentage(r.venus, r.inscrits) };
            (r, remplissage, venue)
        })
        .collect();
    rendre(&PageResultats { page: w.page, lignes })
}
