//! What a handler starts from: the state, who asks, and the request's number.

use axum::{
    extract::{FromRef, FromRequestParts},
    http::request::Parts,
};
use uuid::Uuid;

use crate::{
    Acteur, Contexte, Etat,
    erreur::{Erreur, Refus, Resultat},
};

/// The number of a request, set by the outermost layer.
#[derive(Clone, Copy, Debug)]
pub struct NumeroRequete(pub Uuid);

/// An authenticated request: of a session (pages) or of a token (API). The layers of `comptes` put
/// the [`Acteur`] into the request; without one, the request is refused as not signed in.
pub struct Requete {
    pub etat: Etat,
    pub acteur: Acteur,
    pub numero: Uuid,
    /// Path asked for, without its query.
    pub chemin: String,
    /// Asked by htmx: a part of the page is enough.
    pub partiel: bool,
    /// `Idempotency-Key`, if sent.
    pub cle: Option<String>,
}

impl Requete {
    /// A context that reads.
    pub fn lecture(&self) -> Contexte {
        Contexte::lecture(&self.etat, &self.acteur, self.numero)
    }

    /// A context that writes; commit it with [`Contexte::valider`].
    pub async fn ecriture(&self) -> Resultat<Contexte> {
        Contexte::ecriture(&self.etat, &self.acteur, self.numero).await
    }

    /// The id a creation is known by: the body's own, else one derived from `Idempotency-Key`.
    pub fn id_creation(&self, cx: &Contexte, id: Option<Uuid>) -> Option<Uuid> {
        id.or_else(|| self.cle.as_deref().map(|c| crate::creation::id_de_cle(cx, &self.chemin, c)))
    }
}

impl<S> FromRequestParts<S> for Requete
where
    S: Send + Sync,
    Etat: FromRef<S>,
{
    type Rejection = Refus;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refus> {
        let acteur = parts.extensions.get::<Acteur>().cloned().ok_or(Erreur::NonConnecte)?;
        let numero = parts.extensions.get::<NumeroRequete>().map_or_else(Uuid::nil, |n| n.0);
        let entete = |nom: &str| parts.headers.get(nom).and_then(|v| v.to_str().ok()).map(str::to_owned);
        let cle = entete("idempotency-key").filter(|c| !c.is_empty());
        if cle.as_ref().is_some_and(|c| c.len() > 255) {
            return Err(Erreur::Illisible("L’en-tête Idempotency-Key compte plus de 255 caractères.".into()).into());
        }
        Ok(Self {
            etat: Etat::from_ref(state),
            acteur,
            numero,
            chemin: parts.uri.path().to_owned(),
            partiel: parts.headers.contains_key("hx-request"),
            cle,
        })
    }
}

/// The identifiers of an address. An unreadable one is answered as a record that does not exist.
pub struct Chemin<T>(pub T);

impl<S: Send + Sync, T: serde::de::DeserializeOwned + Send> FromRequestParts<S> for Chemin<T> {
    type Rejection = Refus;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refus> {
        axum::extract::Path::<T>::from_request_parts(parts, state)
            .await
            .map(|p| Self(p.0))
            .map_err(|_| Erreur::Introuvable("Cette adresse").into())
    }
}

/// The parameters of an address; an unreadable one is refused in words. A form leaves empty what is not
/// chosen; a program that sends an empty value has lost something, and is told so.
pub struct Parametres<T>(pub T);

impl<S: Send + Sync, T: serde::de::DeserializeOwned> FromRequestParts<S> for Parametres<T> {
    type Rejection = Refus;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refus> {
        if let Some(vide) = parametre_vide(parts) {
            return Err(Erreur::champ(&vide, "Ce paramètre est vide : donnez une valeur, ou retirez-le.").into());
        }
        axum_extra::extract::Query::<T>::from_request_parts(parts, state)
            .await
            .map(|q| Self(q.0))
            .map_err(|_| Erreur::Illisible("L’adresse contient un paramètre inconnu, répété ou illisible.".into()).into())
    }
}

/// The name of a parameter without value, in an address of the API.
fn parametre_vide(parts: &Parts) -> Option<String> {
    let uri = parts.extensions.get::<axum::extract::OriginalUri>().map_or(&parts.uri, |u| &u.0);
    if !uri.path().starts_with("/api/") {
        return None;
    }
    let vide = |p: &&str| !p.is_empty() && p.split_once('=').is_none_or(|(_, valeur)| valeur.is_empty());
    uri.query()?.split('&').find(vide).map(|p| p.trim_end_matches('=').to_owned())
}
