use socle::traitement::{BASE_ACCOMPAGNEMENT, DUREE_DOSSIER, SECURITE_DOSSIERS, Traitement};

/// What is done with orientations.
pub const TRAITEMENT: Traitement = Traitement {
    nom: "Orientations",
    finalite: "Adresser une personne à un partenaire, avec son accord, et savoir ce qui en est sorti.",
    base_legale: BASE_ACCOMPAGNEMENT,
    personnes: "Personnes orientées.",
    donnees: "Partenaire, motif, accord, réponse. La lettre donne au partenaire le nom, le téléphone, le courriel et le motif.",
    destinataires: "L’équipe de la structure ; le partenaire, par une lettre que la structure lui remet.",
    duree: DUREE_DOSSIER,
    securite: SECURITE_DOSSIERS,
    tables: &["orientation"],
};
