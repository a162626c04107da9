//! Use cases of imports: bring a file, look at what it would write, choose what its columns mean, confirm.

use chrono::TimeDelta;
use sea_orm::{ActiveValue::Set, IntoActiveModel, entity::prelude::*};
use socle::{Contexte, Erreur, Etat, Permission, Resultat, identifiant::ImportId, journal::Action};

use crate::{
    Nature,
    champ::Champ,
    depot, genre,
    table::{self, Colonnes, Comptes, Etat as EtatImport},
};

pub use table::erreur::Model as ErreurLigne;

/// Largest file, in bytes.
pub const TAILLE_MAX: usize = 100 * 1024 * 1024;
/// Bytes of a piece in the database.
pub const MORCEAU: usize = 256 * 1024;
/// Files that an account may have waiting in a structure.
const EN_ATTENTE_MAX: usize = 5;
/// How long what was brought is kept when nobody confirms.
const EXPIRE: TimeDelta = TimeDelta::days(7);
/// How long the numbers of an import are kept once it is written.
pub(crate) const TRACE: TimeDelta = TimeDelta::days(365);

/// Begins an import: its file arrives next by [`ajouter`], then [`terminer`].
pub async fn commencer(cx: &Contexte, nature: Nature, nom: &str) -> Resultat<ImportId> {
    let structure = cx.exiger(Permission::Reprendre)?;
    let auteur = cx.auteur()?;
    let siens = depot::siens(cx, structure, auteur).await?;
    let en_attente = siens.iter().filter(|i| i.etat != EtatImport::Repris && i.expire_le > cx.maintenant).count();
    if en_attente >= EN_ATTENTE_MAX {
        return Err(Erreur::Conflit(format!(
            "Vous avez déjà {EN_ATTENTE_MAX} fichiers en attente : confirmez-les ou retirez-les avant d’en apporter un autre."
        )));
    }
    let id = ImportId(cx.nouvel_uuid());
    // Some browsers send the whole path.
    let nom = nom.rsplit(['/', '\\']).next().unwrap_or("").chars().filter(|c| !c.is_control()).take(200).collect::<String>();
    let m = table::Model {
        id,
        structure_id: structure,
        auteur_id: auteur,
        nature: nature.code().to_owned(),
        nom_fichier: if nom.trim().is_empty() { "fichier".to_owned() } else { nom },
        format: None,
        taille: 0,
        etat: EtatImport::Depot,
        message: None,
        lecture: 0,
        derniere_ligne: 0,
        part_lue: 0,
        colonnes: Colonnes::default(),
        comptes: Comptes::default(),
        cree_le: cx.maintenant,
        expire_le: cx.maintenant + EXPIRE,
        repris_le: None,
    };
    let expire_le = m.expire_le;
    table::Entity::insert(m.into_active_model().reset_all()).exec_without_returning(&cx.db()).await?;
    cx.confier(genre::PURGER, serde_json::json!({}), Some(format!("{}:{id}", genre::PURGER)), Some(expire_le)).await?;
    Ok(id)
}

/// Adds a piece of the file that arrives.
pub async fn ajouter(cx: &Contexte, id: ImportId, rang: i32, octets: Vec<u8>) -> Resultat<()> {
    cx.exiger(Permission::Reprendre)?;
    depot::ajouter_morceau(cx, id, rang, octets).await
}

/// The file has arrived: it will be read in the background.
pub async fn terminer(cx: &Contexte, id: ImportId, taille: usize) -> Resultat<()> {
    cx.exiger(Permission::Reprendre)?;
    let m = table::ActiveModel { etat: Set(EtatImport::ALire), taille: Set(taille as i64), ..Default::default() };
    depot::changer(cx, id, &[EtatImport::Depot], m).await?;
    confier(cx, genre::LIRE, id).await
}

/// Forgets a file that did not arrive whole.
pub async fn abandonner(cx: &Contexte, id: ImportId) -> Resultat<()> {
    cx.exiger(Permission::Reprendre)?;
    depot::retirer(cx, id).await
}

async fn confier(cx: &Contexte, genre: &str, id: ImportId) -> Resultat<()> {
    cx.confier(genre, serde_json::json!({ "import": id }), None, None).await
}

/// Brings a whole file at once, as the command line does.
pub async fn deposer(cx: &Contexte, nature: Nature, nom: &str, octets: &[u8]) -> Resultat<ImportId> {
    if octets.len() > TAILLE_MAX {
        return Err(Erreur::TropVolumineux);
    }
    let id = commencer(cx, nature, nom).await?;
    for (rang, m) in octets.chunks(MORCEAU).enumerate() {
        ajouter(cx, id, rang as i32, m.to_vec()).await?;
    }
    terminer(cx, id, octets.len()).await?;
    Ok(id)
}

/// The imports that the actor brought into this structure, newest first.
pub async fn lister(cx: &Contexte) -> Resultat<Vec<table::Model>> {
    let structure = cx.exiger(Permission::Reprendre)?;
    depot::siens(cx, structure, cx.auteur()?).await
}

/// The imports that the actor brought into this structure, for who may read people there.
pub async fn mes(cx: &Contexte) -> Resultat<Vec<table::Model>> {
    let structure = cx.exiger(Permission::PersonnesLire)?;
    depot::siens(cx, structure, cx.auteur()?).await
}

/// One import, for who brought it alone.
pub async fn lire(cx: &Contexte, id: ImportId) -> Resultat<table::Model> {
    cx.exiger(Permission::PersonnesLire)?;
    let i = depot::un(cx, id).await?.filter(|i| Some(i.auteur_id) == cx.acteur.utilisateur && i.expire_le > cx.maintenant);
    let introuvable = Erreur::Introuvable("Ce fichier");
    let Some(i) = i else { return Err(introuvable) };
    cx.exiger_dans(Permission::PersonnesLire, i.structure_id).map_err(|_| introuvable)?;
    Ok(i)
}

/// The import to act on: its author's, who may still bring data into the structure.
async fn sien(cx: &Contexte, id: ImportId) -> Resultat<table::Model> {
    cx.exiger(Permission::Reprendre)?;
    let i = lire(cx, id).await?;
    cx.exiger_dans(Permission::Reprendre, i.structure_id)?;
    Ok(i)
}

/// What is to be mended, at most `combien`, in the order of lines, after a line and its rank.
pub async fn erreurs(cx: &Contexte, id: ImportId, apres: Option<(i64, i32)>, combien: u64) -> Resultat<Vec<ErreurLigne>> {
    lire(cx, id).await?;
    depot::erreurs(cx, id, apres, combien).await
}

/// Says what each column means, by codes of the columns of the template (an empty one: not taken), and
/// reads the file again.
pub async fn choisir_colonnes(cx: &Contexte, id: ImportId, codes: &[String]) -> Resultat<()> {
    let i = sien(cx, id).await?;
    let mut c = socle::controle::Controle::new();
    let nature = Nature::depuis(&i.nature).ok_or_else(|| Erreur::Interne("nature".into()))?;
    let mut champs: Vec<Option<Champ>> = vec![];
    for (n, code) in codes.iter().enumerate().take(i.colonnes.entetes.len()) {
        let champ = Champ::depuis(code).filter(|x| nature.colonnes().iter().any(|c| c.champ == *x));
        if champ.is_none() && !code.is_empty() {
            c.faute(&format!("colonne{n}"), "Ce choix ne fait pas partie de la liste.");
        }
        if champ.is_some() && champs.contains(&champ) {
            c.faute(&format!("colonne{n}"), "Deux colonnes ne peuvent pas avoir le même sens.");
        }
        champs.push(champ);
    }
    c.finir()?;
    champs.resize(i.colonnes.entetes.len(), None);
    let colonnes = Colonnes { champs, choisies: true, debut: vec![], ..i.colonnes.clone() };
    relancer(cx, &i, colonnes, None).await
}

/// Reads the file again from its beginning.
pub(crate) async fn relancer(cx: &Contexte, i: &table::Model, colonnes: Colonnes, message: Option<String>) -> Resultat<()> {
    let m = table::ActiveModel {
        etat: Set(EtatImport::ALire),
        lecture: Set(i.lecture + 1),
        derniere_ligne: Set(0),
        part_lue: Set(0),
        message: Set(message),
        colonnes: Set(colonnes),
        comptes: Set(Comptes::default()),
        ..Default::default()
    };
    let depuis = [EtatImport::Apercu, EtatImport::Refuse, EtatImport::ALire, EtatImport::Lecture, EtatImport::AEcrire];
    if !depot::changer(cx, i.id, &depuis, m).await? {
        return Err(Erreur::Conflit("Ce fichier est déjà repris.".into()));
    }
    confier(cx, genre::LIRE, i.id).await
}

/// Confirms: all that the preview showed is written, in the background, in one transaction. Confirmed
/// twice, it is written once.
///
/// # Errors
/// [`Erreur::Conflit`] while something is to be mended, or when there is nothing to write.
pub async fn confirmer(cx: &Contexte, id: ImportId) -> Resultat<table::Model> {
    let i = sien(cx, id).await?;
    match i.etat {
        EtatImport::AEcrire | EtatImport::Repris => return Ok(i),
        EtatImport::Apercu => {}
        _ => return Err(Erreur::Conflit("Ce fichier n’est pas encore lu : attendez l’aperçu.".into())),
    }
    if i.comptes.erreurs > 0 {
        return Err(Erreur::Conflit(
            "Des lignes sont à corriger : rien n’est repris tant qu’il en reste. Corrigez le fichier et renvoyez-le.".into(),
        ));
    }
    if i.comptes.personnes_nouvelles + i.comptes.accompagnements_nouveaux == 0 {
        return Err(Erreur::Conflit("Ce fichier n’apporte rien de nouveau : tout ce qu’il contient est déjà dans Passeur.".into()));
    }
    let m = table::ActiveModel { etat: Set(EtatImport::AEcrire), message: Set(None), ..Default::default() };
    if depot::changer(cx, id, &[EtatImport::Apercu], m).await? {
        confier(cx, genre::ECRIRE, id).await?;
    }
    sien(cx, id).await
}

/// Forgets a file and what was read of it; what is written stays.
///
/// # Errors
/// [`Erreur::Conflit`] once it is confirmed.
pub async fn supprimer(cx: &Contexte, id: ImportId) -> Resultat<()> {
    let i = sien(cx, id).await?;
    if matches!(i.etat, EtatImport::AEcrire | EtatImport::Repris) {
        return Err(Erreur::Conflit("Ce fichier est déjà repris : ce qu’il a apporté est dans les dossiers et les activités.".into()));
    }
    depot::retirer(cx, id).await?;
    cx.journaliser(Action::Suppression, "import", id.0, i.structure_id, &[]).await
}

/// Removes what has expired: the job [`genre::PURGER`].
pub async fn purger(etat: Etat, _charge: Json) -> Result<(), String> {
    let cx = Contexte::systeme(&etat).await.map_err(|e| e.to_string())?;
    for id in depot::expires(&cx).await.map_err(|e| e.to_string())? {
        depot::retirer(&cx, id).await.map_err(|e| e.to_string())?;
    }
    cx.valider().await.map_err(|e| e.to_string())
}
