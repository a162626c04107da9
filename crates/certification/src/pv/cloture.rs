//! What follows from signed minutes: decisions inscribed, enrolments closed, then the steps until notified.

use certification_regles::{
    decision::EtatDecision,
    deliberation::Issue,
    inscription::{ActionInscription, FaitsInscription},
    livret::Objet,
};
use sea_orm::{ActiveValue::Set, EntityTrait};
use socle::{Contexte, Erreur, Permission, Resultat, identifiant::DecisionId};

use super::{Etape, table};
use crate::{
    decision::{self, Prononcer},
    session::{self, Dans, Passage, acces, depot},
};

/// All have signed: decisions are inscribed as signed, enrolments get their outcome.
pub(super) async fn clore(cx: &Contexte, d: &Dans, passages: &[Passage]) -> Resultat<()> {
    use session::Presence as P;
    for p in passages {
        let Some(c) = depot::candidature(cx, p.candidature_id).await? else { continue };
        if session::deliberation::fraude(cx, p.id).await? {
            continue;
        }
        let vide = FaitsInscription::default();
        match (p.presence, &p.deliberation) {
            (P::Absent, _) => drop(acces::avancer(cx, &c, ActionInscription::ConstaterAbsence, &vide).await?),
            (P::AbsentJustifie, _) => {
                let f = FaitsInscription { justificatif: Some(true), ..vide };
                acces::avancer(cx, &c, ActionInscription::ConstaterAbsenceJustifiee, &f).await?;
            }
            (_, Some(x)) => {
                let issue: Issue = serde_json::from_value(x["resultat"]["issue"].clone()).map_err(Erreur::interne)?;
                let acquises = x["resultat"]["acquises"].as_array().map_or(0, Vec::len);
                let (action, f) = match issue {
                    Issue::TitreObtenu | Issue::CcsObtenu => {
                        (ActionInscription::ObtenirTitre, FaitsInscription { titre_attribue: Some(true), ..vide })
                    }
                    Issue::Partielle => (
                        ActionInscription::ReussirPartiellement,
                        FaitsInscription { unites_acquises: u32::try_from(acquises).ok(), ..vide },
                    ),
                    // A failure leaves no unit of what was aimed at; for a CCS, those of its title are not.
                    Issue::Echec => (ActionInscription::Echouer, FaitsInscription { unites_acquises: Some(0), ..vide }),
                };
                acces::avancer(cx, &c, action, &f).await?;
                prononcer(cx, d, p, issue).await?;
            }
            // Nobody could deliberate: the candidate sits again.
            (..) => acces::rendre_prete(cx, &c, "Le quorum n’était pas atteint pour ce candidat : le jury n’a rien décidé.").await?,
        }
    }
    Ok(())
}

async fn prononcer(cx: &Contexte, d: &Dans, p: &Passage, issue: Issue) -> Resultat<()> {
    let version = d.version.code.clone();
    let mut objets: Vec<Objet> = p
        .accordees
        .clone()
        .unwrap_or_default()
        .0
        .into_iter()
        .map(|unite| Objet::Unite { version: version.clone(), unite, provenance: certification_regles::acquis::Provenance::Jury })
        .collect();
    if issue == Issue::TitreObtenu {
        objets.push(Objet::Titre { version });
    }
    // A CCS not granted, a title refused without a unit: nothing is awarded, the minutes say it.
    let prononcer = Prononcer {
        decision: DecisionId(cx.nouvel_uuid()),
        candidat: p.candidat_id,
        jour: p.jour,
        etat: EtatDecision::Signee,
        objets,
        motifs: &[],
    };
    decision::inscrire(cx, d, prononcer).await
}

/// A step of signed minutes; validated, the decisions count.
pub(crate) async fn suivre(cx: &Contexte, d: &Dans, etape: Etape, numero: Option<String>) -> Resultat<()> {
    cx.exiger_dans(Permission::CertificationGerer, d.session.structure_id)?;
    let id = d.session.id;
    let ligne = table::pv_suite::ActiveModel {
        session_id: Set(id),
        etape: Set(etape),
        jour: Set(cx.aujourd_hui()),
        par: Set(cx.acteur.utilisateur),
        numero: Set(numero),
    };
    table::pv_suite::Entity::insert(ligne).exec_without_returning(&cx.db()).await?;
    match etape {
        Etape::Transmis => Ok(()),
        Etape::Valide => decision::valider_session(cx, id).await,
        Etape::Notifie => notifier(cx, d).await,
    }
}

/// Tells each candidate, by the job queue, that the decision is taken; what it is, for who came.
async fn notifier(cx: &Contexte, d: &Dans) -> Resultat<()> {
    let structure = depot::nom_structure(cx, d.session.structure_id).await?;
    for p in session::passages(cx, d.session.id).await? {
        let Some(c) = depot::candidat(cx, p.candidat_id).await? else { continue };
        let (Some(adresse), Some(x)) = (c.courriel.clone(), &p.deliberation) else { continue };
        let corps = format!(
            "Bonjour {},\n\nLe jury de la session du titre « {} » a rendu sa décision, et le procès-verbal est validé.\n\n{}\n\nVotre centre vous remettra les documents qui vous sont dus.\n\n{structure}\n\nCe message est envoyé automatiquement : merci de ne pas y répondre.\n",
            c.nom_complet(),
            d.version.nom(),
            x["libelle"].as_str().unwrap_or_default(),
        );
        session::confier(cx, adresse, format!("Décision du jury : « {} »", d.version.nom()), corps, format!("resultat/{}", p.id)).await?;
    }
    Ok(())
}
