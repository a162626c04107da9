//! The timeline of a person: all that happened, newest first.

pub(crate) mod migration;

use chrono::NaiveDate;
use socle::{Contexte, Resultat, identifiant::PersonneId};

/// One thing that happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evenement {
    pub jour: NaiveDate,
    /// To sort within a day: a UUIDv7 is in the order of time.
    pub ordre: uuid::Uuid,
    /// Name of an icon of `interface::icone`.
    pub icone: &'static str,
    /// « Accompagnement individuel », « Diagnostic partagé »…
    pub titre: String,
    pub detail: Option<String>,
    pub href: Option<String>,
}

/// The last things that happened to a person in the structures the actor may read, at most `max` of each kind.
pub async fn reunir(cx: &Contexte, id: PersonneId, max: u64) -> Resultat<Vec<Evenement>> {
    let mut tout = crate::accueil::evenements(cx, id, max).await?;
    tout.extend(crate::rendez_vous::evenements(cx, id, max).await?);
    tout.extend(crate::diagnostic::evenements(cx, id, max).await?);
    tout.extend(crate::parcours::evenements(cx, id, max).await?);
    tout.extend(crate::accompagnement::evenements(cx, id, max).await?);
    tout.extend(crate::orientation::evenements(cx, id, max).await?);
    tout.extend(crate::ateliers::evenements(cx, id, max).await?);
    tout.sort_by_key(|e| std::cmp::Reverse((e.jour, e.ordre)));
    Ok(tout)
}
