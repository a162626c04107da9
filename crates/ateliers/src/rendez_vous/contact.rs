//! The contact of an appointment is corrected, by the team or by its secret link; one that does not receive is noted.

use sea_orm::{ActiveValue::Set, entity::prelude::*};
use socle::{Contexte, Erreur, Etat, Permission, Resultat, identifiant::RendezVousId, journal::Action};

use super::{EtatRendezVous, Maniere, Motif, RendezVous, avertir, suite, table};
use crate::{
    contact::{Contact, Corrige, Injoignable, en_cause, noter_partout, prevenir},
    reservation::Canal,
};

/// An appointment of the actor's structure, to correct its contact.
pub(crate) async fn a_corriger(cx: &Contexte, id: RendezVousId) -> Resultat<(RendezVous, Motif)> {
    suite::de_l_equipe(cx, id, Permission::AccompagnementsEcrire).await
}

/// Corrects how somebody is called and reached, by the team. An appointment to come is confirmed to the new contact.
///
/// # Errors
/// [`Erreur::Conflit`] when the appointment was cancelled or forgotten.
pub async fn corriger(cx: &Contexte, id: RendezVousId, d: Contact) -> Resultat<RendezVous> {
    let (r, m) = a_corriger(cx, id).await?;
    appliquer(cx, r, &m, d).await
}

/// Corrects one's own contact, by the secret link; the name stays.
pub(crate) async fn corriger_par_lien(cx: &Contexte, secret: &str, mut d: Contact) -> Resultat<RendezVous> {
    let (r, m) = suite::ouvrir(cx, secret).await?;
    if cx.maintenant >= r.fin {
        return Err(Erreur::Conflit("L’heure de ce rendez-vous est passée.".into()));
    }
    d.nom.clone_from(&r.nom);
    appliquer(cx, r, &m, d).await
}

async fn appliquer(cx: &Contexte, r: RendezVous, m: &Motif, d: Contact) -> Resultat<RendezVous> {
    if r.etat == EtatRendezVous::Annule || r.nom.is_empty() {
        return Err(Erreur::Conflit("Ce rendez-vous est annulé ou effacé : son contact ne se corrige plus.".into()));
    }
    let bon = d.bon && r.refus_le.is_some();
    let p = d.controler(m.maniere == Maniere::Telephone)?;
    let avant = Corrige { nom: r.nom.clone(), telephone: r.telephone.clone(), courriel: r.courriel.clone(), canal: r.canal };
    let Some(changement) = p.depuis(&avant, bon) else { return Ok(r) };
    let apres = RendezVous {
        nom: p.nom,
        telephone: p.telephone,
        courriel: p.courriel,
        canal: p.canal,
        refus_le: r.refus_le.filter(|_| !changement.avertir),
        ..r
    };
    table::Entity::update_many()
        .set(table::ActiveModel {
            nom: Set(apres.nom.clone()),
            telephone: Set(apres.telephone.clone()),
            courriel: Set(apres.courriel.clone()),
            canal: Set(apres.canal),
            refus_le: Set(apres.refus_le),
            ..Default::default()
        })
        .filter(table::Column::Id.eq(apres.id))
        .exec(&cx.db())
        .await?;
    cx.journaliser(Action::Modification, "rendez_vous", apres.id.0, apres.structure_id, &changement.champs).await?;
    if changement.avertir && apres.etat == EtatRendezVous::Prevu {
        avertir::avertir(cx, &apres, avertir::Motif::Confirmation).await?;
        avertir::programmer_rappel(cx, &apres).await?;
    }
    Ok(apres)
}

/// Notes that a message sent to the address of this fingerprint came back; says whether that was news.
///
/// # Errors
/// When the database does not answer.
pub async fn noter_retour(etat: &Etat, id: RendezVousId, empreinte: &str) -> Resultat<bool> {
    noter_refus(etat, id, Some(empreinte)).await
}

/// Notes that who comes cannot be reached as they said, and tells who receives, once; nothing when the contact was
/// corrected since the message left.
pub(super) async fn noter_refus(etat: &Etat, id: RendezVousId, empreinte: Option<&str>) -> Resultat<bool> {
    let cx = Contexte::systeme(etat).await?;
    let (r, m) = match suite::avec_motif(&cx, id).await {
        Err(Erreur::Introuvable(_)) => return Ok(false),
        autre => autre?,
    };
    if r.refus_le.is_some() || r.nom.is_empty() || !en_cause(r.canal, r.courriel.as_deref(), empreinte) {
        return Ok(false);
    }
    table::Entity::update_many()
        .set(table::ActiveModel { refus_le: Set(Some(cx.maintenant)), ..Default::default() })
        .filter(table::Column::Id.eq(r.id))
        .exec(&cx.db())
        .await?;
    if let Some(adresse) = r.courriel.as_deref().filter(|_| r.canal == Canal::Courriel) {
        noter_partout(&cx, r.structure_id, adresse).await?;
    }
    if r.etat == EtatRendezVous::Prevu && cx.maintenant < r.fin {
        let i = Injoignable {
            quoi: format!("Rendez-vous : {}", m.libelle),
            quand: r.debut,
            adresse: &format!("/agenda/rendez-vous/{}", r.id),
            cle: format!("refus:{}:{}", r.id, cx.maintenant.timestamp()),
        };
        prevenir(&cx, r.utilisateur_id, &i).await?;
    }
    cx.valider().await?;
    Ok(true)
}
