use askama::Template;
use axum::http::StatusCode;
use chrono::NaiveDate;
use interface::{
    Choix, Erreurs, Message, Page, Pagination,
    requete::{Chemin, Formulaire, Pages, Parametres, Reponse, Web, aller, choix, rendre, rendre_avec},
};
use socle::{
    Contexte, Erreur, Nomenclature, Permission, Resultat,
    controle::Controle,
    equipe,
    identifiant::{OrientationId, PartenaireId, PersonneId},
};
use territoire::partenaire;

use super::{CreerOrientation, ModifierOrientation, Orientation, StatutOrientation, api, depot, lettre};
use crate::personne::{self, nom_affiche};

/// Pages of orientations.
pub fn pages() -> Pages {
    Pages::new()
        .get("/personnes/{id}/orienter", formulaire)
        .post("/personnes/{id}/orienter", envoyer)
        .get("/orientations", liste)
        .get("/orientations/{id}", voir)
        .get("/orientations/{id}/lettre.pdf", imprimer)
        .post("/orientations/{id}/retour", noter)
}

#[derive(Clone, Default, serde::Deserialize)]
#[serde(default)]
pub(super) struct Envoi {
    /// Made with the form: sent twice, it is one orientation.
    pub id: String,
    pub partenaire: String,
    pub date: String,
    pub motif: String,
    pub consentement: String,
}

#[derive(Template)]
#[template(path = "orientation/orienter.html")]
pub(super) struct PageOrienter {
    pub page: Page,
    pub erreurs: Erreurs,
    pub personne: PersonneId,
    pub nom: String,
    pub s: Envoi,
    pub partenaires: Vec<Choix>,
    pub transmis: Vec<String>,
    /// May add a partner to an empty directory.
    pub annuaire: bool,
}

/// The pages above: the list of people, then the person's file.
fn fil(id: PersonneId, nom: &str) -> [(String, String); 2] {
    [("/personnes".to_owned(), "Personnes".to_owned()), (format!("/personnes/{id}"), nom.to_owned())]
}

impl PageOrienter {
    fn fil(&self) -> [(String, String); 2] {
        fil(self.personne, &self.nom)
    }
}

/// How many partners the form proposes at most.
const PROPOSES: u64 = 300;

async fn gabarit_envoi(w: Web, cx: &Contexte, id: PersonneId, s: Envoi, erreurs: Erreurs) -> Resultat<PageOrienter> {
    let p = super::personne_suivie(cx, id, Permission::PersonnesEcrire).await?;
    let partenaires = partenaire::lister(cx, false, PROPOSES)
        .await?
        .into_iter()
        .map(|p| {
            let code = p.id.to_string();
            let coche = code == s.partenaire;
            Choix::nouveau(code, format!("{} ({})", p.nom, p.nature.libelle().to_lowercase()), coche)
        })
        .collect();
    Ok(PageOrienter {
        annuaire: w.acteur.peut(Permission::PartenairesEcrire),
        page: w.page,
        erreurs,
        personne: id,
        nom: nom_affiche(&p),
        transmis: lettre::informations(&p),
        s,
        partenaires,
    })
}

async fn formulaire(w: Web, Chemin(id): Chemin<PersonneId>) -> Reponse {
    let cx = w.lecture();
    let s = Envoi { id: cx.nouvel_uuid().to_string(), date: interface::format::iso(cx.aujourd_hui()), ..Envoi::default() };
    rendre(&gabarit_envoi(w, &cx, id, s, Erreurs::default()).await?)
}

fn lire_envoi(personne: PersonneId, s: &Envoi) -> Resultat<CreerOrientation> {
    let mut c = Controle::new();
    let id = c.identifiant("id", &s.id);
    let partenaire = c.identifiant::<PartenaireId>("partenaire", &s.partenaire);
    c.exiger(!s.partenaire.is_empty(), "partenaire", "Choisissez vers qui vous orientez la personne.");
    let date = c.date("date", &s.date);
    // The other faults are told with these: one reading of the form, one list of errors.
    c.exiger(!s.motif.trim().is_empty(), "motif", "Écrivez pourquoi vous orientez cette personne.");
    let consentement = s.consentement == "oui";
    c.exiger(consentement, "consentement", "Sans l’accord de la personne, rien ne peut être transmis. Demandez-lui, puis cochez la case.");
    c.finir()?;
    let partenaire = partenaire.ok_or(Erreur::Interne("partenaire".into()))?;
    Ok(CreerOrientation { id, personne, partenaire, date, motif: s.motif.clone(), consentement })
}

async fn envoyer(w: Web, Chemin(id): Chemin<PersonneId>, Formulaire(s): Formulaire<Envoi>) -> Reponse {
    let cx = w.ecriture().await?;
    super::personne_suivie(&cx, id, Permission::PersonnesEcrire).await?;
    let fait = match lire_envoi(id, &s) {
        Ok(d) => super::creer(&cx, d).await,
        Err(e) => Err(e),
    };
    match fait {
        Ok((o, _)) => {
            cx.valider().await?;
            Ok(aller(&format!("/orientations/{}", o.id), Message::succes("L’orientation est enregistrée. Vous pouvez imprimer la lettre.")))
        }
        Err(Erreur::Invalide(e)) => {
            let p = gabarit_envoi(w, &cx, id, s, e.into()).await?;
            rendre_avec(StatusCode::UNPROCESSABLE_ENTITY, &p)
        }
        Err(e) => Err(e.into()),
    }
}

#[derive(Clone, Default, serde::Deserialize)]
#[serde(default)]
pub(super) struct Retour {
    pub statut: String,
    pub repondu_le: String,
    pub retour: String,
    pub version: String,
}

#[derive(Template)]
#[template(path = "orientation/voir.html")]
pub(super) struct PageOrientation {
    pub page: Page,
    pub erreurs: Erreurs,
    pub perimee: bool,
    pub o: Orientation,
    pub personne: String,
    pub partenaire: partenaire::Partenaire,
    pub mediateur: String,
    pub ecrire: bool,
    pub s: Retour,
    pub statuts: Vec<Choix>,
}

impl PageOrientation {
    fn fil(&self) -> [(String, String); 2] {
        fil(self.o.personne_id, &self.personne)
    }
}

async fn gabarit_retour(w: Web, cx: &Contexte, o: Orientation, s: Retour, erreurs: Erreurs, perimee: bool) -> Resultat<PageOrientation> {
    let p = personne::trouver(cx, o.personne_id, Permission::PersonnesLire).await?;
    let partenaire = partenaire::lire(cx, o.partenaire_id).await?;
    let mediateur = equipe::noms(cx, [o.mediateur_id]).await?.remove(&o.mediateur_id).unwrap_or_default();
    Ok(PageOrientation {
        ecrire: w.acteur.peut_dans(Permission::PersonnesEcrire, o.structure_id),
        page: w.page,
        erreurs,
        perimee,
        personne: nom_affiche(&p),
        partenaire,
        mediateur,
        statuts: choix(StatutOrientation::depuis(&s.statut).as_slice()),
        s,
        o,
    })
}

fn saisie(o: &Orientation) -> Retour {
    Retour {
        statut: o.statut.code(),
        repondu_le: o.repondu_le.map(interface::format::iso).unwrap_or_default(),
        retour: o.retour.clone().unwrap_or_default(),
        version: o.version.to_string(),
    }
}

async fn voir(w: Web, Chemin(id): Chemin<OrientationId>) -> Reponse {
    let cx = w.lecture();
    let o = super::lire(&cx, id).await?;
    let s = saisie(&o);
    rendre(&gabarit_retour(w, &cx, o, s, Erreurs::default(), false).await?)
}

async fn imprimer(w: Web, Chemin(id): Chemin<OrientationId>) -> Reponse {
    api::reponse_lettre(&w, id).await
}

fn lire_retour(s: &Retour) -> Resultat<ModifierOrientation> {
    let mut c = Controle::new();
    c.exiger(!s.statut.is_empty(), "statut", "Choisissez où en est l’orientation.");
    let statut = c.code::<StatutOrientation>("statut", &s.statut);
    let jour: Option<NaiveDate> = c.date("repondu_le", &s.repondu_le);
    let version = c.nombre("version", &s.version);
    c.finir()?;
    // A date left empty is no choice: the rule sets it. One left over from before goes with the answer.
    let repondu_le = jour.filter(|_| statut != Some(StatutOrientation::Envoyee)).map(Some);
    Ok(ModifierOrientation { version, statut, retour: Some(Some(s.retour.clone())), repondu_le })
}

async fn noter(w: Web, Chemin(id): Chemin<OrientationId>, Formulaire(mut s): Formulaire<Retour>) -> Reponse {
    let cx = w.ecriture().await?;
    // The right to write comes first: it decides between 404, 403 and what follows.
    let avant = super::avec_droit(&cx, id, Permission::PersonnesEcrire).await?;
    let fait = match lire_retour(&s) {
        Ok(m) => super::modifier(&cx, id, m).await,
        Err(e) => Err(e),
    };
    match fait {
        Ok(_) => {
            cx.valider().await?;
            Ok(aller(&format!("/orientations/{id}"), Message::succes("Le retour du partenaire est noté.")))
        }
        Err(Erreur::Invalide(e)) => {
            let p = gabarit_retour(w, &cx, avant, s, e.into(), false).await?;
            rendre_avec(StatusCode::UNPROCESSABLE_ENTITY, &p)
        }
        Err(Erreur::VersionPerimee) => {
            s.version = avant.version.to_string();
            let p = gabarit_retour(w, &cx, avant, s, Erreurs::default(), true).await?;
            rendre_avec(StatusCode::CONFLICT, &p)
        }
        Err(e) => Err(e.into()),
    }
}

pub(super) struct Ligne {
    pub id: OrientationId,
    pub date: NaiveDate,
    pub personne: String,
    pub partenaire: String,
    pub statut: StatutOrientation,
    pub repondu_le: Option<NaiveDate>,
}

#[derive(Template)]
#[template(path = "orientation/liste.html")]
pub(super) struct PageListe {
    pub page: Page,
    pub attente: Vec<Ligne>,
    /// There are more waiting than are shown.
    pub attente_coupee: bool,
    pub closes: Vec<Ligne>,
    pub pagination: Pagination,
    pub aujourd_hui: NaiveDate,
}

const PAR_PAGE: u64 = 25;
const EN_ATTENTE: u64 = 100;

#[derive(serde::Deserialize)]
struct Feuille {
    page: Option<String>,
}

async fn lignes(cx: &Contexte, orientations: Vec<Orientation>) -> Resultat<Vec<Ligne>> {
    let noms = depot::partenaires(cx, &orientations).await?;
    let ids: Vec<PersonneId> = orientations.iter().map(|o| o.personne_id).collect();
    let personnes = personne::noms(cx, &ids).await?;
    Ok(orientations
        .into_iter()
        .map(|o| Ligne {
            id: o.id,
            date: o.date,
            personne: personnes.get(&o.personne_id).cloned().unwrap_or_default(),
            partenaire: noms.get(&o.partenaire_id).cloned().unwrap_or_default(),
            statut: o.statut,
            repondu_le: o.repondu_le,
        })
        .collect())
}

async fn liste(w: Web, Parametres(f): Parametres<Feuille>) -> Reponse {
    let cx = w.lecture();
    let structure = cx.exiger(Permission::PersonnesLire)?;
    let courante = f.page.and_then(|p| p.parse::<u64>().ok()).unwrap_or(1).clamp(1, 100_000);
    let mut attente = depot::en_attente(&cx, structure, EN_ATTENTE + 1).await?;
    let attente_coupee = attente.len() as u64 > EN_ATTENTE;
    attente.truncate(EN_ATTENTE as usize);
    let (closes, total) = depot::closes(&cx, structure, (courante - 1) * PAR_PAGE, PAR_PAGE).await?;
    rendre(&PageListe {
        attente: lignes(&cx, attente).await?,
        attente_coupee,
        closes: lignes(&cx, closes).await?,
        pagination: Pagination::nouvelle(courante, total, PAR_PAGE, "/orientations?page="),
        aujourd_hui: cx.aujourd_hui(),
        page: w.page,
    })
}
