//! Who the people of a file are: already followed by the structure, met earlier in the file, or new.
//!
//! The number of the person in the other tool decides first; then a telephone or mail address with the same
//! first name (a couple may share one), or the same name with the same birth, unless another number has this person. In a file of accompaniments
//! a name alone is enough, if one person bears it.

use std::collections::{HashMap, HashSet};

use chrono::Datelike;
use mediation::personne::{self, Connue, Personne, cles_de_contact};
use socle::{
    Contexte, Resultat,
    identifiant::{ImportId, PersonneId, StructureId},
    texte::plier,
};
use uuid::Uuid;

use crate::{depot, ligne::Identite, table::cle};

/// What a line's person is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouve {
    /// Followed by the structure.
    Connue(PersonneId),
    /// Named by an earlier line.
    DuFichier(PersonneId),
    Nouvelle(PersonneId),
    /// Was here and is not any more: erased, or no longer followed. It is not brought back.
    Retiree,
    /// Several people bear this name.
    Ambigue,
    /// A number alone, that means nobody.
    Inconnue,
}

/// A person of a line.
pub struct Demandee<'a> {
    pub identite: &'a Identite,
    /// What the line says, as a text: where an id comes from when there is no number.
    pub contenu: String,
}

pub fn derive(structure: StructureId, quoi: &str, texte: &str) -> Uuid {
    Uuid::new_v5(&structure.0, format!("passeur.reprise\n{quoi}\n{texte}").as_bytes())
}

/// The folded names under which someone may be known: « nom prenom surnom », or every way to cut a whole name.
fn noms(i: &Identite) -> Vec<String> {
    let d = &i.demande;
    let range = plier(&[d.nom.as_deref(), d.prenom.as_deref(), d.surnom.as_deref()].into_iter().flatten().collect::<Vec<_>>().join(" "));
    let mut v = vec![range];
    if let Some(e) = &i.nom_entier {
        let plie = plier(e);
        let mots: Vec<&str> = plie.split(' ').collect();
        for k in 0..mots.len().min(8) {
            v.push([&mots[k..], &mots[..k]].concat().join(" "));
        }
    }
    v.retain(|n| !n.is_empty());
    v.sort();
    v.dedup();
    v
}

fn annee(i: &Identite) -> Option<i32> {
    i.demande.date_naissance.map(|d| d.year()).or(i.demande.annee_naissance)
}

fn meme_naissance(c: &Connue, i: &Identite) -> bool {
    match (c.date_naissance, i.demande.date_naissance) {
        (Some(a), Some(b)) => a == b,
        _ => c.annee_naissance.is_some() && c.annee_naissance == annee(i),
    }
}

fn meme_prenom(p: &Personne, i: &Identite) -> bool {
    match (&p.prenom, &i.demande.prenom) {
        (Some(a), Some(b)) => plier(a) == plier(b),
        _ => true,
    }
}

/// The keys under which a line's person is known again by later lines.
struct Cles {
    source: Option<Uuid>,
    contacts: Vec<Uuid>,
    noms: Vec<Uuid>,
    contenu: Uuid,
}

/// Finds who the people of some lines are; adds to `nouvelles_cles` what later lines need.
pub async fn rapprocher(
    cx: &Contexte,
    structure: StructureId,
    import: ImportId,
    demandees: &[Demandee<'_>],
    nouvelles_cles: &mut HashMap<Uuid, cle::Model>,
) -> Resultat<Vec<Trouve>> {
    let d = |quoi: &str, t: &str| derive(structure, quoi, t);
    let cles: Vec<Cles> = demandees
        .iter()
        .map(|x| {
            let i = x.identite;
            let prenom = i.demande.prenom.as_deref().map(plier).unwrap_or_default();
            let a = annee(i).map(|a| a.to_string()).unwrap_or_default();
            let entier = i.nom_entier.is_some();
            Cles {
                source: i.source.as_deref().map(|s| d("source", s)),
                contacts: cles_de_contact(i.demande.telephone.as_deref(), i.demande.courriel.as_deref())
                    .iter()
                    .map(|c| d("contact", &format!("{c}\n{prenom}")))
                    .collect(),
                // In a file of people, a name without birth says nothing.
                noms: if entier || !a.is_empty() { noms(i).iter().map(|n| d("nom", &format!("{n}\n{a}"))).collect() } else { vec![] },
                contenu: d("contenu", &x.contenu),
            }
        })
        .collect();
    let toutes: Vec<Uuid> =
        cles.iter().flat_map(|c| c.source.iter().chain(&c.contacts).chain(&c.noms).chain([&c.contenu])).copied().collect();
    let mut vues = depot::cles_parmi(cx, import, &toutes).await?;
    let sources: Vec<Uuid> = cles.iter().filter_map(|c| c.source).collect();
    let gardees = depot::sources_parmi(cx, structure, &sources).await?;

    let textes: Vec<String> = demandees
        .iter()
        .flat_map(|x| cles_de_contact(x.identite.demande.telephone.as_deref(), x.identite.demande.courriel.as_deref()))
        .collect();
    let mut par_contact: HashMap<String, Vec<PersonneId>> = HashMap::new();
    for lot in textes.chunks(depot::LOT) {
        for (c, p) in personne::par_contacts(cx, structure, lot).await? {
            par_contact.entry(c).or_default().push(p);
        }
    }
    let ids: Vec<PersonneId> = par_contact.values().flatten().copied().collect();
    let mut fiches: HashMap<PersonneId, Personne> = HashMap::new();
    for lot in ids.chunks(depot::LOT) {
        fiches.extend(personne::plusieurs(cx, lot).await?.into_iter().map(|p| (p.id, p)));
    }
    let noms_cherches: Vec<String> = demandees
        .iter()
        .filter(|x| x.identite.nom_entier.is_some() || annee(x.identite).is_some())
        .flat_map(|x| noms(x.identite))
        .collect();
    let mut par_nom: HashMap<String, Vec<Connue>> = HashMap::new();
    for lot in noms_cherches.chunks(depot::LOT) {
        for c in personne::par_noms(cx, structure, lot).await? {
            let meme = par_nom.entry(c.cle_tri.clone()).or_default();
            if !meme.contains(&c) {
                meme.push(c);
            }
        }
    }

    // First pass: who is found without an id of ours, those who may be by their name; the ids of the others.
    let mut suite: Vec<(Option<Trouve>, Vec<PersonneId>, Option<PersonneId>)> = vec![];
    let mut rangs: HashMap<Uuid, i32> = HashMap::new();
    for (x, c) in demandees.iter().zip(&cles) {
        let i = x.identite;
        let connue = |id: PersonneId| Some(Trouve::Connue(id));
        let mut trouve = None;
        if let Some(p) = c.source.and_then(|s| gardees.get(&s)) {
            // Followed or not: looked at below.
            suite.push((None, vec![], Some(*p)));
            continue;
        }
        let contacts = cles_de_contact(i.demande.telephone.as_deref(), i.demande.courriel.as_deref());
        if let Some(p) =
            contacts.iter().filter_map(|k| par_contact.get(k)).flatten().filter_map(|id| fiches.get(id)).find(|p| meme_prenom(p, i))
        {
            trouve = connue(p.id);
        }
        let mut par_le_nom = vec![];
        if trouve.is_none() {
            let memes: Vec<&Connue> = noms(i).iter().filter_map(|n| par_nom.get(n)).flatten().collect();
            let nes: Vec<&&Connue> = memes.iter().filter(|m| meme_naissance(m, i)).collect();
            trouve = match (nes.as_slice(), memes.as_slice()) {
                ([un], _) => connue(un.id),
                ([_, _, ..], _) => Some(Trouve::Ambigue),
                // A name alone, in a file of accompaniments.
                ([], [un]) if i.nom_entier.is_some() && (annee(i).is_none() || un.annee_naissance.is_none()) => connue(un.id),
                ([], [_, _, ..]) if i.nom_entier.is_some() && annee(i).is_none() => Some(Trouve::Ambigue),
                _ => None,
            };
            par_le_nom = if nes.is_empty() { memes.iter().map(|m| m.id).collect() } else { nes.iter().map(|m| m.id).collect() };
        }
        let id = match (&trouve, &i.source) {
            (_, Some(s)) => Some(d("personne de numero", s)),
            (Some(_), None) => None,
            (None, None) if i.nom_entier.is_some() => {
                let a = annee(i).map(|a| a.to_string()).unwrap_or_default();
                let n = noms(i).into_iter().next().unwrap_or_default();
                Some(d("personne nommee", &format!("{n}\n{a}")))
            }
            // The same words twice, and nothing that tells that they are one person: two people.
            (None, None) => {
                let rang = rangs.entry(c.contenu).or_insert_with(|| vues.get(&c.contenu).map_or(0, |v| v.fois));
                *rang += 1;
                Some(d("personne", &format!("{}\n{rang}", x.contenu)))
            }
        }
        .map(PersonneId);
        suite.push((trouve, par_le_nom, id));
    }
    let ids: Vec<PersonneId> = suite.iter().filter_map(|(.., id)| *id).collect();
    let (mut existent, mut suivies) = (HashSet::new(), HashSet::new());
    let reunies = mediation::doublon::gardees(cx, &ids).await?;
    let ids: Vec<PersonneId> = ids.iter().chain(reunies.values()).copied().collect();
    for lot in ids.chunks(depot::LOT) {
        existent.extend(personne::existants(cx, lot).await?);
        suivies.extend(personne::suivis_parmi(cx, structure, lot).await?);
    }

    // Which numbers have those that a line with a new number would be by its name: two numbers are two people.
    let mut designees: Vec<Uuid> = vec![];
    for (c, (_, par_le_nom, _)) in cles.iter().zip(&suite) {
        if c.source.is_some_and(|s| !gardees.contains_key(&s) && !vues.contains_key(&s)) {
            designees.extend(c.noms.iter().filter_map(|k| vues.get(k)?.objet_id));
            designees.extend(par_le_nom.iter().map(|p| p.0));
        }
    }
    designees.sort_unstable();
    designees.dedup();
    let mut numeros = depot::numeros_de(cx, structure, import, &designees).await?;

    let mut resultat = vec![];
    for ((x, c), (trouve, par_le_nom, id)) in demandees.iter().zip(&cles).zip(suite) {
        let d_un_autre = |o: Uuid, numeros: &HashMap<Uuid, HashSet<Uuid>>| {
            c.source.is_some_and(|s| numeros.get(&o).is_some_and(|siens| !siens.contains(&s)))
        };
        let libres: Vec<PersonneId> = par_le_nom.iter().copied().filter(|p| !d_un_autre(p.0, &numeros)).collect();
        let trouve = match trouve {
            Some(Trouve::Connue(_) | Trouve::Ambigue) if libres.len() < par_le_nom.len() => match libres.as_slice() {
                [] => None,
                [un] => Some(Trouve::Connue(*un)),
                _ => Some(Trouve::Ambigue),
            },
            t => t,
        };
        // Brought together with another file since: it is that one.
        let id = id.map(|id| reunies.get(&id).copied().filter(|g| suivies.contains(g)).unwrap_or(id));
        let objet = |k: &Uuid| vues.get(k).and_then(|v| v.objet_id);
        let deja = c.source.iter().chain(&c.contacts).find_map(objet);
        let deja = deja.or_else(|| c.noms.iter().filter_map(objet).find(|o| !d_un_autre(*o, &numeros)));
        let t = match (trouve, deja, id) {
            (Some(t), ..) => t,
            (None, Some(o), _) => Trouve::DuFichier(PersonneId(o)),
            (None, None, Some(id)) if suivies.contains(&id) => Trouve::Connue(id),
            (None, None, Some(id)) if existent.contains(&id) => Trouve::Retiree,
            (None, None, Some(_)) if noms(x.identite).is_empty() => Trouve::Inconnue,
            (None, None, Some(id)) => Trouve::Nouvelle(id),
            (None, None, None) => Trouve::Inconnue,
        };
        if let Trouve::Connue(id) | Trouve::DuFichier(id) | Trouve::Nouvelle(id) = t {
            let fois = rangs.get(&c.contenu).copied().unwrap_or(0);
            let mut poser = |k: Uuid, objet: Option<Uuid>, fois: i32, durable: bool| {
                // Of two people with one key, the first keeps it; a count follows the last.
                if fois == 0 && vues.contains_key(&k) {
                    return;
                }
                let m = cle::Model { import_id: import, cle: k, objet_id: objet, fois, durable };
                vues.insert(k, m.clone());
                nouvelles_cles.insert(k, m);
            };
            if let Some(s) = c.source {
                poser(s, Some(id.0), 0, true);
                numeros.entry(id.0).or_default().insert(s);
            }
            for k in c.contacts.iter().chain(&c.noms) {
                poser(*k, Some(id.0), 0, false);
            }
            if fois > 0 {
                poser(c.contenu, None, fois, false);
            }
        }
        resultat.push(t);
    }
    Ok(resultat)
}
