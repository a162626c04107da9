//! Exports made in the background: asked for, prepared by a job in constant memory, kept seven days for
//! their author alone.
//!
//! The list behind a number, or all the data of activity, of any length. The file is written from one
//! snapshot of the database, and appears whole or not at all. Rights are those of the list: checked when
//! asked, when made, and when downloaded.

mod api;
mod fabrication;
mod table;
mod web;

pub use api::api;
pub use fabrication::{demandeur, executer};
pub use table::{Model as Export, migrations};
pub use web::pages;

use axum::response::Response;
use chrono::{DateTime, Months, NaiveDate, TimeDelta, Utc};
use sea_orm::{ActiveEnum, ActiveValue::Set, QueryOrder, QuerySelect, entity::prelude::*, sea_query::OnConflict};
use sha2::{Digest, Sha256};
use socle::{
    Contexte, Erreur, Etat, Nomenclature, Resultat,
    creation::{self, Reclamation},
    droits::Portee,
    fichiers,
    identifiant::{ExportId, StructureId, UtilisateurId},
    journal::Action,
    preparation::{self, Avancement},
    tache::genre,
    traitement::Traitement,
};
use table::{Column, Entity};

use crate::{
    export::{Format, Liste, exiger_noms},
    ouverture::{Ouverture, ouvrir},
};

const INTROUVABLE: Erreur = Erreur::Introuvable("Cet export");

/// How long a result is kept.
pub const CONSERVATION: TimeDelta = TimeDelta::days(7);

/// How many exports one account may have under way.
const EN_COURS_MAX: u64 = 5;

/// The job that forgets the exports of the past.
pub const TACHE_BALAYAGE: &str = "exports_perimes";

/// Where exports are kept while they are prepared and after.
const PREPARATIONS: preparation::Table = preparation::Table { nom: "export", conservation: CONSERVATION, balayage: TACHE_BALAYAGE };

/// What an export holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(16))", rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub enum Contenu {
    /// The list behind a number, as it is read.
    Activites,
    /// The same with every column.
    Donnees,
}

impl Nomenclature for Contenu {
    fn libelle(self) -> &'static str {
        match self {
            Self::Activites => "Liste d’activités",
            Self::Donnees => "Données d’activité",
        }
    }
}

/// An export as it is asked for: the pairs of the address of a list, and its form.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Demander {
    pub id: Option<Uuid>,
    pub contenu: Contenu,
    pub format: Format,
    pub noms: bool,
    /// As in the address of `/bilan/liste`.
    pub paires: Vec<(String, String)>,
}

/// Ten years up to this day: all that a bilan may hold.
pub fn dix_ans(aujourd_hui: NaiveDate) -> (NaiveDate, NaiveDate) {
    (aujourd_hui - Months::new(crate::regles::PERIODE_MAX) + chrono::Days::new(1), aujourd_hui)
}

/// Asks for an export; says whether it is a new one: the same asked again while it is being made is it.
///
/// # Errors
/// As the list itself; [`Erreur::Conflit`] when the account has five under way.
pub async fn demander(cx: &Contexte, d: Demander) -> Resultat<(Export, bool)> {
    let o = ouvrir(cx, d.paires.clone())?;
    if d.noms {
        exiger_noms(cx, &o.filtre)?;
    }
    // The rights and the lieu, as the list checks them.
    crate::liste::requete(cx, &o.filtre, &o.detail).await?;
    let utilisateur = cx.auteur()?;
    let id = match creation::reclamer(cx, "export", d.id, &d).await? {
        Reclamation::Nouvelle(id) => ExportId(id),
        Reclamation::Repetee(id) => match lire(cx, ExportId(id)).await {
            // Claimed while the same was being made under another id, or gone since: made under this one.
            Err(Erreur::Introuvable(_)) => ExportId(id),
            fait => return Ok((fait?, false)),
        },
    };
    let adresse = format!("{}{}", o.filtre.adresse(), o.detail.adresse());
    let cle = cle(utilisateur, cx.acteur.portee, &d, &adresse);
    let insere = Entity::insert(table::ActiveModel {
        id: Set(id),
        utilisateur_id: Set(utilisateur),
        structure_id: Set(cx.acteur.structure),
        portee: Set(cx.acteur.portee),
        contenu: Set(d.contenu),
        format: Set(d.format),
        noms: Set(d.noms),
        adresse: Set(adresse),
        du: Set(o.filtre.du),
        au: Set(o.filtre.au),
        etat: Set(Avancement::Attente),
        cle: Set(Some(cle.clone())),
        total: Set(None),
        faites: Set(0),
        essais: Set(0),
        prise: Set(None),
        raison: Set(None),
        fichier_id: Set(None),
        taille: Set(None),
        cree_le: Set(cx.maintenant),
        fini_le: Set(None),
        expire_le: Set(cx.maintenant + CONSERVATION),
    })
    .on_conflict(OnConflict::column(Column::Cle).do_nothing().to_owned())
    .exec_without_returning(&cx.db())
    .await?;
    if insere == 0 {
        let deja = Entity::find().filter(Column::Cle.eq(cle)).one(&cx.db()).await?.ok_or(INTROUVABLE)?;
        return Ok((deja, false));
    }
    let en_vol = Entity::find()
        .filter(Column::UtilisateurId.eq(utilisateur))
        .filter(Column::Etat.is_in([Avancement::Attente, Avancement::EnCours]))
        .count(&cx.db())
        .await?;
    if en_vol > EN_COURS_MAX {
        return Err(Erreur::Conflit(format!("Vous avez déjà {EN_COURS_MAX} exports en préparation. Attendez que l’un d’eux soit prêt.")));
    }
    confier(cx, id).await?;
    let champs = champs(&o, d.contenu, d.noms);
    for s in &o.filtre.structures {
        cx.journaliser(Action::Export, "export", id.0, *s, &champs).await?;
    }
    Ok((lire(cx, id).await?, true))
}

/// The names of what was asked for, for the journal.
fn champs(o: &Ouverture, contenu: Contenu, noms: bool) -> Vec<&str> {
    let mut c = o.filtre.champs();
    c.push(match contenu {
        Contenu::Activites => "liste",
        Contenu::Donnees => "donnees_activite",
    });
    c.extend(o.detail.parametres());
    c.extend(noms.then_some("noms"));
    c
}

/// What makes two requests the same while one is under way.
fn cle(u: UtilisateurId, portee: Portee, d: &Demander, adresse: &str) -> String {
    let texte = format!("{u} {portee:?} {:?} {:?} {} {adresse}", d.contenu, d.format, d.noms);
    Sha256::digest(texte.as_bytes()).iter().map(|o| format!("{o:02x}")).collect()
}

async fn confier(cx: &Contexte, id: ExportId) -> Resultat<()> {
    cx.confier(genre::EXPORT, serde_json::json!({ "export": id }), None, None).await
}

/// Exports of the actor: nobody else's, whatever their rights. A token of figures alone sees those it asked for.
fn siens(cx: &Contexte) -> Resultat<Select<Entity>> {
    let mut q = Entity::find().filter(Column::UtilisateurId.eq(cx.auteur()?)).filter(Column::ExpireLe.gt(cx.maintenant));
    if cx.acteur.portee == Portee::Bilan {
        q = q.filter(Column::Portee.eq(Portee::Bilan));
    }
    Ok(q)
}

/// One export of the actor.
///
/// # Errors
/// [`Erreur::Introuvable`] for another's.
pub async fn lire(cx: &Contexte, id: ExportId) -> Resultat<Export> {
    siens(cx)?.filter(Column::Id.eq(id)).one(&cx.db()).await?.ok_or(INTROUVABLE)
}

/// The exports of the actor, newest first: `combien` and one more if there is, after `apres`.
pub async fn lister(cx: &Contexte, apres: Option<Uuid>, combien: u64) -> Resultat<Vec<Export>> {
    let mut q = siens(cx)?.order_by_desc(Column::Id).limit(combien + 1);
    if let Some(a) = apres {
        q = q.filter(Column::Id.lt(a));
    }
    Ok(q.all(&cx.db()).await?)
}

/// The structures of an export, all of which the actor may still read as it was made.
fn structures(cx: &Contexte, e: &Export) -> Resultat<Vec<StructureId>> {
    let o = ouvrir(cx, paires(&e.adresse))?;
    if e.noms {
        use socle::Permission::{AccompagnementsLire, PersonnesLire};
        for s in &o.filtre.structures {
            cx.exiger_dans(AccompagnementsLire, *s)?;
            cx.exiger_dans(PersonnesLire, *s)?;
        }
    }
    Ok(o.filtre.structures)
}

/// The pairs of an address made of ids, codes and dates.
fn paires(adresse: &str) -> Vec<(String, String)> {
    adresse.split('&').filter_map(|p| p.split_once('=')).map(|(n, v)| (n.to_owned(), v.to_owned())).collect()
}

/// The file of an export that is ready. Its opening is journaled.
///
/// # Errors
/// [`Erreur::Conflit`] when it is not ready; the refusals of the list when the actor lost the right to it.
pub async fn telecharger(q: &socle::requete::Requete, id: ExportId) -> Resultat<Response> {
    let cx = q.ecriture().await?;
    let e = lire(&cx, id).await?;
    let structures = structures(&cx, &e)?;
    let Some(fichier) = e.fichier_id else {
        return Err(Erreur::Conflit("Cet export n’est pas prêt. Attendez la fin de sa préparation, ou relancez-le s’il a échoué.".into()));
    };
    let f = fichiers::lire(&cx, fichier).await?;
    for s in structures {
        cx.journaliser(Action::Ouverture, "export", e.id.0, s, &[]).await?;
    }
    let r = fichiers::repondre(cx.etat(), &f).await?;
    cx.valider().await?;
    Ok(r)
}

/// Deletes an export and its file now; one being made is stopped.
pub async fn supprimer(cx: &Contexte, id: ExportId) -> Resultat<()> {
    let e = lire(cx, id).await?;
    if let Some(f) = e.fichier_id {
        fichiers::supprimer(cx, f).await?;
    }
    Entity::delete_by_id(id).exec(&cx.db()).await?;
    cx.journaliser(Action::Suppression, "export", id.0, e.structure_id, &[]).await
}

/// Makes again an export that failed.
///
/// # Errors
/// [`Erreur::Conflit`] when it did not fail, or when the same is already being made.
pub async fn relancer(cx: &Contexte, id: ExportId) -> Resultat<Export> {
    let e = lire(cx, id).await?;
    structures(cx, &e)?;
    if e.etat.en_vol() {
        return Ok(e);
    }
    if e.etat != Avancement::Echoue {
        return Err(Erreur::Conflit("Cet export est prêt : il n’y a rien à relancer.".into()));
    }
    let d = Demander { id: None, contenu: e.contenu, format: e.format, noms: e.noms, paires: vec![] };
    let cle = cle(e.utilisateur_id, e.portee, &d, &e.adresse);
    if Entity::find().filter(Column::Cle.eq(cle.clone())).count(&cx.db()).await? > 0 {
        return Err(Erreur::Conflit("Le même export est déjà en préparation.".into()));
    }
    Entity::update_many()
        .col_expr(Column::Etat, Expr::value(Avancement::Attente.to_value()))
        .col_expr(Column::Cle, Expr::value(Some(cle)))
        .col_expr(Column::Raison, Expr::value(None::<String>))
        .col_expr(Column::Faites, Expr::value(0i64))
        .col_expr(Column::Essais, Expr::value(0))
        .col_expr(Column::FiniLe, Expr::value(None::<DateTime<Utc>>))
        .col_expr(Column::ExpireLe, Expr::value(cx.maintenant + CONSERVATION))
        .filter(Column::Id.eq(id))
        .exec(&cx.db())
        .await?;
    confier(cx, id).await?;
    lire(cx, id).await
}

/// Forgets the exports expired at `maintenant`; their files go by themselves. Says how many.
pub async fn balayer(etat: &Etat, maintenant: DateTime<Utc>) -> Resultat<u64> {
    PREPARATIONS.balayer(etat, maintenant).await
}

/// What this slice keeps, for the register.
pub const TRAITEMENT: Traitement = Traitement {
    nom: "Exports des données d’activité",
    finalite: "Remettre à la personne qui le demande un fichier trop long pour être envoyé aussitôt.",
    base_legale: socle::traitement::BASE_ACCOMPAGNEMENT,
    personnes: "Membres des équipes ; personnes accompagnées, quand leurs noms sont demandés par qui a le droit de les lire.",
    donnees: "Ce qui est demandé, par qui et quand. Dans le fichier : les activités et, seulement si c’est demandé, les noms des personnes présentes.",
    destinataires: "La personne qui a demandé l’export, et elle seule.",
    duree: "Sept jours après la préparation ; moins si elle le supprime avant.",
    securite: "Fichier au nom tiré au hasard, lisible par son auteur seulement et tant qu’il garde ses droits ; chaque demande et chaque ouverture sont inscrites au journal.",
    tables: &["export"],
};

impl Export {
    /// What it is, in words.
    pub fn titre(&self) -> String {
        use interface::format::date_sans_jour;
        format!("{} du {} au {}", self.contenu.libelle(), date_sans_jour(self.du), date_sans_jour(self.au))
    }

    /// The name of its file: what and when, never who.
    fn nom_de_fichier(&self) -> String {
        let quoi = match self.contenu {
            Contenu::Activites => "activites",
            Contenu::Donnees => "donnees-activite",
        };
        format!("{quoi}-{}-{}.{}", self.du, self.au, self.format.extension())
    }
}

/// The list of an export, read by `cx`.
async fn liste(cx: Contexte, e: &Export) -> Resultat<Liste> {
    let o = ouvrir(&cx, paires(&e.adresse))?;
    Liste::preparer(cx, o.filtre, &o.detail, e.noms, e.contenu == Contenu::Donnees).await
}
