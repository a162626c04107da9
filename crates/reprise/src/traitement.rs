use socle::traitement::{BASE_ACCOMPAGNEMENT, Traitement};

/// What is done with the files of imports.
pub const TRAITEMENT: Traitement = Traitement {
    nom: "Reprise de données",
    finalite: "Reprendre les personnes et les accompagnements enregistrés dans un autre outil, après les avoir montrés à qui les apporte.",
    base_legale: BASE_ACCOMPAGNEMENT,
    personnes: "Personnes accompagnées, nommées dans le fichier apporté.",
    donnees: "Le fichier apporté et ce qui y est lu : identité, contacts, situation, accompagnements, notes.",
    destinataires: "La personne qui apporte le fichier, et elle seule, jusqu’à sa confirmation.",
    duree: "Le fichier et ce qui y est lu sont retirés à la confirmation, ou au plus tard 7 jours après le dépôt. Il reste un an le nom du fichier, la date et des nombres, et une empreinte du numéro que les personnes avaient dans l’autre outil.",
    securite: "Rien n’est écrit dans les dossiers avant la confirmation ; chaque dossier créé est inscrit dans le journal.",
    tables: &["import", "import_morceau", "import_objet", "import_cle", "import_erreur", "import_source"],
};
