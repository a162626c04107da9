//! Two structures, a lieu each, and an account for each role.

use std::collections::HashMap;

use comptes::CreerUtilisateur;
use sea_orm::{ConnectionTrait, Statement};
use secrecy::SecretString;
use socle::{Contexte, Etat, Resultat, Role};
use territoire::{lieu, structure};

/// The mail address of an account of the kit.
pub fn email(nom: &str) -> String {
    format!("{nom}@essai.invalid")
}

/// The ids of the seed, by name.
pub async fn lire(etat: &Etat) -> HashMap<String, String> {
    let mut ids = HashMap::new();
    let db = etat.base.lecture();
    for (sql, prefixe) in [
        ("SELECT id, nom FROM structure", ""),
        ("SELECT lieu.id AS id, structure.nom AS nom FROM lieu JOIN structure ON structure.id = lieu.structure_id", "lieu "),
        ("SELECT id, email AS nom FROM utilisateur", ""),
    ] {
        for l in db.query_all_raw(Statement::from_string(db.get_database_backend(), sql)).await.expect("the query runs") {
            let id: uuid::Uuid = l.try_get("", "id").expect("an id");
            let nom: String = l.try_get("", "nom").expect("a name");
            ids.insert(format!("{prefixe}{}", nom.trim_end_matches("@essai.invalid")), id.to_string());
        }
    }
    ids
}

/// Fills an empty database.
pub async fn semer(etat: &Etat) -> Resultat<()> {
    let cx = Contexte::systeme(etat).await?;
    let mot = || Some(SecretString::from(crate::MOT_DE_PASSE));
    for nom in ["Alpha", "Beta"] {
        let s = structure::creer(&cx, structure::Fiche { nom: nom.into(), ..Default::default() }).await?;
        lieu::ajouter(&cx, s.id, lieu::Fiche { nom: format!("Espace {nom}"), actif: true, ..Default::default() }).await?;
        for (role, mot_role) in [
            (Role::Mediateur, "mediateur"),
            (Role::Responsable, "responsable"),
            (Role::Coordinateur, "coordinateur"),
            (Role::Certification, "certification"),
            (Role::Formateur, "formateur"),
            (Role::Jure, "jure"),
            (Role::Candidat, "candidat"),
        ] {
            let compte = format!("{}.{mot_role}", nom.to_lowercase());
            comptes::cli::ajouter_utilisateur(
                &cx,
                CreerUtilisateur {
                    email: email(&compte),
                    nom: format!("{nom} {mot_role}"),
                    role,
                    structure: Some(s.id),
                    mot_de_passe: mot(),
                },
            )
            .await?;
        }
    }
    comptes::cli::ajouter_utilisateur(
        &cx,
        CreerUtilisateur {
            email: email("administrateur"),
            nom: "Administration d’essai".into(),
            role: Role::Administrateur,
            structure: None,
            mot_de_passe: mot(),
        },
    )
    .await?;
    cx.valider().await
}
