//! `[outside]`: how addresses and names of others are reached.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;

use net::{Inside, NameServers, Outside};
use serde::Deserialize;

use super::ConfigError;

/// `[outside]`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct OutsideSection {
    /// Name servers to ask in place of this machine's: `192.0.2.53` or `127.0.0.1:5353`.
    #[serde(default)]
    pub(crate) name_servers: Vec<String>,
    /// Networks that may be spoken to although they are not the public internet.
    #[serde(default)]
    pub(crate) inside: Vec<String>,
    /// A file of certificates (PEM) of authorities that are trusted beside this machine's.
    pub(crate) authorities: Option<PathBuf>,
}

impl OutsideSection {
    /// The section as it is meant; the default is the public internet as this machine sees it.
    pub(crate) fn read(&self) -> Result<Outside, ConfigError> {
        let inside = Inside::networks(self.inside.iter().map(String::as_str));
        let authorities = self.authorities.as_ref().map(|path| {
            std::fs::read(path).map_err(|source| ConfigError::Unreadable { path: path.clone(), source })
        });
        let name_servers = match self.name_servers.is_empty() {
            true => NameServers::System,
            false => NameServers::These(
                self.name_servers.iter().map(|text| name_server(text)).collect::<Result<_, _>>()?,
            ),
        };
        Ok(Outside {
            inside: inside.map_err(|error| wrong("inside", &self.inside.join(", "), error.to_string()))?,
            name_servers,
            authorities: authorities.transpose()?.unwrap_or_default(),
            https_port: None,
        })
    }
}

fn name_server(text: &str) -> Result<SocketAddr, ConfigError> {
    let with_port = text.parse::<SocketAddr>();
    let either = with_port.or_else(|_| text.parse::<IpAddr>().map(|ip| SocketAddr::new(ip, DNS_PORT)));
    either.map_err(|_| wrong("name_servers", text, "an address like 192.0.2.53 or 127.0.0.1:5353".to_owned()))
}

fn wrong(key: &'static str, value: &str, reason: String) -> ConfigError {
    ConfigError::Value { section: "outside", key, value: value.to_owned(), reason }
}

const DNS_PORT: u16 = 53;
