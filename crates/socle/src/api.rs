//! The clothes of the JSON API: bodies read with the field at fault, lists by cursor, RFC 9457 problems.

use axum::{
    extract::{FromRequest, Request},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use serde::{Deserialize, Deserializer, Serialize, de::DeserializeOwned};
use uuid::Uuid;

use crate::erreur::{Erreur, ErreurChamp, Refus};

/// A JSON body. Refused with the path of the field at fault and how to mend it.
pub struct Corps<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Corps<T> {
    type Rejection = Refus;

    async fn from_request(req: Request, state: &S) -> Result<Self, Refus> {
        let json = req.headers().get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).is_some_and(|v| {
            v.split(';').next().is_some_and(|t| t.trim().eq_ignore_ascii_case("application/json") || t.trim().ends_with("+json"))
        });
        if !json {
            return Err(
                Erreur::Illisible("Le corps doit être du JSON : envoyez l’en-tête « Content-Type: application/json ».".into()).into()
            );
        }
        let octets = axum::body::Bytes::from_request(req, state).await.map_err(|e| {
            if e.status() == StatusCode::PAYLOAD_TOO_LARGE {
                Erreur::TropVolumineux
            } else {
                Erreur::Illisible("Le corps n’est pas arrivé entier.".into())
            }
        })?;
        // serde would read a list as the fields in their order.
        if octets.iter().find(|o| !o.is_ascii_whitespace()).is_some_and(|o| matches!(o, b'[')) {
            return Err(Erreur::Illisible("Le corps doit être un objet JSON, entre accolades, et non une liste.".into()).into());
        }
        Ok(Self(lire(&octets)?))
    }
}

/// Reads JSON; the error names the field.
pub fn lire<T: DeserializeOwned>(octets: &[u8]) -> Result<T, Erreur> {
    match lire_tel_quel(octets) {
        // 5.0 is an integer as JSON Schema says it, and as some languages write it.
        Err(e @ Erreur::Invalide(_)) => entiers(octets).and_then(|v| serde_json::from_value(v).ok()).ok_or(e),
        r => r,
    }
}

/// The same document, its whole numbers written without decimals; none when there is no such number.
fn entiers(octets: &[u8]) -> Option<serde_json::Value> {
    fn ecrire(v: &mut serde_json::Value) -> bool {
        match v {
            serde_json::Value::Number(n) if n.is_f64() => match n.as_f64() {
                // Above, a float no longer says which integer it is.
                Some(f) if f.fract() == 0.0 && f.abs() <= 9_007_199_254_740_992.0 => {
                    *v = serde_json::Value::from(f as i64);
                    true
                }
                _ => false,
            },
            // All of them are written: no short cut.
            serde_json::Value::Array(t) => t.iter_mut().fold(false, |fait, v| ecrire(v) | fait),
            serde_json::Value::Object(o) => o.values_mut().fold(false, |fait, v| ecrire(v) | fait),
            _ => false,
        }
    }
    let mut v = serde_json::from_slice(octets).ok()?;
    ecrire(&mut v).then_some(v)
}

fn lire_tel_quel<T: DeserializeOwned>(octets: &[u8]) -> Result<T, Erreur> {
    let mut de = serde_json::Deserializer::from_slice(octets);
    let lu = serde_path_to_error::deserialize(&mut de).map_err(|e| {
        let chemin = e.path().to_string();
        let e = e.into_inner();
        match e.classify() {
            serde_json::error::Category::Data => {
                let (champ, message) = traduire(&chemin, &e.to_string());
                Erreur::champ(&champ, message)
            }
            _ => Erreur::Illisible(format!("Le corps n’est pas du JSON lisible (ligne {}, colonne {}).", e.line(), e.column())),
        }
    })?;
    de.end().map_err(|_| Erreur::Illisible("Il y a du texte après la fin du JSON.".into()))?;
    Ok(lu)
}

/// Puts serde's English into a French sentence that says what to do.
fn traduire(chemin: &str, message: &str) -> (String, String) {
    let corps = message.rsplit_once(" at line ").map_or(message, |(m, _)| m);
    let entre = |s: &str| s.split('`').nth(1).unwrap_or("").to_owned();
    let joindre = |c: &str| if chemin == "." || chemin.is_empty() { c.to_owned() } else { format!("{chemin}.{c}") };
    if let Some(r) = corps.strip_prefix("missing field ") {
        (joindre(&entre(r)), "Ce champ est obligatoire.".into())
    } else if let Some(r) = corps.strip_prefix("unknown field ") {
        let nom = entre(r);
        let ici = if chemin.ends_with(&nom) { chemin.to_owned() } else { joindre(&nom) };
        (ici, "Ce champ n’est pas connu : vérifiez son orthographe.".into())
    } else if let Some(r) = corps.strip_prefix("unknown variant ") {
        let admises: Vec<_> = r.split('`').skip(3).step_by(2).collect();
        (chemin.to_owned(), format!("« {} » ne fait pas partie de la liste. Valeurs admises : {}.", entre(r), admises.join(", ")))
    } else if let Some(r) = corps.strip_prefix("duplicate field ") {
        (joindre(&entre(r)), "Ce champ est donné deux fois.".into())
    } else if let Some((_, attendu)) = corps.rsplit_once("expected ") {
        let attendu = match attendu {
            a if a.starts_with("u32")
                || a.starts_with("i32")
                || a.starts_with("u16")
                || a.starts_with("i16")
                || a.starts_with("u8")
                || a.starts_with("i64")
                || a.starts_with("u64") =>
            {
                "un nombre entier, dans ses limites"
            }
            a if a.contains("string") => "un texte",
            a if a.contains("boolean") => "true ou false",
            a if a.contains("sequence") => "une liste",
            a if a.contains("UUID") => "un UUID",
            a if a.contains("struct") || a.contains("map") => "un objet JSON",
            _ => "une autre sorte de valeur",
        };
        (chemin.to_owned(), format!("Cette valeur ne convient pas : il faut {attendu}."))
    } else if corps.contains("UUID") {
        (chemin.to_owned(), "Ce n’est pas un UUID.".into())
    } else if corps.contains("input") || corps.contains("out of range") {
        (chemin.to_owned(), "Cette date n’existe pas : écrivez-la AAAA-MM-JJ.".into())
    } else {
        (chemin.to_owned(), "Cette valeur ne convient pas.".into())
    }
}

/// For PATCH: tells a field left out (None) from a field emptied (Some(None)).
pub fn present<'de, T: Deserialize<'de>, D: Deserializer<'de>>(d: D) -> Result<Option<T>, D::Error> {
    T::deserialize(d).map(Some)
}

/// A page of a list.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Liste<T> {
    pub elements: Vec<T>,
    /// Give it back as `apres` for the next page; null on the last.
    pub suivant: Option<String>,
}

/// Which page of a list.
#[derive(Clone, Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Curseur {
    /// The `suivant` of the page before.
    pub apres: Option<String>,
    /// 1 to 200, 50 unless told.
    #[param(value_type = Option<u64>, minimum = 1, maximum = 200)]
    pub limite: Option<String>,
}

impl Curseur {
    /// How many, between 1 and 200.
    pub fn combien(&self) -> Result<u64, Erreur> {
        match self.limite.as_deref().map(str::parse) {
            None => Ok(50),
            Some(Ok(n @ 1..=200)) => Ok(n),
            Some(_) => Err(Erreur::champ("limite", "Un nombre entre 1 et 200.")),
        }
    }

    /// The id to start after.
    pub fn depart(&self) -> Result<Option<Uuid>, Erreur> {
        let Some(c) = &self.apres else { return Ok(None) };
        let illisible = || Erreur::champ("apres", "Ce curseur n’est pas lisible : reprenez le « suivant » de la page précédente.");
        let octets = BASE64_URL_SAFE_NO_PAD.decode(c).map_err(|_| illisible())?;
        Uuid::from_slice(&octets).map(Some).map_err(|_| illisible())
    }
}

/// Cuts `combien + 1` rows read into a page and its cursor.
pub fn page<M, T>(mut lignes: Vec<M>, combien: u64, id: impl Fn(&M) -> Uuid, vue: impl Fn(M) -> T) -> Liste<T> {
    let reste = lignes.len() as u64 > combien;
    lignes.truncate(combien as usize);
    let suivant = lignes.last().filter(|_| reste).map(|m| BASE64_URL_SAFE_NO_PAD.encode(id(m).as_bytes()));
    Liste { elements: lignes.into_iter().map(vue).collect(), suivant }
}

/// RFC 9457 problem document.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Probleme {
    /// `/problemes/{code}` of this instance.
    pub r#type: String,
    pub title: String,
    pub status: u16,
    pub detail: String,
    /// The request's number, to give to the administrator.
    pub instance: String,
    /// The fields at fault, when status is 422.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub erreurs: Vec<ErreurChamp>,
}

impl Probleme {
    pub fn new(e: &Erreur, requete: Uuid) -> Self {
        Self {
            r#type: format!("/problemes/{}", e.code()),
            title: e.titre().into(),
            status: e.statut().as_u16(),
            detail: e.explication(),
            instance: format!("urn:uuid:{requete}"),
            erreurs: match e {
                Erreur::Invalide(v) => v.clone(),
                _ => vec![],
            },
        }
    }
}

impl IntoResponse for Probleme {
    fn into_response(self) -> Response {
        let statut = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let corps = serde_json::to_vec(&self).unwrap_or_default();
        (statut, [(header::CONTENT_TYPE, "application/problem+json")], corps).into_response()
    }
}

/// 201 with the record created, or 200 with the one a repeated request had created.
pub enum Cree<T> {
    Nouveau(T),
    Deja(T),
}

impl<T> Cree<T> {
    /// `Nouveau` when this request made the record.
    pub fn selon(nouveau: bool, t: T) -> Self {
        if nouveau { Self::Nouveau(t) } else { Self::Deja(t) }
    }
}

impl<T: Serialize> IntoResponse for Cree<T> {
    fn into_response(self) -> Response {
        match self {
            Self::Nouveau(t) => (StatusCode::CREATED, axum::Json(t)).into_response(),
            Self::Deja(t) => (StatusCode::OK, axum::Json(t)).into_response(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[allow(dead_code)]
    struct Essai {
        nom: String,
        n: u32,
        #[serde(default)]
        liste: Vec<Choix>,
        jour: Option<chrono::NaiveDate>,
        id: Option<Uuid>,
    }
    #[derive(Debug, Deserialize)]
    #[serde(rename_all = "snake_case")]
    enum Choix {
        Un,
        Deux,
    }

    fn faute(json: &str) -> (String, String) {
        match lire::<Essai>(json.as_bytes()) {
            Err(Erreur::Invalide(v)) => (v[0].champ.clone(), v[0].message.clone()),
            autre => panic!("{autre:?}"),
        }
    }

    #[test]
    fn chaque_faute_nomme_son_champ() {
        assert_eq!(faute(r#"{"n":1}"#), ("nom".into(), "Ce champ est obligatoire.".into()));
        let (c, m) = faute(r#"{"nom":"a","n":1,"liste":["un","trois"]}"#);
        assert_eq!(c, "liste[1]");
        assert!(m.contains("trois") && m.contains("un, deux"), "{m}");
        assert_eq!(faute(r#"{"nom":"a","n":"x"}"#).0, "n");
        assert!(faute(r#"{"nom":"a","n":-1}"#).1.contains("entier"));
        assert_eq!(faute(r#"{"nom":"a","n":1,"jour":"2026-02-30"}"#).0, "jour");
        assert_eq!(faute(r#"{"nom":"a","n":1,"id":"pas un uuid"}"#).0, "id");
        assert_eq!(faute(r#"{"nom":"a","n":1,"surnmo":"x"}"#).0, "surnmo");
    }

    #[test]
    fn un_entier_ecrit_avec_des_decimales_en_est_un() {
        assert_eq!(lire::<Essai>(br#"{"nom":"a","n":3.0}"#).unwrap().n, 3);
        assert_eq!(faute(r#"{"nom":"a","n":3.5}"#).0, "n");
        assert_eq!(faute(r#"{"nom":"a","n":-3.0}"#).0, "n");
        assert_eq!(faute(r#"{"nom":1.0,"n":1}"#).0, "nom");
    }

    #[test]
    fn du_json_casse_est_illisible() {
        assert!(matches!(lire::<Essai>(b"{"), Err(Erreur::Illisible(_))));
        assert!(matches!(lire::<Essai>(b"{\"nom\":\"a\",\"n\":1} x"), Err(Erreur::Illisible(_))));
    }

    #[test]
    fn le_curseur_va_et_vient() {
        let ids: Vec<Uuid> = (1..=3u128).map(Uuid::from_u128).collect();
        let p = page(ids.clone(), 2, |i| *i, |i| i);
        assert_eq!(p.elements.len(), 2);
        let c = Curseur { apres: p.suivant, limite: None };
        assert_eq!(c.depart().unwrap(), Some(ids[1]));
        assert!(page(ids, 3, |i| *i, |i| i).suivant.is_none());
        assert!(Curseur { apres: Some("???".into()), limite: None }.depart().is_err());
    }
}
