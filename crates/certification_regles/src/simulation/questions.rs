//! Chaque question appelle sa règle.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use serde::Serialize;
use serde_json::{Value, json};

use super::demande::{Contexte, Demande};
use super::erreurs::ErreurSimulation;
use super::faits;
use super::question::Question;
use crate::acquis::Origine;
use crate::agrement::{SessionACouvrir, agrement_couvre};
use crate::deliberation::{Proposition, deliberer};
use crate::entretien::{FaitsEntretien, entretien_final};
use crate::epreuves::{Presentation, TypeSession, epreuves_dues};
use crate::livret::{Livret, effet_du_retrait};
use crate::motif::{Motif, NBSP, Reference, Refus, Reponse, Sens, compte};
use crate::preparation::{FaitsPreparation, preparation};
use crate::referentiel::verification::heures;
use crate::referentiel::{Catalogue, ErreurReferentiel, Gravite, Version, difference, verifier};
use crate::reprise::{FaitsReprise, seconde_chance};
use crate::revision::situation;
use crate::{acces_session, ccs, decision, entreprise, inscription, jury, limite, revision, session, vae, validite};

/// La réponse d'une simulation.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ReponseSimulation {
    /// Question.
    pub question: &'static str,
    /// Version visée.
    pub version: String,
    /// Date du cas.
    pub date: NaiveDate,
    /// La demande est admise par les règles.
    pub favorable: bool,
    /// Détail propre à la question.
    pub resultat: Value,
    /// Raisons.
    pub motifs: Vec<Motif>,
}

type Brute = Reponse<Value>;

/// Répond à une demande.
pub fn repondre(demande: &Demande) -> Result<ReponseSimulation, ErreurSimulation> {
    let c = &demande.contexte;
    let catalogue = c.catalogue();
    let version = catalogue.version(&c.version)?;
    let brute = match &demande.question {
        Question::EpreuvesDues(f) => {
            let mut unites = f.unites.clone();
            if unites.is_empty() && f.origines.is_empty() && f.session == TypeSession::Titre {
                unites = manquantes(catalogue, version, c);
            }
            let origines = origines(c, &unites, &f.origines)?;
            let faits = faits_entretien(catalogue, version, c, f.session, origines.keys().cloned().collect(), None);
            let prevu = entretien_final(version, f.session, &faits)?.resultat.prevu;
            let r = epreuves_dues(version, &Presentation { session: f.session, origines: &origines, entretien_prevu: prevu })?;
            brute(r, |dues| json!({ "epreuves": dues, "entretien_prevu": prevu }))
        }
        Question::Preparation(f) => {
            let faits = FaitsPreparation {
                entretien_seul: manquantes(catalogue, version, c).is_empty(),
                origines: origines(c, &f.unites, &f.origines)?,
                voie: c.voie.clone(),
                dossier: f.dossier_professionnel.clone(),
                ecf: f.ecf.clone(),
                periodes: f.periodes.clone(),
                contrat: f.contrat.clone(),
            };
            brute(preparation(version, &faits, c.date)?, valeur)
        }
        Question::AccesSession(f) => {
            let faits = acces_session::FaitsAcces {
                session: f.session,
                date: c.date,
                origines: origines(c, &f.unites, &f.origines)?,
                complet_le: f.complet_le,
                notification: f.notification.clone(),
                sessions: f.sessions_passees.clone(),
                nouvelle_formation_le: f.nouvelle_formation_le,
                experiences: f.experiences.clone(),
                autres_sessions: f.autres_sessions.clone(),
            };
            brute(acces_session::acces_session(catalogue, version, &c.acquis, &faits, c.connaissance)?, valeur)
        }
        Question::SecondeChance(f) => {
            let faits = FaitsReprise {
                origine: c.origine.unwrap_or(Origine::Formation),
                session: f.session,
                date: c.date,
                presentees: f.unites.clone(),
                sessions: f.sessions_passees.clone(),
                depart: f.depart,
                nouvelle_formation_le: f.nouvelle_formation_le,
            };
            let (s, _) = situation(catalogue, version, &c.acquis, c.date, c.connaissance);
            brute(seconde_chance(version, &faits), |r| json!({ "reprise": r, "unites_acquises": s.acquises }))
        }
        Question::VaeRecevabilite(f) => brute(vae::recevabilite(version, f.complet_le, f.notification.as_ref(), c.date), valeur),
        Question::VaePlafonds(f) => {
            let nouveau = f.nouveau.clone().unwrap_or_else(|| vae::DossierVae {
                certification: version.titre.clone(),
                date: c.date,
                blocs_seuls: false,
            });
            // Un code de version, un code de titre et un numéro RNCP nomment la même certification.
            let nommer = |d: &vae::DossierVae| vae::DossierVae { certification: catalogue.titre_nomme(&d.certification), ..d.clone() };
            let anterieurs: Vec<vae::DossierVae> = f.anterieurs.iter().map(nommer).collect();
            brute(vae::plafonds(version, &anterieurs, &nommer(&nouveau)), valeur)
        }
        Question::VaeExperience(f) => brute(vae::experience(version, &f.experiences, c.date), |mois| json!({ "mois": mois })),
        Question::Jury(f) => {
            let jours = jours(&f.jours, c);
            let s = jury::SessionJury { jours: &jours, jures: &f.jures, candidats: &f.candidats, declaree_le: f.declaree_le };
            brute(jury::examiner(version, &s, c.connaissance), valeur)
        }
        Question::Agrement(f) => {
            let jours = jours(&f.jours, c);
            let s = SessionACouvrir { session: f.session, ccs: f.ccs.as_deref(), site: &f.site, jours: &jours, declaree_le: f.declaree_le };
            brute(agrement_couvre(version, &f.agrements, &s, c.connaissance), |couverts| json!({ "jours_couverts": couverts }))
        }
        Question::Session(f) => transition(session::transition(version, f.etat, f.action, &f.gardes.clone().unwrap_or_default(), c.date)),
        Question::Inscription(f) => {
            let mut gardes = f.gardes.clone().unwrap_or_default();
            gardes.origine = gardes.origine.or(c.origine);
            transition(inscription::transition(f.etat, f.action, &gardes))
        }
        Question::Decision(f) => transition(decision::decision(f.etat, f.action, f.motivation.as_deref())),
        Question::Document(f) => transition(decision::document(f.etat, f.action, f.motivation.as_deref())),
        Question::Delivrance(f) => {
            let (d, motif) = decision::delivrance(version.nature, f.document);
            Reponse { favorable: d.delivre_par_la_plateforme, resultat: valeur(d), motifs: vec![motif] }
        }
        Question::EntretienFinal(f) => {
            let faits = FaitsEntretien {
                accordees: f.accordees.clone(),
                livret_produit: f.livret_produit.unwrap_or(true),
                ..faits_entretien(catalogue, version, c, f.session, f.presentees.clone(), f.code_session.as_deref())
            };
            let tenu = f.accordees.is_some();
            let mut b = brute(entretien_final(version, f.session, &faits)?, valeur);
            b.motifs.extend(livret_suppose(f.session, f.livret_produit).filter(|_| tenu));
            b
        }
        Question::Deliberation(f) => deliberation(catalogue, version, c, f)?,
        Question::DateLimite(f) => date_limite(catalogue, version, c, &f.connaissances),
        Question::Revision => brute(revision::revision(catalogue, &c.version, &c.acquis, c.date, c.connaissance)?, valeur),
        Question::ValiditeUnites => validite_unites(catalogue, c)?,
        Question::Livret(f) => livret(catalogue, c, f)?,
        Question::Retrait(f) => brute(effet_du_retrait(catalogue, &c.acquis, &f.cible, c.date)?, valeur),
        Question::Ccs(f) => {
            let origine = c.origine.unwrap_or(Origine::Experience);
            brute(ccs::acces_ccs(catalogue, version, &f.unite, &c.acquis, origine, &f.experiences, c.date)?, valeur)
        }
        Question::PeriodeEntreprise(f) => {
            let voie = c.voie.as_deref().ok_or_else(|| ErreurSimulation::Demande("le champ « voie » manque.".to_owned()))?;
            brute(entreprise::periode_en_entreprise(version, voie, &f.periodes, f.contrat.as_ref(), c.date), valeur)
        }
        Question::Horaires => horaires(version),
        Question::Verification => {
            let constats = if c.versions.is_empty() { verifier(std::slice::from_ref(version)) } else { verifier(&c.versions) };
            let favorable = constats.iter().all(|x| x.gravite != Gravite::Erreur);
            Reponse { favorable, resultat: json!({ "constats": constats }), motifs: Vec::new() }
        }
        Question::Difference(f) => {
            let d = difference(version, catalogue.version(&f.avec)?);
            Reponse { favorable: d.ecarts.is_empty(), resultat: valeur(d), motifs: Vec::new() }
        }
    };
    Ok(ReponseSimulation {
        question: demande.code,
        version: c.version.clone(),
        date: c.date,
        favorable: brute.favorable,
        resultat: brute.resultat,
        motifs: brute.motifs,
    })
}

fn valeur<T: Serialize>(t: T) -> Value {
    serde_json::to_value(t).unwrap_or(Value::Null)
}

fn brute<T>(r: Reponse<T>, resultat: impl FnOnce(T) -> Value) -> Brute {
    Reponse { favorable: r.favorable, resultat: resultat(r.resultat), motifs: r.motifs }
}

fn transition<E: Serialize>(r: Result<(E, Vec<Motif>), Refus>) -> Brute {
    match r {
        Ok((suivant, motifs)) => Reponse { favorable: true, resultat: json!({ "suivant": suivant }), motifs },
        Err(refus) => Reponse { favorable: false, resultat: json!({ "suivant": null }), motifs: refus.motifs },
    }
}

fn jours(donnes: &[NaiveDate], c: &Contexte) -> Vec<NaiveDate> {
    if donnes.is_empty() { vec![c.date] } else { donnes.to_vec() }
}

/// Les unités présentées et leur origine : celle qui leur est propre, sinon celle de la demande.
fn origines(c: &Contexte, unites: &[String], propres: &BTreeMap<String, Origine>) -> Result<BTreeMap<String, Origine>, ErreurSimulation> {
    let mut toutes = propres.clone();
    for u in unites.iter().filter(|u| !propres.contains_key(*u)) {
        let origine = c.origine.ok_or_else(|| {
            ErreurSimulation::Demande(format!(
                "l’origine de l’unité «{NBSP}{u}{NBSP}» manque («{NBSP}origine{NBSP}», «{NBSP}origines{NBSP}» ou «{NBSP}voie{NBSP}»)."
            ))
        })?;
        toutes.insert(u.clone(), origine);
    }
    Ok(toutes)
}

/// Les unités du titre qui manquent à la date du cas.
fn manquantes(catalogue: Catalogue, version: &Version, c: &Contexte) -> Vec<String> {
    situation(catalogue, version, &c.acquis, c.date, c.connaissance).0.manquantes
}

fn faits_entretien(
    catalogue: Catalogue,
    version: &Version,
    c: &Contexte,
    session: TypeSession,
    presentees: BTreeSet<String>,
    code_session: Option<&str>,
) -> FaitsEntretien {
    FaitsEntretien::situer(catalogue, version, session, &c.acquis.avant_session(code_session), presentees, c.date, c.connaissance)
}

fn deliberation(catalogue: Catalogue, version: &Version, c: &Contexte, f: &faits::Deliberation) -> Result<Brute, ErreurReferentiel> {
    let mut presentees = f.presentees.clone().unwrap_or_default();
    if f.presentees.is_none() && f.session == TypeSession::Titre {
        // Une session titre porte sur tout ce qui manque à son ouverture.
        let acquis = c.acquis.avant_session(f.code_session.as_deref());
        presentees = situation(catalogue, version, &acquis, c.date, c.connaissance).0.manquantes.into_iter().collect();
    }
    // Proposer le titre, c'est accorder tout ce qui est présenté.
    let accordees = f.accordees.clone().unwrap_or_else(|| if f.titre_propose { presentees.clone() } else { BTreeSet::new() });
    let faits = FaitsEntretien {
        accordees: Some(accordees),
        livret_produit: f.livret_produit.unwrap_or(true),
        ..faits_entretien(catalogue, version, c, f.session, presentees, f.code_session.as_deref())
    };
    let r =
        deliberer(version, f.session, &Proposition { faits, titre_propose: f.titre_propose, entretien_favorable: f.entretien_favorable })?;
    let mut b = brute(r, valeur);
    b.motifs.extend(livret_suppose(f.session, f.livret_produit));
    Ok(b)
}

/// En session CCP l'entretien se tient au vu du livret : dire qu'on l'a supposé produit.
fn livret_suppose(session: TypeSession, livret: Option<bool>) -> Option<Motif> {
    let phrase = "Le livret est supposé produit, faute d’indication.";
    (session == TypeSession::Ccp && livret.is_none()).then(|| Motif::nouveau("entretien.livret_suppose", Reference::modele(), phrase))
}

fn date_limite(catalogue: Catalogue, version: &Version, c: &Contexte, moments: &[NaiveDate]) -> Brute {
    let r = limite::dans_les_dates(catalogue, version, &c.acquis, c.date, c.connaissance);
    let histoire: Vec<Value> = limite::historique(catalogue, version, &c.acquis, c.date, moments)
        .into_iter()
        .map(|(connaissance, r)| json!({ "connaissance": connaissance, "favorable": r.favorable, "limite": r.resultat.limite, "phrases": r.phrases() }))
        .collect();
    let mut b = brute(r, valeur);
    if let Value::Object(o) = &mut b.resultat {
        o.insert("historique".to_owned(), Value::Array(histoire));
    }
    b
}

fn validite_unites(catalogue: Catalogue, c: &Contexte) -> Result<Brute, ErreurReferentiel> {
    let mut unites = Vec::new();
    let mut motifs = Vec::new();
    for a in &c.acquis.attributions {
        let (valide, motif) = validite::unite_valide(catalogue, catalogue.version(&a.version)?, a, c.date, c.connaissance);
        unites.push(
            json!({ "version": a.version, "unite": a.unite, "valide": valide, "valable_jusqu_au": motif.faits.get("valable_jusqu_au") }),
        );
        motifs.push(motif.selon(valide));
    }
    Ok(Reponse::deduite(json!({ "unites": unites }), motifs))
}

fn livret(catalogue: Catalogue, c: &Contexte, f: &faits::LivretJournal) -> Result<Brute, ErreurReferentiel> {
    Livret::verifier(&f.journal)?;
    let livret = Livret::projeter(&f.journal);
    livret.acquis().verifier(catalogue)?;
    let version = catalogue.version(&c.version)?;
    let (s, _) = situation(catalogue, version, &livret.acquis(), c.date, c.connaissance);
    let mut motifs = vec![
        Motif::nouveau(
            "livret.projection",
            Reference::modele(),
            format!("{}{NBSP}; le livret se recalcule du journal.", compte(f.journal.len() as u64, "décision lue", "décisions lues")),
        )
        .fait("decisions", f.journal.len()),
    ];
    if let Some(conserve) = &f.livret_conserve {
        let egal = *conserve == livret;
        let phrase = if egal { "Le livret conservé est celui du journal." } else { "Le livret conservé n’est pas celui du journal." };
        motifs.push(Motif::nouveau("livret.conserve", Reference::modele(), phrase).selon(egal));
    }
    Ok(Reponse::deduite(
        json!({ "livret": livret, "acquises": s.acquises, "manquantes": s.manquantes, "titre_detenu": s.titre_detenu, "entretien_final_du": s.entretien_final_du }),
        motifs,
    ))
}

fn horaires(version: &Version) -> Brute {
    let lignes = version.horaires.as_ref().map(crate::referentiel::Horaires::syntheses).unwrap_or_default();
    let motifs: Vec<Motif> = lignes
        .iter()
        .filter(|l| l.ecart_minutes.is_some_and(|e| e != 0))
        .map(|l| {
            let phrase = format!(
                "{}{NBSP}: {} imprimées, {} calculées. Les deux sont gardées.",
                l.intitule,
                heures(l.imprime_minutes.unwrap_or(0).into()),
                heures(l.calcule_minutes.into())
            );
            Motif::nouveau("horaires.ecart", Reference::referentiel(version), phrase).fait("ecart_minutes", l.ecart_minutes)
        })
        .collect();
    debug_assert!(motifs.iter().all(|m| m.sens == Sens::Information));
    Reponse { favorable: motifs.is_empty(), resultat: json!({ "lignes": lignes }), motifs }
}
