//! The appointments of a day, and those of a person. They are of the crate above (`ateliers`), read here by the names
//! of its tables alone.

use chrono::{DateTime, Days, NaiveDate, NaiveTime, TimeZone, Utc};
use sea_orm::{
    ConnectionTrait, ExprTrait, FromQueryResult,
    prelude::Uuid,
    sea_query::{Expr, JoinType, Order, Query, SelectStatement},
};
use serde::Serialize;
use socle::{
    Contexte, Permission, Resultat,
    coffre::Champ,
    equipe,
    horloge::FUSEAU,
    identifiant::{PersonneId, StructureId, UtilisateurId},
};
use utoipa::ToSchema;

use crate::chronologie::Evenement;

/// An appointment of the day.
#[derive(Clone, Debug, FromQueryResult)]
pub struct DuJour {
    id: Uuid,
    pub debut: DateTime<Utc>,
    pub nom: String,
    pub motif: String,
    etat: String,
}

impl DuJour {
    /// Its page.
    pub fn adresse(&self) -> String {
        format!("/agenda/rendez-vous/{}", self.id)
    }

    /// The person was received.
    pub fn tenu(&self) -> bool {
        self.etat == "honore"
    }

    /// The hour on the wall.
    pub fn heure(&self) -> String {
        interface::format::heure(self.debut.with_timezone(&FUSEAU).time())
    }

    #[cfg(test)]
    pub(crate) fn exemple(nom: &str) -> Self {
        Self { id: Uuid::nil(), debut: DateTime::UNIX_EPOCH, nom: nom.into(), motif: "Motif d’essai".into(), etat: "prevu".into() }
    }
}

/// The appointments of the actor on a day, in order, those cancelled or missed left out.
pub(crate) async fn du_jour(cx: &Contexte, jour: NaiveDate) -> Resultat<Vec<DuJour>> {
    let structure = cx.exiger(Permission::AccompagnementsLire)?;
    let minuit = |j: NaiveDate| FUSEAU.from_local_datetime(&j.and_time(NaiveTime::MIN)).earliest().map_or(cx.maintenant, |t| t.to_utc());
    let mut q = lignes();
    q.and_where(Expr::col(("r", "structure_id")).eq(structure))
        .and_where(Expr::col(("r", "utilisateur_id")).eq(cx.auteur()?))
        .and_where(Expr::col(("r", "debut")).gte(minuit(jour)))
        .and_where(Expr::col(("r", "debut")).lt(minuit(jour + Days::new(1))))
        .and_where(Expr::col(("r", "etat")).is_in(["prevu", "honore"]))
        .order_by(("r", "debut"), Order::Asc)
        .limit(50);
    let db = cx.db();
    Ok(DuJour::find_by_statement(db.get_database_backend().build(&q)).all(&db).await?)
}

/// Appointments and what each is for.
fn lignes() -> SelectStatement {
    let mut q = Query::select();
    q.columns([("r", "id"), ("r", "debut"), ("r", "nom"), ("r", "etat")])
        .expr_as(Expr::col(("m", "libelle")), "motif")
        .from_as("rendez_vous", "r")
        .join_as(JoinType::InnerJoin, "motif_rendez_vous", "m", Expr::col(("m", "id")).equals(("r", "motif_id")));
    q
}

fn dit(etat: &str) -> &'static str {
    match etat {
        "prevu" => "prévu",
        "honore" => "tenu",
        "absent" => "non venue",
        "excuse" => "excusée",
        _ => "annulé",
    }
}

/// The appointments of a person, for the timeline: the last `max`, in the structures the actor may read.
pub(crate) async fn evenements(cx: &Contexte, id: PersonneId, max: u64) -> Resultat<Vec<Evenement>> {
    let a = &cx.acteur;
    let structures = a.fonctions.iter().map(|f| f.structure).filter(|s| a.peut_dans(Permission::PersonnesLire, *s));
    let mut q = lignes();
    q.and_where(Expr::col(("r", "personne_id")).eq(id))
        .and_where(Expr::col(("r", "structure_id")).is_in(structures.collect::<Vec<_>>()))
        .order_by(("r", "debut"), Order::Desc)
        .limit(max);
    let db = cx.db();
    let v = DuJour::find_by_statement(db.get_database_backend().build(&q)).all(&db).await?;
    Ok(v.into_iter()
        .map(|r| Evenement {
            jour: socle::horloge::jour(r.debut),
            ordre: r.id,
            icone: "calendar-days",
            titre: format!("Rendez-vous : {}", dit(&r.etat)),
            detail: Some(format!("{}, {}", r.motif, r.heure())),
            href: Some(r.adresse()),
        })
        .collect())
}

/// An appointment, as who it is of may read it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DonneesRendezVous)]
pub struct RendezVousRecu {
    pub id: Uuid,
    pub debut: DateTime<Utc>,
    pub motif: String,
    pub etat: &'static str,
    pub avec: Option<String>,
    pub nom: String,
    pub telephone: Option<String>,
    pub courriel: Option<String>,
    /// When this contact refused a message.
    pub refus_le: Option<DateTime<Utc>>,
    pub besoins: Option<String>,
    pub pris_le: DateTime<Utc>,
}

#[derive(FromQueryResult)]
struct Ligne {
    id: Uuid,
    debut: DateTime<Utc>,
    motif: String,
    etat: String,
    utilisateur_id: UtilisateurId,
    nom: String,
    telephone: Option<String>,
    courriel: Option<String>,
    refus_le: Option<DateTime<Utc>>,
    besoins: Option<String>,
    cree_le: DateTime<Utc>,
}

/// What is sealed of them.
const BESOINS: Champ = Champ::texte("rendez_vous", "besoins");

/// The appointments of a person in a structure, newest first.
pub(crate) async fn recus(cx: &Contexte, structure: StructureId, id: PersonneId, max: u64) -> Resultat<Vec<RendezVousRecu>> {
    let mut q = lignes();
    q.columns([("r", "utilisateur_id"), ("r", "telephone"), ("r", "courriel"), ("r", "refus_le"), ("r", "besoins"), ("r", "cree_le")])
        .and_where(Expr::col(("r", "personne_id")).eq(id))
        .and_where(Expr::col(("r", "structure_id")).eq(structure))
        .order_by(("r", "debut"), Order::Desc)
        .limit(max);
    let db = cx.db();
    let v = Ligne::find_by_statement(db.get_database_backend().build(&q)).all(&db).await?;
    let noms = equipe::noms(cx, v.iter().map(|l| l.utilisateur_id)).await?;
    v.into_iter()
        .map(|l| {
            Ok(RendezVousRecu {
                besoins: cx.coffre().ouvrir_si(&BESOINS, l.id, l.besoins)?,
                id: l.id,
                debut: l.debut,
                motif: l.motif,
                etat: dit(&l.etat),
                avec: noms.get(&l.utilisateur_id).cloned(),
                nom: l.nom,
                telephone: l.telephone,
                courriel: l.courriel,
                refus_le: l.refus_le,
                pris_le: l.cree_le,
            })
        })
        .collect()
}
