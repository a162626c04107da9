//! What each route is asked with: the records its parameters stand for, bodies, fields. A new route with a
//! parameter is added in [`Essai::ids`]; a new creation of the API, in [`Essai::corps`].

use essais::{Value, email, json};
use sea_orm::ConnectionTrait as _;

use super::{Acte, COMPTES, Essai};

impl Essai<'_> {
    fn numero(&self) -> u32 {
        self.numero.set(self.numero.get() + 1);
        self.numero.get()
    }

    /// A file brought by the responsable of Alpha and read, that names one new person. Earlier ones are
    /// withdrawn: an account may have only a few.
    async fn import(&self) -> String {
        let acteur = socle::Acteur {
            utilisateur: Some(self.a.utilisateur("alpha.responsable").parse().unwrap()),
            nom: String::new(),
            fonctions: vec![socle::contexte::Fonction {
                structure: self.a.structure_alpha().parse().unwrap(),
                nom_structure: String::new(),
                role: socle::Role::Responsable,
            }],
            administrateur: false,
            structure: Some(self.a.structure_alpha().parse().unwrap()),
            portee: socle::droits::Portee::Tout,
        };
        let cx = socle::Contexte::ecriture(&self.a.etat, &acteur, uuid::Uuid::nil()).await.unwrap();
        for i in reprise::lister(&cx).await.unwrap() {
            if i.etat == reprise::EtatImport::Apercu {
                reprise::supprimer(&cx, i.id).await.unwrap();
            }
        }
        let texte = format!("Nom;Prénom\nEssai {};Droits\n", self.numero());
        let id = reprise::deposer(&cx, reprise::Nature::Personnes, "essai.csv", texte.as_bytes()).await.unwrap();
        cx.valider().await.unwrap();
        self.a.travailler().await;
        id.to_string()
    }

    /// Makes a record of Alpha through the API; gives its id.
    async fn creer(&self, chemin: &str, corps: Value) -> String {
        self.a.api(&self.a.jeton("alpha.mediateur").await, "POST", &format!("/api/v1{chemin}"), corps).await.id()
    }

    async fn personne(&self) -> String {
        self.creer("/personnes", json!({"prenom": "Essai", "nom": format!("Droits {}", self.numero())})).await
    }

    async fn partenaire(&self) -> String {
        self.creer("/partenaires", json!({"nom": format!("Partenaire d’essai {}", self.numero()), "nature": "aide_sociale"})).await
    }

    /// Fresh records of Alpha for the parameters of an address, in their order. `prefixe` ends with the
    /// last parameter, without the prefix of the API. None: this test does not know the route.
    pub(super) async fn ids(&self, prefixe: &str) -> Option<Vec<String>> {
        let a = self.a;
        Some(match prefixe {
            "/personnes/{id}" => vec![self.personne().await],
            "/personnes/{id}/consentements/{consentement}" => {
                let p = self.personne().await;
                let maniere = format!("essai {}", self.numero());
                let champs = [("finalite", "suivi"), ("donne_le", "2026-03-10"), ("maniere", maniere.as_str())];
                let s = &self.navigateurs[1];
                let r = s.post(&format!("/personnes/{p}/consentements"), &champs).await;
                assert_eq!(r.statut, 303, "le consentement d’essai n’est pas accepté : {}", r.html);
                vec![p, a.identifiant(&format!("SELECT id FROM consentement WHERE maniere = '{maniere}'")).await]
            }
            "/accueils/{id}" => vec![self.creer("/accueils", json!({})).await],
            "/diagnostics/{id}" => vec![self.creer("/diagnostics", json!({"personne": self.personne().await})).await],
            "/titres/{code}" | "/certification/titres/{code}" => vec!["mediateur-numerique-2025".to_owned()],
            "/titres/{code}/comparer/{autre}" => vec!["mediateur-numerique-2025".to_owned(), "cmn-rncp26573".to_owned()],
            "/diagnostics/grilles/{id}" => vec!["passeur-1".to_owned()],
            "/parcours/{id}" => vec![self.creer("/parcours", json!({"personne": self.personne().await})).await],
            "/parcours/{id}/objectifs/{objectif}" | "/parcours/{id}/etapes/{etape}" => {
                let p = self.creer("/parcours", json!({"personne": self.personne().await})).await;
                let partie = if prefixe.contains("objectifs") { "objectifs" } else { "etapes" };
                let id = self.creer(&format!("/parcours/{p}/{partie}"), json!({"libelle": "Essai"})).await;
                vec![p, id]
            }
            "/accompagnements/{id}" => vec![self.creer("/accompagnements", accompagnement()).await],
            "/ateliers/fiches/{id}" => vec![self.creer("/ateliers/fiches", json!({"contenu": fiche()})).await],
            "/ateliers/seances/{id}" | "/programme/atelier/{id}" => vec![self.atelier().await.0],
            "/ateliers/seances/{id}/dates/{date}" => {
                let (id, date) = self.atelier().await;
                vec![id, date]
            }
            "/ateliers/reservations/{id}" => vec![self.reservation().await.0],
            "/ateliers/dates/{id}" => vec![self.atelier().await.1],
            "/programme/{id}" => vec![self.atelier().await.0],
            "/webhooks/{id}" | "/structure/webhooks/{id}" => vec![self.webhook().await.0],
            "/webhooks/{id}/livraisons/{livraison}" | "/structure/webhooks/{id}/livraisons/{livraison}" => {
                let (w, l) = self.webhook().await;
                vec![w, l]
            }
            "/ateliers/dates/{id}/gestes/{reservation}" => {
                let (date, r) = self.present().await;
                vec![date, r]
            }
            "/ateliers/dates/{id}/signer/{reservation}/{demi}" | "/ateliers/dates/{id}/signatures/{reservation}/{demi}" => {
                let (date, r) = self.present().await;
                vec![date, r, "matin".to_owned()]
            }
            "/evaluation/{secret}" => {
                let (date, _) = self.present().await;
                let chemin = format!("/api/v1/ateliers/dates/{date}/evaluation");
                let r = a.api(&self.jetons[1], "POST", &chemin, json!({"voie": "qr"})).await;
                vec![r.corps["lien"].as_str().unwrap().rsplit('/').next().unwrap().to_owned()]
            }
            "/programme/{structure}" | "/rendez-vous/{structure}" => vec![a.structure_alpha()],
            "/agenda/evenements/{id}" => vec![self.temps().await.0],
            "/agenda/occurrences/{id}" | "/agenda/temps/{id}" => vec![self.temps().await.1],
            "/agenda/flux/{id}" | "/agenda/partage/flux/{id}" => vec![self.flux().await.0],
            "/agenda/flux/{secret}" => vec![self.flux().await.1],
            "/agenda/externes/{id}" | "/agenda/partage/externes/{id}" => {
                self.vider("alpha.mediateur", "/api/v1/agenda/externes").await;
                vec![self.creer("/agenda/externes", json!({"contenu": "BEGIN:VCALENDAR\nEND:VCALENDAR"})).await]
            }
            "/agenda/horaires/{id}" | "/agenda/lieux/{id}" => vec![a.lieu_alpha()],
            "/agenda/horaires/{id}/fermetures/{fermeture}" | "/agenda/lieux/{id}/fermetures/{fermeture}" => {
                let r = a.jeton("alpha.responsable").await;
                let adresse = format!("/api/v1/agenda/lieux/{}/fermetures", a.lieu_alpha());
                vec![a.lieu_alpha(), a.api(&r, "POST", &adresse, json!({"du": "2026-05-04"})).await.id()]
            }
            "/agenda/motifs/{id}" | "/rendez-vous/motifs/{id}" => vec![self.motif().await],
            "/agenda/plages/{id}" | "/rendez-vous/plages/{id}" => vec![self.plage().await],
            "/agenda/plages/{id}/jours/{jour}" | "/rendez-vous/plages/{id}/jours/{jour}" => {
                let (plage, jour) = self.plage_et_jour().await;
                vec![plage, jour]
            }
            "/ateliers/equipements/{id}" | "/structure/materiel/{id}" => {
                vec![self.creer("/ateliers/equipements", json!({"nom": "Essai", "quantite": 1})).await]
            }
            "/rendez-vous/{structure}/{motif}" => vec![a.structure_alpha(), self.motif().await],
            "/agenda/rendez-vous/{id}" | "/rendez-vous/{id}" => vec![self.rendez_vous().await.0],
            "/rendez-vous/mien/{secret}" => vec![self.rendez_vous().await.1],
            "/reservation/{secret}" => vec![self.reservation().await.1],
            "/exports/{id}" => {
                let id = self.creer("/exports", self.export()).await;
                // Made at once: an account has five under way at most. It alone: other jobs are for other routes.
                passeur::exports::preparer(a.etat.clone(), json!({ "export": id })).await.unwrap();
                vec![id]
            }
            "/avis/{secret}" => {
                let id = self.creer("/accompagnements", accompagnement()).await;
                let r = a.api(&self.jetons[1], "POST", &format!("/api/v1/accompagnements/{id}/avis"), json!({"moyen": "qr"})).await;
                vec![r.corps["lien"].as_str().unwrap().rsplit('/').next().unwrap().to_owned()]
            }
            "/bilan/filtres/{id}" => {
                self.vider("alpha.mediateur", "/api/v1/bilan/filtres").await;
                let nom = format!("Essai {}", self.numero());
                vec![self.creer("/bilan/filtres", json!({ "nom": nom })).await]
            }
            // The responsable alone shares, and each makes as many as they like up to a limit.
            "/bilan/liens/{id}" => vec![self.lien().await.id()],
            "/partage/{secret}" | "/partages/{secret}" => {
                vec![self.lien().await.corps["lien"].as_str().unwrap().rsplit('/').next().unwrap().to_owned()]
            }
            "/orientations/{id}" => vec![self.creer("/orientations", self.orientation().await).await],
            "/doublons/{id}/{autre}" => vec![self.personne().await, self.personne().await],
            "/fusions/{id}" => {
                vec![self.creer("/fusions", json!({"garder": self.personne().await, "absorber": self.personne().await})).await]
            }
            "/partenaires/{id}" => vec![self.partenaire().await],
            "/reprise/modeles/{nom}" => vec!["personnes.csv".to_owned()],
            // Only who brought a file sees it: the responsable here.
            "/reprise/{id}" | "/imports/{id}" => vec![self.import().await],
            p if p.starts_with("/certification/candidats/{id}") => vec![self.candidat().await],
            "/certification/candidatures/{id}/exemples/{piece}" | "/certification/candidatures/{id}/pieces/{piece}" => {
                let c = self.candidature().await;
                let piece = self.piece(&c).await;
                vec![c, piece]
            }
            "/certification/candidatures/{id}/pieces/{genre}/{piece}" => {
                let c = self.candidature().await;
                let piece = self.piece(&c).await;
                vec![c, "exemple".to_owned(), piece]
            }
            "/certification/candidatures/{id}/pieces/{genre}" => vec![self.candidature().await, "exemple".to_owned()],
            p if p.starts_with("/certification/candidatures/{id}") => vec![self.candidature().await],
            p if p.starts_with("/certification/agrements/{id}") => {
                let n = self.numero();
                let jour = chrono::NaiveDate::from_ymd_opt(2020, 1, 1).unwrap() + chrono::Days::new(n.into());
                let corps = json!({"lieu": a.lieu_alpha(), "version": "mediateur-numerique-2025", "debut": jour});
                let r = a.api(&a.jeton("alpha.certification").await, "POST", "/api/v1/certification/agrements", corps).await;
                vec![r.id()]
            }
            "/certification/jures/{id}/habilitations/{habilitation}" => {
                let j = a.membre_de_jury("Essai", &format!("Droits {}", self.numero()), None, None).await;
                let fiche =
                    a.api(&a.jeton("alpha.certification").await, "GET", &format!("/api/v1/certification/jures/{j}"), Value::Null).await;
                vec![j, fiche.corps["habilitations"][0]["id"].as_str().unwrap().to_owned()]
            }
            "/certification/lots/{id}" => vec![a.lot(&self.session_examen().await).await],
            "/certification/documents/{id}" => vec![self.document().await.id()],
            "/badges/listes/{n}" => vec!["0".to_owned()],
            "/verifier/{code}" => vec![self.document().await.corps["code_verification"].as_str().unwrap().to_owned()],
            "/certification/jures/{id}" => vec![self.jure().await],
            "/certification/sessions/{id}" | "/certification/jury/{id}" => vec![self.session_examen().await],
            "/certification/passages/{id}" => vec![self.passage().await],
            "/certification/passages/{id}/grilles/{epreuve}" => vec![self.passage().await, "ecf".to_owned()],
            "/certification/incidents/{id}" => vec![a.incident(&self.session_examen().await).await],
            "/certification/livrets/{id}" => vec![self.candidat().await],
            "/certification/decisions/{id}" => vec![a.decision_validee(&self.candidat().await).await],
            "/structures/{id}" => vec![a.structure_alpha()],
            "/structure/lieux/{id}" | "/lieux/{id}" => vec![a.lieu_alpha()],
            "/equipe/{id}" => {
                let adresse = email(&format!("membre.{}", self.numero()));
                let champs = [("email", adresse.as_str()), ("nom", "Membre d’essai"), ("role", "mediateur")];
                assert_eq!(self.navigateurs[2].post("/equipe", &champs).await.statut, 303);
                vec![a.identifiant(&format!("SELECT id FROM utilisateur WHERE email = '{adresse}'")).await]
            }
            "/administration/etat/taches/{id}" => {
                let cx = socle::Contexte::systeme(&a.etat).await.unwrap();
                let genre = format!("essai_{}", self.numero());
                cx.confier(&genre, json!({}), None, None).await.unwrap();
                cx.valider().await.unwrap();
                vec![a.identifiant(&format!("SELECT id FROM tache WHERE genre = '{genre}'")).await]
            }
            "/compte/jetons/{id}" => {
                let nom = format!("essai {}", self.numero());
                let champs = [("jeton_nom", nom.as_str()), ("jeton_portee", "bilan"), ("jeton_jours", "1")];
                assert_eq!(self.navigateurs[1].post("/compte/jetons", &champs).await.statut, 200);
                vec![a.identifiant(&format!("SELECT id FROM jeton WHERE nom = '{nom}'")).await]
            }
            "/mot-de-passe/{secret}" => {
                let cx = socle::Contexte::systeme(&a.etat).await.unwrap();
                let lien = comptes::cli::lien_reinitialisation(&cx, &email("alpha.coordinateur")).await.unwrap();
                cx.valider().await.unwrap();
                vec![lien.rsplit('/').next().unwrap().to_owned()]
            }
            _ => return None,
        })
    }

    /// Removes all that a list holds.
    async fn vider(&self, compte: &str, liste: &str) {
        let jeton = &self.a.jeton(compte).await;
        for l in self.a.api(jeton, "GET", liste, Value::Null).await.corps["elements"].as_array().into_iter().flatten() {
            self.a.api(jeton, "DELETE", &format!("{liste}/{}", l["id"].as_str().unwrap()), Value::Null).await;
        }
    }

    /// A link to the bilan of Alpha; earlier ones are revoked, a structure may only have so many.
    async fn lien(&self) -> essais::Reponse {
        self.vider("alpha.responsable", "/api/v1/bilan/liens").await;
        self.a.api(&self.a.jeton("alpha.responsable").await, "POST", "/api/v1/bilan/liens", json!({"jours": 7})).await
    }

    /// Forced: all are at the same hour.
    fn programmer(&self) -> Value {
        json!({"fiche": ateliers::fiche::livrees::LIVREES[0].code, "dates": [{"jour": "2026-03-20", "heure": "14:00"}], "lieu_genre": "lieu", "lieu": self.a.lieu_alpha(), "publiee": true, "forcer": true})
    }

    /// Forgets what was counted: the brake is tested elsewhere.
    async fn defreiner(&self) {
        let cx = socle::Contexte::systeme(&self.a.etat).await.unwrap();
        cx.db().execute_unprepared("DELETE FROM echec_connexion").await.unwrap();
        cx.valider().await.unwrap();
    }

    /// A séance and its date.
    async fn atelier(&self) -> (String, String) {
        self.defreiner().await;
        let r = self.a.api(&self.a.jeton("alpha.mediateur").await, "POST", "/api/v1/ateliers/seances", self.programmer()).await;
        (r.id(), r.corps["dates"][0]["id"].as_str().unwrap().to_owned())
    }

    /// A date of today, and the booking of somebody present.
    async fn present(&self) -> (String, String) {
        let jeton = self.a.jeton("alpha.mediateur").await;
        let mut corps = self.programmer();
        corps["dates"] = json!([{"jour": "2026-03-10", "heure": "10:00"}]);
        let date = self.a.api(&jeton, "POST", "/api/v1/ateliers/seances", corps).await.corps["dates"][0]["id"].as_str().unwrap().to_owned();
        let corps = json!({"sur_place": [self.personne().await]});
        let f = self.a.api(&jeton, "PUT", &format!("/api/v1/ateliers/dates/{date}/presences"), corps).await.corps;
        (date, f["gens"][0]["reservation"].as_str().unwrap().to_owned())
    }

    /// A time of a calendar, and its occurrence. Forced: all are at the same hour.
    async fn temps(&self) -> (String, String) {
        let r = self.a.api(&self.a.jeton("alpha.mediateur").await, "POST", "/api/v1/agenda/evenements", temps()).await;
        (r.id(), r.corps["occurrences"][0]["id"].as_str().unwrap().to_owned())
    }

    /// A feed and its secret: an account opens a few.
    async fn flux(&self) -> (String, String) {
        self.vider("alpha.mediateur", "/api/v1/agenda/flux").await;
        let r = self.a.api(&self.a.jeton("alpha.mediateur").await, "POST", "/api/v1/agenda/flux", json!({})).await;
        (r.id(), r.corps["adresse"].as_str().unwrap().rsplit('/').next().unwrap().to_owned())
    }

    /// The one public reason of Alpha, that anybody may take.
    async fn motif(&self) -> String {
        let j = self.a.jeton("alpha.mediateur").await;
        let liste = self.a.api(&j, "GET", "/api/v1/rendez-vous/motifs", Value::Null).await.corps;
        if let Some(m) = liste["elements"].as_array().and_then(|v| v.iter().find(|m| m["publie"] == true && m["actif"] == true)) {
            return m["id"].as_str().unwrap().to_owned();
        }
        self.creer("/rendez-vous/motifs", json!({"libelle": "Essai", "duree_minutes": 5, "maniere": "sur_place", "publie": true})).await
    }

    /// Hours that nothing else is at: each time, of another day to come.
    async fn plage(&self) -> String {
        let jour = chrono::NaiveDate::from_ymd_opt(2030, 1, 1).unwrap() + chrono::Days::new(u64::from(self.numero()));
        let corps = json!({"jour": 1, "horaires": "9:00-10:00", "du": jour, "au": jour});
        let r = self.a.api(&self.a.jeton("alpha.mediateur").await, "POST", "/api/v1/rendez-vous/plages", corps).await;
        let id = r.corps["elements"][0]["id"].as_str().map(str::to_owned);
        id.unwrap_or_else(|| panic!("{}", r.corps))
    }

    /// Hours of one day of the year to come, and that day: each time others.
    async fn plage_et_jour(&self) -> (String, String) {
        let n = self.numero();
        let jour = chrono::NaiveDate::from_ymd_opt(2026, 4, 1).unwrap() + chrono::Days::new(u64::from(n / 20 % 300));
        let (semaine, heure) = (chrono::Datelike::weekday(&jour).number_from_monday(), n % 20);
        let corps = json!({"jour": semaine, "horaires": format!("{heure}:00-{heure}:30"), "du": jour, "au": jour});
        let r = self.a.api(&self.a.jeton("alpha.responsable").await, "POST", "/api/v1/rendez-vous/plages", corps).await;
        let id = r.corps["elements"][0]["id"].as_str().map(str::to_owned);
        (id.unwrap_or_else(|| panic!("{}", r.corps)), jour.to_string())
    }

    /// An appointment out of hours, and its secret: each five minutes after the one before.
    async fn rendez_vous(&self) -> (String, String) {
        self.defreiner().await;
        let debut = chrono::DateTime::from_timestamp(1_785_715_200 + i64::from(self.numero()) * 300, 0).unwrap();
        let corps = json!({"motif": self.motif().await, "debut": debut, "nom": format!("Essai {}", self.numero()), "par": "accueil", "hors_plages": true});
        let r = self.a.api(&self.a.jeton("alpha.mediateur").await, "POST", "/api/v1/rendez-vous", corps).await;
        let code = r.corps["code"].as_str().unwrap_or_else(|| panic!("{}", r.corps)).to_owned();
        let page = self.a.navigateur().post("/reservation", &[("code", &code)]).await;
        (r.id(), page.vers.expect("le code d’essai se lit").rsplit('/').next().unwrap().to_owned())
    }

    /// A booking and its secret.
    async fn reservation(&self) -> (String, String) {
        let (seance, _) = self.atelier().await;
        let r = self.a.navigateur().post(&format!("/programme/atelier/{seance}/reserver"), &[("nom", "Essai")]).await;
        let secret = r.vers.expect("la réservation d’essai est acceptée").rsplit('/').next().unwrap().to_owned();
        (self.a.identifiant(&format!("SELECT id FROM reservation WHERE seance_id = {}", self.uuid(&seance))).await, secret)
    }

    fn appel() -> Value {
        json!({"nom": "Essai", "adresse": "https://exemple.invalid/passeur", "evenements": ["reservation_creee"]})
    }

    /// A webhook and a delivery; earlier ones are removed, a structure may only have so many.
    async fn webhook(&self) -> (String, String) {
        self.vider("alpha.responsable", "/api/v1/webhooks").await;
        let j = self.a.jeton("alpha.responsable").await;
        let w = self.a.api(&j, "POST", "/api/v1/webhooks", Self::appel()).await.id();
        let l = self.a.api(&j, "POST", &format!("/api/v1/webhooks/{w}/livraisons"), Value::Null).await.id();
        (w, l)
    }

    /// An id as SQLite writes it.
    fn uuid(&self, id: &str) -> String {
        if self.a.etat.base.lecture().get_database_backend() == sea_orm::DbBackend::Postgres {
            format!("'{id}'")
        } else {
            format!("x'{}'", id.replace('-', ""))
        }
    }

    /// Another day each time: the same asked twice is one export, and it is deleted once.
    fn export(&self) -> Value {
        let jour = chrono::NaiveDate::from_ymd_opt(2020, 1, 1).unwrap() + chrono::Days::new(self.numero().into());
        json!({"contenu": "donnees", "format": "csv", "du": jour, "au": "2026-03-10"})
    }

    async fn orientation(&self) -> Value {
        json!({"personne": self.personne().await, "partenaire": self.partenaire().await, "motif": "Essai", "consentement": true})
    }

    /// A candidate of the centre: the account « alpha.candidat » is theirs.
    async fn candidat(&self) -> String {
        let (a, jeton) = (self.a, self.a.jeton("alpha.certification").await);
        let deja = "SELECT id FROM candidat WHERE utilisateur_id IS NOT NULL";
        if a.compter(&deja.replace("SELECT id", "SELECT count(*)")).await > 0 {
            return a.identifiant(deja).await;
        }
        let corps = json!({"prenom": "Essai", "nom": "Candidat", "courriel": email("alpha.candidat")});
        let id = a.api(&jeton, "POST", "/api/v1/certification/candidats", corps).await.id();
        let r = a.session("alpha.certification").await.post(&format!("/certification/candidats/{id}/acces"), &[]).await;
        assert_eq!(r.statut, 303, "{}", r.html);
        id
    }

    /// A new enrolment of that candidate.
    async fn candidature(&self) -> String {
        let jeton = self.a.jeton("alpha.certification").await;
        let corps = json!({"candidat": self.candidat().await, "version": "mediateur-numerique-2025", "voie": "vae"});
        self.a.api(&jeton, "POST", "/api/v1/certification/candidatures", corps).await.id()
    }

    /// The juror behind the account « alpha.jure ».
    async fn jure(&self) -> String {
        let deja = "SELECT id FROM jure WHERE utilisateur_id IS NOT NULL";
        if self.a.compter(&deja.replace("SELECT id", "SELECT count(*)")).await > 0 {
            return self.a.identifiant(deja).await;
        }
        self.a.membre_de_jury("Ada", "Maquette", Some("alpha.jure"), None).await
    }

    /// A new session where « alpha.jure » sits.
    async fn session_examen(&self) -> String {
        let jeton = self.a.jeton("alpha.certification").await;
        let corps = json!({"membres": [self.jure().await]});
        let id = self.a.api(&jeton, "POST", "/api/v1/certification/sessions", self.seance()).await.id();
        let r = self.a.api(&jeton, "PUT", &format!("/api/v1/certification/sessions/{id}/jury"), corps).await;
        assert_eq!(r.statut, 204, "{}", r.corps);
        id
    }

    fn seance(&self) -> Value {
        json!({"lieu": self.a.lieu_alpha(), "version": "mediateur-numerique-2025", "type_session": "titre", "jours": ["2026-05-12"]})
    }

    /// A candidate registered in such a session.
    async fn passage(&self) -> String {
        let s = self.session_examen().await;
        let c = self.a.candidat_pret("Essai", &format!("Droits {}", self.numero()), None, None).await;
        let corps = json!({"candidature": c.candidature, "unites": ["ccp-1", "ccp-2"], "jour": "2026-05-12"});
        let jeton = self.a.jeton("alpha.certification").await;
        let r = self.a.api(&jeton, "POST", &format!("/api/v1/certification/sessions/{s}/candidats"), corps).await;
        assert_eq!(r.statut, 201, "{}", r.corps);
        r.id()
    }

    /// What asks for a certificate of a training that is over.
    async fn certificat(&self) -> Value {
        let corps = json!({"candidat": self.candidat().await, "version": "mediateur-numerique-2025", "voie": "formation_continue",
                           "formation_debut": "2025-09-01", "formation_fin": "2026-02-01"});
        let jeton = self.a.jeton("alpha.certification").await;
        let c = self.a.api(&jeton, "POST", "/api/v1/certification/candidatures", corps).await.id();
        let heures =
            json!({"genre": "formation", "module": "Essai", "debut": "2025-09-01", "fin": "2026-01-30", "prevues": 2100, "suivies": 2040});
        let r = self.a.api(&jeton, "POST", &format!("/api/v1/certification/candidatures/{c}/pieces"), heures).await;
        assert_eq!(r.statut, 201, "{}", r.corps);
        json!({"nature": "certificat_realisation", "candidature": c})
    }

    /// A document that names the candidate.
    async fn document(&self) -> essais::Reponse {
        let jeton = self.a.jeton("alpha.certification").await;
        self.a.api(&jeton, "POST", "/api/v1/certification/documents", self.certificat().await).await
    }

    /// An example of practice in an enrolment.
    async fn piece(&self, candidature: &str) -> String {
        let jeton = self.a.jeton("alpha.certification").await;
        let chemin = format!("/api/v1/certification/candidatures/{candidature}/pieces");
        self.a.api(&jeton, "POST", &chemin, exemple()).await.id()
    }

    /// The body of a creation or change through the API. One that cannot be read is refused before the
    /// right is looked at: it would say « oui » to all.
    pub(super) async fn corps(&self, acte: &Acte) -> Value {
        match (acte.methode.as_str(), acte.nu()) {
            ("GET" | "DELETE", _) => Value::Null,
            ("POST", "/certification/simulation") => {
                json!({"question": "epreuves_dues", "date": "2026-03-10", "titre": "mediateur-numerique", "voie": "formation_continue"})
            }
            ("POST", "/certification/titres") => json!({"contenu": "{}"}),
            ("POST", "/certification/candidats") => json!({"prenom": "Essai", "nom": "Droits"}),
            ("POST", "/certification/candidatures") => {
                json!({"candidat": self.candidat().await, "version": "mediateur-numerique-2025", "voie": "vae"})
            }
            ("POST", "/certification/candidatures/{id}/actions") => json!({"action": "deposer"}),
            ("PUT", "/certification/candidatures/{id}/vae") => json!({"recu_le": "2026-03-02"}),
            ("POST" | "PUT", "/certification/candidatures/{id}/pieces" | "/certification/candidatures/{id}/pieces/{piece}") => exemple(),
            ("PUT", "/certification/candidatures/{id}/dossier") => json!({"diplomes": [], "annexes": []}),
            ("POST", "/certification/candidatures/{id}/dossier/signature") => json!({"nom": "Essai Candidat"}),
            ("POST", "/certification/agrements") => {
                json!({"lieu": self.a.lieu_alpha(), "version": "mediateur-numerique-2025", "debut": "2026-01-01"})
            }
            ("POST", "/certification/agrements/{id}/retrait") => json!({"jour": "2026-03-10"}),
            ("POST", "/certification/jures") => json!({"prenom": "Essai", "nom": "Droits"}),
            ("POST", "/certification/jures/{id}/habilitations") => json!({"version": "mediateur-numerique-2025", "debut": "2026-01-01"}),
            ("PUT", "/certification/jures/{id}/habilitations/{habilitation}/retrait") => json!({"jour": "2026-03-10"}),
            ("PUT", "/certification/jures/{id}/liens" | "/certification/jures/{id}/liens/retrait") => {
                json!({"candidat": self.candidat().await, "nature": "autre"})
            }
            ("POST", "/certification/documents") => self.certificat().await,
            ("POST", "/certification/documents/{id}/badge") => json!({"nom_en_clair": true}),
            ("POST", "/certification/documents/{id}/actions") => json!({"action": "remettre"}),
            ("POST", "/certification/verification") => json!({"code": self.document().await.corps["code_verification"]}),
            ("POST", "/certification/sessions") => self.seance(),
            ("POST", "/certification/sessions/{id}/candidats") => {
                json!({"candidature": self.candidature().await, "unites": ["ccp-1"], "jour": "2026-05-12"})
            }
            ("PUT", "/certification/sessions/{id}/jury") => json!({"membres": []}),
            ("POST", "/certification/sessions/{id}/etapes") => json!({"action": "archiver"}),
            ("POST", "/certification/sessions/{id}/incidents") => json!({"nature": "incident", "recit": "Essai"}),
            ("PUT", "/certification/incidents/{id}/suite") => json!({"suite": "Essai"}),
            ("PUT", "/certification/passages/{id}/grilles") => json!({"epreuve": "ecf", "lignes": []}),
            ("PUT", "/certification/passages/{id}/deliberation") => {
                json!({"accordees": [], "titre": false, "entretien_favorable": null})
            }
            ("POST", "/certification/sessions/{id}/pv/signatures") => json!({"nature": "tapee", "trace": "Essai", "empreinte": "x"}),
            ("PUT", "/certification/decisions/{id}/retrait") => json!({"motif": "Essai"}),
            ("PUT", "/structures/{id}/conservation") => json!({"mois": 24}),
            ("PUT", "/personnes/{id}/conservation") => json!({"motif": "revenue", "jusqu_au": "2026-12-01"}),
            ("POST", "/ateliers/fiches") => json!({"contenu": fiche()}),
            ("POST", "/ateliers/seances") => self.programmer(),
            ("POST", "/ateliers/seances/{id}/reservations") => json!({"nom": "Essai", "par": "accueil"}),
            ("PUT", "/ateliers/seances/{id}/dates/{date}") => json!({"quand": {"jour": "2026-04-01", "heure": "10:00"}, "forcer": true}),
            ("PUT", "/ateliers/dates/{id}/presences") => json!({"anonymes": 3}),
            ("POST", "/ateliers/dates/{id}/evaluation") => json!({"voie": "qr"}),
            ("PUT", "/ateliers/dates/{id}/gestes") => json!({"marques": []}),
            ("PUT", "/ateliers/dates/{id}/signatures/{reservation}/{demi}") => json!({"nom": "Essai"}),
            ("POST", "/evaluation/{secret}") => json!({"notes": {"accueil": 5, "utilite": 4, "recommandation": 5}}),
            ("PUT", "/ateliers/seances/{id}/materiel") => json!({"rang": 1, "pret": true}),
            ("POST", "/webhooks") => Self::appel(),
            ("POST", "/agenda/evenements") => temps(),
            ("PUT", "/agenda/occurrences/{id}") => json!({"quand": {"jour": "2026-04-01", "heure": "10:00"}, "forcer": true}),
            ("PUT", "/agenda/trajets") => json!({"entre_communes": 30, "lieux": []}),
            ("POST", "/agenda/externes") => json!({"contenu": "BEGIN:VCALENDAR\nEND:VCALENDAR"}),
            ("PUT", "/agenda/lieux/{id}/horaires") => json!({"jours": ["", "", "", "", "", "", ""]}),
            ("POST", "/agenda/lieux/{id}/fermetures") => json!({"du": "2026-05-04"}),
            ("POST" | "PUT", "/rendez-vous/motifs" | "/rendez-vous/motifs/{id}") => {
                json!({"libelle": "Essai", "duree_minutes": 5, "maniere": "sur_place", "publie": true})
            }
            ("PUT", "/rendez-vous/plages/{id}/jours/{jour}") => json!({"fermer": true}),
            ("POST" | "PUT", "/ateliers/equipements" | "/ateliers/equipements/{id}") => json!({"nom": "Essai", "quantite": 1}),
            ("POST", "/rendez-vous/plages") => json!({"jour": 1, "horaires": "3:00-4:00"}),
            ("POST", "/rendez-vous") => {
                json!({"motif": self.motif().await, "debut": "2026-03-16T03:00:00Z", "nom": "Essai", "par": "accueil", "hors_plages": true})
            }
            ("PUT", "/rendez-vous/{id}/creneau") => json!({"debut": "2026-03-16T03:00:00Z"}),
            ("PUT", "/rendez-vous/{id}/contact" | "/ateliers/reservations/{id}/contact") => json!({"nom": "Essai"}),
            ("PUT", "/rendez-vous/{id}/issue") => json!({"issue": "excuse"}),
            ("POST", "/exports") => self.export(),
            ("POST", "/bilan/filtres") => json!({"nom": format!("Essai {}", self.numero())}),
            ("PUT", "/bilan/filtres/{id}") => json!({"nom": format!("Essai {}", self.numero())}),
            ("POST", "/bilan/liens") => json!({"jours": 7}),
            ("POST", "/personnes") => json!({"prenom": "Essai", "nom": "Droits"}),
            ("POST", "/accompagnements") => accompagnement(),
            ("POST", "/diagnostics" | "/parcours") => json!({"personne": self.personne().await}),
            ("POST", "/parcours/{id}/objectifs" | "/parcours/{id}/etapes") => json!({"libelle": "Essai"}),
            ("POST", "/imports/{id}/colonnes") => json!({"colonnes": ["nom", "prenom"]}),
            ("POST", "/accompagnements/{id}/avis") => json!({"moyen": "qr"}),
            ("POST", "/avis/{secret}") => json!({"accueil": 5, "utilite": 4, "recommandation": 5}),
            ("PUT", "/accompagnements/{id}/note") => json!({"reussi": "Essai"}),
            ("POST", "/doublons/ecarter") => json!({"a": self.personne().await, "b": self.personne().await}),
            ("POST", "/fusions") => json!({"garder": self.personne().await, "absorber": self.personne().await}),
            ("POST", "/orientations") => self.orientation().await,
            ("POST", "/partenaires") => json!({"nom": "Partenaire d’essai", "nature": "autre"}),
            _ => json!({}),
        }
    }

    /// The fields of a form: none, so that nothing is written, but where a field says which record is meant.
    pub(super) async fn champs(&self, acte: &Acte, adresse: &str, qui: usize) -> Vec<(&'static str, String)> {
        match acte.chemin.as_str() {
            // Unknown accounts, each its own: the brake does not come in.
            "/connexion" => vec![("email", email(&format!("inconnu.{qui}"))), ("mot_de_passe", "x".into())],
            "/compte/structure" | "/equipe" => vec![("structure", self.a.structure_alpha())],
            "/equipe/{id}/retirer" => vec![("structure", self.a.structure_alpha()), ("role", "mediateur".into())],
            // A diagnostic of the same person.
            "/parcours/{id}/reprendre" => {
                let parcours = adresse.trim_end_matches("/reprendre");
                let p = self.a.api(&self.jetons[1], "GET", &format!("/api/v1{parcours}"), Value::Null).await.corps;
                vec![("diagnostic", self.creer("/diagnostics", json!({"personne": p["personne"]})).await)]
            }
            "/reservation" => {
                self.defreiner().await;
                vec![("code", "2222 2222".into())]
            }
            "/ateliers/seances/{id}/materiel" => vec![("rang", "1".into())],
            // Another session of the same account.
            "/compte/sessions" if qui > 0 => {
                drop(self.a.session(COMPTES[qui].0).await);
                let page = self.navigateurs[qui].get("/compte").await.html;
                let cle = page.split("name=\"session\" value=\"").nth(1).and_then(|r| r.split('"').next());
                vec![("session", cle.expect("deux sessions sont ouvertes").to_owned())]
            }
            _ => vec![],
        }
    }
}

fn exemple() -> Value {
    json!({"genre": "exemple", "unite": "ccp-1", "intitule": "Essai", "taches": "Essai", "moyens": "Essai", "avec_qui": "Essai",
           "contexte": "Essai", "periode": "2026"})
}

fn accompagnement() -> Value {
    json!({"type": "individuel", "date": "2026-03-02", "duree_minutes": 30, "lieu_type": "domicile", "thematiques": ["email"], "anonymes": {"total": 1}})
}

fn temps() -> Value {
    json!({"genre": "stand", "quand": {"jour": "2026-03-20", "heure": "14:00"}, "duree_minutes": 60, "forcer": true})
}

fn fiche() -> Value {
    json!({"titre": "Essai", "resume": "", "objectifs": ["Essayer"], "niveau": "debutant", "public": "", "ages": [], "duree_minutes": 60, "places": 8, "thematiques": ["email"], "licence": ""})
}
