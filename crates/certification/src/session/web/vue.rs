//! What the pages of sessions show.

mod lignes;
mod liste;

pub(crate) use liste::{Ligne, lignes};
pub(super) use liste::{formulaire, liste};

use std::collections::{BTreeSet, HashMap};

use askama::Template;
use certification_regles::{
    Motif,
    epreuves::TypeSession,
    motif::Sens,
    referentiel::NatureUnite,
    session::{ActionSession, EtatSession},
};
use interface::{Choix, Erreurs, Page, format, requete::choix};
use lignes::{LigneCandidat, LigneEtape, LigneIncident, LigneMembre, candidats, membres};
use liste::{dates, genre_etat, quoi};
use socle::{Contexte, Nomenclature, Permission, Resultat, identifiant::SessionExamenId};

use super::{SaisieIncident, SaisieInscription};
use crate::{
    pv,
    session::{self, NatureIncident, Note, Propose, depot, incident},
};

/// What was typed and refused, on the page of a session.
#[derive(Default)]
pub(super) struct Gardee {
    pub inscription: SaisieInscription,
    pub incident: SaisieIncident,
    pub motif: String,
    pub numero: String,
}

#[derive(Template)]
#[template(path = "session/voir.html")]
pub(super) struct PageSession {
    page: Page,
    erreurs: Erreurs,
    id: SessionExamenId,
    titre: String,
    quoi: &'static str,
    dates: String,
    lieu: String,
    etat: &'static str,
    genre: &'static str,
    motif_annulation: Option<String>,
    gerer: bool,
    modifiable: bool,
    composable: bool,
    /// Candidates are still to be invited, or were only just.
    convoquable: bool,
    appel: bool,
    pv: bool,
    papiers: bool,
    recours: bool,
    signalable: bool,
    agrement: Vec<String>,
    agrement_couvre: bool,
    etapes: Vec<LigneEtape>,
    /// What is waited for, when nobody of the centre has a step to take.
    attente: Vec<String>,
    candidats: Vec<LigneCandidat>,
    candidatures: Vec<Choix>,
    unites: Vec<Choix>,
    jours: Vec<Choix>,
    membres: Vec<LigneMembre>,
    jury_valable: bool,
    jury_manques: Vec<String>,
    proposes: Vec<Propose>,
    composition: Vec<Choix>,
    presidence: Vec<Choix>,
    proposition_valable: bool,
    proposition_manques: Vec<String>,
    incidents: Vec<LigneIncident>,
    natures: Vec<Choix>,
    concernes: Vec<Choix>,
    garde: Gardee,
}

fn contre(motifs: &[Motif]) -> Vec<String> {
    motifs.iter().filter(|m| m.sens == Sens::Defavorable).map(|m| m.phrase.clone()).collect()
}

fn majuscule(t: &str) -> String {
    let mut c = t.chars();
    c.next().map_or_else(String::new, |p| p.to_uppercase().chain(c).collect())
}

pub(super) async fn session(cx: &Contexte, page: Page, id: SessionExamenId, erreurs: Erreurs, garde: Gardee) -> Resultat<PageSession> {
    let d = session::lire(cx, id).await?;
    let etat = d.etat()?;
    let passages = session::passages(cx, id).await?;
    let examen = session::examen(cx, &d, &passages, false).await?;
    let gerer = cx.acteur.peut_dans(Permission::CertificationGerer, d.session.structure_id);
    let avant = matches!(etat, EtatSession::Prevue | EtatSession::Declaree);
    let composable = gerer && (avant || etat == EtatSession::Convoquee);
    let lignes_candidats = candidats(cx, &d, &passages, &examen).await?;
    let lignes_membres = membres(cx, &d, &examen).await?;
    let proposition = if composable { Some(session::proposer(cx, &d).await?) } else { None };
    let agrement = session::etat::agrement(cx, &d).await?;
    let lieu = depot::lieux(cx, d.session.structure_id).await?.into_iter().find(|l| l.id == d.session.lieu_id);
    let mut candidatures = vec![];
    if gerer && avant {
        let inscrits: BTreeSet<_> = passages.iter().map(|p| p.candidature_id).collect();
        let libres = depot::candidatures(cx, d.session.structure_id, &d.session.version_code, &["prete", "en_preparation"]).await?;
        let ids: Vec<_> = libres.iter().map(|c| c.candidat_id).collect();
        let noms: HashMap<_, _> = depot::candidats(cx, &ids).await?.into_iter().map(|c| (c.id, c.nom_complet())).collect();
        for c in libres.iter().filter(|c| !inscrits.contains(&c.id)) {
            let code = c.id.to_string();
            let coche = code == garde.inscription.candidature;
            let mot = if c.etat == "prete" { "prête" } else { "en préparation" };
            candidatures.push(Choix::nouveau(code, format!("{} ({mot})", noms.get(&c.candidat_id).map_or("", String::as_str)), coche));
        }
    }
    let nature_voulue = d.genre()? == TypeSession::Ccs;
    let toutes = garde.inscription.unites.is_empty() && d.genre()? != TypeSession::Ccp;
    let unites = d
        .version
        .unites
        .iter()
        .filter(|u| (u.nature == NatureUnite::Ccs) == nature_voulue && d.session.ccs.as_ref().is_none_or(|c| *c == u.code))
        .map(|u| Choix::nouveau(u.code.clone(), u.intitule.clone(), toutes || garde.inscription.unites.contains(&u.code)))
        .collect();
    let jours = d
        .jours
        .iter()
        .map(|j| {
            Choix::nouveau(
                j.to_string(),
                majuscule(&format::date_longue(*j)),
                d.jours.len() == 1 || garde.inscription.jour == j.to_string(),
            )
        })
        .collect();
    let etapes = if gerer { session::possibles(cx, &d, &passages).await? } else { vec![] };
    let incidents = incident::lister(cx, id).await?;
    let nom_de = |p: Option<socle::identifiant::PassageId>| {
        p.and_then(|p| lignes_candidats.iter().find(|c| c.id == p.to_string())).map(|c| c.nom.clone()).unwrap_or_default()
    };
    let incidents = incidents
        .into_iter()
        .map(|i| LigneIncident {
            id: i.id.to_string(),
            nature: i.nature.libelle(),
            quand: format::instant_long(i.quand),
            candidat: nom_de(i.passage_id),
            recit: i.recit,
            temoins: i.temoins.0.join(", "),
            suite: i.suite,
        })
        .collect();
    let nommes: BTreeSet<String> = lignes_membres.iter().map(|m| m.id.clone()).collect();
    let jury_manques = contre(&examen.reponse.motifs).iter().map(|p| examen.nommer(p)).collect();
    Ok(PageSession {
        page,
        erreurs,
        id,
        titre: d.version.nom().to_owned(),
        quoi: quoi(d.genre()?),
        dates: dates(&d.session),
        lieu: lieu.map(|l| [Some(l.nom), l.adresse].into_iter().flatten().collect::<Vec<_>>().join(", ")).unwrap_or_default(),
        etat: etat.libelle(),
        genre: genre_etat(etat),
        motif_annulation: d.session.motif_annulation.clone(),
        gerer,
        modifiable: gerer && avant,
        composable,
        convoquable: avant || etat == EtatSession::Convoquee,
        appel: gerer && matches!(etat, EtatSession::Convoquee | EtatSession::Ouverte),
        pv: etat == EtatSession::EnDeliberation || etat.pv_signe(),
        papiers: !avant,
        recours: etat.pv_signe(),
        signalable: gerer && !avant && etat != EtatSession::Annulee,
        agrement: agrement.motifs.iter().map(|m| m.phrase.clone()).collect(),
        agrement_couvre: agrement.favorable,
        etapes: etapes
            .into_iter()
            .map(|e| LigneEtape {
                code: session::code(e.action),
                libelle: majuscule(e.action.libelle()),
                permise: e.permise,
                motifs: e.motifs.into_iter().filter(|m| m.regle != "session.transition").map(|m| m.phrase).collect(),
                a_part: matches!(e.action, ActionSession::Annuler | ActionSession::ConstaterQuorumNonAtteint),
                annuler: e.action == ActionSession::Annuler,
                quorum: e.action == ActionSession::ConstaterQuorumNonAtteint && e.permise,
                valider: e.action == ActionSession::Valider,
            })
            .collect(),
        attente: if etat == EtatSession::EnDeliberation { attente(cx, id).await? } else { vec![] },
        candidatures,
        unites,
        jours,
        jury_valable: examen.reponse.favorable,
        jury_manques,
        composition: proposition
            .iter()
            .flat_map(|p| &p.jures)
            .map(|j| Choix::nouveau(j.jure.to_string(), j.nom.clone(), nommes.contains(&j.jure.to_string())))
            .collect(),
        presidence: lignes_membres.iter().map(|m| Choix::nouveau(m.id.clone(), m.nom.clone(), m.preside)).collect(),
        proposition_valable: proposition.as_ref().is_some_and(|p| p.valable),
        proposition_manques: proposition.as_ref().map(|p| p.manques.clone()).unwrap_or_default(),
        proposes: proposition.map(|p| p.jures).unwrap_or_default(),
        membres: lignes_membres,
        incidents,
        natures: choix::<NatureIncident>(NatureIncident::depuis(&garde.incident.nature).as_slice()),
        concernes: lignes_candidats.iter().map(|c| Choix::nouveau(c.id.clone(), c.nom.clone(), c.id == garde.incident.passage)).collect(),
        candidats: lignes_candidats,
        garde,
    })
}

/// What the session waits for while the jury deliberates.
async fn attente(cx: &Contexte, id: SessionExamenId) -> Resultat<Vec<String>> {
    let pv = pv::lire(cx, id).await?;
    let sans = pv.contenu["candidats"].as_array().into_iter().flatten().filter(|c| c["issue"] == "a_deliberer").count();
    let mut l = vec![];
    if sans > 0 {
        l.push(format!("il décide pour {}\u{a0};", format::compte(sans as i64, "candidat", "candidats")));
    }
    if !pv.attendues.is_empty() {
        l.push(format!("signent le procès-verbal\u{a0}: {}.", pv.attendues.join(", ")));
    }
    Ok(l)
}

/// The choices of a note.
pub(super) fn notes(n: Option<Note>) -> Vec<Choix> {
    choix::<Note>(n.as_slice())
}
