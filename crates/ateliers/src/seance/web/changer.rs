//! Pages that change a séance, move a date, cancel.

use askama::Template;
use axum::http::StatusCode;
use interface::{
    Erreurs, Message, Page,
    requete::{Chemin, Formulaire, Reponse as Rendu, Web, aller, rendre, rendre_avec, vers},
};
use socle::{
    Contexte, Erreur, Permission, Resultat,
    identifiant::{DateSeanceId, SeanceId},
};

use crate::{
    reservation::{self, EtatReservation},
    seance::{self, ModifierSeance, Quand, Seance, regles::lire_heure, saisie::minuit},
};

#[derive(Clone, Default, serde::Deserialize)]
#[serde(default)]
pub(super) struct SaisieChange {
    version: String,
    titre: String,
    places: String,
    places_reservees: String,
    seuil: String,
    ouverture_le: String,
    fermeture_le: String,
    publiee: String,
    adaptations: String,
}

#[derive(Template)]
#[template(path = "seance/modifier.html")]
struct PageModifier {
    page: Page,
    erreurs: Erreurs,
    perimee: bool,
    adresse: String,
    s: SaisieChange,
}

fn de_seance(s: &Seance) -> SaisieChange {
    let jour = |t: Option<sea_orm::prelude::DateTimeUtc>| t.map(|t| socle::horloge::jour(t).to_string()).unwrap_or_default();
    SaisieChange {
        version: s.version.to_string(),
        titre: s.titre.clone(),
        places: s.places.to_string(),
        places_reservees: s.places_reservees.to_string(),
        seuil: s.seuil.to_string(),
        ouverture_le: jour(s.ouverture_le),
        fermeture_le: jour(s.fermeture_le),
        publiee: if s.publiee { "oui".into() } else { String::new() },
        adaptations: s.adaptations.clone().unwrap_or_default(),
    }
}

pub(super) async fn formulaire(w: Web, Chemin(id): Chemin<SeanceId>) -> Rendu {
    let cx = w.lecture();
    let s = seance::ligne(&cx, id, Permission::AccompagnementsEcrire).await?;
    let p = PageModifier {
        page: w.page,
        erreurs: Erreurs::default(),
        perimee: false,
        adresse: format!("/ateliers/seances/{id}"),
        s: de_seance(&s),
    };
    rendre(&p)
}

fn lire_change(s: &SaisieChange) -> Resultat<ModifierSeance> {
    let mut c = socle::controle::Controle::new();
    let m = ModifierSeance {
        version: Some(s.version.parse().unwrap_or(0)),
        titre: Some(s.titre.clone()),
        places: c.nombre("places", &s.places),
        places_reservees: c.nombre("places_reservees", &s.places_reservees),
        seuil: c.nombre("seuil", &s.seuil),
        seuil_heures: None,
        ouverture_le: Some(minuit(&mut c, "ouverture_le", &s.ouverture_le)),
        fermeture_le: Some(minuit(&mut c, "fermeture_le", &s.fermeture_le)),
        publiee: Some(s.publiee == "oui"),
        adaptations: Some(Some(s.adaptations.clone())),
    };
    c.finir()?;
    Ok(m)
}

pub(super) async fn modifier(w: Web, Chemin(id): Chemin<SeanceId>, Formulaire(mut s): Formulaire<SaisieChange>) -> Rendu {
    let cx = w.ecriture().await?;
    let present = seance::ligne(&cx, id, Permission::AccompagnementsEcrire).await?.version;
    let fait = match lire_change(&s) {
        Ok(m) => seance::modifier(&cx, id, m).await,
        Err(e) => Err(e),
    };
    let adresse = format!("/ateliers/seances/{id}");
    match fait {
        Ok(_) => {
            cx.valider().await?;
            Ok(aller(&adresse, Message::succes("La séance est à jour.")))
        }
        Err(Erreur::Invalide(e)) => {
            rendre_avec(StatusCode::UNPROCESSABLE_ENTITY, &PageModifier { page: w.page, erreurs: e.into(), perimee: false, adresse, s })
        }
        Err(Erreur::VersionPerimee) => {
            s.version = present.to_string();
            rendre_avec(StatusCode::CONFLICT, &PageModifier { page: w.page, erreurs: Erreurs::default(), perimee: true, adresse, s })
        }
        Err(e) => Err(e.into()),
    }
}

#[derive(Default, serde::Deserialize)]
#[serde(default)]
pub(super) struct Coche {
    rang: String,
    pret: String,
}

pub(super) async fn cocher(w: Web, Chemin(id): Chemin<SeanceId>, Formulaire(s): Formulaire<Coche>) -> Rendu {
    let cx = w.ecriture().await?;
    seance::ligne(&cx, id, Permission::AccompagnementsEcrire).await?;
    let Ok(rang) = s.rang.parse() else { return Err(Erreur::champ("rang", "Choisissez un matériel de la liste.").into()) };
    seance::cocher(&cx, id, rang, s.pret == "oui").await?;
    cx.valider().await?;
    Ok(vers(&format!("/ateliers/seances/{id}#materiel")))
}

#[derive(Template)]
#[template(path = "seance/annuler.html")]
struct PageAnnuler {
    page: Page,
    adresse: String,
    titre: String,
    combien: usize,
    erreurs: Erreurs,
    motif: String,
}

async fn gabarit_annuler(cx: &Contexte, page: Page, id: SeanceId, motif: String, erreurs: Erreurs) -> Resultat<PageAnnuler> {
    let s = seance::ligne(cx, id, Permission::AccompagnementsEcrire).await?;
    let combien = reservation::lister(cx, id).await?.iter().filter(|r| r.etat != EtatReservation::Annulee).count();
    Ok(PageAnnuler { page, adresse: format!("/ateliers/seances/{id}"), titre: s.titre, combien, erreurs, motif })
}

pub(super) async fn demander_annulation(w: Web, Chemin(id): Chemin<SeanceId>) -> Rendu {
    let cx = w.lecture();
    rendre(&gabarit_annuler(&cx, w.page, id, String::new(), Erreurs::default()).await?)
}

#[derive(Default, serde::Deserialize)]
#[serde(default)]
pub(super) struct SaisieMotif {
    motif: String,
}

pub(super) async fn annuler(w: Web, Chemin(id): Chemin<SeanceId>, Formulaire(s): Formulaire<SaisieMotif>) -> Rendu {
    let cx = w.ecriture().await?;
    match seance::annuler(&cx, id, Some(s.motif.clone())).await {
        Ok(_) => {
            cx.valider().await?;
            Ok(aller(
                &format!("/ateliers/seances/{id}"),
                Message::succes(
                    "La séance est annulée. Les personnes inscrites sont prévenues ; appelez celles qui n’ont pas laissé de contact.",
                ),
            ))
        }
        Err(Erreur::Invalide(e)) => {
            rendre_avec(StatusCode::UNPROCESSABLE_ENTITY, &gabarit_annuler(&cx, w.page, id, s.motif, e.into()).await?)
        }
        Err(Erreur::Conflit(m)) => Ok(aller(&format!("/ateliers/seances/{id}"), Message::attention(m))),
        Err(e) => Err(e.into()),
    }
}

#[derive(Clone, Default, serde::Deserialize)]
#[serde(default)]
pub(super) struct SaisieDate {
    jour: String,
    heure: String,
    forcer: String,
}

#[derive(Template)]
#[template(path = "seance/deplacer.html")]
struct PageDeplacer {
    page: Page,
    adresse: String,
    titre: String,
    erreurs: Erreurs,
    s: SaisieDate,
}

async fn gabarit_date(
    cx: &Contexte,
    page: Page,
    (id, date): (SeanceId, DateSeanceId),
    s: Option<SaisieDate>,
    erreurs: Erreurs,
) -> Resultat<PageDeplacer> {
    let seance = seance::ligne(cx, id, Permission::AccompagnementsEcrire).await?;
    let c = seance::completer(cx, vec![seance]).await?.remove(0);
    let d = c.dates.iter().find(|d| d.id == date).ok_or(Erreur::Introuvable("Cette date"))?;
    let s = s.unwrap_or_else(|| SaisieDate { jour: d.jour.to_string(), heure: d.heure.clone(), forcer: String::new() });
    Ok(PageDeplacer { page, adresse: format!("/ateliers/seances/{id}"), titre: c.seance.titre, erreurs, s })
}

pub(super) async fn ou_deplacer(w: Web, Chemin(ids): Chemin<(SeanceId, DateSeanceId)>) -> Rendu {
    let cx = w.lecture();
    rendre(&gabarit_date(&cx, w.page, ids, None, Erreurs::default()).await?)
}

pub(super) async fn deplacer(w: Web, Chemin(ids): Chemin<(SeanceId, DateSeanceId)>, Formulaire(s): Formulaire<SaisieDate>) -> Rendu {
    let cx = w.ecriture().await?;
    seance::ligne(&cx, ids.0, Permission::AccompagnementsEcrire).await?;
    let mut c = socle::controle::Controle::new();
    let jour = c.date("jour", &s.jour);
    let heure = lire_heure(&s.heure);
    c.exiger(!s.jour.trim().is_empty(), "jour", "Donnez le nouveau jour.");
    c.exiger(heure.is_some(), "heure", "Écrivez l’heure ainsi : 14:00.");
    let fait = match (c.finir(), jour, heure) {
        (Ok(()), Some(jour), Some(heure)) => seance::deplacer(&cx, ids.0, ids.1, Quand { jour, heure }, s.forcer == "oui").await,
        (Err(e), ..) => Err(e),
        _ => Err(Erreur::Interne("date".into())),
    };
    match fait {
        Ok(_) => {
            cx.valider().await?;
            Ok(aller(
                &format!("/ateliers/seances/{}", ids.0),
                Message::succes("La date est changée. Les personnes inscrites sont prévenues."),
            ))
        }
        Err(Erreur::Invalide(e)) => {
            drop(cx);
            let cx = w.lecture();
            rendre_avec(StatusCode::UNPROCESSABLE_ENTITY, &gabarit_date(&cx, w.page, ids, Some(s), e.into()).await?)
        }
        Err(e) => Err(e.into()),
    }
}
