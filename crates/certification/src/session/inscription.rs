//! Registering a candidate in a session: the units presented, the day, the slot.

use std::collections::BTreeMap;

use certification_regles::{
    inscription::{ActionInscription, EtatInscription, FaitsInscription},
    session::EtatSession,
};
use chrono::{NaiveDate, TimeZone};
use sea_orm::{IntoActiveModel, SqlErr, entity::prelude::*};
use serde::{Deserialize, Serialize};
use socle::{
    Contexte, Erreur, Permission, Resultat,
    controle::Controle,
    creation::{self, Reclamation},
    identifiant::{CandidatureId, PassageId, SessionExamenId},
    journal::Action,
    texte::nettoyer,
};

use super::{Origines, Passage, Presence, acces, de_code, depot, phrases, prendre, table};
use crate::document;

/// Registers a candidate.
#[derive(Clone, Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Inscrire {
    /// Made by the client; the same creation twice is one record.
    pub id: Option<PassageId>,
    pub candidature: CandidatureId,
    /// Codes of the units presented.
    pub unites: Vec<String>,
    pub jour: NaiveDate,
    /// `09:30`
    pub heure: Option<String>,
    pub duree_minutes: Option<i32>,
    #[schema(max_length = 80)]
    pub salle: Option<String>,
}

/// Registers a candidate in a session, if the rules open it to them; the bool is false for a repeated request.
///
/// # Errors
/// `Invalide` on `unites` with every reason when access is not open; `Conflit` when the candidate already
/// sits in a session that day.
pub async fn inscrire(cx: &Contexte, id: SessionExamenId, i: Inscrire) -> Resultat<(Passage, bool)> {
    let d = prendre(cx, id, Permission::CertificationGerer).await?;
    let p = match creation::reclamer(cx, "passage", i.id.map(|i| i.0), &i).await? {
        Reclamation::Repetee(p) => return Ok((super::passage(cx, PassageId(p)).await?, false)),
        Reclamation::Nouvelle(p) => PassageId(p),
    };
    if !matches!(d.etat()?, EtatSession::Prevue | EtatSession::Declaree) {
        return Err(Erreur::Conflit("Les candidats sont déjà convoqués : plus personne ne s’inscrit à cette session.".into()));
    }
    let candidature = depot::candidature(cx, i.candidature)
        .await?
        .filter(|c| c.structure_id == d.session.structure_id && c.version_code == d.session.version_code);
    let Some(mut candidature) = candidature else {
        return Err(Erreur::champ("candidature", "Choisissez une candidature de votre centre à ce titre."));
    };
    let mut c = Controle::new();
    let visees = candidature.origines()?;
    let mut origines = BTreeMap::new();
    for u in &i.unites {
        match visees.get(u) {
            Some(o) => drop(origines.insert(u.clone(), *o)),
            None => c.faute("unites", format!("L’unité « {u} » n’est pas dans cette candidature.")),
        }
    }
    c.exiger(d.jours.contains(&i.jour), "jour", "Choisissez un jour de la session.");
    let heure = nettoyer(i.heure);
    c.exiger(
        heure.as_deref().is_none_or(|h| h.len() == 5 && chrono::NaiveTime::parse_from_str(h, "%H:%M").is_ok()),
        "heure",
        "Écrivez l’heure ainsi : 09:30.",
    );
    c.exiger(
        heure.as_deref().is_none_or(|h| existe(i.jour, h)),
        "heure",
        "Cette heure n’existe pas ce jour-là : la nuit du passage à l’heure d’été, les horloges vont de 2 h à 3 h. Choisissez-en une autre.",
    );
    c.exiger(i.duree_minutes.is_none_or(|n| (1..=1440).contains(&n)), "duree_minutes", "Écrivez un nombre de minutes, 1440 au plus.");
    let salle = nettoyer(i.salle);
    c.texte("salle", salle.as_deref(), 80);
    c.finir()?;
    let r = acces::juger(cx, &d, &candidature, &origines, i.jour).await?;
    let meme_jour = r.refuse_par("acces.deux_sessions_le_meme_jour");
    if !r.favorable {
        return Err(if meme_jour { deja(i.jour) } else { Erreur::champ("unites", phrases(&r.motifs)) });
    }
    let origine = origines.values().next().copied();
    if de_code::<EtatInscription>(&candidature.etat)? == EtatInscription::EnPreparation {
        let f = FaitsInscription { origine, prete: Some(true), ..Default::default() };
        candidature = acces::avancer(cx, &candidature, ActionInscription::DeclarerPrete, &f).await?;
    }
    let f = FaitsInscription { origine, acces_session: Some(true), ..Default::default() };
    acces::avancer(cx, &candidature, ActionInscription::Inscrire, &f).await?;
    let ligne = Passage {
        id: p,
        session_id: id,
        candidature_id: candidature.id,
        candidat_id: candidature.candidat_id,
        origines: Origines(origines),
        jour: i.jour,
        heure,
        duree_minutes: i.duree_minutes,
        salle,
        presence: Presence::Attendu,
        accordees: None,
        titre_propose: false,
        entretien_favorable: None,
        deliberation: None,
        version: 1,
        actif: true,
        motifs: Some(serde_json::to_value(&r.motifs).map_err(Erreur::interne)?),
    };
    let jour = i.jour;
    table::passage::Entity::insert(ligne.clone().into_active_model().reset_all())
        .exec_without_returning(&cx.db())
        .await
        .map_err(|e| if matches!(e.sql_err(), Some(SqlErr::UniqueConstraintViolation(_))) { deja(jour) } else { e.into() })?;
    cx.journaliser(Action::Modification, "session_examen", id.0, d.session.structure_id, &["candidats"]).await?;
    Ok((ligne, true))
}

/// Whether a clock shows this hour that day: one hour of the year is skipped. What cannot be read is told elsewhere.
fn existe(jour: NaiveDate, heure: &str) -> bool {
    chrono::NaiveTime::parse_from_str(heure, "%H:%M")
        .map_or(true, |h| socle::horloge::FUSEAU.from_local_datetime(&jour.and_time(h)).earliest().is_some())
}

fn deja(jour: NaiveDate) -> Erreur {
    let jour = certification_regles::dates::en_francais(jour);
    Erreur::Conflit(format!("Ce candidat est déjà inscrit à une session le {jour} : un candidat ne passe qu’une session par jour."))
}

/// Takes a candidate out of a session that is not open yet; the enrolment is ready again.
pub async fn desinscrire(cx: &Contexte, id: PassageId) -> Resultat<SessionExamenId> {
    let p = super::passage(cx, id).await?;
    let d = prendre(cx, p.session_id, Permission::CertificationGerer).await.map_err(|e| match e {
        Erreur::Introuvable(_) => Erreur::Introuvable("Ce passage"),
        e => e,
    })?;
    if !matches!(d.etat()?, EtatSession::Prevue | EtatSession::Declaree | EtatSession::Convoquee) {
        return Err(Erreur::Conflit("La session est ouverte : indiquez plutôt que le candidat est absent.".into()));
    }
    if let Some(c) = depot::candidature(cx, p.candidature_id).await? {
        acces::rendre_prete(cx, &c, "Le candidat n’est plus inscrit à la session.").await?;
    }
    document::retrait::passage_defait(cx, p.session_id, Some(p.candidat_id), "Le candidat n’est plus inscrit à cette session.").await?;
    table::passage::Entity::delete_by_id(id).exec(&cx.db()).await?;
    cx.journaliser(Action::Modification, "session_examen", p.session_id.0, d.session.structure_id, &["candidats"]).await?;
    Ok(p.session_id)
}
