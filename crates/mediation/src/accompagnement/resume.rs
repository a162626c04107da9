//! What lists and timelines show of accompaniments: one select, whatever their number.

use chrono::NaiveDate;
use sea_orm::{
    ConnectionTrait, FromQueryResult, JoinType, QueryOrder, QuerySelect, QueryTrait, Select, entity::prelude::*, sea_query::Query,
};
use socle::{
    Contexte, Nomenclature, Resultat,
    identifiant::{AccompagnementId, PersonneId, StructureId},
};

use super::{
    DuJour, Filtre, depot, regles,
    table::{self, participation},
};
use crate::{
    chronologie::Evenement,
    nomenclatures::{Thematique, TypeActivite},
    personne,
};

/// Its thématiques, separated by commas.
const THEMATIQUES: &str = "(SELECT string_agg(c.code, ',') FROM accompagnement_code c \
     WHERE c.accompagnement_id = accompagnement.id AND c.axe = 'thematique')";

/// The parts of the names of those present whom the structure follows: see [`personne::noms_reunis`].
const PRESENTS: &str = "(SELECT string_agg(COALESCE(e.prenom, '') || '\u{1f}' || COALESCE(e.nom, '') || '\u{1f}' || COALESCE(e.surnom, ''), '\u{1e}') \
     FROM participation p \
     JOIN suivi s ON s.structure_id = accompagnement.structure_id AND s.personne_id = p.personne_id \
     JOIN personne e ON e.id = p.personne_id \
     WHERE p.accompagnement_id = accompagnement.id AND e.efface_le IS NULL)";

const MEDIATEUR: &str = "(SELECT u.nom FROM utilisateur u WHERE u.id = accompagnement.mediateur_id)";

#[derive(FromQueryResult)]
struct Lue {
    id: AccompagnementId,
    date: NaiveDate,
    type_activite: TypeActivite,
    titre: Option<String>,
    duree_minutes: i32,
    thematiques: Option<String>,
}

#[derive(FromQueryResult)]
struct LueAvecNoms {
    #[sea_orm(nested)]
    a: Lue,
    nommes: i32,
    anonymes: i32,
    mediateur: Option<String>,
    presents: Option<String>,
}

fn colonnes(q: Select<table::Entity>) -> Select<table::Entity> {
    q.select_only()
        .columns([table::Column::Id, table::Column::Date, table::Column::TypeActivite, table::Column::Titre, table::Column::DureeMinutes])
        .expr_as(Expr::cust(THEMATIQUES), "thematiques")
}

impl Lue {
    /// The title of the workshop, else what was worked on.
    fn intitule(&self) -> String {
        let mut sujets: Vec<Thematique> = self.thematiques.iter().flat_map(|t| t.split(',')).filter_map(Thematique::depuis).collect();
        sujets.sort_unstable();
        super::intituler(self.titre.as_deref(), &sujets)
    }
}

impl LueAvecNoms {
    fn ligne(self) -> DuJour {
        let noms = personne::noms_reunis(self.presents.as_deref());
        let sans_nom = (self.nommes.unsigned_abs() as usize).saturating_sub(noms.len()) + self.anonymes.unsigned_abs() as usize;
        DuJour {
            id: self.a.id,
            date: self.a.date,
            titre: format!("{} · {}", self.a.type_activite.libelle(), self.a.intitule()),
            presents: regles::presents(noms, sans_nom),
            duree_minutes: self.a.duree_minutes,
            mediateur: self.mediateur.unwrap_or_default(),
        }
    }
}

/// The accompaniments of a structure that answer a filter, newest first, after `avant`.
pub async fn lignes(
    cx: &Contexte,
    structure: StructureId,
    f: &Filtre,
    avant: Option<(NaiveDate, uuid::Uuid)>,
    combien: u64,
) -> Resultat<Vec<DuJour>> {
    let q = colonnes(depot::du_plus_recent(structure, f, avant))
        .columns([table::Column::Nommes, table::Column::Anonymes])
        .expr_as(Expr::cust(MEDIATEUR), "mediateur")
        .expr_as(Expr::cust(PRESENTS), "presents")
        .limit(combien);
    Ok(q.into_model::<LueAvecNoms>().all(&cx.db()).await?.into_iter().map(LueAvecNoms::ligne).collect())
}

/// How many accompaniments of a day, counted up to `plafond`, and their minutes in all.
pub async fn total(cx: &Contexte, structure: StructureId, date: NaiveDate, plafond: u64) -> Resultat<(i64, i64)> {
    let f = Filtre { du: Some(date), au: Some(date), ..Filtre::default() };
    let jour = depot::filtrer(structure, &f).select_only().column(table::Column::DureeMinutes).limit(plafond).into_query();
    let mut q = Query::select();
    q.expr_as(Expr::cust("COUNT(*)"), "nombre")
        .expr_as(Expr::cust("CAST(COALESCE(SUM(duree_minutes), 0) AS BIGINT)"), "minutes")
        .from_subquery(jour, "jour");
    let db = cx.db();
    let l = db.query_one(&q).await?;
    Ok(l.map(|l| Ok::<_, DbErr>((l.try_get("", "nombre")?, l.try_get("", "minutes")?))).transpose()?.unwrap_or_default())
}

/// Those a person took part in, in this structure, newest first: one range of an index of `participation`.
pub async fn evenements(cx: &Contexte, structure: StructureId, id: PersonneId, combien: u64) -> Resultat<Vec<Evenement>> {
    let q = table::Entity::find()
        .join(
            JoinType::InnerJoin,
            table::Entity::belongs_to(participation::Entity).from(table::Column::Id).to(participation::Column::AccompagnementId).into(),
        )
        .filter(participation::Column::PersonneId.eq(id))
        .filter(participation::Column::StructureId.eq(structure))
        .filter(table::Column::SupprimeLe.is_null())
        .order_by_desc(participation::Column::Date)
        .order_by_desc(table::Column::Id)
        .limit(combien);
    let evenement = |a: Lue| Evenement {
        jour: a.date,
        ordre: a.id.0,
        icone: if a.type_activite == TypeActivite::Collectif { "presentation" } else { "hand-heart" },
        titre: format!("Accompagnement {}", a.type_activite.libelle().to_lowercase()),
        detail: Some(format!("{} ({})", a.intitule(), interface::format::duree(i64::from(a.duree_minutes)))),
        href: Some(format!("/accompagnements/{}", a.id)),
    };
    Ok(colonnes(q).into_model::<Lue>().all(&cx.db()).await?.into_iter().map(evenement).collect())
}
