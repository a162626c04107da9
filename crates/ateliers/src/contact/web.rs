//! The page where a contact is corrected: by the team, of a booking or an appointment; by oneself, of an appointment. One's
//! own booking is corrected where its date is changed.

use askama::Template;
use axum::http::StatusCode;
use comptes::{
    frein::{self, Cle},
    session::Visiteur,
};
use interface::{
    Choix, Erreurs, Message, Page,
    requete::{Chemin, Formulaire, Pages, Reponse as Rendu, Visite, Web, aller, choix, rendre, rendre_avec, vers},
};
use socle::{
    Contexte, Erreur, Nomenclature, Resultat,
    identifiant::{RendezVousId, ReservationId},
};

use super::Contact;
use crate::{
    rendez_vous::{self, Motif, RendezVous},
    reservation::{self, Canal, Reservation},
    seance::Seance,
};

/// Pages where a contact is corrected.
pub fn pages() -> Pages {
    Pages::new()
        .get("/ateliers/reservations/{id}/contact", de_reservation)
        .post("/ateliers/reservations/{id}/contact", corriger_reservation)
        .get("/agenda/rendez-vous/{id}/contact", de_rendez_vous)
        .post("/agenda/rendez-vous/{id}/contact", corriger_rendez_vous)
        .get_public("/rendez-vous/mien/{secret}/contact", du_mien)
        .post_public("/rendez-vous/mien/{secret}/contact", corriger_le_mien)
}

#[derive(Clone, Default, serde::Deserialize)]
#[serde(default)]
struct Saisie {
    nom: String,
    telephone: String,
    courriel: String,
    canal: String,
    bon: String,
}

impl Saisie {
    fn de(nom: &str, telephone: Option<&str>, courriel: Option<&str>, canal: Canal) -> Self {
        Self {
            nom: nom.to_owned(),
            telephone: telephone.unwrap_or_default().to_owned(),
            courriel: courriel.unwrap_or_default().to_owned(),
            canal: canal.code(),
            bon: String::new(),
        }
    }

    fn contact(&self) -> Contact {
        Contact {
            nom: self.nom.clone(),
            telephone: Some(self.telephone.clone()),
            courriel: Some(self.courriel.clone()),
            canal: Canal::depuis(&self.canal),
            bon: self.bon == "oui",
        }
    }
}

#[derive(Template)]
#[template(path = "contact/formulaire.html")]
struct PageContact {
    page: Page,
    erreurs: Erreurs,
    refus: Option<String>,
    titre: &'static str,
    quoi: String,
    quand: String,
    retour: String,
    /// By the team: the name too.
    equipe: bool,
    auto_tel: &'static str,
    auto_mel: &'static str,
    en_erreur: bool,
    canaux: Vec<Choix>,
    s: Saisie,
}

/// What a page is about.
struct Sujet {
    quoi: String,
    quand: String,
    retour: String,
    equipe: bool,
    en_erreur: bool,
    ecrit: Saisie,
}

impl Sujet {
    fn reservation(r: &Reservation, s: &Seance) -> Self {
        Self {
            quoi: s.titre.clone(),
            quand: interface::format::instant_long(s.debut),
            retour: format!("/ateliers/seances/{}", s.id),
            equipe: true,
            en_erreur: r.refus_le.is_some(),
            ecrit: Saisie::de(&r.nom, r.telephone.as_deref(), r.courriel.as_deref(), r.canal),
        }
    }

    fn rendez_vous(r: &RendezVous, m: &Motif, retour: String, equipe: bool) -> Self {
        Self {
            quoi: m.libelle.clone(),
            quand: interface::format::instant_long(r.debut),
            retour,
            equipe,
            en_erreur: r.refus_le.is_some(),
            ecrit: Saisie::de(&r.nom, r.telephone.as_deref(), r.courriel.as_deref(), r.canal),
        }
    }

    fn page(self, page: Page, saisie: Option<Saisie>, erreurs: Erreurs, refus: Option<String>) -> PageContact {
        let s = saisie.unwrap_or(self.ecrit);
        PageContact {
            page,
            erreurs,
            refus,
            titre: if self.equipe { "Corriger le contact" } else { "Corriger mon contact" },
            quoi: self.quoi,
            quand: self.quand,
            retour: self.retour,
            equipe: self.equipe,
            auto_tel: if self.equipe { "off" } else { "tel" },
            auto_mel: if self.equipe { "off" } else { "email" },
            en_erreur: self.en_erreur,
            canaux: choix(Canal::depuis(&s.canal).as_slice()),
            s,
        }
    }

    /// The form again, with what was typed and why it is refused.
    fn refuser(self, page: Page, s: Saisie, e: Erreur) -> Rendu {
        match e {
            Erreur::Invalide(e) => rendre_avec(StatusCode::UNPROCESSABLE_ENTITY, &self.page(page, Some(s), e.into(), None)),
            Erreur::Conflit(m) => rendre_avec(StatusCode::CONFLICT, &self.page(page, Some(s), Erreurs::default(), Some(m))),
            e => Err(e.into()),
        }
    }
}

const FAIT: &str = "Le contact est corrigé. Si un message peut partir, il part là.";

async fn sujet_reservation(cx: &Contexte, id: ReservationId) -> Resultat<Sujet> {
    let (r, s) = reservation::de_l_equipe(cx, id).await?;
    Ok(Sujet::reservation(&r, &s))
}

async fn de_reservation(w: Web, Chemin(id): Chemin<ReservationId>) -> Rendu {
    let sujet = sujet_reservation(&w.lecture(), id).await?;
    rendre(&sujet.page(w.page, None, Erreurs::default(), None))
}

async fn corriger_reservation(w: Web, Chemin(id): Chemin<ReservationId>, Formulaire(s): Formulaire<Saisie>) -> Rendu {
    let cx = w.ecriture().await?;
    match reservation::corriger(&cx, id, s.contact()).await {
        Ok(r) => {
            cx.valider().await?;
            Ok(aller(&format!("/ateliers/seances/{}", r.seance_id), Message::succes(FAIT)))
        }
        Err(e) => {
            drop(cx);
            let sujet = sujet_reservation(&w.lecture(), id).await?;
            sujet.refuser(w.page, s, e)
        }
    }
}

async fn sujet_rendez_vous(cx: &Contexte, id: RendezVousId) -> Resultat<Sujet> {
    let (r, m) = rendez_vous::a_corriger(cx, id).await?;
    Ok(Sujet::rendez_vous(&r, &m, format!("/agenda/rendez-vous/{id}"), true))
}

async fn de_rendez_vous(w: Web, Chemin(id): Chemin<RendezVousId>) -> Rendu {
    let sujet = sujet_rendez_vous(&w.lecture(), id).await?;
    rendre(&sujet.page(w.page, None, Erreurs::default(), None))
}

async fn corriger_rendez_vous(w: Web, Chemin(id): Chemin<RendezVousId>, Formulaire(s): Formulaire<Saisie>) -> Rendu {
    let cx = w.ecriture().await?;
    match rendez_vous::corriger(&cx, id, s.contact()).await {
        Ok(_) => {
            cx.valider().await?;
            Ok(aller(&format!("/agenda/rendez-vous/{id}"), Message::succes(FAIT)))
        }
        Err(e) => {
            drop(cx);
            let sujet = sujet_rendez_vous(&w.lecture(), id).await?;
            sujet.refuser(w.page, s, e)
        }
    }
}

async fn sujet_mien(cx: &Contexte, secret: &str) -> Resultat<Sujet> {
    let (r, m) = rendez_vous::ouvrir(cx, secret).await?;
    Ok(Sujet::rendez_vous(&r, &m, format!("/rendez-vous/mien/{secret}"), false))
}

async fn du_mien(v: Visite, Chemin(secret): Chemin<String>) -> Rendu {
    let sujet = sujet_mien(&reservation::lecture(&v.etat), &secret).await?;
    rendre(&sujet.page(v.page, None, Erreurs::default(), None))
}

async fn corriger_le_mien(v: Visite, qui: Visiteur, Chemin(secret): Chemin<String>, Formulaire(s): Formulaire<Saisie>) -> Rendu {
    sujet_mien(&reservation::lecture(&v.etat), &secret).await?;
    // Each change may send a message: as many as bookings.
    frein::freiner(&v.etat, Cle::Reservation(qui.adresse)).await?;
    let fait = async {
        let cx = reservation::visite(&v.etat).await?;
        rendez_vous::corriger_par_lien(&cx, &secret, s.contact()).await?;
        cx.valider().await
    };
    match fait.await {
        Ok(()) => Ok(vers(&format!("/rendez-vous/mien/{secret}"))),
        Err(e) => {
            let sujet = sujet_mien(&reservation::lecture(&v.etat), &secret).await?;
            sujet.refuser(v.page, s, e)
        }
    }
}
