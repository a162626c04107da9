//! The hours of a training plan: what is printed, what the modules add up to, and the difference in words.
//! Neither is ever mended in silence (trap 1 of the domain page).

use certification_regles::{
    Version,
    referentiel::{BlocHoraire, EtapeRuban, Horaires, Module, SyntheseHoraire},
};
use interface::{
    format::nombre,
    graphique::{Graphique, Valeur},
};

/// « 17,5 h », as documents print it.
pub(super) fn heures(minutes: u32) -> String {
    format!("{}\u{a0}h", nombre(f64::from(minutes) / 60.0, 2))
}

fn heures_ou(minutes: Option<u32>, sinon: &str) -> String {
    minutes.map_or_else(|| sinon.to_owned(), heures)
}

/// A sum without any duration is unknown, not zero.
fn somme(minutes: u32) -> String {
    if minutes == 0 { "–".to_owned() } else { heures(minutes) }
}

/// A line of the table of totals.
pub(super) struct Total {
    pub intitule: String,
    pub imprime: String,
    pub calcule: String,
    pub ecart: String,
}

/// The modules of one block.
pub(super) struct VueBloc {
    pub id: String,
    pub intitule: &'static str,
    /// Title and printed duration.
    pub modules: Vec<(&'static str, String)>,
    pub imprime: String,
    pub calcule: String,
}

/// The hours of a version.
pub(super) struct VueHoraires {
    pub graphique: Graphique,
    pub ecarts: Vec<String>,
    pub sans_duree: Vec<String>,
    pub totaux: Vec<Total>,
    pub blocs: Vec<VueBloc>,
}

pub(super) fn vue(v: &'static Version) -> Option<VueHoraires> {
    let h = v.horaires.as_ref()?;
    let syntheses = h.syntheses();
    let total = syntheses.last()?;
    Some(VueHoraires {
        graphique: graphique(v, h, total),
        ecarts: syntheses.iter().filter_map(|s| ecart(v, h, s)).collect(),
        sans_duree: total.modules_sans_horaire.clone(),
        totaux: syntheses
            .iter()
            .map(|s| Total {
                intitule: nom(v, h, s),
                imprime: heures_ou(s.imprime_minutes, "non imprimé"),
                calcule: somme(s.calcule_minutes),
                ecart: match s.ecart_minutes {
                    None => "–".to_owned(),
                    Some(0) => "aucun".to_owned(),
                    Some(e) => format!("{}{}", if e > 0 { "+" } else { "\u{2212}" }, heures(e.unsigned_abs() as u32)),
                },
            })
            .collect(),
        blocs: h.blocs.iter().map(|b| bloc(v, b)).collect(),
    })
}

/// « Bloc 1 » when the block is that of a unit: the printed title is long, and said beside.
fn nom_du_bloc(v: &Version, b: &BlocHoraire) -> String {
    b.unite.as_deref().and_then(|u| v.unite(u)).map_or_else(|| b.intitule.clone(), |u| super::vue::nom_court(v, u))
}

fn nom(v: &Version, h: &Horaires, s: &SyntheseHoraire) -> String {
    h.blocs.iter().find(|b| b.code == s.code).map_or_else(|| s.intitule.clone(), |b| nom_du_bloc(v, b))
}

fn ecart(v: &Version, h: &Horaires, s: &SyntheseHoraire) -> Option<String> {
    let (imprime, e) = (s.imprime_minutes?, s.ecart_minutes.filter(|e| *e != 0)?);
    let sens = if e > 0 { "de plus" } else { "de moins" };
    Some(format!(
        "{}\u{a0}: le document imprime {}, la somme des modules donne {}. Le document compte donc {} {sens}.",
        nom(v, h, s),
        heures(imprime),
        heures(s.calcule_minutes),
        heures(e.unsigned_abs() as u32),
    ))
}

fn mesure(minutes: u32) -> Valeur {
    Valeur::mesure(f64::from(minutes) / 60.0).dite(heures(minutes))
}

/// Two bars a block, printed and computed: side by side, a difference is seen.
fn graphique(v: &Version, h: &Horaires, total: &SyntheseHoraire) -> Graphique {
    let barres = h.blocs.iter().filter(|b| b.total_imprime_minutes.is_some() || b.calcule_minutes() > 0).flat_map(|b| {
        let nom = nom_du_bloc(v, b);
        [
            (format!("{nom}, total imprimé"), b.total_imprime_minutes.map_or_else(Valeur::absente, mesure)),
            (format!("{nom}, somme des modules"), mesure(b.calcule_minutes())),
        ]
    });
    let imprime = heures_ou(total.imprime_minutes, "non imprimé");
    Graphique::barres("heures", "Heures de formation par bloc", "heures", barres).decrit(format!(
        "Pour chaque bloc, le total imprimé puis la somme de ses modules. Ensemble\u{a0}: {imprime} au total imprimé, {} à la somme des modules.",
        heures(total.calcule_minutes)
    ))
}

fn bloc(v: &'static Version, b: &'static BlocHoraire) -> VueBloc {
    let duree = |m: &Module| heures_ou(m.minutes, "sans durée imprimée");
    VueBloc {
        id: format!("heures-{}", b.code),
        intitule: b.unite.as_deref().and_then(|u| v.unite(u)).map_or(b.intitule.as_str(), |u| u.intitule.as_str()),
        modules: b.modules.iter().map(|m| (m.intitule.as_str(), duree(m))).collect(),
        imprime: heures_ou(b.total_imprime_minutes, "non imprimé"),
        calcule: somme(b.calcule_minutes()),
    }
}

/// A step of the ribbon: what is taught, for how long, when.
pub(super) struct Etape {
    pub intitule: &'static str,
    pub duree: String,
    pub quand: Option<String>,
    /// Where its bar begins on the line, and how long it is, in percent: to the scale of the hours.
    pub depart: String,
    pub largeur: String,
    /// Without a printed duration: a mark, not a bar.
    pub repere: bool,
}

/// The ribbon, in the order of the document.
pub(super) fn ruban(v: &'static Version) -> Vec<Etape> {
    let mut etapes: Vec<&EtapeRuban> = v.ruban.iter().collect();
    etapes.sort_by_key(|e| e.rang);
    let minutes = |e: &EtapeRuban| {
        let module = e.module.as_deref().and_then(|m| v.horaires.iter().flat_map(Horaires::modules).find(|x| x.code == m));
        module.and_then(|m| m.minutes)
    };
    let total: u32 = etapes.iter().filter_map(|e| minutes(e)).sum();
    let part = |m: u32| format!("{:.2}", 100.0 * f64::from(m) / f64::from(total.max(1)));
    // Each step after the one before: the document prints their order, not their hours in the year.
    let mut passees = 0;
    etapes
        .into_iter()
        .map(|e| {
            let duree = minutes(e);
            let depart = part(passees);
            passees += duree.unwrap_or_default();
            Etape {
                intitule: &e.intitule,
                depart,
                largeur: part(duree.unwrap_or_default()),
                repere: duree.is_none(),
                duree: heures_ou(duree, "sans durée imprimée"),
                quand: match (e.debut, e.fin) {
                    (Some(d), Some(f)) => Some(format!("de la position {d} à la position {f}")),
                    _ => None,
                },
            }
        })
        .collect()
}

#[cfg(test)]
mod unitaires {
    use super::{super::trouver, *};

    #[test]
    fn l_ecart_imprime_est_dit_et_pas_corrige() {
        let h = vue(trouver("cmn-plan-de-formation").unwrap()).unwrap();
        assert_eq!(h.ecarts.len(), 2, "{:?}", h.ecarts);
        assert_eq!(
            h.ecarts[0],
            "EVALUATIONS ET ACCOMPAGNEMENT\u{a0}: le document imprime 39,5\u{a0}h, la somme des modules donne 38,5\u{a0}h. Le document compte donc 1\u{a0}h de plus."
        );
        assert!(h.ecarts[1].contains("352,5\u{a0}h") && h.ecarts[1].contains("351,5\u{a0}h"));
        assert_eq!(h.sans_duree, ["Acteurs médiation numérique", "Techniques de recherche d'emploi"]);
        let svg = h.graphique.to_string();
        assert!(svg.contains("39,5\u{a0}h") && svg.contains("38,5\u{a0}h"));
    }

    #[test]
    fn le_ruban_garde_son_ordre_et_ses_modules_sans_duree() {
        let r = ruban(trouver("cmn-plan-de-formation").unwrap());
        assert_eq!(r.len(), 16);
        assert_eq!((r[0].intitule, r[0].duree.as_str()), ("Initiation TICE", "7\u{a0}h"));
        assert_eq!((r[11].duree.as_str(), r[11].repere), ("sans durée imprimée", true));
        // The bars follow one another and fill the line.
        let nombre = |t: &str| t.parse::<f64>().unwrap();
        assert_eq!((r[0].depart.as_str(), r[1].depart.as_str()), ("0.00", r[0].largeur.as_str()));
        let fin = r.iter().rfind(|e| !e.repere).unwrap();
        assert!((nombre(&fin.depart) + nombre(&fin.largeur) - 100.0).abs() < 0.1, "{} {}", fin.depart, fin.largeur);
        assert!(vue(trouver("mediateur-numerique").unwrap()).is_none());
    }
}
