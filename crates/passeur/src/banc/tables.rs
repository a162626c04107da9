//! The tables that the seed fills, in the order of foreign keys, and the rank of each.

macro_rules! tables {
    ($($nom:ident = $table:literal ($($colonne:literal),+ $(,)?);)+) => {
        #[allow(non_camel_case_types, clippy::upper_case_acronyms)]
        #[derive(Clone, Copy)]
        enum Rang { $($nom),+ }
        $(pub const $nom: usize = Rang::$nom as usize;)+
        pub const TABLES: &[(&str, &[&str])] = &[$(($table, &[$($colonne),+])),+];
    };
}

tables! {
    STRUCTURE = "structure" ("id", "nom", "cle_tri", "commune", "version", "cree_le");
    LIEU = "lieu" ("id", "structure_id", "nom", "cle_tri", "commune", "actif", "version");
    UTILISATEUR = "utilisateur" ("id", "email", "email_plie", "nom", "administrateur", "actif", "cree_le", "version");
    FONCTION = "fonction" ("utilisateur_id", "structure_id", "role");
    PARTENAIRE = "partenaire" ("id", "structure_id", "nom", "cle_tri", "nature", "contact", "description", "actif", "version", "cree_le");
    PERSONNE = "personne" (
        "id", "prenom", "nom", "surnom", "cle_tri", "telephone", "courriel", "date_naissance", "annee_naissance", "tranche_age", "genre",
        "statut", "commune", "langue", "besoins", "version", "cree_le", "modifie_le",
    );
    CONSENTEMENT = "consentement" (
        "id", "personne_id", "structure_id", "finalite", "destinataire_id", "donne_le", "recueilli_par", "maniere",
    );
    SUIVI = "suivi" ("structure_id", "personne_id", "depuis", "consentement_id");
    CLE = "personne_cle" ("structure_id", "cle", "personne_id");
    ACCOMPAGNEMENT = "accompagnement" (
        "id", "structure_id", "mediateur_id", "type_activite", "date", "duree_minutes", "lieu_type", "lieu_id", "commune", "autonomie",
        "titre", "niveau", "nommes", "anonymes", "version", "cree_le", "modifie_le",
    );
    PARTICIPATION = "participation" ("accompagnement_id", "personne_id", "structure_id", "date");
    CODE = "accompagnement_code" ("accompagnement_id", "axe", "code");
    ANONYME = "accompagnement_anonyme" ("accompagnement_id", "axe", "code", "nombre");
    ACCUEIL = "accueil" (
        "id", "structure_id", "lieu_id", "personne_id", "accueilli_par", "arrive_le", "canal", "motif", "suite", "pris_en_charge_le",
        "pris_en_charge_par", "version",
    );
    DIAGNOSTIC = "diagnostic" (
        "id", "structure_id", "personne_id", "mediateur_id", "date", "grille", "reponses", "niveau_propose", "niveau", "objectif", "etapes",
        "convenu", "version", "cree_le",
    );
    PARCOURS = "parcours" ("id", "structure_id", "personne_id", "mediateur_id", "diagnostic_id", "ouvert_le", "clos_le", "version");
    OBJECTIF = "objectif" ("id", "parcours_id", "structure_id", "libelle", "statut", "evalue_le", "ordre");
    ETAPE = "etape" ("id", "parcours_id", "structure_id", "nature", "libelle", "prevue_le", "statut", "faite_le", "ordre");
    ORIENTATION = "orientation" (
        "id", "structure_id", "personne_id", "mediateur_id", "partenaire_id", "consentement_id", "date", "motif", "statut", "repondu_le",
        "acceptee", "version", "cree_le",
    );
    JOURNAL = "journal" ("id", "quand", "acteur_id", "structure_id", "action", "objet", "objet_id", "champs", "requete");
}
