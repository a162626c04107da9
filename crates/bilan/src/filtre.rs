//! What a bilan is about: structures, period, and what of it.

use chrono::{Datelike, Months, NaiveDate};
use mediation::nomenclatures::{Thematique, TypeActivite};
use sea_orm::{
    ExprTrait, JoinType,
    sea_query::{Cond, Expr, Query, SelectStatement},
};
use serde::Deserialize;
use socle::{
    Contexte, Erreur, Nomenclature, Permission, Resultat,
    controle::Controle,
    identifiant::{LieuId, StructureId, UtilisateurId},
};

use crate::{periode::Periode, regles::PERIODE_MAX};

/// A bilan as an address asks for it; every parameter is text, so that each fault is told in words.
#[derive(Clone, Debug, Default, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub struct Demande {
    /// A period that moves with the calendar, instead of two days.
    #[param(value_type = Option<Periode>)]
    pub periode: String,
    /// First day, 1 January unless told.
    #[param(value_type = Option<NaiveDate>)]
    pub du: String,
    /// Last day, included; today unless told. Ten years at most.
    #[param(value_type = Option<NaiveDate>)]
    pub au: String,
    #[param(value_type = Option<LieuId>)]
    pub lieu: String,
    #[param(value_type = Option<UtilisateurId>)]
    pub mediateur: String,
    #[serde(rename = "type")]
    #[param(rename = "type", value_type = Option<TypeActivite>)]
    pub type_activite: String,
    #[param(value_type = Option<Thematique>)]
    pub thematique: String,
    /// INSEE code.
    #[param(value_type = Option<String>)]
    pub commune: String,
    /// The structure worked in unless told (a coordinator: all of theirs). May be repeated.
    #[param(value_type = Option<Vec<StructureId>>)]
    pub structure: Vec<String>,
    /// `instance`: all the structures, for the administration of the instance; small figures are masked.
    #[param(value_type = Option<String>)]
    pub portee: String,
}

impl Demande {
    /// Sets what a pair of an address says; false when it says nothing of a filter.
    pub fn poser(&mut self, nom: &str, valeur: String) -> bool {
        let champ = match nom {
            "periode" => &mut self.periode,
            "du" => &mut self.du,
            "au" => &mut self.au,
            "lieu" => &mut self.lieu,
            "mediateur" => &mut self.mediateur,
            "type" => &mut self.type_activite,
            "thematique" => &mut self.thematique,
            "commune" => &mut self.commune,
            "structure" => {
                self.structure.push(valeur);
                return true;
            }
            _ => return false,
        };
        *champ = valeur;
        true
    }

    /// The filter asked for; all faults at once.
    pub fn lire(&self, aujourd_hui: NaiveDate) -> Resultat<Filtre> {
        let mut c = Controle::new();
        let periode: Option<Periode> = c.code("periode", self.periode.trim());
        let au = c.date("au", &self.au);
        let du = c.date("du", &self.du);
        c.exiger(
            periode.is_none() || (du.is_none() && au.is_none()),
            "periode",
            "Choisissez une période, ou deux dates\u{a0}: pas les deux.",
        );
        let fin = au.unwrap_or(aujourd_hui);
        let debut = du.or_else(|| NaiveDate::from_ymd_opt(fin.year(), 1, 1)).unwrap_or(fin);
        let (debut, fin) = periode.map_or((debut, fin), |p| p.jours(aujourd_hui));
        if c.fautes().is_empty() {
            c.exiger((1900..=2200).contains(&debut.year()), "du", "Cette date est trop lointaine.");
            c.exiger((1900..=2200).contains(&fin.year()), "au", "Cette date est trop lointaine.");
        }
        if c.fautes().is_empty() {
            c.exiger(debut <= fin, "du", "Le début de la période est après sa fin.");
            c.exiger(fin < debut + Months::new(PERIODE_MAX), "au", "La période dépasse dix ans.");
        }
        let commune = self.commune.trim();
        let lisible = commune.is_empty() || (commune.len() == 5 && commune.chars().all(|c| c.is_ascii_alphanumeric()));
        c.exiger(lisible, "commune", "Il faut un code INSEE à cinq caractères.");
        c.exiger(matches!(self.portee.trim(), "" | "instance"), "portee", "Ce choix ne fait pas partie de la liste.");
        let filtre = Filtre {
            du: debut,
            au: fin,
            instance: self.portee.trim() == "instance",
            structures: self.structure.iter().filter_map(|s| c.identifiant("structure", s)).collect(),
            lieu: c.identifiant("lieu", &self.lieu),
            mediateur: c.identifiant("mediateur", &self.mediateur),
            type_activite: c.code("type", &self.type_activite),
            thematique: c.code("thematique", &self.thematique),
            commune: Some(commune.to_owned()).filter(|t| !t.is_empty()),
        };
        c.exiger(filtre.structures.len() <= 50, "structure", "Cinquante structures au plus.");
        c.finir()?;
        Ok(filtre)
    }
}

/// What is counted: the activities of some structures in a period, all of them or a part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filtre {
    pub du: NaiveDate,
    /// Included.
    pub au: NaiveDate,
    /// Empty: the structure the actor works in, or all those of a coordinator.
    pub structures: Vec<StructureId>,
    /// All the structures of the instance, whatever `structures` says: for its administration.
    pub instance: bool,
    pub lieu: Option<LieuId>,
    pub mediateur: Option<UtilisateurId>,
    pub type_activite: Option<TypeActivite>,
    pub thematique: Option<Thematique>,
    /// INSEE code.
    pub commune: Option<String>,
}

/// Whether the actor only coordinates there: figures, no names, small ones masked. Whatever else they are
/// there (juré, candidat…) that does not let them read accompaniments changes nothing.
pub fn coordonne_seulement(cx: &Contexte, structure: StructureId) -> bool {
    !cx.acteur.est_systeme()
        && cx.acteur.fonctions.iter().filter(|f| f.structure == structure).all(|f| !f.role.permet(Permission::AccompagnementsLire))
}

impl Filtre {
    /// All that the structures of the instance did in these days.
    pub fn de_l_instance(du: NaiveDate, au: NaiveDate) -> Self {
        Self {
            du,
            au,
            structures: vec![],
            instance: true,
            lieu: None,
            mediateur: None,
            type_activite: None,
            thematique: None,
            commune: None,
        }
    }

    /// The same with its structures told, each of which the actor may read the figures of.
    /// Lists are made with this, so that the whole instance, which has figures alone, is refused here.
    pub fn situer(mut self, cx: &Contexte) -> Resultat<Self> {
        if self.instance {
            return Err(Erreur::Interdit(Permission::BilanLire));
        }
        if self.structures.is_empty() {
            let active = cx.exiger(Permission::BilanLire)?;
            self.structures = if coordonne_seulement(cx, active) {
                cx.acteur.fonctions.iter().map(|f| f.structure).filter(|s| cx.acteur.peut_dans(Permission::BilanLire, *s)).collect()
            } else {
                vec![active]
            };
        }
        for s in &self.structures {
            cx.exiger_dans(Permission::BilanLire, *s)?;
        }
        self.structures.sort_unstable();
        self.structures.dedup();
        Ok(self)
    }

    /// The same for figures alone: the administration of the instance may ask for all its structures.
    pub fn situer_chiffres(mut self, cx: &Contexte) -> Resultat<Self> {
        if !self.instance {
            return self.situer(cx);
        }
        cx.exiger_instance(Permission::InstanceGerer)?;
        self.structures.clear();
        Ok(self)
    }

    /// Whether small figures are masked: the actor only coordinates one of the structures counted, or counts
    /// the whole instance.
    pub fn masque(&self, cx: &Contexte) -> bool {
        (self.instance && !cx.acteur.est_systeme()) || self.structures.iter().any(|s| coordonne_seulement(cx, *s))
    }

    /// Refuses a lieu of another structure.
    pub async fn verifier_lieu(&self, cx: &Contexte) -> Resultat<()> {
        if let Some(l) = self.lieu {
            let connu = crate::requetes::lieux(cx, &[l], (!self.instance).then_some(&self.structures)).await?;
            if connu.is_empty() {
                return Err(Erreur::champ("lieu", "Ce lieu n’est pas un lieu de la structure."));
            }
        }
        Ok(())
    }

    /// What `alias` holds of the structures counted, by its column `structure_id`.
    pub fn dans(&self, alias: &'static str) -> Cond {
        let c = Cond::all();
        if self.instance { c } else { c.add(Expr::col((alias, "structure_id")).is_in(self.structures.iter().copied())) }
    }

    /// Whether only a part of the activities of the period is counted.
    pub fn restreint(&self) -> bool {
        self.lieu.is_some()
            || self.mediateur.is_some()
            || self.type_activite.is_some()
            || self.thematique.is_some()
            || self.commune.is_some()
    }

    /// The same over other days.
    pub fn entre(&self, du: NaiveDate, au: NaiveDate) -> Self {
        Self { du, au, ..self.clone() }
    }

    /// The names of the parameters told, without their values.
    pub fn champs(&self) -> Vec<&'static str> {
        let facultatifs = [
            ("lieu", self.lieu.is_some()),
            ("mediateur", self.mediateur.is_some()),
            ("type", self.type_activite.is_some()),
            ("thematique", self.thematique.is_some()),
            ("commune", self.commune.is_some()),
        ];
        ["du", "au", "structure"].into_iter().chain(facultatifs.into_iter().filter_map(|(n, dit)| dit.then_some(n))).collect()
    }

    /// The query of an address that asks for the same: dates, ids and codes alone.
    pub fn adresse(&self) -> String {
        format!("du={}&au={}{}", self.du, self.au, self.reste())
    }

    /// The same without the period, each part after a `&`.
    pub fn reste(&self) -> String {
        let mut parts = vec![String::new()];
        parts.extend(self.instance.then(|| "portee=instance".to_owned()));
        parts.extend(self.structures.iter().map(|s| format!("structure={s}")));
        parts.extend(self.lieu.map(|v| format!("lieu={v}")));
        parts.extend(self.mediateur.map(|v| format!("mediateur={v}")));
        parts.extend(self.type_activite.map(|v| format!("type={}", v.code())));
        parts.extend(self.thematique.map(|v| format!("thematique={}", v.code())));
        parts.extend(self.commune.as_ref().map(|v| format!("commune={v}")));
        parts.join("&")
    }

    /// The activities counted, as `a`; their lieu is joined as `l` when it is needed or `avec_lieu`.
    /// Reads the rows of the structures and the period alone, by `ix_acc_structure_date`.
    pub fn activites(&self, avec_lieu: bool) -> SelectStatement {
        let mut q = Query::select();
        q.from_as("accompagnement", "a");
        self.restreindre(&mut q, avec_lieu);
        q
    }

    /// The named participations counted, as `p` with their activity `a`.
    pub fn participations(&self) -> SelectStatement {
        let mut q = self.activites(false);
        q.join_as(JoinType::InnerJoin, "participation", "p", Expr::col(("p", "accompagnement_id")).equals(("a", "id")));
        q
    }

    fn restreindre(&self, q: &mut SelectStatement, avec_lieu: bool) {
        q.cond_where(self.dans("a"))
            .and_where(Expr::col(("a", "date")).between(self.du, self.au))
            .and_where(Expr::col(("a", "supprime_le")).is_null());
        self.preciser(q, avec_lieu);
    }

    /// What the filter says of the activity `a` beyond structures and period.
    pub fn preciser(&self, q: &mut SelectStatement, avec_lieu: bool) {
        if avec_lieu || self.commune.is_some() {
            q.join_as(JoinType::LeftJoin, "lieu", "l", Expr::col(("l", "id")).equals(("a", "lieu_id")));
        }
        if let Some(l) = self.lieu {
            q.and_where(Expr::col(("a", "lieu_id")).eq(l));
        }
        if let Some(m) = self.mediateur {
            q.and_where(Expr::col(("a", "mediateur_id")).eq(m));
        }
        if let Some(t) = self.type_activite {
            q.and_where(Expr::col(("a", "type_activite")).eq(t.code()));
        }
        if let Some(t) = self.thematique {
            q.and_where(a_le_code("thematique", &t.code()));
        }
        if let Some(c) = &self.commune {
            q.and_where(Expr::cust("COALESCE(a.commune, l.commune)").eq(c.as_str()));
        }
    }
}

/// Whether the activity `a` has this code.
pub fn a_le_code(axe: &str, code: &str) -> Expr {
    let mut s = Query::select();
    s.expr(Expr::val(1))
        .from_as("accompagnement_code", "k")
        .and_where(Expr::col(("k", "accompagnement_id")).equals(("a", "id")))
        .and_where(Expr::col(("k", "axe")).eq(axe))
        .and_where(Expr::col(("k", "code")).eq(code));
    Expr::exists(s)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn jour(a: i32, m: u32, j: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(a, m, j).unwrap()
    }

    fn lire(du: &str, au: &str) -> Result<(NaiveDate, NaiveDate), String> {
        let d = Demande { du: du.into(), au: au.into(), ..Demande::default() };
        match d.lire(jour(2026, 3, 10)) {
            Ok(f) => Ok((f.du, f.au)),
            Err(Erreur::Invalide(e)) => Err(e[0].champ.clone()),
            Err(e) => panic!("{e}"),
        }
    }

    #[test]
    fn la_periode_est_l_annee_en_cours_sauf_dire_contraire() {
        assert_eq!(lire("", ""), Ok((jour(2026, 1, 1), jour(2026, 3, 10))));
        assert_eq!(lire("2025-12-01", ""), Ok((jour(2025, 12, 1), jour(2026, 3, 10))));
        assert_eq!(lire("", "2025-06-30"), Ok((jour(2025, 1, 1), jour(2025, 6, 30))));
        assert_eq!(lire("2026-03-10", "2026-03-10"), Ok((jour(2026, 3, 10), jour(2026, 3, 10))));
    }

    #[test]
    fn une_periode_impossible_est_refusee_sur_son_champ() {
        assert_eq!(lire("2026-02-30", ""), Err("du".into()));
        assert_eq!(lire("", "demain"), Err("au".into()));
        assert_eq!(lire("2026-03-11", "2026-03-10"), Err("du".into()));
        assert_eq!(lire("2016-03-10", "2026-03-10"), Err("au".into()));
        assert!(lire("2016-03-11", "2026-03-10").is_ok());
        assert_eq!(lire("-9999-01-01", "+262000-12-31"), Err("du".into()));
    }

    #[test]
    fn l_adresse_dit_le_filtre() {
        let d = Demande { thematique: "email".into(), type_activite: "collectif".into(), commune: "31555".into(), ..Demande::default() };
        let f = d.lire(jour(2026, 3, 10)).unwrap();
        assert_eq!(f.adresse(), "du=2026-01-01&au=2026-03-10&type=collectif&thematique=email&commune=31555");
    }
}
