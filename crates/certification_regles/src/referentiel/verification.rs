//! Les contradictions d'un référentiel, toutes, en français. Un écart de total n'est pas une
//! contradiction : c'est un avis (piège n° 1).

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::regles::CODES;
use super::{Horaires, Nature, Sort, Version};
use crate::dates::en_francais;
use crate::motif::{NBSP, guillemets, liste};

/// Ce que vaut un constat.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Gravite {
    /// Le référentiel se contredit : il n'est pas importable.
    Erreur,
    /// À savoir, sans empêcher.
    Avis,
}

/// Un constat.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Constat {
    /// Erreur ou avis.
    pub gravite: Gravite,
    /// Code stable.
    pub code: &'static str,
    /// Version concernée.
    pub version: String,
    /// Phrase.
    pub phrase: String,
}

struct Releve<'a> {
    version: &'a Version,
    constats: Vec<Constat>,
}

impl Releve<'_> {
    fn erreur(&mut self, code: &'static str, phrase: String) {
        self.noter(Gravite::Erreur, code, phrase);
    }

    fn avis(&mut self, code: &'static str, phrase: String) {
        self.noter(Gravite::Avis, code, phrase);
    }

    fn noter(&mut self, gravite: Gravite, code: &'static str, phrase: String) {
        let phrase = format!("{}{NBSP}: {phrase}", self.version.code);
        self.constats.push(Constat { gravite, code, version: self.version.code.clone(), phrase });
    }
}

/// Vérifie des versions ensemble : les renvois se cherchent dans tout le lot.
pub fn verifier(versions: &[Version]) -> Vec<Constat> {
    let mut constats = Vec::new();
    for version in versions {
        let mut r = Releve { version, constats: Vec::new() };
        codes(&mut r, versions);
        calendrier(&mut r);
        renvois(&mut r, versions);
        table(&mut r);
        horaires(&mut r);
        constats.append(&mut r.constats);
    }
    cycles(versions, &mut constats);
    constats
}

fn doublons<'a>(codes: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let mut vus = BTreeMap::new();
    for c in codes {
        *vus.entry(c).or_insert(0) += 1;
    }
    vus.into_iter().filter(|(_, n)| *n > 1).map(|(c, _)| c).collect()
}

fn codes(r: &mut Releve, versions: &[Version]) {
    let v = r.version;
    if v.code.trim().is_empty() {
        r.erreur("code_vide", "la version n’a pas de code.".to_owned());
    }
    if v.titre.trim().is_empty() {
        r.erreur("unite_sans_titre", format!("les unités {} n’appartiennent à aucun titre.", liste(v.unites.iter().map(|u| &u.code))));
    }
    if versions.iter().filter(|autre| autre.code == v.code).count() > 1 {
        r.erreur("code_en_double", format!("deux versions portent le code {}.", guillemets(&v.code)));
    }
    let familles: [(&str, Vec<&str>); 4] = [
        ("unités", v.unites.iter().map(|u| u.code.as_str()).collect()),
        ("compétences", v.unites.iter().flat_map(|u| &u.competences).map(|c| c.code.as_str()).collect()),
        ("modules", v.horaires.iter().flat_map(Horaires::modules).map(|m| m.code.as_str()).collect()),
        ("références", v.references.iter().map(|x| x.code.as_str()).collect()),
    ];
    for (famille, codes) in familles {
        for code in doublons(codes.into_iter()) {
            r.erreur("code_en_double", format!("le code {} est porté par plusieurs {famille}.", guillemets(code)));
        }
    }
    if v.unites_du_titre().next().is_none() {
        r.erreur("titre_sans_unite", "le titre ne comporte aucun CCP ni bloc.".to_owned());
    }
    for u in &v.unites {
        if u.competences.is_empty() {
            r.avis("unite_sans_competence", format!("l’unité {} n’a aucune compétence.", guillemets(&u.code)));
        }
        if let Some(titre) = &u.titre
            && !versions.iter().any(|autre| autre.titre == *titre)
        {
            r.erreur(
                "unite_sans_titre",
                format!("l’unité {} est rattachée au titre {}, qui n’existe pas.", guillemets(&u.code), guillemets(titre)),
            );
        }
    }
    let mentions: BTreeSet<&str> = v.niveaux.iter().map(|n| n.nomenclature.as_str()).collect();
    if mentions.len() > 1 {
        let niveaux = v.niveaux.iter().map(|n| format!("{} ({})", n.valeur, n.nomenclature));
        r.avis("deux_nomenclatures", format!("le niveau est imprimé dans deux nomenclatures{NBSP}: {}.", liste(niveaux)));
    }
}

fn calendrier(r: &mut Releve) {
    let v = r.version;
    let mut ordre = |code, avant: Option<chrono::NaiveDate>, apres: Option<chrono::NaiveDate>, quoi: &str, que: &str| {
        if let (Some(a), Some(b)) = (avant, apres)
            && b < a
        {
            r.erreur(code, format!("{quoi} ({}) précède {que} ({}).", en_francais(b), en_francais(a)));
        }
    };
    ordre("fin_avant_debut", v.effet, v.fin, "la fin de validité", "la prise d’effet");
    ordre("delivrance_avant_debut", v.effet, v.limite_delivrance, "la limite de délivrance", "la prise d’effet");
    for p in &v.prorogations {
        ordre("prorogation_qui_raccourcit", v.fin, Some(p.nouvelle_fin), "la fin prorogée", "la fin de validité d’origine");
        ordre(
            "delivrance_qui_raccourcit",
            v.limite_delivrance,
            p.nouvelle_limite_delivrance,
            "la limite de délivrance prorogée",
            "la limite d’origine",
        );
    }
    for x in &v.references {
        ordre("abrogation_avant_date", x.date, x.abrogee_le, "l’abrogation", "la date du texte");
    }
    if v.fin.is_none() && !v.prorogations.is_empty() {
        r.erreur("prorogation_sans_fin", "une prorogation est publiée, mais la version n’a pas de fin de validité.".to_owned());
    }
    match v.sort {
        Sort::Prorogee if v.prorogations.is_empty() => {
            r.erreur("prorogee_sans_prorogation", "la version est dite prorogée, mais aucune prorogation n’est donnée.".to_owned());
        }
        Sort::Cloturee if v.fin.is_none() => {
            r.erreur("cloture_sans_fin", "la version est dite clôturée, mais sa fin de validité manque.".to_owned());
        }
        Sort::Revisee if v.fin.is_none() => {
            r.avis("revision_sans_fin", "la version est révisée et sa fin de validité n’est pas renseignée.".to_owned());
        }
        _ => {}
    }
    if v.nature == Nature::Prive && v.fin.is_some() && v.limite_delivrance.is_none() {
        r.avis("delivrance_absente", "un titre privé s’arrête à sa limite de délivrance, qui n’est pas renseignée.".to_owned());
    }
}

fn renvois(r: &mut Releve, versions: &[Version]) {
    let v = r.version;
    if let Some(code) = &v.succede_a
        && !versions.iter().any(|autre| autre.code == *code)
    {
        r.avis("version_remplacee_absente", format!("la version remplacée {} n’est pas dans le lot vérifié.", guillemets(code)));
    }
    let mut cible = |code: &str, ou: &str| {
        if v.unite(code).is_none() {
            r.erreur("unite_inconnue", format!("{ou} vise l’unité {}, qui n’existe pas.", guillemets(code)));
        }
    };
    for c in &v.correspondances {
        c.unites.iter().for_each(|u| cible(u, "une correspondance"));
    }
    for e in &v.equivalences {
        e.unites.iter().for_each(|u| cible(u, "une équivalence"));
    }
    for b in v.horaires.iter().flat_map(|h| &h.blocs) {
        b.unite.iter().for_each(|u| cible(u, "un bloc d’horaires"));
    }
    for c in &v.correspondances {
        if c.unites_source.is_empty() || c.unites.is_empty() {
            r.erreur("correspondance_vide", "une correspondance n’a pas d’unité de départ ou d’arrivée.".to_owned());
        }
        match versions.iter().find(|autre| autre.code == c.de_version) {
            None => r.erreur(
                "version_inconnue",
                format!("une correspondance part de la version {}, qui n’existe pas.", guillemets(&c.de_version)),
            ),
            Some(de) => {
                for u in c.unites_source.iter().filter(|u| de.unite(u).is_none()) {
                    r.erreur(
                        "unite_inconnue",
                        format!(
                            "une correspondance part de l’unité {}, qui n’existe pas dans la version {}.",
                            guillemets(u),
                            guillemets(&de.code)
                        ),
                    );
                }
            }
        }
    }
    for etape in &v.ruban {
        if let Some(m) = &etape.module
            && !v.horaires.iter().flat_map(Horaires::modules).any(|x| x.code == *m)
        {
            r.erreur("module_inconnu", format!("le ruban vise le module {}, qui n’existe pas.", guillemets(m)));
        }
    }
}

fn table(r: &mut Releve) {
    let v = r.version;
    for (i, regle) in v.regles.iter().enumerate() {
        if !CODES.iter().any(|(code, _)| *code == regle.code) {
            r.erreur("regle_inconnue", format!("la table de règles porte un code inconnu, {}.", guillemets(&regle.code)));
        }
        if let (Some(du), Some(au)) = (regle.du, regle.au)
            && au < du
        {
            r.erreur("regle_fin_avant_debut", format!("la règle {} finit avant de commencer.", guillemets(&regle.code)));
        }
        let chevauche = |autre: &super::Regle| {
            autre.code == regle.code
                && autre.au.is_none_or(|au| regle.du.is_none_or(|du| du <= au))
                && regle.au.is_none_or(|au| autre.du.is_none_or(|du| du <= au))
        };
        if v.regles.iter().skip(i + 1).any(chevauche) {
            r.erreur("regles_en_conflit", format!("la règle {} a deux valeurs à la même date.", guillemets(&regle.code)));
        }
    }
}

fn horaires(r: &mut Releve) {
    let v = r.version;
    let Some(h) = &v.horaires else { return };
    let stockes = h.blocs.iter().map(|b| b.total_calcule_minutes).chain([h.total_calcule_minutes]);
    for (s, stocke) in h.syntheses().into_iter().zip(stockes) {
        if stocke.is_some_and(|t| t != s.calcule_minutes) {
            r.erreur(
                "total_calcule_faux",
                format!(
                    "le total calculé de {} ne vaut pas la somme des modules, {}.",
                    guillemets(&s.intitule),
                    heures(s.calcule_minutes.into())
                ),
            );
        }
        if let (Some(imprime), Some(ecart)) = (s.imprime_minutes, s.ecart_minutes)
            && ecart != 0
        {
            r.avis(
                "total_imprime_different",
                format!(
                    "{} imprime {}, la somme des modules donne {}. Les deux sont gardés.",
                    guillemets(&s.intitule),
                    heures(imprime.into()),
                    heures(s.calcule_minutes.into())
                ),
            );
        }
        if s.code != "total" && !s.modules_sans_horaire.is_empty() {
            r.avis("module_sans_horaire", format!("sans durée imprimée{NBSP}: {}.", liste(&s.modules_sans_horaire)));
        }
    }
}

/// « 17,5 h ».
pub(crate) fn heures(minutes: u64) -> String {
    let centiemes = (minutes % 60) * 100 / 60;
    let decimales = match centiemes {
        0 => String::new(),
        c if c % 10 == 0 => format!(",{}", c / 10),
        c => format!(",{c:02}"),
    };
    format!("{}{decimales}{NBSP}h", minutes / 60)
}

/// Une version ne peut pas, de proche en proche, se remplacer elle-même.
fn cycles(versions: &[Version], constats: &mut Vec<Constat>) {
    let amont =
        |v: &Version| -> BTreeSet<String> { v.correspondances.iter().map(|c| c.de_version.clone()).chain(v.succede_a.clone()).collect() };
    let arcs: BTreeMap<&str, BTreeSet<String>> = versions.iter().map(|v| (v.code.as_str(), amont(v))).collect();
    for v in versions {
        let mut vus = BTreeSet::new();
        let mut pile: Vec<&str> = arcs[v.code.as_str()].iter().map(String::as_str).collect();
        while let Some(code) = pile.pop() {
            if vus.insert(code) {
                pile.extend(arcs.get(code).into_iter().flatten().map(String::as_str));
            }
        }
        if vus.contains(v.code.as_str()) {
            let phrase = format!("{}{NBSP}: les révisions tournent en rond, la version finit par se remplacer elle-même.", v.code);
            constats.push(Constat { gravite: Gravite::Erreur, code: "revisions_en_cercle", version: v.code.clone(), phrase });
        }
    }
}
