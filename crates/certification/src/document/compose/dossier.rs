//! What comes from the file of an enrolment: dossier professionnel, ECF booklet.

use interface::format;
use serde_json::{Value, json};
use socle::{Erreur, Resultat, identifiant::CandidatureId, journal::Action, ports::Modele, requete::Requete};
use territoire::structure::imprimee as en_tete;

use super::blocs::{fiche, liste, paragraphe, tableau, titre_bloc};
use crate::{
    candidat,
    candidature::{self, Candidature, dossier, pieces},
    titre,
};

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
