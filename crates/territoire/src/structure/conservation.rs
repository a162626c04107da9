//! How long a structure keeps the file of a person who no longer comes.

use std::ops::RangeInclusive;

use askama::Template;
use axum::http::StatusCode;
use interface::{
    Erreurs, Message, Page,
    requete::{Formulaire, Reponse, Web, aller, rendre, rendre_avec},
};
use sea_orm::{ActiveValue::Set, QueryOrder, entity::prelude::*};
use socle::{Contexte, Erreur, Permission, Resultat, controle::Controle, identifiant::StructureId, journal::Action};

use super::{Structure, lire, table};

/// Months without activity after which a file is erased, unless the structure says otherwise.
pub const CONSERVATION_MOIS: i32 = 24;

/// Months that a structure may choose; the database refuses others too.
pub const CONSERVATION_BORNES: RangeInclusive<i32> = 6..=36;

/// Sets how long the structure keeps files; `version` is the one that was read, if it was.
pub async fn regler_conservation(cx: &Contexte, id: StructureId, version: Option<i32>, mois: i32) -> Resultat<Structure> {
    cx.exiger_dans(Permission::StructureGerer, id)?;
    let avant = lire(cx, id).await?;
    let mut c = Controle::new();
    if !CONSERVATION_BORNES.contains(&mois) {
        c.faute("mois", format!("Choisissez entre {} et {} mois.", CONSERVATION_BORNES.start(), CONSERVATION_BORNES.end()));
    }
    c.finir()?;
    let r = table::Entity::update_many()
        .set(table::ActiveModel { conservation_mois: Set(mois), version: Set(avant.version + 1), ..Default::default() })
        .filter(table::Column::Id.eq(id))
        .filter(table::Column::Version.eq(version.unwrap_or(avant.version)))
        .exec(&cx.db())
        .await?;
    if r.rows_affected == 0 {
        return Err(Erreur::VersionPerimee);
    }
    cx.journaliser(Action::Modification, "structure", id.0, id, &["conservation_mois"]).await?;
    lire(cx, id).await
}

/// Every structure and how many months it keeps files: for the program itself.
pub async fn toutes(cx: &Contexte) -> Resultat<Vec<Structure>> {
    cx.exiger_instance(Permission::InstanceGerer)?;
    Ok(table::Entity::find().order_by_asc(table::Column::Id).all(&cx.db()).await?)
}

#[derive(Clone, Default, serde::Deserialize)]
#[serde(default)]
pub(super) struct Saisie {
    mois: String,
    version: String,
}

#[derive(Template)]
#[template(path = "structure/conservation.html")]
struct PageConservation {
    page: Page,
    erreurs: Erreurs,
    perimee: bool,
    s: Saisie,
}

pub(super) async fn formulaire(w: Web) -> Reponse {
    let cx = w.lecture();
    let s = lire(&cx, cx.exiger(Permission::StructureGerer)?).await?;
    let saisie = Saisie { mois: s.conservation_mois.to_string(), version: s.version.to_string() };
    rendre(&PageConservation { page: w.page, erreurs: Erreurs::default(), perimee: false, s: saisie })
}

pub(super) async fn enregistrer(w: Web, Formulaire(mut s): Formulaire<Saisie>) -> Reponse {
    let cx = w.ecriture().await?;
    let id = cx.exiger(Permission::StructureGerer)?;
    let mut c = Controle::new();
    let mois = c.nombre::<i32>("mois", &s.mois);
    c.exiger(mois.is_some() || !c.fautes().is_empty(), "mois", "Indiquez un nombre de mois.");
    let version = c.nombre::<i32>("version", &s.version);
    let fait = match c.finir() {
        Ok(()) => regler_conservation(&cx, id, version, mois.unwrap_or(0)).await,
        Err(e) => Err(e),
    };
    match fait {
        Ok(_) => {
            cx.valider().await?;
            Ok(aller("/structure", Message::succes("La durée de conservation est à jour. Elle vaut dès la nuit prochaine.")))
        }
        Err(Erreur::Invalide(e)) => {
            let p = PageConservation { page: w.page, erreurs: e.into(), perimee: false, s };
            rendre_avec(StatusCode::UNPROCESSABLE_ENTITY, &p)
        }
        Err(Erreur::VersionPerimee) => {
            s.version = lire(&cx, id).await?.version.to_string();
            rendre_avec(StatusCode::CONFLICT, &PageConservation { page: w.page, erreurs: Erreurs::default(), perimee: true, s })
        }
        Err(e) => Err(e.into()),
    }
}
