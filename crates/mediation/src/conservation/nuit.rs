//! The work of the night: withdraw the announcements that no longer stand, announce, write to the
//! responsables, erase what was announced thirty days before. In short transactions, each complete: stopped
//! anywhere and begun again, it goes on from there.

use std::time::{Duration, Instant};

use sea_orm::{
    ActiveValue::Set,
    ConnectionTrait, ExprTrait,
    entity::prelude::*,
    sea_query::{LockType, OnConflict, Query},
};
use serde_json::Value;
use socle::{
    Contexte, Etat, Permission, Resultat, Role,
    equipe::joignables,
    identifiant::{PersonneId, StructureId},
    journal::Action,
    planification::{TRANCHE, poursuivre},
    ports::Lettre,
    tache::genre,
};
use territoire::structure::{self, Structure};

use super::{activite, depot, regles, table::annonce};
use crate::personne::{self, Oubli};

/// The name of this periodic work.
pub const NOM: &str = "conservation";

/// People announced, or erased, in one transaction.
const LOT_ANNONCES: u64 = 200;
const LOT_EFFACES: u64 = 25;

/// What a night did, or would do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Passage {
    /// Announcements withdrawn: the person came back, or the duration was made longer.
    pub annulees: u64,
    pub annonces: u64,
    /// Files erased for good.
    pub effaces: u64,
    /// Files that another structure still follows: only what this one wrote is erased.
    pub detaches: u64,
}

/// The job: works for a while, then hands the rest to a next job.
///
/// # Errors
/// A technical reason: the job is tried again.
pub async fn tache(etat: Etat, charge: Value) -> Result<(), String> {
    let depuis = serde_json::from_value(charge["depuis"].clone()).map_err(|e| e.to_string())?;
    let (passage, reste) = passer(&etat, Some(TRANCHE), depuis).await.map_err(|e| e.to_string())?;
    tracing::info!(
        annulees = passage.annulees,
        annonces = passage.annonces,
        effaces = passage.effaces,
        detaches = passage.detaches,
        fini = reste.is_none(),
        "retention"
    );
    if let Some(s) = reste {
        poursuivre(&etat, NOM, &charge, Some(s.0)).await.map_err(|e| e.to_string())?;
    }
    Ok(())
}

/// Does the whole work of a night now.
pub async fn appliquer(etat: &Etat) -> Resultat<Passage> {
    Ok(passer(etat, None, None).await?.0)
}

/// What the work of a night would do now; nothing is written.
pub async fn prevoir(cx: &Contexte) -> Resultat<Passage> {
    cx.exiger_instance(Permission::InstanceGerer)?;
    let mut p = Passage::default();
    let jour = cx.aujourd_hui();
    for s in structure::toutes(cx).await? {
        let limite = regles::limite(jour, s.conservation_mois);
        let mut q = Query::select();
        q.expr_as(Expr::cust("1"), "un").from("annonce_effacement").and_where(depot::annulees(s.id, limite));
        p.annulees += depot::total(cx, q).await?;
        p.annonces += depot::total(cx, depot::a_annoncer(s.id, limite, regles::echeance(jour), None)).await?;
        let mut du = depot::a_effacer(s.id, jour, None);
        du.and_where(Expr::col(("annonce_effacement", "activite")).lte(limite));
        let total = depot::total(cx, du.clone()).await?;
        let mut ailleurs = Query::select();
        ailleurs
            .expr(Expr::cust("1"))
            .from_as("suivi", "y")
            .and_where(Expr::col(("y", "personne_id")).equals(("annonce_effacement", "personne_id")))
            .and_where(Expr::col(("y", "structure_id")).ne(s.id));
        du.and_where(Expr::exists(ailleurs));
        let detaches = depot::total(cx, du).await?;
        p.detaches += detaches;
        p.effaces += total - detaches;
    }
    Ok(p)
}

/// Works structure by structure, in the order of their ids, from `depuis`; gives the one to go on from when it stopped
/// because `duree` had passed: at least one lot, or one structure, is done each time.
pub async fn passer(etat: &Etat, duree: Option<Duration>, depuis: Option<StructureId>) -> Resultat<(Passage, Option<StructureId>)> {
    let debut = Instant::now();
    let assez = || duree.is_some_and(|d| debut.elapsed() >= d);
    let mut p = Passage::default();
    let mut structures = structure::toutes(&Contexte::systeme(etat).await?).await?;
    structures.retain(|s| Some(s.id) >= depuis);
    for (rang, s) in structures.iter().enumerate() {
        if rang > 0 && assez() {
            return Ok((p, Some(s.id)));
        }
        let cx = Contexte::systeme(etat).await?;
        p.annulees += annuler(&cx, s).await?;
        cx.valider().await?;
        let mut apres = None;
        loop {
            let cx = Contexte::systeme(etat).await?;
            let (n, dernier) = annoncer_un_lot(&cx, s, apres).await?;
            cx.valider().await?;
            p.annonces += n;
            match dernier {
                Some(_) if assez() => return Ok((p, Some(s.id))),
                Some(d) => apres = Some(d),
                None => break,
            }
        }
        let cx = Contexte::systeme(etat).await?;
        prevenir(&cx, s).await?;
        cx.valider().await?;
        loop {
            let cx = Contexte::systeme(etat).await?;
            let Some((effaces, detaches)) = effacer_un_lot(&cx, s.id).await? else { break };
            cx.valider().await?;
            p.effaces += effaces;
            p.detaches += detaches;
            if assez() {
                return Ok((p, Some(s.id)));
            }
        }
    }
    Ok((p, None))
}

/// Withdraws the announcements that no longer stand.
async fn annuler(cx: &Contexte, s: &Structure) -> Resultat<u64> {
    let mut q = Query::delete();
    q.from_table("annonce_effacement").cond_where(depot::annulees(s.id, regles::limite(cx.aujourd_hui(), s.conservation_mois)));
    let db = cx.db();
    Ok(db.execute_raw(db.get_database_backend().build(&q)).await?.rows_affected())
}

/// Announces all that a structure must be told, in the transaction of `cx`; gives how many.
pub async fn annoncer(cx: &Contexte, s: &Structure) -> Resultat<u64> {
    cx.exiger_instance(Permission::InstanceGerer)?;
    let (mut total, mut apres) = (0, None);
    loop {
        let (n, dernier) = annoncer_un_lot(cx, s, apres).await?;
        total += n;
        match dernier {
            Some(d) => apres = Some(d),
            None => return Ok(total),
        }
    }
}

/// Announces some people after `apres`; gives how many, and the last one if there may be more.
async fn annoncer_un_lot(cx: &Contexte, s: &Structure, apres: Option<PersonneId>) -> Resultat<(u64, Option<PersonneId>)> {
    let jour = cx.aujourd_hui();
    let (limite, echeance) = (regles::limite(jour, s.conservation_mois), regles::echeance(jour));
    let ids = depot::qui(cx, depot::a_annoncer(s.id, limite, echeance, apres), LOT_ANNONCES).await?;
    if ids.is_empty() {
        return Ok((0, None));
    }
    let dernieres = activite::dernieres(cx, s.id, &ids).await?;
    let lignes = ids.iter().map(|id| {
        let activite = dernieres.get(id).copied().unwrap_or(limite);
        annonce::ActiveModel {
            structure_id: Set(s.id),
            personne_id: Set(*id),
            annoncee_le: Set(jour),
            echeance: Set(echeance),
            activite: Set(activite),
            activite_fin: Set(regles::fin(activite)),
        }
    });
    let n = annonce::Entity::insert_many(lignes)
        .on_conflict(OnConflict::columns([annonce::Column::StructureId, annonce::Column::PersonneId]).do_nothing().to_owned())
        .exec_without_returning(&cx.db())
        .await?;
    Ok((n, ids.last().copied().filter(|_| ids.len() as u64 == LOT_ANNONCES)))
}

/// Writes to the responsables when something was announced today; no name is in the mail. Done again the
/// same day, nothing more is sent.
async fn prevenir(cx: &Contexte, s: &Structure) -> Resultat<()> {
    let jour = cx.aujourd_hui();
    let n = annonce::Entity::find()
        .filter(annonce::Column::StructureId.eq(s.id))
        .filter(annonce::Column::AnnonceeLe.eq(jour))
        .count(&cx.db())
        .await?;
    if n == 0 {
        return Ok(());
    }
    let dossiers = interface::format::compte(n.cast_signed(), "dossier", "dossiers");
    let seront = if n == 1 { "sera effacé" } else { "seront effacés" };
    let adresse = cx.etat().config.public_url.trim_end_matches('/');
    for r in joignables(cx, s.id, Role::Responsable).await? {
        let lettre = Lettre {
            destinataire: r.email,
            sujet: format!("{dossiers} bientôt à effacer dans Passeur"),
            corps: format!(
                "Bonjour {},\n\n{dossiers} de « {} » {seront} à partir du {} : les personnes ne sont plus venues depuis bientôt {} mois.\n\nPour les voir, et garder ceux qui doivent l’être :\n{adresse}/conservation\n\nSans rien faire de votre part, les noms et les textes seront effacés pour toujours ; les activités restent comptées. Si une personne revient d’ici là, son dossier reste.\n\nCe message est envoyé automatiquement : merci de ne pas y répondre.\n",
                r.nom,
                s.nom,
                interface::format::date_sans_jour(regles::echeance(jour)),
                s.conservation_mois,
            ),
        };
        let charge = serde_json::to_value(lettre).map_err(socle::Erreur::interne)?;
        cx.confier(genre::COURRIEL, charge, Some(format!("{NOM}/{jour}/{}/{}", s.id, r.id)), None).await?;
    }
    Ok(())
}

/// Erases some of the files whose day has come; None when there is none left.
async fn effacer_un_lot(cx: &Contexte, structure: StructureId) -> Resultat<Option<(u64, u64)>> {
    let jour = cx.aujourd_hui();
    let ids = depot::qui(cx, depot::a_effacer(structure, jour, None), LOT_EFFACES).await?;
    if ids.is_empty() {
        return Ok(None);
    }
    verrouiller(cx, &ids).await?;
    // Read again once nobody can add to these files: what came in between keeps them.
    let encore = depot::qui(cx, depot::a_effacer(structure, jour, Some(&ids)), LOT_EFFACES).await?;
    let (mut effaces, mut detaches) = (0, 0);
    for id in encore {
        match personne::oublier(cx, id, structure).await? {
            Oubli::Efface => effaces += 1,
            Oubli::Detache => detaches += 1,
        }
        cx.journaliser(Action::Effacement, "personne", id.0, structure, &["conservation"]).await?;
    }
    Ok(Some((effaces, detaches)))
}

/// On PostgreSQL, whoever adds an activity waits for these people's rows; SQLite has one writer.
async fn verrouiller(cx: &Contexte, ids: &[PersonneId]) -> Resultat<()> {
    let mut q = Query::select();
    q.column("id")
        .from("personne")
        .and_where(Expr::col("id").is_in(ids.iter().copied()))
        .order_by("id", sea_orm::Order::Asc)
        .lock(LockType::Update);
    let db = cx.db();
    db.query_all(&q).await?;
    Ok(())
}
