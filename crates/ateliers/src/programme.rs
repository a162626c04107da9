//! The public programme: what is coming, for anybody. No account, no cookie, no script.

mod api;
pub mod carte;
mod choix;
pub mod imprimer;
mod mois;
mod web;

pub use api::api;
pub use choix::Choix;
pub use web::pages;

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use mediation::nomenclatures::{Niveau, Thematique};
use sea_orm::{
    ConnectionTrait, ExprTrait, FromQueryResult, QueryOrder, QuerySelect,
    sea_query::{Expr, Query},
};
use socle::{
    Contexte, Erreur, Nomenclature, Resultat,
    identifiant::{SeanceId, StructureId},
};

use crate::seance::{self, Complete, EtatSeance, Seance, table};

/// Workshops of a page of the programme.
pub const PAR_PAGE: u64 = 40;

/// A workshop of the programme.
#[derive(Clone, Debug)]
pub struct Annonce {
    pub id: SeanceId,
    pub titre: String,
    pub resume: String,
    pub debut: DateTime<Utc>,
    pub fin: DateTime<Utc>,
    pub ou: String,
    pub structure: String,
    pub structure_id: StructureId,
    /// INSEE code.
    pub commune: Option<String>,
    pub thematiques: Vec<Thematique>,
    pub degre: Niveau,
    pub niveau: &'static str,
    /// Seats anybody may still take.
    pub libres: i64,
    pub adaptations: Option<String>,
}

impl Annonce {
    /// The hour on the wall, in France.
    pub fn heure(&self) -> String {
        interface::format::heure(self.debut.with_timezone(&socle::horloge::FUSEAU).time())
    }
}

#[derive(FromQueryResult)]
struct Prises {
    seance_id: SeanceId,
    n: i64,
}

/// How many open seats are taken, by séance.
async fn prises(cx: &Contexte, ids: &[SeanceId]) -> Resultat<HashMap<SeanceId, i64>> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let mut q = Query::select();
    q.column(("r", "seance_id"))
        .expr_as(Expr::cust("COUNT(*)"), "n")
        .from_as("reservation", "r")
        .inner_join("seance", Expr::col(("seance", "id")).equals(("r", "seance_id")))
        .and_where(Expr::col(("r", "seance_id")).is_in(ids.iter().copied()))
        .and_where(Expr::cust("r.siege <= seance.places - seance.places_reservees"))
        .group_by_col(("r", "seance_id"));
    let db = cx.db();
    let lignes = Prises::find_by_statement(db.get_database_backend().build(&q)).all(&db).await?;
    Ok(lignes.into_iter().map(|p| (p.seance_id, p.n)).collect())
}

async fn annoncer(cx: &Contexte, seances: Vec<Seance>) -> Resultat<Vec<Annonce>> {
    let prises = prises(cx, &seances.iter().map(|s| s.id).collect::<Vec<_>>()).await?;
    let lieux = seance::noms_de_lieux(cx, &seances.iter().collect::<Vec<_>>()).await?;
    let structures: std::collections::BTreeSet<StructureId> = seances.iter().map(|s| s.structure_id).collect();
    let structures = territoire::structure::noms(cx, structures.into_iter().collect()).await?;
    Ok(seances
        .into_iter()
        .map(|s| Annonce {
            ou: seance::nom_lieu(&s, &lieux),
            structure: structures.get(&s.structure_id).cloned().unwrap_or_default(),
            libres: i64::from(s.places - s.places_reservees) - prises.get(&s.id).copied().unwrap_or(0),
            id: s.id,
            titre: s.titre,
            resume: s.resume,
            debut: s.debut,
            fin: s.fin,
            structure_id: s.structure_id,
            commune: s.commune,
            thematiques: s.thematiques.0,
            degre: s.niveau,
            niveau: s.niveau.libelle(),
            adaptations: s.adaptations,
        })
        .collect())
}

/// The page `page`, from 0, of the workshops asked for, by date; and whether there is another after.
pub async fn lister(cx: &Contexte, d: &Choix, page: u64) -> Resultat<(Vec<Annonce>, bool)> {
    let mut lignes = d
        .seances(cx.maintenant)
        .order_by_asc(table::Column::Debut)
        .order_by_asc(table::Column::Id)
        .offset(Ord::min(page, 10_000) * PAR_PAGE)
        .limit(PAR_PAGE + 1)
        .all(&cx.db())
        .await?;
    let suite = lignes.len() as u64 > PAR_PAGE;
    lignes.truncate(PAR_PAGE as usize);
    Ok((annoncer(cx, lignes).await?, suite))
}

/// One workshop of the programme, cancelled and past ones too: who has its address is told.
pub async fn lire(cx: &Contexte, id: SeanceId) -> Resultat<(Complete, Annonce)> {
    let introuvable = || Erreur::Introuvable("Cet atelier");
    let s = seance::par_id(cx, id).await?.filter(|s| s.publiee).ok_or_else(introuvable)?;
    let annonce = annoncer(cx, vec![s.clone()]).await?.pop().ok_or_else(introuvable)?;
    Ok((seance::completer(cx, vec![s]).await?.remove(0), annonce))
}

/// Whether it will take place.
pub(crate) fn aura_lieu(s: &Seance) -> bool {
    s.etat == EtatSeance::Programmee
}
