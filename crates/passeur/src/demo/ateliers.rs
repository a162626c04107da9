//! Workshops: two months of séances held, and those to come, with their bookings.

use ateliers::{
    evaluation::{self, MarqueGestes, Repondre, Voie},
    fiche::{self, Fiche, Filtre},
    presence::{self, NoteDeCloture},
    reservation::{self, Canal, Par, Reservation, Reserver},
    seance::{self, GenreLieu, ProgrammerSeance, Quand},
    webhook::{self, CreerWebhook, Evenement},
};
use chrono::{Datelike, Days, NaiveDate, NaiveTime, TimeDelta, Weekday};
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
            // The past holds few sheets, several times each: there is something to compare. To come, some workshops have
            // several dates: one may go to another.
            let f = &fiches[if jour < aujourd_hui { (n % 5) * 4 } else { n % 6 } % fiches.len()];
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
        equipements: vec![],
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
            courriel: personne.is_none().then(|| format!("essai.{n}.{i}@demonstration.invalid")),
            canal: Some(Canal::Aucun),
            par: Par::Accueil,
            accord: true,
            personne,
            orientee: i == 0,
            besoins: None,
            attendre: true,
            dates: None,
        };
        match reservation::reserver(cx, c.seance.id, r).await {
            // The same person drawn twice.
            Ok(_) | Err(socle::Erreur::Conflit(_)) => {}
            Err(e) => return Err(e.into()),
        }
    }
    if passee {
        tenir(cx, h, f, &c, (n, maintenant)).await?;
    }
    Ok(())
}

/// Who came, what they think and can do, then the closing; two weeks later, what those who agreed say.
async fn tenir(
    cx: &mut Contexte,
    h: &mut Hasard,
    f: &Fiche,
    c: &seance::Complete,
    (n, maintenant): (usize, chrono::DateTime<chrono::Utc>),
) -> anyhow::Result<()> {
    let (date, fin) = (c.dates[0].id, c.dates[0].fin);
    cx.maintenant = fin + TimeDelta::minutes(10);
    let mut venus: Vec<Reservation> = vec![];
    for (r, _) in presence::feuille(cx, date).await?.gens {
        let etat =
            h.pese(&[(presence::EtatPresence::Present, 80), (presence::EtatPresence::Absent, 12), (presence::EtatPresence::Excuse, 8)]);
        presence::marquer(cx, date, r.id, etat).await?;
        if etat == presence::EtatPresence::Present {
            if r.courriel.is_some() {
                presence::accorder(cx, date, r.id, true).await?;
            }
            venus.push(r);
        }
    }
    let sans_nom = h.sous(3);
    presence::compter_anonymes(cx, date, u32::try_from(sans_nom)?).await?;
    let lien = evaluation::ouvrir(cx, date, Voie::Tablette).await?;
    // Not everybody answers.
    for i in 0..venus.len().saturating_sub(2) {
        let note = |h: &mut Hasard| h.pese(&[(5, 55), (4, 30), (3, 10), (2, 5)]);
        let notes = [("accueil", note(h)), ("utilite", note(h)), ("recommandation", note(h))];
        let commentaire = (i == 0 && n % 3 == 0).then(|| AVIS[n % AVIS.len()].to_owned());
        evaluation::repondre(cx, &lien.secret, &reponse(&notes, commentaire)).await?;
    }
    let marques = venus.iter().map(|r| MarqueGestes {
        reservation: r.id,
        acquis: h.chance(85).then(|| f.contenu.gestes.iter().filter(|_| h.chance(70)).cloned().collect()),
    });
    let marques: Vec<MarqueGestes> = marques.collect();
    evaluation::marquer(cx, date, marques).await?;
    let note = if n % 5 == 0 && !(venus.is_empty() && sans_nom == 0) {
        NoteDeCloture {
            reussi: Some("Commencer par ce que chacun sait déjà a détendu tout le monde.".into()),
            a_changer: Some("Prévoir moins d’exercices, et plus de temps pour recommencer.".into()),
        }
    } else {
        NoteDeCloture::default()
    };
    if venus.is_empty() && sans_nom == 0 {
        presence::compter_anonymes(cx, date, 1).await?;
    }
    presence::clore_avec(cx, date, note).await?;
    // Not yet: the job will ask in due time.
    if fin + TimeDelta::days(15) > maintenant {
        return Ok(());
    }
    cx.maintenant = fin + TimeDelta::days(15);
    for r in venus.iter().filter(|r| r.courriel.is_some()) {
        let Some((_, secret)) = evaluation::inviter(cx, r.id).await? else { continue };
        if h.chance(60) {
            let refait = h.pese(&[(5, 35), (4, 25), (3, 25), (2, 10), (1, 5)]);
            let notes = [("utilite", h.pese(&[(5, 50), (4, 35), (2, 15)])), ("refait", refait), ("recommandation", 5)];
            let commentaire = (n % 4 == 1).then(|| "J’ai pu le montrer à ma voisine.".to_owned());
            evaluation::repondre(cx, &secret, &reponse(&notes, commentaire)).await?;
        }
    }
    Ok(())
}

const AVIS: [&str; 3] =
    ["On a pris le temps, c’était bien.", "Un peu rapide à la fin.", "J’aurais aimé avoir la fiche avant, en gros caractères."];

fn reponse(notes: &[(&str, i32)], commentaire: Option<String>) -> Repondre {
    Repondre { id: None, notes: notes.iter().map(|(c, n)| ((*c).to_owned(), *n)).collect(), commentaire }
}
