use askama::Template;
use axum::http::{HeaderValue, StatusCode, header};
use interface::{
    Choix, Erreurs, Message, Page,
    requete::{Chemin, Formulaire, Pages, Reponse as Rendu, Web, aller, rendre, rendre_avec},
};
use socle::{Contexte, Erreur, Nomenclature, Resultat};
use uuid::Uuid;

use super::{CreerWebhook, EtatLivraison, Evenement, Webhook};

/// Pages of webhooks, for the responsable.
pub fn pages() -> Pages {
    Pages::new()
        .get("/structure/webhooks", liste)
        .post("/structure/webhooks", creer)
        .get("/structure/webhooks/{id}", voir)
        .post("/structure/webhooks/{id}/essai", essayer)
        .post("/structure/webhooks/{id}/activer", activer)
        .get("/structure/webhooks/{id}/supprimer", demander_suppression)
        .post("/structure/webhooks/{id}/supprimer", supprimer)
        .post("/structure/webhooks/{id}/livraisons/{livraison}/renvoyer", renvoyer)
}

#[derive(Clone, Default, serde::Deserialize)]
#[serde(default)]
struct Saisie {
    nom: String,
    adresse: String,
    evenements: Vec<String>,
}

#[derive(Template)]
#[template(path = "webhook/liste.html")]
struct PageListe {
    page: Page,
    erreurs: Erreurs,
    webhooks: Vec<Webhook>,
    evenements: Vec<Choix>,
    /// The name and the secret of the one just made: shown once.
    nouveau: Option<(String, String)>,
    s: Saisie,
}

async fn gabarit(cx: &Contexte, page: Page, s: Saisie, erreurs: Erreurs, nouveau: Option<(String, String)>) -> Resultat<PageListe> {
    Ok(PageListe {
        page,
        erreurs,
        webhooks: super::lister(cx).await?,
        evenements: Evenement::au_choix()
            .into_iter()
            .map(|e| Choix::nouveau(e.code(), e.libelle(), s.evenements.contains(&e.code())))
            .collect(),
        nouveau,
        s,
    })
}

async fn liste(w: Web) -> Rendu {
    let s = Saisie { evenements: Evenement::au_choix().into_iter().map(Nomenclature::code).collect(), ..Saisie::default() };
    rendre(&gabarit(&w.lecture(), w.page, s, Erreurs::default(), None).await?)
}

async fn creer(w: Web, Formulaire(s): Formulaire<Saisie>) -> Rendu {
    let cx = w.ecriture().await?;
    let d = CreerWebhook {
        nom: s.nom.clone(),
        adresse: s.adresse.clone(),
        evenements: s.evenements.iter().filter_map(|e| Evenement::depuis(e)).collect(),
    };
    match super::creer(&cx, d).await {
        Ok((webhook, secret)) => {
            cx.valider().await?;
            let page = gabarit(&w.lecture(), w.page, Saisie::default(), Erreurs::default(), Some((webhook.nom, secret))).await?;
            let mut r = rendre(&page)?;
            r.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
            Ok(r)
        }
        Err(Erreur::Invalide(e)) => rendre_avec(StatusCode::UNPROCESSABLE_ENTITY, &gabarit(&w.lecture(), w.page, s, e.into(), None).await?),
        Err(e) => Err(e.into()),
    }
}

struct Ligne {
    evenement: &'static str,
    quand: String,
    etat: &'static str,
    genre: &'static str,
    precision: String,
    renvoi: String,
}

#[derive(Template)]
#[template(path = "webhook/voir.html")]
struct PageWebhook {
    page: Page,
    w: Webhook,
    adresse: String,
    evenements: String,
    lignes: Vec<Ligne>,
}

async fn voir(w: Web, Chemin(id): Chemin<Uuid>) -> Rendu {
    let cx = w.lecture();
    let webhook = super::lire(&cx, id).await?;
    let adresse = format!("/structure/webhooks/{id}");
    let lignes = super::livraisons(&cx, id)
        .await?
        .into_iter()
        .map(|l| Ligne {
            evenement: l.evenement.libelle(),
            quand: interface::format::instant_long(l.cree_le),
            etat: l.etat.libelle(),
            genre: match l.etat {
                EtatLivraison::Attente => "attention",
                EtatLivraison::Livree => "succes",
                EtatLivraison::Echec => "erreur",
            },
            precision: [
                (l.essais > 0).then(|| interface::format::compte(i64::from(l.essais), "essai", "essais")),
                l.erreur.or_else(|| l.statut.map(|s| format!("réponse {s}"))),
            ]
            .into_iter()
            .flatten()
            .collect::<Vec<_>>()
            .join(" · "),
            renvoi: format!("{adresse}/livraisons/{}/renvoyer", l.id),
        })
        .collect();
    rendre(&PageWebhook {
        page: w.page,
        evenements: webhook.evenements.0.iter().map(|e| e.libelle()).collect::<Vec<_>>().join(", "),
        w: webhook,
        adresse,
        lignes,
    })
}

async fn essayer(w: Web, Chemin(id): Chemin<Uuid>) -> Rendu {
    let cx = w.ecriture().await?;
    super::essayer(&cx, id).await?;
    cx.valider().await?;
    Ok(aller(&format!("/structure/webhooks/{id}"), Message::succes("Un essai est envoyé : relisez cette page dans un instant.")))
}

#[derive(Default, serde::Deserialize)]
#[serde(default)]
struct Actif {
    actif: String,
}

async fn activer(w: Web, Chemin(id): Chemin<Uuid>, Formulaire(a): Formulaire<Actif>) -> Rendu {
    let cx = w.ecriture().await?;
    super::activer(&cx, id, a.actif == "oui").await?;
    cx.valider().await?;
    let message = if a.actif == "oui" {
        "Ce point d’appel est en marche."
    } else {
        "Ce point d’appel est arrêté : plus rien ne lui est envoyé."
    };
    Ok(aller(&format!("/structure/webhooks/{id}"), Message::succes(message)))
}

#[derive(Template)]
#[template(path = "webhook/supprimer.html")]
struct PageSupprimer {
    page: Page,
    nom: String,
    adresse: String,
    action: String,
}

async fn demander_suppression(w: Web, Chemin(id): Chemin<Uuid>) -> Rendu {
    let nom = super::lire(&w.lecture(), id).await?.nom;
    rendre(&PageSupprimer {
        page: w.page,
        nom,
        adresse: format!("/structure/webhooks/{id}"),
        action: format!("/structure/webhooks/{id}/supprimer"),
    })
}

async fn supprimer(w: Web, Chemin(id): Chemin<Uuid>) -> Rendu {
    let cx = w.ecriture().await?;
    super::supprimer(&cx, id).await?;
    cx.valider().await?;
    Ok(aller("/structure/webhooks", Message::succes("Le point d’appel est supprimé.")))
}

async fn renvoyer(w: Web, Chemin((id, livraison)): Chemin<(Uuid, Uuid)>) -> Rendu {
    let cx = w.ecriture().await?;
    super::renvoyer(&cx, id, livraison).await?;
    cx.valider().await?;
    Ok(aller(&format!("/structure/webhooks/{id}"), Message::succes("L’envoi est refait : relisez cette page dans un instant.")))
}
