//! Lieux: the places where a structure receives.

mod api;
mod table;
mod web;

pub use api::api;
pub use web::pages;

use sea_orm::{ActiveValue::Set, QueryOrder, entity::prelude::*};
use socle::{
    Contexte, Erreur, Permission, Resultat,
    controle::Controle,
    identifiant::{LieuId, StructureId},
    journal::Action,
    texte::{nettoyer, plier},
};

use crate::commune::{CodeCommune, Position};

pub use table::Model as Lieu;

/// What is said of a lieu.
#[derive(Clone, Debug, Default)]
pub struct Fiche {
    pub nom: String,
    pub adresse: Option<String>,
    pub commune: Option<CodeCommune>,
    /// Its own place; none: that of its commune stands for it.
    pub position: Option<Position>,
    /// A closed lieu is kept for the past and no longer proposed.
    pub actif: bool,
}

impl Fiche {
    fn controler(mut self) -> Resultat<Self> {
        let mut c = Controle::new();
        self.nom = self.nom.trim().to_owned();
        self.adresse = nettoyer(self.adresse);
        c.exiger(!plier(&self.nom).is_empty(), "nom", "Indiquez le nom du lieu.");
        c.texte("nom", Some(&self.nom), 150);
        c.texte("adresse", self.adresse.as_deref(), 300);
        if let Some(p) = self.position {
            let sur_terre = (-90.0..=90.0).contains(&p.latitude) && (-180.0..=180.0).contains(&p.longitude);
            c.exiger(sur_terre, "latitude", "Cette position n’existe pas : relisez la latitude, puis la longitude.");
            if let Some(loin) =
                self.commune.and_then(|k| crate::commune::position(k.as_str())).map(|k| k.distance(p)).filter(|d| sur_terre && *d > LOIN)
            {
                c.faute("latitude", format!("Cette position est à {loin:.0} km de la commune : vérifiez-la. La latitude vient d’abord (en métropole, entre 41 et 51)."));
            }
        }
        c.finir()?;
        Ok(self)
    }
}

/// Further than this from its commune, a lieu is misplaced (kilometres).
const LOIN: f64 = 60.0;

fn doublon(e: sea_orm::DbErr) -> Erreur {
    match e.sql_err() {
        Some(sea_orm::SqlErr::UniqueConstraintViolation(_)) => Erreur::champ("nom", "Un lieu de la structure porte déjà ce nom."),
        _ => e.into(),
    }
}

/// Adds a lieu to a structure.
pub async fn ajouter(cx: &Contexte, structure: StructureId, fiche: Fiche) -> Resultat<Lieu> {
    cx.exiger_dans(Permission::StructureGerer, structure)?;
    let f = fiche.controler()?;
    let l = table::ActiveModel {
        id: Set(LieuId(cx.nouvel_uuid())),
        structure_id: Set(structure),
        cle_tri: Set(plier(&f.nom)),
        nom: Set(f.nom),
        adresse: Set(f.adresse),
        commune: Set(f.commune.map(|c| c.to_string())),
        latitude: Set(f.position.map(|p| p.latitude)),
        longitude: Set(f.position.map(|p| p.longitude)),
        actif: Set(f.actif),
        version: Set(1),
    }
    .insert(&cx.db())
    .await
    .map_err(doublon)?;
    cx.journaliser(Action::Creation, "lieu", l.id.0, structure, &[]).await?;
    Ok(l)
}

/// Changes a lieu; `version` is the one that was read.
pub async fn modifier(cx: &Contexte, id: LieuId, version: i32, fiche: Fiche) -> Resultat<()> {
    let l = lire(cx, id).await?;
    cx.exiger_dans(Permission::StructureGerer, l.structure_id)?;
    let f = fiche.controler()?;
    let r = table::Entity::update_many()
        .set(table::ActiveModel {
            cle_tri: Set(plier(&f.nom)),
            nom: Set(f.nom),
            adresse: Set(f.adresse),
            commune: Set(f.commune.map(|c| c.to_string())),
            latitude: Set(f.position.map(|p| p.latitude)),
            longitude: Set(f.position.map(|p| p.longitude)),
            actif: Set(f.actif),
            version: Set(version + 1),
            ..Default::default()
        })
        .filter(table::Column::Id.eq(id))
        .filter(table::Column::Version.eq(version))
        .exec(&cx.db())
        .await
        .map_err(doublon)?;
    if r.rows_affected == 0 {
        return Err(Erreur::VersionPerimee);
    }
    cx.journaliser(Action::Modification, "lieu", id.0, l.structure_id, &["fiche"]).await
}

/// One lieu of a structure the actor belongs to.
pub async fn lire(cx: &Contexte, id: LieuId) -> Resultat<Lieu> {
    let introuvable = Erreur::Introuvable("Ce lieu");
    let Some(l) = table::Entity::find_by_id(id).one(&cx.db()).await? else { return Err(introuvable) };
    match cx.exiger_dans(Permission::StructureLire, l.structure_id) {
        Ok(()) => Ok(l),
        Err(Erreur::Introuvable(_)) => Err(introuvable),
        Err(e) => Err(e),
    }
}

/// Checks that `lieu`, if one is told, is a lieu of `structure`: gives it, or the fault of the field `lieu`.
pub async fn controler(cx: &Contexte, structure: StructureId, lieu: Option<LieuId>, c: &mut Controle) -> Resultat<Option<Lieu>> {
    let Some(id) = lieu else { return Ok(None) };
    match lire(cx, id).await {
        Ok(l) if l.structure_id == structure => return Ok(Some(l)),
        Ok(_) | Err(Erreur::Introuvable(_)) => c.faute("lieu", "Ce lieu n’est pas un lieu de votre structure."),
        Err(e) => return Err(e),
    }
    Ok(None)
}

/// The names of lieux with their addresses, for what is public of them.
pub async fn noms_et_adresses(cx: &Contexte, ids: Vec<LieuId>) -> Resultat<std::collections::HashMap<Uuid, String>> {
    if ids.is_empty() {
        return Ok(std::collections::HashMap::new());
    }
    let lignes = table::Entity::find().filter(table::Column::Id.is_in(ids)).all(&cx.db()).await?;
    Ok(lignes.into_iter().map(|l| (l.id.0, [Some(l.nom), l.adresse].into_iter().flatten().collect::<Vec<_>>().join(", "))).collect())
}

/// Those of these lieux that have a place of their own, with their name and commune, for what is public of them.
pub async fn places(cx: &Contexte, ids: Vec<LieuId>) -> Resultat<std::collections::HashMap<LieuId, (String, Position)>> {
    if ids.is_empty() {
        return Ok(std::collections::HashMap::new());
    }
    let lignes =
        table::Entity::find().filter(table::Column::Id.is_in(ids)).filter(table::Column::Latitude.is_not_null()).all(&cx.db()).await?;
    let place = |l: Lieu| Some((l.id, (l.nom, Position { latitude: l.latitude?, longitude: l.longitude? })));
    Ok(lignes.into_iter().filter_map(place).collect())
}

/// The lieux of the structure the actor works in, by name; with `fermes`, closed ones too.
pub async fn lister(cx: &Contexte, fermes: bool) -> Resultat<Vec<Lieu>> {
    let s = cx.exiger(Permission::StructureLire)?;
    lister_de(cx, &[s], fermes).await
}

/// The lieux of some structures, each of which the actor must belong to.
pub async fn lister_de(cx: &Contexte, structures: &[StructureId], fermes: bool) -> Resultat<Vec<Lieu>> {
    for s in structures {
        cx.exiger_dans(Permission::StructureLire, *s)?;
    }
    let mut q = table::Entity::find()
        .filter(table::Column::StructureId.is_in(structures.iter().copied()))
        .order_by_asc(table::Column::CleTri)
        .order_by_asc(table::Column::Id);
    if !fermes {
        q = q.filter(table::Column::Actif.eq(true));
    }
    Ok(q.all(&cx.db()).await?)
}
