//! The job: from a snapshot of the database to a file, a thousand rows at a time.

use sea_orm::{entity::prelude::*, sea_query::SimpleExpr};
use serde_json::Value;
use socle::{
    Acteur, Contexte, Erreur, Etat, Resultat,
    fichiers::{Ecriture, Nouveau},
    identifiant::ExportId,
    preparation::{Arret, Passe},
};
use tokio::io::AsyncReadExt;

use super::{CONSERVATION, Export, PREPARATIONS, table::Entity};
use crate::export::{Format, Liste, MORCEAU, ligne_csv};

/// How many rows between two notes of the progress.
const JALON: i64 = 5_000;

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
    let faire = async {
        let Some(acteur) = acteur else {
            let dit = "Votre compte n’a plus de fonction dans la structure où vous avez demandé cet export.";
            return Err(Arret::Faute(Erreur::Conflit(dit.into())));
        };
        fabriquer(etat, &e, &acteur).await
    };
    PREPARATIONS.mener(etat, passe(&e), faire).await
}

fn passe(e: &Export) -> Passe {
    Passe { id: e.id.0, prise: e.prise, essais: e.essais }
}

/// Takes the export for this run.
async fn prendre(etat: &Etat, id: ExportId) -> Resultat<Option<Export>> {
    let Some(prise) = PREPARATIONS.prendre(etat, id.0).await? else { return Ok(None) };
    Ok(Entity::find_by_id(id).one(etat.base.lecture()).await?.filter(|e| e.prise == Some(prise)))
}

/// Notes how far it is; [`Arret::Depasse`] when the export is no longer this run's.
async fn noter(etat: &Etat, e: &Export, faites: i64, total: u64) -> Result<(), Arret> {
    PREPARATIONS.noter(etat, passe(e), comptees(faites, total)).await
}

fn comptees(faites: i64, total: u64) -> Vec<(&'static str, SimpleExpr)> {
    vec![("faites", Expr::value(faites)), ("total", Expr::value(Some(total as i64)))]
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
    let ecriture = match e.format {
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
    // What is handed over holds all that was counted.
    if suivi.faites.unsigned_abs() != suivi.total {
        let f = Erreur::Interne(format!("{} rows written of {}", suivi.faites, suivi.total));
        ecriture.abandonner().await;
        return Err(f.into());
    }
    PREPARATIONS.terminer(etat, passe(e), ecriture, comptees(suivi.faites, suivi.total)).await
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
