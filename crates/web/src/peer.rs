//! Who is calling: the address of the peer, or the one that a declared proxy reports.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use axum::extract::{ConnectInfo, FromRequestParts};
use http::request::Parts;
use http::{Extensions, HeaderMap};
use ipnet::IpNet;

use crate::error::Error;
use crate::network::Source;
use crate::site::OutsideShell;

/// The client's address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Peer(pub IpAddr);

impl Peer {
    /// What rate limits count by.
    pub fn source(self) -> Source {
        Source::from(self.0)
    }
}

impl<S: Sync> FromRequestParts<S> for Peer {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Error> {
        let peer = parts.extensions.get::<Self>().copied();
        peer.ok_or_else(|| Error::internal(OutsideShell))
    }
}

/// The proxies whose word about the client counts; from the server's file only (T112).
#[derive(Debug, Clone, Default)]
pub struct TrustedProxies(Vec<IpNet>);

impl TrustedProxies {
    /// These networks.
    pub fn new(networks: impl IntoIterator<Item = IpNet>) -> Self {
        Self(networks.into_iter().collect())
    }

    /// Networks written `10.0.0.0/8`, or single addresses.
    ///
    /// # Errors
    /// With the entry that is neither.
    pub fn parse<'a>(entries: impl IntoIterator<Item = &'a str>) -> Result<Self, NotANetwork> {
        let parsed = entries.into_iter().map(|entry| {
            let network = entry.parse::<IpNet>().or_else(|_| entry.parse::<IpAddr>().map(IpNet::from));
            network.map_err(|_| NotANetwork(entry.to_owned()))
        });
        parsed.collect::<Result<_, _>>().map(Self)
    }

    fn trusts(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(&address))
    }

    /// The client: the connection's own peer, unless that is a trusted proxy; then the rightmost
    /// address in `X-Forwarded-For` that is no trusted proxy. What stands left of it was written
    /// by the client and says nothing.
    pub fn client(&self, connection: IpAddr, headers: &HeaderMap) -> IpAddr {
        let mut nearest = connection.to_canonical();
        let lines: Vec<_> = headers.get_all(FORWARDED_FOR).iter().collect();
        let hops = lines.iter().rev().flat_map(|line| {
            let line = line.to_str().unwrap_or("unreadable");
            line.rsplit(',').map(str::trim)
        });
        for hop in hops {
            if !self.trusts(nearest) {
                break;
            }
            match address(hop) {
                Some(address) => nearest = address,
                None => break,
            }
        }
        nearest
    }

    pub(crate) fn peer(&self, extensions: &Extensions, headers: &HeaderMap) -> Peer {
        let connection = extensions.get::<ConnectInfo<SocketAddr>>();
        let ip = connection.map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |info| info.0.ip());
        Peer(self.client(ip, headers))
    }
}

/// An entry of the list of trusted proxies that is no network.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not an address or a network like 10.0.0.0/8")]
pub struct NotANetwork(String);

/// An address as proxies write it: bare, in brackets, or with a port.
fn address(hop: &str) -> Option<IpAddr> {
    let bare = hop.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(hop);
    let ip = bare.parse::<IpAddr>().or_else(|_| hop.parse::<SocketAddr>().map(|socket| socket.ip()));
    ip.ok().map(|ip| ip.to_canonical())
}

const FORWARDED_FOR: &str = "x-forwarded-for";

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn client(trusted: &[&str], connection: &str, lines: &[&'static str]) -> String {
        let trusted = TrustedProxies::parse(trusted.iter().copied()).expect("networks");
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(FORWARDED_FOR, HeaderValue::from_static(line));
        }
        trusted.client(connection.parse().expect("address"), &headers).to_string()
    }

    #[test]
    fn an_undeclared_peer_is_not_believed() {
        assert_eq!(client(&[], "127.0.0.1", &["203.0.113.7"]), "127.0.0.1");
        assert_eq!(client(&["10.0.0.0/8"], "192.0.2.1", &["203.0.113.7"]), "192.0.2.1");
    }

    #[test]
    fn the_rightmost_untrusted_address_counts() {
        let trusted = ["10.0.0.0/8", "127.0.0.1", "fd00::/8"];
        for (connection, lines, expected) in [
            ("10.0.0.1", &[][..], "10.0.0.1"),
            ("10.0.0.1", &["203.0.113.7"], "203.0.113.7"),
            ("10.0.0.1", &["198.51.100.1, 203.0.113.7"], "203.0.113.7"),
            ("10.0.0.1", &["198.51.100.1, 203.0.113.7, 10.0.0.2"], "203.0.113.7"),
            ("10.0.0.1", &["198.51.100.1", "203.0.113.7"], "203.0.113.7"),
            ("10.0.0.1", &["203.0.113.7", "10.0.0.2"], "203.0.113.7"),
            ("10.0.0.1", &["10.0.0.3, 10.0.0.2"], "10.0.0.3"),
            ("::ffff:10.0.0.1", &["203.0.113.7"], "203.0.113.7"),
            ("fd00::1", &["2001:db8::1"], "2001:db8::1"),
            ("127.0.0.1", &["[2001:db8::1]:443"], "2001:db8::1"),
            ("127.0.0.1", &["[2001:db8::1]"], "2001:db8::1"),
            ("127.0.0.1", &["203.0.113.7:1234"], "203.0.113.7"),
            ("127.0.0.1", &["::ffff:203.0.113.7"], "203.0.113.7"),
            ("127.0.0.1", &["203.0.113.7, unknown"], "127.0.0.1"),
            ("127.0.0.1", &["203.0.113.7, "], "127.0.0.1"),
            ("127.0.0.1", &["203.0.113.7, 10.0.0.9, bad, 10.0.0.2"], "10.0.0.2"),
        ] {
            assert_eq!(client(&trusted, connection, lines), expected, "{connection} {lines:?}");
        }
    }

    #[test]
    fn what_is_no_network() {
        for bad in ["", "10.0.0.0/33", "proxy.example", "10.0.0"] {
            assert_eq!(TrustedProxies::parse([bad]).err(), Some(NotANetwork(bad.to_owned())));
        }
    }
}
