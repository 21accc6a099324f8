//! Where our QR sign-in completes: what stops a relayed code is the tie of the browser to the person.

use super::application::words;

/// Where our QR sign-in completes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum QrRule {
    /// Nowhere: the code is not offered.
    Off,
    /// In a known browser of the person.
    KnownBrowser,
    /// There, or on the network of the phone.
    #[default]
    SameNetwork,
    /// Anywhere. An attacker who relays the page live gets in: the console warns as long as it is set.
    Anywhere,
}
words!(QrRule {
    Off = "off",
    KnownBrowser = "known-browser",
    SameNetwork = "same-network",
    Anywhere = "anywhere",
});
