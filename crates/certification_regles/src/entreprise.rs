//! Périodes en entreprise : une règle par titre et par voie (seed 001, annexe 2).

use chrono::{Datelike, Days, NaiveDate, Weekday};
use serde::{Deserialize, Serialize};

use crate::dates::en_francais;
use crate::motif::{Motif, NBSP, Reference, Reponse, guillemets};
use crate::referentiel::Version;

/// Une période.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PeriodeEntreprise {
    /// Premier jour.
    pub debut: NaiveDate,
    /// Dernier jour, compris.
    pub fin: NaiveDate,
    /// Minutes de présence.
    #[serde(default)]
    pub minutes: Option<u32>,
}

/// Ce que fixe le contrat, quand la règle y renvoie.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Contrat {
    /// Minutes exigées.
    #[serde(default)]
    pub minutes: Option<u32>,
    /// Semaines continues exigées.
    #[serde(default)]
    pub semaines_continues: Option<u32>,
}

/// Le compte.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct CompteEntreprise {
    /// Une règle s'applique à cette voie.
    pub exigee: bool,
    /// Semaines continues exigées.
    pub semaines_exigees: Option<u32>,
    /// Plus longue suite continue, en semaines entières.
    pub semaines_continues: u32,
    /// Minutes exigées.
    pub minutes_exigees: Option<u32>,
    /// Minutes faites.
    pub minutes: u64,
}

/// La plus longue présence continue, en jours calendaires : une semaine va jusqu'au dimanche,
/// et deux périodes qui se touchent n'en font qu'une. 3 + 3 semaines séparées n'en font pas 6.
fn plus_longue_suite(periodes: &[PeriodeEntreprise], date: NaiveDate) -> u32 {
    let faite = |p: &PeriodeEntreprise| (p.debut, p.fin.min(date));
    let mut bornes: Vec<(NaiveDate, NaiveDate)> =
        periodes.iter().map(faite).filter(|(d, f)| d <= f).map(|(d, f)| (d, jusqu_au_dimanche(f))).collect();
    bornes.sort_unstable();
    let mut plus_longue = 0;
    let mut en_cours: Option<(NaiveDate, NaiveDate)> = None;
    for (debut, fin) in bornes {
        let suite = match en_cours {
            Some((d, f)) if debut <= f.checked_add_days(Days::new(1)).unwrap_or(f) => (d, f.max(fin)),
            _ => (debut, fin),
        };
        plus_longue = plus_longue.max((suite.1 - suite.0).num_days() + 1);
        en_cours = Some(suite);
    }
    u32::try_from(plus_longue).unwrap_or(u32::MAX)
}

/// Une semaine finie le vendredi ou le samedi est une semaine entière.
fn jusqu_au_dimanche(fin: NaiveDate) -> NaiveDate {
    let jours = match fin.weekday() {
        Weekday::Fri => 2,
        Weekday::Sat => 1,
        _ => 0,
    };
    fin.checked_add_days(Days::new(jours)).unwrap_or(fin)
}

/// La période en entreprise suffit-elle pour cette voie ? Ce qui suit la date n'est pas fait : les
/// semaines comptent jusqu'à ce jour, les minutes une fois la période finie.
pub fn periode_en_entreprise(
    version: &Version,
    voie: &str,
    periodes: &[PeriodeEntreprise],
    contrat: Option<&Contrat>,
    date: NaiveDate,
) -> Reponse<CompteEntreprise> {
    let mut compte = CompteEntreprise {
        semaines_continues: plus_longue_suite(periodes, date) / 7,
        minutes: periodes.iter().filter(|p| p.fin <= date).filter_map(|p| p.minutes).map(u64::from).sum(),
        ..CompteEntreprise::default()
    };
    let mut motifs = Vec::new();
    if periodes.iter().any(|p| p.fin > date) {
        let phrase = format!("Ce qui est prévu après le {} n’est pas encore fait{NBSP}: cela ne compte pas.", en_francais(date));
        motifs.push(Motif::nouveau("entreprise.a_venir", Reference::modele(), phrase).fait("date", date));
    }
    for p in periodes.iter().filter(|p| p.fin < p.debut) {
        let phrase = format!("La période commencée le {} finit avant de commencer.", en_francais(p.debut));
        motifs.push(Motif::nouveau("entreprise.fin_avant_debut", Reference::modele(), phrase).contre());
    }
    let Some(regle) = version.entreprise.iter().find(|r| r.voies.iter().any(|v| v == voie)) else {
        let phrase = format!("Aucune règle de période en entreprise ne vise la voie {}.", guillemets(voie));
        motifs.push(Motif::nouveau("entreprise.sans_regle", Reference::referentiel(version), phrase).fait("voie", voie));
        return Reponse::deduite(compte, motifs);
    };
    compte.exigee = true;
    compte.semaines_exigees = regle.semaines_continues;
    compte.minutes_exigees = regle.minutes;
    let reference = || Reference {
        libelle: if regle.source.is_empty() { format!("Référentiel {}", guillemets(version.nom())) } else { regle.source.clone() },
        ..Reference::referentiel(version)
    };
    if regle.selon_contrat {
        match contrat {
            None => {
                let phrase = "La période en entreprise suit le contrat, dont les conditions ne sont pas données.";
                motifs.push(Motif::nouveau("entreprise.contrat_absent", reference(), phrase).fait("voie", voie));
            }
            Some(c) => {
                compte.semaines_exigees = c.semaines_continues.or(compte.semaines_exigees);
                compte.minutes_exigees = c.minutes.or(compte.minutes_exigees);
            }
        }
    }
    if let Some(n) = compte.semaines_exigees {
        let assez = compte.semaines_continues >= n;
        let phrase = format!(
            "{n} semaines continues en entreprise sont exigées{NBSP}; la plus longue suite en compte {}.",
            compte.semaines_continues
        );
        motifs.push(
            Motif::nouveau("entreprise.semaines_continues", reference(), phrase)
                .fait("voie", voie)
                .fait("exigees", n)
                .fait("faites", compte.semaines_continues)
                .selon(assez),
        );
    }
    if let Some(n) = compte.minutes_exigees {
        let assez = compte.minutes >= u64::from(n);
        let phrase = format!(
            "{} en entreprise sont exigées{NBSP}; {} sont faites.",
            crate::referentiel::verification::heures(n.into()),
            crate::referentiel::verification::heures(compte.minutes)
        );
        motifs.push(
            Motif::nouveau("entreprise.minutes", reference(), phrase)
                .fait("voie", voie)
                .fait("exigees", n)
                .fait("faites", compte.minutes)
                .selon(assez),
        );
    }
    Reponse::deduite(compte, motifs)
}
