mod changer;

use askama::Template;
use axum::http::StatusCode;
use comptes::{
    frein::{self, Cle},
    session::Visiteur,
};
use interface::{
    Choix, Erreurs, Message, Page,
    requete::{Chemin, Formulaire, Pages, Reponse as Rendu, Visite, Web, aller, choix, rendre, rendre_avec, rendre_neuve, vers},
};
use mediation::personne;
use socle::{
    Contexte, Erreur, Etat, Nomenclature, Permission, Resultat,
    identifiant::{ReservationId, SeanceId},
};

use super::{Canal, EtatReservation, Par, Reservation, Reserver};
use crate::{
    programme::{self, Annonce},
    seance::{self, Seance},
};

/// Pages of bookings: those of anybody, and those of the team.
pub fn pages() -> Pages {
    Pages::new()
        .get_public("/programme/atelier/{id}/reserver", formulaire)
        .gardee()
        .post_public("/programme/atelier/{id}/reserver", reserver)
        .get_public("/reservation", demander_code)
        .post_public("/reservation", chercher_code)
        .get_public("/reservation/{secret}", voir)
        .get_public("/reservation/{secret}/changer", changer::formulaire)
        .post_public("/reservation/{secret}/changer", changer::changer)
        .post_public("/reservation/{secret}/annuler", annuler_par_lien)
        .post_public("/reservation/{secret}/accepter", accepter_par_lien)
        .get("/ateliers/seances/{id}/inscrire", inscrire)
        .post("/ateliers/seances/{id}/inscrire", inscription)
        .post("/ateliers/reservations/{id}/confirmer", confirmer)
        .post("/ateliers/reservations/{id}/annuler", annuler)
}

#[derive(Clone, Default, serde::Deserialize)]
#[serde(default)]
struct Saisie {
    id: String,
    nom: String,
    telephone: String,
    courriel: String,
    canal: String,
    par: String,
    accord: String,
    besoins: String,
    attendre: String,
    /// The dates as they were seen: seconds, with commas.
    dates: String,
    /// Agrees to be asked two weeks later.
    avis: String,
    /// Nobody sees this field: what fills it is not a person.
    site: String,
}

#[derive(Template)]
#[template(path = "reservation/reserver.html")]
struct PageReserver {
    page: Page,
    erreurs: Erreurs,
    refus: Option<String>,
    a: Annonce,
    quand: String,
    complet: bool,
    pars: Vec<Choix>,
    canaux: Vec<Choix>,
    s: Saisie,
}

async fn gabarit(etat: &Etat, page: Page, id: SeanceId, mut s: Saisie, erreurs: Erreurs, refus: Option<String>) -> Resultat<PageReserver> {
    let cx = super::lecture(etat);
    let (c, a) = programme::lire(&cx, id).await?;
    s.dates = super::debuts(&c.dates).iter().map(|t| t.timestamp().to_string()).collect::<Vec<_>>().join(",");
    let complet = a.libres <= 0 || super::places(&cx, &c.seance).await?.attente > 0;
    Ok(PageReserver {
        page,
        erreurs,
        refus,
        quand: c.dates.iter().map(|d| interface::format::instant_long(d.debut)).collect::<Vec<_>>().join(" ; "),
        complet,
        pars: choix(&[Par::depuis(&s.par).unwrap_or(Par::Soi)]).into_iter().filter(|c| c.code != "accueil").collect(),
        canaux: choix(Canal::depuis(&s.canal).as_slice()),
        a,
        s,
    })
}

async fn formulaire(v: Visite, Chemin(id): Chemin<SeanceId>) -> Rendu {
    let neuf = v.etat.horloge.nouvel_uuid();
    let s = Saisie { id: neuf.to_string(), par: "soi".into(), ..Saisie::default() };
    let cx = super::lecture(&v.etat);
    let seance = programme::lire(&cx, id).await?.0.seance;
    let refus = match super::ouverte(&cx, &seance) {
        Err(Erreur::Conflit(m)) => Some(m),
        autre => autre.map(|()| None)?,
    };
    rendre_neuve(&gabarit(&v.etat, v.page, id, s, Erreurs::default(), refus).await?, neuf)
}

fn demande(s: &Saisie) -> Reserver {
    Reserver {
        id: s.id.parse().ok(),
        nom: Some(s.nom.clone()),
        telephone: Some(s.telephone.clone()),
        courriel: Some(s.courriel.clone()),
        canal: Canal::depuis(&s.canal),
        // The desk is not for the public.
        par: Par::depuis(&s.par).filter(|p| *p != Par::Accueil).unwrap_or(Par::Soi),
        accord: s.accord == "oui",
        personne: None,
        orientee: false,
        besoins: Some(s.besoins.clone()),
        attendre: s.attendre == "oui",
        dates: (!s.dates.is_empty())
            .then(|| s.dates.split(',').filter_map(|t| t.parse().ok()).filter_map(|t| chrono::DateTime::from_timestamp(t, 0)).collect()),
    }
}

async fn reserver(v: Visite, qui: Visiteur, Chemin(id): Chemin<SeanceId>, Formulaire(s): Formulaire<Saisie>) -> Rendu {
    // What does not exist is said before anything is counted.
    programme::lire(&super::lecture(&v.etat), id).await?;
    if !s.site.trim().is_empty() {
        let refus = Some("Le dernier champ doit rester vide : effacez-le, puis renvoyez.".to_owned());
        return rendre_avec(StatusCode::UNPROCESSABLE_ENTITY, &gabarit(&v.etat, v.page, id, s, Erreurs::default(), refus).await?);
    }
    frein::freiner(&v.etat, Cle::Reservation(qui.adresse)).await?;
    let fait = async {
        let cx = super::visite(&v.etat).await?;
        let (r, _) = super::reserver(&cx, id, demande(&s)).await?;
        if s.avis == "oui" && r.courriel.is_some() {
            crate::evaluation::noter_accord(&cx, r.id, "soi", true).await?;
        }
        let secret = super::creer_lien(&cx, r.id).await?;
        cx.valider().await?;
        Ok::<_, Erreur>(secret)
    }
    .await;
    match fait {
        Ok(secret) => Ok(vers(&format!("/reservation/{secret}"))),
        Err(Erreur::Invalide(e)) => rendre_avec(StatusCode::UNPROCESSABLE_ENTITY, &gabarit(&v.etat, v.page, id, s, e.into(), None).await?),
        Err(Erreur::Conflit(m)) => {
            let deja = super::existe(&super::lecture(&v.etat), s.id.parse().ok()).await?;
            // Sent again from the page before, for somebody else: another booking.
            let refus = if deja {
                "Une réservation vient d’être faite avec cette page. Pour une autre personne, vérifiez, puis renvoyez.".into()
            } else {
                m
            };
            let s = Saisie { id: v.etat.horloge.nouvel_uuid().to_string(), ..s };
            rendre_avec(StatusCode::CONFLICT, &gabarit(&v.etat, v.page, id, s, Erreurs::default(), Some(refus)).await?)
        }
        Err(e) => Err(e.into()),
    }
}

#[derive(Default, serde::Deserialize)]
#[serde(default)]
struct SaisieCode {
    code: String,
}

#[derive(Template)]
#[template(path = "reservation/code.html")]
struct PageCode {
    page: Page,
    erreurs: Erreurs,
    code: String,
}

async fn demander_code(v: Visite) -> Rendu {
    rendre(&PageCode { page: v.page, erreurs: Erreurs::default(), code: String::new() })
}

async fn chercher_code(v: Visite, qui: Visiteur, Formulaire(s): Formulaire<SaisieCode>) -> Rendu {
    frein::freiner(&v.etat, Cle::CodeReservation(qui.adresse)).await?;
    let cx = super::visite(&v.etat).await?;
    let Some(r) = super::par_code(&cx, &s.code).await? else {
        // The code of an appointment, asked on the same page.
        if let Some(adresse) = crate::rendez_vous::par_code(&cx, &s.code).await? {
            cx.valider().await?;
            return Ok(vers(&adresse));
        }
        let e = Erreurs(vec![interface::formulaire::ErreurChamp::new(
            "code",
            "Aucune réservation n’a ce code : relisez les huit lettres et chiffres de votre billet.",
        )]);
        return rendre_avec(StatusCode::UNPROCESSABLE_ENTITY, &PageCode { page: v.page, erreurs: e, code: s.code });
    };
    let secret = super::creer_lien(&cx, r.id).await?;
    cx.valider().await?;
    Ok(vers(&format!("/reservation/{secret}")))
}

#[derive(Template)]
#[template(path = "reservation/voir.html")]
struct PageReservation {
    page: Page,
    adresse: String,
    titre: String,
    dates: Vec<String>,
    ou: String,
    structure: String,
    telephone: Option<String>,
    nom: String,
    code: String,
    confirmee: bool,
    attente: bool,
    proposee: Option<String>,
    annulee: Option<&'static str>,
    /// It can still be cancelled.
    a_venir: bool,
    /// A message to this contact was refused.
    refuse: bool,
    contact: &'static str,
}

async fn page_de(etat: &Etat, page: Page, secret: &str) -> Resultat<PageReservation> {
    let cx = super::lecture(etat);
    let (r, s) = super::ouvrir(&cx, secret).await?;
    let structure = territoire::structure::lire(&cx, s.structure_id).await?;
    composer(&cx, page, secret, r, s, structure.nom, structure.telephone).await
}

async fn composer(
    cx: &Contexte,
    page: Page,
    secret: &str,
    r: Reservation,
    s: Seance,
    structure: String,
    telephone: Option<String>,
) -> Resultat<PageReservation> {
    let lieux = seance::noms_de_lieux(cx, &[&s]).await?;
    let ou = seance::nom_lieu(&s, &lieux);
    let c = seance::completer(cx, vec![s]).await?.remove(0);
    Ok(PageReservation {
        page,
        adresse: format!("/reservation/{secret}"),
        titre: c.seance.titre.clone(),
        dates: c.dates.iter().map(|d| interface::format::instant_long(d.debut)).collect(),
        ou,
        structure,
        telephone,
        nom: r.nom,
        code: format!("{} {}", r.code.get(..4).unwrap_or(&r.code), r.code.get(4..).unwrap_or("")),
        confirmee: r.etat == EtatReservation::Confirmee,
        attente: r.etat == EtatReservation::Attente,
        proposee: r.expire_le.filter(|_| r.etat == EtatReservation::Proposee).map(interface::format::instant_long),
        annulee: (r.etat == EtatReservation::Annulee).then_some(match r.fin.as_deref() {
            Some("seance") => "L’atelier n’aura pas lieu.",
            Some("delai") => "La place proposée n’a pas été acceptée à temps. S’il en reste une, vous pouvez réserver de nouveau.",
            Some("equipe") => "La structure a annulé cette réservation.",
            _ => "Vous avez annulé cette réservation.",
        }),
        a_venir: cx.maintenant < c.seance.debut,
        refuse: r.refus_le.is_some(),
        contact: match r.canal {
            Canal::Courriel => "Un courriel vous le rappelle deux jours avant.",
            Canal::Sms => "Un SMS vous le rappelle deux jours avant.",
            Canal::Aucun => "Vous n’avez pas laissé de contact : gardez ce billet.",
        },
    })
}

async fn voir(v: Visite, Chemin(secret): Chemin<String>) -> Rendu {
    rendre(&page_de(&v.etat, v.page, &secret).await?)
}

async fn annuler_par_lien(v: Visite, Chemin(secret): Chemin<String>) -> Rendu {
    let cx = super::visite(&v.etat).await?;
    super::annuler_par_lien(&cx, &secret).await?;
    cx.valider().await?;
    Ok(vers(&format!("/reservation/{secret}")))
}

async fn accepter_par_lien(v: Visite, Chemin(secret): Chemin<String>) -> Rendu {
    let cx = super::visite(&v.etat).await?;
    super::accepter_par_lien(&cx, &secret).await?;
    cx.valider().await?;
    Ok(vers(&format!("/reservation/{secret}")))
}

#[derive(Clone, Default, serde::Deserialize)]
#[serde(default)]
struct SaisieAccueil {
    cherche: String,
    personne: String,
    nom: String,
    telephone: String,
    orientee: String,
    attendre: String,
    id: String,
}

#[derive(Template)]
#[template(path = "reservation/inscrire.html")]
struct PageInscrire {
    page: Page,
    erreurs: Erreurs,
    refus: Option<String>,
    adresse: String,
    titre: String,
    /// Id and name of who may be meant.
    candidats: Vec<(String, String)>,
    cherche: bool,
    s: SaisieAccueil,
}

async fn gabarit_accueil(
    cx: &Contexte,
    page: Page,
    id: SeanceId,
    s: SaisieAccueil,
    erreurs: Erreurs,
    refus: Option<String>,
) -> Resultat<PageInscrire> {
    let seance = seance::ligne(cx, id, Permission::AccompagnementsEcrire).await?;
    let cherche = personne::recherche::suffit(&s.cherche);
    let gens = if cherche { personne::recherche::chercher(cx, &s.cherche, 10).await? } else { personne::recentes(cx, 8).await? };
    let noms = personne::noms(cx, &gens.iter().map(|p| p.id).collect::<Vec<_>>()).await?;
    Ok(PageInscrire {
        page,
        erreurs,
        refus,
        adresse: format!("/ateliers/seances/{id}"),
        titre: seance.titre,
        candidats: gens.iter().map(|p| (p.id.to_string(), noms.get(&p.id).cloned().unwrap_or_default())).collect(),
        cherche,
        s,
    })
}

async fn inscrire(w: Web, Chemin(id): Chemin<SeanceId>) -> Rendu {
    let cx = w.lecture();
    let s = SaisieAccueil { id: cx.nouvel_uuid().to_string(), ..SaisieAccueil::default() };
    rendre(&gabarit_accueil(&cx, w.page, id, s, Erreurs::default(), None).await?)
}

async fn inscription(w: Web, Chemin(id): Chemin<SeanceId>, Formulaire(s): Formulaire<SaisieAccueil>) -> Rendu {
    let cx = w.ecriture().await?;
    seance::ligne(&cx, id, Permission::AccompagnementsEcrire).await?;
    if s.personne.is_empty() && s.nom.trim().is_empty() && !s.cherche.is_empty() {
        return rendre(&gabarit_accueil(&cx, w.page, id, s, Erreurs::default(), None).await?);
    }
    let d = Reserver {
        id: s.id.parse().ok(),
        nom: Some(s.nom.clone()),
        telephone: Some(s.telephone.clone()),
        courriel: None,
        canal: None,
        par: Par::Accueil,
        accord: true,
        personne: s.personne.parse().ok(),
        orientee: s.orientee == "oui",
        besoins: None,
        attendre: s.attendre == "oui",
        dates: None,
    };
    match super::reserver(&cx, id, d).await {
        Ok((r, _)) => {
            cx.valider().await?;
            let adresse = format!("/ateliers/seances/{id}");
            Ok(if r.etat == EtatReservation::Attente {
                aller(&adresse, Message::attention("La personne est sur la liste d’attente."))
            } else {
                aller(&adresse, Message::succes("La place est réservée."))
            })
        }
        Err(Erreur::Invalide(e)) => {
            rendre_avec(StatusCode::UNPROCESSABLE_ENTITY, &gabarit_accueil(&w.lecture(), w.page, id, s, e.into(), None).await?)
        }
        Err(Erreur::Conflit(m)) => {
            drop(cx);
            rendre_avec(StatusCode::CONFLICT, &gabarit_accueil(&w.lecture(), w.page, id, s, Erreurs::default(), Some(m)).await?)
        }
        Err(e) => Err(e.into()),
    }
}

async fn confirmer(w: Web, Chemin(id): Chemin<ReservationId>) -> Rendu {
    let cx = w.ecriture().await?;
    let r = super::de_l_equipe(&cx, id).await?.0;
    let adresse = format!("/ateliers/seances/{}", r.seance_id);
    match super::confirmer(&cx, id).await {
        Ok(_) => {
            cx.valider().await?;
            Ok(aller(&adresse, Message::succes("La personne a une place.")))
        }
        Err(Erreur::Conflit(m) | Erreur::Perime(m)) => Ok(aller(&adresse, Message::attention(m))),
        Err(e) => Err(e.into()),
    }
}

async fn annuler(w: Web, Chemin(id): Chemin<ReservationId>) -> Rendu {
    let cx = w.ecriture().await?;
    let r = super::annuler(&cx, id).await?;
    cx.valider().await?;
    Ok(aller(
        &format!("/ateliers/seances/{}", r.seance_id),
        Message::succes("La réservation est annulée. Si quelqu’un attendait, la place lui est proposée."),
    ))
}
