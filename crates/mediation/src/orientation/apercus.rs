//! Each page rendered once with an invented record: a template that breaks is seen here.

use askama::Template;
use interface::{Choix, Erreurs, Page, Pagination};
use socle::identifiant::PersonneId;
use uuid::Uuid;

use super::{StatutOrientation, web};

#[test]
fn les_pages_se_rendent() {
    let mut erreurs = Erreurs::default();
    erreurs.ajoute("consentement", "Sans l’accord de la personne, rien ne peut être transmis.");
    let orienter = web::PageOrienter {
        page: Page::exemple(),
        erreurs,
        personne: PersonneId(Uuid::nil()),
        nom: "Essai UN".into(),
        s: web::Envoi { id: Uuid::nil().to_string(), date: "2026-03-10".into(), ..Default::default() },
        partenaires: vec![Choix::nouveau("a", "Centre social d’exemple (aide sociale)", false)],
        transmis: vec!["Nom et prénom".into()],
        annuaire: true,
    }
    .render()
    .unwrap();
    for attendu in ["La personne est d’accord", "resume-erreurs", "name=\"partenaire\"", "data-garde=\"sale\""] {
        assert!(orienter.contains(attendu), "{attendu}");
    }
    let jour = chrono::NaiveDate::from_ymd_opt(2026, 3, 2).unwrap();
    let ligne = |statut, repondu_le| web::Ligne {
        id: socle::identifiant::OrientationId(Uuid::nil()),
        date: jour,
        personne: "Essai UN".into(),
        partenaire: "Centre social d’exemple".into(),
        statut,
        repondu_le,
    };
    let liste = web::PageListe {
        page: Page::exemple(),
        attente: vec![ligne(StatutOrientation::Envoyee, None)],
        attente_coupee: false,
        closes: vec![ligne(StatutOrientation::Aboutie, Some(jour))],
        pagination: Pagination::nouvelle(1, 1, 25, "/orientations?page="),
        aujourd_hui: jour,
    }
    .render()
    .unwrap();
    assert!(liste.find("En attente de réponse").unwrap() < liste.find("Aboutie").unwrap());
}
