//! One simulation in process, question by question: under 50 µs each (issue 4). And the rules of a session of three
//! hundred candidates, without its reads.
//!
//! `cargo bench -p certification_regles --profile mesure` shows the distribution; with `-- --tableau`, Markdown for
//! `docs/benchmarks.md`, and status 1 when a question takes longer.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a measure stops at the first surprise")]

use std::{
    hint::black_box,
    time::{Duration, Instant},
};

use certification_regles::{
    Catalogue, Version,
    acquis::Acquis,
    jury::{CandidatSession, Habilitation, Jure, Lien, NatureLien, SessionJury, examiner},
    livret::{Decision, Livret},
    referentiel::titre_embarque,
    revision::situation,
    simuler,
};
use chrono::NaiveDate;

/// The most a simulation may take.
const LIMITE: Duration = Duration::from_micros(50);

/// The cases of the README: one for each question.
fn cas() -> Vec<(&'static str, &'static str)> {
    include_str!("../README.md")
        .split("```json\n")
        .skip(1)
        .filter_map(|b| b.split("```").next())
        .map(|c| {
            let question = c.split("\"question\": \"").nth(1).and_then(|q| q.split('"').next()).expect("each case asks a question");
            (question, c)
        })
        .collect()
}

fn questions() -> Vec<&'static str> {
    cas().into_iter().map(|(q, _)| q).collect()
}

#[divan::bench(args = questions())]
fn une_simulation(bencher: divan::Bencher, question: &str) {
    let texte = cas().into_iter().find(|(q, _)| *q == question).expect("a question of the README").1;
    bencher.bench(|| simuler(black_box(texte)).expect("the case is answered"));
}

/// A session of `n` candidates with six jurors, as the program hands it to the rules.
struct Session {
    version: &'static Version,
    jours: Vec<NaiveDate>,
    jures: Vec<Jure>,
    candidats: Vec<CandidatSession>,
    journaux: Vec<Vec<Decision>>,
}

impl Session {
    fn de(n: usize) -> Self {
        let jour = NaiveDate::from_ymd_opt(2026, 5, 12).expect("a day");
        let debut = NaiveDate::from_ymd_opt(2025, 6, 1).expect("a day");
        let version = titre_embarque("mediateur-numerique").expect("a shipped title");
        let id = |sorte: &str, i: usize| format!("00000000-0000-7000-{sorte}-{i:012}");
        let jures = (0..6)
            .map(|i| Jure {
                id: id("8000", i),
                habilitations: vec![Habilitation { version: version.code.clone(), debut, fin: None, retiree_le: None }],
                pratique: None,
                liens: (0..n).step_by(50).map(|c| Lien { candidat: id("9000", c + i), nature: NatureLien::MemeEmployeur }).collect(),
                presences: None,
            })
            .collect();
        let candidats = (0..n).map(|i| CandidatSession { id: id("9000", i), jours: Some(vec![jour]) }).collect();
        let journaux = (0..n)
            .map(|i| {
                let d = format!(
                    r#"[{{"id": "{}", "date": "2025-11-0{}", "prononce": {{"objet": "unite", "version": "{}", "unite": "ccp-1"}}}}]"#,
                    id("a000", i),
                    i % 9 + 1,
                    version.code
                );
                serde_json::from_str(&d).expect("a decision")
            })
            .collect();
        Self { version, jours: vec![jour], jures, candidats, journaux }
    }

    /// The jury examined, the livret of each projected, where each stands.
    fn recalculer(&self) -> usize {
        let jour = self.jours[0];
        let s = SessionJury { jours: &self.jours, jures: &self.jures, candidats: &self.candidats, declaree_le: Some(jour) };
        let examen = examiner(self.version, &s, jour);
        let catalogue = Catalogue::nouveau(std::slice::from_ref(self.version));
        let manquantes: usize = self
            .journaux
            .iter()
            .map(|j| {
                let acquis: Acquis = Livret::projeter(j).acquis();
                situation(catalogue, self.version, &acquis, jour, jour).0.manquantes.len()
            })
            .sum();
        examen.motifs.len() + manquantes
    }
}

#[divan::bench(args = [30, 300])]
fn une_session(bencher: divan::Bencher, candidats: usize) {
    let s = Session::de(candidats);
    bencher.bench(|| black_box(&s).recalculer());
}

/// The median of `fois` runs.
fn mediane(fois: usize, mut f: impl FnMut()) -> Duration {
    let mut temps: Vec<Duration> = (0..fois)
        .map(|_| {
            let debut = Instant::now();
            f();
            debut.elapsed()
        })
        .collect();
    temps.sort_unstable();
    temps[fois / 2]
}

fn tableau() -> bool {
    let mut pire = (Duration::ZERO, "");
    for (question, texte) in cas() {
        // The shipped titles are read at the first question.
        simuler(texte).expect("the case is answered");
        let t = mediane(500, || drop(black_box(simuler(black_box(texte)))));
        if t > pire.0 {
            pire = (t, question);
        }
    }
    let s = Session::de(300);
    let session = mediane(20, || {
        black_box(black_box(&s).recalculer());
    });
    let us = |d: Duration| d.as_nanos() as f64 / 1000.0;
    println!("| one simulation, the slowest of {} questions ({}) | {:.1} µs | | | < 50 µs |", cas().len(), pire.1, us(pire.0));
    println!("| rules of a session of 300 candidates | {:.2} ms | | | < 100 ms |", us(session) / 1000.0);
    pire.0 <= LIMITE && session <= Duration::from_millis(100)
}

fn main() {
    if std::env::args().any(|a| a == "--tableau") {
        std::process::exit(i32::from(!tableau()));
    }
    divan::main();
}
