//! How many parchemins a second, against the typst library alone on the same template and the same data, in the same
//! run: the rate must be 60 % of it at least (issue 4).
//!
//! `cargo run --profile mesure -p documents --example banc -- 1000`

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a measure stops at the first surprise")]

use std::{collections::HashMap, sync::Arc, time::Instant};

use documents::{Typst, exemple};
use serde_json::Value;
use socle::ports::{Documents, Modele};
use typst::{
    Library, LibraryExt, World,
    diag::{FileError, FileResult},
    foundations::{Bytes, Datetime, Duration},
    syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot},
    text::{Font, FontBook},
    utils::LazyHash,
};
use typst_layout::PagedDocument;
use typst_pdf::{PdfOptions, PdfStandard, PdfStandards};

/// Made at the same time, on both sides.
const FILS: usize = 2;

const SOURCES: [(&str, &str); 3] = [
    ("/parchemin.typ", include_str!("../modeles/parchemin.typ")),
    ("/commun.typ", include_str!("../modeles/commun.typ")),
    ("/certification.typ", include_str!("../modeles/certification.typ")),
];
const POLICES: [&[u8]; 3] = [
    include_bytes!("../fonts/AtkinsonHyperlegibleNext-Regular.ttf"),
    include_bytes!("../fonts/AtkinsonHyperlegibleNext-Bold.ttf"),
    include_bytes!("../fonts/AtkinsonHyperlegibleNext-Italic.ttf"),
];

fn fichier(chemin: &str) -> FileId {
    FileId::new(RootedPath::new(VirtualRoot::Project, VirtualPath::new(chemin).unwrap()))
}

/// What the library needs, and nothing of ours but the template and the fonts.
struct Seul {
    library: LazyHash<Library>,
    book: LazyHash<FontBook>,
    fonts: Vec<Font>,
}

struct Monde<'a> {
    seul: &'a Seul,
    sources: HashMap<FileId, Source>,
    donnees: Bytes,
}

impl World for Monde<'_> {
    fn library(&self) -> &LazyHash<Library> {
        &self.seul.library
    }
    fn book(&self) -> &LazyHash<FontBook> {
        &self.seul.book
    }
    fn main(&self) -> FileId {
        fichier(SOURCES[0].0)
    }
    fn source(&self, id: FileId) -> FileResult<Source> {
        self.sources.get(&id).cloned().ok_or(FileError::AccessDenied)
    }
    fn file(&self, id: FileId) -> FileResult<Bytes> {
        if id == fichier("/donnees.json") { Ok(self.donnees.clone()) } else { Err(FileError::AccessDenied) }
    }
    fn font(&self, index: usize) -> Option<Font> {
        self.seul.fonts.get(index).cloned()
    }
    fn today(&self, _: Option<Duration>) -> Option<Datetime> {
        None
    }
}

fn seule(seul: &Seul, donnees: &Value) -> usize {
    let monde = Monde {
        seul,
        sources: SOURCES.into_iter().map(|(c, t)| (fichier(c), Source::new(fichier(c), t.into()))).collect(),
        donnees: Bytes::new(serde_json::to_vec(donnees).unwrap()),
    };
    let document = typst::compile::<PagedDocument>(&monde).output.expect("the template compiles");
    let standards = PdfStandards::new(&[PdfStandard::A_2a, PdfStandard::Ua_1]).expect("both together");
    let pdf = typst_pdf::pdf(&document, &PdfOptions { standards, ..PdfOptions::default() }).expect("a PDF");
    // Memory stays bounded, as any server must: what is not used again is let go.
    comemo::evict(10);
    pdf.len()
}

/// The data of the nth parchemin: no two are of one person.
fn donnees(modele: &Value, n: usize) -> Value {
    let mut d = modele.clone();
    d["nom"] = Value::String(format!("Prénom{n} NOM-INVENTÉ-{n}"));
    d["numero"] = Value::String(format!("2026-{n:08}"));
    d
}

#[tokio::main]
async fn main() {
    let combien: usize = std::env::args().nth(1).and_then(|n| n.parse().ok()).unwrap_or(1000);
    let port = Arc::new(Typst::new());
    let exemplaire = exemple(Modele::Parchemin);
    // What the shape check adds to the example is given to the library too: the data are the same.
    let lu: documents::donnees::Parchemin = serde_json::from_value(exemplaire).expect("the example is right");
    let complet = Arc::new(serde_json::to_value(lu).expect("it is written again"));
    let mut book = FontBook::new();
    let fonts: Vec<Font> = POLICES.into_iter().flat_map(|o| Font::iter(Bytes::new(o))).collect();
    for f in &fonts {
        book.push(f.info().clone());
    }
    let seul = Arc::new(Seul { library: LazyHash::new(Library::default()), book: LazyHash::new(book), fonts });
    port.pdf(Modele::Parchemin, donnees(&complet, 0)).await.expect("a PDF");
    seule(&seul, &donnees(&complet, 0));

    // In turn, twice, so that neither has the machine warmer than the other.
    let (mut nous, mut typst) = (f64::INFINITY, f64::INFINITY);
    for _ in 0..2 {
        let debut = Instant::now();
        let fils: Vec<_> = (0..FILS)
            .map(|f| {
                let (seul, complet) = (Arc::clone(&seul), Arc::clone(&complet));
                std::thread::spawn(move || (f..combien).step_by(FILS).map(|n| seule(&seul, &donnees(&complet, n))).sum::<usize>())
            })
            .collect();
        let octets: usize = fils.into_iter().map(|f| f.join().expect("a thread")).sum();
        assert!(octets > combien * 1000, "empty PDF");
        typst = typst.min(debut.elapsed().as_secs_f64());

        let debut = Instant::now();
        let fils: Vec<_> = (0..FILS)
            .map(|f| {
                let (port, complet) = (Arc::clone(&port), Arc::clone(&complet));
                tokio::spawn(async move {
                    for n in (f..combien).step_by(FILS) {
                        port.pdf(Modele::Parchemin, donnees(&complet, n)).await.expect("a PDF");
                    }
                })
            })
            .collect();
        for f in fils {
            f.await.expect("a task");
        }
        nous = nous.min(debut.elapsed().as_secs_f64());
    }
    let (a, b) = (combien as f64 / nous, combien as f64 / typst);
    println!("| {combien} parchemins | {a:.1}/s | typst alone {b:.1}/s | {:.0} % | ≥ 60 % |", 100.0 * a / b);
    std::process::exit(i32::from(a < 0.6 * b));
}
