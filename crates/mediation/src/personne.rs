//! People received. A person belongs to structures, not to one mediator; only the structures that
//! follow the person see the file, and each opening of it is journaled.

mod api;
mod consentement;
pub(crate) mod depot;
mod rapprochement;
pub mod recherche;
mod regles;
mod scelle;
pub(crate) mod table;
mod traitement;
mod web;

pub use api::api;
pub use consentement::{Consentement, Consentir, consentements, consentir, retirer};
pub(crate) use depot::suivis;
pub use rapprochement::{Connue, cles_de_contact, existants, par_contacts, par_noms, suivis_parmi};
pub(crate) use regles::{cle_de_nom, nommer, noms_reunis};
pub use regles::{cle_tri, cles, distinguer, nom_affiche};
pub use scelle::CHAMPS;
pub use traitement::TRAITEMENT;
pub use web::{pages, parents};

use std::collections::HashMap;

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};
use socle::{
    Contexte, Erreur, Permission, Resultat,
    api::present,
    creation::{self, Reclamation},
    identifiant::{PersonneId, StructureId},
    journal::Action,
    texte::nettoyer,
};
use territoire::commune::CodeCommune;

use crate::nomenclatures::{Besoin, Besoins, Genre, Statut, TrancheAge};

pub use table::Model as Personne;

/// Creates a person's file. All is optional but a name or a nickname.
#[derive(Clone, Debug, Default, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct CreerPersonne {
    /// Made by the client; the same creation twice is one record.
    pub id: Option<PersonneId>,
    #[schema(max_length = 100)]
    pub prenom: Option<String>,
    #[schema(max_length = 100)]
    pub nom: Option<String>,
    /// The name the person goes by.
    #[schema(max_length = 100)]
    pub surnom: Option<String>,
    pub telephone: Option<String>,
    pub courriel: Option<String>,
    pub date_naissance: Option<chrono::NaiveDate>,
    #[schema(minimum = 1900)]
    pub annee_naissance: Option<i32>,
    pub tranche_age: Option<TrancheAge>,
    pub genre: Option<Genre>,
    pub statut: Option<Statut>,
    /// INSEE code.
    pub commune: Option<String>,
    /// Language spoken best.
    pub langue: Option<String>,
    pub besoins: Vec<Besoin>,
    /// Accommodations of place, device or technique. Never a diagnosis of health.
    pub amenagements: Option<String>,
    pub notes: Option<String>,
}

/// Changes a person's file; a field left out is left as it is, `null` empties it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ModifierPersonne {
    /// The version read; refused (409) if another was written since.
    pub version: Option<i32>,
    #[serde(deserialize_with = "present")]
    pub prenom: Option<Option<String>>,
    #[serde(deserialize_with = "present")]
    pub nom: Option<Option<String>>,
    #[serde(deserialize_with = "present")]
    pub surnom: Option<Option<String>>,
    #[serde(deserialize_with = "present")]
    pub telephone: Option<Option<String>>,
    #[serde(deserialize_with = "present")]
    pub courriel: Option<Option<String>>,
    #[serde(deserialize_with = "present")]
    pub date_naissance: Option<Option<chrono::NaiveDate>>,
    #[serde(deserialize_with = "present")]
    pub annee_naissance: Option<Option<i32>>,
    #[serde(deserialize_with = "present")]
    pub tranche_age: Option<Option<TrancheAge>>,
    #[serde(deserialize_with = "present")]
    pub genre: Option<Option<Genre>>,
    #[serde(deserialize_with = "present")]
    pub statut: Option<Option<Statut>>,
    #[serde(deserialize_with = "present")]
    pub commune: Option<Option<String>>,
    #[serde(deserialize_with = "present")]
    pub langue: Option<Option<String>>,
    pub besoins: Option<Vec<Besoin>>,
    #[serde(deserialize_with = "present")]
    pub amenagements: Option<Option<String>>,
    #[serde(deserialize_with = "present")]
    pub notes: Option<Option<String>>,
}

/// Creates a file, followed by the structure the actor works in. The bool is false when a repeated
/// request found the record already made.
pub async fn creer(cx: &Contexte, demande: CreerPersonne) -> Resultat<(Personne, bool)> {
    let structure = cx.exiger(Permission::PersonnesEcrire)?;
    let id = match creation::reclamer(cx, "personne", demande.id.map(|i| i.0), &demande).await? {
        Reclamation::Repetee(id) => return Ok((trouver(cx, PersonneId(id), Permission::PersonnesLire).await?, false)),
        Reclamation::Nouvelle(id) => PersonneId(id),
    };
    let p = preparer(id, demande, cx.maintenant, cx.aujourd_hui())?;
    depot::inscrire(cx, structure, std::slice::from_ref(&p)).await?;
    cx.journaliser(Action::Creation, "personne", id.0, structure, &[]).await?;
    Ok((p, true))
}

/// The file that a request describes, checked by the rules of [`creer`]; nothing is written.
///
/// # Errors
/// [`Erreur::Invalide`] with every fault.
pub fn preparer(
    id: PersonneId,
    demande: CreerPersonne,
    maintenant: chrono::DateTime<chrono::Utc>,
    aujourd_hui: chrono::NaiveDate,
) -> Resultat<Personne> {
    let mut p = regles::fiche(id, demande, maintenant);
    regles::controler(&mut p, None, aujourd_hui)?;
    Ok(p)
}

/// Creates at once files that [`preparer`] made, followed by `structure`; each creation is journaled.
/// For imports: a few hundred at a time, none of which exists (see [`existants`]).
pub async fn inscrire(cx: &Contexte, structure: StructureId, personnes: &[Personne]) -> Resultat<()> {
    cx.exiger_dans(Permission::PersonnesEcrire, structure)?;
    depot::inscrire(cx, structure, personnes).await?;
    cx.journaliser_plusieurs(Action::Creation, "personne", personnes.iter().map(|p| p.id.0), structure).await
}

/// The file of a person whom a structure of the actor follows, with the right `p` there. Not journaled:
/// for use cases that write on the file; to show it, see [`ouvrir`].
pub async fn trouver(cx: &Contexte, id: PersonneId, p: Permission) -> Resultat<Personne> {
    scelle::ouvrir(cx, trouver_scellee(cx, id, p).await?)
}

/// The same, its texts still sealed: the erasure must not need their key.
async fn trouver_scellee(cx: &Contexte, id: PersonneId, p: Permission) -> Resultat<Personne> {
    if cx.acteur.est_systeme() {
        return table::Entity::find_by_id(id).one(&cx.db()).await?.ok_or(Erreur::Introuvable("Cette personne"));
    }
    let structures = depot::structures(cx, id).await?;
    trouver_parmi(cx, id, p, &structures).await
}

/// As [`trouver`], for an account, given the structures that follow the person.
async fn trouver_parmi(cx: &Contexte, id: PersonneId, p: Permission, structures: &[StructureId]) -> Resultat<Personne> {
    let introuvable = Erreur::Introuvable("Cette personne");
    // One structure may follow without the actor having the right there; another may give it.
    if !structures.iter().any(|s| cx.acteur.fonctions.iter().any(|f| f.structure == *s)) {
        return Err(if cx.acteur.fonctions.iter().any(|f| f.role.permet(p)) { introuvable } else { Erreur::Interdit(p) });
    }
    if !structures.iter().any(|s| cx.acteur.peut_dans(p, *s)) {
        return Err(Erreur::Interdit(p));
    }
    table::Entity::find_by_id(id).filter(table::Column::EffaceLe.is_null()).one(&cx.db()).await?.ok_or(introuvable)
}

/// The structure in whose journal an act on a file is written: the one the actor works in if it follows
/// the person, else one that follows and gives the right.
async fn structure_de(cx: &Contexte, id: PersonneId, p: Permission) -> Resultat<Option<StructureId>> {
    Ok(structure_parmi(cx, &depot::structures(cx, id).await?, p))
}

fn structure_parmi(cx: &Contexte, structures: &[StructureId], p: Permission) -> Option<StructureId> {
    let ici = cx.acteur.structure.filter(|s| structures.contains(s) && cx.acteur.peut_dans(p, *s));
    ici.or_else(|| structures.iter().copied().find(|s| cx.acteur.peut_dans(p, *s))).or(cx.acteur.structure)
}

/// A file that was opened, with the structures that follow the person.
pub struct Ouvert {
    pub personne: Personne,
    structures: Vec<StructureId>,
}

impl Ouvert {
    /// Whether the actor may write on the file.
    pub fn modifiable(&self, cx: &Contexte) -> bool {
        self.structures.iter().any(|s| cx.acteur.peut_dans(Permission::PersonnesEcrire, *s))
    }
}

/// Opens a person's file: journaled. In a context that reads, the line is committed when this returns.
pub async fn ouvrir(cx: &Contexte, id: PersonneId) -> Resultat<Ouvert> {
    let structures = depot::structures(cx, id).await?;
    let personne = if cx.acteur.est_systeme() {
        trouver(cx, id, Permission::PersonnesLire).await?
    } else {
        scelle::ouvrir(cx, trouver_parmi(cx, id, Permission::PersonnesLire, &structures).await?)?
    };
    let structure = structure_parmi(cx, &structures, Permission::PersonnesLire);
    cx.journaliser_lecture(Action::Ouverture, "personne", id.0, structure).await?;
    Ok(Ouvert { personne, structures })
}

/// The other structures that follow a person, by name.
pub async fn suivie_aussi_par(cx: &Contexte, id: PersonneId) -> Resultat<Vec<String>> {
    trouver(cx, id, Permission::PersonnesEcrire).await?;
    autres_structures(cx, &depot::structures(cx, id).await?).await
}

/// The names of the structures that follow, but the actor's own.
async fn autres_structures(cx: &Contexte, structures: &[StructureId]) -> Resultat<Vec<String>> {
    if structures.len() < 2 {
        return Ok(vec![]);
    }
    Ok(territoire::structure::autres(cx).await?.into_iter().filter(|(s, _)| structures.contains(s)).map(|(_, nom)| nom).collect())
}

/// As [`suivie_aussi_par`] and [`consentements`], of a file already opened.
pub async fn partages_et_accords(cx: &Contexte, o: &Ouvert) -> Resultat<(Vec<String>, Vec<Consentement>)> {
    let partages = if o.modifiable(cx) { autres_structures(cx, &o.structures).await? } else { vec![] };
    Ok((partages, consentement::de_personne(cx, o.personne.id).await?))
}

/// Several files at once, those that the structure follows; unknown ones are left out.
pub async fn plusieurs(cx: &Contexte, ids: &[PersonneId]) -> Resultat<Vec<Personne>> {
    let structure = cx.exiger(Permission::PersonnesLire)?;
    depot::suivies(cx, structure, ids).await
}

/// The names, as screens show them, of those of `ids` that the structure follows: one query, and no text of
/// the files is read.
pub async fn noms(cx: &Contexte, ids: &[PersonneId]) -> Resultat<HashMap<PersonneId, String>> {
    let structure = cx.exiger(Permission::PersonnesLire)?;
    depot::noms(cx, structure, ids).await
}

/// Changes a file.
pub async fn modifier(cx: &Contexte, id: PersonneId, m: ModifierPersonne) -> Resultat<Personne> {
    let avant = trouver(cx, id, Permission::PersonnesEcrire).await?;
    if m.version.is_some_and(|v| v != avant.version) {
        return Err(Erreur::VersionPerimee);
    }
    let a = avant.clone();
    // A new birth date or year makes the band declared before stale, unless one is declared too.
    let naissance_changee = m.date_naissance.is_some() || m.annee_naissance.is_some();
    let mut p = Personne {
        prenom: m.prenom.unwrap_or(a.prenom),
        nom: m.nom.unwrap_or(a.nom),
        surnom: m.surnom.unwrap_or(a.surnom),
        telephone: m.telephone.unwrap_or(a.telephone),
        courriel: m.courriel.unwrap_or(a.courriel),
        annee_naissance: match (m.annee_naissance, m.date_naissance) {
            (Some(annee), _) => annee,
            (None, Some(_)) => None,
            (None, None) => a.annee_naissance,
        },
        date_naissance: m.date_naissance.unwrap_or(if m.annee_naissance.is_some() { None } else { a.date_naissance }),
        tranche_age: m.tranche_age.unwrap_or(if naissance_changee { None } else { a.tranche_age }),
        genre: m.genre.unwrap_or(a.genre),
        statut: m.statut.unwrap_or(a.statut),
        commune: nettoyer(m.commune.unwrap_or(a.commune)),
        langue: m.langue.unwrap_or(a.langue),
        besoins: m.besoins.map_or(a.besoins, Besoins),
        amenagements: m.amenagements.unwrap_or(a.amenagements),
        notes: m.notes.unwrap_or(a.notes),
        version: a.version + 1,
        modifie_le: cx.maintenant,
        ..avant.clone()
    };
    regles::controler(&mut p, Some(&avant), cx.aujourd_hui())?;
    let r = table::Entity::update_many()
        .set(scelle::sceller(cx, &p)?)
        .filter(table::Column::Id.eq(id))
        .filter(table::Column::Version.eq(avant.version))
        .exec(&cx.db())
        .await?;
    if r.rows_affected == 0 {
        return Err(Erreur::VersionPerimee);
    }
    depot::indexer(cx, &p, &depot::structures(cx, id).await?).await?;
    cx.journaliser(
        Action::Modification,
        "personne",
        id.0,
        structure_de(cx, id, Permission::PersonnesEcrire).await?,
        &regles::differences(&avant, &p),
    )
    .await?;
    Ok(p)
}

/// Erases a person: identity, contact and free texts go for good, from every structure; what the person
/// took part in stays counted, with age band, genre and statut alone.
pub async fn effacer(cx: &Contexte, id: PersonneId) -> Resultat<()> {
    let p = trouver_scellee(cx, id, Permission::PersonnesEcrire).await?;
    let structures = depot::structures(cx, id).await?;
    depot::effacer(cx, &p).await?;
    creation::oublier(cx, [id.0]).await?;
    crate::effacement::exports_nommes(cx, &structures).await?;
    // Each structure that loses the file finds why in its own journal.
    for s in structures {
        cx.journaliser(Action::Effacement, "personne", id.0, s, &[]).await?;
    }
    Ok(())
}

/// What forgetting a person in one structure came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Oubli {
    /// No other structure follows: erased for good.
    Efface,
    /// Another structure keeps the file.
    Detache,
}

/// Forgets a person in one structure, for want of activity. For the program itself; the caller journals.
pub(crate) async fn oublier(cx: &Contexte, id: PersonneId, structure: StructureId) -> Resultat<Oubli> {
    cx.exiger_instance(Permission::InstanceGerer)?;
    let p = trouver(cx, id, Permission::PersonnesEcrire).await?;
    crate::effacement::exports_nommes(cx, &[structure]).await?;
    if depot::structures(cx, id).await?.iter().any(|s| *s != structure) {
        depot::detacher(cx, structure, id).await?;
        return Ok(Oubli::Detache);
    }
    depot::effacer(cx, &p).await?;
    creation::oublier(cx, [id.0]).await?;
    Ok(Oubli::Efface)
}

/// A page of the people followed by the structure the actor works in, in the order of ids.
pub async fn page(cx: &Contexte, apres: Option<Uuid>, combien: u64) -> Resultat<Vec<Personne>> {
    let structure = cx.exiger(Permission::PersonnesLire)?;
    depot::page(cx, structure, apres, combien).await
}

/// The files of the structure most lately created or changed, the latest first.
pub async fn recentes(cx: &Contexte, combien: usize) -> Resultat<Vec<Personne>> {
    let structure = cx.exiger(Permission::PersonnesLire)?;
    let ids = depot::recentes(cx, structure, combien).await?;
    let mut personnes = depot::suivies(cx, structure, &ids).await?;
    personnes.sort_by_key(|p| ids.iter().position(|i| *i == p.id));
    personnes.truncate(combien);
    Ok(personnes)
}

/// Shares the file with another structure; the person's consent is recorded in the same act.
pub async fn partager(cx: &Contexte, id: PersonneId, destinataire: StructureId, maniere: Option<String>) -> Resultat<()> {
    trouver(cx, id, Permission::PersonnesEcrire).await?;
    let structure = cx.exiger(Permission::PersonnesEcrire)?;
    if depot::structures(cx, id).await?.contains(&destinataire) {
        return Err(Erreur::champ("structure", "Cette structure suit déjà la personne."));
    }
    if !territoire::structure::autres(cx).await?.iter().any(|(s, _)| *s == destinataire) {
        return Err(Erreur::champ("structure", "Cette structure n’existe pas : choisissez-la dans la liste."));
    }
    let c = consentement::consentir(
        cx,
        id,
        Consentir {
            finalite: crate::nomenclatures::Finalite::Partage,
            donne_le: cx.aujourd_hui(),
            destinataire: Some(destinataire),
            maniere,
        },
    )
    .await?;
    depot::suivre(cx, destinataire, id, Some(c.id)).await?;
    let p = trouver(cx, id, Permission::PersonnesEcrire).await?;
    depot::indexer(cx, &p, &[destinataire]).await?;
    cx.journaliser(Action::Partage, "personne", id.0, structure, &[]).await
}

/// The INSEE code of a file, checked.
pub(crate) fn commune_connue(code: &str) -> bool {
    CodeCommune::try_from(code).is_ok()
}
