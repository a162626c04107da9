//! Of one person: what they booked, whether they came, the gestures seen.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::{
    ConnectionTrait, ExprTrait, FromQueryResult, JoinType, Order,
    sea_query::{Expr, Query, SelectStatement},
};
use serde::Serialize;
use socle::{
    Contexte, Permission, Resultat,
    coffre::Champ,
    identifiant::{DateSeanceId, PersonneId, ReservationId, SeanceId, StructureId},
};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    chronologie::Evenement,
    diagnostic::{
        grille::{GRILLE_COURANTE, Grille},
        structures_lisibles,
    },
    droits_personne::Mot,
};

const BESOINS: Champ = Champ::texte("reservation", "besoins");

/// How a state is said; those of the crate above, by their codes.
fn mot(code: String) -> Mot {
    let libelle = match code.as_str() {
        "confirmee" => "Inscrite",
        "attente" => "En attente",
        "proposee" => "Place proposée",
        "annulee" => "Annulée",
        "sur_place" => "Venue sans réserver",
        "present" => "Présente",
        "absent" => "Absente",
        "excuse" => "Excusée",
        "courriel" => "Par courriel",
        "sms" => "Par SMS",
        "aucun" => "Ne pas écrire",
        "soi" => "Pour soi",
        "aidant" => "Par un proche",
        "partenaire" => "Par un professionnel",
        "accueil" => "À l’accueil",
        "dessin" => "Signature dessinée",
        "nom" => "Nom écrit",
        autre => autre,
    };
    Mot { libelle: libelle.to_owned(), code }
}

/// A booking of a person, in words.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = DonneesReservation)]
pub struct ReservationVue {
    pub id: ReservationId,
    #[serde(skip)]
    pub seance: SeanceId,
    pub atelier: String,
    pub debut: DateTime<Utc>,
    pub etat: Mot,
    pub reserve_le: DateTime<Utc>,
    /// Who booked.
    pub par: Mot,
    pub nom: String,
    pub telephone: Option<String>,
    pub courriel: Option<String>,
    /// How one is written to.
    pub canal: Mot,
    /// When this contact refused a message.
    pub refus_le: Option<DateTime<Utc>>,
    pub orientee: bool,
    pub besoins: Option<String>,
    /// Agreed to be asked, two weeks later, what it was worth.
    pub avis_accepte: bool,
    pub presences: Vec<PresenceVue>,
}

/// One date, for that person.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = DonneesPresenceAtelier)]
pub struct PresenceVue {
    #[serde(skip)]
    pub date: DateSeanceId,
    pub jour: NaiveDate,
    /// Null when nobody marked anything.
    pub etat: Option<Mot>,
    /// Half-days signed, and how.
    pub signatures: Vec<Mot>,
    pub gestes: Vec<GesteVu>,
    /// It was recorded as an accompaniment, which the timeline shows.
    #[serde(skip)]
    pub enregistree: bool,
}

/// A gesture of the sheet, at one date.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = DonneesGeste)]
pub struct GesteVu {
    /// Its code in the grid of the diagnostic.
    pub code: String,
    pub libelle: String,
    pub jour: NaiveDate,
    /// Whether the animator saw it done; null when it was not looked at.
    pub animateur: Option<bool>,
    /// Whether the person says they can.
    pub participant: Option<bool>,
}

#[derive(FromQueryResult)]
struct Ligne {
    id: ReservationId,
    seance: SeanceId,
    atelier: String,
    debut: DateTime<Utc>,
    etat: String,
    reserve_le: DateTime<Utc>,
    par: String,
    nom: String,
    telephone: Option<String>,
    courriel: Option<String>,
    canal: String,
    refus_le: Option<DateTime<Utc>>,
    orientee: bool,
    besoins: Option<String>,
    accord: Option<Uuid>,
}

#[derive(FromQueryResult)]
struct LigneDate {
    reservation_id: ReservationId,
    date_id: DateSeanceId,
    jour: NaiveDate,
    etat: Option<String>,
    enregistree: Option<Uuid>,
}

#[derive(FromQueryResult)]
struct LigneSignature {
    reservation_id: ReservationId,
    date_id: DateSeanceId,
    nature: String,
}

#[derive(FromQueryResult)]
struct LigneGeste {
    reservation_id: ReservationId,
    date_id: DateSeanceId,
    jour: NaiveDate,
    geste: String,
    animateur: Option<bool>,
    participant: Option<bool>,
}

pub(super) async fn lire<T: FromQueryResult>(cx: &Contexte, q: &SelectStatement) -> Resultat<Vec<T>> {
    let db = cx.db();
    Ok(T::find_by_statement(db.get_database_backend().build(q)).all(&db).await?)
}

fn libelle(code: &str) -> String {
    Grille::par_id(GRILLE_COURANTE)
        .and_then(|g| g.gestes.iter().find(|x| x.code == code))
        .map_or_else(|| code.to_owned(), |x| x.libelle.clone())
}

/// What a person booked in these structures, latest first, with whether they came. The caller has checked the right
/// to read their file.
pub async fn reservations(cx: &Contexte, structures: &[StructureId], id: PersonneId, max: u64) -> Resultat<Vec<ReservationVue>> {
    let mut q = Query::select();
    q.from_as("reservation", "r")
        .join_as(JoinType::InnerJoin, "seance", "s", Expr::col(("s", "id")).equals(("r", "seance_id")))
        .join_as(JoinType::LeftJoin, "accord_evaluation", "ac", Expr::col(("ac", "reservation_id")).equals(("r", "id")))
        .columns([("r", "id"), ("r", "etat"), ("r", "par"), ("r", "nom"), ("r", "telephone"), ("r", "courriel"), ("r", "canal")])
        .columns([("r", "refus_le"), ("r", "orientee"), ("r", "besoins"), ("s", "debut")])
        .expr_as(Expr::col(("s", "id")), "seance")
        .expr_as(Expr::col(("s", "titre")), "atelier")
        .expr_as(Expr::col(("r", "cree_le")), "reserve_le")
        .expr_as(Expr::col(("ac", "reservation_id")), "accord")
        .and_where(Expr::col(("r", "personne_id")).eq(id))
        .and_where(Expr::col(("r", "structure_id")).is_in(structures.iter().copied()))
        .order_by(("s", "debut"), Order::Desc)
        .order_by(("r", "id"), Order::Desc)
        .limit(max);
    let lignes: Vec<Ligne> = lire(cx, &q).await?;
    let ids: Vec<ReservationId> = lignes.iter().map(|l| l.id).collect();
    let mut presences = presences(cx, &ids).await?;
    lignes
        .into_iter()
        .map(|l| {
            Ok(ReservationVue {
                presences: presences.remove(&l.id).unwrap_or_default(),
                besoins: cx.coffre().ouvrir_si(&BESOINS, l.id, l.besoins)?,
                id: l.id,
                seance: l.seance,
                atelier: l.atelier,
                debut: l.debut,
                etat: mot(l.etat),
                reserve_le: l.reserve_le,
                par: mot(l.par),
                nom: l.nom,
                telephone: l.telephone,
                courriel: l.courriel,
                canal: mot(l.canal),
                refus_le: l.refus_le,
                orientee: l.orientee,
                avis_accepte: l.accord.is_some(),
            })
        })
        .collect()
}

/// Each date of these bookings, in order.
async fn presences(cx: &Contexte, ids: &[ReservationId]) -> Resultat<HashMap<ReservationId, Vec<PresenceVue>>> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let mut q = Query::select();
    q.from_as("reservation", "r")
        .join_as(JoinType::InnerJoin, "seance_date", "d", Expr::col(("d", "seance_id")).equals(("r", "seance_id")))
        .join_as(
            JoinType::LeftJoin,
            "seance_presence",
            "p",
            Expr::col(("p", "date_id")).equals(("d", "id")).and(Expr::col(("p", "reservation_id")).equals(("r", "id"))),
        )
        .expr_as(Expr::col(("r", "id")), "reservation_id")
        .expr_as(Expr::col(("d", "id")), "date_id")
        .columns([("d", "jour"), ("p", "etat")])
        .expr_as(Expr::col(("d", "accompagnement_id")), "enregistree")
        .and_where(Expr::col(("r", "id")).is_in(ids.iter().copied()))
        .order_by(("d", "rang"), Order::Asc);
    let dates: Vec<LigneDate> = lire(cx, &q).await?;
    let mut q = Query::select();
    q.columns(["reservation_id", "date_id", "nature"])
        .from("signature_presence")
        .and_where(Expr::col("reservation_id").is_in(ids.iter().copied()))
        .order_by("demi_journee", Order::Desc);
    let signatures: Vec<LigneSignature> = lire(cx, &q).await?;
    let gestes = gestes(cx, Expr::col(("g", "reservation_id")).is_in(ids.iter().copied())).await?;
    let mut tout: HashMap<ReservationId, Vec<PresenceVue>> = HashMap::new();
    for d in dates {
        let de = |r: ReservationId, date: DateSeanceId| r == d.reservation_id && date == d.date_id;
        tout.entry(d.reservation_id).or_default().push(PresenceVue {
            date: d.date_id,
            jour: d.jour,
            etat: d.etat.map(mot),
            enregistree: d.enregistree.is_some(),
            signatures: signatures.iter().filter(|s| de(s.reservation_id, s.date_id)).map(|s| mot(s.nature.clone())).collect(),
            gestes: gestes.iter().filter(|g| de(g.reservation_id, g.date_id)).map(GesteVu::de).collect(),
        });
    }
    Ok(tout)
}

impl GesteVu {
    fn de(g: &LigneGeste) -> Self {
        Self { libelle: libelle(&g.geste), code: g.geste.clone(), jour: g.jour, animateur: g.animateur, participant: g.participant }
    }
}

async fn gestes(cx: &Contexte, lesquels: Expr) -> Resultat<Vec<LigneGeste>> {
    let mut q = Query::select();
    q.from_as("geste_seance", "g")
        .join_as(JoinType::InnerJoin, "seance_date", "d", Expr::col(("d", "id")).equals(("g", "date_id")))
        .join_as(JoinType::InnerJoin, "reservation", "r", Expr::col(("r", "id")).equals(("g", "reservation_id")))
        .columns([("g", "reservation_id"), ("g", "date_id"), ("g", "geste"), ("g", "animateur"), ("g", "participant")])
        .column(("d", "jour"))
        .and_where(lesquels)
        .order_by(("d", "jour"), Order::Asc)
        .order_by(("g", "geste"), Order::Asc);
    lire(cx, &q).await
}

/// What a gesture seen in a workshop proposes for the diagnostic, on its scale from 0 to 3: both say so, alone; the
/// animator alone, alone unless stuck; tried and not yet done, with help. What the person says alone waits for a look.
pub fn note_vue(animateur: Option<bool>, participant: Option<bool>) -> Option<u8> {
    match (animateur?, participant) {
        (true, Some(true)) => Some(3),
        (true, _) => Some(2),
        (false, _) => Some(1),
    }
}

/// The gestures of a person seen in workshops of the structure the actor works in, after `depuis` if told: the last
/// look at each, by code. The caller has checked the right to read their file.
pub async fn gestes_depuis(cx: &Contexte, id: PersonneId, depuis: Option<NaiveDate>) -> Resultat<BTreeMap<String, GesteVu>> {
    let structure = cx.exiger(Permission::PersonnesLire)?;
    let mut lesquels = Expr::col(("r", "personne_id")).eq(id).and(Expr::col(("r", "structure_id")).eq(structure));
    if let Some(jour) = depuis {
        lesquels = lesquels.and(Expr::col(("d", "jour")).gt(jour));
    }
    Ok(gestes(cx, lesquels).await?.iter().map(|g| (g.geste.clone(), GesteVu::de(g))).collect())
}

/// What happened to a person, for the timeline: bookings to come, absences, gestures. A presence is shown by the
/// accompaniment it was recorded as.
pub async fn evenements(cx: &Contexte, id: PersonneId, max: u64) -> Resultat<Vec<Evenement>> {
    let mut tout = vec![];
    for r in reservations(cx, &structures_lisibles(cx), id, max).await? {
        for p in &r.presences {
            let acquis: Vec<&str> = p.gestes.iter().filter(|g| g.animateur == Some(true)).map(|g| g.libelle.as_str()).collect();
            let etat = match (&p.etat, r.etat.code.as_str()) {
                (Some(e), _) => e,
                // Neither in nor awaited: nothing happens that day.
                (None, "annulee" | "sur_place") => continue,
                (None, _) => &r.etat,
            };
            if etat.code == "present" && p.enregistree && acquis.is_empty() {
                continue;
            }
            let titre =
                if acquis.is_empty() { format!("Atelier : {}", etat.libelle.to_lowercase()) } else { "Gestes acquis en atelier".into() };
            let detail = if acquis.is_empty() { r.atelier.clone() } else { format!("{} : {}", r.atelier, acquis.join(", ")) };
            tout.push(Evenement {
                jour: p.jour,
                ordre: r.id.0,
                icone: "presentation",
                titre,
                detail: Some(detail),
                href: Some(format!("/ateliers/seances/{}", r.seance)),
            });
        }
    }
    Ok(tout)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn un_geste_vu_propose_une_note_et_jamais_sans_etre_regarde() {
        assert_eq!(note_vue(Some(true), Some(true)), Some(3));
        assert_eq!(note_vue(Some(true), None), Some(2));
        assert_eq!(note_vue(Some(true), Some(false)), Some(2));
        assert_eq!(note_vue(Some(false), Some(true)), Some(1));
        assert_eq!(note_vue(None, Some(true)), None);
        let g = Grille::par_id(GRILLE_COURANTE).unwrap();
        assert!(note_vue(Some(true), Some(true)).is_some_and(|n| n == g.note_max()));
        assert_eq!(libelle(&g.gestes[0].code), g.gestes[0].libelle);
    }
}
