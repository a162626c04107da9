//! Equipment: a register, what the séances to come reserve of it, something out of order, something that misses.

use ateliers::{
    equipement::{self, DemandeEquipement, EcrireEquipement, EtatEquipement},
    seance::{self, Filtre},
};
use socle::{Contexte, identifiant::LieuId};

use super::Decor;

/// Writes the register, then equips the séances to come.
pub async fn ajouter(cx: &mut Contexte, decor: &Decor) -> anyhow::Result<()> {
    let systeme = cx.acteur.clone();
    cx.acteur = decor.acteur(0);
    let un = |nom: &str, quantite, lieu: Option<LieuId>, etat, precision: &str| EcrireEquipement {
        id: None,
        version: None,
        nom: nom.to_owned(),
        quantite,
        lieu,
        etat,
        precision: (!precision.is_empty()).then(|| precision.to_owned()),
    };
    let mut ids = vec![];
    for d in [
        un("Tablettes", 8, None, None, "Valise d’exemple n° 1, chargeurs dans la poche"),
        un("Ordinateurs portables", 6, None, None, "Armoire d’exemple, clé à l’accueil"),
        un("Vidéoprojecteur", 1, None, None, "Avec son câble et sa rallonge"),
        un("Enceinte et micro", 1, None, Some(EtatEquipement::EnPanne), "Le micro ne s’allume plus"),
        un("Imprimante", 1, Some(decor.lieux[0]), None, ""),
    ] {
        ids.push(equipement::creer(cx, d).await?.0.id);
    }
    let seances = seance::lister(cx, &Filtre::default(), 40).await?;
    for (n, c) in seances.iter().enumerate() {
        let mut demandes = vec![DemandeEquipement { equipement: ids[n % 2], quantite: 4 + u32::try_from(n % 3)? }];
        if n % 3 == 0 {
            demandes.push(DemandeEquipement { equipement: ids[2], quantite: 1 });
        }
        // One that asks for what is out of order: its pages say so.
        if n == 2 {
            demandes.push(DemandeEquipement { equipement: ids[3], quantite: 1 });
        }
        if c.seance.lieu_id == Some(decor.lieux[0]) {
            demandes.push(DemandeEquipement { equipement: ids[4], quantite: 1 });
        }
        equipement::changer(cx, c.seance.id, &demandes, true).await?;
    }
    cx.acteur = systeme;
    Ok(())
}
