use socle::traitement::Traitement;

/// What this crate stores about people.
pub const TRAITEMENTS: &[&Traitement] = &[&COMPTES];

const COMPTES: Traitement = Traitement {
    nom: "Comptes des équipes",
    finalite: "Ouvrir l’outil aux seules personnes autorisées, selon leur rôle.",
    base_legale: "Intérêt légitime : donner accès à l’outil de travail et le protéger (RGPD, article 6).",
    personnes: "Membres des équipes.",
    donnees: "Nom, adresse électronique, rôles, empreinte du mot de passe, sessions ouvertes et nom de l’appareil, jetons d’accès, liens de nouveau mot de passe, nombre d’échecs de connexion (sans adresse lisible).",
    destinataires: "Le ou la responsable de la structure et l’administration de l’instance.",
    duree: "Le compte, fermé ou non, reste pour que le travail garde son auteur. Les sessions finies et les liens périmés sont retirés chaque nuit.",
    securite: "Mots de passe, sessions et jetons ne sont gardés que sous forme d’empreintes ; délai après des échecs ; sessions que l’on peut fermer.",
    tables: &["utilisateur", "fonction", "session", "jeton", "reinitialisation", "echec_connexion"],
};
