//! The sessions of the demonstration: two that are over, one to deliberate, one to come.

use certification::{
    candidat, document, pv,
    session::{self, CreerSession},
};
use certification_regles::{epreuves::TypeSession, session::ActionSession};
use chrono::{Days, NaiveDate};
use socle::{
    Contexte,
    identifiant::{CandidatId, CandidatureId, PassageId, SessionExamenId},
};

use super::{COMPTES, Centre, MN, pret, prete};

async fn etape(cx: &Contexte, id: SessionExamenId, action: ActionSession, numero: Option<&str>) -> anyhow::Result<()> {
    session::agir(cx, id, session::Agir { action, numero: numero.map(str::to_owned), motif: None }).await?;
    Ok(())
}

/// Plans a session of the title on a day with its jury and its candidates, and invites them.
async fn convoquer(
    cx: &mut Contexte,
    c: &Centre,
    jour: NaiveDate,
    qui: &[CandidatureId],
) -> anyhow::Result<(SessionExamenId, Vec<PassageId>)> {
    let d = CreerSession { id: None, lieu: c.lieu, version: MN.into(), type_session: TypeSession::Titre, ccs: None, jours: vec![jour] };
    let s = session::creer(cx, d).await?.0.id;
    let mut passages = Vec::new();
    for (n, candidature) in qui.iter().enumerate() {
        let i = session::Inscrire {
            id: None,
            candidature: *candidature,
            unites: vec!["ccp-1".into(), "ccp-2".into()],
            jour,
            heure: Some(format!("{:02}:30", 9 + n)),
            duree_minutes: Some(90),
            salle: Some("Salle Estuaire".into()),
        };
        passages.push(session::inscrire(cx, s, i).await?.0.id);
    }
    let membres = vec![c.jures[0], c.jures[1]];
    session::composer(cx, s, session::Composer { membres, preside: Some(c.jures[0]) }).await?;
    etape(cx, s, ActionSession::Declarer, None).await?;
    etape(cx, s, ActionSession::Convoquer, None).await?;
    Ok((s, passages))
}

/// The roll call of the day, then the opening and the deliberation.
async fn ouvrir(cx: &Contexte, c: &Centre, s: SessionExamenId, jour: u64, venus: &[(PassageId, session::Presence)]) -> anyhow::Result<()> {
    let e = session::Emarger {
        candidats: venus.iter().map(|(p, presence)| session::EmargerCandidat { passage: *p, presence: *presence }).collect(),
        jures: c.jures[..2].iter().map(|j| session::EmargerJure { jure: *j, jour: c.il_y_a(jour), present: true }).collect(),
    };
    session::emarger(cx, s, e).await?;
    etape(cx, s, ActionSession::Ouvrir, None).await?;
    etape(cx, s, ActionSession::Deliberer, None).await
}

/// The session that is over: one title, one success in part, one absence. Gives who succeeded in part, and the session.
pub(super) async fn archivee(cx: &mut Contexte, c: &Centre) -> anyhow::Result<(CandidatId, SessionExamenId)> {
    const JOUR: u64 = 60;
    c.devenir(cx, 0, 105);
    let (_, a) = pret(cx, c, "Azur", "Lavis", None).await?;
    let (iris, b) = pret(cx, c, "Iris", "Pastel", Some("candidat")).await?;
    let (_, d) = pret(cx, c, "Ocre", "Gouache", None).await?;
    let (s, p) = convoquer(cx, c, c.il_y_a(JOUR), &[a, b, d]).await?;
    c.devenir(cx, 0, JOUR);
    let venus = [(p[0], session::Presence::Present), (p[1], session::Presence::Present), (p[2], session::Presence::Absent)];
    ouvrir(cx, c, s, JOUR, &venus).await?;
    c.devenir(cx, 2, JOUR);
    let deux = vec!["ccp-1".to_owned(), "ccp-2".to_owned()];
    session::decider(cx, p[0], session::Decider { accordees: deux, titre: true, entretien_favorable: Some(true) }).await?;
    let un = vec!["ccp-1".to_owned()];
    session::decider(cx, p[1], session::Decider { accordees: un, titre: false, entretien_favorable: None }).await?;
    archiver(cx, c, s, JOUR, "EXEMPLE-PV-2").await?;
    // The hours of the training, for who has the title and for who signs in.
    for candidature in [a, b] {
        let e = document::Emettre {
            nature: document::Nature::CertificatRealisation,
            passage: None,
            session: None,
            jure: None,
            candidature: Some(candidature),
        };
        document::emettre(cx, &e).await?;
    }
    Ok((iris, s))
}

/// The minutes signed by all, then every step until the session is archived.
async fn archiver(cx: &mut Contexte, c: &Centre, s: SessionExamenId, jour: u64, numero: &str) -> anyhow::Result<()> {
    let empreinte = pv::lire(cx, s).await?.empreinte;
    for rang in [2, 3] {
        c.devenir(cx, rang, jour);
        let trace = COMPTES[rang].1.to_owned();
        pv::signer(cx, s, pv::Signer { nature: pv::NatureSignature::Tapee, trace, empreinte: empreinte.clone() }).await?;
    }
    c.devenir(cx, 0, jour - 5);
    etape(cx, s, ActionSession::Transmettre, None).await?;
    etape(cx, s, ActionSession::Valider, Some(numero)).await?;
    etape(cx, s, ActionSession::Notifier, None).await?;
    document::emettre_session(cx, s).await?;
    etape(cx, s, ActionSession::Archiver, None).await
}

/// An earlier session, whose candidates started again since, by another route or later: one failed, one was absent
/// with a proof, one was reported for fraud.
pub(super) async fn plus_tot(cx: &mut Contexte, c: &Centre) -> anyhow::Result<[CandidatId; 3]> {
    const JOUR: u64 = 100;
    c.devenir(cx, 0, 115);
    let (grege, a) = pret(cx, c, "Grège", "Aplat", None).await?;
    let (sepia, b) = pret(cx, c, "Sépia", "Trait", None).await?;
    let (garance, d) = pret(cx, c, "Garance", "Contour", None).await?;
    let (s, p) = convoquer(cx, c, c.il_y_a(JOUR), &[a, b, d]).await?;
    c.devenir(cx, 0, JOUR);
    let venus = [(p[0], session::Presence::Present), (p[1], session::Presence::AbsentJustifie), (p[2], session::Presence::Present)];
    ouvrir(cx, c, s, JOUR, &venus).await?;
    let fraude = session::incident::Signaler {
        id: None,
        nature: session::NatureIncident::Fraude,
        passage: Some(p[2]),
        recit: "Un téléphone consulté pendant l’épreuve, devant deux témoins (récit inventé).".into(),
        temoins: vec!["Ondine Palette".into(), "Ferdinand Chevalet".into()],
    };
    session::incident::signaler(cx, s, fraude).await?;
    c.devenir(cx, 2, JOUR);
    session::decider(cx, p[0], session::Decider { accordees: vec![], titre: false, entretien_favorable: None }).await?;
    archiver(cx, c, s, JOUR, "EXEMPLE-PV-1").await?;
    Ok([grege, sepia, garance])
}

/// A session to come, already convoked: who was absent sits again.
pub(super) async fn a_venir(cx: &mut Contexte, c: &Centre) -> anyhow::Result<()> {
    c.devenir(cx, 0, 3);
    let ocre = candidat::lister(cx, 100).await?.into_iter().find(|p| p.prenom == "Ocre").map(|p| p.id);
    let Some(ocre) = ocre else { anyhow::bail!("la candidate absente manque à la démonstration") };
    let id = prete(cx, c, ocre, "Ocre", "Gouache").await?;
    let jour = c.aujourd_hui.checked_add_days(Days::new(24)).unwrap_or(c.aujourd_hui);
    convoquer(cx, c, jour, &[id]).await?;
    Ok(())
}

/// The session of the day, waiting for the jury to decide.
pub(super) async fn a_deliberer(cx: &mut Contexte, c: &Centre) -> anyhow::Result<()> {
    c.devenir(cx, 0, 40);
    let (_, a) = pret(cx, c, "Indigo", "Sanguine", None).await?;
    let (_, b) = pret(cx, c, "Céladon", "Encre", None).await?;
    let (s, p) = convoquer(cx, c, c.aujourd_hui, &[a, b]).await?;
    c.devenir(cx, 0, 0);
    let venus: Vec<_> = p.iter().map(|p| (*p, session::Presence::Present)).collect();
    ouvrir(cx, c, s, 0, &venus).await
}
