use axum::{
    body::{Body, Bytes},
    extract::{FromRequest, Request},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use certification_regles::{
    Version,
    acquis::{Attribution, CertificationExterne, Origine, TitreAttribue},
};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use socle::{
    Erreur, Etat,
    api::{Corps, Probleme},
    erreur::Refus,
    requete::Requete,
};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

/// API of the simulation.
pub fn api() -> OpenApiRouter<Etat> {
    OpenApiRouter::new().routes(routes!(simuler))
}

/// A case and the question asked about it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "question": "epreuves_dues",
    "titre": "mediateur-numerique",
    "date": "2026-03-10",
    "faits": {"session": "titre", "origines": {"ccp-1": "formation", "ccp-2": "vae"}}
}))]
// Here to name the field at fault and to describe the request: the rules read the text themselves.
#[allow(dead_code)]
pub struct DemandeSimulation {
    /// One of the questions of the README of `certification_regles`: `epreuves_dues`, `preparation`, `jury`…
    pub question: String,
    /// A shipped title: code of version, code of title or RNCP number.
    #[serde(default)]
    pub titre: Option<String>,
    /// Versions given with the case, in the format of `referentiels/schema.json`.
    #[serde(default)]
    #[schema(value_type = Vec<Object>)]
    pub versions: Vec<Version>,
    /// The version the question is about, when there are several.
    #[serde(default)]
    pub version: Option<String>,
    /// The day of the case, most often that of the session.
    pub date: NaiveDate,
    /// What is known that day (prorogations published); the day of the case unless told.
    #[serde(default)]
    pub connaissance: Option<NaiveDate>,
    /// `initiale`, `eleve_etudiant`, `apprentissage`, `formation_continue`, `contrat_professionnalisation`,
    /// `candidature_individuelle`, `vae` or `capitalisation`.
    #[serde(default)]
    pub voie: Option<String>,
    /// `formation`, `vae` or `experience`; told by `voie` when absent.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub origine: Option<Origine>,
    /// Units held: `version`, `unite`, `date`, and if need be `provenance`, `id`, `decision`, `session`, `retiree_le`.
    #[serde(default)]
    #[schema(value_type = Vec<Object>)]
    pub attributions: Vec<Attribution>,
    /// Titles held: `version`, `date`, and if need be `id`, `decision`, `retire_le`.
    #[serde(default)]
    #[schema(value_type = Vec<Object>)]
    pub titres: Vec<TitreAttribue>,
    /// Certifications of others, for equivalences: `code`, `date`.
    #[serde(default)]
    #[schema(value_type = Vec<Object>)]
    pub certifications: Vec<CertificationExterne>,
    /// The facts of the question.
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    pub faits: Option<Value>,
}

/// The answer of the rules, with its reasons.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "question": "epreuves_dues",
    "version": "mediateur-numerique-2025",
    "date": "2026-03-10",
    "favorable": true,
    "resultat": {
        "entretien_prevu": true,
        "epreuves": [{"epreuve": "ecf", "libelle": "les résultats des évaluations passées en cours de formation", "unites": ["ccp-1"], "complements": []}]
    },
    "motifs": [{
        "regle": "epreuves.ecf",
        "sens": "information",
        "reference": {"libelle": "Modalités d’obtention du titre", "date": "2015-12-22"},
        "faits": {"due": true, "origines": {"ccp-1": "formation", "ccp-2": "vae"}, "session": "titre"},
        "phrase": "L’épreuve « ecf » est due pour « ccp-1 »."
    }]
}))]
pub struct ReponseSimulation {
    pub question: String,
    /// The version the answer is about.
    pub version: String,
    pub date: NaiveDate,
    /// The rules allow it.
    pub favorable: bool,
    /// What is proper to the question.
    #[schema(value_type = Object)]
    pub resultat: Value,
    /// Why, in the order of the reasoning.
    pub motifs: Vec<MotifSimulation>,
}

/// One reason.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MotifSimulation {
    /// Stable code of the rule.
    pub regle: String,
    /// `favorable`, `defavorable` or `information`.
    pub sens: String,
    pub reference: ReferenceMotif,
    /// The facts it used.
    #[schema(value_type = Object)]
    pub faits: Value,
    /// A sentence for the reader.
    pub phrase: String,
}

/// Where a rule comes from.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReferenceMotif {
    pub libelle: String,
    /// Of the text: `AAAA-MM-JJ` or `AAAA`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub date: Option<String>,
    /// For a number of the table of rules: `seed`, `verifie`, `secondaire` or `incertain`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub certitude: Option<String>,
}

/// The case, with its text: the rules read the text, as the command does.
struct Envoi {
    demande: DemandeSimulation,
    texte: String,
}

impl<S: Send + Sync> FromRequest<S> for Envoi {
    type Rejection = Refus;

    async fn from_request(req: Request, state: &S) -> Result<Self, Refus> {
        let (tete, corps) = req.into_parts();
        let octets = Bytes::from_request(Request::from_parts(tete.clone(), corps), state).await.map_err(|e| {
            if e.status() == StatusCode::PAYLOAD_TOO_LARGE {
                Erreur::TropVolumineux
            } else {
                Erreur::Illisible("Le corps n’est pas arrivé entier.".into())
            }
        })?;
        let Corps(demande) = Corps::from_request(Request::from_parts(tete, Body::from(octets.clone())), state).await?;
        let texte = String::from_utf8(octets.into()).map_err(|_| Erreur::Illisible("Le corps n’est pas écrit en UTF-8.".into()))?;
        Ok(Self { demande, texte })
    }
}

/// Answers a case by the rules of certification, with its reasons. Stores nothing.
///
/// A refusal by the rules is an answer, `favorable: false`. Questions and facts: README of `certification_regles`.
#[utoipa::path(post, path = "/certification/simulation", tag = "certification", request_body = DemandeSimulation, responses((status = OK, body = ReponseSimulation), (status = "default", body = Probleme, content_type = "application/problem+json")))]
async fn simuler(_signe: Requete, Envoi { demande, texte }: Envoi) -> Result<Response, Refus> {
    let reponse = super::repondre_a(&demande, &texte)?;
    Ok(([(header::CONTENT_TYPE, "application/json")], reponse).into_response())
}

#[cfg(test)]
mod unitaires {
    use super::*;

    async fn envoyer(genre: Option<&str>, corps: &'static [u8]) -> Result<Envoi, StatusCode> {
        let mut b = Request::builder().method("POST");
        if let Some(g) = genre {
            b = b.header(header::CONTENT_TYPE, g);
        }
        Envoi::from_request(b.body(Body::from(corps)).unwrap(), &()).await.map_err(|r| r.0.statut())
    }

    #[tokio::test]
    async fn le_corps_est_du_json_dit_et_lisible() {
        let bon = br#" {"question": "horaires", "titre": "26573", "date": "2026-05-10"} "#;
        let e = envoyer(Some("application/json; charset=utf-8"), bon).await.map_err(|s| s.as_u16()).unwrap();
        assert_eq!((e.demande.question.as_str(), e.texte.as_bytes()), ("horaires", bon.as_slice()));
        for (genre, corps, statut) in [
            (None, bon.as_slice(), 400),
            (Some("text/plain"), bon.as_slice(), 400),
            (Some("application/json"), b"".as_slice(), 400),
            (Some("application/json"), b"{\"question\": \"\xff\"}".as_slice(), 400),
            (Some("application/json"), b"[]".as_slice(), 400),
            (Some("application/json"), b"{\"question\": 1}".as_slice(), 422),
        ] {
            assert_eq!(envoyer(genre, corps).await.err().map(|s| s.as_u16()), Some(statut), "{corps:?}");
        }
    }
}
