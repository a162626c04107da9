//! Calendars and appointments: opening hours, a series with its exceptions, reasons, hours, appointments held and to
//! come, a calendar followed.

use ateliers::{
    agenda::{self, CreerEvenement, GenreEvenement, Portee},
    ouverture::{self, EcrireHoraires, FermerLieu},
    rendez_vous::{self, DeplacerPlage, EcrireMotif, EcrirePlage, Issue, Maniere, Prendre},
    reservation::Par,
    seance::{Quand, regles::lire_heure},
};
use chrono::{Datelike, Days, NaiveDate, TimeDelta};
use mediation::personne;
use socle::{
    Contexte, Erreur, Role,
    identifiant::{MotifId, UtilisateurId},
};

use super::Decor;

const PRENOMS: [&str; 6] = ["Inès", "Jonas", "Khadija", "Lazare", "Mona", "Nils"];

/// Writes calendars, hours and appointments.
pub async fn ajouter(cx: &mut Contexte, decor: &Decor) -> anyhow::Result<()> {
    let (systeme, maintenant) = (cx.acteur.clone(), cx.maintenant);
    horaires(cx, decor).await?;
    cx.acteur = decor.acteur(0);
    temps(cx, decor).await?;
    let motifs = motifs(cx, decor).await?;
    jours_changes(cx, decor).await?;
    rendez_vous(cx, decor, &motifs).await?;
    (cx.acteur, cx.maintenant) = (systeme, maintenant);
    Ok(())
}

/// The head of the structure says when the lieux are open.
async fn horaires(cx: &mut Contexte, decor: &Decor) -> anyhow::Result<()> {
    let mut chef = decor.acteur(0);
    chef.utilisateur = Some(decor.responsable);
    chef.fonctions.iter_mut().for_each(|f| f.role = Role::Responsable);
    cx.acteur = chef;
    let semaine =
        ["9:00-12:30, 13:30-18:00", "9:00-12:30, 13:30-18:00", "9:00-12:30", "9:00-12:30, 13:30-18:00", "9:00-12:30, 13:30-17:00", "", ""];
    for l in &decor.lieux {
        ouverture::ecrire(cx, *l, EcrireHoraires { jours: semaine.map(str::to_owned).to_vec() }).await?;
    }
    let du = cx.aujourd_hui() + Days::new(24);
    ouverture::fermer(cx, decor.lieux[0], FermerLieu { du, au: Some(du + Days::new(1)), motif: Some("Travaux d’exemple".into()) }).await?;
    Ok(())
}

fn lundi(j: NaiveDate) -> NaiveDate {
    j.week(chrono::Weekday::Mon).first_day()
}

/// Times of one's own: what meets a workshop is written knowingly.
async fn temps(cx: &Contexte, decor: &Decor) -> anyhow::Result<()> {
    let semaine = lundi(cx.aujourd_hui());
    let un = |genre, titre: &str, jour: NaiveDate, heure: &str, minutes: u32, journees: Option<u32>, regle: Option<&str>, qui: usize| {
        CreerEvenement {
            id: None,
            genre,
            titre: Some(titre.to_owned()),
            utilisateur: Some(decor.mediateurs[qui % decor.mediateurs.len()].0),
            lieu: (genre == GenreEvenement::Reunion).then(|| decor.lieux[0]),
            salle: false,
            quand: Quand { jour, heure: lire_heure(heure).unwrap_or_default() },
            duree_minutes: journees.is_none().then_some(minutes),
            journees,
            regle: regle.map(str::to_owned),
            forcer: true,
        }
    };
    let avant = semaine - Days::new(28);
    for qui in 0..decor.mediateurs.len() {
        let reunion = un(GenreEvenement::Reunion, "Point d’équipe", avant, "9:00", 60, None, Some("FREQ=WEEKLY;BYDAY=MO"), qui);
        let c = agenda::creer(cx, reunion).await?.0;
        if qui == 0 {
            // Of the series to come, one moved and one cancelled.
            let a_venir: Vec<_> = c.occurrences.iter().filter(|o| o.debut > cx.maintenant).collect();
            let ailleurs = Quand { jour: a_venir[1].jour + Days::new(1), heure: lire_heure("9:30").unwrap_or_default() };
            agenda::deplacer(cx, a_venir[1].id, ailleurs, None, Portee::Seule, true).await?;
            agenda::annuler(cx, a_venir[3].id, Portee::Seule).await?;
        }
    }
    let stand = semaine + Days::new(5);
    agenda::creer(cx, un(GenreEvenement::Stand, "Stand du marché d’exemple", stand, "9:00", 180, None, Some("FREQ=MONTHLY;COUNT=4"), 0))
        .await?;
    agenda::creer(
        cx,
        un(GenreEvenement::Preparation, "Préparer les ateliers", semaine + Days::new(2), "9:30", 90, None, Some("FREQ=WEEKLY;COUNT=8"), 0),
    )
    .await?;
    agenda::creer(cx, un(GenreEvenement::Absence, "", semaine + Days::new(10), "0:00", 0, Some(3), None, 1)).await?;
    Ok(())
}

async fn motifs(cx: &Contexte, decor: &Decor) -> anyhow::Result<Vec<MotifId>> {
    let mut v = vec![];
    for (libelle, description, duree, maniere, publie) in [
        ("Une démarche en ligne", "Venez avec vos papiers et votre téléphone, si vous en avez un.", 45, Maniere::SurPlace, true),
        ("Prendre en main mon téléphone", "Apportez-le, avec son chargeur.", 30, Maniere::SurPlace, true),
        ("Être rappelé", "Un quart d’heure, pour savoir si nous pouvons vous aider.", 15, Maniere::Telephone, true),
        ("Suite de parcours", "", 60, Maniere::SurPlace, false),
    ] {
        let d = EcrireMotif {
            version: None,
            libelle: libelle.into(),
            description: Some(description.to_owned()),
            duree_minutes: duree,
            maniere,
            publie,
            delai_heures: Some(12),
            horizon_jours: None,
            mediateurs: vec![],
            actif: true,
        };
        v.push(rendez_vous::ecrire(cx, d).await?.id);
    }
    for (i, (qui, _)) in decor.mediateurs.iter().enumerate() {
        let lieu = decor.lieux[i % decor.lieux.len()];
        for (jour, heures) in [(1, "10:00-12:30"), (2, "13:30-17:00"), (3, "9:00-12:00"), (4, "13:30-17:00"), (5, "9:00-12:00")] {
            let d = EcrirePlage {
                utilisateur: Some(*qui),
                lieu: Some(lieu),
                jour,
                horaires: heures.into(),
                du: Some(cx.aujourd_hui() - Days::new(60)),
                au: None,
            };
            rendez_vous::ajouter_plage(cx, d).await?;
        }
    }
    Ok(v)
}

/// Of the hours to come: one day closed, one moved, one held less long, one more.
async fn jours_changes(cx: &Contexte, decor: &Decor) -> anyhow::Result<()> {
    let (moi, lieu) = (decor.mediateurs[0].0, decor.lieux[0]);
    let suivante = lundi(cx.aujourd_hui()) + Days::new(7);
    let plages = rendez_vous::plages(cx, Some(moi)).await?;
    let du = |jour: i32| plages.iter().find(|p| p.jour == jour).map(|p| p.id);
    if let Some(mardi) = du(2) {
        rendez_vous::fermer_plage(cx, mardi, suivante + Days::new(1)).await?;
    }
    let a = |jour, debut: &str, fin: &str| DeplacerPlage { jour, debut: debut.into(), fin: fin.into() };
    if let Some(jeudi) = du(4) {
        rendez_vous::deplacer_plage(cx, jeudi, suivante + Days::new(3), a(suivante + Days::new(2), "14:00", "17:00")).await?;
    }
    if let Some(vendredi) = du(5) {
        rendez_vous::deplacer_plage(cx, vendredi, suivante + Days::new(11), a(suivante + Days::new(11), "9:00", "10:30")).await?;
    }
    let d = EcrirePlage { utilisateur: Some(moi), lieu: Some(lieu), jour: 6, horaires: "9:30-12:00".into(), du: None, au: None };
    rendez_vous::ajouter_plage(cx, rendez_vous::un_jour(d, suivante + Days::new(5))).await?;
    Ok(())
}

/// Appointments of the weeks past, held or not, of today, and to come.
async fn rendez_vous(cx: &mut Contexte, decor: &Decor, motifs: &[MotifId]) -> anyhow::Result<()> {
    let maintenant = cx.maintenant;
    let gens: Vec<_> = personne::recentes(cx, 30).await?.iter().map(|p| p.id).collect();
    let mut n = 0;
    for ecart in (0..42).map(|i| i - 21) {
        let jour = if ecart < 0 {
            cx.aujourd_hui() - Days::new(u64::from(i32::unsigned_abs(ecart)))
        } else {
            cx.aujourd_hui() + Days::new(u64::from(i32::unsigned_abs(ecart)))
        };
        if jour.weekday().number_from_monday() > 5 {
            continue;
        }
        for heure in ["9:15", "10:30", "14:00", "15:30"] {
            n += 1;
            if n % 3 == 1 {
                continue;
            }
            let qui: UtilisateurId = decor.mediateurs[n % decor.mediateurs.len()].0;
            let Ok(debut) = (Quand { jour, heure: lire_heure(heure).unwrap_or_default() }).instant() else { continue };
            cx.maintenant = if debut < maintenant { debut - TimeDelta::days(3) } else { maintenant };
            let suivi = n % 2 == 0 && !gens.is_empty();
            let d = Prendre {
                id: None,
                motif: motifs[n % 2],
                debut,
                lieu: None,
                avec: Some(qui),
                nom: (!suivi).then(|| format!("{} ESSAI", PRENOMS[n % PRENOMS.len()])),
                telephone: None,
                courriel: None,
                canal: None,
                par: Par::Accueil,
                accord: true,
                personne: suivi.then(|| gens[n % gens.len()]),
                besoins: (n % 5 == 0).then(|| "Gros caractères".into()),
                hors_plages: true,
            };
            match rendez_vous::prendre(cx, d).await {
                Ok((r, _)) if debut < maintenant - TimeDelta::hours(1) => {
                    cx.maintenant = debut + TimeDelta::minutes(50);
                    let issue = match n % 7 {
                        0 => Issue::Absent,
                        3 => Issue::Excuse,
                        _ => Issue::Honore,
                    };
                    rendez_vous::conclure(cx, r.id, issue).await?;
                }
                // A workshop, an absence, or the same person again: there is none then.
                Ok(_) | Err(Erreur::Conflit(_)) => {}
                Err(e) => return Err(e.into()),
            }
            cx.maintenant = maintenant;
        }
    }
    Ok(())
}
