//! The lists behind the numbers: activities, people.

use std::collections::HashMap;

use chrono::NaiveDate;
use mediation::{
    nomenclatures::{Autonomie, Demarche, Genre, LieuType, Materiel, Statut, Thematique, TrancheAge, TypeActivite},
    personne,
};
use sea_orm::{
    ExprTrait, FromQueryResult, JoinType, Order,
    sea_query::{Cond, Expr, Query, SelectStatement},
};
use socle::{
    Contexte, Erreur, Nomenclature, Permission, Resultat,
    controle::Controle,
    identifiant::{AccompagnementId, PersonneId, StructureId, UtilisateurId},
};

use crate::{
    calcul,
    filtre::{Filtre, a_le_code},
    masque::SEUIL,
    regles,
    requetes::lire,
};

/// How many lines a page.
pub const PAR_PAGE: u64 = 25;

/// Which number of the bilan is opened, beyond its filter: pairs of an address, read and checked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Detail {
    pairs: Vec<(String, String)>,
}

/// The parameters that say which number is opened.
pub const DETAILS: [&str; 9] =
    ["demarche", "materiel", "lieu_type", "autonomie", "sans_lieu", "presence", "tranche_age", "genre", "statut"];

impl Detail {
    /// Checks the parameters; unknown codes are told.
    pub fn lire(pairs: Vec<(String, String)>) -> Resultat<Self> {
        let mut c = Controle::new();
        for (nom, valeur) in &pairs {
            let connu = match nom.as_str() {
                "demarche" => c.code::<Demarche>(nom, valeur).is_some(),
                "materiel" => c.code::<Materiel>(nom, valeur).is_some(),
                "lieu_type" => c.code::<LieuType>(nom, valeur).is_some(),
                "autonomie" => c.code::<Autonomie>(nom, valeur).is_some(),
                "tranche_age" => c.code::<TrancheAge>(nom, valeur).is_some(),
                "genre" => c.code::<Genre>(nom, valeur).is_some(),
                "statut" => c.code::<Statut>(nom, valeur).is_some(),
                "sans_lieu" => valeur == "oui",
                "presence" => matches!(valeur.as_str(), "nommees" | "anonymes"),
                _ => false,
            };
            if !connu && c.fautes().is_empty() {
                c.faute(nom, "Ce choix ne fait pas partie de la liste.");
            }
        }
        c.finir()?;
        Ok(Self { pairs })
    }

    /// Whether it tells the people present apart: not for those who only coordinate.
    pub fn sur_le_public(&self) -> bool {
        self.pairs.iter().any(|(n, _)| matches!(n.as_str(), "presence" | "tranche_age" | "genre" | "statut"))
    }

    /// The names of the parameters.
    pub fn parametres(&self) -> impl Iterator<Item = &str> {
        self.pairs.iter().map(|(n, _)| n.as_str())
    }

    /// The end of the address, with its `&`.
    pub fn adresse(&self) -> String {
        self.pairs.iter().map(|(n, v)| format!("&{n}={v}")).collect()
    }

    /// What is opened, in words.
    pub fn libelles(&self) -> Vec<String> {
        fn libelle<N: Nomenclature>(code: &str) -> String {
            N::depuis(code).map(|n| n.libelle().to_owned()).unwrap_or_default()
        }
        self.pairs
            .iter()
            .map(|(nom, v)| match nom.as_str() {
                "demarche" => libelle::<Demarche>(v),
                "materiel" => format!("Matériel : {}", libelle::<Materiel>(v)),
                "lieu_type" => libelle::<LieuType>(v),
                "autonomie" => libelle::<Autonomie>(v),
                "tranche_age" => format!("Âge : {}", libelle::<TrancheAge>(v)),
                "genre" => format!("Genre : {}", libelle::<Genre>(v)),
                "statut" => format!("Statut : {}", libelle::<Statut>(v)),
                "sans_lieu" => "Sans lieu".to_owned(),
                _ if v == "anonymes" => "Avec des participants anonymes".to_owned(),
                _ => "Avec des personnes nommées".to_owned(),
            })
            .collect()
    }

    fn restreindre(&self, q: &mut SelectStatement) {
        for (nom, v) in &self.pairs {
            let condition = match nom.as_str() {
                "demarche" | "materiel" => a_le_code(nom, v),
                "lieu_type" => Expr::col(("a", "lieu_type")).eq(v.as_str()),
                "autonomie" => Expr::col(("a", "autonomie")).eq(v.as_str()),
                "sans_lieu" => Expr::col(("a", "lieu_id")).is_null(),
                "presence" if v == "anonymes" => Expr::col(("a", "anonymes")).gt(0),
                "presence" => Expr::col(("a", "nommes")).gt(0),
                axe => {
                    q.cond_where(public(axe, v));
                    continue;
                }
            };
            q.and_where(condition);
        }
    }
}

/// Activities where somebody of this part of the public was present, named or declared.
fn public(axe: &str, code: &str) -> Cond {
    let sql = match axe {
        "tranche_age" => regles::sql_tranche_age(),
        "genre" => "COALESCE(pe.genre, 'non_communique')".to_owned(),
        _ => "COALESCE(pe.statut, 'non_communique')".to_owned(),
    };
    let mut nommes = Query::select();
    nommes
        .expr(Expr::val(1))
        .from_as("participation", "p")
        .join_as(JoinType::InnerJoin, "personne", "pe", Expr::col(("pe", "id")).equals(("p", "personne_id")))
        .and_where(Expr::col(("p", "accompagnement_id")).equals(("a", "id")))
        .and_where(Expr::cust(sql).eq(code));
    let declares = || {
        let mut q = Query::select();
        q.from_as("accompagnement_anonyme", "n")
            .and_where(Expr::col(("n", "accompagnement_id")).equals(("a", "id")))
            .and_where(Expr::col(("n", "axe")).eq(axe));
        q
    };
    let mut anonymes = declares();
    anonymes.expr(Expr::val(1)).and_where(Expr::col(("n", "code")).eq(code));
    let mut c = Cond::any().add(Expr::exists(nommes)).add(Expr::exists(anonymes));
    if code == "non_communique" {
        let mut somme = declares();
        somme.expr(Expr::cust("COALESCE(SUM(n.nombre), 0)"));
        c = c.add(Expr::col(("a", "anonymes")).gt(Expr::SubQuery(None, Box::new(somme.into()))));
    }
    c
}

#[derive(FromQueryResult)]
struct Total {
    total: i64,
}

pub async fn compter(cx: &Contexte, mut q: SelectStatement) -> Resultat<u64> {
    q.expr_as(Expr::cust("COUNT(*)"), "total");
    Ok(lire::<Total>(cx, &q).await?.first().map_or(0, |t| t.total.unsigned_abs()))
}

#[derive(FromQueryResult)]
struct Brute {
    id: AccompagnementId,
    structure_id: StructureId,
    date: NaiveDate,
    type_activite: TypeActivite,
    duree_minutes: i32,
    titre: Option<String>,
    nommes: i32,
    anonymes: i32,
    lieu: Option<String>,
    mediateur_id: UtilisateurId,
    lieu_type: Option<LieuType>,
    autonomie: Option<Autonomie>,
    commune: Option<String>,
}

#[derive(FromQueryResult)]
struct CodeDe {
    accompagnement_id: AccompagnementId,
    axe: String,
    code: String,
}

#[derive(FromQueryResult)]
struct Present {
    accompagnement_id: AccompagnementId,
    personne_id: PersonneId,
}

/// An activity, as the list behind a number shows it.
#[derive(Clone, Debug)]
pub struct Activite {
    pub id: AccompagnementId,
    pub date: NaiveDate,
    pub type_activite: TypeActivite,
    pub duree_minutes: i64,
    pub thematiques: Vec<&'static str>,
    pub demarches: Vec<&'static str>,
    pub materiels: Vec<&'static str>,
    pub structure: StructureId,
    pub mediateur: UtilisateurId,
    pub lieu_type: Option<LieuType>,
    pub autonomie: Option<Autonomie>,
    /// INSEE code: that of the activity, else of its lieu.
    pub commune: Option<String>,
    pub lieu: Option<String>,
    pub nommes: i64,
    pub anonymes: i64,
    /// The rest is for those who may read accompaniments there.
    pub lisible: bool,
    pub titre: Option<String>,
    /// Names, in the structure the actor works in.
    pub presents: Vec<String>,
}

/// The activities behind a number, as `a` with their lieu `l`; those who may not tell people apart have neither the
/// details about them, nor the activities of few people. `f` is situated.
pub async fn requete(cx: &Contexte, f: &Filtre, d: &Detail) -> Resultat<SelectStatement> {
    f.verifier_lieu(cx).await?;
    let masque = f.masque(cx);
    if d.sur_le_public() && masque {
        return Err(Erreur::Interdit(Permission::AccompagnementsLire));
    }
    Ok(choisies(f, d, masque))
}

/// The activities of `f` and `d`, whose rights are checked; if `masque`, those of few people are left out.
pub fn choisies(f: &Filtre, d: &Detail, masque: bool) -> SelectStatement {
    let mut q = f.activites(true);
    d.restreindre(&mut q);
    if masque {
        q.and_where(Expr::cust("a.nommes + a.anonymes").gte(SEUIL));
    }
    q
}

/// One page of the activities behind a number, newest first, and how many there are in all.
pub async fn activites(cx: &Contexte, filtre: &Filtre, d: &Detail, page: u64) -> Resultat<(Vec<Activite>, u64)> {
    let f = filtre.clone().situer(cx)?;
    let mut q = requete(cx, &f, d).await?;
    let total = compter(cx, q.clone()).await?;
    q.limit(PAR_PAGE).offset((page - 1) * PAR_PAGE);
    Ok((lignes(cx, q, true).await?, total))
}

/// The activities of `q`, newest first, with names when asked.
pub async fn lignes(cx: &Contexte, mut q: SelectStatement, avec_noms: bool) -> Resultat<Vec<Activite>> {
    for c in [
        "id",
        "structure_id",
        "date",
        "type_activite",
        "duree_minutes",
        "titre",
        "nommes",
        "anonymes",
        "mediateur_id",
        "lieu_type",
        "autonomie",
    ] {
        q.column(("a", c));
    }
    q.expr_as(Expr::cust("COALESCE(a.commune, l.commune)"), "commune");
    q.expr_as(Expr::col(("l", "nom")), "lieu").order_by(("a", "date"), Order::Desc).order_by(("a", "id"), Order::Desc);
    let brutes: Vec<Brute> = lire(cx, &q).await?;
    let mut codes = codes(cx, &brutes).await?;
    let mut presents = if avec_noms { noms(cx, &brutes).await? } else { HashMap::new() };
    let lignes = brutes.into_iter().map(|b| {
        let lisible = cx.acteur.peut_dans(Permission::AccompagnementsLire, b.structure_id);
        let c = codes.remove(&b.id).unwrap_or_default();
        Activite {
            id: b.id,
            date: b.date,
            type_activite: b.type_activite,
            duree_minutes: b.duree_minutes.into(),
            thematiques: libelles(&c.thematiques),
            demarches: libelles(&c.demarches),
            materiels: libelles(&c.materiels),
            structure: b.structure_id,
            mediateur: b.mediateur_id,
            lieu_type: b.lieu_type,
            autonomie: b.autonomie,
            commune: b.commune,
            lieu: b.lieu,
            nommes: b.nommes.into(),
            anonymes: b.anonymes.into(),
            lisible,
            titre: b.titre.filter(|_| lisible),
            presents: presents.remove(&b.id).unwrap_or_default(),
        }
    });
    Ok(lignes.collect())
}

/// The codes of one activity, by axis.
#[derive(Default)]
struct Codes {
    thematiques: Vec<Thematique>,
    demarches: Vec<Demarche>,
    materiels: Vec<Materiel>,
}

/// Labels, in the order of the nomenclature.
fn libelles<N: Nomenclature + Ord + Copy>(codes: &[N]) -> Vec<&'static str> {
    let mut codes = codes.to_vec();
    codes.sort_unstable();
    codes.into_iter().map(Nomenclature::libelle).collect()
}

async fn codes(cx: &Contexte, brutes: &[Brute]) -> Resultat<HashMap<AccompagnementId, Codes>> {
    let mut par_id: HashMap<_, Codes> = HashMap::new();
    if !brutes.is_empty() {
        let mut q = Query::select();
        q.columns(["accompagnement_id", "axe", "code"])
            .from("accompagnement_code")
            .and_where(Expr::col("accompagnement_id").is_in(brutes.iter().map(|b| b.id)));
        for c in lire::<CodeDe>(cx, &q).await? {
            let codes = par_id.entry(c.accompagnement_id).or_default();
            match c.axe.as_str() {
                "thematique" => codes.thematiques.extend(Thematique::depuis(&c.code)),
                "demarche" => codes.demarches.extend(Demarche::depuis(&c.code)),
                _ => codes.materiels.extend(Materiel::depuis(&c.code)),
            }
        }
    }
    Ok(par_id)
}

/// The names of those present at the activities of the structure the actor works in.
async fn noms(cx: &Contexte, brutes: &[Brute]) -> Resultat<HashMap<AccompagnementId, Vec<String>>> {
    let Some(active) = cx.acteur.structure.filter(|s| cx.acteur.peut_dans(Permission::AccompagnementsLire, *s)) else {
        return Ok(HashMap::new());
    };
    let ids: Vec<_> = brutes.iter().filter(|b| b.structure_id == active && b.nommes > 0).map(|b| b.id).collect();
    if ids.is_empty() || !cx.acteur.peut_dans(Permission::PersonnesLire, active) {
        return Ok(HashMap::new());
    }
    let mut q = Query::select();
    q.columns(["accompagnement_id", "personne_id"]).from("participation").and_where(Expr::col("accompagnement_id").is_in(ids));
    let presents: Vec<Present> = lire(cx, &q).await?;
    let mut personnes: Vec<PersonneId> = presents.iter().map(|p| p.personne_id).collect();
    personnes.sort_unstable();
    personnes.dedup();
    let noms = personne::noms(cx, &personnes).await?;
    let mut par_id: HashMap<_, Vec<String>> = HashMap::new();
    for p in presents {
        if let Some(nom) = noms.get(&p.personne_id) {
            par_id.entry(p.accompagnement_id).or_default().push(nom.clone());
        }
    }
    for n in par_id.values_mut() {
        n.sort();
    }
    Ok(par_id)
}

#[derive(FromQueryResult)]
struct BrutePersonne {
    personne_id: PersonneId,
    combien: i64,
    efface: bool,
}

/// A person, as the list behind a number shows them.
#[derive(Clone, Debug)]
pub struct Personne {
    /// None for a file erased, or that the structure does not follow.
    pub dossier: Option<PersonneId>,
    pub nom: String,
    /// Participations counted.
    pub combien: i64,
}

/// One page of the people behind « distinctes » or « nouvelles », by name, and how many there are in all.
pub async fn personnes(cx: &Contexte, filtre: &Filtre, nouvelles: bool, page: u64) -> Resultat<(Vec<Personne>, u64)> {
    let f = filtre.clone().situer(cx)?;
    for s in &f.structures {
        cx.exiger_dans(Permission::PersonnesLire, *s)?;
    }
    f.verifier_lieu(cx).await?;
    let mut par_personne = f.participations();
    par_personne.column(("p", "personne_id")).expr_as(Expr::cust("COUNT(*)"), "combien").group_by_col(("p", "personne_id"));
    let mut q = Query::select();
    q.from_subquery(par_personne, "d");
    if nouvelles {
        q.and_where(calcul::est_nouvelle(&f));
    }
    let total = compter(cx, q.clone()).await?;
    q.join_as(JoinType::InnerJoin, "personne", "pe", Expr::col(("pe", "id")).equals(("d", "personne_id")))
        .column(("d", "personne_id"))
        .column(("d", "combien"))
        .expr_as(Expr::cust("pe.efface_le IS NOT NULL"), "efface")
        .order_by(("pe", "cle_tri"), Order::Asc)
        .order_by(("pe", "id"), Order::Asc)
        .limit(PAR_PAGE)
        .offset((page - 1) * PAR_PAGE);
    let brutes: Vec<BrutePersonne> = lire(cx, &q).await?;
    let ids: Vec<_> = brutes.iter().map(|b| b.personne_id).collect();
    let noms = personne::noms(cx, &ids).await?;
    let lignes = brutes
        .into_iter()
        .map(|b| match (noms.get(&b.personne_id), b.efface) {
            (Some(nom), _) => Personne { dossier: Some(b.personne_id), nom: nom.clone(), combien: b.combien },
            (None, true) => Personne { dossier: None, nom: "Personne effacée".into(), combien: b.combien },
            (None, false) => Personne { dossier: None, nom: "Personne que votre structure ne suit pas".into(), combien: b.combien },
        })
        .collect();
    Ok((lignes, total))
}
