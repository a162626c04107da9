//! One reception: taking a waiting person in charge, mending what was written; and the receptions of a day.

use askama::Template;
use axum::http::StatusCode;
use chrono::NaiveDate;
use interface::{
    Choix, Erreurs, Message, Page, Pagination,
    requete::{Chemin, Formulaire, Pages, Parametres, Reponse, Web, aller, choix, rendre, rendre_avec, vers},
};
use socle::{
    Contexte, Erreur, Nomenclature, Permission, Resultat,
    controle::Controle,
    equipe,
    identifiant::{AccueilId, PersonneId},
};
use territoire::lieu;

use super::{
    Accueil, Jour, ModifierAccueil, Suite, TAILLE_PAGE, regles,
    web::{DOSSIER, Depart, Qui, SANS_NOM, Saisie, disparue, exiger_un_dossier, qui},
};
use crate::personne;

pub(super) fn pages() -> Pages {
    Pages::new()
        .get("/accueils", liste)
        .get("/accueils/{id}", voir)
        .post("/accueils/{id}", modifier)
        .post("/accueils/{id}/prendre", prendre)
        .post("/accueils/{id}/parti", parti)
        .post("/accueils/{id}/attendre", attendre)
}

#[derive(Template)]
#[template(path = "accueil/fiche.html")]
struct PageFiche {
    page: Page,
    erreurs: Erreurs,
    /// Why what was asked cannot be done any more.
    conflit: Option<String>,
    s: Saisie,
    a: Accueil,
    qui: Qui,
    partiel: bool,
    nom: Option<String>,
    lieu: Option<String>,
    accueilli_par: String,
    pris_par: Option<String>,
    arrivee: String,
    depuis: Option<String>,
    suites: Vec<Choix>,
    /// What the reception leads to, to go on with it.
    destination: Option<String>,
    continuer: &'static str,
    ecrire: bool,
}

/// The form as it is recorded.
fn saisie_de(a: &Accueil) -> Saisie {
    Saisie {
        motif: a.motif.clone().unwrap_or_default(),
        personne: a.personne_id.map_or_else(|| SANS_NOM.to_owned(), |p| p.to_string()),
        suite: a.suite.code(),
        version: a.version.to_string(),
        ..Saisie::default()
    }
}

async fn gabarit(cx: &Contexte, page: Page, a: Accueil, s: Saisie, erreurs: Erreurs, conflit: Option<String>) -> Resultat<PageFiche> {
    let ecrire = cx.acteur.peut_dans(Permission::PersonnesEcrire, a.structure_id) && cx.acteur.peut(Permission::PersonnesLire);
    let qui = qui(cx, &s, &erreurs).await?;
    let nom = match a.personne_id {
        Some(p) => personne::noms(cx, &[p]).await?.remove(&p),
        None => None,
    };
    let noms = equipe::noms(cx, std::iter::once(a.accueilli_par).chain(a.pris_en_charge_par)).await?;
    let nom_de = |id| noms.get(&id).cloned().unwrap_or_else(|| "un ancien membre de l’équipe".into());
    let lieu = match a.lieu_id {
        Some(id) => Some(lieu::lire(cx, id).await?.nom),
        None => None,
    };
    Ok(PageFiche {
        page,
        erreurs,
        conflit,
        qui,
        partiel: false,
        nom,
        lieu,
        accueilli_par: nom_de(a.accueilli_par),
        pris_par: a
            .pris_en_charge_par
            .zip(a.pris_en_charge_le)
            .map(|(p, le)| format!("{}, {}", nom_de(p), regles::moment(le, cx.maintenant))),
        arrivee: regles::moment(a.arrive_le, cx.maintenant),
        depuis: (a.suite == Suite::Attente).then(|| regles::depuis(a.arrive_le, cx.maintenant)),
        suites: choix::<Suite>(Suite::depuis(&s.suite).as_slice()),
        destination: regles::destination(&a),
        continuer: match a.suite {
            Suite::Entretien => "Faire le diagnostic",
            Suite::Orientation => "Préparer l’orientation",
            _ => "Noter l’accompagnement",
        },
        ecrire,
        s,
        a,
    })
}

/// `?personne=` names who was just given a file: picked, not yet recorded.
async fn voir(w: Web, Chemin(id): Chemin<AccueilId>, Parametres(d): Parametres<Depart>) -> Reponse {
    let cx = w.lecture();
    let a = super::lire(&cx, id).await?;
    let mut s = saisie_de(&a);
    if d.personne.parse::<PersonneId>().is_ok() {
        s.propose = s.personne != d.personne;
        s.personne = d.personne;
    }
    rendre(&gabarit(&cx, w.page, a, s, Erreurs::default(), None).await?)
}

/// The page again, filled with what was typed and saying why it was refused.
async fn refuser(w: Web, id: AccueilId, s: Option<Saisie>, e: Erreur) -> Reponse {
    let cx = w.lecture();
    let (statut, erreurs) = match &e {
        Erreur::Invalide(e) => (StatusCode::UNPROCESSABLE_ENTITY, e.clone().into()),
        Erreur::Introuvable("Cette personne") => (StatusCode::UNPROCESSABLE_ENTITY, disparue()),
        Erreur::Conflit(_) | Erreur::VersionPerimee => (StatusCode::CONFLICT, Erreurs::default()),
        _ => return Err(e.into()),
    };
    let a = super::lire(&cx, id).await?;
    let mut s = s.unwrap_or_else(|| saisie_de(&a));
    let conflit = match e {
        Erreur::Conflit(m) => Some(m),
        // What is most useful to know: the person is with somebody else.
        Erreur::VersionPerimee if s.prendre && a.suite != Suite::Attente => Some(super::n_attend_plus(&cx, &a).await?),
        Erreur::VersionPerimee => Some(
            "Quelqu’un a modifié cet accueil pendant que vous l’écriviez. Votre saisie est ci-dessous : relisez-la, puis enregistrez pour remplacer l’autre version."
                .into(),
        ),
        _ => None,
    };
    if conflit.is_some() {
        s.version = a.version.to_string();
        s.suite = a.suite.code();
    }
    rendre_avec(statut, &gabarit(&cx, w.page, a, s, erreurs, conflit).await?)
}

/// The matches of what is typed, in the whole page, without JavaScript.
async fn montrer_recherche(w: Web, id: AccueilId, s: Saisie) -> Reponse {
    let cx = w.lecture();
    let a = super::lire_pour_ecrire(&cx, id).await?;
    rendre(&gabarit(&cx, w.page, a, s, Erreurs::default(), None).await?)
}

async fn prendre(w: Web, Chemin(id): Chemin<AccueilId>, Formulaire(mut s): Formulaire<Saisie>) -> Reponse {
    s.prendre = true;
    if !s.chercher.is_empty() {
        return montrer_recherche(w, id, s).await;
    }
    let cx = w.ecriture().await?;
    match executer(&cx, id, &s).await {
        Ok(a) => {
            cx.valider().await?;
            Ok(match regles::destination(&a) {
                Some(href) => vers(&href),
                None if s.suite == DOSSIER => vers(&format!("/personnes/nouvelle?suite=/accueils/{id}")),
                None if a.suite == Suite::Attente => aller("/", Message::succes("C’est noté. La personne attend toujours.")),
                None => aller("/", Message::succes("C’est noté.").avec_annuler(format!("/accueils/{id}/attendre"))),
            })
        }
        Err(e) => {
            drop(cx);
            refuser(w, id, Some(s), e).await
        }
    }
}

/// Writes what was mended in the form, then takes in charge: all or nothing.
async fn executer(cx: &Contexte, id: AccueilId, s: &Saisie) -> Resultat<Accueil> {
    let avant = super::lire_pour_ecrire(cx, id).await?;
    if avant.suite != Suite::Attente {
        return Err(Erreur::Conflit(super::n_attend_plus(cx, &avant).await?));
    }
    // Without a version, only the button was sent: reason and person stay as they are.
    let complet = !s.version.is_empty();
    let mut c = Controle::new();
    let suite = if s.suite == DOSSIER { Some(Suite::Attente) } else { c.code("suite", &s.suite) };
    c.exiger(!s.suite.is_empty(), "suite", "Choisissez ce que vous allez faire avec la personne.");
    let personne = if complet && s.suite != DOSSIER { s.personne(&mut c) } else { avant.personne_id };
    exiger_un_dossier(&mut c, suite.unwrap_or_default(), personne);
    c.finir()?;
    if complet && (s.motif() != avant.motif || personne != avant.personne_id) {
        let version = Some(s.version.parse().unwrap_or(0));
        let m = ModifierAccueil { version, motif: Some(s.motif()), personne: Some(personne), suite: None };
        super::modifier(cx, id, m).await?;
    }
    match suite.unwrap_or_default() {
        Suite::Attente => super::lire(cx, id).await,
        Suite::Parti => super::parti(cx, id).await,
        suite => super::prendre_en_charge(cx, id, suite).await,
    }
}

async fn modifier(w: Web, Chemin(id): Chemin<AccueilId>, Formulaire(s): Formulaire<Saisie>) -> Reponse {
    if !s.chercher.is_empty() {
        return montrer_recherche(w, id, s).await;
    }
    let cx = w.ecriture().await?;
    super::lire_pour_ecrire(&cx, id).await?;
    let mut c = Controle::new();
    let dossier = s.suite == DOSSIER;
    let suite = if dossier { None } else { c.code("suite", &s.suite) };
    let personne = if dossier { None } else { Some(s.personne(&mut c)) };
    let version = Some(s.version.parse().unwrap_or(0));
    let fait = match c.finir() {
        Ok(()) => super::modifier(&cx, id, ModifierAccueil { version, motif: Some(s.motif()), personne, suite }).await,
        Err(e) => Err(e),
    };
    match fait {
        Ok(_) => {
            cx.valider().await?;
            Ok(if dossier {
                vers(&format!("/personnes/nouvelle?suite=/accueils/{id}"))
            } else {
                aller(&format!("/accueils/{id}"), Message::succes("L’accueil est à jour."))
            })
        }
        Err(e) => {
            drop(cx);
            refuser(w, id, Some(s), e).await
        }
    }
}

async fn parti(w: Web, Chemin(id): Chemin<AccueilId>) -> Reponse {
    let cx = w.ecriture().await?;
    match super::parti(&cx, id).await {
        Ok(_) => {
            cx.valider().await?;
            Ok(aller("/", Message::succes("Le départ est noté.").avec_annuler(format!("/accueils/{id}/attendre"))))
        }
        Err(e) => {
            drop(cx);
            refuser(w, id, None, e).await
        }
    }
}

async fn attendre(w: Web, Chemin(id): Chemin<AccueilId>) -> Reponse {
    let cx = w.ecriture().await?;
    match super::remettre_en_attente(&cx, id).await {
        Ok(_) => {
            cx.valider().await?;
            Ok(aller("/", Message::succes("La personne est de nouveau dans la liste d’attente.")))
        }
        Err(e) => {
            drop(cx);
            refuser(w, id, None, e).await
        }
    }
}

/// A line of the list of a day.
struct Ligne {
    a: Accueil,
    heure: String,
    nom: Option<String>,
}

#[derive(Template)]
#[template(path = "accueil/liste.html")]
struct PageListe {
    page: Page,
    j: Jour,
    lignes: Vec<Ligne>,
    total: String,
    pagination: Pagination,
    aujourd_hui: NaiveDate,
    ecrire: bool,
}

#[derive(Default, serde::Deserialize)]
#[serde(default)]
struct Quand {
    /// Today unless told.
    jour: String,
    page: String,
}

async fn liste(w: Web, Parametres(q): Parametres<Quand>) -> Reponse {
    let cx = w.lecture();
    let mut c = Controle::new();
    let jour = c.date("jour", &q.jour).unwrap_or_else(|| cx.aujourd_hui());
    c.finir()?;
    let numero = q.page.parse().unwrap_or(1);
    let j = super::du_jour(&cx, jour, numero).await?;
    let ids: Vec<PersonneId> = j.accueils.iter().filter_map(|a| a.personne_id).collect();
    let noms = personne::noms(&cx, &ids).await?;
    let lignes = j
        .accueils
        .iter()
        .map(|a| Ligne { heure: regles::heure(a.arrive_le), nom: a.personne_id.and_then(|p| noms.get(&p).cloned()), a: a.clone() })
        .collect();
    let pagination = Pagination::nouvelle(numero, j.total, TAILLE_PAGE, format!("/accueils?jour={jour}&page="));
    rendre(&PageListe {
        lignes,
        total: interface::format::compte(j.total as i64, "accueil", "accueils"),
        pagination,
        aujourd_hui: cx.aujourd_hui(),
        ecrire: cx.acteur.peut(Permission::PersonnesEcrire),
        page: w.page,
        j,
    })
}
