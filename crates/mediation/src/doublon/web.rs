use std::collections::BTreeMap;

use askama::Template;
use axum::http::StatusCode;
use interface::{
    Erreurs, Message, Page,
    requete::{Chemin, Formulaire, Pages, Parametres, Reponse, Web, aller, rendre, rendre_avec},
};
use socle::{Contexte, Erreur, Permission, Resultat, identifiant::PersonneId};
use uuid::Uuid;

use super::{Apercu, Cote, Fusionner, apercu, regles};
use crate::personne::{self, distinguer, nom_affiche};

/// Pages of duplicates.
pub fn pages() -> Pages {
    Pages::new()
        .get("/doublons", voir)
        .get("/doublons/{id}/{autre}", comparer)
        .post("/doublons/{id}/{autre}", reunir)
        .post("/doublons/{id}/{autre}/ecarter", ecarter)
        .post("/fusions/{id}/annuler", annuler)
}

/// One file of a pair.
struct Dossier {
    id: PersonneId,
    nom: String,
    details: String,
}

impl From<&personne::Personne> for Dossier {
    fn from(p: &personne::Personne) -> Self {
        Self { id: p.id, nom: nom_affiche(p), details: distinguer(p) }
    }
}

struct Ligne {
    a: Dossier,
    b: Dossier,
    raisons: String,
}

/// A merge that can be undone.
struct Recente {
    id: Uuid,
    personne: PersonneId,
    nom: String,
    le: chrono::DateTime<chrono::Utc>,
    jusqu_au: chrono::DateTime<chrono::Utc>,
}

#[derive(Template)]
#[template(path = "doublon/liste.html")]
struct PageDoublons {
    page: Page,
    lignes: Vec<Ligne>,
    premiere: bool,
    suite: Option<u64>,
    recentes: Vec<Recente>,
}

#[derive(Clone, Default, serde::Deserialize)]
#[serde(default)]
struct Depuis {
    depuis: u32,
}

async fn voir(w: Web, Parametres(d): Parametres<Depuis>) -> Reponse {
    let cx = w.lecture();
    let p = super::lister(&cx, u64::from(d.depuis), 20).await?;
    let lignes = p
        .paires
        .iter()
        .map(|p| Ligne { a: (&p.a).into(), b: (&p.b).into(), raisons: p.raisons.iter().map(|r| r.mot()).collect::<Vec<_>>().join(", ") })
        .collect();
    let faites = super::recentes(&cx).await?;
    let gardees: Vec<PersonneId> = faites.iter().map(|f| f.gardee_id).collect();
    let personnes = personne::plusieurs(&cx, &gardees).await?;
    let recentes = faites
        .into_iter()
        .filter_map(|f| {
            let p = personnes.iter().find(|p| p.id == f.gardee_id)?;
            Some(Recente { id: f.id, personne: p.id, nom: nom_affiche(p), le: f.fusionnee_le, jusqu_au: f.annulable_jusqu_au })
        })
        .collect();
    rendre(&PageDoublons { page: w.page, lignes, premiere: d.depuis == 0, suite: p.suite, recentes })
}

/// One field to choose.
struct Champ {
    code: &'static str,
    libelle: &'static str,
    garder: String,
    absorber: String,
    /// Both say the same, or neither says anything: nothing to choose.
    pareil: bool,
    tous: bool,
    choix: Cote,
}

impl Champ {
    fn est(&self, cote: Cote) -> bool {
        self.choix == cote
    }
}

#[derive(Template)]
#[template(path = "doublon/comparer.html")]
struct PageComparer {
    page: Page,
    erreurs: Erreurs,
    garder: Dossier,
    absorber: Dossier,
    cree_garder: chrono::DateTime<chrono::Utc>,
    cree_absorber: chrono::DateTime<chrono::Utc>,
    champs: Vec<Champ>,
    /// What goes from one to the other, in words.
    suit: String,
    empechement: Option<String>,
    id: String,
    version_garder: i32,
    version_absorber: i32,
}

fn en_mots(comptes: &[(&'static str, i64)]) -> String {
    let mots: Vec<String> = comptes
        .iter()
        .filter(|(table, n)| *n > 0 && *table != "import_source")
        .map(|(table, n)| {
            let (un, plusieurs) = match *table {
                "accueil" => ("accueil", "accueils"),
                "diagnostic" => ("diagnostic", "diagnostics"),
                "parcours" => ("parcours", "parcours"),
                "orientation" => ("orientation", "orientations"),
                "participation" => ("accompagnement", "accompagnements"),
                "reservation" => ("réservation d’atelier", "réservations d’atelier"),
                "rendez_vous" => ("rendez-vous", "rendez-vous"),
                _ => ("accord", "accords"),
            };
            interface::format::compte(*n, un, plusieurs)
        })
        .collect();
    match mots.split_last() {
        None => "rien n’est encore noté sous ce dossier".into(),
        Some((dernier, [])) => dernier.clone(),
        Some((dernier, debut)) => format!("{} et {dernier}", debut.join(", ")),
    }
}

fn gabarit(page: Page, a: &Apercu, choix: &BTreeMap<String, Cote>, id: String, erreurs: Erreurs) -> PageComparer {
    let champs = regles::champs()
        .filter_map(|(code, libelle, tous)| {
            let (g, b) = (regles::valeur(&a.garder, code), regles::valeur(&a.absorber, code));
            let propose = regles::proposer(&a.garder, &a.absorber, code, tous);
            (!g.is_empty() || !b.is_empty()).then(|| Champ {
                code,
                libelle,
                pareil: g == b,
                tous: tous && !g.is_empty() && !b.is_empty(),
                choix: choix.get(code).copied().unwrap_or(propose),
                garder: g,
                absorber: b,
            })
        })
        .collect();
    PageComparer {
        page,
        erreurs,
        garder: (&a.garder).into(),
        absorber: (&a.absorber).into(),
        cree_garder: a.garder.cree_le,
        cree_absorber: a.absorber.cree_le,
        champs,
        suit: en_mots(&a.comptes),
        empechement: a.empechement.clone(),
        id,
        version_garder: a.garder.version,
        version_absorber: a.absorber.version,
    }
}

async fn comparer(w: Web, Chemin((a, b)): Chemin<(PersonneId, PersonneId)>) -> Reponse {
    let cx = w.lecture();
    let ap = apercu(&cx, a, b).await?;
    let id = cx.nouvel_uuid().to_string();
    rendre(&gabarit(w.page.clone(), &ap, &BTreeMap::new(), id, Erreurs::default()))
}

/// The choices of the form: `champ_<code>` is `garder`, `absorber` or `tous`.
fn choisis(s: &BTreeMap<String, String>) -> BTreeMap<String, Cote> {
    s.iter()
        .filter_map(|(nom, valeur)| {
            let champ = nom.strip_prefix("champ_")?;
            let cote = match valeur.as_str() {
                "garder" => Cote::Garder,
                "absorber" => Cote::Absorber,
                "tous" => Cote::Tous,
                _ => return None,
            };
            Some((champ.to_owned(), cote))
        })
        .collect()
}

async fn tenter(cx: &Contexte, ap: &Apercu, s: &BTreeMap<String, String>) -> Resultat<()> {
    let entier = |nom: &str| s.get(nom).and_then(|v| v.parse().ok());
    let d = Fusionner {
        id: s.get("id").and_then(|i| i.parse().ok()),
        garder: ap.garder.id,
        absorber: ap.absorber.id,
        version_garder: entier("version_garder"),
        version_absorber: entier("version_absorber"),
        choix: choisis(s),
    };
    super::fusionner(cx, d).await.map(drop)
}

async fn reunir(w: Web, Chemin((a, b)): Chemin<(PersonneId, PersonneId)>, Formulaire(s): Formulaire<BTreeMap<String, String>>) -> Reponse {
    let cx = w.ecriture().await?;
    // A second sending of the form finds one of the two absorbed already.
    if let Some(id) = s.get("id").and_then(|i| i.parse::<Uuid>().ok())
        && let Ok(f) = super::lire(&cx, id).await
        && [a, b].contains(&f.absorbee_id)
    {
        return Ok(aller(&format!("/personnes/{}", f.gardee_id), Message::succes("Les deux dossiers sont réunis.")));
    }
    let ap = apercu(&cx, a, b).await?;
    let (statut, erreurs) = match tenter(&cx, &ap, &s).await {
        Ok(()) => {
            cx.valider().await?;
            let message = Message::succes(format!(
                "Les deux dossiers sont réunis. Vous pouvez revenir en arrière pendant {} jours, depuis la page « Doublons possibles ».",
                super::JOURS
            ));
            return Ok(aller(&format!("/personnes/{}", ap.garder.id), message));
        }
        Err(Erreur::Invalide(e)) => (StatusCode::UNPROCESSABLE_ENTITY, e.into()),
        Err(Erreur::VersionPerimee) => {
            let mut e = Erreurs::default();
            e.ajoute("", "Un des deux dossiers a changé pendant que vous choisissiez. Voici ce qu’ils disent maintenant : vérifiez vos choix, puis recommencez.");
            (StatusCode::CONFLICT, e)
        }
        Err(e) => return Err(e.into()),
    };
    drop(cx);
    let cx = w.lecture();
    let ap = apercu(&cx, a, b).await?;
    let id = cx.nouvel_uuid().to_string();
    rendre_avec(statut, &gabarit(w.page.clone(), &ap, &choisis(&s), id, erreurs))
}

async fn ecarter(w: Web, Chemin((a, b)): Chemin<(PersonneId, PersonneId)>) -> Reponse {
    let cx = w.ecriture().await?;
    super::ecarter(&cx, a, b).await?;
    cx.valider().await?;
    Ok(aller("/doublons", Message::succes("C’est noté : ce sont deux personnes. Cette paire n’est plus proposée.")))
}

async fn annuler(w: Web, Chemin(id): Chemin<Uuid>) -> Reponse {
    let cx = w.ecriture().await?;
    cx.exiger(Permission::PersonnesEcrire)?;
    let f = super::annuler(&cx, id).await?;
    cx.valider().await?;
    Ok(aller(&format!("/personnes/{}", f.gardee_id), Message::succes("Les deux dossiers sont de nouveau séparés.")))
}
