//! The form that writes a time in a calendar <-> its request.

use serde::Deserialize;
use socle::{Resultat, controle::Controle};

use super::{CreerEvenement, GenreEvenement, recurrence::Repetition};
use crate::seance::{Quand, regles::lire_heure};

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Saisie {
    pub id: String,
    pub genre: String,
    pub titre: String,
    pub utilisateur: String,
    pub lieu: String,
    pub salle: String,
    pub jour: String,
    pub heure: String,
    pub duree_minutes: String,
    pub journees: String,
    /// See [`Repetition`]; empty: once.
    pub frequence: String,
    pub tous_les: String,
    pub jours: Vec<String>,
    pub fois: String,
    pub jusqu_au: String,
    pub forcer: String,
}

impl Saisie {
    pub fn lire(&self) -> Resultat<CreerEvenement> {
        let mut c = Controle::new();
        let genre = c.code::<GenreEvenement>("genre", &self.genre);
        c.exiger(genre.is_some() || !self.genre.is_empty(), "genre", "Dites de quoi il s’agit.");
        let jour = c.date("jour", &self.jour);
        c.exiger(!self.jour.trim().is_empty(), "jour", "Donnez le jour.");
        let journees: Option<u32> = c.nombre("journees", &self.journees);
        let heure = if journees.is_some() { Some(chrono::NaiveTime::MIN) } else { lire_heure(&self.heure) };
        c.exiger(heure.is_some(), "heure", "Écrivez l’heure ainsi : 14:00. Ou donnez un nombre de journées entières.");
        let duree: Option<u32> = c.nombre("duree_minutes", &self.duree_minutes);
        let repetition = Repetition {
            frequence: self.frequence.clone(),
            tous_les: c.nombre("tous_les", &self.tous_les).unwrap_or(1),
            jours: self.jours.clone(),
            fois: c.nombre("fois", &self.fois),
            jusqu_au: c.date("jusqu_au", &self.jusqu_au),
        };
        c.exiger((1..=52).contains(&repetition.tous_les), "tous_les", "De 1 à 52.");
        c.exiger(repetition.fois.is_none_or(|n| (1..=400).contains(&n)), "fois", "De 1 à 400 fois.");
        let d = CreerEvenement {
            id: c.identifiant("id", &self.id),
            genre: genre.unwrap_or(GenreEvenement::Autre),
            titre: Some(self.titre.clone()),
            utilisateur: c.identifiant("utilisateur", &self.utilisateur),
            lieu: c.identifiant("lieu", &self.lieu),
            salle: self.salle == "oui",
            quand: Quand { jour: jour.unwrap_or_default(), heure: heure.unwrap_or_default() },
            duree_minutes: duree.filter(|_| journees.is_none()),
            journees,
            regle: jour.and_then(|j| repetition.regle(j)),
            forcer: self.forcer == "oui",
        };
        c.finir()?;
        Ok(d)
    }
}
