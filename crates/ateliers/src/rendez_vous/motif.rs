//! What one takes an appointment for.

use std::collections::HashMap;

use sea_orm::{IntoActiveModel, PaginatorTrait, QueryOrder, entity::prelude::*};
use serde::{Deserialize, Serialize};
use socle::{
    Contexte, Erreur, Permission, Resultat,
    controle::Controle,
    equipe,
    identifiant::{MotifId, StructureId, UtilisateurId},
    journal::Action,
    texte::nettoyer,
};

use super::{
    Maniere, Motif,
    table::motif::{self, Mediateurs},
};

/// Writes a reason.
#[derive(Clone, Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EcrireMotif {
    /// Of a change, the version read; refused (409) if another was written since.
    pub version: Option<i32>,
    #[schema(max_length = 100)]
    pub libelle: String,
    /// Read by the public.
    #[schema(max_length = 500)]
    pub description: Option<String>,
    #[schema(minimum = 5, maximum = 480)]
    pub duree_minutes: u32,
    pub maniere: Maniere,
    /// Anybody may take it, on the public page.
    #[serde(default)]
    pub publie: bool,
    /// No later than so many hours before; 24 if not told.
    #[schema(minimum = 0, maximum = 720)]
    pub delai_heures: Option<u32>,
    /// No earlier than so many days before; 28 if not told.
    #[schema(minimum = 1, maximum = 120)]
    pub horizon_jours: Option<u32>,
    /// Who receives for it; nobody: all those who have hours.
    #[serde(default)]
    pub mediateurs: Vec<UtilisateurId>,
    /// Not proposed any more, when false.
    #[serde(default = "oui")]
    pub actif: bool,
}

fn oui() -> bool {
    true
}

/// Most reasons of a structure.
const MAX: u64 = 100;

async fn appliquer(cx: &Contexte, structure: StructureId, d: EcrireMotif, avant: Motif) -> Resultat<Motif> {
    let mut c = Controle::new();
    let libelle = nettoyer(Some(d.libelle)).unwrap_or_default();
    let description = nettoyer(d.description);
    c.exiger(!libelle.is_empty(), "libelle", "Donnez un nom à ce motif, tel que le public le lira.");
    c.texte("libelle", Some(&libelle), 100);
    c.texte("description", description.as_deref(), 500);
    c.exiger((5..=480).contains(&d.duree_minutes), "duree_minutes", "La durée va de 5 minutes à 8 heures.");
    let (delai, horizon) = (d.delai_heures.unwrap_or(24), d.horizon_jours.unwrap_or(28));
    c.exiger(delai <= 720, "delai_heures", "Trente jours au plus : 720 heures.");
    c.exiger((1..=120).contains(&horizon), "horizon_jours", "D’un jour à 120 jours.");
    let membres = equipe::membres(cx, &[structure]).await?;
    c.exiger(d.mediateurs.iter().all(|u| membres.iter().any(|m| m.id == *u)), "mediateurs", "Choisissez parmi votre équipe.");
    c.finir()?;
    let nombre = |n: u32| i32::try_from(n).unwrap_or(i32::MAX);
    let mut mediateurs = d.mediateurs;
    mediateurs.sort_unstable();
    mediateurs.dedup();
    Ok(Motif {
        libelle,
        description,
        duree_minutes: nombre(d.duree_minutes),
        maniere: d.maniere,
        publie: d.publie,
        delai_heures: nombre(delai),
        horizon_jours: nombre(horizon),
        mediateurs: Mediateurs(mediateurs),
        actif: d.actif,
        ..avant
    })
}

/// Writes a new reason.
pub async fn ecrire(cx: &Contexte, d: EcrireMotif) -> Resultat<Motif> {
    let structure = cx.exiger(Permission::AccompagnementsEcrire)?;
    if motif::Entity::find().filter(motif::Column::StructureId.eq(structure)).count(&cx.db()).await? >= MAX {
        return Err(Erreur::Conflit("Cent motifs existent déjà : modifiez-en un.".into()));
    }
    let vide = Motif {
        id: MotifId(cx.nouvel_uuid()),
        structure_id: structure,
        libelle: String::new(),
        description: None,
        duree_minutes: 0,
        maniere: Maniere::SurPlace,
        publie: false,
        delai_heures: 0,
        horizon_jours: 0,
        mediateurs: Mediateurs::default(),
        actif: true,
        version: 1,
        cree_le: cx.maintenant,
    };
    let m = appliquer(cx, structure, d, vide).await?;
    motif::Entity::insert(m.clone().into_active_model().reset_all()).exec_without_returning(&cx.db()).await?;
    cx.journaliser(Action::Creation, "motif_rendez_vous", m.id.0, structure, &[]).await?;
    Ok(m)
}

/// Changes a reason. Appointments already taken keep their time.
pub async fn modifier(cx: &Contexte, id: MotifId, d: EcrireMotif) -> Resultat<Motif> {
    let avant = ligne(cx, id, Permission::AccompagnementsEcrire).await?;
    if d.version.is_some_and(|v| v != avant.version) {
        return Err(Erreur::VersionPerimee);
    }
    let version = avant.version;
    let m = Motif { version: version + 1, ..appliquer(cx, avant.structure_id, d, avant).await? };
    let r = motif::Entity::update_many()
        .set(m.clone().into_active_model().reset_all())
        .filter(motif::Column::Id.eq(id))
        .filter(motif::Column::Version.eq(version))
        .exec(&cx.db())
        .await?;
    if r.rows_affected == 0 {
        return Err(Erreur::VersionPerimee);
    }
    cx.journaliser(Action::Modification, "motif_rendez_vous", id.0, m.structure_id, &["motif"]).await?;
    Ok(m)
}

/// The line of a reason of the actor's structure.
pub(super) async fn ligne(cx: &Contexte, id: MotifId, p: Permission) -> Resultat<Motif> {
    let introuvable = Erreur::Introuvable("Ce motif");
    let Some(m) = par_id(cx, id).await? else {
        return Err(if cx.acteur.peut(p) { introuvable } else { Erreur::Interdit(p) });
    };
    match cx.exiger_dans(p, m.structure_id) {
        Ok(()) => Ok(m),
        Err(Erreur::Introuvable(_)) => Err(introuvable),
        Err(e) => Err(e),
    }
}

/// A reason, whoever's.
pub(super) async fn par_id(cx: &Contexte, id: MotifId) -> Resultat<Option<Motif>> {
    Ok(motif::Entity::find_by_id(id).one(&cx.db()).await?)
}

/// The reasons of the structure, those no longer proposed last.
pub async fn lister(cx: &Contexte) -> Resultat<Vec<Motif>> {
    let s = cx.exiger(Permission::AccompagnementsLire)?;
    let mut v = motif::Entity::find().filter(motif::Column::StructureId.eq(s)).order_by_asc(motif::Column::Libelle).all(&cx.db()).await?;
    v.sort_by_key(|m| (!m.actif, socle::texte::plier(&m.libelle)));
    Ok(v)
}

/// Those that anybody may take in a structure.
pub async fn publies(cx: &Contexte, structure: StructureId) -> Resultat<Vec<Motif>> {
    let mut v = motif::Entity::find()
        .filter(motif::Column::StructureId.eq(structure))
        .filter(motif::Column::Publie.eq(true))
        .filter(motif::Column::Actif.eq(true))
        .all(&cx.db())
        .await?;
    v.sort_by_key(|m| socle::texte::plier(&m.libelle));
    Ok(v)
}

/// What reasons are called.
pub async fn libelles(cx: &Contexte, ids: impl IntoIterator<Item = MotifId>) -> Resultat<HashMap<MotifId, String>> {
    let mut ids: Vec<MotifId> = ids.into_iter().collect();
    ids.sort_unstable();
    ids.dedup();
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    Ok(motif::Entity::find().filter(motif::Column::Id.is_in(ids)).all(&cx.db()).await?.into_iter().map(|m| (m.id, m.libelle)).collect())
}
