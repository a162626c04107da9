use socle::traitement::{BASE_ACCOMPAGNEMENT, Traitement};

/// What is done with opinions.
pub const TRAITEMENT: Traitement = Traitement {
    nom: "Avis des personnes accompagnées",
    finalite: "Demander aux personnes ce qu’elles pensent de l’aide reçue, pour l’améliorer et en rendre compte par des chiffres.",
    base_legale: BASE_ACCOMPAGNEMENT,
    personnes: "Personnes accompagnées qui acceptent de répondre.",
    donnees: "Trois notes et un texte libre facultatif, chiffré, liés à l’accompagnement et au jour de la réponse, jamais à un nom. Le lien secret n’est gardé que sous forme d’empreinte.",
    destinataires: "L’équipe de la structure : des moyennes et des nombres, et les textes libres sans auteur à partir de 5 réponses. Les bilans remis hors de la structure ne contiennent que des chiffres.",
    duree: "Le lien cesse de fonctionner au bout de 30 jours. Les notes restent comptées ; le texte libre disparaît quand le dossier de la personne est effacé, et ses liens avec lui.",
    securite: "Lien long et imprévisible, une seule réponse par demande, refusée par la base elle-même au-delà. Le courriel d’invitation, envoyé seulement avec l’accord de la personne, est préparé au moment de l’envoi : son adresse n’est copiée nulle part.",
    tables: &["demande_avis", "lien_avis", "avis"],
};
