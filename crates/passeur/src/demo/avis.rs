//! What people thought of it, and what mediators made of it, from a chance of their own: the rest of the
//! year is the same with or without them.

use mediation::{
    accompagnement::Accompagnement,
    note_pratique::{self, Competence, EcrireNote},
    satisfaction::{self, Inviter, Moyen, Reponse},
};
use socle::Contexte;

use super::hasard::Hasard;

const COMMENTAIRES: [&str; 8] = [
    "On a pris le temps avec moi.",
    "J’ai compris, je vais essayer à la maison.",
    "Un peu long à attendre.",
    "Merci pour la patience.",
    "J’aimerais un papier avec les étapes.",
    "Très utile pour mes démarches.",
    "La salle est bruyante.",
    "Je reviendrai avec une amie.",
];

const REUSSITES: [&str; 4] = [
    "La personne a tenu la souris du début à la fin.",
    "Avoir préparé une fiche à gros caractères.",
    "Reformuler la demande avant d’ouvrir l’ordinateur.",
    "Finir par ce qui reste à faire, écrit sur papier.",
];

const CHANGEMENTS: [&str; 4] = [
    "Parler moins vite, montrer une chose à la fois.",
    "Prévoir un second ordinateur avant l’atelier.",
    "Garder cinq minutes pour l’avis à la fin.",
    "Demander plus tôt le besoin d’aménagement.",
];

/// Opinions asked after some accompaniments, answered by some; a private note now and then.
pub async fn suite(cx: &Contexte, h: &mut Hasard, a: &Accompagnement) -> anyhow::Result<()> {
    if h.chance(30) {
        let moyen = h.pese(&[(Moyen::Tablette, 60), (Moyen::Qr, 40)]);
        let i = satisfaction::inviter(cx, a.ligne.id, Inviter { moyen, accord: false }).await?;
        let secret = i.lien.as_deref().and_then(|l| l.rsplit('/').next()).unwrap_or_default().to_owned();
        for _ in 0..i.places {
            if !h.chance(62) {
                continue;
            }
            let mut note = || h.pese(&[(5, 52), (4, 30), (3, 11), (2, 5), (1, 2)]);
            let (accueil, utilite, recommandation) = (note(), note(), note());
            let commentaire = h.chance(18).then(|| (*h.un(&COMMENTAIRES)).to_owned());
            satisfaction::repondre(cx, &secret, Reponse { accueil, utilite, recommandation, commentaire }).await?;
        }
    }
    if h.chance(4) {
        let mut competences = vec![*h.un(&[Competence::Animer, Competence::Evaluer, Competence::Diagnostiquer])];
        if h.chance(40) {
            competences.push(Competence::Demarches);
        }
        let e = EcrireNote {
            version: None,
            reussi: Some((*h.un(&REUSSITES)).into()),
            a_changer: h.chance(60).then(|| (*h.un(&CHANGEMENTS)).into()),
            competences,
        };
        note_pratique::ecrire(cx, a.ligne.id, e).await?;
    }
    Ok(())
}
