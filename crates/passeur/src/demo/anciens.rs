//! A few people who have not come for almost two years: their files are announced as soon erased.

use chrono::TimeDelta;
use mediation::{
    accueil::{self, CreerAccueil},
    conservation,
    personne::{self, CreerPersonne},
};
use serde_json::json;
use socle::Contexte;
use territoire::structure;

use super::{Decor, noms};

/// Days since they last came, and their first names.
const PARTIS: [(i64, &str); 4] = [(724, "Aline"), (716, "Benoît"), (709, "Colette"), (707, "Désiré")];

/// Adds them and announces them, as the nights since would have done.
pub async fn ajouter(cx: &mut Contexte, decor: &Decor) -> anyhow::Result<()> {
    let (systeme, maintenant) = (cx.acteur.clone(), cx.maintenant);
    for (i, (jours, prenom)) in PARTIS.into_iter().enumerate() {
        cx.maintenant = maintenant - TimeDelta::days(jours);
        cx.acteur = decor.acteur(i);
        let d = CreerPersonne {
            prenom: Some(prenom.into()),
            nom: Some("Delégaré".into()),
            annee_naissance: Some(1940 + 7 * i as i32),
            ..CreerPersonne::default()
        };
        let (p, _) = personne::creer(cx, d).await?;
        let a: CreerAccueil = serde_json::from_value(
            json!({"personne": p.id, "lieu": decor.lieux[i % 2], "motif": noms::MOTIFS[i], "suite": "information"}),
        )?;
        accueil::creer(cx, a).await?;
    }
    cx.acteur = systeme;
    for il_y_a in [20, 11, 4, 0] {
        cx.maintenant = maintenant - TimeDelta::days(il_y_a);
        let s = structure::lire(cx, decor.structure).await?;
        conservation::annoncer(cx, &s).await?;
    }
    cx.maintenant = maintenant;
    Ok(())
}
