//! From a template and its data to a PDF: what typst sees of the world, and nothing more.

use std::collections::HashMap;

use serde_json::Value;
use typst::diag::{FileError, FileResult, SourceDiagnostic};
use typst::foundations::{Bytes, Datetime, Duration, Smart};
use typst::syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot};
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;
use typst::{Library, LibraryExt, World, WorldExt};
use typst_layout::PagedDocument;
use typst_pdf::{PdfOptions, PdfStandard, PdfStandards};

use crate::donnees;
use crate::texte;
use socle::ports::{ErreurDocument, Modele};

/// Atkinson Hyperlegible Next, drawn by the Braille Institute for readers with low vision. Static
/// instances under the SIL Open Font License (`fonts/OFL.txt`), as packaged for npm by
/// `@expo-google-fonts/atkinson-hyperlegible-next` 0.4.1.
const POLICES: [&[u8]; 3] = [
    include_bytes!("../fonts/AtkinsonHyperlegibleNext-Regular.ttf"),
    include_bytes!("../fonts/AtkinsonHyperlegibleNext-Bold.ttf"),
    include_bytes!("../fonts/AtkinsonHyperlegibleNext-Italic.ttf"),
];

const COMMUN: &str = include_str!("../modeles/commun.typ");
const CERTIFICATION: &str = include_str!("../modeles/certification.typ");

/// Path under which a template reads its data.
const DONNEES: &str = "/donnees.json";

/// The typst source of a template and its path in the virtual project.
fn source(modele: Modele) -> (&'static str, &'static str) {
    match modele {
        Modele::FicheDiagnostic => ("/fiche_diagnostic.typ", include_str!("../modeles/fiche_diagnostic.typ")),
        Modele::LettreOrientation => ("/lettre_orientation.typ", include_str!("../modeles/lettre_orientation.typ")),
        Modele::RapportBilan => ("/rapport_bilan.typ", include_str!("../modeles/rapport_bilan.typ")),
        Modele::DonneesPersonne => ("/donnees_personne.typ", include_str!("../modeles/donnees_personne.typ")),
        Modele::NoticeInformation => ("/notice_information.typ", include_str!("../modeles/notice_information.typ")),
        Modele::Acte => ("/acte.typ", include_str!("../modeles/acte.typ")),
        Modele::Atelier => ("/atelier.typ", include_str!("../modeles/atelier.typ")),
        Modele::Parchemin => ("/parchemin.typ", include_str!("../modeles/parchemin.typ")),
    }
}

fn fichier(chemin: &str) -> FileId {
    let chemin = VirtualPath::new(chemin).expect("the paths of the virtual project are written in this file");
    FileId::new(RootedPath::new(VirtualRoot::Project, chemin))
}

/// A finished document.
pub(crate) struct Composition {
    pub(crate) pdf: Vec<u8>,
    /// Number of pages.
    #[cfg_attr(not(test), expect(dead_code, reason = "asserted by the tests of the templates"))]
    pub(crate) pages: usize,
    /// What typst found odd (a font family it does not have, …): errors in tests, logged otherwise.
    pub(crate) avertissements: Vec<String>,
}

/// What all documents share: standard library, fonts.
pub(crate) struct Atelier {
    library: LazyHash<Library>,
    book: LazyHash<FontBook>,
    fonts: Vec<Font>,
}

impl Atelier {
    pub(crate) fn new() -> Self {
        let fonts: Vec<Font> = POLICES.into_iter().flat_map(|octets| Font::iter(Bytes::new(octets))).collect();
        let mut book = FontBook::new();
        for font in &fonts {
            book.push(font.info().clone());
        }
        Self { library: LazyHash::new(Library::default()), book: LazyHash::new(book), fonts }
    }

    /// Whether each of our fonts can draw this character.
    pub(crate) fn dessine(&self, caractere: char) -> bool {
        self.fonts.iter().all(|font| font.info().coverage.contains(u32::from(caractere)))
    }

    /// Makes the PDF of `modele`.
    pub(crate) fn composer(&self, modele: Modele, mut donnees: Value) -> Result<Composition, ErreurDocument> {
        texte::preparer(&mut donnees, &|caractere| self.dessine(caractere));
        let donnees = donnees::verifier(modele, donnees)?;
        let (chemin, texte) = source(modele);
        let projet = Projet {
            atelier: self,
            main: fichier(chemin),
            sources: [(chemin, texte), ("/commun.typ", COMMUN), ("/certification.typ", CERTIFICATION)]
                .into_iter()
                .map(|(chemin, texte)| (fichier(chemin), Source::new(fichier(chemin), texte.into())))
                .collect(),
            donnees: (fichier(DONNEES), Bytes::new(donnees)),
        };
        let resultat = typst::compile::<PagedDocument>(&projet);
        let avertissements = resultat.warnings.iter().map(|avis| projet.decrire(avis)).collect();
        let echec = |erreurs: &[SourceDiagnostic]| {
            ErreurDocument(erreurs.iter().map(|erreur| projet.decrire(erreur)).collect::<Vec<_>>().join(" ; "))
        };
        let document = resultat.output.map_err(|erreurs| echec(&erreurs))?;
        let standards =
            PdfStandards::new(&[PdfStandard::A_2a, PdfStandard::Ua_1]).map_err(|erreur| ErreurDocument(erreur.message().to_string()))?;
        let options = PdfOptions { standards, creator: Smart::Custom(Some("Passeur".into())), ..PdfOptions::default() };
        let pdf = typst_pdf::pdf(&document, &options).map_err(|erreurs| echec(&erreurs))?;
        Ok(Composition { pdf, pages: document.pages().len(), avertissements })
    }
}

/// The virtual project of one document: its template, what templates share, its data. No disk, no network,
/// no clock.
struct Projet<'a> {
    atelier: &'a Atelier,
    main: FileId,
    sources: HashMap<FileId, Source>,
    donnees: (FileId, Bytes),
}

impl Projet<'_> {
    /// One line for a diagnostic: where, what, and typst's hints.
    fn decrire(&self, avis: &SourceDiagnostic) -> String {
        let ou = avis.span.id().and_then(|id| {
            let debut = self.range(avis.span)?.start;
            let ligne = self.source(id).ok()?.lines().byte_to_line(debut)? + 1;
            Some(format!("{}:{ligne} : ", id.vpath().get_without_slash()))
        });
        let indices = avis.hints.iter().map(|indice| indice.v.as_str());
        let phrase: Vec<&str> = std::iter::once(avis.message.as_str()).chain(indices).collect();
        format!("{}{}", ou.unwrap_or_default(), phrase.join(", "))
    }
}

impl World for Projet<'_> {
    fn library(&self) -> &LazyHash<Library> {
        &self.atelier.library
    }
    fn book(&self) -> &LazyHash<FontBook> {
        &self.atelier.book
    }
    fn main(&self) -> FileId {
        self.main
    }
    fn source(&self, id: FileId) -> FileResult<Source> {
        self.sources.get(&id).cloned().ok_or(FileError::AccessDenied)
    }
    fn file(&self, id: FileId) -> FileResult<Bytes> {
        let (attendu, octets) = &self.donnees;
        if id == *attendu { Ok(octets.clone()) } else { Err(FileError::AccessDenied) }
    }
    fn font(&self, index: usize) -> Option<Font> {
        self.atelier.fonts.get(index).cloned()
    }
    /// Dates come with the data: a document made again is the same document.
    fn today(&self, _: Option<Duration>) -> Option<Datetime> {
        None
    }
}
