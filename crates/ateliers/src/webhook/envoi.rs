//! The job that sends a delivery.

use std::{
    net::SocketAddr,
    sync::{Arc, OnceLock},
    time::Duration,
};

use reqwest::{
    Client,
    dns::{Addrs, Name, Resolve, Resolving},
    header::CONTENT_TYPE,
    redirect::Policy,
};
use sea_orm::{ActiveValue::Set, entity::prelude::*};
use serde::Deserialize;
use socle::{Contexte, Etat, Nomenclature, Resultat, tache::ESSAIS_MAX};

use super::{
    EtatLivraison, Livraison, SECRET, Webhook, regles,
    table::{self, livraison},
};
use crate::reseau::publique;

/// Resolves names to public addresses alone: a name that leads inside (or comes to, between two looks) is refused
/// where the connection is made.
struct Publiques;

impl Resolve for Publiques {
    fn resolve(&self, nom: Name) -> Resolving {
        Box::pin(async move {
            let toutes: Vec<SocketAddr> = tokio::net::lookup_host((nom.as_str(), 0)).await?.collect();
            let permises: Vec<SocketAddr> = toutes.into_iter().filter(|a| publique(a.ip())).collect();
            if permises.is_empty() {
                return Err("ce nom mène à un réseau privé".into());
            }
            Ok(Box::new(permises.into_iter()) as Addrs)
        })
    }
}

fn client(privees: bool) -> Result<Client, String> {
    static PUBLIC: OnceLock<Client> = OnceLock::new();
    static PRIVE: OnceLock<Client> = OnceLock::new();
    let garde = if privees { &PRIVE } else { &PUBLIC };
    if let Some(c) = garde.get() {
        return Ok(c.clone());
    }
    // No redirection, no proxy: the address that was checked is the one that is reached.
    let mut b = Client::builder()
        .redirect(Policy::none())
        .no_proxy()
        .connect_timeout(Duration::from_secs(5))
        .timeout(Duration::from_secs(10))
        .user_agent("Passeur");
    if !privees {
        b = b.dns_resolver(Arc::new(Publiques));
    }
    let c = b.build().map_err(|e| e.to_string())?;
    Ok(garde.get_or_init(|| c).clone())
}

/// The job that sends a delivery: refused or unheard, it is tried again later.
///
/// # Errors
/// What the log of deliveries says too.
pub async fn livrer(etat: Etat, charge: Json) -> Result<(), String> {
    #[derive(Deserialize)]
    struct Charge {
        livraison: Uuid,
    }
    let c: Charge = serde_json::from_value(charge).map_err(|e| e.to_string())?;
    let Some((l, w)) = trouver(&etat, c.livraison).await.map_err(|e| e.to_string())? else { return Ok(()) };
    let resultat =
        if w.actif { envoyer(&etat, &l, &w).await } else { Err(Echec { statut: None, motif: "ce point d’appel est arrêté".into() }) };
    let essais = l.essais + 1;
    let fini = resultat.is_ok() || !w.actif || essais >= ESSAIS_MAX;
    let (statut, erreur) = match &resultat {
        Ok(s) => (Some(*s), None),
        Err(e) => (e.statut, Some(e.motif.chars().take(300).collect::<String>())),
    };
    let noter = livraison::ActiveModel {
        etat: Set(match (&resultat, fini) {
            (Ok(_), _) => EtatLivraison::Livree,
            (Err(_), true) => EtatLivraison::Echec,
            (Err(_), false) => EtatLivraison::Attente,
        }),
        essais: Set(essais),
        statut: Set(statut.map(i32::from)),
        erreur: Set(erreur.clone()),
        dernier_le: Set(Some(etat.horloge.maintenant())),
        ..Default::default()
    };
    ecrire(&etat, l.id, noter).await.map_err(|e| e.to_string())?;
    match erreur {
        Some(e) if !fini || w.actif => Err(e),
        _ => Ok(()),
    }
}

struct Echec {
    statut: Option<u16>,
    motif: String,
}

async fn trouver(etat: &Etat, id: Uuid) -> Resultat<Option<(Livraison, Webhook)>> {
    let db = etat.base.lecture();
    let Some(l) = livraison::Entity::find_by_id(id).one(db).await? else { return Ok(None) };
    // Sent already, by a run whose end was not noted.
    if l.etat == EtatLivraison::Livree {
        return Ok(None);
    }
    let Some(w) = table::Entity::find_by_id(l.webhook_id).one(db).await? else { return Ok(None) };
    Ok(Some((l, w)))
}

async fn ecrire(etat: &Etat, id: Uuid, m: livraison::ActiveModel) -> Resultat<()> {
    let cx = Contexte::systeme(etat).await?;
    livraison::Entity::update_many().set(m).filter(livraison::Column::Id.eq(id)).exec(&cx.db()).await?;
    cx.valider().await
}

async fn envoyer(etat: &Etat, l: &Livraison, w: &Webhook) -> Result<u16, Echec> {
    let echec = |motif: String| Echec { statut: None, motif };
    let privees = etat.config.webhooks_private;
    let url = regles::adresse(&w.adresse, privees).map_err(|m| echec(m.to_owned()))?;
    let secret = etat.coffre.ouvrir(&SECRET, w.id, w.secret.clone()).map_err(|e| echec(e.to_string()))?;
    let corps = l.charge.to_string();
    let instant = etat.horloge.maintenant().timestamp();
    let r = client(privees)
        .map_err(echec)?
        .post(url)
        .header(CONTENT_TYPE, "application/json")
        .header("Passeur-Evenement", l.evenement.code())
        .header("Passeur-Livraison", l.id.to_string())
        .header("Passeur-Signature", regles::signer(&secret, instant, &corps))
        .body(corps)
        .send()
        .await
        .map_err(|e| echec(dire(&e)))?;
    // What it answers is not read: it is not ours, and could be without end.
    let statut = r.status().as_u16();
    if r.status().is_success() { Ok(statut) } else { Err(Echec { statut: Some(statut), motif: format!("réponse {statut}") }) }
}

/// Why it did not arrive, without the address.
fn dire(e: &reqwest::Error) -> String {
    let mut causes = vec![];
    let mut source = std::error::Error::source(e);
    while let Some(s) = source {
        causes.push(s.to_string());
        source = s.source();
    }
    let genre = if e.is_timeout() { "pas de réponse à temps" } else { "connexion impossible" };
    causes.last().map_or_else(|| genre.to_owned(), |c| format!("{genre} : {c}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn un_nom_qui_mene_dedans_n_est_pas_resolu() {
        let e = Publiques.resolve("localhost".parse().unwrap()).await.err().unwrap();
        assert!(e.to_string().contains("réseau privé"), "{e}");
    }
}
