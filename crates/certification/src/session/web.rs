//! Pages of exam sessions, for the centre.

mod jury;
mod vue;

use axum::http::StatusCode;
use certification_regles::{epreuves::TypeSession, session::ActionSession};
use chrono::NaiveDate;
use interface::{
    Erreurs, Message,
    requete::{Chemin, Formulaire, Pages, Reponse, Web, aller, rendre, rendre_avec},
};
use serde::Deserialize;
use socle::{
    Contexte, Erreur, Permission, Resultat,
    controle::Controle,
    identifiant::{CandidatureId, JureId, LieuId, PassageId, SessionExamenId},
};
use uuid::Uuid;

use super::{
    Agir, Composer, CreerSession, Inscrire, ModifierSession, NatureIncident, Presence,
    incident::{self, Repondre, Signaler},
    presence::{self, EmargerCandidat, EmargerJure},
};
use crate::pv;

/// Pages of exam sessions.
pub fn pages() -> Pages {
    Pages::new()
        .get("/certification/sessions", liste)
        .get("/certification/sessions/nouvelle", nouvelle)
        .post("/certification/sessions/nouvelle", planifier)
        .get("/certification/sessions/{id}", voir)
        .get("/certification/sessions/{id}/modifier", formulaire)
        .post("/certification/sessions/{id}/modifier", modifier)
        .post("/certification/sessions/{id}/candidats", inscrire)
        .post("/certification/passages/{id}/desinscrire", desinscrire)
        .post("/certification/sessions/{id}/jury", composer)
        .post("/certification/sessions/{id}/etapes", agir)
        .post("/certification/sessions/{id}/presences", emarger)
        .post("/certification/sessions/{id}/incidents", signaler)
        .post("/certification/incidents/{id}/suite", repondre)
        .fusionner(jury::pages())
}

async fn liste(w: Web) -> Reponse {
    let cx = w.lecture();
    rendre(&vue::liste(&cx, w.page).await?)
}

/// What is typed to plan or move a session.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Saisie {
    pub version: String,
    pub type_session: String,
    pub ccs: String,
    pub lieu: String,
    /// Days, one a line.
    pub jours: String,
    pub numero: String,
}

fn lire_jours(c: &mut Controle, texte: &str) -> Vec<NaiveDate> {
    texte.split(|x: char| x.is_whitespace() || x == ',' || x == ';').filter_map(|j| c.date("jours", j)).collect()
}

async fn nouvelle(w: Web) -> Reponse {
    let cx = w.lecture();
    rendre(&vue::formulaire(&cx, w.page, Saisie::default(), Erreurs::default(), None).await?)
}

fn lire_saisie(s: &Saisie) -> Resultat<CreerSession> {
    let mut c = Controle::new();
    let lieu: Option<LieuId> = c.identifiant("lieu", &s.lieu);
    c.exiger(!s.lieu.trim().is_empty(), "lieu", "Choisissez le lieu de la session.");
    let genre = match s.type_session.as_str() {
        "titre" => Some(TypeSession::Titre),
        "ccp" => Some(TypeSession::Ccp),
        "ccs" => Some(TypeSession::Ccs),
        _ => None,
    };
    c.exiger(genre.is_some(), "type_session", "Dites ce que vise la session.");
    let jours = lire_jours(&mut c, &s.jours);
    c.finir()?;
    let (Some(lieu), Some(type_session)) = (lieu, genre) else {
        return Err(Erreur::champ("lieu", "Choisissez le lieu de la session."));
    };
    let ccs = Some(s.ccs.clone()).filter(|v| !v.is_empty());
    Ok(CreerSession { id: None, lieu, version: s.version.clone(), type_session, ccs, jours })
}

async fn planifier(w: Web, Formulaire(s): Formulaire<Saisie>) -> Reponse {
    let cx = w.ecriture().await?;
    cx.exiger(Permission::CertificationGerer)?;
    let fait = match lire_saisie(&s) {
        Ok(d) => super::creer(&cx, d).await,
        Err(e) => Err(e),
    };
    match fait {
        Ok((x, _)) => {
            cx.valider().await?;
            Ok(aller(&format!("/certification/sessions/{}", x.id), Message::succes("La session est prévue.")))
        }
        Err(Erreur::Invalide(e)) => {
            drop(cx);
            let cx = w.lecture();
            rendre_avec(StatusCode::UNPROCESSABLE_ENTITY, &vue::formulaire(&cx, w.page, s, e.into(), None).await?)
        }
        Err(e) => Err(e.into()),
    }
}

async fn formulaire(w: Web, Chemin(id): Chemin<SessionExamenId>) -> Reponse {
    let cx = w.lecture();
    let d = super::lire(&cx, id).await?;
    cx.exiger_dans(Permission::CertificationGerer, d.session.structure_id)?;
    let s = Saisie {
        version: d.session.version_code.clone(),
        type_session: d.session.type_session.clone(),
        ccs: d.session.ccs.clone().unwrap_or_default(),
        lieu: d.session.lieu_id.to_string(),
        jours: d.jours.iter().map(|j| interface::format::date_courte(*j)).collect::<Vec<_>>().join("\n"),
        numero: d.session.version.to_string(),
    };
    rendre(&vue::formulaire(&cx, w.page, s, Erreurs::default(), Some(id)).await?)
}

async fn modifier(w: Web, Chemin(id): Chemin<SessionExamenId>, Formulaire(s): Formulaire<Saisie>) -> Reponse {
    let cx = w.ecriture().await?;
    droit(&cx, id).await?;
    let mut c = Controle::new();
    let lieu = c.identifiant("lieu", &s.lieu);
    let jours = lire_jours(&mut c, &s.jours);
    let m = ModifierSession { version: s.numero.parse().ok(), lieu, jours: Some(jours) };
    let fait = match c.finir() {
        Ok(()) => super::modifier(&cx, id, m).await,
        Err(e) => Err(e),
    };
    match fait {
        Ok(_) => {
            cx.valider().await?;
            Ok(aller(&format!("/certification/sessions/{id}"), Message::succes("La session est à jour.")))
        }
        Err(Erreur::Invalide(e)) => {
            drop(cx);
            let cx = w.lecture();
            rendre_avec(StatusCode::UNPROCESSABLE_ENTITY, &vue::formulaire(&cx, w.page, s, e.into(), Some(id)).await?)
        }
        Err(e) => Err(e.into()),
    }
}

/// The right first: who may not write is not told what to correct.
async fn droit(cx: &Contexte, id: SessionExamenId) -> Resultat<()> {
    let s = super::ligne(cx, id).await?;
    super::exiger(cx, Permission::CertificationGerer, &s)
}

async fn voir(w: Web, Chemin(id): Chemin<SessionExamenId>) -> Reponse {
    let cx = w.lecture();
    rendre(&vue::session(&cx, w.page, id, Erreurs::default(), vue::Gardee::default()).await?)
}

/// After an act on a session: back to it with the words of success, or the page with what is to mend.
async fn suite<T>(w: Web, cx: Contexte, id: SessionExamenId, fait: Resultat<T>, message: &str, saisie: vue::Gardee) -> Reponse {
    match pv::conclure(&w, cx, id, fait).await {
        Ok(_) => Ok(aller(&format!("/certification/sessions/{id}"), Message::succes(message))),
        Err(e @ (Erreur::Invalide(_) | Erreur::Conflit(_))) => {
            let statut = e.statut();
            let erreurs = match e {
                Erreur::Invalide(e) => e.into(),
                e => Erreurs(vec![socle::erreur::ErreurChamp::new("", e.explication())]),
            };
            let cx = w.lecture();
            rendre_avec(statut, &vue::session(&cx, w.page, id, erreurs, saisie).await?)
        }
        Err(e) => Err(e.into()),
    }
}

/// What is typed to register a candidate.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct SaisieInscription {
    pub candidature: String,
    pub unites: Vec<String>,
    pub jour: String,
    pub heure: String,
    pub duree_minutes: String,
    pub salle: String,
}

fn lire_inscription(s: &SaisieInscription) -> Resultat<Inscrire> {
    let mut c = Controle::new();
    let candidature: Option<CandidatureId> = c.identifiant("candidature", &s.candidature);
    c.exiger(!s.candidature.trim().is_empty(), "candidature", "Choisissez le candidat.");
    let jour = c.date("jour", &s.jour);
    c.exiger(!s.jour.trim().is_empty(), "jour", "Choisissez le jour.");
    let duree_minutes = c.nombre("duree_minutes", &s.duree_minutes);
    c.finir()?;
    let (Some(candidature), Some(jour)) = (candidature, jour) else {
        return Err(Erreur::champ("candidature", "Choisissez le candidat et le jour."));
    };
    let texte = |t: &str| Some(t.to_owned()).filter(|t| !t.trim().is_empty());
    Ok(Inscrire { id: None, candidature, unites: s.unites.clone(), jour, heure: texte(&s.heure), duree_minutes, salle: texte(&s.salle) })
}

async fn inscrire(w: Web, Chemin(id): Chemin<SessionExamenId>, Formulaire(s): Formulaire<SaisieInscription>) -> Reponse {
    let cx = w.ecriture().await?;
    droit(&cx, id).await?;
    let fait = match lire_inscription(&s) {
        Ok(i) => super::inscrire(&cx, id, i).await,
        Err(e) => Err(e),
    };
    let garde = vue::Gardee { inscription: s, ..Default::default() };
    suite(w, cx, id, fait, "Le candidat est inscrit à la session.", garde).await
}

async fn desinscrire(w: Web, Chemin(id): Chemin<PassageId>) -> Reponse {
    let cx = w.ecriture().await?;
    let session = super::desinscrire(&cx, id).await?;
    cx.valider().await?;
    Ok(aller(&format!("/certification/sessions/{session}"), Message::succes("Le candidat n’est plus inscrit à cette session.")))
}

#[derive(Clone, Default, Deserialize)]
#[serde(default)]
struct SaisieJury {
    membres: Vec<String>,
    preside: String,
    /// Takes the jury proposed.
    proposition: String,
}

async fn composer(w: Web, Chemin(id): Chemin<SessionExamenId>, Formulaire(s): Formulaire<SaisieJury>) -> Reponse {
    let cx = w.ecriture().await?;
    droit(&cx, id).await?;
    let fait = composition(&cx, id, &s).await;
    suite(w, cx, id, fait, "Le jury est enregistré.", vue::Gardee::default()).await
}

async fn composition(cx: &Contexte, id: SessionExamenId, s: &SaisieJury) -> Resultat<()> {
    let mut c = Controle::new();
    let mut membres: Vec<JureId> = s.membres.iter().filter_map(|m| c.identifiant("membres", m)).collect();
    let preside = c.identifiant("preside", &s.preside);
    c.finir()?;
    if s.proposition == "oui" {
        let p = super::proposer(cx, &super::lire(cx, id).await?).await?;
        membres = p.jures.iter().filter(|j| j.retenu).map(|j| j.jure).collect();
    }
    super::composer(cx, id, Composer { preside: preside.filter(|p| membres.contains(p)), membres }).await
}

#[derive(Clone, Default, Deserialize)]
#[serde(default)]
struct SaisieEtape {
    action: String,
    numero: String,
    motif: String,
}

fn fait_de(a: ActionSession) -> &'static str {
    match a {
        ActionSession::Declarer => "La session est déclarée.",
        ActionSession::Convoquer => "Les convocations partent par courriel.",
        ActionSession::Ouvrir => "La session est ouverte.",
        ActionSession::ConstaterQuorumNonAtteint => {
            "Le quorum n’est pas atteint : la session est close, les candidats peuvent être inscrits à une autre."
        }
        ActionSession::Deliberer => "Le jury délibère.",
        ActionSession::Transmettre => "La transmission du procès-verbal est inscrite.",
        ActionSession::Valider => "Le procès-verbal est validé : les décisions prennent effet.",
        ActionSession::Notifier => "Les candidats sont informés par courriel.",
        ActionSession::Archiver => "La session est archivée.",
        ActionSession::Annuler => "La session est annulée.",
        ActionSession::SignerPv | ActionSession::ModifierPv => "C’est fait.",
    }
}

async fn agir(w: Web, Chemin(id): Chemin<SessionExamenId>, Formulaire(s): Formulaire<SaisieEtape>) -> Reponse {
    let cx = w.ecriture().await?;
    droit(&cx, id).await?;
    let texte = |t: &str| Some(t.to_owned()).filter(|t| !t.trim().is_empty());
    let (fait, message) = match super::de_code::<ActionSession>(&s.action) {
        Ok(action) => {
            let a = Agir { action, numero: texte(&s.numero), motif: texte(&s.motif) };
            (super::agir(&cx, id, a).await.map(drop), fait_de(action))
        }
        Err(_) => (Err(Erreur::champ("action", "Choisissez une étape parmi celles proposées.")), ""),
    };
    let garde = vue::Gardee { motif: s.motif, numero: s.numero, ..Default::default() };
    suite(w, cx, id, fait, message, garde).await
}

#[derive(Clone, Default, Deserialize)]
#[serde(default)]
struct SaisiePresences {
    /// `passage=presence`
    candidat: Vec<String>,
    /// `juror/day` of those who came.
    jure: Vec<String>,
}

async fn emarger(w: Web, Chemin(id): Chemin<SessionExamenId>, Formulaire(s): Formulaire<SaisiePresences>) -> Reponse {
    let cx = w.ecriture().await?;
    droit(&cx, id).await?;
    let fait = appel(&cx, id, &s).await;
    suite(w, cx, id, fait, "L’appel est enregistré.", vue::Gardee::default()).await
}

async fn appel(cx: &Contexte, id: SessionExamenId, s: &SaisiePresences) -> Resultat<()> {
    use socle::Nomenclature as _;
    let mut e = presence::Emarger::default();
    for x in &s.candidat {
        if let Some((p, v)) = x.split_once('=')
            && let (Ok(passage), Some(presence)) = (p.parse(), Presence::depuis(v))
        {
            e.candidats.push(EmargerCandidat { passage, presence });
        }
    }
    // A box left empty says that the member did not come.
    let d = super::lire(cx, id).await?;
    for m in super::membres(cx, id).await? {
        for jour in &d.jours {
            let present = s.jure.contains(&format!("{}/{jour}", m.jure_id));
            e.jures.push(EmargerJure { jure: m.jure_id, jour: *jour, present });
        }
    }
    presence::emarger(cx, id, e).await
}

/// What is typed to report something.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct SaisieIncident {
    pub nature: String,
    pub passage: String,
    pub recit: String,
    /// One name a line.
    pub temoins: String,
}

async fn signaler(w: Web, Chemin(id): Chemin<SessionExamenId>, Formulaire(s): Formulaire<SaisieIncident>) -> Reponse {
    let cx = w.ecriture().await?;
    droit(&cx, id).await?;
    let mut c = Controle::new();
    let nature = c.code::<NatureIncident>("nature", &s.nature);
    c.exiger(!s.nature.is_empty(), "nature", "Dites de quoi il s’agit.");
    let passage = c.identifiant("passage", &s.passage);
    let fait = match (c.finir(), nature) {
        (Ok(()), Some(nature)) => {
            let temoins = s.temoins.lines().map(str::to_owned).collect();
            incident::signaler(&cx, id, Signaler { id: None, nature, passage, recit: s.recit.clone(), temoins }).await.map(drop)
        }
        (Err(e), _) => Err(e),
        (Ok(()), None) => Err(Erreur::champ("nature", "Dites de quoi il s’agit.")),
    };
    let garde = vue::Gardee { incident: s, ..Default::default() };
    suite(w, cx, id, fait, "C’est inscrit dans la session.", garde).await
}

#[derive(Clone, Default, Deserialize)]
#[serde(default)]
struct SaisieSuite {
    suite: String,
}

async fn repondre(w: Web, Chemin(id): Chemin<Uuid>, Formulaire(s): Formulaire<SaisieSuite>) -> Reponse {
    let cx = w.ecriture().await?;
    let session = incident::repondre(&cx, id, Repondre { suite: s.suite }).await?;
    cx.valider().await?;
    Ok(aller(&format!("/certification/sessions/{session}"), Message::succes("La suite est enregistrée.")))
}
