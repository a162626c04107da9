//! The page « Accueillir une personne »: who, why, how, then what follows, in one form.

use askama::Template;
use axum::http::StatusCode;
use interface::{
    Choix, Erreurs, Message, Page,
    requete::{Formulaire, Pages, Parametres, Reponse, Web, aller, choix, rendre, rendre_avec, vers},
};
use socle::{
    Contexte, Erreur, Nomenclature, Permission, Resultat,
    controle::Controle,
    identifiant::{AccueilId, PersonneId},
};
use territoire::{commune, lieu};

use super::{Canal, CreerAccueil, Suite, depot, fiche, regles};
use crate::personne::{self, Personne, nom_affiche, recherche};

/// Pages of receptions.
pub fn pages() -> Pages {
    Pages::new().get("/accueil", nouveau).post("/accueil", enregistrer).post("/accueil/recherche", rechercher).fusionner(fiche::pages())
}

/// The form as it was typed, of this page and of the one of a reception ([`fiche`]).
#[derive(Clone, Default, serde::Deserialize)]
#[serde(default)]
pub(super) struct Saisie {
    pub id: String,
    /// What is looked for.
    pub q: String,
    /// What was looked for when the list shown was made: « sans nom » picked before it says nothing.
    pub cherche: String,
    /// An id, [`SANS_NOM`], or nothing picked.
    pub personne: String,
    pub motif: String,
    pub motif_frequent: String,
    pub canal: String,
    pub lieu: String,
    pub suite: String,
    /// Set by the button that searches, without JavaScript.
    pub chercher: String,
    pub version: String,
    /// The form sent is the one that takes in charge.
    #[serde(skip)]
    pub prendre: bool,
    /// Someone was picked for this reception on another page: not recorded yet.
    #[serde(skip)]
    pub propose: bool,
}

pub(super) const SANS_NOM: &str = "sans_nom";
/// In place of a lieu: none of the structure's.
const AILLEURS: &str = "ailleurs";
/// In place of a [`Suite`]: go and create the person's file first.
pub(super) const DOSSIER: &str = "dossier";

impl Saisie {
    pub fn motif(&self) -> Option<String> {
        regles::reunir_motif(&self.motif_frequent, &self.motif)
    }

    /// Who was picked: Ok(None) for a person without a name; a fault when a name was typed and nobody picked.
    pub fn personne(&self, c: &mut Controle) -> Option<PersonneId> {
        let rien_tape = self.q.trim().is_empty();
        match self.personne.as_str() {
            "" if rien_tape => None,
            SANS_NOM if rien_tape || self.q == self.cherche => None,
            "" | SANS_NOM => {
                c.faute("personne", "Choisissez la personne dans la liste, ou « Continuer sans nom ».");
                None
            }
            id => c.identifiant("personne", id),
        }
    }
}

/// A fault when what follows is written in a file and nobody is named.
pub(super) fn exiger_un_dossier(c: &mut Controle, suite: Suite, p: Option<PersonneId>) {
    if suite.demande_un_dossier() && p.is_none() && c.fautes().iter().all(|f| f.champ != "personne") {
        let quoi = if suite == Suite::Entretien { "un entretien" } else { "une orientation" };
        c.faute("personne", format!("Pour {quoi}, il faut un dossier : cherchez la personne, ou créez son dossier."));
    }
}

/// The list of people found, to pick one: shared by two pages, and sent alone to htmx.
pub(super) struct Qui {
    pub q: String,
    pub choix: Vec<Choix>,
    /// How many files answer what is typed, in words; None when nothing is typed.
    pub trouves: Option<String>,
    pub erreur: Option<String>,
    /// The page is there to find somebody: the field takes the focus.
    pub focus: bool,
}

/// Name, then what tells homonyms apart: year of birth and commune.
pub(super) fn decrire(p: &Personne) -> String {
    let naissance = p.annee_naissance.map(|a| format!("naissance en {a}"));
    let ou = p.commune.as_deref().map(commune::nommer);
    [Some(nom_affiche(p)), naissance, ou].into_iter().flatten().collect::<Vec<_>>().join(", ")
}

pub(super) async fn qui(cx: &Contexte, s: &Saisie, erreurs: &Erreurs) -> Resultat<Qui> {
    let rien_tape = s.q.trim().is_empty();
    let mut trouvees = if rien_tape { vec![] } else { recherche::chercher(cx, &s.q, 8).await? };
    let trouves = (!rien_tape).then(|| match trouvees.len() {
        0 => "Aucun dossier ne correspond : vérifiez l’écriture, ou créez un dossier.".to_owned(),
        n => interface::format::compte(n as i64, "dossier correspond.", "dossiers correspondent."),
    });
    let choisie: Option<PersonneId> = s.personne.parse().ok();
    // Who is picked stays in the list, whatever is typed next.
    if let Some(id) = choisie.filter(|id| trouvees.iter().all(|p| p.id != *id)) {
        for p in personne::plusieurs(cx, &[id]).await? {
            trouvees.insert(0, p);
        }
    }
    let connue = trouvees.iter().any(|p| Some(p.id) == choisie);
    let sans_nom = !connue && (rien_tape || (s.personne == SANS_NOM && s.q == s.cherche));
    let mut choix: Vec<Choix> = trouvees.iter().map(|p| Choix::nouveau(p.id.to_string(), decrire(p), Some(p.id) == choisie)).collect();
    choix.push(Choix::nouveau(SANS_NOM, "Continuer sans nom", sans_nom));
    Ok(Qui { q: s.q.clone(), choix, trouves, erreur: erreurs.de("personne").map(str::to_owned), focus: false })
}

#[derive(Template)]
#[template(path = "accueil/resultats.html")]
struct PartieResultats {
    qui: Qui,
    partiel: bool,
}

#[derive(Template)]
#[template(path = "accueil/nouveau.html")]
struct PageAccueil {
    page: Page,
    erreurs: Erreurs,
    /// The same form was already recorded, with other words: the address of that record.
    deja: Option<String>,
    s: Saisie,
    qui: Qui,
    partiel: bool,
    motifs: Vec<Choix>,
    canaux: Vec<Choix>,
    lieux: Vec<Choix>,
}

async fn gabarit(cx: &Contexte, page: Page, mut s: Saisie, erreurs: Erreurs, deja: Option<String>) -> Resultat<PageAccueil> {
    let structure = cx.exiger(Permission::PersonnesEcrire)?;
    let mut qui = qui(cx, &s, &erreurs).await?;
    qui.focus = s.id.is_empty() && s.personne.is_empty();
    let recents = depot::recents(cx, structure).await?;
    let motifs = regles::motifs_frequents(recents.iter().filter_map(|r| r.motif.as_deref()), 6);
    let lieux = lieu::lister(cx, false).await?;
    let neuve = s.id.is_empty();
    if neuve {
        s.id = cx.nouvel_uuid().to_string();
        s.canal = Canal::default().code();
        // Where this account last received; else where anyone last did; else the only lieu there is.
        let ouvert = |r: &depot::Recent| r.lieu.filter(|id| lieux.iter().any(|l| l.id == *id));
        let mien = recents.iter().filter(|r| Some(r.par) == cx.acteur.utilisateur).find_map(ouvert);
        let seul = if let [seul] = lieux.as_slice() { Some(seul.id) } else { None };
        let lieu = mien.or_else(|| recents.iter().find_map(ouvert)).or(seul);
        s.lieu = lieu.map_or_else(String::new, |l| l.to_string());
    }
    let mut proposes: Vec<Choix> =
        lieux.into_iter().map(|l| (l.id.to_string(), l.nom)).map(|(id, nom)| Choix::nouveau(&id, nom, id == s.lieu)).collect();
    if !proposes.is_empty() {
        proposes.push(Choix::nouveau(AILLEURS, "Ailleurs", s.lieu == AILLEURS));
    }
    let canaux = choix::<Canal>(Canal::depuis(&s.canal).as_slice());
    let motifs = motifs.into_iter().map(|m| Choix::nouveau(&m, &m, m == s.motif_frequent)).collect();
    Ok(PageAccueil { page, erreurs, deja, s, qui, partiel: false, motifs, canaux, lieux: proposes })
}

#[derive(Default, serde::Deserialize)]
#[serde(default)]
pub(super) struct Depart {
    /// The person to receive, when one comes from their file or has just created it.
    pub personne: String,
}

async fn nouveau(w: Web, Parametres(d): Parametres<Depart>) -> Reponse {
    let s = Saisie { personne: d.personne, ..Saisie::default() };
    rendre(&gabarit(&w.lecture(), w.page, s, Erreurs::default(), None).await?)
}

/// The matches of what is typed: the list alone for htmx, else the whole page.
async fn rechercher(w: Web, Formulaire(s): Formulaire<Saisie>) -> Reponse {
    let cx = w.lecture();
    if w.partiel {
        cx.exiger(Permission::PersonnesEcrire)?;
        return rendre(&PartieResultats { qui: qui(&cx, &s, &Erreurs::default()).await?, partiel: true });
    }
    rendre(&gabarit(&cx, w.page, s, Erreurs::default(), None).await?)
}

fn lire(s: &Saisie) -> Resultat<CreerAccueil> {
    let mut c = Controle::new();
    let dossier = s.suite == DOSSIER;
    let suite = if dossier { Some(Suite::Attente) } else { c.code("suite", &s.suite) };
    c.exiger(!s.suite.is_empty(), "suite", "Choisissez ce qui suit.");
    let personne = if dossier { None } else { s.personne(&mut c) };
    exiger_un_dossier(&mut c, suite.unwrap_or_default(), personne);
    let demande = CreerAccueil {
        id: c.identifiant("id", &s.id),
        personne,
        lieu: if s.lieu == AILLEURS { None } else { c.identifiant("lieu", &s.lieu) },
        canal: c.code("canal", &s.canal).unwrap_or_default(),
        motif: s.motif(),
        suite: suite.unwrap_or_default(),
        arrive_le: None,
    };
    c.finir()?;
    Ok(demande)
}

async fn enregistrer(w: Web, Formulaire(mut s): Formulaire<Saisie>) -> Reponse {
    w.lecture().exiger(Permission::PersonnesEcrire)?;
    if !s.chercher.is_empty() {
        return rendre(&gabarit(&w.lecture(), w.page, s, Erreurs::default(), None).await?);
    }
    // Nothing written yet: nothing to keep while the file is created.
    if s.suite == DOSSIER && s.motif().is_none() {
        return Ok(vers("/personnes/nouvelle?suite=/accueil"));
    }
    let cx = w.ecriture().await?;
    let fait = match lire(&s) {
        Ok(d) => super::creer(&cx, d).await,
        Err(e) => Err(e),
    };
    match fait {
        Ok((a, _)) => {
            cx.valider().await?;
            Ok(match regles::destination(&a) {
                Some(href) => vers(&href),
                // The person waits while the file is created; the page comes back to this reception.
                None if s.suite == DOSSIER => vers(&format!("/personnes/nouvelle?suite=/accueils/{}", a.id)),
                None if a.suite == Suite::Attente => aller("/", Message::succes("La personne est dans la liste d’attente.")),
                None => aller("/", Message::succes("L’accueil est enregistré.")),
            })
        }
        Err(e) => {
            drop(cx);
            let (statut, erreurs, deja) = match e {
                Erreur::Invalide(e) => (StatusCode::UNPROCESSABLE_ENTITY, e.into(), None),
                Erreur::Introuvable("Cette personne") => (StatusCode::UNPROCESSABLE_ENTITY, disparue(), None),
                Erreur::Conflit(_) => {
                    let deja = format!("/accueils/{}", s.id.parse::<AccueilId>().map_err(Erreur::interne)?);
                    s.id = w.etat.horloge.nouvel_uuid().to_string();
                    (StatusCode::CONFLICT, Erreurs::default(), Some(deja))
                }
                e => return Err(e.into()),
            };
            rendre_avec(statut, &gabarit(&w.lecture(), w.page, s, erreurs, deja).await?)
        }
    }
}

/// The file picked was erased, or is no longer shared, since the list was shown.
pub(super) fn disparue() -> Erreurs {
    let mut e = Erreurs::nouvelles();
    e.ajoute("personne", "Ce dossier n’existe plus, ou n’est plus suivi par votre structure : choisissez de nouveau.");
    e
}
