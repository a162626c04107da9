//! `passeur user` and `passeur token`.

use std::io::Read;

use anyhow::Context;
use clap::{Subcommand, ValueEnum};
use comptes::{CreerUtilisateur, cli, jeton::CreerJeton};
use secrecy::SecretString;
use socle::{Contexte, Etat, Nomenclature, Role, droits::Portee, identifiant::StructureId};
use uuid::Uuid;

use super::en_mots;

#[derive(Clone, Copy, Debug, ValueEnum)]
#[value(rename_all = "snake_case")]
pub enum RoleCli {
    Mediateur,
    Responsable,
    Coordinateur,
    Certification,
    Formateur,
    Jure,
    Candidat,
    Administrateur,
}

impl From<RoleCli> for Role {
    fn from(r: RoleCli) -> Self {
        match r {
            RoleCli::Mediateur => Self::Mediateur,
            RoleCli::Responsable => Self::Responsable,
            RoleCli::Coordinateur => Self::Coordinateur,
            RoleCli::Certification => Self::Certification,
            RoleCli::Formateur => Self::Formateur,
            RoleCli::Jure => Self::Jure,
            RoleCli::Candidat => Self::Candidat,
            RoleCli::Administrateur => Self::Administrateur,
        }
    }
}

#[derive(Clone, Copy, Debug, ValueEnum)]
#[value(rename_all = "snake_case")]
pub enum PorteeCli {
    Tout,
    Lecture,
    Bilan,
}

impl From<PorteeCli> for Portee {
    fn from(p: PorteeCli) -> Self {
        match p {
            PorteeCli::Tout => Self::Tout,
            PorteeCli::Lecture => Self::Lecture,
            PorteeCli::Bilan => Self::Bilan,
        }
    }
}

#[derive(Subcommand, Debug)]
pub enum User {
    /// Crée un compte, ou donne une fonction à un compte existant
    Add {
        #[arg(long)]
        email: String,
        #[arg(long)]
        nom: String,
        #[arg(long, value_enum)]
        role: RoleCli,
        /// Identifiant de la structure (inutile pour un administrateur)
        #[arg(long)]
        structure: Option<Uuid>,
        /// Lit le mot de passe sur l’entrée standard ; sans cette option, un lien pour le choisir est écrit
        #[arg(long)]
        password_stdin: bool,
    },
    /// Liste les comptes : identifiant, adresse, nom, état, fonctions
    List {
        #[arg(long)]
        structure: Option<Uuid>,
    },
    /// Désactive un compte et ferme ses sessions
    Disable {
        #[arg(long)]
        email: String,
    },
    /// Réactive un compte
    Enable {
        #[arg(long)]
        email: String,
    },
    /// Écrit un lien, valable deux heures, pour choisir un nouveau mot de passe
    Reset {
        #[arg(long)]
        email: String,
    },
}

/// Runs `passeur user`.
pub async fn user(u: User, etat: Etat) -> anyhow::Result<()> {
    let cx = Contexte::systeme(&etat).await?;
    match u {
        User::Add { email, nom, role, structure, password_stdin } => {
            let mot_de_passe = if password_stdin {
                let mut texte = String::new();
                std::io::stdin().read_to_string(&mut texte).context("lecture du mot de passe")?;
                Some(SecretString::from(texte.trim_end_matches(['\n', '\r']).to_owned()))
            } else {
                None
            };
            let sans_mot = mot_de_passe.is_none();
            let (compte, nouveau) = cli::ajouter_utilisateur(
                &cx,
                CreerUtilisateur { email: email.clone(), nom, role: role.into(), structure: structure.map(StructureId), mot_de_passe },
            )
            .await
            .map_err(en_mots)?;
            let lien = if nouveau && sans_mot { Some(cli::lien_reinitialisation(&cx, &email).await.map_err(en_mots)?) } else { None };
            cx.valider().await?;
            println!("{}", compte.id);
            if let Some(lien) = lien {
                println!("{lien}");
            }
        }
        User::List { structure } => {
            for m in cli::utilisateurs(&cx, structure.map(StructureId)).await.map_err(en_mots)? {
                let u = m.utilisateur;
                let mut fonctions: Vec<String> = m.fonctions.iter().map(|f| format!("{}@{}", f.role.code(), f.structure_id)).collect();
                if u.administrateur {
                    fonctions.push("administrateur".into());
                }
                println!("{}\t{}\t{}\t{}\t{}", u.id, u.email, u.nom, if u.actif { "actif" } else { "desactive" }, fonctions.join(","));
            }
        }
        User::Disable { email } => {
            cli::desactiver(&cx, &email).await.map_err(en_mots)?;
            cx.valider().await?;
            println!("Le compte est désactivé.");
        }
        User::Enable { email } => {
            cli::reactiver(&cx, &email).await.map_err(en_mots)?;
            cx.valider().await?;
            println!("Le compte est réactivé.");
        }
        User::Reset { email } => {
            let lien = cli::lien_reinitialisation(&cx, &email).await.map_err(en_mots)?;
            cx.valider().await?;
            println!("{lien}");
        }
    }
    Ok(())
}

#[derive(Subcommand, Debug)]
pub enum Token {
    /// Crée un jeton pour un compte
    Create {
        #[arg(long)]
        email: String,
        #[arg(long, value_enum, default_value = "tout")]
        scope: PorteeCli,
        /// À quoi il sert
        #[arg(long, default_value = "ligne de commande")]
        nom: String,
        /// Jours avant la fin ; sans limite, sinon
        #[arg(long)]
        days: Option<u32>,
        /// N’écrit que le jeton
        #[arg(long)]
        print: bool,
    },
    /// Liste les jetons d’un compte
    List {
        #[arg(long)]
        email: String,
    },
    /// Révoque un jeton
    Revoke {
        /// Identifiant du jeton
        id: Uuid,
    },
}

/// Runs `passeur token`.
pub async fn token(t: Token, etat: Etat) -> anyhow::Result<()> {
    let cx = Contexte::systeme(&etat).await?;
    match t {
        Token::Create { email, scope, nom, days, print } => {
            let (jeton, texte) =
                cli::creer_jeton(&cx, &email, CreerJeton { nom, portee: scope.into(), jours: days }).await.map_err(en_mots)?;
            cx.valider().await?;
            if print {
                println!("{texte}");
            } else {
                println!("Jeton {} :\n{texte}\nIl ne sera plus montré : gardez-le en lieu sûr.", jeton.id);
            }
        }
        Token::List { email } => {
            for j in cli::jetons(&cx, &email).await.map_err(en_mots)? {
                let etat = if j.revoque_le.is_some() { "revoque" } else { "actif" };
                let fin = j.expire_le.map(|d| d.to_rfc3339()).unwrap_or_default();
                println!("{}\t{}\t{}\t{etat}\t{fin}", j.id, j.nom, j.portee.code());
            }
        }
        Token::Revoke { id } => {
            cli::revoquer_jeton(&cx, id).await.map_err(en_mots)?;
            cx.valider().await?;
            println!("Le jeton est révoqué.");
        }
    }
    Ok(())
}
