use socle::traitement::{BASE_ACCOMPAGNEMENT, DUREE_DOSSIER, SECURITE_DOSSIERS, Traitement};

/// What is done with receptions.
pub const TRAITEMENT: Traitement = Traitement {
    nom: "Accueils",
    finalite: "Savoir qui attend et pourquoi, et ce qui a été répondu.",
    base_legale: BASE_ACCOMPAGNEMENT,
    personnes: "Personnes reçues, nommées ou non.",
    donnees: "Heure d’arrivée, lieu, manière de venir, motif, suite donnée, qui a accueilli.",
    destinataires: "L’équipe de la structure qui l’a enregistré.",
    duree: DUREE_DOSSIER,
    securite: SECURITE_DOSSIERS,
    tables: &["accueil"],
};
