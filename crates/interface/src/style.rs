//! The page `/style`: every component in every state, for those who build pages and those who check them.

use askama::Template;
use chrono::{DateTime, NaiveDate, Utc};

use crate::{
    composants::{Onglet, Pagination},
    formulaire::{Choix, Erreurs},
    graphique::{Forme, Graphique, Serie, Valeur},
    page::{Accent, Page},
};

/// Mount as: `async fn style(requete) -> … { PageStyle::nouvelle(page).render() }`.
#[derive(Clone, Debug, Template)]
#[template(path = "style.html")]
pub struct PageStyle {
    pub page: Page,
    erreurs: Erreurs,
    themes: Vec<Choix>,
    materiels: Vec<Choix>,
    durees: Vec<Choix>,
    mois: Vec<Choix>,
    onglets: Vec<Onglet>,
    pagination: Pagination,
    jour: NaiveDate,
    instant: DateTime<Utc>,
    graphiques: Vec<Graphique>,
}

impl PageStyle {
    pub fn nouvelle(page: Page) -> Self {
        let mut erreurs = Erreurs::nouvelles();
        erreurs.ajoute("courriel", "Écrivez l’adresse avec une arobase : nom@exemple.fr.");
        erreurs.ajoute("duree_e", "Choisissez une durée.");
        let materiels =
            [("ordinateur", "Ordinateur"), ("telephone", "Téléphone"), ("tablette", "Tablette"), ("autre", "Autre"), ("aucun", "Aucun")];
        let durees = [("15", "15 min"), ("30", "30 min"), ("45", "45 min"), ("60", "1 h"), ("90", "1 h 30"), ("120", "2 h")];
        Self {
            page,
            erreurs,
            themes: Choix::liste(THEMES, &["email"]),
            materiels: Choix::liste(materiels, &["ordinateur", "telephone"]),
            durees: Choix::liste(durees, &["30"]),
            mois: Choix::liste([("1", "janvier"), ("2", "février"), ("3", "mars")], &["3"]),
            onglets: vec![
                Onglet::nouveau("#onglets", "Résumé", true),
                Onglet::nouveau("#onglets", "Parcours", false),
                Onglet::nouveau("#onglets", "Historique", false),
            ],
            pagination: Pagination::nouvelle(2, 55, 20, "?page="),
            jour: NaiveDate::default() + chrono::Days::new(20_515),
            instant: DateTime::from_timestamp(1_772_543_100, 0).unwrap_or_default(),
            graphiques: graphiques(),
        }
    }
}

/// Labels of the national nomenclature (domain: thématiques), to show a long list of chips.
const THEMES: [(&str, &str); 14] = [
    ("diagnostic_numerique", "Diagnostic numérique"),
    ("prendre_en_main_du_materiel", "Prendre en main du matériel"),
    ("maintenance_de_materiel", "Maintenance de matériel"),
    ("gerer_ses_contenus_numeriques", "Gérer ses contenus numériques"),
    ("navigation_sur_internet", "Navigation sur internet"),
    ("email", "E-mail"),
    ("bureautique", "Bureautique"),
    ("reseaux_sociaux", "Réseaux sociaux"),
    ("sante", "Santé"),
    ("banque_et_achats_en_ligne", "Banque et achats en ligne"),
    ("entrepreneuriat", "Entrepreneuriat"),
    ("insertion_professionnelle", "Insertion professionnelle"),
    ("securite_numerique", "Sécurité numérique"),
    ("parentalite", "Parentalité"),
];

/// Invented values, said to be so on the page.
fn graphiques() -> Vec<Graphique> {
    let serie = |nom: &str, valeurs: &[i64]| Serie::nouvelle(nom, valeurs.iter().map(|n| Valeur::de(*n)));
    let mois = ["janv.", "févr.", "mars", "avr.", "mai", "juin"];
    let gestes = [
        "Ouvrir l’appareil",
        "Trouver une information",
        "Garder un document",
        "Envoyer un message",
        "Se connecter",
        "Faire une démarche",
        "Repérer un piège",
        "Se débloquer",
    ];
    vec![
        Graphique::barres(
            "g-barres",
            "Matériel utilisé",
            "activités",
            [
                ("Ordinateur", Valeur::de(1240).vers("#g-barres")),
                ("Téléphone", Valeur::de(864)),
                ("Tablette", Valeur::de(97)),
                ("Autre", Valeur::masquee()),
            ],
        ),
        Graphique::colonnes(
            "g-colonnes",
            "Activités par mois",
            "activités",
            mois.into_iter().zip([42, 38, 51, 47, 29, 60].map(Valeur::de)),
        ),
        Graphique::nouveau(
            Forme::Courbes,
            "g-courbes",
            "Fréquentation, cette année et l’an passé",
            "personnes",
            mois,
            vec![serie("Cette année", &[42, 38, 51, 47, 29, 60]), serie("L’an passé", &[30, 35, 33, 40, 22, 41])],
        ),
        Graphique::nouveau(
            Forme::Empilees,
            "g-empilees",
            "Autonomie selon le lieu",
            "activités",
            ["Lieu d’activité", "Domicile", "À distance"],
            vec![
                serie("Entièrement accompagnées", &[34, 12, 5]),
                serie("Partiellement autonomes", &[41, 6, 9]),
                serie("Autonomes", &[18, 2, 7]),
            ],
        ),
        Graphique::nouveau(
            Forme::Radar { max: 3.0 },
            "g-radar",
            "Diagnostic : en mars et en juin",
            "niveau de 0 à 3",
            gestes,
            vec![
                Serie::nouvelle("3 mars", [3, 1, 1, 2, 0, 0, 1].map(Valeur::de).into_iter().chain([Valeur::absente()])),
                serie("9 juin", &[3, 2, 2, 3, 2, 1, 2, 2]),
            ],
        ),
    ]
}
