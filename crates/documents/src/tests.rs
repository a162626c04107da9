//! Every template, with its example, with next to nothing and with the worst a keyboard can send. Set
//! `APERCUS=folder` to keep the PDFs and look at them with `pdftoppm -r 60 -png`.

use std::sync::LazyLock;

use rstest::rstest;
use serde_json::{Value, json};

use super::*;
use crate::composition::Composition;

static ATELIER: LazyLock<Atelier> = LazyLock::new(Atelier::new);

const MODELES: [Modele; 8] = [
    Modele::FicheDiagnostic,
    Modele::LettreOrientation,
    Modele::RapportBilan,
    Modele::DonneesPersonne,
    Modele::NoticeInformation,
    Modele::Acte,
    Modele::Parchemin,
    Modele::Atelier,
];

/// Makes the document and checks what is true of all of them.
fn composer(modele: Modele, variante: &str, donnees: Value) -> Composition {
    let composition = ATELIER.composer(modele, donnees).unwrap();
    if let Ok(dossier) = std::env::var("APERCUS") {
        std::fs::write(format!("{dossier}/{modele:?}-{variante}.pdf"), &composition.pdf).unwrap();
    }
    assert_eq!(composition.avertissements, Vec::<String>::new());
    assert!(composition.pdf.starts_with(b"%PDF-1.7"));
    let metadonnees = String::from_utf8_lossy(&composition.pdf);
    for mention in
        ["<pdfaid:part>2</pdfaid:part>", "<pdfaid:conformance>A</pdfaid:conformance>", "<pdfuaid:part>1</pdfuaid:part>", "/Lang(fr-FR)"]
    {
        assert!(metadonnees.replace("/Lang (", "/Lang(").contains(mention), "{modele:?} sans {mention}");
    }
    composition
}

#[rstest]
#[case(Modele::FicheDiagnostic, 1)]
#[case(Modele::LettreOrientation, 1)]
#[case(Modele::RapportBilan, 4)]
#[case(Modele::DonneesPersonne, 2)]
#[case(Modele::NoticeInformation, 1)]
#[case(Modele::Acte, 1)]
#[case(Modele::Parchemin, 1)]
#[case(Modele::Atelier, 1)]
fn l_exemple_tient_en_si_peu_de_pages(#[case] modele: Modele, #[case] pages: usize) {
    assert_eq!(composer(modele, "exemple", exemple(modele)).pages, pages);
}

#[rstest]
fn un_texte_hostile_est_imprime_tel_quel(#[values(0, 1, 2, 3, 4, 5, 6, 7)] rang: usize) {
    const HOSTILE: &str = "#panic(\"non\") *gras* _x_ $1/0$ `code` = Titre\n- liste // @ref <etiquette> \\u{0} #import \"/x\": * \
        👩‍👩‍👧 Жанна 王 \u{202e}\u{0}\u{7} ﬁ № 1 … aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
    let modele = MODELES[rang];
    let mut donnees = exemple(modele);
    remplacer(&mut donnees, HOSTILE);
    composer(modele, "hostile", donnees);
}

/// Codes of the parts of an act.
const GENRES: [&str; 9] = ["affiche", "a4", "titre", "paragraphe", "fiche", "liste", "tableau", "signatures", "page"];

/// Puts `texte` in place of every text that is not a day, a month or a code.
fn remplacer(valeur: &mut Value, texte: &str) {
    match valeur {
        Value::String(ancien) if GENRES.contains(&ancien.as_str()) => {}
        Value::String(ancien) if !ancien.starts_with("20") && ancien != "mission_interet_public" => texte.clone_into(ancien),
        Value::Array(valeurs) => valeurs.iter_mut().for_each(|valeur| remplacer(valeur, texte)),
        Value::Object(champs) => champs.values_mut().for_each(|valeur| remplacer(valeur, texte)),
        _ => {}
    }
}

#[rstest]
#[case(Modele::FicheDiagnostic, json!({"structure": {"nom": "E"}, "date": "2026-03-01"}))]
#[case(Modele::FicheDiagnostic, json!({
    "structure": {"nom": "E", "telephone": " "}, "date": "2026-03-01", "personne": "", "precedent": null,
    "gestes": [{"libelle": "Un geste", "note": 0}], "etapes": [{"titre": "Revenir"}],
}))]
#[case(Modele::LettreOrientation, json!({
    "structure": {"nom": "E"}, "date": "2026-03-01", "mediateur": {"nom": "M"}, "partenaire": {"nom": "P"},
    "personne": {"nom": "X"}, "motif": "Un motif.", "accord": {"date": "2026-03-01"},
}))]
#[case(Modele::RapportBilan, json!({
    "structure": {"nom": "E"}, "date": "2026-03-01", "du": "2026-01-01", "au": "2026-01-31",
    "activites": {"total": 0, "individuelles": 0, "collectives": 0},
    "participations": {"total": 0, "nommees": 0, "anonymes": 0},
    "personnes": {"distinctes": null, "nouvelles": null}, "duree_minutes": 0,
    "mois": [{"mois": "2026-01", "activites": 0, "participations": 0}],
    "repartitions": [{"titre": "Activités par lieu", "unite": "activités"}, {"titre": "Âges", "unite": "participations", "total": 0, "lignes": [{"libelle": "70 ans et plus", "valeur": 0}]}],
    "satisfaction": {"demandes": 3, "reponses": 0, "distribution": [0, 0, 0, 0, 0]},
    "frequentation": {"places": 0, "inscrits": 0, "presents": 0},
}))]
#[case(Modele::DonneesPersonne, json!({"structure": {"nom": "E"}, "date": "2026-03-01", "personne": "X", "sections": []}))]
#[case(Modele::NoticeInformation, json!({"structure": {"nom": "E"}, "date": "2026-03-01", "base_legale": "interet_legitime", "conservation_mois": 30}))]
#[case(Modele::Acte, json!({"structure": {"nom": "E"}, "date": "2026-03-01", "titre": "T", "blocs": []}))]
#[case(Modele::Acte, json!({"structure": {"nom": "E"}, "date": "2026-03-01", "titre": "T", "paysage": true, "blocs": [
    {"genre": "tableau", "entetes": ["A", "B"], "lignes": [["seule"], []]}, {"genre": "page"}, {"genre": "signatures", "signatures": []},
    {"genre": "liste", "elements": []}, {"genre": "signatures", "signatures": [{"nom": "X", "traits": [[[1, 1]], []]}]},
]}))]
#[case(Modele::Parchemin, json!({
    "structure": {"nom": "E"}, "date": "2026-03-01", "nature": "N", "certificateur": "C", "nom": "X", "formule": "f", "intitule": "I",
    "numero": "1", "verification": {"adresse": "a", "qr": []},
}))]
#[case(Modele::Atelier, json!({"structure": {"nom": "E"}, "date": "2026-03-01", "format": "a5", "contenu": {
    "genre": "affiche", "titre": "T", "appel": "Réserver", "adresse": "a", "qr": [], "seances": [{"titre": "S", "quand": "demain"}],
}}))]
#[case(Modele::Atelier, json!({"structure": {"nom": "E"}, "date": "2026-03-01", "contenu": {
    "genre": "fiche", "titre": "T", "reperes": [{"libelle": "Durée", "valeur": "2 h"}], "rubriques": [{"titre": "Objectifs", "elements": ["Un", "Deux"]}],
    "deroule": [{"titre": "Accueil", "minutes": 15, "quoi": "Se présenter"}],
}}))]
#[case(Modele::Atelier, json!({"structure": {"nom": "E"}, "date": "2026-03-01", "contenu": {
    "genre": "feuille", "titre": "T", "colonnes": ["Matin", "Après-midi"], "noms": ["Ada ESSAI"], "vides": 4,
}}))]
#[case(Modele::Atelier, json!({"structure": {"nom": "E"}, "date": "2026-03-01", "contenu": {"genre": "feuille", "titre": "T", "colonnes": []}}))]
fn l_essentiel_suffit(#[case] modele: Modele, #[case] donnees: Value) {
    composer(modele, "essentiel", donnees);
}

#[test]
fn une_fiche_sans_comparaison_n_en_parle_pas() {
    let mut donnees = exemple(Modele::FicheDiagnostic);
    donnees["precedent"] = Value::Null;
    assert_eq!(composer(Modele::FicheDiagnostic, "premiere", donnees).pages, 1);
}

#[rstest]
#[case("/date", json!("3 mars"), "date")]
#[case("/gestes/0/note", json!(4), "gestes[0].note")]
#[case("/etapes/1/titre", Value::Null, "etapes[1].titre")]
#[case("/structure", json!({"nom": "E", "tel": "0"}), "structure.tel")]
fn une_forme_inattendue_est_refusee_en_nommant_le_champ(#[case] chemin: &str, #[case] valeur: Value, #[case] champ: &str) {
    let mut donnees = exemple(Modele::FicheDiagnostic);
    *donnees.pointer_mut(chemin).unwrap() = valeur;
    let erreur = ATELIER.composer(Modele::FicheDiagnostic, donnees).err().unwrap();
    assert!(erreur.to_string().contains(champ), "{erreur}");
}

#[tokio::test]
async fn le_port_rend_plusieurs_documents_a_la_fois() {
    let documents = Typst::new();
    assert!(documents.atelier.get().is_none(), "nothing is loaded before the first document");
    let taches: Vec<_> = (0..4)
        .map(|_| {
            let documents = documents.clone();
            tokio::spawn(async move { documents.pdf(Modele::NoticeInformation, exemple(Modele::NoticeInformation)).await })
        })
        .collect();
    for tache in taches {
        assert!(tache.await.unwrap().unwrap().starts_with(b"%PDF"));
    }
}
