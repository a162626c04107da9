mod changer;
mod equiper;
mod voir;

use askama::Template;
use axum::http::StatusCode;
use interface::{
    Choix, Erreurs, Message, Page,
    composants::Onglet,
    requete::{Formulaire, Pages, Parametres, Reponse as Rendu, Web, aller, rendre, rendre_avec},
};
use socle::{Contexte, Erreur, Permission, Resultat, equipe};

use equiper::LigneEquipement;

use super::{Complete, EtatSeance, Filtre, nom_lieu, saisie::Saisie};
use crate::{
    fiche::{self, Reference},
    reservation,
};

/// Pages of séances, for the team.
pub fn pages() -> Pages {
    Pages::new()
        .get("/ateliers/seances", liste)
        .get("/ateliers/seances/nouvelle", nouvelle)
        .post("/ateliers/seances/nouvelle", ajouter)
        .get("/ateliers/seances/{id}", voir::voir)
        .get("/ateliers/seances/{id}/modifier", changer::formulaire)
        .post("/ateliers/seances/{id}/modifier", changer::modifier)
        .post("/ateliers/seances/{id}/materiel", changer::cocher)
        .get("/ateliers/seances/{id}/equipements", equiper::formulaire)
        .post("/ateliers/seances/{id}/equipements", equiper::changer)
        .get("/ateliers/seances/{id}/annuler", changer::demander_annulation)
        .post("/ateliers/seances/{id}/annuler", changer::annuler)
        .get("/ateliers/seances/{id}/dates/{date}/deplacer", changer::ou_deplacer)
        .post("/ateliers/seances/{id}/dates/{date}/deplacer", changer::deplacer)
}

#[derive(Default, serde::Deserialize)]
#[serde(default)]
struct Choisies {
    passees: String,
    miennes: String,
}

struct Ligne {
    href: String,
    titre: String,
    quand: String,
    precision: String,
    etat: Option<(&'static str, &'static str)>,
}

#[derive(Template)]
#[template(path = "seance/liste.html")]
struct PageListe {
    page: Page,
    onglets: Vec<Onglet>,
    lignes: Vec<Ligne>,
    /// Where the text of a newsletter is.
    lettre: Option<String>,
    ecrire: bool,
}

fn quand(c: &Complete, cx: &Contexte) -> String {
    let d = c.prochaine(cx.maintenant).or(c.dates.last());
    let debut = d.map(|d| interface::format::instant_long(d.debut)).unwrap_or_default();
    match c.dates.len() {
        0 | 1 => debut,
        n => format!("{debut} ({n} dates)"),
    }
}

async fn liste(w: Web, Parametres(d): Parametres<Choisies>) -> Rendu {
    let cx = w.lecture();
    let (passees, miennes) = (d.passees == "oui", d.miennes == "oui");
    let f = Filtre { passees, animateur: w.acteur.utilisateur.filter(|_| miennes) };
    let seances = super::lister(&cx, &f, 200).await?;
    let lieux = super::noms_de_lieux(&cx, &seances.iter().map(|c| &c.seance).collect::<Vec<_>>()).await?;
    let noms = equipe::noms(&cx, seances.iter().map(|c| c.seance.animateur_id)).await?;
    let mut lignes = vec![];
    for c in &seances {
        let inscrits = reservation::inscrits(&cx, c.seance.id).await?;
        lignes.push(Ligne {
            href: format!("/ateliers/seances/{}", c.seance.id),
            titre: c.seance.titre.clone(),
            quand: quand(c, &cx),
            precision: format!(
                "{} · {} · {inscrits}/{} inscrits",
                nom_lieu(&c.seance, &lieux),
                noms.get(&c.seance.animateur_id).map_or("", String::as_str),
                c.seance.places
            ),
            etat: match c.seance.etat {
                EtatSeance::Annulee => Some(("Annulée", "erreur")),
                EtatSeance::Programmee if !c.seance.publiee => Some(("Non publiée", "neutre")),
                EtatSeance::Programmee => None,
            },
        });
    }
    let onglet = |href: &str, libelle: &str, actif: bool| Onglet { href: href.into(), libelle: libelle.into(), actif };
    rendre(&PageListe {
        ecrire: w.acteur.peut(Permission::AccompagnementsEcrire),
        lettre: w.acteur.structure.map(|s| format!("/programme/{s}/lettre")),
        page: w.page,
        onglets: vec![
            onglet("/ateliers/seances", "À venir", !passees && !miennes),
            onglet("/ateliers/seances?miennes=oui", "Les miennes", miennes),
            onglet("/ateliers/seances?passees=oui", "Passées", passees),
        ],
        lignes,
    })
}

#[derive(Template)]
#[template(path = "seance/formulaire.html")]
struct PageFormulaire {
    page: Page,
    erreurs: Erreurs,
    fiche: String,
    fiches: Vec<Choix>,
    equipe: Vec<Choix>,
    co_equipe: Vec<Choix>,
    partenaires: Vec<Choix>,
    lieux: Vec<Choix>,
    equipements: Vec<LigneEquipement>,
    s: Saisie,
}

async fn gabarit(cx: &Contexte, page: Page, s: Saisie, erreurs: Erreurs) -> Resultat<PageFormulaire> {
    let structure = cx.exiger(Permission::AccompagnementsEcrire)?;
    let membres = equipe::membres(cx, &[structure]).await?;
    let choisir = |code: &str| membres.iter().map(|m| Choix::nouveau(m.id.to_string(), m.nom.clone(), m.id.to_string() == code)).collect();
    let partenaires = territoire::partenaire::lister(cx, false, 500).await?;
    let mut lieux: Vec<Choix> =
        territoire::lieu::lister(cx, false).await?.into_iter().map(|l| Choix::nouveau(format!("lieu:{}", l.id), l.nom, false)).collect();
    lieux.push(Choix::nouveau("public", "Dans un lieu public", false));
    lieux.push(Choix::nouveau("exterieur", "Dehors", false));
    lieux.extend(partenaires.iter().map(|p| Choix::nouveau(format!("partenaire:{}", p.id), format!("Chez {}", p.nom), false)));
    for l in &mut lieux {
        l.coche = l.code == s.lieu;
    }
    let fiches = fiche::lister(cx, &fiche::Filtre::default()).await?;
    Ok(PageFormulaire {
        page,
        erreurs,
        fiche: fiches.iter().find(|f| f.reference.to_string() == s.fiche).map(|f| f.contenu.titre.clone()).unwrap_or_default(),
        fiches: fiches
            .into_iter()
            .map(|f| Choix::nouveau(f.reference.to_string(), f.contenu.titre, f.reference.to_string() == s.fiche))
            .collect(),
        equipe: choisir(&s.animateur),
        co_equipe: choisir(&s.co_animateur),
        partenaires: partenaires
            .iter()
            .map(|p| Choix::nouveau(p.id.to_string(), p.nom.clone(), p.id.to_string() == s.co_partenaire))
            .collect(),
        lieux,
        equipements: equiper::lignes(cx, &s.equipement, &s.quantite).await?,
        s,
    })
}

#[derive(Default, serde::Deserialize)]
#[serde(default)]
struct DeFiche {
    fiche: String,
}

async fn nouvelle(w: Web, Parametres(d): Parametres<DeFiche>) -> Rendu {
    let cx = w.lecture();
    cx.exiger(Permission::AccompagnementsEcrire)?;
    let mut s = Saisie {
        id: cx.nouvel_uuid().to_string(),
        fiche: d.fiche.clone(),
        animateur: w.acteur.utilisateur.map(|u| u.to_string()).unwrap_or_default(),
        fois: "1".into(),
        pas: "7".into(),
        heure: "14:00".into(),
        publiee: "oui".into(),
        ..Saisie::default()
    };
    if !d.fiche.is_empty() {
        let c = fiche::lire(&cx, &Reference::from(d.fiche.as_str())).await?.contenu;
        s.duree_minutes = c.duree_minutes.to_string();
        s.places = c.places.to_string();
    }
    if let Some(l) = territoire::lieu::lister(&cx, false).await?.first() {
        s.lieu = format!("lieu:{}", l.id);
    }
    rendre(&gabarit(&cx, w.page, s, Erreurs::default()).await?)
}

async fn ajouter(w: Web, Formulaire(s): Formulaire<Saisie>) -> Rendu {
    let cx = w.ecriture().await?;
    cx.exiger(Permission::AccompagnementsEcrire)?;
    let fait = match s.lire() {
        Ok(d) => super::programmer(&cx, d).await,
        Err(e) => Err(e),
    };
    match fait {
        Ok((c, _)) => {
            cx.valider().await?;
            Ok(aller(&format!("/ateliers/seances/{}", c.seance.id), Message::succes("La séance est programmée.")))
        }
        Err(Erreur::Invalide(e)) => {
            // A refusal by the database ends the transaction: what the form needs is read outside of it.
            drop(cx);
            let cx = w.lecture();
            rendre_avec(StatusCode::UNPROCESSABLE_ENTITY, &gabarit(&cx, w.page, s, e.into()).await?)
        }
        Err(e) => Err(e.into()),
    }
}
