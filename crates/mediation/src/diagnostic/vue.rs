//! The form of a diagnostic: what was typed, in both directions, and the questions as the page shows them.

use std::collections::BTreeMap;

use interface::{Choix, Erreurs};
use socle::{
    Nomenclature,
    controle::Controle,
    erreur::ErreurChamp,
    identifiant::{DiagnosticId, PersonneId},
};

use super::{
    CreerDiagnostic, Diagnostic, ModifierDiagnostic, NiveauAutonomie,
    grille::{Genre, Grille, Question, Reponses, Valeur},
};

/// What the box of a gesture not observed sends.
const NON_OBSERVE: &str = "non_observe";

/// The fields as they were sent. Their names depend on the grid: `acces_…`, `gestes_…`, `confort_…`.
#[derive(Clone, Debug, Default)]
pub struct Saisie(BTreeMap<String, Vec<String>>);

impl From<Vec<(String, String)>> for Saisie {
    fn from(paires: Vec<(String, String)>) -> Self {
        let mut s = Self::default();
        for (champ, valeur) in paires {
            s.0.entry(champ).or_default().push(valeur);
        }
        s
    }
}

impl Saisie {
    /// The value of a field of one value; empty when it was not sent.
    pub fn un(&self, champ: &str) -> &str {
        self.plusieurs(champ).first().map_or("", String::as_str)
    }

    fn plusieurs(&self, champ: &str) -> &[String] {
        self.0.get(champ).map_or(&[], Vec::as_slice)
    }

    /// Replaces the value of a field.
    pub fn poser(&mut self, champ: &str, valeur: impl Into<String>) {
        self.0.insert(champ.to_owned(), vec![valeur.into()]);
    }

    /// The answers typed; what cannot be read at all is a fault.
    pub fn reponses(&self, c: &mut Controle, g: &Grille) -> Reponses {
        let mut r = Reponses::default();
        for (section, questions, sortie) in [("acces", &g.acces, &mut r.acces), ("confort", &g.confort, &mut r.confort)] {
            for q in questions {
                let champ = format!("{section}_{}", q.code);
                let codes: Vec<String> = self.plusieurs(&champ).iter().filter(|v| !v.is_empty()).cloned().collect();
                let Some(premier) = codes.first().cloned() else { continue };
                let valeur = match q.genre {
                    Genre::Plusieurs => Valeur::Plusieurs(codes),
                    Genre::Un => Valeur::Un(premier),
                    Genre::Echelle => match c.nombre(&champ, &premier) {
                        Some(n) => Valeur::Nombre(n),
                        None => continue,
                    },
                };
                sortie.insert(q.code.clone(), valeur);
            }
        }
        for x in &g.gestes {
            let champ = format!("gestes_{}", x.code);
            let texte = self.un(&champ);
            if !texte.is_empty() {
                let note = if texte == NON_OBSERVE { None } else { c.nombre(&champ, texte) };
                r.gestes.insert(x.code.clone(), note);
            }
        }
        r
    }

    fn etapes(&self) -> Vec<String> {
        (1..=super::regles::ETAPES_MAX).map(|i| self.un(&format!("etape_{i}")).to_owned()).collect()
    }

    fn texte(&self, champ: &str) -> String {
        self.un(champ).to_owned()
    }

    /// A new diagnostic as typed.
    pub fn creation(&self, c: &mut Controle, g: &Grille, personne: PersonneId) -> CreerDiagnostic {
        let reponses = self.reponses(c, g);
        let date = c.date("date", self.un("date"));
        CreerDiagnostic {
            id: c.identifiant::<DiagnosticId>("id", self.un("id")),
            personne,
            date,
            grille: Some(g.id.clone()),
            reponses,
            niveau: c.code::<NiveauAutonomie>("niveau", self.un("niveau")),
            objectif: Some(self.texte("objectif")),
            constats: Some(self.texte("constats")),
            etapes: self.etapes(),
            convenu: self.un("convenu") == "oui",
        }
    }

    /// The changes as typed; « comme proposé » is the level that the answers typed propose.
    pub fn modification(&self, c: &mut Controle, g: &Grille) -> ModifierDiagnostic {
        let reponses = self.reponses(c, g);
        let date = c.date("date", self.un("date"));
        let niveau = c.code::<NiveauAutonomie>("niveau", self.un("niveau")).unwrap_or_else(|| super::proposer(g, &reponses).niveau);
        ModifierDiagnostic {
            version: self.un("version").parse().ok(),
            date,
            reponses: Some(reponses),
            niveau: Some(niveau),
            objectif: Some(Some(self.texte("objectif"))),
            constats: Some(Some(self.texte("constats"))),
            etapes: Some(self.etapes()),
            convenu: Some(self.un("convenu") == "oui"),
        }
    }

    /// The form filled from a record.
    pub fn de(d: &Diagnostic) -> Self {
        let mut s = Self::default();
        for (section, donnees) in [("acces", &d.reponses.acces), ("confort", &d.reponses.confort)] {
            for (code, valeur) in donnees {
                s.0.insert(format!("{section}_{code}"), valeur.codes());
            }
        }
        for (code, note) in &d.reponses.gestes {
            s.poser(&format!("gestes_{code}"), note.map_or_else(|| NON_OBSERVE.to_owned(), |n| n.to_string()));
        }
        s.poser("date", d.date.to_string());
        s.poser("version", d.version.to_string());
        s.poser("niveau", if d.niveau == d.niveau_propose { String::new() } else { d.niveau.code() });
        s.poser("objectif", d.objectif.clone().unwrap_or_default());
        s.poser("constats", d.constats.clone().unwrap_or_default());
        for (i, e) in d.etapes.0.iter().enumerate() {
            s.poser(&format!("etape_{}", i + 1), e.clone());
        }
        s.poser("convenu", if d.convenu { "oui" } else { "" });
        s
    }
}

/// The faults of a use case, under the names of the fields of the page.
pub fn erreurs(fautes: Vec<ErreurChamp>) -> Erreurs {
    fautes
        .into_iter()
        .map(|f| {
            let champ = match f.champ.strip_prefix("reponses.") {
                Some(reste) => reste.replace('.', "_"),
                None if f.champ == "etapes" => "etape_1".to_owned(),
                None => match f.champ.strip_prefix("etapes[").and_then(|r| r.strip_suffix(']')).and_then(|i| i.parse::<usize>().ok()) {
                    Some(i) => format!("etape_{}", i + 1),
                    None => f.champ,
                },
            };
            ErreurChamp { champ, message: f.message }
        })
        .collect()
}

/// A question or a gesture, as the page shows it.
pub struct Groupe {
    pub champ: String,
    pub libelle: String,
    pub aide: Option<String>,
    pub plusieurs: bool,
    pub choix: Vec<Choix>,
}

/// The questions of a section with what was answered.
pub fn questions(section: &str, questions: &[Question], s: &Saisie) -> Vec<Groupe> {
    questions
        .iter()
        .map(|q| {
            let champ = format!("{section}_{}", q.code);
            Groupe {
                libelle: q.libelle.clone(),
                aide: q.aide.clone().or_else(|| (q.genre == Genre::Plusieurs).then(|| "Plusieurs réponses possibles.".to_owned())),
                plusieurs: q.genre == Genre::Plusieurs,
                choix: Choix::liste(q.choix.iter().map(|x| (x.code.as_str(), x.libelle.as_str())), s.plusieurs(&champ)),
                champ,
            }
        })
        .collect()
}

/// The gestures with what was observed.
pub fn gestes(g: &Grille, s: &Saisie) -> Vec<Groupe> {
    g.gestes
        .iter()
        .map(|x| {
            let champ = format!("gestes_{}", x.code);
            let coche = s.un(&champ);
            let mut choix: Vec<Choix> =
                g.echelle.iter().map(|d| Choix::nouveau(d.note.to_string(), d.libelle.clone(), coche == d.note.to_string())).collect();
            choix.push(Choix::nouveau(NON_OBSERVE, g.non_observe.clone(), coche == NON_OBSERVE));
            Groupe { libelle: format!("{}. {}", x.code, x.libelle), aide: Some(x.observer.clone()), plusieurs: false, choix, champ }
        })
        .collect()
}

/// The levels that can be kept; the first follows the proposal.
pub fn niveaux(s: &Saisie) -> Vec<Choix> {
    let coche = s.un("niveau");
    let mut choix = vec![Choix::nouveau("", "Comme proposé", coche.is_empty())];
    choix.extend(NiveauAutonomie::tous().into_iter().map(|n| Choix::nouveau(n.code(), n.libelle(), coche == n.code())));
    choix
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::grille::GRILLE_COURANTE;

    fn saisie(paires: &[(&str, &str)]) -> Saisie {
        paires.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect::<Vec<_>>().into()
    }

    #[test]
    fn ce_qui_est_coche_revient_coche() {
        let g = Grille::par_id(GRILLE_COURANTE).unwrap();
        let s = saisie(&[
            ("acces_appareil", "tablette"),
            ("acces_appareil", "ordinateur"),
            ("acces_usage_3_mois", "oui"),
            ("gestes_1", "3"),
            ("gestes_2", "non_observe"),
            ("confort_confiance", "4"),
        ]);
        let mut c = Controle::new();
        let r = s.reponses(&mut c, g);
        assert!(c.fautes().is_empty());
        assert_eq!(r.acces["appareil"].codes().len(), 2);
        assert_eq!((r.note("1"), r.gestes.get("2"), r.gestes.get("3")), (Some(3), Some(&None), None));
        assert_eq!(r.confort["confiance"], Valeur::Nombre(4));
        let vues = gestes(g, &s);
        assert!(vues[0].choix[3].coche && vues[1].choix[4].coche && vues[2].choix.iter().all(|x| !x.coche));
        assert_eq!(questions("acces", &g.acces, &s)[0].choix.iter().filter(|x| x.coche).count(), 2);
    }

    #[test]
    fn une_note_illisible_est_une_faute_du_champ() {
        let g = Grille::par_id(GRILLE_COURANTE).unwrap();
        let mut c = Controle::new();
        saisie(&[("gestes_4", "beaucoup")]).reponses(&mut c, g);
        assert_eq!(c.fautes()[0].champ, "gestes_4");
    }

    #[test]
    fn les_fautes_prennent_le_nom_des_champs_de_la_page() {
        let e = erreurs(vec![
            ErreurChamp::new("reponses.gestes.5", "a"),
            ErreurChamp::new("etapes", "b"),
            ErreurChamp::new("etapes[2]", "c"),
            ErreurChamp::new("date", "d"),
        ]);
        assert_eq!(e.iter().map(|x| x.champ.as_str()).collect::<Vec<_>>(), ["gestes_5", "etape_1", "etape_3", "date"]);
    }
}
