//! What becomes of an appointment: read, moved, cancelled, held or not; forgotten at last.

use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::{ActiveValue::Set, ColumnTrait, IntoActiveModel, QuerySelect, entity::prelude::*};
use serde::{Deserialize, Serialize};
use socle::{
    Contexte, Erreur, Etat, Permission, Resultat, creation,
    identifiant::{LieuId, RendezVousId, UtilisateurId},
    journal::Action,
    secret,
};

use super::{
    BESOINS, EtatRendezVous, Motif, RendezVous, avertir, exception, motif,
    prendre::{self, Prendre},
    table::{self, lien},
};
use crate::{
    agenda::occupation::{self, Pour},
    reservation::{Par, regles},
};

/// How an appointment went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = IssueRendezVous)]
#[serde(rename_all = "snake_case")]
pub enum Issue {
    Honore,
    Absent,
    Excuse,
    /// It was marked by mistake.
    Prevu,
}

impl Issue {
    fn etat(self) -> EtatRendezVous {
        match self {
            Self::Honore => EtatRendezVous::Honore,
            Self::Absent => EtatRendezVous::Absent,
            Self::Excuse => EtatRendezVous::Excuse,
            Self::Prevu => EtatRendezVous::Prevu,
        }
    }
}

/// An appointment of the actor's structure, its reason, what helps to receive the person.
pub async fn lire(cx: &Contexte, id: RendezVousId) -> Resultat<(RendezVous, Motif)> {
    let (mut r, m) = de_l_equipe(cx, id, Permission::AccompagnementsLire).await?;
    r.besoins = cx.coffre().ouvrir_si(&BESOINS, id.0, r.besoins)?;
    Ok((r, m))
}

pub(super) async fn de_l_equipe(cx: &Contexte, id: RendezVousId, p: Permission) -> Resultat<(RendezVous, Motif)> {
    let introuvable = Erreur::Introuvable("Ce rendez-vous");
    let Some(r) = table::Entity::find_by_id(id).one(&cx.db()).await? else {
        return Err(if cx.acteur.peut(p) { introuvable } else { Erreur::Interdit(p) });
    };
    match cx.exiger_dans(p, r.structure_id) {
        Err(Erreur::Introuvable(_)) => return Err(introuvable),
        autre => autre?,
    }
    avec_motif(cx, id).await
}

/// An appointment and its reason; locked where it is written.
pub(super) async fn avec_motif(cx: &Contexte, id: RendezVousId) -> Resultat<(RendezVous, Motif)> {
    let inconnu = || Erreur::Introuvable("Ce rendez-vous");
    let q = table::Entity::find_by_id(id);
    let r = if cx.ecrit() { q.lock_exclusive() } else { q }.one(&cx.db()).await?.ok_or_else(inconnu)?;
    let m = motif::par_id(cx, r.motif_id).await?.ok_or_else(inconnu)?;
    Ok((r, m))
}

/// A new secret address of an appointment.
pub(super) async fn creer_lien(cx: &Contexte, r: RendezVousId) -> Resultat<String> {
    let secret = secret::tirer()?;
    let ligne = lien::ActiveModel { empreinte: Set(secret::empreinte(&secret)), rendez_vous_id: Set(r), cree_le: Set(cx.maintenant) };
    lien::Entity::insert(ligne).exec_without_returning(&cx.db()).await?;
    Ok(secret)
}

/// The appointment that a secret opens.
pub(crate) async fn ouvrir(cx: &Contexte, secret: &str) -> Resultat<(RendezVous, Motif)> {
    let l = lien::Entity::find_by_id(secret::empreinte(secret)).one(&cx.db()).await?.ok_or(Erreur::Introuvable("Ce rendez-vous"))?;
    avec_motif(cx, l.rendez_vous_id).await
}

/// The address of the appointment of a code, as typed: guesses are slowed down by the caller.
pub(crate) async fn par_code(cx: &Contexte, code: &str) -> Resultat<Option<String>> {
    let Some(r) = table::Entity::find().filter(table::Column::Code.eq(regles::lire_code(code))).one(&cx.db()).await? else {
        return Ok(None);
    };
    Ok(Some(format!("/rendez-vous/mien/{}", creer_lien(cx, r.id).await?)))
}

fn a_venir(cx: &Contexte, r: &RendezVous) -> Resultat<()> {
    if r.etat != EtatRendezVous::Prevu {
        return Err(Erreur::Conflit("Ce rendez-vous est terminé ou annulé : prenez-en un autre.".into()));
    }
    if cx.maintenant >= r.fin {
        return Err(Erreur::Conflit("L’heure de ce rendez-vous est passée.".into()));
    }
    Ok(())
}

async fn finir(cx: &Contexte, r: &RendezVous, par: &'static str) -> Resultat<()> {
    if r.etat == EtatRendezVous::Annule {
        return Ok(());
    }
    a_venir(cx, r)?;
    occupation::liberer(cx, [Pour::RendezVous(r.id)]).await?;
    table::Entity::update_many()
        .set(table::ActiveModel {
            etat: Set(EtatRendezVous::Annule),
            fini_par: Set(Some(par.to_owned())),
            fini_le: Set(Some(cx.maintenant)),
            sequence: Set(r.sequence + 1),
            ..Default::default()
        })
        .filter(table::Column::Id.eq(r.id))
        .exec(&cx.db())
        .await?;
    cx.journaliser(Action::Suppression, "rendez_vous", r.id.0, r.structure_id, &[]).await?;
    avertir::avertir(cx, r, avertir::Motif::Annulation).await
}

/// Cancels an appointment, by the team; the slot is free again.
pub async fn annuler(cx: &Contexte, id: RendezVousId) -> Resultat<RendezVous> {
    let (r, _) = de_l_equipe(cx, id, Permission::AccompagnementsEcrire).await?;
    finir(cx, &r, "equipe").await?;
    Ok(avec_motif(cx, id).await?.0)
}

/// Cancels one's own, by its secret link.
pub(super) async fn annuler_par_lien(cx: &Contexte, secret: &str) -> Resultat<()> {
    let (r, _) = ouvrir(cx, secret).await?;
    finir(cx, &r, "personne").await
}

/// Moves an appointment to another free slot, by the team.
pub async fn deplacer(
    cx: &Contexte,
    id: RendezVousId,
    debut: DateTime<Utc>,
    lieu: Option<LieuId>,
    avec: Option<UtilisateurId>,
) -> Resultat<RendezVous> {
    let (r, m) = de_l_equipe(cx, id, Permission::AccompagnementsEcrire).await?;
    ailleurs(cx, r, m, debut, lieu, avec).await
}

/// Moves one's own, by its secret link.
pub(super) async fn deplacer_par_lien(cx: &Contexte, secret: &str, debut: DateTime<Utc>, lieu: Option<LieuId>) -> Resultat<RendezVous> {
    let (r, m) = ouvrir(cx, secret).await?;
    ailleurs(cx, r, m, debut, lieu, None).await
}

async fn ailleurs(
    cx: &Contexte,
    r: RendezVous,
    m: Motif,
    debut: DateTime<Utc>,
    lieu: Option<LieuId>,
    avec: Option<UtilisateurId>,
) -> Resultat<RendezVous> {
    a_venir(cx, &r)?;
    // Its own time is free for the one that replaces it.
    occupation::liberer(cx, [Pour::RendezVous(r.id)]).await?;
    let d = Prendre {
        id: None,
        motif: m.id,
        debut,
        lieu,
        avec,
        nom: None,
        telephone: None,
        courriel: None,
        canal: None,
        par: Par::Soi,
        accord: true,
        personne: None,
        besoins: None,
        hors_plages: false,
    };
    let c = prendre::choisir(cx, &m, &d).await?;
    let qui = prendre::occuper(cx, &r, &c).await?;
    exception::tenir(cx, m.structure_id, qui, &c).await?;
    let apres = RendezVous { utilisateur_id: qui, lieu_id: c.lieu, debut: c.debut, fin: c.fin, sequence: r.sequence + 1, ..r };
    table::Entity::update_many()
        .set(apres.clone().into_active_model().reset_all())
        .filter(table::Column::Id.eq(apres.id))
        .exec(&cx.db())
        .await?;
    cx.journaliser(Action::Modification, "rendez_vous", apres.id.0, apres.structure_id, &["date"]).await?;
    avertir::avertir(cx, &apres, avertir::Motif::Deplacement).await?;
    avertir::programmer_rappel(cx, &apres).await?;
    Ok(apres)
}

/// Says how an appointment went, once it began.
pub async fn conclure(cx: &Contexte, id: RendezVousId, issue: Issue) -> Resultat<RendezVous> {
    let (r, _) = de_l_equipe(cx, id, Permission::AccompagnementsEcrire).await?;
    if r.etat == EtatRendezVous::Annule {
        return Err(Erreur::Conflit("Ce rendez-vous est annulé.".into()));
    }
    // Who comes early may be received early; who says they will not come is excused beforehand.
    if issue == Issue::Absent && cx.maintenant < r.debut {
        return Err(Erreur::Conflit("Ce rendez-vous n’a pas commencé : on saura après si la personne est venue.".into()));
    }
    if issue == Issue::Honore && cx.maintenant < r.debut - TimeDelta::hours(12) {
        return Err(Erreur::Conflit("Ce rendez-vous est trop loin : changez son heure s’il se tient maintenant.".into()));
    }
    // Excused beforehand, the time is free for somebody else; taken back, it must still be.
    if cx.maintenant < r.debut && issue.etat() != r.etat {
        if issue == Issue::Excuse {
            occupation::liberer(cx, [Pour::RendezVous(id)]).await?;
        } else if r.etat == Issue::Excuse.etat() {
            let prises = prendre::prises(cx, r.utilisateur_id, r.lieu_id).await?;
            if !prendre::essayer(cx, id, &prises, (r.debut, r.fin)).await? {
                return Err(Erreur::Conflit("Cette heure a été donnée à quelqu’un d’autre : prenez un autre rendez-vous.".into()));
            }
        }
    }
    let fini_le = (issue != Issue::Prevu).then_some(cx.maintenant);
    table::Entity::update_many()
        .set(table::ActiveModel { etat: Set(issue.etat()), fini_le: Set(fini_le), fini_par: Set(None), ..Default::default() })
        .filter(table::Column::Id.eq(id))
        .exec(&cx.db())
        .await?;
    cx.journaliser(Action::Modification, "rendez_vous", id.0, r.structure_id, &["etat"]).await?;
    Ok(avec_motif(cx, id).await?.0)
}

/// How long after an appointment its record keeps a name.
pub const CONSERVATION: TimeDelta = TimeDelta::days(90);

/// Name of the periodic work that forgets who came.
pub const GENRE_PURGE: &str = "rendez_vous.purge";

/// Forgets who came, ninety days after: numbers stay, names, contacts and secret links go.
///
/// # Errors
/// When the database does not answer: it is tried again.
pub async fn purger(etat: Etat, _: serde_json::Value) -> Result<(), String> {
    oublier(&etat).await.map_err(|e| e.to_string())
}

async fn oublier(etat: &Etat) -> Resultat<()> {
    let cx = Contexte::systeme(etat).await?;
    let ids: Vec<RendezVousId> = table::Entity::find()
        .select_only()
        .column(table::Column::Id)
        .filter(table::Column::Fin.lt(cx.maintenant - CONSERVATION))
        .filter(table::Column::Nom.ne(""))
        .limit(5000)
        .into_tuple()
        .all(&cx.db())
        .await?;
    lien::Entity::delete_many().filter(lien::Column::RendezVousId.is_in(ids.iter().copied())).exec(&cx.db()).await?;
    table::Entity::update_many()
        .set(table::ActiveModel {
            nom: Set(String::new()),
            telephone: Set(None),
            courriel: Set(None),
            besoins: Set(None),
            ..Default::default()
        })
        .filter(table::Column::Id.is_in(ids.iter().copied()))
        .exec(&cx.db())
        .await?;
    creation::oublier(&cx, ids.iter().map(|i| i.0)).await?;
    cx.valider().await
}
