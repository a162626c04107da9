//! When a lieu is open: its hours, the days it is closed, public holidays. What falls outside is said, not refused:
//! a workshop may be held on a Sunday.

mod api;
pub mod feries;
pub mod horaires;
pub(crate) mod migration;
pub(crate) mod table;
mod web;

pub use api::api;
pub use web::pages;

use std::collections::HashMap;

use chrono::{DateTime, Datelike, NaiveDate, Utc};
use sea_orm::{ActiveValue::Set, ConnectionTrait, ExprTrait, PaginatorTrait, QueryOrder, entity::prelude::*};
use serde::{Deserialize, Serialize};
use socle::{
    Contexte, Erreur, Permission, Resultat,
    controle::Controle,
    horloge::{FUSEAU, jour},
    identifiant::{FermetureId, LieuId},
    journal::Action,
    texte::nettoyer,
};

use horaires::{Semaine, Tranche};
pub use table::fermeture::Model as Fermeture;

/// What is known of the openings of a lieu.
#[derive(Clone, Debug, Default)]
pub struct Ouvertures {
    /// Nothing written: one does not know.
    pub semaine: Semaine,
    pub fermetures: Vec<Fermeture>,
    /// INSEE code.
    pub commune: Option<String>,
}

impl Ouvertures {
    /// The hours of a day, without what closes it.
    pub fn du_jour(&self, j: NaiveDate) -> &[Tranche] {
        self.semaine.du_jour(j.weekday())
    }

    /// Why it is closed the whole of a day: a holiday, days off. Not the hours of the week.
    pub fn ferme(&self, j: NaiveDate) -> Option<String> {
        if let Some(f) = self.fermetures.iter().find(|f| f.du <= j && j <= f.au) {
            return Some(f.motif.clone().unwrap_or_else(|| "fermeture".into()));
        }
        feries::ferie(j, feries::Zone::de_commune(self.commune.as_deref())).map(str::to_owned)
    }

    /// Whether it is open all along, as far as is written.
    fn ouvert(&self, debut: DateTime<Utc>, fin: DateTime<Utc>) -> bool {
        if self.semaine.est_vide() {
            return true;
        }
        let (d, f) = (debut.with_timezone(&FUSEAU), fin.with_timezone(&FUSEAU));
        d.date_naive() == f.date_naive() && self.du_jour(d.date_naive()).iter().any(|t| t.debut <= d.time() && f.time() <= t.fin)
    }
}

/// The INSEE code of the commune of a lieu.
pub(crate) async fn commune_du_lieu(cx: &Contexte, l: LieuId) -> Resultat<Option<String>> {
    Ok(communes(cx, &[l]).await?.remove(&l))
}

/// The communes of lieux, by a read of their own: the program asks for them too.
pub(crate) async fn communes(cx: &Contexte, lieux: &[LieuId]) -> Resultat<HashMap<LieuId, String>> {
    if lieux.is_empty() {
        return Ok(HashMap::new());
    }
    let mut q = sea_orm::sea_query::Query::select();
    q.columns(["id", "commune"])
        .from("lieu")
        .and_where(Expr::col("id").is_in(lieux.iter().copied()))
        .and_where(Expr::col("commune").is_not_null());
    let db = cx.db();
    let lignes = db.query_all_raw(db.get_database_backend().build(&q)).await?;
    lignes.into_iter().map(|l| Ok((l.try_get("", "id")?, l.try_get("", "commune")?))).collect()
}

/// What is known of some lieux, whoever asks: who shows it says what may be shown.
pub(crate) async fn de_lieux(cx: &Contexte, lieux: &[LieuId], depuis: NaiveDate) -> Resultat<HashMap<LieuId, Ouvertures>> {
    let mut v: HashMap<LieuId, Ouvertures> = lieux.iter().map(|l| (*l, Ouvertures::default())).collect();
    if lieux.is_empty() {
        return Ok(v);
    }
    for h in table::Entity::find().filter(table::Column::LieuId.is_in(lieux.iter().copied())).all(&cx.db()).await? {
        if let (Some(o), Some(t)) = (v.get_mut(&h.lieu_id), Tranche::depuis(&h.debut, &h.fin)) {
            o.semaine.ajouter(h.jour, t);
        }
    }
    for f in table::fermeture::Entity::find()
        .filter(table::fermeture::Column::LieuId.is_in(lieux.iter().copied()))
        .filter(table::fermeture::Column::Au.gte(depuis))
        .order_by_asc(table::fermeture::Column::Du)
        .all(&cx.db())
        .await?
    {
        if let Some(o) = v.get_mut(&f.lieu_id) {
            o.fermetures.push(f);
        }
    }
    for (l, c) in communes(cx, lieux).await? {
        if let Some(o) = v.get_mut(&l) {
            o.commune = Some(c);
        }
    }
    Ok(v)
}

/// What to know of times at a lieu, in words, four at most: a public holiday, days off, hours when it is closed.
pub(crate) async fn avertir(cx: &Contexte, lieu: Option<LieuId>, plages: &[(DateTime<Utc>, DateTime<Utc>)]) -> Resultat<Vec<String>> {
    let Some(premier) = plages.iter().map(|p| jour(p.0)).min() else { return Ok(vec![]) };
    let lieux: Vec<LieuId> = lieu.into_iter().collect();
    let o = de_lieux(cx, &lieux, premier).await?.into_values().next().unwrap_or_default();
    let mut v = vec![];
    for (debut, fin) in plages {
        let j = jour(*debut);
        // An absence of several days meets holidays without harm.
        if (*fin - *debut).num_hours() >= 23 {
            continue;
        }
        if let Some(motif) = o.ferme(j) {
            v.push(format!("Le {} : {motif}.", interface::format::date_longue(j)));
        } else if lieu.is_some() && !o.ouvert(*debut, *fin) {
            v.push(format!("Le lieu est fermé {}.", interface::format::instant_long(*debut)));
        }
    }
    let autres = v.len().saturating_sub(4);
    v.truncate(4);
    if autres > 0 {
        v.push(format!("Et {} de même.", interface::format::compte(autres as i64, "autre jour", "autres jours")));
    }
    Ok(v)
}

/// The lieu of the structure, and what is known of its openings from today on.
pub async fn lire(cx: &Contexte, id: LieuId) -> Resultat<(territoire::lieu::Lieu, Ouvertures)> {
    cx.exiger(Permission::AccompagnementsLire)?;
    let l = territoire::lieu::lire(cx, id).await?;
    let o = de_lieux(cx, &[id], cx.aujourd_hui()).await?.remove(&id).unwrap_or_default();
    Ok((l, o))
}

/// The hours of a week, as they are written: `9:00-12:30, 14:00-18:00`, from Monday to Sunday.
#[derive(Clone, Debug, Default, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EcrireHoraires {
    /// Seven texts, from Monday; empty: closed.
    #[schema(min_items = 7, max_items = 7)]
    pub jours: Vec<String>,
}

async fn a_gerer(cx: &Contexte, id: LieuId) -> Resultat<territoire::lieu::Lieu> {
    cx.exiger(Permission::AccompagnementsLire)?;
    let l = territoire::lieu::lire(cx, id).await?;
    cx.exiger_dans(Permission::StructureGerer, l.structure_id)?;
    Ok(l)
}

/// Writes the hours of a lieu, in place of those there were.
pub async fn ecrire(cx: &Contexte, id: LieuId, d: EcrireHoraires) -> Resultat<Ouvertures> {
    let l = a_gerer(cx, id).await?;
    let mut c = Controle::new();
    c.exiger(d.jours.len() == 7, "jours", "Donnez sept jours, du lundi au dimanche.");
    let mut lignes = vec![];
    for (i, texte) in d.jours.iter().enumerate().take(7) {
        match horaires::lire(texte) {
            Ok(tranches) => lignes.extend(tranches.into_iter().map(|t| (i as i32 + 1, t))),
            Err(m) => c.faute(&format!("jour{}", i + 1), m),
        }
    }
    c.finir()?;
    table::Entity::delete_many().filter(table::Column::LieuId.eq(id)).exec(&cx.db()).await?;
    for (j, t) in lignes {
        let ligne = table::ActiveModel {
            lieu_id: Set(id),
            jour: Set(j),
            debut: Set(t.debut.format("%H:%M").to_string()),
            fin: Set(t.fin.format("%H:%M").to_string()),
        };
        table::Entity::insert(ligne).exec_without_returning(&cx.db()).await?;
    }
    cx.journaliser(Action::Modification, "lieu", id.0, l.structure_id, &["horaires"]).await?;
    Ok(lire(cx, id).await?.1)
}

/// Days when a lieu is closed.
#[derive(Clone, Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FermerLieu {
    pub du: NaiveDate,
    /// Included; the same day if not told.
    pub au: Option<NaiveDate>,
    #[schema(max_length = 150)]
    pub motif: Option<String>,
}

/// Most days off written for one lieu.
const FERMETURES_MAX: u64 = 200;

/// Closes a lieu for some days.
pub async fn fermer(cx: &Contexte, id: LieuId, d: FermerLieu) -> Resultat<Fermeture> {
    let l = a_gerer(cx, id).await?;
    let mut c = Controle::new();
    let au = d.au.unwrap_or(d.du);
    let motif = nettoyer(d.motif);
    c.texte("motif", motif.as_deref(), 150);
    c.exiger(d.du <= au, "au", "La fermeture finit après son début.");
    c.exiger((au - d.du).num_days() <= 366, "au", "Une année au plus.");
    let deja = table::fermeture::Entity::find().filter(table::fermeture::Column::LieuId.eq(id)).count(&cx.db()).await?;
    c.exiger(deja < FERMETURES_MAX, "du", "Ce lieu a déjà deux cents fermetures : retirez les anciennes.");
    c.finir()?;
    let f = Fermeture { id: FermetureId(cx.nouvel_uuid()), lieu_id: id, du: d.du, au, motif };
    table::fermeture::Entity::insert(sea_orm::IntoActiveModel::into_active_model(f.clone()).reset_all())
        .exec_without_returning(&cx.db())
        .await?;
    cx.journaliser(Action::Modification, "lieu", id.0, l.structure_id, &["fermetures"]).await?;
    Ok(f)
}

/// Forgets days when a lieu was to be closed.
pub async fn rouvrir(cx: &Contexte, id: LieuId, f: FermetureId) -> Resultat<()> {
    let l = a_gerer(cx, id).await?;
    let r = table::fermeture::Entity::delete_many()
        .filter(table::fermeture::Column::Id.eq(f))
        .filter(table::fermeture::Column::LieuId.eq(id))
        .exec(&cx.db())
        .await?;
    if r.rows_affected == 0 {
        return Err(Erreur::Introuvable("Cette fermeture"));
    }
    cx.journaliser(Action::Modification, "lieu", id.0, l.structure_id, &["fermetures"]).await
}
