use askama::Template;
use axum::http::StatusCode;
use interface::{
    Erreurs, Message, Page,
    requete::{Chemin, Formulaire, Reponse as Rendu, Web, aller, rendre, rendre_avec},
};
use mediation::satisfaction::visages::nue;
use socle::{
    Contexte, Erreur, Nomenclature, Permission, Resultat,
    identifiant::{DateSeanceId, ReservationId},
};

use crate::{
    presence::{
        self, EtatPresence, NatureSignature, Signature, Signer,
        regles::{DemiJournee, demi_journees},
    },
    seance::EtatDate,
};

struct Case {
    demi: &'static str,
    href: String,
    /// « 14 h 05 », and the drawing or the name.
    signee: Option<(String, Option<String>, Option<String>)>,
}

struct Ligne {
    nom: String,
    cases: Vec<Case>,
}

#[derive(Template)]
#[template(path = "presence/signatures.html")]
struct PageSignatures {
    page: Page,
    feuille: String,
    titre: String,
    quand: String,
    lignes: Vec<Ligne>,
    ecrire: bool,
}

fn case(s: Option<&Signature>, demi: DemiJournee, href: String) -> Case {
    Case {
        demi: demi.libelle(),
        href,
        signee: s.map(|s| {
            let heure = interface::format::heure(s.signe_le.with_timezone(&socle::horloge::FUSEAU).time());
            match s.nature {
                NatureSignature::Dessin => (heure, Some(s.trace.clone()), None),
                NatureSignature::Nom => (heure, None, Some(s.trace.clone())),
            }
        }),
    }
}

pub(super) async fn liste(w: Web, Chemin(id): Chemin<DateSeanceId>) -> Rendu {
    let cx = w.lecture();
    let f = presence::feuille(&cx, id).await?;
    let signatures = presence::signatures(&cx, id).await?;
    let demis = demi_journees(f.date.debut, f.date.fin);
    rendre(&PageSignatures {
        page: w.page,
        feuille: format!("/ateliers/dates/{id}"),
        ecrire: cx.acteur.peut_dans(Permission::AccompagnementsEcrire, f.seance.structure_id)
            && f.date.etat == EtatDate::Prevue
            && cx.maintenant >= f.date.debut,
        titre: f.seance.titre,
        quand: interface::format::instant_long(f.date.debut),
        lignes: f
            .gens
            .iter()
            .filter(|(_, e)| *e == Some(EtatPresence::Present))
            .map(|(r, _)| Ligne {
                nom: r.nom.clone(),
                cases: demis
                    .iter()
                    .map(|d| case(signatures.get(&(r.id, *d)), *d, format!("/ateliers/dates/{id}/signer/{}/{}", r.id, d.code())))
                    .collect(),
            })
            .collect(),
    })
}

#[derive(Template)]
#[template(path = "presence/signer.html")]
struct PageSigner {
    page: Page,
    erreurs: Erreurs,
    titre: String,
    quand: String,
    nom: String,
    demi: &'static str,
    saisi: String,
}

#[derive(Clone, Default, serde::Deserialize)]
#[serde(default)]
pub(super) struct Saisie {
    trace: String,
    nom: String,
}

async fn gabarit(
    cx: &Contexte,
    page: Page,
    (id, r, demi): (DateSeanceId, ReservationId, DemiJournee),
    saisi: String,
    erreurs: Erreurs,
) -> Resultat<PageSigner> {
    presence::de_la_date(cx, id, Permission::AccompagnementsEcrire).await?;
    let f = presence::feuille(cx, id).await?;
    let (qui, _) = f.gens.iter().find(|(x, _)| x.id == r).ok_or(Erreur::Introuvable("Cette réservation"))?;
    Ok(PageSigner {
        page: nue(page),
        erreurs,
        nom: qui.nom.clone(),
        titre: f.seance.titre.clone(),
        quand: interface::format::instant_long(f.date.debut),
        demi: demi.libelle(),
        saisi,
    })
}

fn demi(code: &str) -> Resultat<DemiJournee> {
    DemiJournee::depuis(code).ok_or(Erreur::Introuvable("Cette page"))
}

pub(super) async fn formulaire(w: Web, Chemin((id, r, d)): Chemin<(DateSeanceId, ReservationId, String)>) -> Rendu {
    let cx = w.lecture();
    rendre(&gabarit(&cx, w.page, (id, r, demi(&d)?), String::new(), Erreurs::default()).await?)
}

pub(super) async fn signer(
    w: Web,
    Chemin((id, r, d)): Chemin<(DateSeanceId, ReservationId, String)>,
    Formulaire(s): Formulaire<Saisie>,
) -> Rendu {
    let cx = w.ecriture().await?;
    let d = demi(&d)?;
    let retour = format!("/ateliers/dates/{id}/signatures");
    match presence::signer(&cx, id, r, d, Signer { trace: Some(s.trace.clone()), nom: Some(s.nom.clone()) }).await {
        Ok(()) => {
            cx.valider().await?;
            Ok(aller(&retour, Message::succes("C’est signé.")))
        }
        Err(Erreur::Invalide(e)) => {
            rendre_avec(StatusCode::UNPROCESSABLE_ENTITY, &gabarit(&cx, w.page, (id, r, d), s.nom, e.into()).await?)
        }
        Err(Erreur::Conflit(m)) => Ok(aller(&retour, Message::attention(m))),
        Err(e) => Err(e.into()),
    }
}
