//! Invented people: names made of syllables that no register holds, numbers that reach nobody.

use mediation::{
    nomenclatures::{Besoins, Genre, Statut, TrancheAge},
    personne::{Personne, cle_tri},
};

use crate::demo::{hasard::Hasard, noms};

const DEBUTS: [&str; 24] = [
    "Faux", "Carton", "Papier", "Essai", "Brouil", "Maquet", "Pseudo", "Calque", "Croquis", "Esquis", "Fictou", "Modelou", "Gabar",
    "Invent", "Chimér", "Factis", "Mimé", "Simul", "Tromp", "Semblan", "Nulpar", "Sansno", "Rêvi", "Imagi",
];
const MILIEUX: [&str; 16] = ["", "", "", "el", "ol", "in", "ar", "ot", "ag", "ud", "é", "ass", "ir", "om", "ett", "ouf"];
const FINS: [&str; 20] = [
    "mont", "court", "bel", "zac", "vin", "dière", "quet", "noux", "lard", "besson", "trel", "guin", "rieux", "veau", "nard", "tignac",
    "loup", "pin", "dot", "fils",
];
const PRENOMS: [&str; 40] = [
    "Zéphirin",
    "Trucmuche",
    "Machinette",
    "Bidulin",
    "Chosette",
    "Truquette",
    "Zébulon",
    "Pimprenelle",
    "Tournesol",
    "Mirabelle",
    "Barbotin",
    "Clapotis",
    "Flûtine",
    "Galipette",
    "Hurlubert",
    "Isidorette",
    "Jocrisse",
    "Kilométrine",
    "Lunettine",
    "Marmotin",
    "Nénuphar",
    "Opaline",
    "Patatin",
    "Quenottin",
    "Ritournelle",
    "Sauterin",
    "Tartempion",
    "Ursulin",
    "Virgulette",
    "Wagonnet",
    "Xylophène",
    "Yaourtine",
    "Zigotin",
    "Amandinou",
    "Bergamotte",
    "Capucinou",
    "Dentelline",
    "Églantin",
    "Fanfreluche",
    "Guimauvin",
];
const LANGUES: [&str; 4] = ["anglais", "arabe", "portugais", "dari"];

/// Skewed: the first of a list are drawn much more often than the last.
fn penche(h: &mut Hasard, n: usize) -> usize {
    h.sous(n).min(h.sous(n))
}

fn nom(h: &mut Hasard) -> String {
    format!("{}{}{}", DEBUTS[penche(h, DEBUTS.len())], MILIEUX[penche(h, MILIEUX.len())], FINS[penche(h, FINS.len())])
}

/// The file of a person; the ids and dates are the caller's.
pub fn personne(h: &mut Hasard, communes: &[&'static str], id: uuid::Uuid, cree_le: chrono::DateTime<chrono::Utc>) -> Personne {
    use chrono::Datelike;
    let prenom = if h.chance(60) { (*h.un(&noms::PRENOMS)).to_owned() } else { PRENOMS[penche(h, PRENOMS.len())].to_owned() };
    // An age at the first visit: mostly people over fifty.
    let age = h.pese(&[(8, 2), (15, 6), (21, 9), (32, 16), (50, 24), (64, 20), (75, 18), (84, 5)]) + h.sous(8) as i32;
    let annee = h.chance(75).then(|| cree_le.year() - age);
    let mut p = Personne {
        id: id.into(),
        prenom: Some(prenom),
        nom: h.chance(92).then(|| nom(h)),
        surnom: h.chance(4).then(|| format!("{} le modèle", h.un(&PRENOMS))),
        cle_tri: String::new(),
        // No number of this form is given to anyone: « 06 00 00 … ».
        telephone: h.chance(55).then(|| format!("06 00 {:02} {:02} {:02}", h.sous(100), h.sous(100), h.sous(100))),
        courriel: None,
        date_naissance: annee.filter(|_| h.chance(20)).and_then(|a| chrono::NaiveDate::from_yo_opt(a, 1 + h.sous(365) as u32)),
        annee_naissance: annee,
        tranche_age: if annee.is_none() && h.chance(60) { Some(TrancheAge::de_age(age)) } else { None },
        genre: h.chance(90).then(|| h.pese(&[(Genre::Feminin, 56), (Genre::Masculin, 42), (Genre::NonCommunique, 2)])),
        statut: h.chance(85).then(|| match age {
            ..=17 => Statut::Scolarise,
            18..=61 => h.pese(&[(Statut::SansEmploi, 45), (Statut::EnEmploi, 45), (Statut::NonCommunique, 10)]),
            _ => Statut::Retraite,
        }),
        commune: h.chance(88).then(|| communes[penche(h, communes.len())].to_owned()),
        langue: h.chance(6).then(|| (*h.un(&LANGUES)).to_owned()),
        besoins: Besoins::default(),
        amenagements: None,
        notes: None,
        version: 1,
        cree_le,
        modifie_le: cree_le,
        efface_le: None,
    };
    if h.chance(12) {
        p.courriel = Some(format!("personne.{}@exemple.invalid", h.sous(10_000_000)));
    }
    p.cle_tri = cle_tri(&p);
    p
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn les_gens_sont_varies_et_reproductibles() {
        let jour = chrono::DateTime::UNIX_EPOCH;
        let noms = |graine| {
            let mut h = Hasard::new(graine);
            (0..2000).map(|_| personne(&mut h, &["31555"], uuid::Uuid::nil(), jour).cle_tri).collect::<Vec<_>>()
        };
        assert_eq!(noms(1), noms(1));
        let distincts: std::collections::HashSet<_> = noms(1).into_iter().collect();
        assert!(distincts.len() > 1500, "{}", distincts.len());
    }
}
