//! What a sheet says. The same shape in the database, in the API and in the files shipped with the program.

use mediation::{
    diagnostic::grille::{GRILLE_COURANTE, Geste, Grille},
    nomenclatures::{Niveau, Thematique},
};
use sea_orm::{FromJsonQueryResult, entity::prelude::*};
use serde::{Deserialize, Serialize};
use socle::{
    Nomenclature,
    controle::Controle,
    texte::{nettoyer, plier},
};

/// Whom a workshop is made for, by age.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum, Serialize, Deserialize, utoipa::ToSchema)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(48))", rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
#[schema(as = AgeAtelier)]
pub enum Age {
    Enfants,
    Adolescents,
    Jeunes,
    Adultes,
    Seniors,
    Familles,
}

impl Nomenclature for Age {
    fn libelle(self) -> &'static str {
        match self {
            Self::Enfants => "Enfants",
            Self::Adolescents => "Adolescents",
            Self::Jeunes => "Jeunes",
            Self::Adultes => "Adultes",
            Self::Seniors => "Seniors",
            Self::Familles => "Familles",
        }
    }
}

/// What a support is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, EnumIter, DeriveActiveEnum, Serialize, Deserialize, utoipa::ToSchema)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(48))", rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
#[schema(as = NatureSupport)]
pub enum Nature {
    #[default]
    Fiche,
    Lien,
    Exercice,
}

impl Nomenclature for Nature {
    fn libelle(self) -> &'static str {
        match self {
            Self::Fiche => "Fiche à remettre",
            Self::Lien => "Lien",
            Self::Exercice => "Exercice",
        }
    }
}

impl Nature {
    /// The label, for templates.
    pub fn mot(&self) -> &'static str {
        self.libelle()
    }
}

/// One moment of the course of a workshop.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = EtapeAtelier)]
pub struct Etape {
    #[schema(max_length = 150)]
    pub titre: String,
    #[schema(minimum = 1, maximum = 480)]
    pub minutes: u32,
    /// What is done.
    pub quoi: String,
    /// A word to who animates.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub conseil: Option<String>,
}

/// How the workshop adapts: what to prepare, never who needs it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields, default)]
#[schema(as = AdaptationsAtelier)]
pub struct Adaptations {
    pub vue: String,
    pub audition: String,
    pub mouvement: String,
    pub lecture: String,
    pub langue: String,
    pub attention: String,
}

impl Adaptations {
    /// Each adaptation: code, label, text.
    pub fn toutes(&self) -> [(&'static str, &'static str, &str); 6] {
        [
            ("vue", "Vue", &self.vue),
            ("audition", "Audition", &self.audition),
            ("mouvement", "Mouvement", &self.mouvement),
            ("lecture", "Lecture", &self.lecture),
            ("langue", "Langue", &self.langue),
            ("attention", "Attention", &self.attention),
        ]
    }

    fn toutes_mut(&mut self) -> [(&'static str, &mut String); 6] {
        [
            ("vue", &mut self.vue),
            ("audition", &mut self.audition),
            ("mouvement", &mut self.mouvement),
            ("lecture", &mut self.lecture),
            ("langue", &mut self.langue),
            ("attention", &mut self.attention),
        ]
    }
}

/// A material attached: its text, or where it is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = SupportAtelier)]
pub struct Support {
    #[schema(max_length = 200)]
    pub titre: String,
    pub nature: Nature,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contenu: Option<String>,
    /// A web address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub adresse: Option<String>,
    pub auteur: String,
    pub licence: String,
    /// Language code, as `fr`.
    pub langue: String,
    /// Whether it is, or has, an accessible version.
    pub accessible: bool,
    #[serde(default)]
    pub revu_le: Option<chrono::NaiveDate>,
}

/// A sheet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ContenuFiche)]
pub struct Contenu {
    /// Of a shipped sheet alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    #[schema(max_length = 150)]
    pub titre: String,
    #[schema(max_length = 1000)]
    pub resume: String,
    pub objectifs: Vec<String>,
    pub niveau: Niveau,
    /// Whom it is for, in words.
    pub public: String,
    pub ages: Vec<Age>,
    #[serde(default)]
    pub prerequis: Vec<String>,
    #[schema(minimum = 15, maximum = 480)]
    pub duree_minutes: u32,
    #[schema(minimum = 1, maximum = 500)]
    pub places: u32,
    #[schema(min_items = 1)]
    pub thematiques: Vec<Thematique>,
    /// Codes of gestures of the diagnostic.
    #[serde(default)]
    pub gestes: Vec<String>,
    #[serde(default)]
    pub materiel: Vec<String>,
    /// What a prevention workshop warns of.
    #[serde(default)]
    pub risques: Vec<String>,
    pub licence: String,
    /// Its minutes add up to `duree_minutes`.
    #[serde(default)]
    pub deroule: Vec<Etape>,
    #[serde(default)]
    pub adaptations: Adaptations,
    #[serde(default)]
    pub supports: Vec<Support>,
}

/// The gestures a sheet may name.
pub fn gestes() -> &'static [Geste] {
    Grille::par_id(GRILLE_COURANTE).map_or(&[], |g| &g.gestes)
}

fn lignes(c: &mut Controle, champ: &str, v: &mut Vec<String>) {
    *v = v.drain(..).map(|l| l.trim().to_owned()).filter(|l| !l.is_empty()).collect();
    for l in v.iter() {
        c.texte(champ, Some(l), 300);
    }
    c.exiger(v.len() <= 40, champ, "Quarante lignes au plus.");
}

impl Contenu {
    /// Cleans what was typed and finds all that is wrong.
    pub fn controler(&mut self) -> Controle {
        let mut c = Controle::new();
        for (champ, v, max) in [
            ("titre", &mut self.titre, 150),
            ("resume", &mut self.resume, 1000),
            ("public", &mut self.public, 500),
            ("licence", &mut self.licence, 60),
        ] {
            *v = v.trim().to_owned();
            c.texte(champ, Some(v), max);
        }
        c.exiger(!plier(&self.titre).is_empty(), "titre", "Donnez un titre à l’atelier.");
        for (champ, v) in [
            ("objectifs", &mut self.objectifs),
            ("prerequis", &mut self.prerequis),
            ("materiel", &mut self.materiel),
            ("risques", &mut self.risques),
        ] {
            lignes(&mut c, champ, v);
        }
        c.exiger(!self.objectifs.is_empty(), "objectifs", "Écrivez au moins un objectif : ce qu’on saura faire en sortant.");
        c.exiger((15..=480).contains(&self.duree_minutes), "duree_minutes", "La durée va de 15 minutes à 8 heures.");
        c.exiger((1..=500).contains(&self.places), "places", "Le nombre de places va de 1 à 500.");
        c.exiger(!self.thematiques.is_empty(), "thematiques", "Choisissez au moins une thématique.");
        dedoublonner(&mut self.thematiques);
        dedoublonner(&mut self.ages);
        dedoublonner(&mut self.gestes);
        if self.gestes.iter().any(|g| !gestes().iter().any(|x| x.code == *g)) {
            c.faute("gestes", "Un de ces gestes n’est pas dans la grille du diagnostic.");
        }
        self.controler_deroule(&mut c);
        for (champ, v) in self.adaptations.toutes_mut() {
            *v = v.trim().to_owned();
            c.texte(champ, Some(v), 1000);
        }
        self.controler_supports(&mut c);
        c
    }

    fn controler_deroule(&mut self, c: &mut Controle) {
        for e in &mut self.deroule {
            e.titre = e.titre.trim().to_owned();
            e.quoi = e.quoi.trim().to_owned();
            e.conseil = nettoyer(e.conseil.take());
            c.texte("deroule", Some(&e.titre), 150);
            c.texte("deroule", Some(&e.quoi), 4000);
            c.texte("deroule", e.conseil.as_deref(), 2000);
            c.exiger(!e.titre.is_empty(), "deroule", "Chaque moment du déroulé a un titre.");
            c.exiger((1..=480).contains(&e.minutes), "deroule", "Chaque moment du déroulé dure au moins une minute.");
        }
        c.exiger(self.deroule.len() <= 30, "deroule", "Trente moments au plus.");
        let somme: u64 = self.deroule.iter().map(|e| u64::from(e.minutes)).sum();
        if !self.deroule.is_empty() && somme != u64::from(self.duree_minutes) {
            c.faute("deroule", format!("Le déroulé fait {somme} minutes et l’atelier {} : corrigez l’un ou l’autre.", self.duree_minutes));
        }
    }

    fn controler_supports(&mut self, c: &mut Controle) {
        c.exiger(self.supports.len() <= 20, "supports", "Vingt supports au plus.");
        for s in &mut self.supports {
            for v in [&mut s.titre, &mut s.auteur, &mut s.licence, &mut s.langue] {
                *v = v.trim().to_owned();
                c.texte("supports", Some(v), 200);
            }
            s.contenu = nettoyer(s.contenu.take());
            s.adresse = nettoyer(s.adresse.take());
            c.texte("supports", s.contenu.as_deref(), 20_000);
            c.texte("supports", s.adresse.as_deref(), 500);
            c.exiger(!s.titre.is_empty(), "supports", "Chaque support a un titre.");
            let lien = s.adresse.as_deref().is_none_or(|a| (a.starts_with("https://") || a.starts_with("http://")) && !a.contains(' '));
            c.exiger(lien, "supports", "L’adresse d’un support commence par https:// et n’a pas d’espace.");
            c.exiger(
                s.nature != Nature::Lien || s.adresse.is_some(),
                "supports",
                "Un support de type lien a une adresse : écrivez-la, ou choisissez une autre nature.",
            );
        }
    }

    /// What a search looks in: folded words, then one mark a thematique.
    pub fn recherche(&self) -> String {
        let mut mots = plier(&format!("{} {} {} {}", self.titre, self.resume, self.public, self.objectifs.join(" ")));
        for t in &self.thematiques {
            mots.push(' ');
            mots.push_str(&plier(t.libelle()));
            mots.push(' ');
            mots.push_str(&marque(*t));
        }
        mots.push(' ');
        mots
    }

    /// Whether it prevents a risk.
    pub fn prevention(&self) -> bool {
        !self.risques.is_empty()
    }
}

/// The mark of a thematique in [`Contenu::recherche`]: no folded word has a colon.
pub fn marque(t: Thematique) -> String {
    format!("t:{}", t.code())
}

fn dedoublonner<T: PartialEq>(v: &mut Vec<T>) {
    let mut i = 0;
    while i < v.len() {
        if v[..i].contains(&v[i]) {
            v.remove(i);
        } else {
            i += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fiche::livrees::LIVREES;

    fn fautes(mut c: Contenu) -> Vec<String> {
        c.controler().fautes().iter().map(|f| f.champ.clone()).collect()
    }

    fn modele() -> Contenu {
        LIVREES[0].clone()
    }

    #[test]
    fn un_deroule_fait_la_duree() {
        assert!(fautes(modele()).is_empty());
        let mut c = modele();
        c.duree_minutes += 5;
        assert_eq!(fautes(c), ["deroule"]);
        let mut c = modele();
        c.deroule.clear();
        assert!(fautes(c).is_empty());
    }

    #[test]
    fn ce_qui_manque_est_dit_en_une_fois() {
        let mut c = modele();
        (c.titre, c.objectifs, c.thematiques, c.places) = (" ".into(), vec![" ".into()], vec![], 0);
        c.gestes.push("999".into());
        assert_eq!(fautes(c), ["titre", "objectifs", "places", "thematiques", "gestes"]);
    }

    #[test]
    fn un_lien_mene_quelque_part() {
        let mut c = modele();
        let support = |adresse: Option<&str>| Support {
            titre: "S".into(),
            nature: Nature::Lien,
            adresse: adresse.map(str::to_owned),
            langue: "fr".into(),
            ..Support::default()
        };
        for (adresse, bien) in [(Some("https://exemple.invalid/x"), true), (None, false), (Some("javascript:alert(1)"), false)] {
            c.supports = vec![support(adresse)];
            assert_eq!(fautes(c.clone()).is_empty(), bien, "{adresse:?}");
        }
    }
}
