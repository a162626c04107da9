//! Configuration: `passeur.toml`, overridden by `PASSEUR_…`, overridden by flags.

use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    path::PathBuf,
};

use figment::{
    Figment,
    providers::{Env, Format, Serialized, Toml},
};
use secrecy::SecretString;

/// All that can be set. An unknown key or a bad value is refused at start, by name.
#[derive(Clone, Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// `sqlite://chemin/fichier.db` or `postgres://…`. Default: `passeur.db` in `data_dir`.
    pub database_url: Option<SecretString>,
    /// Where files of this instance live.
    pub data_dir: PathBuf,
    /// The file of the keys that seal the notes: outside the database. Default: `cles.toml` in `data_dir`.
    pub cles: Option<PathBuf>,
    /// The file of the keys that sign badges, the same on every node. Default: `badges.toml` in `data_dir`.
    pub badge_keys: Option<PathBuf>,
    /// Address and port to listen on.
    pub listen: SocketAddr,
    /// The address people type, used in mails and to mark cookies secure. Default: where `listen` is from this machine.
    #[serde(default)]
    pub public_url: String,
    /// `smtp://…` or `smtps://…`; none: mails are written into `data_dir/courriels`.
    pub smtp_url: Option<SecretString>,
    /// Sender of mails.
    pub mail_from: String,
    /// Where mails come back when they cannot be delivered, read by `passeur mail bounce`; none: to the sender.
    pub mail_return: Option<String>,
    /// Address of the HTTP API that sends text messages, where `{numero}` and `{texte}` may stand; none: each is
    /// a file in `data_dir/sms`.
    pub sms_url: Option<String>,
    /// `POST`, `PUT` or `GET`.
    pub sms_method: String,
    /// Headers of the request, one a line: `Authorization: Bearer …`.
    pub sms_headers: Option<SecretString>,
    /// A file of such lines, instead or besides: where a secret is not to be in the environment.
    pub sms_headers_file: Option<PathBuf>,
    /// The body, where `{numero}` and `{texte}` stand: JSON when it begins with a brace, else the fields of a form.
    pub sms_body: String,
    /// Lets webhooks be sent by http, and to addresses of a private network.
    pub webhooks_private: bool,
    /// Connections to PostgreSQL, or readers on SQLite.
    pub database_connections: u32,
    /// A session unused for so many minutes ends.
    pub session_idle_minutes: i64,
    /// A session ends after so many hours in any case.
    pub session_hours: i64,
    /// Requests a minute that one API token may make.
    pub api_requests_per_minute: u32,
    /// `texte` or `json`.
    pub log_format: String,
    /// Filter of the logs, as `info` or `info,sqlx=warn`.
    pub log: String,
    /// Where scheduled backups go: a folder, or `s3://bucket/prefix` (credentials in `AWS_…`). None: no
    /// scheduled backup. SQLite only: PostgreSQL has its own tools.
    pub backup_destination: Option<String>,
    /// When, in France: `02:30`.
    pub backup_hour: String,
    /// How many of the latest days, weeks and months keep a backup.
    pub backup_keep_daily: u32,
    pub backup_keep_weekly: u32,
    pub backup_keep_monthly: u32,
    /// Where `/metrics` is served, apart from the application; none: it is not.
    pub metrics_listen: Option<SocketAddr>,
    /// Collector of traces (OTLP over HTTP), as `http://127.0.0.1:4318`; none: no trace is made. Without
    /// this key, the standard `OTEL_EXPORTER_OTLP_ENDPOINT` is read.
    pub otlp_endpoint: Option<String>,
    /// Behind a reverse proxy: trust the last `X-Forwarded-For` for rate limits.
    pub trust_proxy: bool,
    /// Where files are kept: a folder, or `s3://bucket/prefix`. Default: `fichiers` in `data_dir`.
    pub files: Option<String>,
    /// Address of the S3-compatible service, when it is not Amazon's.
    pub s3_endpoint: Option<String>,
    /// Its region; `us-east-1` unless told, which services other than Amazon's ignore.
    pub s3_region: Option<String>,
    pub s3_access_key: Option<SecretString>,
    pub s3_secret_key: Option<SecretString>,
}

#[derive(serde::Serialize)]
struct Defauts {
    data_dir: &'static str,
    listen: &'static str,
    mail_from: &'static str,
    sms_method: &'static str,
    sms_body: &'static str,
    webhooks_private: bool,
    database_connections: u32,
    session_idle_minutes: i64,
    session_hours: i64,
    api_requests_per_minute: u32,
    log_format: &'static str,
    log: &'static str,
    backup_hour: &'static str,
    backup_keep_daily: u32,
    backup_keep_weekly: u32,
    backup_keep_monthly: u32,
    trust_proxy: bool,
}

const DEFAUTS: Defauts = Defauts {
    data_dir: "data",
    listen: "127.0.0.1:8080",
    mail_from: "Passeur <passeur@localhost.localdomain>",
    sms_method: "POST",
    sms_body: r#"{"to": "{numero}", "message": "{texte}"}"#,
    webhooks_private: false,
    database_connections: 8,
    session_idle_minutes: 12 * 60,
    session_hours: 7 * 24,
    api_requests_per_minute: 30_000,
    log_format: "texte",
    log: "info",
    backup_hour: "02:30",
    backup_keep_daily: 7,
    backup_keep_weekly: 4,
    backup_keep_monthly: 12,
    trust_proxy: false,
};

/// The environment variables that are not settings of the program.
const IGNOREES: [&str; 2] = ["config", "essai_"];

/// How this machine itself reaches what listens there.
fn ici(ecoute: SocketAddr) -> String {
    let ip = match ecoute.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    format!("http://{}", SocketAddr::new(ip, ecoute.port()))
}

impl Config {
    /// Reads file (if there is one, or if `fichier` names one), environment, then `drapeaux` (key, value).
    ///
    /// # Errors
    /// A sentence naming the key, what was read and where.
    pub fn lire(fichier: Option<PathBuf>, drapeaux: &[(&str, String)]) -> Result<Self, String> {
        let mut f = Figment::from(Serialized::defaults(&DEFAUTS));
        let chemin = fichier.clone().unwrap_or_else(|| "passeur.toml".into());
        if fichier.is_some() && !chemin.exists() {
            return Err(format!("configuration : le fichier {} n’existe pas", chemin.display()));
        }
        if chemin.exists() {
            f = f.merge(Toml::file_exact(&chemin));
        }
        f = f.merge(Env::prefixed("PASSEUR_").filter(|k| !IGNOREES.iter().any(|i| k.as_str().to_ascii_lowercase().starts_with(i))));
        for (cle, valeur) in drapeaux {
            f = f.merge(Serialized::default(cle, valeur));
        }
        let mut config: Self = f.extract().map_err(|e| {
            e.into_iter()
                .map(|e| {
                    let cle = if e.path.is_empty() { String::new() } else { format!("« {} » : ", e.path.join(".")) };
                    let ou = e.metadata.as_ref().map(|m| format!(" (lu dans {})", m.name)).unwrap_or_default();
                    format!("configuration : {cle}{}{ou}", e.kind)
                })
                .collect::<Vec<_>>()
                .join("\n")
        })?;
        if config.public_url.is_empty() {
            config.public_url = ici(config.listen);
        }
        config.verifier()?;
        Ok(config)
    }

    fn verifier(&self) -> Result<(), String> {
        let url = self.url_base();
        if !(url.starts_with("sqlite:") || url.starts_with("postgres://") || url.starts_with("postgresql://")) {
            return Err("configuration : « database_url » doit commencer par sqlite:// ou postgres://".into());
        }
        if !(self.public_url.starts_with("http://") || self.public_url.starts_with("https://")) {
            return Err("configuration : « public_url » doit commencer par http:// ou https://".into());
        }
        if !matches!(self.log_format.as_str(), "texte" | "json") {
            return Err("configuration : « log_format » vaut texte ou json".into());
        }
        crate::fichiers::Depot::selon(self).map_err(|e| format!("configuration : « files » : {e}"))?;
        if self.heure_sauvegarde().is_none() {
            return Err("configuration : « backup_hour » est une heure, comme 02:30".into());
        }
        if self.backup_destination.is_some() && !url.starts_with("sqlite:") {
            return Err("configuration : « backup_destination » ne sert qu’avec SQLite ; pour PostgreSQL, « passeur backup » donne les commandes à planifier".into());
        }
        self.verifier_sms()?;
        for (cle, v) in [
            ("database_connections", i64::from(self.database_connections)),
            ("session_idle_minutes", self.session_idle_minutes),
            ("session_hours", self.session_hours),
            ("api_requests_per_minute", i64::from(self.api_requests_per_minute)),
            ("backup_keep_daily", i64::from(self.backup_keep_daily)),
        ] {
            if v < 1 {
                return Err(format!("configuration : « {cle} » doit valoir au moins 1"));
            }
        }
        Ok(())
    }

    fn verifier_sms(&self) -> Result<(), String> {
        let Some(url) = &self.sms_url else { return Ok(()) };
        if !(url.starts_with("http://") || url.starts_with("https://")) {
            return Err("configuration : « sms_url » doit commencer par http:// ou https://".into());
        }
        if !["POST", "PUT", "GET"].contains(&self.sms_method.as_str()) {
            return Err("configuration : « sms_method » vaut POST, PUT ou GET".into());
        }
        let tout = format!("{url} {}", self.sms_body);
        if !(tout.contains("{numero}") && tout.contains("{texte}")) {
            return Err("configuration : « sms_body » ou « sms_url » doit contenir {numero} et {texte}".into());
        }
        self.entetes_sms().map(|_| ())
    }

    /// The headers of the provider of text messages.
    ///
    /// # Errors
    /// A sentence, when the file cannot be read or a line is not a header. It never repeats the line: it may be a secret.
    pub fn entetes_sms(&self) -> Result<Vec<(String, String)>, String> {
        use secrecy::ExposeSecret;
        let mut lignes = self.sms_headers.as_ref().map(|t| t.expose_secret().to_owned()).unwrap_or_default();
        if let Some(f) = &self.sms_headers_file {
            let t = std::fs::read_to_string(f).map_err(|e| format!("configuration : « sms_headers_file » : {} : {e}", f.display()))?;
            lignes = format!("{lignes}\n{t}");
        }
        let lire = |l: &str| l.split_once(':').map(|(n, v)| (n.trim().to_owned(), v.trim().to_owned()));
        lignes
            .lines()
            .filter(|l| !l.trim().is_empty())
            .map(|l| lire(l).ok_or_else(|| "configuration : « sms_headers » : une ligne s’écrit « Nom: valeur »".to_owned()))
            .collect()
    }

    /// When scheduled backups begin, in France.
    pub fn heure_sauvegarde(&self) -> Option<chrono::NaiveTime> {
        chrono::NaiveTime::parse_from_str(&self.backup_hour, "%H:%M").ok()
    }

    /// The database's address, with its default.
    pub fn url_base(&self) -> String {
        use secrecy::ExposeSecret;
        match &self.database_url {
            Some(u) => u.expose_secret().to_owned(),
            None => format!("sqlite://{}", self.data_dir.join("passeur.db").display()),
        }
    }

    /// The file of the keys, with its default.
    pub fn chemin_cles(&self) -> PathBuf {
        self.cles.clone().unwrap_or_else(|| self.data_dir.join("cles.toml"))
    }

    /// The file of the keys of badges, with its default.
    pub fn chemin_cles_badges(&self) -> PathBuf {
        self.badge_keys.clone().unwrap_or_else(|| self.data_dir.join("badges.toml"))
    }

    /// Cookies are marked `Secure` when people come by https.
    pub fn https(&self) -> bool {
        self.public_url.starts_with("https://")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn une_cle_inconnue_est_nommee() {
        let dossier = std::env::temp_dir().join(format!("passeur-config-{}", std::process::id()));
        std::fs::create_dir_all(&dossier).unwrap();
        let fichier = dossier.join("p.toml");
        std::fs::write(&fichier, "couleur = \"bleu\"\n").unwrap();
        let e = Config::lire(Some(fichier.clone()), &[]).unwrap_err();
        assert!(e.contains("couleur"), "{e}");
        std::fs::write(&fichier, "listen = \"partout\"\n").unwrap();
        let e = Config::lire(Some(fichier.clone()), &[]).unwrap_err();
        assert!(e.contains("listen"), "{e}");
        std::fs::write(&fichier, "session_hours = 0\n").unwrap();
        assert!(Config::lire(Some(fichier.clone()), &[]).unwrap_err().contains("session_hours"));
        std::fs::write(&fichier, "backup_hour = \"deux heures\"\n").unwrap();
        assert!(Config::lire(Some(fichier.clone()), &[]).unwrap_err().contains("backup_hour"));
        std::fs::write(&fichier, "database_url = \"postgres://x/y\"\nbackup_destination = \"/x\"\n").unwrap();
        assert!(Config::lire(Some(fichier), &[]).unwrap_err().contains("PostgreSQL"));
        std::fs::remove_dir_all(dossier).unwrap();
    }

    #[test]
    fn un_stockage_a_moitie_decrit_est_refuse() {
        for (fichiers, faute) in [("s3://", "seau"), ("ftp://x/y", "dossier"), ("s3://seau", "s3_access_key")] {
            let e = Config::lire(None, &[("files", fichiers.into())]).unwrap_err();
            assert!(e.contains("files") && e.contains(faute), "{e}");
        }
        let c = Config::lire(
            None,
            &[
                ("files", "s3://seau/dossier".into()),
                ("s3_endpoint", "http://127.0.0.1:9000".into()),
                ("s3_access_key", "a".into()),
                ("s3_secret_key", "tres-secret".into()),
            ],
        );
        assert!(!format!("{:?}", c.unwrap()).contains("tres-secret"));
    }

    #[test]
    fn un_fournisseur_de_sms_mal_decrit_est_refuse() {
        let lire = |cles: &[(&str, &str)]| Config::lire(None, &cles.iter().map(|(c, v)| (*c, (*v).to_owned())).collect::<Vec<_>>());
        assert!(lire(&[("sms_url", "https://sms.exemple.invalid/envoi")]).is_ok());
        for (cles, faute) in [
            (vec![("sms_url", "sms.exemple.invalid")], "sms_url"),
            (vec![("sms_url", "https://x.invalid"), ("sms_method", "FLY")], "sms_method"),
            (vec![("sms_url", "https://x.invalid"), ("sms_body", "to={numero}")], "{texte}"),
            (vec![("sms_url", "https://x.invalid"), ("sms_headers", "tres-secret")], "sms_headers"),
            (vec![("sms_url", "https://x.invalid"), ("sms_headers_file", "/nulle/part")], "sms_headers_file"),
        ] {
            let e = lire(&cles).unwrap_err();
            assert!(e.contains(faute) && !e.contains("tres-secret"), "{e}");
        }
        let c = lire(&[("sms_url", "https://x.invalid"), ("sms_headers", "Authorization: Bearer tres-secret\nX-A: b")]).unwrap();
        assert_eq!(c.entetes_sms().unwrap()[1], ("X-A".to_owned(), "b".to_owned()));
        assert!(!format!("{c:?}").contains("tres-secret"));
    }

    #[test]
    fn un_drapeau_gagne() {
        let c = Config::lire(None, &[("listen", "127.0.0.1:9999".into())]).unwrap();
        assert_eq!(c.listen.port(), 9999);
        // Without an address of its own, links lead where it listens.
        for (ecoute, publique) in [
            ("127.0.0.1:4310", "http://127.0.0.1:4310"),
            ("0.0.0.0:4310", "http://127.0.0.1:4310"),
            ("192.168.1.20:80", "http://192.168.1.20:80"),
            ("[::]:4310", "http://[::1]:4310"),
        ] {
            assert_eq!(Config::lire(None, &[("listen", ecoute.into())]).unwrap().public_url, publique);
        }
        let deux = [("listen", "0.0.0.0:4310".into()), ("public_url", "https://passeur.exemple.fr".into())];
        assert_eq!(Config::lire(None, &deux).unwrap().public_url, "https://passeur.exemple.fr");
        assert!(c.url_base().starts_with("sqlite://"));
    }
}
