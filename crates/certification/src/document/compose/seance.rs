//! The papers of a session: convocation, grid, attendance sheet, minutes.

use certification_regles::decision::EtatDocument;
use interface::format;
use serde_json::{Value, json};
use socle::{
    Contexte, Erreur, Resultat,
    identifiant::{JureId, SessionExamenId},
    ports::Modele,
};
use territoire::structure::imprimee as en_tete;

use super::{
    super::Compose,
    blocs::{fiche, heure, liste, paragraphe, tableau, titre_bloc},
};
use crate::{jure, pv, session};

pub(super) async fn convocation(cx: &Contexte, p: &session::Passage, c: &session::Convocation) -> Resultat<Compose> {
    let d = session::lire(cx, p.session_id).await?;
    let nom = format!("{} {}", c.prenom, c.nom);
    let mut champs = vec![
        ("Titre", c.titre.clone()),
        ("Jour", format::date_longue(c.jour)),
        ("Lieu", [Some(c.lieu.clone()), c.adresse.clone()].into_iter().flatten().collect::<Vec<_>>().join(", ")),
    ];
    if let Some(h) = &c.heure {
        champs.push(("Heure", heure(h)));
    }
    if let Some(s) = &c.salle {
        champs.push(("Salle", s.clone()));
    }
    if let Some(m) = c.duree_minutes {
        champs.push(("Durée", format::duree(i64::from(m))));
    }
    let mut blocs = vec![
        paragraphe(format!(
            "{nom},\n\nVous êtes convoqué·e à la session d’examen ci-dessous. Venez avec une pièce d’identité et cette convocation."
        )),
        fiche(&champs),
        titre_bloc("Les épreuves"),
        liste(c.epreuves.iter().map(|e| e.libelle.clone())),
    ];
    if !c.unites.is_empty() {
        blocs.push(titre_bloc("Les unités présentées"));
        blocs.push(liste(c.unites.iter().cloned()));
    }
    if !c.amenagements.is_empty() {
        blocs.push(titre_bloc("Les aménagements accordés"));
        blocs.push(liste(c.amenagements.iter().cloned()));
    }
    blocs.push(paragraphe("Un empêchement ? Prévenez-nous tout de suite, avec un justificatif."));
    let structure = d.session.structure_id;
    Ok(Compose {
        modele: Modele::Acte,
        donnees: json!({"structure": en_tete(cx, structure).await?, "date": cx.aujourd_hui(), "titre": "Convocation", "sous_titre": c.titre, "destinataire": [nom], "blocs": blocs}),
        candidat: Some(p.candidat_id),
        session: Some(p.session_id),
        version: c.version.clone(),
        unites: c.unites.clone(),
        titre: c.titre.clone(),
        titulaire: Some((c.prenom.clone(), c.nom.clone())),
        etat: EtatDocument::Delivre,
    })
}

/// The invitation of a member of the jury, who reads nothing of the candidates but how many they are.
pub(super) async fn convocation_jure(cx: &Contexte, id: SessionExamenId, qui: JureId) -> Resultat<Compose> {
    let d = session::lire(cx, id).await?;
    let j = jure::lire(cx, qui).await?.jure;
    let preside = session::membres(cx, id).await?.into_iter().find(|m| m.jure_id == qui).map(|m| m.preside);
    let Some(preside) = preside else {
        return Err(Erreur::champ("jure", "Choisissez un membre du jury de cette session."));
    };
    let contenu = pv::contenu(cx, id).await?;
    let (nom, titre) = (j.nom_complet(), d.version.nom().to_owned());
    let combien = session::passages(cx, id).await?.len();
    let qualite = if preside { "vous présidez le jury" } else { "vous êtes membre du jury" };
    let blocs = vec![
        paragraphe(format!("{nom},\n\nVous êtes convoqué·e à la session d’examen ci-dessous : {qualite}.")),
        fiche(&[
            ("Titre", titre.clone()),
            ("Jours", d.jours.iter().map(|j| format::date_longue(*j)).collect::<Vec<_>>().join(", ")),
            (
                "Lieu",
                [texte(&contenu, "lieu"), texte(&contenu, "adresse")].into_iter().filter(|t| !t.is_empty()).collect::<Vec<_>>().join(", "),
            ),
            ("Candidats", combien.to_string()),
        ]),
        paragraphe(
            "Si un lien vous unit à un candidat (même employeur, organisme de formation, stage, formation), dites-le au centre : vous ne délibérerez pas sur lui.",
        ),
    ];
    Ok(Compose {
        modele: Modele::Acte,
        donnees: json!({"structure": en_tete(cx, d.session.structure_id).await?, "date": cx.aujourd_hui(), "titre": "Convocation d’un membre du jury", "sous_titre": titre, "destinataire": [nom], "blocs": blocs}),
        candidat: None,
        session: Some(id),
        version: d.version.code.clone(),
        unites: Vec::new(),
        titre,
        titulaire: Some((j.prenom, j.nom)),
        etat: EtatDocument::Delivre,
    })
}

pub(super) async fn grille(cx: &Contexte, p: &session::Passage, c: &session::Convocation) -> Resultat<Compose> {
    let d = session::lire(cx, p.session_id).await?;
    let mut blocs =
        vec![fiche(&[("Candidat", format!("{} {}", c.prenom, c.nom)), ("Jour", format::date_longue(c.jour)), ("Lieu", c.lieu.clone())])];
    for e in &c.epreuves {
        blocs.push(titre_bloc(&e.libelle));
        let mut lignes: Vec<Vec<String>> = e
            .unites
            .iter()
            .filter_map(|u| d.version.unite(u))
            .flat_map(|u| u.competences.iter())
            .map(|k| vec![k.intitule.clone(), String::new(), String::new()])
            .collect();
        if lignes.is_empty() {
            lignes.push(vec!["L’ensemble de l’épreuve".into(), String::new(), String::new()]);
        }
        blocs.push(tableau(&["Compétence", "Acquis, non acquis, non observé", "Observations"], &lignes));
    }
    blocs.push(json!({"genre": "signatures", "signatures": [{"nom": "Membre du jury", "qualite": "Nom et signature"}]}));
    Ok(Compose {
        modele: Modele::Acte,
        donnees: json!({"structure": en_tete(cx, d.session.structure_id).await?, "date": cx.aujourd_hui(), "titre": "Grille d’évaluation", "sous_titre": c.titre, "blocs": blocs}),
        candidat: Some(p.candidat_id),
        session: Some(p.session_id),
        version: c.version.clone(),
        unites: c.unites.clone(),
        titre: c.titre.clone(),
        titulaire: Some((c.prenom.clone(), c.nom.clone())),
        etat: EtatDocument::Delivre,
    })
}

/// A text of the frozen minutes.
fn texte(v: &Value, cle: &str) -> String {
    v[cle].as_str().unwrap_or_default().to_owned()
}

fn nom_de(v: &Value) -> String {
    format!("{} {}", texte(v, "prenom"), texte(v, "nom").to_uppercase())
}

pub(super) async fn emargement(cx: &Contexte, id: SessionExamenId) -> Resultat<Compose> {
    let d = session::lire(cx, id).await?;
    let contenu = pv::contenu(cx, id).await?;
    let mut blocs = vec![fiche(&[
        ("Lieu", texte(&contenu, "lieu")),
        ("Jours", d.jours.iter().map(|j| format::date_sans_jour(*j)).collect::<Vec<_>>().join(", ")),
    ])];
    for jour in &d.jours {
        blocs.push(titre_bloc(&format::date_longue(*jour)));
        let mut lignes: Vec<Vec<String>> = contenu["candidats"]
            .as_array()
            .into_iter()
            .flatten()
            .filter(|c| c["jour"] == json!(jour))
            .map(|c| vec![nom_de(c), "Candidat".into(), String::new(), String::new()])
            .collect();
        lignes.extend(
            contenu["jury"].as_array().into_iter().flatten().map(|m| vec![texte(m, "nom"), "Jury".into(), String::new(), String::new()]),
        );
        blocs.push(tableau(&["Nom", "Qualité", "Matin", "Après-midi"], &lignes));
    }
    Ok(Compose {
        modele: Modele::Acte,
        donnees: json!({"structure": en_tete(cx, d.session.structure_id).await?, "date": cx.aujourd_hui(), "titre": "Feuille d’émargement", "sous_titre": d.version.nom(), "blocs": blocs}),
        candidat: None,
        session: Some(id),
        version: d.version.code.clone(),
        unites: Vec::new(),
        titre: d.version.nom().to_owned(),
        titulaire: None,
        etat: EtatDocument::Delivre,
    })
}

/// A day of the frozen minutes, in words.
fn jour(v: &Value) -> Option<String> {
    Some(format::date_sans_jour(v.as_str()?.parse::<chrono::NaiveDate>().ok()?))
}

/// An instant of the frozen minutes, in words.
fn instant(v: &Value) -> String {
    v.as_str().and_then(|t| t.parse::<chrono::DateTime<chrono::Utc>>().ok()).map(format::instant_long).unwrap_or_default()
}

/// The strokes of a drawn signature, from its SVG path: « M x y L x y … ».
fn traits(trace: &str) -> Vec<Vec<(f32, f32)>> {
    let mut tous: Vec<Vec<(f32, f32)>> = Vec::new();
    for morceau in trace.split(['M', 'm']).filter(|m| !m.trim().is_empty()) {
        let nombres: Vec<f32> = morceau
            .split(|c: char| !(c.is_ascii_digit() || matches!(c, '.' | '-')))
            .filter_map(|n| n.parse::<f32>().ok())
            .map(|n| n.clamp(0.0, 600.0))
            .collect();
        tous.push(nombres.chunks_exact(2).filter_map(|p| Some((*p.first()?, *p.get(1)?))).collect());
    }
    tous
}

pub(super) fn issue(c: &Value) -> String {
    match c["issue"].as_str().unwrap_or_default() {
        "absent" => "Absent".into(),
        "absent_justifie" => "Absent, justifié".into(),
        "fraude" => "Fraude signalée".into(),
        "sans_quorum" => "Pas de quorum".into(),
        "deliberee" => {
            let d = &c["decision"];
            if let Some(dit) = d["libelle"].as_str().filter(|l| !l.is_empty()) {
                return dit.to_owned();
            }
            let accordees: Vec<&str> = d["accordees"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
            match (d["titre"] == json!(true), accordees.is_empty()) {
                (true, _) => "Titre attribué".into(),
                (false, false) => format!("Unités attribuées : {}", accordees.join(", ")),
                (false, true) => "Aucune unité attribuée".into(),
            }
        }
        _ => "À délibérer".into(),
    }
}

pub(super) async fn proces_verbal(cx: &Contexte, id: SessionExamenId) -> Resultat<Compose> {
    let d = session::lire(cx, id).await?;
    let p = pv::lire(cx, id).await?;
    if p.fige_le.is_none() {
        return Err(Erreur::Conflit("Le procès-verbal n’est pas signé : il peut encore changer. Imprimez-le une fois signé.".into()));
    }
    if !p.intact {
        return Err(Erreur::Conflit("Ce procès-verbal a été changé dans la base après sa signature : il n’est plus imprimé.".into()));
    }
    let c = &p.contenu;
    let jury: Vec<Vec<String>> = c["jury"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|m| {
            let jours: Vec<String> = m["jours_presents"].as_array().into_iter().flatten().filter_map(jour).collect();
            vec![texte(m, "nom"), if m["preside"] == json!(true) { "Présidence".into() } else { "Membre".into() }, jours.join(", ")]
        })
        .collect();
    let candidats: Vec<Vec<String>> = c["candidats"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|x| {
            let liste = |cle: &str, champ: Option<&str>| -> String {
                let l = x[cle].as_array().into_iter().flatten();
                l.filter_map(|v| champ.map_or(v.as_str(), |k| v[k].as_str())).collect::<Vec<_>>().join(", ")
            };
            vec![nom_de(x), liste("unites", Some("intitule")), liste("deliberants", None), issue(x)]
        })
        .collect();
    let mut blocs = vec![
        titre_bloc("La session"),
        fiche(&[
            ("Titre", d.version.nom().to_owned()),
            ("Certificateur", d.version.certificateur.clone().unwrap_or_default()),
            ("Lieu", [texte(c, "lieu"), texte(c, "adresse")].into_iter().filter(|t| !t.is_empty()).collect::<Vec<_>>().join(", ")),
            ("Jours", d.jours.iter().map(|j| format::date_sans_jour(*j)).collect::<Vec<_>>().join(", ")),
            ("Objet de la session", format!("Obtention {}", session::objet(d.genre()?))),
            ("Agrément du centre", c["agrement"].as_str().map_or_else(|| "sans numéro noté".to_owned(), |n| format!("n° {n}"))),
            ("Session déclarée le", jour(&c["declaree_le"]).unwrap_or_default()),
            ("Candidats convoqués le", jour(&c["convoquee_le"]).unwrap_or_default()),
        ]),
        titre_bloc("Le jury"),
        tableau(&["Nom", "Qualité", "Jours de présence"], &jury),
        titre_bloc("Les décisions"),
        tableau(&["Candidat", "Unités présentées", "Délibérants", "Décision"], &candidats),
    ];
    let incidents: Vec<String> =
        c["incidents"].as_array().into_iter().flatten().map(|i| format!("{}, {}", texte(i, "libelle"), instant(&i["quand"]))).collect();
    if !incidents.is_empty() {
        blocs.push(titre_bloc("Incidents"));
        blocs.push(liste(incidents));
    }
    let signatures: Vec<Value> = p
        .signatures
        .iter()
        .map(|s| {
            let dessin = if s.trace.trim_start().starts_with('M') { traits(&s.trace) } else { Vec::new() };
            json!({"nom": s.nom, "mention": format!("Signé le {}", format::instant_long(s.signe_le)), "traits": dessin})
        })
        .collect();
    blocs.push(titre_bloc("Signatures"));
    blocs.push(paragraphe(format!("Empreinte du contenu signé (SHA-256) : {}", p.empreinte)));
    blocs.push(json!({"genre": "signatures", "signatures": signatures}));
    if !p.suites.is_empty() {
        blocs.push(titre_bloc("Suites"));
        blocs.push(liste(p.suites.iter().map(|s| {
            let numero = s.numero.as_deref().map(|n| format!(", n° {n}")).unwrap_or_default();
            format!("{} le {}{numero}", s.etape.libelle(), format::date_sans_jour(s.jour))
        })));
    }
    Ok(Compose {
        modele: Modele::Acte,
        donnees: json!({"structure": en_tete(cx, d.session.structure_id).await?, "date": cx.aujourd_hui(), "titre": "Procès-verbal de session d’examen", "sous_titre": d.version.nom(), "blocs": blocs, "paysage": true}),
        candidat: None,
        session: Some(id),
        version: d.version.code.clone(),
        unites: Vec::new(),
        titre: d.version.nom().to_owned(),
        titulaire: None,
        etat: EtatDocument::Delivre,
    })
}

#[cfg(test)]
mod unitaires {
    use super::*;

    #[test]
    fn un_trace_devient_des_traits() {
        assert_eq!(traits("M1 2L3 4.5L6,7M8 9 L10 11"), vec![vec![(1.0, 2.0), (3.0, 4.5), (6.0, 7.0)], vec![(8.0, 9.0), (10.0, 11.0)]]);
        assert!(traits("").is_empty());
        assert_eq!(traits("M<script>alert(1)</script>"), vec![vec![]]);
    }
}
