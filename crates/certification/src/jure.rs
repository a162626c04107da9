//! The register of jurors of a centre: who they are, what they practise, for which versions of a title they
//! are habilitated and from when to when, and the ties they declare with candidates.

mod api;
pub(crate) mod table;
mod web;

pub use api::api;
pub use web::pages;

use certification_regles::jury as regles;
use chrono::NaiveDate;
use sea_orm::{ActiveValue::Set, IntoActiveModel, QueryOrder, QuerySelect, entity::prelude::*};
use serde::{Deserialize, Serialize};
use socle::{
    Contexte, Erreur, Nomenclature, Permission, Resultat, Role,
    api::present,
    controle::Controle,
    creation::{self, Reclamation},
    equipe,
    identifiant::{CandidatId, JureId, UtilisateurId},
    journal::Action,
    texte::{nettoyer, plier},
};

use crate::session::depot;
pub use table::{habilitation::Model as Habilitation, jure::Model as Jure, lien::Model as Lien};

/// What ties a juror to a candidate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize, utoipa::ToSchema)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(32))", rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub enum NatureLien {
    MemeEmployeur,
    OrganismeFormation,
    AccueilStage,
    Formateur,
    Autre,
}

impl Nomenclature for NatureLien {
    fn libelle(self) -> &'static str {
        match self {
            Self::MemeEmployeur => "Même employeur",
            Self::OrganismeFormation => "Organisme de formation du candidat",
            Self::AccueilStage => "Lieu de stage ou d’accueil",
            Self::Formateur => "Formateur ou formatrice du candidat",
            Self::Autre => "Autre lien",
        }
    }
}

impl From<NatureLien> for regles::NatureLien {
    fn from(n: NatureLien) -> Self {
        match n {
            NatureLien::MemeEmployeur => Self::MemeEmployeur,
            NatureLien::OrganismeFormation => Self::OrganismeFormation,
            NatureLien::AccueilStage => Self::AccueilStage,
            NatureLien::Formateur => Self::Formateur,
            NatureLien::Autre => Self::Autre,
        }
    }
}

/// Adds a juror to the register.
#[derive(Clone, Debug, Default, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreerJure {
    /// Made by the client; the same creation twice is one record.
    pub id: Option<JureId>,
    #[schema(max_length = 100)]
    pub prenom: String,
    #[schema(max_length = 100)]
    pub nom: String,
    /// The account the juror signs in with; it holds the role of juror in the structure.
    pub utilisateur: Option<UtilisateurId>,
    pub courriel: Option<String>,
    pub telephone: Option<String>,
    pub employeur: Option<String>,
    /// Whole years of practice of the job.
    pub pratique_annees: Option<i32>,
    /// The day the job was left; none: still practised.
    pub pratique_quittee_le: Option<NaiveDate>,
}

/// Changes a juror; a field left out is left as it is.
#[derive(Clone, Debug, Default, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ModifierJure {
    /// The version read; refused (409) if another was written since.
    pub version: Option<i32>,
    pub prenom: Option<String>,
    pub nom: Option<String>,
    #[serde(deserialize_with = "present")]
    pub utilisateur: Option<Option<UtilisateurId>>,
    #[serde(deserialize_with = "present")]
    pub courriel: Option<Option<String>>,
    #[serde(deserialize_with = "present")]
    pub telephone: Option<Option<String>>,
    #[serde(deserialize_with = "present")]
    pub employeur: Option<Option<String>>,
    #[serde(deserialize_with = "present")]
    pub pratique_annees: Option<Option<i32>>,
    #[serde(deserialize_with = "present")]
    pub pratique_quittee_le: Option<Option<NaiveDate>>,
    /// Out of use jurors are no longer proposed.
    pub actif: Option<bool>,
}

/// Habilitates a juror for a version of a title.
#[derive(Clone, Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Habiliter {
    /// Code of the version.
    pub version: String,
    pub numero: Option<String>,
    pub debut: NaiveDate,
    /// Last day; none: until the end of the title.
    pub fin: Option<NaiveDate>,
}

/// Declares a tie of a juror with a candidate.
#[derive(Clone, Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Declarer {
    pub candidat: CandidatId,
    pub nature: NatureLien,
}

/// A juror with all that is known of them.
#[derive(Clone, Debug)]
pub struct Fiche {
    pub jure: Jure,
    pub habilitations: Vec<Habilitation>,
    pub liens: Vec<Lien>,
}

impl Jure {
    /// First name and name.
    pub fn nom_complet(&self) -> String {
        format!("{} {}", self.prenom, self.nom)
    }
}

async fn controler(cx: &Contexte, j: &mut Jure) -> Resultat<()> {
    let mut c = Controle::new();
    for (champ, v, message) in [("prenom", &mut j.prenom, "Indiquez le prénom."), ("nom", &mut j.nom, "Indiquez le nom du membre de jury.")]
    {
        *v = v.trim().to_owned();
        c.exiger(!plier(v).is_empty(), champ, message);
        c.texte(champ, Some(v), 100);
    }
    for (champ, v, max) in [("courriel", &mut j.courriel, 200), ("telephone", &mut j.telephone, 40), ("employeur", &mut j.employeur, 200)] {
        *v = nettoyer(v.take());
        c.texte(champ, v.as_deref(), max);
    }
    c.exiger(
        j.courriel.as_deref().is_none_or(|v| v.contains('@') && !v.contains(' ')),
        "courriel",
        "Cette adresse n’est pas complète : il y manque un @.",
    );
    c.exiger(j.pratique_annees.is_none_or(|n| (0..=70).contains(&n)), "pratique_annees", "Écrivez un nombre d’années entre 0 et 70.");
    c.exiger(
        j.pratique_quittee_le.is_none_or(|d| d <= cx.aujourd_hui()),
        "pratique_quittee_le",
        "Cette date est à venir : laissez vide tant que le métier est exercé.",
    );
    c.exiger(
        j.pratique_quittee_le.is_none() || j.pratique_annees.is_some(),
        "pratique_annees",
        "Indiquez combien d’années le métier a été pratiqué.",
    );
    if let Some(u) = j.utilisateur_id {
        let connu = comptes_possibles(cx, j.structure_id).await?.iter().any(|x| x.id == u);
        c.exiger(connu, "utilisateur", "Ce compte n’a pas le rôle de membre de jury dans votre structure.");
    }
    c.finir()
}

/// The accounts that hold the role of juror in the structure.
pub async fn comptes_possibles(cx: &Contexte, s: socle::identifiant::StructureId) -> Resultat<Vec<equipe::Joignable>> {
    equipe::joignables(cx, s, Role::Jure).await
}

fn compte_pris(e: sea_orm::DbErr) -> Erreur {
    match e.sql_err() {
        Some(sea_orm::SqlErr::UniqueConstraintViolation(_)) => {
            Erreur::champ("utilisateur", "Ce compte est déjà celui d’un autre membre de jury : choisissez-en un autre.")
        }
        _ => e.into(),
    }
}

/// Adds a juror; the bool is false when a repeated request found the record already made.
pub async fn creer(cx: &Contexte, d: CreerJure) -> Resultat<(Fiche, bool)> {
    let structure = cx.exiger(Permission::CertificationGerer)?;
    let id = match creation::reclamer(cx, "jure", d.id.map(|i| i.0), &d).await? {
        Reclamation::Repetee(id) => return Ok((lire(cx, JureId(id)).await?, false)),
        Reclamation::Nouvelle(id) => JureId(id),
    };
    let mut j = Jure {
        id,
        structure_id: structure,
        utilisateur_id: d.utilisateur,
        prenom: d.prenom,
        nom: d.nom,
        courriel: d.courriel,
        telephone: d.telephone,
        employeur: d.employeur,
        pratique_annees: d.pratique_annees,
        pratique_quittee_le: d.pratique_quittee_le,
        actif: true,
        version: 1,
    };
    controler(cx, &mut j).await?;
    table::jure::Entity::insert(j.clone().into_active_model().reset_all()).exec_without_returning(&cx.db()).await.map_err(compte_pris)?;
    cx.journaliser(Action::Creation, "jure", id.0, structure, &[]).await?;
    Ok((Fiche { jure: j, habilitations: vec![], liens: vec![] }, true))
}

async fn trouver(cx: &Contexte, id: JureId, p: Permission) -> Resultat<Jure> {
    let introuvable = Erreur::Introuvable("Ce membre de jury");
    let Some(j) = table::jure::Entity::find_by_id(id).one(&cx.db()).await? else { return Err(introuvable) };
    match cx.exiger_dans(p, j.structure_id) {
        Ok(()) => Ok(j),
        Err(Erreur::Introuvable(_)) => Err(introuvable),
        Err(e) => Err(e),
    }
}

/// One juror of the register.
pub async fn lire(cx: &Contexte, id: JureId) -> Resultat<Fiche> {
    let jure = trouver(cx, id, Permission::CertificationLire).await?;
    let habilitations = table::habilitation::Entity::find()
        .filter(table::habilitation::Column::JureId.eq(id))
        .order_by_asc(table::habilitation::Column::Debut)
        .order_by_asc(table::habilitation::Column::Id)
        .all(&cx.db())
        .await?;
    let liens = table::lien::Entity::find()
        .filter(table::lien::Column::JureId.eq(id))
        .order_by_asc(table::lien::Column::CandidatId)
        .all(&cx.db())
        .await?;
    Ok(Fiche { jure, habilitations, liens })
}

/// Changes a juror.
pub async fn modifier(cx: &Contexte, id: JureId, m: ModifierJure) -> Resultat<Fiche> {
    let avant = trouver(cx, id, Permission::CertificationGerer).await?;
    if m.version.is_some_and(|v| v != avant.version) {
        return Err(Erreur::VersionPerimee);
    }
    let mut j = Jure {
        utilisateur_id: m.utilisateur.unwrap_or(avant.utilisateur_id),
        prenom: m.prenom.unwrap_or_else(|| avant.prenom.clone()),
        nom: m.nom.unwrap_or_else(|| avant.nom.clone()),
        courriel: m.courriel.unwrap_or_else(|| avant.courriel.clone()),
        telephone: m.telephone.unwrap_or_else(|| avant.telephone.clone()),
        employeur: m.employeur.unwrap_or_else(|| avant.employeur.clone()),
        pratique_annees: m.pratique_annees.unwrap_or(avant.pratique_annees),
        pratique_quittee_le: m.pratique_quittee_le.unwrap_or(avant.pratique_quittee_le),
        actif: m.actif.unwrap_or(avant.actif),
        version: avant.version + 1,
        ..avant.clone()
    };
    controler(cx, &mut j).await?;
    let r = table::jure::Entity::update_many()
        .set(j.clone().into_active_model().reset_all())
        .filter(table::jure::Column::Id.eq(id))
        .filter(table::jure::Column::Version.eq(avant.version))
        .exec(&cx.db())
        .await
        .map_err(compte_pris)?;
    if r.rows_affected == 0 {
        return Err(Erreur::VersionPerimee);
    }
    cx.journaliser(Action::Modification, "jure", id.0, j.structure_id, &["fiche"]).await?;
    lire(cx, id).await
}

/// Habilitates a juror for a version of a title; gives the id of the habilitation.
pub async fn habiliter(cx: &Contexte, id: JureId, h: Habiliter) -> Resultat<Uuid> {
    let j = trouver(cx, id, Permission::CertificationGerer).await?;
    let mut c = Controle::new();
    let numero = nettoyer(h.numero);
    c.texte("numero", numero.as_deref(), 80);
    c.exiger(depot::versions(cx).await?.iter().any(|v| v.code == h.version), "version", "Choisissez une version de titre de la liste.");
    c.exiger(h.fin.is_none_or(|f| f >= h.debut), "fin", "La fin de l’habilitation précède son début.");
    c.finir()?;
    let ligne =
        Habilitation { id: cx.nouvel_uuid(), jure_id: id, version_code: h.version, numero, debut: h.debut, fin: h.fin, retiree_le: None };
    let h = ligne.id;
    table::habilitation::Entity::insert(ligne.into_active_model().reset_all()).exec_without_returning(&cx.db()).await?;
    cx.journaliser(Action::Modification, "jure", id.0, j.structure_id, &["habilitation"]).await?;
    Ok(h)
}

/// Withdraws a habilitation from a day on; it stays in the file.
pub async fn retirer_habilitation(cx: &Contexte, id: JureId, habilitation: Uuid, jour: NaiveDate) -> Resultat<()> {
    let j = trouver(cx, id, Permission::CertificationGerer).await?;
    let r = table::habilitation::Entity::update_many()
        .set(table::habilitation::ActiveModel { retiree_le: Set(Some(jour)), ..Default::default() })
        .filter(table::habilitation::Column::Id.eq(habilitation))
        .filter(table::habilitation::Column::JureId.eq(id))
        .exec(&cx.db())
        .await?;
    if r.rows_affected == 0 {
        return Err(Erreur::Introuvable("Cette habilitation"));
    }
    cx.journaliser(Action::Modification, "jure", id.0, j.structure_id, &["habilitation"]).await
}

/// Declares a tie; declared twice, it is one.
pub async fn declarer_lien(cx: &Contexte, id: JureId, d: Declarer) -> Resultat<()> {
    let j = trouver(cx, id, Permission::CertificationGerer).await?;
    let candidat = depot::candidat(cx, d.candidat).await?.filter(|c| c.structure_id == j.structure_id);
    if candidat.is_none() {
        return Err(Erreur::champ("candidat", "Choisissez un candidat de votre centre."));
    }
    let ligne = Lien { jure_id: id, candidat_id: d.candidat, nature: d.nature, declare_le: cx.aujourd_hui() };
    let mut conflit = sea_orm::sea_query::OnConflict::columns([
        table::lien::Column::JureId,
        table::lien::Column::CandidatId,
        table::lien::Column::Nature,
    ]);
    table::lien::Entity::insert(ligne.into_active_model().reset_all())
        .on_conflict(conflit.do_nothing().to_owned())
        .exec_without_returning(&cx.db())
        .await?;
    cx.journaliser(Action::Modification, "jure", id.0, j.structure_id, &["lien"]).await
}

/// Removes a tie declared by mistake; the journal keeps that it was.
pub async fn retirer_lien(cx: &Contexte, id: JureId, d: &Declarer) -> Resultat<()> {
    let j = trouver(cx, id, Permission::CertificationGerer).await?;
    table::lien::Entity::delete_many()
        .filter(table::lien::Column::JureId.eq(id))
        .filter(table::lien::Column::CandidatId.eq(d.candidat))
        .filter(table::lien::Column::Nature.eq(d.nature))
        .exec(&cx.db())
        .await?;
    cx.journaliser(Action::Modification, "jure", id.0, j.structure_id, &["lien"]).await
}

/// The register, by name.
pub async fn lister(cx: &Contexte) -> Resultat<Vec<Jure>> {
    let s = cx.exiger(Permission::CertificationLire)?;
    let q = table::jure::Entity::find().filter(table::jure::Column::StructureId.eq(s));
    let mut tous = q.order_by_asc(table::jure::Column::Id).all(&cx.db()).await?;
    tous.sort_by_key(|j| (plier(&j.nom), plier(&j.prenom), j.id));
    Ok(tous)
}

/// A page of the register, in the order of ids.
pub async fn page(cx: &Contexte, apres: Option<Uuid>, combien: u64) -> Resultat<Vec<Jure>> {
    let s = cx.exiger(Permission::CertificationLire)?;
    let mut q = table::jure::Entity::find().filter(table::jure::Column::StructureId.eq(s)).order_by_asc(table::jure::Column::Id);
    if let Some(a) = apres {
        q = q.filter(table::jure::Column::Id.gt(a));
    }
    Ok(q.limit(combien + 1).all(&cx.db()).await?)
}
