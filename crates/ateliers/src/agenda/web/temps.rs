//! Times of one's own: written, moved, cancelled, alone or with those after.

use askama::Template;
use axum::http::StatusCode;
use interface::{
    Choix, Erreurs, Message, Page,
    requete::{Chemin, Formulaire, Pages, Parametres, Reponse as Rendu, Web, aller, choix, rendre, rendre_avec},
};
use socle::{Contexte, Erreur, Nomenclature, Permission, Resultat, controle::Controle, equipe, identifiant::OccurrenceId};

use super::super::{
    Complet, EtatOccurrence, Evenement, GenreEvenement, Occurrence, Portee,
    changer::{self, ModifierEvenement},
    recurrence,
    saisie::Saisie,
};
use crate::seance::{Quand, regles::lire_heure};

/// Pages of times.
pub(super) fn pages() -> Pages {
    Pages::new()
        .get("/agenda/temps/nouveau", nouveau)
        .post("/agenda/temps/nouveau", ajouter)
        .get("/agenda/temps/{id}", voir)
        .post("/agenda/temps/{id}/deplacer", deplacer)
        .post("/agenda/temps/{id}/renommer", renommer)
        .post("/agenda/temps/{id}/annuler", annuler)
}

#[derive(Template)]
#[template(path = "agenda/nouveau.html")]
struct PageNouveau {
    page: Page,
    erreurs: Erreurs,
    genres: Vec<Choix>,
    equipe: Vec<Choix>,
    lieux: Vec<Choix>,
    frequences: Vec<Choix>,
    jours: Vec<Choix>,
    repete: bool,
    s: Saisie,
}

const FREQUENCES: [(&str, &str); 6] = [
    ("", "Une seule fois"),
    ("jour", "Tous les jours"),
    ("semaine", "Toutes les semaines"),
    ("mois", "Tous les mois, le même quantième"),
    ("mois_jour", "Tous les mois, le même jour de la semaine"),
    ("annee", "Tous les ans"),
];
const JOURS: [(&str, &str); 7] =
    [("MO", "Lundi"), ("TU", "Mardi"), ("WE", "Mercredi"), ("TH", "Jeudi"), ("FR", "Vendredi"), ("SA", "Samedi"), ("SU", "Dimanche")];

async fn gabarit(cx: &Contexte, page: Page, s: Saisie, erreurs: Erreurs) -> Resultat<PageNouveau> {
    let structure = cx.exiger(Permission::AccompagnementsEcrire)?;
    let membres = equipe::membres(cx, &[structure]).await?;
    let lieux = territoire::lieu::lister(cx, false).await?;
    Ok(PageNouveau {
        page,
        genres: choix::<GenreEvenement>(GenreEvenement::depuis(&s.genre).as_slice()),
        equipe: membres.into_iter().map(|m| Choix::nouveau(m.id.to_string(), m.nom, m.id.to_string() == s.utilisateur)).collect(),
        lieux: lieux.into_iter().map(|l| Choix::nouveau(l.id.to_string(), l.nom, l.id.to_string() == s.lieu)).collect(),
        frequences: FREQUENCES.iter().map(|(c, l)| Choix::nouveau(*c, *l, *c == s.frequence)).collect(),
        jours: JOURS.iter().map(|(c, l)| Choix::nouveau(*c, *l, s.jours.iter().any(|x| x == c))).collect(),
        repete: !s.frequence.is_empty() || ["tous_les", "fois", "jusqu_au", "regle"].iter().any(|c| erreurs.de(c).is_some()),
        erreurs,
        s,
    })
}

#[derive(Default, serde::Deserialize)]
#[serde(default)]
struct DuJour {
    jour: String,
}

async fn nouveau(w: Web, Parametres(d): Parametres<DuJour>) -> Rendu {
    let cx = w.lecture();
    cx.exiger(Permission::AccompagnementsEcrire)?;
    let s = Saisie {
        id: cx.nouvel_uuid().to_string(),
        genre: GenreEvenement::Stand.code(),
        utilisateur: w.acteur.utilisateur.map(|u| u.to_string()).unwrap_or_default(),
        jour: d.jour.parse::<chrono::NaiveDate>().unwrap_or(cx.aujourd_hui()).to_string(),
        heure: "09:00".into(),
        duree_minutes: "60".into(),
        tous_les: "1".into(),
        ..Saisie::default()
    };
    rendre(&gabarit(&cx, w.page, s, Erreurs::default()).await?)
}

/// What is said once something is written: what to know of the days is said too.
fn message(c: &Complet, fait: &str) -> Message {
    let sans_fin = c.evenement.regle.as_deref().is_some_and(|r| !recurrence::finit(r));
    let mut mots = vec![fait.to_owned()];
    if sans_fin && let Some(j) = c.evenement.materialise_au {
        mots.push(format!("Sans date de fin, la suite s’écrit jusqu’au {}, puis de jour en jour.", interface::format::date_sans_jour(j)));
    }
    if c.avertissements.is_empty() {
        return Message::succes(mots.join(" "));
    }
    mots.extend(c.avertissements.iter().cloned());
    Message::attention(mots.join(" "))
}

fn page_de(c: &Complet, jour: chrono::NaiveDate) -> String {
    let qui = c.evenement.utilisateur_id.map(|u| format!("&de=personne:{u}")).or(c.evenement.lieu_id.map(|l| format!("&de=lieu:{l}")));
    format!("/agenda?jour={jour}{}", qui.unwrap_or_default())
}

async fn ajouter(w: Web, Formulaire(s): Formulaire<Saisie>) -> Rendu {
    let cx = w.ecriture().await?;
    cx.exiger(Permission::AccompagnementsEcrire)?;
    let fait = match s.lire() {
        Ok(d) => super::super::creer(&cx, d).await,
        Err(e) => Err(e),
    };
    match fait {
        Ok((c, _)) => {
            cx.valider().await?;
            Ok(aller(&page_de(&c, c.evenement.jour), message(&c, "C’est noté dans l’agenda.")))
        }
        Err(Erreur::Invalide(e)) => {
            drop(cx);
            rendre_avec(StatusCode::UNPROCESSABLE_ENTITY, &gabarit(&w.lecture(), w.page, s, e.into()).await?)
        }
        Err(e) => Err(e.into()),
    }
}

#[derive(Clone, Default, serde::Deserialize)]
#[serde(default)]
struct Change {
    jour: String,
    heure: String,
    duree_minutes: String,
    /// `suivantes`, else this one alone.
    portee: String,
    forcer: String,
    titre: String,
    genre: String,
    version: String,
}

impl Change {
    fn portee(&self) -> Portee {
        if self.portee == "suivantes" { Portee::Suivantes } else { Portee::Seule }
    }
}

#[derive(Template)]
#[template(path = "agenda/temps.html")]
struct PageTemps {
    page: Page,
    erreurs: Erreurs,
    adresse: String,
    nom: String,
    genre: &'static str,
    genres: Vec<Choix>,
    quand: String,
    duree: String,
    qui: Option<String>,
    ou: Option<String>,
    regle: Option<String>,
    sans_fin: Option<String>,
    deplacee: bool,
    annulee: bool,
    force: bool,
    journees: bool,
    ecrire: bool,
    portees: Vec<Choix>,
    retour: String,
    s: Change,
}

async fn page_temps(cx: &Contexte, page: Page, id: OccurrenceId, saisi: Option<Change>, erreurs: Erreurs) -> Resultat<PageTemps> {
    let (e, o): (Evenement, Occurrence) = super::super::occurrence(cx, id, Permission::AccompagnementsLire).await?;
    let noms = equipe::noms(cx, e.utilisateur_id).await?;
    let lieux = territoire::lieu::noms_et_adresses(cx, e.lieu_id.into_iter().collect()).await?;
    let s = saisi.unwrap_or_else(|| Change {
        jour: o.jour.to_string(),
        heure: o.heure.clone(),
        duree_minutes: if e.journees > 0 { String::new() } else { (o.fin - o.debut).num_minutes().to_string() },
        titre: e.titre.clone(),
        genre: e.genre.code(),
        version: e.version.to_string(),
        ..Change::default()
    });
    Ok(PageTemps {
        adresse: format!("/agenda/temps/{id}"),
        nom: super::super::nom(&e),
        genre: e.genre.libelle(),
        genres: choix::<GenreEvenement>(GenreEvenement::depuis(&s.genre).as_slice()),
        quand: if e.journees > 0 { interface::format::date_longue(o.jour) } else { interface::format::instant_long(o.debut) },
        duree: if e.journees > 0 {
            interface::format::compte(e.journees, "journée entière", "journées entières")
        } else {
            interface::format::duree((o.fin - o.debut).num_minutes())
        },
        qui: e.utilisateur_id.and_then(|u| noms.get(&u).cloned()),
        ou: e.lieu_id.and_then(|l| lieux.get(&l.0).cloned()),
        sans_fin: e.regle.as_deref().filter(|r| !recurrence::finit(r)).and(e.materialise_au).map(interface::format::date_sans_jour),
        regle: e.regle.as_deref().map(recurrence::dire),
        deplacee: o.deplacee,
        annulee: o.etat == EtatOccurrence::Annulee,
        force: o.force,
        journees: e.journees > 0,
        ecrire: cx.acteur.peut_dans(Permission::AccompagnementsEcrire, e.structure_id) && o.etat == EtatOccurrence::Prevue,
        portees: vec![
            Choix::nouveau("seule", "Cette fois seulement", s.portee() == Portee::Seule),
            Choix::nouveau("suivantes", "Cette fois et les suivantes", s.portee() == Portee::Suivantes),
        ],
        retour: format!("/agenda?jour={}", o.jour),
        page,
        erreurs,
        s,
    })
}

async fn voir(w: Web, Chemin(id): Chemin<OccurrenceId>) -> Rendu {
    rendre(&page_temps(&w.lecture(), w.page, id, None, Erreurs::default()).await?)
}

async fn refuser(w: Web, id: OccurrenceId, s: Change, e: Erreur) -> Rendu {
    match e {
        Erreur::Invalide(e) => {
            rendre_avec(StatusCode::UNPROCESSABLE_ENTITY, &page_temps(&w.lecture(), w.page, id, Some(s), e.into()).await?)
        }
        Erreur::Conflit(m) => Ok(aller(&format!("/agenda/temps/{id}"), Message::attention(m))),
        e => Err(e.into()),
    }
}

async fn deplacer(w: Web, Chemin(id): Chemin<OccurrenceId>, Formulaire(s): Formulaire<Change>) -> Rendu {
    let cx = w.ecriture().await?;
    super::super::occurrence(&cx, id, Permission::AccompagnementsEcrire).await?;
    let mut c = Controle::new();
    let jour = c.date("jour", &s.jour);
    c.exiger(!s.jour.trim().is_empty(), "jour", "Donnez le jour.");
    let heure = lire_heure(if s.heure.is_empty() { "00:00" } else { &s.heure });
    c.exiger(heure.is_some(), "heure", "Écrivez l’heure ainsi : 14:00.");
    let duree = c.nombre("duree_minutes", &s.duree_minutes);
    let fait = match (c.finir(), jour, heure) {
        (Ok(()), Some(jour), Some(heure)) => {
            super::super::deplacer(&cx, id, Quand { jour, heure }, duree, s.portee(), s.forcer == "oui").await.map(|c| (c, jour))
        }
        (Err(e), ..) => Err(e),
        _ => Err(Erreur::champ("jour", "Donnez le jour.")),
    };
    match fait {
        Ok((c, jour)) => {
            cx.valider().await?;
            Ok(aller(&page_de(&c, jour), message(&c, "C’est changé.")))
        }
        Err(e) => {
            drop(cx);
            refuser(w, id, s, e).await
        }
    }
}

async fn renommer(w: Web, Chemin(id): Chemin<OccurrenceId>, Formulaire(s): Formulaire<Change>) -> Rendu {
    let cx = w.ecriture().await?;
    let (e, _) = super::super::occurrence(&cx, id, Permission::AccompagnementsEcrire).await?;
    let m = ModifierEvenement { version: s.version.parse().ok(), genre: GenreEvenement::depuis(&s.genre), titre: Some(s.titre.clone()) };
    match changer::modifier(&cx, e.id, m).await {
        Ok(_) => {
            cx.valider().await?;
            Ok(aller(&format!("/agenda/temps/{id}"), Message::succes("C’est changé, pour toutes les fois.")))
        }
        Err(Erreur::VersionPerimee) => {
            drop(cx);
            let mut e = Erreurs::default();
            e.ajoute("titre", "Quelqu’un d’autre vient de changer ce temps : relisez, puis renvoyez.");
            rendre_avec(StatusCode::CONFLICT, &page_temps(&w.lecture(), w.page, id, Some(s), e).await?)
        }
        Err(e) => {
            drop(cx);
            refuser(w, id, s, e).await
        }
    }
}

async fn annuler(w: Web, Chemin(id): Chemin<OccurrenceId>, Formulaire(s): Formulaire<Change>) -> Rendu {
    let cx = w.ecriture().await?;
    let (_, o) = super::super::occurrence(&cx, id, Permission::AccompagnementsEcrire).await?;
    match super::super::annuler(&cx, id, s.portee()).await {
        Ok(c) => {
            cx.valider().await?;
            Ok(aller(&page_de(&c, o.jour), Message::succes("C’est annulé.")))
        }
        Err(e) => {
            drop(cx);
            refuser(w, id, s, e).await
        }
    }
}
