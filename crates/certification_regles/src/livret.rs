//! Le livret de certification : une projection des décisions du journal, et ce qu'un retrait
//! défait. L'ordre des décisions d'un même jour ne change rien.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::acquis::{Acquis, Attribution, Provenance, TitreAttribue};
use crate::dates::en_francais;
use crate::decision::EtatDecision;
use crate::motif::{Motif, NBSP, Reference, Reponse, guillemets, liste};
use crate::referentiel::{Catalogue, ErreurReferentiel, NatureUnite};
use crate::revision::fermeture;

/// Ce que prononce une décision.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(tag = "objet", rename_all = "snake_case", deny_unknown_fields)]
pub enum Objet {
    /// Attribue une unité.
    Unite {
        /// Version.
        version: String,
        /// Unité.
        unite: String,
        /// Provenance.
        #[serde(default)]
        provenance: Provenance,
    },
    /// Attribue un titre.
    Titre {
        /// Version.
        version: String,
    },
    /// Retire une autre décision.
    Retrait {
        /// Décision retirée.
        decision: String,
        /// Motif écrit.
        motif: String,
    },
}

/// Une décision du journal. Le journal ne fait que croître.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Decision {
    /// Identifiant ; plusieurs lignes peuvent le porter (un titre et ses unités).
    pub id: String,
    /// Jour.
    pub date: NaiveDate,
    /// État ; seules les décisions validées comptent.
    #[serde(default = "validee")]
    pub etat: EtatDecision,
    /// Session.
    #[serde(default)]
    pub session: Option<String>,
    /// Ce qu'elle prononce.
    pub prononce: Objet,
}

fn validee() -> EtatDecision {
    EtatDecision::Validee
}

/// Le livret : lignes en vigueur, lignes retirées, titres.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Livret {
    /// Attributions, retirées comprises, triées.
    pub attributions: BTreeSet<Attribution>,
    /// Titres, retirés compris, triés.
    pub titres: BTreeSet<TitreAttribue>,
    /// Retraits prononcés : décision retirée et premier jour du retrait.
    pub retraits: BTreeMap<String, NaiveDate>,
}

impl Livret {
    /// Le livret recalculé depuis tout le journal.
    pub fn projeter<'a>(journal: impl IntoIterator<Item = &'a Decision>) -> Self {
        let mut livret = Self::default();
        journal.into_iter().for_each(|d| livret.appliquer(d));
        livret
    }

    /// Refuse un journal où une décision en retire une qui n'y est pas.
    pub fn verifier(journal: &[Decision]) -> Result<(), ErreurReferentiel> {
        let connues: BTreeSet<&str> = journal.iter().map(|d| d.id.as_str()).collect();
        let inconnue = journal.iter().find_map(|d| match &d.prononce {
            Objet::Retrait { decision, .. } if decision == &d.id || !connues.contains(decision.as_str()) => Some(decision),
            _ => None,
        });
        inconnue.map_or(Ok(()), |d| {
            Err(ErreurReferentiel::Incoherence(format!("le retrait de {} vise une décision absente du journal.", guillemets(d))))
        })
    }

    /// Ajoute une décision au livret. Une décision non validée n'y change rien ; la même
    /// décision deux fois n'y est qu'une fois ; un retrait peut être lu avant ce qu'il retire.
    pub fn appliquer(&mut self, d: &Decision) {
        match (&d.etat, &d.prononce) {
            (EtatDecision::Proposee | EtatDecision::Signee, _) => {}
            (_, Objet::Retrait { decision, .. }) => {
                let jour = self.retraits.get(decision).map_or(d.date, |deja| (*deja).min(d.date));
                self.retraits.insert(decision.clone(), jour);
                self.marquer(decision, jour);
            }
            (_, Objet::Unite { version, unite, provenance }) => {
                self.attributions.insert(Attribution {
                    version: version.clone(),
                    unite: unite.clone(),
                    date: d.date,
                    provenance: *provenance,
                    id: None,
                    decision: Some(d.id.clone()),
                    session: d.session.clone(),
                    retiree_le: self.retrait_de(d),
                });
            }
            (_, Objet::Titre { version }) => {
                self.titres.insert(TitreAttribue {
                    version: version.clone(),
                    date: d.date,
                    id: None,
                    decision: Some(d.id.clone()),
                    retire_le: self.retrait_de(d),
                });
            }
        }
    }

    /// Le jour du retrait d'une décision ; une décision lue à l'état retiré sans son retrait ne vaut
    /// à aucun moment.
    fn retrait_de(&self, d: &Decision) -> Option<NaiveDate> {
        self.retraits.get(&d.id).copied().or_else(|| (d.etat == EtatDecision::Retiree).then_some(d.date))
    }

    fn marquer(&mut self, decision: &str, jour: NaiveDate) {
        let porte = |d: &Option<String>| d.as_deref() == Some(decision);
        self.attributions = std::mem::take(&mut self.attributions)
            .into_iter()
            .map(|mut a| {
                if porte(&a.decision) {
                    a.retiree_le = Some(jour);
                }
                a
            })
            .collect();
        self.titres = std::mem::take(&mut self.titres)
            .into_iter()
            .map(|mut t| {
                if porte(&t.decision) {
                    t.retire_le = Some(jour);
                }
                t
            })
            .collect();
    }

    /// Les acquis que porte le livret.
    pub fn acquis(&self) -> Acquis {
        Acquis {
            attributions: self.attributions.iter().cloned().collect(),
            titres: self.titres.iter().cloned().collect(),
            certifications: Vec::new(),
        }
    }

    /// Unités en vigueur d'une version à une date.
    pub fn unites(&self, version: &str, date: NaiveDate) -> BTreeSet<String> {
        self.attributions.iter().filter(|a| a.version == version && a.en_vigueur(date)).map(|a| a.unite.clone()).collect()
    }
}

/// Ce qu'un retrait défait.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct EffetRetrait {
    /// Unités retirées directement (`version/unite`).
    pub unites_retirees: Vec<String>,
    /// Unités qui tombent avec elles, par correspondance.
    pub unites_perdues_par_correspondance: Vec<String>,
    /// Titres retirés directement.
    pub titres_retires: Vec<String>,
    /// Titres à retirer à leur tour : une de leurs unités n'est plus acquise.
    pub titres_a_reexaminer: Vec<String>,
    /// CCS à réexaminer : leur titre n'est plus détenu.
    pub ccs_a_reexaminer: Vec<String>,
    /// Unités qui restent acquises.
    pub unites_conservees: Vec<String>,
    /// Documents à retirer ou à refaire.
    pub documents: Vec<String>,
}

/// Ce que défait le retrait, à une date, de la décision ou de l'attribution `cible`.
pub fn effet_du_retrait(
    catalogue: Catalogue,
    acquis: &Acquis,
    cible: &str,
    date: NaiveDate,
) -> Result<Reponse<EffetRetrait>, ErreurReferentiel> {
    acquis.verifier(catalogue)?;
    let vise = |id: &Option<String>, decision: &Option<String>| id.as_deref() == Some(cible) || decision.as_deref() == Some(cible);
    let mut apres = acquis.clone();
    let mut effet = EffetRetrait::default();
    for a in apres.attributions.iter_mut().filter(|a| vise(&a.id, &a.decision) && a.en_vigueur(date)) {
        a.retiree_le = Some(date);
        effet.unites_retirees.push(format!("{}/{}", a.version, a.unite));
    }
    for t in apres.titres.iter_mut().filter(|t| vise(&t.id, &t.decision) && t.en_vigueur(date)) {
        t.retire_le = Some(date);
        effet.titres_retires.push(t.version.clone());
    }
    if effet.unites_retirees.is_empty() && effet.titres_retires.is_empty() {
        return Err(ErreurReferentiel::Incoherence(format!("aucune décision en vigueur ne porte l’identifiant {}.", guillemets(cible))));
    }
    let (f_avant, f_apres) = (fermeture(catalogue, acquis, date, date), fermeture(catalogue, &apres, date, date));
    for v in catalogue.versions() {
        let (ua, up) = (f_avant.de_la_version(&v.code), f_apres.de_la_version(&v.code));
        for u in ua.difference(&up) {
            let nom = format!("{}/{u}", v.code);
            if !effet.unites_retirees.contains(&nom) {
                effet.unites_perdues_par_correspondance.push(nom);
            }
        }
        effet.unites_conservees.extend(up.iter().map(|u| format!("{}/{u}", v.code)));
        let perdue = v.unites_du_titre().any(|u| ua.contains(&u.code) && !up.contains(&u.code));
        if perdue && apres.titre_detenu(&v.code, date) {
            effet.titres_a_reexaminer.push(v.code.clone());
        }
        let titre_tombe = |titre: &str| acquis.detient(catalogue, titre, date) && !apres.detient(catalogue, titre, date);
        let ccs = v.unites.iter().filter(|u| u.nature == NatureUnite::Ccs && up.contains(&u.code));
        effet.ccs_a_reexaminer.extend(ccs.filter(|u| titre_tombe(v.titre_de(u))).map(|u| format!("{}/{}", v.code, u.code)));
    }
    // Le titre et chaque CCS ont leur parchemin, les autres unités sont au livret.
    let ccs_retire = |nature: bool| {
        let retirees = acquis.attributions.iter().filter(|a| vise(&a.id, &a.decision) && a.en_vigueur(date));
        retirees.filter_map(|a| catalogue.unite(&a.version, &a.unite).ok()).any(|u| (u.nature == NatureUnite::Ccs) == nature)
    };
    for (retire, documents) in [
        (!effet.titres_retires.is_empty(), &["parchemin à retirer", "attestation du titre à révoquer"][..]),
        (ccs_retire(true), &["parchemin du CCS à retirer", "attestation du CCS à révoquer"]),
        (ccs_retire(false), &["livret à refaire"]),
    ] {
        effet.documents.extend(documents.iter().filter(|_| retire).map(|d| (*d).to_owned()));
    }
    let motifs = motifs_du_retrait(&effet, cible, date);
    Ok(Reponse { favorable: true, resultat: effet, motifs })
}

fn motifs_du_retrait(effet: &EffetRetrait, cible: &str, date: NaiveDate) -> Vec<Motif> {
    let lignes: [(&str, &str, &Vec<String>); 6] = [
        ("retrait.unites", "Unités retirées", &effet.unites_retirees),
        ("retrait.correspondances", "Unités perdues parce qu’elles venaient d’une unité retirée", &effet.unites_perdues_par_correspondance),
        ("retrait.titres", "Titres retirés", &effet.titres_retires),
        ("retrait.titres_a_reexaminer", "Titres à réexaminer, une de leurs unités n’étant plus acquise", &effet.titres_a_reexaminer),
        ("retrait.ccs", "CCS à réexaminer, leur titre n’étant plus détenu", &effet.ccs_a_reexaminer),
        ("retrait.conserve", "Unités qui restent acquises", &effet.unites_conservees),
    ];
    let mut motifs = vec![
        Motif::nouveau(
            "retrait.date",
            Reference::sessions(),
            format!(
                "Le retrait de {} prend effet le {}{NBSP}; la décision retirée reste au journal.",
                guillemets(cible),
                en_francais(date)
            ),
        )
        .fait("date", date),
    ];
    motifs.extend(
        lignes.into_iter().filter(|(_, _, l)| !l.is_empty()).map(|(regle, debut, l)| {
            Motif::nouveau(regle, Reference::sessions(), format!("{debut}{NBSP}: {}.", liste(l))).fait("liste", l)
        }),
    );
    motifs
}
