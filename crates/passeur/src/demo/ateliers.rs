//! Workshops: two months of séances held, and those to come, with their bookings.

use ateliers::{
    fiche::{self, Fiche, Filtre},
    presence,
    reservation::{self, Par, Reserver},
    seance::{self, GenreLieu, ProgrammerSeance, Quand},
    webhook::{self, CreerWebhook, Evenement},
};
use chrono::Datelike;
use chrono::{Days, NaiveDate, NaiveTime, TimeDelta, Weekday};
use mediation::personne;
use socle::{Acteur, Contexte, Role, contexte::Fonction, identifiant::PersonneId};

use super::{Decor, hasard::Hasard};

const GRAINE: u64 = 20_260_520;
/// Days before today, and after, where there are séances.
const AVANT: u64 = 60;
const APRES: u64 = 40;
const PRENOMS: [&str; 8] = ["Ada", "Basile", "Cléo", "Driss", "Elsa", "Fatou", "Gaël", "Hana"];

/// Programmes, books, marks and closes.
pub async fn programmer(cx: &mut Contexte, decor: &Decor) -> anyhow::Result<()> {
    let systeme = cx.acteur.clone();
    let maintenant = cx.maintenant;
    let aujourd_hui = cx.aujourd_hui();
    let mut h = Hasard::new(GRAINE);
    cx.acteur = decor.acteur(0);
    let fiches = fiche::lister(cx, &Filtre::default()).await?;
    anyhow::ensure!(!fiches.is_empty(), "le catalogue livré est vide");
    // One copied, shared under its licence.
    let (copie, _) = fiche::copier(cx, &fiches[0].reference, None).await?;
    if let fiche::Reference::Structure(id) = copie.reference {
        fiche::partager(cx, id, true).await?;
    }
    let gens: Vec<PersonneId> = personne::recentes(cx, 40).await?.iter().map(|p| p.id).collect();
    let mut jour = aujourd_hui - Days::new(AVANT);
    let mut n = 0;
    while jour <= aujourd_hui + Days::new(APRES) {
        if matches!(jour.weekday(), Weekday::Tue | Weekday::Thu) {
            cx.acteur = decor.acteur(n);
            // To come, some workshops have several dates: one may go to another.
            let f = &fiches[n % if jour > aujourd_hui { fiches.len().min(5) } else { fiches.len() }];
            une(cx, decor, &mut h, f, (jour, n), &gens, maintenant).await?;
            n += 1;
        }
        jour = jour + Days::new(1);
    }
    cx.maintenant = maintenant;
    // Stopped: the demonstration calls nobody.
    cx.acteur = Acteur {
        utilisateur: Some(decor.responsable),
        fonctions: vec![Fonction { structure: decor.structure, nom_structure: decor.nom.clone(), role: Role::Responsable }],
        ..decor.acteur(0)
    };
    let d = CreerWebhook {
        nom: "Site de la ville du Modèle".into(),
        adresse: "https://exemple.invalid/passeur".into(),
        evenements: Evenement::au_choix(),
    };
    let (w, _) = webhook::creer(cx, d).await?;
    webhook::activer(cx, w.id, false).await?;
    cx.acteur = systeme;
    Ok(())
}

async fn une(
    cx: &mut Contexte,
    decor: &Decor,
    h: &mut Hasard,
    f: &Fiche,
    (jour, n): (NaiveDate, usize),
    gens: &[PersonneId],
    maintenant: chrono::DateTime<chrono::Utc>,
) -> anyhow::Result<()> {
    let heure = NaiveTime::from_hms_opt(if n % 2 == 0 { 14 } else { 10 }, 0, 0).unwrap_or_default();
    let premier = Quand { jour, heure };
    let debut = premier.instant().map_err(anyhow::Error::msg)?;
    let passee = debut < maintenant - TimeDelta::hours(12);
    if !passee && debut < maintenant {
        return Ok(());
    }
    cx.maintenant = if passee { debut - TimeDelta::days(10) } else { maintenant };
    let dehors = n % 7 == 3;
    let d = ProgrammerSeance {
        id: None,
        fiche: f.reference.to_string(),
        titre: None,
        dates: if !passee && n % 6 == 1 { seance::regles::cycle(premier, 3, 7) } else { vec![premier] },
        duree_minutes: None,
        animateur: None,
        co_animateur: None,
        co_partenaire: None,
        lieu_genre: if dehors { GenreLieu::Public } else { GenreLieu::Lieu },
        lieu: (!dehors).then(|| decor.lieux[n % decor.lieux.len()]),
        partenaire: None,
        lieu_texte: dehors.then(|| "Salle des fêtes du Modèle, place de l’Exemple".into()),
        commune: None,
        places: Some(6),
        places_reservees: 1,
        seuil: 0,
        seuil_heures: None,
        ouverture_le: None,
        fermeture_le: None,
        publiee: true,
        adaptations: (n % 3 == 0).then(|| "Accès de plain-pied, boucle magnétique.".into()),
        forcer: true,
    };
    let (c, _) = seance::programmer(cx, d).await?;
    let inscrits = if passee { 3 + h.sous(4) } else { h.sous(9) };
    for i in 0..inscrits {
        let personne = (h.chance(50) && !gens.is_empty()).then(|| gens[(n * 7 + i) % gens.len()]);
        let r = Reserver {
            id: None,
            nom: personne.is_none().then(|| format!("{} ESSAI", PRENOMS[(n + i) % PRENOMS.len()])),
            telephone: None,
            courriel: None,
            canal: None,
            par: Par::Accueil,
            accord: true,
            personne,
            orientee: i == 0,
            besoins: None,
            attendre: true,
        };
        match reservation::reserver(cx, c.seance.id, r).await {
            // The same person drawn twice.
            Ok(_) | Err(socle::Erreur::Conflit(_)) => {}
            Err(e) => return Err(e.into()),
        }
    }
    if passee {
        let date = c.dates[0].id;
        cx.maintenant = c.dates[0].fin + TimeDelta::minutes(10);
        for (r, _) in presence::feuille(cx, date).await?.gens {
            let etat =
                h.pese(&[(presence::EtatPresence::Present, 80), (presence::EtatPresence::Absent, 12), (presence::EtatPresence::Excuse, 8)]);
            presence::marquer(cx, date, r.id, etat).await?;
        }
        let sans_nom = h.sous(3);
        presence::compter_anonymes(cx, date, u32::try_from(sans_nom)?).await?;
        presence::clore(cx, date).await?;
    }
    Ok(())
}
