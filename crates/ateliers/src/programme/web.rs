use askama::Template;
use axum::{
    http::{HeaderValue, header},
    response::IntoResponse,
};
use interface::{
    Page,
    requete::{Chemin, Pages, Parametres, Reponse as Rendu, Visite, Web, rendre},
};
use socle::{
    Contexte, Erreur, Resultat,
    identifiant::{DateSeanceId, SeanceId, StructureId},
};

use super::{
    Annonce, Choix,
    choix::Saisie,
    imprimer::{self, Format, repondre},
};
use crate::{fiche::Reference, reservation, seance::regles::Inscriptions};

/// Pages of the programme, for anybody.
pub fn pages() -> Pages {
    Pages::new()
        .get_public("/programme", tous)
        .gardee()
        .get_public("/programme/atom", atom_tous)
        .gardee()
        .get_public("/programme/{structure}", structure)
        .gardee()
        .get_public("/programme/{structure}/atom", atom_structure)
        .gardee()
        .get_public("/programme/{structure}/cadre", cadre)
        .gardee()
        .get_public("/programme/atelier/{id}", atelier)
        .gardee()
        .get_public("/programme/carte", super::carte::carte)
        .gardee()
        .get_public("/programme/communes", super::carte::communes)
        .get_public("/programme/mois", super::mois::mois)
        .gardee()
        .get("/programme/{structure}/lettre", lettre)
        .get("/ateliers/programme/affiche.pdf", affiche_du_mois)
        .get("/ateliers/seances/{id}/affiche.pdf", affiche)
        .get("/ateliers/fiches/{id}/fiche.pdf", fiche_pdf)
        .get("/ateliers/dates/{id}/feuille.pdf", feuille)
}

#[derive(Default, serde::Deserialize)]
#[serde(default)]
struct Filtre {
    page: String,
    #[serde(flatten)]
    choix: Saisie,
}

#[derive(Template)]
#[template(path = "programme/programme.html")]
struct PageProgramme {
    page: Page,
    titre: String,
    adresse: String,
    f: Saisie,
    inconnue: bool,
    jours: Vec<(chrono::NaiveDate, Vec<Annonce>)>,
    suite: Option<String>,
    cadre: Option<String>,
    /// The page of the calendar.
    mois: String,
    /// The page of the map.
    carte: String,
}

fn par_jour(annonces: Vec<Annonce>) -> Vec<(chrono::NaiveDate, Vec<Annonce>)> {
    let mut jours: Vec<(chrono::NaiveDate, Vec<Annonce>)> = vec![];
    for a in annonces {
        let jour = socle::horloge::jour(a.debut);
        match jours.last_mut() {
            Some((j, v)) if *j == jour => v.push(a),
            _ => jours.push((jour, vec![a])),
        }
    }
    jours
}

pub(super) async fn nom_structure(cx: &Contexte, id: StructureId) -> Resultat<String> {
    territoire::structure::noms(cx, vec![id]).await?.remove(&id).ok_or(Erreur::Introuvable("Cette structure"))
}

async fn programme(v: Visite, structure: Option<StructureId>, f: Filtre) -> Rendu {
    let cx = reservation::lecture(&v.etat);
    let titre = match structure {
        Some(s) => format!("Les ateliers de {}", nom_structure(&cx, s).await?),
        None => "Les ateliers numériques".into(),
    };
    // The structure is in the path.
    let saisie = Saisie { structure: String::new(), ..f.choix };
    let (choix, inconnue) = saisie.lire();
    let choix = Choix { structure, ..choix };
    let page: u64 = f.page.parse().unwrap_or(0);
    let (annonces, suite) = super::lister(&cx, &choix, page).await?;
    let adresse = choix.chemin();
    rendre(&PageProgramme {
        page: v.page,
        titre,
        f: saisie,
        inconnue,
        jours: par_jour(annonces),
        suite: suite.then(|| choix.liste(&[format!("page={}", page + 1)])),
        cadre: structure.map(|_| format!("{adresse}/cadre")),
        mois: choix.mois(&[]),
        carte: choix.carte(&[]),
        adresse,
    })
}

async fn tous(v: Visite, Parametres(f): Parametres<Filtre>) -> Rendu {
    programme(v, None, f).await
}

async fn structure(v: Visite, Chemin(id): Chemin<StructureId>, Parametres(f): Parametres<Filtre>) -> Rendu {
    programme(v, Some(id), f).await
}

#[derive(Template)]
#[template(path = "programme/cadre.html")]
struct PageCadre {
    titre: String,
    origine: String,
    structure: StructureId,
    jours: Vec<(chrono::NaiveDate, Vec<Annonce>)>,
}

/// The programme of a structure, to be shown inside another site: it alone may be framed.
async fn cadre(v: Visite, Chemin(id): Chemin<StructureId>) -> Rendu {
    let cx = reservation::lecture(&v.etat);
    let (annonces, _) = super::lister(&cx, &Choix::de(Some(id)), 0).await?;
    let mut r = rendre(&PageCadre {
        titre: format!("Les ateliers de {}", nom_structure(&cx, id).await?),
        origine: v.etat.config.public_url.trim_end_matches('/').to_owned(),
        structure: id,
        jours: par_jour(annonces),
    })?;
    r.headers_mut().insert(
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static("default-src 'none'; style-src 'self'; font-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors *"),
    );
    Ok(r)
}

#[derive(Template)]
#[template(path = "programme/atom.xml")]
struct FluxAtom {
    titre: String,
    origine: String,
    adresse: String,
    maintenant: String,
    annonces: Vec<(Annonce, String)>,
}

async fn atom(v: Visite, structure: Option<StructureId>) -> Rendu {
    let cx = reservation::lecture(&v.etat);
    let titre = match structure {
        Some(s) => format!("Les ateliers de {}", nom_structure(&cx, s).await?),
        None => "Les ateliers numériques".into(),
    };
    let (annonces, _) = super::lister(&cx, &Choix::de(structure), 0).await?;
    let flux = FluxAtom {
        titre,
        origine: v.etat.config.public_url.trim_end_matches('/').to_owned(),
        adresse: structure.map_or_else(|| "/programme".to_owned(), |s| format!("/programme/{s}")),
        maintenant: cx.maintenant.to_rfc3339_opts(chrono::SecondsFormat::Secs, true),
        annonces: annonces
            .into_iter()
            .map(|a| {
                let quand = interface::format::instant_long(a.debut);
                (a, quand)
            })
            .collect(),
    };
    let xml = flux.render().map_err(|e| Erreur::Interne(format!("gabarit : {e}")))?;
    Ok(([(header::CONTENT_TYPE, "application/atom+xml; charset=utf-8")], xml).into_response())
}

async fn atom_tous(v: Visite) -> Rendu {
    atom(v, None).await
}

async fn atom_structure(v: Visite, Chemin(id): Chemin<StructureId>) -> Rendu {
    atom(v, Some(id)).await
}

#[derive(Template)]
#[template(path = "programme/atelier.html")]
struct PageAtelier {
    page: Page,
    a: Annonce,
    dates: Vec<(String, String, String)>,
    duree: String,
    structure: StructureId,
    annulee: bool,
    motif: Option<String>,
    /// Why one may not book now.
    ferme: Option<String>,
    complet: bool,
    places: String,
    reserver: String,
}

async fn atelier(v: Visite, Chemin(id): Chemin<SeanceId>) -> Rendu {
    let cx = reservation::lecture(&v.etat);
    let (c, a) = super::lire(&cx, id).await?;
    let s = &c.seance;
    let ferme = match crate::seance::regles::inscriptions(s.ouverture_le, s.fermeture_le, s.debut, cx.maintenant) {
        Inscriptions::Ouvertes => None,
        Inscriptions::PasEncore(t) => Some(format!("Les inscriptions ouvrent {}.", interface::format::instant_long(t))),
        Inscriptions::Closes => Some("Les inscriptions sont closes.".into()),
    };
    let complet = a.libres <= 0 || reservation::places(&cx, s).await?.attente > 0;
    rendre(&PageAtelier {
        page: v.page,
        dates: c
            .dates
            .iter()
            .map(|d| {
                (interface::format::iso_instant(d.debut), interface::format::iso_instant(d.fin), interface::format::instant_long(d.debut))
            })
            .collect(),
        duree: c.dates.first().map(|d| interface::format::duree((d.fin - d.debut).num_minutes())).unwrap_or_default(),
        structure: s.structure_id,
        annulee: !super::aura_lieu(s),
        motif: s.motif_annulation.clone(),
        ferme,
        complet,
        places: interface::format::compte(a.libres, "place libre", "places libres"),
        reserver: format!("/programme/atelier/{id}/reserver"),
        a,
    })
}

#[derive(Template)]
#[template(path = "programme/lettre.html")]
struct PageLettre {
    page: Page,
    texte: String,
}

async fn lettre(w: Web, Chemin(id): Chemin<StructureId>) -> Rendu {
    let texte = imprimer::lettre(&w.lecture(), id).await?;
    rendre(&PageLettre { page: w.page, texte })
}

#[derive(Default, serde::Deserialize)]
#[serde(default)]
struct Papier {
    format: String,
    mois: String,
}

async fn affiche(w: Web, Chemin(id): Chemin<SeanceId>, Parametres(p): Parametres<Papier>) -> Rendu {
    Ok(repondre(imprimer::affiche(&w, id, Format::depuis(&p.format)).await?, "affiche")?)
}

async fn affiche_du_mois(w: Web, Parametres(p): Parametres<Papier>) -> Rendu {
    Ok(repondre(imprimer::affiche_du_mois(&w, &p.mois, Format::depuis(&p.format)).await?, "programme")?)
}

async fn fiche_pdf(w: Web, Chemin(id): Chemin<String>) -> Rendu {
    Ok(repondre(imprimer::fiche(&w, &Reference::from(id.as_str())).await?, "fiche")?)
}

async fn feuille(w: Web, Chemin(id): Chemin<DateSeanceId>) -> Rendu {
    Ok(repondre(imprimer::feuille(&w, id).await?, "emargement")?)
}
