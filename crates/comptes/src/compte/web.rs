use askama::Template;
use axum::{
    Extension,
    http::{HeaderValue, StatusCode, header},
};
use interface::{
    Choix, Erreurs, Message, Page,
    requete::{Chemin, Formulaire, Pages, Reponse, Web, aller, choix, rendre, rendre_avec},
};
use secrecy::{ExposeSecret, SecretString};
use socle::{Erreur, ErreurChamp, Nomenclature, controle::Controle, droits::Portee, identifiant::StructureId};
use uuid::Uuid;

use crate::{
    SessionCourante,
    jeton::{self, CreerJeton, Jeton},
    mot_de_passe, secret, session, utilisateur,
};

/// Pages of one's own account.
pub fn pages() -> Pages {
    Pages::new()
        .get("/compte", voir)
        .post("/compte/nom", nommer)
        .post("/compte/structure", choisir)
        .post("/compte/mot-de-passe", changer)
        .post("/compte/sessions", fermer)
        .post("/compte/jetons", creer_jeton)
        .post("/compte/jetons/{id}/revoquer", revoquer_jeton)
}

#[derive(Template)]
#[template(path = "compte/compte.html")]
struct PageCompte {
    page: Page,
    erreurs: Erreurs,
    email: String,
    /// Not `nom`: the macros of the components have a parameter of that name, which would hide it.
    nom_affiche: String,
    structures: Vec<Choix>,
    sessions: Vec<LigneSession>,
    jetons: Vec<Jeton>,
    s: SaisieJeton,
    portees: Vec<Choix>,
    aide: &'static str,
}

struct LigneSession {
    cle: String,
    appareil: String,
    vue_le: chrono::DateTime<chrono::Utc>,
    creee_le: chrono::DateTime<chrono::Utc>,
    courante: bool,
}

#[derive(Template)]
#[template(path = "compte/jeton.html")]
struct PageJeton {
    page: Page,
    nom: String,
    texte: String,
}

#[derive(Clone, serde::Deserialize)]
#[serde(default)]
struct SaisieJeton {
    jeton_nom: String,
    jeton_portee: String,
    jeton_jours: String,
}

impl Default for SaisieJeton {
    fn default() -> Self {
        Self { jeton_nom: String::new(), jeton_portee: Portee::Lecture.code(), jeton_jours: "365".into() }
    }
}

/// The page, with what was typed when a form of it is refused.
async fn gabarit(
    w: Web,
    c: &SessionCourante,
    erreurs: Vec<ErreurChamp>,
    nom: Option<String>,
    s: SaisieJeton,
) -> Result<PageCompte, Erreur> {
    let cx = w.lecture();
    let moi = utilisateur::moi(&cx).await?;
    let mut structures: Vec<Choix> = vec![];
    for f in &w.acteur.fonctions {
        let code = f.structure.to_string();
        if structures.last().is_none_or(|d| d.code != code) {
            structures.push(Choix::nouveau(code, &f.nom_structure, w.acteur.structure == Some(f.structure)));
        }
    }
    let sessions = session::lister(&cx).await?.into_iter().map(|l| LigneSession {
        cle: secret::ecrire(&l.empreinte),
        courante: l.empreinte == c.0,
        appareil: l.appareil,
        vue_le: l.vue_le,
        creee_le: l.creee_le,
    });
    Ok(PageCompte {
        sessions: sessions.collect(),
        jetons: jeton::lister(&cx, moi.id, false).await?,
        page: w.page,
        erreurs: erreurs.into(),
        email: moi.email,
        nom_affiche: nom.unwrap_or(moi.nom),
        structures,
        portees: choix::<Portee>(Portee::depuis(&s.jeton_portee).as_slice()),
        s,
        aide: mot_de_passe::AIDE,
    })
}

async fn voir(w: Web, Extension(c): Extension<SessionCourante>) -> Reponse {
    rendre(&gabarit(w, &c, vec![], None, SaisieJeton::default()).await?)
}

#[derive(Default, serde::Deserialize)]
#[serde(default)]
struct SaisieNom {
    nom: String,
}

async fn nommer(w: Web, Extension(c): Extension<SessionCourante>, Formulaire(s): Formulaire<SaisieNom>) -> Reponse {
    let cx = w.ecriture().await?;
    match utilisateur::modifier_nom(&cx, &s.nom).await {
        Ok(()) => {
            cx.valider().await?;
            Ok(aller("/compte", Message::succes("Votre nom est à jour.")))
        }
        Err(Erreur::Invalide(e)) => {
            drop(cx);
            rendre_avec(StatusCode::UNPROCESSABLE_ENTITY, &gabarit(w, &c, e, Some(s.nom), SaisieJeton::default()).await?)
        }
        Err(e) => Err(e.into()),
    }
}

#[derive(Default, serde::Deserialize)]
#[serde(default)]
struct SaisieStructure {
    structure: String,
}

async fn choisir(w: Web, Extension(c): Extension<SessionCourante>, Formulaire(s): Formulaire<SaisieStructure>) -> Reponse {
    let structure: StructureId = s.structure.parse().map_err(|_| Erreur::Introuvable("Cette structure"))?;
    let cx = w.ecriture().await?;
    session::choisir_structure(&cx, &c, structure).await?;
    cx.valider().await?;
    Ok(aller("/", Message::succes("Vous travaillez maintenant dans cette structure.")))
}

#[derive(Default, serde::Deserialize)]
#[serde(default)]
struct SaisieMotDePasse {
    mot_de_passe: SecretString,
    mot_de_passe_nouveau: SecretString,
    mot_de_passe_confirme: SecretString,
}

async fn changer(w: Web, Extension(c): Extension<SessionCourante>, Formulaire(s): Formulaire<SaisieMotDePasse>) -> Reponse {
    let fait = if s.mot_de_passe_nouveau.expose_secret() == s.mot_de_passe_confirme.expose_secret() {
        utilisateur::changer_mot_de_passe(&w, &c, &s.mot_de_passe, &s.mot_de_passe_nouveau).await
    } else {
        Err(Erreur::champ("mot_de_passe_confirme", "Les deux mots de passe ne sont pas les mêmes : retapez-les."))
    };
    match fait {
        Ok(()) => Ok(aller("/compte", Message::succes("Votre mot de passe est changé. Vos autres sessions sont fermées."))),
        Err(Erreur::Invalide(e)) => rendre_avec(StatusCode::UNPROCESSABLE_ENTITY, &gabarit(w, &c, e, None, SaisieJeton::default()).await?),
        Err(e) => Err(e.into()),
    }
}

#[derive(Default, serde::Deserialize)]
#[serde(default)]
struct SaisieSession {
    session: String,
}

async fn fermer(w: Web, Formulaire(s): Formulaire<SaisieSession>) -> Reponse {
    let empreinte = secret::lire(&s.session).ok_or(Erreur::Introuvable("Cette session"))?;
    let cx = w.ecriture().await?;
    session::revoquer(&cx, &empreinte).await?;
    cx.valider().await?;
    Ok(aller("/compte", Message::succes("La session est fermée.")))
}

async fn creer_jeton(w: Web, Extension(c): Extension<SessionCourante>, Formulaire(s): Formulaire<SaisieJeton>) -> Reponse {
    let cx = w.ecriture().await?;
    let moi = cx.auteur()?;
    let mut controle = Controle::new();
    let portee = controle.code::<Portee>("jeton_portee", &s.jeton_portee);
    controle.exiger(!s.jeton_portee.is_empty(), "jeton_portee", "Choisissez ce que le jeton permet.");
    let jours = controle.nombre::<u32>("jeton_jours", &s.jeton_jours);
    let fait = match (controle.finir(), portee) {
        (Err(e), _) => Err(e),
        (Ok(()), None) => Err(Erreur::Interne("portee".into())),
        (Ok(()), Some(portee)) => jeton::creer(&cx, moi, CreerJeton { nom: s.jeton_nom.clone(), portee, jours }).await.map_err(prefixer),
    };
    match fait {
        Ok((j, texte)) => {
            cx.valider().await?;
            let mut r = rendre(&PageJeton { page: w.page, nom: j.nom, texte })?;
            r.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
            Ok(r)
        }
        Err(Erreur::Invalide(e)) => {
            drop(cx);
            rendre_avec(StatusCode::UNPROCESSABLE_ENTITY, &gabarit(w, &c, e, None, s).await?)
        }
        Err(e) => Err(e.into()),
    }
}

/// The page holds several forms: the fields of this one have a prefix.
fn prefixer(e: Erreur) -> Erreur {
    match e {
        Erreur::Invalide(v) => Erreur::Invalide(v.into_iter().map(|e| ErreurChamp { champ: format!("jeton_{}", e.champ), ..e }).collect()),
        e => e,
    }
}

async fn revoquer_jeton(w: Web, Chemin(id): Chemin<Uuid>) -> Reponse {
    let cx = w.ecriture().await?;
    jeton::revoquer(&cx, id).await?;
    cx.valider().await?;
    Ok(aller("/compte", Message::succes("Le jeton est révoqué : il n’ouvre plus rien.")))
}
