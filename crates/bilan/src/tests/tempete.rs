//! After a storm of random edits, merges and deletions, the bilan of segments is the bilan of the rows.

use std::time::Duration;

use ::bilan::{Filtre, calculer, calculer_des_lignes, segments};
use chrono::{Days, NaiveDate};
use essais::{Appli, Moteur};
use mediation::nomenclatures::{Thematique, TypeActivite};
use rstest::rstest;
use sea_orm::{ConnectionTrait, DatabaseTransaction};
use socle::{
    Acteur, Contexte, Nomenclature,
    identifiant::{LieuId, StructureId, UtilisateurId},
};
use uuid::Uuid;

use super::recompte::{GENRES, STATUTS, TRANCHES};

/// What the storm knows of the database it stirs.
#[derive(Clone)]
struct Monde {
    moteur: Moteur,
    h: u64,
    structures: Vec<Uuid>,
    /// A lieu and two mediators of each structure.
    lieux: Vec<Uuid>,
    mediateurs: Vec<Uuid>,
    partenaires: Vec<Uuid>,
    personnes: Vec<Uuid>,
    activites: Vec<Uuid>,
    diagnostics: Vec<Uuid>,
    parcours: Vec<Uuid>,
    orientations: Vec<Uuid>,
}

const COMMUNES: [&str; 3] = ["31555", "12176", "75056"];
const CREE: &str = "'2026-01-01T00:00:00+00:00'";

impl Monde {
    fn de(a: &Appli, moteur: Moteur, graine: u64) -> Self {
        let id = |t: String| t.parse().unwrap();
        Self {
            moteur,
            h: graine,
            structures: vec![id(a.structure_alpha()), id(a.structure_beta())],
            lieux: vec![id(a.lieu_alpha()), id(a.lieu_beta())],
            mediateurs: ["alpha.mediateur", "alpha.responsable", "beta.mediateur", "beta.responsable"]
                .map(|n| id(a.utilisateur(n)))
                .to_vec(),
            partenaires: vec![],
            personnes: vec![],
            activites: vec![],
            diagnostics: vec![],
            parcours: vec![],
            orientations: vec![],
        }
    }

    fn tirer(&mut self, n: usize) -> usize {
        // SplitMix64.
        self.h = self.h.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.h;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % n as u64) as usize
    }

    fn parmi<T: Clone>(&mut self, v: &[T]) -> Option<T> {
        if v.is_empty() { None } else { Some(v[self.tirer(v.len())].clone()) }
    }

    fn nouveau(&mut self) -> Uuid {
        Uuid::from_u64_pair(self.tirer(usize::MAX) as u64, self.tirer(usize::MAX) as u64)
    }

    fn u(&self, id: Uuid) -> String {
        match self.moteur {
            Moteur::Sqlite => format!("x'{}'", id.simple()),
            Moteur::Postgres => format!("'{id}'"),
        }
    }

    /// A day of three years, more often in few months.
    fn jour(&mut self) -> NaiveDate {
        let debut = NaiveDate::from_ymd_opt(2023, 11, 1).unwrap();
        let ecart = if self.tirer(2) == 0 { self.tirer(75) } else { self.tirer(850) };
        debut + Days::new(ecart as u64)
    }

    fn ou_rien(&mut self, codes: &[&str]) -> String {
        let i = self.tirer(codes.len() + 2);
        codes.get(i).map_or("NULL".into(), |c| format!("'{c}'"))
    }

    fn commune(&mut self) -> String {
        self.ou_rien(&COMMUNES)
    }

    /// One random act, as orders.
    #[allow(clippy::too_many_lines)]
    fn acte(&mut self) -> Vec<String> {
        let q = self.tirer(26);
        let s = self.tirer(2);
        let (structure, jour) = (self.u(self.structures[s]), self.jour());
        let m = 2 * s + self.tirer(2);
        let mediateur = self.u(self.mediateurs[m]);
        if q <= 1 || self.personnes.len() < 8 {
            return self.personne();
        }
        let personne = self.parmi(&self.personnes.clone()).map(|p| self.u(p)).unwrap();
        let choisie = self.parmi(&self.activites.clone());
        let activite = choisie.map(|a| self.u(a));
        match (q, activite) {
            (2..=9, _) | (_, None) => self.activite(s, &structure, &mediateur),
            (10, Some(a)) => {
                let (lieu, commune) = (self.u(self.lieux[s]), self.commune());
                vec![
                    format!(
                        "UPDATE accompagnement SET date = '{jour}', duree_minutes = 77, lieu_id = {lieu}, commune = {commune} WHERE id = {a}"
                    ),
                    format!("UPDATE participation SET date = '{jour}' WHERE accompagnement_id = {a}"),
                ]
            }
            (11, Some(a)) => vec![format!("UPDATE accompagnement SET supprime_le = {CREE} WHERE id = {a}")],
            (12, Some(a)) => vec![format!("UPDATE accompagnement SET supprime_le = NULL WHERE id = {a}")],
            (13, Some(a)) => {
                self.activites.retain(|x| Some(*x) != choisie);
                ["participation", "accompagnement_code", "accompagnement_anonyme"]
                    .map(|t| format!("DELETE FROM {t} WHERE accompagnement_id = {a}"))
                    .into_iter()
                    .chain([format!("DELETE FROM accompagnement WHERE id = {a}")])
                    .collect()
            }
            (14, Some(_)) => {
                let (g, t, st) = (self.ou_rien(&GENRES), self.ou_rien(&TRANCHES), self.ou_rien(&STATUTS));
                let annee = 1940 + self.tirer(75);
                vec![format!(
                    "UPDATE personne SET genre = {g}, tranche_age = {t}, statut = {st}, annee_naissance = {annee} WHERE id = {personne}"
                )]
            }
            // An erasure: the band of that day stays, the year goes.
            (15, Some(_)) => vec![
                format!("UPDATE participation SET tranche_figee = 'dix_huit_vingt_quatre' WHERE personne_id = {personne}"),
                format!("UPDATE personne SET annee_naissance = NULL, prenom = NULL WHERE id = {personne}"),
            ],
            // A merge.
            (16, Some(_)) => {
                let autre = self.parmi(&self.personnes.clone()).map(|p| self.u(p)).unwrap();
                vec![
                    format!(
                        "DELETE FROM participation WHERE personne_id = {personne} AND accompagnement_id IN (SELECT accompagnement_id FROM participation WHERE personne_id = {autre}) AND {personne} <> {autre}"
                    ),
                    format!("UPDATE participation SET personne_id = {autre} WHERE personne_id = {personne}"),
                    format!("UPDATE diagnostic SET personne_id = {autre} WHERE personne_id = {personne}"),
                    format!("UPDATE orientation SET personne_id = {autre} WHERE personne_id = {personne}"),
                ]
            }
            (17, Some(a)) => {
                let t = Thematique::tous()[self.tirer(19)].code();
                vec![
                    format!("DELETE FROM accompagnement_code WHERE accompagnement_id = {a} AND axe = 'thematique'"),
                    format!("INSERT INTO accompagnement_code VALUES ({a}, 'thematique', '{t}')"),
                ]
            }
            (18, Some(a)) => vec![
                format!("UPDATE accompagnement SET type_activite = 'collectif', anonymes = 9 WHERE id = {a}"),
                format!("DELETE FROM accompagnement_anonyme WHERE accompagnement_id = {a}"),
                format!("INSERT INTO accompagnement_anonyme VALUES ({a}, 'genre', 'feminin', {})", 1 + self.tirer(4)),
                format!("INSERT INTO accompagnement_anonyme VALUES ({a}, 'statut', 'inconnu_de_nous', 2)"),
            ],
            (19, Some(_)) => {
                let id = self.nouveau();
                self.diagnostics.push(id);
                let (id, niveau) = (self.u(id), ["eloigne", "en_chemin", "autonome", "a_completer"][self.tirer(4)]);
                vec![format!(
                    "INSERT INTO diagnostic (id, structure_id, personne_id, mediateur_id, date, grille, reponses, niveau_propose, niveau, etapes, convenu, version, cree_le) VALUES ({id}, {structure}, {personne}, {mediateur}, '{jour}', '1', '{{}}', '{niveau}', '{niveau}', '[]', false, 1, {CREE})"
                )]
            }
            (20, Some(_)) => {
                let Some(d) = self.parmi(&self.diagnostics.clone()).map(|d| self.u(d)) else { return vec![] };
                if self.tirer(3) == 0 {
                    return vec![format!("DELETE FROM diagnostic WHERE id = {d}")];
                }
                vec![format!("UPDATE diagnostic SET niveau = 'autonome', date = '{jour}', mediateur_id = {mediateur} WHERE id = {d}")]
            }
            (21, Some(_)) => {
                let (id, o) = (self.nouveau(), self.nouveau());
                self.parcours.push(id);
                let (id, o, statut) = (self.u(id), self.u(o), ["atteint", "partiel"][self.tirer(2)]);
                vec![
                    format!(
                        "INSERT INTO parcours (id, structure_id, personne_id, mediateur_id, ouvert_le, clos_le, version) VALUES ({id}, {structure}, {personne}, {mediateur}, '{jour}', '{jour}', 1)"
                    ),
                    format!(
                        "INSERT INTO objectif (id, parcours_id, structure_id, libelle, statut, evalue_le, ordre) VALUES ({o}, {id}, {structure}, 'Essai', '{statut}', '{jour}', 1)"
                    ),
                ]
            }
            (22, Some(_)) => {
                let Some(p) = self.parmi(&self.parcours.clone()).map(|p| self.u(p)) else { return vec![] };
                match self.tirer(4) {
                    0 => vec![format!("DELETE FROM parcours WHERE id = {p}")],
                    1 => vec![format!("UPDATE parcours SET mediateur_id = {mediateur} WHERE id = {p}")],
                    2 => vec![format!("UPDATE objectif SET evalue_le = NULL WHERE parcours_id = {p}")],
                    _ => vec![format!("UPDATE objectif SET evalue_le = '{jour}', statut = 'atteint' WHERE parcours_id = {p}")],
                }
            }
            (23, Some(_)) => {
                let Some(r) = self.parmi(&self.partenaires.clone()).map(|r| self.u(r)) else { return vec![] };
                let id = self.nouveau();
                self.orientations.push(id);
                let id = self.u(id);
                vec![format!(
                    "INSERT INTO orientation (id, structure_id, personne_id, mediateur_id, partenaire_id, date, motif, statut, acceptee, version, cree_le) VALUES ({id}, {structure}, {personne}, {mediateur}, {r}, '{jour}', 'Essai', 'envoyee', false, 1, {CREE})"
                )]
            }
            (24, Some(_)) => {
                let Some(o) = self.parmi(&self.orientations.clone()).map(|o| self.u(o)) else { return vec![] };
                match self.tirer(3) {
                    0 => vec![format!("DELETE FROM orientation WHERE id = {o}")],
                    1 => vec![format!("UPDATE orientation SET date = '{jour}' WHERE id = {o}")],
                    _ => vec![format!("UPDATE orientation SET repondu_le = '{jour}', acceptee = true, statut = 'aboutie' WHERE id = {o}")],
                }
            }
            _ => {
                // A lieu moves: no segment knows.
                let (lieu, commune) = (self.u(self.lieux[s]), self.commune());
                vec![format!("UPDATE lieu SET commune = {commune} WHERE id = {lieu}")]
            }
        }
    }

    fn personne(&mut self) -> Vec<String> {
        let id = self.nouveau();
        self.personnes.push(id);
        let (g, t, s) = (self.ou_rien(&GENRES), self.ou_rien(&TRANCHES), self.ou_rien(&STATUTS));
        let annee = if self.tirer(3) == 0 { "NULL".into() } else { (1940 + self.tirer(75)).to_string() };
        vec![format!(
            "INSERT INTO personne (id, prenom, nom, cle_tri, annee_naissance, tranche_age, genre, statut, besoins, version, cree_le, modifie_le) VALUES ({}, 'Essai', 'Inventé', 'invente', {annee}, {t}, {g}, {s}, '[]', 1, {CREE}, {CREE})",
            self.u(id)
        )]
    }

    fn activite(&mut self, s: usize, structure: &str, mediateur: &str) -> Vec<String> {
        let id = self.nouveau();
        self.activites.push(id);
        let (id, jour, commune) = (self.u(id), self.jour(), self.commune());
        let lieu = if self.tirer(3) == 0 { "NULL".into() } else { self.u(self.lieux[s]) };
        let n = self.tirer(5);
        let mut gens: Vec<Uuid> = (0..n).filter_map(|_| self.parmi(&self.personnes.clone())).collect();
        gens.sort_unstable();
        gens.dedup();
        let anonymes = if gens.is_empty() { 1 + self.tirer(3) } else { 0 };
        let genre = if gens.len() + anonymes == 1 { "individuel" } else { "collectif" };
        let autonomie = self.ou_rien(&["autonome", "partiellement_autonome"]);
        let lieu_type = ["lieu_activite", "domicile", "autre"][self.tirer(3)];
        let mut ordres = vec![format!(
            "INSERT INTO accompagnement (id, structure_id, mediateur_id, type_activite, date, duree_minutes, lieu_type, lieu_id, commune, autonomie, nommes, anonymes, version, cree_le, modifie_le) VALUES ({id}, {structure}, {mediateur}, '{genre}', '{jour}', {}, '{lieu_type}', {lieu}, {commune}, {autonomie}, {}, {anonymes}, 1, {CREE}, {CREE})",
            5 + self.tirer(90),
            gens.len()
        )];
        for p in gens {
            ordres.push(format!(
                "INSERT INTO participation (accompagnement_id, personne_id, structure_id, date) VALUES ({id}, {}, {structure}, '{jour}')",
                self.u(p)
            ));
        }
        for (axe, code) in [("thematique", "email"), ("thematique", "sante"), ("demarche", "logement"), ("materiel", "tablette")] {
            if self.tirer(2) == 0 {
                ordres.push(format!("INSERT INTO accompagnement_code VALUES ({id}, '{axe}', '{code}')"));
            }
        }
        if anonymes > 0 {
            ordres.push(format!("INSERT INTO accompagnement_anonyme VALUES ({id}, 'tranche_age', 'soixante_dix_plus', 1)"));
        }
        ordres
    }

    fn filtre(&mut self) -> Filtre {
        let (mut du, mut au) = (self.jour(), self.jour());
        if du > au {
            (du, au) = (au, du);
        }
        // Whole months and years, so that aggregates answer.
        if self.tirer(2) == 0 {
            du = NaiveDate::from_ymd_opt(2023 + self.tirer(3) as i32, 1, 1).unwrap();
            au = NaiveDate::from_ymd_opt(2025, 12, 31).unwrap();
        }
        let mut f = Filtre::de_l_instance(du, au);
        match self.tirer(3) {
            0 => {}
            n => (f.instance, f.structures) = (false, self.structures[..n].iter().map(|s| StructureId(*s)).collect()),
        }
        match self.tirer(9) {
            0 => f.lieu = Some(LieuId(self.lieux[0])),
            1 => {
                let i = self.tirer(2);
                f.mediateur = Some(UtilisateurId(self.mediateurs[i]));
            }
            2 => f.type_activite = Some(TypeActivite::Collectif),
            3 => f.thematique = Some(Thematique::Email),
            4 => f.commune = Some(COMMUNES[self.tirer(3)].to_owned()),
            5 => {
                (f.mediateur, f.thematique, f.commune) =
                    (Some(UtilisateurId(self.mediateurs[0])), Some(Thematique::Sante), Some("31555".into()));
            }
            _ => {}
        }
        f
    }
}

async fn faire(tx: &DatabaseTransaction, ordres: &[String]) {
    for o in ordres {
        tx.execute_unprepared(o).await.unwrap_or_else(|e| panic!("{e} : {o}"));
    }
}

/// Both bilans, in one state of the database.
async fn comparer(a: &Appli, moteur: Moteur, filtres: &[Filtre], quand: &str) {
    // A writing context: alone on SQLite; on PostgreSQL, the writers of these tests wait.
    let cx = Contexte::systeme(&a.etat).await.unwrap();
    if moteur == Moteur::Postgres {
        cx.db().execute_unprepared("SELECT pg_advisory_xact_lock(77)").await.unwrap();
    }
    for f in filtres {
        let (obtenu, attendu) = (calculer(&cx, f).await.unwrap(), calculer_des_lignes(&cx, f).await.unwrap());
        assert_eq!(obtenu, attendu, "{quand}, {f:?}");
    }
}

async fn preparer(a: &Appli, moteur: Moteur, graine: u64) -> Monde {
    let mut m = Monde::de(a, moteur, graine);
    let jeton = a.jeton("alpha.mediateur").await;
    m.partenaires.push(a.partenaire(&jeton, "Partenaire inventé").await.parse().unwrap());
    m
}

#[rstest]
#[tokio::test]
async fn apres_une_tempete_les_deux_bilans_sont_egaux(
    #[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur,
    #[values(1, 2, 3)] graine: u64,
) {
    let a = Appli::lancer(moteur).await;
    let mut m = preparer(&a, moteur, graine).await;
    let mut comptes = 0;
    for tour in 0..45 {
        let tx = a.etat.base.ecriture().await.unwrap();
        let avant = m.clone();
        for _ in 0..m.tirer(12) {
            let ordres = m.acte();
            faire(&tx, &ordres).await;
        }
        if tour % 9 == 8 {
            // What is not committed changes nothing.
            tx.rollback().await.unwrap();
            m = Monde { h: m.h, ..avant };
        } else {
            tx.commit().await.unwrap();
        }
        match m.tirer(6) {
            0 | 1 => {
                segments::consolider(&a.etat, |_| ()).await.unwrap();
            }
            2 => {
                segments::consolider(&a.etat, |_| ()).await.unwrap();
                segments::agreger(&a.etat).await.unwrap();
            }
            3 => {
                let tx = a.etat.base.ecriture().await.unwrap();
                let autre = format!("UPDATE {} SET empreinte = 0 WHERE empreinte % 3 = 0", ["bilan_segment", "bilan_instance"][m.tirer(2)]);
                faire(&tx, &[autre]).await;
                tx.commit().await.unwrap();
            }
            _ => {}
        }
        let filtres: Vec<Filtre> = (0..4).map(|_| m.filtre()).collect();
        comparer(&a, moteur, &filtres, &format!("tour {tour}")).await;
        // The way a page reads, which holds no transaction of its own.
        let cx = Contexte::lecture(&a.etat, &Acteur::systeme(), Uuid::nil());
        let b = calculer(&cx, &filtres[0]).await.unwrap();
        assert_eq!(b, calculer_des_lignes(&cx, &filtres[0]).await.unwrap(), "en lecture, tour {tour}");
        comptes += b.activites.total.unwrap_or_default();
    }
    assert!(comptes > 100, "la tempête a laissé de quoi compter : {comptes}");
    segments::consolider(&a.etat, |_| ()).await.unwrap();
    assert_eq!(a.compter("SELECT COUNT(*) FROM bilan_marque").await, 0);
    assert!(a.compter("SELECT COUNT(*) FROM bilan_segment").await > 20);
    segments::agreger(&a.etat).await.unwrap();
    assert!(a.compter("SELECT COUNT(*) FROM bilan_instance WHERE duree = 12").await >= 2, "les années passées sont agrégées");
    let filtres: Vec<Filtre> = (0..40).map(|_| m.filtre()).collect();
    comparer(&a, moteur, &filtres, "à la fin").await;
    // All made anew: the same.
    segments::tout_marquer(&a.etat).await.unwrap();
    assert!(segments::consolider(&a.etat, |_| ()).await.unwrap() > 20);
    comparer(&a, moteur, &filtres, "tout refait").await;
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn rien_ne_se_perd_quand_plusieurs_ecrivent(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let mut base = preparer(&a, moteur, 40).await;
    let tx = a.etat.base.ecriture().await.unwrap();
    for _ in 0..80 {
        let ordres = base.acte();
        faire(&tx, &ordres).await;
    }
    tx.commit().await.unwrap();
    let (arreter, arret) = tokio::sync::watch::channel(false);
    // Two nodes consolidate.
    let veilles: Vec<_> =
        (0..2).map(|_| tokio::spawn(segments::veiller(a.etat.clone(), Duration::from_millis(3), arret.clone()))).collect();
    let ecrivains: Vec<_> = (0..3_u64)
        .map(|i| {
            let (etat, mut m) = (a.etat.clone(), base.clone());
            m.h = 1000 + i;
            // Each changes records of its own and creates in the same months: rows never wait for each other's.
            m.activites.clear();
            m.diagnostics.clear();
            m.parcours.clear();
            m.orientations.clear();
            m.personnes = m.personnes.iter().copied().enumerate().filter(|(n, _)| *n as u64 % 3 == i).map(|(_, p)| p).collect();
            tokio::spawn(async move {
                for _ in 0..60 {
                    let tx = etat.base.ecriture().await.unwrap();
                    if moteur == Moteur::Postgres {
                        tx.execute_unprepared("SELECT pg_advisory_xact_lock_shared(77)").await.unwrap();
                    }
                    for _ in 0..3 {
                        let ordres: Vec<String> = m.acte().into_iter().filter(|o| !o.starts_with("UPDATE lieu")).collect();
                        faire(&tx, &ordres).await;
                    }
                    tokio::time::sleep(Duration::from_millis(2)).await;
                    tx.commit().await.unwrap();
                }
            })
        })
        .collect();
    for n in 0..10 {
        tokio::time::sleep(Duration::from_millis(30)).await;
        let filtres: Vec<Filtre> = (0..3).map(|_| base.filtre()).collect();
        comparer(&a, moteur, &filtres, &format!("pendant, {n}")).await;
    }
    for e in ecrivains {
        e.await.unwrap();
    }
    let filtres: Vec<Filtre> = (0..30).map(|_| base.filtre()).collect();
    comparer(&a, moteur, &filtres, "juste après").await;
    arreter.send(true).unwrap();
    for v in veilles {
        v.await.unwrap();
    }
    segments::consolider(&a.etat, |_| ()).await.unwrap();
    comparer(&a, moteur, &filtres, "une fois consolidé").await;
}

/// A trigger lost, by a table made anew for example, would lose changes in silence.
#[rstest]
#[tokio::test]
async fn les_declencheurs_sont_en_place(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let (sql, combien) = match moteur {
        Moteur::Sqlite => ("SELECT COUNT(*) FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'bilan_%'", 23),
        Moteur::Postgres => ("SELECT COUNT(*) FROM pg_trigger WHERE tgname LIKE 'bilan_%' AND tgenabled = 'O'", 9),
    };
    assert_eq!(a.compter(sql).await, combien);
}

/// All structures at once: for the administration alone, small figures masked.
#[rstest]
#[tokio::test]
async fn l_instance_se_compte_pour_son_administration(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let mut m = preparer(&a, moteur, 5).await;
    let tx = a.etat.base.ecriture().await.unwrap();
    for _ in 0..60 {
        let ordres = m.acte();
        faire(&tx, &ordres).await;
    }
    tx.commit().await.unwrap();
    let chemin = "/api/v1/bilan?portee=instance&du=2023-01-01&au=2026-12-31";
    let admin = a.jeton("administrateur").await;
    let r = a.api(&admin, "GET", chemin, essais::json!(null)).await;
    assert_eq!(r.statut, 200, "{}", r.corps);
    assert_eq!(r.corps["masques"], essais::json!(true));
    let total = a.compter("SELECT COUNT(*) FROM accompagnement WHERE supprime_le IS NULL").await;
    assert_eq!(r.corps["activites"]["total"], essais::json!(total));
    for compte in ["alpha.mediateur", "alpha.responsable", "alpha.coordinateur"] {
        let jeton = a.jeton(compte).await;
        assert_eq!(a.api(&jeton, "GET", chemin, essais::json!(null)).await.statut, 403, "{compte}");
    }
    assert_eq!(a.api(&admin, "GET", "/api/v1/bilan?portee=autre", essais::json!(null)).await.statut, 422);
    // Figures alone: neither lists nor exports.
    for fichier in ["export.csv", "export.xlsx"] {
        let r = a.api(&admin, "GET", &format!("/api/v1/bilan/{fichier}?portee=instance"), essais::json!(null)).await;
        assert_eq!(r.statut, 403, "{fichier}");
    }
    let s = a.session("administrateur").await;
    for page in ["/bilan/liste?portee=instance", "/bilan/personnes?portee=instance", "/bilan/suites?portee=instance&quoi=evalues"] {
        let r = s.get(page).await;
        assert!((400..=404).contains(&r.statut), "{page} : {}", r.statut);
    }
}
