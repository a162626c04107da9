//! What the erasure of a person removes beyond the file itself: every free text written about them.

use sea_orm::{
    ConnectionTrait, ExprTrait,
    sea_query::{Expr, Query},
};
use socle::{Contexte, Resultat, identifiant::PersonneId};

/// Empties the free texts of the accueils, diagnostics, plans and orientations of a person, and the
/// notes of their individual accompaniments.
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
    Ok(())
}
