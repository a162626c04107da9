use askama::Template;
use axum::http::StatusCode;
use interface::{
    Choix, Erreurs, Message, Page, Pagination,
    requete::{Chemin, Formulaire, Pages, Parametres, Reponse, Web, aller, choix, rendre, rendre_avec},
};
use socle::{Contexte, Erreur, Nomenclature, Permission, Resultat, controle::Controle, identifiant::AccompagnementId};

use super::{Competence, EcrireNote, Note};
use crate::accompagnement;

/// Pages of notes on one's practice.
pub fn pages() -> Pages {
    Pages::new()
        .get("/notes-de-pratique", liste)
        .get("/accompagnements/{id}/note", voir)
        .post("/accompagnements/{id}/note", ecrire)
        .get("/accompagnements/{id}/note/supprimer", avant_de_supprimer)
        .post("/accompagnements/{id}/note/supprimer", supprimer)
}

const PAR_PAGE: u64 = 20;

struct Ligne {
    note: Note,
    href: String,
    /// « Courriel, Bureautique, le 3 mars 2026 ».
    titre: String,
    competences: String,
}

#[derive(Template)]
#[template(path = "note_pratique/liste.html")]
struct PageListe {
    page: Page,
    lignes: Vec<Ligne>,
    pagination: Pagination,
}

#[derive(Default, serde::Deserialize)]
#[serde(default)]
struct DemandeListe {
    page: String,
}

async fn liste(w: Web, Parametres(d): Parametres<DemandeListe>) -> Reponse {
    let cx = w.lecture();
    let page = d.page.parse::<u64>().unwrap_or(1).clamp(1, 100_000);
    let (notes, total) = super::recentes(&cx, page, PAR_PAGE).await?;
    let mut lignes = Vec::with_capacity(notes.len());
    for note in notes {
        // An accompaniment removed since, or of a structure one has left: the note stays one's own.
        let titre = match accompagnement::lire(&cx, note.accompagnement).await {
            Ok(a) => format!("{}, le {}", accompagnement::intitule(&a), interface::format::date_sans_jour(a.ligne.date)),
            Err(Erreur::Introuvable(_) | Erreur::Interdit(_)) => {
                format!("Note du {}", interface::format::date_sans_jour(socle::horloge::jour(note.cree_le)))
            }
            Err(e) => return Err(e.into()),
        };
        let competences = note.competences.iter().map(|c| c.libelle()).collect::<Vec<_>>().join("\u{a0}; ");
        lignes.push(Ligne { href: format!("/accompagnements/{}/note", note.accompagnement), titre, competences, note });
    }
    rendre(&PageListe { page: w.page, lignes, pagination: Pagination::nouvelle(page, total, PAR_PAGE, "/notes-de-pratique?page=") })
}

#[derive(Clone, Default, serde::Deserialize)]
#[serde(default)]
struct Saisie {
    version: String,
    reussi: String,
    a_changer: String,
    competences: Vec<String>,
}

#[derive(Template)]
#[template(path = "note_pratique/note.html")]
struct PageNote {
    page: Page,
    erreurs: Erreurs,
    perimee: bool,
    accompagnement: String,
    titre: String,
    s: Saisie,
    competences: Vec<Choix>,
}

async fn gabarit(page: Page, cx: &Contexte, id: AccompagnementId, s: Saisie, erreurs: Erreurs, perimee: bool) -> Resultat<PageNote> {
    let a = accompagnement::lire(cx, id).await?;
    cx.exiger_dans(Permission::AccompagnementsEcrire, a.ligne.structure_id)?;
    let cochees: Vec<Competence> = s.competences.iter().filter_map(|c| Competence::depuis(c)).collect();
    Ok(PageNote {
        page,
        erreurs,
        perimee,
        accompagnement: format!("/accompagnements/{id}"),
        titre: accompagnement::intitule(&a),
        competences: choix(&cochees),
        s,
    })
}

async fn voir(w: Web, Chemin(id): Chemin<AccompagnementId>) -> Reponse {
    let cx = w.lecture();
    let s = match super::mienne(&cx, id).await? {
        None => Saisie { version: "0".into(), ..Saisie::default() },
        Some(n) => Saisie {
            version: n.version.to_string(),
            reussi: n.reussi.unwrap_or_default(),
            a_changer: n.a_changer.unwrap_or_default(),
            competences: n.competences.iter().map(|c| c.code()).collect(),
        },
    };
    rendre(&gabarit(w.page, &cx, id, s, Erreurs::default(), false).await?)
}

async fn ecrire(w: Web, Chemin(id): Chemin<AccompagnementId>, Formulaire(mut s): Formulaire<Saisie>) -> Reponse {
    let cx = w.ecriture().await?;
    let mut c = Controle::new();
    let e = EcrireNote {
        version: s.version.parse().ok(),
        reussi: Some(s.reussi.clone()),
        a_changer: Some(s.a_changer.clone()),
        competences: c.codes("competences", &s.competences),
    };
    let fait = match c.finir() {
        Ok(()) => super::ecrire(&cx, id, e).await.map(|_| ()),
        Err(e) => Err(e),
    };
    match fait {
        Ok(()) => {
            cx.valider().await?;
            Ok(aller(&format!("/accompagnements/{id}"), Message::succes("Votre note est enregistrée. Vous seul la voyez.")))
        }
        Err(Erreur::Invalide(e)) => rendre_avec(StatusCode::UNPROCESSABLE_ENTITY, &gabarit(w.page, &cx, id, s, e.into(), false).await?),
        Err(Erreur::VersionPerimee) => {
            s.version = super::mienne(&cx, id).await?.map_or(0, |n| n.version).to_string();
            rendre_avec(StatusCode::CONFLICT, &gabarit(w.page, &cx, id, s, Erreurs::default(), true).await?)
        }
        Err(e) => Err(e.into()),
    }
}

#[derive(Template)]
#[template(path = "note_pratique/supprimer.html")]
struct PageSupprimer {
    page: Page,
    action: String,
    retour: String,
}

async fn avant_de_supprimer(w: Web, Chemin(id): Chemin<AccompagnementId>) -> Reponse {
    super::mienne(&w.lecture(), id).await?.ok_or(Erreur::Introuvable("Cette note"))?;
    let retour = format!("/accompagnements/{id}/note");
    rendre(&PageSupprimer { page: w.page, action: format!("{retour}/supprimer"), retour })
}

async fn supprimer(w: Web, Chemin(id): Chemin<AccompagnementId>) -> Reponse {
    let cx = w.ecriture().await?;
    super::supprimer(&cx, id).await?;
    cx.valider().await?;
    Ok(aller("/notes-de-pratique", Message::succes("La note est supprimée.")))
}
