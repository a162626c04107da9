mod cloture;
mod lignes;

use askama::Template;
use axum::http::StatusCode;
use interface::{
    Choix, Erreurs, Message, Page,
    requete::{Chemin, Formulaire, Pages, Parametres, Reponse, Web, aller, choix, rendre, rendre_avec},
};
use socle::{
    Contexte, Erreur, Nomenclature, Permission, Resultat,
    controle::Controle,
    identifiant::{DiagnosticId, ParcoursId, PersonneId},
};

use super::{AjouterEtape, AjouterObjectif, Complet, NatureEtape, OuvrirParcours, Parcours, StatutEtape, StatutObjectif, depot};
use crate::{
    diagnostic::{self, Diagnostic},
    personne::{self, nom_affiche},
};

/// Pages of plans.
pub fn pages() -> Pages {
    Pages::new()
        .get("/personnes/{id}/parcours", de_la_personne)
        .post("/personnes/{id}/parcours", ouvrir)
        .get("/parcours/{id}", voir)
        .post("/parcours/{id}/objectifs", ajouter_objectif)
        .post("/parcours/{id}/etapes", ajouter_etape)
        .post("/parcours/{id}/reprendre", reprendre)
        .fusionner(cloture::pages())
        .fusionner(lignes::pages())
}

#[derive(Clone, Default, serde::Deserialize)]
#[serde(default)]
struct Origine {
    diagnostic: Option<DiagnosticId>,
}

/// The form that opens a plan.
#[derive(Clone, Default, serde::Deserialize)]
#[serde(default)]
struct SaisieOuverture {
    id: String,
    diagnostic: String,
    objectif: String,
    etape_1: String,
    etape_2: String,
    etape_3: String,
}

#[derive(Template)]
#[template(path = "parcours/ouvrir.html")]
struct PageOuvrir {
    page: Page,
    erreurs: Erreurs,
    dossier: String,
    nom: String,
    s: SaisieOuverture,
    clos: Vec<Parcours>,
}

/// What is typed under a plan: a new objective, a new step.
#[derive(Clone, Default, serde::Deserialize)]
#[serde(default)]
struct SaisieLigne {
    id: String,
    objectif: String,
    etape: String,
    nature: String,
    prevue_le: String,
    heure: String,
}

#[derive(Template)]
#[template(path = "parcours/voir.html")]
struct PageVoir {
    page: Page,
    erreurs: Erreurs,
    /// Why what was typed could not be added.
    avis: Option<String>,
    dossier: String,
    nom: String,
    p: Complet,
    ecrire: bool,
    origine: Option<Diagnostic>,
    /// A newer diagnostic whose steps can be taken over.
    a_reprendre: Option<Diagnostic>,
    clos: Vec<Parcours>,
    s: SaisieLigne,
    natures: Vec<Choix>,
    /// Ids of the next objective and of the next step, so that a double sending adds one.
    id_objectif: String,
    id_etape: String,
    aujourd_hui: chrono::NaiveDate,
}

async fn page_voir(
    cx: &Contexte,
    page: Page,
    p: Complet,
    origine: Option<DiagnosticId>,
    s: SaisieLigne,
    erreurs: Erreurs,
) -> Resultat<PageVoir> {
    let id = p.parcours.personne_id;
    let personne = personne::trouver(cx, id, Permission::PersonnesLire).await?;
    let ouvert = p.parcours.clos_le.is_none();
    let ecrire = cx.acteur.peut_dans(Permission::PersonnesEcrire, p.parcours.structure_id);
    // The last diagnostic, or the one the page was asked from, when the plan does not come from it.
    let a_reprendre = match origine {
        Some(d) => Some(diagnostic::lire(cx, d).await?),
        None => diagnostic::dernier(cx, id).await?,
    }
    .filter(|d| ouvert && ecrire && d.personne_id == id && Some(d.id) != p.parcours.diagnostic_id && !d.etapes.0.is_empty())
    .filter(|d| origine.is_some() || d.date >= p.parcours.ouvert_le);
    let origine = match p.parcours.diagnostic_id {
        Some(d) => diagnostic::lire(cx, d).await.ok(),
        None => None,
    };
    let neuf = |tape: &str| if tape.is_empty() { cx.nouvel_uuid().to_string() } else { s.id.clone() };
    Ok(PageVoir {
        page,
        erreurs,
        avis: None,
        dossier: format!("/personnes/{id}"),
        nom: nom_affiche(&personne),
        ecrire,
        origine,
        a_reprendre,
        clos: depot::clos(cx, id).await?.into_iter().filter(|x| x.id != p.parcours.id).collect(),
        natures: choix(&[NatureEtape::depuis(&s.nature).unwrap_or(NatureEtape::Accompagnement)]),
        id_objectif: neuf(&s.objectif),
        id_etape: neuf(&s.etape),
        s,
        p,
        aujourd_hui: cx.aujourd_hui(),
    })
}

/// The plan open for the person, or the form that opens one, filled from a diagnostic.
async fn de_la_personne(w: Web, Chemin(id): Chemin<PersonneId>, Parametres(o): Parametres<Origine>) -> Reponse {
    let cx = w.lecture();
    if let Some(p) = super::ouvert(&cx, id).await? {
        return rendre(&page_voir(&cx, w.page, p, o.diagnostic, SaisieLigne::default(), Erreurs::default()).await?);
    }
    cx.exiger(Permission::PersonnesEcrire)?;
    let d = match o.diagnostic {
        Some(d) => Some(diagnostic::lire(&cx, d).await?),
        None => diagnostic::dernier(&cx, id).await?,
    }
    .filter(|d| d.personne_id == id);
    let mut s = SaisieOuverture { id: cx.nouvel_uuid().to_string(), ..SaisieOuverture::default() };
    if let Some(d) = d {
        let mut etapes = d.etapes.0.into_iter();
        let mut etape = || etapes.next().unwrap_or_default();
        s = SaisieOuverture {
            diagnostic: d.id.to_string(),
            objectif: d.objectif.unwrap_or_default(),
            etape_1: etape(),
            etape_2: etape(),
            etape_3: etape(),
            ..s
        };
    }
    rendre(&page_ouvrir(&cx, w.page, id, s, Erreurs::default()).await?)
}

async fn page_ouvrir(cx: &Contexte, page: Page, id: PersonneId, s: SaisieOuverture, erreurs: Erreurs) -> Resultat<PageOuvrir> {
    let p = personne::trouver(cx, id, Permission::PersonnesEcrire).await?;
    let clos = depot::clos(cx, id).await?;
    Ok(PageOuvrir { page, erreurs, dossier: format!("/personnes/{id}"), nom: nom_affiche(&p), s, clos })
}

async fn ouvrir(w: Web, Chemin(id): Chemin<PersonneId>, Formulaire(s): Formulaire<SaisieOuverture>) -> Reponse {
    let cx = w.ecriture().await?;
    let mut c = Controle::new();
    let v = s.clone();
    let champs = ["etape_1", "etape_2", "etape_3"];
    let etapes: Vec<(usize, String)> =
        [v.etape_1, v.etape_2, v.etape_3].into_iter().enumerate().filter(|(_, e)| !e.trim().is_empty()).collect();
    let demande = OuvrirParcours {
        id: c.identifiant("id", &v.id),
        personne: id,
        diagnostic: c.identifiant("diagnostic", &v.diagnostic),
        ouvert_le: None,
        objectifs: Some(if v.objectif.trim().is_empty() { vec![] } else { vec![v.objectif] }),
        etapes: Some(etapes.iter().map(|(_, e)| AjouterEtape::nouvelle(e.clone())).collect()),
    };
    c.exiger(
        !etapes.is_empty() || demande.objectifs.as_ref().is_some_and(|o| !o.is_empty()),
        "objectif",
        "Écrivez au moins un objectif ou une étape.",
    );
    let fait = match c.finir() {
        Ok(()) => super::ouvrir(&cx, demande).await,
        Err(e) => Err(e),
    };
    match fait {
        Ok((p, nouveau)) => {
            cx.valider().await?;
            let m = if nouveau {
                Message::succes("Le parcours est ouvert.")
            } else {
                Message::attention("Un parcours était déjà ouvert pour cette personne : le voici. Ajoutez-y ce qui manque.")
            };
            Ok(aller(&format!("/parcours/{}", p.parcours.id), m))
        }
        Err(Erreur::Invalide(fautes)) => {
            let mut e = Erreurs::default();
            for f in fautes {
                let rang =
                    |prefixe: &str| f.champ.strip_prefix(prefixe).and_then(|r| r.split(']').next()).and_then(|n| n.parse::<usize>().ok());
                let champ = match (rang("objectifs["), rang("etapes[")) {
                    (Some(_), _) => "objectif",
                    (_, Some(n)) => etapes.get(n).and_then(|(i, _)| champs.get(*i)).copied().unwrap_or("etape_1"),
                    _ => &f.champ,
                };
                e.ajoute(champ, f.message);
            }
            rendre_avec(StatusCode::UNPROCESSABLE_ENTITY, &page_ouvrir(&cx, w.page, id, s, e).await?)
        }
        // Sent twice with other words: the plan is open, what was typed is still to be added there.
        Err(Erreur::Conflit(_)) if super::ouvert(&cx, id).await.is_ok_and(|p| p.is_some()) => {
            let mut e = Erreurs::default();
            e.ajoute("objectif", "Le parcours est déjà ouvert. Gardez ce texte de côté, puis ajoutez-le depuis la page du parcours.");
            rendre_avec(StatusCode::CONFLICT, &page_ouvrir(&cx, w.page, id, s, e).await?)
        }
        Err(e) => Err(e.into()),
    }
}

async fn voir(w: Web, Chemin(id): Chemin<ParcoursId>) -> Reponse {
    let cx = w.lecture();
    let p = super::lire(&cx, id).await?;
    rendre(&page_voir(&cx, w.page, p, None, SaisieLigne::default(), Erreurs::default()).await?)
}

/// The plan with what was typed and why it was not added.
async fn refuser(cx: &Contexte, page: Page, id: ParcoursId, s: SaisieLigne, e: Erreur, champ: &str) -> Reponse {
    let p = super::lire(cx, id).await?;
    match e {
        Erreur::Invalide(fautes) => {
            let mut erreurs = Erreurs::default();
            for f in fautes {
                erreurs.ajoute(if f.champ == "libelle" { champ } else { &f.champ }, f.message);
            }
            rendre_avec(StatusCode::UNPROCESSABLE_ENTITY, &page_voir(cx, page, p, None, s, erreurs).await?)
        }
        Erreur::Conflit(_) | Erreur::VersionPerimee => {
            let mut t = page_voir(cx, page, p, None, s, Erreurs::default()).await?;
            t.avis = Some(e.explication());
            // The id served: another sending is another line.
            t.id_objectif = cx.nouvel_uuid().to_string();
            t.id_etape = cx.nouvel_uuid().to_string();
            rendre_avec(StatusCode::CONFLICT, &t)
        }
        e => Err(e.into()),
    }
}

async fn ajouter_objectif(w: Web, Chemin(id): Chemin<ParcoursId>, Formulaire(s): Formulaire<SaisieLigne>) -> Reponse {
    let cx = w.ecriture().await?;
    let mut c = Controle::new();
    let d = AjouterObjectif { id: c.identifiant("id", &s.id), libelle: s.objectif.clone() };
    match super::ajouter_objectif(&cx, id, d).await {
        Ok(_) => {
            cx.valider().await?;
            Ok(aller(&format!("/parcours/{id}"), Message::succes("L’objectif est dans le parcours.")))
        }
        Err(e) => refuser(&cx, w.page, id, s, e, "objectif").await,
    }
}

async fn ajouter_etape(w: Web, Chemin(id): Chemin<ParcoursId>, Formulaire(s): Formulaire<SaisieLigne>) -> Reponse {
    let cx = w.ecriture().await?;
    let mut c = Controle::new();
    let d = AjouterEtape {
        id: c.identifiant("id", &s.id),
        libelle: s.etape.clone(),
        nature: c.code("nature", &s.nature),
        prevue_le: c.date("prevue_le", &s.prevue_le),
        heure: Some(s.heure.clone()),
        statut: None,
        faite_le: None,
    };
    let lues = c.fautes().to_vec();
    let fait = match super::ajouter_etape(&cx, id, d).await {
        Ok(_) if lues.is_empty() => Ok(()),
        Ok(_) => Err(Erreur::Invalide(lues)),
        Err(Erreur::Invalide(autres)) => {
            let mut toutes = lues;
            toutes.extend(autres.into_iter().filter(|f| !c.fautes().iter().any(|l| l.champ == f.champ)));
            Err(Erreur::Invalide(toutes))
        }
        Err(e) => Err(e),
    };
    match fait {
        Ok(()) => {
            cx.valider().await?;
            Ok(aller(&format!("/parcours/{id}"), Message::succes("L’étape est dans le parcours.")))
        }
        Err(e) => refuser(&cx, w.page, id, s, e, "etape").await,
    }
}

#[derive(Clone, Default, serde::Deserialize)]
#[serde(default)]
struct SaisieReprise {
    diagnostic: String,
}

async fn reprendre(w: Web, Chemin(id): Chemin<ParcoursId>, Formulaire(s): Formulaire<SaisieReprise>) -> Reponse {
    let cx = w.ecriture().await?;
    let d = s.diagnostic.parse().map_err(|_| Erreur::Introuvable("Ce diagnostic"))?;
    super::reprendre(&cx, id, d).await?;
    cx.valider().await?;
    Ok(aller(&format!("/parcours/{id}"), Message::succes("Les étapes du diagnostic sont dans le parcours.")))
}
