//! A web server on loopback that speaks TLS under any name, with an authority of its own.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;

/// A web server whose files the test writes. It answers until the test ends.
pub struct HttpsServer {
    address: SocketAddr,
    authority: String,
    site: Arc<Mutex<Site>>,
}

#[derive(Default)]
struct Site {
    files: BTreeMap<String, Vec<u8>>,
    visits: usize,
}

impl HttpsServer {
    /// Listens on loopback, with a certificate for these names.
    pub async fn start(names: &[&str]) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("loopback");
        let address = listener.local_addr().expect("an address");
        let (authority, acceptor) = certified(names);
        let site = Arc::new(Mutex::new(Site::default()));
        let served = Arc::clone(&site);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(answer(stream, acceptor.clone(), Arc::clone(&served)));
            }
        });
        Self { address, authority, site }
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The certificate (PEM) of the authority that certified it.
    pub fn authority(&self) -> &str {
        &self.authority
    }

    /// What is answered for a path: a whole HTTP message. Other paths are not found.
    pub fn set_answer(&self, path: &str, message: impl Into<Vec<u8>>) {
        self.site().files.insert(path.to_owned(), message.into());
    }

    /// The same for a file.
    pub fn set_file(&self, path: &str, text: &str) {
        let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", text.len());
        self.set_answer(path, head + text);
    }

    /// How many connections came, whatever became of them.
    pub fn visits(&self) -> usize {
        self.site().visits
    }

    fn site(&self) -> std::sync::MutexGuard<'_, Site> {
        self.site.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn answer(stream: TcpStream, acceptor: TlsAcceptor, site: Arc<Mutex<Site>>) {
    site.lock().unwrap_or_else(PoisonError::into_inner).visits += 1;
    let Ok(mut stream) = acceptor.accept(stream).await else { return };
    let mut request = vec![0; 4096];
    let length = stream.read(&mut request).await.unwrap_or(0);
    let request = String::from_utf8_lossy(&request[..length]).into_owned();
    let path = request.split(' ').nth(1).unwrap_or_default().to_owned();
    let found = site.lock().unwrap_or_else(PoisonError::into_inner).files.get(&path).cloned();
    let nothing = b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
    let _ = stream.write_all(&found.unwrap_or_else(|| nothing.to_vec())).await;
    let _ = stream.shutdown().await;
}

fn certified(names: &[&str]) -> (String, TlsAcceptor) {
    let mut of_authority = CertificateParams::default();
    of_authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = CertifiedIssuer::self_signed(of_authority, KeyPair::generate().expect("a key"));
    let authority = authority.expect("an authority");
    let key = KeyPair::generate().expect("a key");
    let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
    let own = CertificateParams::new(names).expect("names").signed_by(&key, &authority).expect("signed");
    let key = PrivateKeyDer::try_from(key.serialize_der()).expect("a key");
    let config = ServerConfig::builder().with_no_client_auth();
    let config = config.with_single_cert(vec![own.der().clone()], key).expect("a certificate");
    (authority.pem(), TlsAcceptor::from(Arc::new(config)))
}
