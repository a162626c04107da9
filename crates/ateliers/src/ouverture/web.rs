//! Pages of opening hours.

use askama::Template;
use axum::http::StatusCode;
use interface::{
    Erreurs, Message, Page,
    requete::{Chemin, Formulaire, Pages, Reponse as Rendu, Web, aller, rendre, rendre_avec},
};
use socle::{
    Contexte, Erreur, Permission, Resultat,
    controle::Controle,
    identifiant::{FermetureId, LieuId},
};

use super::{EcrireHoraires, FermerLieu, feries};

/// Pages of opening hours.
pub fn pages() -> Pages {
    Pages::new()
        .get("/agenda/horaires", liste)
        .get("/agenda/horaires/{id}", voir)
        .post("/agenda/horaires/{id}", ecrire)
        .post("/agenda/horaires/{id}/fermer", fermer)
        .post("/agenda/horaires/{id}/fermetures/{fermeture}/rouvrir", rouvrir)
}

struct LigneLieu {
    href: String,
    nom: String,
    horaires: Vec<(&'static str, String)>,
}

#[derive(Template)]
#[template(path = "ouverture/liste.html")]
struct PageListe {
    page: Page,
    lieux: Vec<LigneLieu>,
    feries: Vec<(chrono::NaiveDate, &'static str)>,
}

const JOURS: [&str; 7] = ["Lundi", "Mardi", "Mercredi", "Jeudi", "Vendredi", "Samedi", "Dimanche"];

async fn liste(w: Web) -> Rendu {
    let cx = w.lecture();
    cx.exiger(Permission::AccompagnementsLire)?;
    let lieux = territoire::lieu::lister(&cx, false).await?;
    let connus = super::de_lieux(&cx, &lieux.iter().map(|l| l.id).collect::<Vec<_>>(), cx.aujourd_hui()).await?;
    let zone = feries::Zone::de_commune(lieux.iter().find_map(|l| l.commune.as_deref()));
    let annee = chrono::Datelike::year(&cx.aujourd_hui());
    rendre(&PageListe {
        page: w.page,
        lieux: lieux
            .into_iter()
            .map(|l| LigneLieu {
                href: format!("/agenda/horaires/{}", l.id),
                horaires: connus
                    .get(&l.id)
                    .map(|o| JOURS.into_iter().zip(o.semaine.textes()).filter(|(_, t)| !t.is_empty()).collect())
                    .unwrap_or_default(),
                nom: l.nom,
            })
            .collect(),
        feries: [annee, annee + 1]
            .into_iter()
            .flat_map(|a| feries::feries(a, zone))
            .filter(|(j, _)| *j >= cx.aujourd_hui())
            .take(11)
            .collect(),
    })
}

struct LigneFermeture {
    id: String,
    quand: String,
    motif: Option<String>,
}

struct ChampJour {
    nom: String,
    libelle: &'static str,
    valeur: String,
    erreur: Option<String>,
}

#[derive(Template)]
#[template(path = "ouverture/voir.html")]
struct PageHoraires {
    page: Page,
    erreurs: Erreurs,
    adresse: String,
    nom: String,
    jours: Vec<ChampJour>,
    fermetures: Vec<LigneFermeture>,
    gerer: bool,
    f: SaisieFermeture,
}

#[derive(Clone, Default, serde::Deserialize)]
#[serde(default)]
struct Saisie {
    jour1: String,
    jour2: String,
    jour3: String,
    jour4: String,
    jour5: String,
    jour6: String,
    jour7: String,
}

impl Saisie {
    fn jours(self) -> Vec<String> {
        vec![self.jour1, self.jour2, self.jour3, self.jour4, self.jour5, self.jour6, self.jour7]
    }
}

#[derive(Clone, Default, serde::Deserialize)]
#[serde(default)]
struct SaisieFermeture {
    du: String,
    au: String,
    motif: String,
}

async fn gabarit(
    cx: &Contexte,
    page: Page,
    id: LieuId,
    saisi: Option<Vec<String>>,
    f: SaisieFermeture,
    erreurs: Erreurs,
) -> Resultat<PageHoraires> {
    let (l, o) = super::lire(cx, id).await?;
    let valeurs = saisi.unwrap_or_else(|| o.semaine.textes());
    Ok(PageHoraires {
        page,
        adresse: format!("/agenda/horaires/{id}"),
        jours: JOURS
            .into_iter()
            .zip(valeurs)
            .enumerate()
            .map(|(i, (libelle, valeur))| {
                let nom = format!("jour{}", i + 1);
                ChampJour { erreur: erreurs.de(&nom).map(str::to_owned), nom, libelle, valeur }
            })
            .collect(),
        fermetures: o
            .fermetures
            .into_iter()
            .map(|f| LigneFermeture {
                id: f.id.to_string(),
                quand: if f.du == f.au {
                    interface::format::date_longue(f.du)
                } else {
                    format!("Du {} au {}", interface::format::date_longue(f.du), interface::format::date_longue(f.au))
                },
                motif: f.motif,
            })
            .collect(),
        gerer: cx.acteur.peut_dans(Permission::StructureGerer, l.structure_id),
        nom: l.nom,
        f,
        erreurs,
    })
}

async fn voir(w: Web, Chemin(id): Chemin<LieuId>) -> Rendu {
    rendre(&gabarit(&w.lecture(), w.page, id, None, SaisieFermeture::default(), Erreurs::default()).await?)
}

async fn ecrire(w: Web, Chemin(id): Chemin<LieuId>, Formulaire(s): Formulaire<Saisie>) -> Rendu {
    let cx = w.ecriture().await?;
    let jours = s.jours();
    match super::ecrire(&cx, id, EcrireHoraires { jours: jours.clone() }).await {
        Ok(_) => {
            cx.valider().await?;
            Ok(aller(&format!("/agenda/horaires/{id}"), Message::succes("Les horaires sont enregistrés.")))
        }
        Err(Erreur::Invalide(e)) => {
            drop(cx);
            let p = gabarit(&w.lecture(), w.page, id, Some(jours), SaisieFermeture::default(), e.into()).await?;
            rendre_avec(StatusCode::UNPROCESSABLE_ENTITY, &p)
        }
        Err(e) => Err(e.into()),
    }
}

async fn fermer(w: Web, Chemin(id): Chemin<LieuId>, Formulaire(s): Formulaire<SaisieFermeture>) -> Rendu {
    let cx = w.ecriture().await?;
    let l = territoire::lieu::lire(&cx, id).await?;
    cx.exiger_dans(Permission::StructureGerer, l.structure_id)?;
    let mut c = Controle::new();
    let (du, au) = (c.date("du", &s.du), c.date("au", &s.au));
    c.exiger(!s.du.trim().is_empty(), "du", "Donnez le premier jour de fermeture.");
    let fait = match (c.finir(), du) {
        (Ok(()), Some(du)) => super::fermer(&cx, id, FermerLieu { du, au, motif: Some(s.motif.clone()) }).await.map(|_| ()),
        (Err(e), _) => Err(e),
        (Ok(()), None) => Err(Erreur::champ("du", "Donnez le premier jour de fermeture.")),
    };
    match fait {
        Ok(()) => {
            cx.valider().await?;
            Ok(aller(
                &format!("/agenda/horaires/{id}"),
                Message::succes("La fermeture est notée. Ce qui y était déjà prévu ne change pas."),
            ))
        }
        Err(Erreur::Invalide(e)) => {
            drop(cx);
            rendre_avec(StatusCode::UNPROCESSABLE_ENTITY, &gabarit(&w.lecture(), w.page, id, None, s, e.into()).await?)
        }
        Err(e) => Err(e.into()),
    }
}

async fn rouvrir(w: Web, Chemin((id, f)): Chemin<(LieuId, FermetureId)>) -> Rendu {
    let cx = w.ecriture().await?;
    super::rouvrir(&cx, id, f).await?;
    cx.valider().await?;
    Ok(aller(&format!("/agenda/horaires/{id}"), Message::succes("La fermeture est retirée.")))
}
