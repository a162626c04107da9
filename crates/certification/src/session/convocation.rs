//! Invitations: what each says, and the mails that carry them.

use certification_regles::entretien::entretien_final;
use certification_regles::epreuves::{Presentation, TypeSession, epreuves_dues};
use chrono::NaiveDate;
use sea_orm::{
    ColumnTrait, EntityTrait, ExprTrait, FromQueryResult, QueryFilter,
    sea_query::{Expr, Query},
};
use serde::Serialize;
use serde_json::json;
use socle::{Contexte, Erreur, Permission, Resultat, identifiant::PassageId, ports::Lettre, tache::genre};

use super::{Dans, Passage, deliberation, depot, exiger, jury};
use crate::{
    document::{Emettre, Nature, courriel, emettre as emettre_document},
    jure,
};

/// An evidence due, with the units it is for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct EpreuveDue {
    pub code: String,
    pub libelle: String,
    /// Codes of the units; none: the whole.
    pub unites: Vec<String>,
}

/// What the invitation of a candidate says.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct Convocation {
    pub structure: String,
    /// Title, as the référentiel prints it.
    pub titre: String,
    pub version: String,
    /// `titre`, `ccp` or `ccs`.
    pub type_session: String,
    pub prenom: String,
    pub nom: String,
    pub jour: NaiveDate,
    pub heure: Option<String>,
    pub duree_minutes: Option<i32>,
    pub salle: Option<String>,
    pub lieu: String,
    pub adresse: Option<String>,
    /// Labels of the units presented.
    pub unites: Vec<String>,
    pub epreuves: Vec<EpreuveDue>,
    /// What was granted, never why.
    pub amenagements: Vec<String>,
    pub convoquee_le: Option<NaiveDate>,
}

/// The evidence due to this registration, the final interview included when it is planned.
pub(super) async fn epreuves(cx: &Contexte, d: &Dans, p: &Passage) -> Resultat<Vec<EpreuveDue>> {
    let faits = deliberation::faits(cx, d, p, None).await?;
    let genre = d.genre()?;
    let prevu = entretien_final(d.version, genre, &faits).map_err(|e| super::referentiel(&e))?.resultat.prevu;
    let dues = epreuves_dues(d.version, &Presentation { session: genre, origines: &p.origines.0, entretien_prevu: prevu })
        .map_err(|e| super::referentiel(&e))?;
    Ok(dues.resultat.into_iter().map(|e| EpreuveDue { code: e.epreuve, libelle: e.libelle, unites: e.unites }).collect())
}

/// The words of a kind of session.
pub(crate) fn mots(t: TypeSession) -> &'static str {
    match t {
        TypeSession::Titre => "du titre complet",
        TypeSession::Ccp => "de certificats de compétences professionnelles",
        TypeSession::Ccs => "d’un certificat complémentaire de spécialisation",
    }
}

async fn pour(cx: &Contexte, d: &Dans, p: &Passage) -> Resultat<Convocation> {
    #[derive(FromQueryResult)]
    struct Mesure {
        mesure: String,
    }
    let candidat = depot::candidat(cx, p.candidat_id).await?.ok_or(Erreur::Introuvable("Ce passage"))?;
    let lieu = depot::lieux(cx, d.session.structure_id).await?.into_iter().find(|l| l.id == d.session.lieu_id);
    let mut q = Query::select();
    q.column("mesure").from("amenagement_epreuve").and_where(Expr::col("candidature_id").eq(p.candidature_id));
    let mesures: Vec<Mesure> = depot::lignes(cx, &q).await?;
    Ok(Convocation {
        structure: depot::nom_structure(cx, d.session.structure_id).await?,
        titre: d.version.nom().to_owned(),
        version: d.version.code.clone(),
        type_session: d.session.type_session.clone(),
        prenom: candidat.prenom,
        nom: candidat.nom,
        jour: p.jour,
        heure: p.heure.clone(),
        duree_minutes: p.duree_minutes,
        salle: p.salle.clone(),
        lieu: lieu.as_ref().map(|l| l.nom.clone()).unwrap_or_default(),
        adresse: lieu.and_then(|l| l.adresse),
        unites: p.origines.0.keys().map(|u| d.version.unite(u).map_or(u.clone(), |x| x.intitule.clone())).collect(),
        epreuves: epreuves(cx, d, p).await?,
        amenagements: mesures.into_iter().map(|m| m.mesure).collect(),
        convoquee_le: d.session.convoquee_le,
    })
}

/// What the invitation of a candidate says: for the centre, and for the candidate themselves.
pub async fn convocation(cx: &Contexte, id: PassageId) -> Resultat<Convocation> {
    let p = super::passage(cx, id).await?;
    let s = super::ligne(cx, p.session_id).await?;
    let candidat = depot::candidat(cx, p.candidat_id).await?;
    let sien = cx.acteur.peut_dans(Permission::CandidatSien, s.structure_id)
        && cx.acteur.utilisateur.is_some()
        && candidat.is_some_and(|c| c.utilisateur_id == cx.acteur.utilisateur);
    if !sien {
        exiger(cx, Permission::CertificationLire, &s).map_err(|e| match e {
            Erreur::Introuvable(_) => Erreur::Introuvable("Ce passage"),
            e => e,
        })?;
    }
    let d = super::dans(cx, s).await?;
    pour(cx, &d, &p).await
}

fn quand(jour: NaiveDate, heure: Option<&str>) -> String {
    let jour = interface::format::date_longue(jour);
    heure.map_or(jour.clone(), |h| format!("{jour} à {}", h.replace(':', " h ")))
}

fn lettre_candidat(c: &Convocation) -> String {
    use std::fmt::Write as _;
    let mut t = format!(
        "Bonjour {} {},\n\nVoici votre convocation à la session d’examen du titre « {} ».\n\nQuand : {}\nOù : {}",
        c.prenom,
        c.nom,
        c.titre,
        quand(c.jour, c.heure.as_deref()),
        c.lieu
    );
    if let Some(a) = &c.adresse {
        let _ = write!(t, ", {a}");
    }
    if let Some(s) = &c.salle {
        let _ = write!(t, "\nSalle : {s}");
    }
    if let Some(n) = c.duree_minutes {
        let _ = write!(t, "\nDurée prévue : {}", interface::format::duree(n));
    }
    let _ = write!(t, "\n\nVous présentez :\n");
    for u in &c.unites {
        let _ = writeln!(t, "- {u}");
    }
    let _ = write!(t, "\nÉpreuves :\n");
    for e in &c.epreuves {
        let _ = writeln!(t, "- {}", e.libelle);
    }
    if !c.amenagements.is_empty() {
        let _ = write!(t, "\nAménagements accordés :\n");
        for m in &c.amenagements {
            let _ = writeln!(t, "- {m}");
        }
    }
    let _ = write!(
        t,
        "\nApportez une pièce d’identité. Si vous ne pouvez pas venir, prévenez le centre sans attendre, avec un justificatif.\n\n{}\n\nCe message est envoyé automatiquement : merci de ne pas y répondre.\n",
        c.structure
    );
    t
}

const CONVOCATION: Emettre = Emettre { nature: Nature::Convocation, passage: None, session: None, jure: None, candidature: None };

/// Issues the invitations, and sends them by the job queue with their PDF, one mail a person and a session; those
/// without an address are handed the paper (the page of the session says who).
pub(super) async fn envoyer(cx: &Contexte, d: &Dans, passages: &[Passage]) -> Resultat<()> {
    let titre = d.version.nom();
    for p in passages {
        // On paper for everybody: who has no address is handed it.
        let papier = emettre_document(cx, &Emettre { passage: Some(p.id), ..CONVOCATION }).await?;
        let Some(adresse) = depot::candidat(cx, p.candidat_id).await?.and_then(|c| c.courriel) else { continue };
        let c = pour(cx, d, p).await?;
        let lettre =
            Lettre { destinataire: adresse, sujet: format!("Convocation : session d’examen « {titre} »"), corps: lettre_candidat(&c) };
        courriel::confier(cx, lettre, &papier, format!("convocation/{}", p.id)).await?;
    }
    let structure = depot::nom_structure(cx, d.session.structure_id).await?;
    let lieu = depot::lieux(cx, d.session.structure_id).await?.into_iter().find(|l| l.id == d.session.lieu_id);
    let ou = lieu.map(|l| [Some(l.nom), l.adresse].into_iter().flatten().collect::<Vec<_>>().join(", ")).unwrap_or_default();
    let jours: Vec<String> = d.jours.iter().map(|j| format!("- {}", interface::format::date_longue(*j))).collect();
    for m in jury::membres(cx, d.session.id).await? {
        let Some(j) = jure::table::jure::Entity::find_by_id(m.jure_id).one(&cx.db()).await? else { continue };
        let papier = emettre_document(cx, &Emettre { session: Some(d.session.id), jure: Some(j.id), ..CONVOCATION }).await?;
        let Some(adresse) = j.courriel.clone() else { continue };
        let corps = format!(
            "Bonjour {},\n\nVous siégez au jury de la session {} « {titre} ».\n\nJours :\n{}\nOù : {ou}\nCandidats : {}\n\nSi un lien vous unit à un candidat (même employeur, organisme de formation, stage, formation), dites-le au centre : vous ne délibérerez pas sur lui.\n\n{structure}\n\nCe message est envoyé automatiquement : merci de ne pas y répondre.\n",
            j.nom_complet(),
            mots(d.genre()?),
            jours.join("\n"),
            passages.len(),
        );
        let cle = format!("convocation/{}/{}", d.session.id, j.id);
        let lettre = Lettre { destinataire: adresse, sujet: format!("Jury de la session d’examen « {titre} »"), corps };
        courriel::confier(cx, lettre, &papier, cle).await?;
    }
    Ok(())
}

/// Tells who was invited that the session is not held. Each was told once; without an address, the centre tells.
pub(super) async fn decommander(cx: &Contexte, d: &Dans, passages: &[Passage], pourquoi: &str) -> Resultat<()> {
    if d.session.convoquee_le.is_none() {
        return Ok(());
    }
    let ids: Vec<_> = passages.iter().map(|p| p.candidat_id).collect();
    let mut gens: Vec<(String, String)> =
        depot::candidats(cx, &ids).await?.into_iter().filter_map(|c| Some((c.nom_complet(), c.courriel?))).collect();
    let membres: Vec<_> = jury::membres(cx, d.session.id).await?.into_iter().map(|m| m.jure_id).collect();
    let jures = jure::table::jure::Entity::find().filter(jure::table::jure::Column::Id.is_in(membres)).all(&cx.db()).await?;
    gens.extend(jures.into_iter().filter_map(|j| Some((j.nom_complet(), j.courriel?))));
    let (titre, structure) = (d.version.nom(), depot::nom_structure(cx, d.session.structure_id).await?);
    let jour = interface::format::date_longue(d.session.premier_jour);
    for (n, (nom, adresse)) in gens.into_iter().enumerate() {
        let corps = format!(
            "Bonjour {nom},\n\nLa session d’examen du titre « {titre} » prévue le {jour} n’aura pas lieu. {pourquoi}\n\nVotre convocation ne vaut plus. Le centre vous dira la suite.\n\n{structure}\n\nCe message est envoyé automatiquement : merci de ne pas y répondre.\n"
        );
        let cle = format!("annulation/{}/{n}", d.session.id);
        confier(cx, adresse, format!("Session d’examen annulée : « {titre} »"), corps, cle).await?;
    }
    Ok(())
}

pub(crate) async fn confier(cx: &Contexte, destinataire: String, sujet: String, corps: String, cle: String) -> Resultat<()> {
    let lettre = Lettre { destinataire, sujet, corps };
    cx.confier(genre::COURRIEL, json!(lettre), Some(cle), None).await
}
