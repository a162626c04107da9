//! Series without end: what comes a year ahead is written night after night.

use chrono::{Days, NaiveTime};
use sea_orm::{ActiveValue::Set, QueryOrder, QuerySelect, entity::prelude::*};
use socle::{Contexte, Etat, Resultat, identifiant::EvenementId};

use super::{HORIZON, debut_au_mur, ecrire_occurrence, occupation, prises, recurrence, regles, table};
use crate::seance::Quand;

/// Name of the periodic work that follows series further.
pub const GENRE_PROLONGER: &str = "agenda.prolonger";

/// Days a series may lag behind before it is followed further: not each series each night.
const AVANCE: Days = Days::new(14);

/// Writes what comes of the series whose rule goes on.
///
/// # Errors
/// When the database does not answer: it is tried again.
pub async fn prolonger(etat: Etat, _: serde_json::Value) -> Result<(), String> {
    suivre(&etat).await.map_err(|e| e.to_string())
}

async fn suivre(etat: &Etat) -> Resultat<()> {
    loop {
        let cx = Contexte::systeme(etat).await?;
        let jusqu_a = cx.aujourd_hui() + HORIZON;
        let en_retard: Vec<EvenementId> = table::Entity::find()
            .select_only()
            .column(table::Column::Id)
            .filter(table::Column::MaterialiseAu.lt(jusqu_a - AVANCE))
            .order_by_asc(table::Column::MaterialiseAu)
            .limit(20)
            .into_tuple()
            .all(&cx.db())
            .await?;
        if en_retard.is_empty() {
            return Ok(());
        }
        for id in en_retard {
            une(&cx, id, jusqu_a).await?;
        }
        cx.valider().await?;
    }
}

async fn une(cx: &Contexte, id: EvenementId, jusqu_a: chrono::NaiveDate) -> Resultat<()> {
    let Some(e) = table::Entity::find_by_id(id).lock_exclusive().one(&cx.db()).await? else { return Ok(()) };
    let (Some(depuis), Some(regle)) = (e.materialise_au, e.regle.as_deref()) else { return Ok(()) };
    let debut = debut_au_mur(&e);
    let minuit = |j: chrono::NaiveDate| j.and_time(NaiveTime::MIN);
    let jours = recurrence::developper(regle, debut, minuit(depuis), minuit(jusqu_a)).unwrap_or_default();
    let prises = prises(cx, &e).await?;
    for t in &jours {
        // In the night that skips this hour, an hour later, as RFC 5545 says (§ 3.3.5).
        let heures = [t.time(), t.time() + chrono::TimeDelta::hours(1)];
        let Some(plage) =
            heures.iter().find_map(|h| regles::intervalle(Quand { jour: t.date(), heure: *h }, e.duree_minutes, e.journees).ok())
        else {
            continue;
        };
        // Nobody is there to choose: what meets something is written all the same, and shown so.
        let force = !occupation::conflits(cx, e.structure_id, &prises, &[plage], &[]).await?.is_empty();
        ecrire_occurrence(cx, &e, t.date(), plage, &prises, force, false, "jour").await?;
    }
    let derniers: Vec<_> = jours.iter().map(chrono::NaiveDateTime::date).collect();
    let materialise = super::materialise(regle, debut, jusqu_a, &derniers);
    table::Entity::update_many()
        .set(table::ActiveModel { materialise_au: Set(materialise), ..Default::default() })
        .filter(table::Column::Id.eq(id))
        .exec(&cx.db())
        .await?;
    Ok(())
}
