use askama::Template;
use axum::{http::StatusCode, response::Response};
use interface::{
    Choix, Erreurs, Message, Page,
    requete::{Chemin, Formulaire, Pages, Parametres, Reponse, Web, aller, rendre, rendre_avec},
};
use socle::{
    Contexte, Erreur, Nomenclature, Permission, Resultat, Role,
    controle::Controle,
    identifiant::{StructureId, UtilisateurId},
};
use territoire::structure;

use crate::{
    reinitialisation,
    utilisateur::{self, CreerUtilisateur, Membre},
};

/// Pages of the team.
pub fn pages() -> Pages {
    Pages::new()
        .get("/equipe", voir)
        .post("/equipe", ajouter)
        .post("/equipe/{id}/desactiver", desactiver)
        .post("/equipe/{id}/reactiver", reactiver)
        .post("/equipe/{id}/lien", envoyer_lien)
        .post("/equipe/{id}/retirer", retirer)
}

/// The roles held in a structure.
pub(crate) const ROLES: [Role; 7] =
    [Role::Mediateur, Role::Responsable, Role::Coordinateur, Role::Certification, Role::Formateur, Role::Jure, Role::Candidat];

#[derive(Clone, Default, serde::Deserialize)]
#[serde(default)]
struct Saisie {
    email: String,
    nom: String,
    role: String,
    /// Another structure than the one worked in: for the administrator of the instance.
    structure: String,
}

#[derive(Template)]
#[template(path = "equipe/equipe.html")]
struct PageEquipe {
    page: Page,
    erreurs: Erreurs,
    structure: structure::Structure,
    /// Carried by the forms when it is not the structure worked in.
    ailleurs: Option<String>,
    moi: Option<UtilisateurId>,
    instance: bool,
    membres: Vec<Membre>,
    s: Saisie,
    roles: Vec<Choix>,
}

/// The structure named, else the one worked in; refused without the right to manage its team.
fn structure_visee(cx: &Contexte, texte: &str) -> Resultat<StructureId> {
    if texte.is_empty() {
        return cx.exiger(Permission::EquipeGerer);
    }
    let s: StructureId = texte.parse().map_err(|_| Erreur::Introuvable("Cette structure"))?;
    cx.exiger_dans(Permission::EquipeGerer, s)?;
    Ok(s)
}

fn adresse(structure: &str) -> String {
    if structure.parse::<StructureId>().is_ok() { format!("/equipe?structure={structure}") } else { "/equipe".to_owned() }
}

async fn gabarit(w: Web, s: Saisie, erreurs: Erreurs) -> Resultat<PageEquipe> {
    let cx = w.lecture();
    let id = structure_visee(&cx, &s.structure)?;
    let role = Role::depuis(&s.role);
    Ok(PageEquipe {
        structure: structure::lire(&cx, id).await?,
        membres: utilisateur::lister(&cx, id).await?,
        ailleurs: (w.acteur.structure != Some(id)).then(|| id.to_string()),
        moi: w.acteur.utilisateur,
        instance: cx.exiger_instance(Permission::InstanceGerer).is_ok(),
        page: w.page,
        erreurs,
        roles: ROLES.iter().map(|r| Choix::nouveau(r.code(), r.libelle(), role == Some(*r))).collect(),
        s,
    })
}

#[derive(Clone, Default, serde::Deserialize)]
#[serde(default)]
struct Ou {
    structure: String,
}

async fn voir(w: Web, Parametres(o): Parametres<Ou>) -> Reponse {
    let s = Saisie { role: Role::Mediateur.code(), structure: o.structure, ..Saisie::default() };
    rendre(&gabarit(w, s, Erreurs::default()).await?)
}

async fn ajouter(w: Web, Formulaire(s): Formulaire<Saisie>) -> Reponse {
    let cx = w.ecriture().await?;
    let structure = structure_visee(&cx, &s.structure)?;
    let mut c = Controle::new();
    let role = c.code::<Role>("role", &s.role).filter(|r| ROLES.contains(r));
    c.exiger(role.is_some() || !c.fautes().is_empty(), "role", "Choisissez un rôle.");
    let fait = match (c.finir(), role) {
        (Err(e), _) => Err(e),
        (Ok(()), None) => Err(Erreur::Interne("role".into())),
        (Ok(()), Some(role)) => {
            let d = CreerUtilisateur { email: s.email.clone(), nom: s.nom.clone(), role, structure: Some(structure), mot_de_passe: None };
            utilisateur::creer(&cx, d).await
        }
    };
    match fait {
        Ok((_, nouveau)) => {
            cx.valider().await?;
            let texte = if nouveau {
                "Le compte est créé. Un message vient de partir, avec un lien pour choisir un mot de passe."
            } else {
                "Cette personne avait déjà un compte : elle fait maintenant partie de l’équipe."
            };
            Ok(aller(&adresse(&s.structure), Message::succes(texte)))
        }
        Err(Erreur::Invalide(e)) => {
            drop(cx);
            rendre_avec(StatusCode::UNPROCESSABLE_ENTITY, &gabarit(w, s, e.into()).await?)
        }
        Err(e) => Err(e.into()),
    }
}

async fn retour(cx: Contexte, o: &Ou, message: Message) -> Result<Response, socle::erreur::Refus> {
    cx.valider().await?;
    Ok(aller(&adresse(&o.structure), message))
}

async fn desactiver(w: Web, Chemin(id): Chemin<UtilisateurId>, Formulaire(o): Formulaire<Ou>) -> Reponse {
    let cx = w.ecriture().await?;
    utilisateur::desactiver(&cx, id).await?;
    let annuler = format!("/equipe/{id}/reactiver");
    retour(cx, &o, Message::succes("Le compte est désactivé : ses sessions et ses jetons n’ouvrent plus rien.").avec_annuler(annuler)).await
}

async fn reactiver(w: Web, Chemin(id): Chemin<UtilisateurId>, Formulaire(o): Formulaire<Ou>) -> Reponse {
    let cx = w.ecriture().await?;
    utilisateur::reactiver(&cx, id).await?;
    retour(cx, &o, Message::succes("Le compte est réactivé.")).await
}

async fn envoyer_lien(w: Web, Chemin(id): Chemin<UtilisateurId>, Formulaire(o): Formulaire<Ou>) -> Reponse {
    let cx = w.ecriture().await?;
    reinitialisation::envoyer_lien(&cx, id).await?;
    retour(cx, &o, Message::succes("Un lien pour choisir un mot de passe vient de partir par courriel.")).await
}

#[derive(Clone, Default, serde::Deserialize)]
#[serde(default)]
struct Retrait {
    structure: String,
    role: String,
}

async fn retirer(w: Web, Chemin(id): Chemin<UtilisateurId>, Formulaire(r): Formulaire<Retrait>) -> Reponse {
    let cx = w.ecriture().await?;
    let structure = structure_visee(&cx, &r.structure)?;
    let role = Role::depuis(&r.role).ok_or(Erreur::Introuvable("Ce rôle"))?;
    utilisateur::retirer_fonction(&cx, id, structure, role).await?;
    let message = Message::succes("Le rôle est retiré. Pour le rendre, ajoutez de nouveau la personne avec la même adresse.");
    // Who leaves the team no longer reads its page.
    let vers = if w.acteur.utilisateur == Some(id) { "/".to_owned() } else { adresse(&r.structure) };
    cx.valider().await?;
    Ok(aller(&vers, message))
}
