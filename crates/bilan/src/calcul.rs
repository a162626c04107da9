//! The figures of a bilan: from segments, or aggregated by the database from the rows, by the same queries
//! on both engines.

use std::collections::HashMap;

use chrono::NaiveDate;
use mediation::nomenclatures::{Autonomie, Demarche, Genre, LieuType, Materiel, Statut, Thematique, TrancheAge};
use sea_orm::{
    ExprTrait, FromQueryResult, JoinType,
    sea_query::{Expr, Query, SelectStatement},
};
use socle::{Contexte, Nomenclature, Resultat, equipe, identifiant::LieuId};
use territoire::commune;

use crate::{
    ateliers,
    filtre::Filtre,
    masque, regles,
    requetes::{ParCle, ParId, grouper, lieux, lire},
    satisfaction, segments,
    vue::{self, Activites, Bilan, Code, Commune, Orientations, Par, Participations, Personnes, Public, Reussite},
};

/// For each code, named participations and distinct people.
pub type Publics = HashMap<String, (i64, i64)>;

/// The figures of what `filtre` says. Needs the right to read the bilan of each structure counted;
/// figures of fewer than five people are masked where the actor only coordinates.
pub async fn calculer(cx: &Contexte, filtre: &Filtre) -> Resultat<Bilan> {
    let f = filtre.clone().situer_chiffres(cx)?;
    f.verifier_lieu(cx).await?;
    let (mut b, publics) = chiffrer(cx, &f, f.masque(cx)).await?;
    if f.masque(cx) {
        masque::bilan(&mut b, publics.each_ref());
    }
    Ok(b)
}

/// The same, small figures masked whoever asks: what may leave the structure. Its columns over time are masked as
/// they are: its months are not to be shown beside them.
pub async fn calculer_masque(cx: &Contexte, filtre: &Filtre) -> Resultat<(Bilan, &'static str, Vec<regles::Colonne>)> {
    let f = filtre.clone().situer_chiffres(cx)?;
    f.verifier_lieu(cx).await?;
    let (mut b, publics) = chiffrer(cx, &f, true).await?;
    let (titre, mut colonnes) = regles::colonnes(&b.mois, b.du, b.au);
    masque::bilan(&mut b, publics.each_ref());
    masque::colonnes(&b, &mut colonnes);
    Ok((b, titre, colonnes))
}

/// The figures of `f`, those of workshops alone masked if `masque`.
async fn chiffrer(cx: &Contexte, f: &Filtre, masque: bool) -> Resultat<(Bilan, [Publics; 3])> {
    let (mut b, publics) = match segments::calculer(cx, f).await? {
        Some(b) => b,
        None => compter(cx, f).await?,
    };
    b.satisfaction = satisfaction::calculer(cx, f).await?;
    b.ateliers = ateliers::calculer(cx, f, masque).await?;
    Ok((b, publics))
}

/// The same figures counted from the rows alone: what [`calculer`] is checked against.
pub async fn calculer_des_lignes(cx: &Contexte, filtre: &Filtre) -> Resultat<Bilan> {
    let f = filtre.clone().situer_chiffres(cx)?;
    f.verifier_lieu(cx).await?;
    let (mut b, publics) = compter(cx, &f).await?;
    b.satisfaction = satisfaction::calculer(cx, &f).await?;
    b.ateliers = ateliers::calculer(cx, &f, f.masque(cx)).await?;
    if f.masque(cx) {
        masque::bilan(&mut b, publics.each_ref());
    }
    Ok(b)
}

/// The figures, unmasked, and the named participations by age band, genre and statut.
async fn compter(cx: &Contexte, f: &Filtre) -> Resultat<(Bilan, [Publics; 3])> {
    let mut b = Bilan { du: f.du, au: f.au, ..Bilan::default() };
    totaux(cx, f, &mut b).await?;
    codes(cx, f, &mut b).await?;
    lieux_et_equipe(cx, f, &mut b).await?;
    b.personnes = personnes(cx, f).await?;
    b.reussite = reussite(cx, f).await?;
    b.orientations = orientations(cx, f).await?;

    let ages = nommees(cx, f, &regles::sql_tranche_age()).await?;
    let genres = nommees(cx, f, "COALESCE(pe.genre, 'non_communique')").await?;
    let statuts = nommees(cx, f, "COALESCE(pe.statut, 'non_communique')").await?;
    let declares = if b.participations.anonymes > Some(0) { declares(cx, f).await? } else { HashMap::new() };
    fn repartir<N: Nomenclature>(b: &Bilan, nommees: &Publics, declares: &HashMap<String, HashMap<String, i64>>, axe: &str) -> Vec<Public> {
        let aucun = HashMap::new();
        regles::repartir::<N>(nommees, declares.get(axe).unwrap_or(&aucun), b.participations.anonymes.unwrap_or_default())
    }
    b.tranches_age = repartir::<TrancheAge>(&b, &ages, &declares, "tranche_age");
    b.genres = repartir::<Genre>(&b, &genres, &declares, "genre");
    b.statuts = repartir::<Statut>(&b, &statuts, &declares, "statut");
    Ok((b, [ages, genres, statuts]))
}

#[derive(FromQueryResult)]
struct Totaux {
    total: i64,
    individuelles: Option<i64>,
    nommees: Option<i64>,
    anonymes: Option<i64>,
    minutes: Option<i64>,
}

async fn totaux(cx: &Contexte, f: &Filtre, b: &mut Bilan) -> Resultat<()> {
    let mut q = f.activites(false);
    q.expr_as(Expr::cust("COUNT(*)"), "total")
        .expr_as(Expr::cust("SUM(CASE WHEN a.type_activite = 'individuel' THEN 1 ELSE 0 END)"), "individuelles")
        .expr_as(Expr::cust("SUM(a.nommes)"), "nommees")
        .expr_as(Expr::cust("SUM(a.anonymes)"), "anonymes")
        .expr_as(Expr::cust("SUM(a.duree_minutes)"), "minutes");
    if let Some(t) = lire::<Totaux>(cx, &q).await?.into_iter().next() {
        let individuelles = t.individuelles.unwrap_or_default();
        let (nommees, anonymes) = (t.nommees.unwrap_or_default(), t.anonymes.unwrap_or_default());
        b.activites = Activites { total: Some(t.total), individuelles: Some(individuelles), collectives: Some(t.total - individuelles) };
        b.participations = Participations { total: Some(nommees + anonymes), nommees: Some(nommees), anonymes: Some(anonymes) };
        b.duree_minutes = Some(t.minutes.unwrap_or_default());
    }
    Ok(())
}

#[derive(FromQueryResult)]
struct ParAxe {
    axe: String,
    code: String,
    nombre: i64,
}

fn lignes<N: Nomenclature>(comptes: &HashMap<String, i64>) -> Vec<Code> {
    N::tous()
        .into_iter()
        .map(|n| Code {
            activites: Some(comptes.get(&n.code()).copied().unwrap_or_default()),
            code: n.code(),
            libelle: n.libelle().to_owned(),
        })
        .collect()
}

async fn codes(cx: &Contexte, f: &Filtre, b: &mut Bilan) -> Resultat<()> {
    let mut q = f.activites(false);
    q.join_as(JoinType::InnerJoin, "accompagnement_code", "c", Expr::col(("c", "accompagnement_id")).equals(("a", "id")))
        .column(("c", "axe"))
        .column(("c", "code"))
        .expr_as(Expr::cust("COUNT(*)"), "nombre")
        .group_by_columns([("c", "axe"), ("c", "code")]);
    let mut axes: HashMap<String, HashMap<String, i64>> = HashMap::new();
    for l in lire::<ParAxe>(cx, &q).await? {
        axes.entry(l.axe).or_default().insert(l.code, l.nombre);
    }
    let mut axe = |nom: &str| axes.remove(nom).unwrap_or_default();
    b.thematiques = lignes::<Thematique>(&axe("thematique"));
    b.demarches = lignes::<Demarche>(&axe("demarche"));
    b.materiels = lignes::<Materiel>(&axe("materiel"));

    let par_colonne = async |colonne: &'static str| -> Resultat<HashMap<String, i64>> {
        let mut q = f.activites(false);
        grouper(&mut q, Expr::col(("a", colonne)));
        Ok(lire::<ParCle>(cx, &q).await?.into_iter().filter_map(|l| Some((l.cle?, l.activites))).collect())
    };
    b.lieux_types = lignes::<LieuType>(&par_colonne("lieu_type").await?);
    let autonomies = lignes::<Autonomie>(&par_colonne("autonomie").await?);
    b.autonomies = autonomies.into_iter().map(|c| vue::Autonomie { code: c.code, activites: c.activites }).collect();

    let mut q = f.activites(false);
    grouper(&mut q, Expr::cust("SUBSTR(CAST(a.date AS text), 1, 7)"));
    let mois = lire::<ParCle>(cx, &q).await?.into_iter().filter_map(|l| Some((l.cle?, (l.activites, l.participations)))).collect();
    b.mois = regles::completer_mois(f.du, f.au, &mois);
    Ok(())
}

/// The busiest first, then by name; what has the same name, always in the same order.
pub fn trier<T, C: Ord>(lignes: &mut [T], cle: impl Fn(&T) -> (Option<i64>, &str, C)) {
    lignes.sort_by_cached_key(|l| {
        let (activites, nom, reste) = cle(l);
        (std::cmp::Reverse(activites), socle::texte::plier(nom), reste)
    });
}

async fn lieux_et_equipe(cx: &Contexte, f: &Filtre, b: &mut Bilan) -> Resultat<()> {
    let mut q = f.activites(false);
    grouper(&mut q, Expr::col(("a", "lieu_id")));
    let par_lieu: Vec<ParId> = lire(cx, &q).await?;
    let ids: Vec<LieuId> = par_lieu.iter().filter_map(|l| l.cle).map(LieuId).collect();
    let noms: HashMap<_, _> = lieux(cx, &ids, None).await?.into_iter().map(|n| (n.id, n.nom)).collect();
    let (sans, mut avec): (Vec<_>, Vec<_>) = par_lieu
        .into_iter()
        .map(|l| Par {
            id: l.cle,
            nom: l.cle.map_or_else(|| "Sans lieu".to_owned(), |id| noms.get(&id).cloned().unwrap_or_default()),
            activites: Some(l.activites),
            participations: Some(l.participations),
        })
        .partition(|l| l.id.is_none());
    trier(&mut avec, |l| (l.activites, &l.nom, l.id));
    avec.extend(sans);
    b.lieux = avec;

    let mut q = f.activites(true);
    grouper(&mut q, Expr::cust("COALESCE(a.commune, l.commune)"));
    b.communes = lire::<ParCle>(cx, &q)
        .await?
        .into_iter()
        .filter_map(|l| {
            let code = l.cle?;
            Some(Commune { nom: commune::nommer(&code), code, activites: Some(l.activites), participations: Some(l.participations) })
        })
        .collect();
    trier(&mut b.communes, |c| (c.activites, &c.nom, c.code.clone()));

    let mut q = f.activites(false);
    grouper(&mut q, Expr::col(("a", "mediateur_id")));
    let par_mediateur: Vec<ParId> = lire(cx, &q).await?;
    let noms = equipe::noms(cx, par_mediateur.iter().filter_map(|l| l.cle).map(Into::into)).await?;
    b.mediateurs = par_mediateur
        .into_iter()
        .filter_map(|l| {
            let id = l.cle?;
            let nom = noms.get(&id.into()).cloned().unwrap_or_default();
            Some(Par { id, nom, activites: Some(l.activites), participations: Some(l.participations) })
        })
        .collect();
    trier(&mut b.mediateurs, |m| (m.activites, &m.nom, m.id));
    Ok(())
}

#[derive(FromQueryResult)]
struct Compte {
    distinctes: i64,
    nouvelles: Option<i64>,
}

/// Whether the person `d` took part in nothing of these structures before the period.
pub fn est_nouvelle(f: &Filtre) -> Expr {
    let mut avant = Query::select();
    avant
        .expr(Expr::val(1))
        .from_as("participation", "p0")
        .join_as(JoinType::InnerJoin, "accompagnement", "a0", Expr::col(("a0", "id")).equals(("p0", "accompagnement_id")))
        .and_where(Expr::col(("p0", "personne_id")).equals(("d", "personne_id")))
        .cond_where(f.dans("p0"))
        .and_where(Expr::col(("p0", "date")).lt(f.du))
        .and_where(Expr::col(("a0", "supprime_le")).is_null());
    Expr::exists(avant).not()
}

/// The distinct named people of what is counted, in a column `personne_id`.
pub fn distinctes(f: &Filtre) -> SelectStatement {
    let mut q = f.participations();
    q.distinct().column(("p", "personne_id"));
    q
}

async fn personnes(cx: &Contexte, f: &Filtre) -> Resultat<Personnes> {
    let mut q = Query::select();
    let nouvelle: Expr = sea_orm::sea_query::CaseStatement::new().case(est_nouvelle(f), 1).finally(0).into();
    q.from_subquery(distinctes(f), "d").expr_as(Expr::cust("COUNT(*)"), "distinctes").expr_as(nouvelle.sum(), "nouvelles");
    let c = lire::<Compte>(cx, &q).await?.into_iter().next();
    Ok(Personnes {
        distinctes: Some(c.as_ref().map_or(0, |c| c.distinctes)),
        nouvelles: Some(c.and_then(|c| c.nouvelles).unwrap_or_default()),
    })
}

#[derive(FromQueryResult)]
struct ParPublic {
    cle: String,
    participations: i64,
    personnes: i64,
}

/// Named participations and people by what `sql` says of the person `pe` at the activity `a`.
async fn nommees(cx: &Contexte, f: &Filtre, sql: &str) -> Resultat<Publics> {
    let mut q = f.participations();
    q.join_as(JoinType::InnerJoin, "personne", "pe", Expr::col(("pe", "id")).equals(("p", "personne_id")))
        .expr_as(Expr::cust(sql.to_owned()), "cle")
        .expr_as(Expr::cust("COUNT(*)"), "participations")
        .expr_as(Expr::cust("COUNT(DISTINCT p.personne_id)"), "personnes")
        .add_group_by([Expr::cust("1")]);
    Ok(lire::<ParPublic>(cx, &q).await?.into_iter().map(|l| (l.cle, (l.participations, l.personnes))).collect())
}

/// What was declared of anonymous participants, by axis then code.
async fn declares(cx: &Contexte, f: &Filtre) -> Resultat<HashMap<String, HashMap<String, i64>>> {
    let mut q = f.activites(false);
    q.join_as(JoinType::InnerJoin, "accompagnement_anonyme", "n", Expr::col(("n", "accompagnement_id")).equals(("a", "id")))
        .column(("n", "axe"))
        .column(("n", "code"))
        .expr_as(Expr::cust("SUM(n.nombre)"), "nombre")
        .group_by_columns([("n", "axe"), ("n", "code")]);
    let mut axes: HashMap<String, HashMap<String, i64>> = HashMap::new();
    for l in lire::<ParAxe>(cx, &q).await? {
        axes.entry(l.axe).or_default().insert(l.code, l.nombre);
    }
    Ok(axes)
}

#[derive(FromQueryResult)]
struct Objectifs {
    evalues: i64,
    atteints: Option<i64>,
}

#[derive(FromQueryResult)]
struct Progression {
    premier: String,
    dernier: String,
    combien: i64,
}

/// The objectives evaluated in the period, as `o`, of their plan `pa`.
pub fn objectifs_evalues(f: &Filtre) -> SelectStatement {
    let mut q = Query::select();
    q.from_as("objectif", "o")
        .join_as(JoinType::InnerJoin, "parcours", "pa", Expr::col(("pa", "id")).equals(("o", "parcours_id")))
        .cond_where(f.dans("o"))
        .and_where(Expr::col(("o", "evalue_le")).between(f.du, f.au));
    if let Some(m) = f.mediateur {
        q.and_where(Expr::col(("pa", "mediateur_id")).eq(m));
    }
    q
}

async fn reussite(cx: &Contexte, f: &Filtre) -> Resultat<Reussite> {
    let mut q = objectifs_evalues(f);
    q.expr_as(Expr::cust("COUNT(*)"), "evalues").expr_as(Expr::cust("SUM(CASE WHEN o.statut = 'atteint' THEN 1 ELSE 0 END)"), "atteints");
    let objectifs = lire::<Objectifs>(cx, &q).await?.into_iter().next();
    let mut progressions = Query::select();
    progressions
        .from_subquery(derniers_diagnostics(f), "t")
        .columns(["premier", "dernier"])
        .expr_as(Expr::cust("COUNT(*)"), "combien")
        .group_by_columns(["premier", "dernier"]);
    let (mut reevaluees, mut en_progres) = (0, 0);
    for p in lire::<Progression>(cx, &progressions).await? {
        reevaluees += p.combien;
        if regles::en_progres(&p.premier, &p.dernier) {
            en_progres += p.combien;
        }
    }
    Ok(Reussite {
        objectifs_evalues: Some(objectifs.as_ref().map_or(0, |o| o.evalues)),
        objectifs_atteints: Some(objectifs.and_then(|o| o.atteints).unwrap_or_default()),
        personnes_reevaluees: Some(reevaluees),
        personnes_en_progres: Some(en_progres),
    })
}

/// The people with two complete diagnostics or more in these structures, up to the end of the period, the
/// last of which falls in it: its day and level (`dernier`), and the level of their first one (`premier`).
/// Reads the diagnostics of the people who had one in the period, each once.
pub fn derniers_diagnostics(f: &Filtre) -> SelectStatement {
    let complets = |alias: &'static str| {
        let mut q = Query::select();
        q.from_as("diagnostic", alias).cond_where(f.dans(alias)).and_where(Expr::col((alias, "niveau")).ne("a_completer"));
        q
    };
    let mut vues = complets("g1");
    vues.column(("g1", "personne_id")).and_where(Expr::col(("g1", "date")).between(f.du, f.au));
    let mut tous = complets("g");
    tous.columns([("g", "personne_id"), ("g", "mediateur_id")])
        .expr_as(Expr::col(("g", "date")), "jour")
        .expr_as(Expr::col(("g", "niveau")), "dernier")
        .expr_as(Expr::cust("FIRST_VALUE(g.niveau) OVER (PARTITION BY g.personne_id ORDER BY g.date, g.id)"), "premier")
        .expr_as(Expr::cust("ROW_NUMBER() OVER (PARTITION BY g.personne_id ORDER BY g.date DESC, g.id DESC)"), "rang")
        .expr_as(Expr::cust("COUNT(*) OVER (PARTITION BY g.personne_id)"), "nombre")
        .and_where(Expr::col(("g", "date")).lte(f.au))
        .and_where(Expr::col(("g", "personne_id")).in_subquery(vues));
    let mut q = Query::select();
    q.from_subquery(tous, "t")
        .columns(["personne_id", "jour", "premier", "dernier"])
        .and_where(Expr::col("rang").eq(1))
        .and_where(Expr::col("nombre").gte(2))
        .and_where(Expr::col("jour").gte(f.du));
    if let Some(m) = f.mediateur {
        q.and_where(Expr::col("mediateur_id").eq(m));
    }
    q
}

#[derive(FromQueryResult)]
struct ParReponse {
    date: NaiveDate,
    repondu_le: Option<NaiveDate>,
    envoyees: i64,
    acceptees: i64,
    abouties: i64,
}

/// The orientations sent in the period, as `o`.
pub fn orientations_envoyees(f: &Filtre) -> SelectStatement {
    let mut q = Query::select();
    q.from_as("orientation", "o").cond_where(f.dans("o")).and_where(Expr::col(("o", "date")).between(f.du, f.au));
    if let Some(m) = f.mediateur {
        q.and_where(Expr::col(("o", "mediateur_id")).eq(m));
    }
    q
}

async fn orientations(cx: &Contexte, f: &Filtre) -> Resultat<Orientations> {
    // Grouped by the two days: enough for the counts and for the median, and dates need no SQL dialect.
    let mut q = orientations_envoyees(f);
    q.column(("o", "date"))
        .column(("o", "repondu_le"))
        .expr_as(Expr::cust("COUNT(*)"), "envoyees")
        .expr_as(Expr::cust("SUM(CASE WHEN o.acceptee THEN 1 ELSE 0 END)"), "acceptees")
        .expr_as(Expr::cust("SUM(CASE WHEN o.statut = 'aboutie' THEN 1 ELSE 0 END)"), "abouties")
        .group_by_columns([("o", "date"), ("o", "repondu_le")]);
    let (mut envoyees, mut repondues, mut acceptees, mut abouties) = (0, 0, 0, 0);
    let mut delais = vec![];
    for l in lire::<ParReponse>(cx, &q).await? {
        envoyees += l.envoyees;
        acceptees += l.acceptees;
        abouties += l.abouties;
        if let Some(reponse) = l.repondu_le {
            repondues += l.envoyees;
            delais.push(((reponse - l.date).num_days(), l.envoyees));
        }
    }
    Ok(Orientations {
        envoyees: Some(envoyees),
        repondues: Some(repondues),
        acceptees: Some(acceptees),
        abouties: Some(abouties),
        delai_median_jours: regles::mediane(delais),
    })
}
