//! The report of a bilan, as PDF for a funder.

use mediation::nomenclatures::{Thematique, TypeActivite};
use serde_json::{Value, json};
use socle::{Contexte, Nomenclature, Resultat, equipe, ports::Modele};
use territoire::{commune, structure};

use crate::{
    filtre::Filtre,
    requetes,
    vue::{Bilan, Code, Par, Public},
};

/// The report of what `filtre` says; the same rights and masks as the bilan.
pub async fn rapport(cx: &Contexte, filtre: &Filtre) -> Resultat<Vec<u8>> {
    let f = filtre.clone().situer(cx)?;
    let b = crate::calculer(cx, &f).await?;
    let donnees = donnees(cx, &f, &b).await?;
    Ok(cx.etat().documents.pdf(Modele::RapportBilan, donnees).await?)
}

fn par_code(titre: &str, lignes: &[Code], total: Option<i64>, multiple: bool) -> Value {
    let lignes: Vec<Value> =
        lignes.iter().filter(|l| l.activites != Some(0)).map(|l| json!({"libelle": l.libelle, "valeur": l.activites})).collect();
    json!({"titre": titre, "unite": "activités", "total": total, "multiple": multiple, "lignes": lignes})
}

fn par_nom<I>(titre: &str, lignes: &[Par<I>], total: Option<i64>) -> Value {
    let lignes: Vec<Value> = lignes.iter().map(|l| json!({"libelle": l.nom, "valeur": l.activites})).collect();
    json!({"titre": titre, "unite": "activités", "total": total, "lignes": lignes})
}

fn par_public(titre: &str, lignes: &[Public], total: Option<i64>) -> Value {
    let lignes: Vec<Value> = lignes.iter().map(|l| json!({"libelle": l.libelle, "valeur": l.participations})).collect();
    json!({"titre": titre, "unite": "participations", "total": total, "lignes": lignes})
}

/// The filters in words: « Lieu », « Médiathèque »…
pub async fn filtres(cx: &Contexte, f: &Filtre) -> Resultat<Vec<(&'static str, String)>> {
    let mut mots = vec![];
    if let Some(l) = f.lieu {
        mots.extend(requetes::lieux(cx, &[l], Some(&f.structures)).await?.into_iter().map(|n| ("Lieu", n.nom)));
    }
    if let Some(m) = f.mediateur {
        // Only a member of the structures counted is named.
        let membres = equipe::membres(cx, &f.structures).await?;
        mots.push(("Médiation", membres.into_iter().find(|n| n.id == m).map_or_else(|| "une personne de l’équipe".to_owned(), |n| n.nom)));
    }
    mots.extend(f.type_activite.map(|t: TypeActivite| ("Type d’activité", t.libelle().to_owned())));
    mots.extend(f.thematique.map(|t: Thematique| ("Thématique", t.libelle().to_owned())));
    mots.extend(f.commune.as_deref().map(|c| ("Commune", commune::nommer(c))));
    Ok(mots)
}

async fn donnees(cx: &Contexte, f: &Filtre, b: &Bilan) -> Resultat<Value> {
    let emetteur = match f.structures.as_slice() {
        [une] => structure::en_tete(&structure::lire(cx, *une).await?),
        plusieurs => {
            let mut noms: Vec<String> =
                cx.acteur.fonctions.iter().filter(|f| plusieurs.contains(&f.structure)).map(|f| f.nom_structure.clone()).collect();
            noms.dedup();
            json!({"nom": noms.join(", ")})
        }
    };
    let filtres: Vec<Value> =
        filtres(cx, f).await?.into_iter().map(|(libelle, valeur)| json!({"libelle": libelle, "valeur": valeur})).collect();
    let (a, p) = (b.activites.total, b.participations.total);
    let communes: Vec<Value> = b.communes.iter().map(|c| json!({"libelle": c.nom, "valeur": c.activites})).collect();
    // A masked figure leaves the part out. Nothing was asked: neither.
    let avis = b.satisfaction;
    let avis_complets = avis.demandes > Some(0) && avis.reponses.is_some() && avis.distribution.iter().all(Option::is_some);
    // Here too.
    let w = &b.ateliers;
    let frequentation = match (w.presents, w.inscrits, w.excuses, w.venus) {
        (Some(presents), Some(inscrits), Some(excuses), Some(venus)) if w.places > 0 => {
            json!({"places": w.places, "inscrits": inscrits - excuses, "presents": presents, "venus": venus})
        }
        _ => Value::Null,
    };
    Ok(json!({
        "structure": emetteur,
        "date": cx.aujourd_hui(),
        "du": b.du,
        "au": b.au,
        "filtres": filtres,
        "activites": b.activites,
        "participations": b.participations,
        "personnes": b.personnes,
        "duree_minutes": b.duree_minutes,
        "mois": b.mois,
        "repartitions": [
            par_code("Activités par thématique", &b.thematiques, a, true),
            par_code("Activités par démarche administrative", &b.demarches, a, true),
            par_code("Activités par matériel utilisé", &b.materiels, a, true),
            par_public("Participations par tranche d’âge", &b.tranches_age, p),
            par_public("Participations par genre", &b.genres, p),
            par_public("Participations par statut", &b.statuts, p),
            par_nom("Activités par lieu", &b.lieux, a),
            par_code("Activités selon l’endroit", &b.lieux_types, a, false),
            json!({"titre": "Activités par commune", "unite": "activités", "total": a, "lignes": communes}),
            par_nom("Activités par membre de l’équipe", &b.mediateurs, a),
        ],
        "reussite": b.reussite,
        "orientations": b.orientations,
        "frequentation": frequentation,
        "satisfaction": if avis_complets { json!(avis) } else { Value::Null },
    }))
}
