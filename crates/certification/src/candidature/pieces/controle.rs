//! What is accepted of a part of a file, all its faults at once.

use certification_regles::Version;
use chrono::NaiveDate;
use socle::{Resultat, controle::Controle};

use super::Piece;

pub(super) fn controler(p: &mut Piece, v: &Version, aujourd_hui: NaiveDate) -> Resultat<()> {
    let mut c = Controle::new();
    if let Some(u) = p.unite() {
        c.exiger(v.unite(u).is_some(), "unite", "Cette unité n’existe pas dans ce titre.");
    }
    let texte = |c: &mut Controle, champ: &str, t: &mut String, max: usize, vide: &str| {
        *t = t.trim().to_owned();
        c.exiger(vide.is_empty() || !t.is_empty(), champ, vide);
        c.texte(champ, Some(t), max);
    };
    let avant = "La fin vient avant le début. Vérifiez les deux dates.";
    let futur = "Cette date est à venir. Notez ce qui a eu lieu.";
    match p {
        Piece::Admission { jour, remarque, .. } => {
            c.exiger(*jour <= aujourd_hui, "jour", futur);
            *remarque = socle::texte::nettoyer(remarque.take());
            c.texte("remarque", remarque.as_deref(), 2000);
        }
        Piece::Experience { libelle, debut, fin, mois, preuve, .. } => {
            texte(&mut c, "libelle", libelle, 300, "Dites en quelques mots ce que la personne faisait, et où.");
            c.exiger(*debut <= aujourd_hui, "debut", futur);
            c.exiger(fin.is_none_or(|f| f >= *debut), "fin", avant);
            c.exiger(fin.is_none_or(|f| f <= aujourd_hui), "fin", futur);
            c.exiger(fin.is_some() || mois.is_some(), "mois", "Donnez la fin de cette activité, ou son nombre de mois.");
            c.exiger(mois.is_none_or(|m| m <= 600), "mois", "Ce nombre de mois est trop grand : 600 au plus.");
            *preuve = socle::texte::nettoyer(preuve.take());
            c.texte("preuve", preuve.as_deref(), 300);
        }
        Piece::Formation { module, debut, fin, prevues, suivies, preuve } => {
            texte(&mut c, "module", module, 300, "Indiquez le module ou la partie de la formation.");
            c.exiger(fin >= debut, "fin", avant);
            c.exiger(*fin <= aujourd_hui, "fin", futur);
            c.exiger(*prevues > 0, "prevues", "Donnez le nombre d’heures prévues.");
            c.exiger(*prevues <= 6_000_000, "prevues", "Ce nombre d’heures est trop grand.");
            c.exiger(suivies <= prevues, "suivies", "C’est plus que les heures prévues. Vérifiez les deux nombres.");
            *preuve = socle::texte::nettoyer(preuve.take());
            c.texte("preuve", preuve.as_deref(), 300);
        }
        // A period may be planned: the rules count what is over.
        Piece::Periode { entreprise, tuteur, debut, fin, minutes, preuve } => {
            texte(&mut c, "entreprise", entreprise, 200, "Indiquez l’entreprise ou le lieu d’accueil.");
            texte(&mut c, "tuteur", tuteur, 200, "Indiquez le tuteur ou la tutrice.");
            c.exiger(fin >= debut, "fin", avant);
            c.exiger(*minutes <= 6_000_000, "minutes", "Ce nombre d’heures est trop grand.");
            *preuve = socle::texte::nettoyer(preuve.take());
            c.texte("preuve", preuve.as_deref(), 300);
        }
        Piece::Amenagement { mesure, accorde_le, accorde_par } => {
            texte(&mut c, "mesure", mesure, 300, "Dites ce qui est accordé : un tiers-temps, un écran agrandi…");
            texte(&mut c, "accorde_par", accorde_par, 200, "Dites qui l’accorde.");
            c.exiger(*accorde_le <= aujourd_hui, "accorde_le", futur);
        }
        Piece::Exemple { intitule, taches, moyens, avec_qui, contexte, periode, complement, .. } => {
            texte(&mut c, "intitule", intitule, 200, "Donnez un titre à cet exemple.");
            texte(&mut c, "taches", taches, 10_000, "Décrivez ce que vous avez fait, et dans quelles conditions.");
            texte(&mut c, "moyens", moyens, 5_000, "Dites quels moyens vous avez utilisés.");
            texte(&mut c, "avec_qui", avec_qui, 5_000, "Dites avec qui vous avez travaillé ; « seul » convient.");
            texte(&mut c, "contexte", contexte, 5_000, "Dites où et dans quel cadre.");
            texte(&mut c, "periode", periode, 200, "Dites quand.");
            texte(&mut c, "complement", complement, 5_000, "");
        }
        Piece::Evaluation { unite, jour, competences, points_attention, evaluateur_1, evaluateur_2, .. } => {
            c.exiger(*jour <= aujourd_hui, "jour", futur);
            let connues = v.unite(unite).map(|u| &u.competences);
            c.exiger(!competences.is_empty(), "competences", "Cochez au moins une compétence.");
            c.exiger(
                competences.iter().all(|x| connues.is_some_and(|l| l.iter().any(|k| k.code == *x))),
                "competences",
                "Une de ces compétences n’est pas de cette unité.",
            );
            texte(&mut c, "points_attention", points_attention, 5_000, "");
            texte(&mut c, "evaluateur_1", evaluateur_1, 200, "Indiquez qui évalue.");
            *evaluateur_2 = socle::texte::nettoyer(evaluateur_2.take());
            c.texte("evaluateur_2", evaluateur_2.as_deref(), 200);
            c.exiger(evaluateur_2.as_ref() != Some(evaluateur_1), "evaluateur_2", "Les deux évaluateurs sont deux personnes différentes.");
        }
        Piece::Synthese { jour, synthese, evaluateurs, .. } => {
            c.exiger(*jour <= aujourd_hui, "jour", futur);
            texte(&mut c, "synthese", synthese, 5_000, "Écrivez la synthèse, en quelques phrases.");
            for e in evaluateurs.iter_mut() {
                *e = e.trim().to_owned();
            }
            evaluateurs.retain(|e| !e.is_empty());
            let mut distincts = evaluateurs.clone();
            distincts.sort_unstable();
            distincts.dedup();
            c.exiger(!evaluateurs.is_empty(), "evaluateurs", "Indiquez qui a évalué.");
            c.exiger(distincts.len() == evaluateurs.len(), "evaluateurs", "Les évaluateurs sont des personnes différentes.");
            c.exiger(evaluateurs.iter().all(|e| e.chars().count() <= 200), "evaluateurs", "Un de ces noms dépasse 200 caractères.");
        }
    }
    c.finir()
}
