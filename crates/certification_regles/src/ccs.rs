//! Certificats complémentaires de spécialisation : pour qui détient déjà le titre, par la
//! formation ou avec un an d'expérience.

use chrono::NaiveDate;
use serde::Serialize;

use crate::acquis::{Acquis, Origine};
use crate::dates::en_francais;
use crate::motif::{Motif, NBSP, Reference, Reponse, guillemets};
use crate::referentiel::regles::duree_mois;
use crate::referentiel::{Catalogue, ErreurReferentiel, NatureUnite, Version};
use crate::vae::Experience;
use crate::vae::experience::{controle, experience_atteint, mois_d_experience};

/// La réponse.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AccesCcs {
    /// Le titre associé est détenu.
    pub titre_detenu: bool,
    /// Le CCS est déjà détenu.
    pub ccs_detenu: bool,
}

/// Le candidat peut-il se présenter à ce CCS à cette date ?
pub fn acces_ccs(
    catalogue: Catalogue,
    version: &Version,
    ccs: &str,
    acquis: &Acquis,
    origine: Origine,
    experiences: &[Experience],
    date: NaiveDate,
) -> Result<Reponse<AccesCcs>, ErreurReferentiel> {
    let unite = catalogue.unite(&version.code, ccs)?;
    if unite.nature != NatureUnite::Ccs {
        return Err(ErreurReferentiel::Incoherence(format!("l’unité {} n’est pas un CCS.", guillemets(ccs))));
    }
    let titre = version.titre_de(unite);
    let associes: Vec<_> = acquis.titres.iter().filter(|t| catalogue.version(&t.version).is_ok_and(|v| v.titre == titre)).collect();
    let titre_detenu = associes.iter().any(|t| t.en_vigueur(date));
    let mut motifs = Vec::new();
    let retire = associes.iter().filter_map(|t| t.retire_le).filter(|r| *r <= date).max();
    let phrase = match (titre_detenu, retire) {
        (true, _) => "Le titre auquel le CCS est associé est détenu.".to_owned(),
        (false, Some(r)) => format!("Le titre auquel le CCS est associé a été retiré le {}.", en_francais(r)),
        (false, None) => "Le titre auquel le CCS est associé n’est pas détenu.".to_owned(),
    };
    motifs.push(
        Motif::nouveau("ccs.titre_detenu", Reference::delivrance(), phrase)
            .fait("titre", titre)
            .fait("retire_le", retire)
            .selon(titre_detenu),
    );
    let ccs_detenu = acquis.unites_en_vigueur(&version.code, date).contains(ccs);
    if ccs_detenu {
        motifs.push(Motif::nouveau("ccs.deja_detenu", Reference::delivrance(), "Ce CCS est déjà détenu.").contre());
    }
    if origine == Origine::Formation {
        motifs.push(
            Motif::nouveau("ccs.par_formation", Reference::delivrance(), "Le candidat vient d’un parcours de formation au CCS.").pour(),
        );
    } else {
        motifs.extend(controle(experiences, date));
        let min = version.regle("ccs.experience_min_mois", date);
        let assez = experience_atteint(experiences, min.valeur, date);
        let mois = mois_d_experience(experiences, date);
        let phrase = format!("{mois} mois d’expérience dans le métier{NBSP}; sans formation, il faut {}.", duree_mois(min.valeur));
        motifs.push(min.motif("ccs.experience", phrase).fait("mois", mois).selon(assez));
    }
    Ok(Reponse::deduite(AccesCcs { titre_detenu, ccs_detenu }, motifs))
}
