//! A bilan shown at a secret link, to somebody without an account: figures alone, those of fewer than five
//! people masked, no name of a team, no list behind a number.
//!
//! The figures are those of the moment the link is made: reading them again every day tells nothing of who
//! came in between, and a funder finds what was handed over.

mod api;
mod contenu;
mod table;
mod web;

pub use api::api;
pub use contenu::{Partage, Section};
pub use table::{Model as Lien, migrations};
pub use web::pages;

use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::{ActiveValue::Set, PaginatorTrait, QueryOrder, entity::prelude::*};
use socle::{
    Acteur, Contexte, Erreur, Etat, Permission, Resultat, equipe,
    identifiant::{LienBilanId, StructureId, UtilisateurId},
    journal::Action,
    secret,
    traitement::Traitement,
};
use table::{Column, Entity};

use crate::filtre::{Demande, Filtre};

const INTROUVABLE: Erreur = Erreur::Introuvable("Ce lien");

/// How long a link may last, in days.
pub const DUREES: [i64; 3] = [7, 30, 90];

/// Links of a structure that may be open at once.
pub const MAX: u64 = 50;

/// How long an expired link stays in the list.
const SOUVENIR: TimeDelta = TimeDelta::days(30);

/// What a link says when it is too late.
pub const EXPIRE: &str =
    "Ce lien n’est plus valable\u{a0}: il avait une date de fin. Demandez-en un autre à la structure qui vous l’a donné.";

/// A link just made.
#[derive(Clone, Debug)]
pub struct Fait {
    pub lien: Lien,
    /// Shown once: it is kept nowhere.
    pub adresse: String,
}

/// The structure whose links the actor keeps.
fn la_sienne(cx: &Contexte) -> Resultat<StructureId> {
    cx.exiger(Permission::BilanPartager)
}

/// The filter shared: that of the structure worked in, and of no other.
fn situer(cx: &Contexte, d: &Demande, s: StructureId) -> Resultat<Filtre> {
    let mut f = d.lire(cx.aujourd_hui())?;
    if f.structures.is_empty() {
        f.structures = vec![s];
    }
    if f.instance || f.structures != [s] {
        return Err(Erreur::champ("structure", "Un lien montre le bilan d’une seule structure, celle où vous travaillez."));
    }
    f.situer(cx)
}

/// Makes a link to the figures of what `d` asks for, as they are now, for `jours` days.
pub async fn partager(cx: &Contexte, d: &Demande, jours: i64) -> Resultat<Fait> {
    let s = la_sienne(cx)?;
    if !DUREES.contains(&jours) {
        return Err(Erreur::champ("jours", "Choisissez 7, 30 ou 90 jours."));
    }
    let f = situer(cx, d, s)?;
    let ouverts = Entity::find().filter(Column::StructureId.eq(s)).filter(Column::ExpireLe.gt(cx.maintenant)).count(&cx.db()).await?;
    if ouverts >= MAX {
        return Err(Erreur::Conflit(format!("La structure a déjà {MAX} liens ouverts. Révoquez-en un d’abord.")));
    }
    let contenu = contenu::arreter(cx, &f, s).await?;
    let secret = secret::tirer()?;
    let id = LienBilanId(cx.nouvel_uuid());
    let lien = table::ActiveModel {
        id: Set(id),
        empreinte: Set(secret::empreinte(&secret)),
        structure_id: Set(s),
        cree_par: Set(cx.auteur()?),
        cree_le: Set(cx.maintenant),
        expire_le: Set(cx.maintenant + TimeDelta::days(jours)),
        vu_le: Set(None),
        du: Set(f.du),
        au: Set(f.au),
        contenu: Set(contenu),
    };
    Entity::insert(lien).exec_without_returning(&cx.db()).await?;
    cx.journaliser(Action::Partage, "lien_bilan", id.0, s, &f.champs()).await?;
    let adresse = format!("{}/partage/{secret}", cx.etat().config.public_url.trim_end_matches('/'));
    Ok(Fait { lien: lire(cx, id).await?, adresse })
}

/// One link of the structure worked in.
pub async fn lire(cx: &Contexte, id: LienBilanId) -> Resultat<Lien> {
    let s = la_sienne(cx)?;
    Entity::find_by_id(id).filter(Column::StructureId.eq(s)).one(&cx.db()).await?.ok_or(INTROUVABLE)
}

/// The links of the structure worked in, newest first, those that expired lately too; and who made each.
pub async fn lister(cx: &Contexte) -> Resultat<Vec<(Lien, String)>> {
    let s = la_sienne(cx)?;
    let liens = Entity::find().filter(Column::StructureId.eq(s)).order_by_desc(Column::Id).all(&cx.db()).await?;
    let noms = equipe::noms(cx, liens.iter().map(|l: &Lien| l.cree_par)).await?;
    let nommer = |u: UtilisateurId| noms.get(&u).cloned().unwrap_or_else(|| "Un ancien compte".into());
    Ok(liens.into_iter().map(|l| (nommer(l.cree_par), l)).map(|(n, l)| (l, n)).collect())
}

/// Closes a link now, whoever made it: it opens nothing any more, and its figures are forgotten.
pub async fn revoquer(cx: &Contexte, id: LienBilanId) -> Resultat<()> {
    let l = lire(cx, id).await?;
    Entity::delete_by_id(id).exec(&cx.db()).await?;
    cx.journaliser(Action::Suppression, "lien_bilan", id.0, l.structure_id, &[]).await
}

/// What a secret opens; its opening is written down, in the journal once a day.
///
/// # Errors
/// [`Erreur::Introuvable`] for an unknown or revoked secret, [`Erreur::Perime`] when it is too late.
pub async fn ouvrir(etat: &Etat, secret: &str) -> Resultat<Partage> {
    let empreinte = secret::empreinte(secret);
    let visite = Contexte::lecture(etat, &Acteur::systeme(), etat.horloge.nouvel_uuid());
    let l = Entity::find().filter(Column::Empreinte.eq(empreinte)).one(&visite.db()).await?.ok_or(INTROUVABLE)?;
    if l.expire_le <= visite.maintenant {
        return Err(Erreur::Perime(EXPIRE.into()));
    }
    // An opening a minute is enough to say when it was last seen.
    if l.vu_le.is_none_or(|v| visite.maintenant - v >= TimeDelta::minutes(1)) {
        let cx = Contexte::systeme(etat).await?;
        let vu = Entity::update_many()
            .set(table::ActiveModel { vu_le: Set(Some(cx.maintenant)), ..Default::default() })
            .filter(Column::Id.eq(l.id))
            .exec(&cx.db())
            .await?;
        if vu.rows_affected == 0 {
            // Revoked in between.
            return Err(INTROUVABLE);
        }
        let nouveau_jour = l.vu_le.is_none_or(|v| socle::horloge::jour(v) != cx.aujourd_hui());
        if nouveau_jour {
            cx.journaliser(Action::Ouverture, "lien_bilan", l.id.0, l.structure_id, &[]).await?;
        }
        cx.valider().await?;
    }
    Ok(l.contenu)
}

/// Forgets the links expired for a month. Says how many.
pub async fn balayer(etat: &Etat, maintenant: DateTime<Utc>) -> Resultat<u64> {
    let cx = Contexte::systeme(etat).await?;
    let n = Entity::delete_many().filter(Column::ExpireLe.lte(maintenant - SOUVENIR)).exec(&cx.db()).await?.rows_affected;
    cx.valider().await?;
    Ok(n)
}

/// What this slice keeps, for the register.
pub const TRAITEMENT: Traitement = Traitement {
    nom: "Bilans partagés par un lien",
    finalite: "Montrer les chiffres de la structure à un financeur ou un partenaire, sans lui ouvrir de compte.",
    base_legale: "Mission d’intérêt public de la structure\u{a0}; à défaut, son intérêt légitime\u{a0}: rendre compte de son activité (RGPD, article 6).",
    personnes: "Membres des équipes, qui créent les liens. Les personnes accompagnées n’y sont ni nommées ni désignées.",
    donnees: "Les totaux d’une période, arrêtés à la création du lien, où ce qui porte sur moins de 5 personnes est masqué\u{a0}; qui a créé le lien et quand\u{a0}; la dernière ouverture, sans savoir par qui. Le lien secret n’est gardé que sous forme d’empreinte.",
    destinataires: "Toute personne qui détient le lien\u{a0}: les chiffres seuls, sans aucun nom ni aucune liste. La ou le responsable de la structure\u{a0}: la liste des liens.",
    duree: "Le lien se ferme à la date choisie (7, 30 ou 90 jours) ou dès qu’il est révoqué, ce qui efface ses chiffres. Un lien expiré disparaît de la liste 30 jours après.",
    securite: "Lien long et imprévisible, qui n’est pas transmis aux autres sites ni aux moteurs de recherche\u{a0}; création, révocation et première ouverture de chaque jour sont inscrites au journal.",
    tables: &["lien_bilan"],
};
