use socle::traitement::Traitement;

/// What is done with notes on one's practice.
pub const TRAITEMENT: Traitement = Traitement {
    nom: "Notes de pratique des médiateurs",
    finalite: "Permettre à chaque médiateur ou médiatrice de réfléchir à sa pratique, et d’en garder la trace pour faire reconnaître ses compétences.",
    base_legale: "Intérêt légitime : progresser dans son métier (RGPD, article 6).",
    personnes: "Membres des équipes ; personnes accompagnées, si la note parle d’elles malgré la consigne.",
    donnees: "Ce qui a marché, ce qu’on changerait, compétences du métier concernées, accompagnement.",
    destinataires: "La personne qui a écrit la note, et elle seule.",
    duree: "Jusqu’à ce que son auteur la supprime ; le texte disparaît aussi quand le dossier de la personne accompagnée est effacé.",
    securite: "Textes chiffrés. Ni la structure ni l’administration ne peuvent les ouvrir dans Passeur ; la consigne demande de ne nommer personne.",
    tables: &["note_pratique"],
};
