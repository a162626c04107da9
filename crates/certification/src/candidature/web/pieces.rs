//! Forms of the parts of a file, one page each.

use askama::Template;
use axum::http::StatusCode;
use certification_regles::Version;
use interface::{
    Choix, Erreurs, Message, Page,
    requete::{Chemin, Formulaire, Pages, Reponse, Web, aller, rendre, rendre_avec},
};
use socle::{Erreur, Resultat, controle::Controle, identifiant::CandidatureId};
use uuid::Uuid;

use super::super::{
    self as candidature, de_code, en_code,
    pieces::{self as morceaux, ACTIVITES, NatureAdmission, Piece, ResultatAdmission},
};
use crate::titre;

pub(super) fn pages() -> Pages {
    Pages::new()
        .get("/certification/candidatures/{id}/pieces/{genre}", formulaire)
        .post("/certification/candidatures/{id}/pieces/{genre}", ajouter)
        .post("/certification/candidatures/{id}/pieces/{genre}/{piece}/retirer", retirer)
        .get("/certification/candidatures/{id}/exemples/{piece}", exemple)
        .post("/certification/candidatures/{id}/exemples/{piece}", modifier_exemple)
}

const GENRES: [(&str, &str); 8] = [
    ("evaluation", "Noter une évaluation en cours de formation"),
    ("synthese", "Écrire la synthèse des évaluations d’une unité"),
    ("formation", "Noter des heures de formation suivies"),
    ("periode", "Ajouter une période en entreprise"),
    ("experience", "Ajouter une expérience"),
    ("admission", "Noter une étape de l’admission"),
    ("amenagement", "Ajouter un aménagement accordé"),
    ("exemple", "Ajouter un exemple de pratique"),
];

/// Every field of every part, as typed.
#[derive(Clone, Default, serde::Deserialize)]
#[serde(default)]
struct Saisie {
    unite: String,
    jour: String,
    competences: Vec<String>,
    satisfait: String,
    points_attention: String,
    evaluateur_1: String,
    evaluateur_2: String,
    synthese: String,
    entreprise: String,
    tuteur: String,
    debut: String,
    fin: String,
    heures: String,
    module: String,
    prevues: String,
    suivies: String,
    preuve: String,
    activite: String,
    libelle: String,
    mois: String,
    nature: String,
    resultat: String,
    remarque: String,
    mesure: String,
    accorde_par: String,
    intitule: String,
    taches: String,
    moyens: String,
    avec_qui: String,
    contexte: String,
    periode: String,
    complement: String,
}

#[derive(Template)]
#[template(path = "candidature/piece.html")]
struct PagePiece {
    page: Page,
    erreurs: Erreurs,
    genre: &'static str,
    titre: &'static str,
    action: String,
    retour: String,
    unites: Vec<Choix>,
    competences: Vec<Choix>,
    oui_non: Vec<Choix>,
    activites: Vec<Choix>,
    natures: Vec<Choix>,
    resultats: Vec<Choix>,
    modules: Vec<Choix>,
    s: Saisie,
}

fn gabarit(page: Page, id: CandidatureId, genre: (&'static str, &'static str), v: &Version, s: Saisie, erreurs: Erreurs) -> PagePiece {
    let base = format!("/certification/candidatures/{id}");
    PagePiece {
        page,
        erreurs,
        retour: if genre.0 == "exemple" { format!("{base}/dossier") } else { base.clone() },
        action: format!("{base}/pieces/{}", genre.0),
        genre: genre.0,
        titre: genre.1,
        unites: v.unites.iter().map(|u| Choix::nouveau(&u.code, format!("{} : {}", u.code, u.intitule), s.unite == u.code)).collect(),
        competences: v
            .unites
            .iter()
            .flat_map(|u| u.competences.iter().map(move |k| (u, k)))
            .map(|(u, k)| Choix::nouveau(&k.code, format!("{} : {}", u.code, k.intitule), s.competences.contains(&k.code)))
            .collect(),
        oui_non: [("oui", "Satisfait"), ("non", "Non satisfait")].map(|(c, l)| Choix::nouveau(c, l, s.satisfait == c)).into(),
        activites: ACTIVITES.map(|(_, c, l)| Choix::nouveau(c, l, s.activite == c)).into(),
        natures: NatureAdmission::TOUTES
            .map(|n| Choix::nouveau(en_code(n).unwrap_or_default(), n.libelle(), de_code(&s.nature).ok() == Some(n)))
            .into(),
        resultats: ResultatAdmission::TOUS
            .map(|n| Choix::nouveau(en_code(n).unwrap_or_default(), n.libelle(), de_code(&s.resultat).ok() == Some(n)))
            .into(),
        modules: v
            .horaires
            .iter()
            .flat_map(|h| h.blocs.iter().flat_map(|b| &b.modules))
            .map(|m| Choix::nouveau("", m.intitule.clone(), false))
            .collect(),
        s,
    }
}

fn genre_de(g: &str) -> Resultat<(&'static str, &'static str)> {
    GENRES.into_iter().find(|(code, _)| *code == g).ok_or(Erreur::Introuvable("Cette page"))
}

async fn formulaire(w: Web, Chemin((id, g)): Chemin<(CandidatureId, String)>) -> Reponse {
    let cx = w.lecture();
    let genre = genre_de(&g)?;
    morceaux::exiger_ecrire(&cx, id, matches!(genre.0, "experience" | "exemple")).await?;
    let c = candidature::lire(&cx, id).await?;
    let v = titre::version(&cx, &c.version_code).await?;
    rendre(&gabarit(w.page, id, genre, v, Saisie::default(), Erreurs::default()))
}

fn duree(c: &mut Controle, champ: &str, texte: &str, vide: &str) -> u32 {
    if texte.trim().is_empty() {
        c.faute(champ, vide);
        return 0;
    }
    c.heures(champ, texte).unwrap_or_default()
}

/// The part that a form says.
fn lire(genre: &str, s: &Saisie) -> Resultat<Piece> {
    let mut c = Controle::new();
    let jour = |c: &mut Controle, champ: &str, t: &str, vide: &str| {
        c.exiger(!t.trim().is_empty(), champ, vide);
        c.date(champ, t).unwrap_or_default()
    };
    let facultatif = |t: &str| socle::texte::nettoyer(Some(t.to_owned()));
    let satisfait = |c: &mut Controle| {
        c.exiger(matches!(s.satisfait.as_str(), "oui" | "non"), "satisfait", "Dites si c’est satisfait.");
        s.satisfait == "oui"
    };
    let unite = |c: &mut Controle| {
        c.exiger(!s.unite.is_empty(), "unite", "Choisissez l’unité.");
        s.unite.clone()
    };
    let p = match genre {
        "evaluation" => Piece::Evaluation {
            unite: unite(&mut c),
            jour: jour(&mut c, "jour", &s.jour, "Donnez le jour de l’évaluation."),
            competences: s.competences.clone(),
            satisfait: satisfait(&mut c),
            points_attention: s.points_attention.clone(),
            evaluateur_1: s.evaluateur_1.clone(),
            evaluateur_2: facultatif(&s.evaluateur_2),
        },
        "synthese" => Piece::Synthese {
            unite: unite(&mut c),
            jour: jour(&mut c, "jour", &s.jour, "Donnez le jour de la synthèse."),
            satisfait: satisfait(&mut c),
            synthese: s.synthese.clone(),
            evaluateurs: vec![s.evaluateur_1.clone(), s.evaluateur_2.clone()],
        },
        "formation" => Piece::Formation {
            module: s.module.clone(),
            debut: jour(&mut c, "debut", &s.debut, "Donnez le premier jour."),
            fin: jour(&mut c, "fin", &s.fin, "Donnez le dernier jour."),
            prevues: duree(&mut c, "prevues", &s.prevues, "Donnez le nombre d’heures prévues."),
            suivies: duree(&mut c, "suivies", &s.suivies, "Donnez le nombre d’heures suivies ; 0 convient."),
            preuve: facultatif(&s.preuve),
        },
        "periode" => Piece::Periode {
            entreprise: s.entreprise.clone(),
            tuteur: s.tuteur.clone(),
            debut: jour(&mut c, "debut", &s.debut, "Donnez le premier jour."),
            fin: jour(&mut c, "fin", &s.fin, "Donnez le dernier jour."),
            minutes: duree(&mut c, "heures", &s.heures, "Donnez le nombre d’heures faites."),
            preuve: facultatif(&s.preuve),
        },
        "experience" => {
            let activite = de_code(&s.activite).ok();
            c.exiger(activite.is_some(), "activite", "Choisissez le genre d’activité.");
            Piece::Experience {
                activite: activite.unwrap_or(ACTIVITES[0].0),
                libelle: s.libelle.clone(),
                debut: jour(&mut c, "debut", &s.debut, "Donnez le premier jour, même approché."),
                fin: c.date("fin", &s.fin),
                mois: c.nombre("mois", &s.mois),
                preuve: facultatif(&s.preuve),
            }
        }
        "admission" => {
            let (nature, resultat) = (de_code(&s.nature).ok(), de_code(&s.resultat).ok());
            c.exiger(nature.is_some(), "nature", "Choisissez l’étape.");
            c.exiger(resultat.is_some(), "resultat", "Choisissez ce qu’elle a donné.");
            Piece::Admission {
                nature: nature.unwrap_or(NatureAdmission::Dossier),
                jour: jour(&mut c, "jour", &s.jour, "Donnez le jour."),
                resultat: resultat.unwrap_or(ResultatAdmission::Reserve),
                remarque: facultatif(&s.remarque),
            }
        }
        "amenagement" => Piece::Amenagement {
            mesure: s.mesure.clone(),
            accorde_le: jour(&mut c, "jour", &s.jour, "Donnez le jour où il est accordé."),
            accorde_par: s.accorde_par.clone(),
        },
        _ => Piece::Exemple {
            unite: unite(&mut c),
            intitule: s.intitule.clone(),
            taches: s.taches.clone(),
            moyens: s.moyens.clone(),
            avec_qui: s.avec_qui.clone(),
            contexte: s.contexte.clone(),
            periode: s.periode.clone(),
            complement: s.complement.clone(),
        },
    };
    c.finir()?;
    Ok(p)
}

async fn ajouter(w: Web, Chemin((id, g)): Chemin<(CandidatureId, String)>, Formulaire(s): Formulaire<Saisie>) -> Reponse {
    let cx = w.ecriture().await?;
    let genre = genre_de(&g)?;
    morceaux::exiger_ecrire(&cx, id, matches!(genre.0, "experience" | "exemple")).await?;
    let fait = match lire(genre.0, &s) {
        Ok(p) => morceaux::ajouter(&cx, id, p).await,
        Err(e) => Err(e),
    };
    match fait {
        Ok(_) => {
            cx.valider().await?;
            let suite = if genre.0 == "exemple" { "/dossier" } else { "" };
            Ok(aller(&format!("/certification/candidatures/{id}{suite}"), Message::succes("C’est enregistré.")))
        }
        Err(Erreur::Invalide(e)) => {
            let c = candidature::lire(&cx, id).await?;
            let v = titre::version(&cx, &c.version_code).await?;
            // Fields of the page that the use case names otherwise.
            let mut erreurs = Erreurs::nouvelles();
            for f in e {
                let champ = match f.champ.as_str() {
                    "evaluateurs" => "evaluateur_1",
                    "minutes" => "heures",
                    "accorde_le" => "jour",
                    autre => autre,
                };
                erreurs.ajoute(champ, f.message);
            }
            rendre_avec(StatusCode::UNPROCESSABLE_ENTITY, &gabarit(w.page, id, genre, v, s, erreurs))
        }
        Err(e) => Err(e.into()),
    }
}

const MODIFIER: (&str, &str) = ("exemple", "Modifier un exemple de pratique");

fn page_exemple(page: Page, id: CandidatureId, piece: Uuid, v: &Version, s: Saisie, erreurs: Erreurs) -> PagePiece {
    PagePiece { action: format!("/certification/candidatures/{id}/exemples/{piece}"), ..gabarit(page, id, MODIFIER, v, s, erreurs) }
}

async fn exemple(w: Web, Chemin((id, piece)): Chemin<(CandidatureId, Uuid)>) -> Reponse {
    let cx = w.lecture();
    let c = morceaux::exiger_ecrire(&cx, id, true).await?;
    let Some(Piece::Exemple { unite, intitule, taches, moyens, avec_qui, contexte, periode, complement }) =
        morceaux::lister(&cx, id).await?.remove(&piece)
    else {
        return Err(Erreur::Introuvable("Cet exemple").into());
    };
    let s = Saisie { unite, intitule, taches, moyens, avec_qui, contexte, periode, complement, ..Saisie::default() };
    rendre(&page_exemple(w.page, id, piece, titre::version(&cx, &c.version_code).await?, s, Erreurs::default()))
}

async fn modifier_exemple(w: Web, Chemin((id, piece)): Chemin<(CandidatureId, Uuid)>, Formulaire(s): Formulaire<Saisie>) -> Reponse {
    let cx = w.ecriture().await?;
    let c = morceaux::exiger_ecrire(&cx, id, true).await?;
    let fait = match lire("exemple", &s) {
        Ok(p) => morceaux::modifier_exemple(&cx, id, piece, p).await,
        Err(e) => Err(e),
    };
    match fait {
        Ok(()) => {
            cx.valider().await?;
            Ok(aller(&format!("/certification/candidatures/{id}/dossier"), Message::succes("L’exemple est à jour.")))
        }
        Err(Erreur::Invalide(e)) => {
            let v = titre::version(&cx, &c.version_code).await?;
            rendre_avec(StatusCode::UNPROCESSABLE_ENTITY, &page_exemple(w.page, id, piece, v, s, e.into()))
        }
        Err(e) => Err(e.into()),
    }
}

async fn retirer(w: Web, Chemin((id, g, piece)): Chemin<(CandidatureId, String, Uuid)>) -> Reponse {
    let genre = genre_de(&g)?;
    let cx = w.ecriture().await?;
    morceaux::retirer(&cx, id, piece).await?;
    cx.valider().await?;
    let suite = if genre.0 == "exemple" { "/dossier" } else { "" };
    Ok(aller(&format!("/certification/candidatures/{id}{suite}"), Message::succes("C’est retiré.")))
}
