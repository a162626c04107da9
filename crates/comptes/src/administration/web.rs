use askama::Template;
use axum::http::StatusCode;
use interface::{
    Choix, Erreurs, Message, Page,
    requete::{Formulaire, Pages, Reponse, Web, aller, choix, rendre, rendre_avec},
};
use sea_orm::DbBackend;
use socle::{Erreur, ErreurChamp, Nomenclature, Permission, Resultat, Role, coffre::Coffre, controle::Controle, identifiant::StructureId};
use territoire::structure::{self, Fiche};

use crate::utilisateur::{self, CreerUtilisateur, Membre};

/// Pages of the instance.
pub fn pages() -> Pages {
    Pages::new()
        .get("/administration", voir)
        .post("/administration/structures", ajouter_structure)
        .post("/administration/comptes", ajouter_compte)
        .post("/administration/cle", confirmer_cle)
}

#[derive(Clone, Default, serde::Deserialize)]
#[serde(default)]
struct Saisie {
    structure_nom: String,
    email: String,
    nom: String,
    role: String,
    structure: String,
}

struct LigneStructure {
    id: StructureId,
    nom: String,
    comptes: i64,
}

#[derive(Template)]
#[template(path = "administration/administration.html")]
struct PageAdministration {
    page: Page,
    erreurs: Erreurs,
    structures: Vec<LigneStructure>,
    administrateurs: Vec<Membre>,
    abandonnees: u64,
    /// The key of the notes that nobody said to have put in a safe place, and where it is.
    cle_a_copier: Option<(String, String)>,
    s: Saisie,
    roles: Vec<Choix>,
    choix_structures: Vec<Choix>,
    version: &'static str,
    moteur: &'static str,
}

async fn gabarit(w: Web, s: Saisie, erreurs: Vec<ErreurChamp>) -> Resultat<PageAdministration> {
    let cx = w.lecture();
    cx.exiger_instance(Permission::InstanceGerer)?;
    let effectifs = utilisateur::effectifs(&cx).await?;
    let structures: Vec<_> = structure::lister(&cx)
        .await?
        .into_iter()
        .map(|t| LigneStructure { id: t.id, comptes: effectifs.get(&t.id).copied().unwrap_or(0), nom: t.nom })
        .collect();
    Ok(PageAdministration {
        administrateurs: utilisateur::administrateurs(&cx).await?,
        abandonnees: super::taches_abandonnees(&cx).await?,
        cle_a_copier: super::cle_a_copier(&cx).await?,
        moteur: match w.etat.base.moteur() {
            DbBackend::Postgres => "PostgreSQL",
            _ => "SQLite",
        },
        page: w.page,
        erreurs: erreurs.into(),
        roles: choix::<Role>(Role::depuis(&s.role).as_slice()),
        choix_structures: structures.iter().map(|t| Choix::nouveau(t.id.to_string(), &t.nom, t.id.to_string() == s.structure)).collect(),
        structures,
        s,
        version: env!("CARGO_PKG_VERSION"),
    })
}

async fn voir(w: Web) -> Reponse {
    let s = Saisie { role: Role::Responsable.code(), ..Saisie::default() };
    rendre(&gabarit(w, s, vec![]).await?)
}

async fn confirmer_cle(w: Web) -> Reponse {
    let cx = w.ecriture().await?;
    Coffre::confirmer(&cx).await?;
    cx.valider().await?;
    Ok(aller("/administration", Message::succes("C’est noté : la clé des notes est en lieu sûr.")))
}

async fn ajouter_structure(w: Web, Formulaire(mut s): Formulaire<Saisie>) -> Reponse {
    let cx = w.ecriture().await?;
    match structure::creer(&cx, Fiche { nom: s.structure_nom.clone(), ..Fiche::default() }).await {
        Ok(_) => {
            cx.valider().await?;
            Ok(aller("/administration", Message::succes("La structure est créée. Ajoutez maintenant une personne responsable.")))
        }
        Err(Erreur::Invalide(e)) => {
            drop(cx);
            // Two forms on the page: the name of the structure is not that of a person.
            let e = e.into_iter().map(|e| ErreurChamp { champ: "structure_nom".into(), ..e }).collect();
            s.role = Role::Responsable.code();
            rendre_avec(StatusCode::UNPROCESSABLE_ENTITY, &gabarit(w, s, e).await?)
        }
        Err(e) => Err(e.into()),
    }
}

async fn ajouter_compte(w: Web, Formulaire(s): Formulaire<Saisie>) -> Reponse {
    let cx = w.ecriture().await?;
    cx.exiger_instance(Permission::InstanceGerer)?;
    let mut c = Controle::new();
    let role = c.code::<Role>("role", &s.role);
    c.exiger(!s.role.is_empty(), "role", "Choisissez un rôle.");
    let structure = c.identifiant::<StructureId>("structure", &s.structure).filter(|_| role != Some(Role::Administrateur));
    let fait = match (c.finir(), role) {
        (Err(e), _) => Err(e),
        (Ok(()), None) => Err(Erreur::Interne("role".into())),
        (Ok(()), Some(role)) => {
            let d = CreerUtilisateur { email: s.email.clone(), nom: s.nom.clone(), role, structure, mot_de_passe: None };
            utilisateur::creer(&cx, d).await
        }
    };
    match fait {
        Ok((_, nouveau)) => {
            cx.valider().await?;
            let texte = if nouveau {
                "Le compte est créé. Un message vient de partir, avec un lien pour choisir un mot de passe."
            } else {
                "Cette personne avait déjà un compte : le rôle y est ajouté."
            };
            Ok(aller("/administration", Message::succes(texte)))
        }
        Err(Erreur::Invalide(e)) => {
            drop(cx);
            rendre_avec(StatusCode::UNPROCESSABLE_ENTITY, &gabarit(w, s, e).await?)
        }
        Err(e) => Err(e.into()),
    }
}
