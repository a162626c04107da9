//! Pure rules of an accompaniment.

use std::collections::BTreeMap;

use chrono::{Datelike, NaiveDate};
use socle::controle::Controle;

use super::Accompagnement;
use crate::nomenclatures::TypeActivite;

/// The first day accepted on `aujourd_hui`: two years before (29 February gives 28).
pub fn premier_jour(aujourd_hui: NaiveDate) -> NaiveDate {
    let an = aujourd_hui.year() - 2;
    aujourd_hui.with_year(an).or_else(|| NaiveDate::from_ymd_opt(an, 2, 28)).unwrap_or(aujourd_hui)
}

/// Checks an accompaniment recorded today: see [`controler_depuis`].
#[cfg(test)]
pub fn controler(a: &mut Accompagnement, aujourd_hui: NaiveDate) -> Controle {
    controler_depuis(a, premier_jour(aujourd_hui), aujourd_hui)
}

/// Checks an accompaniment and sets what is derived: counts, order of lists, no zero totals. `depuis` is
/// the first day accepted.
pub fn controler_depuis(a: &mut Accompagnement, depuis: NaiveDate, aujourd_hui: NaiveDate) -> Controle {
    let mut c = Controle::new();
    let l = &mut a.ligne;
    c.exiger(l.date <= aujourd_hui, "date", "Cette date est après aujourd’hui : un accompagnement s’enregistre une fois fait.");
    let trop_tot = if depuis < premier_jour(aujourd_hui) {
        "Cette date est trop ancienne : vérifiez l’année."
    } else {
        "Cette date remonte à plus de deux ans."
    };
    c.exiger(l.date >= depuis, "date", trop_tot);
    c.exiger((1..=1440).contains(&l.duree_minutes), "duree_minutes", "La durée va de 1 minute à 24 heures (1440 minutes).");
    c.texte("titre", l.titre.as_deref(), 200);
    c.texte("notes", l.notes.as_deref(), 5000);
    if l.commune.as_deref().is_some_and(|code| !crate::personne::commune_connue(code)) {
        c.faute("commune", "Ce code de commune n’existe pas : il faut un code INSEE à cinq caractères.");
    }
    c.exiger(!a.thematiques.is_empty(), "thematiques", "Choisissez au moins une thématique.");
    a.thematiques.sort_unstable();
    a.thematiques.dedup();
    a.demarches.sort_unstable();
    a.demarches.dedup();
    a.materiels.sort_unstable();
    a.materiels.dedup();

    let mut uniques = a.personnes.clone();
    uniques.sort_unstable();
    uniques.dedup();
    c.exiger(uniques.len() == a.personnes.len(), "personnes", "La même personne est citée deux fois.");
    c.exiger(a.personnes.len() <= 500, "personnes", "500 personnes au plus.");
    c.exiger(a.anonymes.total <= 10_000, "anonymes.total", "10 000 personnes au plus.");
    let total = a.anonymes.total;
    for (champ, somme, quoi) in [
        ("anonymes.tranches_age", nettoyer(&mut a.anonymes.tranches_age), "tranche d’âge"),
        ("anonymes.genres", nettoyer(&mut a.anonymes.genres), "genre"),
        ("anonymes.statuts", nettoyer(&mut a.anonymes.statuts), "statut"),
    ] {
        if somme > u64::from(total) {
            c.faute(champ, format!("Le total par {quoi} ({somme}) dépasse le nombre de personnes anonymes ({total})."));
        }
    }
    let presents = a.personnes.len() + total as usize;
    match l.type_activite {
        TypeActivite::Individuel => {
            c.exiger(presents == 1, "personnes", "Un accompagnement individuel concerne une seule personne, nommée ou anonyme.");
        }
        TypeActivite::Collectif => {
            c.exiger(presents >= 1, "personnes", "Un accompagnement collectif a au moins une personne présente.");
        }
    }
    l.nommes = i32::try_from(a.personnes.len()).unwrap_or(i32::MAX);
    l.anonymes = i32::try_from(total).unwrap_or(i32::MAX);
    c
}

/// Drops zeros; gives the sum.
fn nettoyer<K: Ord>(totaux: &mut BTreeMap<K, u32>) -> u64 {
    totaux.retain(|_, n| *n > 0);
    totaux.values().map(|n| u64::from(*n)).sum()
}

/// The names of the fields that differ, for the journal.
pub fn differences(a: &Accompagnement, b: &Accompagnement) -> Vec<&'static str> {
    let (x, y) = (&a.ligne, &b.ligne);
    [
        ("date", x.date != y.date),
        ("duree_minutes", x.duree_minutes != y.duree_minutes),
        ("lieu_type", x.lieu_type != y.lieu_type),
        ("lieu", x.lieu_id != y.lieu_id),
        ("commune", x.commune != y.commune),
        ("thematiques", a.thematiques != b.thematiques),
        ("demarches", a.demarches != b.demarches),
        ("materiels", a.materiels != b.materiels),
        ("autonomie", x.autonomie != y.autonomie),
        ("titre", x.titre != y.titre),
        ("niveau", x.niveau != y.niveau),
        ("notes", x.notes != y.notes),
        ("personnes", a.personnes != b.personnes),
        ("anonymes", a.anonymes != b.anonymes),
    ]
    .into_iter()
    .filter_map(|(champ, change)| change.then_some(champ))
    .collect()
}

/// Those present, in words: « Ada ESSAI, Léo ESSAI et 3 personnes anonymes ».
pub fn presents(mut mots: Vec<String>, sans_nom: usize) -> String {
    let trop = mots.len().saturating_sub(3);
    mots.truncate(3);
    if trop > 0 {
        mots.push(format!("{trop} autre{}", if trop > 1 { "s" } else { "" }));
    }
    match sans_nom {
        0 => {}
        1 => mots.push("1 personne sans nom".into()),
        n => mots.push(format!("{n} personnes sans nom")),
    }
    match mots.as_slice() {
        [] => String::new(),
        [un] => un.clone(),
        [debut @ .., fin] => format!("{} et {fin}", debut.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        accompagnement::{Anonymes, Ligne},
        nomenclatures::*,
    };
    use socle::identifiant::*;
    use uuid::Uuid;

    fn jour(s: &str) -> NaiveDate {
        s.parse().unwrap()
    }

    fn modele(t: TypeActivite, nommes: u128, anonymes: u32) -> Accompagnement {
        Accompagnement {
            ligne: Ligne {
                id: AccompagnementId(Uuid::from_u128(1)),
                structure_id: StructureId(Uuid::from_u128(2)),
                mediateur_id: UtilisateurId(Uuid::from_u128(3)),
                type_activite: t,
                date: jour("2026-03-02"),
                duree_minutes: 30,
                lieu_type: LieuType::LieuActivite,
                lieu_id: None,
                commune: None,
                autonomie: None,
                titre: None,
                niveau: None,
                notes: None,
                nommes: 0,
                anonymes: 0,
                version: 1,
                cree_le: chrono::DateTime::UNIX_EPOCH,
                modifie_le: chrono::DateTime::UNIX_EPOCH,
                supprime_le: None,
            },
            thematiques: vec![Thematique::Email],
            demarches: vec![],
            materiels: vec![],
            personnes: (0..nommes).map(|i| PersonneId(Uuid::from_u128(100 + i))).collect(),
            anonymes: Anonymes { total: anonymes, ..Anonymes::default() },
        }
    }

    fn fautes(mut a: Accompagnement) -> Vec<String> {
        controler(&mut a, jour("2026-03-10")).fautes().iter().map(|f| f.champ.clone()).collect()
    }

    #[test]
    fn un_individuel_a_exactement_un_participant() {
        assert!(fautes(modele(TypeActivite::Individuel, 1, 0)).is_empty());
        assert!(fautes(modele(TypeActivite::Individuel, 0, 1)).is_empty());
        for (n, m) in [(0, 0), (1, 1), (2, 0), (0, 2)] {
            assert_eq!(fautes(modele(TypeActivite::Individuel, n, m)), ["personnes"], "{n} {m}");
        }
        assert!(fautes(modele(TypeActivite::Collectif, 3, 25)).is_empty());
        assert_eq!(fautes(modele(TypeActivite::Collectif, 0, 0)), ["personnes"]);
    }

    #[test]
    fn les_totaux_declares_ne_depassent_pas() {
        let mut a = modele(TypeActivite::Collectif, 0, 3);
        a.anonymes.genres.insert(Genre::Feminin, 3);
        a.anonymes.statuts.insert(Statut::Retraite, 0);
        let mut b = a.clone();
        assert!(controler(&mut b, jour("2026-03-10")).fautes().is_empty());
        assert!(b.anonymes.statuts.is_empty());
        a.anonymes.genres.insert(Genre::Masculin, 1);
        assert_eq!(fautes(a), ["anonymes.genres"]);
    }

    #[test]
    fn les_dates_vont_de_deux_ans_a_aujourd_hui() {
        for (d, bien) in [("2026-03-10", true), ("2026-03-11", false), ("2024-03-10", true), ("2024-03-09", false)] {
            let mut a = modele(TypeActivite::Individuel, 1, 0);
            a.ligne.date = jour(d);
            assert_eq!(fautes(a).is_empty(), bien, "{d}");
        }
        assert_eq!(premier_jour(jour("2028-02-29")), jour("2026-02-28"));
    }

    #[test]
    fn les_presents_se_disent() {
        let dit = |n, m| presents((0..n).map(|i| format!("P{i}")).collect(), m);
        assert_eq!(dit(1, 0), "P0");
        assert_eq!(dit(2, 1), "P0, P1 et 1 personne sans nom");
        assert_eq!(dit(4, 0), "P0, P1, P2 et 1 autre");
        assert_eq!(dit(0, 25), "25 personnes sans nom");
    }
}
