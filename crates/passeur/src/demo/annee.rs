//! Twelve months of a structure, day after day.

use chrono::{Datelike, Days, NaiveDate, TimeDelta, Weekday};
use mediation::{
    accompagnement::{self, Anonymes, CreerAccompagnement},
    accueil::{self, CreerAccueil},
    diagnostic::{self, CreerDiagnostic},
    nomenclatures::{
        Autonomie, Besoin, Demarche, Finalite, Genre, LieuType, Materiel, Niveau, Statut, Thematique, TrancheAge, TypeActivite,
    },
    orientation::{self, CreerOrientation, ModifierOrientation},
    parcours::{self, OuvrirParcours},
    personne::{self, Consentir, CreerPersonne},
};
use serde_json::json;
use socle::{Contexte, horloge::FUSEAU, identifiant::PersonneId};

use super::{Decor, hasard::Hasard, noms};

const GRAINE: u64 = 20_260_302;
const JOURS: u64 = 365;

/// A person of the demonstration, and how far they are.
struct Suivie {
    id: PersonneId,
    niveau: usize,
    diagnostics: usize,
}

struct Annee<'a> {
    h: Hasard,
    /// The chance of opinions.
    h_avis: Hasard,
    decor: &'a Decor,
    gens: Vec<Suivie>,
    /// The last day played.
    fin: NaiveDate,
}

/// Plays the year.
pub async fn jouer(cx: &mut Contexte, decor: &Decor) -> anyhow::Result<()> {
    let systeme = cx.acteur.clone();
    let maintenant = cx.maintenant;
    let mut decor = Decor {
        structure: decor.structure,
        nom: decor.nom.clone(),
        mediateurs: decor.mediateurs.clone(),
        responsable: decor.responsable,
        lieux: decor.lieux.clone(),
        partenaires: vec![],
    };
    let aujourd_hui = cx.aujourd_hui();
    let debut = aujourd_hui - Days::new(JOURS);
    cx.acteur = decor.acteur(0);
    a(cx, debut, 8 * 60);
    decor.partenaires(cx).await?;
    let mut annee = Annee { h: Hasard::new(GRAINE), h_avis: Hasard::new(GRAINE + 1), decor: &decor, gens: vec![], fin: aujourd_hui };
    annee.homonymes(cx).await?;
    for n in 0..JOURS {
        let jour = debut + Days::new(n);
        if jour.weekday() == Weekday::Sun || annee.h.chance(4) {
            continue;
        }
        annee.jour(cx, jour).await?;
    }
    cx.maintenant = maintenant;
    annee.aujourd_hui(cx).await?;
    cx.acteur = systeme;
    cx.maintenant = maintenant;
    Ok(())
}

/// Sets the clock of the context at a minute of a day in France.
fn a(cx: &mut Contexte, jour: NaiveDate, minute: i64) {
    if let Some(t) = jour.and_hms_opt(0, 0, 0).and_then(|m| m.and_local_timezone(FUSEAU).earliest()) {
        cx.maintenant = t.to_utc() + TimeDelta::minutes(minute);
    }
}

impl Annee<'_> {
    async fn personne(&mut self, cx: &Contexte, prenom: &str, nom: &str, annee: i32) -> anyhow::Result<usize> {
        let h = &mut self.h;
        let age = cx.aujourd_hui().year() - annee;
        let d = CreerPersonne {
            prenom: Some(prenom.into()),
            nom: Some(nom.into()),
            surnom: h.chance(5).then(|| "Mimi".into()),
            telephone: h.chance(60).then(|| format!("06 00 00 {:02} {:02}", h.sous(100), h.sous(100))),
            annee_naissance: h.chance(80).then_some(annee),
            genre: Some(h.pese(&[(Genre::Feminin, 55), (Genre::Masculin, 40), (Genre::NonCommunique, 5)])),
            statut: Some(match age {
                ..18 => Statut::Scolarise,
                18..64 => h.pese(&[(Statut::SansEmploi, 45), (Statut::EnEmploi, 45), (Statut::NonCommunique, 10)]),
                64.. => Statut::Retraite,
            }),
            commune: Some((*h.un(&["31555", "31069", "31446", "31149", "31044"])).into()),
            langue: h.chance(12).then(|| (*h.un(&["arabe", "portugais", "ukrainien", "anglais"])).into()),
            besoins: if h.chance(25) {
                vec![*h.un(&[
                    Besoin::GrosCaracteres,
                    Besoin::AideALaLecture,
                    Besoin::TempsSupplementaire,
                    Besoin::BoucleAuditive,
                    Besoin::FrancaisSimple,
                ])]
            } else {
                vec![]
            },
            amenagements: h.chance(8).then(|| "Souris verticale, écran rapproché".into()),
            ..CreerPersonne::default()
        };
        let (p, _) = personne::creer(cx, d).await?;
        personne::consentir(
            cx,
            p.id,
            Consentir { finalite: Finalite::Suivi, donne_le: cx.aujourd_hui(), destinataire: None, maniere: Some("à l’oral".into()) },
        )
        .await?;
        let niveau = self.h.sous(3);
        self.gens.push(Suivie { id: p.id, niveau, diagnostics: 0 });
        Ok(self.gens.len() - 1)
    }

    /// Three people of one name, whom only commune and year of birth tell apart; and a child.
    async fn homonymes(&mut self, cx: &Contexte) -> anyhow::Result<()> {
        for annee in [1948, 1951, 1990] {
            self.personne(cx, "Jeanne", "Exemple", annee).await?;
        }
        self.personne(cx, "Tilio", "Figurant", cx.aujourd_hui().year() - 10).await?;
        Ok(())
    }

    async fn nouvelle(&mut self, cx: &Contexte) -> anyhow::Result<usize> {
        let prenom = *self.h.un(&noms::PRENOMS);
        let nom = *self.h.un(&noms::NOMS);
        let age = self.h.pese(&[(15, 6), (22, 10), (33, 16), (50, 22), (65, 22), (76, 24)]) + self.h.sous(8) as i32;
        self.personne(cx, prenom, nom, cx.aujourd_hui().year() - age).await
    }

    /// Someone known, more likely a recent one, or someone new.
    async fn quelqu_un(&mut self, cx: &Contexte) -> anyhow::Result<usize> {
        if self.gens.len() < 8 || self.h.chance(14) {
            return self.nouvelle(cx).await;
        }
        let n = self.gens.len();
        let recents = std::cmp::min(n, 60);
        Ok(if self.h.chance(75) { n - 1 - self.h.sous(recents) } else { self.h.sous(n) })
    }

    async fn jour(&mut self, cx: &mut Contexte, jour: NaiveDate) -> anyhow::Result<()> {
        let ete = matches!(jour.month(), 7 | 8);
        for m in 0..self.decor.mediateurs.len() {
            let absent = if ete { 55 } else { 22 };
            if self.h.chance(absent) || (jour.weekday() == Weekday::Sat && m > 0) {
                continue;
            }
            cx.acteur = self.decor.acteur(m);
            // The bus goes round on Wednesdays; each mediator has a usual place.
            let lieu = if jour.weekday() == Weekday::Wed && m == 3 { 2 } else { m % 2 };
            let mut minute = 9 * 60 + self.h.sous(20) as i64;
            for _ in 0..=self.h.sous(3) {
                a(cx, jour, minute);
                minute += 50 + self.h.sous(60) as i64;
                self.visite(cx, jour, lieu).await?;
            }
            if self.h.chance(9) {
                a(cx, jour, 14 * 60);
                self.atelier(cx, jour, lieu, false).await?;
            }
        }
        Ok(())
    }

    async fn visite(&mut self, cx: &Contexte, jour: NaiveDate, lieu: usize) -> anyhow::Result<()> {
        let anonyme = self.h.chance(30);
        let qui = if anonyme { None } else { Some(self.quelqu_un(cx).await?) };
        let id = qui.map(|q| self.gens[q].id);
        let suite =
            if qui.is_some() && self.h.chance(12) { "entretien" } else { self.h.pese(&[("aide_immediate", 80), ("information", 20)]) };
        let accueil: CreerAccueil = serde_json::from_value(json!({
            "personne": id, "lieu": self.decor.lieux[lieu], "canal": self.h.pese(&[("sur_place", 80), ("telephone", 15), ("courriel", 5)]),
            "motif": *self.h.un(&noms::MOTIFS), "suite": suite
        }))?;
        accueil::creer(cx, accueil).await?;
        if suite == "information" {
            return Ok(());
        }
        if let (Some(q), true) = (qui, suite == "entretien" || self.h.chance(4)) {
            self.entretien(cx, jour, q).await?;
        }
        self.individuel(cx, jour, lieu, id).await?;
        if let Some(q) = qui.filter(|_| self.h.chance(5)) {
            self.orienter(cx, jour, q).await?;
        }
        Ok(())
    }

    async fn individuel(&mut self, cx: &Contexte, jour: NaiveDate, lieu: usize, personne: Option<PersonneId>) -> anyhow::Result<()> {
        let h = &mut self.h;
        let premiere = h.pese(&[
            (Thematique::AideAuxDemarchesAdministratives, 32),
            (Thematique::PrendreEnMainDuMateriel, 14),
            (Thematique::Email, 14),
            (Thematique::NavigationSurInternet, 9),
            (Thematique::SecuriteNumerique, 7),
            (Thematique::Sante, 6),
            (Thematique::InsertionProfessionnelle, 6),
            (Thematique::GererSesContenusNumeriques, 5),
            (Thematique::BanqueEtAchatsEnLigne, 4),
            (Thematique::Bureautique, 3),
        ]);
        let mut thematiques = vec![premiere];
        if h.chance(25) {
            thematiques.push(*h.un(&[Thematique::Email, Thematique::NavigationSurInternet, Thematique::SecuriteNumerique]));
        }
        let demarches = if premiere == Thematique::AideAuxDemarchesAdministratives {
            vec![h.pese(&[
                (Demarche::SocialSante, 30),
                (Demarche::ArgentImpots, 20),
                (Demarche::PapiersElectionsCitoyennete, 18),
                (Demarche::Logement, 12),
                (Demarche::TravailFormation, 12),
                (Demarche::TransportsMobilite, 8),
            ])]
        } else {
            vec![]
        };
        let lieu_type = h.pese(&[(LieuType::LieuActivite, 84), (LieuType::ADistance, 9), (LieuType::Domicile, 7)]);
        let (a, _) = accompagnement::creer(
            cx,
            CreerAccompagnement {
                id: None,
                r#type: TypeActivite::Individuel,
                date: jour,
                duree_minutes: h.pese(&[(15, 15), (30, 40), (45, 20), (60, 20), (90, 5)]),
                lieu_type,
                lieu: (lieu_type == LieuType::LieuActivite).then_some(self.decor.lieux[lieu]),
                commune: None,
                thematiques,
                demarches,
                materiels: vec![h.pese(&[
                    (Materiel::Ordinateur, 45),
                    (Materiel::Telephone, 40),
                    (Materiel::Tablette, 10),
                    (Materiel::Aucun, 5),
                ])],
                autonomie: h.chance(70).then(|| {
                    h.pese(&[(Autonomie::EntierementAccompagne, 40), (Autonomie::PartiellementAutonome, 40), (Autonomie::Autonome, 20)])
                }),
                titre: None,
                niveau: None,
                notes: None,
                personnes: personne.into_iter().collect(),
                anonymes: personne.is_none().then(|| Anonymes { total: 1, ..Anonymes::default() }),
            },
        )
        .await?;
        super::avis::suite(cx, &mut self.h_avis, &a).await
    }

    /// A workshop; `grand` has twenty-five people, most of them without a name.
    async fn atelier(&mut self, cx: &Contexte, jour: NaiveDate, lieu: usize, grand: bool) -> anyhow::Result<()> {
        let (titre, thematique) = *self.h.un(&noms::ATELIERS);
        let mut personnes = vec![];
        for _ in 0..(if grand { 6 } else { 2 + self.h.sous(5) }) {
            let q = self.quelqu_un(cx).await?;
            if !personnes.contains(&self.gens[q].id) {
                personnes.push(self.gens[q].id);
            }
        }
        let total = if grand { 25 - personnes.len() as u32 } else { self.h.sous(4) as u32 };
        let mut anonymes = Anonymes { total, ..Anonymes::default() };
        if total > 2 {
            anonymes.genres.insert(Genre::Feminin, total / 2);
            anonymes.tranches_age.insert(TrancheAge::SoixanteDixPlus, total / 3);
            anonymes.statuts.insert(Statut::Retraite, total / 3);
        }
        let (a, _) = accompagnement::creer(
            cx,
            CreerAccompagnement {
                id: None,
                r#type: TypeActivite::Collectif,
                date: jour,
                duree_minutes: 120,
                lieu_type: LieuType::LieuActivite,
                lieu: Some(self.decor.lieux[lieu]),
                commune: None,
                thematiques: vec![thematique],
                demarches: vec![],
                materiels: vec![Materiel::Ordinateur],
                autonomie: None,
                titre: Some(titre.into()),
                niveau: Some(self.h.pese(&[(Niveau::Debutant, 70), (Niveau::Intermediaire, 30)])),
                notes: None,
                personnes,
                anonymes: Some(anonymes),
            },
        )
        .await?;
        super::avis::suite(cx, &mut self.h_avis, &a).await
    }

    /// An interview: diagnostic, then a plan; or, months later, what became of it.
    async fn entretien(&mut self, cx: &Contexte, jour: NaiveDate, q: usize) -> anyhow::Result<()> {
        let deja = self.gens[q].diagnostics;
        if deja > 0 && self.h.chance(65) {
            self.gens[q].niveau = std::cmp::min(self.gens[q].niveau + 1, 3);
        }
        let niveau = self.gens[q].niveau;
        let gestes: serde_json::Map<String, serde_json::Value> = (1..=8)
            .map(|g: usize| {
                let note = match (niveau, self.h.sous(3)) {
                    (0, n) => std::cmp::min(n, 1),
                    (1, n) => n,
                    (2, n) => std::cmp::min(1 + n, 3),
                    (_, n) => {
                        if (5..=7).contains(&g) {
                            3
                        } else {
                            2 + n / 2
                        }
                    }
                };
                (g.to_string(), if self.h.chance(6) { json!(null) } else { json!(note) })
            })
            .collect();
        let id = self.gens[q].id;
        let objectif = *self.h.un(&noms::OBJECTIFS);
        let etapes: Vec<&str> = (0..=self.h.sous(2)).map(|i| noms::ETAPES[(i * 2 + self.h.sous(2)) % noms::ETAPES.len()]).collect();
        let d: CreerDiagnostic = serde_json::from_value(json!({
            "personne": id, "date": jour, "reponses": {"gestes": gestes}, "objectif": objectif, "etapes": etapes, "convenu": true
        }))?;
        let (d, _) = diagnostic::creer(cx, d).await?;
        self.gens[q].diagnostics += 1;
        match parcours::ouvert(cx, id).await? {
            None => {
                let o: OuvrirParcours = serde_json::from_value(json!({"personne": id, "diagnostic": d.id, "ouvert_le": jour}))?;
                let (p, _) = parcours::ouvrir(cx, o).await?;
                for e in p.etapes {
                    let dans = 3 + self.h.sous(40) as u64;
                    let prevue = jour + Days::new(dans);
                    // What was due long ago is done, but for a few.
                    let m = if prevue + Days::new(4) < self.fin && self.h.chance(95) {
                        serde_json::from_value(json!({"prevue_le": prevue, "statut": "faite"}))?
                    } else {
                        serde_json::from_value(json!({"prevue_le": prevue}))?
                    };
                    parcours::modifier_etape(cx, p.parcours.id, e.id, m).await?;
                }
            }
            Some(p) => {
                for o in p.objectifs {
                    let statut = self.h.pese(&[("atteint", 55), ("partiellement_atteint", 25), ("non_atteint", 15), ("abandonne", 5)]);
                    parcours::modifier_objectif(cx, p.parcours.id, o.id, serde_json::from_value(json!({"statut": statut}))?).await?;
                }
                for e in p.etapes {
                    parcours::modifier_etape(cx, p.parcours.id, e.id, serde_json::from_value(json!({"statut": "faite"}))?).await?;
                }
                parcours::modifier(cx, p.parcours.id, serde_json::from_value(json!({"clos_le": jour, "abandonner": true}))?).await?;
            }
        }
        Ok(())
    }

    async fn orienter(&mut self, cx: &Contexte, jour: NaiveDate, q: usize) -> anyhow::Result<()> {
        let d: CreerOrientation = serde_json::from_value(json!({
            "personne": self.gens[q].id, "partenaire": self.h.un(&self.decor.partenaires), "date": jour,
            "motif": "La demande dépasse la médiation numérique : dossier à instruire.", "consentement": true
        }))?;
        let (o, _) = orientation::creer(cx, d).await?;
        // One in ten stays without an answer.
        let statut = self.h.pese(&[("aboutie", 50), ("acceptee", 22), ("refusee", 18), ("", 10)]);
        if !statut.is_empty() {
            let m: ModifierOrientation = serde_json::from_value(json!({"statut": statut, "repondu_le": jour}))?;
            orientation::modifier(cx, o.id, m).await?;
        }
        Ok(())
    }

    /// The day itself: who waits, what is done already, a full workshop, steps due.
    async fn aujourd_hui(&mut self, cx: &mut Contexte) -> anyhow::Result<()> {
        let jour = cx.aujourd_hui();
        let maintenant = cx.maintenant;
        for (i, motif) in noms::MOTIFS.iter().take(3).enumerate() {
            cx.acteur = self.decor.acteur(i);
            cx.maintenant = maintenant - TimeDelta::minutes(35 - 12 * i as i64);
            let qui = if i == 1 { None } else { Some(self.gens[i].id) };
            let d: CreerAccueil =
                serde_json::from_value(json!({"personne": qui, "lieu": self.decor.lieux[0], "motif": motif, "suite": "attente"}))?;
            accueil::creer(cx, d).await?;
        }
        cx.maintenant = maintenant;
        for i in 0..4 {
            cx.acteur = self.decor.acteur(i);
            let qui = if i == 2 { None } else { Some(self.gens[self.gens.len() - 1 - i].id) };
            self.individuel(cx, jour, i % 3, qui).await?;
        }
        self.atelier(cx, jour, 0, true).await?;
        // An orientation sent three weeks ago that nobody answered.
        cx.acteur = self.decor.acteur(0);
        let d: CreerOrientation = serde_json::from_value(json!({
            "personne": self.gens[0].id, "partenaire": self.decor.partenaires[0], "date": jour - Days::new(21),
            "motif": "Demande d’aide sociale à instruire.", "consentement": true
        }))?;
        orientation::creer(cx, d).await?;
        self.entretien(cx, jour, 3).await?;
        Ok(())
    }
}
