use std::collections::HashMap;

use askama::Template;
use axum::http::StatusCode;
use interface::{
    Choix, Erreurs, Message, Page,
    composants::Onglet,
    requete::{Chemin, Formulaire, Pages, Parametres, Reponse as Rendu, Web, aller, rendre, rendre_avec, vers},
};
use socle::{
    Contexte, Erreur, Nomenclature, Permission, Resultat, equipe,
    identifiant::{DateSeanceId, SeanceId, UtilisateurId},
};

use super::{
    Complete, EtatDate, EtatSeance, Filtre, ModifierSeance, Quand, Seance, nom_lieu,
    regles::lire_heure,
    saisie::{Saisie, minuit},
};
use crate::{
    fiche::{self, Reference},
    reservation::{self, EtatReservation, Places, Reservation},
};

/// Pages of séances, for the team.
pub fn pages() -> Pages {
    Pages::new()
        .get("/ateliers/seances", liste)
        .get("/ateliers/seances/nouvelle", nouvelle)
        .post("/ateliers/seances/nouvelle", ajouter)
        .get("/ateliers/seances/{id}", voir)
        .get("/ateliers/seances/{id}/modifier", formulaire)
        .post("/ateliers/seances/{id}/modifier", modifier)
        .post("/ateliers/seances/{id}/materiel", cocher)
        .get("/ateliers/seances/{id}/annuler", demander_annulation)
        .post("/ateliers/seances/{id}/annuler", annuler)
        .get("/ateliers/seances/{id}/dates/{date}/deplacer", ou_deplacer)
        .post("/ateliers/seances/{id}/dates/{date}/deplacer", deplacer)
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

/// A date, as the page shows it.
struct LigneDate {
    id: DateSeanceId,
    quand: String,
    duree: String,
    etat: Option<(&'static str, &'static str)>,
    deplacable: bool,
    accompagnement: Option<String>,
}

struct LigneMateriel {
    rang: i32,
    libelle: String,
    pret: bool,
}

/// A booking, as the team sees it.
pub(crate) struct LigneReservation {
    id: String,
    nom: String,
    contact: String,
    code: String,
    besoins: Option<String>,
    etat: &'static str,
    genre: &'static str,
    dossier: Option<String>,
    precision: String,
    attend: bool,
    finie: bool,
}

impl From<Reservation> for LigneReservation {
    fn from(r: Reservation) -> Self {
        let mut precision = vec![];
        if r.orientee {
            precision.push("orientée".to_owned());
        }
        if r.par != reservation::Par::Soi {
            precision.push(r.par.libelle().to_lowercase());
        }
        if let Some(t) = r.expire_le.filter(|_| r.etat == EtatReservation::Proposee) {
            precision.push(format!("jusqu’au {}", interface::format::instant_court(t)));
        }
        Self {
            id: r.id.to_string(),
            nom: r.nom,
            contact: [r.telephone, r.courriel].into_iter().flatten().collect::<Vec<_>>().join(" · "),
            code: format!("{} {}", r.code.get(..4).unwrap_or(&r.code), r.code.get(4..).unwrap_or("")),
            besoins: r.besoins,
            etat: r.etat.libelle(),
            genre: match r.etat {
                EtatReservation::Confirmee | EtatReservation::SurPlace => "succes",
                EtatReservation::Proposee | EtatReservation::Attente => "attention",
                EtatReservation::Annulee => "neutre",
            },
            dossier: r.personne_id.map(|p| format!("/personnes/{p}")),
            precision: precision.join(" · "),
            attend: matches!(r.etat, EtatReservation::Attente | EtatReservation::Proposee),
            finie: matches!(r.etat, EtatReservation::Annulee | EtatReservation::SurPlace),
        }
    }
}

#[derive(Template)]
#[template(path = "seance/voir.html")]
struct PageSeance {
    page: Page,
    c: Complete,
    adresse: String,
    fiche: Option<String>,
    ou: String,
    qui: String,
    annulee: bool,
    dates: Vec<LigneDate>,
    materiel: Vec<LigneMateriel>,
    places: Places,
    reservations: Vec<LigneReservation>,
    publique: String,
    ecrire: bool,
}

async fn voir(w: Web, Chemin(id): Chemin<SeanceId>) -> Rendu {
    let cx = w.lecture();
    let c = super::lire(&cx, id).await?;
    let s = &c.seance;
    let noms = equipe::noms(&cx, [Some(s.animateur_id), s.co_animateur_id].into_iter().flatten()).await?;
    let lieux = super::noms_de_lieux(&cx, &[s]).await?;
    let partenaires = territoire::partenaire::noms(&cx, s.co_partenaire_id.into_iter().collect()).await?;
    let reservations = reservation::lister(&cx, id).await?;
    rendre(&PageSeance {
        ecrire: w.acteur.peut(Permission::AccompagnementsEcrire),
        page: w.page,
        adresse: format!("/ateliers/seances/{id}"),
        fiche: s.fiche.clone().map(|f| format!("/ateliers/fiches/{f}")),
        ou: nom_lieu(s, &lieux),
        qui: qui(s, &noms, partenaires.into_values().next()),
        annulee: s.etat == EtatSeance::Annulee,
        dates: c
            .dates
            .iter()
            .map(|d| LigneDate {
                id: d.id,
                quand: interface::format::instant_long(d.debut),
                duree: interface::format::duree((d.fin - d.debut).num_minutes()),
                etat: match d.etat {
                    EtatDate::Prevue => None,
                    EtatDate::Close => Some(("Close", "succes")),
                    EtatDate::Annulee => Some(("Annulée", "erreur")),
                },
                deplacable: d.etat == EtatDate::Prevue && s.etat == EtatSeance::Programmee,
                accompagnement: d.accompagnement_id.map(|a| format!("/accompagnements/{a}")),
            })
            .collect(),
        materiel: c.materiel.iter().map(|m| LigneMateriel { rang: m.rang, libelle: m.libelle.clone(), pret: m.pret }).collect(),
        places: reservation::places(&cx, s).await?,
        reservations: reservations.into_iter().map(Into::into).collect(),
        publique: format!("/programme/atelier/{id}"),
        c,
    })
}

fn qui(s: &Seance, noms: &HashMap<UtilisateurId, String>, partenaire: Option<String>) -> String {
    [noms.get(&s.animateur_id).cloned(), s.co_animateur_id.and_then(|u| noms.get(&u).cloned()), partenaire]
        .into_iter()
        .flatten()
        .collect::<Vec<_>>()
        .join(", ")
}

#[derive(Clone, Default, serde::Deserialize)]
#[serde(default)]
struct SaisieChange {
    version: String,
    titre: String,
    places: String,
    places_reservees: String,
    seuil: String,
    ouverture_le: String,
    fermeture_le: String,
    publiee: String,
    adaptations: String,
}

#[derive(Template)]
#[template(path = "seance/modifier.html")]
struct PageModifier {
    page: Page,
    erreurs: Erreurs,
    perimee: bool,
    adresse: String,
    s: SaisieChange,
}

fn de_seance(s: &Seance) -> SaisieChange {
    let jour = |t: Option<sea_orm::prelude::DateTimeUtc>| t.map(|t| socle::horloge::jour(t).to_string()).unwrap_or_default();
    SaisieChange {
        version: s.version.to_string(),
        titre: s.titre.clone(),
        places: s.places.to_string(),
        places_reservees: s.places_reservees.to_string(),
        seuil: s.seuil.to_string(),
        ouverture_le: jour(s.ouverture_le),
        fermeture_le: jour(s.fermeture_le),
        publiee: if s.publiee { "oui".into() } else { String::new() },
        adaptations: s.adaptations.clone().unwrap_or_default(),
    }
}

async fn formulaire(w: Web, Chemin(id): Chemin<SeanceId>) -> Rendu {
    let cx = w.lecture();
    let s = super::ligne(&cx, id, Permission::AccompagnementsEcrire).await?;
    let p = PageModifier {
        page: w.page,
        erreurs: Erreurs::default(),
        perimee: false,
        adresse: format!("/ateliers/seances/{id}"),
        s: de_seance(&s),
    };
    rendre(&p)
}

fn lire_change(s: &SaisieChange) -> Resultat<ModifierSeance> {
    let mut c = socle::controle::Controle::new();
    let m = ModifierSeance {
        version: Some(s.version.parse().unwrap_or(0)),
        titre: Some(s.titre.clone()),
        places: c.nombre("places", &s.places),
        places_reservees: c.nombre("places_reservees", &s.places_reservees),
        seuil: c.nombre("seuil", &s.seuil),
        seuil_heures: None,
        ouverture_le: Some(minuit(&mut c, "ouverture_le", &s.ouverture_le)),
        fermeture_le: Some(minuit(&mut c, "fermeture_le", &s.fermeture_le)),
        publiee: Some(s.publiee == "oui"),
        adaptations: Some(Some(s.adaptations.clone())),
    };
    c.finir()?;
    Ok(m)
}

async fn modifier(w: Web, Chemin(id): Chemin<SeanceId>, Formulaire(mut s): Formulaire<SaisieChange>) -> Rendu {
    let cx = w.ecriture().await?;
    let present = super::ligne(&cx, id, Permission::AccompagnementsEcrire).await?.version;
    let fait = match lire_change(&s) {
        Ok(m) => super::modifier(&cx, id, m).await,
        Err(e) => Err(e),
    };
    let adresse = format!("/ateliers/seances/{id}");
    match fait {
        Ok(_) => {
            cx.valider().await?;
            Ok(aller(&adresse, Message::succes("La séance est à jour.")))
        }
        Err(Erreur::Invalide(e)) => {
            rendre_avec(StatusCode::UNPROCESSABLE_ENTITY, &PageModifier { page: w.page, erreurs: e.into(), perimee: false, adresse, s })
        }
        Err(Erreur::VersionPerimee) => {
            s.version = present.to_string();
            rendre_avec(StatusCode::CONFLICT, &PageModifier { page: w.page, erreurs: Erreurs::default(), perimee: true, adresse, s })
        }
        Err(e) => Err(e.into()),
    }
}

#[derive(Default, serde::Deserialize)]
#[serde(default)]
struct Coche {
    rang: String,
    pret: String,
}

async fn cocher(w: Web, Chemin(id): Chemin<SeanceId>, Formulaire(s): Formulaire<Coche>) -> Rendu {
    let cx = w.ecriture().await?;
    super::ligne(&cx, id, Permission::AccompagnementsEcrire).await?;
    let Ok(rang) = s.rang.parse() else { return Err(Erreur::champ("rang", "Choisissez un matériel de la liste.").into()) };
    super::cocher(&cx, id, rang, s.pret == "oui").await?;
    cx.valider().await?;
    Ok(vers(&format!("/ateliers/seances/{id}#materiel")))
}

#[derive(Template)]
#[template(path = "seance/annuler.html")]
struct PageAnnuler {
    page: Page,
    adresse: String,
    titre: String,
    combien: usize,
    erreurs: Erreurs,
    motif: String,
}

async fn gabarit_annuler(cx: &Contexte, page: Page, id: SeanceId, motif: String, erreurs: Erreurs) -> Resultat<PageAnnuler> {
    let s = super::ligne(cx, id, Permission::AccompagnementsEcrire).await?;
    let combien = reservation::lister(cx, id).await?.iter().filter(|r| r.etat != EtatReservation::Annulee).count();
    Ok(PageAnnuler { page, adresse: format!("/ateliers/seances/{id}"), titre: s.titre, combien, erreurs, motif })
}

async fn demander_annulation(w: Web, Chemin(id): Chemin<SeanceId>) -> Rendu {
    let cx = w.lecture();
    rendre(&gabarit_annuler(&cx, w.page, id, String::new(), Erreurs::default()).await?)
}

#[derive(Default, serde::Deserialize)]
#[serde(default)]
struct SaisieMotif {
    motif: String,
}

async fn annuler(w: Web, Chemin(id): Chemin<SeanceId>, Formulaire(s): Formulaire<SaisieMotif>) -> Rendu {
    let cx = w.ecriture().await?;
    match super::annuler(&cx, id, Some(s.motif.clone())).await {
        Ok(_) => {
            cx.valider().await?;
            Ok(aller(
                &format!("/ateliers/seances/{id}"),
                Message::succes(
                    "La séance est annulée. Les personnes inscrites sont prévenues ; appelez celles qui n’ont pas laissé de contact.",
                ),
            ))
        }
        Err(Erreur::Invalide(e)) => {
            rendre_avec(StatusCode::UNPROCESSABLE_ENTITY, &gabarit_annuler(&cx, w.page, id, s.motif, e.into()).await?)
        }
        Err(e) => Err(e.into()),
    }
}

#[derive(Clone, Default, serde::Deserialize)]
#[serde(default)]
struct SaisieDate {
    jour: String,
    heure: String,
    forcer: String,
}

#[derive(Template)]
#[template(path = "seance/deplacer.html")]
struct PageDeplacer {
    page: Page,
    adresse: String,
    titre: String,
    erreurs: Erreurs,
    s: SaisieDate,
}

async fn gabarit_date(
    cx: &Contexte,
    page: Page,
    (id, date): (SeanceId, DateSeanceId),
    s: Option<SaisieDate>,
    erreurs: Erreurs,
) -> Resultat<PageDeplacer> {
    let seance = super::ligne(cx, id, Permission::AccompagnementsEcrire).await?;
    let c = super::completer(cx, vec![seance]).await?.remove(0);
    let d = c.dates.iter().find(|d| d.id == date).ok_or(Erreur::Introuvable("Cette date"))?;
    let s = s.unwrap_or_else(|| SaisieDate { jour: d.jour.to_string(), heure: d.heure.clone(), forcer: String::new() });
    Ok(PageDeplacer { page, adresse: format!("/ateliers/seances/{id}"), titre: c.seance.titre, erreurs, s })
}

async fn ou_deplacer(w: Web, Chemin(ids): Chemin<(SeanceId, DateSeanceId)>) -> Rendu {
    let cx = w.lecture();
    rendre(&gabarit_date(&cx, w.page, ids, None, Erreurs::default()).await?)
}

async fn deplacer(w: Web, Chemin(ids): Chemin<(SeanceId, DateSeanceId)>, Formulaire(s): Formulaire<SaisieDate>) -> Rendu {
    let cx = w.ecriture().await?;
    super::ligne(&cx, ids.0, Permission::AccompagnementsEcrire).await?;
    let mut c = socle::controle::Controle::new();
    let jour = c.date("jour", &s.jour);
    let heure = lire_heure(&s.heure);
    c.exiger(!s.jour.trim().is_empty(), "jour", "Donnez le nouveau jour.");
    c.exiger(heure.is_some(), "heure", "Écrivez l’heure ainsi : 14:00.");
    let fait = match (c.finir(), jour, heure) {
        (Ok(()), Some(jour), Some(heure)) => super::deplacer(&cx, ids.0, ids.1, Quand { jour, heure }, s.forcer == "oui").await,
        (Err(e), ..) => Err(e),
        _ => Err(Erreur::Interne("date".into())),
    };
    match fait {
        Ok(_) => {
            cx.valider().await?;
            Ok(aller(
                &format!("/ateliers/seances/{}", ids.0),
                Message::succes("La date est changée. Les personnes inscrites sont prévenues."),
            ))
        }
        Err(Erreur::Invalide(e)) => {
            drop(cx);
            let cx = w.lecture();
            rendre_avec(StatusCode::UNPROCESSABLE_ENTITY, &gabarit_date(&cx, w.page, ids, Some(s), e.into()).await?)
        }
        Err(e) => Err(e.into()),
    }
}
