//! Sheets of the catalogue: what a workshop is, before it has a date. A structure's own, those others share,
//! and those shipped with the program, which are copied to be changed.

mod api;
mod contenu;
pub mod livrees;
mod pour_seance;
mod saisie;
mod table;
mod web;

pub use api::api;
pub use contenu::{Adaptations, Age, Contenu, Etape, Nature, Support, gestes};
pub(crate) use pour_seance::{ages_de, contenu_de, gestes_de};
pub use web::pages;

use mediation::nomenclatures::Thematique;
use sea_orm::{Condition, IntoActiveModel, QueryOrder, QuerySelect, entity::prelude::*};
use serde::Serialize;
use socle::{
    Contexte, Erreur, Permission, Resultat,
    creation::{self, Reclamation},
    identifiant::{FicheAtelierId, StructureId, UtilisateurId},
    journal::Action,
    texte::plier,
};

use table::{Model, version};

/// Which sheet: one of a structure, or a shipped one. Written as the id or the code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reference {
    Structure(FicheAtelierId),
    Livree(String),
}

impl std::fmt::Display for Reference {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Structure(id) => id.fmt(f),
            Self::Livree(code) => f.write_str(code),
        }
    }
}

impl From<&str> for Reference {
    fn from(s: &str) -> Self {
        s.parse().map_or_else(|_| Self::Livree(s.to_owned()), Self::Structure)
    }
}

/// Where a sheet comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = OrigineFiche)]
pub enum Origine {
    /// Shipped with the program.
    Passeur,
    /// The structure one works in.
    Structure,
    /// Another structure of the instance, by its name.
    Partagee(String),
}

/// A sheet of the catalogue.
#[derive(Clone, Debug, PartialEq)]
pub struct Fiche {
    pub reference: Reference,
    pub origine: Origine,
    pub contenu: Contenu,
    /// 0 for a shipped sheet.
    pub version: i32,
    pub partagee: bool,
    pub archivee: bool,
    /// What it was copied from.
    pub copie_de: Option<String>,
    pub modifie_le: Option<DateTimeUtc>,
}

impl Fiche {
    /// Whether it is the structure's own.
    pub fn sienne(&self) -> bool {
        self.origine == Origine::Structure
    }

    fn livree(c: &Contenu) -> Self {
        Self {
            reference: Reference::Livree(c.code.clone().unwrap_or_default()),
            origine: Origine::Passeur,
            contenu: c.clone(),
            version: 0,
            partagee: true,
            archivee: false,
            copie_de: None,
            modifie_le: None,
        }
    }

    fn de(m: Model, origine: Origine) -> Self {
        Self {
            reference: Reference::Structure(m.id),
            origine,
            contenu: m.contenu,
            version: m.version,
            partagee: m.partagee,
            archivee: m.archivee_le.is_some(),
            copie_de: m.origine,
            modifie_le: Some(m.modifie_le),
        }
    }
}

/// Which sheets to list.
#[derive(Clone, Debug, Default)]
pub struct Filtre {
    pub thematique: Option<Thematique>,
    /// Words, all of which are in the sheet.
    pub texte: String,
    /// Those put away, instead of the others.
    pub archivees: bool,
}

/// Most sheets a list gives.
const LISTE_MAX: u64 = 300;

/// The catalogue: the structure's own sheets, those shared by others, those shipped; by title.
pub async fn lister(cx: &Contexte, f: &Filtre) -> Resultat<Vec<Fiche>> {
    let ici = cx.exiger(Permission::AccompagnementsLire)?;
    let mots: Vec<String> = plier(&f.texte).split_whitespace().map(str::to_owned).collect();
    let mut morceaux = mots.clone();
    morceaux.extend(f.thematique.map(contenu::marque));
    let visibles = if f.archivees {
        Condition::all().add(table::Column::StructureId.eq(ici)).add(table::Column::ArchiveeLe.is_not_null())
    } else {
        Condition::all()
            .add(Condition::any().add(table::Column::StructureId.eq(ici)).add(table::Column::Partagee.eq(true)))
            .add(table::Column::ArchiveeLe.is_null())
    };
    let mut q = table::Entity::find().filter(visibles);
    for m in &morceaux {
        // Folded words have neither % nor _ ; a thematique's mark ends at a space, so that none is the start of another.
        let motif = if m.contains(':') { format!("{m} ") } else { m.clone() };
        q = q.filter(table::Column::Recherche.contains(motif));
    }
    let lignes = q.order_by_asc(table::Column::CleTri).order_by_asc(table::Column::Id).limit(LISTE_MAX).all(&cx.db()).await?;
    let noms = noms_structures(cx, lignes.iter().map(|m| m.structure_id).filter(|s| *s != ici)).await?;
    let mut fiches: Vec<Fiche> = lignes
        .into_iter()
        .map(|m| {
            let origine = if m.structure_id == ici {
                Origine::Structure
            } else {
                Origine::Partagee(noms.get(&m.structure_id).cloned().unwrap_or_default())
            };
            Fiche::de(m, origine)
        })
        .collect();
    if !f.archivees {
        fiches.extend(
            livrees::LIVREES
                .iter()
                .filter(|c| {
                    f.thematique.is_none_or(|t| c.thematiques.contains(&t)) && {
                        let texte = c.recherche();
                        mots.iter().all(|m| texte.contains(m.as_str()))
                    }
                })
                .map(Fiche::livree),
        );
    }
    // The structure's own first at the same title: it is the one it changed.
    fiches.sort_by_cached_key(|f| (plier(&f.contenu.titre), !f.sienne()));
    Ok(fiches)
}

async fn noms_structures(
    cx: &Contexte,
    ids: impl Iterator<Item = StructureId>,
) -> Resultat<std::collections::HashMap<StructureId, String>> {
    let ids: std::collections::BTreeSet<StructureId> = ids.collect();
    territoire::structure::noms(cx, ids.into_iter().collect()).await
}

/// One line of the table that the actor may read.
async fn ligne(cx: &Contexte, id: FicheAtelierId) -> Resultat<Model> {
    let introuvable = Erreur::Introuvable("Cette fiche d’atelier");
    let ici = cx.exiger(Permission::AccompagnementsLire)?;
    match table::Entity::find_by_id(id).one(&cx.db()).await? {
        Some(m) if m.structure_id == ici || (m.partagee && m.archivee_le.is_none()) => Ok(m),
        _ => Err(introuvable),
    }
}

/// One line that the actor may change.
async fn sienne(cx: &Contexte, id: FicheAtelierId) -> Resultat<Model> {
    let m = ligne(cx, id).await?;
    let ici = cx.exiger(Permission::AccompagnementsEcrire)?;
    if m.structure_id != ici {
        return Err(Erreur::Conflit("Cette fiche est celle d’une autre structure : copiez-la pour la changer.".into()));
    }
    Ok(m)
}

/// One sheet.
pub async fn lire(cx: &Contexte, r: &Reference) -> Resultat<Fiche> {
    let ici = cx.exiger(Permission::AccompagnementsLire)?;
    match r {
        Reference::Livree(code) => livrees::par_code(code).map(Fiche::livree).ok_or(Erreur::Introuvable("Cette fiche d’atelier")),
        Reference::Structure(id) => {
            let m = ligne(cx, *id).await?;
            let origine = if m.structure_id == ici {
                Origine::Structure
            } else {
                let mut noms = noms_structures(cx, std::iter::once(m.structure_id)).await?;
                Origine::Partagee(noms.remove(&m.structure_id).unwrap_or_default())
            };
            Ok(Fiche::de(m, origine))
        }
    }
}

/// Adds a sheet to the structure's catalogue; the bool is false when a repeated request found it made.
pub async fn creer(cx: &Contexte, id: Option<FicheAtelierId>, contenu: Contenu) -> Resultat<(Fiche, bool)> {
    inscrire(cx, id, contenu, None).await
}

async fn inscrire(cx: &Contexte, id: Option<FicheAtelierId>, mut contenu: Contenu, origine: Option<String>) -> Resultat<(Fiche, bool)> {
    let structure = cx.exiger(Permission::AccompagnementsEcrire)?;
    let id = match creation::reclamer(cx, "fiche_atelier", id.map(|i| i.0), &contenu).await? {
        Reclamation::Repetee(id) => return Ok((lire(cx, &Reference::Structure(FicheAtelierId(id))).await?, false)),
        Reclamation::Nouvelle(id) => FicheAtelierId(id),
    };
    contenu.code = None;
    contenu.controler().finir()?;
    let m = Model {
        id,
        structure_id: structure,
        cle_tri: plier(&contenu.titre),
        recherche: contenu.recherche(),
        contenu,
        origine,
        partagee: false,
        archivee_le: None,
        version: 1,
        auteur_id: cx.auteur()?,
        cree_le: cx.maintenant,
        modifie_le: cx.maintenant,
    };
    table::Entity::insert(m.clone().into_active_model().reset_all()).exec_without_returning(&cx.db()).await?;
    cx.journaliser(Action::Creation, "fiche_atelier", id.0, structure, &[]).await?;
    Ok((Fiche::de(m, Origine::Structure), true))
}

/// Copies a sheet, whoever's, into the structure's catalogue, to be changed. The licence goes with it.
pub async fn copier(cx: &Contexte, r: &Reference, id: Option<FicheAtelierId>) -> Resultat<(Fiche, bool)> {
    cx.exiger(Permission::AccompagnementsEcrire)?;
    let f = lire(cx, r).await?;
    let mut contenu = f.contenu;
    if f.origine == Origine::Structure {
        // Two of one title in one catalogue cannot be told apart.
        let base: String = contenu.titre.chars().take(140).collect();
        contenu.titre = format!("{base} (copie)");
    }
    inscrire(cx, id, contenu, Some(r.to_string())).await
}

async fn garder(cx: &Contexte, m: &Model) -> Resultat<()> {
    version::Entity::insert(
        version::Model { fiche_id: m.id, version: m.version, contenu: m.contenu.clone(), auteur_id: m.auteur_id, ecrite_le: m.modifie_le }
            .into_active_model()
            .reset_all(),
    )
    .exec_without_returning(&cx.db())
    .await
    // Another wrote the same version a moment before.
    .map_err(|e| match Erreur::from(e) {
        Erreur::Conflit(_) => Erreur::VersionPerimee,
        e => e,
    })?;
    Ok(())
}

/// Writes a new version of a sheet; the earlier one stays readable. `version` is the one that was read.
pub async fn modifier(cx: &Contexte, id: FicheAtelierId, version: Option<i32>, mut contenu: Contenu) -> Resultat<Fiche> {
    let avant = sienne(cx, id).await?;
    if version.is_some_and(|v| v != avant.version) {
        return Err(Erreur::VersionPerimee);
    }
    contenu.code = None;
    contenu.controler().finir()?;
    if avant.partagee && contenu.licence.is_empty() {
        return Err(Erreur::champ("licence", "Cette fiche est partagée : gardez une licence, ou cessez de la partager."));
    }
    if contenu == avant.contenu {
        return Ok(Fiche::de(avant, Origine::Structure));
    }
    garder(cx, &avant).await?;
    let m = Model {
        cle_tri: plier(&contenu.titre),
        recherche: contenu.recherche(),
        contenu,
        version: avant.version + 1,
        auteur_id: cx.auteur()?,
        modifie_le: cx.maintenant,
        ..avant.clone()
    };
    ecrire(cx, &avant, &m, &["fiche"]).await?;
    Ok(Fiche::de(m, Origine::Structure))
}

async fn ecrire(cx: &Contexte, avant: &Model, m: &Model, champs: &[&'static str]) -> Resultat<()> {
    let r = table::Entity::update_many()
        .set(m.clone().into_active_model().reset_all())
        .filter(table::Column::Id.eq(m.id))
        .filter(table::Column::Version.eq(avant.version))
        .exec(&cx.db())
        .await?;
    if r.rows_affected == 0 {
        return Err(Erreur::VersionPerimee);
    }
    cx.journaliser(Action::Modification, "fiche_atelier", m.id.0, m.structure_id, champs).await
}

/// Shares a sheet with the other structures of the instance under its licence, or no longer.
pub async fn partager(cx: &Contexte, id: FicheAtelierId, partagee: bool) -> Resultat<Fiche> {
    let avant = sienne(cx, id).await?;
    if partagee && avant.contenu.licence.is_empty() {
        return Err(Erreur::champ("licence", "Pour partager une fiche, dites sous quelle licence : modifiez-la d’abord."));
    }
    let m = Model { partagee, ..avant.clone() };
    ecrire(cx, &avant, &m, &["partage"]).await?;
    Ok(Fiche::de(m, Origine::Structure))
}

/// Puts a sheet away, or takes it back. Nothing is lost: what was programmed from it stays.
pub async fn archiver(cx: &Contexte, id: FicheAtelierId, archivee: bool) -> Resultat<Fiche> {
    let avant = sienne(cx, id).await?;
    let m = Model { archivee_le: archivee.then_some(cx.maintenant), ..avant.clone() };
    ecrire(cx, &avant, &m, &["archivee"]).await?;
    Ok(Fiche::de(m, Origine::Structure))
}

/// A version of a sheet.
#[derive(Clone, Debug)]
pub struct Version {
    pub version: i32,
    pub contenu: Contenu,
    pub auteur: UtilisateurId,
    pub ecrite_le: DateTimeUtc,
}

/// The versions of a sheet, the present one first; most recent 100. None for a shipped one. Of a shared sheet,
/// others read the present version alone.
pub async fn versions(cx: &Contexte, id: FicheAtelierId) -> Resultat<Vec<Version>> {
    let m = ligne(cx, id).await?;
    let ici = cx.exiger(Permission::AccompagnementsLire)?;
    let mut v = vec![Version { version: m.version, contenu: m.contenu, auteur: m.auteur_id, ecrite_le: m.modifie_le }];
    if m.structure_id == ici {
        let anciennes = version::Entity::find()
            .filter(version::Column::FicheId.eq(id))
            .order_by_desc(version::Column::Version)
            .limit(100)
            .all(&cx.db())
            .await?;
        v.extend(anciennes.into_iter().map(|a| Version {
            version: a.version,
            contenu: a.contenu,
            auteur: a.auteur_id,
            ecrite_le: a.ecrite_le,
        }));
    }
    Ok(v)
}
