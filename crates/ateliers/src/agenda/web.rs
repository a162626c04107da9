//! Pages of calendars.

mod partage;
mod temps;
mod trajets;

use askama::Template;
use chrono::{Datelike, Days, NaiveDate};
use interface::{
    Choix, Page,
    composants::Onglet,
    format,
    requete::{Pages, Parametres, Reponse as Rendu, Web, rendre},
};
use socle::{
    Contexte, Permission, Resultat, equipe,
    horloge::{FUSEAU, jour},
    identifiant::{LieuId, UtilisateurId},
};

use super::{Element, GenreElement, Quoi, regles::Vue};
use crate::{
    ouverture,
    rendez_vous::{self, EtatPlage, JourPlage},
};

/// Pages of calendars, and the address of feeds.
pub fn pages() -> Pages {
    [temps::pages(), partage::pages(), trajets::pages()].into_iter().fold(Pages::new().get("/agenda", voir), Pages::fusionner)
}

#[derive(Clone, Default, serde::Deserialize)]
#[serde(default)]
struct Demande {
    vue: String,
    jour: String,
    /// `tous`, `personne:<id>`, `lieu:<id>`; oneself, if not told.
    de: String,
}

struct Ligne {
    debut: chrono::DateTime<chrono::Utc>,
    heure: String,
    titre: String,
    genre: &'static str,
    style: &'static str,
    precision: String,
    href: Option<String>,
    etat: Option<(&'static str, &'static str)>,
}

struct Jour {
    date: NaiveDate,
    /// `lundi 2`, and the month where it begins.
    nom: String,
    ferie: Option<String>,
    horaires: Option<String>,
    aujourd_hui: bool,
    ailleurs: bool,
    lignes: Vec<Ligne>,
}

#[derive(Template)]
#[template(path = "agenda/voir.html")]
struct PageAgenda {
    page: Page,
    titre: String,
    vue: &'static str,
    vues: Vec<Onglet>,
    agendas: Vec<Choix>,
    jour: String,
    avant: String,
    apres: String,
    aujourd_hui: String,
    jours: Vec<Jour>,
    vide: bool,
    /// Where to open hours on the day shown.
    un_jour: Option<String>,
    ecrire: bool,
}

/// Whose calendar an address names; oneself when it names nobody.
fn quoi(de: &str, moi: Option<UtilisateurId>) -> Quoi {
    match de.split_once(':') {
        Some(("personne", id)) => id.parse().map_or(Quoi::Structure, Quoi::Personne),
        Some(("lieu", id)) => id.parse().map_or(Quoi::Structure, Quoi::Lieu),
        _ if de == "tous" => Quoi::Structure,
        _ => moi.map_or(Quoi::Structure, Quoi::Personne),
    }
}

fn code(q: Quoi) -> String {
    match q {
        Quoi::Structure => "tous".into(),
        Quoi::Personne(u) => format!("personne:{u}"),
        Quoi::Lieu(l) => format!("lieu:{l}"),
    }
}

async fn voir(w: Web, Parametres(d): Parametres<Demande>) -> Rendu {
    let cx = w.lecture();
    let structure = cx.exiger(Permission::AccompagnementsLire)?;
    let vue = Vue::depuis(&d.vue);
    let choisi = d.jour.parse::<NaiveDate>().ok().filter(|j| (2000..2200).contains(&j.year())).unwrap_or(cx.aujourd_hui());
    let q = quoi(&d.de, w.acteur.utilisateur);
    let membres = equipe::membres(&cx, &[structure]).await?;
    let lieux = territoire::lieu::lister(&cx, false).await?;
    let (du, au) = vue.bornes(choisi);
    let elements = super::elements(&cx, q, du, au).await?;
    let de = code(q);
    let mut agendas: Vec<Choix> = vec![Choix::nouveau("tous", "Toute l’équipe", de == "tous")];
    for m in &membres {
        let moi = Some(m.id) == w.acteur.utilisateur;
        let c = format!("personne:{}", m.id);
        let choix = Choix::nouveau(c.clone(), if moi { format!("{} (vous)", m.nom) } else { m.nom.clone() }, de == c);
        agendas.insert(if moi { 0 } else { agendas.len() }, choix);
    }
    agendas.extend(lieux.iter().map(|l| Choix::nouveau(format!("lieu:{}", l.id), l.nom.clone(), de == format!("lieu:{}", l.id))));
    let adresse = |v: Vue, j: NaiveDate| format!("/agenda?vue={}&jour={j}&de={de}", v.code());
    let (avant, apres) = vue.voisins(choisi);
    let noms: std::collections::HashMap<UtilisateurId, String> = membres.into_iter().map(|m| (m.id, m.nom)).collect();
    let lieu = match q {
        Quoi::Lieu(l) => Some(l),
        _ => lieux.first().map(|l| l.id),
    };
    let ouvertures = openings(&cx, lieu, du).await?;
    let ecrire = w.acteur.peut(Permission::AccompagnementsEcrire);
    let plages = rendez_vous::jours(&cx, q, du, au).await?;
    let jours = ranger(&cx, (vue, q), choisi, (du, au), (elements, &plages), &noms, &ouvertures);
    rendre(&PageAgenda {
        page: w.page,
        titre: titre(vue, choisi, du, au),
        vue: vue.code(),
        vues: [(Vue::Liste, "Liste"), (Vue::Jour, "Jour"), (Vue::Semaine, "Semaine"), (Vue::Mois, "Mois")]
            .map(|(v, nom)| Onglet::nouveau(adresse(v, choisi), nom, v == vue))
            .into(),
        agendas,
        jour: choisi.to_string(),
        avant: adresse(vue, avant),
        apres: adresse(vue, apres),
        aujourd_hui: adresse(vue, cx.aujourd_hui()),
        vide: jours.iter().all(|j| j.lignes.is_empty()),
        un_jour: (vue == Vue::Jour && choisi >= cx.aujourd_hui() && ecrire).then(|| format!("/agenda/plages/un-jour?jour={choisi}")),
        jours,
        ecrire,
    })
}

async fn openings(cx: &Contexte, lieu: Option<LieuId>, du: NaiveDate) -> Resultat<ouverture::Ouvertures> {
    let lieux: Vec<LieuId> = lieu.into_iter().collect();
    Ok(ouverture::de_lieux(cx, &lieux, du).await?.into_values().next().unwrap_or_default())
}

fn titre(vue: Vue, choisi: NaiveDate, du: NaiveDate, au: NaiveDate) -> String {
    match vue {
        Vue::Jour => format::date_longue(choisi),
        Vue::Mois => format::mois_annee(choisi),
        _ => format!("Du {} au {}", format::date_longue(du), format::date_longue(au - Days::new(1))),
    }
}

/// The hours of what happens on a day: what begins before or ends after lasts the whole of it.
fn heures(e: &Element, j: NaiveDate) -> String {
    if e.journees {
        return "Toute la journée".into();
    }
    let heure = |t: chrono::DateTime<chrono::Utc>| format::heure(t.with_timezone(&FUSEAU).time());
    match (jour(e.debut) < j, jour(e.fin - chrono::TimeDelta::seconds(1)) > j) {
        (false, false) => format!("{} – {}", heure(e.debut), heure(e.fin)),
        (false, true) => format!("À partir de {}", heure(e.debut)),
        (true, false) => format!("Jusqu’à {}", heure(e.fin)),
        (true, true) => "Toute la journée".into(),
    }
}

fn style(g: GenreElement) -> &'static str {
    match g {
        GenreElement::Seance => "seance",
        GenreElement::RendezVous => "rdv",
        GenreElement::Absence | GenreElement::Ailleurs => "absence",
        _ => "temps",
    }
}

/// Hours when one receives: their page closes that day, or moves it.
fn ligne_plage(p: &JourPlage, q: Quoi, noms: &std::collections::HashMap<UtilisateurId, String>) -> Ligne {
    let heure = |t: chrono::DateTime<chrono::Utc>| format::heure(t.with_timezone(&FUSEAU).time());
    let qui = noms.get(&p.plage.utilisateur_id).filter(|_| !matches!(q, Quoi::Personne(_)));
    Ligne {
        debut: p.debut,
        heure: format!("{} – {}", heure(p.debut), heure(p.fin)),
        titre: "Heures de rendez-vous".into(),
        genre: "Heures de rendez-vous",
        style: "plage",
        precision: qui.cloned().unwrap_or_default(),
        href: Some(rendez_vous::web::jours::adresse(p)),
        etat: rendez_vous::web::jours::etat(p),
    }
}

fn ranger(
    cx: &Contexte,
    (vue, q): (Vue, Quoi),
    choisi: NaiveDate,
    (du, au): (NaiveDate, NaiveDate),
    (elements, plages): (Vec<Element>, &[JourPlage]),
    noms: &std::collections::HashMap<UtilisateurId, String>,
    ouvertures: &ouverture::Ouvertures,
) -> Vec<Jour> {
    let mut jours: Vec<Jour> = du
        .iter_days()
        .take_while(|j| *j < au)
        .map(|j| Jour {
            date: j,
            nom: if vue == Vue::Liste || vue == Vue::Jour || j.day() == 1 {
                format!(
                    "{} {}",
                    format::nom_jour(j),
                    format::date_sans_jour(j).rsplit_once(' ').map_or(String::new(), |(d, _)| d.to_owned())
                )
            } else {
                format!("{} {}", format::nom_jour(j), j.day())
            },
            ferie: ouvertures.ferme(j),
            horaires: match q {
                Quoi::Lieu(_) if !ouvertures.semaine.est_vide() => Some(match ouvertures.du_jour(j) {
                    [] => "Fermé".into(),
                    v => v.iter().map(|t| format!("{} – {}", format::heure(t.debut), format::heure(t.fin))).collect::<Vec<_>>().join(", "),
                }),
                _ => None,
            },
            aujourd_hui: j == cx.aujourd_hui(),
            ailleurs: vue == Vue::Mois && j.month() != choisi.month(),
            lignes: vec![],
        })
        .collect();
    for e in elements {
        let (premier, dernier) = (jour(e.debut), jour(e.fin - chrono::TimeDelta::seconds(1)));
        for j in jours.iter_mut().filter(|j| premier <= j.date && j.date <= dernier) {
            let mut precision: Vec<String> = vec![];
            precision.extend(e.personne.clone());
            precision.extend(e.ou.clone());
            precision.extend(e.equipements.iter().cloned());
            if !matches!(q, Quoi::Personne(_)) {
                precision.extend(e.utilisateurs.iter().filter_map(|u| noms.get(u).cloned()));
            }
            j.lignes.push(Ligne {
                debut: e.debut,
                heure: heures(&e, j.date),
                titre: e.titre.clone(),
                genre: e.genre.libelle(),
                style: style(e.genre),
                precision: precision.join(" · "),
                href: e.adresse.clone(),
                etat: e.force.then_some(("En même temps qu’autre chose", "attention")),
            });
        }
    }
    for p in plages {
        // Of a month, what differs from every week.
        if vue == Vue::Mois && p.etat == EtatPlage::Prevue {
            continue;
        }
        if let Some(j) = jours.iter_mut().find(|j| j.date == p.jour) {
            j.lignes.push(ligne_plage(p, q, noms));
            j.lignes.sort_by_key(|l| l.debut);
        }
    }
    if vue == Vue::Liste {
        jours.retain(|j| !j.lignes.is_empty() || j.ferie.is_some());
    }
    jours
}
