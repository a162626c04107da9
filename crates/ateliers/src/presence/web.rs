mod journee;
mod signer;

use askama::Template;
use axum::http::StatusCode;
use interface::{
    Erreurs, Message, Onglet, Page,
    requete::{Chemin, Formulaire, Pages, Parametres, Reponse as Rendu, Web, aller, rendre, rendre_avec, vers},
};
use mediation::{
    accompagnement,
    personne::{self, recherche},
};
use socle::{
    Contexte, Erreur, Nomenclature, Permission, Resultat,
    identifiant::{DateSeanceId, ReservationId},
};

use super::{EtatPresence, LigneResultats, NoteDeCloture, ParResultats};
use crate::{evaluation, seance::EtatDate};

/// Pages of the day: attendance, closing, and what works.
pub fn pages() -> Pages {
    Pages::new()
        .get("/ateliers/resultats", resultats)
        .get("/ateliers/journee", journee::voir)
        .post("/ateliers/journee", journee::cocher)
        .get("/ateliers/dates/{id}", feuille)
        .post("/ateliers/dates/{id}", noter)
        .post("/ateliers/dates/{id}/clore", clore)
        .get("/ateliers/dates/{id}/signatures", signer::liste)
        .get("/ateliers/dates/{id}/signer/{reservation}/{demi}", signer::formulaire)
        .post("/ateliers/dates/{id}/signer/{reservation}/{demi}", signer::signer)
}

#[derive(Clone, Default, serde::Deserialize)]
#[serde(default)]
struct Saisie {
    /// `<reservation>:<etat>`, the value of the button pressed.
    marque: String,
    personne: String,
    nom: String,
    cherche: String,
    anonymes: String,
    action: String,
    /// `<reservation>:oui` or `non`: agrees to be asked two weeks later.
    accord: String,
    reussi: String,
    a_changer: String,
}

struct Ligne {
    id: String,
    nom: String,
    besoins: Option<String>,
    /// Code, word, whether it is what was marked.
    choix: Vec<(String, &'static str, bool)>,
    /// Gave the seat up in the last day: nothing to tap.
    tardive: bool,
    /// With an address: agrees to be asked two weeks later.
    accord: Option<bool>,
}

#[derive(Template)]
#[template(path = "presence/feuille.html")]
struct PageFeuille {
    page: Page,
    erreurs: Erreurs,
    adresse: String,
    seance: String,
    titre: String,
    quand: String,
    lignes: Vec<Ligne>,
    presents: String,
    anonymes: String,
    close: bool,
    accompagnement: Option<String>,
    /// What was recorded was removed since: where it is put back.
    retablir: Option<String>,
    peut_retablir: bool,
    note: Option<String>,
    commencee: bool,
    ecrire: bool,
    candidats: Vec<(String, String)>,
    cherche: String,
    s: Saisie,
}

async fn gabarit(cx: &Contexte, page: Page, id: DateSeanceId, s: &Saisie, erreurs: Erreurs) -> Resultat<PageFeuille> {
    let f = super::feuille(cx, id).await?;
    let ecrire = cx.acteur.peut_dans(Permission::AccompagnementsEcrire, f.seance.structure_id);
    let gens = if recherche::suffit(&s.cherche) { recherche::chercher(cx, &s.cherche, 8).await? } else { vec![] };
    let noms = personne::noms(cx, &gens.iter().map(|p| p.id).collect::<Vec<_>>()).await?;
    let accords = evaluation::accords(cx, &f.gens.iter().map(|(r, _)| r.id).collect::<Vec<_>>()).await?;
    let supprime = match f.date.accompagnement_id {
        Some(a) => matches!(accompagnement::lire(cx, a).await, Err(Erreur::Introuvable(_))).then_some(a),
        None => None,
    };
    let enregistre = f.date.accompagnement_id.filter(|_| supprime.is_none());
    Ok(PageFeuille {
        page,
        erreurs,
        adresse: format!("/ateliers/dates/{id}"),
        seance: format!("/ateliers/seances/{}", f.seance.id),
        titre: f.seance.titre.clone(),
        quand: interface::format::instant_long(f.date.debut),
        presents: interface::format::compte(f.presents() as i64, "personne présente", "personnes présentes"),
        anonymes: f.date.anonymes.to_string(),
        close: f.date.etat != EtatDate::Prevue,
        accompagnement: enregistre.map(|a| format!("/accompagnements/{a}")),
        peut_retablir: ecrire,
        retablir: supprime.map(|a| format!("/accompagnements/{a}/retablir")),
        note: enregistre.map(|a| format!("/accompagnements/{a}/note")),
        commencee: cx.maintenant >= f.date.debut,
        ecrire: ecrire && f.date.etat == EtatDate::Prevue,
        lignes: f
            .gens
            .into_iter()
            .map(|(r, marque)| Ligne {
                id: r.id.to_string(),
                tardive: r.fin.as_deref() == Some("personne"),
                accord: r.courriel.is_some().then(|| accords.contains(&r.id)),
                nom: r.nom,
                besoins: r.besoins,
                choix: EtatPresence::tous().into_iter().map(|e| (e.code(), e.libelle(), marque == Some(e))).collect(),
            })
            .collect(),
        candidats: gens.iter().map(|p| (p.id.to_string(), noms.get(&p.id).cloned().unwrap_or_default())).collect(),
        cherche: s.cherche.clone(),
        s: s.clone(),
    })
}

async fn feuille(w: Web, Chemin(id): Chemin<DateSeanceId>) -> Rendu {
    let cx = w.lecture();
    rendre(&gabarit(&cx, w.page, id, &Saisie::default(), Erreurs::default()).await?)
}

async fn appliquer(cx: &Contexte, id: DateSeanceId, s: &Saisie) -> Resultat<()> {
    if let Some((r, e)) = s.marque.split_once(':') {
        let (Ok(r), Some(e)) = (r.parse(), EtatPresence::depuis(e)) else {
            return Err(Erreur::champ("marque", "Choisissez dans la liste."));
        };
        return super::marquer(cx, id, r, e).await;
    }
    if let Some((r, oui)) = s.accord.split_once(':') {
        let r: ReservationId = r.parse().map_err(|_| Erreur::champ("accord", "Choisissez dans la liste."))?;
        return super::accorder(cx, id, r, oui == "oui").await;
    }
    if s.action == "anonymes" {
        let mut c = socle::controle::Controle::new();
        let n = c.nombre("anonymes", &s.anonymes).unwrap_or(0);
        c.finir()?;
        return super::compter_anonymes(cx, id, n).await;
    }
    super::venir(cx, id, s.personne.parse().ok(), Some(s.nom.clone())).await
}

async fn noter(w: Web, Chemin(id): Chemin<DateSeanceId>, Formulaire(s): Formulaire<Saisie>) -> Rendu {
    let cx = w.ecriture().await?;
    super::ouverte(&cx, id).await?;
    if s.action == "chercher" {
        return rendre(&gabarit(&cx, w.page, id, &s, Erreurs::default()).await?);
    }
    match appliquer(&cx, id, &s).await {
        Ok(()) => {
            cx.valider().await?;
            Ok(vers(&format!("/ateliers/dates/{id}")))
        }
        Err(Erreur::Invalide(e)) => rendre_avec(StatusCode::UNPROCESSABLE_ENTITY, &gabarit(&cx, w.page, id, &s, e.into()).await?),
        Err(e) => Err(e.into()),
    }
}

async fn clore(w: Web, Chemin(id): Chemin<DateSeanceId>, Formulaire(s): Formulaire<Saisie>) -> Rendu {
    let cx = w.ecriture().await?;
    let note = NoteDeCloture { reussi: Some(s.reussi.clone()), a_changer: Some(s.a_changer.clone()) };
    match super::clore_avec(&cx, id, note).await {
        Ok(fait) => {
            cx.valider().await?;
            Ok(match fait {
                Some(a) => aller(&format!("/accompagnements/{a}"), Message::succes("La séance est close, l’atelier est enregistré.")),
                None => aller(
                    &format!("/ateliers/dates/{id}"),
                    Message::succes("La séance est close. Personne n’est venu : rien n’est compté."),
                ),
            })
        }
        Err(Erreur::Invalide(e)) => {
            // What was recorded before the note was refused is undone.
            drop(cx);
            rendre_avec(StatusCode::UNPROCESSABLE_ENTITY, &gabarit(&w.lecture(), w.page, id, &s, e.into()).await?)
        }
        // What was typed comes back with the reason.
        Err(Erreur::Conflit(m)) if !(s.reussi.trim().is_empty() && s.a_changer.trim().is_empty()) => {
            drop(cx);
            let e = Erreurs(vec![interface::formulaire::ErreurChamp::new("", m)]);
            rendre_avec(StatusCode::CONFLICT, &gabarit(&w.lecture(), w.page, id, &s, e).await?)
        }
        Err(Erreur::Conflit(m)) => Ok(aller(&format!("/ateliers/dates/{id}"), Message::attention(m))),
        Err(e) => Err(e.into()),
    }
}

#[derive(Template)]
#[template(path = "presence/resultats.html")]
struct PageResultats {
    page: Page,
    onglets: Vec<Onglet>,
    quoi: &'static str,
    ensemble: Option<Mots>,
    lignes: Vec<Mots>,
    commentaires: Vec<String>,
}

/// Figures in words.
struct Mots {
    titre: String,
    seances: i64,
    presents: String,
    presence: String,
    remplissage: String,
    sans_place: String,
    satisfaction: String,
    reutilisation: String,
    reussite: String,
}

/// « 62 % », « – » of nothing, « < 5 » of too few.
fn mots(l: LigneResultats) -> Mots {
    const PETIT: &str = "<\u{a0}5";
    let r = l.chiffres;
    let part = |t: Option<f64>| t.map_or_else(|| "–".to_owned(), |t| format!("{}\u{a0}%", interface::format::nombre(t * 100.0, 0)));
    // A count that is masked says why there is no rate.
    let si = |vu: Option<i64>, mots: String| if vu.is_none() { PETIT.to_owned() } else { mots };
    let gens = |n: Option<i64>| n.map_or_else(|| PETIT.to_owned(), interface::format::entier);
    Mots {
        seances: r.seances,
        presents: format!("{} / {}", gens(r.presents), interface::format::entier(r.places)),
        presence: part(r.presence),
        remplissage: part(r.remplissage),
        sans_place: gens(r.sans_place),
        satisfaction: si(r.avis, r.satisfaction.map_or_else(|| "–".to_owned(), |s| format!("{} / 5", interface::format::nombre(s, 1)))),
        reutilisation: si(r.avis_froids, part(r.reutilisation)),
        reussite: si(r.personnes_regardees, part(r.reussite)),
        titre: l.titre,
    }
}

#[derive(Default, serde::Deserialize)]
#[serde(default)]
struct DemandeResultats {
    par: String,
}

async fn resultats(w: Web, Parametres(d): Parametres<DemandeResultats>) -> Rendu {
    let cx = w.lecture();
    let par = ParResultats::depuis(&d.par).unwrap_or(ParResultats::Atelier);
    let (ensemble, lignes) = super::resultats(&cx, par).await?;
    let un_an = cx.aujourd_hui().checked_sub_months(chrono::Months::new(12)).unwrap_or_default();
    let commentaires = evaluation::commentaires(&cx, cx.exiger(Permission::AccompagnementsLire)?, un_an).await?;
    rendre(&PageResultats {
        page: w.page,
        onglets: ParResultats::tous()
            .into_iter()
            .map(|p| Onglet::nouveau(format!("/ateliers/resultats?par={}", p.code()), p.libelle(), p == par))
            .collect(),
        quoi: match par {
            ParResultats::Atelier => "Atelier",
            ParResultats::Lieu => "Lieu",
            ParResultats::Public => "Public",
        },
        ensemble: (!lignes.is_empty()).then(|| mots(ensemble)),
        lignes: lignes.into_iter().map(mots).collect(),
        commentaires,
    })
}
