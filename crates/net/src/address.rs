//! Which addresses may be spoken to.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::{IpNet, Ipv4Net, Ipv6Net};

/// What is allowed beside public addresses over `https`; from the server's file only, never from
/// a page (T096). The default allows nothing.
#[derive(Debug, Clone, Default)]
pub struct Inside {
    networks: Vec<IpNet>,
    localhost: bool,
}

/// An entry of the list of networks that is none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not an address or a network like 10.0.0.0/8")]
pub struct NotANetwork(String);

impl Inside {
    /// These networks, each `10.0.0.0/8` or a single address: over `https` and plain `http`.
    ///
    /// # Errors
    /// With the entry that is no network.
    pub fn networks<'a>(entries: impl IntoIterator<Item = &'a str>) -> Result<Self, NotANetwork> {
        let parsed = entries.into_iter().map(|entry| {
            let network = entry.parse::<IpNet>().or_else(|_| entry.parse::<IpAddr>().map(IpNet::from));
            network.map_err(|_| NotANetwork(entry.to_owned()))
        });
        Ok(Self { networks: parsed.collect::<Result<_, _>>()?, localhost: false })
    }

    /// Also `localhost` and `*.localhost`, as this machine: for the demonstration, where all
    /// services run side by side.
    #[must_use]
    pub fn and_localhost(mut self) -> Self {
        self.localhost = true;
        self
    }

    /// The addresses of a `localhost` name, if such names are allowed; other names are none.
    pub(crate) fn of_localhost(&self, host: &str) -> Option<[IpAddr; 2]> {
        let loopback = [IpAddr::V4(Ipv4Addr::LOCALHOST), IpAddr::V6(Ipv6Addr::LOCALHOST)];
        (self.localhost && is_localhost(host)).then_some(loopback)
    }

    /// Whether `address` may be spoken to; `plain`: without TLS.
    pub(crate) fn allows(&self, address: IpAddr, plain: bool) -> bool {
        let address = address.to_canonical();
        let opened = self.networks.iter().any(|network| network.contains(&address));
        opened || (!plain && is_public(address))
    }
}

/// `localhost` and names below it, also with the dot of an absolute name.
pub(crate) fn is_localhost(host: &str) -> bool {
    let host = host.strip_suffix('.').unwrap_or(host).to_ascii_lowercase();
    host == "localhost" || host.ends_with(".localhost")
}

/// An ordinary address of the public internet: none of the special-purpose blocks that IANA lists
/// (RFC 6890 and its registries), in which something of ours might stand.
fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(ip) => !SPECIAL_V4.iter().any(|block| block.contains(&ip)),
        IpAddr::V6(ip) => GLOBAL_V6.contains(&ip) && !SPECIAL_V6.iter().any(|block| block.contains(&ip)),
    }
}

const fn v4(a: u8, b: u8, c: u8, length: u8) -> Ipv4Net {
    Ipv4Net::new_assert(Ipv4Addr::new(a, b, c, 0), length)
}

const fn v6(a: u16, b: u16, length: u8) -> Ipv6Net {
    Ipv6Net::new_assert(Ipv6Addr::new(a, b, 0, 0, 0, 0, 0, 0), length)
}

const SPECIAL_V4: &[Ipv4Net] = &[
    v4(0, 0, 0, 8),       // this network
    v4(10, 0, 0, 8),      // private
    v4(100, 64, 0, 10),   // shared by a carrier's customers
    v4(127, 0, 0, 8),     // loopback
    v4(169, 254, 0, 16),  // link-local, and clouds' metadata services
    v4(172, 16, 0, 12),   // private
    v4(192, 0, 0, 24),    // protocol assignments
    v4(192, 0, 2, 24),    // documentation
    v4(192, 88, 99, 24),  // 6to4 relays
    v4(192, 168, 0, 16),  // private
    v4(198, 18, 0, 15),   // benchmarks
    v4(198, 51, 100, 24), // documentation
    v4(203, 0, 113, 24),  // documentation
    v4(224, 0, 0, 4),     // multicast
    v4(240, 0, 0, 4),     // reserved, and broadcast
];

/// The only block of which global unicast addresses are given out. Outside are loopback, ULA,
/// link-local, multicast, and NAT64 (64:ff9b::/96, 64:ff9b:1::/48), behind which stands an IPv4
/// address of the translator's network.
const GLOBAL_V6: Ipv6Net = v6(0x2000, 0, 3);

const SPECIAL_V6: &[Ipv6Net] = &[
    v6(0x2001, 0, 23),      // protocol assignments, Teredo among them
    v6(0x2001, 0x0db8, 32), // documentation
    v6(0x2002, 0, 16),      // 6to4: an IPv4 address inside
    v6(0x3fff, 0, 20),      // documentation
];

#[cfg(test)]
mod tests {
    use super::*;

    const PUBLIC: &[&str] = &[
        "8.8.8.8",
        "1.1.1.1",
        "100.63.255.255",
        "100.128.0.0",
        "172.15.255.255",
        "172.32.0.0",
        "192.0.1.0",
        "198.17.255.255",
        "198.20.0.0",
        "223.255.255.255",
        "::ffff:8.8.8.8",
        "2606:4700:4700::1111",
        "2a00:1450:4001::1",
        "2001:4860:4860::8888",
    ];

    const REFUSED: &[&str] = &[
        "0.0.0.0",
        "0.1.2.3",
        "10.0.0.1",
        "100.64.0.1",
        "100.127.255.255",
        "127.0.0.1",
        "127.255.255.254",
        "169.254.169.254",
        "172.16.0.1",
        "172.31.255.255",
        "192.0.0.192",
        "192.0.2.1",
        "192.88.99.1",
        "192.168.0.1",
        "198.18.0.1",
        "198.19.255.255",
        "198.51.100.1",
        "203.0.113.1",
        "224.0.0.1",
        "239.255.255.255",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::7f00:1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "::ffff:169.254.169.254",
        "64:ff9b::7f00:1",
        "64:ff9b::8.8.8.8",
        "64:ff9b:1::1",
        "100::1",
        "2001::1",
        "2001:db8::1",
        "2002:7f00:1::",
        "3fff::1",
        "5f00::1",
        "fc00::1",
        "fd12:3456::1",
        "fe80::1",
        "fec0::1",
        "ff02::1",
    ];

    fn ip(text: &str) -> IpAddr {
        text.parse().expect("address")
    }

    #[test]
    fn the_table() {
        let nothing = Inside::default();
        for text in PUBLIC {
            assert!(nothing.allows(ip(text), false), "{text}");
            assert!(!nothing.allows(ip(text), true), "{text} without TLS");
        }
        for text in REFUSED {
            assert!(!nothing.allows(ip(text), false), "{text}");
        }
    }

    #[test]
    fn opened_networks() {
        let inside = Inside::networks(["10.1.0.0/16", "fd00::/8", "192.168.7.7"]).expect("networks");
        for text in ["10.1.2.3", "::ffff:10.1.2.3", "fd00::1", "192.168.7.7"] {
            assert!(inside.allows(ip(text), false) && inside.allows(ip(text), true), "{text}");
        }
        for text in ["10.2.0.1", "127.0.0.1", "192.168.7.8", "169.254.169.254"] {
            assert!(!inside.allows(ip(text), false), "{text}");
        }
        assert!(Inside::networks(["10.0.0.0/33"]).is_err());
    }

    #[test]
    fn localhost_names() {
        for name in ["localhost", "idp.localhost", "IDP.LOCALHOST", "idp.localhost."] {
            assert!(is_localhost(name), "{name}");
            assert!(Inside::default().of_localhost(name).is_none(), "{name}");
            assert!(Inside::default().and_localhost().of_localhost(name).is_some(), "{name}");
        }
        for name in ["localhost.example", "notlocalhost", "127.0.0.1", ""] {
            assert!(!is_localhost(name), "{name}");
        }
    }
}
