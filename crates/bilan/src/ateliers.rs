//! What workshops gave: attendance, filling, satisfaction, success. The rates are those of `mediation::ateliers::taux`.

use mediation::{
    ateliers::{Axe, Champ, Comptes, Resultats, compter, resultats},
    nomenclatures::TypeActivite,
};
use socle::{Contexte, Resultat};

use crate::filtre::Filtre;

/// The figures of the workshops of what is counted, small ones masked as for a coordinator if `masque`. The caller has
/// checked the right to read the bilan.
pub async fn calculer(cx: &Contexte, f: &Filtre, masque: bool) -> Resultat<Resultats> {
    if f.type_activite == Some(TypeActivite::Individuel) {
        return Ok(resultats(&Comptes::default(), masque));
    }
    let champ = Champ {
        structures: (!f.instance).then(|| f.structures.clone()),
        du: f.du,
        au: f.au,
        lieu: f.lieu,
        animateur: f.mediateur,
        thematique: f.thematique,
        commune: f.commune.clone(),
    };
    let comptes = compter(cx, &champ, Axe::Ensemble).await?;
    Ok(resultats(&comptes.into_values().fold(Comptes::default(), |a, b| a + b), masque))
}
