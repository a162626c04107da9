use socle::traitement::{BASE_ACCOMPAGNEMENT, DUREE_DOSSIER, SECURITE_DOSSIERS, Traitement};

/// What is done with accompaniments.
pub const TRAITEMENT: Traitement = Traitement {
    nom: "Accompagnements",
    finalite: "Garder la trace de ce qui a été fait ensemble, et compter l’activité de la structure sans nom.",
    base_legale: BASE_ACCOMPAGNEMENT,
    personnes: "Personnes accompagnées, nommées ou comptées sans nom.",
    donnees: "Date, durée, lieu, thématiques, démarches, matériel, autonomie, notes, présence ; pour les anonymes, des nombres seuls.",
    destinataires: "L’équipe de la structure qui l’a enregistré. Les bilans remis aux financeurs ne contiennent aucun nom.",
    duree: DUREE_DOSSIER,
    securite: SECURITE_DOSSIERS,
    tables: &["accompagnement", "participation", "accompagnement_code", "accompagnement_anonyme"],
};
