//! The steps of a session, each guarded by the rules.

use std::collections::BTreeSet;

use certification_regles::{
    Motif,
    agrement::{SessionACouvrir, agrement_couvre},
    inscription::{ActionInscription, FaitsInscription},
    motif::Reference,
    session::{ActionSession, EtatSession, FaitsSession, transition},
};
use sea_orm::{IntoActiveModel, entity::prelude::*};
use serde::{Deserialize, Serialize};
use socle::{Contexte, Erreur, Permission, Resultat, identifiant::SessionExamenId, journal::Action};

use super::{Dans, Passage, Presence, Session, acces, code, convocation, depot, jury, phrases, prendre, presence, table};
use crate::{centre, document, pv};

/// Makes a session take a step.
#[derive(Clone, Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Agir {
    /// `declarer`, `convoquer`, `ouvrir`, `constater_quorum_non_atteint`, `deliberer`, `transmettre`,
    /// `valider`, `notifier`, `archiver` or `annuler`. The minutes are signed by their own operation.
    #[schema(value_type = String)]
    pub action: ActionSession,
    /// Number given to the minutes, to validate them.
    pub numero: Option<String>,
    /// Why the session is cancelled.
    pub motif: Option<String>,
}

/// A step that the state of the session allows, and what its guards answer now.
#[derive(Clone, Debug)]
pub struct Possible {
    pub action: ActionSession,
    pub permise: bool,
    pub motifs: Vec<Motif>,
}

/// The actions somebody of the centre takes.
const ACTIONS: [ActionSession; 10] = [
    ActionSession::Declarer,
    ActionSession::Convoquer,
    ActionSession::Ouvrir,
    ActionSession::ConstaterQuorumNonAtteint,
    ActionSession::Deliberer,
    ActionSession::Transmettre,
    ActionSession::Valider,
    ActionSession::Notifier,
    ActionSession::Archiver,
    ActionSession::Annuler,
];

/// What the approvals of the centre say of this session.
pub(super) async fn agrement(cx: &Contexte, d: &Dans) -> Resultat<certification_regles::Reponse<Vec<chrono::NaiveDate>>> {
    let site = d.session.lieu_id.to_string();
    let mut agrements = centre::faits(cx, d.session.structure_id).await?;
    let lieux = depot::lieux(cx, d.session.structure_id).await?;
    let nom = lieux.iter().find(|l| l.id == d.session.lieu_id).map_or_else(String::new, |l| l.nom.clone());
    // The rules name the site in their sentences: its name, not its id.
    for a in &mut agrements {
        if a.site == site {
            a.site.clone_from(&nom);
        }
    }
    let s = SessionACouvrir {
        session: d.genre()?,
        ccs: d.session.ccs.as_deref(),
        site: &nom,
        jours: &d.jours,
        declaree_le: Some(jury::declaree(cx, d)),
    };
    Ok(agrement_couvre(d.version, &agrements, &s, cx.aujourd_hui()))
}

async fn faits(cx: &Contexte, d: &Dans, passages: &[Passage], a: &Agir) -> Resultat<FaitsSession> {
    let prevu = jury::examen(cx, d, passages, false).await?;
    let presents = jury::examen(cx, d, passages, true).await?;
    // To deliberate, the members of the whole session count; the quorum of each candidate is checked with their decision.
    let de_la_session = presents.reponse.resultat.jours.iter().flat_map(|j| &j.membres).collect::<BTreeSet<_>>().len();
    let jour = if d.jours.contains(&cx.aujourd_hui()) { cx.aujourd_hui() } else { d.session.premier_jour };
    let du_jour = presents.reponse.resultat.jours.iter().find(|j| j.jour == jour).map_or(0, |j| j.membres.len());
    let siegent = if d.etat()? == EtatSession::Ouverte { de_la_session } else { du_jour };
    let texte = |t: &Option<String>| t.as_deref().map(str::trim).filter(|t| !t.is_empty()).map(str::to_owned);
    Ok(FaitsSession {
        agrement_couvre: Some(agrement(cx, d).await?.favorable),
        jures_habilites: Some(prevu.membres_chaque_jour()),
        jures_presents: u32::try_from(siegent).ok(),
        candidats: u32::try_from(passages.len()).ok(),
        convoquee_le: Some(d.session.convoquee_le.unwrap_or_else(|| cx.aujourd_hui())),
        premier_jour: Some(d.session.premier_jour),
        numero: texte(&a.numero),
        motif: texte(&a.motif),
        ..Default::default()
    })
}

/// Why an act of the day is not for today yet.
fn avant_le_jour(cx: &Contexte, d: &Dans, action: ActionSession) -> Option<Motif> {
    let du_jour = matches!(action, ActionSession::Ouvrir | ActionSession::ConstaterQuorumNonAtteint);
    (du_jour && cx.aujourd_hui() < d.session.premier_jour).then(|| {
        let jour = certification_regles::dates::en_francais(d.session.premier_jour);
        Motif::nouveau("session.jour", Reference::sessions(), format!("La session commence le {jour} : elle ne s’ouvre pas avant."))
            .contre()
    })
}

/// The steps that can follow, each with its reasons.
pub async fn possibles(cx: &Contexte, d: &Dans, passages: &[Passage]) -> Resultat<Vec<Possible>> {
    let mut v = vec![];
    // What is typed with the act is taken as given: the form asks for it.
    let a = Agir { action: ActionSession::Declarer, numero: Some("1".into()), motif: Some("motif".into()) };
    let f = faits(cx, d, passages, &a).await?;
    for action in ACTIONS {
        let trop_tot = avant_le_jour(cx, d, action);
        match transition(d.version, d.etat()?, action, &f, cx.aujourd_hui()) {
            Err(r) if r.motifs.iter().any(|m| m.regle == "session.transition_interdite") => {}
            // That nobody came is not to be said before anybody could.
            _ if trop_tot.is_some() && action == ActionSession::ConstaterQuorumNonAtteint => {}
            Ok((_, motifs)) => {
                v.push(Possible { action, permise: trop_tot.is_none(), motifs: trop_tot.into_iter().chain(motifs).collect() });
            }
            Err(r) => v.push(Possible { action, permise: false, motifs: trop_tot.into_iter().chain(r.motifs).collect() }),
        }
    }
    Ok(v)
}

/// Makes a session take a step, with all that follows from it.
///
/// # Errors
/// `Conflit` with every reason when a guard refuses.
pub async fn agir(cx: &Contexte, id: SessionExamenId, a: Agir) -> Resultat<Session> {
    let d = prendre(cx, id, Permission::CertificationGerer).await?;
    if matches!(a.action, ActionSession::SignerPv | ActionSession::ModifierPv) {
        return Err(Erreur::champ("action", "Le procès-verbal se signe par chacun de ses membres, et ne se modifie pas."));
    }
    for (champ, v, max) in [("numero", &a.numero, 80), ("motif", &a.motif, 500)] {
        let mut c = socle::controle::Controle::new();
        c.texte(champ, v.as_deref(), max);
        c.finir()?;
    }
    let passages = super::passages(cx, id).await?;
    let f = faits(cx, &d, &passages, &a).await?;
    let (suivant, _) = transition(d.version, d.etat()?, a.action, &f, cx.aujourd_hui()).map_err(|r| Erreur::Conflit(phrases(&r.motifs)))?;
    if let Some(m) = avant_le_jour(cx, &d, a.action) {
        return Err(Erreur::Conflit(m.phrase));
    }
    let mut s = Session { etat: code(suivant), ..d.session.clone() };
    match a.action {
        ActionSession::Declarer => s.declaree_le = Some(cx.aujourd_hui()),
        ActionSession::Convoquer => {
            s.convoquee_le = Some(cx.aujourd_hui());
            convocation::envoyer(cx, &d, &passages).await?;
        }
        ActionSession::Deliberer => deliberer(cx, &passages).await?,
        ActionSession::Annuler => {
            s.motif_annulation = f.motif.clone();
            let pourquoi = format!("Elle est annulée : {}.", f.motif.as_deref().unwrap_or_default().trim_end_matches('.'));
            liberer(cx, &d, &passages, "La session est annulée.", &pourquoi).await?;
        }
        ActionSession::ConstaterQuorumNonAtteint => {
            let pourquoi = "Le quorum n’était pas atteint à l’ouverture de la session.";
            liberer(cx, &d, &passages, pourquoi, pourquoi).await?;
        }
        ActionSession::Transmettre => pv::suivre(cx, &d, pv::Etape::Transmis, None).await?,
        ActionSession::Valider => pv::suivre(cx, &d, pv::Etape::Valide, f.numero.clone()).await?,
        ActionSession::Notifier => pv::suivre(cx, &d, pv::Etape::Notifie, None).await?,
        _ => {}
    }
    poser(cx, s.clone(), suivant).await?;
    cx.journaliser(Action::Modification, "session_examen", id.0, s.structure_id, &["etat"]).await?;
    Ok(s)
}

/// Writes the state of a session.
pub(crate) async fn poser(cx: &Contexte, s: Session, etat: EtatSession) -> Resultat<()> {
    let s = Session { etat: code(etat), ..s };
    table::session_examen::Entity::update(s.into_active_model().reset_all()).exec(&cx.db()).await?;
    Ok(())
}

/// The jury withdraws to deliberate: it is known who came, and who came is evaluated.
async fn deliberer(cx: &Contexte, passages: &[Passage]) -> Resultat<()> {
    if !presence::tous_connus(passages) {
        return Err(Erreur::Conflit("Indiquez d’abord, pour chaque candidat, s’il est venu.".into()));
    }
    for p in passages.iter().filter(|p| p.presence == Presence::Present) {
        let Some(c) = depot::candidature(cx, p.candidature_id).await? else { continue };
        // A fraud reported has already closed this enrolment.
        if c.etat == "inscrite" {
            acces::avancer(cx, &c, ActionInscription::Evaluer, &FaitsInscription::default()).await?;
        }
    }
    Ok(())
}

/// A session that is not held: each candidate may be registered elsewhere that day, its papers are withdrawn, and
/// who was invited is told.
async fn liberer(cx: &Contexte, d: &Dans, passages: &[Passage], pourquoi: &str, dit: &str) -> Resultat<()> {
    document::retrait::passage_defait(cx, d.session.id, None, &format!("Session qui n’a pas eu lieu. {dit}")).await?;
    convocation::decommander(cx, d, passages, dit).await?;
    for p in passages {
        if let Some(c) = depot::candidature(cx, p.candidature_id).await? {
            acces::rendre_prete(cx, &c, pourquoi).await?;
        }
        super::ecrire_passage(cx, Passage { actif: false, ..p.clone() }).await?;
    }
    Ok(())
}
