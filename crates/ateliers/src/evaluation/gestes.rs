//! The gestures of the sheet: what the animator saw each person do, and what each says they can do. Read by the
//! person's diagnostic, timeline and data where they are: nothing is noted twice.

use std::collections::HashMap;

use chrono::TimeDelta;
use mediation::diagnostic::grille::Geste;
use sea_orm::{IntoActiveModel, entity::prelude::*, sea_query::OnConflict};
use serde::{Deserialize, Serialize};
use socle::{
    Contexte, Erreur, Permission, Resultat,
    controle::Controle,
    identifiant::{DateSeanceId, ReservationId},
    journal::Action,
};

use super::{Ouverte, Voie, creer_lien, ouvrir_lien, table::geste};
use crate::{
    fiche,
    presence::{self, EtatPresence, Feuille},
    reservation::Reservation,
    seance::EtatDate,
};

/// Hours during which a person may answer on the tablet handed to them.
const HEURES: i64 = 2;

/// What the animator saw of one person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MarqueGestes {
    pub reservation: ReservationId,
    /// Codes of the gestures seen done, the others of the sheet being not yet; null: not looked at.
    pub acquis: Option<Vec<String>>,
}

/// By code of gesture: seen by the animator, said by the person.
pub type Connus = HashMap<String, (Option<bool>, Option<bool>)>;

/// Somebody present, and what is known of their gestures, by code.
#[derive(Clone, Debug)]
pub struct Gens {
    pub reservation: Reservation,
    pub gestes: Connus,
}

impl Gens {
    /// Whether the animator looked.
    pub fn regardee(&self) -> bool {
        self.gestes.values().any(|(a, _)| a.is_some())
    }
}

fn present(f: Feuille) -> Vec<Reservation> {
    f.gens.into_iter().filter(|(_, e)| *e == Some(EtatPresence::Present)).map(|(r, _)| r).collect()
}

/// The gestures of the sheet of a date, and those present with what is known.
pub async fn feuille(cx: &Contexte, id: DateSeanceId) -> Resultat<(Feuille, Vec<&'static Geste>, Vec<Gens>)> {
    let f = presence::feuille(cx, id).await?;
    let gestes = fiche::gestes_de(cx, f.seance.fiche.as_deref()).await?;
    let mut connus: HashMap<ReservationId, Connus> = HashMap::new();
    for g in geste::Entity::find().filter(geste::Column::DateId.eq(id)).all(&cx.db()).await? {
        connus.entry(g.reservation_id).or_default().insert(g.geste, (g.animateur, g.participant));
    }
    let gens = present(f.clone())
        .into_iter()
        .map(|reservation| Gens { gestes: connus.remove(&reservation.id).unwrap_or_default(), reservation })
        .collect();
    Ok((f, gestes, gens))
}

async fn ecrire(
    cx: &Contexte,
    (date, reservation): (DateSeanceId, ReservationId),
    gestes: &[&Geste],
    vu: impl Fn(&str) -> (Option<bool>, Option<bool>),
    colonne: geste::Column,
) -> Resultat<()> {
    if gestes.is_empty() {
        return Ok(());
    }
    let lignes: Vec<geste::ActiveModel> = gestes
        .iter()
        .map(|g| {
            let (animateur, participant) = vu(&g.code);
            geste::Model { date_id: date, reservation_id: reservation, geste: g.code.clone(), animateur, participant }
                .into_active_model()
                .reset_all()
        })
        .collect();
    geste::Entity::insert_many(lignes)
        .on_conflict(
            OnConflict::columns([geste::Column::DateId, geste::Column::ReservationId, geste::Column::Geste])
                .update_column(colonne)
                .to_owned(),
        )
        .exec_without_returning(&cx.db())
        .await?;
    Ok(())
}

/// Notes what the animator saw, once the séance has begun and after its closing too.
pub async fn marquer(cx: &Contexte, id: DateSeanceId, marques: Vec<MarqueGestes>) -> Resultat<()> {
    let (s, d) = presence::de_la_date(cx, id, Permission::AccompagnementsEcrire).await?;
    if d.etat == EtatDate::Annulee {
        return Err(Erreur::Conflit("Cette séance est annulée.".into()));
    }
    if cx.maintenant < d.debut {
        return Err(Erreur::Conflit("Cette séance n’a pas commencé : les gestes se notent pendant ou après.".into()));
    }
    let (_, gestes, gens) = feuille(cx, id).await?;
    let mut c = Controle::new();
    for m in &marques {
        c.exiger(
            gens.iter().any(|g| g.reservation.id == m.reservation),
            "reservation",
            "Cette personne n’est pas notée présente : notez-la d’abord.",
        );
        let connus = m.acquis.iter().flatten().all(|code| gestes.iter().any(|g| g.code == *code));
        c.exiger(connus, "acquis", "Un de ces gestes n’est pas dans la fiche de l’atelier.");
    }
    c.finir()?;
    for m in marques {
        let vu = |code: &str| (m.acquis.as_ref().map(|v| v.iter().any(|x| x == code)), None);
        ecrire(cx, (id, m.reservation), &gestes, vu, geste::Column::Animateur).await?;
    }
    cx.journaliser(Action::Modification, "seance", s.id.0, s.structure_id, &["gestes"]).await
}

/// A link for one person to say what they can do: its secret, for the tablet handed to them.
pub async fn lien_participant(cx: &Contexte, id: DateSeanceId, r: ReservationId) -> Resultat<String> {
    presence::de_la_date(cx, id, Permission::AccompagnementsEcrire).await?;
    let (_, gestes, gens) = feuille(cx, id).await?;
    if !gens.iter().any(|g| g.reservation.id == r) {
        return Err(Erreur::Introuvable("Cette réservation"));
    }
    if gestes.is_empty() {
        return Err(Erreur::Conflit("La fiche de cet atelier ne nomme aucun geste.".into()));
    }
    creer_lien(cx, Voie::Gestes, id, Some(r), cx.maintenant + TimeDelta::hours(HEURES)).await
}

/// The gestures asked at a link, and those the person already ticked.
pub(super) async fn demandes(cx: &Contexte, o: &Ouverte) -> Resultat<Vec<(&'static Geste, bool)>> {
    let gestes = fiche::gestes_de(cx, o.seance.fiche.as_deref()).await?;
    let Some(r) = &o.reservation else { return Ok(vec![]) };
    let lignes = geste::Entity::find()
        .filter(geste::Column::DateId.eq(o.date.id))
        .filter(geste::Column::ReservationId.eq(r.id))
        .all(&cx.db())
        .await?;
    Ok(gestes.into_iter().map(|g| (g, lignes.iter().any(|l| l.geste == g.code && l.participant == Some(true)))).collect())
}

/// Notes what a person says they can do, at their secret link.
pub(super) async fn repondre(cx: &Contexte, secret: &str, sait: &[String]) -> Resultat<()> {
    let o = ouvrir_lien(cx, secret).await?;
    let (Voie::Gestes, Some(r)) = (o.voie, &o.reservation) else { return Err(Erreur::Introuvable("Cette question")) };
    let gestes = fiche::gestes_de(cx, o.seance.fiche.as_deref()).await?;
    if !sait.iter().all(|code| gestes.iter().any(|g| g.code == *code)) {
        return Err(Erreur::champ("sait", "Choisissez dans la liste."));
    }
    let dit = |code: &str| (None, Some(sait.iter().any(|s| s == code)));
    ecrire(cx, (o.date.id, r.id), &gestes, dit, geste::Column::Participant).await
}
