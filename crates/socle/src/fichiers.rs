//! Files: exports, imports, attachments, backups. A row of the table `fichier` says what a file is and
//! whose; its bytes are an object of the storage ([`Depot`]: a folder, or S3) under a random key.
//!
//! Writing, in three steps, so that nothing half-written is ever read:
//! ```ignore
//! let mut e = fichiers::Ecriture::commencer(&etat, Nouveau { … }).await?; // a row « en cours »
//! e.ecrire(&octets).await?;                                               // as often as needed, in constant memory
//! let depose = e.finir().await?;                                          // the object is whole
//! let fichier = depose.confirmer(&cx).await?;                             // read by others once `cx` commits
//! ```
//! Dropped, killed or failed in between, it is as if it had never been; [`balayer`] takes away what is left.
//! Reading: [`lire`] the row (the caller checks the rights), then [`flux`] or [`repondre`].
//! Nothing here knows of rights.

mod depot;

pub use depot::{Depot, echec_io};

use axum::{
    body::{Body, Bytes},
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use chrono::{DateTime, TimeDelta, Utc};
use futures_util::{StreamExt, TryStreamExt, stream::BoxStream};
use object_store::{ObjectStoreExt, WriteMultipart, path::Path};
use rand::RngCore;
use sea_orm::{ActiveValue::Set, ExprTrait, QuerySelect, entity::prelude::*};
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::{
    Contexte, Etat,
    erreur::{Erreur, Resultat},
    identifiant::{FichierId, StructureId, UtilisateurId},
    tache::genre,
};

/// State of a row: being written, to be read, to be taken away.
mod etat {
    pub const EN_COURS: &str = "en_cours";
    pub const PRET: &str = "pret";
    pub const A_RETIRER: &str = "a_retirer";
}

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "fichier")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: FichierId,
    pub structure_id: Option<StructureId>,
    pub proprietaire_id: Option<UtilisateurId>,
    /// The name it is downloaded under.
    pub nom: String,
    pub media: String,
    /// Where its object is.
    #[sea_orm(unique)]
    pub cle: String,
    pub etat: String,
    /// Bytes.
    pub taille: Option<i64>,
    /// SHA-256.
    pub empreinte: Option<Vec<u8>>,
    pub cree_le: DateTimeUtc,
    pub expire_le: Option<DateTimeUtc>,
}

impl ActiveModelBehavior for ActiveModel {}

/// A file that can be read.
pub type Fichier = Model;

/// A file about to be written.
#[derive(Clone, Debug)]
pub struct Nouveau {
    /// The structure it belongs to, if any.
    pub structure: Option<StructureId>,
    pub proprietaire: Option<UtilisateurId>,
    /// The name it is downloaded under; the object itself has a random one.
    pub nom: String,
    /// Media type.
    pub media: String,
    /// When it is removed by itself; None: never.
    pub expire_le: Option<DateTime<Utc>>,
    /// The most bytes accepted; one more is [`Erreur::TropVolumineux`].
    pub maximum: Option<u64>,
}

/// What is sent at once to the storage. S3 wants 5 MiB at least, and 10,000 parts at most: 50 GB a file.
const MORCEAU: usize = 5 * 1024 * 1024;

/// A writing under way for so long has died.
const ABANDON: TimeDelta = TimeDelta::days(1);

/// A file being written.
pub struct Ecriture {
    etat: Etat,
    id: FichierId,
    flux: WriteMultipart,
    empreinte: Sha256,
    taille: u64,
    maximum: u64,
}

/// A file whose object is whole, and whose row is not yet.
#[must_use = "a file that is not confirmed is removed"]
pub struct Depose {
    id: FichierId,
    empreinte: Vec<u8>,
    taille: u64,
}

impl Ecriture {
    /// Begins a file: its row is committed at once, so that what a crash leaves is found again.
    pub async fn commencer(etat: &Etat, nouveau: Nouveau) -> Resultat<Self> {
        let depot = etat.depot()?;
        let mut hasard = [0u8; 16];
        rand::rng().fill_bytes(&mut hasard);
        let cle: String = hasard.iter().map(|o| format!("{o:02x}")).collect();
        let cle = format!("{}/{cle}", &cle[..2]);
        let cx = Contexte::systeme(etat).await?;
        let id = FichierId(cx.nouvel_uuid());
        Entity::insert(ActiveModel {
            id: Set(id),
            structure_id: Set(nouveau.structure),
            proprietaire_id: Set(nouveau.proprietaire),
            nom: Set(nouveau.nom.chars().filter(|c| !c.is_control()).take(200).collect()),
            media: Set(nouveau.media),
            cle: Set(cle.clone()),
            etat: Set(etat::EN_COURS.into()),
            taille: Set(None),
            empreinte: Set(None),
            cree_le: Set(cx.maintenant),
            expire_le: Set(nouveau.expire_le),
        })
        .exec_without_returning(&cx.db())
        .await?;
        cx.valider().await?;
        let envoi = depot.magasin().put_multipart(&Path::from(cle)).await.map_err(depot::echec)?;
        Ok(Self {
            etat: etat.clone(),
            id,
            flux: WriteMultipart::new_with_chunk_size(envoi, MORCEAU),
            empreinte: Sha256::new(),
            taille: 0,
            maximum: nouveau.maximum.unwrap_or(u64::MAX),
        })
    }

    /// Adds bytes; holds some ten MiB at most, whatever is written.
    pub async fn ecrire(&mut self, octets: &[u8]) -> Resultat<()> {
        self.taille += octets.len() as u64;
        if self.taille > self.maximum {
            return Err(Erreur::TropVolumineux);
        }
        self.empreinte.update(octets);
        for partie in octets.chunks(MORCEAU) {
            self.flux.wait_for_capacity(1).await.map_err(depot::echec)?;
            self.flux.write(partie);
        }
        Ok(())
    }

    /// How many bytes were written.
    pub fn taille(&self) -> u64 {
        self.taille
    }

    /// The object is whole in the storage.
    pub async fn finir(self) -> Resultat<Depose> {
        let Self { etat, id, flux, empreinte, taille, .. } = self;
        match flux.finish().await {
            Ok(_) => Ok(Depose { id, empreinte: empreinte.finalize().to_vec(), taille }),
            Err(e) => {
                oublier(&etat, id).await;
                Err(depot::echec(e))
            }
        }
    }

    /// Gives up: nothing is left of it.
    pub async fn abandonner(self) {
        if let Err(e) = self.flux.abort().await {
            tracing::warn!(fichier = %self.id, erreur = %e, "unfinished file not removed; it will be swept");
            return;
        }
        oublier(&self.etat, self.id).await;
    }
}

/// Removes the row of a writing that failed; [`balayer`] does it later if the database does not answer.
async fn oublier(etat: &Etat, id: FichierId) {
    let fait = async {
        let cx = Contexte::systeme(etat).await?;
        Entity::delete_many().filter(Column::Id.eq(id)).filter(Column::Etat.eq(etat::EN_COURS)).exec(&cx.db()).await?;
        cx.valider().await
    };
    if let Err(e) = fait.await {
        tracing::warn!(fichier = %id, erreur = %e, "row of an unfinished file not removed; it will be swept");
    }
}

impl Depose {
    pub fn id(&self) -> FichierId {
        self.id
    }

    /// Makes the file readable, in the transaction of what it is for.
    ///
    /// # Errors
    /// [`Erreur::Conflit`] when it was swept meanwhile.
    pub async fn confirmer(self, cx: &Contexte) -> Resultat<Fichier> {
        let faites = Entity::update_many()
            .col_expr(Column::Etat, Expr::value(etat::PRET))
            .col_expr(Column::Taille, Expr::value(Some(self.taille as i64)))
            .col_expr(Column::Empreinte, Expr::value(Some(self.empreinte)))
            .filter(Column::Id.eq(self.id))
            .filter(Column::Etat.eq(etat::EN_COURS))
            .exec(&cx.db())
            .await?
            .rows_affected;
        let f = Entity::find_by_id(self.id).one(&cx.db()).await?;
        match f {
            Some(f) if faites == 1 => {
                if let Some(quand) = f.expire_le {
                    cx.confier(genre::FICHIERS, Value::Null, Some(format!("fichier:{}", f.id)), Some(quand)).await?;
                }
                Ok(f)
            }
            _ => Err(Erreur::Conflit("Ce fichier a mis trop de temps à arriver. Recommencez.".into())),
        }
    }

    /// Gives up a whole object that nobody wants any more; it is swept soon after.
    pub async fn abandonner(self, etat: &Etat) -> Resultat<()> {
        let cx = Contexte::systeme(etat).await?;
        supprimer(&cx, self.id).await?;
        cx.valider().await
    }
}

/// Writes a stream of bytes whole: for uploads. What fails leaves nothing.
pub async fn deposer<E: std::fmt::Display>(
    etat: &Etat,
    nouveau: Nouveau,
    mut flux: impl futures_util::Stream<Item = Result<Bytes, E>> + Unpin,
) -> Resultat<Depose> {
    let mut e = Ecriture::commencer(etat, nouveau).await?;
    while let Some(morceau) = flux.next().await {
        let fait = match morceau {
            Ok(octets) => e.ecrire(&octets).await,
            Err(_) => Err(Erreur::Illisible("Le fichier n’est pas arrivé entier. Renvoyez-le.".into())),
        };
        if let Err(faute) = fait {
            e.abandonner().await;
            return Err(faute);
        }
    }
    e.finir().await
}

/// A file that is whole and not expired. The caller checks who may read it.
///
/// # Errors
/// [`Erreur::Introuvable`].
pub async fn lire(cx: &Contexte, id: FichierId) -> Resultat<Fichier> {
    Entity::find_by_id(id)
        .filter(Column::Etat.eq(etat::PRET))
        .filter(Column::ExpireLe.is_null().or(Column::ExpireLe.gt(cx.maintenant)))
        .one(&cx.db())
        .await?
        .ok_or(Erreur::Introuvable("Ce fichier"))
}

/// The bytes of a file, as they come.
pub async fn flux(etat: &Etat, f: &Fichier) -> Resultat<BoxStream<'static, Resultat<Bytes>>> {
    let objet = etat.depot()?.magasin().get(&Path::from(f.cle.as_str())).await.map_err(depot::echec)?;
    Ok(objet.into_stream().map_err(depot::echec).boxed())
}

/// The file as an answer, to be downloaded.
pub async fn repondre(etat: &Etat, f: &Fichier) -> Resultat<Response> {
    let corps = Body::from_stream(flux(etat, f).await?);
    let mut r = corps.into_response();
    let h = r.headers_mut();
    let valeur = |t: &str| HeaderValue::from_str(t).map_err(Erreur::interne);
    h.insert(header::CONTENT_TYPE, valeur(&f.media)?);
    h.insert(header::CONTENT_LENGTH, HeaderValue::from(f.taille.unwrap_or_default()));
    h.insert(header::CONTENT_DISPOSITION, valeur(&disposition(&f.nom))?);
    Ok(r)
}

/// `Content-Disposition` of a download (RFC 6266): an ASCII name, and the real one when it differs.
pub fn disposition(nom: &str) -> String {
    let sur = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | ' ');
    let ascii: String = nom.chars().map(|c| if sur(c) { c } else { '_' }).collect();
    if ascii == nom {
        return format!("attachment; filename=\"{nom}\"");
    }
    let code: String =
        nom.bytes().map(|o| if sur(char::from(o)) && o != b' ' { char::from(o).to_string() } else { format!("%{o:02X}") }).collect();
    format!("attachment; filename=\"{ascii}\"; filename*=UTF-8''{code}")
}

/// No longer wanted: cannot be read once `cx` commits; its object goes soon after.
pub async fn supprimer(cx: &Contexte, id: FichierId) -> Resultat<()> {
    Entity::update_many().col_expr(Column::Etat, Expr::value(etat::A_RETIRER)).filter(Column::Id.eq(id)).exec(&cx.db()).await?;
    cx.confier(genre::FICHIERS, Value::Null, None, None).await
}

/// Removes the objects and rows of the files expired at `maintenant`, no longer wanted, or whose writing
/// died; says how many. May run on several nodes at once.
///
/// # Errors
/// When an object could not be removed; the others are.
pub async fn balayer(etat: &Etat, maintenant: DateTime<Utc>) -> Resultat<u64> {
    let depot = etat.depot()?;
    let partir = Column::Etat
        .eq(etat::A_RETIRER)
        .or(Column::Etat.eq(etat::PRET).and(Column::ExpireLe.lte(maintenant)))
        .or(Column::Etat.eq(etat::EN_COURS).and(Column::CreeLe.lt(maintenant - ABANDON)));
    let (mut retires, mut faute) = (0, None);
    loop {
        // Marked first: nobody may confirm or read a file whose object is going.
        let cx = Contexte::systeme(etat).await?;
        let lot: Vec<Model> = Entity::find().filter(partir.clone()).limit(100).all(&cx.db()).await?;
        let ids: Vec<FichierId> = lot.iter().map(|f| f.id).collect();
        Entity::update_many()
            .col_expr(Column::Etat, Expr::value(etat::A_RETIRER))
            .filter(Column::Id.is_in(ids.clone()))
            .exec(&cx.db())
            .await?;
        cx.valider().await?;
        let mut partis = vec![];
        for f in &lot {
            match depot.retirer(&f.cle).await {
                Ok(()) => partis.push(f.id),
                Err(e) => faute = Some(e),
            }
        }
        retires += partis.len() as u64;
        let cx = Contexte::systeme(etat).await?;
        Entity::delete_many().filter(Column::Id.is_in(partis.clone())).exec(&cx.db()).await?;
        cx.valider().await?;
        if partis.len() < 100 {
            return faute.map_or(Ok(retires), Err);
        }
    }
}

/// The job that sweeps.
pub async fn tache(etat: Etat, _: Value) -> Result<(), String> {
    balayer(&etat, etat.horloge.maintenant()).await.map(drop).map_err(|e| e.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn un_nom_accentue_passe() {
        assert_eq!(disposition("bilan-2026.csv"), "attachment; filename=\"bilan-2026.csv\"");
        assert_eq!(disposition("é\".csv"), "attachment; filename=\"__.csv\"; filename*=UTF-8''%C3%A9%22.csv");
    }
}
