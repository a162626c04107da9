//! The centre: its approvals (agréments), each for a version of a title at a lieu.

mod api;
pub mod table;
mod web;

pub use api::api;
pub use web::pages;

use certification_regles::agrement;
use chrono::NaiveDate;
use sea_orm::{IntoActiveModel, QueryOrder, entity::prelude::*};
use serde::{Deserialize, Serialize};
use socle::{
    Contexte, Erreur, Permission, Resultat,
    controle::Controle,
    creation::{self, Reclamation},
    identifiant::{LieuId, StructureId},
    journal::Action,
    texte::nettoyer,
};
use territoire::lieu;

use crate::titre;

pub use table::Model as Agrement;

/// Records an approval of the centre.
#[derive(Clone, Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreerAgrement {
    /// Made by the client; the same creation twice is one record.
    pub id: Option<Uuid>,
    pub lieu: LieuId,
    /// Code of the version of the title.
    pub version: String,
    /// Number given by the authority.
    pub numero: Option<String>,
    pub debut: NaiveDate,
    /// Last day; without it, until the end of the title.
    pub fin: Option<NaiveDate>,
    /// CCS covered besides the title; without it, not checked.
    pub ccs: Option<Vec<String>>,
}

/// Records an approval; the bool is false when a repeated request found it already made.
pub async fn agreer(cx: &Contexte, demande: CreerAgrement) -> Resultat<(Agrement, bool)> {
    let structure = cx.exiger(Permission::CertificationGerer)?;
    let id = match creation::reclamer(cx, "agrement", demande.id, &demande).await? {
        Reclamation::Repetee(id) => return Ok((lire(cx, id).await?, false)),
        Reclamation::Nouvelle(id) => id,
    };
    let mut c = Controle::new();
    let numero = nettoyer(demande.numero);
    c.texte("numero", numero.as_deref(), 80);
    c.exiger(demande.fin.is_none_or(|f| f >= demande.debut), "fin", "La fin vient avant le début. Vérifiez les deux dates.");
    let version = match titre::assurer(cx, &demande.version).await {
        Ok(v) => Some(v),
        Err(Erreur::Introuvable(_)) => None,
        Err(e) => return Err(e),
    };
    c.exiger(version.is_some(), "version", "Choisissez un titre de la liste.");
    if let (Some(v), Some(ccs)) = (version, &demande.ccs) {
        let inconnu = ccs.iter().any(|x| v.unite(x).is_none_or(|u| u.nature != certification_regles::referentiel::NatureUnite::Ccs));
        c.exiger(!inconnu, "ccs", "Un de ces certificats complémentaires n’existe pas dans ce titre.");
    }
    let ici = lieu::lire(cx, demande.lieu).await.is_ok_and(|l| l.structure_id == structure);
    c.exiger(ici, "lieu", "Choisissez un lieu de votre structure.");
    c.finir()?;
    let a = Agrement {
        id,
        structure_id: structure,
        lieu_id: demande.lieu,
        version_code: demande.version,
        numero,
        debut: demande.debut,
        fin: demande.fin,
        retire_le: None,
        ccs: demande.ccs.map(|c| serde_json::json!(c)),
        version: 1,
    };
    table::Entity::insert(a.clone().into_active_model().reset_all()).exec_without_returning(&cx.db()).await?;
    cx.journaliser(Action::Creation, "agrement", id, structure, &[]).await?;
    Ok((a, true))
}

async fn lire(cx: &Contexte, id: Uuid) -> Resultat<Agrement> {
    let introuvable = || Erreur::Introuvable("Cet agrément");
    let a = table::Entity::find_by_id(id).one(&cx.db()).await?.ok_or_else(introuvable)?;
    match cx.exiger_dans(Permission::CertificationLire, a.structure_id) {
        Err(Erreur::Introuvable(_)) => Err(introuvable()),
        r => r.map(|()| a),
    }
}

/// Says that an approval was withdrawn, from a day on.
pub async fn retirer(cx: &Contexte, id: Uuid, jour: NaiveDate) -> Resultat<Agrement> {
    let mut a = lire(cx, id).await?;
    cx.exiger_dans(Permission::CertificationGerer, a.structure_id)?;
    if jour < a.debut {
        return Err(Erreur::champ("jour", "Le retrait vient avant le début de l’agrément."));
    }
    if let Some(deja) = a.retire_le {
        return Err(Erreur::Conflit(format!("Cet agrément est déjà retiré, depuis le {}.", interface::format::date_sans_jour(deja))));
    }
    let r = table::Entity::update_many()
        .col_expr(table::Column::RetireLe, Expr::value(jour))
        .col_expr(table::Column::Version, Expr::value(a.version + 1))
        .filter(table::Column::Id.eq(id))
        .filter(table::Column::RetireLe.is_null())
        .exec(&cx.db())
        .await?;
    if r.rows_affected == 0 {
        return Err(Erreur::VersionPerimee);
    }
    a.retire_le = Some(jour);
    a.version += 1;
    cx.journaliser(Action::Modification, "agrement", id, a.structure_id, &["retire_le"]).await?;
    Ok(a)
}

/// The approvals of the centre, the latest first.
pub async fn lister(cx: &Contexte) -> Resultat<Vec<Agrement>> {
    let s = cx.exiger(Permission::CertificationLire)?;
    de_la_structure(cx, s).await
}

async fn de_la_structure(cx: &Contexte, s: StructureId) -> Resultat<Vec<Agrement>> {
    Ok(table::Entity::find()
        .filter(table::Column::StructureId.eq(s))
        .order_by_desc(table::Column::Debut)
        .order_by_asc(table::Column::Id)
        .all(&cx.db())
        .await?)
}

/// The number of the approval of a lieu for a version of a title on a day, for the minutes.
pub(crate) async fn numero(cx: &Contexte, s: StructureId, lieu: LieuId, version: &str, jour: NaiveDate) -> Resultat<Option<String>> {
    let en_cours = |a: &Agrement| a.debut <= jour && a.fin.is_none_or(|f| f >= jour) && a.retire_le.is_none_or(|r| r > jour);
    let tous = de_la_structure(cx, s).await?;
    Ok(tous.into_iter().find(|a| a.lieu_id == lieu && a.version_code == version && en_cours(a)).and_then(|a| a.numero))
}

/// The approvals as the rules read them; the site is the id of the lieu.
pub async fn faits(cx: &Contexte, structure: StructureId) -> Resultat<Vec<agrement::Agrement>> {
    Ok(de_la_structure(cx, structure).await?.into_iter().map(Into::into).collect())
}

impl From<Agrement> for agrement::Agrement {
    fn from(a: Agrement) -> Self {
        Self {
            version: a.version_code,
            site: a.lieu_id.to_string(),
            debut: a.debut,
            fin: a.fin,
            retire_le: a.retire_le,
            ccs: a.ccs.and_then(|c| serde_json::from_value(c).ok()),
        }
    }
}
