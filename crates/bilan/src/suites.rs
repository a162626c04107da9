//! What came of the activities: the objectives, diagnostics and orientations behind their numbers.

use chrono::NaiveDate;
use mediation::{parcours, personne};
use sea_orm::{
    ExprTrait, FromQueryResult, JoinType, Order,
    sea_query::{Cond, Expr, Query, SelectStatement},
};
use socle::{Contexte, Permission, Resultat, identifiant::PersonneId};
use uuid::Uuid;

use crate::{
    calcul::{derniers_diagnostics, objectifs_evalues, orientations_envoyees},
    filtre::Filtre,
    liste::{PAR_PAGE, compter},
    requetes::lire,
};

/// A number of the part « Ce que cela a donné ».
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Suite {
    Evalues,
    Atteints,
    Reevaluees,
    EnProgres,
    Envoyees,
    Repondues,
    Acceptees,
    Abouties,
}

impl Suite {
    pub const TOUTES: [(&'static str, Self, &'static str); 8] = [
        ("evalues", Self::Evalues, "Objectifs évalués"),
        ("atteints", Self::Atteints, "Objectifs atteints"),
        ("reevaluees", Self::Reevaluees, "Personnes qui ont fait deux diagnostics ou plus"),
        ("en_progres", Self::EnProgres, "Personnes en progrès"),
        ("envoyees", Self::Envoyees, "Orientations envoyées"),
        ("repondues", Self::Repondues, "Orientations qui ont une réponse"),
        ("acceptees", Self::Acceptees, "Orientations acceptées"),
        ("abouties", Self::Abouties, "Orientations abouties"),
    ];

    /// The rows of this number: `personne_id`, `jour`, `quoi`, `id` (of an orientation).
    fn requete(self, f: &Filtre) -> SelectStatement {
        match self {
            Self::Evalues | Self::Atteints => {
                let mut q = objectifs_evalues(f);
                q.column(("pa", "personne_id"))
                    .expr_as(Expr::col(("o", "evalue_le")), "jour")
                    .expr_as(Expr::col(("o", "libelle")), "quoi")
                    .expr_as(Expr::col(("o", "id")), "id");
                if self == Self::Atteints {
                    q.and_where(Expr::col(("o", "statut")).eq("atteint"));
                }
                q
            }
            Self::Reevaluees | Self::EnProgres => {
                let mut q = Query::select();
                q.from_subquery(derniers_diagnostics(f), "t")
                    .columns(["personne_id", "jour"])
                    .expr_as(Expr::col("dernier"), "quoi")
                    .expr_as(Expr::col("personne_id"), "id");
                if self == Self::EnProgres {
                    let monte = |de: &'static str, vers: &[&'static str]| {
                        Cond::all().add(Expr::col("premier").eq(de)).add(Expr::col("dernier").is_in(vers.iter().copied()))
                    };
                    q.cond_where(Cond::any().add(monte("eloigne", &["en_chemin", "autonome"])).add(monte("en_chemin", &["autonome"])));
                }
                q
            }
            Self::Envoyees | Self::Repondues | Self::Acceptees | Self::Abouties => {
                let mut q = orientations_envoyees(f);
                q.join_as(JoinType::InnerJoin, "partenaire", "r", Expr::col(("r", "id")).equals(("o", "partenaire_id")))
                    .column(("o", "personne_id"))
                    .expr_as(Expr::col(("o", "date")), "jour")
                    .expr_as(Expr::col(("r", "nom")), "quoi")
                    .expr_as(Expr::col(("o", "id")), "id");
                match self {
                    Self::Repondues => q.and_where(Expr::col(("o", "repondu_le")).is_not_null()),
                    Self::Acceptees => q.and_where(Expr::col(("o", "acceptee")).eq(true)),
                    Self::Abouties => q.and_where(Expr::col(("o", "statut")).eq("aboutie")),
                    _ => &mut q,
                };
                q
            }
        }
    }

    fn orientation(self) -> bool {
        matches!(self, Self::Envoyees | Self::Repondues | Self::Acceptees | Self::Abouties)
    }
}

#[derive(FromQueryResult)]
struct Brute {
    personne_id: PersonneId,
    jour: NaiveDate,
    quoi: String,
    id: Uuid,
}

/// A line of the list.
#[derive(Clone, Debug)]
pub struct Ligne {
    pub jour: NaiveDate,
    pub nom: String,
    /// None for a file that cannot be opened.
    pub href: Option<String>,
    /// The objective, the level, the partner.
    pub quoi: String,
}

fn niveau(code: &str) -> &str {
    match code {
        "eloigne" => "Éloigné",
        "en_chemin" => "En chemin",
        "autonome" => "Autonome",
        autre => autre,
    }
}

/// One page of what is behind a number, newest first, and how many there are in all.
pub async fn lignes(cx: &Contexte, filtre: &Filtre, suite: Suite, page: u64) -> Resultat<(Vec<Ligne>, u64)> {
    let f = filtre.clone().situer(cx)?;
    for s in &f.structures {
        cx.exiger_dans(Permission::PersonnesLire, *s)?;
    }
    let mut tout = Query::select();
    tout.from_subquery(suite.requete(&f), "s");
    let total = compter(cx, tout.clone()).await?;
    tout.columns(["personne_id", "jour", "quoi", "id"])
        .order_by("jour", Order::Desc)
        .order_by("id", Order::Desc)
        .limit(PAR_PAGE)
        .offset((page - 1) * PAR_PAGE);
    let brutes: Vec<Brute> = lire(cx, &tout).await?;
    let ids: Vec<_> = brutes.iter().map(|b| b.personne_id).collect();
    let noms = personne::noms(cx, &ids).await?;
    let objectif = matches!(suite, Suite::Evalues | Suite::Atteints);
    let lignes = brutes
        .into_iter()
        .map(|b| {
            let nom = noms.get(&b.personne_id).cloned();
            let href = nom
                .is_some()
                .then(|| if suite.orientation() { format!("/orientations/{}", b.id) } else { format!("/personnes/{}", b.personne_id) });
            // An objective is in the words of the person: not shown without the file.
            let quoi = match (objectif, &nom) {
                (true, None) => String::new(),
                (true, Some(_)) => parcours::ouvrir_libelle(cx, b.id, b.quoi)?,
                (false, _) => niveau(&b.quoi).to_owned(),
            };
            Ok(Ligne { jour: b.jour, nom: nom.unwrap_or_else(|| "Dossier effacé, ou que votre structure ne suit pas".into()), href, quoi })
        })
        .collect::<Resultat<Vec<_>>>()?;
    Ok((lignes, total))
}
