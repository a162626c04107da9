use socle::traitement::{BASE_ACCOMPAGNEMENT, DUREE_DOSSIER, SECURITE_DOSSIERS, Traitement};

/// What is done with diagnostics.
pub const TRAITEMENT: Traitement = Traitement {
    nom: "Diagnostics partagés",
    finalite: "Convenir avec la personne de ce qu’elle sait faire et de ce qui vient ensuite.",
    base_legale: BASE_ACCOMPAGNEMENT,
    personnes: "Personnes reçues qui ont un dossier.",
    donnees: "Accès au numérique, gestes observés, aisance, niveau convenu, objectif avec ses mots, constats, prochaines étapes.",
    destinataires: "L’équipe de la structure qui l’a enregistré ; la personne, sur une fiche imprimée.",
    duree: DUREE_DOSSIER,
    securite: SECURITE_DOSSIERS,
    tables: &["diagnostic"],
};
