//! Reads a file in the background: rows by hundreds, each lot written with how far it goes, so that memory
//! does not grow with the file and that a reading cut short goes on from its last lot.

mod lots;

use std::{fs::File, io::Write, ops::ControlFlow};

use sea_orm::entity::prelude::*;
use socle::{Contexte, Erreur, Etat, Resultat, identifiant::ImportId};
use tokio::sync::mpsc;

use crate::{
    Nature, champ, depot,
    fichier::{self, Cellule, Format, Illisible, Rangee},
    table::{self, Colonnes, Etat as EtatImport},
};

use lots::Lecteur;

pub use lots::charge;

/// Rows of a lot.
const LOT: usize = 500;
/// Rows among which the headers are looked for: other tools write titles and filters above them.
const TETE: usize = 60;
/// First rows shown as they will be read.
const APERCU: usize = 20;

/// What the thread that reads the file tells.
enum Message {
    Colonnes(Colonnes),
    Lot(Vec<Rangee>, u8),
}

/// Reads a file: the job [`crate::genre::LIRE`].
pub async fn lire(etat: Etat, charge: Json) -> Result<(), String> {
    let id: ImportId = serde_json::from_value(charge["import"].clone()).map_err(|e| e.to_string())?;
    essayer(&etat, id).await.map_err(|e| e.to_string())
}

async fn essayer(etat: &Etat, id: ImportId) -> Resultat<()> {
    let systeme = Contexte::systeme(etat).await?;
    // Withdrawn since, or already read.
    let Some(i) = depot::un(&systeme, id).await? else { return Ok(()) };
    if i.expire_le <= systeme.maintenant {
        return Ok(());
    }
    let Some(lecture) = depot::prendre(&systeme, &i).await? else { return Ok(()) };
    if i.derniere_ligne == 0 {
        depot::vider_lecture(&systeme, id).await?;
    }
    systeme.valider().await?;
    let i = table::Model { etat: EtatImport::Lecture, lecture, ..i };
    let cx = Contexte::lecture(etat, &depot::acteur(&i), etat.horloge.nouvel_uuid());

    let mut f = tempfile::tempfile().map_err(Erreur::interne)?;
    let mut rang = 0;
    while let Some(octets) = depot::lire_morceau(&cx, id, rang).await? {
        f.write_all(&octets).map_err(Erreur::interne)?;
        rang += 1;
    }
    let nature = Nature::depuis(&i.nature).ok_or_else(|| Erreur::Interne("nature".into()))?;
    let mut lecteur = Lecteur::nouveau(etat, cx, i.clone(), nature).await?;
    let (envoi, mut reception) = mpsc::channel(2);
    let connues = i.colonnes.choisies.then(|| i.colonnes.clone());
    let lecture = tokio::task::spawn_blocking(move || parcourir(&mut f, nature, connues, &envoi));
    while let Some(m) = reception.recv().await {
        let suite = match m {
            Message::Colonnes(c) => lecteur.colonnes(c).await?,
            Message::Lot(lignes, part) => lecteur.lot(&lignes, part).await?,
        };
        if !suite {
            // Another reading took this one's place, or what misses makes it useless.
            drop(reception);
            let _ = lecture.await;
            return Ok(());
        }
    }
    match lecture.await.map_err(Erreur::interne)? {
        Ok(format) => lecteur.finir(format).await,
        Err(Illisible(mots)) => lecteur.refuser(mots).await,
    }
}

/// Reads rows, finds the line of headers, and sends lots.
fn parcourir(f: &mut File, nature: Nature, connues: Option<Colonnes>, envoi: &mpsc::Sender<Message>) -> Result<Format, Illisible> {
    let note = |rs: &[Rangee]| rs.iter().map(|r| reconnus(nature, r)).max().unwrap_or(0);
    let mut tete: Vec<Rangee> = vec![];
    let mut colonnes = connues;
    let mut annoncees = false;
    let mut lot = vec![];
    let envoyer = |m: Message| match envoi.blocking_send(m) {
        Ok(()) => ControlFlow::Continue(()),
        Err(_) => ControlFlow::Break(()),
    };
    let verser = |tete: &mut Vec<Rangee>, lot: &mut Vec<Rangee>, colonnes: &mut Option<Colonnes>| {
        let mut c = colonnes.take().unwrap_or_else(|| deviner(nature, tete));
        let suite: Vec<Rangee> = std::mem::take(tete).into_iter().filter(|r| r.numero > c.ligne).collect();
        c.debut = suite
            .iter()
            .take(APERCU)
            .map(|r| {
                (r.numero, (0..c.entetes.len()).map(|n| lots::montrer(c.champs.get(n).copied().flatten(), r.cellules.get(n))).collect())
            })
            .collect();
        *colonnes = Some(c.clone());
        lot.extend(suite);
        envoyer(Message::Colonnes(c))
    };
    let format = fichier::parcourir(f, &note, &mut |r, part| {
        if annoncees {
            lot.push(r);
        } else {
            tete.push(r);
            if tete.len() < TETE {
                return ControlFlow::Continue(());
            }
            annoncees = true;
            if verser(&mut tete, &mut lot, &mut colonnes) == ControlFlow::Break(()) {
                return ControlFlow::Break(());
            }
        }
        if lot.len() >= LOT { envoyer(Message::Lot(std::mem::take(&mut lot), part)) } else { ControlFlow::Continue(()) }
    })?;
    if !annoncees {
        let _ = verser(&mut tete, &mut lot, &mut colonnes);
    }
    if !lot.is_empty() {
        let _ = envoyer(Message::Lot(lot, 100));
    }
    Ok(format)
}

fn textes(r: &Rangee) -> Vec<String> {
    r.cellules.iter().map(Cellule::en_texte).collect()
}

/// How many headers of a row are known.
fn reconnus(nature: Nature, r: &Rangee) -> usize {
    champ::correspondance(nature, &textes(r)).iter().flatten().count()
}

/// The line of headers: the one where most names are known, else the first.
fn deviner(nature: Nature, tete: &[Rangee]) -> Colonnes {
    let max = tete.iter().map(|r| reconnus(nature, r)).max().unwrap_or(0);
    let Some(r) = tete.iter().find(|r| reconnus(nature, r) == max) else { return Colonnes::default() };
    let entetes: Vec<String> = textes(r).into_iter().map(|t| t.chars().take(200).collect()).collect();
    Colonnes { ligne: r.numero, champs: champ::correspondance(nature, &entetes), entetes, choisies: false, debut: vec![] }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rangee(numero: u32, t: &[&str]) -> Rangee {
        Rangee { numero, cellules: t.iter().map(|t| Cellule::Texte((*t).to_owned())).collect() }
    }

    #[test]
    fn les_entetes_se_trouvent_sous_un_preambule() {
        let tete = [
            rangee(1, &["Informations export"]),
            rangee(2, &["Nom", "EXEMPLE"]),
            rangee(3, &["Prénom", "Ada"]),
            rangee(9, &["Nom", "Prénom", "Année de naissance", "Inconnue"]),
            rangee(10, &["ESSAI", "Léo", "1950", "x"]),
        ];
        let c = deviner(Nature::Personnes, &tete);
        assert_eq!(c.ligne, 9);
        assert_eq!(c.champs.iter().flatten().count(), 3);
        assert_eq!(deviner(Nature::Personnes, &[]).ligne, 0);
    }
}
