//! Passes over every sealed column: to seal with the key in use, and to check. In short batches, each
//! with its own transaction, so that both can be stopped at any point and begun again.

use std::collections::BTreeMap;

use sea_orm::{
    ConnectionTrait, DbBackend, ExprTrait, Order, QueryResult,
    entity::prelude::*,
    sea_query::{Alias, Cond, LockBehavior, LockType, Query, SelectStatement},
};

use super::{Champ, Coffre, EFFACE, Faute, Forme, cle};
use crate::{Etat, Resultat};

/// Rows in a batch: a writer never waits for longer than a few milliseconds.
const LOT: u64 = 200;

/// What a pass did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Compte {
    /// Rows written.
    pub lignes: u64,
    /// Values that could not be opened, and were left as they are.
    pub fautes: u64,
}

/// A row's values, as they are stored: none where there is no text.
struct Rangee {
    id: Uuid,
    valeurs: Vec<Option<Valeur>>,
}

enum Valeur {
    Texte(String),
    Liste(Vec<String>),
}

/// The columns of one table.
type Table<'a> = (&'static str, Vec<&'a Champ>);

fn tables(champs: &[Champ]) -> Vec<Table<'_>> {
    let mut t: BTreeMap<&'static str, Vec<&Champ>> = BTreeMap::new();
    for c in champs {
        t.entry(c.table).or_default().push(c);
    }
    t.into_iter().collect()
}

fn en_texte(c: &Champ) -> Expr {
    match c.forme {
        Forme::Texte => Expr::col(c.colonne),
        Forme::Liste => Expr::col(c.colonne).cast_as(Alias::new("text")),
    }
}

/// Rows after `apres`, in order, that have a text; with `sauf`, only those that this key has not sealed.
fn choisir((table, champs): &Table<'_>, apres: Option<Uuid>, sauf: Option<&str>) -> SelectStatement {
    let mut quoi = Cond::any();
    for c in champs {
        let mut un = Cond::all().add(Expr::col(c.colonne).is_not_null());
        un = un.add(en_texte(c).ne(if c.forme == Forme::Liste { "[]" } else { EFFACE }));
        if let Some(cle) = sauf {
            let debut = if c.forme == Forme::Liste { "[\"" } else { "" };
            un = un.add(en_texte(c).not_like(format!("{debut}{}%", cle::entete(cle))));
        }
        quoi = quoi.add(un);
    }
    let mut q = Query::select();
    q.column("id").columns(champs.iter().map(|c| c.colonne)).from(*table).cond_where(quoi).order_by("id", Order::Asc).limit(LOT);
    if let Some(a) = apres {
        q.and_where(Expr::col("id").gt(a));
    }
    q
}

fn rangee(champs: &[&Champ], l: &QueryResult) -> Result<Rangee, DbErr> {
    let valeurs = champs
        .iter()
        .map(|c| {
            Ok(match c.forme {
                Forme::Texte => l.try_get::<Option<String>>("", c.colonne)?.filter(|t| t != EFFACE).map(Valeur::Texte),
                Forme::Liste => l
                    .try_get::<Option<Json>>("", c.colonne)?
                    .and_then(|j| serde_json::from_value::<Vec<String>>(j).ok())
                    .filter(|v| !v.is_empty())
                    .map(Valeur::Liste),
            })
        })
        .collect::<Result<_, DbErr>>()?;
    Ok(Rangee { id: l.try_get("", "id")?, valeurs })
}

impl Coffre {
    fn resceller(&self, c: &Champ, id: Uuid, v: Valeur) -> Result<sea_orm::Value, Faute> {
        Ok(match v {
            Valeur::Texte(t) => self.sceller(c, id, &self.ouvrir(c, id, t)?)?.into(),
            Valeur::Liste(l) => serde_json::json!(self.sceller_liste(c, id, &self.ouvrir_liste(c, id, l)?)?).into(),
        })
    }
}

/// The key of a stored value: none for plain text.
fn cle_de(v: &Valeur) -> Result<Option<&str>, Faute> {
    match v {
        Valeur::Texte(t) => Ok(cle::decouper(t)?.map(|s| s.cle)),
        Valeur::Liste(l) => match l.as_slice() {
            [seul] => Ok(cle::decouper(seul)?.map(|s| s.cle)),
            _ => Ok(None),
        },
    }
}

/// Seals with the key in use what another one sealed, and what is plain. `dire` is told of each batch and
/// says whether to go on. A row that another transaction holds is left for the next pass.
pub async fn sceller_tout(etat: &Etat, champs: &[Champ], mut dire: impl FnMut(&str, Compte) -> bool) -> Resultat<Compte> {
    let Some(cle) = etat.coffre.active() else { return Err(Faute::CleAbsente("active".into()).into()) };
    let mut compte = Compte::default();
    for t in tables(champs) {
        let mut apres = None;
        loop {
            let tx = etat.base.ecriture().await?;
            let mut q = choisir(&t, apres, Some(&cle));
            if tx.get_database_backend() == DbBackend::Postgres {
                // Never waiting, it cannot be part of a deadlock.
                q.lock_with_behavior(LockType::Update, LockBehavior::SkipLocked);
            }
            let lignes = tx.query_all_raw(tx.get_database_backend().build(&q)).await?;
            for l in &lignes {
                let r = rangee(&t.1, l)?;
                apres = Some(r.id);
                let mut q = Query::update();
                q.table(t.0).and_where(Expr::col("id").eq(r.id));
                let mut change = false;
                for (c, v) in t.1.iter().zip(r.valeurs) {
                    let Some(v) = v else { continue };
                    match cle_de(&v).map(|k| k == Some(cle.as_str())) {
                        Ok(true) => continue,
                        Ok(false) => {}
                        Err(_) => {
                            compte.fautes += 1;
                            continue;
                        }
                    }
                    // A text given up for lost keeps its bytes: the key may be found again.
                    if let Ok(Some(k)) = cle_de(&v)
                        && etat.coffre.perdue(k)
                    {
                        continue;
                    }
                    match etat.coffre.resceller(c, r.id, v) {
                        Ok(v) => {
                            q.value(c.colonne, Expr::value(v));
                            change = true;
                        }
                        Err(e) => {
                            compte.fautes += 1;
                            tracing::error!(table = t.0, colonne = c.colonne, ligne = %r.id, erreur = %e, "sealed text unreadable");
                        }
                    }
                }
                if change {
                    tx.execute_raw(tx.get_database_backend().build(&q)).await?;
                    compte.lignes += 1;
                }
            }
            tx.commit().await?;
            if (lignes.len() as u64) < LOT {
                break;
            }
            if !dire(t.0, compte) {
                return Ok(compte);
            }
        }
    }
    Ok(compte)
}

/// What a check found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bilan {
    /// Values by the key that sealed them.
    pub par_cle: BTreeMap<String, u64>,
    /// Values still plain.
    pub clairs: u64,
    /// Of lost keys.
    pub perdus: u64,
    /// Table, column, row and reason of those that do not open; the first hundred.
    pub fautes: Vec<(&'static str, &'static str, Uuid, Faute)>,
    /// How many do not open.
    pub nombre_fautes: u64,
}

impl Bilan {
    fn noter(&mut self, coffre: &Coffre, c: &Champ, id: Uuid, v: Valeur) {
        let cle = match cle_de(&v) {
            Ok(k) => k.map(str::to_owned),
            Err(e) => return self.faute(c, id, e),
        };
        if let Some(k) = &cle
            && coffre.perdue(k)
        {
            self.perdus += 1;
            return;
        }
        let ouvert = match v {
            Valeur::Texte(t) => coffre.ouvrir(c, id, t).map(|_| ()),
            Valeur::Liste(l) => coffre.ouvrir_liste(c, id, l).map(|_| ()),
        };
        match (ouvert, cle) {
            (Err(e), _) => self.faute(c, id, e),
            (Ok(()), None) => self.clairs += 1,
            (Ok(()), Some(k)) => *self.par_cle.entry(k).or_default() += 1,
        }
    }

    fn faute(&mut self, c: &Champ, id: Uuid, e: Faute) {
        self.nombre_fautes += 1;
        if self.fautes.len() < 100 {
            self.fautes.push((c.table, c.colonne, id, e));
        }
    }
}

/// Opens every value; changes nothing.
pub async fn verifier_tout(db: &impl ConnectionTrait, coffre: &Coffre, champs: &[Champ]) -> Resultat<Bilan> {
    let mut bilan = Bilan::default();
    for t in tables(champs) {
        let mut apres = None;
        loop {
            let lignes = db.query_all_raw(db.get_database_backend().build(&choisir(&t, apres, None))).await?;
            for l in &lignes {
                let r = rangee(&t.1, l)?;
                apres = Some(r.id);
                for (c, v) in t.1.iter().zip(r.valeurs) {
                    if let Some(v) = v {
                        bilan.noter(coffre, c, r.id, v);
                    }
                }
            }
            if (lignes.len() as u64) < LOT {
                break;
            }
        }
    }
    Ok(bilan)
}
