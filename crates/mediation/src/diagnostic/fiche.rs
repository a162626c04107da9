//! The sheet the person takes away: one page in plain words. Its shape: `crates/documents/README.md`.

use serde_json::{Value, json};
use socle::{Contexte, Nomenclature, Permission, Resultat, identifiant::DiagnosticId, journal::Action, ports::Modele, requete::Requete};

use super::{grille_de, lire, precedents, proposer};

/// The sheet of a diagnostic, as PDF; the printing is journaled. No transaction is held while it is made.
pub async fn pdf(q: &Requete, id: DiagnosticId) -> Resultat<Vec<u8>> {
    let donnees = donnees(&q.lecture(), id).await?;
    let pdf = q.etat.documents.pdf(Modele::FicheDiagnostic, donnees).await?;
    let cx = q.ecriture().await?;
    let d = lire(&cx, id).await?;
    cx.journaliser(Action::Impression, "diagnostic", id.0, d.structure_id, &[]).await?;
    cx.valider().await?;
    Ok(pdf)
}

async fn donnees(cx: &Contexte, id: DiagnosticId) -> Resultat<Value> {
    let d = lire(cx, id).await?;
    let g = grille_de(&d)?;
    let p = crate::personne::trouver(cx, d.personne_id, Permission::PersonnesLire).await?;
    let s = territoire::structure::lire(cx, d.structure_id).await?;
    let mediateur = socle::equipe::noms(cx, [d.mediateur_id]).await?.remove(&d.mediateur_id);
    // Gestures compare only within one grid.
    let avant = precedents(cx, &d, 1).await?.into_iter().find(|a| a.grille == d.grille);
    let proposition = proposer(g, &d.reponses);
    let explication =
        if d.niveau == proposition.niveau { proposition.raison } else { "C’est ce que nous avons retenu ensemble.".to_owned() };
    Ok(json!({
        "structure": territoire::structure::en_tete(&s),
        "date": d.date,
        "personne": crate::personne::nom_affiche(&p),
        "mediateur": mediateur,
        "objectif": d.objectif,
        "niveau": { "libelle": d.niveau.libelle(), "explication": explication },
        "gestes": g.gestes.iter().map(|x| json!({
            "libelle": x.libelle,
            "note": d.reponses.note(&x.code),
            "avant": avant.as_ref().and_then(|a| a.reponses.note(&x.code)),
        })).collect::<Vec<_>>(),
        "precedent": avant.as_ref().map(|a| a.date),
        "etapes": d.etapes.0.iter().map(|e| json!({ "titre": e })).collect::<Vec<_>>(),
        "contact": mediateur.as_ref().map(|nom| json!({ "nom": nom, "telephone": s.telephone, "courriel": s.courriel })),
    }))
}
