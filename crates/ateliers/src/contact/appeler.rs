//! Who has to be called: those who are expected, and whose address or number refused a message.

use chrono::{DateTime, Utc};
use sea_orm::{QueryOrder, QuerySelect, entity::prelude::*};
use socle::{Contexte, Permission, Resultat};

use crate::{
    rendez_vous::{
        self, EtatRendezVous,
        table::{Column as Rdv, Entity as Tous},
    },
    reservation::{
        EtatReservation,
        table::{Column as Res, Entity as Reservations},
    },
    seance,
};

/// Somebody to call before they come.
#[derive(Clone, Debug)]
pub struct AAppeler {
    pub quand: DateTime<Utc>,
    pub nom: String,
    pub telephone: Option<String>,
    /// What they come for.
    pub quoi: String,
    /// Its page.
    pub adresse: String,
    /// Where the contact is corrected.
    pub corriger: String,
}

/// Most people listed of each kind.
const MAX: u64 = 50;

/// The people expected by the structure from now on who cannot be written to any more, the soonest first.
pub async fn a_appeler(cx: &Contexte) -> Resultat<Vec<AAppeler>> {
    let structure = cx.exiger(Permission::AccompagnementsLire)?;
    let lignes = Reservations::find()
        .filter(Res::StructureId.eq(structure))
        .filter(Res::RefusLe.is_not_null())
        .filter(Res::Etat.is_in([EtatReservation::Confirmee, EtatReservation::Attente, EtatReservation::Proposee]))
        .order_by_desc(Res::RefusLe)
        .limit(10 * MAX)
        .all(&cx.db())
        .await?;
    let seances = seance::table::Entity::find()
        .filter(seance::table::Column::Id.is_in(lignes.iter().map(|r| r.seance_id)))
        .filter(seance::table::Column::Fin.gt(cx.maintenant))
        .all(&cx.db())
        .await?;
    let mut v: Vec<AAppeler> = lignes
        .into_iter()
        .filter_map(|r| {
            let s = seances.iter().find(|s| s.id == r.seance_id)?;
            Some(AAppeler {
                quand: s.debut,
                quoi: s.titre.clone(),
                adresse: format!("/ateliers/seances/{}", s.id),
                corriger: format!("/ateliers/reservations/{}/contact", r.id),
                nom: r.nom,
                telephone: r.telephone,
            })
        })
        .collect();
    let lignes = Tous::find()
        .filter(Rdv::StructureId.eq(structure))
        .filter(Rdv::RefusLe.is_not_null())
        .filter(Rdv::Etat.eq(EtatRendezVous::Prevu))
        .filter(Rdv::Fin.gt(cx.maintenant))
        .order_by_asc(Rdv::Debut)
        .limit(MAX)
        .all(&cx.db())
        .await?;
    let motifs = rendez_vous::libelles(cx, lignes.iter().map(|r| r.motif_id)).await?;
    v.extend(lignes.into_iter().map(|r| AAppeler {
        quand: r.debut,
        quoi: motifs.get(&r.motif_id).cloned().unwrap_or_default(),
        adresse: format!("/agenda/rendez-vous/{}", r.id),
        corriger: format!("/agenda/rendez-vous/{}/contact", r.id),
        nom: r.nom,
        telephone: r.telephone,
    }));
    v.sort_by_key(|a| a.quand);
    v.truncate(2 * MAX as usize);
    Ok(v)
}
