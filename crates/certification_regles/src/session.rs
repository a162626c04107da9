//! L'automate d'une session : prévue → déclarée → convoquée → ouverte → en délibération → PV signé
//! → transmise → validée → notifiée → archivée ; et aussi annulée, quorum non atteint.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::motif::{Motif, NBSP, Reference, Refus, compte, guillemets, liste};
use crate::referentiel::Version;

/// L'état.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EtatSession {
    /// Prévue.
    Prevue,
    /// Déclarée au représentant territorial.
    Declaree,
    /// Candidats et jurés convoqués.
    Convoquee,
    /// Ouverte.
    Ouverte,
    /// Le jury délibère.
    EnDeliberation,
    /// PV signé par tous les membres présents.
    PvSigne,
    /// PV transmis.
    Transmise,
    /// PV validé et numéroté.
    Validee,
    /// Candidats informés.
    Notifiee,
    /// Archivée.
    Archivee,
    /// Annulée.
    Annulee,
    /// Quorum non atteint à l'ouverture.
    QuorumNonAtteint,
}

/// L'action.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ActionSession {
    /// Déclarer.
    Declarer,
    /// Convoquer.
    Convoquer,
    /// Ouvrir.
    Ouvrir,
    /// Constater que le quorum n'est pas atteint.
    ConstaterQuorumNonAtteint,
    /// Passer en délibération.
    Deliberer,
    /// Signer le PV.
    SignerPv,
    /// Transmettre.
    Transmettre,
    /// Valider avec un numéro.
    Valider,
    /// Notifier.
    Notifier,
    /// Archiver.
    Archiver,
    /// Annuler.
    Annuler,
    /// Modifier le PV.
    ModifierPv,
}

/// Les faits que les gardes regardent ; ceux qui manquent font refuser.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FaitsSession {
    /// L'agrément couvre dates, site et version.
    #[serde(default)]
    pub agrement_couvre: Option<bool>,
    /// Jurés habilités prévus, chaque jour au moins.
    #[serde(default)]
    pub jures_habilites: Option<u32>,
    /// Jurés habilités présents.
    #[serde(default)]
    pub jures_presents: Option<u32>,
    /// Nombre de candidats convoqués.
    #[serde(default)]
    pub candidats: Option<u32>,
    /// Jour de convocation.
    #[serde(default)]
    pub convoquee_le: Option<NaiveDate>,
    /// Premier jour de la session.
    #[serde(default)]
    pub premier_jour: Option<NaiveDate>,
    /// Membres présents, qui doivent tous signer.
    #[serde(default)]
    pub membres_presents: Option<BTreeSet<String>>,
    /// Signataires du PV.
    #[serde(default)]
    pub signataires: Option<BTreeSet<String>>,
    /// Candidats sans décision.
    #[serde(default)]
    pub candidats_sans_decision: Option<u32>,
    /// Numéro du PV.
    #[serde(default)]
    pub numero: Option<String>,
    /// Motif d'annulation.
    #[serde(default)]
    pub motif: Option<String>,
}

use ActionSession as A;
use EtatSession as E;

/// L'état après l'action, ou le refus motivé.
pub fn transition(
    version: &Version,
    etat: EtatSession,
    action: ActionSession,
    f: &FaitsSession,
    date: NaiveDate,
) -> Result<(EtatSession, Vec<Motif>), Refus> {
    let suivant = match (etat, action) {
        (E::Prevue, A::Declarer) => E::Declaree,
        (E::Declaree, A::Convoquer) => E::Convoquee,
        (E::Convoquee, A::Ouvrir) => E::Ouverte,
        (E::Convoquee, A::ConstaterQuorumNonAtteint) => E::QuorumNonAtteint,
        (E::Ouverte, A::Deliberer) => E::EnDeliberation,
        (E::EnDeliberation, A::SignerPv) => E::PvSigne,
        (E::PvSigne, A::Transmettre) => E::Transmise,
        (E::Transmise, A::Valider) => E::Validee,
        (E::Validee, A::Notifier) => E::Notifiee,
        (E::Notifiee, A::Archiver) => E::Archivee,
        (E::Prevue | E::Declaree | E::Convoquee | E::Ouverte | E::EnDeliberation, A::Annuler) => E::Annulee,
        (E::EnDeliberation, A::ModifierPv) => E::EnDeliberation,
        (_, A::ModifierPv) if etat.pv_signe() => {
            let phrase = "Le procès-verbal est signé\u{a0}: il ne se modifie plus. Une erreur se corrige par une nouvelle décision.";
            return Err(Refus::un(Motif::nouveau("session.pv_fige", Reference::sessions(), phrase).fait("etat", etat)));
        }
        _ => {
            let phrase =
                format!("Une session à l’état {} ne permet pas l’action {}.", guillemets(etat.libelle()), guillemets(action.libelle()));
            return Err(Refus::un(
                Motif::nouveau("session.transition_interdite", Reference::modele(), phrase).fait("etat", etat).fait("action", action),
            ));
        }
    };
    let mut motifs = Vec::new();
    let mut manques = Vec::new();
    gardes(version, action, f, date, &mut motifs, &mut manques);
    if !manques.is_empty() {
        return Err(Refus { motifs: manques });
    }
    let phrase = format!("La session passe de {} à {}.", guillemets(etat.libelle()), guillemets(suivant.libelle()));
    motifs.push(Motif::nouveau("session.transition", Reference::modele(), phrase).fait("etat", etat).fait("suivant", suivant).pour());
    Ok((suivant, motifs))
}

fn gardes(version: &Version, action: ActionSession, f: &FaitsSession, date: NaiveDate, motifs: &mut Vec<Motif>, manques: &mut Vec<Motif>) {
    let mut exiger = |vrai: bool, motif: Motif| if vrai { motifs.push(motif.pour()) } else { manques.push(motif.contre()) };
    let membres = version.regle("jury.membres_min", date);
    match action {
        A::Declarer => {
            let couvre = f.agrement_couvre == Some(true);
            let phrase = if couvre {
                "L’agrément couvre les dates, le site et la version."
            } else {
                "L’agrément ne couvre pas les dates, le site ou la version."
            };
            exiger(couvre, Motif::nouveau("session.agrement", Reference::agrement(), phrase).fait("agrement_couvre", f.agrement_couvre));
            let n = f.jures_habilites.unwrap_or(0);
            let phrase = format!("{}{NBSP}; il en faut {}.", compte(n, "juré habilité prévu", "jurés habilités prévus"), membres.valeur);
            exiger(n >= membres.valeur, membres.motif("session.jures_habilites", phrase).fait("jures_habilites", n));
        }
        A::Convoquer => {
            let n = f.candidats.unwrap_or(0);
            exiger(
                n > 0,
                Motif::nouveau("session.candidats", Reference::modele(), format!("{} à convoquer.", compte(n, "candidat", "candidats")))
                    .fait("candidats", n),
            );
            if let (Some(delai), Some(le), Some(jour)) =
                (version.regle_facultative("session.convocation_jours", date), f.convoquee_le, f.premier_jour)
            {
                let jours = (jour - le).num_days();
                let phrase = format!("La convocation part {jours} jours avant la session{NBSP}; le délai est de {} jours.", delai.valeur);
                exiger(jours >= i64::from(delai.valeur), delai.motif("session.delai_convocation", phrase).fait("jours", jours));
            }
        }
        A::Ouvrir => {
            let n = f.jures_presents.unwrap_or(0);
            let phrase = presents(n, membres.valeur);
            exiger(n >= membres.valeur, membres.motif("session.quorum", phrase).fait("jures_presents", n));
        }
        A::ConstaterQuorumNonAtteint => {
            let phrase = match f.jures_presents {
                Some(n) => presents(n, membres.valeur),
                None => "Les jurés présents ne sont pas indiqués.".to_owned(),
            };
            let manque = f.jures_presents.is_some_and(|n| n < membres.valeur);
            exiger(manque, membres.motif("session.quorum", phrase).fait("jures_presents", f.jures_presents));
        }
        A::Deliberer => {
            let n = f.jures_presents.unwrap_or(0);
            let quorum = version.regle("jury.quorum_candidat", date);
            let phrase = presents(n, quorum.valeur);
            exiger(n >= quorum.valeur, quorum.motif("session.quorum", phrase).fait("jures_presents", n));
        }
        A::SignerPv => signer(version, f, date, &mut exiger),
        A::Valider => {
            let numero = f.numero.as_deref().unwrap_or("").trim();
            let phrase = if numero.is_empty() {
                "Un procès-verbal validé porte un numéro.".to_owned()
            } else {
                format!("Le procès-verbal porte le n°{NBSP}{numero}.")
            };
            exiger(!numero.is_empty(), Motif::nouveau("session.numero", Reference::sessions(), phrase).fait("numero", numero));
        }
        A::Annuler => {
            let dit = f.motif.as_deref().is_some_and(|m| !m.trim().is_empty());
            exiger(
                dit,
                Motif::nouveau("session.motif_annulation", Reference::modele(), "Une annulation dit son motif.").fait("motif", &f.motif),
            );
        }
        A::Transmettre | A::Notifier | A::Archiver | A::ModifierPv => {}
    }
}

/// « 1 juré habilité présent ; le quorum est de 2. »
fn presents(n: u32, quorum: u32) -> String {
    format!("{}{NBSP}; le quorum est de {quorum}.", compte(n, "juré habilité présent", "jurés habilités présents"))
}

/// Un PV se signe par tous les membres présents, au moins autant que le quorum, chaque candidat ayant sa décision.
fn signer(version: &Version, f: &FaitsSession, date: NaiveDate, exiger: &mut impl FnMut(bool, Motif)) {
    let phrase = match f.candidats_sans_decision {
        Some(n) => format!("{} sans décision.", compte(n, "candidat", "candidats")),
        None => "Le nombre de candidats sans décision n’est pas indiqué.".to_owned(),
    };
    exiger(
        f.candidats_sans_decision == Some(0),
        Motif::nouveau("session.decisions_completes", Reference::sessions(), phrase)
            .fait("candidats_sans_decision", f.candidats_sans_decision),
    );
    let (presents, signataires) = (f.membres_presents.clone().unwrap_or_default(), f.signataires.clone().unwrap_or_default());
    let manquent: Vec<&String> = presents.difference(&signataires).collect();
    let de_trop: Vec<&String> = signataires.difference(&presents).collect();
    let tous = !presents.is_empty() && manquent.is_empty() && de_trop.is_empty();
    let phrase = if presents.is_empty() {
        "Les membres présents ne sont pas indiqués.".to_owned()
    } else if !de_trop.is_empty() {
        format!("{} a signé sans avoir été présent.", liste(&de_trop))
    } else if tous {
        "Tous les membres présents ont signé le procès-verbal.".to_owned()
    } else {
        format!("Le procès-verbal attend la signature de {}.", liste(&manquent))
    };
    exiger(tous, Motif::nouveau("session.signatures", Reference::sessions(), phrase).fait("manquent", &manquent));
    let quorum = version.regle("jury.quorum_candidat", date);
    let n = presents.len() as u32;
    let phrase = format!("{}{NBSP}; le quorum est de {}.", compte(n, "membre présent", "membres présents"), quorum.valeur);
    exiger(n >= quorum.valeur, quorum.motif("session.quorum", phrase).fait("membres_presents", &presents));
}

impl EtatSession {
    /// Le PV est signé, donc figé.
    pub fn pv_signe(self) -> bool {
        matches!(self, Self::PvSigne | Self::Transmise | Self::Validee | Self::Notifiee | Self::Archivee)
    }

    /// Libellé français.
    pub fn libelle(self) -> &'static str {
        match self {
            Self::Prevue => "prévue",
            Self::Declaree => "déclarée",
            Self::Convoquee => "convoquée",
            Self::Ouverte => "ouverte",
            Self::EnDeliberation => "en délibération",
            Self::PvSigne => "PV signé",
            Self::Transmise => "transmise",
            Self::Validee => "validée",
            Self::Notifiee => "notifiée",
            Self::Archivee => "archivée",
            Self::Annulee => "annulée",
            Self::QuorumNonAtteint => "quorum non atteint",
        }
    }
}

impl ActionSession {
    /// Libellé français.
    pub fn libelle(self) -> &'static str {
        match self {
            Self::Declarer => "déclarer",
            Self::Convoquer => "convoquer",
            Self::Ouvrir => "ouvrir",
            Self::ConstaterQuorumNonAtteint => "constater que le quorum n’est pas atteint",
            Self::Deliberer => "délibérer",
            Self::SignerPv => "signer le PV",
            Self::Transmettre => "transmettre",
            Self::Valider => "valider",
            Self::Notifier => "notifier",
            Self::Archiver => "archiver",
            Self::Annuler => "annuler",
            Self::ModifierPv => "modifier le PV",
        }
    }
}
