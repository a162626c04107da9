//! What each document says, from what is recorded.

use certification_regles::{
    decision::{EtatDecision, EtatDocument, NatureDocument, delivrance},
    livret::Objet,
    referentiel::NatureUnite,
};
use interface::format;
use serde_json::{Value, json};
use socle::{
    Contexte, Erreur, Resultat,
    identifiant::{CandidatId, CandidatureId, SessionExamenId},
    journal::Action,
    ports::Modele,
    requete::Requete,
};
use territoire::structure::imprimee as en_tete;

use super::{Compose, Emettre, Nature};
use crate::{
    candidat::{self, Candidat},
    candidature::{self, Candidature, dossier, pieces},
    decision, pv, session, titre,
};

/// What may be asked for from an enrolment.
pub(super) const POUR_UNE_CANDIDATURE: [Nature; 4] =
    [Nature::Attestation, Nature::Parchemin, Nature::Livret, Nature::CertificatRealisation];

fn manque(quoi: &str) -> Erreur {
    Erreur::champ(quoi, "Dites pour quoi ce document est émis.")
}

/// Composes a document.
pub(super) async fn composer(cx: &Contexte, e: &Emettre) -> Resultat<Compose> {
    match e.nature {
        Nature::Convocation | Nature::Grille => {
            let p = e.passage.ok_or_else(|| manque("passage"))?;
            let c = session::convocation(cx, p).await?;
            let ligne = session::passage(cx, p).await?;
            if e.nature == Nature::Grille { grille(cx, &ligne, &c).await } else { convocation(cx, &ligne, &c).await }
        }
        Nature::Lettre => lettre(cx, e.passage.ok_or_else(|| manque("passage"))?).await,
        Nature::Emargement => emargement(cx, e.session.ok_or_else(|| manque("session"))?).await,
        Nature::Pv => proces_verbal(cx, e.session.ok_or_else(|| manque("session"))?).await,
        Nature::Livret | Nature::Parchemin | Nature::Attestation => {
            obtention(cx, e.nature, e.candidature.ok_or_else(|| manque("candidature"))?).await
        }
        Nature::CertificatRealisation => realisation(cx, e.candidature.ok_or_else(|| manque("candidature"))?).await,
    }
}

fn titre_bloc(texte: &str) -> Value {
    json!({"genre": "titre", "texte": texte})
}

fn paragraphe(texte: impl Into<String>) -> Value {
    json!({"genre": "paragraphe", "texte": texte.into()})
}

fn fiche(champs: &[(&str, String)]) -> Value {
    let champs: Vec<Value> = champs.iter().map(|(l, v)| json!({"libelle": l, "valeur": v})).collect();
    json!({"genre": "fiche", "champs": champs})
}

fn liste(elements: impl IntoIterator<Item = String>) -> Value {
    json!({"genre": "liste", "elements": elements.into_iter().collect::<Vec<_>>()})
}

fn tableau(entetes: &[&str], lignes: &[Vec<String>]) -> Value {
    json!({"genre": "tableau", "entetes": entetes, "lignes": lignes})
}

fn heure(h: &str) -> String {
    h.replace(':', "\u{a0}h\u{a0}")
}

async fn convocation(cx: &Contexte, p: &session::Passage, c: &session::Convocation) -> Resultat<Compose> {
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

async fn grille(cx: &Contexte, p: &session::Passage, c: &session::Convocation) -> Resultat<Compose> {
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

async fn emargement(cx: &Contexte, id: SessionExamenId) -> Resultat<Compose> {
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

fn issue(c: &Value) -> String {
    match c["issue"].as_str().unwrap_or_default() {
        "absent" => "Absent".into(),
        "absent_justifie" => "Absent, justifié".into(),
        "fraude" => "Fraude signalée".into(),
        "sans_quorum" => "Pas de quorum".into(),
        "deliberee" => {
            let d = &c["decision"];
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

async fn proces_verbal(cx: &Contexte, id: SessionExamenId) -> Resultat<Compose> {
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
            let jours: Vec<&str> = m["jours_presents"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
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
            vec![nom_de(x), liste("unites", Some("code")), liste("deliberants", None), issue(x)]
        })
        .collect();
    let mut blocs = vec![
        titre_bloc("La session"),
        fiche(&[
            ("Titre", d.version.nom().to_owned()),
            ("Certificateur", d.version.certificateur.clone().unwrap_or_default()),
            ("Lieu", [texte(c, "lieu"), texte(c, "adresse")].into_iter().filter(|t| !t.is_empty()).collect::<Vec<_>>().join(", ")),
            ("Jours", d.jours.iter().map(|j| format::date_sans_jour(*j)).collect::<Vec<_>>().join(", ")),
        ]),
        titre_bloc("Le jury"),
        tableau(&["Nom", "Qualité", "Jours de présence"], &jury),
        titre_bloc("Les décisions"),
        tableau(&["Candidat", "Unités présentées", "Délibérants", "Décision"], &candidats),
    ];
    let incidents: Vec<String> =
        c["incidents"].as_array().into_iter().flatten().map(|i| format!("{}, {}", texte(i, "libelle"), texte(i, "quand"))).collect();
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

/// Whether the decisions of a session are validated.
async fn exiger_validee(cx: &Contexte, id: SessionExamenId) -> Resultat<pv::Pv> {
    let p = pv::lire(cx, id).await?;
    if p.suites.iter().any(|s| s.etape == pv::Etape::Valide) {
        Ok(p)
    } else {
        Err(Erreur::Conflit("Le procès-verbal de cette session n’est pas validé : rien n’est encore notifié aux candidats.".into()))
    }
}

async fn lettre(cx: &Contexte, passage: socle::identifiant::PassageId) -> Resultat<Compose> {
    let ligne = session::passage(cx, passage).await?;
    let d = session::lire(cx, ligne.session_id).await?;
    let p = exiger_validee(cx, ligne.session_id).await?;
    let c = candidat::lire(cx, ligne.candidat_id).await?;
    let x = p.contenu["candidats"]
        .as_array()
        .into_iter()
        .flatten()
        .find(|x| x["passage"] == json!(passage))
        .cloned()
        .ok_or_else(|| Erreur::Conflit("Ce candidat n’est pas au procès-verbal.".into()))?;
    let nom = c.nom_complet();
    let mut blocs = vec![
        paragraphe(format!(
            "{nom},\n\nLe jury de la session du {} pour le titre « {} » a rendu sa décision vous concernant :",
            format::date_sans_jour(ligne.jour),
            d.version.nom()
        )),
        fiche(&[("Décision", issue(&x))]),
    ];
    if x["decision"]["titre"] != json!(true) {
        blocs.push(paragraphe(
            "Les unités que vous avez obtenues restent acquises dans les délais du titre. Votre espace « Où en suis-je » dit ce qui reste à passer et jusqu’à quand.",
        ));
    }
    blocs.push(paragraphe(
        "Vous pouvez demander au centre de vous expliquer cette décision, et former un recours selon les règles du titre.",
    ));
    Ok(Compose {
        modele: Modele::Acte,
        donnees: json!({"structure": en_tete(cx, d.session.structure_id).await?, "date": cx.aujourd_hui(), "titre": "Résultat de la session", "sous_titre": d.version.nom(), "destinataire": [nom], "blocs": blocs}),
        candidat: Some(c.id),
        session: Some(ligne.session_id),
        version: d.version.code.clone(),
        unites: ligne.origines.0.keys().map(|u| d.version.unite(u).map_or(u.clone(), |k| k.intitule.clone())).collect(),
        titre: d.version.nom().to_owned(),
        titulaire: Some((c.prenom, c.nom)),
        etat: EtatDocument::Delivre,
    })
}

/// What every candidate of a session is owed once its decisions are validated.
pub(super) async fn dus(cx: &Contexte, id: SessionExamenId) -> Resultat<Vec<(Emettre, Option<CandidatId>)>> {
    session::lire(cx, id).await?;
    exiger_validee(cx, id).await?;
    let validees = decision::lignes_de_session(cx, id, EtatDecision::Validee).await?;
    let mut v = Vec::new();
    for p in session::passages(cx, id).await? {
        if p.presence != session::Presence::Present {
            continue;
        }
        let objets: Vec<Objet> =
            validees.iter().filter(|l| l.candidat_id == p.candidat_id).map(decision::Ligne::objet).collect::<Resultat<_>>()?;
        let mut natures = vec![Nature::Lettre];
        if objets.iter().any(|o| matches!(o, Objet::Titre { .. })) {
            natures.extend([Nature::Attestation, Nature::Parchemin]);
        } else if objets.iter().any(|o| matches!(o, Objet::Unite { .. })) {
            natures.push(Nature::Livret);
        }
        for nature in natures {
            let sur_passage = nature == Nature::Lettre;
            let e = Emettre {
                nature,
                passage: sur_passage.then_some(p.id),
                session: None,
                candidature: (!sur_passage).then_some(p.candidature_id),
            };
            v.push((e, Some(p.candidat_id)));
        }
    }
    Ok(v)
}

fn naissance(c: &Candidat) -> Option<String> {
    c.date_naissance.map(|d| format!("né·e le {}", format::date_sans_jour(d)))
}

/// Livret, parchemin or attestation: what the candidate holds of the version of the enrolment.
async fn obtention(cx: &Contexte, nature: Nature, id: CandidatureId) -> Resultat<Compose> {
    let c = candidature::lire(cx, id).await?;
    let p = candidat::lire(cx, c.candidat_id).await?;
    let v = titre::version(cx, &c.version_code).await?;
    let (jour, s) = (cx.aujourd_hui(), en_tete(cx, c.structure_id).await?);
    let livret = decision::livret(cx, c.candidat_id).await?;
    let journal = decision::journal(cx, c.candidat_id).await?;
    let obtenu = livret.titres.iter().find(|t| t.version == v.code && t.en_vigueur(jour));
    // Labels as they were signed.
    let signe = |unite: &str| {
        journal
            .iter()
            .find(|l| matches!(l.objet(), Ok(Objet::Unite { version, unite: u, .. }) if version == v.code && u == unite))
            .map(|l| l.libelle("unite").to_owned())
            .filter(|t| !t.is_empty())
            .unwrap_or_else(|| v.unite(unite).map_or_else(|| unite.to_owned(), |u| u.intitule.clone()))
    };
    let unites: Vec<_> = livret.attributions.iter().filter(|a| a.version == v.code && a.en_vigueur(jour)).collect();
    let ccs: Vec<_> = unites.iter().filter(|a| v.unite(&a.unite).is_some_and(|u| u.nature == NatureUnite::Ccs)).collect();
    let vise_ccs = c.origines()?.keys().filter_map(|u| v.unite(u)).any(|u| u.nature == NatureUnite::Ccs);
    let date = if vise_ccs { ccs.iter().map(|a| a.date).max() } else { obtenu.map(|t| t.date) };
    let document = match nature {
        Nature::Livret => NatureDocument::Livret,
        Nature::Parchemin => NatureDocument::Parchemin,
        _ => NatureDocument::Attestation,
    };
    let (par, motif) = delivrance(v.nature, document);
    let etat = if par.delivre_par_la_plateforme { EtatDocument::Delivre } else { EtatDocument::ADemander };
    let noms: Vec<String> =
        if vise_ccs { ccs.iter().map(|a| signe(&a.unite)).collect() } else { unites.iter().map(|a| signe(&a.unite)).collect() };
    let suite = Compose {
        modele: Modele::Acte,
        donnees: Value::Null,
        candidat: Some(p.id),
        session: session_de(&unites, obtenu.and_then(|t| t.decision.as_deref()), &journal),
        version: v.code.clone(),
        unites: noms.clone(),
        titre: v.nom().to_owned(),
        titulaire: Some((p.prenom.clone(), p.nom.clone())),
        etat,
    };
    if nature == Nature::Livret {
        if unites.is_empty() {
            return Err(Erreur::Conflit("Ce candidat n’a encore aucune unité de ce titre : il n’y a pas de livret à émettre.".into()));
        }
        let lignes: Vec<Vec<String>> =
            unites.iter().map(|a| vec![a.unite.clone(), signe(&a.unite), format::date_sans_jour(a.date)]).collect();
        let mut blocs = vec![
            fiche(&[
                ("Titulaire", p.nom_complet()),
                ("Titre visé", v.nom().to_owned()),
                ("Certificateur", v.certificateur.clone().unwrap_or_default()),
            ]),
            titre_bloc("Les unités acquises"),
            tableau(&["Unité", "Intitulé", "Obtenue le"], &lignes),
        ];
        if !par.delivre_par_la_plateforme {
            blocs.push(paragraphe(motif.phrase));
        }
        let intitule = if par.delivre_par_la_plateforme {
            "Livret de certification"
        } else {
            "Livret de certification, préparé pour sa délivrance"
        };
        return Ok(Compose {
            donnees: json!({"structure": s, "date": jour, "titre": intitule, "sous_titre": v.nom(), "blocs": blocs}),
            ..suite
        });
    }
    let Some(date) = date else {
        return Err(Erreur::Conflit(format!(
            "Ce candidat n’a pas {} : aucun {} ne peut être émis.",
            if vise_ccs { "ce certificat complémentaire" } else { "ce titre" },
            if nature == Nature::Parchemin { "parchemin" } else { "document d’obtention" }
        )));
    };
    if nature == Nature::Parchemin && !par.delivre_par_la_plateforme {
        let blocs = vec![
            paragraphe(motif.phrase),
            fiche(&[
                ("Titulaire", p.nom_complet()),
                ("Date de naissance", p.date_naissance.map(format::date_sans_jour).unwrap_or_default()),
                ("Titre", v.nom().to_owned()),
                ("Décision du jury", format::date_sans_jour(date)),
            ]),
            titre_bloc("Les unités"),
            liste(noms),
        ];
        return Ok(Compose {
            donnees: json!({"structure": s, "date": jour, "titre": "Demande de parchemin", "sous_titre": v.nom(), "blocs": blocs}),
            ..suite
        });
    }
    let formule = format!(
        "a obtenu, par décision du jury du {}, {}",
        format::date_sans_jour(date),
        if vise_ccs { "le certificat complémentaire" } else { "le titre" }
    );
    let niveau = v.niveaux.iter().map(|n| format!("Niveau {}", n.valeur)).next();
    let mut mentions: Vec<String> = niveau.into_iter().collect();
    if let Some(r) = &v.codes.rncp {
        mentions.push(format!("RNCP {r}"));
    }
    mentions.extend(noms.iter().cloned());
    let reserve = (nature == Nature::Attestation && !v.est_prive())
        .then_some("Cette attestation du centre ne remplace pas le parchemin, que délivre le représentant territorial du ministère.");
    let donnees = json!({
        "structure": s,
        "date": jour,
        "nature": nature.libelle(),
        "certificateur": v.certificateur.clone().unwrap_or_else(|| "Certificateur".into()),
        "nom": p.nom_complet(),
        "naissance": naissance(&p),
        "formule": formule,
        "intitule": if vise_ccs { noms.join(", ") } else { v.nom().to_owned() },
        "mentions": mentions,
        "reserve": reserve,
    });
    Ok(Compose { modele: Modele::Parchemin, donnees, ..suite })
}

/// The session that pronounced what a document shows: the latest.
fn session_de(
    unites: &[&certification_regles::acquis::Attribution],
    titre: Option<&str>,
    journal: &[decision::Ligne],
) -> Option<SessionExamenId> {
    let vise = |l: &&decision::Ligne| {
        let id = l.decision_id.to_string();
        titre == Some(id.as_str()) || unites.iter().any(|a| a.decision.as_deref() == Some(id.as_str()))
    };
    journal.iter().filter(vise).max_by_key(|l| l.jour).and_then(|l| l.session_id)
}

async fn realisation(cx: &Contexte, id: CandidatureId) -> Resultat<Compose> {
    let c = candidature::lire(cx, id).await?;
    let p = candidat::lire(cx, c.candidat_id).await?;
    let v = titre::version(cx, &c.version_code).await?;
    let (Some(debut), Some(fin)) = (c.formation_debut, c.formation_fin) else {
        return Err(Erreur::Conflit("Donnez le début et la fin de la formation : le certificat de réalisation les atteste.".into()));
    };
    if fin > cx.aujourd_hui() {
        return Err(Erreur::Conflit("La formation n’est pas finie : son certificat de réalisation se donne à la fin.".into()));
    }
    let mut blocs = vec![
        paragraphe(format!("Nous attestons que {} a suivi l’action de formation ci-dessous.", p.nom_complet())),
        fiche(&[
            ("Formation", v.nom().to_owned()),
            ("Nature", "Action de formation".to_owned()),
            ("Du", format::date_sans_jour(debut)),
            ("Au", format::date_sans_jour(fin)),
        ]),
    ];
    let periodes: Vec<String> = pieces::lister(cx, id)
        .await?
        .into_values()
        .filter_map(|x| match x {
            pieces::Piece::Periode { entreprise, debut, fin, minutes, .. } => Some(format!(
                "{entreprise}, du {} au {}, {}",
                format::date_sans_jour(debut),
                format::date_sans_jour(fin),
                format::duree(i64::from(minutes))
            )),
            _ => None,
        })
        .collect();
    if !periodes.is_empty() {
        blocs.push(titre_bloc("Périodes en entreprise"));
        blocs.push(liste(periodes));
    }
    blocs.push(json!({"genre": "signatures", "signatures": [{"nom": "Pour le centre", "qualite": "Nom, qualité et signature"}]}));
    Ok(Compose {
        modele: Modele::Acte,
        donnees: json!({"structure": en_tete(cx, c.structure_id).await?, "date": cx.aujourd_hui(), "titre": "Certificat de réalisation", "sous_titre": v.nom(), "blocs": blocs}),
        candidat: Some(p.id),
        session: None,
        version: v.code.clone(),
        unites: Vec::new(),
        titre: v.nom().to_owned(),
        titulaire: Some((p.prenom, p.nom)),
        etat: EtatDocument::Delivre,
    })
}

async fn papier(q: &Requete, c: &Candidature, titre: &str, blocs: Vec<Value>) -> Resultat<Vec<u8>> {
    let cx = q.lecture();
    let s = en_tete(&cx, c.structure_id).await?;
    let v = titre::version(&cx, &c.version_code).await?;
    let donnees = json!({"structure": s, "date": cx.aujourd_hui(), "titre": titre, "sous_titre": v.nom(), "blocs": blocs});
    let pdf = q.etat.documents.pdf(Modele::Acte, donnees).await?;
    let cx = q.ecriture().await?;
    cx.journaliser(Action::Impression, "candidature", c.id.0, c.structure_id, &[]).await?;
    cx.valider().await?;
    Ok(pdf)
}

/// The dossier professionnel of an enrolment, as PDF; the printing is journaled.
pub async fn dossier_professionnel(q: &Requete, id: CandidatureId) -> Resultat<Vec<u8>> {
    let cx = q.lecture();
    let c = candidature::lire(&cx, id).await?;
    let p = candidat::lire(&cx, c.candidat_id).await?;
    let v = titre::version(&cx, &c.version_code).await?;
    let d = dossier::trouver(&cx, id).await?;
    let toutes = pieces::lister(&cx, id).await?;
    let mut blocs = vec![fiche(&[("Candidat", p.nom_complet()), ("Titre visé", v.nom().to_owned())])];
    for u in &v.unites {
        let exemples: Vec<&pieces::Piece> =
            toutes.values().filter(|x| matches!(x, pieces::Piece::Exemple { unite, .. } if *unite == u.code)).collect();
        if exemples.is_empty() {
            continue;
        }
        blocs.push(titre_bloc(&format!("{} : {}", u.code, u.intitule)));
        for x in exemples {
            if let pieces::Piece::Exemple { intitule, taches, moyens, avec_qui, contexte, periode, complement, .. } = x {
                blocs.push(fiche(&[
                    ("Exemple", intitule.clone()),
                    ("Tâches et conditions", taches.clone()),
                    ("Moyens", moyens.clone()),
                    ("Avec qui", avec_qui.clone()),
                    ("Contexte", contexte.clone()),
                    ("Période", periode.clone()),
                    ("Compléments", complement.clone()),
                ]));
            }
        }
    }
    if !d.diplomes.is_empty() {
        blocs.push(titre_bloc("Titres et diplômes"));
        let lignes: Vec<Vec<String>> = d.diplomes.iter().map(|x| vec![x.intitule.clone(), x.organisme.clone(), x.date.clone()]).collect();
        blocs.push(tableau(&["Intitulé", "Organisme", "Date"], &lignes));
    }
    if !d.annexes.is_empty() {
        blocs.push(titre_bloc("Annexes"));
        blocs.push(liste(d.annexes.iter().cloned()));
    }
    blocs.push(titre_bloc("Déclaration sur l’honneur"));
    blocs.push(paragraphe("Je déclare que ce dossier dit ce que j’ai fait moi-même."));
    let mention = d.signe_le.map(|j| {
        let papier = d.signature.as_ref().is_some_and(|s| s.nature == "papier");
        format!("Signé le {}{}", format::date_sans_jour(j), if papier { ", sur papier" } else { "" })
    });
    blocs.push(json!({"genre": "signatures", "signatures": [{"nom": p.nom_complet(), "mention": mention}]}));
    papier(q, &c, "Dossier professionnel", blocs).await
}

/// The booklet of in-training evaluations of an enrolment, as PDF; the printing is journaled.
pub async fn livret_ecf(q: &Requete, id: CandidatureId) -> Resultat<Vec<u8>> {
    let cx = q.lecture();
    let c = candidature::lire(&cx, id).await?;
    let p = candidat::lire(&cx, c.candidat_id).await?;
    let v = titre::version(&cx, &c.version_code).await?;
    let toutes = pieces::lister(&cx, id).await?;
    let mot = |s: bool| if s { "Satisfait" } else { "Non satisfait" }.to_owned();
    let mut blocs = vec![fiche(&[("Candidat", p.nom_complet()), ("Titre visé", v.nom().to_owned())])];
    for u in &v.unites {
        let mut lignes = Vec::new();
        for x in toutes.values() {
            if let pieces::Piece::Evaluation { unite, jour, competences, satisfait, points_attention, evaluateur_1, evaluateur_2 } = x
                && *unite == u.code
            {
                let qui = [Some(evaluateur_1.clone()), evaluateur_2.clone()].into_iter().flatten().collect::<Vec<_>>().join(", ");
                lignes.push(vec![format::date_courte(*jour), competences.join(", "), mot(*satisfait), points_attention.clone(), qui]);
            }
        }
        let synthese = toutes.values().find_map(|x| match x {
            pieces::Piece::Synthese { unite, jour, satisfait, synthese, evaluateurs } if *unite == u.code => {
                Some((jour, satisfait, synthese, evaluateurs))
            }
            _ => None,
        });
        if lignes.is_empty() && synthese.is_none() {
            continue;
        }
        blocs.push(titre_bloc(&format!("{} : {}", u.code, u.intitule)));
        if !lignes.is_empty() {
            blocs.push(tableau(&["Jour", "Compétences", "Résultat", "Points d’attention", "Évaluateurs"], &lignes));
        }
        if let Some((jour, satisfait, dit, evaluateurs)) = synthese {
            blocs.push(fiche(&[("Synthèse", dit.clone()), ("Résultat", mot(*satisfait)), ("Le", format::date_sans_jour(*jour))]));
            let signatures: Vec<Value> = evaluateurs.iter().map(|e| json!({"nom": e, "qualite": "Évaluateur"})).collect();
            blocs.push(json!({"genre": "signatures", "signatures": signatures}));
        }
    }
    if blocs.len() == 1 {
        return Err(Erreur::Conflit("Aucune évaluation en cours de formation n’est notée : le livret serait vide.".into()));
    }
    papier(q, &c, "Livret d’évaluations en cours de formation", blocs).await
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
