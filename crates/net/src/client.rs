//! The HTTP client.

use std::error::Error as StdError;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use url::{Host, Url};

use crate::address::Inside;
use crate::resolver::{NameServers, Resolver, ResolverError};

/// How the outside is reached. From the server's file only, never from a page (T096). The default
/// is the public internet as this machine sees it.
#[derive(Debug, Clone, Default)]
pub struct Outside {
    /// What beside the public internet may be spoken to.
    pub inside: Inside,
    /// Who is asked about names.
    pub name_servers: NameServers,
    /// Certificates (PEM, several in a row) of authorities that are trusted beside this machine's.
    pub authorities: Vec<u8>,
    /// The port of `https` addresses that name none, in place of 443: for tests, in which nobody
    /// may listen there.
    pub https_port: Option<u16>,
}

/// Fetches what others publish; cheap to clone.
#[derive(Debug, Clone)]
pub struct Client {
    inside: Arc<Inside>,
    tls: reqwest::Client,
    plain: reqwest::Client,
}

/// Why the client could not be set up.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// No trusted certificates.
    #[error("the HTTP client could not be set up")]
    Tls(#[source] reqwest::Error),
    /// The certificates given beside the machine's are none.
    #[error("the certificates of further authorities could not be read")]
    Authorities(#[source] reqwest::Error),
    /// No name servers.
    #[error(transparent)]
    Resolver(#[from] ResolverError),
}

/// How much of an answer is taken.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Bytes of the body.
    pub bytes: usize,
    /// From the first step to the last byte; five seconds at most, whatever stands here.
    pub time: Duration,
}

impl Limits {
    /// 1 MiB, five seconds.
    pub const ORDINARY: Self = Self { bytes: 1024 * 1024, time: LONGEST };

    /// 8 MiB, five seconds: for metadata.
    pub const METADATA: Self = Self { bytes: 8 * 1024 * 1024, time: LONGEST };
}

/// Why nothing was fetched. No part of an answer is in it: an error shown to whoever typed the
/// address must not read for them what stands behind it.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// Not an `https` address, or one with a user name in it.
    #[error("only addresses like https://host/path are fetched")]
    Address,
    /// The host is, or resolves to, an address that is not opened; or plain `http` to one.
    #[error("the host is not on the public internet, or not reached over https")]
    Inside,
    /// The name has no address.
    #[error("the host name could not be resolved")]
    Unresolved,
    /// The answer was a redirect.
    #[error("the address redirects to another one")]
    Redirected,
    /// The answer is larger than allowed.
    #[error("the answer is too large")]
    TooLarge,
    /// The answer did not come in time.
    #[error("no complete answer came in time")]
    TimedOut,
    /// No connection, a broken one, or a certificate that is not trusted.
    #[error("the connection failed")]
    Failed(#[source] Box<dyn StdError + Send + Sync>),
}

impl Client {
    /// A client for the public internet and what is `inside`.
    ///
    /// # Errors
    /// When no TLS can be set up.
    pub fn new(inside: Inside) -> Result<Self, ClientError> {
        Self::open(&Outside { inside, ..Outside::default() })
    }

    /// A client for the outside as it is configured.
    ///
    /// # Errors
    /// When no TLS can be set up, or nobody can be asked about names.
    pub fn open(outside: &Outside) -> Result<Self, ClientError> {
        let inside = Arc::new(outside.inside.clone());
        let authorities = reqwest::Certificate::from_pem_bundle(&outside.authorities);
        let authorities = authorities.map_err(ClientError::Authorities)?;
        let resolver = match outside.name_servers {
            NameServers::System => None,
            NameServers::These(_) => Some(Resolver::new(&outside.name_servers)?),
        };
        let build = |plain: bool| {
            let port = outside.https_port.filter(|_| !plain).unwrap_or(0);
            let guard = Guard { inside: Arc::clone(&inside), plain, resolver: resolver.clone(), port };
            reqwest::Client::builder()
                .dns_resolver(Arc::new(guard))
                .tls_certs_merge(authorities.clone())
                .redirect(reqwest::redirect::Policy::none())
                .no_proxy()
                .referer(false)
                .https_only(!plain)
                .connect_timeout(LONGEST)
                // A connection kept for later may be closed by its server just as a request goes
                // out on it, and that request is lost; and each request's address is judged anew.
                .pool_max_idle_per_host(0)
                .user_agent("countersign")
                .build()
                .map_err(ClientError::Tls)
        };
        Ok(Self { tls: build(false)?, plain: build(true)?, inside })
    }

    /// Fetches `url`. Every status but a redirect is an answer.
    ///
    /// # Errors
    /// [`FetchError`] names the broken rule.
    pub async fn get(&self, url: &Url, limits: Limits) -> Result<http::Response<Vec<u8>>, FetchError> {
        self.send(reqwest::Request::new(http::Method::GET, url.clone()), limits).await
    }

    /// Sends `request`, whose target is an absolute address. Every status but a redirect is an
    /// answer.
    ///
    /// # Errors
    /// [`FetchError`] names the broken rule.
    pub async fn request(
        &self,
        request: http::Request<Vec<u8>>,
        limits: Limits,
    ) -> Result<http::Response<Vec<u8>>, FetchError> {
        let request = reqwest::Request::try_from(request).map_err(|_| FetchError::Address)?;
        self.send(request, limits).await
    }

    async fn send(
        &self,
        request: reqwest::Request,
        limits: Limits,
    ) -> Result<http::Response<Vec<u8>>, FetchError> {
        let client = self.client_for(request.url())?;
        let exchange = async {
            let answer = client.execute(request).await.map_err(failure)?;
            if answer.status().is_redirection() {
                return Err(FetchError::Redirected);
            }
            collect(answer, limits.bytes).await
        };
        let answer = tokio::time::timeout(limits.time.min(LONGEST), exchange).await;
        answer.unwrap_or(Err(FetchError::TimedOut))
    }

    /// The client for an address, which checks the names it resolves; a bare address is checked
    /// here, because no resolver is asked about it.
    fn client_for(&self, url: &Url) -> Result<&reqwest::Client, FetchError> {
        let plain = match url.scheme() {
            "https" => false,
            "http" => true,
            _ => return Err(FetchError::Address),
        };
        if !url.username().is_empty() || url.password().is_some() {
            return Err(FetchError::Address);
        }
        let bare = match url.host() {
            Some(Host::Ipv4(ip)) => Some(IpAddr::V4(ip)),
            Some(Host::Ipv6(ip)) => Some(IpAddr::V6(ip)),
            Some(Host::Domain(_)) => None,
            None => return Err(FetchError::Address),
        };
        if bare.is_some_and(|ip| !self.inside.allows(ip, plain)) {
            return Err(FetchError::Inside);
        }
        Ok(if plain { &self.plain } else { &self.tls })
    }
}

/// The body, as long as it stays within `bytes`.
async fn collect(mut answer: reqwest::Response, bytes: usize) -> Result<http::Response<Vec<u8>>, FetchError> {
    let announced = answer.content_length().unwrap_or(0);
    if usize::try_from(announced).unwrap_or(usize::MAX) > bytes {
        return Err(FetchError::TooLarge);
    }
    let mut body = Vec::new();
    while let Some(part) = answer.chunk().await.map_err(failure)? {
        if body.len() + part.len() > bytes {
            return Err(FetchError::TooLarge);
        }
        body.extend_from_slice(&part);
    }
    let mut response = http::Response::new(body);
    *response.status_mut() = answer.status();
    *response.headers_mut() = std::mem::take(answer.headers_mut());
    Ok(response)
}

/// Finds what our own resolver said in the causes of a failure.
fn failure(error: reqwest::Error) -> FetchError {
    let mut cause: Option<&(dyn StdError + 'static)> = Some(&error);
    while let Some(current) = cause {
        match current.downcast_ref::<Unfit>() {
            Some(Unfit::Inside) => return FetchError::Inside,
            Some(Unfit::Unresolved) => return FetchError::Unresolved,
            None => cause = current.source(),
        }
    }
    if error.is_timeout() {
        return FetchError::TimedOut;
    }
    FetchError::Failed(Box::new(error.without_url()))
}

/// Resolves a name once; the connection goes to the very addresses checked here (DNS rebinding).
struct Guard {
    inside: Arc<Inside>,
    plain: bool,
    /// Who is asked; without one, this machine's resolver.
    resolver: Option<Resolver>,
    /// The port to connect to when the address names none; 0: the scheme's own.
    port: u16,
}

#[derive(Debug, thiserror::Error)]
enum Unfit {
    #[error("an address that is not opened")]
    Inside,
    #[error("no address")]
    Unresolved,
}

impl Resolve for Guard {
    fn resolve(&self, name: Name) -> Resolving {
        let (inside, plain, port) = (Arc::clone(&self.inside), self.plain, self.port);
        let resolver = self.resolver.clone();
        Box::pin(async move {
            let found = look_up(resolver.as_ref(), name.as_str()).await;
            let checked = check(&inside, name.as_str(), plain, found)?;
            let addresses = checked.into_iter().map(move |ip| SocketAddr::new(ip, port));
            Ok(Box::new(addresses) as Addrs)
        })
    }
}

/// What is known of a name; about `localhost` names nobody is asked.
async fn look_up(resolver: Option<&Resolver>, name: &str) -> Vec<IpAddr> {
    if crate::address::is_localhost(name) {
        return Vec::new();
    }
    if let Some(resolver) = resolver {
        return resolver.addresses(name).await.unwrap_or_default();
    }
    let found = tokio::net::lookup_host((name, 0)).await;
    found.map(|addresses| addresses.map(|address| address.ip()).collect()).unwrap_or_default()
}

/// All of a name's addresses must be allowed: one that is not makes the name suspect.
fn check(inside: &Inside, name: &str, plain: bool, found: Vec<IpAddr>) -> Result<Vec<IpAddr>, Unfit> {
    if let Some(loopback) = inside.of_localhost(name) {
        return Ok(loopback.to_vec());
    }
    if crate::address::is_localhost(name) || found.iter().any(|ip| !inside.allows(*ip, plain)) {
        return Err(Unfit::Inside);
    }
    if found.is_empty() {
        return Err(Unfit::Unresolved);
    }
    Ok(found)
}

/// Nobody waits longer for somebody else's server.
const LONGEST: Duration = Duration::from_secs(5);

#[cfg(test)]
mod tests {
    use super::*;

    fn ips(list: &[&str]) -> Vec<IpAddr> {
        list.iter().map(|text| text.parse().expect("address")).collect()
    }

    #[test]
    fn one_inside_address_spoils_the_name() {
        let nothing = Inside::default();
        let found = |list| check(&nothing, "host.example", false, ips(list));
        assert_eq!(found(&["8.8.8.8"]).expect("public").len(), 1);
        assert!(matches!(found(&["8.8.8.8", "127.0.0.1"]), Err(Unfit::Inside)));
        assert!(matches!(found(&["8.8.8.8", "::ffff:10.0.0.1"]), Err(Unfit::Inside)));
        assert!(matches!(found(&[]), Err(Unfit::Unresolved)));
        let plain = check(&nothing, "host.example", true, ips(&["8.8.8.8"]));
        assert!(matches!(plain, Err(Unfit::Inside)));
    }

    #[test]
    fn localhost_is_never_what_a_resolver_says() {
        let nothing = check(&Inside::default(), "idp.localhost", false, ips(&["8.8.8.8"]));
        assert!(matches!(nothing, Err(Unfit::Inside)));
        let allowed = check(&Inside::default().and_localhost(), "idp.localhost", true, ips(&["8.8.8.8"]));
        assert!(allowed.expect("loopback").iter().all(IpAddr::is_loopback));
    }
}
