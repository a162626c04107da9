//! The form that programmes a séance <-> its request.

use chrono::{DateTime, NaiveTime, Utc};
use serde::Deserialize;
use socle::{Resultat, controle::Controle};

use crate::equipement::DemandeEquipement;

use super::{
    GenreLieu, ProgrammerSeance,
    regles::{Quand, cycle, lire_heure},
};

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Saisie {
    pub id: String,
    pub fiche: String,
    pub titre: String,
    pub dates: String,
    pub heure: String,
    pub duree_minutes: String,
    pub fois: String,
    pub pas: String,
    pub animateur: String,
    pub co_animateur: String,
    pub co_partenaire: String,
    /// `lieu:<id>`, `partenaire:<id>`, `public` or `exterieur`.
    pub lieu: String,
    pub lieu_texte: String,
    pub commune: String,
    pub places: String,
    pub places_reservees: String,
    pub seuil: String,
    pub ouverture_le: String,
    pub fermeture_le: String,
    pub publiee: String,
    pub adaptations: String,
    /// Ids, and how many of each, in the same order.
    pub equipement: Vec<String>,
    pub quantite: Vec<String>,
    pub forcer: String,
}

/// A day typed, at midnight in France: bookings open or close then.
pub fn minuit(c: &mut Controle, champ: &str, t: &str) -> Option<DateTime<Utc>> {
    let jour = c.date(champ, t)?;
    Quand { jour, heure: NaiveTime::MIN }.instant().ok()
}

/// So many of each, in the order of the form; empty or zero: none of it.
pub fn lire_equipements(c: &mut Controle, ids: &[String], quantites: &[String]) -> Vec<DemandeEquipement> {
    ids.iter()
        .zip(quantites)
        .filter_map(|(id, n)| {
            let quantite: u32 = c.nombre("equipements", n)?;
            Some(DemandeEquipement { equipement: c.identifiant("equipements", id)?, quantite }).filter(|d| d.quantite > 0)
        })
        .collect()
}

impl Saisie {
    pub fn lire(&self) -> Resultat<ProgrammerSeance> {
        let mut c = Controle::new();
        let jour = c.date("dates", &self.dates);
        c.exiger(!self.dates.trim().is_empty(), "dates", "Donnez le jour de la séance.");
        let heure = lire_heure(&self.heure);
        c.exiger(heure.is_some(), "heure", "Écrivez l’heure ainsi : 14:00.");
        let fois = c.nombre("fois", &self.fois).unwrap_or(1_u32);
        c.exiger((1..=40).contains(&fois), "fois", "De 1 à 40 fois.");
        let pas = c.nombre("pas", &self.pas).unwrap_or(7_u32);
        c.exiger((1..=31).contains(&pas), "pas", "De 1 à 31 jours.");
        let (genre, lieu, partenaire) = match self.lieu.split_once(':') {
            Some(("lieu", id)) => (GenreLieu::Lieu, c.identifiant("lieu", id), None),
            Some(("partenaire", id)) => (GenreLieu::Partenaire, None, c.identifiant("lieu", id)),
            _ if self.lieu == "public" => (GenreLieu::Public, None, None),
            _ if self.lieu == "exterieur" => (GenreLieu::Exterieur, None, None),
            _ => {
                c.faute("lieu", "Choisissez le lieu.");
                (GenreLieu::Public, None, None)
            }
        };
        let commune = territoire::commune::lire_saisie(&mut c, "commune", &self.commune);
        let d = ProgrammerSeance {
            id: c.identifiant("id", &self.id),
            fiche: self.fiche.clone(),
            titre: Some(self.titre.clone()),
            dates: match (jour, heure) {
                (Some(jour), Some(heure)) => cycle(Quand { jour, heure }, fois.min(40), pas.clamp(1, 31)),
                _ => vec![],
            },
            duree_minutes: c.nombre("duree_minutes", &self.duree_minutes),
            animateur: c.identifiant("animateur", &self.animateur),
            co_animateur: c.identifiant("co_animateur", &self.co_animateur),
            co_partenaire: c.identifiant("co_partenaire", &self.co_partenaire),
            lieu_genre: genre,
            lieu,
            partenaire,
            lieu_texte: Some(self.lieu_texte.clone()),
            commune: commune.map(|c| c.to_string()),
            places: c.nombre("places", &self.places),
            places_reservees: c.nombre("places_reservees", &self.places_reservees).unwrap_or(0),
            seuil: c.nombre("seuil", &self.seuil).unwrap_or(0),
            seuil_heures: None,
            ouverture_le: minuit(&mut c, "ouverture_le", &self.ouverture_le),
            fermeture_le: minuit(&mut c, "fermeture_le", &self.fermeture_le),
            publiee: self.publiee == "oui",
            adaptations: Some(self.adaptations.clone()),
            equipements: lire_equipements(&mut c, &self.equipement, &self.quantite),
            forcer: self.forcer == "oui",
        };
        c.finir()?;
        Ok(d)
    }
}
