//! May this candidate sit in this session, on this day, for these units? And the enrolment's own state.

use std::collections::BTreeMap;

use certification_regles::{
    Motif, Reponse,
    acces_session::{AccesSession, FaitsAcces, acces_session},
    acquis::Origine,
    inscription::{ActionInscription, EtatInscription, FaitsInscription},
    motif::Reference,
    preparation::preparation,
};
use chrono::NaiveDate;
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter};
use socle::{Contexte, Erreur, Resultat, journal::Action};

use super::{Dans, code, de_code, depot};
use crate::{
    candidature::{self, Candidature, faits},
    decision,
};

/// The answer, with the reasons of readiness first, then those of access. Favourable: the candidate may sit.
pub async fn juger(
    cx: &Contexte,
    d: &Dans,
    c: &Candidature,
    origines: &BTreeMap<String, Origine>,
    jour: NaiveDate,
) -> Resultat<Reponse<AccesSession>> {
    let dossier = faits::reunir(cx, c.id).await?;
    let acquis = decision::livret_de(cx, c.candidat_id).await?.acquis();
    let passages = depot::autres_passages(cx, c.candidat_id).await?;
    let faits = FaitsAcces {
        session: d.genre()?,
        date: jour,
        origines: origines.clone(),
        complet_le: dossier.vae.as_ref().and_then(|v| v.complet_le),
        notification: faits::notification(dossier.vae.as_ref()),
        sessions: faits::sessions_passees(cx, c, jour, Some(d.session.id)).await?,
        nouvelle_formation_le: faits::derniere_formation(cx, c, jour).await?,
        experiences: dossier.experiences.clone(),
        autres_sessions: passages.iter().filter(|p| p.session_id != d.session.id).map(|p| p.jour).collect(),
    };
    let acces = acces_session(d.catalogue(), d.version, &acquis, &faits, cx.aujourd_hui()).map_err(|e| super::referentiel(&e))?;
    // What is planned until the session is not done: readiness is that of today.
    let fait = jour.min(cx.aujourd_hui());
    let pret = dossier.preparation(c, origines.clone(), fait)?;
    let pret = preparation(d.version, &pret, fait).map_err(|e| super::referentiel(&e))?;
    let mut motifs: Vec<Motif> = pret.motifs;
    motifs.extend(acces.motifs);
    Ok(Reponse { favorable: pret.favorable && acces.favorable, resultat: acces.resultat, motifs })
}

/// Makes an enrolment take a step, by its own rules; its history keeps the reasons.
pub async fn avancer(cx: &Contexte, c: &Candidature, action: ActionInscription, faits: &FaitsInscription) -> Resultat<Candidature> {
    candidature::faire(cx, c, action, faits, cx.aujourd_hui()).await
}

/// A registration undone, or a session that was not held: the enrolment is ready again, and its history says why.
pub async fn rendre_prete(cx: &Contexte, c: &Candidature, pourquoi: &str) -> Resultat<()> {
    if !matches!(de_code(&c.etat)?, EtatInscription::Inscrite | EtatInscription::Evaluee) {
        return Ok(());
    }
    let apres = Candidature { etat: code(EtatInscription::Prete), version: c.version + 1, ..c.clone() };
    let ecrites = candidature::table::Entity::update_many()
        .set(apres.into_active_model().reset_all())
        .filter(candidature::table::Column::Id.eq(c.id))
        .filter(candidature::table::Column::Version.eq(c.version))
        .exec(&cx.db())
        .await?;
    if ecrites.rows_affected == 0 {
        return Err(Erreur::VersionPerimee);
    }
    let motifs = [Motif::nouveau("inscription.session_defaite", Reference::modele(), pourquoi)];
    let etape = candidature::table::etape::Model {
        id: cx.nouvel_uuid(),
        candidature_id: c.id,
        quand: cx.maintenant,
        jour: cx.aujourd_hui(),
        par: cx.acteur.utilisateur.map(|u| u.0),
        action: code(ActionInscription::DeclarerPrete),
        de: c.etat.clone(),
        vers: code(EtatInscription::Prete),
        motifs: serde_json::to_value(&motifs).map_err(Erreur::interne)?,
    };
    candidature::table::etape::Entity::insert(etape.into_active_model().reset_all()).exec_without_returning(&cx.db()).await?;
    cx.journaliser(Action::Modification, "candidature", c.id.0, c.structure_id, &["etat"]).await
}
