//! Combien de temps compte une unité acquise : politique de la version.

use std::collections::BTreeSet;

use chrono::NaiveDate;

use crate::acquis::Attribution;
use crate::dates::{annees, en_francais, plus_annees};
use crate::motif::{Motif, NBSP, Reference, guillemets};
use crate::referentiel::{Catalogue, Sort, ValiditeUnites, Version};

/// L'unité attribuée compte-t-elle encore à cette date ?
pub fn unite_valide(catalogue: Catalogue, version: &Version, a: &Attribution, date: NaiveDate, connaissance: NaiveDate) -> (bool, Motif) {
    let unite = guillemets(&a.unite);
    let reference = Reference::referentiel(version);
    if !a.en_vigueur(date) {
        let phrase = match a.retiree_le {
            Some(r) if r <= date => format!("L’unité {unite} a été retirée le {}.", en_francais(r)),
            _ => format!("L’unité {unite} n’est attribuée que le {}.", en_francais(a.date)),
        };
        return (false, Motif::nouveau("validite.hors_vigueur", reference, phrase).fait("unite", &a.unite).fait("date", a.date));
    }
    let (echeance, phrase) = match version.validite_unites {
        ValiditeUnites::Vie => (None, format!("L’unité {unite} est acquise sans limite de durée.")),
        ValiditeUnites::Annees { annees: n } => {
            let echeance = plus_annees(a.date, n);
            (
                Some(echeance),
                format!(
                    "L’unité {unite}, attribuée le {}, compte {}, jusqu’au {} compris.",
                    en_francais(a.date),
                    annees(n),
                    en_francais(echeance)
                ),
            )
        }
        ValiditeUnites::ValiditeTitre => match echeance_du_titre(catalogue, version, connaissance, &mut BTreeSet::new()) {
            Some(e) => (
                Some(e),
                format!("L’unité {unite} compte tant que le titre est valide ou prolongé{NBSP}: jusqu’au {} compris.", en_francais(e)),
            ),
            None => (None, format!("L’unité {unite} compte tant que le titre est valide, et aucune fin n’est fixée.")),
        },
    };
    let valide = echeance.is_none_or(|e| date <= e);
    let motif = Motif::nouveau(if valide { "validite.unite_valide" } else { "validite.unite_perimee" }, reference, phrase)
        .fait("unite", &a.unite)
        .fait("attribuee_le", a.date)
        .fait("valable_jusqu_au", echeance);
    (valide, motif)
}

/// Fin du titre, année de prolongation comprise ; pour un titre révisé, celle des versions qui
/// le suivent si elle est plus tardive : l'unité continue de compter par les correspondances.
fn echeance_du_titre(catalogue: Catalogue, version: &Version, connaissance: NaiveDate, vues: &mut BTreeSet<String>) -> Option<NaiveDate> {
    // Une version déjà vue n'ajoute rien ; le vérificateur refuse les révisions en cercle.
    if !vues.insert(version.code.clone()) {
        return Some(NaiveDate::MIN);
    }
    let propre = if version.est_prive() {
        version.derniere_session(connaissance)?
    } else {
        let fin = version.fin_connue(connaissance)?;
        plus_annees(fin, version.regle("prolongation.annees", fin).valeur)
    };
    if version.sort == Sort::Cloturee {
        return Some(propre);
    }
    let mut echeance = propre;
    for suite in catalogue.suites(&version.code) {
        echeance = echeance.max(echeance_du_titre(catalogue, suite, connaissance, vues)?);
    }
    Some(echeance)
}
