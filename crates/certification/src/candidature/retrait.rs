//! What the withdrawal of a decision changes in the enrolments of a candidate: an outcome follows the livret.

use certification_regles::{
    acquis::Acquis,
    inscription::{self, ActionInscription, EtatInscription, FaitsInscription},
    referentiel::NatureUnite,
    revision,
};
use sea_orm::{QueryOrder, entity::prelude::*};
use serde::Serialize;
use socle::{
    Contexte, Erreur, Resultat,
    identifiant::{CandidatId, CandidatureId, DecisionId},
};

use super::{Candidature, faire, table};
use crate::{decision, titre};

/// An enrolment whose outcome no longer stands.
#[derive(Clone, Debug, Serialize)]
pub struct Suite {
    pub candidature: CandidatureId,
    /// Name of the title aimed at.
    pub titre: String,
    pub de: EtatInscription,
    /// The state it passes to.
    pub vers: EtatInscription,
    #[serde(skip)]
    faits: FaitsInscription,
}

/// Whether what an enrolment aimed at is held, and how many of its units are acquired, today.
async fn bilan(cx: &Contexte, c: &Candidature, acquis: &Acquis) -> Resultat<(bool, usize)> {
    let v = titre::version(cx, &c.version_code).await?;
    let (jour, vises) = (cx.aujourd_hui(), c.origines()?);
    let ccs = vises.keys().all(|u| v.unite(u).is_some_and(|u| u.nature == NatureUnite::Ccs));
    if ccs {
        let tenues = acquis.unites_en_vigueur(&v.code, jour);
        let n = vises.keys().filter(|u| tenues.contains(*u)).count();
        return Ok((n == vises.len(), n));
    }
    let (s, _) = revision::situation(titre::catalogue(cx).await?, v, acquis, jour, jour);
    Ok((s.titre_detenu, s.acquises.len()))
}

/// What the withdrawal of a decision, not inscribed yet, would change today. Decisions that are signed and not
/// validated count: their minutes gave the outcome already.
pub(crate) async fn prevoir(cx: &Contexte, candidat: CandidatId, id: DecisionId) -> Resultat<Vec<Suite>> {
    let avant = decision::prononces(cx, candidat).await?;
    let mut apres = avant.clone();
    let (vise, jour) = (id.to_string(), cx.aujourd_hui());
    apres.attributions.iter_mut().filter(|a| a.decision.as_deref() == Some(&vise)).for_each(|a| a.retiree_le = Some(jour));
    apres.titres.iter_mut().filter(|t| t.decision.as_deref() == Some(&vise)).for_each(|t| t.retire_le = Some(jour));
    let toutes = table::Entity::find().filter(table::Column::CandidatId.eq(candidat)).order_by_asc(table::Column::Id).all(&cx.db()).await?;
    let mut suites = Vec::new();
    for c in toutes {
        let de = c.etat()?;
        let ((tenu, unites), (reste_tenu, restent)) = (bilan(cx, &c, &avant).await?, bilan(cx, &c, &apres).await?);
        let tombe = match de {
            EtatInscription::TitreObtenu => tenu && !reste_tenu,
            EtatInscription::Partielle => unites > 0 && restent == 0,
            _ => false,
        };
        if !tombe {
            continue;
        }
        let faits = FaitsInscription {
            origine: Some(c.origine()?),
            titre_attribue: Some(reste_tenu),
            unites_acquises: u32::try_from(restent).ok(),
            ..FaitsInscription::default()
        };
        let (vers, _) =
            inscription::transition(de, ActionInscription::ConstaterRetrait, &faits).map_err(|r| Erreur::Conflit(r.to_string()))?;
        let titre = titre::nommer(titre::version(cx, &c.version_code).await?);
        suites.push(Suite { candidature: c.id, titre, de, vers, faits });
    }
    Ok(suites)
}

/// Passes the enrolments to the state foreseen, each with its reasons; the right having been asked for.
pub(crate) async fn suivre(cx: &Contexte, suites: &[Suite]) -> Resultat<()> {
    for s in suites {
        let c = table::Entity::find_by_id(s.candidature).one(&cx.db()).await?.ok_or(Erreur::Introuvable("Cette candidature"))?;
        faire(cx, &c, ActionInscription::ConstaterRetrait, &s.faits, cx.aujourd_hui()).await?;
    }
    Ok(())
}
