//! The form of the VAE file.

use askama::Template;
use axum::http::StatusCode;
use interface::{
    Choix, Erreurs, Message, Page, format,
    requete::{Chemin, Formulaire, Pages, Reponse, Web, aller, rendre, rendre_avec},
};
use socle::{Erreur, Permission, Resultat, controle::Controle, identifiant::CandidatureId};

use super::super::{
    self as candidature,
    faits::{self, DossierVae},
};

pub(super) fn pages() -> Pages {
    Pages::new().get("/certification/candidatures/{id}/vae", vae).post("/certification/candidatures/{id}/vae", ecrire_vae)
}

#[derive(Clone, Default, serde::Deserialize)]
#[serde(default)]
struct SaisieVae {
    recu_le: String,
    complet_le: String,
    pieces_manquantes: String,
    recevable: String,
    notifie_le: String,
    blocs_seuls: String,
}

#[derive(Template)]
#[template(path = "candidature/vae.html")]
struct PageVae {
    page: Page,
    erreurs: Erreurs,
    id: CandidatureId,
    s: SaisieVae,
    decisions: Vec<Choix>,
    dit: Vec<String>,
}

async fn page_vae(w: Web, id: CandidatureId, saisie: Option<SaisieVae>, erreurs: Erreurs) -> Resultat<PageVae> {
    let cx = w.lecture();
    let c = candidature::lire(&cx, id).await?;
    cx.exiger_dans(Permission::CertificationGerer, c.structure_id)?;
    let s = match (saisie, faits::vae_de(&cx, id).await?) {
        (Some(s), _) => s,
        (None, None) => SaisieVae::default(),
        (None, Some(d)) => SaisieVae {
            recu_le: format::iso(d.recu_le),
            complet_le: d.complet_le.map(format::iso).unwrap_or_default(),
            pieces_manquantes: d.pieces_manquantes.unwrap_or_default(),
            recevable: d.recevable.map_or("", |r| if r { "oui" } else { "non" }).to_owned(),
            notifie_le: d.notifie_le.map(format::iso).unwrap_or_default(),
            blocs_seuls: if d.blocs_seuls { "oui".to_owned() } else { String::new() },
        },
    };
    let dit = match faits::recevabilite(&cx, &c, cx.aujourd_hui()).await? {
        Some(r) => r.motifs.into_iter().map(|m| m.phrase).collect(),
        None => return Err(Erreur::Conflit("Cette candidature ne vient pas de la VAE.".into())),
    };
    let decisions = [("oui", "Recevable"), ("non", "Non recevable")].map(|(k, l)| Choix::nouveau(k, l, s.recevable == k)).into();
    Ok(PageVae { page: w.page, erreurs, id, s, decisions, dit })
}

async fn vae(w: Web, Chemin(id): Chemin<CandidatureId>) -> Reponse {
    rendre(&page_vae(w, id, None, Erreurs::default()).await?)
}

fn lire_vae(s: &SaisieVae) -> Resultat<DossierVae> {
    let mut c = Controle::new();
    c.exiger(!s.recu_le.trim().is_empty(), "recu_le", "Donnez le jour où le dossier est arrivé.");
    let (recu, complet, notifie) =
        (c.date("recu_le", &s.recu_le), c.date("complet_le", &s.complet_le), c.date("notifie_le", &s.notifie_le));
    c.finir()?;
    Ok(DossierVae {
        recu_le: recu.unwrap_or_default(),
        complet_le: complet,
        pieces_manquantes: Some(s.pieces_manquantes.clone()),
        recevable: match s.recevable.as_str() {
            "oui" => Some(true),
            "non" => Some(false),
            _ => None,
        },
        notifie_le: notifie,
        blocs_seuls: s.blocs_seuls == "oui",
    })
}

async fn ecrire_vae(w: Web, Chemin(id): Chemin<CandidatureId>, Formulaire(s): Formulaire<SaisieVae>) -> Reponse {
    let cx = w.ecriture().await?;
    cx.exiger_dans(Permission::CertificationGerer, candidature::lire(&cx, id).await?.structure_id)?;
    let fait = match lire_vae(&s) {
        Ok(d) => faits::ecrire_vae(&cx, id, d).await,
        Err(e) => Err(e),
    };
    match fait {
        Ok(_) => {
            cx.valider().await?;
            Ok(aller(&format!("/certification/candidatures/{id}"), Message::succes("Le dossier de VAE est à jour.")))
        }
        Err(Erreur::Invalide(e)) => {
            drop(cx);
            rendre_avec(StatusCode::UNPROCESSABLE_ENTITY, &page_vae(w, id, Some(s), e.into()).await?)
        }
        Err(e) => Err(e.into()),
    }
}
