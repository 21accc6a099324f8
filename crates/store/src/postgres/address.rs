//! Reading the address, and encrypting the way there.

use std::net::IpAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};
use tokio_postgres::Config;
use tokio_postgres::config::{Host, SslMode};
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::{OpenError, UrlError};

/// Where the server is and how it is reached.
#[derive(Clone)]
pub(super) struct Address {
    pub(super) config: Config,
    pub(super) tls: MakeRustlsConnect,
}

impl Address {
    /// Reads a URL. What leaves this machine is encrypted and the server's
    /// certificate verified, by the system's authorities or by `sslrootcert`;
    /// only an explicit `sslmode=disable` says otherwise.
    pub(super) fn read(url: &str) -> Result<Address, OpenError> {
        let (mut config, authorities) = parse(url).map_err(|e| OpenError::unreachable("postgres://", e))?;
        if config.get_ssl_mode() == SslMode::Prefer {
            let here = config.get_hosts().iter().all(is_here);
            config.ssl_mode(if here { SslMode::Disable } else { SslMode::Require });
        }
        if config.get_application_name().is_none() {
            config.application_name("countersign");
        }
        if config.get_connect_timeout().is_none() {
            config.connect_timeout(Duration::from_secs(5));
        }
        // A server that is gone without a word is noticed within a minute.
        config.keepalives_idle(Duration::from_secs(30));
        config.keepalives_interval(Duration::from_secs(10));
        config.keepalives_retries(3);
        config.tcp_user_timeout(Duration::from_secs(30));
        let roots = match (config.get_ssl_mode(), authorities) {
            (SslMode::Disable, _) => RootCertStore::empty(),
            (_, Some(path)) => read_authorities(&path)?,
            (_, None) => system_authorities()?,
        };
        Ok(Address { config, tls: tls(roots)? })
    }

    /// What to call it in messages: without the password.
    pub(super) fn name(&self) -> String {
        format!("PostgreSQL database {}", self.config.get_dbname().unwrap_or("postgres"))
    }
}

/// The URL without `sslrootcert`, which tokio-postgres does not know, and the
/// file that it names.
pub(crate) fn parse(url: &str) -> Result<(Config, Option<PathBuf>), UrlError> {
    let (address, query) = url.split_once('?').unwrap_or((url, ""));
    let mut authorities = None;
    let mut rest = Vec::new();
    for part in query.split('&').filter(|part| !part.is_empty()) {
        match part.strip_prefix("sslrootcert=") {
            Some(path) if path.starts_with('/') && !path.contains('%') => {
                authorities = Some(PathBuf::from(path));
            }
            Some(_) => return Err(UrlError::Authorities),
            None => rest.push(part),
        }
    }
    let plain = match rest.is_empty() {
        true => address.to_owned(),
        false => format!("{address}?{}", rest.join("&")),
    };
    // Without the source, which could quote the password.
    let config = plain.parse().map_err(|_| UrlError::Postgres)?;
    Ok((config, authorities))
}

fn is_here(host: &Host) -> bool {
    match host {
        Host::Tcp(name) => name == "localhost" || name.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback()),
        Host::Unix(_) => true,
    }
}

fn read_authorities(path: &PathBuf) -> Result<RootCertStore, OpenError> {
    let failed = |error: Box<dyn std::error::Error + Send + Sync>| {
        OpenError::unreachable(path.display().to_string(), error)
    };
    let mut roots = RootCertStore::empty();
    let certificates = CertificateDer::pem_file_iter(path).map_err(|e| failed(e.into()))?;
    for certificate in certificates {
        let certificate = certificate.map_err(|e| failed(e.into()))?;
        roots.add(certificate).map_err(|e| failed(e.into()))?;
    }
    match roots.is_empty() {
        true => Err(failed("there is no certificate in it".into())),
        false => Ok(roots),
    }
}

fn system_authorities() -> Result<RootCertStore, OpenError> {
    let mut roots = RootCertStore::empty();
    // One that cannot be read is not trusted; that is all.
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    match roots.is_empty() {
        true => Err(OpenError::unreachable(
            "the system's certificate authorities",
            "none were found; name a file by `sslrootcert=/PATH` in the database URL",
        )),
        false => Ok(roots),
    }
}

fn tls(roots: RootCertStore) -> Result<MakeRustlsConnect, OpenError> {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|e| OpenError::unreachable("TLS", e))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(MakeRustlsConnect::new(config))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mode(url: &str) -> SslMode {
        Address::read(url).map(|address| address.config.get_ssl_mode()).ok().unwrap()
    }

    #[test]
    fn what_leaves_the_machine_is_encrypted() {
        for (url, wanted) in [
            ("postgres://u@127.0.0.1/idp", SslMode::Disable),
            ("postgres://u@localhost/idp", SslMode::Disable),
            ("postgres://u@db.example/idp?sslmode=disable", SslMode::Disable),
            ("postgres://u@127.0.0.1/idp?sslmode=require", SslMode::Require),
            ("postgres://u@db.example/idp", SslMode::Require),
            ("postgres://u@db.example/idp?sslmode=prefer", SslMode::Require),
            ("postgres://u@localhost,db.example/idp", SslMode::Require),
        ] {
            assert_eq!(mode(url), wanted, "{url}");
        }
    }

    #[test]
    fn authorities_are_a_file_of_certificates() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let path = file.path().display();
        let url = format!("postgres://u@db.example/idp?sslrootcert={path}&sslmode=require");
        assert!(matches!(Address::read(&url), Err(OpenError::Unreachable { .. })));
        assert_eq!(parse(&url).unwrap().1.unwrap(), file.path());
        assert!(parse("postgres://u@db.example/idp?sslrootcert=ca.pem").is_err());
    }
}
