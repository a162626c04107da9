//! A certifying centre in the database of a test: a title, an approval, candidates ready to sit. Written row by
//! row, so that a test of sessions does not need every step of an enrolment.

use sea_orm::{
    ConnectionTrait,
    sea_query::{Expr, OnConflict, Query, SimpleExpr},
};
use serde_json::json;
use uuid::Uuid;

use crate::{Appli, Value};

/// The title of the tests: two units, `ccp-1` and `ccp-2`.
pub const VERSION: &str = "mediateur-numerique-2025";

/// A candidate and their enrolment.
#[derive(Clone, Debug)]
pub struct Candidat {
    pub candidat: String,
    pub candidature: String,
}

impl Appli {
    async fn poser(&self, table: &'static str, colonnes: &[(&'static str, Value)]) {
        let mut q = Query::insert();
        q.into_table(table).columns(colonnes.iter().map(|(c, _)| *c));
        q.values_panic(colonnes.iter().map(|(c, v)| valeur(c, v)));
        q.on_conflict(OnConflict::new().do_nothing().to_owned());
        let tx = self.etat.base.ecriture().await.expect("a transaction begins");
        tx.execute_raw(tx.get_database_backend().build(&q)).await.unwrap_or_else(|e| panic!("{table} : {e}"));
        tx.commit().await.expect("it commits");
    }

    /// Puts the shipped title of the tests into the database, and the approval of Alpha for its lieu.
    ///
    /// # Panics
    /// When the title is not shipped.
    pub async fn centre(&self) {
        let cx = socle::Contexte::systeme(&self.etat).await.expect("a transaction begins");
        certification::titre::assurer(&cx, VERSION).await.expect("the title is shipped");
        cx.valider().await.expect("it commits");
        let lignes = [
            ("id", json!(self.uuid())),
            ("structure_id", json!(self.structure_alpha())),
            ("lieu_id", json!(self.lieu_alpha())),
            ("version_code", json!(VERSION)),
            ("debut", json!("2025-06-01")),
            ("version", json!(1)),
        ];
        self.poser("agrement", &lignes).await;
    }

    fn uuid(&self) -> String {
        self.etat.horloge.nouvel_uuid().to_string()
    }

    /// A candidate of Alpha whose file is complete for both units, by training, and ready to sit; the account
    /// is theirs if given.
    pub async fn candidat_pret(&self, prenom: &str, nom: &str, employeur: Option<&str>, compte: Option<&str>) -> Candidat {
        let (candidat, candidature) = (self.uuid(), self.uuid());
        let alpha = self.structure_alpha();
        let lignes = [
            ("id", json!(candidat)),
            ("structure_id", json!(alpha)),
            ("utilisateur_id", json!(compte.map(|c| self.utilisateur(c)))),
            ("prenom", json!(prenom)),
            ("nom", json!(nom)),
            ("cle_tri", json!(nom.to_lowercase())),
            ("courriel", json!(format!("{}@essai.invalid", prenom.to_lowercase()))),
            ("employeur", json!(employeur)),
            ("version", json!(1)),
            ("cree_le", json!(crate::INSTANT)),
        ];
        self.poser("candidat", &lignes).await;
        let lignes = [
            ("id", json!(candidature)),
            ("candidat_id", json!(candidat)),
            ("structure_id", json!(alpha)),
            ("version_code", json!(VERSION)),
            ("voie", json!("formation_continue")),
            ("origines", json!({"ccp-1": "formation", "ccp-2": "formation"})),
            ("etat", json!("prete")),
            ("version", json!(1)),
            ("cree_le", json!(crate::INSTANT)),
        ];
        self.poser("candidature", &lignes).await;
        let lignes = [
            ("id", json!(self.uuid())),
            ("candidature_id", json!(candidature)),
            ("diplomes", json!([])),
            ("annexes", json!([])),
            ("signe_le", json!("2026-03-01")),
            ("version", json!(1)),
        ];
        self.poser("dossier_professionnel", &lignes).await;
        for unite in ["ccp-1", "ccp-2"] {
            let lignes = [
                ("id", json!(self.uuid())),
                ("candidature_id", json!(candidature)),
                ("unite", json!(unite)),
                ("ordre", json!(1)),
                ("intitule", json!("Exemple d’essai")),
                ("taches", json!("x")),
                ("moyens", json!("x")),
                ("avec_qui", json!("x")),
                ("contexte", json!("x")),
                ("periode", json!("x")),
                ("complement", json!("x")),
            ];
            self.poser("dp_exemple", &lignes).await;
            let lignes = [
                ("id", json!(self.uuid())),
                ("candidature_id", json!(candidature)),
                ("unite", json!(unite)),
                ("jour", json!("2026-03-01")),
                ("competences", json!([format!("{unite}-c1")])),
                ("satisfait", json!(true)),
                ("points_attention", json!("")),
                ("evaluateur_1", json!("Un Essai")),
                ("evaluateur_2", json!("Deux Essai")),
            ];
            self.poser("ecf_evaluation", &lignes).await;
            let lignes = [
                ("id", json!(self.uuid())),
                ("candidature_id", json!(candidature)),
                ("unite", json!(unite)),
                ("jour", json!("2026-03-01")),
                ("satisfait", json!(true)),
                ("synthese", json!("x")),
                ("evaluateurs", json!(["Un Essai", "Deux Essai"])),
            ];
            self.poser("ecf_synthese", &lignes).await;
        }
        Candidat { candidat, candidature }
    }

    /// A validated decision that grants `ccp-1` to a candidate; gives its id.
    pub async fn decision_validee(&self, candidat: &str) -> String {
        self.prononcer(candidat, json!({"objet": "unite", "version": VERSION, "unite": "ccp-1"})).await
    }

    /// A validated decision that grants the title of the tests to a candidate; gives its id.
    pub async fn titre_valide(&self, candidat: &str) -> String {
        self.prononcer(candidat, json!({"objet": "titre", "version": VERSION})).await
    }

    async fn prononcer(&self, candidat: &str, prononce: Value) -> String {
        let decision = self.uuid();
        let lignes = [
            ("id", json!(self.uuid())),
            ("decision_id", json!(decision)),
            ("structure_id", json!(self.structure_alpha())),
            ("candidat_id", json!(candidat)),
            ("jour", json!("2026-03-02")),
            ("etat", json!("validee")),
            ("prononce", prononce),
            ("libelles", json!({"titre": "Médiateur numérique", "unite": "Unité d’essai"})),
            ("motifs", json!([])),
            ("inscrite_le", json!(crate::INSTANT)),
        ];
        self.poser("decision", &lignes).await;
        decision
    }

    /// A preparation of the documents of a session that failed; gives its id.
    pub async fn lot(&self, session: &str) -> String {
        let id = self.uuid();
        let lignes = [
            ("id", json!(id)),
            ("structure_id", json!(self.structure_alpha())),
            ("session_id", json!(session)),
            ("utilisateur_id", json!(self.utilisateur("alpha.certification"))),
            ("portee", json!("tout")),
            ("etat", json!("echoue")),
            ("etape", json!("emission")),
            ("faites", json!(0)),
            ("emis", json!(0)),
            ("essais", json!(1)),
            ("raison", json!("Essai")),
            ("cree_le", json!(crate::INSTANT)),
            ("expire_le", json!("2036-03-10T09:00:00Z")),
        ];
        self.poser("lot_documents", &lignes).await;
        id
    }

    /// An incident of a session; gives its id.
    pub async fn incident(&self, session: &str) -> String {
        let id = self.uuid();
        let lignes = [
            ("id", json!(id)),
            ("session_id", json!(session)),
            ("nature", json!("incident")),
            ("quand", json!(crate::INSTANT)),
            ("recit", json!("Essai")),
            ("temoins", json!([])),
        ];
        self.poser("incident_session", &lignes).await;
        id
    }

    /// One more account of juror in Alpha.
    ///
    /// # Panics
    /// When the account exists already.
    pub async fn compte_de_jure(&self, nom: &str) {
        let cx = socle::Contexte::systeme(&self.etat).await.expect("a transaction begins");
        let compte = comptes::CreerUtilisateur {
            email: crate::email(nom),
            nom: nom.to_owned(),
            role: socle::Role::Jure,
            structure: Some(self.structure_alpha().parse().expect("an id")),
            mot_de_passe: Some(secrecy::SecretString::from(crate::MOT_DE_PASSE)),
        };
        comptes::cli::ajouter_utilisateur(&cx, compte).await.expect("a new account");
        cx.valider().await.expect("it commits");
    }

    /// A juror of Alpha habilitated for the title until `fin`; gives the id.
    ///
    /// # Panics
    /// When the register refuses.
    pub async fn membre_de_jury(&self, prenom: &str, nom: &str, compte: Option<&str>, fin: Option<&str>) -> String {
        let j = self.jeton("alpha.certification").await;
        let corps = json!({
            "prenom": prenom, "nom": nom, "courriel": format!("{}@essai.invalid", prenom.to_lowercase()), "pratique_annees": 8,
            "utilisateur": match compte {
                Some(c) => json!(self.identifiant(&format!("SELECT id FROM utilisateur WHERE email = '{}'", crate::email(c))).await),
                None => Value::Null,
            },
        });
        let r = self.api(&j, "POST", "/api/v1/certification/jures", corps).await;
        assert_eq!(r.statut, 201, "{}", r.corps);
        let id = r.id();
        let h = json!({"version": VERSION, "debut": "2025-06-01", "fin": fin});
        let r = self.api(&j, "POST", &format!("/api/v1/certification/jures/{id}/habilitations"), h).await;
        assert_eq!(r.statut, 201, "{}", r.corps);
        id
    }
}

/// A JSON value for a column: ids, days and instants by the name of the column, lists and objects as JSON.
fn valeur(colonne: &str, v: &Value) -> SimpleExpr {
    let texte = v.as_str();
    let uuid = |t: &str| Uuid::parse_str(t).expect("an id");
    match (colonne, v) {
        ("cree_le" | "expire_le" | "inscrite_le" | "quand", _) => {
            Expr::value(texte.expect("an instant").parse::<chrono::DateTime<chrono::Utc>>().expect("an instant"))
        }
        (c, Value::Null) if c.ends_with("_id") => Expr::value(None::<Uuid>),
        (c, _) if c == "id" || c.ends_with("_id") => Expr::value(uuid(texte.expect("an id"))),
        ("debut" | "fin" | "jour" | "signe_le", _) => Expr::value(texte.expect("a day").parse::<chrono::NaiveDate>().expect("a day")),
        (_, Value::Null) => Expr::value(None::<String>),
        (_, Value::Bool(b)) => Expr::value(*b),
        (_, Value::Number(n)) => Expr::value(i32::try_from(n.as_i64().unwrap_or_default()).unwrap_or_default()),
        (_, Value::String(t)) => Expr::value(t.clone()),
        (_, autre) => Expr::value(autre.clone()),
    }
}
