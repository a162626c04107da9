//! The documents of certification: what each prints is frozen when it is issued, with a number, a code that
//! anybody may check, and a state.

mod api;
pub mod badge;
mod compose;
pub mod courriel;
mod emission;
pub(crate) mod jure;
pub mod lot;
pub(crate) mod retrait;
pub mod table;
mod verifier;
mod web;

pub use api::api;
pub(crate) use api::fichier;
pub use compose::{dossier_professionnel, livret_ecf};
pub use emission::emettre_session;
pub(crate) use emission::{dus, emettre_papiers};
pub use verifier::{Verifie, verifier};
pub use web::pages;

use certification_regles::decision::{self, ActionDocument, EtatDocument};
use chrono::NaiveDate;
use sea_orm::{IntoActiveModel, QueryOrder, QuerySelect, entity::prelude::*};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use socle::{
    Contexte, Erreur, Permission, Resultat,
    identifiant::{CandidatId, CandidatureId, DocumentId, JureId, PassageId, SessionExamenId},
    journal::Action,
    ports::Modele,
};

use crate::{
    candidat,
    candidature::{de_code, en_code},
};

pub use table::Model as Document;

/// What a document is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = NatureDocument)]
pub enum Nature {
    Convocation,
    Emargement,
    Grille,
    Pv,
    Livret,
    Parchemin,
    Attestation,
    Lettre,
    CertificatRealisation,
}

impl Nature {
    pub fn libelle(self) -> &'static str {
        match self {
            Self::Convocation => "Convocation",
            Self::Emargement => "Feuille d’émargement",
            Self::Grille => "Grille d’évaluation",
            Self::Pv => "Procès-verbal",
            Self::Livret => "Livret de certification",
            Self::Parchemin => "Parchemin",
            Self::Attestation => "Attestation de réussite",
            Self::Lettre => "Lettre de résultat",
            Self::CertificatRealisation => "Certificat de réalisation",
        }
    }

    /// Whether the candidate it names reads it.
    fn du_candidat(self) -> bool {
        !matches!(self, Self::Emargement | Self::Grille | Self::Pv)
    }
}

/// What a document is made for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Emettre {
    pub nature: Nature,
    /// For a convocation, a grid or a letter.
    pub passage: Option<PassageId>,
    /// For an attendance sheet or a PV; with `jure`, for the convocation of a member of its jury.
    pub session: Option<SessionExamenId>,
    /// The member of the jury invited.
    #[serde(default)]
    pub jure: Option<JureId>,
    /// For a livret, a parchemin, an attestation, a certificate: the enrolment.
    pub candidature: Option<CandidatureId>,
}

/// What was composed, before it has a number.
pub(crate) struct Compose {
    pub modele: Modele,
    /// Without number nor verification: they are put in when it is issued.
    pub donnees: Value,
    pub candidat: Option<CandidatId>,
    pub session: Option<SessionExamenId>,
    pub version: String,
    /// Labels of the units, as printed.
    pub unites: Vec<String>,
    pub titre: String,
    /// First name and name of the holder.
    pub titulaire: Option<(String, String)>,
    pub etat: EtatDocument,
}

/// What is frozen in the row.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Fige {
    /// `acte` or `parchemin`.
    modele: String,
    donnees: Value,
    titre: String,
    prenom: Option<String>,
    nom: Option<String>,
}

impl Document {
    pub fn nature(&self) -> Resultat<Nature> {
        de_code(&self.nature)
    }

    pub fn etat(&self) -> Resultat<EtatDocument> {
        de_code(&self.etat)
    }

    /// Whether what was frozen still has its hash: nobody changed it behind our back.
    pub fn intact(&self) -> bool {
        crate::pv::empreinte(&self.contenu) == self.empreinte
    }

    pub(crate) fn fige(&self) -> Resultat<Fige> {
        serde_json::from_value(self.contenu.clone()).map_err(Erreur::interne)
    }

    /// The page that says whether it is genuine.
    pub fn adresse(&self, cx: &Contexte) -> String {
        self.adresse_de(cx.etat())
    }

    /// The same, where there is no context.
    pub(crate) fn adresse_de(&self, etat: &socle::Etat) -> String {
        format!("{}/verifier/{}", etat.config.public_url.trim_end_matches('/'), self.code_verification)
    }
}

/// The words of a state.
pub fn mots(e: EtatDocument) -> &'static str {
    match e {
        EtatDocument::ADemander => "à demander",
        EtatDocument::Demande => "demandé",
        EtatDocument::Delivre => "délivré",
        EtatDocument::Remis => "remis",
        EtatDocument::Retire => "retiré",
    }
}

/// Letters and digits that are not taken for one another.
const LETTRES: &[u8; 31] = b"23456789ABCDEFGHJKMNPQRSTUVWXYZ";

/// `n` of them, at random.
fn tirer(n: usize) -> Resultat<String> {
    // 256 random bits, spread over as many letters as asked: up to 20, whose 99 bits are not guessed.
    let octets = Sha256::digest(socle::secret::tirer()?);
    Ok(octets.iter().take(n).map(|o| char::from(LETTRES[usize::from(*o) % LETTRES.len()])).collect())
}

/// Issues a document: composes it, freezes it, numbers it.
///
/// # Errors
/// `Conflit` when the state of things does not allow it; the sentence says why.
pub async fn emettre(cx: &Contexte, e: &Emettre) -> Resultat<Document> {
    let structure = cx.exiger(Permission::CertificationGerer)?;
    let c = compose::composer(cx, e).await?;
    let decisions = retrait::appuis(cx, e.nature, &c).await?;
    let (annee, jour) = (cx.aujourd_hui().format("%Y"), cx.aujourd_hui());
    let fige = Fige {
        modele: if c.modele == Modele::Parchemin { "parchemin" } else { "acte" }.to_owned(),
        donnees: c.donnees,
        titre: c.titre,
        prenom: c.titulaire.as_ref().map(|t| t.0.clone()),
        nom: c.titulaire.map(|t| t.1),
    };
    let contenu = serde_json::to_value(fige).map_err(Erreur::interne)?;
    let d = Document {
        id: DocumentId(cx.nouvel_uuid()),
        structure_id: structure,
        candidat_id: c.candidat,
        session_id: c.session,
        nature: en_code(e.nature)?,
        numero: format!("{annee}-{}", tirer(8)?),
        code_verification: tirer(20)?,
        version_code: c.version,
        unites: json!(c.unites),
        etat: en_code(c.etat)?,
        emis_le: jour,
        retire_le: None,
        motif_retrait: None,
        empreinte: crate::pv::empreinte(&contenu),
        contenu,
        version: 1,
        decisions,
        jure_id: e.jure,
    };
    table::Entity::insert(d.clone().into_active_model().reset_all()).exec_without_returning(&cx.db()).await?;
    cx.journaliser(Action::Creation, "document_certification", d.id.0, structure, &[]).await?;
    Ok(d)
}

/// One document: for its centre, for the candidate it names, and for the member of a jury it invites.
pub async fn lire(cx: &Contexte, id: DocumentId) -> Resultat<Document> {
    Ok(lire_avec(cx, id).await?.0)
}

/// The same, with the candidate it names when they may read it.
async fn lire_avec(cx: &Contexte, id: DocumentId) -> Resultat<(Document, Option<candidat::Candidat>)> {
    let introuvable = || Erreur::Introuvable("Ce document");
    let d = table::Entity::find_by_id(id).one(&cx.db()).await?.ok_or_else(introuvable)?;
    if d.nature()?.du_candidat()
        && let Some(c) = d.candidat_id
    {
        return match candidat::lire(cx, c).await {
            Err(Erreur::Introuvable(_)) => Err(introuvable()),
            r => r.map(|c| (d, Some(c))),
        };
    }
    if jure::est_la_sienne(cx, &d).await? {
        return Ok((d, None));
    }
    match cx.exiger_dans(Permission::CertificationLire, d.structure_id) {
        Err(Erreur::Introuvable(_)) => Err(introuvable()),
        r => r.map(|()| (d, None)),
    }
}

/// A page of the documents of the centre, in the order of ids, `combien` and one more.
pub async fn page(cx: &Contexte, apres: Option<Uuid>, combien: u64) -> Resultat<Vec<Document>> {
    let s = cx.exiger(Permission::CertificationLire)?;
    let mut q = table::Entity::find().filter(table::Column::StructureId.eq(s)).order_by_asc(table::Column::Id);
    if let Some(a) = apres {
        q = q.filter(table::Column::Id.gt(a));
    }
    Ok(q.limit(combien + 1).all(&cx.db()).await?)
}

/// The documents of a session, for the centre.
pub async fn de_session(cx: &Contexte, session: SessionExamenId) -> Resultat<Vec<Document>> {
    let s = cx.exiger(Permission::CertificationLire)?;
    Ok(table::Entity::find()
        .filter(table::Column::StructureId.eq(s))
        .filter(table::Column::SessionId.eq(session))
        .order_by_asc(table::Column::Id)
        .all(&cx.db())
        .await?)
}

/// The documents of a candidate that they may read.
pub async fn de_candidat(cx: &Contexte, id: CandidatId) -> Resultat<Vec<Document>> {
    candidat::lire(cx, id).await?;
    let mut tous = table::Entity::find().filter(table::Column::CandidatId.eq(id)).order_by_desc(table::Column::Id).all(&cx.db()).await?;
    tous.retain(|d| d.nature().is_ok_and(Nature::du_candidat));
    Ok(tous)
}

/// Passes a document to its next state: `demander`, `delivrer`, `remettre`, `retirer` (reasoned).
pub async fn agir(cx: &Contexte, id: DocumentId, action: ActionDocument, motif: Option<&str>) -> Resultat<Document> {
    let d = lire(cx, id).await?;
    cx.exiger_dans(Permission::CertificationGerer, d.structure_id)?;
    let motif = motif.map(str::trim).filter(|m| !m.is_empty());
    let mut c = socle::controle::Controle::new();
    c.texte("motif", motif, 500);
    c.exiger(action != ActionDocument::Retirer || motif.is_some(), "motif", "Dites pourquoi ce document est retiré.");
    c.finir()?;
    let (etat, _) = decision::document(d.etat()?, action, motif).map_err(|r| Erreur::Conflit(r.to_string()))?;
    if d.retire_le.is_some() {
        let pourquoi = d.motif_retrait.unwrap_or_default();
        return Err(Erreur::Conflit(format!("Ce document reste sans suite, il a été retiré avant d’être délivré. {pourquoi}")));
    }
    let retire: Option<NaiveDate> = (etat == EtatDocument::Retire).then(|| cx.aujourd_hui());
    let apres = Document {
        etat: en_code(etat)?,
        retire_le: retire,
        motif_retrait: retire.and(motif.map(str::to_owned)),
        version: d.version + 1,
        ..d.clone()
    };
    let r = table::Entity::update_many()
        .set(apres.clone().into_active_model().reset_all())
        .filter(table::Column::Id.eq(id))
        .filter(table::Column::Version.eq(d.version))
        .exec(&cx.db())
        .await?;
    if r.rows_affected == 0 {
        return Err(Erreur::VersionPerimee);
    }
    cx.journaliser(Action::Modification, "document_certification", id.0, d.structure_id, &["etat"]).await?;
    Ok(apres)
}

/// The PDF of a document, made again from what was frozen.
///
/// # Errors
/// `Conflit` when what was frozen no longer has its hash.
pub(crate) async fn rendre(etat: &socle::Etat, d: &Document) -> Resultat<Vec<u8>> {
    if !d.intact() {
        return Err(Erreur::Conflit(
            "Ce document a été changé dans la base après son émission : il n’est plus imprimé. Prévenez l’administration de l’instance."
                .into(),
        ));
    }
    let Fige { modele, mut donnees, .. } = d.fige()?;
    let adresse = d.adresse_de(etat);
    donnees["numero"] = json!(d.numero);
    donnees["verification"] = json!({"qr": interface::qr::traits(&adresse)?, "adresse": adresse});
    let modele = if modele == "parchemin" { Modele::Parchemin } else { Modele::Acte };
    Ok(etat.documents.pdf(modele, donnees).await?)
}

/// The PDF of a document, for its centre and the candidate it names; the printing is journaled.
///
/// # Errors
/// Those of [`lire`] and of `rendre`.
pub async fn pdf(q: &socle::requete::Requete, id: DocumentId) -> Resultat<Vec<u8>> {
    let d = lire(&q.lecture(), id).await?;
    let pdf = rendre(&q.etat, &d).await?;
    let cx = q.ecriture().await?;
    cx.journaliser(Action::Impression, "document_certification", id.0, d.structure_id, &[]).await?;
    cx.valider().await?;
    Ok(pdf)
}
