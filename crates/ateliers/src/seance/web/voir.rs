//! The page of a séance.

use std::collections::HashMap;

use askama::Template;
use interface::{
    Page,
    requete::{Chemin, Reponse as Rendu, Web, rendre},
};
use socle::{
    Contexte, Nomenclature, Permission, equipe,
    identifiant::{DateSeanceId, EquipementId, SeanceId, UtilisateurId},
};

use crate::{
    equipement::{self, EtatEquipement},
    reservation::{self, EtatReservation, Places, Reservation},
    seance::{self, Complete, EtatDate, EtatSeance, Seance, nom_lieu},
};

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

struct LigneReserve {
    id: EquipementId,
    nom: String,
    quantite: i32,
    en_panne: bool,
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
    /// A message to this contact was refused.
    refuse: bool,
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
            refuse: r.refus_le.is_some() && !matches!(r.etat, EtatReservation::Annulee),
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
    /// Some of it is yet to come.
    annulable: bool,
    /// How many are needed, and when it is looked at.
    seuil: Option<String>,
    dates: Vec<LigneDate>,
    materiel: Vec<LigneMateriel>,
    equipements: Vec<LigneReserve>,
    /// What it reserves and will not find, in words.
    manques: Vec<String>,
    places: Places,
    /// How many cannot be written to, in words.
    injoignables: Option<String>,
    reservations: Vec<LigneReservation>,
    publique: String,
    ecrire: bool,
}

pub(super) async fn voir(w: Web, Chemin(id): Chemin<SeanceId>) -> Rendu {
    let cx = w.lecture();
    let c = seance::lire(&cx, id).await?;
    let s = &c.seance;
    let noms = equipe::noms(&cx, [Some(s.animateur_id), s.co_animateur_id].into_iter().flatten()).await?;
    let lieux = seance::noms_de_lieux(&cx, &[s]).await?;
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
        annulable: c.dates.iter().any(|d| d.etat == EtatDate::Prevue && cx.maintenant < d.fin),
        seuil: dire_seuil(&cx, s),
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
        equipements: c
            .equipements
            .iter()
            .map(|r| LigneReserve {
                id: r.equipement.id,
                nom: r.equipement.nom.clone(),
                quantite: r.quantite,
                en_panne: r.equipement.etat == EtatEquipement::EnPanne,
            })
            .collect(),
        manques: equipement::manques(&cx, s, &c.equipements, &c.dates).await?,
        places: reservation::places(&cx, s).await?,
        injoignables: dire_injoignables(&reservations),
        reservations: reservations.into_iter().map(Into::into).collect(),
        publique: format!("/programme/atelier/{id}"),
        c,
    })
}

/// « Au moins 3 personnes, sinon elle est annulée mardi 3 mars à 14 h » ; said too when it is too late for that.
fn dire_seuil(cx: &Contexte, s: &Seance) -> Option<String> {
    if s.seuil == 0 {
        return None;
    }
    let quand = s.debut - chrono::TimeDelta::hours(i64::from(s.seuil_heures));
    let combien = interface::format::compte(s.seuil, "personne", "personnes");
    Some(if quand > cx.maintenant {
        format!("Au moins {combien}, sinon elle est annulée {}.", interface::format::instant_long(quand))
    } else {
        format!("Au moins {combien}. La date est trop proche pour l’annuler d’elle-même : décidez-en.")
    })
}

fn dire_injoignables(v: &[Reservation]) -> Option<String> {
    let n = v.iter().filter(|r| r.refus_le.is_some() && r.etat != EtatReservation::Annulee).count();
    (n > 0)
        .then(|| interface::format::compte(n as i64, "personne inscrite n’est pas joignable", "personnes inscrites ne sont pas joignables"))
}

fn qui(s: &Seance, noms: &HashMap<UtilisateurId, String>, partenaire: Option<String>) -> String {
    [noms.get(&s.animateur_id).cloned(), s.co_animateur_id.and_then(|u| noms.get(&u).cloned()), partenaire]
        .into_iter()
        .flatten()
        .collect::<Vec<_>>()
        .join(", ")
}
