//! Le fichier des clés : création, droits, rotation, retrait, contenus faux.

use serde_json::json;

use super::*;
use crate::{Erreur, Raison, emettre, verifier};

fn ouvertes() -> (tempfile::TempDir, Cles) {
    let dossier = tempfile::tempdir().unwrap();
    let cles = Cles::ouvrir(&dossier.path().join("badges.toml"), maintenant()).unwrap();
    (dossier, cles)
}

#[test]
fn une_cle_remplacee_verifie_encore_mais_ne_peut_plus_signer() {
    let (dossier, mut cles) = ouvertes();
    let chemin = dossier.path().join("badges.toml");
    let avant = emettre(&cles, ORIGINE, &reussite(), maintenant()).unwrap();
    assert_eq!(cles.tourner(maintenant()).unwrap().id, "cle-2026-11-22-2");
    let apres = emettre(&cles, ORIGINE, &reussite(), maintenant()).unwrap();

    let relues = Cles::lire(&chemin).unwrap();
    assert_eq!(relues.toutes(), cles.toutes());
    let identite = relues.document(ORIGINE).unwrap();
    for badge in [&avant, &apres] {
        assert!(verifier(badge, &identite, None, maintenant()).is_ok());
    }
    assert_ne!(avant["proof"]["verificationMethod"], apres["proof"]["verificationMethod"]);
    let texte = std::fs::read_to_string(&chemin).unwrap();
    assert_eq!(texte.matches("secrete").count(), 1, "la partie privée de la clé remplacée est effacée");
    assert_eq!(texte.matches("publique").count(), 3, "les parties publiques restent (et la phrase de l'en-tête)");
}

#[test]
fn une_cle_volee_ne_verifie_plus_rien() {
    let (_dossier, mut cles) = ouvertes();
    let avant = emettre(&cles, ORIGINE, &reussite(), maintenant()).unwrap();
    cles.retirer("cle-2026-11-22", maintenant()).unwrap();
    assert_eq!(cles.active().id, "cle-2026-11-22-2");
    let identite = cles.document(ORIGINE).unwrap();
    assert!(matches!(verifier(&avant, &identite, None, maintenant()).unwrap_err(), Raison::CleInconnue(_)));
    let apres = emettre(&cles, ORIGINE, &reussite(), maintenant()).unwrap();
    assert!(verifier(&apres, &identite, None, maintenant()).is_ok());
    assert!(matches!(cles.retirer("cle-absente", maintenant()), Err(Erreur::CleAbsente(_))));
}

#[test]
fn rouvrir_ne_change_rien_et_creer_a_plusieurs_donne_une_seule_cle() {
    let (dossier, cles) = ouvertes();
    let chemin = dossier.path().join("badges.toml");
    assert_eq!(Cles::ouvrir(&chemin, le("2027-01-01T00:00:00Z")).unwrap().toutes(), cles.toutes());
    let neuf = dossier.path().join("neuf.toml");
    let publiques: Vec<String> = std::thread::scope(|portee| {
        let ouvreurs: Vec<_> =
            (0..8).map(|_| portee.spawn(|| Cles::ouvrir(&neuf, maintenant()).unwrap().active().publique.clone())).collect();
        ouvreurs.into_iter().map(|ouvreur| ouvreur.join().unwrap()).collect()
    });
    assert!(publiques.iter().all(|publique| *publique == publiques[0]));
}

#[test]
fn une_cle_mise_en_service_par_un_autre_processus_n_est_pas_perdue() {
    let (dossier, mut cles) = ouvertes();
    let mut autre = Cles::lire(&dossier.path().join("badges.toml")).unwrap();
    autre.tourner(maintenant()).unwrap();
    assert_eq!(cles.tourner(maintenant()).unwrap().id, "cle-2026-11-22-3");
    assert!(cles.toutes().contains(&crate::Cle { remplacee: Some(maintenant()), ..autre.active().clone() }));
}

#[test]
fn ni_l_affichage_ni_le_document_ni_les_messages_ne_montrent_la_partie_privee() {
    let (dossier, cles) = ouvertes();
    let chemin = dossier.path().join("badges.toml");
    let texte = std::fs::read_to_string(&chemin).unwrap();
    let secrete = texte.lines().find_map(|l| l.strip_prefix("secrete = ")).unwrap().trim_matches('"').to_owned();
    assert!(secrete.starts_with("z3u2"));
    assert!(!format!("{cles:?}").contains(&secrete[4..12]));
    assert!(!cles.document(ORIGINE).unwrap().to_string().contains(&secrete[4..12]));
    // Fichier abîmé juste sur la ligne secrète : le message donne la ligne, pas son contenu.
    std::fs::write(&chemin, texte.replace("secrete = \"", "secrete = ")).unwrap();
    let erreur = Cles::lire(&chemin).unwrap_err();
    assert!(matches!(erreur, Erreur::Cles { .. }));
    assert!(!format!("{erreur} {erreur:?}").contains(&secrete[4..12]), "{erreur:?}");
}

#[cfg(unix)]
#[test]
fn le_fichier_n_est_ouvert_qu_a_son_proprietaire() {
    use std::os::unix::fs::PermissionsExt;
    let (dossier, mut cles) = ouvertes();
    let chemin = dossier.path().join("badges.toml");
    let droits = || std::fs::metadata(&chemin).unwrap().permissions().mode() & 0o777;
    assert_eq!(droits(), 0o600);
    cles.tourner(maintenant()).unwrap();
    assert_eq!(droits(), 0o600);
    std::fs::set_permissions(&chemin, std::fs::Permissions::from_mode(0o644)).unwrap();
    assert!(matches!(Cles::lire(&chemin), Err(Erreur::DroitsTropLarges { droits: 0o644, .. })));
}

#[test]
fn un_fichier_incoherent_est_refuse_avec_ce_qui_ne_va_pas() {
    let (dossier, _) = ouvertes();
    let chemin = dossier.path().join("badges.toml");
    let bon = std::fs::read_to_string(&chemin).unwrap();
    let autre = {
        let (ailleurs, _) = ouvertes();
        std::fs::read_to_string(ailleurs.path().join("badges.toml")).unwrap()
    };
    let secrete = |texte: &str| texte.lines().find(|l| l.starts_with("secrete")).unwrap().to_owned();
    let refus = |texte: &str| {
        std::fs::write(&chemin, texte).unwrap();
        Cles::lire(&chemin).unwrap_err().to_string()
    };
    assert!(refus("").contains("aucune clé"));
    assert!(refus(&format!("{bon}\ninconnu = 1\n")).contains("ligne"));
    assert!(refus(&format!("{bon}\n{bon}")).contains("s’appellent"));
    assert!(refus(&format!("{bon}\n{}", bon.replace("cle-2026-11-22", "cle-deux"))).contains("deux clés sont en service"));
    assert!(refus(&bon.replace(&secrete(&bon), &secrete(&autre))).contains("ne vont pas ensemble"));
    assert!(refus(&bon.replace(&secrete(&bon), "")).contains("manque"));
    assert!(refus(&bon.replace("id = \"cle-2026-11-22\"", "id = \"a#b\"")).contains("identifiant"));
    assert!(Cles::lire(&dossier.path().join("absent.toml")).is_err());
}

#[test]
fn le_document_d_identite_est_celui_que_did_web_attend() {
    let document = cles(7).document("https://mediation.exemple.invalid/").unwrap();
    let methode = "did:web:mediation.exemple.invalid#cle-2026-01-05";
    assert_eq!(document["id"], "did:web:mediation.exemple.invalid");
    assert_eq!(document["alsoKnownAs"], json!([ORIGINE]));
    assert_eq!(document["assertionMethod"], json!([methode]));
    assert_eq!(
        document["verificationMethod"],
        json!([{ "id": methode, "type": "Multikey", "controller": "did:web:mediation.exemple.invalid",
                 "publicKeyMultibase": cles(7).active().publique }])
    );
}
