//! Hours of a week when a mediator receives.

use chrono::{Datelike, NaiveDate};
use sea_orm::{IntoActiveModel, QueryOrder, QuerySelect, entity::prelude::*};
use serde::{Deserialize, Serialize};
use socle::{
    Contexte, Erreur, Permission, Resultat,
    controle::Controle,
    equipe,
    identifiant::{LieuId, PlageId, UtilisateurId},
    journal::Action,
};

use super::{
    Plage,
    regles::Exception,
    table::{exception, plage},
};
use crate::{
    agenda::regles::raisonnable,
    ouverture::horaires::{self, Tranche},
};

/// Adds hours to the week of a mediator.
#[derive(Clone, Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EcrirePlage {
    /// Oneself, if not told; a member of the team.
    pub utilisateur: Option<UtilisateurId>,
    pub lieu: Option<LieuId>,
    /// 1 for Monday, to 7.
    #[schema(minimum = 1, maximum = 7)]
    pub jour: u32,
    /// `9:00-12:30, 14:00-18:00`
    #[schema(max_length = 100)]
    pub horaires: String,
    /// From today, if not told.
    pub du: Option<NaiveDate>,
    /// Included; from then on, if not told.
    pub au: Option<NaiveDate>,
}

/// Most hours of one mediator.
const MAX: usize = 100;

async fn controler(cx: &Contexte, qui: UtilisateurId, lieu: Option<LieuId>, c: &mut Controle) -> Resultat<Vec<Plage>> {
    let structure = cx.exiger(Permission::AccompagnementsEcrire)?;
    let membres = equipe::membres(cx, &[structure]).await?;
    c.exiger(membres.iter().any(|m| m.id == qui), "utilisateur", "Choisissez quelqu’un de votre équipe.");
    territoire::lieu::controler(cx, structure, lieu, c).await?;
    let siennes = plage::Entity::find()
        .filter(plage::Column::StructureId.eq(structure))
        .filter(plage::Column::UtilisateurId.eq(qui))
        .order_by_asc(plage::Column::Id)
        .lock_exclusive()
        .all(&cx.db())
        .await?;
    c.exiger(siennes.len() < MAX, "horaires", "Cent plages existent déjà : retirez celles qui sont passées.");
    Ok(siennes)
}

fn se_croisent(p: &Plage, jour: i32, t: &Tranche, du: NaiveDate, au: Option<NaiveDate>) -> bool {
    p.jour == jour
        && Tranche::depuis(&p.debut, &p.fin).is_some_and(|x| x.debut < t.fin && t.debut < x.fin)
        && au.is_none_or(|au| p.du <= au)
        && p.au.is_none_or(|au| du <= au)
}

/// Whether a day moved there meets hours to add.
fn deplacee_croise(j: NaiveDate, x: &Tranche, jour: i32, t: &Tranche, (du, au): (NaiveDate, Option<NaiveDate>)) -> bool {
    i32::try_from(j.weekday().number_from_monday()) == Ok(jour)
        && x.debut < t.fin
        && t.debut < x.fin
        && du <= j
        && au.is_none_or(|au| j <= au)
}

/// Adds hours. They do not meet those there are already.
pub async fn ajouter(cx: &Contexte, d: EcrirePlage) -> Resultat<Vec<Plage>> {
    let structure = cx.exiger(Permission::AccompagnementsEcrire)?;
    let mut c = Controle::new();
    let qui = d.utilisateur.map_or_else(|| cx.auteur(), Ok)?;
    let siennes = controler(cx, qui, d.lieu, &mut c).await?;
    c.exiger((1..=7).contains(&d.jour), "jour", "Choisissez un jour, de lundi à dimanche.");
    let du = d.du.unwrap_or(cx.aujourd_hui());
    c.exiger(raisonnable(du), "du", "Cette date est trop loin.");
    c.exiger(d.au.is_none_or(|au| du <= au && raisonnable(au)), "au", "Ces heures finissent après leur début.");
    let jour = i32::try_from(d.jour).unwrap_or(0);
    let tranches = match horaires::lire(&d.horaires) {
        Ok(v) if v.is_empty() => {
            c.faute("horaires", "Écrivez par exemple : 9:00-12:30, 14:00-18:00.");
            vec![]
        }
        Ok(v) => v,
        Err(m) => {
            c.faute("horaires", m);
            vec![]
        }
    };
    let exceptions = super::exception::de_plages(cx, siennes.iter().map(|p| p.id).collect()).await?;
    let croise = tranches.iter().any(|t| {
        let ailleurs = exceptions.iter().filter_map(|(_, e)| e.ailleurs).any(|(j, x)| deplacee_croise(j, &x, jour, t, (du, d.au)));
        // What is opened for one day may be where the hours of every week are closed that day.
        let laisse = |p: &Plage| d.au == Some(du) && exceptions.iter().any(|(id, e): &(PlageId, Exception)| *id == p.id && e.origine == du);
        ailleurs || siennes.iter().any(|p| se_croisent(p, jour, t, du, d.au) && !laisse(p))
    });
    c.exiger(!croise, "horaires", "Une plage existe déjà à ces heures-là, ce jour-là.");
    c.finir()?;
    let mut faites = vec![];
    for t in tranches {
        faites.push(
            inserer(
                cx,
                Plage {
                    id: PlageId(cx.nouvel_uuid()),
                    structure_id: structure,
                    utilisateur_id: qui,
                    lieu_id: d.lieu,
                    jour,
                    debut: t.debut.format("%H:%M").to_string(),
                    fin: t.fin.format("%H:%M").to_string(),
                    du,
                    au: d.au,
                },
            )
            .await?,
        );
    }
    Ok(faites)
}

async fn inserer(cx: &Contexte, p: Plage) -> Resultat<Plage> {
    plage::Entity::insert(p.clone().into_active_model().reset_all()).exec_without_returning(&cx.db()).await?;
    cx.journaliser(Action::Creation, "plage", p.id.0, p.structure_id, &[]).await?;
    Ok(p)
}

/// Receives all the hours when a lieu is open, but those the mediator has already.
pub async fn reprendre_horaires(cx: &Contexte, qui: Option<UtilisateurId>, lieu: LieuId) -> Resultat<Vec<Plage>> {
    cx.exiger(Permission::AccompagnementsEcrire)?;
    let o = crate::ouverture::lire(cx, lieu).await?.1;
    if o.semaine.est_vide() {
        return Err(Erreur::champ("lieu", "Les horaires de ce lieu ne sont pas écrits : écrivez-les d’abord."));
    }
    let mut faites = vec![];
    for (i, horaires) in o.semaine.textes().into_iter().enumerate().filter(|(_, t)| !t.is_empty()) {
        let d = EcrirePlage { utilisateur: qui, lieu: Some(lieu), jour: i as u32 + 1, horaires, du: None, au: None };
        match ajouter(cx, d).await {
            Ok(v) => faites.extend(v),
            // Already there, these ones.
            Err(Erreur::Invalide(e)) if e.iter().all(|x| x.champ == "horaires") => {}
            Err(e) => return Err(e),
        }
    }
    Ok(faites)
}

/// A line of hours of the actor's structure.
pub(super) async fn ligne(cx: &Contexte, id: PlageId, p: Permission) -> Resultat<Plage> {
    let introuvable = || Erreur::Introuvable("Ces heures de rendez-vous");
    let Some(l) = plage::Entity::find_by_id(id).one(&cx.db()).await? else {
        return Err(if cx.acteur.peut(p) { introuvable() } else { Erreur::Interdit(p) });
    };
    match cx.exiger_dans(p, l.structure_id) {
        Err(Erreur::Introuvable(_)) => Err(introuvable()),
        autre => autre.map(|()| l),
    }
}

/// Takes hours away, with their exceptions. Appointments already taken stay.
pub async fn retirer(cx: &Contexte, id: PlageId) -> Resultat<()> {
    let l = ligne(cx, id, Permission::AccompagnementsEcrire).await?;
    exception::Entity::delete_many().filter(exception::Column::PlageId.eq(id)).exec(&cx.db()).await?;
    plage::Entity::delete_by_id(id).exec(&cx.db()).await?;
    cx.journaliser(Action::Suppression, "plage", id.0, l.structure_id, &[]).await
}

/// The hours of the structure's mediators, or of one of them, those over left out.
pub async fn lister(cx: &Contexte, qui: Option<UtilisateurId>) -> Resultat<Vec<Plage>> {
    let s = cx.exiger(Permission::AccompagnementsLire)?;
    let mut q = plage::Entity::find().filter(plage::Column::StructureId.eq(s));
    if let Some(u) = qui {
        q = q.filter(plage::Column::UtilisateurId.eq(u));
    }
    let v = q.order_by_asc(plage::Column::Jour).order_by_asc(plage::Column::Debut).all(&cx.db()).await?;
    Ok(v.into_iter().filter(|p| p.au.is_none_or(|au| cx.aujourd_hui() <= au)).collect())
}
