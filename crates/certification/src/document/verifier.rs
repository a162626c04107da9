//! What anybody is told of a document: never the name, but whether the name typed is the holder's.

use certification_regles::decision::EtatDocument;
use chrono::NaiveDate;
use sea_orm::entity::prelude::*;
use serde::Serialize;
use socle::{Contexte, Erreur, Resultat, contexte::Acteur, etat::Etat, texte::plier};

use super::{Nature, table};

/// What is said of a document.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct Verifie {
    pub nature: Nature,
    pub numero: String,
    /// Label of the title, as printed.
    pub titre: String,
    /// Labels of the units, as printed.
    pub unites: Vec<String>,
    pub emis_le: NaiveDate,
    /// Whether it is in force: issued, and not withdrawn.
    pub valide: bool,
    /// State: `a_demander`, `demande`, `delivre`, `remis`, `retire`.
    #[schema(value_type = String)]
    pub etat: EtatDocument,
    pub retire_le: Option<NaiveDate>,
    /// Initials of the holder, for a document that names one.
    pub initiales: Option<String>,
    /// Whether the name typed is the holder's; none when none was typed.
    pub nom_exact: Option<bool>,
}

/// What a code typed by hand means: letters without case, spaces and dashes left out.
fn normaliser(code: &str) -> String {
    code.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_uppercase()).take(40).collect()
}

/// Says what a document is, by its code.
///
/// # Errors
/// `Introuvable`: no document has this code.
pub async fn verifier(etat: &Etat, code: &str, nom: Option<&str>) -> Resultat<Verifie> {
    let cx = Contexte::lecture(etat, &Acteur::systeme(), etat.horloge.nouvel_uuid());
    let d = table::Entity::find()
        .filter(table::Column::CodeVerification.eq(normaliser(code)))
        .one(&cx.db())
        .await?
        .ok_or(Erreur::Introuvable("Ce document"))?;
    let intact = d.intact();
    let f = d.fige()?;
    let etat_document = d.etat()?;
    let holder = f.prenom.zip(f.nom);
    let initiale = |m: &str| m.chars().next().map(|c| format!("{}.", c.to_uppercase())).unwrap_or_default();
    let nom_exact = nom.map(str::trim).filter(|n| !n.is_empty()).map(|n| {
        holder.as_ref().is_some_and(|(p, n2)| {
            let dit = plier(n);
            dit == plier(&format!("{p} {n2}")) || dit == plier(&format!("{n2} {p}"))
        })
    });
    Ok(Verifie {
        nature: d.nature()?,
        numero: d.numero,
        titre: f.titre,
        unites: serde_json::from_value(d.unites).map_err(Erreur::interne)?,
        emis_le: d.emis_le,
        valide: intact && d.retire_le.is_none() && matches!(etat_document, EtatDocument::Delivre | EtatDocument::Remis),
        etat: etat_document,
        retire_le: d.retire_le,
        initiales: holder.as_ref().map(|(p, n)| format!("{} {}", initiale(p), initiale(n))),
        nom_exact,
    })
}
