use std::time::Instant;

use super::fonds::Fonds;
use super::*;

fn codes(texte: &str, max: usize) -> Vec<&'static str> {
    chercher(texte, max).iter().map(|commune| commune.code.as_str()).collect()
}

fn premier(texte: &str) -> &'static str {
    codes(texte, 1).first().copied().unwrap_or("rien")
}

#[test]
fn codes_connus() {
    for (code, nom, departement, postal) in [
        ("75056", "Paris", "75", "75020"),
        ("97411", "Saint-Denis", "974", "97400"),
        ("2A004", "Ajaccio", "2A", "20000"),
        ("31555", "Toulouse", "31", "31500"),
        ("01001", "L'Abergement-Clémenciat", "01", "01400"),
        ("97502", "Saint-Pierre", "975", "97500"),
        ("98818", "Nouméa", "988", "98800"),
    ] {
        let commune = par_code(code).unwrap();
        assert_eq!((commune.code.as_str(), commune.nom), (code, nom));
        assert_eq!(commune.departement, departement);
        assert!(commune.codes_postaux.contains(&postal), "{commune:?}");
        assert_eq!(commune.arrondissement_de, None);
    }
}

#[test]
fn ordre_de_grandeur_officiel() {
    let fonds = Fonds::charge();
    let toutes: Vec<Commune> = (0..fonds.nombre()).map(|ligne| fonds.commune(ligne)).collect();
    let arrondissements = toutes.iter().filter(|c| c.arrondissement_de.is_some()).count();
    assert_eq!(arrondissements, 20 + 9 + 16);
    assert!((34_800..35_100).contains(&(toutes.len() - arrondissements)), "{}", toutes.len());
    assert!(toutes.is_sorted_by(|a, b| a.code < b.code));
    // Population of France and its collectivités, arrondissements not counted twice.
    let habitants: u64 = toutes.iter().filter(|c| c.arrondissement_de.is_none()).map(|c| u64::from(c.population)).sum();
    assert!((66_000_000..72_000_000).contains(&habitants), "{habitants}");
    for commune in &toutes {
        assert!(departement_nom(commune.departement).is_some(), "{commune:?}");
        assert!(commune.codes_postaux.iter().all(|c| c.len() == 5), "{commune:?}");
    }
}

#[test]
fn arrondissement_municipal_et_sa_commune() {
    let onzieme = par_code("75111").unwrap();
    assert_eq!(onzieme.nom, "Paris 11e Arrondissement");
    assert_eq!(onzieme.arrondissement_de.unwrap().commune().nom, "Paris");
    assert_eq!(codes("75011", 5), ["75056", "75111"]);
    assert_eq!(premier("paris 11"), "75111");
    // After every other town, and by number.
    let par = chercher("par", 10);
    assert_eq!(par[0].nom, "Paris");
    assert!(par.iter().all(|c| c.arrondissement_de.is_none()), "{par:?}");
    assert_eq!(codes("75", 3), ["75056", "75101", "75102"]);
    assert_eq!(par_code("69381").unwrap().arrondissement_de.unwrap().as_str(), "69123");
    assert_eq!(par_code("13216").unwrap().arrondissement_de.unwrap().as_str(), "13055");
}

#[test]
fn code_inconnu_refuse() {
    for code in ["", "99999", "7505", "750560", "2a004", "31555 ", "éé1", "75056\n", "20004"] {
        assert_eq!(CodeCommune::try_from(code), Err(CodeInconnu), "{code}");
    }
    assert_eq!(CodeCommune::try_from("2A004").unwrap().to_string(), "2A004");
    assert!(CodeInconnu.to_string().starts_with("Ce code ne désigne aucune commune"));
}

#[test]
fn code_en_json() {
    let code: CodeCommune = serde_json::from_str("\"97411\"").unwrap();
    assert_eq!(serde_json::to_string(&code).unwrap(), "\"97411\"");
    let refus = serde_json::from_str::<CodeCommune>("\"00000\"").unwrap_err();
    assert!(refus.to_string().contains("aucune commune actuelle"), "{refus}");
    let json = serde_json::to_value(code.commune()).unwrap();
    assert_eq!(json["nom"], "Saint-Denis");
    assert_eq!(json["codes_postaux"][0], "97400");
}

#[test]
fn par_code_postal() {
    // One postcode, many communes, larger first, each once.
    let trouvees = chercher("01400", 50);
    assert!(trouvees.len() > 5, "{}", trouvees.len());
    assert_eq!(trouvees[0].nom, "Châtillon-sur-Chalaronne");
    assert!(trouvees.iter().all(|c| c.codes_postaux.contains(&"01400")));
    assert!(trouvees.is_sorted_by_key(|c| std::cmp::Reverse(c.population)));
    // A start is enough; a town of several postcodes comes once; spaces do not count.
    assert_eq!(codes("31", 3)[0], "31555");
    assert_eq!(codes("31", 5000).iter().filter(|c| **c == "31555").count(), 1);
    assert_eq!(premier("31 000"), "31555");
    assert_eq!(codes("99999", 5), [""; 0]);
    assert_eq!(codes("310000", 5), [""; 0]);
}

#[test]
fn par_nom_replie() {
    for texte in ["saint-etienne", "SAINT ÉTIENNE", "St-Etienne", "st etienne", "Saint-E\u{301}tienne", "saintetienne"] {
        assert_eq!(premier(texte), "42218", "{texte}");
    }
    assert_eq!(premier("ste genevieve des bois"), "91549");
    assert_eq!(premier("labergement clemenciat"), "01001");
    assert_eq!(premier("l’abergement clem"), "01001");
    assert_eq!(premier("abergement cl"), "01001");
    assert_eq!(premier("mont marsan"), "40192");
    assert_eq!(premier("lehavre"), "76351");
    assert_eq!(premier("havre"), "76351");
    assert_eq!(premier("phalsbourg"), "57540");
    assert_eq!(premier("coeuilly"), "rien");
    assert_eq!(premier("chalon s/ saone"), "71076");
    assert_eq!(premier("tou"), "31555");
    assert!(codes("st", 20).contains(&"42218"));
    assert!(codes("st", 20).contains(&"67482"), "Strasbourg, unfinished");
    assert_eq!(codes("marsan mont", 5), [""; 0], "in order only");
}

#[test]
fn exact_puis_plus_peuplee() {
    // Both exact Saint-Denis that are towns, then smaller ones, then longer names.
    let saint_denis = chercher("saint denis", 10);
    assert_eq!(saint_denis[0].code.as_str(), "97411");
    assert_eq!(saint_denis[1].code.as_str(), "93066");
    assert_eq!(saint_denis[2].nom, "Saint-Denis");
    assert!(saint_denis[9].nom.starts_with("Saint-Denis-"));
    // A village of that very name comes before a town that only starts so.
    assert_eq!(chercher("aix", 2)[0].nom, "Aix");
    assert_eq!(chercher("aix", 2)[1].nom, "Aix-en-Provence");
    // A word run over two of the name comes after the others.
    assert_eq!(premier("laval"), "53130");
}

#[test]
fn nombre_a_cote_du_nom() {
    assert_eq!(codes("saint denis 974", 5), ["97411"]);
    assert_eq!(premier("Saint-Denis (93200)"), "93066");
    assert_eq!(premier("31000 Toulouse"), "31555");
    assert_eq!(premier("Ajaccio (2A)"), "2A004");
    assert_eq!(premier("2a004"), "2A004", "an INSEE code when nothing else answers");
    let fonds = Fonds::charge();
    for ligne in (0..fonds.nombre()).step_by(37) {
        let commune = fonds.commune(ligne);
        assert!(chercher(&commune.libelle(), 5).contains(&commune), "{}", commune.libelle());
    }
}

#[test]
fn textes_sans_reponse() {
    for texte in ["", "   ", "--", "'", "zzzz", "2a", "東京", "\u{301}", "zz\0", &"a".repeat(5000)] {
        assert_eq!(codes(texte, 10), [""; 0], "{texte:?}");
    }
    assert_eq!(codes("paris", 0), [""; 0]);
}

#[test]
fn departements_nommes() {
    assert_eq!(departement_nom("31"), Some("Haute-Garonne"));
    assert_eq!(departement_nom("2B"), Some("Haute-Corse"));
    assert_eq!(departement_nom("974"), Some("La Réunion"));
    assert_eq!(departement_nom("20"), None);
    assert_eq!(departements().count(), 109);
}

/// Prints; asserts only a ceiling that a debug build on a busy machine keeps.
/// `cargo test -p territoire --release mesure -- --nocapture` gives the true figures.
#[test]
fn mesure() {
    let debut = Instant::now();
    par_code("75056");
    println!("fonds : {:?}", debut.elapsed());
    let debut = Instant::now();
    chercher("paris", 1);
    println!("index : {:?}", debut.elapsed());
    for texte in ["s", "l", "st", "saint", "saint d", "st et", "tou", "3", "31000", "saint denis 974"] {
        let debut = Instant::now();
        let nombre = (0..10).map(|_| chercher(texte, 10).len()).sum::<usize>() / 10;
        let duree = debut.elapsed() / 10;
        println!("{texte:?} : {duree:?}, {nombre}");
        assert!(duree.as_millis() < 100, "{texte:?} : {duree:?}");
    }
}
