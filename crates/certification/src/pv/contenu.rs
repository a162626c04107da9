//! All that the minutes say, as one JSON value, and its canonical form.

use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use socle::{Contexte, Nomenclature, Resultat};

use crate::{
    centre,
    session::{self, Dans, Passage, Presence, deliberation, depot, incident, presence},
};

/// The JSON of a value with its keys in order and no space: what is hashed. Object keys are in the order of
/// their UTF-8 bytes; the minutes hold texts, whole numbers, booleans and nulls alone.
pub fn canonique(v: &Value) -> String {
    match v {
        Value::Object(o) => {
            let mut cles: Vec<&String> = o.keys().collect();
            cles.sort_unstable();
            let champs: Vec<String> = cles.into_iter().map(|c| format!("{}:{}", Value::String(c.clone()), canonique(&o[c]))).collect();
            format!("{{{}}}", champs.join(","))
        }
        Value::Array(a) => format!("[{}]", a.iter().map(canonique).collect::<Vec<_>>().join(",")),
        simple => simple.to_string(),
    }
}

/// SHA-256 of the canonical JSON, in hexadecimal.
pub fn empreinte(v: &Value) -> String {
    Sha256::digest(canonique(v)).iter().map(|o| format!("{o:02x}")).collect()
}

/// What the minutes say of a session as it stands.
pub(super) async fn etablir(cx: &Contexte, d: &Dans, passages: &[Passage]) -> Resultat<Value> {
    let examen = session::examen(cx, d, passages, true).await?;
    let lieu = depot::lieux(cx, d.session.structure_id).await?.into_iter().find(|l| l.id == d.session.lieu_id);
    let presents = presence::des_jures(cx, d.session.id).await?;
    let membres: Vec<Value> = session::membres(cx, d.session.id)
        .await?
        .into_iter()
        .map(|m| {
            let mut jours: Vec<_> = presents.iter().filter(|(j, _)| *j == m.jure_id).map(|(_, jour)| jour.to_string()).collect();
            jours.sort();
            json!({
                "jure": m.jure_id,
                "nom": examen.noms.get(&m.jure_id.to_string()),
                "preside": m.preside,
                "jours_presents": jours,
            })
        })
        .collect();
    let ids: Vec<_> = passages.iter().map(|p| p.candidat_id).collect();
    let candidats = depot::candidats(cx, &ids).await?;
    let mut lignes = vec![];
    for p in passages {
        let c = candidats.iter().find(|c| c.id == p.candidat_id);
        let unites: Vec<Value> = p
            .origines
            .0
            .iter()
            .map(|(u, o)| json!({"code": u, "intitule": d.version.unite(u).map(|x| x.intitule.clone()), "origine": o}))
            .collect();
        let deliberants: Vec<_> =
            examen.membres_pour(p.candidat_id).iter().filter_map(|j| examen.noms.get(&j.to_string()).cloned()).collect();
        let (issue, decision) = issue(cx, &examen, p).await?;
        lignes.push(json!({
            "passage": p.id,
            "candidat": p.candidat_id,
            "prenom": c.map(|c| c.prenom.clone()),
            "nom": c.map(|c| c.nom.clone()),
            "jour": p.jour,
            "presence": p.presence,
            "unites": unites,
            "deliberants": deliberants,
            "issue": issue,
            "decision": decision,
        }));
    }
    let incidents: Vec<Value> = incident::lister(cx, d.session.id)
        .await?
        .into_iter()
        .filter(|i| i.nature != session::NatureIncident::Recours)
        // The report itself is a paper of its own: the minutes say that there is one.
        .map(|i| json!({"nature": i.nature, "libelle": i.nature.libelle(), "quand": i.quand.to_rfc3339(), "passage": i.passage_id, "temoins": i.temoins.0}))
        .collect();
    let (s, jour) = (&d.session, d.session.premier_jour);
    let agrement = centre::numero(cx, s.structure_id, s.lieu_id, &s.version_code, jour).await?;
    Ok(json!({
        "structure": depot::nom_structure(cx, d.session.structure_id).await?,
        "session": d.session.id,
        "type_session": d.session.type_session,
        "ccs": d.session.ccs,
        "titre": {
            "code": d.version.code,
            "intitule": d.version.nom(),
            "version": d.version.version,
            "certificateur": d.version.certificateur,
            "unites": d.version.unites.iter().map(|u| json!({"code": u.code, "intitule": u.intitule})).collect::<Vec<_>>(),
        },
        "lieu": lieu.as_ref().map(|l| l.nom.clone()),
        "adresse": lieu.and_then(|l| l.adresse),
        "agrement": agrement,
        "jours": d.jours,
        "declaree_le": d.session.declaree_le,
        "convoquee_le": d.session.convoquee_le,
        "jury": membres,
        "candidats": lignes,
        "incidents": incidents,
    }))
}

/// The outcome of a registration: `deliberee`, `absent`, `absent_justifie`, `fraude`, `sans_quorum` or `a_deliberer`.
async fn issue(cx: &Contexte, examen: &session::ExamenJury, p: &Passage) -> Resultat<(&'static str, Value)> {
    Ok(match p.presence {
        Presence::Absent => ("absent", Value::Null),
        Presence::AbsentJustifie => ("absent_justifie", Value::Null),
        Presence::Attendu => ("a_deliberer", Value::Null),
        Presence::Present if deliberation::fraude(cx, p.id).await? => ("fraude", Value::Null),
        Presence::Present if p.deliberation.is_some() => {
            let mut o = Map::new();
            o.insert("accordees".into(), json!(p.accordees.clone().unwrap_or_default().0));
            o.insert("titre".into(), p.titre_propose.into());
            o.insert("entretien_favorable".into(), json!(p.entretien_favorable));
            if let Some(Value::Object(d)) = p.deliberation.clone() {
                o.extend(d);
            }
            ("deliberee", Value::Object(o))
        }
        Presence::Present if !examen.quorum(p.candidat_id) => ("sans_quorum", Value::Null),
        Presence::Present => ("a_deliberer", Value::Null),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn l_ordre_des_cles_ne_change_pas_l_empreinte() {
        let a: Value = serde_json::from_str(r#"{"b": [1, {"d": null, "c": "é"}], "a": true}"#).unwrap();
        let b: Value = serde_json::from_str(r#"{"a": true, "b": [1, {"c": "é", "d": null}]}"#).unwrap();
        assert_eq!(canonique(&a), r#"{"a":true,"b":[1,{"c":"é","d":null}]}"#);
        assert_eq!(empreinte(&a), empreinte(&b));
        let c: Value = serde_json::from_str(r#"{"a": true, "b": [{"c": "é", "d": null}, 1]}"#).unwrap();
        assert_ne!(empreinte(&a), empreinte(&c), "l’ordre d’une liste compte");
    }
}
