//! The journal of decisions: append-only, with the labels of the référentiel as they were signed. The livret is
//! its projection; a withdrawal is one more decision, never an erasure.

mod api;
mod web;

pub use api::api;
pub use web::pages;

use std::collections::BTreeSet;

use certification_regles::{
    Catalogue, Motif, Reponse,
    acquis::Acquis,
    decision::{ActionDecision, EtatDecision, decision as transition},
    livret::{Decision, EffetRetrait, Livret, Objet, effet_du_retrait},
};
use chrono::NaiveDate;
use sea_orm::{IntoActiveModel, QueryOrder, entity::prelude::*};
use serde_json::{Value, json};
use socle::{
    Contexte, Erreur, Permission, Resultat,
    identifiant::{CandidatId, DecisionId, SessionExamenId, StructureId},
    journal::Action,
};

use crate::{
    candidature::retrait::{self, Suite},
    document::{self, Document},
    session::{Dans, code, de_code, depot, phrases},
};

mod table {
    use sea_orm::entity::prelude::*;
    use socle::identifiant::{CandidatId, DecisionId, SessionExamenId, StructureId, UtilisateurId};

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "decision")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub decision_id: DecisionId,
        pub structure_id: StructureId,
        pub candidat_id: CandidatId,
        pub session_id: Option<SessionExamenId>,
        pub jour: Date,
        pub etat: String,
        #[sea_orm(column_type = "JsonBinary")]
        pub prononce: Json,
        #[sea_orm(column_type = "JsonBinary")]
        pub libelles: Json,
        #[sea_orm(column_type = "JsonBinary")]
        pub motifs: Json,
        pub inscrite_le: DateTimeUtc,
        pub par: Option<UtilisateurId>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

pub use table::Model as Ligne;

impl Ligne {
    /// What it pronounces.
    pub fn objet(&self) -> Resultat<Objet> {
        serde_json::from_value(self.prononce.clone()).map_err(|e| Erreur::Interne(format!("decision : {e}")))
    }

    /// Its state.
    pub fn etat(&self) -> Resultat<EtatDecision> {
        de_code(&self.etat)
    }

    /// A label as it was signed: `titre`, `unite`, `version`.
    pub fn libelle(&self, nom: &str) -> &str {
        self.libelles.get(nom).and_then(Value::as_str).unwrap_or_default()
    }

    /// As the rules read it.
    fn regle(&self) -> Resultat<Decision> {
        Ok(Decision {
            id: self.decision_id.to_string(),
            date: self.jour,
            etat: self.etat()?,
            session: self.session_id.map(|s| s.to_string()),
            prononce: self.objet()?,
        })
    }
}

async fn lignes(cx: &Contexte, candidat: CandidatId) -> Resultat<Vec<Ligne>> {
    let mut l = table::Entity::find().filter(table::Column::CandidatId.eq(candidat)).all(&cx.db()).await?;
    // Inscribed in one instant, a decision is signed before it is validated.
    l.sort_by_cached_key(|x| (x.inscrite_le, x.etat().ok(), x.id));
    Ok(l)
}

/// The livret, without asking for any right.
pub(crate) async fn livret_de(cx: &Contexte, candidat: CandidatId) -> Resultat<Livret> {
    let journal = lignes(cx, candidat).await?.iter().map(Ligne::regle).collect::<Resultat<Vec<_>>>()?;
    Ok(Livret::projeter(&journal))
}

/// What was pronounced for a candidate, what is signed and not validated yet included.
pub(crate) async fn prononces(cx: &Contexte, candidat: CandidatId) -> Resultat<Acquis> {
    let mut journal = lignes(cx, candidat).await?.iter().map(Ligne::regle).collect::<Resultat<Vec<_>>>()?;
    for d in journal.iter_mut().filter(|d| d.etat == EtatDecision::Signee) {
        d.etat = EtatDecision::Validee;
    }
    Ok(Livret::projeter(&journal).acquis())
}

/// The decisions a session took for a candidate.
pub(crate) async fn de_session(cx: &Contexte, candidat: CandidatId, s: SessionExamenId) -> Resultat<BTreeSet<String>> {
    Ok(lignes(cx, candidat).await?.into_iter().filter(|l| l.session_id == Some(s)).map(|l| l.decision_id.to_string()).collect())
}

/// A candidate whose decisions this account may read: one of its centre, or itself.
async fn lisible(cx: &Contexte, candidat: CandidatId) -> Resultat<depot::Candidat> {
    let introuvable = Erreur::Introuvable("Ce candidat");
    let Some(c) = depot::candidat(cx, candidat).await? else { return Err(introuvable) };
    let sien = cx.acteur.utilisateur.is_some()
        && c.utilisateur_id == cx.acteur.utilisateur
        && cx.acteur.peut_dans(Permission::CandidatSien, c.structure_id);
    if sien {
        return Ok(c);
    }
    match cx.exiger_dans(Permission::CertificationLire, c.structure_id) {
        Ok(()) => Ok(c),
        Err(Erreur::Introuvable(_)) => Err(introuvable),
        Err(e) => Err(e),
    }
}

/// Every decision about a candidate, in the order they were inscribed; for the centre and for the candidate.
pub async fn journal(cx: &Contexte, candidat: CandidatId) -> Resultat<Vec<Ligne>> {
    lisible(cx, candidat).await?;
    lignes(cx, candidat).await
}

/// The livret of a candidate, computed from the whole journal; for the centre and for the candidate.
pub async fn livret(cx: &Contexte, candidat: CandidatId) -> Resultat<Livret> {
    lisible(cx, candidat).await?;
    livret_de(cx, candidat).await
}

/// What a decision pronounces, for one candidate.
pub(crate) struct Prononcer<'a> {
    pub decision: DecisionId,
    pub candidat: CandidatId,
    pub jour: NaiveDate,
    pub etat: EtatDecision,
    pub objets: Vec<Objet>,
    pub motifs: &'a [Motif],
}

/// Inscribes a decision of a session: one line for each thing it pronounces.
pub(crate) async fn inscrire(cx: &Contexte, d: &Dans, p: Prononcer<'_>) -> Resultat<()> {
    for o in p.objets {
        let libelles = match &o {
            Objet::Unite { unite, .. } => {
                json!({"titre": d.version.nom(), "version": d.version.version, "unite": d.version.unite(unite).map_or(unite.as_str(), |u| u.intitule.as_str())})
            }
            _ => json!({"titre": d.version.nom(), "version": d.version.version}),
        };
        ajouter(cx, d.session.structure_id, Some(d.session.id), &p.decision, p.candidat, p.jour, p.etat, &o, libelles, p.motifs).await?;
    }
    Ok(())
}

#[allow(clippy::too_many_arguments, reason = "the columns of one row")]
async fn ajouter(
    cx: &Contexte,
    structure_id: StructureId,
    session_id: Option<SessionExamenId>,
    decision_id: &DecisionId,
    candidat_id: CandidatId,
    jour: NaiveDate,
    etat: EtatDecision,
    objet: &Objet,
    libelles: Value,
    motifs: &[Motif],
) -> Resultat<()> {
    let ligne = Ligne {
        id: cx.nouvel_uuid(),
        decision_id: *decision_id,
        structure_id,
        candidat_id,
        session_id,
        jour,
        etat: code(etat),
        prononce: serde_json::to_value(objet).map_err(Erreur::interne)?,
        libelles,
        motifs: serde_json::to_value(motifs).map_err(Erreur::interne)?,
        inscrite_le: cx.maintenant,
        par: cx.acteur.utilisateur,
    };
    table::Entity::insert(ligne.into_active_model().reset_all()).exec_without_returning(&cx.db()).await?;
    Ok(())
}

/// The lines of a session in a state.
pub(crate) async fn lignes_de_session(cx: &Contexte, s: SessionExamenId, etat: EtatDecision) -> Resultat<Vec<Ligne>> {
    Ok(table::Entity::find()
        .filter(table::Column::SessionId.eq(s))
        .filter(table::Column::Etat.eq(code(etat)))
        .order_by_asc(table::Column::Id)
        .all(&cx.db())
        .await?)
}

/// Inscribes anew the decisions of a session in their next state.
pub(crate) async fn valider_session(cx: &Contexte, s: SessionExamenId) -> Resultat<()> {
    for l in lignes_de_session(cx, s, EtatDecision::Signee).await? {
        let (suivant, motifs) = transition(l.etat()?, ActionDecision::Valider, None).map_err(|r| Erreur::Conflit(phrases(&r.motifs)))?;
        let objet = l.objet()?;
        ajouter(cx, l.structure_id, l.session_id, &l.decision_id, l.candidat_id, l.jour, suivant, &objet, l.libelles, &motifs).await?;
    }
    Ok(())
}

/// The line of a decision in its furthest state.
async fn derniere(cx: &Contexte, id: DecisionId, p: Permission) -> Resultat<Ligne> {
    let introuvable = || Erreur::Introuvable("Cette décision");
    let lignes = table::Entity::find().filter(table::Column::DecisionId.eq(id)).all(&cx.db()).await?;
    let l = lignes.into_iter().max_by_key(|l| l.etat().ok()).ok_or_else(introuvable)?;
    match cx.exiger_dans(p, l.structure_id) {
        Err(Erreur::Introuvable(_)) => Err(introuvable()),
        r => r.map(|()| l),
    }
}

/// What the withdrawal of a decision would undo, today.
pub async fn effet(cx: &Contexte, id: DecisionId) -> Resultat<Reponse<EffetRetrait>> {
    let l = derniere(cx, id, Permission::CertificationLire).await?;
    let versions = depot::versions(cx).await?;
    let acquis = livret_de(cx, l.candidat_id).await?.acquis();
    effet_du_retrait(Catalogue::nouveau(versions), &acquis, &id.to_string(), cx.aujourd_hui())
        .map_err(|_| Erreur::Conflit("Cette décision n’est pas en vigueur : il n’y a rien à retirer.".into()))
}

/// The enrolments whose outcome a decision's withdrawal changes, today.
pub async fn candidatures(cx: &Contexte, id: DecisionId) -> Resultat<Vec<Suite>> {
    let l = derniere(cx, id, Permission::CertificationLire).await?;
    retrait::prevoir(cx, l.candidat_id, id).await
}

/// The documents in force that a decision's withdrawal withdraws with it.
pub async fn documents(cx: &Contexte, id: DecisionId) -> Resultat<Vec<Document>> {
    let l = derniere(cx, id, Permission::CertificationLire).await?;
    concernes(cx, &l, id).await
}

async fn concernes(cx: &Contexte, l: &Ligne, id: DecisionId) -> Resultat<Vec<Document>> {
    let objet = l.objet()?;
    let version = match &objet {
        Objet::Unite { version, .. } | Objet::Titre { version } => Some(version.as_str()),
        Objet::Retrait { .. } => None,
    };
    document::retrait::concernes(cx, l.candidat_id, id, l.session_id, version).await
}

/// What came of a withdrawal.
#[derive(Clone, Debug)]
pub struct Retire {
    pub candidat: CandidatId,
    pub effet: Reponse<EffetRetrait>,
    /// How many documents went.
    pub documents: usize,
    /// The enrolments whose outcome changed.
    pub candidatures: Vec<Suite>,
}

/// Withdraws a decision by another, reasoned, and with it the documents that prove it; the outcome of enrolments
/// follows the livret.
///
/// # Errors
/// `Invalide` on `motif` without a reason; `Conflit` when the decision is not in force.
pub async fn retirer(cx: &Contexte, id: DecisionId, motif: &str) -> Resultat<Retire> {
    let l = derniere(cx, id, Permission::CertificationGerer).await?;
    let motif = motif.trim();
    let mut c = socle::controle::Controle::new();
    c.texte("motif", Some(motif), 2000);
    c.finir()?;
    transition(l.etat()?, ActionDecision::Retirer, Some(motif))
        .map_err(|r| if motif.is_empty() { Erreur::champ("motif", phrases(&r.motifs)) } else { Erreur::Conflit(phrases(&r.motifs)) })?;
    let effet = effet(cx, id).await?;
    let prouvent = concernes(cx, &l, id).await?;
    let candidatures = retrait::prevoir(cx, l.candidat_id, id).await?;
    let objet = Objet::Retrait { decision: id.to_string(), motif: motif.to_owned() };
    let nouvelle = DecisionId(cx.nouvel_uuid());
    let (jour, etat) = (cx.aujourd_hui(), EtatDecision::Validee);
    ajouter(cx, l.structure_id, l.session_id, &nouvelle, l.candidat_id, jour, etat, &objet, l.libelles.clone(), &effet.motifs).await?;
    cx.journaliser(Action::Modification, "decision", id.0, l.structure_id, &["retrait"]).await?;
    let documents = document::retrait::decision_retiree(cx, prouvent, motif).await?;
    retrait::suivre(cx, &candidatures).await?;
    Ok(Retire { candidat: l.candidat_id, effet, documents, candidatures })
}
