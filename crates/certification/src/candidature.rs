//! An enrolment: a candidate, a version of a title, a route, the units aimed at and where the candidate comes
//! from for each. Its states follow the automaton of the rules; each passage is kept with its reasons.

mod api;
pub mod dossier;
pub mod faits;
pub mod pieces;
pub mod retrait;
pub mod table;
mod web;

pub use api::api;
pub use web::pages;

use std::collections::BTreeMap;

use certification_regles::{
    Motif, Version,
    acquis::Origine,
    entreprise::Contrat,
    inscription::{self, ActionInscription, EtatInscription, FaitsInscription},
    referentiel::NatureUnite,
};
use chrono::NaiveDate;
use sea_orm::{IntoActiveModel, QueryOrder, QuerySelect, entity::prelude::*};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use socle::{
    Contexte, Erreur, Permission, Resultat,
    controle::Controle,
    creation::{self, Reclamation},
    identifiant::{CandidatId, CandidatureId},
    journal::Action,
};

use crate::{candidat, titre};

pub use table::Model as Candidature;

/// A code of the rules, as stored: the word serde gives it.
pub(crate) fn en_code(v: impl Serialize) -> Resultat<String> {
    match serde_json::to_value(v).map_err(Erreur::interne)? {
        serde_json::Value::String(s) => Ok(s),
        autre => Err(Erreur::Interne(format!("pas un code : {autre}"))),
    }
}

/// What a stored code says.
pub(crate) fn de_code<T: DeserializeOwned>(code: &str) -> Resultat<T> {
    serde_json::from_value(serde_json::Value::String(code.to_owned())).map_err(Erreur::interne)
}

/// Where a candidate comes from for each unit aimed at.
pub type Origines = BTreeMap<String, Origine>;

/// Enrols a candidate.
#[derive(Clone, Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreerCandidature {
    /// Made by the client; the same creation twice is one record.
    pub id: Option<CandidatureId>,
    pub candidat: CandidatId,
    /// Code of the version of the title.
    pub version: String,
    /// Access route: `eleve_etudiant`, `apprentissage`, `formation_continue`, `contrat_professionnalisation`,
    /// `candidature_individuelle`, `vae`.
    pub voie: String,
    /// Units aimed at, each with `formation`, `vae` or `experience`; without it, every unit of the title,
    /// with the origin of the route.
    #[schema(value_type = Option<BTreeMap<String, String>>)]
    pub origines: Option<Origines>,
    pub formation_debut: Option<NaiveDate>,
    pub formation_fin: Option<NaiveDate>,
    /// What the contract fixes about the company period: `semaines_continues`, `minutes`.
    #[schema(value_type = Option<Object>)]
    pub contrat: Option<Contrat>,
}

/// The routes a version opens, code and label: those it prints, less those it closes.
pub fn voies(v: &Version) -> Vec<(String, String)> {
    if v.acces.is_empty() {
        return [
            ("eleve_etudiant", "Sous statut d’élève ou d’étudiant"),
            ("apprentissage", "En contrat d’apprentissage"),
            ("formation_continue", "Après un parcours de formation continue"),
            ("contrat_professionnalisation", "En contrat de professionnalisation"),
            ("candidature_individuelle", "Par candidature individuelle"),
            ("vae", "Par la validation des acquis de l’expérience (VAE)"),
        ]
        .map(|(c, l)| (c.to_owned(), l.to_owned()))
        .to_vec();
    }
    v.acces.iter().filter(|a| a.ouverte != Some(false)).map(|a| (a.voie.clone(), a.libelle.clone())).collect()
}

/// The origin a route gives to the units presented.
pub(crate) fn origine_de(voie: &str) -> Origine {
    match voie {
        "vae" => Origine::Vae,
        "candidature_individuelle" => Origine::Experience,
        _ => Origine::Formation,
    }
}

impl Candidature {
    pub fn etat(&self) -> Resultat<EtatInscription> {
        de_code(&self.etat)
    }

    pub fn origines(&self) -> Resultat<Origines> {
        serde_json::from_value(self.origines.clone()).map_err(Erreur::interne)
    }

    pub fn contrat(&self) -> Resultat<Option<Contrat>> {
        self.contrat.clone().map(serde_json::from_value).transpose().map_err(Erreur::interne)
    }

    /// The one origin the automaton of enrolments looks at: VAE as soon as a unit comes from it.
    pub fn origine(&self) -> Resultat<Origine> {
        let o = self.origines()?;
        Ok(if o.values().any(|o| *o == Origine::Vae) { Origine::Vae } else { o.values().copied().next().unwrap_or(origine_de(&self.voie)) })
    }
}

/// Enrols a candidate; the bool is false when a repeated request found the record already made.
pub async fn creer(cx: &Contexte, demande: CreerCandidature) -> Resultat<(Candidature, bool)> {
    cx.exiger(Permission::CertificationGerer)?;
    let p = candidat::lire(cx, demande.candidat).await?;
    cx.exiger_dans(Permission::CertificationGerer, p.structure_id)?;
    let id = match creation::reclamer(cx, "candidature", demande.id.map(|i| i.0), &demande).await? {
        Reclamation::Repetee(id) => return Ok((lire(cx, CandidatureId(id)).await?, false)),
        Reclamation::Nouvelle(id) => CandidatureId(id),
    };
    let v = match titre::assurer(cx, &demande.version).await {
        Err(Erreur::Introuvable(_)) => return Err(Erreur::champ("version", "Choisissez un titre de la liste.")),
        r => r?,
    };
    let mut c = Controle::new();
    c.exiger(
        voies(v).iter().any(|(code, _)| *code == demande.voie),
        "voie",
        "Ce titre n’est pas ouvert par cette voie : choisissez-en une autre.",
    );
    let origines = demande.origines.unwrap_or_else(|| v.unites_du_titre().map(|u| (u.code.clone(), origine_de(&demande.voie))).collect());
    c.exiger(!origines.is_empty(), "unites", "Choisissez au moins une unité.");
    c.exiger(origines.keys().all(|u| v.unite(u).is_some()), "unites", "Une de ces unités n’existe pas dans ce titre.");
    let ccs = origines.keys().filter_map(|u| v.unite(u)).filter(|u| u.nature == NatureUnite::Ccs).count();
    c.exiger(ccs == 0 || ccs == origines.len(), "unites", "Un certificat complémentaire (CCS) se vise seul, une fois le titre obtenu.");
    let (debut, fin) = (demande.formation_debut, demande.formation_fin);
    c.exiger(
        debut.zip(fin).is_none_or(|(d, f)| f >= d),
        "formation_fin",
        "La formation finit avant de commencer. Vérifiez les deux dates.",
    );
    c.finir()?;
    let ligne = Candidature {
        id,
        candidat_id: p.id,
        structure_id: p.structure_id,
        version_code: v.code.clone(),
        voie: demande.voie,
        origines: serde_json::to_value(&origines).map_err(Erreur::interne)?,
        etat: en_code(EtatInscription::Brouillon)?,
        deposee_le: None,
        formation_debut: debut,
        formation_fin: fin,
        contrat: demande.contrat.map(serde_json::to_value).transpose().map_err(Erreur::interne)?,
        version: 1,
        cree_le: cx.maintenant,
    };
    table::Entity::insert(ligne.clone().into_active_model().reset_all()).exec_without_returning(&cx.db()).await?;
    cx.journaliser(Action::Creation, "candidature", id.0, p.structure_id, &[]).await?;
    Ok((ligne, true))
}

/// One enrolment, for who may read its candidate.
pub async fn lire(cx: &Contexte, id: CandidatureId) -> Resultat<Candidature> {
    let introuvable = || Erreur::Introuvable("Cette candidature");
    let c = table::Entity::find_by_id(id).one(&cx.db()).await?.ok_or_else(introuvable)?;
    match candidat::lire(cx, c.candidat_id).await {
        Err(Erreur::Introuvable(_)) => Err(introuvable()),
        r => r.map(|_| c),
    }
}

/// The enrolments of a candidate, the latest first.
pub async fn de_candidat(cx: &Contexte, id: CandidatId) -> Resultat<Vec<Candidature>> {
    candidat::lire(cx, id).await?;
    Ok(table::Entity::find()
        .filter(table::Column::CandidatId.eq(id))
        .order_by_desc(table::Column::CreeLe)
        .order_by_asc(table::Column::Id)
        .all(&cx.db())
        .await?)
}

/// A page of the enrolments of the centre, in the order of ids, `combien` and one more.
pub async fn page(cx: &Contexte, apres: Option<Uuid>, combien: u64) -> Resultat<Vec<Candidature>> {
    let s = cx.exiger(Permission::CertificationLire)?;
    let mut q = table::Entity::find().filter(table::Column::StructureId.eq(s)).order_by_asc(table::Column::Id);
    if let Some(a) = apres {
        q = q.filter(table::Column::Id.gt(a));
    }
    Ok(q.limit(combien + 1).all(&cx.db()).await?)
}

/// The enrolments of the centre in a state (all without it), the latest first, with their candidate.
pub async fn lister(cx: &Contexte, etat: Option<EtatInscription>, limite: u64) -> Resultat<Vec<(Candidature, candidat::Candidat)>> {
    let s = cx.exiger(Permission::CertificationLire)?;
    let mut q = table::Entity::find().filter(table::Column::StructureId.eq(s)).order_by_desc(table::Column::CreeLe);
    if let Some(e) = etat {
        q = q.filter(table::Column::Etat.eq(en_code(e)?));
    }
    let lignes = q.limit(limite).all(&cx.db()).await?;
    let ids: Vec<CandidatId> = lignes.iter().map(|c| c.candidat_id).collect();
    let gens = candidat::table::Entity::find().filter(candidat::table::Column::Id.is_in(ids)).all(&cx.db()).await?;
    Ok(lignes.into_iter().filter_map(|c| gens.iter().find(|p| p.id == c.candidat_id).cloned().map(|p| (c, p))).collect())
}

/// The states that the enrolments of the centre are in, in no order.
pub async fn etats(cx: &Contexte) -> Resultat<Vec<EtatInscription>> {
    let s = cx.exiger(Permission::CertificationLire)?;
    let codes: Vec<String> = table::Entity::find()
        .select_only()
        .column(table::Column::Etat)
        .distinct()
        .filter(table::Column::StructureId.eq(s))
        .into_tuple()
        .all(&cx.db())
        .await?;
    codes.iter().map(|c| de_code(c)).collect()
}

/// Asks the automaton for an action on a day, with the facts of the file; keeps the passage and its reasons.
///
/// # Errors
/// `Conflit`: the rules refuse; the sentence is theirs.
pub async fn agir(cx: &Contexte, id: CandidatureId, action: ActionInscription, jour: NaiveDate) -> Resultat<Candidature> {
    let c = lire(cx, id).await?;
    // The candidate files their own application; everything else is the centre's.
    if !(action == ActionInscription::Deposer && est_sienne(cx, &c).await?) {
        cx.exiger_dans(Permission::CertificationGerer, c.structure_id)?;
    }
    if jour > cx.aujourd_hui() {
        return Err(Erreur::champ("jour", "Cette date est à venir : une étape se note le jour où elle a lieu, ou après."));
    }
    use ActionInscription as A;
    if action == A::ConstaterRetrait {
        return Err(Erreur::Conflit("Cette étape suit le retrait d’une décision : retirez la décision depuis le livret.".into()));
    }
    // What a session decides is written by the session.
    if matches!(
        action,
        A::Inscrire
            | A::Evaluer
            | A::ObtenirTitre
            | A::ReussirPartiellement
            | A::Echouer
            | A::ConstaterAbsence
            | A::ConstaterAbsenceJustifiee
            | A::SignalerFraude
    ) {
        return Err(Erreur::Conflit("Cette étape vient d’une session d’examen : elle se note dans la session.".into()));
    }
    let faits = faits::inscription(cx, &c, action, jour).await?;
    faire(cx, &c, action, &faits, jour).await
}

async fn est_sienne(cx: &Contexte, c: &Candidature) -> Resultat<bool> {
    let p = candidat::lire(cx, c.candidat_id).await?;
    Ok(p.utilisateur_id.is_some() && p.utilisateur_id == cx.acteur.utilisateur)
}

/// Passes an enrolment to its next state, given the facts: for `agir` and for sessions, which check the right.
pub(crate) async fn faire(
    cx: &Contexte,
    c: &Candidature,
    action: ActionInscription,
    faits: &FaitsInscription,
    jour: NaiveDate,
) -> Resultat<Candidature> {
    let de = c.etat()?;
    let (vers, motifs) = inscription::transition(de, action, faits).map_err(|r| Erreur::Conflit(r.to_string()))?;
    let mut apres = Candidature { etat: en_code(vers)?, version: c.version + 1, ..c.clone() };
    if action == ActionInscription::Deposer {
        apres.deposee_le = Some(jour);
    }
    let r = table::Entity::update_many()
        .set(apres.clone().into_active_model().reset_all())
        .filter(table::Column::Id.eq(c.id))
        .filter(table::Column::Version.eq(c.version))
        .exec(&cx.db())
        .await?;
    if r.rows_affected == 0 {
        return Err(Erreur::VersionPerimee);
    }
    let etape = table::etape::Model {
        id: cx.nouvel_uuid(),
        candidature_id: c.id,
        quand: cx.maintenant,
        jour,
        par: cx.acteur.utilisateur.map(|u| u.0),
        action: en_code(action)?,
        de: c.etat.clone(),
        vers: apres.etat.clone(),
        motifs: serde_json::to_value(&motifs).map_err(Erreur::interne)?,
    };
    table::etape::Entity::insert(etape.into_active_model().reset_all()).exec_without_returning(&cx.db()).await?;
    cx.journaliser(Action::Modification, "candidature", c.id.0, c.structure_id, &["etat"]).await?;
    Ok(apres)
}

/// A passage of an enrolment from a state to the next.
#[derive(Clone, Debug)]
pub struct Etape {
    pub jour: NaiveDate,
    pub action: ActionInscription,
    pub vers: EtatInscription,
    pub motifs: Vec<Motif>,
}

/// The passages of an enrolment, the first one first.
pub async fn etapes(cx: &Contexte, id: CandidatureId) -> Resultat<Vec<Etape>> {
    lire(cx, id).await?;
    passages(cx, id).await
}

/// The same, the right having been asked for.
pub(crate) async fn passages(cx: &Contexte, id: CandidatureId) -> Resultat<Vec<Etape>> {
    let mut lues = table::etape::Entity::find()
        .filter(table::etape::Column::CandidatureId.eq(id))
        .order_by_asc(table::etape::Column::Quand)
        .order_by_asc(table::etape::Column::Id)
        .all(&cx.db())
        .await?;
    // Of one instant, each begins where the one before ended.
    for i in 0..lues.len() {
        let (quand, de) = (lues[i].quand, if i == 0 { en_code(EtatInscription::Brouillon)? } else { lues[i - 1].vers.clone() });
        if let Some(j) = (i..lues.len()).take_while(|j| lues[*j].quand == quand).find(|j| lues[*j].de == de) {
            lues[i..=j].rotate_right(1);
        }
    }
    lues.into_iter()
        .map(|e| {
            Ok(Etape {
                jour: e.jour,
                action: de_code(&e.action)?,
                vers: de_code(&e.vers)?,
                motifs: serde_json::from_value(e.motifs).map_err(Erreur::interne)?,
            })
        })
        .collect()
}
