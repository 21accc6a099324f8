//! What service providers see: hop 2 takes a request, hop 5 answers it.
//!
//! ```text
//! GET  /saml/sso?SAMLRequest=…   receive::redirect ┐
//! POST /saml/sso                 receive::post ─303► GET /saml/sso/{handle}  receive::arrived ┐
//!                                                  └─► receive::receive ◄──────────────────────┘
//!     a live session that serves ─► respond::respond ─► the page that posts the signed response
//!     else                       ─303► /sign-in/{id} ─► … a ceremony … ─► respond::respond
//! ```

pub(crate) mod metadata;
pub(crate) mod receive;
pub(crate) mod refusal;
pub(crate) mod respond;
pub(crate) mod start;
