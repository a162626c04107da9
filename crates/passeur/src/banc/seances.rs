//! Séances and bookings to measure the public programme and the reminders on: made by the program's own use cases,
//! in a database already filled.

use std::{sync::Arc, time::Instant};

use ateliers::{
    fiche::livrees::LIVREES,
    reservation::{self, Par, Reserver},
    seance::{self, GenreLieu, ProgrammerSeance, Quand},
};
use chrono::{DateTime, Days, NaiveTime, TimeDelta, Utc};
use clap::Args;
use socle::{
    Acteur, Contexte, Etat, Role,
    contexte::Fonction,
    droits::Portee,
    horloge::Horloge,
    identifiant::{SeanceId, StructureId, UtilisateurId},
    ports::{Courrier, ErreurCourrier, Lettre, PieceJointe},
    tache,
};
use uuid::Uuid;

/// Séances made in one transaction.
const LOT: u32 = 250;

#[derive(Args, Debug)]
pub struct Seances {
    /// Nombre de séances à venir
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    seances: u32,
    /// Structure et compte (médiateur ou responsable) qui les programment
    #[arg(long)]
    structure: Uuid,
    #[arg(long)]
    compte: Uuid,
}

#[derive(Args, Debug)]
pub struct Rappels {
    /// Nombre de réservations à rappeler
    #[arg(long, default_value_t = 10_000, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    nombre: u32,
    #[arg(long)]
    structure: Uuid,
    #[arg(long)]
    compte: Uuid,
}

fn acteur(structure: Uuid, compte: Uuid) -> Acteur {
    let structure = StructureId(structure);
    Acteur {
        utilisateur: Some(UtilisateurId(compte)),
        nom: String::new(),
        fonctions: vec![Fonction { structure, nom_structure: String::new(), role: Role::Responsable }],
        administrateur: false,
        structure: Some(structure),
        portee: Portee::Tout,
    }
}

/// One published séance, `rang`-th of those made, from ten days after `maintenant`, at different hours.
async fn une(cx: &Contexte, rang: u32, places: u32) -> anyhow::Result<SeanceId> {
    let lieux = territoire::lieu::lister(cx, false).await.map_err(crate::commandes::en_mots)?;
    let lieu = lieux.get(rang as usize % lieux.len().max(1)).map(|l| l.id);
    let jour = cx.aujourd_hui() + Days::new(10 + u64::from(rang / 24) % 700);
    let heure = NaiveTime::from_hms_opt(9 + rang % 8, 0, 0).unwrap_or_default();
    let d = ProgrammerSeance {
        id: None,
        fiche: LIVREES[rang as usize % LIVREES.len()].code.clone().unwrap_or_default(),
        titre: None,
        dates: vec![Quand { jour, heure }],
        duree_minutes: None,
        animateur: None,
        co_animateur: None,
        co_partenaire: None,
        lieu_genre: if lieu.is_some() { GenreLieu::Lieu } else { GenreLieu::Public },
        lieu,
        partenaire: None,
        lieu_texte: lieu.is_none().then(|| "Salle d’essai".into()),
        commune: None,
        places: Some(places),
        places_reservees: 0,
        seuil: 0,
        seuil_heures: None,
        ouverture_le: None,
        fermeture_le: None,
        publiee: true,
        adaptations: None,
        equipements: vec![],
        forcer: true,
    };
    Ok(seance::programmer(cx, d).await.map_err(crate::commandes::en_mots)?.0.seance.id)
}

/// Programmes the séances; prints how many and how long it took.
pub async fn semer(s: Seances, etat: &Etat) -> anyhow::Result<()> {
    let acteur = acteur(s.structure, s.compte);
    let debut = Instant::now();
    for lot in (0..s.seances).step_by(LOT as usize) {
        let cx = Contexte::ecriture(etat, &acteur, Uuid::nil()).await?;
        for rang in lot..s.seances.min(lot + LOT) {
            une(&cx, rang, 12).await?;
        }
        cx.valider().await.map_err(crate::commandes::en_mots)?;
    }
    println!("{} séances programmées en {:.1} s.", s.seances, debut.elapsed().as_secs_f64());
    Ok(())
}

/// Mail that goes nowhere: what is measured is the preparation.
struct Muet;

#[async_trait::async_trait]
impl Courrier for Muet {
    async fn envoyer_avec(&self, _: &Lettre, _: &[PieceJointe]) -> Result<(), ErreurCourrier> {
        Ok(())
    }
    async fn verifier(&self) -> Result<String, ErreurCourrier> {
        Ok("muet".into())
    }
}

/// The same program at another time, whose mail goes nowhere.
fn a(etat: &Etat, quand: DateTime<Utc>) -> Etat {
    Etat::new(etat.base.clone(), Horloge::fixe(quand), etat.config.clone(), Arc::new(Muet), etat.documents.clone(), etat.coffre.clone())
}

async fn vider(etat: &Etat) -> anyhow::Result<u64> {
    let executants = crate::commandes::executants();
    let mut n = 0;
    while tache::executer_une(etat, &executants).await.map_err(crate::commandes::en_mots)? {
        n += 1;
    }
    Ok(n)
}

/// Books, lets the days pass, and prints in one line of JSON how fast one worker prepares the reminders.
pub async fn rappeler(r: Rappels, etat: &Etat) -> anyhow::Result<()> {
    const PLACES: u32 = 100;
    let acteur = acteur(r.structure, r.compte);
    // Noon of a day that is no Sunday of change of hours: nothing waits for the morning.
    let midi = etat.horloge.aujourd_hui().and_hms_opt(11, 0, 0).unwrap_or_default().and_utc();
    let ici = a(etat, midi);
    let mut premiere = None;
    for lot in 0..r.nombre.div_ceil(PLACES) {
        let cx = Contexte::ecriture(&ici, &acteur, Uuid::nil()).await?;
        // All the same day and hour: the reminders are due together.
        let id = une(&cx, 0, PLACES).await?;
        premiere.get_or_insert(seance::lire(&cx, id).await.map_err(crate::commandes::en_mots)?.seance.debut);
        for i in 0..PLACES.min(r.nombre - lot * PLACES) {
            let d = Reserver {
                id: None,
                nom: Some(format!("Essai {lot}-{i}")),
                telephone: None,
                courriel: Some(format!("essai.{lot}.{i}@exemple.invalid")),
                canal: None,
                par: Par::Accueil,
                accord: true,
                personne: None,
                orientee: false,
                besoins: None,
                attendre: false,
                dates: None,
            };
            reservation::reserver(&cx, id, d).await.map_err(crate::commandes::en_mots)?;
        }
        cx.valider().await.map_err(crate::commandes::en_mots)?;
    }
    vider(&ici).await?;
    let plus_tard = a(etat, premiere.unwrap_or(midi) - TimeDelta::hours(47));
    let debut = Instant::now();
    let n = vider(&plus_tard).await?;
    let secondes = debut.elapsed().as_secs_f64();
    println!("{}", serde_json::json!({"rappels": n, "secondes": secondes, "par_minute": n as f64 / secondes * 60.0}));
    Ok(())
}
