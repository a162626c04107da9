//! The list of sessions, and the form to plan or move one.

use askama::Template;
use certification_regles::{epreuves::TypeSession, referentiel::NatureUnite, session::EtatSession};
use interface::{Choix, Erreurs, Onglet, Page, format};
use socle::{Contexte, Permission, Resultat, identifiant::SessionExamenId};

use super::super::Saisie;
use crate::session::{self, depot};

/// A session in a list.
pub(crate) struct Ligne {
    pub id: SessionExamenId,
    pub titre: String,
    pub quoi: &'static str,
    pub dates: String,
    pub etat: &'static str,
    pub genre: &'static str,
}

/// The colour of a state; the words say it.
pub(super) fn genre_etat(e: EtatSession) -> &'static str {
    match e {
        EtatSession::Annulee | EtatSession::QuorumNonAtteint => "erreur",
        EtatSession::Convoquee | EtatSession::Ouverte | EtatSession::EnDeliberation => "attention",
        EtatSession::Validee | EtatSession::Notifiee | EtatSession::Archivee => "succes",
        _ => "info",
    }
}

pub(crate) fn quoi(t: TypeSession) -> &'static str {
    match t {
        TypeSession::Titre => "Titre complet",
        TypeSession::Ccp => "CCP",
        TypeSession::Ccs => "CCS",
    }
}

pub(super) fn dates(s: &session::Session) -> String {
    if s.premier_jour == s.dernier_jour {
        format::date_longue(s.premier_jour)
    } else {
        format!("du {} au {}", format::date_courte(s.premier_jour), format::date_courte(s.dernier_jour))
    }
}

pub(crate) async fn lignes(cx: &Contexte, sessions: Vec<session::Session>) -> Resultat<Vec<Ligne>> {
    let versions = depot::versions(cx).await?;
    sessions
        .into_iter()
        .map(|s| {
            let etat: EtatSession = session::de_code(&s.etat)?;
            Ok(Ligne {
                id: s.id,
                titre: versions.iter().find(|v| v.code == s.version_code).map_or(s.version_code.clone(), |v| v.nom().to_owned()),
                quoi: quoi(session::de_code(&s.type_session)?),
                dates: dates(&s),
                etat: etat.libelle(),
                genre: genre_etat(etat),
            })
        })
        .collect()
}

#[derive(Template)]
#[template(path = "session/liste.html")]
pub(in super::super) struct PageListe {
    page: Page,
    onglets: Vec<Onglet>,
    sessions: Vec<Ligne>,
    ecrire: bool,
}

pub(in super::super) async fn liste(cx: &Contexte, page: Page) -> Resultat<PageListe> {
    let sessions = session::lister(cx).await?;
    Ok(PageListe {
        page,
        onglets: crate::onglets("/certification/sessions"),
        sessions: lignes(cx, sessions).await?,
        ecrire: cx.acteur.peut(Permission::CertificationGerer),
    })
}

#[derive(Template)]
#[template(path = "session/formulaire.html")]
pub(in super::super) struct PageFormulaire {
    page: Page,
    erreurs: Erreurs,
    nouvelle: bool,
    retour: String,
    s: Saisie,
    versions: Vec<Choix>,
    genres: Vec<Choix>,
    ccs: Vec<Choix>,
    lieux: Vec<Choix>,
}

pub(in super::super) async fn formulaire(
    cx: &Contexte,
    page: Page,
    s: Saisie,
    erreurs: Erreurs,
    id: Option<SessionExamenId>,
) -> Resultat<PageFormulaire> {
    let structure = cx.exiger(Permission::CertificationGerer)?;
    let versions = depot::versions(cx).await?;
    let lieux = depot::lieux(cx, structure).await?;
    let seul = lieux.len() == 1;
    Ok(PageFormulaire {
        page,
        erreurs,
        nouvelle: id.is_none(),
        retour: id.map_or_else(|| "/certification/sessions".to_owned(), |i| format!("/certification/sessions/{i}")),
        versions: versions
            .iter()
            .map(|v| Choix::nouveau(v.code.clone(), format!("{} ({})", v.nom(), v.code), v.code == s.version))
            .collect(),
        genres: [("titre", "Le titre complet"), ("ccp", "Un ou plusieurs CCP"), ("ccs", "Un CCS")]
            .into_iter()
            .map(|(c, l)| Choix::nouveau(c, l, c == s.type_session))
            .collect(),
        ccs: versions
            .iter()
            .flat_map(|v| v.unites.iter().filter(|u| u.nature == NatureUnite::Ccs))
            .map(|u| Choix::nouveau(u.code.clone(), u.intitule.clone(), u.code == s.ccs))
            .collect(),
        lieux: lieux.into_iter().map(|l| Choix::nouveau(l.id.to_string(), l.nom, seul || l.id.to_string() == s.lieu)).collect(),
        s,
    })
}
