//! The charts of the bilan, each with its table, each value leading to the list behind it.

use interface::{
    format::{self, pourcentage},
    graphique::{Forme, Graphique, Serie, Valeur},
};

use crate::{
    filtre::Filtre,
    regles,
    vue::{Bilan, Code, Public, Satisfaction},
};

/// The address of the list behind a number.
pub fn vers_liste(f: &Filtre, reste: &str) -> String {
    format!("/bilan/liste?{}{reste}", f.adresse())
}

fn compte(n: Option<i64>, href: String) -> Valeur {
    match n {
        None => Valeur::masquee().dite(crate::mots::MASQUE),
        Some(0) => Valeur::de(0),
        Some(n) => Valeur::de(n).vers(href),
    }
}

/// Activities and participations over time.
pub fn mois(b: &Bilan, f: &Filtre) -> Graphique {
    let (titre, colonnes) = regles::colonnes(&b.mois, f.du, f.au);
    let serie = |nom: &str, nombre: fn(&regles::Colonne) -> Option<i64>| {
        Serie::nouvelle(nom, colonnes.iter().map(|c| compte(nombre(c), vers_liste(&f.entre(c.du, c.au), ""))))
    };
    let series = vec![serie("Activités", |c| c.activites), serie("Participations", |c| c.participations)];
    Graphique::nouveau(Forme::Colonnes, "mois", titre, "", colonnes.iter().map(|c| c.nom.clone()), series)
}

/// Activities by code, the most frequent first, those without any left out.
fn par_code(id: &str, titre: &str, codes: &[Code], total: Option<i64>, lien: impl Fn(&str) -> String) -> Graphique {
    let mut presents: Vec<&Code> = codes.iter().filter(|c| c.activites != Some(0)).collect();
    presents.sort_by_key(|c| std::cmp::Reverse(c.activites));
    let donnees = presents.into_iter().map(|c| {
        let valeur = compte(c.activites, lien(&c.code));
        let valeur = match (c.activites, total) {
            (Some(n), Some(total)) => valeur.dite(format!("{} ({})", format::entier(n), pourcentage(n, total))),
            _ => valeur,
        };
        (c.libelle.clone(), valeur)
    });
    Graphique::barres(id, titre, "activités", donnees)
}

fn par_public(id: &str, titre: &str, lignes: &[Public], lien: Option<&dyn Fn(&str) -> String>) -> Graphique {
    let valeur = |l: &Public| match (l.participations, lien) {
        (Some(n), None) => Valeur::de(n),
        (n, lien) => compte(n, lien.map(|lien| lien(&l.code)).unwrap_or_default()),
    };
    let categories: Vec<String> = lignes.iter().map(|l| l.libelle.clone()).collect();
    // The people are in the table of the page, not in the drawing: two counts of two things would not add up.
    let serie = Serie::nouvelle("Participations", lignes.iter().map(valeur));
    Graphique::nouveau(Forme::Barres, id, titre, "participations", categories, vec![serie])
}

/// Answers by overall mark.
pub fn satisfaction(s: &Satisfaction) -> Graphique {
    let noms = ["1 (le moins bon)", "2", "3", "4", "5 (le meilleur)"];
    let valeur = |n: Option<i64>| n.map_or_else(|| Valeur::masquee().dite(crate::mots::MASQUE), Valeur::de);
    Graphique::colonnes("satisfaction", "Réponses par note d’ensemble", "réponses", noms.into_iter().zip(s.distribution.map(valeur)))
}

/// All the charts after the one by month, in the order of the page.
pub fn repartitions(b: &Bilan, f: &Filtre) -> Vec<Graphique> {
    let total = b.activites.total;
    let avec = |nom: &'static str| move |code: &str| vers_liste(f, &format!("&{nom}={code}"));
    let thematique = |code: &str| {
        // One thematique at a time in an address: a filter already set stays, and the others lead nowhere new.
        let choisie = socle::Nomenclature::depuis(code);
        vers_liste(&Filtre { thematique: choisie.or(f.thematique), ..f.clone() }, "")
    };
    let mut tous = vec![
        par_code("thematiques", "Thématiques", &b.thematiques, total, thematique),
        par_code("demarches", "Démarches administratives", &b.demarches, total, avec("demarche")),
        par_code("materiels", "Matériel utilisé", &b.materiels, total, avec("materiel")),
    ];
    // Where small groups are masked, no list tells the people present apart.
    let lien = |nom: &'static str| (!b.masques).then_some(move |code: &str| vers_liste(f, &format!("&{nom}={code}")));
    for (id, titre, lignes, nom) in [
        ("ages", "Âge", &b.tranches_age, "tranche_age"),
        ("genres", "Genre", &b.genres, "genre"),
        ("statuts", "Statut", &b.statuts, "statut"),
    ] {
        let l = lien(nom);
        tous.push(par_public(id, titre, lignes, l.as_ref().map(|l| l as &dyn Fn(&str) -> String)));
    }
    let lieux = b.lieux.iter().map(|l| {
        let href = match l.id {
            Some(id) => vers_liste(&Filtre { lieu: Some(id.into()), ..f.clone() }, ""),
            None => vers_liste(f, "&sans_lieu=oui"),
        };
        (l.nom.clone(), compte(l.activites, href))
    });
    tous.push(Graphique::barres("lieux", "Lieux", "activités", lieux));
    tous.push(par_code("lieux-types", "Où se passe l’accompagnement", &b.lieux_types, total, avec("lieu_type")));
    let communes = b
        .communes
        .iter()
        .map(|c| (c.nom.clone(), compte(c.activites, vers_liste(&Filtre { commune: Some(c.code.clone()), ..f.clone() }, ""))));
    tous.push(Graphique::barres("communes", "Communes", "activités", communes));
    let equipe = b
        .mediateurs
        .iter()
        .map(|m| (m.nom.clone(), compte(m.activites, vers_liste(&Filtre { mediateur: Some(m.id.into()), ..f.clone() }, ""))));
    tous.push(Graphique::barres("mediateurs", "Équipe", "activités", equipe));
    tous
}
