//! The safe: free texts about people are sealed at rest, with a key that is not in the database.
//!
//! XChaCha20-Poly1305, a random nonce for each value, bound to the table, the column and the row: a
//! value changed, or moved to another row, does not open. A value stays in its text column, as
//! `v1:<key id>:<base64>`; what is not of that form is plain text of before, read as it is and sealed
//! in the background. The database knows only the ids of the keys and a value to check each; the
//! secrets are in a file beside it ([`crate::config::Config::chemin_cles`]).
//!
//! A slice declares its sealed columns ([`Champ`]), seals in the one place that writes them and opens
//! in the one place that reads them, with [`crate::Contexte::coffre`].

mod cle;
mod fichier;
pub(crate) mod migration;
pub mod ouverture;
pub mod passe;
pub mod rotation;
mod table;

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
    sync::{Arc, PoisonError, RwLock},
    time::{Duration, Instant},
};

use sea_orm::{ConnectionTrait, DbErr, QueryFilter, entity::prelude::*};

pub use cle::{Cle, Faute};
pub use fichier::trop_ouvert;
pub use table::{Column as ColonneCle, Entity as EntiteCle, Model as CleConnue};

/// What an erased text is replaced by where the column wants one: says nothing, and is not sealed.
pub const EFFACE: &str = "(effacé)";

/// What is read where the key was declared lost.
pub const PERDU: &str = "(texte perdu : la clé qui le chiffrait n’existe plus)";

/// How long a node goes on without asking the database which key seals. A key replaced for much
/// longer than that, and than the longest request, seals nothing more.
const FRAICHEUR: Duration = Duration::from_secs(10);

/// How the texts of a column are stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Forme {
    /// One text.
    Texte,
    /// A JSON list of texts, sealed as a list of one: the whole.
    Liste,
}

/// A sealed column, of a table whose key is a UUID named `id`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Champ {
    pub table: &'static str,
    pub colonne: &'static str,
    pub forme: Forme,
}

impl Champ {
    /// A column of text.
    pub const fn texte(table: &'static str, colonne: &'static str) -> Self {
        Self { table, colonne, forme: Forme::Texte }
    }

    /// A column of JSON that holds a list of texts.
    pub const fn liste(table: &'static str, colonne: &'static str) -> Self {
        Self { table, colonne, forme: Forme::Liste }
    }
}

/// The keys at hand in this node. Cheap to clone; `Debug` shows ids alone.
#[derive(Clone)]
pub struct Coffre(Arc<Interieur>);

struct Interieur {
    chemin: PathBuf,
    anneau: RwLock<Anneau>,
}

#[derive(Default)]
struct Anneau {
    cles: BTreeMap<String, Cle>,
    /// The key that seals.
    active: Option<String>,
    /// Given up: what they sealed reads as [`PERDU`].
    perdues: BTreeSet<String>,
    /// When the database was last asked.
    demande: Option<Instant>,
    /// When the file was last read.
    lu: Option<Instant>,
}

impl std::fmt::Debug for Coffre {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let a = self.anneau();
        f.debug_struct("Coffre").field("cles", &a.cles.keys().collect::<Vec<_>>()).field("active", &a.active).finish_non_exhaustive()
    }
}

impl Coffre {
    fn vide(chemin: &Path) -> Self {
        Self(Arc::new(Interieur { chemin: chemin.to_owned(), anneau: RwLock::default() }))
    }

    fn anneau(&self) -> std::sync::RwLockReadGuard<'_, Anneau> {
        self.0.anneau.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn anneau_mut(&self) -> std::sync::RwLockWriteGuard<'_, Anneau> {
        self.0.anneau.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// Where the keys are kept.
    pub fn chemin(&self) -> &Path {
        &self.0.chemin
    }

    /// The id of the key that seals.
    pub fn active(&self) -> Option<String> {
        self.anneau().active.clone()
    }

    /// Seals a text for a column of the row `id`.
    pub fn sceller(&self, champ: &Champ, id: impl Into<Uuid>, texte: &str) -> Result<String, Faute> {
        let a = self.anneau();
        let cle = a.active.as_ref().and_then(|c| a.cles.get(c));
        let cle = cle.ok_or_else(|| Faute::CleAbsente(a.active.clone().unwrap_or_else(|| "active".into())))?;
        cle.sceller(champ.table, champ.colonne, id.into(), texte)
    }

    /// Opens a text of a column of the row `id`; a text never sealed is given as it is.
    pub fn ouvrir(&self, champ: &Champ, id: impl Into<Uuid>, valeur: String) -> Result<String, Faute> {
        let Some(s) = cle::decouper(&valeur)? else { return Ok(valeur) };
        let id = id.into();
        for encore in [true, false] {
            {
                let a = self.anneau();
                if let Some(c) = a.cles.get(s.cle) {
                    return c.ouvrir(champ.table, champ.colonne, id, &s);
                }
                if a.perdues.contains(s.cle) {
                    return Ok(PERDU.to_owned());
                }
            }
            // Another node may have begun to seal with a key newer than what was read here.
            if !encore || !self.relire() {
                break;
            }
        }
        Err(Faute::CleAbsente(s.cle.to_owned()))
    }

    /// [`Coffre::sceller`], where there is a text.
    pub fn sceller_si(&self, champ: &Champ, id: impl Into<Uuid>, texte: Option<&str>) -> Result<Option<String>, Faute> {
        texte.map(|t| self.sceller(champ, id, t)).transpose()
    }

    /// [`Coffre::ouvrir`], where there is a text.
    pub fn ouvrir_si(&self, champ: &Champ, id: impl Into<Uuid>, valeur: Option<String>) -> Result<Option<String>, Faute> {
        valeur.map(|v| self.ouvrir(champ, id, v)).transpose()
    }

    /// Seals a list of texts: as a list of one text, that holds them all. An empty list stays empty.
    pub fn sceller_liste(&self, champ: &Champ, id: impl Into<Uuid>, textes: &[String]) -> Result<Vec<String>, Faute> {
        if textes.is_empty() {
            return Ok(vec![]);
        }
        let tout = serde_json::to_string(textes).map_err(|e| Faute::Indisponible(e.to_string()))?;
        Ok(vec![self.sceller(champ, id, &tout)?])
    }

    /// Opens a list of texts; one never sealed is given as it is.
    pub fn ouvrir_liste(&self, champ: &Champ, id: impl Into<Uuid>, valeurs: Vec<String>) -> Result<Vec<String>, Faute> {
        match <[String; 1]>::try_from(valeurs) {
            Ok([seul]) => match cle::decouper(&seul)?.map(|s| s.cle.to_owned()) {
                None => Ok(vec![seul]),
                Some(cle) => {
                    let tout = self.ouvrir(champ, id, seul)?;
                    if tout == PERDU { Ok(vec![tout]) } else { serde_json::from_str(&tout).map_err(|_| Faute::Altere(cle)) }
                }
            },
            Err(valeurs) => Ok(valeurs),
        }
    }

    /// Reads the key file again, at most once a second; whether it was read.
    fn relire(&self) -> bool {
        let mut a = self.anneau_mut();
        if a.lu.is_some_and(|l| l.elapsed() < Duration::from_secs(1)) {
            // Another thread may just have read it: what is wanted may be there now.
            return true;
        }
        a.lu = Some(Instant::now());
        match fichier::lire(&self.0.chemin) {
            Ok(Some(cles)) => {
                // What is known stays: a file damaged by hand must not stop what works.
                for c in cles {
                    a.cles.entry(c.id.clone()).or_insert(c);
                }
                true
            }
            Ok(None) => false,
            Err(e) => {
                tracing::error!(erreur = e, "key file");
                false
            }
        }
    }

    /// Asks the database, from time to time, which key seals: another node may have changed it.
    pub(crate) async fn rafraichir<C: ConnectionTrait>(&self, db: &C) -> Result<(), DbErr> {
        {
            let mut a = self.anneau_mut();
            if a.demande.is_some_and(|d| d.elapsed() < FRAICHEUR) {
                return Ok(());
            }
            a.demande = Some(Instant::now());
        }
        self.suivre(db).await
    }

    /// Takes from the database which key seals and which are lost.
    async fn suivre<C: ConnectionTrait>(&self, db: &C) -> Result<(), DbErr> {
        let connues = table::Entity::find().all(db).await?;
        let active = connues.iter().find(|c| c.active);
        if active.is_some_and(|c| !self.anneau().cles.contains_key(&c.id)) {
            self.relire();
        }
        let mut a = self.anneau_mut();
        // A wrong key would seal what nobody else can open: without the right one, nothing is sealed.
        let bonne = active.filter(|c| a.cles.get(&c.id).is_none_or(|k| ouverture::verifier(k, c)));
        if active.is_some() && bonne.is_none() {
            tracing::error!("key file: the key in use is not the one of the database");
        }
        a.active = bonne.map(|c| c.id.clone());
        a.perdues = connues.iter().filter(|c| c.perdue_le.is_some()).map(|c| c.id.clone()).collect();
        Ok(())
    }

    /// What the database knows of the keys, the oldest first.
    pub async fn cles_connues<C: ConnectionTrait>(db: &C) -> Result<Vec<CleConnue>, DbErr> {
        use sea_orm::QueryOrder;
        table::Entity::find().order_by_asc(table::Column::CreeeLe).order_by_asc(table::Column::Id).all(db).await
    }

    /// Says that the key in use is kept elsewhere; whether it was not known yet.
    pub async fn confirmer(cx: &crate::Contexte) -> crate::Resultat<bool> {
        cx.exiger_instance(crate::Permission::InstanceGerer)?;
        let r = table::Entity::update_many()
            .col_expr(table::Column::ConfirmeeLe, Expr::value(Some(cx.maintenant)))
            .filter(table::Column::Active.eq(true))
            .filter(table::Column::ConfirmeeLe.is_null())
            .exec(&cx.db())
            .await?;
        if r.rows_affected == 1 {
            cx.journaliser(crate::journal::Action::Modification, "cle", None, None, &["mise en lieu sûr"]).await?;
        }
        Ok(r.rows_affected == 1)
    }
}
