//! L'agrément d'un centre : un titre, un site, des dates, au plus tard jusqu'à la fin du titre.
//! Dans l'année de prolongation, une session est couverte si l'agrément valait encore à la fin du
//! titre et si la session a été déclarée avant cette fin.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::dates::{en_francais, plus_annees};
use crate::epreuves::TypeSession;
use crate::motif::{Motif, NBSP, Reference, Reponse, guillemets};
use crate::referentiel::Version;

/// Un agrément.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Agrement {
    /// Version du titre.
    pub version: String,
    /// Site.
    pub site: String,
    /// Premier jour.
    pub debut: NaiveDate,
    /// Dernier jour ; absent : jusqu'à la fin du titre.
    #[serde(default)]
    pub fin: Option<NaiveDate>,
    /// Jour du retrait.
    #[serde(default)]
    pub retire_le: Option<NaiveDate>,
    /// CCS couverts en plus du titre ; absent : non contrôlé.
    #[serde(default)]
    pub ccs: Option<Vec<String>>,
}

/// Une période d'un droit limité par la fin du titre : agrément, habilitation.
pub(crate) struct DroitBorne {
    pub debut: NaiveDate,
    pub fin: Option<NaiveDate>,
    pub retire_le: Option<NaiveDate>,
    /// Suit le titre dans son année de prolongation.
    pub prolonge: bool,
}

/// Comment une date est couverte.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Couverture {
    Oui,
    Prolongation,
    DeclareeTropTard,
    AvantDebut,
    ApresFin,
    Retire,
}

impl Couverture {
    pub fn admise(self) -> bool {
        matches!(self, Self::Oui | Self::Prolongation)
    }
}

/// La date est-elle couverte ? `limite_au_titre` : le droit finit au plus tard avec le titre.
pub(crate) fn couvre(
    version: &Version,
    droit: &DroitBorne,
    date: NaiveDate,
    declaree_le: Option<NaiveDate>,
    connaissance: NaiveDate,
    limite_au_titre: bool,
) -> Couverture {
    if droit.retire_le.is_some_and(|r| r <= date) {
        return Couverture::Retire;
    }
    if date < droit.debut {
        return Couverture::AvantDebut;
    }
    let fin_titre = version.derniere_session(connaissance);
    let borne = if limite_au_titre { [droit.fin, fin_titre].into_iter().flatten().min() } else { droit.fin };
    if borne.is_none_or(|b| date <= b) {
        return Couverture::Oui;
    }
    let Some(fin_titre) = fin_titre.filter(|_| droit.prolonge && !version.est_prive()) else { return Couverture::ApresFin };
    let annees = version.regle("prolongation.annees", fin_titre).valeur;
    let vaut_a_la_fin = droit.debut <= fin_titre && droit.fin.is_none_or(|f| f >= fin_titre);
    if date <= fin_titre || !vaut_a_la_fin || date > plus_annees(fin_titre, annees) {
        return Couverture::ApresFin;
    }
    let exigee = version.regle("prolongation.declaration_avant_fin", fin_titre).oui();
    if exigee && declaree_le.is_none_or(|d| d > fin_titre) { Couverture::DeclareeTropTard } else { Couverture::Prolongation }
}

/// Une session à couvrir.
#[derive(Debug, Clone)]
pub struct SessionACouvrir<'a> {
    /// Type.
    pub session: TypeSession,
    /// CCS visé.
    pub ccs: Option<&'a str>,
    /// Site.
    pub site: &'a str,
    /// Jours.
    pub jours: &'a [NaiveDate],
    /// Jour de la déclaration.
    pub declaree_le: Option<NaiveDate>,
}

/// L'agrément couvre-t-il la session ? Un CCS demande l'agrément du titre.
pub fn agrement_couvre(version: &Version, agrements: &[Agrement], s: &SessionACouvrir, connaissance: NaiveDate) -> Reponse<Vec<NaiveDate>> {
    let mut motifs = Vec::new();
    let mut couverts = Vec::new();
    let du_titre: Vec<&Agrement> = agrements.iter().filter(|a| a.version == version.code).collect();
    let mut du_site: Vec<&Agrement> = du_titre.iter().copied().filter(|a| a.site == s.site).collect();
    if du_site.is_empty() {
        let phrase = if du_titre.is_empty() {
            format!("Le centre n’a pas d’agrément pour {}.", guillemets(version.nom()))
        } else {
            format!("L’agrément ne couvre pas le site {}.", guillemets(s.site))
        };
        motifs.push(Motif::nouveau("agrement.absent", Reference::agrement(), phrase).fait("site", s.site).contre());
        return Reponse::deduite(couverts, motifs);
    }
    if s.session == TypeSession::Ccs {
        du_ccs(s, &mut du_site, &mut motifs);
    }
    for jour in jours_en_double(s.jours) {
        let phrase = format!("Le {} est donné deux fois parmi les jours de la session.", en_francais(jour));
        motifs.push(Motif::nouveau("agrement.jour_en_double", Reference::modele(), phrase).fait("jour", jour).contre());
    }
    for &jour in s.jours {
        let limite = version.regle("agrement.limite_au_titre", jour);
        let couverture = du_site
            .iter()
            .map(|a| {
                couvre(
                    version,
                    &DroitBorne { debut: a.debut, fin: a.fin, retire_le: a.retire_le, prolonge: s.session != TypeSession::Ccs },
                    jour,
                    s.declaree_le,
                    connaissance,
                    limite.oui(),
                )
            })
            .min_by_key(|c| *c as u8)
            .unwrap_or(Couverture::ApresFin);
        if couverture.admise() {
            couverts.push(jour);
        }
        let le = en_francais(jour);
        let regle = version.regle("prolongation.declaration_avant_fin", jour);
        let motif = match couverture {
            Couverture::Oui => limite.motif("agrement.couvre", format!("L’agrément couvre le {le}.")),
            Couverture::Prolongation => regle.motif("agrement.prolongation", format!("Le {le} est dans l’année de prolongation{NBSP}: l’agrément valait à la fin du titre et la session a été déclarée avant.")),
            Couverture::DeclareeTropTard => regle.motif("agrement.declaree_trop_tard", format!("Le {le} est dans l’année de prolongation, mais la session n’a pas été déclarée avant la fin du titre, ou sa déclaration n’est pas indiquée.")),
            Couverture::AvantDebut => limite.motif("agrement.avant_debut", format!("L’agrément ne commence qu’après le {le}.")),
            Couverture::ApresFin => limite.motif("agrement.apres_fin", format!("L’agrément ne couvre plus le {le}.")),
            Couverture::Retire => Motif::nouveau("agrement.retire", Reference::agrement(), format!("L’agrément est retiré avant le {le}.")),
        };
        motifs.push(motif.fait("jour", jour).fait("declaree_le", s.declaree_le).selon(couverture.admise()));
    }
    Reponse::deduite(couverts, motifs)
}

/// Garde les agréments qui s'étendent au CCS ; sans aucun, le refus est dit et les jours se jugent sur
/// ceux du titre.
fn du_ccs(s: &SessionACouvrir, agrements: &mut Vec<&Agrement>, motifs: &mut Vec<Motif>) {
    let phrase = "Un CCS demande l’agrément pour le titre auquel il est associé.";
    motifs.push(Motif::nouveau("agrement.ccs", Reference::agrement(), phrase));
    // Un agrément sans liste couvre tout CCS ; avec une liste, il faut savoir lequel est visé.
    let couvre = |a: &&Agrement| a.ccs.as_ref().is_none_or(|l| s.ccs.is_some_and(|c| l.iter().any(|x| x == c)));
    if agrements.iter().any(&couvre) {
        agrements.retain(couvre);
        return;
    }
    let phrase = if s.ccs.is_some() {
        "L’agrément du titre ne s’étend pas à ce CCS."
    } else {
        "L’agrément ne couvre que certains CCS, et le CCS visé n’est pas indiqué."
    };
    motifs.push(Motif::nouveau("agrement.ccs_non_couvert", Reference::agrement(), phrase).fait("ccs", s.ccs).contre());
}

/// Les jours donnés plus d'une fois.
pub(crate) fn jours_en_double(jours: &[NaiveDate]) -> BTreeSet<NaiveDate> {
    let mut vus = BTreeSet::new();
    jours.iter().copied().filter(|j| !vus.insert(*j)).collect()
}
