//! `passeur import`.

use std::path::PathBuf;

use anyhow::{Context as _, bail};
use clap::{Args, ValueEnum};
use reprise::{EtatImport, Nature};
use socle::{Acteur, Contexte, Etat, contexte::Fonction, droits::Portee, identifiant::StructureId};
use uuid::Uuid;

use super::en_mots;

#[derive(Clone, Copy, Debug, ValueEnum)]
#[value(rename_all = "snake_case")]
pub enum NatureCli {
    Personnes,
    Accompagnements,
}

#[derive(Args, Debug)]
pub struct Import {
    /// Le fichier : .xlsx, .ods ou CSV
    fichier: PathBuf,
    /// Ce qu’il contient
    #[arg(long, value_enum)]
    contient: NatureCli,
    /// Adresse du compte au nom de qui l’on reprend : responsable de la structure
    #[arg(long)]
    email: String,
    /// Identifiant de la structure
    #[arg(long)]
    structure: Uuid,
    /// Écrit si aucune ligne n’est à corriger ; sans cette option, le fichier est lu et décrit, puis oublié
    #[arg(long)]
    confirmer: bool,
}

/// The account, with the rights it has in the structure and no more.
async fn acteur(etat: &Etat, email: &str, structure: StructureId) -> anyhow::Result<Acteur> {
    let cx = Contexte::lecture(etat, &Acteur::systeme(), etat.horloge.nouvel_uuid());
    let email = email.trim().to_lowercase();
    let membres = comptes::cli::utilisateurs(&cx, Some(structure)).await.map_err(en_mots)?;
    let m = membres
        .into_iter()
        .find(|m| m.utilisateur.email == email && m.utilisateur.actif)
        .with_context(|| "aucun compte actif de cette structure n’a cette adresse : voyez « passeur user list »")?;
    let fonctions =
        m.fonctions.iter().map(|f| Fonction { structure: f.structure_id, nom_structure: String::new(), role: f.role }).collect();
    Ok(Acteur {
        utilisateur: Some(m.utilisateur.id),
        nom: m.utilisateur.nom,
        fonctions,
        administrateur: false,
        structure: Some(structure),
        portee: Portee::Tout,
    })
}

pub async fn executer(i: Import, etat: Etat) -> anyhow::Result<()> {
    let structure = StructureId(i.structure);
    let acteur = acteur(&etat, &i.email, structure).await?;
    let nature = match i.contient {
        NatureCli::Personnes => Nature::Personnes,
        NatureCli::Accompagnements => Nature::Accompagnements,
    };
    let octets = std::fs::read(&i.fichier).with_context(|| format!("le fichier {} ne se lit pas", i.fichier.display()))?;
    let nom = i.fichier.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    let ecriture = async || Contexte::ecriture(&etat, &acteur, etat.horloge.nouvel_uuid()).await.map_err(en_mots);
    let cx = ecriture().await?;
    let id = reprise::deposer(&cx, nature, &nom, &octets).await.map_err(en_mots)?;
    cx.valider().await.map_err(en_mots)?;
    drop(octets);
    // Here and now; the job that a server would run then finds nothing to do.
    let charge = serde_json::json!({ "import": id });
    reprise::tache_lire(etat.clone(), charge.clone()).await.map_err(anyhow::Error::msg)?;
    let cx = Contexte::lecture(&etat, &acteur, etat.horloge.nouvel_uuid());
    let lu = reprise::lire(&cx, id).await.map_err(en_mots)?;
    let c = &lu.comptes;
    println!(
        "{} lignes lues ; dossiers à créer : {}, personnes déjà connues : {} ; accompagnements à enregistrer : {}, déjà repris : {}",
        c.lignes, c.personnes_nouvelles, c.personnes_connues, c.accompagnements_nouveaux, c.accompagnements_connus
    );
    if let Some(m) = &lu.message {
        println!("{m}");
    }
    let erreurs = reprise::erreurs(&cx, id, None, 500).await.map_err(en_mots)?;
    for e in &erreurs {
        println!("ligne {}, {} : {} ({})", e.ligne, e.colonne, e.message, e.valeur);
    }
    if lu.etat == EtatImport::Apercu && lu.comptes.erreurs == 0 && i.confirmer {
        let cx = ecriture().await?;
        reprise::confirmer(&cx, id).await.map_err(en_mots)?;
        cx.valider().await.map_err(en_mots)?;
        reprise::tache_ecrire(etat.clone(), charge).await.map_err(anyhow::Error::msg)?;
        println!("Tout est écrit.");
        return Ok(());
    }
    let cx = ecriture().await?;
    reprise::supprimer(&cx, id).await.map_err(en_mots)?;
    cx.valider().await.map_err(en_mots)?;
    if lu.etat != EtatImport::Apercu || lu.comptes.erreurs > 0 {
        bail!("{} choses sont à corriger : rien n’est écrit", lu.comptes.erreurs.max(1));
    }
    println!("Rien n’est écrit : ajoutez --confirmer pour écrire.");
    Ok(())
}
