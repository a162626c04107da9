//! What sessions read of the rest: versions of titles, candidates and their enrolments, approvals, lieux.
//! Nothing here writes.

use certification_regles::{
    Version,
    acquis::Origine,
    agrement::Agrement,
    entreprise::{Contrat, PeriodeEntreprise},
    preparation::{DossierProfessionnel, Ecf},
    vae::{DecisionRecevabilite, Experience, Notification},
};
use chrono::NaiveDate;
use sea_orm::{
    ConnectionTrait, ExprTrait, FromQueryResult, JsonValue, Order,
    sea_query::{Expr, Query, SelectStatement},
};
use socle::{
    Contexte, Resultat,
    identifiant::{CandidatId, CandidatureId, LieuId, StructureId, UtilisateurId},
};
use std::collections::BTreeMap;
use uuid::Uuid;

/// A candidate.
#[derive(Clone, Debug, FromQueryResult)]
pub struct Candidat {
    pub id: CandidatId,
    pub structure_id: StructureId,
    pub utilisateur_id: Option<UtilisateurId>,
    pub prenom: String,
    pub nom: String,
    pub courriel: Option<String>,
    pub employeur: Option<String>,
}

impl Candidat {
    /// First name and name.
    pub fn nom_complet(&self) -> String {
        format!("{} {}", self.prenom, self.nom)
    }
}

/// An enrolment.
#[derive(Clone, Debug, FromQueryResult)]
pub struct Candidature {
    pub id: CandidatureId,
    pub candidat_id: CandidatId,
    pub structure_id: StructureId,
    pub version_code: String,
    pub voie: String,
    pub origines: JsonValue,
    pub etat: String,
    pub formation_debut: Option<NaiveDate>,
    pub contrat: Option<JsonValue>,
}

impl Candidature {
    /// The units aimed at, with the origin for each.
    pub fn origines(&self) -> BTreeMap<String, Origine> {
        serde_json::from_value(self.origines.clone()).unwrap_or_default()
    }
}

const CANDIDAT: [&str; 7] = ["id", "structure_id", "utilisateur_id", "prenom", "nom", "courriel", "employeur"];
const CANDIDATURE: [&str; 9] =
    ["id", "candidat_id", "structure_id", "version_code", "voie", "origines", "etat", "formation_debut", "contrat"];

pub(crate) async fn lignes<T: FromQueryResult>(cx: &Contexte, q: &SelectStatement) -> Resultat<Vec<T>> {
    let db = cx.db();
    Ok(T::find_by_statement(db.get_database_backend().build(q)).all(&db).await?)
}

/// One candidate.
pub async fn candidat(cx: &Contexte, id: CandidatId) -> Resultat<Option<Candidat>> {
    Ok(candidats(cx, &[id]).await?.pop())
}

/// These candidates, in no order.
pub async fn candidats(cx: &Contexte, ids: &[CandidatId]) -> Resultat<Vec<Candidat>> {
    if ids.is_empty() {
        return Ok(vec![]);
    }
    let mut q = Query::select();
    q.columns(CANDIDAT).from("candidat").and_where(Expr::col("id").is_in(ids.to_vec()));
    lignes(cx, &q).await
}

/// The candidates of a centre, by name.
pub async fn candidats_du_centre(cx: &Contexte, s: StructureId) -> Resultat<Vec<Candidat>> {
    let mut q = Query::select();
    q.columns(CANDIDAT)
        .from("candidat")
        .and_where(Expr::col("structure_id").eq(s))
        .and_where(Expr::col("efface_le").is_null())
        .order_by("cle_tri", Order::Asc)
        .order_by("id", Order::Asc);
    lignes(cx, &q).await
}

/// One enrolment.
pub async fn candidature(cx: &Contexte, id: CandidatureId) -> Resultat<Option<Candidature>> {
    let mut q = Query::select();
    q.columns(CANDIDATURE).from("candidature").and_where(Expr::col("id").eq(id));
    Ok(lignes(cx, &q).await?.pop())
}

/// The enrolments of a centre to a version, in these states.
pub async fn candidatures(cx: &Contexte, s: StructureId, version: &str, etats: &[&str]) -> Resultat<Vec<Candidature>> {
    let mut q = Query::select();
    q.columns(CANDIDATURE)
        .from("candidature")
        .and_where(Expr::col("structure_id").eq(s))
        .and_where(Expr::col("version_code").eq(version))
        .and_where(Expr::col("etat").is_in(etats.iter().copied()))
        .order_by("id", Order::Asc);
    lignes(cx, &q).await
}

/// Every version known here.
pub async fn versions(cx: &Contexte) -> Resultat<&'static [Version]> {
    crate::titre::toutes(cx).await
}

/// A lieu: its name and address.
#[derive(Clone, Debug, FromQueryResult)]
pub struct Lieu {
    pub id: LieuId,
    pub nom: String,
    pub adresse: Option<String>,
}

/// The lieux of a structure.
pub async fn lieux(cx: &Contexte, s: StructureId) -> Resultat<Vec<Lieu>> {
    let mut q = Query::select();
    q.columns(["id", "nom", "adresse"])
        .from("lieu")
        .and_where(Expr::col("structure_id").eq(s))
        .order_by("cle_tri", Order::Asc)
        .order_by("id", Order::Asc);
    lignes(cx, &q).await
}

/// The name of a structure.
pub async fn nom_structure(cx: &Contexte, s: StructureId) -> Resultat<String> {
    #[derive(FromQueryResult)]
    struct Ligne {
        nom: String,
    }
    let mut q = Query::select();
    q.column("nom").from("structure").and_where(Expr::col("id").eq(s));
    Ok(lignes::<Ligne>(cx, &q).await?.pop().map(|l| l.nom).unwrap_or_default())
}

/// The approvals of a centre; the site of each is the id of its lieu.
pub async fn agrements(cx: &Contexte, s: StructureId) -> Resultat<Vec<Agrement>> {
    #[derive(FromQueryResult)]
    struct Ligne {
        lieu_id: LieuId,
        version_code: String,
        debut: NaiveDate,
        fin: Option<NaiveDate>,
        retire_le: Option<NaiveDate>,
        ccs: Option<JsonValue>,
    }
    let mut q = Query::select();
    q.columns(["lieu_id", "version_code", "debut", "fin", "retire_le", "ccs"]).from("agrement").and_where(Expr::col("structure_id").eq(s));
    let l: Vec<Ligne> = lignes(cx, &q).await?;
    Ok(l.into_iter()
        .map(|a| Agrement {
            version: a.version_code,
            site: a.lieu_id.to_string(),
            debut: a.debut,
            fin: a.fin,
            retire_le: a.retire_le,
            ccs: a.ccs.and_then(|c| serde_json::from_value(c).ok()).flatten(),
        })
        .collect())
}

/// What an enrolment gathered, for the rules.
#[derive(Clone, Debug, Default)]
pub struct Dossier {
    pub complet_le: Option<NaiveDate>,
    pub notification: Option<Notification>,
    pub experiences: Vec<Experience>,
    pub dossier: DossierProfessionnel,
    pub ecf: Vec<Ecf>,
    pub periodes: Vec<PeriodeEntreprise>,
    pub contrat: Option<Contrat>,
}

#[derive(FromQueryResult)]
struct LigneVae {
    complet_le: Option<NaiveDate>,
    recevable: Option<bool>,
    notifie_le: Option<NaiveDate>,
}
#[derive(FromQueryResult)]
struct LigneExperience {
    activite: String,
    debut: NaiveDate,
    fin: Option<NaiveDate>,
    mois: i32,
}
#[derive(FromQueryResult)]
struct LigneDp {
    signe_le: Option<NaiveDate>,
}
#[derive(FromQueryResult)]
struct LigneExemple {
    unite: String,
}
#[derive(FromQueryResult)]
struct LigneEcf {
    unite: String,
    evaluateurs: JsonValue,
}
#[derive(FromQueryResult)]
struct LignePeriode {
    debut: NaiveDate,
    fin: NaiveDate,
    minutes: i32,
}

/// What an enrolment gathered: VAE file, experience, DP, ECF, company periods, contract.
pub async fn dossier(cx: &Contexte, c: &Candidature) -> Resultat<Dossier> {
    let de = |table: &'static str, colonnes: &[&'static str]| {
        let mut q = Query::select();
        q.columns(colonnes.iter().copied()).from(table).and_where(Expr::col("candidature_id").eq(c.id));
        q
    };
    let vae: Option<LigneVae> = lignes(cx, &de("vae_dossier", &["complet_le", "recevable", "notifie_le"])).await?.pop();
    let experiences: Vec<LigneExperience> = lignes(cx, &de("experience", &["activite", "debut", "fin", "mois"])).await?;
    let dp: Option<LigneDp> = lignes(cx, &de("dossier_professionnel", &["signe_le"])).await?.pop();
    let exemples: Vec<LigneExemple> = lignes(cx, &de("dp_exemple", &["unite"])).await?;
    let ecf: Vec<LigneEcf> = lignes(cx, &de("ecf_synthese", &["unite", "evaluateurs"])).await?;
    let periodes: Vec<LignePeriode> = lignes(cx, &de("periode_entreprise", &["debut", "fin", "minutes"])).await?;
    let mut par_unite: BTreeMap<String, u32> = BTreeMap::new();
    for e in exemples {
        *par_unite.entry(e.unite).or_default() += 1;
    }
    let notification = vae.as_ref().and_then(|v| {
        let decision = if v.recevable? { DecisionRecevabilite::Recevable } else { DecisionRecevabilite::NonRecevable };
        Some(Notification { date: v.notifie_le?, decision })
    });
    Ok(Dossier {
        complet_le: vae.and_then(|v| v.complet_le),
        notification,
        experiences: experiences
            .into_iter()
            .filter_map(|e| {
                let activite = serde_json::from_value(JsonValue::String(e.activite)).ok()?;
                Some(Experience { activite, debut: Some(e.debut), fin: e.fin, mois: u32::try_from(e.mois).ok() })
            })
            .collect(),
        dossier: DossierProfessionnel { signe: dp.is_some_and(|d| d.signe_le.is_some()), exemples: Some(par_unite) },
        ecf: ecf
            .into_iter()
            .map(|e| Ecf { unite: e.unite, complet: true, evaluateurs: e.evaluateurs.as_array().and_then(|a| u32::try_from(a.len()).ok()) })
            .collect(),
        periodes: periodes
            .into_iter()
            .map(|p| PeriodeEntreprise { debut: p.debut, fin: p.fin, minutes: u32::try_from(p.minutes).ok() })
            .collect(),
        contrat: c.contrat.clone().and_then(|v| serde_json::from_value(v).ok()),
    })
}

/// The registrations of a candidate for a version, past and to come.
#[derive(Clone, Debug, FromQueryResult)]
pub struct Autre {
    pub session_id: Uuid,
    pub type_session: String,
    pub version_code: String,
    pub jour: NaiveDate,
    pub presence: String,
}

/// The active registrations of a candidate, all sessions together.
pub async fn autres_passages(cx: &Contexte, candidat: CandidatId) -> Resultat<Vec<Autre>> {
    let mut q = Query::select();
    q.columns([("passage", "session_id"), ("passage", "jour"), ("passage", "presence")])
        .columns([("session_examen", "type_session"), ("session_examen", "version_code")])
        .from("passage")
        .inner_join("session_examen", Expr::col(("session_examen", "id")).equals(("passage", "session_id")))
        .and_where(Expr::col(("passage", "candidat_id")).eq(candidat))
        .and_where(Expr::col(("passage", "actif")).eq(true));
    lignes(cx, &q).await
}
