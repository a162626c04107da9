//! A session to examine: the centre, its jury, candidates registered, and each act in one line.

use essais::{
    Appli, Moteur, Reponse, Value,
    centre::{Candidat, VERSION},
    json,
};

use super::BASE;

/// A session of the whole title, with its jury and one candidate or more.
pub(crate) struct Examen {
    pub(crate) a: Appli,
    pub(crate) gestion: String,
    pub(crate) session: String,
    pub(crate) jures: Vec<String>,
    pub(crate) candidats: Vec<Candidat>,
    pub(crate) passages: Vec<String>,
}

impl Examen {
    /// On 12 May 2026: two jurors with an account, `noms` registered.
    pub(crate) async fn preparer(moteur: Moteur, noms: &[&str]) -> Self {
        let a = Appli::lancer(moteur).await;
        a.centre().await;
        a.compte_de_jure("alpha.jure2").await;
        let gestion = a.jeton("alpha.certification").await;
        let jures = vec![
            a.membre_de_jury("Ada", "Maquette", Some("alpha.jure"), None).await,
            a.membre_de_jury("Bob", "Esquisse", Some("alpha.jure2"), None).await,
        ];
        let session = planifier(&a, &["2026-05-12"]).await;
        let mut e = Self { a, gestion, session, jures, candidats: vec![], passages: vec![] };
        for n in noms {
            let c = e.a.candidat_pret(n, "Croquis", None, None).await;
            let r = e.inscrire(&e.session, &c, &["ccp-1", "ccp-2"], "2026-05-12").await;
            assert_eq!(r.statut, 201, "{}", r.corps);
            e.passages.push(r.id());
            e.candidats.push(c);
        }
        let r = e.composer(&e.jures.clone()).await;
        assert_eq!(r.statut, 204, "{}", r.corps);
        e
    }

    pub(crate) async fn inscrire(&self, session: &str, c: &Candidat, unites: &[&str], jour: &str) -> Reponse {
        let corps =
            json!({"candidature": c.candidature, "unites": unites, "jour": jour, "heure": "09:30", "duree_minutes": 90, "salle": "B"});
        self.a.api(&self.gestion, "POST", &format!("{BASE}/sessions/{session}/candidats"), corps).await
    }

    pub(crate) async fn composer(&self, jures: &[String]) -> Reponse {
        let corps = json!({"membres": jures, "preside": jures.first()});
        self.a.api(&self.gestion, "PUT", &format!("{BASE}/sessions/{}/jury", self.session), corps).await
    }

    pub(crate) async fn agir(&self, corps: Value) -> Reponse {
        self.a.api(&self.gestion, "POST", &format!("{BASE}/sessions/{}/etapes", self.session), corps).await
    }

    pub(crate) async fn lire(&self) -> Value {
        let r = self.a.api(&self.gestion, "GET", &format!("{BASE}/sessions/{}", self.session), Value::Null).await;
        assert_eq!(r.statut, 200, "{}", r.corps);
        r.corps
    }

    pub(crate) async fn emarger(&self, candidats: &[(&str, &str)], jures: &[&str]) -> Reponse {
        let corps = json!({
            "candidats": candidats.iter().map(|(p, x)| json!({"passage": p, "presence": x})).collect::<Vec<_>>(),
            "jures": jures.iter().map(|j| json!({"jure": j, "jour": "2026-05-12", "present": true})).collect::<Vec<_>>(),
        });
        self.a.api(&self.gestion, "PUT", &format!("{BASE}/sessions/{}/presences", self.session), corps).await
    }

    /// Everything until the deliberation, all having come.
    pub(crate) async fn jusqu_a_la_deliberation(&self) {
        for action in ["declarer", "convoquer"] {
            let r = self.agir(json!({ "action": action })).await;
            assert_eq!(r.statut, 200, "{action} : {}", r.corps);
        }
        self.a.regler("2026-05-12T07:00:00Z");
        let tous: Vec<(&str, &str)> = self.passages.iter().map(|p| (p.as_str(), "present")).collect();
        let r = self.emarger(&tous, &[&self.jures[0], &self.jures[1]]).await;
        assert_eq!(r.statut, 204, "{}", r.corps);
        for action in ["ouvrir", "deliberer"] {
            let r = self.agir(json!({ "action": action })).await;
            assert_eq!(r.statut, 200, "{action} : {}", r.corps);
        }
    }

    pub(crate) async fn decider(&self, qui: &str, passage: &str, corps: Value) -> Reponse {
        self.a.api(&self.a.jeton(qui).await, "PUT", &format!("{BASE}/passages/{passage}/deliberation"), corps).await
    }

    pub(crate) async fn pv(&self) -> Value {
        self.a.api(&self.gestion, "GET", &format!("{BASE}/sessions/{}/pv", self.session), Value::Null).await.corps
    }

    pub(crate) async fn signer(&self, qui: &str, nom: &str, empreinte: &str) -> Reponse {
        let corps = json!({"nature": "tapee", "trace": nom, "empreinte": empreinte});
        self.a.api(&self.a.jeton(qui).await, "POST", &format!("{BASE}/sessions/{}/pv/signatures", self.session), corps).await
    }

    pub(crate) async fn signer_tous(&self) {
        let e = self.pv().await["empreinte"].as_str().unwrap().to_owned();
        for (qui, nom) in [("alpha.jure", "Ada Maquette"), ("alpha.jure2", "bob esquisse")] {
            let r = self.signer(qui, nom, &e).await;
            assert_eq!(r.statut, 201, "{qui} : {}", r.corps);
        }
    }

    pub(crate) async fn livret(&self, c: &Candidat) -> Value {
        self.a.api(&self.gestion, "GET", &format!("{BASE}/livrets/{}", c.candidat), Value::Null).await.corps
    }

    pub(crate) async fn etat(&self, c: &Candidat) -> String {
        let db = self.a.etat.base.lecture();
        use sea_orm::{ConnectionTrait, Statement};
        let sql = format!("SELECT etat FROM candidature WHERE id = {}", uuid_sql(&c.candidature, db.get_database_backend()));
        db.query_one_raw(Statement::from_string(db.get_database_backend(), sql)).await.unwrap().unwrap().try_get_by_index(0).unwrap()
    }
}

/// An id as a literal of each engine.
fn uuid_sql(id: &str, moteur: sea_orm::DbBackend) -> String {
    match moteur {
        sea_orm::DbBackend::Postgres => format!("'{id}'"),
        _ => format!("x'{}'", id.replace('-', "")),
    }
}

pub(super) async fn planifier(a: &Appli, jours: &[&str]) -> String {
    let j = a.jeton("alpha.certification").await;
    let corps = json!({"lieu": a.lieu_alpha(), "version": VERSION, "type_session": "titre", "jours": jours});
    let r = a.api(&j, "POST", &format!("{BASE}/sessions"), corps).await;
    assert_eq!(r.statut, 201, "{}", r.corps);
    r.id()
}
