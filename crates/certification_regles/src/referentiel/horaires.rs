//! Horaires, en minutes (17,5 h = 1 050) : le total imprimé et le total calculé sont
//! gardés tous les deux, jamais corrigés en silence (piège n° 1).

use serde::{Deserialize, Serialize};

/// Les horaires d'une version.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Horaires {
    /// Total général imprimé, en minutes.
    #[serde(default)]
    pub total_imprime_minutes: Option<u32>,
    /// Total général calculé au moment de la transcription, en minutes.
    #[serde(default)]
    pub total_calcule_minutes: Option<u32>,
    /// Blocs.
    #[serde(default)]
    pub blocs: Vec<BlocHoraire>,
}

/// Un bloc d'horaires.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BlocHoraire {
    /// Code.
    pub code: String,
    /// Intitulé imprimé.
    #[serde(default)]
    pub intitule: String,
    /// Unité correspondante.
    #[serde(default)]
    pub unite: Option<String>,
    /// Total imprimé, en minutes.
    #[serde(default)]
    pub total_imprime_minutes: Option<u32>,
    /// Total calculé à la transcription, en minutes.
    #[serde(default)]
    pub total_calcule_minutes: Option<u32>,
    /// Modules.
    #[serde(default)]
    pub modules: Vec<Module>,
}

/// Un module ; sa durée peut manquer (piège n° 2).
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Module {
    /// Code, unique dans la version.
    pub code: String,
    /// Intitulé imprimé.
    #[serde(default)]
    pub intitule: String,
    /// Durée en minutes.
    #[serde(default)]
    pub minutes: Option<u32>,
    /// Durée imprimée.
    #[serde(default)]
    pub imprime: Option<String>,
}

/// Une étape du ruban d'intervention.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EtapeRuban {
    /// Rang imprimé, à partir de 1.
    pub rang: u32,
    /// Intitulé imprimé.
    pub intitule: String,
    /// Module concerné.
    #[serde(default)]
    pub module: Option<String>,
    /// Position de début, si elle est lisible.
    #[serde(default)]
    pub debut: Option<u32>,
    /// Position de fin, si elle est lisible.
    #[serde(default)]
    pub fin: Option<u32>,
}

/// Total imprimé face au total calculé, pour un bloc ou pour l'ensemble.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SyntheseHoraire {
    /// Code du bloc, ou `total`.
    pub code: String,
    /// Intitulé.
    pub intitule: String,
    /// Minutes imprimées.
    pub imprime_minutes: Option<u32>,
    /// Minutes calculées.
    pub calcule_minutes: u32,
    /// Imprimé moins calculé.
    pub ecart_minutes: Option<i64>,
    /// Modules sans durée.
    pub modules_sans_horaire: Vec<String>,
}

impl BlocHoraire {
    /// Somme des modules, en minutes ; un module sans durée compte zéro. Trop grande pour être vraie,
    /// elle s'arrête au plus grand nombre : le total imprimé la contredira.
    pub fn calcule_minutes(&self) -> u32 {
        self.modules.iter().filter_map(|m| m.minutes).fold(0, u32::saturating_add)
    }

    fn synthese(&self) -> SyntheseHoraire {
        synthese(&self.code, &self.intitule, self.total_imprime_minutes, self.calcule_minutes(), &[self])
    }
}

impl Horaires {
    /// Somme de tous les modules, en minutes.
    pub fn calcule_minutes(&self) -> u32 {
        self.blocs.iter().map(BlocHoraire::calcule_minutes).fold(0, u32::saturating_add)
    }

    /// Un bilan par bloc, puis le total.
    pub fn syntheses(&self) -> Vec<SyntheseHoraire> {
        let mut lignes: Vec<_> = self.blocs.iter().map(BlocHoraire::synthese).collect();
        let blocs: Vec<&BlocHoraire> = self.blocs.iter().collect();
        lignes.push(synthese("total", "Total global", self.total_imprime_minutes, self.calcule_minutes(), &blocs));
        lignes
    }

    /// Tous les modules.
    pub fn modules(&self) -> impl Iterator<Item = &Module> {
        self.blocs.iter().flat_map(|b| &b.modules)
    }
}

fn synthese(code: &str, intitule: &str, imprime: Option<u32>, calcule: u32, blocs: &[&BlocHoraire]) -> SyntheseHoraire {
    SyntheseHoraire {
        code: code.to_owned(),
        intitule: intitule.to_owned(),
        imprime_minutes: imprime,
        calcule_minutes: calcule,
        ecart_minutes: imprime.map(|i| i64::from(i) - i64::from(calcule)),
        modules_sans_horaire: blocs.iter().flat_map(|b| &b.modules).filter(|m| m.minutes.is_none()).map(|m| m.intitule.clone()).collect(),
    }
}
