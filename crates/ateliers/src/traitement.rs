use socle::traitement::Traitement;

/// What this crate stores about people.
pub const TRAITEMENTS: &[&Traitement] = &[&CATALOGUE, &SEANCES, &RESERVATIONS, &EVALUATIONS, &AGENDA, &RENDEZ_VOUS, &WEBHOOKS];

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
    tables: &["seance", "seance_date", "seance_materiel", "occupation", "equipement", "seance_equipement"],
};

const RESERVATIONS: Traitement = Traitement {
    nom: "Réservations d’ateliers",
    finalite: "Garder une place à qui la demande, prévenir d’un changement, proposer les places libérées.",
    base_legale: "Mesures prises à la demande de la personne (RGPD, article 6).",
    personnes: "Personnes qui réservent ou pour qui l’on réserve.",
    donnees: "Nom ou prénom, téléphone ou courriel si la personne le veut, ce qui aide à l’accueillir (chiffré), le dossier si elle est suivie ; si un message n’a pas pu lui arriver, et quand ; qui est venu, et la signature de présence faite à l’écran (chiffrée).",
    destinataires: "Les membres de la structure qui organise.",
    duree: "Quatre-vingt-dix jours après la séance, nom, contact, liens et signatures sont effacés ; les nombres restent.",
    securite: "Sans compte ni témoin de connexion ; lien secret dont seule l’empreinte est gardée ; essais de codes freinés ; la base refuse deux personnes sur une place.",
    tables: &["reservation", "lien_reservation", "seance_presence", "signature_presence"],
};

const EVALUATIONS: Traitement = Traitement {
    nom: "Évaluation des ateliers",
    finalite: "Savoir ce que les personnes pensent d’un atelier et ce qu’elles y ont appris, pour l’améliorer, préparer leur diagnostic et en rendre compte par des chiffres.",
    base_legale: "Intérêt légitime : évaluer le travail de la structure (RGPD, article 6). Consentement pour le courriel envoyé deux semaines après.",
    personnes: "Personnes venues à un atelier, qui acceptent de répondre.",
    donnees: "Trois notes et un texte libre facultatif, chiffré, liés à l’atelier, jamais à un nom ; pour chaque personne présente, les gestes vus par qui anime et ceux qu’elle dit savoir faire ; l’accord pour être interrogée plus tard. Le lien secret n’est gardé que sous forme d’empreinte.",
    destinataires: "L’équipe de la structure : des moyennes et des nombres, et les textes libres sans auteur à partir de 5 réponses ; les gestes, dans le dossier de la personne suivie.",
    duree: "L’évaluation du jour se ferme avec la séance ; le lien envoyé par courriel, au bout de 30 jours. Accord et liens sont effacés 90 jours après la séance. Les notes et les gestes, sans nom, restent comptés.",
    securite: "Lien long et imprévisible ; une réponse par invitation, refusée par la base elle-même au-delà ; rien entre 20 h et 8 h. Le courriel est préparé au moment de l’envoi : son adresse n’est copiée nulle part.",
    tables: &[
        "evaluation_seance",
        "lien_evaluation",
        "reponse_seance",
        "accord_evaluation",
        "invitation_froide",
        "reponse_froide",
        "geste_seance",
    ],
};

const AGENDA: Traitement = Traitement {
    nom: "Agenda de l’équipe",
    finalite: "Savoir qui est pris, où et quand ; ne pas programmer deux choses à la fois ; suivre son agenda ailleurs, et ici ceux que l’on tient ailleurs.",
    base_legale: "Intérêt légitime : organiser le travail de la structure (RGPD, article 6).",
    personnes: "Membres de l’équipe.",
    donnees: "Genre, titre, heure et lieu des temps de chacun (stand, préparation, trajet, réunion, absence sans son motif) ; l’adresse d’un agenda suivi (chiffrée) et les seules heures où l’on y est pris ; les heures d’ouverture des lieux.",
    destinataires: "Les membres de la structure ; qui tient l’adresse secrète d’un agenda, sans le nom des personnes reçues.",
    duree: "Tant que le compte et la structure existent ; les heures prises ailleurs sont effacées sept jours après, ou dès que l’agenda n’est plus suivi.",
    securite: "Comptes personnels et droits par rôle ; adresses secrètes dont seule l’empreinte est gardée, que l’on ferme ; un agenda suivi n’est lu que sur Internet, en https.",
    tables: &[
        "evenement",
        "evenement_occurrence",
        "flux_agenda",
        "agenda_externe",
        "occupe_ailleurs",
        "trajet",
        "reglage_agenda",
        "horaire_lieu",
        "fermeture_lieu",
    ],
};

const RENDEZ_VOUS: Traitement = Traitement {
    nom: "Rendez-vous",
    finalite: "Recevoir à l’heure dite qui le demande, prévenir d’un changement, rappeler.",
    base_legale: "Mesures prises à la demande de la personne (RGPD, article 6).",
    personnes: "Personnes qui prennent rendez-vous ou pour qui l’on en prend ; membres de l’équipe qui reçoivent.",
    donnees: "Nom ou prénom, téléphone ou courriel si la personne le veut, ce qui aide à la recevoir (chiffré), le dossier si elle est suivie ; si un message n’a pas pu lui arriver, et quand ; les heures où chacun reçoit.",
    destinataires: "Les membres de la structure.",
    duree: "Quatre-vingt-dix jours après le rendez-vous, nom, contact et liens sont effacés ; les nombres restent.",
    securite: "Sans compte ni témoin de connexion ; lien secret dont seule l’empreinte est gardée ; essais de codes freinés ; la base refuse deux rendez-vous à la même heure avec la même personne.",
    tables: &["motif_rendez_vous", "plage", "plage_exception", "rendez_vous", "lien_rendez_vous"],
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
