//! From figures added up to a bilan, with the names that go with ids.

use std::collections::HashMap;

use mediation::nomenclatures::{Autonomie, Demarche, Genre, LieuType, Materiel, Statut, Thematique, TrancheAge};
use rustc_hash::FxHashMap;
use socle::{Contexte, Nomenclature, Resultat, equipe, identifiant::UtilisateurId};
use territoire::commune;
use uuid::Uuid;

use super::{
    codes::{AXES, Codes, TABLES},
    cumul::{Cumul, Paire},
    format::Id,
    lecture::Noms,
    mois,
};
use crate::{
    calcul::{Publics, trier},
    filtre::Filtre,
    regles,
    vue::{self, Activites, Bilan, Code, Commune, Orientations, Par, Participations, Personnes, Public, Reussite},
};

/// A lieu as figures need it.
pub struct Lieu {
    pub nom: String,
    pub commune: Option<String>,
}

/// What was counted.
pub struct Comptes {
    pub cumul: Cumul,
    /// Distinct people, those of them never seen before, and how many in each part of the public.
    pub gens: (i64, i64, Vec<i64>),
    /// People with several diagnostics, and those of them whose level rose.
    pub progres: (i64, i64),
    pub noms: Noms,
}

fn lignes<N: Nomenclature>(comptes: &[i64]) -> Vec<Code> {
    N::tous()
        .into_iter()
        .enumerate()
        .map(|(i, n)| Code {
            activites: Some(comptes.get(i).copied().unwrap_or_default()),
            code: n.code(),
            libelle: n.libelle().to_owned(),
        })
        .collect()
}

/// By code; what the nomenclature does not know keeps its place in sums, under a code that is not one.
fn par_code<T>(codes: &Codes, valeurs: impl Iterator<Item = T>) -> HashMap<String, T> {
    codes.tous().iter().cloned().chain(["?".to_owned()]).zip(valeurs).collect()
}

/// The bilan, and its named participations by part of the public.
pub async fn restituer(cx: &Contexte, f: &Filtre, c: Comptes) -> Resultat<(Bilan, [Publics; 3])> {
    let Comptes { cumul: k, gens, progres, noms } = c;
    let mut b = Bilan {
        du: f.du,
        au: f.au,
        activites: Activites {
            total: Some(k.activites),
            individuelles: Some(k.individuelles),
            collectives: Some(k.activites - k.individuelles),
        },
        participations: Participations { total: Some(k.nommees + k.anonymes), nommees: Some(k.nommees), anonymes: Some(k.anonymes) },
        personnes: Personnes { distinctes: Some(gens.0), nouvelles: Some(gens.1) },
        duree_minutes: Some(k.minutes),
        thematiques: lignes::<Thematique>(&k.thematiques),
        demarches: lignes::<Demarche>(&k.demarches),
        materiels: lignes::<Materiel>(&k.materiels),
        lieux_types: lignes::<LieuType>(&k.lieux_types),
        reussite: Reussite {
            objectifs_evalues: Some(k.objectifs),
            objectifs_atteints: Some(k.atteints),
            personnes_reevaluees: Some(progres.0),
            personnes_en_progres: Some(progres.1),
        },
        orientations: Orientations {
            envoyees: Some(k.envoyees),
            repondues: Some(k.delais.values().sum()),
            acceptees: Some(k.acceptees),
            abouties: Some(k.abouties),
            delai_median_jours: regles::mediane(k.delais.iter().map(|(d, n)| (*d, *n)).collect()),
        },
        ..Bilan::default()
    };
    b.autonomies =
        lignes::<Autonomie>(&k.autonomies).into_iter().map(|c| vue::Autonomie { code: c.code, activites: c.activites }).collect();
    let par_mois = k.mois.iter().map(|(m, p)| (mois::nom(*m), *p)).collect();
    b.mois = regles::completer_mois(f.du, f.au, &par_mois);
    b.communes = communes(&k, &noms.lieux);
    b.lieux = par_lieu(&k, &noms.lieux);
    b.mediateurs = mediateurs(cx, &k, &noms.equipe).await?;

    let publics: [Publics; 3] = std::array::from_fn(|axe| {
        let codes = &TABLES.publics[axe];
        let debut = TABLES.decalages[axe];
        let presences = (0..codes.places()).map(|i| k.presences[axe].get(i).copied().unwrap_or_default());
        par_code(codes, presences.zip(gens.2[debut..].iter().copied()))
    });
    let aucun = HashMap::new();
    // As the rows would say: without anonymous participants, nothing is declared of them.
    let declares: [HashMap<String, i64>; 3] =
        std::array::from_fn(
            |axe| if k.anonymes > 0 { par_code(&TABLES.publics[axe], k.declares[axe].iter().copied()) } else { aucun.clone() },
        );
    fn repartir<N: Nomenclature>(axe: usize, p: &[Publics; 3], d: &[HashMap<String, i64>; 3], anonymes: i64) -> Vec<Public> {
        debug_assert!(axe < AXES.len());
        regles::repartir::<N>(&p[axe], &d[axe], anonymes)
    }
    b.tranches_age = repartir::<TrancheAge>(0, &publics, &declares, k.anonymes);
    b.genres = repartir::<Genre>(1, &publics, &declares, k.anonymes);
    b.statuts = repartir::<Statut>(2, &publics, &declares, k.anonymes);
    Ok((b, publics))
}

fn communes(k: &Cumul, lieux: &FxHashMap<Id, Lieu>) -> Vec<Commune> {
    let mut toutes: HashMap<&str, Paire> = k.communes.iter().map(|(c, p)| (c.as_str(), *p)).collect();
    for (id, (_, sans)) in &k.lieux {
        let Some(code) = id.and_then(|id| lieux.get(&id)?.commune.as_deref()) else { continue };
        if sans.0 > 0 {
            let p = toutes.entry(code).or_default();
            *p = (p.0 + sans.0, p.1 + sans.1);
        }
    }
    let mut lignes: Vec<Commune> = toutes
        .into_iter()
        .map(|(code, (activites, participations))| Commune {
            nom: commune::nommer(code),
            code: code.to_owned(),
            activites: Some(activites),
            participations: Some(participations),
        })
        .collect();
    trier(&mut lignes, |c| (c.activites, &c.nom, c.code.clone()));
    lignes
}

fn par_lieu(k: &Cumul, lieux: &FxHashMap<Id, Lieu>) -> Vec<Par<Option<Uuid>>> {
    let mut lignes = vec![];
    let mut sans = None;
    for (id, ((activites, participations), _)) in &k.lieux {
        let (activites, participations) = (Some(*activites), Some(*participations));
        match id {
            Some(id) => {
                let nom = lieux.get(id).map(|l| l.nom.clone()).unwrap_or_default();
                lignes.push(Par { id: Some(Uuid::from_bytes(*id)), nom, activites, participations });
            }
            None => sans = Some(Par { id: None, nom: "Sans lieu".to_owned(), activites, participations }),
        }
    }
    trier(&mut lignes, |l| (l.activites, &l.nom, l.id));
    lignes.extend(sans);
    lignes
}

async fn mediateurs(cx: &Contexte, k: &Cumul, membres: &FxHashMap<Id, String>) -> Resultat<Vec<Par<Uuid>>> {
    let partis = k.mediateurs.keys().filter(|id| !membres.contains_key(*id)).map(|id| UtilisateurId(Uuid::from_bytes(*id)));
    let anciens = equipe::noms(cx, partis).await?;
    let mut lignes: Vec<Par<Uuid>> = k
        .mediateurs
        .iter()
        .map(|(octets, (activites, participations))| {
            let id = Uuid::from_bytes(*octets);
            let nom = membres.get(octets).or_else(|| anciens.get(&UtilisateurId(id))).cloned().unwrap_or_default();
            Par { id, nom, activites: Some(*activites), participations: Some(*participations) }
        })
        .collect();
    trier(&mut lignes, |m| (m.activites, &m.nom, m.id));
    Ok(lignes)
}
