use askama::Template;
use axum::http::StatusCode;
use interface::{
    Choix, Erreurs, Message, Page,
    requete::{Chemin, Formulaire, Pages, Parametres, Reponse, Web, aller, choix, rendre, rendre_avec},
};
use mediation::nomenclatures::{Niveau, Thematique};
use socle::{Erreur, Nomenclature, Permission, Resultat, equipe, identifiant::FicheAtelierId};

use super::{
    Age, Contenu, Fiche, Filtre, Nature, Origine, Reference, gestes,
    saisie::{RangEtape, RangSupport, Saisie},
};

/// Pages of the catalogue.
pub fn pages() -> Pages {
    Pages::new()
        .get("/ateliers", catalogue)
        .get("/ateliers/fiches/nouvelle", nouvelle)
        .post("/ateliers/fiches/nouvelle", ajouter)
        .get("/ateliers/fiches/{id}", voir)
        .get("/ateliers/fiches/{id}/modifier", formulaire)
        .post("/ateliers/fiches/{id}/modifier", modifier)
        .post("/ateliers/fiches/{id}/copier", copier)
        .post("/ateliers/fiches/{id}/partager", partager)
        .post("/ateliers/fiches/{id}/archiver", archiver)
        .get("/ateliers/fiches/{id}/versions", versions)
}

#[derive(Clone, Debug, Default, serde::Deserialize)]
#[serde(default)]
struct Demande {
    thematique: String,
    q: String,
    archivees: String,
}

/// A sheet in the list.
struct Ligne {
    href: String,
    titre: String,
    resume: String,
    precision: String,
    origine: String,
    genre: &'static str,
}

fn origine(f: &Fiche) -> (String, &'static str) {
    match &f.origine {
        Origine::Passeur => ("Livrée avec Passeur".into(), "info"),
        Origine::Structure if f.partagee => ("La vôtre, partagée".into(), "succes"),
        Origine::Structure => ("La vôtre".into(), "neutre"),
        Origine::Partagee(nom) => (format!("Partagée par {nom}"), "info"),
    }
}

impl From<Fiche> for Ligne {
    fn from(f: Fiche) -> Self {
        let (origine, genre) = origine(&f);
        let c = &f.contenu;
        let mut mots = vec![c.niveau.libelle().to_owned(), interface::format::duree(c.duree_minutes)];
        mots.push(interface::format::compte(c.places, "place", "places"));
        if !c.ages.is_empty() {
            mots.push(c.ages.iter().map(|a| a.libelle().to_lowercase()).collect::<Vec<_>>().join(", "));
        }
        if c.prevention() {
            mots.push("prévention".into());
        }
        Self {
            href: format!("/ateliers/fiches/{}", f.reference),
            precision: mots.join(" · "),
            titre: f.contenu.titre,
            resume: f.contenu.resume,
            origine,
            genre,
        }
    }
}

#[derive(Template)]
#[template(path = "fiche/catalogue.html")]
struct PageCatalogue {
    page: Page,
    d: Demande,
    thematiques: Vec<Choix>,
    /// By thematique: a sheet stands under its first one.
    groupes: Vec<(&'static str, Vec<Ligne>)>,
    total: String,
    ecrire: bool,
}

async fn catalogue(w: Web, Parametres(d): Parametres<Demande>) -> Reponse {
    let cx = w.lecture();
    let thematique = Thematique::depuis(&d.thematique);
    let f = Filtre { thematique, texte: d.q.chars().take(100).collect(), archivees: d.archivees == "oui" };
    let fiches = super::lister(&cx, &f).await?;
    let total = interface::format::compte(fiches.len() as i64, "fiche", "fiches");
    let mut groupes: Vec<(&'static str, Vec<Ligne>)> = vec![];
    let mut restes: Vec<Option<Fiche>> = fiches.into_iter().map(Some).collect();
    for t in Thematique::tous() {
        let mut lignes = vec![];
        for reste in &mut restes {
            let ici = |f: &Fiche| thematique.map_or(f.contenu.thematiques.first() == Some(&t), |voulue| voulue == t);
            if reste.as_ref().is_some_and(ici)
                && let Some(f) = reste.take()
            {
                lignes.push(f.into());
            }
        }
        if !lignes.is_empty() {
            groupes.push((t.libelle(), lignes));
        }
    }
    rendre(&PageCatalogue {
        ecrire: w.acteur.peut(Permission::AccompagnementsEcrire),
        page: w.page,
        thematiques: choix::<Thematique>(thematique.as_slice()),
        d,
        groupes,
        total,
    })
}

#[derive(Template)]
#[template(path = "fiche/voir.html")]
struct PageFiche {
    page: Page,
    f: Fiche,
    origine: String,
    genre: &'static str,
    adresse: String,
    precision: String,
    thematiques: String,
    ages: String,
    gestes: Vec<&'static str>,
    adaptations: Vec<(&'static str, String)>,
    /// The moments, with the minute each begins at.
    deroule: Vec<(String, super::Etape)>,
    ecrire: bool,
}

async fn voir(w: Web, Chemin(id): Chemin<String>) -> Reponse {
    let cx = w.lecture();
    let f = super::lire(&cx, &Reference::from(id.as_str())).await?;
    let (origine, genre) = origine(&f);
    let c = &f.contenu;
    let mut minute = 0;
    let deroule = c
        .deroule
        .iter()
        .map(|e| {
            let debut = format!("{} h {:02}", minute / 60, minute % 60);
            minute += e.minutes;
            (debut, e.clone())
        })
        .collect();
    rendre(&PageFiche {
        ecrire: w.acteur.peut(Permission::AccompagnementsEcrire),
        page: w.page,
        origine,
        genre,
        adresse: format!("/ateliers/fiches/{}", f.reference),
        precision: format!(
            "{} · {} · {}",
            c.niveau.libelle(),
            interface::format::duree(c.duree_minutes),
            interface::format::compte(c.places, "place", "places")
        ),
        thematiques: c.thematiques.iter().map(|t| t.libelle()).collect::<Vec<_>>().join(", "),
        ages: c.ages.iter().map(|a| a.libelle().to_lowercase()).collect::<Vec<_>>().join(", "),
        gestes: gestes().iter().filter(|g| c.gestes.contains(&g.code)).map(|g| g.libelle.as_str()).collect(),
        adaptations: c.adaptations.toutes().into_iter().filter(|(_, _, t)| !t.is_empty()).map(|(_, l, t)| (l, t.to_owned())).collect(),
        deroule,
        f,
    })
}

#[derive(Template)]
#[template(path = "fiche/formulaire.html")]
struct PageFormulaire {
    page: Page,
    erreurs: Erreurs,
    perimee: bool,
    nouvelle: bool,
    retour: String,
    niveaux: Vec<Choix>,
    ages: Vec<Choix>,
    thematiques: Vec<Choix>,
    gestes: Vec<Choix>,
    etapes: Vec<RangEtape>,
    supports: Vec<(RangSupport, Vec<Choix>)>,
    adaptations: Vec<(&'static str, &'static str, String)>,
    s: Saisie,
}

fn gabarit(page: Page, s: Saisie, erreurs: Erreurs, retour: String, nouvelle: bool, perimee: bool) -> PageFormulaire {
    let coches = |codes: &[String], paires: Vec<(String, String)>| {
        paires.into_iter().map(|(code, libelle)| Choix::nouveau(code.clone(), libelle, codes.contains(&code))).collect::<Vec<_>>()
    };
    PageFormulaire {
        page,
        erreurs,
        perimee,
        nouvelle,
        retour,
        niveaux: choix::<Niveau>(&[Niveau::depuis(&s.niveau).unwrap_or(Niveau::Debutant)]),
        ages: choix::<Age>(&s.ages.iter().filter_map(|a| Age::depuis(a)).collect::<Vec<_>>()),
        thematiques: choix::<Thematique>(&s.thematiques.iter().filter_map(|a| Thematique::depuis(a)).collect::<Vec<_>>()),
        gestes: coches(&s.gestes, gestes().iter().map(|g| (g.code.clone(), g.libelle.clone())).collect()),
        etapes: s.etapes(if s.etape_titre.is_empty() { 4 } else { 2 }),
        supports: s
            .supports(1)
            .into_iter()
            .map(|r| {
                let natures = choix::<Nature>(&[Nature::depuis(&r.nature).unwrap_or_default()]);
                (r, natures)
            })
            .collect(),
        adaptations: vec![
            ("vue", "Vue", s.vue.clone()),
            ("audition", "Audition", s.audition.clone()),
            ("mouvement", "Mouvement", s.mouvement.clone()),
            ("lecture", "Lecture", s.lecture.clone()),
            ("langue", "Langue", s.langue.clone()),
            ("attention", "Attention", s.attention.clone()),
        ],
        s,
    }
}

async fn nouvelle(w: Web) -> Reponse {
    let cx = w.lecture();
    cx.exiger(Permission::AccompagnementsEcrire)?;
    let s = Saisie {
        id: cx.nouvel_uuid().to_string(),
        duree_minutes: "120".into(),
        places: "8".into(),
        licence: "CC-BY-SA-4.0".into(),
        ..Saisie::default()
    };
    rendre(&gabarit(w.page, s, Erreurs::default(), "/ateliers".into(), true, false))
}

async fn ajouter(w: Web, Formulaire(s): Formulaire<Saisie>) -> Reponse {
    let cx = w.ecriture().await?;
    cx.exiger(Permission::AccompagnementsEcrire)?;
    let fait = match s.lire() {
        Ok(c) => super::creer(&cx, s.id.parse().ok(), c).await,
        Err(e) => Err(e),
    };
    match fait {
        Ok((f, _)) => {
            cx.valider().await?;
            Ok(aller(&format!("/ateliers/fiches/{}", f.reference), Message::succes("La fiche est dans le catalogue.")))
        }
        Err(Erreur::Invalide(e)) => {
            rendre_avec(StatusCode::UNPROCESSABLE_ENTITY, &gabarit(w.page, s, e.into(), "/ateliers".into(), true, false))
        }
        Err(e) => Err(e.into()),
    }
}

async fn formulaire(w: Web, Chemin(id): Chemin<FicheAtelierId>) -> Reponse {
    let cx = w.lecture();
    let m = super::sienne(&cx, id).await?;
    let s = Saisie { version: m.version.to_string(), ..Saisie::from(&m.contenu) };
    rendre(&gabarit(w.page, s, Erreurs::default(), format!("/ateliers/fiches/{id}"), false, false))
}

async fn modifier(w: Web, Chemin(id): Chemin<FicheAtelierId>, Formulaire(mut s): Formulaire<Saisie>) -> Reponse {
    let cx = w.ecriture().await?;
    // The right before the form: who may not write is not told what to correct.
    let present = super::sienne(&cx, id).await?.version;
    let fait: Resultat<Fiche> = match s.lire() {
        Ok(c) => super::modifier(&cx, id, Some(s.version.parse().unwrap_or(0)), c).await,
        Err(e) => Err(e),
    };
    let retour = format!("/ateliers/fiches/{id}");
    match fait {
        Ok(_) => {
            cx.valider().await?;
            Ok(aller(&retour, Message::succes("La fiche est à jour. L’ancienne version reste lisible.")))
        }
        Err(Erreur::Invalide(e)) => rendre_avec(StatusCode::UNPROCESSABLE_ENTITY, &gabarit(w.page, s, e.into(), retour, false, false)),
        Err(Erreur::VersionPerimee) => {
            s.version = present.to_string();
            rendre_avec(StatusCode::CONFLICT, &gabarit(w.page, s, Erreurs::default(), retour, false, true))
        }
        Err(e) => Err(e.into()),
    }
}

async fn copier(w: Web, Chemin(id): Chemin<String>) -> Reponse {
    let cx = w.ecriture().await?;
    let (f, _) = super::copier(&cx, &Reference::from(id.as_str()), None).await?;
    cx.valider().await?;
    Ok(aller(
        &format!("/ateliers/fiches/{}/modifier", f.reference),
        Message::succes("La copie est dans votre catalogue : changez-la comme vous voulez."),
    ))
}

#[derive(Default, serde::Deserialize)]
#[serde(default)]
struct OuiNon {
    oui: String,
}

async fn partager(w: Web, Chemin(id): Chemin<FicheAtelierId>, Formulaire(s): Formulaire<OuiNon>) -> Reponse {
    let cx = w.ecriture().await?;
    let oui = s.oui == "oui";
    let fiche = format!("/ateliers/fiches/{id}");
    match super::partager(&cx, id, oui).await {
        Ok(_) => {
            cx.valider().await?;
            Ok(aller(
                &fiche,
                Message::succes(if oui {
                    "Les autres structures peuvent lire et copier cette fiche."
                } else {
                    "Cette fiche n’est plus partagée. Les copies déjà faites restent."
                }),
            ))
        }
        Err(Erreur::Invalide(e)) => Ok(aller(&fiche, Message::attention(e.first().map(|e| e.message.clone()).unwrap_or_default()))),
        Err(e) => Err(e.into()),
    }
}

async fn archiver(w: Web, Chemin(id): Chemin<FicheAtelierId>, Formulaire(s): Formulaire<OuiNon>) -> Reponse {
    let cx = w.ecriture().await?;
    let oui = s.oui == "oui";
    super::archiver(&cx, id, oui).await?;
    cx.valider().await?;
    Ok(aller(
        &format!("/ateliers/fiches/{id}"),
        Message::succes(if oui { "La fiche est rangée : elle n’est plus proposée." } else { "La fiche est de nouveau proposée." }),
    ))
}

#[derive(Template)]
#[template(path = "fiche/versions.html")]
struct PageVersions {
    page: Page,
    adresse: String,
    titre: String,
    versions: Vec<(i32, String, String, Vec<&'static str>)>,
}

async fn versions(w: Web, Chemin(id): Chemin<FicheAtelierId>) -> Reponse {
    let cx = w.lecture();
    let v = super::versions(&cx, id).await?;
    let noms = equipe::noms(&cx, v.iter().map(|v| v.auteur)).await?;
    let lignes = v
        .iter()
        .enumerate()
        .map(|(i, x)| {
            (
                x.version,
                interface::format::instant_long(x.ecrite_le),
                noms.get(&x.auteur).cloned().unwrap_or_default(),
                v.get(i + 1).map(|avant| differences(&avant.contenu, &x.contenu)).unwrap_or_default(),
            )
        })
        .collect();
    rendre(&PageVersions {
        page: w.page,
        adresse: format!("/ateliers/fiches/{id}"),
        titre: v.first().map(|v| v.contenu.titre.clone()).unwrap_or_default(),
        versions: lignes,
    })
}

/// What a version changed, in words.
fn differences(a: &Contenu, b: &Contenu) -> Vec<&'static str> {
    [
        ("titre", a.titre != b.titre),
        ("résumé", a.resume != b.resume),
        ("objectifs", a.objectifs != b.objectifs),
        ("public et âges", a.public != b.public || a.ages != b.ages),
        ("niveau", a.niveau != b.niveau),
        ("prérequis", a.prerequis != b.prerequis),
        ("durée", a.duree_minutes != b.duree_minutes),
        ("places", a.places != b.places),
        ("thématiques", a.thematiques != b.thematiques),
        ("gestes", a.gestes != b.gestes),
        ("déroulé", a.deroule != b.deroule),
        ("matériel", a.materiel != b.materiel),
        ("risques", a.risques != b.risques),
        ("adaptations", a.adaptations != b.adaptations),
        ("supports", a.supports != b.supports),
        ("licence", a.licence != b.licence),
    ]
    .into_iter()
    .filter_map(|(mot, change)| change.then_some(mot))
    .collect()
}
