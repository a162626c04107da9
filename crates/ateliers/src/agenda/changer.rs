//! Changes of what is in a calendar: one occurrence alone, or it and the following ones.

use chrono::NaiveDate;
use sea_orm::{ActiveValue::Set, IntoActiveModel, QuerySelect, entity::prelude::*};
use serde::{Deserialize, Serialize};
use socle::{
    Contexte, Erreur, Permission, Resultat,
    controle::Controle,
    identifiant::{EvenementId, OccurrenceId},
    journal::Action,
    texte::nettoyer,
};

use super::{
    Complet, EtatOccurrence, Evenement, GenreEvenement, Occurrence, controler, ecrire_serie, lire, lire_regle,
    occupation::{self, Pour, Prises},
    prises, recurrence, regles,
    table::{self, occurrence},
};
use crate::seance::Quand;

/// What a change is for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = PorteeAgenda)]
#[serde(rename_all = "snake_case")]
pub enum Portee {
    /// This occurrence alone: the rule stays, with an exception.
    #[default]
    Seule,
    /// This one and those after: the series is cut in two.
    Suivantes,
}

/// Changes what a time is called and what it is for, in all its occurrences.
#[derive(Clone, Debug, Default, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ModifierEvenement {
    /// The version read; refused (409) if another was written since.
    pub version: Option<i32>,
    pub genre: Option<GenreEvenement>,
    #[schema(max_length = 150)]
    pub titre: Option<String>,
}

/// The lines of a series, locked: changes of one come one after the other.
async fn a_changer(cx: &Contexte, id: OccurrenceId) -> Resultat<(Evenement, Occurrence)> {
    let (e, _) = super::occurrence(cx, id, Permission::AccompagnementsEcrire).await?;
    let introuvable = || Erreur::Introuvable("Ce temps de l’agenda");
    let e = table::Entity::find_by_id(e.id).lock_exclusive().one(&cx.db()).await?.ok_or_else(introuvable)?;
    let o = occurrence::Entity::find_by_id(id).one(&cx.db()).await?.ok_or_else(introuvable)?;
    if o.etat == EtatOccurrence::Annulee {
        return Err(Erreur::Conflit("Cette fois est annulée : elle ne se change plus.".into()));
    }
    Ok((e, o))
}

async fn version(cx: &Contexte, avant: &Evenement, apres: &Evenement, champs: &[&'static str]) -> Resultat<()> {
    let r = table::Entity::update_many()
        .set(apres.clone().into_active_model().reset_all())
        .filter(table::Column::Id.eq(apres.id))
        .filter(table::Column::Version.eq(avant.version))
        .exec(&cx.db())
        .await?;
    if r.rows_affected == 0 {
        return Err(Erreur::VersionPerimee);
    }
    cx.journaliser(Action::Modification, "evenement", apres.id.0, apres.structure_id, champs).await
}

/// Changes the name and the kind.
pub async fn modifier(cx: &Contexte, id: EvenementId, m: ModifierEvenement) -> Resultat<Complet> {
    let avant = super::ligne(cx, id, Permission::AccompagnementsEcrire).await?;
    if m.version.is_some_and(|v| v != avant.version) {
        return Err(Erreur::VersionPerimee);
    }
    let mut c = Controle::new();
    let titre = m.titre.map_or_else(|| avant.titre.clone(), |t| nettoyer(Some(t)).unwrap_or_default());
    c.texte("titre", Some(&titre), 150);
    c.finir()?;
    let apres = Evenement { titre, genre: m.genre.unwrap_or(avant.genre), version: avant.version + 1, ..avant.clone() };
    version(cx, &avant, &apres, &["titre", "genre"]).await?;
    lire(cx, id).await
}

/// Moves an occurrence, alone or with those after. `duree_minutes` changes how long it lasts, too.
///
/// # Errors
/// [`Erreur::Invalide`] on `jour` when something is already there, unless forced.
pub async fn deplacer(
    cx: &Contexte,
    id: OccurrenceId,
    quand: Quand,
    duree_minutes: Option<u32>,
    portee: Portee,
    forcer: bool,
) -> Resultat<Complet> {
    let (e, o) = a_changer(cx, id).await?;
    let mut voulu = Evenement { jour: quand.jour, heure: quand.heure.format("%H:%M").to_string(), ..e.clone() };
    if let Some(n) = duree_minutes.filter(|_| e.journees == 0) {
        voulu.duree_minutes = i32::try_from(n).unwrap_or(i32::MAX);
    }
    let mut c = Controle::new();
    controler(cx, &mut voulu, &mut c).await?;
    c.finir()?;
    let mut c = Controle::new();
    match (portee, &e.regle) {
        (Portee::Suivantes, Some(regle)) => {
            let (avant, suite) = match recurrence::couper(regle, super::debut_au_mur(&e), o.origine, super::debut_au_mur(&voulu)) {
                Ok(r) => r,
                Err(m) => return Err(Erreur::champ("jour", m)),
            };
            let premiere = o.origine == e.jour;
            // Changed from its first day, a series stays the one it was.
            (voulu.id, voulu.version) = if premiere { (e.id, e.version + 1) } else { (EvenementId(cx.nouvel_uuid()), 1) };
            voulu.regle = Some(suite);
            voulu.cree_le = cx.maintenant;
            voulu.cree_par = cx.auteur()?;
            let jours = lire_regle(cx, &mut voulu, &mut c);
            c.finir()?;
            // What was cancelled or moved stays so, each time for the one that takes its rank.
            let mut anciennes = super::occurrences(cx, e.id).await?;
            anciennes.retain(|x| x.origine >= o.origine);
            anciennes.sort_by_key(|x| x.origine);
            let part = |x: &Occurrence| x.id != o.id && (x.deplacee || x.etat == EtatOccurrence::Annulee);
            let a_part: Vec<(NaiveDate, &Occurrence)> = jours.iter().copied().zip(&anciennes).filter(|(_, x)| part(x)).collect();
            let sans: Vec<NaiveDate> = a_part.iter().map(|(j, _)| *j).collect();
            retirer(cx, &e, o.origine).await?;
            if premiere {
                table::Entity::delete_by_id(e.id).exec(&cx.db()).await?;
            } else {
                finir_serie(cx, &e, Some(avant)).await?;
            }
            let ressources = prises(cx, &voulu).await?;
            let nouvelle = ecrire_serie(cx, voulu, &jours, &sans, forcer, "jour").await?;
            let deplacees = a_part.iter().filter(|(_, x)| x.etat == EtatOccurrence::Prevue);
            for (jour, x) in deplacees {
                remettre(cx, nouvelle.evenement.id, *jour, x, &ressources).await?;
            }
            Ok(Complet { avertissements: nouvelle.avertissements, ..lire(cx, nouvelle.evenement.id).await? })
        }
        _ => {
            let plage =
                regles::intervalle(Quand { heure: super::debut_au_mur(&voulu).time(), ..quand }, voulu.duree_minutes, voulu.journees)
                    .map_err(|m| Erreur::champ("heure", m))?;
            let prises = prises(cx, &e).await?;
            let sien = [Pour::Occurrence(o.id)];
            let force = if forcer {
                !occupation::rencontres(cx, &prises, &[plage], &sien).await?.is_empty()
            } else {
                occupation::refuser(cx, e.structure_id, &prises, &[plage], &sien, "jour").await?;
                false
            };
            occupation::liberer(cx, [Pour::Occurrence(o.id)]).await?;
            let apres = Occurrence {
                jour: quand.jour,
                heure: voulu.heure.clone(),
                debut: plage.0,
                fin: plage.1,
                deplacee: e.regle.is_some(),
                force,
                ..o.clone()
            };
            occurrence::Entity::update_many()
                .set(apres.into_active_model().reset_all())
                .filter(occurrence::Column::Id.eq(o.id))
                .exec(&cx.db())
                .await?;
            occupation::occuper(cx, Pour::Occurrence(o.id), &prises, plage, force, "jour").await?;
            // What is once is where its only occurrence is.
            let serie = if e.regle.is_none() {
                Evenement { version: e.version + 1, ..voulu }
            } else {
                Evenement { version: e.version + 1, ..e.clone() }
            };
            version(cx, &e, &serie, &["date"]).await?;
            let avertissements = crate::ouverture::avertir(cx, e.lieu_id, &[plage]).await?;
            Ok(Complet { avertissements, ..lire(cx, e.id).await? })
        }
    }
}

/// Cancels an occurrence, alone or with those after; what it took is free again.
pub async fn annuler(cx: &Contexte, id: OccurrenceId, portee: Portee) -> Resultat<Complet> {
    let (e, o) = a_changer(cx, id).await?;
    match (portee, &e.regle) {
        (Portee::Suivantes, Some(regle)) => {
            let debut = super::debut_au_mur(&e);
            let (avant, _) =
                recurrence::couper(regle, debut, o.origine, o.origine.and_time(debut.time())).map_err(|m| Erreur::champ("jour", m))?;
            let premiere = o.origine == e.jour;
            for x in super::occurrences(cx, e.id).await?.iter().filter(|x| x.origine >= o.origine) {
                barrer(cx, x).await?;
            }
            finir_serie(cx, &e, (!premiere).then_some(avant)).await?;
        }
        _ => {
            barrer(cx, &o).await?;
            version(cx, &e, &Evenement { version: e.version + 1, ..e.clone() }, &["etat"]).await?;
        }
    }
    lire(cx, e.id).await
}

async fn barrer(cx: &Contexte, o: &Occurrence) -> Resultat<()> {
    occupation::liberer(cx, [Pour::Occurrence(o.id)]).await?;
    occurrence::Entity::update_many()
        .set(occurrence::ActiveModel { etat: Set(EtatOccurrence::Annulee), ..Default::default() })
        .filter(occurrence::Column::Id.eq(o.id))
        .exec(&cx.db())
        .await?;
    Ok(())
}

/// The occurrence of a day of a series, written as cancelled, is where the one it takes the place of had been moved.
async fn remettre(cx: &Contexte, serie: EvenementId, jour: NaiveDate, ancienne: &Occurrence, ressources: &Prises) -> Resultat<()> {
    let nouvelle = super::occurrences(cx, serie).await?.into_iter().find(|o| o.origine == jour);
    let Some(nouvelle) = nouvelle else { return Ok(()) };
    let apres = Occurrence { id: nouvelle.id, evenement_id: serie, origine: jour, ..ancienne.clone() };
    occurrence::Entity::update_many()
        .set(apres.clone().into_active_model().reset_all())
        .filter(occurrence::Column::Id.eq(apres.id))
        .exec(&cx.db())
        .await?;
    occupation::occuper(cx, Pour::Occurrence(apres.id), ressources, (apres.debut, apres.fin), apres.force, "jour").await
}

/// Takes away the occurrences from a day on: another series follows them.
async fn retirer(cx: &Contexte, e: &Evenement, origine: NaiveDate) -> Resultat<()> {
    let ids: Vec<OccurrenceId> = super::occurrences(cx, e.id).await?.into_iter().filter(|o| o.origine >= origine).map(|o| o.id).collect();
    occupation::liberer(cx, ids.iter().map(|i| Pour::Occurrence(*i))).await?;
    occurrence::Entity::delete_many().filter(occurrence::Column::Id.is_in(ids)).exec(&cx.db()).await?;
    Ok(())
}

/// The series goes no further: `regle` is what is left of it, nothing when nothing is.
async fn finir_serie(cx: &Contexte, e: &Evenement, regle: Option<String>) -> Resultat<()> {
    let apres = Evenement { regle: regle.or_else(|| e.regle.clone()), materialise_au: None, version: e.version + 1, ..e.clone() };
    version(cx, e, &apres, &["regle"]).await
}
