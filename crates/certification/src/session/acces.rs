//! May this candidate sit in this session, on this day, for these units? And the enrolment's own state.

use std::collections::BTreeMap;

use certification_regles::{
    Motif, Reponse,
    acces_session::{AccesSession, FaitsAcces, acces_session},
    acquis::Origine,
    epreuves::TypeSession,
    inscription::{ActionInscription, EtatInscription, FaitsInscription, transition},
    preparation::{FaitsPreparation, preparation},
    reprise::SessionPassee,
};
use chrono::NaiveDate;
use sea_orm::{
    ConnectionTrait, ExprTrait,
    sea_query::{Expr, Query},
};
use socle::{Contexte, Erreur, Resultat, identifiant::CandidatureId};

use super::{Dans, code, de_code, depot, depot::Candidature, phrases};
use crate::decision;

/// The answer, with the reasons of readiness first, then those of access. Favourable: the candidate may sit.
pub async fn juger(
    cx: &Contexte,
    d: &Dans,
    c: &Candidature,
    origines: &BTreeMap<String, Origine>,
    jour: NaiveDate,
) -> Resultat<Reponse<AccesSession>> {
    let genre = d.genre()?;
    let dossier = depot::dossier(cx, c).await?;
    let acquis = decision::livret_de(cx, c.candidat_id).await?.acquis();
    let passages = depot::autres_passages(cx, c.candidat_id).await?;
    let sessions = passages
        .iter()
        .filter(|p| p.version_code == d.version.code && p.session_id != d.session.id.0 && p.jour < jour)
        .filter_map(|p| {
            let session = de_code::<TypeSession>(&p.type_session).ok()?;
            Some(SessionPassee { session, date: p.jour, absence_justifiee: p.presence == "absent_justifie" })
        })
        .collect();
    let faits = FaitsAcces {
        session: genre,
        date: jour,
        origines: origines.clone(),
        complet_le: dossier.complet_le,
        notification: dossier.notification.clone(),
        sessions,
        nouvelle_formation_le: c.formation_debut,
        experiences: dossier.experiences.clone(),
        autres_sessions: passages.iter().filter(|p| p.session_id != d.session.id.0).map(|p| p.jour).collect(),
    };
    let acces = acces_session(d.catalogue(), &d.version, &acquis, &faits, cx.aujourd_hui()).map_err(|e| super::referentiel(&e))?;
    let pret = FaitsPreparation {
        origines: origines.clone(),
        voie: Some(c.voie.clone()),
        dossier: dossier.dossier,
        ecf: dossier.ecf,
        periodes: dossier.periodes,
        contrat: dossier.contrat,
    };
    let pret = preparation(&d.version, &pret, jour).map_err(|e| super::referentiel(&e))?;
    let mut motifs: Vec<Motif> = pret.motifs;
    motifs.extend(acces.motifs);
    Ok(Reponse { favorable: pret.favorable && acces.favorable, resultat: acces.resultat, motifs })
}

/// Makes an enrolment take a step, by its own rules; its history keeps the reasons.
pub async fn avancer(cx: &Contexte, c: &Candidature, action: ActionInscription, faits: &FaitsInscription) -> Resultat<Candidature> {
    let etat: EtatInscription = de_code(&c.etat)?;
    let (suivant, motifs) = transition(etat, action, faits).map_err(|r| Erreur::Conflit(phrases(&r.motifs)))?;
    poser(cx, c.id, &code(action), &c.etat, &code(suivant), &motifs).await?;
    Ok(Candidature { etat: code(suivant), ..c.clone() })
}

/// A registration undone, or a session cancelled: the enrolment is ready again.
pub async fn rendre_prete(cx: &Contexte, c: &Candidature, action: &str) -> Resultat<()> {
    if matches!(de_code(&c.etat)?, EtatInscription::Inscrite | EtatInscription::Evaluee) {
        poser(cx, c.id, action, &c.etat, &code(EtatInscription::Prete), &[]).await?;
    }
    Ok(())
}

async fn poser(cx: &Contexte, id: CandidatureId, action: &str, de: &str, vers: &str, motifs: &[Motif]) -> Resultat<()> {
    let db = cx.db();
    let moteur = db.get_database_backend();
    let mut q = Query::update();
    q.table("candidature")
        .value("etat", vers)
        .value("version", Expr::col("version").add(1))
        .and_where(Expr::col("id").eq(id))
        .and_where(Expr::col("etat").eq(de));
    if db.execute_raw(moteur.build(&q)).await?.rows_affected() == 0 {
        return Err(Erreur::VersionPerimee);
    }
    let mut q = Query::insert();
    q.into_table("candidature_etape")
        .columns(["id", "candidature_id", "quand", "jour", "par", "action", "de", "vers", "motifs"])
        .values_panic([
            cx.nouvel_uuid().into(),
            id.into(),
            cx.maintenant.into(),
            cx.aujourd_hui().into(),
            cx.acteur.utilisateur.map(|u| u.0).into(),
            action.into(),
            de.into(),
            vers.into(),
            serde_json::to_value(motifs).map_err(Erreur::interne)?.into(),
        ]);
    db.execute_raw(moteur.build(&q)).await?;
    Ok(())
}
