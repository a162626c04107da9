use socle::traitement::Traitement;

/// What this crate stores about people.
pub const TRAITEMENTS: &[&Traitement] = &[&CATALOGUE];

const CATALOGUE: Traitement = Traitement {
    nom: "Catalogue d’ateliers",
    finalite: "Préparer des ateliers et partager leurs fiches entre structures.",
    base_legale: "Intérêt légitime : préparer le travail de la structure (RGPD, article 6).",
    personnes: "Membres de l’équipe qui écrivent les fiches ; auteurs et autrices des supports.",
    donnees: "Qui a écrit chaque version d’une fiche et quand ; le nom des auteurs de supports, tel que leur licence demande de le citer.",
    destinataires: "Les membres de la structure ; ceux des autres structures de l’instance quand la fiche est partagée.",
    duree: "Tant que la structure garde la fiche.",
    securite: "Comptes personnels et droits par rôle ; chaque changement est inscrit au journal, et l’ancienne version reste lisible.",
    tables: &["fiche_atelier", "fiche_atelier_version"],
};
