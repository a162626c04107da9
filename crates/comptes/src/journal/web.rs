use askama::Template;
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};
use interface::{
    Choix, Page,
    requete::{Pages, Parametres, Reponse, Web, rendre},
};
use socle::{Nomenclature, api::Curseur, identifiant::UtilisateurId, journal::Action};

use super::{
    Filtre, OBJETS,
    phrase::{Phrase, nom_action, phrase},
};

/// The page of the journal.
pub fn pages() -> Pages {
    Pages::new().get("/journal", voir)
}

const PAR_PAGE: u64 = 50;

#[derive(Default, serde::Deserialize)]
#[serde(default)]
struct Demande {
    objet: String,
    action: String,
    apres: Option<String>,
}

#[derive(Template)]
#[template(path = "journal/journal.html")]
struct PageJournal {
    page: Page,
    lignes: Vec<(DateTime<Utc>, Phrase)>,
    objets: Vec<Choix>,
    actions: Vec<Choix>,
    filtre: bool,
    suivante: Option<String>,
    premiere: bool,
}

async fn voir(w: Web, Parametres(d): Parametres<Demande>) -> Reponse {
    let cx = w.lecture();
    let action = Action::depuis(&d.action);
    let objet = OBJETS.iter().map(|o| o.0).find(|o| *o == d.objet);
    let apres = Curseur { apres: d.apres.filter(|a| !a.is_empty()), limite: None }.depart()?;
    let premiere = apres.is_none();
    let mut lignes = super::lister(&cx, &Filtre { objet: objet.map(Into::into), action, apres }, PAR_PAGE).await?;
    let reste = lignes.len() as u64 > PAR_PAGE;
    lignes.truncate(PAR_PAGE as usize);
    let suivante = lignes.last().filter(|_| reste).map(|l| {
        let mut q = form_urlencoded::Serializer::new(String::new());
        for (nom, valeur) in [("objet", objet.unwrap_or("")), ("action", &d.action)] {
            if !valeur.is_empty() {
                q.append_pair(nom, valeur);
            }
        }
        format!("/journal?{}", q.append_pair("apres", &BASE64_URL_SAFE_NO_PAD.encode(l.id.as_bytes())).finish())
    });
    let mut ids: Vec<UtilisateurId> = lignes.iter().filter_map(|l| l.acteur_id).collect();
    ids.extend(lignes.iter().filter(|l| l.objet == "utilisateur").filter_map(|l| l.objet_id).map(UtilisateurId));
    let noms = socle::equipe::noms(&cx, ids).await?;
    rendre(&PageJournal {
        page: w.page,
        lignes: lignes.iter().map(|l| (l.quand, phrase(l, &noms))).collect(),
        objets: OBJETS.iter().map(|(code, _, libelle, _)| Choix::nouveau(*code, *libelle, objet == Some(*code))).collect(),
        actions: Action::tous().into_iter().map(|a| Choix::nouveau(a.code(), nom_action(a), action == Some(a))).collect(),
        filtre: action.is_some() || objet.is_some(),
        suivante,
        premiere,
    })
}
