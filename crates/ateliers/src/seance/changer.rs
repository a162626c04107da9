//! Changes of a séance: what it says, when it is, whether it takes place.

use chrono::{DateTime, Utc};
use sea_orm::{ActiveValue::Set, IntoActiveModel, entity::prelude::*};
use serde::{Deserialize, Serialize};
use socle::{
    Contexte, Erreur, Etat, Permission, Resultat,
    api::present,
    controle::Controle,
    identifiant::{DateSeanceId, SeanceId},
    journal::Action,
    texte::nettoyer,
};

use super::{
    Complete, DateSeance, EtatDate, EtatSeance, Quand, Seance, controler, lire, planifier_seuil, ressources, reunir,
    table::{self, date, materiel},
    verrouiller,
};
use crate::{
    agenda::occupation::{self, Pour},
    equipement::{self, Reserve},
    presence, reservation,
};

/// Changes a séance; a field left out is left as it is. A date moves by its own operation.
#[derive(Clone, Debug, Default, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ModifierSeance {
    /// The version read; refused (409) if another was written since.
    pub version: Option<i32>,
    pub titre: Option<String>,
    pub places: Option<u32>,
    pub places_reservees: Option<u32>,
    pub seuil: Option<u32>,
    pub seuil_heures: Option<u32>,
    #[serde(deserialize_with = "present")]
    pub ouverture_le: Option<Option<DateTime<Utc>>>,
    #[serde(deserialize_with = "present")]
    pub fermeture_le: Option<Option<DateTime<Utc>>>,
    pub publiee: Option<bool>,
    #[serde(deserialize_with = "present")]
    pub adaptations: Option<Option<String>>,
}

/// A séance of the actor's structure, to change it: locked.
async fn a_changer(cx: &Contexte, id: SeanceId) -> Resultat<Seance> {
    super::ligne(cx, id, Permission::AccompagnementsEcrire).await?;
    verrouiller(cx, id).await
}

fn programmee(s: &Seance) -> Resultat<()> {
    if s.etat == EtatSeance::Annulee {
        return Err(Erreur::Conflit("Cette séance est annulée : programmez-en une autre.".into()));
    }
    Ok(())
}

async fn ecrire(cx: &Contexte, avant: &Seance, apres: &Seance, champs: &[&'static str]) -> Resultat<()> {
    let r = table::Entity::update_many()
        .set(apres.clone().into_active_model().reset_all())
        .filter(table::Column::Id.eq(apres.id))
        .filter(table::Column::Version.eq(avant.version))
        .exec(&cx.db())
        .await?;
    if r.rows_affected == 0 {
        return Err(Erreur::VersionPerimee);
    }
    cx.journaliser(Action::Modification, "seance", apres.id.0, apres.structure_id, champs).await
}

/// Changes a séance. More seats are offered at once to those who wait; fewer than are taken is refused.
pub async fn modifier(cx: &Contexte, id: SeanceId, m: ModifierSeance) -> Resultat<Complete> {
    let avant = a_changer(cx, id).await?;
    programmee(&avant)?;
    if m.version.is_some_and(|v| v != avant.version) {
        return Err(Erreur::VersionPerimee);
    }
    let nombre = |n: Option<u32>, avant: i32| n.map_or(avant, |n| i32::try_from(n).unwrap_or(i32::MAX));
    let mut s = Seance {
        titre: m.titre.and_then(|t| nettoyer(Some(t))).unwrap_or_else(|| avant.titre.clone()),
        places: nombre(m.places, avant.places),
        places_reservees: nombre(m.places_reservees, avant.places_reservees),
        seuil: nombre(m.seuil, avant.seuil),
        seuil_heures: nombre(m.seuil_heures, avant.seuil_heures),
        ouverture_le: m.ouverture_le.unwrap_or(avant.ouverture_le),
        fermeture_le: m.fermeture_le.unwrap_or(avant.fermeture_le),
        publiee: m.publiee.unwrap_or(avant.publiee),
        adaptations: nettoyer(m.adaptations.unwrap_or_else(|| avant.adaptations.clone())),
        version: avant.version + 1,
        ..avant.clone()
    };
    let mut c = Controle::new();
    controler(cx, &mut s, &mut c).await?;
    let prises = reservation::sieges_pris(cx, id).await?;
    let nombre = i32::try_from(prises.len()).unwrap_or(i32::MAX);
    if s.places < nombre {
        c.faute("places", format!("{nombre} places sont prises : annulez d’abord des réservations, ou gardez {nombre} places."));
    }
    c.finir()?;
    // Those on a seat that is no more take one that is left, before the seats go.
    reservation::resserrer(cx, &s, prises).await?;
    ecrire(cx, &avant, &s, &["fiche"]).await?;
    planifier_seuil(cx, &s).await?;
    reservation::proposer_les_places(cx, &s).await?;
    lire(cx, id).await
}

/// Moves one date of a séance; those registered are told.
pub async fn deplacer(cx: &Contexte, id: SeanceId, date_id: DateSeanceId, quand: Quand, forcer: bool) -> Resultat<Complete> {
    let avant = a_changer(cx, id).await?;
    programmee(&avant)?;
    let dates = super::dates(cx, id).await?;
    let Some(d) = dates.iter().find(|d| d.id == date_id) else { return Err(Erreur::Introuvable("Cette date")) };
    if d.etat != EtatDate::Prevue {
        return Err(Erreur::Conflit("Cette date est close ou annulée : elle ne se déplace plus.".into()));
    }
    let debut = quand.instant().map_err(|m| Erreur::champ("heure", m))?;
    if debut < cx.maintenant {
        return Err(Erreur::champ("jour", "Cette heure est passée : choisissez-en une à venir."));
    }
    let fin = debut + (d.fin - d.debut);
    if dates.iter().any(|x| x.id != date_id && x.etat == EtatDate::Prevue && x.debut < fin && debut < x.fin) {
        return Err(Erreur::champ("jour", "Une autre date de ce cycle est à cette heure-là."));
    }
    let ressources = ressources(&avant);
    let reserves = equipement::de_seances(cx, &[id]).await?.remove(&id).unwrap_or_default();
    // The register as it is, locked: who reserves the same at the same instant waits.
    let tenus = equipement::tenir(cx, &reserves.iter().map(|r| r.equipement.id).collect::<Vec<_>>()).await?;
    let reserves: Vec<Reserve> = tenus
        .into_iter()
        .filter_map(|e| Some(Reserve { quantite: reserves.iter().find(|r| r.equipement.id == e.id)?.quantite, equipement: e }))
        .collect();
    if !forcer {
        reunir([
            occupation::refuser(cx, avant.structure_id, &ressources, &[(debut, fin)], &[Pour::Date(date_id)], "jour").await,
            equipement::refuser(cx, avant.lieu_id, &reserves, &[(debut, fin)], Some(id), "jour").await,
        ])?;
    }
    let nouvelle = DateSeance { jour: quand.jour, heure: quand.heure.format("%H:%M").to_string(), debut, fin, ..d.clone() };
    date::Entity::update_many()
        .set(nouvelle.clone().into_active_model().reset_all())
        .filter(date::Column::Id.eq(date_id))
        .exec(&cx.db())
        .await?;
    occupation::liberer(cx, [Pour::Date(date_id)]).await?;
    occupation::occuper(cx, Pour::Date(date_id), &ressources, (debut, fin), forcer, "jour").await?;
    let toutes = || dates.iter().filter(|x| x.id != date_id).chain(std::iter::once(&nouvelle));
    let s = Seance {
        debut: toutes().map(|x| x.debut).min().unwrap_or(debut),
        fin: toutes().map(|x| x.fin).max().unwrap_or(fin),
        version: avant.version + 1,
        ..avant.clone()
    };
    if let Some(o) = s.ouverture_le.filter(|o| *o >= s.debut) {
        let quand = interface::format::instant_long(o);
        return Err(Erreur::champ("jour", format!("Les inscriptions n’ouvrent que {quand} : avancez d’abord leur ouverture.")));
    }
    ecrire(cx, &avant, &s, &["date"]).await?;
    planifier_seuil(cx, &s).await?;
    reservation::prevenir_tous(cx, &s, reservation::Motif::Deplacement).await?;
    lire(cx, id).await
}

/// Cancels a séance: what is yet to come does not take place, those registered are told, who animates and the room are
/// free again. What was held stays, with who came: a cycle stops on its way.
///
/// # Errors
/// [`Erreur::Conflit`] when nothing is left to cancel.
pub async fn annuler(cx: &Contexte, id: SeanceId, motif: Option<String>) -> Resultat<Complete> {
    let avant = a_changer(cx, id).await?;
    programmee(&avant)?;
    let mut c = Controle::new();
    let motif = nettoyer(motif);
    c.texte("motif", motif.as_deref(), 500);
    c.finir()?;
    arreter(cx, &avant, motif).await?;
    lire(cx, id).await
}

async fn arreter(cx: &Contexte, avant: &Seance, motif: Option<String>) -> Resultat<()> {
    let dates = super::dates(cx, avant.id).await?;
    let presents = presence::presents_par_date(cx, &dates.iter().map(|d| d.id).collect::<Vec<_>>()).await?;
    // Held: closed, over, or somebody was there.
    let tenue = |d: &&DateSeance| d.etat == EtatDate::Close || d.fin <= cx.maintenant || d.anonymes > 0 || presents.contains_key(&d.id);
    let (tenues, a_venir): (Vec<_>, Vec<_>) = dates.iter().filter(|d| d.etat != EtatDate::Annulee).partition(tenue);
    if a_venir.is_empty() {
        return Err(Erreur::Conflit("Cette séance a eu lieu : il n’y a plus rien à annuler.".into()));
    }
    let mut s = Seance { motif_annulation: motif, version: avant.version + 1, ..avant.clone() };
    let annonce = match (tenues.iter().map(|d| d.debut).min(), tenues.iter().map(|d| d.fin).max()) {
        (Some(debut), Some(fin)) => {
            (s.debut, s.fin) = (debut, fin);
            reservation::Motif::Interruption
        }
        _ => {
            s.etat = EtatSeance::Annulee;
            reservation::Motif::Annulation
        }
    };
    ecrire(cx, avant, &s, &["etat"]).await?;
    let ids: Vec<DateSeanceId> = a_venir.iter().map(|d| d.id).collect();
    occupation::liberer(cx, ids.iter().map(|d| Pour::Date(*d))).await?;
    date::Entity::update_many()
        .set(date::ActiveModel { etat: Set(EtatDate::Annulee), ..Default::default() })
        .filter(date::Column::Id.is_in(ids))
        .exec(&cx.db())
        .await?;
    reservation::prevenir_tous(cx, &s, annonce).await
}

/// The job that cancels a séance too few people registered for. It looks again at what is asked: a séance moved
/// since has another job.
///
/// # Errors
/// When the database does not answer: it is tried again.
pub async fn annuler_sous_seuil(etat: Etat, charge: serde_json::Value) -> Result<(), String> {
    #[derive(Deserialize)]
    struct Charge {
        seance: SeanceId,
    }
    let c: Charge = serde_json::from_value(charge).map_err(|e| e.to_string())?;
    regarder_seuil(&etat, c.seance).await.map_err(|e| e.to_string())
}

async fn regarder_seuil(etat: &Etat, id: SeanceId) -> Resultat<()> {
    let cx = Contexte::systeme(etat).await?;
    let s = match verrouiller(&cx, id).await {
        Err(Erreur::Introuvable(_)) => return Ok(()),
        autre => autre?,
    };
    let heure = s.debut - chrono::TimeDelta::hours(i64::from(s.seuil_heures));
    let trop_tot = cx.maintenant < heure || cx.maintenant >= s.debut;
    if s.etat == EtatSeance::Annulee || s.seuil == 0 || trop_tot || reservation::inscrits(&cx, id).await? >= s.seuil {
        return Ok(());
    }
    arreter(&cx, &s, Some("Trop peu de personnes inscrites.".into())).await?;
    cx.valider().await
}

/// Ticks a line of the equipment list, or unticks it.
pub async fn cocher(cx: &Contexte, id: SeanceId, rang: i32, pret: bool) -> Resultat<()> {
    super::ligne(cx, id, Permission::AccompagnementsEcrire).await?;
    let r = materiel::Entity::update_many()
        .set(materiel::ActiveModel { pret: Set(pret), ..Default::default() })
        .filter(materiel::Column::SeanceId.eq(id))
        .filter(materiel::Column::Rang.eq(rang))
        .exec(&cx.db())
        .await?;
    if r.rows_affected == 0 { Err(Erreur::Introuvable("Ce matériel")) } else { Ok(()) }
}
