//! The ties between members of juries and candidates: those declared, and those that the files say by themselves.
//! Nobody needs to declare what is written already; the register of jurors keeps what is declared alone.

use std::collections::{HashMap, HashSet};

use sea_orm::{
    ColumnTrait, EntityTrait, ExprTrait, FromQueryResult, JsonValue, QueryFilter,
    sea_query::{Expr, Query},
};
use socle::{
    Contexte, Resultat, Role, equipe,
    identifiant::{CandidatId, JureId, UtilisateurId},
    texte::plier,
};

use super::{Dans, Passage, depot};
use crate::jure::{self, Jure, NatureLien};

/// A tie that the rules look at.
#[derive(Clone, Debug)]
pub(super) struct LienConnu {
    pub jure: JureId,
    pub candidat: CandidatId,
    pub nature: NatureLien,
    /// How it is known, in words, when nobody declared it.
    pub deduit: Option<String>,
}

/// What the files of a candidate say of others: who welcomed, tutored, evaluated them.
#[derive(Default)]
struct Entourage {
    employeur: String,
    entreprises: HashSet<String>,
    tuteurs: HashSet<String>,
    evaluateurs: HashSet<String>,
}

#[derive(FromQueryResult)]
struct LignePeriode {
    candidat_id: CandidatId,
    entreprise: String,
    tuteur: String,
}

#[derive(FromQueryResult)]
struct LigneEvaluation {
    candidat_id: CandidatId,
    evaluateur_1: String,
    evaluateur_2: Option<String>,
}

#[derive(FromQueryResult)]
struct LigneSynthese {
    candidat_id: CandidatId,
    evaluateurs: JsonValue,
}

/// The columns of a part of the files of these candidates, all enrolments together.
async fn parties<T: FromQueryResult>(
    cx: &Contexte,
    table: &'static str,
    colonnes: &[&'static str],
    ids: &[CandidatId],
) -> Resultat<Vec<T>> {
    let mut q = Query::select();
    q.column(("candidature", "candidat_id"))
        .columns(colonnes.iter().map(|c| (table, *c)))
        .from(table)
        .inner_join("candidature", Expr::col(("candidature", "id")).equals((table, "candidature_id")))
        .and_where(Expr::col(("candidature", "candidat_id")).is_in(ids.to_vec()));
    depot::lignes(cx, &q).await
}

async fn entourages(cx: &Contexte, candidats: &[depot::Candidat]) -> Resultat<HashMap<CandidatId, Entourage>> {
    let ids: Vec<CandidatId> = candidats.iter().map(|c| c.id).collect();
    let mut e: HashMap<CandidatId, Entourage> = candidats
        .iter()
        .map(|c| (c.id, Entourage { employeur: c.employeur.as_deref().map(plier).unwrap_or_default(), ..Entourage::default() }))
        .collect();
    if ids.is_empty() {
        return Ok(e);
    }
    for l in parties::<LignePeriode>(cx, "periode_entreprise", &["entreprise", "tuteur"], &ids).await? {
        let x = e.entry(l.candidat_id).or_default();
        x.entreprises.insert(plier(&l.entreprise));
        x.tuteurs.insert(plier(&l.tuteur));
    }
    for l in parties::<LigneEvaluation>(cx, "ecf_evaluation", &["evaluateur_1", "evaluateur_2"], &ids).await? {
        let x = e.entry(l.candidat_id).or_default();
        x.evaluateurs.extend([Some(l.evaluateur_1), l.evaluateur_2].into_iter().flatten().map(|n| plier(&n)));
    }
    for l in parties::<LigneSynthese>(cx, "ecf_synthese", &["evaluateurs"], &ids).await? {
        let x = e.entry(l.candidat_id).or_default();
        x.evaluateurs.extend(l.evaluateurs.as_array().into_iter().flatten().filter_map(JsonValue::as_str).map(plier));
    }
    Ok(e)
}

/// The ties of these jurors with these candidates. One nature is said once, as declared if it is.
pub(super) async fn connus(cx: &Contexte, d: &Dans, jures: &[Jure], passages: &[Passage]) -> Resultat<Vec<LienConnu>> {
    let ids: Vec<JureId> = jures.iter().map(|j| j.id).collect();
    let mut liens: Vec<LienConnu> = jure::table::lien::Entity::find()
        .filter(jure::table::lien::Column::JureId.is_in(ids))
        .all(&cx.db())
        .await?
        .into_iter()
        .map(|l| LienConnu { jure: l.jure_id, candidat: l.candidat_id, nature: l.nature, deduit: None })
        .collect();
    let ids: Vec<CandidatId> = passages.iter().map(|p| p.candidat_id).collect();
    let candidats = depot::candidats(cx, &ids).await?;
    let entourages = entourages(cx, &candidats).await?;
    let centre = plier(&depot::nom_structure(cx, d.session.structure_id).await?);
    let formateurs: HashSet<UtilisateurId> =
        equipe::joignables(cx, d.session.structure_id, Role::Formateur).await?.into_iter().map(|u| u.id).collect();
    let mut dits: HashSet<(JureId, CandidatId, NatureLien)> = liens.iter().map(|l| (l.jure, l.candidat, l.nature)).collect();
    for j in jures {
        let noms = [plier(&format!("{} {}", j.prenom, j.nom)), plier(&format!("{} {}", j.nom, j.prenom))];
        let employeur = j.employeur.as_deref().map(plier).unwrap_or_default();
        for c in &candidats {
            let Some(e) = entourages.get(&c.id) else { continue };
            let (qui, candidat) = (j.nom_complet(), c.nom_complet());
            let employe_par = |nom: &str| !employeur.is_empty() && employeur == nom;
            let parmi = |l: &HashSet<String>| noms.iter().any(|n| l.contains(n));
            let deduits = [
                (j.utilisateur_id.is_some() && j.utilisateur_id == c.utilisateur_id)
                    .then(|| (NatureLien::Autre, format!("{qui} et {candidat} entrent par le même compte : c’est la même personne."))),
                parmi(&e.evaluateurs).then(|| (NatureLien::Formateur, format!("{qui} a évalué {candidat} en cours de formation."))),
                parmi(&e.tuteurs)
                    .then(|| (NatureLien::AccueilStage, format!("{qui} a suivi {candidat} en entreprise, comme tuteur ou tutrice."))),
                (!employeur.is_empty() && e.entreprises.contains(&employeur))
                    .then(|| (NatureLien::AccueilStage, format!("{qui} travaille là où {candidat} a fait une période en entreprise."))),
                employe_par(&e.employeur)
                    .then(|| (NatureLien::MemeEmployeur, format!("{qui} et {candidat} ont le même employeur, d’après leurs fiches."))),
                (employe_par(&centre) || j.utilisateur_id.is_some_and(|u| formateurs.contains(&u)))
                    .then(|| (NatureLien::OrganismeFormation, format!("{qui} travaille pour votre centre, qui forme {candidat}."))),
            ];
            for (nature, phrase) in deduits.into_iter().flatten() {
                if dits.insert((j.id, c.id, nature)) {
                    liens.push(LienConnu { jure: j.id, candidat: c.id, nature, deduit: Some(phrase) });
                }
            }
        }
    }
    Ok(liens)
}

/// Whether a tie forbids this to a juror for this candidate: `deliberer`, `evaluer`, `surveiller`.
pub(super) async fn interdit(cx: &Contexte, d: &Dans, j: &Jure, p: &Passage, acte: &str) -> Resultat<bool> {
    let liens = connus(cx, d, std::slice::from_ref(j), std::slice::from_ref(p)).await?;
    Ok(liens.iter().any(|l| l.candidat == p.candidat_id && certification_regles::jury::interdits(l.nature.into()).contains(&acte)))
}
