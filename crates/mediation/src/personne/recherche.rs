//! Finding a person while typing: by name (accents and case ignored, near spellings found), telephone,
//! date or year of birth. Each step reads one range of one index, whatever the number of people.

use chrono::{Datelike, NaiveDate};
use sea_orm::{
    ConnectionTrait, ExprTrait, FromQueryResult,
    sea_query::{Alias, Cond, Expr, Query, SelectStatement},
};
use socle::{
    Contexte, Permission, Resultat,
    identifiant::{PersonneId, StructureId},
    texte::{plier, sonner, telephone},
};

use super::{CreerPersonne, Personne, depot, regles, table::cle};

/// A search text: words to find in names, or a key to find as it is.
#[derive(Debug, PartialEq, Eq)]
enum Cherche {
    Mots(Vec<String>),
    /// Prefixes of keys, any of which answers.
    Cles(Vec<String>),
    Rien,
}

fn comprendre(texte: &str) -> Cherche {
    let t = texte.trim();
    if t.chars().count() > 100 {
        return Cherche::Rien;
    }
    if t.contains('@') {
        return Cherche::Cles(vec![regles::couper(format!(":c{}", t.to_lowercase()))]);
    }
    for format in ["%d/%m/%Y", "%Y-%m-%d", "%d.%m.%Y", "%d-%m-%Y", "%d %m %Y"] {
        // « 06 12 34 » is the start of a telephone number, not a day of 1934.
        if let Ok(d) = NaiveDate::parse_from_str(t, format)
            && (d.year() >= 1000 || !format.contains(' '))
        {
            // « 12/03/70 »: the year may be of either century.
            let siecles = if (0..100).contains(&d.year()) { vec![1900, 2000] } else { vec![0] };
            return Cherche::Cles(siecles.into_iter().filter_map(|s| d.with_year(d.year() + s)).map(|d| format!(":n{d}")).collect());
        }
    }
    if !t.is_empty() && t.chars().all(|c| c.is_ascii_digit() || " .-+()/".contains(c)) {
        let chiffres: String = t.chars().filter(char::is_ascii_digit).collect();
        let mut cles = vec![];
        if chiffres.len() == 4 && (chiffres.starts_with("19") || chiffres.starts_with("20")) {
            cles.push(format!(":a{chiffres}"));
        }
        let tel = telephone(t);
        if !tel.is_empty() {
            cles.push(format!(":t{tel}"));
        }
        return if cles.is_empty() { Cherche::Rien } else { Cherche::Cles(cles) };
    }
    let mut mots: Vec<String> = plier(t).split(' ').filter(|m| !m.is_empty()).map(|m| regles::couper(m.to_owned())).take(4).collect();
    if mots.iter().map(|m| m.chars().count()).sum::<usize>() < 2 {
        return Cherche::Rien;
    }
    // The longest word first.
    mots.sort_by_key(|m| std::cmp::Reverse(m.len()));
    Cherche::Mots(mots)
}

#[derive(FromQueryResult)]
struct Trouvee {
    personne_id: PersonneId,
}

/// How the keys of one word are found.
#[derive(Clone, Copy, PartialEq)]
enum Sorte {
    Exacte,
    Prefixe,
    Son,
}

/// A word to find, and whether it is the longest of the text.
type Mot = (String, bool);

/// One range of the index of keys.
#[derive(Debug, PartialEq, Eq)]
enum Plage {
    Egale(String),
    Debut(String),
}

impl Plage {
    fn condition(&self, alias: &Alias) -> Cond {
        let colonne = || Expr::col((alias.clone(), cle::Column::Cle));
        match self {
            Self::Egale(c) => Cond::all().add(colonne().eq(c.as_str())),
            Self::Debut(c) => Cond::all().add(colonne().gte(c.as_str())).add(colonne().lt(format!("{c}\u{10FFFF}"))),
        }
    }
}

/// Where a word is found: in any of these ranges.
fn plages(sorte: Sorte, (mot, long): &Mot) -> Vec<Plage> {
    match sorte {
        Sorte::Exacte => vec![Plage::Egale(mot.clone())],
        Sorte::Prefixe => vec![Plage::Debut(mot.clone())],
        Sorte::Son => match (sonner(mot), *long) {
            (son, true) if son.is_empty() => vec![Plage::Egale(mot.clone())],
            (son, false) if son.is_empty() => vec![Plage::Debut(mot.clone())],
            // The longest word leads by its sound; another may still be half typed: « Dupond Je ».
            (son, true) => vec![Plage::Egale(regles::couper(format!("~{son}")))],
            (son, false) => vec![Plage::Egale(regles::couper(format!("~{son}"))), Plage::Debut(mot.clone())],
        },
    }
}

/// Keys of one person in one range, at most, on average.
const CLES: u64 = 4;

/// The people of the structure in the range `premiere`, with a key in one of the ranges of each of `autres`. The first is
/// one range: of two, SQLite reads all the keys of the structure.
fn requete(structure: StructureId, premiere: &Plage, autres: &[Vec<Plage>], limite: u64) -> SelectStatement {
    let alias = |i: usize| Alias::new(format!("k{i}"));
    let premier = alias(0);
    let mut q = Query::select();
    q.column((premier.clone(), cle::Column::PersonneId))
        .from_as(cle::Entity, premier.clone())
        .and_where(Expr::col((premier.clone(), cle::Column::StructureId)).eq(structure))
        .cond_where(premiere.condition(&premier));
    if autres.is_empty() {
        // Bounded before it is made distinct: PostgreSQL would read the whole range first.
        q.limit(CLES * limite);
        let mut distincts = Query::select();
        distincts.distinct().column(cle::Column::PersonneId).from_subquery(q, "r").limit(limite);
        return distincts;
    }
    q.distinct().limit(limite);
    for (i, mot) in autres.iter().enumerate() {
        let a = alias(i + 1);
        q.join_as(
            sea_orm::JoinType::InnerJoin,
            cle::Entity,
            a.clone(),
            // Of this person, in whatever structure: their names are the same. Naming the structure here would let
            // SQLite read the whole range of this word again for each person of the first.
            Cond::all()
                .add(Expr::col((a.clone(), cle::Column::PersonneId)).equals((premier.clone(), cle::Column::PersonneId)))
                .add(mot.iter().fold(Cond::any(), |c, p| c.add(p.condition(&a)))),
        );
    }
    q
}

/// Enough keys to call a word common.
const COMMUN: u64 = 2_000;

/// The ranges of each word, the rarest first: its ranges are those read, the others are looked up person by person.
async fn du_plus_rare(cx: &Contexte, structure: StructureId, mots: &[Mot], sorte: Sorte) -> Resultat<Vec<Vec<Plage>>> {
    let mots = mots.iter().map(|m| plages(sorte, m));
    if mots.len() < 2 {
        return Ok(mots.collect());
    }
    let mut comptes = vec![];
    for mot in mots {
        let mut total = 0;
        for plage in &mot {
            let a = Alias::new("k0");
            let mut bornee = Query::select();
            bornee
                .expr(Expr::val(1))
                .from_as(cle::Entity, a.clone())
                .and_where(Expr::col((a.clone(), cle::Column::StructureId)).eq(structure))
                .cond_where(plage.condition(&a))
                .limit(COMMUN);
            let mut q = Query::select();
            q.expr_as(Expr::cust("COUNT(*)"), "n").from_subquery(bornee, "r");
            let db = cx.db();
            let n: i64 = match db.query_one_raw(db.get_database_backend().build(&q)).await? {
                Some(r) => r.try_get("", "n")?,
                None => 0,
            };
            total += n;
        }
        comptes.push((total, mot));
    }
    comptes.sort_by_key(|(n, _)| *n);
    Ok(comptes.into_iter().map(|(_, m)| m).collect())
}

/// The people who answer to all words, at most `limite` for each range of the rarest.
async fn par_mots(cx: &Contexte, structure: StructureId, mots: &[Mot], sorte: Sorte, limite: usize) -> Resultat<Vec<PersonneId>> {
    let ordre = du_plus_rare(cx, structure, mots, sorte).await?;
    let Some((premieres, autres)) = ordre.split_first() else { return Ok(vec![]) };
    let mut trouvees = vec![];
    for premiere in premieres {
        trouvees.extend(ids(cx, &requete(structure, premiere, autres, limite as u64)).await?);
    }
    Ok(trouvees)
}

async fn ids(cx: &Contexte, q: &SelectStatement) -> Resultat<Vec<PersonneId>> {
    let db = cx.db();
    let statement = db.get_database_backend().build(q);
    Ok(Trouvee::find_by_statement(statement).all(&db).await?.into_iter().map(|t| t.personne_id).collect())
}

/// Whether this text is enough to search: two letters of a name, four digits, a date, an address.
pub fn suffit(texte: &str) -> bool {
    comprendre(texte) != Cherche::Rien
}

/// The people of the structure that answer to `texte`, the likeliest first, at most `max` (≤ 50).
pub async fn chercher(cx: &Contexte, texte: &str, max: usize) -> Resultat<Vec<Personne>> {
    let structure = cx.exiger(Permission::PersonnesLire)?;
    let mut trouvees: Vec<PersonneId> = vec![];
    let ajouter = |trouvees: &mut Vec<PersonneId>, ids: Vec<PersonneId>| {
        for id in ids {
            if !trouvees.contains(&id) {
                trouvees.push(id);
            }
        }
    };
    // Found by sound alone: kept if it is spelt nearly so.
    let mut douteuses: Vec<PersonneId> = vec![];
    let cherche = comprendre(texte);
    match &cherche {
        Cherche::Rien => {}
        Cherche::Cles(prefixes) => {
            for p in prefixes {
                ajouter(&mut trouvees, ids(cx, &requete(structure, &Plage::Debut(p.clone()), &[], max as u64)).await?);
            }
        }
        Cherche::Mots(mots) => {
            let mots: Vec<Mot> = mots.iter().enumerate().map(|(i, m)| (m.clone(), i == 0)).collect();
            for sorte in [Sorte::Exacte, Sorte::Prefixe] {
                if trouvees.len() < max {
                    ajouter(&mut trouvees, par_mots(cx, structure, &mots, sorte, max).await?);
                }
            }
            if trouvees.len() < max && mots[0].0.len() > 2 {
                douteuses = par_mots(cx, structure, &mots, Sorte::Son, 3 * max).await?;
                douteuses.retain(|id| !trouvees.contains(id));
                ajouter(&mut trouvees, douteuses.clone());
            }
        }
    }
    let mut personnes = depot::suivies(cx, structure, &trouvees).await?;
    if let Cherche::Mots(mots) = &cherche {
        personnes.retain(|p| !douteuses.contains(&p.id) || ressemble(p, mots));
    }
    personnes.sort_by_key(|p| trouvees.iter().position(|t| *t == p.id));
    personnes.truncate(max);
    Ok(personnes)
}

/// Whether each word searched begins a word of the names, or is half spelt like one: the sound alone is
/// coarse (« Nanette » sounds like « Mathieu »).
fn ressemble(p: &Personne, mots: &[String]) -> bool {
    let noms = [&p.prenom, &p.nom, &p.surnom].into_iter().flatten().map(|n| plier(n)).collect::<Vec<_>>().join(" ");
    mots.iter().all(|mot| {
        noms.split(' ').any(|nom| {
            let longueur = nom.chars().count().max(mot.chars().count());
            nom.starts_with(mot.as_str()) || 2 * ecart(mot, nom) <= longueur
        })
    })
}

/// How many letters to add, remove or change to go from one word to the other (Levenshtein).
fn ecart(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut ligne: Vec<usize> = (0..=b.len()).collect();
    for (i, ca) in a.chars().enumerate() {
        let mut coin = ligne[0];
        ligne[0] = i + 1;
        for (j, cb) in b.iter().enumerate() {
            let change = coin + usize::from(ca != *cb);
            coin = ligne[j + 1];
            ligne[j + 1] = change.min(ligne[j] + 1).min(coin + 1);
        }
    }
    ligne[b.len()]
}

/// The files that may be the same person as the one about to be created: near name and compatible year
/// of birth, or same telephone, or same mail address; at most 8.
pub async fn doublons(cx: &Contexte, d: &CreerPersonne) -> Resultat<Vec<Personne>> {
    let mut proches: Vec<Personne> = vec![];
    let nom = [d.prenom.as_deref(), d.nom.as_deref(), d.surnom.as_deref()].into_iter().flatten().collect::<Vec<_>>().join(" ");
    let annee = d.annee_naissance.or(d.date_naissance.map(|n| n.year()));
    if plier(&nom).contains(' ') {
        proches.extend(
            chercher(cx, &nom, 20)
                .await?
                .into_iter()
                .filter(|p| annee.is_none() || p.annee_naissance.is_none() || annee == p.annee_naissance),
        );
    }
    let tel = d.telephone.as_deref().map(telephone).filter(|t| t.len() >= 10);
    let courriel = d.courriel.as_deref().map(str::trim).filter(|c| c.contains('@')).map(str::to_owned);
    for contact in [tel, courriel].into_iter().flatten() {
        for p in chercher(cx, &contact, 10).await? {
            if !proches.iter().any(|x| x.id == p.id) {
                proches.push(p);
            }
        }
    }
    proches.truncate(8);
    Ok(proches)
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn cles(c: &[&str]) -> Cherche {
        Cherche::Cles(c.iter().map(|c| (*c).to_owned()).collect())
    }

    #[rstest]
    #[case("12/03/1970", cles(&[":n1970-03-12"]))]
    #[case(" 1970-03-12 ", cles(&[":n1970-03-12"]))]
    #[case("12 03 1970", cles(&[":n1970-03-12"]))]
    #[case("12/03/70", cles(&[":n1970-03-12", ":n2070-03-12"]))]
    #[case("29/02/00", cles(&[":n2000-02-29"]))]
    #[case("1970", cles(&[":a1970", ":t1970"]))]
    #[case("06 12 34", cles(&[":t061234"]))]
    #[case("+33 6 12 34 56 78", cles(&[":t0612345678"]))]
    #[case("Un@Exemple.fr", cles(&[":cun@exemple.fr"]))]
    #[case("Zoé Martin", Cherche::Mots(vec!["martin".into(), "zoe".into()]))]
    #[case("z", Cherche::Rien)]
    #[case("12", Cherche::Rien)]
    #[case("", Cherche::Rien)]
    #[case("'; --", Cherche::Rien)]
    fn comprend_ce_qui_est_tape(#[case] texte: &str, #[case] compris: Cherche) {
        assert_eq!(comprendre(texte), compris);
    }

    #[test]
    fn un_texte_trop_long_ne_cherche_rien() {
        assert_eq!(comprendre(&"x".repeat(300)), Cherche::Rien);
    }

    #[rstest]
    #[case("lefevre", "lefebvre", 1)]
    #[case("filipe", "philippe", 3)]
    #[case("nanette", "mathieu", 6)]
    #[case("", "abc", 3)]
    #[case("abc", "abc", 0)]
    fn compte_les_lettres_qui_changent(#[case] a: &str, #[case] b: &str, #[case] n: usize) {
        assert_eq!((ecart(a, b), ecart(b, a)), (n, n));
    }

    proptest::proptest! {
        #[test]
        fn tout_texte_se_lit(texte in ".{0,120}") {
            if let Cherche::Mots(mots) = comprendre(&texte) {
                assert!(!mots.is_empty() && mots.len() <= 4 && mots.iter().all(|m| !m.is_empty() && m.len() <= 60));
            }
        }
    }
}
