//! Networks of callers: which count as one, and which source a rate limit counts by.

use std::fmt;
use std::net::{IpAddr, Ipv6Addr};

use crate::address::PublicUrl;

/// Whether two callers came from the same network: the same IPv4 address, or one IPv6 /64.
///
/// Different families are different networks, and all loopback addresses are one. A private or
/// loopback caller behind a public name means an undeclared proxy, in which everybody would look
/// alike: then the answer is no, unless the public URL is itself `*.localhost` or an address of
/// that kind of network.
pub fn same_network(a: IpAddr, b: IpAddr, public: &PublicUrl) -> bool {
    let (a, b) = (a.to_canonical(), b.to_canonical());
    let (kind_a, kind_b) = (Kind::of(a), Kind::of(b));
    if kind_a != kind_b || !kind_a.is_meaningful(public) {
        return false;
    }
    match (a, b) {
        _ if kind_a == Kind::Loopback => true,
        (IpAddr::V4(a), IpAddr::V4(b)) => a == b,
        (IpAddr::V6(a), IpAddr::V6(b)) => prefix64(a) == prefix64(b),
        _ => false,
    }
}

/// What a rate limit counts by: an IPv4 address, or an IPv6 /64 within which a caller can hop at
/// will (T121).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Source(IpAddr);

impl From<IpAddr> for Source {
    fn from(address: IpAddr) -> Self {
        match address.to_canonical() {
            IpAddr::V4(ip) => Self(IpAddr::V4(ip)),
            IpAddr::V6(ip) => {
                let mut octets = [0; 16];
                octets[..8].copy_from_slice(&prefix64(ip));
                Self(IpAddr::V6(Ipv6Addr::from(octets)))
            }
        }
    }
}

impl fmt::Display for Source {
    /// The address, or the first one of the /64.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Kinds of addresses whose public meaning differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Public,
    Private,
    Loopback,
    Nobody,
}

impl Kind {
    fn of(ip: IpAddr) -> Self {
        let private = match ip {
            IpAddr::V4(ip) => ip.is_private() || ip.is_link_local() || is_shared(ip.octets()),
            IpAddr::V6(ip) => ip.is_unique_local() || ip.is_unicast_link_local(),
        };
        if ip.is_loopback() {
            Self::Loopback
        } else if ip.is_unspecified() || ip.is_multicast() {
            Self::Nobody
        } else if private {
            Self::Private
        } else {
            Self::Public
        }
    }

    fn is_meaningful(self, public: &PublicUrl) -> bool {
        match self {
            Self::Public => true,
            Self::Nobody => false,
            Self::Private | Self::Loopback => {
                public.is_localhost() || public.ip().is_some_and(|ip| Self::of(ip.to_canonical()) == self)
            }
        }
    }
}

/// 100.64.0.0/10, shared by the customers of one carrier (RFC 6598).
fn is_shared(octets: [u8; 4]) -> bool {
    octets[0] == 100 && octets[1] & 0b1100_0000 == 64
}

fn prefix64(ip: Ipv6Addr) -> [u8; 8] {
    let mut prefix = [0; 8];
    prefix.copy_from_slice(&ip.octets()[..8]);
    prefix
}

#[cfg(test)]
mod tests {
    use super::*;

    /// (a, b, same under https://sso.example.com, same under http://idp.localhost:8080)
    const CASES: &[(&str, &str, bool, bool)] = &[
        ("203.0.113.7", "203.0.113.7", true, true),
        ("203.0.113.7", "203.0.113.8", false, false),
        ("203.0.113.7", "::ffff:203.0.113.7", true, true),
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", true, true),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", false, false),
        ("203.0.113.7", "2001:db8::1", false, false),
        ("127.0.0.1", "127.0.0.1", false, true),
        ("127.0.0.1", "127.0.0.2", false, true),
        ("127.0.0.1", "::1", false, true),
        ("::ffff:127.0.0.1", "::1", false, true),
        ("127.0.0.1", "203.0.113.7", false, false),
        ("127.0.0.1", "192.168.1.5", false, false),
        ("192.168.1.5", "192.168.1.5", false, true),
        ("192.168.1.5", "192.168.1.6", false, false),
        ("10.1.2.3", "10.1.2.3", false, true),
        ("172.16.0.1", "172.16.0.1", false, true),
        ("172.32.0.1", "172.32.0.1", true, true),
        ("169.254.1.1", "169.254.1.1", false, true),
        ("100.64.0.1", "100.64.0.1", false, true),
        ("100.128.0.1", "100.128.0.1", true, true),
        ("fd00:1::1", "fd00:1::2", false, true),
        ("fe80::1", "fe80::2", false, true),
        ("fd00:1::1", "fd00:2:0:1::2", false, false),
        ("0.0.0.0", "0.0.0.0", false, false),
        ("::", "::", false, false),
        ("0.0.0.0", "203.0.113.7", false, false),
        ("224.0.0.1", "224.0.0.1", false, false),
    ];

    fn ip(text: &str) -> IpAddr {
        text.parse().expect("address")
    }

    fn url(text: &str) -> PublicUrl {
        PublicUrl::parse(text).expect("url")
    }

    #[test]
    fn the_table() {
        let (public, local) = (url("https://sso.example.com"), url("http://idp.localhost:8080"));
        for &(a, b, under_public, under_local) in CASES {
            for (a, b) in [(a, b), (b, a)] {
                assert_eq!(same_network(ip(a), ip(b), &public), under_public, "{a} {b} public");
                assert_eq!(same_network(ip(a), ip(b), &local), under_local, "{a} {b} local");
            }
        }
    }

    #[test]
    fn a_private_public_url_makes_private_callers_meaningful() {
        let inside = url("https://192.168.1.2");
        assert!(same_network(ip("192.168.1.5"), ip("192.168.1.5"), &inside));
        assert!(!same_network(ip("127.0.0.1"), ip("127.0.0.1"), &inside));
        assert!(same_network(ip("127.0.0.1"), ip("::1"), &url("http://127.0.0.1:80")));
    }

    #[test]
    fn hopping_within_a_64_is_one_source() {
        assert_eq!(Source::from(ip("2001:db8::1")), Source::from(ip("2001:db8::ffff:1")));
        assert_ne!(Source::from(ip("2001:db8::1")), Source::from(ip("2001:db8:0:1::1")));
        assert_eq!(Source::from(ip("::ffff:203.0.113.7")), Source::from(ip("203.0.113.7")));
        assert_ne!(Source::from(ip("203.0.113.6")), Source::from(ip("203.0.113.7")));
    }
}
