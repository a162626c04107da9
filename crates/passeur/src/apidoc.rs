//! The API, its OpenAPI 3.1 description generated from the code, and a page to browse it.

use askama::Template;
use axum::{Json, Router, response::IntoResponse, routing::get};
use interface::{
    Page,
    requete::{Reponse, Visite, rendre},
};
use serde_json::Value;
use socle::Etat;
use utoipa::{
    Modify, OpenApi,
    openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme},
};
use utoipa_axum::router::OpenApiRouter;

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Passeur",
        description = "API de Passeur, le système d’information de la médiation numérique.\n\nToutes les réponses d’erreur sont des documents `application/problem+json` (RFC 9457) ; les champs refusés y sont nommés dans `erreurs`. Une création (POST) accepte un `id` (UUIDv7) fait par le client, ou l’en-tête `Idempotency-Key` : la même demande envoyée deux fois crée un seul enregistrement. Les listes se lisent page par page : rendez le `suivant` d’une page comme `apres` de la prochaine.",
        license(name = "AGPL-3.0-or-later")
    ),
    modifiers(&Jeton),
    security(("jeton" = [])),
    tags(
        (name = "mediation", description = "De l’accueil à l’accompagnement"),
        (name = "ateliers", description = "Catalogue, séances, réservations"),
        (name = "territoire", description = "Structures, lieux, partenaires"),
        (name = "bilan", description = "Les chiffres"),
        (name = "certification", description = "Titres et règles de la certification"),
        (name = "instance", description = "Exploitation de l’instance")
    )
)]
struct Tete;

struct Jeton;

impl Modify for Jeton {
    fn modify(&self, openapi: &mut utoipa::openapi::OpenApi) {
        let c = openapi.components.get_or_insert_default();
        c.add_security_scheme(
            "jeton",
            SecurityScheme::Http(
                HttpBuilder::new()
                    .scheme(HttpAuthScheme::Bearer)
                    .description(Some("Un jeton créé dans « Mon compte » ou par `passeur token create`."))
                    .build(),
            ),
        );
    }
}

fn tout() -> OpenApiRouter<Etat> {
    OpenApiRouter::with_openapi(Tete::openapi())
        .merge(territoire::api())
        .merge(mediation::api())
        .merge(ateliers::api())
        .merge(reprise::api())
        .merge(bilan::api())
        .merge(certification::api())
        .merge(crate::exploitation::api::api())
}

/// The routes of the API, without their prefix, and the description.
pub fn api() -> (Router<Etat>, utoipa::openapi::OpenApi) {
    let (routeur, mut description) = tout().split_for_parts();
    let chemins = std::mem::take(&mut description.paths.paths);
    description.paths.paths = chemins.into_iter().map(|(c, v)| (format!("/api/v1{c}"), v)).collect();
    let mut json = serde_json::to_value(&description).unwrap_or_default();
    preciser(&mut json);
    (routeur, serde_json::from_value(json).unwrap_or(description))
}

/// What all lists share, said once: a cursor has one form, and a parameter that is given has a value.
fn preciser(description: &mut Value) {
    let chemins = description.get_mut("paths").and_then(Value::as_object_mut).into_iter().flatten();
    let operations = chemins.flat_map(|(_, methodes)| methodes.as_object_mut().into_iter().flatten());
    let parametres = operations.flat_map(|(_, o)| o.get_mut("parameters").and_then(Value::as_array_mut).into_iter().flatten());
    for p in parametres.filter(|p| p["in"] == "query") {
        let curseur = p["name"] == "apres";
        let Some(schema) = p.get_mut("schema").and_then(Value::as_object_mut) else { continue };
        // Absent, never null: an address has no such value.
        if let Some(types) = schema.get("type").and_then(Value::as_array).cloned() {
            let reels: Vec<Value> = types.into_iter().filter(|t| t != "null").collect();
            schema.insert("type".into(), if let [un] = reels.as_slice() { un.clone() } else { reels.into() });
        }
        if schema.get("type").is_some_and(|t| t == "string") {
            if curseur {
                schema.insert("pattern".into(), "^[A-Za-z0-9_-]{21}[AQgw]$".into());
            } else if ["format", "enum", "pattern", "minLength"].iter().all(|c| !schema.contains_key(*c)) {
                schema.insert("minLength".into(), 1.into());
            }
        }
    }
}

/// The description alone, as `passeur openapi` prints it.
pub fn description() -> utoipa::openapi::OpenApi {
    api().1
}

/// `/api/v1/openapi.json`, `/api/v1/docs`, and `/api`, which leads there.
pub fn routes(description: utoipa::openapi::OpenApi) -> Router<Etat> {
    let json = serde_json::to_value(&description).unwrap_or_default();
    let doc = std::sync::Arc::new(json);
    let pour_page = doc.clone();
    Router::new()
        .route("/api/v1/openapi.json", get(move || async move { Json((*doc).clone()).into_response() }))
        .route("/api/v1/docs", get(move |v: Visite| async move { docs(v, &pour_page) }))
        .route("/api", get(|| async { axum::response::Redirect::to("/api/v1/docs") }))
}

struct Operation {
    ancre: String,
    methode: String,
    chemin: String,
    resume: String,
    parametres: Vec<(String, String, String)>,
    corps: Option<String>,
    reponses: Vec<(String, String)>,
}

struct Groupe {
    nom: String,
    operations: Vec<Operation>,
}

struct Schema {
    nom: String,
    json: String,
}

#[derive(Template)]
#[template(path = "apidoc.html")]
struct PageDocs {
    page: Page,
    intro: Vec<String>,
    groupes: Vec<Groupe>,
    schemas: Vec<Schema>,
}

fn nom_schema(v: &Value) -> String {
    if let Some(r) = v.get("$ref").and_then(Value::as_str) {
        return r.rsplit('/').next().unwrap_or(r).to_owned();
    }
    match v.get("type") {
        Some(Value::String(t)) if t == "array" => format!("[{}]", v.get("items").map(nom_schema).unwrap_or_default()),
        Some(Value::String(t)) => t.clone(),
        Some(Value::Array(a)) => a.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(" | "),
        _ => v
            .get("oneOf")
            .or_else(|| v.get("allOf"))
            .and_then(Value::as_array)
            .map(|a| a.iter().map(nom_schema).collect::<Vec<_>>().join(" | "))
            .unwrap_or_default(),
    }
}

fn contenu(v: &Value) -> String {
    v.get("content")
        .and_then(Value::as_object)
        .and_then(|c| c.values().next())
        .and_then(|m| m.get("schema"))
        .map(nom_schema)
        .unwrap_or_default()
}

fn docs(v: Visite, doc: &Value) -> Reponse {
    let texte = |v: &Value, c: &str| v.get(c).and_then(Value::as_str).unwrap_or_default().to_owned();
    let mut groupes: Vec<Groupe> = vec![];
    for (chemin, methodes) in doc["paths"].as_object().into_iter().flatten() {
        for (methode, op) in methodes.as_object().into_iter().flatten() {
            let nom = op["tags"][0].as_str().unwrap_or("autres").to_owned();
            let operation = Operation {
                ancre: format!("{methode}{}", chemin.replace(['/', '{', '}'], "-")),
                methode: methode.to_uppercase(),
                chemin: chemin.clone(),
                resume: [texte(op, "summary"), texte(op, "description")]
                    .into_iter()
                    .filter(|t| !t.is_empty())
                    .collect::<Vec<_>>()
                    .join(" "),
                parametres: op["parameters"]
                    .as_array()
                    .into_iter()
                    .flatten()
                    .map(|p| (texte(p, "name"), nom_schema(&p["schema"]), texte(p, "description")))
                    .collect(),
                corps: op.get("requestBody").map(contenu),
                reponses: op["responses"]
                    .as_object()
                    .into_iter()
                    .flatten()
                    .map(|(s, r)| (s.clone(), [texte(r, "description"), contenu(r)].join(" ")))
                    .collect(),
            };
            match groupes.iter_mut().find(|g| g.nom == nom) {
                Some(g) => g.operations.push(operation),
                None => groupes.push(Groupe { nom, operations: vec![operation] }),
            }
        }
    }
    let schemas = doc["components"]["schemas"]
        .as_object()
        .into_iter()
        .flatten()
        .map(|(nom, s)| Schema { nom: nom.clone(), json: serde_json::to_string_pretty(s).unwrap_or_default() })
        .collect();
    let intro = texte(&doc["info"], "description").split("\n\n").map(str::to_owned).collect();
    rendre(&PageDocs { page: v.page, intro, groupes, schemas })
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeMap, fs, path::Path};

    fn sources(dossier: &Path, vers: &mut Vec<String>) {
        for e in fs::read_dir(dossier).unwrap().map(|e| e.unwrap().path()) {
            if e.is_dir() {
                sources(&e, vers);
            } else if e.extension().is_some_and(|x| x == "rs") {
                vers.push(fs::read_to_string(&e).unwrap());
            }
        }
    }

    fn mot(ligne: &str) -> String {
        ligne.trim_start().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()
    }

    /// The names that a source gives to the schemas of the description.
    fn noms(source: &str) -> Vec<String> {
        let (mut attendu, mut alias, mut noms) = (false, None, Vec::new());
        for ligne in source.lines().map(str::trim) {
            if let Some((_, a)) = ligne.split_once("schema(as = ") {
                alias = Some(mot(a));
            }
            attendu |= ligne == "nomenclature! {" || (ligne.starts_with("#[derive(") && ligne.contains("ToSchema"));
            let apres = ["struct ", "enum "].iter().find_map(|k| ligne.split_once(k)).map(|(_, n)| mot(n));
            let nomenclature = ligne.contains('{') && ligne.starts_with(char::is_uppercase);
            if attendu && (apres.is_some() || nomenclature) && !ligne.starts_with("//") {
                let nom = alias.take().or(apres).unwrap_or_else(|| mot(ligne));
                // The name of a macro's own argument is empty here.
                noms.extend((!nom.is_empty()).then_some(nom));
                attendu = false;
            }
        }
        noms
    }

    /// utoipa keeps one of two schemas of one name without a word, and the description is then wrong.
    #[test]
    fn deux_schemas_n_ont_pas_le_meme_nom() {
        let mut textes = Vec::new();
        sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join(".."), &mut textes);
        let mut compte: BTreeMap<String, usize> = BTreeMap::new();
        for nom in textes.iter().flat_map(|t| noms(t)) {
            *compte.entry(nom).or_default() += 1;
        }
        assert!(compte.len() > 100 && compte.contains_key("CanalReservation") && compte.contains_key("TypeActivite"), "{compte:?}");
        let doubles: Vec<&String> = compte.iter().filter(|(_, n)| **n > 1).map(|(nom, _)| nom).collect();
        assert!(doubles.is_empty(), "deux types de l'API portent le même nom : {doubles:?} ; donnez à l'un #[schema(as = Autre)]");
    }
}
