//! Ce qu'une révision change : unités acquises après correspondances et équivalences.
//!
//! On part des unités valides à la date ; toute correspondance en vigueur dont **toutes** les
//! unités sources sont détenues s'applique, jusqu'à ce que rien ne change. Une correspondance ne
//! part d'une unité elle-même obtenue par correspondance que si la version le permet.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use serde::Serialize;

use crate::acquis::{Acquis, Provenance};
use crate::dates::en_francais;
use crate::limite::{Limite, date_limite};
use crate::motif::{Motif, NBSP, Reference, Reponse, guillemets, liste};
use crate::referentiel::{Catalogue, ErreurReferentiel, Version};
use crate::validite::unite_valide;

/// Une unité acquise et d'où elle vient.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct UniteAcquise {
    /// Version.
    pub version: String,
    /// Unité.
    pub unite: String,
    /// Provenance.
    pub provenance: Provenance,
    /// Unités dont elle dépend (`version/unite`), pour une correspondance.
    pub depuis: BTreeSet<String>,
}

type Cle = (String, String);

/// L'ensemble fermé des unités acquises.
#[derive(Debug, Clone, Default)]
pub struct Fermeture {
    unites: BTreeMap<Cle, UniteAcquise>,
    /// Raisons : correspondances et équivalences appliquées ou non.
    pub motifs: Vec<Motif>,
}

impl Fermeture {
    /// Unités acquises d'une version, CCS compris.
    pub fn de_la_version(&self, version: &str) -> BTreeSet<String> {
        self.unites.keys().filter(|(v, _)| v == version).map(|(_, u)| u.clone()).collect()
    }

    /// Détail des unités acquises d'une version.
    pub fn detail(&self, version: &str) -> Vec<UniteAcquise> {
        self.unites.values().filter(|u| u.version == version).cloned().collect()
    }

    fn contient(&self, version: &str, unite: &str, derivees_admises: bool) -> bool {
        self.unites
            .get(&(version.to_owned(), unite.to_owned()))
            .is_some_and(|u| derivees_admises || u.provenance != Provenance::Correspondance)
    }

    fn ajouter(&mut self, version: &str, unite: &str, provenance: Provenance, depuis: BTreeSet<String>) -> bool {
        let cle = (version.to_owned(), unite.to_owned());
        let nouvelle = UniteAcquise { version: version.to_owned(), unite: unite.to_owned(), provenance, depuis };
        match self.unites.get_mut(&cle) {
            // Une unité de jury reste une unité de jury, même si une correspondance la donne aussi.
            Some(presente) if presente.provenance == Provenance::Correspondance && provenance != Provenance::Correspondance => {
                *presente = nouvelle;
                true
            }
            Some(_) => false,
            None => self.unites.insert(cle, nouvelle).is_none(),
        }
    }
}

/// Les unités acquises à une date, d'après ce qu'on sait à `connaissance`.
pub fn fermeture(catalogue: Catalogue, acquis: &Acquis, date: NaiveDate, connaissance: NaiveDate) -> Fermeture {
    let mut f = Fermeture::default();
    for a in acquis.attributions.iter().filter(|a| a.en_vigueur(date)) {
        let Ok(version) = catalogue.version(&a.version) else { continue };
        let (valide, motif) = unite_valide(catalogue, version, a, date, connaissance);
        if valide {
            f.ajouter(&a.version, &a.unite, a.provenance, BTreeSet::new());
        } else {
            f.motifs.push(motif);
        }
    }
    let appliquees = fermer(catalogue, acquis, date, &mut f);
    expliquer(catalogue, date, &appliquees, &mut f);
    f
}

/// Les unités d'une version détenues à un moment quelconque jusqu'à `fin`, retraits déduits,
/// sans regarder leur durée : c'est ce qui ouvre l'année de prolongation.
pub(crate) fn detenues_avant(
    catalogue: Catalogue,
    version: &Version,
    acquis: &Acquis,
    fin: NaiveDate,
    connaissance: NaiveDate,
) -> BTreeSet<String> {
    let mut f = Fermeture::default();
    for a in acquis.attributions.iter().filter(|a| a.date <= fin && a.en_vigueur(connaissance)) {
        f.ajouter(&a.version, &a.unite, a.provenance, BTreeSet::new());
    }
    fermer(catalogue, acquis, fin, &mut f);
    let detenues = f.de_la_version(&version.code);
    version.unites_du_titre().map(|u| u.code.clone()).filter(|u| detenues.contains(u)).collect()
}

/// Applique équivalences et correspondances ; rend celles qui se sont appliquées.
fn fermer(catalogue: Catalogue, acquis: &Acquis, date: NaiveDate, f: &mut Fermeture) -> BTreeSet<(usize, usize)> {
    for v in catalogue.versions() {
        for e in &v.equivalences {
            let en_vigueur = v.entree(e.en_vigueur).is_none_or(|d| d <= date);
            if en_vigueur && acquis.certifications.iter().any(|c| c.code == e.certification && c.date <= date) {
                e.unites.iter().for_each(|u| {
                    f.ajouter(&v.code, u, Provenance::Equivalence, BTreeSet::new());
                });
                let phrase = format!(
                    "La certification {} donne par équivalence {} de {}.",
                    guillemets(&e.certification),
                    liste(&e.unites),
                    guillemets(v.nom())
                );
                f.motifs.push(Motif::nouveau("revision.equivalence", texte(v, &e.reference), phrase).fait("unites", &e.unites).pour());
            }
        }
    }
    let mut appliquees = BTreeSet::new();
    loop {
        let mut change = false;
        for (i, v) in catalogue.versions().enumerate() {
            for (j, c) in v.correspondances.iter().enumerate() {
                let en_vigueur = v.entree(c.en_vigueur).is_none_or(|d| d <= date);
                if appliquees.contains(&(i, j)) || !en_vigueur || c.unites_source.is_empty() {
                    continue;
                }
                if c.unites_source.iter().all(|u| f.contient(&c.de_version, u, v.chainage_correspondances)) {
                    appliquees.insert((i, j));
                    let depuis: BTreeSet<String> = c.unites_source.iter().map(|u| format!("{}/{u}", c.de_version)).collect();
                    for u in &c.unites {
                        change |= f.ajouter(&v.code, u, Provenance::Correspondance, depuis.clone());
                    }
                }
            }
        }
        if !change {
            return appliquees;
        }
    }
}

fn texte(v: &Version, reference: &str) -> Reference {
    if reference.is_empty() { Reference::referentiel(v) } else { Reference { libelle: reference.to_owned(), ..Reference::referentiel(v) } }
}

fn expliquer(catalogue: Catalogue, date: NaiveDate, appliquees: &BTreeSet<(usize, usize)>, f: &mut Fermeture) {
    let mut motifs = Vec::new();
    for (i, v) in catalogue.versions().enumerate() {
        for (j, c) in v.correspondances.iter().enumerate() {
            let manquantes: Vec<&String> = c.unites_source.iter().filter(|u| !f.contient(&c.de_version, u, true)).collect();
            let entree = v.entree(c.en_vigueur);
            let debut = format!(
                "{} de {} vers {} de {}",
                liste(&c.unites_source),
                guillemets(&c.de_version),
                liste(&c.unites),
                guillemets(&v.code)
            );
            let (regle, phrase, applique) = if appliquees.contains(&(i, j)) {
                ("revision.correspondance", format!("La correspondance de {debut} s’applique."), true)
            } else if manquantes.len() == c.unites_source.len() {
                continue;
            } else if let Some(d) = entree.filter(|d| *d > date) {
                ("revision.pas_en_vigueur", format!("La correspondance de {debut} n’entre en vigueur que le {}.", en_francais(d)), false)
            } else if manquantes.is_empty() {
                (
                    "revision.chainage",
                    format!(
                        "La correspondance de {debut} ne s’applique pas{NBSP}: une unité de départ vient elle-même d’une correspondance, et cette version n’admet pas deux révisions en chaîne."
                    ),
                    false,
                )
            } else {
                (
                    "revision.source_incomplete",
                    format!("La correspondance de {debut} ne s’applique pas{NBSP}: il manque {}.", liste(&manquantes)),
                    false,
                )
            };
            motifs.push(
                Motif::nouveau(regle, texte(v, &c.reference), phrase)
                    .fait("unites_source", &c.unites_source)
                    .fait("unites", &c.unites)
                    .fait("manquantes", manquantes)
                    .fait("en_vigueur", entree)
                    .fait("appliquee", applique),
            );
        }
    }
    f.motifs.append(&mut motifs);
}

/// Où en est un candidat dans une version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Situation {
    /// Version.
    pub version: String,
    /// Unités du titre acquises.
    pub acquises: Vec<String>,
    /// Détail, avec provenance.
    pub detail: Vec<UniteAcquise>,
    /// Unités du titre manquantes.
    pub manquantes: Vec<String>,
    /// Le titre est détenu.
    pub titre_detenu: bool,
    /// Rien ne manque, mais le titre n'est pas encore attribué : l'entretien final reste dû.
    pub entretien_final_du: bool,
    /// Limite pour obtenir le titre.
    pub limite: Limite,
    /// La date demandée est dans la limite.
    pub dans_les_dates: bool,
}

/// La situation d'un candidat dans une version.
pub fn situation(
    catalogue: Catalogue,
    version: &Version,
    acquis: &Acquis,
    date: NaiveDate,
    connaissance: NaiveDate,
) -> (Situation, Vec<Motif>) {
    let f = fermeture(catalogue, acquis, date, connaissance);
    situer(catalogue, version, acquis, &f, date, connaissance)
}

fn situer(
    catalogue: Catalogue,
    version: &Version,
    acquis: &Acquis,
    f: &Fermeture,
    date: NaiveDate,
    connaissance: NaiveDate,
) -> (Situation, Vec<Motif>) {
    let toutes = f.de_la_version(&version.code);
    let (acquises, manquantes): (Vec<String>, Vec<String>) =
        version.unites_du_titre().map(|u| u.code.clone()).partition(|u| toutes.contains(u));
    let (limite, mut motifs_limite) = date_limite(catalogue, version, acquis, connaissance);
    let titre_detenu = acquis.detient(catalogue, &version.titre, date);
    let situation = Situation {
        version: version.code.clone(),
        entretien_final_du: manquantes.is_empty() && !titre_detenu,
        dans_les_dates: limite.limite.is_none_or(|l| date <= l) && version.effet.is_none_or(|e| e <= date),
        detail: f.detail(&version.code),
        acquises,
        manquantes,
        titre_detenu,
        limite,
    };
    let mut motifs = f.motifs.clone();
    motifs.append(&mut motifs_limite);
    let phrase = match (situation.titre_detenu, situation.manquantes.is_empty()) {
        (true, _) => format!("Le titre {} est détenu.", guillemets(version.nom())),
        (false, true) => format!(
            "Dans {}, rien ne manque, mais ce n’est pas encore le titre{NBSP}: l’entretien final reste dû.",
            guillemets(version.nom())
        ),
        (false, false) => format!("Dans {}, il manque {}.", guillemets(version.nom()), liste(&situation.manquantes)),
    };
    motifs.push(
        Motif::nouveau("revision.manquantes", Reference::delivrance(), phrase)
            .fait("acquises", &situation.acquises)
            .fait("manquantes", &situation.manquantes)
            .fait("entretien_final_du", situation.entretien_final_du),
    );
    (situation, motifs)
}

/// Les deux chemins : finir l'ancienne version, passer à la nouvelle.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Chemins {
    /// La version visée.
    pub cible: Situation,
    /// Les autres versions où le candidat détient quelque chose.
    pub autres: Vec<Situation>,
}

/// Ce qu'une révision change pour un candidat qui vise `cible`.
pub fn revision(
    catalogue: Catalogue,
    cible: &str,
    acquis: &Acquis,
    date: NaiveDate,
    connaissance: NaiveDate,
) -> Result<Reponse<Chemins>, ErreurReferentiel> {
    acquis.verifier(catalogue)?;
    let version = catalogue.version(cible)?;
    let f = fermeture(catalogue, acquis, date, connaissance);
    let (situation_cible, mut motifs) = situer(catalogue, version, acquis, &f, date, connaissance);
    let mut autres = Vec::new();
    for v in catalogue.versions().filter(|v| v.code != cible && !f.de_la_version(&v.code).is_empty()) {
        let (s, m) = situer(catalogue, v, acquis, &f, date, connaissance);
        motifs.extend(m.into_iter().filter(|m| m.regle == "revision.manquantes" || m.regle.starts_with("limite.")));
        autres.push(s);
    }
    let favorable = situation_cible.dans_les_dates || autres.iter().any(|s| s.dans_les_dates);
    Ok(Reponse { favorable, resultat: Chemins { cible: situation_cible, autres }, motifs })
}
