//! Exam sessions: of a title, of CCP or of a CCS. Dates and place, candidates registered with the units they
//! present, the jury, the day itself, the deliberation. Every answer is asked from `certification_regles` and
//! carries its reasons.
//!
//! Each write first takes the row of its session (see [`prendre`]), so that two people never decide on two
//! different states of it.

pub mod acces;
mod api;
mod convocation;
pub mod deliberation;
pub(crate) mod depot;
mod etat;
pub mod grille;
pub mod incident;
mod inscription;
mod jury;
mod liens;
mod migration;
pub mod presence;
pub mod siege;
pub(crate) mod table;
mod web;

pub use api::api;
pub use convocation::{Convocation, EpreuveDue, convocation};
pub(crate) use convocation::{confier, mots as objet};
pub use deliberation::{Decider, decider};
pub(crate) use etat::poser;
pub use etat::{Agir, Possible, agir, possibles};
pub use inscription::{Inscrire, desinscrire, inscrire};
pub use jury::{Composer, ExamenJury, Propose, Proposition, composer, examen, membres, proposer};
pub use migration::SessionsEtJurys;
pub use presence::{Emarger, EmargerCandidat, EmargerJure, emarger};
pub use table::{
    Origines, Textes, incident_session::Model as Incident, passage::Model as Passage, session_examen::Model as Session,
    session_jure::Model as Membre,
};
pub use web::pages;

use std::collections::BTreeSet;

use certification_regles::{Catalogue, Motif, Version, epreuves::TypeSession, referentiel::NatureUnite, session::EtatSession};
use chrono::{Days, NaiveDate};
use sea_orm::{ActiveValue::Set, ExprTrait, IntoActiveModel, QueryOrder, QuerySelect, entity::prelude::*};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use socle::{
    Contexte, Erreur, Nomenclature, Permission, Resultat,
    coffre::Champ,
    controle::Controle,
    creation::{self, Reclamation},
    identifiant::{LieuId, PassageId, SessionExamenId},
    journal::Action,
};

/// Whether a candidate came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum, Serialize, Deserialize, utoipa::ToSchema)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(32))", rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub enum Presence {
    Attendu,
    Present,
    Absent,
    AbsentJustifie,
}

impl Nomenclature for Presence {
    fn libelle(self) -> &'static str {
        match self {
            Self::Attendu => "Attendu",
            Self::Present => "Présent",
            Self::Absent => "Absent",
            Self::AbsentJustifie => "Absent, avec justificatif",
        }
    }
}

/// What a member saw of a competence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum, Serialize, Deserialize, utoipa::ToSchema)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(16))", rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub enum Note {
    Acquis,
    NonAcquis,
    NonObserve,
}

impl Nomenclature for Note {
    fn libelle(self) -> &'static str {
        match self {
            Self::Acquis => "Maîtrisée",
            Self::NonAcquis => "Non maîtrisée",
            Self::NonObserve => "Non observée",
        }
    }
}

/// What happened in a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum, Serialize, Deserialize, utoipa::ToSchema)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(16))", rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub enum NatureIncident {
    Incident,
    Fraude,
    Recours,
}

impl Nomenclature for NatureIncident {
    fn libelle(self) -> &'static str {
        match self {
            Self::Incident => "Incident",
            Self::Fraude => "Fraude",
            Self::Recours => "Recours",
        }
    }
}

/// The sealed columns of sessions.
pub const CHAMPS: [Champ; 3] = [grille::OBSERVATION, incident::RECIT, incident::SUITE];

/// Plans a session.
#[derive(Clone, Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreerSession {
    /// Made by the client; the same creation twice is one record.
    pub id: Option<SessionExamenId>,
    pub lieu: LieuId,
    /// Code of the version of the title.
    pub version: String,
    /// `titre`, `ccp` or `ccs`.
    #[schema(value_type = String)]
    pub type_session: TypeSession,
    /// The CCS, for a session of a CCS.
    pub ccs: Option<String>,
    /// Days, each once.
    pub jours: Vec<NaiveDate>,
}

/// Moves a session; a field left out is left as it is.
#[derive(Clone, Debug, Default, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ModifierSession {
    /// The version read; refused (409) if another was written since.
    pub version: Option<i32>,
    pub lieu: Option<LieuId>,
    pub jours: Option<Vec<NaiveDate>>,
}

/// The stable code of a value of the rules, as they write it in JSON.
pub(crate) fn code(v: impl Serialize) -> String {
    serde_json::to_value(v).ok().and_then(|v| v.as_str().map(str::to_owned)).unwrap_or_default()
}

/// Reads a code of the rules.
pub(crate) fn de_code<T: DeserializeOwned>(texte: &str) -> Resultat<T> {
    serde_json::from_value(serde_json::Value::String(texte.to_owned())).map_err(|e| Erreur::Interne(format!("code inconnu : {e}")))
}

/// The sentences of reasons, those against alone unless there is none.
pub(crate) fn phrases(motifs: &[Motif]) -> String {
    let contre: Vec<&str> =
        motifs.iter().filter(|m| m.sens == certification_regles::motif::Sens::Defavorable).map(|m| m.phrase.as_str()).collect();
    if contre.is_empty() { motifs.iter().map(|m| m.phrase.as_str()).collect::<Vec<_>>().join(" ") } else { contre.join(" ") }
}

/// Why a référentiel could not be used, as a refusal of the request.
pub(crate) fn referentiel(e: &certification_regles::referentiel::ErreurReferentiel) -> Erreur {
    Erreur::champ("unites", e.to_string())
}

/// A session with its version and the catalogue the rules look into.
#[derive(Clone, Debug)]
pub struct Dans {
    pub session: Session,
    pub versions: &'static [Version],
    pub version: &'static Version,
    pub jours: Vec<NaiveDate>,
}

impl Dans {
    /// What the rules look into.
    pub fn catalogue(&self) -> Catalogue<'_> {
        Catalogue::nouveau(self.versions)
    }

    /// The kind of session.
    pub fn genre(&self) -> Resultat<TypeSession> {
        de_code(&self.session.type_session)
    }

    /// Where it stands.
    pub fn etat(&self) -> Resultat<EtatSession> {
        de_code(&self.session.etat)
    }
}

async fn ligne(cx: &Contexte, id: SessionExamenId) -> Resultat<Session> {
    table::session_examen::Entity::find_by_id(id).one(&cx.db()).await?.ok_or(Erreur::Introuvable("Cette session"))
}

/// A session and what the rules need of its title, without asking for any right.
pub(crate) async fn dans(cx: &Contexte, session: Session) -> Resultat<Dans> {
    let versions = depot::versions(cx).await?;
    let version =
        versions.iter().find(|v| v.code == session.version_code).ok_or_else(|| Erreur::Interne("version de titre absente".into()))?;
    let jours = table::session_jour::Entity::find()
        .filter(table::session_jour::Column::SessionId.eq(session.id))
        .order_by_asc(table::session_jour::Column::Jour)
        .all(&cx.db())
        .await?;
    Ok(Dans { session, versions, version, jours: jours.into_iter().map(|j| j.jour).collect() })
}

pub(crate) fn exiger(cx: &Contexte, p: Permission, s: &Session) -> Resultat<()> {
    match cx.exiger_dans(p, s.structure_id) {
        Err(Erreur::Introuvable(_)) => Err(Erreur::Introuvable("Cette session")),
        r => r,
    }
}

/// One session of the centre.
pub async fn lire(cx: &Contexte, id: SessionExamenId) -> Resultat<Dans> {
    let s = ligne(cx, id).await?;
    exiger(cx, Permission::CertificationLire, &s)?;
    dans(cx, s).await
}

/// Takes a session to write in it: until the end of the transaction no other request does.
pub(crate) async fn prendre(cx: &Contexte, id: SessionExamenId, p: Permission) -> Resultat<Dans> {
    let s = ligne(cx, id).await?;
    exiger(cx, p, &s)?;
    verrouiller(cx, id).await
}

/// The same, the right having been asked for.
pub(crate) async fn verrouiller(cx: &Contexte, id: SessionExamenId) -> Resultat<Dans> {
    table::session_examen::Entity::update_many()
        .col_expr(table::session_examen::Column::Version, Expr::col(table::session_examen::Column::Version).add(1))
        .filter(table::session_examen::Column::Id.eq(id))
        .exec(&cx.db())
        .await?;
    dans(cx, ligne(cx, id).await?).await
}

/// The registrations of a session that count, by day and hour.
pub(crate) async fn passages(cx: &Contexte, id: SessionExamenId) -> Resultat<Vec<Passage>> {
    Ok(table::passage::Entity::find()
        .filter(table::passage::Column::SessionId.eq(id))
        .order_by_asc(table::passage::Column::Jour)
        .order_by_asc(table::passage::Column::Heure)
        .order_by_asc(table::passage::Column::Id)
        .all(&cx.db())
        .await?)
}

/// One registration.
pub(crate) async fn passage(cx: &Contexte, id: PassageId) -> Resultat<Passage> {
    table::passage::Entity::find_by_id(id).one(&cx.db()).await?.ok_or(Erreur::Introuvable("Ce passage"))
}

/// Writes a registration anew.
pub(crate) async fn ecrire_passage(cx: &Contexte, p: Passage) -> Resultat<Passage> {
    let p = Passage { version: p.version + 1, ..p };
    table::passage::Entity::update(p.clone().into_active_model().reset_all()).exec(&cx.db()).await?;
    Ok(p)
}

fn controler(c: &mut Controle, aujourd_hui: NaiveDate, jours: &[NaiveDate]) {
    c.exiger(!jours.is_empty(), "jours", "Indiquez au moins un jour.");
    c.exiger(jours.len() <= 31, "jours", "Une session compte 31 jours au plus.");
    let uniques: BTreeSet<_> = jours.iter().collect();
    c.exiger(uniques.len() == jours.len(), "jours", "Le même jour est donné deux fois.");
    // A session held is entered after the fact: a year back, five ahead.
    let proche = |j: &NaiveDate| *j >= aujourd_hui - Days::new(366) && *j <= aujourd_hui + Days::new(5 * 366);
    c.exiger(
        jours.iter().all(proche),
        "jours",
        "Un jour est à plus d’un an dans le passé ou de cinq ans dans l’avenir : vérifiez l’année.",
    );
}

async fn poser_jours(cx: &Contexte, id: SessionExamenId, jours: &[NaiveDate]) -> Resultat<()> {
    table::session_jour::Entity::delete_many().filter(table::session_jour::Column::SessionId.eq(id)).exec(&cx.db()).await?;
    let lignes = jours.iter().map(|j| table::session_jour::ActiveModel { session_id: Set(id), jour: Set(*j) });
    table::session_jour::Entity::insert_many(lignes).exec_without_returning(&cx.db()).await?;
    Ok(())
}

/// Plans a session; the bool is false when a repeated request found the record already made.
pub async fn creer(cx: &Contexte, d: CreerSession) -> Resultat<(Session, bool)> {
    let structure = cx.exiger(Permission::CertificationGerer)?;
    let id = match creation::reclamer(cx, "session_examen", d.id.map(|i| i.0), &d).await? {
        Reclamation::Repetee(id) => return Ok((lire(cx, SessionExamenId(id)).await?.session, false)),
        Reclamation::Nouvelle(id) => SessionExamenId(id),
    };
    let mut c = Controle::new();
    let versions = depot::versions(cx).await?;
    let version = versions.iter().find(|v| v.code == d.version);
    c.exiger(version.is_some(), "version", "Choisissez une version de titre de la liste.");
    c.exiger(depot::lieux(cx, structure).await?.iter().any(|l| l.id == d.lieu), "lieu", "Choisissez un lieu de votre structure.");
    let ccs = d.ccs.as_deref().map(str::trim).filter(|v| !v.is_empty());
    if d.type_session == TypeSession::Ccs {
        let connu = version.zip(ccs).and_then(|(v, u)| v.unite(u)).is_some_and(|u| u.nature == NatureUnite::Ccs);
        c.exiger(connu, "ccs", "Choisissez un CCS de cette version : elle n’en a peut-être pas.");
    } else {
        c.exiger(ccs.is_none(), "ccs", "Un CCS ne se choisit que pour une session de CCS.");
    }
    let mut jours = d.jours.clone();
    jours.sort_unstable();
    controler(&mut c, cx.aujourd_hui(), &jours);
    c.finir()?;
    crate::titre::assurer(cx, &d.version).await?;
    let s = Session {
        id,
        structure_id: structure,
        lieu_id: d.lieu,
        version_code: d.version.clone(),
        type_session: code(d.type_session),
        ccs: ccs.map(str::to_owned),
        etat: code(EtatSession::Prevue),
        premier_jour: jours[0],
        dernier_jour: jours[jours.len() - 1],
        declaree_le: None,
        convoquee_le: None,
        motif_annulation: None,
        version: 1,
        cree_le: cx.maintenant,
    };
    table::session_examen::Entity::insert(s.clone().into_active_model().reset_all()).exec_without_returning(&cx.db()).await?;
    poser_jours(cx, id, &jours).await?;
    cx.journaliser(Action::Creation, "session_examen", id.0, structure, &[]).await?;
    Ok((s, true))
}

/// Moves a session to other days or another place, until the candidates are called.
pub async fn modifier(cx: &Contexte, id: SessionExamenId, m: ModifierSession) -> Resultat<Session> {
    let lue = ligne(cx, id).await?;
    exiger(cx, Permission::CertificationGerer, &lue)?;
    if m.version.is_some_and(|v| v != lue.version) {
        return Err(Erreur::VersionPerimee);
    }
    let d = prendre(cx, id, Permission::CertificationGerer).await?;
    if !matches!(d.etat()?, EtatSession::Prevue | EtatSession::Declaree) {
        return Err(Erreur::Conflit("Une session convoquée ne se déplace plus : annulez-la, puis planifiez-en une autre.".into()));
    }
    let mut c = Controle::new();
    let mut jours = m.jours.unwrap_or_else(|| d.jours.clone());
    jours.sort_unstable();
    controler(&mut c, cx.aujourd_hui(), &jours);
    let lieu = m.lieu.unwrap_or(d.session.lieu_id);
    c.exiger(
        depot::lieux(cx, d.session.structure_id).await?.iter().any(|l| l.id == lieu),
        "lieu",
        "Choisissez un lieu de votre structure.",
    );
    let hors: BTreeSet<String> = passages(cx, id)
        .await?
        .iter()
        .filter(|p| !jours.contains(&p.jour))
        .map(|p| certification_regles::dates::en_francais(p.jour))
        .collect();
    if !hors.is_empty() {
        let jours = hors.into_iter().collect::<Vec<_>>().join(", ");
        c.faute("jours", format!("Des candidats passent le {jours} : déplacez-les d’abord."));
    }
    c.finir()?;
    let s = Session { lieu_id: lieu, premier_jour: jours[0], dernier_jour: jours[jours.len() - 1], ..d.session };
    table::session_examen::Entity::update(s.clone().into_active_model().reset_all()).exec(&cx.db()).await?;
    poser_jours(cx, id, &jours).await?;
    cx.journaliser(Action::Modification, "session_examen", id.0, s.structure_id, &["dates"]).await?;
    Ok(s)
}

/// The sessions of the centre, the latest first; at most 200.
pub async fn lister(cx: &Contexte) -> Resultat<Vec<Session>> {
    let s = cx.exiger(Permission::CertificationLire)?;
    Ok(table::session_examen::Entity::find()
        .filter(table::session_examen::Column::StructureId.eq(s))
        .order_by_desc(table::session_examen::Column::PremierJour)
        .order_by_desc(table::session_examen::Column::Id)
        .limit(200)
        .all(&cx.db())
        .await?)
}

/// A page of the sessions, in the order of ids.
pub async fn page(cx: &Contexte, apres: Option<Uuid>, combien: u64) -> Resultat<Vec<Session>> {
    let s = cx.exiger(Permission::CertificationLire)?;
    let mut q = table::session_examen::Entity::find()
        .filter(table::session_examen::Column::StructureId.eq(s))
        .order_by_asc(table::session_examen::Column::Id);
    if let Some(a) = apres {
        q = q.filter(table::session_examen::Column::Id.gt(a));
    }
    Ok(q.limit(combien + 1).all(&cx.db()).await?)
}
