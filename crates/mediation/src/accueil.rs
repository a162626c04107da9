//! Accueil: one reception at the desk, by telephone, at a partner's: reason, channel, what followed.
//!
//! Nothing is compulsory but the moment and what followed: a walk-in helped for ten minutes needs no
//! name. Who waits is an accueil whose [`Suite`] is [`Suite::Attente`].

mod api;
mod depot;
mod fiche;
mod regles;
mod scelle;
mod table;
mod traitement;
mod web;

pub use api::api;
pub(crate) use depot::d_une_personne;
pub use depot::{Jour, TAILLE_PAGE};
pub use regles::{depuis, heure};
pub use scelle::CHAMPS;
pub use traitement::TRAITEMENT;
pub use web::pages;

use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::{ActiveValue::Set, entity::prelude::*};
use serde::{Deserialize, Serialize};
use socle::{
    Contexte, Erreur, Nomenclature, Permission, Resultat,
    api::present,
    controle::Controle,
    creation::{self, Reclamation},
    equipe,
    identifiant::{AccueilId, LieuId, PersonneId, StructureId},
    journal::Action,
};

use crate::{chronologie::Evenement, personne};

pub use table::Model as Accueil;

/// How the person came.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize, utoipa::ToSchema)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(48))", rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub enum Canal {
    #[default]
    SurPlace,
    Telephone,
    ChezPartenaire,
    Courriel,
    EnLigne,
}

impl Nomenclature for Canal {
    fn libelle(self) -> &'static str {
        match self {
            Self::SurPlace => "Sur place",
            Self::Telephone => "Téléphone",
            Self::ChezPartenaire => "Chez un partenaire",
            Self::Courriel => "Courriel",
            Self::EnLigne => "En ligne",
        }
    }
}

/// What followed a reception.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize, utoipa::ToSchema)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(48))", rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub enum Suite {
    /// The person waits to be taken care of.
    #[default]
    Attente,
    AideImmediate,
    Entretien,
    Orientation,
    Information,
    /// Left before anyone could help.
    Parti,
}

impl Nomenclature for Suite {
    fn libelle(self) -> &'static str {
        match self {
            Self::Attente => "En attente",
            Self::AideImmediate => "Aide immédiate",
            Self::Entretien => "Entretien",
            Self::Orientation => "Orientation",
            Self::Information => "Information",
            Self::Parti => "Départ avant d’être reçu",
        }
    }
}

/// Records a reception.
#[derive(Clone, Debug, Default, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct CreerAccueil {
    /// Made by the client; the same creation twice is one record.
    pub id: Option<AccueilId>,
    /// Left out for a person without a file.
    pub personne: Option<PersonneId>,
    /// One of the structure's lieux.
    pub lieu: Option<LieuId>,
    /// `sur_place` unless told.
    pub canal: Canal,
    /// Why the person came, in a few words.
    #[schema(max_length = 500)]
    pub motif: Option<String>,
    /// `attente` unless told.
    pub suite: Suite,
    /// Now unless told; in the last two years, not later than now.
    pub arrive_le: Option<DateTime<Utc>>,
}

/// Changes a reception; a field left out is left as it is, `null` empties it.
#[derive(Clone, Debug, Default, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ModifierAccueil {
    /// The version read; refused (409) if another was written since.
    pub version: Option<i32>,
    #[serde(deserialize_with = "present")]
    pub motif: Option<Option<String>>,
    #[serde(deserialize_with = "present")]
    pub personne: Option<Option<PersonneId>>,
    pub suite: Option<Suite>,
}

/// Records a reception. The bool is false when a repeated request found the record already made.
pub async fn creer(cx: &Contexte, demande: CreerAccueil) -> Resultat<(Accueil, bool)> {
    let structure = cx.exiger(Permission::PersonnesEcrire)?;
    let auteur = cx.auteur()?;
    let id = match creation::reclamer(cx, "accueil", demande.id.map(|i| i.0), &demande).await? {
        Reclamation::Repetee(id) => return Ok((lire(cx, AccueilId(id)).await?, false)),
        Reclamation::Nouvelle(id) => AccueilId(id),
    };
    let mut c = Controle::new();
    let arrive_le = regles::arrivee(&mut c, demande.arrive_le, cx.maintenant);
    let motif = regles::motif(&mut c, demande.motif);
    territoire::lieu::controler(cx, structure, demande.lieu, &mut c).await?;
    c.finir()?;
    if let Some(p) = demande.personne {
        suivie(cx, p).await?;
    }
    // What follows at once is taken in charge by who receives, at the moment of arrival.
    let prise = demande.suite.prise_en_charge();
    let a = Accueil {
        id,
        structure_id: structure,
        lieu_id: demande.lieu,
        personne_id: demande.personne,
        accueilli_par: auteur,
        arrive_le,
        canal: demande.canal,
        motif,
        suite: demande.suite,
        pris_en_charge_le: prise.then_some(arrive_le),
        pris_en_charge_par: prise.then_some(auteur),
        version: 1,
    };
    depot::inserer(cx, &a).await?;
    cx.journaliser(Action::Creation, "accueil", id.0, structure, &[]).await?;
    Ok((a, true))
}

/// One reception of a structure where the actor reads people's files.
pub async fn lire(cx: &Contexte, id: AccueilId) -> Resultat<Accueil> {
    let introuvable = Erreur::Introuvable("Cet accueil");
    let Some(a) = table::Entity::find_by_id(id).one(&cx.db()).await? else { return Err(introuvable) };
    match cx.exiger_dans(Permission::PersonnesLire, a.structure_id) {
        Ok(()) => scelle::ouvrir(cx, a),
        Err(Erreur::Introuvable(_)) => Err(introuvable),
        Err(e) => Err(e),
    }
}

/// The same, where the actor writes people's files.
async fn lire_pour_ecrire(cx: &Contexte, id: AccueilId) -> Resultat<Accueil> {
    let a = lire(cx, id).await?;
    cx.exiger_dans(Permission::PersonnesEcrire, a.structure_id)?;
    Ok(a)
}

/// A person the structure follows: another structure's file would leave an id that nobody here can read.
async fn suivie(cx: &Contexte, id: PersonneId) -> Resultat<()> {
    personne::plusieurs(cx, &[id]).await?.pop().map(|_| ()).ok_or(Erreur::Introuvable("Cette personne"))
}

/// Changes a reception: reason, person, what followed.
pub async fn modifier(cx: &Contexte, id: AccueilId, m: ModifierAccueil) -> Resultat<Accueil> {
    let avant = lire_pour_ecrire(cx, id).await?;
    if m.version.is_some_and(|v| v != avant.version) {
        return Err(Erreur::VersionPerimee);
    }
    let mut c = Controle::new();
    let motif = regles::motif(&mut c, m.motif.unwrap_or_else(|| avant.motif.clone()));
    c.finir()?;
    let mut a = Accueil { motif, personne_id: m.personne.unwrap_or(avant.personne_id), version: avant.version + 1, ..avant.clone() };
    if let Some(p) = a.personne_id.filter(|p| avant.personne_id != Some(*p)) {
        suivie(cx, p).await?;
    }
    if let Some(suite) = m.suite {
        regles::suivre(&mut a, suite, cx.auteur()?, cx.maintenant);
    }
    if !depot::remplacer(cx, &a, avant.version).await? {
        return Err(Erreur::VersionPerimee);
    }
    cx.journaliser(Action::Modification, "accueil", id.0, a.structure_id, &regles::differences(&avant, &a)).await?;
    Ok(a)
}

/// Takes a waiting person in charge; `suite` is what will be done with them.
///
/// # Errors
/// [`Erreur::Conflit`] when the person no longer waits: it says who took them in charge, and when.
pub async fn prendre_en_charge(cx: &Contexte, id: AccueilId, suite: Suite) -> Resultat<Accueil> {
    lire_pour_ecrire(cx, id).await?;
    let moi = cx.auteur()?;
    if !suite.prise_en_charge() {
        return Err(Erreur::champ("suite", "Choisissez ce que vous allez faire avec la personne."));
    }
    let ecrit = table::ActiveModel {
        suite: Set(suite),
        pris_en_charge_le: Set(Some(cx.maintenant)),
        pris_en_charge_par: Set(Some(moi)),
        ..Default::default()
    };
    quitter_l_attente(cx, id, ecrit, &["suite", "pris_en_charge_par"]).await
}

/// A waiting person has left.
///
/// # Errors
/// [`Erreur::Conflit`] when the person no longer waits.
pub async fn parti(cx: &Contexte, id: AccueilId) -> Resultat<Accueil> {
    lire_pour_ecrire(cx, id).await?;
    quitter_l_attente(cx, id, table::ActiveModel { suite: Set(Suite::Parti), ..Default::default() }, &["suite"]).await
}

/// One write filtered on « still waiting »: of two mediators at once, one wins on both databases.
async fn quitter_l_attente(cx: &Contexte, id: AccueilId, ecrit: table::ActiveModel, champs: &[&str]) -> Resultat<Accueil> {
    let fait = depot::ecrire_si(cx, id, ecrit, table::Column::Suite.eq(Suite::Attente)).await?;
    let a = lire(cx, id).await?;
    if !fait {
        return Err(Erreur::Conflit(n_attend_plus(cx, &a).await?));
    }
    cx.journaliser(Action::Modification, "accueil", id.0, a.structure_id, champs).await?;
    Ok(a)
}

/// Why a person no longer waits, in a sentence.
pub(crate) async fn n_attend_plus(cx: &Contexte, a: &Accueil) -> Resultat<String> {
    let Some((par, le)) = a.pris_en_charge_par.zip(a.pris_en_charge_le) else {
        return Ok("Cette personne n’attend plus : elle est notée comme partie.".into());
    };
    let quand = regles::moment(le, cx.maintenant);
    if cx.acteur.utilisateur == Some(par) {
        return Ok(format!("Vous avez déjà pris cette personne en charge {quand}."));
    }
    let noms = equipe::noms(cx, [par]).await?;
    let nom = noms.get(&par).map_or("Un membre de l’équipe", String::as_str);
    Ok(format!("{nom} a déjà pris cette personne en charge {quand}."))
}

/// Puts a person back in the waiting list, at the place of their arrival.
pub async fn remettre_en_attente(cx: &Contexte, id: AccueilId) -> Resultat<Accueil> {
    lire_pour_ecrire(cx, id).await?;
    let ecrit = table::ActiveModel {
        suite: Set(Suite::Attente),
        pris_en_charge_le: Set(None),
        pris_en_charge_par: Set(None),
        ..Default::default()
    };
    if !depot::ecrire_si(cx, id, ecrit, table::Column::Suite.ne(Suite::Attente)).await? {
        return Err(Erreur::Conflit("Cette personne est déjà dans la liste d’attente.".into()));
    }
    let a = lire(cx, id).await?;
    cx.journaliser(Action::Modification, "accueil", id.0, a.structure_id, &["suite", "pris_en_charge_par"]).await?;
    Ok(a)
}

/// Who waits in the structure the actor works in, oldest arrival first; at most 100.
pub async fn en_attente(cx: &Contexte) -> Resultat<Vec<Accueil>> {
    let structure = cx.exiger(Permission::PersonnesLire)?;
    depot::en_attente(cx, structure, None, 100).await
}

/// A page of the receptions of the structure, `combien` and one more: in the order of ids, or, with
/// `attente`, those who wait in the order of arrival.
pub async fn page(cx: &Contexte, attente: bool, apres: Option<Uuid>, combien: u64) -> Resultat<Vec<Accueil>> {
    let structure = cx.exiger(Permission::PersonnesLire)?;
    if !attente {
        return depot::page(cx, structure, apres, combien + 1).await;
    }
    let depart = match apres {
        Some(id) => match lire(cx, AccueilId(id)).await {
            Ok(a) => Some((a.arrive_le, a.id)),
            Err(_) => return Err(Erreur::champ("apres", "Ce curseur ne mène plus à rien : reprenez la liste au début.")),
        },
        None => None,
    };
    depot::en_attente(cx, structure, depart, combien + 1).await
}

/// The receptions of one day in the structure, page by page (from 1), with the nearest days that have some.
pub async fn du_jour(cx: &Contexte, jour: NaiveDate, page: u64) -> Resultat<Jour> {
    let structure = cx.exiger(Permission::PersonnesLire)?;
    depot::jour(cx, structure, jour, page).await
}

/// The structures where the actor reads people's files.
fn structures_lues(cx: &Contexte) -> Vec<StructureId> {
    let a = &cx.acteur;
    a.fonctions.iter().map(|f| f.structure).filter(|s| a.peut_dans(Permission::PersonnesLire, *s)).collect()
}

/// The receptions of a person, for the timeline: the last `max`, in the structures the actor may read.
pub async fn evenements(cx: &Contexte, id: PersonneId, max: u64) -> Resultat<Vec<Evenement>> {
    let accueils = depot::d_une_personne(cx, &structures_lues(cx), id, max).await?;
    Ok(accueils
        .into_iter()
        .map(|a| Evenement {
            jour: socle::horloge::jour(a.arrive_le),
            ordre: a.id.0,
            icone: "log-in",
            titre: format!("Accueil : {}", regles::en_phrase(a.suite.libelle())),
            detail: a.motif,
            href: Some(format!("/accueils/{}", a.id)),
        })
        .collect())
}
