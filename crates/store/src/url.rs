//! Where the data is.

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use crate::postgres;

/// The address of a store: `sqlite:PATH` or `postgres://…`. Its `Display` and
/// `Debug` never show a password.
///
/// A server on another machine is reached by TLS with a verified certificate;
/// `sslrootcert=/PATH` names its authority, and only an explicit
/// `sslmode=disable` goes without.
#[derive(Clone, PartialEq, Eq)]
pub struct StoreUrl(pub(crate) Place);

#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Place {
    Sqlite(PathBuf),
    Postgres(String),
}

impl StoreUrl {
    /// The store in the file at `path`; made if it does not exist.
    #[must_use]
    pub fn file(path: impl AsRef<Path>) -> StoreUrl {
        StoreUrl(Place::Sqlite(path.as_ref().to_owned()))
    }
}

impl FromStr for StoreUrl {
    type Err = UrlError;

    fn from_str(text: &str) -> Result<StoreUrl, UrlError> {
        if let Some(path) = text.strip_prefix("sqlite:") {
            return sqlite(path).map(|path| StoreUrl(Place::Sqlite(path)));
        }
        if text.starts_with("postgres://") || text.starts_with("postgresql://") {
            postgres::parse(text)?;
            return Ok(StoreUrl(Place::Postgres(text.to_owned())));
        }
        Err(UrlError::Scheme)
    }
}

fn sqlite(path: &str) -> Result<PathBuf, UrlError> {
    // Readers have connections of their own, which cannot see such a database.
    if path.is_empty() || path.starts_with(":memory:") || path.contains('\0') {
        return Err(UrlError::File);
    }
    Ok(PathBuf::from(path))
}

impl fmt::Display for StoreUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Place::Sqlite(path) => write!(f, "sqlite:{}", path.display()),
            Place::Postgres(url) => {
                let config = postgres::parse(url).map(|(config, _)| config).unwrap_or_default();
                write!(f, "postgres://")?;
                if let Some(tokio_postgres::config::Host::Tcp(host)) = config.get_hosts().first() {
                    f.write_str(host)?;
                }
                if let Some(port) = config.get_ports().first() {
                    write!(f, ":{port}")?;
                }
                write!(f, "/{}", config.get_dbname().unwrap_or_default())
            }
        }
    }
}

impl fmt::Debug for StoreUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "StoreUrl({self})")
    }
}

/// Why a text is not the address of a store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UrlError {
    /// Neither `sqlite:` nor `postgres://`.
    #[error("a database is given as sqlite:PATH or postgres://USER:PASSWORD@HOST/NAME")]
    Scheme,
    /// No file is named after `sqlite:`.
    #[error("sqlite: must be followed by the path of a file")]
    File,
    /// The rest of the `postgres://` address cannot be read.
    #[error("the postgres:// address cannot be read")]
    Postgres,
    /// `sslrootcert` names no file that can be found from anywhere.
    #[error("sslrootcert must be the absolute path of a file, without escapes")]
    Authorities,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_are_read() {
        let file: StoreUrl = "sqlite:/var/lib/idp.db".parse().unwrap();
        assert_eq!(file, StoreUrl::file("/var/lib/idp.db"));
        let server: StoreUrl = "postgres://u:pw@db.example:5433/idp".parse().unwrap();
        assert_eq!(server.to_string(), "postgres://db.example:5433/idp");
    }

    #[test]
    fn others_are_refused() {
        for (text, error) in [
            ("mysql://x", UrlError::Scheme),
            ("", UrlError::Scheme),
            ("sqlite:", UrlError::File),
            ("sqlite::memory:", UrlError::File),
            ("postgres://h/db?unknown_option=1", UrlError::Postgres),
        ] {
            assert_eq!(text.parse::<StoreUrl>(), Err(error), "{text}");
        }
    }

    #[test]
    fn a_password_is_never_shown() {
        let url: StoreUrl = "postgres://u:hunter2@h/db".parse().unwrap();
        assert!(!format!("{url} {url:?}").contains("hunter2"));
    }
}
