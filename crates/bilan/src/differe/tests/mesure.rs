//! What an export of a million rows costs (`docs/benchmarks.md` gives the command). Each case in a process
//! of its own: the memory read is that of the whole program, its test kit included.

use essais::{Appli, Moteur};
use rstest::rstest;

use super::{demander, objets_de, remplir};

const LIGNES: u64 = 1_000_000;

/// A figure of `/proc/self/status`, in MB.
fn memoire(cle: &str) -> f64 {
    let etat = std::fs::read_to_string("/proc/self/status").unwrap();
    let ligne = etat.lines().find_map(|l| l.strip_prefix(cle)).unwrap();
    ligne.trim_start_matches(':').split_whitespace().next().unwrap().parse::<f64>().unwrap() * 1024.0 / 1e6
}

#[rstest]
#[tokio::test]
#[ignore = "a measure of some minutes; run by hand"]
async fn un_million_de_lignes(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur, #[values("csv", "xlsx")] format: &'static str) {
    let a = Appli::lancer(moteur).await;
    remplir(&a, LIGNES).await;
    let s = a.session("alpha.mediateur").await;
    let export = demander(&s, "donnees", format).await;
    // The peak of signing in (argon2) and of filling is not that of the export.
    std::fs::write("/proc/self/clear_refs", "5").unwrap();
    let (repos, debut) = (memoire("VmRSS"), std::time::Instant::now());
    a.travailler().await;
    let (duree, pic) = (debut.elapsed(), memoire("VmHWM"));
    let (lignes, taille) = (a.compter("SELECT faites FROM export").await, a.compter("SELECT taille FROM export").await);
    println!(
        "{moteur:?} {format} : {lignes} lignes, {:.1} Mo, {:.0} s, {repos:.0} Mo avant, pic {pic:.0} Mo",
        taille as f64 / 1e6,
        duree.as_secs_f64()
    );
    assert_eq!((lignes, objets_de(&a)), (LIGNES as i64, 1), "{}", s.get(&export).await.html);
    assert!(pic < 100.0, "pic de {pic} Mo");
}
