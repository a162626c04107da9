//! The versions of titles an instance knows: those shipped with the program and those a centre brought.
//!
//! A version never changes: a change is a new version. What is signed keeps the labels it was signed with.

mod api;
pub mod table;
mod web;

pub use api::api;
pub use web::pages;

use std::{collections::HashMap, sync::Mutex};

use certification_regles::{
    Catalogue, Version,
    referentiel::{Gravite, charger_toml, referentiels_embarques},
    verifier,
};
use sea_orm::{ActiveValue::Set, EntityTrait, QueryFilter, QuerySelect, entity::prelude::*, sea_query::OnConflict};
use sha2::{Digest, Sha256};
use socle::{Contexte, Erreur, Permission, Resultat, journal::Action};

/// Versions read from the table, by their hashes: they never change and are few, so they are read once and
/// kept as long as the program runs.
static LUES: Mutex<Option<HashMap<String, &'static [Version]>>> = Mutex::new(None);

/// Every version known here: those shipped, then those brought by centres, in the order of their codes.
pub async fn toutes(cx: &Contexte) -> Resultat<&'static [Version]> {
    let importees: Vec<(String, String)> = table::Entity::find()
        .select_only()
        .columns([table::Column::Code, table::Column::Empreinte])
        .filter(table::Column::Origine.eq(table::IMPORTEE))
        .into_tuple()
        .all(&cx.db())
        .await?;
    if importees.is_empty() {
        return Ok(referentiels_embarques());
    }
    let mut empreintes: Vec<&str> = importees.iter().map(|(_, e)| e.as_str()).collect();
    empreintes.sort_unstable();
    let cle = empreintes.concat();
    if let Some(v) = lues(|m| m.get(&cle).copied())? {
        return Ok(v);
    }
    let mut lignes = table::Entity::find().filter(table::Column::Origine.eq(table::IMPORTEE)).all(&cx.db()).await?;
    lignes.sort_by(|a, b| a.code.cmp(&b.code));
    let mut versions = referentiels_embarques().to_vec();
    for l in lignes {
        versions.push(serde_json::from_value(l.contenu).map_err(Erreur::interne)?);
    }
    let versions: &'static [Version] = Vec::leak(versions);
    lues(|m| m.insert(cle, versions))?;
    Ok(versions)
}

fn lues<T>(f: impl FnOnce(&mut HashMap<String, &'static [Version]>) -> T) -> Resultat<T> {
    let mut m = LUES.lock().map_err(Erreur::interne)?;
    Ok(f(m.get_or_insert_default()))
}

/// What the rules read: every version known here.
pub async fn catalogue(cx: &Contexte) -> Resultat<Catalogue<'static>> {
    Ok(Catalogue::nouveau(toutes(cx).await?))
}

/// One version by its code.
///
/// # Errors
/// `Introuvable` when none has this code.
pub async fn version(cx: &Contexte, code: &str) -> Resultat<&'static Version> {
    toutes(cx).await?.iter().find(|v| v.code == code).ok_or(Erreur::Introuvable("Ce titre"))
}

/// One version, put in the table if the program shipped it: what keys point at.
pub async fn assurer(cx: &Contexte, code: &str) -> Resultat<&'static Version> {
    let v = version(cx, code).await?;
    if referentiels_embarques().iter().any(|e| e.code == code) {
        inserer(cx, v, false).await?;
    }
    Ok(v)
}

/// The version as JSON and its hash, in hexadecimal.
fn figer(v: &Version) -> Resultat<(serde_json::Value, String)> {
    let contenu = serde_json::to_value(v).map_err(Erreur::interne)?;
    let empreinte = Sha256::digest(contenu.to_string()).iter().map(|o| format!("{o:02x}")).collect();
    Ok((contenu, empreinte))
}

/// Adds the version unless its code is there; the bool says whether it was added.
async fn inserer(cx: &Contexte, v: &Version, importee: bool) -> Resultat<bool> {
    let (contenu, empreinte) = figer(v)?;
    let ajoutees = table::Entity::insert(table::ActiveModel {
        code: Set(v.code.clone()),
        titre: Set(v.titre.clone()),
        intitule: Set(v.nom().to_owned()),
        contenu: Set(contenu),
        empreinte: Set(empreinte),
        origine: Set(if importee { table::IMPORTEE } else { table::LIVREE }.to_owned()),
        importee_par: Set(cx.acteur.utilisateur.filter(|_| importee).map(|u| u.0)),
        importee_le: Set(cx.maintenant),
    })
    .on_conflict(OnConflict::column(table::Column::Code).do_nothing().to_owned())
    .exec_without_returning(&cx.db())
    .await?;
    Ok(ajoutees > 0)
}

/// Brings a version from its file (TOML, or JSON). The bool is false when the same file was there already.
///
/// # Errors
/// `Invalide` on `contenu`: unreadable, contradictory, or another file under a code already used.
pub async fn importer(cx: &Contexte, texte: &str) -> Resultat<(Version, bool)> {
    if !cx.acteur.est_systeme() {
        cx.exiger(Permission::CertificationGerer)?;
    }
    let refus = |m: String| Erreur::champ("contenu", m);
    let lue = if texte.trim_start().starts_with('{') {
        serde_json::from_str(texte).map_err(|e| refus(format!("Ce JSON n’est pas lisible, ligne {} : {e}", e.line())))
    } else {
        charger_toml(texte).map_err(|e| refus(e.to_string()))
    };
    let v: Version = lue?;
    if v.code.trim().is_empty() || v.code.len() > 80 || v.titre.len() > 80 || v.nom().chars().count() > 300 {
        return Err(refus("Donnez à la version un code d’au plus 80 caractères, et un intitulé d’au plus 300.".into()));
    }
    // The code is an address: that of the public page of the title.
    if !v.code.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.')) {
        return Err(refus(
            "Écrivez le code de la version avec des lettres sans accent, des chiffres et des tirets : il fait l’adresse de sa page.".into(),
        ));
    }
    let connues = toutes(cx).await?;
    if let Some(deja) = connues.iter().find(|c| c.code == v.code) {
        return if *deja == v {
            Ok((v, false))
        } else {
            Err(refus(format!(
                "Une autre version porte déjà le code « {} ». Une version ne change jamais : donnez un nouveau code à la vôtre.",
                v.code
            )))
        };
    }
    let mut lot = connues.to_vec();
    lot.push(v.clone());
    // Cycles show on any of the versions they go through.
    let fautes: Vec<String> = verifier(&lot).into_iter().filter(|c| c.gravite == Gravite::Erreur).map(|c| c.phrase).collect();
    if !fautes.is_empty() {
        return Err(refus(format!("Ce référentiel se contredit : {}", fautes.join(" "))));
    }
    if !inserer(cx, &v, true).await? {
        return Err(refus("Une version vient d’être importée sous ce code. Relisez la liste des titres.".into()));
    }
    cx.journaliser(Action::Creation, "titre", None, cx.acteur.structure, &[]).await?;
    Ok((v, true))
}

/// « Médiateur numérique (2025) »: a version as people tell it from the others.
pub fn nommer(v: &Version) -> String {
    if v.version.is_empty() { v.nom().to_owned() } else { format!("{} ({})", v.nom(), v.version) }
}
