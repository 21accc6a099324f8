//! A response as it was posted.

use xmldsig::Document;

use crate::protocol::Malformed;
use crate::protocol::response::{self, ResponseHead};
use crate::xml::names::PROTOCOL;
use crate::xml::read;

/// A response as it was posted: well-formed and of the schema's shape down to
/// its assertion, and otherwise believed in nothing. `verify` and `inspect`
/// borrow it.
#[derive(Debug)]
pub struct Received {
    pub(super) document: Document,
    pub(super) head: ResponseHead,
}

impl Received {
    /// Reads the bytes of a response (what [`crate::binding::post::decode`] gave).
    /// The bytes themselves are the caller's to keep for a second look.
    ///
    /// # Errors
    /// [`Malformed`] when it is not strict XML, not a `Response`, or not of the
    /// schema's shape.
    ///
    /// ```
    /// use saml::sp::Received;
    /// assert!(Received::parse(b"<a/>").is_err());
    /// ```
    pub fn parse(xml: &[u8]) -> Result<Received, Malformed> {
        let document = read::message(xml, PROTOCOL, "Response")?;
        let head = response::parts(document.root())?.head()?;
        Ok(Received { document, head })
    }

    /// The request that it claims to answer. This selects among the pending
    /// requests of one browser, and never grants.
    ///
    /// ```
    /// # mod sample { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/all/sample.rs")); }
    /// # let (received, ..) = sample::response();
    /// assert!(received.in_response_to().is_some());
    /// ```
    #[must_use]
    pub fn in_response_to(&self) -> Option<&str> {
        self.head.in_response_to.as_deref()
    }

    /// The ID that it gives itself, for the log.
    ///
    /// ```
    /// # mod sample { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/all/sample.rs")); }
    /// # let (received, ..) = sample::response();
    /// assert!(received.response_id().starts_with('_'));
    /// ```
    #[must_use]
    pub fn response_id(&self) -> &str {
        self.head.id.as_str()
    }

    /// Who it claims to come from, for the log.
    ///
    /// ```
    /// # mod sample { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/all/sample.rs")); }
    /// # let (received, ..) = sample::response();
    /// assert_eq!(received.issuer(), Some("https://idp.example/saml"));
    /// ```
    #[must_use]
    pub fn issuer(&self) -> Option<&str> {
        self.head.issuer.as_ref().map(|issuer| issuer.as_str())
    }
}
