//! Les automates d'une décision et d'un document, et qui délivre quoi.

use serde::{Deserialize, Serialize};

use crate::motif::{Motif, Reference, Refus, guillemets};
use crate::referentiel::Nature;

/// L'état d'une décision. Une décision ne s'efface jamais.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EtatDecision {
    /// Proposée.
    Proposee,
    /// Signée.
    Signee,
    /// Validée.
    Validee,
    /// Retirée.
    Retiree,
}

/// L'action sur une décision.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ActionDecision {
    /// Signer.
    Signer,
    /// Valider.
    Valider,
    /// Retirer, par décision motivée.
    Retirer,
}

/// L'état d'un document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EtatDocument {
    /// À demander.
    ADemander,
    /// Demandé.
    Demande,
    /// Délivré.
    Delivre,
    /// Remis au candidat.
    Remis,
    /// Retiré.
    Retire,
}

/// L'action sur un document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ActionDocument {
    /// Demander.
    Demander,
    /// Délivrer.
    Delivrer,
    /// Remettre.
    Remettre,
    /// Retirer.
    Retirer,
}

/// L'état d'une décision après l'action. `motivation` : le motif écrit, exigé pour un retrait.
pub fn decision(etat: EtatDecision, action: ActionDecision, motivation: Option<&str>) -> Result<(EtatDecision, Vec<Motif>), Refus> {
    use EtatDecision as E;
    let suivant = match (etat, action) {
        (E::Proposee, ActionDecision::Signer) => E::Signee,
        (E::Signee, ActionDecision::Valider) => E::Validee,
        (E::Validee, ActionDecision::Retirer) => {
            if motivation.is_none_or(|m| m.trim().is_empty()) {
                return Err(Refus::un(Motif::nouveau(
                    "decision.retrait_motive",
                    Reference::sessions(),
                    "Un retrait se prononce par une décision motivée.",
                )));
            }
            E::Retiree
        }
        _ => {
            let phrase = format!(
                "Une décision {} ne permet pas l’action {}.",
                guillemets(libelle_decision(etat)),
                guillemets(libelle_action(action))
            );
            return Err(Refus::un(
                Motif::nouveau("decision.transition_interdite", Reference::modele(), phrase).fait("etat", etat).fait("action", action),
            ));
        }
    };
    let phrase = format!("La décision devient {}.", guillemets(libelle_decision(suivant)));
    Ok((
        suivant,
        vec![
            Motif::nouveau("decision.transition", Reference::modele(), phrase)
                .fait("etat", etat)
                .fait("suivant", suivant)
                .fait("motivation", motivation)
                .pour(),
        ],
    ))
}

/// L'état d'un document après l'action. Un document délivré se retire aussi avant sa remise :
/// une fraude peut être établie entre les deux.
pub fn document(etat: EtatDocument, action: ActionDocument, motivation: Option<&str>) -> Result<(EtatDocument, Vec<Motif>), Refus> {
    use EtatDocument as E;
    let suivant = match (etat, action) {
        (E::ADemander, ActionDocument::Demander) => E::Demande,
        (E::Demande, ActionDocument::Delivrer) => E::Delivre,
        (E::Delivre, ActionDocument::Remettre) => E::Remis,
        (E::Delivre | E::Remis, ActionDocument::Retirer) => {
            if motivation.is_none_or(|m| m.trim().is_empty()) {
                return Err(Refus::un(Motif::nouveau(
                    "document.retrait_motive",
                    Reference::sessions(),
                    "Le retrait d’un document suit une décision motivée.",
                )));
            }
            E::Retire
        }
        _ => {
            let action_ = match action {
                ActionDocument::Demander => "demander",
                ActionDocument::Delivrer => "délivrer",
                ActionDocument::Remettre => "remettre",
                ActionDocument::Retirer => "retirer",
            };
            let phrase = format!("Un document {} ne permet pas l’action {}.", guillemets(libelle_document(etat)), guillemets(action_));
            return Err(Refus::un(
                Motif::nouveau("document.transition_interdite", Reference::modele(), phrase).fait("etat", etat).fait("action", action),
            ));
        }
    };
    let phrase = format!("Le document devient {}.", guillemets(libelle_document(suivant)));
    Ok((
        suivant,
        vec![Motif::nouveau("document.transition", Reference::modele(), phrase).fait("etat", etat).fait("suivant", suivant).pour()],
    ))
}

fn libelle_decision(etat: EtatDecision) -> &'static str {
    match etat {
        EtatDecision::Proposee => "proposée",
        EtatDecision::Signee => "signée",
        EtatDecision::Validee => "validée",
        EtatDecision::Retiree => "retirée",
    }
}

fn libelle_action(action: ActionDecision) -> &'static str {
    match action {
        ActionDecision::Signer => "signer",
        ActionDecision::Valider => "valider",
        ActionDecision::Retirer => "retirer",
    }
}

fn libelle_document(etat: EtatDocument) -> &'static str {
    match etat {
        EtatDocument::ADemander => "à demander",
        EtatDocument::Demande => "demandé",
        EtatDocument::Delivre => "délivré",
        EtatDocument::Remis => "remis",
        EtatDocument::Retire => "retiré",
    }
}

/// La nature d'un document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NatureDocument {
    /// Parchemin du titre complet ou d'un CCS.
    Parchemin,
    /// Livret de certification, pour une réussite partielle.
    Livret,
    /// Attestation signée par la plateforme.
    Attestation,
}

/// Qui délivre et ce que fait la plateforme.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Delivrance {
    /// Qui délivre.
    pub emetteur: &'static str,
    /// La plateforme délivre elle-même (sinon elle prépare, demande et suit).
    pub delivre_par_la_plateforme: bool,
}

/// Qui délivre ce document pour ce type de titre ?
pub fn delivrance(nature: Nature, document: NatureDocument) -> (Delivrance, Motif) {
    let (emetteur, plateforme, phrase) = match (nature, document) {
        (_, NatureDocument::Attestation) => ("plateforme", true, "La plateforme délivre sa propre attestation signée."),
        (Nature::Ministere, _) => (
            "representant_territorial",
            false,
            "Pour un titre du ministère, ce document est délivré par le représentant territorial compétent\u{a0}: la plateforme le prépare, le demande et le suit.",
        ),
        (Nature::Prive, _) => {
            ("certificateur", true, "Pour un titre privé, le certificateur délivre ce document, et la plateforme l’établit pour lui.")
        }
    };
    (
        Delivrance { emetteur, delivre_par_la_plateforme: plateforme },
        Motif::nouveau("documents.delivrance", Reference::delivrance(), phrase).fait("nature", nature).fait("document", document),
    )
}
