use askama::Template;
use axum::http::StatusCode;
use interface::{
    Choix, Erreurs, Message, Page,
    requete::{Chemin, Formulaire, Pages, Reponse, Web, aller, choix, rendre, rendre_avec},
};
use socle::{Erreur, Nomenclature, Permission, controle::Controle, identifiant::PartenaireId};

use super::{CreerPartenaire, ModifierPartenaire, Nature, Partenaire};

/// Pages of partners.
pub fn pages() -> Pages {
    Pages::new()
        .get("/partenaires", liste)
        .get("/partenaires/nouveau", nouveau)
        .post("/partenaires/nouveau", ajouter)
        .get("/partenaires/{id}", formulaire)
        .post("/partenaires/{id}", modifier)
}

#[derive(Template)]
#[template(path = "partenaire/liste.html")]
struct PageListe {
    page: Page,
    partenaires: Vec<Partenaire>,
    ecrire: bool,
}

async fn liste(w: Web) -> Reponse {
    let partenaires = super::lister(&w.lecture(), true, 1000).await?;
    let ecrire = w.acteur.peut(Permission::PartenairesEcrire);
    rendre(&PageListe { page: w.page, partenaires, ecrire })
}

#[derive(Clone, Default, serde::Deserialize)]
#[serde(default)]
struct Saisie {
    nom: String,
    nature: String,
    contact: String,
    telephone: String,
    courriel: String,
    adresse: String,
    description: String,
    actif: String,
    version: String,
}

#[derive(Template)]
#[template(path = "partenaire/formulaire.html")]
struct PagePartenaire {
    page: Page,
    erreurs: Erreurs,
    perimee: bool,
    nouveau: bool,
    s: Saisie,
    natures: Vec<Choix>,
}

fn gabarit(w: Web, s: Saisie, erreurs: Erreurs, nouveau: bool, perimee: bool) -> PagePartenaire {
    let natures = choix::<Nature>(Nature::depuis(&s.nature).as_slice());
    PagePartenaire { page: w.page, erreurs, perimee, nouveau, s, natures }
}

fn nature(s: &Saisie) -> Result<Nature, Erreur> {
    let mut c = Controle::new();
    let n = c.code::<Nature>("nature", &s.nature);
    c.exiger(!s.nature.is_empty(), "nature", "Choisissez ce que c’est.");
    c.finir()?;
    n.ok_or(Erreur::Interne("nature".into()))
}

async fn nouveau(w: Web) -> Reponse {
    w.lecture().exiger(Permission::PartenairesEcrire)?;
    rendre(&gabarit(w, Saisie::default(), Erreurs::default(), true, false))
}

async fn ajouter(w: Web, Formulaire(s): Formulaire<Saisie>) -> Reponse {
    let cx = w.ecriture().await?;
    cx.exiger(Permission::PartenairesEcrire)?;
    let v = s.clone();
    let fait = match nature(&s) {
        Ok(nature) => {
            let d = CreerPartenaire {
                id: None,
                nom: v.nom,
                nature,
                contact: Some(v.contact),
                telephone: Some(v.telephone),
                courriel: Some(v.courriel),
                adresse: Some(v.adresse),
                description: Some(v.description),
            };
            super::creer(&cx, d).await
        }
        Err(e) => Err(e),
    };
    match fait {
        Ok(_) => {
            cx.valider().await?;
            Ok(aller("/partenaires", Message::succes("Le partenaire est dans l’annuaire.")))
        }
        Err(Erreur::Invalide(e)) => rendre_avec(StatusCode::UNPROCESSABLE_ENTITY, &gabarit(w, s, e.into(), true, false)),
        Err(e) => Err(e.into()),
    }
}

async fn formulaire(w: Web, Chemin(id): Chemin<PartenaireId>) -> Reponse {
    let cx = w.lecture();
    let p = super::lire(&cx, id).await?;
    cx.exiger_dans(Permission::PartenairesEcrire, p.structure_id)?;
    let s = Saisie {
        nom: p.nom,
        nature: p.nature.code(),
        contact: p.contact.unwrap_or_default(),
        telephone: p.telephone.unwrap_or_default(),
        courriel: p.courriel.unwrap_or_default(),
        adresse: p.adresse.unwrap_or_default(),
        description: p.description.unwrap_or_default(),
        actif: if p.actif { "oui".into() } else { String::new() },
        version: p.version.to_string(),
    };
    rendre(&gabarit(w, s, Erreurs::default(), false, false))
}

async fn modifier(w: Web, Chemin(id): Chemin<PartenaireId>, Formulaire(mut s): Formulaire<Saisie>) -> Reponse {
    let cx = w.ecriture().await?;
    // The right before the form: who may not write is not told what to correct.
    cx.exiger_dans(Permission::PartenairesEcrire, super::lire(&cx, id).await?.structure_id)?;
    let v = s.clone();
    let fait = match nature(&s) {
        Ok(nature) => {
            let m = ModifierPartenaire {
                version: v.version.parse().ok(),
                nom: Some(v.nom),
                nature: Some(nature),
                contact: Some(Some(v.contact)),
                telephone: Some(Some(v.telephone)),
                courriel: Some(Some(v.courriel)),
                adresse: Some(Some(v.adresse)),
                description: Some(Some(v.description)),
                actif: Some(v.actif == "oui"),
            };
            super::modifier(&cx, id, m).await
        }
        Err(e) => Err(e),
    };
    match fait {
        Ok(_) => {
            cx.valider().await?;
            Ok(aller("/partenaires", Message::succes("Le partenaire est à jour.")))
        }
        Err(Erreur::Invalide(e)) => rendre_avec(StatusCode::UNPROCESSABLE_ENTITY, &gabarit(w, s, e.into(), false, false)),
        Err(Erreur::VersionPerimee) => {
            s.version = super::lire(&cx, id).await?.version.to_string();
            rendre_avec(StatusCode::CONFLICT, &gabarit(w, s, Erreurs::default(), false, true))
        }
        Err(e) => Err(e.into()),
    }
}
