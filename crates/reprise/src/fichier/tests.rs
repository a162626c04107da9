use std::io::Write;

use super::*;

fn fichier(octets: &[u8]) -> File {
    let mut f = tempfile::tempfile().unwrap();
    f.write_all(octets).unwrap();
    f
}

fn lire(octets: &[u8]) -> Result<Vec<(u32, Vec<String>)>, String> {
    let mut v = vec![];
    parcourir(&mut fichier(octets), &|_| 0, &mut |r, part| {
        assert!(part <= 100);
        v.push((r.numero, r.cellules.iter().map(Cellule::en_texte).collect()));
        ControlFlow::Continue(())
    })
    .map(|_| v)
    .map_err(|e| e.0)
}

fn attendu() -> Vec<(u32, Vec<String>)> {
    [(1, ["Nom", "Année", "Été"]), (2, ["Le Goff; Anne", "1950", "où ?"]), (4, ["Essai", "1960", "à « côté »"])]
        .map(|(n, c)| (n, c.map(str::to_owned).to_vec()))
        .to_vec()
}

const TEXTE: &str = "Nom;Année;Été\r\n\"Le Goff; Anne\";1950;où ?\r\n;;\r\nEssai;1960;à « côté »\r\n";

#[test]
fn le_csv_de_chaque_codage_et_separateur() {
    assert_eq!(lire(TEXTE.as_bytes()).unwrap(), attendu());
    assert_eq!(lire(format!("\u{feff}{TEXTE}").as_bytes()).unwrap(), attendu());
    let (latin, ..) = encoding_rs::WINDOWS_1252.encode(TEXTE);
    assert_eq!(lire(&latin).unwrap(), attendu());
    let utf16: Vec<u8> = std::iter::once(0xFEFF).chain(TEXTE.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    assert_eq!(lire(&utf16).unwrap(), attendu());
    for s in [",", "\t"] {
        let autre = format!("Nom{s}Année{s}Été\n\"Le Goff; Anne\"{s}1950{s}où ?\n\nEssai{s}1960{s}à « côté »\n");
        assert_eq!(lire(autre.as_bytes()).unwrap(), attendu(), "{s:?}");
    }
}

#[test]
fn une_cellule_sur_plusieurs_lignes_garde_le_numero_de_sa_ligne() {
    let lues = lire(b"a;b\n\"x\ny\";1\nz;2\n").unwrap();
    assert_eq!(lues.iter().map(|l| l.0).collect::<Vec<_>>(), [1, 2, 4]);
    assert_eq!(lues[1].1[0], "x\ny");
}

#[test]
fn un_guillemet_jamais_ferme_est_dit() {
    let mut t = b"a;b\n\"".to_vec();
    t.extend(std::iter::repeat_n(b'x', 3_000_000));
    assert!(lire(&t).unwrap_err().contains("guillemet ouvert à la ligne 2"));
    for (texte, ligne) in [
        ("Nom;Prenom;Notes\nQa;Aa;n\nQb;Bb;\"note ouverte\nQc;Cc;n\nQd;Dd;n\n", Some(3)),
        // The first line of data; the last; after a row of several lines, and doubled quotes.
        ("Nom;Notes\r\nQa;\"ouverte\r\nQb;n\r\n", Some(2)),
        ("Nom,Notes\nQa,n\nQb,\"ouverte", Some(3)),
        ("Nom;Notes\n\"Q\na\";\"dit \"\"oui\"\"\"\nQb;\"\"\"ouverte\n", Some(4)),
        // What is closed, at the very end too, and a quote within a cell.
        ("Nom;Notes\nQa;\"fermée\"", None),
        ("Nom;Notes\nQa;\"dit \"\"oui\"\"\"\nQb;écran 15\"\nQc;n\n", None),
        // A comma in a text in quotes is not a separator of this file.
        ("Nom;Notes\nQa;\"un, \"\"deux\"\", trois\"\nQb;x,\"y\n", None),
    ] {
        let e = lire(texte.as_bytes()).err();
        assert_eq!(e.as_deref().map(|e| e.contains(&format!("ligne {} ", ligne.unwrap_or(0)))), ligne.map(|_| true), "{texte} {e:?}");
    }
}

#[test]
fn une_colonne_de_trop_est_dite() {
    let ligne = |n: usize, s: &str, fin: &str| format!("{}{fin}\n", vec!["x"; n].join(s));
    assert_eq!(lire(ligne(100, ";", ";;;").as_bytes()).unwrap()[0].1.len(), 100);
    assert!(lire(ligne(100, ";", ";;y").as_bytes()).unwrap_err().contains("plus de 100 colonnes"));
    // Commas in a text are not columns: the titles tell the separator.
    let texte = format!("a;b\n1;{}", ligne(150, ",", ""));
    let titres = |r: &[Rangee]| r[0].cellules.len();
    assert!(parcourir(&mut fichier(texte.as_bytes()), &titres, &mut |_, _| ControlFlow::Continue(())).is_ok());
    let un_ods = |rangee: &str| {
        let d = format!(
            "<d xmlns:table=\"t\" xmlns:text=\"x\" xmlns:office=\"o\"><table:table><table:table-row>{rangee}</table:table-row></table:table></d>"
        );
        zipper(&[("mimetype", ODS.as_bytes()), ("content.xml", d.as_bytes())])
    };
    let x = "<table:table-cell><text:p>x</text:p></table:table-cell>";
    assert!(lire(&un_ods(&x.repeat(101))).unwrap_err().contains("plus de 100 colonnes"));
    assert_eq!(lire(&un_ods(&format!("{x}<table:table-cell table:number-columns-repeated=\"1023\"/>"))).unwrap().len(), 1);
    let mut w = rust_xlsxwriter::Workbook::new();
    let f = w.add_worksheet();
    f.write(0, 0, "x").unwrap();
    f.write(0, 120, "y").unwrap();
    assert!(lire(&w.save_to_buffer().unwrap()).unwrap_err().contains("plus de 100 colonnes"));
}

#[test]
fn ce_qui_nest_pas_un_tableau_est_dit() {
    for (octets, mot) in [
        (&b"%PDF-1.7 ..."[..], "PDF"),
        (b"\x89PNG\r\n\x1a\n", "image"),
        (b"\xD0\xCF\x11\xE0\xA1\xB1", ".xls"),
        (b"<!DOCTYPE html><html>", "page web"),
        (b"", "vide"),
        (b"\x7fELF\x00\x01", "autre sorte"),
        (b"PK\x03\x04tronque", "abîmé"),
    ] {
        let e = lire(octets).unwrap_err();
        assert!(e.contains(mot), "{e}");
    }
    let mut z = ::zip::ZipWriter::new(std::io::Cursor::new(vec![]));
    z.start_file("notes.txt", ::zip::write::SimpleFileOptions::default()).unwrap();
    z.write_all(b"x").unwrap();
    let e = lire(z.finish().unwrap().get_ref()).unwrap_err();
    assert!(e.contains("archive"), "{e}");
}

fn zipper(parties: &[(&str, &[u8])]) -> Vec<u8> {
    let mut z = ::zip::ZipWriter::new(std::io::Cursor::new(vec![]));
    for (nom, octets) in parties {
        z.start_file(*nom, ::zip::write::SimpleFileOptions::default()).unwrap();
        z.write_all(octets).unwrap();
    }
    z.finish().unwrap().into_inner()
}

const ODS: &str = "application/vnd.oasis.opendocument.spreadsheet";

#[test]
fn un_ods_se_lit() {
    let contenu = r#"<?xml version="1.0"?><office:document-content xmlns:office="o" xmlns:table="t" xmlns:text="x"><office:body><office:spreadsheet>
<table:table table:name="F1"><table:table-row><table:table-cell office:value-type="string"><text:p>Nom &amp; pr&#233;nom</text:p></table:table-cell><table:table-cell table:number-columns-repeated="2"/><table:table-cell office:value-type="string"><text:p>Date</text:p></table:table-cell></table:table-row>
<table:table-row table:number-rows-repeated="2"><table:table-cell/></table:table-row>
<table:table-row><table:table-cell office:value-type="string"><office:annotation><text:p>un commentaire</text:p></office:annotation><text:p>Ada<text:s text:c="2"/>ESSAI</text:p><text:p>suite</text:p></table:table-cell><table:table-cell office:value-type="float" office:value="90" table:formula="of:=45*2"><text:p>90,00</text:p></table:table-cell><table:covered-table-cell/><table:table-cell office:value-type="date" office:date-value="2025-03-02"><text:p>2 mars</text:p></table:table-cell></table:table-row>
<table:table-row table:number-rows-repeated="1048000"><table:table-cell table:number-columns-repeated="1024"/></table:table-row></table:table></office:spreadsheet></office:body></office:document-content>"#;
    let lues = lire(&zipper(&[("mimetype", ODS.as_bytes()), ("content.xml", contenu.as_bytes())])).unwrap();
    assert_eq!(lues[0].1, ["Nom & prénom", "", "", "Date"]);
    assert_eq!(lues[1], (4, vec!["Ada  ESSAI\nsuite".to_owned(), "90".to_owned(), String::new(), "2025-03-02".to_owned()]));
    assert_eq!(lues.len(), 2);
}

#[test]
fn une_ligne_repetee_sans_fin_est_refusee() {
    let contenu = r#"<d xmlns:table="t" xmlns:text="x" xmlns:office="o"><table:table><table:table-row table:number-rows-repeated="4000000000"><table:table-cell office:value-type="float" office:value="1"/></table:table-row></table:table></d>"#;
    let e = lire(&zipper(&[("mimetype", ODS.as_bytes()), ("content.xml", contenu.as_bytes())])).unwrap_err();
    assert!(e.contains("200000 lignes"), "{e}");
}

#[test]
fn un_xlsx_se_lit_formules_comprises() {
    let mut w = rust_xlsxwriter::Workbook::new();
    let f = w.add_worksheet();
    f.write(0, 0, "Nom").unwrap();
    f.write(0, 2, "Total").unwrap();
    f.write(4, 0, "Ada & « co » <x>").unwrap();
    f.write(4, 2, rust_xlsxwriter::Formula::new("=WEBSERVICE(\"http://ailleurs.invalid\")").set_result("42")).unwrap();
    f.write(5, 1, true).unwrap();
    let lues = lire(&w.save_to_buffer().unwrap()).unwrap();
    assert_eq!(lues[0], (1, vec!["Nom".to_owned(), String::new(), "Total".to_owned()]));
    assert_eq!(lues[1], (5, vec!["Ada & « co » <x>".to_owned(), String::new(), "42".to_owned()]));
    assert_eq!(lues[2], (6, vec![String::new(), "oui".to_owned()]));
}

#[test]
fn les_jours_comptes_depuis_1904_sont_remis_a_1900() {
    let classeur =
        br#"<workbook xmlns:r="r"><workbookPr date1904="1"/><sheets><sheet name="F" sheetId="1" r:id="rId1"/></sheets></workbook>"#;
    let liens = br#"<Relationships><Relationship Id="rId1" Target="worksheets/sheet1.xml"/></Relationships>"#;
    let feuille = br#"<worksheet><sheetData><row r="1"><c r="A1"><v>44256</v></c><c r="B1"><v>90</v></c><c r="C1" t="inlineStr"><is><t>direct</t></is></c></row></sheetData></worksheet>"#;
    let parties: [(&str, &[u8]); 3] =
        [("xl/workbook.xml", classeur), ("xl/_rels/workbook.xml.rels", liens), ("xl/worksheets/sheet1.xml", feuille)];
    assert_eq!(lire(&zipper(&parties)).unwrap()[0].1, ["45718", "90", "direct"]);
}

#[test]
fn une_bombe_est_refusee() {
    let classeur = br#"<workbook xmlns:r="r"><sheets><sheet name="F" sheetId="1" r:id="rId1"/></sheets></workbook>"#;
    let liens = br#"<Relationships><Relationship Id="rId1" Target="worksheets/sheet1.xml"/></Relationships>"#;
    // 100 MB of one cell a row, in a few kilobytes.
    let mut feuille = b"<worksheet><sheetData>".to_vec();
    let rangee = b"<row><c><v>1</v></c></row>".repeat(40_000);
    for _ in 0..100 {
        feuille.extend_from_slice(&rangee);
    }
    let bombe = zipper(&[("xl/workbook.xml", classeur), ("xl/_rels/workbook.xml.rels", liens), ("xl/worksheets/sheet1.xml", &feuille)]);
    assert!(bombe.len() < 1024 * 1024, "{}", bombe.len());
    let e = lire(&bombe).unwrap_err();
    assert!(e.contains("démesuré") || e.contains("200000"), "{e}");
    // One text that never ends.
    let mut feuille = b"<worksheet><sheetData><row><c t=\"str\"><v>".to_vec();
    feuille.extend(std::iter::repeat_n(b'x', 20 * 1024 * 1024));
    let bombe = zipper(&[("xl/workbook.xml", classeur), ("xl/_rels/workbook.xml.rels", liens), ("xl/worksheets/sheet1.xml", &feuille)]);
    let e = lire(&bombe).unwrap_err();
    assert!(e.contains("démesurée"), "{e}");
}
