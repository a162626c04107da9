use std::fmt::Write;

use axum::response::{Html, IntoResponse};
use interface::requete::{Pages, Parametres, Reponse, Web};
use socle::controle::Controle;

use super::{CodeCommune, chercher, par_code};

/// The field's completion.
pub fn pages() -> Pages {
    Pages::new().get("/communes", completer)
}

/// What people read for a stored code: « Saint-Denis (974) », or the code itself if it is no longer in use.
pub fn nommer(code: &str) -> String {
    par_code(code).map_or_else(|| code.to_owned(), |c| c.libelle())
}

/// Reads what was typed in the field `champ`: a name, a postcode, both, or a code.
pub fn lire_saisie(c: &mut Controle, champ: &str, texte: &str) -> Option<CodeCommune> {
    let t = texte.trim();
    if t.is_empty() {
        return None;
    }
    if let Some(exacte) = par_code(t).filter(|_| t.len() == 5 && t.chars().any(|c| c.is_ascii_alphabetic())) {
        return Some(exacte.code);
    }
    let trouvees = chercher(t, 5);
    let plie = socle::texte::plier(t);
    let exactes: Vec<_> =
        trouvees.iter().filter(|x| socle::texte::plier(&x.libelle()) == plie || socle::texte::plier(x.nom) == plie).collect();
    match (exactes.as_slice(), trouvees.as_slice()) {
        ([une], _) => Some(une.code),
        (_, [une]) => Some(une.code),
        (_, []) => {
            c.faute(champ, "Cette commune n’est pas connue. Tapez le début de son nom, ou son code postal.");
            None
        }
        (_, plusieurs) => {
            let noms = plusieurs.iter().map(super::Commune::libelle).collect::<Vec<_>>().join(", ");
            c.faute(champ, format!("Plusieurs communes répondent à cette saisie. Précisez laquelle : {noms}."));
            None
        }
    }
}

fn echapper(t: &str) -> String {
    t.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// The field « Commune », completed as one types; without JavaScript the name or postcode typed is looked up on sending.
pub fn champ(valeur: &str, erreur: Option<&str>) -> String {
    let mut s = String::new();
    let _ = write!(
        s,
        r#"<div class="champ{}"><label for="commune">Commune <span class="facultatif">(facultatif)</span></label><p class="aide" id="commune-aide">Nom ou code postal</p>"#,
        if erreur.is_some() { " en-erreur" } else { "" }
    );
    if let Some(e) = erreur {
        let _ = write!(s, r#"<p class="erreur" id="commune-erreur"><span><span class="lu">Erreur : </span>{}</span></p>"#, echapper(e));
    }
    let _ = write!(
        s,
        r##"<input class="moyen" id="commune" name="commune" type="text" list="commune-liste" value="{}" autocomplete="off" aria-describedby="commune-aide{}"{} hx-get="/communes" hx-trigger="input changed delay:200ms" hx-target="#commune-liste" hx-swap="innerHTML"><datalist id="commune-liste"></datalist></div>"##,
        echapper(valeur),
        if erreur.is_some() { " commune-erreur" } else { "" },
        if erreur.is_some() { r#" aria-invalid="true""# } else { "" },
    );
    s
}

#[derive(serde::Deserialize)]
struct Recherche {
    #[serde(default)]
    commune: String,
}

async fn completer(_: Web, Parametres(r): Parametres<Recherche>) -> Reponse {
    let mut s = String::new();
    for c in chercher(&r.commune, 10) {
        let postes = c.codes_postaux.first().copied().unwrap_or_default();
        let _ = write!(s, r#"<option value="{}">{postes}</option>"#, echapper(&c.libelle()));
    }
    Ok(Html(s).into_response())
}
