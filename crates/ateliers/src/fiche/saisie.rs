//! A sheet's form <-> its content: lists are one line each, moments and supports are rows.

use mediation::nomenclatures::{Niveau, Thematique};
use serde::Deserialize;
use socle::{Nomenclature, Resultat, controle::Controle};

use super::{Adaptations, Age, Contenu, Etape, Nature, Support};

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Saisie {
    pub id: String,
    pub version: String,
    pub titre: String,
    pub resume: String,
    pub niveau: String,
    pub public: String,
    pub ages: Vec<String>,
    pub duree_minutes: String,
    pub places: String,
    pub thematiques: Vec<String>,
    pub gestes: Vec<String>,
    pub objectifs: String,
    pub prerequis: String,
    pub materiel: String,
    pub risques: String,
    pub licence: String,
    pub vue: String,
    pub audition: String,
    pub mouvement: String,
    pub lecture: String,
    pub langue: String,
    pub attention: String,
    pub etape_titre: Vec<String>,
    pub etape_minutes: Vec<String>,
    pub etape_quoi: Vec<String>,
    pub etape_conseil: Vec<String>,
    pub support_titre: Vec<String>,
    pub support_nature: Vec<String>,
    pub support_contenu: Vec<String>,
    pub support_adresse: Vec<String>,
    pub support_auteur: Vec<String>,
    pub support_licence: Vec<String>,
    pub support_langue: Vec<String>,
    pub support_accessible: Vec<String>,
    pub support_revu_le: Vec<String>,
}

fn lignes(t: &str) -> Vec<String> {
    t.lines().map(|l| l.trim().to_owned()).filter(|l| !l.is_empty()).collect()
}

fn en_lignes(v: &[String]) -> String {
    v.join("\n")
}

fn a(v: &[String], i: usize) -> String {
    v.get(i).map(|t| t.trim().to_owned()).unwrap_or_default()
}

/// A moment, as the form shows it.
pub struct RangEtape {
    pub n: usize,
    pub titre: String,
    pub minutes: String,
    pub quoi: String,
    pub conseil: String,
}

/// A support, as the form shows it.
pub struct RangSupport {
    pub n: usize,
    pub titre: String,
    pub nature: String,
    pub contenu: String,
    pub adresse: String,
    pub auteur: String,
    pub licence: String,
    pub langue: String,
    pub accessible: bool,
    pub revu_le: String,
}

impl RangEtape {
    fn vide(&self) -> bool {
        [&self.titre, &self.minutes, &self.quoi, &self.conseil].iter().all(|t| t.is_empty())
    }
}

impl RangSupport {
    fn vide(&self) -> bool {
        [&self.titre, &self.contenu, &self.adresse].iter().all(|t| t.is_empty())
    }
}

impl Saisie {
    /// The moments typed, and `vides` empty ones to go on.
    pub fn etapes(&self, vides: usize) -> Vec<RangEtape> {
        let rang = |i: usize| RangEtape {
            n: 0,
            titre: a(&self.etape_titre, i),
            minutes: a(&self.etape_minutes, i),
            quoi: a(&self.etape_quoi, i),
            conseil: a(&self.etape_conseil, i),
        };
        let fin = self.etape_titre.len();
        let mut v: Vec<_> = (0..fin).map(rang).filter(|r| !r.vide()).collect();
        v.extend((fin..fin + vides).map(rang));
        v.into_iter().enumerate().map(|(i, r)| RangEtape { n: i + 1, ..r }).collect()
    }

    /// The supports typed, and `vides` empty ones to go on.
    pub fn supports(&self, vides: usize) -> Vec<RangSupport> {
        let rang = |i: usize| RangSupport {
            n: 0,
            titre: a(&self.support_titre, i),
            nature: a(&self.support_nature, i),
            contenu: a(&self.support_contenu, i),
            adresse: a(&self.support_adresse, i),
            auteur: a(&self.support_auteur, i),
            licence: a(&self.support_licence, i),
            langue: a(&self.support_langue, i),
            accessible: a(&self.support_accessible, i) == "oui",
            revu_le: a(&self.support_revu_le, i),
        };
        let fin = self.support_titre.len();
        let mut v: Vec<_> = (0..fin).map(rang).filter(|r| !r.vide()).collect();
        v.extend((fin..fin + vides).map(rang));
        v.into_iter().enumerate().map(|(i, r)| RangSupport { n: i + 1, ..r }).collect()
    }

    /// The content that was typed, not yet checked against its rules.
    ///
    /// # Errors
    /// What cannot be read at all.
    pub fn lire(&self) -> Resultat<Contenu> {
        let mut c = Controle::new();
        let niveau = c.code::<Niveau>("niveau", &self.niveau).unwrap_or(Niveau::Debutant);
        let duree_minutes = c.nombre("duree_minutes", &self.duree_minutes).unwrap_or(0);
        let places = c.nombre("places", &self.places).unwrap_or(0);
        let ages = c.codes::<Age>("ages", &self.ages);
        let thematiques = c.codes::<Thematique>("thematiques", &self.thematiques);
        let deroule = self
            .etapes(0)
            .into_iter()
            .map(|r| Etape {
                minutes: c.nombre("deroule", &r.minutes).unwrap_or(0),
                titre: r.titre,
                quoi: r.quoi,
                conseil: Some(r.conseil),
            })
            .collect();
        let supports = self
            .supports(0)
            .into_iter()
            .map(|r| Support {
                nature: c.code::<Nature>("supports", &r.nature).unwrap_or_default(),
                revu_le: c.date("supports", &r.revu_le),
                titre: r.titre,
                contenu: Some(r.contenu),
                adresse: Some(r.adresse),
                auteur: r.auteur,
                licence: r.licence,
                langue: if r.langue.is_empty() { "fr".into() } else { r.langue },
                accessible: r.accessible,
            })
            .collect();
        let mut contenu = Contenu {
            code: None,
            titre: self.titre.clone(),
            resume: self.resume.clone(),
            objectifs: lignes(&self.objectifs),
            niveau,
            public: self.public.clone(),
            ages,
            prerequis: lignes(&self.prerequis),
            duree_minutes,
            places,
            thematiques,
            gestes: self.gestes.clone(),
            materiel: lignes(&self.materiel),
            risques: lignes(&self.risques),
            licence: self.licence.clone(),
            deroule,
            adaptations: Adaptations {
                vue: self.vue.clone(),
                audition: self.audition.clone(),
                mouvement: self.mouvement.clone(),
                lecture: self.lecture.clone(),
                langue: self.langue.clone(),
                attention: self.attention.clone(),
            },
            supports,
        };
        // All faults at once: what cannot be read, then what is refused, a field said once.
        for f in contenu.controler().fautes() {
            if !c.fautes().iter().any(|d| d.champ == f.champ) {
                c.faute(&f.champ, f.message.clone());
            }
        }
        c.finir()?;
        Ok(contenu)
    }
}

impl From<&Contenu> for Saisie {
    fn from(c: &Contenu) -> Self {
        let ad = c.adaptations.clone();
        Self {
            id: String::new(),
            version: String::new(),
            titre: c.titre.clone(),
            resume: c.resume.clone(),
            niveau: c.niveau.code(),
            public: c.public.clone(),
            ages: c.ages.iter().map(|a| a.code()).collect(),
            duree_minutes: c.duree_minutes.to_string(),
            places: c.places.to_string(),
            thematiques: c.thematiques.iter().map(|t| t.code()).collect(),
            gestes: c.gestes.clone(),
            objectifs: en_lignes(&c.objectifs),
            prerequis: en_lignes(&c.prerequis),
            materiel: en_lignes(&c.materiel),
            risques: en_lignes(&c.risques),
            licence: c.licence.clone(),
            vue: ad.vue,
            audition: ad.audition,
            mouvement: ad.mouvement,
            lecture: ad.lecture,
            langue: ad.langue,
            attention: ad.attention,
            etape_titre: c.deroule.iter().map(|e| e.titre.clone()).collect(),
            etape_minutes: c.deroule.iter().map(|e| e.minutes.to_string()).collect(),
            etape_quoi: c.deroule.iter().map(|e| e.quoi.clone()).collect(),
            etape_conseil: c.deroule.iter().map(|e| e.conseil.clone().unwrap_or_default()).collect(),
            support_titre: c.supports.iter().map(|s| s.titre.clone()).collect(),
            support_nature: c.supports.iter().map(|s| s.nature.code()).collect(),
            support_contenu: c.supports.iter().map(|s| s.contenu.clone().unwrap_or_default()).collect(),
            support_adresse: c.supports.iter().map(|s| s.adresse.clone().unwrap_or_default()).collect(),
            support_auteur: c.supports.iter().map(|s| s.auteur.clone()).collect(),
            support_licence: c.supports.iter().map(|s| s.licence.clone()).collect(),
            support_langue: c.supports.iter().map(|s| s.langue.clone()).collect(),
            support_accessible: c.supports.iter().map(|s| if s.accessible { "oui".into() } else { "non".into() }).collect(),
            support_revu_le: c.supports.iter().map(|s| s.revu_le.map(|d| d.to_string()).unwrap_or_default()).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fiche::livrees::LIVREES;

    #[test]
    fn une_fiche_passe_par_le_formulaire_sans_changer() {
        for c in LIVREES.iter() {
            let mut attendue = c.clone();
            attendue.code = None;
            attendue.controler().finir().unwrap();
            assert_eq!(Saisie::from(c).lire().unwrap(), attendue);
        }
    }

    #[test]
    fn ce_qui_ne_se_lit_pas_est_dit_avec_le_reste() {
        let mut s = Saisie::from(&LIVREES[0]);
        s.titre.clear();
        s.duree_minutes = "longtemps".into();
        let socle::Erreur::Invalide(e) = s.lire().unwrap_err() else { panic!() };
        let champs: Vec<_> = e.iter().map(|f| f.champ.as_str()).collect();
        assert!(champs.contains(&"titre") && champs.contains(&"duree_minutes"), "{champs:?}");
        assert_eq!(champs.iter().filter(|c| **c == "duree_minutes").count(), 1);
    }
}
