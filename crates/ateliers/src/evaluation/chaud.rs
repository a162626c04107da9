//! The evaluation of the day: opened for a date, closed with it.

use chrono::TimeDelta;
use mediation::{parcours, satisfaction};
use sea_orm::{ActiveValue::Set, IntoActiveModel, PaginatorTrait, QueryOrder, QuerySelect, entity::prelude::*, sea_query::OnConflict};
use serde::Serialize;
use socle::{
    Contexte, Erreur, Permission, Resultat,
    identifiant::{AccompagnementId, DateSeanceId, PersonneId},
    journal::Action,
};

use super::{
    COMMENTAIRE, Ouverte, Repondre, Voie, adresse, creer_lien, froid,
    questions::{self, COMPLETE},
    table::{self, reponse},
};
use crate::{
    presence,
    seance::{DateSeance, Seance},
};

/// Hours after the end when a link still opens, where the séance was not closed.
const APRES: i64 = 12;
/// An evaluation opens so many hours before the start, at the earliest.
const AVANT: i64 = 1;

/// Where the evaluation of a date stands; never what was said.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct SuiviEvaluation {
    pub ouverte: bool,
    /// Answers waiting for the séance to be closed.
    pub reponses: i32,
    /// Answers accepted at most: the seats, or the people present.
    pub places: i32,
}

/// The link just made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[schema(as = LienEvaluation)]
pub struct Lien {
    /// Shown once: it is kept nowhere.
    pub lien: String,
    /// Answers accepted at most.
    pub places: i32,
    #[serde(skip)]
    pub secret: String,
}

/// How many answered on the day, the séance not being closed yet.
pub(crate) async fn reponses(cx: &Contexte, id: DateSeanceId) -> Resultat<i32> {
    let n = PaginatorTrait::count(reponse::Entity::find().filter(reponse::Column::DateId.eq(id)), &cx.db()).await?;
    Ok(i32::try_from(n).unwrap_or(i32::MAX))
}

async fn places(cx: &Contexte, s: &Seance, d: &DateSeance) -> Resultat<i32> {
    let presents = presence::presents_par_date(cx, &[d.id]).await?.remove(&d.id).unwrap_or_default() + i64::from(d.anonymes);
    Ok(s.places.max(i32::try_from(presents).unwrap_or(i32::MAX)).clamp(1, 1000))
}

/// Where the evaluation of a date stands.
pub async fn suivi(cx: &Contexte, id: DateSeanceId) -> Resultat<SuiviEvaluation> {
    let (s, d) = presence::de_la_date(cx, id, Permission::AccompagnementsLire).await?;
    let e = table::Entity::find_by_id(id).one(&cx.db()).await?;
    Ok(SuiviEvaluation {
        ouverte: e.is_some_and(|e| e.fermee_le.is_none()),
        reponses: reponses(cx, id).await?,
        places: places(cx, &s, &d).await?,
    })
}

/// Opens the evaluation of a date, if it is not, and makes a link to it. Several links may lead to it.
///
/// # Errors
/// [`Erreur::Conflit`] when the séance is closed, cancelled, or not for today; on `voie` for a link that is not
/// everybody's.
pub async fn ouvrir(cx: &Contexte, id: DateSeanceId, voie: Voie) -> Resultat<Lien> {
    let (s, d) = presence::ouverte(cx, id).await?;
    if !matches!(voie, Voie::Tablette | Voie::Qr) {
        return Err(Erreur::champ("voie", "Choisissez la tablette ou le QR code."));
    }
    if cx.maintenant < d.debut - TimeDelta::hours(AVANT) {
        return Err(Erreur::Conflit("L’évaluation s’ouvre le jour même, à partir d’une heure avant le début.".into()));
    }
    let neuve =
        table::Model { date_id: id, structure_id: s.structure_id, ouverte_par: cx.auteur()?, ouverte_le: cx.maintenant, fermee_le: None };
    table::Entity::insert(neuve.into_active_model().reset_all())
        .on_conflict(OnConflict::column(table::Column::DateId).update_column(table::Column::FermeeLe).to_owned())
        .exec_without_returning(&cx.db())
        .await?;
    let fin = (d.fin + TimeDelta::hours(APRES)).max(cx.maintenant + TimeDelta::hours(AVANT));
    let secret = creer_lien(cx, voie, id, None, fin).await?;
    cx.journaliser(Action::Modification, "seance", s.id.0, s.structure_id, &["evaluation"]).await?;
    Ok(Lien { lien: adresse(cx, &secret), places: places(cx, &s, &d).await?, secret })
}

/// Closes the evaluation of a date: its links open no more. What was answered stays.
pub async fn fermer(cx: &Contexte, id: DateSeanceId) -> Resultat<()> {
    let (s, _) = presence::ouverte(cx, id).await?;
    fermer_liens(cx, id).await?;
    cx.journaliser(Action::Modification, "seance", s.id.0, s.structure_id, &["evaluation"]).await
}

async fn fermer_liens(cx: &Contexte, id: DateSeanceId) -> Resultat<()> {
    table::Entity::update_many()
        .set(table::ActiveModel { fermee_le: Set(Some(cx.maintenant)), ..Default::default() })
        .filter(table::Column::DateId.eq(id))
        .filter(table::Column::FermeeLe.is_null())
        .exec(&cx.db())
        .await?;
    Ok(())
}

/// An answer of the day. The line of the evaluation is locked: answers come one after the other.
pub(super) async fn repondre(cx: &Contexte, o: &Ouverte, r: &Repondre) -> Resultat<()> {
    let ([accueil, utilite, recommandation], commentaire) = r.lire(questions::questions(o.voie))?;
    let deja = reponses(cx, o.date.id).await?;
    if deja >= places(cx, &o.seance, &o.date).await? {
        return Err(Erreur::Perime(COMPLETE.into()));
    }
    let id = r.id.unwrap_or_else(|| cx.nouvel_uuid());
    let ligne = reponse::ActiveModel {
        id: Set(id),
        date_id: Set(o.date.id),
        rang: Set(deja + 1),
        accueil: Set(accueil),
        utilite: Set(utilite),
        recommandation: Set(recommandation),
        commentaire: Set(cx.coffre().sceller_si(&COMMENTAIRE, id, commentaire.as_deref())?),
        repondu_le: Set(cx.aujourd_hui()),
    };
    reponse::Entity::insert(ligne).exec_without_returning(&cx.db()).await?;
    Ok(())
}

/// At the closing of a date: its evaluation is closed, what was answered becomes opinions on the accompaniment, the
/// cold one is planned, the steps that foresaw this workshop are done.
pub(crate) async fn cloturer(
    cx: &Contexte,
    s: &Seance,
    d: &DateSeance,
    accompagnement: Option<AccompagnementId>,
    personnes: &[PersonneId],
) -> Resultat<()> {
    // Locked: nobody answers between what is read and what is removed.
    table::Entity::find_by_id(d.id).lock_exclusive().one(&cx.db()).await?;
    fermer_liens(cx, d.id).await?;
    let lignes = reponse::Entity::find().filter(reponse::Column::DateId.eq(d.id)).order_by_asc(reponse::Column::Rang).all(&cx.db()).await?;
    if let Some(a) = accompagnement {
        let mut avis = vec![];
        for l in lignes {
            let commentaire = cx.coffre().ouvrir_si(&COMMENTAIRE, l.id, l.commentaire)?;
            let r = satisfaction::Reponse { accueil: l.accueil, utilite: l.utilite, recommandation: l.recommandation, commentaire };
            avis.push((r, l.repondu_le));
        }
        satisfaction::verser(cx, a, avis).await?;
        reponse::Entity::delete_many().filter(reponse::Column::DateId.eq(d.id)).exec(&cx.db()).await?;
    }
    for p in personnes {
        parcours::atelier_fait(cx, *p, &s.titre, d.jour).await?;
    }
    froid::programmer(cx, s, d).await
}
