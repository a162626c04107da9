//! The minutes of a session: frozen and hashed when the first member signs, signed by every member present,
//! then transmitted, validated with a number, notified. What is signed never changes: the database refuses it,
//! and who tries is in the journal.

mod api;
mod cloture;
mod contenu;
mod table;
mod web;

pub use api::api;
pub(crate) use cloture::suivre;
pub use contenu::{canonique, empreinte};
pub use web::pages;

use std::collections::BTreeSet;

use certification_regles::session::{ActionSession, EtatSession, FaitsSession, transition};
use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::{ActiveValue::Set, IntoActiveModel, Iterable, QueryOrder, entity::prelude::*, sea_query::OnConflict};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use socle::{
    Contexte, Erreur, Resultat,
    controle::Controle,
    identifiant::{JureId, SessionExamenId},
    journal::Action,
    requete::Requete,
    texte::plier,
};

use crate::session::{self, Dans, phrases, siege};

/// How a member signs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum, Serialize, Deserialize, utoipa::ToSchema)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(16))", rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub enum NatureSignature {
    /// The name, typed.
    Tapee,
    /// An SVG path, drawn.
    Dessinee,
}

/// What happens to signed minutes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum, Serialize, Deserialize, utoipa::ToSchema)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(16))", rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
#[schema(as = EtapePv)]
pub enum Etape {
    Transmis,
    Valide,
    Notifie,
}

impl Etape {
    /// In words.
    pub fn libelle(self) -> &'static str {
        match self {
            Self::Transmis => "Transmis au représentant territorial",
            Self::Valide => "Validé",
            Self::Notifie => "Notifié aux candidats",
        }
    }
}

/// Signs the minutes.
#[derive(Clone, Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Signer {
    pub nature: NatureSignature,
    /// The name typed, or the SVG path drawn.
    #[schema(max_length = 20000)]
    pub trace: String,
    /// The hash of the minutes that were read: what is signed.
    pub empreinte: String,
}

/// A signature.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
#[schema(as = SignaturePv)]
pub struct Signature {
    pub jure: JureId,
    pub nom: String,
    pub signe_le: DateTime<Utc>,
    pub nature: NatureSignature,
    pub trace: String,
    pub empreinte: String,
}

/// A step since.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
#[schema(as = SuitePv)]
pub struct Suite {
    pub etape: Etape,
    pub jour: NaiveDate,
    pub numero: Option<String>,
}

/// The minutes and what is around them.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct Pv {
    pub session: SessionExamenId,
    #[schema(value_type = Object)]
    pub contenu: Value,
    /// SHA-256 of the canonical JSON of `contenu`.
    pub empreinte: String,
    /// When the first member signed; none: what is shown may still change.
    pub fige_le: Option<DateTime<Utc>>,
    /// Whether the frozen content still has the hash that was signed.
    pub intact: bool,
    pub signatures: Vec<Signature>,
    /// Names of the members present who have not signed.
    pub attendues: Vec<String>,
    pub suites: Vec<Suite>,
}

/// The words of the refusal to change what is signed.
const FIGE: &str = "Un membre du jury a signé le procès-verbal : rien de ce qu’il dit ne change plus. Une erreur se corrige par une nouvelle décision. Cette tentative est inscrite au journal.";
const REJOUEE: &str =
    "Vous avez déjà signé ce procès-verbal : une signature ne se donne qu’une fois. Cette tentative est inscrite au journal.";
const AUTRE: &str = "Ce n’est pas ce procès-verbal que vous avez lu : il a changé depuis, ou la signature vient d’un autre. Relisez-le, puis signez. Cette tentative est inscrite au journal.";

async fn figee(cx: &Contexte, id: SessionExamenId) -> Resultat<Option<table::pv::Model>> {
    Ok(table::pv::Entity::find_by_id(id).one(&cx.db()).await?)
}

/// Refuses once a member has signed.
pub(crate) async fn exiger_ouvert(cx: &Contexte, id: SessionExamenId) -> Resultat<()> {
    if figee(cx, id).await?.is_some() { Err(Erreur::Conflit(FIGE.into())) } else { Ok(()) }
}

/// Commits an act on a session; a refused change or replay of what is signed leaves nothing but a line of the
/// journal, written here.
pub(crate) async fn conclure<T>(q: &Requete, cx: Contexte, id: SessionExamenId, fait: Resultat<T>) -> Resultat<T> {
    let champ = match &fait {
        Ok(_) => {
            cx.valider().await?;
            return fait;
        }
        Err(Erreur::Conflit(m)) if m == FIGE => "modification",
        Err(Erreur::Conflit(m)) if m == REJOUEE || m == AUTRE => "signature",
        Err(_) => return fait,
    };
    // What was begun is undone before the refusal is written.
    drop(cx);
    let cx = q.ecriture().await?;
    cx.journaliser(Action::Modification, "pv_refuse", id.0, cx.acteur.structure, &[champ]).await?;
    cx.valider().await?;
    fait
}

/// All that the minutes say: as frozen, or as they would be now. For the centre and the members of the jury.
pub async fn contenu(cx: &Contexte, id: SessionExamenId) -> Resultat<Value> {
    Ok(lire(cx, id).await?.contenu)
}

/// The minutes, for the centre and the members of the jury.
pub async fn lire(cx: &Contexte, id: SessionExamenId) -> Resultat<Pv> {
    let d = match siege::lire(cx, id).await {
        Ok(s) => s.d,
        Err(refus) => session::lire(cx, id).await.map_err(|e| match (refus, e) {
            // A juror of the centre who does not sit here: the session does not exist for them.
            (Erreur::Introuvable(i), Erreur::Interdit(_)) => Erreur::Introuvable(i),
            (_, e) => e,
        })?,
    };
    de(cx, &d).await
}

async fn de(cx: &Contexte, d: &Dans) -> Resultat<Pv> {
    let id = d.session.id;
    let passages = session::passages(cx, id).await?;
    let (contenu, empreinte, fige_le) = match figee(cx, id).await? {
        Some(p) => (p.contenu, p.empreinte, Some(p.fige_le)),
        None => {
            let c = contenu::etablir(cx, d, &passages).await?;
            let e = contenu::empreinte(&c);
            (c, e, None)
        }
    };
    let examen = session::examen(cx, d, &passages, true).await?;
    let nom = |j: JureId| examen.noms.get(&j.to_string()).cloned().unwrap_or_default();
    let signatures = signatures(cx, id).await?;
    let attendues = presents(cx, d).await?.into_iter().filter(|j| !signatures.iter().any(|s| s.jure_id == *j)).map(nom).collect();
    let suites = table::pv_suite::Entity::find()
        .filter(table::pv_suite::Column::SessionId.eq(id))
        .order_by_asc(table::pv_suite::Column::Jour)
        .all(&cx.db())
        .await?;
    Ok(Pv {
        session: id,
        intact: contenu::empreinte(&contenu) == empreinte,
        contenu,
        empreinte,
        fige_le,
        signatures: signatures
            .into_iter()
            .map(|s| Signature {
                jure: s.jure_id,
                nom: nom(s.jure_id),
                signe_le: s.signe_le,
                nature: s.nature,
                trace: s.trace,
                empreinte: s.empreinte,
            })
            .collect(),
        attendues,
        suites: Etape::iter()
            .filter_map(|e| suites.iter().find(|s| s.etape == e))
            .map(|s| Suite { etape: s.etape, jour: s.jour, numero: s.numero.clone() })
            .collect(),
    })
}

async fn signatures(cx: &Contexte, id: SessionExamenId) -> Resultat<Vec<table::pv_signature::Model>> {
    Ok(table::pv_signature::Entity::find()
        .filter(table::pv_signature::Column::SessionId.eq(id))
        .order_by_asc(table::pv_signature::Column::SigneLe)
        .all(&cx.db())
        .await?)
}

/// The members who came, a day at least.
async fn presents(cx: &Contexte, d: &Dans) -> Resultat<BTreeSet<JureId>> {
    let membres: BTreeSet<JureId> = session::membres(cx, d.session.id).await?.into_iter().map(|m| m.jure_id).collect();
    Ok(session::presence::des_jures(cx, d.session.id).await?.into_iter().map(|(j, _)| j).filter(|j| membres.contains(j)).collect())
}

/// An SVG path of straight lines, as a hand draws: `M` and `L`, whole or decimal numbers.
fn trace_lisible(t: &str) -> bool {
    t.starts_with('M')
        && t.len() <= 20_000
        && t.chars().all(|c| c.is_ascii_digit() || matches!(c, 'M' | 'L' | ' ' | ',' | '.' | '-'))
        && t.matches('L').count() >= 5
}

fn controler(s: &Signer, nom: &str) -> Resultat<()> {
    let mut c = Controle::new();
    match s.nature {
        NatureSignature::Tapee => {
            c.exiger(plier(&s.trace) == plier(nom), "trace", &format!("Écrivez votre prénom et votre nom comme au registre : {nom}."));
        }
        NatureSignature::Dessinee => {
            c.exiger(trace_lisible(&s.trace), "trace", "Ce tracé n’est pas une signature : recommencez, ou écrivez votre nom.");
        }
    }
    c.finir()
}

/// Signs the minutes that were read. The first signature freezes them; the last one, once every member present
/// has signed, closes the session: decisions are inscribed, enrolments get their outcome.
///
/// # Errors
/// `Conflit` for what was signed already, what was not read, a candidate left without decision, a member who
/// did not come; `Invalide` on `trace`. Finish with [`conclure`], which journals a replay.
pub async fn signer(cx: &Contexte, id: SessionExamenId, s: Signer) -> Resultat<()> {
    let siege = siege::prendre(cx, id).await?;
    let (d, moi) = (siege.d, siege.jure);
    let faites = signatures(cx, id).await?;
    if faites.iter().any(|f| f.jure_id == moi.id) {
        return Err(Erreur::Conflit(REJOUEE.into()));
    }
    if d.etat()? != EtatSession::EnDeliberation {
        return Err(Erreur::Conflit("Le procès-verbal se signe à la fin de la délibération.".into()));
    }
    let presents = presents(cx, &d).await?;
    if !presents.contains(&moi.id) {
        return Err(Erreur::Conflit("Vous n’êtes pas noté présent à cette session : seuls les membres présents signent.".into()));
    }
    controler(&s, &moi.nom_complet())?;
    let passages = session::passages(cx, id).await?;
    let ancien = figee(cx, id).await?;
    let (texte, somme) = match &ancien {
        Some(p) => (p.contenu.clone(), p.empreinte.clone()),
        None => {
            let c = contenu::etablir(cx, &d, &passages).await?;
            let e = contenu::empreinte(&c);
            (c, e)
        }
    };
    if s.empreinte != somme || contenu::empreinte(&texte) != somme {
        return Err(Erreur::Conflit(AUTRE.into()));
    }
    let sans = texte["candidats"].as_array().map_or(0, |c| c.iter().filter(|c| c["issue"] == "a_deliberer").count());
    if sans > 0 {
        let faits = FaitsSession { candidats_sans_decision: u32::try_from(sans).ok(), ..Default::default() };
        return Err(match transition(d.version, d.etat()?, ActionSession::SignerPv, &faits, cx.aujourd_hui()) {
            Err(mut r) => {
                r.motifs.retain(|m| m.regle == "session.decisions_completes");
                Erreur::Conflit(phrases(&r.motifs))
            }
            Ok(_) => Erreur::Interne("candidat sans décision".into()),
        });
    }
    if ancien.is_none() {
        let ligne = table::pv::Model { session_id: id, contenu: texte, empreinte: somme.clone(), fige_le: cx.maintenant };
        table::pv::Entity::insert(ligne.into_active_model().reset_all())
            .on_conflict(OnConflict::column(table::pv::Column::SessionId).do_nothing().to_owned())
            .exec_without_returning(&cx.db())
            .await?;
    }
    let ligne = table::pv_signature::ActiveModel {
        session_id: Set(id),
        jure_id: Set(moi.id),
        signe_le: Set(cx.maintenant),
        nature: Set(s.nature),
        trace: Set(s.trace.trim().to_owned()),
        empreinte: Set(somme),
    };
    table::pv_signature::Entity::insert(ligne).exec_without_returning(&cx.db()).await?;
    cx.journaliser(Action::Modification, "session_examen", id.0, d.session.structure_id, &["signature"]).await?;
    let texte = |ids: &mut dyn Iterator<Item = JureId>| ids.map(|j| j.to_string()).collect::<BTreeSet<_>>();
    let faits = FaitsSession {
        membres_presents: Some(texte(&mut presents.iter().copied())),
        signataires: Some(texte(&mut faites.iter().map(|f| f.jure_id).chain([moi.id]))),
        candidats_sans_decision: Some(0),
        ..Default::default()
    };
    // Until all have signed the rules refuse the step: the session waits.
    if let Ok((suivant, _)) = transition(d.version, d.etat()?, ActionSession::SignerPv, &faits, cx.aujourd_hui()) {
        cloture::clore(cx, &d, &passages).await?;
        session::poser(cx, d.session.clone(), suivant).await?;
    }
    Ok(())
}
