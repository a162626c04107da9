//! The page where one changes one's own booking.

use askama::Template;
use axum::http::StatusCode;
use comptes::{
    frein::{self, Cle},
    session::Visiteur,
};
use interface::{
    Choix, Erreurs, Page,
    requete::{Chemin, Formulaire, Reponse as Rendu, Visite, choix, rendre, rendre_avec, vers},
};
use socle::{Erreur, Etat, Nomenclature, Resultat};

use crate::{
    reservation::{self, Canal, Changer},
    seance,
};

#[derive(Clone, Default, serde::Deserialize)]
#[serde(default)]
pub(super) struct Saisie {
    seance: String,
    telephone: String,
    courriel: String,
    canal: String,
}

#[derive(Template)]
#[template(path = "reservation/changer.html")]
struct PageChanger {
    page: Page,
    erreurs: Erreurs,
    refus: Option<String>,
    adresse: String,
    titre: String,
    dates: Vec<Choix>,
    canaux: Vec<Choix>,
    s: Saisie,
}

async fn gabarit(
    etat: &Etat,
    page: Page,
    secret: &str,
    s: Option<Saisie>,
    erreurs: Erreurs,
    refus: Option<String>,
) -> Resultat<PageChanger> {
    let cx = reservation::lecture(etat);
    let (r, ici) = reservation::ouvrir(&cx, secret).await?;
    let autres = reservation::autres_dates(&cx, &r, &ici).await?;
    let s = s.unwrap_or_else(|| Saisie {
        seance: ici.id.to_string(),
        telephone: r.telephone.clone().unwrap_or_default(),
        courriel: r.courriel.clone().unwrap_or_default(),
        canal: r.canal.code(),
    });
    let (titre, ici_id) = (ici.titre.clone(), ici.id);
    let toutes: Vec<_> = std::iter::once(ici).chain(autres).collect();
    let lieux = seance::noms_de_lieux(&cx, &toutes.iter().collect::<Vec<_>>()).await?;
    let dates = toutes
        .iter()
        .map(|x| {
            let quand = format!("{}, {}", interface::format::instant_long(x.debut), seance::nom_lieu(x, &lieux));
            let libelle = if x.id == ici_id { format!("Garder ma date : {quand}") } else { quand };
            Choix::nouveau(x.id.to_string(), libelle, x.id.to_string() == s.seance)
        })
        .collect();
    Ok(PageChanger {
        page,
        erreurs,
        refus,
        adresse: format!("/reservation/{secret}"),
        titre,
        dates,
        canaux: choix(Canal::depuis(&s.canal).as_slice()),
        s,
    })
}

pub(super) async fn formulaire(v: Visite, Chemin(secret): Chemin<String>) -> Rendu {
    let cx = reservation::lecture(&v.etat);
    let (r, s) = reservation::ouvrir(&cx, &secret).await?;
    if let Err(Erreur::Conflit(_)) = reservation::changeable(&cx, &r, &s) {
        // Its own page says what became of it.
        return Ok(vers(&format!("/reservation/{secret}")));
    }
    rendre(&gabarit(&v.etat, v.page, &secret, None, Erreurs::default(), None).await?)
}

pub(super) async fn changer(v: Visite, qui: Visiteur, Chemin(secret): Chemin<String>, Formulaire(s): Formulaire<Saisie>) -> Rendu {
    reservation::ouvrir(&reservation::lecture(&v.etat), &secret).await?;
    // Each change may send a message: as many as bookings.
    frein::freiner(&v.etat, Cle::Reservation(qui.adresse)).await?;
    let d = Changer {
        seance: s.seance.parse().ok(),
        telephone: Some(s.telephone.clone()),
        courriel: Some(s.courriel.clone()),
        canal: Canal::depuis(&s.canal),
    };
    let fait = async {
        let cx = reservation::visite(&v.etat).await?;
        reservation::changer_par_lien(&cx, &secret, d).await?;
        cx.valider().await
    }
    .await;
    match fait {
        Ok(()) => Ok(vers(&format!("/reservation/{secret}"))),
        Err(Erreur::Invalide(e)) => {
            rendre_avec(StatusCode::UNPROCESSABLE_ENTITY, &gabarit(&v.etat, v.page, &secret, Some(s), e.into(), None).await?)
        }
        Err(Erreur::Conflit(m)) => {
            rendre_avec(StatusCode::CONFLICT, &gabarit(&v.etat, v.page, &secret, Some(s), Erreurs::default(), Some(m)).await?)
        }
        Err(e) => Err(e.into()),
    }
}
