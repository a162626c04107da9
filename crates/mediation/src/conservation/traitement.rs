use socle::traitement::{BASE_ACCOMPAGNEMENT, Traitement};

/// What is done to keep no file longer than needed.
pub const TRAITEMENT: Traitement = Traitement {
    nom: "Durée de conservation des dossiers",
    finalite: "Annoncer puis effacer les dossiers des personnes qui ne viennent plus ; se souvenir de ceux qu’il faut garder plus longtemps, et pourquoi.",
    base_legale: BASE_ACCOMPAGNEMENT,
    personnes: "Personnes reçues qui ne sont plus venues.",
    donnees: "Date de la dernière activité, date de l’effacement prévu ; date jusqu’à laquelle le dossier est gardé, raison choisie dans une liste, membre de l’équipe qui l’a décidé.",
    destinataires: "L’équipe de la structure ; un message sans nom prévient les responsables.",
    duree: "Jusqu’au retour de la personne ou à l’effacement de son dossier, trente jours après l’annonce.",
    securite: "L’effacement est fait chaque nuit par le programme et inscrit au journal.",
    tables: &["annonce_effacement", "prolongation"],
};
