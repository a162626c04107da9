//! The lines of the page of a session: candidates, members, steps, incidents.

use std::collections::{BTreeSet, HashMap};

use certification_regles::Motif;
use interface::{Choix, format};
use socle::{Contexte, Nomenclature, Resultat, texte::plier};

use crate::session::{self, Dans, Presence, depot, presence};

pub(super) struct LigneCandidat {
    pub id: String,
    pub candidat_id: String,
    pub candidature_id: String,
    pub nom: String,
    pub unites: String,
    pub creneau: String,
    pub presence: &'static str,
    pub presences: Vec<Choix>,
    pub quorum: String,
    pub quorum_atteint: bool,
    pub issue: String,
    pub motifs: Vec<String>,
    pub sans_courriel: bool,
}

pub(super) struct LigneMembre {
    pub id: String,
    pub nom: String,
    pub preside: bool,
    pub jours: Vec<(String, String, bool)>,
    pub reserves: Vec<String>,
}

pub(super) struct LigneEtape {
    pub code: String,
    pub libelle: String,
    pub permise: bool,
    pub motifs: Vec<String>,
    /// Shown apart from the steps forward.
    pub a_part: bool,
    pub annuler: bool,
    pub quorum: bool,
    pub valider: bool,
}

pub(super) struct LigneIncident {
    pub id: String,
    pub nature: &'static str,
    pub quand: String,
    pub candidat: String,
    pub recit: String,
    pub temoins: String,
    pub suite: Option<String>,
}

fn issue(p: &session::Passage) -> String {
    p.deliberation.as_ref().and_then(|d| d["libelle"].as_str()).unwrap_or_default().to_owned()
}

fn creneau(p: &session::Passage) -> String {
    let mut t = format::date_courte(p.jour);
    if let Some(h) = &p.heure {
        t = format!("{t} à {}", h.replace(':', "\u{a0}h\u{a0}"));
    }
    if let Some(n) = p.duree_minutes {
        t = format!("{t}, {}", format::duree(n));
    }
    if let Some(s) = &p.salle {
        t = format!("{t}, {}", salle(s));
    }
    t
}

/// A room as it is said: « salle » only when it was not typed.
fn salle(nom: &str) -> String {
    if plier(nom).split(' ').any(|m| m == "salle") { nom.to_owned() } else { format!("salle {nom}") }
}

pub(super) async fn candidats(
    cx: &Contexte,
    d: &Dans,
    passages: &[session::Passage],
    examen: &session::ExamenJury,
) -> Resultat<Vec<LigneCandidat>> {
    let ids: Vec<_> = passages.iter().map(|p| p.candidat_id).collect();
    let connus: HashMap<_, _> = depot::candidats(cx, &ids).await?.into_iter().map(|c| (c.id, c)).collect();
    Ok(passages
        .iter()
        .map(|p| {
            let c = connus.get(&p.candidat_id);
            let n = examen.membres_pour(p.candidat_id).len();
            LigneCandidat {
                id: p.id.to_string(),
                candidat_id: p.candidat_id.to_string(),
                candidature_id: p.candidature_id.to_string(),
                nom: c.map_or_else(|| "Candidat effacé".into(), depot::Candidat::nom_complet),
                unites: p
                    .origines
                    .0
                    .keys()
                    .map(|u| d.version.unite(u).map_or(u.as_str(), |x| x.intitule.as_str()))
                    .collect::<Vec<_>>()
                    .join(" ; "),
                creneau: creneau(p),
                presence: p.presence.libelle(),
                presences: Presence::tous()
                    .into_iter()
                    .map(|x| Choix::nouveau(format!("{}={}", p.id, x.code()), x.libelle(), x == p.presence))
                    .collect(),
                quorum: format::compte(n as i64, "membre peut délibérer", "membres peuvent délibérer"),
                quorum_atteint: examen.quorum(p.candidat_id),
                issue: issue(p),
                motifs: p
                    .motifs
                    .as_ref()
                    .and_then(|m| serde_json::from_value::<Vec<Motif>>(m.clone()).ok())
                    .unwrap_or_default()
                    .into_iter()
                    .map(|m| m.phrase)
                    .collect(),
                sans_courriel: c.is_none_or(|c| c.courriel.is_none()),
            }
        })
        .collect())
}

pub(super) async fn membres(cx: &Contexte, d: &Dans, examen: &session::ExamenJury) -> Resultat<Vec<LigneMembre>> {
    let presents: BTreeSet<_> = presence::des_jures(cx, d.session.id).await?.into_iter().collect();
    Ok(session::membres(cx, d.session.id)
        .await?
        .into_iter()
        .map(|m| {
            let id = m.jure_id.to_string();
            LigneMembre {
                nom: examen.noms.get(&id).cloned().unwrap_or_default(),
                preside: m.preside,
                jours: d
                    .jours
                    .iter()
                    .map(|j| (format!("{id}/{j}"), format::date_courte(*j), presents.contains(&(m.jure_id, *j))))
                    .collect(),
                reserves: (examen.reponse.resultat.exclusions.iter().filter(|e| e.jure == id).map(|e| examen.nommer(&e.phrase)))
                    .chain(examen.deduits.iter().filter(|(j, _)| *j == m.jure_id).map(|(_, phrase)| phrase.clone()))
                    .collect(),
                id,
            }
        })
        .collect())
}

#[cfg(test)]
mod unitaires {
    use super::*;

    #[test]
    fn une_salle_ne_se_dit_qu_une_fois() {
        for (tape, dit) in
            [("Salle Estuaire", "Salle Estuaire"), ("B", "salle B"), ("Grande salle", "Grande salle"), ("SALLE 3", "SALLE 3")]
        {
            assert_eq!(salle(tape), dit);
        }
    }
}
