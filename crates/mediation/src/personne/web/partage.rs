use askama::Template;
use axum::http::StatusCode;
use interface::{
    Choix, Erreurs, Message, Page,
    requete::{Chemin, Formulaire, Reponse, Web, aller, rendre, rendre_avec},
};
use socle::{
    Contexte, Erreur, Permission, Resultat,
    controle::Controle,
    identifiant::{PersonneId, StructureId},
};

use super::consentements::manieres;
use crate::personne::{self, nom_affiche, suivie_aussi_par, trouver};

#[derive(Clone, Default, serde::Deserialize)]
#[serde(default)]
pub struct Saisie {
    pub structure: String,
    pub accord: String,
    pub maniere: String,
}

#[derive(Template)]
#[template(path = "personne/partager.html")]
pub struct PagePartager {
    pub page: Page,
    pub id: PersonneId,
    pub nom: String,
    /// Structures that do not follow the person yet.
    pub structures: Vec<Choix>,
    pub deja: Vec<String>,
    pub s: Saisie,
    pub erreurs: Erreurs,
    pub manieres: Vec<Choix>,
}

async fn gabarit(page: Page, cx: &Contexte, id: PersonneId, s: Saisie, erreurs: Erreurs) -> Resultat<PagePartager> {
    let p = trouver(cx, id, Permission::PersonnesEcrire).await?;
    let deja = suivie_aussi_par(cx, id).await?;
    let suivent = personne::depot::structures(cx, id).await?;
    let structures = territoire::structure::autres(cx)
        .await?
        .into_iter()
        .filter(|(structure, _)| !suivent.contains(structure))
        .map(|(structure, nom)| Choix::nouveau(structure.to_string(), nom, structure.to_string() == s.structure))
        .collect();
    Ok(PagePartager { page, id, nom: nom_affiche(&p), structures, deja, manieres: manieres(&s.maniere), erreurs, s })
}

pub async fn formulaire(w: Web, Chemin(id): Chemin<PersonneId>) -> Reponse {
    let cx = w.lecture();
    rendre(&gabarit(w.page.clone(), &cx, id, Saisie::default(), Erreurs::default()).await?)
}

pub async fn partager(w: Web, Chemin(id): Chemin<PersonneId>, Formulaire(s): Formulaire<Saisie>) -> Reponse {
    let cx = w.ecriture().await?;
    trouver(&cx, id, Permission::PersonnesEcrire).await?;
    let fait = match lire(&s) {
        Ok(structure) => personne::partager(&cx, id, structure, Some(s.maniere.clone())).await,
        Err(e) => Err(e),
    };
    match fait {
        Ok(()) => {
            cx.valider().await?;
            Ok(aller(&format!("/personnes/{id}"), Message::succes("Le dossier est partagé, et l’accord de la personne est noté.")))
        }
        Err(Erreur::Invalide(e)) => rendre_avec(StatusCode::UNPROCESSABLE_ENTITY, &gabarit(w.page.clone(), &cx, id, s, e.into()).await?),
        Err(e) => Err(e.into()),
    }
}

fn lire(s: &Saisie) -> Resultat<StructureId> {
    let mut c = Controle::new();
    let structure = c.identifiant::<StructureId>("structure", &s.structure);
    c.exiger(!s.structure.trim().is_empty(), "structure", "Choisissez la structure avec qui partager.");
    c.exiger(s.accord == "oui", "accord", "Le dossier ne se partage qu’avec l’accord de la personne : demandez-le, puis cochez la case.");
    c.finir()?;
    structure.ok_or(Erreur::Interne("structure".into()))
}
