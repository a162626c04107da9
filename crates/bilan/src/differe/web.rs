use askama::Template;
use axum::http::StatusCode;
use chrono::NaiveDate;
use interface::{
    Choix, Erreurs, Page,
    format::{entier, instant_court},
    page::Message,
    requete::{Chemin, Formulaire, Pages, Parametres, Reponse, Web, aller, choix, rendre, rendre_avec, vers},
};
use socle::{Contexte, Erreur, Nomenclature, Permission, identifiant::ExportId};

use super::{Avancement, Contenu, Demander, Export, dix_ans};
use crate::export::Format;

/// Pages of exports.
pub fn pages() -> Pages {
    Pages::new()
        .get("/exports", lister)
        .post("/exports", demander)
        .get("/exports/{id}", voir)
        .get("/exports/{id}/fichier", fichier)
        .get("/exports/{id}/supprimer", confirmer)
        .post("/exports/{id}/supprimer", supprimer)
        .post("/exports/{id}/relancer", relancer)
}

/// How many are listed: more are not kept seven days by hand.
const MONTRES: u64 = 100;

/// `1,2 Mo`.
fn taille(octets: i64) -> String {
    match octets {
        ..1_000 => format!("{octets}\u{a0}octets"),
        1_000..1_000_000 => format!("{}\u{a0}Ko", entier(octets.div_euclid(1_000))),
        _ => format!("{}\u{a0}Mo", interface::format::nombre(octets as f64 / 1e6, 1)),
    }
}

/// An export, in words.
struct Ligne {
    adresse: String,
    titre: String,
    /// Its form, its size, its names.
    precision: String,
    etat: Avancement,
    libelle: &'static str,
    genre: &'static str,
    demande: String,
    expire: String,
    raison: Option<String>,
    faites: i64,
    /// 0 until it is counted.
    total: i64,
}

impl Ligne {
    fn nouvelle(e: &Export) -> Self {
        let mut precision = e.format.libelle().to_owned();
        if let Some(t) = e.taille {
            precision += &format!(", {}", taille(t));
        }
        if e.noms {
            precision += ", avec les noms";
        }
        Self {
            adresse: format!("/exports/{}", e.id),
            titre: e.titre(),
            precision,
            etat: e.etat,
            libelle: e.etat.libelle(),
            genre: match e.etat {
                Avancement::Pret => "succes",
                Avancement::Echoue => "erreur",
                _ => "info",
            },
            demande: instant_court(e.cree_le),
            expire: instant_court(e.expire_le),
            raison: e.raison.clone(),
            faites: e.faites,
            total: e.total.unwrap_or_default(),
        }
    }
}

impl Ligne {
    /// « 45 000 sur 120 000 ».
    fn avancement(&self) -> String {
        format!("{} sur {}", entier(self.faites), entier(self.total))
    }
}

#[derive(Template)]
#[template(path = "differe/exports.html")]
struct PageExports {
    page: Page,
    erreurs: Erreurs,
    lignes: Vec<Ligne>,
    /// May ask for the data of their structure: its first and last days.
    periode: Option<(NaiveDate, NaiveDate)>,
    formats: Vec<Choix>,
    /// May have the names in the file.
    nomme: bool,
    noms: bool,
}

async fn lister(w: Web) -> Reponse {
    liste(w, Erreurs::default(), Format::Xlsx, false).await
}

async fn liste(w: Web, erreurs: Erreurs, format: Format, noms: bool) -> Reponse {
    let cx = w.lecture();
    let exports = super::lister(&cx, None, MONTRES).await?;
    let lit = |p| cx.acteur.structure.is_some_and(|s| cx.acteur.peut_dans(p, s));
    let statut = if erreurs.est_vide() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let p = PageExports {
        lignes: exports.iter().map(Ligne::nouvelle).collect(),
        periode: lit(Permission::BilanLire).then(|| dix_ans(cx.aujourd_hui())),
        formats: choix(&[format]),
        nomme: lit(Permission::AccompagnementsLire) && lit(Permission::PersonnesLire),
        noms,
        erreurs,
        page: w.page,
    };
    rendre_avec(statut, &p)
}

/// The fields of a form: what is said of the file, and the filter.
fn lire_demande(champs: Vec<(String, String)>) -> Result<Demander, Erreur> {
    let mut d = Demander { id: None, contenu: Contenu::Activites, format: Format::Xlsx, noms: false, paires: vec![] };
    for (nom, valeur) in champs {
        let inconnu = || Erreur::champ(&nom, "Ce choix ne fait pas partie de la liste.");
        match nom.as_str() {
            "contenu" => d.contenu = Contenu::depuis(&valeur).ok_or_else(inconnu)?,
            "format" => d.format = Format::depuis(&valeur).ok_or_else(inconnu)?,
            "noms" => d.noms = valeur == "oui",
            _ => d.paires.push((nom, valeur)),
        }
    }
    Ok(d)
}

async fn demander(w: Web, Formulaire(champs): Formulaire<Vec<(String, String)>>) -> Reponse {
    let (format, noms) = (
        champs.iter().find(|(n, _)| n == "format").and_then(|(_, v)| Format::depuis(v)).unwrap_or(Format::Xlsx),
        champs.iter().any(|(n, v)| n == "noms" && v == "oui"),
    );
    let cx = w.ecriture().await?;
    let fait = match lire_demande(champs) {
        Ok(d) => super::demander(&cx, d).await,
        Err(e) => Err(e),
    };
    match fait {
        Ok((e, _)) => {
            cx.valider().await?;
            Ok(vers(&format!("/exports/{}", e.id)))
        }
        Err(Erreur::Invalide(e)) => {
            drop(cx);
            liste(w, e.into(), format, noms).await
        }
        Err(e) => Err(e.into()),
    }
}

#[derive(Default, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Pause {
    pause: String,
}

#[derive(Template)]
#[template(path = "differe/export.html")]
struct PageExport {
    page: Page,
    l: Ligne,
    /// The page comes again by itself.
    suivi: bool,
}

async fn voir(w: Web, Chemin(id): Chemin<ExportId>, Parametres(p): Parametres<Pause>) -> Reponse {
    let e = super::lire(&w.lecture(), id).await?;
    rendre(&PageExport { suivi: e.etat.en_vol() && p.pause != "oui", l: Ligne::nouvelle(&e), page: w.page })
}

async fn fichier(w: Web, Chemin(id): Chemin<ExportId>) -> Reponse {
    Ok(super::telecharger(&w, id).await?)
}

#[derive(Template)]
#[template(path = "differe/supprimer.html")]
struct PageSupprimer {
    page: Page,
    l: Ligne,
}

impl PageSupprimer {
    fn action(&self) -> String {
        format!("{}/supprimer", self.l.adresse)
    }
}

async fn confirmer(w: Web, Chemin(id): Chemin<ExportId>) -> Reponse {
    let e = super::lire(&w.lecture(), id).await?;
    rendre(&PageSupprimer { l: Ligne::nouvelle(&e), page: w.page })
}

async fn supprimer(w: Web, Chemin(id): Chemin<ExportId>) -> Reponse {
    let cx: Contexte = w.ecriture().await?;
    super::supprimer(&cx, id).await?;
    cx.valider().await?;
    Ok(aller("/exports", Message::succes("L’export est supprimé.")))
}

async fn relancer(w: Web, Chemin(id): Chemin<ExportId>) -> Reponse {
    let cx = w.ecriture().await?;
    super::relancer(&cx, id).await?;
    cx.valider().await?;
    Ok(vers(&format!("/exports/{id}")))
}
