use askama::Template;
use axum::http::StatusCode;
use certification_regles::{Version, referentiel::referentiels_embarques};
use interface::{
    Erreurs, Message, Onglet, Page,
    requete::{Formulaire, Pages, Reponse, Web, aller, rendre, rendre_avec},
};
use socle::{Erreur, Permission};

/// Pages of the titles of the instance.
pub fn pages() -> Pages {
    Pages::new().get("/certification/titres", liste).post("/certification/titres", importer)
}

#[derive(Template)]
#[template(path = "titre/liste.html")]
struct PageTitres {
    page: Page,
    onglets: Vec<Onglet>,
    erreurs: Erreurs,
    versions: Vec<(&'static Version, bool)>,
    gerer: bool,
    contenu: String,
}

async fn gabarit(w: Web, erreurs: Erreurs, contenu: String) -> Result<PageTitres, Erreur> {
    let cx = w.lecture();
    cx.exiger(Permission::CertificationLire)?;
    let livrees = referentiels_embarques();
    let versions = super::toutes(&cx).await?.iter().map(|v| (v, livrees.iter().any(|l| l.code == v.code))).collect();
    let gerer = w.acteur.peut(Permission::CertificationGerer);
    Ok(PageTitres { page: w.page, onglets: crate::onglets("/certification/titres"), erreurs, versions, gerer, contenu })
}

async fn liste(w: Web) -> Reponse {
    rendre(&gabarit(w, Erreurs::default(), String::new()).await?)
}

#[derive(Default, serde::Deserialize)]
#[serde(default)]
struct Saisie {
    contenu: String,
}

async fn importer(w: Web, Formulaire(s): Formulaire<Saisie>) -> Reponse {
    let cx = w.ecriture().await?;
    match super::importer(&cx, &s.contenu).await {
        Ok((_, nouvelle)) => {
            cx.valider().await?;
            let dit = if nouvelle { "Le titre est importé." } else { "Ce titre était déjà là, à l’identique." };
            Ok(aller("/certification/titres", Message::succes(dit)))
        }
        Err(Erreur::Invalide(e)) => {
            drop(cx);
            rendre_avec(StatusCode::UNPROCESSABLE_ENTITY, &gabarit(w, e.into(), s.contenu).await?)
        }
        Err(e) => Err(e.into()),
    }
}
