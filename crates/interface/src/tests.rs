//! What must hold for every page: contrast in both themes, a strict security policy, known drawings.

use std::{
    collections::HashMap,
    fs,
    path::{Path, PathBuf},
};

use askama::Template;

use crate::{Accent, Page, PageErreur, Theme, icone, style::PageStyle};

const CSS: &str = include_str!("../static/app.css");

type Valeurs = HashMap<String, [f64; 3]>;

/// `--name: #rrggbb;` of a piece of the style sheet.
fn lire(bloc: &str) -> Valeurs {
    bloc.split("--")
        .filter_map(|morceau| {
            let (nom, reste) = morceau.split_once(": #")?;
            let couleur = reste.get(..6)?;
            let octet = |i: usize| u8::from_str_radix(couleur.get(i..i + 2)?, 16).ok().map(f64::from);
            Some((nom.to_owned(), [octet(0)?, octet(2)?, octet(4)?]))
        })
        .collect()
}

fn entre<'a>(texte: &'a str, debut: &str, fin: &str) -> &'a str {
    let apres = texte.split_once(debut).unwrap_or_else(|| panic!("{debut} absent")).1;
    apres.split_once(fin).unwrap_or_else(|| panic!("{fin} absent")).0
}

/// Relative luminance, then contrast: WCAG 2.2.
fn contraste(a: [f64; 3], b: [f64; 3]) -> f64 {
    let luminance = |c: [f64; 3]| {
        let l = c.map(|v| v / 255.0).map(|v| if v <= 0.040_45 { v / 12.92 } else { ((v + 0.055) / 1.055).powf(2.4) });
        0.2126 * l[0] + 0.7152 * l[1] + 0.0722 * l[2]
    };
    let (a, b) = (luminance(a) + 0.05, luminance(b) + 0.05);
    if a > b { a / b } else { b / a }
}

fn themes() -> Vec<(String, Valeurs)> {
    let mut themes = Vec::new();
    let clair = lire(entre(CSS, "/* theme clair */", "}"));
    let sombre = lire(entre(CSS, ":root[data-theme=\"sombre\"] {\n  color-scheme", "}"));
    for (nom, base, selecteur) in [("clair", clair, "\n:root[data-accent="), ("sombre", sombre, "\n  &[data-accent=")] {
        for accent in Accent::TOUS {
            let mut valeurs = base.clone();
            if accent != Accent::default() {
                valeurs.extend(lire(entre(CSS, &format!("{selecteur}\"{}\"] {{", accent.code()), "}")));
            }
            themes.push((format!("{nom} {}", accent.code()), valeurs));
        }
    }
    themes
}

#[test]
fn le_contraste_du_texte_est_d_au_moins_7_et_celui_des_reperes_de_3() {
    let texte = [
        ("encre", "fond surface creux accent-doux"),
        ("encre-douce", "fond surface creux"),
        ("accent", "fond surface creux accent-doux"),
        ("accent-vif", "fond surface accent-doux"),
        ("sur-accent", "accent accent-vif"),
        ("attention-encre", "attention-doux"),
        ("erreur-encre", "erreur-doux surface fond"),
    ];
    let reperes = [
        ("trait-fort", "fond surface"),
        ("accent", "fond surface"),
        ("attention", "fond attention-doux"),
        ("erreur", "fond surface erreur-doux"),
        ("serie-1", "fond surface"),
        ("serie-2", "fond surface"),
        ("serie-3", "fond surface"),
        ("serie-4", "fond surface"),
        ("serie-5", "fond surface"),
    ];
    let mut fautes = Vec::new();
    for (theme, valeurs) in themes() {
        let couleur = |nom: &str| *valeurs.get(nom).unwrap_or_else(|| panic!("{theme} : --{nom} absent"));
        for (paires, minimum) in [(&texte[..], 7.0), (&reperes[..], 3.0)] {
            for (devant, fonds) in paires {
                for fond in fonds.split(' ') {
                    let c = contraste(couleur(devant), couleur(fond));
                    if c < minimum {
                        fautes.push(format!("{theme} : {devant} sur {fond} = {c:.2} < {minimum}"));
                    }
                }
            }
        }
    }
    assert!(fautes.is_empty(), "{}", fautes.join("\n"));
}

/// The dark theme is written twice (the system's wish, the forced theme): CSS has no other way that
/// older browsers understand.
#[test]
fn le_theme_sombre_est_le_meme_deux_fois() {
    let systeme = lire(entre(CSS, ":root:not([data-theme=\"clair\"]) {\n    color-scheme", "}"));
    let force = lire(entre(CSS, ":root[data-theme=\"sombre\"] {\n  color-scheme", "}"));
    assert!(!systeme.is_empty());
    assert_eq!(systeme, force);
    for accent in Accent::TOUS.into_iter().filter(|a| *a != Accent::default()) {
        let systeme = lire(entre(CSS, &format!("\n  :root[data-accent=\"{}\"]:not(", accent.code()), "}"));
        let force = lire(entre(CSS, &format!("\n  &[data-accent=\"{}\"]", accent.code()), "}"));
        assert_eq!(systeme, force, "{accent:?}");
    }
}

fn gabarits(dossier: &Path, trouves: &mut Vec<PathBuf>) {
    for entree in fs::read_dir(dossier).unwrap() {
        let chemin = entree.unwrap().path();
        if chemin.is_dir() {
            if !chemin.ends_with("target") && !chemin.ends_with("node_modules") {
                gabarits(&chemin, trouves);
            }
        } else if chemin.extension().is_some_and(|e| e == "html") {
            trouves.push(chemin);
        }
    }
}

/// The templates of every crate, not of this one alone: the policy is the same for all.
#[test]
fn aucun_gabarit_n_a_de_style_ni_de_script_en_ligne() {
    let mut trouves = Vec::new();
    gabarits(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/..")), &mut trouves);
    assert!(trouves.len() >= 5);
    for chemin in trouves {
        let html = fs::read_to_string(&chemin).unwrap();
        for interdit in [" style=", "<style", "<script>", "javascript:", " onclick=", " onchange=", " onsubmit=", " hx-on", "hx-vals=\"js:"]
        {
            // A macro may have an argument called `style`: only attributes count.
            let present = html
                .match_indices(interdit)
                .any(|(i, _)| interdit != " style=" || html[i + interdit.len()..].starts_with(['\'', '"']) && dans_balise(&html, i));
            assert!(!present, "{} : {interdit}", chemin.display());
        }
        for script in html.split("<script").skip(1) {
            assert!(
                script.starts_with(" src=") || script.starts_with(" type=\"application/json\""),
                "{} : script en ligne",
                chemin.display()
            );
        }
    }
}

/// Whether the position is inside an HTML tag rather than inside `{{ … }}` or `{% … %}`.
fn dans_balise(html: &str, position: usize) -> bool {
    let avant = &html[..position];
    let dernier = |motif: &str| avant.rfind(motif).map_or(0, |i| i + 1);
    dernier("{{").max(dernier("{%")) <= dernier("}}").max(dernier("%}"))
}

#[test]
fn la_page_des_composants_se_rend_sans_style_en_ligne() {
    for theme in [None, Some(Theme::Clair), Some(Theme::Sombre)] {
        let html = PageStyle::nouvelle(Page {
            theme,
            instance_demo: true,
            incident: Some("Les messages partent avec retard.".into()),
            ..Page::exemple()
        })
        .render()
        .unwrap();
        assert!(html.contains("<title>Composants de l’interface – Espace d’exemple – Passeur</title>"), "{}", &html[..600]);
        assert!(!html.contains("style=\""));
        assert_eq!(html.matches("<h1").count(), 1);
        assert!(!html.contains("focusable=\"false\"></svg>"), "un dessin inconnu");
        assert_eq!(identifiants_en_double(&html), Vec::<String>::new());
        // The whole page compressed stays within the budget of a page.
        assert!(!html.contains("{{"));
    }
}

fn identifiants_en_double(html: &str) -> Vec<String> {
    let mut vus = HashMap::new();
    for morceau in html.split(" id=\"").skip(1) {
        *vus.entry(morceau.split('"').next().unwrap_or_default().to_owned()).or_insert(0) += 1;
    }
    vus.into_iter().filter(|(_, n)| *n > 1).map(|(id, _)| id).collect()
}

#[test]
fn chaque_page_d_erreur_se_rend_avec_et_sans_compte() {
    for statut in [400, 401, 403, 404, 413, 422, 429, 500, 503] {
        for page in [Page::default(), Page::exemple()] {
            let html = PageErreur::de(page, statut, Some("A1-B2".into())).render().unwrap();
            assert!(html.contains("A1-B2") && html.contains("<h1>") && html.contains("class=\"bouton principal\""));
        }
    }
    let anonyme = PageErreur::de(Page::default(), 404, None).render().unwrap();
    assert!(!anonyme.contains("/deconnexion") && !anonyme.contains("<nav class=\"rail\"") && !anonyme.contains("incident"));
}

#[test]
fn un_dessin_inconnu_est_vide() {
    assert!(icone::trace("sun").starts_with("<circle"));
    assert!(icone::trace("inconnu").is_empty());
    for entree in Page::exemple().navigation {
        assert!(!icone::trace(entree.icone).is_empty(), "{}", entree.icone);
    }
}
