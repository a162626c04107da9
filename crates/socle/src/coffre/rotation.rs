//! Changing the key, giving one up: for the command line, while nodes serve.

use chrono::TimeDelta;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, sea_query::Expr};

use super::{
    Champ, Cle, CleConnue, Coffre, EntiteCle, fichier,
    ouverture::{self, Refus},
    passe::{self, Compte},
    table,
};
use crate::{Contexte, Etat, Resultat, journal::Action};

/// How long after it was replaced a key may still seal what a slow request writes.
const REPIT: TimeDelta = TimeDelta::minutes(5);

/// What seals what is not sealed yet, or by an older key.
pub const GENRE: &str = "sceller_les_notes";

impl Coffre {
    pub(super) fn perdue(&self, cle: &str) -> bool {
        self.anneau().perdues.contains(cle)
    }
}

/// Adds a key to the file without using it yet, so that it can be copied to the other nodes first.
pub fn preparer(etat: &Etat) -> Result<Cle, Refus> {
    let mut cles = fichier::lire(etat.coffre.chemin()).map_err(Refus::Cles)?.unwrap_or_default();
    let k = Cle::tirer(etat.horloge.maintenant())?;
    cles.push(k.clone());
    fichier::ecrire(etat.coffre.chemin(), &cles).map_err(Refus::Cles)?;
    etat.coffre.anneau_mut().cles.insert(k.id.clone(), k.clone());
    Ok(k)
}

/// Makes the newest key of the file the one that seals: the one prepared, else a new one. When a rotation
/// was interrupted, gives the key it had begun with. What is sealed already is for [`sceller`].
pub async fn changer(etat: &Etat) -> Result<(CleConnue, bool), Refus> {
    let tx = ouverture::seul(&etat.base).await?;
    let connues = Coffre::cles_connues(&tx).await?;
    if let Some(c) = connues.iter().find(|c| c.active && c.tout_scelle_le.is_none() && connues.len() > 1) {
        let c = c.clone();
        drop(tx);
        etat.coffre.suivre(etat.base.lecture()).await?;
        return Ok((c, false));
    }
    let cles = fichier::lire(etat.coffre.chemin()).map_err(Refus::Cles)?.unwrap_or_default();
    let prete = cles.into_iter().rev().find(|k| !connues.iter().any(|c| c.id == k.id));
    let k = match prete {
        Some(k) => k,
        None => preparer(etat)?,
    };
    etat.coffre.anneau_mut().cles.insert(k.id.clone(), k.clone());
    table::Entity::update_many()
        .col_expr(table::Column::Active, Expr::value(false))
        .col_expr(table::Column::RemplaceeLe, Expr::value(Some(etat.horloge.maintenant())))
        .filter(table::Column::Active.eq(true))
        .exec(&tx)
        .await?;
    ouverture::enregistrer(&tx, &k).await?;
    tx.commit().await?;
    etat.coffre.suivre(etat.base.lecture()).await?;
    let c = EntiteCle::find_by_id(k.id).one(etat.base.lecture()).await?;
    c.map(|c| (c, true)).ok_or_else(|| Refus::Cles("la nouvelle clé n’est pas dans la base".into()))
}

/// Seals everything with the key in use, in passes, until a pass finds nothing left; then notes it.
/// `dire` is told of each batch; false stops, and a later call goes on from there.
pub async fn sceller(etat: &Etat, champs: &[Champ], mut dire: impl FnMut(&str, Compte) -> bool) -> Resultat<Option<Compte>> {
    // Another command may have changed the key a moment ago.
    etat.coffre.suivre(etat.base.lecture()).await?;
    let mut total = Compte::default();
    loop {
        let mut arrete = false;
        let c = passe::sceller_tout(etat, champs, |t, c| {
            arrete = !dire(t, Compte { lignes: total.lignes + c.lignes, ..c });
            !arrete
        })
        .await?;
        total = Compte { lignes: total.lignes + c.lignes, fautes: c.fautes };
        if arrete {
            return Ok(None);
        }
        if c.lignes == 0 {
            break;
        }
    }
    if total.fautes == 0 {
        let tx = etat.base.ecriture().await?;
        table::Entity::update_many()
            .col_expr(table::Column::ToutScelleLe, Expr::value(Some(etat.horloge.maintenant())))
            .filter(table::Column::Id.eq(etat.coffre.active().unwrap_or_default()))
            .filter(table::Column::ToutScelleLe.is_null())
            .exec(&tx)
            .await?;
        tx.commit().await?;
    }
    Ok(Some(total))
}

/// Asks for [`sceller`] in the background, once for each key: at start.
pub async fn confier(cx: &Contexte) -> Resultat<()> {
    let connues = Coffre::cles_connues(&cx.db()).await?;
    let Some(active) = connues.iter().find(|c| c.active && c.tout_scelle_le.is_none()) else { return Ok(()) };
    cx.confier(GENRE, serde_json::Value::Null, Some(format!("{GENRE}-{}", active.id)), None).await
}

/// Runs what [`confier`] asked for, for two minutes at most, then asks for the rest: shorter than the lease of a job.
pub async fn tache(etat: Etat, champs: Vec<Champ>) -> Result<(), String> {
    let debut = std::time::Instant::now();
    let fini = sceller(&etat, &champs, |_, _| debut.elapsed() < std::time::Duration::from_secs(120)).await.map_err(|e| e.to_string())?;
    match fini {
        Some(Compte { fautes: 0, .. }) => Ok(()),
        Some(c) => Err(format!("{} textes ne s’ouvrent pas : lancez « passeur key check »", c.fautes)),
        None => {
            let suite = async {
                let cx = Contexte::systeme(&etat).await?;
                cx.confier(GENRE, serde_json::Value::Null, None, None).await?;
                cx.valider().await
            };
            suite.await.map_err(|e: crate::Erreur| e.to_string())
        }
    }
}

/// Removes an old key from the database and from the file. Refused while a value needs it, or a slow
/// request could still use it.
pub async fn oublier(etat: &Etat, champs: &[Champ], id: &str) -> Result<(), Refus> {
    let connue = EntiteCle::find_by_id(id.to_owned()).one(etat.base.lecture()).await?;
    let connue = connue.ok_or_else(|| Refus::Cles(format!("aucune clé {id} : « passeur key show » les montre")))?;
    if connue.active {
        return Err(Refus::Cles(format!("la clé {id} est celle qui sert : « passeur key rotate » la remplace d’abord")));
    }
    if connue.remplacee_le.is_none_or(|r| etat.horloge.maintenant() - r < REPIT) {
        return Err(Refus::Cles(format!(
            "la clé {id} vient d’être remplacée : attendez cinq minutes, une demande en cours peut s’en servir"
        )));
    }
    let bilan = passe::verifier_tout(etat.base.lecture(), &etat.coffre, champs).await.map_err(|e| Refus::Cles(e.to_string()))?;
    let restent = bilan.par_cle.get(id).copied().unwrap_or(0);
    if restent > 0 || bilan.nombre_fautes > 0 || (connue.perdue_le.is_some() && bilan.perdus > 0) {
        let n = restent + bilan.nombre_fautes + bilan.perdus;
        return Err(Refus::Cles(format!("{n} textes ont encore besoin de la clé {id} : lancez « passeur key rotate », puis recommencez")));
    }
    let cx = Contexte::systeme(etat).await.map_err(|e| Refus::Cles(e.to_string()))?;
    EntiteCle::delete_by_id(id.to_owned()).exec(&cx.db()).await?;
    noter(&cx, Action::Suppression).await?;
    cx.valider().await.map_err(|e| Refus::Cles(e.to_string()))?;
    let mut cles = fichier::lire(etat.coffre.chemin()).map_err(Refus::Cles)?.unwrap_or_default();
    cles.retain(|k| k.id != id);
    fichier::ecrire(etat.coffre.chemin(), &cles).map_err(Refus::Cles)?;
    etat.coffre.anneau_mut().cles.remove(id);
    Ok(())
}

/// Gives a key up for lost: what it sealed reads as [`super::PERDU`], and the instance serves again. Refused
/// while the file has it. If it was the one in use, a new one takes its place.
pub async fn renoncer(etat: &Etat, id: &str) -> Result<(), Refus> {
    if etat.coffre.anneau().cles.contains_key(id) {
        return Err(Refus::Cles(format!("la clé {id} est dans le fichier {} : elle n’est pas perdue", etat.coffre.chemin().display())));
    }
    let tx = ouverture::seul(&etat.base).await?;
    let connues = Coffre::cles_connues(&tx).await?;
    let Some(connue) = connues.iter().find(|c| c.id == id) else {
        return Err(Refus::Cles(format!("aucune clé {id} : « passeur key show » les montre")));
    };
    let maintenant = Some(etat.horloge.maintenant());
    table::Entity::update_many()
        .col_expr(table::Column::PerdueLe, Expr::value(maintenant))
        .col_expr(table::Column::RemplaceeLe, Expr::value(maintenant))
        .col_expr(table::Column::Active, Expr::value(false))
        .filter(table::Column::Id.eq(id))
        .exec(&tx)
        .await?;
    if connue.active {
        ouverture::enregistrer(&tx, &preparer(etat)?).await?;
    }
    tx.commit().await?;
    etat.coffre.suivre(etat.base.lecture()).await?;
    Ok(())
}

/// Writes in the journal that the keys were changed, by the command line.
pub async fn noter(cx: &Contexte, action: Action) -> Result<(), Refus> {
    cx.journaliser(action, "cle", None, None, &[]).await.map_err(|e| Refus::Cles(e.to_string()))
}
