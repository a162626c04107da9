//! The closing of a date: the collective accompaniment is recorded once, with all that was gathered on the way.

use mediation::{
    accompagnement::{self, Anonymes, CreerAccompagnement},
    nomenclatures::{LieuType, TypeActivite},
    note_pratique::{self, Competence, EcrireNote},
    personne,
};
use sea_orm::{ActiveValue::Set, entity::prelude::*};
use serde::{Deserialize, Serialize};
use socle::{
    Contexte, Erreur, Permission, Resultat,
    identifiant::{AccompagnementId, DateSeanceId, PersonneId},
    journal::Action,
    texte::nettoyer,
};

use super::{EtatPresence, completer, noter, ouverte, table};
use crate::{
    evaluation,
    reservation::EtatReservation,
    seance::{EtatDate, GenreLieu, table::date},
};

/// The reflective note of who closes: theirs alone, sealed. Empty, none is written.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct NoteDeCloture {
    /// What worked.
    #[schema(max_length = 3000)]
    pub reussi: Option<String>,
    /// What one would change.
    #[schema(max_length = 3000)]
    pub a_changer: Option<String>,
}

impl NoteDeCloture {
    fn vide(&self) -> bool {
        nettoyer(self.reussi.clone()).is_none() && nettoyer(self.a_changer.clone()).is_none()
    }
}

/// Closes a date: the collective accompaniment is recorded, once, with those present; without anybody, none is.
/// Who was not marked did not come.
///
/// # Errors
/// [`Erreur::Conflit`] before the start, or when it is closed already.
pub async fn clore(cx: &Contexte, id: DateSeanceId) -> Resultat<Option<AccompagnementId>> {
    clore_avec(cx, id, NoteDeCloture::default()).await
}

/// The same, with the note of who closes on how it went, kept with the accompaniment.
///
/// # Errors
/// Those of [`clore`]; on `reussi` or `a_changer` for a note that cannot be kept.
pub async fn clore_avec(cx: &Contexte, id: DateSeanceId, note: NoteDeCloture) -> Resultat<Option<AccompagnementId>> {
    let (s, d) = ouverte(cx, id).await?;
    if cx.exiger(Permission::AccompagnementsEcrire)? != s.structure_id {
        return Err(Erreur::Conflit("Cette séance est celle d’une autre de vos structures : changez de structure pour la clore.".into()));
    }
    if cx.maintenant < d.debut {
        return Err(Erreur::Conflit("Cette séance n’a pas commencé : elle se clôt après.".into()));
    }
    let f = completer(cx, s, d).await?;
    let mut personnes: Vec<PersonneId> = vec![];
    let mut anonymes = f.date.anonymes.max(0) as u32;
    for (r, _) in f.gens.iter().filter(|(_, e)| *e == Some(EtatPresence::Present)) {
        // One whose file is no longer the structure's is counted without a name.
        match r.personne_id {
            Some(p) if !personnes.contains(&p) && personne::trouver(cx, p, Permission::PersonnesLire).await.is_ok() => personnes.push(p),
            _ => anonymes += 1,
        }
    }
    let accompagnement = if personnes.is_empty() && anonymes == 0 {
        if evaluation::reponses(cx, id).await? > 0 {
            return Err(Erreur::Conflit("Des avis ont été donnés : comptez d’abord les personnes venues, même sans nom.".into()));
        }
        if !note.vide() {
            return Err(Erreur::champ(
                "reussi",
                "Personne n’est noté présent : rien n’est enregistré, et votre note n’aurait pas de place. Notez qui est là, ou effacez la note.",
            ));
        }
        None
    } else {
        let demande = CreerAccompagnement {
            // The same closing twice is one record, whatever happens between.
            id: Some(AccompagnementId(Uuid::new_v5(&id.0, b"accompagnement"))),
            r#type: TypeActivite::Collectif,
            date: f.date.jour,
            duree_minutes: u32::try_from((f.date.fin - f.date.debut).num_minutes()).unwrap_or(0),
            lieu_type: if f.seance.lieu_genre == GenreLieu::Lieu { LieuType::LieuActivite } else { LieuType::Autre },
            lieu: f.seance.lieu_id,
            commune: f.seance.commune.clone(),
            thematiques: f.seance.thematiques.0.clone(),
            demarches: vec![],
            materiels: vec![],
            autonomie: None,
            titre: Some(f.seance.titre.clone()),
            niveau: Some(f.seance.niveau),
            notes: None,
            personnes: personnes.clone(),
            anonymes: Some(Anonymes { total: anonymes, ..Anonymes::default() }),
        };
        let a = accompagnement::creer(cx, demande).await?.0.ligne.id;
        if !note.vide() {
            let n = EcrireNote {
                reussi: note.reussi,
                a_changer: note.a_changer,
                competences: vec![Competence::Animer],
                ..EcrireNote::default()
            };
            note_pratique::ecrire(cx, a, n).await?;
        }
        Some(a)
    };
    // What the figures count is written: who was not marked, who gave their seat up in the last day.
    let marques: Vec<_> = table::Entity::find().filter(table::Column::DateId.eq(id)).all(&cx.db()).await?;
    for (r, etat) in f.gens.iter().filter(|(r, _)| !marques.iter().any(|m| m.reservation_id == r.id)) {
        if r.etat != EtatReservation::SurPlace {
            noter(cx, id, r.id, etat.unwrap_or(EtatPresence::Absent)).await?;
        }
    }
    let r = date::Entity::update_many()
        .set(date::ActiveModel {
            etat: Set(EtatDate::Close),
            accompagnement_id: Set(accompagnement),
            close_le: Set(Some(cx.maintenant)),
            ..Default::default()
        })
        .filter(date::Column::Id.eq(id))
        .filter(date::Column::Etat.eq(EtatDate::Prevue))
        .exec(&cx.db())
        .await?;
    if r.rows_affected == 0 {
        return Err(Erreur::VersionPerimee);
    }
    evaluation::cloturer(cx, &f.seance, &f.date, accompagnement, &personnes).await?;
    cx.journaliser(Action::Modification, "seance", f.seance.id.0, f.seance.structure_id, &["close"]).await?;
    Ok(accompagnement)
}
