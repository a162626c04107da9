use super::*;

fn series() -> Vec<Serie> {
    vec![
        Serie::nouvelle("Avant", [Valeur::de(1), Valeur::absente(), Valeur::de(3)]),
        Serie::nouvelle("Après", [Valeur::de(2).vers("/x"), Valeur::de(2), Valeur::de(3)]),
    ]
}

#[test]
fn chaque_forme_a_titre_description_et_tableau() {
    for forme in [Forme::Barres, Forme::Empilees, Forme::Colonnes, Forme::Courbes, Forme::Radar { max: 3.0 }] {
        let html = Graphique::nouveau(forme, "g", "Titre", "activités", ["Un", "Deux", "Trois & quatre"], series()).to_string();
        for attendu in [
            "<title id=\"g-titre\">Titre</title>",
            "<desc id=\"g-desc\">",
            "aria-labelledby=\"g-titre g-desc\"",
            "<table>",
            "scope=\"row\"",
        ] {
            assert!(html.contains(attendu), "{forme:?} : {attendu} absent de {html}");
        }
        assert!(!html.contains("style="), "{html}");
        assert!(!html.contains("NaN"), "{html}");
        assert!(html.contains("role=\"group\""), "des liens : pas une image");
    }
}

#[test]
fn un_graphique_sans_valeur_le_dit() {
    let vide = Graphique::barres("v", "Vide", "activités", Vec::<(String, Valeur)>::new());
    assert!(vide.to_string().contains("Aucune donnée"));
    let zeros = Graphique::colonnes("z", "Zéros", "activités", [("janv.", Valeur::de(0)), ("févr.", Valeur::masquee())]);
    let html = zeros.to_string();
    assert!(html.contains("&#60;\u{a0}5") || html.contains("&lt;\u{a0}5"), "{html}");
    assert!(html.contains("role=\"img\""));
}

#[test]
fn la_description_dit_les_extremes() {
    let g = Graphique::barres("g", "T", "activités", [("A", Valeur::de(2)), ("B", Valeur::de(12))]);
    assert!(g.to_string().contains("de 2 (A) à 12 (B)."));
}
