use socle::traitement::{BASE_ACCOMPAGNEMENT, DUREE_DOSSIER, SECURITE_DOSSIERS, Traitement};

/// What is done with plans.
pub const TRAITEMENT: Traitement = Traitement {
    nom: "Parcours",
    finalite: "Suivre les objectifs et les étapes convenus avec la personne.",
    base_legale: BASE_ACCOMPAGNEMENT,
    personnes: "Personnes reçues qui ont un dossier.",
    donnees: "Objectifs avec les mots de la personne, étapes, dates, résultats.",
    destinataires: "L’équipe de la structure qui l’a enregistré.",
    duree: DUREE_DOSSIER,
    securite: SECURITE_DOSSIERS,
    tables: &["parcours", "objectif", "etape"],
};
