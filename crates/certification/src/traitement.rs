//! What certification stores about people.

use socle::traitement::Traitement;

/// The processings of this crate.
pub const TRAITEMENTS: &[&Traitement] = &[&CANDIDATS, &JURYS];

const CANDIDATS: Traitement = Traitement {
    nom: "Dossiers des candidats à un titre",
    finalite: "Préparer et passer un titre professionnel, prononcer et prouver les décisions du jury.",
    base_legale: "Obligation légale du centre et du certificateur (code de l’éducation, R. 338-1 et suivants) ; mission d’intérêt public.",
    personnes: "Candidates et candidats.",
    donnees: "Identité, coordonnées, parcours, dossier professionnel, évaluations, heures de formation suivies, périodes en entreprise, aménagements accordés (jamais leur raison), décisions, documents délivrés.",
    destinataires: "Responsable de la certification et formateurs du centre ; membres du jury de sa session ; la personne elle-même. La page de vérification d’un document ne montre que des initiales.",
    duree: "Les décisions et les documents sont gardés sans limite, pour pouvoir prouver le titre ; ils ne peuvent être ni changés ni retirés de la base.",
    securite: "Comptes personnels et droits par rôle ; chaque changement d’état est inscrit et ne peut être modifié.",
    tables: &[
        "candidat",
        "candidature",
        "candidature_etape",
        "admission_piece",
        "vae_dossier",
        "experience",
        "periode_entreprise",
        "formation_suivie",
        "amenagement_epreuve",
        "dossier_professionnel",
        "dp_exemple",
        "ecf_evaluation",
        "ecf_synthese",
        "passage",
        "decision",
        "document_certification",
        "lot_documents",
        "badge",
    ],
};

const JURYS: Traitement = Traitement {
    nom: "Jurys et sessions d’examen",
    finalite: "Composer des jurys valides, tenir les sessions, garder les procès-verbaux.",
    base_legale: "Obligation légale du centre et du certificateur (code de l’éducation, R. 338-1 et suivants).",
    personnes: "Membres de jury ; candidates et candidats de la session.",
    donnees: "Identité, coordonnées, pratique du métier, habilitations, liens déclarés avec un candidat, présences, grilles d’évaluation, signatures, incidents.",
    destinataires: "Responsable de la certification du centre ; les membres du jury pour leur session.",
    duree: "Aussi longtemps que les procès-verbaux, gardés sans limite.",
    securite: "Comptes personnels et droits par rôle ; procès-verbal et signatures ne peuvent être ni changés ni retirés de la base.",
    tables: &[
        "jure",
        "habilitation",
        "lien_jure",
        "session_examen",
        "session_jure",
        "presence_jure",
        "grille_ligne",
        "incident_session",
        "pv",
        "pv_signature",
        "pv_suite",
    ],
};
