//! L'automate d'une inscription, du brouillon au titre.
//!
//! brouillon → déposée → (VAE : incomplète ⇄ complète → recevable | non recevable, recevable par
//! silence) → en préparation → prête → inscrite → évaluée → titre obtenu | partielle | échec |
//! absence justifiée | absence | fraude signalée → en préparation tant que court la seconde
//! chance, sinon après une nouvelle formation → expirée.
//!
//! Une décision retirée, l'issue suit le livret : titre obtenu → réussite partielle ou échec,
//! réussite partielle → échec, selon ce qui reste acquis.

use serde::{Deserialize, Serialize};

use crate::acquis::Origine;
use crate::motif::{Motif, Reference, Refus, guillemets};

/// L'état.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EtatInscription {
    /// Brouillon.
    Brouillon,
    /// Déposée.
    Deposee,
    /// VAE : dossier incomplet.
    Incomplete,
    /// VAE : dossier complet.
    Complete,
    /// VAE : recevable.
    Recevable,
    /// VAE : non recevable.
    NonRecevable,
    /// En préparation.
    EnPreparation,
    /// Prête.
    Prete,
    /// Inscrite à une session.
    Inscrite,
    /// Évaluée.
    Evaluee,
    /// Titre obtenu.
    TitreObtenu,
    /// Réussite partielle.
    Partielle,
    /// Échec.
    Echec,
    /// Absence justifiée.
    AbsenceJustifiee,
    /// Absence.
    Absence,
    /// Fraude signalée.
    FraudeSignalee,
    /// Expirée.
    Expiree,
}

/// L'action.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ActionInscription {
    /// Déposer.
    Deposer,
    /// VAE : constater que le dossier est incomplet.
    DeclarerIncomplete,
    /// VAE : constater que le dossier est complet.
    DeclarerComplete,
    /// VAE : notifier la recevabilité.
    NotifierRecevable,
    /// VAE : notifier la non-recevabilité.
    NotifierNonRecevable,
    /// VAE : constater que le silence vaut recevabilité.
    ConstaterSilence,
    /// Commencer la préparation.
    Preparer,
    /// Déclarer prêt.
    DeclarerPrete,
    /// Inscrire à une session.
    Inscrire,
    /// Constater l'évaluation.
    Evaluer,
    /// Titre obtenu.
    ObtenirTitre,
    /// Réussite partielle.
    ReussirPartiellement,
    /// Échec.
    Echouer,
    /// Absence justifiée.
    ConstaterAbsenceJustifiee,
    /// Absence.
    ConstaterAbsence,
    /// Fraude.
    SignalerFraude,
    /// Se représenter, dans le délai.
    SeRepresenter,
    /// Suivre une nouvelle formation.
    SuivreNouvelleFormation,
    /// Expirer.
    Expirer,
    /// Constater ce que défait le retrait d'une décision.
    ConstaterRetrait,
}

/// Les faits que les gardes regardent ; ceux qui manquent font refuser.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FaitsInscription {
    /// Origine.
    #[serde(default)]
    pub origine: Option<Origine>,
    /// Deux mois de silence sont passés.
    #[serde(default)]
    pub silence_acquis: Option<bool>,
    /// Le candidat est prêt (voir la question `preparation`).
    #[serde(default)]
    pub prete: Option<bool>,
    /// L'accès à la session est ouvert (voir la question `acces_session`).
    #[serde(default)]
    pub acces_session: Option<bool>,
    /// Le titre est attribué par le jury.
    #[serde(default)]
    pub titre_attribue: Option<bool>,
    /// Nombre d'unités acquises.
    #[serde(default)]
    pub unites_acquises: Option<u32>,
    /// Justificatif d'absence reçu.
    #[serde(default)]
    pub justificatif: Option<bool>,
    /// Rapport de fraude signé par des témoins.
    #[serde(default)]
    pub rapport_signe: Option<bool>,
    /// La seconde chance court encore (voir `seconde_chance`).
    #[serde(default)]
    pub seconde_chance: Option<bool>,
    /// La date limite du titre est passée.
    #[serde(default)]
    pub limite_passee: Option<bool>,
}

use ActionInscription as A;
use EtatInscription as E;

/// L'état après l'action, ou le refus motivé.
pub fn transition(etat: EtatInscription, action: ActionInscription, f: &FaitsInscription) -> Result<(EtatInscription, Vec<Motif>), Refus> {
    let vae = f.origine == Some(Origine::Vae);
    let suivant = match (etat, action) {
        (E::Brouillon, A::Deposer) => E::Deposee,
        (E::Deposee | E::Complete, A::DeclarerIncomplete) if vae => E::Incomplete,
        (E::Deposee | E::Incomplete, A::DeclarerComplete) if vae => E::Complete,
        (E::Complete, A::NotifierRecevable | A::ConstaterSilence) if vae => E::Recevable,
        (E::Complete, A::NotifierNonRecevable) if vae => E::NonRecevable,
        (E::Recevable, A::Preparer) if vae => E::EnPreparation,
        (E::Deposee, A::Preparer) if f.origine.is_none() => {
            return refuser(
                "inscription.origine",
                Reference::modele(),
                "L’origine du candidat n’est pas indiquée\u{a0}: par la VAE, il faut d’abord être recevable.",
                etat,
                action,
            );
        }
        (E::Deposee, A::Preparer) if !vae => E::EnPreparation,
        (E::Deposee, A::Preparer) => {
            return refuser(
                "inscription.recevabilite",
                Reference::vae(),
                "Un candidat à la VAE prépare son dossier une fois recevable.",
                etat,
                action,
            );
        }
        (E::EnPreparation, A::DeclarerPrete) => E::Prete,
        (E::Prete, A::Inscrire) => E::Inscrite,
        (E::Inscrite, A::Evaluer) => E::Evaluee,
        (E::Evaluee, A::ObtenirTitre) => E::TitreObtenu,
        (E::Evaluee, A::ReussirPartiellement) => E::Partielle,
        (E::Evaluee, A::Echouer) => E::Echec,
        // Un absent n'est pas évalué : l'absence se constate aussi depuis l'inscription.
        (E::Inscrite | E::Evaluee, A::ConstaterAbsenceJustifiee) => E::AbsenceJustifiee,
        (E::Inscrite | E::Evaluee, A::ConstaterAbsence) => E::Absence,
        (E::Inscrite | E::Evaluee, A::SignalerFraude) => E::FraudeSignalee,
        (e, A::SeRepresenter | A::SuivreNouvelleFormation) if e.sans_titre() => E::EnPreparation,
        // Le livret dit ce qui reste : l'issue le suit.
        (E::TitreObtenu, A::ConstaterRetrait) if f.unites_acquises.unwrap_or(0) > 0 => E::Partielle,
        (E::TitreObtenu | E::Partielle, A::ConstaterRetrait) => E::Echec,
        (e, A::Expirer) if !matches!(e, E::TitreObtenu | E::NonRecevable | E::Expiree) => E::Expiree,
        (_, A::DeclarerIncomplete | A::DeclarerComplete | A::NotifierRecevable | A::NotifierNonRecevable | A::ConstaterSilence) if !vae => {
            return refuser("inscription.reserve_vae", Reference::vae(), "Cette action ne concerne que la VAE.", etat, action);
        }
        _ => {
            let phrase =
                format!("Une inscription à l’état {} ne permet pas l’action {}.", guillemets(etat.libelle()), guillemets(action.libelle()));
            return refuser("inscription.transition_interdite", Reference::modele(), &phrase, etat, action);
        }
    };
    if let Some((regle, reference, phrase)) = garde(etat, action, f) {
        return refuser(regle, reference, phrase, etat, action);
    }
    let phrase = format!("L’inscription passe de {} à {}.", guillemets(etat.libelle()), guillemets(suivant.libelle()));
    Ok((
        suivant,
        vec![Motif::nouveau("inscription.transition", Reference::modele(), phrase).fait("etat", etat).fait("suivant", suivant).pour()],
    ))
}

fn refuser<T>(regle: &str, reference: Reference, phrase: &str, etat: EtatInscription, action: ActionInscription) -> Result<T, Refus> {
    Err(Refus::un(Motif::nouveau(regle, reference, phrase).fait("etat", etat).fait("action", action)))
}

/// La garde qui refuse, s'il y en a une.
fn garde(etat: EtatInscription, action: ActionInscription, f: &FaitsInscription) -> Option<(&'static str, Reference, &'static str)> {
    let oui = |fait: Option<bool>| fait == Some(true);
    let unites = f.unites_acquises.unwrap_or(0);
    let (vrai, regle, reference, phrase) = match action {
        A::ConstaterSilence => (oui(f.silence_acquis), "inscription.silence", Reference::vae(), "Le délai de silence n’est pas écoulé."),
        A::DeclarerPrete => (
            oui(f.prete),
            "inscription.prete",
            Reference::delivrance(),
            "Le dossier n’est pas prêt\u{a0}: dossier professionnel, ECF ou période en entreprise.",
        ),
        A::Inscrire => (
            oui(f.acces_session),
            "inscription.acces_session",
            Reference::sessions(),
            "L’accès à cette session n’est pas ouvert au candidat.",
        ),
        A::ObtenirTitre => {
            (oui(f.titre_attribue), "inscription.titre_attribue", Reference::delivrance(), "Le jury n’a pas attribué le titre.")
        }
        A::ReussirPartiellement if f.titre_attribue == Some(true) => (
            false,
            "inscription.titre_attribue",
            Reference::delivrance(),
            "Le titre est attribué\u{a0}: ce n’est pas une réussite partielle.",
        ),
        A::ReussirPartiellement => {
            (unites > 0, "inscription.unite_acquise", Reference::delivrance(), "Une réussite partielle suppose au moins une unité acquise.")
        }
        A::Echouer => (
            unites == 0 && f.titre_attribue != Some(true),
            "inscription.aucune_unite",
            Reference::delivrance(),
            "Une unité est acquise\u{a0}: c’est une réussite partielle, pas un échec.",
        ),
        A::ConstaterAbsenceJustifiee => {
            (oui(f.justificatif), "inscription.justificatif", Reference::sessions(), "Une absence justifiée demande un justificatif.")
        }
        A::SignalerFraude => (
            oui(f.rapport_signe),
            "inscription.rapport_de_fraude",
            Reference::sessions(),
            "Une fraude se signale par un rapport signé par des témoins.",
        ),
        // L'horloge ne vise que les candidats issus de la formation.
        A::SeRepresenter => (
            oui(f.seconde_chance) || f.origine.is_some_and(|o| o != Origine::Formation),
            "inscription.seconde_chance",
            Reference::delivrance(),
            if f.seconde_chance.is_some() {
                "Le droit de se représenter sans nouvelle formation a pris fin."
            } else {
                "Le droit de se représenter sans nouvelle formation n’est pas établi."
            },
        ),
        A::Expirer => (
            oui(f.limite_passee),
            "inscription.limite",
            Reference::delivrance(),
            "La date limite n’est pas passée\u{a0}: l’inscription n’expire pas.",
        ),
        A::ConstaterRetrait if etat == E::TitreObtenu => (
            f.titre_attribue == Some(false) && f.unites_acquises.is_some(),
            "inscription.titre_retire",
            Reference::sessions(),
            "Le titre est encore détenu\u{a0}: aucun retrait ne le défait.",
        ),
        A::ConstaterRetrait => (
            f.unites_acquises == Some(0),
            "inscription.unites_retirees",
            Reference::sessions(),
            "Une unité reste acquise\u{a0}: la réussite partielle demeure.",
        ),
        _ => return None,
    };
    (!vrai).then_some((regle, reference, phrase))
}

impl EtatInscription {
    /// Tous, dans l'ordre du parcours.
    pub const TOUS: [Self; 17] = [
        Self::Brouillon,
        Self::Deposee,
        Self::Incomplete,
        Self::Complete,
        Self::Recevable,
        Self::NonRecevable,
        Self::EnPreparation,
        Self::Prete,
        Self::Inscrite,
        Self::Evaluee,
        Self::TitreObtenu,
        Self::Partielle,
        Self::Echec,
        Self::AbsenceJustifiee,
        Self::Absence,
        Self::FraudeSignalee,
        Self::Expiree,
    ];

    /// Issue sans titre, d'où l'on peut se représenter.
    pub fn sans_titre(self) -> bool {
        matches!(self, Self::Partielle | Self::Echec | Self::AbsenceJustifiee | Self::Absence | Self::FraudeSignalee)
    }

    /// Libellé français.
    pub fn libelle(self) -> &'static str {
        match self {
            Self::Brouillon => "brouillon",
            Self::Deposee => "déposée",
            Self::Incomplete => "incomplète",
            Self::Complete => "complète",
            Self::Recevable => "recevable",
            Self::NonRecevable => "non recevable",
            Self::EnPreparation => "en préparation",
            Self::Prete => "prête",
            Self::Inscrite => "inscrite",
            Self::Evaluee => "évaluée",
            Self::TitreObtenu => "titre obtenu",
            Self::Partielle => "réussite partielle",
            Self::Echec => "échec",
            Self::AbsenceJustifiee => "absence justifiée",
            Self::Absence => "absence",
            Self::FraudeSignalee => "fraude signalée",
            Self::Expiree => "expirée",
        }
    }
}

impl ActionInscription {
    /// Libellé français.
    pub fn libelle(self) -> &'static str {
        match self {
            Self::Deposer => "déposer",
            Self::DeclarerIncomplete => "déclarer incomplète",
            Self::DeclarerComplete => "déclarer complète",
            Self::NotifierRecevable => "notifier la recevabilité",
            Self::NotifierNonRecevable => "notifier la non-recevabilité",
            Self::ConstaterSilence => "constater le silence",
            Self::Preparer => "commencer la préparation",
            Self::DeclarerPrete => "déclarer prête",
            Self::Inscrire => "inscrire à une session",
            Self::Evaluer => "évaluer",
            Self::ObtenirTitre => "obtenir le titre",
            Self::ReussirPartiellement => "réussir partiellement",
            Self::Echouer => "échouer",
            Self::ConstaterAbsenceJustifiee => "constater une absence justifiée",
            Self::ConstaterAbsence => "constater une absence",
            Self::SignalerFraude => "signaler une fraude",
            Self::SeRepresenter => "se représenter",
            Self::SuivreNouvelleFormation => "suivre une nouvelle formation",
            Self::Expirer => "expirer",
            Self::ConstaterRetrait => "constater un retrait",
        }
    }
}
