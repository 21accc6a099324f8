//! What name servers say: text records, and the addresses that the HTTP client goes to.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use hickory_resolver::TokioResolver;
use hickory_resolver::config::{ConnectionConfig, NameServerConfig, ResolveHosts, ResolverConfig};
use hickory_resolver::net::runtime::TokioRuntimeProvider;
use hickory_resolver::net::{DnsError, NetError};
use hickory_resolver::proto::op::ResponseCode;
use hickory_resolver::proto::rr::{Name, RData, RecordType};

/// Who is asked about names. From the server's file only, never from a page.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum NameServers {
    /// Whoever this machine asks.
    #[default]
    System,
    /// These, in this order, and nobody else; loopback among them if it is written so.
    These(Vec<SocketAddr>),
}

/// Asks name servers; cheap to clone. Nothing is remembered between two questions: whoever puts a
/// record up and presses the button again is told what is there now.
#[derive(Debug, Clone)]
pub struct Resolver(TokioResolver);

/// The resolver could not be set up: this machine names no name servers.
#[derive(Debug, thiserror::Error)]
#[error("this machine's name servers could not be read")]
pub struct ResolverError(#[source] NetError);

/// Nobody knows what the name has. It is not the same as knowing that it has nothing.
#[derive(Debug, thiserror::Error)]
pub enum LookupError {
    /// The text is no name that can be asked about.
    #[error("not a domain name")]
    NotAName,
    /// No name server gave an answer in time, or they could not find out.
    #[error("no name server answered")]
    Unanswered,
}

impl Resolver {
    /// A resolver that asks `servers`.
    ///
    /// # Errors
    /// When the machine's own configuration cannot be read.
    pub fn new(servers: &NameServers) -> Result<Self, ResolverError> {
        let provider = TokioRuntimeProvider::default();
        let mut builder = match servers {
            NameServers::System => TokioResolver::builder(provider).map_err(ResolverError)?,
            NameServers::These(list) => {
                let servers = list.iter().map(|at| name_server(*at)).collect();
                TokioResolver::builder_with_config(ResolverConfig::from_name_servers(servers), provider)
            }
        };
        let options = builder.options_mut();
        options.cache_size = 0;
        options.timeout = ONE_TRY;
        options.attempts = 1;
        options.try_tcp_on_error = true;
        options.use_hosts_file = ResolveHosts::Never;
        builder.build().map(Self).map_err(ResolverError)
    }

    /// The text records at exactly this name. One that an alias (CNAME) leads to is another
    /// name's, and whoever holds that one is not who holds this. Text that is not UTF-8 is left out.
    ///
    /// # Errors
    /// [`LookupError`]; a name that has no text records, or does not exist, has an empty list.
    pub async fn text_records(&self, name: &str) -> Result<Vec<String>, LookupError> {
        let name = absolute(name)?;
        let found = self.ask(self.0.lookup(name.clone(), RecordType::TXT)).await?;
        let Some(found) = found else { return Ok(Vec::new()) };
        let own = found.answers().iter().filter(|record| record.name == name);
        let texts = own.filter_map(|record| match &record.data {
            RData::TXT(text) => String::from_utf8(text.txt_data.concat()).ok(),
            _ => None,
        });
        Ok(texts.filter(|text| text.len() <= TEXT_BYTES).take(TEXTS).collect())
    }

    /// The addresses of a host, in no particular order; none for a name that does not exist.
    pub(crate) async fn addresses(&self, host: &str) -> Result<Vec<IpAddr>, LookupError> {
        let found = self.ask(self.0.lookup_ip(absolute(host)?)).await?;
        Ok(found.map(|found| found.iter().collect()).unwrap_or_default())
    }

    /// `None` only when a name server said for sure that there is nothing.
    async fn ask<T>(
        &self,
        question: impl Future<Output = Result<T, NetError>>,
    ) -> Result<Option<T>, LookupError> {
        match tokio::time::timeout(IN_ALL, question).await {
            Ok(Ok(found)) => Ok(Some(found)),
            Ok(Err(NetError::Dns(DnsError::NoRecordsFound(nothing))))
                if matches!(nothing.response_code, ResponseCode::NoError | ResponseCode::NXDomain) =>
            {
                Ok(None)
            }
            Ok(Err(_)) | Err(_) => Err(LookupError::Unanswered),
        }
    }
}

fn name_server(at: SocketAddr) -> NameServerConfig {
    let (mut udp, mut tcp) = (ConnectionConfig::udp(), ConnectionConfig::tcp());
    udp.port = at.port();
    tcp.port = at.port();
    NameServerConfig::new(at.ip(), true, vec![udp, tcp])
}

/// With its dot at the end: nothing of this machine's search list is tried behind it.
fn absolute(name: &str) -> Result<Name, LookupError> {
    let mut name = Name::from_ascii(name).map_err(|_| LookupError::NotAName)?;
    name.set_fqdn(true);
    Ok(name)
}

/// For one name server to answer one question.
const ONE_TRY: Duration = Duration::from_secs(2);

/// Whoever waits for the page waits no longer than for any other outside.
const IN_ALL: Duration = Duration::from_secs(5);

/// How many records are looked at, and how long one may be: what fits into one answer.
const TEXTS: usize = 256;
const TEXT_BYTES: usize = 4096;
