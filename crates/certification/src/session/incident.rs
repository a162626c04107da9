//! What happened in a session: incidents, fraud reports signed by witnesses, appeals and what follows.

use certification_regles::{
    inscription::{ActionInscription, FaitsInscription},
    session::EtatSession,
};
use sea_orm::{IntoActiveModel, QueryOrder, entity::prelude::*};
use serde::{Deserialize, Serialize};
use socle::{
    Contexte, Erreur, Permission, Resultat,
    coffre::Champ,
    controle::Controle,
    creation::{self, Reclamation},
    identifiant::{PassageId, SessionExamenId},
    journal::Action,
    texte::nettoyer,
};

use super::{Incident, NatureIncident, Textes, acces, depot, prendre, table};
use crate::pv;

pub(super) const RECIT: Champ = Champ::texte("incident_session", "recit");
pub(super) const SUITE: Champ = Champ::texte("incident_session", "suite");

/// Reports something.
#[derive(Clone, Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Signaler {
    /// Made by the client; the same creation twice is one record.
    pub id: Option<Uuid>,
    pub nature: NatureIncident,
    /// The candidate concerned; required for a fraud and for an appeal.
    pub passage: Option<PassageId>,
    #[schema(max_length = 4000)]
    pub recit: String,
    /// Names of the witnesses, as they sign; required for a fraud.
    #[serde(default)]
    pub temoins: Vec<String>,
}

/// Answers an incident or an appeal.
#[derive(Clone, Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Repondre {
    #[schema(max_length = 2000)]
    pub suite: String,
}

/// What happened in a session, in order.
pub async fn lister(cx: &Contexte, id: SessionExamenId) -> Resultat<Vec<Incident>> {
    let l = table::incident_session::Entity::find()
        .filter(table::incident_session::Column::SessionId.eq(id))
        .order_by_asc(table::incident_session::Column::Quand)
        .order_by_asc(table::incident_session::Column::Id)
        .all(&cx.db())
        .await?;
    l.into_iter()
        .map(|mut i| {
            i.recit = cx.coffre().ouvrir(&RECIT, i.id, i.recit)?;
            i.suite = cx.coffre().ouvrir_si(&SUITE, i.id, i.suite)?;
            Ok(i)
        })
        .collect()
}

/// Reports something; the bool is false for a repeated request. A fraud closes the enrolment of the candidate.
pub async fn signaler(cx: &Contexte, id: SessionExamenId, s: Signaler) -> Resultat<(Uuid, bool)> {
    let d = prendre(cx, id, Permission::CertificationGerer).await?;
    let i = match creation::reclamer(cx, "incident_session", s.id, &s).await? {
        Reclamation::Repetee(i) => return Ok((i, false)),
        Reclamation::Nouvelle(i) => i,
    };
    let etat = d.etat()?;
    let avant = matches!(etat, EtatSession::Prevue | EtatSession::Declaree | EtatSession::Annulee);
    if s.nature == NatureIncident::Recours {
        if !etat.pv_signe() {
            return Err(Erreur::Conflit("Un recours porte sur une décision : le procès-verbal n’est pas encore signé.".into()));
        }
    } else if avant {
        return Err(Erreur::Conflit("Rien ne peut s’être passé : la session n’est pas encore convoquée.".into()));
    } else {
        // What the minutes say does not change once a member has signed.
        pv::exiger_ouvert(cx, id).await?;
    }
    let mut c = Controle::new();
    let recit = s.recit.trim().to_owned();
    c.exiger(!recit.is_empty(), "recit", "Dites ce qui s’est passé.");
    c.texte("recit", Some(&recit), 4000);
    let temoins: Vec<String> = s.temoins.into_iter().filter_map(|t| nettoyer(Some(t))).collect();
    for t in &temoins {
        c.texte("temoins", Some(t), 200);
    }
    c.exiger(temoins.len() <= 20, "temoins", "Vingt témoins au plus.");
    let passage = match s.passage {
        None => None,
        Some(p) => super::passages(cx, id).await?.into_iter().find(|x| x.id == p),
    };
    c.exiger(s.passage.is_none() || passage.is_some(), "passage", "Choisissez un candidat de cette session.");
    if s.nature != NatureIncident::Incident {
        c.exiger(passage.is_some(), "passage", "Dites quel candidat est concerné.");
    }
    if s.nature == NatureIncident::Fraude {
        c.exiger(!temoins.is_empty(), "temoins", "Un rapport de fraude est signé par des témoins : écrivez leurs noms.");
    }
    c.finir()?;
    if let (NatureIncident::Fraude, Some(p)) = (s.nature, &passage) {
        if let Some(c) = depot::candidature(cx, p.candidature_id).await? {
            let f = FaitsInscription { rapport_signe: Some(true), ..Default::default() };
            acces::avancer(cx, &c, ActionInscription::SignalerFraude, &f).await?;
        }
        // What was decided for this candidate no longer stands.
        let p = super::Passage { accordees: None, titre_propose: false, entretien_favorable: None, deliberation: None, ..p.clone() };
        super::ecrire_passage(cx, p).await?;
    }
    let ligne = Incident {
        id: i,
        session_id: id,
        passage_id: passage.map(|p| p.id),
        nature: s.nature,
        quand: cx.maintenant,
        par: cx.acteur.utilisateur,
        recit: cx.coffre().sceller(&RECIT, i, &recit)?,
        temoins: Textes(temoins),
        suite: None,
    };
    table::incident_session::Entity::insert(ligne.into_active_model().reset_all()).exec_without_returning(&cx.db()).await?;
    cx.journaliser(Action::Modification, "session_examen", id.0, d.session.structure_id, &["incident"]).await?;
    Ok((i, true))
}

/// Says what followed of an incident or an appeal.
pub async fn repondre(cx: &Contexte, incident: Uuid, r: Repondre) -> Resultat<SessionExamenId> {
    let introuvable = || Erreur::Introuvable("Cet incident");
    let Some(i) = table::incident_session::Entity::find_by_id(incident).one(&cx.db()).await? else { return Err(introuvable()) };
    let d = prendre(cx, i.session_id, Permission::CertificationGerer).await.map_err(|e| match e {
        Erreur::Introuvable(_) => introuvable(),
        e => e,
    })?;
    let mut c = Controle::new();
    let suite = r.suite.trim();
    c.exiger(!suite.is_empty(), "suite", "Écrivez la suite donnée.");
    c.texte("suite", Some(suite), 2000);
    c.finir()?;
    let session = i.session_id;
    let scelle = cx.coffre().sceller(&SUITE, incident, suite)?;
    table::incident_session::Entity::update(Incident { suite: Some(scelle), ..i }.into_active_model().reset_all()).exec(&cx.db()).await?;
    cx.journaliser(Action::Modification, "session_examen", session.0, d.session.structure_id, &["incident"]).await?;
    Ok(session)
}
