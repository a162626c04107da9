//! Partners: to whom a person can be sent, and what each does. A structure's own directory.

mod api;
mod table;
mod web;

pub use api::api;
pub use web::pages;

use sea_orm::{IntoActiveModel, QueryOrder, QuerySelect, entity::prelude::*};
use serde::{Deserialize, Serialize};
use socle::{
    Contexte, Erreur, Nomenclature, Permission, Resultat,
    api::present,
    controle::Controle,
    creation::{self, Reclamation},
    identifiant::PartenaireId,
    journal::Action,
    texte::{nettoyer, plier},
};

pub use table::Model as Partenaire;

/// Kind of structure a person is sent to; same values as the national tools.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum, Serialize, Deserialize, utoipa::ToSchema)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(48))", rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub enum Nature {
    Administration,
    MediationNumerique,
    OperateurOuOrganismeEnCharge,
    AideSociale,
    InsertionProfessionnelle,
    AideAuxDemarchesAdministratives,
    Autre,
}

impl Nomenclature for Nature {
    fn libelle(self) -> &'static str {
        match self {
            Self::Administration => "Administration",
            Self::MediationNumerique => "Médiation numérique",
            Self::OperateurOuOrganismeEnCharge => "Opérateur ou organisme en charge",
            Self::AideSociale => "Aide sociale",
            Self::InsertionProfessionnelle => "Insertion professionnelle",
            Self::AideAuxDemarchesAdministratives => "Aide aux démarches administratives",
            Self::Autre => "Autre",
        }
    }
}

/// Adds a partner to the directory.
#[derive(Clone, Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreerPartenaire {
    /// Made by the client; the same creation twice is one record.
    pub id: Option<PartenaireId>,
    #[schema(min_length = 1, max_length = 150)]
    pub nom: String,
    pub nature: Nature,
    /// A person or a service to ask for.
    pub contact: Option<String>,
    pub telephone: Option<String>,
    pub courriel: Option<String>,
    pub adresse: Option<String>,
    /// What it does, for whom.
    pub description: Option<String>,
}

/// Changes a partner; a field left out is left as it is.
#[derive(Clone, Debug, Default, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ModifierPartenaire {
    /// The version read; refused (409) if another was written since.
    pub version: Option<i32>,
    pub nom: Option<String>,
    pub nature: Option<Nature>,
    #[serde(deserialize_with = "present")]
    pub contact: Option<Option<String>>,
    #[serde(deserialize_with = "present")]
    pub telephone: Option<Option<String>>,
    #[serde(deserialize_with = "present")]
    pub courriel: Option<Option<String>>,
    #[serde(deserialize_with = "present")]
    pub adresse: Option<Option<String>>,
    #[serde(deserialize_with = "present")]
    pub description: Option<Option<String>>,
    /// Out of use partners are no longer proposed.
    pub actif: Option<bool>,
}

fn controler(p: &mut Partenaire) -> Resultat<()> {
    let mut c = Controle::new();
    p.nom = p.nom.trim().to_owned();
    c.exiger(!plier(&p.nom).is_empty(), "nom", "Indiquez le nom du partenaire.");
    c.texte("nom", Some(&p.nom), 150);
    for (champ, v, max) in [
        ("contact", &mut p.contact, 150),
        ("telephone", &mut p.telephone, 40),
        ("courriel", &mut p.courriel, 200),
        ("adresse", &mut p.adresse, 300),
        ("description", &mut p.description, 2000),
    ] {
        *v = nettoyer(v.take());
        c.texte(champ, v.as_deref(), max);
    }
    c.exiger(
        p.courriel.as_deref().is_none_or(|v| v.contains('@') && !v.contains(' ')),
        "courriel",
        "Cette adresse n’est pas complète : il y manque un @.",
    );
    p.cle_tri = plier(&p.nom);
    c.finir()
}

/// Adds a partner; the bool is false when a repeated request found the record already made.
pub async fn creer(cx: &Contexte, demande: CreerPartenaire) -> Resultat<(Partenaire, bool)> {
    let structure = cx.exiger(Permission::PartenairesEcrire)?;
    let id = match creation::reclamer(cx, "partenaire", demande.id.map(|i| i.0), &demande).await? {
        Reclamation::Repetee(id) => return Ok((lire(cx, PartenaireId(id)).await?, false)),
        Reclamation::Nouvelle(id) => PartenaireId(id),
    };
    let mut p = Partenaire {
        id,
        structure_id: structure,
        nom: demande.nom,
        cle_tri: String::new(),
        nature: demande.nature,
        contact: demande.contact,
        telephone: demande.telephone,
        courriel: demande.courriel,
        adresse: demande.adresse,
        description: demande.description,
        actif: true,
        version: 1,
        cree_le: cx.maintenant,
    };
    controler(&mut p)?;
    table::Entity::insert(p.clone().into_active_model().reset_all()).exec_without_returning(&cx.db()).await?;
    cx.journaliser(Action::Creation, "partenaire", id.0, structure, &[]).await?;
    Ok((p, true))
}

/// One partner of the structure's directory.
pub async fn lire(cx: &Contexte, id: PartenaireId) -> Resultat<Partenaire> {
    let introuvable = Erreur::Introuvable("Ce partenaire");
    let Some(p) = table::Entity::find_by_id(id).one(&cx.db()).await? else { return Err(introuvable) };
    match cx.exiger_dans(Permission::PartenairesLire, p.structure_id) {
        Ok(()) => Ok(p),
        Err(Erreur::Introuvable(_)) => Err(introuvable),
        Err(e) => Err(e),
    }
}

/// Changes a partner.
pub async fn modifier(cx: &Contexte, id: PartenaireId, m: ModifierPartenaire) -> Resultat<Partenaire> {
    let avant = lire(cx, id).await?;
    cx.exiger_dans(Permission::PartenairesEcrire, avant.structure_id)?;
    if m.version.is_some_and(|v| v != avant.version) {
        return Err(Erreur::VersionPerimee);
    }
    let mut p = Partenaire {
        nom: m.nom.unwrap_or_else(|| avant.nom.clone()),
        nature: m.nature.unwrap_or(avant.nature),
        contact: m.contact.unwrap_or_else(|| avant.contact.clone()),
        telephone: m.telephone.unwrap_or_else(|| avant.telephone.clone()),
        courriel: m.courriel.unwrap_or_else(|| avant.courriel.clone()),
        adresse: m.adresse.unwrap_or_else(|| avant.adresse.clone()),
        description: m.description.unwrap_or_else(|| avant.description.clone()),
        actif: m.actif.unwrap_or(avant.actif),
        version: avant.version + 1,
        ..avant.clone()
    };
    controler(&mut p)?;
    let r = table::Entity::update_many()
        .set(p.clone().into_active_model().reset_all())
        .filter(table::Column::Id.eq(id))
        .filter(table::Column::Version.eq(avant.version))
        .exec(&cx.db())
        .await?;
    if r.rows_affected == 0 {
        return Err(Erreur::VersionPerimee);
    }
    cx.journaliser(Action::Modification, "partenaire", id.0, avant.structure_id, &["fiche"]).await?;
    Ok(p)
}

/// The partners of the structure's directory, by name; at most `limite`.
pub async fn lister(cx: &Contexte, inactifs: bool, limite: u64) -> Resultat<Vec<Partenaire>> {
    let s = cx.exiger(Permission::PartenairesLire)?;
    let mut q =
        table::Entity::find().filter(table::Column::StructureId.eq(s)).order_by_asc(table::Column::CleTri).order_by_asc(table::Column::Id);
    if !inactifs {
        q = q.filter(table::Column::Actif.eq(true));
    }
    Ok(q.limit(limite).all(&cx.db()).await?)
}

/// The names of partners, for what is public of them: where a workshop takes place.
pub async fn noms(cx: &Contexte, ids: Vec<PartenaireId>) -> Resultat<std::collections::HashMap<Uuid, String>> {
    if ids.is_empty() {
        return Ok(std::collections::HashMap::new());
    }
    let lignes: Vec<(Uuid, String)> = table::Entity::find()
        .select_only()
        .columns([table::Column::Id, table::Column::Nom])
        .filter(table::Column::Id.is_in(ids))
        .into_tuple()
        .all(&cx.db())
        .await?;
    Ok(lignes.into_iter().collect())
}

/// A page of the directory, in the order of ids.
pub async fn page(cx: &Contexte, apres: Option<uuid::Uuid>, combien: u64) -> Resultat<Vec<Partenaire>> {
    let s = cx.exiger(Permission::PartenairesLire)?;
    let mut q = table::Entity::find().filter(table::Column::StructureId.eq(s)).order_by_asc(table::Column::Id);
    if let Some(a) = apres {
        q = q.filter(table::Column::Id.gt(a));
    }
    Ok(q.limit(combien + 1).all(&cx.db()).await?)
}
