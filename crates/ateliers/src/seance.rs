//! Séances: a workshop with a place, one or several dates, who animates, how many seats.
//!
//! A séance is what one registers for; a cycle is a séance with several dates. Who animates and which room are
//! taken at each date: the database itself refuses two at once, unless it was forced knowingly.

mod api;
mod changer;
mod depot;
mod migration;
pub mod regles;
mod saisie;
pub(crate) mod table;
mod web;

pub use api::api;
pub use changer::{ModifierSeance, annuler, annuler_sous_seuil, cocher, deplacer, modifier};
pub use depot::{Complete, Filtre, lister};
pub(crate) use depot::{completer, dates, nom_lieu, noms_de_lieux};
pub(crate) use migration::Seances;
pub use regles::Quand;
pub use web::pages;

/// Kind of the job that looks whether enough people registered.
pub const GENRE_SEUIL: &str = "ateliers.seuil";

use chrono::{DateTime, Months, TimeDelta, Utc};
use sea_orm::{IntoActiveModel, QuerySelect, entity::prelude::*};
use serde::{Deserialize, Serialize};
use socle::{
    Contexte, Erreur, Nomenclature, Permission, Resultat,
    controle::Controle,
    creation::{self, Reclamation},
    equipe,
    identifiant::{DateSeanceId, LieuId, PartenaireId, SeanceId, UtilisateurId},
    journal::Action,
    texte::nettoyer,
};

use crate::{
    agenda::{
        occupation::{self, Pour, Prises},
        regles::Ou,
    },
    equipement::{self, DemandeEquipement},
    fiche::{self, Reference},
};
use table::Thematiques;
pub use table::{Model as Seance, date::Model as DateSeance, materiel::Model as Materiel};

macro_rules! nomenclature {
    ($(#[$doc:meta])* $nom:ident { $($variante:ident => $libelle:literal),+ $(,)? }) => {
        #[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum, Serialize, Deserialize, utoipa::ToSchema)]
        #[sea_orm(rs_type = "String", db_type = "String(StringLen::N(48))", rename_all = "snake_case")]
        #[serde(rename_all = "snake_case")]
        $(#[$doc])*
        pub enum $nom { $($variante),+ }
        impl Nomenclature for $nom {
            fn libelle(self) -> &'static str {
                match self { $(Self::$variante => $libelle),+ }
            }
        }
    };
}
pub(crate) use nomenclature;

nomenclature! {
    /// Where a séance takes place.
    GenreLieu {
        Lieu => "Dans un de nos lieux",
        Partenaire => "Chez un partenaire",
        Public => "Dans un lieu public",
        Exterieur => "Dehors",
    }
}
nomenclature! {
    /// Whether a séance will take place.
    EtatSeance { Programmee => "Programmée", Annulee => "Annulée" }
}
nomenclature! {
    /// Where one date stands.
    EtatDate { Prevue => "À venir", Close => "Close", Annulee => "Annulée" }
}

/// Most dates of one cycle.
pub const DATES_MAX: usize = 40;

/// Programmes a séance from a sheet.
#[derive(Clone, Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ProgrammerSeance {
    /// Made by the client; the same creation twice is one record.
    pub id: Option<SeanceId>,
    /// Id of a sheet, or code of a shipped one.
    pub fiche: String,
    /// The sheet's, if not told.
    pub titre: Option<String>,
    /// One, or several for a cycle; on the wall, in France.
    #[schema(min_items = 1, max_items = 40)]
    pub dates: Vec<Quand>,
    /// The sheet's, if not told.
    #[schema(minimum = 15, maximum = 480)]
    pub duree_minutes: Option<u32>,
    /// Oneself, if not told; a member of the team.
    pub animateur: Option<UtilisateurId>,
    pub co_animateur: Option<UtilisateurId>,
    /// A partner who animates too.
    pub co_partenaire: Option<PartenaireId>,
    pub lieu_genre: GenreLieu,
    pub lieu: Option<LieuId>,
    pub partenaire: Option<PartenaireId>,
    /// The place in words: needed outside of the structure's lieux.
    pub lieu_texte: Option<String>,
    /// INSEE code.
    pub commune: Option<String>,
    /// The sheet's, if not told.
    pub places: Option<u32>,
    /// Of which, kept for people sent by a partner or a mediator.
    #[serde(default)]
    pub places_reservees: u32,
    /// Under so many bookings, it is cancelled by itself; 0: never.
    #[serde(default)]
    pub seuil: u32,
    /// So many hours before; 48 if not told.
    pub seuil_heures: Option<u32>,
    pub ouverture_le: Option<DateTime<Utc>>,
    pub fermeture_le: Option<DateTime<Utc>>,
    /// On the public programme.
    #[serde(default)]
    pub publiee: bool,
    pub adaptations: Option<String>,
    /// What it takes of the structure's equipment, at each date.
    #[serde(default)]
    #[schema(max_items = 30)]
    pub equipements: Vec<DemandeEquipement>,
    /// Although who animates, the room or the equipment is already taken.
    #[serde(default)]
    pub forcer: bool,
}

/// The dates as instants, in order; what is wrong is said on `dates`.
fn instants(c: &mut Controle, dates: &[Quand], duree: i64) -> Vec<(Quand, DateTime<Utc>)> {
    let mut v = vec![];
    for q in dates {
        match q.instant() {
            Ok(t) => v.push((*q, t)),
            Err(m) => c.faute("dates", m),
        }
    }
    v.sort_by_key(|(_, t)| *t);
    let debuts: Vec<_> = v.iter().map(|(_, t)| *t).collect();
    if regles::se_chevauchent(&debuts, TimeDelta::minutes(duree)) {
        c.faute("dates", "Deux dates de ce cycle se chevauchent.");
    }
    v
}

/// Programmes a séance; the bool is false when a repeated request found it made.
pub async fn programmer(cx: &Contexte, d: ProgrammerSeance) -> Resultat<(Complete, bool)> {
    let structure = cx.exiger(Permission::AccompagnementsEcrire)?;
    let id = match creation::reclamer(cx, "seance", d.id.map(|i| i.0), &d).await? {
        Reclamation::Repetee(id) => return Ok((lire(cx, SeanceId(id)).await?, false)),
        Reclamation::Nouvelle(id) => SeanceId(id),
    };
    let f = match fiche::lire(cx, &Reference::from(d.fiche.as_str())).await {
        Err(Erreur::Introuvable(_)) => Err(Erreur::champ("fiche", "Choisissez une fiche du catalogue.")),
        autre => autre,
    }?;
    let auteur = cx.auteur()?;
    let mut c = Controle::new();
    let duree = i64::from(d.duree_minutes.unwrap_or(f.contenu.duree_minutes));
    c.exiger((15..=480).contains(&duree), "duree_minutes", "La durée va de 15 minutes à 8 heures.");
    c.exiger(!d.dates.is_empty(), "dates", "Donnez au moins une date.");
    c.exiger(d.dates.len() <= DATES_MAX, "dates", "Quarante dates au plus : faites un autre cycle pour la suite.");
    let instants = instants(&mut c, &d.dates, duree);
    let (plus_tot, plus_tard) = (cx.maintenant - TimeDelta::days(365), cx.aujourd_hui().checked_add_months(Months::new(24)));
    for (q, t) in &instants {
        c.exiger(*t >= plus_tot, "dates", "Une séance se programme dans l’année passée, au plus tôt.");
        c.exiger(plus_tard.is_none_or(|j| q.jour <= j), "dates", "Une séance se programme deux ans à l’avance, au plus.");
    }
    let nombre = |n: u32| i32::try_from(n).unwrap_or(i32::MAX);
    let mut s = Seance {
        id,
        structure_id: structure,
        fiche: Some(f.reference.to_string()),
        fiche_version: f.version,
        titre: nettoyer(d.titre).unwrap_or(f.contenu.titre),
        resume: f.contenu.resume,
        thematiques: Thematiques(f.contenu.thematiques),
        niveau: f.contenu.niveau,
        animateur_id: d.animateur.unwrap_or(auteur),
        co_animateur_id: d.co_animateur,
        co_partenaire_id: d.co_partenaire,
        lieu_genre: d.lieu_genre,
        lieu_id: d.lieu,
        partenaire_id: d.partenaire,
        lieu_texte: nettoyer(d.lieu_texte),
        commune: nettoyer(d.commune),
        places: nombre(d.places.unwrap_or(f.contenu.places)),
        places_reservees: nombre(d.places_reservees),
        seuil: nombre(d.seuil),
        seuil_heures: nombre(d.seuil_heures.unwrap_or(48)),
        ouverture_le: d.ouverture_le,
        fermeture_le: d.fermeture_le,
        publiee: d.publiee,
        adaptations: nettoyer(d.adaptations),
        etat: EtatSeance::Programmee,
        motif_annulation: None,
        debut: instants.first().map_or(cx.maintenant, |(_, t)| *t),
        fin: instants.last().map_or(cx.maintenant, |(_, t)| *t) + TimeDelta::minutes(duree),
        version: 1,
        cree_par: auteur,
        cree_le: cx.maintenant,
    };
    controler(cx, &mut s, &mut c).await?;
    let reserves = equipement::demander(cx, structure, &d.equipements, &mut c).await?;
    c.finir()?;
    let ressources = ressources(&s);
    let plages: Vec<_> = instants.iter().map(|(_, t)| (*t, *t + TimeDelta::minutes(duree))).collect();
    if !d.forcer {
        reunir([
            occupation::refuser(cx, structure, &ressources, &plages, &[], "dates").await,
            equipement::refuser(cx, s.lieu_id, &reserves, &plages, None, "equipements").await,
        ])?;
    }
    table::Entity::insert(s.clone().into_active_model().reset_all()).exec_without_returning(&cx.db()).await?;
    for (i, ((q, _), (debut, fin))) in instants.iter().zip(&plages).enumerate() {
        let ligne = DateSeance {
            id: DateSeanceId(cx.nouvel_uuid()),
            seance_id: id,
            structure_id: structure,
            rang: i as i32 + 1,
            jour: q.jour,
            heure: q.heure.format("%H:%M").to_string(),
            fuseau: socle::horloge::FUSEAU.name().to_owned(),
            debut: *debut,
            fin: *fin,
            etat: EtatDate::Prevue,
            anonymes: 0,
            accompagnement_id: None,
            close_le: None,
        };
        table::date::Entity::insert(ligne.clone().into_active_model().reset_all()).exec_without_returning(&cx.db()).await?;
        occupation::occuper(cx, Pour::Date(ligne.id), &ressources, (*debut, *fin), d.forcer, "dates").await?;
    }
    for (i, libelle) in f.contenu.materiel.iter().enumerate() {
        let ligne = Materiel { seance_id: id, rang: i as i32 + 1, libelle: libelle.clone(), pret: false };
        table::materiel::Entity::insert(ligne.into_active_model().reset_all()).exec_without_returning(&cx.db()).await?;
    }
    equipement::ecrire_reserves(cx, id, &reserves).await?;
    planifier_seuil(cx, &s).await?;
    cx.journaliser(Action::Creation, "seance", id.0, structure, &[]).await?;
    Ok((lire(cx, id).await?, true))
}

/// All that is refused, at once: what is then forced is forced knowingly.
fn reunir(refus: impl IntoIterator<Item = Resultat<()>>) -> Resultat<()> {
    let mut fautes = vec![];
    for r in refus {
        match r {
            Err(Erreur::Invalide(e)) => fautes.extend(e),
            autre => autre?,
        }
    }
    if fautes.is_empty() { Ok(()) } else { Err(Erreur::Invalide(fautes)) }
}

async fn planifier_seuil(cx: &Contexte, s: &Seance) -> Resultat<()> {
    let quand = s.debut - TimeDelta::hours(i64::from(s.seuil_heures));
    if s.seuil > 0 && quand > cx.maintenant {
        let cle = format!("seuil:{}:{}", s.id, s.version);
        cx.confier(GENRE_SEUIL, serde_json::json!({"seance": s.id}), Some(cle), Some(quand)).await?;
    }
    Ok(())
}

/// Checks what is pure, then that people, lieu and partners are the structure's own.
async fn controler(cx: &Contexte, s: &mut Seance, c: &mut Controle) -> Resultat<()> {
    c.texte("titre", Some(&s.titre), 150);
    c.texte("lieu_texte", s.lieu_texte.as_deref(), 300);
    c.texte("adaptations", s.adaptations.as_deref(), 1000);
    c.exiger((1..=500).contains(&s.places), "places", "Le nombre de places va de 1 à 500.");
    c.exiger(s.places_reservees <= s.places, "places_reservees", "Il n’y a pas autant de places.");
    c.exiger(s.seuil <= s.places, "seuil", "Le nombre minimal de personnes dépasse le nombre de places.");
    c.exiger((1..=720).contains(&s.seuil_heures), "seuil_heures", "Le délai va d’une heure à 30 jours.");
    if let (Some(o), Some(f)) = (s.ouverture_le, s.fermeture_le) {
        c.exiger(o < f, "fermeture_le", "Les inscriptions ferment après leur ouverture.");
    }
    c.exiger(s.ouverture_le.is_none_or(|o| o < s.debut), "ouverture_le", "Les inscriptions ouvrent avant la séance.");
    if let Some(code) = s.commune.as_deref() {
        c.exiger(
            territoire::commune::CodeCommune::try_from(code).is_ok(),
            "commune",
            "Cette commune n’existe pas : choisissez-la dans la liste.",
        );
    }
    let membres = equipe::membres(cx, &[s.structure_id]).await?;
    let membre = |u: UtilisateurId| membres.iter().any(|m| m.id == u);
    c.exiger(membre(s.animateur_id), "animateur", "Choisissez quelqu’un de votre équipe.");
    c.exiger(s.co_animateur_id.is_none_or(membre), "co_animateur", "Choisissez quelqu’un de votre équipe.");
    c.exiger(s.co_animateur_id != Some(s.animateur_id), "co_animateur", "C’est la même personne que l’animateur ou l’animatrice.");
    match s.lieu_genre {
        GenreLieu::Lieu => {
            c.exiger(s.lieu_id.is_some(), "lieu", "Choisissez le lieu.");
            (s.partenaire_id, s.lieu_texte) = (None, None);
        }
        GenreLieu::Partenaire => {
            c.exiger(s.partenaire_id.is_some(), "partenaire", "Choisissez le partenaire qui reçoit.");
            s.lieu_id = None;
        }
        GenreLieu::Public | GenreLieu::Exterieur => {
            c.exiger(s.lieu_texte.is_some(), "lieu_texte", "Dites où : le nom et l’adresse du lieu.");
            (s.lieu_id, s.partenaire_id) = (None, None);
        }
    }
    if let Some(l) = territoire::lieu::controler(cx, s.structure_id, s.lieu_id, c).await? {
        s.commune = s.commune.take().or(l.commune);
    }
    for (champ, p) in [("partenaire", s.partenaire_id), ("co_partenaire", s.co_partenaire_id)] {
        if let Some(p) = p {
            match territoire::partenaire::lire(cx, p).await {
                Ok(p) if p.structure_id == s.structure_id => {}
                Ok(_) | Err(Erreur::Introuvable(_)) => c.faute(champ, "Ce partenaire n’est pas dans votre annuaire."),
                Err(e) => return Err(e),
            }
        }
    }
    Ok(())
}

/// What a séance takes: who animates it, and the room.
fn ressources(s: &Seance) -> Prises {
    Prises {
        personnes: [Some(s.animateur_id), s.co_animateur_id].into_iter().flatten().collect(),
        salle: s.lieu_id,
        ou: Ou { lieu: s.lieu_id, commune: s.commune.clone() },
    }
}

/// The line of a séance of the actor's structure.
pub(crate) async fn ligne(cx: &Contexte, id: SeanceId, p: Permission) -> Resultat<Seance> {
    let introuvable = Erreur::Introuvable("Cette séance");
    let Some(s) = table::Entity::find_by_id(id).one(&cx.db()).await? else {
        return Err(if cx.acteur.peut(p) { introuvable } else { Erreur::Interdit(p) });
    };
    match cx.exiger_dans(p, s.structure_id) {
        Ok(()) => Ok(s),
        Err(Erreur::Introuvable(_)) => Err(introuvable),
        Err(e) => Err(e),
    }
}

/// The same, locked until the end of the transaction: bookings and changes of one séance come one after the other.
pub(crate) async fn verrouiller(cx: &Contexte, id: SeanceId) -> Resultat<Seance> {
    table::Entity::find_by_id(id).lock_exclusive().one(&cx.db()).await?.ok_or(Erreur::Introuvable("Cette séance"))
}

/// One séance with its dates and equipment.
pub async fn lire(cx: &Contexte, id: SeanceId) -> Resultat<Complete> {
    let s = ligne(cx, id, Permission::AccompagnementsLire).await?;
    Ok(completer(cx, vec![s]).await?.remove(0))
}

/// A séance, whoever's: for the programme and the bookings, which say themselves what may be shown.
pub(crate) async fn par_id(cx: &Contexte, id: SeanceId) -> Resultat<Option<Seance>> {
    Ok(table::Entity::find_by_id(id).one(&cx.db()).await?)
}
