#![allow(clippy::unwrap_used)]
fn main() {
    let readme = include_str!("../README.md");
    for bloc in readme.split("```json\n").skip(1) {
        let texte = bloc.split("```").next().unwrap();
        let v: serde_json::Value = serde_json::from_str(&certification_regles::simuler(texte).unwrap()).unwrap();
        println!("== {} {} {}", v["question"], v["favorable"], v["resultat"]);
        for m in v["motifs"].as_array().unwrap() {
            println!("   [{} {}] {} — {} {}", m["regle"].as_str().unwrap(), m["sens"].as_str().unwrap(), m["phrase"].as_str().unwrap(), m["reference"]["libelle"].as_str().unwrap(), m["reference"]["date"]);
        }
        let t = std::time::Instant::now();
        for _ in 0..2000 { std::hint::black_box(certification_regles::simuler(texte).unwrap()); }
        println!("   {:?}", t.elapsed() / 2000);
    }
}
