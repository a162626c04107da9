//! A person's erasure, looked for everywhere: someone with unmistakable marks goes through every slice, is
//! erased, the nights pass beyond every retention, and the marks are looked for in every column of every table,
//! sealed texts opened, in the stored files, in the raw file of SQLite, and in the logs.
//!
//! Not walked: the tables of certification. A candidate is an account of the centre (`candidat.utilisateur_id`), never a
//! `personne`; decisions and documents of a title are kept by law, so that it can be proved, and the erasure of a person
//! has no path to them.

use std::{
    collections::BTreeSet,
    io::Write,
    path::Path,
    sync::{Arc, Mutex},
};

use essais::{Appli, Moteur, Value, json};
use passeur::champs_scelles;
use rstest::rstest;
use sea_orm::{ConnectionTrait, DbBackend, Statement};
use socle::coffre::Forme;
use uuid::Uuid;

/// What every mark typed in clear holds: nothing else has these letters.
const MARQUE: &str = "zqxmarque";
/// The marks that cannot hold letters, as they are stored, and how a name sounds is computed below.
const AUTRES: [&str; 4] = ["639980517", "39 98 05 17", "1911-11-23", "23/11/1911"];

/// What `serve` would write in its logs, at the most talkative level.
#[derive(Clone, Default)]
struct Journaux(Arc<Mutex<Vec<u8>>>);

impl Write for Journaux {
    fn write(&mut self, octets: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(octets);
        Ok(octets.len())
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

async fn textes(a: &Appli, requete: &str) -> Vec<String> {
    let db = a.etat.base.lecture();
    let lignes = db.query_all_raw(Statement::from_string(db.get_database_backend(), requete)).await.unwrap();
    lignes.into_iter().filter_map(|l| l.try_get_by_index::<Option<String>>(0).unwrap()).collect()
}

/// Every value of every column of every table, with where it is. The catalogue alone says which there are.
async fn valeurs(a: &Appli) -> Vec<(String, String)> {
    let postgres = a.etat.base.moteur() == DbBackend::Postgres;
    let colonnes = if postgres {
        "SELECT table_name::text || '.' || column_name::text FROM information_schema.columns WHERE table_schema = 'public'"
    } else {
        "SELECT m.name || '.' || c.name FROM sqlite_master m, pragma_table_xinfo(m.name) c WHERE m.type = 'table'"
    };
    let mut v = vec![];
    for colonne in textes(a, colonnes).await {
        let (t, c) = colonne.split_once('.').unwrap();
        // Bytes are read twice, as text and as hexadecimal: a JSON or a text kept as bytes is seen as well.
        let lues: &[String] = &if postgres {
            vec![
                format!("SELECT \"{c}\"::text FROM \"{t}\""),
                format!(
                    "SELECT encode(convert_to(\"{c}\"::text, 'UTF8'), 'escape') FROM \"{t}\" WHERE pg_typeof(\"{c}\")::text <> 'bytea'"
                ),
                format!(
                    "SELECT encode(decode(substr(\"{c}\"::text, 3), 'hex'), 'escape') FROM \"{t}\" WHERE pg_typeof(\"{c}\")::text = 'bytea'"
                ),
            ]
        } else {
            vec![
                format!("SELECT CAST(\"{c}\" AS TEXT) FROM \"{t}\" WHERE typeof(\"{c}\") <> 'blob'"),
                format!("SELECT hex(\"{c}\") FROM \"{t}\" WHERE typeof(\"{c}\") = 'blob'"),
            ]
        };
        for (n, sql) in lues.iter().enumerate() {
            for valeur in textes(a, sql).await {
                let clair = if !postgres && n == 1 { String::from_utf8_lossy(&octets(&valeur)).into_owned() } else { valeur };
                v.push((colonne.clone(), clair));
            }
        }
    }
    v
}

fn octets(hexa: &str) -> Vec<u8> {
    (0..hexa.len() / 2).map(|i| u8::from_str_radix(&hexa[2 * i..2 * i + 2], 16).unwrap()).collect()
}

/// Every sealed text, opened.
async fn ouverts(a: &Appli) -> Vec<(String, String)> {
    let mut v = vec![];
    for champ in champs_scelles() {
        let (t, c) = (champ.table, champ.colonne);
        let db = a.etat.base.lecture();
        let colonne = if a.etat.base.moteur() == DbBackend::Postgres { format!("\"{c}\"::text") } else { format!("CAST(\"{c}\" AS TEXT)") };
        let sql = format!("SELECT id, {colonne} FROM \"{t}\" WHERE \"{c}\" IS NOT NULL");
        for l in db.query_all_raw(Statement::from_string(db.get_database_backend(), sql)).await.unwrap() {
            let (id, valeur) = (l.try_get_by_index::<Uuid>(0).unwrap(), l.try_get_by_index::<String>(1).unwrap());
            let clair = match champ.forme {
                Forme::Texte => a.etat.coffre.ouvrir(&champ, id, valeur).unwrap(),
                Forme::Liste => a.etat.coffre.ouvrir_liste(&champ, id, serde_json::from_str(&valeur).unwrap()).unwrap().join(" "),
            };
            v.push((format!("{t}.{c} (ouvert)"), clair));
        }
    }
    v
}

/// Every file under a folder but `sauf`, its name and its bytes, spreadsheets unzipped.
fn fichiers(dossier: &Path, sauf: &[&str], v: &mut Vec<(String, String)>) {
    for e in std::fs::read_dir(dossier).into_iter().flatten().flatten() {
        let (chemin, nom) = (e.path(), e.file_name().to_string_lossy().into_owned());
        if sauf.contains(&nom.as_str()) {
            continue;
        }
        if chemin.is_dir() {
            fichiers(&chemin, sauf, v);
            continue;
        }
        let lus = std::fs::read(&chemin).unwrap();
        v.push((chemin.display().to_string(), format!("{nom} {}", String::from_utf8_lossy(&lus))));
        if let Ok(mut z) = zip::ZipArchive::new(std::io::Cursor::new(&lus)) {
            for i in 0..z.len() {
                let mut partie = z.by_index(i).unwrap();
                let mut texte = vec![];
                std::io::Read::read_to_end(&mut partie, &mut texte).unwrap();
                v.push((format!("{}/{}", chemin.display(), partie.name().unwrap()), String::from_utf8_lossy(&texte).into_owned()));
            }
        }
    }
}

/// Where the marks are.
fn traces(lieux: &[(String, String)]) -> BTreeSet<String> {
    let sons: Vec<String> = ["zqxmarqueprenom", "zqxmarquenom"].iter().map(|m| socle::texte::sonner(m)).collect();
    assert!(sons.iter().all(|s| s.len() > 4), "{sons:?}");
    let mut ou = BTreeSet::new();
    for (lieu, texte) in lieux {
        let plie = texte.to_lowercase();
        let marque =
            plie.contains(MARQUE) || AUTRES.iter().any(|m| texte.contains(m)) || sons.iter().any(|s| plie.contains(&s.to_lowercase()));
        if marque {
            ou.insert(lieu.clone());
        }
    }
    ou
}

async fn partout(a: &Appli) -> Vec<(String, String)> {
    let mut v = valeurs(a).await;
    v.extend(ouverts(a).await);
    // The database of SQLite is looked at apart, raw.
    fichiers(&a.etat.config.data_dir, &["essai.db", "essai.db-wal", "essai.db-shm"], &mut v);
    v
}

async fn poster(a: &Appli, j: &str, chemin: &str, corps: Value) -> String {
    let r = a.api(j, "POST", &format!("/api/v1{chemin}"), corps).await;
    assert!([200, 201, 202].contains(&r.statut), "{chemin} {}", r.corps);
    r.id()
}

async fn changer(a: &Appli, j: &str, methode: &str, chemin: &str, corps: Value) {
    let r = a.api(j, methode, &format!("/api/v1{chemin}"), corps).await;
    assert!([200, 201].contains(&r.statut), "{chemin} {}", r.corps);
}

/// Goes through every slice, marked each time; gives the person, and the ids of what is about them.
async fn parcourir(a: &Appli, m: &mut impl FnMut() -> String) -> (String, Vec<String>) {
    let (j, responsable) = (a.jeton("alpha.mediateur").await, a.jeton("alpha.responsable").await);
    let corps = json!({"prenom": "Zqxmarqueprenom", "nom": "Zqxmarquenom", "surnom": m(), "telephone": "06 39 98 05 17",
        "courriel": "zqxmarque@essai.invalid", "date_naissance": "1911-11-23", "langue": m(), "notes": m(), "amenagements": m()});
    let p = poster(a, &j, "/personnes", corps).await;
    changer(a, &j, "PATCH", &format!("/personnes/{p}"), json!({"nom": "Zqxmarquenom Bis", "notes": m()})).await;
    let accueil = poster(a, &j, "/accueils", json!({"personne": p, "motif": m()})).await;
    let motif = json!({"libelle": "Essai", "duree_minutes": 30, "maniere": "sur_place"});
    let motif = poster(a, &j, "/rendez-vous/motifs", motif).await;
    let rdv =
        json!({"motif": motif, "debut": "2026-03-12T09:00:00Z", "personne": p, "besoins": m(), "par": "accueil", "hors_plages": true});
    let rdv = poster(a, &j, "/rendez-vous", rdv).await;
    let d = json!({"personne": p, "objectif": m(), "constats": m(), "etapes": [m(), m()], "convenu": true});
    let diagnostic = poster(a, &j, "/diagnostics", d).await;
    let plan = poster(a, &j, "/parcours", json!({"personne": p, "diagnostic": diagnostic})).await;
    let objectif = poster(a, &j, &format!("/parcours/{plan}/objectifs"), json!({"libelle": m()})).await;
    let etape = poster(a, &j, &format!("/parcours/{plan}/etapes"), json!({"libelle": m(), "prevue_le": "2026-03-12"})).await;
    changer(a, &j, "PATCH", &format!("/parcours/{plan}/etapes/{etape}"), json!({"libelle": m()})).await;
    let acc = json!({"type": "individuel", "date": "2026-03-02", "duree_minutes": 45, "lieu_type": "domicile", "thematiques": ["email"],
        "notes": m(), "personnes": [p]});
    let acc = poster(a, &j, "/accompagnements", acc).await;
    changer(a, &j, "PUT", &format!("/accompagnements/{acc}/note"), json!({"reussi": m()})).await;
    poster(a, &j, &format!("/accompagnements/{acc}/avis"), json!({"moyen": "courriel", "accord": true})).await;
    let r = a.api(&j, "POST", &format!("/api/v1/accompagnements/{acc}/avis"), json!({"moyen": "qr"})).await;
    let secret = r.corps["lien"].as_str().unwrap().rsplit('/').next().unwrap().to_owned();
    let avis = json!({"accueil": 5, "utilite": 4, "recommandation": 5, "commentaire": m()});
    assert_eq!(a.api("", "POST", &format!("/api/v1/avis/{secret}"), avis).await.statut, 204);
    let reservation = atelier(a, &j, &p, m).await;
    let partenaire = a.partenaire(&j, "Centre d’essai").await;
    let o = json!({"personne": p, "partenaire": partenaire, "motif": m(), "consentement": true});
    let o = poster(a, &j, "/orientations", o).await;
    changer(a, &j, "PATCH", &format!("/orientations/{o}"), json!({"statut": "acceptee", "retour": m()})).await;
    changer(a, &responsable, "PUT", &format!("/personnes/{p}/conservation"), json!({"motif": "revenue", "jusqu_au": "2026-12-01"})).await;

    let s = a.session("alpha.mediateur").await;
    let consentir = [("finalite", "suivi"), ("donne_le", "2026-03-10"), ("maniere", &m())];
    assert_eq!(s.post(&format!("/personnes/{p}/consentements"), &consentir).await.statut, 303);
    // A search, a form refused, a session that ends in the middle of a form: nothing of them may stay.
    s.get("/personnes").await;
    s.post("/personnes/nouvelle", &[("prenom", ""), ("nom", ""), ("notes", &m())]).await;
    s.perdre_session();
    s.post("/personnes/nouvelle", &[("prenom", "Zqxmarqueprenom"), ("nom", &m())]).await;
    a.api(&j, "GET", "/api/v1/personnes?q=Zqxmarqueprenom", Value::Null).await;
    a.api(&j, "GET", "/api/v1/personnes?q=0639980517", Value::Null).await;

    // A second file of the same person, brought together with the first: it leaves what would part them again.
    let autre = json!({"prenom": "Zqxmarqueprenom", "nom": "Zqxmarquenom", "notes": m(), "telephone": "0639980517"});
    let autre = poster(a, &j, "/personnes", autre).await;
    poster(a, &j, "/fusions", json!({"garder": p, "absorber": autre, "choix": {"notes": "tous"}})).await;

    // Files: one brought and never confirmed, one with faults, one taken over; two lists with names prepared.
    let dernier = m();
    for (nature, nom, texte) in [
        ("personnes", "zqxmarque-apercu.csv", format!("Nom;Prénom\n{dernier};Zqxmarqueprenom\n")),
        ("personnes", "zqxmarque-fautes.csv", format!("Nom;Prénom;Date de naissance\n{dernier};Zqxmarqueprenom;le {MARQUE}\n")),
    ] {
        let r = a.api_fichier(&responsable, "/api/v1/imports", &[("nature", nature)], nom, texte.as_bytes()).await;
        assert_eq!(r.statut, 201, "{}", r.corps);
        a.travailler().await;
    }
    for format in ["csv", "xlsx"] {
        let corps = json!({"contenu": "donnees", "format": format, "noms": true, "du": "2026-01-01", "au": "2026-03-10"});
        poster(a, &j, "/exports", corps).await;
        a.travailler().await;
    }
    a.api(&j, "GET", &format!("/api/v1/personnes/{p}/donnees"), Value::Null).await;
    a.api(&j, "GET", &format!("/api/v1/personnes/{p}/donnees.pdf"), Value::Null).await;
    (p.clone(), vec![p, autre, accueil, rdv, diagnostic, plan, objectif, etape, acc, o, reservation])
}

/// A workshop of the day: booked, come, signed, gestures, agreed to be asked, closed. Gives the booking.
async fn atelier(a: &Appli, j: &str, p: &str, m: &mut impl FnMut() -> String) -> String {
    let fiche = ateliers::fiche::livrees::LIVREES.iter().find(|f| !f.gestes.is_empty()).unwrap();
    let corps = json!({"fiche": fiche.code, "dates": [{"jour": "2026-03-10", "heure": "09:30"}], "duree_minutes": 60, "lieu_genre": "lieu", "lieu": a.lieu_alpha()});
    let r = a.api(j, "POST", "/api/v1/ateliers/seances", corps).await;
    let (seance, date) = (r.id(), r.corps["dates"][0]["id"].as_str().unwrap().to_owned());
    let corps = json!({"personne": p, "par": "accueil", "besoins": m()});
    let r = poster(a, j, &format!("/ateliers/seances/{seance}/reservations"), corps).await;
    let date = format!("/ateliers/dates/{date}");
    let corps = json!({"marques": [{"reservation": r, "etat": "present"}], "accords": [{"reservation": r, "accord": true}]});
    changer(a, j, "PUT", &format!("{date}/presences"), corps).await;
    changer(a, j, "PUT", &format!("{date}/signatures/{r}/matin"), json!({"nom": m()})).await;
    changer(a, j, "PUT", &format!("{date}/gestes"), json!({"marques": [{"reservation": r, "acquis": fiche.gestes}]})).await;
    poster_sans_id(a, j, &format!("{date}/cloture")).await;
    r
}

async fn poster_sans_id(a: &Appli, j: &str, chemin: &str) {
    let r = a.api(j, "POST", &format!("/api/v1{chemin}"), json!({})).await;
    assert_eq!(r.statut, 200, "{chemin} {}", r.corps);
}

/// A night, with all its work.
async fn nuit(a: &Appli, instant: &str) {
    a.regler(instant);
    a.planifier().await;
    a.travailler().await;
}

#[rstest]
#[tokio::test]
async fn une_personne_effacee_ne_se_retrouve_nulle_part(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let journaux = Journaux::default();
    let ecrire = journaux.clone();
    let abonne =
        tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).with_ansi(false).with_writer(move || ecrire.clone()).finish();
    let _abonne = tracing::subscriber::set_default(abonne);

    let mut n = 0;
    let mut marque = || {
        n += 1;
        format!("{MARQUE}{n:02} à l’oral")
    };
    let (p, ids) = parcourir(&a, &mut marque).await;
    let j = a.jeton("alpha.mediateur").await;

    // The search sees: the marks are where they are expected, the sealed ones once opened, the files too.
    let avant = traces(&partout(&a).await);
    for lieu in [
        "personne.nom",
        "personne.telephone",
        "personne.courriel",
        "personne.date_naissance",
        "personne.notes (ouvert)",
        "accueil.motif (ouvert)",
        "rendez_vous.nom",
        "rendez_vous.besoins (ouvert)",
        "diagnostic.etapes (ouvert)",
        "objectif.libelle (ouvert)",
        "etape.libelle (ouvert)",
        "accompagnement.notes (ouvert)",
        "orientation.motif (ouvert)",
        "orientation.retour (ouvert)",
        "consentement.maniere",
        "reservation.nom",
        "reservation.courriel",
        "reservation.besoins (ouvert)",
        "signature_presence.trace (ouvert)",
    ] {
        assert!(avant.contains(lieu), "{lieu} manque : {avant:#?}");
    }
    assert!(avant.iter().any(|l| l.starts_with("import")) && avant.iter().any(|l| l.contains("fichiers/")), "{avant:#?}");
    assert!(avant.iter().any(|l| l.contains("/xl/")), "le classeur est lu : {avant:#?}");

    let r = a.api(&j, "DELETE", &format!("/api/v1/personnes/{p}"), Value::Null).await;
    assert_eq!(r.statut, 204, "{}", r.corps);
    // At once: what is left is in files on their way out, and what was brought to be taken over.
    let aussitot: Vec<String> = traces(&partout(&a).await).into_iter().filter(|l| !l.contains('/') && !l.starts_with("import")).collect();
    assert_eq!(aussitot, Vec::<String>::new(), "aussitôt effacée");

    for instant in [
        "2026-03-11T06:00:00Z",
        "2026-03-18T06:00:00Z",
        "2026-03-19T06:00:00Z",
        "2026-04-15T06:00:00Z",
        "2026-06-15T06:00:00Z",
        "2027-03-20T06:00:00Z",
        "2027-03-21T06:00:00Z",
        "2028-04-01T06:00:00Z",
        "2028-04-02T06:00:00Z",
    ] {
        nuit(&a, instant).await;
    }
    let apres = traces(&partout(&a).await);
    assert!(apres.is_empty(), "{apres:#?}");
    // No fingerprint of what was sent either.
    let cles = ids.iter().map(|i| if moteur == Moteur::Postgres { format!("'{i}'") } else { format!("x'{}'", i.replace('-', "")) });
    let cles = cles.collect::<Vec<_>>().join(", ");
    assert_eq!(a.compter(&format!("SELECT count(*) FROM creation WHERE length(empreinte) > 0 AND id IN ({cles})")).await, 0);
    // The figures are those of before.
    let b = a.api(&j, "GET", "/api/v1/bilan?du=2026-01-01&au=2026-12-31", Value::Null).await.corps;
    assert_eq!((&b["participations"]["total"], &b["duree_minutes"]), (&json!(2), &json!(105)), "{b}");

    if moteur == Moteur::Sqlite {
        let base = a.etat.config.url_base().replace("sqlite://", "");
        let brut: Vec<(String, String)> = [base.clone(), format!("{base}-wal")]
            .iter()
            .map(|f| (f.clone(), String::from_utf8_lossy(&std::fs::read(f).unwrap_or_default()).into_owned()))
            .collect();
        assert!(brut[0].1.contains("CREATE TABLE"), "la base se lit bien");
        assert_eq!(traces(&brut), BTreeSet::new(), "octets laissés dans le fichier");
    }
    let journaux = String::from_utf8_lossy(&journaux.0.lock().unwrap()).into_owned();
    assert!(journaux.contains("/api/v1/personnes/{id}"), "les journaux sont bien lus");
    let lignes: Vec<(String, String)> = journaux.lines().map(|l| (l.chars().take(300).collect(), l.to_owned())).collect();
    assert_eq!(traces(&lignes), BTreeSet::new());
}
