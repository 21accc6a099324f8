//! The configuration: one TOML file, environment variables over it, every value parsed here.
//!
//! `File` is what may be written (unknown keys refused); [`Config`] is what is meant, with the
//! defaults of a bare `serve` filled in. Nothing inside the program sees a string of the file.

mod environment;
mod file;
mod outside;

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use net::Outside;
use store::StoreUrl;
use web::PublicUrl;
use web::address::PublicUrlError;
use web::peer::{NotANetwork, TrustedProxies};
use webauthn::RpId;

pub use environment::Environment;
use file::{File, ServiceSection};

/// What the program was asked to run.
#[derive(Debug, Clone)]
pub struct Config {
    /// Where databases without an address of their own lie.
    pub data: PathBuf,
    /// The file of the master key; made at first start.
    pub key_file: PathBuf,
    /// The identity provider, if it runs here.
    pub idp: Option<ServiceConfig>,
    /// The organisation, if it runs here.
    pub org: Option<ServiceConfig>,
    /// Addresses of proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: TrustedProxies,
    /// How names and addresses of others are reached.
    pub outside: Outside,
    /// How the program reports what it does.
    pub log: Log,
}

/// One of the two services.
#[derive(Debug, Clone)]
pub struct ServiceConfig {
    /// Where browsers reach it.
    pub public_url: PublicUrl,
    /// Where it listens.
    pub listen: SocketAddr,
    /// Its database.
    pub database: StoreUrl,
    /// The relying party's ID when it is not the host of the public URL.
    pub rp_id: Option<RpId>,
}

/// How the program reports what it does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Log {
    /// A filter such as `info` or `info,store=debug`.
    pub filter: String,
    /// One JSON object a line instead of text.
    pub json: bool,
}

/// Why a configuration cannot be used. The words are the operator's.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("cannot read {path}: {source}")]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// Not TOML, an unknown key, or a value of the wrong kind.
    #[error("{path}: {message}")]
    Malformed {
        /// The file.
        path: PathBuf,
        /// What and where, as the reader says it.
        message: String,
    },
    /// A public URL that browsers could not use.
    #[error("[{section}] public_url = {value:?}: {reason}")]
    PublicUrl {
        /// The table of the file.
        section: &'static str,
        /// What was written.
        value: String,
        /// What is wrong.
        reason: PublicUrlError,
    },
    /// A value that is not what its key needs.
    #[error("[{section}] {key} = {value:?}: {reason}")]
    Value {
        /// The table of the file.
        section: &'static str,
        /// The key.
        key: &'static str,
        /// What was written; never a secret.
        value: String,
        /// What is wrong.
        reason: String,
    },
    /// An entry of the trusted proxies that is no network.
    #[error("[proxy] trusted: {0}")]
    TrustedProxy(NotANetwork),
    /// A database address that cannot be used. It may hold a password, so it is not repeated.
    #[error("[{section}] database: {reason}")]
    Database {
        /// The table of the file.
        section: &'static str,
        /// What is wrong.
        reason: String,
    },
    /// Both tables are missing.
    #[error("nothing to run: write a table [idp], a table [org], or both")]
    Nothing,
    /// Both services on one host name share cookies and passkeys.
    #[error(
        "[idp] and [org] have the same host {0:?}: give each its own name, for browsers share cookies and passkeys between the ports of one"
    )]
    SameHost(String),
    /// An environment variable that names no setting.
    #[error("the environment variable {0} is not a setting")]
    UnknownVariable(String),
}

impl Config {
    /// Reads the file, and the environment over it.
    ///
    /// # Errors
    /// [`ConfigError`] says which line to mend.
    pub fn load(path: &Path, environment: &Environment) -> Result<Self, ConfigError> {
        let text = std::fs::read_to_string(path)
            .map_err(|source| ConfigError::Unreadable { path: path.to_owned(), source })?;
        Self::parse(&text, path, environment)
    }

    /// Reads the text of a file; `path` is named in errors.
    ///
    /// # Errors
    /// [`ConfigError`] says which line to mend.
    pub fn parse(text: &str, path: &Path, environment: &Environment) -> Result<Self, ConfigError> {
        let mut file: File = toml::from_str(text)
            .map_err(|error| ConfigError::Malformed { path: path.to_owned(), message: error.to_string() })?;
        environment.apply(&mut file)?;
        if file.idp.is_none() && file.org.is_none() {
            return Err(ConfigError::Nothing);
        }
        Self::from_file(file)
    }

    /// What a bare `serve` runs: both ends on this machine, in `./countersign-data`.
    ///
    /// # Errors
    /// Those of the environment's values.
    pub fn bare(environment: &Environment) -> Result<Self, ConfigError> {
        let mut file = File {
            idp: Some(ServiceSection::default()),
            org: Some(ServiceSection::default()),
            ..File::default()
        };
        environment.apply(&mut file)?;
        Self::from_file(file)
    }

    fn from_file(file: File) -> Result<Self, ConfigError> {
        let data = file.data.unwrap_or_else(|| PathBuf::from("countersign-data"));
        let idp = file.idp.map(|section| section.read(&IDP, &data)).transpose()?;
        let org = file.org.map(|section| section.read(&ORG, &data)).transpose()?;
        if let (Some(idp), Some(org)) = (&idp, &org)
            && idp.public_url.host() == org.public_url.host()
        {
            return Err(ConfigError::SameHost(idp.public_url.host().to_owned()));
        }
        Ok(Self {
            key_file: file.key_file.unwrap_or_else(|| PathBuf::from("countersign.key")),
            trusted_proxies: file.proxy.read()?,
            outside: file.outside.read()?,
            log: Log {
                filter: file.log.filter.unwrap_or_else(|| "info".to_owned()),
                json: file.log.format == file::LogFormat::Json,
            },
            data,
            idp,
            org,
        })
    }

    /// The folders that must exist before the databases are opened.
    pub fn folders(&self) -> BTreeSet<&Path> {
        let mut folders = BTreeSet::from([self.data.as_path()]);
        folders.extend(self.key_file.parent().filter(|p| !p.as_os_str().is_empty()));
        folders
    }
}

/// What a service is called in the file, and where it is by default.
pub(crate) struct Place {
    pub(crate) section: &'static str,
    pub(crate) public_url: &'static str,
    pub(crate) port: u16,
}

const IDP: Place = Place { section: "idp", public_url: "http://idp.localhost:8080", port: 8080 };
const ORG: Place = Place { section: "org", public_url: "http://org.localhost:8090", port: 8090 };

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str, variables: &[(&str, &str)]) -> Result<Config, String> {
        let environment = Environment::from_pairs(variables.iter().copied());
        Config::parse(text, Path::new("countersign.toml"), &environment).map_err(|e| e.to_string())
    }

    #[test]
    fn a_bare_serve_runs_both_ends_on_this_machine() {
        let config = Config::bare(&Environment::default()).unwrap();
        let idp = config.idp.unwrap();
        assert_eq!(idp.public_url.origin(), "http://idp.localhost:8080");
        assert_eq!(idp.listen, "127.0.0.1:8080".parse().unwrap());
        assert_eq!(idp.database.to_string(), "sqlite:countersign-data/idp.sqlite");
        assert_eq!(config.org.unwrap().public_url.origin(), "http://org.localhost:8090");
        assert_eq!(config.key_file, Path::new("countersign.key"));
    }

    #[test]
    fn a_file_says_everything_once() {
        let config = parse(
            r#"
            data = "/var/lib/countersign"
            key_file = "/etc/countersign/master.key"
            [idp]
            public_url = "https://id.acme.example"
            listen = "127.0.0.1:9000"
            rp_id = "acme.example"
            database = "postgres://countersign@127.0.0.1/idp"
            [proxy]
            trusted = ["10.1.0.0/16", "127.0.0.1"]
            [outside]
            name_servers = ["192.0.2.53", "[::1]:5353"]
            inside = ["10.0.0.0/8"]
            [log]
            filter = "warn"
            format = "json"
            "#,
            &[],
        )
        .unwrap();
        let idp = config.idp.unwrap();
        assert_eq!(idp.listen.port(), 9000);
        assert!(config.org.is_none());
        let proxies = format!("{:?}", config.trusted_proxies);
        assert!(proxies.contains("10.1.0.0/16") && proxies.contains("127.0.0.1/32"), "{proxies}");
        let servers = ["192.0.2.53:53", "[::1]:5353"].map(|at| at.parse().unwrap());
        assert_eq!(config.outside.name_servers, net::NameServers::These(servers.to_vec()));
        assert_eq!(config.log, Log { filter: "warn".into(), json: true });
    }

    #[test]
    fn each_mistake_is_named() {
        type Case<'a> = (&'a str, &'a [(&'a str, &'a str)], &'a str);
        let cases: &[Case<'_>] = &[
            ("", &[], "nothing to run"),
            ("[idp]\nurl = 1", &[], "unknown field `url`"),
            ("colour = 1", &[], "unknown field `colour`"),
            ("[idp]\npublic_url = \"id.acme.example\"", &[], "an address like https://"),
            ("[idp]\npublic_url = \"http://id.acme.example\"", &[], "plain http"),
            ("[idp]\nlisten = \"8080\"", &[], "[idp] listen = \"8080\""),
            ("[idp]\nrp_id = \"https://x\"", &[], "[idp] rp_id"),
            ("[org]\ndatabase = \"mysql://secret\"", &[], "[org] database: "),
            ("[idp]\n[proxy]\ntrusted = [\"everyone\"]", &[], "[proxy] trusted: \"everyone\""),
            (
                "[idp]\n[outside]\nname_servers = [\"dns.example\"]",
                &[],
                "[outside] name_servers = \"dns.example\"",
            ),
            ("[idp]\n[outside]\ninside = [\"home\"]", &[], "[outside] inside = \"home\""),
            ("[idp]\n[outside]\nauthorities = \"/nowhere/ca.pem\"", &[], "cannot read /nowhere/ca.pem"),
            (
                "[idp]\npublic_url=\"http://x.localhost:1\"\n[org]\npublic_url=\"http://x.localhost:2\"",
                &[],
                "the same host",
            ),
            ("[idp]", &[("COUNTERSIGN_IDP_PUBLIC_ULR", "x")], "COUNTERSIGN_IDP_PUBLIC_ULR is not"),
        ];
        for (text, variables, expected) in cases {
            let message = parse(text, variables).unwrap_err();
            assert!(message.contains(expected), "{text:?} gave {message:?}");
            assert!(!message.contains("secret"), "{message}");
        }
    }

    #[test]
    fn the_environment_stands_over_the_file() {
        let variables = [
            ("COUNTERSIGN_IDP_LISTEN", "127.0.0.1:7000"),
            ("COUNTERSIGN_PROXY_TRUSTED", "10.0.0.1, 10.0.0.2"),
            ("COUNTERSIGN_OUTSIDE_NAME_SERVERS", "127.0.0.1:5353"),
            ("PATH", "/bin"),
        ];
        let config = parse("[idp]\nlisten = \"127.0.0.1:9000\"", &variables).unwrap();
        assert_eq!(config.idp.unwrap().listen.port(), 7000);
        let servers = vec!["127.0.0.1:5353".parse().unwrap()];
        assert_eq!(config.outside.name_servers, net::NameServers::These(servers));
        let proxies = format!("{:?}", config.trusted_proxies);
        assert!(proxies.contains("10.0.0.1") && proxies.contains("10.0.0.2"), "{proxies}");
    }
}
