//! Feeds: the calendar of a mediator or of a lieu at a secret address, that a telephone or another calendar follows.
//! It says no name of those received, and not what an absence is for to who follows a lieu.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::{ConnectionTrait, ExprTrait, IntoActiveModel, QueryOrder, entity::prelude::*, sea_query::Query};
use socle::{
    Acteur, Contexte, Erreur, Etat, Permission, Resultat,
    controle::Controle,
    equipe,
    identifiant::{FluxAgendaId, LieuId, StructureId, UtilisateurId},
    journal::Action,
    secret,
};

use super::{
    Composant, EtatOccurrence, Evenement, Quoi, ical, recurrence, regles,
    table::{self, flux},
    vue::{self, GenreElement},
};
use crate::seance::Quand;

/// A feed, as its page shows it.
#[derive(Clone, Debug)]
pub struct Flux {
    pub id: FluxAgendaId,
    /// Whose calendar, in words.
    pub nom: String,
    pub cree_le: DateTime<Utc>,
    /// The actor may end it.
    pub sien: bool,
}

/// Days of the past in a feed, and to come.
const PASSE: TimeDelta = TimeDelta::days(30);
const AVENIR: TimeDelta = TimeDelta::days(366);

/// Opens a feed; gives the secret, shown once. One's own calendar, or a lieu's.
pub async fn creer(cx: &Contexte, lieu: Option<LieuId>) -> Resultat<(FluxAgendaId, String)> {
    let structure = cx.exiger(Permission::AccompagnementsEcrire)?;
    let auteur = cx.auteur()?;
    let mut c = Controle::new();
    territoire::lieu::controler(cx, structure, lieu, &mut c).await?;
    c.finir()?;
    if lister(cx).await?.iter().filter(|f| f.sien).count() >= 20 {
        return Err(Erreur::Conflit("Vingt adresses sont déjà ouvertes : fermez celles qui ne servent plus.".into()));
    }
    let secret = secret::tirer()?;
    let f = flux::Model {
        id: FluxAgendaId(cx.nouvel_uuid()),
        structure_id: structure,
        utilisateur_id: lieu.is_none().then_some(auteur),
        lieu_id: lieu,
        empreinte: secret::empreinte(&secret),
        cree_par: auteur,
        cree_le: cx.maintenant,
    };
    let id = f.id;
    flux::Entity::insert(f.into_active_model().reset_all()).exec_without_returning(&cx.db()).await?;
    cx.journaliser(Action::Creation, "flux_agenda", id.0, structure, &[]).await?;
    Ok((id, secret))
}

/// The feeds of the structure: one's own; all of them for who manages the structure.
pub async fn lister(cx: &Contexte) -> Resultat<Vec<Flux>> {
    let structure = super::structure_lue(cx)?;
    let gere = cx.acteur.peut_dans(Permission::StructureGerer, structure);
    let mut q = flux::Entity::find().filter(flux::Column::StructureId.eq(structure));
    if !gere {
        q = q.filter(flux::Column::CreePar.eq(cx.auteur()?));
    }
    let lignes = q.order_by_desc(flux::Column::CreeLe).all(&cx.db()).await?;
    let noms = equipe::noms(cx, lignes.iter().filter_map(|f| f.utilisateur_id)).await?;
    let lieux: HashMap<LieuId, String> = territoire::lieu::lister(cx, true).await?.into_iter().map(|l| (l.id, l.nom)).collect();
    Ok(lignes
        .into_iter()
        .map(|f| Flux {
            id: f.id,
            nom: match (f.utilisateur_id, f.lieu_id) {
                (Some(u), _) => noms.get(&u).cloned().unwrap_or_default(),
                (None, Some(l)) => lieux.get(&l).cloned().unwrap_or_default(),
                (None, None) => String::new(),
            },
            cree_le: f.cree_le,
            sien: Some(f.cree_par) == cx.acteur.utilisateur,
        })
        .collect())
}

/// Ends a feed: its address answers no more.
pub async fn revoquer(cx: &Contexte, id: FluxAgendaId) -> Resultat<()> {
    let introuvable = || Erreur::Introuvable("Cette adresse");
    let p = Permission::AccompagnementsEcrire;
    let Some(f) = flux::Entity::find_by_id(id).one(&cx.db()).await? else {
        return Err(if cx.acteur.peut(p) { introuvable() } else { Erreur::Interdit(p) });
    };
    match cx.exiger_dans(p, f.structure_id) {
        Err(Erreur::Introuvable(_)) => return Err(introuvable()),
        autre => autre?,
    }
    if Some(f.cree_par) != cx.acteur.utilisateur && !cx.acteur.peut_dans(Permission::StructureGerer, f.structure_id) {
        return Err(introuvable());
    }
    flux::Entity::delete_by_id(id).exec(&cx.db()).await?;
    cx.journaliser(Action::Suppression, "flux_agenda", id.0, f.structure_id, &[]).await
}

/// Whether somebody still works there: a feed ends with the function of who it is of.
async fn en_fonction(cx: &Contexte, u: UtilisateurId, structure: StructureId) -> Resultat<bool> {
    let mut q = Query::select();
    q.expr(Expr::value(1))
        .from("fonction")
        .inner_join("utilisateur", Expr::col(("utilisateur", "id")).equals(("fonction", "utilisateur_id")))
        .and_where(Expr::col(("fonction", "utilisateur_id")).eq(u))
        .and_where(Expr::col(("fonction", "structure_id")).eq(structure))
        .and_where(Expr::col(("utilisateur", "actif")).eq(true))
        .limit(1);
    let db = cx.db();
    Ok(db.query_one_raw(db.get_database_backend().build(&q)).await?.is_some())
}

/// The calendar that a secret opens, as iCalendar.
///
/// # Errors
/// [`Erreur::Introuvable`] when the address was ended, or who it is of left.
pub async fn servir(etat: &Etat, secret: &str) -> Resultat<String> {
    let cx = Contexte::lecture(etat, &Acteur::systeme(), etat.horloge.nouvel_uuid());
    let inconnu = || Erreur::Introuvable("Cet agenda");
    let f = flux::Entity::find().filter(flux::Column::Empreinte.eq(secret::empreinte(secret))).one(&cx.db()).await?.ok_or_else(inconnu)?;
    if !en_fonction(&cx, f.utilisateur_id.unwrap_or(f.cree_par), f.structure_id).await? {
        return Err(inconnu());
    }
    let quoi = match (f.utilisateur_id, f.lieu_id) {
        (Some(u), _) => Quoi::Personne(u),
        (None, Some(l)) => Quoi::Lieu(l),
        (None, None) => return Err(inconnu()),
    };
    let nom = match quoi {
        Quoi::Lieu(l) => territoire::lieu::noms_et_adresses(&cx, vec![l]).await?.remove(&l.0),
        _ => territoire::structure::noms(&cx, vec![f.structure_id]).await?.remove(&f.structure_id),
    };
    let composants = composer(&cx, f.structure_id, quoi).await?;
    Ok(ical::calendrier(&nom.unwrap_or_default(), "PUBLISH", &composants))
}

/// When a record was made, from its id; else when it is.
fn ecrit_le(id: Uuid, debut: DateTime<Utc>) -> DateTime<Utc> {
    id.get_timestamp().and_then(|t| DateTime::from_timestamp(i64::try_from(t.to_unix().0).ok()?, 0)).unwrap_or(debut)
}

async fn composer(cx: &Contexte, structure: StructureId, quoi: Quoi) -> Resultat<Vec<Composant>> {
    // From the start of the day: asked twice in a day, nothing changed, the same answer.
    let (debut, fin) = (super::instant_du_jour(cx.aujourd_hui()) - PASSE, super::instant_du_jour(cx.aujourd_hui()) + AVENIR);
    let mut v = series(cx, structure, quoi, debut).await?;
    for e in vue::rassembler(cx, structure, quoi, debut, fin).await? {
        // Times of one's own come from their series; those read elsewhere go back nowhere.
        let titre = match e.genre {
            GenreElement::Seance => format!("Atelier : {}", e.titre),
            GenreElement::RendezVous => format!("Rendez-vous : {}", e.titre),
            _ => continue,
        };
        v.push(Composant {
            uid: format!("{}@passeur", e.id),
            ecrit_le: ecrit_le(e.id, e.debut),
            debut: e.debut,
            fin: e.fin,
            titre,
            ou: e.ou,
            ..Composant::default()
        });
    }
    Ok(v)
}

/// Times of one's own: the rule, its exceptions, what was moved.
async fn series(cx: &Contexte, structure: StructureId, quoi: Quoi, depuis: DateTime<Utc>) -> Resultat<Vec<Composant>> {
    let mut q = table::Entity::find().filter(table::Column::StructureId.eq(structure));
    q = match quoi {
        Quoi::Personne(u) => q.filter(table::Column::UtilisateurId.eq(u)),
        Quoi::Lieu(l) => q.filter(table::Column::LieuId.eq(l)),
        Quoi::Structure => q,
    };
    let mut recentes = Query::select();
    recentes.column("evenement_id").from("evenement_occurrence").and_where(Expr::col("fin").gt(depuis));
    let series = q.filter(table::Column::Id.in_subquery(recentes)).order_by_asc(table::Column::Id).all(&cx.db()).await?;
    let lieux = territoire::lieu::noms_et_adresses(cx, series.iter().filter_map(|e| e.lieu_id).collect()).await?;
    let mut occurrences: HashMap<_, Vec<_>> = HashMap::new();
    for o in table::occurrence::Entity::find()
        .filter(table::occurrence::Column::EvenementId.is_in(series.iter().map(|e| e.id)))
        .order_by_asc(table::occurrence::Column::Debut)
        .all(&cx.db())
        .await?
    {
        occurrences.entry(o.evenement_id).or_default().push(o);
    }
    let mut v = vec![];
    for e in series {
        let siennes = occurrences.remove(&e.id).unwrap_or_default();
        let titre = match quoi {
            Quoi::Lieu(_) => socle::Nomenclature::libelle(e.genre).to_owned(),
            _ => super::nom(&e),
        };
        let modele = Composant {
            uid: format!("{}@passeur", e.id),
            ecrit_le: ecrit_le(e.id.0, e.cree_le),
            journees: e.journees > 0,
            titre,
            ou: e.lieu_id.and_then(|l| lieux.get(&l.0).cloned()),
            sequence: e.version - 1,
            ..Composant::default()
        };
        let du_jour = |e: &Evenement, j| {
            let q = Quand { jour: j, heure: super::debut_au_mur(e).time() };
            regles::intervalle(q, e.duree_minutes, e.journees)
        };
        // Cancelled from its first day on: the rule has nothing left.
        if e.materialise_au.is_none() && siennes.iter().all(|o| o.etat == EtatOccurrence::Annulee) {
            continue;
        }
        let Some(regle) = &e.regle else {
            v.extend(siennes.iter().filter(|o| o.etat == EtatOccurrence::Prevue).map(|o| Composant {
                debut: o.debut,
                fin: o.fin,
                ..modele.clone()
            }));
            continue;
        };
        let Ok((debut, fin)) = du_jour(&e, e.jour) else { continue };
        let sauf =
            siennes.iter().filter(|o| o.etat == EtatOccurrence::Annulee).filter_map(|o| Some(du_jour(&e, o.origine).ok()?.0)).collect();
        v.push(Composant { debut, fin, regle: Some(recurrence::exporter(regle)), sauf, ..modele.clone() });
        for o in siennes.iter().filter(|o| o.deplacee && o.etat == EtatOccurrence::Prevue) {
            let a_la_place_de = du_jour(&e, o.origine).ok().map(|p| p.0);
            v.push(Composant { debut: o.debut, fin: o.fin, a_la_place_de, ..modele.clone() });
        }
    }
    Ok(v)
}

/// What an address of a feed holds: the secret, whatever follows.
pub(crate) fn secret_de(fichier: &str) -> &str {
    fichier.strip_suffix(".ics").unwrap_or(fichier)
}
