//! What the erasure of a person removes beyond the file itself: every free text written about them.

use chrono::NaiveDate;
use sea_orm::{
    ConnectionTrait, ExprTrait,
    sea_query::{Expr, Query},
};
use socle::{Contexte, Nomenclature, Resultat, identifiant::PersonneId};

use crate::{nomenclatures::TrancheAge, personne::Personne};

/// Writes on each participation the age band the person had that day, before the year of birth goes, so
/// that no figure of the past moves.
pub async fn figer_les_tranches(cx: &Contexte, p: &Personne) -> Resultat<()> {
    let (None, Some(annee)) = (p.tranche_age, p.annee_naissance) else { return Ok(()) };
    let db = cx.db();
    let mut premier_age = i32::MIN;
    for (dernier_age, tranche) in TrancheAge::BORNES.into_iter().chain([(i32::MAX, TrancheAge::SoixanteDixPlus)]) {
        let mut q = Query::update();
        q.table("participation").value("tranche_figee", tranche.code()).and_where(Expr::col("personne_id").eq(p.id));
        if let Some(du) = premier_age.checked_add(annee).and_then(|a| NaiveDate::from_ymd_opt(a, 1, 1)) {
            q.and_where(Expr::col("date").gte(du));
        }
        if let Some(au) = dernier_age.checked_add(annee).and_then(|a| NaiveDate::from_ymd_opt(a, 12, 31)) {
            q.and_where(Expr::col("date").lte(au));
        }
        db.execute_raw(db.get_database_backend().build(&q)).await?;
        premier_age = dernier_age.saturating_add(1);
    }
    Ok(())
}

/// Empties the free texts of the accueils, diagnostics, plans and orientations of a person, and what was
/// written about their individual accompaniments: notes, opinions, notes of the mediator on their practice.
pub async fn textes(cx: &Contexte, id: PersonneId) -> Resultat<()> {
    let db = cx.db();
    let vide = || Expr::value(None::<String>);
    let efface = || Expr::value("(effacé)");
    let mut ordres = vec![];
    for (table, colonnes) in [
        ("accueil", vec![("motif", vide())]),
        ("diagnostic", vec![("objectif", vide()), ("constats", vide()), ("etapes", Expr::value(serde_json::json!([])))]),
        ("orientation", vec![("motif", efface()), ("retour", vide())]),
    ] {
        let mut q = Query::update();
        q.table(table).and_where(Expr::col("personne_id").eq(id));
        for (c, v) in colonnes {
            q.value(c, v);
        }
        ordres.push(q);
    }
    for table in ["objectif", "etape"] {
        let mut parcours = Query::select();
        parcours.column("id").from("parcours").and_where(Expr::col("personne_id").eq(id));
        let mut q = Query::update();
        q.table(table).value("libelle", efface()).and_where(Expr::col("parcours_id").in_subquery(parcours));
        ordres.push(q);
    }
    let mut seances = Query::select();
    seances.column("accompagnement_id").from("participation").and_where(Expr::col("personne_id").eq(id));
    let mut q = Query::update();
    q.table("accompagnement")
        .value("notes", vide())
        .and_where(Expr::col("type_activite").eq("individuel"))
        .and_where(Expr::col("id").in_subquery(seances));
    ordres.push(q);
    // A fingerprint of what was sent is still a trace of it.
    for table in ["accueil", "diagnostic", "orientation"] {
        let mut ids = Query::select();
        ids.column("id").from(table).and_where(Expr::col("personne_id").eq(id));
        let mut q = Query::update();
        q.table("creation").value("empreinte", Expr::value(Vec::<u8>::new())).and_where(Expr::col("id").in_subquery(ids));
        ordres.push(q);
    }
    for q in ordres {
        let ordre = db.get_database_backend().build(&q);
        db.execute_raw(ordre).await?;
    }
    crate::satisfaction::effacer(cx, id).await?;
    crate::note_pratique::effacer(cx, id).await
}
