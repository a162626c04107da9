//! The housekeeping of the night, and what the database lets be done to the journal, on both engines.

use essais::{Appli, Moteur, Value};
use rstest::rstest;
use sea_orm::ConnectionTrait;

/// Whether the database accepts a change, which is then undone.
async fn accepte(a: &Appli, sql: &str) -> bool {
    let tx = a.etat.base.ecriture().await.unwrap();
    let fait = tx.execute_unprepared(sql).await;
    tx.rollback().await.unwrap();
    fait.is_ok()
}

/// The nil UUID in the words of each engine.
fn nul(moteur: Moteur) -> &'static str {
    match moteur {
        Moteur::Sqlite => "zeroblob(16)",
        Moteur::Postgres => "'00000000-0000-0000-0000-000000000000'",
    }
}

/// The night of a day: what is due is entered, then run.
async fn nuit(a: &Appli, instant: &str) {
    a.regler(instant);
    a.planifier().await;
    a.travailler().await;
}

#[rstest]
#[tokio::test]
async fn le_journal_ne_permet_que_d_oublier_un_auteur_apres_un_an(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let j = a.jeton("alpha.mediateur").await;
    a.personne(&j, "Essai", "Ancien").await;
    a.regler("2027-03-20T09:00:00Z");
    a.personne(&j, "Essai", "Récent").await;
    let nul = nul(moteur);
    let vieux = "objet = 'personne' AND quand < '2026-12-01'";
    let oublier = format!("UPDATE journal SET acteur_id = NULL, requete = {nul} WHERE");
    assert_eq!(a.compter(&format!("SELECT count(*) FROM journal WHERE {vieux}")).await, 1);
    // Exactly this, and nothing else.
    assert!(accepte(&a, &format!("{oublier} {vieux}")).await);
    assert!(!accepte(&a, &format!("{oublier} objet = 'personne' AND quand > '2026-12-01'")).await, "avant un an");
    for refuse in [
        format!("UPDATE journal SET acteur_id = NULL WHERE {vieux}"),
        format!("UPDATE journal SET requete = {nul} WHERE {vieux}"),
        format!("UPDATE journal SET acteur_id = NULL, requete = {nul}, objet_id = NULL WHERE {vieux}"),
        format!("UPDATE journal SET acteur_id = objet_id, requete = {nul} WHERE {vieux}"),
        format!("UPDATE journal SET acteur_id = NULL, requete = {nul}, action = 'export' WHERE {vieux}"),
        format!("UPDATE journal SET acteur_id = NULL, requete = {nul}, objet = 'lieu' WHERE {vieux}"),
        format!("UPDATE journal SET acteur_id = NULL, requete = {nul}, champs = '[\"x\"]' WHERE {vieux}"),
        format!("UPDATE journal SET acteur_id = NULL, requete = {nul}, structure_id = NULL WHERE {vieux}"),
        format!("UPDATE journal SET acteur_id = NULL, requete = {nul}, quand = '2020-01-01 00:00:00+00:00' WHERE {vieux}"),
        format!("UPDATE journal SET acteur_id = NULL, requete = {nul}, id = {nul} WHERE {vieux}"),
        format!("DELETE FROM journal WHERE {vieux}"),
        "DELETE FROM journal".to_owned(),
    ] {
        assert!(!accepte(&a, &refuse).await, "{refuse}");
    }
}

#[rstest]
#[tokio::test]
async fn la_nuit_oublie_les_auteurs_d_il_y_a_un_an(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let j = a.jeton("alpha.mediateur").await;
    let p = a.personne(&j, "Essai", "Ancien").await;
    let s = a.session("alpha.responsable").await;
    let membre = [("email", "nouveau@essai.invalid"), ("nom", "Compte d’essai"), ("role", "mediateur")];
    assert_eq!(s.post("/equipe", &membre).await.statut, 303);
    let lignes = a.compter("SELECT count(*) FROM journal WHERE quand < '2026-12-01'").await;
    let nommees = "SELECT count(*) FROM journal WHERE quand < '2026-12-01' AND acteur_id IS NOT NULL";
    let avant = a.compter(nommees).await;
    assert!(avant >= 3);
    // Eleven months later, all is there; a year and two days later, no name is.
    nuit(&a, "2027-02-10T09:00:00Z").await;
    assert_eq!(a.compter(nommees).await, avant);
    assert_eq!(a.api(&j, "GET", &format!("/api/v1/personnes/{p}"), Value::Null).await.statut, 200);
    nuit(&a, "2027-03-12T09:00:00Z").await;
    assert_eq!(a.compter(nommees).await, 0);
    assert_eq!(a.compter("SELECT count(*) FROM journal WHERE quand < '2026-12-01'").await, lignes, "aucune ligne n’est partie");
    assert_eq!(
        a.compter("SELECT count(*) FROM journal WHERE quand < '2026-12-01' AND objet = 'utilisateur' AND objet_id IS NOT NULL").await,
        0,
        "le compte dont parle la ligne n’est plus nommé"
    );
    assert_eq!(
        a.compter("SELECT count(*) FROM journal WHERE quand < '2026-12-01' AND objet = 'personne' AND objet_id IS NOT NULL").await,
        1,
        "le dossier reste nommé par son numéro"
    );
    assert_eq!(a.compter("SELECT count(*) FROM journal WHERE action = 'ouverture' AND acteur_id IS NOT NULL").await, 1, "ligne récente");
    let page = a.session("alpha.responsable").await.get("/journal?objet=personne").await.html;
    assert!(page.contains("Un membre de l’équipe a créé"), "{page}");
    // Nothing is left to do: the next night writes nothing in the journal.
    let fin = a.compter("SELECT count(*) FROM journal").await;
    nuit(&a, "2027-03-13T09:00:00Z").await;
    assert_eq!(a.compter("SELECT count(*) FROM journal").await, fin);
}

#[rstest]
#[tokio::test]
async fn la_nuit_retire_sessions_liens_et_taches_finis(#[values(Moteur::Sqlite, Moteur::Postgres)] moteur: Moteur) {
    let a = Appli::lancer(moteur).await;
    let s = a.session("alpha.responsable").await;
    let membre = [("email", "invite@essai.invalid"), ("nom", "Invitation d’essai"), ("role", "mediateur")];
    assert_eq!(s.post("/equipe", &membre).await.statut, 303);
    a.travailler().await;
    let compter = async |table: &str| a.compter(&format!("SELECT count(*) FROM {table}")).await;
    assert_eq!((compter("session").await, compter("reinitialisation").await), (1, 1));
    nuit(&a, "2026-03-10T10:00:00Z").await;
    assert_eq!((compter("session").await, compter("reinitialisation").await), (1, 1), "rien n’est fini");
    nuit(&a, "2026-03-18T10:00:00Z").await;
    assert_eq!((compter("session").await, compter("reinitialisation").await), (0, 0));
    let courriels = "tache WHERE genre = 'courriel'";
    assert_eq!(compter(courriels).await, 1);
    nuit(&a, "2026-04-20T10:00:00Z").await;
    assert_eq!(compter(courriels).await, 0);
}
