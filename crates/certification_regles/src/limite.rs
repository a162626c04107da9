//! Jusqu'à quand un titre peut être obtenu.
//!
//! Limite = fin de validité, prorogations publiées comprises ; passé cette fin, une année civile
//! de plus (29/02 → 28/02, fin de journée à Paris) si une unité au moins était détenue avant.
//! Un titre privé s'arrête à sa limite de délivrance.

use chrono::{NaiveDate, NaiveDateTime};
use serde::Serialize;

use crate::acquis::Acquis;
use crate::dates::{en_francais, fin_de_journee_utc, ou, plus_annees};
use crate::motif::{Motif, NBSP, Reference, Reponse};
use crate::referentiel::{Catalogue, Version};
use crate::revision::detenues_avant;

/// La limite et ce qui la fait.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Limite {
    /// Fin de validité connue ; absente : pas de fin fixée.
    pub fin_de_validite: Option<NaiveDate>,
    /// Dernier jour où le titre peut être obtenu.
    pub limite: Option<NaiveDate>,
    /// Dernière seconde de ce jour à Paris, en temps universel.
    #[serde(serialize_with = "en_utc")]
    pub limite_utc: Option<NaiveDateTime>,
    /// L'année de prolongation s'applique.
    pub prolongation: bool,
    /// Unités détenues avant la fin.
    pub unites_detenues_avant_la_fin: Vec<String>,
}

/// Un instant s'écrit avec son « Z » : sans lui, un lecteur le prendrait pour une heure locale.
#[expect(clippy::ref_option, reason = "serde appelle ainsi")]
fn en_utc<S: serde::Serializer>(instant: &Option<NaiveDateTime>, s: S) -> Result<S::Ok, S::Error> {
    instant.map(|i| i.and_utc()).serialize(s)
}

/// La limite d'une version pour un candidat, telle qu'on la connaît à une date.
pub fn date_limite(catalogue: Catalogue, version: &Version, acquis: &Acquis, connaissance: NaiveDate) -> (Limite, Vec<Motif>) {
    let mut motifs = Vec::new();
    let fin = version.fin_connue(connaissance);
    for p in &version.prorogations {
        let publiee = p.publiee_le <= connaissance;
        let phrase = if publiee {
            format!("Une prorogation publiée le {} porte la fin de validité au {}.", en_francais(p.publiee_le), en_francais(p.nouvelle_fin))
        } else {
            format!(
                "Au {}, la prorogation qui sera publiée le {} n’est pas encore connue.",
                en_francais(connaissance),
                en_francais(p.publiee_le)
            )
        };
        let mut reference = Reference::referentiel(version);
        if !p.reference.is_empty() {
            reference = Reference::nouvelle(p.reference.clone(), &p.publiee_le.to_string());
        }
        motifs.push(
            Motif::nouveau("limite.prorogation", reference, phrase)
                .fait("publiee_le", p.publiee_le)
                .fait("nouvelle_fin", p.nouvelle_fin)
                .fait("connue", publiee),
        );
    }
    let mut resultat =
        Limite { fin_de_validite: fin, limite: fin, limite_utc: None, prolongation: false, unites_detenues_avant_la_fin: Vec::new() };
    if version.est_prive() {
        resultat.limite = version.derniere_session(connaissance);
        let phrase = match resultat.limite {
            Some(l) => format!("Un titre privé s’arrête à sa limite de délivrance{NBSP}: {}.", en_francais(l)),
            None => "Aucune limite de délivrance n’est fixée pour ce titre privé.".to_owned(),
        };
        motifs.push(
            Motif::nouveau("limite.delivrance_privee", Reference::referentiel(version), phrase).fait("limite_delivrance", resultat.limite),
        );
    } else if let Some(fin) = fin {
        resultat.unites_detenues_avant_la_fin = detenues_avant(catalogue, version, acquis, fin, connaissance).into_iter().collect();
        motifs.push(
            Motif::nouveau(
                "limite.fin_de_validite",
                Reference::referentiel(version),
                format!("La validité du titre finit le {}.", en_francais(fin)),
            )
            .fait("fin_de_validite", fin),
        );
        let regle = version.regle("prolongation.annees", fin);
        if resultat.unites_detenues_avant_la_fin.is_empty() {
            motifs.push(regle.motif(
                "limite.sans_prolongation",
                "Aucune unité n’était détenue avant la fin de validité\u{a0}: pas d’année de prolongation.",
            ));
        } else {
            let limite = plus_annees(fin, regle.valeur);
            resultat.prolongation = limite > fin;
            resultat.limite = Some(limite);
            motifs.push(
                regle
                    .motif(
                        "limite.prolongation",
                        format!(
                            "Une unité au moins était détenue avant la fin de validité{NBSP}: le titre peut être obtenu jusqu’au {} compris.",
                            en_francais(limite)
                        ),
                    )
                    .fait("unites_detenues_avant_la_fin", &resultat.unites_detenues_avant_la_fin)
                    .fait("limite", limite),
            );
        }
    } else {
        motifs.push(Motif::nouveau(
            "limite.sans_fin",
            Reference::referentiel(version),
            "Aucune fin de validité n’est renseignée pour cette version.",
        ));
    }
    resultat.limite_utc = resultat.limite.map(fin_de_journee_utc);
    (resultat, motifs)
}

/// Une session ce jour-là est-elle dans les dates du titre, d'après ce qu'on sait à `connaissance` ?
pub fn dans_les_dates(
    catalogue: Catalogue,
    version: &Version,
    acquis: &Acquis,
    date: NaiveDate,
    connaissance: NaiveDate,
) -> Reponse<Limite> {
    let (limite, mut motifs) = date_limite(catalogue, version, acquis, connaissance);
    motifs.push(place(version, date, limite.limite).fait("date", date).fait("limite", limite.limite).fait("connaissance", connaissance));
    Reponse::deduite(limite, motifs)
}

/// Une session de CCS ce jour-là est-elle dans les dates de la version ? L'année de prolongation ne
/// sert qu'à obtenir le titre initialement visé.
pub(crate) fn date_d_un_ccs(version: &Version, date: NaiveDate, connaissance: NaiveDate) -> Motif {
    let limite = version.derniere_session(connaissance);
    place(version, date, limite).fait("date", date).fait("limite", limite).fait("connaissance", connaissance)
}

/// Où tombe une date entre la prise d'effet et la limite.
fn place(version: &Version, date: NaiveDate, limite: Option<NaiveDate>) -> Motif {
    let (le, limite_) = (en_francais(date), ou(limite, "sans date"));
    if let Some(effet) = version.effet.filter(|e| date < *e) {
        let phrase = format!("Le {le} précède la prise d’effet du titre, le {}.", en_francais(effet));
        return Motif::nouveau("limite.avant_effet", Reference::referentiel(version), phrase).fait("effet", effet).contre();
    }
    if limite.is_none_or(|l| date <= l) {
        let phrase = format!("Le {le} est dans les délais{NBSP}: la limite est {limite_}.");
        Motif::nouveau("limite.date", Reference::delivrance(), phrase).pour()
    } else {
        let phrase = format!("Le {le} est hors délai{NBSP}: la limite était {limite_}.");
        Motif::nouveau("limite.date", Reference::delivrance(), phrase).contre()
    }
}

/// La même question posée à plusieurs moments : une prorogation publiée tard rouvre un refus,
/// l'histoire des réponses est gardée.
pub fn historique(
    catalogue: Catalogue,
    version: &Version,
    acquis: &Acquis,
    date: NaiveDate,
    moments: &[NaiveDate],
) -> Vec<(NaiveDate, Reponse<Limite>)> {
    let mut moments = moments.to_vec();
    moments.sort_unstable();
    moments.dedup();
    moments.into_iter().map(|m| (m, dans_les_dates(catalogue, version, acquis, date, m))).collect()
}
