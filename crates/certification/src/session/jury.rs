//! The jury of a session: who may sit, who may not and why, which jury would do. Nothing of it is stored but
//! who is named: it is computed anew at each reading, so that a day, a juror or a candidate that changes shows
//! at once.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use certification_regles::{
    Motif, Reponse,
    jury::{CandidatSession, ExamenJury as ExamenRegles, Habilitation, Jure as JureRegles, Lien, Pratique, SessionJury, examiner},
    session::EtatSession,
};
use sea_orm::{ActiveValue::Set, QueryOrder, SqlErr, entity::prelude::*};
use serde::{Deserialize, Serialize};
use socle::{
    Contexte, Erreur, Permission, Resultat,
    identifiant::{CandidatId, JureId, SessionExamenId},
    journal::Action,
    texte::plier,
};

use super::{Dans, Membre, Passage, depot, liens, prendre, table};
use crate::jure::{self, Jure};

/// Names the jury of a session.
#[derive(Clone, Debug, Default, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Composer {
    /// All its members; those left out no longer sit.
    pub membres: Vec<JureId>,
    /// Who presides, among them.
    pub preside: Option<JureId>,
}

/// A juror of the register for this session, and why not.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct Propose {
    pub jure: JureId,
    pub nom: String,
    /// Part of the jury proposed.
    pub retenu: bool,
    /// Whether they may sit on every day.
    pub eligible: bool,
    /// Why not, or for which candidate not.
    pub raisons: Vec<String>,
}

/// A jury that would do.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct Proposition {
    /// Whether the jury proposed meets every rule.
    pub valable: bool,
    pub jures: Vec<Propose>,
    /// What is missing when it does not.
    pub manques: Vec<String>,
}

/// The jury named, examined by the rules.
#[derive(Clone, Debug)]
pub struct ExamenJury {
    pub reponse: Reponse<ExamenRegles>,
    /// Names by id, for the sentences.
    pub noms: HashMap<String, String>,
    /// The ties found in the files, in words.
    pub deduits: Vec<(JureId, String)>,
}

impl ExamenJury {
    /// A sentence of the rules, with names in place of ids.
    pub fn nommer(&self, phrase: &str) -> String {
        nommer(phrase, &self.noms)
    }

    /// The members who may deliberate on this candidate.
    pub fn membres_pour(&self, c: CandidatId) -> Vec<JureId> {
        let c = c.to_string();
        self.reponse.resultat.candidats.iter().filter(|q| q.candidat == c).flat_map(|q| &q.membres).filter_map(|m| m.parse().ok()).collect()
    }

    /// Whether enough members may deliberate on this candidate.
    pub fn quorum(&self, c: CandidatId) -> bool {
        let c = c.to_string();
        self.reponse.resultat.candidats.iter().any(|q| q.candidat == c && q.quorum)
    }

    /// The fewest members who may sit, over the days.
    pub fn membres_chaque_jour(&self) -> u32 {
        self.reponse.resultat.jours.iter().map(|j| u32::try_from(j.membres.len()).unwrap_or(u32::MAX)).min().unwrap_or(0)
    }
}

fn nommer(phrase: &str, noms: &HashMap<String, String>) -> String {
    noms.iter().fold(phrase.to_owned(), |p, (id, nom)| if p.contains(id.as_str()) { p.replace(id, nom) } else { p })
}

/// The members named, in the order of ids.
pub async fn membres(cx: &Contexte, id: SessionExamenId) -> Resultat<Vec<Membre>> {
    Ok(table::session_jure::Entity::find()
        .filter(table::session_jure::Column::SessionId.eq(id))
        .order_by_asc(table::session_jure::Column::JureId)
        .all(&cx.db())
        .await?)
}

/// What the rules look at of these jurors: habilitations, practice, ties declared or evident.
struct Faits {
    jures: Vec<JureRegles>,
    candidats: Vec<CandidatSession>,
    noms: HashMap<String, String>,
    /// The ties that nobody declared, in words.
    deduits: Vec<(JureId, String)>,
}

async fn faits(cx: &Contexte, d: &Dans, jures: &[Jure], passages: &[Passage]) -> Resultat<Faits> {
    let ids: Vec<JureId> = jures.iter().map(|j| j.id).collect();
    let habilitations =
        jure::table::habilitation::Entity::find().filter(jure::table::habilitation::Column::JureId.is_in(ids)).all(&cx.db()).await?;
    let liens = liens::connus(cx, d, jures, passages).await?;
    let ids: Vec<CandidatId> = passages.iter().map(|p| p.candidat_id).collect();
    let mut noms: HashMap<String, String> = depot::candidats(cx, &ids).await?.iter().map(|c| (c.id.to_string(), c.nom_complet())).collect();
    let jures = jures
        .iter()
        .map(|j| {
            noms.insert(j.id.to_string(), j.nom_complet());
            JureRegles {
                id: j.id.to_string(),
                habilitations: habilitations
                    .iter()
                    .filter(|h| h.jure_id == j.id)
                    .map(|h| Habilitation { version: h.version_code.clone(), debut: h.debut, fin: h.fin, retiree_le: h.retiree_le })
                    .collect(),
                pratique: j
                    .pratique_annees
                    .and_then(|n| u32::try_from(n).ok())
                    .map(|annees| Pratique { annees, quitte_le: j.pratique_quittee_le }),
                liens: liens
                    .iter()
                    .filter(|l| l.jure == j.id)
                    .map(|l| Lien { candidat: l.candidat.to_string(), nature: l.nature.into() })
                    .collect(),
                presences: None,
            }
        })
        .collect();
    let candidats = passages.iter().map(|p| CandidatSession { id: p.candidat_id.to_string(), jours: Some(vec![p.jour]) }).collect();
    let deduits = liens.into_iter().filter_map(|l| Some((l.jure, l.deduit?))).collect();
    Ok(Faits { jures, candidats, noms, deduits })
}

async fn jures_de(cx: &Contexte, ids: Vec<JureId>) -> Resultat<Vec<Jure>> {
    Ok(jure::table::jure::Entity::find()
        .filter(jure::table::jure::Column::Id.is_in(ids))
        .order_by_asc(jure::table::jure::Column::Id)
        .all(&cx.db())
        .await?)
}

/// Examines the jury named. With `presents`, those who came alone count, day by day.
pub async fn examen(cx: &Contexte, d: &Dans, passages: &[Passage], presents: bool) -> Resultat<ExamenJury> {
    let m = membres(cx, d.session.id).await?;
    let jures = jures_de(cx, m.iter().map(|m| m.jure_id).collect()).await?;
    let mut f = faits(cx, d, &jures, passages).await?;
    if presents {
        let lignes = table::presence_jure::Entity::find()
            .filter(table::presence_jure::Column::SessionId.eq(d.session.id))
            .filter(table::presence_jure::Column::Present.eq(true))
            .all(&cx.db())
            .await?;
        for j in &mut f.jures {
            j.presences = Some(lignes.iter().filter(|l| l.jure_id.to_string() == j.id).map(|l| l.jour).collect());
        }
    }
    let s = SessionJury { jours: &d.jours, jures: &f.jures, candidats: &f.candidats, declaree_le: Some(declaree(cx, d)) };
    Ok(ExamenJury { reponse: examiner(d.version, &s, cx.aujourd_hui()), noms: f.noms, deduits: f.deduits })
}

/// The day the session was declared; until then, today: what the declaration would be.
pub(super) fn declaree(cx: &Contexte, d: &Dans) -> chrono::NaiveDate {
    d.session.declaree_le.unwrap_or_else(|| cx.aujourd_hui())
}

/// Proposes a jury that meets the rules, with the reason of each exclusion.
pub async fn proposer(cx: &Contexte, d: &Dans) -> Resultat<Proposition> {
    let jures: Vec<Jure> = jure::table::jure::Entity::find()
        .filter(jure::table::jure::Column::StructureId.eq(d.session.structure_id))
        .filter(jure::table::jure::Column::Actif.eq(true))
        .order_by_asc(jure::table::jure::Column::Id)
        .all(&cx.db())
        .await?;
    let passages = super::passages(cx, d.session.id).await?;
    let f = faits(cx, d, &jures, &passages).await?;
    let juger = |jures: &[JureRegles]| {
        examiner(
            d.version,
            &SessionJury { jours: &d.jours, jures, candidats: &f.candidats, declaree_le: Some(declaree(cx, d)) },
            cx.aujourd_hui(),
        )
    };
    let tous = juger(&f.jures);
    let mut raisons: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    let mut ecartes = BTreeSet::new();
    for e in &tous.resultat.exclusions {
        raisons.entry(&e.jure).or_default().push(nommer(&e.phrase, &f.noms));
        if e.candidat.is_none() {
            ecartes.insert(e.jure.as_str());
        }
    }
    for (jure, phrase) in &f.deduits {
        if let Some(j) = f.jures.iter().find(|j| j.id == jure.to_string()) {
            raisons.entry(&j.id).or_default().push(phrase.clone());
        }
    }
    // The fewest ties first, then one by one until nothing is missing.
    let mut libres: Vec<&JureRegles> = f.jures.iter().filter(|j| !ecartes.contains(j.id.as_str())).collect();
    libres.sort_by_key(|j| (raisons.get(j.id.as_str()).map_or(0, Vec::len), j.id.clone()));
    let mut retenus: Vec<JureRegles> = vec![];
    let mut reste = manques(&juger(&retenus));
    for j in libres {
        if reste == 0 {
            break;
        }
        let mut essai = retenus.clone();
        essai.push(j.clone());
        let apres = manques(&juger(&essai));
        if apres < reste {
            (retenus, reste) = (essai, apres);
        }
    }
    let fin = juger(&retenus);
    let manquent = fin.motifs.iter().filter(|m| m.sens == certification_regles::motif::Sens::Defavorable);
    let proposes = jures.iter().map(|j| {
        let id = j.id.to_string();
        Propose {
            jure: j.id,
            nom: j.nom_complet(),
            retenu: retenus.iter().any(|r| r.id == id),
            eligible: !ecartes.contains(id.as_str()),
            raisons: raisons.get(id.as_str()).cloned().unwrap_or_default(),
        }
    });
    let mut proposes: Vec<Propose> = proposes.collect();
    proposes.sort_by_key(|p| (!p.retenu, !p.eligible, plier(&p.nom)));
    Ok(Proposition { valable: fin.favorable, jures: proposes, manques: manquent.map(|m: &Motif| nommer(&m.phrase, &f.noms)).collect() })
}

/// How many members are missing over days and candidates; two are never far, so that each step counts.
fn manques(r: &Reponse<ExamenRegles>) -> usize {
    let seuil = |n: usize, atteint: bool| if atteint { 0 } else { 100_usize.saturating_sub(n) };
    r.resultat.jours.iter().map(|j| seuil(j.membres.len(), j.suffisant)).sum::<usize>()
        + r.resultat.candidats.iter().map(|c| seuil(c.membres.len(), c.quorum)).sum::<usize>()
}

/// Names the jury; until the session opens.
///
/// # Errors
/// `Conflit` when a juror is named twice or the session is open, `Invalide` when one is not of the register.
pub async fn composer(cx: &Contexte, id: SessionExamenId, c: Composer) -> Resultat<()> {
    let d = prendre(cx, id, Permission::CertificationGerer).await?;
    if !matches!(d.etat()?, EtatSession::Prevue | EtatSession::Declaree | EtatSession::Convoquee) {
        return Err(Erreur::Conflit("La session est ouverte ou finie : son jury ne change plus.".into()));
    }
    let connus = jures_de(cx, c.membres.clone()).await?;
    let du_centre = |j: &JureId| connus.iter().any(|x| x.id == *j && x.structure_id == d.session.structure_id);
    if !c.membres.iter().all(du_centre) {
        return Err(Erreur::champ("membres", "Choisissez des membres du registre de votre centre."));
    }
    if c.preside.is_some_and(|p| !c.membres.contains(&p)) {
        return Err(Erreur::champ("preside", "La présidence se choisit parmi les membres du jury."));
    }
    table::session_jure::Entity::delete_many().filter(table::session_jure::Column::SessionId.eq(id)).exec(&cx.db()).await?;
    if !c.membres.is_empty() {
        let lignes = c.membres.iter().map(|j| table::session_jure::ActiveModel {
            session_id: Set(id),
            jure_id: Set(*j),
            preside: Set(c.preside == Some(*j)),
        });
        table::session_jure::Entity::insert_many(lignes).exec_without_returning(&cx.db()).await.map_err(|e| match e.sql_err() {
            Some(SqlErr::UniqueConstraintViolation(_)) => {
                Erreur::Conflit("Le même membre figure deux fois dans ce jury : retirez-en un.".into())
            }
            _ => e.into(),
        })?;
    }
    cx.journaliser(Action::Modification, "session_examen", id.0, d.session.structure_id, &["jury"]).await
}
