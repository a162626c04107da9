//! The templates to fill, and the faults of a file, as files to download.

use axum::{
    body::{Body, Bytes},
    http::header,
    response::{IntoResponse, Response},
};
use mediation::nomenclatures::{
    Autonomie, Besoin, Demarche, Genre, LieuType, Materiel, Niveau, Statut, Thematique, TrancheAge, TypeActivite,
};
use rust_xlsxwriter::{Format, Workbook, XlsxError};
use socle::{Erreur, Nomenclature, Resultat};

use crate::{Nature, champ::Champ, import::ErreurLigne};

/// The names of the templates.
pub const MODELES: [(&str, Nature, bool); 4] = [
    ("personnes.xlsx", Nature::Personnes, true),
    ("personnes.csv", Nature::Personnes, false),
    ("accompagnements.xlsx", Nature::Accompagnements, true),
    ("accompagnements.csv", Nature::Accompagnements, false),
];

const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
const CSV: &str = "text/csv; charset=utf-8";

/// A file to download.
pub fn telecharger(corps: Body, genre: &'static str, nom: &str) -> Response {
    let disposition = format!("attachment; filename=\"{nom}\"");
    ([(header::CONTENT_TYPE, genre.to_owned()), (header::CONTENT_DISPOSITION, disposition)], corps).into_response()
}

/// A template by its name.
pub fn modele(nom: &str) -> Resultat<Response> {
    let (nom, nature, classeur) = MODELES.into_iter().find(|(n, ..)| *n == nom).ok_or(Erreur::Introuvable("Ce modèle"))?;
    Ok(if classeur {
        telecharger(Body::from(xlsx(nature).map_err(Erreur::interne)?), XLSX, &format!("modele-{nom}"))
    } else {
        telecharger(Body::from(csv(nature)), CSV, &format!("modele-{nom}"))
    })
}

fn libelles<N: Nomenclature>() -> Vec<&'static str> {
    N::tous().into_iter().map(Nomenclature::libelle).collect()
}

/// The accepted values of a column; none when it is free.
pub fn valeurs(nature: Nature, champ: Champ) -> Vec<&'static str> {
    match champ {
        Champ::Genre => libelles::<Genre>(),
        Champ::TrancheAge => libelles::<TrancheAge>(),
        Champ::Statut => libelles::<Statut>(),
        Champ::Besoins => libelles::<Besoin>(),
        Champ::Type if nature == Nature::Accompagnements => libelles::<TypeActivite>(),
        Champ::Canal => libelles::<LieuType>(),
        Champ::Materiels => libelles::<Materiel>(),
        Champ::Autonomie => [libelles::<Autonomie>(), libelles::<Niveau>()].concat(),
        Champ::Thematiques => [libelles::<Thematique>(), libelles::<Demarche>()].concat(),
        _ => vec![],
    }
}

fn xlsx(nature: Nature) -> Result<Vec<u8>, XlsxError> {
    let mut w = Workbook::new();
    let gras = Format::new().set_bold();
    let long = Format::new().set_text_wrap().set_align(rust_xlsxwriter::FormatAlign::Top);
    let f = w.add_worksheet();
    f.set_name(if nature == Nature::Personnes { "Personnes" } else { "Accompagnements" })?;
    f.set_freeze_panes(1, 0)?;
    for (n, c) in nature.colonnes().iter().enumerate() {
        let n = n as u16;
        f.write_with_format(0, n, c.titre, &gras)?;
        f.set_column_width(n, c.titre.chars().count().max(12) as f64 + 2.0)?;
    }
    let e = w.add_worksheet();
    e.set_name("Mode d’emploi")?;
    e.set_column_width(0, 38)?;
    e.set_column_width(1, 14)?;
    e.set_column_width(2, 80)?;
    e.set_column_width(3, 36)?;
    // One title a line only: this sheet is never taken for the data.
    for (n, t) in regles(nature).iter().enumerate() {
        e.write(n as u32, 0, *t)?;
    }
    let debut = regles(nature).len() as u32 + 1;
    for (n, t) in ["Colonne à remplir", "Obligatoire ?", "Ce qu’il faut y écrire", "Par exemple"].iter().enumerate() {
        e.write_with_format(debut, n as u16, *t, &gras)?;
    }
    for (n, c) in nature.colonnes().iter().enumerate() {
        let l = debut + 1 + n as u32;
        e.write(l, 0, c.titre)?;
        e.write(l, 1, if c.obligatoire { "oui" } else { "non" })?;
        e.write_with_format(l, 2, c.aide, &long)?;
        e.write(l, 3, c.exemple)?;
    }
    let v = w.add_worksheet();
    v.set_name("Valeurs acceptées")?;
    let mut place = 0;
    for c in nature.colonnes() {
        let valeurs = valeurs(nature, c.champ);
        if valeurs.is_empty() {
            continue;
        }
        v.set_column_width(place, 40)?;
        v.write_with_format(0, place, format!("Pour la colonne {}", c.titre), &gras)?;
        for (n, t) in valeurs.iter().enumerate() {
            v.write(n as u32 + 1, place, *t)?;
        }
        place += 1;
    }
    w.save_to_buffer()
}

fn regles(nature: Nature) -> &'static [&'static str] {
    match nature {
        Nature::Personnes => &[
            "Une ligne par personne, sous les titres de colonnes de la première feuille.",
            "Une colonne inutile peut rester vide ou être supprimée.",
            "N’écrivez ni mot de passe, ni information de santé.",
        ],
        Nature::Accompagnements => &[
            "Une ligne par accompagnement individuel, sous les titres de colonnes de la première feuille.",
            "Pour un atelier, une ligne par personne présente, avec le même numéro dans la colonne ID CRA.",
            "Une ligne sans nom compte une personne sans nom.",
            "Une colonne inutile peut rester vide ou être supprimée.",
        ],
    }
}

/// Text as one field: what a spreadsheet would take for a formula gets an apostrophe, and is quoted when it has to be.
fn champ_csv(texte: &str) -> String {
    let formule = texte.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']);
    let texte = if formule { format!("'{texte}") } else { texte.to_owned() };
    if texte.contains([';', '"', '\n', '\r', '\t']) { format!("\"{}\"", texte.replace('"', "\"\"")) } else { texte }
}

fn ligne_csv<'a>(cases: impl IntoIterator<Item = &'a str>) -> String {
    cases.into_iter().map(champ_csv).collect::<Vec<_>>().join(";") + "\r\n"
}

/// Explanations stand above the headers: what is above them is never read.
fn csv(nature: Nature) -> String {
    let mut t = "\u{feff}".to_owned();
    t += &ligne_csv(["Mode d’emploi (ces lignes peuvent rester : elles ne sont pas lues)"]);
    for r in regles(nature) {
        t += &ligne_csv([*r]);
    }
    for c in nature.colonnes() {
        let valeurs = valeurs(nature, c.champ);
        if valeurs.is_empty() {
            continue;
        }
        t += &ligne_csv([format!("Valeurs acceptées pour « {} » : {}", c.titre, valeurs.join(" | ")).as_str()]);
    }
    t += &ligne_csv(nature.colonnes().iter().map(|c| c.titre));
    t
}

/// The header of the file of faults.
pub fn entete_erreurs() -> String {
    format!("\u{feff}{}", ligne_csv(["Ligne", "Colonne", "Valeur", "À corriger"]))
}

/// Some faults, as lines of CSV.
pub fn erreurs_csv(erreurs: &[ErreurLigne]) -> Bytes {
    let mut t = String::new();
    for e in erreurs {
        t += &ligne_csv([e.ligne.to_string().as_str(), &e.colonne, &e.valeur, &e.message]);
    }
    t.into()
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;
    use crate::{champ, fichier};

    fn entetes(octets: &[u8], nature: Nature) -> Vec<Option<Champ>> {
        let mut f = tempfile::tempfile().unwrap();
        f.write_all(octets).unwrap();
        let note = |rs: &[fichier::Rangee]| {
            let textes = |r: &fichier::Rangee| r.cellules.iter().map(fichier::Cellule::en_texte).collect::<Vec<_>>();
            rs.iter().map(|r| champ::correspondance(nature, &textes(r)).iter().flatten().count()).max().unwrap_or(0)
        };
        let mut meilleure = vec![];
        fichier::parcourir(&mut f, &note, &mut |r, _| {
            let t: Vec<String> = r.cellules.iter().map(fichier::Cellule::en_texte).collect();
            let c = champ::correspondance(nature, &t);
            if c.iter().flatten().count() > meilleure.iter().flatten().count() {
                meilleure = c;
            }
            std::ops::ControlFlow::Continue(())
        })
        .unwrap();
        meilleure
    }

    #[test]
    fn les_modeles_se_relisent() {
        for n in [Nature::Personnes, Nature::Accompagnements] {
            let attendus: Vec<Option<Champ>> = n.colonnes().iter().map(|c| Some(c.champ)).collect();
            assert_eq!(entetes(&xlsx(n).unwrap(), n), attendus);
            assert_eq!(entetes(csv(n).as_bytes(), n), attendus);
        }
    }

    #[test]
    fn une_formule_ne_sort_pas_telle_quelle() {
        assert_eq!(champ_csv("=1+1"), "'=1+1");
        assert_eq!(champ_csv("a;b"), "\"a;b\"");
    }
}
