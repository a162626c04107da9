use askama::Template;
use axum::http::{HeaderValue, header::CONTENT_DISPOSITION};
use certification_regles::decision::{self, ActionDocument, EtatDocument};
use interface::{
    Message, Page,
    requete::{Chemin, Formulaire, Pages, Reponse, Visite, Web, aller, rendre, vers},
};
use socle::{
    Contexte, Erreur, Permission,
    contexte::Acteur,
    identifiant::{CandidatureId, DocumentId, SessionExamenId},
};

use super::{Document, Emettre, Nature, Verifie, compose};
use crate::candidature::{self, de_code, en_code};

/// Pages of documents: those of the centre, and the public page of verification.
pub fn pages() -> Pages {
    Pages::new()
        .get("/certification/sessions/{id}/documents", session)
        .post("/certification/sessions/{id}/documents", emettre_session)
        .get("/certification/candidatures/{id}/documents", candidature_)
        .post("/certification/candidatures/{id}/documents", emettre)
        .get("/certification/candidatures/{id}/dossier.pdf", dossier)
        .get("/certification/candidatures/{id}/ecf.pdf", ecf)
        .get("/certification/documents/{id}/pdf", imprimer)
        .post("/certification/documents/{id}/actions", agir)
        .get("/certification/documents/{id}/badge", badge_)
        .post("/certification/documents/{id}/badge", prendre_badge)
        .get_public("/.well-known/did.json", identite)
        .get_public("/badges/listes/{n}", liste_badges)
        .get_public("/verifier", chercher)
        .get_public("/verifier/{code}", verifier)
        .gardee()
        .post_public("/verifier", trouver)
        .post_public("/verifier/{code}", comparer)
        .fusionner(super::lot::pages())
}

struct Ligne {
    d: Document,
    nature: &'static str,
    nom: String,
    etat: &'static str,
    actions: Vec<(String, &'static str)>,
    badge: bool,
    /// It proves a decision of the jury on this candidate.
    prouve: bool,
    candidat: String,
}

fn lignes(documents: Vec<Document>, gerer: bool) -> Result<Vec<Ligne>, Erreur> {
    documents
        .into_iter()
        .map(|d| {
            let f = d.fige()?;
            let etat = d.etat()?;
            let possible = |a: ActionDocument| gerer && d.retire_le.is_none() && decision::document(etat, a, Some("-")).is_ok();
            let mut actions = Vec::new();
            for (a, libelle) in [
                (ActionDocument::Demander, "Demandé"),
                (ActionDocument::Delivrer, "Délivré"),
                (ActionDocument::Remettre, "Remis au candidat"),
            ] {
                if possible(a) {
                    actions.push((en_code(a)?, libelle));
                }
            }
            Ok(Ligne {
                badge: super::badge::possible(d.nature()?, etat),
                prouve: d.candidat_id.is_some() && super::retrait::prouve(d.nature()?),
                candidat: d.candidat_id.map(|c| c.to_string()).unwrap_or_default(),
                nature: d.nature()?.libelle(),
                nom: format!("{} {}", f.prenom.unwrap_or_default(), f.nom.unwrap_or_default()),
                // Marked before it was delivered: it goes no further.
                etat: if d.retire_le.is_some() && etat != EtatDocument::Retire { "sans suite" } else { super::mots(etat) },
                actions,
                d,
            })
        })
        .collect()
}

#[derive(Template)]
#[template(path = "document/liste.html")]
struct PageDocuments {
    page: Page,
    titre: &'static str,
    retour: (String, &'static str),
    ici: String,
    lignes: Vec<Ligne>,
    gerer: bool,
    /// Kinds that may be asked for here, code and label; for a session, none: all that is owed at once.
    natures: Vec<(String, &'static str)>,
    lot: bool,
    /// What is owed to candidates may be issued: the minutes are validated.
    dus: bool,
    /// Where all documents are asked for at once.
    preparer: String,
    /// The latest preparation of all documents: its address, and how far it is.
    preparation: Option<(String, &'static str)>,
}

async fn session(w: Web, Chemin(id): Chemin<SessionExamenId>) -> Reponse {
    let cx = w.lecture();
    let d = crate::session::lire(&cx, id).await?;
    let gerer = cx.acteur.peut_dans(Permission::CertificationGerer, d.session.structure_id);
    let lignes = lignes(super::de_session(&cx, id).await?, gerer)?;
    let mut natures = Vec::new();
    for (n, libelle) in PAPIERS {
        if n != Nature::Pv || d.etat()?.pv_signe() {
            natures.push((en_code(n)?, libelle));
        }
    }
    let preparation = super::lot::dernier(&cx, id)
        .await?
        .filter(|_| gerer)
        .map(|l| (format!("/certification/lots/{}", l.id), socle::Nomenclature::libelle(l.etat)));
    use certification_regles::session::EtatSession as E;
    let dus = matches!(d.etat()?, E::Validee | E::Notifiee | E::Archivee);
    rendre(&PageDocuments {
        page: w.page,
        titre: "Documents de la session",
        retour: (format!("/certification/sessions/{id}"), "Session"),
        ici: format!("/certification/sessions/{id}/documents"),
        lignes,
        gerer,
        natures,
        lot: true,
        dus,
        preparer: format!("/certification/sessions/{id}/lots"),
        preparation,
    })
}

/// The papers of a session, for everybody at once.
const PAPIERS: [(Nature, &str); 4] = [
    (Nature::Convocation, "Convocations qui manquent"),
    (Nature::Emargement, "Feuille d’émargement"),
    (Nature::Grille, "Grilles d’évaluation, une par candidat"),
    (Nature::Pv, "Procès-verbal"),
];

async fn emettre_session(w: Web, Chemin(id): Chemin<SessionExamenId>, Formulaire(s): Formulaire<Demande>) -> Reponse {
    let cx = w.ecriture().await?;
    let emis = if s.nature.is_empty() {
        if super::dus(&cx, id).await? > super::lot::IMMEDIATS {
            let (l, _) = super::lot::demander(&cx, id).await?;
            cx.valider().await?;
            let dit = "Il y a beaucoup de documents : ils se préparent en arrière-plan.";
            return Ok(aller(&format!("/certification/lots/{}", l.id), Message::succes(dit)));
        }
        super::emettre_session(&cx, id).await?.len()
    } else {
        let nature = de_code(&s.nature).ok().filter(|n| PAPIERS.iter().any(|(p, _)| p == n));
        let inconnue = || Erreur::Illisible("Ce document n’existe pas. Revenez en arrière et recommencez.".into());
        super::emettre_papiers(&cx, id, nature.ok_or_else(inconnue)?).await?
    };
    cx.valider().await?;
    let dit = match emis {
        0 => "Tous les documents dus étaient déjà émis.".to_owned(),
        1 => "Un document est émis.".to_owned(),
        n => format!("{n} documents sont émis."),
    };
    Ok(aller(&format!("/certification/sessions/{id}/documents"), Message::succes(dit)))
}

async fn candidature_(w: Web, Chemin(id): Chemin<CandidatureId>) -> Reponse {
    let cx = w.lecture();
    let c = candidature::lire(&cx, id).await?;
    let gerer = cx.acteur.peut_dans(Permission::CertificationGerer, c.structure_id);
    let lignes = lignes(super::de_candidat(&cx, c.candidat_id).await?, gerer)?;
    let mut natures = Vec::new();
    for n in compose::POUR_UNE_CANDIDATURE {
        natures.push((en_code(n)?, n.libelle()));
    }
    rendre(&PageDocuments {
        page: w.page,
        titre: "Documents",
        retour: (format!("/certification/candidatures/{id}"), "Candidature"),
        ici: format!("/certification/candidatures/{id}/documents"),
        lignes,
        gerer,
        natures,
        lot: false,
        dus: false,
        preparer: String::new(),
        preparation: None,
    })
}

#[derive(Default, serde::Deserialize)]
#[serde(default)]
struct Demande {
    nature: String,
}

async fn emettre(w: Web, Chemin(id): Chemin<CandidatureId>, Formulaire(s): Formulaire<Demande>) -> Reponse {
    let cx = w.ecriture().await?;
    candidature::lire(&cx, id).await?;
    let nature =
        de_code(&s.nature).map_err(|_| Erreur::Illisible("Ce document n’existe pas. Revenez en arrière et recommencez.".into()))?;
    super::emettre(&cx, &Emettre { nature, passage: None, session: None, jure: None, candidature: Some(id) }).await?;
    cx.valider().await?;
    Ok(aller(&format!("/certification/candidatures/{id}/documents"), Message::succes("Le document est émis.")))
}

#[derive(Default, serde::Deserialize)]
#[serde(default)]
struct SaisieAction {
    action: String,
    motif: String,
    retour: String,
}

async fn agir(w: Web, Chemin(id): Chemin<DocumentId>, Formulaire(s): Formulaire<SaisieAction>) -> Reponse {
    let cx = w.ecriture().await?;
    super::lire(&cx, id).await?;
    let action: ActionDocument =
        de_code(&s.action).map_err(|_| Erreur::Illisible("Cette action n’existe pas. Revenez en arrière et recommencez.".into()))?;
    let d = match super::agir(&cx, id, action, Some(&s.motif)).await {
        // The only field of this form is the reason.
        Err(Erreur::Invalide(f)) => return Err(Erreur::Conflit(f.into_iter().map(|f| f.message).collect::<Vec<_>>().join(" ")).into()),
        r => r?,
    };
    let dit = format!("C’est noté : le document est {}.", super::mots(d.etat()?));
    cx.valider().await?;
    let retour = if s.retour.starts_with("/certification/") { s.retour } else { "/certification".to_owned() };
    Ok(aller(&retour, Message::succes(dit)))
}

async fn imprimer(w: Web, Chemin(id): Chemin<DocumentId>) -> Reponse {
    Ok(super::api::fichier(super::pdf(&w, id).await?))
}

async fn dossier(w: Web, Chemin(id): Chemin<CandidatureId>) -> Reponse {
    Ok(super::api::fichier(super::dossier_professionnel(&w, id).await?))
}

async fn ecf(w: Web, Chemin(id): Chemin<CandidatureId>) -> Reponse {
    Ok(super::api::fichier(super::livret_ecf(&w, id).await?))
}

#[derive(Template)]
#[template(path = "document/badge.html")]
struct PageBadge {
    page: Page,
    d: Document,
    nature: &'static str,
}

async fn badge_(w: Web, Chemin(id): Chemin<DocumentId>) -> Reponse {
    let d = super::badge::document(&w.lecture(), id).await?;
    rendre(&PageBadge { page: w.page, nature: d.nature()?.libelle(), d })
}

#[derive(Default, serde::Deserialize)]
#[serde(default)]
struct SaisieBadge {
    nom: String,
}

async fn prendre_badge(w: Web, Chemin(id): Chemin<DocumentId>, Formulaire(s): Formulaire<SaisieBadge>) -> Reponse {
    let cx = w.ecriture().await?;
    let badge = super::badge::emettre(&cx, id, s.nom == "clair").await?;
    cx.valider().await?;
    let mut r = super::api::attestation(&badge);
    r.headers_mut().insert(CONTENT_DISPOSITION, HeaderValue::from_static("attachment; filename=\"badge.json\""));
    Ok(r)
}

async fn identite(v: Visite) -> Reponse {
    let cx = Contexte::lecture(&v.etat, &Acteur::systeme(), v.etat.horloge.nouvel_uuid());
    Ok(super::api::publique("application/did+json", &super::badge::identite(&cx).await?))
}

async fn liste_badges(v: Visite, Chemin(n): Chemin<u32>) -> Reponse {
    let cx = Contexte::lecture(&v.etat, &Acteur::systeme(), v.etat.horloge.nouvel_uuid());
    Ok(super::api::publique("application/vc", &super::badge::liste(&cx, n).await?))
}

#[derive(Template)]
#[template(path = "document/verifier.html")]
struct PageVerifier {
    page: Page,
    code: String,
    v: Option<Verifie>,
    inconnu: bool,
    /// The name typed.
    tape: String,
}

async fn chercher(v: Visite) -> Reponse {
    rendre(&PageVerifier { page: v.page, code: String::new(), v: None, inconnu: false, tape: String::new() })
}

#[derive(Default, serde::Deserialize)]
#[serde(default)]
struct Cherche {
    code: String,
    nom: String,
}

async fn trouver(Formulaire(s): Formulaire<Cherche>) -> Reponse {
    let code: String = s.code.chars().filter(char::is_ascii_alphanumeric).take(40).collect();
    Ok(vers(&if code.is_empty() { "/verifier".to_owned() } else { format!("/verifier/{}", code.to_uppercase()) }))
}

async fn montrer(v: Visite, code: String, nom: String) -> Reponse {
    let (trouve, inconnu) = match super::verifier(&v.etat, &code, Some(&nom)).await {
        Ok(x) => (Some(x), false),
        Err(Erreur::Introuvable(_)) => (None, true),
        Err(e) => return Err(e.into()),
    };
    let statut = if inconnu { axum::http::StatusCode::NOT_FOUND } else { axum::http::StatusCode::OK };
    interface::requete::rendre_avec(statut, &PageVerifier { page: v.page, code, v: trouve, inconnu, tape: nom })
}

async fn verifier(v: Visite, Chemin(code): Chemin<String>) -> Reponse {
    montrer(v, code, String::new()).await
}

async fn comparer(v: Visite, Chemin(code): Chemin<String>, Formulaire(s): Formulaire<Cherche>) -> Reponse {
    montrer(v, code, s.nom).await
}
