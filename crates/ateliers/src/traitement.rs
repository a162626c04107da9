use socle::traitement::Traitement;

/// What this crate stores about people.
pub const TRAITEMENTS: &[&Traitement] = &[&CATALOGUE, &SEANCES, &RESERVATIONS, &WEBHOOKS];

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

const SEANCES: Traitement = Traitement {
    nom: "Séances d’ateliers",
    finalite: "Programmer les ateliers, savoir qui les anime et où, et les annoncer au public.",
    base_legale: "Intérêt légitime : organiser le travail de la structure (RGPD, article 6).",
    personnes: "Membres de l’équipe qui animent.",
    donnees: "Qui anime, où et quand ; le lieu et l’heure où chacun est pris.",
    destinataires: "Les membres de la structure. Le programme public dit l’atelier, le lieu et l’heure, jamais qui anime.",
    duree: "Comme les accompagnements : une séance sert aux chiffres de la structure.",
    securite: "Comptes personnels et droits par rôle ; chaque changement est inscrit au journal.",
    tables: &["seance", "seance_date", "seance_materiel", "occupation"],
};

const RESERVATIONS: Traitement = Traitement {
    nom: "Réservations d’ateliers",
    finalite: "Garder une place à qui la demande, prévenir d’un changement, proposer les places libérées.",
    base_legale: "Mesures prises à la demande de la personne (RGPD, article 6).",
    personnes: "Personnes qui réservent ou pour qui l’on réserve.",
    donnees: "Nom ou prénom, téléphone ou courriel si la personne le veut, ce qui aide à l’accueillir (chiffré), le dossier si elle est suivie.",
    destinataires: "Les membres de la structure qui organise.",
    duree: "Quatre-vingt-dix jours après la séance, nom, contact et liens sont effacés ; les nombres restent.",
    securite: "Sans compte ni témoin de connexion ; lien secret dont seule l’empreinte est gardée ; essais de codes freinés ; la base refuse deux personnes sur une place.",
    tables: &["reservation", "lien_reservation", "seance_presence"],
};

const WEBHOOKS: Traitement = Traitement {
    nom: "Appels d’autres logiciels (webhooks)",
    finalite: "Prévenir le logiciel que la structure a choisi qu’une réservation d’atelier est créée, changée, annulée, ou qu’une personne est venue.",
    base_legale: "Intérêt légitime : relier les outils de la structure (RGPD, article 6).",
    personnes: "Membres de l’équipe qui règlent ces appels ; personnes qui réservent, par un numéro seulement.",
    donnees: "Qui a ajouté l’adresse et quand ; pour chaque envoi, le numéro de la réservation et son état, jamais un nom ni un contact.",
    destinataires: "Le logiciel dont la structure a donné l’adresse.",
    duree: "Chaque envoi est effacé après trente jours ; l’adresse, quand la structure la retire.",
    securite: "Envois signés, par https, jamais vers un réseau privé ; secret chiffré et montré une fois.",
    tables: &["webhook", "webhook_livraison"],
};
