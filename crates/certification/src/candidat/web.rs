use askama::Template;
use axum::http::StatusCode;
use certification_regles::{Version, referentiel::NatureUnite};
use interface::{
    Choix, Erreurs, Message, Onglet, Page,
    requete::{Chemin, Formulaire, Pages, Reponse, Web, aller, rendre, rendre_avec},
};
use socle::{Erreur, Permission, controle::Controle, identifiant::CandidatId};

use super::{Candidat, CreerCandidat, ModifierCandidat};
use crate::{
    candidature::{self, Candidature, CreerCandidature},
    decision, titre,
};

/// Pages of candidates.
pub fn pages() -> Pages {
    Pages::new()
        .get("/certification/candidats", liste)
        .get("/certification/candidats/nouveau", nouveau)
        .post("/certification/candidats/nouveau", ajouter)
        .get("/certification/candidats/{id}", voir)
        .post("/certification/candidats/{id}", inscrire)
        .get("/certification/candidats/{id}/modifier", formulaire)
        .post("/certification/candidats/{id}/modifier", modifier)
        .post("/certification/candidats/{id}/acces", inviter)
}

const LISTE_MAX: u64 = 2000;

#[derive(Template)]
#[template(path = "candidat/liste.html")]
struct PageListe {
    page: Page,
    onglets: Vec<Onglet>,
    candidats: Vec<Candidat>,
    gerer: bool,
}

async fn liste(w: Web) -> Reponse {
    let candidats = super::lister(&w.lecture(), LISTE_MAX).await?;
    let gerer = w.acteur.peut(Permission::CertificationGerer);
    rendre(&PageListe { page: w.page, onglets: crate::onglets("/certification/candidats"), candidats, gerer })
}

#[derive(Clone, Default, serde::Deserialize)]
#[serde(default)]
struct Saisie {
    prenom: String,
    nom: String,
    date_naissance: String,
    courriel: String,
    telephone: String,
    employeur: String,
    version: String,
}

#[derive(Template)]
#[template(path = "candidat/formulaire.html")]
struct PageFormulaire {
    page: Page,
    erreurs: Erreurs,
    perimee: bool,
    nouveau: bool,
    retour: String,
    s: Saisie,
}

fn gabarit(page: Page, s: Saisie, erreurs: Erreurs, id: Option<CandidatId>, perimee: bool) -> PageFormulaire {
    let retour = id.map_or_else(|| "/certification/candidats".to_owned(), |i| format!("/certification/candidats/{i}"));
    PageFormulaire { page, erreurs, perimee, nouveau: id.is_none(), retour, s }
}

async fn nouveau(w: Web) -> Reponse {
    w.lecture().exiger(Permission::CertificationGerer)?;
    rendre(&gabarit(w.page, Saisie::default(), Erreurs::default(), None, false))
}

fn naissance(s: &Saisie) -> Result<Option<chrono::NaiveDate>, Erreur> {
    let mut c = Controle::new();
    let d = c.date("date_naissance", &s.date_naissance);
    c.finir()?;
    Ok(d)
}

async fn ajouter(w: Web, Formulaire(s): Formulaire<Saisie>) -> Reponse {
    let cx = w.ecriture().await?;
    cx.exiger(Permission::CertificationGerer)?;
    let v = s.clone();
    let fait = match naissance(&s) {
        Ok(date_naissance) => {
            let d = CreerCandidat {
                id: None,
                prenom: v.prenom,
                nom: v.nom,
                date_naissance,
                courriel: Some(v.courriel),
                telephone: Some(v.telephone),
                employeur: Some(v.employeur),
            };
            super::creer(&cx, d).await
        }
        Err(e) => Err(e),
    };
    match fait {
        Ok((p, _)) => {
            cx.valider().await?;
            Ok(aller(&format!("/certification/candidats/{}", p.id), Message::succes("Le candidat est ajouté. Inscrivez-le à un titre.")))
        }
        Err(Erreur::Invalide(e)) => rendre_avec(StatusCode::UNPROCESSABLE_ENTITY, &gabarit(w.page, s, e.into(), None, false)),
        Err(e) => Err(e.into()),
    }
}

async fn formulaire(w: Web, Chemin(id): Chemin<CandidatId>) -> Reponse {
    let cx = w.lecture();
    let p = super::lire(&cx, id).await?;
    cx.exiger_dans(Permission::CertificationGerer, p.structure_id)?;
    let s = Saisie {
        prenom: p.prenom,
        nom: p.nom,
        date_naissance: p.date_naissance.map(interface::format::iso).unwrap_or_default(),
        courriel: p.courriel.unwrap_or_default(),
        telephone: p.telephone.unwrap_or_default(),
        employeur: p.employeur.unwrap_or_default(),
        version: p.version.to_string(),
    };
    rendre(&gabarit(w.page, s, Erreurs::default(), Some(id), false))
}

async fn modifier(w: Web, Chemin(id): Chemin<CandidatId>, Formulaire(mut s): Formulaire<Saisie>) -> Reponse {
    let cx = w.ecriture().await?;
    cx.exiger_dans(Permission::CertificationGerer, super::lire(&cx, id).await?.structure_id)?;
    let v = s.clone();
    let fait = match naissance(&s) {
        Ok(d) => {
            let m = ModifierCandidat {
                version: v.version.parse().ok(),
                prenom: Some(v.prenom),
                nom: Some(v.nom),
                date_naissance: Some(d),
                courriel: Some(Some(v.courriel)),
                telephone: Some(Some(v.telephone)),
                employeur: Some(Some(v.employeur)),
            };
            super::modifier(&cx, id, m).await
        }
        Err(e) => Err(e),
    };
    match fait {
        Ok(_) => {
            cx.valider().await?;
            Ok(aller(&format!("/certification/candidats/{id}"), Message::succes("La fiche est à jour.")))
        }
        Err(Erreur::Invalide(e)) => rendre_avec(StatusCode::UNPROCESSABLE_ENTITY, &gabarit(w.page, s, e.into(), Some(id), false)),
        Err(Erreur::VersionPerimee) => {
            s.version = super::lire(&cx, id).await?.version.to_string();
            rendre_avec(StatusCode::CONFLICT, &gabarit(w.page, s, Erreurs::default(), Some(id), true))
        }
        Err(e) => Err(e.into()),
    }
}

async fn inviter(w: Web, Chemin(id): Chemin<CandidatId>) -> Reponse {
    let cx = w.ecriture().await?;
    super::inviter(&cx, id).await?;
    cx.valider().await?;
    let dit = "L’accès est donné : un courriel lui dit comment entrer.";
    Ok(aller(&format!("/certification/candidats/{id}"), Message::succes(dit)))
}

struct Inscription {
    c: Candidature,
    titre: String,
    etat: &'static str,
}

/// A title one may enrol in, with its units and routes.
struct Offre {
    v: &'static Version,
    nom: String,
}

#[derive(Default, Clone, serde::Deserialize)]
#[serde(default)]
struct SaisieInscription {
    titre: String,
    voie: String,
    unites: Vec<String>,
    formation_debut: String,
    formation_fin: String,
}

#[derive(Template)]
#[template(path = "candidat/voir.html")]
struct PageCandidat {
    page: Page,
    erreurs: Erreurs,
    p: Candidat,
    nom: String,
    inscriptions: Vec<Inscription>,
    detenus: Vec<(String, String)>,
    gerer: bool,
    /// The title chosen in the first step of enrolling, and its routes and units.
    offre: Option<Offre>,
    titres: Vec<Choix>,
    voies: Vec<Choix>,
    unites: Vec<Choix>,
    s: SaisieInscription,
}

async fn page(w: Web, id: CandidatId, s: SaisieInscription, erreurs: Erreurs) -> Result<PageCandidat, Erreur> {
    let cx = w.lecture();
    cx.exiger(Permission::CertificationLire)?;
    let p = super::ouvrir(&cx, id).await?;
    let versions = titre::toutes(&cx).await?;
    let nommer = |code: &str| versions.iter().find(|v| v.code == code).map_or_else(|| code.to_owned(), titre::nommer);
    let mut inscriptions = Vec::new();
    for c in candidature::de_candidat(&cx, id).await? {
        inscriptions.push(Inscription { titre: nommer(&c.version_code), etat: c.etat()?.libelle(), c });
    }
    let livret = decision::livret(&cx, id).await?;
    let jour = cx.aujourd_hui();
    let mut detenus: Vec<(String, String)> = livret
        .titres
        .iter()
        .filter(|t| t.en_vigueur(jour))
        .map(|t| (nommer(&t.version), format!("titre obtenu le {}", interface::format::date_sans_jour(t.date))))
        .collect();
    for a in livret.attributions.iter().filter(|a| a.en_vigueur(jour)) {
        let intitule = versions.iter().find(|v| v.code == a.version).and_then(|v| v.unite(&a.unite)).map_or("", |u| u.intitule.as_str());
        detenus.push((format!("{} : {intitule}", a.unite), format!("obtenue le {}", interface::format::date_sans_jour(a.date))));
    }
    let offre = versions.iter().find(|v| v.code == s.titre).map(|v| Offre { v, nom: titre::nommer(v) });
    let (voies, unites) = offre.as_ref().map_or_else(Default::default, |o| {
        let toutes = s.unites.is_empty() && s.voie.is_empty();
        (
            candidature::voies(o.v).into_iter().map(|(c, l)| Choix::nouveau(&c, l, s.voie == c)).collect(),
            o.v.unites
                .iter()
                .map(|u| {
                    let coche = if toutes { u.nature != NatureUnite::Ccs } else { s.unites.contains(&u.code) };
                    Choix::nouveau(&u.code, format!("{} : {}", u.code, u.intitule), coche)
                })
                .collect(),
        )
    });
    Ok(PageCandidat {
        erreurs,
        nom: p.nom_complet(),
        inscriptions,
        detenus,
        gerer: cx.acteur.peut_dans(Permission::CertificationGerer, p.structure_id),
        titres: versions.iter().map(|v| Choix::nouveau(&v.code, titre::nommer(v), v.code == s.titre)).collect(),
        offre,
        voies,
        unites,
        p,
        s,
        page: w.page,
    })
}

#[derive(Default, serde::Deserialize)]
#[serde(default)]
struct Choisi {
    titre: String,
}

async fn voir(
    w: Web,
    Chemin(id): Chemin<CandidatId>,
    interface::requete::Parametres(q): interface::requete::Parametres<Choisi>,
) -> Reponse {
    let s = SaisieInscription { titre: q.titre, ..SaisieInscription::default() };
    rendre(&page(w, id, s, Erreurs::default()).await?)
}

fn lire_inscription(id: CandidatId, v: Option<&Version>, s: &SaisieInscription) -> Result<CreerCandidature, Erreur> {
    let mut c = Controle::new();
    c.exiger(v.is_some(), "titre", "Choisissez le titre visé.");
    c.exiger(!s.voie.is_empty(), "voie", "Choisissez la voie d’accès.");
    c.exiger(!s.unites.is_empty(), "unites", "Choisissez au moins une unité.");
    let (debut, fin) = (c.date("formation_debut", &s.formation_debut), c.date("formation_fin", &s.formation_fin));
    c.finir()?;
    let origines = s.unites.iter().map(|u| (u.clone(), candidature::origine_de(&s.voie))).collect();
    Ok(CreerCandidature {
        id: None,
        candidat: id,
        version: s.titre.clone(),
        voie: s.voie.clone(),
        origines: Some(origines),
        formation_debut: debut,
        formation_fin: fin,
        contrat: None,
    })
}

async fn inscrire(w: Web, Chemin(id): Chemin<CandidatId>, Formulaire(s): Formulaire<SaisieInscription>) -> Reponse {
    let cx = w.ecriture().await?;
    cx.exiger_dans(Permission::CertificationGerer, super::lire(&cx, id).await?.structure_id)?;
    let v = titre::toutes(&cx).await?.iter().find(|v| v.code == s.titre);
    let fait = match lire_inscription(id, v, &s) {
        Ok(d) => candidature::creer(&cx, d).await,
        Err(e) => Err(e),
    };
    match fait {
        Ok((c, _)) => {
            cx.valider().await?;
            Ok(aller(&format!("/certification/candidatures/{}", c.id), Message::succes("La candidature est ouverte.")))
        }
        Err(Erreur::Invalide(e)) => {
            drop(cx);
            rendre_avec(StatusCode::UNPROCESSABLE_ENTITY, &page(w, id, s, e.into()).await?)
        }
        Err(e) => Err(e.into()),
    }
}
