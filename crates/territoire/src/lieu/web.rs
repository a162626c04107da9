use askama::Template;
use axum::http::StatusCode;
use interface::{
    Erreurs, Message, Page,
    requete::{Chemin, Formulaire, Pages, Reponse, Web, aller, rendre, rendre_avec},
};
use socle::{Erreur, Permission, controle::Controle, identifiant::LieuId};

use super::Fiche;
use crate::commune::{self, Position};

/// Pages of lieux.
pub fn pages() -> Pages {
    Pages::new()
        .get("/structure/lieux/nouveau", nouveau)
        .post("/structure/lieux/nouveau", ajouter)
        .get("/structure/lieux/{id}", formulaire)
        .post("/structure/lieux/{id}", modifier)
}

#[derive(Clone, Default, serde::Deserialize)]
#[serde(default)]
struct Saisie {
    nom: String,
    adresse: String,
    commune: String,
    latitude: String,
    longitude: String,
    actif: String,
    version: String,
}

#[derive(Template)]
#[template(path = "lieu/formulaire.html")]
struct PageLieu {
    page: Page,
    erreurs: Erreurs,
    perimee: bool,
    s: Saisie,
    nouveau: bool,
}

fn gabarit(w: Web, s: Saisie, erreurs: Erreurs, nouveau: bool, perimee: bool) -> PageLieu {
    PageLieu { page: w.page, erreurs, perimee, s, nouveau }
}

fn lire_fiche(s: &Saisie) -> Result<Fiche, Erreur> {
    let mut c = Controle::new();
    let commune = commune::lire_saisie(&mut c, "commune", &s.commune);
    let position = lire_position(&mut c, s);
    c.finir()?;
    Ok(Fiche { nom: s.nom.clone(), adresse: Some(s.adresse.clone()), commune, position, actif: s.actif == "oui" })
}

/// Both fields or none; a pair pasted into the first, as maps give it (« 43.604, 1.444 »), is read too.
fn lire_position(c: &mut Controle, s: &Saisie) -> Option<Position> {
    let (mut latitude, mut longitude) = (s.latitude.trim(), s.longitude.trim());
    if longitude.is_empty()
        && let Some((a, b)) = latitude.split_once(", ").or_else(|| latitude.split_once(' ')).or_else(|| latitude.split_once(';'))
    {
        (latitude, longitude) = (a.trim(), b.trim());
    }
    if latitude.is_empty() && longitude.is_empty() {
        return None;
    }
    let lire = |t: &str| t.replace(',', ".").replace('−', "-").parse::<f64>().ok().filter(|n| n.is_finite());
    let position = lire(latitude).zip(lire(longitude)).map(|(latitude, longitude)| Position { latitude, longitude });
    c.exiger(
        position.is_some(),
        "latitude",
        "Donnez deux nombres, la latitude puis la longitude, comme 43,604 et 1,444 ; ou laissez les deux vides.",
    );
    position
}

fn ecrire_degres(v: f64) -> String {
    v.to_string().replace('.', ",")
}

async fn nouveau(w: Web) -> Reponse {
    w.lecture().exiger(Permission::StructureGerer)?;
    rendre(&gabarit(w, Saisie { actif: "oui".into(), ..Saisie::default() }, Erreurs::default(), true, false))
}

async fn ajouter(w: Web, Formulaire(s): Formulaire<Saisie>) -> Reponse {
    let cx = w.ecriture().await?;
    let structure = cx.exiger(Permission::StructureGerer)?;
    let fait = match lire_fiche(&s) {
        Ok(f) => super::ajouter(&cx, structure, f).await,
        Err(e) => Err(e),
    };
    match fait {
        Ok(_) => {
            cx.valider().await?;
            Ok(aller("/structure", Message::succes("Le lieu est ajouté.")))
        }
        Err(Erreur::Invalide(e)) => rendre_avec(StatusCode::UNPROCESSABLE_ENTITY, &gabarit(w, s, e.into(), true, false)),
        Err(e) => Err(e.into()),
    }
}

async fn formulaire(w: Web, Chemin(id): Chemin<LieuId>) -> Reponse {
    let cx = w.lecture();
    let l = super::lire(&cx, id).await?;
    cx.exiger_dans(Permission::StructureGerer, l.structure_id)?;
    let s = Saisie {
        nom: l.nom,
        adresse: l.adresse.unwrap_or_default(),
        commune: l.commune.as_deref().map(commune::nommer).unwrap_or_default(),
        latitude: l.latitude.map(ecrire_degres).unwrap_or_default(),
        longitude: l.longitude.map(ecrire_degres).unwrap_or_default(),
        actif: if l.actif { "oui".into() } else { String::new() },
        version: l.version.to_string(),
    };
    rendre(&gabarit(w, s, Erreurs::default(), false, false))
}

async fn modifier(w: Web, Chemin(id): Chemin<LieuId>, Formulaire(mut s): Formulaire<Saisie>) -> Reponse {
    let cx = w.ecriture().await?;
    // The right before the form: who may not write is not told what to correct.
    cx.exiger_dans(Permission::StructureGerer, super::lire(&cx, id).await?.structure_id)?;
    let version = s.version.parse().unwrap_or(0);
    let fait = match lire_fiche(&s) {
        Ok(f) => super::modifier(&cx, id, version, f).await,
        Err(e) => Err(e),
    };
    match fait {
        Ok(()) => {
            cx.valider().await?;
            Ok(aller("/structure", Message::succes("Le lieu est à jour.")))
        }
        Err(Erreur::Invalide(e)) => rendre_avec(StatusCode::UNPROCESSABLE_ENTITY, &gabarit(w, s, e.into(), false, false)),
        Err(Erreur::VersionPerimee) => {
            s.version = super::lire(&cx, id).await?.version.to_string();
            rendre_avec(StatusCode::CONFLICT, &gabarit(w, s, Erreurs::default(), false, true))
        }
        Err(e) => Err(e.into()),
    }
}
