//! The end of a plan: what remains is told before it is closed, and it can be opened again.

use interface::requete::vers;

use super::*;
use crate::parcours::ModifierParcours;

pub(super) fn pages() -> Pages {
    Pages::new().get("/parcours/{id}/clore", avant_de_clore).post("/parcours/{id}/clore", clore).post("/parcours/{id}/rouvrir", rouvrir)
}

#[derive(Template)]
#[template(path = "parcours/clore.html")]
struct PageClore {
    page: Page,
    erreurs: Erreurs,
    perimee: bool,
    dossier: String,
    /// Address of the plan.
    plan: String,
    nom: String,
    p: Complet,
    clos_le: String,
    abandonner: bool,
}

#[derive(Clone, Default, serde::Deserialize)]
#[serde(default)]
struct SaisieCloture {
    version: String,
    clos_le: String,
    abandonner: String,
}

async fn page_clore(cx: &Contexte, page: Page, p: Complet, s: SaisieCloture, erreurs: Erreurs, perimee: bool) -> Resultat<PageClore> {
    let personne = personne::trouver(cx, p.parcours.personne_id, Permission::PersonnesEcrire).await?;
    Ok(PageClore {
        page,
        erreurs,
        perimee,
        plan: format!("/parcours/{}", p.parcours.id),
        dossier: format!("/personnes/{}", p.parcours.personne_id),
        nom: nom_affiche(&personne),
        p,
        clos_le: s.clos_le,
        abandonner: s.abandonner == "oui",
    })
}

async fn avant_de_clore(w: Web, Chemin(id): Chemin<ParcoursId>) -> Reponse {
    let cx = w.lecture();
    crate::parcours::trouver(&cx, id, Permission::PersonnesEcrire).await?;
    let p = crate::parcours::lire(&cx, id).await?;
    if p.parcours.clos_le.is_some() {
        return Ok(vers(&format!("/parcours/{id}")));
    }
    let s = SaisieCloture { clos_le: cx.aujourd_hui().to_string(), ..SaisieCloture::default() };
    rendre(&page_clore(&cx, w.page, p, s, Erreurs::default(), false).await?)
}

async fn clore(w: Web, Chemin(id): Chemin<ParcoursId>, Formulaire(s): Formulaire<SaisieCloture>) -> Reponse {
    let cx = w.ecriture().await?;
    let mut c = Controle::new();
    let jour = c.date("clos_le", &s.clos_le);
    let m = ModifierParcours {
        version: s.version.parse().ok(),
        clos_le: Some(Some(jour.unwrap_or_else(|| cx.aujourd_hui()))),
        abandonner: s.abandonner == "oui",
    };
    let fait = match c.finir() {
        Ok(()) => crate::parcours::modifier(&cx, id, m).await,
        Err(e) => Err(e),
    };
    match fait {
        Ok(_) => {
            cx.valider().await?;
            Ok(aller(
                &format!("/parcours/{id}"),
                Message::succes("Le parcours est terminé.").avec_annuler(format!("/parcours/{id}/rouvrir")),
            ))
        }
        Err(Erreur::Invalide(e)) => {
            let p = crate::parcours::lire(&cx, id).await?;
            rendre_avec(StatusCode::UNPROCESSABLE_ENTITY, &page_clore(&cx, w.page, p, s, e.into(), false).await?)
        }
        Err(Erreur::VersionPerimee) => {
            let p = crate::parcours::lire(&cx, id).await?;
            rendre_avec(StatusCode::CONFLICT, &page_clore(&cx, w.page, p, s, Erreurs::default(), true).await?)
        }
        Err(e) => Err(e.into()),
    }
}

async fn rouvrir(w: Web, Chemin(id): Chemin<ParcoursId>) -> Reponse {
    let cx = w.ecriture().await?;
    crate::parcours::modifier(&cx, id, ModifierParcours { clos_le: Some(None), ..ModifierParcours::default() }).await?;
    cx.valider().await?;
    Ok(aller(
        &format!("/parcours/{id}"),
        Message::succes("Le parcours est de nouveau ouvert. Ce qui avait été abandonné le reste : changez-le ligne par ligne."),
    ))
}
