//! The file as it is written.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};

use serde::Deserialize;
use store::StoreUrl;
use web::PublicUrl;
use web::peer::TrustedProxies;
use webauthn::RpId;

use super::outside::OutsideSection;
use super::{ConfigError, Place, ServiceConfig};

/// The whole file. Every key may be missing.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct File {
    pub(crate) data: Option<PathBuf>,
    pub(crate) key_file: Option<PathBuf>,
    pub(crate) idp: Option<ServiceSection>,
    pub(crate) org: Option<ServiceSection>,
    #[serde(default)]
    pub(crate) proxy: ProxySection,
    #[serde(default)]
    pub(crate) outside: OutsideSection,
    #[serde(default)]
    pub(crate) log: LogSection,
}

/// `[idp]` or `[org]`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ServiceSection {
    pub(crate) public_url: Option<String>,
    pub(crate) listen: Option<String>,
    pub(crate) database: Option<String>,
    pub(crate) rp_id: Option<String>,
}

/// `[proxy]`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ProxySection {
    #[serde(default)]
    pub(crate) trusted: Vec<String>,
}

/// `[log]`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct LogSection {
    pub(crate) filter: Option<String>,
    #[serde(default)]
    pub(crate) format: LogFormat,
}

/// `text` or `json`.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum LogFormat {
    #[default]
    Text,
    Json,
}

impl ServiceSection {
    /// The section as it is meant; what is missing is that of a bare `serve`.
    pub(crate) fn read(self, place: &Place, data: &Path) -> Result<ServiceConfig, ConfigError> {
        let section = place.section;
        let public = self.public_url.unwrap_or_else(|| place.public_url.to_owned());
        let public_url = PublicUrl::parse(&public).map_err(|reason| ConfigError::PublicUrl {
            section,
            value: public,
            reason,
        })?;
        let listen = match self.listen {
            None => SocketAddr::from((Ipv4Addr::LOCALHOST, place.port)),
            Some(text) => text.parse().map_err(|_| ConfigError::Value {
                section,
                key: "listen",
                value: text,
                reason: "an address and a port like 127.0.0.1:8080".to_owned(),
            })?,
        };
        let database = match self.database {
            None => StoreUrl::file(data.join(format!("{section}.sqlite"))),
            Some(text) => text.parse().map_err(|error: store::UrlError| ConfigError::Database {
                section,
                reason: error.to_string(),
            })?,
        };
        let rp_id = self.rp_id.map(|text| {
            RpId::parse(&text).map_err(|error| ConfigError::Value {
                section,
                key: "rp_id",
                value: text,
                reason: error.to_string(),
            })
        });
        Ok(ServiceConfig { public_url, listen, database, rp_id: rp_id.transpose()? })
    }
}

impl ProxySection {
    /// Addresses and networks of proxies.
    pub(crate) fn read(&self) -> Result<TrustedProxies, ConfigError> {
        let entries = self.trusted.iter().map(String::as_str);
        TrustedProxies::parse(entries).map_err(ConfigError::TrustedProxy)
    }
}
