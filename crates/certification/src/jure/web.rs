use askama::Template;
use axum::http::StatusCode;
use interface::{
    Choix, Erreurs, Message, Onglet, Page, format,
    requete::{Chemin, Formulaire, Pages, Reponse, Web, aller, choix, rendre, rendre_avec},
};
use socle::{Contexte, Erreur, Nomenclature, Permission, Resultat, controle::Controle, identifiant::JureId};
use std::collections::HashMap;
use uuid::Uuid;

use super::{CreerJure, Declarer, Fiche, Habiliter, Jure, ModifierJure, NatureLien};
use crate::session::depot;

/// Pages of the register of jurors.
pub fn pages() -> Pages {
    Pages::new()
        .get("/certification/jures", liste)
        .get("/certification/jures/nouveau", nouveau)
        .post("/certification/jures/nouveau", ajouter)
        .get("/certification/jures/{id}", voir)
        .get("/certification/jures/{id}/modifier", formulaire)
        .post("/certification/jures/{id}/modifier", modifier)
        .post("/certification/jures/{id}/habilitations", habiliter)
        .post("/certification/jures/{id}/habilitations/{habilitation}/retirer", retirer_habilitation)
        .post("/certification/jures/{id}/liens", lier)
        .post("/certification/jures/{id}/liens/retirer", delier)
}

#[derive(Template)]
#[template(path = "jure/liste.html")]
struct PageListe {
    page: Page,
    onglets: Vec<Onglet>,
    jures: Vec<Jure>,
    ecrire: bool,
}

async fn liste(w: Web) -> Reponse {
    let jures = super::lister(&w.lecture()).await?;
    let ecrire = w.acteur.peut(Permission::CertificationGerer);
    rendre(&PageListe { page: w.page, onglets: crate::onglets("/certification/jures"), jures, ecrire })
}

#[derive(Clone, Default, serde::Deserialize)]
#[serde(default)]
struct Saisie {
    prenom: String,
    nom: String,
    utilisateur: String,
    courriel: String,
    telephone: String,
    employeur: String,
    pratique_annees: String,
    pratique_quittee_le: String,
    actif: String,
    version: String,
}

#[derive(Template)]
#[template(path = "jure/formulaire.html")]
struct PageFormulaire {
    page: Page,
    erreurs: Erreurs,
    perimee: bool,
    nouveau: bool,
    retour: String,
    s: Saisie,
    comptes: Vec<Choix>,
}

async fn gabarit(cx: &Contexte, page: Page, s: Saisie, erreurs: Erreurs, id: Option<JureId>, perimee: bool) -> Resultat<PageFormulaire> {
    let structure = cx.exiger(Permission::CertificationGerer)?;
    let comptes = super::comptes_possibles(cx, structure)
        .await?
        .into_iter()
        .map(|c| Choix::nouveau(c.id.to_string(), c.nom, c.id.to_string() == s.utilisateur))
        .collect();
    let retour = id.map_or_else(|| "/certification/jures".to_owned(), |i| format!("/certification/jures/{i}"));
    Ok(PageFormulaire { page, erreurs, perimee, nouveau: id.is_none(), retour, s, comptes })
}

fn texte(v: &str) -> Option<String> {
    Some(v.to_owned()).filter(|v| !v.trim().is_empty())
}

fn lire_saisie(s: &Saisie) -> Resultat<CreerJure> {
    let mut c = Controle::new();
    let d = CreerJure {
        id: None,
        prenom: s.prenom.clone(),
        nom: s.nom.clone(),
        utilisateur: c.identifiant("utilisateur", &s.utilisateur),
        courriel: texte(&s.courriel),
        telephone: texte(&s.telephone),
        employeur: texte(&s.employeur),
        pratique_annees: c.nombre("pratique_annees", &s.pratique_annees),
        pratique_quittee_le: c.date("pratique_quittee_le", &s.pratique_quittee_le),
    };
    c.finir()?;
    Ok(d)
}

async fn nouveau(w: Web) -> Reponse {
    let cx = w.lecture();
    rendre(&gabarit(&cx, w.page, Saisie::default(), Erreurs::default(), None, false).await?)
}

async fn ajouter(w: Web, Formulaire(s): Formulaire<Saisie>) -> Reponse {
    let cx = w.ecriture().await?;
    cx.exiger(Permission::CertificationGerer)?;
    let fait = match lire_saisie(&s) {
        Ok(d) => super::creer(&cx, d).await,
        Err(e) => Err(e),
    };
    match fait {
        Ok((f, _)) => {
            cx.valider().await?;
            Ok(aller(&format!("/certification/jures/{}", f.jure.id), Message::succes("Le membre de jury est dans le registre.")))
        }
        Err(Erreur::Invalide(e)) => {
            drop(cx);
            let cx = w.lecture();
            rendre_avec(StatusCode::UNPROCESSABLE_ENTITY, &gabarit(&cx, w.page, s, e.into(), None, false).await?)
        }
        Err(e) => Err(e.into()),
    }
}

fn saisie_de(j: &Jure) -> Saisie {
    let t = |v: &Option<String>| v.clone().unwrap_or_default();
    Saisie {
        prenom: j.prenom.clone(),
        nom: j.nom.clone(),
        utilisateur: j.utilisateur_id.map(|u| u.to_string()).unwrap_or_default(),
        courriel: t(&j.courriel),
        telephone: t(&j.telephone),
        employeur: t(&j.employeur),
        pratique_annees: j.pratique_annees.map(|n| n.to_string()).unwrap_or_default(),
        pratique_quittee_le: j.pratique_quittee_le.map(|d| d.to_string()).unwrap_or_default(),
        actif: if j.actif { "oui".into() } else { String::new() },
        version: j.version.to_string(),
    }
}

async fn formulaire(w: Web, Chemin(id): Chemin<JureId>) -> Reponse {
    let cx = w.lecture();
    let f = super::lire(&cx, id).await?;
    cx.exiger_dans(Permission::CertificationGerer, f.jure.structure_id)?;
    rendre(&gabarit(&cx, w.page, saisie_de(&f.jure), Erreurs::default(), Some(id), false).await?)
}

async fn modifier(w: Web, Chemin(id): Chemin<JureId>, Formulaire(mut s): Formulaire<Saisie>) -> Reponse {
    let cx = w.ecriture().await?;
    cx.exiger_dans(Permission::CertificationGerer, super::lire(&cx, id).await?.jure.structure_id)?;
    let fait = match lire_saisie(&s) {
        Ok(d) => {
            let m = ModifierJure {
                version: s.version.parse().ok(),
                prenom: Some(d.prenom),
                nom: Some(d.nom),
                utilisateur: Some(d.utilisateur),
                courriel: Some(d.courriel),
                telephone: Some(d.telephone),
                employeur: Some(d.employeur),
                pratique_annees: Some(d.pratique_annees),
                pratique_quittee_le: Some(d.pratique_quittee_le),
                actif: Some(s.actif == "oui"),
            };
            super::modifier(&cx, id, m).await
        }
        Err(e) => Err(e),
    };
    match fait {
        Ok(_) => {
            cx.valider().await?;
            Ok(aller(&format!("/certification/jures/{id}"), Message::succes("La fiche est à jour.")))
        }
        Err(Erreur::Invalide(e)) => {
            drop(cx);
            let cx = w.lecture();
            rendre_avec(StatusCode::UNPROCESSABLE_ENTITY, &gabarit(&cx, w.page, s, e.into(), Some(id), false).await?)
        }
        Err(Erreur::VersionPerimee) => {
            s.version = super::lire(&cx, id).await?.jure.version.to_string();
            drop(cx);
            let cx = w.lecture();
            rendre_avec(StatusCode::CONFLICT, &gabarit(&cx, w.page, s, Erreurs::default(), Some(id), true).await?)
        }
        Err(e) => Err(e.into()),
    }
}

#[derive(Clone, Default, serde::Deserialize)]
#[serde(default)]
struct SaisieHabilitation {
    version: String,
    numero: String,
    debut: String,
    fin: String,
}

#[derive(Clone, Default, serde::Deserialize)]
#[serde(default)]
struct SaisieLien {
    candidat: String,
    nature: String,
}

struct LigneHabilitation {
    id: Uuid,
    titre: String,
    numero: String,
    periode: String,
    retiree: bool,
}

struct LigneLien {
    candidat: String,
    candidat_id: String,
    nature: &'static str,
    code: String,
}

#[derive(Template)]
#[template(path = "jure/voir.html")]
struct PageFiche {
    page: Page,
    erreurs: Erreurs,
    j: Jure,
    nom: String,
    pratique: String,
    compte: String,
    habilitations: Vec<LigneHabilitation>,
    liens: Vec<LigneLien>,
    ecrire: bool,
    versions: Vec<Choix>,
    candidats: Vec<Choix>,
    natures: Vec<Choix>,
    h: SaisieHabilitation,
}

async fn fiche(cx: &Contexte, page: Page, f: Fiche, erreurs: Erreurs, h: SaisieHabilitation, l: &SaisieLien) -> Resultat<PageFiche> {
    let versions = depot::versions(cx).await?;
    let candidats = depot::candidats_du_centre(cx, f.jure.structure_id).await?;
    let noms: HashMap<_, _> = candidats.iter().map(|c| (c.id, c.nom_complet())).collect();
    let comptes = super::comptes_possibles(cx, f.jure.structure_id).await?;
    let compte = f.jure.utilisateur_id.map_or_else(
        || "Aucun compte : cette personne ne peut pas remplir de grille ni signer en ligne.".to_owned(),
        |u| comptes.iter().find(|c| c.id == u).map_or_else(|| "Un compte qui n’est plus actif.".to_owned(), |c| c.nom.clone()),
    );
    let pratique = match (f.jure.pratique_annees, f.jure.pratique_quittee_le) {
        (None, _) => "Non renseignée : vérifiée à l’habilitation.".to_owned(),
        (Some(n), None) => format!("{}, toujours en poste", format::compte(n, "an", "ans")),
        (Some(n), Some(q)) => format!("{}, métier quitté le {}", format::compte(n, "an", "ans"), format::date_sans_jour(q)),
    };
    let habilitations = f
        .habilitations
        .into_iter()
        .map(|h| LigneHabilitation {
            id: h.id,
            titre: versions
                .iter()
                .find(|v| v.code == h.version_code)
                .map_or(h.version_code.clone(), |v| format!("{} ({})", v.nom(), v.code)),
            numero: h.numero.unwrap_or_default(),
            periode: match (h.fin, h.retiree_le) {
                (_, Some(r)) => format!("du {} ; retirée le {}", format::date_courte(h.debut), format::date_courte(r)),
                (Some(fin), None) => format!("du {} au {}", format::date_courte(h.debut), format::date_courte(fin)),
                (None, None) => format!("à partir du {}, jusqu’à la fin du titre", format::date_courte(h.debut)),
            },
            retiree: h.retiree_le.is_some(),
        })
        .collect();
    let liens = f
        .liens
        .into_iter()
        .map(|l| LigneLien {
            candidat: noms.get(&l.candidat_id).cloned().unwrap_or_else(|| "Candidat effacé".into()),
            candidat_id: l.candidat_id.to_string(),
            nature: l.nature.libelle(),
            code: l.nature.code(),
        })
        .collect();
    Ok(PageFiche {
        page,
        erreurs,
        nom: f.jure.nom_complet(),
        ecrire: cx.acteur.peut_dans(Permission::CertificationGerer, f.jure.structure_id),
        j: f.jure,
        pratique,
        compte,
        habilitations,
        liens,
        versions: versions
            .iter()
            .map(|v| Choix::nouveau(v.code.clone(), format!("{} ({})", v.nom(), v.code), v.code == h.version))
            .collect(),
        candidats: candidats.iter().map(|c| Choix::nouveau(c.id.to_string(), c.nom_complet(), c.id.to_string() == l.candidat)).collect(),
        natures: choix::<NatureLien>(NatureLien::depuis(&l.nature).as_slice()),
        h,
    })
}

async fn voir(w: Web, Chemin(id): Chemin<JureId>) -> Reponse {
    let cx = w.lecture();
    let f = super::lire(&cx, id).await?;
    rendre(&fiche(&cx, w.page, f, Erreurs::default(), SaisieHabilitation::default(), &SaisieLien::default()).await?)
}

/// After an act on a file: back to it, or the file with what is to mend.
async fn suite(w: Web, cx: Contexte, id: JureId, fait: Resultat<()>, message: &str, h: SaisieHabilitation, l: &SaisieLien) -> Reponse {
    match fait {
        Ok(()) => {
            cx.valider().await?;
            Ok(aller(&format!("/certification/jures/{id}"), Message::succes(message)))
        }
        Err(Erreur::Invalide(e)) => {
            drop(cx);
            let cx = w.lecture();
            let f = super::lire(&cx, id).await?;
            rendre_avec(StatusCode::UNPROCESSABLE_ENTITY, &fiche(&cx, w.page, f, e.into(), h, l).await?)
        }
        Err(e) => Err(e.into()),
    }
}

async fn habiliter(w: Web, Chemin(id): Chemin<JureId>, Formulaire(s): Formulaire<SaisieHabilitation>) -> Reponse {
    let cx = w.ecriture().await?;
    super::trouver(&cx, id, Permission::CertificationGerer).await?;
    let mut c = Controle::new();
    let debut = c.date("debut", &s.debut);
    let fin = c.date("fin", &s.fin);
    c.exiger(!s.debut.trim().is_empty(), "debut", "Indiquez le premier jour de l’habilitation.");
    let fait = match (c.finir(), debut) {
        (Ok(()), Some(debut)) => {
            let h = Habiliter { version: s.version.clone(), numero: texte(&s.numero), debut, fin };
            super::habiliter(&cx, id, h).await.map(drop)
        }
        (Err(e), _) => Err(e),
        (Ok(()), None) => Err(Erreur::champ("debut", "Indiquez le premier jour de l’habilitation.")),
    };
    suite(w, cx, id, fait, "L’habilitation est enregistrée.", s, &SaisieLien::default()).await
}

async fn retirer_habilitation(w: Web, Chemin((id, h)): Chemin<(JureId, Uuid)>) -> Reponse {
    let cx = w.ecriture().await?;
    let fait = super::retirer_habilitation(&cx, id, h, cx.aujourd_hui()).await;
    let message = "L’habilitation est retirée à partir d’aujourd’hui.";
    suite(w, cx, id, fait, message, SaisieHabilitation::default(), &SaisieLien::default()).await
}

fn lire_lien(s: &SaisieLien) -> Resultat<Declarer> {
    let mut c = Controle::new();
    let candidat = c.identifiant("candidat", &s.candidat);
    let nature = c.code::<NatureLien>("nature", &s.nature);
    c.exiger(!s.candidat.is_empty(), "candidat", "Choisissez le candidat.");
    c.exiger(!s.nature.is_empty(), "nature", "Dites quel est ce lien.");
    c.finir()?;
    match (candidat, nature) {
        (Some(candidat), Some(nature)) => Ok(Declarer { candidat, nature }),
        _ => Err(Erreur::champ("candidat", "Choisissez le candidat et le lien.")),
    }
}

async fn lier(w: Web, Chemin(id): Chemin<JureId>, Formulaire(s): Formulaire<SaisieLien>) -> Reponse {
    let cx = w.ecriture().await?;
    super::trouver(&cx, id, Permission::CertificationGerer).await?;
    let fait = match lire_lien(&s) {
        Ok(d) => super::declarer_lien(&cx, id, d).await,
        Err(e) => Err(e),
    };
    suite(w, cx, id, fait, "Le lien est déclaré.", SaisieHabilitation::default(), &s).await
}

async fn delier(w: Web, Chemin(id): Chemin<JureId>, Formulaire(s): Formulaire<SaisieLien>) -> Reponse {
    let cx = w.ecriture().await?;
    super::trouver(&cx, id, Permission::CertificationGerer).await?;
    let fait = match lire_lien(&s) {
        Ok(d) => super::retirer_lien(&cx, id, &d).await,
        Err(e) => Err(e),
    };
    suite(w, cx, id, fait, "Le lien est retiré.", SaisieHabilitation::default(), &s).await
}
