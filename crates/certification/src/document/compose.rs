//! What each document says, from what is recorded.

mod blocs;
mod dossier;
mod obtention;
mod realisation;
mod seance;

pub use dossier::{dossier_professionnel, livret_ecf};

use blocs::{fiche, paragraphe};
use certification_regles::{
    decision::{EtatDecision, EtatDocument},
    livret::Objet,
    referentiel::NatureUnite,
};
use interface::format;
use obtention::obtention;
use realisation::realisation;
use seance::{convocation, convocation_jure, emargement, grille, issue, proces_verbal};
use serde_json::json;
use socle::{
    Contexte, Erreur, Resultat,
    identifiant::{CandidatId, SessionExamenId},
    ports::Modele,
};
use territoire::structure::imprimee as en_tete;

use super::{Compose, Emettre, Nature};
use crate::{candidat, decision, pv, session, titre};

/// What may be asked for from an enrolment.
pub(super) const POUR_UNE_CANDIDATURE: [Nature; 4] =
    [Nature::Attestation, Nature::Parchemin, Nature::Livret, Nature::CertificatRealisation];

fn manque(quoi: &str) -> Erreur {
    Erreur::champ(quoi, "Dites pour quoi ce document est émis.")
}

/// Composes a document.
pub(super) async fn composer(cx: &Contexte, e: &Emettre) -> Resultat<Compose> {
    match e.nature {
        Nature::Convocation if e.jure.is_some() => {
            let (s, j) = (e.session.ok_or_else(|| manque("session"))?, e.jure.ok_or_else(|| manque("jure"))?);
            convocation_jure(cx, s, j).await
        }
        Nature::Convocation | Nature::Grille => {
            let p = e.passage.ok_or_else(|| manque("passage"))?;
            let c = session::convocation(cx, p).await?;
            let ligne = session::passage(cx, p).await?;
            if e.nature == Nature::Grille { grille(cx, &ligne, &c).await } else { convocation(cx, &ligne, &c).await }
        }
        Nature::Lettre => lettre(cx, e.passage.ok_or_else(|| manque("passage"))?).await,
        Nature::Emargement => emargement(cx, e.session.ok_or_else(|| manque("session"))?).await,
        Nature::Pv => proces_verbal(cx, e.session.ok_or_else(|| manque("session"))?).await,
        Nature::Livret | Nature::Parchemin | Nature::Attestation => {
            obtention(cx, e.nature, e.candidature.ok_or_else(|| manque("candidature"))?).await
        }
        Nature::CertificatRealisation => realisation(cx, e.candidature.ok_or_else(|| manque("candidature"))?).await,
    }
}

/// Whether the decisions of a session are validated.
async fn exiger_validee(cx: &Contexte, id: SessionExamenId) -> Resultat<pv::Pv> {
    let p = pv::lire(cx, id).await?;
    if p.suites.iter().any(|s| s.etape == pv::Etape::Valide) {
        Ok(p)
    } else {
        Err(Erreur::Conflit("Le procès-verbal de cette session n’est pas validé : rien n’est encore notifié aux candidats.".into()))
    }
}

async fn lettre(cx: &Contexte, passage: socle::identifiant::PassageId) -> Resultat<Compose> {
    let ligne = session::passage(cx, passage).await?;
    let d = session::lire(cx, ligne.session_id).await?;
    let p = exiger_validee(cx, ligne.session_id).await?;
    let c = candidat::lire(cx, ligne.candidat_id).await?;
    let x = p.contenu["candidats"]
        .as_array()
        .into_iter()
        .flatten()
        .find(|x| x["passage"] == json!(passage))
        .cloned()
        .ok_or_else(|| Erreur::Conflit("Ce candidat n’est pas au procès-verbal.".into()))?;
    let nom = c.nom_complet();
    let mut blocs = vec![
        paragraphe(format!(
            "{nom},\n\nLe jury de la session du {} pour le titre « {} » a rendu sa décision vous concernant :",
            format::date_sans_jour(ligne.jour),
            d.version.nom()
        )),
        fiche(&[("Décision", issue(&x))]),
    ];
    if x["decision"]["titre"] != json!(true) {
        blocs.push(paragraphe(
            "Les unités que vous avez obtenues restent acquises dans les délais du titre. Votre espace « Où en suis-je » dit ce qui reste à passer et jusqu’à quand.",
        ));
    }
    blocs.push(paragraphe(
        "Vous pouvez demander au centre de vous expliquer cette décision, et former un recours selon les règles du titre.",
    ));
    Ok(Compose {
        modele: Modele::Acte,
        donnees: json!({"structure": en_tete(cx, d.session.structure_id).await?, "date": cx.aujourd_hui(), "titre": "Résultat de la session", "sous_titre": d.version.nom(), "destinataire": [nom], "blocs": blocs}),
        candidat: Some(c.id),
        session: Some(ligne.session_id),
        version: d.version.code.clone(),
        unites: ligne.origines.0.keys().map(|u| d.version.unite(u).map_or(u.clone(), |k| k.intitule.clone())).collect(),
        titre: d.version.nom().to_owned(),
        titulaire: Some((c.prenom, c.nom)),
        etat: EtatDocument::Delivre,
    })
}

/// What every candidate of a session is owed once its decisions are validated.
pub(super) async fn dus(cx: &Contexte, id: SessionExamenId) -> Resultat<Vec<(Emettre, Option<CandidatId>)>> {
    session::lire(cx, id).await?;
    exiger_validee(cx, id).await?;
    let validees = decision::lignes_de_session(cx, id, EtatDecision::Validee).await?;
    let retirees: Vec<String> = validees
        .iter()
        .filter_map(|l| match l.objet() {
            Ok(Objet::Retrait { decision, .. }) => Some(decision),
            _ => None,
        })
        .collect();
    let en_vigueur = |l: &&decision::Ligne| !retirees.contains(&l.decision_id.to_string());
    let mut v = Vec::new();
    for p in session::passages(cx, id).await? {
        if p.presence != session::Presence::Present {
            continue;
        }
        let objets: Vec<Objet> = validees
            .iter()
            .filter(|l| l.candidat_id == p.candidat_id)
            .filter(en_vigueur)
            .map(decision::Ligne::objet)
            .collect::<Resultat<_>>()?;
        let mut natures = vec![Nature::Lettre];
        let mut complet = false;
        for o in &objets {
            complet |= match o {
                Objet::Titre { .. } => true,
                Objet::Unite { version, unite, .. } => {
                    titre::version(cx, version).await?.unite(unite).is_some_and(|u| u.nature == NatureUnite::Ccs)
                }
                Objet::Retrait { .. } => false,
            };
        }
        if complet {
            natures.extend([Nature::Attestation, Nature::Parchemin]);
        } else if objets.iter().any(|o| matches!(o, Objet::Unite { .. })) {
            natures.push(Nature::Livret);
        }
        for nature in natures {
            let sur_passage = nature == Nature::Lettre;
            let e = Emettre {
                nature,
                passage: sur_passage.then_some(p.id),
                session: None,
                jure: None,
                candidature: (!sur_passage).then_some(p.candidature_id),
            };
            v.push((e, Some(p.candidat_id)));
        }
    }
    Ok(v)
}
