//! The free slots of a reason: a few reads, whatever the number of mediators and weeks.

use std::collections::HashMap;

use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};
use sea_orm::{ConnectionTrait, ExprTrait, FromQueryResult, entity::prelude::*, sea_query::Query};
use serde::Serialize;
use socle::{
    Contexte, Resultat,
    identifiant::{LieuId, UtilisateurId},
};

use super::{
    Motif, Plage, exception,
    regles::{self, Demande, Heures, Libre, Pris},
    table::plage,
};
use crate::{
    agenda::{instant_du_jour, occupation, regles::Ou},
    ouverture::{self, horaires::Tranche},
};

/// A free slot.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Creneau {
    pub debut: DateTime<Utc>,
    pub fin: DateTime<Utc>,
    pub lieu: Option<LieuId>,
    /// Who could receive, the less taken first.
    pub mediateurs: Vec<UtilisateurId>,
}

/// The free slots of a reason from `du` to before `au`, in order; of one mediator, or of all those who receive for it.
/// Whoever asks: the caller has seen to it.
pub async fn creneaux(cx: &Contexte, m: &Motif, du: NaiveDate, au: NaiveDate, avec: Option<UtilisateurId>) -> Resultat<Vec<Creneau>> {
    // The delay is for the public: at the desk, one may take the next one.
    let delai = if cx.acteur.est_systeme() { TimeDelta::hours(i64::from(m.delai_heures)) } else { TimeDelta::zero() };
    let depuis = cx.maintenant + delai;
    let jusqu_a = cx.maintenant + TimeDelta::days(i64::from(m.horizon_jours));
    let du = Ord::max(du, cx.aujourd_hui());
    let au = Ord::min(au, cx.aujourd_hui() + Days::new(u64::from(m.horizon_jours.unsigned_abs()) + 1));
    let mut heures = heures(cx, m, avec, (du, au)).await?;
    if heures.is_empty() || au <= du {
        return Ok(vec![]);
    }
    let mut qui: Vec<UtilisateurId> = heures.iter().map(|h| h.qui).collect();
    qui.sort_unstable();
    qui.dedup();
    let pris = pris(cx, &qui, (instant_du_jour(du), instant_du_jour(au))).await?;
    let mut lieux: Vec<LieuId> = heures.iter().filter_map(|h| h.lieu).collect();
    lieux.sort_unstable();
    lieux.dedup();
    let ouvertures = ouverture::de_lieux(cx, &lieux, du).await?;
    let communes = ouvertures.iter().filter_map(|(l, o)| Some((*l, o.commune.clone()?))).collect();
    let trajets = occupation::trajets(cx, m.structure_id).await?;
    let fermes = fermetures(&ouvertures, du, au);
    let d = Demande { du, au, depuis: depuis.timestamp(), jusqu_a: jusqu_a.timestamp(), duree: i64::from(m.duree_minutes) * 60 };
    let charge = |u: &UtilisateurId| pris.get(u).map_or(0, |v| v.iter().map(|p| p.temps.len()).sum::<usize>());
    heures.sort_by_cached_key(|h| (charge(&h.qui), h.qui));
    let libres = regles::libres(&heures, &pris, &communes, &trajets, |l, j| fermes.contains(&(l, j)), d);
    Ok(grouper(libres, d.duree))
}

/// The days when nobody is received, by lieu.
fn fermetures(
    ouvertures: &HashMap<LieuId, ouverture::Ouvertures>,
    du: NaiveDate,
    au: NaiveDate,
) -> std::collections::HashSet<(Option<LieuId>, NaiveDate)> {
    let nulle_part = ouverture::Ouvertures::default();
    let tous = ouvertures.iter().map(|(l, o)| (Some(*l), o)).chain([(None, &nulle_part)]);
    tous.flat_map(|(l, o)| du.iter_days().take_while(move |j| *j < au).filter(|j| o.ferme(*j).is_some()).map(move |j| (l, j))).collect()
}

/// Slots of the same time and lieu are one, that several could take, in the order of the hours they come from.
fn grouper(mut libres: Vec<Libre>, duree: i64) -> Vec<Creneau> {
    libres.sort_by_key(|(t, lieu, _)| (*t, *lieu));
    let mut v: Vec<Creneau> = vec![];
    for meme in libres.chunk_by(|a, b| (a.0, a.1) == (b.0, b.1)) {
        let (t, lieu, _) = meme[0];
        let (Some(debut), Some(fin)) = (DateTime::from_timestamp(t, 0), DateTime::from_timestamp(t + duree, 0)) else { continue };
        let mut mediateurs: Vec<UtilisateurId> = meme.iter().map(|l| l.2).collect();
        mediateurs.dedup();
        v.push(Creneau { debut, fin, lieu, mediateurs });
    }
    v
}

/// A line of hours, as the rules count with it.
pub(super) fn en_heures(p: &Plage) -> Option<Heures> {
    Some(Heures {
        qui: p.utilisateur_id,
        lieu: p.lieu_id,
        jour: u32::try_from(p.jour).ok()?,
        tranche: Tranche::depuis(&p.debut, &p.fin)?,
        du: p.du,
        au: p.au,
        sauf: vec![],
    })
}

async fn heures(cx: &Contexte, m: &Motif, avec: Option<UtilisateurId>, (du, au): (NaiveDate, NaiveDate)) -> Resultat<Vec<Heures>> {
    let mut q = plage::Entity::find().filter(plage::Column::StructureId.eq(m.structure_id));
    let choisis: Vec<UtilisateurId> = avec.map_or_else(
        || m.mediateurs.0.clone(),
        |u| if m.mediateurs.0.is_empty() || m.mediateurs.0.contains(&u) { vec![u] } else { vec![] },
    );
    if avec.is_some() && choisis.is_empty() {
        return Ok(vec![]);
    }
    if !choisis.is_empty() {
        q = q.filter(plage::Column::UtilisateurId.is_in(choisis));
    }
    // Who left, or whose account is closed, receives nobody any more.
    let mut presents = Query::select();
    presents
        .column(("fonction", "utilisateur_id"))
        .from("fonction")
        .inner_join("utilisateur", Expr::col(("utilisateur", "id")).equals(("fonction", "utilisateur_id")))
        .and_where(Expr::col(("fonction", "structure_id")).eq(m.structure_id))
        .and_where(Expr::col(("utilisateur", "actif")).eq(true));
    let lignes = q.filter(plage::Column::UtilisateurId.in_subquery(presents)).all(&cx.db()).await?;
    let exceptions = exception::lire(cx, m.structure_id, du, au).await?;
    let des = |p: &Plage| exceptions.get(&p.id).map_or(&[][..], Vec::as_slice);
    Ok(lignes.iter().filter_map(|p| Some(regles::avec_exceptions(en_heures(p)?, des(p)))).flatten().collect())
}

#[derive(FromQueryResult)]
struct Taken {
    qui: UtilisateurId,
    lieu: Option<LieuId>,
    commune: Option<String>,
    quand: String,
}

/// Around the period, so that a way to make is seen, and what began long before.
const MARGE: TimeDelta = TimeDelta::hours(12);
const DUREE_MAX: TimeDelta = TimeDelta::days(63);

/// What takes these people, one line for each place: the engine puts the times end to end, which costs less than a
/// line a time.
async fn pris(
    cx: &Contexte,
    qui: &[UtilisateurId],
    (debut, fin): (DateTime<Utc>, DateTime<Utc>),
) -> Resultat<HashMap<UtilisateurId, Vec<Pris>>> {
    let db = cx.db();
    let mut par: HashMap<UtilisateurId, Vec<Pris>> = HashMap::new();
    // A calendar kept elsewhere says when, not where.
    for (table, colonne, lieu, commune) in [
        ("occupation", "ressource", "lieu_id", "commune"),
        ("occupe_ailleurs", "utilisateur_id", "CAST(NULL AS uuid)", "CAST(NULL AS text)"),
    ] {
        let mut q = Query::select();
        q.expr_as(Expr::col(colonne), "qui")
            .expr_as(Expr::cust(lieu), "lieu")
            .expr_as(Expr::cust(commune), "commune")
            .expr_as(Expr::cust("string_agg(debut_s || ' ' || fin_s, ',')"), "quand")
            .from(table)
            .and_where(Expr::col(colonne).is_in(qui.iter().copied()))
            .and_where(Expr::col("debut_s").gt((debut - DUREE_MAX).timestamp()))
            .and_where(Expr::col("debut_s").lt((fin + MARGE).timestamp()))
            .and_where(Expr::col("fin_s").gt((debut - MARGE).timestamp()))
            .add_group_by([Expr::col(colonne), Expr::cust(lieu), Expr::cust(commune)]);
        for l in Taken::find_by_statement(db.get_database_backend().build(&q)).all(&db).await? {
            let temps = l.quand.split(',').filter_map(|t| t.split_once(' ')).filter_map(|(d, f)| Some((d.parse().ok()?, f.parse().ok()?)));
            par.entry(l.qui).or_default().push(Pris { ou: Ou { lieu: l.lieu, commune: l.commune }, temps: temps.collect() });
        }
    }
    Ok(par)
}
