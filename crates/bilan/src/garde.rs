//! Filters of the bilan that a person keeps under a name, for themselves, in the structure they work in.
//!
//! A period that moves with the calendar is kept as such: “last quarter” is another one next quarter.

mod api;
mod table;
mod web;

pub use api::{CorpsFiltre, api};
pub use table::{Model as FiltreGarde, migrations};
pub use web::{lire_paires, onglets, pages};

use sea_orm::{ActiveValue::Set, PaginatorTrait, QueryOrder, entity::prelude::*};
use socle::{
    Contexte, Erreur, Nomenclature, Permission, Resultat,
    controle::Controle,
    creation::{self, Reclamation},
    identifiant::{FiltreBilanId, StructureId, UtilisateurId},
    journal::Action,
    texte::{nettoyer, plier},
    traitement::Traitement,
};
use table::{Column, Entity};

use crate::{filtre::Demande, periode::Periode};

const INTROUVABLE: Erreur = Erreur::Introuvable("Ce filtre");

/// How many a person may keep in a structure.
pub const MAX: u64 = 30;

/// Longest name, in characters.
pub const NOM_MAX: usize = 60;

/// A filter to keep.
#[derive(Clone, Debug)]
pub struct Garder {
    pub id: Option<Uuid>,
    pub nom: String,
    pub demande: Demande,
}

impl FiltreGarde {
    /// The query that asks for the bilan it says.
    pub fn adresse(&self) -> String {
        match (self.periode, self.du, self.au) {
            (Some(p), ..) => format!("periode={}{}", p.code(), self.reste),
            (None, Some(du), Some(au)) => format!("du={du}&au={au}{}", self.reste),
            // The database refuses it.
            (None, ..) => self.reste.trim_start_matches('&').to_owned(),
        }
    }
}

/// The filter that an address made here says.
pub fn lire_adresse(adresse: &str) -> Demande {
    let mut d = Demande::default();
    for (nom, valeur) in adresse.split('&').filter_map(|p| p.split_once('=')) {
        d.poser(nom, valeur.to_owned());
    }
    d
}

/// The account and the structure whose filters these are.
fn les_siens(cx: &Contexte) -> Resultat<(UtilisateurId, StructureId)> {
    let structure = cx.exiger(Permission::BilanLire)?;
    Ok((cx.auteur()?, structure))
}

/// The filters of the actor in the structure they work in, by name.
pub async fn lister(cx: &Contexte) -> Resultat<Vec<FiltreGarde>> {
    let (u, s) = les_siens(cx)?;
    Ok(Entity::find().filter(Column::UtilisateurId.eq(u)).filter(Column::StructureId.eq(s)).order_by_asc(Column::Cle).all(&cx.db()).await?)
}

/// One filter of the actor: nobody else's, and for anybody else it does not exist.
pub async fn lire(cx: &Contexte, id: FiltreBilanId) -> Resultat<FiltreGarde> {
    let (u, s) = les_siens(cx).map_err(|_| INTROUVABLE)?;
    Entity::find_by_id(id).filter(Column::UtilisateurId.eq(u)).filter(Column::StructureId.eq(s)).one(&cx.db()).await?.ok_or(INTROUVABLE)
}

fn nommer(c: &mut Controle, nom: String) -> (String, String) {
    let nom = nettoyer(Some(nom)).unwrap_or_default();
    c.exiger(!nom.is_empty(), "nom", "Donnez un nom à ce filtre.");
    c.texte("nom", Some(&nom), NOM_MAX);
    c.exiger(!nom.contains(['\n', '\r']), "nom", "Un nom tient sur une ligne.");
    let cle = plier(&nom);
    (nom, cle)
}

/// Refuses a name that another filter of the same person bears, whatever its case and accents.
async fn refuser_doublon(cx: &Contexte, u: UtilisateurId, s: StructureId, cle: &str, sauf: Option<FiltreBilanId>) -> Resultat<()> {
    let mut q = Entity::find().filter(Column::UtilisateurId.eq(u)).filter(Column::StructureId.eq(s)).filter(Column::Cle.eq(cle));
    if let Some(id) = sauf {
        q = q.filter(Column::Id.ne(id));
    }
    if q.count(&cx.db()).await? == 0 {
        Ok(())
    } else {
        Err(Erreur::champ("nom", "Vous avez déjà un filtre de ce nom. Choisissez-en un autre."))
    }
}

/// Keeps a filter; says whether this request made it.
pub async fn garder(cx: &Contexte, g: Garder) -> Resultat<(FiltreGarde, bool)> {
    let (u, s) = les_siens(cx)?;
    // What is kept is what may be asked for today.
    let f = g.demande.lire(cx.aujourd_hui());
    let mut c = Controle::new();
    let (nom, cle) = nommer(&mut c, g.nom.clone());
    let f = match (f, c.finir()) {
        (Ok(f), Ok(())) => f,
        (Err(Erreur::Invalide(mut e)), Err(Erreur::Invalide(autres))) => {
            e.extend(autres);
            return Err(Erreur::Invalide(e));
        }
        (Err(e), _) | (_, Err(e)) => return Err(e),
    };
    let situe = f.clone().situer(cx)?;
    situe.verifier_lieu(cx).await?;
    let periode = Periode::depuis(g.demande.periode.trim());
    // The structure worked in goes without saying.
    let reste = if situe.structures == [s] { crate::Filtre { structures: vec![], ..situe }.reste() } else { f.reste() };
    let corps = (&nom, s, periode, f.du, f.au, &reste);
    let id = match creation::reclamer(cx, "filtre_bilan", g.id, &corps).await? {
        Reclamation::Nouvelle(id) => FiltreBilanId(id),
        Reclamation::Repetee(id) => return Ok((lire(cx, FiltreBilanId(id)).await?, false)),
    };
    refuser_doublon(cx, u, s, &cle, None).await?;
    if lister(cx).await?.len() as u64 >= MAX {
        return Err(Erreur::Conflit(format!("Vous gardez déjà {MAX} filtres. Supprimez-en un d’abord.")));
    }
    let dates = periode.is_none();
    let ligne = table::ActiveModel {
        id: Set(id),
        utilisateur_id: Set(u),
        structure_id: Set(s),
        nom: Set(nom),
        cle: Set(cle),
        periode: Set(periode),
        du: Set(dates.then_some(f.du)),
        au: Set(dates.then_some(f.au)),
        reste: Set(reste),
        cree_le: Set(cx.maintenant),
    };
    Entity::insert(ligne).exec_without_returning(&cx.db()).await?;
    cx.journaliser(Action::Creation, "filtre_bilan", id.0, s, &[]).await?;
    Ok((lire(cx, id).await?, true))
}

/// Gives a filter another name.
pub async fn renommer(cx: &Contexte, id: FiltreBilanId, nom: String) -> Resultat<FiltreGarde> {
    let g = lire(cx, id).await?;
    let mut c = Controle::new();
    let (nom, cle) = nommer(&mut c, nom);
    c.finir()?;
    refuser_doublon(cx, g.utilisateur_id, g.structure_id, &cle, Some(id)).await?;
    Entity::update_many()
        .set(table::ActiveModel { nom: Set(nom), cle: Set(cle), ..Default::default() })
        .filter(Column::Id.eq(id))
        .exec(&cx.db())
        .await?;
    cx.journaliser(Action::Modification, "filtre_bilan", id.0, g.structure_id, &["nom"]).await?;
    lire(cx, id).await
}

/// Forgets a filter; the figures do not change.
pub async fn supprimer(cx: &Contexte, id: FiltreBilanId) -> Resultat<()> {
    let g = lire(cx, id).await?;
    Entity::delete_by_id(id).exec(&cx.db()).await?;
    cx.journaliser(Action::Suppression, "filtre_bilan", id.0, g.structure_id, &[]).await
}

/// What this slice keeps, for the register.
pub const TRAITEMENT: Traitement = Traitement {
    nom: "Filtres du bilan gardés par les membres des équipes",
    finalite: "Retrouver d’un geste un bilan que l’on demande souvent.",
    base_legale: "Intérêt légitime\u{a0}: faciliter l’usage de l’outil de travail (RGPD, article 6).",
    personnes: "Membres des équipes.",
    donnees: "Le compte, le nom donné au filtre, la période et les choix\u{a0}: lieu, membre de l’équipe, type, thématique, commune, structures.",
    destinataires: "La personne qui l’a gardé, et elle seule.",
    duree: "Jusqu’à ce qu’elle le supprime.",
    securite: "Un filtre ne donne aucun droit\u{a0}: les chiffres sont recalculés avec les droits du moment.",
    tables: &["filtre_bilan"],
};
