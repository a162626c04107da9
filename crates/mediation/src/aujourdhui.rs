//! « Aujourd’hui », the home page: who waits, what must be followed up, what was done today.

use std::collections::HashMap;

use askama::Template;
use chrono::{Days, NaiveDate};
use interface::{
    Page,
    requete::{Pages, Parametres, Reponse, Web, rendre, vers},
};
use socle::{
    Contexte, Permission, Resultat,
    identifiant::{AccueilId, EtapeId, LieuId, OrientationId, PersonneId},
};
use territoire::lieu;

use crate::{
    accompagnement::{self, DuJour, Filtre},
    accueil, ateliers, conservation, orientation,
    parcours::{self, EtapeDue},
    personne,
};

/// How far back a step that was not done is still shown, and an orientation without an answer is old.
const RETARD: Days = Days::new(90);
const A_VENIR: Days = Days::new(7);
const SANS_REPONSE: Days = Days::new(14);
/// Minutes after which somebody who waits is shown as waiting for long.
const LONGUE_ATTENTE: i64 = 30;

/// What is shown of each group of what is to follow up, and of the accompaniments of the day: the rest is a link away.
const MONTRES: usize = 5;
const ACTIVITES: usize = 10;
/// The accompaniments of the day are counted up to here: more than a structure makes in one.
const COMPTES: u64 = 200;
/// What is shown when all is asked for.
const TOUT: u64 = 100;

/// Files soon erased are counted up to here: each is looked at in six tables.
const A_EFFACER_MAX: u64 = 11;

/// The home page.
pub fn pages() -> Pages {
    Pages::new().get("/", voir).gardee()
}

struct Attente {
    id: AccueilId,
    personne: Option<PersonneId>,
    nom: String,
    heure: String,
    depuis: String,
    longue: bool,
    motif: Option<String>,
    lieu: Option<String>,
}

struct Etape {
    id: EtapeId,
    href: String,
    libelle: String,
    nom: String,
    /// « hier », « dans 3 jours », « à 14:00 ».
    quand: String,
}

/// Steps of one urgency; an empty group is left out.
struct Groupe {
    titre: &'static str,
    retard: bool,
    etapes: Vec<Etape>,
    /// There are more.
    autres: bool,
}

struct Relance {
    id: OrientationId,
    nom: String,
    partenaire: String,
    quand: String,
}

struct Seance {
    href: String,
    titre: String,
    /// « 14 h, Médiathèque ».
    quand: String,
    inscrits: String,
    close: bool,
}

#[derive(Template)]
#[template(path = "aujourdhui/page.html")]
struct PageAujourdhui {
    page: Page,
    jour: NaiveDate,
    ecrire: bool,
    attente: Vec<Attente>,
    /// « 3 personnes », who wait.
    nombre: String,
    /// « 2 personnes », expected, who cannot be written to any more.
    a_appeler: Option<String>,
    /// Workshops of the day.
    seances: Vec<Seance>,
    etapes: Vec<Groupe>,
    relances: Vec<Relance>,
    /// There are more orientations without an answer.
    autres_relances: bool,
    /// « 3 dossiers », soon erased.
    a_effacer: Option<String>,
    activites: Vec<DuJour>,
    /// « 3 accompagnements, 1 h 30 », of the whole day.
    total: String,
    /// Some of the day's are not shown.
    autres_activites: bool,
    /// One's own, of the day.
    rendez_vous: Vec<crate::rendez_vous::DuJour>,
}

#[derive(Default, serde::Deserialize)]
#[serde(default)]
struct Demande {
    /// `tout`: all that is to follow up.
    suivi: String,
}

async fn voir(w: Web, Parametres(d): Parametres<Demande>) -> Reponse {
    let a = &w.acteur;
    if a.structure.is_none() || !a.peut(Permission::PersonnesLire) {
        if a.structure.is_some() && a.peut(Permission::BilanLire) {
            return Ok(vers("/bilan"));
        }
        if a.administrateur {
            return Ok(vers("/administration"));
        }
        // Trainers, jurors, candidates: their first page.
        if let Some(e) = w.page.navigation.first() {
            return Ok(vers(&e.href));
        }
    }
    let cx = w.lecture();
    cx.exiger(Permission::PersonnesLire)?;
    rendre(&gabarit(&cx, w.page, d.suivi == "tout").await?)
}

/// A bounded number of reads and of lines, whatever the number of people.
async fn gabarit(cx: &Contexte, page: Page, tout: bool) -> Resultat<PageAujourdhui> {
    let jour = cx.aujourd_hui();
    let il_y_a = |d: Days| jour.checked_sub_days(d).unwrap_or(jour);
    let dans = |d: Days| jour.checked_add_days(d).unwrap_or(jour);
    let montres = if tout { TOUT as usize } else { MONTRES };
    let (hier, demain) = (il_y_a(Days::new(1)), dans(Days::new(1)));
    let accueils = accueil::en_attente(cx).await?;
    // One more than shown tells that there are others.
    let periodes = [(il_y_a(RETARD), hier), (jour, jour), (demain, dans(A_VENIR))];
    let dues = parcours::etapes_dues(cx, &periodes, montres as u64 + 1).await?;
    let sans_reponse = orientation::sans_reponse(cx, il_y_a(SANS_REPONSE), montres as u64 + 1).await?;
    let lire = cx.acteur.peut(Permission::AccompagnementsLire);
    let (mut seances, mut rendez_vous, mut activites, mut a_appeler) = (vec![], vec![], vec![], 0);
    if lire {
        seances = ateliers::du_jour(cx, jour).await?;
        a_appeler = ateliers::a_appeler(cx).await?;
        rendez_vous = crate::rendez_vous::du_jour(cx, jour).await?;
        let f = Filtre { du: Some(jour), au: Some(jour), ..Filtre::default() };
        activites = accompagnement::liste(cx, &f, None, ACTIVITES as u64 + 1).await?;
    }
    let autres_activites = activites.len() > ACTIVITES;
    let (nombre, minutes) = if autres_activites {
        accompagnement::total_du_jour(cx, jour, COMPTES).await?
    } else {
        (activites.len() as i64, activites.iter().map(|a| i64::from(a.duree_minutes)).sum())
    };
    activites.truncate(ACTIVITES);
    let total =
        format!("{}, {}", interface::format::compte(nombre, "accompagnement", "accompagnements"), interface::format::duree(minutes));

    let ids: Vec<PersonneId> = accueils.iter().filter_map(|a| a.personne_id).collect();
    let noms: HashMap<PersonneId, String> = personne::noms(cx, &ids).await?;
    let nom = |id: PersonneId| noms.get(&id).cloned().unwrap_or_else(|| "Personne sans nom".into());
    // Where somebody waits matters only when there are several places.
    let lieux: HashMap<LieuId, String> = if accueils.iter().any(|a| a.lieu_id.is_some()) {
        lieu::lister(cx, true).await?.into_iter().map(|l| (l.id, l.nom)).collect()
    } else {
        HashMap::new()
    };

    let attendent = interface::format::compte(accueils.len() as i64, "personne", "personnes");
    let attente = accueils
        .into_iter()
        .map(|a| Attente {
            id: a.id,
            personne: a.personne_id.filter(|p| noms.contains_key(p)),
            nom: a.personne_id.map_or_else(|| "Personne sans nom".into(), nom),
            heure: accueil::heure(a.arrive_le),
            depuis: accueil::depuis(a.arrive_le, cx.maintenant),
            longue: (cx.maintenant - a.arrive_le).num_minutes() >= LONGUE_ATTENTE,
            motif: a.motif,
            lieu: a.lieu_id.filter(|_| lieux.len() > 1).and_then(|l| lieux.get(&l).cloned()),
        })
        .collect();

    let etapes = ranger(dues, jour, montres);
    let autres_relances = sans_reponse.len() > montres;
    let relances = sans_reponse
        .into_iter()
        .take(montres)
        .map(|o| Relance { id: o.id, nom: o.nom, partenaire: o.partenaire, quand: interface::format::jour_relatif(o.date, jour) })
        .collect();
    let ecrire = cx.acteur.peut(Permission::PersonnesEcrire);
    let a_effacer = match conservation::nombre(cx, A_EFFACER_MAX).await? {
        0 => None,
        A_EFFACER_MAX => Some(format!("Plus de {} dossiers", A_EFFACER_MAX - 1)),
        n => Some(interface::format::compte(n.cast_signed(), "dossier", "dossiers")),
    };
    let seances = seances.into_iter().map(seance).collect();
    Ok(PageAujourdhui {
        page,
        jour,
        ecrire,
        attente,
        nombre: attendent,
        a_appeler: (a_appeler > 0).then(|| interface::format::compte(a_appeler, "personne", "personnes")),
        seances,
        etapes,
        relances,
        autres_relances,
        a_effacer,
        activites,
        total,
        autres_activites,
        rendez_vous,
    })
}

fn seance(s: ateliers::SeanceDuJour) -> Seance {
    let heure = accueil::heure(s.debut);
    Seance {
        href: s.href,
        titre: s.titre,
        quand: s.lieu.map_or_else(|| heure.clone(), |l| format!("{heure}, {l}")),
        inscrits: format!(
            "{} pour {}",
            interface::format::compte(s.inscrits, "personne inscrite", "personnes inscrites"),
            interface::format::compte(s.places, "place", "places")
        ),
        close: s.close,
    }
}

/// The steps that are due, by group: late, today, soon; `montres` at most of each.
fn ranger(dues: Vec<EtapeDue>, jour: NaiveDate, montres: usize) -> Vec<Groupe> {
    let groupe = |titre, retard| Groupe { titre, retard, etapes: vec![], autres: false };
    let mut groupes = [groupe("En retard", true), groupe("Pour aujourd’hui", false), groupe("Dans les sept jours", false)];
    for e in dues {
        let rang = match e.prevue_le.cmp(&jour) {
            std::cmp::Ordering::Less => 0,
            std::cmp::Ordering::Equal => 1,
            std::cmp::Ordering::Greater => 2,
        };
        let g = &mut groupes[rang];
        if g.etapes.len() == montres {
            g.autres = true;
            continue;
        }
        let relatif = interface::format::jour_relatif(e.prevue_le, jour);
        let quand = e.heure.map_or_else(|| relatif.clone(), |h| format!("{relatif} à {h}"));
        g.etapes.push(Etape { id: e.id, href: format!("/personnes/{}/parcours", e.personne), libelle: e.libelle, nom: e.nom, quand });
    }
    groupes.into_iter().filter(|g| !g.etapes.is_empty()).collect()
}

#[cfg(test)]
mod rendu {
    use super::*;

    fn etape(n: u128, jour: &str, heure: Option<&str>) -> EtapeDue {
        EtapeDue {
            id: EtapeId(uuid::Uuid::from_u128(n)),
            personne: PersonneId(uuid::Uuid::from_u128(n)),
            nom: "Personne d’essai".into(),
            libelle: format!("Étape {n}"),
            prevue_le: jour.parse().unwrap(),
            heure: heure.map(str::to_owned),
        }
    }

    #[test]
    fn les_etapes_se_rangent_par_urgence() {
        let dues = vec![etape(1, "2026-03-09", None), etape(2, "2026-03-10", Some("14 h")), etape(3, "2026-03-10", None)];
        let groupes = ranger(dues.clone(), "2026-03-10".parse().unwrap(), 5);
        let dits: Vec<_> = groupes.iter().map(|g| (g.titre, g.etapes.len(), g.autres)).collect();
        assert_eq!(dits, [("En retard", 1, false), ("Pour aujourd’hui", 2, false)]);
        assert_eq!(groupes[0].etapes[0].quand, "hier");
        assert_eq!(groupes[1].etapes[0].quand, "aujourd’hui à 14 h");
        let groupes = ranger(dues, "2026-03-10".parse().unwrap(), 1);
        assert_eq!(groupes.iter().map(|g| (g.etapes.len(), g.autres)).collect::<Vec<_>>(), [(1, false), (1, true)]);
    }

    #[test]
    fn la_page_montre_tout_ce_qui_est_a_suivre() {
        let jour: NaiveDate = "2026-03-10".parse().unwrap();
        let p = PageAujourdhui {
            page: Page { message: None, ..Page::exemple() },
            jour,
            ecrire: true,
            attente: vec![Attente {
                id: AccueilId(uuid::Uuid::nil()),
                personne: Some(PersonneId(uuid::Uuid::nil())),
                nom: "Essai UN".into(),
                heure: "9 h 12".into(),
                depuis: "depuis 48 min".into(),
                longue: true,
                motif: Some("Déclaration d’impôts en ligne".into()),
                lieu: Some("Lieu d’essai".into()),
            }],
            nombre: "1 personne".into(),
            a_appeler: Some("2 personnes".into()),
            seances: vec![Seance {
                href: "/ateliers/dates/x".into(),
                titre: "Atelier d’essai".into(),
                quand: "14 h, Médiathèque".into(),
                inscrits: "3 personnes inscrites pour 8 places".into(),
                close: false,
            }],
            etapes: ranger(vec![etape(1, "2026-03-09", None), etape(2, "2026-03-12", Some("14 h"))], jour, 5),
            relances: vec![Relance {
                id: OrientationId(uuid::Uuid::nil()),
                nom: "Essai TROIS".into(),
                partenaire: "Partenaire d’essai".into(),
                quand: "il y a 3 semaines".into(),
            }],
            autres_relances: true,
            a_effacer: Some("3 dossiers".into()),
            activites: vec![DuJour {
                id: uuid::Uuid::nil().into(),
                date: jour,
                titre: "Individuel · Courriel, Bureautique".into(),
                presents: "1 personne anonyme".into(),
                duree_minutes: 30,
                mediateur: "Camille Exemple".into(),
            }],
            total: "1 accompagnement, 30 min".into(),
            autres_activites: true,
            rendez_vous: vec![crate::rendez_vous::DuJour::exemple("Essai QUATRE")],
        };
        let html = p.render().unwrap();
        for dit in [
            "Essai UN",
            "Atelier d’essai",
            "Essai QUATRE",
            "depuis 48 min",
            "Lieu d’essai",
            "En retard",
            "Dans les sept jours",
            "Partenaire d’essai",
            "3 dossiers",
            "2 personnes à appeler",
            "Tout voir",
            "30 min",
        ] {
            assert!(html.contains(dit), "{dit}");
        }
        assert!(!html.contains("Rien à relancer"));
        assert_eq!(html.matches("bouton principal").count(), 1);
    }
}
