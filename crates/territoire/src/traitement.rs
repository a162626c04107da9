use socle::traitement::Traitement;

/// What this crate stores about people.
pub const TRAITEMENTS: &[&Traitement] = &[&ANNUAIRE];

const ANNUAIRE: Traitement = Traitement {
    nom: "Annuaire des structures et des partenaires",
    finalite: "Joindre les structures et les partenaires vers qui orienter.",
    base_legale: "Intérêt légitime : travailler avec les partenaires du territoire (RGPD, article 6).",
    personnes: "Interlocuteurs et interlocutrices des structures et des partenaires.",
    donnees: "Nom de la personne à contacter, téléphone, courriel, adresse professionnels.",
    destinataires: "Les membres de la structure ; le partenaire figure sur les lettres d’orientation.",
    duree: "Tant que la structure garde la fiche ; une fiche fermée reste pour lire les orientations passées.",
    securite: "Comptes personnels et droits par rôle ; chaque changement est inscrit au journal.",
    tables: &["structure", "partenaire"],
};
