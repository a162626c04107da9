//! Names and texts of the demonstration, all invented and visibly so.

use mediation::nomenclatures::Thematique;
use territoire::partenaire::Nature;

pub const PRENOMS: [&str; 32] = [
    "Ada",
    "Basile",
    "Chloé",
    "Driss",
    "Édith",
    "Fatou",
    "Gaspard",
    "Hélène",
    "Inès",
    "Joël",
    "Karim",
    "Lucienne",
    "Marcel",
    "Nadia",
    "Odile",
    "Pavel",
    "Quitterie",
    "René",
    "Salima",
    "Thierry",
    "Ursule",
    "Violette",
    "Wassim",
    "Xavier",
    "Yvonne",
    "Zélie",
    "Amédée",
    "Bintou",
    "Côme",
    "Dolorès",
    "Émile",
    "Fernande",
];

pub const NOMS: [&str; 20] = [
    "Fictif",
    "Exemple",
    "Delessai",
    "Inventé",
    "Imaginaire",
    "Dumodèle",
    "Figurant",
    "Personnage",
    "Lemannequin",
    "Faussenom",
    "Dupapier",
    "Déguisé",
    "Factice",
    "Sansréel",
    "Démo",
    "Lefantôme",
    "Chimère",
    "Pseudo",
    "Decarton",
    "Trompelœil",
];

pub const PARTENAIRES: [(&str, Nature, &str); 8] = [
    ("Centre social de l’Exemple", Nature::AideSociale, "Accompagnement social, aide alimentaire, sur rendez-vous."),
    ("France services de Sansnom", Nature::AideAuxDemarchesAdministratives, "Démarches de tous les jours avec douze organismes publics."),
    ("Mairie de Sansnom, état civil", Nature::Administration, "Papiers d’identité, élections."),
    ("Mission locale Fictive", Nature::InsertionProfessionnelle, "Jeunes de 16 à 25 ans : emploi, formation, logement."),
    ("Association Clavier Factice", Nature::MediationNumerique, "Ateliers d’initiation, prêt d’ordinateurs."),
    ("Recyclerie Imaginaire", Nature::Autre, "Ordinateurs reconditionnés à petit prix."),
    ("Caisse d’Exemple", Nature::OperateurOuOrganismeEnCharge, "Droits à la santé : dossiers et rendez-vous."),
    ("Maison des Aidants de Carton", Nature::AideSociale, "Soutien aux proches, répit."),
];

pub const MOTIFS: [&str; 10] = [
    "Le téléphone ne reçoit plus les messages",
    "Refaire un mot de passe oublié",
    "Actualiser une situation en ligne",
    "Comprendre un courrier qui renvoie vers un site",
    "Envoyer un document en pièce jointe",
    "Prendre un rendez-vous médical en ligne",
    "Un message paraît douteux",
    "Apprendre à se servir d’une tablette",
    "Imprimer un titre de transport",
    "Trier des photos",
];

pub const OBJECTIFS: [&str; 8] = [
    "Envoyer seul un message avec une photo à ma famille",
    "Faire mes démarches sans demander à ma fille",
    "Ne plus avoir peur des messages d’arnaque",
    "Retrouver mes documents sur mon téléphone",
    "Répondre à des offres d’emploi en ligne",
    "Suivre la scolarité de mes enfants",
    "Prendre mes rendez-vous sans téléphoner",
    "Acheter un billet de train",
];

pub const ETAPES: [&str; 6] = [
    "Atelier « Lire et envoyer ses courriels »",
    "Rendez-vous : ranger les mots de passe",
    "Atelier « Reconnaître une arnaque »",
    "S’entraîner à la maison : une photo par jour",
    "Rendez-vous : l’espace en ligne, pas à pas",
    "Aller voir le centre social pour le dossier",
];

pub const ATELIERS: [(&str, Thematique); 8] = [
    ("Lire et envoyer ses courriels", Thematique::Email),
    ("Reconnaître une arnaque", Thematique::SecuriteNumerique),
    ("Mon téléphone, pas à pas", Thematique::PrendreEnMainDuMateriel),
    ("Ranger ses photos", Thematique::GererSesContenusNumeriques),
    ("Chercher sur internet", Thematique::NavigationSurInternet),
    ("Faire son CV", Thematique::InsertionProfessionnelle),
    ("Écrans en famille", Thematique::Parentalite),
    ("Parler avec une intelligence artificielle", Thematique::IntelligenceArtificielle),
];
