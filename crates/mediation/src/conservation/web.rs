use askama::Template;
use axum::http::StatusCode;
use interface::{
    Choix, Erreurs, Message, Page, Pagination,
    requete::{Chemin, Formulaire, Pages, Parametres, Reponse, Web, aller, choix, rendre, rendre_avec},
};
use socle::{Contexte, Erreur, Permission, Resultat, controle::Controle, identifiant::PersonneId};
use territoire::structure;

use super::{Annonce, BientotEfface, Garder, MotifGarde, Prolongation, regles};
use crate::personne::{nom_affiche, trouver};

/// Pages of retention.
pub fn pages() -> Pages {
    Pages::new().get("/conservation", liste).get("/personnes/{id}/garder", formulaire).post("/personnes/{id}/garder", garder)
}

const PAR_PAGE: u64 = 50;

#[derive(Default, serde::Deserialize)]
#[serde(default)]
struct Demande {
    page: Option<u64>,
}

#[derive(Template)]
#[template(path = "conservation/liste.html")]
struct PageListe {
    page: Page,
    mois: i32,
    /// « 3 dossiers ».
    total: String,
    lignes: Vec<BientotEfface>,
    pagination: Pagination,
    ecrire: bool,
    regler: bool,
}

async fn liste(w: Web, Parametres(d): Parametres<Demande>) -> Reponse {
    let cx = w.lecture();
    let id = cx.exiger(Permission::PersonnesLire)?;
    let total = super::nombre(&cx, u64::from(u32::MAX)).await?;
    let pagination = Pagination::nouvelle(d.page.unwrap_or(1), total, PAR_PAGE, "/conservation?page=");
    rendre(&PageListe {
        mois: structure::lire(&cx, id).await?.conservation_mois,
        total: interface::format::compte(total.cast_signed(), "dossier", "dossiers"),
        lignes: super::bientot(&cx, (pagination.courante - 1) * PAR_PAGE, PAR_PAGE).await?,
        pagination,
        ecrire: w.acteur.peut(Permission::PersonnesEcrire),
        regler: w.acteur.peut(Permission::StructureGerer),
        page: w.page,
    })
}

#[derive(Clone, Default, serde::Deserialize)]
#[serde(default)]
struct Saisie {
    motif: String,
    jusqu_au: String,
}

#[derive(Template)]
#[template(path = "conservation/garder.html")]
struct PageGarder {
    page: Page,
    id: PersonneId,
    nom: String,
    annonce: Option<Annonce>,
    deja: Option<Prolongation>,
    motifs: Vec<Choix>,
    s: Saisie,
    erreurs: Erreurs,
    /// Until when it may be kept, in words.
    borne: String,
}

async fn gabarit(page: Page, cx: &Contexte, id: PersonneId, s: Saisie, erreurs: Erreurs) -> Resultat<PageGarder> {
    let p = trouver(cx, id, Permission::PersonnesEcrire).await?;
    let ici = cx.exiger(Permission::PersonnesEcrire)?;
    let terme = regles::terme(MotifGarde::Revenue, cx.aujourd_hui(), structure::lire(cx, ici).await?.conservation_mois);
    let choisi: Option<MotifGarde> = socle::Nomenclature::depuis(&s.motif);
    Ok(PageGarder {
        page,
        id,
        nom: nom_affiche(&p),
        annonce: super::annonce(cx, id).await?,
        deja: super::prolongation(cx, id).await?,
        motifs: choix(choisi.as_slice()),
        s: if s.jusqu_au.is_empty() && erreurs.est_vide() { Saisie { jusqu_au: terme.to_string(), ..s } } else { s },
        erreurs,
        borne: format!("Au plus tard le {} ; cinq ans si la loi ou un litige y oblige.", interface::format::date_sans_jour(terme)),
    })
}

async fn formulaire(w: Web, Chemin(id): Chemin<PersonneId>) -> Reponse {
    let cx = w.lecture();
    rendre(&gabarit(w.page.clone(), &cx, id, Saisie::default(), Erreurs::default()).await?)
}

fn lire(s: &Saisie) -> Resultat<Garder> {
    let mut c = Controle::new();
    let motif = c.code::<MotifGarde>("motif", &s.motif);
    let jusqu_au = c.date("jusqu_au", &s.jusqu_au);
    c.exiger(!s.motif.is_empty(), "motif", "Dites pourquoi ce dossier doit être gardé.");
    c.exiger(!s.jusqu_au.trim().is_empty(), "jusqu_au", "Indiquez jusqu’à quelle date le garder.");
    c.finir()?;
    let (Some(motif), Some(jusqu_au)) = (motif, jusqu_au) else { return Err(Erreur::Interne("garder".into())) };
    Ok(Garder { motif, jusqu_au })
}

async fn garder(w: Web, Chemin(id): Chemin<PersonneId>, Formulaire(s): Formulaire<Saisie>) -> Reponse {
    let cx = w.ecriture().await?;
    trouver(&cx, id, Permission::PersonnesEcrire).await?;
    let fait = match lire(&s) {
        Ok(d) => super::garder(&cx, id, d).await,
        Err(e) => Err(e),
    };
    match fait {
        Ok(p) => {
            cx.valider().await?;
            let texte = format!("Le dossier est gardé jusqu’au {}.", interface::format::date_sans_jour(p.jusqu_au));
            Ok(aller("/conservation", Message::succes(texte)))
        }
        Err(Erreur::Invalide(e)) => rendre_avec(StatusCode::UNPROCESSABLE_ENTITY, &gabarit(w.page.clone(), &cx, id, s, e.into()).await?),
        Err(e) => Err(e.into()),
    }
}
