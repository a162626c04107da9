//! Structures: the organisations that employ mediators or receive the public.

mod api;
mod conservation;
mod table;
mod web;

pub use api::api;
pub use conservation::{CONSERVATION_BORNES, CONSERVATION_MOIS, regler_conservation, toutes};
pub use web::pages;

use sea_orm::{ActiveValue::Set, QueryOrder, QuerySelect, entity::prelude::*};
use socle::{
    Contexte, Erreur, Permission, Resultat,
    controle::Controle,
    identifiant::StructureId,
    journal::Action,
    texte::{nettoyer, plier},
};

use crate::commune::CodeCommune;

pub use table::Model as Structure;

/// A structure as documents name it: `{nom, adresse: [line], telephone, courriel}`.
pub fn en_tete(s: &Structure) -> serde_json::Value {
    let mut adresse: Vec<String> =
        s.adresse.iter().flat_map(|a| a.lines()).map(|l| l.trim().to_owned()).filter(|l| !l.is_empty()).collect();
    adresse.extend(s.commune.as_deref().and_then(crate::commune::par_code).map(|c| c.nom.to_owned()));
    serde_json::json!({"nom": s.nom, "adresse": adresse, "telephone": s.telephone, "courriel": s.courriel})
}

/// What a structure prints at the head of a document of its own, whoever prints it: a candidate too.
pub async fn imprimee(cx: &Contexte, id: StructureId) -> Resultat<serde_json::Value> {
    let s = table::Entity::find_by_id(id).one(&cx.db()).await?.ok_or(Erreur::Introuvable("Cette structure"))?;
    Ok(en_tete(&s))
}

/// What a structure says of itself.
#[derive(Clone, Debug, Default)]
pub struct Fiche {
    pub nom: String,
    /// One of `interface::Accent`'s codes.
    pub accent: Option<String>,
    pub telephone: Option<String>,
    pub courriel: Option<String>,
    pub adresse: Option<String>,
    /// INSEE code.
    pub commune: Option<CodeCommune>,
}

impl Fiche {
    fn controler(mut self) -> Resultat<Self> {
        let mut c = Controle::new();
        self.nom = self.nom.trim().to_owned();
        c.exiger(!self.nom.is_empty(), "nom", "Indiquez le nom de la structure.");
        c.texte("nom", Some(&self.nom), 150);
        self.accent = nettoyer(self.accent);
        c.exiger(
            self.accent.as_deref().is_none_or(|a| interface::Accent::TOUS.iter().any(|t| t.code() == a)),
            "accent",
            "Cette couleur n’est pas proposée.",
        );
        for (champ, valeur, max) in
            [("telephone", &mut self.telephone, 40), ("courriel", &mut self.courriel, 200), ("adresse", &mut self.adresse, 300)]
        {
            *valeur = nettoyer(valeur.take());
            c.texte(champ, valeur.as_deref(), max);
        }
        c.finir()?;
        Ok(self)
    }
}

/// Creates a structure.
pub async fn creer(cx: &Contexte, fiche: Fiche) -> Resultat<Structure> {
    cx.exiger_instance(Permission::InstanceGerer)?;
    let f = fiche.controler()?;
    let s = table::ActiveModel {
        id: Set(StructureId(cx.nouvel_uuid())),
        cle_tri: Set(plier(&f.nom)),
        nom: Set(f.nom),
        accent: Set(f.accent),
        telephone: Set(f.telephone),
        courriel: Set(f.courriel),
        adresse: Set(f.adresse),
        commune: Set(f.commune.map(|c| c.to_string())),
        conservation_mois: Set(CONSERVATION_MOIS),
        version: Set(1),
        cree_le: Set(cx.maintenant),
    }
    .insert(&cx.db())
    .await?;
    cx.journaliser(Action::Creation, "structure", s.id.0, s.id, &[]).await?;
    Ok(s)
}

/// Changes a structure; `version` is the one that was read.
pub async fn modifier(cx: &Contexte, id: StructureId, version: i32, fiche: Fiche) -> Resultat<Structure> {
    cx.exiger_dans(Permission::StructureGerer, id)?;
    let f = fiche.controler()?;
    let r = table::Entity::update_many()
        .set(table::ActiveModel {
            cle_tri: Set(plier(&f.nom)),
            nom: Set(f.nom),
            accent: Set(f.accent),
            telephone: Set(f.telephone),
            courriel: Set(f.courriel),
            adresse: Set(f.adresse),
            commune: Set(f.commune.map(|c| c.to_string())),
            version: Set(version + 1),
            ..Default::default()
        })
        .filter(table::Column::Id.eq(id))
        .filter(table::Column::Version.eq(version))
        .exec(&cx.db())
        .await?;
    if r.rows_affected == 0 {
        lire(cx, id).await?;
        return Err(Erreur::VersionPerimee);
    }
    cx.journaliser(Action::Modification, "structure", id.0, id, &["fiche"]).await?;
    lire(cx, id).await
}

/// One structure.
pub async fn lire(cx: &Contexte, id: StructureId) -> Resultat<Structure> {
    cx.exiger_dans(Permission::StructureLire, id)?;
    table::Entity::find_by_id(id).one(&cx.db()).await?.ok_or(Erreur::Introuvable("Cette structure"))
}

/// The structures the actor belongs to; all of them for the administrator of the instance.
pub async fn lister(cx: &Contexte) -> Resultat<Vec<Structure>> {
    let mut q = table::Entity::find().order_by_asc(table::Column::CleTri).order_by_asc(table::Column::Id);
    if cx.exiger_instance(Permission::StructureLire).is_err() {
        let miennes: Vec<_> =
            cx.acteur.fonctions.iter().map(|f| f.structure).filter(|s| cx.acteur.peut_dans(Permission::StructureLire, *s)).collect();
        q = q.filter(table::Column::Id.is_in(miennes));
    }
    Ok(q.all(&cx.db()).await?)
}

/// The names of structures, for what is public of them or was shared by them.
pub async fn noms(cx: &Contexte, ids: Vec<StructureId>) -> Resultat<std::collections::HashMap<StructureId, String>> {
    if ids.is_empty() {
        return Ok(std::collections::HashMap::new());
    }
    let lignes: Vec<(StructureId, String)> = table::Entity::find()
        .select_only()
        .columns([table::Column::Id, table::Column::Nom])
        .filter(table::Column::Id.is_in(ids))
        .into_tuple()
        .all(&cx.db())
        .await?;
    Ok(lignes.into_iter().collect())
}

/// The other structures of the instance, by name: those a person's file can be shared with.
pub async fn autres(cx: &Contexte) -> Resultat<Vec<(StructureId, String)>> {
    let ici = cx.exiger(Permission::PersonnesEcrire)?;
    Ok(table::Entity::find()
        .select_only()
        .columns([table::Column::Id, table::Column::Nom])
        .filter(table::Column::Id.ne(ici))
        .order_by_asc(table::Column::CleTri)
        .order_by_asc(table::Column::Id)
        .into_tuple()
        .all(&cx.db())
        .await?)
}
