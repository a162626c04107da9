//! What the erasure of a person removes beyond the file itself: every free text written about them.

use chrono::NaiveDate;
use sea_orm::{
    ConnectionTrait, ExprTrait, FromQueryResult,
    sea_query::{Expr, Query, SelectStatement},
};
use socle::{
    Contexte, Nomenclature, Resultat, fichiers,
    identifiant::{FichierId, PersonneId, StructureId},
    journal::Action,
};
use uuid::Uuid;

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

/// The ids of the records of `table` about a person, all or those of one structure.
fn ids(table: &'static str, id: PersonneId, structure: Option<StructureId>) -> SelectStatement {
    let mut q = Query::select();
    q.column("id").from(table).and_where(Expr::col("personne_id").eq(id));
    if let Some(s) = structure {
        q.and_where(Expr::col("structure_id").eq(s));
    }
    q
}

/// The individual accompaniments of a person, all or those of one structure.
fn individuels(id: PersonneId, structure: Option<StructureId>) -> SelectStatement {
    let mut presences = Query::select();
    presences.column("accompagnement_id").from("participation").and_where(Expr::col("personne_id").eq(id));
    let mut q = Query::select();
    q.column("id")
        .from("accompagnement")
        .and_where(Expr::col("type_activite").eq("individuel"))
        .and_where(Expr::col("id").in_subquery(presences));
    if let Some(s) = structure {
        q.and_where(Expr::col("structure_id").eq(s));
    }
    q
}

/// Empties the free texts of the accueils, diagnostics, plans and orientations of a person, and the
/// notes of their individual accompaniments, with the opinions on them and what their mediator noted;
/// forgets what was decided of keeping the file. All of them, or those of one structure.
pub async fn textes(cx: &Contexte, id: PersonneId, structure: Option<StructureId>) -> Resultat<()> {
    let db = cx.db();
    let vide = || Expr::value(None::<String>);
    let efface = || Expr::value(socle::coffre::EFFACE);
    let parcours = || ids("parcours", id, structure);
    let mut ordres = vec![];
    for (table, lesquels, colonnes) in [
        ("accueil", ids("accueil", id, structure), vec![("motif", vide())]),
        (
            "diagnostic",
            ids("diagnostic", id, structure),
            vec![("objectif", vide()), ("constats", vide()), ("etapes", Expr::value(serde_json::json!([])))],
        ),
        ("orientation", ids("orientation", id, structure), vec![("motif", efface()), ("retour", vide())]),
        ("accompagnement", individuels(id, structure), vec![("notes", vide())]),
        // Of the crate above (`ateliers`), by its name alone.
        (
            "reservation",
            ids("reservation", id, structure),
            vec![
                ("nom", Expr::value("")),
                ("telephone", vide()),
                ("courriel", vide()),
                ("besoins", vide()),
                ("canal", Expr::value("aucun")),
            ],
        ),
        (
            "rendez_vous",
            ids("rendez_vous", id, structure),
            vec![
                ("nom", Expr::value("")),
                ("telephone", vide()),
                ("courriel", vide()),
                ("besoins", vide()),
                ("canal", Expr::value("aucun")),
            ],
        ),
    ] {
        let mut q = Query::update();
        q.table(table).and_where(Expr::col("id").in_subquery(lesquels));
        for (c, v) in colonnes {
            q.value(c, v);
        }
        ordres.push(q);
    }
    for table in ["objectif", "etape"] {
        let mut q = Query::update();
        q.table(table).value("libelle", efface()).and_where(Expr::col("parcours_id").in_subquery(parcours()));
        ordres.push(q);
    }
    // A fingerprint of what was sent is still a trace of it.
    let lignes = |table: &'static str| {
        let mut q = Query::select();
        q.column("id").from(table).and_where(Expr::col("parcours_id").in_subquery(parcours()));
        q
    };
    for lesquels in [
        ids("accueil", id, structure),
        ids("diagnostic", id, structure),
        ids("orientation", id, structure),
        ids("rendez_vous", id, structure),
        parcours(),
        lignes("objectif"),
        lignes("etape"),
        individuels(id, structure),
        ids("reservation", id, structure),
    ] {
        let mut q = Query::update();
        q.table("creation").value("empreinte", Expr::value(Vec::<u8>::new())).and_where(Expr::col("id").in_subquery(lesquels));
        ordres.push(q);
    }
    for q in ordres {
        db.execute_raw(db.get_database_backend().build(&q)).await?;
    }
    for table in ["annonce_effacement", "prolongation"] {
        let mut q = Query::delete();
        q.from_table(table).and_where(Expr::col("personne_id").eq(id));
        if let Some(s) = structure {
            q.and_where(Expr::col("structure_id").eq(s));
        }
        db.execute_raw(db.get_database_backend().build(&q)).await?;
    }
    // What hangs on a booking, of the crate above too: how to write to the person, what they signed.
    for table in ["accord_evaluation", "invitation_froide", "lien_evaluation", "signature_presence"] {
        let mut q = Query::delete();
        q.from_table(table).and_where(Expr::col("reservation_id").in_subquery(ids("reservation", id, structure)));
        db.execute_raw(db.get_database_backend().build(&q)).await?;
    }
    crate::satisfaction::effacer(cx, individuels(id, structure)).await?;
    crate::note_pratique::effacer(cx, individuels(id, structure)).await
}

#[derive(FromQueryResult)]
struct Prepare {
    id: Uuid,
    structure_id: StructureId,
    fichier_id: Option<FichierId>,
}

/// Drops the files with names that were prepared for these structures, being made or ready: they can be asked for
/// again, without the person. Of the crate above (`bilan`), by its name alone.
pub async fn exports_nommes(cx: &Contexte, structures: &[StructureId]) -> Resultat<()> {
    let db = cx.db();
    let mut q = Query::select();
    q.columns(["id", "structure_id", "fichier_id"])
        .from("export")
        .and_where(Expr::col("noms").eq(true))
        .and_where(Expr::col("structure_id").is_in(structures.iter().copied()));
    let prepares = Prepare::find_by_statement(db.get_database_backend().build(&q)).all(&db).await?;
    for e in prepares {
        if let Some(f) = e.fichier_id {
            fichiers::supprimer(cx, f).await?;
        }
        let mut q = Query::delete();
        q.from_table("export").and_where(Expr::col("id").eq(e.id));
        db.execute_raw(db.get_database_backend().build(&q)).await?;
        cx.journaliser(Action::Suppression, "export", e.id, e.structure_id, &[]).await?;
    }
    Ok(())
}
