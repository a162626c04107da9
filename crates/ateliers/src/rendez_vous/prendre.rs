//! Taking an appointment: by anybody on the public page, or at the desk.

use chrono::{DateTime, Days, TimeDelta, Utc};
use sea_orm::{ActiveValue::Set, DbBackend, IntoActiveModel, entity::prelude::*};
use serde::{Deserialize, Serialize};
use socle::{
    Contexte, Erreur, Permission, Resultat,
    controle::Controle,
    creation::{self, Reclamation},
    horloge::jour,
    identifiant::{LieuId, MotifId, PersonneId, RendezVousId, UtilisateurId},
    journal::Action,
    secret,
};

use super::{
    BESOINS, EtatRendezVous, Maniere, Motif, RendezVous, avertir,
    creneaux::{Creneau, creneaux},
    exception, motif, table,
};
use crate::{
    agenda::{
        occupation::{self, Pour, Prises},
        regles::Ou,
    },
    ouverture,
    reservation::{self, Canal, Par, Reserver, regles},
};

/// Takes an appointment.
#[derive(Clone, Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Prendre {
    /// Made by the client; the same appointment twice is one record.
    pub id: Option<RendezVousId>,
    pub motif: MotifId,
    /// The start of a free slot.
    pub debut: DateTime<Utc>,
    pub lieu: Option<LieuId>,
    /// Who receives; if not told, who is free then.
    pub avec: Option<UtilisateurId>,
    #[schema(max_length = 150)]
    pub nom: Option<String>,
    pub telephone: Option<String>,
    pub courriel: Option<String>,
    /// The mail if there is one, else SMS, else nothing, if not told.
    pub canal: Option<Canal>,
    pub par: Par,
    /// The person agrees: needed when somebody else takes it.
    #[serde(default)]
    pub accord: bool,
    /// A person the structure follows; at the desk alone.
    pub personne: Option<PersonneId>,
    #[schema(max_length = 500)]
    pub besoins: Option<String>,
    /// Out of the hours when one receives, with `avec`; at the desk alone.
    #[serde(default)]
    pub hors_plages: bool,
}

/// How one meets somebody who comes: what a booking checks, checked here.
fn contact(d: &Prendre) -> Reserver {
    Reserver {
        id: None,
        nom: d.nom.clone(),
        telephone: d.telephone.clone(),
        courriel: d.courriel.clone(),
        canal: d.canal,
        par: d.par,
        accord: d.accord,
        personne: d.personne,
        orientee: false,
        besoins: d.besoins.clone(),
        attendre: false,
        dates: None,
    }
}

/// Takes an appointment; the bool is false when a repeated request found it made. Whoever the actor is: the program
/// itself for somebody without an account, a member of the team at the desk.
///
/// # Errors
/// [`Erreur::Conflit`] when the slot is no longer free.
pub async fn prendre(cx: &Contexte, mut d: Prendre) -> Resultat<(RendezVous, bool)> {
    let equipe = !cx.acteur.est_systeme();
    let m = if equipe {
        motif::ligne(cx, d.motif, Permission::AccompagnementsEcrire).await?
    } else {
        motif::par_id(cx, d.motif).await?.filter(|m| m.publie && m.actif).ok_or(Erreur::Introuvable("Ce motif"))?
    };
    let id = match creation::reclamer(cx, "rendez_vous", d.id.map(|i| i.0), &d).await? {
        Reclamation::Repetee(r) => {
            let r = table::Entity::find_by_id(RendezVousId(r)).one(&cx.db()).await?;
            return r.map(|r| (r, false)).ok_or(Erreur::Introuvable("Ce rendez-vous"));
        }
        Reclamation::Nouvelle(r) => RendezVousId(r),
    };
    if !equipe {
        (d.personne, d.hors_plages) = (None, false);
    }
    let mut qui = contact(&d);
    let mut c = reservation::controler(&mut qui, equipe);
    if let Some(p) = d.personne {
        match mediation::personne::trouver(cx, p, Permission::PersonnesLire).await {
            Ok(p) => {
                qui.nom = qui.nom.take().or(mediation::personne::noms(cx, &[p.id]).await?.remove(&p.id));
                qui.telephone = qui.telephone.take().or(p.telephone);
                qui.courriel = qui.courriel.take().or(p.courriel);
                // As the desk did not choose, the contact of the file is used as one would choose it.
                qui.canal = qui
                    .canal
                    .filter(|c| *c != Canal::Aucun)
                    .or(Some(reservation::canal_de(qui.telephone.as_deref(), qui.courriel.as_deref())));
            }
            Err(Erreur::Introuvable(_)) => c.faute("personne", "Cette personne n’est pas suivie par votre structure."),
            Err(e) => return Err(e),
        }
    }
    c.exiger(m.maniere != Maniere::Telephone || qui.telephone.is_some(), "telephone", "Donnez le numéro où vous appeler.");
    c.finir()?;
    deja(cx, &m, &qui, equipe).await?;
    let creneau = choisir(cx, &m, &d).await?;
    let mut r = RendezVous {
        id,
        structure_id: m.structure_id,
        motif_id: m.id,
        utilisateur_id: *creneau.mediateurs.first().ok_or_else(pris)?,
        lieu_id: creneau.lieu,
        debut: creneau.debut,
        fin: creneau.fin,
        etat: EtatRendezVous::Prevu,
        code: regles::code(&secret::empreinte(&secret::tirer()?)),
        nom: qui.nom.unwrap_or_default(),
        telephone: qui.telephone,
        courriel: qui.courriel,
        canal: qui.canal.unwrap_or(Canal::Aucun),
        par: d.par,
        personne_id: d.personne,
        besoins: cx.coffre().sceller_si(&BESOINS, id.0, qui.besoins.as_deref())?,
        fini_par: None,
        fini_le: None,
        sequence: 0,
        refus_le: None,
        cree_le: cx.maintenant,
    };
    table::Entity::insert(r.clone().into_active_model().reset_all()).exec_without_returning(&cx.db()).await?;
    r.utilisateur_id = occuper(cx, &r, &creneau).await?;
    if !d.hors_plages {
        exception::tenir(cx, m.structure_id, r.utilisateur_id, &creneau).await?;
    }
    cx.journaliser(Action::Creation, "rendez_vous", id.0, m.structure_id, &[]).await?;
    avertir::avertir(cx, &r, avertir::Motif::Confirmation).await?;
    avertir::programmer_rappel(cx, &r).await?;
    Ok((r, true))
}

pub(super) fn pris() -> Erreur {
    Erreur::Conflit("Ce créneau vient d’être pris. Choisissez-en un autre.".into())
}

/// The same person does not hold two appointments to come for one reason.
async fn deja(cx: &Contexte, m: &Motif, qui: &Reserver, equipe: bool) -> Resultat<()> {
    if qui.personne.is_none() && qui.telephone.is_none() && qui.courriel.is_none() {
        return Ok(());
    }
    let prevus = table::Entity::find()
        .filter(table::Column::MotifId.eq(m.id))
        .filter(table::Column::Etat.eq(EtatRendezVous::Prevu))
        .filter(table::Column::Debut.gt(cx.maintenant))
        .all(&cx.db())
        .await?;
    if !prevus.iter().any(|r| qui.est(r.personne_id, &r.nom, r.telephone.as_deref(), r.courriel.as_deref())) {
        return Ok(());
    }
    Err(Erreur::Conflit(if equipe {
        "Cette personne a déjà un rendez-vous à venir pour ce motif : changez-le, ou annulez-le d’abord.".into()
    } else {
        "Vous avez déjà un rendez-vous à venir pour ce motif. Retrouvez-le avec le code de votre billet ou le lien reçu.".into()
    }))
}

/// The slot that is asked for, with who could receive.
pub(super) async fn choisir(cx: &Contexte, m: &Motif, d: &Prendre) -> Resultat<Creneau> {
    if d.debut < cx.maintenant - TimeDelta::days(366) || d.debut > cx.maintenant + TimeDelta::days(732) {
        return Err(pris());
    }
    if d.hors_plages {
        let qui = d.avec.map_or_else(|| cx.auteur(), Ok)?;
        let membres = socle::equipe::membres(cx, &[m.structure_id]).await?;
        if !membres.iter().any(|x| x.id == qui) {
            return Err(Erreur::champ("avec", "Choisissez quelqu’un de votre équipe."));
        }
        let mut c = Controle::new();
        territoire::lieu::controler(cx, m.structure_id, d.lieu, &mut c).await?;
        c.finir()?;
        if d.debut < cx.maintenant || d.debut > cx.maintenant + TimeDelta::days(366) {
            return Err(Erreur::champ("debut", "Choisissez une heure à venir, dans l’année."));
        }
        let fin = d.debut + TimeDelta::minutes(i64::from(m.duree_minutes));
        let prises = prises(cx, qui, d.lieu).await?;
        let messages = occupation::conflits(cx, m.structure_id, &prises, &[(d.debut, fin)], &[]).await?;
        if !messages.is_empty() {
            return Err(Erreur::Conflit(messages.join(" ")));
        }
        return Ok(Creneau { debut: d.debut, fin, lieu: d.lieu, mediateurs: vec![qui] });
    }
    let j = jour(d.debut);
    let v = creneaux(cx, m, j, j + Days::new(1), d.avec).await?;
    v.into_iter().find(|c| c.debut == d.debut && (d.lieu.is_none() || c.lieu == d.lieu)).ok_or_else(pris)
}

pub(super) async fn prises(cx: &Contexte, qui: UtilisateurId, lieu: Option<LieuId>) -> Resultat<Prises> {
    let commune = match lieu {
        Some(l) => ouverture::commune_du_lieu(cx, l).await?,
        None => None,
    };
    // Several people may be received in one lieu: an appointment takes who receives, not the room.
    Ok(Prises { personnes: vec![qui], salle: None, ou: Ou { lieu, commune } })
}

/// Takes the first of those who could receive whom nobody took meanwhile; the constraint decides.
pub(super) async fn occuper(cx: &Contexte, r: &RendezVous, c: &Creneau) -> Resultat<UtilisateurId> {
    for u in &c.mediateurs {
        let prises = prises(cx, *u, c.lieu).await?;
        if !essayer(cx, r.id, &prises, (c.debut, c.fin)).await? {
            continue;
        }
        if *u != r.utilisateur_id {
            table::Entity::update_many()
                .set(table::ActiveModel { utilisateur_id: Set(*u), ..Default::default() })
                .filter(table::Column::Id.eq(r.id))
                .exec(&cx.db())
                .await?;
        }
        return Ok(*u);
    }
    Err(pris())
}

/// Takes somebody, or says that somebody else did, without ending the transaction.
pub(super) async fn essayer(cx: &Contexte, id: RendezVousId, prises: &Prises, quand: occupation::Intervalle) -> Resultat<bool> {
    let sur_postgres = cx.db().get_database_backend() == DbBackend::Postgres;
    match occupation::prendre_si_libre(cx, Pour::RendezVous(id), prises, quand).await {
        Ok(n) => Ok(n > 0),
        Err(e) if occupation::est_exclusion(&e) => {
            // A trigger of PostgreSQL ends the transaction: there is no other to try.
            if sur_postgres { Err(pris()) } else { Ok(false) }
        }
        Err(e) => Err(e.into()),
    }
}

/// When appointments may be looked for from: today.
pub(super) fn semaine(cx: &Contexte, depuis: Option<DateTime<Utc>>) -> chrono::NaiveDate {
    Ord::max(depuis.map_or(cx.aujourd_hui(), jour), cx.aujourd_hui())
}
