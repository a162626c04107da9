//! Opinions of people on what was done with them: three questions at a secret link, without an account.
//!
//! One request for each accompaniment, with as many answers as there were people at most; several links may
//! lead to it (tablet, QR code, mail). An answer belongs to the accompaniment, never to a name.

mod api;
mod courriel;
mod migrations;
pub mod questions;
mod table;
mod traitement;
pub mod visages;
mod web;

pub use api::api;
pub use courriel::{GENRE as GENRE_COURRIEL, envoyer as envoyer_courriel};
pub use migrations::migrations;
pub use questions::{QUESTIONS, Reponse};
pub use traitement::TRAITEMENT;
pub use web::pages;

use chrono::{NaiveDate, TimeDelta};
use sea_orm::{
    ActiveValue::Set,
    IntoActiveModel, PaginatorTrait, QuerySelect,
    entity::prelude::*,
    sea_query::{OnConflict, SelectStatement},
};
use serde::{Deserialize, Serialize};
use socle::{
    Acteur, Contexte, Erreur, Etat, Nomenclature, Permission, Resultat,
    coffre::Champ,
    identifiant::{AccompagnementId, DemandeAvisId},
    journal::Action,
    secret,
    texte::nettoyer,
};

use crate::{
    accompagnement::{self, Accompagnement},
    nomenclatures::TypeActivite,
    personne,
};
use table::{Model as Demande, avis, lien};

const COMMENTAIRE: Champ = Champ::texte("avis", "commentaire");

/// The sealed columns.
pub const CHAMPS: [Champ; 1] = [COMMENTAIRE];

/// Days a link can be answered.
pub const JOURS: i64 = 30;

/// How the form reaches the person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum, Serialize, Deserialize, utoipa::ToSchema)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(48))", rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub enum Moyen {
    /// Handed on the mediator's own device: the pages lead nowhere else.
    Tablette,
    /// Shown or printed.
    Qr,
    /// Sent to the address of the person's file, who agreed.
    Courriel,
}

impl Nomenclature for Moyen {
    fn libelle(self) -> &'static str {
        match self {
            Self::Tablette => "Sur la tablette",
            Self::Qr => "Par QR code",
            Self::Courriel => "Par courriel",
        }
    }
}

/// Asks for an opinion.
#[derive(Clone, Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Inviter {
    pub moyen: Moyen,
    /// The person agrees to be written to: must be true for a mail.
    #[serde(default)]
    pub accord: bool,
}

/// A request for an opinion, and the link just made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Invitation {
    pub id: DemandeAvisId,
    /// Shown once: it is kept nowhere. Null for a mail, which carries its own.
    pub lien: Option<String>,
    pub expire_le: chrono::DateTime<chrono::Utc>,
    /// Answers accepted at most: the number of people present.
    pub places: i32,
    /// Answers already given.
    pub reponses: i32,
}

/// What was asked after an accompaniment and how many answered; never what they said.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Suivi {
    /// Opinions asked for; 0 before the first request.
    pub demandes: i32,
    pub reponses: i32,
    /// A mail was sent, or is about to be.
    pub courriel: bool,
}

fn participants(a: &Accompagnement) -> i32 {
    i32::try_from(a.personnes.len()).unwrap_or(i32::MAX).saturating_add_unsigned(a.anonymes.total).clamp(1, i32::MAX)
}

async fn compter(cx: &Contexte, d: DemandeAvisId) -> Resultat<i32> {
    let n = avis::Entity::find().filter(avis::Column::DemandeId.eq(d)).count(&cx.db()).await?;
    Ok(i32::try_from(n).unwrap_or(i32::MAX))
}

async fn de_l_accompagnement(cx: &Contexte, id: AccompagnementId) -> Resultat<Option<Demande>> {
    Ok(table::Entity::find().filter(table::Column::AccompagnementId.eq(id)).one(&cx.db()).await?)
}

/// Where the request of an accompaniment stands.
pub async fn suivi(cx: &Contexte, id: AccompagnementId) -> Resultat<Suivi> {
    accompagnement::lire(cx, id).await?;
    Ok(match de_l_accompagnement(cx, id).await? {
        None => Suivi::default(),
        Some(d) => Suivi { demandes: d.places, reponses: compter(cx, d.id).await?, courriel: d.courriel_le.is_some() },
    })
}

/// The only person named at an individual accompaniment, if there is one.
async fn la_personne(cx: &Contexte, a: &Accompagnement) -> Resultat<Option<personne::Personne>> {
    match a.personnes.as_slice() {
        [une] if a.ligne.type_activite == TypeActivite::Individuel => Ok(personne::plusieurs(cx, &[*une]).await?.pop()),
        _ => Ok(None),
    }
}

/// Asks for an opinion on an accompaniment: makes the request if it is the first time, and a new link. For a
/// mail, the job that sends it makes the link itself.
pub async fn inviter(cx: &Contexte, id: AccompagnementId, i: Inviter) -> Resultat<Invitation> {
    let a = accompagnement::lire(cx, id).await?;
    cx.exiger_dans(Permission::AccompagnementsEcrire, a.ligne.structure_id)?;
    if i.moyen == Moyen::Courriel {
        let adresse = la_personne(cx, &a).await?.and_then(|p| p.courriel);
        if adresse.is_none() {
            return Err(Erreur::champ(
                "moyen",
                "Il n’y a pas d’adresse de courriel pour cet accompagnement : montrez le QR code ou passez la tablette.",
            ));
        }
        if !i.accord {
            return Err(Erreur::champ(
                "accord",
                "Sans l’accord de la personne, rien ne lui est envoyé. Demandez-lui, puis cochez la case.",
            ));
        }
    }
    let (d, nouvelle) = demande_pour(cx, &a).await?;
    let reponses = compter(cx, d.id).await?;
    let places = participants(&a).max(reponses);
    if reponses >= places {
        return Err(Erreur::Conflit(if places == 1 {
            "L’avis sur cet accompagnement est déjà donné : il n’y a plus rien à demander.".into()
        } else {
            "Autant d’avis que de personnes présentes ont été donnés : il n’y a plus rien à demander.".into()
        }));
    }
    if places != d.places {
        table::Entity::update_many()
            .set(table::ActiveModel { places: Set(places), ..Default::default() })
            .filter(table::Column::Id.eq(d.id))
            .exec(&cx.db())
            .await?;
    }
    let expire_le = cx.maintenant + TimeDelta::days(JOURS);
    let lien = if i.moyen == Moyen::Courriel {
        let r = table::Entity::update_many()
            .set(table::ActiveModel { courriel_le: Set(Some(cx.maintenant)), ..Default::default() })
            .filter(table::Column::Id.eq(d.id))
            .filter(table::Column::CourrielLe.is_null())
            .exec(&cx.db())
            .await?;
        if r.rows_affected == 0 {
            return Err(Erreur::Conflit("Un courriel a déjà été envoyé pour cet accompagnement : un seul suffit.".into()));
        }
        cx.confier(courriel::GENRE, serde_json::json!({"demande": d.id}), None, None).await?;
        None
    } else {
        Some(creer_lien(cx, d.id, i.moyen).await?)
    };
    let action = if nouvelle { Action::Creation } else { Action::Modification };
    cx.journaliser(action, "avis", d.id.0, a.ligne.structure_id, &["lien"]).await?;
    Ok(Invitation { id: d.id, lien, expire_le, places, reponses })
}

/// The request of an accompaniment, made if there is none; its line is locked until the end of the transaction.
async fn demande_pour(cx: &Contexte, a: &Accompagnement) -> Resultat<(Demande, bool)> {
    let neuve = Demande {
        id: DemandeAvisId(cx.nouvel_uuid()),
        accompagnement_id: a.ligne.id,
        structure_id: a.ligne.structure_id,
        date: a.ligne.date,
        places: participants(a),
        demande_par: cx.auteur()?,
        cree_le: cx.maintenant,
        courriel_le: None,
    };
    let inserees = table::Entity::insert(neuve.into_active_model().reset_all())
        .on_conflict(OnConflict::column(table::Column::AccompagnementId).do_nothing().to_owned())
        .exec_without_returning(&cx.db())
        .await?;
    let d = table::Entity::find()
        .filter(table::Column::AccompagnementId.eq(a.ligne.id))
        .lock_exclusive()
        .one(&cx.db())
        .await?
        .ok_or(Erreur::Introuvable("Cette demande"))?;
    Ok((d, inserees == 1))
}

/// A new secret address of the form.
async fn creer_lien(cx: &Contexte, demande: DemandeAvisId, moyen: Moyen) -> Resultat<String> {
    let secret = secret::tirer()?;
    let ligne = lien::ActiveModel {
        empreinte: Set(secret::empreinte(&secret)),
        demande_id: Set(demande),
        moyen: Set(moyen),
        cree_le: Set(cx.maintenant),
        expire_le: Set(cx.maintenant + TimeDelta::days(JOURS)),
    };
    lien::Entity::insert(ligne).exec_without_returning(&cx.db()).await?;
    Ok(format!("{}/avis/{secret}", cx.etat().config.public_url.trim_end_matches('/')))
}

/// Records answers gathered elsewhere on the same accompaniment, by the workshop they were asked in, with the day
/// of each. There are as many places as answers at least.
pub async fn verser(cx: &Contexte, id: AccompagnementId, reponses: Vec<(Reponse, NaiveDate)>) -> Resultat<()> {
    let a = accompagnement::lire(cx, id).await?;
    cx.exiger_dans(Permission::AccompagnementsEcrire, a.ligne.structure_id)?;
    if reponses.is_empty() {
        return Ok(());
    }
    let (d, _) = demande_pour(cx, &a).await?;
    let deja = compter(cx, d.id).await?;
    let places = participants(&a).max(deja.saturating_add_unsigned(u32::try_from(reponses.len()).unwrap_or(u32::MAX)));
    table::Entity::update_many()
        .set(table::ActiveModel { places: Set(places), ..Default::default() })
        .filter(table::Column::Id.eq(d.id))
        .exec(&cx.db())
        .await?;
    let mut lignes = vec![];
    for (rang, (r, jour)) in (deja + 1..).zip(reponses) {
        lignes.push(ligne(cx, &Demande { places, ..d.clone() }, rang, r, jour)?);
    }
    avis::Entity::insert_many(lignes).exec_without_returning(&cx.db()).await?;
    cx.journaliser(Action::Creation, "avis", d.id.0, a.ligne.structure_id, &[]).await
}

/// An answer, as it is written.
fn ligne(cx: &Contexte, d: &Demande, rang: i32, r: Reponse, jour: NaiveDate) -> Resultat<avis::ActiveModel> {
    r.controler()?;
    let id = cx.nouvel_uuid();
    let commentaire = nettoyer(r.commentaire);
    Ok(avis::ActiveModel {
        id: Set(id),
        demande_id: Set(d.id),
        rang: Set(rang),
        places: Set(d.places),
        accueil: Set(r.accueil),
        utilite: Set(r.utilite),
        recommandation: Set(r.recommandation),
        commentaire: Set(cx.coffre().sceller_si(&COMMENTAIRE, id, commentaire.as_deref())?),
        repondu_le: Set(jour),
    })
}

/// What a secret opens.
#[derive(Clone, Debug)]
pub struct Ouverte {
    demande: Demande,
    /// The structure that asks.
    pub structure: String,
    pub moyen: Moyen,
}

/// What a secret opens, if it can still be answered.
///
/// # Errors
/// [`Erreur::Introuvable`] for an unknown secret, [`Erreur::Perime`] when the answer is given or it is too late.
pub async fn ouvrir(cx: &Contexte, secret: &str) -> Resultat<Ouverte> {
    let inconnu = || Erreur::Introuvable("Ce lien");
    let l = lien::Entity::find_by_id(secret::empreinte(secret)).one(&cx.db()).await?.ok_or_else(inconnu)?;
    // Locked where it is written: the answers of one request come one after the other.
    let mut q = table::Entity::find_by_id(l.demande_id);
    if cx.ecrit() {
        q = q.lock_exclusive();
    }
    let demande = q.one(&cx.db()).await?.ok_or_else(inconnu)?;
    if !accompagnement::existe(cx, demande.accompagnement_id).await? {
        return Err(inconnu());
    }
    if compter(cx, demande.id).await? >= demande.places {
        return Err(Erreur::Perime(questions::DEJA.into()));
    }
    if l.expire_le <= cx.maintenant {
        return Err(Erreur::Perime(questions::EXPIRE.into()));
    }
    let structure = territoire::structure::lire(cx, demande.structure_id).await?.nom;
    Ok(Ouverte { demande, structure, moyen: l.moyen })
}

/// Records an answer given at a secret link; nobody is known to have given it. Gives how it was handed.
pub async fn repondre(cx: &Contexte, secret: &str, r: Reponse) -> Resultat<Moyen> {
    let o = ouvrir(cx, secret).await?;
    let ligne = ligne(cx, &o.demande, compter(cx, o.demande.id).await? + 1, r, cx.aujourd_hui())?;
    match avis::Entity::insert(ligne).exec_without_returning(&cx.db()).await.map_err(Erreur::from) {
        // Another answer took the place in between: the database decides.
        Err(Erreur::Conflit(_)) => Err(Erreur::Perime(questions::DEJA.into())),
        fait => fait.map(|_| o.moyen),
    }
}

/// The free text of the answer `id`, as it is read.
///
/// # Errors
/// When its key is missing.
pub fn ouvrir_commentaire(cx: &Contexte, id: Uuid, stocke: String) -> Resultat<String> {
    Ok(cx.coffre().ouvrir(&COMMENTAIRE, id, stocke)?)
}

/// The same, in a transaction of its own, for somebody without an account.
pub(crate) async fn repondre_a(etat: &Etat, secret: &str, r: Reponse) -> Resultat<Moyen> {
    let cx = Contexte::systeme(etat).await?;
    let moyen = repondre(&cx, secret, r).await?;
    cx.valider().await?;
    Ok(moyen)
}

/// A context for somebody without an account, who holds a link and may do what it opens.
pub(crate) fn visite(etat: &Etat) -> Contexte {
    Contexte::lecture(etat, &Acteur::systeme(), etat.horloge.nouvel_uuid())
}

/// Keeps the day of the request in step with that of its accompaniment.
pub(crate) async fn suivre_date(cx: &Contexte, id: AccompagnementId, date: NaiveDate) -> Resultat<()> {
    table::Entity::update_many()
        .set(table::ActiveModel { date: Set(date), ..Default::default() })
        .filter(table::Column::AccompagnementId.eq(id))
        .exec(&cx.db())
        .await?;
    Ok(())
}

/// At the erasure of a person: the links to forms about these accompaniments no longer open, and what was
/// written there freely goes. The marks stay counted.
pub(crate) async fn effacer(cx: &Contexte, accompagnements: SelectStatement) -> Resultat<()> {
    let demandes: Vec<DemandeAvisId> = table::Entity::find()
        .select_only()
        .column(table::Column::Id)
        .filter(table::Column::AccompagnementId.in_subquery(accompagnements))
        .into_tuple()
        .all(&cx.db())
        .await?;
    lien::Entity::delete_many().filter(lien::Column::DemandeId.is_in(demandes.iter().copied())).exec(&cx.db()).await?;
    avis::Entity::update_many()
        .col_expr(avis::Column::Commentaire, Expr::value(None::<String>))
        .filter(avis::Column::DemandeId.is_in(demandes))
        .exec(&cx.db())
        .await?;
    Ok(())
}
