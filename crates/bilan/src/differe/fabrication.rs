//! The job: from a snapshot of the database to a file, a thousand rows at a time.

use std::panic::AssertUnwindSafe;

use futures_util::FutureExt;
use sea_orm::{ActiveEnum, ExprTrait, entity::prelude::*};
use serde_json::Value;
use socle::{
    Acteur, Contexte, Erreur, Etat, Resultat,
    fichiers::{Depose, Ecriture, Nouveau},
    identifiant::ExportId,
};
use tokio::io::AsyncReadExt;

use super::{
    Avancement, CONSERVATION, Export, TACHE_BALAYAGE,
    table::{Column, Entity},
};
use crate::export::{Format, Liste, MORCEAU, ligne_csv};

/// Begun more often, an export takes its node down each time: it is given up.
const ESSAIS_MAX: i32 = 5;

/// After so many tries of a service that does not answer, its author is told.
const ESSAIS_INDISPONIBLE: i32 = 3;

/// How many rows between two notes of the progress.
const JALON: i64 = 5_000;

/// Why the making of an export stopped.
enum Arret {
    /// Deleted, or taken over by another run.
    Depasse,
    Faute(Erreur),
}

impl<E: Into<Erreur>> From<E> for Arret {
    fn from(e: E) -> Self {
        Self::Faute(e.into())
    }
}

/// The author of the export of a job, in the structure they asked it from: the binary finds who that is.
pub async fn demandeur(etat: &Etat, charge: &Value) -> Resultat<Option<Export>> {
    let Some(id) = charge["export"].as_str().and_then(|t| t.parse::<ExportId>().ok()) else { return Ok(None) };
    Ok(Entity::find_by_id(id).one(etat.base.lecture()).await?)
}

/// Makes the export `e` as `acteur`, who is its author as they are now; None: the account is closed.
/// Run again after a crash, it starts over.
///
/// # Errors
/// When it should be tried again later.
pub async fn executer(etat: &Etat, e: Export, acteur: Option<Acteur>) -> Result<(), String> {
    let Some(e) = prendre(etat, e.id).await.map_err(|e| e.to_string())? else { return Ok(()) };
    let acteur = acteur.filter(|a| a.utilisateur == Some(e.utilisateur_id) && a.structure == e.structure_id);
    let faute = match acteur {
        _ if e.essais > ESSAIS_MAX => Erreur::Interne("begun too often".into()),
        None => Erreur::Conflit("Votre compte n’a plus de fonction dans la structure où vous avez demandé cet export.".into()),
        Some(acteur) => {
            // A spreadsheet that cannot be written panics in the library.
            let fait = AssertUnwindSafe(fabriquer(etat, &e, &acteur))
                .catch_unwind()
                .await
                .unwrap_or_else(|p| Err(Arret::Faute(panique(p.as_ref()))));
            match fait {
                Ok(()) | Err(Arret::Depasse) => return Ok(()),
                Err(Arret::Faute(f)) => f,
            }
        }
    };
    tracing::warn!(export = %e.id, essais = e.essais, erreur = %faute, "export failed");
    if matches!(faute, Erreur::Indisponible(_)) && e.essais < ESSAIS_INDISPONIBLE {
        return Err(faute.to_string());
    }
    echouer(etat, &e, &faute).await.map_err(|e| e.to_string())
}

fn panique(p: &(dyn std::any::Any + Send)) -> Erreur {
    let texte = p.downcast_ref::<String>().cloned().or_else(|| p.downcast_ref::<&str>().map(|t| (*t).to_owned())).unwrap_or_default();
    if texte.contains("StorageFull") || texte.contains("QuotaExceeded") { Erreur::StockagePlein(texte) } else { Erreur::Interne(texte) }
}

/// Takes the export for this run.
async fn prendre(etat: &Etat, id: ExportId) -> Resultat<Option<Export>> {
    let cx = Contexte::systeme(etat).await?;
    Entity::update_many()
        .col_expr(Column::Etat, Expr::value(Avancement::EnCours.to_value()))
        .col_expr(Column::Prise, Expr::value(Some(cx.nouvel_uuid())))
        .col_expr(Column::Essais, Expr::col(Column::Essais).add(1))
        .col_expr(Column::Faites, Expr::value(0i64))
        .col_expr(Column::Total, Expr::value(None::<i64>))
        .filter(Column::Id.eq(id))
        .filter(Column::Etat.is_in([Avancement::Attente, Avancement::EnCours]))
        .exec(&cx.db())
        .await?;
    let e = Entity::find_by_id(id).one(&cx.db()).await?.filter(|e| e.etat == Avancement::EnCours);
    cx.valider().await?;
    Ok(e)
}

/// Notes how far it is; [`Arret::Depasse`] when the export is no longer this run's.
async fn noter(etat: &Etat, e: &Export, faites: i64, total: u64) -> Result<(), Arret> {
    let cx = Contexte::systeme(etat).await?;
    let notees = Entity::update_many()
        .col_expr(Column::Faites, Expr::value(faites))
        .col_expr(Column::Total, Expr::value(Some(total as i64)))
        .filter(Column::Id.eq(e.id))
        .filter(Column::Prise.eq(e.prise))
        .exec(&cx.db())
        .await?
        .rows_affected;
    cx.valider().await?;
    if notees == 1 { Ok(()) } else { Err(Arret::Depasse) }
}

/// Where rows are, and how many were written.
struct Suivi<'a> {
    etat: &'a Etat,
    export: &'a Export,
    total: u64,
    faites: i64,
    notees: i64,
}

impl Suivi<'_> {
    async fn avancer(&mut self, lignes: usize) -> Result<(), Arret> {
        self.faites += lignes as i64;
        if self.faites - self.notees >= JALON {
            self.notees = self.faites;
            noter(self.etat, self.export, self.faites, self.total).await?;
        }
        Ok(())
    }
}

async fn fabriquer(etat: &Etat, e: &Export, acteur: &Acteur) -> Result<(), Arret> {
    let cx = Contexte::instantane(etat, acteur, e.id.0).await?;
    let liste = super::liste(cx, e).await?;
    noter(etat, e, 0, liste.total).await?;
    let mut suivi = Suivi { etat, export: e, total: liste.total, faites: 0, notees: 0 };
    let nouveau = Nouveau {
        structure: e.structure_id,
        proprietaire: Some(e.utilisateur_id),
        nom: e.nom_de_fichier(),
        media: e.format.mime().into(),
        expire_le: Some(etat.horloge.maintenant() + CONSERVATION),
        maximum: None,
    };
    let depose = match e.format {
        Format::Csv => {
            let mut ecriture = Ecriture::commencer(etat, nouveau).await?;
            if let Err(a) = csv(&liste, &mut ecriture, &mut suivi).await {
                ecriture.abandonner().await;
                return Err(a);
            }
            drop(liste);
            ecriture
        }
        Format::Xlsx => {
            let classeur = classeur(&liste, &mut suivi).await?;
            // The snapshot is released before the file is compressed and sent.
            drop(liste);
            let mut fichier = classeur.fichier().await?;
            let mut ecriture = Ecriture::commencer(etat, nouveau).await?;
            if let Err(f) = recopier(&mut fichier, &mut ecriture).await {
                ecriture.abandonner().await;
                return Err(f.into());
            }
            ecriture
        }
    };
    let taille = depose.taille();
    // What is handed over holds all that was counted.
    if suivi.faites.unsigned_abs() != suivi.total {
        let f = Erreur::Interne(format!("{} rows written of {}", suivi.faites, suivi.total));
        depose.abandonner().await;
        return Err(f.into());
    }
    let depose = depose.finir().await?;
    terminer(etat, e, depose, taille, suivi.faites).await
}

async fn csv(liste: &Liste, vers: &mut Ecriture, suivi: &mut Suivi<'_>) -> Result<(), Arret> {
    vers.ecrire(liste.debut_csv().as_bytes()).await?;
    let mut curseur = liste.debut();
    loop {
        let lignes = liste.suite(&mut curseur).await?;
        if lignes.is_empty() {
            return Ok(());
        }
        let texte: String = lignes.iter().map(|l| ligne_csv(l)).collect();
        vers.ecrire(texte.as_bytes()).await?;
        suivi.avancer(lignes.len()).await?;
    }
}

async fn classeur(liste: &Liste, suivi: &mut Suivi<'_>) -> Result<crate::export::Classeur, Arret> {
    let mut c = liste.debut_classeur().await?;
    let mut curseur = liste.debut();
    loop {
        let lignes = liste.suite(&mut curseur).await?;
        if lignes.is_empty() {
            return Ok(c);
        }
        for l in &lignes {
            c.ligne(l)?;
        }
        suivi.avancer(lignes.len()).await?;
    }
}

async fn recopier(de: &mut tokio::fs::File, vers: &mut Ecriture) -> Resultat<()> {
    let mut morceau = vec![0; MORCEAU];
    loop {
        let lus = de.read(&mut morceau).await.map_err(|e| socle::fichiers::echec_io(&e))?;
        if lus == 0 {
            return Ok(());
        }
        vers.ecrire(&morceau[..lus]).await?;
    }
}

/// The file is there, and the export says so, at once; not if the export is no longer this run's.
async fn terminer(etat: &Etat, e: &Export, depose: Depose, taille: u64, faites: i64) -> Result<(), Arret> {
    let cx = Contexte::systeme(etat).await?;
    let expire = cx.maintenant + CONSERVATION;
    let fini = Entity::update_many()
        .col_expr(Column::Etat, Expr::value(Avancement::Pret.to_value()))
        .col_expr(Column::Cle, Expr::value(None::<String>))
        .col_expr(Column::Raison, Expr::value(None::<String>))
        .col_expr(Column::Faites, Expr::value(faites))
        .col_expr(Column::FichierId, Expr::value(Some(depose.id())))
        .col_expr(Column::Taille, Expr::value(Some(taille as i64)))
        .col_expr(Column::FiniLe, Expr::value(Some(cx.maintenant)))
        .col_expr(Column::ExpireLe, Expr::value(expire))
        .filter(Column::Id.eq(e.id))
        .filter(Column::Prise.eq(e.prise))
        .exec(&cx.db())
        .await?
        .rows_affected;
    if fini == 0 {
        drop(cx);
        depose.abandonner(etat).await?;
        return Err(Arret::Depasse);
    }
    depose.confirmer(&cx).await?;
    cx.confier(TACHE_BALAYAGE, Value::Null, None, Some(expire)).await?;
    Ok(cx.valider().await?)
}

/// Says why it failed.
async fn echouer(etat: &Etat, e: &Export, faute: &Erreur) -> Resultat<()> {
    let raison: String = faute.explication().chars().take(500).collect();
    let cx = Contexte::systeme(etat).await?;
    Entity::update_many()
        .col_expr(Column::Etat, Expr::value(Avancement::Echoue.to_value()))
        .col_expr(Column::Cle, Expr::value(None::<String>))
        .col_expr(Column::Raison, Expr::value(Some(raison)))
        .col_expr(Column::FiniLe, Expr::value(Some(cx.maintenant)))
        .filter(Column::Id.eq(e.id))
        .filter(Column::Prise.eq(e.prise))
        .exec(&cx.db())
        .await?;
    cx.valider().await
}
