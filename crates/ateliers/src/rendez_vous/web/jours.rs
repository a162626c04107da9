//! Days of hours: closed, moved, put back; opened once more.

use askama::Template;
use axum::http::StatusCode;
use chrono::NaiveDate;
use interface::{
    Choix, Erreurs, Message, Page, format,
    requete::{Chemin, Formulaire, Pages, Parametres, Reponse as Rendu, Web, aller, rendre, rendre_avec},
};
use socle::{
    Contexte, Erreur, Permission, Resultat,
    controle::Controle,
    equipe,
    horloge::FUSEAU,
    identifiant::{PlageId, UtilisateurId},
};

use crate::rendez_vous::{DeplacerPlage, Detail, EcrirePlage, EtatPlage, JourPlage, Plage, exception, motif, plage};

/// Pages of days of hours.
pub(super) fn pages() -> Pages {
    Pages::new()
        .get("/agenda/plages/un-jour", un_jour)
        .post("/agenda/plages/un-jour", ouvrir_un_jour)
        .get("/agenda/plages/{id}", une_plage)
        .post("/agenda/plages/{id}/fermer", fermer_un_jour)
        .get("/agenda/plages/{id}/jours/{jour}", voir)
        .post("/agenda/plages/{id}/jours/{jour}/fermer", fermer)
        .post("/agenda/plages/{id}/jours/{jour}/deplacer", deplacer)
        .post("/agenda/plages/{id}/jours/{jour}/retablir", retablir)
}

/// The page of a day of hours.
pub(crate) fn adresse(j: &JourPlage) -> String {
    format!("/agenda/plages/{}/jours/{}", j.plage.id, j.origine)
}

/// A state in words, and its style; nothing as every week.
pub(crate) fn etat(j: &JourPlage) -> Option<(&'static str, &'static str)> {
    match j.etat {
        EtatPlage::Fermee => Some(("Fermé ce jour-là", "attention")),
        _ if j.lieu_ferme.is_some() => Some(("Lieu fermé", "neutre")),
        EtatPlage::Deplacee => Some(("Changé cette fois", "info")),
        EtatPlage::Prevue => None,
    }
}

fn heures(debut: chrono::DateTime<chrono::Utc>, fin: chrono::DateTime<chrono::Utc>) -> String {
    let heure = |t: chrono::DateTime<chrono::Utc>| format::heure(t.with_timezone(&FUSEAU).time());
    format!("{} – {}", heure(debut), heure(fin))
}

async fn qui_et_ou(cx: &Contexte, p: &Plage) -> Resultat<(String, Option<String>)> {
    let qui = equipe::noms(cx, [p.utilisateur_id]).await?.remove(&p.utilisateur_id).unwrap_or_default();
    let ou = territoire::lieu::noms_et_adresses(cx, p.lieu_id.into_iter().collect()).await?.into_values().next();
    Ok((qui, ou))
}

struct Ligne {
    href: String,
    nom: String,
    precision: Option<String>,
    etat: Option<(&'static str, &'static str)>,
    /// Where to put it back as every week.
    retablir: Option<String>,
}

impl From<&JourPlage> for Ligne {
    fn from(j: &JourPlage) -> Self {
        let d_habitude = format!("Au lieu du {}", format::date_longue(j.origine));
        Self {
            nom: format!("{}, {}", format::date_longue(j.jour), heures(j.debut, j.fin)),
            precision: (j.etat == EtatPlage::Deplacee && j.jour != j.origine).then_some(d_habitude).or_else(|| j.lieu_ferme.clone()),
            etat: etat(j),
            retablir: (j.etat != EtatPlage::Prevue).then(|| format!("{}/retablir", adresse(j))),
            href: adresse(j),
        }
    }
}

#[derive(Template)]
#[template(path = "rendez_vous/plage.html")]
struct PagePlage {
    page: Page,
    erreurs: Erreurs,
    id: PlageId,
    titre: String,
    qui: String,
    ou: Option<String>,
    exceptions: Vec<Ligne>,
    prochains: Vec<Ligne>,
    ecrire: bool,
    jour: String,
}

async fn page_plage(cx: &Contexte, page: Page, id: PlageId, jour: String, erreurs: Erreurs) -> Resultat<PagePlage> {
    let (p, jours) = exception::prochains(cx, id, 8).await?;
    let (qui, ou) = qui_et_ou(cx, &p).await?;
    let ecrire = cx.acteur.peut_dans(Permission::AccompagnementsEcrire, p.structure_id);
    let prevue = |j: &&JourPlage| j.etat == EtatPlage::Prevue;
    Ok(PagePlage {
        page,
        erreurs,
        id,
        titre: nom(&p),
        qui,
        ou,
        exceptions: jours.iter().filter(|j| !prevue(j)).map(Ligne::from).collect(),
        prochains: jours.iter().filter(prevue).map(Ligne::from).collect(),
        ecrire,
        jour,
    })
}

/// What hours are called: « Lundi 9:00 – 12:00 », or their one day.
pub(super) fn nom(p: &Plage) -> String {
    if p.au == Some(p.du) {
        return format!("{}, {} – {}", format::date_longue(p.du), p.debut, p.fin);
    }
    let jour = usize::try_from(p.jour - 1).ok().and_then(|i| super::reglages::JOURS.get(i)).copied().unwrap_or_default();
    format!("{jour} {} – {}", p.debut, p.fin)
}

async fn une_plage(w: Web, Chemin(id): Chemin<PlageId>) -> Rendu {
    rendre(&page_plage(&w.lecture(), w.page, id, String::new(), Erreurs::default()).await?)
}

#[derive(Default, serde::Deserialize)]
#[serde(default)]
struct SaisieJour {
    jour: String,
}

async fn fermer_un_jour(w: Web, Chemin(id): Chemin<PlageId>, Formulaire(s): Formulaire<SaisieJour>) -> Rendu {
    let cx = w.ecriture().await?;
    plage::ligne(&cx, id, Permission::AccompagnementsEcrire).await?;
    let mut c = Controle::new();
    let jour = c.date("jour", &s.jour);
    c.exiger(!s.jour.trim().is_empty(), "jour", "Donnez le jour à fermer.");
    let fait = match (c.finir(), jour) {
        (Ok(()), Some(j)) => match exception::fermer(&cx, id, j).await {
            Err(Erreur::Introuvable(_)) => {
                Err(Erreur::champ("jour", "Ces heures ne sont pas ouvertes ce jour-là : regardez le jour de la semaine."))
            }
            Err(Erreur::Conflit(m)) => Err(Erreur::champ("jour", m)),
            autre => autre,
        },
        (Err(e), _) => Err(e),
        (Ok(()), None) => Err(Erreur::champ("jour", "Donnez le jour à fermer.")),
    };
    match fait {
        Ok(d) => {
            cx.valider().await?;
            Ok(dire(&d, format!("/agenda/plages/{id}")))
        }
        Err(Erreur::Invalide(e)) => {
            drop(cx);
            let page = page_plage(&w.lecture(), w.page, id, s.jour, e.into()).await?;
            rendre_avec(StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
        Err(e) => Err(e.into()),
    }
}

/// Says what was done, with what stays taken and when, and how to undo.
fn dire(d: &Detail, retour: String) -> axum::response::Response {
    let dehors: Vec<String> = d.a_voir().map(|r| format::instant_long(r.debut)).collect();
    let fait = match d.jour.etat {
        EtatPlage::Fermee => "Ces heures sont fermées ce jour-là.",
        EtatPlage::Deplacee => "Ces heures sont changées cette fois.",
        EtatPlage::Prevue => "Ces heures sont de nouveau comme d’habitude.",
    };
    let page = adresse(&d.jour);
    let m = if dehors.is_empty() {
        let suite = if d.jour.etat == EtatPlage::Prevue { "" } else { " Les autres semaines ne changent pas." };
        Message::succes(format!("{fait}{suite}"))
    } else {
        let restent = format::compte(dehors.len() as i64, "rendez-vous reste pris", "rendez-vous restent pris");
        let trois = dehors.iter().take(3).cloned().collect::<Vec<_>>().join(" ; ");
        Message::attention(format!("{fait} {restent} en dehors\u{a0}: {trois}{}.", if dehors.len() > 3 { "…" } else { "" }))
    };
    let m = if d.jour.etat == EtatPlage::Prevue { m } else { m.avec_annuler(format!("{page}/retablir")) };
    // What stays taken is on the page of the day.
    aller(if dehors.is_empty() { &retour } else { &page }, m)
}

#[derive(Clone, Default, serde::Deserialize)]
#[serde(default)]
struct SaisieDeplacement {
    jour: String,
    debut: String,
    fin: String,
}

struct LigneRendezVous {
    href: String,
    quand: String,
    nom: String,
    motif: String,
    dehors: bool,
}

#[derive(Template)]
#[template(path = "rendez_vous/jour.html")]
struct PageJour {
    page: Page,
    erreurs: Erreurs,
    adresse: String,
    plage: String,
    nom_plage: String,
    titre: String,
    quand: String,
    habituel: Option<String>,
    qui: String,
    ou: Option<String>,
    fermee: bool,
    exception: bool,
    style_retablir: &'static str,
    lieu_ferme: Option<String>,
    rendez_vous: Vec<LigneRendezVous>,
    /// How many stay taken although nobody is received then, in words.
    restent: Option<String>,
    ecrire: bool,
    retour: String,
    s: SaisieDeplacement,
}

async fn page_jour(
    cx: &Contexte,
    page: Page,
    (id, jour): (PlageId, NaiveDate),
    saisi: Option<SaisieDeplacement>,
    erreurs: Erreurs,
) -> Resultat<PageJour> {
    let d = exception::detail(cx, id, jour).await?;
    let (qui, ou) = qui_et_ou(cx, &d.jour.plage).await?;
    let motifs = motif::libelles(cx, d.rendez_vous.iter().map(|r| r.motif_id)).await?;
    let noms = cx.acteur.peut(Permission::PersonnesLire);
    let n = d.a_voir().count();
    let au_mur = |t: chrono::DateTime<chrono::Utc>| t.with_timezone(&FUSEAU).format("%H:%M").to_string();
    let j = &d.jour;
    Ok(PageJour {
        erreurs,
        adresse: adresse(j),
        plage: format!("/agenda/plages/{id}"),
        nom_plage: nom(&j.plage),
        titre: format!("Heures de rendez-vous du {}", format::date_longue(j.jour)),
        quand: format!("{}, {}", format::date_longue(j.jour), heures(j.debut, j.fin)),
        habituel: (j.etat == EtatPlage::Deplacee)
            .then(|| format!("{}, {}", format::date_longue(j.origine), heures(d.habituel.0, d.habituel.1))),
        qui,
        ou,
        fermee: j.etat == EtatPlage::Fermee,
        exception: j.etat != EtatPlage::Prevue,
        style_retablir: if j.etat == EtatPlage::Fermee { "principal" } else { "secondaire" },
        lieu_ferme: j.lieu_ferme.clone(),
        restent: (n > 0).then(|| format::compte(n as i64, "rendez-vous reste pris", "rendez-vous restent pris")),
        rendez_vous: d
            .rendez_vous
            .iter()
            .map(|r| LigneRendezVous {
                href: format!("/agenda/rendez-vous/{}", r.id),
                quand: format::instant_long(r.debut),
                nom: if noms && !r.nom.is_empty() { r.nom.clone() } else { "Rendez-vous".into() },
                motif: motifs.get(&r.motif_id).cloned().unwrap_or_default(),
                dehors: d.dehors(r),
            })
            .collect(),
        ecrire: cx.acteur.peut_dans(Permission::AccompagnementsEcrire, j.plage.structure_id) && j.origine >= cx.aujourd_hui(),
        retour: format!("/agenda?jour={}", j.jour),
        s: saisi.unwrap_or_else(|| SaisieDeplacement { jour: j.jour.to_string(), debut: au_mur(j.debut), fin: au_mur(j.fin) }),
        page,
    })
}

async fn voir(w: Web, Chemin(ids): Chemin<(PlageId, NaiveDate)>) -> Rendu {
    rendre(&page_jour(&w.lecture(), w.page, ids, None, Erreurs::default()).await?)
}

/// What was done, or why not, on the page of the day.
async fn repondre(w: Web, cx: Contexte, ids: (PlageId, NaiveDate), s: Option<SaisieDeplacement>, fait: Resultat<Detail>) -> Rendu {
    match fait {
        Ok(d) => {
            cx.valider().await?;
            Ok(dire(&d, adresse(&d.jour)))
        }
        Err(Erreur::Invalide(e)) => {
            drop(cx);
            rendre_avec(StatusCode::UNPROCESSABLE_ENTITY, &page_jour(&w.lecture(), w.page, ids, s, e.into()).await?)
        }
        Err(Erreur::Conflit(m)) => Ok(aller(&format!("/agenda/plages/{}/jours/{}", ids.0, ids.1), Message::attention(m))),
        Err(e) => Err(e.into()),
    }
}

async fn fermer(w: Web, Chemin(ids): Chemin<(PlageId, NaiveDate)>) -> Rendu {
    let cx = w.ecriture().await?;
    let fait = exception::fermer(&cx, ids.0, ids.1).await;
    repondre(w, cx, ids, None, fait).await
}

async fn retablir(w: Web, Chemin(ids): Chemin<(PlageId, NaiveDate)>) -> Rendu {
    let cx = w.ecriture().await?;
    let fait = exception::retablir(&cx, ids.0, ids.1).await;
    repondre(w, cx, ids, None, fait).await
}

async fn deplacer(w: Web, Chemin(ids): Chemin<(PlageId, NaiveDate)>, Formulaire(s): Formulaire<SaisieDeplacement>) -> Rendu {
    let cx = w.ecriture().await?;
    plage::ligne(&cx, ids.0, Permission::AccompagnementsEcrire).await?;
    let mut c = Controle::new();
    let jour = c.date("jour", &s.jour);
    c.exiger(!s.jour.trim().is_empty(), "jour", "Donnez le jour.");
    let fait = match (c.finir(), jour) {
        (Ok(()), Some(jour)) => {
            exception::deplacer(&cx, ids.0, ids.1, DeplacerPlage { jour, debut: s.debut.clone(), fin: s.fin.clone() }).await
        }
        (Err(e), _) => Err(e),
        (Ok(()), None) => Err(Erreur::champ("jour", "Donnez le jour.")),
    };
    repondre(w, cx, ids, Some(s), fait).await
}

#[derive(Clone, Default, serde::Deserialize)]
#[serde(default)]
struct SaisieUnJour {
    utilisateur: String,
    lieu: String,
    jour: String,
    horaires: String,
}

#[derive(Template)]
#[template(path = "rendez_vous/un_jour.html")]
struct PageUnJour {
    page: Page,
    erreurs: Erreurs,
    equipe: Vec<Choix>,
    lieux: Vec<Choix>,
    s: SaisieUnJour,
}

async fn gabarit_un_jour(cx: &Contexte, page: Page, s: SaisieUnJour, erreurs: Erreurs) -> Resultat<PageUnJour> {
    let structure = cx.exiger(Permission::AccompagnementsEcrire)?;
    let membres = equipe::membres(cx, &[structure]).await?;
    let lieux = territoire::lieu::lister(cx, false).await?;
    Ok(PageUnJour {
        page,
        erreurs,
        equipe: membres.into_iter().map(|m| Choix::nouveau(m.id.to_string(), m.nom, m.id.to_string() == s.utilisateur)).collect(),
        lieux: lieux.into_iter().map(|l| Choix::nouveau(l.id.to_string(), l.nom, l.id.to_string() == s.lieu)).collect(),
        s,
    })
}

async fn un_jour(w: Web, Parametres(s): Parametres<SaisieUnJour>) -> Rendu {
    let cx = w.lecture();
    let s = SaisieUnJour {
        utilisateur: w.acteur.utilisateur.map(|u| u.to_string()).unwrap_or_default(),
        lieu: territoire::lieu::lister(&cx, false).await?.first().map(|l| l.id.to_string()).unwrap_or_default(),
        ..s
    };
    rendre(&gabarit_un_jour(&cx, w.page, s, Erreurs::default()).await?)
}

async fn ouvrir_un_jour(w: Web, Formulaire(s): Formulaire<SaisieUnJour>) -> Rendu {
    let cx = w.ecriture().await?;
    cx.exiger(Permission::AccompagnementsEcrire)?;
    let mut c = Controle::new();
    let jour = c.date("jour", &s.jour);
    c.exiger(!s.jour.trim().is_empty(), "jour", "Donnez le jour.");
    c.exiger(jour.is_none_or(|j| j >= cx.aujourd_hui()), "jour", "Choisissez un jour à venir.");
    let d = EcrirePlage {
        utilisateur: c.identifiant::<UtilisateurId>("utilisateur", &s.utilisateur),
        lieu: c.identifiant("lieu", &s.lieu),
        jour: 0,
        horaires: s.horaires.clone(),
        du: None,
        au: None,
    };
    let fait = match (c.finir(), jour) {
        (Ok(()), Some(j)) => plage::ajouter(&cx, exception::un_jour(d, j)).await.map(|_| j),
        (Err(e), _) => Err(e),
        (Ok(()), None) => Err(Erreur::champ("jour", "Donnez le jour.")),
    };
    match fait {
        Ok(j) => {
            cx.valider().await?;
            Ok(aller(&format!("/agenda?vue=jour&jour={j}"), Message::succes("Ces heures sont ouvertes ce jour-là.")))
        }
        Err(Erreur::Invalide(e)) => {
            drop(cx);
            rendre_avec(StatusCode::UNPROCESSABLE_ENTITY, &gabarit_un_jour(&w.lecture(), w.page, s, e.into()).await?)
        }
        Err(e) => Err(e.into()),
    }
}
