//! The deliberation: for each candidate, the decisions the rules allow, and no other.

use std::collections::BTreeSet;

use certification_regles::{
    Motif,
    deliberation::{Deliberation, Proposition, deliberer},
    entretien::{FaitsEntretien, entretien_final},
    epreuves::TypeSession,
    motif::Sens,
    session::EtatSession,
};
use sea_orm::{
    FromQueryResult,
    sea_query::{Expr, ExprTrait, Query},
};
use serde::{Deserialize, Serialize};
use socle::{Contexte, Erreur, Resultat, identifiant::PassageId, journal::Action};

use super::{Dans, Passage, Presence, Textes, jury, phrases, siege};
use crate::{decision, pv};

/// What the jury decides for a candidate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Decider {
    /// Codes of the units granted.
    pub accordees: Vec<String>,
    /// The title, or the CCS, is granted.
    pub titre: bool,
    /// The final interview was favourable; none when it was not held.
    pub entretien_favorable: Option<bool>,
}

/// A decision the rules allow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choix {
    pub decision: Decider,
    pub resultat: Deliberation,
    /// In words.
    pub libelle: String,
}

/// What can be decided for a candidate now, or why nothing can.
#[derive(Clone, Debug)]
pub struct Deliberable {
    pub options: Vec<Choix>,
    /// Why nothing can be decided; empty when something can.
    pub empechements: Vec<String>,
    /// Whether the final interview is planned, and why.
    pub entretien: Vec<Motif>,
    pub entretien_prevu: bool,
}

/// The facts of the rules for a registration: what was acquired when the session opened.
pub(super) async fn faits(cx: &Contexte, d: &Dans, p: &Passage, accordees: Option<BTreeSet<String>>) -> Resultat<FaitsEntretien> {
    let session = d.session.id.to_string();
    let livret = decision::livret_de(cx, p.candidat_id).await?;
    let mut acquis = livret.acquis().avant_session(Some(&session));
    // A title granted here is not one held before.
    let dici: BTreeSet<String> = decision::de_session(cx, p.candidat_id, d.session.id).await?;
    acquis.titres.retain(|t| t.decision.as_ref().is_none_or(|x| !dici.contains(x)));
    let presentees: BTreeSet<String> = p.origines.0.keys().cloned().collect();
    let f = FaitsEntretien::situer(d.catalogue(), d.version, d.genre()?, &acquis, presentees, p.jour, cx.aujourd_hui());
    // The livret is a projection: it is produced as soon as it is asked for.
    Ok(FaitsEntretien { accordees, livret_produit: true, ..f })
}

/// Every subset, the largest first.
fn parties(u: &BTreeSet<String>) -> Vec<BTreeSet<String>> {
    let u: Vec<&String> = u.iter().collect();
    let mut v: Vec<BTreeSet<String>> = (0_u32..1 << u.len().min(8))
        .map(|bits| u.iter().enumerate().filter(|(i, _)| bits & (1 << i) != 0).map(|(_, c)| (*c).clone()).collect())
        .collect();
    v.sort_by_key(|s: &BTreeSet<String>| std::cmp::Reverse(s.len()));
    v
}

/// The decisions the rules allow, among all that can be written.
fn permises(d: &Dans, genre: TypeSession, f: &FaitsEntretien) -> Resultat<Vec<Choix>> {
    let mut v = vec![];
    for accordees in parties(&f.presentees) {
        let complet = FaitsEntretien { accordees: Some(accordees.clone()), ..f.clone() };
        let tenu = entretien_final(d.version, genre, &complet).map_err(|e| super::referentiel(&e))?.resultat.tenu == Some(true);
        let unites: BTreeSet<String> = d.version.unites_du_titre().map(|u| u.code.clone()).collect();
        let tout = match genre {
            TypeSession::Ccs => !accordees.is_empty(),
            _ => unites.is_subset(&f.acquises.union(&accordees).cloned().collect()),
        };
        // The interview counts once every unit is there; before, its result changes nothing.
        let issues: &[(bool, Option<bool>)] = if tenu && tout { &[(true, Some(true)), (false, Some(false))] } else { &[(false, None)] };
        for (titre, entretien) in issues {
            let p = Proposition { faits: complet.clone(), titre_propose: *titre, entretien_favorable: *entretien };
            let r = deliberer(d.version, genre, &p).map_err(|e| super::referentiel(&e))?;
            if r.favorable {
                let decision = Decider { accordees: accordees.iter().cloned().collect(), titre: *titre, entretien_favorable: *entretien };
                let libelle = libelle(d, genre, &decision);
                v.push(Choix { decision, resultat: r.resultat, libelle });
            }
        }
    }
    Ok(v)
}

fn libelle(d: &Dans, genre: TypeSession, x: &Decider) -> String {
    let noms: Vec<String> =
        x.accordees.iter().map(|u| format!("« {} »", d.version.unite(u).map_or(u.as_str(), |v| v.intitule.as_str()))).collect();
    let quoi = match noms.as_slice() {
        [] => String::new(),
        [seul] => seul.clone(),
        [debut @ .., dernier] => format!("{} et {dernier}", debut.join(", ")),
    };
    match (genre, x.titre, noms.is_empty(), x.entretien_favorable) {
        (TypeSession::Ccs, true, ..) => format!("CCS obtenu : {quoi}"),
        (TypeSession::Ccs, false, ..) => "CCS non obtenu".into(),
        (_, true, true, _) => "Titre obtenu, l’entretien final étant favorable".into(),
        (_, true, false, _) => format!("Titre obtenu : {quoi} accordés et entretien final favorable"),
        (_, false, true, Some(false)) => "Titre refusé : entretien final défavorable".into(),
        (_, false, true, _) => "Aucune unité accordée".into(),
        (_, false, false, Some(false)) => format!("{quoi} accordés, entretien final défavorable : pas de titre"),
        (_, false, false, _) => format!("{quoi} accordé{}, pas de titre", if noms.len() > 1 { "s" } else { "" }),
    }
}

/// Whether a fraud was reported for this registration.
pub(crate) async fn fraude(cx: &Contexte, p: PassageId) -> Resultat<bool> {
    #[derive(FromQueryResult)]
    struct Un {
        #[allow(dead_code, reason = "whether there is a row is enough")]
        nature: String,
    }
    let mut q = Query::select();
    q.column("nature").from("incident_session").and_where(Expr::col("passage_id").eq(p)).and_where(Expr::col("nature").eq("fraude"));
    Ok(!super::depot::lignes::<Un>(cx, &q).await?.is_empty())
}

/// What the jury may decide for this candidate.
pub async fn options(cx: &Contexte, d: &Dans, p: &Passage) -> Resultat<Deliberable> {
    let genre = d.genre()?;
    let f = faits(cx, d, p, None).await?;
    let prevu = entretien_final(d.version, genre, &f).map_err(|e| super::referentiel(&e))?;
    let mut empechements = vec![];
    if p.presence != Presence::Present {
        empechements.push("Ce candidat n’est pas venu : le jury ne délibère pas sur lui.".to_owned());
    }
    if fraude(cx, p.id).await? {
        empechements.push("Une fraude est signalée : le jury ne prononce rien pour ce candidat.".to_owned());
    }
    let passages = super::passages(cx, d.session.id).await?;
    let e = jury::examen(cx, d, &passages, true).await?;
    if empechements.is_empty() && !e.quorum(p.candidat_id) {
        let candidat = p.candidat_id.to_string();
        let du_candidat = |m: &&Motif| {
            (m.regle == "jury.quorum_candidat" && m.sens == Sens::Defavorable || m.regle == "jury.lien")
                && m.faits.get("candidat").and_then(|v| v.as_str()) == Some(candidat.as_str())
        };
        empechements.extend(e.reponse.motifs.iter().filter(du_candidat).map(|m| e.nommer(&m.phrase)));
    }
    let options = if empechements.is_empty() { permises(d, genre, &f)? } else { vec![] };
    Ok(Deliberable { options, empechements, entretien: prevu.motifs, entretien_prevu: prevu.resultat.prevu })
}

/// Records what the jury decides for a candidate; until the minutes are signed it may be changed.
///
/// # Errors
/// `Interdit`-like conflict for a member who may not deliberate on this candidate; `Invalide` on `decision`
/// with the reasons when the rules do not allow it.
pub async fn decider(cx: &Contexte, id: PassageId, x: Decider) -> Resultat<()> {
    let (_, p) = siege::passage(cx, id).await?;
    let s = siege::prendre(cx, p.session_id).await?;
    // Read again: another member may have written since.
    let p = super::passage(cx, p.id).await?;
    pv::exiger_ouvert(cx, p.session_id).await?;
    if s.d.etat()? != EtatSession::EnDeliberation {
        return Err(Erreur::Conflit("Le jury ne délibère pas encore : le centre doit d’abord clore les épreuves.".into()));
    }
    let passages = super::passages(cx, p.session_id).await?;
    let e = jury::examen(cx, &s.d, &passages, true).await?;
    if !e.membres_pour(p.candidat_id).contains(&s.jure.id) {
        return Err(Erreur::Conflit(
            "Vous ne pouvez pas délibérer sur ce candidat : un lien vous unit à lui, ou vous n’étiez pas présent ou habilité ce jour-là."
                .into(),
        ));
    }
    let possible = options(cx, &s.d, &p).await?;
    if !possible.empechements.is_empty() {
        return Err(Erreur::Conflit(possible.empechements.join(" ")));
    }
    let accordees: BTreeSet<String> = x.accordees.iter().cloned().collect();
    let voulue = Decider { accordees: accordees.iter().cloned().collect(), ..x.clone() };
    let Some(o) = possible.options.into_iter().find(|o| o.decision == voulue) else {
        return Err(Erreur::champ("decision", refus(cx, &s.d, &p, accordees, &x).await?));
    };
    let deliberation = serde_json::json!({ "resultat": o.resultat, "libelle": o.libelle });
    super::ecrire_passage(
        cx,
        Passage {
            accordees: Some(Textes(o.decision.accordees)),
            titre_propose: o.decision.titre,
            entretien_favorable: o.decision.entretien_favorable,
            deliberation: Some(deliberation),
            ..p.clone()
        },
    )
    .await?;
    cx.journaliser(Action::Modification, "session_examen", p.session_id.0, s.d.session.structure_id, &["deliberation"]).await
}

/// Why the rules do not allow this decision.
async fn refus(cx: &Contexte, d: &Dans, p: &Passage, accordees: BTreeSet<String>, x: &Decider) -> Resultat<String> {
    if let Some(u) = accordees.iter().find(|u| !p.origines.0.contains_key(*u)) {
        return Ok(format!("L’unité « {u} » n’a pas été présentée : le jury ne peut pas l’accorder."));
    }
    let faits = faits(cx, d, p, Some(accordees)).await?;
    let proposition = Proposition { faits, titre_propose: x.titre, entretien_favorable: x.entretien_favorable };
    let r = deliberer(d.version, d.genre()?, &proposition).map_err(|e| super::referentiel(&e))?;
    Ok(if r.favorable {
        "Cette décision se contredit : avec toutes les unités, dites si l’entretien final est favorable ; il l’est si et seulement si le titre est obtenu.".into()
    } else {
        phrases(&r.motifs)
    })
}
