//! Writes what was confirmed: all of it in one transaction, or nothing.

use mediation::{
    accompagnement,
    personne::{self, CreerPersonne},
};
use sea_orm::{ActiveValue::Set, entity::prelude::*};
use socle::{
    Acteur, Contexte, Erreur, Etat, Resultat,
    identifiant::{AccompagnementId, ImportId, PersonneId},
    journal::Action,
};

use crate::{
    analyse, depot,
    import::{TRACE, relancer},
    table::{self, Colonnes, Etat as EtatImport, objet},
};

/// Records written at a time.
const LOT: u64 = 400;

/// Writes a confirmed import: the job [`crate::genre::ECRIRE`].
pub async fn ecrire(etat: Etat, charge: Json) -> Result<(), String> {
    let id: ImportId = serde_json::from_value(charge["import"].clone()).map_err(|e| e.to_string())?;
    match essayer(&etat, id).await {
        // What is in the database changed since the file was read: it is read again, and shown again. A
        // conflict is another import of the same records at the same instant: the job is tried again.
        Err(Erreur::Invalide(_) | Erreur::Introuvable(_)) => relire(&etat, id).await.map_err(|e| e.to_string()),
        r => r.map_err(|e| e.to_string()),
    }
}

async fn relire(etat: &Etat, id: ImportId) -> Resultat<()> {
    let cx = Contexte::systeme(etat).await?;
    let Some(i) = depot::un(&cx, id).await? else { return Ok(()) };
    if i.etat != EtatImport::AEcrire {
        return Ok(());
    }
    let message = "Des dossiers ont changé depuis la lecture du fichier. Il a été relu : vérifiez l’aperçu, puis confirmez de nouveau.";
    let colonnes = Colonnes { debut: vec![], ..i.colonnes.clone() };
    relancer(&cx, &i, colonnes, Some(message.to_owned())).await?;
    cx.valider().await
}

async fn essayer(etat: &Etat, id: ImportId) -> Resultat<()> {
    let vue = Contexte::lecture(etat, &Acteur::systeme(), etat.horloge.nouvel_uuid());
    let Some(i) = depot::un(&vue, id).await? else { return Ok(()) };
    let cx = Contexte::ecriture(etat, &depot::acteur(&i), etat.horloge.nouvel_uuid()).await?;
    // The first thing written: a second run of this job waits here, then finds nothing to do.
    let m = table::ActiveModel {
        etat: Set(EtatImport::Repris),
        repris_le: Set(Some(cx.maintenant)),
        expire_le: Set(cx.maintenant + TRACE),
        ..Default::default()
    };
    if !depot::changer(&cx, id, &[EtatImport::AEcrire], m).await? {
        return Ok(());
    }
    let mut comptes = i.comptes.clone();
    comptes.personnes_nouvelles = personnes(&cx, &i).await?;
    verifier_connues(&cx, &i).await?;
    comptes.accompagnements_nouveaux = accompagnements(&cx, &i).await?;
    depot::garder_sources(&cx, &i).await?;
    depot::vider(&cx, id).await?;
    // What names people or lines of the file goes with it.
    comptes.lieux_inconnus.clear();
    comptes.mediateurs_inconnus.clear();
    let m = table::ActiveModel { comptes: Set(comptes), colonnes: Set(Colonnes::default()), ..Default::default() };
    depot::changer(&cx, id, &[EtatImport::Repris], m).await?;
    cx.confier(
        crate::genre::PURGER,
        serde_json::json!({}),
        Some(format!("{}:{id}:trace", crate::genre::PURGER)),
        Some(cx.maintenant + TRACE),
    )
    .await?;
    cx.journaliser(Action::Creation, "import", id.0, i.structure_id, &[]).await?;
    cx.valider().await
}

/// The records of one kind that are to be written, lot by lot.
async fn lots(
    cx: &Contexte,
    i: &table::Model,
    personne: bool,
    connu: bool,
    apres: &mut Option<Uuid>,
) -> Resultat<Option<Vec<objet::Model>>> {
    let lot = depot::objets(cx, i.id, personne, connu, *apres, LOT).await?;
    *apres = lot.last().map(|o| o.objet_id).or(*apres);
    Ok((!lot.is_empty()).then_some(lot))
}

async fn personnes(cx: &Contexte, i: &table::Model) -> Resultat<u64> {
    let (mut apres, mut combien) = (None, 0);
    while let Some(lot) = lots(cx, i, true, false, &mut apres).await? {
        let ids: Vec<PersonneId> = lot.iter().map(|o| PersonneId(o.objet_id)).collect();
        // Another import of the same file may have come first.
        let la = personne::existants(cx, &ids).await?;
        let mut nouvelles = vec![];
        for o in lot.into_iter().filter(|o| !la.contains(&PersonneId(o.objet_id))) {
            let demande: CreerPersonne = serde_json::from_value(o.charge.unwrap_or_default()).map_err(Erreur::interne)?;
            nouvelles.push(personne::preparer(PersonneId(o.objet_id), demande, cx.maintenant, cx.aujourd_hui())?);
        }
        combien += nouvelles.len() as u64;
        personne::inscrire(cx, i.structure_id, &nouvelles).await?;
    }
    Ok(combien)
}

/// People known at the reading must still be followed: else names would come back that were erased.
async fn verifier_connues(cx: &Contexte, i: &table::Model) -> Resultat<()> {
    for connu in [true, false] {
        let mut apres = None;
        while let Some(lot) = lots(cx, i, true, connu, &mut apres).await? {
            let ids: Vec<PersonneId> = lot.iter().map(|o| PersonneId(o.objet_id)).collect();
            if personne::suivis_parmi(cx, i.structure_id, &ids).await?.len() < ids.len() {
                return Err(Erreur::Introuvable("Une personne reconnue"));
            }
        }
    }
    Ok(())
}

async fn accompagnements(cx: &Contexte, i: &table::Model) -> Resultat<u64> {
    let (mut apres, mut combien) = (None, 0);
    while let Some(lot) = lots(cx, i, false, false, &mut apres).await? {
        let ids: Vec<AccompagnementId> = lot.iter().map(|o| AccompagnementId(o.objet_id)).collect();
        let la = accompagnement::existants(cx, &ids).await?;
        let mut nouveaux = vec![];
        for o in lot.into_iter().filter(|o| !la.contains(&AccompagnementId(o.objet_id))) {
            let c = analyse::charge(&o).ok_or_else(|| Erreur::Interne("charge d’import illisible".into()))?;
            let auteur = c.mediateur.unwrap_or(i.auteur_id);
            let id = AccompagnementId(o.objet_id);
            nouveaux.push(accompagnement::preparer(id, i.structure_id, auteur, c.demande, cx.maintenant, cx.aujourd_hui())?);
        }
        combien += nouveaux.len() as u64;
        accompagnement::inscrire(cx, i.structure_id, &nouveaux).await?;
    }
    Ok(combien)
}
