//! The tables of a bilan, as both forms of export write them.

use mediation::{ateliers::Resultats, nomenclatures::Autonomie};
use socle::Nomenclature;

use crate::vue::{Bilan, Code, Par, Public};

/// A figure that is masked, whichever the reason.
pub const MASQUE: &str = crate::mots::MASQUE;

/// A figure, or why there is none.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Valeur {
    /// The measure means nothing on this line.
    Aucune,
    /// There is nothing to measure.
    Inconnue,
    Entier(i64),
    Decimal(f64),
    /// It counts fewer than five, or would give such a figure away.
    Masquee,
}

/// One line.
#[derive(Clone, Debug)]
pub struct Ligne {
    pub code: String,
    pub libelle: String,
    pub valeurs: Vec<Valeur>,
}

/// Lines of one kind, named as the API names them.
#[derive(Clone, Debug)]
pub struct Partie {
    pub code: &'static str,
    pub nom: &'static str,
    pub lignes: Vec<Ligne>,
}

/// One sheet of the spreadsheet.
#[derive(Clone, Debug)]
pub struct Tableau {
    pub feuille: &'static str,
    /// Code and label of each column of figures.
    pub mesures: Vec<(&'static str, &'static str)>,
    pub parties: Vec<Partie>,
}

const ACTIVITES: (&str, &str) = ("activites", "Activités");
const PARTICIPATIONS: (&str, &str) = ("participations", "Participations");
const PERSONNES: (&str, &str) = ("personnes", "Personnes nommées");
const NOMBRE: (&str, &str) = ("nombre", "Nombre");

fn ligne(code: &str, libelle: &str, valeurs: &[Valeur]) -> Ligne {
    Ligne { code: code.to_owned(), libelle: libelle.to_owned(), valeurs: valeurs.to_vec() }
}

/// A figure that may be masked.
fn compte(n: Option<i64>) -> Valeur {
    n.map_or(Valeur::Masquee, Valeur::Entier)
}

fn tableau(feuille: &'static str, mesures: &[(&'static str, &'static str)], parties: Vec<Partie>) -> Tableau {
    Tableau { feuille, mesures: mesures.to_vec(), parties }
}

fn codes(code: &'static str, nom: &'static str, lignes: &[Code]) -> Partie {
    Partie { code, nom, lignes: lignes.iter().map(|l| ligne(&l.code, &l.libelle, &[compte(l.activites)])).collect() }
}

fn publics(code: &'static str, nom: &'static str, lignes: &[Public]) -> Partie {
    let valeurs = |l: &Public| [compte(l.participations), compte(l.personnes)];
    Partie { code, nom, lignes: lignes.iter().map(|l| ligne(&l.code, &l.libelle, &valeurs(l))).collect() }
}

fn par<I>(l: &Par<I>, id: String) -> Ligne {
    ligne(&id, &l.nom, &[compte(l.activites), compte(l.participations)])
}

/// `mars 2026` from `2026-03`.
fn nom_mois(mois: &str) -> String {
    let (annee, m) = mois.split_once('-').unwrap_or((mois, ""));
    format!("{} {annee}", interface::format::nom_mois(m.parse().unwrap_or_default())).trim().to_owned()
}

/// The lines of workshops: counts, then rates; what is masked says so.
fn ateliers(a: &Resultats) -> Vec<Ligne> {
    use Valeur::{Aucune, Decimal, Entier, Inconnue, Masquee};
    let gens = |code, libelle, n| ligne(code, libelle, &[compte(n), Aucune, Aucune]);
    let arrondi = |t: f64| (t * 1000.0).round() / 1000.0;
    // Masked with what it comes from; else there is nothing to divide by.
    let taux = |code, libelle, t: Option<f64>, sur: Option<i64>| {
        let v = t.map_or(if sur.is_none() { Masquee } else { Inconnue }, |t| Decimal(arrondi(t)));
        ligne(code, libelle, &[Aucune, v, Aucune])
    };
    let note = a.satisfaction.map_or(if a.avis.is_none() { Masquee } else { Inconnue }, |s| Decimal((s * 10.0).round() / 10.0));
    vec![
        ligne("seances", "Séances closes", &[Entier(a.seances), Aucune, Aucune]),
        ligne("places", "Places offertes", &[Entier(a.places), Aucune, Aucune]),
        gens("inscrits", "Personnes attendues et excusées", a.inscrits),
        gens("excuses", "Absences excusées", a.excuses),
        gens("venus", "Attendues et venues", a.venus),
        gens("presents", "Présences", a.presents),
        gens("sans_place", "Restées sans place", a.sans_place),
        gens("avis", "Avis du jour", a.avis),
        gens("avis_froids", "Avis deux semaines après", a.avis_froids),
        gens("personnes_regardees", "Personnes dont les gestes sont regardés", a.personnes_regardees),
        taux("presence", "Taux de présence", a.presence, a.venus),
        taux("remplissage", "Taux de remplissage", a.remplissage, a.inscrits),
        ligne("satisfaction", "Satisfaction, de 1 à 5", &[Aucune, Aucune, note]),
        taux("reutilisation", "L’ont refait seules, ou presque", a.reutilisation, a.avis_froids),
        taux("reussite", "Gestes réussis", a.reussite, a.personnes_regardees),
    ]
}

/// All the tables, in their order.
pub fn tableaux(b: &Bilan) -> Vec<Tableau> {
    use Valeur::Aucune;
    let une = |code, nom, lignes| vec![Partie { code, nom, lignes }];
    let doubles = [ACTIVITES, PARTICIPATIONS];

    let (a, p, g, r, o) = (b.activites, b.participations, b.personnes, b.reussite, b.orientations);
    let activites = vec![
        ligne("total", "Toutes les activités", &[compte(a.total), compte(b.duree_minutes)]),
        ligne("individuelles", "Individuelles", &[compte(a.individuelles), Aucune]),
        ligne("collectives", "Collectives", &[compte(a.collectives), Aucune]),
    ];
    let participations = vec![
        ligne("total", "Toutes les participations", &[compte(p.total), Aucune]),
        ligne("nommees", "Nommées", &[compte(p.nommees), Aucune]),
        ligne("anonymes", "Anonymes", &[compte(p.anonymes), Aucune]),
    ];
    let personnes = vec![
        ligne("distinctes", "Personnes différentes", &[Aucune, compte(g.distinctes)]),
        ligne("nouvelles", "Nouvelles personnes", &[Aucune, compte(g.nouvelles)]),
    ];
    let autonomie = |code: &str| Autonomie::depuis(code).map_or("", Nomenclature::libelle);
    let autonomies = b.autonomies.iter().map(|l| ligne(&l.code, autonomie(&l.code), &[compte(l.activites), Aucune])).collect();
    let lieux = b.lieux.iter().map(|l| par(l, l.id.map_or_else(|| "sans_lieu".to_owned(), |id| id.to_string()))).collect();
    let types = b.lieux_types.iter().map(|l| ligne(&l.code, &l.libelle, &[compte(l.activites), Aucune])).collect();
    let communes = b.communes.iter().map(|c| ligne(&c.code, &c.nom, &[compte(c.activites), compte(c.participations)])).collect();
    let mois = b.mois.iter().map(|m| ligne(&m.mois, &nom_mois(&m.mois), &[compte(m.activites), compte(m.participations)])).collect();
    let equipe = b.mediateurs.iter().map(|m| par(m, m.id.to_string())).collect();
    let reussite = vec![
        ligne("objectifs_evalues", "Objectifs évalués", &[compte(r.objectifs_evalues)]),
        ligne("objectifs_atteints", "Objectifs atteints", &[compte(r.objectifs_atteints)]),
        ligne("personnes_reevaluees", "Personnes réévaluées", &[compte(r.personnes_reevaluees)]),
        ligne("personnes_en_progres", "Personnes en progrès", &[compte(r.personnes_en_progres)]),
    ];
    let avis = b.satisfaction;
    let sans_reponse = avis.reponses == Some(0);
    let moyenne = match avis.moyenne {
        Some(m) => Valeur::Decimal(m),
        None if sans_reponse => Valeur::Inconnue,
        None => Valeur::Masquee,
    };
    let mut satisfaction = vec![
        ligne("demandes", "Avis demandés", &[compte(avis.demandes), Aucune]),
        ligne("reponses", "Avis donnés", &[compte(avis.reponses), Aucune]),
        ligne("moyenne", "Note moyenne, de 1 à 5", &[Aucune, moyenne]),
    ];
    for (i, n) in avis.distribution.into_iter().enumerate() {
        satisfaction.push(ligne(&format!("note_{}", i + 1), &format!("Note d’ensemble {}", i + 1), &[compte(n), Aucune]));
    }
    let delai = o.delai_median_jours.map_or(if o.repondues.is_none() { Valeur::Masquee } else { Valeur::Inconnue }, Valeur::Decimal);
    let orientations = vec![
        ligne("envoyees", "Envoyées", &[compte(o.envoyees), Aucune]),
        ligne("repondues", "Avec une réponse", &[compte(o.repondues), Aucune]),
        ligne("acceptees", "Acceptées", &[compte(o.acceptees), Aucune]),
        ligne("abouties", "Abouties", &[compte(o.abouties), Aucune]),
        ligne("delai_median_jours", "Délai médian de la première réponse", &[Aucune, delai]),
    ];
    vec![
        tableau(
            "Activités",
            &[ACTIVITES, ("duree_minutes", "Durée (minutes)")],
            vec![
                Partie { code: "activites", nom: "Ensemble", lignes: activites },
                Partie { code: "autonomies", nom: "Selon l’autonomie", lignes: autonomies },
            ],
        ),
        tableau(
            "Participations",
            &[PARTICIPATIONS, PERSONNES],
            vec![
                Partie { code: "participations", nom: "Participations", lignes: participations },
                Partie { code: "personnes", nom: "Personnes", lignes: personnes },
            ],
        ),
        tableau("Thématiques", &[ACTIVITES], vec![codes("thematiques", "Thématiques", &b.thematiques)]),
        tableau("Démarches", &[ACTIVITES], vec![codes("demarches", "Démarches", &b.demarches)]),
        tableau("Matériels", &[ACTIVITES], vec![codes("materiels", "Matériels", &b.materiels)]),
        tableau(
            "Lieux",
            &doubles,
            vec![
                Partie { code: "lieux", nom: "Par lieu", lignes: lieux },
                Partie { code: "lieux_types", nom: "Selon l’endroit", lignes: types },
            ],
        ),
        tableau("Communes", &doubles, une("communes", "Communes", communes)),
        tableau("Mois", &doubles, une("mois", "Mois", mois)),
        tableau(
            "Publics",
            &[PARTICIPATIONS, PERSONNES],
            vec![
                publics("tranches_age", "Âge", &b.tranches_age),
                publics("genres", "Genre", &b.genres),
                publics("statuts", "Statut", &b.statuts),
            ],
        ),
        tableau("Équipe", &doubles, une("mediateurs", "Équipe", equipe)),
        tableau("Réussite", &[NOMBRE], une("reussite", "Réussite", reussite)),
        tableau("Orientations", &[NOMBRE, ("jours", "Jours")], une("orientations", "Orientations", orientations)),
        tableau("Satisfaction", &[NOMBRE, ("note", "Note")], une("satisfaction", "Satisfaction", satisfaction)),
        tableau("Ateliers", &[NOMBRE, ("taux", "Taux, de 0 à 1"), ("note", "Note")], une("ateliers", "Ateliers", ateliers(&b.ateliers))),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chaque_ligne_a_ses_mesures_et_les_masques_se_disent() {
        let genre = |code: &str, participations| Public { code: code.into(), libelle: code.into(), participations, personnes: Some(6) };
        let b = Bilan { genres: vec![genre("a", None), genre("b", Some(0)), genre("c", Some(9))], ..Bilan::default() };
        let t = tableaux(&b);
        assert!(t.iter().all(|t| t.parties.iter().all(|p| p.lignes.iter().all(|l| l.valeurs.len() == t.mesures.len()))));
        let publics = t.iter().find(|t| t.feuille == "Publics").unwrap();
        let premiers: Vec<Valeur> = publics.parties[1].lignes.iter().map(|l| l.valeurs[0]).collect();
        assert_eq!(premiers, [Valeur::Masquee, Valeur::Entier(0), Valeur::Entier(9)]);
        assert_eq!(nom_mois("2026-03"), "mars 2026");
    }
}
