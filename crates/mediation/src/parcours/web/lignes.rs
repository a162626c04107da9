//! Pages of one line of a plan: an objective or a step.

use super::*;
use crate::parcours::{
    Etape, ModifierEtape, ModifierObjectif, Objectif,
    lignes::{un_objectif, une_etape},
};
use socle::identifiant::{EtapeId, ObjectifId};

pub(super) fn pages() -> Pages {
    Pages::new()
        .get("/parcours/{id}/objectifs/{objectif}", voir_objectif)
        .post("/parcours/{id}/objectifs/{objectif}", modifier_objectif)
        .get("/parcours/{id}/objectifs/{objectif}/retirer", avant_de_retirer_objectif)
        .post("/parcours/{id}/objectifs/{objectif}/retirer", retirer_objectif)
        .get("/parcours/{id}/etapes/{etape}", voir_etape)
        .post("/parcours/{id}/etapes/{etape}", modifier_etape)
        .post("/parcours/{id}/etapes/{etape}/faite", faite)
        .post("/parcours/{id}/etapes/{etape}/a-faire", a_faire)
        .get("/parcours/{id}/etapes/{etape}/retirer", avant_de_retirer_etape)
        .post("/parcours/{id}/etapes/{etape}/retirer", retirer_etape)
}

/// The fields of an objective or of a step.
#[derive(Clone, Default, serde::Deserialize)]
#[serde(default)]
struct Saisie {
    version: String,
    libelle: String,
    nature: String,
    statut: String,
    evalue_le: String,
    prevue_le: String,
    heure: String,
    faite_le: String,
}

/// What surrounds the form of a line.
struct Cadre {
    dossier: String,
    plan: String,
    nom: String,
    version: i32,
}

impl Cadre {
    async fn de(cx: &Contexte, id: ParcoursId) -> Resultat<Self> {
        let p = crate::parcours::trouver(cx, id, Permission::PersonnesEcrire).await?;
        let personne = personne::trouver(cx, p.personne_id, Permission::PersonnesEcrire).await?;
        Ok(Self {
            dossier: format!("/personnes/{}", p.personne_id),
            plan: format!("/parcours/{id}"),
            nom: nom_affiche(&personne),
            version: p.version,
        })
    }
}

#[derive(Template)]
#[template(path = "parcours/objectif.html")]
struct PageObjectif {
    page: Page,
    erreurs: Erreurs,
    avis: Option<String>,
    cadre: Cadre,
    id: ObjectifId,
    s: Saisie,
    statuts: Vec<Choix>,
}

#[derive(Template)]
#[template(path = "parcours/etape.html")]
struct PageEtape {
    page: Page,
    erreurs: Erreurs,
    avis: Option<String>,
    cadre: Cadre,
    id: EtapeId,
    s: Saisie,
    natures: Vec<Choix>,
    statuts: Vec<Choix>,
}

fn jour(d: Option<chrono::NaiveDate>) -> String {
    d.map(|d| d.to_string()).unwrap_or_default()
}

fn page_objectif(page: Page, cadre: Cadre, id: ObjectifId, s: Saisie, erreurs: Erreurs, avis: Option<String>) -> PageObjectif {
    let statuts = choix(StatutObjectif::depuis(&s.statut).as_slice());
    PageObjectif { page, erreurs, avis, cadre, id, s, statuts }
}

async fn voir_objectif(w: Web, Chemin((id, objectif)): Chemin<(ParcoursId, ObjectifId)>) -> Reponse {
    let cx = w.lecture();
    let cadre = Cadre::de(&cx, id).await?;
    let o: Objectif = un_objectif(&cx, id, objectif).await?;
    let s = Saisie {
        version: cadre.version.to_string(),
        libelle: o.libelle,
        statut: o.statut.code(),
        evalue_le: jour(o.evalue_le),
        ..Saisie::default()
    };
    rendre(&page_objectif(w.page, cadre, objectif, s, Erreurs::default(), None))
}

/// What became of a form.
enum Issue {
    Fait,
    /// To be shown again, with what is refused or why it was not written.
    ARevoir(StatusCode, Erreurs, Option<String>),
}

/// What the use case answered, with the faults of reading.
fn issue(lues: &Controle, fait: Resultat<()>) -> Resultat<Issue> {
    let mut fautes = lues.fautes().to_vec();
    Ok(match fait {
        Ok(()) if fautes.is_empty() => Issue::Fait,
        Ok(()) => Issue::ARevoir(StatusCode::UNPROCESSABLE_ENTITY, fautes.into(), None),
        Err(Erreur::Invalide(autres)) => {
            fautes.extend(autres.into_iter().filter(|f| !lues.fautes().iter().any(|l| l.champ == f.champ)));
            Issue::ARevoir(StatusCode::UNPROCESSABLE_ENTITY, fautes.into(), None)
        }
        Err(Erreur::VersionPerimee) => {
            let avis =
                "Le parcours a changé pendant que vous écriviez. Votre saisie est ci-dessous : relisez-la, puis enregistrez de nouveau.";
            Issue::ARevoir(StatusCode::CONFLICT, Erreurs::default(), Some(avis.into()))
        }
        Err(Erreur::Conflit(m)) => Issue::ARevoir(StatusCode::CONFLICT, Erreurs::default(), Some(m)),
        Err(e) => return Err(e),
    })
}

async fn modifier_objectif(
    w: Web,
    Chemin((id, objectif)): Chemin<(ParcoursId, ObjectifId)>,
    Formulaire(mut s): Formulaire<Saisie>,
) -> Reponse {
    let cx = w.ecriture().await?;
    let cadre = Cadre::de(&cx, id).await?;
    let mut c = Controle::new();
    let avant = un_objectif(&cx, id, objectif).await?;
    let statut = c.code("statut", &s.statut);
    // Under way again: the day that the form showed goes with the evaluation.
    let evalue_le = c.date("evalue_le", &s.evalue_le).filter(|d| !(statut == Some(StatutObjectif::EnCours) && Some(*d) == avant.evalue_le));
    let m = ModifierObjectif { version: s.version.parse().ok(), libelle: Some(s.libelle.clone()), statut, evalue_le };
    match issue(&c, crate::parcours::modifier_objectif(&cx, id, objectif, m).await.map(drop))? {
        Issue::Fait => {
            cx.valider().await?;
            Ok(aller(&cadre.plan, Message::succes("L’objectif est à jour.")))
        }
        Issue::ARevoir(statut, erreurs, avis) => {
            s.version = cadre.version.to_string();
            rendre_avec(statut, &page_objectif(w.page, cadre, objectif, s, erreurs, avis))
        }
    }
}

fn page_etape(page: Page, cadre: Cadre, id: EtapeId, s: Saisie, erreurs: Erreurs, avis: Option<String>) -> PageEtape {
    let natures = choix(NatureEtape::depuis(&s.nature).as_slice());
    let statuts = choix(StatutEtape::depuis(&s.statut).as_slice());
    PageEtape { page, erreurs, avis, cadre, id, s, natures, statuts }
}

async fn voir_etape(w: Web, Chemin((id, etape)): Chemin<(ParcoursId, EtapeId)>) -> Reponse {
    let cx = w.lecture();
    let cadre = Cadre::de(&cx, id).await?;
    let e: Etape = une_etape(&cx, id, etape).await?;
    let s = Saisie {
        version: cadre.version.to_string(),
        libelle: e.libelle,
        nature: e.nature.code(),
        statut: e.statut.code(),
        prevue_le: jour(e.prevue_le),
        heure: e.heure.unwrap_or_default(),
        faite_le: jour(e.faite_le),
        ..Saisie::default()
    };
    rendre(&page_etape(w.page, cadre, etape, s, Erreurs::default(), None))
}

async fn modifier_etape(w: Web, Chemin((id, etape)): Chemin<(ParcoursId, EtapeId)>, Formulaire(mut s): Formulaire<Saisie>) -> Reponse {
    let cx = w.ecriture().await?;
    let cadre = Cadre::de(&cx, id).await?;
    let mut c = Controle::new();
    let avant = une_etape(&cx, id, etape).await?;
    let statut = c.code("statut", &s.statut);
    let faite_le = c.date("faite_le", &s.faite_le).filter(|d| statut == Some(StatutEtape::Faite) || Some(*d) != avant.faite_le);
    let m = ModifierEtape {
        version: s.version.parse().ok(),
        libelle: Some(s.libelle.clone()),
        nature: c.code("nature", &s.nature),
        prevue_le: Some(c.date("prevue_le", &s.prevue_le)),
        heure: Some(Some(s.heure.clone())),
        statut,
        faite_le,
    };
    match issue(&c, crate::parcours::modifier_etape(&cx, id, etape, m).await.map(drop))? {
        Issue::Fait => {
            cx.valider().await?;
            Ok(aller(&cadre.plan, Message::succes("L’étape est à jour.")))
        }
        Issue::ARevoir(statut, erreurs, avis) => {
            s.version = cadre.version.to_string();
            rendre_avec(statut, &page_etape(w.page, cadre, etape, s, erreurs, avis))
        }
    }
}

async fn noter(w: &Web, id: ParcoursId, etape: EtapeId, statut: StatutEtape) -> Resultat<()> {
    let cx = w.ecriture().await?;
    crate::parcours::modifier_etape(&cx, id, etape, ModifierEtape { statut: Some(statut), ..ModifierEtape::default() }).await?;
    cx.valider().await
}

async fn faite(w: Web, Chemin((id, etape)): Chemin<(ParcoursId, EtapeId)>) -> Reponse {
    noter(&w, id, etape, StatutEtape::Faite).await?;
    let m = Message::succes("L’étape est faite.").avec_annuler(format!("/parcours/{id}/etapes/{etape}/a-faire"));
    Ok(aller(&format!("/parcours/{id}"), m))
}

async fn a_faire(w: Web, Chemin((id, etape)): Chemin<(ParcoursId, EtapeId)>) -> Reponse {
    noter(&w, id, etape, StatutEtape::AFaire).await?;
    Ok(aller(&format!("/parcours/{id}"), Message::succes("L’étape est de nouveau à faire.")))
}

#[derive(Template)]
#[template(path = "parcours/retirer.html")]
struct PageRetirer {
    page: Page,
    cadre: Cadre,
    action: String,
    retour: String,
    question: &'static str,
    oui: &'static str,
    libelle: String,
}

async fn avant_de_retirer_objectif(w: Web, Chemin((id, objectif)): Chemin<(ParcoursId, ObjectifId)>) -> Reponse {
    let cx = w.lecture();
    let cadre = Cadre::de(&cx, id).await?;
    let o = un_objectif(&cx, id, objectif).await?;
    let retour = format!("/parcours/{id}/objectifs/{objectif}");
    rendre(&PageRetirer {
        page: w.page,
        cadre,
        action: format!("{retour}/retirer"),
        retour,
        question: "Retirer cet objectif ?",
        oui: "Retirer l’objectif",
        libelle: o.libelle,
    })
}

async fn retirer_objectif(w: Web, Chemin((id, objectif)): Chemin<(ParcoursId, ObjectifId)>) -> Reponse {
    let cx = w.ecriture().await?;
    crate::parcours::retirer_objectif(&cx, id, objectif).await?;
    cx.valider().await?;
    Ok(aller(&format!("/parcours/{id}"), Message::succes("L’objectif est retiré.")))
}

async fn avant_de_retirer_etape(w: Web, Chemin((id, etape)): Chemin<(ParcoursId, EtapeId)>) -> Reponse {
    let cx = w.lecture();
    let cadre = Cadre::de(&cx, id).await?;
    let e = une_etape(&cx, id, etape).await?;
    let retour = format!("/parcours/{id}/etapes/{etape}");
    rendre(&PageRetirer {
        page: w.page,
        cadre,
        action: format!("{retour}/retirer"),
        retour,
        question: "Retirer cette étape ?",
        oui: "Retirer l’étape",
        libelle: e.libelle,
    })
}

async fn retirer_etape(w: Web, Chemin((id, etape)): Chemin<(ParcoursId, EtapeId)>) -> Reponse {
    let cx = w.ecriture().await?;
    crate::parcours::retirer_etape(&cx, id, etape).await?;
    cx.valider().await?;
    Ok(aller(&format!("/parcours/{id}"), Message::succes("L’étape est retirée.")))
}
