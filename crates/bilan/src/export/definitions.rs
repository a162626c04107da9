//! What each figure means, word for word what `domain/mediation.md` § 5 says of the figures exported.

/// A term and its definition.
pub const DEFINITIONS: [(&str, &str); 25] = [
    ("Activités", "Séances enregistrées, individuelles et collectives."),
    (
        "Participations",
        "Personnes présentes à ces séances : une pour une séance individuelle ; pour une séance collective, le nombre de présents, nommés ou anonymes.",
    ),
    ("Personnes différentes", "Personnes nommées, comptées une seule fois chacune, qui ont au moins une participation dans la période."),
    ("Nouvelles personnes", "Personnes nommées dont la toute première participation, dans les structures comptées, tombe dans la période."),
    ("Participations anonymes", "Participations sans nom. C’est un nombre de participations, jamais un nombre de personnes."),
    ("Durée", "Durée totale des activités, en minutes."),
    (
        "Thématiques, démarches, matériels",
        "Nombre d’activités. Une activité peut en avoir plusieurs : les pourcentages se calculent sur les activités, et leur total peut dépasser 100 %.",
    ),
    ("Lieux", "Activités et participations par lieu ; « Sans lieu » quand aucun lieu n’a été indiqué."),
    ("Communes", "Commune de l’activité, sinon celle de son lieu ; les activités sans l’une ni l’autre ne sont pas comptées ici."),
    ("Mois", "Activités et participations par mois de la période."),
    (
        "Publics",
        "Par tranche d’âge, genre et statut : les participations, nommées et anonymes, et les personnes nommées différentes. Ce qui n’a pas été déclaré est en « non communiqué » : chaque colonne de participations fait le total des participations.",
    ),
    ("Équipe", "Activités et participations par médiateur ou médiatrice."),
    (
        "Objectifs évalués, atteints",
        "Objectifs des parcours dont l’évaluation tombe dans la période. Taux de réussite = atteints ÷ évalués.",
    ),
    ("Personnes réévaluées", "Personnes qui ont au moins deux diagnostics complets, dont le dernier tombe dans la période."),
    (
        "Personnes en progrès",
        "Parmi elles, celles dont le niveau d’autonomie a monté entre le premier et le dernier diagnostic. Progression = personnes en progrès ÷ personnes réévaluées.",
    ),
    (
        "Orientations",
        "Orientations envoyées dans la période, et ce qu’elles sont devenues depuis : avec une réponse, acceptées, abouties. Taux d’aboutissement = abouties ÷ envoyées.",
    ),
    ("Délai médian", "Nombre de jours au bout duquel la moitié des premières réponses sont arrivées."),
    (
        "Avis demandés, donnés",
        "Demandes d’avis faites après les activités comptées, une par personne présente, et réponses reçues depuis. Taux de réponse = donnés ÷ demandés.",
    ),
    (
        "Note moyenne",
        "Moyenne des trois questions (accueil, utilité, recommandation) sur toutes les réponses, de 1 à 5. Sous 5 réponses, elle représente peu de monde.",
    ),
    ("Note d’ensemble", "Pour chaque réponse, moyenne des trois questions, arrondie à l’entier."),
    (
        "Ateliers",
        "Séances d’ateliers closes dans la période. Personnes attendues : réservations confirmées, et annulées par la personne dans les dernières 24 heures. Absence excusée : la personne a prévenu avant le début.",
    ),
    (
        "Taux de présence, de remplissage",
        "Présence = venues ÷ attendues, absences excusées à part. Remplissage = places réservées ÷ places offertes, un au plus.",
    ),
    (
        "Avis deux semaines après",
        "Réponses au courriel envoyé deux semaines après, aux personnes venues qui l’ont accepté ; part de celles qui l’ont refait seules, ou presque.",
    ),
    ("Gestes réussis", "Gestes de la fiche vus réussis par qui anime ÷ gestes regardés."),
    (
        "masqué",
        "Chiffre masqué : il est inférieur à 5, porte sur moins de 5 personnes, ou permettrait d’en retrouver un par soustraction. Il n’est pas montré hors de la structure qui l’a enregistré.",
    ),
];
