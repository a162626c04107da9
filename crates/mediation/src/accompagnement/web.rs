use askama::Template;
use axum::{http::StatusCode, response::IntoResponse};
use chrono::NaiveDate;
use interface::{
    Choix, Erreurs, Message, Page,
    composants::Onglet,
    requete::{Chemin, Formulaire, Pages, Parametres, Reponse, Web, aller, choix, rendre, rendre_avec, vers},
};
use socle::{
    Contexte, Erreur, Nomenclature, Permission, Resultat,
    identifiant::{AccompagnementId, PersonneId},
};
use uuid::Uuid;

use super::{Accompagnement, DuJour, Filtre, saisie::Saisie};
use crate::{
    nomenclatures::{Autonomie, Demarche, Genre, LieuType, Materiel, Niveau, Statut, Thematique, TrancheAge},
    personne::{self, Personne, recherche},
};

/// Pages of accompaniments.
pub fn pages() -> Pages {
    Pages::new()
        .get("/accompagnements", liste)
        .gardee()
        .get("/accompagnements/nouveau", nouveau)
        .post("/accompagnements/nouveau", ajouter)
        .post("/accompagnements/personnes", chercher)
        .get("/accompagnements/{id}", voir)
        .get("/accompagnements/{id}/modifier", formulaire)
        .post("/accompagnements/{id}/modifier", modifier)
        .post("/accompagnements/{id}/supprimer", supprimer)
        .post("/accompagnements/{id}/retablir", retablir)
}

const PAR_PAGE: u64 = 25;

#[derive(Template)]
#[template(path = "accompagnement/liste.html")]
struct PageListe {
    page: Page,
    jours: Vec<(NaiveDate, Vec<DuJour>)>,
    miens: bool,
    onglets: [Onglet; 2],
    suite: Option<String>,
    debut: bool,
}

#[derive(serde::Deserialize)]
#[serde(default)]
#[derive(Default)]
struct DemandeListe {
    avant: String,
    id: String,
    miens: String,
}

async fn liste(w: Web, Parametres(d): Parametres<DemandeListe>) -> Reponse {
    let cx = w.lecture();
    let avant = d.avant.parse::<NaiveDate>().ok().zip(d.id.parse::<Uuid>().ok());
    let miens = d.miens == "oui";
    let f = Filtre { mediateur: if miens { cx.acteur.utilisateur } else { None }, ..Filtre::default() };
    let mut trouves = super::liste(&cx, &f, avant, PAR_PAGE + 1).await?;
    let reste = trouves.len() as u64 > PAR_PAGE;
    trouves.truncate(PAR_PAGE as usize);
    let suite = trouves
        .last()
        .filter(|_| reste)
        .map(|a| format!("/accompagnements?avant={}&id={}{}", a.date, a.id, if miens { "&miens=oui" } else { "" }));
    let mut jours: Vec<(NaiveDate, Vec<DuJour>)> = vec![];
    for ligne in trouves {
        match jours.last_mut() {
            Some((d, l)) if *d == ligne.date => l.push(ligne),
            _ => jours.push((ligne.date, vec![ligne])),
        }
    }
    let onglets = [
        Onglet::nouveau("/accompagnements", "Toute la structure", !miens),
        Onglet::nouveau("/accompagnements?miens=oui", "Les miennes", miens),
    ];
    rendre(&PageListe { page: w.page, jours, miens, onglets, suite, debut: avant.is_none() })
}

/// A person proposed or chosen in the form.
struct Candidat {
    id: PersonneId,
    nom: String,
    precision: String,
    coche: bool,
}

fn candidat(p: &Personne, coche: bool) -> Candidat {
    let mut precisions = vec![];
    if let Some(c) = &p.commune {
        precisions.push(territoire::commune::nommer(c));
    }
    if let Some(a) = p.annee_naissance {
        precisions.push(format!("né(e) en {a}"));
    }
    Candidat { id: p.id, nom: personne::nom_affiche(p), precision: precisions.join(", "), coche }
}

/// People ticked, then those found by the search text.
async fn candidats(cx: &Contexte, s: &Saisie) -> Resultat<Vec<Candidat>> {
    let choisis: Vec<PersonneId> = s.personnes.iter().filter_map(|p| p.parse().ok()).collect();
    let mut tous: Vec<Candidat> = personne::plusieurs(cx, &choisis).await?.iter().map(|p| candidat(p, true)).collect();
    if !s.cherche.trim().is_empty() {
        for p in recherche::chercher(cx, &s.cherche, 8).await? {
            if !choisis.contains(&p.id) {
                tous.push(candidat(&p, false));
            }
        }
    }
    Ok(tous)
}

#[derive(Template)]
#[template(path = "accompagnement/formulaire.html")]
struct PageFormulaire {
    page: Page,
    action: String,
    nouveau: bool,
    collectif: bool,
    erreurs: Erreurs,
    perimee: bool,
    s: Saisie,
    candidats: Vec<Candidat>,
    cherche_vide: bool,
    sans_nom: bool,
    lieux: Vec<Choix>,
    durees: Vec<Choix>,
    thematiques: Vec<Choix>,
    demarches: Vec<Choix>,
    materiels: Vec<Choix>,
    autonomies: Vec<Choix>,
    niveaux: Vec<Choix>,
    tranches: Vec<(String, &'static str, String)>,
    genres: Vec<(String, &'static str, String)>,
    statuts: Vec<(String, &'static str, String)>,
    details: bool,
    aujourd_hui: NaiveDate,
    dernier: bool,
}

#[derive(Template)]
#[template(path = "accompagnement/candidats.html")]
struct Candidats {
    candidats: Vec<Candidat>,
    collectif: bool,
    cherche_vide: bool,
    sans_nom: bool,
}

fn coches<N: Nomenclature>(codes: &[String]) -> Vec<N> {
    codes.iter().filter_map(|c| N::depuis(c)).collect()
}

async fn gabarit(
    w: Web,
    cx: &Contexte,
    action: String,
    nouveau: bool,
    s: Saisie,
    erreurs: Erreurs,
    perimee: bool,
) -> Resultat<PageFormulaire> {
    let candidats = candidats(cx, &s).await?;
    let cherche_vide = !s.cherche.trim().is_empty() && candidats.iter().all(|c| c.coche);
    let mut lieux: Vec<Choix> = territoire::lieu::lister(cx, false)
        .await?
        .into_iter()
        .map(|l| Choix::nouveau(l.id.to_string(), l.nom, s.lieu == l.id.to_string()))
        .collect();
    lieux.extend(
        [LieuType::Domicile, LieuType::ADistance, LieuType::Autre].map(|l| Choix::nouveau(l.code(), l.libelle(), s.lieu == l.code())),
    );
    let mut durees: Vec<Choix> = super::saisie::DUREES
        .iter()
        .map(|d| Choix::nouveau(d.to_string(), interface::format::duree(i64::from(*d)), s.duree == d.to_string()))
        .collect();
    durees.push(Choix::nouveau("autre", "Autre durée", s.duree == "autre"));
    let collectif = s.collectif();
    let dernier = nouveau && super::dernier(cx).await?.is_some();
    Ok(PageFormulaire {
        thematiques: choix::<Thematique>(&coches(&s.thematiques)),
        demarches: choix::<Demarche>(&coches(&s.demarches)),
        materiels: choix::<Materiel>(&coches(&s.materiels)),
        autonomies: choix::<Autonomie>(&coches(std::slice::from_ref(&s.autonomie))),
        niveaux: choix::<Niveau>(&coches(std::slice::from_ref(&s.niveau))),
        tranches: s.totaux::<TrancheAge>("tranche_"),
        genres: s.totaux::<Genre>("genre_"),
        statuts: s.totaux::<Statut>("statut_"),
        details: !nouveau || perimee || !erreurs.est_vide() || !s.demarches.is_empty() || !s.notes.is_empty(),
        aujourd_hui: cx.aujourd_hui(),
        page: w.page,
        action,
        nouveau,
        collectif,
        erreurs,
        perimee,
        s,
        sans_nom: candidats.iter().all(|c| !c.coche),
        candidats,
        cherche_vide,
        lieux,
        durees,
        dernier,
    })
}

#[derive(serde::Deserialize, Default)]
#[serde(default)]
struct DemandeNouveau {
    r#type: String,
    personne: String,
    copie: String,
}

async fn nouveau(w: Web, Parametres(d): Parametres<DemandeNouveau>) -> Reponse {
    let cx = w.lecture();
    cx.exiger(Permission::AccompagnementsEcrire)?;
    let copie = match d.copie.as_str() {
        "" => None,
        "dernier" => super::dernier(&cx).await?,
        id => Some(super::lire(&cx, id.parse().map_err(|_| Erreur::Introuvable("Cet accompagnement"))?).await?),
    };
    let mut s = match copie {
        Some(a) => Saisie { date: cx.aujourd_hui().to_string(), notes: String::new(), ..Saisie::de(&a) },
        None => {
            let dernier = super::dernier(&cx).await?;
            let lieux = territoire::lieu::lister(&cx, false).await?;
            Saisie::premiere(dernier.as_ref(), lieux.first().map(|l| l.id), cx.aujourd_hui(), d.r#type == "collectif")
        }
    };
    s.id = cx.nouvel_uuid().to_string();
    s.version = String::new();
    if d.personne.parse::<PersonneId>().is_ok() {
        s.personnes = vec![d.personne];
        s.anonymes = if s.collectif() { s.anonymes } else { String::new() };
    }
    rendre(&gabarit(w, &cx, "/accompagnements/nouveau".into(), true, s, Erreurs::default(), false).await?)
}

/// The part of the form that lists people, as one types.
async fn chercher(w: Web, Formulaire(s): Formulaire<Saisie>) -> Reponse {
    let cx = w.lecture();
    cx.exiger(Permission::AccompagnementsEcrire)?;
    let candidats = candidats(&cx, &s).await?;
    let cherche_vide = s.cherche.trim().chars().count() > 1 && candidats.iter().all(|c| c.coche);
    rendre(&Candidats { sans_nom: candidats.iter().all(|c| !c.coche), candidats, collectif: s.collectif(), cherche_vide })
}

async fn ajouter(w: Web, Formulaire(s): Formulaire<Saisie>) -> Reponse {
    let cx = w.ecriture().await?;
    cx.exiger(Permission::AccompagnementsEcrire)?;
    let action = "/accompagnements/nouveau".to_owned();
    if s.action == "chercher" {
        return rendre(&gabarit(w, &cx, action, true, s, Erreurs::default(), false).await?);
    }
    let fait = match s.creation() {
        Ok(d) => super::creer(&cx, d).await,
        Err(e) => Err(e),
    };
    match fait {
        Ok((a, _)) => {
            cx.valider().await?;
            let m = Message::succes("L’accompagnement est enregistré.").avec_annuler(format!("/accompagnements/{}/supprimer", a.ligne.id));
            let suite = match a.personnes.as_slice() {
                [seule] => format!("/personnes/{seule}"),
                _ => "/".into(),
            };
            Ok(aller(&suite, m))
        }
        Err(Erreur::Invalide(e)) => {
            let e = Saisie::champs_du_formulaire(e);
            rendre_avec(StatusCode::UNPROCESSABLE_ENTITY, &gabarit(w, &cx, action, true, s, e.into(), false).await?)
        }
        // The same form sent twice after being changed: the first record stands, open it.
        Err(Erreur::Conflit(_)) if s.id.parse::<AccompagnementId>().is_ok() => {
            drop(cx);
            let id: AccompagnementId = s.id.parse().map_err(|_| Erreur::Introuvable("Cet accompagnement"))?;
            super::lire(&w.lecture(), id).await?;
            Ok(aller(
                &format!("/accompagnements/{id}"),
                Message::attention("Cet accompagnement était déjà enregistré : le voici. Modifiez-le si besoin."),
            ))
        }
        Err(e) => Err(e.into()),
    }
}

#[derive(Template)]
#[template(path = "accompagnement/voir.html")]
struct PageVoir {
    page: Page,
    a: Accompagnement,
    titre: String,
    mediateur: String,
    lieu: String,
    presents: Vec<(PersonneId, String)>,
    anonymes: Vec<String>,
    sans_nom: String,
    duree: String,
    thematiques: String,
    demarches: String,
    materiels: String,
    ecrire: bool,
    refaire: String,
    avis: String,
    note: String,
    modifier: String,
    supprimer: String,
}

fn enumerer<N: Nomenclature>(v: &[N], entre: &str) -> String {
    v.iter().map(|n| n.libelle()).collect::<Vec<_>>().join(entre)
}

async fn voir(w: Web, Chemin(id): Chemin<AccompagnementId>) -> Reponse {
    let cx = w.lecture();
    let a = super::lire(&cx, id).await?;
    let noms = socle::equipe::noms(&cx, [a.ligne.mediateur_id]).await?;
    let presents = personne::plusieurs(&cx, &a.personnes).await?.iter().map(|p| (p.id, personne::nom_affiche(p))).collect();
    let lieu = match a.ligne.lieu_id {
        Some(l) => territoire::lieu::lire(&cx, l).await?.nom,
        None => a.ligne.lieu_type.libelle().to_owned(),
    };
    fn dire<N: Nomenclature + Ord>(m: &std::collections::BTreeMap<N, u32>) -> impl Iterator<Item = String> + '_ {
        m.iter().map(|(k, n)| format!("{} : {n}", k.libelle()))
    }
    let anonymes = dire(&a.anonymes.tranches_age).chain(dire(&a.anonymes.genres)).chain(dire(&a.anonymes.statuts)).collect();
    rendre(&PageVoir {
        ecrire: w.acteur.peut_dans(Permission::AccompagnementsEcrire, a.ligne.structure_id),
        refaire: format!("/accompagnements/nouveau?copie={id}"),
        avis: format!("/accompagnements/{id}/avis"),
        note: format!("/accompagnements/{id}/note"),
        modifier: format!("/accompagnements/{id}/modifier"),
        supprimer: format!("/accompagnements/{id}/supprimer"),
        titre: super::intitule(&a),
        sans_nom: interface::format::compte(a.anonymes.total, "personne sans nom", "personnes sans nom"),
        duree: interface::format::duree(a.ligne.duree_minutes),
        thematiques: enumerer(&a.thematiques, ", "),
        demarches: enumerer(&a.demarches, "\u{a0}; "),
        materiels: enumerer(&a.materiels, ", "),
        mediateur: noms.into_values().next().unwrap_or_default(),
        page: w.page,
        lieu,
        presents,
        anonymes,
        a,
    })
}

async fn formulaire(w: Web, Chemin(id): Chemin<AccompagnementId>) -> Reponse {
    let cx = w.lecture();
    let a = super::lire(&cx, id).await?;
    cx.exiger_dans(Permission::AccompagnementsEcrire, a.ligne.structure_id)?;
    rendre(&gabarit(w, &cx, format!("/accompagnements/{id}/modifier"), false, Saisie::de(&a), Erreurs::default(), false).await?)
}

async fn modifier(w: Web, Chemin(id): Chemin<AccompagnementId>, Formulaire(mut s): Formulaire<Saisie>) -> Reponse {
    let cx = w.ecriture().await?;
    let action = format!("/accompagnements/{id}/modifier");
    if s.action == "chercher" {
        super::lire(&cx, id).await?;
        return rendre(&gabarit(w, &cx, action, false, s, Erreurs::default(), false).await?);
    }
    let fait = match s.modification() {
        Ok(m) => super::modifier(&cx, id, m).await,
        Err(e) => super::lire(&cx, id).await.and(Err(e)),
    };
    match fait {
        Ok(_) => {
            cx.valider().await?;
            Ok(aller(&format!("/accompagnements/{id}"), Message::succes("L’accompagnement est à jour.")))
        }
        Err(Erreur::Invalide(e)) => {
            let e = Saisie::champs_du_formulaire(e);
            rendre_avec(StatusCode::UNPROCESSABLE_ENTITY, &gabarit(w, &cx, action, false, s, e.into(), false).await?)
        }
        Err(Erreur::VersionPerimee) => {
            s.version = super::lire(&cx, id).await?.ligne.version.to_string();
            rendre_avec(StatusCode::CONFLICT, &gabarit(w, &cx, action, false, s, Erreurs::default(), true).await?)
        }
        Err(e) => Err(e.into()),
    }
}

async fn supprimer(w: Web, Chemin(id): Chemin<AccompagnementId>) -> Reponse {
    let cx = w.ecriture().await?;
    super::supprimer(&cx, id).await?;
    cx.valider().await?;
    Ok(aller("/accompagnements", Message::succes("L’accompagnement est supprimé.").avec_annuler(format!("/accompagnements/{id}/retablir")))
        .into_response())
}

async fn retablir(w: Web, Chemin(id): Chemin<AccompagnementId>) -> Reponse {
    let cx = w.ecriture().await?;
    super::retablir(&cx, id).await?;
    cx.valider().await?;
    Ok(vers(&format!("/accompagnements/{id}")))
}
