//! Environment variables that stand over the file: `COUNTERSIGN_` and the key's path in capitals.

use std::collections::BTreeMap;

use super::ConfigError;
use super::file::{File, LogFormat, ServiceSection};

/// The variables whose names begin with `COUNTERSIGN_`.
#[derive(Debug, Clone, Default)]
pub struct Environment(BTreeMap<String, String>);

impl Environment {
    /// Those of this process.
    pub fn of_process() -> Self {
        Self::from_pairs(
            std::env::vars_os()
                .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?))),
        )
    }

    /// Those among the given ones.
    pub fn from_pairs<N: Into<String>, V: Into<String>>(pairs: impl IntoIterator<Item = (N, V)>) -> Self {
        let pairs = pairs.into_iter().map(|(n, v)| (n.into(), v.into()));
        Self(pairs.filter(|(name, _)| name.starts_with(PREFIX)).collect())
    }

    /// Writes the variables over what the file says. Naming a key of a service makes it run.
    pub(crate) fn apply(&self, file: &mut File) -> Result<(), ConfigError> {
        for (name, value) in &self.0 {
            let value = value.clone();
            match name.strip_prefix(PREFIX).unwrap_or_default() {
                // Read by the command line.
                "CONFIG" => {}
                // Read by the tests.
                key if key.starts_with("TEST_") || key.starts_with("REQUIRE_") => {}
                "DATA" => file.data = Some(value.into()),
                "KEY_FILE" => file.key_file = Some(value.into()),
                "PROXY_TRUSTED" => file.proxy.trusted = list(&value),
                "OUTSIDE_NAME_SERVERS" => file.outside.name_servers = list(&value),
                "OUTSIDE_INSIDE" => file.outside.inside = list(&value),
                "OUTSIDE_AUTHORITIES" => file.outside.authorities = Some(value.into()),
                "LOG_FILTER" => file.log.filter = Some(value),
                "LOG_FORMAT" => file.log.format = log_format(&value)?,
                key => {
                    let slot = service_slot(file, key);
                    *slot.ok_or_else(|| ConfigError::UnknownVariable(name.clone()))? = Some(value);
                }
            }
        }
        Ok(())
    }
}

/// Parts between commas.
fn list(value: &str) -> Vec<String> {
    value.split(',').map(str::trim).filter(|part| !part.is_empty()).map(str::to_owned).collect()
}

fn service_slot<'f>(file: &'f mut File, key: &str) -> Option<&'f mut Option<String>> {
    let (service, key) = key.split_once('_')?;
    let section = match service {
        "IDP" => &mut file.idp,
        "ORG" => &mut file.org,
        _ => return None,
    };
    if !["PUBLIC_URL", "LISTEN", "DATABASE", "RP_ID"].contains(&key) {
        return None;
    }
    let section = section.get_or_insert_with(ServiceSection::default);
    match key {
        "PUBLIC_URL" => Some(&mut section.public_url),
        "LISTEN" => Some(&mut section.listen),
        "DATABASE" => Some(&mut section.database),
        _ => Some(&mut section.rp_id),
    }
}

fn log_format(value: &str) -> Result<LogFormat, ConfigError> {
    match value {
        "text" => Ok(LogFormat::Text),
        "json" => Ok(LogFormat::Json),
        _ => Err(ConfigError::Value {
            section: "log",
            key: "format",
            value: value.to_owned(),
            reason: "text or json".to_owned(),
        }),
    }
}

const PREFIX: &str = "COUNTERSIGN_";
