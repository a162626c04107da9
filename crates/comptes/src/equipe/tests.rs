//! The team of a structure, managed by its responsables, on both engines.

use essais::{Appli, MOT_DE_PASSE, Moteur, Navigateur, ReponsePage, email};
use rstest::rstest;

const NOUVEAU: &str = "quatre petits bateaux bleus";

async fn ajouter(s: &Navigateur<'_>, compte: &str, role: &str) -> ReponsePage {
    s.post("/equipe", &[("email", &email(compte)), ("nom", "Personne d’essai"), ("role", role)]).await
}

async fn id(a: &Appli, compte: &str) -> String {
    a.identifiant(&format!("SELECT id FROM utilisateur WHERE email = '{}'", email(compte))).await
}

async fn agir(s: &Navigateur<'_>, id: &str, quoi: &str, champs: &[(&str, &str)]) -> ReponsePage {
    s.post(&format!("/equipe/{id}/{quoi}"), champs).await
}

#[rstest]
#[tokio::test]
async fn une_personne_entre_dans_l_equipe_et_en_sort(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let s = a.session("alpha.responsable").await;
    assert_eq!(ajouter(&s, "nouvelle", "mediateur").await.statut, 303);
    assert!(s.get("/equipe").await.html.contains("mot de passe à choisir"));
    a.travailler().await;
    let lettre = a.courriels().pop().expect("l’invitation part");
    assert_eq!(lettre.destinataire, email("nouvelle"));
    assert!(lettre.corps.contains("Alpha"), "{}", lettre.corps);
    let lien = lettre.corps.lines().find_map(|l| l.strip_prefix("http://passeur.test/mot-de-passe/")).unwrap();

    // The invitation is read the next week.
    a.regler("2026-03-16T09:00:00Z");
    let n = a.navigateur();
    assert_eq!(n.entrer("nouvelle", MOT_DE_PASSE).await.statut, 422, "pas encore de mot de passe");
    let champs = [("mot_de_passe_nouveau", NOUVEAU), ("mot_de_passe_confirme", NOUVEAU)];
    assert_eq!(n.post(&format!("/mot-de-passe/{lien}"), &champs).await.statut, 303);
    assert_eq!(n.entrer("nouvelle", NOUVEAU).await.statut, 303);
    assert_eq!(n.get("/accompagnements").await.statut, 200);

    let s = a.session("alpha.responsable").await;
    let membre = id(&a, "nouvelle").await;
    assert_eq!(agir(&s, &membre, "desactiver", &[]).await.statut, 303);
    assert!(s.get("/equipe").await.html.contains(&format!("/equipe/{membre}/reactiver")), "l’annulation est proposée");
    assert_eq!(n.get("/accompagnements").await.statut, 303, "sa session est fermée");
    assert_eq!(n.entrer("nouvelle", NOUVEAU).await.statut, 422);
    assert_eq!(agir(&s, &membre, "lien", &[]).await.statut, 409, "pas de lien pour un compte désactivé");
    assert_eq!(agir(&s, &membre, "reactiver", &[]).await.statut, 303);
    assert_eq!(n.entrer("nouvelle", NOUVEAU).await.statut, 303);

    assert_eq!(agir(&s, &membre, "retirer", &[("role", "responsable")]).await.statut, 404, "un rôle qu’elle n’a pas");
    assert_eq!(agir(&s, &membre, "retirer", &[("role", "mediateur")]).await.statut, 303);
    assert_eq!(n.get("/accompagnements").await.statut, 403, "elle n’a plus de rôle");
    assert_eq!(agir(&s, &membre, "retirer", &[("role", "mediateur")]).await.statut, 404);
    assert_eq!(ajouter(&s, "nouvelle", "mediateur").await.statut, 303, "elle revient");
    assert_eq!(n.get("/accompagnements").await.statut, 200);
}

#[rstest]
#[tokio::test]
async fn un_formulaire_refuse_revient_rempli(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let s = a.session("alpha.responsable").await;
    let avant = a.compter("SELECT count(*) FROM utilisateur").await;
    let long = format!("{}@essai.invalid", "x".repeat(200));
    for (adresse, nom, role, champ) in [
        ("", "Personne d’essai", "mediateur", "email"),
        ("sans arobase", "Personne d’essai", "mediateur", "email"),
        ("a@b\r\nBcc: c@d", "Personne d’essai", "mediateur", "email"),
        (long.as_str(), "Personne d’essai", "mediateur", "email"),
        ("nouvelle@essai.invalid", "", "mediateur", "nom"),
        ("nouvelle@essai.invalid", "Personne d’essai", "", "role"),
        ("nouvelle@essai.invalid", "Personne d’essai", "administrateur", "role"),
        ("nouvelle@essai.invalid", "Personne d’essai", "capitaine", "role"),
        ("alpha.mediateur@essai.invalid", "", "mediateur", "email"),
    ] {
        let r = s.post("/equipe", &[("email", adresse), ("nom", nom), ("role", role)]).await;
        assert_eq!(r.statut, 422, "{adresse} {nom} {role}");
        assert!(r.html.contains(&format!("href=\"#{champ}\"")), "{champ} : {}", r.html);
        assert!(r.html.contains(&format!("value=\"{nom}\"")), "ce qui est saisi reste");
    }
    assert_eq!(a.compter("SELECT count(*) FROM utilisateur").await, avant);
    assert_eq!(a.compter("SELECT count(*) FROM tache").await, 0);
}

#[rstest]
#[tokio::test]
async fn une_structure_garde_une_personne_responsable(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let s = a.session("alpha.responsable").await;
    let moi = a.utilisateur("alpha.responsable");
    let r = agir(&s, &moi, "retirer", &[("role", "responsable")]).await;
    assert_eq!(r.statut, 409);
    assert!(r.html.contains("dernière personne responsable"), "{}", r.html);
    let r = agir(&s, &moi, "desactiver", &[]).await;
    assert_eq!(r.statut, 409);
    assert!(r.html.contains("votre propre compte"), "{}", r.html);
    let admin = a.session("administrateur").await;
    assert_eq!(agir(&admin, &moi, "desactiver", &[]).await.statut, 409, "l’administration non plus");
    // A second one whose account is disabled does not count; once enabled, the first may leave.
    assert_eq!(ajouter(&s, "alpha.mediateur", "responsable").await.statut, 303);
    let autre = a.utilisateur("alpha.mediateur");
    assert_eq!(agir(&s, &autre, "desactiver", &[]).await.statut, 303);
    assert_eq!(agir(&s, &moi, "retirer", &[("role", "responsable")]).await.statut, 409);
    assert_eq!(agir(&s, &autre, "reactiver", &[]).await.statut, 303);
    let r = agir(&s, &moi, "retirer", &[("role", "responsable")]).await;
    assert_eq!((r.statut, r.vers.as_deref()), (303, Some("/")));
    assert_eq!(s.get("/equipe").await.statut, 403);
}

#[rstest]
#[tokio::test]
async fn on_ne_touche_ni_a_l_administration_ni_a_une_autre_equipe(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let s = a.session("alpha.responsable").await;
    let actions = [("desactiver", ""), ("reactiver", ""), ("lien", ""), ("retirer", "mediateur")];
    // An administrator who also works in the team.
    let admin = a.session("administrateur").await;
    let alpha = a.structure_alpha();
    let champs = [("email", &*email("administrateur")), ("nom", ""), ("role", "mediateur"), ("structure", &alpha)];
    assert_eq!(admin.post("/administration/comptes", &champs).await.statut, 303);
    for (action, role) in actions {
        let r = agir(&s, &a.utilisateur("administrateur"), action, &[("role", role)]).await;
        assert_eq!(r.statut, 403, "{action}");
        // Someone of another team does not exist; nor does the team itself.
        let beta = a.utilisateur("beta.mediateur");
        assert_eq!(agir(&s, &beta, action, &[("role", role)]).await.statut, 404, "{action}");
        let champs = [("role", role), ("structure", &*a.structure_beta())];
        assert_eq!(agir(&s, &beta, action, &champs).await.statut, 404, "{action}");
    }
    let beta = a.structure_beta();
    assert_eq!(s.get(&format!("/equipe?structure={beta}")).await.statut, 404);
    let champs = [("email", "x@essai.invalid"), ("nom", "X"), ("role", "mediateur"), ("structure", beta.as_str())];
    assert_eq!(s.post("/equipe", &champs).await.statut, 404);
    assert_eq!(s.get("/equipe?structure=n-importe-quoi").await.statut, 404);
    assert_eq!(ajouter(&s, "administrateur", "responsable").await.statut, 403, "ni lui donner un rôle");
    for compte in ["alpha.mediateur", "alpha.coordinateur"] {
        let s = a.session(compte).await;
        assert_eq!(s.get("/equipe").await.statut, 403, "{compte}");
        assert_eq!(ajouter(&s, "nouvelle", "mediateur").await.statut, 403, "{compte}");
        for (action, role) in actions {
            let r = agir(&s, &a.utilisateur("alpha.responsable"), action, &[("role", role)]).await;
            assert_eq!(r.statut, 403, "{compte} {action}");
        }
    }
    assert_eq!(a.compter("SELECT count(*) FROM utilisateur WHERE actif").await, 15, "aucun compte n’est né ni parti");
    a.travailler().await;
    assert!(a.courriels().iter().all(|l| l.sujet == "Vous rejoignez une équipe dans Passeur"), "aucun lien n’est parti");
}

#[rstest]
#[tokio::test]
async fn qui_travaille_aussi_ailleurs_garde_son_compte(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let s = a.session("alpha.responsable").await;
    assert_eq!(ajouter(&s, "beta.mediateur", "mediateur").await.statut, 303);
    a.travailler().await;
    let lettre = a.courriels().pop().unwrap();
    assert_eq!((lettre.destinataire, lettre.sujet.as_str()), (email("beta.mediateur"), "Vous rejoignez une équipe dans Passeur"));
    let b = a.session("beta.mediateur").await;
    let beta = a.utilisateur("beta.mediateur");
    let r = agir(&s, &beta, "desactiver", &[]).await;
    assert_eq!(r.statut, 409);
    assert!(r.html.contains("travaille aussi pour une autre structure"), "{}", r.html);
    // They choose where they work; a structure that is not theirs does not exist.
    let (ici, ailleurs) = (a.structure_alpha(), a.structure_beta());
    assert!(b.get("/structure").await.html.contains("Alpha"), "la première par le nom");
    assert_eq!(b.post("/compte/structure", &[("structure", &ailleurs)]).await.statut, 303);
    assert!(b.get("/structure").await.html.contains("Beta"));
    assert_eq!(b.post("/compte/structure", &[("structure", &ici)]).await.statut, 303);
    assert_eq!(agir(&s, &beta, "retirer", &[("role", "mediateur")]).await.statut, 303);
    // The session whose structure was taken away goes on in the other.
    assert!(b.get("/structure").await.html.contains("Beta"));
    assert_eq!(b.post("/compte/structure", &[("structure", &ici)]).await.statut, 404);
}
