//! `passeur certification` and `passeur referentiel`: what the commands say and the status they end with.
//!
//! The binary reads the arguments, prints [`Sortie::texte`] on its output, [`Sortie::erreur`] on its
//! error output, and ends with [`Sortie::statut`].

use std::{fmt::Write as _, io::Read, path::Path};

use certification_regles::{
    Version, difference,
    referentiel::{Constat, Gravite, Horaires, charger_toml, titre_embarque},
    verifier,
};
use socle::{Erreur, erreur::ErreurChamp};

use crate::referentiel;

/// What a command says.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Sortie {
    /// For the standard output.
    pub texte: String,
    /// For the error output.
    pub erreur: String,
    /// 0: done; 1: the file contradicts itself or is refused; 2: it could not be read.
    pub statut: u8,
}

impl Sortie {
    fn dite(texte: String) -> Self {
        Self { texte, ..Self::default() }
    }

    fn refusee(erreur: String) -> Self {
        Self { erreur, statut: 1, ..Self::default() }
    }

    fn illisible(erreur: String) -> Self {
        Self { erreur, statut: 2, ..Self::default() }
    }
}

/// `passeur certification simulate FILE`: the answer in JSON, the same as that of the API. `-` reads the input.
pub fn simuler(fichier: &Path) -> Sortie {
    let texte = match lire(fichier) {
        Ok(t) => t,
        Err(e) => return Sortie::illisible(e),
    };
    match crate::simulation::repondre(&texte) {
        Ok(reponse) => Sortie::dite(reponse + "\n"),
        Err(Erreur::Invalide(champs)) => Sortie::refusee(champs.iter().map(faute).collect()),
        Err(e) => Sortie::refusee(e.explication() + "\n"),
    }
}

/// A fault and its field; the whole case has no name.
fn faute(c: &ErreurChamp) -> String {
    if c.champ == "." { format!("{}\n", c.message) } else { format!("{}\u{a0}: {}\n", c.champ, c.message) }
}

/// `passeur referentiel check FILE…`: the contradictions of files, read together with the shipped titles.
pub fn verifier_fichiers(fichiers: &[impl AsRef<Path>]) -> Sortie {
    let mut lot = Vec::new();
    for f in fichiers {
        match charger(f.as_ref()) {
            Ok(v) => lot.push(v),
            Err(e) => return Sortie::illisible(e),
        }
    }
    let donnes: Vec<String> = lot.iter().map(|v| v.code.clone()).collect();
    // A file may follow a shipped title; one of the same code stands in for it.
    lot.extend(referentiel::lister().iter().filter(|v| !donnes.contains(&v.code)).cloned());
    let constats: Vec<Constat> = verifier(&lot).into_iter().filter(|c| donnes.contains(&c.version)).collect();
    let erreurs = constats.iter().filter(|c| c.gravite == Gravite::Erreur).count();
    let mut texte = String::new();
    for c in &constats {
        let mot = if c.gravite == Gravite::Erreur { "erreur" } else { "avis" };
        let _ = writeln!(texte, "{mot}\t{}", c.phrase);
    }
    let fichiers = interface::format::compte(donnes.len() as i64, "référentiel lu", "référentiels lus");
    let fautes = interface::format::compte(erreurs as i64, "erreur", "erreurs");
    let avis = (constats.len() - erreurs) as i64;
    let _ = writeln!(texte, "{fichiers}\u{a0}: {fautes}, {}.", interface::format::compte(avis, "avis", "avis"));
    Sortie { texte, erreur: String::new(), statut: u8::from(erreurs > 0) }
}

/// `passeur referentiel list`: code, title, version and source of the shipped titles, one a line, with tabs.
pub fn lister() -> Sortie {
    let ligne = |v: &Version| format!("{}\t{}\t{}\tdocument {}\n", v.code, v.nom(), v.version, v.source.seed);
    Sortie::dite(referentiel::lister().iter().map(ligne).collect())
}

/// `passeur referentiel show CODE`: a title in a page of text. Accepts a file too.
pub fn montrer(code: &str) -> Sortie {
    match version(code) {
        Ok(v) => Sortie::dite(resume(&v)),
        Err(s) => s,
    }
}

/// `passeur referentiel diff A B`: what changes from one to the other; each is a code or a file. No gap: nothing is
/// printed. The status is 0 in both cases: a gap is no fault.
pub fn comparer(a: &str, b: &str) -> Sortie {
    match (version(a), version(b)) {
        (Ok(a), Ok(b)) => Sortie::dite(difference(&a, &b).ecarts.into_iter().map(|e| e.phrase + "\n").collect()),
        (Err(s), _) | (_, Err(s)) => s,
    }
}

fn lire(fichier: &Path) -> Result<String, String> {
    let lu = if fichier == Path::new("-") {
        let mut t = String::new();
        std::io::stdin().read_to_string(&mut t).map(|_| t)
    } else {
        std::fs::read_to_string(fichier)
    };
    lu.map_err(|e| {
        let pourquoi = match e.kind() {
            std::io::ErrorKind::NotFound => "le fichier n’existe pas".to_owned(),
            std::io::ErrorKind::PermissionDenied => "vous n’avez pas le droit de le lire".to_owned(),
            std::io::ErrorKind::IsADirectory => "c’est un dossier, pas un fichier".to_owned(),
            std::io::ErrorKind::InvalidData => "ce n’est pas du texte UTF-8".to_owned(),
            _ => e.to_string(),
        };
        format!("{}\u{a0}: {pourquoi}.\n", fichier.display())
    })
}

/// A file in TOML, or in JSON when its name says so.
fn charger(fichier: &Path) -> Result<Version, String> {
    let texte = lire(fichier)?;
    let json = fichier.extension().is_some_and(|e| e.eq_ignore_ascii_case("json"));
    let lue = if json {
        socle::api::lire::<Version>(texte.as_bytes()).map_err(|e| match e {
            Erreur::Invalide(champs) => champs.iter().map(|c| format!("{}\u{a0}: {}", c.champ, c.message)).collect::<Vec<_>>().join(" "),
            e => e.explication(),
        })
    } else {
        charger_toml(&texte).map_err(|e| e.to_string())
    };
    lue.map_err(|e| format!("{}\u{a0}: {e}\n", fichier.display()))
}

/// A shipped title by its code, else a file.
fn version(nom: &str) -> Result<Version, Sortie> {
    if let Some(v) = titre_embarque(nom) {
        return Ok(v.clone());
    }
    let fichier = Path::new(nom);
    if !fichier.exists() {
        let codes: Vec<&str> = referentiel::lister().iter().map(|v| v.code.as_str()).collect();
        return Err(Sortie::refusee(format!(
            "«\u{a0}{nom}\u{a0}» n’est ni un titre livré ni un fichier. Titres livrés\u{a0}: {}.\n",
            codes.join(", ")
        )));
    }
    charger(fichier).map_err(Sortie::illisible)
}

fn resume(v: &Version) -> String {
    let mut t = String::new();
    let mut ligne = |texte: String| {
        t.push_str(&texte);
        t.push('\n');
    };
    ligne(format!("{} ({})", v.nom(), v.code));
    let niveaux: Vec<String> = v.niveaux.iter().map(|n| format!("{} ({})", n.valeur, n.nomenclature)).collect();
    let nsf: Vec<&str> = v.nsf.iter().map(|n| n.code.as_str()).collect();
    for (terme, dit) in [
        ("Version", v.version.clone()),
        ("Certificateur", v.certificateur.clone().unwrap_or_default()),
        ("Niveau", niveaux.join(", ")),
        ("RNCP", v.codes.rncp.clone().unwrap_or_default()),
        ("NSF", nsf.join(", ")),
        ("Prise d’effet", v.effet.map(|d| d.to_string()).unwrap_or_default()),
        ("Fin de validité", v.fin.map(|d| d.to_string()).unwrap_or_default()),
        ("Source", format!("document {} {}", v.source.seed, v.source.fichier)),
    ] {
        if !dit.trim().is_empty() {
            ligne(format!("{terme}\u{a0}: {dit}"));
        }
    }
    for u in &v.unites {
        ligne(format!("\n{}  {}", u.code, u.intitule));
        for c in &u.competences {
            ligne(format!("  {}  {}", c.code, c.intitule));
        }
    }
    if let Some(h) = &v.horaires {
        ligne("\nHeures (imprimées, calculées)".to_owned());
        let heures = |m: u32| format!("{}\u{a0}h", interface::format::nombre(f64::from(m) / 60.0, 2));
        for s in Horaires::syntheses(h) {
            let imprime = s.imprime_minutes.map_or_else(|| "–".to_owned(), heures);
            ligne(format!("  {imprime}\t{}\t{}", heures(s.calcule_minutes), s.intitule));
        }
    }
    if !v.references.is_empty() {
        ligne("\nTextes".to_owned());
        for r in &v.references {
            let abroge = r.abrogee_le.map(|d| format!(" [abrogé le {d}]")).unwrap_or_default();
            ligne(format!("  {}{abroge}", r.libelle));
        }
    }
    for r in &v.source.remarques {
        ligne(format!("\nRemarque\u{a0}: {r}"));
    }
    t
}

#[cfg(test)]
mod unitaires {
    use std::path::PathBuf;

    use super::*;

    fn livre(nom: &str) -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../referentiels").join(nom)
    }

    /// A file of its own, removed with it.
    struct Fichier(PathBuf);

    impl Fichier {
        fn nouveau(nom: &str, texte: &str) -> Self {
            let chemin = std::env::temp_dir().join(format!("passeur-{}-{nom}", std::process::id()));
            std::fs::write(&chemin, texte).unwrap();
            Self(chemin)
        }
    }

    impl Drop for Fichier {
        fn drop(&mut self) {
            let _ = std::fs::remove_file(&self.0);
        }
    }

    #[test]
    fn les_titres_livres_passent_la_verification() {
        let s = verifier_fichiers(&["mediateur-numerique.toml", "conseiller-mediateur-numerique.toml"].map(livre));
        assert_eq!((s.statut, s.erreur.as_str()), (0, ""));
        let s = verifier_fichiers(&[livre("conseiller-mediateur-numerique-plan.toml")]);
        assert!(s.statut == 0 && s.texte.contains("39,5\u{a0}h") && s.texte.ends_with("avis.\n"), "{}", s.texte);
    }

    #[test]
    fn un_fichier_faux_est_refuse_et_un_absent_aussi() {
        let f =
            Fichier::nouveau("faux.toml", "code = 'x'\ntitre = 'x'\neffet = '2027-01-01'\nfin = '2026-01-01'\n[[unites]]\ncode = 'u'\n");
        let s = verifier_fichiers(&[&f.0]);
        assert!(s.statut == 1 && s.texte.contains("erreur\tx"), "{s:?}");
        let f = Fichier::nouveau("illisible.toml", "code = ");
        assert_eq!(verifier_fichiers(&[&f.0]).statut, 2);
        let f = Fichier::nouveau("faute.json", r#"{"code": "x", "titre": "x", "surprise": 1}"#);
        let s = verifier_fichiers(&[&f.0]);
        assert!(s.statut == 2 && s.erreur.contains("surprise"), "{s:?}");
        let s = verifier_fichiers(&[Path::new("/nulle/part.toml")]);
        assert!(s.statut == 2 && s.erreur.contains("n’existe pas"), "{s:?}");
    }

    #[test]
    fn la_simulation_repond_comme_l_api() {
        let cas = r#"{"question": "horaires", "titre": "cmn-plan-de-formation", "date": "2026-05-10"}"#;
        let f = Fichier::nouveau("cas.json", cas);
        let s = simuler(&f.0);
        assert_eq!((s.statut, s.texte.trim_end()), (0, certification_regles::simuler(cas).unwrap().as_str()));
        let f = Fichier::nouveau("cas-faux.json", r#"{"question": "horaires", "titre": "nul", "date": "2026-05-10"}"#);
        let s = simuler(&f.0);
        assert!(s.statut == 1 && s.erreur.starts_with("titre\u{a0}: "), "{s:?}");
        // A mark of order is read; a folder, a list are refused in words.
        let f = Fichier::nouveau("cas-bom.json", &format!("\u{feff}{cas}"));
        assert_eq!(simuler(&f.0).statut, 0);
        let s = simuler(&std::env::temp_dir());
        assert!(s.statut == 2 && s.erreur.contains("c’est un dossier"), "{s:?}");
        let f = Fichier::nouveau("cas-liste.json", "[]");
        let s = simuler(&f.0);
        assert!(s.statut == 1 && s.erreur.starts_with("Cette valeur"), "{s:?}");
    }

    #[test]
    fn les_titres_se_listent_se_montrent_et_se_comparent() {
        assert_eq!(lister().texte.lines().count(), referentiel::lister().len());
        let s = montrer("cmn-plan-de-formation");
        assert!(s.texte.contains("39,5\u{a0}h\t38,5\u{a0}h") && s.texte.contains("bloc-3-c4"), "{}", s.texte);
        assert!(montrer("mediateur-numerique").texte.contains("[abrogé le 2023-12-29]"));
        let s = montrer("nul");
        assert!(s.statut == 1 && s.erreur.contains("cmn-rncp26573"), "{s:?}");
        assert!(comparer("26573", "cmn-plan-de-formation").texte.contains("validite_unites"));
        let plan = livre("conseiller-mediateur-numerique-plan.toml");
        assert_eq!(comparer("cmn-plan-de-formation", &plan.to_string_lossy()), Sortie::default());
    }
}
