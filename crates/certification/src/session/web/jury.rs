//! Pages of a juror: their sessions, their grids, the deliberation.

use std::collections::HashMap;

use askama::Template;
use axum::{
    http::{StatusCode, header},
    response::IntoResponse,
};
use interface::{
    Choix, Erreurs, Message, Page, format,
    requete::{Chemin, Formulaire, Pages, Reponse, Web, aller, rendre, rendre_avec},
};
use serde::Deserialize;
use socle::{
    Contexte, Erreur, Nomenclature, Permission, Resultat,
    erreur::ErreurChamp,
    identifiant::{PassageId, SessionExamenId},
};

use super::vue::{self, Ligne};
use crate::{
    document, pv,
    session::{
        self, Note,
        deliberation::{self, Decider},
        depot,
        grille::{self, Remplir, RemplirLigne},
        siege,
    },
};

/// Pages of jurors.
pub fn pages() -> Pages {
    Pages::new()
        .get("/certification/jury", mes_sessions)
        .get("/certification/jury/{id}", ma_session)
        .get("/certification/jury/{id}/agenda.ics", agenda)
        .get("/certification/passages/{id}/grilles/{epreuve}", voir_grille)
        .post("/certification/passages/{id}/grilles/{epreuve}", remplir)
        .get("/certification/passages/{id}/deliberation", deliberer)
        .post("/certification/passages/{id}/deliberation", decider)
}

#[derive(Template)]
#[template(path = "session/mes_sessions.html")]
struct PageMesSessions {
    page: Page,
    sessions: Vec<Ligne>,
}

async fn mes_sessions(w: Web) -> Reponse {
    let cx = w.lecture();
    cx.exiger(Permission::JurySieger)?;
    let sessions = siege::sessions(&cx).await?;
    rendre(&PageMesSessions { sessions: vue::lignes(&cx, sessions).await?, page: w.page })
}

struct Epreuve {
    href: String,
    libelle: String,
    faites: usize,
    total: usize,
}

struct Candidat {
    nom: String,
    presence: &'static str,
    present: bool,
    epreuves: Vec<Epreuve>,
    issue: String,
    /// Where the deliberation is, and on whom.
    deliberer: String,
    precision: String,
}

#[derive(Template)]
#[template(path = "session/ma_session.html")]
struct PageMaSession {
    page: Page,
    id: SessionExamenId,
    titre: String,
    jours: String,
    lieu: String,
    /// The invitation, as PDF.
    convocation: Option<String>,
    etat: &'static str,
    en_cours: bool,
    delibere: bool,
    pv: bool,
    candidats: Vec<Candidat>,
}

async fn ma_session(w: Web, Chemin(id): Chemin<SessionExamenId>) -> Reponse {
    let cx = w.lecture();
    let s = siege::lire(&cx, id).await?;
    let passages = session::passages(&cx, id).await?;
    let ids: Vec<_> = passages.iter().map(|p| p.candidat_id).collect();
    let noms: HashMap<_, _> = depot::candidats(&cx, &ids).await?.into_iter().map(|c| (c.id, c.nom_complet())).collect();
    let mut candidats = vec![];
    for p in &passages {
        let epreuves = grille::lire(&cx, &s.d, p, s.jure.id)
            .await?
            .into_iter()
            .map(|g| Epreuve {
                href: format!("/certification/passages/{}/grilles/{}", p.id, g.epreuve),
                faites: g.lignes.iter().filter(|l| l.resultat.is_some()).count(),
                total: g.lignes.len(),
                libelle: court(&g.epreuve, &g.libelle),
            })
            .collect();
        let nom = noms.get(&p.candidat_id).cloned().unwrap_or_else(|| "Candidat effacé".into());
        candidats.push(Candidat {
            deliberer: format!("/certification/passages/{}/deliberation", p.id),
            precision: format!("sur {nom}"),
            nom,
            presence: p.presence.libelle(),
            present: p.presence == session::Presence::Present,
            epreuves,
            issue: p.deliberation.as_ref().and_then(|d| d["libelle"].as_str()).unwrap_or_default().to_owned(),
        });
    }
    let etat = s.d.etat()?;
    rendre(&PageMaSession {
        page: w.page,
        id,
        titre: s.d.version.nom().to_owned(),
        jours: s.d.jours.iter().map(|j| format::date_longue(*j)).collect::<Vec<_>>().join(", "),
        lieu: siege::lieu(&cx, &s.d).await?,
        convocation: document::jure::convocation(&cx, id, &s.jure).await?.map(|d| format!("/certification/documents/{}/pdf", d.id)),
        etat: etat.libelle(),
        en_cours: siege::en_cours(etat),
        delibere: etat == certification_regles::session::EtatSession::EnDeliberation,
        pv: etat == certification_regles::session::EtatSession::EnDeliberation || etat.pv_signe(),
        candidats,
    })
}

/// The days of the session, for one's own calendar.
async fn agenda(w: Web, Chemin(id): Chemin<SessionExamenId>) -> Reponse {
    let contenu = siege::agenda(&w.lecture(), id).await?;
    let entetes = [
        (header::CONTENT_TYPE, "text/calendar; charset=utf-8; method=PUBLISH"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"jury.ics\""),
        (header::CACHE_CONTROL, "no-store"),
    ];
    Ok((entetes, contenu).into_response())
}

/// The label of an evidence, short enough for a tablet.
fn court(code: &str, libelle: &str) -> String {
    match code {
        "mise_en_situation" => "Mise en situation ou projet".into(),
        "ecf" => "Évaluations en cours de formation".into(),
        "dossier_professionnel" => "Dossier professionnel".into(),
        "entretien_final" => "Entretien final".into(),
        _ => libelle.to_owned(),
    }
}

struct LigneNote {
    competence: String,
    intitule: String,
    unite: String,
    observation: String,
    choix: Vec<Choix>,
}

#[derive(Template)]
#[template(path = "session/grille.html")]
struct PageGrille {
    page: Page,
    erreurs: Erreurs,
    retour: String,
    nom: String,
    epreuve: String,
    libelle: String,
    lignes: Vec<LigneNote>,
}

async fn nom_de(cx: &Contexte, p: &session::Passage) -> Resultat<String> {
    Ok(depot::candidat(cx, p.candidat_id).await?.map_or_else(|| "Candidat effacé".to_owned(), |c| c.nom_complet()))
}

async fn grille_de(
    cx: &Contexte,
    page: Page,
    id: PassageId,
    epreuve: &str,
    erreurs: Erreurs,
    s: Option<&HashMap<String, String>>,
) -> Resultat<PageGrille> {
    let (si, p) = siege::passage(cx, id).await?;
    let grilles = grille::lire(cx, &si.d, &p, si.jure.id).await?;
    let g = grilles.into_iter().find(|g| g.epreuve == epreuve).ok_or(Erreur::Introuvable("Cette épreuve"))?;
    let tape = |prefixe: &str, competence: &str| s.and_then(|s| s.get(&format!("{prefixe}-{competence}"))).cloned();
    let mut derniere = String::new();
    let lignes = g
        .lignes
        .into_iter()
        .map(|mut l| {
            // The unit heads its first competence alone.
            if l.unite == derniere {
                l.unite.clear();
            } else {
                derniere.clone_from(&l.unite);
            }
            let note = tape("note", &l.competence).map_or(l.resultat, |n| Note::depuis(&n));
            let observation = tape("observation", &l.competence).or(l.observation).unwrap_or_default();
            LigneNote { choix: vue::notes(note), competence: l.competence, intitule: l.intitule, unite: l.unite, observation }
        })
        .collect();
    Ok(PageGrille {
        page,
        erreurs,
        retour: format!("/certification/jury/{}", p.session_id),
        nom: nom_de(cx, &p).await?,
        epreuve: court(&g.epreuve, &g.libelle),
        libelle: g.libelle,
        lignes,
    })
}

async fn voir_grille(w: Web, Chemin((id, epreuve)): Chemin<(PassageId, String)>) -> Reponse {
    let cx = w.lecture();
    rendre(&grille_de(&cx, w.page, id, &epreuve, Erreurs::default(), None).await?)
}

async fn remplir(
    w: Web,
    Chemin((id, epreuve)): Chemin<(PassageId, String)>,
    Formulaire(s): Formulaire<HashMap<String, String>>,
) -> Reponse {
    let cx = w.ecriture().await?;
    let session = siege::passage(&cx, id).await?.1.session_id;
    let lignes = s
        .iter()
        .filter_map(|(champ, valeur)| {
            let competence = champ.strip_prefix("note-")?.to_owned();
            let observation = s.get(&format!("observation-{competence}")).cloned();
            Some(RemplirLigne { resultat: Note::depuis(valeur)?, competence, observation })
        })
        .collect();
    let fait = grille::remplir(&cx, id, Remplir { epreuve: epreuve.clone(), lignes }).await;
    match pv::conclure(&w, cx, session, fait).await {
        Ok(()) => Ok(aller(&format!("/certification/jury/{session}"), Message::succes("La grille est enregistrée."))),
        Err(e @ (Erreur::Invalide(_) | Erreur::Conflit(_))) => {
            let statut = e.statut();
            let erreurs = match e {
                Erreur::Invalide(e) => e.into(),
                e => Erreurs(vec![ErreurChamp::new("", e.explication())]),
            };
            let cx = w.lecture();
            rendre_avec(statut, &grille_de(&cx, w.page, id, &epreuve, erreurs, Some(&s)).await?)
        }
        Err(e) => Err(e.into()),
    }
}

struct Recap {
    jure: String,
    lignes: Vec<String>,
}

#[derive(Template)]
#[template(path = "session/deliberation.html")]
struct PageDeliberation {
    page: Page,
    erreurs: Erreurs,
    retour: String,
    nom: String,
    unites: Vec<String>,
    entretien: Vec<String>,
    empechements: Vec<String>,
    options: Vec<Choix>,
    recap: Vec<Recap>,
    issue: String,
    ouverte: bool,
}

#[derive(Clone, Default, Deserialize)]
#[serde(default)]
struct SaisieDecision {
    decision: String,
}

/// A decision as the value of a button: it is what the API receives.
fn coder(d: &Decider) -> String {
    serde_json::to_string(d).unwrap_or_default()
}

async fn page_deliberation(cx: &Contexte, page: Page, id: PassageId, erreurs: Erreurs, s: &SaisieDecision) -> Resultat<PageDeliberation> {
    let (si, p) = siege::passage(cx, id).await?;
    let o = deliberation::options(cx, &si.d, &p).await?;
    let prise =
        p.accordees.clone().map(|a| coder(&Decider { accordees: a.0, titre: p.titre_propose, entretien_favorable: p.entretien_favorable }));
    let coche = if s.decision.is_empty() { prise.unwrap_or_default() } else { s.decision.clone() };
    let options = o
        .options
        .iter()
        .map(|x| {
            let code = coder(&x.decision);
            Choix::nouveau(code.clone(), x.libelle.clone(), code == coche)
        })
        .collect();
    let mut recap = vec![];
    let passages = session::passages(cx, p.session_id).await?;
    let examen = session::examen(cx, &si.d, &passages, false).await?;
    for m in session::membres(cx, p.session_id).await? {
        let grilles = grille::lire(cx, &si.d, &p, m.jure_id).await?;
        let lignes: Vec<String> = grilles
            .iter()
            .map(|g| {
                let n = |x: Note| g.lignes.iter().filter(|l| l.resultat == Some(x)).count();
                format!(
                    "{} : {} maîtrisée(s), {} non maîtrisée(s), {} non observée(s) sur {}",
                    court(&g.epreuve, &g.libelle),
                    n(Note::Acquis),
                    n(Note::NonAcquis),
                    n(Note::NonObserve),
                    g.lignes.len()
                )
            })
            .collect();
        recap.push(Recap { jure: examen.noms.get(&m.jure_id.to_string()).cloned().unwrap_or_default(), lignes });
    }
    Ok(PageDeliberation {
        page,
        erreurs,
        retour: format!("/certification/jury/{}", p.session_id),
        nom: nom_de(cx, &p).await?,
        unites: p.origines.0.keys().map(|u| si.d.version.unite(u).map_or(u.clone(), |x| x.intitule.clone())).collect(),
        entretien: o.entretien.into_iter().map(|m| m.phrase).collect(),
        empechements: o.empechements,
        options,
        recap,
        issue: p.deliberation.as_ref().and_then(|d| d["libelle"].as_str()).unwrap_or_default().to_owned(),
        ouverte: si.d.etat()? == certification_regles::session::EtatSession::EnDeliberation,
    })
}

async fn deliberer(w: Web, Chemin(id): Chemin<PassageId>) -> Reponse {
    let cx = w.lecture();
    rendre(&page_deliberation(&cx, w.page, id, Erreurs::default(), &SaisieDecision::default()).await?)
}

async fn decider(w: Web, Chemin(id): Chemin<PassageId>, Formulaire(s): Formulaire<SaisieDecision>) -> Reponse {
    let cx = w.ecriture().await?;
    let session = siege::passage(&cx, id).await?.1.session_id;
    let fait = match serde_json::from_str::<Decider>(&s.decision) {
        Ok(d) => deliberation::decider(&cx, id, d).await,
        Err(_) => Err(Erreur::champ("decision", "Choisissez la décision du jury.")),
    };
    match pv::conclure(&w, cx, session, fait).await {
        Ok(()) => Ok(aller(&format!("/certification/jury/{session}"), Message::succes("La décision est enregistrée."))),
        Err(e @ (Erreur::Invalide(_) | Erreur::Conflit(_))) => {
            let statut = if matches!(e, Erreur::Invalide(_)) { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::CONFLICT };
            let erreurs = match e {
                Erreur::Invalide(e) => e.into(),
                e => Erreurs(vec![ErreurChamp::new("", e.explication())]),
            };
            let cx = w.lecture();
            rendre_avec(statut, &page_deliberation(&cx, w.page, id, erreurs, &s).await?)
        }
        Err(e) => Err(e.into()),
    }
}
