//! The facts of a file, as the rules ask for them, and what the rules answer.

use std::collections::{BTreeMap, BTreeSet};

use certification_regles::{
    Reponse,
    acquis::Acquis,
    entreprise::PeriodeEntreprise,
    inscription::{ActionInscription, FaitsInscription},
    preparation::{self, DossierProfessionnel, Ecf, FaitsPreparation, Preparation},
    reprise::{self, FaitsReprise},
    revision, vae,
};
use chrono::NaiveDate;
use sea_orm::{IntoActiveModel, entity::prelude::*, sea_query::OnConflict};
use serde::{Deserialize, Serialize};
use socle::{
    Contexte, Erreur, Permission, Resultat,
    controle::Controle,
    identifiant::{CandidatId, CandidatureId, SessionExamenId},
    journal::Action,
    texte::nettoyer,
};

use super::{
    Candidature, Origines, dossier, lire,
    pieces::{self, Piece},
};
use crate::{session::depot, titre};

pub mod table_vae {
    use sea_orm::entity::prelude::*;
    use socle::identifiant::CandidatureId;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "vae_dossier")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        #[sea_orm(unique)]
        pub candidature_id: CandidatureId,
        pub recu_le: Date,
        pub complet_le: Option<Date>,
        pub pieces_manquantes: Option<String>,
        pub recevable: Option<bool>,
        pub notifie_le: Option<Date>,
        pub blocs_seuls: bool,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// The VAE file of an enrolment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DossierVae {
    pub recu_le: NaiveDate,
    /// The silence counts from this day.
    pub complet_le: Option<NaiveDate>,
    pub pieces_manquantes: Option<String>,
    /// What was notified; with `notifie_le`.
    pub recevable: Option<bool>,
    pub notifie_le: Option<NaiveDate>,
    /// A file on blocs alone does not count in the yearly caps.
    #[serde(default)]
    pub blocs_seuls: bool,
}

/// The VAE file of an enrolment, if there is one.
pub async fn vae_de(cx: &Contexte, id: CandidatureId) -> Resultat<Option<DossierVae>> {
    let m = table_vae::Entity::find().filter(table_vae::Column::CandidatureId.eq(id)).one(&cx.db()).await?;
    Ok(m.map(|m| DossierVae {
        recu_le: m.recu_le,
        complet_le: m.complet_le,
        pieces_manquantes: m.pieces_manquantes,
        recevable: m.recevable,
        notifie_le: m.notifie_le,
        blocs_seuls: m.blocs_seuls,
    }))
}

/// Writes the VAE file, and passes the enrolment to the state that its dates say.
///
/// # Errors
/// `Conflit`: the yearly caps of VAE files are reached.
pub async fn ecrire_vae(cx: &Contexte, id: CandidatureId, d: DossierVae) -> Resultat<Candidature> {
    let mut c = lire(cx, id).await?;
    cx.exiger_dans(Permission::CertificationGerer, c.structure_id)?;
    if c.origine()? != certification_regles::acquis::Origine::Vae {
        return Err(Erreur::Conflit("Cette candidature ne vient pas de la VAE.".into()));
    }
    let aujourd_hui = cx.aujourd_hui();
    let mut k = Controle::new();
    for (champ, jour) in [("recu_le", Some(d.recu_le)), ("complet_le", d.complet_le), ("notifie_le", d.notifie_le)] {
        k.exiger(jour.is_none_or(|j| j <= aujourd_hui), champ, "Cette date est à venir. Notez ce qui a eu lieu.");
        k.exiger(jour.is_none_or(|j| j >= d.recu_le), champ, "Cette date vient avant la réception du dossier.");
    }
    k.exiger(d.notifie_le.is_none() || d.recevable.is_some(), "recevable", "Dites si la notification dit recevable ou non recevable.");
    k.exiger(d.recevable.is_none() || d.notifie_le.is_some(), "notifie_le", "Donnez le jour de la notification.");
    k.exiger(d.notifie_le.is_none() || d.complet_le.is_some(), "complet_le", "Donnez le jour où le dossier était complet.");
    let manquantes = nettoyer(d.pieces_manquantes.clone());
    k.texte("pieces_manquantes", manquantes.as_deref(), 2000);
    k.finir()?;
    if vae_de(cx, id).await?.is_none() {
        let r = plafonds(cx, &c, &d).await?;
        if !r.favorable {
            return Err(Erreur::Conflit(
                r.motifs
                    .into_iter()
                    .filter(|m| m.sens == certification_regles::motif::Sens::Defavorable)
                    .map(|m| m.phrase)
                    .collect::<Vec<_>>()
                    .join(" "),
            ));
        }
    }
    let m = table_vae::Model {
        id: cx.nouvel_uuid(),
        candidature_id: id,
        recu_le: d.recu_le,
        complet_le: d.complet_le,
        pieces_manquantes: manquantes.clone(),
        recevable: d.recevable,
        notifie_le: d.notifie_le,
        blocs_seuls: d.blocs_seuls,
    };
    use table_vae::Column as C;
    table_vae::Entity::insert(m.into_active_model().reset_all())
        .on_conflict(
            OnConflict::column(C::CandidatureId)
                .update_columns([C::RecuLe, C::CompletLe, C::PiecesManquantes, C::Recevable, C::NotifieLe, C::BlocsSeuls])
                .to_owned(),
        )
        .exec_without_returning(&cx.db())
        .await?;
    cx.journaliser(Action::Modification, "candidature", id.0, c.structure_id, &["vae"]).await?;
    // The states follow the dates, as far as the automaton allows.
    use ActionInscription as A;
    let mut suites: Vec<(A, NaiveDate)> = Vec::new();
    match d.complet_le {
        Some(j) => suites.push((A::DeclarerComplete, j)),
        None if manquantes.is_some() => suites.push((A::DeclarerIncomplete, aujourd_hui)),
        None => {}
    }
    if let (Some(j), Some(r)) = (d.notifie_le, d.recevable) {
        suites.push((if r { A::NotifierRecevable } else { A::NotifierNonRecevable }, j));
    }
    for (action, jour) in suites {
        let faits = inscription(cx, &c, action, jour).await?;
        match super::faire(cx, &c, action, &faits, jour).await {
            Ok(apres) => c = apres,
            // Already there: a date was mended.
            Err(Erreur::Conflit(_)) => {}
            Err(e) => return Err(e),
        }
    }
    Ok(c)
}

/// Whether one more VAE file is admitted in its calendar year, given the others of the candidate.
pub async fn plafonds(cx: &Contexte, c: &Candidature, d: &DossierVae) -> Resultat<Reponse<vae::PlafondsVae>> {
    let autres = super::table::Entity::find()
        .filter(super::table::Column::CandidatId.eq(c.candidat_id))
        .filter(super::table::Column::Id.ne(c.id))
        .all(&cx.db())
        .await?;
    let versions = titre::toutes(cx).await?;
    let titre_de = |code: &str| versions.iter().find(|v| v.code == code).map_or_else(|| code.to_owned(), |v| v.titre.clone());
    let mut anterieurs = Vec::new();
    for a in autres {
        if let Some(v) = vae_de(cx, a.id).await? {
            anterieurs.push(vae::DossierVae { certification: titre_de(&a.version_code), date: v.recu_le, blocs_seuls: v.blocs_seuls });
        }
    }
    let nouveau = vae::DossierVae { certification: titre_de(&c.version_code), date: d.recu_le, blocs_seuls: d.blocs_seuls };
    Ok(vae::plafonds(titre::version(cx, &c.version_code).await?, &anterieurs, &nouveau))
}

/// Whether the candidate's VAE file is admissible on a day.
pub async fn recevabilite(cx: &Contexte, c: &Candidature, jour: NaiveDate) -> Resultat<Option<Reponse<vae::Recevabilite>>> {
    if c.origine()? != certification_regles::acquis::Origine::Vae {
        return Ok(None);
    }
    let d = vae_de(cx, c.id).await?;
    let notification = notification(d.as_ref());
    let v = titre::version(cx, &c.version_code).await?;
    Ok(Some(vae::recevabilite(v, d.and_then(|d| d.complet_le), notification.as_ref(), jour)))
}

/// The notification of a VAE file, as the rules read it.
pub fn notification(d: Option<&DossierVae>) -> Option<vae::Notification> {
    let d = d?;
    let decision = if d.recevable? { vae::DecisionRecevabilite::Recevable } else { vae::DecisionRecevabilite::NonRecevable };
    Some(vae::Notification { date: d.notifie_le?, decision })
}

/// What a file gathered, as the rules read it. Built here alone: for the page of the file, for the registration in
/// a session, for the jury.
#[derive(Clone, Debug, Default)]
pub struct Faits {
    pub vae: Option<DossierVae>,
    pub experiences: Vec<vae::Experience>,
    signe_le: Option<NaiveDate>,
    exemples: BTreeMap<String, u32>,
    /// Syntheses with their day.
    ecf: Vec<(NaiveDate, Ecf)>,
    periodes: Vec<PeriodeEntreprise>,
}

/// Gathers the facts of a file, the right having been asked for.
pub(crate) async fn reunir(cx: &Contexte, id: CandidatureId) -> Resultat<Faits> {
    let toutes = pieces::toutes(cx, id).await?;
    let mut f = Faits { vae: vae_de(cx, id).await?, signe_le: dossier::sans_droit(cx, id).await?.signe_le, ..Faits::default() };
    for p in toutes.values() {
        match p {
            Piece::Experience { activite, debut, fin, mois, .. } => {
                f.experiences.push(vae::Experience { activite: *activite, debut: Some(*debut), fin: *fin, mois: *mois });
            }
            Piece::Exemple { unite, .. } => *f.exemples.entry(unite.clone()).or_default() += 1,
            Piece::Periode { debut, fin, minutes, .. } => {
                f.periodes.push(PeriodeEntreprise { debut: *debut, fin: *fin, minutes: Some(*minutes) });
            }
            Piece::Synthese { unite, jour, evaluateurs, .. } => {
                let ecf = Ecf {
                    unite: unite.clone(),
                    // A synthesis without an evaluation under it is not complete.
                    complet: toutes.values().any(|e| matches!(e, Piece::Evaluation { unite: u, .. } if u == unite)),
                    evaluateurs: u32::try_from(evaluateurs.len()).ok(),
                };
                f.ecf.push((*jour, ecf));
            }
            _ => {}
        }
    }
    Ok(f)
}

impl Faits {
    /// What readiness is judged on, on a day, for the units presented; without any, the final interview alone is
    /// left, and the access to the session says whether it is.
    ///
    /// # Errors
    /// When what the contract fixes is not readable.
    pub(crate) fn preparation(&self, c: &Candidature, origines: Origines, jour: NaiveDate) -> Resultat<FaitsPreparation> {
        Ok(FaitsPreparation {
            entretien_seul: origines.is_empty(),
            origines,
            voie: Some(c.voie.clone()),
            dossier: DossierProfessionnel { signe: self.signe_le.is_some_and(|s| s <= jour), exemples: Some(self.exemples.clone()) },
            ecf: self.ecf.iter().filter(|(le, _)| *le <= jour).map(|(_, e)| e.clone()).collect(),
            periodes: self.periodes.clone(),
            contrat: c.contrat()?,
        })
    }
}

/// Whether the candidate is ready on a day, and what is missing.
pub async fn preparation(cx: &Contexte, c: &Candidature, jour: NaiveDate) -> Resultat<Reponse<Preparation>> {
    lire(cx, c.id).await?;
    let f = reunir(cx, c.id).await?.preparation(c, c.origines()?, jour)?;
    preparation::preparation(titre::version(cx, &c.version_code).await?, &f, jour).map_err(|e| Erreur::Conflit(e.to_string()))
}

/// What a candidate holds: the projection of the journal of decisions.
pub async fn acquis(cx: &Contexte, id: CandidatId) -> Resultat<Acquis> {
    Ok(crate::decision::livret(cx, id).await?.acquis())
}

/// Where a candidate stands for the version aimed at: units acquired, missing, limit date, with the reasons.
pub async fn situation(
    cx: &Contexte,
    c: &Candidature,
    jour: NaiveDate,
) -> Resultat<(revision::Situation, Vec<certification_regles::Motif>)> {
    let acquis = acquis(cx, c.candidat_id).await?;
    let catalogue = titre::catalogue(cx).await?;
    Ok(revision::situation(catalogue, titre::version(cx, &c.version_code).await?, &acquis, jour, jour))
}

/// The facts that the guard of an action looks at.
pub async fn inscription(cx: &Contexte, c: &Candidature, action: ActionInscription, jour: NaiveDate) -> Resultat<FaitsInscription> {
    use ActionInscription as A;
    let mut f = FaitsInscription { origine: Some(c.origine()?), ..FaitsInscription::default() };
    match action {
        A::ConstaterSilence => {
            let r = recevabilite(cx, c, jour).await?;
            f.silence_acquis = Some(r.is_some_and(|r| r.resultat.silence_le.is_some_and(|s| s <= jour)));
        }
        A::DeclarerPrete => f.prete = Some(preparation(cx, c, jour).await?.favorable),
        A::SeRepresenter => f.seconde_chance = Some(seconde_chance(cx, c, jour).await?.favorable),
        A::Expirer => {
            let (s, _) = situation(cx, c, jour).await?;
            f.limite_passee = Some(s.limite.limite.is_some_and(|l| jour > l));
        }
        _ => {}
    }
    Ok(f)
}

/// The sessions a candidate sat for a version of the title until a day, but one: as the clock of the second chance
/// reads them. One that was cancelled or not held does not count.
pub(crate) async fn sessions_passees(
    cx: &Contexte,
    c: &Candidature,
    jour: NaiveDate,
    sauf: Option<SessionExamenId>,
) -> Resultat<Vec<reprise::SessionPassee>> {
    depot::autres_passages(cx, c.candidat_id)
        .await?
        .into_iter()
        .filter(|p| p.version_code == c.version_code && Some(p.session_id) != sauf && p.jour <= jour)
        .map(|p| {
            let session = super::de_code(&p.type_session)?;
            let unites = Some(p.origines.0.into_keys().collect());
            Ok(reprise::SessionPassee { session, date: p.jour, absence_justifiee: p.presence == "absent_justifie", unites })
        })
        .collect()
}

/// The day the last training began, until a day: that of the enrolment, or one followed since. It sets the clock to
/// zero.
pub(crate) async fn derniere_formation(cx: &Contexte, c: &Candidature, jour: NaiveDate) -> Resultat<Option<NaiveDate>> {
    let etapes = super::passages(cx, c.id).await?;
    let suivies = etapes.into_iter().filter(|e| e.action == ActionInscription::SuivreNouvelleFormation).map(|e| e.jour);
    // One that is only planned would hide the one before.
    Ok(suivies.chain(c.formation_debut).filter(|d| *d <= jour).max())
}

/// Whether a candidate of the training route may sit again without new training.
pub async fn seconde_chance(cx: &Contexte, c: &Candidature, jour: NaiveDate) -> Resultat<Reponse<reprise::Reprise>> {
    let f = FaitsReprise {
        origine: c.origine()?,
        session: certification_regles::epreuves::TypeSession::Titre,
        date: jour,
        presentees: BTreeSet::new(),
        sessions: sessions_passees(cx, c, jour, None).await?,
        depart: None,
        nouvelle_formation_le: derniere_formation(cx, c, jour).await?,
    };
    Ok(reprise::seconde_chance(titre::version(cx, &c.version_code).await?, &f))
}
