//! The appointments of a day. They are of the crate above (`ateliers`), read here by the names of its tables alone.

use chrono::{DateTime, Days, NaiveDate, NaiveTime, TimeZone, Utc};
use sea_orm::{
    ConnectionTrait, ExprTrait, FromQueryResult,
    prelude::Uuid,
    sea_query::{Expr, Order, Query},
};
use socle::{Contexte, Permission, Resultat, horloge::FUSEAU};

/// An appointment of the day.
#[derive(Clone, Debug, FromQueryResult)]
pub struct DuJour {
    id: Uuid,
    pub debut: DateTime<Utc>,
    pub nom: String,
    pub motif: String,
    etat: String,
}

impl DuJour {
    /// Its page.
    pub fn adresse(&self) -> String {
        format!("/agenda/rendez-vous/{}", self.id)
    }

    /// The person was received.
    pub fn tenu(&self) -> bool {
        self.etat == "honore"
    }

    /// The hour on the wall.
    pub fn heure(&self) -> String {
        interface::format::heure(self.debut.with_timezone(&FUSEAU).time())
    }

    #[cfg(test)]
    pub(crate) fn exemple(nom: &str) -> Self {
        Self { id: Uuid::nil(), debut: DateTime::UNIX_EPOCH, nom: nom.into(), motif: "Motif d’essai".into(), etat: "prevu".into() }
    }
}

/// The appointments of the actor on a day, in order, those cancelled or missed left out.
pub(crate) async fn du_jour(cx: &Contexte, jour: NaiveDate) -> Resultat<Vec<DuJour>> {
    let structure = cx.exiger(Permission::AccompagnementsLire)?;
    let minuit = |j: NaiveDate| FUSEAU.from_local_datetime(&j.and_time(NaiveTime::MIN)).earliest().map_or(cx.maintenant, |t| t.to_utc());
    let mut q = Query::select();
    q.columns([("r", "id"), ("r", "debut"), ("r", "nom"), ("r", "etat")])
        .expr_as(Expr::col(("m", "libelle")), "motif")
        .from_as("rendez_vous", "r")
        .join_as(sea_orm::sea_query::JoinType::InnerJoin, "motif_rendez_vous", "m", Expr::col(("m", "id")).equals(("r", "motif_id")))
        .and_where(Expr::col(("r", "structure_id")).eq(structure))
        .and_where(Expr::col(("r", "utilisateur_id")).eq(cx.auteur()?))
        .and_where(Expr::col(("r", "debut")).gte(minuit(jour)))
        .and_where(Expr::col(("r", "debut")).lt(minuit(jour + Days::new(1))))
        .and_where(Expr::col(("r", "etat")).is_in(["prevu", "honore"]))
        .order_by(("r", "debut"), Order::Asc)
        .limit(50);
    let db = cx.db();
    Ok(DuJour::find_by_statement(db.get_database_backend().build(&q)).all(&db).await?)
}
