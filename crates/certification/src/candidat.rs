//! Candidates of a centre: who they are and how to reach them.

mod api;
pub mod table;
mod web;

pub use api::api;
pub use web::pages;

use chrono::NaiveDate;
use comptes::utilisateur::{self, CreerUtilisateur};
use sea_orm::{IntoActiveModel, QueryOrder, QuerySelect, entity::prelude::*};
use serde::{Deserialize, Serialize};
use socle::{
    Contexte, Erreur, Permission, Resultat, Role,
    api::present,
    controle::Controle,
    creation::{self, Reclamation},
    identifiant::CandidatId,
    journal::Action,
    texte::{nettoyer, plier},
};

pub use table::Model as Candidat;

/// Adds a candidate to the centre.
#[derive(Clone, Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreerCandidat {
    /// Made by the client; the same creation twice is one record.
    pub id: Option<CandidatId>,
    #[schema(max_length = 100)]
    pub prenom: String,
    #[schema(max_length = 100)]
    pub nom: String,
    pub date_naissance: Option<NaiveDate>,
    pub courriel: Option<String>,
    pub telephone: Option<String>,
    /// A juror of the same employer does not deliberate on this candidate.
    pub employeur: Option<String>,
}

/// Changes a candidate; a field left out is left as it is.
#[derive(Clone, Debug, Default, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ModifierCandidat {
    /// The version read; refused (409) if another was written since.
    pub version: Option<i32>,
    pub prenom: Option<String>,
    pub nom: Option<String>,
    #[serde(deserialize_with = "present")]
    pub date_naissance: Option<Option<NaiveDate>>,
    #[serde(deserialize_with = "present")]
    pub courriel: Option<Option<String>>,
    #[serde(deserialize_with = "present")]
    pub telephone: Option<Option<String>>,
    #[serde(deserialize_with = "present")]
    pub employeur: Option<Option<String>>,
}

impl Candidat {
    /// « Prénom NOM ».
    pub fn nom_complet(&self) -> String {
        format!("{} {}", self.prenom, self.nom.to_uppercase())
    }
}

fn controler(cx: &Contexte, p: &mut Candidat) -> Resultat<()> {
    let mut c = Controle::new();
    for (champ, v, message) in
        [("prenom", &mut p.prenom, "Indiquez le prénom du candidat."), ("nom", &mut p.nom, "Indiquez le nom du candidat.")]
    {
        *v = v.trim().to_owned();
        c.exiger(!plier(v).is_empty(), champ, message);
        c.texte(champ, Some(v), 100);
    }
    for (champ, v, max) in [("courriel", &mut p.courriel, 200), ("telephone", &mut p.telephone, 40), ("employeur", &mut p.employeur, 200)] {
        *v = nettoyer(v.take());
        c.texte(champ, v.as_deref(), max);
    }
    c.exiger(
        p.courriel.as_deref().is_none_or(|v| v.contains('@') && !v.contains(' ')),
        "courriel",
        "Cette adresse n’est pas complète : il y manque un @.",
    );
    c.exiger(
        p.date_naissance.is_none_or(|d| d < cx.aujourd_hui() && d > NaiveDate::from_ymd_opt(1900, 1, 1).unwrap_or(NaiveDate::MIN)),
        "date_naissance",
        "Cette date de naissance n’est pas possible. Vérifiez l’année.",
    );
    p.cle_tri = plier(&format!("{} {}", p.nom, p.prenom));
    c.finir()
}

/// Adds a candidate; the bool is false when a repeated request found the record already made.
pub async fn creer(cx: &Contexte, demande: CreerCandidat) -> Resultat<(Candidat, bool)> {
    let structure = cx.exiger(Permission::CertificationGerer)?;
    let id = match creation::reclamer(cx, "candidat", demande.id.map(|i| i.0), &demande).await? {
        Reclamation::Repetee(id) => return Ok((lire(cx, CandidatId(id)).await?, false)),
        Reclamation::Nouvelle(id) => CandidatId(id),
    };
    let mut p = Candidat {
        id,
        structure_id: structure,
        utilisateur_id: None,
        prenom: demande.prenom,
        nom: demande.nom,
        cle_tri: String::new(),
        date_naissance: demande.date_naissance,
        courriel: demande.courriel,
        telephone: demande.telephone,
        employeur: demande.employeur,
        version: 1,
        cree_le: cx.maintenant,
        efface_le: None,
    };
    controler(cx, &mut p)?;
    table::Entity::insert(p.clone().into_active_model().reset_all()).exec_without_returning(&cx.db()).await?;
    cx.journaliser(Action::Creation, "candidat", id.0, structure, &[]).await?;
    Ok((p, true))
}

/// One candidate: of the centre one keeps or trains in, or oneself.
pub async fn lire(cx: &Contexte, id: CandidatId) -> Resultat<Candidat> {
    let introuvable = || Erreur::Introuvable("Ce candidat");
    let p = table::Entity::find_by_id(id).one(&cx.db()).await?.ok_or_else(introuvable)?;
    let soi = p.utilisateur_id.is_some()
        && p.utilisateur_id == cx.acteur.utilisateur
        && cx.acteur.peut_dans(Permission::CandidatSien, p.structure_id);
    if soi {
        return Ok(p);
    }
    match cx.exiger_dans(Permission::CertificationLire, p.structure_id) {
        Err(Erreur::Introuvable(_)) => Err(introuvable()),
        // Another candidate, a juror: not told that this one exists.
        Err(Erreur::Interdit(_)) if cx.acteur.peut_dans(Permission::CandidatSien, p.structure_id) => Err(introuvable()),
        r => r.map(|()| p),
    }
}

/// Opens the file of a candidate, which the journal keeps.
pub async fn ouvrir(cx: &Contexte, id: CandidatId) -> Resultat<Candidat> {
    let p = lire(cx, id).await?;
    if p.utilisateur_id.is_none() || p.utilisateur_id != cx.acteur.utilisateur {
        cx.journaliser_lecture(Action::Ouverture, "candidat", id.0, p.structure_id).await?;
    }
    Ok(p)
}

/// The candidate that this account is, in the centre it is connected to.
pub async fn moi(cx: &Contexte) -> Resultat<Option<Candidat>> {
    let s = cx.exiger(Permission::CandidatSien)?;
    let moi = cx.auteur()?;
    Ok(table::Entity::find().filter(table::Column::StructureId.eq(s)).filter(table::Column::UtilisateurId.eq(moi)).one(&cx.db()).await?)
}

/// Changes a candidate.
pub async fn modifier(cx: &Contexte, id: CandidatId, m: ModifierCandidat) -> Resultat<Candidat> {
    let avant = lire(cx, id).await?;
    cx.exiger_dans(Permission::CertificationGerer, avant.structure_id)?;
    if m.version.is_some_and(|v| v != avant.version) {
        return Err(Erreur::VersionPerimee);
    }
    let a = avant.clone();
    let mut p = Candidat {
        prenom: m.prenom.unwrap_or(a.prenom),
        nom: m.nom.unwrap_or(a.nom),
        date_naissance: m.date_naissance.unwrap_or(a.date_naissance),
        courriel: m.courriel.unwrap_or(a.courriel),
        telephone: m.telephone.unwrap_or(a.telephone),
        employeur: m.employeur.unwrap_or(a.employeur),
        version: avant.version + 1,
        ..avant.clone()
    };
    controler(cx, &mut p)?;
    ecrire(cx, &p, avant.version).await?;
    cx.journaliser(Action::Modification, "candidat", id.0, avant.structure_id, &["fiche"]).await?;
    Ok(p)
}

async fn ecrire(cx: &Contexte, p: &Candidat, avant: i32) -> Resultat<()> {
    let r = table::Entity::update_many()
        .set(p.clone().into_active_model().reset_all())
        .filter(table::Column::Id.eq(p.id))
        .filter(table::Column::Version.eq(avant))
        .exec(&cx.db())
        .await?;
    if r.rows_affected == 0 { Err(Erreur::VersionPerimee) } else { Ok(()) }
}

/// Gives the candidate an account, or links the one known by their address: they then follow and prepare
/// their file by themselves.
pub async fn inviter(cx: &Contexte, id: CandidatId) -> Resultat<Candidat> {
    let avant = lire(cx, id).await?;
    cx.exiger_dans(Permission::CertificationGerer, avant.structure_id)?;
    if avant.utilisateur_id.is_some() {
        return Err(Erreur::Conflit("Ce candidat a déjà un accès.".into()));
    }
    let Some(email) = avant.courriel.clone() else {
        return Err(Erreur::Conflit("Ce candidat n’a pas de courriel : ajoutez-en un à sa fiche, puis donnez-lui un accès.".into()));
    };
    let demande = CreerUtilisateur {
        email,
        nom: format!("{} {}", avant.prenom, avant.nom),
        role: Role::Candidat,
        structure: Some(avant.structure_id),
        mot_de_passe: None,
    };
    let (u, _) = utilisateur::creer(cx, demande).await?;
    let autre = table::Entity::find()
        .filter(table::Column::StructureId.eq(avant.structure_id))
        .filter(table::Column::UtilisateurId.eq(u.id))
        .count(&cx.db())
        .await?;
    if autre > 0 {
        return Err(Erreur::Conflit("Un autre candidat de votre centre entre déjà par ce courriel : vérifiez les deux fiches.".into()));
    }
    let p = Candidat { utilisateur_id: Some(u.id), version: avant.version + 1, ..avant.clone() };
    ecrire(cx, &p, avant.version).await?;
    cx.journaliser(Action::Modification, "candidat", id.0, avant.structure_id, &["acces"]).await?;
    Ok(p)
}

/// The candidates of the centre, by name; at most `limite`.
pub async fn lister(cx: &Contexte, limite: u64) -> Resultat<Vec<Candidat>> {
    let s = cx.exiger(Permission::CertificationLire)?;
    Ok(table::Entity::find()
        .filter(table::Column::StructureId.eq(s))
        .filter(table::Column::EffaceLe.is_null())
        .order_by_asc(table::Column::CleTri)
        .order_by_asc(table::Column::Id)
        .limit(limite)
        .all(&cx.db())
        .await?)
}

/// A page of the candidates of the centre, in the order of ids, `combien` and one more.
pub async fn page(cx: &Contexte, apres: Option<Uuid>, combien: u64) -> Resultat<Vec<Candidat>> {
    let s = cx.exiger(Permission::CertificationLire)?;
    let mut q = table::Entity::find()
        .filter(table::Column::StructureId.eq(s))
        .filter(table::Column::EffaceLe.is_null())
        .order_by_asc(table::Column::Id);
    if let Some(a) = apres {
        q = q.filter(table::Column::Id.gt(a));
    }
    Ok(q.limit(combien + 1).all(&cx.db()).await?)
}
