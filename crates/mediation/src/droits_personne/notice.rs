//! The notice given to people before anything is recorded about them (art. 13).

use serde_json::json;
use socle::{Contexte, Permission, Resultat, ports::Modele};
use territoire::structure;

/// The ground the structure relies on (art. 6): it depends on what the structure is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BaseLegale {
    /// A public body, or an association entrusted with a public service.
    #[default]
    MissionInteretPublic,
    InteretLegitime,
    Consentement,
}

/// The notice of the structure the actor works in, as PDF. It names no person received.
pub async fn notice(cx: &Contexte, base: BaseLegale) -> Resultat<Vec<u8>> {
    let id = cx.exiger(Permission::StructureLire)?;
    let s = structure::lire(cx, id).await?;
    let donnees = json!({
        "structure": territoire::structure::en_tete(&s),
        "date": cx.aujourd_hui(),
        "base_legale": base,
        "conservation_mois": s.conservation_mois,
    });
    Ok(cx.etat().documents.pdf(Modele::NoticeInformation, donnees).await?)
}

#[cfg(test)]
mod tests {
    #[test]
    fn le_registre_promet_ce_que_dit_la_notice() {
        assert!(crate::personne::TRAITEMENT.duree.starts_with(&format!("{} mois", territoire::structure::CONSERVATION_MOIS)));
    }
}
