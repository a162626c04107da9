//! Le jury : habilitation, pratique, liens, quorum par jour et par candidat.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::agrement::{Couverture, DroitBorne, couvre, jours_en_double};
use crate::dates::{annees, en_francais, plus_annees};
use crate::motif::{Motif, NBSP, Reference, Reponse, compte, guillemets};
use crate::referentiel::Version;

/// Une habilitation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Habilitation {
    /// Version du titre.
    pub version: String,
    /// Premier jour.
    pub debut: NaiveDate,
    /// Dernier jour, compris ; absent : jusqu'à la fin du titre.
    #[serde(default)]
    pub fin: Option<NaiveDate>,
    /// Jour du retrait.
    #[serde(default)]
    pub retiree_le: Option<NaiveDate>,
}

/// La pratique du métier.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pratique {
    /// Années entières de pratique.
    pub annees: u32,
    /// Jour où le métier a été quitté ; absent : toujours en poste.
    #[serde(default)]
    pub quitte_le: Option<NaiveDate>,
}

/// La nature d'un lien.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NatureLien {
    /// Même employeur.
    MemeEmployeur,
    /// Organisme de formation du candidat.
    OrganismeFormation,
    /// Lieu de stage ou d'accueil.
    AccueilStage,
    /// Formateur du candidat : ni évaluation ni surveillance.
    Formateur,
    /// Autre lien déclaré.
    Autre,
}

/// Un lien déclaré avec un candidat.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lien {
    /// Candidat.
    pub candidat: String,
    /// Nature.
    pub nature: NatureLien,
}

/// Un membre de jury.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Jure {
    /// Identifiant.
    pub id: String,
    /// Habilitations.
    #[serde(default)]
    pub habilitations: Vec<Habilitation>,
    /// Pratique ; absente : vérifiée à l'habilitation.
    #[serde(default)]
    pub pratique: Option<Pratique>,
    /// Liens déclarés.
    #[serde(default)]
    pub liens: Vec<Lien>,
    /// Jours de présence ; absent : tous.
    #[serde(default)]
    pub presences: Option<Vec<NaiveDate>>,
}

/// Un candidat de la session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CandidatSession {
    /// Identifiant.
    pub id: String,
    /// Jours où il passe et où l'on délibère sur lui ; absent : tous.
    #[serde(default)]
    pub jours: Option<Vec<NaiveDate>>,
}

/// Une session à juger.
#[derive(Debug, Clone)]
pub struct SessionJury<'a> {
    /// Jours.
    pub jours: &'a [NaiveDate],
    /// Membres.
    pub jures: &'a [Jure],
    /// Candidats.
    pub candidats: &'a [CandidatSession],
    /// Déclaration de la session, pour l'année de prolongation.
    pub declaree_le: Option<NaiveDate>,
}

/// Un jour.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct JourJury {
    /// Jour.
    pub jour: NaiveDate,
    /// Membres présents et habilités.
    pub membres: Vec<String>,
    /// Assez de membres.
    pub suffisant: bool,
}

/// Un candidat face au jury.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct QuorumCandidat {
    /// Candidat.
    pub candidat: String,
    /// Membres qui peuvent délibérer sur lui chaque jour où il passe.
    pub membres: Vec<String>,
    /// Le quorum est atteint.
    pub quorum: bool,
}

/// Une exclusion et sa raison.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Exclusion {
    /// Membre.
    pub jure: String,
    /// Candidat, si l'exclusion ne vaut que pour lui.
    pub candidat: Option<String>,
    /// Jour, si elle ne vaut que ce jour.
    pub jour: Option<NaiveDate>,
    /// Code.
    pub regle: String,
    /// Raison.
    pub phrase: String,
}

/// Le jury, examiné.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ExamenJury {
    /// Jour par jour.
    pub jours: Vec<JourJury>,
    /// Candidat par candidat.
    pub candidats: Vec<QuorumCandidat>,
    /// Exclusions.
    pub exclusions: Vec<Exclusion>,
}

/// Un membre peut-il siéger ce jour-là pour cette version ?
pub fn eligible(
    version: &Version,
    jure: &Jure,
    jour: NaiveDate,
    declaree_le: Option<NaiveDate>,
    connaissance: NaiveDate,
) -> Result<(), Box<Motif>> {
    let nom = guillemets(&jure.id);
    let le = en_francais(jour);
    let refus = |m: Motif| Box::new(m.fait("jure", &jure.id).fait("jour", jour).contre());
    let limite = version.regle("jury.habilitation_limitee_au_titre", jour);
    let couverture = jure
        .habilitations
        .iter()
        .filter(|h| h.version == version.code)
        .map(|h| {
            couvre(
                version,
                &DroitBorne { debut: h.debut, fin: h.fin, retire_le: h.retiree_le, prolonge: true },
                jour,
                declaree_le,
                connaissance,
                limite.oui(),
            )
        })
        .min_by_key(|c| *c as u8);
    match couverture {
        Some(c) if c.admise() => {}
        None => {
            return Err(refus(Motif::nouveau(
                "jury.non_habilite",
                Reference::sessions(),
                format!("{nom} n’est pas habilité pour cette version du titre."),
            )));
        }
        Some(Couverture::AvantDebut) => {
            return Err(refus(limite.motif("jury.habilitation_a_venir", format!("L’habilitation de {nom} ne commence qu’après le {le}."))));
        }
        Some(Couverture::Retire) => {
            return Err(refus(limite.motif("jury.habilitation_retiree", format!("L’habilitation de {nom} est retirée avant le {le}."))));
        }
        Some(Couverture::DeclareeTropTard) => {
            return Err(refus(limite.motif(
                "jury.session_declaree_trop_tard",
                format!("L’habilitation de {nom} finit avec le titre et la session n’a pas été déclarée avant cette fin."),
            )));
        }
        Some(_) => return Err(refus(limite.motif("jury.habilitation_finie", format!("L’habilitation de {nom} ne couvre plus le {le}.")))),
    }
    if let Some(p) = &jure.pratique {
        let min = version.regle("jury.experience_min_annees", jour);
        if p.annees < min.valeur {
            return Err(refus(min.motif(
                "jury.pratique_insuffisante",
                format!("{nom} a pratiqué le métier {}{NBSP}; il faut {}.", annees(p.annees), annees(min.valeur)),
            )));
        }
        let max = version.regle("jury.depart_max_annees", jour);
        if let Some(q) = p.quitte_le.filter(|q| jour >= plus_annees(*q, max.valeur)) {
            return Err(refus(max.motif(
                "jury.metier_quitte",
                format!("{nom} a quitté le métier le {}, il y a {} ou plus.", en_francais(q), annees(max.valeur)),
            )));
        }
    }
    Ok(())
}

/// Ce qu'interdit un lien : délibérer toujours ; évaluer et surveiller en plus pour le formateur.
pub fn interdits(lien: NatureLien) -> &'static [&'static str] {
    match lien {
        NatureLien::Formateur => &["deliberer", "evaluer", "surveiller"],
        _ => &["deliberer"],
    }
}

/// Examine un jury.
pub fn examiner(version: &Version, s: &SessionJury, connaissance: NaiveDate) -> Reponse<ExamenJury> {
    let mut motifs = Vec::new();
    let mut exclusions = Vec::new();
    doublons(s, &mut motifs);
    let mut siegent: BTreeMap<NaiveDate, BTreeSet<&str>> = BTreeMap::new();
    let mut jours = Vec::new();
    for &jour in s.jours {
        let presents = siegent.entry(jour).or_default();
        for j in s.jures.iter().filter(|j| j.presences.as_ref().is_none_or(|p| p.contains(&jour))) {
            match eligible(version, j, jour, s.declaree_le, connaissance) {
                Ok(()) => {
                    presents.insert(&j.id);
                }
                Err(m) => {
                    exclusions.push(Exclusion {
                        jure: j.id.clone(),
                        candidat: None,
                        jour: Some(jour),
                        regle: m.regle.clone(),
                        phrase: m.phrase.clone(),
                    });
                    motifs.push(Motif { sens: crate::motif::Sens::Information, ..*m });
                }
            }
        }
        let min = version.regle("jury.membres_min", jour);
        let suffisant = presents.len() as u32 >= min.valeur;
        let phrase = format!(
            "Le {}, {}\u{a0}; il en faut {}.",
            en_francais(jour),
            compte(presents.len() as u64, "membre habilité et présent", "membres habilités et présents"),
            min.valeur
        );
        motifs.push(min.motif("jury.membres_du_jour", phrase).fait("jour", jour).fait("membres", &*presents).selon(suffisant));
        jours.push(JourJury { jour, membres: presents.iter().map(|m| (*m).to_owned()).collect(), suffisant });
    }
    let candidats = s.candidats.iter().map(|c| quorum(version, s, c, &siegent, &mut exclusions, &mut motifs)).collect();
    Reponse::deduite(ExamenJury { jours, candidats, exclusions }, motifs)
}

fn quorum(
    version: &Version,
    s: &SessionJury,
    c: &CandidatSession,
    siegent: &BTreeMap<NaiveDate, BTreeSet<&str>>,
    exclusions: &mut Vec<Exclusion>,
    motifs: &mut Vec<Motif>,
) -> QuorumCandidat {
    let jours = c.jours.as_deref().filter(|j| !j.is_empty()).unwrap_or(s.jours);
    let mut membres: BTreeSet<&str> = s.jures.iter().map(|j| j.id.as_str()).collect();
    for jour in jours {
        let presents = siegent.get(jour).cloned().unwrap_or_default();
        membres.retain(|m| presents.contains(m));
    }
    for j in s.jures {
        for lien in j.liens.iter().filter(|l| l.candidat == c.id) {
            membres.remove(j.id.as_str());
            let ne = interdits(lien.nature).join(", ");
            let phrase =
                format!("{} est lié au candidat {}{NBSP}: il ne peut pas, pour lui seul, {ne}.", guillemets(&j.id), guillemets(&c.id))
                    .replace("deliberer", "délibérer")
                    .replace("evaluer", "évaluer");
            exclusions.push(Exclusion {
                jure: j.id.clone(),
                candidat: Some(c.id.clone()),
                jour: None,
                regle: "jury.lien".to_owned(),
                phrase: phrase.clone(),
            });
            motifs.push(
                Motif::nouveau("jury.lien", Reference::nouvelle("Règlement des sessions, texte de 2008", "2008"), phrase)
                    .fait("jure", &j.id)
                    .fait("candidat", &c.id)
                    .fait("nature", lien.nature)
                    .fait("interdits", interdits(lien.nature)),
            );
        }
    }
    let date = jours.first().copied().unwrap_or_default();
    let min = version.regle("jury.quorum_candidat", date);
    let atteint = membres.len() as u32 >= min.valeur;
    let phrase = format!(
        "{} délibérer sur {}\u{a0}; il en faut {}.",
        compte(membres.len() as u64, "membre peut", "membres peuvent"),
        guillemets(&c.id),
        min.valeur
    );
    motifs.push(min.motif("jury.quorum_candidat", phrase).fait("candidat", &c.id).fait("membres", &membres).selon(atteint));
    QuorumCandidat { candidat: c.id.clone(), membres: membres.into_iter().map(str::to_owned).collect(), quorum: atteint }
}

fn doublons(s: &SessionJury, motifs: &mut Vec<Motif>) {
    if s.jours.is_empty() {
        motifs.push(Motif::nouveau("jury.sans_jour", Reference::modele(), "La session n’a aucun jour.").contre());
    }
    for jour in jours_en_double(s.jours) {
        let phrase = format!("Le {} est donné deux fois parmi les jours de la session.", en_francais(jour));
        motifs.push(Motif::nouveau("jury.jour_en_double", Reference::modele(), phrase).fait("jour", jour).contre());
    }
    let mut vus = BTreeSet::new();
    for j in s.jures.iter().filter(|j| !vus.insert(&j.id)) {
        motifs.push(
            Motif::nouveau("jury.membre_en_double", Reference::modele(), format!("{} figure deux fois dans le jury.", guillemets(&j.id)))
                .fait("jure", &j.id)
                .contre(),
        );
    }
    let mut vus = BTreeSet::new();
    for c in s.candidats.iter().filter(|c| !vus.insert(&c.id)) {
        motifs.push(
            Motif::nouveau(
                "jury.candidat_en_double",
                Reference::modele(),
                format!("{} figure deux fois parmi les candidats.", guillemets(&c.id)),
            )
            .fait("candidat", &c.id)
            .contre(),
        );
    }
}
