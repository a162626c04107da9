//! The page of the instance: structures and accounts, on both engines.

use essais::{Appli, Moteur, email};
use rstest::rstest;

#[rstest]
#[tokio::test]
async fn une_structure_et_son_premier_compte(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let s = a.session("administrateur").await;
    assert_eq!(s.post("/administration/structures", &[("structure_nom", " Gamma ")]).await.statut, 303);
    let page = s.get("/administration").await.html;
    assert!(page.contains("Gamma") && page.contains("La structure est créée"), "{page}");
    let gamma = a.identifiant("SELECT id FROM structure WHERE nom = 'Gamma'").await;
    let adresse = email("gamma.responsable");
    let champs = [("email", adresse.as_str()), ("nom", "Personne d’essai"), ("role", "responsable"), ("structure", &gamma)];
    assert_eq!(s.post("/administration/comptes", &champs).await.statut, 303);
    a.travailler().await;
    let lettre = a.courriels().pop().unwrap();
    assert!(lettre.destinataire == adresse && lettre.corps.contains("Gamma"), "{}", lettre.corps);
    let equipe = s.get(&format!("/equipe?structure={gamma}")).await;
    assert!(equipe.statut == 200 && equipe.html.contains(&adresse));
    // The forms of this page carry the structure.
    assert!(equipe.champs_caches().contains(&("structure".to_owned(), gamma.clone())));
    let id = a.identifiant(&format!("SELECT id FROM utilisateur WHERE email = '{adresse}'")).await;
    let r = s.post(&format!("/equipe/{id}/lien"), &[("structure", &gamma)]).await;
    assert_eq!((r.statut, r.vers), (303, Some(format!("/equipe?structure={gamma}"))));
    assert_eq!(a.compter("SELECT count(*) FROM journal WHERE objet = 'structure' AND action = 'creation'").await, 3, "Alpha, Beta, Gamma");
}

#[rstest]
#[tokio::test]
async fn un_formulaire_refuse_revient_rempli(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let s = a.session("administrateur").await;
    let long = "x".repeat(300);
    let comptes = a.compter("SELECT count(*) FROM utilisateur").await;
    for nom in ["", &long] {
        let r = s.post("/administration/structures", &[("structure_nom", nom)]).await;
        assert_eq!(r.statut, 422);
        assert!(r.html.contains("href=\"#structure_nom\"") && r.html.contains(&format!("value=\"{nom}\"")));
    }
    let alpha = a.structure_alpha();
    for (adresse, nom, role, structure, champ) in [
        ("", "Personne d’essai", "mediateur", alpha.as_str(), "email"),
        ("x@essai.invalid", "", "mediateur", alpha.as_str(), "nom"),
        ("x@essai.invalid", "Personne d’essai", "", alpha.as_str(), "role"),
        ("x@essai.invalid", "Personne d’essai", "mediateur", "", "structure"),
        ("x@essai.invalid", "Personne d’essai", "mediateur", "pas-un-uuid", "structure"),
        ("administrateur@essai.invalid", "Personne d’essai", "administrateur", "", "email"),
    ] {
        let r = s.post("/administration/comptes", &[("email", adresse), ("nom", nom), ("role", role), ("structure", structure)]).await;
        assert_eq!(r.statut, 422, "{champ}");
        assert!(r.html.contains(&format!("href=\"#{champ}\"")) && r.html.contains(&format!("value=\"{nom}\"")), "{champ} : {}", r.html);
    }
    // A structure that does not exist is not found, and nothing is half written.
    let champs = [("email", "x@essai.invalid"), ("nom", "X"), ("role", "mediateur"), ("structure", "00000000-0000-7000-8000-000000000000")];
    assert_eq!(s.post("/administration/comptes", &champs).await.statut, 404);
    assert_eq!(a.compter("SELECT count(*) FROM utilisateur").await, comptes);
    assert_eq!(a.compter("SELECT count(*) FROM structure").await, 2);
}

#[rstest]
#[tokio::test]
async fn l_instance_est_fermee_aux_autres(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    for compte in ["alpha.mediateur", "alpha.responsable", "alpha.coordinateur"] {
        let s = a.session(compte).await;
        let r = s.get("/administration").await;
        assert_eq!(r.statut, 403, "{compte}");
        assert!(r.html.contains("Votre rôle ne permet pas d"), "{}", r.html);
        assert!(!s.get("/compte").await.html.contains("href=\"/administration\""));
        assert_eq!(s.post("/administration/structures", &[("structure_nom", "X")]).await.statut, 403, "{compte}");
        let alpha = a.structure_alpha();
        let champs = [("email", "x@essai.invalid"), ("nom", "X"), ("role", "mediateur"), ("structure", alpha.as_str())];
        assert_eq!(s.post("/administration/comptes", &champs).await.statut, 403, "{compte}");
    }
    assert_eq!(a.compter("SELECT count(*) FROM structure").await, 2);
}

#[rstest]
#[tokio::test]
async fn l_instance_garde_un_compte_d_administration(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let s = a.session("administrateur").await;
    let moi = a.utilisateur("administrateur");
    assert_eq!(s.post(&format!("/equipe/{moi}/desactiver"), &[]).await.statut, 409);
    // A responsable made administrator may take over: then the first account may be closed.
    let champs = [("email", &*email("beta.responsable")), ("nom", ""), ("role", "administrateur"), ("structure", "")];
    assert_eq!(s.post("/administration/comptes", &champs).await.statut, 303);
    let autre = a.session("beta.responsable").await;
    assert!(autre.get("/administration").await.html.contains(&email("beta.responsable")));
    assert_eq!(autre.post(&format!("/equipe/{moi}/desactiver"), &[]).await.statut, 303);
    assert_eq!(s.get("/administration").await.statut, 303);
    let seul = a.utilisateur("beta.responsable");
    assert_eq!(autre.post(&format!("/equipe/{seul}/desactiver"), &[]).await.statut, 409);
}
