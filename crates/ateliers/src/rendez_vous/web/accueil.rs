//! At the desk: a slot and a person, two gestures; and what becomes of an appointment.

use askama::Template;
use axum::http::StatusCode;
use interface::{
    Choix, Erreurs, Message, Page,
    requete::{Chemin, Formulaire, Pages, Parametres, Reponse as Rendu, Web, aller, rendre, rendre_avec, vers},
};
use mediation::personne;
use socle::{
    Contexte, Erreur, Nomenclature, Permission, Resultat, equipe,
    identifiant::{MotifId, RendezVousId, UtilisateurId},
};

use super::{DuJour, lire_code, proposer};
use crate::{
    rendez_vous::{EtatRendezVous, Issue, Maniere, Motif, Prendre, avertir, motif, suite},
    reservation::Par,
};

/// Pages of the desk.
pub(super) fn pages() -> Pages {
    Pages::new()
        .get("/agenda/rendez-vous/nouveau", nouveau)
        .post("/agenda/rendez-vous/nouveau", donner)
        .get("/agenda/rendez-vous/{id}", voir)
        .get("/agenda/rendez-vous/{id}/changer", autres)
        .post("/agenda/rendez-vous/{id}/changer", changer)
        .post("/agenda/rendez-vous/{id}/annuler", annuler)
        .post("/agenda/rendez-vous/{id}/issue", conclure)
}

#[derive(Clone, Default, serde::Deserialize)]
#[serde(default)]
struct Saisie {
    id: String,
    motif: String,
    avec: String,
    du: String,
    creneau: String,
    personne: String,
    cherche: String,
    nom: String,
    telephone: String,
    besoins: String,
    action: String,
}

#[derive(Template)]
#[template(path = "rendez_vous/nouveau.html")]
struct PageNouveau {
    page: Page,
    erreurs: Erreurs,
    refus: Option<String>,
    motifs: Vec<Choix>,
    equipe: Vec<Choix>,
    jours: Vec<DuJour>,
    vide: bool,
    suivants: Option<String>,
    /// Id and name of who may be meant.
    candidats: Vec<(String, String)>,
    /// Who it is for, when one comes from a file.
    pour: Option<String>,
    cherche: bool,
    appel: bool,
    s: Saisie,
}

async fn gabarit(cx: &Contexte, page: Page, mut s: Saisie, erreurs: Erreurs, refus: Option<String>) -> Resultat<PageNouveau> {
    let structure = cx.exiger(Permission::AccompagnementsEcrire)?;
    let motifs: Vec<Motif> = motif::lister(cx).await?.into_iter().filter(|m| m.actif).collect();
    let choisi = motifs.iter().find(|m| m.id.to_string() == s.motif).or(motifs.first());
    s.motif = choisi.map(|m| m.id.to_string()).unwrap_or_default();
    let avec: Option<UtilisateurId> = s.avec.parse().ok();
    let du = s.du.parse().unwrap_or(cx.aujourd_hui());
    let p = match choisi {
        Some(m) => Some(proposer(cx, m, du, avec).await?),
        None => None,
    };
    let cherche = personne::recherche::suffit(&s.cherche);
    let pour = match s.personne.parse() {
        Ok(id) => personne::noms(cx, &[id]).await?.remove(&id),
        Err(_) => None,
    };
    let gens = if cherche { personne::recherche::chercher(cx, &s.cherche, 10).await? } else { personne::recentes(cx, 8).await? };
    let noms = personne::noms(cx, &gens.iter().map(|p| p.id).collect::<Vec<_>>()).await?;
    let membres = equipe::membres(cx, &[structure]).await?;
    Ok(PageNouveau {
        page,
        erreurs,
        refus,
        appel: choisi.is_some_and(|m| m.maniere == Maniere::Telephone),
        equipe: membres.into_iter().map(|m| Choix::nouveau(m.id.to_string(), m.nom, m.id.to_string() == s.avec)).collect(),
        suivants: p.as_ref().and_then(|p| p.suite).map(|j| {
            let personne = if s.personne.is_empty() { String::new() } else { format!("&personne={}", s.personne) };
            format!("/agenda/rendez-vous/nouveau?motif={}&avec={}&du={j}{personne}", s.motif, s.avec)
        }),
        vide: p.as_ref().is_none_or(|p| p.vide),
        jours: p.map(|p| p.jours).unwrap_or_default(),
        motifs: motifs
            .into_iter()
            .map(|m| {
                Choix::nouveau(
                    m.id.to_string(),
                    format!("{} ({})", m.libelle, interface::format::duree(m.duree_minutes)),
                    m.id.to_string() == s.motif,
                )
            })
            .collect(),
        candidats: gens.iter().map(|p| (p.id.to_string(), noms.get(&p.id).cloned().unwrap_or_default())).collect(),
        pour,
        cherche,
        s,
    })
}

async fn nouveau(w: Web, Parametres(s): Parametres<Saisie>) -> Rendu {
    let cx = w.lecture();
    let s = Saisie { id: cx.nouvel_uuid().to_string(), ..s };
    rendre(&gabarit(&cx, w.page, s, Erreurs::default(), None).await?)
}

async fn donner(w: Web, Formulaire(s): Formulaire<Saisie>) -> Rendu {
    let cx = w.ecriture().await?;
    cx.exiger(Permission::AccompagnementsEcrire)?;
    if s.action == "chercher" {
        return rendre(&gabarit(&cx, w.page, s, Erreurs::default(), None).await?);
    }
    let fait = match (lire_code(&s.creneau), s.motif.parse::<MotifId>()) {
        (Some((debut, lieu)), Ok(motif)) => {
            let d = Prendre {
                id: s.id.parse().ok(),
                motif,
                debut,
                lieu,
                avec: s.avec.parse().ok(),
                nom: Some(s.nom.clone()),
                telephone: Some(s.telephone.clone()),
                courriel: None,
                canal: None,
                par: Par::Accueil,
                accord: true,
                personne: s.personne.parse().ok(),
                besoins: Some(s.besoins.clone()),
                hors_plages: false,
            };
            super::super::prendre(&cx, d).await
        }
        _ => Err(Erreur::champ("creneau", "Choisissez une heure.")),
    };
    match fait {
        Ok((r, _)) => {
            cx.valider().await?;
            let quand = interface::format::instant_long(r.debut);
            Ok(aller(&format!("/agenda/rendez-vous/{}", r.id), Message::succes(format!("Le rendez-vous est pris : {quand}."))))
        }
        Err(Erreur::Invalide(e)) => {
            drop(cx);
            rendre_avec(StatusCode::UNPROCESSABLE_ENTITY, &gabarit(&w.lecture(), w.page, s, e.into(), None).await?)
        }
        Err(Erreur::Conflit(m)) => {
            drop(cx);
            rendre_avec(StatusCode::CONFLICT, &gabarit(&w.lecture(), w.page, s, Erreurs::default(), Some(m)).await?)
        }
        Err(e) => Err(e.into()),
    }
}

#[derive(Template)]
#[template(path = "rendez_vous/voir.html")]
struct PageRendezVous {
    page: Page,
    adresse: String,
    motif: String,
    quand: String,
    ou: String,
    avec: String,
    nom: String,
    contact: String,
    /// A message to this contact was refused.
    refuse: bool,
    code: String,
    besoins: Option<String>,
    dossier: Option<String>,
    etat: &'static str,
    style: &'static str,
    prevu: bool,
    annule: bool,
    commence: bool,
    enregistrer: String,
    ecrire: bool,
    retour: String,
}

async fn voir(w: Web, Chemin(id): Chemin<RendezVousId>) -> Rendu {
    let cx = w.lecture();
    let (r, m) = super::super::lire(&cx, id).await?;
    let noms = equipe::noms(&cx, [r.utilisateur_id]).await?;
    rendre(&PageRendezVous {
        adresse: format!("/agenda/rendez-vous/{id}"),
        quand: format!("{}, {}", interface::format::instant_long(r.debut), interface::format::duree((r.fin - r.debut).num_minutes())),
        ou: avertir::ou(&cx, &r, &m).await?,
        avec: noms.get(&r.utilisateur_id).cloned().unwrap_or_default(),
        refuse: r.refus_le.is_some(),
        contact: [r.telephone, r.courriel].into_iter().flatten().collect::<Vec<_>>().join(" · "),
        code: format!("{} {}", r.code.get(..4).unwrap_or(&r.code), r.code.get(4..).unwrap_or("")),
        besoins: r.besoins,
        dossier: r.personne_id.map(|p| format!("/personnes/{p}")),
        etat: r.etat.libelle(),
        style: match r.etat {
            EtatRendezVous::Prevu => "info",
            EtatRendezVous::Honore => "succes",
            EtatRendezVous::Absent => "attention",
            EtatRendezVous::Excuse | EtatRendezVous::Annule => "neutre",
        },
        prevu: r.etat == EtatRendezVous::Prevu,
        annule: r.etat == EtatRendezVous::Annule,
        commence: cx.maintenant >= r.debut,
        enregistrer: enregistrer(r.personne_id),
        ecrire: cx.acteur.peut_dans(Permission::AccompagnementsEcrire, r.structure_id),
        retour: format!("/agenda?jour={}", socle::horloge::jour(r.debut)),
        nom: if r.nom.is_empty() { "Nom effacé".into() } else { r.nom },
        motif: m.libelle,
        page: w.page,
    })
}

/// The form that records the accompaniment, filled in as far as it can be.
fn enregistrer(p: Option<socle::identifiant::PersonneId>) -> String {
    p.map_or_else(|| "/accompagnements/nouveau".into(), |p| format!("/accompagnements/nouveau?personne={p}"))
}

#[derive(Template)]
#[template(path = "rendez_vous/changer.html")]
struct PageChanger {
    page: Page,
    adresse: String,
    chapeau: String,
    refus: Option<String>,
    jours: Vec<DuJour>,
    vide: bool,
    suivants: Option<String>,
}

#[derive(Default, serde::Deserialize)]
#[serde(default)]
struct Demande {
    du: String,
    creneau: String,
}

async fn page_changer(cx: &Contexte, page: Page, id: RendezVousId, du: &str, refus: Option<String>) -> Resultat<PageChanger> {
    let (r, m) = suite::de_l_equipe(cx, id, Permission::AccompagnementsEcrire).await?;
    let p = proposer(cx, &m, du.parse().unwrap_or(cx.aujourd_hui()), None).await?;
    let adresse = format!("/agenda/rendez-vous/{id}");
    Ok(PageChanger {
        page,
        chapeau: format!("{}. Pour l’instant : {}", m.libelle, interface::format::instant_long(r.debut)),
        refus,
        suivants: p.suite.map(|j| format!("{adresse}/changer?du={j}")),
        adresse,
        vide: p.vide,
        jours: p.jours,
    })
}

async fn autres(w: Web, Chemin(id): Chemin<RendezVousId>, Parametres(d): Parametres<Demande>) -> Rendu {
    rendre(&page_changer(&w.lecture(), w.page, id, &d.du, None).await?)
}

async fn changer(w: Web, Chemin(id): Chemin<RendezVousId>, Formulaire(d): Formulaire<Demande>) -> Rendu {
    let cx = w.ecriture().await?;
    suite::de_l_equipe(&cx, id, Permission::AccompagnementsEcrire).await?;
    let Some((debut, lieu)) = lire_code(&d.creneau) else {
        drop(cx);
        let p = page_changer(&w.lecture(), w.page, id, "", Some("Choisissez une heure.".into())).await?;
        return rendre_avec(StatusCode::UNPROCESSABLE_ENTITY, &p);
    };
    match super::super::deplacer(&cx, id, debut, lieu, None).await {
        Ok(_) => {
            cx.valider().await?;
            Ok(aller(
                &format!("/agenda/rendez-vous/{id}"),
                Message::succes("Le rendez-vous est changé. La personne est prévenue si elle a laissé un contact."),
            ))
        }
        Err(Erreur::Conflit(m)) => {
            drop(cx);
            rendre_avec(StatusCode::CONFLICT, &page_changer(&w.lecture(), w.page, id, "", Some(m)).await?)
        }
        Err(e) => Err(e.into()),
    }
}

async fn annuler(w: Web, Chemin(id): Chemin<RendezVousId>) -> Rendu {
    let cx = w.ecriture().await?;
    match super::super::annuler(&cx, id).await {
        Ok(_) => {
            cx.valider().await?;
            Ok(aller(
                &format!("/agenda/rendez-vous/{id}"),
                Message::succes("Le rendez-vous est annulé. La personne est prévenue si elle a laissé un contact."),
            ))
        }
        Err(Erreur::Conflit(m)) => Ok(aller(&format!("/agenda/rendez-vous/{id}"), Message::attention(m))),
        Err(e) => Err(e.into()),
    }
}

#[derive(Default, serde::Deserialize)]
#[serde(default)]
struct SaisieIssue {
    issue: String,
}

/// Held: the form that records it comes next. Else, the page of the appointment.
async fn conclure(w: Web, Chemin(id): Chemin<RendezVousId>, Formulaire(s): Formulaire<SaisieIssue>) -> Rendu {
    let cx = w.ecriture().await?;
    let (r, _) = suite::de_l_equipe(&cx, id, Permission::AccompagnementsEcrire).await?;
    let issue = match s.issue.as_str() {
        "honore" => Issue::Honore,
        "absent" => Issue::Absent,
        "excuse" => Issue::Excuse,
        "prevu" => Issue::Prevu,
        _ => return Ok(vers(&format!("/agenda/rendez-vous/{id}"))),
    };
    match super::super::conclure(&cx, id, issue).await {
        Ok(_) => {
            cx.valider().await?;
            Ok(if issue == Issue::Honore {
                vers(&enregistrer(r.personne_id))
            } else {
                aller(&format!("/agenda/rendez-vous/{id}"), Message::succes("C’est noté."))
            })
        }
        Err(Erreur::Conflit(m)) => Ok(aller(&format!("/agenda/rendez-vous/{id}"), Message::attention(m))),
        Err(e) => Err(e.into()),
    }
}
