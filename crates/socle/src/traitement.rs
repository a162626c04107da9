//! Records of processing (regulation (EU) 2016/679, art. 30): each slice that stores data about people
//! declares what it does with them, beside the code that does it. The page « Registre des traitements »
//! gathers them, and a test checks that every table of the database is claimed by one.

/// One processing of personal data, in plain French: it is read by the public and by the authority.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Traitement {
    pub nom: &'static str,
    /// What it is for.
    pub finalite: &'static str,
    /// The ground of article 6.
    pub base_legale: &'static str,
    /// Whose data.
    pub personnes: &'static str,
    /// Which data.
    pub donnees: &'static str,
    /// Who may read them.
    pub destinataires: &'static str,
    /// How long they are kept: what the program does, never what it should.
    pub duree: &'static str,
    /// How they are protected.
    pub securite: &'static str,
    /// The tables it stores them in.
    pub tables: &'static [&'static str],
}

/// The ground of what is done for people received. Each structure says which of the three is its own.
pub const BASE_ACCOMPAGNEMENT: &str =
    "Mission d’intérêt public de la structure ; à défaut, son intérêt légitime ou le consentement (RGPD, article 6).";

/// How people's files are protected.
pub const SECURITE_DOSSIERS: &str = "Comptes personnels et droits par rôle ; un dossier n’est visible que des structures qui suivent la personne. Chaque ouverture, export et impression est inscrite dans un journal qui ne peut pas être modifié. Les textes libres sont chiffrés dans la base, par une clé qui n’y est pas.";

/// How long what belongs to a file is kept.
pub const DUREE_DOSSIER: &str =
    "Aussi longtemps que le dossier de la personne. À son effacement, les textes disparaissent ; l’activité reste comptée sans nom.";

/// What the kernel itself stores.
pub const TRAITEMENTS: &[&Traitement] = &[&JOURNAL, &TACHES, &FICHIERS];

const JOURNAL: Traitement = Traitement {
    nom: "Journal des actions",
    finalite: "Savoir qui a ouvert ou changé un dossier et quand, pour protéger les personnes suivies ; n’enregistrer qu’une fois une demande envoyée deux fois.",
    base_legale: "Obligation légale d’assurer la sécurité des données (RGPD, articles 6 et 32).",
    personnes: "Membres des équipes ; personnes dont le dossier est ouvert.",
    donnees: "Date, compte, action, dossier concerné, nom des champs changés ; jamais leur contenu. Une empreinte des demandes de création, vidée quand la personne est effacée.",
    destinataires: "Le ou la responsable de la structure ; la personne concernée, pour ce qui touche à son dossier.",
    duree: "Le nom du compte est retiré de chaque ligne après un an ; la ligne reste, sans nom, aussi longtemps que la base de données.",
    securite: "La base refuse elle-même de changer ou de retirer une ligne, sauf pour oublier son auteur après un an.",
    tables: &["journal", "creation"],
};

const TACHES: Traitement = Traitement {
    nom: "Envoi de courriels aux membres des équipes",
    finalite: "Envoyer les liens de création de compte et de nouveau mot de passe, et réessayer si le serveur de courriel ne répond pas.",
    base_legale: "Intérêt légitime : donner accès à l’outil de travail (RGPD, article 6).",
    personnes: "Membres des équipes.",
    donnees: "Adresse électronique et texte du message.",
    destinataires: "Le serveur de courriel de l’instance.",
    duree: "Le message est effacé dès qu’il est parti ; celui d’un envoi abandonné après des essais répétés est effacé au bout de 90 jours.",
    securite: "Le lien envoyé ne sert qu’une fois et expire ; les messages ne contiennent rien sur les personnes suivies.",
    tables: &["tache"],
};

const FICHIERS: Traitement = Traitement {
    nom: "Fichiers de l’instance",
    finalite: "Garder, le temps utile, les fichiers que le programme prépare ou reçoit pour d’autres traitements.",
    base_legale: BASE_ACCOMPAGNEMENT,
    personnes: "Celles du traitement dont vient le fichier.",
    donnees: "Le nom du fichier, sa sorte, sa taille, son empreinte, sa structure, le compte qui l’a créé, ses dates ; le contenu est décrit par le traitement dont il vient.",
    destinataires: "Ceux de ce traitement ; l’hébergeur du stockage, s’il n’est pas sur le serveur.",
    duree: "Jusqu’à la date d’expiration du fichier, ou sa suppression ; il est alors retiré du stockage.",
    securite: "Le nom dans le stockage est tiré au hasard et ne dit rien de personne ; un fichier ne se lit qu’à travers Passeur, qui vérifie les droits.",
    tables: &["fichier"],
};
