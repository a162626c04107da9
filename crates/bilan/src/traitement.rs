use socle::traitement::{BASE_ACCOMPAGNEMENT, SECURITE_DOSSIERS, Traitement};

/// What this crate stores.
pub const TRAITEMENTS: &[&Traitement] = &[&SEGMENTS, &crate::differe::TRAITEMENT, &crate::garde::TRAITEMENT, &crate::partage::TRAITEMENT];

const SEGMENTS: Traitement = Traitement {
    nom: "Chiffres préparés pour les bilans",
    finalite: "Afficher vite le bilan d’une structure : les activités de chaque mois y sont rangées sous une forme compacte, refaite dès qu’un accompagnement change.",
    base_legale: BASE_ACCOMPAGNEMENT,
    personnes: "Personnes accompagnées, désignées par un numéro ; membres des équipes, par l’identifiant de leur compte.",
    donnees: "Présence à une activité, tranche d’âge, genre, statut, jour et niveau des diagnostics ; aucun nom, aucun texte, aucune coordonnée.",
    destinataires: "Personne ne les lit telles quelles : seuls les totaux du bilan sont montrés.",
    duree: "Celle des accompagnements comptés. Une personne effacée y reste comptée, comme dans les accompagnements, sans rien qui la nomme.",
    securite: SECURITE_DOSSIERS,
    tables: &["personne_rang", "bilan_segment", "bilan_marque", "bilan_instance"],
};
