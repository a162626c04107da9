use socle::traitement::{BASE_ACCOMPAGNEMENT, SECURITE_DOSSIERS, Traitement};

/// What is done with people's files.
pub const TRAITEMENT: Traitement = Traitement {
    nom: "Dossiers des personnes",
    finalite: "Reconnaître une personne d’une visite à l’autre, la joindre, tenir compte de ses besoins, garder la preuve de ses accords.",
    base_legale: BASE_ACCOMPAGNEMENT,
    personnes: "Personnes reçues qui ont un dossier. Il est possible d’être aidé sans donner son nom.",
    donnees: "Nom, prénom ou surnom ; téléphone, courriel ; âge, genre, situation, commune, langue ; besoins d’aide et aménagements, jamais une maladie ; notes ; accords donnés et retirés ; structures qui suivent la personne.",
    destinataires: "L’équipe des structures qui suivent la personne ; une autre structure seulement avec son accord.",
    duree: "24 mois après la dernière activité, ou la durée que la structure a choisie (de 6 à 36 mois) : le programme annonce le dossier trente jours avant, puis l’efface lui-même. Il peut être gardé plus longtemps pour une raison notée, ou effacé plus tôt (page « Effacer »). Restent la tranche d’âge, le genre et la situation, sans nom.",
    securite: SECURITE_DOSSIERS,
    tables: &["personne", "personne_cle", "suivi", "consentement"],
};
