//! The certificate of completion: what was followed of a training, in hours, as the attendance and the company
//! periods recorded say.

use certification_regles::decision::EtatDocument;
use chrono::NaiveDate;
use interface::format;
use serde_json::json;
use socle::{Contexte, Erreur, Resultat, identifiant::CandidatureId, ports::Modele};
use territoire::structure::imprimee as en_tete;

use super::{
    super::Compose,
    blocs::{fiche, paragraphe, tableau, titre_bloc},
};
use crate::{
    candidat,
    candidature::{
        self,
        pieces::{self, Piece},
    },
    titre,
};

/// What was followed, in minutes, and the lines that prove it.
#[derive(Default)]
struct Heures {
    prevues: i64,
    suivies: i64,
    entreprise: i64,
    modules: Vec<Vec<String>>,
    periodes: Vec<Vec<String>>,
    premier: Option<NaiveDate>,
    dernier: Option<NaiveDate>,
}

impl Heures {
    /// Sums the hours of a file, in the order of their days. A company period not over yet is left out.
    fn compter(pieces: impl Iterator<Item = Piece>, aujourd_hui: NaiveDate) -> Self {
        let mut toutes: Vec<Piece> = pieces.collect();
        toutes.sort_by_key(|p| match p {
            Piece::Formation { debut, fin, .. } | Piece::Periode { debut, fin, .. } => Some((*debut, *fin)),
            _ => None,
        });
        let mut h = Self::default();
        for p in toutes {
            match p {
                Piece::Formation { module, debut, fin, prevues, suivies, .. } => {
                    h.jours(debut, fin);
                    h.prevues += i64::from(prevues);
                    h.suivies += i64::from(suivies);
                    h.modules.push(vec![module, dates(debut, fin), format::duree(prevues), format::duree(suivies)]);
                }
                Piece::Periode { entreprise, debut, fin, minutes, .. } if fin <= aujourd_hui => {
                    h.jours(debut, fin);
                    h.entreprise += i64::from(minutes);
                    h.periodes.push(vec![entreprise, dates(debut, fin), format::duree(minutes)]);
                }
                _ => {}
            }
        }
        h
    }

    fn jours(&mut self, debut: NaiveDate, fin: NaiveDate) {
        self.premier = Some(self.premier.map_or(debut, |p| p.min(debut)));
        self.dernier = Some(self.dernier.map_or(fin, |d| d.max(fin)));
    }
}

fn dates(debut: NaiveDate, fin: NaiveDate) -> String {
    if debut == fin { format::date_courte(debut) } else { format!("du {} au {}", format::date_courte(debut), format::date_courte(fin)) }
}

fn aucune() -> Erreur {
    Erreur::Conflit(
        "Aucune heure suivie n’est notée. Reportez dans la candidature les heures des feuilles d’émargement : le certificat de réalisation les atteste."
            .into(),
    )
}

pub(super) async fn realisation(cx: &Contexte, id: CandidatureId) -> Resultat<Compose> {
    let c = candidature::lire(cx, id).await?;
    let p = candidat::lire(cx, c.candidat_id).await?;
    let v = titre::version(cx, &c.version_code).await?;
    let h = Heures::compter(pieces::lister(cx, id).await?.into_values(), cx.aujourd_hui());
    // Without dates at the enrolment, those of what was followed.
    let (Some(debut), Some(fin)) = (c.formation_debut.or(h.premier), c.formation_fin.or(h.dernier)) else {
        return Err(aucune());
    };
    if fin > cx.aujourd_hui() {
        return Err(Erreur::Conflit("La formation n’est pas finie : son certificat de réalisation se donne à la fin.".into()));
    }
    if h.suivies + h.entreprise == 0 {
        return Err(aucune());
    }
    if h.premier.is_some_and(|j| j < debut) || h.dernier.is_some_and(|j| j > fin) {
        return Err(Erreur::Conflit(format!(
            "Des heures sont notées en dehors de la formation, qui va du {} au {}. Corrigez-les, puis émettez le certificat.",
            format::date_sans_jour(debut),
            format::date_sans_jour(fin)
        )));
    }
    let mut champs = vec![
        ("Formation", v.nom().to_owned()),
        ("Nature", "Action de formation".to_owned()),
        ("Du", format::date_sans_jour(debut)),
        ("Au", format::date_sans_jour(fin)),
    ];
    if h.suivies > 0 {
        champs.push(("Heures suivies en centre", format!("{}, sur {} prévues", format::duree(h.suivies), format::duree(h.prevues))));
    }
    if h.entreprise > 0 {
        champs.push(("Heures en entreprise", format::duree(h.entreprise)));
    }
    champs.push(("Durée suivie au total", format::duree(h.suivies + h.entreprise)));
    let mut blocs =
        vec![paragraphe(format!("Nous attestons que {} a suivi l’action de formation ci-dessous.", p.nom_complet())), fiche(&champs)];
    if !h.modules.is_empty() {
        blocs.push(titre_bloc("Heures suivies en centre"));
        blocs.push(tableau(&["Module", "Dates", "Prévues", "Suivies"], &h.modules));
    }
    if !h.periodes.is_empty() {
        blocs.push(titre_bloc("Périodes en entreprise"));
        blocs.push(tableau(&["Entreprise", "Dates", "Heures"], &h.periodes));
    }
    blocs.push(paragraphe("Ces heures sont celles des feuilles d’émargement et des attestations d’entreprise, gardées par le centre."));
    blocs.push(json!({"genre": "signatures", "signatures": [{"nom": "Pour le centre", "qualite": "Nom, qualité et signature"}]}));
    Ok(Compose {
        modele: Modele::Acte,
        donnees: json!({"structure": en_tete(cx, c.structure_id).await?, "date": cx.aujourd_hui(), "titre": "Certificat de réalisation", "sous_titre": v.nom(), "blocs": blocs}),
        candidat: Some(p.id),
        session: None,
        version: v.code.clone(),
        unites: Vec::new(),
        titre: v.nom().to_owned(),
        titulaire: Some((p.prenom, p.nom)),
        etat: EtatDocument::Delivre,
    })
}

#[cfg(test)]
mod unitaires {
    use super::*;

    fn jour(t: &str) -> NaiveDate {
        t.parse().unwrap()
    }

    fn module(nom: &str, debut: &str, prevues: u32, suivies: u32) -> Piece {
        Piece::Formation { module: nom.into(), debut: jour(debut), fin: jour(debut), prevues, suivies, preuve: None }
    }

    fn periode(debut: &str, fin: &str, minutes: u32) -> Piece {
        Piece::Periode { entreprise: "Atelier".into(), tuteur: "Une".into(), debut: jour(debut), fin: jour(fin), minutes, preuve: None }
    }

    #[test]
    fn les_heures_s_ajoutent_dans_l_ordre_des_jours() {
        let pieces = [
            module("B", "2026-02-02", 1050, 1020),
            periode("2026-03-02", "2026-04-10", 12_600),
            module("A", "2026-01-05", 420, 420),
            // Not over on the day: not followed yet.
            periode("2026-05-04", "2026-06-12", 9_000),
            Piece::Amenagement { mesure: "Une pause".into(), accorde_le: jour("2026-01-01"), accorde_par: "Une".into() },
        ];
        let h = Heures::compter(pieces.into_iter(), jour("2026-05-20"));
        assert_eq!((h.prevues, h.suivies, h.entreprise), (1470, 1440, 12_600));
        assert_eq!(h.modules.iter().map(|m| m[0].as_str()).collect::<Vec<_>>(), ["A", "B"]);
        assert_eq!(h.modules[1][3], "17\u{a0}h");
        assert_eq!((h.premier, h.dernier, h.periodes.len()), (Some(jour("2026-01-05")), Some(jour("2026-04-10")), 1));
        assert_eq!(Heures::compter(std::iter::empty(), jour("2026-05-20")).premier, None);
    }
}
