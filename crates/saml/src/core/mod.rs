//! The values every message is made of. Each is parsed once, at the edge, and
//! is correct by construction from there on; inside the crate there are no
//! bare strings for them.

mod attribute;
mod authn_context;
mod ids;
mod name_id;
mod relay_state;
mod time;
mod uri;

pub use attribute::{Attribute, NameFormat};
pub use authn_context::{AuthnContextClassRef, Ceremony, ClassPolicy, Comparison, RequestedAuthnContext};
pub use ids::{AssertionId, InvalidId, RequestId, ResponseId, SessionIndex};
pub use name_id::{InvalidNameId, NameId, NameIdFormat};
pub use relay_state::{InvalidRelayState, RelayState};
pub(crate) use time::beside;
pub use time::{InvalidInstant, InvalidSkew, Skew, parse_instant, write_instant};
pub use uri::{AcsUrl, EntityId, InvalidUri, SsoUrl};

/// A text that an XML 1.0 document cannot carry: it holds a control character
/// or a non-character, which no escape makes legal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the text holds a character that XML cannot carry")]
pub struct NotXmlText;

/// Whether every character is in XML 1.0's `Char` production.
pub(crate) fn is_xml_text(text: &str) -> bool {
    // Most texts are plain ASCII, which is seen many octets at a time.
    text.bytes().fold(true, |plain, b| plain & (0x20..0x80).contains(&b))
        || text.chars().all(|c| matches!(c, '\t' | '\n' | '\r' | ' '..='\u{FFFD}' | '\u{10000}'..))
}
