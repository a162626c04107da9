//! What a candidate obtained: livret, parchemin, attestation.

use certification_regles::{
    decision::{EtatDocument, NatureDocument, delivrance},
    livret::Objet,
    referentiel::NatureUnite,
};
use interface::format;
use serde_json::{Value, json};
use socle::{
    Contexte, Erreur, Resultat,
    identifiant::{CandidatureId, SessionExamenId},
    ports::Modele,
};
use territoire::structure::imprimee as en_tete;

use super::{
    super::{Compose, Nature},
    blocs::{fiche, liste, paragraphe, tableau, titre_bloc},
};
use crate::{
    candidat::{self, Candidat},
    candidature, decision, titre,
};

fn naissance(c: &Candidat) -> Option<String> {
    c.date_naissance.map(|d| format!("né·e le {}", format::date_sans_jour(d)))
}

/// Livret, parchemin or attestation: what the candidate holds of the version of the enrolment.
pub(super) async fn obtention(cx: &Contexte, nature: Nature, id: CandidatureId) -> Resultat<Compose> {
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
    // The attestation is the centre's own; the parchemin of a private title, its certifier's.
    let signe_par = if nature == Nature::Parchemin { "Pour le certificateur" } else { "Pour le centre" };
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
        "signataires": [{"nom": signe_par, "qualite": "Nom, qualité et signature"}],
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
