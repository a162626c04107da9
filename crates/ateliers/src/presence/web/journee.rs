use askama::Template;
use chrono::NaiveDate;
use interface::{
    Page,
    requete::{Formulaire, Parametres, Reponse as Rendu, Web, rendre, vers},
};
use socle::{Erreur, Permission, identifiant::SeanceId};

use crate::{
    contact,
    equipement::EtatEquipement,
    presence::{self, Preparation},
    seance,
};

#[derive(Default, serde::Deserialize)]
#[serde(default)]
pub(super) struct Demande {
    jour: String,
    toute: String,
}

impl Demande {
    fn jour(&self, aujourd_hui: NaiveDate) -> NaiveDate {
        self.jour.parse().unwrap_or(aujourd_hui)
    }
}

struct LigneMateriel {
    rang: i32,
    libelle: String,
    pret: bool,
}

struct Attendu {
    nom: String,
    /// Where the contact is corrected, and the number to call, when a message was refused.
    refuse: Option<(String, Option<String>)>,
    besoins: Option<String>,
    orientee: bool,
}

struct Prevue {
    ancre: String,
    id: SeanceId,
    seance: String,
    feuille: String,
    titre: String,
    heures: String,
    ou: String,
    qui: String,
    places: String,
    adaptations: Option<String>,
    materiel: Vec<LigneMateriel>,
    /// Name, how many, where it is, whether it is out of order.
    equipements: Vec<(String, i32, String, bool)>,
    manques: Vec<String>,
    /// Left to get ready.
    manque: usize,
    gens: Vec<Attendu>,
    /// « 15 min », what is done.
    deroule: Vec<(String, String)>,
    supports: Vec<String>,
    close: bool,
}

impl From<Preparation> for Prevue {
    fn from(p: Preparation) -> Self {
        let heure = |t| interface::format::heure(t);
        let (d, s) = (p.date.debut.with_timezone(&socle::horloge::FUSEAU), p.date.fin.with_timezone(&socle::horloge::FUSEAU));
        Self {
            ancre: format!("s-{}", p.date.id),
            id: p.seance.id,
            seance: format!("/ateliers/seances/{}", p.seance.id),
            feuille: format!("/ateliers/dates/{}", p.date.id),
            heures: format!("{} – {}", heure(d.time()), heure(s.time())),
            ou: p.ou,
            qui: p.qui,
            places: format!(
                "{} pour {}",
                interface::format::compte(p.gens.len() as i64, "personne inscrite", "personnes inscrites"),
                interface::format::compte(p.seance.places, "place", "places")
            ),
            titre: p.seance.titre,
            adaptations: p.seance.adaptations,
            manque: p.materiel.iter().filter(|m| !m.pret).count(),
            materiel: p.materiel.into_iter().map(|m| LigneMateriel { rang: m.rang, libelle: m.libelle, pret: m.pret }).collect(),
            equipements: p
                .equipements
                .into_iter()
                .map(|(r, ou)| {
                    let panne = r.equipement.etat == EtatEquipement::EnPanne;
                    let ou = [ou, r.equipement.precision].into_iter().flatten().collect::<Vec<_>>().join(" · ");
                    (r.equipement.nom, r.quantite, ou, panne)
                })
                .collect(),
            manques: p.manques,
            gens: p
                .gens
                .into_iter()
                .map(|r| Attendu {
                    refuse: r.refus_le.map(|_| (format!("/ateliers/reservations/{}/contact", r.id), r.telephone)),
                    nom: r.nom,
                    besoins: r.besoins,
                    orientee: r.orientee,
                })
                .collect(),
            deroule: p
                .fiche
                .iter()
                .flat_map(|f| &f.deroule)
                .map(|e| (interface::format::duree(i64::from(e.minutes)), e.titre.clone()))
                .collect(),
            supports: p.fiche.iter().flat_map(|f| &f.supports).map(|s| s.titre.clone()).collect(),
            close: p.date.etat == crate::seance::EtatDate::Close,
        }
    }
}

struct LigneAAppeler {
    a: contact::AAppeler,
    quand: String,
}

#[derive(Template)]
#[template(path = "presence/journee.html")]
struct PageJournee {
    page: Page,
    jour: NaiveDate,
    veille: String,
    lendemain: String,
    autre: String,
    toute: bool,
    seances: Vec<Prevue>,
    /// Those who cannot be written to any more.
    a_appeler: Vec<LigneAAppeler>,
    ecrire: bool,
}

pub(super) async fn voir(w: Web, Parametres(d): Parametres<Demande>) -> Rendu {
    let cx = w.lecture();
    let jour = d.jour(cx.aujourd_hui());
    let toute = d.toute == "oui";
    let seances = presence::journee(&cx, jour, toute).await?;
    let a_appeler = contact::a_appeler(&cx).await?;
    let adresse = |jour: NaiveDate, toute: bool| format!("/ateliers/journee?jour={jour}{}", if toute { "&toute=oui" } else { "" });
    rendre(&PageJournee {
        ecrire: cx.acteur.peut(Permission::AccompagnementsEcrire),
        page: w.page,
        veille: adresse(jour.pred_opt().unwrap_or(jour), toute),
        lendemain: adresse(jour.succ_opt().unwrap_or(jour), toute),
        autre: adresse(jour, !toute),
        toute,
        seances: seances.into_iter().map(Into::into).collect(),
        a_appeler: a_appeler.into_iter().map(|a| LigneAAppeler { quand: interface::format::instant_long(a.quand), a }).collect(),
        jour,
    })
}

#[derive(Default, serde::Deserialize)]
#[serde(default)]
pub(super) struct Coche {
    seance: String,
    rang: String,
    pret: String,
    ancre: String,
}

/// Ticks a line of equipment, and comes back to it.
pub(super) async fn cocher(w: Web, Parametres(d): Parametres<Demande>, Formulaire(c): Formulaire<Coche>) -> Rendu {
    let cx = w.ecriture().await?;
    cx.exiger(Permission::AccompagnementsEcrire)?;
    let (Ok(seance), Ok(rang)) = (c.seance.parse::<SeanceId>(), c.rang.parse()) else {
        return Err(Erreur::champ("rang", "Choisissez un matériel de la liste.").into());
    };
    let jour = d.jour(cx.aujourd_hui());
    seance::cocher(&cx, seance, rang, c.pret == "oui").await?;
    cx.valider().await?;
    let ancre: String = c.ancre.chars().filter(|x| x.is_ascii_alphanumeric() || *x == '-').take(60).collect();
    Ok(vers(&format!("/ateliers/journee?jour={jour}{}#{ancre}", if d.toute == "oui" { "&toute=oui" } else { "" })))
}
