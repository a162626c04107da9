//! The sheets shipped with the program: every `fiches/*.toml`, as one list of texts.

use std::{env, fmt::Write as _, fs, path::PathBuf};

fn main() {
    println!("cargo:rerun-if-changed=fiches");
    let dossier = PathBuf::from(env::var("CARGO_MANIFEST_DIR").expect("cargo says where the crate is")).join("fiches");
    let mut fichiers: Vec<PathBuf> = fs::read_dir(&dossier)
        .map(|entrees| entrees.filter_map(|e| e.ok().map(|e| e.path())).filter(|p| p.extension().is_some_and(|x| x == "toml")).collect())
        .unwrap_or_default();
    fichiers.sort();
    let mut code = String::from("&[\n");
    for f in fichiers {
        println!("cargo:rerun-if-changed={}", f.display());
        let nom = f.file_stem().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
        // Writing to a String never fails.
        let _ = writeln!(code, "    ({nom:?}, include_str!({:?})),", f.display().to_string());
    }
    code.push_str("]\n");
    let sortie = PathBuf::from(env::var("OUT_DIR").expect("cargo says where to write")).join("fiches.rs");
    fs::write(sortie, code).expect("the list of sheets is written");
}
