//! What people think of the activities counted: opinions asked for and given, mean, distribution.
//!
//! `domain/mediation.md` § 5: answers ÷ requests, mean on 1–5, distribution; a mean under five answers is shown
//! with a warning, and masked outside the structure that asked.

use mediation::satisfaction::{QUESTIONS, ouvrir_commentaire, questions::note_d_ensemble};
use sea_orm::{
    ExprTrait, FromQueryResult, JoinType,
    sea_query::{Expr, Query, SelectStatement},
};
use socle::{Contexte, Resultat};
use uuid::Uuid;

use crate::{
    filtre::Filtre,
    masque::{self, SEUIL},
    requetes::lire,
    vue::{Avis, MoyenneQuestion, Satisfaction},
};

/// Free texts shown at most.
const TEXTES_MAX: u64 = 200;

/// The requests counted, as `d`, with their activity as `a`. Read by their own structure and day, which are
/// those of the activity: they are far fewer.
fn demandes(f: &Filtre) -> SelectStatement {
    let mut q = Query::select();
    q.from_as("demande_avis", "d")
        .join_as(JoinType::InnerJoin, "accompagnement", "a", Expr::col(("a", "id")).equals(("d", "accompagnement_id")))
        .and_where(Expr::col(("d", "structure_id")).is_in(f.structures.iter().copied()))
        .and_where(Expr::col(("d", "date")).between(f.du, f.au))
        .and_where(Expr::col(("a", "supprime_le")).is_null());
    f.preciser(&mut q, false);
    q
}

/// The answers counted, as `v`.
fn avis(f: &Filtre) -> SelectStatement {
    let mut q = demandes(f);
    q.join_as(JoinType::InnerJoin, "avis", "v", Expr::col(("v", "demande_id")).equals(("d", "id")));
    q
}

#[derive(FromQueryResult)]
struct Demandees {
    places: Option<i64>,
}

#[derive(FromQueryResult)]
struct ParSomme {
    somme: i32,
    nombre: i64,
}

/// A mean of marks, with one decimal.
fn moyenne(somme: i64, combien: i64) -> Option<f64> {
    (combien > 0).then(|| (somme as f64 / combien as f64 * 10.0).round() / 10.0)
}

/// From the answers by the sum of their three marks.
fn resumer(demandes: i64, sommes: &[(i64, i64)]) -> Satisfaction {
    let mut distribution = [0; 5];
    let (mut reponses, mut total) = (0, 0);
    for (somme, combien) in sommes {
        reponses += combien;
        total += somme * combien;
        if let Some(n) = usize::try_from(note_d_ensemble(*somme) - 1).ok().and_then(|i| distribution.get_mut(i)) {
            *n += combien;
        }
    }
    Satisfaction {
        demandes: Some(demandes),
        reponses: Some(reponses),
        moyenne: moyenne(total, 3 * reponses),
        distribution: distribution.map(Some),
    }
}

/// The figures of opinions, unmasked. The caller has checked the right to read the bilan.
pub async fn calculer(cx: &Contexte, f: &Filtre) -> Resultat<Satisfaction> {
    let mut q = demandes(f);
    q.expr_as(Expr::cust("SUM(d.places)"), "places");
    let places = lire::<Demandees>(cx, &q).await?.into_iter().next().and_then(|d| d.places).unwrap_or_default();
    if places == 0 {
        return Ok(resumer(0, &[]));
    }
    let mut q = avis(f);
    q.expr_as(Expr::cust("v.accueil + v.utilite + v.recommandation"), "somme")
        .expr_as(Expr::cust("COUNT(*)"), "nombre")
        .add_group_by([Expr::cust("1")]);
    let sommes: Vec<(i64, i64)> = lire::<ParSomme>(cx, &q).await?.into_iter().map(|l| (l.somme.into(), l.nombre)).collect();
    Ok(resumer(places, &sommes))
}

#[derive(FromQueryResult)]
struct Sommes {
    accueil: Option<i64>,
    utilite: Option<i64>,
    recommandation: Option<i64>,
}

#[derive(FromQueryResult)]
struct Texte {
    id: Uuid,
    commentaire: String,
}

/// The opinions in detail: the mean of each question, and the free texts, without author, date nor order,
/// when there are at least five answers and the actor works in the structures counted.
pub async fn detailler(cx: &Contexte, filtre: &Filtre) -> Resultat<Avis> {
    let f = filtre.clone().situer(cx)?;
    f.verifier_lieu(cx).await?;
    let mut s = calculer(cx, &f).await?;
    let hors = f.masque(cx);
    if hors {
        masque::satisfaction(&mut s);
    }
    let Some(reponses) = s.reponses.filter(|n| *n > 0) else {
        let questions = QUESTIONS.iter().map(|q| MoyenneQuestion { code: q.code, libelle: q.libelle, moyenne: None }).collect();
        return Ok(Avis { satisfaction: s, questions, commentaires: None });
    };
    let mut q = avis(&f);
    for code in ["accueil", "utilite", "recommandation"] {
        q.expr_as(Expr::cust(format!("SUM(v.{code})")), code);
    }
    let sommes = lire::<Sommes>(cx, &q).await?.into_iter().next();
    let sommes = sommes.map_or([None; 3], |s| [s.accueil, s.utilite, s.recommandation]);
    let questions = QUESTIONS
        .iter()
        .zip(sommes)
        .map(|(q, somme)| MoyenneQuestion { code: q.code, libelle: q.libelle, moyenne: moyenne(somme.unwrap_or_default(), reponses) })
        .collect();
    let commentaires = if hors || reponses < SEUIL { None } else { Some(textes(cx, &f).await?) };
    Ok(Avis { satisfaction: s, questions, commentaires })
}

async fn textes(cx: &Contexte, f: &Filtre) -> Resultat<Vec<String>> {
    let mut q = avis(f);
    q.columns([("v", "id"), ("v", "commentaire")]).and_where(Expr::col(("v", "commentaire")).is_not_null()).limit(TEXTES_MAX);
    let mut textes = vec![];
    for t in lire::<Texte>(cx, &q).await? {
        textes.push(ouvrir_commentaire(cx, t.id, t.commentaire)?);
    }
    // An order that says nothing of when or by whom.
    textes.sort_by_cached_key(|t| socle::texte::plier(t));
    Ok(textes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn la_moyenne_porte_sur_les_trois_questions() {
        let s = resumer(10, &[(15, 2), (8, 1), (3, 1)]);
        assert_eq!((s.reponses, s.moyenne), (Some(4), Some(3.4)), "41 ÷ 12 = 3,416…");
        assert_eq!(s.distribution, [Some(1), Some(0), Some(1), Some(0), Some(2)]);
        let vide = resumer(3, &[]);
        assert_eq!((vide.demandes, vide.reponses, vide.moyenne), (Some(3), Some(0), None));
    }

    #[test]
    fn moins_de_cinq_reponses_ne_se_voient_pas_dehors() {
        let mut s = resumer(10, &[(15, 4)]);
        masque::satisfaction(&mut s);
        assert_eq!((s.demandes, s.reponses, s.moyenne, s.distribution), (Some(10), None, None, [None; 5]));
        // One small figure alone would be the total less the others: the next smallest goes with it.
        let mut s = resumer(40, &[(15, 20), (12, 6), (9, 1)]);
        masque::satisfaction(&mut s);
        assert_eq!(s.reponses, Some(27));
        assert_eq!(s.distribution, [Some(0), Some(0), None, None, Some(20)]);
        let mut s = resumer(40, &[(15, 20), (12, 6)]);
        masque::satisfaction(&mut s);
        assert_eq!(s.distribution, [Some(0), Some(0), Some(0), Some(6), Some(20)]);
    }
}
