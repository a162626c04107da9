//! What the pages of sessions show.

use std::collections::{BTreeSet, HashMap};

use askama::Template;
use certification_regles::{
    Motif,
    epreuves::TypeSession,
    motif::Sens,
    referentiel::NatureUnite,
    session::{ActionSession, EtatSession},
};
use interface::{Choix, Erreurs, Page, format, requete::choix};
use socle::{Contexte, Nomenclature, Permission, Resultat, identifiant::SessionExamenId};

use super::{Saisie, SaisieIncident, SaisieInscription};
use crate::session::{self, Dans, NatureIncident, Note, Presence, Propose, depot, incident, presence};

/// A session in a list.
pub(crate) struct Ligne {
    pub id: SessionExamenId,
    pub titre: String,
    pub quoi: &'static str,
    pub dates: String,
    pub etat: &'static str,
    pub genre: &'static str,
}

/// The colour of a state; the words say it.
fn genre_etat(e: EtatSession) -> &'static str {
    match e {
        EtatSession::Annulee | EtatSession::QuorumNonAtteint => "erreur",
        EtatSession::Convoquee | EtatSession::Ouverte | EtatSession::EnDeliberation => "attention",
        EtatSession::Validee | EtatSession::Notifiee | EtatSession::Archivee => "succes",
        _ => "info",
    }
}

pub(crate) fn quoi(t: TypeSession) -> &'static str {
    match t {
        TypeSession::Titre => "Titre complet",
        TypeSession::Ccp => "CCP",
        TypeSession::Ccs => "CCS",
    }
}

fn dates(s: &session::Session) -> String {
    if s.premier_jour == s.dernier_jour {
        format::date_longue(s.premier_jour)
    } else {
        format!("du {} au {}", format::date_courte(s.premier_jour), format::date_courte(s.dernier_jour))
    }
}

pub(crate) async fn lignes(cx: &Contexte, sessions: Vec<session::Session>) -> Resultat<Vec<Ligne>> {
    let versions = depot::versions(cx).await?;
    sessions
        .into_iter()
        .map(|s| {
            let etat: EtatSession = session::de_code(&s.etat)?;
            Ok(Ligne {
                id: s.id,
                titre: versions.iter().find(|v| v.code == s.version_code).map_or(s.version_code.clone(), |v| v.nom().to_owned()),
                quoi: quoi(session::de_code(&s.type_session)?),
                dates: dates(&s),
                etat: etat.libelle(),
                genre: genre_etat(etat),
            })
        })
        .collect()
}

#[derive(Template)]
#[template(path = "session/liste.html")]
pub(super) struct PageListe {
    page: Page,
    sessions: Vec<Ligne>,
    ecrire: bool,
}

pub(super) async fn liste(cx: &Contexte, page: Page) -> Resultat<PageListe> {
    let sessions = session::lister(cx).await?;
    Ok(PageListe { page, sessions: lignes(cx, sessions).await?, ecrire: cx.acteur.peut(Permission::CertificationGerer) })
}

#[derive(Template)]
#[template(path = "session/formulaire.html")]
pub(super) struct PageFormulaire {
    page: Page,
    erreurs: Erreurs,
    nouvelle: bool,
    retour: String,
    s: Saisie,
    versions: Vec<Choix>,
    genres: Vec<Choix>,
    ccs: Vec<Choix>,
    lieux: Vec<Choix>,
}

pub(super) async fn formulaire(
    cx: &Contexte,
    page: Page,
    s: Saisie,
    erreurs: Erreurs,
    id: Option<SessionExamenId>,
) -> Resultat<PageFormulaire> {
    let structure = cx.exiger(Permission::CertificationGerer)?;
    let versions = depot::versions(cx).await?;
    let lieux = depot::lieux(cx, structure).await?;
    let seul = lieux.len() == 1;
    Ok(PageFormulaire {
        page,
        erreurs,
        nouvelle: id.is_none(),
        retour: id.map_or_else(|| "/certification/sessions".to_owned(), |i| format!("/certification/sessions/{i}")),
        versions: versions
            .iter()
            .map(|v| Choix::nouveau(v.code.clone(), format!("{} ({})", v.nom(), v.code), v.code == s.version))
            .collect(),
        genres: [("titre", "Le titre complet"), ("ccp", "Un ou plusieurs CCP"), ("ccs", "Un CCS")]
            .into_iter()
            .map(|(c, l)| Choix::nouveau(c, l, c == s.type_session))
            .collect(),
        ccs: versions
            .iter()
            .flat_map(|v| v.unites.iter().filter(|u| u.nature == NatureUnite::Ccs))
            .map(|u| Choix::nouveau(u.code.clone(), u.intitule.clone(), u.code == s.ccs))
            .collect(),
        lieux: lieux.into_iter().map(|l| Choix::nouveau(l.id.to_string(), l.nom, seul || l.id.to_string() == s.lieu)).collect(),
        s,
    })
}

/// What was typed and refused, on the page of a session.
#[derive(Default)]
pub(super) struct Gardee {
    pub inscription: SaisieInscription,
    pub incident: SaisieIncident,
    pub motif: String,
    pub numero: String,
}

pub(super) struct LigneCandidat {
    pub id: String,
    pub candidat_id: String,
    pub nom: String,
    pub unites: String,
    pub creneau: String,
    pub presence: &'static str,
    pub presences: Vec<Choix>,
    pub quorum: String,
    pub quorum_atteint: bool,
    pub issue: String,
    pub motifs: Vec<String>,
    pub sans_courriel: bool,
}

pub(super) struct LigneMembre {
    pub id: String,
    pub nom: String,
    pub preside: bool,
    pub jours: Vec<(String, String, bool)>,
    pub reserves: Vec<String>,
}

pub(super) struct LigneEtape {
    pub code: String,
    pub libelle: String,
    pub permise: bool,
    pub motifs: Vec<String>,
    pub annuler: bool,
    pub valider: bool,
}

pub(super) struct LigneIncident {
    pub id: String,
    pub nature: &'static str,
    pub quand: String,
    pub candidat: String,
    pub recit: String,
    pub temoins: String,
    pub suite: Option<String>,
}

#[derive(Template)]
#[template(path = "session/voir.html")]
pub(super) struct PageSession {
    page: Page,
    erreurs: Erreurs,
    id: SessionExamenId,
    titre: String,
    quoi: &'static str,
    dates: String,
    lieu: String,
    etat: &'static str,
    genre: &'static str,
    motif_annulation: Option<String>,
    gerer: bool,
    modifiable: bool,
    composable: bool,
    appel: bool,
    pv: bool,
    recours: bool,
    signalable: bool,
    agrement: Vec<String>,
    agrement_couvre: bool,
    etapes: Vec<LigneEtape>,
    candidats: Vec<LigneCandidat>,
    candidatures: Vec<Choix>,
    unites: Vec<Choix>,
    jours: Vec<Choix>,
    membres: Vec<LigneMembre>,
    jury_valable: bool,
    jury_manques: Vec<String>,
    proposes: Vec<Propose>,
    composition: Vec<Choix>,
    presidence: Vec<Choix>,
    proposition_valable: bool,
    proposition_manques: Vec<String>,
    incidents: Vec<LigneIncident>,
    natures: Vec<Choix>,
    concernes: Vec<Choix>,
    garde: Gardee,
}

fn contre(motifs: &[Motif]) -> Vec<String> {
    motifs.iter().filter(|m| m.sens == Sens::Defavorable).map(|m| m.phrase.clone()).collect()
}

fn issue(p: &session::Passage) -> String {
    p.deliberation.as_ref().and_then(|d| d["libelle"].as_str()).unwrap_or_default().to_owned()
}

fn creneau(p: &session::Passage) -> String {
    let mut t = format::date_courte(p.jour);
    if let Some(h) = &p.heure {
        t = format!("{t} à {}", h.replace(':', "\u{a0}h\u{a0}"));
    }
    if let Some(n) = p.duree_minutes {
        t = format!("{t}, {}", format::duree(n));
    }
    if let Some(s) = &p.salle {
        t = format!("{t}, salle {s}");
    }
    t
}

async fn candidats(cx: &Contexte, d: &Dans, passages: &[session::Passage], examen: &session::ExamenJury) -> Resultat<Vec<LigneCandidat>> {
    let ids: Vec<_> = passages.iter().map(|p| p.candidat_id).collect();
    let connus: HashMap<_, _> = depot::candidats(cx, &ids).await?.into_iter().map(|c| (c.id, c)).collect();
    Ok(passages
        .iter()
        .map(|p| {
            let c = connus.get(&p.candidat_id);
            let n = examen.membres_pour(p.candidat_id).len();
            LigneCandidat {
                id: p.id.to_string(),
                candidat_id: p.candidat_id.to_string(),
                nom: c.map_or_else(|| "Candidat effacé".into(), depot::Candidat::nom_complet),
                unites: p
                    .origines
                    .0
                    .keys()
                    .map(|u| d.version.unite(u).map_or(u.as_str(), |x| x.intitule.as_str()))
                    .collect::<Vec<_>>()
                    .join(" ; "),
                creneau: creneau(p),
                presence: p.presence.libelle(),
                presences: Presence::tous()
                    .into_iter()
                    .map(|x| Choix::nouveau(format!("{}={}", p.id, x.code()), x.libelle(), x == p.presence))
                    .collect(),
                quorum: format::compte(n as i64, "membre peut délibérer", "membres peuvent délibérer"),
                quorum_atteint: examen.quorum(p.candidat_id),
                issue: issue(p),
                motifs: p
                    .motifs
                    .as_ref()
                    .and_then(|m| serde_json::from_value::<Vec<Motif>>(m.clone()).ok())
                    .unwrap_or_default()
                    .into_iter()
                    .map(|m| m.phrase)
                    .collect(),
                sans_courriel: c.is_none_or(|c| c.courriel.is_none()),
            }
        })
        .collect())
}

async fn membres(cx: &Contexte, d: &Dans, examen: &session::ExamenJury) -> Resultat<Vec<LigneMembre>> {
    let presents: BTreeSet<_> = presence::des_jures(cx, d.session.id).await?.into_iter().collect();
    Ok(session::membres(cx, d.session.id)
        .await?
        .into_iter()
        .map(|m| {
            let id = m.jure_id.to_string();
            LigneMembre {
                nom: examen.noms.get(&id).cloned().unwrap_or_default(),
                preside: m.preside,
                jours: d
                    .jours
                    .iter()
                    .map(|j| (format!("{id}/{j}"), format::date_courte(*j), presents.contains(&(m.jure_id, *j))))
                    .collect(),
                reserves: examen.reponse.resultat.exclusions.iter().filter(|e| e.jure == id).map(|e| examen.nommer(&e.phrase)).collect(),
                id,
            }
        })
        .collect())
}

fn majuscule(t: &str) -> String {
    let mut c = t.chars();
    c.next().map_or_else(String::new, |p| p.to_uppercase().chain(c).collect())
}

pub(super) async fn session(cx: &Contexte, page: Page, id: SessionExamenId, erreurs: Erreurs, garde: Gardee) -> Resultat<PageSession> {
    let d = session::lire(cx, id).await?;
    let etat = d.etat()?;
    let passages = session::passages(cx, id).await?;
    let examen = session::examen(cx, &d, &passages, false).await?;
    let gerer = cx.acteur.peut_dans(Permission::CertificationGerer, d.session.structure_id);
    let avant = matches!(etat, EtatSession::Prevue | EtatSession::Declaree);
    let composable = gerer && (avant || etat == EtatSession::Convoquee);
    let lignes_candidats = candidats(cx, &d, &passages, &examen).await?;
    let lignes_membres = membres(cx, &d, &examen).await?;
    let proposition = if composable { Some(session::proposer(cx, &d).await?) } else { None };
    let agrement = session::etat::agrement(cx, &d).await?;
    let lieu = depot::lieux(cx, d.session.structure_id).await?.into_iter().find(|l| l.id == d.session.lieu_id);
    let mut candidatures = vec![];
    if gerer && avant {
        let inscrits: BTreeSet<_> = passages.iter().map(|p| p.candidature_id).collect();
        let libres = depot::candidatures(cx, d.session.structure_id, &d.session.version_code, &["prete", "en_preparation"]).await?;
        let ids: Vec<_> = libres.iter().map(|c| c.candidat_id).collect();
        let noms: HashMap<_, _> = depot::candidats(cx, &ids).await?.into_iter().map(|c| (c.id, c.nom_complet())).collect();
        for c in libres.iter().filter(|c| !inscrits.contains(&c.id)) {
            let code = c.id.to_string();
            let coche = code == garde.inscription.candidature;
            let mot = if c.etat == "prete" { "prête" } else { "en préparation" };
            candidatures.push(Choix::nouveau(code, format!("{} ({mot})", noms.get(&c.candidat_id).map_or("", String::as_str)), coche));
        }
    }
    let nature_voulue = d.genre()? == TypeSession::Ccs;
    let toutes = garde.inscription.unites.is_empty() && d.genre()? != TypeSession::Ccp;
    let unites = d
        .version
        .unites
        .iter()
        .filter(|u| (u.nature == NatureUnite::Ccs) == nature_voulue && d.session.ccs.as_ref().is_none_or(|c| *c == u.code))
        .map(|u| Choix::nouveau(u.code.clone(), u.intitule.clone(), toutes || garde.inscription.unites.contains(&u.code)))
        .collect();
    let jours = d
        .jours
        .iter()
        .map(|j| {
            Choix::nouveau(
                j.to_string(),
                majuscule(&format::date_longue(*j)),
                d.jours.len() == 1 || garde.inscription.jour == j.to_string(),
            )
        })
        .collect();
    let etapes = if gerer { session::possibles(cx, &d, &passages).await? } else { vec![] };
    let incidents = incident::lister(cx, id).await?;
    let nom_de = |p: Option<socle::identifiant::PassageId>| {
        p.and_then(|p| lignes_candidats.iter().find(|c| c.id == p.to_string())).map(|c| c.nom.clone()).unwrap_or_default()
    };
    let incidents = incidents
        .into_iter()
        .map(|i| LigneIncident {
            id: i.id.to_string(),
            nature: i.nature.libelle(),
            quand: format::instant_long(i.quand),
            candidat: nom_de(i.passage_id),
            recit: i.recit,
            temoins: i.temoins.0.join(", "),
            suite: i.suite,
        })
        .collect();
    let nommes: BTreeSet<String> = lignes_membres.iter().map(|m| m.id.clone()).collect();
    let jury_manques = contre(&examen.reponse.motifs).iter().map(|p| examen.nommer(p)).collect();
    Ok(PageSession {
        page,
        erreurs,
        id,
        titre: d.version.nom().to_owned(),
        quoi: quoi(d.genre()?),
        dates: dates(&d.session),
        lieu: lieu.map(|l| [Some(l.nom), l.adresse].into_iter().flatten().collect::<Vec<_>>().join(", ")).unwrap_or_default(),
        etat: etat.libelle(),
        genre: genre_etat(etat),
        motif_annulation: d.session.motif_annulation.clone(),
        gerer,
        modifiable: gerer && avant,
        composable,
        appel: gerer && matches!(etat, EtatSession::Convoquee | EtatSession::Ouverte),
        pv: etat == EtatSession::EnDeliberation || etat.pv_signe(),
        recours: etat.pv_signe(),
        signalable: gerer && !avant && etat != EtatSession::Annulee,
        agrement: agrement.motifs.iter().map(|m| m.phrase.clone()).collect(),
        agrement_couvre: agrement.favorable,
        etapes: etapes
            .into_iter()
            .map(|e| LigneEtape {
                code: session::code(e.action),
                libelle: majuscule(e.action.libelle()),
                permise: e.permise,
                motifs: e.motifs.into_iter().filter(|m| m.regle != "session.transition").map(|m| m.phrase).collect(),
                annuler: e.action == ActionSession::Annuler,
                valider: e.action == ActionSession::Valider,
            })
            .collect(),
        candidatures,
        unites,
        jours,
        jury_valable: examen.reponse.favorable,
        jury_manques,
        composition: proposition
            .iter()
            .flat_map(|p| &p.jures)
            .map(|j| Choix::nouveau(j.jure.to_string(), j.nom.clone(), nommes.contains(&j.jure.to_string())))
            .collect(),
        presidence: lignes_membres.iter().map(|m| Choix::nouveau(m.id.clone(), m.nom.clone(), m.preside)).collect(),
        proposition_valable: proposition.as_ref().is_some_and(|p| p.valable),
        proposition_manques: proposition.as_ref().map(|p| p.manques.clone()).unwrap_or_default(),
        proposes: proposition.map(|p| p.jures).unwrap_or_default(),
        membres: lignes_membres,
        incidents,
        natures: choix::<NatureIncident>(NatureIncident::depuis(&garde.incident.nature).as_slice()),
        concernes: lignes_candidats.iter().map(|c| Choix::nouveau(c.id.clone(), c.nom.clone(), c.id == garde.incident.passage)).collect(),
        candidats: lignes_candidats,
        garde,
    })
}

/// The choices of a note.
pub(super) fn notes(n: Option<Note>) -> Vec<Choix> {
    choix::<Note>(n.as_slice())
}
