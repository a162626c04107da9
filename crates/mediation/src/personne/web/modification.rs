use askama::Template;
use axum::http::StatusCode;
use interface::{
    Erreurs, Message, Page,
    requete::{Chemin, Formulaire, Reponse, Web, aller, rendre, rendre_avec},
};
use socle::{Contexte, Erreur, Permission, Resultat, equipe, identifiant::PersonneId};

use super::saisie::{Champs, Ecart, Saisie, ecarts};
use crate::personne::{self, Personne, depot, nom_affiche, trouver};

/// What somebody else wrote while this form was open.
pub struct Concurrence {
    /// Who, when it is known.
    pub qui: Option<String>,
    pub ecarts: Vec<Ecart>,
}

#[derive(Template)]
#[template(path = "personne/modifier.html")]
pub struct PageModifier {
    pub page: Page,
    pub id: PersonneId,
    pub nom: String,
    pub f: Champs,
    pub concurrence: Option<Concurrence>,
}

pub async fn formulaire(w: Web, Chemin(id): Chemin<PersonneId>) -> Reponse {
    let p = trouver(&w.lecture(), id, Permission::PersonnesEcrire).await?;
    let f = Champs::nouveaux(Saisie::de(&p), Erreurs::default());
    rendre(&PageModifier { page: w.page, id, nom: nom_affiche(&p), f, concurrence: None })
}

pub async fn enregistrer(w: Web, Chemin(id): Chemin<PersonneId>, Formulaire(s): Formulaire<Saisie>) -> Reponse {
    let cx = w.ecriture().await?;
    let p = trouver(&cx, id, Permission::PersonnesEcrire).await?;
    let fait = match s.lire(Some(&p), cx.maintenant) {
        Ok(d) => personne::modifier(&cx, id, s.changement(d)).await,
        Err(e) => Err(e),
    };
    let nom = nom_affiche(&p);
    match fait {
        Ok(_) => {
            cx.valider().await?;
            Ok(aller(&format!("/personnes/{id}"), Message::succes("Le dossier est à jour.")))
        }
        Err(Erreur::Invalide(e)) => {
            let f = Champs::nouveaux(s, e.into());
            rendre_avec(StatusCode::UNPROCESSABLE_ENTITY, &PageModifier { page: w.page, id, nom, f, concurrence: None })
        }
        Err(Erreur::VersionPerimee) => {
            let p = trouver(&cx, id, Permission::PersonnesEcrire).await?;
            let concurrence = Some(comparer(&cx, &s, &p).await?);
            let f = Champs::nouveaux(Saisie { version: p.version.to_string(), ..s }, Erreurs::default());
            rendre_avec(StatusCode::CONFLICT, &PageModifier { page: w.page, id, nom: nom_affiche(&p), f, concurrence })
        }
        Err(e) => Err(e.into()),
    }
}

async fn comparer(cx: &Contexte, s: &Saisie, p: &Personne) -> Resultat<Concurrence> {
    // Each modification adds one to the version and one line to the journal.
    let lue: i32 = s.version.parse().unwrap_or(0);
    let (changes, qui) = depot::changements(cx, p.id, u64::from((p.version - lue).clamp(1, 50).unsigned_abs())).await?;
    let qui = equipe::noms(cx, qui).await?.into_values().next();
    Ok(Concurrence { qui, ecarts: ecarts(s, p, &changes) })
}
